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
    /// `cfn: { … }`: raw properties of the main CloudFormation resource.
    pub cfn: Option<Expr>,
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

/// Every kind that the standard library and the program declare, by name.
#[derive(Clone, Debug, Default)]
pub struct Kinds {
    pub kinds: IndexMap<Arc<str>, Kind>,
}

/// A kind of resource.
#[derive(Clone, Debug)]
pub struct Kind {
    pub name: Arc<str>,
    pub docs: Option<Arc<str>>,
    /// Takes `of T`.
    pub generic: bool,
    pub settings: IndexMap<Arc<str>, Setting>,
    pub methods: IndexMap<Arc<str>, Method>,
    /// Attributes readable in expressions (`orders.arn`): name → type.
    pub attributes: IndexMap<Arc<str>, Type>,
    pub span: Span,
}

#[derive(Clone, Debug)]
pub struct Setting {
    pub ty: Type,
    pub default: Option<Expr>,
    pub required: bool,
    pub docs: Option<Arc<str>>,
}

/// A method of a kind: one AWS call.
#[derive(Clone, Debug)]
pub struct Method {
    /// Positional parameters with their types; `T` is already the resource's own type where a call is checked.
    pub params: Vec<(Arc<str>, Type)>,
    /// `name: value` options.
    pub options: IndexMap<Arc<str>, Type>,
    pub result: Type,
    /// What it lowers to: an expression over `locals` that holds exactly one AWS call.
    pub body: Option<MethodBody>,
    pub docs: Option<Arc<str>>,
}

#[derive(Clone, Debug)]
pub struct MethodBody {
    /// The receiver.
    pub this: LocalId,
    /// Of the parameters, then of the options; an option that is not given is null.
    pub params: Vec<LocalId>,
    pub value: Expr,
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
    /// The declared parameters: `body`, query and header parameters by name.
    pub params: Vec<LocalId>,
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
    pub span: Span,
}
