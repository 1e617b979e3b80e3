//! `saga`: what was done is undone, in reverse.
//!
//! The undo blocks are one chain of states. A failure enters it where the steps done so far begin; a step that may
//! or may not have run keeps a flag, one in a loop a list of what it was run with (B14). All is well: no state.

use std::sync::Arc;

use super::frames::{Frame, Handler};
use super::{Loose, Lower, Place, loose};
use crate::machine::{Expr, Func, Item, Op, StateId, StateKind, VarId};
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
}

#[derive(Clone, Debug)]
struct Registered<'a> {
    undo: &'a Undo,
    kind: Kind,
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
        if let Some(running) = self.running() {
            running.looped += change;
        }
    }

    /// Before a step: `undo (attempted)` counts from here.
    pub(super) fn enter_undo(&mut self, clauses: &'a Clauses) -> Option<Planned<'a>> {
        let undo = clauses.undo.as_ref()?;
        if self.running().is_none() {
            self.problem("F0706", undo.span, "`undo` has no saga around it that could run it");
            return None;
        }
        if undo.attempted {
            self.register(undo);
            return None;
        }
        Some(Planned { undo })
    }

    /// Behind a step that is done.
    pub(super) fn finish_undo(&mut self, planned: Option<Planned<'a>>) {
        if let Some(planned) = planned {
            self.register(planned.undo);
        }
    }

    fn register(&mut self, undo: &'a Undo) {
        let Some((conditional, looped, start)) = self.running().map(|r| (r.conditional, r.looped, r.start))
        else {
            return;
        };
        let kind = if looped > 0 {
            self.listed(undo, start)
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
            running.undos.push(Registered { undo, kind });
        }
    }

    fn initially(&mut self, start: StateId, var: VarId, value: Expr) {
        if let Some(StateKind::Pass(edge)) = self.m.state_mut(start).map(|s| &mut s.kind) {
            edge.assign.push((var, value));
        }
    }

    /// Remembers what the undo block reads, for each time its step was done.
    fn listed(&mut self, undo: &'a Undo, start: StateId) -> Kind {
        let list = self.m.var(&"done".into(), true);
        self.initially(start, list, Expr::List(Vec::new()));
        let mut locals = Vec::new();
        block_locals(&undo.body, &mut locals);
        let mut kept: Vec<(LocalId, Arc<str>)> = Vec::new();
        let mut fields = Vec::new();
        for local in locals {
            if let Some(Place::Var(var)) = self.env.get(&local).cloned() {
                let name =
                    self.program.locals.get(local.index()).map_or_else(|| "v".into(), |l| l.name.clone());
                let free = |n: &str| kept.iter().all(|(_, taken)| **taken != *n);
                let name: Arc<str> = crate::emit::names::unique(&name, "", free).into();
                fields.push((name.clone(), Expr::Var(var)));
                kept.push((local, name));
            }
        }
        let items = vec![Item::Spread(Expr::Var(list)), Item::One(Expr::record(fields))];
        self.set(list, Expr::List(items));
        Kind::List(list, kept)
    }

    pub(super) fn saga(&mut self, body: &'a Block, clauses: &'a Clauses, wanted: bool) -> Expr {
        let hint = self.hint.take();
        let span = body.span;
        let start = self.step(StateKind::Pass(loose()), "saga", "nothing is done yet");
        let error = self.m.var(&"error".into(), true);
        self.stable.insert(error);
        let handler = self.handler(None, error);
        let running =
            Running { handler, entries: Vec::new(), undos: Vec::new(), start, conditional: 0, looped: 0 };
        self.frames.push(Frame::Saga(running));
        let result = self.result(wanted, hint);
        let value = self.block(body, wanted);
        if let Some(var) = result {
            self.set(var, value);
        }
        let Some(Frame::Saga(mut running)) = self.frames.pop() else { return Expr::Null };
        running.flush();
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
