//! `saga`: what was done is undone, in reverse.
//!
//! The undo blocks are one chain of states. A failure enters it where the steps done so far begin; a step that may
//! or may not have run keeps a flag, one in a loop a list of what it was run with (B14). All is well: no state.
//!
//! In the bodies of a `map` and the branches of a `parallel` nothing may be stopped midway, since nobody could say
//! what was done. So those that hold steps of a saga never fail: they give what was done and why they
//! stopped, and a `Choice` behind them (the one state that this costs) goes on with the first failure.

use std::sync::Arc;

use super::frames::{Frame, Handler};
use super::{Loose, Lower, Place, loose};
use crate::machine::{Expr, Func, Item, Op, StateId, StateKind, VarId};
use crate::source::Span;
use crate::typed::walk::Child;
use crate::typed::{self, Block, Clauses, ExprKind, LocalId, Undo};

/// A saga whose body is being lowered.
#[derive(Debug)]
pub(super) struct Running<'a> {
    handler: Handler,
    /// Failures by how many undo blocks are to be run for them.
    entries: Vec<(usize, Vec<Loose>)>,
    undos: Vec<Registered<'a>>,
    /// Where flags and lists get their first value.
    start: StateId,
    conditional: i32,
    looped: i32,
    /// Variables from this one on are made in what runs more than once.
    inside: u32,
}

/// An undo block whose step is done, or may be.
#[derive(Clone, Debug)]
pub(super) struct Registered<'a> {
    undo: &'a Undo,
    kind: Kind,
    /// What its names stood for at the step.
    places: Vec<(LocalId, Place)>,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Done by all that get there.
    Always,
    /// Done where the flag says so.
    Flag(VarId),
    /// Done as often as the list is long, with these locals.
    List(VarId, Vec<(LocalId, Arc<str>)>),
}

impl Running<'_> {
    fn new(handler: Handler, start: StateId, inside: u32, looped: i32) -> Self {
        let (entries, undos) = (Vec::new(), Vec::new());
        Running { handler, entries, undos, start, conditional: 0, looped, inside }
    }

    pub(super) fn handler(&mut self) -> &mut Handler {
        &mut self.handler
    }

    /// What failed up to now is undone with what is registered now.
    fn flush(&mut self) {
        let edges = std::mem::take(&mut self.handler.entries);
        self.entries.push((self.undos.len(), edges));
    }
}

/// An undo block, to be registered when its step is done.
pub(super) struct Planned<'a> {
    undo: &'a Undo,
}

