//! Lists and records as written.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;

use super::Ctx;
use super::expr::{Role, make};
use crate::diagnostics::{close, integrations as aws, names as report, types as wrong};
use crate::source::Span;
use crate::syntax::ast::{self, Element, Field};
use crate::typed::{Effect, Expr, ExprKind, ListPart, RecordPart};
use crate::types::{FieldType, Record, Type};

/// The type of a record literal while its parts are looked at.
struct Gathered {
    fields: IndexMap<Arc<str>, FieldType>,
    /// A dict or JSON was spread: other keys may be there.
    rest: Option<Type>,
}

impl Ctx<'_> {
    pub(crate) fn list(&mut self, elements: &[Element], expected: Option<&Type>, span: Span) -> Expr {
        let wanted = expected.and_then(|it| self.wanted_item(it));
        let mut effect = Effect::Total;
        let mut parts = Vec::with_capacity(elements.len());
        let mut ty = Type::Never;
        let mut literals = Vec::new();
        for element in elements {
            let value = match element {
                Element::Item(item) => match &wanted {
                    Some(wanted) => self.expr_as(item, wanted, Role::new("an item of the list", "")),
                    None => self.expr(item, None),
                },
                Element::Spread(spread, at) => self.spread_list(spread, *at, expected),
            };
            effect = effect.max(value.effect);
            match element {
                Element::Item(_) if matches!(value.ty, Type::Literal(_)) => literals.push(value.ty.clone()),
                Element::Item(_) => ty = self.types().join(&ty, &value.ty),
                Element::Spread(..) => {
                    if let Type::List(item) = self.types().resolve(&value.ty) {
                        ty = self.types().join(&ty, item);
                    }
                }
            }
            parts.push(match element {
                Element::Item(_) => ListPart::Item(value),
                Element::Spread(..) => ListPart::Spread(value),
            });
        }
        if !literals.is_empty() {
            // All at once: a list of a thousand texts is not joined a thousand times.
            let literals = self.types().union(literals);
            ty = self.types().join(&ty, &literals);
        }
        make(ExprKind::List(parts), Type::list(ty), effect, span)
    }

    fn wanted_item(&self, expected: &Type) -> Option<Type> {
        match self.types().resolve(expected) {
            Type::List(item) => Some((**item).clone()),
            Type::Optional(inner) => self.wanted_item(inner),
            Type::Union(members) => {
                let mut lists = members.iter().filter_map(|it| self.wanted_item(it));
                lists.next().filter(|_| lists.next().is_none())
            }
            _ => None,
        }
    }

    fn spread_list(&mut self, spread: &ast::Expr, span: Span, expected: Option<&Type>) -> Expr {
        let mut value = self.expr(spread, expected);
        match self.types().resolve(&value.ty) {
            Type::List(_) | Type::Unknown | Type::Never => {}
            Type::Optional(inner) if matches!(self.types().resolve(inner), Type::List(_)) => {
                let shown = self.show(&value.ty);
                self.report(wrong::missing_spread(value.span, &shown));
                value.ty = self.types().without_null(&value.ty);
            }
            _ => {
                let shown = self.show(&value.ty);
                self.report(wrong::not_spreadable(span, &shown, "a list"));
                value.ty = Type::Unknown;
            }
        }
        value
    }

    pub(crate) fn record(&mut self, fields: &[Field], expected: Option<&Type>, span: Span) -> Expr {
        let wanted = expected.and_then(|it| self.wanted_record(it, fields));
        let mut effect = Effect::Total;
        let mut parts = Vec::with_capacity(fields.len());
        let mut gathered = Gathered { fields: IndexMap::new(), rest: None };
        let mut places: HashMap<&str, Span> = HashMap::new();
        for field in fields {
            let part = match field {
                Field::Named { name, value, .. } => {
                    self.once(&mut places, name);
                    self.named_field(name, Some(value), wanted.as_ref(), &mut gathered)
                }
                Field::Shorthand(name) => {
                    self.once(&mut places, name);
                    self.named_field(name, None, wanted.as_ref(), &mut gathered)
                }
                Field::Spread(value, span) => self.spread_record(value, *span, &mut gathered),
                Field::Error(_) => continue,
            };
            let (RecordPart::Field(_, value) | RecordPart::Spread(value)) = &part;
            effect = effect.max(value.effect);
            parts.push(part);
        }
        let ty = self.gathered_type(gathered);
        make(ExprKind::Record(parts), ty, effect, span)
    }

    fn once<'n>(&mut self, places: &mut HashMap<&'n str, Span>, name: &'n ast::Name) {
        if let Some(first) = places.insert(&name.text, name.span) {
            self.report(report::field_twice(&name.text, name.span, first));
        }
    }

    fn gathered_type(&mut self, gathered: Gathered) -> Type {
        match gathered.rest {
            Some(Type::Json) => Type::Json,
            Some(rest) => {
                let mut value = rest;
                for field in gathered.fields.values() {
                    value = self.types().join(&value, &field.ty);
                }
                Type::dict(value)
            }
            None => Type::Record(Arc::new(Record { fields: gathered.fields })),
        }
    }

    fn named_field(
        &mut self,
        name: &ast::Name,
        value: Option<&ast::Expr>,
        wanted: Option<&Type>,
        into: &mut Gathered,
    ) -> RecordPart {
        let shorthand;
        let value = match value {
            Some(value) => value,
            None => {
                shorthand = ast::Expr { kind: ast::ExprKind::Name(name.text.clone()), span: name.span };
                &shorthand
            }
        };
        let field = wanted.and_then(|it| self.wanted_field(it, name, into));
        let value = match &field {
            Some(ty) => self.expr_as(value, ty, Role::new("field", &name.text)),
            None => self.expr(value, None),
        };
        let key: Arc<str> = name.text.as_str().into();
        into.fields.insert(key.clone(), FieldType { ty: value.ty.clone(), docs: None, required: false });
        RecordPart::Field(key, value)
    }

    /// The type that a field must have; a field that isn't wanted is reported, with the name that may be meant.
    fn wanted_field(&mut self, wanted: &Type, name: &ast::Name, into: &mut Gathered) -> Option<Type> {
        match self.types().resolve(wanted) {
            Type::Record(record) => match record.fields.get(name.text.as_str()) {
                Some(field) => Some(field.ty.clone()),
                None => {
                    let names: Vec<&str> = record.fields.keys().map(|it| &**it).collect();
                    let close = close(&name.text, names.iter().copied());
                    let of = self.show(wanted);
                    let diagnostic = match of.strip_prefix("parameters of ") {
                        Some(action) => aws::unknown_parameter(name, action, &names, close.as_deref()),
                        None => report::unknown_field(name, &of, &names, close.as_deref()),
                    };
                    self.report(diagnostic);
                    if let Some(meant) = close {
                        // It stands for that one, which is not missing then.
                        into.fields.entry(meant.into()).or_insert(FieldType {
                            ty: Type::Unknown,
                            docs: None,
                            required: false,
                        });
                    }
                    Some(Type::Unknown)
                }
            },
            Type::Dict(value) => Some((**value).clone()),
            _ => None,
        }
    }

    /// What a record literal is meant to be: of a union the member that its literal fields point to.
    fn wanted_record(&self, expected: &Type, fields: &[Field]) -> Option<Type> {
        match self.types().resolve(expected) {
            Type::Record(_) | Type::Dict(_) => Some(expected.clone()),
            Type::Optional(inner) => self.wanted_record(inner, fields),
            Type::Union(members) => {
                let fits = |it: &&Type| self.literals_agree(it, fields) != Some(false);
                let mut records = members.iter().filter(|it| self.is_record_like(it)).filter(fits);
                let first = records.next()?;
                if records.next().is_none() {
                    return Some(first.clone());
                }
                members.iter().find(|it| self.literals_agree(it, fields) == Some(true)).cloned()
            }
            _ => None,
        }
    }

    fn is_record_like(&self, ty: &Type) -> bool {
        matches!(self.types().resolve(ty), Type::Record(_) | Type::Dict(_))
    }

    /// Whether the literal fields of a record type have the values written; `None` where none is written.
    fn literals_agree(&self, ty: &Type, fields: &[Field]) -> Option<bool> {
        let record = self.types().record(ty)?;
        let mut agree = None;
        for field in fields {
            let Field::Named { name, value, .. } = field else { continue };
            let ast::ExprKind::Literal(literal) = &value.kind else { continue };
            let Some(wanted) = record.fields.get(name.text.as_str()) else { continue };
            let Type::Literal(_) = wanted.ty else { continue };
            if super::type_expr::literal_type(literal) != wanted.ty {
                return Some(false);
            }
            agree = Some(true);
        }
        agree
    }

    fn spread_record(&mut self, value: &ast::Expr, span: Span, into: &mut Gathered) -> RecordPart {
        let value = self.expr(value, None);
        let nullable = self.types().nullable(&value.ty);
        let inner = self.types().without_null(&value.ty);
        match self.types().resolve(&inner).clone() {
            Type::Record(record) => {
                for (name, field) in &record.fields {
                    let mut ty = field.ty.clone();
                    if nullable {
                        ty = match into.fields.get(name) {
                            Some(before) => self.types().join(&before.ty, &ty),
                            None => ty.optional(),
                        };
                    }
                    into.fields.insert(
                        name.clone(),
                        FieldType { ty, docs: field.docs.clone(), required: field.required },
                    );
                }
            }
            Type::Dict(of) => {
                let rest = into.rest.take().unwrap_or(Type::Never);
                into.rest = Some(self.types().join(&rest, &of));
            }
            Type::Json | Type::Unknown => into.rest = Some(Type::Json),
            Type::Error(_) => {
                for name in ["Error", "Cause"] {
                    into.fields
                        .insert(name.into(), FieldType { ty: Type::String, docs: None, required: false });
                }
            }
            Type::Never => {}
            Type::Union(members) if members.iter().all(|it| self.types().record(it).is_some()) => {
                self.spread_union(&members, into);
            }
            _ => {
                let shown = self.show(&value.ty);
                self.report(wrong::not_spreadable(span, &shown, "a record"));
                into.rest = Some(Type::Json);
            }
        }
        RecordPart::Spread(value)
    }

    /// What all members have is there, what some have may be.
    fn spread_union(&mut self, members: &[Type], into: &mut Gathered) {
        let records: Vec<Record> = members.iter().filter_map(|it| self.types().record(it).cloned()).collect();
        let mut names: Vec<Arc<str>> = records.iter().flat_map(|it| it.fields.keys().cloned()).collect();
        names.dedup();
        for name in names {
            let mut ty = Type::Never;
            for record in &records {
                let field = record.fields.get(&name).map_or(Type::Null, |it| it.ty.clone());
                ty = self.types().join(&ty, &field);
            }
            into.fields.insert(name, FieldType { ty, docs: None, required: false });
        }
    }
}
