//! The functions that AWS Step Functions adds to JSONata.
//!
//! They are documented in the developer guide under "JSONata functions"; what they do beyond that (rounding towards
//! zero, nothing for a zero size or step, the texts of errors) has been measured on AWS by users of emulators.

use std::fmt;

use md5::Md5;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha384, Sha512};

use crate::error::{Error, Fault};
use crate::evaluate::{Evaluator, memory_limit};
use crate::functions::{Scope, arg};
use crate::object::Object;
use crate::value::{Array, Value};

type Outcome = Result<Value, Fault>;

fn refusal(text: impl Into<String>) -> Fault {
    Error::new("D3137").text(text)
}

fn mismatch(value: &Value, index: usize) -> Fault {
    Error::new("T0410").value(value.clone()).index(index)
}

/// `$partition(array, size)`: lists of so many items, the last with what is left.
pub(crate) fn partition(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let (list, size) = (arg(arguments, 0), arg(arguments, 1));
    let items = match list {
        Value::Undefined => return Ok(Value::Undefined),
        Value::Array(items) if items.is_empty() => return Ok(Value::Undefined),
        Value::Array(items) => items,
        other => return Err(Error::new("T0412").value(other.clone()).index(1)),
    };
    let size = match size.as_f64().map(f64::trunc) {
        None => return Ok(Value::from(vec![list.clone()])),
        Some(size) if size < 0.0 => return Err(refusal("Second argument must be zero or greater")),
        Some(size) => size as usize,
    };
    if size == 0 {
        return Ok(Value::Undefined);
    }
    Ok(Value::from(items.chunks(size).map(|it| Value::from(it.to_vec())).collect::<Vec<_>>()))
}

/// Items of a `$range`: `$range(1, 360145, 1)` passes, one more is refused for its memory (floci-io/floci, measured).
const LONGEST_RANGE: usize = 360_145;

/// `$range(first, last, step)`: `last` is included if a step lands on it.
pub(crate) fn range(evaluator: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let whole = |at: usize| arg(arguments, at).as_f64().map(f64::trunc);
    let (Some(first), Some(last)) = (whole(0), whole(1)) else {
        let missing = usize::from(whole(0).is_some());
        return Err(mismatch(arg(arguments, missing), missing + 1));
    };
    let Some(step) = whole(2) else { return Ok(Value::Undefined) };
    if step == 0.0 || (last - first) * step < 0.0 {
        return Ok(Value::Undefined);
    }
    let count = ((last - first) / step).floor() + 1.0;
    if count as usize > LONGEST_RANGE {
        return Err(memory_limit());
    }
    evaluator.items(count as usize)?;
    let items = (0..count as usize).map(|at| Value::Number(first + at as f64 * step)).collect();
    Ok(Value::sequence(items))
}

/// `$hash(text, algorithm)`: in hexadecimal digits.
pub(crate) fn hash(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Some(text) = arg(arguments, 0).as_str() else { return Err(mismatch(arg(arguments, 0), 1)) };
    let Some(algorithm) = arg(arguments, 1).as_str() else { return Ok(Value::Undefined) };
    let digest = match algorithm {
        "MD5" => hexadecimal(&Md5::digest(text)),
        "SHA-1" => hexadecimal(&Sha1::digest(text)),
        "SHA-256" => hexadecimal(&Sha256::digest(text)),
        "SHA-384" => hexadecimal(&Sha384::digest(text)),
        "SHA-512" => hexadecimal(&Sha512::digest(text)),
        _ => {
            let known = "must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5";
            return Err(refusal(format!("Hash algorithm '{algorithm}' {known}")));
        }
    };
    Ok(Value::from(digest))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

/// `$random(seed)`: from 0 up to but not 1; with a seed, the first number of Java's `Random`.
pub(crate) fn random(evaluator: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    Ok(Value::Number(match arg(arguments, 0).as_f64() {
        Some(seed) => seeded(seed.trunc() as i64),
        None => (evaluator.environment.random)(),
    }))
}

/// `new java.util.Random(seed).nextDouble()`, whose generator Java's documentation lays down.
fn seeded(seed: i64) -> f64 {
    const FACTOR: u64 = 0x5_deec_e66d;
    const MASK: u64 = (1 << 48) - 1;
    let mut state = (seed as u64 ^ FACTOR) & MASK;
    let mut next = |bits: u32| {
        state = state.wrapping_mul(FACTOR).wrapping_add(0xb) & MASK;
        state >> (48 - bits)
    };
    let high = next(26) << 27;
    (high + next(27)) as f64 / (1_u64 << 53) as f64
}

/// `$uuid()`: version 4.
pub(crate) fn uuid(evaluator: &mut Evaluator<'_>, _: &[Value], _: Scope<'_>) -> Outcome {
    Ok(Value::from((evaluator.environment.uuid)()))
}

/// `$parse(text)`: the value of a JSON text. A name may not stand twice in an object.
pub(crate) fn parse(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Some(text) = arg(arguments, 0).as_str() else { return Ok(Value::Undefined) };
    match serde_json::from_str::<Strict>(text) {
        Ok(Strict(value)) => Ok(value),
        Err(_) => Err(refusal("Invalid JSON")),
    }
}

/// A JSON value without repeated names.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Strict, D::Error> {
        from.deserialize_any(Reader).map(Strict)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(Value::Bool(it))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(Value::Number(it))
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(Value::from(it))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Array::new();
        while let Some(Strict(item)) = list.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Object::new();
        while let Some((name, Strict(value))) = map.next_entry::<String, Strict>()? {
            if members.insert(name, value).is_some() {
                return Err(serde::de::Error::custom("a name is repeated"));
            }
        }
        Ok(Value::Object(members))
    }
}
