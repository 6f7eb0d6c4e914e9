//! Standard streams of guests: input from the request body, output to a callback.

use crate::body::RequestBody;
use crate::run::Run;
use bytes::Bytes;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use wasmtime_wasi::cli::{IsTerminal, StdinStream, StdoutStream};
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};

/// As much as a guest may write at once.
const CHUNK: usize = 64 << 10;

/// Standard input: the body that the task has now, or nothing.
#[derive(Clone)]
pub struct Input(pub Arc<Run>);

/// Standard output (1) or error (2).
#[derive(Clone)]
pub struct Output {
    pub run: Arc<Run>,
    pub stream: u32,
}

impl Input {
    fn body(&self) -> Option<Arc<RequestBody>> {
        self.0.request.borrow().clone()
    }
}

impl IsTerminal for Input {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdinStream for Input {
    fn async_stream(&self) -> Box<dyn AsyncRead + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn InputStream> {
        Box::new(InputReader {
            input: self.clone(),
            ready: None,
        })
    }
}

impl AsyncRead for Input {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Some(body) = self.body() else {
            return Poll::Ready(Ok(()));
        };
        body.poll_read(buffer.remaining(), context)
            .map(|result| match result {
                Ok(bytes) => {
                    buffer.put_slice(&bytes);
                    Ok(())
                }
                Err(()) => Err(io::ErrorKind::ConnectionReset.into()),
            })
    }
}

struct InputReader {
    input: Input,
    /// What `ready` found; an empty one is the end.
    ready: Option<Result<Bytes, ()>>,
}

#[async_trait::async_trait]
impl Pollable for InputReader {
    async fn ready(&mut self) {
        if self.ready.is_some() {
            return;
        }
        let Some(body) = self.input.body() else {
            self.ready = Some(Ok(Bytes::new()));
            return;
        };
        self.ready = Some(poll_fn(|context| body.poll_read(CHUNK, context)).await);
    }
}

#[async_trait::async_trait]
impl InputStream for InputReader {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        if self.ready.is_none() {
            let mut context = Context::from_waker(std::task::Waker::noop());
            let found = match self.input.body() {
                Some(body) => body.poll_read(CHUNK, &mut context),
                None => Poll::Ready(Ok(Bytes::new())),
            };
            match found {
                Poll::Ready(found) => self.ready = Some(found),
                Poll::Pending => return Ok(Bytes::new()),
            }
        }
        match &mut self.ready {
            Some(Ok(bytes)) if bytes.is_empty() => Err(StreamError::Closed),
            Some(Ok(bytes)) => {
                let part = bytes.split_to(size.min(bytes.len()));
                if bytes.is_empty() {
                    self.ready = None;
                }
                Ok(part)
            }
            _ => Err(StreamError::LastOperationFailed(wasmtime::format_err!(
                "input broken off"
            ))),
        }
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl Output {
    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<()> {
        if !self.run.paused.get() {
            return Poll::Ready(());
        }
        *self.run.output_waker.borrow_mut() = Some(context.waker().clone());
        Poll::Pending
    }
}

impl AsyncWrite for Output {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_ready(context)
            .map(|()| match self.run.output(self.stream, bytes) {
                true => Ok(bytes.len()),
                false => Err(io::ErrorKind::BrokenPipe.into()),
            })
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[async_trait::async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {
        poll_fn(|context| self.poll_ready(context)).await;
    }
}

#[async_trait::async_trait]
impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        match self.run.output(self.stream, &bytes) {
            true => Ok(()),
            false => Err(StreamError::Closed),
        }
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(if self.run.paused.get() { 0 } else { CHUNK })
    }
}
