//! Finds who answers a call: the test runner itself, a mock, a workflow of the app, a service in memory.

use std::collections::HashSet;
use std::sync::Arc;

use asl::{Pattern, Resource};
use interpreter::clock::Millis;
use interpreter::{Call, Callback, Message, Outcome, Reply, ServiceError, Services, Status};
use jsonata::Value;

use crate::app::{App, Callee};
use crate::runner::{Failure, Request, Runner};
use crate::shape;
use crate::world::{Asked, Named, Pending, Started};

/// The services of one execution.
pub(crate) struct Router<'r, 'a> {
    pub(crate) runner: &'r mut Runner<'a>,
    /// `None`: the test itself or a mock.
    workflow: Option<String>,
    /// Tokens of the execution's own tasks.
    tokens: HashSet<Arc<str>>,
}

impl<'r, 'a> Router<'r, 'a> {
    pub(crate) fn new(runner: &'r mut Runner<'a>, workflow: Option<String>) -> Self {
        Router { runner, workflow, tokens: HashSet::new() }
    }

    fn asked(&self, call: &Call<'_>) -> Asked {
        let (service, action) = match call.resource {
            Resource::Optimized(it) | Resource::AwsSdk(it) => (it.service.as_str(), it.api.as_str()),
            Resource::Lambda(_) => ("lambda", "invoke"),
            Resource::Activity(_) => ("activity", "getActivityTask"),
            Resource::Other(_) => ("", ""),
        };
        let target = self.runner.app.target(call.arguments, call.resource);
        Asked {
            target: target.map(str::to_owned),
            service: service.to_owned(),
            action: action.to_owned(),
            arguments: call.arguments.clone(),
        }
    }

    /// A call by a mock of the test, the latest first.
    fn mocked(&mut self, call: &Call<'_>, asked: &Asked) -> Option<Reply> {
        let test = self.runner.test;
        let mock_of = |number: usize| test.mocks.get(number);
        // A test looks into its resources through their methods: what stands in for an action of AWS's is for workflows.
        let from_test = self.workflow.is_none();
        let answers =
            |callee: &Callee| asked.is_of(callee) && !(from_test && matches!(callee, Callee::Aws { .. }));
        let found = { self.runner.world.mocks.iter_mut() }
            .rev()
            .find(|it| mock_of(it.number).is_some_and(|mock| answers(&mock.callee)))?;
        let mock = mock_of(found.number)?;
        let (number, captures) = (found.number, found.captures.clone());
        let Some((part, after)) = found.next() else {
            let count = found.count - 1;
            let message = format!(
                "the mock of {} answers {count} call{}; this is one more",
                named(&mock.callee),
                if count == 1 { "" } else { "s" }
            );
            let help = "add `then { … }` to it for the calls that follow".to_owned();
            return Some(self.refuse(call, message, Some(help)));
        };
        let params = shape::params(&mock.callee, &mock.params, call.arguments);
        let input = shape::record([("params", Value::array(params)), ("captures", captures)]);
        let at = call.now.saturating_add(i64::try_from(after).unwrap_or(i64::MAX));
        let outcome = match self.runner.body(number, part, input, at) {
            Ok(outcome) => outcome,
            Err(error) => return Some(self.refuse(call, format!("a mock can't be run: {error}"), None)),
        };
        let after = after.saturating_add(u64::try_from(outcome.elapsed).unwrap_or(0));
        if outcome.status == Status::Running {
            return Some(Reply::Never);
        }
        if outcome.status != Status::Succeeded {
            return Some(self.mock_failed(call, &mock.callee, outcome, after));
        }
        let value = outcome.output.unwrap_or(Value::Null);
        let value = match (&mock.callee, call.resource) {
            // The ARN of a function as the resource gives the bare result.
            (Callee::Function(_), Resource::Lambda(_)) => value,
            (Callee::Workflow(name), _) => self.workflow_mocked(call, name, value),
            (callee, _) => shape::answer(callee, &mock.answer, value, call.arguments),
        };
        if matches!(mock.callee, Callee::Aws { .. })
            && let Some(why) = interpreter::test_state::misfit(call.resource, &value)
        {
            let message = format!("the mock of {} answers what the API does not: {why}", named(&mock.callee));
            return Some(self.refuse(call, message, None));
        }
        Some(reply(call, after, Ok(value)))
    }

