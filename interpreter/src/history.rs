//! History events, as `GetExecutionHistory` gives them.

use std::sync::Arc;

use jsonata::Value;
use serde_json::{Map, Value as Json, json};

use crate::clock::{self, Millis};
use crate::value;

/// Variables with the values they were given.
pub type Assigned = Arc<[(Arc<str>, Value)]>;

/// One event of an execution's history.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// From 1, without gaps.
    pub id: u64,
    /// The event that led to this one; 0 for none.
    pub previous: u64,
    /// When, in virtual time.
    pub time: Millis,
    /// What happened.
    pub kind: EventType,
    /// What is known of it.
    pub details: Details,
}

/// Takes events as they happen. Child executions of distributed maps are told apart by their ARN.
pub trait Sink {
    /// One event of the execution `execution` (its ARN).
    fn record(&mut self, execution: &str, event: &Event);
}

macro_rules! event_types {
    ($($name:ident $key:literal;)*) => {
        /// `HistoryEventType`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EventType {
            $(
                #[doc = concat!("`", stringify!($name), "`.")]
                $name,
            )*
        }

        impl EventType {
            /// Its name on AWS.
            pub fn name(self) -> &'static str {
                match self { $(EventType::$name => stringify!($name)),* }
            }

            /// The member that holds its details; empty when AWS gives none.
            fn key(self) -> &'static str {
                match self { $(EventType::$name => $key),* }
            }
        }
    };
}

event_types! {
    ActivityFailed "activityFailedEventDetails";
    ActivityScheduled "activityScheduledEventDetails";
    ActivityScheduleFailed "activityScheduleFailedEventDetails";
    ActivityStarted "activityStartedEventDetails";
    ActivitySucceeded "activitySucceededEventDetails";
    ActivityTimedOut "activityTimedOutEventDetails";
    ChoiceStateEntered "stateEnteredEventDetails";
    ChoiceStateExited "stateExitedEventDetails";
    EvaluationFailed "evaluationFailedEventDetails";
    ExecutionAborted "executionAbortedEventDetails";
    ExecutionFailed "executionFailedEventDetails";
    ExecutionRedriven "executionRedrivenEventDetails";
    ExecutionStarted "executionStartedEventDetails";
    ExecutionSucceeded "executionSucceededEventDetails";
    ExecutionTimedOut "executionTimedOutEventDetails";
    FailStateEntered "stateEnteredEventDetails";
    LambdaFunctionFailed "lambdaFunctionFailedEventDetails";
    LambdaFunctionScheduled "lambdaFunctionScheduledEventDetails";
    LambdaFunctionStarted "";
    LambdaFunctionSucceeded "lambdaFunctionSucceededEventDetails";
    LambdaFunctionTimedOut "lambdaFunctionTimedOutEventDetails";
    MapIterationAborted "mapIterationAbortedEventDetails";
    MapIterationFailed "mapIterationFailedEventDetails";
    MapIterationStarted "mapIterationStartedEventDetails";
    MapIterationSucceeded "mapIterationSucceededEventDetails";
    MapRunAborted "";
    MapRunFailed "mapRunFailedEventDetails";
    MapRunStarted "mapRunStartedEventDetails";
    MapRunSucceeded "";
    MapStateAborted "";
    MapStateEntered "stateEnteredEventDetails";
    MapStateExited "stateExitedEventDetails";
    MapStateFailed "";
    MapStateStarted "mapStateStartedEventDetails";
    MapStateSucceeded "";
    ParallelStateAborted "";
    ParallelStateEntered "stateEnteredEventDetails";
    ParallelStateExited "stateExitedEventDetails";
    ParallelStateFailed "";
    ParallelStateStarted "";
    ParallelStateSucceeded "";
    PassStateEntered "stateEnteredEventDetails";
    PassStateExited "stateExitedEventDetails";
    SucceedStateEntered "stateEnteredEventDetails";
    SucceedStateExited "stateExitedEventDetails";
    TaskFailed "taskFailedEventDetails";
    TaskScheduled "taskScheduledEventDetails";
    TaskStarted "taskStartedEventDetails";
    TaskStateAborted "";
    TaskStateEntered "stateEnteredEventDetails";
    TaskStateExited "stateExitedEventDetails";
    TaskSubmitted "taskSubmittedEventDetails";
    TaskSucceeded "taskSucceededEventDetails";
    TaskTimedOut "taskTimedOutEventDetails";
    WaitStateAborted "";
    WaitStateEntered "stateEnteredEventDetails";
    WaitStateExited "stateExitedEventDetails";
}

/// What is known of an event. Payloads are shared with the execution, not copied.
#[derive(Clone, Debug, PartialEq)]
pub enum Details {
    /// Nothing.
    None,
    /// `ExecutionStarted`.
    Started {
        /// The execution's input.
        input: Value,
        /// The role it runs as.
        role: Arc<str>,
    },
    /// `…StateEntered`.
    Entered {
        /// The state's name.
        name: Arc<str>,
        /// Its input.
        input: Value,
    },
    /// `…StateExited`.
    Exited {
        /// The state's name.
        name: Arc<str>,
        /// Its output.
        output: Value,
        /// The variables it assigned, where it has `Assign`.
        assigned: Option<Assigned>,
    },
    /// `TaskScheduled`, `LambdaFunctionScheduled`, `ActivityScheduled`.
    Scheduled(Box<Scheduled>),
    /// `TaskStarted`.
    Task(Service),
    /// `TaskSubmitted`, `TaskSucceeded`.
    TaskOutput(Service, Value),
    /// `TaskFailed`, `TaskTimedOut`.
    TaskFailure(Service, Option<Arc<str>>, Option<Arc<str>>),
    /// `ActivityStarted`: the worker's name.
    Worker(Option<Arc<str>>),
    /// The output of a function, an activity or the execution.
    Output(Value),
    /// Error and cause.
    Failure(Option<Arc<str>>, Option<Arc<str>>),
    /// `EvaluationFailed`.
    Evaluation {
        /// The error name.
        error: Arc<str>,
        /// The cause.
        cause: Arc<str>,
        /// The field.
        location: Arc<str>,
        /// The state's name.
        state: Arc<str>,
    },
    /// `MapStateStarted`: how many items.
    Length(u64),
    /// `MapIteration…`: the map's name and the item's index.
    Iteration(Arc<str>, u64),
    /// `MapRunStarted`: the map run's ARN.
    MapRun(Arc<str>),
    /// `ExecutionRedriven`: how often.
    Redriven(u64),
}

