//! Runs tests: a test's machine on the interpreter, with what the test sets up as services.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;

use interpreter::clock::Millis;
use interpreter::history::Details;
use interpreter::{Execution, Kind, Limits, Machine, Names, Options, Outcome, Status};
use jsonata::Value;

use crate::alone::Answers;
use crate::app::{ACCOUNT, App, Callee, Copy, Definition, REGION};
use crate::handlers::{Handlers, Session};
use crate::router::Router;
use crate::shape;
use crate::unmocked::Unmocked;
use crate::world::{Pending, Started, World};

/// Executions that wait for one another.
const DEEPEST: usize = 32;
/// Executions of one test.
const MOST: u64 = 10_000;
/// States entered by one execution: stops what loops for ever without history or time passing.
const LONGEST: u64 = 500_000;

/// A test, compiled.
#[derive(Clone, Debug, Default)]
pub struct Test {
    pub title: String,
    pub machine: Definition,
    pub mocks: Vec<Mock>,
    /// What `flow:calls` counts, by number.
    pub callees: Vec<Callee>,
    /// It reads how runs ended: a failed one is no surprise.
    pub reads_failures: bool,
}

/// A mock of a test's.
#[derive(Clone, Debug)]
pub struct Mock {
    pub callee: Callee,
    /// Where each parameter lies in what the call sends, for methods that the library declares.
    pub params: Vec<Option<Copy>>,
    /// Where the value goes in what the service answers, for the same.
    pub answer: Vec<Copy>,
    pub parts: Vec<Definition>,
}

/// What came of a test.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub title: String,
    /// None: the test passed.
    pub failures: Vec<Failure>,
    /// What `expect snapshot` saw, by the number of the expectation and, under `each`, of the case.
    pub snapshots: Vec<(usize, Value)>,
    /// How often each state of each workflow was entered.
    pub entered: BTreeMap<String, BTreeMap<String, u64>>,
    /// How many expectations were checked.
    pub checked: u64,
    /// What was asked of services, in order; mocked calls too.
    pub requests: Vec<Request>,
}

/// A call of a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// `None`: the test itself.
    pub workflow: Option<String>,
    pub state: String,
    /// As in a task's `Resource`: `arn:aws:states:::aws-sdk:dynamodb:getItem`.
    pub resource: String,
    pub arguments: Value,
}

/// Why a test failed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Failure {
    pub message: String,
    /// The expectation's number.
    pub expect: Option<usize>,
    /// The state that was at work: the workflow's name (`None`: the test itself) and the state's.
    pub state: Option<(Option<String>, String)>,
    /// The two sides of a comparison, or what was looked at.
    pub left: Option<Value>,
    pub right: Option<Value>,
    /// They are durations in milliseconds.
    pub durations: bool,
    /// What may explain it, and the workflow and state where that happened.
    pub note: Option<String>,
    pub at: Option<(String, String)>,
    /// What to write.
    pub help: Option<String>,
    /// The cases of the `each` around.
    pub cases: Vec<Value>,
}

/// Runs a test, alone.
pub fn run(app: &App, test: &Test, handlers: &dyn Handlers) -> Report {
    let mut runner = Runner::new(app, test, handlers.session());
    match app.machine(&test.machine) {
        Ok(machine) => runner.test(&machine),
        Err(error) => {
            runner.fail(Failure { message: format!("the test can't be run: {error}"), ..Failure::default() })
        }
    }
    Report {
        title: test.title.clone(),
        failures: runner.failures,
        snapshots: runner.snapshots,
        entered: runner.entered,
        checked: runner.checked,
        requests: runner.requests,
    }
}

/// What is running.
pub(crate) struct Running<'m> {
    pub(crate) machine: &'m Machine,
    /// `None`: the test itself or a mock.
    pub(crate) workflow: Option<&'m str>,
    pub(crate) name: Option<Arc<str>>,
    pub(crate) kind: Kind,
    pub(crate) at: Millis,
}

