//! Makes a Choice take another rule, by giving its variables values that the rule is true for.

use serde_json::Value as Json;

use super::definition::{Definition, State};
use super::query::Sight;
use super::repair::Failure;
use super::run::Choice;
use super::world::{Want, World};

/// A rule's variable is missing: the first one that is.
pub(super) fn missing(failure: &Failure, definition: &Definition, world: &mut World) -> bool {
    let Some(state) = definition.state(&failure.state) else { return false };
    let Some(path) = failure.text.strip_prefix("Invalid path '").and_then(|it| it.split_once('\'')) else {
        return false;
    };
    let start = effective(state, &failure.sight);
    let rules = rules(state);
    // Of what type it is the comparison says; the value makes the rule nearest to an end true.
    let mut sorted: Vec<&Json> = rules.iter().collect();
    sorted.sort_by_key(|it| definition.distance(it.get("Next").and_then(Json::as_str).unwrap_or_default()));
    let found = sorted.into_iter().find_map(|rule| comparison(rule, path.0));
    let want = found.map_or(Want::Any, |it| wanted(it, true));
    let want = if want == Want::Absent { Want::Any } else { want };
    failure.sight.path(path.0, &start).is_some_and(|(start, steps)| world.give(&start, &steps, &want))
}

/// Tries to lead a Choice to where it did not go; false when it cannot be made to.
pub(super) fn lead(choice: &Choice, to: &str, definition: &Definition, world: &mut World) -> bool {
    let Some(state) = definition.state(&choice.state) else { return false };
    let sight = Sight {
        input: choice.input.clone(),
        result: None,
        execution_input: world.sources.get("input").cloned().unwrap_or_default(),
        variables: choice.variables.clone(),
    };
    let start = effective(state, &sight);
    let mut steering = Steering { sight, start, world };
    let mut changed = false;
    for rule in rules(state) {
        let is_it = rule.get("Next").and_then(Json::as_str) == Some(to);
        changed |= steering.make(&rule, is_it);
        if is_it {
            break;
        }
    }
    changed
}

/// Where a Choice may lead, nearest to a good end first.
pub(super) fn targets(name: &str, definition: &Definition) -> Vec<String> {
    let Some(state) = definition.state(name) else { return Vec::new() };
    let rules = rules(state);
    let default = state.json.get("Default").and_then(Json::as_str);
    let nexts = rules.iter().filter_map(|it| it.get("Next").and_then(Json::as_str)).chain(default);
    let mut targets: Vec<String> = nexts.map(str::to_owned).collect();
    targets.sort_by_key(|it| definition.distance(it));
    targets.dedup();
    targets
}

fn rules(state: &State) -> Vec<Json> {
    state.json.get("Choices").and_then(Json::as_array).cloned().unwrap_or_default()
}

fn effective(state: &State, sight: &Sight) -> Json {
    let path = state.json.get("InputPath").and_then(Json::as_str).unwrap_or("$");
    let place = sight.path(path, &sight.input);
    let found = place.and_then(|(start, steps)| {
        steps.iter().try_fold(start, |value, step| super::world::follow(&value, step).cloned())
    });
    found.unwrap_or_default()
}

/// The comparison of a variable within a rule.
fn comparison<'r>(rule: &'r Json, variable: &str) -> Option<&'r Json> {
    if rule.get("Variable").and_then(Json::as_str) == Some(variable) {
        return Some(rule);
    }
    let lists = ["And", "Or"].iter().filter_map(|it| rule.get(it)?.as_array()).flatten();
    lists.chain(rule.get("Not")).find_map(|it| comparison(it, variable))
}

struct Steering<'w> {
    sight: Sight,
    start: Json,
    world: &'w mut World,
}

impl Steering<'_> {
    /// Makes a rule hold, or not.
    fn make(&mut self, rule: &Json, holds: bool) -> bool {
        let list = |name: &str| rule.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
        if let Some(condition) = rule.get("Condition").and_then(Json::as_str) {
            return self.condition(condition, holds);
        }
        if let Some(inner) = rule.get("Not") {
            return self.make(inner, !holds);
        }
        let (and, or) = (list("And"), list("Or"));
        match (and.is_empty(), or.is_empty()) {
            (false, _) if holds => and.iter().fold(false, |done, it| self.make(it, true) | done),
            (false, _) => and.iter().any(|it| self.make(it, false)),
            (_, false) if holds => or.iter().any(|it| self.make(it, true)),
            (_, false) => or.iter().fold(false, |done, it| self.make(it, false) | done),
            (true, true) => self.compare(rule, holds),
        }
    }

    fn compare(&mut self, rule: &Json, holds: bool) -> bool {
        let Some(variable) = rule.get("Variable").and_then(Json::as_str) else { return false };
        let Some((start, steps)) = self.sight.path(variable, &self.start) else { return false };
        let other = rule.as_object().into_iter().flatten().find(|(name, _)| name.ends_with("Path"));
        let want = match other
            .and_then(|(name, path)| Some((name, self.sight.path(path.as_str()?, &self.start)?)))
        {
            Some((name, (from, path))) => {
                let value = path.iter().try_fold(&from, |value, step| super::world::follow(value, step));
                let plain = name.trim_end_matches("Path");
                wanted(&serde_json::json!({ plain: value }), holds)
            }
            None => wanted(rule, holds),
        };
        self.world.give(&start, &steps, &want)
    }

    /// A JSONata condition of the usual kinds: comparisons, `$exists(…)`, a bare boolean; joined by `and` or `or`.
    fn condition(&mut self, text: &str, holds: bool) -> bool {
        let text = text.trim_start_matches("{%").trim_end_matches("%}").trim();
        let parts: Vec<&str> = text.split(" and ").collect();
        if parts.len() > 1 {
            return match holds {
                true => parts.iter().fold(false, |done, it| self.condition(it, true) | done),
                false => parts.iter().any(|it| self.condition(it, false)),
            };
        }
        let parts: Vec<&str> = text.split(" or ").collect();
        if parts.len() > 1 {
            return match holds {
                true => parts.iter().any(|it| self.condition(it, true)),
                false => parts.iter().fold(false, |done, it| self.condition(it, false) | done),
            };
        }
        let text = text.trim_matches(['(', ')', ' ']);
        let places =
            self.sight.expression(text).into_iter().chain(self.sight.expression(&format!("{text})")));
        let Some((start, steps)) = places.into_iter().next() else { return false };
        let want = match (text.strip_prefix("$exists("), text.strip_prefix("$not(")) {
            (Some(_), _) => {
                if holds {
                    Want::Any
                } else {
                    Want::Absent
                }
            }
            (_, Some(inner)) => return self.condition(inner, !holds),
            (None, None) => condition_wanted(text, holds),
        };
        self.world.give(&start, &steps, &want)
    }
}