impl<'a> Lower<'a> {
    fn running(&mut self) -> Option<&mut Running<'a>> {
        for frame in self.frames.iter_mut().rev() {
            match frame {
                Frame::Saga(running) => return Some(running),
                Frame::Scope => return None,
                Frame::Label { .. } | Frame::Handlers(_) | Frame::Finally(_) | Frame::Step { .. } => {}
            }
        }
        None
    }

    /// What follows may not run.
    pub(super) fn conditional(&mut self, change: i32) {
        if let Some(running) = self.running() {
            running.conditional += change;
        }
    }

    /// What follows may run more than once.
    pub(super) fn looped(&mut self, change: i32) {
        let next = self.next_var();
        if let Some(running) = self.running() {
            if running.looped == 0 {
                running.inside = next;
            }
            running.looped += change;
        }
    }

    fn next_var(&self) -> u32 {
        u32::try_from(self.m.vars.len()).unwrap_or(u32::MAX)
    }

    /// Before a step: `undo (attempted)` counts from here.
    pub(super) fn enter_undo(&mut self, clauses: &'a Clauses) -> Option<Planned<'a>> {
        let undo = clauses.undo.as_ref()?;
        if self.running().is_none() {
            self.problems.push(crate::diagnostics::build::undo_in_child(undo.span));
            return None;
        }
        if undo.attempted {
            self.register(undo);
            return None;
        }
        Some(Planned { undo })
    }

    /// Behind a step that is done.
    pub(super) fn finish_undo(&mut self, planned: Option<Planned<'a>>, value: Option<VarId>) {
        if let Some(planned) = planned {
            if let (Some(local), Some(var)) = (planned.undo.value, value) {
                self.env.insert(local, Place::Var(var));
            }
            self.register(planned.undo);
        }
    }

    fn register(&mut self, undo: &'a Undo) {
        let Some((conditional, looped, start)) = self.running().map(|r| (r.conditional, r.looped, r.start))
        else {
            return;
        };
        let mut locals = Vec::new();
        block_locals(&undo.body, &mut locals);
        let place = |local: LocalId| self.env.get(&local).map(|place| (local, place.clone()));
        let places: Vec<(LocalId, Place)> = locals.into_iter().filter_map(place).collect();
        let kind = if looped > 0 {
            self.listed(&places, start)
        } else if conditional > 0 {
            let flag = self.m.var(&"done".into(), true);
            self.initially(start, flag, Expr::Boolean(false));
            self.set(flag, Expr::Boolean(true));
            Kind::Flag(flag)
        } else {
            Kind::Always
        };
        if let Some(running) = self.running() {
            if looped == 0 {
                running.flush();
            }
            running.undos.push(Registered { undo, kind, places });
        }
    }

    fn initially(&mut self, start: StateId, var: VarId, value: Expr) {
        if let Some(StateKind::Pass(edge)) = self.m.state_mut(start).map(|s| &mut s.kind) {
            edge.assign.push((var, value));
        }
    }

    /// Remembers what the undo block reads, for each time its step was done.
    fn listed(&mut self, places: &[(LocalId, Place)], start: StateId) -> Kind {
        let list = self.m.var(&"done".into(), true);
        self.initially(start, list, Expr::List(Vec::new()));
        let inside = self.running().map_or(0, |running| running.inside);
        let mut kept: Vec<(LocalId, Arc<str>)> = Vec::new();
        let mut fields = Vec::new();
        for (local, place) in places {
            let value = match place {
                Place::Var(var) => Expr::Var(*var),
                Place::Alias(value) => value.clone(),
            };
            if !self.may_change(&value, inside) {
                continue;
            }
            let name = self.program.locals.get(local.index()).map_or_else(|| "v".into(), |l| l.name.clone());
            let free = |n: &str| kept.iter().all(|(_, taken)| **taken != *n);
            let name: Arc<str> = crate::emit::names::unique(&name, "", free).into();
            fields.push((name.clone(), value));
            kept.push((*local, name));
        }
        let items = vec![Item::Spread(Expr::Var(list)), Item::One(Expr::record(fields))];
        self.set(list, Expr::List(items));
        Kind::List(list, kept)
    }

    /// Whether a value may be another one when the undo block runs, or not be there: it reads what is made inside
    /// of what runs more than once, or what is assigned again.
    fn may_change(&self, value: &Expr, inside: u32) -> bool {
        let effects = value.effects();
        let vars = value.vars();
        effects.tied || effects.input || vars.iter().any(|var| var.0 >= inside || !self.stable.contains(&var))
    }

    // ------------------------------------------------------------ bodies and branches

    /// Whether a block holds steps of the saga around it, which a failure beside it must not stop.
    pub(super) fn collects(&mut self, body: &Block) -> bool {
        self.running().is_some() && has_undo(body, self.program)
    }

    /// A body or branch whose steps are undone outside. It never fails: what it gives says what was done, and
    /// why it stopped, so that nothing beside it is stopped midway. `here` is behind all of it.
    pub(super) fn collect(
        &mut self,
        wanted: bool,
        body: impl FnOnce(&mut Self) -> Expr,
    ) -> Vec<Registered<'a>> {
        let start = self.step(StateKind::Pass(loose()), "saga", "nothing is done yet");
        let error = self.m.var(&"error".into(), true);
        self.stable.insert(error);
        let handler = self.handler(None, error);
        let running = Running::new(handler, start, self.next_var(), 1);
        self.frames.push(Frame::Saga(running));
        let value = body(self);
        let value = self.safe(value);
        let Some(Frame::Saga(running)) = self.frames.pop() else { return Vec::new() };
        let outcome = |value: Expr, error: Expr| {
            let mut fields: Vec<(Arc<str>, Expr)> = vec![("value".into(), value), ("error".into(), error)];
            let lists = running.undos.iter().enumerate();
            fields.extend(lists.filter_map(|(at, undo)| match undo.kind {
                Kind::List(list, _) => Some((done_field(at), Expr::Var(list))),
                Kind::Always | Kind::Flag(_) => None,
            }));
            Expr::record(fields)
        };
        self.succeed(outcome(if wanted { value } else { Expr::Null }, Expr::Null));
        let failed = outcome(Expr::Null, Expr::Var(error));
        self.here = running.handler.entries;
        self.succeed(failed);
        running.undos
    }

    /// What was done in bodies or branches becomes part of the saga around: `all` gives, for the field of an undo
    /// block in an outcome, the list of what it was done with.
    pub(super) fn adopt(&mut self, undos: Vec<Registered<'a>>, all: impl Fn(&mut Self, &str) -> Expr) {
        for (at, inner) in undos.into_iter().enumerate() {
            let Kind::List(_, kept) = inner.kind else { continue };
            let Some((looped, start)) = self.running().map(|running| (running.looped, running.start)) else {
                return;
            };
            let list = self.m.var(&"done".into(), true);
            self.initially(start, list, Expr::List(Vec::new()));
            let more = all(self, &done_field(at));
            self.set(list, Expr::List(vec![Item::Spread(Expr::Var(list)), Item::Spread(more)]));
            if let Some(running) = self.running() {
                if looped == 0 {
                    running.flush();
                }
                let kind = Kind::List(list, kept);
                running.undos.push(Registered { undo: inner.undo, kind, places: inner.places });
            }
        }
    }

    /// The first failure among the outcomes goes on as one.
    pub(super) fn fail_with_outcomes(&mut self, outcomes: VarId, span: Span) {
        let error = |it: &mut Self| {
            let one = it.m.bound(&"outcome".into());
            (one, Expr::Bound(one).field("error").not_null())
        };
        let (one, failed) = error(self);
        let list = Expr::Var(outcomes);
        let any = Expr::call(Func::Any, vec![list.clone(), Expr::Lambda(vec![one], Box::new(failed))]);
        let fine = self.branch(any, "all done?", "what ran at once is undone only when all of it has ended");
        let (one, failed) = error(self);
        let first = vec![list, Expr::Lambda(vec![one], Box::new(failed))];
        let first = Expr::call(Func::Find { nested: false }, first);
        let error = self.m.var(&"error".into(), true);
        self.stable.insert(error);
        self.set(error, first.field("error"));
        self.raise(Expr::Var(error), Some("which error?"), span);
        self.here = fine;
    }

    pub(super) fn saga(&mut self, body: &'a Block, clauses: &'a Clauses, wanted: bool) -> Expr {
        let hint = self.hint.take();
        let span = body.span;
        let start = self.step(StateKind::Pass(loose()), "saga", "nothing is done yet");
        let error = self.m.var(&"error".into(), true);
        self.stable.insert(error);
        let handler = self.handler(None, error);
        let undo = self.enter_undo(clauses);
        self.frames.push(Frame::Saga(Running::new(handler, start, 0, 0)));
        let result = self.result(wanted, hint);
        let value = self.block(body, wanted);
        if let Some(var) = result {
            self.set(var, value);
        }
        let Some(Frame::Saga(mut running)) = self.frames.pop() else { return Expr::Null };
        running.flush();
        self.finish_undo(undo, result);
        let done = std::mem::take(&mut self.here);
        self.undo_chain(running, error);
        self.push_handlers(&clauses.catches);
        if !self.here.is_empty() {
            self.raise(Expr::Var(error), Some("which error?"), span);
        }
        self.here = done;
        self.pop_handlers(&clauses.catches, result, wanted);
        result.map_or(Expr::Null, Expr::Var)
    }

    /// The undo blocks, last first. `here` is behind them, where something can fail at all.
    fn undo_chain(&mut self, running: Running<'a>, error: VarId) {
        let failed = self.m.var(&"undoError".into(), true);
        self.stable.insert(failed);
        let handler = self.handler(None, failed);
        self.frames.push(Frame::Handlers(vec![handler]));
        let mut entries = running.entries;
        let mut enter = |it: &mut Self, position: usize| {
            for (at, edges) in &mut entries {
                if *at == position {
                    it.here.append(edges);
                }
            }
        };
        for (position, registered) in running.undos.iter().enumerate().rev() {
            enter(self, position + 1);
            if !self.here.is_empty() {
                self.undo(registered);
            }
        }
        enter(self, 0);
        let Some(Frame::Handlers(handlers)) = self.frames.pop() else { return };
        let done = std::mem::take(&mut self.here);
        self.here = handlers.into_iter().flat_map(|h| h.entries).collect();
        if !self.here.is_empty() {
            let (first, second) = (Expr::Var(error), Expr::Var(failed));
            let cause = Expr::Template(vec![
                Expr::call(Func::ErrorMessage, vec![first.clone()]),
                Expr::text("; undoing failed: "),
                second.clone().field("Error"),
                Expr::text(": "),
                Expr::call(Func::ErrorMessage, vec![second]),
            ]);
            self.set(error, Expr::record([("Error", first.field("Error")), ("Cause", cause)]));
        }
        self.here.extend(done);
    }

    fn undo(&mut self, registered: &Registered<'a>) {
        let block = &registered.undo.body;
        for (local, place) in &registered.places {
            self.env.insert(*local, place.clone());
        }
        match &registered.kind {
            Kind::Always => {
                self.block(block, false);
            }
            Kind::Flag(flag) => {
                let other = self.branch(Expr::Var(*flag), "was it done?", "only what was done is undone");
                self.block(block, false);
                self.here.extend(other);
            }
            Kind::List(list, locals) => {
                let at = self.m.var(&"i".into(), true);
                let last = Expr::binary(
                    Op::Subtract,
                    Expr::call(Func::Count, vec![Expr::Var(*list)]),
                    Expr::number(1),
                );
                self.set(at, last);
                let head = self.anchor("undo");
                let more = Expr::binary(Op::GreaterEqual, Expr::Var(at), Expr::number(0));
                let out = self.branch(more, "more to undo?", "goes through what was done, last first");
                for (local, name) in locals {
                    let value = Expr::Var(*list).index(Expr::Var(at)).field(name);
                    let var = self.declare(*local);
                    self.set(var, value);
                }
                self.block(block, false);
                self.set(at, Expr::binary(Op::Subtract, Expr::Var(at), Expr::number(1)));
                let back = std::mem::replace(&mut self.here, out);
                self.connect(back, head);
            }
        }
    }
}

