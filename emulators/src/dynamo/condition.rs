//! Condition, filter and key condition expressions (Developer Guide, "Condition and filter expressions,
//! operators, and functions").

use std::cmp::Ordering;

use jsonata::{Object, Value};

use super::attribute::{as_number, compare, equal, held, kind, of_number};
use super::lexer::{Names, Tokens};
use super::{Problem, invalid};

/// Deepest nesting of parentheses that is read.
const DEEPEST: usize = 60;

#[derive(Debug)]
pub(super) enum Condition {
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Compare(Operand, String, Operand),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    Exists(Operand, bool),
    TypeIs(Operand, Operand),
    Begins(Operand, Operand),
    Contains(Operand, Operand),
}

#[derive(Clone, Debug)]
pub(super) enum Operand {
    Path(Vec<Step>),
    Value(Value),
    Size(Box<Operand>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

impl Condition {
    pub(super) fn parse(text: &str, names: &Names) -> Result<Condition, Problem> {
        let mut tokens = Tokens::new(text)?;
        let condition = any(&mut tokens, names, 0)?;
        if tokens.done() { Ok(condition) } else { Err(tokens.unexpected()) }
    }

    pub(super) fn holds(&self, item: &Object) -> bool {
        let value = |operand: &Operand| operand.value(item);
        match self {
            Condition::And(a, b) => a.holds(item) && b.holds(item),
            Condition::Or(a, b) => a.holds(item) || b.holds(item),
            Condition::Not(inner) => !inner.holds(item),
            Condition::Compare(a, sign, b) => match (value(a), value(b)) {
                (Some(a), Some(b)) => compared(&a, sign, &b),
                // What is missing equals nothing.
                _ => sign == "<>",
            },
            Condition::Between(it, low, high) => match (value(it), value(low), value(high)) {
                (Some(it), Some(low), Some(high)) => compared(&it, ">=", &low) && compared(&it, "<=", &high),
                _ => false,
            },
            Condition::In(it, all) => match value(it) {
                Some(it) => all.iter().filter_map(value).any(|other| equal(&it, &other)),
                None => false,
            },
            Condition::Exists(it, wanted) => value(it).is_some() == *wanted,
            Condition::TypeIs(it, name) => match (value(it), value(name)) {
                (Some(it), Some(name)) => {
                    held(&name).and_then(|it| it.1.as_str()) == Some(kind(&it).as_str())
                }
                _ => false,
            },
            Condition::Begins(it, prefix) => match (value(it), value(prefix)) {
                (Some(it), Some(prefix)) => match (held(&it), held(&prefix)) {
                    (Some((_, Value::String(it))), Some((_, Value::String(prefix)))) => {
                        it.starts_with(&**prefix)
                    }
                    _ => false,
                },
                _ => false,
            },
            Condition::Contains(it, part) => match (value(it), value(part)) {
                (Some(it), Some(part)) => contains(&it, &part),
                _ => false,
            },
        }
    }
}

fn compared(a: &Value, sign: &str, b: &Value) -> bool {
    match sign {
        "=" => equal(a, b),
        "<>" => !equal(a, b),
        sign => match (compare(Some(a), Some(b)), sign) {
            (Some(order), "<") => order == Ordering::Less,
            (Some(order), "<=") => order != Ordering::Greater,
            (Some(order), ">") => order == Ordering::Greater,
            (Some(order), ">=") => order != Ordering::Less,
            _ => false,
        },
    }
}

fn contains(it: &Value, part: &Value) -> bool {
    let (Some((_, it)), Some((_, inner))) = (held(it), held(part)) else { return false };
    match it {
        Value::String(text) => inner.as_str().is_some_and(|part| text.contains(part)),
        Value::Array(items) => items.as_slice().iter().any(|item| equal(item, part) || item == inner),
        _ => false,
    }
}

impl Operand {
    pub(super) fn value(&self, item: &Object) -> Option<Value> {
        match self {
            Operand::Value(value) => Some(value.clone()),
            Operand::Path(path) => find(item, path).cloned(),
            Operand::Size(inner) => {
                let value = inner.value(item)?;
                let (_, inner) = held(&value)?;
                let size = match inner {
                    Value::String(text) => text.len(),
                    Value::Array(items) => items.len(),
                    Value::Object(members) => members.len(),
                    _ => return None,
                };
                Some(of_number(size as f64))
            }
        }
    }
}

/// What lies at a path in an item.
pub(super) fn find<'v>(item: &'v Object, path: &[Step]) -> Option<&'v Value> {
    let (Step::Name(first), rest) = path.split_first()? else { return None };
    rest.iter().try_fold(item.get(first)?, |value, step| match (held(value)?, step) {
        (("M", inner), Step::Name(name)) => inner.get(name),
        (("L", inner), Step::Index(index)) => inner.at(*index),
        _ => None,
    })
}

