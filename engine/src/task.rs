//! Tasks: one run of a guest each, polled by C++ on one thread.

use crate::abi::{self, Buffer, Header, Headers, RequestHead, TaskOptions};
use crate::app::{self, App, Linked};
use crate::engine::{Slot, Slots};
use crate::error::{Error, Result};
use crate::pool::{Live, Pool, Shared};
use crate::run::Run;
use crate::threads::Threads;
use crate::{command, event, guard, head, http02, waker, worker};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tokio::runtime::Handle;

/// What `skep_task*` points to.
pub struct Task {
    run: Arc<Run>,
    waker: Waker,
    work: Option<Work>,
    status: u32,
    error: Option<Error>,
    exit_code: i32,
    rest: Option<Live>,
    pool: Option<Rc<Shared>>,
    threads: Option<Handle>,
}

pub type Work = Pin<Box<dyn Future<Output = Outcome>>>;

/// How a run ended: with an exit code or an error, and with the instance, which is dropped or
/// reused when the task is freed.
pub struct Outcome {
    pub result: Result<i32>,
    pub rest: Option<Live>,
}

/// What a kind of task needs to start.
pub struct Start {
    pub run: Arc<Run>,
    pub work: Work,
}

thread_local! {
    pub static PANIC_NEXT: Cell<bool> = const { Cell::new(false) };
}

impl Task {
    fn new(app: &Linked, options: &TaskOptions, start: Start, pool: Option<Rc<Shared>>) -> Task {
        Task {
            run: start.run,
            waker: unsafe { waker::retain(options.waker) },
            work: Some(start.work),
            status: abi::POLL_PENDING,
            error: None,
            exit_code: 0,
            rest: None,
            pool,
            threads: app.threads.as_ref().and_then(Threads::handle),
        }
    }

    fn poll(&mut self) -> u32 {
        if self.status != abi::POLL_PENDING {
            return self.status;
        }
        let Some(work) = &mut self.work else {
            return abi::POLL_FAILED;
        };
        self.run.begin_poll();
        let polled = catch_unwind(AssertUnwindSafe(|| {
            let _entered = self.threads.as_ref().map(Handle::enter);
            assert!(!PANIC_NEXT.replace(false), "asked to by skep_test_panic");
            work.as_mut().poll(&mut Context::from_waker(&self.waker))
        }));
        let preempted = self.run.end_poll();
        match polled {
            Ok(Poll::Pending) if preempted => abi::POLL_PREEMPTED,
            Ok(Poll::Pending) => abi::POLL_PENDING,
            Ok(Poll::Ready(outcome)) => {
                self.rest = outcome.rest;
                match outcome.result {
                    Ok(code) => self.end(abi::POLL_DONE, code, None),
                    Err(error) => self.end(abi::POLL_FAILED, 0, Some(error)),
                }
            }
            Err(payload) => {
                self.stop();
                self.end(abi::POLL_FAILED, 0, Some(guard::panicked(payload)))
            }
        }
    }

    fn end(&mut self, status: u32, exit_code: i32, error: Option<Error>) -> u32 {
        self.exit_code = exit_code;
        self.error = error;
        self.status = status;
        status
    }

    /// Unwinds the guest.
    fn stop(&mut self) {
        let work = self.work.take();
        let _entered = self.threads.as_ref().map(Handle::enter);
        guard::quiet((), || drop(work));
        if let Some(response) = &mut *self.run.response.borrow_mut() {
            response.close();
        }
    }

    fn cancel(&mut self) {
        if self.status == abi::POLL_PENDING {
            self.stop();
            let error = Error::new("cancelled", "the task was cancelled");
            self.end(abi::POLL_FAILED, 0, Some(error));
        }
    }

    fn response_next(&mut self, bytes: *mut Buffer) -> u32 {
        let mut response = self.run.response.borrow_mut();
        let Some(body) = &mut *response else {
            return abi::NEXT_ERROR;
        };
        let next = body.next(&mut Context::from_waker(&self.waker), bytes);
        if next == abi::NEXT_PENDING && self.status != abi::POLL_PENDING {
            // Nobody is left who could finish it.
            body.close();
            return abi::NEXT_ERROR;
        }
        next
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.cancel();
        let _entered = self.threads.as_ref().map(Handle::enter);
        drop(self.work.take());
        let reusable = self.status == abi::POLL_DONE;
        match (self.rest.take(), self.pool.take()) {
            (Some(live), Some(pool)) if reusable => {
                self.run.unbind();
                pool.put(live);
            }
            (rest, _) => {
                drop(rest);
                self.run.unbind();
            }
        }
    }
}

