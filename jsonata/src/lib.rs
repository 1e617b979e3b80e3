//! JSONata: parse once, evaluate many times; AWS's dialect as an option.
//!
//! ```
//! use jsonata::{Bindings, Dialect, Environment, Expression, Value};
//!
//! let total = Expression::parse("$sum(items.(price * qty))", Dialect::Standard)?;
//! let order: Value = r#"{"items": [{"price": 2, "qty": 3}, {"price": 4, "qty": 1}]}"#.parse().unwrap();
//! let result = total.evaluate(&order, &Bindings::new(), &Environment::default())?;
//! assert_eq!(result, Some(Value::from(10)));
//! # Ok::<(), jsonata::Error>(())
//! ```
//!
//! AWS gives an expression no input, only variables; clock and chance can be held still, and limits apply:
//!
//! ```
//! use jsonata::{Bindings, Dialect, Environment, Expression, Limits, Value};
//!
//! let mut variables = Bindings::new();
//! variables.set("states", r#"{"input": {"id": "o1"}}"#.parse().unwrap());
//! let environment = Environment::seeded(1_700_000_000_000, 42, Limits::aws());
//! let label = Expression::parse("$states.input.id & ' at ' & $now()", Dialect::Aws)?;
//! let result = label.evaluate(&Value::Undefined, &variables, &environment)?;
//! assert_eq!(result, Some("o1 at 2023-11-14T22:13:20.000Z".into()));
//!
//! // What is wrong, and behind which letter.
//! let error = Expression::parse("$sum($states.input.", Dialect::Aws).unwrap_err();
//! assert_eq!((error.code, error.offset), ("S0203", Some(19)));
//! # Ok::<(), jsonata::Error>(())
//! ```
//!
//! [`Expression::analyze`] tells which variables, functions and input an expression uses.

#![warn(missing_docs)]

mod analysis;
mod apply;
mod ast;
mod deep;
mod environment;
mod error;
mod evaluate;
mod expression;
mod function;
mod functions;
mod json;
mod lexer;
mod number;
mod object;
mod operators;
mod parser;
mod path;
mod process;
mod regex;
mod signature;
mod sort;
mod value;

pub use analysis::{Analysis, Call, InputKind, InputUse, Reference, ResultKind};
pub use environment::{Bindings, Environment, Limits};
pub use error::Error;
pub use expression::{Dialect, Expression};
pub use function::Function;
pub use number::{number_to_string, write_number};
pub use object::Object;
pub use regex::matches_whole;
pub use value::{Array, Value};
