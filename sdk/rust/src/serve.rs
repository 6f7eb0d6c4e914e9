//! Between `wasi:http` 0.2 and the service. Used by `service!`.

use wasip2::http::types::{
    Fields, IncomingBody, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasip2::io::streams::StreamError;

use crate::message::Headers;
use crate::{Request, Response, Result};

const CHUNK: usize = 4096;

/// Answers one request by `handle`.
pub fn answer(
    incoming: IncomingRequest,
    reply: ResponseOutparam,
    handle: fn(Request) -> Result<Response>,
) {
    let response = handle(read(incoming)).unwrap_or_else(|error| Response::problem(&error));
    send(&response, reply);
}

fn read(incoming: IncomingRequest) -> Request {
    let method = incoming.method();
    let target = incoming.path_with_query().unwrap_or_default();
    let mut request = Request::new(name_of(&method), &target);
    request.incoming = Some(incoming);
    request
}

fn name_of(method: &Method) -> &str {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Connect => "CONNECT",
        Method::Options => "OPTIONS",
        Method::Trace => "TRACE",
        Method::Patch => "PATCH",
        Method::Other(name) => name,
    }
}

pub fn headers_of(incoming: &IncomingRequest) -> Headers {
    let text = |value: Vec<u8>| String::from_utf8_lossy(&value).into_owned();
    let entries = incoming.headers().entries();
    entries
        .into_iter()
        .map(|(name, value)| (name, text(value)))
        .collect()
}

pub fn body_of(incoming: &IncomingRequest) -> Vec<u8> {
    incoming.consume().map(read_body).unwrap_or_default()
}

fn read_body(body: IncomingBody) -> Vec<u8> {
    let mut bytes = Vec::new();
    let Ok(stream) = body.stream() else {
        return bytes;
    };
    loop {
        match stream.blocking_read(64 << 10) {
            Ok(part) => bytes.extend(part),
            Err(StreamError::Closed) => return bytes,
            // The client went away: the run is about to be stopped.
            Err(_) => return bytes,
        }
    }
}

fn send(response: &Response, reply: ResponseOutparam) {
    let headers = Fields::new();
    for (name, value) in &response.headers {
        let _ = headers.append(name, value.as_bytes());
    }
    let outgoing = OutgoingResponse::new(headers);
    let _ = outgoing.set_status_code(response.status);
    let body = outgoing.body().expect("the body is taken once");
    ResponseOutparam::set(reply, Ok(outgoing));
    write(&body, &response.body);
    let _ = OutgoingBody::finish(body, None);
}

fn write(body: &OutgoingBody, bytes: &[u8]) {
    if bytes.is_empty() {
        return;
    }
    let stream = body.write().expect("the stream is taken once");
    for chunk in bytes.chunks(CHUNK) {
        if stream.blocking_write_and_flush(chunk).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_have_the_names_of_http() {
        assert_eq!(name_of(&Method::Get), "GET");
        assert_eq!(name_of(&Method::Delete), "DELETE");
        assert_eq!(name_of(&Method::Other("PURGE".into())), "PURGE");
    }
}
