//! DynamoDB's expressions: conditions over an item, with the names and values they use. Names always travel as `#name`
//! (many are reserved), values as `:name` (Developer Guide, "Condition and filter expressions, operators, and functions").

use std::sync::Arc;

use super::Lower;
use super::table::{Keys, Table};
use crate::diagnostics::build;
use crate::machine::{Expr, Func, Member};
use crate::source::Span;
use crate::typed::walk::Child;
use crate::typed::{self, BinaryOp, Builtin, ExprKind, ListPart, LocalId};
use crate::types::Type;

/// An expression's text; parts of it may be chosen while running.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Text(Vec<Expr>);

impl Text {
    pub(super) fn then(mut self, more: impl Into<Text>) -> Text {
        self.0.extend(more.into().0);
        self
    }

    pub(super) fn around(self, before: &str, behind: &str) -> Text {
        Text::from(before).then(self).then(behind)
    }

    /// One of two texts, whichever the condition says.
    pub(super) fn choice(condition: Expr, then: Text, otherwise: Text) -> Text {
        Text(vec![Expr::choose(condition, then.expr(), otherwise.expr())])
    }

    pub(super) fn expr(self) -> Expr {
        crate::machine::fold::simplify(Expr::Template(self.0))
    }

    pub(super) fn joined(all: Vec<Text>, between: &str) -> Text {
        let mut whole = Text::default();
        for (i, one) in all.into_iter().enumerate() {
            if i > 0 {
                whole = whole.then(between);
            }
            whole = whole.then(one);
        }
        whole
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Text {
        Text(vec![Expr::text(text)])
    }
}

impl From<String> for Text {
    fn from(text: String) -> Text {
        Text::from(text.as_str())
    }
}

/// The names and values that the expressions of one request use.
#[derive(Default)]
pub(super) struct Dynamo {
    names: Vec<(String, Arc<str>)>,
    values: Vec<(String, Member)>,
}

impl Dynamo {
    /// `#name`
    pub(super) fn name(&mut self, attribute: &str) -> String {
        if let Some((alias, _)) = self.names.iter().find(|(_, name)| **name == *attribute) {
            return alias.clone();
        }
        let plain = !attribute.is_empty() && attribute.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let wanted = if plain { format!("#{attribute}") } else { "#n".to_owned() };
        let free = |alias: &str| self.names.iter().all(|(taken, _)| taken != alias);
        let alias = crate::emit::names::unique(&wanted, "", free);
        self.names.push((alias.clone(), attribute.into()));
        alias
    }

    fn alias(&mut self, wanted: &str) -> String {
        let plain = !wanted.is_empty() && wanted.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let wanted = if plain { format!(":{wanted}") } else { ":v".to_owned() };
        crate::emit::names::unique(&wanted, "", |alias| self.values.iter().all(|(taken, _)| taken != alias))
    }

    /// `:wanted`, which stands for a value in DynamoDB's form.
    pub(super) fn value(&mut self, wanted: &str, held: Expr) -> String {
        let alias = self.alias(wanted);
        self.values.push((alias.clone(), Member::Set(alias.as_str().into(), held)));
        alias
    }

    /// The same for a value that is only there where the condition holds: DynamoDB refuses what no expression uses.
    pub(super) fn value_if(&mut self, wanted: &str, condition: Expr, held: Expr) -> String {
        let alias = self.alias(wanted);
        let held = Expr::choose(condition, held, Expr::Null);
        self.values.push((alias.clone(), Member::Some(alias.as_str().into(), held)));
        alias
    }

    pub(super) fn finish(self, members: &mut Vec<Member>) {
        if !self.names.is_empty() {
            let names = self.names.into_iter().map(|(alias, name)| (alias, Expr::String(name)));
            members.push(Member::Set("ExpressionAttributeNames".into(), Expr::record(names)));
        }
        let sure = self.values.iter().any(|(_, it)| matches!(it, Member::Set(..)));
        let held = |it: &Member| match it {
            Member::Some(_, value) => Some(value.clone().not_null()),
            Member::Set(..) | Member::Computed(..) | Member::Spread(_) => None,
        };
        let some = self.values.iter().filter_map(|(_, it)| held(it));
        let some = some.reduce(|a, b| Expr::binary(crate::machine::Op::Or, a, b));
        let values = Expr::Record(self.values.into_iter().map(|(_, it)| it).collect());
        let name: Arc<str> = "ExpressionAttributeValues".into();
        match some {
            // An empty record is refused.
            Some(some) if !sure => members.push(Member::Some(name, Expr::choose(some, values, Expr::Null))),
            None if !sure => {}
            Some(_) | None => members.push(Member::Set(name, values)),
        }
    }
}

/// A place in an item.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Name(Arc<str>),
    Index(u64),
}

