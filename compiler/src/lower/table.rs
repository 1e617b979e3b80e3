//! Table methods: DynamoDB through the SDK integration (A4), marshalled by type. Lambdas over an item become
//! DynamoDB's expressions; names always travel as `#name` (many are reserved), values as `:name`.

use std::sync::Arc;

use super::call::Spec;
use super::pure::attribute;
use super::resource::sdk;
use super::{Lower, is_resource};
use crate::machine::expr::Deploy;
use crate::machine::{Expr, Func, Item, Member};
use crate::typed::{self, BinaryOp, Builtin, Call, ExprKind, LocalId, RecordPart, StmtKind};
use crate::types::{Record, Type};

/// An expression of DynamoDB's that is being written, with the names and values it uses.
#[derive(Default)]
struct Dynamo {
    names: Vec<(String, Arc<str>)>,
    values: Vec<(String, Expr)>,
}

impl Dynamo {
    fn name(&mut self, attribute: &str) -> String {
        if let Some((alias, _)) = self.names.iter().find(|(_, name)| **name == *attribute) {
            return alias.clone();
        }
        let plain = attribute.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let alias = if plain { format!("#{attribute}") } else { format!("#n{}", self.names.len()) };
        self.names.push((alias.clone(), attribute.into()));
        alias
    }

    fn value(&mut self, wanted: &str, value: Expr) -> String {
        let plain = !wanted.is_empty() && wanted.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let wanted = if plain { format!(":{wanted}") } else { ":v".to_owned() };
        let alias =
            crate::emit::names::unique(&wanted, "", |alias| self.values.iter().all(|(a, _)| a != alias));
        self.values.push((alias.clone(), value));
        alias
    }

    fn finish(self, members: &mut Vec<Member>) {
        if !self.names.is_empty() {
            let names = self.names.into_iter().map(|(alias, name)| (alias, Expr::String(name)));
            members.push(Member::Set("ExpressionAttributeNames".into(), Expr::record(names)));
        }
        if !self.values.is_empty() {
            let values = self.values.into_iter().map(|(alias, value)| match value {
                Expr::If(_, _, ref null) if **null == Expr::Null => Member::Some(alias.into(), value),
                value => Member::Set(alias.into(), value),
            });
            members.push(Member::Set("ExpressionAttributeValues".into(), Expr::Record(values.collect())));
        }
    }
}

/// What is known of a table.
struct Table {
    name: Expr,
    item: Arc<Record>,
    key: Arc<str>,
}

impl<'a> Lower<'a> {
    pub(super) fn table_spec(
        &mut self,
        call: &'a Call,
        receiver: &'a typed::Expr,
        method: &str,
    ) -> Option<Spec> {
        let this = self.value(receiver);
        let this = self.pin_choice(this);
        let table = self.table(this, receiver);
        let mut members = vec![Member::Set("TableName".into(), table.name.clone())];
        let mut dynamo = Dynamo::default();
        let mut result = Expr::Null;
        let action = match method {
            "get" => {
                let key = self.key(call.arguments.first(), &table);
                members.push(Member::Set("Key".into(), key));
                self.only(call, &mut dynamo, &mut members);
                if let Some(consistent) = call.options.get("consistent") {
                    members.push(Member::Set("ConsistentRead".into(), self.pure(consistent)));
                }
                let item = Expr::Result.maybe("Item");
                let value = self.items_value(&call.result, &table, &item);
                result = Expr::choose(item.not_null(), value, Expr::Null);
                "getItem"
            }
            "put" => {
                let item = self.item(call.arguments.first(), &table);
                members.push(Member::Set("Item".into(), item));
                self.condition(call, &table, &mut dynamo, &mut members, None);
                "putItem"
            }
            "update" => {
                let key = self.key(call.arguments.first(), &table);
                members.push(Member::Set("Key".into(), key));
                self.update(call, &table, &mut dynamo, &mut members);
                if self.value_wanted {
                    members.push(Member::Set("ReturnValues".into(), Expr::text("ALL_NEW")));
                    result = self.unmarshal_fields(&table.item, &Expr::Result.field("Attributes"), 0);
                }
                "updateItem"
            }
            "delete" => {
                let key = self.key(call.arguments.first(), &table);
                members.push(Member::Set("Key".into(), key));
                self.condition(call, &table, &mut dynamo, &mut members, None);
                "deleteItem"
            }
            "query" | "scan" => {
                self.search(call, method, &table, &mut dynamo, &mut members);
                result = self.found(call, &table);
                if method == "query" { "query" } else { "scan" }
            }
            "batchGet" | "batchPut" | "batchDelete" => {
                members.clear();
                let (requests, value) = self.batch(call, method, &table);
                members.push(Member::Set("RequestItems".into(), requests));
                result = value;
                if method == "batchGet" { "batchGetItem" } else { "batchWriteItem" }
            }
            _ => {
                self.problem("F0705", call.span, format!("`{method}` of a table has no form in a workflow"));
                return None;
            }
        };
        dynamo.finish(&mut members);
        let arguments = crate::machine::fold::simplify(Expr::Record(members));
        let mut spec = Spec::new(self.callee(call), sdk("dynamodb", action), arguments);
        spec.result = crate::machine::fold::simplify(result);
        spec.pattern = self.pattern_of(call.mode);
        if let typed::Mode::Token(_) = call.mode {
            spec.result = Expr::Result;
        }
        Some(spec)
    }

