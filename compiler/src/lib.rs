//! The Flow compiler: text in; trees, files and diagnostics out. It does no IO.
//!
//! ```text
//!  text ──parse──▶ ast ──resolve──▶ symbols ──check──▶ typed tree ──limits──┐
//!                                                                          │  (only without errors)
//!  files ◀──emit── machine ◀──limits── machine ◀──pack── naive machine ◀──lower
//! ```
//!
//! Each step is one function in the module of its name and may look at the trees at its two ends, never at a later
//! step. Everything up to `check` takes any input and gives a value and diagnostics; only `lower` and what
//! follows demand a program without errors.

pub mod audit;
pub mod aws;
pub mod diagnostics;
pub mod emit;
pub mod machine;
pub mod output;
pub mod source;
pub mod syntax;
pub mod typed;
pub mod types;
