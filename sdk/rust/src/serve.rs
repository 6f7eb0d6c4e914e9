//! Between `wasi:http` 0.2 and the service. Used by `service!`.

use wasip2::http::types::{
    Fields, IncomingBody, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasip2::io::streams::StreamError;

use crate::{Request, Response, Result};

const CHUNK: usize = 4096;

/// Answers one request by `handle`.
pub fn answer(
    incoming: IncomingRequest,
    reply: ResponseOutparam,
    handle: fn(Request) -> Result<Response>,
) {
    let response = handle(read(&incoming)).unwrap_or_else(|error| Response::problem(&error));
    send(&response, reply);
}

fn read(incoming: &IncomingRequest) -> Request {
    let target = incoming.path_with_query().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let text = |value: Vec<u8>| String::from_utf8_lossy(&value).into_owned();
    let headers = incoming.headers().entries();
    Request {
        method: name_of(incoming.method()),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers
            .into_iter()
            .map(|(name, value)| (name, text(value)))
            .collect(),
        body: incoming.consume().map(read_body).unwrap_or_default(),
        parameters: Vec::new(),
    }
}

fn name_of(method: Method) -> String {
    match method {
        Method::Other(name) => name,
        known => format!("{known:?}")
            .trim_start_matches("Method::")
            .to_uppercase(),
    }
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
        assert_eq!(name_of(Method::Get), "GET");
        assert_eq!(name_of(Method::Delete), "DELETE");
        assert_eq!(name_of(Method::Other("PURGE".into())), "PURGE");
    }
}
