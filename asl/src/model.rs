//! The data model of the whole language, for both query languages.
//!
//! It says what a definition means, not how it was written: `Iterator` and
//! `ItemProcessor` are one field, defaults are filled in, and every state knows
//! the query language it is evaluated in. Payload templates (`Parameters`,
//! `Arguments`, `Assign`, `Output`, …) stay JSON values. Where something stands
//! in the text is asked of [`crate::Document`] by JSON pointer: every state and
//! every nested flow holds its own in `pointer`, and a template's lies below it.
//!
//! Sections named "spec" are those of <https://states-language.net/spec.html>;
//! JSONata and variables: Step Functions Developer Guide, "Transforming data
//! with JSONata" and "Passing data between states with variables".

use indexmap::IndexMap;
use serde_json::Value;

mod choice;
mod map;

pub use choice::{ChoiceRule, ChoiceTest, Comparison, Condition, Operand, Operator};
pub use map::{
    CsvHeaderLocation, ExecutionType, InputType, ItemBatcher, ItemReader, Map, OutputType, Processor,
    ProcessorMode, ReaderConfig, ResultWriter, Transformation, WriterConfig,
};

/// A state machine (spec "Top-level fields").
#[derive(Clone, Debug, PartialEq)]
pub struct StateMachine {
    /// `Comment`.
    pub comment: Option<String>,
    /// `Version`, "1.0" when absent.
    pub version: Option<String>,
    /// `QueryLanguage` of the machine; JSONPath when absent.
    pub query_language: QueryLanguage,
    /// `TimeoutSeconds`: seconds the whole execution may take.
    pub timeout_seconds: Option<u64>,
    /// `StartAt` and `States`.
    pub flow: Flow,
}

/// `StartAt` and `States`: what machines, branches and item processors share.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// JSON pointer of the object that holds `StartAt` and `States`; empty for the machine itself.
    pub pointer: String,
    /// `Comment`.
    pub comment: Option<String>,
    /// `StartAt`: a key of `states` in a valid machine.
    pub start_at: String,
    /// `States`, in the order written.
    pub states: IndexMap<String, State>,
}

/// `QueryLanguage` (spec "JSONPath and JSONata").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum QueryLanguage {
    /// `JSONPath`, the default.
    #[default]
    JsonPath,
    /// `JSONata`.
    Jsonata,
}

/// One state: what all types have, and the rest by type (spec "States").
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its key in `States`.
    pub name: String,
    /// JSON pointer of the state's object, such as `/States/Ship`.
    pub pointer: String,
    /// `Comment`.
    pub comment: Option<String>,
    /// The language in force: the state's own `QueryLanguage`, else the machine's.
    pub query_language: QueryLanguage,
    /// `Type` and the fields that belong to it.
    pub kind: StateKind,
}

/// `Type` and its fields.
#[derive(Clone, Debug, PartialEq)]
pub enum StateKind {
    /// Hands its input on, or makes a value (spec "Pass State").
    Pass(Pass),
    /// Calls a service, function or activity (spec "Task State").
    Task(Box<Task>),
    /// Branches (spec "Choice State").
    Choice(Choice),
    /// Waits (spec "Wait State").
    Wait(Wait),
    /// Ends the flow well (spec "Succeed State").
    Succeed(Succeed),
    /// Ends the execution with an error (spec "Fail State").
    Fail(Fail),
    /// Runs branches at once (spec "Parallel State").
    Parallel(Parallel),
    /// Runs a flow for each item (spec "Map State").
    Map(Box<Map>),
}

/// `Next` or `End: true` (spec "Transitions").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// `Next`.
    Next(String),
    /// `End: true`.
    End,
}

/// What is done to data on the way in and out of a state (spec "State Input and Output Processing").
///
/// JSONPath states have the first five, JSONata states `output`; `assign` both.
/// `Parameters` and `Arguments` differ by type and stand there.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// `InputPath`. `None` = written `null`: the effective input is `{}`. `"$"` when absent.
    pub input_path: Option<String>,
    /// `ResultSelector`.
    pub result_selector: Option<Value>,
    /// `ResultPath`. `None` = written `null`: the result is dropped. `"$"` when absent.
    pub result_path: Option<String>,
    /// `OutputPath`. `None` = written `null`: the output is `{}`. `"$"` when absent.
    pub output_path: Option<String>,
    /// `Output` (JSONata). `Some(Value::Null)` is `Output: null`.
    pub output: Option<Value>,
    /// `Assign`: variable names to templates, all evaluated against the values at entry.
    pub assign: Option<serde_json::Map<String, Value>>,
}

