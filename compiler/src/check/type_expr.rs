//! Types as written → types.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Ctx, Progress};
use crate::diagnostics::{close, names as report, types as wrong};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::ast::{self, TypeField, TypeKind};
use crate::typed::ResourceId;
use crate::types::{FieldType, LiteralType, Record, Type, TypeId};

/// The names of types that need no declaration.
const PRIMITIVES: [(&str, Type); 11] = [
    ("string", Type::String),
    ("int", Type::Int),
    ("number", Type::Number),
    ("boolean", Type::Boolean),
    ("null", Type::Null),
    ("timestamp", Type::Timestamp),
    ("duration", Type::Duration),
    ("size", Type::Size),
    ("bytes", Type::Bytes),
    ("json", Type::Json),
    ("never", Type::Never),
];

/// What people write who come from another language.
const FOREIGN: [(&str, &str); 28] = [
    ("str", "string"),
    ("String", "string"),
    ("text", "string"),
    ("integer", "int"),
    ("Int", "int"),
    ("float", "number"),
    ("double", "number"),
    ("Number", "number"),
    ("bool", "boolean"),
    ("Boolean", "boolean"),
    ("any", "json"),
    ("object", "json"),
    ("unknown", "json"),
    ("datetime", "timestamp"),
    ("Date", "timestamp"),
    ("undefined", "null"),
    ("None", "null"),
    ("void", "null"),
    ("unit", "null"),
    ("long", "int"),
    ("i32", "int"),
    ("i64", "int"),
    ("f64", "number"),
    ("decimal", "number"),
    ("Timestamp", "timestamp"),
    ("time", "timestamp"),
    ("buffer", "bytes"),
    ("JSON", "json"),
];

