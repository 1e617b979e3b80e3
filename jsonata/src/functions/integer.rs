//! Integers as digits, letters, Roman numerals and words, by the pictures of XPath's `format-integer`.

use crate::error::{Error, Fault};
use crate::evaluate::Evaluator;
use crate::functions::{Scope, arg};
use crate::number::number_to_string;
use crate::value::Value;

type Outcome = Result<Value, Fault>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Primary {
    Decimal,
    Letters,
    Roman,
    Words,
    /// A numbering sequence nobody knows.
    Sequence,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Upper,
    Lower,
    Title,
}

/// A picture, taken apart.
#[derive(Clone, Debug)]
pub(crate) struct IntegerFormat {
    pub(crate) primary: Primary,
    pub(crate) case: Case,
    pub(crate) ordinal: bool,
    /// The digit zero of the family of digits.
    pub(crate) zero: u32,
    pub(crate) mandatory: usize,
    pub(crate) optional: usize,
    /// A separator at every so many digits.
    pub(crate) regular: Option<(usize, char)>,
    /// Separators with the number of digits to their right.
    pub(crate) separators: Vec<(usize, char)>,
    token: String,
}

/// The zeros of Unicode's families of decimal digits (of the basic plane).
const ZEROS: [u32; 37] = [
    0x30, 0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66,
    0x0de6, 0x0e50, 0x0ed0, 0x0f20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
];

fn zero_of(digit: char) -> Option<u32> {
    let code = u32::from(digit);
    ZEROS.into_iter().find(|zero| (*zero..zero + 10).contains(&code))
}

impl IntegerFormat {
    pub(crate) fn parse(picture: &str) -> Result<IntegerFormat, Fault> {
        let (primary, modifier) = picture.rsplit_once(';').unwrap_or((picture, ""));
        let mut format = IntegerFormat {
            primary: Primary::Decimal,
            case: Case::Lower,
            ordinal: modifier.starts_with('o'),
            zero: 0x30,
            mandatory: 0,
            optional: 0,
            regular: None,
            separators: Vec::new(),
            token: primary.to_owned(),
        };
        (format.primary, format.case) = match primary {
            "A" => (Primary::Letters, Case::Upper),
            "a" => (Primary::Letters, Case::Lower),
            "I" => (Primary::Roman, Case::Upper),
            "i" => (Primary::Roman, Case::Lower),
            "W" => (Primary::Words, Case::Upper),
            "Ww" => (Primary::Words, Case::Title),
            "w" => (Primary::Words, Case::Lower),
            _ => (format.digits(primary)?, Case::Lower),
        };
        Ok(format)
    }

    /// Reads a pattern of digits from the right.
    fn digits(&mut self, pattern: &str) -> Result<Primary, Fault> {
        let mut zero = None;
        let mut position = 0;
        for symbol in pattern.chars().rev() {
            match (zero_of(symbol), symbol) {
                (Some(found), _) => {
                    self.mandatory += 1;
                    position += 1;
                    if *zero.get_or_insert(found) != found {
                        return Err(Error::new("D3131"));
                    }
                }
                (None, '#') => {
                    position += 1;
                    self.optional += 1;
                }
                (None, _) => self.separators.push((position, symbol)),
            }
        }
        let Some(zero) = zero else { return Ok(Primary::Sequence) };
        self.zero = zero;
        self.regular = regular(&self.separators);
        Ok(Primary::Decimal)
    }

    /// # Errors
    /// D3130 for a numbering sequence that nobody knows.
    pub(crate) fn format(&self, value: f64) -> Result<String, Fault> {
        let size = value.abs();
        let mut text = match self.primary {
            Primary::Words if !size.is_finite() => number_to_string(size),
            Primary::Letters => to_letters(size, if self.case == Case::Upper { 'A' } else { 'a' }),
            Primary::Roman => self.cased(to_roman(size)?),
            Primary::Words => self.cased(to_words(size, false, self.ordinal)),
            Primary::Decimal => self.decimal(size),
            Primary::Sequence => return Err(self.unknown_sequence()),
        };
        if value < 0.0 {
            text.insert(0, '-');
        }
        Ok(text)
    }

