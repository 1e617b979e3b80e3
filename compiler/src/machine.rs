//! The machine: states and edges, between the typed tree and Amazon States Language. `lower` makes it, `pack`
//! rewrites it, `emit` prints it.
//!
//! Every edge out of a state carries a *parallel* list of assignments: all right-hand sides read the values that
//! the variables had when the state was entered, as AWS's `Assign` does. A state's own expressions (a task's
//! arguments, a choice's conditions, an output) read those values too. Scopes nest: the bodies of `Map` and
//! `Parallel` read outer variables and never assign them; a distributed body reads none.
//!
//! INVARIANT: an expression's value is never "undefined": what is missing is null. (`emit` keeps it so in JSONata.)

use std::sync::Arc;

use crate::source::Span;
use crate::types::Shape;

pub mod effects;
pub mod expr;
pub mod flow;
pub mod fold;
pub mod live;

pub use expr::{Context, Expr, Func, Item, Member, Op};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// Position in its list.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A state variable: index in [`Machine::vars`]. Unique over the whole machine (no shadowing).
    VarId;
    /// A name bound inside one expression, by a lambda or a `let`: index in [`Machine::bounds`].
    BoundId;
    /// Index in [`Machine::states`].
    StateId;
}

/// One workflow.
#[derive(Clone, Debug, Default)]
pub struct Machine {
    pub name: Arc<str>,
    pub docs: Option<Arc<str>>,
    pub express: bool,
    /// Seconds for a whole run.
    pub timeout: Option<u64>,
    /// `@optimize(cost)`: transitions count for more than a definition that reads like its source.
    pub for_cost: bool,
    pub vars: Vec<Var>,
    /// Names of what expressions bind.
    pub bounds: Vec<Arc<str>>,
    /// Those that can't be reached from `start` (or from the bodies of those that can) don't count.
    pub states: Vec<State>,
    pub start: StateId,
    /// What `as` says of values.
    pub casts: Vec<Cast>,
}

/// A type that values are said to be of.
#[derive(Clone, Debug)]
pub struct Cast {
    pub shape: Shape,
    /// Lines where that is said.
    pub lines: Vec<usize>,
}

#[derive(Clone, Debug)]
pub struct Var {
    /// As in the source; `emit` makes it unique.
    pub name: Arc<str>,
    /// Made by the compiler: a value on its way.
    pub temporary: bool,
}

#[derive(Clone, Debug)]
pub struct State {
    pub kind: StateKind,
    /// Wanted; `emit` makes it unique.
    pub name: Arc<str>,
    pub docs: Option<Arc<str>>,
    /// Where it stands in the source; more than one where equal states were merged.
    pub spans: Vec<Span>,
    /// Why it is there, for `--explain`.
    pub why: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum StateKind {
    Pass(Edge),
    Task(Box<Task>),
    Choice(Choice),
    Wait(Until, Edge),
    Map(Box<Map>),
    Parallel(Box<Parallel>),
    Succeed(Expr),
    Fail { error: Option<Expr>, cause: Option<Expr> },
}

/// A way out of a state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Edge {
    /// In parallel: no right-hand side sees another's result. No variable twice.
    pub assign: Vec<(VarId, Expr)>,
    pub to: Goal,
}

/// Where an edge leads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Goal {
    State(StateId),
    /// Ends the scope with this value, which reads what the edge's assignments read (entry values).
    /// Never on the edges of a `Choice` or a catcher.
    End(Expr),
}

impl Edge {
    /// To a state, nothing assigned.
    pub fn to(state: StateId) -> Edge {
        Edge { assign: Vec::new(), to: Goal::State(state) }
    }

    /// The state it leads to, if any.
    pub fn target(&self) -> Option<StateId> {
        match self.to {
            Goal::State(id) => Some(id),
            Goal::End(_) => None,
        }
    }
}

/// What a task calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// An optimized integration: `arn:aws:states:::lambda:invoke`.
    Optimized { service: Arc<str>, action: Arc<str> },
    /// `arn:aws:states:::aws-sdk:s3:getObject`
    Sdk { service: Arc<str>, action: Arc<str> },
    /// An activity: its ARN.
    Activity(Expr),
}

/// How long a task waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    Request,
    /// `.sync`
    Sync,
    /// `.sync:2`
    Sync2,
    /// `.waitForTaskToken`
    Token,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Task {
    pub service: Service,
    pub pattern: Pattern,
    /// Evaluated anew for each retry.
    pub arguments: Expr,
    /// Seconds.
    pub timeout: Option<Expr>,
    /// Seconds.
    pub heartbeat: Option<Expr>,
    /// ARN of the role to call with.
    pub role: Option<Expr>,
    pub retries: Vec<Retrier>,
    pub catches: Vec<Catcher>,
    pub out: Edge,
}

