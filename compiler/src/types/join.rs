//! Putting types together and taking them apart: unions, optionals, what is left after a test.

use std::sync::Arc;

use super::{FieldType, LiteralType, Record, Type, Types};

/// A union of more literals than this was hardly meant as one: it becomes their common type.
const MAX_LITERALS: usize = 64;

impl Types {
    /// The smallest type that holds both.
    pub fn join(&self, a: &Type, b: &Type) -> Type {
        if a == b || self.assignable(b, a) {
            return if matches!(a, Type::Unknown | Type::Never) { b.clone() } else { a.clone() };
        }
        if self.assignable(a, b) {
            return b.clone();
        }
        match (a, b) {
            (Type::Null, other) | (other, Type::Null) => other.clone().optional(),
            (Type::Optional(x), other) | (other, Type::Optional(x)) => {
                let other = self.without_null(other);
                self.join(x, &other).optional()
            }
            (Type::Record(x), Type::Record(y)) if !told_apart(x, y) => {
                Type::Record(Arc::new(self.join_records(x, y)))
            }
            (Type::List(x), Type::List(y)) => Type::list(self.join(x, y)),
            (Type::Dict(x), Type::Dict(y)) => Type::dict(self.join(x, y)),
            _ => self.union([a.clone(), b.clone()]),
        }
    }

    fn join_records(&self, a: &Record, b: &Record) -> Record {
        let mut joined = Record::default();
        for (name, field) in &a.fields {
            let ty = match b.fields.get(name) {
                Some(other) => self.join(&field.ty, &other.ty),
                None => field.ty.clone().optional(),
            };
            joined
                .fields
                .insert(name.clone(), FieldType { ty, docs: field.docs.clone(), required: field.required });
        }
        for (name, field) in &b.fields {
            if !joined.fields.contains_key(name) {
                let ty = field.ty.clone().optional();
                joined.fields.insert(
                    name.clone(),
                    FieldType { ty, docs: field.docs.clone(), required: field.required },
                );
            }
        }
        joined
    }

    /// A union as written: flattened, without doubles; `null` makes it optional.
    pub fn union(&self, members: impl IntoIterator<Item = Type>) -> Type {
        let mut flat = Vec::new();
        let mut null = false;
        for member in members {
            self.flatten(member, &mut flat, &mut null);
        }
        if flat.iter().any(|it| matches!(it, Type::Unknown)) {
            return Type::Unknown;
        }
        if flat.iter().any(|it| matches!(it, Type::Json)) {
            return Type::Json;
        }
        let union = match merge(flat).as_slice() {
            [] if null => return Type::Null,
            [] => Type::Never,
            [one] => one.clone(),
            many => Type::Union(Arc::new(many.to_vec())),
        };
        if null { union.optional() } else { union }
    }

    fn flatten(&self, ty: Type, flat: &mut Vec<Type>, null: &mut bool) {
        match ty {
            Type::Never => {}
            Type::Null => *null = true,
            Type::Optional(inner) => {
                *null = true;
                self.flatten((*inner).clone(), flat, null);
            }
            Type::Union(members) => {
                for member in members.iter() {
                    self.flatten(member.clone(), flat, null);
                }
            }
            Type::Named(id) => match self.resolve(&ty) {
                Type::Union(_) | Type::Optional(_) | Type::Null => {
                    let inner = self.resolve(&ty).clone();
                    self.flatten(inner, flat, null);
                }
                _ => flat.push(Type::Named(id)),
            },
            other => flat.push(other),
        }
    }

    /// The type without `null`.
    pub fn without_null(&self, ty: &Type) -> Type {
        match self.resolve(ty) {
            Type::Optional(inner) => (**inner).clone(),
            Type::Null => Type::Never,
            _ => ty.clone(),
        }
    }

    /// Whether `null` is one of the values.
    pub fn nullable(&self, ty: &Type) -> bool {
        matches!(self.resolve(ty), Type::Optional(_) | Type::Null)
    }

