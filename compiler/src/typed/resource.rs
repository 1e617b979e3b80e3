//! The typed form of resources, APIs and triggers.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Attribute, Expr, LocalId};
use crate::source::Span;
use crate::types::{ErrorId, Type};

/// A declared resource: `kind name [signature] [of T] { settings }`.
#[derive(Clone, Debug)]
pub struct Resource {
    pub name: Arc<str>,
    /// Name of its kind in [`Kinds`]; `None` for `resource x: AWS::A::B`.
    pub kind: Option<Arc<str>>,
    /// `AWS::A::B` of a raw resource.
    pub cfn_type: Option<Arc<str>>,
    pub docs: Option<Arc<str>>,
    pub attributes: Vec<Attribute>,
    pub signature: Option<Signature>,
    pub of: Option<Type>,
    /// As written, checked against the kind; defaults are not filled in.
    pub settings: IndexMap<String, Expr>,
    /// `existing: …`
    pub existing: Option<Expr>,
    /// `cfn: { … }`: raw properties of the main CloudFormation resource; all there is of a raw resource.
    pub cfn: Option<Expr>,
    /// `uses: […]`
    pub uses: Vec<Use>,
    /// `@retry(…)`
    pub retry: Option<super::DefaultRetry>,
    pub name_span: Span,
    pub span: Span,
}

/// Of a function, container or activity.
#[derive(Clone, Debug)]
pub struct Signature {
    /// Name and type of the payload.
    pub param: Option<(Arc<str>, Type)>,
    pub result: Type,
    pub throws: Vec<ErrorId>,
}

/// Every kind that the program declares, and those of the standard library that it names.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    pub kinds: IndexMap<Arc<str>, Kind>,
}

/// A kind of resource, as a `kind` declaration gives it (`docs/decisions/kinds.md`).
///
/// Expressions in a kind see the settings by their names, the CloudFormation resources of the kind as handles
/// (`main.Arn` is `Fn::GetAtt`, `main.ref` is `Ref`), the resource itself as `this` (its attributes), and `tags`.
#[derive(Clone, Debug)]
pub struct Kind {
    pub name: Arc<str>,
    pub docs: Option<Arc<str>>,
    /// Takes `of T`. Inside the kind `T` is [`crate::types::TypeId::OF`].
    pub generic: bool,
    /// Takes a signature `(x: T) -> U throws E`: it can be called by name.
    pub callable: bool,
    pub settings: IndexMap<Arc<str>, Setting>,
    pub methods: IndexMap<Arc<str>, Method>,
    /// Attributes readable in expressions (`orders.arn`): name → type.
    pub attributes: IndexMap<Arc<str>, Type>,
    /// What the attributes are: name → value.
    pub values: IndexMap<Arc<str>, AttributeValue>,
    /// The CloudFormation resources that one of its kind becomes; the first is the main one.
    pub parts: IndexMap<Arc<str>, Part>,
    pub events: IndexMap<Arc<str>, Event>,
    pub grants: Vec<Grant>,
    /// Names that every expression of the kind sees.
    pub scope: KindScope,
    /// Of the name.
    pub span: Span,
}

/// What expressions of a kind see besides its settings and parts.
#[derive(Clone, Copy, Debug)]
pub struct KindScope {
    /// The resource as a value of its kind.
    pub this: LocalId,
    /// What `existing:` holds; a string.
    pub existing: LocalId,
    /// Whether `existing:` is a name that is written out, and no ARN.
    pub named: LocalId,
    /// Whether `existing:` is an address that is written out.
    pub addressed: LocalId,
    /// Whether `existing:` is an ARN that is written out.
    pub located: LocalId,
    /// The tags of the app and of the resource, as CloudFormation's list of `{ Key, Value }`.
    pub tags: LocalId,
    /// Of `@alias(live)`, or null.
    pub alias: LocalId,
    /// Text of the `///` above the declaration, or null.
    pub description: LocalId,
    /// The logical id, for names that AWS wants from us.
    pub label: LocalId,
    /// The statements of IAM that `uses:` needs, a list.
    pub permissions: LocalId,
    /// DynamoDB's types of `T`'s fields, by name: `S`, `N` or `B`.
    pub fields: LocalId,
}

#[derive(Clone, Debug)]
pub struct Setting {
    pub ty: Type,
    pub default: Option<Expr>,
    pub required: bool,
    pub docs: Option<Arc<str>>,
    /// Its name in the kind's expressions.
    pub local: LocalId,
    pub span: Span,
}

/// `attribute arn: string = main.Arn { existing: "arn:…:${existing}" }`
#[derive(Clone, Debug)]
pub struct AttributeValue {
    pub value: Expr,
    /// Of a resource with `existing:`.
    pub existing: Option<Expr>,
    pub docs: Option<Arc<str>>,
    pub span: Span,
}

