//! A WASI 0.3 guest that misbehaves in the way its path says. `/hello` behaves.

use std::hint::black_box;
use std::mem::forget;

use wasip3::clocks::monotonic_clock::wait_for;
use wasip3::exports::http::handler::Guest;
use wasip3::http::types::{ErrorCode, Fields, Request, Response};
use wasip3::wit_bindgen::rt::async_support::StreamWriter;
use wasip3::{wit_bindgen, wit_future, wit_stream};

const SECOND: u64 = 1_000_000_000;

/// Long enough for what was written to leave.
const PAUSE: u64 = SECOND / 20;

struct Hostile;

wasip3::http::service::export!(Hostile);

impl Guest for Hostile {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or_default();
        match path.as_str() {
            "/loop" => spin(),
            "/memory-bomb" => Ok(memory_bomb()),
            "/recursion" => Ok(text(&descend(1).to_string())),
            "/handle-leak" => Ok(handle_leak()),
            "/sleep" => Ok(sleep_forever().await),
            "/error" => Err(ErrorCode::InternalError(Some("on purpose".to_owned()))),
            "/trap-before" => panic!("before the reply"),
            "/trap-after" => Ok(respond(Fields::new(), |_| panic!("after the head"))),
            "/trap-late" => Ok(stream(|_| panic!("after the first part"))),
            "/loop-streaming" => Ok(stream(|_| spin())),
            "/stall" => Ok(stream(forget)),
            "/bad-header" => Ok(bad_header()),
            "/many-headers" => Ok(many_headers()),
            "/lying-length" => Ok(lying_length(0)),
            "/lying-length-late" => Ok(lying_length(PAUSE)),
            _ => Ok(text("hello\n")),
        }
    }
}

fn spin() -> ! {
    let mut turns = 0u64;
    loop {
        turns = black_box(turns.wrapping_add(1));
    }
}

fn memory_bomb() -> Response {
    let mut blocks = Vec::new();
    while black_box(&blocks).len() < 1 << 20 {
        blocks.push(vec![1u8; 1 << 20]);
    }
    text("there was no limit\n")
}

#[inline(never)]
#[allow(unconditional_recursion)]
fn descend(depth: u64) -> u64 {
    descend(black_box(depth + 1)) + 1
}

fn handle_leak() -> Response {
    for _ in 0..100_000 {
        forget(Fields::new());
    }
    text("kept 100000 handles\n")
}

async fn sleep_forever() -> Response {
    loop {
        wait_for(3600 * SECOND).await;
    }
}

fn bad_header() -> Response {
    match Fields::new().append("x-evil", b"a\r\nset-cookie: b") {
        Err(error) => text(&format!("refused: {error:?}\n")),
        Ok(()) => text("accepted\n"),
    }
}

fn many_headers() -> Response {
    let headers = Fields::new();
    for index in 0..100_000 {
        if let Err(error) = headers.append(&format!("x-flood-{index}"), b"value") {
            return text(&format!("refused after {index}: {error:?}\n"));
        }
    }
    respond(headers, |_| ())
}

fn lying_length(pause: u64) -> Response {
    let headers = Fields::new();
    if let Err(error) = headers.append("content-length", b"100") {
        return text(&format!("refused: {error:?}\n"));
    }
    respond_with(headers, b"the first part\n".to_vec(), pause, drop)
}

fn text(text: &str) -> Response {
    let headers = Fields::new();
    let _ = headers.append("content-type", b"text/plain");
    respond_with(headers, text.as_bytes().to_vec(), 0, drop)
}

/// A response that sends its first part, and when that has left does something to its body.
fn stream(then: fn(StreamWriter<u8>)) -> Response {
    respond_with(Fields::new(), b"the first part\n".to_vec(), PAUSE, then)
}

fn respond(headers: Fields, then: fn(StreamWriter<u8>)) -> Response {
    respond_with(headers, b"the first part\n".to_vec(), 0, then)
}

fn respond_with(
    headers: Fields,
    first: Vec<u8>,
    pause: u64,
    then: fn(StreamWriter<u8>),
) -> Response {
    let (mut body, reader) = wit_stream::new();
    let (trailers, trailers_reader) = wit_future::new(|| Ok(None));
    let (response, _sent) = Response::new(headers, Some(reader), trailers_reader);
    drop(trailers);
    wit_bindgen::spawn_local(async move {
        body.write_all(first).await;
        if pause > 0 {
            wait_for(pause).await;
        }
        then(body);
    });
    response
}
