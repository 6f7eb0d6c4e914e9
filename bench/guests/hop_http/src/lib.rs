//! Guest A of the hop benchmark: for each request one outgoing `wasi:http` request to service `b`, whose body
//! it answers; on `/alone` the answer without the call.

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    ErrorCode, Fields, IncomingRequest, IncomingResponse, OutgoingBody, OutgoingRequest,
    OutgoingResponse, ResponseOutparam, Scheme,
};

struct Hop;

wasip2::http::proxy::export!(Hop);

impl Guest for Hop {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        if request.path_with_query().as_deref() == Some("/alone") {
            return answer(reply, 200, b"Hello from Skep!\n");
        }
        match call_b() {
            Ok(body) => answer(reply, 200, &body),
            Err(error) => answer(reply, 502, format!("{error:?}").as_bytes()),
        }
    }
}

fn call_b() -> Result<Vec<u8>, ErrorCode> {
    let request = OutgoingRequest::new(Fields::new());
    let _ = request.set_scheme(Some(&Scheme::Http));
    let _ = request.set_authority(Some("b.skep.internal"));
    let _ = request.set_path_with_query(Some("/"));
    let pending = handle(request, None)?;
    pending.subscribe().block();
    match pending.get() {
        Some(Ok(response)) => Ok(read_all(&response?)),
        _ => Err(ErrorCode::InternalError(None)),
    }
}

fn read_all(response: &IncomingResponse) -> Vec<u8> {
    let mut bytes = Vec::new();
    let Ok(body) = response.consume() else {
        return bytes;
    };
    let Ok(stream) = body.stream() else {
        return bytes;
    };
    while let Ok(chunk) = stream.blocking_read(65536) {
        bytes.extend_from_slice(&chunk);
    }
    bytes
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
