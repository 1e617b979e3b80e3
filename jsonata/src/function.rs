//! Functions as values.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use crate::ast::{Lambda, Node, Symbol, Transform};
use crate::deep;
use crate::functions::BuiltIn;
use crate::regex::Regex;
use crate::value::Value;

/// The number of a frame of variables; the outermost is 0.
pub(crate) type Frame = u32;

/// A lambda, a built-in function or a regular expression, as a value.
#[derive(Clone, Debug)]
pub struct Function {
    pub(crate) callable: Callable,
    /// Handed over as an argument: jsonata-js then calls it without context and without noting the place.
    pub(crate) handed: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum Callable {
    BuiltIn(BuiltIn),
    Lambda(Arc<Closure>),
    /// A tail call that is still to be made.
    Thunk(Arc<Thunk>),
    /// A built-in function with some arguments given.
    Partial(Arc<Partial>),
    Regex(Arc<Regex>),
    /// The `next` of a match.
    Next(Arc<NextMatch>),
    Transform(Arc<TransformClosure>),
    /// `f ~> g`
    Chain(Arc<(Held, Held)>),
    /// Not a function: a value with the variables bound along a path, while the path is evaluated.
    Tuple(Arc<Tuple>),
}

#[derive(Debug)]
pub(crate) struct Closure {
    pub(crate) lambda: Arc<Lambda>,
    /// The parameters left by a partial application.
    pub(crate) parameters: Option<Vec<Symbol>>,
    pub(crate) input: Held,
    pub(crate) frame: Frame,
    /// The evaluation that the frame belongs to.
    pub(crate) owner: u64,
    /// Where and under which name it was called last.
    pub(crate) place: CallPlace,
}

#[derive(Debug)]
pub(crate) struct Thunk {
    pub(crate) call: Arc<Node>,
    pub(crate) input: Held,
    pub(crate) frame: Frame,
}

#[derive(Debug)]
pub(crate) struct Partial {
    pub(crate) function: BuiltIn,
    /// Nothing where `?` was written.
    pub(crate) arguments: Vec<Option<Held>>,
    pub(crate) place: CallPlace,
}

#[derive(Debug)]
pub(crate) struct NextMatch {
    pub(crate) regex: Arc<Regex>,
    pub(crate) text: Arc<str>,
    /// Byte offset to search from.
    pub(crate) from: usize,
}

#[derive(Debug)]
pub(crate) struct TransformClosure {
    pub(crate) transform: Arc<Transform>,
    pub(crate) frame: Frame,
    pub(crate) owner: u64,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Tuple {
    pub(crate) at: Value,
    pub(crate) variables: Vec<(Symbol, Value)>,
}

impl Tuple {
    pub(crate) fn set(&mut self, symbol: Symbol, value: Value) {
        match self.variables.iter_mut().find(|(it, _)| *it == symbol) {
            Some((_, old)) => *old = value,
            None => self.variables.push((symbol, value)),
        }
    }

    pub(crate) fn get(&self, symbol: Symbol) -> Value {
        self.variables.iter().find(|(it, _)| *it == symbol).map(|(_, it)| it.clone()).unwrap_or_default()
    }
}

/// The last call of a function: jsonata-js notes it on the function itself, and errors show it.
#[derive(Debug, Default)]
pub(crate) struct CallPlace {
    /// One more than the place and the name's symbol; 0 is "never called".
    pos: AtomicU32,
    name: AtomicU32,
}

impl CallPlace {
    pub(crate) fn note(&self, pos: u32, name: Option<Symbol>) {
        self.pos.store(pos + 1, Relaxed);
        self.name.store(name.map_or(0, |it| it + 1), Relaxed);
    }

    pub(crate) fn get(&self) -> (Option<u32>, Option<Symbol>) {
        (self.pos.load(Relaxed).checked_sub(1), self.name.load(Relaxed).checked_sub(1))
    }
}

/// A value held by a function. Functions may hold functions without end, so they are dropped with care.
#[derive(Clone, Debug, Default)]
pub(crate) struct Held(pub(crate) Value);

impl Drop for Held {
    fn drop(&mut self) {
        if self.0.is_function() {
            deep::drop_nested(vec![std::mem::take(&mut self.0)]);
        }
    }
}

impl Function {
    pub(crate) fn new(callable: Callable) -> Function {
        Function { callable, handed: false }
    }

    pub(crate) fn same(&self, other: &Function) -> bool {
        match (&self.callable, &other.callable) {
            (Callable::BuiltIn(a), Callable::BuiltIn(b)) => a == b,
            (Callable::Lambda(a), Callable::Lambda(b)) => Arc::ptr_eq(a, b),
            (Callable::Thunk(a), Callable::Thunk(b)) => Arc::ptr_eq(a, b),
            (Callable::Partial(a), Callable::Partial(b)) => Arc::ptr_eq(a, b),
            (Callable::Regex(a), Callable::Regex(b)) => Arc::ptr_eq(a, b),
            (Callable::Next(a), Callable::Next(b)) => Arc::ptr_eq(a, b),
            (Callable::Transform(a), Callable::Transform(b)) => Arc::ptr_eq(a, b),
            (Callable::Chain(a), Callable::Chain(b)) => Arc::ptr_eq(a, b),
            (Callable::Tuple(a), Callable::Tuple(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// Functions that jsonata-js holds as objects pass for true, those that JavaScript itself made for false.
    pub(crate) fn is_truthy(&self) -> bool {
        !self.handed && !matches!(self.callable, Callable::Regex(_) | Callable::Next(_))
    }

    /// How many arguments the function takes: higher-order functions pass no more.
    pub(crate) fn arity(&self) -> usize {
        match &self.callable {
            Callable::BuiltIn(it) => it.arity(),
            Callable::Lambda(it) => it.parameters.as_ref().unwrap_or(&it.lambda.parameters).len(),
            Callable::Thunk(_) | Callable::Next(_) | Callable::Tuple(_) => 0,
            Callable::Partial(it) => it.arguments.iter().filter(|it| it.is_none()).count(),
            Callable::Regex(_) => 2,
            Callable::Transform(_) | Callable::Chain(_) => 1,
        }
    }
}

impl From<Callable> for Value {
    fn from(callable: Callable) -> Value {
        Value::Function(Function::new(callable))
    }
}