    pub(crate) fn unknown_sequence(&self) -> Fault {
        Error::new("D3130").value(Value::from(self.token.as_str()))
    }

    fn cased(&self, text: String) -> String {
        match self.case {
            Case::Upper => text.to_uppercase(),
            Case::Lower => text.to_lowercase(),
            Case::Title => text,
        }
    }

    fn decimal(&self, value: f64) -> String {
        let plain = number_to_string(value);
        let missing = self.mandatory.saturating_sub(plain.len());
        let digit = |it: char| char::from_u32(u32::from(it) + self.zero - 0x30).unwrap_or(it);
        let mut digits: Vec<char> =
            std::iter::repeat_n('0', missing).chain(plain.chars()).map(digit).collect();
        match self.regular {
            Some((every, separator)) => {
                for group in (1..=digits.len().saturating_sub(1) / every).rev() {
                    digits.insert(digits.len() - group * every, separator);
                }
            }
            None => {
                for (position, separator) in self.separators.iter().rev() {
                    insert_from_right(&mut digits, *position, *separator);
                }
            }
        }
        let mut text: String = digits.iter().collect();
        if self.ordinal {
            text.push_str(ordinal_suffix(&digits));
        }
        text
    }
}

/// As `substr` cuts: where there are too few digits the separator goes to the front.
fn insert_from_right(digits: &mut Vec<char>, position: usize, separator: char) {
    let length = digits.len();
    if position <= length {
        digits.insert(length - position, separator);
        return;
    }
    let dropped = length.saturating_sub(position - length);
    digits.drain(..dropped);
    digits.insert(0, separator);
}

fn ordinal_suffix(digits: &[char]) -> &'static str {
    match digits {
        [.., '1', _] => "th",
        [.., '1'] => "st",
        [.., '2'] => "nd",
        [.., '3'] => "rd",
        _ => "th",
    }
}

/// One separator at regular distances, if that is what the separators are.
fn regular(separators: &[(usize, char)]) -> Option<(usize, char)> {
    let (_, first) = separators.first()?;
    if separators.iter().any(|(_, it)| it != first) {
        return None;
    }
    let factor = separators.iter().map(|(position, _)| *position).reduce(gcd)?;
    let fits = |index: usize| separators.iter().any(|(position, _)| *position == index * factor);
    (factor > 0 && (1..=separators.len()).all(fits)).then_some((factor, *first))
}

pub(crate) fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

pub(crate) fn format_integer(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Some(value) = arg(arguments, 0).as_f64() else { return Ok(Value::Undefined) };
    let format = IntegerFormat::parse(arg(arguments, 1).as_str().unwrap_or_default())?;
    format.format(value.floor()).map(Value::from)
}

pub(crate) fn parse_integer(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Some(text) = arg(arguments, 0).as_str() else { return Ok(Value::Undefined) };
    let format = IntegerFormat::parse(arg(arguments, 1).as_str().unwrap_or_default())?;
    format.read(text).map(Value::Number)
}

impl IntegerFormat {
    /// The number that a text in this format stands for, NaN if it is none.
    pub(crate) fn read(&self, text: &str) -> Result<f64, Fault> {
        Ok(match self.primary {
            Primary::Letters => from_letters(text, if self.case == Case::Upper { 'A' } else { 'a' }),
            Primary::Roman if self.case == Case::Upper => from_roman(text),
            Primary::Roman => from_roman(&text.to_uppercase()),
            Primary::Words => from_words(&text.to_lowercase()),
            Primary::Decimal => self.read_decimal(text),
            Primary::Sequence => return Err(self.unknown_sequence()),
        })
    }

    fn read_decimal(&self, text: &str) -> f64 {
        let mut digits: Vec<char> = text.chars().collect();
        if self.ordinal {
            digits.truncate(digits.len().saturating_sub(2));
        }
        match self.regular {
            // jsonata-js takes every regular separator for a comma.
            Some(_) => digits.retain(|it| *it != ','),
            None => digits.retain(|it| !self.separators.iter().any(|(_, separator)| separator == it)),
        }
        let plain = |it: char| {
            let code = (u32::from(it) + 0x30).checked_sub(self.zero);
            code.and_then(char::from_u32).unwrap_or(it)
        };
        parse_int(&digits.into_iter().map(plain).collect::<String>())
    }
}

