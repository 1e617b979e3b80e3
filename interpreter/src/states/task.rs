//! The Task state: services, functions, activities; timeouts, heartbeats, callbacks.

use std::sync::Arc;

use asl::{Integration, Resource};
use jsonata::Value;

use crate::clock::Millis;
use crate::errors::{self, Failure};
use crate::execution::{Due, Execution, Flow, millis};
use crate::fiber::{Chain, Fiber, FiberId, Pending, Work};
use crate::history::{Details, EventType, Scheduled, Service};
use crate::program::{Kind, State, Task};
use crate::services::{Call, Callback, Message, Reply, ServiceError, Services};
use crate::states::arguments;
use crate::value;

/// The three families of events a task can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    Task,
    Lambda,
    Activity,
}

impl Family {
    fn of(resource: &Resource) -> Family {
        match resource {
            Resource::Lambda(_) => Family::Lambda,
            Resource::Activity(_) => Family::Activity,
            Resource::Optimized(_) | Resource::AwsSdk(_) | Resource::Other(_) => Family::Task,
        }
    }
}

/// `resourceType` and `resource`, as events have them.
fn service(resource: &Resource) -> Option<Service> {
    let named = |prefix: &str, it: &Integration| Service {
        resource_type: format!("{prefix}{}", it.service).into(),
        resource: format!("{}{}", it.api, it.pattern.suffix()).into(),
    };
    match resource {
        Resource::Optimized(it) => Some(named("", it)),
        Resource::AwsSdk(it) => Some(named("aws-sdk:", it)),
        Resource::Other(arn) => Some(Service { resource_type: "".into(), resource: arn.as_str().into() }),
        Resource::Lambda(_) | Resource::Activity(_) => None,
    }
}

fn waits_for_token(resource: &Resource) -> bool {
    match resource {
        // TestState takes a `Task` in the context of `.sync` tasks too, and AWS's own samples read its token there.
        Resource::Optimized(it) | Resource::AwsSdk(it) => it.pattern != asl::Pattern::RequestResponse,
        Resource::Activity(_) => true,
        Resource::Lambda(_) | Resource::Other(_) => false,
    }
}

impl Execution {
    pub(super) fn task(
        &mut self,
        id: FiberId,
        fiber: &mut Fiber,
        state: &State,
        task: &Task,
        services: &mut dyn Services,
    ) -> Result<Option<Value>, Failure> {
        if waits_for_token(&task.resource) {
            let token: Arc<str> = self.random.uuid().into();
            self.tokens.insert(token.clone(), id);
            fiber.token = Some(token);
        }
        let input = self.effective_input(fiber, state)?;
        let timeout = self.seconds(fiber, state, task.timeout.as_ref(), &input)?;
        let heartbeat = self.seconds(fiber, state, task.heartbeat.as_ref(), &input)?;
        let arguments = self.parameters(fiber, state)?;
        if let Some(cause) = arguments::refused(state, task, &arguments) {
            return Err(Failure::runtime(cause).own());
        }
        let role = self.role(fiber, state, task, &input)?;
        fiber.ticket += 1;
        let reply = self.ask(fiber, state, task, &arguments, role.as_deref(), timeout, services);
        if let Reply::Refused(cause) = reply {
            return Err(Failure::runtime(cause).own());
        }
        self.record_scheduled(fiber, task, arguments, role, timeout, heartbeat);
        let family = Family::of(&task.resource);
        if family != Family::Activity {
            self.record_started(fiber, task);
        }
        fiber.work = Work::Task(Box::new(Pending {
            heartbeat: heartbeat.map(|it| millis(it as f64)),
            beat: 0,
            submitted: false,
        }));
        if let Some(seconds) = timeout {
            self.set_timer(id, fiber.ticket, millis(seconds as f64), Due::Timeout);
        }
        self.await_heartbeat(id, fiber);
        self.answered(id, fiber, state, task, reply)
    }

    fn role(
        &mut self,
        fiber: &Fiber,
        state: &State,
        task: &Task,
        input: &Value,
    ) -> Result<Option<Arc<str>>, Failure> {
        let Some(template) = &task.credentials else { return Ok(None) };
        let value = self.with_scene(fiber, state, input, None, None, |scene| template.evaluate(scene))?;
        Ok(value.get("RoleArn").and_then(Value::as_str).map(Arc::from))
    }

    #[allow(clippy::too_many_arguments)] // What a call is made of.
    fn ask(
        &mut self,
        fiber: &Fiber,
        state: &State,
        task: &Task,
        arguments: &Value,
        role: Option<&str>,
        timeout: Option<u64>,
        services: &mut dyn Services,
    ) -> Reply {
        let execution = self.domain(fiber.domain).map_or_else(|| "".into(), |it| it.arn.clone());
        services.call(&Call {
            arn: &task.arn,
            resource: &task.resource,
            arguments,
            state: &state.name,
            execution: &execution,
            iterations: &fiber.iterations,
            retry_count: fiber.retry_count,
            token: fiber.token.as_deref(),
            role,
            now: self.now,
            deadline: timeout.map(|it| self.now.saturating_add(millis(it as f64))),
        })
    }