    fn table(&mut self, this: Expr, receiver: &typed::Expr) -> Table {
        let item = match self.resolve(&receiver.ty) {
            Type::Resource { of: Some(of), .. } => match self.resolve(of) {
                Type::Record(record) => record.clone(),
                _ => Arc::default(),
            },
            _ => Arc::default(),
        };
        let key = first_resource(&this)
            .and_then(|id| self.program.resources.get(id.index()))
            .and_then(|r| r.settings.get("key"))
            .and_then(setting_name)
            .unwrap_or_else(|| "id".into());
        let name = if is_resource(&this) { attribute(this, "name") } else { this };
        Table { name, item, key }
    }

    /// The key, from a scalar or from a record of the key's fields.
    fn key(&mut self, key: Option<&'a typed::Expr>, table: &Table) -> Expr {
        let Some(key) = key else { return Expr::Record(Vec::new()) };
        let value = self.value(key);
        self.key_of(value, &key.ty, table)
    }

    fn key_of(&mut self, value: Expr, ty: &Type, table: &Table) -> Expr {
        if let Type::Record(record) = self.resolve(ty).clone() {
            let members = self.marshal_fields(&record, &value, 0);
            return Expr::Record(members);
        }
        let ty = table.item.fields.get(&table.key).map_or(ty.clone(), |field| field.ty.clone());
        let held = self.marshal(&ty, value, 0);
        Expr::record([(table.key.clone(), held)])
    }

    fn item(&mut self, item: Option<&'a typed::Expr>, table: &Table) -> Expr {
        let Some(item) = item else { return Expr::Record(Vec::new()) };
        let value = self.value(item);
        let value = if matches!(value, Expr::Record(_)) || crate::machine::fold::cheap(&value) {
            value
        } else {
            self.name_value(value, "item")
        };
        let members = self.marshal_fields(&table.item, &value, 0);
        Expr::Record(members)
    }

    /// The record that an item is read as: all of it, or what the call's type says.
    fn items_value(&mut self, ty: &Type, table: &Table, item: &Expr) -> Expr {
        let record = match self.present(ty) {
            Type::Record(record) => record,
            Type::List(of) => match self.present(&of) {
                Type::Record(record) => record,
                _ => table.item.clone(),
            },
            _ => table.item.clone(),
        };
        self.unmarshal_fields(&record, item, 0)
    }

