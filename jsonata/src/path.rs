//! Paths: steps, predicates, grouping, sorting, and the variables they bind.

use std::sync::Arc;

use crate::ast::*;
use crate::deep;
use crate::error::{Error, Fault};
use crate::evaluate::{Evaluator, UNDEFINED, normalize};
use crate::function::{Callable, Frame, Function, Tuple};
use crate::functions::array::append;
use crate::object::Object;
use crate::operators;
use crate::sort;
use crate::value::{Array, Flags, Value};

/// What a run of steps found, before it is made a value.
pub(crate) enum Found {
    Nothing,
    One(Value),
    Many(Vec<Value>),
    /// An array that stays as it is: the only result of the last step.
    Whole(Value),
}

impl Found {
    fn of(mut values: Vec<Value>) -> Found {
        match values.len() {
            0 => Found::Nothing,
            1 => values.pop().map_or(Found::Nothing, Found::One),
            _ => Found::Many(values),
        }
    }

    fn into_value(self, keep: bool) -> Value {
        match self {
            Found::Nothing => Value::Undefined,
            Found::One(value) if !keep => value,
            Found::One(value) => kept(vec![value]),
            Found::Many(values) if !keep => Value::sequence(values),
            Found::Many(values) => kept(values),
            Found::Whole(Value::Array(it)) if keep && it.flags.has(Flags::CONS) && !it.is_sequence() => {
                kept(vec![Value::Array(it)])
            }
            Found::Whole(value) => normalize(value, keep),
        }
    }

    fn into_sequence(self) -> Value {
        match self {
            Found::Nothing => Value::sequence(Vec::new()),
            Found::One(value) => Value::sequence(vec![value]),
            Found::Many(values) => Value::sequence(values),
            Found::Whole(value) => value,
        }
    }

    fn into_items(self) -> Vec<Value> {
        match self.into_sequence() {
            Value::Array(items) => items.into_vec(),
            _ => Vec::new(),
        }
    }
}

fn kept(values: Vec<Value>) -> Value {
    Value::Array(Array::flagged(values, Flags::SEQUENCE.with(Flags::KEEP)))
}

/// Values on their way from step to step, borrowed from where they are; mostly one.
#[derive(Default)]
struct Refs<'a> {
    one: Option<&'a Value>,
    many: Vec<&'a Value>,
}

impl<'a> Refs<'a> {
    fn push(&mut self, value: &'a Value) {
        if !self.many.is_empty() {
            self.many.push(value);
        } else if let Some(first) = self.one.take() {
            self.many.extend([first, value]);
        } else {
            self.one = Some(value);
        }
    }

    fn as_slice(&self) -> &[&'a Value] {
        if self.many.is_empty() { self.one.as_slice() } else { &self.many }
    }
}

/// The results of one step: entries, flattened by one level.
#[derive(Default)]
struct Entries<'a> {
    refs: Refs<'a>,
    count: usize,
    /// The first entry if it is an array of the data, not a sequence.
    whole: Option<&'a Value>,
}

impl<'a> Entries<'a> {
    fn push(&mut self, entry: &'a Value) {
        match entry {
            Value::Undefined => return,
            Value::Array(items) if !items.flags.has(Flags::CONS) => {
                if !items.is_sequence() && self.count == 0 {
                    self.whole = Some(entry);
                }
                items.iter().for_each(|it| self.refs.push(it));
            }
            Value::Array(items) => {
                if !items.is_sequence() && self.count == 0 {
                    self.whole = Some(entry);
                }
                self.refs.push(entry);
            }
            other => self.refs.push(other),
        }
        self.count += 1;
    }

