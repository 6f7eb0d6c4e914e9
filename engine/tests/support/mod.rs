//! A host in the test's own thread: it implements the callbacks, polls tasks and plays the clock.
//! Time is virtual: it jumps to the next timer when nothing else can happen.
#![allow(dead_code)]

pub mod client;
pub mod fixture;
pub mod http;

use skep_engine::abi::{self, Callbacks, Options};
use skep_engine::app::{App, skep_app_free, skep_app_new};
use skep_engine::code::{Code, skep_code_compile, skep_code_free};
use skep_engine::engine::{Engine, skep_engine_free, skep_engine_new, skep_engine_tick};
use skep_engine::error::{self, Error};
use skep_engine::hosts::{Hosts, skep_hosts_free, skep_hosts_new};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// An engine with a thread that ticks it.
pub struct World {
    pub engine: *mut Engine,
    pub hosts: *mut Hosts,
    stop: Arc<AtomicBool>,
    ticker: Option<JoinHandle<()>>,
}

struct Shared(*mut Engine);
unsafe impl Send for Shared {}

pub fn options() -> Options {
    Options {
        slots: 8,
        max_memory: 16 << 20,
        ..Options::default()
    }
}

impl World {
    pub fn new() -> World {
        World::with(options())
    }

    pub fn with(options: Options) -> World {
        let callbacks = client::callbacks();
        let engine = made(|error| unsafe { skep_engine_new(&options, &callbacks, error) });
        let hosts = made(|error| unsafe { skep_hosts_new(engine, error) });
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, stopped) = (Shared(engine), stop.clone());
        let ticker = std::thread::spawn(move || {
            let shared = shared;
            while !stopped.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
                unsafe { skep_engine_tick(shared.0) };
            }
        });
        World {
            engine,
            hosts,
            stop,
            ticker: Some(ticker),
        }
    }

    pub fn code(&self, wasm: &[u8]) -> *mut Code {
        made(|error| unsafe { skep_code_compile(self.engine, abi::Slice::of(wasm), error) })
    }

    pub fn app(&self, wasm: &[u8]) -> *mut App {
        self.app_with(wasm, &settings())
    }

    pub fn app_with(&self, wasm: &[u8], settings: &abi::Settings) -> *mut App {
        self.try_app(wasm, settings).expect("an app")
    }

    pub fn try_app(&self, wasm: &[u8], settings: &abi::Settings) -> Result<*mut App, Error> {
        let code = self.code(wasm);
        let app =
            tried(|error| unsafe { skep_app_new(self.engine, code, self.hosts, settings, error) });
        unsafe { skep_code_free(code) };
        app
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.ticker.take().map(JoinHandle::join);
        unsafe {
            skep_hosts_free(self.hosts);
            skep_engine_free(self.engine);
        }
    }
}

pub fn free_app(app: *mut App) {
    unsafe { skep_app_free(app) };
}

pub fn settings() -> abi::Settings {
    abi::Settings {
        env: std::ptr::null(),
        env_count: 0,
        args: std::ptr::null(),
        arg_count: 0,
        directories: std::ptr::null(),
        directory_count: 0,
        max_memory: 0,
        reuse: 0,
        inherit_network: 0,
        reserved: [0; 3],
    }
}

/// Calls a function that makes an object, and takes its error over.
pub fn tried<T>(make: impl FnOnce(*mut *mut Error) -> *mut T) -> Result<*mut T, Error> {
    let mut error = std::ptr::null_mut();
    let object = make(&mut error);
    if object.is_null() {
        let owned = unsafe { &*error }.clone();
        unsafe { error::skep_error_free(error) };
        return Err(owned);
    }
    Ok(object)
}

pub fn made<T>(make: impl FnOnce(*mut *mut Error) -> *mut T) -> *mut T {
    tried(make).unwrap_or_else(|error| panic!("{error:?}"))
}

pub fn no_callbacks() -> Callbacks {
    client::callbacks()
}
