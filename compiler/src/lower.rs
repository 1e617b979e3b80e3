//! Typed tree → naive machine: one statement, one state, strictly in order, all values by variables. Obviously
//! right, not cheap: `pack` makes it cheap.
//!
//! The state that is being built upon is wherever `here` says: the edges that still lead nowhere. A statement adds
//! states behind them. Ways out of nested constructs (`break`, a failure, `return`) are edges put aside in frames.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::diagnostics::Diagnostic;
use crate::machine::flow::Slot;
use crate::machine::{Edge, Expr, Goal, Machine, State, StateId, StateKind, VarId};
use crate::source::SourceText;
use crate::source::Span;
use crate::typed::{self, LocalId, Program, WorkflowId};
use crate::types::Type;

mod arrival;
mod batch;
mod builtin;
mod call;
mod change;
mod default_retry;
mod dynamo;
mod expr;
mod frames;
mod guard;
mod item;
mod jump;
mod map;
mod pattern;
mod pure;
mod resource;
mod retry;
mod saga;
mod stmt;
mod table;
mod test;
mod transact;

use frames::Frame;
pub(crate) use table::setting_name;
pub use test::{Expected, Mocked, Tested, test};

/// What becomes of `as`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Casts {
    /// Nothing, as it is deployed.
    Trusted,
    /// A check, for local runs.
    Checked,
}

/// The naive machine of a workflow, or why there is none (a construct that has no form on AWS).
pub fn lower(
    program: &Program,
    id: WorkflowId,
    source: SourceText<'_>,
    casts: Casts,
) -> Result<Machine, Vec<Diagnostic>> {
    let Some(workflow) = program.workflows.get(id.index()) else {
        return Ok(Machine::default());
    };
    let mut lower = Lower::new(program, id, source);
    lower.casts = casts;
    lower.workflow(workflow);
    if lower.problems.is_empty() { Ok(lower.m) } else { Err(lower.problems) }
}

/// Deepest nesting of blocks, calls of `step` and `fn` that is followed.
const DEEPEST: usize = 150;

/// An edge that leads nowhere yet.
#[derive(Clone, Copy, Debug)]
enum Loose {
    /// The start of a scope, by its number.
    Start(usize),
    Edge(StateId, Slot),
}

/// What a name stands for.
#[derive(Clone, Debug)]
enum Place {
    Var(VarId),
    /// An expression that can be written in its place.
    Alias(Expr),
}

/// What is known of the statement that the next states belong to.
#[derive(Clone, Debug, Default)]
struct About {
    docs: Option<Arc<str>>,
    name: Option<Arc<str>>,
    span: Span,
}

struct Lower<'a> {
    program: &'a Program,
    this: WorkflowId,
    source: SourceText<'a>,
    m: Machine,
    here: Vec<Loose>,
    starts: Vec<Option<StateId>>,
    env: HashMap<LocalId, Place>,
    /// Variables that are assigned once where they are made: nothing between two reads changes them.
    stable: HashSet<VarId>,
    frames: Vec<Frame<'a>>,
    about: About,
    /// What the value that is being made will be called.
    hint: Option<Arc<str>>,
    /// The call inside a method's body, found while its value is written down.
    hole: Option<Box<call::Spec>>,
    in_method: bool,
    /// Members of record literals are left out where they are null: what AWS's APIs want.
    omit_null: bool,
    handler_count: usize,
    /// Somebody reads the value of the call that is being lowered.
    value_wanted: bool,
    depth: usize,
    /// How often what is being lowered stands in the machine: loops over literal lists are unrolled.
    copies: usize,
    casts: Casts,
    /// Set where a `test` is lowered.
    testing: Option<test::Testing>,
    problems: Vec<Diagnostic>,
}

impl<'a> Lower<'a> {
    fn new(program: &'a Program, this: WorkflowId, source: SourceText<'a>) -> Self {
        Lower {
            program,
            this,
            source,
            m: Machine::default(),
            here: Vec::new(),
            starts: Vec::new(),
            env: HashMap::new(),
            stable: HashSet::new(),
            frames: Vec::new(),
            about: About::default(),
            hint: None,
            hole: None,
            in_method: false,
            omit_null: false,
            handler_count: 0,
            value_wanted: false,
            depth: 0,
            copies: 1,
            casts: Casts::Trusted,
            testing: None,
            problems: Vec::new(),
        }
    }

