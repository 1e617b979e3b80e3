//! Methods of tables. Their lambdas become DynamoDB expressions, so what may stand in them is the emitter's business;
//! here they are typed.

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::call::{CallMode, Callee, How};
use super::expr::{Role, Want, make};
use super::raises::Raises;
use super::scope::ScopeKind;
use super::{Ctx, broken};
use crate::diagnostics::{close, flow, names as report, types as wrong};
use crate::syntax::ast::{self, ExprKind as Ast};
use crate::typed::{Effect, Expr, ExprKind, ListPart, Target};
use crate::types::{FieldType, Record, Type};

const METHODS: [&str; 9] =
    ["get", "put", "update", "delete", "query", "scan", "batchGet", "batchPut", "batchDelete"];

/// What a transaction can do with an item; `check` writes nothing.
const TRANSACTED: [&str; 5] = ["get", "put", "update", "delete", "check"];

/// What a table's settings say of its keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Keys {
    pub(crate) key: Option<String>,
    pub(crate) sort: Option<String>,
    pub(crate) indexes: Vec<String>,
    /// The key and the sort key of each index.
    of_indexes: Vec<Vec<String>>,
}

impl Ctx<'_> {
    pub(crate) fn table_method_names() -> &'static [&'static str] {
        &METHODS
    }

    /// The methods that can be called here.
    fn table_methods(&self) -> &'static [&'static str] {
        if self.body.transacts { &TRANSACTED } else { &METHODS }
    }

    pub(crate) fn table_method(
        &mut self,
        receiver: Expr,
        of: Option<&Type>,
        name: &ast::Name,
        arguments: &[ast::Argument],
        how: How<'_>,
        want: Want<'_>,
    ) -> Expr {
        let known = self.table_methods();
        if !known.contains(&name.text.as_str()) {
            self.loose_arguments(arguments);
            let close = close(&name.text, known.iter().copied());
            self.report(report::unknown_method(name, "table", known, close.as_deref()));
            return broken(how.span);
        }
        self.task(how.call, &format!("the call of `{}`", name.text));
        let item = of.cloned().unwrap_or(Type::Json);
        let keys = self.table_keys(&receiver);
        let mode = self.mode(how);
        let shown = format!("{}.{}", self.source_of(receiver.span), name.text);
        if mode == CallMode::Await {
            let at = how.awaits.unwrap_or(how.call);
            self.report(flow::nothing_to_await(at, &shown, "it has its answer at once"));
        }
        let wanted: &[&str] = match name.text.as_str() {
            "get" | "delete" | "check" => &["key"],
            "put" => &["item"],
            "update" => &["key", "change"],
            "query" => &["condition"],
            "scan" => &[],
            "batchPut" => &["items"],
            _ => &["keys"],
        };
        let positional: Vec<&ast::Argument> = arguments.iter().filter(|it| it.name.is_none()).collect();
        if positional.len() != wanted.len() {
            self.loose_arguments(arguments);
            self.report(wrong::argument_count(how.call, &shown, wanted, positional.len()));
            return broken(how.span);
        }
        let awaited = want.ty().cloned().unwrap_or(Type::Unknown);
        let ((token, typed), _) = self.scoped(ScopeKind::Block, |ctx| {
            let token = how.token.filter(|_| mode == CallMode::Token);
            let token = token.map(|it| ctx.bind(it, Type::Token(Arc::new(awaited.clone())), false));
            // The item that an `upsert` changes may not be there yet.
            let seen = match &*name.text {
                "query" => ctx.keyed(&item, &looked_up_by(arguments, &keys)),
                _ if upserts(arguments) => ctx.partial(&item),
                _ => item.clone(),
            };
            let arguments = positional.iter().zip(wanted);
            let typed =
                arguments.map(|(it, wanted)| ctx.table_argument(&it.value, wanted, (&item, &seen), &keys));
            (token, typed.collect::<Vec<_>>())
        });
        let (options, only) = self.table_options(&name.text, arguments, &item, &keys, &shown);
        if name.text == "check" && !options.contains_key("when") {
            self.report(wrong::check_what(how.call));
        }
        let row = only.unwrap_or_else(|| item.clone());
        let result = match name.text.as_str() {
            "get" => row.optional(),
            "update" => item.clone(),
            "query" | "scan" | "batchGet" => Type::list(row),
            _ => Type::Null,
        };
        let prefixes: BTreeSet<Arc<str>> = BTreeSet::from(["DynamoDb".into()]);
        let raises = Raises { states: true, prefixes, ..Raises::default() };
        let target = Target::Method {
            receiver: Box::new(receiver),
            kind: "table".into(),
            method: name.text.as_str().into(),
        };
        let callee = Callee {
            target,
            name: shown,
            params: Vec::new(),
            options: IndexMap::new(),
            mode,
            result: result.clone(),
            throws: Vec::new(),
            raises,
        };
        let result = match token {
            Some(_) => self.answer(token, awaited, Type::Json),
            None => result,
        };
        self.finish_call(callee, (token, typed, options), result, how, want)
    }

    pub(crate) fn table_keys(&self, receiver: &Expr) -> Keys {
        let ExprKind::Resource(id) = &receiver.kind else { return Keys::default() };
        let item = self.resolved.resources.get(id.index()).and_then(|at| self.resolved.item(*at));
        let Some(ast::ItemKind::Resource(decl)) = item.map(|it| &it.kind) else { return Keys::default() };
        let mut keys = Keys::default();
        for field in &decl.settings {
            let ast::Field::Named { name, value, .. } = field else { continue };
            match (name.text.as_str(), &value.kind) {
                ("key", _) => keys.key = word(value),
                ("sort", _) => keys.sort = word(value),
                ("indexes", Ast::Record(fields)) => {
                    keys.indexes = fields.iter().filter_map(named).collect();
                    keys.of_indexes = fields.iter().filter(|it| named(it).is_some()).map(keys_of).collect();
                }
                _ => {}
            }
        }
        keys
    }

    /// `seen`: the item as a lambda over it sees it.
    fn table_argument(
        &mut self,
        value: &ast::Expr,
        wanted: &str,
        (item, seen): (&Type, &Type),
        keys: &Keys,
    ) -> Expr {
        match wanted {
            "key" => {
                let ty = self.key_type(item, keys);
                self.key(value, &ty, item, keys)
            }
            "item" => self.expr_as(value, item, Role::new("parameter", "item")),
            "items" => self.expr_as(value, &Type::list(item.clone()), Role::new("parameter", "items")),
            "keys" => {
                let ty = self.key_type(item, keys);
                self.expr_as(value, &Type::list(ty), Role::new("parameter", "keys"))
            }
            "change" => self.change(value, item, seen),
            _ => self.item_lambda(value, seen, Some(&Type::Boolean), "the condition of `query`"),
        }
    }

    /// The type of one key: the field's own, or a record of both where the table has a sort key.
    fn key_type(&self, item: &Type, keys: &Keys) -> Type {
        let field = |name: &str| {
            let record = self.types().record(item)?;
            record.fields.get(name).map(|it| it.ty.clone())
        };
        match (&keys.key, &keys.sort) {
            (Some(key), None) => field(key).unwrap_or(Type::Unknown),
            (Some(key), Some(sort)) => Type::record([
                (key.as_str(), field(key).unwrap_or(Type::Unknown)),
                (sort.as_str(), field(sort).unwrap_or(Type::Unknown)),
            ]),
            (None, _) => Type::Unknown,
        }
    }

    fn key(&mut self, value: &ast::Expr, ty: &Type, item: &Type, keys: &Keys) -> Expr {
        let is_record = matches!(value.kind, Ast::Record(_));
        if let (true, Some(key), None) = (is_record, &keys.key, &keys.sort) {
            // `{ id: x }` says the same as `x`.
            let field =
                self.types().record(item).and_then(|it| it.fields.get(key.as_str())).map(|it| it.ty.clone());
            let wanted = Type::record([(key.as_str(), field.unwrap_or(Type::Unknown))]);
            return self.expr_as(value, &wanted, Role::new("parameter", "key"));
        }
        self.expr_as(value, ty, Role::new("parameter", "key"))
    }

    /// A record of new values, or a lambda that gives one from the item.
    fn change(&mut self, value: &ast::Expr, item: &Type, seen: &Type) -> Expr {
        let partial = self.partial(item);
        if matches!(value.kind, Ast::Lambda { .. }) {
            return self.item_lambda(value, seen, Some(&partial), "the change of `update`");
        }
        self.expr_as(value, &partial, Role::new("parameter", "change"))
    }

    /// The record with these fields there: what a table or an index holds has its keys.
    fn keyed(&self, item: &Type, keys: &[String]) -> Type {
        let Some(record) = self.types().record(item) else { return item.clone() };
        let mut record = Record::clone(record);
        for (name, field) in &mut record.fields {
            if keys.iter().any(|it| **it == **name) {
                field.ty = self.types().without_null(&field.ty);
            }
        }
        Type::Record(Arc::new(record))
    }

    /// The record with every field optional.
    pub(crate) fn partial(&self, item: &Type) -> Type {
        match self.types().record(item) {
            Some(record) => {
                let optional = |(name, field): (&Arc<str>, &FieldType)| {
                    (
                        name.clone(),
                        FieldType {
                            ty: field.ty.clone().optional(),
                            docs: field.docs.clone(),
                            required: field.required,
                        },
                    )
                };
                Type::Record(Arc::new(Record { fields: record.fields.iter().map(optional).collect() }))
            }
            None => Type::Json,
        }
    }

    fn item_lambda(&mut self, value: &ast::Expr, item: &Type, result: Option<&Type>, what: &str) -> Expr {
        let Some(lambda) = self.lambda_as(value, std::slice::from_ref(item), result) else {
            return broken(value.span);
        };
        let ExprKind::Lambda { params, body } = lambda.kind else { return lambda };
        let body = match result {
            Some(wanted) => self.fit(*body, wanted, Role::new(what, "")),
            None => *body,
        };
        let (ty, effect) = (body.ty.clone(), body.effect.min(Effect::Fresh));
        make(ExprKind::Lambda { params, body: Box::new(body) }, ty, effect, value.span)
    }

    fn table_options(
        &mut self,
        method: &str,
        arguments: &[ast::Argument],
        item: &Type,
        keys: &Keys,
        shown: &str,
    ) -> (IndexMap<String, Expr>, Option<Type>) {
        let known: &[&str] = match method {
            "get" => &["only", "consistent"],
            "put" | "delete" | "check" => &["when"],
            "update" => &["when", "upsert"],
            "query" => &["index", "where", "limit", "descending", "only", "consistent"],
            "scan" => &["where", "limit", "only", "index", "consistent"],
            _ => &[],
        };
        let mut options = IndexMap::new();
        let mut projected = None;
        for argument in arguments {
            let Some(name) = &argument.name else { continue };
            if !known.contains(&name.text.as_str()) {
                self.expr(&argument.value, None);
                self.no_option(name, &format!("`{shown}`"), known);
                continue;
            }
            let value = match name.text.as_str() {
                "only" => {
                    let (value, ty) = self.only(&argument.value, item);
                    projected = ty;
                    value
                }
                "when" if word(&argument.value).is_some_and(|it| it == "absent" || it == "present") => {
                    self.word(&argument.value)
                }
                "when" | "where" => {
                    self.item_lambda(&argument.value, item, Some(&Type::Boolean), "the condition")
                }
                "index" => self.index_name(&argument.value, keys),
                "limit" => self.int(&argument.value, "limit"),
                flag => self.expr_as(&argument.value, &Type::Boolean, Role::new("option", flag)),
            };
            options.insert(name.text.clone(), value);
        }
        (options, projected)
    }

    /// A bare word as the text that it is.
    fn word(&mut self, value: &ast::Expr) -> Expr {
        let Some(word) = word(value) else { return broken(value.span) };
        make(ExprKind::String(word.as_str().into()), Type::text(&word), Effect::Total, value.span)
    }

    fn index_name(&mut self, value: &ast::Expr, keys: &Keys) -> Expr {
        let name = match &value.kind {
            Ast::Name(word) => word.clone(),
            Ast::Literal(ast::Literal::String(text)) => text.clone(),
            _ => return self.expr_as(value, &Type::String, Role::new("option", "index")),
        };
        if !keys.indexes.is_empty() && !keys.indexes.contains(&name) {
            let known: Vec<&str> = keys.indexes.iter().map(String::as_str).collect();
            let close = close(&name, known.iter().copied());
            let name = ast::Name { text: name, span: value.span };
            self.report(wrong::unknown_index(&name, &known, close.as_deref()));
            return broken(value.span);
        }
        make(ExprKind::String(name.as_str().into()), Type::text(&name), Effect::Total, value.span)
    }

    /// `only: [status, total]`: fields by name; the result has just these.
    fn only(&mut self, value: &ast::Expr, item: &Type) -> (Expr, Option<Type>) {
        let Ast::List(elements) = &value.kind else {
            self.expr(value, None);
            self.report(wrong::only_wants_fields(value.span));
            return (broken(value.span), None);
        };
        let mut parts = Vec::new();
        let mut fields = Record::default();
        for element in elements {
            let ast::Element::Item(expr) = element else { continue };
            let name = match &expr.kind {
                Ast::Name(name) | Ast::Literal(ast::Literal::String(name)) => name.clone(),
                _ => {
                    self.report(wrong::only_wants_fields(expr.span));
                    continue;
                }
            };
            match self.types().record(item).map(|it| it.fields.get(name.as_str()).cloned()) {
                Some(Some(field)) => {
                    fields.fields.insert(name.as_str().into(), field);
                }
                Some(None) => {
                    let shown = self.show(item);
                    let record = self.types().record(item);
                    let names: Vec<&str> =
                        record.map(|it| it.fields.keys().map(|it| &**it).collect()).unwrap_or_default();
                    let close = close(&name, names.iter().copied());
                    let diagnostic = report::unknown_field(
                        &ast::Name { text: name.clone(), span: expr.span },
                        &shown,
                        &names,
                        close.as_deref(),
                    );
                    self.report(diagnostic);
                }
                None => {}
            }
            let text = make(ExprKind::String(name.as_str().into()), Type::String, Effect::Total, expr.span);
            parts.push(ListPart::Item(text));
        }
        let list = make(ExprKind::List(parts), Type::list(Type::String), Effect::Total, value.span);
        (list, Some(Type::Record(Arc::new(fields))))
    }
}

