//! What guests may import besides host functions of C++: WASI, with its clocks and its outgoing
//! requests replaced by ours, because the library's need a tokio runtime.

use crate::clock::Sleep;
use crate::engine::{Inner, Which};
use crate::outgoing;
use crate::poll1;
use crate::state::State;
use wasmtime::StoreContextMut;
use wasmtime::component::{Accessor, Linker, Resource};
use wasmtime_wasi::p2::{DynPollable, subscribe};

/// The versions that the pinned wasmtime-wasi defines; a test fails when they change.
const CLOCK02: &str = "wasi:clocks/monotonic-clock@0.2.12";
const CLOCK03: &str = "wasi:clocks/monotonic-clock@0.3.0";

pub fn component(engine: &Inner, which: Which) -> wasmtime::Result<Linker<State>> {
    let wasmtime = engine
        .wasmtime(which)
        .map_err(|error| wasmtime::format_err!(error.message))?;
    let mut linker = Linker::new(wasmtime);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    linker.allow_shadowing(true);
    // Streams over the table alone: the library's would make all of WASI's context for them.
    wasmtime_wasi_io::add_to_linker_async(&mut linker)?;
    add_clock02(&mut linker)?;
    outgoing::add02(&mut linker)?;
    if which == Which::Second {
        wasmtime_wasi::p3::add_to_linker(&mut linker)?;
        wasmtime_wasi_http::p3::add_to_linker(&mut linker)?;
        add_clock03(&mut linker)?;
    }
    linker.allow_shadowing(false);
    Ok(linker)
}

pub fn core(engine: &Inner) -> wasmtime::Result<wasmtime::Linker<State>> {
    let mut linker = wasmtime::Linker::new(&engine.first);
    wasmtime_wasi::p1::add_to_linker_async(&mut linker, State::p1)?;
    linker.allow_shadowing(true);
    poll1::add(&mut linker)?;
    linker.allow_shadowing(false);
    Ok(linker)
}

fn add_clock02(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut clock = linker.instance(CLOCK02)?;
    clock.func_wrap(
        "subscribe-instant",
        |mut store: StoreContextMut<'_, State>, (when,): (u64,)| Ok((wait(&mut store, when)?,)),
    )?;
    clock.func_wrap(
        "subscribe-duration",
        |mut store: StoreContextMut<'_, State>, (duration,): (u64,)| {
            let when = store.data().run.monotonic_now().saturating_add(duration);
            Ok((wait(&mut store, when)?,))
        },
    )
}

fn wait(
    store: &mut StoreContextMut<'_, State>,
    when: u64,
) -> wasmtime::Result<Resource<DynPollable>> {
    let state = store.data_mut();
    let sleep = state.table.push(Sleep::until(state.run.clone(), when))?;
    subscribe(&mut state.table, sleep)
}

fn add_clock03(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut clock = linker.instance(CLOCK03)?;
    clock.func_wrap_concurrent(
        "wait-until",
        |accessor: &Accessor<State>, (when,): (u64,)| {
            let sleep =
                accessor.with(|mut access| Sleep::until(access.data_mut().run.clone(), when));
            Box::pin(async move {
                sleep.await;
                Ok(())
            })
        },
    )?;
    clock.func_wrap_concurrent(
        "wait-for",
        |accessor: &Accessor<State>, (duration,): (u64,)| {
            let sleep =
                accessor.with(|mut access| Sleep::lasting(access.data_mut().run.clone(), duration));
            Box::pin(async move {
                sleep.await;
                Ok(())
            })
        },
    )
}
