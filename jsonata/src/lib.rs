//! JSONata: parse once, evaluate many times; AWS's dialect as an option.
//!
//! ```
//! use jsonata::{Bindings, Dialect, Environment, Expression, Value};
//!
//! let total = Expression::parse("$sum(items.(price * qty))", Dialect::Standard)?;
//! let order: Value = r#"{"items": [{"price": 2, "qty": 3}, {"price": 4, "qty": 1}]}"#.parse().unwrap();
//! let result = total.evaluate(&order, &Bindings::new(), &Environment::default())?;
//! # let _ = result;
//! # Ok::<(), jsonata::Error>(())
//! ```

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
pub use value::{Array, Value};
