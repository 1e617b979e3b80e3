//! How an execution is run, and what came of it.

use std::sync::Arc;

use jsonata::Value;

use crate::clock::{self, Millis};
use crate::history::{Event, Sink};

/// What kind of execution it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A Standard workflow.
    #[default]
    Standard,
    /// An Express workflow, waited for (`StartSyncExecution`).
    ExpressSync,
    /// An Express workflow, started (`StartExecution`).
    ExpressAsync,
}

/// The names in ARNs and the context object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// The state machine's name.
    pub machine: String,
    /// The execution's name; a uuid when absent.
    pub execution: Option<String>,
    /// The account id.
    pub account: String,
    /// The region.
    pub region: String,
    /// The role the machine runs as.
    pub role: String,
}

impl Default for Names {
    fn default() -> Self {
        Names {
            machine: "StateMachine".to_owned(),
            execution: None,
            account: "123456789012".to_owned(),
            region: "us-east-1".to_owned(),
            role: "arn:aws:iam::123456789012:role/StepFunctionsRole".to_owned(),
        }
    }
}

/// AWS's quotas (Developer Guide, "Quotas"). `None` lifts one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a state's input or output: 262,144.
    pub payload: Option<usize>,
    /// Events of a Standard execution: 25,000.
    pub history: Option<u64>,
    /// Bytes of one variable, and of all that one state assigns: 262,144.
    pub variable: Option<usize>,
    /// Bytes of all variables of an execution: 10 MiB.
    pub variables: Option<usize>,
    /// Seconds of an Express execution: 300.
    pub express_seconds: Option<u64>,
    /// Steps of one JSONata evaluation. AWS stops by time; a run here must not depend on how fast the computer is.
    pub query_steps: Option<u64>,
    /// States entered; none on AWS. Stops what would loop for ever where histories are not counted.
    pub transitions: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            payload: Some(262_144),
            history: Some(25_000),
            variable: Some(262_144),
            variables: Some(10 << 20),
            express_seconds: Some(300),
            query_steps: Some(50_000_000),
            transitions: None,
        }
    }
}

/// What AWS did at a time: behaviour that it has changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Era {
    /// `Execution.RedriveCount` in the context object: since redrive came, 15 November 2023.
    pub redrive_count: bool,
    /// `MapStateExited` of a distributed map follows `MapRunStarted`; up to June 2024 it followed `MapRunSucceeded`.
    pub exits_from_run: bool,
    /// `EvaluationFailed` follows the state's `Entered`; up to November 2024 it followed the event before that.
    pub evaluation_after_entered: bool,
}

impl Era {
    /// AWS as it is now.
    pub const NOW: Era = Era { redrive_count: true, exits_from_run: true, evaluation_after_entered: true };

    /// AWS as it was at a time.
    pub fn at(time: Millis) -> Era {
        let since = |date: &str| clock::parse(date).is_some_and(|it| i128::from(time) * 1_000_000 >= it);
        Era {
            redrive_count: since("2023-11-15T00:00:00Z"),
            exits_from_run: since("2024-07-01T00:00:00Z"),
            evaluation_after_entered: since("2024-12-01T00:00:00Z"),
        }
    }
}

/// What becomes of history events.
#[derive(Default)]
pub enum Recording {
    /// None are made: fastest.
    Off,
    /// Those of the execution itself are kept for [`Outcome::history`].
    #[default]
    Keep,
    /// All, those of child executions too, go to a sink.
    To(Box<dyn Sink + Send>),
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Recording::Off => "Off",
            Recording::Keep => "Keep",
            Recording::To(_) => "To(…)",
        })
    }
}

/// How an execution is run.
#[derive(Debug)]
pub struct Options {
    /// Standard or Express.
    pub kind: Kind,
    /// Names in ARNs and the context object.
    pub names: Names,
    /// Where chance comes from: the same seed gives the same run.
    pub seed: u64,
    /// When it starts, in virtual time.
    pub start: Millis,
    /// AWS's quotas.
    pub limits: Limits,
    /// What becomes of history events.
    pub recording: Recording,
    /// AWS as it was when.
    pub era: Era,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            kind: Kind::Standard,
            names: Names::default(),
            seed: 0,
            // 2026-01-01T00:00:00Z: any fixed time will do, so that runs repeat.
            start: 1_767_225_600_000,
            limits: Limits::default(),
            recording: Recording::Keep,
            era: Era::NOW,
        }
    }
}

/// How an execution stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is not done, or waits for a callback that has not come.
    Running,
    /// `SUCCEEDED`
    Succeeded,
    /// `FAILED`
    Failed,
    /// `TIMED_OUT`
    TimedOut,
    /// `ABORTED`
    Aborted,
}

impl Status {
    /// As AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            Status::Running => "RUNNING",
            Status::Succeeded => "SUCCEEDED",
            Status::Failed => "FAILED",
            Status::TimedOut => "TIMED_OUT",
            Status::Aborted => "ABORTED",
        }
    }
}

/// What came of an execution.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// How it ended.
    pub status: Status,
    /// Its output, if it succeeded.
    pub output: Option<Value>,
    /// The error name, if it did not.
    pub error: Option<Arc<str>>,
    /// The cause.
    pub cause: Option<Arc<str>>,
    /// The execution's own events, if they were kept.
    pub history: Vec<Event>,
    /// State transitions as AWS bills them: states entered and retries, child executions' included.
    pub transitions: u64,
    /// Virtual milliseconds from start to end.
    pub elapsed: Millis,
    /// The execution's ARN.
    pub arn: Arc<str>,
}
