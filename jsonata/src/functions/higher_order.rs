//! Functions that call functions.

use crate::error::{Error, Fault};
use crate::evaluate::Evaluator;
use crate::functions::{Scope, arg};
use crate::object::Object;
use crate::operators::{compare_texts, numeric_value, truth};
use crate::sort;
use crate::value::{Array, Value};

type Outcome = Result<Value, Fault>;

/// The arguments of which a function takes as many as it has parameters: the value, its key, the whole.
fn call(
    evaluator: &mut Evaluator<'_>,
    function: &Value,
    arity: usize,
    value: &Value,
    key: impl FnOnce() -> Value,
    whole: &Value,
    scope: Scope<'_>,
) -> Outcome {
    evaluator.step()?;
    let mut arguments = Vec::with_capacity(arity.clamp(1, 3));
    arguments.push(value.clone());
    if arity >= 2 {
        arguments.push(key());
    }
    if arity >= 3 {
        arguments.push(whole.clone());
    }
    evaluator.call_back(function, arguments, scope)
}

fn arity(function: &Value) -> usize {
    match function {
        Value::Function(it) => it.arity(),
        _ => 0,
    }
}

pub(crate) fn map(evaluator: &mut Evaluator<'_>, arguments: &[Value], scope: Scope<'_>) -> Outcome {
    let (whole, function) = (arg(arguments, 0), arg(arguments, 1));
    let Value::Array(items) = whole else { return Ok(Value::Undefined) };
    let arity = arity(function);
    let mut result = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let value = call(evaluator, function, arity, item, || Value::from(at), whole, scope)?;
        if !value.is_undefined() {
            result.push(value);
        }
    }
    evaluator.charge(result.len() * 8)?;
    Ok(Value::sequence(result))
}

pub(crate) fn filter(evaluator: &mut Evaluator<'_>, arguments: &[Value], scope: Scope<'_>) -> Outcome {
    let (whole, function) = (arg(arguments, 0), arg(arguments, 1));
    let Value::Array(items) = whole else { return Ok(Value::Undefined) };
    let arity = arity(function);
    let mut result = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let verdict = call(evaluator, function, arity, item, || Value::from(at), whole, scope)?;
        if truth(&verdict)? {
            result.push(item.clone());
        }
    }
    Ok(Value::sequence(result))
}

pub(crate) fn single(evaluator: &mut Evaluator<'_>, arguments: &[Value], scope: Scope<'_>) -> Outcome {
    let (whole, function) = (arg(arguments, 0), arg(arguments, 1));
    let Value::Array(items) = whole else { return Ok(Value::Undefined) };
    let arity = arity(function);
    let mut found = None;
    for (at, item) in items.iter().enumerate() {
        let fits = match function {
            Value::Undefined => true,
            _ => truth(&call(evaluator, function, arity, item, || Value::from(at), whole, scope)?)?,
        };
        if fits && found.replace(item).is_some() {
            return Err(Error::new("D3138").index(at));
        }
    }
    found.cloned().ok_or_else(|| Error::new("D3139"))
}

pub(crate) fn reduce(evaluator: &mut Evaluator<'_>, arguments: &[Value], scope: Scope<'_>) -> Outcome {
    let (whole, function, initial) = (arg(arguments, 0), arg(arguments, 1), arg(arguments, 2));
    let Value::Array(items) = whole else { return Ok(Value::Undefined) };
    let arity = arity(function);
    if arity < 2 {
        return Err(Error::new("D3050").index(1));
    }
    let (mut result, first) = match items.first() {
        Some(item) if initial.is_undefined() => (item.clone(), 1),
        _ => (initial.clone(), 0),
    };
    for (at, item) in items.iter().enumerate().skip(first) {
        evaluator.step()?;
        let mut arguments = vec![std::mem::take(&mut result), item.clone()];
        if arity >= 3 {
            arguments.push(Value::from(at));
        }
        if arity >= 4 {
            arguments.push(whole.clone());
        }
        result = evaluator.call_back(function, arguments, scope)?;
    }
    Ok(result)
}

pub(crate) fn sift(evaluator: &mut Evaluator<'_>, arguments: &[Value], scope: Scope<'_>) -> Outcome {
    let (whole, function) = (arg(arguments, 0), arg(arguments, 1));
    let Value::Object(members) = whole else { return Ok(Value::Undefined) };
    let arity = arity(function);
    let mut kept = Vec::new();
    for (name, value) in members.iter() {
        let key = || Value::String(name.clone());
        if truth(&call(evaluator, function, arity, value, key, whole, scope)?)? {
            kept.push((name.clone(), value.clone()));
        }
    }
    Ok(if kept.is_empty() { Value::Undefined } else { Value::Object(Object::of_distinct(kept)) })
}

pub(crate) fn each(evaluator: &mut Evaluator<'_>, arguments: &[Value], scope: Scope<'_>) -> Outcome {
    let (whole, function) = (arg(arguments, 0), arg(arguments, 1));
    let mut result = Vec::new();
    if let Value::Object(members) = whole {
        let arity = arity(function);
        for (name, value) in members.iter() {
            let key = || Value::String(name.clone());
            let value = call(evaluator, function, arity, value, key, whole, scope)?;
            if !value.is_undefined() {
                result.push(value);
            }
        }
    }
    Ok(Value::sequence(result))
}

pub(crate) fn sort(evaluator: &mut Evaluator<'_>, arguments: &[Value], scope: Scope<'_>) -> Outcome {
    let (list, function) = (arg(arguments, 0), arg(arguments, 1));
    let items = match list {
        Value::Array(items) if items.len() > 1 => items,
        other => return Ok(other.clone()),
    };
    let item = |at: usize| items.get(at).cloned().unwrap_or_default();
    let order = match function {
        Value::Undefined => sort_plainly(items)?,
        _ => sort::merge_sort(items.len(), |a, b| {
            evaluator.step()?;
            let verdict = evaluator.call_back(function, vec![item(a), item(b)], scope)?;
            Ok(is_truthy(&verdict))
        })?,
    };
    Ok(Value::from(order.into_iter().map(item).collect::<Vec<_>>()))
}

fn sort_plainly(items: &Array) -> Result<Vec<usize>, Fault> {
    let mut numbers = Vec::with_capacity(items.len());
    for item in items {
        numbers.push(numeric_value(item)?);
    }
    if let Some(numbers) = numbers.into_iter().collect::<Option<Vec<f64>>>() {
        return sort::merge_sort(items.len(), |a, b| Ok(numbers.get(a) > numbers.get(b)));
    }
    let Some(texts) = items.iter().map(Value::as_str).collect::<Option<Vec<&str>>>() else {
        return Err(Error::new("D3070").index(1));
    };
    let text = |at: usize| texts.get(at).copied().unwrap_or_default();
    sort::merge_sort(items.len(), |a, b| Ok(compare_texts(text(a), text(b)).is_gt()))
}

/// JavaScript's idea of truth, by which it takes a comparator's verdict.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Undefined | Value::Null => false,
        Value::Bool(it) => *it,
        Value::Number(it) => *it != 0.0 && !it.is_nan(),
        Value::String(it) => !it.is_empty(),
        Value::Long(_) | Value::Array(_) | Value::Object(_) | Value::Function(_) => true,
    }
}
