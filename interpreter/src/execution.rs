//! The scheduler: fibers, virtual time, and how they end.
//!
//! Fibers that can go on stand in a queue; timers stand in a heap, ordered by time. Time moves only when the queue is
//! empty, so a run is the same every time. A fiber is taken out of its place, moved by one state, and put back.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jsonata::{Environment, Object, Value};

use crate::clock::Millis;
use crate::context::Domain;
use crate::errors::{self, Failure, Reach};
use crate::fiber::{Chain, Fiber, FiberId, Fibers, Work};
use crate::history::{Details, Event, EventType};
use crate::machine::Machine;
use crate::options::{Kind, Limits, Options, Outcome, Recording, Status};
use crate::program::{Program, State, StateId};
use crate::random::Random;
use crate::services::{Callback, ServiceError, Services};

/// One execution of a machine.
#[derive(Debug)]
pub struct Execution {
    pub(crate) program: Arc<Program>,
    pub(crate) options: Options,
    pub(crate) fibers: Fibers,
    ready: VecDeque<FiberId>,
    timers: BinaryHeap<Reverse<Timer>>,
    timer_count: u64,
    pub(crate) domains: Vec<Option<Domain>>,
    pub(crate) free_domains: Vec<usize>,
    pub(crate) now: Millis,
    clock: Arc<AtomicI64>,
    pub(crate) random: Random,
    pub(crate) environment: Environment,
    pub(crate) tokens: HashMap<Arc<str>, FiberId>,
    history: Vec<Event>,
    transitions: u64,
    ended: Option<End>,
    frozen_root: Option<Box<Fiber>>,
    pub(crate) redrives: u64,
    /// A child execution whose history is full; it ends after the step.
    pub(crate) overflow: Option<usize>,
}

#[derive(Debug)]
struct End {
    status: Status,
    output: Option<Value>,
    error: Option<Arc<str>>,
    cause: Option<Arc<str>>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Timer {
    at: Millis,
    /// Answers come before timeouts of the same time.
    class: u8,
    number: u64,
    fiber: FiberId,
    ticket: u64,
    event: Due,
}

/// What a timer tells a fiber.
#[derive(Debug)]
pub(crate) enum Due {
    /// Time to go on: after `Wait` or before a retry.
    Wake,
    /// `TaskSubmitted`, and the end if it is known: delay and result.
    Submitted(Value, Option<(u64, Result<Value, ServiceError>)>),
    /// The task's end.
    Done(Result<Value, ServiceError>),
    /// `TimeoutSeconds` is over.
    Timeout,
    /// `HeartbeatSeconds` since this beat are over.
    Heartbeat(u64),
    /// The execution's own `TimeoutSeconds` are over.
    Execution,
}

impl PartialEq for Due {
    fn eq(&self, _: &Due) -> bool {
        true
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Due) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// Timers are told apart by their number.
impl Ord for Due {
    fn cmp(&self, _: &Due) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

/// What a step did.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// A state was entered, worked on or left.
    Moved,
    /// Time moved on to this.
    Advanced(Millis),
    /// Everything waits for callbacks that have not come.
    Blocked,
    /// The execution is over.
    Ended,
}

/// What became of a fiber in a step.
pub(crate) enum Flow {
    /// It goes on.
    Next,
    /// It waits.
    Wait,
    /// It is over.
    End(Result<Value, Failure>),
}

/// What callbacks came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Heard {
    Nothing,
    /// Only for tasks that wait no more.
    Stray,
    /// A task was told.
    Told,
}

impl Execution {
    /// An execution that has not begun.
    pub fn new(machine: &Machine, input: Value, options: Options) -> Execution {
        let mut random = Random::new(options.seed);
        let clock = Arc::new(AtomicI64::new(options.start));
        let seed = random.bits();
        let now = clock.clone();
        let mut limits = jsonata::Limits::aws();
        // A run must not depend on how fast the computer is.
        limits.time = None;
        limits.steps = options.limits.query_steps.unwrap_or(u64::MAX);
        let environment = Environment {
            clock: Arc::new(move || now.load(Ordering::Relaxed)),
            ..Environment::seeded(options.start, seed, limits)
        };
        let mut execution = Execution {
            program: machine.program.clone(),
            now: options.start,
            fibers: Fibers::default(),
            ready: VecDeque::new(),
            timers: BinaryHeap::new(),
            timer_count: 0,
            domains: Vec::new(),
            free_domains: Vec::new(),
            clock,
            random,
            environment,
            tokens: HashMap::new(),
            history: Vec::new(),
            transitions: 0,
            ended: None,
            frozen_root: None,
            redrives: 0,
            overflow: None,
            options,
        };
        execution.begin(input);
        execution
    }

