//! The TestState API: one state, run alone, with what happens to its data on the way
//! (API reference, "TestState"; Developer Guide, "Using TestState API to test a state").

use std::sync::Arc;

use asl::model::QueryLanguage;
use asl::{Format, Pattern, Resource};
use jsonata::{Object, Value};
use serde_json::Value as Json;

use crate::errors::{self, Failure};
use crate::execution::Execution;
use crate::fiber::Fiber;
use crate::history::Assigned;
use crate::machine::Machine;
use crate::options::{Kind, Names, Options, Recording};
use crate::program::{Kind as StateKind, Map, Program, State, Task};
use crate::retry;
use crate::services::{Reply, Services};
use crate::states::Leaving;
use crate::states::map::Source;
use crate::value;

mod definition;
mod inspection;
mod schema;

use inspection::Inspected;
pub use schema::misfit;

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InspectionLevel {
    /// Output, error and next state.
    #[default]
    Info,
    /// What the data was at each step, too.
    Debug,
    /// And requests and responses of HTTP tasks.
    Trace,
}

/// `mock`: what the service would have answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mock {
    /// `result`, JSON text.
    pub result: Option<String>,
    /// `errorOutput`: error and cause.
    pub error: Option<(String, String)>,
    /// `fieldValidationMode`.
    pub validation: FieldValidation,
}

/// `fieldValidationMode`: how a mocked result is held against the API's model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// Required fields must be there, and all be of their types.
    #[default]
    Strict,
    /// Fields that are there must be of their types.
    Present,
    /// Nothing is checked.
    None,
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TestRequest {
    /// `definition`: a state, or a whole machine if `state_name` is given.
    pub definition: String,
    /// `stateName`.
    pub state_name: Option<String>,
    /// `input`; `{}` when absent.
    pub input: Option<Value>,
    /// `variables`.
    pub variables: Option<Value>,
    /// `context`.
    pub context: Option<Value>,
    /// `roleArn`.
    pub role: Option<String>,
    /// `inspectionLevel`.
    pub inspection: InspectionLevel,
    /// `revealSecrets`.
    pub reveal_secrets: bool,
    /// `mock`.
    pub mock: Option<Mock>,
    /// `stateConfiguration.retrierRetryCount`.
    pub retrier_retry_count: Option<u64>,
    /// `stateConfiguration.mapIterationFailureCount`.
    pub map_iteration_failure_count: Option<u64>,
    /// `stateConfiguration.errorCausedByState`.
    pub error_caused_by_state: Option<String>,
    /// `stateConfiguration.mapItemReaderData`, JSON text.
    pub map_item_reader_data: Option<String>,
}

/// A request that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// `ValidationException`, `InvalidDefinition`, `ParamValidationError`.
    pub code: &'static str,
    /// The message.
    pub message: String,
}

/// What came of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestStatus {
    /// `SUCCEEDED`
    Succeeded,
    /// `FAILED`
    Failed,
    /// `RETRIABLE`
    Retriable,
    /// `CAUGHT_ERROR`
    CaughtError,
}

impl TestStatus {
    /// As AWS writes it.
    pub fn name(self) -> &'static str {
        match self {
            TestStatus::Succeeded => "SUCCEEDED",
            TestStatus::Failed => "FAILED",
            TestStatus::Retriable => "RETRIABLE",
            TestStatus::CaughtError => "CAUGHT_ERROR",
        }
    }
}

/// The answer.
#[derive(Clone, Debug, PartialEq)]
pub struct TestResult {
    /// What came of the state.
    pub status: TestStatus,
    /// `output`.
    pub output: Option<Value>,
    /// `error`.
    pub error: Option<Arc<str>>,
    /// `cause`.
    pub cause: Option<Arc<str>>,
    /// `nextState`.
    pub next_state: Option<Arc<str>>,
    /// `inspectionData`, of the levels that have it.
    pub inspection: Option<Json>,
}

