//! What the command `flow` shares with the tests of the language reference.

pub mod testing;
