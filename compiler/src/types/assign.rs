//! Which values may stand where which type is wanted, and why not.

use std::sync::Arc;

use super::{FieldType, LiteralType, Record, Type, Types};

/// Deeper types are taken to agree: nobody could read the message.
const MAX_DEPTH: usize = 48;

/// Pairs of parts that are compared before two types are taken to agree: a type can name another several times at
/// every level.
const MOST: usize = 100_000;

/// Why a type doesn't fit: where inside the value, and what is wrong there.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// `items`, `[]`, `price`: from the outside in; empty for the value itself.
    pub path: Vec<Arc<str>>,
    pub problem: Problem,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// The types have nothing to do with each other.
    Wrong { found: Type, wanted: Type },
    /// The value may be `null`; without that it would fit.
    MayBeNull { found: Type, wanted: Type },
    /// A field that must be there is not.
    MissingField { name: Arc<str>, wanted: Type, of: Type },
}

impl Mismatch {
    /// `items[].price`
    pub fn place(&self) -> String {
        let mut text = String::new();
        for part in &self.path {
            if !text.is_empty() && !part.starts_with('[') {
                text.push('.');
            }
            text.push_str(part);
        }
        text
    }
}

impl Types {
    /// Whether a value of type `from` may stand where `to` is wanted.
    pub fn assignable(&self, from: &Type, to: &Type) -> bool {
        self.mismatch(from, to).is_none()
    }

    /// The first reason why `from` doesn't fit `to`.
    pub fn mismatch(&self, from: &Type, to: &Type) -> Option<Mismatch> {
        let mut relation = Relation { types: self, assumed: Vec::new(), path: Vec::new(), left: MOST };
        let problem = relation.problem(from, to)?;
        Some(Mismatch { path: relation.path, problem })
    }

    /// Whether the two can hold a common value, so that comparing them makes sense.
    pub fn overlap(&self, a: &Type, b: &Type) -> bool {
        Overlap { types: self, assumed: Vec::new(), left: MOST }.of(a, b)
    }
}

struct Overlap<'a> {
    types: &'a Types,
    /// Pairs under way, for recursive types.
    assumed: Vec<(Type, Type)>,
    left: usize,
}

impl Overlap<'_> {
    fn of(&mut self, a: &Type, b: &Type) -> bool {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            return true;
        }
        if !matches!((a, b), (Type::Named(_), _) | (_, Type::Named(_))) {
            return self.structural(a, b);
        }
        if a == b || self.assumed.len() > MAX_DEPTH || self.assumed.iter().any(|(x, y)| x == a && y == b) {
            return true;
        }
        self.assumed.push((a.clone(), b.clone()));
        let found = self.structural(self.types.resolve(a), self.types.resolve(b));
        self.assumed.pop();
        found
    }

    fn structural(&mut self, a: &Type, b: &Type) -> bool {
        match (a, b) {
            (Type::Optional(x), Type::Optional(y)) => self.of(x, y),
            (Type::Optional(x), Type::Null) | (Type::Null, Type::Optional(x)) => !matches!(**x, Type::Never),
            (Type::Optional(x), y) | (y, Type::Optional(x)) => self.of(x, y),
            (Type::Union(members), other) | (other, Type::Union(members)) => {
                members.iter().any(|it| self.of(it, other))
            }
            (Type::Record(x), Type::Record(y)) => x
                .fields
                .iter()
                .all(|(name, field)| y.fields.get(name).is_none_or(|it| self.of(&field.ty, &it.ty))),
            (Type::Record(record), Type::Dict(value)) | (Type::Dict(value), Type::Record(record)) => {
                record.fields.values().all(|field| self.of(&field.ty, value))
            }
            (Type::List(x), Type::List(y)) => self.of(x, y) || **x == Type::Never || **y == Type::Never,
            (Type::Json, _) | (_, Type::Json) => true,
            _ => self.types.assignable(a, b) || self.types.assignable(b, a),
        }
    }
}

struct Relation<'a> {
    types: &'a Types,
    /// Pairs under way, for recursive types.
    assumed: Vec<(Type, Type)>,
    path: Vec<Arc<str>>,
    left: usize,
}

