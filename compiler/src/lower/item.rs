//! Values as DynamoDB holds them, by type: no type is looked at while running, and nothing recurses (B26, A18), so what
//! contains itself travels as JSON text. How a value is held depends on its type alone, never on where it stands.
//! The SDK integration spells the forms `S N B M L Bool Nul`.

use super::Lower;
use crate::machine::{Expr, Func, Member};
use crate::types::{LiteralType, Type};

/// How a type is held.
enum Form {
    Text,
    Number,
    Boolean,
    Bytes,
    Json,
    List(Type),
    Dict(Type),
    Record(std::sync::Arc<crate::types::Record>),
}

impl Lower<'_> {
    fn form(&self, ty: &Type) -> Form {
        if !self.program.types.can_be_written_out(ty) {
            return Form::Json;
        }
        match self.resolve(ty) {
            Type::String | Type::Timestamp | Type::Token(_) | Type::Literal(LiteralType::String(_)) => {
                Form::Text
            }
            Type::Int
            | Type::Number
            | Type::Duration
            | Type::Size
            | Type::Literal(LiteralType::Number(_)) => Form::Number,
            Type::Boolean | Type::Literal(LiteralType::Boolean(_)) => Form::Boolean,
            Type::Bytes => Form::Bytes,
            Type::List(item) => Form::List((**item).clone()),
            Type::Dict(value) => Form::Dict((**value).clone()),
            Type::Record(record) => Form::Record(record.clone()),
            Type::Optional(inner) => self.form(inner),
            Type::Union(members) => self.union_form(members),
            Type::Null
            | Type::Never
            | Type::Unknown
            | Type::Json
            | Type::Named(_)
            | Type::Resource { .. }
            | Type::Error(_)
            | Type::Run(_) => Form::Json,
        }
    }

    /// Members of one form share it; others travel as JSON text.
    fn union_form(&self, members: &[Type]) -> Form {
        let mut forms = members.iter().map(|member| self.form(member));
        let first = forms.next().unwrap_or(Form::Json);
        let same = forms.all(|form| {
            matches!(
                (&first, form),
                (Form::Text, Form::Text) | (Form::Number, Form::Number) | (Form::Boolean, Form::Boolean)
            )
        });
        if same { first } else { Form::Json }
    }

    /// JSON text of a value of the type.
    pub(super) fn to_json(&self, ty: &Type, value: Expr) -> Expr {
        let function = if self.may_be_text(ty) { Func::ToJsonQuoted } else { Func::ToJson };
        Expr::call(function, vec![value])
    }

    /// The payload of a function or the input of a workflow as AWS takes it: an object or a list, which it serialises by
    /// itself, or JSON text. A text is sent as it is (recorded: `"0.0"` reaches the handler as a number), a number or a
    /// boolean is refused ("The value for the field 'Payload' must be a STRING"), null stands for nothing.
    pub(super) fn sent(&self, ty: &Type, payload: Expr) -> Expr {
        if self.program.types.is_serialised(ty) { payload } else { self.to_json(ty, payload) }
    }

    /// The first argument of a resource's method: a message that a queue or a topic takes as JSON text is written so.
    pub(super) fn message(&self, (kind, method): (&str, &str), receiver: &Type, message: Expr) -> Expr {
        match ((kind, method), self.resolve(receiver)) {
            (("queue", "send") | ("topic", "publish"), Type::Resource { of: Some(of), .. })
                if self.program.types.messages_are_written(of) =>
            {
                self.to_json(of, message)
            }
            _ => message,
        }
    }

    pub(super) fn may_be_text(&self, ty: &Type) -> bool {
        match self.resolve(ty) {
            Type::String
            | Type::Timestamp
            | Type::Bytes
            | Type::Token(_)
            | Type::Literal(LiteralType::String(_))
            | Type::Json
            | Type::Unknown
            | Type::Named(_)
            | Type::Resource { .. } => true,
            Type::Optional(inner) => self.may_be_text(inner),
            Type::Union(members) => members.iter().any(|it| self.may_be_text(it)),
            Type::Null
            | Type::Never
            | Type::Int
            | Type::Number
            | Type::Duration
            | Type::Size
            | Type::Boolean
            | Type::List(_)
            | Type::Dict(_)
            | Type::Record(_)
            | Type::Literal(LiteralType::Number(_) | LiteralType::Boolean(_))
            | Type::Error(_)
            | Type::Run(_) => false,
        }
    }

    /// Whether values of the type are held as JSON text.
    pub(super) fn is_json(&self, ty: &Type) -> bool {
        matches!(self.form(ty), Form::Json)
    }

    /// `{ "S": … }`; the value is not null.
    pub(super) fn marshal(&mut self, ty: &Type, value: Expr) -> Expr {
        let one = |name: &str, value: Expr| Expr::record([(name, value)]);
        match self.form(ty) {
            Form::Text => one("S", value),
            Form::Number => one("N", Expr::call(Func::ToText, vec![value])),
            Form::Boolean => one("Bool", value),
            Form::Bytes => one("B", value),
            Form::Json => one("S", self.to_json(ty, value)),
            Form::List(item) => {
                let bound = self.m.bound(&"item".into());
                let body = self.marshal(&item, Expr::Bound(bound));
                let list = Expr::call(
                    Func::Map { nested: false },
                    vec![value, Expr::Lambda(vec![bound], Box::new(body))],
                );
                one("L", list)
            }
            Form::Dict(item) => {
                let bound = self.m.bound(&"item".into());
                let body = self.marshal(&item, Expr::Bound(bound));
                let dict =
                    Expr::call(Func::MapValues, vec![value, Expr::Lambda(vec![bound], Box::new(body))]);
                one("M", dict)
            }
            Form::Record(record) => {
                let members = self.marshal_fields(&record, &value);
                one("M", Expr::Record(members))
            }
        }
    }

    /// The members of an item. What is null is left out: DynamoDB's `NULL` would break index keys.
    pub(super) fn marshal_fields(&mut self, record: &crate::types::Record, value: &Expr) -> Vec<Member> {
        let written = written_out(record, value);
        let mut members = Vec::new();
        for (name, field) in &record.fields {
            let own = written.and_then(|it| member(it, name)).cloned();
            if self.nullable(&field.ty) || matches!(self.resolve(&field.ty), Type::Json) {
                let read = own.unwrap_or_else(|| value.clone().maybe(name));
                let held = self.marshal_present(&field.ty, read);
                members.push(Member::Some(name.clone(), held));
            } else {
                let read = own.unwrap_or_else(|| value.clone().field(name));
                members.push(Member::Set(name.clone(), self.marshal(&field.ty, read)));
            }
        }
        members
    }

    /// What may be null, which stays null. It is computed once.
    fn marshal_present(&mut self, ty: &Type, read: Expr) -> Expr {
        if read.is_maybe() || crate::machine::fold::cheap(&read) {
            let held = self.marshal(ty, read.clone());
            return Expr::choose(read.not_null(), held, Expr::Null);
        }
        let bound = self.m.bound(&"value".into());
        let held = self.marshal(ty, Expr::Bound(bound));
        let held = Expr::choose(Expr::Bound(bound).not_null(), held, Expr::Null);
        Expr::Let(bound, Box::new(read), Box::new(held))
    }

    /// The value of `held`, which may be missing where the type allows null.
    pub(super) fn unmarshal(&mut self, ty: &Type, held: Expr) -> Expr {
        let optional = self.nullable(ty);
        let read = |held: &Expr, name: &str| {
            if optional { held.clone().maybe(name) } else { held.clone().field(name) }
        };
        let guarded = |raw: Expr, value: Expr| {
            if optional { Expr::choose(raw.not_null(), value, Expr::Null) } else { value }
        };
        match self.form(ty) {
            Form::Text => read(&held, "S"),
            Form::Number => {
                let raw = read(&held, "N");
                guarded(raw.clone(), Expr::call(Func::Numeric, vec![raw]))
            }
            Form::Boolean => read(&held, "Bool"),
            Form::Bytes => read(&held, "B"),
            Form::Json => {
                let raw = held.maybe("S");
                Expr::choose(raw.clone().not_null(), Expr::call(Func::ParseJson, vec![raw]), Expr::Null)
            }
            Form::List(item) => {
                let raw = read(&held, "L");
                let bound = self.m.bound(&"item".into());
                let body = self.unmarshal(&item, Expr::Bound(bound));
                let nested = self.may_be_list(&item);
                let map = vec![raw.clone(), Expr::Lambda(vec![bound], Box::new(body))];
                guarded(raw, Expr::call(Func::Map { nested }, map))
            }
            Form::Dict(item) => {
                let raw = read(&held, "M");
                let bound = self.m.bound(&"item".into());
                let body = self.unmarshal(&item, Expr::Bound(bound));
                let map = vec![raw.clone(), Expr::Lambda(vec![bound], Box::new(body))];
                guarded(raw, Expr::call(Func::MapValues, map))
            }
            Form::Record(record) => {
                let raw = read(&held, "M");
                let fields = self.unmarshal_fields(&record, &raw);
                guarded(raw, fields)
            }
        }
    }

    /// An item's fields as a record.
    pub(super) fn unmarshal_fields(&mut self, record: &crate::types::Record, item: &Expr) -> Expr {
        let mut members = Vec::new();
        for (name, field) in &record.fields {
            let held =
                if self.nullable(&field.ty) { item.clone().maybe(name) } else { item.clone().field(name) };
            members.push(Member::Set(name.clone(), self.unmarshal(&field.ty, held)));
        }
        Expr::Record(members)
    }
}

/// The members of a record that is written out, where nothing that could fail is left over by taking its fields.
fn written_out<'m>(record: &crate::types::Record, value: &'m Expr) -> Option<&'m [Member]> {
    let Expr::Record(members) = value else { return None };
    let kept = |it: &Member| match it {
        Member::Set(name, e) => record.fields.contains_key(name) || e.effects().total(),
        Member::Some(..) | Member::Computed(..) | Member::Spread(_) => false,
    };
    members.iter().all(kept).then_some(members)
}

fn member<'m>(members: &'m [Member], name: &str) -> Option<&'m Expr> {
    members.iter().rev().find_map(|it| match it {
        Member::Set(own, e) if **own == *name => Some(e),
        Member::Set(..) | Member::Some(..) | Member::Computed(..) | Member::Spread(_) => None,
    })
}
