//! Choice rules (spec "Choice State"; Developer Guide, "Choice workflow state").

use super::schema::{
    self, Exclusive, Field, Kind, Schema, Scope, both, jsonata_only, jsonpath_only, wrong_language,
};
use super::walk::StateView;
use super::{expressions, schema_error};
use crate::diagnostic::Diagnostic;
use crate::model::{Operator, QueryLanguage};
use crate::path::Path;
use crate::{Content, Node};

const SELECTORS: [&str; 5] = ["And", "Or", "Not", "Variable", "Condition"];

/// What stands in a rule besides its condition.
const RULE: &[Field] = &[
    both("Comment", Kind::Text),
    both("Next", Kind::Text),
    both("Assign", Kind::TemplateObject),
    jsonata_only("Output", Kind::Template),
    jsonata_only("Condition", Kind::Any),
    jsonpath_only("Variable", Kind::RulePath),
];

/// What stands in a rule within a rule.
const INNER: &[Field] = &[both("Comment", Kind::Text), jsonpath_only("Variable", Kind::RulePath)];

/// The elements of `Choices`.
pub(super) fn rules(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    if !state.is_type("Choice") {
        return;
    }
    let Some(choices) = state.node.get("Choices").and_then(Node::elements) else {
        return;
    };
    let scope = Scope { language: state.language, options: state.options() };
    let path = state.path.key("Choices");
    for (index, node) in choices.iter().enumerate() {
        rule(node, &path.index(index), true, scope, found);
    }
}

fn rule(node: &Node, path: &Path<'_>, is_outer: bool, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    let schema = Schema {
        fields: if is_outer { &[RULE] } else { &[INNER] },
        required: if is_outer { &["Next"] } else { &[] },
        exclusive: &[],
    };
    // Operators are fields like others; the table holds the rest.
    let rest = without_operators(node);
    schema::object(&rest, path, &schema, scope, found);
    if node.members().is_none() {
        return;
    }
    selectors(node, path, found);
    match scope.language {
        QueryLanguage::JsonPath => test(node, path, scope, found),
        QueryLanguage::Jsonata => condition(node, path, found),
    }
}

fn without_operators(node: &Node) -> Node {
    let Content::Object(members) = &node.content else {
        return node.clone();
    };
    let rest = members.iter();
    let rest = rest.filter(|it| Operator::from_field(&it.key).is_none() && !is_nest(&it.key));
    Node { span: node.span, content: Content::Object(rest.cloned().collect()) }
}

/// Fields that hold rules; kept out of the copy so that nesting costs no more than once.
fn is_nest(key: &str) -> bool {
    matches!(key, "And" | "Or" | "Not")
}

fn selectors(node: &Node, path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    let count = SELECTORS.iter().filter(|it| node.get(it).is_some()).count();
    if count != 1 {
        let message =
            format!("The object must have only one of the following fields, [{}]", SELECTORS.join(", "));
        found.push(schema_error(message, path, node));
    }
}

fn condition(node: &Node, path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    for member in node.members().unwrap_or_default() {
        if Operator::from_field(&member.key).is_some() || is_nest(&member.key) {
            let message = wrong_language(&member.key, QueryLanguage::Jsonata);
            found.push(schema_error(message, path, &member.value));
        }
    }
    let Some(condition) = node.get("Condition") else {
        return;
    };
    let path = path.key("Condition");
    match &condition.content {
        Content::Bool(_) => {}
        Content::String(text) if text.starts_with("{%") || text.ends_with("%}") => {
            expressions::delimiters(text, &path, condition, found);
        }
        _ => found.push(schema_error("Expected value of type Boolean", &path, condition)),
    }
}

fn test(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    for name in ["And", "Or"] {
        if let Some(tests) = node.get(name) {
            let path = path.key(name);
            for (index, test) in schema::list(tests, &path, scope, found).iter().enumerate() {
                rule(test, &path.index(index), false, scope, found);
            }
        }
    }
    if let Some(negated) = node.get("Not") {
        rule(negated, &path.key("Not"), false, scope, found);
    }
    if node.get("Variable").is_some() {
        operator(node, path, scope, found);
    }
}

fn operator(node: &Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    let members = node.members().unwrap_or_default().iter();
    let operators: Vec<_> = members.filter_map(|it| Some((it, Operator::from_field(&it.key)?))).collect();
    let [(member, (operator, is_path))] = operators.as_slice() else {
        schema::exclusive(node, path, &Exclusive { fields: OPERATORS, required: true }, found);
        return;
    };
    let kind = match is_path {
        true => Kind::RulePath,
        false => operand(*operator),
    };
    schema::value(&member.value, &path.key(&member.key), &kind, scope, found);
}

fn operand(operator: Operator) -> Kind {
    let name = operator.name();
    match name {
        _ if name.starts_with("String") => Kind::Text,
        _ if name.starts_with("Numeric") => Kind::StaticNumber(f64::MIN),
        _ if name.starts_with("Timestamp") => Kind::Timestamp,
        _ => Kind::Flag,
    }
}

/// All operators, for messages.
const OPERATORS: &[&str] = &[
    "StringEquals",
    "StringEqualsPath",
    "StringLessThan",
    "StringLessThanPath",
    "StringGreaterThan",
    "StringGreaterThanPath",
    "StringLessThanEquals",
    "StringLessThanEqualsPath",
    "StringGreaterThanEquals",
    "StringGreaterThanEqualsPath",
    "StringMatches",
    "NumericEquals",
    "NumericEqualsPath",
    "NumericLessThan",
    "NumericLessThanPath",
    "NumericGreaterThan",
    "NumericGreaterThanPath",
    "NumericLessThanEquals",
    "NumericLessThanEqualsPath",
    "NumericGreaterThanEquals",
    "NumericGreaterThanEqualsPath",
    "BooleanEquals",
    "BooleanEqualsPath",
    "TimestampEquals",
    "TimestampEqualsPath",
    "TimestampLessThan",
    "TimestampLessThanPath",
    "TimestampGreaterThan",
    "TimestampGreaterThanPath",
    "TimestampLessThanEquals",
    "TimestampLessThanEqualsPath",
    "TimestampGreaterThanEquals",
    "TimestampGreaterThanEqualsPath",
    "IsNull",
    "IsPresent",
    "IsNumeric",
    "IsString",
    "IsBoolean",
    "IsTimestamp",
];
