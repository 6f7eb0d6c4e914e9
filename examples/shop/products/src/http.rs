//! The little of `wasi:http` 0.2 that products needs.

use serde::Serialize;
use serde_json::json;
use wasip2::http::types::{
    Fields, IncomingBody, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

/// The most that one write to a response stream takes.
const CHUNK: usize = 4096;

/// A request, its body read whole (Skep bounds its size).
pub struct Call {
    pub method: String,
    pub path: String,
    query: String,
    pub body: Vec<u8>,
}

impl Call {
    pub fn of(request: IncomingRequest) -> Call {
        let target = request.path_with_query().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        Call {
            method: name_of(request.method()),
            path: path.to_owned(),
            query: query.to_owned(),
            body: request.consume().map(read).unwrap_or_default(),
        }
    }

    /// A value of the query, decoded.
    pub fn query(&self, name: &str) -> Option<String> {
        let pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .into_iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| decoded(value))
    }
}

/// HEAD is answered as GET is; Skep leaves the body out.
fn name_of(method: Method) -> String {
    match method {
        Method::Get | Method::Head => "GET".to_owned(),
        Method::Other(name) => name,
        known => format!("{known:?}")
            .trim_start_matches("Method::")
            .to_uppercase(),
    }
}

fn read(body: IncomingBody) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Ok(stream) = body.stream() {
        while let Ok(part) = stream.blocking_read(64 << 10) {
            bytes.extend(part);
        }
    }
    bytes
}

/// `+` and `%XX` of a form's value.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digits = rest
            .clone()
            .take(2)
            .map(|digit| char::from(digit).to_digit(16));
        match (byte, digits.collect::<Option<Vec<u32>>>().as_deref()) {
            (b'%', Some([high, low])) => {
                bytes.push((high * 16 + low) as u8);
                rest.nth(1);
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Reply {
    pub fn new(status: u16, content_type: &str, body: Vec<u8>) -> Reply {
        Reply {
            status,
            headers: vec![("content-type", content_type.to_owned())],
            body,
        }
    }

    pub fn json(status: u16, value: &impl Serialize) -> Reply {
        let body = serde_json::to_vec(value).expect("what can be JSON");
        Reply::new(status, "application/json", body)
    }

    /// A problem document (RFC 9457) with a stable `code`.
    pub fn problem(status: u16, code: &str, detail: &str) -> Reply {
        let document = json!({"status": status, "code": code, "detail": detail});
        let body = document.to_string().into_bytes();
        Reply::new(status, "application/problem+json", body)
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Reply {
        self.headers.push((name, value.to_owned()));
        self
    }
}

pub fn send(out: ResponseOutparam, reply: Reply) {
    let headers = Fields::new();
    for (name, value) in &reply.headers {
        let _ = headers.append(name, value.as_bytes());
    }
    let response = OutgoingResponse::new(headers);
    let _ = response.set_status_code(reply.status);
    let Ok(body) = response.body() else { return };
    ResponseOutparam::set(out, Ok(response));
    if let Ok(stream) = body.write() {
        for chunk in reply.body.chunks(CHUNK) {
            if stream.blocking_write_and_flush(chunk).is_err() {
                return;
            }
        }
    }
    let _ = OutgoingBody::finish(body, None);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(query: &str) -> Call {
        Call {
            method: "GET".into(),
            path: "/products".into(),
            query: query.into(),
            body: Vec::new(),
        }
    }

    #[test]
    fn a_value_of_the_query_is_decoded() {
        let call = call("limit=2&q=caf%C3%A9+100%");

        assert_eq!(call.query("q").as_deref(), Some("café 100%"));
        assert_eq!(call.query("after"), None);
    }
}
