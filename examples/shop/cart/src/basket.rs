//! What the cart takes and gives: no input or output here.

use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct Item {
    pub product_id: i64,
    pub quantity: i64,
}

/// How many of a product somebody wants.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wish {
    pub quantity: i64,
}

impl Wish {
    pub fn check(&self) -> Result<(), &'static str> {
        if (1..=10_000).contains(&self.quantity) {
            Ok(())
        } else {
            Err("quantity must be a whole number of 1 to 10000")
        }
    }
}

/// What `orders` made of a cart.
#[derive(Serialize, Deserialize)]
pub struct Order {
    pub order_id: i64,
    pub user_id: i64,
    pub currency: String,
    pub total_minor: i64,
    pub items: Vec<Item>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_at_least_one() {
        assert!(Wish { quantity: 1 }.check().is_ok());
        assert!(Wish { quantity: 0 }.check().is_err());
    }

    #[test]
    fn an_order_is_read_from_what_orders_answers() {
        let text = r#"{"order_id": 7, "user_id": 1, "currency": "EUR", "total_minor": 698, "placed_at": "…",
                       "items": [{"line": 1, "product_id": 2, "quantity": 2, "amount_minor": 698}]}"#;

        let order: Order = serde_json::from_str(text).unwrap();

        assert_eq!((order.order_id, order.items[0].product_id), (7, 2));
    }
}