    fn only(&mut self, call: &'a Call, dynamo: &mut Dynamo, members: &mut Vec<Member>) {
        let Some(ExprKind::List(parts)) = call.options.get("only").map(|e| &e.kind) else { return };
        let names: Vec<String> = parts
            .iter()
            .filter_map(|(typed::ListPart::Item(e) | typed::ListPart::Spread(e))| setting_name(e))
            .map(|name| dynamo.name(&name))
            .collect();
        members.push(Member::Set("ProjectionExpression".into(), Expr::text(&names.join(", "))));
    }

    /// `when: absent`, `when: it => …`, and what must hold anyway.
    fn condition(
        &mut self,
        call: &'a Call,
        table: &Table,
        dynamo: &mut Dynamo,
        members: &mut Vec<Member>,
        also: Option<String>,
    ) {
        let mut all: Vec<String> = also.into_iter().collect();
        if let Some(when) = call.options.get("when") {
            match (&when.kind, setting_name(when).as_deref()) {
                (ExprKind::Lambda { params, body }, _) => {
                    let it = params.first().copied();
                    all.push(self.expression(body, it, dynamo, table));
                }
                (_, Some("absent")) => all.push(format!("attribute_not_exists({})", dynamo.name(&table.key))),
                (_, Some("present")) => all.push(format!("attribute_exists({})", dynamo.name(&table.key))),
                _ => {}
            }
        }
        if let [one] = all.as_slice() {
            members.push(Member::Set("ConditionExpression".into(), Expr::text(one)));
        } else if !all.is_empty() {
            let text = all.iter().map(|c| format!("({c})")).collect::<Vec<_>>().join(" AND ");
            members.push(Member::Set("ConditionExpression".into(), Expr::text(&text)));
        }
    }

    fn update(&mut self, call: &'a Call, table: &Table, dynamo: &mut Dynamo, members: &mut Vec<Member>) {
        let (it, parts) = match call.arguments.get(1).map(|e| &e.kind) {
            Some(ExprKind::Record(parts)) => (None, parts.as_slice()),
            Some(ExprKind::Lambda { params, body }) => (params.first().copied(), record_parts(body)),
            _ => (None, &[][..]),
        };
        let (mut sets, mut removes) = (Vec::new(), Vec::new());
        for part in parts {
            let RecordPart::Field(name, value) = part else { continue };
            let alias = dynamo.name(name);
            let maybe = self.nullable(&value.ty) && !reads(value, it);
            if matches!(value.kind, ExprKind::Null) {
                removes.push(Expr::text(&alias));
            } else if maybe {
                let raw = self.pure(value);
                let ty = table.item.fields.get(name).map_or(value.ty.clone(), |f| f.ty.clone());
                let held = self.marshal(&ty, raw.clone(), 0);
                let held = Expr::choose(raw.clone().not_null(), held, Expr::Null);
                let placeholder = dynamo.value(name, held);
                let set = Expr::text(&format!("{alias} = {placeholder}"));
                sets.push(Expr::choose(raw.clone().not_null(), set, Expr::text("")));
                removes.push(Expr::choose(raw.is_null(), Expr::text(&alias), Expr::text("")));
            } else {
                let text = self.operand(value, it, dynamo, table, Some(name));
                sets.push(Expr::text(&format!("{alias} = {text}")));
            }
        }
        let expression = self.clauses_text(sets, removes);
        members.push(Member::Set("UpdateExpression".into(), expression));
        let upsert = matches!(call.options.get("upsert").map(|e| &e.kind), Some(ExprKind::Boolean(true)));
        let also = (!upsert).then(|| format!("attribute_exists({})", dynamo.name(&table.key)));
        self.condition(call, table, dynamo, members, also);
    }