/// Where an expression is read: over which item, and with which names.
pub(super) struct Over<'d> {
    pub(super) it: Option<LocalId>,
    pub(super) table: &'d Table,
    pub(super) dynamo: &'d mut Dynamo,
}

impl<'a> Lower<'a> {
    pub(super) fn cant(&mut self, span: Span, why: &str) -> Text {
        self.problems.push(build::not_for_dynamo(span, why));
        Text::default()
    }

    /// A condition over an item.
    pub(super) fn condition_text(&mut self, e: &'a typed::Expr, over: &mut Over<'_>) -> Text {
        if !reads(e, over.it) {
            return self.constant_text(e, over);
        }
        match &e.kind {
            ExprKind::Not(inner) => self.condition_text(inner, over).around("NOT (", ")"),
            ExprKind::Binary { op: op @ (BinaryOp::And | BinaryOp::Or), left, right } => {
                let one = |lower: &mut Self, e: &'a typed::Expr, over: &mut Over<'_>| {
                    let text = lower.condition_text(e, over);
                    let or = matches!(e.kind, ExprKind::Binary { op: BinaryOp::Or, .. });
                    if or && *op == BinaryOp::And { text.around("(", ")") } else { text }
                };
                let (a, b) = (one(self, left, over), one(self, right, over));
                a.then(if *op == BinaryOp::And { " AND " } else { " OR " }).then(b)
            }
            ExprKind::Binary { op, left, right } => self.comparison(*op, left, right, e.span, over),
            ExprKind::Builtin { function, arguments } => {
                self.condition_function(*function, arguments, e.span, over)
            }
            ExprKind::Block(block) if block.statements.is_empty() => match &block.value {
                Some(value) => self.condition_text(value, over),
                None => Text::default(),
            },
            ExprKind::Cast(inner) => self.condition_text(inner, over),
            _ => match self.path_text(e, over) {
                Some(path) => {
                    let yes = over.dynamo.value("yes", Expr::record([("Bool", Expr::Boolean(true))]));
                    path.then(format!(" = {yes}"))
                }
                None => self.cant(e.span, "DynamoDB can't evaluate this over an item"),
            },
        }
    }

    /// A condition that doesn't look at the item.
    fn constant_text(&mut self, e: &'a typed::Expr, over: &mut Over<'_>) -> Text {
        let condition = self.pure(e);
        let key = over.dynamo.name(&over.table.key);
        let always = format!("(attribute_exists({key}) OR attribute_not_exists({key}))");
        Text::choice(
            condition,
            always.into(),
            Text::from(format!("(attribute_exists({key}) AND attribute_not_exists({key}))")),
        )
    }

    fn comparison(
        &mut self,
        op: BinaryOp,
        left: &'a typed::Expr,
        right: &'a typed::Expr,
        span: Span,
        over: &mut Over<'_>,
    ) -> Text {
        let sign = match op {
            BinaryOp::Eq => "=",
            BinaryOp::Ne => "<>",
            BinaryOp::Less(_) => "<",
            BinaryOp::LessEqual(_) => "<=",
            BinaryOp::Greater(_) => ">",
            BinaryOp::GreaterEqual(_) => ">=",
            BinaryOp::In => return self.membership(left, right, span, over),
            _ => return self.cant(span, "DynamoDB can't evaluate this over an item"),
        };
        // The item's side stands left.
        let swapped = !reads(left, over.it);
        let (item, value, sign) = if swapped { (right, left, mirrored(sign)) } else { (left, right, sign) };
        if matches!(value.kind, ExprKind::Null) {
            let Some(path) = self.path_text(item, over) else {
                return self.cant(item.span, "only a field can be compared with null here");
            };
            let test = if sign == "=" { "attribute_not_exists(" } else { "attribute_exists(" };
            return path.around(test, ")");
        }
        if reads(value, over.it) {
            return self.two_fields(item, sign, value, over);
        }
        match &strip(item).kind {
            ExprKind::Binary { op: BinaryOp::Coalesce, left: field, right: default } => {
                self.with_default((field, default), sign, value, (op, swapped), over)
            }
            ExprKind::Builtin { function: Builtin::Length | Builtin::Count, arguments } => {
                let (Some(field), 1) = (arguments.first(), arguments.len()) else {
                    return self.cant(item.span, "DynamoDB can't evaluate this over an item");
                };
                let Some(path) = self.path_text(field, over) else {
                    return self.cant(item.span, "DynamoDB knows the size of a field only");
                };
                let size = self.pure(value);
                let size = over.dynamo.value("size", number_of(size));
                path.around("size(", ")").then(format!(" {sign} {size}"))
            }
            _ => self.with_value(item, sign, value, over),
        }
    }

