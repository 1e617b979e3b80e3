//! Choice rules (spec "Choice State").

use serde_json::{Map, Value};

/// One element of `Choices`.
#[derive(Clone, Debug, PartialEq)]
pub struct ChoiceRule {
    /// `Comment`.
    pub comment: Option<String>,
    /// When it is taken.
    pub condition: Condition,
    /// `Next`.
    pub next: String,
    /// `Output` (JSONata).
    pub output: Option<Value>,
    /// `Assign`, the only one that counts when the rule is taken.
    pub assign: Option<Map<String, Value>>,
}

/// When a rule is taken.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// `Condition: true` or `false` (JSONata).
    Literal(bool),
    /// `Condition: "{% … %}"` (JSONata): the text within, trimmed. It must give a boolean.
    Expression(String),
    /// A comparison or a combination of them (JSONPath).
    Test(ChoiceTest),
}

/// A JSONPath choice rule without its `Next`.
#[derive(Clone, Debug, PartialEq)]
pub enum ChoiceTest {
    /// `And`: one or more, in order; stops at the first that is false.
    And(Vec<ChoiceTest>),
    /// `Or`: one or more, in order; stops at the first that is true.
    Or(Vec<ChoiceTest>),
    /// `Not`.
    Not(Box<ChoiceTest>),
    /// `Variable` and an operator.
    Compare(Comparison),
}

/// `Variable` and an operator with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// `Variable`: a reference path into the input, `$$…` or `$name…`.
    pub variable: String,
    /// The operator, without the `Path` at its end.
    pub operator: Operator,
    /// What it is compared with.
    pub operand: Operand,
}

/// What `Variable` is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// The value written.
    Literal(Value),
    /// The reference path of an operator that ends in `Path`.
    Path(String),
}

macro_rules! operators {
    ($($name:ident, $path:literal;)*) => {
        /// The comparison operators (spec "Choice State", "Data-test expressions").
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Operator {
            $(
                #[doc = concat!("`", stringify!($name), "`.")]
                $name,
            )*
        }

        impl Operator {
            /// All, in the order of the specification.
            pub const ALL: &'static [Operator] = &[$(Operator::$name),*];

            /// The field's name for a literal operand.
            pub fn name(self) -> &'static str {
                match self { $(Operator::$name => stringify!($name)),* }
            }

            /// Whether there is a second form whose name ends in `Path`.
            pub fn has_path_form(self) -> bool {
                match self { $(Operator::$name => $path),* }
            }
        }
    };
}

operators! {
    StringEquals, true;
    StringLessThan, true;
    StringGreaterThan, true;
    StringLessThanEquals, true;
    StringGreaterThanEquals, true;
    StringMatches, false;
    NumericEquals, true;
    NumericLessThan, true;
    NumericGreaterThan, true;
    NumericLessThanEquals, true;
    NumericGreaterThanEquals, true;
    BooleanEquals, true;
    TimestampEquals, true;
    TimestampLessThan, true;
    TimestampGreaterThan, true;
    TimestampLessThanEquals, true;
    TimestampGreaterThanEquals, true;
    IsNull, false;
    IsPresent, false;
    IsNumeric, false;
    IsString, false;
    IsBoolean, false;
    IsTimestamp, false;
}

impl Operator {
    /// The operator of a field, and whether the field is its `Path` form.
    pub fn from_field(field: &str) -> Option<(Operator, bool)> {
        let (stem, path) = match field.strip_suffix("Path") {
            Some(stem) => (stem, true),
            None => (field, false),
        };
        let found = Operator::ALL.iter().copied().find(|it| it.name() == stem)?;
        (!path || found.has_path_form()).then_some((found, path))
    }
}
