//! What `let`, `for` and `match` bind.

use crate::diagnostics::syntax as report;
use crate::source::Span;
use crate::syntax::ast::*;

use super::expr::block_for_empty;
use super::{Builder, P, Rule};

/// `x, i in xs { … }`
pub(super) struct EachIn {
    pub(super) label: Option<Name>,
    pub(super) binder: Pattern,
    pub(super) index: Option<Name>,
    pub(super) items: Expr,
    pub(super) body: Block,
}

impl<'i> Builder<'i> {
    pub(super) fn each_in(&mut self, pair: P<'i>, span: Span) -> EachIn {
        let mut each = EachIn {
            label: None,
            binder: Pattern::Missing(span.tail()),
            index: None,
            items: self.missing(span.tail()),
            body: Block { statements: Vec::new(), span: span.tail() },
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::label => each.label = Some(self.label(&inner)),
                Rule::pattern | Rule::missing_name => each.binder = self.pattern(inner),
                Rule::index_name => each.index = inner.into_inner().next().map(|name| self.name(&name)),
                Rule::of_slip => {
                    self.diagnostics.push(report::foreign_word(self.span(&inner), "of", "in"));
                }
                Rule::missing_in => each.items.span = self.expected(&inner, "in"),
                Rule::expr | Rule::missing_expr => each.items = self.expr(inner),
                Rule::block | Rule::missing_block => each.body = self.block(inner),
                _ => {}
            }
        }
        each
    }

    pub(super) fn label(&mut self, pair: &P<'i>) -> Name {
        let text = pair.as_str().trim_matches(['\'', ':']).to_owned();
        Name { text, span: self.span(pair) }
    }

    pub(super) fn pattern(&mut self, pair: P<'i>) -> Pattern {
        if pair.as_rule() == Rule::missing_name {
            return Pattern::Missing(self.expected(&pair, "name"));
        }
        let span = self.span(&pair);
        match pair.into_inner().next() {
            Some(inner) if inner.as_rule() == Rule::name => Pattern::Name(self.name(&inner)),
            Some(inner) => Pattern::Record(self.pattern_fields(inner), span),
            None => Pattern::Missing(span),
        }
    }

    fn pattern_fields(&mut self, pair: P<'i>) -> Vec<(Name, Name)> {
        let mut fields = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::pattern_field => fields.extend(self.pattern_field(inner)),
                Rule::bad_field => self.not_a_field(&inner),
                _ => {}
            }
        }
        fields
    }

    fn pattern_field(&mut self, pair: P<'i>) -> Option<(Name, Name)> {
        let mut inner = pair.into_inner();
        let (field, quoted) = self.field_name(inner.next()?);
        let bound = inner.next().map(|name| self.name(&name));
        if quoted && bound.is_none() {
            self.diagnostics.push(report::expected(field.span.tail(), "name", &field.text));
        }
        let bound = bound.unwrap_or_else(|| field.clone());
        Some((field, bound))
    }

    pub(super) fn arms(&mut self, pair: P<'i>) -> Vec<MatchArm> {
        let mut arms = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::arm => {
                    let arm = self.arm(inner);
                    arms.push(arm);
                }
                Rule::bad_field => self.junk(&inner),
                _ => {}
            }
        }
        arms
    }

    fn arm(&mut self, pair: P<'i>) -> MatchArm {
        let span = self.after_docs(&pair);
        let pattern = MatchPattern { kind: MatchKind::Missing, span: span.head() };
        let mut arm = MatchArm { docs: None, pattern, guard: None, body: self.missing(span.tail()), span };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::doc => self.doc(&mut arm.docs, &inner),
                Rule::match_pattern => arm.pattern = self.match_pattern(inner),
                Rule::guard => arm.guard = self.guard(inner),
                Rule::missing_arrow => arm.body.span = self.expected(&inner, "arm"),
                _ => arm.body = block_for_empty(self.expr(inner)),
            }
        }
        arm
    }

    fn guard(&mut self, pair: P<'i>) -> Option<Expr> {
        let mut guard = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::if_slip => {
                    self.diagnostics.push(report::foreign_word(self.span(&inner), "if", "when"));
                }
                _ => guard = Some(self.expr(inner)),
            }
        }
        guard
    }

    fn match_pattern(&mut self, pair: P<'i>) -> MatchPattern {
        if pair.as_rule() == Rule::missing_pattern {
            let span = self.expected(&pair, "pattern");
            return MatchPattern { kind: MatchKind::Missing, span };
        }
        let span = self.span(&pair);
        let mut members: Vec<MatchPattern> = pair.into_inner().map(|inner| self.match_term(inner)).collect();
        match (members.len(), members.pop()) {
            (1, Some(only)) => only,
            (_, Some(last)) => {
                members.push(last);
                MatchPattern { kind: MatchKind::Or(members), span }
            }
            (_, None) => MatchPattern { kind: MatchKind::Missing, span },
        }
    }

    fn match_term(&mut self, pair: P<'i>) -> MatchPattern {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::match_record => self.match_record(pair),
            Rule::string | Rule::single => MatchKind::Literal(Literal::String(self.string_value(pair))),
            Rule::type_number => MatchKind::Literal(Literal::Number(pair.as_str().to_owned())),
            Rule::missing_pattern => {
                self.expected(&pair, "pattern");
                MatchKind::Missing
            }
            _ => self.bind(pair, span),
        };
        MatchPattern { kind, span }
    }

    fn bind(&mut self, pair: P<'i>, span: Span) -> MatchKind {
        let (mut name, mut ty) = (Name { text: String::new(), span }, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::of_type => ty = Some(self.of_type(inner)),
                _ => name = self.name(&inner),
            }
        }
        match (name.text.as_str(), &ty) {
            ("_", None) => MatchKind::Wildcard,
            ("default" | "else" | "otherwise", None) => {
                self.diagnostics.push(report::foreign_word(name.span, &name.text, "_"));
                MatchKind::Wildcard
            }
            ("null", None) => MatchKind::Literal(Literal::Null),
            ("true", None) => MatchKind::Literal(Literal::Boolean(true)),
            ("false", None) => MatchKind::Literal(Literal::Boolean(false)),
            _ => MatchKind::Bind { name, ty },
        }
    }

    fn match_record(&mut self, pair: P<'i>) -> MatchKind {
        let (mut fields, mut bind) = (Vec::new(), None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::match_field => fields.extend(self.match_field(inner)),
                Rule::bad_field => self.not_a_field(&inner),
                Rule::name | Rule::missing_name => bind = Some(self.name(&inner)),
                _ => {}
            }
        }
        MatchKind::Record { fields, bind }
    }

    fn match_field(&mut self, pair: P<'i>) -> Option<(Name, MatchPattern)> {
        let mut inner = pair.into_inner();
        let (field, _) = self.field_name(inner.next()?);
        let pattern = inner.next().map(|inner| self.match_pattern(inner));
        let pattern = pattern.unwrap_or_else(|| MatchPattern {
            kind: MatchKind::Bind { name: field.clone(), ty: None },
            span: field.span,
        });
        Some((field, pattern))
    }
}
