//! Functions as values.

/// A lambda, a built-in function or a regular expression, as a value.
#[derive(Clone, Debug)]
pub struct Function {}

impl Function {
    pub(crate) fn same(&self, _other: &Function) -> bool {
        false
    }
}
