//! The formatter: one style, no options. Works on the tree; comments are put back by their places.
//!
//! What the writer decides: blank lines (one at most), whether what is in braces starts on a new line, and whether a
//! clause does. All else follows from the width.

mod doc;
mod expr;
mod fields;
mod item;
mod stmt;
mod types;

use doc::Doc;

use super::Parsed;
use super::ast::{Attribute, Comment, Name};

/// A line broken for its width is, the next time, one that the writer broke; that can free the lines around it.
const ROUNDS: usize = 5;

/// The file in Flow's style. `None` where it has syntax errors, since a formatter must not lose what it can't read.
pub fn print(parsed: &Parsed, text: &str) -> Option<String> {
    let mut printed = print_once(parsed, text)?;
    for _ in 0..ROUNDS {
        let again = super::parse(parsed.file.span.file, &printed);
        let next = print_once(&again, &printed)?;
        if next == printed {
            break;
        }
        printed = next;
    }
    Some(printed)
}

fn print_once(parsed: &Parsed, text: &str) -> Option<String> {
    if parsed.diagnostics.iter().any(|diagnostic| diagnostic.is_error()) {
        return None;
    }
    stacker::maybe_grow(super::STACK, super::STACK, || {
        let mut printer = Printer { text, comments: &parsed.file.comments, next: 0 };
        Some(doc::pretty(&printer.file(&parsed.file)))
    })
}

struct Printer<'a> {
    text: &'a str,
    comments: &'a [Comment],
    /// The first comment that is not printed yet.
    next: usize,
}

/// One piece of a list, with the places that decide what goes before and behind it.
struct Piece {
    doc: Doc,
    /// Own-line comments that stand before it.
    before: Vec<Doc>,
    /// A comment on its last line.
    behind: Option<String>,
    blank_before: bool,
}