impl Default for Data {
    fn default() -> Self {
        let whole = || Some("$".to_owned());
        Data {
            input_path: whole(),
            result_selector: None,
            result_path: whole(),
            output_path: whole(),
            output: None,
            assign: None,
        }
    }
}

/// A field that is written as a literal, a JSONata string, or by its `…Path` twin.
#[derive(Clone, Debug, PartialEq)]
pub enum Dynamic<T> {
    /// The value itself.
    Literal(T),
    /// The text between `{%` and `%}`, trimmed.
    Expression(String),
    /// A reference path, from the field whose name ends in `Path`. Of `ErrorPath`
    /// and `CausePath` also an intrinsic function.
    Path(String),
}

/// The fields of `Pass`.
#[derive(Clone, Debug, PartialEq)]
pub struct Pass {
    /// Data in and out.
    pub data: Data,
    /// `Result`: literal JSON, not a template (JSONPath).
    pub result: Option<Value>,
    /// `Parameters` (JSONPath).
    pub parameters: Option<Value>,
    /// Where it goes.
    pub transition: Transition,
}

/// The fields of `Task`.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// Data in and out.
    pub data: Data,
    /// `Resource`; see [`crate::Resource`].
    pub resource: String,
    /// `Parameters` (JSONPath) or `Arguments` (JSONata).
    pub arguments: Option<Value>,
    /// `Credentials`: a template with `RoleArn`.
    pub credentials: Option<Value>,
    /// `TimeoutSeconds` or `TimeoutSecondsPath`, seconds.
    pub timeout_seconds: Option<Dynamic<u64>>,
    /// `HeartbeatSeconds` or `HeartbeatSecondsPath`, seconds.
    pub heartbeat_seconds: Option<Dynamic<u64>>,
    /// `Retry`, in order.
    pub retry: Vec<Retrier>,
    /// `Catch`, in order.
    pub catch: Vec<Catcher>,
    /// Where it goes.
    pub transition: Transition,
}

/// The fields of `Choice`.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Data in and out. `assign` counts when no rule matches.
    pub data: Data,
    /// `Choices`, in order.
    pub choices: Vec<ChoiceRule>,
    /// `Default`.
    pub default: Option<String>,
}

/// The fields of `Wait`.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    /// Data in and out.
    pub data: Data,
    /// `Seconds`, `SecondsPath`, `Timestamp` or `TimestampPath`.
    pub until: WaitUntil,
    /// Where it goes.
    pub transition: Transition,
}

/// What a `Wait` waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum WaitUntil {
    /// That many seconds, 0 to 99,999,999.
    Seconds(Dynamic<u64>),
    /// An RFC 3339 timestamp with `T` and `Z`.
    Timestamp(Dynamic<String>),
}

/// The fields of `Succeed`.
#[derive(Clone, Debug, PartialEq)]
pub struct Succeed {
    /// Data in and out.
    pub data: Data,
}

/// The fields of `Fail`. It has no input or output processing.
#[derive(Clone, Debug, PartialEq)]
pub struct Fail {
    /// `Error` or `ErrorPath`.
    pub error: Option<Dynamic<String>>,
    /// `Cause` or `CausePath`.
    pub cause: Option<Dynamic<String>>,
}

/// The fields of `Parallel`.
#[derive(Clone, Debug, PartialEq)]
pub struct Parallel {
    /// Data in and out.
    pub data: Data,
    /// `Parameters` (JSONPath) or `Arguments` (JSONata): each branch's input.
    pub arguments: Option<Value>,
    /// `Branches`, in order.
    pub branches: Vec<Flow>,
    /// `Retry`, in order.
    pub retry: Vec<Retrier>,
    /// `Catch`, in order.
    pub catch: Vec<Catcher>,
    /// Where it goes.
    pub transition: Transition,
}

