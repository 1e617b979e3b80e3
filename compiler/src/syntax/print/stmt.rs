//! Statements and blocks.

use crate::syntax::ast::*;

use super::Printer;
use super::doc::Doc;
use super::fields::Braces;

/// Words that begin a statement of their own.
const STATEMENT_WORDS: [&str; 9] = ["let", "var", "while", "for", "repeat", "wait", "mock", "expect", "each"];

/// Who decides whether a block of one statement is on one line.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Lines {
    Own,
    /// The group around it.
    Shared,
    /// It has lines of its own.
    All,
}

impl<'a> Printer<'a> {
    /// A block: on one line where it holds one statement, the writer put it on one, and it fits.
    pub(super) fn block(&mut self, block: &Block) -> Doc {
        self.block_in(block, Lines::Own)
    }

    pub(super) fn block_in(&mut self, block: &Block, lines: Lines) -> Doc {
        if let ([only], false) = (block.statements.as_slice(), self.is_broken(block) || lines == Lines::All) {
            let body = self.stmt(only);
            let docs = [Doc::text("{"), Doc::indent([Doc::Line(" "), body]), Doc::Line(" "), Doc::text("}")];
            return if lines == Lines::Shared { Doc::concat(docs) } else { Doc::strict(docs) };
        }
        let style = Braces { end: block.span.end, flat_separator: "", line_separator: "", broken: true };
        self.braces(&block.statements, &style, |it| it.span, |printer, it| printer.stmt(it))
    }

    /// Its statements must have lines of their own.
    pub(super) fn is_broken(&self, block: &Block) -> bool {
        match block.statements.as_slice() {
            [] => false,
            [only] => {
                let dressed = only.docs.is_some() || !only.attributes.is_empty();
                dressed || self.starts_line(only.span.start) || self.pending(block.span.end).is_some()
            }
            _ => true,
        }
    }

    fn stmt(&mut self, stmt: &Stmt) -> Doc {
        let mut parts = self.docs(&stmt.docs);
        parts.extend(self.attributes(&stmt.attributes));
        parts.push(self.stmt_kind(stmt));
        Doc::Concat(parts)
    }

    fn stmt_kind(&mut self, stmt: &Stmt) -> Doc {
        match &stmt.kind {
            StmtKind::Error => Doc::text(self.slice(stmt.span.start, stmt.span.end)),
            StmtKind::Let { mutable, pattern, ty, value } => {
                let word = if *mutable { "var " } else { "let " };
                let bound = Doc::concat([Doc::text(word), self.pattern(pattern), self.of_type(ty.as_ref())]);
                Doc::concat([bound, Doc::text(" = "), self.expr(value)])
            }
            StmtKind::Assign { target, op, value } => {
                let op = op.map_or("", super::expr::operator_text);
                let target = self.statement_expr(target);
                Doc::concat([target, Doc::text(format!(" {op}= ")), self.expr(value)])
            }
            StmtKind::Expr(value) => self.statement_expr(value),
            StmtKind::While { label, condition, body } => Doc::strict([
                label_text(label),
                Doc::text("while "),
                self.before_block(condition),
                Doc::text(" "),
                self.block_in(body, Lines::Shared),
            ]),
            StmtKind::Repeat { label, options, body, until } => {
                self.repeat(label, options, body, until.as_ref())
            }
            StmtKind::For { label, binder, index, items, body } => {
                let head = Doc::concat([label_text(label), Doc::text("for ")]);
                Doc::concat([head, self.each_in(binder, index.as_ref(), items, body)])
            }
            StmtKind::Wait { until, value } => {
                let word = if *until { "wait until " } else { "wait " };
                Doc::concat([Doc::text(word), self.expr(value)])
            }
            StmtKind::Mock { target, params, parts } => self.mock(target, params, parts),
            StmtKind::Expect(expectation) => self.expect(expectation),
            StmtKind::Each { binder, items, body } => {
                Doc::concat([Doc::text("each "), self.each_in(binder, None, items, body)])
            }
        }
    }

    /// An expression where a statement may begin.
    fn statement_expr(&mut self, value: &Expr) -> Doc {
        let doc = self.expr(value);
        match first_word(value) {
            Some(word) if STATEMENT_WORDS.contains(&word) => {
                Doc::concat([Doc::text("("), doc, Doc::text(")")])
            }
            _ => doc,
        }
    }

