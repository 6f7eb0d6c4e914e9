//! The key that the handler runs for.

use crate::Result;
use crate::bindings::idempotency;

/// The `Idempotency-Key`, or none. Who repeats it is given the recorded reply; calls that the handler makes carry keys
/// of their own by themselves.
pub fn current_key() -> Result<Option<String>> {
    Ok(idempotency::current_key()?)
}
