//! Types as what a value must look like, for checks while a program runs.

use std::sync::Arc;

use super::{LiteralType, Type, Types};

/// A type that knows its own text.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// In Flow's syntax.
    pub shown: String,
    pub kind: ShapeKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ShapeKind {
    /// Whatever JSON it is.
    Any,
    Null,
    Boolean,
    Int,
    Number,
    Text,
    Literal(LiteralType),
    Record(Vec<(Arc<str>, Shape)>),
    List(Box<Shape>),
    Dict(Box<Shape>),
    /// Or null, or absent.
    Optional(Box<Shape>),
    Union(Vec<Shape>),
}

/// How deep is looked: what lies deeper is taken as it is.
const DEEPEST: usize = 8;

impl Types {
    /// What values of a type look like.
    pub fn shape(&self, ty: &Type) -> Shape {
        self.shape_at(ty, 0)
    }

    fn shape_at(&self, ty: &Type, depth: usize) -> Shape {
        Shape {
            shown: self.show(ty),
            kind: if depth > DEEPEST { ShapeKind::Any } else { self.kind(ty, depth) },
        }
    }

    fn kind(&self, ty: &Type, depth: usize) -> ShapeKind {
        let inner = |ty: &Type| self.shape_at(ty, depth + 1);
        match self.resolve(ty) {
            Type::Null => ShapeKind::Null,
            Type::Boolean => ShapeKind::Boolean,
            Type::Int => ShapeKind::Int,
            Type::Number | Type::Duration | Type::Size => ShapeKind::Number,
            Type::String | Type::Timestamp | Type::Bytes | Type::Token(_) => ShapeKind::Text,
            Type::Literal(literal) => ShapeKind::Literal(literal.clone()),
            Type::Record(record) => {
                let fields = record.fields.iter();
                ShapeKind::Record(fields.map(|(name, field)| (name.clone(), inner(&field.ty))).collect())
            }
            Type::List(item) => ShapeKind::List(Box::new(inner(item))),
            Type::Dict(value) => ShapeKind::Dict(Box::new(inner(value))),
            Type::Optional(of) => ShapeKind::Optional(Box::new(inner(of))),
            Type::Union(members) => ShapeKind::Union(members.iter().map(inner).collect()),
            Type::Unknown
            | Type::Never
            | Type::Json
            | Type::Resource { .. }
            | Type::Error(_)
            | Type::Run(_)
            | Type::Named(_) => ShapeKind::Any,
        }
    }
}
