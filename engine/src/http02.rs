//! Requests to components of wasi:http 0.2: a fresh instance each, or one from the pool.

use crate::abi::TaskOptions;
use crate::app::Linked;
use crate::body::{BoxBody, Reader, RequestBody, ResponseBody};
use crate::error::{Error, Result};
use crate::head::{self, Request};
use crate::pool::{Http02, Live, Shared};
use crate::run::{self, Run};
use crate::state::State;
use crate::task::{self, Outcome, Start};
use http::uri::Scheme;
use http_body_util::{BodyExt as _, Empty};
use std::sync::Arc;
use wasmtime::Store;
use wasmtime_wasi_http::WasiHttpView as _;
use wasmtime_wasi_http::p2::bindings::http::types;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;

pub fn start(
    app: &Arc<Linked>,
    pool: Option<&Shared>,
    request: Request,
    has_body: bool,
    options: &TaskOptions,
) -> Result<Start> {
    if app.http02.is_none() {
        return Err(Error::new(
            "export_missing",
            "it exports no wasi:http/incoming-handler",
        ));
    }
    let live = match pool.and_then(Shared::take) {
        Some(Live::Http02(live)) => {
            live.run.bind(options);
            live
        }
        _ => fresh(app, options)?,
    };
    let run = live.run.clone();
    let body = request_body(&run, has_body);
    let work = Box::pin(serve(app.clone(), live, request, body));
    Ok(Start { run, work })
}

/// The body that a guest reads: nothing, or what C++ will push.
pub fn request_body(run: &Arc<Run>, has_body: bool) -> BoxBody {
    if !has_body {
        return Empty::new().map_err(|never| match never {}).boxed_unsync();
    }
    let body = RequestBody::of_task(run);
    *run.request.borrow_mut() = Some(body.clone());
    Reader::request(body).boxed_unsync()
}

fn fresh(app: &Arc<Linked>, options: &TaskOptions) -> Result<Http02> {
    let (run, slot) = task::begin(app, options)?;
    let state = State::component(run.clone(), app)
        .map_err(|error| Error::new("instance_failed", format!("{error:#}")))?;
    let store = store(app.http02.as_ref().map(|pre| pre.engine()), state, &run)?;
    Ok(Http02 {
        store,
        proxy: None,
        served: 0,
        run,
        slot,
    })
}

/// A store with every limit set.
pub fn store(
    engine: Option<&wasmtime::Engine>,
    state: State,
    run: &Arc<Run>,
) -> Result<Store<State>> {
    let engine = engine.ok_or_else(|| Error::new("export_missing", "it has no such export"))?;
    let mut store = Store::try_new(engine, state)?;
    store.limiter(|state| &mut state.limiter);
    store.set_hostcall_fuel(run.engine.limits.max_host_call_bytes as usize);
    run::watch(&mut store, run.clone());
    Ok(store)
}

async fn serve(app: Arc<Linked>, mut live: Http02, request: Request, body: BoxBody) -> Outcome {
    live.served += 1;
    let result = match handle(&app, &mut live, request, body).await {
        Ok(()) => answered(&live.run),
        Err(error) => Err(Error::from_guest(&error, live.run.cause())),
    };
    Outcome {
        result,
        rest: Some(Live::Http02(live)),
    }
}

async fn handle(
    app: &Linked,
    live: &mut Http02,
    request: Request,
    body: BoxBody,
) -> wasmtime::Result<()> {
    let Some(pre) = &app.http02 else {
        return Ok(());
    };
    let scheme = match request.scheme == Scheme::HTTPS {
        true => types::Scheme::Https,
        false => types::Scheme::Http,
    };
    let request = to_http(request, body)?;
    let mut http = live.store.data_mut().http();
    let request = http.new_incoming_request(scheme, request)?;
    let run = live.run.clone();
    let answer = http.new_response_outparam_from_callback(move |answer| take(&run, answer))?;
    if live.proxy.is_none() {
        live.proxy = Some(pre.instantiate_async(&mut live.store).await?);
    }
    let Some(proxy) = &live.proxy else {
        return Ok(());
    };
    proxy
        .wasi_http_incoming_handler()
        .call_handle(&mut live.store, request, answer)
        .await
}

fn to_http(request: Request, body: BoxBody) -> wasmtime::Result<http::Request<BoxBody>> {
    let mut parts = http::uri::Parts::default();
    parts.scheme = request.authority.is_some().then_some(request.scheme);
    parts.authority = request.authority;
    parts.path_and_query = Some(request.path);
    let mut http = http::Request::new(body);
    *http.method_mut() = request.method;
    *http.uri_mut() = http::Uri::from_parts(parts)?;
    *http.headers_mut() = request.headers;
    Ok(http)
}

/// The guest has set its response.
fn take(
    run: &Run,
    answer: std::result::Result<http::Response<HyperOutgoingBody>, types::ErrorCode>,
) {
    match answer {
        Err(code) => *run.refused.borrow_mut() = Some(format!("{code:?}")),
        Ok(response) => {
            let (parts, body) = response.into_parts();
            give_head(run, parts.status, &parts.headers, body);
        }
    }
}

/// Hands the head to C++ and keeps the body for skep_response_next.
pub fn give_head(run: &Run, status: http::StatusCode, headers: &http::HeaderMap, body: BoxBody) {
    *run.response.borrow_mut() = Some(ResponseBody::new(body));
    head::with_response(status, headers, |head| unsafe {
        (run.callbacks().on_head)(run.user(), head);
    });
}

/// A handler that returned must have answered.
pub fn answered(run: &Run) -> Result<i32> {
    if run.response.borrow().is_some() {
        return Ok(0);
    }
    let message = match &*run.refused.borrow() {
        Some(code) => format!("the guest answered with the error {code}"),
        None => "the guest returned without a response".to_owned(),
    };
    Err(Error::new("guest_no_response", message))
}
