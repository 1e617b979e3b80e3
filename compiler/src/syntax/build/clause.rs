//! Clauses: `within`, `retry`, `catch` and their like.

use crate::diagnostics::syntax as report;
use crate::source::Span;
use crate::syntax::ast::*;

use super::{Builder, P, Rule};

impl<'i> Builder<'i> {
    pub(super) fn clause(&mut self, pair: P<'i>) -> Option<Clause> {
        let inner = pair.into_inner().next()?;
        let span = self.span(&inner);
        let kind = match inner.as_rule() {
            Rule::within => ClauseKind::Within(self.deadline(inner)),
            Rule::heartbeat => ClauseKind::Heartbeat(self.clause_value(inner, span)),
            Rule::with => {
                let name = inner.into_inner().next().map(|name| self.name(&name));
                ClauseKind::With(name.unwrap_or(Name { text: String::new(), span: span.tail() }))
            }
            Rule::retry => ClauseKind::Retry(self.retry(inner)),
            Rule::catch => ClauseKind::Catch(self.catch(inner, span)),
            Rule::undo => self.undo(inner, span),
            _ => ClauseKind::Role(self.clause_value(inner, span)),
        };
        Some(Clause { kind, span })
    }

    fn clause_value(&mut self, pair: P<'i>, span: Span) -> Expr {
        self.only_expr(pair).unwrap_or_else(|| self.missing(span.tail()))
    }

    /// `None` for `never`.
    fn deadline(&mut self, pair: P<'i>) -> Option<Expr> {
        let inner = pair.into_inner().next()?;
        (inner.as_rule() != Rule::never).then(|| self.expr(inner))
    }

    fn retry(&mut self, pair: P<'i>) -> RetryClause {
        let mut retry = RetryClause { errors: RetryErrors::Any, options: Vec::new() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::options => retry.options = self.options(inner),
                Rule::retry_none => retry.errors = RetryErrors::None,
                Rule::retry_except => retry.errors = RetryErrors::Except(self.error_names(inner)),
                Rule::error_names => retry.errors = RetryErrors::Only(self.error_names(inner)),
                _ => {}
            }
        }
        retry
    }

    /// The names in a `throws`, `catch` or `retry`.
    pub(super) fn error_names(&mut self, pair: P<'i>) -> Vec<ErrorName> {
        let mut names = Vec::new();
        for inner in pair.into_inner() {
            let span = self.span(&inner);
            match inner.as_rule() {
                Rule::error_names => names.extend(self.error_names(inner)),
                Rule::bar_slip => self.diagnostics.push(report::separator(span, "|", ",")),
                Rule::comma_slip => self.diagnostics.push(report::separator(span, ",", " |")),
                Rule::missing_name => {
                    self.expected(&inner, "error");
                }
                _ => names.push(self.error_name(inner)),
            }
        }
        names
    }

    pub(super) fn error_name(&mut self, pair: P<'i>) -> ErrorName {
        let span = self.span(&pair);
        let text = match pair.into_inner().next() {
            Some(inner) if inner.as_rule() == Rule::string => self.string_value(inner),
            Some(inner) => inner.as_str().to_owned(),
            None => String::new(),
        };
        ErrorName { text, span }
    }

    fn catch(&mut self, pair: P<'i>, span: Span) -> CatchClause {
        let body = Block { statements: Vec::new(), span: span.tail() };
        let mut catch = CatchClause { errors: Vec::new(), binder: None, body };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::caught => catch.errors = self.error_names(inner),
                Rule::paren_binder => catch.binder = self.paren_binder(inner),
                Rule::block | Rule::missing_block => catch.body = self.block(inner),
                _ => catch.binder = Some(self.name(&inner)),
            }
        }
        catch
    }

    fn paren_binder(&mut self, pair: P<'i>) -> Option<Name> {
        let span = self.span(&pair);
        let name = pair.into_inner().next().map(|name| self.name(&name));
        let text = name.as_ref().map_or("", |name| name.text.as_str());
        self.diagnostics.push(report::catch_parentheses(span, text));
        name
    }

    fn undo(&mut self, pair: P<'i>, span: Span) -> ClauseKind {
        let mut attempted = false;
        let mut body = Block { statements: Vec::new(), span: span.tail() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::attempted => attempted = true,
                _ => body = self.block(inner),
            }
        }
        ClauseKind::Undo { attempted, body }
    }
}
