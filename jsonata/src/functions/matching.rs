//! Functions of texts that search by text, regular expression or a function that matches.

use std::sync::Arc;

use crate::deep;
use crate::error::{Error, Fault};
use crate::evaluate::Evaluator;
use crate::function::{Callable, Function, NextMatch};
use crate::functions::{Scope, arg};
use crate::number::write_number;
use crate::operators;
use crate::regex::{Captures, Regex};
use crate::value::Value;

type Outcome = Result<Value, Fault>;

/// A match, with its places as byte offsets.
struct Match {
    start: usize,
    end: usize,
    text: Value,
    groups: Value,
    next: Next,
}

enum Next {
    Regex(Arc<Regex>, usize),
    Function(Value),
}

/// The byte offset of a place counted in UTF-16 units.
fn byte_offset(text: &str, units: f64) -> usize {
    if text.is_ascii() {
        return (units.max(0.0) as usize).min(text.len());
    }
    let mut passed = 0.0;
    for (at, next) in text.char_indices() {
        if passed >= units {
            return at;
        }
        passed += next.len_utf16() as f64;
    }
    text.len()
}

fn utf16_offset(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    if before.is_ascii() { at } else { before.encode_utf16().count() }
}

fn groups_of(text: &str, captures: &Captures) -> Value {
    let group = |range: &Option<std::ops::Range<usize>>| match range {
        Some(range) => Value::from(text.get(range.clone()).unwrap_or_default()),
        None => Value::Undefined,
    };
    Value::from(captures.groups.iter().map(group).collect::<Vec<_>>())
}

fn regex_match(
    evaluator: &mut Evaluator<'_>,
    regex: &Arc<Regex>,
    text: &str,
    from: usize,
) -> Result<Option<Match>, Fault> {
    let Some(captures) = evaluator.search(regex, text, from)? else { return Ok(None) };
    let range = captures.range.clone();
    evaluator.holes |= captures.groups.iter().any(Option::is_none);
    Ok(Some(Match {
        start: range.start,
        end: range.end,
        text: Value::from(text.get(range.clone()).unwrap_or_default()),
        groups: groups_of(text, &captures),
        next: Next::Regex(regex.clone(), range.end),
    }))
}

fn first_match(
    evaluator: &mut Evaluator<'_>,
    matcher: &Value,
    text: &Arc<str>,
    scope: Scope<'_>,
) -> Result<Option<Match>, Fault> {
    if let Value::Function(Function { callable: Callable::Regex(regex), .. }) = matcher {
        let regex = regex.clone();
        return regex_match(evaluator, &regex, text, 0);
    }
    let result = evaluator.call_back(matcher, [Value::String(text.clone())], scope)?;
    own_match(result, text)
}

fn next_of(
    evaluator: &mut Evaluator<'_>,
    next: Next,
    text: &Arc<str>,
    scope: Scope<'_>,
) -> Result<Option<Match>, Fault> {
    match next {
        Next::Regex(regex, from) => {
            if from >= text.len() {
                return Ok(None);
            }
            let found = regex_match(evaluator, &regex, text, from)?;
            match &found {
                Some(it) if it.start == it.end => Err(endless(&regex)),
                _ => Ok(found),
            }
        }
        Next::Function(function) => {
            let result = evaluator.call_back(&function, [], scope)?;
            own_match(result, text)
        }
    }
}

fn endless(regex: &Regex) -> Fault {
    Error::new("D1004").at(regex.end).value(Value::from(regex.source()))
}

/// The match that a function returned.
fn own_match(result: Value, text: &str) -> Result<Option<Match>, Fault> {
    let Value::Object(object) = &result else {
        return if operators::truth(&result)? || result.is_array() {
            Err(Error::new("T1010"))
        } else {
            Ok(None)
        };
    };
    let get = |name: &str| object.get(name).cloned().unwrap_or_default();
    let (start, end, groups, next) = (get("start"), get("end"), get("groups"), get("next"));
    if !start.is_number() && !groups.is_array() && !next.is_function() {
        return Err(Error::new("T1010"));
    }
    let offset = |it: &Value| it.as_f64().map_or(0, |it| byte_offset(text, it));
    let start = offset(&start);
    Ok(Some(Match {
        start,
        end: offset(&end).max(start),
        text: get("match"),
        groups,
        next: Next::Function(next),
    }))
}

/// JavaScript's `String(value)`: what a regular expression that is called as a function makes of other values.
fn write_as_javascript(out: &mut String, value: &Value) {
    match value {
        Value::Undefined => out.push_str("undefined"),
        Value::Null => out.push_str("null"),
        Value::Bool(it) => out.push_str(if *it { "true" } else { "false" }),
        // Writing to a string can't fail.
        Value::Number(it) => drop(write_number(out, *it)),
        Value::Long(it) => drop(write_number(out, *it as f64)),
        Value::String(it) => out.push_str(it),
        Value::Object(_) | Value::Function(_) => out.push_str("[object Object]"),
        Value::Array(items) => deep::guarded(|| {
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                if !matches!(item, Value::Undefined | Value::Null) {
                    write_as_javascript(out, item);
                }
            }
        }),
    }
}

