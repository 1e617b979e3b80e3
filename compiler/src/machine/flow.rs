//! Walking a machine: edges, scopes, and what each state reads.

use std::collections::{BTreeMap, HashSet};

use super::{Batch, Catcher, Choice, Edge, Expr, Items, Machine, Map, StateId, StateKind, Task, Until};
use super::{Service, Tolerate, VarId, fold};

/// Which of a state's edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// The way on, when all is well.
    Out,
    /// A choice's rule.
    Rule(usize),
    Default,
    Catch(usize),
}

/// An edge, by the state it leaves.
pub type EdgeId = (StateId, Slot);

impl StateKind {
    /// All edges, in order.
    pub fn edges(&self) -> Vec<(Slot, &Edge)> {
        match self {
            StateKind::Pass(out) | StateKind::Wait(_, out) => vec![(Slot::Out, out)],
            StateKind::Task(task) => with_catches(&task.out, &task.catches),
            StateKind::Map(map) => with_catches(&map.out, &map.catches),
            StateKind::Parallel(parallel) => with_catches(&parallel.out, &parallel.catches),
            StateKind::Choice(Choice { rules, default }) => {
                let mut all: Vec<_> =
                    rules.iter().enumerate().map(|(i, (_, e))| (Slot::Rule(i), e)).collect();
                all.push((Slot::Default, default));
                all
            }
            StateKind::Succeed(_) | StateKind::Fail { .. } => Vec::new(),
        }
    }

    /// All edges, to be changed.
    pub fn edges_mut(&mut self) -> Vec<(Slot, &mut Edge)> {
        match self {
            StateKind::Pass(out) | StateKind::Wait(_, out) => vec![(Slot::Out, out)],
            StateKind::Task(task) => {
                let Task { out, catches, .. } = task.as_mut();
                with_catches_mut(out, catches)
            }
            StateKind::Map(map) => {
                let Map { out, catches, .. } = map.as_mut();
                with_catches_mut(out, catches)
            }
            StateKind::Parallel(parallel) => with_catches_mut(&mut parallel.out, &mut parallel.catches),
            StateKind::Choice(Choice { rules, default }) => {
                let mut all: Vec<_> =
                    rules.iter_mut().enumerate().map(|(i, (_, e))| (Slot::Rule(i), e)).collect();
                all.push((Slot::Default, default));
                all
            }
            StateKind::Succeed(_) | StateKind::Fail { .. } => Vec::new(),
        }
    }

    pub fn edge_mut(&mut self, slot: Slot) -> Option<&mut Edge> {
        self.edges_mut().into_iter().find(|(s, _)| *s == slot).map(|(_, e)| e)
    }

    pub fn edge(&self, slot: Slot) -> Option<&Edge> {
        self.edges().into_iter().find(|(s, _)| *s == slot).map(|(_, e)| e)
    }

    /// Starts of the inner scopes.
    pub fn bodies(&self) -> Vec<StateId> {
        match self {
            StateKind::Map(map) => vec![map.body],
            StateKind::Parallel(parallel) => parallel.branches.clone(),
            StateKind::Pass(_)
            | StateKind::Task(_)
            | StateKind::Choice(_)
            | StateKind::Wait(..)
            | StateKind::Succeed(_)
            | StateKind::Fail { .. } => Vec::new(),
        }
    }

    /// What the state itself evaluates when it is entered; not its edges, not its inner scopes.
    pub fn reads(&self) -> Vec<&Expr> {
        match self {
            StateKind::Pass(_) | StateKind::Parallel(_) => Vec::new(),
            StateKind::Task(task) => task_reads(task),
            StateKind::Choice(choice) => choice.rules.iter().map(|(condition, _)| condition).collect(),
            StateKind::Wait(Until::Seconds(e) | Until::Time(e), _) | StateKind::Succeed(e) => vec![e],
            StateKind::Map(map) => map_reads(map),
            StateKind::Fail { error, cause } => error.iter().chain(cause).collect(),
        }
    }

    /// Puts values in the place of the variables that it reads.
    pub fn substitute_reads(&mut self, values: &[(VarId, Expr)]) {
        let value = |var| values.iter().find(|(it, _)| *it == var).map(|(_, value)| value);
        self.reads_mut().into_iter().for_each(|expr| fold::put(expr, &value));
    }

    /// As [`StateKind::reads`], to be changed.
    pub fn reads_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            StateKind::Pass(_) | StateKind::Parallel(_) => Vec::new(),
            StateKind::Task(task) => {
                let Task { service, arguments, timeout, heartbeat, role, .. } = task.as_mut();
                let mut all = vec![arguments];
                all.extend(timeout.iter_mut().chain(heartbeat).chain(role));
                if let Service::Activity(arn) = service {
                    all.push(arn);
                }
                all
            }
            StateKind::Choice(choice) => choice.rules.iter_mut().map(|(condition, _)| condition).collect(),
            StateKind::Wait(Until::Seconds(e) | Until::Time(e), _) | StateKind::Succeed(e) => vec![e],
            StateKind::Map(map) => map_reads_mut(map),
            StateKind::Fail { error, cause } => error.iter_mut().chain(cause).collect(),
        }
    }

    /// The catchers, for the states that have them.
    pub fn catches(&self) -> &[Catcher] {
        match self {
            StateKind::Task(task) => &task.catches,
            StateKind::Map(map) => &map.catches,
            StateKind::Parallel(parallel) => &parallel.catches,
            StateKind::Pass(_)
            | StateKind::Choice(_)
            | StateKind::Wait(..)
            | StateKind::Succeed(_)
            | StateKind::Fail { .. } => &[],
        }
    }

    /// The retriers, for the states that have them.
    pub fn retries(&self) -> &[super::Retrier] {
        match self {
            StateKind::Task(task) => &task.retries,
            StateKind::Map(map) => &map.retries,
            StateKind::Parallel(parallel) => &parallel.retries,
            StateKind::Pass(_)
            | StateKind::Choice(_)
            | StateKind::Wait(..)
            | StateKind::Succeed(_)
            | StateKind::Fail { .. } => &[],
        }
    }

    /// Task, Map or Parallel: the states that AWS can retry and catch.
    pub fn guarded(&self) -> bool {
        matches!(self, StateKind::Task(_) | StateKind::Map(_) | StateKind::Parallel(_))
    }

    /// Whether an error in one of the state's own expressions would be retried or caught by it.
    pub fn catches_evaluation_errors(&self) -> bool {
        self.retries().iter().any(|r| of_evaluation(&r.errors))
            || self.catches().iter().any(|c| of_evaluation(&c.errors))
    }

    /// What catches an error in one of the state's own expressions, where nothing retries it.
    pub fn evaluation_catcher(&self) -> Option<&Catcher> {
        let retried = self.retries().iter().any(|r| of_evaluation(&r.errors));
        self.catches().iter().find(|c| of_evaluation(&c.errors)).filter(|_| !retried)
    }
}

