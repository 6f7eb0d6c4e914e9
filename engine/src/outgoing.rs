//! HTTP requests that guests send. C++ gets the head and pulls the body; it answers with a head
//! and pushes the body.

use crate::abi::{self, Headers, OutgoingHead, ResponseHead, Slice};
use crate::body::{BoxBody, HeaderList, Reader, RequestBody, ResponseBody, WasiError};
use crate::error::{Error, Result};
use crate::run::Run;
use crate::{guard, head, waker};
use http::{HeaderMap, Method, StatusCode, Uri};
use http_body_util::BodyExt as _;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use wasmtime_wasi_http::RequestOptions;

pub use crate::outgoing02::add as add02;

/// One exchange. Shared by C++ and by what the guest holds of it; one thread, as `Run`.
pub struct Outgoing {
    run: Arc<Run>,
    user: Cell<*mut c_void>,
    body: RefCell<ResponseBody>,
    head: RefCell<Head>,
    response: Arc<RequestBody>,
    /// C++ has ended or failed the exchange, or has been told that nobody waits for it.
    over: Cell<bool>,
}

unsafe impl Send for Outgoing {}
unsafe impl Sync for Outgoing {}

enum Head {
    Awaited(Option<Waker>),
    Arrived(StatusCode, HeaderMap),
    Failed(Failure),
    Taken,
}

/// `skep_http_error` of the header.
mod http_error {
    pub const INTERNAL_ERROR: u32 = 0;
    pub const DNS_TIMEOUT: u32 = 1;
    pub const DNS_ERROR: u32 = 2;
    pub const DESTINATION_NOT_FOUND: u32 = 3;
    pub const DESTINATION_UNAVAILABLE: u32 = 4;
    pub const DESTINATION_IP_PROHIBITED: u32 = 5;
    pub const CONNECTION_REFUSED: u32 = 6;
    pub const CONNECTION_TERMINATED: u32 = 7;
    pub const CONNECTION_TIMEOUT: u32 = 8;
    pub const CONNECTION_LIMIT_REACHED: u32 = 9;
    pub const REQUEST_DENIED: u32 = 10;
    pub const REQUEST_METHOD_INVALID: u32 = 11;
    pub const REQUEST_URI_INVALID: u32 = 12;
    pub const RESPONSE_INCOMPLETE: u32 = 13;
    pub const RESPONSE_TIMEOUT: u32 = 14;
    pub const RESPONSE_BODY_SIZE: u32 = 15;
    pub const PROTOCOL_ERROR: u32 = 16;
    pub const LOOP_DETECTED: u32 = 17;
    pub const CONFIGURATION_ERROR: u32 = 18;
    pub const TLS_PROTOCOL_ERROR: u32 = 19;
}

/// Why an exchange failed: one of `http_error` and a message.
#[derive(Clone, Debug)]
pub struct Failure {
    pub kind: u32,
    pub message: String,
}

impl Failure {
    pub fn to_wasi(&self) -> WasiError {
        match self.kind {
            http_error::DNS_TIMEOUT => WasiError::DnsTimeout,
            http_error::DNS_ERROR => WasiError::DnsError {
                rcode: None,
                info_code: None,
            },
            http_error::DESTINATION_NOT_FOUND => WasiError::DestinationNotFound,
            http_error::DESTINATION_UNAVAILABLE => WasiError::DestinationUnavailable,
            http_error::DESTINATION_IP_PROHIBITED => WasiError::DestinationIpProhibited,
            http_error::CONNECTION_REFUSED => WasiError::ConnectionRefused,
            http_error::CONNECTION_TERMINATED => WasiError::ConnectionTerminated,
            http_error::CONNECTION_TIMEOUT => WasiError::ConnectionTimeout,
            http_error::CONNECTION_LIMIT_REACHED => WasiError::ConnectionLimitReached,
            http_error::REQUEST_DENIED => WasiError::HttpRequestDenied,
            http_error::REQUEST_METHOD_INVALID => WasiError::HttpRequestMethodInvalid,
            http_error::REQUEST_URI_INVALID => WasiError::HttpRequestUriInvalid,
            http_error::RESPONSE_INCOMPLETE => WasiError::HttpResponseIncomplete,
            http_error::RESPONSE_TIMEOUT => WasiError::HttpResponseTimeout,
            http_error::RESPONSE_BODY_SIZE => WasiError::HttpResponseBodySize(None),
            http_error::PROTOCOL_ERROR => WasiError::HttpProtocolError,
            http_error::LOOP_DETECTED => WasiError::LoopDetected,
            http_error::CONFIGURATION_ERROR => WasiError::ConfigurationError,
            http_error::TLS_PROTOCOL_ERROR => WasiError::TlsProtocolError,
            _ => WasiError::InternalError(Some(self.message.clone())),
        }
    }
}