impl Ctx<'_> {
    /// A written type. What can't be understood is reported and `Unknown`.
    pub(crate) fn type_expr(&mut self, ty: &ast::TypeExpr) -> Type {
        stacker::maybe_grow(super::expr::RED_ZONE, super::expr::STACK, || self.type_here(ty))
    }

    fn type_here(&mut self, ty: &ast::TypeExpr) -> Type {
        match &ty.kind {
            TypeKind::Missing => Type::Unknown,
            TypeKind::Name(name) => self.named_type(name, ty.span),
            TypeKind::Literal(literal) => literal_type(literal),
            TypeKind::Record(fields) => self.record_type(fields),
            TypeKind::List(item) => Type::list(self.type_expr(item)),
            TypeKind::Dict(value) => Type::dict(self.type_expr(value)),
            TypeKind::Optional(inner) => {
                let inner = self.whole_type(inner);
                self.types().without_null(&inner).optional()
            }
            TypeKind::Union(members) => {
                let members: Vec<Type> = members.iter().map(|it| self.whole_type(it)).collect();
                self.types().union(members)
            }
            TypeKind::Of(name, inner) => self.type_of(name, inner),
        }
    }

    /// A type whose own structure matters here, so it must be known already.
    fn whole_type(&mut self, ty: &ast::TypeExpr) -> Type {
        let ty = self.type_expr(ty);
        if let Type::Named(id) = ty {
            self.ensure_type(id);
        }
        ty
    }

    fn is_of_no_kind(&self, id: ResourceId) -> bool {
        let item = self.resolved.resources.get(id.index()).and_then(|at| self.resolved.item(*at));
        match item.map(|it| &it.kind) {
            Some(ast::ItemKind::Resource(decl)) => !self.is_kind(&decl.kind.text),
            _ => false,
        }
    }

    fn named_type(&mut self, name: &str, span: Span) -> Type {
        if let Some((_, ty)) = self.type_params.iter().rev().find(|(it, _)| **it == *name) {
            return ty.clone();
        }
        if let Some((_, ty)) = PRIMITIVES.iter().find(|(it, _)| *it == name) {
            return ty.clone();
        }
        match self.symbol(name, span) {
            Some(Symbol::Type(id)) => return Type::Named(id),
            // Of no kind that there is, which was said.
            Some(Symbol::Resource(id)) if self.is_of_no_kind(id) => return Type::Unknown,
            Some(symbol) if self.known_symbol(symbol) => {
                self.report(report::not_a_type(name, symbol.noun(), span));
                return Type::Unknown;
            }
            Some(_) => return Type::Unknown,
            None => {}
        }
        if self.is_kind(name) {
            return Type::Resource { kind: name.into(), of: None };
        }
        if let Some(form) = form_of(name) {
            self.report(crate::diagnostics::habits::type_form(span, name, form, false));
            return Type::Unknown;
        }
        let close = self.close_type(name);
        self.report(report::unknown_type(name, span, close.as_deref()));
        Type::Unknown
    }

    fn close_type(&self, name: &str) -> Option<String> {
        if let Some((_, ours)) = FOREIGN.iter().find(|(it, _)| *it == name) {
            return Some((*ours).to_owned());
        }
        let scope = self.resolved.scopes.get(self.body.file.0 as usize);
        let items = scope.into_iter().flat_map(|it| it.iter());
        let types = items.filter(|(_, it)| matches!(it.symbol, Symbol::Type(_))).map(|(name, _)| &**name);
        close(name, types.chain(PRIMITIVES.iter().map(|(it, _)| *it)))
    }

    /// `token of T`, `queue of T`, `field of T`.
    fn type_of(&mut self, name: &ast::Name, inner: &ast::TypeExpr) -> Type {
        let of = self.type_expr(inner);
        match name.text.as_str() {
            "token" => Type::Token(Arc::new(of)),
            "field" => self.field_names(&of),
            kind if self.is_kind(kind) => Type::Resource { kind: kind.into(), of: Some(Arc::new(of)) },
            other => {
                let kinds = self.kind_names();
                let close = close(other, kinds.iter().map(|it| &**it).chain(["token"]));
                self.report(report::unknown_type(other, name.span, close.as_deref()));
                Type::Unknown
            }
        }
    }

    /// The names of a record's fields, as a union of literals.
    fn field_names(&mut self, of: &Type) -> Type {
        if let Type::Named(id) = of {
            self.ensure_type(*id);
        }
        match self.types().record(of) {
            Some(record) => {
                let names: Vec<Type> = record.fields.keys().map(|it| Type::text(it)).collect();
                self.types().union(names)
            }
            None if of.is_silent() => Type::Unknown,
            None => Type::String,
        }
    }

    fn record_type(&mut self, fields: &[TypeField]) -> Type {
        let mut record = IndexMap::new();
        let mut places: std::collections::HashMap<&str, Span> = std::collections::HashMap::new();
        for field in fields {
            match field {
                TypeField::Named { docs, name, ty, .. } => {
                    let ty = self.type_expr(ty);
                    if let Some(first) = places.insert(&name.text, name.span) {
                        self.report(report::field_twice(&name.text, name.span, first));
                    }
                    let docs = docs.as_deref().map(Arc::from);
                    record.insert(Arc::from(name.text.as_str()), FieldType { ty, docs, required: false });
                }
                TypeField::Spread(ty, span) => self.spread_type(ty, *span, &mut record),
                TypeField::Error(_) => {}
            }
        }
        Type::Record(Arc::new(Record { fields: record }))
    }

    fn spread_type(&mut self, ty: &ast::TypeExpr, span: Span, into: &mut IndexMap<Arc<str>, FieldType>) {
        let spread = self.whole_type(ty);
        match self.types().resolve(&spread) {
            Type::Record(record) => {
                let fields: Vec<_> = record.fields.iter().map(|(a, b)| (a.clone(), b.clone())).collect();
                into.extend(fields);
            }
            Type::Unknown => {}
            _ => {
                let shown = self.show(&spread);
                self.report(wrong::not_spreadable(span, &shown, "a record"));
            }
        }
    }

    /// Works out a declared type, if that was not done yet.
    pub(crate) fn ensure_type(&mut self, id: TypeId) {
        let index = id.0 as usize;
        match self.types.get_mut(index) {
            Some(progress @ Progress::Todo) => *progress = Progress::Doing,
            _ => return,
        }
        let Some(at) = self.resolved.types.get(index).copied() else { return };
        let Some(ast::ItemKind::Type(decl)) = self.item(at).map(|it| &it.kind) else { return };
        let body = super::Body::new(at.file, super::Home::Setting);
        let (ty, _) = self.in_body(body, |ctx| ctx.type_expr(&decl.ty));
        if let Some(declared) = self.program.types.declared.get_mut(index) {
            declared.ty = ty;
        }
        if let Some(progress) = self.types.get_mut(index) {
            *progress = Progress::Done;
        }
    }

    /// The ids that a missing import stands for are in no list.
    pub(crate) fn known_symbol(&self, symbol: Symbol) -> bool {
        !matches!(symbol, Symbol::Const(id) if id.index() >= self.resolved.consts.len())
    }
}

/// How the type is written that another language calls by one word.
fn form_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "list" | "List" | "array" | "Array" | "set" | "Set" | "tuple" | "vec" | "Vec" => "T[]",
        "dict" | "Dict" | "map" | "Map" | "Record" | "HashMap" => "dict<T>",
        "optional" | "Optional" | "Option" | "Maybe" => "T?",
        "enum" => "\"a\" | \"b\"",
        _ => return None,
    })
}

pub(crate) fn literal_type(literal: &ast::Literal) -> Type {
    match literal {
        ast::Literal::Null => Type::Null,
        ast::Literal::Boolean(value) => Type::Literal(LiteralType::Boolean(*value)),
        ast::Literal::Number(text) => number_literal(text),
        ast::Literal::String(text) => Type::text(text),
    }
}

fn number_literal(text: &str) -> Type {
    text.parse().map_or(Type::Number, |number| Type::Literal(LiteralType::Number(number)))
}