    fn begin(&mut self, input: Value) {
        let domain = Domain::root(&self.options, input.clone(), self.now, &mut self.random);
        let role = domain.role.clone();
        self.domains.push(Some(domain));
        let mut chain = Chain::default();
        self.record(0, &mut chain, EventType::ExecutionStarted, || Details::Started {
            input: input.clone(),
            role,
        });
        let root = self.spawn(None, 0, self.program.start, input, Object::new(), Chain::default());
        if let Some(domain) = self.domain_mut(0) {
            domain.root = Some(root);
        }
        let seconds = match self.options.kind {
            Kind::Standard => self.program.timeout,
            Kind::ExpressSync | Kind::ExpressAsync => {
                let quota = self.options.limits.express_seconds;
                self.program.timeout.into_iter().chain(quota).min()
            }
        };
        if let Some(seconds) = seconds {
            self.set_timer(root, 0, millis(seconds as f64), Due::Execution);
        }
        self.ready.push_back(root);
    }

    /// Runs to the end, or until everything waits for callbacks that have not come.
    pub fn run(mut self, services: &mut dyn Services) -> Outcome {
        while matches!(self.step(services), Step::Moved | Step::Advanced(_)) {}
        self.into_outcome()
    }

    /// Moves by one state, or by one point in time.
    pub fn step(&mut self, services: &mut dyn Services) -> Step {
        if self.ended.is_some() {
            return Step::Ended;
        }
        if let Some(id) = self.ready.pop_front() {
            self.move_fiber(id, services);
            self.take_callbacks(services);
            return if self.ended.is_some() { Step::Ended } else { Step::Moved };
        }
        if self.take_callbacks(services) == Heard::Told {
            return Step::Moved;
        }
        self.advance(services)
    }

    /// Tells a waiting task what came of it; false if no task waits with that token.
    pub fn callback(&mut self, callback: Callback) -> bool {
        self.tell(callback)
    }

    /// Stops the execution (`StopExecution`). Like `ExecutionTimedOut`, the event follows no other.
    pub fn stop(&mut self, error: Option<Arc<str>>, cause: Option<Arc<str>>) {
        if self.ended.is_some() {
            return;
        }
        let details = Details::Failure(error.clone(), cause.clone());
        self.write(0, 0, EventType::ExecutionAborted, || details, true);
        self.finish(Status::Aborted, None, error, cause);
    }

    /// Whether nothing can go on before time moves or a callback comes.
    pub fn is_idle(&self) -> bool {
        self.ready.is_empty()
    }

    pub(crate) fn next_fiber(&self) -> Option<FiberId> {
        self.ready.iter().copied().find(|it| self.fibers.get(*it).is_some())
    }

    /// How it stands.
    pub fn status(&self) -> Status {
        self.ended.as_ref().map_or(Status::Running, |it| it.status)
    }

    /// The virtual time.
    pub fn now(&self) -> Millis {
        self.now
    }

    /// The events so far, if they are kept.
    pub fn history(&self) -> &[Event] {
        &self.history
    }

    /// What came of it.
    pub fn into_outcome(self) -> Outcome {
        let arn = self.domain(0).map_or_else(|| "".into(), |it| it.arn.clone());
        let (status, output, error, cause) = match self.ended {
            Some(end) => (end.status, end.output, end.error, end.cause),
            None => (Status::Running, None, None, None),
        };
        let elapsed = self.now - self.options.start;
        Outcome {
            status,
            output,
            error,
            cause,
            history: self.history,
            transitions: self.transitions,
            elapsed,
            arn,
        }
    }

    // Fibers.

    pub(crate) fn spawn(
        &mut self,
        parent: Option<(FiberId, usize)>,
        domain: usize,
        state: StateId,
        input: Value,
        variables: Object,
        chain: Chain,
    ) -> FiberId {
        self.fibers.add(Fiber::new(domain, parent, state, input, variables, chain, self.now))
    }

    /// A fiber outside of the run, in a state of its own.
    pub(crate) fn fiber_at(&self, state: StateId, input: Value, variables: Object) -> Fiber {
        Fiber::new(0, None, state, input, variables, Chain::default(), self.now)
    }