/// What the guest asks for.
pub struct Asked {
    pub method: Method,
    pub scheme: String,
    pub authority: String,
    pub path: String,
    pub headers: HeaderMap,
    pub options: RequestOptions,
}

/// The guest's end, until the response's head is there. Dropping it cancels.
pub struct Pending {
    outgoing: Arc<Outgoing>,
}

/// Tells C++ of a request; its answer comes by `Pending`.
pub fn start(run: &Arc<Run>, asked: &Asked, body: BoxBody) -> Pending {
    let outgoing = Arc::new_cyclic(|this: &std::sync::Weak<Outgoing>| {
        let this = this.clone();
        Outgoing {
            run: run.clone(),
            user: Cell::new(std::ptr::null_mut()),
            body: RefCell::new(ResponseBody::new(body)),
            head: RefCell::new(Head::Awaited(None)),
            response: RequestBody::new(move |count| {
                if let Some(this) = this.upgrade() {
                    this.report_window(count);
                }
            }),
            over: Cell::new(false),
        }
    });
    run.outgoing.borrow_mut().push(Arc::downgrade(&outgoing));
    let headers = HeaderList::new(asked.headers.clone());
    let head = OutgoingHead {
        method: Slice::of(asked.method.as_str().as_bytes()),
        scheme: Slice::of(asked.scheme.as_bytes()),
        authority: Slice::of(asked.authority.as_bytes()),
        path: Slice::of(asked.path.as_bytes()),
        headers: headers.headers(),
        connect_timeout_ns: nanoseconds(asked.options.connect_timeout),
        first_byte_timeout_ns: nanoseconds(asked.options.first_byte_timeout),
        between_bytes_timeout_ns: nanoseconds(asked.options.between_bytes_timeout),
    };
    let theirs = Arc::into_raw(outgoing.clone()).cast_mut();
    unsafe { (run.callbacks().on_outgoing)(run.user(), &head, theirs) };
    Pending { outgoing }
}

fn nanoseconds(duration: Option<Duration>) -> u64 {
    duration.map_or(0, |it| u64::try_from(it.as_nanos()).unwrap_or(u64::MAX))
}

/// `start` for WASI 0.3, which hands over a request of the `http` crate.
pub fn send(
    run: &Arc<Run>,
    request: http::Request<BoxBody>,
    options: RequestOptions,
) -> impl Future<Output = std::result::Result<http::Response<BoxBody>, WasiError>> + Send + 'static
{
    let (parts, body) = request.into_parts();
    let uri: &Uri = &parts.uri;
    let asked = Asked {
        method: parts.method,
        scheme: uri.scheme_str().unwrap_or_default().to_owned(),
        authority: uri
            .authority()
            .map_or_else(String::new, ToString::to_string),
        path: uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string),
        headers: parts.headers,
        options,
    };
    let pending = start(run, &asked, body);
    async move { pending.await.map_err(|failure| failure.to_wasi()) }
}

impl Future for Pending {
    type Output = std::result::Result<http::Response<BoxBody>, Failure>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut head = self.outgoing.head.borrow_mut();
        match std::mem::replace(&mut *head, Head::Taken) {
            Head::Awaited(_) => {
                *head = Head::Awaited(Some(context.waker().clone()));
                Poll::Pending
            }
            Head::Failed(failure) => Poll::Ready(Err(failure)),
            Head::Taken => Poll::Ready(Err(Failure {
                kind: http_error::INTERNAL_ERROR,
                message: "answered twice".into(),
            })),
            Head::Arrived(status, headers) => {
                let incoming = Incoming {
                    reader: Reader::response(self.outgoing.response.clone()),
                    outgoing: self.outgoing.clone(),
                };
                let mut response = http::Response::new(incoming.boxed_unsync());
                *response.status_mut() = status;
                *response.headers_mut() = headers;
                Poll::Ready(Ok(response))
            }
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        if !matches!(*self.outgoing.head.borrow(), Head::Taken) {
            self.outgoing.cancel();
        }
    }
}