fn upserts(arguments: &[ast::Argument]) -> bool {
    let given = arguments.iter().find(|it| it.name.as_ref().is_some_and(|name| name.text == "upsert"));
    given.is_some_and(|it| !matches!(it.value.kind, Ast::Literal(ast::Literal::Boolean(false))))
}

/// A field's name as a setting has it: bare, or in quotes.
fn word(value: &ast::Expr) -> Option<String> {
    match &value.kind {
        Ast::Name(word) | Ast::Literal(ast::Literal::String(word)) => Some(word.clone()),
        _ => None,
    }
}

/// The keys of the index that a query names, or the table's own.
fn looked_up_by(arguments: &[ast::Argument], keys: &Keys) -> Vec<String> {
    let index = arguments.iter().find(|it| it.name.as_ref().is_some_and(|name| name.text == "index"));
    let Some(index) = index else { return keys.key.iter().chain(&keys.sort).cloned().collect() };
    let place = word(&index.value).and_then(|name| keys.indexes.iter().position(|it| *it == name));
    place.and_then(|place| keys.of_indexes.get(place)).cloned().unwrap_or_default()
}

/// `byOwner: { key: owner, sort: at }` → `owner`, `at`
fn keys_of(index: &ast::Field) -> Vec<String> {
    let ast::Field::Named { value, .. } = index else { return Vec::new() };
    let Ast::Record(settings) = &value.kind else { return Vec::new() };
    let keys = settings.iter().filter_map(|it| match it {
        ast::Field::Named { name, value, .. } if matches!(&*name.text, "key" | "sort") => word(value),
        _ => None,
    });
    keys.collect()
}

fn named(field: &ast::Field) -> Option<String> {
    match field {
        ast::Field::Named { name, .. } => Some(name.text.clone()),
        ast::Field::Shorthand(name) => Some(name.text.clone()),
        ast::Field::Spread(..) | ast::Field::Error(_) => None,
    }
}
