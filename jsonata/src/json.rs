//! JSON text and `serde`: how values come in and go out.

use std::fmt::{self, Write};
use std::str::FromStr;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::deep;
use crate::number::write_number;
use crate::object::Object;
use crate::value::Value;

/// Compact JSON, as `JSON.stringify` writes it: numbers as JavaScript does, `null` for what JSON can't say
/// (nothing, infinities), `""` for a function.
impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_json(out, self)
    }
}

pub(crate) fn write_json(out: &mut impl Write, value: &Value) -> fmt::Result {
    match value {
        Value::Undefined | Value::Null => out.write_str("null"),
        Value::Bool(it) => write!(out, "{it}"),
        Value::Number(it) if it.is_finite() => write_number(out, *it),
        Value::Number(_) => out.write_str("null"),
        Value::Long(it) => write!(out, "{it}"),
        Value::String(it) => write_string(out, it),
        Value::Array(items) => deep::guarded(|| {
            out.write_char('[')?;
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.write_char(',')?;
                }
                write_json(out, item)?;
            }
            out.write_char(']')
        }),
        Value::Object(members) => deep::guarded(|| {
            out.write_char('{')?;
            let defined = members.iter().filter(|(_, it)| !it.is_undefined());
            for (at, (name, member)) in defined.enumerate() {
                if at > 0 {
                    out.write_char(',')?;
                }
                write_string(out, name)?;
                out.write_char(':')?;
                write_json(out, member)?;
            }
            out.write_char('}')
        }),
        Value::Function(_) => out.write_str("\"\""),
    }
}

/// A JSON string with the escapes `JSON.stringify` uses.
pub(crate) fn write_string(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    let mut done = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.write_str(text.get(done..at).unwrap_or_default())?;
        done = at + 1;
        match byte {
            b'"' => out.write_str("\\\"")?,
            b'\\' => out.write_str("\\\\")?,
            b'\n' => out.write_str("\\n")?,
            b'\r' => out.write_str("\\r")?,
            b'\t' => out.write_str("\\t")?,
            0x08 => out.write_str("\\b")?,
            0x0c => out.write_str("\\f")?,
            _ => write!(out, "\\u{byte:04x}")?,
        }
    }
    out.write_str(text.get(done..).unwrap_or_default())?;
    out.write_char('"')
}

impl FromStr for Value {
    type Err = serde_json::Error;

    /// Reads JSON text; at most 128 levels deep.
    fn from_str(text: &str) -> Result<Value, serde_json::Error> {
        serde_json::from_str(text)
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(it) => Value::Bool(*it),
            serde_json::Value::Number(it) => from_number(it),
            serde_json::Value::String(it) => Value::from(it.as_str()),
            serde_json::Value::Array(it) => deep::guarded(|| Value::array(it.iter().map(Value::from))),
            serde_json::Value::Object(it) => {
                deep::guarded(|| Value::object(it.iter().map(|(name, it)| (name.as_str(), Value::from(it)))))
            }
        }
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Value {
        Value::from(&json)
    }
}

fn from_number(number: &serde_json::Number) -> Value {
    match (number.as_i64(), number.as_f64()) {
        (Some(it), _) => Value::from(it),
        (None, Some(it)) => Value::Number(it),
        (None, None) => Value::Null,
    }
}

impl From<&Value> for serde_json::Value {
    fn from(value: &Value) -> serde_json::Value {
        match value {
            Value::Undefined | Value::Null => serde_json::Value::Null,
            Value::Bool(it) => (*it).into(),
            Value::Number(it) => match value.as_i64() {
                Some(whole) if it.abs() < 1e18 => whole.into(),
                _ => serde_json::Number::from_f64(*it).map_or(serde_json::Value::Null, Into::into),
            },
            Value::Long(it) => (*it).into(),
            Value::String(it) => (**it).into(),
            Value::Array(it) => deep::guarded(|| it.iter().map(serde_json::Value::from).collect()),
            Value::Object(it) => deep::guarded(|| {
                let defined = it.iter().filter(|(_, it)| !it.is_undefined());
                defined.map(|(name, it)| (name.to_string(), serde_json::Value::from(it))).collect()
            }),
            Value::Function(_) => "".into(),
        }
    }
}

impl From<Value> for serde_json::Value {
    fn from(value: Value) -> serde_json::Value {
        serde_json::Value::from(&value)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Undefined | Value::Null => out.serialize_unit(),
            Value::Bool(it) => out.serialize_bool(*it),
            Value::Number(it) => match self.as_i64() {
                Some(whole) if it.abs() < 1e18 => out.serialize_i64(whole),
                _ if it.is_finite() => out.serialize_f64(*it),
                _ => out.serialize_unit(),
            },
            Value::Long(it) => out.serialize_i64(*it),
            Value::String(it) => out.serialize_str(it),
            Value::Array(items) => deep::guarded(|| {
                let mut list = out.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|it| list.serialize_element(it))?;
                list.end()
            }),
            Value::Object(members) => deep::guarded(|| members.serialize(out)),
            Value::Function(_) => out.serialize_str(""),
        }
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(None)?;
        let mut defined = self.iter().filter(|(_, it)| !it.is_undefined());
        defined.try_for_each(|(name, it)| map.serialize_entry(&**name, it))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Value, D::Error> {
        from.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(Reader)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(Value::Number(it))
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Value::from(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members: Vec<(String, Value)> = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Value::object(members))
    }
}
