//! Guest A of the hop benchmark: for each request one `skep:platform/invoke` of service `b`, whose body it
//! answers; on `/alone` the answer without the call.

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

wit_bindgen::generate!({
    path: "../../../wit/skep-platform",
    world: "imports",
    generate_all,
});

use skep::platform::invoke::invoke;

struct Hop;

wasip2::http::proxy::export!(Hop);

impl Guest for Hop {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        if request.path_with_query().as_deref() == Some("/alone") {
            return answer(reply, 200, b"Hello from Skep!\n");
        }
        match invoke("b", "GET /", &[]) {
            Ok(body) => answer(reply, 200, &body),
            Err(error) => answer(reply, 502, error.code.as_bytes()),
        }
    }
}

fn answer(reply: ResponseOutparam, status: u16, text: &[u8]) {
    let headers = Fields::new();
    let _ = headers.set("content-type", &[b"text/plain".to_vec()]);
    let response = OutgoingResponse::new(headers);
    let _ = response.set_status_code(status);
    let Ok(body) = response.body() else { return };
    ResponseOutparam::set(reply, Ok(response));
    if let Ok(stream) = body.write() {
        let _ = stream.blocking_write_and_flush(text);
    }
    let _ = OutgoingBody::finish(body, None);
}