    pub(super) fn each_in(
        &mut self,
        binder: &Pattern,
        index: Option<&Name>,
        items: &Expr,
        body: &Block,
    ) -> Doc {
        let index = index.map_or(String::new(), |name| format!(", {}", name.text));
        let head = Doc::concat([self.pattern(binder), Doc::text(format!("{index} in "))]);
        let items = self.before_block(items);
        Doc::strict([head, items, Doc::text(" "), self.block_in(body, Lines::Shared)])
    }

    fn repeat(
        &mut self,
        label: &Option<Name>,
        options: &[Argument],
        body: &Block,
        until: Option<&Expr>,
    ) -> Doc {
        let mut parts = vec![label_text(label), Doc::text("repeat ")];
        parts.extend(self.options(options, body.span.start));
        parts.push(self.block(body));
        if let Some(until) = until {
            parts.push(Doc::text(" until "));
            parts.push(self.expr(until));
        }
        Doc::Concat(parts)
    }

    /// `(name: value) ` where there are options. `before` is behind them.
    pub(super) fn options(&mut self, options: &[Argument], before: u32) -> Option<Doc> {
        if options.is_empty() {
            return None;
        }
        let end = options.last().map_or(before, |last| last.span.end);
        Some(Doc::concat([self.arguments(options, end), Doc::text(" ")]))
    }

    fn mock(&mut self, target: &Expr, params: &[Name], parts: &[MockPart]) -> Doc {
        let names: Vec<&str> = params.iter().map(|name| name.text.as_str()).collect();
        let target_doc = self.expr(target);
        let written = self.rest(target.span.end).trim_start().starts_with('(');
        let names = if written { format!("({})", names.join(", ")) } else { String::new() };
        let mut docs = vec![Doc::text("mock "), target_doc, Doc::text(names)];
        for (index, part) in parts.iter().enumerate() {
            docs.push(Doc::text(if index > 0 { " then " } else { " " }));
            if let Some(times) = &part.times {
                docs.extend([Doc::text("times "), self.plain(times), Doc::text(" ")]);
            }
            if let Some(after) = &part.after {
                docs.extend([Doc::text("after "), self.plain(after), Doc::text(" ")]);
            }
            docs.push(self.block(&part.body));
        }
        Doc::Concat(docs)
    }

    fn expect(&mut self, expectation: &Expectation) -> Doc {
        let word = Doc::text("expect ");
        match expectation {
            Expectation::True(value) => Doc::concat([word, self.expr(value)]),
            Expectation::Failed { run, error } => {
                let error =
                    error.as_ref().map_or(String::new(), |name| format!(" {}", self.error_name(name)));
                Doc::concat([word, self.before_block(run), Doc::text(format!(" failed{error}"))])
            }
            Expectation::Visited { run, state } => {
                Doc::concat([word, self.before_block(run), Doc::text(" visited "), self.expr(state)])
            }
            Expectation::Snapshot(value) => Doc::concat([word, Doc::text("snapshot "), self.expr(value)]),
        }
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) -> Doc {
        match pattern {
            Pattern::Name(name) => Doc::text(&name.text),
            Pattern::Missing(_) => Doc::nil(),
            Pattern::Record(fields, span) => {
                let style =
                    Braces { end: span.end, flat_separator: ", ", line_separator: ",", broken: false };
                self.braces(
                    fields,
                    &style,
                    |(field, name)| field.span.to(name.span),
                    |printer, field| printer.pattern_field(field),
                )
            }
        }
    }

    fn pattern_field(&self, (field, name): &(Name, Name)) -> Doc {
        if field == name {
            return Doc::text(&name.text);
        }
        let quoted = self.slice(field.span.start, field.span.end).starts_with('"');
        Doc::text(format!("{}: {}", self.name(field, quoted), name.text))
    }
}

pub(super) fn label_text(label: &Option<Name>) -> Doc {
    label.as_ref().map_or(Doc::nil(), |label| Doc::text(format!("'{}: ", label.text)))
}

/// The name an expression begins with.
fn first_word(value: &Expr) -> Option<&str> {
    match &value.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Field { base, .. }
        | ExprKind::Index { base, .. }
        | ExprKind::Slice { base, .. }
        | ExprKind::Alias { base, .. }
        | ExprKind::Call { callee: base, .. }
        | ExprKind::Binary { left: base, .. }
        | ExprKind::Range(base, _)
        | ExprKind::Cast { value: base, .. }
        | ExprKind::Guarded { call: base, .. } => first_word(base),
        _ => None,
    }
}
