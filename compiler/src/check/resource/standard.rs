//! The standard library: Flow source inside the compiler, parsed once.

use std::sync::OnceLock;

use crate::source::{FileId, Source, Span};
use crate::syntax::{self, ast};

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../../stdlib/", $name)))),*]
    };
}

/// A further kind is one file here.
const FILES: &[(&str, &str)] = files![
    "activity.flow",
    "alarm.flow",
    "bucket.flow",
    "bus.flow",
    "connection.flow",
    "container.flow",
    "function.flow",
    "key.flow",
    "network.flow",
    "queue.flow",
    "schedule.flow",
    "secret.flow",
    "stream.flow",
    "table.flow",
    "topic.flow",
];

/// Above every file of a program.
const FIRST: u32 = u32::MAX - 1000;

struct Library {
    sources: Vec<Source>,
    files: Vec<ast::File>,
}

fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let mut library = Library { sources: Vec::new(), files: Vec::new() };
        for (at, (name, text)) in (0..).zip(FILES) {
            let id = FileId(FIRST + at);
            library.files.push(syntax::parse(id, text).file);
            library.sources.push(Source::new(id, format!("stdlib/{name}"), *text));
        }
        library
    })
}

/// Whether a place is in the standard library.
pub(crate) fn is_standard(span: Span) -> bool {
    span.file.0 >= FIRST
}

/// A file of the standard library, for editors that follow a name into it.
pub(crate) fn source(file: FileId) -> Option<&'static Source> {
    let at = file.0.checked_sub(FIRST)?;
    library().sources.get(at as usize)
}

/// Every declaration.
pub(crate) fn items() -> impl Iterator<Item = (FileId, &'static ast::Item)> {
    let files = library().files.iter();
    (FIRST..).zip(files).flat_map(|(id, file)| file.items.iter().map(move |item| (FileId(id), item)))
}
