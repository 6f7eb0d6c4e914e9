//! What is asked for and what it costs: no input or output here.

use serde_json::{Value, json};

/// One wanted product.
pub struct Item {
    pub product: u64,
    pub quantity: u64,
}

pub struct Basket {
    pub customer: u64,
    pub items: Vec<Item>,
}

impl Basket {
    pub fn parse(text: &[u8]) -> Result<Basket, String> {
        let value: Value = serde_json::from_slice(text).map_err(|error| error.to_string())?;
        let customer = value["customer"]
            .as_u64()
            .ok_or("customer must be a whole number")?;
        let items = value["items"].as_array().ok_or("items must be an array")?;
        if items.is_empty() {
            return Err("items must not be empty".to_owned());
        }
        let items = items.iter().map(Item::parse).collect::<Result<_, _>>()?;
        Ok(Basket { customer, items })
    }
}

impl Item {
    fn parse(value: &Value) -> Result<Item, String> {
        let product = value["product"]
            .as_u64()
            .ok_or("product must be a whole number")?;
        let quantity = value["quantity"].as_u64().filter(|count| *count > 0);
        Ok(Item {
            product,
            quantity: quantity.ok_or("quantity must be a whole number from 1 on")?,
        })
    }
}

/// The lines of one quote, as they are priced.
pub struct Quote {
    customer: String,
    currency: Option<String>,
    total_minor: u64,
    lines: usize,
    complete: bool,
}

impl Quote {
    pub fn new(customer: String) -> Quote {
        Quote {
            customer,
            currency: None,
            total_minor: 0,
            lines: 0,
            complete: true,
        }
    }

    /// The line of `item`, given what `products` replied about it.
    pub fn price(&mut self, item: &Item, reply: Result<(u16, Value), String>) -> Value {
        self.lines += 1;
        match self.try_price(item, reply) {
            Ok(line) => line,
            Err(reason) => {
                self.complete = false;
                json!({"line": self.lines, "product": item.product, "error": reason})
            }
        }
    }

    fn try_price(
        &mut self,
        item: &Item,
        reply: Result<(u16, Value), String>,
    ) -> Result<Value, String> {
        let (status, product) = reply?;
        if status != 200 {
            return Err(format!("no product {}", item.product));
        }
        let unit = product["price_minor"]
            .as_u64()
            .ok_or("the product has no price")?;
        let currency = product["currency"]
            .as_str()
            .ok_or("the product has no currency")?;
        if self.currency.get_or_insert_with(|| currency.to_owned()) != currency {
            return Err(format!("its price is in {currency}"));
        }
        let amount = unit
            .checked_mul(item.quantity)
            .ok_or("the amount is too large")?;
        self.total_minor = self
            .total_minor
            .checked_add(amount)
            .ok_or("the total is too large")?;
        Ok(json!({
            "line": self.lines,
            "product": item.product,
            "name": product["name"],
            "quantity": item.quantity,
            "unit_minor": unit,
            "amount_minor": amount,
        }))
    }

    /// The last line.
    pub fn total(self) -> Value {
        json!({
            "customer": self.customer,
            "lines": self.lines,
            "total_minor": self.total_minor,
            "currency": self.currency,
            "complete": self.complete,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(price_minor: u64, currency: &str) -> Result<(u16, Value), String> {
        Ok((
            200,
            json!({"name": "thing", "price_minor": price_minor, "currency": currency}),
        ))
    }

    fn failure_of(text: &str) -> String {
        Basket::parse(text.as_bytes()).err().unwrap()
    }

    #[test]
    fn a_line_is_the_unit_price_times_the_quantity() {
        let mut quote = Quote::new("alice".to_owned());

        let line = quote.price(
            &Item {
                product: 1,
                quantity: 3,
            },
            product(250, "EUR"),
        );

        assert_eq!(line["amount_minor"], 750);
    }

    #[test]
    fn the_total_adds_the_lines_up() {
        let mut quote = Quote::new("alice".to_owned());
        quote.price(
            &Item {
                product: 1,
                quantity: 2,
            },
            product(100, "EUR"),
        );
        quote.price(
            &Item {
                product: 2,
                quantity: 1,
            },
            product(50, "EUR"),
        );

        let total = quote.total();

        assert_eq!(total["total_minor"], 250);
        assert_eq!(total["complete"], true);
    }

    #[test]
    fn an_unknown_product_makes_the_quote_incomplete() {
        let mut quote = Quote::new("alice".to_owned());

        let line = quote.price(
            &Item {
                product: 9,
                quantity: 1,
            },
            Ok((404, Value::Null)),
        );

        assert_eq!(line["error"], "no product 9");
        assert_eq!(quote.total()["complete"], false);
    }

    #[test]
    fn an_amount_that_overflows_is_an_error_not_a_bargain() {
        let mut quote = Quote::new("alice".to_owned());

        let line = quote.price(
            &Item {
                product: 1,
                quantity: 2,
            },
            product(u64::MAX, "EUR"),
        );

        assert_eq!(line["error"], "the amount is too large");
    }

    #[test]
    fn currencies_do_not_mix() {
        let mut quote = Quote::new("alice".to_owned());
        quote.price(
            &Item {
                product: 1,
                quantity: 1,
            },
            product(100, "EUR"),
        );

        let line = quote.price(
            &Item {
                product: 2,
                quantity: 1,
            },
            product(100, "USD"),
        );

        assert_eq!(line["error"], "its price is in USD");
    }

    #[test]
    fn a_basket_without_items_is_refused() {
        assert_eq!(
            failure_of(r#"{"customer": 1, "items": []}"#),
            "items must not be empty"
        );
    }

    #[test]
    fn a_quantity_of_zero_is_refused() {
        let failure = failure_of(r#"{"customer": 1, "items": [{"product": 1, "quantity": 0}]}"#);

        assert_eq!(failure, "quantity must be a whole number from 1 on");
    }
}
