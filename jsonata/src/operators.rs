//! What the operators do to values.

use std::cmp::Ordering;

use crate::ast::{Arithmetic, Order};
use crate::deep;
use crate::error::{Error, Fault};
use crate::evaluate::{fits, memory_limit, unwrapped};
use crate::value::{Array, Value};

/// A finite number; NaN is none, and an infinity an error.
pub(crate) fn numeric_value(value: &Value) -> Result<Option<f64>, Fault> {
    match value.as_f64() {
        Some(it) if it.is_infinite() => Err(Error::new("D1001").value(Value::Number(it))),
        Some(it) if it.is_nan() => Ok(None),
        other => Ok(other),
    }
}

pub(crate) fn numeric(operator: Arithmetic, left: &Value, right: &Value) -> Result<Value, Fault> {
    let operand = |value: &Value, code| match numeric_value(value)? {
        None if !value.is_undefined() => Err(Error::new(code).value(value.clone())),
        it => Ok(it),
    };
    let left = operand(left, "T2001")?;
    let right = operand(right, "T2002")?;
    let (Some(left), Some(right)) = (left, right) else { return Ok(Value::Undefined) };
    Ok(Value::Number(match operator {
        Arithmetic::Add => left + right,
        Arithmetic::Subtract => left - right,
        Arithmetic::Multiply => left * right,
        Arithmetic::Divide => left / right,
        Arithmetic::Modulo => left % right,
    }))
}

pub(crate) fn negate(value: Value) -> Result<Value, Fault> {
    match numeric_value(&value)? {
        Some(it) => Ok(Value::Number(-it)),
        None if value.is_undefined() => Ok(value),
        None => Err(Error::new("D1002").value(value)),
    }
}

pub(crate) fn compare(order: Order, left: Value, right: Value) -> Result<Value, Fault> {
    let decide = |ordering: Option<Ordering>| {
        Value::Bool(match order {
            Order::Less => ordering == Some(Ordering::Less),
            Order::LessEqual => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
            Order::Greater => ordering == Some(Ordering::Greater),
            Order::GreaterEqual => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
        })
    };
    if let (Value::Number(left), Value::Number(right)) = (&left, &right) {
        return Ok(decide(left.partial_cmp(right)));
    }
    let comparable = |it: &Value| it.is_number() || it.is_string() || it.is_undefined();
    if !comparable(&left) || !comparable(&right) {
        let culprit = if left.is_number() || left.is_string() { right } else { left };
        return Err(Error::new("T2010").value(culprit));
    }
    match (&left, &right) {
        (Value::Undefined, _) | (_, Value::Undefined) => Ok(Value::Undefined),
        (Value::String(left), Value::String(right)) => Ok(decide(Some(compare_texts(left, right)))),
        _ => match (left.as_f64(), right.as_f64()) {
            (Some(left), Some(right)) => Ok(decide(left.partial_cmp(&right))),
            _ => Err(Error::new("T2009").value(left).value2(right)),
        },
    }
}

/// By UTF-16 units, as JavaScript compares: that differs from bytes only for characters beyond the basic plane.
pub(crate) fn compare_texts(left: &str, right: &str) -> Ordering {
    let differs = left.bytes().zip(right.bytes()).position(|(a, b)| a != b);
    match differs {
        None => left.len().cmp(&right.len()),
        Some(at) => {
            let (a, b) = (left.as_bytes().get(at), right.as_bytes().get(at));
            if a >= Some(&0xee) && b >= Some(&0xee) {
                return left.encode_utf16().cmp(right.encode_utf16());
            }
            a.cmp(&b)
        }
    }
}

/// The integers of `[from..to]`; nothing if one is missing or there are none.
pub(crate) fn range_bounds(left: &Value, right: &Value) -> Result<Option<(i64, i64)>, Fault> {
    let bound = |value: &Value, code| match value.as_f64() {
        Some(it) if it.fract() == 0.0 => Ok(Some(it)),
        _ if value.is_undefined() => Ok(None),
        _ => Err(Error::new(code).value(value.clone())),
    };
    let left = bound(left, "T2003")?;
    let right = bound(right, "T2004")?;
    let (Some(left), Some(right)) = (left, right) else { return Ok(None) };
    if left > right {
        return Ok(None);
    }
    let size = right - left + 1.0;
    if size > 1e7 {
        return Err(Error::new("D2014").value(Value::Number(size)));
    }
    Ok(Some((left as i64, right as i64)))
}

/// `in`: the very same value, so records and lists only match themselves.
pub(crate) fn includes(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Undefined, _) | (_, Value::Undefined) => false,
        (_, Value::Array(items)) => items.iter().any(|it| identical(left, it)),
        _ => identical(left, right),
    }
}

/// JavaScript's `===`.
fn identical(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(a), Value::Array(b)) => a.same(b),
        (Value::Object(a), Value::Object(b)) => a.same(b),
        _ => left == right,
    }
}

/// What an array that is asked for its truth may hold.
const MOST_HELD: usize = 1 << 28;

/// JSONata's idea of truth: neither nothing, null, zero nor empty; some true item in an array.
pub(crate) fn truth(value: &Value) -> Result<bool, Fault> {
    Ok(match value {
        Value::Bool(it) => *it,
        Value::Undefined | Value::Null => false,
        Value::Function(it) => it.is_truthy(),
        Value::Number(_) | Value::Long(_) => numeric_value(value)?.is_some_and(|it| it != 0.0),
        Value::String(it) => !it.is_empty(),
        Value::Object(it) => !it.is_empty(),
        Value::Array(items) => {
            // Arrays that hold each other many times over would be looked through for ever.
            if items.iter().any(Value::is_array) && !fits(value, &mut MOST_HELD.clone()) {
                return Err(memory_limit());
            }
            return deep::guarded(|| any_true(items));
        }
    })
}

fn any_true(items: &Array) -> Result<bool, Fault> {
    let mut found = false;
    for item in items {
        // All are looked at: an infinity among them is an error wherever it stands.
        found |= match item {
            Value::Array(inner) => deep::guarded(|| any_true(inner))?,
            other => truth(other)?,
        };
    }
    Ok(found)
}

/// `*`
pub(crate) fn wildcard(input: &Value) -> Value {
    let mut found = Vec::new();
    let mut plain = false;
    let mut take = |value: &Value| match value {
        Value::Array(items) => {
            plain = true;
            flatten(items, &mut found);
        }
        other => found.push(other.clone()),
    };
    match unwrapped(input) {
        Value::Object(members) => members.values().for_each(&mut take),
        Value::Array(items) => items.iter().for_each(&mut take),
        _ => {}
    }
    if plain { Value::from(found) } else { Value::sequence(found) }
}

fn flatten(items: &Array, out: &mut Vec<Value>) {
    for item in items {
        match item {
            Value::Array(inner) => deep::guarded(|| flatten(inner, out)),
            other => out.push(other.clone()),
        }
    }
}

/// `**`
pub(crate) fn descendants(input: &Value) -> Value {
    if input.is_undefined() {
        return Value::Undefined;
    }
    let mut found = Vec::new();
    descend(input, &mut found);
    match found.len() {
        1 => found.pop().unwrap_or_default(),
        _ => Value::sequence(found),
    }
}

fn descend(value: &Value, out: &mut Vec<Value>) {
    if !value.is_array() {
        out.push(value.clone());
    }
    match value {
        Value::Array(items) => deep::guarded(|| items.iter().for_each(|it| descend(it, out))),
        Value::Object(members) => deep::guarded(|| members.values().for_each(|it| descend(it, out))),
        _ => {}
    }
}
