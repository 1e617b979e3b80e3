//! Tree to model.
//!
//! A broken definition has no model: where a field the model needs is missing or of another
//! type the answer is `None`, and [`crate::validate`] says why. Whatever else is wrong is
//! left for it to find.

use indexmap::IndexMap;
use serde_json::{Map as JsonMap, Value};

use crate::model::*;
use crate::path::Path;
use crate::{Content, Node};

mod choice;
mod map;

/// The state machine a document describes.
pub(crate) fn build(root: &Node) -> Option<StateMachine> {
    let query_language = language(root).unwrap_or_default();
    Some(StateMachine {
        comment: text(root, "Comment"),
        version: text(root, "Version"),
        query_language,
        timeout_seconds: whole(root, "TimeoutSeconds"),
        flow: flow(root, &Path::ROOT, query_language)?,
    })
}

/// `QueryLanguage` of a machine or state. Anything but `JSONPath` counts as JSONata, as on AWS.
pub(crate) fn language(node: &Node) -> Option<QueryLanguage> {
    Some(match node.get("QueryLanguage")?.as_str() {
        Some("JSONPath") => QueryLanguage::JsonPath,
        _ => QueryLanguage::Jsonata,
    })
}

fn flow(node: &Node, path: &Path<'_>, machine: QueryLanguage) -> Option<Flow> {
    let mut states = IndexMap::new();
    let states_path = path.key("States");
    for member in node.get("States")?.members()? {
        let path = states_path.key(&member.key);
        let state = state(&member.key, &member.value, &path, machine)?;
        states.insert(member.key.clone(), state);
    }
    Some(Flow {
        pointer: path.pointer(),
        comment: text(node, "Comment"),
        start_at: text(node, "StartAt")?,
        states,
    })
}

fn state(name: &str, node: &Node, path: &Path<'_>, machine: QueryLanguage) -> Option<State> {
    let query_language = language(node).unwrap_or(machine);
    let builder = Builder { node, path, machine, language: query_language };
    Some(State {
        name: name.to_owned(),
        pointer: path.pointer(),
        comment: text(node, "Comment"),
        query_language,
        kind: builder.kind()?,
    })
}

/// A state's object while its fields are read.
#[derive(Clone, Copy)]
struct Builder<'a> {
    node: &'a Node,
    path: &'a Path<'a>,
    /// The machine's language, which nested states inherit.
    machine: QueryLanguage,
    /// The state's language.
    language: QueryLanguage,
}

impl Builder<'_> {
    fn kind(&self) -> Option<StateKind> {
        Some(match self.node.get("Type")?.as_str()? {
            "Pass" => StateKind::Pass(self.pass()?),
            "Task" => StateKind::Task(Box::new(self.task()?)),
            "Choice" => StateKind::Choice(self.choice()?),
            "Wait" => StateKind::Wait(self.wait()?),
            "Succeed" => StateKind::Succeed(Succeed { data: self.data() }),
            "Fail" => StateKind::Fail(self.fail()),
            "Parallel" => StateKind::Parallel(self.parallel()?),
            "Map" => StateKind::Map(Box::new(self.map()?)),
            _ => return None,
        })
    }

    fn pass(&self) -> Option<Pass> {
        Some(Pass {
            data: self.data(),
            result: value(self.node, "Result"),
            parameters: value(self.node, "Parameters"),
            transition: self.transition()?,
        })
    }

    fn task(&self) -> Option<Task> {
        Some(Task {
            data: self.data(),
            resource: text(self.node, "Resource")?,
            arguments: self.arguments(self.node),
            credentials: value(self.node, "Credentials"),
            timeout_seconds: self.dynamic(self.node, "TimeoutSeconds", whole_of),
            heartbeat_seconds: self.dynamic(self.node, "HeartbeatSeconds", whole_of),
            retry: self.retry(),
            catch: self.catch(),
            transition: self.transition()?,
        })
    }

    fn wait(&self) -> Option<Wait> {
        let seconds = self.dynamic(self.node, "Seconds", whole_of);
        let until = match seconds {
            Some(seconds) => WaitUntil::Seconds(seconds),
            None => WaitUntil::Timestamp(self.dynamic(self.node, "Timestamp", text_of)?),
        };
        Some(Wait { data: self.data(), until, transition: self.transition()? })
    }

    fn fail(&self) -> Fail {
        Fail {
            error: self.dynamic(self.node, "Error", text_of),
            cause: self.dynamic(self.node, "Cause", text_of),
        }
    }

    fn parallel(&self) -> Option<Parallel> {
        let branches_path = self.path.key("Branches");
        let branches = self.node.get("Branches")?.elements()?.iter().enumerate();
        let branches =
            branches.map(|(index, branch)| flow(branch, &branches_path.index(index), self.machine));
        Some(Parallel {
            data: self.data(),
            arguments: self.arguments(self.node),
            branches: branches.collect::<Option<_>>()?,
            retry: self.retry(),
            catch: self.catch(),
            transition: self.transition()?,
        })
    }

    fn data(&self) -> Data {
        Data {
            input_path: nullable_path(self.node, "InputPath"),
            result_selector: value(self.node, "ResultSelector"),
            result_path: nullable_path(self.node, "ResultPath"),
            output_path: nullable_path(self.node, "OutputPath"),
            output: value(self.node, "Output"),
            assign: assign(self.node),
        }
    }

    /// `Arguments` in JSONata, `Parameters` in JSONPath.
    fn arguments(&self, node: &Node) -> Option<Value> {
        match self.language {
            QueryLanguage::JsonPath => value(node, "Parameters"),
            QueryLanguage::Jsonata => value(node, "Arguments"),
        }
    }

    /// A field, or its twin whose name ends in `Path`.
    fn dynamic<T>(&self, node: &Node, field: &str, literal: fn(&Node) -> Option<T>) -> Option<Dynamic<T>> {
        let Some(node) = node.get(field) else {
            return Some(Dynamic::Path(text(node, &format!("{field}Path"))?));
        };
        if self.language == QueryLanguage::Jsonata
            && let Some(expression) = node.as_str().and_then(expression_of)
        {
            return Some(Dynamic::Expression(expression.to_owned()));
        }
        literal(node).map(Dynamic::Literal)
    }

    fn transition(&self) -> Option<Transition> {
        if let Some(next) = text(self.node, "Next") {
            return Some(Transition::Next(next));
        }
        match self.node.get("End")?.as_bool()? {
            true => Some(Transition::End),
            false => None,
        }
    }

    fn retry(&self) -> Vec<Retrier> {
        elements(self.node, "Retry").iter().map(retrier).collect()
    }

    fn catch(&self) -> Vec<Catcher> {
        let catchers = elements(self.node, "Catch").iter();
        catchers.filter_map(catcher).collect()
    }
}

