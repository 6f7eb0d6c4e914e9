//! What the test guests of `wasi:http` 0.2 share.

pub mod steps;

use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingRequest, IncomingResponse,
    OutgoingBody, OutgoingRequest, OutgoingResponse, ResponseOutparam, Scheme,
};
use wasip2::io::streams::{InputStream, OutputStream, StreamError};

/// The most that one write to a stream takes.
pub const CHUNK: usize = 4096;

/// Where a request goes: path and query.
pub struct Target {
    pub path: String,
    query: String,
}

impl Target {
    pub fn of(request: &IncomingRequest) -> Target {
        let whole = request.path_with_query().unwrap_or_default();
        let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
        Target {
            path: path.to_owned(),
            query: query.to_owned(),
        }
    }

    /// A value of the query, with `%XX` decoded.
    pub fn value(&self, name: &str) -> Option<String> {
        let pairs = self
            .query
            .split('&')
            .filter_map(|pair| pair.split_once('='));
        pairs
            .into_iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| decode(value))
    }

    pub fn number(&self, name: &str, default: u64) -> u64 {
        self.value(name)
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits: Vec<u8> = rest.by_ref().take(2).collect();
        let hex = std::str::from_utf8(&digits).unwrap_or_default();
        bytes.push(u8::from_str_radix(hex, 16).unwrap_or(b'?'));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A response whose head is sent and whose body is open. Fields are dropped in order: the stream first.
pub struct Sending {
    pub stream: OutputStream,
    pub body: OutgoingBody,
}

impl Sending {
    pub fn begin(reply: ResponseOutparam, status: u16, headers: Fields) -> Sending {
        let response = OutgoingResponse::new(headers);
        response.set_status_code(status).expect("a status");
        let body = response.body().expect("the body is taken once");
        ResponseOutparam::set(reply, Ok(response));
        let stream = body.write().expect("the stream is taken once");
        Sending { stream, body }
    }

    pub fn write(&self, bytes: &[u8]) -> Result<(), StreamError> {
        for chunk in bytes.chunks(CHUNK) {
            self.stream.blocking_write_and_flush(chunk)?;
        }
        Ok(())
    }

    pub fn end(self, trailers: Option<Fields>) -> Result<(), ErrorCode> {
        drop(self.stream);
        OutgoingBody::finish(self.body, trailers)
    }
}

/// Headers with a content type.
pub fn typed(content_type: &str) -> Fields {
    let headers = Fields::new();
    let _ = headers.set("content-type", &[content_type.as_bytes().to_vec()]);
    headers
}

/// Sends a whole text.
pub fn answer(reply: ResponseOutparam, status: u16, text: &str) {
    let sending = Sending::begin(reply, status, typed("text/plain"));
    if sending.write(text.as_bytes()).is_ok() {
        let _ = sending.end(None);
    }
}

/// An incoming body and its stream, the stream dropped first.
pub struct Receiving {
    pub stream: InputStream,
    pub body: IncomingBody,
}

impl Receiving {
    pub fn request(request: &IncomingRequest) -> Receiving {
        Receiving::from(request.consume().expect("the body is taken once"))
    }

    pub fn response(response: &IncomingResponse) -> Result<Receiving, ErrorCode> {
        let body = response.consume();
        Ok(Receiving::from(
            body.map_err(|()| ErrorCode::InternalError(None))?,
        ))
    }

    fn from(body: IncomingBody) -> Receiving {
        Receiving {
            stream: body.stream().expect("the stream is taken once"),
            body,
        }
    }

    /// The next bytes, or none at the end.
    pub fn next(&self) -> Result<Option<Vec<u8>>, StreamError> {
        match self.stream.blocking_read(65536) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(StreamError::Closed) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub fn all(&self) -> Result<Vec<u8>, StreamError> {
        let mut whole = Vec::new();
        while let Some(bytes) = self.next()? {
            whole.extend_from_slice(&bytes);
        }
        Ok(whole)
    }

    /// The trailers that follow the body, once it is read.
    pub fn trailers(self) -> Option<Fields> {
        drop(self.stream);
        let trailers = IncomingBody::finish(self.body);
        trailers.subscribe().block();
        trailers.get()?.ok()?.ok()?
    }
}

/// A GET of `SCHEME://AUTHORITY/PATH`, of which only the form is looked at here.
pub fn request_for(url: &str) -> Result<OutgoingRequest, ErrorCode> {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let slash = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(slash);
    let scheme = match scheme {
        "http" => Scheme::Http,
        "https" => Scheme::Https,
        other => Scheme::Other(other.to_owned()),
    };

    let request = OutgoingRequest::new(Fields::new());
    let invalid = |()| ErrorCode::HttpRequestUriInvalid;
    request.set_scheme(Some(&scheme)).map_err(invalid)?;
    request.set_authority(Some(authority)).map_err(invalid)?;
    request
        .set_path_with_query(Some(if path.is_empty() { "/" } else { path }))
        .map_err(invalid)?;
    Ok(request)
}

/// Starts a GET.
pub fn start_get(url: &str) -> Result<FutureIncomingResponse, ErrorCode> {
    handle(request_for(url)?, None)
}

/// Waits for the head of a response.
pub fn response_of(pending: &FutureIncomingResponse) -> Result<IncomingResponse, ErrorCode> {
    pending.subscribe().block();
    let outcome = pending.get().and_then(Result::ok);
    outcome.unwrap_or(Err(ErrorCode::InternalError(None)))
}

/// GETs `url`; gives the response and its whole body.
pub fn get(url: &str) -> Result<(IncomingResponse, Vec<u8>), ErrorCode> {
    let response = response_of(&start_get(url)?)?;
    let body = Receiving::response(&response)?;
    let bytes = body.all().map_err(|_| ErrorCode::HttpResponseIncomplete)?;
    drop(body);
    Ok((response, bytes))
}
