//! wasi:http/outgoing-handler 0.2 over `outgoing.rs`. The library's own spawns a tokio task for
//! each request; this one is polled by the guest's task itself.

use crate::body::{BoxBody, WasiError};
use crate::outgoing::{self, Asked, Failure, Pending};
use crate::state::State;
use http::Method;
use http_body_util::{BodyExt as _, Empty};
use std::pin::Pin;
use wasmtime::StoreContextMut;
use wasmtime::component::{Linker, Resource, ResourceType};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};
use wasmtime_wasi_http::p2::bindings::http::types::{self, ErrorCode, Scheme};
use wasmtime_wasi_http::p2::body::HostIncomingBody;
use wasmtime_wasi_http::p2::types::{HostIncomingResponse, HostOutgoingRequest};
use wasmtime_wasi_http::{FieldMap, RequestOptions, WasiHttpView as _};

/// The versions that the pinned wasmtime-wasi-http defines.
const TYPES: &str = "wasi:http/types@0.2.12";
const HANDLER: &str = "wasi:http/outgoing-handler@0.2.12";

/// The resource `future-incoming-response`.
enum Awaited {
    Pending(Pending),
    Ready(Result<http::Response<BoxBody>, Failure>),
    Taken,
}

#[async_trait::async_trait]
impl Pollable for Awaited {
    async fn ready(&mut self) {
        if let Awaited::Pending(pending) = self {
            let answer = Pin::new(pending).await;
            *self = Awaited::Ready(answer);
        }
    }
}

type Got = Option<Result<Result<Resource<HostIncomingResponse>, ErrorCode>, ()>>;
type Context<'a> = StoreContextMut<'a, State>;

pub fn add(linker: &mut Linker<State>) -> wasmtime::Result<()> {
    let mut types = linker.instance(TYPES)?;
    types.resource(
        "future-incoming-response",
        ResourceType::host::<Awaited>(),
        |mut store: Context<'_>, number| {
            store
                .data_mut()
                .table
                .delete(Resource::<Awaited>::new_own(number))?;
            Ok(())
        },
    )?;
    types.func_wrap(
        "[method]future-incoming-response.subscribe",
        |mut store: Context<'_>, (awaited,): (Resource<Awaited>,)| {
            Ok((subscribe(&mut store.data_mut().table, awaited)?,))
                as wasmtime::Result<(Resource<DynPollable>,)>
        },
    )?;
    types.func_wrap(
        "[method]future-incoming-response.get",
        |mut store: Context<'_>, (awaited,): (Resource<Awaited>,)| {
            Ok((get(store.data_mut(), &awaited)?,))
        },
    )?;
    linker.instance(HANDLER)?.func_wrap(
        "handle",
        |mut store: Context<'_>,
         (request, options): (
            Resource<HostOutgoingRequest>,
            Option<Resource<RequestOptions>>,
        )| { Ok((handle(store.data_mut(), request, options)?,)) },
    )
}

fn get(state: &mut State, awaited: &Resource<Awaited>) -> wasmtime::Result<Got> {
    let awaited = state.table.get_mut(awaited)?;
    let answer = match std::mem::replace(awaited, Awaited::Taken) {
        Awaited::Taken => return Ok(Some(Err(()))),
        Awaited::Ready(answer) => answer,
        Awaited::Pending(pending) => {
            *awaited = Awaited::Pending(pending);
            return Ok(None);
        }
    };
    match answer {
        Err(failure) => Ok(Some(Ok(Err(error_code(&failure))))),
        Ok(response) => {
            let (parts, body) = response.into_parts();
            let http = state.http();
            let response = HostIncomingResponse {
                status: parts.status.as_u16(),
                headers: FieldMap::new_immutable(http.hooks, parts.headers),
                body: Some(HostIncomingBody::new(body)),
            };
            Ok(Some(Ok(Ok(http.table.push(response)?))))
        }
    }
}

