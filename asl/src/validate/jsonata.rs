//! What the expressions of JSONata states refer to
//! (Developer Guide, "Transforming data with JSONata").

use ::jsonata::{Analysis, Dialect, Expression, InputKind, ResultKind};

use super::expressions::{self, Place};
use super::walk::StateView;
use crate::diagnostic::{Diagnostic, Severity};

mod functions;

/// Parses an expression, `None` where a substitution is still to be made.
pub(super) fn analyze(state: &StateView<'_>, place: &Place<'_>) -> Option<Analysis> {
    if state.options().is_open(place.text) {
        return None;
    }
    let expression = Expression::parse(place.text.trim(), Dialect::Aws).ok()?;
    Some(expression.analyze())
}

/// `INVALID_JSONATA_EXPRESSION`: it does not parse. `UNSUPPORTED_JSONATA_EXPRESSION`: it reads
/// the input itself, of which a state has none, or a field that `$states` does not have there.
pub(super) fn references(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    expressions::each(state, &mut |place| {
        if state.options().is_open(place.text) {
            return;
        }
        match Expression::parse(place.text.trim(), Dialect::Aws) {
            Ok(expression) => unsupported(state, &expression.analyze(), place, found),
            Err(error) => {
                // AWS gives JSONata's message without its code.
                found.push(at("INVALID_JSONATA_EXPRESSION", error.message, place));
            }
        }
    });
}

fn unsupported(state: &StateView<'_>, analysis: &Analysis, place: &Place<'_>, found: &mut Vec<Diagnostic>) {
    let mut named = Vec::new();
    for it in &analysis.input_uses {
        let message = match &it.kind {
            InputKind::Field(name) => {
                format!("Reference to '{name}' at the top level is not supported.")
            }
            InputKind::Context => "Reference to '$' at the top level is not supported.".to_owned(),
            InputKind::Root => "Reference to '$$' is not supported.".to_owned(),
            // Accepted by AWS, which finds nothing there.
            InputKind::Wildcard => continue,
        };
        if !named.contains(&message) {
            found.push(at("UNSUPPORTED_JSONATA_EXPRESSION", message.clone(), place));
            named.push(message);
        }
    }
    for it in analysis.free_variables.iter().filter(|it| it.name == "states") {
        let Some(field) = it.fields.first().filter(|it| !has_field(state, place, it)) else { continue };
        let message = format!("Field '$states.{field}' does not exist.");
        if !named.contains(&message) {
            found.push(at("UNSUPPORTED_JSONATA_EXPRESSION", message.clone(), place));
            named.push(message);
        }
    }
}

/// Whether `$states` has that field there (Developer Guide, "Passing data between states with variables": attempts to read
/// `$states.result` and `$states.errorOutput` where they are not accessible "will be caught at creation").
fn has_field(state: &StateView<'_>, place: &Place<'_>, field: &str) -> bool {
    match field {
        "input" | "context" => true,
        "errorOutput" => place.in_catcher,
        "result" => {
            let gives_one = ["Task", "Parallel", "Map"].iter().any(|it| state.is_type(it));
            gives_one && matches!(place.field, "Output" | "Assign")
        }
        _ => false,
    }
}

fn at(code: &'static str, message: impl Into<String>, place: &Place<'_>) -> Diagnostic {
    Diagnostic::aws(code, message, place.path, place.node.span)
}

/// Whether the name is that of a function AWS provides.
pub(super) fn is_function(name: &str) -> bool {
    functions::arity(name).is_some()
}

/// `UNKNOWN_FUNCTION` and `WRONG_ARGUMENT_COUNT`: the expression fails when it is evaluated.
pub(super) fn calls(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    expressions::each(state, &mut |place| {
        for call in analyze(state, place).unwrap_or_default().calls {
            let Some((fewest, most)) = functions::arity(&call.name) else {
                if !call.built_in {
                    found.push(unknown_function(&call.name, place));
                }
                continue;
            };
            if call.arguments > most || call.arguments < fewest {
                found.push(wrong_count(&call.name, call.arguments, (fewest, most), place));
            }
        }
    });
}

fn unknown_function(name: &str, place: &Place<'_>) -> Diagnostic {
    let message = format!("there is no function `${name}`");
    let error = Diagnostic::flow("UNKNOWN_FUNCTION", message, place.path, place.node.span)
        .with_severity(Severity::Error);
    match crate::similar::closest(name, functions::names()) {
        Some(close) => error.with_help(format!("did you mean `${close}`?")),
        None if name == "eval" => error.with_help("AWS has no `$eval`; `$parse` reads JSON"),
        None => error,
    }
}

fn wrong_count(name: &str, count: usize, (fewest, most): (usize, usize), place: &Place<'_>) -> Diagnostic {
    let takes = match (fewest, most) {
        (fewest, usize::MAX) => format!("{fewest} or more"),
        (fewest, most) if fewest == most => fewest.to_string(),
        (fewest, most) => format!("{fewest} to {most}"),
    };
    let message = format!("`${name}` takes {takes} arguments, not {count}");
    Diagnostic::flow("WRONG_ARGUMENT_COUNT", message, place.path, place.node.span)
        .with_severity(Severity::Error)
}

/// `CONDITION_NOT_BOOLEAN`: a rule whose condition can give no boolean fails when it is reached
/// (Developer Guide, "Choice workflow state").
pub(super) fn conditions(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    expressions::each(state, &mut |place| {
        let is_condition = place.field == "Choices" && place.path.location().ends_with("/Condition");
        if !is_condition {
            return;
        }
        let kind = match analyze(state, place).map(|it| it.result) {
            None | Some(ResultKind::Unknown | ResultKind::Boolean) => return,
            Some(ResultKind::Null) => "null",
            Some(ResultKind::Number) => "a number",
            Some(ResultKind::String) => "a string",
            Some(ResultKind::Array) => "an array",
            Some(ResultKind::Object) => "an object",
            Some(ResultKind::Function) => "a function",
        };
        let message = format!("a condition must give a boolean; this one gives {kind}");
        let error = Diagnostic::flow("CONDITION_NOT_BOOLEAN", message, place.path, place.node.span);
        found.push(
            error
                .with_severity(Severity::Error)
                .with_help("compare it with something, or write `$exists(…)` or `$boolean(…)`"),
        );
    });
}

/// `JSONATA_PADDING`: `{%x%}` instead of `{% x %}`, which the documentation writes throughout.
pub(super) fn padding(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    expressions::each(state, &mut |place| {
        if place.text.starts_with(|c: char| !c.is_whitespace()) {
            let message = "an expression is written `{% … %}`, with blanks inside";
            found.push(Diagnostic::flow("JSONATA_PADDING", message, place.path, place.node.span));
        }
    });
}