/// One element of `Retry` (spec "Retrying after error"). Absent fields hold their default.
#[derive(Clone, Debug, PartialEq)]
pub struct Retrier {
    /// `ErrorEquals`.
    pub error_equals: Vec<String>,
    /// `IntervalSeconds`: seconds before the first retry; 1 when absent.
    pub interval_seconds: u64,
    /// `MaxAttempts`: retries, not counting the first try; 3 when absent, 0 = never.
    pub max_attempts: u64,
    /// `BackoffRate`: multiplies the interval after each retry; 2.0 when absent.
    pub backoff_rate: f64,
    /// `MaxDelaySeconds`: the interval's upper bound.
    pub max_delay_seconds: Option<u64>,
    /// `JitterStrategy`; `NONE` when absent.
    pub jitter_strategy: JitterStrategy,
}

/// `JitterStrategy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum JitterStrategy {
    /// `NONE`: wait the interval.
    #[default]
    None,
    /// `FULL`: wait a random time between 0 and the interval.
    Full,
}

/// One element of `Catch` (spec "Fallback states").
#[derive(Clone, Debug, PartialEq)]
pub struct Catcher {
    /// `Comment`.
    pub comment: Option<String>,
    /// `ErrorEquals`.
    pub error_equals: Vec<String>,
    /// `Next`.
    pub next: String,
    /// `ResultPath` (JSONPath). `None` = written `null`. `"$"` when absent.
    pub result_path: Option<String>,
    /// `Output` (JSONata).
    pub output: Option<Value>,
    /// `Assign`.
    pub assign: Option<serde_json::Map<String, Value>>,
}

impl State {
    /// Where the state goes when all is well; `None` for `Choice`, `Succeed` and `Fail`.
    pub fn transition(&self) -> Option<&Transition> {
        match &self.kind {
            StateKind::Pass(it) => Some(&it.transition),
            StateKind::Task(it) => Some(&it.transition),
            StateKind::Wait(it) => Some(&it.transition),
            StateKind::Parallel(it) => Some(&it.transition),
            StateKind::Map(it) => Some(&it.transition),
            StateKind::Choice(_) | StateKind::Succeed(_) | StateKind::Fail(_) => None,
        }
    }

    /// `Retry`, empty for the types that have none.
    pub fn retry(&self) -> &[Retrier] {
        match &self.kind {
            StateKind::Task(it) => &it.retry,
            StateKind::Parallel(it) => &it.retry,
            StateKind::Map(it) => &it.retry,
            StateKind::Pass(_)
            | StateKind::Choice(_)
            | StateKind::Wait(_)
            | StateKind::Succeed(_)
            | StateKind::Fail(_) => &[],
        }
    }

    /// `Catch`, empty for the types that have none.
    pub fn catch(&self) -> &[Catcher] {
        match &self.kind {
            StateKind::Task(it) => &it.catch,
            StateKind::Parallel(it) => &it.catch,
            StateKind::Map(it) => &it.catch,
            StateKind::Pass(_)
            | StateKind::Choice(_)
            | StateKind::Wait(_)
            | StateKind::Succeed(_)
            | StateKind::Fail(_) => &[],
        }
    }

    /// Data in and out; `None` for `Fail`.
    pub fn data(&self) -> Option<&Data> {
        match &self.kind {
            StateKind::Pass(it) => Some(&it.data),
            StateKind::Task(it) => Some(&it.data),
            StateKind::Choice(it) => Some(&it.data),
            StateKind::Wait(it) => Some(&it.data),
            StateKind::Succeed(it) => Some(&it.data),
            StateKind::Parallel(it) => Some(&it.data),
            StateKind::Map(it) => Some(&it.data),
            StateKind::Fail(_) => None,
        }
    }

    /// `Type`, as it is written.
    pub fn type_name(&self) -> &'static str {
        match &self.kind {
            StateKind::Pass(_) => "Pass",
            StateKind::Task(_) => "Task",
            StateKind::Choice(_) => "Choice",
            StateKind::Wait(_) => "Wait",
            StateKind::Succeed(_) => "Succeed",
            StateKind::Fail(_) => "Fail",
            StateKind::Parallel(_) => "Parallel",
            StateKind::Map(_) => "Map",
        }
    }
}
