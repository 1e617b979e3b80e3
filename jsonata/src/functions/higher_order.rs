//! Functions that call functions.

use crate::ast::{Kind, Node, Order, Symbol};
use crate::error::{Error, Fault};
use crate::evaluate::{Evaluator, UNDEFINED};
use crate::function::{Callable, Function};
use crate::functions::{Scope, arg};
use crate::object::Object;
use crate::operators::{compare, compare_texts, numeric_value, truth};
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
    match arity {
        0 | 1 => evaluator.call_back(function, [value.clone()], scope),
        2 => evaluator.call_back(function, [value.clone(), key()], scope),
        _ => evaluator.call_back(function, [value.clone(), key(), whole.clone()], scope),
    }
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
    let mut held = items.len();
    for (at, item) in items.iter().enumerate() {
        let value = call(evaluator, function, arity, item, || Value::from(at), whole, scope)?;
        if let Value::Array(items) = &value {
            held += items.len();
            evaluator.charge(held.saturating_mul(8))?;
        }
        if !value.is_undefined() {
            result.push(value);
        }
    }
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
        let before = std::mem::take(&mut result);
        result = match arity {
            2 => evaluator.call_back(function, [before, item.clone()], scope)?,
            3 => evaluator.call_back(function, [before, item.clone(), Value::from(at)], scope)?,
            _ => evaluator.call_back(
                function,
                [before, item.clone(), Value::from(at), whole.clone()],
                scope,
            )?,
        };
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
        _ => match by_keys(evaluator, items, function) {
            Some(order) => order?,
            None => sort::merge_sort(items.len(), |a, b| {
                evaluator.step()?;
                let verdict = evaluator.call_back(function, [item(a), item(b)], scope)?;
                Ok(is_truthy(&verdict))
            })?,
        },
    };
    Ok(Value::from(order.into_iter().map(item).collect::<Vec<_>>()))
}

/// Sorts by a function such as `function($l, $r){ $l.price > $r.price }` without calling it: each item's key is
/// looked up once, and the keys are compared as the function would compare them.
fn by_keys(
    evaluator: &mut Evaluator<'_>,
    items: &Array,
    function: &Value,
) -> Option<Result<Vec<usize>, Fault>> {
    let Value::Function(Function { callable: Callable::Lambda(closure), .. }) = function else { return None };
    let lambda = &closure.lambda;
    let ([first, second], None, None) =
        (lambda.parameters.as_slice(), &lambda.signature, &closure.parameters)
    else {
        return None;
    };
    let body = &lambda.body;
    let (Kind::Comparison(order, parts), None, false) = (&body.kind, &body.extra, first == second) else {
        return None;
    };
    let (left, right) = (key_names(&parts.0)?, key_names(&parts.1)?);
    let swapped = left.0 == *second && right.0 == *first;
    if left.1 != right.1 || !(swapped || (left.0 == *first && right.0 == *second)) {
        return None;
    }
    let mut keys = Vec::with_capacity(items.len());
    for item in items {
        keys.push(key_of(item, &left.1)?);
    }
    let numbers = keys.iter().map(|it| it.as_f64().filter(|it| !it.is_nan())).collect::<Option<Vec<f64>>>();
    if let (Some(numbers), Order::Greater | Order::Less) = (numbers, order) {
        return Some(Ok(sort::numbers(&numbers, (*order == Order::Less) != swapped)));
    }
    let key = |at: usize| keys.get(at).copied().unwrap_or(&UNDEFINED).clone();
    Some(sort::merge_sort(items.len(), |a, b| {
        evaluator.step()?;
        let (a, b) = if swapped { (b, a) } else { (a, b) };
        let verdict = compare(*order, key(a), key(b)).map_err(|it| it.at(body.pos).token(order.sign()))?;
        Ok(is_truthy(&verdict))
    }))
}

/// The variable and the names of a path such as `$l.a.b`.
fn key_names(node: &Node) -> Option<(Symbol, Vec<&str>)> {
    match &node.kind {
        Kind::Variable(symbol) if node.extra.is_none() && !node.keep_array => Some((*symbol, Vec::new())),
        Kind::Path(path) if path.plain => {
            let (first, rest) = path.steps.split_first()?;
            let Kind::Variable(symbol) = first.kind else { return None };
            let names = rest.iter().map(|step| match &step.kind {
                Kind::Name(field) => Some(&*field.name),
                _ => None,
            });
            Some((symbol, names.collect::<Option<Vec<_>>>()?))
        }
        _ => None,
    }
}

/// The member that the names lead to; nothing to be had where an array is on the way.
fn key_of<'a>(item: &'a Value, names: &[&str]) -> Option<&'a Value> {
    let mut value = item;
    for name in names {
        value = match value {
            Value::Object(members) => members.get(name).unwrap_or(&UNDEFINED),
            Value::Array(_) => return None,
            _ => &UNDEFINED,
        };
    }
    (!value.is_array()).then_some(value)
}

fn sort_plainly(items: &Array) -> Result<Vec<usize>, Fault> {
    let mut numbers = Vec::with_capacity(items.len());
    for item in items {
        numbers.push(numeric_value(item)?);
    }
    if let Some(numbers) = numbers.into_iter().collect::<Option<Vec<f64>>>() {
        return Ok(sort::numbers(&numbers, false));
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
