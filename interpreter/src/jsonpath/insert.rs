//! `ResultPath`: puts a value where a reference path leads.

use jsonata::Value;

use super::ast::{Path, Step};

/// The value with `result` at `path`; objects on the way are made where they are missing
/// (spec "ResultPath").
///
/// # Errors
/// The step that has no place in the value: a name in what is no object, an index that an array does not have.
pub fn insert(value: &Value, path: &Path, result: Value) -> Result<Value, String> {
    put(value.clone(), &path.steps, result)
}

fn put(value: Value, steps: &[Step], result: Value) -> Result<Value, String> {
    let Some((step, rest)) = steps.split_first() else { return Ok(result) };
    let no_place = || step.label();
    match step {
        Step::Name(name) => {
            let Value::Object(mut members) = value else { return Err(no_place()) };
            let inner = match members.get(name) {
                Some(inner) if !rest.is_empty() => inner.clone(),
                _ => crate::value::empty(),
            };
            members.insert(name.clone(), put(inner, rest, result)?);
            Ok(Value::Object(members))
        }
        Step::Index(at) => {
            let Value::Array(mut items) = value else { return Err(no_place()) };
            let place = usize::try_from(*at).map_err(|_| no_place())?;
            let slot = items.make_mut().get_mut(place).ok_or_else(no_place)?;
            *slot = put(std::mem::take(slot), rest, result)?;
            Ok(Value::Array(items))
        }
        Step::Names(_)
        | Step::Indexes(_)
        | Step::Slice(..)
        | Step::Wildcard
        | Step::Filter(_)
        | Step::Descend => Err(no_place()),
    }
}
