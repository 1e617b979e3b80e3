//! What each kind of callee becomes.

use std::sync::Arc;

use super::call::{Nested, Spec};
use super::pure::attribute;
use super::{Lower, Place};
use crate::machine::expr::Deploy;
use crate::machine::{Context, Expr, Func, Member, Pattern, Service};
use crate::typed::{self, Call, Mode, ResourceId, Target, WorkflowId};
use crate::types::Type;

pub(super) fn optimized(service: &str, action: &str) -> Service {
    Service::Optimized { service: service.into(), action: action.into() }
}

/// An SDK integration.
pub(super) fn sdk(service: &str, action: &str) -> Service {
    Service::Sdk { service: service.into(), action: action.into() }
}

impl<'a> Lower<'a> {
    /// The task of a call, its arguments evaluated; `None` where something is amiss and was said.
    pub(super) fn spec(&mut self, call: &'a Call) -> Option<Spec> {
        if let Mode::Token(local) = call.mode {
            self.env.insert(local, Place::Alias(Expr::Context(Context::TaskToken)));
        }
        match &call.target {
            Target::Resource(id) => self.resource_spec(call, *id),
            Target::Workflow(id) => {
                let (mut values, options) = self.call_operands(call);
                let payload = pop_front(&mut values);
                if self.starts_run(call) {
                    let payload = payload.unwrap_or(Expr::Record(Vec::new()));
                    return Some(self.run_spec(*id, payload, options));
                }
                let payload = match payload {
                    Some(payload) if self.takes_text(call, *id) => self.to_json(&payload_type(call), payload),
                    Some(payload) => self.sent(&payload_type(call), payload),
                    None if self.takes_text(call, *id) => Expr::text("{}"),
                    None => Expr::Record(Vec::new()),
                };
                let mut spec =
                    self.start_spec(*id, call.alias.as_deref(), payload, options, &self.callee(call));
                self.start_mode(&mut spec, *id, call);
                Some(spec)
            }
            Target::Aws { service, action, optimized } => {
                self.omit_null = true;
                let (mut values, _) = self.call_operands(call);
                self.omit_null = false;
                let arguments = pop_front(&mut values).unwrap_or(Expr::Record(Vec::new()));
                let integration = if *optimized {
                    Service::Optimized { service: service.clone(), action: action.clone() }
                } else {
                    Service::Sdk { service: service.clone(), action: action.clone() }
                };
                let mut spec = Spec::new(self.callee(call), integration, arguments);
                spec.pattern = self.pattern_of(call.mode);
                if spec.pattern == Pattern::Sync && **service == *"states" {
                    spec.pattern = Pattern::Sync2;
                }
                Some(spec)
            }
            Target::Method { receiver, kind, method } => self.method_spec(call, receiver, kind, method),
            Target::Complete | Target::Reject(_) | Target::Beat => self.token_spec(call),
        }
    }

    /// The values of the arguments, then of the options by name.
    fn call_operands(&mut self, call: &'a Call) -> (Vec<Expr>, Vec<(Arc<str>, Expr)>) {
        let all: Vec<&'a typed::Expr> = call.arguments.iter().chain(call.options.values()).collect();
        let mut values = self.operands(&all);
        let options = values.split_off(call.arguments.len().min(values.len()));
        let names = call.options.keys().map(|name| Arc::from(name.as_str()));
        (values, names.zip(options).collect())
    }

    fn resource_spec(&mut self, call: &'a Call, id: ResourceId) -> Option<Spec> {
        let kind = self.program.resources.get(id.index()).and_then(|r| r.kind.clone());
        let (mut values, _) = self.call_operands(call);
        let payload = pop_front(&mut values);
        let of = |name: &str| Expr::Deploy(Deploy::Resource(id, name.into()));
        let name = self.callee(call);
        match kind.as_deref() {
            Some("activity") => {
                let payload = payload.unwrap_or(Expr::Record(Vec::new()));
                Some(Spec::new(name, Service::Activity(of("arn")), payload))
            }
            Some("container") => {
                let payload = payload.map_or(Expr::text("{}"), |it| self.to_json(&payload_type(call), it));
                Some(container(name, &of, payload, call.mode, self.pattern_of(call.mode)))
            }
            _ => {
                let function = match &call.alias {
                    Some(alias) => Expr::Template(vec![of("arn"), Expr::text(&format!(":{alias}"))]),
                    None => of("arn"),
                };
                let payload =
                    payload.map_or(Expr::Record(Vec::new()), |it| self.sent(&payload_type(call), it));
                let arguments = Expr::record([("FunctionName", function), ("Payload", payload)]);
                let mut spec = Spec::new(name, optimized("lambda", "invoke"), arguments);
                spec.lambda = true;
                spec.pattern = self.pattern_of(call.mode);
                if spec.pattern != Pattern::Token {
                    spec.result = Expr::Result.field("Payload");
                }
                Some(spec)
            }
        }
    }

