//! Text to tree.
//!
//! Both readers are linear in the text, bound the depth of nesting and never panic.

use crate::Span;
use crate::diagnostic::Diagnostic;

mod json;
mod yaml;

pub(crate) use json::read_json;
pub(crate) use yaml::read_yaml;

/// More levels of nesting than this are refused. AWS's own bound is not published; a
/// definition of 1 MB has no use for them, and every later pass recurses over the tree.
pub(crate) const MAX_DEPTH: usize = 128;

/// What is nested deeper than [`MAX_DEPTH`]. AWS has a code for it, `TOO_DEEPLY_NESTED` ("The states are too deeply
/// nested"), and says nothing of how deep that is.
pub(crate) fn too_deep(place: Span) -> Diagnostic {
    let message = "The states are too deeply nested.";
    let found = Diagnostic { span: Some(place), ..Diagnostic::aws_nowhere("TOO_DEEPLY_NESTED", message) };
    found.with_help(format!("a definition may have {MAX_DEPTH} levels of objects and arrays"))
}
