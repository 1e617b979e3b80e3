//! Pairs → tree. What the grammar found missing or too much is reported here.

mod clause;
mod expr;
mod fields;
mod habits;
mod item;
mod literal;
mod pattern;
mod stmt;
mod types;

use pest::Parser;
use pest::iterators::Pair;

use crate::diagnostics::{Diagnostic, habits as foreign, syntax as report};
use crate::source::{FileId, Span};

use super::ast::{Attribute, Item, ItemKind, Name};
use super::layout::Chunk;

/// The grammar, alone in a module because the macro makes everything in it public.
#[allow(unreachable_pub)]
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "syntax/flow.pest"]
    pub struct Grammar;
}

use grammar::{Grammar, Rule};
use habits::Respelling;

type P<'i> = Pair<'i, Rule>;

/// Expressions may nest this deeply once prefixes, operators and postfixes are counted too. Brackets alone are
/// bounded by `MAX_DEPTH`; passes recurse over the tree, and this keeps them off the end of their stack.
const MAX_HEIGHT: usize = 400;

/// Builds the declaration in one chunk of the laid out text.
pub(super) fn item(file: FileId, laid_out: &str, chunk: &Chunk) -> (Item, Vec<Diagnostic>) {
    let text = laid_out.get(chunk.range.clone()).unwrap_or("");
    let base = isize::try_from(chunk.range.start).unwrap_or(isize::MAX);
    let mut builder = Builder { file, text, base, height: 0, diagnostics: Vec::new() };
    let item = builder.chunk(chunk);
    if builder.diagnostics.is_empty() {
        return (item, Vec::new());
    }
    match respelt(&builder, chunk) {
        Some((item, found)) if found.len() <= builder.diagnostics.len() => (item, found),
        _ => (item, builder.diagnostics),
    }
}

/// The same where a slip in the first word is taken for what it is meant to be: then nothing else need be wrong.
fn respelt(builder: &Builder<'_>, chunk: &Chunk) -> Option<(Item, Vec<Diagnostic>)> {
    let (start, word, meant) = builder.respelt()?;
    let ours = match meant {
        Respelling::As(ours) => ours.to_owned(),
        Respelling::Without => " ".repeat(word.len()),
    };
    let blank = |c: char| if c == '\n' { c } else { ' ' };
    // Docs and attributes would stand elsewhere by as much as the words differ in length.
    let before: String = builder.text.get(..start)?.chars().filter(char::is_ascii).map(blank).collect();
    let text = format!("{before}{ours}{}", builder.text.get(start + word.len()..)?);
    let at = Span::new(builder.file, builder.at(start), builder.at(start + word.len()));
    let longer = isize::try_from(text.len()).ok()? - isize::try_from(builder.text.len()).ok()?;
    let base = builder.base - longer;
    let mut again = Builder { file: builder.file, text: &text, base, height: 0, diagnostics: Vec::new() };
    let mut item = again.chunk(chunk);
    item.span.start = at.start;
    let report = match meant {
        Respelling::As(ours) => foreign::misspelt(at, word, ours),
        Respelling::Without => {
            let behind = builder.text.get(start + word.len()..)?;
            let gap = behind.len() - behind.trim_start_matches(' ').len();
            let whole = Span::new(builder.file, builder.at(start), builder.at(start + word.len() + gap));
            let help = "every declaration can be imported; a workflow waits for each call by itself";
            foreign::foreign(at, word, help).fix(format!("remove `{word}`"), whole, "")
        }
    };
    let mut found = vec![report];
    found.extend(again.diagnostics);
    Some((item, found))
}

struct Builder<'i> {
    file: FileId,
    /// The chunk's text; pairs count from its start.
    text: &'i str,
    /// Where the chunk starts in the file; before it, where a word was put in the place of a shorter one.
    base: isize,
    /// How deeply the expressions built so far nest, within the one being built.
    height: usize,
    diagnostics: Vec<Diagnostic>,
}

impl<'i> Builder<'i> {
    fn chunk(&mut self, chunk: &Chunk) -> Item {
        let whole = self.trimmed(0, self.text.len());
        let failed = Item { docs: None, attributes: Vec::new(), kind: ItemKind::Error, span: whole };
        if chunk.too_deep {
            return failed;
        }
        match Grammar::parse(Rule::chunk, self.text) {
            Ok(pairs) => self.item(pairs.collect()).unwrap_or(failed),
            // The rule takes every text, unless pest finds the stack too short for it.
            Err(_) => {
                self.diagnostics.push(report::too_long(whole, MAX_HEIGHT));
                failed
            }
        }
    }

    /// A place of the chunk as one of the file.
    fn at(&self, offset: usize) -> usize {
        self.base.saturating_add_unsigned(offset).try_into().unwrap_or(0)
    }

    /// A place of the file as one of the chunk.
    fn offset(&self, at: u32) -> usize {
        (isize::try_from(at).unwrap_or(isize::MAX) - self.base).try_into().unwrap_or(0)
    }

