//! Words in settings: where one of a few texts is wanted, `stream: newAndOldImages` needs no quotes.

use crate::check::Ctx;
use crate::source::FileId;
use crate::syntax::ast::{Element, Expr, ExprKind, Field, Literal};
use crate::types::{LiteralType, Type};

/// The expression with such words quoted.
pub(super) fn with_words(ctx: &Ctx<'_>, file: FileId, expr: &Expr, wanted: &Type) -> Expr {
    let kind = match &expr.kind {
        ExprKind::Name(name) if is_word(ctx, file, name, wanted) => {
            ExprKind::Literal(Literal::String(name.clone()))
        }
        ExprKind::List(items) => match item(ctx, wanted) {
            Some(ty) => ExprKind::List(items.iter().map(|it| element(ctx, file, it, &ty)).collect()),
            None => return expr.clone(),
        },
        ExprKind::Record(fields) => {
            ExprKind::Record(fields.iter().map(|it| field(ctx, file, it, wanted)).collect())
        }
        ExprKind::If { .. } | ExprKind::Match { .. } => return expr.clone(),
        _ => return expr.clone(),
    };
    Expr { kind, span: expr.span }
}

fn element(ctx: &Ctx<'_>, file: FileId, element: &Element, ty: &Type) -> Element {
    match element {
        Element::Item(it) => Element::Item(with_words(ctx, file, it, ty)),
        Element::Spread(it, span) => Element::Spread(it.clone(), *span),
    }
}

fn field(ctx: &Ctx<'_>, file: FileId, field: &Field, wanted: &Type) -> Field {
    match field {
        Field::Named { name, quoted, value, docs, span } => {
            let ty = member(ctx, wanted, &name.text);
            let value = ty.map_or_else(|| value.clone(), |ty| with_words(ctx, file, value, &ty));
            Field::Named { name: name.clone(), quoted: *quoted, value, docs: docs.clone(), span: *span }
        }
        Field::Shorthand(_) | Field::Spread(..) | Field::Error(_) => field.clone(),
    }
}

/// Whether the name is one of the texts that are wanted, or at least nothing else.
fn is_word(ctx: &Ctx<'_>, file: FileId, name: &str, wanted: &Type) -> bool {
    let texts = texts(ctx, wanted);
    !texts.is_empty() && (texts.iter().any(|it| it == name) || ctx.resolved.lookup(file, name).is_none())
}

fn texts(ctx: &Ctx<'_>, ty: &Type) -> Vec<String> {
    match ctx.types().resolve(ty) {
        Type::Literal(LiteralType::String(text)) => vec![text.to_string()],
        Type::Union(members) => members.iter().flat_map(|it| texts(ctx, it)).collect(),
        Type::Optional(inner) => texts(ctx, inner),
        _ => Vec::new(),
    }
}

fn item(ctx: &Ctx<'_>, ty: &Type) -> Option<Type> {
    match ctx.types().resolve(ty) {
        Type::List(item) => Some((**item).clone()),
        Type::Optional(inner) => item(ctx, inner),
        _ => None,
    }
}

fn member(ctx: &Ctx<'_>, ty: &Type, name: &str) -> Option<Type> {
    match ctx.types().resolve(ty) {
        Type::Record(record) => record.fields.get(name).map(|it| it.ty.clone()),
        Type::Dict(value) => Some((**value).clone()),
        Type::Optional(inner) => member(ctx, inner, name),
        _ => None,
    }
}