    /// Puts a fiber at the end of the queue, once.
    pub(crate) fn enqueue(&mut self, id: FiberId) {
        if let Some(fiber) = self.fibers.get_mut(id)
            && !fiber.queued
        {
            fiber.queued = true;
            self.ready.push_back(id);
        }
    }

    /// Puts a fiber at the head of the queue: what runs goes on before others start.
    pub(crate) fn enqueue_first(&mut self, id: FiberId) {
        if let Some(fiber) = self.fibers.get_mut(id)
            && !fiber.queued
        {
            fiber.queued = true;
            self.ready.push_front(id);
        }
    }

    /// Puts a fiber that is being moved in the queue as soon as it is back in its place.
    pub(crate) fn wake_later(&mut self, id: FiberId, fiber: &mut Fiber) {
        fiber.queued = true;
        self.ready.push_front(id);
    }

    /// Lets a new iteration run first, and its map go on after it.
    fn move_fiber(&mut self, id: FiberId, services: &mut dyn Services) {
        let Some(mut fiber) = self.fibers.take(id) else { return };
        fiber.queued = false;
        let program = self.program.clone();
        let Some(state) = program.states.get(fiber.state) else { return };
        let flow = self.advance_fiber(id, &mut fiber, state, services);
        if let Some(domain) = self.overflow.take() {
            let limit = self.options.limits.history.unwrap_or(0);
            let chain = fiber.chain;
            self.fibers.put(id, fiber);
            self.end_domain(domain, Err(Failure::runtime(errors::too_many_events(limit))), chain);
            return;
        }
        match flow {
            Flow::Next => {
                self.fibers.put(id, fiber);
                self.enqueue_first(id);
            }
            Flow::Wait => self.fibers.put(id, fiber),
            Flow::End(result) => self.end_fiber(id, *fiber, result),
        }
    }

    fn advance_fiber(
        &mut self,
        id: FiberId,
        fiber: &mut Fiber,
        state: &State,
        services: &mut dyn Services,
    ) -> Flow {
        match std::mem::replace(&mut fiber.work, Work::Act) {
            Work::Enter => {
                self.enter(fiber, state);
                if self.overflow.is_some() { Flow::Wait } else { self.act(id, fiber, state, services) }
            }
            Work::Act => self.act(id, fiber, state, services),
            Work::Finish(result) => self.conclude(id, fiber, state, result),
            Work::Items(items) => self.pump(id, fiber, state, items, services),
            waiting @ (Work::Task(_) | Work::Sleep | Work::Until(_) | Work::Branches(_)) => {
                fiber.work = waiting;
                Flow::Wait
            }
        }
    }

    /// A fiber is over: its container, or its execution, hears of it.
    fn end_fiber(&mut self, id: FiberId, fiber: Fiber, result: Result<Value, Failure>) {
        self.forget_token(&fiber);
        let fatal = matches!(&result, Err(failure) if failure.reach == Reach::Execution);
        match fiber.parent {
            Some((parent, index)) if !fatal => {
                self.fibers.remove(id);
                self.child_ended(parent, index, fiber, result);
            }
            _ => {
                let (domain, chain) = (fiber.domain, fiber.chain);
                if domain == 0 && result.is_err() {
                    // A redrive may want it.
                    self.fibers.put(id, Box::new(fiber));
                } else {
                    self.fibers.remove(id);
                }
                self.end_domain(domain, result, chain);
            }
        }
    }

    /// An execution is over: this one, or a child of a distributed map.
    pub(crate) fn end_domain(&mut self, domain: usize, result: Result<Value, Failure>, chain: Chain) {
        self.record_end(domain, &result, chain);
        if domain == 0 {
            match result {
                Ok(output) => self.finish(Status::Succeeded, Some(output), None, None),
                Err(failure) => self.finish(Status::Failed, None, failure.error, failure.cause),
            }
            return;
        }
        let Some(ended) = self.domains.get_mut(domain).and_then(Option::take) else { return };
        self.free_domains.push(domain);
        if let Some(root) = ended.root {
            self.drop_fiber(root);
        }
        if let Some((map, index)) = ended.owner {
            self.run_ended(map, index, &ended, result.map_err(Failure::told));
        }
    }

