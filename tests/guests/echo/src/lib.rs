//! Bodies, streams and trailers.
//!
//! `/echo`: the body back as it comes, with its content type and trailers · `/status/404` ·
//! `/stream?chunks=3&size=10&delay=0` (ms between chunks) · `/trailers` · `/length?n=10`, with Content-Length

use std::thread::sleep;
use std::time::Duration;

use support::{Receiving, Sending, Target, answer, typed};
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{Fields, IncomingRequest, ResponseOutparam};

struct Echo;

wasip2::http::proxy::export!(Echo);

impl Guest for Echo {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        let target = Target::of(&request);
        match target.path.as_str() {
            "/echo" => echo(&request, reply),
            "/stream" => stream(&target, reply),
            "/trailers" => trailers(reply),
            "/length" => length(&target, reply),
            path => match path
                .strip_prefix("/status/")
                .and_then(|status| status.parse().ok())
            {
                Some(status) => answer(reply, status, "as you wish\n"),
                None => answer(reply, 404, "no such test\n"),
            },
        }
    }
}

fn echo(request: &IncomingRequest, reply: ResponseOutparam) {
    let headers = Fields::new();
    let _ = headers.set("content-type", &request.headers().get("content-type"));
    let receiving = Receiving::request(request);
    let sending = Sending::begin(reply, 200, headers);
    while let Ok(Some(bytes)) = receiving.next() {
        if sending.write(&bytes).is_err() {
            return;
        }
    }
    let _ = sending.end(receiving.trailers().map(|fields| fields.clone()));
}

fn stream(target: &Target, reply: ResponseOutparam) {
    let delay = Duration::from_millis(target.number("delay", 0));
    let chunk = vec![b'x'; target.number("size", 10) as usize];
    let sending = Sending::begin(reply, 200, typed("text/plain"));
    for _ in 0..target.number("chunks", 3) {
        if sending.write(&chunk).is_err() {
            return;
        }
        sleep(delay);
    }
    let _ = sending.end(None);
}

fn trailers(reply: ResponseOutparam) {
    let headers = typed("text/plain");
    let _ = headers.set("trailer", &[b"x-checksum".to_vec()]);
    let sending = Sending::begin(reply, 200, headers);
    let _ = sending.write(b"a body\n");
    let fields = Fields::new();
    let _ = fields.set("x-checksum", &[b"42".to_vec()]);
    let _ = sending.end(Some(fields));
}

fn length(target: &Target, reply: ResponseOutparam) {
    let size = target.number("n", 10);
    let headers = typed("application/octet-stream");
    let _ = headers.set("content-length", &[size.to_string().into_bytes()]);
    let sending = Sending::begin(reply, 200, headers);
    let _ = sending.write(&vec![b'x'; size as usize]);
    let _ = sending.end(None);
}
