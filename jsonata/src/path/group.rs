//! Objects, and the grouping of a sequence by keys.

use std::sync::Arc;

use crate::ast::Group;
use crate::error::{Error, Fault};
use crate::evaluate::{Evaluator, UNDEFINED};
use crate::function::Frame;
use crate::functions::array::append;
use crate::object::Object;
use crate::path::tuples::reduce_tuples;
use crate::value::{Flags, Value};

impl Evaluator<'_> {
    /// An object constructor.
    pub(crate) fn object(&mut self, group: &Group, input: &Value, frame: Frame) -> Result<Value, Fault> {
        let Some(keys) = group.literal_keys.as_ref().filter(|_| !input.is_array()) else {
            return self.group(group, input, frame);
        };
        let mut members = Vec::with_capacity(keys.len());
        for (key, (_, value)) in keys.iter().zip(&group.pairs) {
            let value = self.evaluate(value, input, frame)?;
            if !value.is_undefined() {
                members.push((key.clone(), value));
            }
        }
        Ok(Value::Object(Object::of_distinct(members)))
    }

    /// Groups the items of a sequence by keys, and evaluates the value of each key with its items.
    pub(crate) fn group(&mut self, group: &Group, input: &Value, frame: Frame) -> Result<Value, Fault> {
        let single = [input.clone()];
        let (items, tuples): (&[Value], bool) = match input {
            Value::Array(items) if items.is_empty() => (std::slice::from_ref(&UNDEFINED), false),
            Value::Array(items) => (items, items.flags.has(Flags::TUPLES)),
            _ => (&single, false),
        };
        let mut groups: Vec<(Arc<str>, usize, Value)> = Vec::new();
        let mut index: std::collections::HashMap<Arc<str>, usize> = std::collections::HashMap::new();
        for item in items {
            for (number, (key, _)) in group.pairs.iter().enumerate() {
                let key = self.in_tuple(item, frame, |ev, item, frame| ev.evaluate(key, item, frame))?;
                let key = match key {
                    Value::Undefined => continue,
                    Value::String(it) => it,
                    other => return Err(Error::new("T1003").at(group.pos).value(other)),
                };
                match index.get(&key).and_then(|at| groups.get_mut(*at)) {
                    Some((_, owner, _)) if *owner != number => {
                        return Err(Error::new("D1009").at(group.pos).value(Value::String(key)));
                    }
                    Some((_, _, data)) => *data = append(std::mem::take(data), item.clone()),
                    None => {
                        index.insert(key.clone(), groups.len());
                        groups.push((key, number, item.clone()));
                    }
                }
            }
        }
        let mut members = Vec::with_capacity(groups.len());
        for (key, number, data) in groups {
            let Some((_, value)) = group.pairs.get(number) else { continue };
            let data = if tuples { reduce_tuples(data) } else { data };
            let value = self.in_tuple(&data, frame, |ev, item, frame| ev.evaluate(value, item, frame))?;
            if !value.is_undefined() {
                members.push((key, value));
            }
        }
        Ok(Value::Object(Object::of_distinct(members)))
    }
}