    fn finish(
        &mut self,
        status: Status,
        output: Option<Value>,
        error: Option<Arc<str>>,
        cause: Option<Arc<str>>,
    ) {
        self.ended = Some(End { status, output, error, cause });
        let root = self.domain(0).and_then(|it| it.root).filter(|_| status != Status::Succeeded);
        self.frozen_root = root.and_then(|it| self.freeze(it));
        self.fibers.clear();
        self.ready.clear();
        self.timers.clear();
        self.tokens.clear();
    }

    /// What a redrive starts from; the execution runs again.
    pub(crate) fn take_frozen_root(&mut self) -> Option<Box<Fiber>> {
        let root = self.frozen_root.take()?;
        self.ended = None;
        self.overflow = None;
        Some(root)
    }

    /// Gives up a fiber and all below it.
    pub(crate) fn drop_fiber(&mut self, id: FiberId) {
        let Some(fiber) = self.fibers.remove(id) else { return };
        self.forget_token(&fiber);
        let children: Vec<FiberId> = match &fiber.work {
            Work::Branches(branches) => branches.live.values().copied().collect(),
            Work::Items(items) => items.live.values().copied().collect(),
            Work::Enter | Work::Act | Work::Finish(_) | Work::Task(_) | Work::Sleep | Work::Until(_) => {
                Vec::new()
            }
        };
        for child in children {
            let domain = self.fibers.get(child).map(|it| it.domain);
            self.drop_fiber(child);
            if let Some(domain) = domain.filter(|it| *it != fiber.domain)
                && let Some(place) = self.domains.get_mut(domain)
                && place.take().is_some()
            {
                self.free_domains.push(domain);
            }
        }
    }

    pub(crate) fn forget_token(&mut self, fiber: &Fiber) {
        if let Some(token) = &fiber.token {
            self.tokens.remove(token);
        }
    }

    // Time.

    /// Sets a timer; it counts only as long as the fiber keeps its ticket.
    pub(crate) fn set_timer(&mut self, fiber: FiberId, ticket: u64, after: Millis, event: Due) {
        let class = match event {
            Due::Wake | Due::Submitted(..) | Due::Done(_) => 0,
            Due::Timeout | Due::Heartbeat(_) => 1,
            Due::Execution => 2,
        };
        self.timer_count += 1;
        let at = self.now.saturating_add(after.max(0));
        self.timers.push(Reverse(Timer { at, class, number: self.timer_count, fiber, ticket, event }));
    }

    fn advance(&mut self, services: &mut dyn Services) -> Step {
        while let Some(Reverse(timer)) = self.timers.pop() {
            if !self.is_current(&timer) {
                continue;
            }
            if let Some(at) = services.next_callback().filter(|it| *it < timer.at && *it > self.now) {
                self.timers.push(Reverse(timer));
                self.set_now(at.max(self.now));
                self.take_callbacks(services);
                return Step::Advanced(at);
            }
            self.set_now(timer.at);
            self.due(timer);
            return if self.ended.is_some() { Step::Ended } else { Step::Advanced(self.now) };
        }
        match services.next_callback().filter(|it| *it > self.now) {
            Some(at) => {
                self.set_now(at);
                // One that nobody waits for any more is no end: another may follow.
                match self.take_callbacks(services) {
                    Heard::Nothing => Step::Blocked,
                    Heard::Stray | Heard::Told => Step::Advanced(at),
                }
            }
            None => Step::Blocked,
        }
    }

    fn set_now(&mut self, now: Millis) {
        self.now = now;
        self.clock.store(now, Ordering::Relaxed);
    }

    fn is_current(&self, timer: &Timer) -> bool {
        let current = |fiber: &Fiber| match timer.event {
            Due::Execution => true,
            Due::Heartbeat(beat) => {
                fiber.ticket == timer.ticket && matches!(&fiber.work, Work::Task(it) if it.beat == beat)
            }
            Due::Wake | Due::Submitted(..) | Due::Done(_) | Due::Timeout => fiber.ticket == timer.ticket,
        };
        self.fibers.get(timer.fiber).is_some_and(current)
    }

    fn due(&mut self, timer: Timer) {
        let id = timer.fiber;
        match timer.event {
            Due::Wake => {
                if let Some(fiber) = self.fibers.get_mut(id) {
                    fiber.ticket += 1;
                    fiber.work = match std::mem::replace(&mut fiber.work, Work::Act) {
                        Work::Until(result) => Work::Finish(Ok(result)),
                        Work::Sleep => Work::Act,
                        other => other,
                    };
                }
                self.enqueue(id);
            }
            Due::Submitted(output, then) => self.submitted(id, output, then),
            Due::Done(result) => self.task_done(id, result),
            Due::Timeout => self.task_timed_out(id, false),
            Due::Heartbeat(_) => self.task_timed_out(id, true),
            Due::Execution => self.time_out(id),
        }
    }

