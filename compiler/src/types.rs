//! Types: what a value can be. Assignability, joins and printing live here; inference is `check`'s.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

mod assign;
mod fits;
mod join;
mod recursion;
mod shape;
pub(crate) mod show;
mod wire;

pub use shape::{Field, Form, Shape};

pub use assign::{Mismatch, Problem};

/// Index of a `type` declaration in [`Types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeId(pub u32);

impl TypeId {
    /// The type parameter of a `kind … of T`, inside its declaration; [`Type::with_of`] puts the resource's own
    /// type in its place. Unresolved it agrees with everything.
    pub const OF: TypeId = TypeId(u32::MAX);
}

/// Index of an `error` declaration in [`crate::typed::Program::errors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ErrorId(pub u32);

#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Stands where a mistake was already reported: agrees with everything, reports nothing.
    Unknown,
    /// Of expressions that don't come back: `fail`, `return`, `break`.
    Never,
    Null,
    Boolean,
    Int,
    Number,
    String,
    /// RFC 3339 text with `T` and `Z`.
    Timestamp,
    /// Whole milliseconds at compile time, whole seconds where AWS takes seconds.
    Duration,
    /// Bytes at compile time (`256MB`); only in settings.
    Size,
    /// Base64 text in JSON.
    Bytes,
    /// Any JSON: field access gives `Json`, narrowed by `match` or `as`.
    Json,
    /// `"paid"`, `404`, `true`.
    Literal(LiteralType),
    Record(Arc<Record>),
    List(Arc<Type>),
    /// `dict<T>`: string-keyed.
    Dict(Arc<Type>),
    /// `T?`: `T`, `null` or absent. Never nested, never around `Null`, `Json` or `Unknown`.
    Optional(Arc<Type>),
    /// Two or more members, none a union or optional.
    Union(Arc<Vec<Type>>),
    /// A declared type, by name; recursive types come back to their own name.
    Named(TypeId),
    /// `token of T`: a task token that takes a `T`.
    Token(Arc<Type>),
    /// `queue of T`, `bucket`: a resource as a value of its kind.
    Resource {
        kind: Arc<str>,
        of: Option<Arc<Type>>,
    },
    /// A caught error; the declared errors it can be, where that is known (empty: any).
    Error(Arc<BTreeSet<ErrorId>>),
    /// A run started in a test.
    Run(Arc<Type>),
}

impl Type {
    /// This type with `of` in the place of a kind's type parameter.
    #[must_use]
    pub fn with_of(&self, of: &Type) -> Type {
        let inner = |ty: &Arc<Type>| Arc::new(ty.with_of(of));
        match self {
            Type::Named(TypeId::OF) => of.clone(),
            Type::Record(record) => {
                let field = |f: &FieldType| FieldType {
                    ty: f.ty.with_of(of),
                    docs: f.docs.clone(),
                    required: f.required,
                };
                let fields = record.fields.iter().map(|(name, f)| (name.clone(), field(f))).collect();
                Type::Record(Arc::new(Record { fields }))
            }
            Type::List(item) => Type::List(inner(item)),
            Type::Dict(item) => Type::Dict(inner(item)),
            Type::Optional(item) => match item.with_of(of) {
                it @ (Type::Optional(_) | Type::Null | Type::Json | Type::Unknown) => it,
                it => Type::Optional(Arc::new(it)),
            },
            Type::Union(members) => Type::Union(Arc::new(members.iter().map(|m| m.with_of(of)).collect())),
            Type::Token(item) => Type::Token(inner(item)),
            Type::Resource { kind, of: item } => {
                Type::Resource { kind: kind.clone(), of: item.as_ref().map(inner) }
            }
            Type::Run(item) => Type::Run(inner(item)),
            Type::Unknown
            | Type::Never
            | Type::Null
            | Type::Boolean
            | Type::Int
            | Type::Number
            | Type::String
            | Type::Timestamp
            | Type::Duration
            | Type::Size
            | Type::Bytes
            | Type::Json
            | Type::Literal(_)
            | Type::Named(_)
            | Type::Error(_) => self.clone(),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum LiteralType {
    String(Arc<str>),
    Number(f64),
    Boolean(bool),
}

/// A structural record; width subtyping: a value may have more fields than its type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    pub fields: IndexMap<Arc<str>, FieldType>,
}

/// A field that may be missing has an `Optional` type.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldType {
    pub ty: Type,
    pub docs: Option<Arc<str>>,
    /// Must be there although `null` is one of its values: JSON that an action of AWS can't do without.
    pub required: bool,
}

/// The declared types of a program; `Type::Named` points into it.
#[derive(Clone, Debug, Default)]
pub struct Types {
    pub declared: Vec<DeclaredType>,
}

#[derive(Clone, Debug)]
pub struct DeclaredType {
    pub name: Arc<str>,
    pub docs: Option<Arc<str>>,
    pub ty: Type,
    /// Occurs within itself. [`Types::mark_recursive`] finds out.
    pub recursive: bool,
}

impl Types {
    /// Follows names until something structural is reached. A name that only leads to itself is `Unknown`.
    pub fn resolve<'a>(&'a self, ty: &'a Type) -> &'a Type {
        let mut current = ty;
        for _ in 0..=self.declared.len() {
            let Type::Named(id) = current else { return current };
            match self.declared.get(id.0 as usize) {
                Some(declared) => current = &declared.ty,
                None => return &Type::Unknown,
            }
        }
        &Type::Unknown
    }

    /// The record behind a type, names followed.
    pub fn record<'a>(&'a self, ty: &'a Type) -> Option<&'a Record> {
        match self.resolve(ty) {
            Type::Record(record) => Some(record),
            _ => None,
        }
    }

    /// Adds a declared type and gives its name.
    pub fn declare(&mut self, name: impl Into<Arc<str>>, docs: Option<Arc<str>>, ty: Type) -> TypeId {
        let id = TypeId(u32::try_from(self.declared.len()).unwrap_or(u32::MAX));
        self.declared.push(DeclaredType { name: name.into(), docs, ty, recursive: false });
        id
    }
}

impl Type {
    pub fn list(item: Type) -> Type {
        Type::List(Arc::new(item))
    }

    pub fn dict(value: Type) -> Type {
        Type::Dict(Arc::new(value))
    }

    pub fn text(value: &str) -> Type {
        Type::Literal(LiteralType::String(value.into()))
    }

    /// A record from names and types, in that order.
    pub fn record<'a>(fields: impl IntoIterator<Item = (&'a str, Type)>) -> Type {
        let fields =
            fields.into_iter().map(|(name, ty)| (name.into(), FieldType { ty, docs: None, required: false }));
        Type::Record(Arc::new(Record { fields: fields.collect() }))
    }

    /// `T?`, never nested, and the type itself where `null` belongs to it already.
    #[must_use]
    pub fn optional(self) -> Type {
        match self {
            Type::Optional(_) | Type::Null | Type::Json | Type::Unknown => self,
            Type::Never => Type::Null,
            other => Type::Optional(Arc::new(other)),
        }
    }

    /// Stands for a mistake that was reported, or for code that is not reached: nothing more is to be said of it.
    pub fn is_silent(&self) -> bool {
        matches!(self, Type::Unknown | Type::Never)
    }
}
