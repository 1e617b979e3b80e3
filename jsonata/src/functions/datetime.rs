//! Dates and times: milliseconds since 1970, and texts by picture.

use std::sync::LazyLock;

use crate::error::{Error, Fault};
use crate::evaluate::Evaluator;
use crate::functions::integer::{Case, IntegerFormat, Primary, parse_int, word_values};
use crate::functions::picture::{Marker, Part, Picture};
use crate::functions::{Scope, arg};
use crate::number::number_to_string;
use crate::regex::Regex;
use crate::value::Value;

type Outcome = Result<Value, Fault>;

const DAY: f64 = 86_400_000.0;

/// JavaScript's dates end here, in both directions.
const LAST: f64 = 8.64e15;

const DAYS: [&str; 8] = ["", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment in the calendar; every part is NaN if it is none.
#[derive(Clone, Copy, Debug)]
struct Moment {
    millis: f64,
    year: f64,
    /// From 0.
    month: f64,
    day: f64,
    /// Since midnight.
    in_day: f64,
}

impl Moment {
    fn of(millis: f64) -> Moment {
        let millis = millis.trunc();
        if !(-LAST..=LAST).contains(&millis) {
            return Moment {
                millis: f64::NAN,
                year: f64::NAN,
                month: f64::NAN,
                day: f64::NAN,
                in_day: f64::NAN,
            };
        }
        let days = (millis / DAY).floor();
        let (year, month, day) = civil(days as i64);
        Moment {
            millis,
            year: year as f64,
            month: month as f64,
            day: day as f64,
            in_day: millis - days * DAY,
        }
    }

    fn hours(&self) -> f64 {
        (self.in_day / 3_600_000.0).floor()
    }

    fn weekday(&self) -> f64 {
        weekday(self.millis)
    }
}

/// From 1 (Monday) to 7.
fn weekday(millis: f64) -> f64 {
    let day = ((millis / DAY).floor() + 3.0).rem_euclid(7.0);
    day + 1.0
}

/// Year, month (from 0) and day of a number of days since 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    // Years that begin in March, in eras of 400 years.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = (month + 2) % 12;
    (year_of_era + era * 400 + i64::from(month < 2), month, day)
}

/// The days from 1970 to the first of a month.
fn days_to(year: i64, month: i64) -> i64 {
    let year = year - i64::from(month < 2);
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 10) % 12) + 2) / 5;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// `Date.UTC`: months and days may overflow, and the years 0 to 99 are those of the 20th century.
fn utc(year: f64, month: f64, day: f64, [hours, minutes, seconds, millis]: [f64; 4]) -> f64 {
    let year = year.trunc();
    let year = if (0.0..100.0).contains(&year) { year + 1900.0 } else { year };
    let month = month.trunc();
    let year = year + (month / 12.0).floor();
    if !(-400_000.0..400_000.0).contains(&year) {
        return f64::NAN;
    }
    let days = days_to(year as i64, month.rem_euclid(12.0) as i64) as f64 + day.trunc() - 1.0;
    let time =
        hours.trunc() * 3_600_000.0 + minutes.trunc() * 60_000.0 + seconds.trunc() * 1000.0 + millis.trunc();
    let total = days * DAY + time;
    if total.abs() <= LAST { total } else { f64::NAN }
}

fn month_start(year: f64, month: f64) -> f64 {
    utc(year, month, 1.0, [0.0; 4])
}

/// The Monday of the week with the first Thursday of the year or month that starts in this month.
fn first_week(year: f64, month: f64) -> f64 {
    let first = month_start(year, month);
    let weekday = weekday(first);
    match weekday > 4.0 {
        true => first + (8.0 - weekday) * DAY,
        false => first - (weekday - 1.0) * DAY,
    }
}

fn next_month(year: f64, month: f64) -> (f64, f64) {
    if month == 11.0 { (year + 1.0, 0.0) } else { (year, month + 1.0) }
}

fn previous_month(year: f64, month: f64) -> (f64, f64) {
    if month == 0.0 { (year - 1.0, 11.0) } else { (year, month - 1.0) }
}

/// The number of the week of a day, counted from the first week of its year or month.
fn week(today: f64, this: (f64, f64), next: (f64, f64), previous: (f64, f64), most: f64) -> f64 {
    let since = |start: f64| (today - start) / (DAY * 7.0) + 1.0;
    let mut week = since(first_week(this.0, this.1));
    if week > most {
        if today >= first_week(next.0, next.1) {
            week = 1.0;
        }
    } else if week < 1.0 {
        week = since(first_week(previous.0, previous.1));
    }
    week.floor()
}