/// A regular expression called as a function.
pub(crate) fn match_with(evaluator: &mut Evaluator<'_>, regex: &Arc<Regex>, arguments: &[Value]) -> Outcome {
    let text: Arc<str> = match arg(arguments, 0) {
        Value::String(text) => text.clone(),
        other => {
            let mut text = String::new();
            write_as_javascript(&mut text, other);
            text.into()
        }
    };
    let from = arg(arguments, 1).as_f64().unwrap_or(0.0);
    if from > text.len() as f64 || (!text.is_ascii() && from > text.encode_utf16().count() as f64) {
        return Ok(Value::Undefined);
    }
    let from = byte_offset(&text, from);
    let found = regex_match(evaluator, regex, &text, from)?;
    Ok(found.map_or(Value::Undefined, |it| match_value(it, &text)))
}

/// The `next` function of a match that a regular expression made.
pub(crate) fn next_match(evaluator: &mut Evaluator<'_>, next: &NextMatch) -> Outcome {
    if next.from >= next.text.len() {
        return Ok(Value::Undefined);
    }
    match regex_match(evaluator, &next.regex, &next.text, next.from)? {
        Some(it) if it.start == it.end => Err(endless(&next.regex)),
        Some(it) => Ok(match_value(it, &next.text)),
        None => Ok(Value::Undefined),
    }
}

fn match_value(found: Match, text: &Arc<str>) -> Value {
    let place = |at: usize| Value::from(utf16_offset(text, at));
    let next = match found.next {
        Next::Regex(regex, from) => {
            Callable::Next(Arc::new(NextMatch { regex, text: text.clone(), from })).into()
        }
        Next::Function(it) => it,
    };
    Value::object([
        ("match", found.text),
        ("start", place(found.start)),
        ("end", place(found.end)),
        ("groups", found.groups),
        ("next", next),
    ])
}

pub(crate) fn contains(evaluator: &mut Evaluator<'_>, arguments: &[Value], scope: Scope<'_>) -> Outcome {
    let Value::String(text) = arg(arguments, 0) else { return Ok(Value::Undefined) };
    Ok(Value::Bool(match arg(arguments, 1) {
        Value::String(sought) => text.contains(&**sought),
        matcher @ Value::Function(Function { callable: Callable::Regex(_), .. }) => {
            first_match(evaluator, matcher, text, scope)?.is_some()
        }
        matcher => {
            let result = evaluator.call_back(matcher, [Value::String(text.clone())], scope)?;
            // What is no match but is something counts as one: jsonata-js asks whether it is defined.
            let defined = !result.is_undefined();
            own_match(result, text)?;
            defined
        }
    }))
}

/// How many results are wanted at most; a negative number is an error.
fn limit_of(value: &Value, code: &'static str, index: usize) -> Result<f64, Fault> {
    match value.as_f64() {
        Some(it) if it < 0.0 => Err(Error::new(code).value(value.clone()).index(index)),
        Some(it) => Ok(it),
        None => Ok(f64::INFINITY),
    }
}

pub(crate) fn matches(evaluator: &mut Evaluator<'_>, arguments: &[Value], scope: Scope<'_>) -> Outcome {
    let Value::String(text) = arg(arguments, 0) else { return Ok(Value::Undefined) };
    let limit = limit_of(arg(arguments, 2), "D3040", 3)?;
    let mut found = Vec::new();
    if limit <= 0.0 {
        return Ok(Value::sequence(found));
    }
    let mut current = first_match(evaluator, arg(arguments, 1), text, scope)?;
    while let Some(it) = current
        && (found.len() as f64) < limit
    {
        let index = Value::from(utf16_offset(text, it.start));
        found.push(Value::object([("match", it.text), ("index", index), ("groups", it.groups)]));
        // An index, and at least two more values.
        evaluator.charge(found.len() * 24)?;
        evaluator.step()?;
        current = next_of(evaluator, it.next, text, scope)?;
    }
    Ok(Value::sequence(found))
}

pub(crate) fn split(evaluator: &mut Evaluator<'_>, arguments: &[Value], scope: Scope<'_>) -> Outcome {
    let Value::String(text) = arg(arguments, 0) else { return Ok(Value::Undefined) };
    let limit = limit_of(arg(arguments, 2), "D3020", 3)?;
    if limit <= 0.0 {
        return Ok(Value::from(Vec::new()));
    }
    if let Value::String(separator) = arg(arguments, 1) {
        let limit = if limit.is_finite() { limit as usize } else { usize::MAX };
        let count = match separator.is_empty() {
            true => text.chars().count(),
            false => text.matches(&**separator).count() + 1,
        };
        evaluator.items(count.min(limit))?;
        return Ok(Value::from(split_by_text(text, separator, limit)));
    }
    let mut parts = Vec::new();
    let mut start = 0;
    let mut current = first_match(evaluator, arg(arguments, 1), text, scope)?;
    while let Some(it) = current
        && (parts.len() as f64) < limit
    {
        parts.push(Value::from(text.get(start..it.start).unwrap_or_default()));
        start = it.end;
        evaluator.items(1)?;
        evaluator.charge(parts.len() * 8)?;
        current = next_of(evaluator, it.next, text, scope)?;
    }
    if (parts.len() as f64) < limit {
        parts.push(Value::from(text.get(start..).unwrap_or_default()));
    }
    Ok(Value::from(parts))
}