    /// Starts an execution.
    pub(super) fn start_spec(
        &mut self,
        id: WorkflowId,
        alias: Option<&str>,
        payload: Expr,
        options: Vec<(Arc<str>, Expr)>,
        name: &str,
    ) -> Spec {
        // Its own ARN can't stand in its own definition's substitutions: that would be circular (A22).
        let arn = if id == self.this {
            Expr::Context(Context::StateMachineId)
        } else {
            Expr::Deploy(Deploy::Workflow(id, "arn".into()))
        };
        let arn = match alias {
            Some(alias) => Expr::Template(vec![arn, Expr::text(&format!(":{alias}"))]),
            None => arn,
        };
        let mut members =
            vec![Member::Set("StateMachineArn".into(), arn), Member::Set("Input".into(), payload)];
        for (name, value) in options {
            if *name == *"name" {
                members.push(Member::Set("Name".into(), value));
            }
        }
        let mut spec = Spec::new(name, optimized("states", "startExecution"), Expr::Record(members));
        spec.result = Expr::record([
            ("executionArn", Expr::Result.field("ExecutionArn")),
            ("startDate", Expr::Result.field("StartDate")),
        ]);
        spec
    }

    /// Whether a call goes through the SDK, which takes the input as text.
    fn takes_text(&self, call: &Call, id: WorkflowId) -> bool {
        matches!(call.mode, Mode::Plain) && self.is_express(id)
    }

    fn is_express(&self, id: WorkflowId) -> bool {
        self.program.workflows.get(id.index()).is_some_and(|w| w.express)
    }

    fn start_mode(&mut self, spec: &mut Spec, id: WorkflowId, call: &Call) {
        let express = self.is_express(id);
        match call.mode {
            Mode::Await => {
                spec.pattern = Pattern::Sync2;
                spec.result = Expr::Result.field("Output");
                spec.nested = Nested::Awaited;
            }
            Mode::Token(_) => {
                spec.pattern = Pattern::Token;
                spec.result = Expr::Result;
            }
            Mode::Plain if express => {
                spec.service = sdk("sfn", "startSyncExecution");
                spec.result = Expr::Result;
                spec.nested = Nested::Express;
            }
            Mode::Plain => {}
        }
    }

    fn token_spec(&mut self, call: &'a Call) -> Option<Spec> {
        let (mut values, _) = self.call_operands(call);
        let token = pop_front(&mut values).unwrap_or(Expr::Null);
        let (action, rest) = match &call.target {
            Target::Complete => {
                let value = pop_front(&mut values).unwrap_or(Expr::Null);
                let ty = call.arguments.get(1).map_or(Type::Json, |it| it.ty.clone());
                ("sendTaskSuccess", vec![("Output", self.to_json(&ty, value))])
            }
            Target::Reject(error) => {
                let name = self.error_name(error);
                let message = pop_front(&mut values).unwrap_or(Expr::text(""));
                let cause = match pop_front(&mut values) {
                    Some(data) => {
                        let carried = Expr::record([("errorMessage", message), ("data", data)]);
                        Expr::call(Func::ToJson, vec![carried])
                    }
                    None => message,
                };
                ("sendTaskFailure", vec![("Error", Expr::text(&name)), ("Cause", cause)])
            }
            _ => ("sendTaskHeartbeat", Vec::new()),
        };
        let arguments = Expr::record(std::iter::once(("TaskToken", token)).chain(rest));
        let mut spec = Spec::new(self.callee(call), sdk("sfn", action), arguments);
        spec.result = Expr::Null;
        Some(spec)
    }

    // ------------------------------------------------------------ methods

