//! Functions of numbers and booleans.

use crate::error::{Error, Fault};
use crate::evaluate::Evaluator;
use crate::expression::Dialect;
use crate::functions::pow::pow;
use crate::functions::{Scope, arg};
use crate::number;
use crate::operators;
use crate::value::Value;

type Outcome = Result<Value, Fault>;

fn numbers(value: &Value) -> Option<impl Iterator<Item = f64>> {
    Some(value.as_array()?.iter().filter_map(Value::as_f64))
}

fn count(value: &Value) -> usize {
    value.as_array().map_or(0, |it| it.len())
}

/// Applies a function to a number; of nothing it is nothing.
fn with_number(value: &Value, apply: impl FnOnce(f64) -> f64) -> Outcome {
    Ok(value.as_f64().map_or(Value::Undefined, |it| Value::Number(apply(it))))
}

pub(crate) fn sum(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(numbers(arg(arguments, 0))
        .map_or(Value::Undefined, |it| Value::Number(it.fold(0.0, |sum, it| sum + it))))
}

fn extreme(value: &Value, better: impl Fn(f64, f64) -> bool) -> Outcome {
    let Some(mut all) = numbers(value) else { return Ok(Value::Undefined) };
    let Some(first) = all.next() else { return Ok(Value::Undefined) };
    let best = all.fold(first, |best, it| if it.is_nan() || better(it, best) { it } else { best });
    Ok(Value::Number(best))
}

pub(crate) fn max(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    extreme(arg(arguments, 0), |it, best| it > best)
}

pub(crate) fn min(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    extreme(arg(arguments, 0), |it, best| it < best)
}

pub(crate) fn average(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let values = arg(arguments, 0);
    match (numbers(values), count(values)) {
        (Some(all), count @ 1..) => Ok(Value::Number(all.fold(0.0, |sum, it| sum + it) / count as f64)),
        _ => Ok(Value::Undefined),
    }
}

pub(crate) fn number(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    match arg(arguments, 0) {
        Value::Undefined => Ok(Value::Undefined),
        Value::Bool(it) => Ok(Value::Number(f64::from(u8::from(*it)))),
        Value::String(text) => match text_to_number(text) {
            Some(it) => Ok(Value::Number(it)),
            None => Err(Error::new("D3030").value(Value::String(text.clone())).index(1)),
        },
        other => with_number(other, |it| it),
    }
}

/// Decimal as JSON has it (leading zeros allowed), or hexadecimal, octal, binary.
fn text_to_number(text: &str) -> Option<f64> {
    if is_decimal(text) {
        return text.parse().ok().filter(|it: &f64| it.is_finite());
    }
    looks_like_radix(text).then(|| radix_number(text.trim()).unwrap_or(f64::NAN))
}

fn is_decimal(text: &str) -> bool {
    let digits = |text: &str| text.len() - text.trim_start_matches(|it: char| it.is_ascii_digit()).len();
    let mut rest = text.strip_prefix('-').unwrap_or(text);
    let whole = digits(rest);
    if whole == 0 {
        return false;
    }
    rest = rest.get(whole..).unwrap_or_default();
    if let Some(after) = rest.strip_prefix('.') {
        let places = digits(after);
        if places == 0 {
            return false;
        }
        rest = after.get(places..).unwrap_or_default();
    }
    if let Some(after) = rest.strip_prefix(['e', 'E']) {
        let after = after.strip_prefix(['+', '-']).unwrap_or(after);
        return !after.is_empty() && digits(after) == after.len();
    }
    rest.is_empty()
}

/// jsonata-js' test is not anchored on both sides: what passes it and is no number becomes NaN.
fn looks_like_radix(text: &str) -> bool {
    let digit_after = |mark: [&str; 2], radix: u32| {
        mark.iter().any(|mark| {
            text.match_indices(mark).any(|(at, _)| {
                text.get(at + 2..).and_then(|it| it.chars().next()).is_some_and(|it| it.is_digit(radix))
            })
        })
    };
    let hexadecimal = text.get(..2).is_some_and(|it| it == "0x" || it == "0X")
        && text.chars().nth(2).is_some_and(|it| it.is_ascii_hexdigit());
    let tail = text.trim_end_matches(['0', '1']);
    let binary = (tail.ends_with("0b") || tail.ends_with("0B") || tail.ends_with(['b', 'B'])) && {
        let mark = tail.len();
        mark < text.len() && tail.get(..mark - 1).is_some_and(|it| it.ends_with('0'))
    };
    hexadecimal || digit_after(["0o", "0O"], 8) || binary
}