/// A run bound to the task of `options`, and the slot that it takes.
pub fn begin(app: &Arc<Linked>, options: &TaskOptions) -> Result<(Arc<Run>, Slot)> {
    let slot = Slots::take(&app.engine, options.nested != 0)?;
    let run = Arc::new(Run::new(app.engine.clone()));
    run.bind(options);
    Ok((run, slot))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_task_http(
    app: *mut App,
    pool: *mut Pool,
    request: *const RequestHead,
    options: *const TaskOptions,
    error: *mut *mut Error,
) -> *mut Task {
    unsafe {
        guard::object(error, || {
            let (app, options, head) = (&(*app).0, &*options, &*request);
            let pool = pool.as_ref().map(|pool| pool.shared.clone());
            let request = head::Request::parse(head)?;
            let has_body = head.has_body != 0;
            let start = if app.http03.is_some() {
                worker::start(app, pool.as_deref(), request, has_body, options)?
            } else {
                http02::start(app, pool.as_deref(), request, has_body, options)?
            };
            Ok(Task::new(app, options, start, pool))
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_task_cgi(
    app: *mut App,
    env: *const Header,
    env_count: usize,
    options: *const TaskOptions,
    error: *mut *mut Error,
) -> *mut Task {
    unsafe {
        guard::object(error, || {
            let (app, options) = (&(*app).0, &*options);
            let start = command::start_cgi(app, &app::pairs(env, env_count), options)?;
            Ok(Task::new(app, options, start, None))
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_task_run(
    app: *mut App,
    options: *const TaskOptions,
    error: *mut *mut Error,
) -> *mut Task {
    unsafe {
        guard::object(error, || {
            let (app, options) = (&(*app).0, &*options);
            Ok(Task::new(
                app,
                options,
                command::start_run(app, options)?,
                None,
            ))
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_task_event(
    app: *mut App,
    payload: Buffer,
    options: *const TaskOptions,
    error: *mut *mut Error,
) -> *mut Task {
    unsafe {
        guard::object(error, || {
            let (app, options) = (&(*app).0, &*options);
            let start = event::start(app, payload.into_bytes(), options)?;
            Ok(Task::new(app, options, start, None))
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_task_poll(task: *mut Task) -> u32 {
    guard::quiet(abi::POLL_FAILED, || unsafe { &mut *task }.poll())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_task_error(task: *const Task) -> *const Error {
    unsafe { &*task }
        .error
        .as_ref()
        .map_or(std::ptr::null(), std::ptr::from_ref)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_task_exit_code(task: *const Task) -> i32 {
    unsafe { &*task }.exit_code
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_task_cpu_ns(task: *const Task) -> u64 {
    u64::try_from(unsafe { &*task }.run.used().as_nanos()).unwrap_or(u64::MAX)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_task_wall_limit(task: *mut Task, ns: u64) {
    unsafe { &*task }.run.set_wall_limit(ns);
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_task_cancel(task: *mut Task) {
    guard::quiet((), || unsafe { &mut *task }.cancel());
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_task_free(task: *mut Task) {
    unsafe { guard::free(task) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_task_output_resume(task: *mut Task) {
    guard::quiet((), || unsafe { &*task }.run.resume_output());
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_request_push(task: *mut Task, bytes: Buffer) {
    guard::quiet((), || {
        let body = unsafe { &*task }.run.request.borrow().clone();
        if let Some(body) = body {
            body.push(bytes.into_bytes());
        }
    });
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_request_end(task: *mut Task, trailers: *const Headers) {
    guard::quiet((), || {
        let body = unsafe { &*task }.run.request.borrow().clone();
        let trailers = unsafe { trailers.as_ref() };
        let trailers = trailers.map(|trailers| unsafe { head::parse_headers(trailers) });
        match (body, trailers.transpose()) {
            (Some(body), Ok(trailers)) => body.finish(trailers),
            (Some(body), Err(_)) => body.fail(),
            (None, _) => {}
        }
    });
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_request_fail(task: *mut Task) {
    guard::quiet((), || {
        let body = unsafe { &*task }.run.request.borrow().clone();
        if let Some(body) = body {
            body.fail();
        }
    });
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_response_next(task: *mut Task, bytes: *mut Buffer) -> u32 {
    guard::quiet(abi::NEXT_ERROR, || {
        unsafe { &mut *task }.response_next(bytes)
    })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_response_trailers(task: *mut Task) -> Headers {
    unsafe { &*task }
        .run
        .response
        .borrow()
        .as_ref()
        .map_or(Headers::EMPTY, |it| it.trailers())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_response_close(task: *mut Task) {
    guard::quiet((), || {
        if let Some(response) = &mut *unsafe { &*task }.run.response.borrow_mut() {
            response.close();
        }
    });
}

#[unsafe(no_mangle)]
pub extern "C" fn skep_test_panic() {
    PANIC_NEXT.set(true);
}