pub(crate) struct Runner<'a> {
    pub(crate) app: &'a App,
    pub(crate) test: &'a Test,
    pub(crate) world: World,
    /// The worlds that the cases of an `each` begin with.
    pub(crate) saved: HashMap<u64, World>,
    pub(crate) pending: Vec<Pending>,
    pub(crate) tokens: HashSet<Arc<str>>,
    pub(crate) started: VecDeque<Started>,
    pub(crate) failures: Vec<Failure>,
    pub(crate) snapshots: Vec<(usize, Value)>,
    pub(crate) checked: u64,
    pub(crate) requests: Vec<Request>,
    /// What the latest run failed with, and where.
    pub(crate) latest: Option<(String, Option<(String, String)>)>,
    /// Runs that failed, as the test sees them, while no expectation asks for it.
    pub(crate) unforeseen: Vec<(Value, Failure)>,
    entered: BTreeMap<String, BTreeMap<String, u64>>,
    executions: u64,
    depth: usize,
    /// Bodies of mocks, compiled when first called.
    bodies: HashMap<(usize, usize), Machine>,
    pub(crate) session: Box<dyn Session>,
    /// The workflow that runs without a test around it, and what is said where nothing answers.
    pub(crate) alone: Option<(String, Unmocked)>,
    pub(crate) answers: Answers,
}

impl<'a> Runner<'a> {
    pub(crate) fn new(app: &'a App, test: &'a Test, session: Box<dyn Session>) -> Self {
        Runner {
            app,
            test,
            world: World::default(),
            saved: HashMap::new(),
            pending: Vec::new(),
            tokens: HashSet::new(),
            started: VecDeque::new(),
            failures: Vec::new(),
            snapshots: Vec::new(),
            checked: 0,
            requests: Vec::new(),
            latest: None,
            unforeseen: Vec::new(),
            entered: BTreeMap::new(),
            executions: 0,
            depth: 0,
            bodies: HashMap::new(),
            session,
            alone: None,
            answers: Answers::default(),
        }
    }

    pub(crate) fn fail(&mut self, failure: Failure) {
        if !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
    }

    fn test(&mut self, machine: &Machine) {
        let at = Options::default().start;
        let running = Running { machine, workflow: None, name: None, kind: Kind::Standard, at };
        let outcome = self.execute(running, shape::record([]));
        let unforeseen = std::mem::take(&mut self.unforeseen);
        if self.failures.is_empty() && !self.test.reads_failures {
            unforeseen.into_iter().for_each(|(_, failure)| self.fail(failure));
        }
        if outcome.status == Status::Succeeded || !self.failures.is_empty() {
            return;
        }
        let state = shape::entered(&outcome).last().map(|it| (None, it.to_string()));
        let message = match outcome.status {
            Status::Running => "the test waits for what never comes".to_owned(),
            _ => format!("the test itself failed: {}", problem(&outcome)),
        };
        self.fail(Failure { message, state, ..Failure::default() });
    }

    /// Runs to the end, nested executions included.
    pub(crate) fn execute(&mut self, running: Running<'_>, input: Value) -> Outcome {
        self.executions += 1;
        let own = running.workflow.is_some();
        // A test may hold more than a workflow.
        let limits = match own {
            true => Limits { transitions: Some(LONGEST), ..Limits::default() },
            false => Limits {
                payload: None,
                history: None,
                variable: None,
                variables: None,
                express_seconds: None,
                transitions: Some(LONGEST),
                ..Limits::default()
            },
        };
        let names = Names {
            machine: running.workflow.unwrap_or("test").to_owned(),
            execution: running.name.map(|it| it.to_string()),
            account: ACCOUNT.to_owned(),
            region: REGION.to_owned(),
            ..Names::default()
        };
        let options = Options {
            kind: running.kind,
            names,
            seed: self.executions,
            start: running.at,
            limits,
            ..Options::default()
        };
        self.depth += 1;
        let execution = Execution::new(running.machine, input, options);
        let workflow = running.workflow.map(str::to_owned);
        let outcome = execution.run(&mut Router::new(self, workflow));
        self.depth -= 1;
        if let Some(name) = running.workflow {
            self.mistakes(name, &outcome);
            let states = self.entered.entry(name.to_owned()).or_default();
            for state in shape::entered(&outcome) {
                *states.entry(state.to_string()).or_default() += 1;
            }
        }
        outcome
    }

