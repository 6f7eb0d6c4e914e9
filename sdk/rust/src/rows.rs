//! Rows as Rust values, by serde.

use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

use crate::sql::Value;
use crate::{Error, Result};

type Fault = serde::de::value::Error;

/// `row` as a `T`; `sql_type` where it is none.
pub fn from_row<T: DeserializeOwned>(names: &[String], row: &[Value]) -> Result<T> {
    let unfit = |fault: Fault| Error::new(500, "sql_type", format!("a row does not fit: {fault}"));
    T::deserialize(RowDeserializer { names, row }).map_err(unfit)
}

#[derive(Clone, Copy)]
struct RowDeserializer<'a> {
    names: &'a [String],
    row: &'a [Value],
}

impl<'a> RowDeserializer<'a> {
    fn only(self) -> std::result::Result<Column<'a>, Fault> {
        match self.row {
            [value] => Ok(Column(value)),
            _ => Err(Fault::custom(format!(
                "it has {} columns, not one",
                self.row.len()
            ))),
        }
    }
}

macro_rules! by_the_only_column {
    ($($method:ident)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
            self.only()?.$method(visitor)
        })*
    };
}

macro_rules! by_order {
    ($($method:ident($($extra:ty),*))*) => {
        $(fn $method<V: Visitor<'de>>(self, $(_: $extra,)* visitor: V) -> std::result::Result<V::Value, Fault> {
            let mut columns = SeqDeserializer::new(self.row.iter().map(Column));
            let value = visitor.visit_seq(&mut columns)?;
            columns.end()?;
            Ok(value)
        })*
    };
}

impl<'de> Deserializer<'de> for RowDeserializer<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        let columns = self
            .names
            .iter()
            .map(String::as_str)
            .zip(self.row.iter().map(Column));
        visitor.visit_map(MapDeserializer::new(columns))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> std::result::Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> std::result::Result<V::Value, Fault> {
        self.only()?.deserialize_enum(name, variants, visitor)
    }

    by_order! {
        deserialize_tuple(usize)
        deserialize_tuple_struct(&'static str, usize)
    }

    by_the_only_column! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_bytes deserialize_byte_buf deserialize_option deserialize_unit deserialize_seq
    }

    forward_to_deserialize_any! { unit_struct map struct identifier ignored_any }
}

/// One value of a row.
#[derive(Clone, Copy)]
struct Column<'a>(&'a Value);

impl<'de> IntoDeserializer<'de, Fault> for Column<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Column<'de> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Real(number) => visitor.visit_f64(*number),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::Blob(bytes) => visitor.visit_borrowed_bytes(bytes),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        match self.0 {
            Value::Integer(number) => visitor.visit_bool(*number != 0),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(
        self,
        visitor: V,
    ) -> std::result::Result<V::Value, Fault> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> std::result::Result<V::Value, Fault> {
        match self.0 {
            Value::Blob(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> std::result::Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> std::result::Result<V::Value, Fault> {
        match self.0 {
            Value::Text(text) => {
                StrDeserializer::new(text).deserialize_enum(name, variants, visitor)
            }
            _ => self.deserialize_any(visitor),
        }
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Product {
        id: i64,
        name: String,
        note: Option<String>,
        sold: bool,
        image: Vec<u8>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum State {
        Open,
    }

    fn names() -> Vec<String> {
        ["id", "name", "note", "sold", "image"]
            .map(String::from)
            .to_vec()
    }

    fn tea() -> Vec<Value> {
        vec![
            Value::Integer(1),
            Value::Text("tea".into()),
            Value::Null,
            Value::Integer(0),
            Value::Blob(vec![255]),
        ]
    }

    fn only<T: DeserializeOwned>(value: Value) -> Result<T> {
        from_row(&["v".into()], &[value])
    }

    #[test]
    fn a_struct_is_filled_by_names() {
        let product: Product = from_row(&names(), &tea()).unwrap();

        let expected = Product {
            id: 1,
            name: "tea".into(),
            note: None,
            sold: false,
            image: vec![255],
        };
        assert_eq!(product, expected);
    }

    #[test]
    fn a_tuple_is_filled_by_order() {
        let columns: (u8, String, Option<String>, bool, Vec<u8>) =
            from_row(&names(), &tea()).unwrap();

        assert_eq!(columns, (1, "tea".into(), None, false, vec![255]));
    }

    #[test]
    fn the_only_column_is_its_value() {
        assert_eq!(only::<i64>(Value::Integer(7)), Ok(7));
        assert_eq!(only::<f64>(Value::Integer(7)), Ok(7.0));
        assert_eq!(only::<Option<i64>>(Value::Null), Ok(None));
        assert_eq!(only::<Vec<u8>>(Value::Blob(vec![1, 2])), Ok(vec![1, 2]));
        assert_eq!(only::<State>(Value::Text("open".into())), Ok(State::Open));
    }

    #[test]
    fn json_takes_every_row() {
        let row: serde_json::Value = from_row(&names()[..2], &tea()[..2]).unwrap();

        assert_eq!(row, serde_json::json!({"id": 1, "name": "tea"}));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(only::<i64>(Value::Null).unwrap_err().code, "sql_type");
        assert_eq!(
            only::<u8>(Value::Integer(256)).unwrap_err().code,
            "sql_type"
        );
        assert_eq!(
            only::<bool>(Value::Text("true".into())).unwrap_err().code,
            "sql_type"
        );
        assert_eq!(
            from_row::<i64>(&names(), &tea()).unwrap_err().code,
            "sql_type"
        );
        assert_eq!(
            from_row::<(i64,)>(&names(), &tea()).unwrap_err().code,
            "sql_type"
        );
        assert_eq!(
            from_row::<Product>(&names()[..1], &tea()[..1])
                .unwrap_err()
                .code,
            "sql_type"
        );
    }
}
