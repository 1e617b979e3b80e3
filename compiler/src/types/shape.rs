//! Types as what a value must look like, for checks while a program runs.

use std::sync::Arc;

use super::{LiteralType, Type, Types};

/// A type that knows its own text, to a bounded depth.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// In Flow's syntax.
    pub shown: String,
    pub form: Form<Box<Shape>>,
}

/// Which JSON a type is, one level of it; `T` stands for what lies inside.
#[derive(Clone, Debug, PartialEq)]
pub enum Form<T> {
    /// Whatever JSON it is.
    Any,
    Null,
    Boolean,
    Int,
    Number,
    Text,
    Literal(LiteralType),
    Record(Vec<Field<T>>),
    List(T),
    Dict(T),
    /// Or null, or absent.
    Optional(T),
    Union(Vec<T>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Field<T> {
    pub name: Arc<str>,
    pub of: T,
    pub may_be_absent: bool,
}

/// How deep a [`Shape`] goes at most: what lies deeper is taken as it is.
const DEEPEST: usize = 8;

/// Parts of a [`Shape`] at most: a type that contains itself several times would grow without end.
const MOST_PARTS: usize = 500;

impl<T> Form<T> {
    /// What lies inside, in the order of the type's text.
    pub fn inner(&self) -> Vec<&T> {
        match self {
            Self::Record(fields) => fields.iter().map(|field| &field.of).collect(),
            Self::List(of) | Self::Dict(of) | Self::Optional(of) => vec![of],
            Self::Union(members) => members.iter().collect(),
            Self::Any
            | Self::Null
            | Self::Boolean
            | Self::Int
            | Self::Number
            | Self::Text
            | Self::Literal(_) => Vec::new(),
        }
    }

    fn map<U>(self, mut f: impl FnMut(T) -> U) -> Form<U> {
        match self {
            Self::Any => Form::Any,
            Self::Null => Form::Null,
            Self::Boolean => Form::Boolean,
            Self::Int => Form::Int,
            Self::Number => Form::Number,
            Self::Text => Form::Text,
            Self::Literal(literal) => Form::Literal(literal),
            Self::Record(fields) => {
                let field =
                    |it: Field<T>| Field { name: it.name, of: f(it.of), may_be_absent: it.may_be_absent };
                Form::Record(fields.into_iter().map(field).collect())
            }
            Self::List(of) => Form::List(f(of)),
            Self::Dict(of) => Form::Dict(f(of)),
            Self::Optional(of) => Form::Optional(f(of)),
            Self::Union(members) => Form::Union(members.into_iter().map(f).collect()),
        }
    }
}

impl Types {
    /// Which JSON a type is, one level of it.
    pub fn form<'t>(&'t self, ty: &'t Type) -> Form<&'t Type> {
        match self.resolve(ty) {
            Type::Null => Form::Null,
            Type::Boolean => Form::Boolean,
            Type::Int => Form::Int,
            Type::Number | Type::Duration | Type::Size => Form::Number,
            Type::String | Type::Timestamp | Type::Bytes | Type::Token(_) => Form::Text,
            Type::Literal(literal) => Form::Literal(literal.clone()),
            Type::Record(record) => {
                let field = |(name, it): (&Arc<str>, &'t super::FieldType)| Field {
                    name: name.clone(),
                    of: &it.ty,
                    may_be_absent: self.may_be_absent(it),
                };
                Form::Record(record.fields.iter().map(field).collect())
            }
            Type::List(item) => Form::List(item),
            Type::Dict(value) => Form::Dict(value),
            Type::Optional(of) => Form::Optional(of),
            Type::Union(members) => Form::Union(members.iter().collect()),
            Type::Unknown
            | Type::Never
            | Type::Json
            | Type::Resource { .. }
            | Type::Error(_)
            | Type::Run(_)
            | Type::Named(_) => Form::Any,
        }
    }

    /// What values of a type look like: as deep as 500 parts allow, and at most 8 levels.
    pub fn shape(&self, ty: &Type) -> Shape {
        let fits = |depth: &usize| self.parts(ty, *depth, MOST_PARTS).is_some();
        let depth = (1..=DEEPEST).take_while(fits).last().unwrap_or(0);
        self.shape_to(ty, depth)
    }

    fn shape_to(&self, ty: &Type, depth: usize) -> Shape {
        let form = match depth {
            0 => Form::Any,
            _ => self.form(ty).map(|inner| Box::new(self.shape_to(inner, depth - 1))),
        };
        Shape { shown: self.show(ty), form }
    }

    /// What is left of `budget` when a shape of this depth is made; none where it does not suffice.
    fn parts(&self, ty: &Type, depth: usize, budget: usize) -> Option<usize> {
        let left = budget.checked_sub(1)?;
        if depth == 0 {
            return Some(left);
        }
        let form = self.form(ty);
        form.inner().into_iter().try_fold(left, |left, inner| self.parts(inner, depth - 1, left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(shape: &Shape) -> usize {
        1 + shape.form.inner().into_iter().map(|it| parts(it)).sum::<usize>()
    }

    #[test]
    fn a_type_of_itself_has_a_small_shape() {
        let mut types = Types::default();
        let id = types.declare("Tree", None, Type::Unknown);
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        let tree = Type::record(names.map(|name| (name, Type::Named(id).optional())));
        if let Some(declared) = types.declared.get_mut(id.0 as usize) {
            declared.ty = tree;
        }
        let shape = types.shape(&Type::Named(id));
        assert_eq!(parts(&shape), 1 + 10 + 10 + 100 + 100);
    }
}
