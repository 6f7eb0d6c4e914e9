//! What the service does with its own table, `guests` (migrations/0001_guests.sql).

use serde::{Deserialize, Serialize};
use skep::{Request, Response, Result, params, sql};

#[derive(Serialize, Deserialize)]
struct Guest {
    id: i64,
    name: String,
}

#[derive(Deserialize)]
struct NewGuest {
    name: String,
}

/// `POST /guests {"name": "Ada"}`: durable once it is answered.
pub fn add(request: &Request) -> Result<Response> {
    let NewGuest { name } = request.json()?;
    if name.is_empty() {
        return Err(skep::Error::new(400, "name_missing", "a guest has a name"));
    }
    let added = sql::execute("INSERT INTO guests (name) VALUES (?)", params![&name])?;
    let guest = Guest {
        id: added.last_insert_id,
        name,
    };
    Ok(Response::json(&guest).with_status(201))
}

/// `GET /guests`
pub fn list(_: &Request) -> Result<Response> {
    let guests: Vec<Guest> = sql::rows("SELECT id, name FROM guests ORDER BY id", params![])?;
    Ok(Response::json(&guests))
}
