//! What went wrong, as C++ sees it: a stable code, a message, a backtrace, an offset.

use crate::abi::Slice;
use std::fmt::Write as _;
use wasmtime::{Trap, WasmBacktrace};

#[derive(Debug, Clone)]
pub struct Error {
    pub code: &'static str,
    pub message: String,
    pub backtrace: String,
    pub offset: Option<u64>,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(code: &'static str, message: impl Into<String>) -> Error {
        Error {
            code,
            message: message.into(),
            backtrace: String::new(),
            offset: None,
        }
    }

    pub fn at(mut self, offset: u64) -> Error {
        self.offset = Some(offset);
        self
    }

    /// Describes how a guest failed. `cause` is what the host knows better than Wasmtime.
    pub fn from_guest(error: &wasmtime::Error, cause: Option<&'static str>) -> Error {
        let trap = error.downcast_ref::<Trap>();
        let code = cause.unwrap_or_else(|| guest_code(error, trap));
        let (backtrace, offset) = match error.downcast_ref::<WasmBacktrace>() {
            Some(frames) => (
                describe(frames),
                frames.frames().first().and_then(|f| f.module_offset()),
            ),
            None => (String::new(), None),
        };
        let message = match trap {
            Some(trap) => trap
                .to_string()
                .trim_start_matches("wasm trap: ")
                .to_owned(),
            None => root_message(error),
        };
        Error {
            code,
            message,
            backtrace,
            offset: offset.map(|offset| offset as u64),
        }
    }
}

impl From<wasmtime::Error> for Error {
    fn from(error: wasmtime::Error) -> Error {
        Error::from_guest(&error, None)
    }
}

/// A failure that a host function of ours put on the guest's stack, with the code to report.
#[derive(Debug)]
pub struct Stop(pub &'static str, pub String);

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.1)
    }
}

impl std::error::Error for Stop {}

fn guest_code(error: &wasmtime::Error, trap: Option<&Trap>) -> &'static str {
    if let Some(Stop(code, _)) = error.downcast_ref::<Stop>() {
        return code;
    }
    match trap {
        Some(Trap::StackOverflow) => "guest_stack_overflow",
        Some(Trap::AllocationTooLarge) => "guest_out_of_memory",
        Some(Trap::Interrupt) => "guest_timeout",
        Some(_) => "guest_trap",
        None if error.is::<wasmtime_wasi::I32Exit>() => "guest_exit",
        None if error.is::<wasmtime::PoolConcurrencyLimitError>() => "no_free_instance",
        None if is_table_full(error) => "guest_handle_limit",
        None if is_too_large(error) => "guest_field_limit",
        None => "guest_trap",
    }
}

fn is_table_full(error: &wasmtime::Error) -> bool {
    use wasmtime::component::ResourceTableError;
    matches!(
        error.downcast_ref::<ResourceTableError>(),
        Some(ResourceTableError::Full)
    )
}

fn is_too_large(error: &wasmtime::Error) -> bool {
    use wasmtime_wasi_http::FieldMapError;
    matches!(
        error.downcast_ref::<FieldMapError>(),
        Some(FieldMapError::TotalSizeTooBig | FieldMapError::TooManyFields)
    )
}

/// The whole chain but the backtrace, which Wasmtime adds as a context of its own.
fn root_message(error: &wasmtime::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        let text = cause.to_string();
        if !text.starts_with("error while executing at wasm backtrace") && !parts.contains(&text) {
            parts.push(text);
        }
    }
    parts.join(": ")
}

/// One line per frame, or per inlined function where there is DWARF.
fn describe(backtrace: &WasmBacktrace) -> String {
    let mut text = String::new();
    for frame in backtrace.frames() {
        let function = frame
            .func_name()
            .map_or_else(|| format!("function {}", frame.func_index()), demangle);
        if frame.symbols().is_empty() {
            let module = frame.module().name().unwrap_or("module");
            let _ = match frame.module_offset() {
                Some(offset) => writeln!(text, "{function} ({module}+{offset:#x})"),
                None => writeln!(text, "{function} ({module})"),
            };
        }
        for symbol in frame.symbols() {
            let name = symbol.name().map_or_else(|| function.clone(), demangle);
            let file = symbol.file().unwrap_or("?");
            let (line, column) = (symbol.line().unwrap_or(0), symbol.column().unwrap_or(0));
            let _ = writeln!(text, "{name} ({file}:{line}:{column})");
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn demangle(name: &str) -> String {
    if let Ok(name) = rustc_demangle::try_demangle(name) {
        return format!("{name:#}");
    }
    match cpp_demangle::Symbol::new(name) {
        Ok(symbol) => symbol.demangle().unwrap_or_else(|_| name.to_owned()),
        Err(_) => name.to_owned(),
    }
}

/// Stores `error` for the caller who wants it.
///
/// # Safety
/// `out` is NULL or points to writable memory.
pub unsafe fn store(out: *mut *mut Error, error: Error) {
    if !out.is_null() {
        unsafe { *out = Box::into_raw(Box::new(error)) };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_error_free(error: *mut Error) {
    if !error.is_null() {
        drop(unsafe { Box::from_raw(error) });
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_error_code(error: *const Error) -> Slice {
    Slice::of(unsafe { &*error }.code.as_bytes())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_error_message(error: *const Error) -> Slice {
    Slice::of(unsafe { &*error }.message.as_bytes())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_error_backtrace(error: *const Error) -> Slice {
    Slice::of(unsafe { &*error }.backtrace.as_bytes())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn skep_error_offset(error: *const Error) -> i64 {
    unsafe { &*error }
        .offset
        .and_then(|offset| i64::try_from(offset).ok())
        .unwrap_or(-1)
}
