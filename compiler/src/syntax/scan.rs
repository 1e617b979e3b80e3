//! Text → a flat run of tokens, just precise enough to find brackets, comments and the ends of lines.
//! The grammar proper is `flow.pest`.

use crate::source::{FileId, Span};

use super::ast::Comment;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `(`, `[` or `{`, as its byte.
    Open(u8),
    /// `)`, `]` or `}`, as its byte.
    Close(u8),
    Newline,
    /// A `///` line of its own.
    Doc,
    Word,
    Number,
    /// A whole string with its quotes and holes.
    Text {
        closed: bool,
    },
    /// `'outer` or `'outer:`
    Label,
    Operator,
    /// The `<` and `>` of `dict<T>`.
    Angle,
    Other,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// How deeply brackets nest inside this one token: a string with holes, or a run of `dict<`.
    pub(super) depth: usize,
}

pub(super) struct Scan {
    pub(super) tokens: Vec<Token>,
    pub(super) comments: Vec<Comment>,
}

/// Longest first, so that the first match is the longest.
const OPERATORS: [&str; 38] = [
    "===", "!==", "...", "**=", "=>", "->", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "..", "+=", "-=",
    "*=", "/=", "++", "--", "::", "+", "-", "*", "/", "%", "=", "<", ">", "!", "|", "&", "?", ".", ",", ":",
    ";",
];

pub(super) fn scan(file: FileId, text: &str) -> Scan {
    let mut scanner = Scanner {
        file,
        text,
        at: 0,
        brackets: 0,
        angles: Vec::new(),
        line_is_blank: true,
        tokens: Vec::new(),
        comments: Vec::new(),
    };
    while scanner.at < text.len() {
        scanner.step();
    }
    Scan { tokens: scanner.tokens, comments: scanner.comments }
}

struct Scanner<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
    /// How many brackets are open.
    brackets: usize,
    /// For each open `dict<` the brackets around it.
    angles: Vec<usize>,
    line_is_blank: bool,
    tokens: Vec<Token>,
    comments: Vec<Comment>,
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn push(&mut self, kind: Kind, len: usize, depth: usize) {
        self.tokens.push(Token { kind, start: self.at, end: self.at + len, depth });
        self.at += len;
        self.line_is_blank = kind == Kind::Newline;
    }

    fn step(&mut self) {
        let Some(first) = self.rest().chars().next() else { return };
        match first {
            ' ' | '\t' | '\r' | '\u{feff}' => self.at += first.len_utf8(),
            '\n' => {
                // Once for a run of blank lines and comments, whose end is looked for.
                if !self.line_is_blank && !self.angles.is_empty() && !self.type_goes_on() {
                    self.close_angles(self.brackets);
                }
                self.push(Kind::Newline, 1, 0);
            }
            '(' | '[' | '{' => {
                self.brackets += 1;
                self.push(Kind::Open(first as u8), 1, 0);
            }
            ')' | ']' | '}' => {
                self.brackets = self.brackets.saturating_sub(1);
                self.close_angles(self.brackets + 1);
                self.push(Kind::Close(first as u8), 1, 0);
            }
            '"' => {
                let rest = self.rest();
                let block = rest.starts_with(BLOCK);
                let (len, closed, depth) = if block { text_block(rest) } else { string(rest) };
                self.push(Kind::Text { closed }, len, depth);
            }
            '`' => self.foreign_string('`'),
            '\'' => self.label_or_string(),
            '/' if self.rest().starts_with("//") => self.comment(),
            c if c.is_ascii_digit() => {
                let len = number(self.rest());
                self.push(Kind::Number, len, 0);
            }
            c if word_char(c) => self.word(),
            c => self.operator(c),
        }
    }

    /// A `dict<` with as many brackets around it ends here, closed or not.
    fn close_angles(&mut self, brackets: usize) {
        while self.angles.last().is_some_and(|around| *around >= brackets) {
            self.angles.pop();
        }
    }

    /// Whether the line that ends here stops within a `dict<…>`: behind its `<`, or before `|` or `>`.
    fn type_goes_on(&self) -> bool {
        let opened = self.tokens.last().is_some_and(|last| last.kind == Kind::Angle && last.depth > 0);
        let next = self.rest().trim_start();
        opened || next.starts_with('>') || next.starts_with('|') && !next.starts_with("||")
    }

    fn comment(&mut self) {
        let line = self.rest().split('\n').next().unwrap_or("").trim_end();
        let (line_len, own_line) = (line.len(), self.line_is_blank);
        if own_line && line.starts_with("///") && !line.starts_with("////") {
            self.push(Kind::Doc, line_len, 0);
            return;
        }
        // A `///` that documents nothing must not begin to when it is moved to a line of its own.
        let text =
            if line.starts_with("///") && !line.starts_with("////") { line.get(1..) } else { Some(line) };
        let span = Span::new(self.file, self.at, self.at + line_len);
        self.comments.push(Comment { text: text.unwrap_or("").to_owned(), span, own_line });
        self.at += line_len;
    }

    fn word(&mut self) {
        let len = self.rest().find(|c| !word_char(c)).unwrap_or(self.rest().len());
        self.push(Kind::Word, len, 0);
    }

    fn operator(&mut self, first: char) {
        let after_dict = self.tokens.last().is_some_and(|last| {
            last.kind == Kind::Word
                && last.end == self.at
                && self.text.get(last.start..last.end) == Some("dict")
        });
        if first == '<' && after_dict {
            self.angles.push(self.brackets);
            self.push(Kind::Angle, 1, self.angles.len());
        } else if first == '>' && self.angles.last() == Some(&self.brackets) {
            self.angles.pop();
            self.push(Kind::Angle, 1, 0);
        } else if let Some(operator) = OPERATORS.iter().find(|o| self.rest().starts_with(**o)) {
            self.push(Kind::Operator, operator.len(), 0);
        } else {
            self.push(Kind::Other, first.len_utf8(), 0);
        }
    }

    /// `'done:` is a label, and so is what stands behind `break`; `'text'` is a slip that the grammar reports.
    fn label_or_string(&mut self) {
        let rest = self.rest().get(1..).unwrap_or("");
        let word = rest.find(|c| !word_char(c)).unwrap_or(rest.len());
        let colon = rest.as_bytes().get(word) == Some(&b':');
        let jump = self
            .tokens
            .last()
            .is_some_and(|last| matches!(self.text.get(last.start..last.end), Some("break" | "continue")));
        if word > 0 && (colon || jump) {
            self.push(Kind::Label, 1 + word + usize::from(colon), 0);
        } else {
            self.foreign_string('\'');
        }
    }

    fn foreign_string(&mut self, quote: char) {
        let line = self.rest().split('\n').next().unwrap_or("");
        match line.get(1..).and_then(|rest| rest.find(quote)) {
            Some(end) => self.push(Kind::Text { closed: true }, end + 2, 0),
            None => self.push(Kind::Other, 1, 0),
        }
    }
}