/// The response's body as the guest reads it. Dropping it before its end cancels.
struct Incoming {
    reader: Reader,
    outgoing: Arc<Outgoing>,
}

impl http_body::Body for Incoming {
    type Data = bytes::Bytes;
    type Error = WasiError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<http_body::Frame<bytes::Bytes>, WasiError>>> {
        Pin::new(&mut self.reader).poll_frame(context)
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        self.outgoing.cancel();
    }
}

impl Outgoing {
    fn this(&self) -> *mut Outgoing {
        std::ptr::from_ref(self).cast_mut()
    }

    fn report_window(&self, count: usize) {
        if !self.over.get() {
            unsafe {
                (self.run.callbacks().on_outgoing_window)(self.run.user(), self.this(), count);
            }
        }
    }

    /// Tells C++, once, that nobody waits for the rest.
    pub fn cancel(&self) {
        if !self.over.replace(true) {
            unsafe { (self.run.callbacks().on_outgoing_cancel)(self.run.user(), self.this()) };
        }
    }

    fn settle(&self, new: Head) {
        let mut head = self.head.borrow_mut();
        if let Head::Awaited(waker) = &mut *head {
            let waker = waker.take();
            *head = new;
            drop(head);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }

    fn respond(&self, status: u16, headers: HeaderMap) -> Result<()> {
        let status = StatusCode::from_u16(status)
            .map_err(|_| Error::new("request_invalid", "the status is not valid"))?;
        self.settle(Head::Arrived(status, headers));
        Ok(())
    }

    fn fail(&self, failure: Failure) {
        self.over.set(true);
        self.settle(Head::Failed(failure));
        self.response.fail();
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_outgoing_set_user(outgoing: *mut Outgoing, user: *mut c_void) {
    unsafe { &*outgoing }.user.set(user);
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_outgoing_user(outgoing: *const Outgoing) -> *mut c_void {
    unsafe { &*outgoing }.user.get()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_outgoing_next(
    outgoing: *mut Outgoing,
    waker: *mut abi::Waker,
    bytes: *mut abi::Buffer,
) -> u32 {
    guard::quiet(abi::NEXT_ERROR, || {
        let waker = unsafe { waker::retain(waker) };
        let mut context = Context::from_waker(&waker);
        unsafe { &*outgoing }
            .body
            .borrow_mut()
            .next(&mut context, bytes)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_outgoing_trailers(outgoing: *mut Outgoing) -> Headers {
    unsafe { &*outgoing }.body.borrow().trailers()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_outgoing_respond(
    outgoing: *mut Outgoing,
    head: *const ResponseHead,
    error: *mut *mut Error,
) -> bool {
    unsafe {
        guard::flag(error, || {
            let head = &*head;
            (*outgoing).respond(head.status, head::parse_headers(&head.headers)?)
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_outgoing_push(outgoing: *mut Outgoing, bytes: abi::Buffer) {
    guard::quiet((), || {
        unsafe { &*outgoing }.response.push(bytes.into_bytes())
    });
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_outgoing_end(outgoing: *mut Outgoing, trailers: *const Headers) {
    guard::quiet((), || {
        let outgoing = unsafe { &*outgoing };
        let trailers = unsafe { trailers.as_ref() };
        match trailers
            .map(|trailers| unsafe { head::parse_headers(trailers) })
            .transpose()
        {
            Ok(trailers) => {
                outgoing.over.set(true);
                outgoing.response.finish(trailers);
            }
            Err(error) => outgoing.fail(Failure {
                kind: http_error::PROTOCOL_ERROR,
                message: error.message,
            }),
        }
    });
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_outgoing_fail(outgoing: *mut Outgoing, kind: u32, message: Slice) {
    guard::quiet((), || {
        unsafe { &*outgoing }.fail(Failure {
            kind,
            message: unsafe { message.text() },
        });
    });
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_outgoing_free(outgoing: *mut Outgoing) {
    if !outgoing.is_null() {
        guard::quiet((), || {
            let outgoing = unsafe { Arc::from_raw(outgoing) };
            outgoing.fail(Failure {
                kind: http_error::RESPONSE_INCOMPLETE,
                message: "given up".into(),
            });
        });
    }
}
