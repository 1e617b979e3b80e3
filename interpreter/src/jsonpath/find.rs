//! Evaluates a path, with Jayway's rules for what is an error and what is merely not found.

use std::sync::Arc;

use jsonata::Value;

use super::ast::{Function, Path, Step};
use super::{Roots, filter};

/// How deep `..` goes.
const MAX_DEPTH: usize = 256;

pub(super) fn find(path: &Path, start: &Value, roots: &dyn Roots) -> Result<Value, String> {
    let definite = path.function.is_none() && path.is_definite();
    if definite && let Some(found) = straight(&path.steps, start) {
        return Ok(found.clone());
    }
    let mut walk = Walk { roots, found: Vec::new(), all: &path.steps };
    let walked = walk.go(&path.steps, start, true, 0);
    let steps_definite = path.steps.iter().all(|it| matches!(it, Step::Name(_) | Step::Index(_)));
    match (walked, &path.function) {
        (Err(why), None) if definite => Err(why),
        (Err(why), Some(_)) if steps_definite => Err(why),
        // What is missing on an indefinite path is merely not found.
        (_, None) if !definite => Ok(Value::from(walk.found)),
        (_, None) => walk.found.pop().ok_or_else(|| format!("No results for path: {path}")),
        (_, Some(function)) => {
            let operand = if steps_definite {
                walk.found.pop().ok_or_else(|| format!("No results for path: {path}"))?
            } else {
                Value::from(walk.found)
            };
            apply(function, &operand)
        }
    }
}

/// Names and indexes only, all there: the common case without a list of finds.
fn straight<'v>(steps: &[Step], start: &'v Value) -> Option<&'v Value> {
    steps.iter().try_fold(start, |value, it| step(it, value))
}

/// Where a name or index leads.
pub(super) fn step<'v>(step: &Step, value: &'v Value) -> Option<&'v Value> {
    match step {
        Step::Name(name) => value.get(name),
        Step::Index(at) => item(value, *at),
        Step::Names(_)
        | Step::Indexes(_)
        | Step::Slice(..)
        | Step::Wildcard
        | Step::Filter(_)
        | Step::Descend => None,
    }
}

fn item(value: &Value, at: i64) -> Option<&Value> {
    let items = value.as_array()?;
    let at = if at < 0 { i64::try_from(items.len()).ok()?.checked_add(at)? } else { at };
    items.get(usize::try_from(at).ok()?)
}

struct Walk<'w> {
    roots: &'w dyn Roots,
    found: Vec<Value>,
    all: &'w [Step],
}

impl Walk<'_> {
    /// `upstream`: whether the steps so far were definite; only then is what is missing an error.
    fn go(&mut self, steps: &[Step], value: &Value, upstream: bool, depth: usize) -> Result<(), String> {
        let Some((step, rest)) = steps.split_first() else {
            self.found.push(value.clone());
            return Ok(());
        };
        match step {
            Step::Name(name) => self.name(name, steps, rest, value, upstream, depth),
            Step::Names(names) => self.names(names, rest, value, upstream, depth),
            Step::Index(at) => {
                self.array(steps, value, upstream)?;
                item(value, *at).map_or(Ok(()), |it| self.go(rest, it, upstream, depth))
            }
            Step::Indexes(all) => {
                self.array(steps, value, upstream)?;
                all.iter()
                    .filter_map(|at| item(value, *at))
                    .try_for_each(|it| self.go(rest, it, false, depth))
            }
            Step::Slice(from, to) => {
                self.array(steps, value, upstream)?;
                slice(value, *from, *to).iter().try_for_each(|it| self.go(rest, it, false, depth))
            }
            Step::Wildcard => self.children(value, |walk, it| walk.go(rest, it, false, depth)),
            Step::Filter(filter) => {
                if value.is_array() {
                    let roots = self.roots;
                    self.children(value, |walk, it| {
                        if filter::holds(filter, it, roots) {
                            walk.go(rest, it, false, depth)
                        } else {
                            Ok(())
                        }
                    })
                } else if value.is_object() && filter::holds(filter, value, self.roots) {
                    self.go(rest, value, false, depth)
                } else {
                    Ok(())
                }
            }
            Step::Descend => self.descend(rest, value, depth),
        }
    }

    fn name(
        &mut self,
        name: &str,
        steps: &[Step],
        rest: &[Step],
        value: &Value,
        upstream: bool,
        depth: usize,
    ) -> Result<(), String> {
        if !value.is_object() {
            return if upstream { Err(self.not_an_object(name, steps, value)) } else { Ok(()) };
        }
        match value.get(name) {
            Some(found) => self.go(rest, found, upstream, depth),
            None if rest.is_empty() || !upstream => Ok(()),
            None => Err(format!("Missing property in path {}", self.canonical(rest.len()))),
        }
    }

    fn names(
        &mut self,
        names: &[Arc<str>],
        rest: &[Step],
        value: &Value,
        upstream: bool,
        depth: usize,
    ) -> Result<(), String> {
        if !value.is_object() {
            return if upstream {
                Err(format!("No results for path: {}", self.canonical(rest.len())))
            } else {
                Ok(())
            };
        }
        let present = names.iter().filter_map(|name| Some((name, value.get(name)?)));
        if rest.is_empty() {
            let merged = Value::object(present.map(|(name, it)| (name.clone(), it.clone())));
            self.found.push(merged);
            return Ok(());
        }
        present.map(|(_, it)| it).try_for_each(|it| self.go(rest, it, false, depth))
    }

    fn array(&self, steps: &[Step], value: &Value, upstream: bool) -> Result<(), String> {
        if value.is_array() || !upstream {
            return Ok(());
        }
        let so_far = self.canonical(steps.len());
        if value.is_null() {
            return Err(format!("The path {so_far} is null"));
        }
        let this =
            Path { root: super::Root::Input, steps: steps.get(..1).unwrap_or(&[]).to_vec(), function: None };
        let this = this.to_string();
        Err(format!(
            "Filter: {} can only be applied to arrays. Current context is: {value}",
            this.trim_start_matches('$')
        ))
    }

    fn not_an_object(&self, name: &str, steps: &[Step], value: &Value) -> String {
        let class = match value {
            Value::Null | Value::Undefined => "null",
            Value::Bool(_) => "com.fasterxml.jackson.databind.node.BooleanNode",
            Value::Number(_) | Value::Long(_) => "com.fasterxml.jackson.databind.node.IntNode",
            Value::String(_) => "com.fasterxml.jackson.databind.node.TextNode",
            Value::Array(_) => "com.fasterxml.jackson.databind.node.ArrayNode",
            Value::Object(_) | Value::Function(_) => "com.fasterxml.jackson.databind.node.ObjectNode",
        };
        format!(
            "Expected to find an object with property ['{name}'] in path {} but found '{class}'. This is not a json \
             object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider'.",
            self.canonical(steps.len())
        )
    }

    /// The path up to where `left` steps remain.
    fn canonical(&self, left: usize) -> String {
        let taken = self.all.len().saturating_sub(left);
        let steps = self.all.get(..taken).unwrap_or(&[]).to_vec();
        Path { root: super::Root::Input, steps, function: None }.to_string()
    }

    fn children(
        &mut self,
        value: &Value,
        mut each: impl FnMut(&mut Self, &Value) -> Result<(), String>,
    ) -> Result<(), String> {
        match value {
            Value::Array(items) => items.iter().try_for_each(|it| each(self, it)),
            Value::Object(members) => members.iter().try_for_each(|(_, it)| each(self, it)),
            Value::Undefined
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Long(_)
            | Value::String(_)
            | Value::Function(_) => Ok(()),
        }
    }

    /// Tries the steps on the value and on everything below it, the value first.
    fn descend(&mut self, rest: &[Step], value: &Value, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err("the value is nested too deeply for `..`".to_owned());
        }
        match rest.first() {
            None => self.found.push(value.clone()),
            // On `..` a filter looks at each object it meets; the items of an array come by themselves.
            Some(Step::Filter(_)) if !value.is_object() => {}
            Some(_) => self.go(rest, value, false, depth)?,
        }
        self.children(value, |walk, it| walk.descend(rest, it, depth + 1))
    }
}

