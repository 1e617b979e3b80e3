//! Text → tree. The only entry is `parse`, which cannot fail; nothing outside this folder names pest.

pub mod ast;
mod brackets;
mod build;
mod layout;
mod print;
mod scan;

use crate::diagnostics::Diagnostic;
use crate::source::{FileId, Span};

pub use layout::MAX_DEPTH;
pub use print::print;

/// A tree, however broken the text, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Parsed {
    pub file: ast::File,
    /// In the order of their places; of several on one line only the first is kept, since it explains the others.
    pub diagnostics: Vec<Diagnostic>,
}

/// What the deepest accepted text needs in a debug build is 5 MiB; a thread of tokio's or of a test has 2.
const STACK: usize = 12 << 20;

/// Parses one file, in time proportional to its length.
pub fn parse(file: FileId, text: &str) -> Parsed {
    stacker::maybe_grow(STACK, STACK, || parse_here(file, text))
}

fn parse_here(file: FileId, text: &str) -> Parsed {
    let laid_out = layout::layout(file, text);
    let mut diagnostics = laid_out.diagnostics;
    let mut tree =
        ast::File { items: Vec::new(), comments: laid_out.comments, span: Span::new(file, 0, text.len()) };
    for chunk in &laid_out.chunks {
        let (item, found) = build::item(file, &laid_out.text, chunk);
        tree.items.push(item);
        diagnostics.extend(found);
    }
    Parsed { file: tree, diagnostics: first_of_each_line(text, diagnostics) }
}

/// One mistake, one message: what else is wrong on a line mostly follows from the first.
fn first_of_each_line(text: &str, mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    // Quotes explain the brackets of their line, and both the rest of it: they come first already.
    diagnostics.sort_by_key(|diagnostic| diagnostic.code.0 != "F0103");
    let newlines: Vec<usize> =
        text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at).collect();
    let line_of = |diagnostic: &Diagnostic| {
        let start = diagnostic.span().start as usize;
        newlines.partition_point(|newline| *newline < start)
    };
    let mut lines = std::collections::HashSet::new();
    diagnostics.retain(|diagnostic| !diagnostic.is_error() || lines.insert(line_of(diagnostic)));
    diagnostics.sort_by_key(|diagnostic| diagnostic.span().start);
    diagnostics
}
