//! Update expressions (Developer Guide, "Using update expressions").

use jsonata::{Object, Value};

use super::attribute::{as_number, held, of_number};
use super::condition::{Operand, Step, calculate, find, operand, path};
use super::lexer::{Names, Tokens};
use super::{Problem, invalid};
use crate::shape::record;

/// Applies an expression. Values are read from `old`, as DynamoDB does, and written to `item`.
pub(super) fn apply(text: &str, names: &Names, old: &Object, item: &mut Object) -> Result<(), Problem> {
    let mut tokens = Tokens::new(text)?;
    let mut seen = std::collections::HashSet::new();
    let mut update = Update { tokens: &mut tokens, names, old, item };
    while let Some(word) = update.tokens.peek() {
        let word = word.to_ascii_uppercase();
        if !seen.insert(word.clone()) {
            return Err(invalid(format!(
                "Invalid UpdateExpression: The \"{word}\" section can only be used once in an update expression;"
            )));
        }
        update.clause()?;
    }
    Ok(())
}

struct Update<'u, 't> {
    tokens: &'u mut Tokens<'t>,
    names: &'u Names,
    old: &'u Object,
    item: &'u mut Object,
}

fn missing() -> Problem {
    invalid("The provided expression refers to an attribute that does not exist in the item")
}

impl Update<'_, '_> {
    fn clause(&mut self) -> Result<(), Problem> {
        type Action<'u, 't> = fn(&mut Update<'u, 't>) -> Result<(), Problem>;
        let action: Action<'_, '_> = if self.tokens.take("SET") {
            Update::set
        } else if self.tokens.take("REMOVE") {
            Update::remove
        } else if self.tokens.take("ADD") {
            Update::add
        } else if self.tokens.take("DELETE") {
            Update::delete
        } else {
            return Err(self.tokens.unexpected());
        };
        loop {
            action(self)?;
            if !self.tokens.take(",") {
                return Ok(());
            }
        }
    }

    fn set(&mut self) -> Result<(), Problem> {
        let path = path(self.tokens, self.names)?;
        self.tokens.expect("=")?;
        let mut value = self.operand()?;
        // One sign: the grammar has no longer sums.
        if let Some(sign @ ("+" | "-")) = self.tokens.peek() {
            self.tokens.next();
            let other = self.operand()?;
            value = calculate(&value, sign, &other)?;
        }
        put(self.item, &path, value)
    }

    fn operand(&mut self) -> Result<Value, Problem> {
        if self.tokens.take("if_not_exists") {
            self.tokens.expect("(")?;
            let path = path(self.tokens, self.names)?;
            self.tokens.expect(",")?;
            let otherwise = self.operand()?;
            self.tokens.expect(")")?;
            return Ok(find(self.old, &path).cloned().unwrap_or(otherwise));
        }
        if self.tokens.take("list_append") {
            self.tokens.expect("(")?;
            let first = self.operand()?;
            self.tokens.expect(",")?;
            let second = self.operand()?;
            self.tokens.expect(")")?;
            return joined(&first, &second);
        }
        match operand(self.tokens, self.names)? {
            Operand::Value(value) => Ok(value),
            found => found.value(self.old).ok_or_else(missing),
        }
    }

    fn remove(&mut self) -> Result<(), Problem> {
        let path = path(self.tokens, self.names)?;
        take(self.item, &path);
        Ok(())
    }

    fn value(&mut self) -> Result<Value, Problem> {
        match operand(self.tokens, self.names)? {
            Operand::Value(value) => Ok(value),
            _ => Err(self.tokens.unexpected()),
        }
    }

    /// Adds to a number or a set.
    fn add(&mut self) -> Result<(), Problem> {
        let path = path(self.tokens, self.names)?;
        let value = self.value()?;
        let old = find(self.old, &path).cloned();
        let new = match (old, as_number(&value)) {
            (old, Some(more)) => {
                let number = old.as_ref().map_or(Some(0.0), as_number);
                of_number(
                    number.ok_or_else(|| {
                        invalid("An operand in the update expression has an incorrect data type")
                    })? + more,
                )
            }
            (None, None) => value,
            (Some(old), None) => merged(&old, &value, true)?,
        };
        put(self.item, &path, new)
    }

