//! Where statements and declarations end.
//!
//! A newline ends a statement, except inside `(` and `[`, after an operator, and before a line that goes on with one
//! or with a clause. `layout` decides that once, so that the grammar need not: it gives a copy of the text, byte for
//! byte as long, in which comments and newlines that end nothing are blanks. It also cuts the text into declarations,
//! so that nothing broken in one reaches the next.

use std::collections::HashMap;
use std::ops::Range;

use crate::diagnostics::{Diagnostic, syntax as report};
use crate::source::{FileId, Span};

use super::ast::Comment;
use super::brackets::{self, Partner};
use super::scan::{self, Kind, Token};

/// Brackets may nest this deeply; deeper ones are refused before anything recurses over them.
pub const MAX_DEPTH: usize = 200;

/// Stands in the laid out text where a `{` is missing.
const VIRTUAL_OPEN: u8 = 0x0e;
/// Stands in the laid out text where a `}` is missing.
const VIRTUAL_CLOSE: u8 = 0x0f;

pub(super) struct Layout {
    pub(super) text: String,
    pub(super) chunks: Vec<Chunk>,
    pub(super) comments: Vec<Comment>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// The text of one declaration.
pub(super) struct Chunk {
    pub(super) range: Range<usize>,
    /// Brackets nest too deeply in it to look at it any further.
    pub(super) too_deep: bool,
}

/// Words that go on with the statement before them where a line begins with one.
const CLAUSES: [&str; 12] = [
    "throws",
    "within",
    "heartbeat",
    "with",
    "retry",
    "catch",
    "undo",
    "else",
    "when",
    "finally",
    "until",
    "then",
];

/// Words that a block belongs to.
const BLOCKS: [&str; 16] = [
    "if", "else", "while", "for", "repeat", "map", "parallel", "transact", "match", "try", "catch",
    "finally", "saga", "undo", "mock", "each",
];

/// Words after which another word may stand in an expression.
const PREFIXES: [&str; 13] = [
    "await", "fail", "return", "match", "if", "map", "not", "parallel", "transact", "try", "saga", "break",
    "continue",
];

pub(super) fn layout(file: FileId, text: &str) -> Layout {
    let scan = scan::scan(file, text);
    let partners = brackets::pair(text, &scan.tokens);
    let mut pass = Pass {
        file,
        text,
        next_code: next_code(&scan.tokens),
        tokens: &scan.tokens,
        partners: &partners,
        marks: marks(&partners),
        comments: scan.comments,
        out: blank(text),
        open: Vec::new(),
        chunk_start: 0,
        too_deep: false,
        loose: 0,
        last: None,
        chunks: Vec::new(),
        diagnostics: Vec::new(),
    };
    for index in 0..scan.tokens.len() {
        pass.token(index);
    }
    pass.end_chunk(text.len());
    pass.comments.sort_by_key(|comment| comment.span.start);
    let text = String::from_utf8(pass.out).unwrap_or_default();
    Layout { text, chunks: pass.chunks, comments: pass.comments, diagnostics: pass.diagnostics }
}

/// What stands, by the newlines, for braces that are missing: how many close before it, and whether one opens.
#[derive(Clone, Copy, Default)]
struct Mark {
    close: usize,
    /// The `}` whose `{` is missing.
    open: Option<usize>,
}

fn marks(partners: &[Partner]) -> HashMap<usize, Mark> {
    let mut marks: HashMap<usize, Mark> = HashMap::new();
    for (index, partner) in partners.iter().enumerate() {
        match partner {
            Partner::Unclosed(Some(newline)) => marks.entry(*newline).or_default().close += 1,
            Partner::Opened(newline) => marks.entry(*newline).or_default().open = Some(index),
            _ => {}
        }
    }
    marks
}

/// Blanks, as long as the text; tokens are copied into it.
fn blank(text: &str) -> Vec<u8> {
    vec![b' '; text.len()]
}

/// For each token the first one after it that is neither a newline nor a doc line.
fn next_code(tokens: &[Token]) -> Vec<Option<usize>> {
    let mut next = vec![None; tokens.len()];
    let mut last = None;
    for (index, token) in tokens.iter().enumerate().rev() {
        if let Some(slot) = next.get_mut(index) {
            *slot = last;
        }
        if !matches!(token.kind, Kind::Newline | Kind::Doc) {
            last = Some(index);
        }
    }
    next
}

struct Pass<'a> {
    file: FileId,
    text: &'a str,
    tokens: &'a [Token],
    partners: &'a [Partner],
    marks: HashMap<usize, Mark>,
    next_code: Vec<Option<usize>>,
    comments: Vec<Comment>,
    out: Vec<u8>,
    /// The brackets around the current token, without the unclosed parentheses.
    open: Vec<u8>,
    chunk_start: usize,
    too_deep: bool,
    /// Unclosed parentheses on this line.
    loose: usize,
    /// The last token that was no newline and is still in the text.
    last: Option<usize>,
    chunks: Vec<Chunk>,
    diagnostics: Vec<Diagnostic>,
}