fn any(tokens: &mut Tokens<'_>, names: &Names, depth: usize) -> Result<Condition, Problem> {
    let mut left = all(tokens, names, depth)?;
    while tokens.take("OR") {
        left = Condition::Or(Box::new(left), Box::new(all(tokens, names, depth)?));
    }
    Ok(left)
}

fn all(tokens: &mut Tokens<'_>, names: &Names, depth: usize) -> Result<Condition, Problem> {
    let mut left = one(tokens, names, depth)?;
    while tokens.take("AND") {
        left = Condition::And(Box::new(left), Box::new(one(tokens, names, depth)?));
    }
    Ok(left)
}

fn one(tokens: &mut Tokens<'_>, names: &Names, depth: usize) -> Result<Condition, Problem> {
    if depth > DEEPEST {
        return Err(invalid("Invalid expression: it is nested too deep"));
    }
    if tokens.take("NOT") {
        return Ok(Condition::Not(Box::new(one(tokens, names, depth + 1)?)));
    }
    if tokens.take("(") {
        let inner = any(tokens, names, depth + 1)?;
        tokens.expect(")")?;
        return Ok(inner);
    }
    if let Some(found) = function(tokens, names)? {
        return Ok(found);
    }
    let left = operand(tokens, names)?;
    if tokens.take("BETWEEN") {
        let low = operand(tokens, names)?;
        tokens.expect("AND")?;
        return Ok(Condition::Between(left, low, operand(tokens, names)?));
    }
    if tokens.take("IN") {
        tokens.expect("(")?;
        let mut list = vec![operand(tokens, names)?];
        while tokens.take(",") {
            list.push(operand(tokens, names)?);
        }
        tokens.expect(")")?;
        return Ok(Condition::In(left, list));
    }
    match tokens.peek() {
        Some(sign @ ("=" | "<>" | "<" | "<=" | ">" | ">=")) => {
            tokens.next();
            Ok(Condition::Compare(left, sign.to_owned(), operand(tokens, names)?))
        }
        _ => Err(tokens.unexpected()),
    }
}

fn function(tokens: &mut Tokens<'_>, names: &Names) -> Result<Option<Condition>, Problem> {
    let name = tokens.peek().unwrap_or_default();
    let two = matches!(name, "attribute_type" | "begins_with" | "contains");
    if !two && !matches!(name, "attribute_exists" | "attribute_not_exists") {
        return Ok(None);
    }
    tokens.next();
    tokens.expect("(")?;
    let first = operand(tokens, names)?;
    let second = if two {
        tokens.expect(",")?;
        operand(tokens, names)?
    } else {
        Operand::Value(Value::Null)
    };
    tokens.expect(")")?;
    Ok(Some(match name {
        "attribute_type" => Condition::TypeIs(first, second),
        "begins_with" => Condition::Begins(first, second),
        "contains" => Condition::Contains(first, second),
        other => Condition::Exists(first, other == "attribute_exists"),
    }))
}

/// A path, a value, or the size of one.
pub(super) fn operand(tokens: &mut Tokens<'_>, names: &Names) -> Result<Operand, Problem> {
    let Some(word) = tokens.peek() else { return Err(tokens.unexpected()) };
    if word == "size" {
        tokens.next();
        tokens.expect("(")?;
        let inner = path(tokens, names)?;
        tokens.expect(")")?;
        return Ok(Operand::Size(Box::new(Operand::Path(inner))));
    }
    if word.starts_with(':') {
        tokens.next();
        return Ok(Operand::Value(names.value(word)?));
    }
    Ok(Operand::Path(path(tokens, names)?))
}

/// `#a.b[0]`
pub(super) fn path(tokens: &mut Tokens<'_>, names: &Names) -> Result<Vec<Step>, Problem> {
    let mut steps = vec![step(tokens, names)?];
    loop {
        if tokens.take(".") {
            steps.push(step(tokens, names)?);
        } else if tokens.take("[") {
            let index = tokens.next().and_then(|it| it.parse().ok());
            steps.push(Step::Index(index.ok_or_else(|| tokens.unexpected())?));
            tokens.expect("]")?;
        } else {
            return Ok(steps);
        }
    }
}

fn step(tokens: &mut Tokens<'_>, names: &Names) -> Result<Step, Problem> {
    let is_name = |it: &&str| it.starts_with(|c: char| c.is_alphabetic() || c == '#' || c == '_');
    match tokens.peek().filter(is_name) {
        Some(word) => {
            tokens.next();
            Ok(Step::Name(names.name(word)?))
        }
        None => Err(tokens.unexpected()),
    }
}

/// The sum or difference of two numbers.
pub(super) fn calculate(a: &Value, sign: &str, b: &Value) -> Result<Value, Problem> {
    match (as_number(a), as_number(b)) {
        (Some(a), Some(b)) => Ok(of_number(if sign == "+" { a + b } else { a - b })),
        _ => Err(invalid("An operand in the update expression has an incorrect data type")),
    }
}