    fn workflow(&mut self, workflow: &'a typed::Workflow) {
        self.m.name = workflow.name.clone();
        self.m.docs = workflow.docs.clone();
        self.m.express = workflow.express;
        self.m.timeout = timeout(workflow);
        self.m.for_cost = optimized_for(workflow, "cost");
        self.about = About { span: workflow.name_span, ..About::default() };
        let scope = self.open_scope();
        if let Some(param) = workflow.param {
            self.parameter(self.this, param);
        }
        let wanted = workflow.result.is_some();
        let value = self.block(&workflow.body, wanted);
        self.about = About { span: workflow.body.span.tail(), ..About::default() };
        self.succeed(if wanted { value } else { Expr::Null });
        self.m.start = self.close_scope(scope);
    }

    // ------------------------------------------------------------ building

    /// A scope of its own; `here` is its start.
    fn open_scope(&mut self) -> (usize, Vec<Loose>) {
        let number = self.starts.len();
        self.starts.push(None);
        let outside = std::mem::replace(&mut self.here, vec![Loose::Start(number)]);
        (number, outside)
    }

    /// Its first state; `here` is as it was outside.
    fn close_scope(&mut self, (number, outside): (usize, Vec<Loose>)) -> StateId {
        if self.starts.get(number).is_some_and(Option::is_none) {
            self.succeed(Expr::Null);
        }
        self.here = outside;
        self.starts.get(number).copied().flatten().unwrap_or_default()
    }

    /// A new state behind `here`. Nothing is `here` then.
    fn add(&mut self, kind: StateKind, name: &str, why: &str) -> StateId {
        let mut state = State::new(kind, name, self.about.span, why);
        if let Some(name) = self.about.name.take() {
            state.name = name;
        }
        state.docs = self.about.docs.take();
        let id = self.m.add(state);
        let here = std::mem::take(&mut self.here);
        self.connect(here, id);
        id
    }

    /// A new state with one way on, which is then `here`.
    fn step(&mut self, kind: StateKind, name: &str, why: &str) -> StateId {
        let id = self.add(kind, name, why);
        self.here = vec![Loose::Edge(id, Slot::Out)];
        id
    }

    fn connect(&mut self, edges: Vec<Loose>, to: StateId) {
        for edge in edges {
            match edge {
                Loose::Start(number) => {
                    if let Some(start) = self.starts.get_mut(number) {
                        *start = Some(to);
                    }
                }
                Loose::Edge(id, slot) => {
                    if let Some(edge) = self.m.state_mut(id).and_then(|state| state.kind.edge_mut(slot)) {
                        edge.to = Goal::State(to);
                    }
                }
            }
        }
    }

    /// Ends the scope with a value.
    fn succeed(&mut self, value: Expr) {
        if !self.here.is_empty() {
            self.add(StateKind::Succeed(value), "done", "ends the workflow or the body with a value");
        }
    }

    /// Where loops come back to.
    fn anchor(&mut self, name: &str) -> StateId {
        self.step(StateKind::Pass(loose()), name, "where a loop starts over")
    }

    fn temporary(&mut self, fallback: &str) -> VarId {
        let name = self.hint.take().filter(|name| !name.is_empty()).unwrap_or_else(|| fallback.into());
        let var = self.m.var(&name, true);
        self.stable.insert(var);
        var
    }

    /// Sets a variable, in a state of its own; one that can be caught where the value may fail and something
    /// around would catch it (B11).
    fn set(&mut self, var: VarId, value: Expr) {
        if self.here.is_empty() {
            return;
        }
        let name = self.m.vars.get(var.index()).map_or_else(|| "set".into(), |var| var.name.clone());
        if value.effects().fallible && self.would_be_caught() {
            self.caught_set(var, value, &name);
            return;
        }
        let edge = Edge { assign: vec![(var, value)], to: loose().to };
        self.step(StateKind::Pass(edge), &name, "sets a variable");
    }