fn retrier(node: &Node) -> Retrier {
    let jitter_strategy = match text(node, "JitterStrategy").as_deref() {
        Some("FULL") => JitterStrategy::Full,
        _ => JitterStrategy::None,
    };
    Retrier {
        error_equals: error_equals(node),
        interval_seconds: whole(node, "IntervalSeconds").unwrap_or(1),
        max_attempts: whole(node, "MaxAttempts").unwrap_or(3),
        backoff_rate: node.get("BackoffRate").and_then(number_of).unwrap_or(2.0),
        max_delay_seconds: whole(node, "MaxDelaySeconds"),
        jitter_strategy,
    }
}

fn catcher(node: &Node) -> Option<Catcher> {
    Some(Catcher {
        comment: text(node, "Comment"),
        error_equals: error_equals(node),
        next: text(node, "Next")?,
        result_path: nullable_path(node, "ResultPath"),
        output: value(node, "Output"),
        assign: assign(node),
    })
}

fn error_equals(node: &Node) -> Vec<String> {
    let names = elements(node, "ErrorEquals").iter();
    names.filter_map(text_of).collect()
}

fn assign(node: &Node) -> Option<JsonMap<String, Value>> {
    match value(node, "Assign")? {
        Value::Object(assign) => Some(assign),
        _ => None,
    }
}

/// The text between `{%` and `%}`, trimmed; `None` if the string is not a JSONata expression.
pub(crate) fn expression_of(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("{%")?.strip_suffix("%}")?;
    Some(inner.trim())
}

fn elements<'n>(node: &'n Node, key: &str) -> &'n [Node] {
    node.get(key).and_then(Node::elements).unwrap_or_default()
}

fn value(node: &Node, key: &str) -> Option<Value> {
    node.get(key).map(Node::to_value)
}

fn text(node: &Node, key: &str) -> Option<String> {
    node.get(key).and_then(text_of)
}

fn text_of(node: &Node) -> Option<String> {
    node.as_str().map(str::to_owned)
}

fn whole(node: &Node, key: &str) -> Option<u64> {
    node.get(key).and_then(whole_of)
}

/// A whole number, also when it is written `10.0`.
fn whole_of(node: &Node) -> Option<u64> {
    let number = node.as_number()?;
    if let Some(whole) = number.as_u64() {
        return Some(whole);
    }
    let float = number.as_f64()?;
    let fits = float >= 0.0 && float.fract() == 0.0 && float < 9.0e15;
    fits.then_some(float as u64)
}

fn number_of(node: &Node) -> Option<f64> {
    node.as_number()?.as_f64()
}

/// A path that may be written `null`; `$` when absent.
fn nullable_path(node: &Node, key: &str) -> Option<String> {
    match node.get(key).map(|it| &it.content) {
        Some(Content::Null) => None,
        Some(Content::String(path)) => Some(path.clone()),
        _ => Some("$".to_owned()),
    }
}
