//! The catalogue: a plain `wasi:http` 0.2 component, without an SDK. Its database is the interface `skep:platform/sql`.
//!
//! | request | reply |
//! |---|---|
//! | `GET /products?q=coffee&limit=2&after=1` | products whose name or description has the word, a page at a time |
//! | `GET /products/1` | one of them, `price_minor` in minor units of `currency` |
//! | `GET /products/1/picture` | its picture, from the folder that the service was granted |
//! | `POST /products`, `PUT /products/1` | a new one, another state of one |
//!
//! A failure is a problem document with a `code`.

mod catalogue;
mod http;
mod product;
mod row_format;

use http::{Call, Reply};
use product::Product;
use wasip2::exports::http::incoming_handler::Guest;
use wasip2::http::types::{IncomingRequest, ResponseOutparam};

const PICTURES: &str = "/assets/pictures";

struct Products;

wasip2::http::proxy::export!(Products);

impl Guest for Products {
    fn handle(request: IncomingRequest, reply: ResponseOutparam) {
        let call = Call::of(request);
        http::send(reply, respond(&call).unwrap_or_else(|failure| failure));
    }
}

/// A reply, or the one that says why there is none.
type Answer = Result<Reply, Reply>;

fn respond(call: &Call) -> Answer {
    let parts: Vec<&str> = call.path.trim_matches('/').split('/').collect();
    match (call.method.as_str(), parts.as_slice()) {
        ("GET", ["products"]) => list(call),
        ("POST", ["products"]) => create(call),
        ("GET", ["products", id]) => show(id),
        ("PUT", ["products", id]) => replace(id, call),
        ("GET", ["products", id, "picture"]) => picture(id),
        _ => Err(Reply::problem(404, "not_found", "no such page")),
    }
}

fn list(call: &Call) -> Answer {
    let number = |name: &str, default: i64, most: i64| match call.query(name) {
        None => Ok(default),
        Some(text) => (text.parse().ok())
            .filter(|value| (0..=most).contains(value))
            .ok_or_else(|| invalid_query(&format!("{name} must be a whole number of 0 to {most}"))),
    };
    let words = call.query("q").unwrap_or_default();
    if words.len() > 100 {
        return Err(invalid_query("q must have at most 100 bytes"));
    }
    let page = catalogue::Page {
        after: number("after", 0, i64::MAX)?,
        limit: number("limit", 20, 100)?.max(1),
    };
    Ok(Reply::json(200, &catalogue::search(&words, &page)?))
}

fn show(id: &str) -> Answer {
    let product = find(id)?;
    eprintln!("product {id} looked up");
    Ok(Reply::json(200, &product))
}

fn create(call: &Call) -> Answer {
    let id = catalogue::insert(&described(call)?)?;
    let product = catalogue::find(id)?.ok_or_else(|| missing(&id.to_string()))?;
    Ok(Reply::json(201, &product).with("location", &format!("/products/{id}")))
}

fn replace(id: &str, call: &Call) -> Answer {
    let number = id.parse().map_err(|_| missing(id))?;
    let product = described(call)?;
    if !catalogue::update(number, &product)? {
        return Err(missing(id));
    }
    show(id)
}

fn picture(id: &str) -> Answer {
    let product = find(id)?;
    match std::fs::read(format!("{PICTURES}/{}.svg", product.id)) {
        Ok(bytes) => Ok(Reply::new(200, "image/svg+xml", bytes)),
        Err(_) => Err(Reply::problem(
            404,
            "picture_not_found",
            &format!("product {id} has no picture"),
        )),
    }
}

/// The product that the body describes.
fn described(call: &Call) -> Result<Product, Reply> {
    let product: Product =
        serde_json::from_slice(&call.body).map_err(|error| invalid(&error.to_string()))?;
    product.check().map_err(invalid)?;
    Ok(product)
}

fn find(id: &str) -> Result<Product, Reply> {
    let number = id.parse().map_err(|_| missing(id))?;
    catalogue::find(number)?.ok_or_else(|| missing(id))
}

fn missing(id: &str) -> Reply {
    Reply::problem(404, "product_not_found", &format!("no product {id}"))
}

fn invalid(reason: &str) -> Reply {
    Reply::problem(400, "invalid_product", reason)
}

fn invalid_query(reason: &str) -> Reply {
    Reply::problem(400, "invalid_query", reason)
}
