//! Pure expressions.

use std::sync::Arc;

use super::{BoundId, VarId};
use crate::typed::{ParamId, Program, ResourceId, WorkflowId};

/// A pure expression. Its value is any JSON, never "undefined".
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Expr {
    Null,
    Boolean(bool),
    /// As written.
    Number(Arc<str>),
    String(Arc<str>),
    Var(VarId),
    Bound(BoundId),
    /// What the state gave; only on its success edge.
    Result,
    /// `{ Error, Cause }`; only on a catcher's edge.
    Error,
    /// The state's input. Set at the start of a `Map` body; `Pass`, `Choice` and `Wait` hand it on.
    Input,
    Context(Context),
    /// Known when the app is deployed.
    Deploy(Deploy),
    List(Vec<Item>),
    Record(Vec<Member>),
    /// `maybe`: it may be missing, which reads as null.
    Field {
        base: Box<Expr>,
        name: Arc<str>,
        maybe: bool,
    },
    /// Of a list; null where it is out of range; negative from the end.
    Index {
        base: Box<Expr>,
        index: Box<Expr>,
    },
    /// Of a dict; null where it is missing.
    Key {
        base: Box<Expr>,
        key: Box<Expr>,
    },
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    /// Texts (and what converts to text by itself) one after the other.
    Template(Vec<Expr>),
    Call(Func, Vec<Expr>),
    /// Only as an argument of [`Expr::Call`].
    Lambda(Vec<BoundId>, Box<Expr>),
    Let(BoundId, Box<Expr>, Box<Expr>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    One(Expr),
    /// One item, itself a list.
    List(Expr),
    /// A list whose items are put in.
    Spread(Expr),
}

impl Item {
    pub fn expr(&self) -> &Expr {
        match self {
            Item::One(e) | Item::List(e) | Item::Spread(e) => e,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Member {
    Set(Arc<str>, Expr),
    /// Left out where it is null.
    Some(Arc<str>, Expr),
    /// A computed name.
    Computed(Expr, Expr),
    /// A record (null adds nothing).
    Spread(Expr),
}

/// The execution's own facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    ExecutionId,
    ExecutionName,
    ExecutionStartTime,
    ExecutionInput,
    StateMachineId,
    StateMachineName,
    StateName,
    StateEnteredTime,
    StateRetryCount,
    TaskToken,
    /// The item; only in a `Map`'s selector.
    MapItem,
    /// Its number; only in a `Map`'s selector.
    MapIndex,
}

/// A value that CloudFormation fills in.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Deploy {
    /// An attribute of a resource: `arn`, `url`, `name`, …
    Resource(ResourceId, Arc<str>),
    Workflow(WorkflowId, Arc<str>),
    /// An API's attribute.
    Api(Arc<str>, Arc<str>),
    Param(ParamId, DeployType),
    /// A named condition.
    Condition(Arc<str>),
    /// CloudFormation's pseudo parameter: `AWS::Region`.
    Stack(Arc<str>),
}

impl Deploy {
    /// What it stands for, as the source would write it: `charge.arn`, `stage`.
    pub fn show(&self, program: &Program) -> String {
        match self {
            Deploy::Resource(id, attribute) => {
                let name = program.resources.get(id.index()).map_or("?", |resource| &resource.name);
                format!("{name}.{attribute}")
            }
            Deploy::Workflow(id, attribute) => {
                let name = program.workflows.get(id.index()).map_or("?", |workflow| &workflow.name);
                format!("{name}.{attribute}")
            }
            Deploy::Api(name, attribute) => format!("{name}.{attribute}"),
            Deploy::Param(id, _) => {
                program.params.get(id.index()).map_or("?", |param| &param.name).to_owned()
            }
            Deploy::Condition(name) | Deploy::Stack(name) => name.to_string(),
        }
    }
}

/// CloudFormation substitutes text; this is what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DeployType {
    String,
    Number,
    Boolean,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    And,
    Or,
    /// Deep; null equals null only.
    Eq,
    Ne,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// A scalar in a list.
    In,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// Functions, resolved by the types of what they take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Func {
    // lists; `nested` where the items of the result may be lists themselves
    Map {
        nested: bool,
    },
    Filter {
        nested: bool,
    },
    Find {
        nested: bool,
    },
    Any,
    All,
    Sum,
    Count,
    CountIf,
    IsEmpty,
    SortBy,
    /// `nested`: the items may be lists.
    GroupBy {
        nested: bool,
    },
    Distinct,
    Flatten,
    Reverse,
    Join,
    /// Deep equality.
    Contains,
    IndexOf,
    /// From, without to; either may be null.
    Slice,
    Take,
    Drop,
    Zip,
    Chunk,
    Reduce,
    Min,
    Max,
    Average,
    /// Two numbers.
    Lesser,
    Greater,
    /// From, without to.
    Range,
    // text
    Length,
    TextContains,
    Split,
    StartsWith,
    EndsWith,
    Replace,
    Upper,
    Lower,
    Trim,
    PadStart,
    PadEnd,
    /// From, without to; to may be left out.
    Substring,
    /// The second argument is a literal.
    Matches,
    ReverseText,
    TextIndexOf,
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
    Values {
        nested: bool,
    },
    Entries,
    Merge,
    FromEntries,
    /// A dict's values, each changed.
    MapValues,
    // conversions
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
    /// The same of what may be text: `$string` gives text as it is, without quotes.
    ToJsonQuoted,
    ToText,
    ToNumber,
    /// Of a text that holds a number for certain, as DynamoDB's `N` does.
    Numeric,
    /// "string", "number", "boolean", "array", "object", "null"
    TypeOf,
    FormatTime,
    FormatNumber,
    ToMillis,
    FromMillis,
    /// Normal form: RFC 3339 with `T` and `Z`.
    Timestamp,
    /// Raises an error with this text.
    Raise,
    /// The value itself, which `as` says to be of a type: the number of [`super::Machine::casts`]. Local runs look
    /// whether that is true; in what is deployed there are none.
    Cast(u32),
    /// The human text of `{ Error, Cause }`; with `true` behind it also where that text carries data.
    ErrorMessage,
    /// The data of an error that carries JSON in its cause, else null.
    ErrorData,
    /// The child's own `{ Error, Cause }` out of the failure of a nested run.
    NestedError,
    /// A set of scalars for DynamoDB: the list without repeats.
    ToSet,
    /// The value of one branch, in what a `Parallel` gives: it is always there.
    Branch,
}

impl Expr {
    pub fn text(s: &str) -> Expr {
        Expr::String(s.into())
    }

    pub fn number(n: impl std::fmt::Display) -> Expr {
        Expr::Number(n.to_string().into())
    }

    /// A field that is always there.
    pub fn field(self, name: &str) -> Expr {
        Expr::Field { base: Box::new(self), name: name.into(), maybe: false }
    }

    pub fn is_maybe(&self) -> bool {
        matches!(self, Expr::Field { maybe: true, .. })
    }

    /// The same of a field that is known to be there.
    #[must_use]
    pub fn surely(self) -> Expr {
        match self {
            Expr::Field { base, name, .. } => Expr::Field { base, name, maybe: false },
            other => other,
        }
    }

    /// A field that may be missing.
    pub fn maybe(self, name: &str) -> Expr {
        Expr::Field { base: Box::new(self), name: name.into(), maybe: true }
    }

    pub fn index(self, index: Expr) -> Expr {
        Expr::Index { base: Box::new(self), index: Box::new(index) }
    }

    pub fn binary(op: Op, left: Expr, right: Expr) -> Expr {
        Expr::Binary(op, Box::new(left), Box::new(right))
    }

    pub fn equals(self, other: Expr) -> Expr {
        Expr::binary(Op::Eq, self, other)
    }

    pub fn and(self, other: Expr) -> Expr {
        Expr::binary(Op::And, self, other)
    }

    pub fn or(self, other: Expr) -> Expr {
        Expr::binary(Op::Or, self, other)
    }

    #[must_use]
    pub fn negated(self) -> Expr {
        match self {
            Expr::Not(inner) => *inner,
            Expr::Boolean(b) => Expr::Boolean(!b),
            other => Expr::Not(Box::new(other)),
        }
    }

    pub fn is_null(self) -> Expr {
        self.equals(Expr::Null)
    }

    pub fn not_null(self) -> Expr {
        Expr::binary(Op::Ne, self, Expr::Null)
    }

    pub fn choose(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
        Expr::If(Box::new(condition), Box::new(then), Box::new(otherwise))
    }

    pub fn call(function: Func, arguments: Vec<Expr>) -> Expr {
        Expr::Call(function, arguments)
    }

    /// A record of fields that are always set.
    pub fn record<N: Into<Arc<str>>>(fields: impl IntoIterator<Item = (N, Expr)>) -> Expr {
        Expr::Record(fields.into_iter().map(|(name, value)| Member::Set(name.into(), value)).collect())
    }

    pub fn list(items: impl IntoIterator<Item = Expr>) -> Expr {
        Expr::List(items.into_iter().map(Item::One).collect())
    }

    /// The direct parts.
    pub fn children(&self) -> Vec<&Expr> {
        let mut all = Vec::new();
        self.each_child(&mut |child| all.push(child));
        all
    }

    /// Calls `f` on the direct parts, in order.
    pub fn each_child<'a>(&'a self, f: &mut impl FnMut(&'a Expr)) {
        match self {
            Expr::Null
            | Expr::Boolean(_)
            | Expr::Number(_)
            | Expr::String(_)
            | Expr::Var(_)
            | Expr::Bound(_)
            | Expr::Result
            | Expr::Error
            | Expr::Input
            | Expr::Context(_)
            | Expr::Deploy(_) => {}
            Expr::List(items) => items.iter().map(Item::expr).for_each(f),
            Expr::Record(members) => members.iter().for_each(|member| member.each_expr(f)),
            Expr::Field { base, .. } | Expr::Not(base) | Expr::Negate(base) | Expr::Lambda(_, base) => {
                f(base);
            }
            Expr::Index { base: a, index: b }
            | Expr::Key { base: a, key: b }
            | Expr::Binary(_, a, b)
            | Expr::Let(_, a, b) => [a, b].into_iter().for_each(|it| f(it)),
            Expr::If(a, b, c) => [a, b, c].into_iter().for_each(|it| f(it)),
            Expr::Template(parts) | Expr::Call(_, parts) => parts.iter().for_each(f),
        }
    }

    /// The direct parts, to be changed.
    pub fn children_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Expr::Null
            | Expr::Boolean(_)
            | Expr::Number(_)
            | Expr::String(_)
            | Expr::Var(_)
            | Expr::Bound(_)
            | Expr::Result
            | Expr::Error
            | Expr::Input
            | Expr::Context(_)
            | Expr::Deploy(_) => Vec::new(),
            Expr::List(items) => items
                .iter_mut()
                .map(|item| match item {
                    Item::One(e) | Item::List(e) | Item::Spread(e) => e,
                })
                .collect(),
            Expr::Record(members) => members.iter_mut().flat_map(Member::exprs_mut).collect(),
            Expr::Field { base, .. } | Expr::Not(base) | Expr::Negate(base) | Expr::Lambda(_, base) => {
                vec![base]
            }
            Expr::Index { base, index: other } | Expr::Key { base, key: other } => vec![base, other],
            Expr::If(a, b, c) => vec![a, b, c],
            Expr::Binary(_, a, b) | Expr::Let(_, a, b) => vec![a, b],
            Expr::Template(parts) | Expr::Call(_, parts) => parts.iter_mut().collect(),
        }
    }

    /// Calls `f` on this and every part, outermost first.
    pub fn visit<'a>(&'a self, f: &mut impl FnMut(&'a Expr)) {
        self.visit_each(f);
    }

    /// As [`Expr::visit`], with one type of closure whatever the depth.
    fn visit_each<'a>(&'a self, f: &mut dyn FnMut(&'a Expr)) {
        f(self);
        self.each_child(&mut |child| child.visit_each(f));
    }

    /// Whether this or any part is so.
    pub fn any(&self, f: &impl Fn(&Expr) -> bool) -> bool {
        f(self) || self.children().into_iter().any(|child| child.any(f))
    }

    /// Rewrites bottom-up.
    #[must_use]
    pub fn rewrite(mut self, f: &mut impl FnMut(Expr) -> Expr) -> Expr {
        for child in self.children_mut() {
            let taken = std::mem::replace(child, Expr::Null);
            *child = taken.rewrite(f);
        }
        f(self)
    }

    /// Puts expressions in the place of variables, all at once.
    #[must_use]
    pub fn substitute(self, values: &[(VarId, Expr)]) -> Expr {
        if values.is_empty() {
            return self;
        }
        self.rewrite(&mut |e| match e {
            Expr::Var(id) => values.iter().find(|(var, _)| *var == id).map_or(e, |(_, value)| value.clone()),
            other => other,
        })
    }

    /// How often it reads a variable, as written.
    pub fn reads(&self, var: VarId) -> usize {
        let mut count = 0;
        self.visit(&mut |e| count += usize::from(matches!(e, Expr::Var(id) if *id == var)));
        count
    }

    /// Nodes.
    pub fn size(&self) -> usize {
        let mut count = 0;
        self.visit(&mut |_| count += 1);
        count
    }

    /// Of nesting.
    pub fn depth(&self) -> usize {
        let mut deepest = 0;
        self.each_child(&mut |child| deepest = deepest.max(child.depth()));
        1 + deepest
    }
}

impl Member {
    /// Calls `f` on the expressions in it.
    pub fn each_expr<'a>(&'a self, f: &mut impl FnMut(&'a Expr)) {
        match self {
            Member::Set(_, e) | Member::Some(_, e) | Member::Spread(e) => f(e),
            Member::Computed(name, e) => [name, e].into_iter().for_each(f),
        }
    }

    fn exprs_mut(&mut self) -> Vec<&mut Expr> {
        match self {
            Member::Set(_, e) | Member::Some(_, e) | Member::Spread(e) => vec![e],
            Member::Computed(name, e) => vec![name, e],
        }
    }
}
