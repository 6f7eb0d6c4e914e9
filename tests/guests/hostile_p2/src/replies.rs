//! Replies that go wrong: cut, doubled, slow, swollen, lying.

use std::thread::sleep;
use std::time::Duration;

use support::{Receiving, Sending, Target, answer, typed};
use wasip2::http::types::{Fields, IncomingRequest, OutgoingResponse, ResponseOutparam};

pub fn loop_while_streaming(reply: ResponseOutparam) {
    let sending = Sending::begin(reply, 200, typed("text/plain"));
    let _ = sending.write(b"the first part\n");
    crate::resources::spin();
}

pub fn trap_after_head(reply: ResponseOutparam) {
    let sending = Sending::begin(reply, 200, typed("text/plain"));
    let _ = sending.write(b"the first part\n");
    panic!("after the head");
}

/// Drops the body without finishing it.
pub fn unfinished(reply: ResponseOutparam) {
    let sending = Sending::begin(reply, 200, typed("text/plain"));
    let _ = sending.write(b"the first part\n");
}

/// Sets the reply, then once more by a handle that it has no longer.
pub fn reply_twice(reply: ResponseOutparam) {
    let handle = reply.take_handle();
    for _ in 0..2 {
        // SAFETY: the second is no owned handle any more, which the host must notice.
        let reply = unsafe { ResponseOutparam::from_handle(handle) };
        ResponseOutparam::set(reply, Ok(OutgoingResponse::new(Fields::new())));
    }
}

/// Reads the request a byte at a time, waiting `?delay=` ms (default 100) between them.
pub fn slow_read(request: &IncomingRequest, target: &Target, reply: ResponseOutparam) {
    let receiving = Receiving::request(request);
    let mut count = 0;
    while let Ok(bytes) = receiving.stream.blocking_read(1) {
        count += bytes.len();
        sleep(Duration::from_millis(target.number("delay", 100)));
    }
    answer(reply, 200, &format!("read {count} bytes\n"));
}

/// Sends `?n=` bytes (default 1,000), one each `?delay=` ms (default 1,000).
pub fn slow_reply(target: &Target, reply: ResponseOutparam) {
    let sending = Sending::begin(reply, 200, typed("text/plain"));
    for _ in 0..target.number("n", 1000) {
        if sending.write(b"x").is_err() {
            return;
        }
        sleep(Duration::from_millis(target.number("delay", 1000)));
    }
    let _ = sending.end(None);
}

/// Sets `?n=` headers (default 100,000); answers how far it came where the host refuses.
pub fn many_headers(target: &Target, reply: ResponseOutparam) {
    let headers = typed("text/plain");
    for index in 0..target.number("n", 100_000) {
        if let Err(error) = headers.append(&format!("x-flood-{index}"), b"value") {
            return answer(reply, 200, &format!("refused after {index}: {error:?}\n"));
        }
    }
    let _ = Sending::begin(reply, 200, headers).end(None);
}

/// Sets a header of `?name=` and `?value=` (percent-encoded); answers whether the host took it.
pub fn bad_header(target: &Target, reply: ResponseOutparam) {
    let name = target.value("name").unwrap_or_else(|| "x-evil".to_owned());
    let value = target
        .value("value")
        .unwrap_or_else(|| "a\r\nset-cookie: b".to_owned());
    let headers = typed("text/plain");
    match headers.append(&name, value.as_bytes()) {
        Err(error) => answer(reply, 200, &format!("refused: {error:?}\n")),
        Ok(()) => {
            let sending = Sending::begin(reply, 200, headers);
            let _ = sending.write(b"accepted\n");
            let _ = sending.end(None);
        }
    }
}

/// Declares `?declared=` bytes (default 100) and sends `?sent=` (default 10).
pub fn lying_length(target: &Target, reply: ResponseOutparam) {
    let headers = typed("text/plain");
    let declared = target.number("declared", 100).to_string();
    if let Err(error) = headers.set("content-length", &[declared.into_bytes()]) {
        return answer(reply, 200, &format!("refused: {error:?}\n"));
    }
    let sending = Sending::begin(reply, 200, headers);
    let _ = sending.write(&vec![b'x'; target.number("sent", 10) as usize]);
    let _ = sending.end(None);
}