    /// A variable that holds the value, unless nothing between here and its use can change it.
    fn pin(&mut self, value: Expr) -> Expr {
        let effects = value.effects();
        let steady =
            !effects.fallible && !effects.fresh && value.vars().iter().all(|var| self.stable.contains(&var));
        if steady || effects.tied || is_resource(&value) {
            return value;
        }
        let var = self.temporary("value");
        self.set(var, value);
        Expr::Var(var)
    }

    /// A value that is read more than once.
    fn name_value(&mut self, value: Expr, fallback: &str) -> Expr {
        if crate::machine::fold::cheap(&value) && value.vars().iter().all(|var| self.stable.contains(&var)) {
            return value;
        }
        let var = self.temporary(fallback);
        self.set(var, value);
        Expr::Var(var)
    }

    /// Where the value may fail and that would be caught here, it is evaluated now, in a state that can be caught.
    fn safe(&mut self, value: Expr) -> Expr {
        if value.effects().fallible && self.would_be_caught() {
            let var = self.temporary("value");
            self.set(var, value);
            return Expr::Var(var);
        }
        value
    }

    fn declare(&mut self, local: LocalId) -> VarId {
        let (name, mutable) = self
            .program
            .locals
            .get(local.index())
            .map_or_else(|| ("v".into(), true), |l| (l.name.clone(), l.mutable));
        let var = self.m.var(&name, false);
        if !mutable {
            self.stable.insert(var);
        }
        self.env.insert(local, Place::Var(var));
        var
    }

    // ------------------------------------------------------------ helpers

    /// The source text of a place, on one line, cut to fit into a state's name.
    fn words(&self, span: Span) -> String {
        let text = (self.source)(span).unwrap_or_default();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        crate::emit::names::shorten(&line, 56)
    }

    /// Something that the checker should have refused: a program that it passes is to be built.
    fn unforeseen(&mut self, span: Span, what: &str) {
        self.problems.push(crate::diagnostics::build::unforeseen(span, what));
    }

    fn resolve<'t>(&'t self, ty: &'t Type) -> &'t Type {
        self.program.types.resolve(ty)
    }

    /// Whether null is a value of the type, as far as writing it is concerned.
    fn nullable(&self, ty: &Type) -> bool {
        match self.resolve(ty) {
            Type::Optional(_) | Type::Null => true,
            Type::Union(members) => members.iter().any(|member| self.nullable(member)),
            _ => false,
        }
    }

    /// Runs `f` one level deeper; past the bound it does nothing.
    fn nested<T>(&mut self, span: Span, otherwise: T, f: impl FnOnce(&mut Self) -> T) -> T {
        if self.depth >= DEEPEST {
            let said = crate::diagnostics::build::too_deep(span);
            if self.problems.iter().all(|it| it.code != said.code) {
                self.problems.push(said);
            }
            return otherwise;
        }
        self.depth += 1;
        let value = f(self);
        self.depth -= 1;
        value
    }
}

/// An edge to be connected.
fn loose() -> Edge {
    Edge { assign: Vec::new(), to: Goal::End(Expr::Null) }
}

/// Whether a value is a resource (or a choice of them), which only exists while compiling.
fn is_resource(expr: &Expr) -> bool {
    use crate::machine::expr::Deploy;
    match expr {
        Expr::Deploy(
            Deploy::Resource(_, attribute) | Deploy::Workflow(_, attribute) | Deploy::Api(_, attribute),
        ) => attribute.is_empty(),
        Expr::If(_, a, b) => is_resource(a) || is_resource(b),
        Expr::Let(_, _, body) => is_resource(body),
        _ => false,
    }
}

/// `@optimize(cost)`
fn optimized_for(workflow: &typed::Workflow, what: &str) -> bool {
    let attribute = workflow.attributes.iter().find(|a| *a.name == *"optimize");
    let value = attribute.and_then(|a| a.arguments.get("0")).map(|value| &value.kind);
    matches!(value, Some(typed::ExprKind::String(text)) if **text == *what)
}

fn timeout(workflow: &typed::Workflow) -> Option<u64> {
    let attribute = workflow.attributes.iter().find(|a| *a.name == *"timeout")?;
    match attribute.arguments.get("0")?.kind {
        typed::ExprKind::Duration(millis) => Some(millis.div_ceil(1000).max(1)),
        _ => None,
    }
}
