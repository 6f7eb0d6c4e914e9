//! What is sold: no input or output here.

use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Given by the catalogue.
    #[serde(default)]
    pub id: i64,
    pub name: String,
    #[serde(default)]
    pub description: String,
    /// In minor units of `currency`: 1890 is 18.90 EUR.
    pub price_minor: i64,
    pub currency: String,
}

impl Product {
    /// Why it cannot be in the catalogue.
    pub fn check(&self) -> Result<(), &'static str> {
        let is_currency =
            |text: &str| text.len() == 3 && text.bytes().all(|c| c.is_ascii_uppercase());
        if self.name.trim().is_empty() || self.name.len() > 200 {
            return Err("name must have 1 to 200 bytes");
        }
        if self.description.len() > 2000 {
            return Err("description must have at most 2000 bytes");
        }
        if !(0..=1_000_000_000_000).contains(&self.price_minor) {
            return Err("price_minor must be a whole number of 0 to 1000000000000");
        }
        if !is_currency(&self.currency) {
            return Err("currency must be a code of three letters, as EUR");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kettle() -> Product {
        Product {
            id: 0,
            name: "Kettle".into(),
            description: String::new(),
            price_minor: 5900,
            currency: "EUR".into(),
        }
    }

    #[test]
    fn a_product_with_a_name_and_a_price_is_well() {
        assert_eq!(kettle().check(), Ok(()));
    }

    #[test]
    fn a_name_of_spaces_is_none() {
        let product = Product {
            name: "  ".into(),
            ..kettle()
        };

        assert!(product.check().is_err());
    }

    #[test]
    fn a_price_below_zero_is_refused() {
        let product = Product {
            price_minor: -1,
            ..kettle()
        };

        assert!(product.check().is_err());
    }

    #[test]
    fn a_currency_has_three_capital_letters() {
        let product = Product {
            currency: "eur".into(),
            ..kettle()
        };

        assert!(product.check().is_err());
    }

    #[test]
    fn a_member_that_nobody_knows_is_refused() {
        let parsed =
            serde_json::from_str::<Product>(r#"{"name": "x", "price": 1, "currency": "EUR"}"#);

        assert!(parsed.is_err());
    }
}
