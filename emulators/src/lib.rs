//! What answers the interpreter offline, beside recorded histories and Step Functions Local's mocks, which are the
//! interpreter's own.
//!
//! ```text
//! run(App, Test) ── the test's machine ──▶ Router ──▶ the service `flow`: run, mock, expect …
//!                                             ├─────▶ mocks: bodies are machines too
//!                                             ├─────▶ workflows of the app: really run, on the same virtual clock
//!                                             ├─────▶ Handlers: functions' real code, in processes of the caller's
//!                                             └─────▶ Stores: tables, buckets, queues, topics, buses in memory
//! ```
//!
//! No IO: files are read by who calls.

mod alone;
mod app;
mod cost;
mod dynamo;
mod flow;
mod handlers;
mod queue;
mod router;
mod runner;
mod shape;
mod stores;
mod unmocked;
mod world;

pub use alone::{Answer, Answers, Data, alone};
pub use app::{App, Callee, Copy, Definition, Resource, Workflow};
pub use handlers::{Handlers, NoHandlers, Session};
pub use runner::{Failure, Mock, Report, Request, Test, run};
pub use unmocked::Unmocked;
