//! Keys written twice.

use std::collections::HashSet;

use super::Machine;
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::{Content, Node};

/// `DUPLICATE_KEY`: AWS keeps the last one without a word (RFC 8259, section 4, leaves it open).
pub(super) fn keys(machine: &Machine<'_>, found: &mut Vec<Diagnostic>) {
    node(machine.root, &Path::ROOT, found);
}

fn node(it: &Node, path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    match &it.content {
        Content::Object(members) => {
            let mut seen = HashSet::new();
            for member in members {
                let path = path.key(&member.key);
                if !seen.insert(member.key.as_str()) {
                    let message = format!("`{}` is written twice; the last one counts", member.key);
                    let span = member.key_span;
                    found.push(Diagnostic::flow("DUPLICATE_KEY", message, &path, span));
                }
                node(&member.value, &path, found);
            }
        }
        Content::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                node(element, &path.index(index), found);
            }
        }
        Content::Null | Content::Bool(_) | Content::Number(_) | Content::String(_) => {}
    }
}
