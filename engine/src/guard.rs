//! Nothing unwinds into C++: every entry point that can panic runs inside one of these.

use crate::error::{self, Error, Result};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `body`; a panic becomes the error `engine_panic`.
pub fn catch<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(result) => result,
        Err(payload) => Err(panicked(payload)),
    }
}

/// As `catch`, for functions that return a new object or NULL.
///
/// # Safety
/// `out` is NULL or points to writable memory.
pub unsafe fn object<T>(out: *mut *mut Error, body: impl FnOnce() -> Result<T>) -> *mut T {
    match catch(body) {
        Ok(object) => Box::into_raw(Box::new(object)),
        Err(error) => {
            unsafe { error::store(out, error) };
            std::ptr::null_mut()
        }
    }
}

/// As `catch`, for functions that return whether they succeeded.
///
/// # Safety
/// `out` is NULL or points to writable memory.
pub unsafe fn flag(out: *mut *mut Error, body: impl FnOnce() -> Result<()>) -> bool {
    match catch(body) {
        Ok(()) => true,
        Err(error) => {
            unsafe { error::store(out, error) };
            false
        }
    }
}

/// For functions that cannot report: a panic there is swallowed, and `otherwise` returned.
pub fn quiet<T>(otherwise: T, body: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(otherwise)
}

/// Frees a boxed object of the other side; NULL is nothing.
///
/// # Safety
/// `object` is NULL or came from `Box::into_raw`.
pub unsafe fn free<T>(object: *mut T) {
    if !object.is_null() {
        quiet((), || drop(unsafe { Box::from_raw(object) }));
    }
}

pub fn panicked(payload: Box<dyn Any + Send>) -> Error {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    Error::new("engine_panic", format!("the engine panicked: {text}"))
}