pub(super) fn word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Length of a number with its unit: `1h30m`, `2.5`, `1e3`; of `1..10` only the `1`.
fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let fraction = *byte == b'.' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        let exponent = matches!(byte, b'+' | b'-')
            && at > 0
            && matches!(bytes.get(at - 1), Some(b'e' | b'E'))
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        if !(byte.is_ascii_alphanumeric() || *byte == b'_' || fraction || exponent) {
            break;
        }
        at += 1;
    }
    at
}

/// Length of a string, whether it is closed, and how deeply its holes nest. A string, holes and all, ends on its line.
fn string(rest: &str) -> (usize, bool, usize) {
    let bytes = rest.as_bytes();
    let mut open = vec![b'"'];
    let (mut at, mut deepest) = (1, 0);
    while let (Some(byte), Some(top)) = (bytes.get(at), open.last().copied()) {
        match (*byte, top) {
            (b'\n', _) => return (trimmed(rest, at), false, deepest),
            (b'\\', b'"') if bytes.get(at + 1).is_some_and(|next| *next != b'\n') => at += 1,
            (b'"', b'"') => {
                open.pop();
                if open.is_empty() {
                    return (at + 1, true, deepest);
                }
            }
            (b'$', b'"') if bytes.get(at + 1) == Some(&b'{') => {
                open.push(b'{');
                at += 1;
            }
            (_, b'"') => {}
            (b'"' | b'(' | b'[' | b'{', _) => open.push(*byte),
            (b')' | b']' | b'}', _) => close_hole(&mut open, *byte),
            _ => {}
        }
        if matches!(byte, b'(' | b'[' | b'{' | b'$') {
            // Past any limit the exact figure does not matter.
            let quotes = if open.len() < 1_000 { open.iter().filter(|b| **b == b'"').count() } else { 0 };
            deepest = deepest.max(open.len() - quotes);
        }
        at += 1;
    }
    (trimmed(rest, rest.len()), false, deepest)
}

/// What a text over several lines begins with, and its last line.
pub(super) const BLOCK: &str = "\"\"\"";

/// The same of a text block: it ends with the first line that begins with `"""`. One that is never closed ends before the
/// first line at the margin.
fn text_block(rest: &str) -> (usize, bool, usize) {
    let first = rest.find('\n').unwrap_or(rest.len());
    if let Some(end) = rest.get(BLOCK.len()..first).and_then(|line| line.find(BLOCK)) {
        return (end + 2 * BLOCK.len(), true, 0);
    }
    let (mut at, mut deepest, mut margin) = (first, 0, None);
    while at < rest.len() {
        let line = rest.get(at + 1..).unwrap_or("").split('\n').next().unwrap_or("");
        let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
        if line.get(blanks..).is_some_and(|line| line.starts_with(BLOCK)) {
            return (at + 1 + blanks + BLOCK.len(), true, deepest);
        }
        if blanks == 0 && !line.trim().is_empty() {
            margin = margin.or(Some(at));
        }
        deepest = deepest.max(hole_depth(line));
        at += 1 + line.len();
    }
    (trimmed(rest, margin.unwrap_or(rest.len())), false, deepest)
}

/// At least how deeply the holes of a line nest.
fn hole_depth(line: &str) -> usize {
    let Some((_, holes)) = line.split_once("${") else { return 0 };
    let (mut open, mut deepest) = (1_usize, 1);
    for byte in holes.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

fn close_hole(open: &mut Vec<u8>, closer: u8) {
    let opener = opener_of(closer);
    let inner = open.iter().rposition(|b| *b == b'"').map_or(0, |quote| quote + 1);
    if let Some(found) = open.iter().skip(inner).rposition(|b| *b == opener) {
        open.truncate(inner + found);
    }
}

pub(super) fn opener_of(closer: u8) -> u8 {
    match closer {
        b')' => b'(',
        b']' => b'[',
        b'}' => b'{',
        other => other,
    }
}

fn trimmed(rest: &str, end: usize) -> usize {
    rest.get(..end).map_or(end, |s| s.trim_end().len())
}
