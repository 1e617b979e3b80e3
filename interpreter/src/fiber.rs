//! One line of control: the execution itself, a branch, or an iteration.

use std::collections::BTreeMap;
use std::sync::Arc;

use jsonata::{Object, Value};

use crate::clock::Millis;
use crate::errors::Failure;
use crate::program::StateId;
use crate::redrive::Frozen;
use crate::states::map::Items;

/// A place in [`Fibers`], and which of its tenants is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FiberId {
    at: usize,
    tenant: u64,
}

/// `previousEventId` of what comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chain {
    /// The last event that others follow.
    pub(crate) last: u64,
    /// The last event of all. `…StateSucceeded`, `MapRunSucceeded`, `MapIterationFailed` and
    /// `TaskStateAborted` stand aside: they follow it, and none but their like and the end follow them.
    pub(crate) tail: u64,
}

impl Chain {
    pub(crate) fn at(event: u64) -> Chain {
        Chain { last: event, tail: event }
    }
}

#[derive(Debug)]
pub(crate) struct Fiber {
    pub(crate) domain: usize,
    /// The container and the index in it.
    pub(crate) parent: Option<(FiberId, usize)>,
    pub(crate) state: StateId,
    /// The state's raw input.
    pub(crate) input: Value,
    pub(crate) variables: Object,
    pub(crate) chain: Chain,
    /// The event of the state's entry, and the one before it.
    pub(crate) entered: u64,
    pub(crate) before: u64,
    pub(crate) entered_at: Millis,
    /// Retries so far, by retrier.
    pub(crate) retries: Vec<u64>,
    pub(crate) retry_count: u64,
    /// `Map.Item` of the context object.
    pub(crate) item: Option<Value>,
    /// The iterations around, outermost first.
    pub(crate) iterations: Arc<[(Arc<str>, u64)]>,
    pub(crate) token: Option<Arc<str>>,
    pub(crate) work: Work,
    /// Raised whenever the fiber stops waiting for something: older timers no longer concern it.
    pub(crate) ticket: u64,
    /// Whether it is in the queue.
    pub(crate) queued: bool,
    /// Of a container that failed: what a redrive starts again.
    pub(crate) frozen: Option<Box<Frozen>>,
}

impl Fiber {
    /// A fiber about to enter a state.
    pub(crate) fn new(
        domain: usize,
        parent: Option<(FiberId, usize)>,
        state: StateId,
        input: Value,
        variables: Object,
        chain: Chain,
        now: Millis,
    ) -> Fiber {
        Fiber {
            domain,
            parent,
            state,
            input,
            variables,
            chain,
            entered: 0,
            before: 0,
            entered_at: now,
            retries: Vec::new(),
            retry_count: 0,
            item: None,
            iterations: Arc::new([]),
            token: None,
            work: Work::Enter,
            ticket: 0,
            queued: false,
            frozen: None,
        }
    }
}

/// What the fiber does next, or waits for.
#[derive(Debug)]
pub(crate) enum Work {
    /// Enters its state.
    Enter,
    /// Does the state's work, for the first time or again.
    Act,
    /// The state's work is done.
    Finish(Result<Value, Failure>),
    /// A task waits for its service.
    Task(Box<Pending>),
    /// A retrier waits.
    Sleep,
    /// A `Wait` waits; then this is its result.
    Until(Value),
    /// A `Parallel` waits for its branches.
    Branches(Box<Branches>),
    /// A `Map` starts iterations and waits for them.
    Items(Box<Items>),
}

/// A task under way.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) heartbeat: Option<Millis>,
    /// Missed heartbeats are told by this, apart from the other timers of the ticket.
    pub(crate) beat: u64,
    /// Whether `TaskSubmitted` (`ActivityStarted`) has come.
    pub(crate) submitted: bool,
}

#[derive(Debug)]
pub(crate) struct Branches {
    pub(crate) results: Vec<Value>,
    pub(crate) live: BTreeMap<usize, FiberId>,
    pub(crate) last: u64,
}

/// All fibers. Places are used again.
#[derive(Debug, Default)]
pub(crate) struct Fibers {
    places: Vec<(u64, Option<Box<Fiber>>)>,
    free: Vec<usize>,
    live: usize,
}

impl Fibers {
    pub(crate) fn add(&mut self, fiber: Fiber) -> FiberId {
        self.live += 1;
        let fiber = Some(Box::new(fiber));
        if let Some(at) = self.free.pop()
            && let Some(place) = self.places.get_mut(at)
        {
            place.0 += 1;
            place.1 = fiber;
            return FiberId { at, tenant: place.0 };
        }
        self.places.push((0, fiber));
        FiberId { at: self.places.len() - 1, tenant: 0 }
    }

    pub(crate) fn get(&self, id: FiberId) -> Option<&Fiber> {
        let (tenant, fiber) = self.places.get(id.at)?;
        if *tenant == id.tenant { fiber.as_deref() } else { None }
    }

    pub(crate) fn get_mut(&mut self, id: FiberId) -> Option<&mut Fiber> {
        let (tenant, fiber) = self.places.get_mut(id.at)?;
        if *tenant == id.tenant { fiber.as_deref_mut() } else { None }
    }

    /// Takes a fiber out to work on; it comes back by [`Fibers::put`] or is given up by [`Fibers::remove`].
    pub(crate) fn take(&mut self, id: FiberId) -> Option<Box<Fiber>> {
        let (tenant, fiber) = self.places.get_mut(id.at)?;
        if *tenant == id.tenant { fiber.take() } else { None }
    }

    pub(crate) fn put(&mut self, id: FiberId, fiber: Box<Fiber>) {
        if let Some((tenant, place)) = self.places.get_mut(id.at)
            && *tenant == id.tenant
        {
            *place = Some(fiber);
        }
    }

    /// Gives the place up, whether the fiber is in it or has been taken out.
    pub(crate) fn remove(&mut self, id: FiberId) -> Option<Box<Fiber>> {
        let (tenant, place) = self.places.get_mut(id.at)?;
        if *tenant != id.tenant {
            return None;
        }
        *tenant += 1;
        self.live -= 1;
        self.free.push(id.at);
        place.take()
    }

    /// All that are in their places.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (FiberId, &Fiber)> {
        self.places
            .iter()
            .enumerate()
            .filter_map(|(at, (tenant, fiber))| Some((FiberId { at, tenant: *tenant }, fiber.as_deref()?)))
    }

    pub(crate) fn clear(&mut self) {
        *self = Fibers::default();
    }
}