/// In order, the first whose errors hold the one raised.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Retrier {
    pub errors: Vec<Arc<str>>,
    /// Retries, not tries. AWS takes 3 where nothing is said.
    pub attempts: Option<u64>,
    /// Seconds.
    pub every: Option<u64>,
    /// As written.
    pub backoff: Option<Arc<str>>,
    /// Seconds.
    pub max: Option<u64>,
    /// `FULL`
    pub jitter: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Catcher {
    pub errors: Vec<Arc<str>>,
    /// Its assignments alone may read [`Expr::Error`].
    pub edge: Edge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Choice {
    /// The first whose condition is true.
    pub rules: Vec<(Expr, Edge)>,
    pub default: Edge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Until {
    Seconds(Expr),
    /// A timestamp.
    Time(Expr),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Map {
    pub items: Items,
    /// Each body's input, where it is not the item alone.
    pub selector: Option<Expr>,
    pub concurrency: Option<Expr>,
    pub distributed: Option<Distributed>,
    pub body: StateId,
    pub retries: Vec<Retrier>,
    pub catches: Vec<Catcher>,
    pub out: Edge,
}

/// What a `Map` goes over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Items {
    List(Expr),
    /// From S3, distributed only.
    Reader(Reader),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reader {
    /// Lists a bucket's objects, rather than reading one.
    pub lists: bool,
    /// It reads what a `map` of this machine (or another) wrote.
    pub results: bool,
    /// `Bucket` with `Key` or `Prefix`.
    pub arguments: Expr,
    /// `ReaderConfig`, as AWS spells it.
    pub config: Vec<(Arc<str>, Expr)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Distributed {
    /// Children are Express workflows.
    pub express: bool,
    pub tolerate: Option<Tolerate>,
    pub batch: Option<Batch>,
    pub label: Option<Arc<str>>,
    /// Bucket and prefix.
    pub writer: Option<(Expr, Expr)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Tolerate {
    Percent(Expr),
    Count(Expr),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Batch {
    pub size: Expr,
    /// The same for every batch.
    pub input: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Parallel {
    pub branches: Vec<StateId>,
    pub retries: Vec<Retrier>,
    pub catches: Vec<Catcher>,
    pub out: Edge,
}

impl Machine {
    /// The state; a dead `Succeed` where there is none such.
    pub fn state(&self, id: StateId) -> &State {
        static NONE: std::sync::OnceLock<State> = std::sync::OnceLock::new();
        self.states.get(id.index()).unwrap_or_else(|| NONE.get_or_init(State::none))
    }

    pub fn state_mut(&mut self, id: StateId) -> Option<&mut State> {
        self.states.get_mut(id.index())
    }

    /// Adds a state.
    pub fn add(&mut self, state: State) -> StateId {
        let id = StateId(u32::try_from(self.states.len()).unwrap_or(u32::MAX));
        self.states.push(state);
        id
    }

    /// Adds a variable.
    pub fn var(&mut self, name: &Arc<str>, temporary: bool) -> VarId {
        let id = VarId(u32::try_from(self.vars.len()).unwrap_or(u32::MAX));
        self.vars.push(Var { name: name.clone(), temporary });
        id
    }

    /// The number of what an `as` in a line says.
    pub fn cast(&mut self, shape: Shape, line: usize) -> u32 {
        let found = self.casts.iter().position(|it| it.shape == shape);
        let index = found.unwrap_or(self.casts.len());
        match self.casts.get_mut(index) {
            Some(cast) if cast.lines.contains(&line) => {}
            Some(cast) => cast.lines.push(line),
            None => self.casts.push(Cast { shape, lines: vec![line] }),
        }
        u32::try_from(index).unwrap_or(u32::MAX)
    }

    /// Adds a name for use inside one expression.
    pub fn bound(&mut self, name: &Arc<str>) -> BoundId {
        let id = BoundId(u32::try_from(self.bounds.len()).unwrap_or(u32::MAX));
        self.bounds.push(name.clone());
        id
    }
}

impl State {
    fn none() -> State {
        State::new(StateKind::Succeed(Expr::Null), "", Span::default(), "")
    }

    pub fn new(kind: StateKind, name: &str, span: Span, why: &str) -> State {
        State { kind, name: name.into(), docs: None, spans: vec![span], why: why.into() }
    }
}
