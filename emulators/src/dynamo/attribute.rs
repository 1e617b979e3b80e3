//! Attribute values: `{ "S": … }` and the like.

use std::cmp::Ordering;

use jsonata::Value;

use crate::shape::record;

/// A value's type and what is held.
pub(super) fn held(value: &Value) -> Option<(&str, &Value)> {
    value.as_object()?.iter().next().map(|(name, it)| (&**name, it))
}

/// As a mock's value is held, as far as values tell.
pub(super) fn marshal(value: &Value) -> Value {
    match value {
        Value::String(_) => record([("S", value.clone())]),
        Value::Array(items) => record([("L", Value::array(items.as_slice().iter().map(marshal)))]),
        Value::Object(members) => {
            let held = members.iter().filter(|(_, it)| !it.is_null());
            record([("M", Value::object(held.map(|(name, it)| (name.clone(), marshal(it)))))])
        }
        other if other.is_number() => record([("N", Value::from(other.to_string()))]),
        other if other.as_bool().is_some() => record([("Bool", other.clone())]),
        _ => record([("Nul", Value::from(true))]),
    }
}

/// The plain value.
pub(super) fn unmarshal(value: &Value) -> Value {
    let Some((kind, inner)) = held(value) else { return value.clone() };
    let items = || inner.as_array().into_iter().flat_map(|it| it.as_slice());
    match kind.to_ascii_uppercase().as_str() {
        "N" => number(inner),
        "NUL" | "NULL" => Value::Null,
        "L" => Value::array(items().map(unmarshal)),
        "NS" => Value::array(items().map(number)),
        "M" => match inner.as_object() {
            Some(members) => Value::object(members.iter().map(|(name, it)| (name.clone(), unmarshal(it)))),
            None => inner.clone(),
        },
        _ => inner.clone(),
    }
}

fn number(text: &Value) -> Value {
    text.as_str().and_then(|it| it.parse().ok()).unwrap_or_else(|| text.clone())
}

/// The number of an `N`.
pub(super) fn as_number(value: &Value) -> Option<f64> {
    match held(value)? {
        ("N", Value::String(text)) => text.parse().ok(),
        ("N", number) => number.as_f64(),
        _ => None,
    }
}

/// An `N`.
pub(super) fn of_number(number: f64) -> Value {
    record([("N", Value::from(Value::from(number).to_string()))])
}

/// A key's text, in the order of keys; only texts, numbers and bytes can be keys.
pub(super) fn key_text(value: &Value) -> Option<String> {
    match held(value)? {
        ("S" | "B", text) => text.as_str().map(|it| format!("s{it}")),
        ("N", _) => {
            let bits = as_number(value)?.to_bits();
            // Orders negative numbers before positive ones.
            let ordered = if bits >> 63 == 1 { !bits } else { bits | 1 << 63 };
            Some(format!("n{ordered:016x}"))
        }
        _ => None,
    }
}

/// Of two texts, numbers or bytes; values of other or different types have no order.
pub(super) fn compare(a: Option<&Value>, b: Option<&Value>) -> Option<Ordering> {
    let (a, b) = (a?, b?);
    match (held(a)?, held(b)?) {
        (("N", _), ("N", _)) => as_number(a)?.partial_cmp(&as_number(b)?),
        ((x, one), (y, other)) if x == y && matches!(x, "S" | "B") => {
            Some(one.as_str()?.as_bytes().cmp(other.as_str()?.as_bytes()))
        }
        _ => None,
    }
}

/// Numbers are equal by value, sets whatever their order, all else as it is.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (as_number(a), as_number(b)) {
        (Some(a), Some(b)) => a == b,
        _ => unmarshal(a) == unmarshal(b) && kind(a) == kind(b),
    }
}

/// The type's name as the API spells it.
pub(super) fn kind(value: &Value) -> String {
    let name = held(value).map_or("", |(kind, _)| kind).to_ascii_uppercase();
    if name == "NUL" { "NULL".to_owned() } else { name }
}