    /// The members of a union (or the type itself), `null` apart.
    pub fn members(&self, ty: &Type) -> (Vec<Type>, bool) {
        let (mut flat, mut null) = (Vec::new(), false);
        self.flatten(ty.clone(), &mut flat, &mut null);
        let booleans = |it: &Type| match it {
            Type::Boolean => [true, false].map(|b| Type::Literal(LiteralType::Boolean(b))).to_vec(),
            other => vec![other.clone()],
        };
        let split = flat.iter().any(|it| matches!(it, Type::Boolean));
        (if split { flat.iter().flat_map(booleans).collect() } else { flat }, null)
    }

    /// Keeps the members of a union that pass; `null` passes with `null`.
    pub fn keep(&self, ty: &Type, null: bool, pass: impl Fn(&Type) -> bool) -> Type {
        let (members, has_null) = self.members(ty);
        let whole = members.len();
        let kept: Vec<Type> = members.into_iter().filter(|it| pass(it)).collect();
        if kept.len() == whole && (null || !has_null) {
            return ty.clone();
        }
        let union = self.union(kept);
        match (has_null && null, union) {
            (true, Type::Never) => Type::Null,
            (true, other) => other.optional(),
            (false, other) => other,
        }
    }

    /// The type without literals: what a `var` that starts with it can hold.
    pub fn widen(&self, ty: &Type) -> Type {
        match ty {
            Type::Literal(LiteralType::String(_)) => Type::String,
            Type::Literal(LiteralType::Boolean(_)) => Type::Boolean,
            Type::Literal(LiteralType::Number(n)) if n.fract() == 0.0 => Type::Int,
            Type::Literal(LiteralType::Number(_)) => Type::Number,
            Type::Optional(inner) => self.widen(inner).optional(),
            Type::List(item) => Type::list(self.widen(item)),
            Type::Dict(value) => Type::dict(self.widen(value)),
            Type::Union(members) => self.union(members.iter().map(|it| self.widen(it))),
            Type::Record(record) => {
                let widened = |(name, field): (&Arc<str>, &FieldType)| {
                    (
                        name.clone(),
                        FieldType {
                            ty: self.widen(&field.ty),
                            docs: field.docs.clone(),
                            required: field.required,
                        },
                    )
                };
                Type::Record(Arc::new(Record { fields: record.fields.iter().map(widened).collect() }))
            }
            other => other.clone(),
        }
    }
}

/// Literals that a wider member holds already go; `true | false` is `boolean`.
fn merge(flat: Vec<Type>) -> Vec<Type> {
    let many = flat.iter().filter(|it| matches!(it, Type::Literal(_))).count() > MAX_LITERALS;
    let mut merged: Vec<Type> = Vec::with_capacity(flat.len());
    for ty in flat {
        let ty = match (many, ty) {
            (true, Type::Literal(LiteralType::String(_))) => Type::String,
            (true, Type::Literal(LiteralType::Number(_))) => Type::Number,
            (_, other) => other,
        };
        if !merged.contains(&ty) {
            merged.push(ty);
        }
    }
    let has = |ty: &Type| merged.contains(ty);
    let (text, number, int) = (has(&Type::String), has(&Type::Number), has(&Type::Int));
    let literal = |b| Type::Literal(LiteralType::Boolean(b));
    let boolean = has(&Type::Boolean) || (has(&literal(true)) && has(&literal(false)));
    merged.retain(|ty| match ty {
        Type::Literal(LiteralType::String(_)) => !text,
        Type::Literal(LiteralType::Number(n)) => !(number || int && n.fract() == 0.0),
        Type::Literal(LiteralType::Boolean(_)) | Type::Boolean => !boolean,
        Type::Int => !number,
        _ => true,
    });
    if boolean {
        merged.push(Type::Boolean);
    }
    merged
}

/// Whether a field with different literals tells the two records apart.
fn told_apart(a: &Record, b: &Record) -> bool {
    a.fields.iter().any(|(name, field)| match (&field.ty, b.fields.get(name).map(|it| &it.ty)) {
        (Type::Literal(x), Some(Type::Literal(y))) => x != y,
        _ => false,
    })
}
