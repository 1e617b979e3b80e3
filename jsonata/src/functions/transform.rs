//! `|pattern|update, delete|`, `$clone` and `$eval`.

use std::collections::HashMap;

use crate::apply::wrap_input;
use crate::ast::Transform;
use crate::deep;
use crate::error::{Error, Fault};
use crate::evaluate::{Evaluator, unwrapped};
use crate::function::TransformClosure;
use crate::functions::{Scope, arg};
use crate::number::fifteen_digits;
use crate::object::Object;
use crate::operators::numeric_value;
use crate::parser;
use crate::process;
use crate::signature::Signature;
use crate::value::{Array, Value};

type Outcome = Result<Value, Fault>;

pub(crate) fn clone(evaluator: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    evaluator.weigh(arg(arguments, 0))?;
    copy(unwrapped(arg(arguments, 0)))
}

/// A deep copy that shares nothing, by way of JSON as jsonata-js makes it: numbers keep 15 digits.
fn copy(value: &Value) -> Outcome {
    Ok(match value {
        Value::Number(_) | Value::Long(_) => match numeric_value(value)? {
            Some(it) if fifteen_digits(it).is_finite() => Value::Number(fifteen_digits(it)),
            Some(_) | None => Value::Null,
        },
        Value::Array(items) => {
            let copied: Result<Vec<Value>, Fault> = deep::guarded(|| items.iter().map(copy_item).collect());
            Value::from(copied?)
        }
        Value::Object(members) => {
            let defined = members.iter().filter(|(_, it)| !it.is_undefined());
            let copied: Result<Vec<_>, Fault> =
                deep::guarded(|| defined.map(|(name, it)| Ok((name.clone(), copy(it)?))).collect());
            Value::Object(Object::of_distinct(copied?))
        }
        Value::Function(_) => Value::from(""),
        Value::Undefined | Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    })
}

fn copy_item(value: &Value) -> Outcome {
    if value.is_undefined() { Ok(Value::Null) } else { copy(value) }
}

pub(crate) fn eval(evaluator: &mut Evaluator<'_>, arguments: &[Value], scope: Scope<'_>) -> Outcome {
    let Value::String(text) = arg(arguments, 0) else { return Ok(Value::Undefined) };
    let input = match arg(arguments, 1) {
        Value::Undefined => scope.context.clone(),
        focus => wrap_input(focus),
    };
    let symbols = evaluator.symbols.to_mut();
    let parsed = parser::parse(text).and_then(|raw| process::process(raw, symbols));
    let tree = match parsed {
        Ok(tree) => tree,
        Err(error) => return Err(Error::new("D3120").value(Value::from(error.finish(text).message))),
    };
    evaluator.fill_globals();
    evaluator.evaluate(&tree, &input, scope.frame).map_err(|error| match error.code {
        // A limit is a limit, wherever it is passed.
        "U1001" | "U1003" => error,
        _ => Error::new("D3121").value(Value::from(error.finish(text).message)),
    })
}

/// Objects that were changed, by the place of what they replace.
type Changes = HashMap<usize, Object>;

impl Evaluator<'_> {
    pub(crate) fn transform(
        &mut self,
        closure: &TransformClosure,
        mut arguments: Vec<Value>,
        context: &Value,
    ) -> Outcome {
        if closure.owner != self.owner {
            return Err(Error::new("T1006"));
        }
        let transform = closure.transform.clone();
        Signature::parse("<(oa):o>")?.validate(&mut arguments, context)?;
        let input = arg(&arguments, 0);
        if input.is_undefined() {
            return Ok(Value::Undefined);
        }
        let Some(clone @ Value::Function(_)) = self.lookup_name(closure.frame, "clone") else {
            return Err(Error::new("T2013").at(transform.pos));
        };
        let result = self.invoke(&clone, vec![input.clone()], &Value::Null, closure.frame)?;
        let matches = match self.evaluate(&transform.pattern, &result, closure.frame)? {
            Value::Undefined => return Ok(result),
            Value::Array(items) => items,
            other => Array::from(vec![other]),
        };
        let mut changes = Changes::new();
        for item in &matches {
            self.change(&transform, item, &mut changes, closure.frame)?;
        }
        self.copied = 0;
        self.applied(&result, &changes, &mut Vec::new())
    }

    /// Updates one match, as the matches before it have left it.
    fn change(
        &mut self,
        transform: &Transform,
        item: &Value,
        changes: &mut Changes,
        frame: crate::function::Frame,
    ) -> Result<(), Fault> {
        if matches!(item, Value::Function(it) if !it.is_truthy()) {
            return Err(Error::new("D1010").at(transform.pos));
        }
        self.copied = 0;
        let current = self.applied(item, changes, &mut Vec::new())?;
        let update = self.evaluate(&transform.update, &current, frame)?;
        // Kept are the members as they were: what is changed in them is found by their addresses.
        let mut changed = item.as_object().map(|it| changes.get(&it.address()).unwrap_or(it).clone());
        match update {
            Value::Undefined => {}
            // To jsonata-js a lambda is an object, of whose members none is JSON.
            Value::Function(it) if it.is_truthy() => {}
            Value::Object(members) => {
                if let Some(object) = &mut changed {
                    object.extend(members.iter().map(|(name, it)| (name.clone(), it.clone())));
                }
            }
            other => return Err(Error::new("T2011").at(transform.update.pos).value(other)),
        }
        if let Some(delete) = &transform.delete {
            let context = match &changed {
                Some(changed) => self.applied(&Value::Object(changed.clone()), changes, &mut Vec::new())?,
                None => current,
            };
            let names = self.evaluate(delete, &context, frame)?;
            let list = match &names {
                Value::Undefined => Vec::new(),
                Value::Array(items) => items.to_vec(),
                other => vec![other.clone()],
            };
            if !list.iter().all(Value::is_string) {
                return Err(Error::new("T2012").at(delete.pos).value(names));
            }
            if let Some(object) = &mut changed {
                list.iter().filter_map(Value::as_str).for_each(|it| drop(object.remove(it)));
            }
        }
        if let (Value::Object(original), Some(changed)) = (item, changed) {
            changes.insert(original.address(), changed);
        }
        Ok(())
    }

    /// The value with all changes in it. `within` are the objects being put together, so that a cycle ends.
    fn applied(&mut self, value: &Value, changes: &Changes, within: &mut Vec<usize>) -> Outcome {
        if changes.is_empty() {
            return Ok(value.clone());
        }
        self.step()?;
        self.copied += 1;
        self.charge(self.copied.saturating_mul(8))?;
        Ok(match value {
            Value::Array(items) => {
                let mut result = Vec::with_capacity(items.len());
                for item in items {
                    result.push(deep::guarded(|| self.applied(item, changes, within))?);
                }
                Value::Array(Array::flagged(result, items.flags))
            }
            Value::Object(object) => {
                let address = object.address();
                let entered = !within.contains(&address);
                let current = changes.get(&address).filter(|_| entered).unwrap_or(object);
                if !entered {
                    return Ok(value.clone());
                }
                within.push(address);
                let mut members = Vec::with_capacity(current.len());
                for (name, member) in current.iter() {
                    members.push((name.clone(), deep::guarded(|| self.applied(member, changes, within))?));
                }
                within.pop();
                Value::Object(Object::of_distinct(members))
            }
            other => other.clone(),
        })
    }
}