impl TestResult {
    /// The answer as AWS's API gives it: payloads are text.
    pub fn to_json(&self) -> Json {
        let mut out = serde_json::Map::new();
        let mut put = |name: &str, value: Option<Json>| {
            if let Some(value) = value {
                out.insert(name.to_owned(), value);
            }
        };
        put("output", self.output.as_ref().map(|it| it.to_string().into()));
        put("error", self.error.as_deref().map(Json::from));
        put("cause", self.cause.as_deref().map(Json::from));
        put("inspectionData", self.inspection.clone());
        put("nextState", self.next_state.as_deref().map(Json::from));
        put("status", Some(self.status.name().into()));
        Json::Object(out)
    }
}

fn refusal(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { code, message: message.into() }
}

fn invalid(message: impl Into<String>) -> Refusal {
    refusal("ValidationException", message)
}

/// Runs one state.
///
/// # Errors
/// Where AWS refuses the request.
pub fn test_state(request: &TestRequest, services: &mut dyn Services) -> Result<TestResult, Refusal> {
    let (machine, name) = definition::machine(request)?;
    let program = machine.program.clone();
    let found = program.states.iter().position(|it| *it.name == *name);
    let (Some(at), Some(state)) = (found, found.and_then(|it| program.states.get(it))) else {
        return Err(invalid("State not found in definition"));
    };
    check_request(request, state)?;
    let mut tester = Tester::new(request, &machine, at);
    let outcome = tester.run(state, services)?;
    Ok(tester.result(state, &program, outcome))
}

fn check_request(request: &TestRequest, state: &State) -> Result<(), Refusal> {
    let container = matches!(state.kind, StateKind::Map(_) | StateKind::Parallel { .. });
    let Some(mock) = &request.mock else {
        if request.map_iteration_failure_count.is_some() {
            return Err(invalid(
                "TestState does not support MapIterationFailureCount when a mock is not specified.",
            ));
        }
        if container {
            return Err(refusal(
                "InvalidDefinition",
                "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, \
                 Pass, Succeed, Fail, Choice]",
            ));
        }
        if matches!(state.kind, StateKind::Task(_)) && request.role.is_none() {
            return Err(invalid("RoleArn must be specified when testing a Task state"));
        }
        return Ok(());
    };
    if request.reveal_secrets {
        return Err(invalid("TestState does not support RevealSecrets when a mock is specified."));
    }
    if !container && !matches!(state.kind, StateKind::Task(_)) {
        let kind = kind_name(&state.kind);
        return Err(invalid(format!("State type '{kind}' is not supported when a mock is specified")));
    }
    check_context(request, state)?;
    let Some(text) = &mock.result else { return Ok(()) };
    if mock.error.is_some() {
        return Err(invalid(
            "A test mock should have only one of the following fields: [result, errorOutput].",
        ));
    }
    let result: Value = text.parse().map_err(|_| invalid("Mocked result must be valid JSON"))?;
    check_result(state, &result, mock.validation)
}

/// A mocked result. Of a map that writes its results it is what tells where; that text, and those of a mock that is no
/// JSON or has an error too, are LocalStack's, which was held against AWS.
fn check_result(state: &State, result: &Value, validation: FieldValidation) -> Result<(), Refusal> {
    match &state.kind {
        StateKind::Map(map) if map.writer.is_some() => match result.is_object() {
            true => Ok(()),
            false => Err(invalid("Mocked result must be a JSON object.")),
        },
        StateKind::Map(_) | StateKind::Parallel { .. } => match result.is_array() {
            true => Ok(()),
            false => Err(invalid("Mocked result must be an array.")),
        },
        StateKind::Task(task) => schema::check(&task.resource, result, validation)
            .map_err(|why| invalid(format!("Mock result schema validation error: {why}"))),
        StateKind::Pass { .. }
        | StateKind::Choice(_)
        | StateKind::Wait(_)
        | StateKind::Succeed
        | StateKind::Fail { .. } => Ok(()),
    }
}