fn radix_number(text: &str) -> Option<f64> {
    let radix = match text.get(..2)? {
        "0x" | "0X" => 16,
        "0o" | "0O" => 8,
        "0b" | "0B" => 2,
        _ => return None,
    };
    let digits = text.get(2..)?;
    let digit = |sum: f64, it: char| Some(sum * f64::from(radix) + f64::from(it.to_digit(radix)?));
    digits.chars().try_fold(0.0, digit).filter(|_| !digits.is_empty())
}

pub(crate) fn floor(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    with_number(arg(arguments, 0), f64::floor)
}

pub(crate) fn ceil(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    with_number(arg(arguments, 0), f64::ceil)
}

pub(crate) fn round(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let places = arg(arguments, 1).as_f64().unwrap_or(0.0);
    with_number(arg(arguments, 0), |it| number::round(it, places))
}

pub(crate) fn abs(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    with_number(arg(arguments, 0), f64::abs)
}

pub(crate) fn sqrt(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    match arg(arguments, 0).as_f64() {
        Some(it) if it < 0.0 => Err(Error::new("D3060").value(Value::Number(it)).index(1)),
        _ => with_number(arg(arguments, 0), f64::sqrt),
    }
}

pub(crate) fn power(evaluator: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Some(base) = arg(arguments, 0).as_f64() else { return Ok(Value::Undefined) };
    let exponent = arg(arguments, 1).as_f64().unwrap_or(f64::NAN);
    let result = match evaluator.symbols.dialect() {
        Dialect::Standard => pow(base, exponent),
        // Java's power has the nearest number nearly always.
        Dialect::Aws if base.abs() == 1.0 && exponent.is_infinite() => f64::NAN,
        Dialect::Aws if exponent.is_nan() => f64::NAN,
        Dialect::Aws => base.powf(exponent),
    };
    if !result.is_finite() {
        let error = Error::new("D3061").value(Value::Number(base)).index(1);
        return Err(if arg(arguments, 1).is_undefined() { error } else { error.exponent(exponent) });
    }
    Ok(Value::Number(result))
}

pub(crate) fn random(evaluator: &mut Evaluator<'_>, _: &[Value], _: Scope<'_>) -> Outcome {
    Ok(Value::Number((evaluator.environment.random)()))
}

pub(crate) fn boolean(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    match arg(arguments, 0) {
        Value::Undefined => Ok(Value::Undefined),
        other => operators::truth(other).map(Value::Bool),
    }
}

pub(crate) fn not(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    match arg(arguments, 0) {
        Value::Undefined => Ok(Value::Undefined),
        other => operators::truth(other).map(|it| Value::Bool(!it)),
    }
}

pub(crate) fn format_base(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Some(value) = arg(arguments, 0).as_f64() else { return Ok(Value::Undefined) };
    let radix = arg(arguments, 1).as_f64().map_or(10.0, |it| number::round(it, 0.0));
    if !(2.0..=36.0).contains(&radix) {
        return Err(Error::new("D3100").value(Value::Number(radix)));
    }
    let value = number::round(value, 0.0);
    if radix == 10.0 || !value.is_finite() {
        return Ok(Value::from(number::number_to_string(value)));
    }
    Ok(Value::from(in_base(value, radix)))
}

/// A whole number in another base, as V8 writes it: beyond 53 bits zeros stand for the digits a double doesn't know.
fn in_base(value: f64, radix: f64) -> String {
    let mut digits = Vec::new();
    let mut left = value.abs();
    while left / radix >= 9_007_199_254_740_992.0 {
        left /= radix;
        digits.push('0');
    }
    loop {
        let digit = left % radix;
        digits.push(char::from_digit(digit as u32, 36).unwrap_or('0'));
        left = (left - digit) / radix;
        if left <= 0.0 {
            break;
        }
    }
    if value < 0.0 {
        digits.push('-');
    }
    digits.iter().rev().collect()
}
