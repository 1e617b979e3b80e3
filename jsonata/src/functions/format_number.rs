//! `$formatNumber`: XPath's decimal formats.

use std::cell::RefCell;
use std::rc::Rc;

use crate::error::{Error, Fault};
use crate::evaluate::Evaluator;
use crate::functions::integer::gcd;
use crate::functions::{Scope, arg};
use crate::number::{round, to_fixed};
use crate::value::Value;

/// The symbols that a picture is made of.
#[derive(Clone, Debug)]
struct Symbols {
    decimal_separator: String,
    grouping_separator: String,
    exponent_separator: String,
    minus_sign: String,
    percent: String,
    per_mille: String,
    zero_digit: char,
    zero_text: String,
    digit: String,
    pattern_separator: String,
}

impl Default for Symbols {
    fn default() -> Symbols {
        Symbols {
            decimal_separator: ".".into(),
            grouping_separator: ",".into(),
            exponent_separator: "e".into(),
            minus_sign: "-".into(),
            percent: "%".into(),
            per_mille: "\u{2030}".into(),
            zero_digit: '0',
            zero_text: "0".into(),
            digit: "#".into(),
            pattern_separator: ";".into(),
        }
    }
}

impl Symbols {
    fn with(options: &Value) -> Symbols {
        let mut symbols = Symbols::default();
        let Value::Object(options) = options else { return symbols };
        for (name, value) in options.iter() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let place = match &**name {
                "decimal-separator" => &mut symbols.decimal_separator,
                "grouping-separator" => &mut symbols.grouping_separator,
                "exponent-separator" => &mut symbols.exponent_separator,
                "minus-sign" => &mut symbols.minus_sign,
                "percent" => &mut symbols.percent,
                "per-mille" => &mut symbols.per_mille,
                "zero-digit" => {
                    symbols.zero_digit = text.chars().next().unwrap_or('0');
                    &mut symbols.zero_text
                }
                "digit" => &mut symbols.digit,
                "pattern-separator" => &mut symbols.pattern_separator,
                _ => continue,
            };
            *place = text;
        }
        symbols
    }

    fn is_digit(&self, symbol: char) -> bool {
        let zero = u32::from(self.zero_digit);
        (zero..zero + 10).contains(&u32::from(symbol))
    }

    fn is(sign: &str, symbol: char) -> bool {
        let mut symbols = sign.chars();
        symbols.next() == Some(symbol) && symbols.next().is_none()
    }

    fn is_optional(&self, symbol: char) -> bool {
        Symbols::is(&self.digit, symbol)
    }

    fn is_active(&self, symbol: char) -> bool {
        self.is_digit(symbol)
            || [
                &self.decimal_separator,
                &self.exponent_separator,
                &self.grouping_separator,
                &self.digit,
                &self.pattern_separator,
            ]
            .iter()
            .any(|it| Symbols::is(it, symbol))
    }

    fn localized(&self, text: String) -> String {
        if self.zero_digit == '0' {
            return text;
        }
        let zero = u32::from(self.zero_digit);
        let digit = |it: char| match it.to_digit(10) {
            Some(digit) => char::from_u32(zero + digit).unwrap_or(it),
            None => it,
        };
        text.chars().map(digit).collect()
    }
}

/// A sub-picture cut into its parts.
struct Parts<'a> {
    prefix: &'a str,
    suffix: &'a str,
    active: &'a str,
    mantissa: &'a str,
    exponent: Option<&'a str>,
    integer: &'a str,
    fractional: &'a str,
    whole: &'a str,
}

