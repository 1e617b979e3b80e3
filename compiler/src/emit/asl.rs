//! Machine → Amazon States Language.
//!
//! A value is written as plain JSON as far as it is known, with one `{% … %}` a leaf (B19): an error of AWS's then
//! names the very field.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::jsonata;
use super::names::{self, Names};
use crate::machine::expr::{Deploy, DeployType};
use crate::machine::flow::Slot;
use crate::machine::{Catcher, Edge, Expr, Goal, Item, Machine, Member, Pattern, Retrier, Service, StateId};
use crate::machine::{Choice, StateKind, Task, Until};
use crate::output::Place;
use crate::typed::Program;

mod calls;
mod map;

pub use calls::{Needed, ServiceCall};

/// A workflow as AWS takes it, and what the template needs to know of it.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    pub value: Value,
    /// Where each state, Choice rule and Catcher comes from.
    pub places: Vec<Place>,
    /// `DefinitionSubstitutions`: what each `${Name}` stands for.
    pub substitutions: IndexMap<String, Deploy>,
    /// What it calls, for IAM.
    pub calls: Vec<ServiceCall>,
    /// Each state, in the definition's order, and why it is there.
    pub states: Vec<Explained>,
}

/// A line of `--explain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    pub name: String,
    /// `Task`, `Choice`, …
    pub kind: &'static str,
    pub why: String,
    /// How deep in `Map` and `Parallel` it lies.
    pub depth: usize,
}

/// Writes a machine.
pub fn emit(machine: &Machine, program: &Program) -> Definition {
    let names = names::assign(machine, program);
    let mut writer = Writer { machine, names: &names, out: Definition::default() };
    let mut top = Map::new();
    if let Some(docs) = &machine.docs {
        top.insert("Comment".into(), plain_text(docs));
    }
    top.insert("QueryLanguage".into(), "JSONata".into());
    if let Some(seconds) = machine.timeout {
        top.insert("TimeoutSeconds".into(), seconds.into());
    }
    writer.flow(machine.start, "", 0, &mut top);
    let mut out = writer.out;
    out.value = Value::Object(top);
    out.calls = calls::collect(machine, &names);
    out.substitutions = names.deploys.iter().map(|(deploy, name)| (name.clone(), deploy.clone())).collect();
    out.substitutions.sort_unstable_keys();
    out
}

/// A comment is no expression, whatever it holds; AWS still replaces `${…}` in it.
fn plain_text(text: &str) -> Value {
    text.replace("${", "$ {").into()
}

struct Writer<'a> {
    machine: &'a Machine,
    names: &'a Names,
    out: Definition,
}

type Fields = Map<String, Value>;

