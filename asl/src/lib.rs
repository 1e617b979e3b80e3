//! The Amazon States Language: data model, reader with positions, validator.

pub mod model;
