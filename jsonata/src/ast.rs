//! The tree that is evaluated, and the names in it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use crate::expression::Dialect;
use crate::functions::BuiltIn;
use crate::regex::Regex;
use crate::signature::Signature;
use crate::value::Value;

/// A variable's name, as its number in the expression's table.
pub(crate) type Symbol = u32;

/// The names of variables of one expression.
#[derive(Clone, Debug)]
pub(crate) struct Symbols {
    dialect: Dialect,
    names: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, Symbol>,
    /// The built-in function of each name.
    built_ins: Vec<Option<BuiltIn>>,
}

impl Symbols {
    pub(crate) fn new(dialect: Dialect) -> Symbols {
        Symbols { dialect, names: Vec::new(), numbers: HashMap::new(), built_ins: Vec::new() }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(crate) fn find(&self, name: &str) -> Option<Symbol> {
        self.numbers.get(name).copied()
    }

    pub(crate) fn intern(&mut self, name: &str) -> Symbol {
        if let Some(symbol) = self.find(name) {
            return symbol;
        }
        let symbol = self.names.len() as Symbol;
        self.built_ins.push(BuiltIn::named(name, self.dialect));
        let name: Arc<str> = name.into();
        self.names.push(name.clone());
        self.numbers.insert(name, symbol);
        symbol
    }

    pub(crate) fn name(&self, symbol: Symbol) -> Arc<str> {
        self.names.get(symbol as usize).cloned().unwrap_or_else(|| "".into())
    }

    /// The names with their built-in functions, in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Arc<str>, Option<BuiltIn>)> {
        self.names.iter().zip(self.built_ins.iter().copied())
    }
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// Byte offset of the end of the node's token: what errors report.
    pub(crate) pos: u32,
    /// Byte offset of the token's start.
    pub(crate) start: u32,
    /// `[]` was written behind it: one result stays an array.
    pub(crate) keep_array: bool,
    /// An array constructor at an end of a path, which is not flattened.
    pub(crate) cons: bool,
    pub(crate) extra: Option<Box<Extra>>,
}

/// What is hung on a node: predicates, grouping, and variables bound along a path.
#[derive(Debug, Default)]
pub(crate) struct Extra {
    /// Predicates of an expression that is not a step of a path.
    pub(crate) predicates: Option<Vec<Stage>>,
    /// Predicates and index bindings of a step.
    pub(crate) stages: Option<Vec<Stage>>,
    pub(crate) group: Option<Group>,
    pub(crate) focus: Option<Symbol>,
    pub(crate) index: Option<Symbol>,
    /// The slot under which this step's context is kept for `%`; a symbol once the tree is finished.
    pub(crate) ancestor: Option<u32>,
    /// The step yields tuples: values with variables.
    pub(crate) tuple: bool,
    /// Slots of `%` that still look for their ancestor; only while the tree is built.
    pub(crate) seeking: Option<Vec<usize>>,
}

#[derive(Debug)]
pub(crate) enum Stage {
    Filter(Node),
    Index(Symbol),
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) pairs: Vec<(Node, Node)>,
    pub(crate) pos: u32,
    /// Set when every key is a string literal and no two are equal.
    pub(crate) literal_keys: Option<Vec<Arc<str>>>,
}

#[derive(Debug)]
pub(crate) enum Kind {
    /// A string, number, boolean or null.
    Literal(Value),
    /// A field name; always a step of a path.
    Name(Field),
    /// A path of one plain name, the commonest of all expressions.
    Field(Field),
    Variable(Symbol),
    /// `$`
    Context,
    Wildcard,
    Descendants,
    /// `%`, with its slot, or the slot's symbol once the tree is finished.
    Parent(u32),
    Path(Path),
    Numeric(Arithmetic, Box<(Node, Node)>),
    Comparison(Order, Box<(Node, Node)>),
    /// `=`, or `!=` if negated.
    Equality(bool, Box<(Node, Node)>),
    Concat(Box<(Node, Node)>),
    Range(Box<(Node, Node)>),
    In(Box<(Node, Node)>),
    And(Box<(Node, Node)>),
    Or(Box<(Node, Node)>),
    Negate(Box<Node>),
    Array(Vec<Node>),
    Object(Group),
    Block(Block),
    Condition(Box<(Node, Node, Option<Node>)>),
    Bind(Symbol, Box<Node>),
    Call(Box<Call>),
    /// A call at the end of a lambda, which the caller makes in its place. `true` if its frame must be kept.
    TailCall(Arc<Node>, bool),
    Partial(Box<Call>),
    /// `?` among the arguments of a partial application.
    Placeholder,
    Lambda(Arc<Lambda>),
    /// `~>`
    Apply(Box<(Node, Node)>),
    Transform(Arc<Transform>),
    Regex(Arc<Regex>),
    Sort(Vec<SortTerm>),
}

#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: Arc<str>,
    /// Where the name was found the last time.
    pub(crate) hint: AtomicU32,
}

impl Field {
    pub(crate) fn new(name: Arc<str>) -> Field {
        Field { name, hint: AtomicU32::new(0) }
    }
}

#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) steps: Vec<Node>,
    pub(crate) keep_singleton: bool,
    /// The path's own tuples are wanted by the path around it.
    pub(crate) tuple: bool,
    /// Some step binds variables.
    pub(crate) tuples: bool,
    /// A variable or a name, and names behind it, with nothing about them.
    pub(crate) plain: bool,
}

#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) expressions: Vec<Node>,
    /// A variable may be bound in it, so it needs a frame of its own.
    pub(crate) binds: bool,
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) procedure: Node,
    pub(crate) arguments: Vec<Node>,
}