fn check_context(request: &TestRequest, state: &State) -> Result<(), Refusal> {
    let has_task = request.context.as_ref().is_some_and(|it| it.get("Task").is_some());
    let may = match &state.kind {
        StateKind::Task(task) => match &task.resource {
            Resource::Optimized(it) | Resource::AwsSdk(it) => it.pattern != Pattern::RequestResponse,
            Resource::Lambda(_) | Resource::Activity(_) | Resource::Other(_) => false,
        },
        _ => false,
    };
    if has_task && !may {
        return Err(invalid(
            "Invalid Context object provided: Context object contains 'Task' when state is not a Task state with a \
             '.sync' or '.waitForTaskToken' service integration pattern",
        ));
    }
    Ok(())
}

fn kind_name(kind: &StateKind) -> &'static str {
    match kind {
        StateKind::Pass { .. } => "Pass",
        StateKind::Task(_) => "Task",
        StateKind::Choice(_) => "Choice",
        StateKind::Wait(_) => "Wait",
        StateKind::Succeed => "Succeed",
        StateKind::Fail { .. } => "Fail",
        StateKind::Parallel { .. } => "Parallel",
        StateKind::Map(_) => "Map",
    }
}

/// One state being run.
struct Tester<'r> {
    request: &'r TestRequest,
    execution: Execution,
    fiber: Fiber,
    seen: Inspected,
}

/// Left well, or failed.
type Outcome = Result<Leaving, Failure>;

impl<'r> Tester<'r> {
    fn new(request: &'r TestRequest, machine: &Machine, state: usize) -> Self {
        let mut names = Names { machine: "StateMachine".to_owned(), ..Names::default() };
        if let Some(role) = &request.role {
            role.split(':').nth(4).unwrap_or_default().clone_into(&mut names.account);
            names.role.clone_from(role);
        }
        let options =
            Options { kind: Kind::ExpressSync, names, recording: Recording::Off, ..Options::default() };
        let input = request.input.clone().unwrap_or_else(value::empty);
        let mut execution = Execution::new(machine, input.clone(), options);
        if let Some(domain) = execution.domain_mut(0) {
            domain.given = request.context.clone();
        }
        let variables = match &request.variables {
            Some(Value::Object(variables)) => variables.clone(),
            _ => Object::new(),
        };
        let fiber = execution.fiber_at(state, input, variables);
        Tester { request, execution, fiber, seen: Inspected::default() }
    }

    fn run(&mut self, state: &State, services: &mut dyn Services) -> Result<Outcome, Refusal> {
        self.seen.put("input", &self.fiber.input);
        let jsonpath = state.language == QueryLanguage::JsonPath;
        let worked = match &state.kind {
            StateKind::Task(task) => self.task(state, task, services),
            StateKind::Map(map) => self.map(state, map)?,
            StateKind::Parallel { .. } => self.mocked(),
            StateKind::Choice(choice) => {
                if jsonpath && let Ok(input) = self.execution.effective_input(&self.fiber, state) {
                    self.seen.put("afterInputPath", &input);
                }
                return Ok(self.execution.chosen(&self.fiber, state, choice));
            }
            StateKind::Fail { error, cause } => {
                let failure = self.execution.fail_texts(&self.fiber, state, error.as_ref(), cause.as_ref());
                return Ok(Err(failure.unwrap_or_else(|failure| failure)));
            }
            StateKind::Pass { result } => self.pass(state, result.as_ref()),
            StateKind::Succeed | StateKind::Wait(_) => {
                let input = self.execution.effective_input(&self.fiber, state);
                if jsonpath && let Ok(input) = &input {
                    self.seen.put("afterInputPath", input);
                }
                input
            }
        };
        Ok(worked.and_then(|result| self.leave(state, result)))
    }

    fn pass(&mut self, state: &State, result: Option<&Value>) -> Result<Value, Failure> {
        if state.language == QueryLanguage::Jsonata {
            return Ok(self.fiber.input.clone());
        }
        let input = self.inputs(state)?;
        Ok(result.cloned().unwrap_or(input))
    }

