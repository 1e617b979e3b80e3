//! Which fields an object has and what they hold: tables, and the one function that reads them.
//!
//! The messages are AWS's.

use super::{Options, expressions, schema_error, template};
use crate::diagnostic::Diagnostic;
use crate::model::QueryLanguage;
use crate::path::Path;
use crate::{Content, Node, jsonpath};

/// An object's fields.
pub(super) struct Schema {
    pub(super) fields: &'static [&'static [Field]],
    pub(super) required: &'static [&'static str],
    pub(super) exclusive: &'static [Exclusive],
}

/// A field, and the query language it belongs to if only one has it.
pub(super) struct Field {
    name: &'static str,
    kind: Kind,
    only: Option<QueryLanguage>,
}

/// Fields of which there may be one.
pub(super) struct Exclusive {
    pub(super) fields: &'static [&'static str],
    /// Whether there must be one.
    pub(super) required: bool,
}

/// What a field holds. In JSONata states the kinds marked "or expression" may be `{% … %}`.
pub(super) enum Kind {
    /// Anything; nothing is checked.
    Any,
    /// A string.
    Text,
    /// A string, or expression.
    DynamicText,
    /// `true` or `false`.
    Flag,
    /// A whole number from … to …, or expression.
    Integer(i64, i64),
    /// A whole number from … to …; never an expression.
    StaticInteger(i64, i64),
    /// A number from … to …, or expression.
    Number(f64, f64),
    /// A number from … on; never an expression.
    StaticNumber(f64),
    /// An RFC 3339 timestamp, or expression.
    Timestamp,
    /// One of these strings.
    OneOf(&'static [&'static str]),
    /// A JSONPath, or `null`.
    NullablePath,
    /// A reference path.
    ReferencePath,
    /// A reference path into the input or a variable: the context object is refused.
    NumberPath,
    /// A reference path of a choice's rule, which AWS refuses in words of its own.
    RulePath,
    /// A reference path into the input, or `null`.
    ResultPath,
    /// A reference path or an intrinsic function.
    PathOrCall,
    /// A payload template.
    Template,
    /// An object that is a payload template.
    TemplateObject,
    /// An object or an array, or expression.
    Collection,
    /// An object of its own.
    Object(&'static Schema),
    /// A list of objects.
    Objects(&'static Schema),
    /// A list of strings, not empty.
    Texts,
    /// A list; its elements are checked elsewhere.
    List,
}

pub(super) const fn both(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, only: None }
}

pub(super) const fn jsonpath_only(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, only: Some(QueryLanguage::JsonPath) }
}

pub(super) const fn jsonata_only(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, only: Some(QueryLanguage::Jsonata) }
}

/// What a check of an object needs to know of its surroundings.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) language: QueryLanguage,
    pub(super) options: &'a Options,
}

/// Checks an object against its table.
pub(super) fn object(
    node: &Node,
    path: &Path<'_>,
    schema: &Schema,
    scope: Scope<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let Some(members) = node.members() else {
        expected("Object", node, path, scope, found);
        return;
    };
    required(node, path, schema.required, found);
    for member in members {
        let fields = schema.fields.iter().flat_map(|it| it.iter());
        let key_node = Node { span: member.key_span, content: Content::Null };
        match { fields }.find(|it| it.name == member.key) {
            None => {
                let message = format!("Field '{}' is not supported", member.key);
                let similar = similar_field(schema, &member.key);
                let error = schema_error(message, path, &key_node);
                found.push(match similar {
                    Some(name) => error.with_help(format!("did you mean `{name}`?")),
                    None => error,
                });
            }
            Some(field) if field.only.is_some_and(|it| it != scope.language) => {
                let message = wrong_language(&member.key, scope.language);
                found.push(schema_error(message, path, &key_node));
            }
            Some(field) => {
                let path = path.key(&member.key);
                value(&member.value, &path, &field.kind, scope, found);
            }
        }
    }
    for it in schema.exclusive {
        exclusive(node, path, it, found);
    }
}

fn similar_field(schema: &Schema, key: &str) -> Option<&'static str> {
    let names = schema.fields.iter().flat_map(|it| it.iter());
    crate::similar::closest(key, names.map(|it| it.name))
}

/// "These fields are required".
pub(super) fn required(node: &Node, path: &Path<'_>, fields: &[&str], found: &mut Vec<Diagnostic>) {
    let missing = fields.iter().filter(|it| node.get(it).is_none());
    let missing: Vec<&str> = missing.copied().collect();
    if !missing.is_empty() {
        let message = format!("These fields are required: [{}]", missing.join(", "));
        found.push(schema_error(message, path, node));
    }
}

