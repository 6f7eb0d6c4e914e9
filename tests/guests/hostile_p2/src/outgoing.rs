//! Calls to others: too many, and to where a guest must not reach.

use support::{Target, answer, get, start_get};
use wasip2::http::types::{IncomingResponse, ResponseOutparam};

/// Starts `?n=` calls (default 10,000) of `?url=` without waiting, keeps all of them, then waits for each.
/// Answers how many were refused at once, how many failed later and how many were answered; then the last error.
pub fn many_calls(target: &Target, reply: ResponseOutparam) {
    let url = target
        .value("url")
        .unwrap_or_else(|| "http://b.skep.internal/".to_owned());
    let started: Vec<_> = (0..target.number("n", 10_000))
        .map(|_| start_get(&url))
        .collect();
    let (mut refused, mut failed, mut answered) = (0, 0, 0);
    let mut last_error = None;
    for call in started {
        let Ok(pending) = call else {
            refused += 1;
            continue;
        };
        pending.subscribe().block();
        match pending.get() {
            Some(Ok(Ok(_))) => answered += 1,
            other => {
                failed += 1;
                last_error = other.and_then(Result::ok).and_then(Result::err);
            }
        }
    }
    answer(
        reply,
        200,
        &format!("refused {refused} failed {failed} answered {answered}\n{last_error:?}\n"),
    );
}

/// GETs `?url=` and, with `?follow=1`, where its redirects lead. Answers the status and body, or the error.
pub fn get_url(target: &Target, reply: ResponseOutparam) {
    let mut url = target.value("url").unwrap_or_default();
    for _ in 0..=10 * target.number("follow", 0) {
        let (response, body) = match get(&url) {
            Ok(result) => result,
            Err(error) => return answer(reply, 502, &format!("{error:?}\n")),
        };
        match location(&response) {
            Some(next) if target.number("follow", 0) == 1 => url = next,
            _ => {
                let text = String::from_utf8_lossy(&body);
                return answer(reply, 200, &format!("{} {text}\n", response.status()));
            }
        }
    }
    answer(reply, 502, "too many redirects\n");
}

fn location(response: &IncomingResponse) -> Option<String> {
    let values = response.headers().get("location");
    values
        .first()
        .map(|value| String::from_utf8_lossy(value).into_owned())
}
