//! The data of a store: what an instance may use, and its limits.

use crate::app::{Linked, Settings};
use crate::clock::{Clock, Random};
use crate::core_memory::Exports;
use crate::engine::Inner;
use crate::hooks::Hooks;
use crate::run::Run;
use crate::stdio::{Input, Output};
use std::sync::Arc;
use wasmtime::ResourceLimiter;
use wasmtime::component::ResourceTable;
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};
use wasmtime_wasi_io::IoView;

pub struct State {
    pub run: Arc<Run>,
    wasi: Wasi,
    http: WasiHttpCtx,
    hooks: Hooks,
    pub table: ResourceTable,
    pub limiter: Limiter,
    /// What `skep.last_error` returns.
    pub last_error: String,
    /// What the core module of this store exports, once it was looked for.
    pub exports: Option<Exports>,
    /// The host has called a core module's allocator, which must not call back.
    pub allocating: bool,
}

enum Wasi {
    /// Made when the guest first asks for something of it: most requests never do.
    Unmade(Arc<Linked>),
    Component(Box<WasiCtx>),
    Core(Box<WasiP1Ctx>),
}

impl State {
    pub fn component(run: Arc<Run>, app: &Arc<Linked>) -> wasmtime::Result<State> {
        let wasi = if app.settings.directories.is_empty() {
            Wasi::Unmade(app.clone())
        } else {
            let mut builder = wasi(&run, &app.settings, &[]);
            grant(&mut builder, &app.settings)?;
            Wasi::Component(Box::new(builder.build()))
        };
        Ok(State::new(run, &app.settings, wasi))
    }

    pub fn core(
        run: Arc<Run>,
        settings: &Settings,
        env: &[(String, String)],
    ) -> wasmtime::Result<State> {
        let mut builder = wasi(&run, settings, env);
        grant(&mut builder, settings)?;
        let wasi = Wasi::Core(Box::new(builder.build_p1()));
        Ok(State::new(run, settings, wasi))
    }

    fn new(run: Arc<Run>, settings: &Settings, wasi: Wasi) -> State {
        let limits = &run.engine.limits;
        let mut http = WasiHttpCtx::new();
        http.set_field_size_limit(limits.max_field_bytes as usize);
        let mut table = ResourceTable::new();
        table.set_max_capacity(limits.max_handles as usize);
        let limiter = Limiter::new(run.clone(), settings.max_memory);
        let hooks = Hooks { run: run.clone() };
        State {
            run,
            wasi,
            http,
            hooks,
            table,
            limiter,
            last_error: String::new(),
            exports: None,
            allocating: false,
        }
    }

    /// The context of preview 1. Only core modules are linked to what calls this.
    pub fn p1(&mut self) -> &mut WasiP1Ctx {
        match &mut self.wasi {
            Wasi::Core(wasi) => wasi,
            _ => unreachable!("a component imports no preview 1"),
        }
    }
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        if let Wasi::Unmade(app) = &self.wasi {
            let made = wasi(&self.run, &app.settings, &[]).build();
            self.wasi = Wasi::Component(Box::new(made));
        }
        match &mut self.wasi {
            Wasi::Component(ctx) => WasiCtxView {
                ctx,
                table: &mut self.table,
            },
            Wasi::Core(ctx) => ctx.ctx(),
            Wasi::Unmade(_) => unreachable!("made above"),
        }
    }
}

/// Streams need only the table.
impl IoView for State {
    fn table(&mut self) -> &mut ResourceTable {
        &mut self.table
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.hooks,
        }
    }
}

/// All but the granted directories.
fn wasi(run: &Arc<Run>, settings: &Settings, env: &[(String, String)]) -> WasiCtxBuilder {
    let engine = &run.engine;
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdin(Input(run.clone()))
        .stdout(Output {
            run: run.clone(),
            stream: 1,
        })
        .stderr(Output {
            run: run.clone(),
            stream: 2,
        })
        .wall_clock(Clock(engine.clone()))
        .monotonic_clock(Clock(engine.clone()))
        .secure_random(Random(engine.clone()))
        .insecure_random(Random(engine.clone()))
        .insecure_random_seed(seed(engine))
        .max_random_size(engine.limits.max_random_bytes)
        .args(&settings.args)
        .envs(&settings.env)
        .envs(env)
        .allow_tcp(settings.inherit_network)
        .allow_udp(settings.inherit_network);
    if settings.inherit_network {
        builder.inherit_network().allow_ip_name_lookup(true);
    }
    builder
}

fn grant(builder: &mut WasiCtxBuilder, settings: &Settings) -> wasmtime::Result<()> {
    for directory in &settings.directories {
        let perms = if directory.writable {
            FsPerms::ReadWrite
        } else {
            FsPerms::ReadOnly
        };
        builder.preopened_dir(&directory.host_path, &directory.guest_path, perms)?;
    }
    Ok(())
}

fn seed(engine: &Arc<Inner>) -> u128 {
    let mut bytes = [0; 16];
    let callbacks = &engine.callbacks;
    unsafe { (callbacks.random_fill)(callbacks.context, bytes.as_mut_ptr(), bytes.len()) };
    u128::from_le_bytes(bytes)
}

/// Bounds the linear memory of a whole instance, and each table.
pub struct Limiter {
    run: Arc<Run>,
    max_memory: usize,
    max_table: usize,
    pub memory: usize,
}

impl Limiter {
    fn new(run: Arc<Run>, max_memory: u64) -> Limiter {
        let max_table = run.engine.limits.max_table_entries as usize;
        Limiter {
            run,
            max_memory: max_memory as usize,
            max_table,
            memory: 0,
        }
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_sub(current).saturating_add(desired);
        let allowed = total <= self.max_memory;
        if allowed {
            self.memory = total;
        } else {
            self.run.denied.set(Some("guest_out_of_memory"));
        }
        Ok(allowed)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let allowed = desired <= self.max_table;
        if !allowed {
            self.run.denied.set(Some("guest_table_limit"));
        }
        Ok(allowed)
    }

    fn instances(&self) -> usize {
        self.run.engine.limits.max_instances as usize * 4
    }

    fn memories(&self) -> usize {
        self.run.engine.limits.max_memories as usize
    }

    fn tables(&self) -> usize {
        64
    }
}