impl Relation<'_> {
    fn problem(&mut self, from: &Type, to: &Type) -> Option<Problem> {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 || self.obvious(from, to) {
            return None;
        }
        let named = matches!(from, Type::Named(_)) || matches!(to, Type::Named(_));
        if !named {
            return self.structural(from, to);
        }
        if self.assumed.len() > MAX_DEPTH || self.assumed.iter().any(|(a, b)| a == from && b == to) {
            return None;
        }
        self.assumed.push((from.clone(), to.clone()));
        let (inner_from, inner_to) = (self.types.resolve(from), self.types.resolve(to));
        let problem = self.structural(inner_from, inner_to);
        self.assumed.pop();
        problem.map(|it| if self.path.is_empty() { it.with_names(from, to) } else { it })
    }

    fn obvious(&self, from: &Type, to: &Type) -> bool {
        match (from, to) {
            (Type::Unknown | Type::Never, _) | (_, Type::Unknown) => true,
            (Type::Named(a), Type::Named(b)) => a == b,
            (Type::Record(a), Type::Record(b)) => Arc::ptr_eq(a, b),
            (Type::Union(a), Type::Union(b)) => Arc::ptr_eq(a, b),
            (Type::List(a), Type::List(b))
            | (Type::Dict(a), Type::Dict(b))
            | (Type::Optional(a), Type::Optional(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    fn fits(&mut self, from: &Type, to: &Type) -> bool {
        let length = self.path.len();
        let fits = self.problem(from, to).is_none();
        self.path.truncate(length);
        fits
    }

    fn structural(&mut self, from: &Type, to: &Type) -> Option<Problem> {
        let wrong = || Some(Problem::Wrong { found: from.clone(), wanted: to.clone() });
        match (from, to) {
            (Type::Unknown | Type::Never, _) | (_, Type::Unknown) => None,
            (Type::Union(members), _) => {
                let bad = members.iter().find(|it| !self.fits(it, to))?.clone();
                if members.iter().all(|it| !self.fits(it, to)) {
                    return wrong();
                }
                self.problem(&bad, to).map(|_| Problem::Wrong { found: from.clone(), wanted: to.clone() })
            }
            (Type::Optional(inner), Type::Optional(wanted)) => self.problem(inner, wanted),
            (Type::Null, Type::Optional(_) | Type::Null | Type::Json) | (Type::Optional(_), Type::Json) => {
                None
            }
            (Type::Optional(inner), _) if self.fits(inner, to) => {
                Some(Problem::MayBeNull { found: from.clone(), wanted: to.clone() })
            }
            (_, Type::Optional(inner)) => {
                let problem = self.problem(from, inner);
                problem.map(|it| if self.path.is_empty() { it.wanting(to) } else { it })
            }
            (_, Type::Union(members)) => self.in_union(from, members, to),
            (Type::Record(a), Type::Record(b)) => self.records(a, b, to),
            (Type::Record(record), Type::Dict(value)) => {
                record.fields.iter().find_map(|(name, field)| self.inside(name, &field.ty, value))
            }
            (Type::List(a), Type::List(b)) => self.inside("[]", a, b),
            (Type::Dict(a), Type::Dict(b)) => self.inside("[key]", a, b),
            (Type::Token(a), Type::Token(b)) => {
                if self.fits(a, b) || self.fits(b, a) {
                    None
                } else {
                    wrong()
                }
            }
            (Type::Resource { kind, of }, Type::Resource { kind: wanted, of: item }) => {
                let same = match (of, item) {
                    (Some(a), Some(b)) => self.fits(a, b) && self.fits(b, a),
                    (_, None) => true,
                    (None, Some(_)) => false,
                };
                if kind == wanted && same { None } else { wrong() }
            }
            (Type::Error(_), Type::Record(record)) => {
                let known = |name: &Arc<str>| matches!(&**name, "Error" | "Cause");
                if record.fields.iter().all(|(name, it)| known(name) && self.fits(&Type::String, &it.ty)) {
                    None
                } else {
                    wrong()
                }
            }
            (Type::Run(a), Type::Run(b)) => self.problem(a, b),
            _ if scalar_fits(from, to) => None,
            _ => wrong(),
        }
    }

    fn inside(&mut self, name: &str, from: &Type, to: &Type) -> Option<Problem> {
        self.path.push(name.into());
        let problem = self.problem(from, to);
        if problem.is_none() {
            self.path.pop();
        }
        problem
    }

    fn records(&mut self, from: &Arc<Record>, to: &Arc<Record>, wanted: &Type) -> Option<Problem> {
        for (name, field) in &to.fields {
            match from.fields.get(name) {
                Some(have) => {
                    if let Some(problem) = self.inside(name, &have.ty, &field.ty) {
                        return Some(problem);
                    }
                }
                None if self.types.may_be_absent(field) => {}
                None => {
                    let (name, of) = (name.clone(), wanted.clone());
                    return Some(Problem::MissingField { name, wanted: field.ty.clone(), of });
                }
            }
        }
        None
    }

    fn in_union(&mut self, from: &Type, members: &Arc<Vec<Type>>, union: &Type) -> Option<Problem> {
        if members.iter().any(|it| self.fits(from, it)) {
            return None;
        }
        let candidate = self.types.by_literal_field(from, members);
        if let Some(member) = candidate {
            return self.problem(from, &member);
        }
        Some(Problem::Wrong { found: from.clone(), wanted: union.clone() })
    }
}

impl Types {
    pub(crate) fn may_be_absent(&self, field: &FieldType) -> bool {
        match self.resolve(&field.ty) {
            Type::Optional(_) | Type::Null | Type::Unknown => true,
            Type::Json => !field.required,
            _ => false,
        }
    }

    /// The fields of a record type that a value of another one lacks, with their types.
    pub fn lacking(&self, from: &Type, to: &Type) -> Vec<(Arc<str>, Type)> {
        let (Some(from), Some(to)) = (self.record(from), self.record(to)) else { return Vec::new() };
        let lacks = |(name, field): &(&Arc<str>, &FieldType)| {
            !from.fields.contains_key(*name) && !self.may_be_absent(field)
        };
        to.fields.iter().filter(lacks).map(|(name, field)| (name.clone(), field.ty.clone())).collect()
    }

    /// The member of a union of records that shares a literal field with `from`: the one that was meant.
    fn by_literal_field(&self, from: &Type, members: &[Type]) -> Option<Type> {
        let record = self.record(from)?;
        let meant = |member: &&Type| {
            let Some(other) = self.record(member) else { return false };
            record.fields.iter().any(|(name, field)| {
                matches!(field.ty, Type::Literal(_))
                    && other.fields.get(name).is_some_and(|it| it.ty == field.ty)
            })
        };
        members.iter().find(meant).cloned()
    }
}

impl Problem {
    /// Says names instead of what they stand for.
    fn with_names(self, from: &Type, to: &Type) -> Problem {
        match self {
            Problem::Wrong { .. } => Problem::Wrong { found: from.clone(), wanted: to.clone() },
            Problem::MayBeNull { .. } => Problem::MayBeNull { found: from.clone(), wanted: to.clone() },
            Problem::MissingField { name, wanted, .. } => {
                Problem::MissingField { name, wanted, of: to.clone() }
            }
        }
    }

    fn wanting(self, to: &Type) -> Problem {
        match self {
            Problem::Wrong { found, .. } => Problem::Wrong { found, wanted: to.clone() },
            other => other,
        }
    }
}

fn scalar_fits(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Literal(a), Type::Literal(b)) => a == b,
        (Type::Literal(LiteralType::String(_)), Type::String)
        | (Type::Literal(LiteralType::Boolean(_)), Type::Boolean)
        | (Type::Literal(LiteralType::Number(_)), Type::Number)
        | (Type::Int, Type::Number)
        // JSON carries them as text.
        | (Type::Timestamp | Type::Bytes | Type::Token(_), Type::String)
        | (Type::Error(_), Type::Error(_)) => true,
        (Type::Literal(LiteralType::Number(n)), Type::Int) => n.fract() == 0.0,
        (Type::Duration | Type::Size | Type::Resource { .. } | Type::Run(_), Type::Json) => false,
        (_, Type::Json) => true,
        _ => std::mem::discriminant(from) == std::mem::discriminant(to) && is_plain(from),
    }
}

fn is_plain(ty: &Type) -> bool {
    matches!(
        ty,
        Type::Null
            | Type::Boolean
            | Type::Int
            | Type::Number
            | Type::String
            | Type::Timestamp
            | Type::Duration
            | Type::Size
            | Type::Bytes
            | Type::Json
    )
}
