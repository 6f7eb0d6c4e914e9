//! Requests and responses as services see them.

use std::cell::OnceCell;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;

use wasip2::http::types::IncomingRequest;

use crate::serve::{body_of, headers_of};
use crate::{Error, Result};

pub type Headers = Vec<(String, String)>;

/// One request. Its headers and its body are asked of the platform when the handler first wants them.
#[derive(Debug, Default)]
pub struct Request {
    pub method: String,
    /// As the client sent it, without the query.
    pub path: String,
    /// What follows `?`, or empty.
    pub query: String,
    headers: OnceCell<Headers>,
    body: OnceCell<Vec<u8>>,
    pub(crate) parameters: Headers,
    /// None for one that was made by hand.
    pub(crate) incoming: Option<IncomingRequest>,
}

impl Request {
    /// A request made by hand, for tests: `target` is the path with its query.
    pub fn new(method: &str, target: &str) -> Request {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        Request {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            ..Request::default()
        }
    }

    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Request {
        let mut headers = self.headers().clone();
        headers.push((name.to_owned(), value.into()));
        self.headers = headers.into();
        self
    }

    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Request {
        self.body = body.into().into();
        self
    }

    pub fn headers(&self) -> &Headers {
        let ask = || self.incoming.as_ref().map(headers_of).unwrap_or_default();
        self.headers.get_or_init(ask)
    }

    /// The body, read whole (the platform bounds its size); waits until it has arrived.
    pub fn body(&self) -> &[u8] {
        let ask = || self.incoming.as_ref().map(body_of).unwrap_or_default();
        self.body.get_or_init(ask)
    }

    /// The first header of that name, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        let found = self
            .headers()
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    /// What the pattern's `{name}` matched, or an empty text.
    pub fn parameter(&self, name: &str) -> &str {
        let found = self.parameters.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    /// The same as a number, say; 404 where it is none, for no such page can be there.
    pub fn parse<T: FromStr>(&self, name: &str) -> Result<T> {
        let text = self.parameter(name);
        text.parse()
            .map_err(|_| Error::not_found(format!("there is no {name} '{text}'")))
    }

    /// A value of the query, decoded.
    pub fn query_value(&self, name: &str) -> Option<String> {
        let pairs = self
            .query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs
            .into_iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| decoded(value))
    }

    /// The body as JSON; 400 `json_invalid` where it is none, or not of that type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(self.body())
            .map_err(|error| Error::new(400, "json_invalid", error.to_string()))
    }
}

/// `+` and `%XX` of a form's value.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let byte = after
            .get(..2)
            .and_then(hexadecimal)
            .filter(|_| first == b'%');
        rest = if byte.is_some() { &after[2..] } else { after };
        bytes.push(byte.unwrap_or(if first == b'+' { b' ' } else { first }));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let value = |digit: u8| char::from(digit).to_digit(16);
    u8::try_from(value(digits[0])? * 16 + value(digits[1])?).ok()
}

/// One response, its body whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    pub status: u16,
    pub headers: Headers,
    pub body: Vec<u8>,
}

impl Response {
    pub fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Response {
        Response {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.into(),
        }
    }

    pub fn text(body: impl Into<String>) -> Response {
        Response::new(200, "text/plain; charset=utf-8", body.into())
    }

    /// Panics where `value` cannot be JSON: a map whose keys are no texts.
    pub fn json(value: &impl Serialize) -> Response {
        let body = serde_json::to_vec(value).expect("a value that can be JSON");
        Response::new(200, "application/json", body)
    }

    pub fn empty() -> Response {
        Response {
            status: 204,
            headers: Headers::new(),
            body: Vec::new(),
        }
    }

    /// A problem document (RFC 9457) with a stable `code`.
    pub fn problem(error: &Error) -> Response {
        let document = serde_json::json!({"status": error.status, "code": error.code, "detail": error.message});
        Response::new(
            error.status,
            "application/problem+json",
            document.to_string(),
        )
    }

    pub fn with_status(mut self, status: u16) -> Response {
        self.status = status;
        self
    }

    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Response {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_query_are_decoded() {
        let request = Request::new("GET", "/?q=green+tea&x=%C3%A4%2&q=no");

        assert_eq!(request.query_value("q").as_deref(), Some("green tea"));
        assert_eq!(request.query_value("x").as_deref(), Some("ä%2"));
        assert_eq!(request.query_value("y"), None);
    }

    #[test]
    fn a_body_that_is_no_json_is_a_problem_of_the_client() {
        let request = Request::new("POST", "/").with_body("{");

        let refusal = request.json::<Vec<i64>>().unwrap_err();

        assert_eq!(
            (refusal.status, refusal.code.as_str()),
            (400, "json_invalid")
        );
    }

    #[test]
    fn a_parameter_of_another_type_is_not_found() {
        let request = Request {
            parameters: vec![("id".into(), "x".into())],
            ..Request::default()
        };

        assert_eq!(request.parse::<i64>("id").unwrap_err().status, 404);
    }

    #[test]
    fn headers_are_found_whatever_their_case() {
        let request = Request::new("GET", "/").with_header("X-A", "1");

        assert_eq!(request.header("x-a"), "1");
        assert_eq!(request.header("x-b"), "");
    }

    #[test]
    fn an_error_becomes_a_problem_document() {
        let response = Response::problem(&Error::not_found("no product 7"));

        assert_eq!(response.status, 404);
        assert_eq!(
            response.body,
            br#"{"code":"not_found","detail":"no product 7","status":404}"#
        );
    }
}
