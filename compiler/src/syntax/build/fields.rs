//! Lists in brackets: fields, arguments, elements.

use crate::diagnostics::{Diagnostic, habits, syntax as report};
use crate::source::Span;
use crate::syntax::ast::*;

use super::{Builder, P, Rule};

impl<'i> Builder<'i> {
    /// Goes through what stands between two parentheses or brackets; commas must separate it.
    pub(super) fn separated(&mut self, pair: P<'i>, mut each: impl FnMut(&mut Self, P<'i>)) {
        // The end of the last piece that has no comma behind it yet.
        let mut open_end: Option<Span> = None;
        for inner in pair.into_inner() {
            let span = self.span(&inner);
            match inner.as_rule() {
                Rule::comma => {
                    if open_end.take().is_none() {
                        self.diagnostics.push(report::extra_comma(span));
                    }
                }
                Rule::missing_close => {}
                Rule::bad_item => {
                    self.junk(&inner);
                    open_end = Some(span.tail());
                }
                _ => {
                    if let Some(end) = open_end {
                        let habit = self.foreign_lambda(&inner, end);
                        self.diagnostics.push(habit.unwrap_or_else(|| report::missing_comma(end)));
                    }
                    open_end = Some(span.tail());
                    each(self, inner);
                }
            }
        }
    }

    /// `function (x) { … }`, `lambda x: …`, `string name` as an element of a list.
    fn foreign_lambda(&self, pair: &P<'i>, before: Span) -> Option<Diagnostic> {
        let head = self.text.get(..self.offset(before.end))?;
        let start = head.rfind(['(', '[', ',']).map_or(0, |at| at + 1);
        let function = head.rfind("function").filter(|_| head.ends_with(')'));
        let lambda = head.get(start..).filter(|it| it.trim() == "lambda").map(|_| start);
        let start = function.or(lambda)?;
        let at = Span::new(self.file, self.at(start), self.at(pair.as_span().end()));
        Some(habits::foreign(
            at,
            if lambda.is_some() { "lambda" } else { "function (x) { }" },
            "a lambda is written `x => …`",
        ))
    }

    /// The arguments, and whether the parenthesis is closed.
    pub(super) fn arguments(&mut self, pair: P<'i>) -> (Vec<Argument>, bool) {
        let mut arguments = Vec::new();
        let closed = pair.as_str().ends_with(')');
        self.separated(pair, |builder, inner| {
            let argument = builder.argument(inner);
            arguments.push(argument);
        });
        (arguments, closed)
    }

    pub(super) fn options(&mut self, pair: P<'i>) -> Vec<Argument> {
        pair.into_inner().next().map_or_else(Vec::new, |inner| self.arguments(inner).0)
    }

    fn argument(&mut self, pair: P<'i>) -> Argument {
        let span = self.span(&pair);
        let mut argument = Argument { name: None, value: self.missing(span.tail()), span };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name => argument.name = Some(self.name(&inner)),
                _ => argument.value = lone_name(self.expr(inner)),
            }
        }
        argument
    }

    pub(super) fn elements(&mut self, pair: P<'i>) -> Vec<Element> {
        let mut elements = Vec::new();
        self.separated(pair, |builder, inner| {
            let span = builder.span(&inner);
            let element = match inner.as_rule() {
                Rule::spread => {
                    let value = builder.only_expr(inner).unwrap_or_else(|| builder.missing(span.tail()));
                    Element::Spread(value, span)
                }
                _ => Element::Item(builder.expr(inner)),
            };
            elements.push(element);
        });
        elements
    }

    /// The fields between the braces of a record or of settings.
    pub(super) fn fields(&mut self, pair: P<'i>) -> Vec<Field> {
        let mut fields = Vec::new();
        let mut before = None;
        for inner in pair.into_inner() {
            let span = self.span(&inner);
            self.side_by_side(&mut before, &inner);
            let field = match inner.as_rule() {
                Rule::field => self.field(inner),
                Rule::shorthand => Field::Shorthand(self.first_name(inner)),
                Rule::spread => {
                    Field::Spread(self.only_expr(inner).unwrap_or_else(|| self.missing(span.tail())), span)
                }
                Rule::bad_field => {
                    self.not_a_field(&inner);
                    Field::Error(span)
                }
                _ => continue,
            };
            fields.push(field);
        }
        fields
    }

    /// Two fields on one line with nothing between them. `before` is the end of the one before.
    pub(super) fn side_by_side(&mut self, before: &mut Option<Span>, pair: &P<'i>) {
        let last = before.take();
        if matches!(pair.as_rule(), Rule::comma | Rule::missing_close | Rule::bad_field | Rule::doc) {
            return;
        }
        let span = self.span(pair);
        if let Some(last) = last
            && self
                .text
                .get(self.offset(last.end)..pair.as_span().start())
                .is_some_and(|it| it.trim_matches(' ').is_empty())
        {
            self.diagnostics.push(report::missing_comma(last));
        }
        *before = Some(span.tail());
    }

    fn first_name(&mut self, pair: P<'i>) -> Name {
        let span = self.span(&pair);
        let inner = pair.into_inner().next();
        inner.map_or(Name { text: String::new(), span }, |inner| self.name(&inner))
    }

    pub(super) fn field(&mut self, pair: P<'i>) -> Field {
        let span = self.after_docs(&pair);
        let (mut docs, mut quoted) = (None, false);
        let mut name = Name { text: String::new(), span: span.head() };
        let mut value = self.missing(span.tail());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::doc => self.doc(&mut docs, &inner),
                Rule::name | Rule::plain_name => (name, quoted) = self.field_name(inner),
                _ => value = self.expr(inner),
            }
        }
        Field::Named { name, quoted, value, docs, span }
    }

    /// A name, in quotes or not.
    pub(super) fn field_name(&mut self, pair: P<'i>) -> (Name, bool) {
        if pair.as_rule() == Rule::name {
            return (self.name(&pair), false);
        }
        let span = self.span(&pair);
        let inner = pair.into_inner().next();
        (inner.map_or(Name { text: String::new(), span }, |inner| self.string_name(inner)), true)
    }

    /// A piece of a list of fields that is none. On a line with a field before it, it is just too much.
    pub(super) fn not_a_field(&mut self, pair: &P<'i>) {
        let start = pair.as_span().start();
        let site = super::habits::Site { rest: pair.as_str().trim(), ..self.site(start) };
        if let Some(habit) = self.habit_field(&site) {
            self.diagnostics.push(habit);
            return;
        }
        let before = self.text.get(..start).unwrap_or("").trim_end_matches(' ');
        if before.ends_with(['\n', '{', ',']) {
            let span = self.span(pair);
            self.diagnostics.push(report::not_a_field(span, pair.as_str()));
        } else {
            self.junk(pair);
        }
    }
}

/// `send({ token })`: a block is of no use as an argument, so these braces are a record's.
fn lone_name(value: Expr) -> Expr {
    if let ExprKind::Block { label: None, block } = &value.kind
        && let [Stmt { docs: None, attributes, kind: StmtKind::Expr(only), .. }] = block.statements.as_slice()
        && let (true, ExprKind::Name(text)) = (attributes.is_empty(), &only.kind)
    {
        let name = Name { text: text.clone(), span: only.span };
        return Expr { kind: ExprKind::Record(vec![Field::Shorthand(name)]), span: value.span };
    }
    value
}
