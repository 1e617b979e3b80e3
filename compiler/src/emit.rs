//! Machine → files: the only step that names ASL's and CloudFormation's fields.

pub mod asl;
pub mod jsonata;
pub mod names;
