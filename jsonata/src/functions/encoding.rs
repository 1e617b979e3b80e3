//! Base64 and URL encoding.

use crate::error::{Error, Fault};
use crate::evaluate::Evaluator;
use crate::functions::{Scope, arg};
use crate::value::Value;

type Outcome = Result<Value, Fault>;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Encodes the low byte of each UTF-16 unit, as jsonata-js does.
pub(crate) fn base64_encode(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Some(text) = arg(arguments, 0).as_str() else { return Ok(Value::Undefined) };
    let bytes: Vec<u8> = text.encode_utf16().map(|it| it as u8).collect();
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for index in 0..4 {
            let sextet = (bits >> (18 - 6 * index)) as usize & 63;
            let symbol = ALPHABET.get(sextet).copied().unwrap_or(b'=');
            encoded.push(char::from(if index <= chunk.len() { symbol } else { b'=' }));
        }
    }
    Ok(Value::from(encoded))
}

/// Decodes to characters of one byte; what is no base64 is passed over.
pub(crate) fn base64_decode(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Some(text) = arg(arguments, 0).as_str() else { return Ok(Value::Undefined) };
    let mut decoded = String::new();
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes().take_while(|it| *it != b'=') {
        let standard = match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => other,
        };
        let Some(sextet) = ALPHABET.iter().position(|it| *it == standard) else { continue };
        bits = bits << 6 | sextet as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            decoded.push(char::from((bits >> count) as u8));
        }
    }
    Ok(Value::from(decoded))
}

const UNRESERVED: &str = "-_.!~*'()";
const RESERVED: &str = ";/?:@&=+$,#";

fn encode(arguments: &[Value], kept: &[&str]) -> Outcome {
    let Some(text) = arg(arguments, 0).as_str() else { return Ok(Value::Undefined) };
    let mut encoded = String::new();
    for symbol in text.chars() {
        if symbol.is_ascii_alphanumeric() || kept.iter().any(|it| it.contains(symbol)) {
            encoded.push(symbol);
        } else {
            let mut buffer = [0; 4];
            for byte in symbol.encode_utf8(&mut buffer).bytes() {
                encoded.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    Ok(Value::from(encoded))
}

pub(crate) fn encode_url_component(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    encode(arguments, &[UNRESERVED])
}

pub(crate) fn encode_url(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    encode(arguments, &[UNRESERVED, RESERVED])
}

fn decode(arguments: &[Value], kept: &str, name: &'static str) -> Outcome {
    let Value::String(text) = arg(arguments, 0) else { return Ok(Value::Undefined) };
    match decode_text(text, kept) {
        Some(it) => Ok(Value::from(it)),
        None => Err(Error::new("D3140").value(Value::String(text.clone())).function(name)),
    }
}

/// Resolves `%xx`; those of the `kept` characters stay. Nothing if they make no UTF-8.
fn decode_text(text: &str, kept: &str) -> Option<String> {
    let mut decoded = String::new();
    let mut rest = text;
    while let Some((before, _)) = rest.split_once('%') {
        decoded.push_str(before);
        rest = rest.get(before.len()..)?;
        let first = escaped_byte(rest)?;
        let length = match first {
            0..0x80 => 1,
            0xc0..0xe0 => 2,
            0xe0..0xf0 => 3,
            0xf0..0xf8 => 4,
            _ => return None,
        };
        let bytes: Option<Vec<u8>> = (0..length).map(|at| escaped_byte(rest.get(at * 3..)?)).collect();
        let symbol = std::str::from_utf8(&bytes?).ok()?.chars().next()?;
        if kept.contains(symbol) {
            decoded.push_str(rest.get(..length * 3)?);
        } else {
            decoded.push(symbol);
        }
        rest = rest.get(length * 3..)?;
    }
    decoded.push_str(rest);
    Some(decoded)
}

fn escaped_byte(text: &str) -> Option<u8> {
    let digits = text.strip_prefix('%')?.get(..2)?;
    digits.bytes().all(|it| it.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

pub(crate) fn decode_url_component(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    decode(arguments, "", "decodeUrlComponent")
}

pub(crate) fn decode_url(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    decode(arguments, RESERVED, "decodeUrl")
}