    /// `InputPath` and `Parameters`, or `Arguments`.
    fn inputs(&mut self, state: &State) -> Result<Value, Failure> {
        if state.language == QueryLanguage::JsonPath {
            let effective = self.execution.effective_input(&self.fiber, state)?;
            self.seen.put("afterInputPath", &effective);
            let parameters = self.execution.parameters(&self.fiber, state)?;
            self.seen.put("afterParameters", &parameters);
            return Ok(parameters);
        }
        let arguments = self.execution.parameters(&self.fiber, state)?;
        if state.data.arguments.is_some() {
            self.seen.put("afterArguments", &arguments);
        }
        Ok(arguments)
    }

    fn task(&mut self, state: &State, task: &Task, services: &mut dyn Services) -> Result<Value, Failure> {
        let arguments = self.inputs(state)?;
        let result = match &self.request.mock {
            Some(_) => self.mocked()?,
            None => match self.execution.ask_once(&self.fiber, state, task, &arguments, services) {
                Reply::Done { result: Ok(value), .. } => value,
                Reply::Done { result: Err(it), .. } => {
                    return Err(Failure { error: it.error, cause: it.cause, ..Failure::default() });
                }
                Reply::Submitted { output, .. } => output,
                Reply::Never => return Err(Failure::timeout(false)),
                Reply::Refused(cause) => return Err(Failure::runtime(cause)),
            },
        };
        self.seen.put("result", &result);
        Ok(result)
    }

    fn mocked(&self) -> Result<Value, Failure> {
        let Some(mock) = &self.request.mock else { return Ok(Value::Null) };
        if let Some((error, cause)) = &mock.error {
            return Err(Failure::new(error.as_str(), cause.as_str()));
        }
        Ok(mock.result.as_deref().and_then(|it| it.parse().ok()).unwrap_or(Value::Null))
    }

    fn map(&mut self, state: &State, map: &Map) -> Result<Result<Value, Failure>, Refusal> {
        let prepared = self.map_fields(state, map);
        let (count, tolerance) = match prepared {
            Ok(prepared) => prepared,
            Err(failure) => return Ok(Err(failure)),
        };
        let failed = self.request.map_iteration_failure_count.unwrap_or(0) as usize;
        if failed > count {
            return Err(invalid(
                "Map iteration failure count must be less than or equal to the number of Map iterations",
            ));
        }
        let result = self.mocked();
        let exceeded = tolerance.is_some_and(|it| it.exceeded(failed, count));
        if result.is_ok() && exceeded {
            return Ok(Err(Failure::new(errors::TOLERANCE, errors::TOLERANCE_CAUSE)));
        }
        Ok(result)
    }

    fn map_fields(
        &mut self,
        state: &State,
        map: &Map,
    ) -> Result<(usize, Option<crate::states::map::Tolerance>), Failure> {
        let input = self.execution.effective_input(&self.fiber, state)?;
        let source = match &self.request.map_item_reader_data {
            Some(text) => Source::of(text.parse().unwrap_or(Value::Null)),
            None => {
                let source = self.execution.items(&self.fiber, state, map, &input)?;
                if state.language == QueryLanguage::JsonPath
                    && let Source::Array(items) = &source
                {
                    self.seen.put("afterItemsPath", &Value::Array(items.clone()));
                }
                source
            }
        };
        let count = self.map_inputs(state, map, source, &input)?;
        let concurrency = self.execution.concurrency(&self.fiber, state, map, &input)?;
        let tolerance = self.execution.tolerance(&self.fiber, state, map, &input)?;
        self.seen.bounds(concurrency, tolerance);
        Ok((count, tolerance))
    }

