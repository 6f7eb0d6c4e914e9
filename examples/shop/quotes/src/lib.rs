//! Prices a basket: a WASI 0.3 component that asks two other services.
//!
//! `POST /quotes {"customer": 1, "items": [{"product": 1, "quantity": 2}]}` checks the customer with `users`, then
//! answers one JSON line for each item as soon as `products` has told its price, and a line with the total last.
//! Amounts are integers in minor units of the currency. An item without a price says so in its line and makes the
//! quote incomplete: `"complete": false`.

mod basket;
mod http;

use basket::{Basket, Quote};
use wasip3::exports::http::handler::Guest;
use wasip3::http::types::{ErrorCode, Method, Request, Response};
use wasip3::{wit_bindgen, wit_stream};

struct Quotes;

wasip3::http::service::export!(Quotes);

impl Guest for Quotes {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        match begin(request).await {
            Ok((customer, basket)) => Ok(stream(customer, basket)),
            Err(failure) => Ok(http::problem(&failure)),
        }
    }
}

/// Why there is no quote: a status, a stable code, a text for people.
type Failure = (u16, &'static str, String);

/// Reads the basket and checks its customer: everything that decides the status.
async fn begin(request: Request) -> Result<(String, Basket), Failure> {
    if !matches!(request.get_method(), Method::Post) {
        let detail = "only POST is served here".to_owned();
        return Err((405, "method_not_allowed", detail));
    }
    let body = http::read_request(request).await;
    let basket = Basket::parse(&body).map_err(|reason| (400, "invalid_basket", reason))?;
    let customer = customer_name(basket.customer).await?;
    Ok((customer, basket))
}

async fn customer_name(id: u64) -> Result<String, Failure> {
    let (status, user) = http::get_json("users", &format!("/users/{id}"))
        .await
        .map_err(unavailable)?;
    match user["data"]["username"].as_str() {
        Some(name) if status == 200 => Ok(name.to_owned()),
        _ => Err((422, "unknown_customer", format!("no customer {id}"))),
    }
}

fn unavailable(reason: String) -> Failure {
    (502, "users_unavailable", reason)
}

/// The response whose lines are priced while they are sent.
fn stream(customer: String, basket: Basket) -> Response {
    let (mut writer, reader) = wit_stream::new();
    wit_bindgen::spawn_local(async move {
        let mut quote = Quote::new(customer);
        for item in basket.items {
            let product = http::get_json("products", &format!("/products/{}", item.product)).await;
            let line = quote.price(&item, product);
            if !writer.write_all(http::line(&line)).await.is_empty() {
                return;
            }
        }
        let total = quote.total();
        eprintln!("quoted {}", total["total_minor"]);
        writer.write_all(http::line(&total)).await;
    });
    http::response(200, "application/x-ndjson", reader)
}
