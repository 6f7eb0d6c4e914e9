//! The catalogue: a `wasi:http` 0.2 component that reads it from the file it was granted.
//!
//! `GET /products` → every product; `GET /products/1` → one, `price_minor` in minor units of `currency`.

use serde_json::{Value, json};
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{
    Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
};

const CATALOGUE: &str = "/assets/catalogue.json";
/// The most that one write to a response stream takes.
const CHUNK: usize = 4096;

struct Products;

wasip2::http::proxy::export!(Products);

impl Guest for Products {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        let (status, body) = respond(&request).unwrap_or_else(|failure| failure);
        send(reply, status, &body);
    }
}

type Answer = (u16, Value);

fn respond(request: &IncomingRequest) -> Result<Answer, Answer> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return Err((405, json!({"error": "only GET is served here"})));
    }
    let target = request.path_with_query().unwrap_or_default();
    let path = target.split('?').next().unwrap_or_default();
    let catalogue = read_catalogue()?;
    match path.strip_prefix("/products") {
        Some("" | "/") => Ok((200, catalogue)),
        Some(rest) => find(&catalogue, rest.trim_start_matches('/')),
        None => Err((404, json!({"error": "no such page"}))),
    }
}

fn read_catalogue() -> Result<Value, Answer> {
    let failure = |reason: String| {
        (
            500,
            json!({"error": format!("reading {CATALOGUE}: {reason}")}),
        )
    };
    let text = std::fs::read(CATALOGUE).map_err(|error| failure(error.to_string()))?;
    serde_json::from_slice(&text).map_err(|error| failure(error.to_string()))
}

fn find(catalogue: &Value, id: &str) -> Result<Answer, Answer> {
    let missing = || (404, json!({"error": format!("no product {id}")}));
    let id: u64 = id.parse().map_err(|_| missing())?;
    let products = catalogue.as_array().ok_or_else(missing)?;
    let product = products
        .iter()
        .find(|product| product["id"] == id)
        .ok_or_else(missing)?;
    eprintln!("product {id} looked up");
    Ok((200, product.clone()))
}

fn send(reply: ResponseOutparam, status: u16, value: &Value) {
    let headers = Fields::new();
    let _ = headers.set("content-type", &[b"application/json".to_vec()]);
    let response = OutgoingResponse::new(headers);
    let _ = response.set_status_code(status);
    let Ok(body) = response.body() else { return };
    ResponseOutparam::set(reply, Ok(response));
    if let Ok(stream) = body.write() {
        for chunk in value.to_string().as_bytes().chunks(CHUNK) {
            if stream.blocking_write_and_flush(chunk).is_err() {
                return;
            }
        }
    }
    let _ = OutgoingBody::finish(body, None);
}
