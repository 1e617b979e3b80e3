//! What a debugger sees of an execution that is under way.

use std::sync::Arc;

use jsonata::{Object, Value};

use crate::execution::Execution;
use crate::fiber::{Fiber, FiberId, Work};

/// One line of control: the execution itself, a branch, or an iteration.
#[derive(Clone, Debug)]
pub struct Frame<'e> {
    /// Tells frames apart; a frame keeps it from step to step.
    pub id: FrameId,
    /// The frame of the `Parallel` or `Map` around.
    pub parent: Option<FrameId>,
    /// The ARN of the execution: a child's, in a distributed map.
    pub execution: &'e str,
    /// The state's name.
    pub state: &'e str,
    /// The JSON pointer of the state's object in the definition.
    pub pointer: &'e str,
    /// The state's input.
    pub input: &'e Value,
    /// The variables it sees.
    pub variables: &'e Object,
    /// The iterations around, outermost first: the map's name and the item's index.
    pub iterations: &'e [(Arc<str>, u64)],
    /// How often the state has been retried.
    pub retry_count: u64,
    /// What it does.
    pub phase: Phase<'e>,
}

/// Tells frames apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrameId(FiberId);

/// What a frame does next, or waits for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Phase<'e> {
    /// Is about to enter its state.
    Entering,
    /// Is about to do the state's work, for the first time or again.
    Working,
    /// Is about to leave with this result, or to fail.
    Leaving(Option<&'e Value>),
    /// Waits for a service; with a token, for a callback.
    Task(Option<&'e str>),
    /// Waits for time to pass.
    Time,
    /// Waits for its branches or iterations.
    Children,
}

impl Execution {
    /// All frames, outer ones before inner ones of the same age.
    pub fn frames(&self) -> impl Iterator<Item = Frame<'_>> {
        self.fibers.iter().filter_map(|(id, fiber)| self.frame_of(id, fiber))
    }

    /// The frame that the next step moves, if one can be moved before time is.
    pub fn next_frame(&self) -> Option<Frame<'_>> {
        let id = self.next_fiber()?;
        self.frame_of(id, self.fibers.get(id)?)
    }

    /// A frame, if it is still there.
    pub fn frame(&self, id: FrameId) -> Option<Frame<'_>> {
        self.frame_of(id.0, self.fibers.get(id.0)?)
    }

    fn frame_of<'e>(&'e self, id: FiberId, fiber: &'e Fiber) -> Option<Frame<'e>> {
        let state = self.program.states.get(fiber.state)?;
        let domain = self.domain(fiber.domain)?;
        let parent = fiber.parent.map(|(it, _)| it).or(domain.owner.map(|(it, _)| it));
        Some(Frame {
            id: FrameId(id),
            parent: parent.map(FrameId),
            execution: &domain.arn,
            state: &state.name,
            pointer: &state.pointer,
            input: &fiber.input,
            variables: &fiber.variables,
            iterations: &fiber.iterations,
            retry_count: fiber.retry_count,
            phase: phase(fiber),
        })
    }
}

fn phase(fiber: &Fiber) -> Phase<'_> {
    match &fiber.work {
        Work::Enter => Phase::Entering,
        Work::Act => Phase::Working,
        Work::Finish(result) => Phase::Leaving(result.as_ref().ok()),
        Work::Task(_) => Phase::Task(fiber.token.as_deref()),
        Work::Sleep | Work::Until(_) => Phase::Time,
        Work::Branches(_) | Work::Items(_) => Phase::Children,
    }
}