    /// `SET …` and `REMOVE …`; parts that depend on a value being null are chosen while running.
    fn clauses_text(&mut self, sets: Vec<Expr>, removes: Vec<Expr>) -> Expr {
        let mut parts = Vec::new();
        for (word, list) in [("SET ", sets), ("REMOVE ", removes)] {
            let known: Option<Vec<&str>> = list
                .iter()
                .map(|e| match e {
                    Expr::String(s) => Some(&**s),
                    _ => None,
                })
                .collect();
            match known {
                Some(known) if known.is_empty() => {}
                Some(known) => parts.push(Expr::text(&format!("{word}{}", known.join(", ")))),
                None => parts.push(self.chosen_clause(word, list)),
            }
        }
        let spaced = parts.into_iter().enumerate().flat_map(|(i, part)| {
            let gap = (i > 0).then(|| Expr::text(" "));
            gap.into_iter().chain([part])
        });
        crate::machine::fold::simplify(Expr::Template(spaced.collect()))
    }

    fn chosen_clause(&mut self, word: &str, list: Vec<Expr>) -> Expr {
        let (item, text) = (self.m.bound(&"part".into()), self.m.bound(&"parts".into()));
        let filled = Expr::Lambda(vec![item], Box::new(Expr::Bound(item).equals(Expr::text("")).negated()));
        let list = Expr::call(Func::Filter { nested: false }, vec![Expr::list(list), filled]);
        let joined = Expr::call(Func::Join, vec![list, Expr::text(", ")]);
        let read = Expr::Bound(text);
        let body = Expr::choose(
            read.clone().equals(Expr::text("")),
            Expr::text(""),
            Expr::Template(vec![Expr::text(word), read]),
        );
        Expr::Let(text, Box::new(joined), Box::new(body))
    }

    fn search(
        &mut self,
        call: &'a Call,
        method: &str,
        table: &Table,
        dynamo: &mut Dynamo,
        members: &mut Vec<Member>,
    ) {
        if method == "query"
            && let Some(ExprKind::Lambda { params, body }) = call.arguments.first().map(|e| &e.kind)
        {
            let it = params.first().copied();
            let text = self.expression(body, it, dynamo, table);
            members.push(Member::Set("KeyConditionExpression".into(), Expr::text(&text)));
        }
        if let Some(ExprKind::Lambda { params, body }) = call.options.get("where").map(|e| &e.kind) {
            let it = params.first().copied();
            let text = self.expression(body, it, dynamo, table);
            members.push(Member::Set("FilterExpression".into(), Expr::text(&text)));
        }
        if let Some(index) = call.options.get("index").and_then(setting_name) {
            members.push(Member::Set("IndexName".into(), Expr::String(index)));
        }
        if let Some(limit) = call.options.get("limit") {
            members.push(Member::Some("Limit".into(), self.pure(limit)));
        }
        if matches!(call.options.get("descending").map(|e| &e.kind), Some(ExprKind::Boolean(true))) {
            members.push(Member::Set("ScanIndexForward".into(), Expr::Boolean(false)));
        }
        self.only(call, dynamo, members);
    }

    fn found(&mut self, call: &Call, table: &Table) -> Expr {
        let item = self.m.bound(&"item".into());
        let value = self.items_value(&call.result, table, &Expr::Bound(item));
        let items = vec![Expr::Result.field("Items"), Expr::Lambda(vec![item], Box::new(value))];
        Expr::call(Func::Map { nested: false }, items)
    }