    /// `ItemSelector` and `ItemBatcher`; how many iterations there are.
    fn map_inputs(
        &mut self,
        state: &State,
        map: &Map,
        source: Source,
        input: &Value,
    ) -> Result<usize, Failure> {
        let items = match &map.selector {
            Some(selector) => {
                let selected =
                    self.execution.select_items(&mut self.fiber, state, selector, &source, input)?;
                self.seen.put("afterItemSelector", &Value::Array(selected.clone()));
                selected
            }
            None => source.into_array()?,
        };
        let Some(batcher) = &map.batcher else { return Ok(items.len()) };
        let items = Source::Array(items);
        let batches = self.execution.batches(&self.fiber, state, batcher, items, input)?;
        let batches = Source::Batches(Box::new(batches)).into_array()?;
        let count = batches.len();
        self.seen.put("afterItemBatcher", &Value::Array(batches));
        Ok(count)
    }

    /// The output, step by step.
    fn leave(&mut self, state: &State, result: Value) -> Outcome {
        if state.language == QueryLanguage::JsonPath {
            let selects = !matches!(state.kind, StateKind::Succeed | StateKind::Wait(_));
            let (selected, inserted) = self.execution.output_steps(&self.fiber, state, result.clone())?;
            if selects {
                self.seen.put("afterResultSelector", &selected);
                self.seen.put("afterResultPath", &inserted);
            }
        }
        self.execution.leaving(&mut self.fiber, state, result)
    }

    fn result(mut self, state: &State, program: &Program, outcome: Outcome) -> TestResult {
        let named = |id: Option<usize>| id.and_then(|it| program.states.get(it)).map(|it| it.name.clone());
        let mut answer = TestResult {
            status: TestStatus::Succeeded,
            output: None,
            error: None,
            cause: None,
            next_state: None,
            inspection: None,
        };
        match outcome {
            Ok(leaving) => {
                self.remember(leaving.assigned.as_ref());
                answer.output = Some(leaving.output);
                answer.next_state = named(leaving.next);
            }
            Err(failure) => self.failed(state, &failure, &mut answer, &named),
        }
        if self.request.inspection != InspectionLevel::Info {
            if !self.fiber.variables.is_empty() {
                self.seen.put("variables", &Value::Object(self.fiber.variables.clone()));
            }
            answer.inspection = Some(self.seen.into_json());
        }
        answer
    }

    /// The variables after the state: "variables assigned in the state as well as variables set up as test state
    /// input" (API reference, `InspectionData`).
    fn remember(&mut self, assigned: Option<&Assigned>) {
        for (name, value) in assigned.into_iter().flat_map(|it| it.iter()) {
            self.fiber.variables.insert(name.clone(), value.clone());
        }
    }

    fn failed(
        &mut self,
        state: &State,
        failure: &Failure,
        answer: &mut TestResult,
        named: &dyn Fn(Option<usize>) -> Option<Arc<str>>,
    ) {
        answer.status = TestStatus::Failed;
        answer.error.clone_from(&failure.error);
        answer.cause.clone_from(&failure.cause);
        if failure.reach == errors::Reach::Execution {
            return;
        }
        if let Some((at, retrier)) = retry::matching(&state.retry, failure) {
            let count = self.request.retrier_retry_count.unwrap_or(0);
            if count < retrier.max_attempts {
                answer.status = TestStatus::Retriable;
                self.seen.retried(at, Some(retry::interval(retrier, count)));
                return;
            }
            self.seen.retried(at, None);
        }
        let caught = state.catch.iter().enumerate().find(|(_, it)| failure.matches(&it.error_equals));
        let Some((at, catcher)) = caught else { return };
        match self.execution.caught(&self.fiber, state, catcher, failure) {
            Ok(leaving) => {
                self.remember(leaving.assigned.as_ref());
                answer.status = TestStatus::CaughtError;
                answer.output = Some(leaving.output);
                answer.next_state = named(leaving.next);
                self.seen.caught(at);
            }
            Err(second) => {
                answer.error = second.error;
                answer.cause = second.cause;
            }
        }
    }
}

/// Reads what is given as text, with AWS's answer to what is none.
pub(crate) fn read(text: &str) -> asl::Read {
    asl::read(text, Format::Json)
}