    fn mock_failed(
        &mut self,
        call: &Call<'_>,
        callee: &Callee,
        outcome: interpreter::Outcome,
        after: u64,
    ) -> Reply {
        if let Callee::Workflow(name) = callee {
            let machine = crate::app::address("workflow", name, "arn");
            let input = shape::sent(call.arguments.get("Input").cloned().unwrap_or(Value::Null));
            if call.arn.contains("startSyncExecution") {
                return reply(
                    call,
                    after,
                    Ok(shape::description(&machine, &outcome, &input, call.now, (true, true))),
                );
            }
            if waits_for_job(call) {
                return reply(call, after, Err(shape::nested_failure(&machine, &outcome, &input, call.now)));
            }
        }
        reply(call, after, Err(shape::failed(callee, outcome.error, outcome.cause)))
    }

    /// A mocked run, as the API that started it tells it.
    fn workflow_mocked(&mut self, call: &Call<'_>, name: &str, value: Value) -> Value {
        let outcome = interpreter::Outcome {
            status: Status::Succeeded,
            output: Some(value),
            error: None,
            cause: None,
            history: Vec::new(),
            transitions: 0,
            elapsed: 0,
            arn: format!(
                "{}:mocked",
                crate::app::address("workflow", name, "arn").replace(":stateMachine:", ":execution:")
            )
            .into(),
        };
        let input = shape::sent(call.arguments.get("Input").cloned().unwrap_or(Value::Null));
        self.run_told(call, name, &outcome, &input)
    }

    /// A run in the form of the API that started it.
    fn run_told(&self, call: &Call<'_>, name: &str, outcome: &Outcome, input: &Value) -> Value {
        let machine = crate::app::address("workflow", name, "arn");
        let pattern = pattern(call);
        if call.arn.contains("startSyncExecution") || pattern == Some(Pattern::Sync) {
            let sync = pattern != Some(Pattern::Sync);
            return shape::description(&machine, outcome, input, call.now, (true, sync));
        }
        match pattern {
            Some(Pattern::Sync2) => shape::description(&machine, outcome, input, call.now, (false, false)),
            _ => shape::started(&outcome.arn, call.now),
        }
    }

    /// A function's real handler.
    fn handled(&mut self, call: &Call<'_>, name: &str) -> Option<Reply> {
        let payload = match payload(call) {
            Ok(payload) => payload,
            Err(error) => return Some(reply(call, 0, Err(error))),
        };
        let result = self.runner.session.invoke(name, &payload)?;
        if let Ok(answer) = &result
            && let Some(why) = self.runner.session.misfit(name, answer)
        {
            let message = format!("the handler of `{name}` answers what its signature does not say: {why}");
            return Some(self.refuse(call, message, None));
        }
        let callee = Callee::Function(name.to_owned());
        let result = match (result, call.resource) {
            (Ok(value), Resource::Lambda(_)) => Ok(value),
            (Ok(value), _) => Ok(shape::answer(&callee, &[], value, call.arguments)),
            (Err(error), _) => Err(error),
        };
        Some(reply(call, 0, result))
    }

