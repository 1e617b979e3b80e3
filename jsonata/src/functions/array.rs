//! Functions of arrays.

use std::collections::HashSet;
use std::sync::Arc;

use crate::error::Fault;
use crate::evaluate::Evaluator;
use crate::functions::{Scope, arg};
use crate::value::{Array, Flags, Value};

type Outcome = Result<Value, Fault>;

/// Joins two values into one array; nothing adds nothing.
pub(crate) fn append(first: Value, second: Value) -> Value {
    if first.is_undefined() {
        return second;
    }
    if second.is_undefined() {
        return first;
    }
    let mut items = match first {
        Value::Array(items) => items.into_vec(),
        other => vec![other],
    };
    match second {
        Value::Array(more) => items.extend_from_slice(&more),
        other => items.push(other),
    }
    Value::from(items)
}

pub(crate) fn append_function(evaluator: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let length = |it: &Value| it.as_array().map_or(1, |it| it.len());
    let (first, second) = (arg(arguments, 0), arg(arguments, 1));
    evaluator.charge((length(first) + length(second)) * 8)?;
    Ok(append(first.clone(), second.clone()))
}

pub(crate) fn count(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(Value::from(arg(arguments, 0).as_array().map_or(0, |it| it.len())))
}

pub(crate) fn zip(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let lengths = arguments.iter().map(|it| it.as_array().map_or(0, |it| it.len()));
    let shortest = lengths.min().unwrap_or(0);
    let tuple = |at: usize| {
        let item = |list: &Value| list.at(at).cloned().unwrap_or_default();
        Value::from(arguments.iter().map(item).collect::<Vec<_>>())
    };
    Ok(Value::from((0..shortest).map(tuple).collect::<Vec<_>>()))
}

pub(crate) fn reverse(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(match arg(arguments, 0) {
        Value::Array(items) if items.len() > 1 => {
            Value::from(items.iter().rev().cloned().collect::<Vec<_>>())
        }
        other => other.clone(),
    })
}

pub(crate) fn shuffle(evaluator: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let items = match arg(arguments, 0) {
        Value::Array(items) if items.len() > 1 => items,
        other => return Ok(other.clone()),
    };
    let mut result: Vec<Value> = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let other = ((evaluator.environment.random)() * (at + 1) as f64) as usize;
        result.push(item.clone());
        result.swap(other.min(at), at);
    }
    Ok(Value::from(result))
}

pub(crate) fn distinct(evaluator: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let items = match arg(arguments, 0) {
        Value::Array(items) if items.len() > 1 => items,
        other => return Ok(other.clone()),
    };
    evaluator.weigh_nested(arg(arguments, 0))?;
    let mut seen: HashSet<Scalar> = HashSet::new();
    let mut structures: Vec<&Value> = Vec::new();
    let mut result = Vec::new();
    for item in items {
        let new = match Scalar::of(item) {
            Some(scalar) => seen.insert(scalar),
            None => {
                for _ in 0..structures.len() {
                    evaluator.step()?;
                }
                let new = !structures.contains(&item);
                if new {
                    structures.push(item);
                }
                new
            }
        };
        if new {
            result.push(item.clone());
        }
    }
    let flags = if items.is_sequence() { Flags::SEQUENCE } else { Flags::NONE };
    Ok(Value::Array(Array::flagged(result, flags)))
}

/// A value that can be told from others by a hash.
#[derive(PartialEq, Eq, Hash)]
enum Scalar {
    Null,
    Bool(bool),
    Number(u64),
    String(Arc<str>),
}

impl Scalar {
    fn of(value: &Value) -> Option<Scalar> {
        Some(match value {
            Value::Null => Scalar::Null,
            Value::Bool(it) => Scalar::Bool(*it),
            Value::String(it) => Scalar::String(it.clone()),
            Value::Number(_) | Value::Long(_) => {
                // 0 and -0 are one number; NaN is not even equal to itself and compared otherwise.
                let number = value.as_f64().filter(|it| !it.is_nan())? + 0.0;
                Scalar::Number(number.to_bits())
            }
            Value::Undefined | Value::Array(_) | Value::Object(_) | Value::Function(_) => return None,
        })
    }
}
