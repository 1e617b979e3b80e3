//! The Parallel state, and what containers do when a child is over.

use std::collections::BTreeMap;

use jsonata::Value;

use crate::errors::Failure;
use crate::execution::{Execution, Flow};
use crate::fiber::{Branches, Chain, Fiber, FiberId, Work};
use crate::history::{Details, EventType};
use crate::program::{Kind, State, StateId};
use crate::redrive::Frozen;

impl Execution {
    pub(super) fn parallel(
        &mut self,
        id: FiberId,
        fiber: &mut Fiber,
        state: &State,
        branches: &[StateId],
    ) -> Result<Option<Value>, Failure> {
        let input = self.parameters(fiber, state)?;
        let mut chain = fiber.chain;
        self.record(fiber.domain, &mut chain, EventType::ParallelStateStarted, || Details::None);
        fiber.chain = chain;
        let mut live = BTreeMap::new();
        for (index, start) in branches.iter().enumerate() {
            let parent = Some((id, index));
            let branch =
                self.spawn(parent, fiber.domain, *start, input.clone(), fiber.variables.clone(), chain);
            if let Some(it) = self.fibers.get_mut(branch) {
                it.item = fiber.item.clone();
                it.iterations = fiber.iterations.clone();
            }
            live.insert(index, branch);
        }
        for branch in live.values().rev() {
            self.enqueue_first(*branch);
        }
        fiber.work = Work::Branches(Box::new(Branches {
            results: vec![Value::Null; branches.len()],
            live,
            last: chain.last,
        }));
        Ok(None)
    }

    /// A branch or an iteration is over.
    pub(crate) fn child_ended(
        &mut self,
        parent: FiberId,
        index: usize,
        child: Fiber,
        result: Result<Value, Failure>,
    ) {
        let Some(mut fiber) = self.fibers.take(parent) else { return };
        let work = std::mem::replace(&mut fiber.work, Work::Act);
        let more = match work {
            Work::Branches(branches) => self.branch_ended(&mut fiber, branches, index, child, result),
            Work::Items(items) => self.iteration_ended(&mut fiber, items, index, child, result),
            other @ (Work::Enter
            | Work::Act
            | Work::Finish(_)
            | Work::Task(_)
            | Work::Sleep
            | Work::Until(_)) => {
                fiber.work = other;
                Flow::Wait
            }
        };
        self.fibers.put(parent, fiber);
        if matches!(more, Flow::Next) {
            self.enqueue_first(parent);
        }
    }

    fn branch_ended(
        &mut self,
        fiber: &mut Fiber,
        mut branches: Box<Branches>,
        index: usize,
        child: Fiber,
        result: Result<Value, Failure>,
    ) -> Flow {
        branches.live.remove(&index);
        match result {
            Err(failure) => {
                let live: Vec<FiberId> = branches.live.values().copied().collect();
                branches.live.clear();
                let last = child.chain.last;
                let mut children = self.cut(fiber.domain, last, None, &live);
                children.push((index, Box::new(child)));
                fiber.frozen = Some(Box::new(Frozen { work: Work::Branches(branches), children }));
                fiber.chain = Chain::at(last);
                fiber.work = Work::Finish(Err(failure));
                Flow::Next
            }
            Ok(output) => {
                branches.last = branches.last.max(child.chain.last);
                if let Some(place) = branches.results.get_mut(index) {
                    *place = output;
                }
                if !branches.live.is_empty() {
                    fiber.work = Work::Branches(branches);
                    return Flow::Wait;
                }
                let mut chain = Chain::at(branches.last);
                self.record_aside(fiber.domain, &mut chain, EventType::ParallelStateSucceeded, || {
                    Details::None
                });
                fiber.chain = chain;
                fiber.work = Work::Finish(Ok(Value::from(branches.results)));
                Flow::Next
            }
        }
    }

    /// Takes the children out of the run that a failure cuts short. Each one's state is recorded as aborted, all after
    /// the failed child's last event.
    pub(super) fn cut(
        &mut self,
        domain: usize,
        after: u64,
        map: Option<&std::sync::Arc<str>>,
        children: &[FiberId],
    ) -> Vec<(usize, Box<Fiber>)> {
        let mut cut = Vec::new();
        for child in children {
            let Some(fiber) = self.fibers.get(*child) else { continue };
            let inside = fiber.entered > 0 && !matches!(fiber.work, Work::Enter);
            let index = fiber.iterations.last().map(|(_, index)| *index);
            let kind = self.program.states.get(fiber.state).and_then(|it| aborted_event(&it.kind));
            if let Some(kind) = kind.filter(|_| inside) {
                self.record(domain, &mut Chain::at(after), kind, || Details::None);
            }
            if let (Some(map), Some(index)) = (map, index) {
                let map = map.clone();
                let kind = EventType::MapIterationAborted;
                self.record(domain, &mut Chain::at(after), kind, || Details::Iteration(map, index));
            }
            if let Some(fiber) = self.freeze(*child) {
                cut.push((fiber.parent.map_or(0, |(_, index)| index), fiber));
            }
        }
        cut
    }
}

/// The types that AWS has such an event for.
fn aborted_event(kind: &Kind) -> Option<EventType> {
    match kind {
        Kind::Task(_) => Some(EventType::TaskStateAborted),
        Kind::Wait(_) => Some(EventType::WaitStateAborted),
        Kind::Parallel { .. } => Some(EventType::ParallelStateAborted),
        Kind::Map(_) => Some(EventType::MapStateAborted),
        Kind::Pass { .. } | Kind::Choice(_) | Kind::Succeed | Kind::Fail { .. } => None,
    }
}
