//! Deliveries of events: `handle_event` of core modules, or a component's event handler.

use crate::abi::TaskOptions;
use crate::app::{Linked, Pre};
use crate::code;
use crate::command::{self, exit_code, unmade};
use crate::core_memory;
use crate::engine::Slot;
use crate::error::{Error, Result, Stop};
use crate::http02::store;
use crate::pool::Live;
use crate::state::State;
use crate::task::{self, Outcome, Start};
use bytes::Bytes;
use std::sync::Arc;
use wasmtime::component::{ComponentType, Lift};
use wasmtime::{Func, Store, Val};

/// `skep:platform/types.error`.
#[derive(ComponentType, Lift)]
#[component(record)]
struct HandlerError {
    code: String,
    message: String,
}

pub fn start(app: &Arc<Linked>, payload: Bytes, options: &TaskOptions) -> Result<Start> {
    if app.kind & (code::CORE_EVENTS | code::EVENTS) == 0 {
        return Err(Error::new("export_missing", "it handles no events"));
    }
    if matches!(app.pre, Pre::Core(_)) {
        let (run, slot, store) = command::core(app, &[], options)?;
        if let Some(body) = &*run.request.borrow() {
            body.push(payload.clone());
            body.finish(None);
        }
        let work = Box::pin(finish(app.clone(), store, slot, payload));
        return Ok(Start { run, work });
    }
    let (run, slot) = task::begin(app, options)?;
    let state = State::component(run.clone(), app).map_err(unmade)?;
    let store = store(Some(command::engine(app)), state, &run)?;
    let work = Box::pin(finish(app.clone(), store, slot, payload));
    Ok(Start { run, work })
}

async fn finish(app: Arc<Linked>, mut store: Store<State>, slot: Slot, payload: Bytes) -> Outcome {
    let run = store.data().run.clone();
    let ended = match &app.pre {
        Pre::Core(pre) => deliver_core(pre, &mut store, &payload).await,
        Pre::Component(pre) => deliver_component(pre, &mut store, &payload).await,
    };
    let result = match exit_code(ended.map(|()| 0), &run) {
        Ok(0) => Ok(0),
        Ok(code) => Err(Error::new(
            "event_rejected",
            format!("the guest exited with {code}"),
        )),
        Err(error) => Err(error),
    };
    Outcome {
        result,
        rest: Some(Live::Spent { store, slot }),
    }
}

fn rejected(why: String) -> wasmtime::Error {
    Stop("event_rejected", why).into()
}

async fn deliver_core(
    pre: &wasmtime::InstancePre<State>,
    store: &mut Store<State>,
    payload: &[u8],
) -> wasmtime::Result<()> {
    let instance = pre.instantiate_async(&mut *store).await?;
    if let Ok(initialize) = instance.get_typed_func::<(), ()>(&mut *store, "_initialize") {
        initialize.call_async(&mut *store, ()).await?;
    }
    let Some(handler) = instance.get_func(&mut *store, "handle_event") else {
        return Ok(());
    };
    let arguments = match handler.ty(&*store).params().len() {
        0 => Vec::new(),
        _ => {
            let place = core_memory::give(&mut *store, &instance, payload).await?;
            vec![Val::I32(place as i32), Val::I32(payload.len() as i32)]
        }
    };
    call(&handler, store, &arguments).await
}

async fn call(handler: &Func, store: &mut Store<State>, arguments: &[Val]) -> wasmtime::Result<()> {
    let mut results = vec![Val::I32(0); handler.ty(&*store).results().len().min(1)];
    handler
        .call_async(&mut *store, arguments, &mut results)
        .await?;
    match results.first() {
        None | Some(Val::I32(0)) => Ok(()),
        Some(Val::I32(code)) => Err(rejected(format!("handle_event returned {code}"))),
        Some(_) => Err(rejected("handle_event returns no i32".to_owned())),
    }
}

async fn deliver_component(
    pre: &wasmtime::component::InstancePre<State>,
    store: &mut Store<State>,
    payload: &[u8],
) -> wasmtime::Result<()> {
    type Handled = (std::result::Result<(), HandlerError>,);
    let component = pre.component();
    let exported = component.component_type();
    let name = exported
        .exports(component.engine())
        .map(|(name, _)| name.to_owned())
        .find(|name| name.starts_with("skep:platform/event-handler@"));
    let index = name
        .and_then(|name| component.get_export_index(None, &name))
        .and_then(|interface| component.get_export_index(Some(&interface), "handle"))
        .ok_or_else(|| wasmtime::format_err!("the event handler has no function handle"))?;
    let instance = pre.instantiate_async(&mut *store).await?;
    let handle = instance.get_typed_func::<(&[u8],), Handled>(&mut *store, index)?;
    match handle.call_async(&mut *store, (payload,)).await?.0 {
        Ok(()) => Ok(()),
        Err(error) => Err(rejected(format!("{}: {}", error.code, error.message))),
    }
}
