//! Clocks, timers and random data of guests: all of them C++'s.

use crate::engine::Inner;
use crate::guard;
use crate::run::Run;
use std::cell::Cell;
use std::convert::Infallible;
use std::ffi::c_void;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use wasmtime_wasi::p2::Pollable;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

pub struct Clock(pub Arc<Inner>);

impl Clock {
    pub fn monotonic(&self) -> u64 {
        let callbacks = &self.0.callbacks;
        unsafe { (callbacks.monotonic_now)(callbacks.context) }
    }
}

impl HostMonotonicClock for Clock {
    fn resolution(&self) -> u64 {
        1
    }

    fn now(&self) -> u64 {
        self.monotonic()
    }
}

impl HostWallClock for Clock {
    fn resolution(&self) -> Duration {
        Duration::from_nanos(1)
    }

    fn now(&self) -> Duration {
        let callbacks = &self.0.callbacks;
        let (mut seconds, mut nanoseconds) = (0, 0);
        unsafe { (callbacks.wall_now)(callbacks.context, &mut seconds, &mut nanoseconds) };
        Duration::new(seconds, nanoseconds)
    }
}

/// Random data from C++, for the secure and the insecure interfaces alike.
pub struct Random(pub Arc<Inner>);

impl Random {
    fn fill(&self, bytes: &mut [u8]) {
        let callbacks = &self.0.callbacks;
        unsafe { (callbacks.random_fill)(callbacks.context, bytes.as_mut_ptr(), bytes.len()) };
    }
}

impl rand::TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.fill(bytes);
        Ok(())
    }
}

/// What `skep_timer*` points to. C++ holds one reference from `timer_start` until fire or cancel.
pub struct Timer {
    waker: Waker,
    handle: Cell<*mut c_void>,
    /// C++ has given its reference back.
    over: Cell<bool>,
}

// Used on the task's thread only, as the header demands.
unsafe impl Send for Timer {}
unsafe impl Sync for Timer {}

impl Timer {
    /// Arms a timer of C++ that wakes `waker`.
    fn start(run: &Run, deadline: u64, waker: Waker) -> Arc<Timer> {
        let (handle, over) = (Cell::new(std::ptr::null_mut()), Cell::new(false));
        let timer = Arc::new(Timer {
            waker,
            handle,
            over,
        });
        let theirs = Arc::into_raw(timer.clone()).cast_mut();
        timer
            .handle
            .set(unsafe { (run.callbacks().timer_start)(run.user(), deadline, theirs) });
        let mut timers = run.timers.borrow_mut();
        timers.retain(|timer| !timer.over.get());
        timers.push(timer.clone());
        timer
    }

    /// Takes C++'s reference back, unless it has given it back by firing.
    fn cancel(&self, run: &Run) {
        if !self.over.replace(true) {
            unsafe {
                (run.callbacks().timer_cancel)(run.user(), self.handle.get());
                drop(Arc::from_raw(std::ptr::from_ref(self)));
            }
        }
    }

    /// Cancels it and lets who waits look again, to arm another for the next task.
    pub fn interrupt(&self, run: &Run) {
        if !self.over.get() {
            self.cancel(run);
            self.waker.wake_by_ref();
        }
    }
}

/// Ready when the monotonic clock has reached `deadline`.
pub struct Sleep {
    run: Arc<Run>,
    deadline: u64,
    armed: Option<Arc<Timer>>,
}

impl Sleep {
    pub fn until(run: Arc<Run>, deadline: u64) -> Sleep {
        Sleep {
            run,
            deadline,
            armed: None,
        }
    }

    pub fn lasting(run: Arc<Run>, duration: u64) -> Sleep {
        let deadline = run.monotonic_now().saturating_add(duration);
        Sleep::until(run, deadline)
    }

    /// C++ has refused to arm its timer: the guest may not wait.
    pub fn is_refused(&self) -> bool {
        let refused = |timer: &Arc<Timer>| !timer.over.get() && timer.handle.get().is_null();
        self.armed.as_ref().is_some_and(refused)
    }

    fn disarm(&mut self) {
        if let Some(timer) = self.armed.take() {
            timer.cancel(&self.run);
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        if this.run.monotonic_now() >= this.deadline {
            this.disarm();
            return Poll::Ready(());
        }
        let waits = this
            .armed
            .as_ref()
            .is_some_and(|timer| !timer.over.get() && timer.waker.will_wake(context.waker()));
        if !waits && this.run.is_bound() {
            this.disarm();
            this.armed = Some(Timer::start(
                &this.run,
                this.deadline,
                context.waker().clone(),
            ));
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.disarm();
    }
}

#[async_trait::async_trait]
impl Pollable for Sleep {
    async fn ready(&mut self) {
        Pin::new(&mut *self).await;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_timer_fire(timer: *mut Timer) {
    guard::quiet((), || {
        let timer = unsafe { Arc::from_raw(timer) };
        timer.over.set(true);
        timer.waker.wake_by_ref();
    });
}