/// `resource main: AWS::SQS::Queue { … } when deadLetter != null`
#[derive(Clone, Debug)]
pub struct Part {
    pub cfn_type: Arc<str>,
    /// Its handle in the kind's expressions.
    pub local: LocalId,
    /// A record: its properties. A null property is left out.
    pub properties: Expr,
    pub when: Option<Expr>,
    /// `@after(attachment)`: parts that must be there first, though no property names them.
    pub after: Vec<Arc<str>>,
    pub span: Span,
}

/// `event created(prefix: string?) -> { key: string } { carrier: "rule", … }`
#[derive(Clone, Debug)]
pub struct Event {
    /// `name: value` filters.
    pub filters: IndexMap<Arc<str>, EventFilter>,
    /// The type of what `as event` binds.
    pub ty: Type,
    /// How it travels; a record that `emit::trigger` understands.
    pub carrier: Expr,
    pub docs: Option<Arc<str>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct EventFilter {
    pub ty: Type,
    pub default: Option<Expr>,
    pub local: LocalId,
}

/// `grant decrypt on get, list = { actions: […], resources: […] } when key != null`: permissions beyond those of
/// the calls that a method makes.
#[derive(Clone, Debug)]
pub struct Grant {
    pub name: Arc<str>,
    /// Methods and events (and `call` of a callable kind) that need it; empty: all.
    pub of: Vec<Arc<str>>,
    /// `{ actions: string[], resources: string[] }`
    pub value: Expr,
    pub when: Option<Expr>,
    pub span: Span,
}

/// A method of a kind: one AWS call.
#[derive(Clone, Debug)]
pub struct Method {
    /// Positional parameters with their types; `T` is already the resource's own type where a call is checked.
    pub params: Vec<(Arc<str>, Type)>,
    /// `name: value` options.
    pub options: IndexMap<Arc<str>, Type>,
    pub result: Type,
    /// What it lowers to: an expression over `locals` that holds exactly one AWS call. `None`: the compiler
    /// itself knows how (tables).
    pub body: Option<MethodBody>,
    pub docs: Option<Arc<str>>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct MethodBody {
    /// The receiver.
    pub this: LocalId,
    /// Of the parameters, then of the options; an option that is not given is null.
    pub params: Vec<LocalId>,
    pub value: Expr,
}

/// One entry of a function's or container's `uses:`: what its code may do.
#[derive(Clone, Debug)]
pub struct Use {
    pub target: UseTarget,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub enum UseTarget {
    /// `orders`: everything that its kind's methods do.
    Resource(super::ResourceId),
    /// `orders.get`
    Method(super::ResourceId, Arc<str>),
    /// `fulfil`: start it.
    Workflow(super::WorkflowId),
    /// `aws.s3.listBuckets`
    Aws { service: Arc<str>, action: Arc<str> },
    /// `complete`, `reject`, `beat`
    Token,
}

/// `api storefront { … }`
#[derive(Clone, Debug)]
pub struct Api {
    pub name: Arc<str>,
    pub docs: Option<Arc<str>>,
    pub attributes: Vec<Attribute>,
    pub settings: IndexMap<String, Expr>,
    pub routes: Vec<Route>,
    pub name_span: Span,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Route {
    /// Upper case; `ANY` for every method.
    pub method: Arc<str>,
    /// `/orders/{id}`
    pub path: Arc<str>,
    pub docs: Option<Arc<str>>,
    pub attributes: Vec<Attribute>,
    /// Path parameters, in the order of the path.
    pub path_params: Vec<LocalId>,
    /// The declared parameters: `body`, path and query parameters by name.
    pub params: Vec<LocalId>,
    /// `request`: the whole request as AWS hands it to a function.
    pub request: LocalId,
    pub action: Action,
    pub settings: IndexMap<String, Expr>,
    pub span: Span,
}

/// What a route or trigger does.
#[derive(Clone, Debug)]
pub struct Action {
    /// `start f(x)`: without waiting for the result.
    pub start: bool,
    /// An `ExprKind::Call`.
    pub call: Expr,
    pub span: Span,
}

/// `on source(filters) as event when c -> action`
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The resource whose event it is; `None` for `schedule(…)` and the default bus.
    pub source: Option<super::ResourceId>,
    /// `created`, `message`, `changed`, `schedule`, …
    pub event: Arc<str>,
    /// Positional under `"0"`, …
    pub filters: IndexMap<String, Expr>,
    pub binder: Option<LocalId>,
    pub when: Option<Expr>,
    pub action: Action,
    pub settings: IndexMap<String, Expr>,
    pub attributes: Vec<Attribute>,
    pub span: Span,
}