#[derive(Debug)]
pub(crate) struct Lambda {
    pub(crate) parameters: Vec<Symbol>,
    pub(crate) signature: Option<Signature>,
    pub(crate) body: Node,
}

#[derive(Debug)]
pub(crate) struct Transform {
    pub(crate) pattern: Node,
    pub(crate) update: Node,
    pub(crate) delete: Option<Node>,
    pub(crate) pos: u32,
}

#[derive(Debug)]
pub(crate) struct SortTerm {
    pub(crate) descending: bool,
    pub(crate) expression: Node,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

impl Arithmetic {
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Arithmetic::Add => "+",
            Arithmetic::Subtract => "-",
            Arithmetic::Multiply => "*",
            Arithmetic::Divide => "/",
            Arithmetic::Modulo => "%",
        }
    }
}

impl Order {
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Order::Less => "<",
            Order::LessEqual => "<=",
            Order::Greater => ">",
            Order::GreaterEqual => ">=",
        }
    }
}

impl Group {
    fn each(&self, visit: &mut dyn FnMut(&Node)) {
        self.pairs.iter().flat_map(|(name, value)| [name, value]).for_each(visit);
    }
}

impl Node {
    pub(crate) fn new(kind: Kind, start: u32, pos: u32) -> Node {
        Node { kind, pos, start, keep_array: false, cons: false, extra: None }
    }

    pub(crate) fn extra_mut(&mut self) -> &mut Extra {
        self.extra.get_or_insert_with(Box::default)
    }

    pub(crate) fn is_tuple(&self) -> bool {
        self.extra.as_ref().is_some_and(|it| it.tuple)
    }

    pub(crate) fn stages(&self) -> &[Stage] {
        self.extra.as_ref().and_then(|it| it.stages.as_deref()).unwrap_or_default()
    }

    pub(crate) fn predicates(&self) -> Option<&[Stage]> {
        self.extra.as_ref()?.predicates.as_deref()
    }

    pub(crate) fn group(&self) -> Option<&Group> {
        self.extra.as_ref()?.group.as_ref()
    }

    /// Visits the children that are evaluated in the node's own frame: what they bind is bound there. Blocks and lambdas
    /// have frames of their own.
    pub(crate) fn each_in_frame(&self, visit: &mut dyn FnMut(&Node)) {
        if let Some(extra) = &self.extra {
            for stage in extra.predicates.iter().chain(&extra.stages).flatten() {
                if let Stage::Filter(it) = stage {
                    visit(it);
                }
            }
            extra.group.iter().for_each(|it| it.each(visit));
        }
        match &self.kind {
            Kind::Bind(_, operand) | Kind::Negate(operand) => visit(operand),
            Kind::TailCall(call, _) => visit(call),
            Kind::Path(path) => path.steps.iter().for_each(visit),
            Kind::Numeric(_, parts)
            | Kind::Comparison(_, parts)
            | Kind::Equality(_, parts)
            | Kind::Concat(parts)
            | Kind::Range(parts)
            | Kind::In(parts)
            | Kind::And(parts)
            | Kind::Or(parts)
            | Kind::Apply(parts) => [&parts.0, &parts.1].into_iter().for_each(visit),
            Kind::Array(items) => items.iter().for_each(visit),
            Kind::Object(group) => group.each(visit),
            Kind::Condition(parts) => [&parts.0, &parts.1].into_iter().chain(&parts.2).for_each(visit),
            Kind::Call(call) | Kind::Partial(call) => {
                std::iter::once(&call.procedure).chain(&call.arguments).for_each(visit);
            }
            Kind::Transform(it) => {
                [&it.pattern, &it.update].into_iter().chain(&it.delete).for_each(visit);
            }
            Kind::Sort(terms) => terms.iter().map(|it| &it.expression).for_each(visit),
            Kind::Literal(_)
            | Kind::Name(_)
            | Kind::Field(_)
            | Kind::Variable(_)
            | Kind::Context
            | Kind::Wildcard
            | Kind::Descendants
            | Kind::Parent(_)
            | Kind::Placeholder
            | Kind::Regex(_)
            | Kind::Block(_)
            | Kind::Lambda(_) => {}
        }
    }

    /// What jsonata-js calls the node's type; the token of S0217.
    pub(crate) fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Literal(Value::String(_)) => "string",
            Kind::Literal(Value::Number(_)) => "number",
            Kind::Literal(_) => "value",
            Kind::Name(_) => "name",
            Kind::Variable(_) | Kind::Context => "variable",
            Kind::Wildcard => "wildcard",
            Kind::Descendants => "descendant",
            Kind::Parent(_) => "parent",
            Kind::Path(_) | Kind::Field(_) => "path",
            Kind::Numeric(..)
            | Kind::Comparison(..)
            | Kind::Equality(..)
            | Kind::Concat(_)
            | Kind::Range(_)
            | Kind::In(_)
            | Kind::And(_)
            | Kind::Or(_) => "binary",
            Kind::Negate(_) | Kind::Array(_) | Kind::Object(_) => "unary",
            Kind::Block(_) => "block",
            Kind::Condition(_) => "condition",
            Kind::Bind(..) => "bind",
            Kind::Call(_) => "function",
            Kind::Partial(_) => "partial",
            Kind::Placeholder => "operator",
            Kind::TailCall(..) | Kind::Lambda(_) => "lambda",
            Kind::Apply(_) => "apply",
            Kind::Transform(_) => "transform",
            Kind::Regex(_) => "regex",
            Kind::Sort(_) => "sort",
        }
    }
}
