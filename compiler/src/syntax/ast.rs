//! What was written: the syntax tree. Every node keeps the exact span of its own text, without the blanks and
//! comments around it. A broken piece is an `Error` or `Missing` node; the rest of the file is unharmed.

use crate::source::Span;

/// A name as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub text: String,
    pub span: Span,
}

/// A whole file.
#[derive(Clone, Debug, Default)]
pub struct File {
    pub items: Vec<Item>,
    /// Every `//` comment (not `///`), in order; the formatter puts them back.
    pub comments: Vec<Comment>,
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// With its slashes, without the line's end.
    pub text: String,
    pub span: Span,
    /// Nothing but blanks stands before it on its line.
    pub own_line: bool,
}

/// A declaration with what stands before it.
#[derive(Clone, Debug)]
pub struct Item {
    /// `///` lines joined with `\n`, their slashes and one blank removed.
    pub docs: Option<String>,
    pub attributes: Vec<Attribute>,
    pub kind: ItemKind,
    /// From the first attribute (or keyword) to the last character of the declaration.
    pub span: Span,
}

/// `@log(all)`, `@express`, `@name("Ship the package")`.
#[derive(Clone, Debug)]
pub struct Attribute {
    pub name: Name,
    pub arguments: Vec<Argument>,
    pub span: Span,
}

// There are few items, each in its `Vec` slot; boxes would only burden every `match`.
#[allow(clippy::large_enum_variant)]
#[derive(Clone, Debug)]
pub enum ItemKind {
    /// A line that starts no declaration; skipped.
    Error,
    Import(Import),
    /// `app shop { tags: … }`
    App(App),
    /// `param stage: "dev" | "prod" = "dev"`, with optional `{ description: … }` settings.
    Param(DeployParam),
    /// `type Order = { … }`
    Type(TypeDecl),
    /// `error CardDeclined { code: string } = "card_declined"`
    ErrorDecl(ErrorDecl),
    /// `table orders of Order { … }`, `function charge(order: Order) -> … { … }`: every kind with settings.
    Resource(ResourceDecl),
    /// `resource x: AWS::Any::Type { … }`
    RawResource(RawResource),
    Workflow(WorkflowDecl),
    /// `fn total(items: Item[]) -> number = …`
    Fn(FnDecl),
    /// `step notify(msg: string) { … }`
    Step(StepDecl),
    /// `policy patient = within 15s retry …`
    Policy(PolicyDecl),
    Api(ApiDecl),
    /// `on invoices.created(suffix: ".json") as event when … -> start archive(…)`
    On(OnDecl),
    /// `let sample: Order = …` at top level: a constant.
    Const(ConstDecl),
    /// `output url = storefront.url`
    Output(OutputDecl),
    /// `condition isProd = stage == "prod"`
    Condition(ConditionDecl),
    Test(TestDecl),
    /// `kind queue of T { … }`: how the standard library (or a user) declares a kind of resource.
    Kind(KindDecl),
}

#[derive(Clone, Debug)]
pub struct Import {
    pub names: Vec<Name>,
    /// The path as written between the quotes, `./types`.
    pub path: Name,
}