/// What a JSONata comparison asks of its left side.
fn condition_wanted(text: &str, holds: bool) -> Want {
    if let Some((_, list)) = text.split_once(" in [") {
        let first = list.split([',', ']']).next().unwrap_or_default().trim();
        let value = Json::from(first.trim_matches(['\'', '"']));
        return Want::Exact(if holds { value } else { other_than(&value) });
    }
    const SIGNS: [(&str, &str); 6] = [
        ("!=", "NotEquals"),
        (">=", "NumericGreaterThanEquals"),
        ("<=", "NumericLessThanEquals"),
        ("=", "Equals"),
        (">", "NumericGreaterThan"),
        ("<", "NumericLessThan"),
    ];
    let split = SIGNS.iter().find_map(|(sign, name)| Some((*name, text.split_once(sign)?)));
    let Some((name, (_, right))) = split else { return Want::Exact(Json::from(holds)) };
    let right = right.trim();
    let literal = right.trim_matches(['\'', '"']);
    let value: Json = match right.parse() {
        Ok(value) => value,
        Err(_) => Json::from(literal),
    };
    match (name, holds) {
        ("Equals", true) | ("NotEquals", false) => Want::Exact(value),
        ("Equals", false) | ("NotEquals", true) => Want::Exact(other_than(&value)),
        (name, holds) => wanted(&serde_json::json!({ name: value }), holds),
    }
}

fn other_than(value: &Json) -> Json {
    match value {
        Json::Bool(it) => Json::from(!it),
        Json::Number(it) => Json::from(it.as_f64().unwrap_or(0.0) + 1.0),
        Json::String(it) => Json::from(format!("not {it}")),
        Json::Null | Json::Array(_) | Json::Object(_) => Json::from("other"),
    }
}

/// What a comparison asks of its variable, to hold or not to.
fn wanted(rule: &Json, holds: bool) -> Want {
    let operator = rule.as_object().into_iter().flatten().find(|(name, _)| {
        name.starts_with("Is")
            || ["String", "Numeric", "Boolean", "Timestamp"].iter().any(|it| name.starts_with(it))
    });
    let Some((operator, value)) = operator else { return Want::Any };
    let is = value.as_bool() == Some(holds);
    let kind = |yes: Json, no: Json| Want::Exact(if is { yes } else { no });
    match operator.as_str() {
        "IsPresent" => {
            if is {
                Want::Any
            } else {
                Want::Absent
            }
        }
        "IsNull" => {
            if is {
                Want::Exact(Json::Null)
            } else {
                Want::Any
            }
        }
        "IsString" => kind("x".into(), 1.into()),
        "IsNumeric" => kind(1.into(), "x".into()),
        "IsBoolean" => kind(true.into(), "x".into()),
        "IsTimestamp" => kind("2026-01-01T00:00:00Z".into(), "x".into()),
        "StringMatches" => {
            let plain = value.as_str().unwrap_or_default().replace('*', "x");
            Want::Exact(if holds { plain.into() } else { "something else".into() })
        }
        _ => ordered(operator, value, holds),
    }
}

/// `…Equals`, `…LessThan` and so on.
fn ordered(operator: &str, value: &Json, holds: bool) -> Want {
    let less = operator.contains("LessThan") == holds;
    let strict = operator.contains("Than");
    let equals = operator.ends_with("Equals") == holds;
    if equals {
        return Want::Exact(value.clone());
    }
    Want::Exact(match value {
        Json::Number(it) => {
            let it = it.as_f64().unwrap_or(0.0);
            Json::from(if strict && less { it - 1.0 } else { it + 1.0 })
        }
        Json::String(_) if operator.starts_with("Timestamp") => {
            Json::from(if strict && less { "1970-01-01T00:00:00Z" } else { "2200-01-01T00:00:00Z" })
        }
        Json::String(it) if strict && less => Json::from(it.chars().next().map_or("", |_| " ")),
        other => other_than(other),
    })
}
