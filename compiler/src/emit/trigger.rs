//! `on … -> …` → what carries the event over: an EventBridge rule, a pipe, an event source mapping, a subscription, a
//! queue in between where a topic must start a workflow, or a schedule. The cheapest that works.

use serde_json::{Map, Value as Json, json};

use super::deploy::{Deployment, Problems, When};
use super::evaluate::{Binding, Result, Scope, Topic, fail};
use super::iam::{Policy, role};
use super::ids::pascal;
use super::payload::{Payload, Style};
use super::template::{Resource, Template, arn, reference};
use super::value::{Hole, Value};
use crate::source::Span;
use crate::typed::resource::Trigger;
use crate::typed::{ResourceId, Target, WorkflowId};

mod pattern;
mod poll;
mod rule;
mod schedule;
mod topic;

/// Adds what every trigger needs.
pub(super) fn emit<'a>(deployment: &Deployment<'a>, template: &mut Template, problems: &mut Problems) {
    for trigger in &deployment.program.triggers {
        problems.note(one(deployment, trigger, template));
    }
}

fn one<'a>(deployment: &Deployment<'a>, trigger: &'a Trigger, template: &mut Template) -> Result<()> {
    let carrier = carrier(deployment, trigger)?;
    let payload = payload(deployment, trigger).map_err(|it| it.of(Topic::Event))?;
    let target = Goal::of(deployment, trigger)?;
    let source = trigger.source.map_or_else(
        || pascal(&trigger.event),
        |id| format!("{}{}", deployment.resource_id(id), pascal(&trigger.event)),
    );
    let label = format!("{source}To{}", target.label(deployment));
    let attributes = |it: &'a [crate::typed::Attribute]| deployment.condition_of(it);
    let source_when = match trigger.source.and_then(|id| deployment.resource(id)) {
        Some(resource) => attributes(&resource.attributes)?,
        None => When::Always,
    };
    let target_when = match target {
        Goal::Workflow(id) => deployment.program.workflows.get(id.index()).map(|it| it.attributes.as_slice()),
        Goal::Function(id) => deployment.resource(id).map(|it| it.attributes.as_slice()),
    };
    let own_when = attributes(&trigger.attributes)?;
    let when = target_when.map_or(Ok(When::Always), attributes)?.and(source_when).and(own_when);
    if when == When::Never {
        return Ok(());
    }
    let condition = super::resources::condition(deployment, &when);
    let mut wire = Wire { condition, deployment, trigger, carrier, payload, target, label, template };
    let wired = match wire.carrier.get("carrier").and_then(Value::as_text).unwrap_or_default() {
        "rule" => rule::emit(&mut wire),
        "poll" => poll::emit(&mut wire),
        "topic" => topic::emit(&mut wire),
        "schedule" => schedule::emit(&mut wire),
        other => fail(trigger.span, format!("no carrier is called `{other}`")),
    };
    wired.map_err(|it| it.of(Topic::Event))
}

/// What the kind says of the event, with the trigger's filters filled in.
pub(super) fn carrier<'a>(deployment: &Deployment<'a>, trigger: &'a Trigger) -> Result {
    let Some(event) = deployment.program.event(trigger) else {
        return fail(trigger.span, "there is no such event");
    };
    let mut scope = trigger.source.map(|id| deployment.scope(id)).unwrap_or_default();
    if trigger.source.is_none() {
        unbound(deployment, trigger, &mut scope);
    }
    for (name, filter) in &event.filters {
        let binding = match (trigger.filters.get(&**name), &filter.default) {
            (Some(given), _) => Binding::Later(given),
            (None, Some(default)) => Binding::Default(default),
            (None, None) => Binding::Value(Value::Null),
        };
        scope.bind(filter.local, binding);
    }
    deployment.eval(&event.carrier, &scope)
}

