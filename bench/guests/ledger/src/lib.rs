//! The handlers that bench/write measures: each does one thing with its store.

use skep::{Request, Response, Result, Router, invoke, kv, params, sql};

skep::service!(handle);

fn handle(request: Request) -> Result<Response> {
    Router::new()
        .get("/hello", hello)
        .get("/rows/{id}", show)
        .post("/rows", insert)
        .post("/keys", set)
        .post("/transfers", transfer)
        .post("/spoilt", spoil)
        .handle(request)
}

fn hello(_: &Request) -> Result<Response> {
    Ok(Response::text("a hello without a query"))
}

fn show(request: &Request) -> Result<Response> {
    let id: i64 = request.parse("id")?;
    let note: Option<String> = sql::row("SELECT note FROM rows WHERE id = ?", params![id])?;
    Ok(Response::text(note.unwrap_or_default()))
}

fn insert(_: &Request) -> Result<Response> {
    sql::execute("INSERT INTO rows (note) VALUES (?)", params![NOTE])?;
    Ok(Response::text("stored").with_status(201))
}

// One of 10,000 keys, with a value that it never had: SQLite writes nothing where nothing changes.
fn set(request: &Request) -> Result<Response> {
    let number = request.header("x-number");
    let key = &number[number.len().saturating_sub(4)..];
    kv::set(key, format!("{number} {NOTE}"))?;
    Ok(Response::text("stored").with_status(201))
}

// Reads, calls, and only then writes.
fn transfer(request: &Request) -> Result<Response> {
    let _: Option<String> = sql::row("SELECT note FROM rows WHERE id = ?", params![1])?;
    invoke("hello", "GET /", b"")?;
    insert(request)
}

// A statement that runs past the time of its transaction: SQLite drops the whole batch.
fn spoil(_: &Request) -> Result<Response> {
    sql::execute(
        "INSERT INTO rows (note) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
        params![],
    )?;
    Ok(Response::text("never"))
}

// 128 bytes.
const NOTE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\
0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
