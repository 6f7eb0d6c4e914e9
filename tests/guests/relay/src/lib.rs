//! Calls that go on to other services by outgoing `wasi:http`.
//!
//! `/via/b/c`: asks service b for `/via/c`; `/via` alone answers "served" · `/pingpong?me=a&other=b`: asks service b
//! for `/pingpong?me=b&other=a`, and so on without end (`me` and `other` may be the same)

use support::{Target, answer, get};
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{IncomingRequest, ResponseOutparam};

struct Relay;

wasip2::http::proxy::export!(Relay);

impl Guest for Relay {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        let Some(url) = next(&Target::of(&request)) else {
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