impl Writer<'_> {
    /// `StartAt` and `States` of a scope, into the object that holds them.
    fn flow(&mut self, start: StateId, pointer: &str, depth: usize, into: &mut Fields) {
        into.insert("StartAt".into(), self.name(start).into());
        let mut states = Map::new();
        for id in self.machine.scope(start) {
            let name = self.name(id);
            let place = format!("{pointer}/States/{}", escape(&name));
            let state = self.state(id, &place, depth);
            states.insert(name, Value::Object(state));
        }
        into.insert("States".into(), Value::Object(states));
    }

    fn name(&self, id: StateId) -> String {
        self.names.states.get(&id).cloned().unwrap_or_default()
    }

    fn place(&mut self, id: StateId, pointer: &str, caption: Option<String>) {
        for span in &self.machine.state(id).spans {
            self.out.places.push(Place {
                pointer: pointer.to_owned(),
                span: *span,
                caption: caption.clone(),
            });
        }
    }

    fn state(&mut self, id: StateId, pointer: &str, depth: usize) -> Fields {
        let state = self.machine.state(id);
        self.place(id, pointer, None);
        let kind = type_name(&state.kind);
        self.out.states.push(Explained { name: self.name(id), kind, why: state.why.to_string(), depth });
        let mut fields = Map::new();
        fields.insert("Type".into(), kind.into());
        if let Some(docs) = &state.docs {
            fields.insert("Comment".into(), plain_text(docs));
        }
        match &state.kind {
            StateKind::Pass(out) => self.edge(out, &mut fields),
            StateKind::Task(task) => self.task(id, task, pointer, &mut fields),
            StateKind::Choice(choice) => self.choice(id, choice, pointer, &mut fields),
            StateKind::Wait(until, out) => {
                let (field, value) = match until {
                    Until::Seconds(e) => ("Seconds", self.template(e)),
                    Until::Time(e) => ("Timestamp", self.template(e)),
                };
                fields.insert(field.into(), value);
                self.edge(out, &mut fields);
            }
            StateKind::Map(map) => self.map(id, map, pointer, depth, &mut fields),
            StateKind::Parallel(parallel) => {
                let mut branches = Vec::new();
                for (i, branch) in parallel.branches.iter().enumerate() {
                    let mut fields = Map::new();
                    self.flow(*branch, &format!("{pointer}/Branches/{i}"), depth + 1, &mut fields);
                    branches.push(Value::Object(fields));
                }
                fields.insert("Branches".into(), Value::Array(branches));
                self.edge(&parallel.out, &mut fields);
                self.guards(id, &parallel.retries, &parallel.catches, pointer, &mut fields);
            }
            StateKind::Succeed(value) => {
                fields.insert("Output".into(), self.output(value));
            }
            StateKind::Fail { error, cause } => {
                for (field, value) in [("Error", error), ("Cause", cause)] {
                    if let Some(value) = value {
                        fields.insert(field.into(), self.template(value));
                    }
                }
            }
        }
        fields
    }

    fn task(&mut self, id: StateId, task: &Task, pointer: &str, fields: &mut Fields) {
        fields.insert("Resource".into(), self.resource(task));
        fields.insert("Arguments".into(), self.template(&task.arguments));
        if let Some(role) = &task.role {
            fields.insert("Credentials".into(), json!({ "RoleArn": self.template(role) }));
        }
        for (field, value) in [("TimeoutSeconds", &task.timeout), ("HeartbeatSeconds", &task.heartbeat)] {
            if let Some(value) = value {
                fields.insert(field.into(), self.template(value));
            }
        }
        self.edge(&task.out, fields);
        self.guards(id, &task.retries, &task.catches, pointer, fields);
    }

    fn resource(&self, task: &Task) -> Value {
        let suffix = match task.pattern {
            Pattern::Request => "",
            Pattern::Sync => ".sync",
            Pattern::Sync2 => ".sync:2",
            Pattern::Token => ".waitForTaskToken",
        };
        match &task.service {
            Service::Optimized { service, action } => {
                format!("arn:aws:states:::{service}:{action}{suffix}").into()
            }
            Service::Sdk { service, action } => {
                format!("arn:aws:states:::aws-sdk:{service}:{action}{suffix}").into()
            }
            Service::Activity(arn) => self.template(arn),
        }
    }

    fn choice(&mut self, id: StateId, choice: &Choice, pointer: &str, fields: &mut Fields) {
        let mut rules = Vec::new();
        for (i, (condition, edge)) in choice.rules.iter().enumerate() {
            let mut rule = Map::new();
            rule.insert("Condition".into(), self.expression(condition).into());
            self.edge(edge, &mut rule);
            rules.push(Value::Object(rule));
            let caption = self.caption(id, i, condition);
            self.place(id, &format!("{pointer}/Choices/{i}"), Some(caption));
        }
        fields.insert("Choices".into(), Value::Array(rules));
        self.assign(&choice.default, fields);
        if let Goal::State(next) = choice.default.to {
            fields.insert("Default".into(), self.name(next).into());
        }
    }

    /// "yes" where the state's name says the condition already; else the expression.
    fn caption(&self, id: StateId, rule: usize, condition: &Expr) -> String {
        let state = self.machine.state(id);
        let one = matches!(&state.kind, StateKind::Choice(choice) if choice.rules.len() == 1);
        let named = ["if ", "while ", "until "].iter().any(|word| state.name.starts_with(word));
        if one && named && rule == 0 { "yes".to_owned() } else { self.text(condition) }
    }

    fn assign(&self, edge: &Edge, fields: &mut Fields) {
        if edge.assign.is_empty() {
            return;
        }
        let mut assign = Map::new();
        for (var, value) in &edge.assign {
            let name = self.names.vars.get(var).cloned().unwrap_or_default();
            assign.insert(name, self.template(value));
        }
        fields.insert("Assign".into(), Value::Object(assign));
    }

    fn edge(&self, edge: &Edge, fields: &mut Fields) {
        self.assign(edge, fields);
        match &edge.to {
            Goal::State(next) => {
                fields.insert("Next".into(), self.name(*next).into());
            }
            Goal::End(value) => {
                if *value != Expr::Result {
                    fields.insert("Output".into(), self.output(value));
                }
                fields.insert("End".into(), true.into());
            }
        }
    }

    fn guards(
        &mut self,
        id: StateId,
        retries: &[Retrier],
        catches: &[Catcher],
        pointer: &str,
        fields: &mut Fields,
    ) {
        if !retries.is_empty() {
            fields.insert("Retry".into(), Value::Array(retries.iter().map(retrier).collect()));
        }
        if catches.is_empty() {
            return;
        }
        let mut all = Vec::new();
        for (i, catcher) in catches.iter().enumerate() {
            let mut one = Map::new();
            one.insert("ErrorEquals".into(), errors(&catcher.errors));
            self.edge(&catcher.edge, &mut one);
            all.push(Value::Object(one));
            self.place(id, &format!("{pointer}/Catch/{i}"), Some(catcher.errors.join(", ")));
        }
        fields.insert("Catch".into(), Value::Array(all));
    }

    /// `{% … %}`
    fn expression(&self, expr: &Expr) -> String {
        format!("{{% {} %}}", self.text(expr))
    }

    fn text(&self, expr: &Expr) -> String {
        jsonata::print(expr, self.machine, self.names)
    }

    /// As a template; a lone scalar or list as an expression, since validators want it so.
    fn output(&self, expr: &Expr) -> Value {
        match self.template(expr) {
            Value::String(text) if text.starts_with("{%") => text.into(),
            // Text with a deploy-time value in it has no other form.
            Value::String(text) if text.contains("${") => text.into(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                self.expression(expr).into()
            }
            value @ Value::Object(_) => value,
        }
    }

    fn template(&self, expr: &Expr) -> Value {
        match expr {
            Expr::Null => Value::Null,
            Expr::Boolean(b) => (*b).into(),
            Expr::Number(n) => literal_number(n).unwrap_or_else(|| self.expression(expr).into()),
            Expr::String(s) if !s.contains("${") && !s.starts_with("{%") => (**s).into(),
            Expr::Deploy(deploy) => self.deploy(deploy, expr),
            Expr::List(items) if items.iter().all(|item| !matches!(item, Item::Spread(_))) => {
                items.iter().map(|item| self.template(item.expr())).collect()
            }
            Expr::Record(members) => match plain_members(members) {
                Some(plain) => plain.into_iter().map(|(name, value)| (name, self.template(value))).collect(),
                None => self.expression(expr).into(),
            },
            Expr::Template(parts) => {
                self.text_with_deploys(parts).unwrap_or_else(|| self.expression(expr).into())
            }
            _ => self.expression(expr).into(),
        }
    }

    fn deploy(&self, deploy: &Deploy, expr: &Expr) -> Value {
        match (is_text(deploy), self.names.deploys.get(deploy)) {
            (true, Some(name)) => format!("${{{name}}}").into(),
            _ => self.expression(expr).into(),
        }
    }

    /// `${bucketArn}/*`: text and deploy-time values alone need no expression.
    fn text_with_deploys(&self, parts: &[Expr]) -> Option<Value> {
        let mut out = String::new();
        for part in parts {
            match part {
                Expr::String(s) if !s.contains("${") && !s.ends_with('$') => out.push_str(s),
                Expr::Deploy(deploy) if is_text(deploy) => {
                    out.push_str(&format!("${{{}}}", self.names.deploys.get(deploy)?));
                }
                _ => return None,
            }
        }
        (!out.starts_with("{%")).then(|| out.into())
    }
}