impl<'a> Parts<'a> {
    fn of(picture: &'a str, symbols: &Symbols) -> Parts<'a> {
        let counts = |it: char| symbols.is_active(it) && !Symbols::is(&symbols.exponent_separator, it);
        let start = picture.find(counts).unwrap_or(0);
        let end = match picture.char_indices().rfind(|(_, it)| counts(*it)) {
            Some((at, it)) => at + it.len_utf8(),
            None => picture.len(),
        };
        let cut = |from: usize, to: usize| picture.get(from..to).unwrap_or_default();
        let (prefix, active, suffix) = (cut(0, start), cut(start, end), cut(end, picture.len()));
        let exponent_at = cut(start, picture.len()).find(&symbols.exponent_separator).map(|it| it + start);
        let (mantissa, exponent) = match exponent_at.filter(|it| *it <= end) {
            Some(at) => {
                // jsonata-js counts from the start of the picture here, not of its active part.
                let skip = active.chars().count().min(cut(0, at).chars().count());
                let cut_at = active.char_indices().nth(skip).map_or(active.len(), |(at, _)| at);
                let behind = active.get(cut_at..).unwrap_or_default();
                let rest =
                    behind.chars().next().and_then(|it| behind.get(it.len_utf8()..)).unwrap_or_default();
                (active.get(..cut_at).unwrap_or_default(), Some(rest))
            }
            None => (active, None),
        };
        let (integer, fractional) = match mantissa.split_once(&symbols.decimal_separator) {
            Some((integer, fractional)) => (integer, fractional),
            None => (mantissa, suffix),
        };
        Parts { prefix, suffix, active, mantissa, exponent, integer, fractional, whole: picture }
    }

    /// The last rule broken, as jsonata-js reports it.
    fn check(&self, symbols: &Symbols) -> Result<(), Fault> {
        let mut error = None;
        let mut rule = |broken: bool, code: &'static str| {
            if broken {
                error = Some(code);
            }
        };
        let twice = |sign: &str| self.whole.find(sign) != self.whole.rfind(sign);
        let has = |sign: &str| self.whole.contains(sign);
        rule(twice(&symbols.decimal_separator), "D3081");
        rule(twice(&symbols.percent), "D3082");
        rule(twice(&symbols.per_mille), "D3083");
        rule(has(&symbols.percent) && has(&symbols.per_mille), "D3084");
        let digit = |it: char| symbols.is_digit(it) || symbols.is_optional(it);
        rule(!self.mantissa.contains(digit), "D3085");
        rule(self.active.contains(|it| !symbols.is_active(it)), "D3086");
        let grouping = symbols.grouping_separator.as_str();
        match self.whole.split_once(&symbols.decimal_separator) {
            Some((before, after)) => {
                rule(before.ends_with(grouping) || after.starts_with(grouping), "D3087");
            }
            None => rule(self.integer.ends_with(grouping), "D3088"),
        }
        rule(self.whole.contains(&grouping.repeat(2)), "D3089");
        let is_digit = |it: char| symbols.is_digit(it);
        let before = self.integer.find(&symbols.digit).and_then(|at| self.integer.get(..at));
        rule(before.is_some_and(|it| it.contains(is_digit)), "D3090");
        let after = self.fractional.rfind(&symbols.digit).and_then(|at| self.fractional.get(at..));
        rule(after.is_some_and(|it| it.contains(is_digit)), "D3091");
        let scaled = has(&symbols.percent) || has(&symbols.per_mille);
        rule(self.exponent.is_some_and(|it| !it.is_empty() && scaled), "D3092");
        let not_digit = |it: char| !symbols.is_digit(it);
        rule(self.exponent.is_some_and(|it| it.is_empty() || it.contains(not_digit)), "D3093");
        error.map_or(Ok(()), |code| Err(Error::new(code)))
    }
}

/// A sub-picture, ready to format with.
#[derive(Clone, Debug)]
struct Format {
    grouping: Vec<usize>,
    regular: Option<std::num::NonZeroUsize>,
    least_integer: usize,
    scale: usize,
    prefix: String,
    fraction_grouping: Vec<usize>,
    least_fraction: usize,
    most_fraction: usize,
    least_exponent: usize,
    suffix: String,
    factor: f64,
    has_decimal: bool,
    /// Plain digits with separators at equal distances before the point, and none behind it.
    is_common: bool,
}

impl Format {
    fn of(parts: &Parts<'_>, symbols: &Symbols) -> Format {
        let count = |text: &str, optional: bool| {
            text.chars().filter(|it| symbols.is_digit(*it) || (optional && symbols.is_optional(*it))).count()
        };
        let grouping = grouping_positions(parts, symbols, false, &count);
        let mut least_integer = count(parts.integer, false);
        let scale = least_integer;
        let mut least_fraction = count(parts.fractional, false);
        let mut most_fraction = count(parts.fractional, true);
        if least_integer == 0 && most_fraction == 0 {
            if parts.exponent.is_some() {
                (least_fraction, most_fraction) = (1, 1);
            } else {
                least_integer = 1;
            }
        }
        if parts.exponent.is_some() && least_integer == 0 && parts.integer.contains(&symbols.digit) {
            least_integer = 1;
        }
        if least_integer == 0 && least_fraction == 0 {
            least_fraction = 1;
        }
        let factor = match (parts.whole.contains(&symbols.percent), parts.whole.contains(&symbols.per_mille))
        {
            (true, _) => 100.0,
            (false, true) => 1000.0,
            (false, false) => 1.0,
        };
        let has_decimal = parts.whole.contains(&symbols.decimal_separator);
        let fraction_grouping = grouping_positions(parts, symbols, true, &count);
        let regular = regular(&grouping);
        Format {
            is_common: symbols.zero_digit == '0'
                && (regular.is_some() || grouping.is_empty())
                && fraction_grouping.is_empty()
                && (has_decimal || most_fraction == 0)
                && least_integer <= 20,
            regular,
            grouping,
            least_integer,
            scale,
            prefix: parts.prefix.to_owned(),
            fraction_grouping,
            least_fraction,
            most_fraction,
            least_exponent: parts.exponent.map_or(0, |it| count(it, false)),
            suffix: parts.suffix.to_owned(),
            factor,
            has_decimal,
        }
    }

