//! What is in the basket until it is ordered: a `wasi:http` 0.2 component by the SDK.
//!
//! | request | reply |
//! |---|---|
//! | `GET /carts/1` | what customer 1 wants |
//! | `PUT /carts/1/items/3 {"quantity": 2}` | the same with two of product 3 |
//! | `DELETE /carts/1/items/3` | the same without |
//! | `POST /carts/1/checkout` | the order that it became |
//!
//! Checking out calls `orders`, then takes out what was ordered: what the customer puts in meanwhile stays. Where it is
//! interrupted in between and repeated under its Idempotency-Key, the call carries the same key as before: there is one
//! order, and it is taken out once.

mod basket;

use basket::{Item, Order, Wish};
use skep::{Error, Request, Response, Result, Router, invoke_json, json, params, sql};

skep::service!(handle);

fn handle(request: Request) -> Result<Response> {
    Router::new()
        .get("/carts/{user}", show)
        .put("/carts/{user}/items/{product}", put)
        .delete("/carts/{user}/items/{product}", remove)
        .post("/carts/{user}/checkout", check_out)
        .handle(request)
}

fn show(request: &Request) -> Result<Response> {
    cart_of(request.parse("user")?)
}

fn put(request: &Request) -> Result<Response> {
    let user: i64 = request.parse("user")?;
    let product: i64 = request.parse("product")?;
    let wish: Wish = request.json()?;
    wish.check().map_err(Error::invalid)?;
    let statement = "INSERT INTO items (user_id, product_id, quantity) VALUES (?1, ?2, ?3)
                     ON CONFLICT (user_id, product_id) DO UPDATE SET quantity = ?3";
    sql::execute(statement, params![user, product, wish.quantity])?;
    cart_of(user)
}

fn remove(request: &Request) -> Result<Response> {
    let user: i64 = request.parse("user")?;
    let product: i64 = request.parse("product")?;
    let statement = "DELETE FROM items WHERE user_id = ? AND product_id = ?";
    sql::execute(statement, params![user, product])?;
    cart_of(user)
}

fn check_out(request: &Request) -> Result<Response> {
    let user: i64 = request.parse("user")?;
    let items = items_of(user)?;
    if items.is_empty() {
        return Err(Error::new(
            422,
            "cart_empty",
            format!("the cart of customer {user} is empty"),
        ));
    }
    let wanted = json!({"user_id": user, "items": items});
    let order: Order = invoke_json("orders", "POST /orders", &wanted).map_err(refused)?;
    for item in &order.items {
        take_out(user, item)?;
    }
    Ok(Response::json(&order).with_status(201))
}

/// What `orders` refused is the client's to mend.
fn refused(error: Error) -> Error {
    let is_refusal = error.code == "upstream_status" && error.message.starts_with('4');
    if is_refusal {
        Error::new(422, "order_refused", error.message)
    } else {
        error
    }
}

fn cart_of(user: i64) -> Result<Response> {
    Ok(Response::json(
        &json!({"user_id": user, "items": items_of(user)?}),
    ))
}

fn items_of(user: i64) -> Result<Vec<Item>> {
    let statement = "SELECT product_id, quantity FROM items WHERE user_id = ? ORDER BY product_id";
    sql::rows(statement, params![user])
}

/// Goes by what is in the basket now: it may have changed while `orders` was called.
fn take_out(user: i64, ordered: &Item) -> Result<()> {
    let wanted = params![user, ordered.product_id, ordered.quantity];
    let all = "DELETE FROM items WHERE user_id = ?1 AND product_id = ?2 AND quantity <= ?3";
    sql::execute(all, wanted)?;
    let part = "UPDATE items SET quantity = quantity - ?3 WHERE user_id = ?1 AND product_id = ?2";
    sql::execute(part, wanted)?;
    Ok(())
}