fn slice(value: &Value, from: Option<i64>, to: Option<i64>) -> &[Value] {
    let Some(items) = value.as_array() else { return &[] };
    let len = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let bound = |at: i64| if at < 0 { len.saturating_add(at).max(0) } else { at.min(len) };
    let (from, to) = (bound(from.unwrap_or(0)), bound(to.unwrap_or(len)));
    let at = |it: i64| usize::try_from(it).unwrap_or(0);
    items.as_slice().get(at(from)..at(to)).unwrap_or(&[])
}

fn apply(function: &Function, operand: &Value) -> Result<Value, String> {
    let items = operand.as_array().map_or(&[][..], |it| it.as_slice());
    let numbers = || items.iter().filter_map(Value::as_f64);
    let of_numbers = |value: f64| match numbers().next() {
        Some(_) => Ok(Value::from(value)),
        None => Err("Aggregation function attempted to calculate value using empty array".to_owned()),
    };
    match function {
        Function::Length | Function::Size => Ok(match operand {
            Value::Array(items) => Value::from(items.len()),
            Value::Object(members) => Value::from(members.len()),
            Value::String(text) => Value::from(text.chars().count()),
            Value::Undefined
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Long(_)
            | Value::Function(_) => Value::Null,
        }),
        Function::Min => of_numbers(numbers().fold(f64::INFINITY, f64::min)),
        Function::Max => of_numbers(numbers().fold(f64::NEG_INFINITY, f64::max)),
        Function::Sum => of_numbers(numbers().sum()),
        Function::Avg => of_numbers(numbers().sum::<f64>() / numbers().count() as f64),
        Function::Stddev => {
            let count = numbers().count() as f64;
            let mean = numbers().sum::<f64>() / count;
            of_numbers((numbers().map(|it| (it - mean).powi(2)).sum::<f64>() / count).sqrt())
        }
        Function::Keys => Ok(operand
            .as_object()
            .map_or(Value::Null, |it| Value::array(it.keys().map(|it| Value::from(it.clone()))))),
        Function::First => at_index(operand, 0),
        Function::Last => at_index(operand, -1),
        Function::Index(at) => at_index(operand, *at),
        Function::Concat(more) => Ok(Value::from(concat(items.iter().chain(more)))),
        Function::Append(more) => Ok(Value::array(items.iter().chain(more).cloned())),
    }
}

fn at_index(operand: &Value, at: i64) -> Result<Value, String> {
    item(operand, at).cloned().ok_or_else(|| "the array has no such item".to_owned())
}

fn concat<'v>(values: impl Iterator<Item = &'v Value>) -> String {
    values.map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned)).collect()
}
