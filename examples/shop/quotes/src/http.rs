//! The little of `wasi:http` 0.3 that quotes needs.

use serde_json::{Value, json};
use wasip3::http::client;
use wasip3::http::types::{ErrorCode, Fields, Request, Response, Scheme, Trailers};
use wasip3::wit_bindgen::rt::async_support::{FutureReader, StreamReader};
use wasip3::{wit_future, wit_stream};

/// The whole body of a request.
pub async fn read_request(request: Request) -> Vec<u8> {
    let (_done, result) = wit_future::new(|| Ok(()));
    let (body, _trailers) = Request::consume_body(request, result);
    body.collect().await
}

/// Asks another service of the application; gives status and body.
pub async fn get_json(service: &str, path: &str) -> Result<(u16, Value), String> {
    let (request, _sent) = Request::new(Fields::new(), None, no_trailers(), None);
    let authority = format!("{service}.skep.internal");
    let described = request
        .set_scheme(Some(&Scheme::Http))
        .and_then(|()| request.set_authority(Some(&authority)))
        .and_then(|()| request.set_path_with_query(Some(path)));
    described.map_err(|()| format!("{service}{path} is no address"))?;

    let response = client::send(request)
        .await
        .map_err(|error| format!("calling {service}: {error:?}"))?;
    let status = response.get_status_code();
    let (_done, result) = wit_future::new(|| Ok(()));
    let (body, _trailers) = Response::consume_body(response, result);
    let text = body.collect().await;
    let value = serde_json::from_slice(&text)
        .map_err(|error| format!("{service} answered no JSON: {error}"))?;
    Ok((status, value))
}

pub fn response(status: u16, content_type: &str, body: StreamReader<u8>) -> Response {
    let headers = Fields::new();
    let _ = headers.set("content-type", &[content_type.as_bytes().to_vec()]);
    let (response, _sent) = Response::new(headers, Some(body), no_trailers());
    let _ = response.set_status_code(status);
    response
}

/// A problem document (RFC 9457).
pub fn problem((status, code, detail): &(u16, &str, String)) -> Response {
    let document = json!({"status": status, "code": code, "detail": detail});
    let (mut writer, reader) = wit_stream::new();
    let body = line(&document);
    wasip3::wit_bindgen::spawn_local(async move {
        writer.write_all(body).await;
    });
    response(*status, "application/problem+json", reader)
}

/// What stands for the trailers of a message that has none.
fn no_trailers() -> FutureReader<Result<Option<Trailers>, ErrorCode>> {
    let (unwritten, trailers) = wit_future::new(|| Ok(None));
    drop(unwritten);
    trailers
}

/// A value and its newline.
pub fn line(value: &Value) -> Vec<u8> {
    let mut text = value.to_string().into_bytes();
    text.push(b'\n');
    text
}
