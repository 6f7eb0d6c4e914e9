//! The service's own keys and values, granted by `kv = true`, in the transaction of the handler. A key has 1 to 1,024
//! bytes, a value at most 1 MiB.

use crate::Result;
use crate::bindings::kv;

/// The value of `key`, or none.
pub fn get(key: &str) -> Result<Option<Vec<u8>>> {
    Ok(kv::get(key)?)
}

pub fn set(key: &str, value: impl AsRef<[u8]>) -> Result<()> {
    Ok(kv::set(key, value.as_ref())?)
}

/// Well too where there is no such key.
pub fn delete(key: &str) -> Result<()> {
    Ok(kv::delete(key)?)
}

/// The keys that begin with `prefix` and follow `after`, in order; at most `limit`, or 1,000 where that is 0.
pub fn list(prefix: &str, after: &str, limit: u32) -> Result<Vec<String>> {
    Ok(kv::list(prefix, after, limit)?)
}
