//! The Flow compiler: text in; trees, files and diagnostics out. It does no IO.

pub mod diagnostics;
pub mod source;
pub mod syntax;
pub mod typed;
pub mod types;