fn of_evaluation(errors: &[std::sync::Arc<str>]) -> bool {
    errors.iter().any(|e| matches!(&**e, "States.ALL" | "States.TaskFailed" | "States.QueryEvaluationError"))
}

fn with_catches<'a>(out: &'a Edge, catches: &'a [Catcher]) -> Vec<(Slot, &'a Edge)> {
    let mut all = vec![(Slot::Out, out)];
    all.extend(catches.iter().enumerate().map(|(i, c)| (Slot::Catch(i), &c.edge)));
    all
}

fn with_catches_mut<'a>(out: &'a mut Edge, catches: &'a mut [Catcher]) -> Vec<(Slot, &'a mut Edge)> {
    let mut all = vec![(Slot::Out, out)];
    all.extend(catches.iter_mut().enumerate().map(|(i, c)| (Slot::Catch(i), &mut c.edge)));
    all
}

fn task_reads(task: &Task) -> Vec<&Expr> {
    let mut all = vec![&task.arguments];
    all.extend(task.timeout.iter().chain(&task.heartbeat).chain(&task.role));
    if let Service::Activity(arn) = &task.service {
        all.push(arn);
    }
    all
}

fn map_reads(map: &Map) -> Vec<&Expr> {
    let mut all = match &map.items {
        Items::List(e) => vec![e],
        Items::Reader(reader) => {
            let mut all = vec![&reader.arguments];
            all.extend(reader.config.iter().map(|(_, e)| e));
            all
        }
    };
    all.extend(map.selector.iter().chain(&map.concurrency));
    if let Some(d) = &map.distributed {
        all.extend(d.tolerate.iter().map(|(Tolerate::Percent(e) | Tolerate::Count(e))| e));
        all.extend(d.batch.iter().flat_map(|Batch { size, input }| std::iter::once(size).chain(input)));
        all.extend(d.writer.iter().flat_map(|(bucket, prefix)| [bucket, prefix]));
    }
    all
}

fn map_reads_mut(map: &mut Map) -> Vec<&mut Expr> {
    let Map { items, selector, concurrency, distributed, .. } = map;
    let mut all = match items {
        Items::List(e) => vec![e],
        Items::Reader(reader) => {
            let mut all = vec![&mut reader.arguments];
            all.extend(reader.config.iter_mut().map(|(_, e)| e));
            all
        }
    };
    all.extend(selector.iter_mut().chain(concurrency));
    if let Some(d) = distributed {
        all.extend(d.tolerate.iter_mut().map(|(Tolerate::Percent(e) | Tolerate::Count(e))| e));
        all.extend(d.batch.iter_mut().flat_map(|Batch { size, input }| std::iter::once(size).chain(input)));
        all.extend(d.writer.iter_mut().flat_map(|(bucket, prefix)| [bucket, prefix]));
    }
    all
}

impl Machine {
    /// The states of one scope (inner scopes not included): the way on first, then the handlers.
    pub fn scope(&self, start: StateId) -> Vec<StateId> {
        let mut order = Vec::new();
        let mut seen: HashSet<StateId> = HashSet::new();
        let mut stack = vec![start];
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            order.push(id);
            let edges = self.state(id).kind.edges();
            stack.extend(edges.iter().rev().filter_map(|(_, edge)| edge.target()));
        }
        order
    }

    /// The start of every scope that can be reached, innermost first.
    pub fn scopes(&self) -> Vec<StateId> {
        let mut all = vec![self.start];
        let mut next = 0;
        while let Some(start) = all.get(next).copied() {
            next += 1;
            for id in self.scope(start) {
                all.extend(self.state(id).kind.bodies());
            }
        }
        all.reverse();
        all
    }

    /// Every state that can be reached, outer scopes before inner ones.
    pub fn reachable(&self) -> Vec<StateId> {
        self.scopes().into_iter().rev().flat_map(|start| self.scope(start)).collect()
    }

    /// The edges that lead to each state of a scope.
    pub fn incoming(&self, start: StateId) -> BTreeMap<StateId, Vec<EdgeId>> {
        let mut all: BTreeMap<StateId, Vec<EdgeId>> = BTreeMap::new();
        for id in self.scope(start) {
            for (slot, edge) in self.state(id).kind.edges() {
                if let Some(target) = edge.target() {
                    all.entry(target).or_default().push((id, slot));
                }
            }
        }
        all
    }
}
