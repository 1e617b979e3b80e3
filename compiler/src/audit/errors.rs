//! Checked errors: every declared error that can be raised is caught or listed in `throws`; every name in a `catch`
//! or `retry` can be raised by what it guards.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::origin::{Stranger, may_raise, stranger};
use crate::diagnostics::{Diagnostic, audit as say};
use crate::source::Span;
use crate::typed::walk::Child;
use crate::typed::{
    Block, Call, Catch, Clauses, ErrorRef, Expr, ExprKind, Failure, LocalId, MISSPELT, Mode, Program, Target,
};
use crate::types::{ErrorId, Type};

/// Declared errors that can come out of a piece of program, each with a place that raises it.
type Raised = IndexMap<ErrorId, Span>;

pub(super) fn errors(program: &Program) -> Vec<Diagnostic> {
    let mut pass = Pass { program, found: Vec::new(), open: false, caught: HashMap::new() };
    for workflow in &program.workflows {
        let raised = pass.block(&workflow.body);
        let listed = Listed { errors: &workflow.throws, places: &workflow.throws_spans };
        pass.compare(&raised, listed, &workflow.name, workflow.name_span);
    }
    for step in &program.steps {
        let raised = pass.block(&step.body);
        let listed = Listed { errors: &step.throws, places: &step.throws_spans };
        pass.compare(&raised, listed, &step.name, step.span);
    }
    pass.found
}

/// What a `throws` says; errors that it only stands for have no place.
struct Listed<'p> {
    errors: &'p [ErrorId],
    places: &'p [Span],
}

impl Listed<'_> {
    /// The text to take out for an error to go: the name with one of the commas around it.
    fn cut(&self, index: usize) -> Option<Span> {
        let own = *self.places.get(index)?;
        match (index.checked_sub(1).and_then(|before| self.places.get(before)), self.places.get(index + 1)) {
            (_, Some(next)) => Some(Span { end: next.start, ..own }),
            (Some(before), None) => Some(Span { start: before.end, ..own }),
            (None, None) => None,
        }
    }
}

struct Pass<'p> {
    program: &'p Program,
    found: Vec<Diagnostic>,
    /// A token was given away: who holds it can reject it with any error.
    open: bool,
    /// Which declared errors each caught one can be: what `fail e` raises again.
    caught: HashMap<LocalId, Vec<ErrorId>>,
}

impl<'p> Pass<'p> {
    /// What a workflow or step raises against what it says.
    fn compare(&mut self, raised: &Raised, throws: Listed<'_>, owner: &str, place: Span) {
        for (error, at) in raised {
            if !throws.errors.contains(error) {
                self.found.push(say::unhandled_error(self.name(*error), *at, owner, place));
            }
        }
        let open = std::mem::replace(&mut self.open, false);
        for (index, error) in throws.errors.iter().enumerate() {
            if !open && !raised.contains_key(error) {
                let at = throws.places.get(index).copied().unwrap_or(place);
                self.found.push(say::throws_too_much(self.name(*error), owner, at, throws.cut(index)));
            }
        }
    }

