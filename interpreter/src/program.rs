//! A state machine, compiled: names are numbers, templates are parsed.

use std::sync::Arc;

use asl::Resource;
use asl::model::{self, ProcessorMode, QueryLanguage, Retrier};

use crate::template::{Jsonata, Query, Template};

/// A state's place in [`Program::states`].
pub(crate) type StateId = usize;

/// All states of a machine, nested ones included.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) states: Vec<State>,
    pub(crate) start: StateId,
    /// `TimeoutSeconds`.
    pub(crate) timeout: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct State {
    pub(crate) name: Arc<str>,
    pub(crate) pointer: Arc<str>,
    pub(crate) language: QueryLanguage,
    pub(crate) data: Data,
    pub(crate) kind: Kind,
    pub(crate) retry: Vec<Retrier>,
    pub(crate) catch: Vec<Catcher>,
    /// `None` for `End`, and for types without a transition.
    pub(crate) next: Option<StateId>,
}

/// A path field: absent (whole), `null`, or a path.
#[derive(Debug, Default)]
pub(crate) enum Selection {
    #[default]
    Whole,
    Nothing,
    Query(Query),
}

#[derive(Debug, Default)]
pub(crate) struct Data {
    pub(crate) input_path: Selection,
    /// `Parameters` or `Arguments`.
    pub(crate) arguments: Option<Template>,
    pub(crate) result_selector: Option<Template>,
    pub(crate) result_path: Selection,
    pub(crate) output_path: Selection,
    pub(crate) output: Option<Template>,
    pub(crate) assign: Option<Assign>,
}

/// `Assign`: variable names and their templates.
pub(crate) type Assign = Vec<(Arc<str>, Template)>;

#[derive(Debug)]
pub(crate) enum Kind {
    Pass { result: Option<jsonata::Value> },
    Task(Box<Task>),
    Choice(Choice),
    Wait(Wait),
    Succeed,
    Fail { error: Option<Text>, cause: Option<Text> },
    Parallel { branches: Vec<StateId> },
    Map(Box<Map>),
}

#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) arn: Arc<str>,
    pub(crate) resource: Resource,
    /// What the integration takes, where that is checked.
    pub(crate) shape: Option<models::ShapeRef>,
    pub(crate) timeout: Option<Number>,
    pub(crate) heartbeat: Option<Number>,
    pub(crate) credentials: Option<Template>,
}

/// A number written, computed, or found by a path; with the field's name.
#[derive(Debug)]
pub(crate) enum Number {
    Literal(f64),
    Expression(Jsonata),
    Path(Query),
}

/// A text written, computed, or found by a path.
#[derive(Debug)]
pub(crate) enum Text {
    Literal(Arc<str>),
    Expression(Jsonata),
    Path(Query),
}

#[derive(Debug)]
pub(crate) enum Wait {
    Seconds(Number),
    Timestamp(Text),
}

#[derive(Debug)]
pub(crate) struct Choice {
    pub(crate) rules: Vec<Rule>,
    pub(crate) default: Option<StateId>,
}

#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) condition: Condition,
    pub(crate) next: StateId,
    pub(crate) output: Option<Template>,
    pub(crate) assign: Option<Assign>,
}

#[derive(Debug)]
pub(crate) enum Condition {
    Literal(bool),
    Expression(Jsonata),
    Test(Test),
}

#[derive(Debug)]
pub(crate) enum Test {
    And(Vec<Test>),
    Or(Vec<Test>),
    Not(Box<Test>),
    Compare(Box<Comparison>),
}

#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) variable: Query,
    pub(crate) operator: model::Operator,
    pub(crate) operand: Operand,
}

#[derive(Debug)]
pub(crate) enum Operand {
    Literal(jsonata::Value),
    Path(Query),
}

#[derive(Debug)]
pub(crate) struct Catcher {
    pub(crate) error_equals: Vec<String>,
    pub(crate) next: StateId,
    pub(crate) result_path: Selection,
    pub(crate) output: Option<Template>,
    pub(crate) assign: Option<Assign>,
}

#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) start: StateId,
    pub(crate) mode: ProcessorMode,
    /// `ItemsPath`.
    pub(crate) items_path: Selection,
    /// `Items`.
    pub(crate) items: Option<Template>,
    pub(crate) selector: Option<Template>,
    pub(crate) reader: Option<Reader>,
    pub(crate) batcher: Option<Batcher>,
    pub(crate) writer: Option<Writer>,
    pub(crate) max_concurrency: Option<Number>,
    pub(crate) tolerated_percentage: Option<Number>,
    pub(crate) tolerated_count: Option<Number>,
    pub(crate) label: Option<Arc<str>>,
}

#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) arn: Arc<str>,
    pub(crate) resource: Resource,
    pub(crate) arguments: Option<Template>,
    pub(crate) config: model::ReaderConfig,
    pub(crate) max_items: Option<Number>,
}

#[derive(Debug)]
pub(crate) struct Batcher {
    pub(crate) input: Option<Template>,
    pub(crate) max_items: Option<Number>,
    pub(crate) max_bytes: Option<Number>,
}

#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) arn: Arc<str>,
    pub(crate) resource: Resource,
    pub(crate) arguments: Option<Template>,
    pub(crate) config: model::WriterConfig,
}
