//! AWS's error names and texts, in one place.
//!
//! Names: Step Functions Developer Guide, "Handling errors in Step Functions workflows".
//! Texts: as recorded on AWS.

use std::sync::Arc;

use jsonata::Value;

/// `States.ALL` in `Retry` and `Catch`: any error but the fatal ones.
pub const ALL: &str = "States.ALL";
/// `States.TaskFailed` in `Retry` and `Catch`: any error but a timeout.
pub const TASK_FAILED: &str = "States.TaskFailed";
/// A task, heartbeat or execution took too long.
pub const TIMEOUT: &str = "States.Timeout";
/// The name by which `Retry` and `Catch` may ask for missed heartbeats alone.
pub const HEARTBEAT_TIMEOUT: &str = "States.HeartbeatTimeout";
/// A definition that cannot be carried out: never retried, never caught.
pub const RUNTIME: &str = "States.Runtime";
/// A payload larger than the quota.
pub const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";
/// A JSONata expression failed.
pub const QUERY_EVALUATION: &str = "States.QueryEvaluationError";
/// An intrinsic function failed.
pub const INTRINSIC_FAILURE: &str = "States.IntrinsicFailure";
/// A reference path does not fit the input: `ResultPath`, or `ItemsPath` of a map. The Developer Guide calls it
/// `States.ResultPathMatchFailure`, a name that no reported execution has.
pub const REFERENCE_PATH_CONFLICT: &str = "States.ReferencePathConflict";
/// The items of a distributed map could not be read.
pub const ITEM_READER: &str = "States.ItemReaderFailed";
/// The results of a distributed map could not be written.
pub const RESULT_WRITER: &str = "States.ResultWriterFailed";
/// Too many iterations failed.
pub const TOLERANCE: &str = "States.ExceedToleratedFailureThreshold";

/// An error as `Retry` and `Catch` see it. Both texts may be absent, as of a bare `Fail` state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failure {
    /// The error name.
    pub error: Option<Arc<str>>,
    /// The cause.
    pub cause: Option<Arc<str>>,
    /// How far it reaches.
    pub reach: Reach,
    /// Of a JSONata failure: the field, such as `Arguments/Payload`.
    pub location: Option<Arc<str>>,
    /// Whether a missed heartbeat caused it.
    pub heartbeat: bool,
    /// Whether the state's own data processing failed: then the cause gets the state's name before it.
    pub own: bool,
}

/// How far an error reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// `Retry` and `Catch` are asked.
    #[default]
    State,
    /// It ends the execution at once.
    Execution,
}

impl Failure {
    /// An error that `Retry` and `Catch` are asked about.
    pub fn new(error: impl Into<Arc<str>>, cause: impl Into<Arc<str>>) -> Self {
        Failure { error: Some(error.into()), cause: Some(cause.into()), ..Failure::default() }
    }

    /// `States.Runtime`: ends the execution.
    pub fn runtime(cause: impl Into<Arc<str>>) -> Self {
        Failure { reach: Reach::Execution, ..Failure::new(RUNTIME, cause) }
    }

    /// `States.Timeout`, which has no cause.
    pub fn timeout(heartbeat: bool) -> Self {
        Failure { error: Some(TIMEOUT.into()), heartbeat, ..Failure::default() }
    }

    /// `States.QueryEvaluationError` at a field.
    pub fn evaluation(location: &str, cause: impl Into<Arc<str>>) -> Self {
        Failure { location: Some(location.into()), own: true, ..Failure::new(QUERY_EVALUATION, cause) }
    }

    /// The same, from the state's own data processing.
    pub fn own(mut self) -> Self {
        self.own = true;
        self
    }

    /// The same as its container sees it: told already, and by nobody's own doing.
    pub(crate) fn told(mut self) -> Self {
        self.own = false;
        self.location = None;
        self
    }

    /// `{"Error": …, "Cause": …}`, what a catcher hands on.
    pub fn output(&self) -> Value {
        let fields = [("Error", &self.error), ("Cause", &self.cause)];
        let present =
            fields.into_iter().filter_map(|(name, text)| Some((name, Value::from(&**text.as_ref()?))));
        crate::value::object(present)
    }

    /// Whether one of a retrier's or catcher's `ErrorEquals` means this error.
    ///
    /// "States.ALL … can't catch the States.DataLimitExceeded terminal error or Runtime error
    /// types" (Developer Guide): those have [`Reach::Execution`] and never get here. A task result
    /// that is too large does, and was recorded as caught by `States.ALL`.
    pub fn matches(&self, error_equals: &[String]) -> bool {
        error_equals.iter().any(|wanted| match wanted.as_str() {
            ALL => true,
            TASK_FAILED => self.error.as_deref() != Some(TIMEOUT),
            HEARTBEAT_TIMEOUT => self.heartbeat || self.error.as_deref() == Some(HEARTBEAT_TIMEOUT),
            wanted => self.error.as_deref() == Some(wanted),
        })
    }
}

/// The sentence AWS puts before a cause that a state's own data processing gave.
pub fn in_state(state: &str, entered: u64, cause: &str) -> String {
    format!(
        "An error occurred while executing the state '{state}' (entered at the event id #{entered}). {cause}"
    )
}

/// A path of `InputPath`, `OutputPath`, `ResultPath`, `TimeoutSecondsPath`, … that finds nothing.
pub fn invalid_path(path: &str, why: &str) -> String {
    format!("Invalid path '{path}' : {why}")
}

