//! Types.

use crate::diagnostics::syntax as report;
use crate::syntax::ast::*;

use super::{Builder, P, Rule};

/// `T[][]…` and `token of token of …` may be this long.
const MAX_CHAIN: usize = 32;

impl<'i> Builder<'i> {
    pub(super) fn of_type(&mut self, pair: P<'i>) -> TypeExpr {
        let span = self.span(&pair).tail();
        self.only_type(pair).unwrap_or(TypeExpr { kind: TypeKind::Missing, span })
    }

    /// The one type inside of `pair`.
    pub(super) fn only_type(&mut self, pair: P<'i>) -> Option<TypeExpr> {
        let found =
            pair.into_inner().find(|inner| matches!(inner.as_rule(), Rule::r#type | Rule::missing_type));
        found.map(|inner| self.ty(inner))
    }

    pub(super) fn ty(&mut self, pair: P<'i>) -> TypeExpr {
        if pair.as_rule() == Rule::missing_type {
            let span = self.expected(&pair, "type");
            return TypeExpr { kind: TypeKind::Missing, span };
        }
        let span = self.span(&pair);
        let mut members: Vec<TypeExpr> = Vec::new();
        for inner in pair.into_inner() {
            let member =
                if inner.as_rule() == Rule::type_term { self.type_term(inner) } else { self.ty(inner) };
            members.push(member);
        }
        match (members.len(), members.pop()) {
            (1, Some(only)) => only,
            (_, Some(last)) => {
                members.push(last);
                TypeExpr { kind: TypeKind::Union(members), span }
            }
            (_, None) => TypeExpr { kind: TypeKind::Missing, span },
        }
    }

    fn type_term(&mut self, pair: P<'i>) -> TypeExpr {
        let span = self.span(&pair);
        let mut heads: Vec<Name> = Vec::new();
        let mut ty = TypeExpr { kind: TypeKind::Missing, span: span.tail() };
        for (index, inner) in pair.into_inner().enumerate() {
            if index > MAX_CHAIN {
                self.diagnostics.push(report::type_too_long(span, MAX_CHAIN));
                break;
            }
            match inner.as_rule() {
                Rule::of_head => heads.extend(inner.into_inner().next().map(|name| self.name(&name))),
                Rule::list_suffix => {
                    let span = ty.span.to(self.span(&inner));
                    ty = TypeExpr { kind: TypeKind::List(Box::new(ty)), span };
                }
                Rule::optional_suffix => {
                    let span = ty.span.to(self.span(&inner));
                    ty = TypeExpr { kind: TypeKind::Optional(Box::new(ty)), span };
                }
                _ => ty = self.type_primary(inner),
            }
        }
        while let Some(head) = heads.pop() {
            let span = head.span.to(ty.span);
            ty = TypeExpr { kind: TypeKind::Of(head, Box::new(ty)), span };
        }
        ty
    }

    fn type_primary(&mut self, pair: P<'i>) -> TypeExpr {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::type_record => TypeKind::Record(self.type_fields(pair)),
            Rule::type_group => {
                return self.only_type(pair).unwrap_or(TypeExpr { kind: TypeKind::Missing, span });
            }
            Rule::dict => {
                let inner = self.only_type(pair).unwrap_or(TypeExpr { kind: TypeKind::Missing, span });
                TypeKind::Dict(Box::new(inner))
            }
            Rule::string | Rule::single => TypeKind::Literal(Literal::String(self.string_value(pair))),
            Rule::type_number => TypeKind::Literal(Literal::Number(pair.as_str().to_owned())),
            _ => match pair.as_str() {
                "true" => TypeKind::Literal(Literal::Boolean(true)),
                "false" => TypeKind::Literal(Literal::Boolean(false)),
                name => TypeKind::Name(name.to_owned()),
            },
        };
        TypeExpr { kind, span }
    }

    pub(super) fn type_fields(&mut self, pair: P<'i>) -> Vec<TypeField> {
        let mut fields = Vec::new();
        let mut before = None;
        for inner in pair.into_inner() {
            let span = self.span(&inner);
            self.side_by_side(&mut before, &inner);
            let field = match inner.as_rule() {
                Rule::type_field => self.type_field(inner),
                Rule::type_spread => {
                    let ty = self.only_type(inner);
                    TypeField::Spread(
                        ty.unwrap_or(TypeExpr { kind: TypeKind::Missing, span: span.tail() }),
                        span,
                    )
                }
                Rule::bad_field => {
                    self.not_a_field(&inner);
                    TypeField::Error(span)
                }
                _ => continue,
            };
            fields.push(field);
        }
        fields
    }

    fn type_field(&mut self, pair: P<'i>) -> TypeField {
        let span = self.after_docs(&pair);
        let (mut docs, mut quoted, mut question) = (None, false, None);
        let mut name = Name { text: String::new(), span: span.head() };
        let mut ty = TypeExpr { kind: TypeKind::Missing, span: span.tail() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::doc => self.doc(&mut docs, &inner),
                Rule::question => question = Some(self.span(&inner)),
                Rule::name | Rule::plain_name => (name, quoted) = self.field_name(inner),
                _ => ty = self.ty(inner),
            }
        }
        if let Some(question) = question {
            self.diagnostics.push(report::optional_name(question, ty.span));
            let span = ty.span;
            ty = TypeExpr { kind: TypeKind::Optional(Box::new(ty)), span };
        }
        TypeField::Named { docs, name, quoted, ty, span }
    }
}