    fn batch(&mut self, call: &'a Call, method: &str, table: &Table) -> (Expr, Expr) {
        let Some(argument) = call.arguments.first() else { return (Expr::Null, Expr::Null) };
        let list = self.value(argument);
        let of = match self.resolve(&argument.ty) {
            Type::List(of) => (**of).clone(),
            _ => Type::Json,
        };
        let bound = self.m.bound(&"item".into());
        let read = Expr::Bound(bound);
        let one = match method {
            "batchGet" => self.key_of(read, &of, table),
            "batchDelete" => {
                let key = self.key_of(read, &of, table);
                Expr::record([("DeleteRequest", Expr::record([("Key", key)]))])
            }
            _ => {
                let members = self.marshal_fields(&table.item, &read, 0);
                Expr::record([("PutRequest", Expr::record([("Item", Expr::Record(members))]))])
            }
        };
        let requests =
            Expr::call(Func::Map { nested: false }, vec![list, Expr::Lambda(vec![bound], Box::new(one))]);
        let requests = if method == "batchGet" { Expr::record([("Keys", requests)]) } else { requests };
        let requests = Expr::Record(vec![Member::Computed(table.name.clone(), requests)]);
        let value = if method == "batchGet" {
            let item = self.m.bound(&"item".into());
            let value = self.unmarshal_fields(&table.item, &Expr::Bound(item), 0);
            let rows = Expr::Key {
                base: Box::new(Expr::Result.field("Responses")),
                key: Box::new(table.name.clone()),
            };
            let rows = Expr::choose(rows.clone().not_null(), rows, Expr::List(Vec::<Item>::new()));
            Expr::call(Func::Map { nested: false }, vec![rows, Expr::Lambda(vec![item], Box::new(value))])
        } else {
            Expr::Null
        };
        (requests, value)
    }

    // ------------------------------------------------------------ expressions

    /// A condition over `it`.
    fn expression(
        &mut self,
        e: &'a typed::Expr,
        it: Option<LocalId>,
        dynamo: &mut Dynamo,
        table: &Table,
    ) -> String {
        match &e.kind {
            ExprKind::Not(inner) => format!("NOT ({})", self.expression(inner, it, dynamo, table)),
            ExprKind::Binary { op: BinaryOp::And, left, right } => {
                if let Some(between) = self.between(left, right, it, dynamo, table) {
                    return between;
                }
                let (a, b) =
                    (self.expression(left, it, dynamo, table), self.expression(right, it, dynamo, table));
                let wrap = |e: &typed::Expr, text: String| {
                    if matches!(e.kind, ExprKind::Binary { op: BinaryOp::Or, .. }) {
                        format!("({text})")
                    } else {
                        text
                    }
                };
                format!("{} AND {}", wrap(left, a), wrap(right, b))
            }
            ExprKind::Binary { op: BinaryOp::Or, left, right } => {
                let (a, b) =
                    (self.expression(left, it, dynamo, table), self.expression(right, it, dynamo, table));
                format!("{a} OR {b}")
            }
            ExprKind::Binary { op, left, right } => self.comparison(*op, left, right, it, dynamo, table),
            ExprKind::Builtin { function, arguments } => {
                self.function(*function, arguments, it, dynamo, table, e)
            }
            ExprKind::Block(block) if block.statements.is_empty() => match &block.value {
                Some(value) => self.expression(value, it, dynamo, table),
                None => String::new(),
            },
            ExprKind::Cast(inner) => self.expression(inner, it, dynamo, table),
            _ => {
                let text = self.operand(e, it, dynamo, table, None);
                let yes = dynamo.value("yes", Expr::record([("Bool", Expr::Boolean(true))]));
                format!("{text} = {yes}")
            }
        }
    }

    /// `k.d >= a && k.d <= b`: a key's condition takes it in this form only.
    fn between(
        &mut self,
        left: &'a typed::Expr,
        right: &'a typed::Expr,
        it: Option<LocalId>,
        dynamo: &mut Dynamo,
        table: &Table,
    ) -> Option<String> {
        let (
            ExprKind::Binary { op: BinaryOp::GreaterEqual(_), left: a, right: low },
            ExprKind::Binary { op: BinaryOp::LessEqual(_), left: b, right: high },
        ) = (&left.kind, &right.kind)
        else {
            return None;
        };
        let (path, other) = (path(a, it)?, path(b, it)?);
        if path != other {
            return None;
        }
        let name = path.last().cloned();
        let (low, high) = (
            self.operand(low, it, dynamo, table, name.as_ref()),
            self.operand(high, it, dynamo, table, name.as_ref()),
        );
        Some(format!("{} BETWEEN {low} AND {high}", write_path(&path, dynamo)))
    }

