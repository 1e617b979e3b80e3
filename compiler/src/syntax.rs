//! Text → tree. The only entry is `parse`, which cannot fail; nothing outside this folder names pest.

pub mod ast;
