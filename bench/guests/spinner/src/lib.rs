//! Guest of the neighbour benchmark: `/spin` keeps the processor for 20 ms, any other path answers at once.

use std::hint::black_box;
use std::time::{Duration, Instant};

use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

const SPIN: Duration = Duration::from_millis(20);
/// Rounds of arithmetic between two looks at the clock, so that the clock is not what is measured.
const ROUNDS: u64 = 20_000;

struct Spinner;

wasip2::http::proxy::export!(Spinner);

impl Guest for Spinner {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        if path.starts_with("/spin") {
            spin();
        }
        answer(reply, b"done\n");
    }
}

fn spin() {
    let begin = Instant::now();
    let mut sum = 0u64;
    while begin.elapsed() < SPIN {
        for round in 0..ROUNDS {
            sum = black_box(sum.wrapping_mul(31).wrapping_add(round));
        }
    }
}

fn answer(reply: ResponseOutparam, text: &[u8]) {
    let headers = Fields::new();
    let _ = headers.set("content-type", &[b"text/plain".to_vec()]);
    let response = OutgoingResponse::new(headers);
    let Ok(body) = response.body() else { return };
    ResponseOutparam::set(reply, Ok(response));
    if let Ok(stream) = body.write() {
        let _ = stream.blocking_write_and_flush(text);
    }
    let _ = OutgoingBody::finish(body, None);
}