impl Pass<'_> {
    fn token(&mut self, index: usize) {
        let Some(token) = self.tokens.get(index).copied() else { return };
        match token.kind {
            Kind::Open(bracket) => self.open(index, token, bracket),
            Kind::Close(bracket) => self.close(index, token, bracket),
            Kind::Newline => self.newline(index, token),
            Kind::Doc => self.doc(index, token),
            Kind::Text { closed } => {
                if !closed {
                    self.diagnostics.push(self.unclosed_text(token));
                }
                self.copy(token);
            }
            Kind::Word | Kind::Number | Kind::Label | Kind::Operator | Kind::Angle => self.copy(token),
            Kind::Other => self.other(token),
        }
        let left_out = matches!(token.kind, Kind::Newline | Kind::Doc) && !self.is_doc(token);
        if !left_out {
            self.last = Some(index);
        }
        if self.open.len() + self.loose + token.depth > MAX_DEPTH && !self.too_deep {
            self.too_deep = true;
            self.diagnostics.push(report::too_deep(self.span(token), MAX_DEPTH));
        }
    }

    fn span(&self, token: Token) -> Span {
        Span::new(self.file, token.start, token.end)
    }

    fn unclosed_text(&self, token: Token) -> Diagnostic {
        let (span, text) = (self.span(token), self.slice(token));
        if !text.starts_with(scan::BLOCK) {
            return report::unclosed_string(span);
        }
        let line = text.find('\n').unwrap_or(text.len());
        report::unclosed_block(Span::new(self.file, token.start, token.start + line))
    }

    fn slice(&self, token: Token) -> &str {
        self.text.get(token.start..token.end).unwrap_or("")
    }

    fn copy(&mut self, token: Token) {
        let bytes = self.text.as_bytes().get(token.start..token.end);
        if let (Some(to), Some(from)) = (self.out.get_mut(token.start..token.end), bytes) {
            to.copy_from_slice(from);
        }
    }

    fn put(&mut self, at: usize, byte: u8) {
        if let Some(slot) = self.out.get_mut(at) {
            *slot = byte;
        }
    }

    /// A control character could be taken for one of our own marks.
    fn other(&mut self, token: Token) {
        if self.slice(token).chars().all(|c| c.is_control()) {
            (token.start..token.end).for_each(|at| self.put(at, b'\x7f'));
        } else {
            self.copy(token);
        }
    }

    fn open(&mut self, index: usize, token: Token, bracket: u8) {
        let ends = matches!(self.partners.get(index), Some(Partner::Paired(_)));
        if !ends {
            self.diagnostics.push(report::unclosed(self.span(token), bracket as char));
        }
        // An unclosed parenthesis ends with its line.
        if ends || bracket == b'{' {
            self.open.push(bracket);
        } else {
            self.loose += 1;
        }
        self.copy(token);
    }

    fn close(&mut self, index: usize, token: Token, bracket: u8) {
        match self.partners.get(index) {
            Some(Partner::Paired(_) | Partner::Opened(_)) => {
                self.open.pop();
                self.copy(token);
            }
            _ => self.diagnostics.push(report::stray_close(self.span(token), bracket as char)),
        }
    }

    fn doc(&mut self, index: usize, token: Token) {
        let next = self.next_code.get(index).copied().flatten();
        let documents = next.is_some_and(|next| !self.closes(next) && !self.continues(next));
        let newline = index.checked_sub(1).and_then(|i| self.tokens.get(i));
        let begins = newline.is_none_or(|newline| self.out.get(newline.start) == Some(&b'\n'));
        if documents && begins && self.in_lines() {
            self.copy(token);
            return;
        }
        let text = self.slice(token).get(1..).unwrap_or("").to_owned();
        self.comments.push(Comment { text, span: self.span(token), own_line: true });
    }

    /// Here a newline may end something.
    fn in_lines(&self) -> bool {
        self.open.last().is_none_or(|bracket| *bracket == b'{')
    }

    fn newline(&mut self, index: usize, token: Token) {
        let mark = self.marks.get(&index).copied().unwrap_or_default();
        if mark.open.is_some() || mark.close > 0 {
            self.virtual_braces(token, mark);
            return;
        }
        let last = self.last.and_then(|i| self.tokens.get(i)).copied();
        let next = self.next_code.get(index).copied().flatten();
        let after_doc = last.is_some_and(|last| last.kind == Kind::Doc);
        let goes_on = next.is_some_and(|next| self.continues(next) || self.is_returned(last, next))
            || last.is_some_and(|last| last.kind == Kind::Angle && last.depth > 0)
            || last.is_some_and(|last| self.operator_goes_on(last, next))
            || self.last.is_some_and(|last| self.only_attributes(last));
        if !self.in_lines() || goes_on && !after_doc || self.brace_below(index, next) {
            return;
        }
        self.put(token.start, b'\n');
        self.loose = 0;
        if self.open.is_empty() && !after_doc {
            self.end_chunk(token.start);
        }
    }

    /// Puts the braces that are missing here in the newline's place and that of the blanks behind it.
    fn virtual_braces(&mut self, token: Token, mark: Mark) {
        self.loose = 0;
        if mark.open.is_some() {
            let end = self.last.and_then(|i| self.tokens.get(i)).map_or(token.start, |last| last.end);
            self.diagnostics.push(report::missing_open(Span::new(self.file, end, end)));
            self.put(token.start, VIRTUAL_OPEN);
            self.open.push(b'{');
            return;
        }
        let blanks = self.text.get(token.end..).unwrap_or("");
        let room = 1 + blanks.len() - blanks.trim_start_matches([' ', '\n', '\t', '\r']).len();
        for offset in 0..mark.close {
            while self.open.last().is_some_and(|bracket| *bracket != b'{') {
                self.open.pop();
            }
            self.open.pop();
            if offset < room {
                self.put(token.start + offset, VIRTUAL_CLOSE);
            }
        }
        if self.open.is_empty() {
            let end = token.start + mark.close.min(room);
            self.end_chunk(end);
        } else if mark.close < room {
            self.put(token.start + mark.close, b'\n');
        }
    }

    /// A doc line that was kept as one.
    fn is_doc(&self, token: Token) -> bool {
        token.kind == Kind::Doc && self.out.get(token.start) == Some(&b'/')
    }

    fn end_chunk(&mut self, at: usize) {
        let range = self.chunk_start..at;
        self.chunk_start = at;
        let blank = self.out.get(range.clone()).is_none_or(|s| s.iter().all(u8::is_ascii_whitespace));
        if !blank {
            self.chunks.push(Chunk { range, too_deep: self.too_deep });
        }
        self.too_deep = false;
    }

    fn closes(&self, index: usize) -> bool {
        self.tokens.get(index).is_some_and(|token| matches!(token.kind, Kind::Close(_)))
    }

    /// A line that begins with this token goes on with the one before it.
    fn continues(&self, index: usize) -> bool {
        let Some(token) = self.tokens.get(index).copied() else { return false };
        let after = self.tokens.get(index + 1).copied();
        match token.kind {
            Kind::Angle => true,
            Kind::Operator => match self.slice(token) {
                "." => after.is_some_and(|name| name.kind == Kind::Word && name.start == token.end),
                "?." | "??" | "&&" | "||" | "|" | "->" => true,
                _ => false,
            },
            Kind::Word if self.slice(token) == "as" => after.is_some_and(|after| self.slice(after) == "role"),
            Kind::Word if CLAUSES.contains(&self.slice(token)) => {
                !after.is_none_or(|after| self.ends_name(after))
            }
            _ => false,
        }
    }

    /// Braces on the line behind a bare `return` can only be its value: nothing else there would ever run.
    fn is_returned(&self, last: Option<Token>, next: usize) -> bool {
        let braces = self.tokens.get(next).is_some_and(|token| token.kind == Kind::Open(b'{'));
        braces && last.is_some_and(|last| last.kind == Kind::Word && self.slice(last) == "return")
    }

    /// The next line begins with the `{` that this one lacks: nothing at the margin begins with one, and within braces
    /// a word tells that a block must follow. Says so.
    fn brace_below(&mut self, index: usize, next: Option<usize>) -> bool {
        let brace = next.and_then(|next| self.tokens.get(next)).copied();
        let Some(brace) = brace.filter(|it| it.kind == Kind::Open(b'{')) else { return false };
        let Some(last) = self.last.and_then(|last| self.tokens.get(last)).copied() else { return false };
        let at_margin = self.open.is_empty() && last.end > self.chunk_start && last.kind != Kind::Doc;
        if !at_margin && !self.wants_block(index) {
            return false;
        }
        if next == Some(index + 1) {
            let report = report::brace_below(self.span(last).tail(), self.span(brace));
            self.diagnostics.push(report);
        }
        true
    }

    /// The statement that ends before this newline has a word that a block belongs to, and none behind it.
    fn wants_block(&self, newline: usize) -> bool {
        let mut end = newline;
        while let Some(index) = end.checked_sub(1) {
            let Some(token) = self.tokens.get(index).copied() else { return false };
            match (token.kind, self.partners.get(index)) {
                (Kind::Newline, _) if self.out.get(token.start) == Some(&b'\n') => return false,
                (Kind::Open(_) | Kind::Close(b'}') | Kind::Doc, _) => return false,
                (Kind::Close(_), Some(Partner::Paired(opener))) => end = *opener,
                (Kind::Word, _) if BLOCKS.contains(&self.slice(token)) => {
                    let before = index.checked_sub(1).and_then(|i| self.tokens.get(i)).copied();
                    let field = before.is_some_and(|it| matches!(self.slice(it), "." | "?." | "@"));
                    return !field && self.tokens.get(index + 1).is_none_or(|after| !self.names(*after));
                }
                _ => end = index,
            }
        }
        false
    }

    /// Between a name and its value.
    fn names(&self, token: Token) -> bool {
        token.kind == Kind::Operator && matches!(self.slice(token), ":" | "=" | "." | "?." | "=>")
    }

    /// What follows a name of a field or variable, and never a clause word.
    fn ends_name(&self, token: Token) -> bool {
        match token.kind {
            Kind::Close(_) | Kind::Newline => true,
            Kind::Operator => matches!(self.slice(token), ":" | "," | "=" | "." | "?." | "=>" | ";"),
            _ => false,
        }
    }

    /// A line ends with the operator `last`, and the next one does not begin something of its own.
    fn operator_goes_on(&self, last: Token, next: Option<usize>) -> bool {
        let operator = match self.slice(last) {
            "%" => !self.percent(last),
            "." | "?." | "?" | "!" | "++" | "--" | ";" | "::" | "..." => false,
            _ => true,
        };
        last.kind == Kind::Operator && operator && next.is_some_and(|next| !self.begins_own(next))
    }

    /// `5%` at the end of a line.
    fn percent(&self, token: Token) -> bool {
        token.start > 0 && self.text.as_bytes().get(token.start - 1).is_some_and(u8::is_ascii_digit)
    }

    /// `let x`, `table orders`, `name: …`, `@attribute`: never the rest of an expression.
    fn begins_own(&self, index: usize) -> bool {
        let Some(token) = self.tokens.get(index).copied() else { return true };
        let after = self.tokens.get(index + 1).copied();
        let colon = after.is_some_and(|after| self.slice(after) == ":");
        match token.kind {
            Kind::Word => {
                let word = self.slice(token);
                let pair = after.is_some_and(|after| match after.kind {
                    Kind::Word => {
                        !matches!(self.slice(after), "in" | "as" | "failed" | "visited")
                            && !CLAUSES.contains(&self.slice(after))
                    }
                    Kind::Open(b'{') => matches!(word, "let" | "var" | "for" | "import"),
                    _ => false,
                });
                colon || pair && !PREFIXES.contains(&word)
            }
            Kind::Text { .. } => colon,
            Kind::Label => after.is_some_and(|after| after.kind == Kind::Word),
            Kind::Close(_) => true,
            Kind::Other => self.slice(token) == "@",
            _ => false,
        }
    }

    /// The line that ends with the token `end` holds attributes and nothing else.
    fn only_attributes(&self, end: usize) -> bool {
        let mut last = end + 1;
        while let Some(index) = last.checked_sub(1) {
            let Some(token) = self.tokens.get(index).copied() else { return false };
            match (token.kind, self.partners.get(index)) {
                (Kind::Newline | Kind::Doc, _) => return false,
                (Kind::Close(b')'), Some(Partner::Paired(opener))) => last = *opener,
                (Kind::Word, _) => {
                    let Some(at) = index.checked_sub(1).and_then(|i| self.tokens.get(i)).copied() else {
                        return false;
                    };
                    let before = index.checked_sub(2).and_then(|i| self.tokens.get(i));
                    if self.slice(at) != "@" || at.end != token.start {
                        return false;
                    }
                    if before.is_none_or(|token| matches!(token.kind, Kind::Newline | Kind::Doc)) {
                        return true;
                    }
                    last = index - 1;
                }
                _ => return false,
            }
        }
        false
    }
}
