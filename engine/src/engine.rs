//! Both Wasmtime engines, the slots they share, and the callbacks.

use crate::abi::{Callbacks, EngineStatus, Options};
use crate::error::{Error, Result};
use crate::guard;
use crate::limits::Limits;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use wasmtime::{Config, Enabled, InstanceAllocationStrategy, PoolingAllocationConfig};

/// What `skep_engine*` points to. Everything made from it shares `inner`.
pub struct Engine {
    pub inner: Arc<Inner>,
}

pub struct Inner {
    pub limits: Limits,
    pub callbacks: Callbacks,
    pub slots: Slots,
    /// WASI 0.2 and core modules.
    pub first: wasmtime::Engine,
    /// WASI 0.3; concurrency support costs a quarter of the rate, so it is made when needed.
    second: OnceLock<std::result::Result<wasmtime::Engine, Error>>,
}

/// Which of the two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which {
    First,
    Second,
}

impl Inner {
    pub fn wasmtime(&self, which: Which) -> Result<&wasmtime::Engine> {
        match which {
            Which::First => Ok(&self.first),
            Which::Second => self
                .second
                .get_or_init(|| make(&self.limits, Which::Second, true))
                .as_ref()
                .map_err(Clone::clone),
        }
    }
}

/// Counts the instances alive in both engines.
pub struct Slots {
    total: u32,
    reserved: u32,
    used: AtomicU32,
    pub idle: AtomicU32,
}

impl Slots {
    /// Takes a slot; only `nested` tasks may take the last `reserved` ones.
    pub fn take(engine: &Arc<Inner>, nested: bool) -> Result<Slot> {
        let slots = &engine.slots;
        let limit = if nested {
            slots.total
        } else {
            slots.total - slots.reserved
        };
        let taken = slots
            .used
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
                (used < limit).then_some(used + 1)
            });
        match taken {
            Ok(_) => Ok(Slot {
                engine: engine.clone(),
            }),
            Err(used) => Err(Error::new(
                "no_free_instance",
                format!("{used} of {limit} instances are in use"),
            )),
        }
    }
}

/// One taken slot; dropping gives it back.
pub struct Slot {
    engine: Arc<Inner>,
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.engine.slots.used.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The settings of both engines. `run` is false for an engine that only compiles.
pub fn config(limits: &Limits, which: Which, run: bool) -> Config {
    let mut config = Config::new();
    let concurrent = which == Which::Second;
    config
        .concurrency_support(concurrent)
        .epoch_interruption(true)
        .native_unwind_info(false)
        .wasm_memory64(false)
        .shared_memory(false)
        .max_wasm_stack(limits.max_stack_bytes as usize)
        .async_stack_size(limits.max_stack_bytes as usize + (1 << 20))
        .wasm_backtrace_details(wasmtime::WasmBacktraceDetails::Enable)
        .memory_reservation(4 << 30)
        .memory_guard_size(32 << 20)
        .memory_init_cow(true);
    if concurrent {
        config
            .wasm_component_model_async(true)
            .wasm_component_model_more_async_builtins(true)
            .wasm_component_model_async_stackful(true);
    }
    if limits.sanitizer {
        config
            .signals_based_traps(false)
            .memory_reservation(0)
            .memory_guard_size(0);
    }
    if run && !limits.sanitizer {
        config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits)));
    }
    config
}

fn pool(limits: &Limits) -> PoolingAllocationConfig {
    let slots = limits.slots;
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(8).max(limits.max_instances))
        .total_memories(slots.saturating_mul(2).max(limits.max_memories))
        .total_tables(slots.saturating_mul(4).max(32))
        .total_stacks(slots.saturating_add(16))
        .max_core_instances_per_component(limits.max_instances)
        .max_memories_per_component(limits.max_memories)
        .max_tables_per_component(32)
        .max_memories_per_module(limits.max_memories)
        .max_tables_per_module(16)
        .max_component_instance_size(4 << 20)
        .max_core_instance_size(4 << 20)
        .max_memory_size(limits.max_memory_bytes as usize)
        .table_elements(limits.max_table_entries as usize)
        .linear_memory_keep_resident(limits.keep_memory_bytes as usize)
        .table_keep_resident(limits.keep_table_bytes as usize)
        .max_unused_warm_slots(slots)
        .pagemap_scan(if limits.pagemap_scan {
            Enabled::Yes
        } else {
            Enabled::No
        });
    pool
}

pub fn make(limits: &Limits, which: Which, run: bool) -> Result<wasmtime::Engine> {
    wasmtime::Engine::new(&config(limits, which, run))
        .map_err(|error| Error::new("settings_invalid", format!("{error:#}")))
}

#[unsafe(no_mangle)]
pub extern "C" fn skep_abi_version() -> u32 {
    1
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_engine_new(
    options: *const Options,
    callbacks: *const Callbacks,
    error: *mut *mut Error,
) -> *mut Engine {
    unsafe {
        guard::object(error, || {
            let limits = Limits::new(&*options);
            let slots = Slots {
                total: limits.slots,
                reserved: limits.reserved_slots,
                used: AtomicU32::new(0),
                idle: AtomicU32::new(0),
            };
            let first = make(&limits, Which::First, true)?;
            let (callbacks, second) = (*callbacks, OnceLock::new());
            Ok(Engine {
                inner: Arc::new(Inner {
                    limits,
                    callbacks,
                    slots,
                    first,
                    second,
                }),
            })
        })
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_engine_free(engine: *mut Engine) {
    unsafe { guard::free(engine) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_engine_tick(engine: *mut Engine) {
    let inner = &unsafe { &*engine }.inner;
    inner.first.increment_epoch();
    if let Some(Ok(second)) = inner.second.get() {
        second.increment_epoch();
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_engine_status_of(engine: *const Engine, status: *mut EngineStatus) {
    let inner = &unsafe { &*engine }.inner;
    let second = matches!(inner.second.get(), Some(Ok(_)));
    unsafe {
        *status = EngineStatus {
            slots: inner.slots.total,
            reserved_slots: inner.slots.reserved,
            slots_used: inner.slots.used.load(Ordering::Relaxed),
            pooled_idle: inner.slots.idle.load(Ordering::Relaxed),
            kept_resident_bound: inner.limits.kept_bound(),
            pagemap_scan: inner.limits.pagemap_scan.into(),
            swap_on: inner.limits.swap_on.into(),
            second_engine: second.into(),
            reserved: [0; 5],
        }
    };
}

/// Both engines' hashes: which of them a module needs depends on the module alone.
pub fn fingerprint(limits: &Limits) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    make(limits, Which::First, false)?
        .precompile_compatibility_hash()
        .hash(&mut hasher);
    make(limits, Which::Second, false)?
        .precompile_compatibility_hash()
        .hash(&mut hasher);
    let version = env!("CARGO_PKG_VERSION");
    let sanitizer = if limits.sanitizer { "-sanitizer" } else { "" };
    Ok(format!(
        "skep-engine-{version}-{:016x}{sanitizer}",
        hasher.finish()
    ))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_fingerprint(
    options: *const Options,
    text: *mut crate::abi::Buffer,
    error: *mut *mut Error,
) -> bool {
    unsafe {
        guard::flag(error, || {
            let found = fingerprint(&Limits::new(&*options))?;
            text.write(crate::abi::Buffer::from_bytes(found.into()));
            Ok(())
        })
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn skep_pagemap_scan_available() -> bool {
    guard::quiet(false, PoolingAllocationConfig::is_pagemap_scan_available)
}
