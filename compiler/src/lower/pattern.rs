//! Patterns: what they test and what they bind.

use super::{Lower, Place};
use crate::machine::{Expr, Func, Item, Op};
use crate::source::Span;
use crate::typed::{LocalId, Pattern};
use crate::types::{LiteralType, Type};

/// Depth to which a type is looked into to tell it from others.
const DEEPEST: usize = 8;

impl Lower<'_> {
    /// The condition under which a value matches; what the pattern binds is put into the environment.
    pub(super) fn pattern(&mut self, pattern: &Pattern, subject: &Expr, ty: &Type) -> Expr {
        match pattern {
            Pattern::Any(local) => {
                self.bind(*local, subject);
                Expr::Boolean(true)
            }
            Pattern::Null => subject.clone().is_null(),
            Pattern::Boolean(b) => subject.clone().equals(Expr::Boolean(*b)),
            Pattern::Number(n) => subject.clone().equals(Expr::Number(n.clone())),
            Pattern::String(s) => subject.clone().equals(Expr::String(s.clone())),
            Pattern::Type(wanted, local) => {
                self.bind(*local, subject);
                self.type_test(subject, wanted, ty, 0)
            }
            Pattern::Record { fields, bind } => {
                self.bind(*bind, subject);
                let mut all = Expr::Boolean(true);
                let mut told = false;
                for (name, field) in fields {
                    let test = self.pattern(field, &subject.clone().maybe(name), &Type::Json);
                    told |= test != Expr::Boolean(true);
                    all = all.and(test);
                    if self.tells_apart(ty, name) {
                        told = true;
                        all = all.and(subject.clone().maybe(name).not_null());
                    }
                }
                if told { all } else { kind_is(subject, "object").and(all) }
            }
            Pattern::Or(alternatives) => self.alternatives(alternatives, subject, ty),
            Pattern::Error(error, local) => {
                self.bind(*local, subject);
                let name = self.error_name(error);
                super::jump::one_of(subject.clone().field("Error"), &[name])
            }
        }
    }

    /// `"a" | "b"` is membership in a list, where all are scalars.
    fn alternatives(&mut self, alternatives: &[Pattern], subject: &Expr, ty: &Type) -> Expr {
        let scalars: Option<Vec<Item>> = alternatives
            .iter()
            .map(|p| match p {
                Pattern::Boolean(b) => Some(Item::One(Expr::Boolean(*b))),
                Pattern::Number(n) => Some(Item::One(Expr::Number(n.clone()))),
                Pattern::String(s) => Some(Item::One(Expr::String(s.clone()))),
                _ => None,
            })
            .collect();
        if let Some(items) = scalars.filter(|items| items.len() > 1) {
            return Expr::binary(Op::In, subject.clone(), Expr::List(items));
        }
        let tests: Vec<Expr> = alternatives.iter().map(|p| self.pattern(p, subject, ty)).collect();
        tests.into_iter().reduce(Expr::or).unwrap_or(Expr::Boolean(false))
    }

    fn bind(&mut self, local: Option<LocalId>, subject: &Expr) {
        if let Some(local) = local {
            self.env.insert(local, Place::Alias(subject.clone()));
        }
    }

    /// Whether a value is of a type, as far as its JSON tells.
    fn type_test(&self, subject: &Expr, wanted: &Type, of: &Type, depth: usize) -> Expr {
        if depth > DEEPEST {
            return Expr::Boolean(true);
        }
        match self.resolve(wanted) {
            Type::Unknown | Type::Json | Type::Run(_) | Type::Resource { .. } => Expr::Boolean(true),
            Type::Never => Expr::Boolean(false),
            Type::Null => subject.clone().is_null(),
            Type::Boolean => kind_is(subject, "boolean"),
            Type::Int | Type::Number | Type::Duration | Type::Size => kind_is(subject, "number"),
            Type::String | Type::Timestamp | Type::Bytes | Type::Token(_) => kind_is(subject, "string"),
            Type::Literal(literal) => subject.clone().equals(literal_value(literal)),
            Type::List(_) => kind_is(subject, "array"),
            Type::Dict(_) => kind_is(subject, "object"),
            Type::Record(record) => {
                let mut all = Expr::Boolean(true);
                let mut told = false;
                for (name, field) in &record.fields {
                    if let Type::Literal(literal) = self.resolve(&field.ty) {
                        told = true;
                        all = all.and(subject.clone().maybe(name).equals(literal_value(literal)));
                    }
                }
                if told { all } else { self.shape_test(subject, record, of) }
            }
            Type::Optional(inner) => {
                subject.clone().is_null().or(self.type_test(subject, inner, of, depth + 1))
            }
            Type::Union(members) => members
                .iter()
                .map(|member| self.type_test(subject, member, of, depth + 1))
                .reduce(Expr::or)
                .unwrap_or(Expr::Boolean(false)),
            Type::Error(_) => kind_is(subject, "object"),
            Type::Named(_) => Expr::Boolean(true),
        }
    }

    /// A record without a telling literal: an object with the fields that must be there, where others could be
    /// objects too.
    fn shape_test(&self, subject: &Expr, record: &crate::types::Record, of: &Type) -> Expr {
        let object = kind_is(subject, "object");
        let objects = match self.resolve(of) {
            Type::Union(members) => {
                members.iter().filter(|m| matches!(self.resolve(m), Type::Record(_) | Type::Dict(_))).count()
            }
            Type::Json | Type::Unknown => 2,
            _ => 1,
        };
        if objects < 2 {
            return object;
        }
        record
            .fields
            .iter()
            .filter(|(_, field)| !self.nullable(&field.ty))
            .fold(object, |all, (name, _)| all.and(subject.clone().maybe(name).not_null()))
    }

    /// Whether a field that is there (and not null) is what tells one member of a union from another.
    fn tells_apart(&self, of: &Type, name: &str) -> bool {
        let Type::Union(members) = self.resolve(of) else { return false };
        let (mut with, mut without) = (false, false);
        for member in members.iter() {
            match self.resolve(member) {
                Type::Record(record) => match record.fields.get(name) {
                    Some(field) if self.nullable(&field.ty) => return false,
                    Some(_) => with = true,
                    None => without = true,
                },
                Type::Dict(_) => without = true,
                _ => {}
            }
        }
        with && without
    }

    /// The line that a span begins in.
    pub(super) fn line(&self, place: Span) -> usize {
        let before = (self.source)(Span { start: 0, end: place.start, ..place });
        1 + before.map_or(0, |text| text.matches('\n').count())
    }

    /// "no arm takes …": names the value and the line.
    ///
    /// `place`: what is matched.
    pub(super) fn unmatched_cause(&self, subject: &Expr, place: Span) -> Expr {
        let text = (self.source)(place).unwrap_or_default();
        let matched = text.lines().next().unwrap_or_default().trim_end();
        let line = self.line(place);
        Expr::Template(vec![
            Expr::text(&format!("line {line}: no arm of `match {matched}` takes ")),
            Expr::call(Func::ToJson, vec![subject.clone()]),
        ])
    }
}

fn kind_is(subject: &Expr, kind: &str) -> Expr {
    Expr::call(Func::TypeOf, vec![subject.clone()]).equals(Expr::text(kind))
}

/// The value of a literal type.
pub(super) fn literal_value(literal: &LiteralType) -> Expr {
    match literal {
        LiteralType::String(s) => Expr::String(s.clone()),
        LiteralType::Number(n) => Expr::number(n),
        LiteralType::Boolean(b) => Expr::Boolean(*b),
    }
}