/// `on schedule("rate(1 day)")`, and the account's own bus: no resource is declared, the settings are the filters.
fn unbound<'a>(deployment: &Deployment<'a>, trigger: &'a Trigger, scope: &mut Scope<'a>) {
    let name = if &*trigger.event == "schedule" { "schedule" } else { "bus" };
    let Some(kind) = deployment.program.kinds.kinds.get(name) else { return };
    scope.bind(kind.scope.this, Binding::Value(Value::Null));
    for (at, (name, setting)) in kind.settings.iter().enumerate() {
        let given = trigger.filters.get(&**name).or_else(|| trigger.filters.get(&at.to_string()));
        let binding = match (given, &setting.default) {
            (Some(given), _) => Binding::Later(given),
            (None, Some(default)) => Binding::Default(default),
            (None, None) => Binding::Value(Value::Null),
        };
        scope.bind(setting.local, binding);
    }
}

/// The action's argument, with holes where the event stands.
fn payload<'a>(deployment: &Deployment<'a>, trigger: &'a Trigger) -> Result {
    let Some(call) = super::iam::call_in(&trigger.action.call) else {
        return Ok(Value::Record(Default::default()));
    };
    let mut scope = Scope::default();
    if let Some(binder) = trigger.binder {
        let ty = deployment
            .program
            .locals
            .get(binder.index())
            .map_or(crate::types::Type::Json, |it| it.ty.clone());
        scope.bind(binder, Binding::Value(Value::Hole(Hole { root: binder, path: Vec::new(), ty })));
    }
    call.arguments.first().map_or(Ok(Value::Record(Default::default())), |it| deployment.eval(it, &scope))
}

/// What a trigger sets going.
#[derive(Clone, Copy, Debug)]
enum Goal {
    Workflow(WorkflowId),
    Function(ResourceId),
}

impl Goal {
    fn of(deployment: &Deployment<'_>, trigger: &Trigger) -> Result<Goal> {
        let target = super::iam::call_in(&trigger.action.call).map(|it| &it.target);
        match target {
            Some(Target::Workflow(id)) => Ok(Goal::Workflow(*id)),
            Some(Target::Resource(id)) if is_function(deployment, *id) => Ok(Goal::Function(*id)),
            _ => fail(trigger.action.span, "a trigger starts a workflow or calls a function"),
        }
    }

    fn label(self, deployment: &Deployment<'_>) -> String {
        match self {
            Goal::Workflow(id) => deployment.workflow_id(id).to_owned(),
            Goal::Function(id) => deployment.resource_id(id).to_owned(),
        }
    }

    fn arn(self, deployment: &Deployment<'_>, span: Span) -> Result<Json> {
        let value = match self {
            Goal::Workflow(id) => Value::Workflow(id),
            Goal::Function(id) => Value::Resource(id),
        };
        deployment.json(&deployment.attribute(&value, "arn", span)?, span)
    }

    fn action(self) -> &'static str {
        match self {
            Goal::Workflow(_) => "states:StartExecution",
            Goal::Function(_) => "lambda:InvokeFunction",
        }
    }
}

fn is_function(deployment: &Deployment<'_>, id: ResourceId) -> bool {
    deployment.resource(id).and_then(|it| it.kind.as_deref()) == Some("function")
}

/// One trigger on its way into the template.
struct Wire<'w, 'a> {
    deployment: &'w Deployment<'a>,
    trigger: &'a Trigger,
    carrier: Value,
    payload: Value,
    target: Goal,
    /// `InvoicesCreatedToArchive`
    label: String,
    /// Where the source and the target are there.
    condition: Option<String>,
    template: &'w mut Template,
}

impl Wire<'_, '_> {
    fn span(&self) -> Span {
        self.trigger.span
    }

    fn add(&mut self, suffix: &str, ty: &str, properties: Json) -> String {
        let wanted = format!("{}{suffix}", self.label);
        let resource = Resource::new(ty, properties).when(self.condition.clone());
        self.template.add(&self.deployment.ids, &wanted, resource)
    }

    fn json(&self, name: &str) -> Result<Json> {
        self.carrier.get(name).map_or(Ok(Json::Null), |it| self.deployment.json(it, self.span()))
    }

