//! The handler's transaction. It begins with the first statement and ends with the reply; these are for the handler
//! that wants more. A reply of 500 or more, and a panic, undo everything by themselves.

use crate::Result;
use crate::bindings::transaction;

/// Takes the turn to write now: what is read from here on cannot change under the handler, and it can neither call
/// another service nor wait.
pub fn begin() -> Result<()> {
    Ok(transaction::begin()?)
}

/// Makes durable what was done so far. Refused in a handler that runs for a key.
pub fn commit() -> Result<()> {
    Ok(transaction::commit()?)
}

/// Undoes what was done so far; the reply leaves all the same.
pub fn rollback() -> Result<()> {
    Ok(transaction::rollback()?)
}
