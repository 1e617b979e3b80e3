//! The conditions of filters.

use std::cmp::Ordering;

use jsonata::Value;

use super::ast::{Compare, Filter, Operand, Path, Root};
use super::{Roots, find};

/// Whether an item passes. What cannot be compared does not pass; it is no error.
pub(super) fn holds(filter: &Filter, item: &Value, roots: &dyn Roots) -> bool {
    match filter {
        Filter::And(all) => all.iter().all(|it| holds(it, item, roots)),
        Filter::Or(any) => any.iter().any(|it| holds(it, item, roots)),
        Filter::Not(inner) => !holds(inner, item, roots),
        Filter::Exists(Operand::Path(path)) => look(path, item, roots).is_some(),
        Filter::Exists(Operand::Value(value)) => value.as_bool().unwrap_or(true),
        Filter::Exists(Operand::Regex(..)) => true,
        Filter::Compare(left, operator, Operand::Regex(pattern, fold)) if *operator == Compare::Regex => {
            operand(left, item, roots).is_some_and(|it| matches(&it, pattern, *fold))
        }
        Filter::Compare(Operand::Regex(pattern, fold), operator, right) if *operator == Compare::Regex => {
            operand(right, item, roots).is_some_and(|it| matches(&it, pattern, *fold))
        }
        Filter::Compare(left, operator, right) => {
            compare(operand(left, item, roots).as_ref(), *operator, operand(right, item, roots).as_ref())
        }
    }
}

fn operand(operand: &Operand, item: &Value, roots: &dyn Roots) -> Option<Value> {
    match operand {
        Operand::Path(path) => look(path, item, roots),
        Operand::Value(value) => Some(value.clone()),
        Operand::Regex(..) => None,
    }
}

fn look(path: &Path, item: &Value, roots: &dyn Roots) -> Option<Value> {
    let found = match path.root {
        Root::Current => find::find(path, item, roots).ok()?,
        Root::Input | Root::Context | Root::Variable(_) => path.find(roots).ok()?,
    };
    let nothing = !path.is_definite() && found.as_array().is_some_and(|it| it.is_empty());
    (!nothing).then_some(found)
}

fn matches(value: &Value, pattern: &str, fold: bool) -> bool {
    let text = match value {
        Value::String(text) => text.to_string(),
        Value::Number(_) | Value::Long(_) | Value::Bool(_) => value.to_string(),
        Value::Undefined | Value::Null | Value::Array(_) | Value::Object(_) | Value::Function(_) => {
            return false;
        }
    };
    // Jayway asks the whole text to match.
    jsonata::matches_whole(pattern, fold, &text)
}

fn compare(left: Option<&Value>, operator: Compare, right: Option<&Value>) -> bool {
    let equal = || match (left, right) {
        (Some(left), Some(right)) => left == right,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    let ordered = |wanted: &[Ordering]| order(left, right).is_some_and(|it| wanted.contains(&it));
    let items = |value: Option<&Value>| value.and_then(Value::as_array).map(|it| it.to_vec());
    match operator {
        Compare::Eq | Compare::Same => equal(),
        Compare::Ne | Compare::NotSame => !equal(),
        Compare::Lt => ordered(&[Ordering::Less]),
        Compare::Le => ordered(&[Ordering::Less, Ordering::Equal]),
        Compare::Gt => ordered(&[Ordering::Greater]),
        Compare::Ge => ordered(&[Ordering::Greater, Ordering::Equal]),
        Compare::Regex => match (left, right.and_then(Value::as_str)) {
            (Some(left), Some(pattern)) => matches(left, pattern, false),
            _ => false,
        },
        Compare::In => left.is_some_and(|left| items(right).is_some_and(|it| it.contains(left))),
        Compare::Nin => left.is_some_and(|left| items(right).is_some_and(|it| !it.contains(left))),
        Compare::SubsetOf => {
            pairs(items(left), items(right), |left, right| left.iter().all(|it| right.contains(it)))
        }
        Compare::AnyOf => {
            pairs(items(left), items(right), |left, right| left.iter().any(|it| right.contains(it)))
        }
        Compare::NoneOf => {
            pairs(items(left), items(right), |left, right| !left.iter().any(|it| right.contains(it)))
        }
        Compare::All => {
            pairs(items(left), items(right), |left, right| right.iter().all(|it| left.contains(it)))
        }
        Compare::Contains => match (left, right) {
            (Some(Value::String(left)), Some(Value::String(right))) => left.contains(&**right),
            (Some(Value::Array(left)), Some(right)) => left.contains(right),
            _ => false,
        },
        Compare::Size => {
            length(left).is_some_and(|it| right.and_then(Value::as_i64) == i64::try_from(it).ok())
        }
        Compare::Empty => length(left).is_some_and(|it| right.and_then(Value::as_bool) == Some(it == 0)),
    }
}

fn pairs(
    left: Option<Vec<Value>>,
    right: Option<Vec<Value>>,
    holds: impl Fn(&[Value], &[Value]) -> bool,
) -> bool {
    matches!((left, right), (Some(left), Some(right)) if holds(&left, &right))
}

fn length(value: Option<&Value>) -> Option<usize> {
    match value? {
        Value::Array(items) => Some(items.len()),
        Value::String(text) => Some(text.chars().count()),
        Value::Undefined
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Long(_)
        | Value::Object(_)
        | Value::Function(_) => None,
    }
}

fn order(left: Option<&Value>, right: Option<&Value>) -> Option<Ordering> {
    let (left, right) = (left?, right?);
    match (left.as_f64(), right.as_f64()) {
        (Some(left), Some(right)) => left.partial_cmp(&right),
        _ => Some(left.as_str()?.cmp(right.as_str()?)),
    }
}
