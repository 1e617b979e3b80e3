//! `ResultPath`: puts a value where a reference path leads.

use jsonata::Value;

use super::ast::{Path, Step};

/// The value with `result` at `path`; objects on the way are made where they are missing
/// (spec "ResultPath"). `None` when the path does not fit the value.
pub fn insert(value: &Value, path: &Path, result: Value) -> Option<Value> {
    put(value.clone(), &path.steps, result)
}

fn put(value: Value, steps: &[Step], result: Value) -> Option<Value> {
    let Some((step, rest)) = steps.split_first() else { return Some(result) };
    match step {
        Step::Name(name) => {
            let Value::Object(mut members) = value else { return None };
            let inner = match members.get(name) {
                Some(inner) if !rest.is_empty() => inner.clone(),
                _ => crate::value::empty(),
            };
            members.insert(name.clone(), put(inner, rest, result)?);
            Some(Value::Object(members))
        }
        Step::Index(at) => {
            let Value::Array(mut items) = value else { return None };
            let slot = items.make_mut().get_mut(usize::try_from(*at).ok()?)?;
            *slot = put(std::mem::take(slot), rest, result)?;
            Some(Value::Array(items))
        }
        Step::Names(_)
        | Step::Indexes(_)
        | Step::Slice(..)
        | Step::Wildcard
        | Step::Filter(_)
        | Step::Descend => None,
    }
}