    /// `it.a == it.b`
    fn two_fields(
        &mut self,
        a: &'a typed::Expr,
        sign: &str,
        b: &'a typed::Expr,
        over: &mut Over<'_>,
    ) -> Text {
        let optional = self.nullable(&a.ty) && self.nullable(&b.ty);
        let (Some(left), Some(right)) = (self.path_text(a, over), self.path_text(b, over)) else {
            return self.cant(a.span.to(b.span), "DynamoDB compares fields with each other and with values");
        };
        let plain = left.clone().then(format!(" {} ", if optional { "=" } else { sign })).then(right.clone());
        if !optional {
            return plain;
        }
        let missing = |it: Text| it.around("attribute_not_exists(", ")");
        let both = missing(left).then(" AND ").then(missing(right));
        let equal = plain.then(" OR ").then(both.around("(", ")")).around("(", ")");
        if sign == "=" { equal } else { Text::from("NOT ").then(equal) }
    }

    /// `it.a == value`, where the value may be null.
    fn with_value(
        &mut self,
        item: &'a typed::Expr,
        sign: &str,
        value: &'a typed::Expr,
        over: &mut Over<'_>,
    ) -> Text {
        let Some(path) = self.path_text(item, over) else {
            return self.cant(item.span, "DynamoDB can't evaluate this over an item");
        };
        let ty = self.declared(item, over);
        if self.is_json(&ty) {
            return self.cant(item.span, "this field is held as JSON text, which DynamoDB can't compare");
        }
        let nullable = self.nullable(&value.ty);
        let raw = self.pure(value);
        let held = self.marshal(&ty, raw.clone());
        let wanted = last_name(item, over.it);
        if !nullable {
            let alias = over.dynamo.value(&wanted, held);
            return path.then(format!(" {sign} {alias}"));
        }
        let alias = over.dynamo.value_if(&wanted, raw.clone().not_null(), held);
        let there = path.clone().then(format!(" {sign} {alias}"));
        let test = if sign == "=" { "attribute_not_exists(" } else { "attribute_exists(" };
        Text::choice(raw.not_null(), there, path.around(test, ")"))
    }

    /// `(it.a ?? default) < value`: where the field is missing, what the default says holds.
    fn with_default(
        &mut self,
        (field, default): (&'a typed::Expr, &'a typed::Expr),
        sign: &str,
        value: &'a typed::Expr,
        (op, swapped): (BinaryOp, bool),
        over: &mut Over<'_>,
    ) -> Text {
        let Some(path) = self.path_text(field, over) else {
            return self.cant(field.span, "DynamoDB can't evaluate this over an item");
        };
        if reads(default, over.it) || self.nullable(&value.ty) || self.nullable(&default.ty) {
            return self.cant(default.span, "what stands in for a missing field must be a value here");
        }
        let (raw, other) = (self.pure(value), self.pure(default));
        let ty = self.declared(field, over);
        let held = self.marshal(&ty, raw.clone());
        let alias = over.dynamo.value(&last_name(field, over.it), held);
        let holds = if swapped { self.binary(op, raw, other) } else { self.binary(op, other, raw) };
        let plain = path.clone().then(format!(" {sign} {alias}"));
        let missing = path.clone().around("attribute_not_exists(", ")");
        let with = plain.clone().then(" OR ").then(missing).around("(", ")");
        // `<>` holds of what is missing.
        let without = if sign == "<>" {
            plain.then(" AND ").then(path.around("attribute_exists(", ")")).around("(", ")")
        } else {
            plain
        };
        Text::choice(holds, with, without)
    }