    fn comparison(
        &mut self,
        op: BinaryOp,
        left: &'a typed::Expr,
        right: &'a typed::Expr,
        it: Option<LocalId>,
        dynamo: &mut Dynamo,
        table: &Table,
    ) -> String {
        if let (BinaryOp::Eq | BinaryOp::Ne, ExprKind::Null) = (op, &right.kind) {
            let path = self.operand(left, it, dynamo, table, None);
            let test = if op == BinaryOp::Eq { "attribute_not_exists" } else { "attribute_exists" };
            return format!("{test}({path})");
        }
        if let (BinaryOp::In, ExprKind::List(parts)) = (op, &right.kind) {
            let name = path(left, it).and_then(|p| p.last().cloned());
            let subject = self.operand(left, it, dynamo, table, None);
            let items: Vec<String> = parts
                .iter()
                .map(|(typed::ListPart::Item(e) | typed::ListPart::Spread(e))| {
                    self.operand(e, it, dynamo, table, name.as_ref())
                })
                .collect();
            return format!("{subject} IN ({})", items.join(", "));
        }
        let sign = match op {
            BinaryOp::Eq => "=",
            BinaryOp::Ne => "<>",
            BinaryOp::Less(_) => "<",
            BinaryOp::LessEqual(_) => "<=",
            BinaryOp::Greater(_) => ">",
            BinaryOp::GreaterEqual(_) => ">=",
            _ => {
                self.problem("F0707", left.span, "DynamoDB can't evaluate this over an item");
                return String::new();
            }
        };
        let of = |e: &typed::Expr| path(e, it).and_then(|p| p.last().cloned());
        let (of_right, of_left) = (of(right), of(left));
        let a = self.operand(left, it, dynamo, table, of_right.as_ref());
        let b = self.operand(right, it, dynamo, table, of_left.as_ref());
        format!("{a} {sign} {b}")
    }

    fn function(
        &mut self,
        function: Builtin,
        arguments: &'a [typed::Expr],
        it: Option<LocalId>,
        dynamo: &mut Dynamo,
        table: &Table,
        whole: &'a typed::Expr,
    ) -> String {
        let name = match function {
            Builtin::StartsWith => "begins_with",
            Builtin::Contains => "contains",
            _ => {
                self.problem("F0707", whole.span, "DynamoDB can't evaluate this over an item");
                return String::new();
            }
        };
        let texts: Vec<String> = arguments.iter().map(|e| self.operand(e, it, dynamo, table, None)).collect();
        format!("{name}({})", texts.join(", "))
    }

    /// A path, a calculation, or a value. `of`: the attribute that gives the value its type.
    fn operand(
        &mut self,
        e: &'a typed::Expr,
        it: Option<LocalId>,
        dynamo: &mut Dynamo,
        table: &Table,
        of: Option<&Arc<str>>,
    ) -> String {
        if let Some(path) = path(e, it) {
            return write_path(&path, dynamo);
        }
        if !reads(e, it) {
            let value = self.pure(e);
            let ty = of
                .and_then(|name| table.item.fields.get(name))
                .map_or(e.ty.clone(), |field| field.ty.clone());
            let held = self.marshal(&ty, value, 0);
            return dynamo.value(of.map_or("v", |name| name), held);
        }
        match &e.kind {
            ExprKind::Cast(inner) => self.operand(inner, it, dynamo, table, of),
            ExprKind::Binary { op: op @ (BinaryOp::Add | BinaryOp::Subtract), left, right } => {
                let sign = if *op == BinaryOp::Add { "+" } else { "-" };
                let (a, b) =
                    (self.operand(left, it, dynamo, table, of), self.operand(right, it, dynamo, table, of));
                format!("{a} {sign} {b}")
            }
            ExprKind::Binary { op: BinaryOp::Coalesce, left, right } => {
                let (a, b) =
                    (self.operand(left, it, dynamo, table, of), self.operand(right, it, dynamo, table, of));
                format!("if_not_exists({a}, {b})")
            }
            ExprKind::Builtin { function: Builtin::Length | Builtin::Count, arguments } => {
                let text =
                    arguments.first().map(|e| self.operand(e, it, dynamo, table, None)).unwrap_or_default();
                format!("size({text})")
            }
            ExprKind::List(parts) => self.append(parts, it, dynamo, table, of, e),
            _ => {
                self.problem("F0707", e.span, "DynamoDB can't evaluate this over an item");
                String::new()
            }
        }
    }

