//! Functions of texts.

use std::fmt::Write;
use std::sync::Arc;

use crate::deep;
use crate::error::{Error, Fault};
use crate::evaluate::{Evaluator, memory_limit, unwrapped};
use crate::functions::{Scope, arg};
use crate::json::write_string;
use crate::number::{fifteen_digits, write_number};
use crate::operators::numeric_value;
use crate::value::Value;

type Outcome = Result<Value, Fault>;

/// Appends what `$string` makes of a value; of nothing, nothing.
pub(crate) fn write_value(out: &mut String, value: &Value, limit: usize) -> Result<(), Fault> {
    match value {
        Value::Undefined | Value::Function(_) => Ok(()),
        Value::String(it) => {
            out.push_str(it);
            Ok(())
        }
        Value::Number(it) if !it.is_finite() => Err(Error::new("D3001").value(Value::Number(*it))),
        other => write_json(out, unwrapped(other), None, limit),
    }
}

/// JSON with numbers cut to 15 digits; on lines of their own, indented by two, if a level is given.
fn write_json(out: &mut String, value: &Value, level: Option<usize>, limit: usize) -> Result<(), Fault> {
    // A value may hold another many times over: its text is far longer than it is big.
    if out.len() > limit {
        return Err(memory_limit());
    }
    match value {
        Value::Array(items) => deep::guarded(|| {
            let write = |out: &mut String, item: &Value, level| write_json(out, item, level, limit);
            write_list(out, ['[', ']'], items.iter(), level, write)
        }),
        Value::Object(members) => deep::guarded(|| {
            let defined = members.iter().filter(|(_, it)| !it.is_undefined());
            write_list(out, ['{', '}'], defined, level, |out, (name, value), level| {
                // Writing to a string can't fail.
                let _ = write_string(out, name);
                out.push_str(if level.is_some() { ": " } else { ":" });
                write_json(out, value, level, limit)
            })
        }),
        Value::Number(_) | Value::Long(_) => {
            match numeric_value(value)? {
                Some(it) if fifteen_digits(it).is_finite() => drop(write_number(out, fifteen_digits(it))),
                Some(_) | None => out.push_str("null"),
            }
            Ok(())
        }
        other => {
            let _ = write!(out, "{other}");
            Ok(())
        }
    }
}

fn write_list<T>(
    out: &mut String,
    [open, close]: [char; 2],
    items: impl Iterator<Item = T>,
    level: Option<usize>,
    write: impl Fn(&mut String, T, Option<usize>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    out.push(open);
    let inner = level.map(|it| it + 1);
    let mut first = true;
    for item in items {
        if !std::mem::take(&mut first) {
            out.push(',');
        }
        new_line(out, inner);
        write(out, item, inner)?;
    }
    if !first {
        new_line(out, level);
    }
    out.push(close);
    Ok(())
}

fn new_line(out: &mut String, level: Option<usize>) {
    if let Some(level) = level {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", level));
    }
}

pub(crate) fn string(evaluator: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let value = arg(arguments, 0);
    if value.is_undefined() || value.is_string() {
        return Ok(value.clone());
    }
    let limit = evaluator.environment.limits.memory;
    let mut text = String::new();
    match (value, arg(arguments, 1)) {
        (Value::Array(_) | Value::Object(_), Value::Bool(true)) => {
            write_json(&mut text, unwrapped(value), Some(0), limit)?
        }
        _ => write_value(&mut text, value, limit)?,
    }
    evaluator.charge(text.len())?;
    Ok(Value::from(text))
}

/// Applies a function to a text; of nothing it is nothing.
fn with_text(arguments: &[Value], apply: impl FnOnce(&Arc<str>) -> Value) -> Outcome {
    Ok(match arg(arguments, 0) {
        Value::String(text) => apply(text),
        _ => Value::Undefined,
    })
}

/// The part of a text between two counts of characters.
fn between(text: &str, from: usize, to: usize) -> &str {
    if from >= to {
        return "";
    }
    if text.is_ascii() {
        return text.get(from..to.min(text.len())).unwrap_or_default();
    }
    let offset = |count: usize| text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    text.get(offset(from)..offset(to)).unwrap_or_default()
}

fn count_of(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

pub(crate) fn substring(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let length = arg(arguments, 2).as_f64();
    // From nowhere a length leads nowhere.
    let start = arg(arguments, 1).as_f64();
    let length = if start.is_none() { length.map(|_| 0.0) } else { length };
    let start = start.unwrap_or(0.0);
    with_text(arguments, |text| {
        let count = count_of(text) as f64;
        let start = if count + start < 0.0 { 0.0 } else { start };
        if length.is_some_and(|it| it <= 0.0) {
            return Value::from("");
        }
        let base = if start >= 0.0 { start } else { count + start };
        let end = length.map_or(count, |it| base + it);
        // As `Array.slice` does: cut to whole numbers, the start counted from the end if negative.
        let from = if start >= 0.0 { start.trunc() } else { (count + start.trunc()).max(0.0) };
        Value::from(between(text, from as usize, end.trunc().min(count) as usize))
    })
}

pub(crate) fn substring_before(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let mark = arg(arguments, 1).as_str().unwrap_or("undefined");
    with_text(arguments, |text| match text.split_once(mark) {
        Some((before, _)) => Value::from(before),
        None => Value::String(text.clone()),
    })
}

pub(crate) fn substring_after(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let mark = arg(arguments, 1).as_str().unwrap_or("undefined");
    with_text(arguments, |text| match text.split_once(mark) {
        Some((_, after)) => Value::from(after),
        None => Value::String(text.clone()),
    })
}

pub(crate) fn lowercase(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    with_text(arguments, |text| Value::from(text.to_lowercase()))
}

pub(crate) fn uppercase(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    with_text(arguments, |text| Value::from(text.to_uppercase()))
}

pub(crate) fn length(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    with_text(arguments, |text| Value::Number(count_of(text) as f64))
}

/// Every run of blanks becomes one; at the ends none stays.
pub(crate) fn trim(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    with_text(arguments, |text| {
        let words: Vec<&str> = text.split([' ', '\t', '\n', '\r']).filter(|it| !it.is_empty()).collect();
        Value::from(words.join(" "))
    })
}

pub(crate) fn pad(evaluator: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Some(text) = arg(arguments, 0).as_str() else { return Ok(Value::Undefined) };
    let width = arg(arguments, 1).as_f64().unwrap_or(0.0);
    let fill = arg(arguments, 2).as_str().filter(|it| !it.is_empty()).unwrap_or(" ");
    let missing = width.abs() - count_of(text) as f64;
    // A part of a character can't be padded; jsonata-js fails there.
    if missing < 1.0 {
        return Ok(Value::from(text));
    }
    evaluator.charge(missing.min(1e15) as usize * fill.chars().next().map_or(1, char::len_utf8))?;
    let mut padded = String::with_capacity(text.len() + missing as usize);
    if width > 0.0 {
        padded.push_str(text);
    }
    padded.extend(fill.chars().cycle().take(missing as usize));
    if width <= 0.0 {
        padded.push_str(text);
    }
    Ok(Value::from(padded))
}

pub(crate) fn join(evaluator: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Value::Array(parts) = arg(arguments, 0) else { return Ok(Value::Undefined) };
    let separator = arg(arguments, 1).as_str().unwrap_or_default();
    let mut text = String::new();
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            text.push_str(separator);
        }
        text.push_str(part.as_str().unwrap_or_default());
        evaluator.charge(text.len())?;
    }
    Ok(Value::from(text))
}
