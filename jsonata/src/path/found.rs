//! What steps find on their way: values by reference, flattened as jsonata-js flattens its sequences.

use crate::ast::Field;
use crate::deep;
use crate::error::Fault;
use crate::evaluate::{memory_limit, normalize};
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
    pub(super) fn of(mut values: Vec<Value>) -> Found {
        match values.len() {
            0 => Found::Nothing,
            1 => values.pop().map_or(Found::Nothing, Found::One),
            _ => Found::Many(values),
        }
    }

    pub(super) fn into_value(self, keep: bool) -> Value {
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

    pub(super) fn into_sequence(self) -> Value {
        match self {
            Found::Nothing => Value::sequence(Vec::new()),
            Found::One(value) => Value::sequence(vec![value]),
            Found::Many(values) => Value::sequence(values),
            Found::Whole(value) => value,
        }
    }

    pub(super) fn into_items(self) -> Vec<Value> {
        match self.into_sequence() {
            Value::Array(items) => items.into_vec(),
            _ => Vec::new(),
        }
    }
}

pub(super) fn kept(values: Vec<Value>) -> Value {
    Value::Array(Array::flagged(values, Flags::SEQUENCE.with(Flags::KEEP)))
}

/// Values on their way from step to step, borrowed from where they are; mostly one.
#[derive(Default)]
pub(super) struct Refs<'a> {
    pub(super) one: Option<&'a Value>,
    pub(super) many: Vec<&'a Value>,
    /// Arrays within arrays looked through.
    pub(super) visited: usize,
}

impl<'a> Refs<'a> {
    pub(super) fn push(&mut self, value: &'a Value) {
        if !self.many.is_empty() {
            self.many.push(value);
        } else if let Some(first) = self.one.take() {
            self.many.extend([first, value]);
        } else {
            self.one = Some(value);
        }
    }

    pub(super) fn as_slice(&self) -> &[&'a Value] {
        if self.many.is_empty() { self.one.as_slice() } else { &self.many }
    }
}

/// The results of one step: entries, flattened by one level.
#[derive(Default)]
pub(super) struct Entries<'a> {
    pub(super) refs: Refs<'a>,
    pub(super) count: usize,
    /// The first entry if it is an array of the data, not a sequence.
    pub(super) whole: Option<&'a Value>,
}

impl<'a> Entries<'a> {
    pub(super) fn push(&mut self, entry: &'a Value) {
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
    pub(super) fn push_sequence(&mut self, values: &[&'a Value]) {
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
    pub(super) fn push_filtered(&mut self, values: &[&'a Value]) {
        values.iter().for_each(|it| self.refs.push(it));
        self.count += 1;
    }

    pub(super) fn finish(self) -> Found {
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

/// Arrays that hold each other many times over would be looked through for ever.
pub(super) const MOST_VISITED: usize = 1 << 25;

/// The value of a name in an item. In an array of arrays it is looked up at every depth.
pub(super) fn look_up<'a>(field: &Field, item: &'a Value, out: &mut Refs<'a>) {
    match item {
        Value::Object(object) => {
            if let Some(value) = object.get_near(&field.name, &field.hint) {
                out.push(value);
            }
        }
        Value::Array(items) if out.visited < MOST_VISITED => deep::guarded(|| {
            out.visited += 1;
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
pub(super) fn name_entry<'a>(field: &Field, item: &'a Value, entries: &mut Entries<'a>) {
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
            entries.refs.visited += found.visited;
            entries.push_sequence(found.as_slice());
        }
        _ => {}
    }
}

/// A path of a single name over an array.
pub(crate) fn field_of_items(field: &Field, items: &Array) -> Result<Value, Fault> {
    let mut entries = Entries::default();
    items.iter().for_each(|it| name_entry(field, it, &mut entries));
    if entries.refs.visited >= MOST_VISITED {
        return Err(memory_limit());
    }
    Ok(entries.finish().into_value(false))
}