    /// A workflow of the app really runs.
    fn nested(&mut self, call: &Call<'_>, name: &str) -> Reply {
        let input = call.arguments.get("Input").cloned().map_or_else(|| shape::record([]), shape::sent);
        let run_name = call.arguments.get("Name").and_then(Value::as_str).map(Arc::from);
        let waits = waits_for_job(call) || call.arn.contains("startSyncExecution");
        let express = self.runner.app.workflows.get(name).is_some_and(|it| it.workflow.express);
        let key = { run_name.clone() }.filter(|_| !express).map(|it| (name.to_owned(), it));
        if let Some(earlier) = key.as_ref().and_then(|it| self.runner.world.named.get(it)) {
            let start = earlier.start;
            let arn = execution_arn(name, run_name.as_deref().unwrap_or_default());
            if earlier.input != input || !earlier.runs_at(call.now) {
                return already_exists(call, &arn);
            }
            match earlier.outcome.clone() {
                _ if !waits => return reply(call, 0, Ok(shape::started(&arn, start))),
                Some(outcome) => return self.awaited(call, name, &outcome, &input, start),
                // It is run now.
                None => self.runner.started.retain(|it| it.workflow != name || it.name != run_name),
            }
        }
        if !waits {
            let id = self.runner.started.len();
            let own = run_name.clone().unwrap_or_else(|| format!("started-{id}").into());
            let named = Named { input: input.clone(), start: call.now, outcome: None };
            self.runner.world.named.extend(key.map(|it| (it, named)));
            self.runner.started.push_back(Started {
                workflow: name.to_owned(),
                input,
                name: run_name,
                at: call.now,
            });
            return reply(call, 0, Ok(shape::started(&execution_arn(name, &own), call.now)));
        }
        if !self.runner.may_run() {
            return self.refuse(call, format!("runs of `{name}` nest without an end"), None);
        }
        let Some(outcome) = self.runner.workflow(name, input.clone(), run_name, true, call.now) else {
            return self.refuse(call, format!("there is no workflow `{name}`"), None);
        };
        let outcome = Arc::new(outcome);
        let named = Named { input: input.clone(), start: call.now, outcome: Some(outcome.clone()) };
        self.runner.world.named.extend(key.map(|it| (it, named)));
        self.awaited(call, name, &outcome, &input, call.now)
    }

    /// What a caller gets that waits for an execution.
    fn awaited(&self, call: &Call<'_>, name: &str, outcome: &Outcome, input: &Value, start: Millis) -> Reply {
        let end = start.saturating_add(outcome.elapsed);
        let after = u64::try_from(end.saturating_sub(call.now)).unwrap_or(0);
        let sync = call.arn.contains("startSyncExecution");
        if outcome.status == Status::Running && !sync {
            return Reply::Never;
        }
        if outcome.status != Status::Succeeded && !sync {
            let machine = crate::app::address("workflow", name, "arn");
            return reply(call, after, Err(shape::nested_failure(&machine, outcome, input, start)));
        }
        reply(call, after, Ok(self.run_told(call, name, outcome, input)))
    }

    /// `SendTaskSuccess`, `SendTaskFailure`, `SendTaskHeartbeat`.
    fn callback(&mut self, call: &Call<'_>, action: &str) -> Option<Reply> {
        let text = |name: &str| call.arguments.get(name).and_then(Value::as_str).map(Arc::<str>::from);
        let message = match action {
            "sendTaskSuccess" => match text("Output").map(|it| it.parse::<Value>()) {
                Some(Ok(output)) => Message::Success(output),
                None => Message::Success(Value::Null),
                // API reference, `InvalidOutput`.
                Some(Err(_)) => {
                    let message = "The provided JSON output data is not valid.";
                    return Some(Reply::failure("Sfn.InvalidOutputException", told_by_sfn(message)));
                }
            },
            "sendTaskFailure" => {
                Message::Failure(ServiceError { error: text("Error"), cause: text("Cause") })
            }
            "sendTaskHeartbeat" => Message::Heartbeat,
            _ => return None,
        };
        let token = text("TaskToken").unwrap_or_default();
        if !self.runner.tokens.contains(&token) {
            let message = told_by_sfn("Invalid Token: 'Invalid token'");
            return Some(Reply::failure("Sfn.InvalidTokenException", message));
        }
        self.runner.pending.push(Pending { due: call.now, callback: Callback { token, message } });
        Some(Reply::success(shape::record([])))
    }

    fn answered(&self, call: &Call<'_>, by: String) {
        let own = |(name, _): &(String, crate::unmocked::Unmocked)| self.workflow.as_ref() == Some(name);
        let workflow = if self.runner.alone.as_ref().is_some_and(own) { None } else { self.workflow.clone() };
        let answer = crate::alone::Answer { workflow, state: call.state.to_owned(), by };
        self.runner.answers.borrow_mut().push(answer);
    }

