//! What an instance and the task that uses it share: whose request it is, how long it has run,
//! where its bodies are.

use crate::abi::{self, Callbacks};
use crate::body::{RequestBody, ResponseBody};
use crate::clock::Timer;
use crate::engine::Inner;
use crate::outgoing::Outgoing;
use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::{Duration, Instant};
use wasmtime::{StoreContextMut, UpdateDeadline};

/// Belongs to one thread, the task's. It is in an `Arc`, and claims to be `Sync`, only because
/// Wasmtime's traits demand that; nothing here synchronises.
pub struct Run {
    pub engine: Arc<Inner>,
    user: Cell<*mut c_void>,
    /// A task uses the instance: callbacks with `user` are allowed.
    bound: Cell<bool>,
    started: Cell<Option<Instant>>,
    used: Cell<Duration>,
    cpu_limit: Cell<Option<Duration>>,
    wall_limit: Cell<Option<Instant>>,
    preempted: Cell<bool>,
    cause: Cell<Option<&'static str>>,
    pub denied: Cell<Option<&'static str>>,
    pub request: RefCell<Option<Arc<RequestBody>>>,
    pub response: RefCell<Option<ResponseBody>>,
    pub refused: RefCell<Option<String>>,
    pub paused: Cell<bool>,
    pub output_waker: RefCell<Option<Waker>>,
    pub outgoing: RefCell<Vec<Weak<Outgoing>>>,
    pub timers: RefCell<Vec<Arc<Timer>>>,
}

unsafe impl Send for Run {}
unsafe impl Sync for Run {}

impl Run {
    pub fn new(engine: Arc<Inner>) -> Run {
        Run {
            engine,
            user: Cell::new(std::ptr::null_mut()),
            bound: Cell::new(false),
            started: Cell::new(None),
            used: Cell::new(Duration::ZERO),
            cpu_limit: Cell::new(None),
            wall_limit: Cell::new(None),
            preempted: Cell::new(false),
            cause: Cell::new(None),
            denied: Cell::new(None),
            request: RefCell::new(None),
            response: RefCell::new(None),
            refused: RefCell::new(None),
            paused: Cell::new(false),
            output_waker: RefCell::new(None),
            outgoing: RefCell::default(),
            timers: RefCell::default(),
        }
    }

    /// Makes the instance work for the task of `options`.
    pub fn bind(&self, options: &abi::TaskOptions) {
        self.user.set(options.user);
        self.bound.set(true);
        self.used.set(Duration::ZERO);
        self.cpu_limit.set(limit(options.cpu_limit_ns));
        self.set_wall_limit(options.wall_limit_ns);
        self.preempted.set(false);
        self.cause.set(None);
        self.denied.set(None);
        self.paused.set(false);
        *self.refused.borrow_mut() = None;
    }

    /// The task is over: what hangs on it is cancelled, and its `user` is never used again.
    pub fn unbind(&self) {
        if !self.bound.get() {
            return;
        }
        let outgoing = std::mem::take(&mut *self.outgoing.borrow_mut());
        for exchange in outgoing.iter().filter_map(Weak::upgrade) {
            exchange.cancel();
        }
        let timers = std::mem::take(&mut *self.timers.borrow_mut());
        for timer in timers {
            timer.interrupt(self);
        }
        *self.request.borrow_mut() = None;
        *self.response.borrow_mut() = None;
        self.bound.set(false);
        self.user.set(std::ptr::null_mut());
    }

    pub fn is_bound(&self) -> bool {
        self.bound.get()
    }

    pub fn callbacks(&self) -> &Callbacks {
        &self.engine.callbacks
    }

    pub fn user(&self) -> *mut c_void {
        self.user.get()
    }

    pub fn monotonic_now(&self) -> u64 {
        let callbacks = self.callbacks();
        unsafe { (callbacks.monotonic_now)(callbacks.context) }
    }

    pub fn set_wall_limit(&self, ns: u64) {
        self.wall_limit
            .set(limit(ns).and_then(|limit| Instant::now().checked_add(limit)));
    }

    /// Running time so far.
    pub fn used(&self) -> Duration {
        self.used.get()
            + self
                .started
                .get()
                .map_or(Duration::ZERO, |started| started.elapsed())
    }

    pub fn begin_poll(&self) {
        self.preempted.set(false);
        self.started.set(Some(Instant::now()));
    }

    /// Ends the turn; returns whether it was cut short by the quantum.
    pub fn end_poll(&self) -> bool {
        self.used.set(self.used());
        self.started.set(None);
        self.preempted.get()
    }

    /// Why the guest was stopped, where the host stopped it or denied it memory.
    pub fn cause(&self) -> Option<&'static str> {
        self.cause.get().or(self.denied.get())
    }

    /// Called by the guest's code when the epoch has moved: goes on, yields or stops it.
    pub fn at_epoch(&self) -> wasmtime::Result<UpdateDeadline> {
        let Some(started) = self.started.get() else {
            return Ok(UpdateDeadline::Continue(1));
        };
        let now = Instant::now();
        let turn = now.duration_since(started);
        if self
            .cpu_limit
            .get()
            .is_some_and(|limit| self.used.get() + turn > limit)
        {
            self.cause.set(Some("guest_cpu_limit"));
            return Ok(UpdateDeadline::Interrupt);
        }
        if self.wall_limit.get().is_some_and(|limit| now >= limit) {
            self.cause.set(Some("guest_timeout"));
            return Ok(UpdateDeadline::Interrupt);
        }
        // While guests run for long, epochs have the quantum's length and end at any point of a turn: past its half,
        // this end is the nearer one.
        if turn < Duration::from_nanos(self.engine.limits.quantum_ns) / 2 {
            return Ok(UpdateDeadline::Continue(1));
        }
        self.preempted.set(true);
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(Pause::default())))
    }

    /// Gives bytes that the guest wrote to C++; false when nobody takes them any more.
    pub fn output(&self, stream: u32, bytes: &[u8]) -> bool {
        if bytes.is_empty() || !self.bound.get() {
            return true;
        }
        let taken =
            unsafe { (self.callbacks().on_output)(self.user(), stream, abi::Slice::of(bytes)) };
        if taken == abi::WRITE_PAUSE {
            self.paused.set(true);
        }
        taken != abi::WRITE_CLOSED
    }

    pub fn resume_output(&self) {
        self.paused.set(false);
        if let Some(waker) = self.output_waker.borrow_mut().take() {
            waker.wake();
        }
    }
}

fn limit(ns: u64) -> Option<Duration> {
    (ns != 0).then(|| Duration::from_nanos(ns))
}

/// Pending once, without waking: the task's poll reports the preemption, and whoever polls decides
/// when the guest goes on.
#[derive(Default)]
struct Pause {
    paused: bool,
}

impl Future for Pause {
    type Output = ();

    fn poll(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<()> {
        if std::mem::replace(&mut self.paused, true) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    }
}

/// Installs the epoch callback of a store.
pub fn watch<T: 'static>(store: &mut wasmtime::Store<T>, run: Arc<Run>) {
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_: StoreContextMut<T>| run.at_epoch());
}
