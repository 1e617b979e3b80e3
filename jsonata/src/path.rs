//! Paths: steps, predicates and sorting.

mod found;
mod group;
mod tuples;

use crate::ast::*;
use crate::deep;
use crate::error::Fault;
use crate::evaluate::{Evaluator, UNDEFINED, memory_limit};
use crate::function::Frame;
use crate::operators;
use crate::path::found::{Entries, Found, MOST_VISITED, Refs, name_entry};
use crate::sort;
use crate::value::{Flags, Value};

pub(crate) use found::field_of_items;

/// What a predicate lets through.
enum Filtered<'a> {
    Items(Refs<'a>),
    /// An array picked by its index: taken as it is.
    Picked(&'a Value),
}

/// An index that may count from the end.
fn index_of(number: f64, length: usize) -> Option<usize> {
    let index = number.floor();
    let index = if index < 0.0 { index + length as f64 } else { index };
    (index >= 0.0 && index < length as f64).then_some(index as usize)
}

impl Evaluator<'_> {
    pub(crate) fn path(
        &mut self,
        path: &Path,
        node: &Node,
        input: &Value,
        frame: Frame,
    ) -> Result<Value, Fault> {
        if path.tuples {
            return self.tuple_path(path, node, input, frame);
        }
        let Some(first) = path.steps.first() else { return Ok(Value::Undefined) };
        let absolute = matches!(first.kind, Kind::Variable(_) | Kind::Context);
        let found = if first.cons {
            let found = self.constructed_step(first, input, frame)?;
            match (found, path.steps.get(1..)) {
                (Some(value), Some([]) | None) => Found::Whole(value),
                // An empty array or text ends the path and is its result.
                (Some(Value::Array(items)), _) if items.is_empty() => Found::Whole(Value::Array(items)),
                (Some(Value::String(text)), _) if text.is_empty() => Found::Whole(Value::String(text)),
                (Some(value), Some(rest)) => {
                    let items = listed(value);
                    let refs: Vec<&Value> = items.iter().collect();
                    self.steps(rest, &refs, frame)?
                }
                (None, _) => Found::Nothing,
            }
        } else if let Kind::Variable(symbol) = first.kind
            && first.extra.is_none()
            && !first.keep_array
            && path.steps.len() > 1
        {
            let value = self.lookup(frame, symbol).cloned().unwrap_or_default();
            self.steps_of_value(path.steps.get(1..).unwrap_or_default(), &value, frame)?
        } else {
            match input {
                Value::Array(items) if !absolute => {
                    let refs: Vec<&Value> = items.iter().collect();
                    self.steps(&path.steps, &refs, frame)?
                }
                _ => self.steps(&path.steps, &[input], frame)?,
            }
        };
        let keep = path.keep_singleton || node.keep_array;
        match node.group() {
            Some(group) => {
                let sequence = found.into_sequence();
                self.group(group, &sequence, frame)
            }
            None => Ok(found.into_value(keep)),
        }
    }

    /// An array constructor at the start sees the whole input, not each item.
    fn constructed_step(
        &mut self,
        first: &Node,
        input: &Value,
        frame: Frame,
    ) -> Result<Option<Value>, Fault> {
        let value = match input {
            Value::Array(_) => self.evaluate(first, input, frame)?,
            _ => self.evaluate(first, &Value::sequence(vec![input.clone()]), frame)?,
        };
        Ok((!value.is_undefined()).then_some(value))
    }

    /// The steps behind a variable, whose value is flattened like the result of any step.
    fn steps_of_value(&mut self, steps: &[Node], value: &Value, frame: Frame) -> Result<Found, Fault> {
        match value {
            Value::Undefined => Ok(Found::Nothing),
            Value::Array(items) if !items.flags.has(Flags::CONS) => {
                let refs: Vec<&Value> = items.iter().collect();
                match refs.is_empty() {
                    true => Ok(Found::Nothing),
                    false => self.steps(steps, &refs, frame),
                }
            }
            _ => self.steps(steps, &[value], frame),
        }
    }

    /// Runs steps over items: names by reference, others one after the other.
    fn steps(&mut self, steps: &[Node], items: &[&Value], frame: Frame) -> Result<Found, Fault> {
        let mut refs = Refs::default();
        let mut at = 0;
        while let Some(step) = steps.get(at) {
            let Kind::Name(field) = &step.kind else { break };
            self.leaf()?;
            if step.extra.as_ref().is_some_and(|it| it.predicates.is_some() || it.group.is_some()) {
                break;
            }
            let current = if at == 0 { items } else { refs.as_slice() };
            let mut entries = Entries::default();
            match step.stages() {
                [] => current.iter().for_each(|it| name_entry(field, it, &mut entries)),
                stages => {
                    for item in current {
                        self.filtered_entry(field, stages, item, &mut entries, frame)?;
                    }
                }
            }
            if entries.refs.visited >= MOST_VISITED {
                return Err(memory_limit());
            }
            at += 1;
            if at == steps.len() {
                return Ok(entries.finish());
            }
            refs = entries.refs;
            if refs.as_slice().is_empty() {
                return Ok(Found::Nothing);
            }
        }
        let current = if at == 0 { items } else { refs.as_slice() };
        let (Some(step), Some(rest)) = (steps.get(at), steps.get(at + 1..)) else {
            return Ok(Found::Nothing);
        };
        let found = match &step.kind {
            Kind::Sort(terms) => self.sort_step(terms, step, current, frame)?,
            _ => self.general_step(step, current, rest.is_empty(), frame)?,
        };
        if rest.is_empty() {
            return Ok(found);
        }
        let values = found.into_items();
        if values.is_empty() {
            return Ok(Found::Nothing);
        }
        let refs: Vec<&Value> = values.iter().collect();
        deep::guarded(|| self.steps(rest, &refs, frame))
    }

    /// A name with predicates.
    fn filtered_entry<'a>(
        &mut self,
        field: &Field,
        stages: &[Stage],
        item: &'a Value,
        entries: &mut Entries<'a>,
        frame: Frame,
    ) -> Result<(), Fault> {
        let mut found = Entries::default();
        name_entry(field, item, &mut found);
        let mut refs = match found.whole {
            // jsonata-js tries the predicate on nothing, too.
            None if found.count == 0 => Refs { one: Some(&UNDEFINED), ..Refs::default() },
            Some(Value::Array(items)) if items.flags.has(Flags::CONS) => {
                Refs { many: items.iter().collect(), ..Refs::default() }
            }
            _ => found.refs,
        };
        let mut picked = None;
        for stage in stages {
            let Stage::Filter(predicate) = stage else { continue };
            picked = None;
            match self.filter(predicate, refs.as_slice(), frame)? {
                Filtered::Items(items) => refs = items,
                Filtered::Picked(value) => {
                    picked = Some(value);
                    let Value::Array(items) = value else { continue };
                    refs = Refs::default();
                    items.iter().for_each(|it| refs.push(it));
                }
            }
        }
        match picked {
            Some(value) => entries.push(value),
            None => entries.push_filtered(refs.as_slice()),
        }
        Ok(())
    }

    fn filter<'a>(
        &mut self,
        predicate: &Node,
        items: &[&'a Value],
        frame: Frame,
    ) -> Result<Filtered<'a>, Fault> {
        if let Kind::Literal(Value::Number(number)) = predicate.kind {
            return Ok(match index_of(number, items.len()).and_then(|at| items.get(at)) {
                Some(value @ Value::Array(_)) => Filtered::Picked(value),
                Some(value) if !value.is_undefined() => {
                    Filtered::Items(Refs { one: Some(value), ..Refs::default() })
                }
                _ => Filtered::Items(Refs::default()),
            });
        }
        let mut refs = Refs::default();
        for (at, item) in items.iter().enumerate() {
            let verdict = self.evaluate(predicate, item, frame)?;
            for _ in 0..times_chosen(&verdict, at, items.len())? {
                self.holes |= item.is_undefined();
                refs.push(item);
            }
        }
        Ok(Filtered::Items(refs))
    }

    /// A predicate on any value.
    pub(crate) fn filter_value(
        &mut self,
        predicate: &Node,
        value: Value,
        frame: Frame,
    ) -> Result<Value, Fault> {
        if let Value::Array(items) = &value
            && items.flags.has(Flags::TUPLES)
        {
            return self.filter_tuples(predicate, items, frame);
        }
        let refs: Vec<&Value> = match &value {
            Value::Array(items) => items.iter().collect(),
            other => vec![other],
        };
        Ok(match self.filter(predicate, &refs, frame)? {
            Filtered::Items(items) => {
                Value::sequence(items.as_slice().iter().map(|it| (*it).clone()).collect())
            }
            Filtered::Picked(value) => value.clone(),
        })
    }

    /// A step that is no name: evaluated for each item.
    fn general_step(
        &mut self,
        step: &Node,
        items: &[&Value],
        last: bool,
        frame: Frame,
    ) -> Result<Found, Fault> {
        let mut entries: Vec<Value> = Vec::with_capacity(items.len());
        let mut held = 0_usize;
        for item in items {
            let mut value = self.evaluate(step, item, frame)?;
            for stage in step.stages() {
                if let Stage::Filter(predicate) = stage {
                    value = self.filter_value(predicate, value, frame)?;
                }
            }
            if let Value::Array(items) = &value {
                held += items.len();
                self.charge(held.saturating_mul(8))?;
            }
            if !value.is_undefined() {
                entries.push(value);
            }
        }
        if last
            && let [Value::Array(only)] = entries.as_slice()
            && !only.is_sequence()
        {
            return Ok(entries.pop().map_or(Found::Nothing, Found::Whole));
        }
        let flat = |it: &Value| matches!(it, Value::Array(it) if !it.flags.has(Flags::CONS));
        if !entries.iter().any(flat) {
            return Ok(Found::of(entries));
        }
        let mut values = Vec::with_capacity(entries.len());
        for entry in entries {
            match entry {
                Value::Array(items) if !items.flags.has(Flags::CONS) => match values.is_empty() {
                    true => values = items.into_vec(),
                    false => values.extend_from_slice(&items),
                },
                other => values.push(other),
            }
        }
        Ok(Found::of(values))
    }

    fn sort_step(
        &mut self,
        terms: &[SortTerm],
        step: &Node,
        items: &[&Value],
        frame: Frame,
    ) -> Result<Found, Fault> {
        let order = self.sorted(terms, step.pos, items.len(), |ev, term, at| {
            ev.evaluate(&term.expression, items.get(at).copied().unwrap_or(&UNDEFINED), frame)
        })?;
        let sorted: Vec<Value> =
            order.into_iter().filter_map(|at| items.get(at).map(|it| (*it).clone())).collect();
        if step.stages().is_empty() {
            return Ok(match sorted.len() {
                0 | 1 => Found::of(sorted),
                _ => Found::Whole(Value::from(sorted)),
            });
        }
        let mut value = Value::from(sorted);
        for stage in step.stages() {
            if let Stage::Filter(predicate) = stage {
                value = self.filter_value(predicate, value, frame)?;
            }
        }
        Ok(match value {
            Value::Array(items) if items.is_sequence() => Found::of(items.into_vec()),
            other => Found::Whole(other),
        })
    }

    /// The order of `count` items by the terms. A later term is only evaluated where the earlier ones are equal.
    fn sorted(
        &mut self,
        terms: &[SortTerm],
        pos: u32,
        count: usize,
        mut key: impl FnMut(&mut Self, &SortTerm, usize) -> Result<Value, Fault>,
    ) -> Result<Vec<usize>, Fault> {
        self.charge(count * 8)?;
        let mut order: Vec<usize> = (0..count).collect();
        // Runs of items that are equal so far.
        let mut runs: Vec<std::ops::Range<usize>> = std::iter::once(0..count).collect();
        for term in terms {
            let mut next = Vec::new();
            for run in runs {
                let Some(items) = order.get_mut(run.clone()).filter(|it| it.len() > 1) else { continue };
                let mut keyed = Vec::with_capacity(items.len());
                for at in items.iter() {
                    self.step()?;
                    keyed.push((key(self, term, *at)?, *at));
                }
                let ends = sort::by_key(&mut keyed, term.descending).map_err(|it| it.at(pos))?;
                items.iter_mut().zip(&keyed).for_each(|(item, (_, at))| *item = *at);
                next.extend(ends.into_iter().map(|it| run.start + it.start..run.start + it.end));
            }
            runs = next;
        }
        Ok(order)
    }
}

/// What jsonata-js' loop over the result of a constructed first step sees: items, or the characters of a text.
fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.into_vec(),
        Value::String(text) => text.chars().map(|it| Value::from(it.to_string())).collect(),
        _ => Vec::new(),
    }
}

/// How often a predicate's value chooses the item at a place: numbers are indexes, anything else true or false.
fn times_chosen(verdict: &Value, at: usize, length: usize) -> Result<usize, Fault> {
    match verdict {
        Value::Bool(it) => return Ok(usize::from(*it)),
        Value::Array(items) => {
            let mut numbers = Vec::with_capacity(items.len());
            for item in items {
                numbers.push(operators::numeric_value(item)?);
            }
            if let Some(numbers) = numbers.into_iter().collect::<Option<Vec<f64>>>() {
                return Ok(numbers.into_iter().filter(|it| index_of(*it, length) == Some(at)).count());
            }
        }
        other => {
            if let Some(number) = operators::numeric_value(other)? {
                return Ok(usize::from(index_of(number, length) == Some(at)));
            }
        }
    }
    Ok(usize::from(operators::truth(verdict)?))
}