    fn name(&self, error: ErrorId) -> &'p str {
        self.program.errors.get(error.0 as usize).map_or("?", |declared| &declared.name)
    }

    fn block(&mut self, block: &Block) -> Raised {
        self.children(|see| block.each_child(see))
    }

    fn children<'a>(&mut self, each: impl Fn(&mut dyn FnMut(Child<'a>))) -> Raised {
        let mut raised = Raised::new();
        each(&mut |child| {
            let more = match child {
                Child::Expr(expr) => self.expr(expr),
                Child::Block(block) => self.block(block),
            };
            join(&mut raised, more);
        });
        raised
    }

    fn expr(&mut self, expr: &Expr) -> Raised {
        match &expr.kind {
            ExprKind::Call(call) => self.call(call),
            ExprKind::Fail(failure) => self.failure(failure, expr),
            ExprKind::Step { step, arguments } => {
                let mut raised = self.children(|see| arguments.iter().for_each(|it| see(Child::Expr(it))));
                let throws = self.program.steps.get(step.index()).map(|step| step.throws.as_slice());
                join(
                    &mut raised,
                    throws.unwrap_or_default().iter().map(|error| (*error, expr.span)).collect(),
                );
                raised
            }
            ExprKind::Try { body, clauses, finally } => {
                let inner = self.block(body);
                self.strangers(clauses, &[Child::Block(body)]);
                let mut raised = self.guarded(inner, clauses, None);
                if let Some(finally) = finally {
                    join(&mut raised, self.block(finally));
                }
                raised
            }
            ExprKind::Saga { body, clauses } => {
                let inner = self.block(body);
                self.strangers(clauses, &[Child::Block(body)]);
                self.guarded(inner, clauses, None)
            }
            ExprKind::Parallel { branches, clauses } => {
                let inner = self.children(|see| branches.iter().for_each(|it| see(Child::Block(&it.body))));
                let bodies: Vec<Child<'_>> = branches.iter().map(|it| Child::Block(&it.body)).collect();
                self.strangers(clauses, &bodies);
                self.guarded(inner, clauses, None)
            }
            ExprKind::Map(map) => {
                let mut before = self.children(|see| map.source.each_child(see));
                let inner = self.block(&map.body);
                // A child's failure keeps its name only as a value; past the threshold (which is zero where none
                // is set) the map raises `States.ExceedToleratedFailureThreshold`.
                let inner = if map.distributed { Raised::new() } else { inner };
                join(&mut before, self.guarded(inner, &map.clauses, None));
                before
            }
            _ => self.children(|see| expr.each_child(see)),
        }
    }

    /// Names of AWS that nothing in a block raises.
    fn strangers(&mut self, clauses: &Clauses, guarded: &[Child<'_>]) {
        let retried = clauses.retries.iter().map(|it| written(&it.errors, &it.places));
        let caught = clauses.catches.iter().map(|it| written(&it.errors, &it.places));
        for errors in retried.chain(caught) {
            for (error, at) in errors {
                let ErrorRef::Aws(name) = error else { continue };
                if &**name != MISSPELT && !guarded.iter().any(|it| may_raise(name, *it, self.program, 0)) {
                    self.found.push(say::nobodys_error(name, at));
                }
            }
        }
    }

    fn failure(&mut self, failure: &Failure, expr: &Expr) -> Raised {
        let mut raised = self.children(|see| expr.each_child(see));
        match failure {
            Failure::Raise { error: ErrorRef::Declared(error), .. } => {
                raised.entry(*error).or_insert(expr.span);
            }
            Failure::Again(error) => {
                let known = match &error.kind {
                    ExprKind::Local(id) => self.caught.get(id).cloned(),
                    _ => None,
                };
                let typed = || match &error.ty {
                    Type::Error(which) => which.iter().copied().collect(),
                    _ => Vec::new(),
                };
                for error in known.unwrap_or_else(typed) {
                    raised.entry(error).or_insert(expr.span);
                }
            }
            Failure::Raise { .. } | Failure::Bare => {}
        }
        raised
    }

    fn call(&mut self, call: &Call) -> Raised {
        self.open |= matches!(call.mode, Mode::Token(_));
        let mut raised = self.children(|see| {
            call.target.each_child(see);
            call.arguments.iter().chain(call.options.values()).for_each(|it| see(Child::Expr(it)));
        });
        let own: Raised = call.throws.iter().map(|error| (*error, call.span)).collect();
        join(&mut raised, self.guarded(own, &call.clauses, Some(call)));
        if let Some(undo) = &call.clauses.undo {
            join(&mut raised, self.block(&undo.body));
        }
        raised
    }

    /// What gets past the handlers, and what the handlers raise. `call`: what is guarded, where it is one call.
    fn guarded(&mut self, inner: Raised, clauses: &Clauses, call: Option<&Call>) -> Raised {
        for retry in &clauses.retries {
            for (error, at) in written(&retry.errors, &retry.places) {
                self.possible(error, &inner, call, at);
            }
        }
        let mut left = inner.clone();
        let mut raised = Raised::new();
        let mut everything: Option<Span> = None;
        let mut misspelt = false;
        for catch in &clauses.catches {
            if let Some(binder) = catch.binder {
                let which = stands_for(catch, &left);
                self.caught.insert(binder, which);
            }
            match everything {
                Some(first) => self.found.push(say::catch_after_catch_all(catch.span, first)),
                None => self.catches(catch, &inner, &mut left, call),
            }
            misspelt |= catch.errors.contains(&ErrorRef::Aws(MISSPELT.into()));
            if catch.errors.is_empty() || catch.errors.contains(&ErrorRef::All) {
                everything = everything.or(Some(catch.span));
                left.clear();
            }
            join(&mut raised, self.block(&catch.body));
        }
        if misspelt {
            left.clear();
        }
        join(&mut left, raised);
        left
    }

    /// Takes what a handler catches out of `left`.
    fn catches(&mut self, catch: &Catch, inner: &Raised, left: &mut Raised, call: Option<&Call>) {
        for (error, at) in written(&catch.errors, &catch.places) {
            match error {
                ErrorRef::Declared(id) if inner.contains_key(id) && !left.contains_key(id) => {
                    self.found.push(say::caught_before(self.name(*id), at));
                }
                ErrorRef::Declared(id) => {
                    self.possible(error, inner, call, at);
                    left.shift_remove(id);
                }
                ErrorRef::Aws(name) if &**name == "States.TaskFailed" => left.clear(),
                ErrorRef::Aws(_) => self.possible(error, inner, call, at),
                ErrorRef::All => {}
            }
        }
    }

    /// Says so where what is guarded can't raise the error.
    fn possible(&mut self, error: &ErrorRef, inner: &Raised, call: Option<&Call>, at: Span) {
        match error {
            ErrorRef::All => {}
            ErrorRef::Declared(id) => {
                // An AWS call raises whatever the service or handler behind it does, under names nobody declared.
                let open = call.is_some_and(|call| {
                    matches!(call.mode, Mode::Token(_)) || matches!(call.target, Target::Aws { .. })
                });
                if !open && !inner.contains_key(id) {
                    let raised: Vec<&str> = inner.keys().map(|error| self.name(*error)).collect();
                    self.found.push(say::never_raised(self.name(*id), &raised, at));
                }
            }
            ErrorRef::Aws(name) if &**name == MISSPELT => {}
            ErrorRef::Aws(name) => {
                let Some(call) = call else { return };
                self.found.extend(stranger(name, call, self.program).map(|it| match it {
                    Stranger::Foreign(known) => say::foreign_error(name, &known, at),
                    Stranger::Unlisted(known) => say::unlisted_error(name, &known, at),
                    Stranger::Unknown(known) => say::no_such_error(name, &known, at),
                }));
            }
        }
    }
}

/// The declared errors that a handler may have caught, of those that reach it.
fn stands_for(catch: &Catch, left: &Raised) -> Vec<ErrorId> {
    let whole = |it: &ErrorRef| match it {
        ErrorRef::All => true,
        ErrorRef::Aws(name) => &**name == "States.TaskFailed",
        ErrorRef::Declared(_) => false,
    };
    if catch.errors.is_empty() || catch.errors.iter().any(whole) {
        return left.keys().copied().collect();
    }
    let named = |it: &ErrorRef| match it {
        ErrorRef::Declared(id) => Some(*id),
        ErrorRef::Aws(_) | ErrorRef::All => None,
    };
    catch.errors.iter().filter_map(named).collect()
}

/// The errors of a clause and where they are written.
fn written<'c>(errors: &'c [ErrorRef], places: &'c [Span]) -> impl Iterator<Item = (&'c ErrorRef, Span)> {
    errors.iter().zip(places.iter().copied())
}

fn join(raised: &mut Raised, more: Raised) {
    for (error, at) in more {
        raised.entry(error).or_insert(at);
    }
}
