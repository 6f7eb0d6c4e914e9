//! The row format (docs/formats/rows.md): how parameters and rows travel.

use crate::sql::Value;
use crate::{Error, Result};

const VERSION: u8 = 1;

/// The rows of a statement as they come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    pub names: Vec<String>,
    /// One value for each name.
    pub rows: Vec<Vec<Value>>,
}

pub fn encode_params(params: &[Value]) -> Vec<u8> {
    let mut out = vec![VERSION];
    put_varint(&mut out, params.len() as u64);
    for value in params {
        put_value(&mut out, value);
    }
    out
}

fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn put_bytes(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    out.push(tag);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.push(0),
        Value::Integer(number) => {
            out.push(1);
            put_varint(out, ((number << 1) ^ (number >> 63)) as u64);
        }
        Value::Real(number) => {
            out.push(2);
            out.extend_from_slice(&number.to_le_bytes());
        }
        Value::Text(text) => put_bytes(out, 3, text.as_bytes()),
        Value::Blob(bytes) => put_bytes(out, 4, bytes),
    }
}

/// Fails with `row_format_invalid`.
pub fn decode_rows(bytes: &[u8]) -> Result<Rows> {
    let invalid = || Error::new(500, "row_format_invalid", "the host's rows cannot be read");
    Reader { rest: bytes }.rows().ok_or_else(invalid)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn rows(&mut self) -> Option<Rows> {
        if self.take(1)? != [VERSION] {
            return None;
        }
        let mut rows = Rows::default();
        for _ in 0..self.varint()? {
            rows.names.push(self.text()?);
        }
        while !self.rest.is_empty() {
            let row: Option<Vec<Value>> = rows.names.iter().map(|_| self.value()).collect();
            rows.rows.push(row.filter(|values| !values.is_empty())?);
        }
        Some(rows)
    }

    fn take(&mut self, size: usize) -> Option<&[u8]> {
        let (taken, rest) = self.rest.split_at_checked(size)?;
        self.rest = rest;
        Some(taken)
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return (shift < 63 || byte < 2).then_some(number);
            }
        }
        None
    }

    fn bytes(&mut self) -> Option<Vec<u8>> {
        let size = usize::try_from(self.varint()?).ok()?;
        self.take(size).map(<[u8]>::to_vec)
    }

    fn text(&mut self) -> Option<String> {
        Some(
            String::from_utf8(self.bytes()?)
                .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into()),
        )
    }

    fn value(&mut self) -> Option<Value> {
        Some(match self.take(1)?[0] {
            0 => Value::Null,
            1 => {
                let folded = self.varint()?;
                Value::Integer((folded >> 1) as i64 ^ -((folded & 1) as i64))
            }
            2 => Value::Real(f64::from_le_bytes(self.take(8)?.try_into().ok()?)),
            3 => Value::Text(self.text()?),
            4 => Value::Blob(self.bytes()?),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written() {
        let params = [
            Value::Null,
            Value::Integer(-1),
            Value::Real(1.0),
            Value::Text("tea".into()),
            Value::Blob(vec![0xFF]),
        ];

        assert_eq!(
            encode_params(&params),
            b"\x01\x05\x00\x01\x01\x02\0\0\0\0\0\0\xF0\x3F\x03\x03tea\x04\x01\xFF"
        );
    }

    #[test]
    fn integers_of_64_bits_are_written() {
        let smallest = b"\x01\x01\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01";

        assert_eq!(encode_params(&[Value::Integer(i64::MIN)]), smallest);
    }

    #[test]
    fn rows_are_read() {
        let rows = decode_rows(b"\x01\x02\x02id\x04name\x01\x02\x03\x03tea\x01\x03\x00").unwrap();

        assert_eq!(rows.names, ["id", "name"]);
        assert_eq!(rows.rows[0], [Value::Integer(1), Value::Text("tea".into())]);
        assert_eq!(rows.rows[1], [Value::Integer(-2), Value::Null]);
    }

    #[test]
    fn what_is_cut_or_unknown_is_refused() {
        for bytes in [
            &b""[..],
            b"\x02\x00",
            b"\x01\x01\x02i",
            b"\x01\x01\x01a\x03\x03te",
            b"\x01\x02\x01a\x01b\x00",
            b"\x01\x01\x01a\x05",
            b"\x01\x00\x00",
            b"\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02",
        ] {
            assert_eq!(decode_rows(bytes).unwrap_err().code, "row_format_invalid");
        }
    }
}
