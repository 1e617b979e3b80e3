use std::process::ExitCode;

use clap::Args;
use jsonata::{Bindings, Dialect, Environment, Expression, Limits, Value};

use super::Outcome;
use crate::{report, values};

/// Evaluate a JSONata expression, as AWS Step Functions does
#[derive(Args)]
#[command(after_help = "Examples:
  flow jsonata '{% $sum($states.input.items.price) %}' --input @order.json
  flow jsonata 'items[price > 5].sku' --standard --input '{\"items\": [{\"sku\": \"pen\", \"price\": 9}]}'

On AWS the input is `$states.input`; with --standard it is what `$` and bare names refer to.
Exit codes: 0 a value (nothing prints nothing), 1 the expression failed, 2 wrong use.")]
pub(crate) struct Jsonata {
    /// With or without AWS's {% and %}
    #[arg(value_name = "EXPR", allow_hyphen_values = true)]
    expression: String,
    /// JSON, or @FILE (@- is standard input)
    #[arg(long, value_name = "JSON|@FILE")]
    input: Option<String>,
    /// Variables and their values: an object
    #[arg(long, value_name = "JSON|@FILE")]
    variables: Option<String>,
    /// JSONata as its authors have it, with $eval and without AWS's functions and limits
    #[arg(long)]
    standard: bool,
}

impl Jsonata {
    pub(crate) fn run(self) -> Outcome {
        let given = |argument: &Option<String>| argument.as_deref().map(values::json).transpose();
        let input = given(&self.input)?.unwrap_or(Value::Undefined);
        let mut bindings = match given(&self.variables)? {
            Some(Value::Object(members)) => Bindings::from(members),
            Some(_) => return Err("--variables takes an object".to_owned()),
            None => Bindings::new(),
        };
        let (dialect, limits) = match self.standard {
            true => (Dialect::Standard, Limits::standard()),
            false => (Dialect::Aws, Limits::aws()),
        };
        let text = self.expression.trim();
        let text = text.strip_prefix("{%").and_then(|it| it.strip_suffix("%}")).map_or(text, str::trim);
        let input = match self.standard {
            true => input,
            false => {
                let state = if input.is_undefined() { Value::object::<&str>([]) } else { input };
                bindings.set("states", Value::object([("input", state)]));
                Value::Undefined
            }
        };
        let environment = Environment::system(limits);
        let result = Expression::parse(text, dialect)
            .and_then(|expression| expression.evaluate(&input, &bindings, &environment));
        match result {
            Ok(Some(value)) => report::print_all(&values::pretty(&value)),
            Ok(None) => {}
            Err(error) => {
                report::eprint_all(&problem(text, &error));
                return Ok(ExitCode::from(1));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The message and, where the place is known, the line with a mark under it.
fn problem(text: &str, error: &jsonata::Error) -> String {
    let message = format!("error[{}]: {}\n", error.code, error.message);
    let Some(before) = error.offset.and_then(|offset| text.get(..offset)) else { return message };
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("");
    let column = before.get(start..).map_or(0, |it| it.chars().count());
    format!("{message}  {line}\n  {:>column$}\n", "^")
}
