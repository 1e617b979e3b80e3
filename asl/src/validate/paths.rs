//! Where JSONPath stands in a state.

use super::walk::StateView;
use crate::model::Operator;
use crate::path::Path;
use crate::{Content, Node, intrinsic, jsonpath};

/// What a path is applied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Applies {
    /// The state's input as it comes in.
    Input,
    /// What `InputPath` leaves of it.
    EffectiveInput,
    /// A result or an output: not the input.
    Other,
}

/// A path and where it stands.
pub(super) struct Use<'a> {
    pub(super) shape: jsonpath::PathShape<'a>,
    pub(super) node: &'a Node,
    pub(super) path: &'a Path<'a>,
    pub(super) applies: Applies,
}

/// Fields that hold a path or an intrinsic function.
const PATHS: &[(&str, Applies)] = &[
    ("InputPath", Applies::Input),
    ("OutputPath", Applies::Other),
    ("ItemsPath", Applies::EffectiveInput),
    ("SecondsPath", Applies::EffectiveInput),
    ("TimestampPath", Applies::EffectiveInput),
    ("TimeoutSecondsPath", Applies::EffectiveInput),
    ("HeartbeatSecondsPath", Applies::EffectiveInput),
    ("MaxConcurrencyPath", Applies::EffectiveInput),
    ("ToleratedFailurePercentagePath", Applies::EffectiveInput),
    ("ToleratedFailureCountPath", Applies::EffectiveInput),
    ("ErrorPath", Applies::Input),
    ("CausePath", Applies::Input),
];

/// Fields that hold a payload template.
const TEMPLATES: &[(&str, Applies)] = &[
    ("Parameters", Applies::EffectiveInput),
    ("ItemSelector", Applies::EffectiveInput),
    ("ResultSelector", Applies::Other),
    ("Credentials", Applies::Other),
    ("Assign", Applies::Other),
    ("Catch", Applies::Other),
];

/// Visits every path of a JSONPath state, nested flows excluded.
pub(super) fn each(state: &StateView<'_>, visit: &mut dyn FnMut(&Use<'_>)) {
    if state.is_jsonata() {
        return;
    }
    for (field, applies) in PATHS {
        // With a reader, it is a path into what is read.
        let is_of_reader = *field == "ItemsPath" && state.node.get("ItemReader").is_some();
        let applies = if is_of_reader { &Applies::Other } else { applies };
        if let Some(node) = state.node.get(field) {
            text(node, &state.path.key(field), *applies, visit);
        }
    }
    for (field, applies) in TEMPLATES {
        if let Some(node) = state.node.get(field) {
            template(node, &state.path.key(field), *applies, visit);
        }
    }
    let rules = state.node.get("Choices").and_then(Node::elements);
    let path = state.path.key("Choices");
    for (index, node) in rules.unwrap_or_default().iter().enumerate() {
        rule(node, &path.index(index), visit);
    }
}

fn text(node: &Node, path: &Path<'_>, applies: Applies, visit: &mut dyn FnMut(&Use<'_>)) {
    let Some(text) = node.as_str() else {
        return;
    };
    let mut report = |text: &str| {
        if let Ok(shape) = jsonpath::parse(text) {
            visit(&Use { shape, node, path, applies });
        }
    };
    match text.starts_with('$') {
        true => report(text),
        // A call that is broken is another check's finding.
        false => drop(intrinsic::check(text, &mut report)),
    }
}

fn template(node: &Node, path: &Path<'_>, applies: Applies, visit: &mut dyn FnMut(&Use<'_>)) {
    match &node.content {
        Content::Object(members) => {
            for member in members {
                let path = path.key(&member.key);
                match member.key.ends_with(".$") {
                    true => text(&member.value, &path, applies, visit),
                    false => template(&member.value, &path, applies, visit),
                }
            }
        }
        Content::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                template(element, &path.index(index), applies, visit);
            }
        }
        Content::Null | Content::Bool(_) | Content::Number(_) | Content::String(_) => {}
    }
}

fn rule(node: &Node, path: &Path<'_>, visit: &mut dyn FnMut(&Use<'_>)) {
    for member in node.members().unwrap_or_default() {
        let path = path.key(&member.key);
        match member.key.as_str() {
            "Not" => rule(&member.value, &path, visit),
            "And" | "Or" => {
                let tests = member.value.elements().unwrap_or_default();
                for (index, test) in tests.iter().enumerate() {
                    rule(test, &path.index(index), visit);
                }
            }
            "Variable" => text(&member.value, &path, Applies::EffectiveInput, visit),
            "Assign" => template(&member.value, &path, Applies::Other, visit),
            key if Operator::from_field(key).is_some_and(|(_, is_path)| is_path) => {
                text(&member.value, &path, Applies::EffectiveInput, visit);
            }
            _ => {}
        }
    }
}