    /// How often and for how long AWS tries again what the target didn't take.
    fn retry_policy(&self) -> Result<Option<Json>> {
        let mut policy = Map::new();
        for (name, field) in [("retries", "MaximumRetryAttempts"), ("age", "MaximumEventAgeInSeconds")] {
            let value = self.json(name)?;
            if !value.is_null() {
                policy.insert(field.into(), value);
            }
        }
        Ok((!policy.is_empty()).then_some(Json::Object(policy)))
    }

    fn target_arn(&self) -> Result<Json> {
        self.target.arn(self.deployment, self.span())
    }

    /// A role for the carrier: it may do `also`, and set the target going.
    fn role(&mut self, service: &str, mut also: Policy) -> Result<Json> {
        also.allow(&[self.target.action()], vec![self.target_arn()?]);
        let tags = self.deployment.json(&self.deployment.tags(None), self.span())?;
        let id = self.add("Role", "AWS::IAM::Role", role(service, &also, &tags));
        Ok(arn(&id))
    }

    /// Lets a service call the function.
    fn permission(&mut self, service: &str, source: Json) -> Result<()> {
        let properties = json!({
            "FunctionName": self.target_arn()?,
            "Action": "lambda:InvokeFunction",
            "Principal": service,
            "SourceArn": source,
        });
        self.add("Permission", "AWS::Lambda::Permission", properties);
        Ok(())
    }

    /// The payload is the whole event as AWS sends it.
    fn is_raw(&self) -> bool {
        matches!(&self.payload, Value::Hole(hole) if matches!(hole.path.as_slice(), [only] if only == "raw"))
    }

    /// The path of a piece of the event, as AWS's own event has it.
    fn path(&self, hole: &Hole) -> std::result::Result<String, String> {
        let paths = self.carrier.get("paths");
        let Some((first, rest)) = hole.path.split_first() else {
            return Err("the event as a whole can't be handed on: name the fields, or `event.raw`".to_owned());
        };
        if first == "raw" {
            return Ok(rest.join("."));
        }
        let Some(path) = paths.and_then(|it| it.get(first)).and_then(Value::as_text) else {
            return Err(format!("`{first}` of this event can't be handed on"));
        };
        // Inside an item's records DynamoDB puts the type between.
        let between = if self.is_image(hole) { ".M." } else { "." };
        let rest = rest.join(between);
        Ok(if rest.is_empty() { path.to_owned() } else { format!("{path}.{rest}") })
    }

    /// The path of a piece that is handed over as it is: a workflow takes DynamoDB's form off, a function sees it.
    fn sent(&self, hole: &Hole) -> std::result::Result<String, String> {
        let path = self.path(hole)?;
        if !self.is_image(hole) || matches!(self.target, Goal::Workflow(_)) {
            return Ok(path);
        }
        let types = &self.deployment.program.types;
        match super::api::letter(types.resolve(&hole.ty)) {
            letter @ ("S" | "BOOL") => Ok(format!("{path}.{letter}")),
            _ => Err("a function gets an item of a table in DynamoDB's form: hand over its texts and booleans one by \
                      one, or `event.raw`"
                .to_owned()),
        }
    }

    /// A piece of what a table's stream shows: in DynamoDB's form.
    fn is_image(&self, hole: &Hole) -> bool {
        let images = self.carrier.get("images").map(Value::as_list).unwrap_or_default();
        hole.path.first().is_some_and(|first| images.iter().any(|it| it.as_text() == Some(first)))
    }

    fn payload_with(&self, mark: &dyn Fn(&str, &str) -> String) -> Result<Payload> {
        let path = |hole: &Hole| self.sent(hole);
        let style = Style { path: &path, mark };
        Payload::new(self.deployment, &self.payload, &style, self.trigger.action.span)
    }
}

/// `{ Ref: id }`, for what waits for another resource.
fn reference_to(id: &str) -> Json {
    reference(id)
}

fn object(fields: Json) -> Map<String, Json> {
    match fields {
        Json::Object(fields) => fields,
        _ => Map::new(),
    }
}
