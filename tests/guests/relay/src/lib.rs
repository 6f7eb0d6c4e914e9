//! Calls that go on to other services by outgoing `wasi:http`.
//!
//! `/via/b/c`: asks service b for `/via/c`; `/via` alone answers "served" · `/pingpong?me=a&other=b`: asks service b
//! for `/pingpong?me=b&other=a`, and so on without end (`me` and `other` may be the same) · `/pour/b?chunks=40`: sends
//! chunks of 4 KiB, each once the one before has come back, to `/echo` of service b; tells how its reply ended

use support::{Receiving, Target, answer, get, request_for, response_of};
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{ErrorCode, IncomingRequest, Method, OutgoingBody, ResponseOutparam};

struct Relay;

wasip2::http::proxy::export!(Relay);

impl Guest for Relay {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        let target = Target::of(&request);
        if let Some(service) = target.path.strip_prefix("/pour/") {
            return match pour(service, target.number("chunks", 40)) {
                Ok(outcome) => answer(reply, 200, &outcome),
                Err(error) => answer(reply, 502, &format!("{error:?}\n")),
            };
        }
        let Some(url) = next(&target) else {
            return answer(reply, 200, "served\n");
        };
        match get(&url) {
            Ok((response, body)) => {
                answer(reply, response.status(), &String::from_utf8_lossy(&body));
            }
            Err(error) => answer(reply, 502, &format!("{error:?}\n")),
        }
    }
}

/// The next service's URL, or none where the way ends here.
fn next(target: &Target) -> Option<String> {
    if target.path == "/pingpong" {
        let (me, other) = (target.value("me")?, target.value("other")?);
        return Some(format!(
            "http://{other}.skep.internal/pingpong?me={other}&other={me}"
        ));
    }
    let rest = target.path.strip_prefix("/via/")?;
    let (service, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let path = if rest.is_empty() {
        "/via".to_owned()
    } else {
        format!("/via/{rest}")
    };
    Some(format!("http://{service}.skep.internal{path}"))
}

fn pour(service: &str, chunks: u64) -> Result<String, ErrorCode> {
    let request = request_for(&format!("http://{service}.skep.internal/echo"))?;
    let _ = request.set_method(&Method::Post);
    let body = request.body().expect("the body is taken once");
    let stream = body.write().expect("the stream is taken once");
    let pending = handle(request, None)?;
    let chunk = [b'x'; 4096];
    let _ = stream.blocking_write_and_flush(&chunk);
    let response = response_of(&pending)?;
    let receiving = Receiving::response(&response)?;
    let mut received = 0;
    for _ in 1..chunks {
        match receiving.next() {
            Ok(Some(bytes)) => received += bytes.len(),
            Ok(None) => return Ok(format!("ended after {received} bytes\n")),
            Err(_) => return Ok(format!("cut after {received} bytes\n")),
        }
        let _ = stream.blocking_write_and_flush(&chunk);
    }
    drop(stream);
    OutgoingBody::finish(body, None)?;
    Ok(match receiving.all() {
        Ok(rest) => format!("ended after {} bytes\n", received + rest.len()),
        Err(_) => format!("cut after {received} bytes\n"),
    })
}
