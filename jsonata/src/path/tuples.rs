//! Paths that bind variables (`@$v`, `#$i`, `%`): their steps pass on tuples, values with variables.

use std::sync::Arc;

use crate::ast::*;
use crate::error::Fault;
use crate::evaluate::{Evaluator, UNDEFINED, normalize};
use crate::function::{Callable, Frame, Function, Tuple};
use crate::functions::array::append;
use crate::path::{index_of, listed, times_chosen};
use crate::value::{Array, Flags, Value};

impl Evaluator<'_> {
    /// Does something with a value; if it is a tuple, with the value in it and its variables in a frame.
    pub(super) fn in_tuple<R>(
        &mut self,
        value: &Value,
        frame: Frame,
        work: impl FnOnce(&mut Self, &Value, Frame) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        let Some(tuple) = as_tuple(value) else { return work(self, value, frame) };
        let inner = self.new_frame(frame);
        for (symbol, value) in &tuple.variables {
            self.push_variable(inner, *symbol, value.clone());
        }
        let result = work(self, &tuple.at, inner);
        self.release(inner);
        result
    }

    pub(super) fn filter_tuples(
        &mut self,
        predicate: &Node,
        items: &Array,
        frame: Frame,
    ) -> Result<Value, Fault> {
        let mut kept = Vec::new();
        if let Kind::Literal(Value::Number(number)) = predicate.kind {
            kept.extend(index_of(number, items.len()).and_then(|at| items.get(at)).cloned());
        } else {
            for (at, item) in items.iter().enumerate() {
                let verdict =
                    self.in_tuple(item, frame, |ev, item, frame| ev.evaluate(predicate, item, frame))?;
                for _ in 0..times_chosen(&verdict, at, items.len())? {
                    kept.push(item.clone());
                }
            }
        }
        Ok(Value::Array(Array::flagged(kept, Flags::SEQUENCE.with(Flags::TUPLES))))
    }

    pub(super) fn tuple_path(
        &mut self,
        path: &Path,
        node: &Node,
        input: &Value,
        frame: Frame,
    ) -> Result<Value, Fault> {
        let absolute =
            path.steps.first().is_some_and(|it| matches!(it.kind, Kind::Variable(_) | Kind::Context));
        let mut values: Vec<Value> = match input {
            Value::Array(items) if !absolute => items.to_vec(),
            _ => vec![input.clone()],
        };
        let mut tuples: Option<Vec<Value>> = None;
        let mut stream = false;
        for (number, step) in path.steps.iter().enumerate() {
            stream |= step.is_tuple();
            if number == 0 && step.cons {
                let found = self.constructed_step(step, input, frame)?;
                if !stream && found.is_none() && node.group().is_none() {
                    return Ok(Value::Undefined);
                }
                if !has_focus(step) {
                    values = found.map_or(Vec::new(), listed);
                }
            } else if stream {
                tuples = Some(self.tuple_step(step, &values, tuples, frame)?);
            } else {
                let refs: Vec<&Value> = values.iter().collect();
                values = self.steps(std::slice::from_ref(step), &refs, frame)?.into_items();
            }
            if !stream && values.is_empty() {
                let constructed = number == 0 && step.cons;
                let empty = if constructed { Value::from(values) } else { Value::sequence(values) };
                return match node.group() {
                    Some(group) => self.group(group, &empty, frame),
                    None => Ok(normalize(empty, false)),
                };
            }
        }
        let tuples = tuples.unwrap_or_default();
        let stream = Flags::SEQUENCE.with(Flags::TUPLES);
        if let Some(group) = node.group() {
            return self.group(group, &Value::Array(Array::flagged(tuples, stream)), frame);
        }
        if path.tuple {
            return Ok(Value::Array(Array::flagged(tuples, stream)));
        }
        let values =
            tuples.iter().map(|it| as_tuple(it).map(|it| it.at.clone()).unwrap_or_default()).collect();
        Ok(normalize(Value::sequence(values), path.keep_singleton || node.keep_array))
    }

    pub(super) fn tuple_step(
        &mut self,
        step: &Node,
        values: &[Value],
        tuples: Option<Vec<Value>>,
        frame: Frame,
    ) -> Result<Vec<Value>, Fault> {
        let result = match &step.kind {
            Kind::Sort(terms) => self.sort_tuples(terms, step, values, tuples, frame)?,
            _ => self.spread_tuples(step, values, tuples, frame)?,
        };
        let mut stream = Array::flagged(result, Flags::SEQUENCE.with(Flags::TUPLES));
        for stage in step.stages() {
            match stage {
                Stage::Filter(predicate) => {
                    if let Value::Array(kept) = self.filter_tuples(predicate, &stream, frame)? {
                        stream = kept;
                    }
                }
                Stage::Index(symbol) => {
                    for (at, item) in stream.make_mut().iter_mut().enumerate() {
                        change_tuple(item, |tuple| tuple.set(*symbol, Value::Number(at as f64)));
                    }
                }
            }
        }
        Ok(stream.into_vec())
    }

    pub(super) fn sort_tuples(
        &mut self,
        terms: &[SortTerm],
        step: &Node,
        values: &[Value],
        tuples: Option<Vec<Value>>,
        frame: Frame,
    ) -> Result<Vec<Value>, Fault> {
        let items = tuples.as_deref().unwrap_or(values);
        let order = self.sorted(terms, step.pos, items.len(), |ev, term, at| {
            let item = items.get(at).unwrap_or(&UNDEFINED);
            ev.in_tuple(item, frame, |ev, item, frame| ev.evaluate(&term.expression, item, frame))
        })?;
        let sorted = order.into_iter().filter_map(|at| items.get(at).cloned());
        if tuples.is_some() {
            return Ok(sorted.collect());
        }
        let index = step.extra.as_ref().and_then(|it| it.index);
        let tuple = |(at, value): (usize, Value)| {
            let variables = index.map(|it| (it, Value::Number(at as f64))).into_iter().collect();
            tuple_value(Tuple { at: value, variables })
        };
        Ok(sorted.enumerate().map(tuple).collect())
    }

    /// Evaluates a step for each tuple; each result makes a tuple with what the step binds.
    pub(super) fn spread_tuples(
        &mut self,
        step: &Node,
        values: &[Value],
        tuples: Option<Vec<Value>>,
        frame: Frame,
    ) -> Result<Vec<Value>, Fault> {
        let before = tuples.unwrap_or_else(|| {
            values.iter().map(|it| tuple_value(Tuple { at: it.clone(), variables: Vec::new() })).collect()
        });
        let mut result = Vec::new();
        for item in &before {
            let Some(tuple) = as_tuple(item) else { continue };
            let found = self.in_tuple(item, frame, |ev, item, frame| ev.evaluate(step, item, frame))?;
            let found = match found {
                Value::Undefined => continue,
                Value::Array(items) => items,
                other => Array::from(vec![other]),
            };
            let stream = found.flags.has(Flags::TUPLES);
            for (at, value) in found.iter().enumerate() {
                let mut next = tuple.clone();
                match as_tuple(value).filter(|_| stream) {
                    Some(inner) => {
                        next.at = inner.at.clone();
                        inner.variables.iter().for_each(|(symbol, it)| next.set(*symbol, it.clone()));
                    }
                    None => extend_tuple(&mut next, step, value, at),
                }
                result.push(tuple_value(next));
            }
            self.charge(result.len() * 8)?;
        }
        Ok(result)
    }
}

