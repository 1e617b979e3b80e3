//! Runners over the data that holds the project to its promises.

pub mod agreement;
pub mod conformance;
pub mod corpus;
pub mod examples;
pub mod markdown;
pub mod pipes;
pub mod reference;
pub mod requests;
pub mod template;
pub mod traps;
