//! Wasmtime behind the C interface of `include/skep_engine.h`, which is the contract of every
//! exported function here.
//!
//! C++ owns sockets, HTTP, scheduling, clocks and host services; this crate owns Wasmtime's objects
//! and moves values between guests and C++. `guard` keeps panics inside.

#![expect(clippy::missing_safety_doc, reason = "the header is the contract")]

// Public for the tests in `tests/` alone, which go through the same functions as C++.
pub mod abi;
pub mod app;
pub mod call;
pub mod clock;
pub mod code;
pub mod engine;
pub mod error;
pub mod hosts;
pub mod inspect;
pub mod layout;
pub mod outgoing;
pub mod pool;
pub mod task;

mod allocator;
mod body;
mod command;
mod core_memory;
mod event;
mod guard;
mod head;
mod hooks;
mod host_core;
mod host_dynamic;
mod host_typed;
mod http02;
mod limits;
mod link;
mod outgoing02;
mod poll1;
mod run;
mod state;
mod stdio;
mod threads;
mod tooling;
mod waker;
mod worker;

/// The digest of these sources as the build tells it (`tools/cargo_engine`): where it changes, cargo compiles.
const _: Option<&str> = option_env!("SKEP_ENGINE_SOURCES");