/// A field of the other query language.
pub(super) fn wrong_language(field: &str, language: QueryLanguage) -> String {
    let (set, other) = match language {
        QueryLanguage::JsonPath => ("JSONPath", "JSONata"),
        QueryLanguage::Jsonata => ("JSONata", "JSONPath"),
    };
    format!(
        "The QueryLanguage is set to '{set}', but field '{field}' is only supported for the '{other}' QueryLanguage"
    )
}

/// "There should only be one of the following fields".
pub(super) fn exclusive(node: &Node, path: &Path<'_>, rule: &Exclusive, found: &mut Vec<Diagnostic>) {
    // `End: false` is as good as none.
    let is_there = |it: &&str| {
        let field = node.get(it);
        field.is_some_and(|field| !(*it == "End" && field.as_bool() == Some(false)))
    };
    let there: Vec<&str> = rule.fields.iter().copied().filter(is_there).collect();
    let names = rule.fields.join(", ");
    let (message, span) = match there.as_slice() {
        [] if rule.required => {
            let message = format!("This object should have only one of the following fields: [{names}]");
            (message, node.span)
        }
        [] | [_] => return,
        [.., last] => {
            let message = format!("There should only be one of the following fields: [{names}]");
            (message, node.member(last).map_or(node.span, |it| it.key_span))
        }
    };
    found.push(Diagnostic::aws("SCHEMA_VALIDATION_FAILED", message, path, span));
}

/// Checks a field's value.
pub(super) fn value(
    node: &Node,
    path: &Path<'_>,
    kind: &Kind,
    scope: Scope<'_>,
    found: &mut Vec<Diagnostic>,
) {
    match kind {
        Kind::Any => {}
        Kind::Text => text(node, path, scope, found),
        Kind::DynamicText if expression(node, path, scope, found) => {}
        Kind::DynamicText => text(node, path, scope, found),
        Kind::Flag => flag(node, path, scope, found),
        Kind::Integer(..) | Kind::Number(..) | Kind::Timestamp if expression(node, path, scope, found) => {}
        Kind::Integer(least, most) | Kind::StaticInteger(least, most) => {
            integer(node, path, (*least, *most), scope, found);
        }
        Kind::Number(least, most) => number(node, path, (*least, *most), scope, found),
        Kind::StaticNumber(least) => number(node, path, (*least, f64::MAX), scope, found),
        Kind::Timestamp => timestamp(node, path, scope, found),
        Kind::OneOf(values) => one_of(node, path, values, scope, found),
        Kind::NullablePath if node.is_null() => {}
        Kind::NullablePath => any_path(node, path, scope, found),
        Kind::ResultPath if node.is_null() => {}
        Kind::ResultPath | Kind::ReferencePath | Kind::NumberPath if !is_dollar(node) => {
            any_path(node, path, scope, found);
        }
        Kind::ResultPath => result_path(node, path, scope, found),
        Kind::ReferencePath | Kind::RulePath => reference_path(node, path, scope, found),
        Kind::NumberPath => number_path(node, path, scope, found),
        Kind::PathOrCall => template::path_or_call(node, path, scope, found),
        Kind::Template => template::value(node, path, scope, found),
        Kind::TemplateObject => {
            let is_expression = node.as_str().is_some_and(|it| it.starts_with("{%"));
            if node.members().is_none() && !is_expression {
                expected("Object", node, path, scope, found);
            }
            template::value(node, path, scope, found);
        }
        Kind::Collection => {
            let is_collection = node.members().is_some() || node.elements().is_some();
            if !is_collection && !expression(node, path, scope, found) {
                expected("Array", node, path, scope, found);
            }
            template::value(node, path, scope, found);
        }
        Kind::Object(schema) => object(node, path, schema, scope, found),
        Kind::Objects(schema) => objects(node, path, schema, scope, found),
        Kind::Texts => texts(node, path, scope, found),
        Kind::List => {
            list(node, path, scope, found);
        }
    }
}

/// Whether the value may be left to the JSONata checks: a string that is meant to be one.
fn expression(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) -> bool {
    let Some(text) = node.as_str() else {
        return false;
    };
    let is_expression = scope.language == QueryLanguage::Jsonata && text.starts_with("{%");
    if is_expression {
        expressions::delimiters(text, path, node, found);
    }
    is_expression
}

/// "Expected value of type"; nothing for a substitution.
fn expected(what: &str, node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    if scope.options.is_open_node(node) {
        return;
    }
    found.push(schema_error(format!("Expected value of type {what}"), path, node));
}

fn text(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    if node.as_str().is_none() {
        expected("String", node, path, scope, found);
    }
}

fn flag(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    if node.as_bool().is_none() {
        expected("Boolean", node, path, scope, found);
    }
}

fn integer(
    node: &Node,
    path: &Path<'_>,
    (least, most): (i64, i64),
    scope: Scope<'_>,
    found: &mut Vec<Diagnostic>,
) {
    match node.as_number().and_then(serde_json::Number::as_f64) {
        Some(number) if number.fract() == 0.0 => {
            range(number, (least as f64, most as f64), |it| it.to_string(), path, node, found);
        }
        _ => expected("Integer", node, path, scope, found),
    }
}