    fn mistakes(&mut self, workflow: &str, outcome: &Outcome) {
        for event in &outcome.history {
            if let Details::Evaluation { cause, state, .. } = &event.details
                && let Some(message) = self.app.mistake(cause)
            {
                let state = Some((Some(workflow.to_owned()), state.to_string()));
                self.fail(Failure { message: message.to_owned(), state, ..Failure::default() });
            }
        }
    }

    /// Whether another execution may begin.
    pub(crate) fn may_run(&self) -> bool {
        self.depth < DEEPEST && self.executions < MOST
    }

    /// Runs a workflow of the app.
    pub(crate) fn workflow(
        &mut self,
        name: &str,
        input: Value,
        run_name: Option<Arc<str>>,
        waits: bool,
        at: Millis,
    ) -> Option<Outcome> {
        let runnable = self.app.workflows.get(name)?;
        let kind = match (runnable.workflow.express, waits) {
            (false, _) => Kind::Standard,
            (true, true) => Kind::ExpressSync,
            (true, false) => Kind::ExpressAsync,
        };
        let running = Running { machine: &runnable.machine, workflow: Some(name), name: run_name, kind, at };
        Some(self.execute(running, input))
    }

    /// Runs what was started and is not waited for.
    pub(crate) fn run_started(&mut self) {
        while let Some(next) = self.started.pop_front() {
            if !self.may_run() {
                let message = "workflows keep starting one another".to_owned();
                self.fail(Failure { message, ..Failure::default() });
                self.started.clear();
                return;
            }
            let outcome = self.workflow(&next.workflow, next.input, next.name.clone(), false, next.at);
            let named = next.name.and_then(|it| self.world.named.get_mut(&(next.workflow, it)));
            if let (Some(named), Some(outcome)) = (named, outcome) {
                named.outcome = Some(Arc::new(outcome));
            }
        }
    }

    /// Runs a part of a mock.
    pub(crate) fn body(
        &mut self,
        mock: usize,
        part: usize,
        input: Value,
        at: Millis,
    ) -> Result<Outcome, String> {
        let machine = match self.bodies.get(&(mock, part)) {
            Some(machine) => machine.clone(),
            None => {
                let definition = self.test.mocks.get(mock).and_then(|it| it.parts.get(part));
                let machine = self.app.machine(definition.ok_or("there is no such mock")?)?;
                self.bodies.insert((mock, part), machine.clone());
                machine
            }
        };
        let running = Running { machine: &machine, workflow: None, name: None, kind: Kind::Standard, at };
        Ok(self.execute(running, input))
    }
}

/// `Error: cause`
pub(crate) fn problem(outcome: &Outcome) -> String {
    match (outcome.error.as_deref(), outcome.cause.as_deref()) {
        (Some(error), cause) => named(error, cause.unwrap_or_default()),
        (None, Some(cause)) => cause.to_owned(),
        (None, None) => outcome.status.name().to_owned(),
    }
}

/// An error's name with its text for people: of a function's error that is a part of the JSON in its cause.
pub(crate) fn named(error: &str, cause: &str) -> String {
    let message = |text: &str| {
        let json: Value = text.parse().ok()?;
        json.get("errorMessage").and_then(Value::as_str).map(str::to_owned)
    };
    let own = message(cause).unwrap_or_else(|| cause.to_owned());
    let text = message(&own).unwrap_or(own);
    if text.is_empty() { error.to_owned() } else { format!("{error}: {text}") }
}
