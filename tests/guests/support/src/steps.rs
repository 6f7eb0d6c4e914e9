//! The steps of the data guests (tests/guests/README.md) that are the same in each kind.

use serde_json::{Value, json};
use skep::sql::Value as Param;
use skep::{Error, Result, idempotency, kv, sql, transaction};

/// What came of `step`; none for those that each kind does in its own way.
pub fn act(step: &Value) -> Option<Result<Value>> {
    let null = |()| Value::Null;
    Some(match text(step, 0) {
        "query" => sql::rows::<Value>(text(step, 1), &params(&step[2])).map(|rows| json!(rows)),
        "execute" => sql::execute(text(step, 1), &params(&step[2])).map(described),
        "get" => kv::get(text(step, 1)).map(|value| json!(value.map(lossy))),
        "set" => kv::set(text(step, 1), text(step, 2)).map(null),
        "delete" => kv::delete(text(step, 1)).map(null),
        "list" => {
            kv::list(text(step, 1), text(step, 2), number(step, 3) as u32).map(|keys| json!(keys))
        }
        "begin" => transaction::begin().map(null),
        "commit" => transaction::commit().map(null),
        "rollback" => transaction::rollback().map(null),
        "key" => idempotency::current_key().map(|key| json!(key)),
        "trap" => panic!("on purpose"),
        _ => return None,
    })
}

/// The outcome of a step as the reply shows it.
pub fn report(outcome: Result<Value>) -> Value {
    match outcome {
        Ok(value) => json!({ "ok": value }),
        Err(error) => json!({"code": error.code, "message": error.message}),
    }
}

pub fn unknown(step: &Value) -> Error {
    Error::new(400, "unknown_step", text(step, 0))
}

pub fn text(step: &Value, index: usize) -> &str {
    step[index].as_str().unwrap_or_default()
}

pub fn number(step: &Value, index: usize) -> u64 {
    step[index].as_u64().unwrap_or_default()
}

pub fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

fn described(executed: sql::Executed) -> Value {
    json!({"rows_affected": executed.rows_affected, "last_insert_id": executed.last_insert_id})
}

fn params(values: &Value) -> Vec<Param> {
    let values = values.as_array().into_iter().flatten();
    values
        .map(|value| match value {
            Value::String(text) => text.as_str().into(),
            Value::Number(number) if number.is_f64() => number.as_f64().into(),
            Value::Number(number) => number.as_i64().into(),
            _ => Param::Null,
        })
        .collect()
}
