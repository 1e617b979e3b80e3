//! The way to functions' real handlers. Processes are not this crate's business: who runs tests brings them.

use interpreter::ServiceError;
use jsonata::Value;

/// Runs handlers where their runtimes are installed.
pub trait Handlers: Sync {
    /// Handlers for one test: what they keep between calls is the test's own.
    fn session(&self) -> Box<dyn Session>;
}

/// The handlers of one test.
pub trait Session {
    /// Calls a function; `None` where it can't be run here.
    fn invoke(&mut self, function: &str, payload: &Value) -> Option<Result<Value, ServiceError>>;

    /// What is wrong with a function's answer, where it isn't of the declared type.
    fn misfit(&self, function: &str, answer: &Value) -> Option<String> {
        let _ = (function, answer);
        None
    }

    /// Why a function can't be run here.
    fn absent(&self, function: &str) -> Option<String> {
        let _ = function;
        None
    }
}

/// No handler can be run.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoHandlers;

impl Handlers for NoHandlers {
    fn session(&self) -> Box<dyn Session> {
        Box::new(NoHandlers)
    }
}

impl Session for NoHandlers {
    fn invoke(&mut self, _: &str, _: &Value) -> Option<Result<Value, ServiceError>> {
        None
    }
}