    /// `it.a in ["x", "y"]`, `x in it.list`
    fn membership(
        &mut self,
        one: &'a typed::Expr,
        list: &'a typed::Expr,
        span: Span,
        over: &mut Over<'_>,
    ) -> Text {
        if let (false, Some(path)) = (reads(one, over.it), self.path_text(list, over)) {
            let ty = match self.declared(list, over) {
                Type::List(item) => (*item).clone(),
                _ => one.ty.clone(),
            };
            let raw = self.pure(one);
            let held = self.marshal(&ty, raw);
            let alias = over.dynamo.value("item", held);
            return path.around("contains(", &format!(", {alias})"));
        }
        let ExprKind::List(parts) = &strip(list).kind else {
            return self.cant(span, "DynamoDB wants the list written out: `it.status in [\"a\", \"b\"]`");
        };
        let Some(path) = self.path_text(one, over) else {
            return self.cant(one.span, "DynamoDB can't evaluate this over an item");
        };
        let (ty, wanted) = (self.declared(one, over), last_name(one, over.it));
        let mut items = Vec::new();
        for part in parts {
            let ListPart::Item(e) = part else {
                return self.cant(span, "DynamoDB wants the list written out: `it.status in [\"a\", \"b\"]`");
            };
            let raw = self.pure(e);
            let held = self.marshal(&ty, raw);
            items.push(Text::from(over.dynamo.value(&wanted, held)));
        }
        // AWS: "a list of up to 100 values".
        if items.is_empty() || items.len() > 100 {
            return self.cant(span, "DynamoDB takes 1 to 100 values here");
        }
        path.then(Text::joined(items, ", ").around(" IN (", ")"))
    }

    fn condition_function(
        &mut self,
        function: Builtin,
        arguments: &'a [typed::Expr],
        span: Span,
        over: &mut Over<'_>,
    ) -> Text {
        match (function, arguments) {
            (Builtin::Contains, [list, one]) if self.list_item(&list.ty).is_some() => {
                self.membership(one, list, span, over)
            }
            (Builtin::StartsWith | Builtin::Contains, [field, part]) if !reads(part, over.it) => {
                let Some(path) = self.path_text(field, over) else {
                    return self.cant(field.span, "DynamoDB can't evaluate this over an item");
                };
                let raw = self.pure(part);
                let alias = over.dynamo.value(&last_name(field, over.it), Expr::record([("S", raw)]));
                let name = if function == Builtin::Contains { "contains(" } else { "begins_with(" };
                path.around(name, &format!(", {alias})"))
            }
            (Builtin::IsEmpty, [field]) => match self.path_text(field, over) {
                Some(path) => {
                    let zero = over.dynamo.value("size", Expr::record([("N", Expr::text("0"))]));
                    path.around("size(", &format!(") = {zero}"))
                }
                None => self.cant(span, "DynamoDB knows the size of a field only"),
            },
            _ => self.cant(span, "DynamoDB can't evaluate this over an item"),
        }
    }

    fn list_item(&self, ty: &Type) -> Option<Type> {
        match self.resolve(ty) {
            Type::List(item) => Some((**item).clone()),
            Type::Optional(inner) => self.list_item(inner),
            _ => None,
        }
    }

    // ------------------------------------------------------------ keys

    /// The condition of a query: one value of the partition key, and at most one condition on the sort key.
    pub(super) fn key_condition(&mut self, body: &'a typed::Expr, keys: &Keys, over: &mut Over<'_>) -> Text {
        let mut parts = Vec::new();
        conjuncts(body, &mut parts);
        let of = |e: &typed::Expr, it| match path(e, it).as_deref() {
            Some([Step::Name(name)]) => Some(name.clone()),
            _ => None,
        };
        let (mut hash, mut sort): (Vec<&typed::Expr>, Vec<&typed::Expr>) = (Vec::new(), Vec::new());
        for part in parts {
            let fields = match &strip(part).kind {
                ExprKind::Binary { left, right, .. } => [of(left, over.it), of(right, over.it)],
                ExprKind::Builtin { arguments, .. } => [arguments.first().and_then(|e| of(e, over.it)), None],
                _ => [None, None],
            };
            let is = |key: &Option<Arc<str>>| fields.iter().flatten().any(|it| Some(it) == key.as_ref());
            if is(&keys.key) {
                hash.push(part);
            } else if is(&keys.sort) {
                sort.push(part);
            } else {
                self.problems.push(build::key_condition(
                    part.span,
                    &keys.shown(),
                    "this is no condition on its key",
                ));
                return Text::default();
            }
        }
        let wrong = |why: &str| build::key_condition(body.span, &keys.shown(), why);
        let equal = |e: &typed::Expr| matches!(strip(e).kind, ExprKind::Binary { op: BinaryOp::Eq, .. });
        let ([one], true) = (hash.as_slice(), hash.iter().all(|e| equal(e))) else {
            self.problems.push(wrong("a query wants one value of the partition key: `==`"));
            return Text::default();
        };
        let first = self.key_part(one, over);
        let second = match sort.as_slice() {
            [] => return first,
            [one] => self.key_part(one, over),
            [a, b] => match self.between(a, b, over) {
                Some(between) => between,
                None => {
                    self.problems.push(wrong("of a range DynamoDB takes both ends with it: `>=` and `<=`"));
                    return Text::default();
                }
            },
            _ => {
                self.problems.push(wrong("a query takes one condition on the sort key"));
                return Text::default();
            }
        };
        first.then(" AND ").then(second)
    }

