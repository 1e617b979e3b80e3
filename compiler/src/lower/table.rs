//! Table methods: DynamoDB through the SDK integration (A4), marshalled by type. Lambdas over an item become
//! DynamoDB's expressions; names always travel as `#name` (many are reserved), values as `:name`.

use std::collections::HashMap;
use std::sync::Arc;

use super::call::Spec;
use super::dynamo::{Dynamo, Over, Text};
use super::pure::attribute;
use super::resource::sdk;
use super::{Lower, is_resource};
use crate::machine::expr::Deploy;
use crate::machine::{Expr, Func, Member};
use crate::typed::{self, Call, ExprKind, RecordPart};
use crate::types::{Record, Type};

/// What is known of a table.
pub(super) struct Table {
    pub(super) name: Expr,
    pub(super) item: Arc<Record>,
    pub(super) key: Arc<str>,
    pub(super) keys: Keys,
    indexes: HashMap<Arc<str>, Keys>,
}

/// The keys of a table or an index.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    pub(super) key: Option<Arc<str>>,
    pub(super) sort: Option<Arc<str>>,
}

impl Keys {
    /// `customer`, `customer and date`
    pub(super) fn shown(&self) -> String {
        let names: Vec<&str> = self.key.iter().chain(&self.sort).map(|it| &**it).collect();
        names.join("` and `")
    }
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
                    result = self.unmarshal_fields(&table.item, &Expr::Result.field("Attributes"));
                }
                "updateItem"
            }
            "delete" | "check" => {
                let key = self.key(call.arguments.first(), &table);
                members.push(Member::Set("Key".into(), key));
                self.condition(call, &table, &mut dynamo, &mut members, None);
                if method == "check" { "conditionCheck" } else { "deleteItem" }
            }
            "query" | "scan" => {
                self.search(call, method, &table, &mut dynamo, &mut members);
                result = self.found(call, &table);
                if method == "query" { "query" } else { "scan" }
            }
            _ => {
                self.unforeseen(call.span, &format!("`{method}` of a table"));
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

    pub(super) fn table(&mut self, this: Expr, receiver: &typed::Expr) -> Table {
        let item = match self.resolve(&receiver.ty) {
            Type::Resource { of: Some(of), .. } => match self.resolve(of) {
                Type::Record(record) => record.clone(),
                _ => Arc::default(),
            },
            _ => Arc::default(),
        };
        let settings = first_resource(&this)
            .and_then(|id| self.program.resources.get(id.index()))
            .map(|resource| &resource.settings);
        let setting = |name: &str| settings.and_then(|it| it.get(name));
        let named = |name: &str| setting(name).and_then(setting_name);
        let keys = Keys { key: named("key"), sort: named("sort") };
        let key = keys.key.clone().unwrap_or_else(|| "id".into());
        let indexes = setting("indexes").map(indexes).unwrap_or_default();
        let name = if is_resource(&this) { attribute(this, "name") } else { this };
        Table { name, item, key, keys, indexes }
    }

    /// The key, from a scalar or from a record of the key's fields.
    pub(super) fn key(&mut self, key: Option<&'a typed::Expr>, table: &Table) -> Expr {
        let Some(key) = key else { return Expr::Record(Vec::new()) };
        let value = self.value(key);
        self.key_of(value, &key.ty, table)
    }

    pub(super) fn key_of(&mut self, value: Expr, ty: &Type, table: &Table) -> Expr {
        if let Type::Record(record) = self.resolve(ty).clone() {
            let members = self.marshal_fields(&record, &value);
            return Expr::Record(members);
        }
        let ty = table.item.fields.get(&table.key).map_or(ty.clone(), |field| field.ty.clone());
        let held = self.marshal(&ty, value);
        Expr::record([(table.key.clone(), held)])
    }

    pub(super) fn item(&mut self, item: Option<&'a typed::Expr>, table: &Table) -> Expr {
        let Some(item) = item else { return Expr::Record(Vec::new()) };
        let value = self.value(item);
        let value = if matches!(value, Expr::Record(_)) || crate::machine::fold::cheap(&value) {
            value
        } else {
            self.name_value(value, "item")
        };
        let members = self.marshal_fields(&table.item, &value);
        Expr::Record(members)
    }

    /// The record that an item is read as: all of it, or what the call's type says.
    pub(super) fn items_value(&mut self, ty: &Type, table: &Table, item: &Expr) -> Expr {
        let record = match self.present(ty) {
            Type::Record(record) => record,
            Type::List(of) => match self.present(&of) {
                Type::Record(record) => record,
                _ => table.item.clone(),
            },
            _ => table.item.clone(),
        };
        self.unmarshal_fields(&record, item)
    }

    fn only(&mut self, call: &'a Call, dynamo: &mut Dynamo, members: &mut Vec<Member>) {
        let Some(ExprKind::List(parts)) = call.options.get("only").map(|e| &e.kind) else { return };
        let names: Vec<String> = parts
            .iter()
            .filter_map(|(typed::ListPart::Item(e) | typed::ListPart::Spread(e))| setting_name(e))
            .map(|name| dynamo.name(&name))
            .collect();
        if names.is_empty() {
            return;
        }
        members.push(Member::Set("ProjectionExpression".into(), Expr::text(&names.join(", "))));
    }

    /// `when: absent`, `when: it => …`, and what must hold anyway.
    pub(super) fn condition(
        &mut self,
        call: &'a Call,
        table: &Table,
        dynamo: &mut Dynamo,
        members: &mut Vec<Member>,
        also: Option<Text>,
    ) {
        let mut all: Vec<Text> = also.into_iter().collect();
        if let Some(when) = call.options.get("when") {
            match (&when.kind, setting_name(when).as_deref()) {
                (ExprKind::Lambda { params, body }, _) => {
                    let mut over = Over { it: params.first().copied(), table, dynamo };
                    all.push(self.condition_text(body, &mut over));
                }
                (_, Some("absent")) => all.push(key_is("attribute_not_exists", table, dynamo)),
                (_, Some("present")) => all.push(key_is("attribute_exists", table, dynamo)),
                _ => {}
            }
        }
        all.dedup();
        let text = match all.len() {
            0 => return,
            1 => Text::joined(all, ""),
            _ => Text::joined(all.into_iter().map(|it| it.around("(", ")")).collect(), " AND "),
        };
        members.push(Member::Set("ConditionExpression".into(), text.expr()));
    }

    pub(super) fn update(
        &mut self,
        call: &'a Call,
        table: &Table,
        dynamo: &mut Dynamo,
        members: &mut Vec<Member>,
    ) {
        if let Some(change) = call.arguments.get(1) {
            let it = match &change.kind {
                ExprKind::Lambda { params, .. } => params.first().copied(),
                _ => None,
            };
            let expression = self.change_text(change, &mut Over { it, table, dynamo });
            members.extend(expression.map(|it| Member::Set("UpdateExpression".into(), it)));
        }
        let also = match call.options.get("upsert").map(|e| (&e.kind, e)) {
            Some((ExprKind::Boolean(true), _)) => None,
            None | Some((ExprKind::Boolean(false), _)) => Some(key_is("attribute_exists", table, dynamo)),
            Some((_, upsert)) => {
                let upsert = self.pure(upsert);
                let must = key_is("attribute_exists", table, dynamo);
                let may = must.clone().then(" OR ").then(key_is("attribute_not_exists", table, dynamo));
                Some(Text::choice(upsert, may, must))
            }
        };
        self.condition(call, table, dynamo, members, also);
    }

    fn search(
        &mut self,
        call: &'a Call,
        method: &str,
        table: &Table,
        dynamo: &mut Dynamo,
        members: &mut Vec<Member>,
    ) {
        let index = call.options.get("index");
        let named = index.and_then(setting_name);
        let keys = named.as_ref().and_then(|it| table.indexes.get(it)).unwrap_or(&table.keys);
        if method == "query"
            && let Some(ExprKind::Lambda { params, body }) = call.arguments.first().map(|e| &e.kind)
        {
            let mut over = Over { it: params.first().copied(), table, dynamo };
            let text = self.key_condition(body, keys, &mut over);
            members.push(Member::Set("KeyConditionExpression".into(), text.expr()));
        }
        if let Some(ExprKind::Lambda { params, body }) = call.options.get("where").map(|e| &e.kind) {
            let it = params.first().copied();
            if method == "query" {
                self.no_keys(body, it, keys);
            }
            let text = self.condition_text(body, &mut Over { it, table, dynamo });
            members.push(Member::Set("FilterExpression".into(), text.expr()));
        }
        if let Some(index) = index {
            let name = named.map_or_else(|| self.pure(index), Expr::String);
            members.push(Member::Set("IndexName".into(), name));
        }
        if let Some(limit) = call.options.get("limit") {
            members.push(Member::Some("Limit".into(), self.pure(limit)));
        }
        if let Some(descending) = call.options.get("descending") {
            let forward = crate::machine::fold::simplify(self.pure(descending).negated());
            if forward != Expr::Boolean(true) {
                members.push(Member::Set("ScanIndexForward".into(), forward));
            }
        }
        if let Some(consistent) = call.options.get("consistent") {
            members.push(Member::Set("ConsistentRead".into(), self.pure(consistent)));
        }
        self.only(call, dynamo, members);
    }

    fn found(&mut self, call: &Call, table: &Table) -> Expr {
        let item = self.m.bound(&"item".into());
        let value = self.items_value(&call.result, table, &Expr::Bound(item));
        let items = vec![Expr::Result.field("Items"), Expr::Lambda(vec![item], Box::new(value))];
        Expr::call(Func::Map { nested: false }, items)
    }
}