    /// `[...it.list, x]`
    fn append(
        &mut self,
        parts: &'a [typed::ListPart],
        it: Option<LocalId>,
        dynamo: &mut Dynamo,
        table: &Table,
        of: Option<&Arc<str>>,
        whole: &'a typed::Expr,
    ) -> String {
        use typed::ListPart;
        let spread = |p: &ListPart| matches!(p, ListPart::Spread(e) if path(e, it).is_some());
        let (first, rest) = match parts.split_first() {
            Some((ListPart::Spread(first), rest))
                if path(first, it).is_some() && !rest.iter().any(spread) =>
            {
                (first, rest)
            }
            _ => {
                self.problem("F0707", whole.span, "DynamoDB can append to a list: `[...it.list, x]`");
                return String::new();
            }
        };
        let list = self.operand(first, it, dynamo, table, None);
        let item_ty = match self.resolve(&whole.ty) {
            Type::List(item) => (**item).clone(),
            _ => Type::Json,
        };
        let mut items = Vec::new();
        for part in rest {
            if let ListPart::Item(e) = part {
                let value = self.pure(e);
                items.push(self.marshal(&item_ty, value, 0));
            }
        }
        let added = dynamo.value(of.map_or("added", |name| name), Expr::record([("L", Expr::list(items))]));
        format!("list_append({list}, {added})")
    }
}

/// The fields of `it` that an expression names.
fn path(e: &typed::Expr, it: Option<LocalId>) -> Option<Vec<Arc<str>>> {
    match &e.kind {
        ExprKind::Field { base, name, .. } => {
            let mut all = if matches!(base.kind, ExprKind::Local(local) if Some(local) == it) {
                Vec::new()
            } else {
                path(base, it)?
            };
            all.push(name.clone());
            Some(all)
        }
        ExprKind::Cast(inner) => path(inner, it),
        _ => None,
    }
}

fn write_path(path: &[Arc<str>], dynamo: &mut Dynamo) -> String {
    path.iter().map(|name| dynamo.name(name)).collect::<Vec<_>>().join(".")
}

fn reads(e: &typed::Expr, it: Option<LocalId>) -> bool {
    if matches!(e.kind, ExprKind::Local(local) if Some(local) == it) {
        return true;
    }
    let mut found = false;
    e.each_child(&mut |child| {
        if let typed::walk::Child::Expr(e) = child {
            found = found || reads(e, it);
        }
    });
    found
}

/// The members of a record that a lambda gives.
fn record_parts(body: &typed::Expr) -> &[RecordPart] {
    match &body.kind {
        ExprKind::Record(parts) => parts,
        ExprKind::Block(block) => match (&block.value, block.statements.last().map(|s| &s.kind)) {
            (Some(value), _) => record_parts(value),
            (None, Some(StmtKind::Expr(value))) => record_parts(value),
            _ => &[],
        },
        ExprKind::Cast(inner) => record_parts(inner),
        _ => &[],
    }
}

fn first_resource(this: &Expr) -> Option<typed::ResourceId> {
    match this {
        Expr::Deploy(Deploy::Resource(id, _)) => Some(*id),
        Expr::If(_, a, b) => first_resource(a).or_else(|| first_resource(b)),
        Expr::Let(_, _, body) => first_resource(body),
        _ => None,
    }
}

/// The name that a setting or option of the form `key: id` holds.
pub(crate) fn setting_name(e: &typed::Expr) -> Option<Arc<str>> {
    match &e.kind {
        ExprKind::String(s) => Some(s.clone()),
        ExprKind::Field { name, .. } => Some(name.clone()),
        _ => None,
    }
}