    /// A condition on a key, as far as a query takes it.
    fn key_part(&mut self, e: &'a typed::Expr, over: &mut Over<'_>) -> Text {
        let fits = match &strip(e).kind {
            ExprKind::Binary { op, left, right } => {
                let value = if reads(left, over.it) { right } else { left };
                let ordered = matches!(
                    op,
                    BinaryOp::Eq
                        | BinaryOp::Less(_)
                        | BinaryOp::LessEqual(_)
                        | BinaryOp::Greater(_)
                        | BinaryOp::GreaterEqual(_)
                );
                ordered && !reads(value, over.it) && !self.nullable(&value.ty)
            }
            ExprKind::Builtin { function: Builtin::StartsWith, arguments } => {
                arguments.get(1).is_some_and(|e| !reads(e, over.it))
            }
            _ => false,
        };
        if !fits {
            let why = "a query compares its keys with values that are there: `== < <= > >=`, `startsWith`";
            return self.cant(e.span, why);
        }
        self.condition_text(e, over)
    }

    /// `k.d >= a && k.d <= b`
    fn between(&mut self, a: &'a typed::Expr, b: &'a typed::Expr, over: &mut Over<'_>) -> Option<Text> {
        let (low, high) = match (bound(a, over.it)?, bound(b, over.it)?) {
            ((true, low), (false, high)) | ((false, high), (true, low)) => (low, high),
            _ => return None,
        };
        let field = match &strip(a).kind {
            ExprKind::Binary { left, right, .. } => {
                if reads(left, over.it) {
                    left
                } else {
                    right
                }
            }
            _ => return None,
        };
        if self.nullable(&low.ty) || self.nullable(&high.ty) {
            return None;
        }
        let (name, ty, wanted) =
            (self.path_text(field, over)?, self.declared(field, over), last_name(field, over.it));
        let mut held = |value: &'a typed::Expr| {
            let raw = self.pure(value);
            let held = self.marshal(&ty, raw);
            over.dynamo.value(&wanted, held)
        };
        let (low, high) = (held(low), held(high));
        Some(name.then(format!(" BETWEEN {low} AND {high}")))
    }

    /// A filter of a query can't look at the keys that the query is by.
    pub(super) fn no_keys(&mut self, e: &typed::Expr, it: Option<LocalId>, keys: &Keys) {
        if let Some([Step::Name(name), ..]) = path(e, it).as_deref() {
            if keys.key.as_ref() == Some(name) || keys.sort.as_ref() == Some(name) {
                self.problems.push(build::filter_on_key(e.span, name));
            }
            return;
        }
        e.each_child(&mut |child| match child {
            Child::Expr(e) => self.no_keys(e, it, keys),
            Child::Block(block) => block.value.iter().for_each(|e| self.no_keys(e, it, keys)),
        });
    }

    // ------------------------------------------------------------ fields

    pub(super) fn path_text(&mut self, e: &typed::Expr, over: &mut Over<'_>) -> Option<Text> {
        let path = path(e, over.it)?;
        (!self.within_text(over.table, &path)).then(|| write_path(&path, over.dynamo))
    }

    /// Whether a place of an item lies within what is held as JSON text.
    pub(super) fn within_text(&self, table: &Table, path: &[Step]) -> bool {
        let outer = (1..path.len()).filter_map(|end| self.type_at(table, path.get(..end)?));
        outer.into_iter().any(|ty| self.is_json(&ty))
    }

    /// The type that a field of an item is declared with: what is narrower in a condition is held just the same.
    pub(super) fn declared(&self, e: &typed::Expr, over: &Over<'_>) -> Type {
        let found = path(e, over.it).and_then(|path| self.type_at(over.table, &path));
        found.unwrap_or_else(|| e.ty.clone())
    }

    pub(super) fn type_at(&self, table: &Table, path: &[Step]) -> Option<Type> {
        let mut here = Type::Record(table.item.clone());
        for step in path {
            here = match (self.underlying(&here), step) {
                (Type::Record(record), Step::Name(name)) => record.fields.get(name)?.ty.clone(),
                (Type::Dict(value), Step::Name(_)) => (*value).clone(),
                (Type::List(item), Step::Index(_)) => (*item).clone(),
                _ => return None,
            };
        }
        Some(self.program.types.without_null(&here))
    }

    /// Without its name and without null.
    fn underlying(&self, ty: &Type) -> Type {
        self.resolve(&self.program.types.without_null(ty)).clone()
    }
}