    fn unmocked(&mut self, call: &Call<'_>, asked: &Asked) -> Reply {
        let absent = { asked.target.as_deref() }
            .filter(|_| asked.service == "lambda")
            .and_then(|it| self.runner.session.absent(it));
        if let Some((name, unmocked)) = &self.runner.alone {
            let nested = self.workflow.as_ref().filter(|it| *it != name);
            let Reply::Refused(mut message) = unmocked.clone().call(call) else {
                return Reply::Refused("nothing answers this call".to_owned());
            };
            if let Some(absent) = absent {
                message = format!("{absent}, and {message}");
            }
            if let Some(nested) = nested {
                message = format!("in the workflow `{nested}`: {message}");
            }
            return self.refuse(call, message, None);
        }
        let (what, mock) = suggestion(self.runner.app, asked);
        let mut message = format!("nothing answers the call of {what}, which was sent {}", call.arguments);
        if let Some(absent) = absent {
            message = format!("{message}; {absent}");
        }
        self.refuse(call, message, Some(format!("write `{mock}` in the test")))
    }

    /// Ends the run: no handler may hide what is wrong with the test.
    pub(crate) fn refuse(&mut self, call: &Call<'_>, message: String, help: Option<String>) -> Reply {
        let state = Some((self.workflow.clone(), call.state.to_owned()));
        self.runner.fail(Failure { message: message.clone(), state, help, ..Failure::default() });
        Reply::Refused(message)
    }

    /// `flow:run`
    pub(crate) fn run(&mut self, call: &Call<'_>) -> Reply {
        let name = call.arguments.get("workflow").and_then(Value::as_str).unwrap_or_default();
        let input = call.arguments.get("input").cloned().unwrap_or(Value::Null);
        let run_name = call.arguments.get("name").and_then(Value::as_str).map(Arc::from);
        if !self.runner.may_run() {
            return self.refuse(call, format!("runs of `{name}` nest without an end"), None);
        }
        let failed = self.runner.failures.len();
        let Some(outcome) = self.runner.workflow(name, input.clone(), run_name, true, call.now) else {
            return self.refuse(call, format!("there is no workflow `{name}`"), None);
        };
        let failed_run = outcome.status != Status::Succeeded;
        self.runner.latest = failed_run.then(|| {
            let state = shape::entered(&outcome).pop().map(|it| (name.to_owned(), it.to_string()));
            (crate::runner::problem(&outcome), state)
        });
        self.runner.run_started();
        if self.runner.failures.len() > failed {
            // What follows would only complain of the same.
            return Reply::Refused("the run could not go on".to_owned());
        }
        let workflow = self.runner.app.workflows.get(name).map(|it| &it.workflow);
        let cost = workflow.map_or(0.0, |it| crate::cost::of(it, &outcome, &input));
        let after = u64::try_from(outcome.elapsed).unwrap_or(0);
        let run = shape::run(&outcome, cost);
        if failed_run {
            let failure = self.unforeseen(call, name, &outcome);
            self.runner.unforeseen.push((run.clone(), failure));
        }
        Reply::Done { after, result: Ok(run) }
    }

    /// What is said of a run that failed, unless the test expects it.
    fn unforeseen(&self, call: &Call<'_>, workflow: &str, outcome: &Outcome) -> Failure {
        let error = outcome.error.as_deref().filter(|it| it.starts_with(|c: char| c.is_ascii_uppercase()));
        let expected = error.map_or_else(|| "failed".to_owned(), |it| format!("failed {it}"));
        Failure {
            message: match (&outcome.error, &outcome.cause) {
                (None, None) => format!("the run of `{workflow}` ended as {}", outcome.status.name()),
                _ => format!("the run of `{workflow}` failed with {}", crate::runner::problem(outcome)),
            },
            state: Some((self.workflow.clone(), call.state.to_owned())),
            at: shape::entered(outcome).pop().map(|it| (workflow.to_owned(), it.to_string())),
            help: Some(format!("where that is meant, say so: `expect run {expected}`")),
            ..Failure::default()
        }
    }
}

