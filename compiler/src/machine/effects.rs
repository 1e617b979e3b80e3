//! What evaluating an expression can do, and what ties it to its place.

use super::{Context, Expr, Func, Op};

/// The effects of evaluating an expression once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// May raise an error.
    pub fallible: bool,
    /// Gives something new each time.
    pub fresh: bool,
    /// Means something in its own state only: the result, the error, the state's own facts.
    pub tied: bool,
    /// Reads the state's input, which only some states hand on.
    pub input: bool,
}

impl Effects {
    pub fn total(self) -> bool {
        !self.fallible && !self.fresh
    }

    /// Total, and the same wherever it stands as long as its variables are.
    pub fn movable(self) -> bool {
        self.total() && !self.tied && !self.input
    }

    fn join(self, other: Effects) -> Effects {
        Effects {
            fallible: self.fallible || other.fallible,
            fresh: self.fresh || other.fresh,
            tied: self.tied || other.tied,
            input: self.input || other.input,
        }
    }
}

impl Expr {
    /// Of this and all its parts.
    pub fn effects(&self) -> Effects {
        let mut effects = Effects::default();
        self.visit(&mut |part| effects = effects.join(own(part)));
        effects
    }
}

fn own(expr: &Expr) -> Effects {
    let mut effects = Effects::default();
    match expr {
        Expr::Result | Expr::Error => effects.tied = true,
        Expr::Input => effects.input = true,
        Expr::Context(
            Context::StateName
            | Context::StateEnteredTime
            | Context::StateRetryCount
            | Context::TaskToken
            | Context::MapItem
            | Context::MapIndex,
        ) => effects.tied = true,
        Expr::Binary(Op::Divide | Op::Remainder, _, divisor) => effects.fallible = !is_nonzero(divisor),
        Expr::Call(function, arguments) => of_call(*function, arguments, &mut effects),
        Expr::Context(
            Context::ExecutionId
            | Context::ExecutionName
            | Context::ExecutionStartTime
            | Context::ExecutionInput
            | Context::StateMachineId
            | Context::StateMachineName,
        )
        | Expr::Null
        | Expr::Boolean(_)
        | Expr::Number(_)
        | Expr::String(_)
        | Expr::Var(_)
        | Expr::Bound(_)
        | Expr::Deploy(_)
        | Expr::List(_)
        | Expr::Record(_)
        | Expr::Field { .. }
        | Expr::Index { .. }
        | Expr::Key { .. }
        | Expr::If(..)
        | Expr::Not(_)
        | Expr::Negate(_)
        | Expr::Binary(..)
        | Expr::Template(_)
        | Expr::Lambda(..)
        | Expr::Let(..) => {}
    }
    effects
}

fn of_call(function: Func, arguments: &[Expr], effects: &mut Effects) {
    match function {
        Func::Uuid | Func::Now | Func::Random => effects.fresh = true,
        Func::ParseJson
        | Func::ToNumber
        | Func::FromBase64
        | Func::UrlDecode
        | Func::UrlEncode
        | Func::Sqrt
        | Func::Power
        | Func::Hash
        | Func::FormatTime
        | Func::FormatNumber
        | Func::Raise => effects.fallible = true,
        Func::Div | Func::Chunk => effects.fallible = !arguments.get(1).is_some_and(is_nonzero),
        Func::Replace | Func::Split => {
            effects.fallible = !matches!(arguments.get(1), Some(Expr::String(s)) if !s.is_empty());
        }
        Func::Map { .. }
        | Func::Filter { .. }
        | Func::Find { .. }
        | Func::Any
        | Func::All
        | Func::Sum
        | Func::Count
        | Func::CountIf
        | Func::IsEmpty
        | Func::SortBy
        | Func::GroupBy { .. }
        | Func::Distinct
        | Func::Flatten
        | Func::Reverse
        | Func::Join
        | Func::Contains
        | Func::IndexOf
        | Func::Slice
        | Func::Take
        | Func::Drop
        | Func::Zip
        | Func::Reduce
        | Func::Min
        | Func::Max
        | Func::Average
        | Func::Lesser
        | Func::Greater
        | Func::Range
        | Func::Length
        | Func::TextContains
        | Func::StartsWith
        | Func::EndsWith
        | Func::Upper
        | Func::Lower
        | Func::Trim
        | Func::PadStart
        | Func::PadEnd
        | Func::Substring
        | Func::Matches
        | Func::ReverseText
        | Func::TextIndexOf
        | Func::Round
        | Func::Floor
        | Func::Ceil
        | Func::Abs
        | Func::Keys
        | Func::Values { .. }
        | Func::Entries
        | Func::Merge
        | Func::FromEntries
        | Func::MapValues
        | Func::Base64
        | Func::ToJson
        | Func::ToJsonQuoted
        | Func::ToText
        | Func::Numeric
        | Func::TypeOf
        | Func::ToMillis
        | Func::FromMillis
        | Func::Timestamp
        | Func::ErrorMessage
        | Func::ErrorData
        | Func::NestedError
        | Func::ToSet
        | Func::Cast(_)
        | Func::Branch => {}
    }
}

fn is_nonzero(expr: &Expr) -> bool {
    matches!(expr, Expr::Number(n) if n.parse::<f64>().is_ok_and(|n| n != 0.0))
}
