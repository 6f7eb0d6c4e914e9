//! Does the steps that a test sends, as a component of WASI 0.3. The body is read when a step asks for it.

use serde_json::{Value, json};
use skep::{Error, Result};
use support::steps::{act, lossy, number, report, text, unknown};
use wasip3::clocks::monotonic_clock::wait_for;
use wasip3::exports::http::handler::Guest;
use wasip3::http::client;
use wasip3::http::types::{ErrorCode, Fields, Method, Request, Response, Scheme, Trailers};
use wasip3::wit_bindgen::rt::async_support::{FutureReader, StreamReader};
use wasip3::{wit_bindgen, wit_future, wit_stream};

struct Data;

wasip3::http::service::export!(Data);

impl Guest for Data {
    async fn handle(request: Request) -> std::result::Result<Response, ErrorCode> {
        let mut run = Run::of(request);
        let mut outcomes = Vec::new();
        for step in run.steps().await {
            let outcome = match act(&step) {
                Some(outcome) => outcome,
                None => run.act(&step).await,
            };
            outcomes.push(report(outcome));
        }
        Ok(respond(run.status, json!(outcomes).to_string()))
    }
}

struct Run {
    script: Option<Vec<u8>>,
    body: Option<StreamReader<u8>>,
    status: u16,
}

impl Run {
    fn of(request: Request) -> Run {
        let script = request.get_headers().get("x-do").into_iter().next();
        let (_done, result) = wit_future::new(|| Ok(()));
        let (body, _trailers) = Request::consume_body(request, result);
        Run {
            script,
            body: Some(body),
            status: 200,
        }
    }

    async fn steps(&mut self) -> Vec<Value> {
        let script = match self.script.take() {
            Some(script) => script,
            None => self.read().await,
        };
        serde_json::from_slice(&script).unwrap_or_default()
    }

    async fn read(&mut self) -> Vec<u8> {
        match self.body.take() {
            Some(body) => body.collect().await,
            None => Vec::new(),
        }
    }

    async fn act(&mut self, step: &Value) -> Result<Value> {
        match text(step, 0) {
            "call" => call(text(step, 1), text(step, 2), text(step, 3))
                .await
                .map(|reply| json!(reply)),
            "body" => Ok(json!(self.read().await.len())),
            "sleep" => {
                wait_for(number(step, 1) * 1_000_000).await;
                Ok(Value::Null)
            }
            "status" => {
                self.status = number(step, 1) as u16;
                Ok(Value::Null)
            }
            _ => Err(unknown(step)),
        }
    }
}

/// Calls another service by `wasi:http`; `what` is "GET /users/1".
async fn call(service: &str, what: &str, body: &str) -> Result<String> {
    let (method, path) = what.split_once(' ').unwrap_or(("POST", what));
    let (request, _sent) = Request::new(
        Fields::new(),
        Some(stream_of(body.as_bytes())),
        no_trailers(),
        None,
    );
    let _ = request.set_method(&match method {
        "GET" => Method::Get,
        "DELETE" => Method::Delete,
        _ => Method::Post,
    });
    let _ = request.set_scheme(Some(&Scheme::Http));
    let _ = request.set_authority(Some(&format!("{service}.skep.internal")));
    let _ = request.set_path_with_query(Some(path));

    let refused = |error: ErrorCode| Error::new(502, "call_failed", format!("{error:?}"));
    let response = client::send(request).await.map_err(refused)?;
    let status = response.get_status_code();
    let (_done, result) = wit_future::new(|| Ok(()));
    let (body, _trailers) = Response::consume_body(response, result);
    let reply = lossy(body.collect().await);
    if status >= 400 {
        return Err(Error::new(
            502,
            "upstream_status",
            format!("{status}: {reply}"),
        ));
    }
    Ok(reply)
}

fn respond(status: u16, text: String) -> Response {
    let headers = Fields::new();
    let _ = headers.append("content-type", b"application/json");
    let (response, _sent) = Response::new(headers, Some(stream_of(text.as_bytes())), no_trailers());
    let _ = response.set_status_code(status);
    response
}

fn stream_of(bytes: &[u8]) -> StreamReader<u8> {
    let bytes = bytes.to_vec();
    let (mut writer, reader) = wit_stream::new();
    wit_bindgen::spawn_local(async move {
        writer.write_all(bytes).await;
    });
    reader
}

/// What stands for the trailers of a message that has none.
fn no_trailers() -> FutureReader<std::result::Result<Option<Trailers>, ErrorCode>> {
    let (unwritten, trailers) = wit_future::new(|| Ok(None));
    drop(unwritten);
    trailers
}