fn handle(
    state: &mut State,
    request: Resource<HostOutgoingRequest>,
    options: Option<Resource<RequestOptions>>,
) -> wasmtime::Result<Result<Resource<Awaited>, ErrorCode>> {
    let options = match options {
        Some(options) => state.table.delete(options)?,
        None => RequestOptions::default(),
    };
    let request = state.table.delete(request)?;
    let (asked, body) = match ask(request, options) {
        Ok(asked) => asked,
        Err(code) => return Ok(Err(code)),
    };
    let pending = outgoing::start(&state.run, &asked, body);
    Ok(Ok(state.table.push(Awaited::Pending(pending))?))
}

/// Checks what a guest may have got wrong.
fn ask(
    request: HostOutgoingRequest,
    options: RequestOptions,
) -> Result<(Asked, BoxBody), ErrorCode> {
    let length = content_length(&request.headers)?;
    if request.body.is_none() && length.is_some_and(|length| length != 0) {
        return Err(ErrorCode::HttpRequestBodySize(Some(0)));
    }
    let asked = Asked {
        method: method(request.method)?,
        scheme: match request.scheme {
            Some(Scheme::Http) => "http".to_owned(),
            Some(Scheme::Https) => "https".to_owned(),
            Some(Scheme::Other(_)) => return Err(ErrorCode::HttpProtocolError),
            None => "https".to_owned(),
        },
        authority: request.authority.unwrap_or_default(),
        path: match request.path_with_query {
            Some(path) if path.starts_with('?') => format!("/{path}"),
            Some(path) if !path.is_empty() => path,
            _ => "/".to_owned(),
        },
        headers: request.headers.into(),
        options,
    };
    if asked.authority.is_empty() {
        return Err(ErrorCode::HttpRequestUriInvalid);
    }
    let empty = || Empty::new().map_err(|never| match never {}).boxed_unsync();
    Ok((asked, request.body.unwrap_or_else(empty)))
}

fn method(method: types::Method) -> Result<Method, ErrorCode> {
    method
        .try_into()
        .map_err(|_| ErrorCode::HttpRequestMethodInvalid)
}

fn content_length(headers: &http::HeaderMap) -> Result<Option<u64>, ErrorCode> {
    let Some(value) = headers.get(http::header::CONTENT_LENGTH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse() {
        Ok(length) if digits => Ok(Some(length)),
        _ => Err(ErrorCode::InternalError(Some(
            "invalid content-length".to_owned(),
        ))),
    }
}

fn error_code(failure: &Failure) -> ErrorCode {
    match failure.to_wasi() {
        WasiError::DnsTimeout => ErrorCode::DnsTimeout,
        WasiError::DnsError { rcode, info_code } => {
            ErrorCode::DnsError(types::DnsErrorPayload { rcode, info_code })
        }
        WasiError::DestinationNotFound => ErrorCode::DestinationNotFound,
        WasiError::DestinationUnavailable => ErrorCode::DestinationUnavailable,
        WasiError::DestinationIpProhibited => ErrorCode::DestinationIpProhibited,
        WasiError::ConnectionRefused => ErrorCode::ConnectionRefused,
        WasiError::ConnectionTerminated => ErrorCode::ConnectionTerminated,
        WasiError::ConnectionTimeout => ErrorCode::ConnectionTimeout,
        WasiError::ConnectionLimitReached => ErrorCode::ConnectionLimitReached,
        WasiError::HttpRequestDenied => ErrorCode::HttpRequestDenied,
        WasiError::HttpRequestMethodInvalid => ErrorCode::HttpRequestMethodInvalid,
        WasiError::HttpRequestUriInvalid => ErrorCode::HttpRequestUriInvalid,
        WasiError::HttpResponseIncomplete => ErrorCode::HttpResponseIncomplete,
        WasiError::HttpResponseTimeout => ErrorCode::HttpResponseTimeout,
        WasiError::HttpResponseBodySize(size) => ErrorCode::HttpResponseBodySize(size),
        WasiError::HttpProtocolError => ErrorCode::HttpProtocolError,
        WasiError::LoopDetected => ErrorCode::LoopDetected,
        WasiError::ConfigurationError => ErrorCode::ConfigurationError,
        WasiError::TlsProtocolError => ErrorCode::TlsProtocolError,
        _ => ErrorCode::InternalError(Some(failure.message.clone())),
    }
}
