//! Heads between C++ and the `http` crate.

use crate::abi::{Headers, RequestHead, ResponseHead, Slice};
use crate::body::view;
use crate::error::{Error, Result};
use bytes::{Bytes, BytesMut};
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// A request's head, checked.
pub struct Request {
    pub method: Method,
    pub scheme: Scheme,
    pub authority: Option<Authority>,
    pub path: PathAndQuery,
    pub headers: HeaderMap,
}

fn invalid(what: &str) -> Error {
    Error::new("request_invalid", format!("{what} is not valid"))
}

/// Copies all the bytes of a head into one buffer and hands out parts of it.
struct Copier {
    rest: BytesMut,
}

impl Copier {
    unsafe fn new(texts: &[Slice], headers: &Headers) -> Copier {
        let values: usize = unsafe { headers.items() }
            .iter()
            .map(|header| header.value.len)
            .sum();
        let texts: usize = texts.iter().map(|text| text.len).sum();
        Copier {
            rest: BytesMut::with_capacity(values + texts),
        }
    }

    unsafe fn copy(&mut self, slice: Slice) -> Bytes {
        if slice.len == 0 {
            return Bytes::new();
        }
        self.rest.extend_from_slice(unsafe { slice.bytes() });
        self.rest.split().freeze()
    }
}

impl Request {
    /// # Safety
    /// `head` and all that it views must be valid during the call.
    pub unsafe fn parse(head: &RequestHead) -> Result<Request> {
        unsafe {
            let mut copier = Copier::new(&[head.authority, head.path], &head.headers);
            let method =
                Method::from_bytes(head.method.bytes()).map_err(|_| invalid("the method"))?;
            let scheme = match head.scheme.bytes() {
                b"http" => Scheme::HTTP,
                b"https" => Scheme::HTTPS,
                _ => return Err(invalid("the scheme")),
            };
            let authority = match head.authority.len {
                0 => None,
                _ => Some(
                    Authority::from_maybe_shared(copier.copy(head.authority))
                        .map_err(|_| invalid("the authority"))?,
                ),
            };
            let path = PathAndQuery::from_maybe_shared(copier.copy(head.path))
                .map_err(|_| invalid("the path"))?;
            let headers = parse_headers_with(&head.headers, &mut copier)?;
            Ok(Request {
                method,
                scheme,
                authority,
                path,
                headers,
            })
        }
    }
}

/// # Safety
/// `headers` and all that it views must be valid during the call.
pub unsafe fn parse_headers(headers: &Headers) -> Result<HeaderMap> {
    unsafe { parse_headers_with(headers, &mut Copier::new(&[], headers)) }
}

unsafe fn parse_headers_with(headers: &Headers, copier: &mut Copier) -> Result<HeaderMap> {
    let items = unsafe { headers.items() };
    let mut map = HeaderMap::try_with_capacity(items.len()).map_err(|_| invalid("the header"))?;
    for header in items {
        let (name, value) = unsafe { (header.name.bytes(), copier.copy(header.value)) };
        let name = HeaderName::from_bytes(name).map_err(|_| invalid("a header's name"))?;
        let value =
            HeaderValue::from_maybe_shared(value).map_err(|_| invalid("a header's value"))?;
        map.try_append(name, value)
            .map_err(|_| invalid("the header"))?;
    }
    Ok(map)
}

/// Shows a response's head to `show`.
pub fn with_response(status: http::StatusCode, map: &HeaderMap, show: impl FnOnce(&ResponseHead)) {
    let views: Vec<_> = map.iter().map(|(name, value)| view(name, value)).collect();
    let headers = Headers {
        items: views.as_ptr(),
        count: views.len(),
    };
    show(&ResponseHead {
        status: status.as_u16(),
        headers,
    });
}