/// A reference path that leads through what is no object or array; `step` is the name or index that has no place.
///
/// Reported executions have two texts, without the sentence about the state: one where the input itself is a scalar
/// (<https://qiita.com/tsubasaogawa/items/4fe341bdb6ae7d2fd8ee>, aws/aws-cdk#29473), one where a step fails in an array
/// or object (`Unable to apply step "chunks" to input {…}`, of `ItemsPath` and `ResultPath` alike).
pub fn reference_path(path: &str, step: &str, input: &Value) -> String {
    let shown = crate::value::json(input);
    match input {
        Value::Array(_) | Value::Object(_) => format!("Unable to apply step \"{step}\" to input {shown}"),
        _ => format!("Unable to apply ReferencePath {path} to input {shown}"),
    }
}

/// A path into an input that is `null` (awslabs/states-language#29).
pub const NULL_INPUT: &str = "Unable to apply Path transformation to null or empty input.";

/// A path of a payload template, or of `ErrorPath` and `CausePath`, that finds nothing.
pub fn path_not_found(path: &str, field: &str, input: &Value) -> String {
    let input = crate::value::json(input);
    format!(
        "The JSONPath '{path}' specified for the field '{field}' could not be found in the input '{input}'"
    )
}

/// A `Choice` whose `Variable` or `…Path` finds nothing.
pub fn choice_path(path: &str) -> String {
    format!("Invalid path '{path}': The choice state's condition path references an invalid value.")
}

/// A `Choice` without `Default` none of whose rules matches.
pub const NO_CHOICE: &str =
    "Failed to transition out of the state. The state does not point to a next state.";

/// A JSONata expression that raised. Where it passed a limit AWS gives no code, and a colon leads to the message.
pub fn jsonata_threw(expression: &str, field: &str, error: &jsonata::Error) -> String {
    let (code, message) = (error.code, &error.message);
    let said = match error.is_limit() {
        true => format!(": {message}"),
        false => format!(". {code}: {message}"),
    };
    format!(
        "The JSONata expression '{expression}' specified for the field '{field}' threw an error during evaluation{said}"
    )
}

/// A JSONata expression without a result.
pub fn jsonata_nothing(expression: &str, field: &str) -> String {
    format!(
        "The JSONata expression '{expression}' specified for the field '{field}' returned nothing (undefined)."
    )
}

/// A JSONata expression whose result is of the wrong type.
pub fn jsonata_type(expression: &str, field: &str, expected: &str, got: &Value) -> String {
    format!(
        "The JSONata expression '{expression}' specified for the field '{field}' returned an unexpected result type. \
         Expected '{expected}', but was '{}' for value: {}",
        crate::value::type_name(got),
        crate::value::json(got)
    )
}

/// A result over the quota of 256 KiB. `what` is the state's name, the service or the function's ARN.
pub fn too_large(what: &str) -> String {
    format!(
        "The state/task '{what}' returned a result with a size exceeding the maximum number of bytes service limit."
    )
}

/// A `…Path` field that must give a number but gives something else.
pub fn not_a_number(field: &str, value: &Value, kind: &str, path: &str) -> String {
    let shown = match crate::value::text(value) {
        Some(text) => text.to_owned(),
        None => crate::value::json(value),
    };
    format!("The {field} field refers to value \"{shown}\" which is not a valid {kind}: {path}")
}

/// A JSONata expression that gives a fraction where a whole number is wanted.
pub fn not_an_integer(field: &str, value: &Value) -> String {
    format!("The {field} field cannot be parsed as an integer: {value}")
}

/// `SecondsPath` or `TimestampPath` of a `Wait` that finds nothing fit.
pub fn wait_path(field: &str, path: &str) -> String {
    format!("The {field} parameter does not reference an input value: {path}")
}

/// A timestamp that is none.
pub fn bad_timestamp(text: &str) -> String {
    format!(
        "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {text}"
    )
}

/// The history's quota is reached.
pub fn too_many_events(limit: u64) -> String {
    format!("The execution reached the maximum number of history events ({limit}).")
}

/// The activity of a task is not there.
pub fn no_activity(arn: &str) -> String {
    format!("The activity {arn} does not exist.")
}

/// Cause of [`ITEM_READER`] where `MaxItemsPath` or an expression gives less than 0 (LocalStack's implementation, which was
/// held against AWS).
pub const NEGATIVE_MAX_ITEMS: &str = "field MaxItems must be positive";

/// Cause of [`TOLERANCE`].
pub const TOLERANCE_CAUSE: &str = "The specified tolerated failure threshold was exceeded";

#[cfg(test)]
mod tests {
    use jsonata::{Bindings, Dialect, Environment, Expression, Limits, Value};

    /// The cause of what an expression raises.
    fn cause(text: &str) -> Option<String> {
        let environment = Environment::seeded(0, 0, Limits::aws());
        let expression = Expression::parse(text, Dialect::Aws).ok()?;
        let error = expression.evaluate(&Value::Undefined, &Bindings::new(), &environment).err()?;
        Some(super::jsonata_threw(text, "Output", &error))
    }

    #[test]
    fn a_limit_has_no_code() {
        let start = "The JSONata expression '[1..900000]' specified for the field 'Output' threw an error during evaluation";
        let memory = "Expression evaluation memory limit exceeded: Check for excessive memory usage";
        assert_eq!(cause("[1..900000]"), Some(format!("{start}: {memory}")));
        let start = "The JSONata expression '$nope()' specified for the field 'Output' threw an error during evaluation";
        assert_eq!(cause("$nope()"), Some(format!("{start}. T1006: Attempted to invoke a non-function")));
    }
}
