//! Machine → files: the only step that names ASL's and CloudFormation's fields.

pub mod api;
pub mod app;
pub mod asl;
mod circles;
pub mod cloudformation;
mod conditions;
pub mod deploy;
pub mod evaluate;
pub mod iam;
mod ids;
pub mod jsonata;
pub mod names;
mod params;
pub mod partition;
mod payload;
mod resources;
pub mod sam;
mod schema;
pub mod source_map;
pub mod template;
mod trigger;
pub mod value;
mod versions;
mod workflow;
pub mod yaml;

pub use deploy::Deployment;
