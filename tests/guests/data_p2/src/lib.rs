//! Does the steps that a test sends, by the Rust SDK, which has the body whole before it begins.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};
use skep::{Error, Request, Response, Result, invoke};
use support::steps::{act, lossy, number, report, text, unknown};

skep::service!(handle);

fn handle(request: Request) -> Result<Response> {
    let steps: Vec<Value> = match request.header("x-do") {
        "" => request.json()?,
        text => serde_json::from_str(text).map_err(|error| Error::invalid(error.to_string()))?,
    };
    let mut status = 200;
    let outcomes: Vec<Value> = steps
        .iter()
        .map(|step| report(act(step).unwrap_or_else(|| act_here(step, &request, &mut status))))
        .collect();
    Ok(Response::json(&outcomes).with_status(status))
}

fn act_here(step: &Value, request: &Request, status: &mut u16) -> Result<Value> {
    match text(step, 0) {
        "call" => invoke(text(step, 1), text(step, 2), text(step, 3).as_bytes())
            .map(|reply| json!(lossy(reply))),
        "body" => Ok(json!(request.body().len())),
        "sleep" => {
            sleep(Duration::from_millis(number(step, 1)));
            Ok(Value::Null)
        }
        "status" => {
            *status = number(step, 1) as u16;
            Ok(Value::Null)
        }
        _ => Err(unknown(step)),
    }
}
