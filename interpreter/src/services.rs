//! The one way out: what answers a Task.

use std::sync::Arc;

use asl::Resource;
use jsonata::Value;

use crate::clock::Millis;

/// What a Task asks for.
#[derive(Clone, Debug)]
pub struct Call<'c> {
    /// `Resource` as written.
    pub arn: &'c str,
    /// `Resource`, taken apart.
    pub resource: &'c Resource,
    /// The evaluated `Parameters` or `Arguments`.
    pub arguments: &'c Value,
    /// The state's name.
    pub state: &'c str,
    /// The ARN of the execution that asks: a child's, in a distributed map.
    pub execution: &'c str,
    /// The iterations around the state, outermost first: the map's name and the item's index.
    pub iterations: &'c [(Arc<str>, u64)],
    /// How often the state has been retried.
    pub retry_count: u64,
    /// The task token, for `.waitForTaskToken` and activities.
    pub token: Option<&'c str>,
    /// The role of `Credentials`.
    pub role: Option<&'c str>,
    /// The virtual time.
    pub now: Millis,
    /// When the task times out.
    pub deadline: Option<Millis>,
}

/// An error a service answers with. `Fail` states and `SendTaskFailure` may leave either out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceError {
    /// The error name, such as `Lambda.TooManyRequestsException`.
    pub error: Option<Arc<str>>,
    /// The cause.
    pub cause: Option<Arc<str>>,
}

impl ServiceError {
    /// An error with a name and a cause.
    pub fn new(error: impl Into<Arc<str>>, cause: impl Into<Arc<str>>) -> Self {
        ServiceError { error: Some(error.into()), cause: Some(cause.into()) }
    }
}

/// What a service answers, and when. Delays are virtual milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The answer.
    Done {
        /// How long it took.
        after: u64,
        /// What came of it.
        result: Result<Value, ServiceError>,
    },
    /// The request is accepted; the task goes on. Of an activity: a worker has taken it.
    Submitted {
        /// How long that took.
        after: u64,
        /// The response (`TaskSubmitted`); of an activity the worker's name or `null`.
        output: Value,
        /// The end, if it needs no callback: its delay from now and what comes of it.
        then: Option<(u64, Result<Value, ServiceError>)>,
    },
    /// No answer ever: only a timeout ends the task.
    Never,
    /// What is asked for does not exist, such as a deleted activity: `States.Runtime` with this cause.
    Refused(String),
}

impl Reply {
    /// An answer at once.
    pub fn success(output: Value) -> Self {
        Reply::Done { after: 0, result: Ok(output) }
    }

    /// An error at once.
    pub fn failure(error: impl Into<Arc<str>>, cause: impl Into<Arc<str>>) -> Self {
        Reply::Done { after: 0, result: Err(ServiceError::new(error, cause)) }
    }
}

/// A message about a task that waits: `SendTaskSuccess`, `SendTaskFailure`, `SendTaskHeartbeat`.
#[derive(Clone, Debug, PartialEq)]
pub struct Callback {
    /// The task token.
    pub token: Arc<str>,
    /// What is said.
    pub message: Message,
}

/// What a callback says.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The task is done.
    Success(Value),
    /// The task has failed.
    Failure(ServiceError),
    /// The task goes on.
    Heartbeat,
}

/// Answers tasks. Implemented by mocks, in-memory services and real handlers.
pub trait Services {
    /// Answers one task.
    fn call(&mut self, call: &Call<'_>) -> Reply;

    /// Messages for waiting tasks that have come by `now`. Asked after every call and before time moves on.
    fn callbacks(&mut self, now: Millis) -> Vec<Callback> {
        let _ = now;
        Vec::new()
    }

    /// When the next message is due, if it is known: time does not pass it.
    fn next_callback(&self) -> Option<Millis> {
        None
    }

    /// The bytes of an object that an item reader asks for. By default the text in `Body` of what
    /// [`Services::call`] answers.
    fn object(&mut self, call: &Call<'_>) -> Result<Arc<[u8]>, ServiceError> {
        match self.call(call) {
            Reply::Done { result: Ok(value), .. } => {
                let body = value.get("Body").and_then(Value::as_str).unwrap_or_default();
                Ok(body.as_bytes().into())
            }
            Reply::Done { result: Err(error), .. } => Err(error),
            Reply::Submitted { .. } | Reply::Never | Reply::Refused(_) => {
                Err(ServiceError::new("States.ItemReaderFailed", "the object could not be read"))
            }
        }
    }
}

/// Services that know nothing: every task fails.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoServices;

impl Services for NoServices {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        Reply::failure("States.TaskFailed", format!("no service answers {}", call.arn))
    }
}
