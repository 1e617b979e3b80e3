//! What Step Functions can call on AWS. The data and its reader are the crate `models`, which the validator of ASL uses too;
//! this is the compiler's name for it.

pub use models::*;
