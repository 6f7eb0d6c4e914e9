//! Bodies: the request's, which C++ pushes and the guest pulls, and the response's, the reverse.

use crate::abi::{self, Buffer, Header, Headers, Slice};
use crate::run::Run;
use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};
use http_body_util::combinators::UnsyncBoxBody;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll, Waker, ready};

pub type WasiError = wasmtime_wasi_http::Error;
pub type BoxBody = UnsyncBoxBody<Bytes, WasiError>;

/// How the sender of a body ended it.
enum End {
    Open,
    Done(Option<HeaderMap>),
    Broken,
    Taken,
}

/// The queue between C++ and a guest that reads. One thread, as `Run`.
pub struct RequestBody {
    frames: RefCell<VecDeque<Bytes>>,
    end: RefCell<End>,
    waker: RefCell<Option<Waker>>,
    /// The guest has dropped its end.
    closed: Cell<bool>,
    /// Told of every byte that leaves the queue.
    drained: Box<dyn Fn(usize)>,
}

unsafe impl Send for RequestBody {}
unsafe impl Sync for RequestBody {}

impl RequestBody {
    pub fn new(drained: impl Fn(usize) + 'static) -> Arc<RequestBody> {
        Arc::new(RequestBody {
            frames: RefCell::default(),
            end: RefCell::new(End::Open),
            waker: RefCell::default(),
            closed: Cell::new(false),
            drained: Box::new(drained),
        })
    }

    /// A body whose taken bytes are reported by on_request_window.
    pub fn of_task(run: &Arc<Run>) -> Arc<RequestBody> {
        let run: Weak<Run> = Arc::downgrade(run);
        RequestBody::new(move |count| {
            if let Some(run) = run.upgrade() {
                unsafe { (run.callbacks().on_request_window)(run.user(), count) };
            }
        })
    }

    pub fn push(&self, bytes: Bytes) {
        if self.closed.get() {
            (self.drained)(bytes.len());
        } else if !bytes.is_empty() {
            self.frames.borrow_mut().push_back(bytes);
            self.wake();
        }
    }

    pub fn finish(&self, trailers: Option<HeaderMap>) {
        self.set_end(End::Done(trailers));
    }

    pub fn fail(&self) {
        self.set_end(End::Broken);
    }

    fn set_end(&self, end: End) {
        let mut current = self.end.borrow_mut();
        if matches!(*current, End::Open) {
            *current = end;
            drop(current);
            self.wake();
        }
    }

    fn wake(&self) {
        let waker = self.waker.borrow_mut().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// The guest reads no more: what is queued counts as taken.
    pub fn close(&self) {
        self.closed.set(true);
        let frames = std::mem::take(&mut *self.frames.borrow_mut());
        let count: usize = frames.iter().map(Bytes::len).sum();
        if count > 0 {
            (self.drained)(count);
        }
    }

    /// Up to `size` bytes; pending when there are none yet, an empty result at the end.
    pub fn poll_read(&self, size: usize, context: &mut Context<'_>) -> Poll<Result<Bytes, ()>> {
        if let Some(bytes) = self.take(size) {
            return Poll::Ready(Ok(bytes));
        }
        match *self.end.borrow() {
            End::Open => {
                *self.waker.borrow_mut() = Some(context.waker().clone());
                Poll::Pending
            }
            End::Broken => Poll::Ready(Err(())),
            End::Done(_) | End::Taken => Poll::Ready(Ok(Bytes::new())),
        }
    }

    /// Whether a read would return at once; else `context` is woken when that changes.
    pub fn is_readable(&self, context: Option<&mut Context<'_>>) -> bool {
        let readable = !self.frames.borrow().is_empty() || !matches!(*self.end.borrow(), End::Open);
        if let (false, Some(context)) = (readable, context) {
            *self.waker.borrow_mut() = Some(context.waker().clone());
        }
        readable
    }

    fn take(&self, size: usize) -> Option<Bytes> {
        let mut frames = self.frames.borrow_mut();
        let front = frames.front_mut()?;
        let bytes = if front.len() > size {
            front.split_to(size)
        } else {
            frames.pop_front()?
        };
        drop(frames);
        (self.drained)(bytes.len());
        Some(bytes)
    }

    fn take_trailers(&self) -> Option<HeaderMap> {
        let mut end = self.end.borrow_mut();
        match std::mem::replace(&mut *end, End::Taken) {
            End::Done(trailers) => trailers,
            _ => None,
        }
    }
}

/// The guest's end of a `RequestBody`.
pub struct Reader {
    body: Arc<RequestBody>,
    failure: fn() -> WasiError,
}

impl Reader {
    pub fn request(body: Arc<RequestBody>) -> Reader {
        Reader {
            body,
            failure: || WasiError::ConnectionTerminated,
        }
    }

