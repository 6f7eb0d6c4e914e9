//! How parameters and rows travel between a guest and its database: docs/formats/rows.md.

#[derive(Debug, PartialEq)]
pub enum Value {
    Null,
    Integer(i64),
    Text(String),
}

impl Value {
    pub fn integer(self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }

    pub fn text(self) -> Option<String> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

pub fn encode(params: &[Value]) -> Vec<u8> {
    let mut out = vec![1];
    put_varint(&mut out, params.len() as u64);
    for value in params {
        match value {
            Value::Null => out.push(0),
            Value::Integer(number) => {
                out.push(1);
                put_varint(&mut out, ((number << 1) ^ (number >> 63)) as u64);
            }
            Value::Text(text) => {
                out.push(3);
                put_varint(&mut out, text.len() as u64);
                out.extend_from_slice(text.as_bytes());
            }
        }
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

/// None where the bytes are no rows of the values that are used here.
pub fn decode(mut bytes: &[u8]) -> Option<Vec<Vec<Value>>> {
    let rest = &mut bytes;
    (take(rest, 1)? == [1]).then_some(())?;
    let columns = varint(rest)?;
    for _ in 0..columns {
        text(rest)?;
    }
    let mut rows = Vec::new();
    while columns > 0 && !rest.is_empty() {
        rows.push((0..columns).map(|_| value(rest)).collect::<Option<_>>()?);
    }
    Some(rows)
}

fn take<'a>(rest: &mut &'a [u8], size: usize) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(size)?;
    *rest = after;
    Some(taken)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(rest, 1)?[0];
        number |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn text(rest: &mut &[u8]) -> Option<String> {
    let size = usize::try_from(varint(rest)?).ok()?;
    String::from_utf8(take(rest, size)?.to_vec()).ok()
}

fn value(rest: &mut &[u8]) -> Option<Value> {
    Some(match take(rest, 1)?[0] {
        0 => Value::Null,
        1 => {
            let folded = varint(rest)?;
            Value::Integer((folded >> 1) as i64 ^ -((folded & 1) as i64))
        }
        3 => Value::Text(text(rest)?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written() {
        let params = [Value::Null, Value::Integer(-1), Value::Text("tea".into())];

        assert_eq!(encode(&params), b"\x01\x03\x00\x01\x01\x03\x03tea");
    }

    #[test]
    fn rows_are_read() {
        let rows = decode(b"\x01\x02\x02id\x04name\x01\x02\x03\x03tea\x01\x03\x00").unwrap();

        assert_eq!(rows[0], [Value::Integer(1), Value::Text("tea".into())]);
        assert_eq!(rows[1], [Value::Integer(-2), Value::Null]);
    }

    #[test]
    fn what_is_cut_is_refused() {
        assert_eq!(decode(b"\x01\x01\x01a\x03\x03te"), None);
    }
}
