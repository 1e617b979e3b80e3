//! The typed tree: every node has a type and a resolved symbol. `check` makes it, `lower` and `emit` read it.
//!
//! It is desugared a little, and only where nothing is lost: patterns in `let` and `for` are plain bindings
//! followed by field reads, a `policy` is spelled out in the clauses that name it, shorthand fields are written out.
//! Names are gone: a local is a [`LocalId`], unique over the whole program.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::source::{FileId, Span};
use crate::types::{ErrorId, Type, Types};

mod constant;
pub mod delivery;
pub mod resource;
pub mod walk;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A `let`, `var`, parameter, loop variable, error binder or task token: index in [`Program::locals`].
    LocalId;
    /// Index in [`Program::consts`].
    ConstId;
    /// Index in [`Program::params`].
    ParamId;
    /// Index in [`Program::functions`]: a pure `fn`.
    FnId;
    /// Index in [`Program::steps`].
    StepId;
    /// Index in [`Program::resources`]: functions, containers, activities, tables, queues, …
    ResourceId;
    /// Index in [`Program::workflows`].
    WorkflowId;
    /// A loop or labelled block, unique over the program.
    LabelId;
}

/// A whole program: every file that `main.flow` reaches.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub app: App,
    pub types: Types,
    pub errors: Vec<ErrorDecl>,
    pub params: Vec<Param>,
    pub consts: Vec<Const>,
    pub functions: Vec<Function>,
    pub steps: Vec<Step>,
    pub workflows: Vec<Workflow>,
    pub resources: Vec<resource::Resource>,
    pub kinds: resource::Kinds,
    pub apis: Vec<resource::Api>,
    pub triggers: Vec<resource::Trigger>,
    pub conditions: Vec<Condition>,
    pub outputs: Vec<Output>,
    pub tests: Vec<Test>,
    pub locals: Vec<Local>,
    /// Where names are used, for editors; in no order.
    pub references: Vec<Reference>,
}

/// A use of a name, and what it stands for.
#[derive(Clone, Debug)]
pub struct Reference {
    pub span: Span,
    pub to: Definition,
}

#[derive(Clone, Debug)]
pub enum Definition {
    Local(LocalId),
    /// Something at top level, by the span of the name in its declaration.
    Item(Span),
    /// A field of a record, by its name and the type that has it.
    Field {
        of: Type,
        name: Arc<str>,
    },
    Builtin(Builtin),
}