fn number(node: &Node, path: &Path<'_>, bounds: (f64, f64), scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    match node.as_number().and_then(serde_json::Number::as_f64) {
        Some(number) => range(number, bounds, |it| format!("{it:?}"), path, node, found),
        None => expected("Number", node, path, scope, found),
    }
}

/// `shown` writes a bound: whole numbers bare, others with their point, as Java does (floci-io/floci#3733, measured).
fn range(
    number: f64,
    (least, most): (f64, f64),
    shown: fn(f64) -> String,
    path: &Path<'_>,
    node: &Node,
    found: &mut Vec<Diagnostic>,
) {
    let message = match number {
        it if it < least => format!("Minimum value is {}", shown(least)),
        it if it > most => format!("Maximum value is {}", shown(most)),
        _ => return,
    };
    found.push(schema_error(message, path, node));
}

fn timestamp(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    match node.as_str() {
        Some(text) if scope.options.is_open(text) || super::timing::is_rfc3339(text) => {}
        Some(_) => found.push(schema_error("String does not match RFC3339 timestamp", path, node)),
        None => expected("String", node, path, scope, found),
    }
}

fn one_of(node: &Node, path: &Path<'_>, values: &[&str], scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    match node.as_str() {
        Some(text) if values.contains(&text) || scope.options.is_open(text) => {}
        Some(text) => {
            let list = values.join(", ");
            let message = format!("Value should be one of the following: [{list}]");
            let error = schema_error(message, path, node);
            found.push(match crate::similar::closest(text, values.iter().copied()) {
                Some(name) => error.with_help(format!("did you mean `{name}`?")),
                None => error,
            });
        }
        // Of values from a list AWS names the type in brackets (floci-io/floci, measured).
        None => expected("[STRING]", node, path, scope, found),
    }
}

fn any_path(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    match node.as_str() {
        Some(text) if scope.options.is_open(text) => {}
        Some(text) => {
            if let Err(reason) = jsonpath::parse(text) {
                let error = schema_error("Value must be a valid JSONPath.", path, node);
                found.push(error.with_help(reason));
            }
        }
        None => expected("String", node, path, scope, found),
    }
}

fn is_dollar(node: &Node) -> bool {
    node.as_str().is_some_and(|it| it.starts_with('$'))
}

/// A path to a map's number: "Only `ItemsPath` accepts the Context Object" (floci-io/floci#3733, measured).
fn number_path(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    match node.as_str().map(jsonpath::parse) {
        Some(Ok(shape)) if shape.root == jsonpath::Root::Context => {
            let message = "Value is not a Reference Path: the context object is not allowed here";
            found.push(schema_error(message, path, node));
        }
        _ => reference_path(node, path, scope, found),
    }
}

/// A path that names one value.
pub(super) fn reference_path(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    let Some(text) = node.as_str() else {
        expected("String", node, path, scope, found);
        return;
    };
    if scope.options.is_open(text) {
        return;
    }
    let reason = match jsonpath::parse(text) {
        Ok(shape) if shape.is_reference => return,
        Ok(_) => "wildcards, filters, slices and '..' can name more than one value",
        Err(reason) => reason,
    };
    let message = format!("Value is not a Reference Path: {reason}");
    found.push(schema_error(message, path, node));
}

/// `ResultPath` writes into the input, never into the context or a variable.
fn result_path(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    reference_path(node, path, scope, found);
    let Some(shape) = node.as_str().and_then(|it| jsonpath::parse(it).ok()) else {
        return;
    };
    let reason = match shape.root {
        jsonpath::Root::Input => return,
        jsonpath::Root::Context => "the context object cannot be written",
        jsonpath::Root::Variable(_) => "variables are written by Assign",
    };
    let message = format!("Value is not a Reference Path: {reason}");
    found.push(schema_error(message, path, node));
}

fn objects(node: &Node, path: &Path<'_>, schema: &Schema, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    let Some(elements) = node.elements() else {
        expected("Array", node, path, scope, found);
        return;
    };
    for (index, element) in elements.iter().enumerate() {
        object(element, &path.index(index), schema, scope, found);
    }
}

/// A list that must not be empty.
pub(super) fn list<'n>(
    node: &'n Node,
    path: &Path<'_>,
    scope: Scope<'_>,
    found: &mut Vec<Diagnostic>,
) -> &'n [Node] {
    match node.elements() {
        Some([]) => found.push(schema_error("Value cannot be empty", path, node)),
        Some(_) => {}
        None => expected("Array", node, path, scope, found),
    }
    node.elements().unwrap_or_default()
}

fn texts(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    for (index, element) in list(node, path, scope, found).iter().enumerate() {
        text(element, &path.index(index), scope, found);
    }
}