impl<'a> Printer<'a> {
    fn pending(&self, before: u32) -> Option<&'a Comment> {
        self.comments.get(self.next).filter(|comment| comment.span.start < before)
    }

    fn slice(&self, start: u32, end: u32) -> &'a str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    fn rest(&self, start: u32) -> &'a str {
        self.text.get(start as usize..).unwrap_or("")
    }

    fn line_before(&self, at: u32) -> &'a str {
        let before = self.slice(0, at);
        before.rsplit('\n').next().unwrap_or("")
    }

    /// Nothing stands before `at` on its line.
    fn starts_line(&self, at: u32) -> bool {
        self.line_before(at).trim().is_empty()
    }

    /// The line above `at`, past the doc lines that belong to it, is empty.
    fn blank_above(&self, at: u32) -> bool {
        let before = self.slice(0, at);
        let mut lines = before.rsplit('\n');
        if !lines.next().unwrap_or("").trim().is_empty() {
            return false;
        }
        lines.find(|line| !line.trim_start().starts_with("///")).is_some_and(|line| line.trim().is_empty())
    }

    /// The comments before `before`, each for a line of its own.
    fn leading(&mut self, before: u32) -> Vec<Doc> {
        let mut lines = Vec::new();
        while let Some(comment) = self.pending(before) {
            self.next += 1;
            if !lines.is_empty() {
                let blank = comment.own_line && self.blank_above(comment.span.start);
                lines.push(if blank { Doc::Blank } else { Doc::Hard });
            }
            lines.push(Doc::text(comment.text.trim_end()));
        }
        lines
    }

    /// The comment behind `after` on its line, if it is the next one and stands before `before`.
    fn trailing(&mut self, after: u32, before: u32) -> Option<String> {
        let comment =
            self.pending(before).filter(|comment| !comment.own_line && comment.span.start >= after)?;
        if self.slice(after, comment.span.start).contains('\n') {
            return None;
        }
        self.next += 1;
        Some(comment.text.trim_end().to_owned())
    }

    /// Prints one piece of a list with the comments around it. `end` is where the list ends.
    fn piece(&mut self, start: u32, piece_end: u32, end: u32, print: impl FnOnce(&mut Self) -> Doc) -> Piece {
        let first_comment = self.pending(start).map(|comment| comment.span.start);
        let mut before = self.leading(start);
        let blank_before = self.blank_above(first_comment.unwrap_or(start));
        if first_comment.is_some() && self.blank_above(start) {
            before.push(Doc::Blank);
        } else if first_comment.is_some() {
            before.push(Doc::Hard);
        }
        let doc = print(self);
        // What stood in a place that keeps no comments goes above.
        let inside = self.leading(piece_end);
        if !inside.is_empty() {
            before.extend(inside);
            before.push(Doc::Hard);
        }
        let behind = self.trailing(piece_end, end);
        Piece { doc, before, behind, blank_before }
    }

    /// Pieces, each on its line with a separator but the last, and the comments behind the last of them.
    fn lines(&mut self, pieces: Vec<Piece>, separator: &str, end: u32) -> Doc {
        self.lines_ending(pieces, separator, "", end)
    }

    /// `last`: behind the last piece.
    fn lines_ending(&mut self, pieces: Vec<Piece>, separator: &str, last: &str, end: u32) -> Doc {
        let mut docs = Vec::new();
        let count = pieces.len();
        for (index, piece) in pieces.into_iter().enumerate() {
            if index > 0 {
                docs.push(if piece.blank_before { Doc::Blank } else { Doc::Hard });
            }
            docs.extend(piece.before);
            docs.push(piece.doc);
            docs.push(Doc::text(if index + 1 < count { separator } else { last }));
            docs.extend(piece.behind.map(|comment| Doc::text(format!(" {comment}"))));
        }
        if let Some(comment) = self.pending(end).map(|comment| comment.span.start) {
            if count > 0 {
                docs.push(if self.blank_above(comment) { Doc::Blank } else { Doc::Hard });
            }
            docs.extend(self.leading(end));
        }
        Doc::Concat(docs)
    }

    /// What stands in braces or brackets, each piece on a line.
    fn broken(&mut self, brackets: (&str, &str), head: Option<String>, body: Doc) -> Doc {
        let head = head.map_or(String::new(), |comment| format!(" {comment}"));
        Doc::concat([
            Doc::text(format!("{}{head}", brackets.0)),
            Doc::nest([Doc::Hard, body]),
            Doc::Hard,
            Doc::text(brackets.1),
        ])
    }

    /// A comment on the line of an opening bracket.
    fn head_comment(&mut self, first: u32) -> Option<String> {
        let comment = self.pending(first).filter(|comment| !comment.own_line)?;
        self.next += 1;
        Some(comment.text.trim_end().to_owned())
    }

    fn docs(&self, docs: &Option<String>) -> Vec<Doc> {
        let Some(docs) = docs else { return Vec::new() };
        let line = |line: &str| Doc::text(format!("/// {line}").trim_end());
        docs.split('\n').flat_map(|text| [line(text), Doc::Hard]).collect()
    }

    /// Attributes and what parts them from what they are for. Those that stood before it on its line go above it where
    /// that line is too long.
    fn attributes(&mut self, attributes: &[Attribute]) -> Vec<Doc> {
        let mut docs = Vec::new();
        let mut lines = true;
        for attribute in attributes {
            if !docs.is_empty() {
                docs.push(if lines { Doc::Hard } else { Doc::Line(" ") });
            }
            docs.push(Doc::text(format!("@{}", attribute.name.text)));
            if self.slice(attribute.span.start, attribute.span.end).ends_with(')') {
                docs.push(self.arguments(&attribute.arguments, attribute.span.end));
            }
            let after = self.rest(attribute.span.end);
            lines = after.split('\n').next().is_none_or(|rest| {
                let rest = rest.trim();
                rest.is_empty() || rest.starts_with("//")
            });
        }
        match (docs.is_empty(), lines) {
            (true, _) => docs,
            (false, true) => vec![Doc::strict(docs), Doc::Hard],
            (false, false) => {
                docs.push(Doc::Line(" "));
                vec![Doc::strict(docs)]
            }
        }
    }

    fn name(&self, name: &Name, quoted: bool) -> String {
        if quoted { quote(&name.text) } else { name.text.clone() }
    }
}

/// A string as it is written.
fn quote(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '$' if chars.peek() == Some(&'{') => out.push_str("\\$"),
            c if c.is_control() => out.push_str(&format!("\\u{{{:X}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
