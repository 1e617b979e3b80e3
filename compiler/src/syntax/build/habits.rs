//! What stands where nothing of Flow can, looked at as what another language would mean by it.
//!
//! A site is one line of the laid out text with a place in it: `before` is what stands on the line up to there, `rest` what
//! stands behind. Each rule looks at both and gives the message that teaches; where none knows, the caller has its own.

use crate::diagnostics::{Diagnostic, habits as report};
use crate::source::Span;

use super::Builder;

mod behind;
mod clause;
mod gap;
mod start;

pub(super) use start::Respelling;

/// One line, cut in two where something is wrong.
pub(super) struct Site<'t> {
    pub(super) before: &'t str,
    /// Without blanks around it.
    pub(super) rest: &'t str,
    /// Where `rest` starts in the chunk.
    pub(super) at: usize,
}

/// Words that begin statements, for those that are misspelt.
const STATEMENT_WORDS: [&str; 14] = [
    "return", "while", "repeat", "await", "match", "parallel", "break", "continue", "expect", "mock", "fail",
    "wait", "saga", "until",
];

impl<'i> Builder<'i> {
    /// The line around a place of the chunk, cut at the first thing behind it.
    pub(super) fn site(&self, at: usize) -> Site<'i> {
        let head = self.text.get(..at).unwrap_or("");
        let before = head.rsplit('\n').next().unwrap_or("");
        let line = self.text.get(at..).unwrap_or("").split('\n').next().unwrap_or("");
        let line = line.trim_end_matches(super::is_blank);
        let rest = line.trim_start_matches(super::is_blank);
        Site { before, rest, at: at + line.len() - rest.len() }
    }

    fn place(&self, from: usize, len: usize) -> Span {
        Span::new(self.file, self.at(from), self.at(from + len))
    }

    /// The first bytes of the rest, to the end of a letter.
    fn rest_span(&self, site: &Site<'_>, len: usize) -> Span {
        let rest = self.text.get(site.at..).unwrap_or("");
        let end = (len..rest.len()).find(|it| rest.is_char_boundary(*it)).unwrap_or(rest.len());
        self.place(site.at, end)
    }

    /// `# text`, `/* text */`, `-- text`
    pub(super) fn comment(&self, site: &Site<'i>) -> Option<Diagnostic> {
        let rest = site.rest;
        let ours = if let Some(text) = rest.strip_prefix("/*") {
            text.trim_end().strip_suffix("*/").map(str::trim)
        } else if let Some(text) = rest.strip_prefix("<!--") {
            text.trim_end().strip_suffix("-->").map(str::trim)
        } else if let Some(text) = rest.strip_prefix('#') {
            Some(text.trim_start_matches('#').trim())
        } else {
            return None;
        };
        let ours = ours.filter(|it| !it.contains(['{', '}'])).map(|it| format!("// {it}"));
        Some(report::comment(self.rest_span(site, rest.len()), ours.as_deref()))
    }
}

/// Whether code follows, as behind the colon of Python's.
pub(super) fn begins_statement(text: &str) -> bool {
    let word = first_word(text.trim_start());
    STATEMENT_WORDS.contains(&word) || matches!(word, "let" | "var" | "if" | "for" | "pass")
}

fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// The word that the text ends with, blanks behind it aside.
fn last_word(text: &str) -> &str {
    let text = text.trim_end();
    let start = text
        .rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .map_or(0, |at| at + text.get(at..).and_then(|it| it.chars().next()).map_or(1, char::len_utf8));
    text.get(start..).unwrap_or("")
}