fn done_field(at: usize) -> Arc<str> {
    format!("done{at}").into()
}

/// Whether a block has `undo` clauses that belong to a saga around it.
fn has_undo(block: &Block, program: &typed::Program) -> bool {
    let mut found = false;
    block.each_child(&mut |child| found |= child_has_undo(child, program));
    found
}

fn child_has_undo(child: Child<'_>, program: &typed::Program) -> bool {
    let expr = match child {
        Child::Block(block) => return has_undo(block, program),
        Child::Expr(expr) => expr,
    };
    let own = match &expr.kind {
        ExprKind::Call(call) => call.clauses.undo.is_some(),
        ExprKind::Map(map) => map.clauses.undo.is_some(),
        ExprKind::Parallel { clauses, .. } | ExprKind::Try { clauses, .. } => clauses.undo.is_some(),
        // Its steps are its own.
        ExprKind::Saga { clauses, .. } => return clauses.undo.is_some(),
        ExprKind::Step { step, .. } => {
            program.steps.get(step.index()).is_some_and(|step| has_undo(&step.body, program))
        }
        _ => false,
    };
    let mut found = own;
    expr.each_child(&mut |child| found |= child_has_undo(child, program));
    found
}

/// The locals that a block reads.
fn block_locals(block: &Block, into: &mut Vec<LocalId>) {
    block.each_child(&mut |child| child_locals(child, into));
}

fn child_locals(child: Child<'_>, into: &mut Vec<LocalId>) {
    match child {
        Child::Block(block) => block_locals(block, into),
        Child::Expr(e) => expr_locals(e, into),
    }
}

fn expr_locals(expr: &typed::Expr, into: &mut Vec<LocalId>) {
    if let ExprKind::Local(local) = expr.kind
        && !into.contains(&local)
    {
        into.push(local);
    }
    expr.each_child(&mut |child| child_locals(child, into));
}
