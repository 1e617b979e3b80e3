//! The standard library: Flow source inside the compiler, a kind a file. A kind is parsed when a program names it.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

use crate::source::{FileId, Source, Span};
use crate::syntax::{self, ast};

/// One kind and the file that declares it.
struct Entry {
    name: &'static str,
    path: &'static str,
    text: &'static str,
    parsed: OnceLock<(Source, ast::File)>,
}

macro_rules! kinds {
    ($($name:literal),* $(,)?) => {
        [$(Entry {
            name: $name,
            path: concat!("stdlib/", $name, ".flow"),
            text: include_str!(concat!("../../../../stdlib/", $name, ".flow")),
            parsed: OnceLock::new(),
        }),*]
    };
}

/// A further kind is one file here. None of them names another.
static KINDS: [Entry; 15] = kinds![
    "activity",
    "alarm",
    "bucket",
    "bus",
    "connection",
    "container",
    "function",
    "key",
    "network",
    "queue",
    "schedule",
    "secret",
    "stream",
    "table",
    "topic",
];

/// Above every file of a program.
const FIRST: u32 = u32::MAX - 1000;

impl Entry {
    fn parsed(&'static self, id: FileId) -> &'static (Source, ast::File) {
        self.parsed.get_or_init(|| (Source::new(id, self.path, self.text), syntax::parse(id, self.text).file))
    }
}

fn entries() -> impl Iterator<Item = (FileId, &'static Entry)> {
    (FIRST..).map(FileId).zip(&KINDS)
}

/// Whether a place is in the standard library.
pub(crate) fn is_standard(span: Span) -> bool {
    span.file.0 >= FIRST
}

/// A file of the standard library, for editors that follow a name into it.
pub(crate) fn source(file: FileId) -> Option<&'static Source> {
    let (id, entry) = entries().find(|(id, _)| *id == file)?;
    Some(&entry.parsed(id).0)
}

/// The names of all kinds.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|it| it.name)
}

/// The declarations of the kinds that `wanted` has.
pub(crate) fn items(wanted: &HashSet<&str>) -> impl Iterator<Item = (FileId, &'static ast::Item)> {
    let entries = entries().filter(|(_, it)| wanted.contains(it.name));
    entries.flat_map(|(id, it)| it.parsed(id).1.items.iter().map(move |item| (id, item)))
}

/// The kinds whose names stand somewhere in the texts where a kind's can: behind no `.` and before no `:`.
/// Perhaps more than the program uses, never fewer.
pub(crate) fn named(texts: &[Source]) -> HashSet<&'static str> {
    let all: HashSet<&'static str> = names().collect();
    let mut found = HashSet::new();
    for source in texts {
        let text = source.text.as_str();
        let before = |at: usize| at.checked_sub(1).and_then(|it| text.as_bytes().get(it));
        let names = words(text).filter(|it| before(it.start) != Some(&b'.'));
        let names = names.filter(|it| text.as_bytes().get(it.end) != Some(&b':'));
        found.extend(names.filter_map(|it| all.get(text.get(it)?)));
    }
    found
}

/// The place of each word of a text.
fn words(text: &str) -> impl Iterator<Item = Range<usize>> {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(word)?;
        let rest = bytes.get(start..)?;
        at = start + rest.iter().position(|it| !word(it)).unwrap_or(rest.len());
        Some(start..at)
    })
}
