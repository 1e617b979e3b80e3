//! Where the paths and expressions of a state look.

use std::collections::BTreeMap;
use std::sync::Arc;

use interpreter::jsonpath::{self, Root, Step};
use jsonata::{Dialect, Expression};
use serde_json::Value as Json;

/// What a state sees.
#[derive(Clone, Debug, Default)]
pub(super) struct Sight {
    pub(super) input: Json,
    pub(super) result: Option<Json>,
    pub(super) execution_input: Json,
    pub(super) variables: BTreeMap<String, Json>,
}

/// A value that a state sees, and the steps from there on.
pub(super) type Place = (Json, Vec<Step>);

impl Sight {
    /// The place a JSONPath leads to; `$` is `start`.
    pub(super) fn path(&self, text: &str, start: &Json) -> Option<Place> {
        let path = jsonpath::parse(text).ok()?;
        match &path.root {
            Root::Input | Root::Current => Some((start.clone(), path.steps)),
            Root::Variable(name) => Some((self.variables.get(&**name)?.clone(), path.steps)),
            Root::Context => match path.steps.as_slice() {
                [Step::Name(execution), Step::Name(input), rest @ ..]
                    if &**execution == "Execution" && &**input == "Input" =>
                {
                    Some((self.execution_input.clone(), rest.to_vec()))
                }
                _ => None,
            },
        }
    }

    /// The places that the variables of a JSONata expression lead to, in order.
    pub(super) fn expression(&self, text: &str) -> Vec<Place> {
        let Ok(expression) = Expression::parse(text, Dialect::Aws) else { return Vec::new() };
        let found = expression.analyze().free_variables.into_iter();
        let mut places = Vec::new();
        for it in found {
            let after = text.get(it.range.end..).unwrap_or_default();
            let (taken, rest) = steps(after);
            places.extend(self.reference(&it.name, taken.clone()));
            // What is read from the parsed text.
            let parsed = text.get(..it.range.start).is_some_and(|it| it.ends_with("$parse("));
            if let Some(inner) = rest.strip_prefix(')').filter(|_| parsed) {
                let inner = steps(inner).0;
                places.extend(self.reference(&it.name, [taken, inner].concat()));
            }
        }
        places
    }

    fn reference(&self, name: &str, steps: Vec<Step>) -> Option<Place> {
        if name != "states" {
            return Some((self.variables.get(name)?.clone(), steps));
        }
        let named = |at: usize| match steps.get(at) {
            Some(Step::Name(name)) => &**name,
            _ => "",
        };
        let (start, taken) = match (named(0), named(1), named(2)) {
            ("input", ..) => (self.input.clone(), 1),
            ("result", ..) => (self.result.clone()?, 1),
            ("context", "Execution", "Input") => (self.execution_input.clone(), 3),
            _ => return None,
        };
        Some((start, steps.get(taken..).unwrap_or_default().to_vec()))
    }
}

/// `.name`, `` .`name` `` and `[3]`, as long as they follow; and what comes after.
fn steps(mut text: &str) -> (Vec<Step>, &str) {
    let mut found = Vec::new();
    loop {
        let rest = text.trim_start();
        if let Some(rest) = rest.strip_prefix(".`") {
            let Some((name, after)) = rest.split_once('`') else { break };
            found.push(Step::Name(Arc::from(name)));
            text = after;
        } else if let Some(rest) = rest.strip_prefix('.') {
            let rest = rest.trim_start();
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() {
                break;
            }
            found.push(Step::Name(Arc::from(name)));
            text = after;
        } else if let Some((index, after)) = rest.strip_prefix('[').and_then(|it| it.split_once(']')) {
            let Ok(index) = index.trim().parse() else { break };
            found.push(Step::Index(index));
            text = after;
        } else {
            break;
        }
    }
    (found, text.trim_start())
}
