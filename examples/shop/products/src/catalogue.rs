//! The products as the database has them. All statements of a request are one transaction, which becomes durable with
//! its reply, or not at all.

use serde::Serialize;

use crate::http::Reply;
use crate::product::Product;
use crate::row_format::{Value, decode, encode};
use bindings::skep::platform::sql;
use bindings::skep::platform::types::Error;

/// The interfaces of Skep, from their definitions.
mod bindings {
    wit_bindgen::generate!({
        path: "../../../wit/skep-platform",
        world: "imports",
        generate_all,
    });
}

/// Where a page begins, and how many products it holds at most.
pub struct Page {
    pub after: i64,
    pub limit: i64,
}

#[derive(Serialize)]
pub struct Found {
    products: Vec<Product>,
    /// The `after` of the next page; null on the last one.
    next_after: Option<i64>,
}

/// The products whose name or description contains `words`, in whatever case.
pub fn search(words: &str, page: &Page) -> Result<Found, Reply> {
    let mut products = query(
        "SELECT id, name, description, price_minor, currency FROM products
         WHERE id > ?1 AND (name LIKE ?2 ESCAPE '\\' OR description LIKE ?2 ESCAPE '\\')
         ORDER BY id LIMIT ?3",
        &[
            Value::Integer(page.after),
            Value::Text(pattern_of(words)),
            Value::Integer(page.limit + 1),
        ],
    )?;
    let is_last = products.len() as i64 <= page.limit;
    products.truncate(page.limit as usize);
    let next_after = products.last().map(|product| product.id);
    Ok(Found {
        products,
        next_after: next_after.filter(|_| !is_last),
    })
}

pub fn find(id: i64) -> Result<Option<Product>, Reply> {
    let statement =
        "SELECT id, name, description, price_minor, currency FROM products WHERE id = ?1";
    Ok(query(statement, &[Value::Integer(id)])?.pop())
}

/// The id of the new product.
pub fn insert(product: &Product) -> Result<i64, Reply> {
    let statement =
        "INSERT INTO products (name, description, price_minor, currency) VALUES (?1, ?2, ?3, ?4)";
    Ok(execute(statement, &values_of(product))?.last_insert_id)
}

/// False where there is no such product.
pub fn update(id: i64, product: &Product) -> Result<bool, Reply> {
    let mut values = values_of(product);
    values.push(Value::Integer(id));
    let statement = "UPDATE products SET name = ?1, description = ?2, price_minor = ?3, currency = ?4 WHERE id = ?5";
    Ok(execute(statement, &values)?.rows_affected > 0)
}

struct Executed {
    rows_affected: i64,
    last_insert_id: i64,
}

fn values_of(product: &Product) -> Vec<Value> {
    vec![
        Value::Text(product.name.clone()),
        Value::Text(product.description.clone()),
        Value::Integer(product.price_minor),
        Value::Text(product.currency.clone()),
    ]
}

fn query(statement: &str, params: &[Value]) -> Result<Vec<Product>, Reply> {
    let bytes = sql::query(statement, &encode(params)).map_err(failed)?;
    let rows = decode(&bytes).ok_or_else(unreadable)?;
    rows.into_iter()
        .map(|row| product_of(row).ok_or_else(unreadable))
        .collect()
}

fn product_of(row: Vec<Value>) -> Option<Product> {
    let mut columns = row.into_iter();
    Some(Product {
        id: columns.next()?.integer()?,
        name: columns.next()?.text()?,
        description: columns.next()?.text()?,
        price_minor: columns.next()?.integer()?,
        currency: columns.next()?.text()?,
    })
}

fn execute(statement: &str, params: &[Value]) -> Result<Executed, Reply> {
    let bytes = sql::execute(statement, &encode(params)).map_err(failed)?;
    let row = decode(&bytes).and_then(|mut rows| rows.pop());
    match row.as_deref() {
        Some(
            [
                Value::Integer(rows_affected),
                Value::Integer(last_insert_id),
            ],
        ) => Ok(Executed {
            rows_affected: *rows_affected,
            last_insert_id: *last_insert_id,
        }),
        _ => Err(unreadable()),
    }
}

/// 503: nothing of the request remains, so it may be sent again.
fn failed(error: Error) -> Reply {
    Reply::problem(
        503,
        &error.code,
        &format!("the database: {}", error.message),
    )
}

fn unreadable() -> Reply {
    Reply::problem(500, "row_format_invalid", "the host's rows cannot be read")
}

/// What LIKE compares with; its signs stand for themselves in `words`.
fn pattern_of(words: &str) -> String {
    let mut pattern = String::from("%");
    for letter in words.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern + "%"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_like_stand_for_themselves() {
        assert_eq!(pattern_of("100%_\\"), "%100\\%\\_\\\\%");
    }
}