    fn method_spec(
        &mut self,
        call: &'a Call,
        receiver: &'a typed::Expr,
        kind: &str,
        method: &str,
    ) -> Option<Spec> {
        let program: &'a typed::Program = self.program;
        let declared = program.kinds.kinds.get(kind).and_then(|k| k.methods.get(method));
        let Some(body) = declared.and_then(|m| m.body.as_ref()) else {
            return self.native_method(call, receiver, kind, method);
        };
        let this = self.value(receiver);
        let this = self.pin_choice(this);
        let (mut values, options) = self.call_operands(call);
        if let Some(message) = values.first_mut() {
            let taken = std::mem::replace(message, Expr::Null);
            *message = self.message((kind, method), &receiver.ty, taken);
        }
        let names: Vec<Arc<str>> = declared.into_iter().flat_map(|m| m.options.keys().cloned()).collect();
        self.env.insert(body.this, Place::Alias(this));
        let count = body.params.len().saturating_sub(names.len());
        for (i, param) in body.params.iter().enumerate() {
            let value = if i < count {
                values.get(i).cloned()
            } else {
                let name = names.get(i - count);
                options.iter().find(|(n, _)| Some(n) == name).map(|(_, value)| value.clone())
            };
            self.env.insert(*param, Place::Alias(value.unwrap_or(Expr::Null)));
        }
        let outer = std::mem::replace(&mut self.in_method, true);
        let value = self.pure(&body.value);
        self.in_method = outer;
        let mut spec = *self.hole.take()?;
        spec.arguments = crate::machine::fold::simplify(spec.arguments);
        spec.result = crate::machine::fold::simplify(value);
        spec.name = self.callee(call);
        if let Mode::Token(_) = call.mode {
            spec.pattern = Pattern::Token;
            spec.result = Expr::Result;
        }
        Some(spec)
    }

    pub(super) fn pin_choice(&mut self, value: Expr) -> Expr {
        match value {
            Expr::If(c, a, b) => {
                let c = self.pin(*c);
                Expr::choose(c, self.pin_choice(*a), self.pin_choice(*b))
            }
            other => other,
        }
    }

    fn native_method(
        &mut self,
        call: &'a Call,
        receiver: &'a typed::Expr,
        kind: &str,
        method: &str,
    ) -> Option<Spec> {
        if kind == "table" && method == "transact" {
            return self.transact_spec(call);
        }
        if kind == "table" {
            return self.table_spec(call, receiver, method);
        }
        self.unforeseen(call.span, &format!("`{kind}.{method}`"));
        None
    }

    /// The name of a bucket that is given as a resource or as text.
    pub(super) fn bucket_name(&mut self, value: Expr) -> Expr {
        if super::is_resource(&value) { attribute(value, "name") } else { value }
    }
}

pub(super) fn pop_front(values: &mut Vec<Expr>) -> Option<Expr> {
    if values.is_empty() { None } else { Some(values.remove(0)) }
}

/// Runs a Fargate task; its payload (JSON text) and token travel in its environment.
fn container(name: String, of: &dyn Fn(&str) -> Expr, payload: Expr, mode: Mode, pattern: Pattern) -> Spec {
    let variable = |name: &str, value: Expr| Expr::record([("Name", Expr::text(name)), ("Value", value)]);
    let mut environment = vec![variable("FLOW_INPUT", payload)];
    if let Mode::Token(_) = mode {
        environment.push(variable("FLOW_TASK_TOKEN", Expr::Context(Context::TaskToken)));
    }
    let overrides = Expr::record([("Name", of("containerName")), ("Environment", Expr::list(environment))]);
    let network = Expr::record([
        ("Subnets", Expr::call(Func::Split, vec![of("subnets"), Expr::text(",")])),
        ("SecurityGroups", Expr::call(Func::Split, vec![of("securityGroups"), Expr::text(",")])),
        ("AssignPublicIp", of("publicIp")),
    ]);
    let arguments = Expr::record([
        ("LaunchType", Expr::text("FARGATE")),
        ("Cluster", of("cluster")),
        ("TaskDefinition", of("arn")),
        ("NetworkConfiguration", Expr::record([("AwsvpcConfiguration", network)])),
        ("Overrides", Expr::record([("ContainerOverrides", Expr::list([overrides]))])),
    ]);
    let mut spec = Spec::new(name, optimized("ecs", "runTask"), arguments);
    spec.pattern = pattern;
    spec
}

/// The type of what a call hands over.
fn payload_type(call: &Call) -> Type {
    call.arguments.first().map_or(Type::Null, |it| it.ty.clone())
}
