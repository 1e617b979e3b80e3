//! Gives a failed run what it lacked, read from AWS's error texts.

use interpreter::history::{Details, EventType};
use serde_json::Value as Json;

use super::query::{Place, Sight};
use super::run::{self, Run};
use super::steer;
use super::world::{self, Want, World};
use crate::corpus::definition::Definition;

/// What failed: the state, as far as the cause names it, and what it saw.
pub(super) struct Failure {
    pub(super) state: String,
    pub(super) text: String,
    pub(super) sight: Sight,
}

impl Failure {
    pub(super) fn of(run: &Run, world: &World) -> Option<Failure> {
        let (id, text) = match run.cause.strip_prefix("An error occurred while executing the state '") {
            Some(rest) => {
                let (id, text) = rest.split_once("' (entered at the event id #")?.1.split_once("). ")?;
                (id.parse().ok()?, text)
            }
            // Conflicts of reference paths name no state.
            None if run.cause.starts_with("Unable to apply ") => {
                (run.events.iter().rfind(|it| run::entered(it).is_some())?.id, run.cause.as_str())
            }
            None => return None,
        };
        let state = run.events.iter().find(|it| it.id == id).and_then(run::entered)?.0;
        let input = run.events.iter().find(|it| it.id == id).and_then(run::entered)?.1;
        let mut results =
            run.events.iter().filter(|it| it.id > id).filter_map(|it| match (&it.details, it.kind) {
                (Details::TaskOutput(_, output), EventType::TaskSucceeded) => Some(output),
                (Details::Output(output), _) => Some(output),
                _ => None,
            });
        let sight = Sight {
            result: results.next_back().map(run::to_json),
            variables: run::variables(run.events.iter()),
            execution_input: world.sources.get("input").cloned().unwrap_or_default(),
            input,
        };
        Some(Failure { state, text: text.to_owned(), sight })
    }
}

/// Whether something was given that the run may go further with.
pub(super) fn repair(failure: &Failure, definition: &Definition, world: &mut World) -> bool {
    let text = failure.text.as_str();
    if let Some(rest) = text.strip_prefix("The JSONata expression '") {
        return expression(rest, failure, world);
    }
    if text.ends_with("references an invalid value.") {
        return steer::missing(failure, definition, world);
    }
    if text.starts_with("Unable to apply step") && items(failure, definition, world) {
        return true;
    }
    let wants = [
        ("The JSONPath '", "' specified", Want::Any),
        ("The JsonPath argument for the field '", "' could", Want::Any),
        ("Invalid path '", "' :", Want::Any),
        ("Reference path \"", "\" must point to array", Want::Array),
        ("The SecondsPath parameter does not reference an input value: ", "\n", Want::Exact(Json::from(1))),
        (
            "The TimestampPath parameter does not reference an input value: ",
            "\n",
            Want::Exact(Json::from("2026-01-01T00:00:00Z")),
        ),
        ("which is not a valid integer: ", "\n", Want::Number),
        ("which is not a valid float: ", "\n", Want::Number),
    ];
    for (before, after, want) in wants {
        let Some((_, rest)) = text.split_once(before) else { continue };
        let path = rest.split_once(after).map_or(rest, |(path, _)| path);
        if places(path, text, failure, definition)
            .iter()
            .any(|(start, steps)| world.give(start, steps, &want))
        {
            return true;
        }
    }
    // The path is not told, but stands in the call.
    let filtered = text
        .split_once("The function '")
        .and_then(|(_, rest)| rest.split_once("' had the following error: Filter: "))
        .map_or("", |(call, _)| call);
    for path in
        filtered.split(['(', ',', ')']).map(str::trim).filter(|it| it.starts_with('$') && it.contains('['))
    {
        if places(path, text, failure, definition)
            .iter()
            .any(|(start, steps)| world.give(start, steps, &Want::Any))
        {
            return true;
        }
    }
    if text.contains("there are more arguments than") {
        return template(text, failure, world);
    }
    refused(text, world)
}