fn split_by_text(text: &str, separator: &str, limit: usize) -> Vec<Value> {
    if separator.is_empty() {
        return text.chars().take(limit).map(|it| Value::from(it.to_string())).collect();
    }
    text.split(separator).take(limit).map(Value::from).collect()
}

pub(crate) fn replace(evaluator: &mut Evaluator<'_>, arguments: &[Value], scope: Scope<'_>) -> Outcome {
    let Value::String(text) = arg(arguments, 0) else { return Ok(Value::Undefined) };
    let (pattern, replacement) = (arg(arguments, 1), arg(arguments, 2));
    if pattern.as_str() == Some("") {
        return Err(Error::new("D3010").value(pattern.clone()).index(2));
    }
    let limit = limit_of(arg(arguments, 3), "D3011", 4)?;
    if limit <= 0.0 {
        return Ok(Value::String(text.clone()));
    }
    if let Value::String(pattern) = pattern {
        let replacement = match replacement {
            Value::String(it) => it,
            _ if !text.contains(&**pattern) => return Ok(Value::String(text.clone())),
            // jsonata-js would insert the source text of the function.
            other => return Err(Error::new("D3012").value(other.clone())),
        };
        let limit = if limit.is_finite() { limit.ceil() as usize } else { usize::MAX };
        evaluator.charge(text.len() / pattern.len() * replacement.len())?;
        return Ok(Value::from(text.replacen(&**pattern, replacement, limit)));
    }
    let mut result = String::new();
    let mut position = 0;
    let mut count = 0.0;
    let mut current = first_match(evaluator, pattern, text, scope)?;
    while let Some(it) = current
        && count < limit
    {
        result.push_str(text.get(position..it.start).unwrap_or_default());
        let length = it.text.as_str().map_or(0, str::len);
        position = (it.start + length).min(text.len());
        let next = replaced(evaluator, it, replacement, text, &mut result, scope)?;
        evaluator.charge(result.len())?;
        evaluator.step()?;
        count += 1.0;
        current = next_of(evaluator, next, text, scope)?;
    }
    result.push_str(text.get(position..).unwrap_or_default());
    Ok(Value::from(result))
}

/// Appends what stands in the place of one match.
fn replaced(
    evaluator: &mut Evaluator<'_>,
    found: Match,
    replacement: &Value,
    text: &Arc<str>,
    out: &mut String,
    scope: Scope<'_>,
) -> Result<Next, Fault> {
    if let Value::String(template) = replacement {
        let groups = found.groups.as_array().map(|it| it.as_slice()).unwrap_or_default();
        fill_template(out, template, found.text.as_str().unwrap_or_default(), groups);
        return Ok(found.next);
    }
    let again = match &found.next {
        Next::Regex(regex, from) => Next::Regex(regex.clone(), *from),
        Next::Function(it) => Next::Function(it.clone()),
    };
    match evaluator.call_back(replacement, [match_value(found, text)], scope)? {
        Value::String(it) => out.push_str(&it),
        other => return Err(Error::new("D3012").value(other)),
    }
    Ok(again)
}

/// `$$` is a dollar, `$0` the match, `$n` a group; `$12` is group 1 and a 2 if there are fewer groups.
fn fill_template(out: &mut String, template: &str, matched: &str, groups: &[Value]) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = after;
        if let Some(after) = rest.strip_prefix('$') {
            out.push('$');
            rest = after;
        } else if let Some(after) = rest.strip_prefix('0') {
            out.push_str(matched);
            rest = after;
        } else {
            let most = match groups.len() {
                0 => 1,
                count => ((count as f64).ln() * std::f64::consts::LOG10_E).floor() as usize + 1,
            };
            let mut index = leading_int(rest, most);
            if most > 1 && index.is_some_and(|(it, _)| it > groups.len() as i64) {
                index = leading_int(rest, most - 1);
            }
            let Some((number, length)) = index else {
                out.push('$');
                continue;
            };
            if let Some(Value::String(group)) = usize::try_from(number - 1).ok().and_then(|it| groups.get(it))
            {
                out.push_str(group);
            }
            rest = rest.get(length..).unwrap_or_default();
        }
    }
    out.push_str(rest);
}

/// `parseInt` of the first `most` characters, and how long the number is when written.
fn leading_int(text: &str, most: usize) -> Option<(i64, usize)> {
    let head: String = text.chars().take(most).collect();
    let trimmed = head.trim_start();
    let (sign, digits) = match trimmed.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let digits: String = digits.chars().take_while(char::is_ascii_digit).collect();
    let number = sign * digits.parse::<i64>().ok()?;
    Some((number, number.to_string().len()))
}
