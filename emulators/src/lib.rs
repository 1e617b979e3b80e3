//! What answers the interpreter offline, beside recorded histories and Step Functions Local's mocks, which are the
//! interpreter's own.
//!
//! No IO: files are read by who calls.

mod unmocked;

pub use unmocked::Unmocked;