/// The items of a map that `ItemsPath` does not find.
fn items(failure: &Failure, definition: &Definition, world: &mut World) -> bool {
    let state = definition.state(&failure.state).map(|it| &it.json);
    let Some(path) = state.and_then(|it| it.get("ItemsPath")).and_then(Json::as_str) else { return false };
    let found = places(path, "", failure, definition);
    found.iter().any(|(start, steps)| world.give(start, steps, &Want::Array))
}

/// Where a path may have looked: the input that the text shows, else what the state saw.
fn places(path: &str, text: &str, failure: &Failure, definition: &Definition) -> Vec<Place> {
    let sight = &failure.sight;
    let state = definition.state(&failure.state).map(|it| &it.json);
    let field = |name: &str| state.and_then(|it| it.get(name)).and_then(Json::as_str);
    if let Some(rest) = path.strip_prefix("$$.Map.Item.Value") {
        let items = sight.path(field("ItemsPath").unwrap_or("$"), &sight.input);
        let item = items.zip(sight.path(&format!("$[0]{rest}"), &Json::Null));
        return item.map(|((start, steps), (_, more))| (start, [steps, more].concat())).into_iter().collect();
    }
    let written = field("ResultPath").filter(|it| *it != "$").and_then(|it| path.strip_prefix(it));
    if let (Some(rest), Some(result)) = (written, &sight.result) {
        return sight.path(&format!("${rest}"), result).into_iter().collect();
    }
    let shown = text.rsplit_once("in the input '").and_then(|(_, it)| it.strip_suffix('\''));
    let shown: Option<Json> = shown.and_then(|it| it.parse().ok());
    let starts = shown.into_iter().chain(sight.result.clone()).chain([sight.input.clone()]);
    starts.filter_map(|start| sight.path(path, &start)).collect()
}

/// An intrinsic function that wants another type than it got.
fn refused(text: &str, world: &mut World) -> bool {
    let wants = [
        ("expected an array, not ", Want::Array),
        ("expected a number, not ", Want::Number),
        ("not valid JSON: ", Want::JsonText),
        ("expected two objects", Want::Object),
        ("to input ", Want::Object),
    ];
    wants.into_iter().any(|(before, want)| {
        let Some((_, got)) = text.split_once(before) else { return false };
        let got: Json = got.parse().unwrap_or_else(|_| Json::from(got));
        world.give(&got, &[], &want)
    })
}

/// JSONata names only the whole expression: what its variables lead to is given, first where nothing is yet.
fn expression(rest: &str, failure: &Failure, world: &mut World) -> bool {
    let Some((text, message)) = rest.rsplit_once("' specified for the field '") else { return false };
    let places = failure.sight.expression(text);
    let missing = places.iter().filter(|(start, steps)| !world::is_there(start, steps));
    for place in missing {
        let want = if text.contains("$parse(") { Want::JsonText } else { Want::Any };
        if world.give(&place.0, &place.1, &want) {
            return true;
        }
    }
    let wanted = match message {
        it if it.contains("Expected 'array'") => vec![Want::Array],
        it if it.contains("Expected 'integer'") || it.contains("Expected 'number'") => vec![Want::Number],
        it if it.contains("Expected 'boolean'") => vec![Want::Exact(Json::from(true))],
        it if it.contains("Expected 'string'") => vec![Want::Any],
        _ if text.contains("$parse(") => vec![Want::JsonText, Want::Array, Want::Number],
        _ => vec![Want::Number, Want::Array, Want::Object, Want::JsonText],
    };
    wanted.iter().any(|want| places.iter().any(|(start, steps)| world.give(start, steps, want)))
}

/// `States.Format` with more arguments than places for them: the template gets as many as there are.
fn template(text: &str, failure: &Failure, world: &mut World) -> bool {
    let Some((_, call)) = text.split_once("States.Format($") else { return false };
    let arguments: Vec<&str> = call.split_once(')').map_or(call, |it| it.0).split(',').collect();
    let Some(path) = arguments.first() else { return false };
    let want = Want::Exact(Json::from("{}".repeat(arguments.len() - 1)));
    let place = failure.sight.path(&format!("${path}"), &failure.sight.input);
    place.is_some_and(|(start, steps)| world.give(&start, &steps, &want))
}