    fn format(&self, value: f64, symbols: &Symbols) -> String {
        let (mantissa, exponent) = self.scaled(value * self.factor);
        let rounded = round(mantissa, self.most_fraction as f64);
        if self.is_common
            && exponent.is_none()
            && let Some((integer, fraction)) = digits_of(rounded.abs(), self.most_fraction)
        {
            return self.common(integer, fraction, symbols);
        }
        let fixed = to_fixed(rounded.abs(), self.most_fraction);
        let (integer, fraction) = fixed.split_once('.').unwrap_or((&fixed, ""));
        let integer = integer.trim_start_matches('0');
        let fraction = fraction.trim_end_matches('0');
        let zeros = |least: usize, has: usize| "0".repeat(least.saturating_sub(has));
        let integer = symbols.localized(zeros(self.least_integer, integer.len()) + integer);
        let fraction = symbols.localized(format!("{fraction}{}", zeros(self.least_fraction, fraction.len())));
        let mut text = self.prefix.clone();
        text.push_str(&self.grouped(&integer, &fraction, symbols));
        if let Some(exponent) = exponent {
            let digits = exponent.abs().to_string();
            text.push_str(&symbols.exponent_separator);
            if exponent < 0 {
                text.push_str(&symbols.minus_sign);
            }
            text.push_str(&symbols.localized(zeros(self.least_exponent, digits.len()) + &digits));
        }
        text.push_str(&self.suffix);
        text
    }

    /// The text of a number with the commonest kind of picture.
    fn common(&self, integer: u64, fraction: u64, symbols: &Symbols) -> String {
        let mut text = String::with_capacity(self.prefix.len() + self.suffix.len() + 48);
        text.push_str(&self.prefix);
        let mut digits = [0; 20];
        let digits = decimal(integer, self.least_integer, &mut digits);
        let every = self.regular.map_or(usize::MAX, |it| it.get());
        for (at, digit) in digits.iter().enumerate() {
            let left = digits.len() - at;
            if at > 0 && left.is_multiple_of(every) {
                text.push_str(&symbols.grouping_separator);
            }
            text.push(char::from(*digit));
        }
        let mut digits = [0; 20];
        let mut digits = decimal(fraction, self.most_fraction, &mut digits);
        while let [head @ .., b'0'] = digits
            && head.len() >= self.least_fraction
        {
            digits = head;
        }
        if !digits.is_empty() {
            text.push_str(&symbols.decimal_separator);
            text.extend(digits.iter().map(|it| char::from(*it)));
        }
        text.push_str(&self.suffix);
        text
    }

    /// The mantissa and the exponent, where the picture has one.
    fn scaled(&self, number: f64) -> (f64, Option<i32>) {
        if self.least_exponent == 0 {
            return (number, None);
        }
        let largest = 10_f64.powi(self.scale as i32);
        let smallest = 10_f64.powi(self.scale as i32 - 1);
        let mut mantissa = number.abs();
        let mut exponent = 0;
        // jsonata-js 2.0.6 never ends for zero and negative numbers; later versions give what this gives.
        while mantissa < smallest && mantissa > 0.0 {
            mantissa *= 10.0;
            exponent -= 1;
        }
        while mantissa > largest && mantissa.is_finite() {
            mantissa /= 10.0;
            exponent += 1;
        }
        (mantissa, Some(exponent))
    }

    /// The digits with their separators. Where a picture wants separators at places that the number doesn't have,
    /// they land where JavaScript's `slice` puts them.
    fn grouped(&self, integer: &str, fraction: &str, symbols: &Symbols) -> String {
        let mut text: Vec<&str> = single_characters(integer);
        let mut point = text.len();
        text.push(&symbols.decimal_separator);
        text.extend(single_characters(fraction));
        let separator = symbols.grouping_separator.as_str();
        if let Some(every) = self.regular {
            for group in 1..=point.saturating_sub(1) / every {
                text.insert(point - group * every.get(), separator);
            }
            point += point.saturating_sub(1) / every;
        } else {
            for position in &self.grouping {
                let at =
                    point.checked_sub(*position).unwrap_or((text.len() + point).saturating_sub(*position));
                text.insert(at.min(text.len()), separator);
                point += 1;
            }
        }
        // A separator put behind the point leaves it where it was.
        let point = text.iter().position(|it| *it == symbols.decimal_separator).unwrap_or(point);
        for position in &self.fraction_grouping {
            text.insert((point + position + 1).min(text.len()), separator);
        }
        if !self.has_decimal || point + 1 == text.len() {
            text.pop();
        }
        text.concat()
    }
}

