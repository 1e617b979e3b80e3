//! The life of a state: enter, work, leave; and what is done when it fails.

use std::sync::Arc;

use asl::model::QueryLanguage;
use jsonata::{Object, Value};

use crate::errors::{self, Failure, Reach};
use crate::execution::{Due, Execution, Flow};
use crate::fiber::{Chain, Fiber, FiberId, Work};
use crate::history::{Assigned, Details, EventType};
use crate::program::{Assign, Catcher, Kind, Selection, State, StateId};
use crate::retry;
use crate::scene::{LazyContext, Scene};
use crate::services::Services;
use crate::template::Template;
use crate::{jsonpath, value};

pub(crate) mod arguments;
mod choice;
mod fail;
pub(crate) mod map;
mod map_run;
mod numbers;
mod parallel;
mod task;
mod wait;

/// What leaves a state: its output, the variables it assigns, where it goes.
pub(crate) struct Leaving {
    pub(crate) output: Value,
    pub(crate) assigned: Option<Assigned>,
    pub(crate) next: Option<StateId>,
}

impl Execution {
    /// Records the entry.
    pub(crate) fn enter(&mut self, fiber: &mut Fiber, state: &State) {
        self.count_transition();
        fiber.entered_at = self.now;
        fiber.before = fiber.chain.last;
        fiber.retries.clear();
        fiber.retry_count = 0;
        fiber.token = None;
        let (name, input) = (state.name.clone(), fiber.input.clone());
        let mut chain = fiber.chain;
        fiber.entered = self.record(fiber.domain, &mut chain, entered_event(&state.kind), || {
            Details::Entered { name, input }
        });
        fiber.chain = chain;
    }

    /// Does the state's work, or starts it.
    pub(crate) fn act(
        &mut self,
        id: FiberId,
        fiber: &mut Fiber,
        state: &State,
        services: &mut dyn Services,
    ) -> Flow {
        if self.out_of_transitions() {
            let cause = "The execution entered more states than it is allowed to.";
            return Flow::End(Err(Failure::runtime(cause)));
        }
        let done = match &state.kind {
            Kind::Pass { result } => self.pass(fiber, state, result.as_ref()),
            Kind::Succeed => self.effective_input(fiber, state).map(Some),
            Kind::Choice(choice) => return self.choice(id, fiber, state, choice),
            Kind::Wait(wait) => return self.wait(id, fiber, state, wait),
            Kind::Fail { error, cause } => {
                return self.fail(id, fiber, state, error.as_ref(), cause.as_ref());
            }
            Kind::Task(task) => self.task(id, fiber, state, task, services),
            Kind::Parallel { branches } => self.parallel(id, fiber, state, branches),
            Kind::Map(map) => self.map(id, fiber, state, map, services),
        };
        match done {
            Ok(Some(result)) => self.conclude(id, fiber, state, Ok(result)),
            Ok(None) => Flow::Wait,
            Err(failure) => self.failed(id, fiber, state, failure),
        }
    }

    fn pass(
        &mut self,
        fiber: &Fiber,
        state: &State,
        result: Option<&Value>,
    ) -> Result<Option<Value>, Failure> {
        if state.language == QueryLanguage::Jsonata {
            return Ok(Some(fiber.input.clone()));
        }
        // `Parameters` wins over nothing, `Result` over both (spec "Pass State").
        let input = self.parameters(fiber, state)?;
        Ok(Some(result.cloned().unwrap_or(input)))
    }

    /// The state's work is done: makes its output and leaves it.
    pub(crate) fn conclude(
        &mut self,
        id: FiberId,
        fiber: &mut Fiber,
        state: &State,
        result: Result<Value, Failure>,
    ) -> Flow {
        match result.and_then(|result| self.leaving(fiber, state, result)) {
            Ok(leaving) => self.leave(fiber, state, leaving),
            Err(failure) => self.failed(id, fiber, state, failure),
        }
    }

    pub(crate) fn leaving(
        &mut self,
        fiber: &mut Fiber,
        state: &State,
        result: Value,
    ) -> Result<Leaving, Failure> {
        let assigned = self.assigned(fiber, state, state.data.assign.as_ref(), &result, None)?;
        let output = match state.language {
            QueryLanguage::Jsonata => match &state.data.output {
                Some(template) => self.with_result(fiber, state, &result, template)?,
                None => result,
            },
            QueryLanguage::JsonPath => self.jsonpath_output(fiber, state, result)?,
        };
        self.check_size(fiber, state, &output)?;
        Ok(Leaving { output, assigned, next: state.next })
    }

