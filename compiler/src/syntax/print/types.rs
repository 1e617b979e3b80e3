//! Types and signatures.

use crate::source::Span;
use crate::syntax::ast::*;

use super::doc::Doc;
use super::fields::Braces;
use super::{Printer, quote};

/// What stands around a type, and so whether it needs parentheses.
#[derive(Clone, Copy, PartialEq)]
enum Around {
    Nothing,
    /// `| …`
    Union,
    /// `… of T`
    Of,
    /// `T[]`, `T?`
    Suffix,
}

impl<'a> Printer<'a> {
    pub(super) fn ty(&mut self, ty: &TypeExpr) -> Doc {
        self.ty_in(ty, Around::Nothing)
    }

    fn ty_in(&mut self, ty: &TypeExpr, around: Around) -> Doc {
        let doc = match &ty.kind {
            TypeKind::Missing => Doc::nil(),
            TypeKind::Name(name) => Doc::text(name),
            TypeKind::Literal(literal) => Doc::text(literal_text(literal)),
            TypeKind::Record(fields) => self.type_fields(fields, ty.span.end),
            TypeKind::List(inner) => Doc::concat([self.ty_in(inner, Around::Suffix), Doc::text("[]")]),
            TypeKind::Optional(inner) => Doc::concat([self.ty_in(inner, Around::Suffix), Doc::text("?")]),
            TypeKind::Dict(inner) => {
                Doc::concat([Doc::text("dict<"), self.ty_in(inner, Around::Nothing), Doc::text(">")])
            }
            TypeKind::Union(members) => self.union(members),
            TypeKind::Of(name, inner) => {
                Doc::concat([Doc::text(format!("{} of ", name.text)), self.ty_in(inner, Around::Of)])
            }
        };
        let parentheses = match ty.kind {
            TypeKind::Union(_) => around != Around::Nothing,
            TypeKind::Of(..) => around == Around::Suffix,
            TypeKind::Optional(_) => around == Around::Suffix && !self.is_list_of(ty),
            _ => false,
        };
        if parentheses { Doc::concat([Doc::text("("), doc, Doc::text(")")]) } else { doc }
    }

    /// `T?[]` needs no parentheses, `(T?)?` does; the text behind tells which it is.
    fn is_list_of(&self, ty: &TypeExpr) -> bool {
        let rest = self.rest(ty.span.end);
        rest.trim_start_matches([' ', ')']).starts_with('[')
    }

    fn union(&mut self, members: &[TypeExpr]) -> Doc {
        let docs: Vec<Doc> = members.iter().map(|member| self.ty_in(member, Around::Union)).collect();
        let bar = Doc::concat([Doc::Line(" "), Doc::text("| ")]);
        Doc::strict([Doc::indent([Doc::Line(""), Doc::IfBroken("| "), Doc::join(docs, &bar)])])
    }

    pub(super) fn type_fields(&mut self, fields: &[TypeField], end: u32) -> Doc {
        let documented = |field: &TypeField| matches!(field, TypeField::Named { docs: Some(_), .. });
        let broken = fields.iter().any(documented);
        let style = Braces { end, flat_separator: ", ", line_separator: "", broken };
        self.braces(fields, &style, type_field_span, |printer, field| printer.type_field(field))
    }

    fn type_field(&mut self, field: &TypeField) -> Doc {
        match field {
            TypeField::Named { docs, name, quoted, ty, .. } => {
                let mut parts = self.docs(docs);
                parts.push(Doc::text(format!("{}: ", self.name(name, *quoted))));
                parts.push(self.ty(ty));
                Doc::Concat(parts)
            }
            TypeField::Spread(ty, _) => Doc::concat([Doc::text("..."), self.ty(ty)]),
            TypeField::Error(span) => Doc::text(self.slice(span.start, span.end)),
        }
    }

    /// `: T`, or nothing.
    pub(super) fn of_type(&mut self, ty: Option<&TypeExpr>) -> Doc {
        match ty {
            Some(ty) => Doc::concat([Doc::text(": "), self.ty(ty)]),
            None => Doc::nil(),
        }
    }

    pub(super) fn signature(&mut self, signature: &Signature) -> Doc {
        let mut parts = Vec::new();
        if signature.written {
            parts.push(self.params(&signature.params, self.params_end(signature)));
        }
        if let Some(result) = &signature.result {
            parts.push(Doc::text(" -> "));
            parts.push(self.ty(result));
        }
        if !signature.throws.is_empty() {
            parts.push(self.throws(&signature.throws));
        }
        Doc::Concat(parts)
    }

    /// An offset behind the parameters and before what follows them.
    fn params_end(&self, signature: &Signature) -> u32 {
        let result = signature.result.as_ref().map(|ty| ty.span.start);
        let throws = signature.throws.first().map(|name| name.span.start);
        result.or(throws).unwrap_or(signature.span.end)
    }

    pub(super) fn params(&mut self, params: &[Param], end: u32) -> Doc {
        self.list(("(", ")"), params, end, |param| param.span, |printer, param| printer.param(param))
    }

    pub(super) fn param(&mut self, param: &Param) -> Doc {
        let mut parts = vec![Doc::text(&param.name.text), self.of_type(param.ty.as_ref())];
        if let Some(default) = &param.default {
            parts.push(Doc::text(" = "));
            parts.push(self.expr(default));
        }
        Doc::Concat(parts)
    }

    fn throws(&self, names: &[ErrorName]) -> Doc {
        let names: Vec<Doc> = names.iter().map(|name| Doc::text(self.error_name(name))).collect();
        let names = Doc::indent([Doc::fill(names, ",")]);
        // Deeper than the body that follows.
        Doc::group([Doc::indent([Doc::indent([Doc::Line(" "), Doc::text("throws "), names])])])
    }

    pub(super) fn error_name(&self, name: &ErrorName) -> String {
        if self.slice(name.span.start, name.span.end).starts_with('"') {
            return quote(&name.text);
        }
        name.text.clone()
    }
}

pub(super) fn literal_text(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Number(text) => text.clone(),
        Literal::String(text) => quote(text),
    }
}

fn type_field_span(field: &TypeField) -> Span {
    match field {
        TypeField::Named { span, .. } | TypeField::Spread(_, span) | TypeField::Error(span) => *span,
    }
}
