//! Statements that run for tens of milliseconds, each of another kind, and each in a text that was never seen before.

use std::time::{SystemTime, UNIX_EPOCH};

use skep::{Request, Response, Result, Router, params, sql};

skep::service!(handle);

fn handle(request: Request) -> Result<Response> {
    Router::new()
        .get("/recursion", |_| {
            ask(|new| format!("WITH RECURSIVE n (i) AS (SELECT {new} UNION ALL SELECT i + 1 FROM n LIMIT 200000) SELECT count(*) FROM n"))
        })
        .get("/function", |_| {
            ask(|new| format!("SELECT instr(printf('%.400000c', 'a'), printf('%.5000c', 'a') || 'b') + {new}"))
        })
        .get("/scan", |_| ask(|new| format!("SELECT count(*) FROM filler WHERE note LIKE '%{new}%'")))
        .get("/sort", |_| {
            ask(|new| format!("SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY note, id % {new}) FROM filler)"))
        })
        .get("/bytes", bytes)
        .post("/trigger", trigger)
        .handle(request)
}

// A number that no statement had before.
fn new_number() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(1, |since| since.as_nanos())
}

fn ask(statement: fn(u128) -> String) -> Result<Response> {
    let _: Option<i64> = sql::row(&statement(new_number()), params![])?;
    Ok(Response::text("done"))
}

// A value that is large, and searched to its end.
fn bytes(_: &Request) -> Result<Response> {
    let _: Option<i64> = sql::row(
        &format!("SELECT instr(?, 'b') + {}", new_number()),
        params!["a".repeat(1 << 20)],
    )?;
    Ok(Response::text("done"))
}

// One row, whose trigger reads the whole of another table.
fn trigger(_: &Request) -> Result<Response> {
    let new = new_number();
    sql::execute(
        &format!("INSERT INTO watched (note) VALUES ('{new}')"),
        params![],
    )?;
    Ok(Response::text("stored").with_status(201))
}