/// A component of a moment as a number.
fn component(moment: &Moment, letter: char) -> f64 {
    let Moment { millis, year, month, day, in_day } = *moment;
    let today = || utc(year, month, day, [0.0; 4]);
    match letter {
        'Y' => year,
        'M' => month + 1.0,
        'D' => day,
        'd' => (today() - month_start(year, 0.0)) / DAY + 1.0,
        'F' => moment.weekday(),
        'W' => week(today(), (year, 0.0), (year + 1.0, 0.0), (year - 1.0, 0.0), 52.0),
        'w' => week(today(), (year, month), next_month(year, month), previous_month(year, month), 4.0),
        'X' if millis < first_week(year, 0.0) => year - 1.0,
        'X' if millis >= first_week(year + 1.0, 0.0) => year + 1.0,
        'X' => year,
        'x' => {
            let next = next_month(year, month);
            if millis < first_week(year, month) {
                previous_month(year, month).1 + 1.0
            } else if millis >= first_week(next.0, next.1) {
                next.1 + 1.0
            } else {
                month + 1.0
            }
        }
        'H' => moment.hours(),
        'h' => match moment.hours() % 12.0 {
            0.0 => 12.0,
            other => other,
        },
        'P' => f64::from(u8::from(moment.hours() >= 12.0)),
        'm' => (in_day / 60_000.0).floor() % 60.0,
        's' => (in_day / 1000.0).floor() % 60.0,
        'f' => in_day % 1000.0,
        _ => f64::NAN,
    }
}

static ISO_PICTURE: LazyLock<Option<Picture>> =
    LazyLock::new(|| Picture::parse("[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]").ok());

/// The hours and minutes of a time zone `±hhmm`. jsonata-js rounds the hours down even for those in the west.
struct Zone {
    hours: f64,
    minutes: f64,
}

fn format(millis: f64, picture: Option<&str>, timezone: Option<&str>) -> Result<String, Fault> {
    let zone = match timezone.map(parse_int) {
        Some(offset) => Zone { hours: (offset / 100.0).floor(), minutes: offset % 100.0 },
        None => Zone { hours: 0.0, minutes: 0.0 },
    };
    let parsed;
    let picture = match (picture, &*ISO_PICTURE) {
        (None, Some(iso)) => iso,
        (text, _) => {
            parsed = Picture::parse(text.unwrap_or_default())?;
            &parsed
        }
    };
    let moment = Moment::of(millis + (60.0 * zone.hours + zone.minutes) * 60_000.0);
    let mut text = String::new();
    for part in &picture.parts {
        match part {
            Part::Literal(it) => text.push_str(it),
            Part::Marker(marker) => text.push_str(&format_component(&moment, marker, &zone)?),
        }
    }
    Ok(text)
}

fn cased(text: &str, case: Case) -> String {
    match case {
        Case::Upper => text.to_uppercase(),
        Case::Lower => text.to_lowercase(),
        Case::Title => text.to_owned(),
    }
}

fn no_names(component: char) -> Fault {
    Error::new("D3133").value(Value::from(component.to_string()))
}

fn format_component(moment: &Moment, marker: &Marker, zone: &Zone) -> Result<String, Fault> {
    let letter = marker.component;
    match letter {
        'Y' | 'M' | 'D' | 'd' | 'F' | 'W' | 'w' | 'X' | 'x' | 'H' | 'h' | 'm' | 's' => {
            let mut value = component(moment, letter);
            match (marker.names, &marker.integer) {
                (Some(case), _) => name_of(value, marker, case),
                (None, Some(format)) => {
                    if let ('Y', Some(digits)) = (letter, marker.digits) {
                        value %= 10_f64.powf(digits);
                    }
                    format.format(value)
                }
                (None, None) => Ok(number_to_string(value)),
            }
        }
        'f' => match &marker.integer {
            Some(format) => format.format(component(moment, letter)),
            None => Err(no_names(letter)),
        },
        'Z' | 'z' => format_zone(marker, zone),
        'P' => {
            let text = if component(moment, letter) > 0.0 { "pm" } else { "am" };
            Ok(if marker.names == Some(Case::Upper) { text.to_uppercase() } else { text.to_owned() })
        }
        'C' | 'E' => Ok("ISO".into()),
        // What jsonata-js has no value for.
        _ => Ok("undefined".into()),
    }
}