    /// Records the exit and goes where the state leads.
    pub(crate) fn leave(&mut self, fiber: &mut Fiber, state: &State, leaving: Leaving) -> Flow {
        let Leaving { output, assigned, next } = leaving;
        fiber.frozen = None;
        if let Some(assigned) = &assigned {
            for (name, it) in assigned.iter() {
                fiber.variables.insert(name.clone(), it.clone());
            }
        }
        if let Some(kind) = exited_event(&state.kind) {
            let mut chain = fiber.chain;
            let (name, left) = (state.name.clone(), output.clone());
            self.record(fiber.domain, &mut chain, kind, || Details::Exited { name, output: left, assigned });
            fiber.chain = chain;
        }
        match next {
            Some(next) => {
                fiber.state = next;
                fiber.input = output;
                fiber.work = Work::Enter;
                Flow::Next
            }
            None => Flow::End(Ok(output)),
        }
    }

    /// The state failed: retry, catch, or pass the failure on.
    pub(crate) fn failed(&mut self, id: FiberId, fiber: &mut Fiber, state: &State, failure: Failure) -> Flow {
        let start = fiber.chain;
        let failure = self.told(fiber, state, failure);
        self.forget_token(fiber);
        fiber.token = None;
        if failure.reach == Reach::Execution {
            return Flow::End(Err(failure));
        }
        if let Some(delay) = retry::delay(&state.retry, &mut fiber.retries, &failure, &mut self.random) {
            fiber.retry_count += 1;
            fiber.ticket += 1;
            fiber.frozen = None;
            fiber.work = Work::Sleep;
            self.count_transition();
            self.set_timer(id, fiber.ticket, delay, Due::Wake);
            return Flow::Wait;
        }
        self.record_container_failed(fiber, state);
        let Some(catcher) = state.catch.iter().find(|it| failure.matches(&it.error_equals)) else {
            return self.give_up(fiber, state, failure);
        };
        match self.caught(fiber, state, catcher, &failure) {
            Ok(leaving) => self.leave(fiber, state, leaving),
            Err(second) => {
                // The clause's own failure stands where the state stood before it first failed.
                if matches!(state.kind, Kind::Parallel { .. } | Kind::Map(_)) {
                    fiber.chain = start;
                }
                let second = self.told(fiber, state, second);
                if second.reach == Reach::State {
                    self.record_container_failed(fiber, state);
                }
                self.give_up(fiber, state, second)
            }
        }
    }

    fn give_up(&mut self, fiber: &mut Fiber, state: &State, failure: Failure) -> Flow {
        if fiber.parent.is_some() && matches!(state.kind, Kind::Task(_)) {
            let mut chain = fiber.chain;
            self.record_aside(fiber.domain, &mut chain, EventType::TaskStateAborted, || Details::None);
            fiber.chain = chain;
        }
        Flow::End(Err(failure))
    }

    fn record_container_failed(&mut self, fiber: &mut Fiber, state: &State) {
        let kind = match &state.kind {
            Kind::Parallel { .. } => EventType::ParallelStateFailed,
            Kind::Map(_) => EventType::MapStateFailed,
            Kind::Pass { .. }
            | Kind::Task(_)
            | Kind::Choice(_)
            | Kind::Wait(_)
            | Kind::Succeed
            | Kind::Fail { .. } => {
                return;
            }
        };
        let mut chain = fiber.chain;
        self.record(fiber.domain, &mut chain, kind, || Details::None);
        fiber.chain = chain;
    }

    /// Puts the state's name before a cause of its own, and records a failed expression.
    fn told(&mut self, fiber: &mut Fiber, state: &State, mut failure: Failure) -> Failure {
        if failure.own {
            let cause = failure.cause.as_deref().unwrap_or_default();
            failure.cause = Some(errors::in_state(&state.name, fiber.entered, cause).into());
        }
        if let (Some(location), Some(error), Some(cause)) =
            (&failure.location, &failure.error, &failure.cause)
        {
            let details = Details::Evaluation {
                error: error.clone(),
                cause: cause.clone(),
                location: location.clone(),
                state: state.name.clone(),
            };
            let mut chain = fiber.chain;
            let fresh = chain.last == fiber.entered && !matches!(state.kind, Kind::Wait(_));
            if fresh && !self.options.era.evaluation_after_entered {
                chain = Chain::at(fiber.before);
            }
            self.record(fiber.domain, &mut chain, EventType::EvaluationFailed, || details);
            fiber.chain = chain;
        }
        failure.told()
    }