    pub fn response(body: Arc<RequestBody>) -> Reader {
        Reader {
            body,
            failure: || WasiError::HttpResponseIncomplete,
        }
    }
}

impl Body for Reader {
    type Data = Bytes;
    type Error = WasiError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, WasiError>>> {
        match self.body.poll_read(usize::MAX, context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(())) => Poll::Ready(Some(Err((self.failure)()))),
            Poll::Ready(Ok(bytes)) if !bytes.is_empty() => {
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Poll::Ready(Ok(_)) => Poll::Ready(
                self.body
                    .take_trailers()
                    .map(|map| Ok(Frame::trailers(map))),
            ),
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.body.close();
    }
}

/// A body that a guest writes and C++ pulls: of a response, or of an outgoing request.
pub struct ResponseBody {
    body: Option<BoxBody>,
    /// A frame that was looked at ahead of time.
    ahead: Option<Bytes>,
    failed: bool,
    trailers: Option<Box<HeaderList>>,
    /// Who waits for the end.
    waiting: Option<Waker>,
}

impl ResponseBody {
    pub fn new(body: BoxBody) -> ResponseBody {
        ResponseBody {
            body: Some(body),
            ahead: None,
            failed: false,
            trailers: None,
            waiting: None,
        }
    }

    /// One `skep_next`; `READY` fills `out`.
    pub fn next(&mut self, context: &mut Context<'_>, out: *mut Buffer) -> u32 {
        let frame = match self.ahead.take() {
            Some(frame) => Some(frame),
            None => match self.poll_frame(context) {
                Poll::Pending => return abi::NEXT_PENDING,
                Poll::Ready(frame) => frame,
            },
        };
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
        match frame {
            Some(bytes) => {
                unsafe { out.write(Buffer::from_bytes(bytes)) };
                abi::NEXT_READY
            }
            None if self.failed => abi::NEXT_ERROR,
            None => abi::NEXT_END,
        }
    }

    /// Ready when no more frames will come than the one that is kept for `next`.
    pub fn poll_ended(&mut self, context: &mut Context<'_>) -> Poll<()> {
        while self.body.is_some() {
            if self.ahead.is_some() {
                self.waiting = Some(context.waker().clone());
                return Poll::Pending;
            }
            match self.poll_frame(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(frame) => self.ahead = frame,
            }
        }
        Poll::Ready(())
    }

    /// The next data; none at the end, which `failed` and `trailers` describe.
    fn poll_frame(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        while let Some(body) = &mut self.body {
            match ready!(Pin::new(body).poll_frame(context)) {
                None => self.body = None,
                Some(Err(_)) => self.close(),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(bytes) if bytes.is_empty() => {}
                    Ok(bytes) => return Poll::Ready(Some(bytes)),
                    Err(frame) => {
                        self.trailers = frame
                            .into_trailers()
                            .ok()
                            .map(HeaderList::new)
                            .map(Box::new);
                        self.body = None;
                    }
                },
            }
        }
        Poll::Ready(None)
    }

    pub fn trailers(&self) -> Headers {
        self.trailers
            .as_ref()
            .map_or(Headers::EMPTY, |list| list.headers())
    }

    pub fn close(&mut self) {
        self.failed = true;
        self.body = None;
        self.ahead = None;
        if let Some(waker) = self.waiting.take() {
            waker.wake();
        }
    }
}

/// A header map with the array of views that C++ reads.
pub struct HeaderList {
    _map: HeaderMap,
    views: Vec<Header>,
}

impl HeaderList {
    pub fn new(map: HeaderMap) -> HeaderList {
        let views = map.iter().map(|(name, value)| view(name, value)).collect();
        HeaderList { _map: map, views }
    }

    pub fn headers(&self) -> Headers {
        Headers {
            items: self.views.as_ptr(),
            count: self.views.len(),
        }
    }
}

pub fn view(name: &http::HeaderName, value: &http::HeaderValue) -> Header {
    Header {
        name: Slice::of(name.as_str().as_bytes()),
        value: Slice::of(value.as_bytes()),
    }
}