/// JavaScript's `parseInt`.
pub(crate) fn parse_int(text: &str) -> f64 {
    let text = text.trim_start();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if let Some(hexadecimal) = rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
        let digits = hexadecimal.chars().map_while(|it| it.to_digit(16)).map(f64::from);
        return digits.reduce(|sum, it| sum * 16.0 + it).map_or(f64::NAN, |it| sign * it);
    }
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<f64>().map_or(f64::NAN, |it| sign * it)
}

fn to_letters(value: f64, first: char) -> String {
    let mut letters = Vec::new();
    let mut left = value;
    while left > 0.0 {
        let offset = ((left - 1.0) % 26.0) as u32;
        letters.push(char::from_u32(u32::from(first) + offset).unwrap_or(first));
        left = ((left - 1.0) / 26.0).floor();
    }
    letters.iter().rev().collect()
}

fn from_letters(text: &str, first: char) -> f64 {
    let digit = |it: char| f64::from(u32::from(it)) - f64::from(u32::from(first)) + 1.0;
    text.chars().rev().enumerate().map(|(at, it)| digit(it) * 26_f64.powf(at as f64)).sum()
}

const ROMAN: [(f64, &str); 13] = [
    (1000.0, "m"),
    (900.0, "cm"),
    (500.0, "d"),
    (400.0, "cd"),
    (100.0, "c"),
    (90.0, "xc"),
    (50.0, "l"),
    (40.0, "xl"),
    (10.0, "x"),
    (9.0, "ix"),
    (5.0, "v"),
    (4.0, "iv"),
    (1.0, "i"),
];

/// A thousand thousands would be a numeral of a thousand letters; jsonata-js ends with an exception not far beyond.
const LARGEST_ROMAN: f64 = 10_000_000.0;

fn to_roman(value: f64) -> Result<String, Fault> {
    if value > LARGEST_ROMAN {
        return Err(Error::new("D1001").value(Value::Number(value)));
    }
    let mut text = String::new();
    let mut left = value;
    for (worth, letters) in ROMAN {
        while left >= worth {
            text.push_str(letters);
            left -= worth;
        }
    }
    Ok(text)
}

fn from_roman(text: &str) -> f64 {
    let mut sum = 0.0;
    let mut highest = 1.0;
    for letter in text.chars().rev() {
        let value = match letter {
            'M' => 1000.0,
            'D' => 500.0,
            'C' => 100.0,
            'L' => 50.0,
            'X' => 10.0,
            'V' => 5.0,
            'I' => 1.0,
            _ => f64::NAN,
        };
        if value < highest {
            sum -= value;
        } else {
            highest = value;
            sum += value;
        }
    }
    sum
}

const FEW: [&str; 20] = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
];

const ORDINALS: [&str; 20] = [
    "Zeroth",
    "First",
    "Second",
    "Third",
    "Fourth",
    "Fifth",
    "Sixth",
    "Seventh",
    "Eighth",
    "Ninth",
    "Tenth",
    "Eleventh",
    "Twelfth",
    "Thirteenth",
    "Fourteenth",
    "Fifteenth",
    "Sixteenth",
    "Seventeenth",
    "Eighteenth",
    "Nineteenth",
];

const DECADES: [&str; 9] =
    ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety", "Hundred"];

const MAGNITUDES: [&str; 4] = ["Thousand", "Million", "Billion", "Trillion"];

fn word(words: &'static [&'static str], at: f64) -> &'static str {
    words.get(at as usize).copied().unwrap_or_default()
}

