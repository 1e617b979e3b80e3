//! What each function does with its arguments.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonata::Value;
use sha2::Digest;

use super::{Function, hex, shown, unit};
use crate::random::Random;

/// The guide: "up to 10,000 characters" for `Base64Encode`, `Base64Decode` and `Hash`.
const MAX_TEXT: usize = 10_000;
/// The guide: `ArrayRange` gives "up to 1000 elements".
const MAX_RANGE: f64 = 1000.0;

type Result<T> = std::result::Result<T, String>;

pub(super) fn apply(function: Function, arguments: &[Value], random: &mut Random) -> Result<Value> {
    use Function as F;
    match (function, arguments) {
        (F::Format, [template, values @ ..]) => format_text(text(template)?, values),
        (F::StringToJson, [json]) => string_to_json(text(json)?),
        (F::JsonToString, [value]) => Ok(Value::from(value.to_string())),
        (F::Array, values) => Ok(Value::array(values.iter().cloned())),
        (F::ArrayPartition, [array, size]) => partition(items(array)?, size),
        (F::ArrayContains, [array, wanted]) => Ok(Value::from(items(array)?.contains(wanted))),
        (F::ArrayRange, [first, last, step]) => range(whole(first)?, whole(last)?, whole(step)?),
        (F::ArrayGetItem, [array, at]) => get_item(items(array)?, at),
        (F::ArrayLength, [array]) => Ok(Value::from(items(array)?.len())),
        (F::ArrayUnique, [array]) => Ok(unique(items(array)?)),
        (F::Base64Encode, [data]) => Ok(Value::from(STANDARD.encode(short(data)?))),
        (F::Base64Decode, [data]) => decode(short(data)?),
        (F::Hash, [data, algorithm]) => hash(data, text(algorithm)?),
        (F::JsonMerge, [one, other, deep]) => merge(one, other, deep),
        (F::MathRandom, [from, to, seed @ ..]) => {
            between(number(from)?, number(to)?, unit(seed.first(), random))
        }
        (F::MathAdd, [one, other]) => finite(whole(one)? + whole(other)?),
        (F::StringSplit, [data, splitters]) => Ok(split(text(data)?, text(splitters)?)),
        (F::Uuid, []) => Ok(Value::from(random.uuid())),
        // The parser has counted the arguments.
        _ => Err("wrong number of arguments".to_owned()),
    }
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().ok_or_else(|| format!("expected a string, not {value}"))
}

fn number(value: &Value) -> Result<f64> {
    value.as_f64().ok_or_else(|| format!("expected a number, not {value}"))
}

/// The guide: a number that is no integer "will be rounded to the nearest integer"; halves go up, as Java rounds.
fn whole(value: &Value) -> Result<f64> {
    number(value).map(nearest)
}

fn nearest(number: f64) -> f64 {
    let below = number.floor();
    if number - below >= 0.5 { below + 1.0 } else { below }
}

fn items(value: &Value) -> Result<&[Value]> {
    value.as_array().map(|it| it.as_slice()).ok_or_else(|| format!("expected an array, not {value}"))
}

fn short(value: &Value) -> Result<&str> {
    let text = text(value)?;
    if text.chars().count() > MAX_TEXT {
        return Err(format!("the text is longer than {MAX_TEXT} characters"));
    }
    Ok(text)
}

fn format_text(template: &str, values: &[Value]) -> Result<Value> {
    let mut out = String::new();
    let mut values = values.iter();
    let mut rest = template.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' if matches!(rest.peek(), Some('{' | '}')) => out.extend(rest.next()),
            '{' if rest.peek() == Some(&'}') => {
                rest.next();
                let value = values.next().ok_or("there are more `{}` than arguments")?;
                out.push_str(&shown(value));
            }
            c => out.push(c),
        }
    }
    match values.next() {
        Some(_) => Err("there are more arguments than `{}`".to_owned()),
        None => Ok(Value::from(out)),
    }
}

/// A blank text is `null` (so does LocalStack's implementation, which was held against AWS).
fn string_to_json(json: &str) -> Result<Value> {
    if json.trim().is_empty() {
        return Ok(Value::Null);
    }
    json.parse().map_err(|_| format!("not valid JSON: {json}"))
}

fn partition(array: &[Value], size: &Value) -> Result<Value> {
    let size = whole(size)?;
    if size < 1.0 {
        return Err("the chunk size must be a positive integer".to_owned());
    }
    Ok(Value::array(array.chunks(size as usize).map(|it| Value::array(it.iter().cloned()))))
}

fn range(first: f64, last: f64, step: f64) -> Result<Value> {
    if step == 0.0 {
        return Err("the increment cannot be 0".to_owned());
    }
    let count = ((last - first) / step).floor() + 1.0;
    if count > MAX_RANGE {
        return Err("the array range cannot exceed 1000 elements".to_owned());
    }
    Ok(Value::array((0..count.max(0.0) as usize).map(|at| Value::from(first + step * at as f64))))
}

fn get_item(array: &[Value], at: &Value) -> Result<Value> {
    let at = whole(at)?;
    let found = if at < 0.0 { None } else { array.get(at as usize) };
    found.cloned().ok_or_else(|| format!("index {at} is not in the array of {} items", array.len()))
}

fn unique(array: &[Value]) -> Value {
    let mut seen = std::collections::HashSet::new();
    Value::array(array.iter().filter(|it| seen.insert(it.to_string())).cloned())
}

fn decode(text: &str) -> Result<Value> {
    let bytes = STANDARD.decode(text).map_err(|_| "not valid Base64".to_owned())?;
    String::from_utf8(bytes).map(Value::from).map_err(|_| "the decoded data is no text".to_owned())
}

fn hash(data: &Value, algorithm: &str) -> Result<Value> {
    let data = match data {
        Value::String(_) => short(data)?.to_owned(),
        data => data.to_string(),
    };
    Ok(Value::from(match algorithm {
        "MD5" => hex(&md5::Md5::digest(data)),
        "SHA-1" => hex(&sha1::Sha1::digest(data)),
        "SHA-256" => hex(&sha2::Sha256::digest(data)),
        "SHA-384" => hex(&sha2::Sha384::digest(data)),
        "SHA-512" => hex(&sha2::Sha512::digest(data)),
        other => return Err(format!("unknown algorithm {other}")),
    }))
}

fn merge(one: &Value, other: &Value, deep: &Value) -> Result<Value> {
    if deep.as_bool() != Some(false) {
        return Err("only the shallow merging mode is supported: the third argument must be false".to_owned());
    }
    let (Value::Object(one), Value::Object(other)) = (one, other) else {
        return Err("expected two objects".to_owned());
    };
    let mut merged = one.clone();
    merged.extend(other.iter().map(|(name, it)| (name.clone(), it.clone())));
    Ok(Value::Object(merged))
}

/// From `from` (inclusive) to `to` (exclusive), whole.
fn between(from: f64, to: f64, unit: f64) -> Result<Value> {
    let (from, to) = (nearest(from), nearest(to));
    if from > to {
        return Err("the start of the range is beyond its end".to_owned());
    }
    finite((from + unit * (to - from)).floor())
}

fn finite(number: f64) -> Result<Value> {
    match number.is_finite() {
        true => Ok(Value::from(number)),
        false => Err("the result is too large".to_owned()),
    }
}

/// Splits at each of the characters; empty pieces are dropped.
fn split(data: &str, splitters: &str) -> Value {
    let pieces = data.split(|c| splitters.contains(c)).filter(|it| !it.is_empty());
    Value::array(pieces.map(Value::from))
}