    /// The execution's own time is over. `ExecutionTimedOut` follows no event.
    fn time_out(&mut self, root: FiberId) {
        let domain = self.fibers.get(root).map_or(0, |it| it.domain);
        let timeout = Failure::timeout(false);
        if domain != 0 {
            self.end_domain(domain, Err(timeout), Chain::default());
            return;
        }
        self.write(0, 0, EventType::ExecutionTimedOut, || Details::Failure(None, None), true);
        self.finish(Status::TimedOut, None, None, None);
    }

    fn take_callbacks(&mut self, services: &mut dyn Services) -> Heard {
        let come = services.callbacks(self.now).into_iter();
        come.fold(Heard::Nothing, |heard, callback| match self.tell(callback) {
            true => Heard::Told,
            false => heard.max(Heard::Stray),
        })
    }

    // Events.

    /// Makes an event that follows `chain.last`, and moves both on. Gives its id.
    pub(crate) fn record(
        &mut self,
        domain: usize,
        chain: &mut Chain,
        kind: EventType,
        details: impl FnOnce() -> Details,
    ) -> u64 {
        let id = self.write(domain, chain.last, kind, details, false);
        *chain = Chain::at(id);
        id
    }

    /// Makes an event that stands aside: it follows the tail, and leaves `last` where it is.
    pub(crate) fn record_aside(
        &mut self,
        domain: usize,
        chain: &mut Chain,
        kind: EventType,
        details: impl FnOnce() -> Details,
    ) -> u64 {
        let id = self.write(domain, chain.tail, kind, details, false);
        chain.tail = id;
        id
    }

    fn record_end(&mut self, domain: usize, result: &Result<Value, Failure>, chain: Chain) {
        match result {
            Ok(output) => {
                let output = output.clone();
                self.write(
                    domain,
                    chain.tail,
                    EventType::ExecutionSucceeded,
                    || Details::Output(output),
                    true,
                );
            }
            Err(failure) => {
                let (error, cause) = (failure.error.clone(), failure.cause.clone());
                self.write(
                    domain,
                    chain.tail,
                    EventType::ExecutionFailed,
                    || Details::Failure(error, cause),
                    true,
                );
            }
        }
    }

    fn write(
        &mut self,
        domain: usize,
        previous: u64,
        kind: EventType,
        details: impl FnOnce() -> Details,
        last: bool,
    ) -> u64 {
        let limit = self.history_limit();
        let now = self.now;
        let Some(place) = self.domains.get_mut(domain).and_then(Option::as_mut) else { return 0 };
        let id = place.next_event;
        // The event that reaches the quota is the failure itself.
        if !last && limit.is_some_and(|limit| id >= limit) {
            self.overflow = Some(domain);
            return previous;
        }
        place.next_event += 1;
        match &mut self.options.recording {
            Recording::Off => {}
            Recording::Keep => {
                if domain == 0 {
                    self.history.push(Event { id, previous, time: now, kind, details: details() });
                }
            }
            Recording::To(sink) => {
                sink.record(&place.arn, &Event { id, previous, time: now, kind, details: details() });
            }
        }
        id
    }

    fn history_limit(&self) -> Option<u64> {
        match self.options.kind {
            Kind::Standard => self.options.limits.history,
            Kind::ExpressSync | Kind::ExpressAsync => None,
        }
    }

    pub(crate) fn count_transition(&mut self) {
        self.transitions += 1;
    }

    pub(crate) fn out_of_transitions(&self) -> bool {
        self.options.limits.transitions.is_some_and(|limit| self.transitions > limit)
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.options.limits
    }

    pub(crate) fn domain(&self, domain: usize) -> Option<&Domain> {
        self.domains.get(domain)?.as_ref()
    }

    pub(crate) fn domain_mut(&mut self, domain: usize) -> Option<&mut Domain> {
        self.domains.get_mut(domain)?.as_mut()
    }
}

/// Seconds as milliseconds, within bounds.
pub(crate) fn millis(seconds: f64) -> Millis {
    (seconds * 1000.0).clamp(0.0, 1e15) as Millis
}
