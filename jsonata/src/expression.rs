//! The public face: parse once, evaluate many times, ask what an expression uses.

use std::sync::Arc;

use crate::analysis::{self, Analysis};
use crate::apply::wrap_input;
use crate::ast::{Node, Symbols};
use crate::environment::{Bindings, Environment};
use crate::error::Error;
use crate::evaluate::Evaluator;
use crate::parser;
use crate::process;
use crate::value::Value;

/// Which JSONata is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// JSONata 2.0.6 as jsonata-js implements it.
    #[default]
    Standard,
    /// What AWS Step Functions evaluates: 2.0.6 without `$eval`, with `$partition`, `$range`, `$hash`, `$random`
    /// (with a seed), `$uuid` and `$parse`.
    Aws,
}

/// A parsed expression. Cheap to clone and free to share between threads.
#[derive(Clone, Debug)]
pub struct Expression {
    pub(crate) program: Arc<Program>,
}

#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) source: String,
    pub(crate) symbols: Symbols,
    pub(crate) tree: Node,
}

impl Expression {
    /// Parses the text of an expression (without AWS's `{%` and `%}`).
    ///
    /// # Errors
    /// `S0101` to `S0402`, with the place.
    pub fn parse(text: &str, dialect: Dialect) -> Result<Expression, Error> {
        let mut symbols = Symbols::new(dialect);
        let tree = parser::parse(text).and_then(|raw| process::process(raw, &mut symbols));
        let tree = tree.map_err(|it| it.finish(text))?;
        Ok(Expression { program: Arc::new(Program { source: text.to_owned(), symbols, tree }) })
    }

    /// Evaluates against an input, which `$` and bare names refer to (AWS gives none: `Value::Undefined`), and
    /// variables. `None` is JSONata's "nothing".
    ///
    /// # Errors
    /// `T…` and `D…` as JSONata has them, `U1001` where a limit is passed.
    pub fn evaluate(
        &self,
        input: &Value,
        bindings: &Bindings,
        environment: &Environment,
    ) -> Result<Option<Value>, Error> {
        let program = &*self.program;
        let mut evaluator = Evaluator::new(&program.symbols, input.clone(), bindings, environment);
        let result = evaluator.evaluate(&program.tree, &wrap_input(input), 0);
        let result = result.and_then(|it| evaluator.finish(it));
        match result.map_err(|it| it.finish(&program.source))? {
            Value::Undefined => Ok(None),
            value => Ok(Some(value)),
        }
    }

    /// What the expression refers to, for validators and compilers.
    pub fn analyze(&self) -> Analysis {
        analysis::analyze(&self.program)
    }

    /// The text it was parsed from.
    pub fn source(&self) -> &str {
        &self.program.source
    }
}
