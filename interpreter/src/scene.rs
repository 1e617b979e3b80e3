//! What an expression sees: the input, the context object, variables, and where chance and time come from.

use std::cell::OnceCell;
use std::sync::Arc;

use jsonata::{Bindings, Environment, Object, Value};

use crate::jsonpath::Roots;
use crate::random::Random;

/// What one evaluation sees.
pub(crate) struct Scene<'s> {
    /// `$` of JSONPath.
    pub(crate) input: &'s Value,
    /// `$states.input` of JSONata.
    pub(crate) state_input: &'s Value,
    /// `$states.result`.
    pub(crate) result: Option<&'s Value>,
    /// `$states.errorOutput`.
    pub(crate) error_output: Option<&'s Value>,
    pub(crate) variables: &'s Object,
    pub(crate) context: LazyContext<'s>,
    pub(crate) random: &'s mut Random,
    pub(crate) environment: &'s Environment,
}

/// The context object, made when first asked for.
pub(crate) struct LazyContext<'s> {
    made: OnceCell<Value>,
    make: &'s dyn Fn() -> Value,
}

impl<'s> LazyContext<'s> {
    pub(crate) fn new(make: &'s dyn Fn() -> Value) -> Self {
        LazyContext { made: OnceCell::new(), make }
    }

    fn get(&self) -> Value {
        self.made.get_or_init(self.make).clone()
    }
}

impl Scene<'_> {
    /// The variables and `$states`.
    pub(crate) fn bindings(&self, context: bool) -> Bindings {
        let mut states = Object::new();
        states.insert("input", self.state_input.clone());
        if context {
            states.insert("context", self.context.get());
        }
        if let Some(result) = self.result {
            states.insert("result", result.clone());
        }
        if let Some(error) = self.error_output {
            states.insert("errorOutput", error.clone());
        }
        let mut all = self.variables.clone();
        all.insert(Arc::<str>::from("states"), Value::Object(states));
        Bindings(all)
    }
}

impl Roots for Scene<'_> {
    fn input(&self) -> &Value {
        self.input
    }

    fn context(&self) -> Value {
        self.context.get()
    }

    fn variable(&self, name: &str) -> Option<Value> {
        self.variables.get(name).cloned()
    }
}
