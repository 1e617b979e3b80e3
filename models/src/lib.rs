//! What Step Functions can call: AWS's API actions with what they take, give, raise and need.
//!
//! ```text
//! stdlib/models/services.txt    a line a service: names only           → index
//! stdlib/models/api.bin         a deflated text a service: shapes, …   → api → shape, iam
//! stdlib/models/optimized.txt   the optimized integrations             → optimized
//!                                                                        action: one lookup over both
//! ```
//!
//! All of it is embedded and nothing is read before it is asked for: a service's text is inflated when one of its actions
//! is first looked into. There is no IO, and data that can't be read counts as absent.
//!
//! ```
//! use models::{Flavor, Lookup, Pattern};
//!
//! let Lookup::Found(send) = models::action("sqs", "sendMessage", Flavor::Optimized) else { panic!() };
//! assert_eq!(send.resource(Pattern::Token), "arn:aws:states:::sqs:sendMessage.waitForTaskToken");
//! ```

mod action;
mod api;
mod close;
mod errors;
mod iam;
mod index;
mod optimized;
mod resource;
mod shape;

pub use action::{Action, Flavor, Lookup, Machine, Pagination, Pattern, action, find};
pub use close::close;
pub use errors::{ErrorName, STATES_ERRORS, error_known};
pub use iam::{Condition, Resource, Statement, is_secret_arn};
pub use index::{Service, close_services, service, services};
pub use resource::{ITEM_READERS, Integration, RESULT_WRITERS, resource};
pub use shape::{Bounds, Member, Record, Shape, ShapeRef};