/// `attribute_exists(#id)`
fn key_is(function: &str, table: &Table, dynamo: &mut Dynamo) -> Text {
    let name = dynamo.name(&table.key);
    Text::from(format!("{function}({name})"))
}

fn first_resource(this: &Expr) -> Option<typed::ResourceId> {
    match this {
        Expr::Deploy(Deploy::Resource(id, _)) => Some(*id),
        Expr::If(_, a, b) => first_resource(a).or_else(|| first_resource(b)),
        Expr::Let(_, _, body) => first_resource(body),
        _ => None,
    }
}

/// `{ byStatus: { key: status, sort: date } }`
fn indexes(setting: &typed::Expr) -> HashMap<Arc<str>, Keys> {
    let fields = |e: &typed::Expr| match &e.kind {
        ExprKind::Record(parts) => parts.clone(),
        _ => Vec::new(),
    };
    let mut found = HashMap::new();
    for part in fields(setting) {
        let RecordPart::Field(name, value) = part else { continue };
        let mut keys = Keys::default();
        for part in fields(&value) {
            let RecordPart::Field(word, value) = part else { continue };
            match &*word {
                "key" => keys.key = setting_name(&value),
                "sort" => keys.sort = setting_name(&value),
                _ => {}
            }
        }
        found.insert(name, keys);
    }
    found
}

/// The name that a setting or option of the form `key: id` holds.
pub(crate) fn setting_name(e: &typed::Expr) -> Option<Arc<str>> {
    match &e.kind {
        ExprKind::String(s) => Some(s.clone()),
        ExprKind::Field { name, .. } => Some(name.clone()),
        _ => None,
    }
}
