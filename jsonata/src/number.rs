//! Numbers as JavaScript writes and rounds them.

use std::fmt::Write;

/// Appends the shortest text that reads back as the same double, as `Number.prototype.toString` gives it.
pub fn write_number(out: &mut impl Write, number: f64) -> std::fmt::Result {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return write!(out, "{}", number as i64);
    }
    if number.is_nan() {
        return out.write_str("NaN");
    }
    if number.is_infinite() {
        return out.write_str(if number > 0.0 { "Infinity" } else { "-Infinity" });
    }
    let size = number.abs();
    if (1e-6..1e21).contains(&size) {
        return write!(out, "{number}");
    }
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => write!(out, "{digits}e+{exponent}"),
        _ => out.write_str(&text),
    }
}

/// `Number.prototype.toString()`.
pub fn number_to_string(number: f64) -> String {
    let mut text = String::new();
    // Writing to a string can't fail.
    let _ = write_number(&mut text, number);
    text
}

/// `Number(n.toPrecision(15))`: what `$string` does to every number.
pub(crate) fn fifteen_digits(number: f64) -> f64 {
    if !number.is_finite() || (number.fract() == 0.0 && number.abs() < 1e15) {
        return number;
    }
    // JavaScript rounds an exact half up where Rust rounds it to even; 40 digits tell them apart.
    let exact = format!("{:.40e}", number.abs());
    let Some((digits, exponent)) = exact.split_once('e') else { return number };
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_digit).map(|it| it - b'0').collect();
    let (head, tail) = digits.split_at(15.min(digits.len()));
    let up = tail.first().is_some_and(|it| *it >= 5);
    let head = head.iter().fold(0_u64, |sum, digit| sum * 10 + u64::from(*digit)) + u64::from(up);
    let exponent = exponent.parse::<i32>().unwrap_or(0) - 14;
    let rounded: f64 = format!("{head}e{exponent}").parse().unwrap_or(number);
    rounded.copysign(number)
}

/// `n.toFixed(places)` of a number that has no more places than that and is not negative.
pub(crate) fn to_fixed(number: f64, places: usize) -> String {
    if number >= 1e21 || !number.is_finite() {
        return number_to_string(number);
    }
    format!("{:.*}", places.min(100), number)
}

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// Integers up to here are exact.
const EXACT: u64 = 1 << 53;

/// `number` times ten to the `places`, done on its decimal digits so that no binary error creeps in.
fn shift(number: f64, places: f64) -> f64 {
    if places.fract() != 0.0 || places.abs() > 400.0 {
        return f64::NAN;
    }
    if number.fract() == 0.0 && number.abs() < EXACT as f64 && places < 0.0 {
        // Both are exact, so their quotient is rounded once, as the decimal text would be.
        if let Some(power) = POWERS.get(-places as usize) {
            return number / power;
        }
    }
    let text = format!("{number:e}");
    let Some((digits, exponent)) = text.split_once('e') else { return number };
    let exponent = exponent.parse::<i32>().unwrap_or(0) + places as i32;
    scaled(digits, exponent).unwrap_or_else(|| format!("{digits}e{exponent}").parse().unwrap_or(f64::NAN))
}

/// Digits such as `-1.25` times a power of ten, if one exact operation gives it.
fn scaled(digits: &str, exponent: i32) -> Option<f64> {
    let places = digits.split_once('.').map_or(0, |(_, it)| it.len());
    let number =
        digits.bytes().filter(u8::is_ascii_digit).fold(0_u64, |sum, it| sum * 10 + u64::from(it - b'0'));
    let exponent = exponent - places as i32;
    let power = *POWERS.get(exponent.unsigned_abs() as usize)?;
    if number > EXACT {
        return None;
    }
    let size = if exponent < 0 { number as f64 / power } else { number as f64 * power };
    Some(if digits.starts_with('-') { -size } else { size })
}

/// `Math.round`: a half goes up.
fn js_round(number: f64) -> f64 {
    let floor = number.floor();
    if number - floor >= 0.5 { floor + 1.0 } else { floor }
}

/// Rounding without decimal digits, where a binary error can't tip the scales: away from a half.
fn round_plainly(number: f64, places: f64) -> Option<f64> {
    let power = *POWERS.get(places as usize).filter(|_| places >= 1.0 && places.fract() == 0.0)?;
    let scaled = number * power;
    let floor = scaled.floor();
    if scaled.abs() > 1e10 || (scaled - floor - 0.5).abs() < 0.001 {
        return None;
    }
    let result = if scaled - floor > 0.5 { floor + 1.0 } else { floor };
    // Both are exact, so the quotient is rounded once. JSON has no -0.
    Some(if result == 0.0 { 0.0 } else { result / power })
}

/// `$round`: to so many decimal places, an exact half to the even neighbour.
pub(crate) fn round(number: f64, places: f64) -> f64 {
    if !number.is_finite() {
        // "Infinity" with an exponent behind it, by which JavaScript's places are shifted, is no number.
        return if places == 0.0 { number } else { f64::NAN };
    }
    if let Some(result) = round_plainly(number, places) {
        return result;
    }
    let shifted = if places == 0.0 { number } else { shift(number, places) };
    if shifted.is_infinite() {
        return f64::NAN;
    }
    let mut result = js_round(shifted);
    let difference = result - shifted;
    if difference.abs() == 0.5 && (result % 2.0).abs() == 1.0 {
        result -= 1.0;
    }
    if places != 0.0 {
        result = shift(result, -places);
    }
    // JSON has no -0.
    if result == 0.0 { 0.0 } else { result }
}