/// `resourceType` and `resource` of a service integration.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Such as `aws-sdk:s3`.
    pub resource_type: Arc<str>,
    /// Such as `sendMessage.waitForTaskToken`.
    pub resource: Arc<str>,
}

/// What was asked of a service, function or activity.
#[derive(Clone, Debug, PartialEq)]
pub struct Scheduled {
    /// The integration; `None` for a function or an activity.
    pub service: Option<Service>,
    /// The ARN in `Resource`.
    pub arn: Arc<str>,
    /// `region`, for integrations.
    pub region: Arc<str>,
    /// The evaluated arguments.
    pub input: Value,
    /// `timeoutInSeconds`.
    pub timeout: Option<u64>,
    /// `heartbeatInSeconds`.
    pub heartbeat: Option<u64>,
    /// The role of `Credentials`.
    pub role: Option<Arc<str>>,
}

impl Event {
    /// The event as AWS's API gives it. `timestamp` is ISO 8601.
    pub fn to_json(&self) -> Json {
        let mut out = Map::new();
        out.insert("timestamp".into(), clock::format(self.time).into());
        out.insert("type".into(), self.kind.name().into());
        out.insert("id".into(), self.id.into());
        out.insert("previousEventId".into(), self.previous.into());
        let key = self.kind.key();
        if !key.is_empty() {
            out.insert(key.into(), self.details.to_json());
        }
        Json::Object(out)
    }
}

/// Fields in order, absent ones left out.
#[derive(Default)]
struct Fields(Map<String, Json>);

impl Fields {
    fn put(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    fn maybe(self, name: &str, value: Option<impl Into<Json>>) -> Self {
        match value {
            Some(value) => self.put(name, value),
            None => self,
        }
    }

    /// A payload as text, and that it was not cut.
    fn data(self, name: &str, payload: &Value) -> Self {
        self.put(name, value::json(payload)).put(&format!("{name}Details"), json!({ "truncated": false }))
    }

    fn failure(self, error: &Option<Arc<str>>, cause: &Option<Arc<str>>) -> Self {
        self.maybe("error", error.as_deref()).maybe("cause", cause.as_deref())
    }

    fn service(self, service: &Service) -> Self {
        self.put("resourceType", &*service.resource_type).put("resource", &*service.resource)
    }

    fn end(self) -> Json {
        Json::Object(self.0)
    }
}

impl Details {
    fn to_json(&self) -> Json {
        let fields = Fields::default();
        match self {
            Details::None => fields,
            Details::Started { input, role } => fields.data("input", input).put("roleArn", &**role),
            Details::Entered { name, input } => fields.put("name", &**name).data("input", input),
            Details::Exited { name, output, assigned } => exited(fields, name, output, assigned.as_deref()),
            Details::Scheduled(it) => it.to_fields(fields),
            Details::Task(service) => fields.service(service),
            Details::TaskOutput(service, output) => fields.service(service).data("output", output),
            Details::TaskFailure(service, error, cause) => fields.service(service).failure(error, cause),
            Details::Worker(name) => fields.maybe("workerName", name.as_deref()),
            Details::Output(output) => fields.data("output", output),
            Details::Failure(error, cause) => fields.failure(error, cause),
            Details::Evaluation { error, cause, location, state } => fields
                .put("error", &**error)
                .put("cause", &**cause)
                .put("location", &**location)
                .put("state", &**state),
            Details::Length(length) => fields.put("length", *length),
            Details::Iteration(name, index) => fields.put("name", &**name).put("index", *index),
            Details::MapRun(arn) => fields.put("mapRunArn", &**arn),
            Details::Redriven(count) => fields.put("redriveCount", *count),
        }
        .end()
    }
}

fn exited(fields: Fields, name: &str, output: &Value, assigned: Option<&[(Arc<str>, Value)]>) -> Fields {
    let fields = fields.put("name", name).data("output", output);
    let Some(assigned) = assigned else { return fields };
    let texts: Map<String, Json> =
        assigned.iter().map(|(name, it)| (name.to_string(), Json::from(value::json(it)))).collect();
    fields.put("assignedVariables", texts).put("assignedVariablesDetails", json!({ "truncated": false }))
}

impl Scheduled {
    fn to_fields(&self, fields: Fields) -> Fields {
        let role = self.role.as_deref().map(|role| json!({ "roleArn": role }));
        let fields = match &self.service {
            Some(service) => fields
                .service(service)
                .put("region", &*self.region)
                .put("parameters", value::json(&self.input)),
            None => fields.put("resource", &*self.arn).data("input", &self.input),
        };
        fields
            .maybe("timeoutInSeconds", self.timeout)
            .maybe("heartbeatInSeconds", self.heartbeat)
            .maybe("taskCredentials", role)
    }
}
