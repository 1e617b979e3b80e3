//! Pictures of dates and times, as in XPath's `format-dateTime`, taken apart.

use crate::error::{Error, Fault};
use crate::functions::integer::parse_int;
use crate::functions::integer::{Case, IntegerFormat};
use crate::value::Value;

/// A picture: literal text and markers.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) parts: Vec<Part>,
}

#[derive(Debug)]
pub(crate) enum Part {
    Literal(String),
    Marker(Marker),
}

/// `[Y0001]`, `[MNn,3-3]` …
#[derive(Debug)]
pub(crate) struct Marker {
    pub(crate) component: char,
    /// Names instead of numbers, in this case.
    pub(crate) names: Option<Case>,
    pub(crate) integer: Option<IntegerFormat>,
    /// The greatest width, where a width was given.
    pub(crate) most: Option<f64>,
    /// The number of digits of years, months and days.
    pub(crate) digits: Option<f64>,
    /// The second modifier: `t` for a traditional time zone.
    pub(crate) modifier: Option<char>,
}

fn default_presentation(component: char) -> Option<&'static str> {
    Some(match component {
        'Y' | 'M' | 'D' | 'd' | 'W' | 'w' | 'X' | 'x' | 'H' | 'h' | 'f' => "1",
        'F' | 'P' | 'C' | 'E' => "n",
        'm' | 's' => "01",
        'Z' | 'z' => "01:01",
        _ => return None,
    })
}

impl Picture {
    pub(crate) fn parse(picture: &str) -> Result<Picture, Fault> {
        let mut parts = Vec::new();
        let mut rest = picture;
        let literal = |parts: &mut Vec<Part>, text: &str| {
            if !text.is_empty() {
                parts.push(Part::Literal(text.replace("]]", "]")));
            }
        };
        while let Some((before, after)) = rest.split_once('[') {
            literal(&mut parts, before);
            if let Some(after) = after.strip_prefix('[') {
                parts.push(Part::Literal("[".into()));
                rest = after;
                continue;
            }
            let Some((marker, after)) = after.split_once(']') else { return Err(Error::new("D3135")) };
            let marker: String = marker.chars().filter(|it| !it.is_whitespace()).collect();
            parts.push(Part::Marker(Marker::parse(&marker)?));
            rest = after;
        }
        literal(&mut parts, rest);
        Ok(Picture { parts })
    }
}

impl Marker {
    fn parse(text: &str) -> Result<Marker, Fault> {
        let (body, width) = match text.rsplit_once(',') {
            Some((body, width)) => (body, Some(width)),
            None => (text, None),
        };
        let component = text.chars().next();
        let letter = component.unwrap_or_default();
        let presentation: String = body.chars().skip(1).collect();
        let (first, modifier) = match presentation.chars().count() {
            0 => (default_presentation(letter).map(str::to_owned), None),
            1 => (Some(presentation), None),
            _ => match presentation.chars().next_back().filter(|it| "atco".contains(*it)) {
                Some(last) => (presentation.strip_suffix(last).map(str::to_owned), Some(last)),
                None => (Some(presentation), None),
            },
        };
        let Some(first) = first else {
            let name = component.map(String::from).unwrap_or_default();
            return Err(Error::new("D3132").value(Value::from(name)));
        };
        let mut marker =
            Marker { component: letter, names: None, integer: None, most: None, digits: None, modifier };
        let least = width.and_then(|width| {
            let (least, most) = width.split_once('-').unwrap_or((width, "*"));
            marker.most = parse_width(most);
            parse_width(least)
        });
        marker.present(&first, least)?;
        Ok(marker)
    }

    fn present(&mut self, first: &str, least: Option<f64>) -> Result<(), Fault> {
        if first.starts_with('n') {
            self.names = Some(Case::Lower);
        } else if first.starts_with('N') {
            self.names = Some(if first.starts_with("Nn") { Case::Title } else { Case::Upper });
        } else if "YMDdFWwXxHhmsf".contains(self.component) {
            let pattern = match self.modifier {
                Some(modifier) => format!("{first};{modifier}"),
                None => first.to_owned(),
            };
            let mut format = IntegerFormat::parse(&pattern)?;
            self.set_widths(&mut format, least);
            self.integer = Some(format);
        }
        if matches!(self.component, 'Z' | 'z') {
            self.integer = Some(IntegerFormat::parse(first)?);
        }
        Ok(())
    }

    fn set_widths(&mut self, format: &mut IntegerFormat, least: Option<f64>) {
        if let Some(least) = least.filter(|it| *it > format.mandatory as f64) {
            format.mandatory = least.min(MOST_DIGITS) as usize;
        }
        if !matches!(self.component, 'Y' | 'M' | 'D') {
            return;
        }
        let all = (format.mandatory + format.optional) as f64;
        self.digits = match self.most {
            Some(most) => {
                format.mandatory = most.clamp(0.0, MOST_DIGITS) as usize;
                Some(most)
            }
            None if all >= 2.0 => Some(all),
            None => None,
        };
    }
}

/// Nobody wants to see more digits of a date.
const MOST_DIGITS: f64 = 1000.0;

fn parse_width(text: &str) -> Option<f64> {
    (text != "*").then(|| parse_int(text))
}