    pub(crate) fn caught(
        &mut self,
        fiber: &Fiber,
        state: &State,
        catcher: &Catcher,
        failure: &Failure,
    ) -> Result<Leaving, Failure> {
        let error = failure.output();
        let assigned = self.assigned(fiber, state, catcher.assign.as_ref(), &error, Some(&error))?;
        let output = match (state.language, &catcher.output) {
            (QueryLanguage::Jsonata, Some(template)) => {
                self.with_scene(fiber, state, &error, None, Some(&error), |scene| template.evaluate(scene))?
            }
            (QueryLanguage::Jsonata, None) => error,
            (QueryLanguage::JsonPath, _) => insert(&fiber.input, &catcher.result_path, error)?,
        };
        self.check_size(fiber, state, &output)?;
        Ok(Leaving { output, assigned, next: Some(catcher.next) })
    }

    // Data in and out.

    /// The input after `InputPath`.
    pub(crate) fn effective_input(&mut self, fiber: &Fiber, state: &State) -> Result<Value, Failure> {
        self.selected(fiber, state, &state.data.input_path, &fiber.input)
    }

    /// The input after `InputPath` and `Parameters`, or after `Arguments`.
    pub(crate) fn parameters(&mut self, fiber: &Fiber, state: &State) -> Result<Value, Failure> {
        let input = self.effective_input(fiber, state)?;
        match &state.data.arguments {
            Some(template) => {
                self.with_scene(fiber, state, &input, None, None, |scene| template.evaluate(scene))
            }
            None => Ok(input),
        }
    }

    pub(crate) fn selected(
        &mut self,
        fiber: &Fiber,
        state: &State,
        selection: &Selection,
        from: &Value,
    ) -> Result<Value, Failure> {
        match selection {
            Selection::Whole => Ok(from.clone()),
            Selection::Nothing => Ok(value::empty()),
            Selection::Query(query) => {
                self.with_scene(fiber, state, from, None, None, |scene| query.select(scene))
            }
        }
    }

    fn jsonpath_output(&mut self, fiber: &Fiber, state: &State, result: Value) -> Result<Value, Failure> {
        let (_, output) = self.output_steps(fiber, state, result)?;
        self.selected(fiber, state, &state.data.output_path, &output)
    }

    /// The result after `ResultSelector`, and after `ResultPath`.
    pub(crate) fn output_steps(
        &mut self,
        fiber: &Fiber,
        state: &State,
        result: Value,
    ) -> Result<(Value, Value), Failure> {
        let selected = match &state.data.result_selector {
            Some(template) => {
                self.with_scene(fiber, state, &result, None, None, |scene| template.evaluate(scene))?
            }
            None => result,
        };
        let inserted = match state.kind {
            Kind::Choice(_) | Kind::Wait(_) | Kind::Succeed => selected.clone(),
            Kind::Pass { .. } | Kind::Task(_) | Kind::Fail { .. } | Kind::Parallel { .. } | Kind::Map(_) => {
                insert(&fiber.input, &state.data.result_path, selected.clone())?
            }
        };
        Ok((selected, inserted))
    }

