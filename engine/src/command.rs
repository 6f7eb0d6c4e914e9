//! Commands: preview 1 programs (CGI requests and `skep run`), and wasi:cli/run.

use crate::abi::TaskOptions;
use crate::app::{Linked, Pre};
use crate::body::RequestBody;
use crate::code;
use crate::engine::Slot;
use crate::error::{Error, Result};
use crate::http02::store;
use crate::pool::Live;
use crate::run::Run;
use crate::state::State;
use crate::task::{self, Outcome, Start};
use std::sync::Arc;
use wasmtime::Store;
use wasmtime_wasi::I32Exit;

pub fn start_cgi(
    app: &Arc<Linked>,
    env: &[(String, String)],
    options: &TaskOptions,
) -> Result<Start> {
    if app.kind & code::CGI == 0 {
        return Err(Error::new(
            "export_missing",
            "it is no command of preview 1",
        ));
    }
    let (run, slot, store) = core(app, env, options)?;
    let work = Box::pin(finish(app.clone(), store, slot, Entry::Start));
    Ok(Start { run, work })
}

pub fn start_run(app: &Arc<Linked>, options: &TaskOptions) -> Result<Start> {
    if app.kind & code::CGI != 0 {
        return start_cgi(app, &[], options);
    }
    let entry = match (&app.run02, &app.run03) {
        (_, Some(_)) => Entry::Run03,
        (Some(_), None) => Entry::Run02,
        (None, None) => return Err(Error::new("export_missing", "it exports no wasi:cli/run")),
    };
    let (run, slot) = task::begin(app, options)?;
    *run.request.borrow_mut() = Some(RequestBody::of_task(&run));
    let state = State::component(run.clone(), app).map_err(unmade)?;
    let store = store(Some(engine(app)), state, &run)?;
    let work = Box::pin(finish(app.clone(), store, slot, entry));
    Ok(Start { run, work })
}

pub fn engine(app: &Linked) -> &wasmtime::Engine {
    match &app.pre {
        Pre::Core(pre) => pre.module().engine(),
        Pre::Component(pre) => pre.engine(),
    }
}

pub fn unmade(error: wasmtime::Error) -> Error {
    Error::new("instance_failed", format!("{error:#}"))
}

/// A store for a core module, with standard input open.
pub fn core(
    app: &Arc<Linked>,
    env: &[(String, String)],
    options: &TaskOptions,
) -> Result<(Arc<Run>, Slot, Store<State>)> {
    let (run, slot) = task::begin(app, options)?;
    *run.request.borrow_mut() = Some(RequestBody::of_task(&run));
    let state = State::core(run.clone(), &app.settings, env).map_err(unmade)?;
    let store = store(Some(engine(app)), state, &run)?;
    Ok((run, slot, store))
}

enum Entry {
    Start,
    Run02,
    Run03,
}

async fn finish(app: Arc<Linked>, mut store: Store<State>, slot: Slot, entry: Entry) -> Outcome {
    let run = store.data().run.clone();
    let ended = match entry {
        Entry::Start => start(&app, &mut store).await,
        Entry::Run02 => run02(&app, &mut store).await,
        Entry::Run03 => run03(&app, &mut store).await,
    };
    Outcome {
        result: exit_code(ended, &run),
        rest: Some(Live::Spent { store, slot }),
    }
}

/// An exit is no failure: its code says what it was.
pub fn exit_code(ended: wasmtime::Result<i32>, run: &Run) -> Result<i32> {
    ended.or_else(|error| match error.downcast_ref::<I32Exit>() {
        Some(I32Exit(code)) => Ok(*code),
        None => Err(Error::from_guest(&error, run.cause())),
    })
}

async fn start(app: &Linked, store: &mut Store<State>) -> wasmtime::Result<i32> {
    let Pre::Core(pre) = &app.pre else {
        return Ok(0);
    };
    let instance = pre.instantiate_async(&mut *store).await?;
    let entry = instance.get_typed_func::<(), ()>(&mut *store, "_start")?;
    entry.call_async(&mut *store, ()).await?;
    Ok(0)
}

async fn run02(app: &Linked, store: &mut Store<State>) -> wasmtime::Result<i32> {
    let Some(pre) = &app.run02 else { return Ok(0) };
    let command = pre.instantiate_async(&mut *store).await?;
    let ended = command.wasi_cli_run().call_run(&mut *store).await?;
    Ok(ended.map_or(1, |()| 0))
}

async fn run03(app: &Linked, store: &mut Store<State>) -> wasmtime::Result<i32> {
    let Some(pre) = &app.run03 else { return Ok(0) };
    let command = pre.instantiate_async(&mut *store).await?;
    let ended = store
        .run_concurrent(async move |accessor| command.wasi_cli_run().call_run(accessor).await)
        .await??;
    Ok(ended.map_or(1, |()| 0))
}