#[derive(Clone, Debug, Default)]
pub struct App {
    /// Of the `app` declaration, else the folder's.
    pub name: String,
    pub docs: Option<Arc<str>>,
    pub settings: IndexMap<String, Expr>,
    /// `retry: …`
    pub retry: Option<DefaultRetry>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Local {
    pub name: Arc<str>,
    pub ty: Type,
    pub mutable: bool,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct ErrorDecl {
    pub name: Arc<str>,
    /// What AWS sees; the name itself unless `= "…"` gives another.
    pub wire_name: Arc<str>,
    /// The type of `e.data`; `None` where the error declares no fields.
    pub data: Option<Type>,
    pub docs: Option<Arc<str>>,
    pub span: Span,
}

/// A deploy-time parameter.
#[derive(Clone, Debug)]
pub struct Param {
    pub name: Arc<str>,
    pub ty: Type,
    pub default: Option<Expr>,
    pub settings: IndexMap<String, Expr>,
    pub docs: Option<Arc<str>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Const {
    pub name: Arc<str>,
    pub value: Expr,
    pub span: Span,
}

/// A pure `fn`; never recursive (the checker refuses it), so it can always be inlined.
#[derive(Clone, Debug)]
pub struct Function {
    pub name: Arc<str>,
    pub params: Vec<LocalId>,
    pub result: Type,
    pub body: Expr,
    pub span: Span,
}

/// A piece of workflow, inlined where it is called; never recursive.
#[derive(Clone, Debug)]
pub struct Step {
    pub name: Arc<str>,
    pub params: Vec<LocalId>,
    pub result: Type,
    pub throws: Vec<ErrorId>,
    /// Where `throws` lists them; what the body's own throws add has no place.
    pub throws_spans: Vec<Span>,
    pub body: Block,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Workflow {
    pub name: Arc<str>,
    pub docs: Option<Arc<str>>,
    /// `@express`
    pub express: bool,
    pub attributes: Vec<Attribute>,
    /// At most one: the payload.
    pub param: Option<LocalId>,
    /// `None` where no result type is written: the workflow gives `null`.
    pub result: Option<Type>,
    pub throws: Vec<ErrorId>,
    /// Where `throws` lists them.
    pub throws_spans: Vec<Span>,
    pub body: Block,
    pub file: FileId,
    /// The name.
    pub name_span: Span,
    pub span: Span,
}

/// A checked attribute with its arguments: positional ones under `"0"`, `"1"`, …
#[derive(Clone, Debug)]
pub struct Attribute {
    pub name: Arc<str>,
    pub arguments: IndexMap<String, Expr>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Condition {
    pub name: Arc<str>,
    pub value: Expr,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Output {
    pub name: Arc<str>,
    pub value: Expr,
    pub settings: IndexMap<String, Expr>,
    pub attributes: Vec<Attribute>,
    pub docs: Option<Arc<str>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Test {
    pub title: String,
    pub body: Block,
    pub span: Span,
}

// ---------------------------------------------------------------- statements

/// A block; its value is `value`, else `null`.
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub statements: Vec<Stmt>,
    /// The last expression, where the block is used for its value.
    pub value: Option<Box<Expr>>,
    /// `break 'label` leaves to the block's end.
    pub label: Option<LabelId>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    /// `///` above it: the state's `Comment`.
    pub docs: Option<Arc<str>>,
    /// `@name("…")`: the state's name.
    pub name: Option<Arc<str>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum StmtKind {
    /// Declares and sets a local.
    Let {
        local: LocalId,
        value: Expr,
    },
    /// `x = e`, `x.f.g = e`, `x["k"] = e`: `path` is empty for the whole variable. `x += e` is written out.
    Assign {
        local: LocalId,
        path: Vec<PathStep>,
        value: Expr,
    },
    /// For its effect; the value is dropped.
    Expr(Expr),
    While {
        label: LabelId,
        condition: Expr,
        body: Block,
    },
    /// `max`: the loop is left after that many rounds by failing with `States.Timeout`-like `LoopLimit`
    /// unless `until` came true first.
    Repeat {
        label: LabelId,
        max: Option<Expr>,
        body: Block,
        until: Option<Expr>,
    },
    For {
        label: LabelId,
        item: LocalId,
        index: Option<LocalId>,
        source: ForSource,
        body: Block,
    },
    Wait {
        until: bool,
        value: Expr,
    },
    /// Tests only.
    Mock(Mock),
    Expect(Expect),
    Each {
        item: LocalId,
        items: Expr,
        body: Block,
    },
}

#[derive(Clone, Debug)]
pub enum PathStep {
    Field(Arc<str>),
    Index(Expr),
}

#[derive(Clone, Debug)]
pub enum ForSource {
    List(Expr),
    /// `pages(aws.s3.listObjectsV2(…))`: the call, and the names of its tokens:
    /// the request member that takes what the response member gave.
    Pages {
        call: Box<Call>,
        input_token: Arc<str>,
        output_token: Arc<str>,
    },
}

#[derive(Clone, Debug)]
pub struct Mock {
    pub target: Target,
    pub params: Vec<LocalId>,
    pub parts: Vec<MockPart>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct MockPart {
    pub times: Option<Expr>,
    pub after: Option<Expr>,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub enum Expect {
    True(Expr),
    Failed { run: Expr, error: Option<ErrorRef> },
    Visited { run: Expr, state: Expr },
    Snapshot(Expr),
}

// ---------------------------------------------------------------- expressions

/// What evaluating an expression can do, from harmless to not. What may be moved, merged or repeated is decided by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Can't fail, gives the same each time.
    #[default]
    Total,
    /// May raise an error: `parseJson`, division, conversion.
    Fallible,
    /// Gives something new each time: `uuid()`, `now()`, `random()`.
    Fresh,
    /// Needs a state of its own: a call, `fail`, `return`, `wait`, a `map` over tasks …
    Task,
}

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub ty: Type,
    pub effect: Effect,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    /// Stands for what could not be understood; never reaches `lower`.
    Error,
    Null,
    Boolean(bool),
    /// As written, so that nothing is lost: `10`, `1.50`, `1e3`.
    Number(Arc<str>),
    String(Arc<str>),
    /// Parts are strings, numbers, booleans, timestamps or literals; never optional.
    Template(Vec<Expr>),
    /// Milliseconds.
    Duration(u64),
    /// Bytes.
    Size(u64),
    /// 5.0 for `5%`.
    Percent(f64),
    Local(LocalId),
    Const(ConstId),
    /// A deploy-time parameter.
    Param(ParamId),
    /// A named condition.
    Condition(Arc<str>),
    /// A resource as a value.
    Resource(ResourceId),
    /// A workflow as a value (its attributes: `.arn`, `.name`).
    Workflow(WorkflowId),
    /// An API as a value (`.url`).
    Api(Arc<str>),
    /// `orders.arn`, `approvals.url`: an attribute that the kind declares. The base may be any expression of a
    /// resource type, such as a `match` over resources.
    Attribute {
        base: Box<Expr>,
        name: Arc<str>,
    },
    /// `execution.id`, `stateMachine.name`, `state.retryCount`, `stack.region`.
    Context(ContextField),
    List(Vec<ListPart>),
    Record(Vec<RecordPart>),
    Range {
        from: Box<Expr>,
        to: Box<Expr>,
    },
    /// `optional` where written `?.`: a null base gives null.
    Field {
        base: Box<Expr>,
        name: Arc<str>,
        optional: bool,
    },
    /// Out of range (or a key that is not there) gives null, so the type is optional.
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
        optional: bool,
    },
    /// Negative bounds count from the end.
    Slice {
        base: Box<Expr>,
        from: Option<Box<Expr>>,
        to: Option<Box<Expr>>,
    },
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// A function or method of the prelude; a method's receiver is `arguments[0]`.
    Builtin {
        function: Builtin,
        arguments: Vec<Expr>,
    },
    /// Only as an argument of a builtin or a table method.
    Lambda {
        params: Vec<LocalId>,
        body: Box<Expr>,
    },
    /// A call of a pure `fn`.
    Fn {
        function: FnId,
        arguments: Vec<Expr>,
    },
    If {
        condition: Box<Expr>,
        then: Block,
        otherwise: Option<Block>,
    },
    Match {
        value: Box<Expr>,
        arms: Vec<Arm>,
    },
    Block(Block),
    /// `x as T`: costs nothing in the output; local runs check it.
    Cast(Box<Expr>),
    /// A caught error's `.name .message .cause .data`; the base is a local of an error type.
    ErrorField {
        error: Box<Expr>,
        field: ErrorField,
    },

    Call(Box<Call>),
    /// A call of a `step`: inlined.
    Step {
        step: StepId,
        arguments: Vec<Expr>,
    },
    Map(Box<Map>),
    /// With names: a record by branch name; without: null.
    Parallel {
        branches: Vec<Branch>,
        clauses: Box<Clauses>,
    },
    Try {
        body: Block,
        clauses: Box<Clauses>,
        finally: Option<Block>,
    },
    /// `undo` clauses stand in the calls of the body; `clauses` holds the catches.
    Saga {
        body: Block,
        clauses: Box<Clauses>,
    },
    Return(Option<Box<Expr>>),
    Fail(Failure),
    Break(LabelId),
    Continue(LabelId),
    /// Starts the next execution of a workflow and ends this one.
    ContinueAs {
        workflow: WorkflowId,
        payload: Option<Box<Expr>>,
    },
    /// Tests only: `calls(f)`: how often it was called.
    Calls(Target),
}

#[derive(Clone, Debug)]
pub enum ListPart {
    Item(Expr),
    Spread(Expr),
}

#[derive(Clone, Debug)]
pub enum RecordPart {
    Field(Arc<str>, Expr),
    Spread(Expr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContextField {
    ExecutionId,
    ExecutionName,
    ExecutionStartTime,
    ExecutionInput,
    StateMachineId,
    StateMachineName,
    StateName,
    StateEnteredTime,
    StateRetryCount,
    // `stack.region`, … : CloudFormation's pseudo parameters; also outside workflows.
    Region,
    Account,
    Partition,
    UrlSuffix,
    StackId,
    StackName,
}

/// Operators after overloading is resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    And,
    Or,
    /// `a ?? b`
    Coalesce,
    /// Deep equality; null equals null only.
    Eq,
    Ne,
    /// Of two numbers, or two durations.
    Less(Order),
    LessEqual(Order),
    Greater(Order),
    GreaterEqual(Order),
    /// Membership in a list.
    In,
    /// A key of a record or dict.
    HasKey,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    /// timestamp ± duration; timestamp − timestamp.
    TimeAdd,
    TimeSubtract,
    TimeDifference,
}

/// What an ordering compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    Number,
    Text,
    /// Timestamps, compared as times.
    Time,
}

#[derive(Clone, Debug)]
pub struct Arm {
    pub pattern: Pattern,
    pub guard: Option<Expr>,
    pub body: Expr,
    pub span: Span,
}

/// A pattern; what it binds is a local.
#[derive(Clone, Debug)]
pub enum Pattern {
    /// `_`, or a bare name.
    Any(Option<LocalId>),
    Null,
    Boolean(bool),
    Number(Arc<str>),
    String(Arc<str>),
    /// `n: number`: a test for the kind of JSON (or, for a record type, what tells it from the others).
    Type(Type, Option<LocalId>),
    Record {
        fields: Vec<(Arc<str>, Pattern)>,
        bind: Option<LocalId>,
    },
    Or(Vec<Pattern>),
    /// A resource or error name where the value is one.
    Error(ErrorRef, Option<LocalId>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorField {
    Name,
    /// The human text, wherever its origin hides it.
    Message,
    /// Raw.
    Cause,
    Data,
}

#[derive(Clone, Debug)]
pub enum Failure {
    /// `fail E("why", { data })`, `fail States.Timeout("why")`
    Raise { error: ErrorRef, message: Option<Box<Expr>>, data: Option<Box<Expr>> },
    /// `fail e`: raises a caught error again, unchanged.
    Again(Box<Expr>),
    /// `fail`: without a name.
    Bare,
}

/// In place of a name that nobody knows, in a program with errors: whatever it was meant to be is handled there.
pub const MISSPELT: &str = "?";

/// An error by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ErrorRef {
    Declared(ErrorId),
    /// AWS's own, exactly as the integration raises it: `DynamoDb.ConditionalCheckFailedException`, `States.Timeout`.
    Aws(Arc<str>),
    /// `States.ALL`
    All,
}

#[derive(Clone, Debug)]
pub struct Branch {
    pub name: Option<Arc<str>>,
    pub body: Block,
}

/// `map (…) x, i in source { body }`
#[derive(Clone, Debug)]
pub struct Map {
    pub source: MapSource,
    pub item: LocalId,
    pub index: Option<LocalId>,
    pub body: Block,
    pub concurrency: Option<Expr>,
    pub distributed: bool,
    /// Percent (`Percent`) or count (`Number`) of items that may fail.
    pub tolerate: Option<Expr>,
    pub batch: Option<Expr>,
    pub label: Option<Arc<str>>,
    /// Children are Express workflows.
    pub express: bool,
    /// Where the results go: a bucket and a prefix.
    pub results: Option<(Expr, Expr)>,
    pub clauses: Clauses,
    /// Declared errors that the body can raise.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum MapSource {
    List(Expr),
    /// A record or dict: the items are its values' `{ key, value }`.
    Entries(Expr),
    /// A file in S3.
    File {
        format: FileFormat,
        bucket: Expr,
        key: Expr,
        options: ReaderOptions,
    },
    /// The list of a bucket's objects; with `format`, what they hold.
    Objects {
        bucket: Expr,
        prefix: Option<Expr>,
        options: ReaderOptions,
    },
    /// `results(ref)`: what an earlier `map` with `results:` wrote of the runs with that status.
    Results {
        reference: Expr,
        status: RunStatus,
    },
}

/// What a reader reads. Named in the source as in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileFormat {
    Csv,
    Json,
    Jsonl,
    Parquet,
    /// Of S3 Inventory or, with `format`, of Athena's `UNLOAD`.
    Manifest,
}

/// Options of a reader that were written.
#[derive(Clone, Debug, Default)]
pub struct ReaderOptions {
    /// Of the files that a manifest or a listing names.
    pub format: Option<FileFormat>,
    /// Names of the columns, where the first row does not have them.
    pub headers: Option<Expr>,
    /// AWS's word for it: `PIPE`.
    pub delimiter: Option<Arc<str>>,
    /// A JSON pointer to the items within the file.
    pub pointer: Option<Arc<str>>,
    /// No more items than this.
    pub max: Option<Expr>,
}

/// How a child of a distributed `map` ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    Succeeded,
    Failed,
    Pending,
}

impl RunStatus {
    /// As AWS spells it.
    pub fn name(self) -> &'static str {
        match self {
            RunStatus::Succeeded => "SUCCEEDED",
            RunStatus::Failed => "FAILED",
            RunStatus::Pending => "PENDING",
        }
    }
}

// ---------------------------------------------------------------- calls

/// A call that needs a state.
#[derive(Clone, Debug)]
pub struct Call {
    pub target: Target,
    pub mode: Mode,
    /// Positional: the payload, or a method's parameters in the order of its signature.
    pub arguments: Vec<Expr>,
    /// `name: value` options, in the order written.
    pub options: IndexMap<String, Expr>,
    /// `charge@live(x)`
    pub alias: Option<Arc<str>>,
    pub clauses: Clauses,
    /// The type of the call's value.
    pub result: Type,
    /// Declared errors that the callee can raise.
    pub throws: Vec<ErrorId>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum Target {
    /// A resource with a signature: function, container, activity. Its kind tells which.
    Resource(ResourceId),
    Workflow(WorkflowId),
    /// `aws.<service>.<action>`: the names as AWS spells them in the integration's ARN.
    Aws {
        service: Arc<str>,
        action: Arc<str>,
        optimized: bool,
    },
    /// A method that the kind declares in the standard library (or natively, for tables).
    Method {
        receiver: Box<Expr>,
        kind: Arc<str>,
        method: Arc<str>,
    },
    /// `complete(token, value)`, `reject(token, error)`, `beat(token)`.
    Complete,
    Reject(ErrorRef),
    Beat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Request and response.
    Plain,
    /// `await`: `.sync`, `.sync:2`.
    Await,
    /// `await token => …`: the token's local.
    Token(LocalId),
}

/// The clauses behind a call, `map`, `parallel`, `try` or `saga`, policies spelled out.
#[derive(Clone, Debug, Default)]
pub struct Clauses {
    pub within: Option<Within>,
    pub heartbeat: Option<Expr>,
    /// In the order written.
    pub retries: Vec<Retry>,
    /// `retry none`: no default retry either.
    pub retry_none: bool,
    pub catches: Vec<Catch>,
    pub undo: Option<Undo>,
    /// `as role(arn)`
    pub role: Option<Expr>,
}

#[derive(Clone, Debug)]
pub enum Within {
    Never,
    Time(Expr),
}

#[derive(Clone, Debug)]
pub struct Retry {
    /// Empty: any error.
    pub errors: Vec<ErrorRef>,
    /// Where each of them is written.
    pub places: Vec<Span>,
    /// `errors` are those that are not retried.
    pub except: bool,
    pub attempts: Option<Expr>,
    pub every: Option<Expr>,
    pub backoff: Option<Expr>,
    pub max: Option<Expr>,
    /// `full`
    pub jitter: bool,
    pub span: Span,
}

/// What stands behind the retries of a call that doesn't say `retry none`.
#[derive(Clone, Debug)]
pub enum DefaultRetry {
    /// What AWS recommends: the same as where nothing is said.
    Recommended,
    /// Nothing.
    Off,
    /// The recommended errors, at these times.
    Timing(Box<Retry>),
    /// A policy's retries, as far as the call can raise what they name.
    Policy(Vec<Retry>),
}

#[derive(Clone, Debug)]
pub struct Catch {
    /// Empty: everything.
    pub errors: Vec<ErrorRef>,
    /// Where each of them is written.
    pub places: Vec<Span>,
    pub binder: Option<LocalId>,
    /// Gives the value in place of the call's, or leaves.
    pub body: Block,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Undo {
    /// Also runs when the step itself failed.
    pub attempted: bool,
    /// The step's own value, where it is bound with `let`: `let p = charge(o) undo { refund(p.id) }`.
    pub value: Option<LocalId>,
    pub body: Block,
    pub span: Span,
}

/// Functions and methods of the prelude. The receiver of a method is the first argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builtin {
    // lists
    Map,
    Filter,
    Find,
    Any,
    All,
    Sum,
    /// `xs.count()`, `xs.count(x => …)`
    Count,
    Length,
    IsEmpty,
    SortBy,
    GroupBy,
    Distinct,
    Flatten,
    Reverse,
    Join,
    Contains,
    IndexOf,
    First,
    Last,
    Take,
    Drop,
    Zip,
    Chunk,
    Reduce,
    Min,
    Max,
    Average,
    // text
    Split,
    StartsWith,
    EndsWith,
    Replace,
    Upper,
    Lower,
    Trim,
    PadStart,
    PadEnd,
    Substring,
    Matches,
    // numbers
    Round,
    Floor,
    Ceil,
    Abs,
    Sqrt,
    Power,
    Div,
    // records and dicts
    Keys,
    Values,
    Entries,
    Merge,
    Get,
    Has,
    FromEntries,
    // functions
    Uuid,
    Now,
    Random,
    Hash,
    Base64,
    FromBase64,
    UrlEncode,
    UrlDecode,
    ParseJson,
    ToJson,
    ToString,
    ToNumber,
    /// `t.format("[Y0001]-[M01]")`
    FormatTime,
    FormatNumber,
    ToMillis,
    FromMillis,
    /// A duration in seconds.
    Seconds,
}