    fn with_result(
        &mut self,
        fiber: &Fiber,
        state: &State,
        result: &Value,
        template: &Template,
    ) -> Result<Value, Failure> {
        let has_result = matches!(state.kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_));
        let result = has_result.then_some(result);
        self.with_scene(fiber, state, &fiber.input, result, None, |scene| template.evaluate(scene))
    }

    /// The variables a state assigns. In JSONPath `$` is the result (Developer Guide, "Assigning variables").
    pub(crate) fn assigned(
        &mut self,
        fiber: &Fiber,
        state: &State,
        assign: Option<&Assign>,
        result: &Value,
        error: Option<&Value>,
    ) -> Result<Option<Assigned>, Failure> {
        let Some(assign) = assign else { return Ok(None) };
        let has_result =
            matches!(state.kind, Kind::Task(_) | Kind::Parallel { .. } | Kind::Map(_)) && error.is_none();
        let mut all = Vec::with_capacity(assign.len());
        for (name, template) in assign {
            let value =
                self.with_scene(fiber, state, result, has_result.then_some(result), error, |scene| {
                    template.evaluate(scene)
                })?;
            all.push((name.clone(), value));
        }
        self.check_variables(&fiber.variables, &all)?;
        Ok(Some(all.into()))
    }

    fn check_variables(&self, variables: &Object, assigned: &[(Arc<str>, Value)]) -> Result<(), Failure> {
        if let Some(limit) = self.limits().variable {
            let mut left = limit;
            for (name, it) in assigned {
                let len = value::json_len(it, limit);
                if len > limit {
                    let cause =
                        format!("The variable '{name}' exceeds the maximum number of bytes service limit.");
                    return Err(Failure::new(errors::DATA_LIMIT_EXCEEDED, cause).own());
                }
                left = left.checked_sub(len).ok_or_else(|| {
                    let cause = "The variables assigned exceed the maximum number of bytes service limit.";
                    Failure::new(errors::DATA_LIMIT_EXCEEDED, cause).own()
                })?;
            }
        }
        let Some(limit) = self.limits().variables else { return Ok(()) };
        // Small sets cannot reach the limit: each variable has its own.
        if variables.len() + assigned.len() <= limit / self.limits().variable.unwrap_or(limit).max(1) {
            return Ok(());
        }
        let total: usize = variables.iter().map(|(_, it)| value::json_len(it, limit)).sum();
        if total > limit {
            let cause = "The variables stored exceed the maximum number of bytes service limit.";
            return Err(Failure::new(errors::DATA_LIMIT_EXCEEDED, cause).own());
        }
        Ok(())
    }

    /// The quota of a payload. What came in has been measured already.
    fn check_size(&self, fiber: &Fiber, state: &State, output: &Value) -> Result<(), Failure> {
        let Some(limit) = self.limits().payload else { return Ok(()) };
        if value::same(output, &fiber.input) || value::json_len(output, limit) <= limit {
            return Ok(());
        }
        let failure = Failure::new(errors::DATA_LIMIT_EXCEEDED, errors::too_large(&state.name));
        Err(Failure { reach: Reach::Execution, ..failure })
    }

    /// Evaluates with what the state sees.
    pub(crate) fn with_scene<T>(
        &mut self,
        fiber: &Fiber,
        state: &State,
        input: &Value,
        result: Option<&Value>,
        error: Option<&Value>,
        evaluate: impl FnOnce(&mut Scene<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let domain = self.domains.get(fiber.domain).and_then(Option::as_ref);
        let make = || domain.map_or_else(value::empty, |it| it.context(fiber, state));
        let mut scene = Scene {
            input,
            state_input: &fiber.input,
            result,
            error_output: error,
            variables: &fiber.variables,
            context: LazyContext::new(&make),
            random: &mut self.random,
            environment: &self.environment,
        };
        evaluate(&mut scene)
    }
}

/// `ResultPath`.
fn insert(input: &Value, path: &Selection, result: Value) -> Result<Value, Failure> {
    match path {
        Selection::Whole => Ok(result),
        Selection::Nothing => Ok(input.clone()),
        Selection::Query(query) => {
            let crate::template::QueryKind::Path(path) = &query.kind else { return Ok(result) };
            jsonpath::insert(input, path, result).map_err(|step| {
                let cause = errors::reference_path(&query.text, &step, input);
                Failure::new(errors::REFERENCE_PATH_CONFLICT, cause)
            })
        }
    }
}

fn entered_event(kind: &Kind) -> EventType {
    match kind {
        Kind::Pass { .. } => EventType::PassStateEntered,
        Kind::Task(_) => EventType::TaskStateEntered,
        Kind::Choice(_) => EventType::ChoiceStateEntered,
        Kind::Wait(_) => EventType::WaitStateEntered,
        Kind::Succeed => EventType::SucceedStateEntered,
        Kind::Fail { .. } => EventType::FailStateEntered,
        Kind::Parallel { .. } => EventType::ParallelStateEntered,
        Kind::Map(_) => EventType::MapStateEntered,
    }
}

/// `None` for `Fail`, which has no exit.
fn exited_event(kind: &Kind) -> Option<EventType> {
    Some(match kind {
        Kind::Pass { .. } => EventType::PassStateExited,
        Kind::Task(_) => EventType::TaskStateExited,
        Kind::Choice(_) => EventType::ChoiceStateExited,
        Kind::Wait(_) => EventType::WaitStateExited,
        Kind::Succeed => EventType::SucceedStateExited,
        Kind::Fail { .. } => return None,
        Kind::Parallel { .. } => EventType::ParallelStateExited,
        Kind::Map(_) => EventType::MapStateExited,
    })
}
