//! What answers the interpreter offline: mocks, recorded histories, and services in memory.
//!
//! ```text
//! interpreter::Services ◀── MockCase   (Step Functions Local's MockConfigFile.json)
//!                       ◀── Replay     (what GetExecutionHistory gave)
//! ```
//!
//! No IO: files are read by who calls.

mod mock_config;
mod replay;

pub use mock_config::{MockCase, MockConfig};
pub use replay::Replay;

use interpreter::{Call, Reply, ServiceError};
use jsonata::Value;

/// How a result travels: jobs, callbacks and activities are accepted first.
pub(crate) fn answer(call: &Call<'_>, after: u64, result: Result<Value, ServiceError>) -> Reply {
    let accepted = match call.resource {
        asl::Resource::Optimized(it) | asl::Resource::AwsSdk(it) => {
            it.pattern != asl::Pattern::RequestResponse
        }
        asl::Resource::Activity(_) => true,
        asl::Resource::Lambda(_) | asl::Resource::Other(_) => false,
    };
    if !accepted {
        return Reply::Done { after, result };
    }
    let output = match call.resource {
        asl::Resource::Activity(_) => Value::Null,
        _ => Value::object::<&str>([]),
    };
    Reply::Submitted { after: 0, output, then: Some((after, result)) }
}