#[derive(Clone, Debug)]
pub struct App {
    pub name: Name,
    pub settings: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct DeployParam {
    pub name: Name,
    pub ty: Option<TypeExpr>,
    pub default: Option<Expr>,
    pub settings: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct TypeDecl {
    pub name: Name,
    pub ty: TypeExpr,
}

#[derive(Clone, Debug)]
pub struct ErrorDecl {
    pub name: Name,
    pub fields: Vec<TypeField>,
    /// `= "Failed to delete"`: the name AWS sees.
    pub wire_name: Option<Name>,
}

/// `(name: T = default, …) -> R throws A, B`
#[derive(Clone, Debug, Default)]
pub struct Signature {
    /// The parentheses were there, even if empty.
    pub written: bool,
    pub params: Vec<Param>,
    pub result: Option<TypeExpr>,
    pub throws: Vec<ErrorName>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Param {
    pub name: Name,
    pub ty: Option<TypeExpr>,
    pub default: Option<Expr>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct ResourceDecl {
    /// `table`, `function`, …
    pub kind: Name,
    pub name: Name,
    pub signature: Signature,
    pub of: Option<TypeExpr>,
    pub settings: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct RawResource {
    pub name: Name,
    /// `AWS::SQS::Queue`
    pub cfn_type: Name,
    pub properties: Vec<Field>,
}

/// `name: value`, `"odd name": value`, or (in records) `name` alone and `...spread`.
#[derive(Clone, Debug)]
pub enum Field {
    /// `docs` only in settings.
    Named {
        name: Name,
        /// The name was written in quotes.
        quoted: bool,
        value: Expr,
        docs: Option<String>,
        span: Span,
    },
    /// `{ order, total: 3 }`: `order` stands for `order: order`.
    Shorthand(Name),
    Spread(Expr, Span),
    /// A piece that is no field; skipped.
    Error(Span),
}

#[derive(Clone, Debug)]
pub struct WorkflowDecl {
    pub name: Name,
    pub signature: Signature,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub struct FnDecl {
    pub name: Name,
    pub signature: Signature,
    /// A block body is an `Expr::Block`.
    pub body: Expr,
}

#[derive(Clone, Debug)]
pub struct StepDecl {
    pub name: Name,
    pub signature: Signature,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub struct PolicyDecl {
    pub name: Name,
    /// Only `Within`, `Heartbeat`, `Retry` and `With` make sense; the checker says so.
    pub clauses: Vec<Clause>,
}

#[derive(Clone, Debug)]
pub struct ApiDecl {
    pub name: Name,
    pub settings: Vec<Field>,
    pub routes: Vec<Route>,
}

/// `POST "/orders" (body: Order) -> start fulfil(body) { settings }`
#[derive(Clone, Debug)]
pub struct Route {
    pub docs: Option<String>,
    pub attributes: Vec<Attribute>,
    /// `GET`, `POST`, `ANY` …
    pub method: Name,
    /// The path between the quotes.
    pub path: Name,
    pub params: Vec<Param>,
    pub action: Action,
    pub settings: Vec<Field>,
    pub span: Span,
}

/// What a trigger or route does: `start fulfil(x)` or any call.
#[derive(Clone, Debug)]
pub struct Action {
    /// The span of the word `start`.
    pub start: Option<Span>,
    pub call: Expr,
}

#[derive(Clone, Debug)]
pub struct OnDecl {
    /// `invoices.created(suffix: ".json")`, `schedule("rate(1 day)")`.
    pub source: Expr,
    pub event: Option<Name>,
    pub when: Option<Expr>,
    pub action: Action,
    pub settings: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct ConstDecl {
    pub name: Name,
    pub ty: Option<TypeExpr>,
    pub value: Expr,
}

#[derive(Clone, Debug)]
pub struct OutputDecl {
    pub name: Name,
    pub value: Expr,
    pub settings: Vec<Field>,
}

#[derive(Clone, Debug)]
pub struct ConditionDecl {
    pub name: Name,
    pub value: Expr,
}

#[derive(Clone, Debug)]
pub struct TestDecl {
    /// The title between the quotes.
    pub title: Name,
    pub body: Block,
}

/// `kind queue of T { setting fifo: boolean = false … }`
#[derive(Clone, Debug)]
pub struct KindDecl {
    pub name: Name,
    /// The type parameter, `T`.
    pub of: Option<Name>,
    pub members: Vec<KindMember>,
}

/// One line of a kind, in one general form:
/// `word name (params) of Type: Type -> Type = value { fields } when condition`.
#[derive(Clone, Debug)]
pub struct KindMember {
    pub docs: Option<String>,
    pub attributes: Vec<Attribute>,
    /// `setting`, `resource`, `attribute`, `method`, `event`, `grant`.
    pub word: Name,
    pub name: Name,
    pub signature: Signature,
    /// `: T`; for a `resource`, `: AWS::SQS::Queue` is in `cfn_type` instead.
    pub ty: Option<TypeExpr>,
    pub cfn_type: Option<Name>,
    pub value: Option<Expr>,
    pub body: Option<Vec<Field>>,
    pub when: Option<Expr>,
    pub span: Span,
}

// ---------------------------------------------------------------- types

#[derive(Clone, Debug)]
pub struct TypeExpr {
    pub kind: TypeKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum TypeKind {
    Missing,
    /// `string`, `Order`, `T`
    Name(String),
    /// `"paid"`, `404`, `true`
    Literal(Literal),
    /// `{ a: T, ...Order }`
    Record(Vec<TypeField>),
    /// `T[]`
    List(Box<TypeExpr>),
    /// `T?`
    Optional(Box<TypeExpr>),
    /// `dict<T>`
    Dict(Box<TypeExpr>),
    /// `A | B`
    Union(Vec<TypeExpr>),
    /// `token of T`, `queue of T`
    Of(Name, Box<TypeExpr>),
}

#[derive(Clone, Debug)]
pub enum TypeField {
    Named { docs: Option<String>, name: Name, quoted: bool, ty: TypeExpr, span: Span },
    Spread(TypeExpr, Span),
    Error(Span),
}

#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    Null,
    Boolean(bool),
    /// As written: `10`, `1.5`, `1e3`.
    Number(String),
    String(String),
}

// ---------------------------------------------------------------- statements

#[derive(Clone, Debug, Default)]
pub struct Block {
    pub statements: Vec<Stmt>,
    /// With its braces.
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Stmt {
    pub docs: Option<String>,
    pub attributes: Vec<Attribute>,
    pub kind: StmtKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum StmtKind {
    /// A line that starts no statement; skipped.
    Error,
    /// `let x: T = e`, `var x = e`
    Let {
        mutable: bool,
        pattern: Pattern,
        ty: Option<TypeExpr>,
        value: Expr,
    },
    /// `x = e`, `x.f = e`, `x["k"] = e`, `x += e` (with its operator)
    Assign {
        target: Expr,
        op: Option<BinaryOp>,
        value: Expr,
    },
    Expr(Expr),
    While {
        label: Option<Name>,
        condition: Expr,
        body: Block,
    },
    /// `repeat (max: 100) { … } until c`; without `until` the condition is `None`.
    Repeat {
        label: Option<Name>,
        options: Vec<Argument>,
        body: Block,
        until: Option<Expr>,
    },
    /// `for x in xs { … }`, `for x, i in xs { … }`
    For {
        label: Option<Name>,
        binder: Pattern,
        index: Option<Name>,
        items: Expr,
        body: Block,
    },
    /// `wait 10s`, `wait until t`
    Wait {
        until: bool,
        value: Expr,
    },
    // In `test` blocks only.
    /// `mock f(x) times 2 { … } then { … }`
    Mock {
        target: Expr,
        params: Vec<Name>,
        parts: Vec<MockPart>,
    },
    Expect(Expectation),
    /// `each case in [ … ] { … }`
    Each {
        binder: Pattern,
        items: Expr,
        body: Block,
    },
}

/// What `let` and `for` bind.
#[derive(Clone, Debug)]
pub enum Pattern {
    Name(Name),
    /// `{ a, b: inner }`; each with the name it is bound to.
    Record(Vec<(Name, Name)>, Span),
    Missing(Span),
}

#[derive(Clone, Debug)]
pub struct MockPart {
    pub times: Option<Expr>,
    pub after: Option<Expr>,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub enum Expectation {
    /// `expect e`
    True(Expr),
    /// `expect run failed E`, `expect run failed`
    Failed { run: Expr, error: Option<ErrorName> },
    /// `expect run visited "state"`
    Visited { run: Expr, state: Expr },
    /// `expect snapshot e`
    Snapshot(Expr),
}

// ---------------------------------------------------------------- expressions

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ExprKind {
    /// Nothing stood where an expression must stand.
    Missing,
    Literal(Literal),
    /// `"text ${e}"` with at least one hole.
    Template(Vec<TemplatePart>),
    /// `1h30m` in milliseconds.
    Duration(u64),
    /// `256MB` in bytes.
    Size(u64),
    /// `5%`
    Percent(f64),
    Name(String),
    List(Vec<Element>),
    Record(Vec<Field>),
    /// `a..b`
    Range(Box<Expr>, Box<Expr>),
    /// `e.f`, `e?.f`
    Field {
        base: Box<Expr>,
        optional: bool,
        name: Name,
    },
    /// `e[i]`, `e?.[i]`; `e["odd name"]` too
    Index {
        base: Box<Expr>,
        optional: bool,
        index: Box<Expr>,
    },
    /// `e[a..b]`, `e[a..]`, `e[..b]`: from a, without b.
    Slice {
        base: Box<Expr>,
        from: Option<Box<Expr>>,
        to: Option<Box<Expr>>,
    },
    /// The parenthesis touches the callee. `close` is false where `)` is not there.
    Call {
        callee: Box<Expr>,
        arguments: Vec<Argument>,
        close: bool,
    },
    /// `fulfil@live`
    Alias {
        base: Box<Expr>,
        alias: Name,
    },
    /// `x => e`, `(a, b) => { … }`
    Lambda {
        params: Vec<Param>,
        body: Box<Expr>,
    },
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        op_span: Span,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `x as T`
    Cast {
        value: Box<Expr>,
        ty: TypeExpr,
    },
    /// `if c { } else if d { } else { }`; `otherwise` is a `Block` or another `If`.
    If {
        condition: Box<Expr>,
        then: Block,
        otherwise: Option<Box<Expr>>,
    },
    Match {
        value: Box<Expr>,
        arms: Vec<MatchArm>,
    },
    /// `{ … }`; a labelled block is `'done: { … }`
    Block {
        label: Option<Name>,
        block: Block,
    },
    /// `await f(x)`, `await token => f(… token …)`
    Await {
        token: Option<Name>,
        call: Box<Expr>,
    },
    /// A call with the clauses behind it.
    Guarded {
        call: Box<Expr>,
        clauses: Vec<Clause>,
    },
    /// `map (options) x, i in xs { … }`
    Map {
        options: Vec<Argument>,
        binder: Pattern,
        index: Option<Name>,
        items: Box<Expr>,
        body: Block,
    },
    Parallel {
        options: Vec<Argument>,
        branches: Branches,
    },
    /// `transact { orders.put(o) … }`, `transact { a: orders.get(x) … }`
    Transact(Branches),
    /// `try { … } retry … catch … finally { … }`
    Try {
        body: Block,
        clauses: Vec<Clause>,
        finally: Option<Block>,
    },
    /// `saga { … } catch as e { … }`; `undo` clauses stand on the calls inside.
    Saga {
        body: Block,
        clauses: Vec<Clause>,
    },
    Return(Option<Box<Expr>>),
    /// `fail E("why")`, `fail e`, `fail`
    Fail(Option<Box<Expr>>),
    Break(Option<Name>),
    Continue(Option<Name>),
    /// `continue as fulfil(next)`
    ContinueAs(Box<Expr>),
}

#[derive(Clone, Debug)]
pub enum TemplatePart {
    Text(String, Span),
    Hole(Expr),
}

#[derive(Clone, Debug)]
pub enum Element {
    Item(Expr),
    Spread(Expr, Span),
}

/// An argument of a call or an option: `e` or `name: e`.
#[derive(Clone, Debug)]
pub struct Argument {
    pub name: Option<Name>,
    pub value: Expr,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Not,
    Negate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Or,
    And,
    Coalesce,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    In,
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}

#[derive(Clone, Debug)]
pub struct MatchArm {
    pub docs: Option<String>,
    pub pattern: MatchPattern,
    pub guard: Option<Expr>,
    pub body: Expr,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct MatchPattern {
    pub kind: MatchKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum MatchKind {
    Missing,
    /// `_`
    Wildcard,
    Literal(Literal),
    /// `n: number`, or a bare `n` that binds whatever is left.
    Bind {
        name: Name,
        ty: Option<TypeExpr>,
    },
    /// `{ kind: "card", amount: a }`, with `as c` behind it.
    Record {
        fields: Vec<(Name, MatchPattern)>,
        bind: Option<Name>,
    },
    /// `"a" | "b"`
    Or(Vec<MatchPattern>),
}

/// The name of an error: `CardDeclined`, `Lambda.TooManyRequestsException`, `States.ALL`, or a quoted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorName {
    /// Dotted, as written.
    pub text: String,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Clause {
    pub kind: ClauseKind,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum ClauseKind {
    /// `within 15s`; `within never` is `None`.
    Within(Option<Expr>),
    Heartbeat(Expr),
    /// `with patient`
    With(Name),
    Retry(RetryClause),
    Catch(CatchClause),
    /// `undo { … }`, `undo (attempted) { … }`
    Undo {
        attempted: bool,
        body: Block,
    },
    /// `as role(arn)`
    Role(Expr),
}

#[derive(Clone, Debug)]
pub struct RetryClause {
    pub errors: RetryErrors,
    /// `attempts every backoff max jitter`
    pub options: Vec<Argument>,
}

#[derive(Clone, Debug)]
pub enum RetryErrors {
    /// `retry (…)`
    Any,
    /// `retry A | B (…)`
    Only(Vec<ErrorName>),
    /// `retry except A | B (…)`
    Except(Vec<ErrorName>),
    /// `retry none`
    None,
}

#[derive(Clone, Debug)]
pub struct CatchClause {
    /// Empty: catches everything.
    pub errors: Vec<ErrorName>,
    pub binder: Option<Name>,
    pub body: Block,
}

#[derive(Clone, Debug)]
pub enum Branches {
    /// `a: { … }`
    Named(Vec<(Name, Block)>),
    /// Each statement a branch.
    Statements(Block),
}