fn name_of(value: f64, marker: &Marker, case: Case) -> Result<String, Fault> {
    let name = match marker.component {
        'M' | 'x' => MONTHS.get((value - 1.0).max(0.0) as usize),
        'F' => DAYS.get(value.max(0.0) as usize),
        other => return Err(no_names(other)),
    };
    let name = cased(name.copied().unwrap_or_default(), case);
    Ok(match marker.most {
        Some(most) => name.chars().take(most.max(0.0) as usize).collect(),
        None => name,
    })
}

fn format_zone(marker: &Marker, zone: &Zone) -> Result<String, Fault> {
    let Some(format) = &marker.integer else { return Ok(String::new()) };
    let offset = zone.hours * 100.0 + zone.minutes;
    let mut text = match (format.regular, format.mandatory) {
        (Some(_), _) | (None, 3 | 4) => format.format(offset)?,
        (None, 1 | 2) => {
            let hours = format.format(zone.hours)?;
            match zone.minutes == 0.0 {
                true => hours,
                false => format!("{hours}:{}", IntegerFormat::parse("00")?.format(zone.minutes)?),
            }
        }
        (None, digits) => return Err(Error::new("D3134").value(Value::from(digits))),
    };
    if offset >= 0.0 {
        text.insert(0, '+');
    }
    if marker.component == 'z' {
        text.insert_str(0, "GMT");
    }
    if offset == 0.0 && marker.modifier == Some('t') {
        text = "Z".into();
    }
    Ok(text)
}

pub(crate) fn from_millis(_: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Some(millis) = arg(arguments, 0).as_f64() else { return Ok(Value::Undefined) };
    format(millis, arg(arguments, 1).as_str(), arg(arguments, 2).as_str()).map(Value::from)
}

pub(crate) fn now(evaluator: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let millis = evaluator.now() as f64;
    format(millis, arg(arguments, 0).as_str(), arg(arguments, 1).as_str()).map(Value::from)
}

pub(crate) fn millis(evaluator: &mut Evaluator<'_>, _: &[Value], _: Scope<'_>) -> Outcome {
    Ok(Value::Number(evaluator.now() as f64))
}

pub(crate) fn to_millis(evaluator: &mut Evaluator<'_>, arguments: &[Value], _: Scope<'_>) -> Outcome {
    let Some(text) = arg(arguments, 0).as_str() else { return Ok(Value::Undefined) };
    match arg(arguments, 1).as_str() {
        Some(picture) => parse(evaluator, text, picture),
        None => match is_iso(text) {
            true => Ok(Value::Number(parse_iso(text).unwrap_or(f64::NAN))),
            false => Err(Error::new("D3110").value(Value::from(text))),
        },
    }
}

fn is_iso(text: &str) -> bool {
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let time = r"(T[0-2]\d:[0-5]\d:[0-5]\d)*(\.\d+)?([+-][0-2]\d:?[0-5]\d|Z)?$";
        Regex::new(&format!(r"^\d{{4}}(-[01]\d)*(-[0-3]\d)*{time}"), "").ok()
    });
    let found = PATTERN.as_ref().map(|it| it.search(text, 0, &mut 1_000_000));
    matches!(found, Some(Ok(Some(_))))
}

/// What `Date.parse` makes of an ISO 8601 text; a time without zone is taken for UTC.
fn parse_iso(text: &str) -> Option<f64> {
    let number = |text: &str| text.parse::<f64>().ok();
    let (date, rest) = match text.split_once('T') {
        Some((date, rest)) => (date, Some(rest)),
        None => (text.strip_suffix('Z').unwrap_or(text), None),
    };
    let mut parts = date.split('-');
    let year = number(parts.next()?)?;
    let month = parts.next().map_or(Some(1.0), number)?;
    let day = parts.next().map_or(Some(1.0), number)?;
    if parts.next().is_some() || !(1.0..=12.0).contains(&month) || !(1.0..=31.0).contains(&day) {
        return None;
    }
    // Here the years below 100 are meant as they stand.
    let days = days_to(year as i64, month as i64 - 1) as f64 + day - 1.0;
    let time = rest.map_or(Some(0.0), parse_iso_time)?;
    Some(days * DAY + time)
}

