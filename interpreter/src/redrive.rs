//! Redrive: a Standard execution that did not succeed goes on where it stopped
//! (Developer Guide, "Restarting state machine executions with redrive").
//!
//! What has succeeded stays: of a `Parallel` only the branches that failed or were cut short run again, of a `Map` only
//! such iterations and those that had not begun. Retries are counted anew.

use crate::execution::{Execution, millis};
use crate::fiber::{Chain, Fiber, FiberId, Work};
use crate::history::{Details, EventType};
use crate::options::{Kind, Status};

/// A container's work as it was when it failed, and the children that did not end well.
#[derive(Debug)]
pub(crate) struct Frozen {
    pub(crate) work: Work,
    pub(crate) children: Vec<(usize, Box<Fiber>)>,
}

impl Execution {
    /// Starts again what did not succeed. False if the execution cannot be redriven: it is still running, has succeeded,
    /// or is no Standard one.
    pub fn redrive(&mut self) -> bool {
        let over = !matches!(self.status(), Status::Running | Status::Succeeded);
        if !over || self.options.kind != Kind::Standard {
            return false;
        }
        let Some(mut root) = self.take_frozen_root() else { return false };
        self.redrives += 1;
        let count = self.redrives;
        if let Some(domain) = self.domain_mut(0) {
            domain.redriven(count);
        }
        let mut chain = Chain::default();
        self.record(0, &mut chain, EventType::ExecutionRedriven, || Details::Redriven(count));
        root.chain = chain;
        let id = self.thaw(root, None);
        if let Some(domain) = self.domain_mut(0) {
            domain.root = Some(id);
        }
        if let Some(seconds) = self.program.timeout {
            self.set_timer(id, 0, millis(seconds as f64), crate::execution::Due::Execution);
        }
        self.enqueue(id);
        true
    }

    /// Puts a frozen fiber and its children back to work.
    fn thaw(&mut self, mut fiber: Box<Fiber>, parent: Option<(FiberId, usize)>) -> FiberId {
        fiber.parent = parent;
        fiber.retries.clear();
        fiber.retry_count = 0;
        fiber.ticket += 1;
        fiber.queued = false;
        let frozen = fiber.frozen.take();
        let (domain, chain) = (fiber.domain, fiber.chain);
        if frozen.is_none() && !matches!(fiber.work, Work::Enter) {
            fiber.work = Work::Act;
        }
        let id = self.fibers.add(*fiber);
        let Some(frozen) = frozen else { return id };
        let mut work = frozen.work;
        let mut started = Vec::new();
        for (index, mut child) in frozen.children {
            if child.domain == domain {
                child.chain = chain;
                started.push((index, self.thaw(child, Some((id, index)))));
            }
        }
        match &mut work {
            Work::Branches(branches) => branches.live.extend(started.iter().copied()),
            Work::Items(items) => {
                items.failed.clear();
                items.live.extend(started.iter().copied());
            }
            Work::Enter | Work::Act | Work::Finish(_) | Work::Task(_) | Work::Sleep | Work::Until(_) => {}
        }
        if let Some(fiber) = self.fibers.get_mut(id) {
            fiber.work = work;
        }
        for (_, child) in started {
            self.enqueue(child);
        }
        id
    }

    /// Takes a fiber that is cut short out of the run, with all below it.
    pub(crate) fn freeze(&mut self, id: FiberId) -> Option<Box<Fiber>> {
        let mut fiber = self.fibers.remove(id)?;
        self.forget_token(&fiber);
        fiber.token = None;
        self.freeze_work(&mut fiber);
        Some(fiber)
    }

    /// Sets aside what a container was doing. Distributed maps start over: their children are executions of their own.
    pub(crate) fn freeze_work(&mut self, fiber: &mut Fiber) {
        match std::mem::replace(&mut fiber.work, Work::Act) {
            Work::Branches(mut branches) => {
                let live = std::mem::take(&mut branches.live);
                let children = live.into_iter().filter_map(|(at, it)| Some((at, self.freeze(it)?))).collect();
                fiber.frozen = Some(Box::new(Frozen { work: Work::Branches(branches), children }));
            }
            Work::Items(mut items) if items.run.is_none() => {
                let live = std::mem::take(&mut items.live);
                let children = live.into_iter().filter_map(|(at, it)| Some((at, self.freeze(it)?))).collect();
                fiber.frozen = Some(Box::new(Frozen { work: Work::Items(items), children }));
            }
            Work::Items(items) => {
                for child in items.live.into_values() {
                    self.give_up_child(child);
                }
            }
            Work::Enter => fiber.work = Work::Enter,
            Work::Act | Work::Finish(_) | Work::Task(_) | Work::Sleep | Work::Until(_) => {}
        }
    }
}