impl Services for Router<'_, '_> {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        if let Some(token) = call.token {
            let token: Arc<str> = token.into();
            self.tokens.insert(token.clone());
            self.runner.tokens.insert(token);
        }
        let asked = self.asked(call);
        if asked.service == "flow" {
            return self.flow(call, &asked.action);
        }
        self.runner.world.calls.push(asked.clone());
        self.runner.requests.push(Request {
            workflow: self.workflow.clone(),
            state: call.state.to_owned(),
            resource: call.arn.to_owned(),
            arguments: call.arguments.clone(),
        });
        if let Some(reply) = self.mocked(call, &asked) {
            return reply;
        }
        if asked.service == "sfn"
            && let Some(reply) = self.callback(call, &asked.action)
        {
            self.answered(call, "the workflow that waits for the token".to_owned());
            return reply;
        }
        let app = self.runner.app;
        if asked.service == "dynamodb"
            && let Some(result) =
                self.runner.world.stores.transact(&|it| app.resource_at(it), &asked.action, call)
        {
            self.answered(call, "tables in memory".to_owned());
            return reply(call, 0, result);
        }
        if let Some(name) = &asked.target {
            if self.runner.app.workflows.contains_key(name) && asked.is_of(&Callee::Workflow(name.clone())) {
                self.answered(call, format!("workflow `{name}`, which runs here"));
                return self.nested(call, name);
            }
            if asked.is_of(&Callee::Function(name.clone()))
                && let Some(reply) = self.handled(call, name)
            {
                self.answered(call, format!("the handler of `{name}`"));
                return reply;
            }
            if let Some(resource) = self.runner.app.resources.get(name)
                && let Some(result) = self.runner.world.stores.call(resource, &asked.action, call)
            {
                self.answered(call, format!("{} `{name}`, in memory", resource.kind));
                return reply(call, 0, result);
            }
        }
        self.unmocked(call, &asked)
    }

    fn callbacks(&mut self, now: Millis) -> Vec<Callback> {
        // What was started may be what ends a task that waits for its token.
        if !self.tokens.is_empty() {
            self.runner.run_started();
        }
        let own = |it: &Pending| it.due <= now && self.tokens.contains(&it.callback.token);
        let (due, rest): (Vec<_>, Vec<_>) = self.runner.pending.drain(..).partition(own);
        self.runner.pending = rest;
        due.into_iter().map(|it| it.callback).collect()
    }

    fn next_callback(&self) -> Option<Millis> {
        let own = self.runner.pending.iter().filter(|it| self.tokens.contains(&it.callback.token));
        own.map(|it| it.due).min()
    }
}

/// As the SDK tells an error of Step Functions itself (recorded).
fn told_by_sfn(message: &str) -> String {
    let request = "00000000-0000-4000-8000-000000000000";
    format!("{message} (Service: Sfn, Status Code: 400, Request ID: {request}) (SDK Attempt Count: 1)")
}

fn execution_arn(workflow: &str, name: &str) -> String {
    let machine = crate::app::address("workflow", workflow, "arn");
    format!("{}:{name}", machine.replace(":stateMachine:", ":execution:"))
}

/// API reference of StartExecution: a name may be used again only while the execution runs, with the same input. The words
/// are what users quote of AWS, in the form that is recorded for other errors of nested executions.
fn already_exists(call: &Call<'_>, arn: &str) -> Reply {
    let message = format!("Execution Already Exists: '{arn}'");
    if matches!(call.resource, Resource::AwsSdk(_)) {
        return Reply::failure("Sfn.ExecutionAlreadyExistsException", told_by_sfn(&message));
    }
    let request = "00000000-0000-4000-8000-000000000000";
    let cause = format!(
        "{message} (Service: AWSStepFunctions; Status Code: 400; Error Code: ExecutionAlreadyExists; \
         Request ID: {request}; Proxy: null)"
    );
    Reply::failure("StepFunctions.ExecutionAlreadyExistsException", cause)
}

