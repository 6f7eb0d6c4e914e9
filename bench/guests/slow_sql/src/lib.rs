//! Statements that run for tens of milliseconds, each of another kind, and each in a text that was never seen before; and
//! as much work on keys.

use std::time::{SystemTime, UNIX_EPOCH};

use skep::{Request, Response, Result, Router, kv, params, sql};

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
        .post("/fill/{part}", fill)
        .get("/list", list)
        .get("/large", large)
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

// Of what `list` and `large` find: asked once for each part.
const PARTS: usize = 40;
const KEYS_IN_PART: usize = 5_000;

fn fill(request: &Request) -> Result<Response> {
    let part: usize = request.parameter("part").parse().unwrap_or(0);
    for number in 0..KEYS_IN_PART {
        kv::set(&format!("k/{:06}", part * KEYS_IN_PART + number), "")?;
    }
    kv::set("large", "x".repeat(1 << 20))?;
    Ok(Response::text("stored").with_status(201))
}

// The last keys of many, page by page.
fn list(_: &Request) -> Result<Response> {
    for page in 1..=10 {
        let after = PARTS * KEYS_IN_PART - 100 * page;
        kv::list("k/", &format!("k/{after:06}"), 100)?;
    }
    Ok(Response::text("done"))
}

fn large(_: &Request) -> Result<Response> {
    for _ in 0..10 {
        kv::get("large")?;
    }
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
