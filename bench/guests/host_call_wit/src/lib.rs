//! Guest of the host call benchmark. The query CALLS,SIZE,own or CALLS,SIZE,call: so often it does what a `config.get`
//! of SIZE bytes costs the guest itself (`own`), or makes the call (`call`).

use std::hint::black_box;
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

wit_bindgen::generate!({
    path: "../../../wit/skep-platform",
    world: "imports",
    generate_all,
});

use skep::platform::config;

struct Caller;

wasip2::http::proxy::export!(Caller);

impl Guest for Caller {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        match sum_of(&path) {
            Some(sum) => answer(reply, 200, &sum.to_string()),
            None => answer(reply, 400, "?CALLS,SIZE,own or ?CALLS,SIZE,call"),
        }
    }
}

fn sum_of(path: &str) -> Option<usize> {
    let mut words = path.split_once('?')?.1.split(',');
    let (calls, size, what) = (words.next()?, words.next()?, words.next()?);
    let (calls, size): (usize, usize) = (calls.parse().ok()?, size.parse().ok()?);
    let key = format!("b{size}");
    let mut sum = 0;
    for _ in 0..calls {
        sum += if what == "call" {
            config::get(black_box(&key)).ok()??.len()
        } else {
            own_work(size)
        };
    }
    Some(sum)
}

// The guest's side of a call: memory for the text, given back.
fn own_work(size: usize) -> usize {
    black_box(Vec::<u8>::with_capacity(black_box(size))).capacity()
}

fn answer(reply: ResponseOutparam, status: u16, text: &str) {
    let response = OutgoingResponse::new(Fields::new());
    let _ = response.set_status_code(status);
    let Ok(body) = response.body() else { return };
    ResponseOutparam::set(reply, Ok(response));
    if let Ok(stream) = body.write() {
        let _ = stream.blocking_write_and_flush(text.as_bytes());
    }
    let _ = OutgoingBody::finish(body, None);
}
