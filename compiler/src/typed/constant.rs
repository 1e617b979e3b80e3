//! Numbers that the text of a program says by itself.

use super::{BinaryOp, Expr, ExprKind, Program};

/// Constants that name each other deeper than this count as unknown.
const DEEPEST: usize = 64;

impl Program {
    /// The value of a number, of a duration (in milliseconds) or of a size (in bytes) that is written out, computed from
    /// such ones, or a constant that is. `None` where only a run or the deployment knows it.
    pub fn constant(&self, value: &Expr) -> Option<f64> {
        self.constant_within(value, DEEPEST).filter(|it| it.is_finite())
    }

    /// A text that is written out, or a constant that is.
    pub fn constant_text<'p>(&'p self, value: &'p Expr) -> Option<&'p str> {
        let mut value = value;
        for _ in 0..DEEPEST {
            match &value.kind {
                ExprKind::String(text) => return Some(text),
                ExprKind::Const(id) => value = &self.consts.get(id.index())?.value,
                _ => return None,
            }
        }
        None
    }

    fn constant_within(&self, value: &Expr, depth: usize) -> Option<f64> {
        let depth = depth.checked_sub(1)?;
        match &value.kind {
            ExprKind::Number(text) => text.parse().ok(),
            ExprKind::Duration(milliseconds) => Some(*milliseconds as f64),
            ExprKind::Size(bytes) => Some(*bytes as f64),
            ExprKind::Negate(inner) => self.constant_within(inner, depth).map(|it| -it),
            ExprKind::Const(id) => self.constant_within(&self.consts.get(id.index())?.value, depth),
            ExprKind::Binary { op, left, right } => {
                let (a, b) = (self.constant_within(left, depth)?, self.constant_within(right, depth)?);
                match op {
                    BinaryOp::Add => Some(a + b),
                    BinaryOp::Subtract => Some(a - b),
                    BinaryOp::Multiply => Some(a * b),
                    BinaryOp::Divide => Some(a / b),
                    _ => None,
                }
            }
            _ => None,
        }
    }
}