fn parse_iso_time(text: &str) -> Option<f64> {
    let end = text.find(['+', '-', 'Z']).unwrap_or(text.len());
    let (time, zone) = (text.get(..end)?, text.get(end..)?);
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut parts = time.split(':').map(|it| it.parse::<f64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    let millis: f64 = fraction.parse().ok()?;
    let midnight = hours == 24.0 && minutes + seconds + millis == 0.0;
    if parts.next().is_some() || (hours > 23.0 && !midnight) {
        return None;
    }
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let offset = match digits.len() {
        4 => digits.get(..2)?.parse::<f64>().ok()? * 60.0 + digits.get(2..)?.parse::<f64>().ok()?,
        _ => 0.0,
    };
    let offset = if zone.starts_with('-') { -offset } else { offset };
    Some(((hours * 60.0 + minutes - offset) * 60.0 + seconds) * 1000.0 + millis)
}

/// The components that were read, and those found out from them.
#[derive(Default)]
struct Components(Vec<(char, f64)>);

impl Components {
    fn get(&self, letter: char) -> Option<f64> {
        self.0.iter().find(|(it, _)| *it == letter).map(|(_, it)| *it)
    }

    fn set(&mut self, letter: char, value: f64) {
        self.0.retain(|(it, _)| *it != letter);
        self.0.push((letter, value));
    }

    fn value(&self, letter: char) -> f64 {
        self.get(letter).unwrap_or(f64::NAN)
    }

    /// Which of the letters were read and are not zero, a bit each.
    fn mask(&self, letters: &str) -> u32 {
        let given = |it: char| self.get(it).is_some_and(|it| it != 0.0 && !it.is_nan());
        letters.chars().fold(0, |mask, it| mask << 1 | u32::from(given(it)))
    }
}

fn parse(evaluator: &mut Evaluator<'_>, text: &str, picture: &str) -> Outcome {
    let picture = Picture::parse(picture)?;
    let mut pattern = "^".to_owned();
    for part in &picture.parts {
        pattern.push('(');
        pattern.push_str(&part_pattern(part)?);
        pattern.push(')');
    }
    pattern.push('$');
    let regex = std::sync::Arc::new(Regex::new(&pattern, "i").map_err(|it| Error::new("S0303").text(it))?);
    let Some(found) = evaluator.search(&regex, text, 0)? else { return Ok(Value::Undefined) };
    let mut components = Components::default();
    let mut any = false;
    for (part, range) in picture.parts.iter().zip(&found.groups) {
        let Part::Marker(marker) = part else { continue };
        any = true;
        let piece = range.clone().and_then(|it| text.get(it)).unwrap_or_default();
        if let Some(value) = read_component(marker, piece)? {
            components.set(marker.component, value);
        }
    }
    if !any {
        return Ok(Value::Undefined);
    }
    let now = Moment::of(evaluator.now() as f64);
    complete(components, &now).map(Value::Number)
}

/// The part of the pattern that a part of the picture stands for.
fn part_pattern(part: &Part) -> Result<String, Fault> {
    let marker = match part {
        Part::Literal(text) => return Ok(escaped(text)),
        Part::Marker(marker) => marker,
    };
    if let ('Z' | 'z', Some(format)) = (marker.component, &marker.integer) {
        let start = if marker.component == 'z' { "GMT" } else { "" };
        let minutes = match format.regular {
            Some((_, separator)) => format!("{}[0-9]+", escaped(&separator.to_string())),
            None => String::new(),
        };
        return Ok(format!("{start}[-+][0-9]+{minutes}"));
    }
    match &marker.integer {
        Some(format) => integer_pattern(format, marker.digits),
        None if matches!(marker.component, 'M' | 'x' | 'F' | 'P') => Ok("[a-zA-Z]+".into()),
        None => Err(no_names(marker.component)),
    }
}

fn escaped(text: &str) -> String {
    let mut result = String::new();
    for symbol in text.chars() {
        if ".*+?^${}()|[]\\".contains(symbol) {
            result.push('\\');
        }
        result.push(symbol);
    }
    result
}

fn integer_pattern(format: &IntegerFormat, digits: Option<f64>) -> Result<String, Fault> {
    let upper = format.case == Case::Upper;
    Ok(match format.primary {
        Primary::Letters => if upper { "[A-Z]+" } else { "[a-z]+" }.into(),
        Primary::Roman => if upper { "[MDCLXVI]+" } else { "[mdclxvi]+" }.into(),
        Primary::Words => {
            let words: Vec<&str> = word_values().iter().map(|(it, _)| it.as_str()).collect();
            format!("(?:{}|and|[\\-, ])+", words.join("|"))
        }
        Primary::Decimal => {
            let count = match digits.filter(|it| *it > 0.0) {
                Some(most) if format.optional == 0 => format!("{{{most}}}"),
                Some(most) => format!("{{{},{most}}}", most - format.optional as f64),
                None => "+".into(),
            };
            format!("[0-9]{count}{}", if format.ordinal { "(?:th|st|nd|rd)" } else { "" })
        }
        Primary::Sequence => return Err(format.unknown_sequence()),
    })
}

/// What was read for a marker; nothing for a name that is none.
fn read_component(marker: &Marker, text: &str) -> Result<Option<f64>, Fault> {
    if let ('Z' | 'z', Some(format)) = (marker.component, &marker.integer) {
        let text = if marker.component == 'z' { text.get(3..).unwrap_or_default() } else { text };
        return Ok(Some(read_zone(text, format.regular.map(|(_, it)| it))));
    }
    if let Some(format) = &marker.integer {
        return format.read(text).map(Some);
    }
    let cut = |name: &str| -> String {
        match marker.most.filter(|it| *it > 0.0) {
            Some(most) => name.chars().take(most as usize).collect(),
            None => name.to_owned(),
        }
    };
    let position = |names: &[&str], from: usize| {
        // Of names that are cut to the same the last one counts.
        names.iter().rposition(|it| !it.is_empty() && cut(it) == text).map(|at| (at + from) as f64)
    };
    Ok(match marker.component {
        'M' | 'x' => position(&MONTHS, 1),
        'F' => position(&DAYS, 0),
        _ => match text {
            "am" | "AM" => Some(0.0),
            "pm" | "PM" => Some(1.0),
            _ => None,
        },
    })
}

/// Minutes.
fn read_zone(text: &str, separator: Option<char>) -> f64 {
    let (hours, minutes) = match separator {
        Some(separator) => text.split_once(separator).unwrap_or((text, text)),
        None if text.len() <= 3 => (text, "0"),
        None => text.split_at_checked(3).unwrap_or((text, "0")),
    };
    parse_int(hours) * 60.0 + parse_int(minutes)
}

/// Nothing that is not in the set, and something that is.
fn is_kind(set: u32, mask: u32) -> bool {
    !set & mask == 0 && set & mask != 0
}

/// Fills in what wasn't read: from now on the left, from zero on the right.
fn complete(mut components: Components, now: &Moment) -> Result<f64, Fault> {
    let date = components.mask("YXMxWwdD");
    let month_day = is_kind(0b1010_0001, date);
    let day_of_year = !month_day && is_kind(0b1000_0010, date);
    let week_of_month = is_kind(0b0101_0100, date);
    let week_of_year = !week_of_month && is_kind(0b0100_1000, date);
    let time = components.mask("PHhmsf");
    let half_day = !is_kind(0b01_0111, time) && is_kind(0b10_1111, time);
    let date_letters = match (day_of_year, week_of_month, week_of_year) {
        (true, _, _) => "YD",
        (_, true, _) => "XxwF",
        (_, _, true) => "XWF",
        _ => "YMD",
    };
    let time_letters = if half_day { "Phmsf" } else { "Hmsf" };
    let (mut started, mut ended) = (false, false);
    for letter in date_letters.chars().chain(time_letters.chars()) {
        match components.get(letter) {
            Some(_) if ended => return Err(Error::new("D3136")),
            Some(_) => started = true,
            None if started => {
                components.set(letter, f64::from(u8::from("MDd".contains(letter))));
                ended = true;
            }
            // Without a word for it a half day is the first: jsonata-js has a text here, which is no 1.
            None if letter == 'P' => components.set(letter, 0.0),
            None => components.set(letter, component(now, letter)),
        }
    }
    if week_of_month || week_of_year {
        return Err(Error::new("D3136"));
    }
    let month = components.value('M');
    components.set('M', if month > 0.0 { month - 1.0 } else { 0.0 });
    if day_of_year {
        let start = month_start(components.value('Y'), 0.0);
        let derived = Moment::of(start + (components.value('d') - 1.0) * DAY);
        components.set('M', derived.month);
        components.set('D', derived.day);
    }
    if half_day {
        let hours = components.value('h');
        let hours = if hours == 12.0 { 0.0 } else { hours };
        let afternoon = components.get('P') == Some(1.0);
        components.set('H', if afternoon { hours + 12.0 } else { hours });
    }
    let [year, month, day] = ['Y', 'M', 'D'].map(|it| components.value(it));
    let time = ['H', 'm', 's', 'f'].map(|it| components.value(it));
    let zone = components.get('Z').filter(|it| *it != 0.0).or(components.get('z')).unwrap_or(0.0);
    let zone = if zone.is_nan() { 0.0 } else { zone };
    Ok(utc(year, month, day, time) - zone * 60_000.0)
}