    /// Takes members out of a set.
    fn delete(&mut self) -> Result<(), Problem> {
        let path = path(self.tokens, self.names)?;
        let value = self.value()?;
        let Some(old) = find(self.old, &path).cloned() else { return Ok(()) };
        let left = merged(&old, &value, false)?;
        if held(&left).and_then(|it| it.1.as_array()).is_none_or(|it| it.is_empty()) {
            take(self.item, &path);
            return Ok(());
        }
        put(self.item, &path, left)
    }
}

fn items(value: &Value) -> Option<&[Value]> {
    held(value)?.1.as_array().map(|it| it.as_slice())
}

fn joined(first: &Value, second: &Value) -> Result<Value, Problem> {
    match (held(first), items(first), items(second)) {
        (Some(("L", _)), Some(a), Some(b)) => Ok(record([("L", Value::array(a.iter().chain(b).cloned()))])),
        _ => Err(invalid("An operand in the update expression has an incorrect data type")),
    }
}

fn merged(old: &Value, change: &Value, add: bool) -> Result<Value, Problem> {
    let (Some((kind, _)), Some(a), Some(b)) = (held(old), items(old), items(change)) else {
        return Err(invalid("An operand in the update expression has an incorrect data type"));
    };
    let all: Vec<Value> = match add {
        true => a.iter().chain(b.iter().filter(|it| !a.contains(it))).cloned().collect(),
        false => a.iter().filter(|it| !b.contains(it)).cloned().collect(),
    };
    Ok(Value::object([(kind.to_owned(), Value::array(all))]))
}

fn no_path() -> Problem {
    invalid("The document path provided in the update expression is invalid for update")
}

fn put(item: &mut Object, path: &[Step], value: Value) -> Result<(), Problem> {
    let Some((Step::Name(first), rest)) = path.split_first() else { return Err(no_path()) };
    if rest.is_empty() {
        item.insert(first.as_str(), value);
        return Ok(());
    }
    let inner = item.get_mut(first).ok_or_else(no_path)?;
    put_in(inner, rest, value)
}

fn put_in(whole: &mut Value, path: &[Step], value: Value) -> Result<(), Problem> {
    let Some((step, rest)) = path.split_first() else {
        *whole = value;
        return Ok(());
    };
    let Value::Object(outer) = whole else { return Err(no_path()) };
    match step {
        Step::Name(name) => {
            let Some(Value::Object(members)) = outer.get_mut("M") else { return Err(no_path()) };
            if rest.is_empty() {
                members.insert(name.as_str(), value);
                return Ok(());
            }
            put_in(members.get_mut(name).ok_or_else(no_path)?, rest, value)
        }
        Step::Index(index) => {
            let Some(Value::Array(items)) = outer.get_mut("L") else { return Err(no_path()) };
            let items = items.make_mut();
            match items.get_mut(*index) {
                Some(item) => put_in(item, rest, value),
                // Past its end a list grows by one.
                None if rest.is_empty() => {
                    items.push(value);
                    Ok(())
                }
                None => Err(no_path()),
            }
        }
    }
}

fn take(item: &mut Object, path: &[Step]) {
    match path {
        [Step::Name(name)] => {
            item.remove(name);
        }
        [Step::Name(first), rest @ ..] => {
            if let Some(inner) = item.get_mut(first) {
                take_from(inner, rest);
            }
        }
        _ => {}
    }
}

fn take_from(whole: &mut Value, path: &[Step]) {
    let (Value::Object(outer), Some((step, rest))) = (whole, path.split_first()) else { return };
    match step {
        Step::Name(name) => {
            let Some(Value::Object(members)) = outer.get_mut("M") else { return };
            if rest.is_empty() {
                members.remove(name);
            } else if let Some(inner) = members.get_mut(name) {
                take_from(inner, rest);
            }
        }
        Step::Index(index) => {
            let Some(Value::Array(items)) = outer.get_mut("L") else { return };
            let items = items.make_mut();
            if *index >= items.len() {
                return;
            }
            if rest.is_empty() {
                items.remove(*index);
            } else if let Some(inner) = items.get_mut(*index) {
                take_from(inner, rest);
            }
        }
    }
}