    /// Asks once, without events, timers or retries.
    pub(crate) fn ask_once(
        &mut self,
        fiber: &Fiber,
        state: &State,
        task: &Task,
        arguments: &Value,
        services: &mut dyn Services,
    ) -> Reply {
        self.ask(fiber, state, task, arguments, None, None, services)
    }

    /// What follows from the answer: the result, if it is there already.
    fn answered(
        &mut self,
        id: FiberId,
        fiber: &mut Fiber,
        state: &State,
        task: &Task,
        reply: Reply,
    ) -> Result<Option<Value>, Failure> {
        let delay = |after: u64| Millis::try_from(after).unwrap_or(Millis::MAX);
        match reply {
            Reply::Done { after: 0, result } => {
                fiber.ticket += 1;
                self.task_result(fiber, state, task, result).map(Some)
            }
            Reply::Done { after, result } => {
                self.set_timer(id, fiber.ticket, delay(after), Due::Done(result));
                Ok(None)
            }
            Reply::Submitted { after: 0, output, then } => {
                self.record_submitted(fiber, task, output);
                if let Some((after, result)) = then {
                    self.set_timer(id, fiber.ticket, delay(after), Due::Done(result));
                }
                Ok(None)
            }
            Reply::Submitted { after, output, then } => {
                self.set_timer(id, fiber.ticket, delay(after), Due::Submitted(output, then));
                Ok(None)
            }
            Reply::Never | Reply::Refused(_) => Ok(None),
        }
    }

    fn await_heartbeat(&mut self, id: FiberId, fiber: &Fiber) {
        if let Work::Task(pending) = &fiber.work
            && let Some(after) = pending.heartbeat
        {
            self.set_timer(id, fiber.ticket, after, Due::Heartbeat(pending.beat));
        }
    }

    // What timers and callbacks bring.

    pub(crate) fn submitted(
        &mut self,
        id: FiberId,
        output: Value,
        then: Option<(u64, Result<Value, ServiceError>)>,
    ) {
        self.with_task(id, |execution, fiber, _, task| {
            execution.record_submitted(fiber, task, output);
            if let Some((after, result)) = then {
                let after = Millis::try_from(after).unwrap_or(Millis::MAX);
                execution.set_timer(id, fiber.ticket, after, Due::Done(result));
            }
            Flow::Wait
        });
    }

    pub(crate) fn task_done(&mut self, id: FiberId, result: Result<Value, ServiceError>) {
        self.with_task(id, |execution, fiber, state, task| {
            fiber.ticket += 1;
            fiber.work = Work::Finish(execution.task_result(fiber, state, task, result));
            Flow::Next
        });
    }

    pub(crate) fn task_timed_out(&mut self, id: FiberId, heartbeat: bool) {
        self.with_task(id, |execution, fiber, _, task| {
            fiber.ticket += 1;
            let failure = Failure::timeout(heartbeat);
            execution.record_failure(fiber, task, &failure, true);
            fiber.work = Work::Finish(Err(failure));
            Flow::Next
        });
    }

    pub(crate) fn tell(&mut self, callback: Callback) -> bool {
        let Some(id) = self.tokens.get(&callback.token).copied() else { return false };
        match callback.message {
            Message::Success(output) => self.task_done(id, Ok(output)),
            Message::Failure(error) => self.task_done(id, Err(error)),
            Message::Heartbeat => {
                if let Some(fiber) = self.fibers.get_mut(id)
                    && let Work::Task(pending) = &mut fiber.work
                {
                    pending.beat += 1;
                    let (beat, after, ticket) = (pending.beat, pending.heartbeat, fiber.ticket);
                    if let Some(after) = after {
                        self.set_timer(id, ticket, after, Due::Heartbeat(beat));
                    }
                }
            }
        }
        true
    }

    fn with_task(
        &mut self,
        id: FiberId,
        act: impl FnOnce(&mut Execution, &mut Fiber, &State, &Task) -> Flow,
    ) {
        let Some(mut fiber) = self.fibers.take(id) else { return };
        let program = self.program.clone();
        let flow = match program.states.get(fiber.state) {
            Some(state) if matches!(fiber.work, Work::Task(_)) => match &state.kind {
                Kind::Task(task) => act(self, &mut fiber, state, task),
                Kind::Pass { .. }
                | Kind::Choice(_)
                | Kind::Wait(_)
                | Kind::Succeed
                | Kind::Fail { .. }
                | Kind::Parallel { .. }
                | Kind::Map(_) => Flow::Wait,
            },
            _ => Flow::Wait,
        };
        self.fibers.put(id, fiber);
        if matches!(flow, Flow::Next) {
            self.enqueue(id);
        }
    }

