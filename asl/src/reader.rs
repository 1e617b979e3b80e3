//! Text to tree.
//!
//! Both readers are linear in the text, bound the depth of nesting and never panic.

mod json;
mod yaml;

pub(crate) use json::read_json;
pub(crate) use yaml::read_yaml;

/// More levels of nesting than this are refused. AWS's own bound is not published; a
/// definition of 1 MB has no use for them, and every later pass recurses over the tree.
pub(crate) const MAX_DEPTH: usize = 128;