fn pattern(call: &Call<'_>) -> Option<Pattern> {
    match call.resource {
        Resource::Optimized(it) | Resource::AwsSdk(it) => Some(it.pattern),
        Resource::Lambda(_) | Resource::Activity(_) | Resource::Other(_) => None,
    }
}

fn waits_for_job(call: &Call<'_>) -> bool {
    matches!(pattern(call), Some(Pattern::Sync | Pattern::Sync2))
}

/// A result as the call's pattern takes it.
/// What a function gets: the JSON of a text, an empty object for nothing, all else as it is.
fn payload(call: &Call<'_>) -> Result<Value, ServiceError> {
    if let Resource::Lambda(_) = call.resource {
        return Ok(call.arguments.clone());
    }
    match call.arguments.get("Payload") {
        None | Some(Value::Null) => Ok(shape::record([])),
        Some(Value::String(text)) => text.parse().map_err(|_| {
            let cause = format!("Could not parse request body into json: {text}");
            ServiceError::new("Lambda.InvalidRequestContentException", cause)
        }),
        Some(payload) => Ok(payload.clone()),
    }
}

fn reply(call: &Call<'_>, after: u64, result: Result<Value, ServiceError>) -> Reply {
    let activity = matches!(call.resource, Resource::Activity(_));
    let sync = waits_for_job(call);
    match result {
        // The request was accepted; only the callback ends the task.
        Ok(value) if pattern(call) == Some(Pattern::WaitForTaskToken) => {
            Reply::Submitted { after, output: value, then: None }
        }
        result if activity || sync => {
            let output = if activity { Value::Null } else { shape::record([]) };
            Reply::Submitted { after: 0, output, then: Some((after, result)) }
        }
        result => Reply::Done { after, result },
    }
}

fn named(callee: &Callee) -> String {
    match callee {
        Callee::Function(name)
        | Callee::Workflow(name)
        | Callee::Container(name)
        | Callee::Activity(name) => {
            format!("`{name}`")
        }
        Callee::Method { resource, action, .. } => format!("`{action}` on `{resource}`"),
        Callee::Aws { service, action } => format!("`aws.{service}.{action}`"),
    }
}

/// What was called, and the mock to write.
fn suggestion(app: &App, asked: &Asked) -> (String, String) {
    let Some(name) = &asked.target else {
        let what = format!("aws.{}.{}", asked.service, asked.action);
        return (format!("`{what}`"), format!("mock {what}(request) {{ … }}"));
    };
    let called = matches!(asked.service.as_str(), "lambda" | "ecs" | "activity" | "states" | "sfn");
    let param = match (app.resources.get(name), app.workflows.get(name)) {
        (Some(resource), _) => resource.param.clone(),
        (None, Some(runnable)) => runnable.workflow.param.clone(),
        (None, None) => None,
    };
    if called {
        return (format!("`{name}`"), format!("mock {name}({}) {{ … }}", param.unwrap_or_default()));
    }
    let method = match asked.action.as_str() {
        "sendMessage" => "send",
        "receiveMessage" => "receive",
        "deleteMessage" => "delete",
        "purgeQueue" => "purge",
        "headObject" => "head",
        "copyObject" => "copy",
        "listObjectsV2" => "list",
        "getSecretValue" => "value",
        "putSecretValue" => "set",
        "batchGetItem" => "batchGet",
        "batchWriteItem" => "batchPut",
        "putEvents" => "emit",
        "getItem" | "getObject" => "get",
        "putItem" | "putObject" | "putRecord" => "put",
        "updateItem" => "update",
        "deleteItem" | "deleteObject" => "delete",
        "invoke" => asked.arguments.get("Method").and_then(Value::as_str).unwrap_or_default(),
        other => other,
    };
    let method = method.to_owned();
    let method = if asked.service == "http" { method.to_ascii_lowercase() } else { method };
    (format!("`{name}.{method}`"), format!("mock {name}.{method}(…) {{ … }}"))
}