    /// Records the end of the task.
    fn task_result(
        &mut self,
        fiber: &mut Fiber,
        state: &State,
        task: &Task,
        result: Result<Value, ServiceError>,
    ) -> Result<Value, Failure> {
        let result = result.map_err(|it| Failure { error: it.error, cause: it.cause, ..Failure::default() });
        match result.and_then(|output| self.fits(state, task, output)) {
            Ok(output) => {
                self.forget_token(fiber);
                self.record_success(fiber, task, output.clone());
                Ok(output)
            }
            Err(failure) => {
                self.record_failure(fiber, task, &failure, false);
                Err(failure)
            }
        }
    }

    /// The quota of a result. Of a function AWS names the ARN, of a service its type.
    fn fits(&self, state: &State, task: &Task, output: Value) -> Result<Value, Failure> {
        let Some(limit) = self.limits().payload else { return Ok(output) };
        if value::json_len(&output, limit) <= limit {
            return Ok(output);
        }
        let what = match service(&task.resource) {
            Some(service) => service.resource_type,
            None => task.arn.clone(),
        };
        let what = if what.is_empty() { state.name.clone() } else { what };
        Err(Failure::new(errors::DATA_LIMIT_EXCEEDED, errors::too_large(&what)))
    }

    // Events.

    fn record_task(&mut self, fiber: &mut Fiber, kind: EventType, details: Details) {
        let mut chain: Chain = fiber.chain;
        self.record(fiber.domain, &mut chain, kind, || details);
        fiber.chain = chain;
    }

    fn record_scheduled(
        &mut self,
        fiber: &mut Fiber,
        task: &Task,
        input: Value,
        role: Option<Arc<str>>,
        timeout: Option<u64>,
        heartbeat: Option<u64>,
    ) {
        let kind = match Family::of(&task.resource) {
            Family::Task => EventType::TaskScheduled,
            Family::Lambda => EventType::LambdaFunctionScheduled,
            Family::Activity => EventType::ActivityScheduled,
        };
        let scheduled = Scheduled {
            service: service(&task.resource),
            arn: task.arn.clone(),
            region: self.options.names.region.as_str().into(),
            input,
            timeout,
            heartbeat,
            role,
        };
        self.record_task(fiber, kind, Details::Scheduled(Box::new(scheduled)));
    }

    fn record_started(&mut self, fiber: &mut Fiber, task: &Task) {
        match service(&task.resource) {
            Some(service) => self.record_task(fiber, EventType::TaskStarted, Details::Task(service)),
            None => self.record_task(fiber, EventType::LambdaFunctionStarted, Details::None),
        }
    }

    fn record_submitted(&mut self, fiber: &mut Fiber, task: &Task, output: Value) {
        if let Work::Task(pending) = &mut fiber.work {
            if pending.submitted {
                return;
            }
            pending.submitted = true;
        }
        match service(&task.resource) {
            Some(service) => {
                self.record_task(fiber, EventType::TaskSubmitted, Details::TaskOutput(service, output));
            }
            None => {
                let worker = output.as_str().map(Arc::from);
                self.record_task(fiber, EventType::ActivityStarted, Details::Worker(worker));
            }
        }
    }

    fn record_success(&mut self, fiber: &mut Fiber, task: &Task, output: Value) {
        let (kind, details) = match (Family::of(&task.resource), service(&task.resource)) {
            (Family::Task, Some(service)) => (EventType::TaskSucceeded, Details::TaskOutput(service, output)),
            (Family::Activity, _) => (EventType::ActivitySucceeded, Details::Output(output)),
            (Family::Lambda | Family::Task, _) => {
                (EventType::LambdaFunctionSucceeded, Details::Output(output))
            }
        };
        self.record_task(fiber, kind, details);
    }

    fn record_failure(&mut self, fiber: &mut Fiber, task: &Task, failure: &Failure, timeout: bool) {
        let (error, cause) = (failure.error.clone(), failure.cause.clone());
        let kind = match (Family::of(&task.resource), timeout) {
            (Family::Task, false) => EventType::TaskFailed,
            (Family::Task, true) => EventType::TaskTimedOut,
            (Family::Lambda, false) => EventType::LambdaFunctionFailed,
            (Family::Lambda, true) => EventType::LambdaFunctionTimedOut,
            (Family::Activity, false) => EventType::ActivityFailed,
            (Family::Activity, true) => EventType::ActivityTimedOut,
        };
        let details = match service(&task.resource) {
            Some(service) => Details::TaskFailure(service, error, cause),
            None => Details::Failure(error, cause),
        };
        self.record_task(fiber, kind, details);
    }
}
