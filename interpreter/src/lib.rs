//! AWS Step Functions offline: runs the Amazon States Language on a virtual clock.
//!
//! ```text
//! asl::StateMachine ── Machine::compile ──> Machine ── Execution::new ──> Execution ── run ──> Outcome
//!                                                                             │
//!                                                             trait Services (the only way out)
//! ```
//!
//! Deterministic: the same machine, input, seed and services give the same bytes. No threads, no IO, no clock but
//! the virtual one.

pub mod clock;
mod compile;
mod context;
pub mod errors;
mod execution;
mod fiber;
mod frames;
pub mod history;
pub mod intrinsics;
pub mod jsonpath;
mod machine;
pub mod mocks;
pub mod nested;
mod options;
mod program;
pub mod random;
mod reader;
mod redrive;
pub mod replay;
mod retry;
mod scene;
mod services;
mod states;
mod template;
pub mod test_state;
mod value;

pub use compile::CompileError;
pub use execution::{Execution, Step};
pub use frames::{Frame, FrameId, Phase};
pub use machine::Machine;
pub use options::{Era, Kind, Limits, Names, Options, Outcome, Recording, Status};
pub use services::{Call, Callback, Message, NoServices, Reply, ServiceError, Services};