/// `Sixty-Five Thousand, Five Hundred and Thirty-Six`.
fn to_words(number: f64, behind: bool, ordinal: bool) -> String {
    let ending = |text: String| if ordinal { text + "th" } else { text };
    if number <= 19.0 {
        let word = if ordinal { word(&ORDINALS, number) } else { word(&FEW, number) };
        return format!("{}{word}", if behind { " and " } else { "" });
    }
    if number < 100.0 {
        let tens = word(&DECADES, (number / 10.0).floor() - 2.0);
        let start = if behind { " and " } else { "" };
        return match number % 10.0 {
            rest if rest > 0.0 => format!("{start}{tens}-{}", to_words(rest, false, ordinal)),
            _ if ordinal => format!("{start}{}ieth", tens.strip_suffix('y').unwrap_or(tens)),
            _ => format!("{start}{tens}"),
        };
    }
    let start = if behind { ", " } else { "" };
    if number < 1000.0 {
        let hundreds = format!("{start}{} Hundred", word(&FEW, (number / 100.0).floor()));
        return match number % 100.0 {
            rest if rest > 0.0 => hundreds + &to_words(rest, true, ordinal),
            _ => ending(hundreds),
        };
    }
    let magnitude = ((number.log10() / 3.0).floor()).min(MAGNITUDES.len() as f64);
    let factor = 10_f64.powi(magnitude as i32 * 3);
    let count = (number / factor).floor();
    let rest = number - count * factor;
    let text = format!("{start}{} {}", to_words(count, false, false), word(&MAGNITUDES, magnitude - 1.0));
    if rest > 0.0 { text + &to_words(rest, true, ordinal) } else { ending(text) }
}

/// All words that numbers are made of, with their values, in the order in which jsonata-js knows them.
pub(crate) fn word_values() -> &'static [(String, f64)] {
    static VALUES: std::sync::LazyLock<Vec<(String, f64)>> = std::sync::LazyLock::new(|| {
        let mut values: Vec<(String, f64)> = Vec::new();
        let numbered = |words: &[&str]| -> Vec<(String, f64)> {
            words.iter().enumerate().map(|(at, it)| (it.to_lowercase(), at as f64)).collect()
        };
        values.extend(numbered(&FEW));
        values.extend(numbered(&ORDINALS));
        for (at, decade) in DECADES.iter().enumerate() {
            let (decade, value) = (decade.to_lowercase(), (at as f64 + 2.0) * 10.0);
            let stem = decade.get(..decade.len() - 1).unwrap_or_default().to_owned();
            values.push((decade, value));
            values.push((stem + "ieth", value));
        }
        values.push(("hundredth".into(), 100.0));
        for (at, magnitude) in MAGNITUDES.iter().enumerate() {
            let (magnitude, value) = (magnitude.to_lowercase(), 10_f64.powi((at as i32 + 1) * 3));
            values.push((magnitude.clone(), value));
            values.push((magnitude + "th", value));
        }
        values
    });
    &VALUES
}

/// Splits at `, `, ` and `, blanks, hyphens and backslashes.
fn split_words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|it| !it.is_empty()) {
        let mut symbols = rest.chars();
        let first = symbols.next().unwrap_or_default();
        let comma = first == ',' && symbols.next().is_some_and(char::is_whitespace);
        let and = first.is_whitespace()
            && rest
                .get(first.len_utf8()..)
                .and_then(|it| it.strip_prefix("and"))
                .is_some_and(|it| it.starts_with(char::is_whitespace));
        let length = if comma {
            2
        } else if and {
            first.len_utf8() + 4
        } else if first.is_whitespace() || matches!(first, '-' | '\\') {
            first.len_utf8()
        } else {
            at += first.len_utf8();
            continue;
        };
        words.push(text.get(start..at).unwrap_or_default());
        at += length;
        start = at;
    }
    words.push(text.get(start..).unwrap_or_default());
    words
}

fn from_words(text: &str) -> f64 {
    let mut segments = vec![0.0];
    for word in split_words(text) {
        let value = word_values().iter().find(|(it, _)| it == word).map_or(f64::NAN, |(_, it)| *it);
        let top = segments.pop().unwrap_or(f64::NAN);
        if value < 100.0 {
            if top >= 1000.0 {
                segments.push(top);
                segments.push(value);
            } else {
                segments.push(top + value);
            }
        } else {
            segments.push(top * value);
        }
    }
    segments.into_iter().sum()
}