/// The whole part and so many decimal places of a number that has no more of them, if both fit.
fn digits_of(number: f64, places: usize) -> Option<(u64, u64)> {
    let power = 10_u64.pow(u32::try_from(places).ok().filter(|it| *it <= 9)?);
    let scaled = (number * power as f64).round();
    // Beyond this a double doesn't know all its decimal places.
    (scaled < 1e15).then(|| (scaled as u64 / power, scaled as u64 % power))
}

/// The digits of a number, at least so many of them; zero has none of its own.
fn decimal(number: u64, least: usize, digits: &mut [u8; 20]) -> &[u8] {
    let (mut left, mut count) = (number, 0);
    for slot in digits.iter_mut().rev() {
        if left == 0 && count >= least {
            break;
        }
        *slot = b'0' + (left % 10) as u8;
        left /= 10;
        count += 1;
    }
    digits.get(digits.len() - count..).unwrap_or_default()
}

fn single_characters(text: &str) -> Vec<&str> {
    text.split("").filter(|it| !it.is_empty()).collect()
}

/// How many digits stand on one side of each grouping separator.
fn grouping_positions(
    parts: &Parts<'_>,
    symbols: &Symbols,
    fraction: bool,
    count: &impl Fn(&str, bool) -> usize,
) -> Vec<usize> {
    let part = if fraction { parts.fractional } else { parts.integer };
    let separator = symbols.grouping_separator.as_str();
    let mut positions = Vec::new();
    let mut found = if separator.is_empty() { None } else { part.find(separator) };
    while let Some(at) = found {
        let side = if fraction { part.get(..at) } else { part.get(at..) };
        positions.push(count(side.unwrap_or_default(), true));
        // jsonata-js goes on in the integer part even for the fraction.
        let next = at + separator.len();
        found = parts.integer.get(next..).and_then(|it| it.find(separator)).map(|it| it + next);
    }
    positions
}

/// The distance between separators, if it is the same for all.
fn regular(positions: &[usize]) -> Option<std::num::NonZeroUsize> {
    let factor = positions.iter().copied().reduce(gcd)?;
    let fits = (1..=positions.len()).all(|index| positions.contains(&(index * factor)));
    std::num::NonZeroUsize::new(factor).filter(|_| fits)
}

/// A whole picture: a sub-picture for numbers from zero on and one for those below.
#[derive(Debug)]
struct Picture {
    symbols: Symbols,
    positive: Format,
    negative: Format,
}

impl Picture {
    fn of(picture: &str, options: &Value) -> Result<Picture, Fault> {
        let symbols = Symbols::with(options);
        let parts: Vec<&str> = picture.split(&symbols.pattern_separator).collect();
        if parts.len() > 2 {
            return Err(Error::new("D3080"));
        }
        let parts: Vec<Parts<'_>> = parts.into_iter().map(|it| Parts::of(it, &symbols)).collect();
        for part in &parts {
            part.check(&symbols)?;
        }
        let mut formats = parts.iter().map(|it| Format::of(it, &symbols));
        let Some(positive) = formats.next() else { return Err(Error::new("D3085")) };
        let negative = formats.next().unwrap_or_else(|| {
            let prefix = format!("{}{}", symbols.minus_sign, positive.prefix);
            Format { prefix, ..positive.clone() }
        });
        Ok(Picture { symbols, positive, negative })
    }
}

/// Pictures kept for the next number: a workflow formats many with few pictures.
const KEPT: usize = 16;

thread_local! {
    static PICTURES: RefCell<Vec<(String, Rc<Picture>)>> = const { RefCell::new(Vec::new()) };
}

fn kept_picture(text: &str) -> Result<Rc<Picture>, Fault> {
    let found = PICTURES.with_borrow(|it| it.iter().find(|(it, _)| it == text).map(|(_, it)| it.clone()));
    if let Some(picture) = found {
        return Ok(picture);
    }
    let picture = Rc::new(Picture::of(text, &Value::Undefined)?);
    PICTURES.with_borrow_mut(|it| {
        if it.len() >= KEPT {
            it.remove(0);
        }
        it.push((text.to_owned(), picture.clone()));
    });
    Ok(picture)
}

pub(crate) fn format_number(
    _: &mut Evaluator<'_>,
    arguments: &[Value],
    _: Scope<'_>,
) -> Result<Value, Fault> {
    let Some(value) = arg(arguments, 0).as_f64() else { return Ok(Value::Undefined) };
    let text = arg(arguments, 1).as_str().unwrap_or_default();
    let options = arg(arguments, 2);
    let picture = match options {
        Value::Object(_) => Rc::new(Picture::of(text, options)?),
        _ => kept_picture(text)?,
    };
    let format = if value >= 0.0 { &picture.positive } else { &picture.negative };
    Ok(Value::from(format.format(value, &picture.symbols)))
}