fn is_text(deploy: &Deploy) -> bool {
    match deploy {
        Deploy::Resource(..)
        | Deploy::Workflow(..)
        | Deploy::Api(..)
        | Deploy::Stack(_)
        | Deploy::Param(_, DeployType::String) => true,
        Deploy::Param(_, DeployType::Number | DeployType::Boolean) | Deploy::Condition(_) => false,
    }
}

/// Names and values, where every member is always set, once, under a name that AWS takes as it is.
fn plain_members(members: &[Member]) -> Option<Vec<(String, &Expr)>> {
    let mut all: Vec<(String, &Expr)> = Vec::new();
    for member in members {
        match member {
            Member::Set(name, value) if !name.contains("${") && all.iter().all(|(n, _)| **n != **name) => {
                all.push((name.to_string(), value));
            }
            Member::Set(..) | Member::Some(..) | Member::Computed(..) | Member::Spread(_) => return None,
        }
    }
    Some(all)
}

fn literal_number(text: &str) -> Option<Value> {
    match text.parse::<i64>() {
        Ok(n) => Some(n.into()),
        Err(_) => text.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Value::Number),
    }
}

fn retrier(retrier: &Retrier) -> Value {
    let mut one = Map::new();
    one.insert("ErrorEquals".into(), errors(&retrier.errors));
    let whole = [
        ("IntervalSeconds", retrier.every),
        ("MaxAttempts", retrier.attempts),
        ("MaxDelaySeconds", retrier.max),
    ];
    for (field, value) in whole {
        if let Some(value) = value {
            one.insert(field.into(), value.into());
        }
    }
    if let Some(backoff) = retrier.backoff.as_ref().and_then(|text| literal_number(text)) {
        one.insert("BackoffRate".into(), backoff);
    }
    if retrier.jitter {
        one.insert("JitterStrategy".into(), "FULL".into());
    }
    Value::Object(one)
}

fn errors(errors: &[std::sync::Arc<str>]) -> Value {
    errors.iter().map(|e| Value::from(&**e)).collect()
}

/// `Type`
pub fn type_name(kind: &StateKind) -> &'static str {
    match kind {
        StateKind::Pass(_) => "Pass",
        StateKind::Task(_) => "Task",
        StateKind::Choice(_) => "Choice",
        StateKind::Wait(..) => "Wait",
        StateKind::Map(_) => "Map",
        StateKind::Parallel(_) => "Parallel",
        StateKind::Succeed(_) => "Succeed",
        StateKind::Fail { .. } => "Fail",
    }
}

/// A name within a JSON pointer.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Where an edge is written, below its state.
pub fn slot_pointer(slot: Slot) -> String {
    match slot {
        Slot::Out | Slot::Default => String::new(),
        Slot::Rule(i) => format!("/Choices/{i}"),
        Slot::Catch(i) => format!("/Catch/{i}"),
    }
}
