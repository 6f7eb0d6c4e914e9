//! Calls, settings, secrets, log, identity, metrics, trace. What the manifest does not grant is an error that names
//! the line to add.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result, bindings};

/// Calls another service, `method_and_path` as in `"GET /users/1"`, and returns the body of its reply. A reply of 400
/// or more is the error `upstream_status`. Needs `calls = [SERVICE]`.
pub fn invoke(service: &str, method_and_path: &str, body: &[u8]) -> Result<Vec<u8>> {
    Ok(bindings::invoke::invoke(service, method_and_path, body)?)
}

/// The same with JSON both ways; `&()` sends no body.
pub fn invoke_json<T: DeserializeOwned>(
    service: &str,
    method_and_path: &str,
    body: &impl Serialize,
) -> Result<T> {
    let fault = |error: serde_json::Error| {
        Error::new(
            502,
            "json_invalid",
            format!("calling {service}, {method_and_path}: {error}"),
        )
    };
    let text = serde_json::to_vec(body).map_err(fault)?;
    let sent = if text == b"null" { &[] } else { &text[..] };
    serde_json::from_slice(&invoke(service, method_and_path, sent)?).map_err(fault)
}

/// A value of the manifest's `config`, or none.
pub fn config(key: &str) -> Result<Option<String>> {
    Ok(bindings::config::get(key)?)
}

/// A secret that `secrets = [NAME]` grants.
pub fn secret(name: &str) -> Result<String> {
    Ok(bindings::secrets::get(name)?)
}

/// The same where it is not text.
pub fn secret_bytes(name: &str) -> Result<Vec<u8>> {
    Ok(bindings::secrets::get_bytes(name)?)
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// One log line, with the request and its trace attached by Skep.
pub fn log(level: Level, message: &str) {
    let name = match level {
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    };
    bindings::log::write(name, message);
}

/// Who calls: facts that Skep has checked.
pub mod identity {
    use crate::{Result, bindings};

    /// `kind`, `service`, `subject`, `tenant` or `issuer` of the caller, or none.
    pub fn get(field: &str) -> Result<Option<String>> {
        Ok(bindings::identity::get(field)?)
    }

    /// A claim of the caller's token as JSON text, or none.
    pub fn claim(name: &str) -> Result<Option<String>> {
        Ok(bindings::identity::claim(name)?)
    }
}

/// Series of the service's own: a name, or a name with labels, `orders{currency="EUR"}`.
pub mod metrics {
    use crate::{Result, bindings};

    pub fn add(series: &str, value: f64) -> Result<()> {
        Ok(bindings::metrics::counter_add(series, value)?)
    }

    pub fn set(series: &str, value: f64) -> Result<()> {
        Ok(bindings::metrics::gauge_set(series, value)?)
    }

    pub fn record(series: &str, value: f64) -> Result<()> {
        Ok(bindings::metrics::histogram_record(series, value)?)
    }
}

/// The request's span, and children of it.
pub mod trace {
    use crate::bindings;

    pub fn attribute(key: &str, value: &str) {
        bindings::trace::set_attribute(key, value);
    }

    /// Runs `work` in a child span.
    pub fn span<T>(name: &str, work: impl FnOnce() -> T) -> T {
        let id = bindings::trace::start_span(name);
        let result = work();
        if let Ok(id) = id {
            let _ = bindings::trace::end_span(&id);
        }
        result
    }
}