    /// Several values that came as one sequence.
    fn push_sequence(&mut self, values: &[&'a Value]) {
        match values {
            [] => {}
            [one] => self.push(one),
            _ => {
                values.iter().for_each(|it| self.refs.push(it));
                self.count += 1;
            }
        }
    }

    /// A sequence that stays one even with a single item: the result of a predicate.
    fn push_filtered(&mut self, values: &[&'a Value]) {
        values.iter().for_each(|it| self.refs.push(it));
        self.count += 1;
    }

    fn finish(self) -> Found {
        if self.count == 1
            && let Some(whole) = self.whole
        {
            return Found::Whole(whole.clone());
        }
        match (self.refs.one, self.refs.many) {
            (Some(one), _) => Found::One(one.clone()),
            (None, many) if many.is_empty() => Found::Nothing,
            (None, many) => Found::Many(many.into_iter().cloned().collect()),
        }
    }
}

/// The value of a name in an item. In an array of arrays it is looked up at every depth.
fn look_up<'a>(field: &Field, item: &'a Value, out: &mut Refs<'a>) {
    match item {
        Value::Object(object) => {
            if let Some(value) = object.get_near(&field.name, &field.hint) {
                out.push(value);
            }
        }
        Value::Array(items) => deep::guarded(|| {
            for item in items {
                match item {
                    Value::Object(object) => match object.get_near(&field.name, &field.hint) {
                        Some(Value::Array(inner)) => inner.iter().for_each(|it| out.push(it)),
                        Some(value) => out.push(value),
                        None => {}
                    },
                    other => look_up(field, other, out),
                }
            }
        }),
        _ => {}
    }
}

/// The entries that a name yields for an item.
fn name_entry<'a>(field: &Field, item: &'a Value, entries: &mut Entries<'a>) {
    match item {
        Value::Object(object) => match object.get_near(&field.name, &field.hint) {
            Some(value @ Value::Array(items)) if items.is_sequence() => match items.as_slice() {
                [] => {}
                [one] if !items.flags.has(Flags::KEEP) => entries.push(one),
                _ => entries.push(value),
            },
            Some(value) => entries.push(value),
            None => {}
        },
        Value::Array(_) => {
            let mut found = Refs::default();
            look_up(field, item, &mut found);
            entries.push_sequence(found.as_slice());
        }
        _ => {}
    }
}

/// A path of a single name over an array.
pub(crate) fn field_of_items(field: &Field, items: &Array) -> Value {
    let mut entries = Entries::default();
    items.iter().for_each(|it| name_entry(field, it, &mut entries));
    entries.finish().into_value(false)
}

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
            None if found.count == 0 => Refs { one: Some(&UNDEFINED), many: Vec::new() },
            Some(Value::Array(items)) if items.flags.has(Flags::CONS) => {
                Refs { many: items.iter().collect(), one: None }
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
                    Filtered::Items(Refs { one: Some(value), many: Vec::new() })
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

    // Grouping and objects.

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

    // Tuples.

    /// Does something with a value; if it is a tuple, with the value in it and its variables in a frame.
    fn in_tuple<R>(
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

    fn filter_tuples(&mut self, predicate: &Node, items: &Array, frame: Frame) -> Result<Value, Fault> {
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

    fn tuple_path(&mut self, path: &Path, node: &Node, input: &Value, frame: Frame) -> Result<Value, Fault> {
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

    fn tuple_step(
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

    fn sort_tuples(
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
    fn spread_tuples(
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

/// What jsonata-js' loop over the result of a constructed first step sees: items, or the characters of a text.
fn listed(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.into_vec(),
        Value::String(text) => text.chars().map(|it| Value::from(it.to_string())).collect(),
        _ => Vec::new(),
    }
}

/// Binds what a step binds in the tuple of one of its results.
fn extend_tuple(tuple: &mut Tuple, step: &Node, value: &Value, at: usize) {
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

fn tuple_value(tuple: Tuple) -> Value {
    Callable::Tuple(Arc::new(tuple)).into()
}

fn as_tuple(value: &Value) -> Option<&Tuple> {
    match value {
        Value::Function(Function { callable: Callable::Tuple(it), .. }) => Some(it),
        _ => None,
    }
}

fn change_tuple(value: &mut Value, change: impl FnOnce(&mut Tuple)) {
    if let Value::Function(Function { callable: Callable::Tuple(it), .. }) = value {
        change(Arc::make_mut(it));
    }
}

/// Merges the tuples of a group: each variable has the values of all.
fn reduce_tuples(data: Value) -> Value {
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
