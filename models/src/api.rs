//! The services' API models, from `api.bin`: an index, then each service's text deflated by itself (`tools/models/shapes.py`
//! says what the text holds).

use std::cmp::Ordering;
use std::sync::OnceLock;

static API: &[u8] = include_bytes!("../../stdlib/models/api.bin");

/// One service's text, inflated, with the places of its parts.
#[derive(Debug)]
pub(crate) struct Model {
    text: String,
    /// Byte offsets of the lines; the text ends with a line break.
    lines: Vec<usize>,
    /// The number of the first shape line.
    shapes: usize,
}

/// One action's line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) name: &'static str,
    pub(crate) input: &'static str,
    pub(crate) output: &'static str,
    pub(crate) errors: &'static str,
    pub(crate) flags: &'static str,
    pub(crate) paging: &'static str,
    pub(crate) iam: &'static str,
}

/// An error's class in the SDK.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Class {
    pub(crate) name: &'static str,
    /// The service asks to be called less often.
    pub(crate) throttling: bool,
}

impl Class {
    fn read(text: &'static str) -> Class {
        let name = text.trim_end_matches('*');
        Class { name, throttling: name.len() < text.len() }
    }
}

struct Entry {
    name: &'static str,
    frame: &'static [u8],
    size: usize,
    model: OnceLock<Option<Model>>,
}

/// The model of an SDK service; inflated on the first call.
pub(crate) fn model(service: &str) -> Option<&'static Model> {
    let entries = entries();
    let at = entries.binary_search_by(|entry| entry.name.cmp(service)).ok()?;
    let entry = entries.get(at)?;
    entry.model.get_or_init(|| Model::inflate(entry)).as_ref()
}

fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| read_index().unwrap_or_default())
}

fn read_index() -> Option<Vec<Entry>> {
    let end = API.windows(2).position(|pair| pair == b"\n\n")?;
    let index = std::str::from_utf8(API.get(..end)?).ok()?;
    let frames = API.get(end + 2..)?;
    index.lines().map(|line| Entry::read(line, frames)).collect()
}

impl Entry {
    /// `name offset length size`
    fn read(line: &'static str, frames: &'static [u8]) -> Option<Entry> {
        let mut fields = line.split(' ');
        let name = fields.next()?;
        let mut number = || fields.next()?.parse::<usize>().ok();
        let (offset, length, size) = (number()?, number()?, number()?);
        let frame = frames.get(offset..offset.checked_add(length)?)?;
        Some(Entry { name, frame, size, model: OnceLock::new() })
    }
}

impl Model {
    fn inflate(entry: &Entry) -> Option<Model> {
        let raw = miniz_oxide::inflate::decompress_to_vec_with_limit(entry.frame, entry.size).ok()?;
        let text = String::from_utf8(raw).ok()?;
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines: Vec<usize> = std::iter::once(0).chain(ends).collect();
        let blank = lines.windows(2).position(|pair| matches!(pair, [a, b] if b - a == 1))?;
        Some(Model { text, lines, shapes: blank + 1 })
    }

    fn line(&'static self, number: usize) -> Option<&'static str> {
        let (from, to) = (*self.lines.get(number)?, *self.lines.get(number + 1)?);
        self.text.get(from..to - 1)
    }

    /// The line of the action, by halving: actions are sorted, from the third line on.
    pub(crate) fn action(&'static self, name: &str) -> Option<Line> {
        let (mut from, mut to) = (2, self.shapes.checked_sub(1)?);
        while from < to {
            let middle = from.midpoint(to);
            let line = self.line(middle)?;
            match line.split('\t').next()?.cmp(name) {
                Ordering::Equal => return Line::read(line),
                Ordering::Less => from = middle + 1,
                Ordering::Greater => to = middle,
            }
        }
        None
    }

    /// All errors that the service models.
    pub(crate) fn errors(&'static self) -> impl Iterator<Item = Class> {
        self.line(0).unwrap_or_default().split(' ').skip(1).map(Class::read)
    }

    /// The errors at the positions that an action lists.
    pub(crate) fn errors_at(&'static self, positions: &str) -> Vec<Class> {
        let all: Vec<Class> = self.errors().collect();
        positions.split(' ').filter_map(|at| all.get(at.parse::<usize>().ok()?).copied()).collect()
    }

    /// A form of ARN, by position.
    pub(crate) fn arn(&'static self, position: &str) -> Option<&'static str> {
        self.line(1)?.split('\t').nth(position.parse::<usize>().ok()?.checked_add(1)?)
    }

    /// A shape's line, by its number.
    pub(crate) fn shape(&'static self, number: &str) -> Option<&'static str> {
        self.line(self.shapes.checked_add(number.parse::<usize>().ok()?)?)
    }

    /// The line of the shape with that name in the API.
    pub(crate) fn shape_named(&'static self, name: &str) -> Option<&'static str> {
        let mut lines = (self.shapes..self.lines.len()).filter_map(|number| self.line(number));
        lines.find(|line| {
            line.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(['\t', '=', ':']))
        })
    }
}

impl Line {
    fn read(line: &'static str) -> Option<Line> {
        let mut fields = line.split('\t');
        let mut next = || fields.next();
        Some(Line {
            name: next()?,
            input: next()?,
            output: next()?,
            errors: next()?,
            flags: next()?,
            paging: next()?,
            iam: next()?,
        })
    }
}
