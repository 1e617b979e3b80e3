use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use jsonata::{Bindings, Dialect, Environment, Error, Expression, InputKind, Limits, Value};

use super::Outcome;
use crate::{disk, report, values};

/// Evaluate a JSONata expression, as AWS Step Functions does
#[derive(Args)]
#[command(after_help = "Examples:
  flow jsonata '{% $sum($states.input.items.price) %}' --input @order.json
  curl -s https://example.com/order | flow jsonata '$states.input.id' --input @-
  flow jsonata '$total * 2' --variables '{\"total\": 21}'
  flow jsonata @report.jsonata --input @order.json --compact
  flow jsonata 'items[price > 5].sku' --standard --input '{\"items\": [{\"sku\": \"pen\", \"price\": 9}]}'

On AWS the input is `$states.input`; with --standard it is what `$` and bare names refer to.
Exit codes: 0 a value, or nothing (which prints nothing; on AWS it fails the state), 1 the expression is refused or
fails, 2 wrong use.")]
pub(crate) struct Jsonata {
    /// With or without AWS's {% and %}; @FILE reads it
    #[arg(value_name = "EXPR|@FILE", allow_hyphen_values = true)]
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
    /// The result on one line
    #[arg(long)]
    compact: bool,
}

impl Jsonata {
    pub(crate) fn run(self) -> Outcome {
        let text = match self.expression.strip_prefix('@') {
            Some(file) => disk::read(Path::new(file))?,
            None => self.expression.clone(),
        };
        let given = |argument: &Option<String>| argument.as_deref().map(values::json).transpose();
        let input = given(&self.input)?;
        let bindings = match given(&self.variables)? {
            Some(Value::Object(members)) => Bindings::from(members),
            Some(_) => return Err("--variables takes an object".to_owned()),
            None => Bindings::new(),
        };
        let text = bare(&text);
        let result = match self.standard {
            true => standard(text, &input.unwrap_or_default(), &bindings),
            false => aws(text, input, bindings),
        };
        Ok(match result {
            Ok(value) => {
                value.iter().for_each(|it| report::print_all(&self.shown(it)));
                ExitCode::SUCCESS
            }
            Err(problem) => {
                report::eprint_all(&problem);
                ExitCode::from(1)
            }
        })
    }

    fn shown(&self, value: &Value) -> String {
        if self.compact { format!("{value}\n") } else { values::pretty(value) }
    }
}

/// The expression without AWS's `{%` and `%}`.
fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix("{%").and_then(|it| it.strip_suffix("%}")).map_or(text, str::trim)
}

fn standard(text: &str, input: &Value, bindings: &Bindings) -> Result<Option<Value>, String> {
    let environment = Environment::system(Limits::standard());
    let expression = Expression::parse(text, Dialect::Standard).map_err(|it| problem(text, &it))?;
    expression.evaluate(input, bindings, &environment).map_err(|it| problem(text, &it))
}

fn aws(text: &str, input: Option<Value>, mut bindings: Bindings) -> Result<Option<Value>, String> {
    let expression = Expression::parse(text, Dialect::Aws).map_err(|it| problem(text, &it))?;
    refuse_input(text, &expression)?;
    if bindings.get("states").is_none() {
        let input = input.unwrap_or_else(|| Value::object::<&str>([]));
        bindings.set("states", Value::object([("input", input)]));
    }
    let environment = Environment::system(Limits::aws());
    expression.evaluate(&Value::Undefined, &bindings, &environment).map_err(|it| problem(text, &it))
}

/// What AWS refuses when a state machine is created: a state has no input of its own, only `$states.input`.
fn refuse_input(text: &str, expression: &Expression) -> Result<(), String> {
    let analysis = expression.analyze();
    let named = |kind: &InputKind| match kind {
        InputKind::Field(name) => Some((name.clone(), format!("$states.input.{name}"))),
        InputKind::Context => Some(("$".to_owned(), "$states.input".to_owned())),
        InputKind::Root => Some(("$$".to_owned(), "$states.input".to_owned())),
        // Accepted, though there is nothing to find.
        InputKind::Wildcard => None,
    };
    let uses = analysis.input_uses.iter().filter(|it| it.top_level || it.kind == InputKind::Root);
    let Some((place, (name, instead))) = uses.filter_map(|it| Some((it, named(&it.kind)?))).next() else {
        return Ok(());
    };
    let message =
        format!("error[UNSUPPORTED_JSONATA_EXPRESSION]: `{name}` has no value at the top level on AWS\n");
    let help = format!("help: write `{instead}`, or evaluate with --standard\n");
    Err(message + &marked(text, place.range.end) + &help)
}

/// The message and, where the place is known, the line with a mark under it.
fn problem(text: &str, error: &Error) -> String {
    let message = format!("error[{}]: {}\n", error.code, error.message);
    message + &error.offset.map(|it| marked(text, it)).unwrap_or_default()
}

/// The line in which a token ends, with a mark under the token's last letter.
fn marked(text: &str, end: usize) -> String {
    let Some(before) = text.get(..end.min(text.len())) else { return String::new() };
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or("").replace('\t', " ");
    let column = before.get(start..).map_or(0, |it| it.chars().count());
    let number = before.matches('\n').count() + 1;
    let margin = " ".repeat(number.to_string().len());
    format!("{margin} |\n{number} | {line}\n{margin} | {:>column$}\n", "^")
}
