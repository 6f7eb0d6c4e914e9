//! Instances that live longer than one request. A pool belongs to one thread.

use crate::app::{App, Linked};
use crate::engine::Slot;
use crate::error::Error;
use crate::guard;
use crate::run::Run;
use crate::state::State;
use crate::worker::Worker;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use wasmtime::Store;
use wasmtime_wasi_http::p2::bindings::Proxy;

/// An instance with all that belongs to it, between two requests or at its end.
pub enum Live {
    /// A store that served its only run.
    Spent {
        store: Store<State>,
        slot: Slot,
    },
    Http02(Http02),
    Worker(Box<Worker>),
}

pub struct Http02 {
    pub store: Store<State>,
    pub proxy: Option<Proxy>,
    pub served: u32,
    pub run: Arc<Run>,
    pub slot: Slot,
}

/// What `skep_pool*` points to.
pub struct Pool {
    pub shared: Rc<Shared>,
}

/// The pool as its tasks see it, who may outlive it.
pub struct Shared {
    app: Arc<Linked>,
    idle: RefCell<Vec<Idle>>,
    closed: Cell<bool>,
}

struct Idle {
    live: Live,
    since: Instant,
}

impl Shared {
    /// The instance that was used last: its memory is the warmest.
    pub fn take(&self) -> Option<Live> {
        let idle = self.idle.borrow_mut().pop()?;
        self.app.engine.slots.idle.fetch_sub(1, Ordering::Relaxed);
        Some(idle.live)
    }

    /// Keeps an instance whose request ended well, if it may serve another.
    pub fn put(&self, mut live: Live) {
        if !self.closed.get() && self.may_serve_again(&mut live) {
            self.app.engine.slots.idle.fetch_add(1, Ordering::Relaxed);
            self.idle.borrow_mut().push(Idle {
                live,
                since: Instant::now(),
            });
        }
    }

    fn may_serve_again(&self, live: &mut Live) -> bool {
        match live {
            Live::Spent { .. } => false,
            Live::Http02(it) => {
                it.served < self.app.settings.reuse && !has_grown(&self.app, it.store.data_mut())
            }
            Live::Worker(worker) => worker.may_serve_again(),
        }
    }

    fn drop_idle(&self, idle_for: Duration) -> usize {
        let now = Instant::now();
        let (dropped, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut *self.idle.borrow_mut())
            .into_iter()
            .partition(|it| now.duration_since(it.since) >= idle_for);
        let count = kept.len();
        *self.idle.borrow_mut() = kept;
        self.app
            .engine
            .slots
            .idle
            .fetch_sub(dropped.len() as u32, Ordering::Relaxed);
        count
    }
}

/// Whether an instance has come near a limit that a later request would meet.
pub fn has_grown(app: &Linked, state: &mut State) -> bool {
    let handles = state.table.iter_mut().count();
    handles > app.engine.limits.max_handles as usize / 2
        || state.limiter.memory as u64 > app.settings.max_memory / 4 * 3
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.closed.set(true);
        self.shared.drop_idle(Duration::ZERO);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_pool_new(app: *mut App, error: *mut *mut Error) -> *mut Pool {
    unsafe {
        guard::object(error, || {
            let app = (*app).0.clone();
            let (idle, closed) = (RefCell::default(), Cell::new(false));
            Ok(Pool {
                shared: Rc::new(Shared { app, idle, closed }),
            })
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_pool_free(pool: *mut Pool) {
    unsafe { guard::free(pool) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_pool_trim(pool: *mut Pool, idle_ns: u64) -> usize {
    guard::quiet(0, || {
        unsafe { &*pool }
            .shared
            .drop_idle(Duration::from_nanos(idle_ns))
    })
}
