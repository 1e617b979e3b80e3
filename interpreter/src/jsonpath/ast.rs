//! The syntax of a path, as it is after parsing.

use std::sync::Arc;

use jsonata::Value;

/// Where a path starts.
#[derive(Clone, Debug, PartialEq)]
pub enum Root {
    /// `$`: the value at hand.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a variable.
    Variable(Arc<str>),
    /// `@`: the item a filter is looking at.
    Current,
}

/// A parsed path.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Where it starts.
    pub root: Root,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// A function at its end, such as `length()`.
    pub function: Option<Function>,
}

/// One step down.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// `.name` or `['name']`.
    Name(Arc<str>),
    /// `['a', 'b']`.
    Names(Vec<Arc<str>>),
    /// `[3]`; negative counts from the end.
    Index(i64),
    /// `[0, 2]`.
    Indexes(Vec<i64>),
    /// `[from:to]`; Jayway knows no step width.
    Slice(Option<i64>, Option<i64>),
    /// `.*` or `[*]`.
    Wildcard,
    /// `[?(…)]`.
    Filter(Filter),
    /// `..`: the next step is tried on every value below.
    Descend,
}

impl Step {
    /// The name or index alone, as AWS names a step that cannot be taken.
    pub(crate) fn label(&self) -> String {
        match self {
            Step::Name(name) => name.to_string(),
            Step::Index(at) => at.to_string(),
            Step::Names(_)
            | Step::Indexes(_)
            | Step::Slice(..)
            | Step::Wildcard
            | Step::Filter(_)
            | Step::Descend => "*".to_owned(),
        }
    }
}

/// A function at the end of a path (Jayway's "Functions").
#[derive(Clone, Debug, PartialEq)]
pub enum Function {
    /// `length()`
    Length,
    /// `size()`
    Size,
    /// `min()`
    Min,
    /// `max()`
    Max,
    /// `avg()`
    Avg,
    /// `stddev()`
    Stddev,
    /// `sum()`
    Sum,
    /// `keys()`
    Keys,
    /// `first()`
    First,
    /// `last()`
    Last,
    /// `index(n)`
    Index(i64),
    /// `concat(…)`: the arguments are literals.
    Concat(Vec<Value>),
    /// `append(…)`: the arguments are literals.
    Append(Vec<Value>),
}

/// The condition of a filter.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// `a && b`
    And(Vec<Filter>),
    /// `a || b`
    Or(Vec<Filter>),
    /// `!a`
    Not(Box<Filter>),
    /// A path alone: it is there.
    Exists(Operand),
    /// `left op right`
    Compare(Operand, Compare, Operand),
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A path, from `@` or `$`.
    Path(Path),
    /// A literal.
    Value(Value),
    /// `/…/i`: the pattern and whether case is ignored.
    Regex(Arc<str>, bool),
}

/// The operators of a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `===`: type and value.
    Same,
    /// `!==`
    NotSame,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `=~`
    Regex,
    /// `in`
    In,
    /// `nin`
    Nin,
    /// `subsetof`
    SubsetOf,
    /// `anyof`
    AnyOf,
    /// `noneof`
    NoneOf,
    /// `contains`
    Contains,
    /// `all`
    All,
    /// `size`
    Size,
    /// `empty`
    Empty,
}

impl Path {
    /// Whether it names one place, so that its result is that value and not a list of finds.
    pub fn is_definite(&self) -> bool {
        if self.function.is_some() {
            return true;
        }
        let last = self.steps.len().saturating_sub(1);
        self.steps.iter().enumerate().all(|(at, step)| match step {
            Step::Name(_) | Step::Index(_) => true,
            Step::Names(_) => at == last,
            Step::Indexes(_) | Step::Slice(..) | Step::Wildcard | Step::Filter(_) | Step::Descend => false,
        })
    }
}