fn has_focus(step: &Node) -> bool {
    step.extra.as_ref().is_some_and(|it| it.focus.is_some())
}

/// Binds what a step binds in the tuple of one of its results.
pub(super) fn extend_tuple(tuple: &mut Tuple, step: &Node, value: &Value, at: usize) {
    let context = tuple.at.clone();
    let extra = step.extra.as_deref();
    match extra.and_then(|it| it.focus) {
        Some(symbol) => tuple.set(symbol, value.clone()),
        None => tuple.at = value.clone(),
    }
    if let Some(symbol) = extra.and_then(|it| it.index) {
        tuple.set(symbol, Value::Number(at as f64));
    }
    if let Some(symbol) = extra.and_then(|it| it.ancestor) {
        tuple.set(symbol, context);
    }
}

pub(super) fn tuple_value(tuple: Tuple) -> Value {
    Callable::Tuple(Arc::new(tuple)).into()
}

pub(super) fn as_tuple(value: &Value) -> Option<&Tuple> {
    match value {
        Value::Function(Function { callable: Callable::Tuple(it), .. }) => Some(it),
        _ => None,
    }
}

pub(super) fn change_tuple(value: &mut Value, change: impl FnOnce(&mut Tuple)) {
    if let Value::Function(Function { callable: Callable::Tuple(it), .. }) = value {
        change(Arc::make_mut(it));
    }
}

/// Merges the tuples of a group: each variable has the values of all.
pub(super) fn reduce_tuples(data: Value) -> Value {
    let Value::Array(items) = &data else { return data };
    let mut all = items.iter().filter_map(as_tuple);
    let Some(mut merged) = all.next().cloned() else { return data };
    for tuple in all {
        merged.at = append(merged.at, tuple.at.clone());
        for (symbol, value) in &tuple.variables {
            let both = append(merged.get(*symbol), value.clone());
            merged.set(*symbol, both);
        }
    }
    tuple_value(merged)
}
