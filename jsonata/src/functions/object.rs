//! Functions of objects, and of values whatever they are.

use crate::deep;
use crate::error::{Error, Fault};
use crate::evaluate::Evaluator;
use crate::functions::{Scope, arg};
use crate::object::Object;
use crate::operators::numeric_value;
use crate::value::{Array, Value};

type Outcome = Result<Value, Fault>;

/// The member of an object, or of all objects in an array.
pub(crate) fn lookup(input: &Value, key: &str) -> Value {
    match input {
        Value::Object(object) => object.get(key).cloned().unwrap_or_default(),
        Value::Array(items) => {
            let mut found = Vec::new();
            look_up_all(items, key, &mut found);
            Value::sequence(found)
        }
        _ => Value::Undefined,
    }
}

fn look_up_all(items: &Array, key: &str, out: &mut Vec<Value>) {
    for item in items {
        match item {
            Value::Array(inner) => deep::guarded(|| look_up_all(inner, key, out)),
            Value::Object(object) => match object.get(key) {
                Some(Value::Array(inner)) => out.extend_from_slice(inner),
                Some(value) if !value.is_undefined() => out.push(value.clone()),
                _ => {}
            },
            _ => {}
        }
    }
}

pub(crate) fn lookup_function(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(lookup(arg(arguments, 0), arg(arguments, 1).as_str().unwrap_or("undefined")))
}

pub(crate) fn keys(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let mut names = Object::new();
    collect_keys(arg(arguments, 0), &mut names);
    Ok(Value::sequence(names.keys().map(|it| Value::String(it.clone())).collect()))
}

fn collect_keys(value: &Value, out: &mut Object) {
    match value {
        Value::Object(members) => {
            for name in members.keys() {
                out.insert(name.clone(), Value::Null);
            }
        }
        Value::Array(items) => deep::guarded(|| items.iter().for_each(|it| collect_keys(it, out))),
        _ => {}
    }
}

pub(crate) fn exists(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(Value::Bool(!arg(arguments, 0).is_undefined()))
}

pub(crate) fn spread(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(match arg(arguments, 0) {
        value @ (Value::Object(_) | Value::Array(_)) => {
            let mut parts = Vec::new();
            let plain = value.as_array().is_some_and(|it| !it.is_empty());
            spread_into(value, &mut parts);
            match plain {
                true => Value::from(parts),
                false => Value::sequence(parts),
            }
        }
        other => other.clone(),
    })
}

fn spread_into(value: &Value, out: &mut Vec<Value>) {
    match value {
        Value::Object(members) => {
            out.extend(members.iter().map(|(name, it)| Value::object([(name.clone(), it.clone())])));
        }
        Value::Array(items) => deep::guarded(|| items.iter().for_each(|it| spread_into(it, out))),
        Value::Undefined => {}
        other => out.push(other.clone()),
    }
}

pub(crate) fn merge(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Value::Array(parts) = arg(arguments, 0) else { return Ok(Value::Undefined) };
    let mut merged = Object::new();
    for part in parts.iter().filter_map(Value::as_object) {
        merged.extend(part.iter().map(|(name, it)| (name.clone(), it.clone())));
    }
    Ok(Value::Object(merged))
}

fn message<'a>(value: &'a Value, default: &'a str) -> &'a str {
    value.as_str().filter(|it| !it.is_empty()).unwrap_or(default)
}

pub(crate) fn error(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Err(Error::new("D3137").text(message(arg(arguments, 0), "$error() function evaluated")))
}

pub(crate) fn assert(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    match arg(arguments, 0) {
        Value::Bool(true) => Ok(Value::Undefined),
        _ => Err(Error::new("D3141").text(message(arg(arguments, 1), "$assert() statement failed"))),
    }
}

pub(crate) fn type_of(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(match arg(arguments, 0) {
        Value::Undefined => Value::Undefined,
        // What is no number in JavaScript is taken for an object.
        value if value.is_number() && numeric_value(value)?.is_none() => Value::from("object"),
        value => Value::from(value.type_name()),
    })
}
