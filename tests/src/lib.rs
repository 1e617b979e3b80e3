//! Runners over the data that holds the project to its promises.

pub mod agreement;
pub mod conformance;
pub mod corpus;
pub mod examples;
pub mod markdown;
pub mod reference;
pub mod requests;
pub mod traps;
