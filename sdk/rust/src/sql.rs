//! The service's own database, granted by `data = true`: statements run in the transaction of the handler, and what
//! they write becomes durable with its reply, or not at all.

use serde::de::DeserializeOwned;

use crate::row_format::{decode_rows, encode_params};
use crate::rows::from_row;
use crate::{Error, Result, bindings};

pub use crate::row_format::Rows;

/// A value of SQL.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

macro_rules! value_from {
    ($($type:ty => |$given:ident| $value:expr;)*) => {
        $(impl From<$type> for Value {
            fn from($given: $type) -> Value {
                $value
            }
        })*
    };
}

value_from! {
    i64 => |given| Value::Integer(given);
    i32 => |given| Value::Integer(given.into());
    u32 => |given| Value::Integer(given.into());
    u16 => |given| Value::Integer(given.into());
    u8 => |given| Value::Integer(given.into());
    bool => |given| Value::Integer(given.into());
    f64 => |given| Value::Real(given);
    &str => |given| Value::Text(given.to_owned());
    &String => |given| Value::Text(given.clone());
    String => |given| Value::Text(given);
    &[u8] => |given| Value::Blob(given.to_vec());
    Vec<u8> => |given| Value::Blob(given);
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(given: Option<T>) -> Value {
        given.map_or(Value::Null, Into::into)
    }
}

/// The parameters of a statement: `params![1, "tea", None::<i64>]`. They stand for `?`, `?1` or `$1`.
#[macro_export]
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        &[$($crate::sql::Value::from($value)),*]
    };
}

/// What a statement did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Executed {
    pub rows_affected: i64,
    pub last_insert_id: i64,
}

/// The rows, their values as they come.
pub fn query(statement: &str, params: &[Value]) -> Result<Rows> {
    decode_rows(&bindings::sql::query(statement, &encode_params(params))?)
}

/// The rows as values of `T`: a struct by the columns' names, a tuple by their order, or the type of the only column.
/// A column that may be null is an `Option`; text, integers (also as `bool`), reals and `Vec<u8>` are what SQLite has.
/// A row that does not fit is the error `sql_type`.
pub fn rows<T: DeserializeOwned>(statement: &str, params: &[Value]) -> Result<Vec<T>> {
    let found = query(statement, params)?;
    found
        .rows
        .iter()
        .map(|row| from_row(&found.names, row))
        .collect()
}

/// The first row, or none.
pub fn row<T: DeserializeOwned>(statement: &str, params: &[Value]) -> Result<Option<T>> {
    let found = query(statement, params)?;
    found
        .rows
        .first()
        .map(|row| from_row(&found.names, row))
        .transpose()
}

/// Runs a statement for its effect.
pub fn execute(statement: &str, params: &[Value]) -> Result<Executed> {
    let row = decode_rows(&bindings::sql::execute(statement, &encode_params(params))?)?;
    match row.rows.first().map(Vec::as_slice) {
        Some(
            [
                Value::Integer(rows_affected),
                Value::Integer(last_insert_id),
            ],
        ) => Ok(Executed {
            rows_affected: *rows_affected,
            last_insert_id: *last_insert_id,
        }),
        _ => Err(Error::new(
            500,
            "row_format_invalid",
            "the host's answer cannot be read",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_made_of_plain_values() {
        let params = params![1, true, 2.5, "tea", None::<&str>, Some(7u8), vec![1u8]];

        assert_eq!(
            params,
            &[
                Value::Integer(1),
                Value::Integer(1),
                Value::Real(2.5),
                Value::Text("tea".into()),
                Value::Null,
                Value::Integer(7),
                Value::Blob(vec![1]),
            ]
        );
    }
}
