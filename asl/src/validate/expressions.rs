//! Where JSONata stands in a state, and how it is marked
//! (Developer Guide, "Transforming data with JSONata").

use super::schema_error;
use super::walk::StateView;
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::{Content, Node};

/// A string that opens or closes an expression must do both.
pub(super) fn delimiters(text: &str, path: &Path<'_>, node: &Node, found: &mut Vec<Diagnostic>) {
    if text.starts_with("{%") != text.ends_with("%}") || text == "{%}" {
        let message = "JSONata string must start with {% and end with %}";
        found.push(schema_error(message, path, node));
    }
}

/// An expression and where it stands.
pub(super) struct Place<'a> {
    /// The text between the delimiters, untrimmed.
    pub(super) text: &'a str,
    pub(super) node: &'a Node,
    pub(super) path: &'a Path<'a>,
    /// Whether it stands in a catcher, where `$states.errorOutput` exists.
    pub(super) in_catcher: bool,
    /// The field of the state it stands in.
    pub(super) field: &'a str,
}

/// Fields without expressions: names, and flows that are visited as such.
const STATIC: &[&str] = &[
    "Type",
    "Comment",
    "QueryLanguage",
    "Next",
    "End",
    "Default",
    "Resource",
    "Retry",
    "Branches",
    "ItemProcessor",
    "Iterator",
    "ErrorEquals",
    "Label",
];

/// Visits every JSONata expression of a state, nested flows excluded.
pub(super) fn each(state: &StateView<'_>, visit: &mut dyn FnMut(&Place<'_>)) {
    if !state.is_jsonata() {
        return;
    }
    for member in state.node.members().unwrap_or_default() {
        if !STATIC.contains(&member.key.as_str()) {
            let mut walk = Walk { field: &member.key, in_catcher: member.key == "Catch", visit };
            walk.node(&member.value, &state.path.key(&member.key), true);
        }
    }
}

struct Walk<'f, 'v> {
    field: &'f str,
    in_catcher: bool,
    visit: &'v mut dyn FnMut(&Place<'_>),
}

impl Walk<'_, '_> {
    /// `is_asl`: still among ASL's own fields, not in a user's data.
    fn node(&mut self, node: &Node, path: &Path<'_>, is_asl: bool) {
        match &node.content {
            Content::String(text) => self.text(text, node, path),
            Content::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.node(element, &path.index(index), is_asl);
                }
            }
            Content::Object(members) => {
                let is_record = is_asl
                    && matches!(
                        self.field,
                        "Catch" | "Choices" | "ItemReader" | "ResultWriter" | "ItemBatcher"
                    );
                for member in members {
                    if is_record && STATIC.contains(&member.key.as_str()) {
                        continue;
                    }
                    self.node(&member.value, &path.key(&member.key), false);
                }
            }
            Content::Null | Content::Bool(_) | Content::Number(_) => {}
        }
    }

    fn text(&mut self, text: &str, node: &Node, path: &Path<'_>) {
        let inner = text.strip_prefix("{%").and_then(|it| it.strip_suffix("%}"));
        if let Some(inner) = inner {
            (self.visit)(&Place { text: inner, node, path, in_catcher: self.in_catcher, field: self.field });
        }
    }
}