/// The parts of `a && b && c`.
fn conjuncts<'e>(e: &'e typed::Expr, into: &mut Vec<&'e typed::Expr>) {
    match &strip(e).kind {
        ExprKind::Binary { op: BinaryOp::And, left, right } => {
            conjuncts(left, into);
            conjuncts(right, into);
        }
        _ => into.push(e),
    }
}

/// Whether `k.d >= a` is a lower bound (else an upper one), and the bound.
fn bound(e: &typed::Expr, it: Option<LocalId>) -> Option<(bool, &typed::Expr)> {
    let ExprKind::Binary { op, left, right } = &strip(e).kind else { return None };
    let (value, swapped) = if reads(left, it) { (right, false) } else { (left, true) };
    match op {
        BinaryOp::GreaterEqual(_) => Some((!swapped, value)),
        BinaryOp::LessEqual(_) => Some((swapped, value)),
        _ => None,
    }
}

fn number_of(value: Expr) -> Expr {
    Expr::record([("N", Expr::call(Func::ToText, vec![value]))])
}

fn mirrored(sign: &str) -> &str {
    match sign {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        other => other,
    }
}

/// Without casts and blocks of one value.
pub(super) fn strip(e: &typed::Expr) -> &typed::Expr {
    match &e.kind {
        ExprKind::Cast(inner) => strip(inner),
        ExprKind::Block(block) if block.statements.is_empty() && block.label.is_none() => {
            block.value.as_deref().map_or(e, strip)
        }
        _ => e,
    }
}

/// The place in the item that an expression names.
pub(super) fn path(e: &typed::Expr, it: Option<LocalId>) -> Option<Vec<Step>> {
    let below = |base: &typed::Expr, step: Step| {
        let mut all = match strip(base).kind {
            ExprKind::Local(local) if Some(local) == it => Vec::new(),
            _ => path(base, it)?,
        };
        all.push(step);
        Some(all)
    };
    match &strip(e).kind {
        ExprKind::Field { base, name, .. } => below(base, Step::Name(name.clone())),
        ExprKind::Index { base, index, .. } => match &index.kind {
            ExprKind::Number(number) => below(base, Step::Index(number.parse().ok()?)),
            ExprKind::String(name) => below(base, Step::Name(name.clone())),
            _ => None,
        },
        _ => None,
    }
}

pub(super) fn write_path(path: &[Step], dynamo: &mut Dynamo) -> Text {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Name(name) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(&dynamo.name(name));
            }
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    Text::from(text)
}

/// What a value is called that belongs to a field.
pub(super) fn last_name(e: &typed::Expr, it: Option<LocalId>) -> String {
    let path = path(e, it).unwrap_or_default();
    let name = path.iter().rev().find_map(|step| match step {
        Step::Name(name) => Some(name.to_string()),
        Step::Index(_) => None,
    });
    name.unwrap_or_else(|| "v".to_owned())
}

/// Whether an expression looks at the item.
pub(super) fn reads(e: &typed::Expr, it: Option<LocalId>) -> bool {
    if matches!(e.kind, ExprKind::Local(local) if Some(local) == it) {
        return true;
    }
    let mut found = false;
    e.each_child(&mut |child| found = found || child_reads(child, it));
    found
}

fn child_reads(child: Child<'_>, it: Option<LocalId>) -> bool {
    match child {
        Child::Expr(e) => reads(e, it),
        Child::Block(block) => {
            let mut found = false;
            block.each_child(&mut |child| found = found || child_reads(child, it));
            found
        }
    }
}