    /// The span of the text between two places of the chunk, without the blanks around it. Where there is nothing
    /// else, the empty place behind the last text before it.
    fn trimmed(&self, start: usize, end: usize) -> Span {
        let text = self.text.get(start..end).unwrap_or("");
        let body = text.trim_matches(is_blank).len();
        if body == 0 {
            return self.place_before(start);
        }
        let start = start + text.len() - text.trim_start_matches(is_blank).len();
        Span::new(self.file, self.at(start), self.at(start + body))
    }

    fn place_before(&self, at: usize) -> Span {
        let end = self.at(self.text.get(..at).unwrap_or("").trim_end_matches(is_blank).len());
        Span::new(self.file, end, end)
    }

    fn span(&self, pair: &P<'i>) -> Span {
        let span = pair.as_span();
        self.trimmed(span.start(), span.end())
    }

    /// The empty place behind the last text before `pair`.
    fn gap(&self, pair: &P<'i>) -> Span {
        self.place_before(pair.as_span().start())
    }

    /// Reports what is missing at `pair`, and gives the place.
    fn expected(&mut self, pair: &P<'i>, what: &str) -> Span {
        let at = self.gap(pair);
        let after = self.word_before(at);
        let site = self.site(self.offset(at.start));
        let habit = self.habit_gap(what, &site);
        self.diagnostics.push(habit.unwrap_or_else(|| report::expected(at, what, after)));
        at
    }

    /// The same for a block, which the rest of the line may be meant to be.
    fn expected_block(&mut self, pair: &P<'i>) -> Span {
        let at = self.gap(pair);
        if self.diagnostics.last().is_some_and(|last| last.message == foreign::UNBRACED) {
            return at;
        }
        let after = self.word_before(at);
        let from = self.offset(at.start);
        if let Some(habit) = self.habit_block(&self.site(from)) {
            self.diagnostics.push(habit);
            return at;
        }
        let line = self.text.get(from..).and_then(|rest| rest.split('\n').next()).unwrap_or("");
        let blockless =
            line.contains(|c: char| c.is_alphanumeric()) && !line.contains(['{', '}', '\u{0e}', '\u{0f}']);
        let rest = blockless.then(|| self.trimmed(from, from + line.len()));
        self.diagnostics.push(report::expected_block(at, after, rest));
        at
    }

    /// What stands before a gap, if it is one piece and short.
    fn word_before(&self, gap: Span) -> &'i str {
        let before = self.text.get(..self.offset(gap.start)).unwrap_or("");
        let line = before.rsplit('\n').next().unwrap_or("").trim_start();
        let word = line.rsplit([' ', '(']).next().unwrap_or("");
        let torn = word.matches('"').count() % 2 == 1 || word.len() > 1 && word.ends_with([')', ']', '}']);
        if word.len() <= 24 && !torn { word } else { "" }
    }

    fn name(&mut self, pair: &P<'i>) -> Name {
        match pair.as_rule() {
            Rule::missing_name => {
                let span = self.expected(pair, "name");
                Name { text: String::new(), span }
            }
            _ => Name { text: pair.as_str().to_owned(), span: self.span(pair) },
        }
    }

    /// `///` lines, joined.
    fn doc(&self, docs: &mut Option<String>, pair: &P<'i>) {
        let line = pair.as_str().trim_start_matches("///");
        let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
        match docs {
            Some(text) => {
                text.push('\n');
                text.push_str(line);
            }
            None => *docs = Some(line.to_owned()),
        }
    }

    fn attribute(&mut self, pair: P<'i>) -> Attribute {
        let span = self.span(&pair);
        let mut attribute =
            Attribute { name: Name { text: String::new(), span: span.tail() }, arguments: Vec::new(), span };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::arguments => attribute.arguments = self.arguments(inner).0,
                _ => attribute.name = self.name(&inner),
            }
        }
        attribute
    }

    /// Text that belongs nowhere.
    fn junk(&mut self, pair: &P<'i>) {
        let span = self.span(pair);
        let text = pair.as_str().trim();
        if text.is_empty() || self.diagnostics.last().is_some_and(|last| last.message == foreign::UNBRACED) {
            return;
        }
        let site = self.site(pair.as_span().start());
        let diagnostic = match text {
            _ if text.starts_with("?[") => {
                let at = Span { end: span.start + 1, ..span };
                foreign::sign(at, "?[", "?.", "an index of what may be missing")
            }
            _ if text.starts_with('?') => report::ternary(span),
            _ if text.starts_with(';') => report::semicolon(span),
            _ => self.habit_behind(&site).unwrap_or_else(|| report::unexpected(span, text)),
        };
        self.diagnostics.push(diagnostic);
    }
}

/// Blanks, and the marks for braces that are missing.
fn is_blank(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, '\u{0e}' | '\u{0f}')
}
