//! A workflow's definition → its state machine, role, log group, version and alias.

use serde_json::{Map, Value as Json, json};

use super::asl::Definition;
use super::deploy::{Deployment, Problems, When};
use super::evaluate::{Result, Scope};
use super::iam::{Policy, role};
use super::template::{Resource, Template, arn, reference, sub};
use super::value::Value;
use crate::typed::{Attribute, Workflow, WorkflowId};

const SERVICE: &str = "states.amazonaws.com";

/// Adds a workflow's resources to the template.
pub(super) fn emit<'a>(
    deployment: &Deployment<'a>,
    id: WorkflowId,
    definition: &Definition,
    template: &mut Template,
    problems: &mut Problems,
) {
    let Some(workflow) = deployment.program.workflows.get(id.index()) else { return };
    let Some(when) = problems.note(deployment.condition_of(&workflow.attributes)) else { return };
    if when == When::Never {
        return;
    }
    let parts = Parts { deployment, id, workflow, condition: super::resources::condition(deployment, &when) };
    let Some(tags) = problems.note(deployment.json(&deployment.tags(None), workflow.span)) else { return };
    let Some(mut policy) = problems.note(deployment.workflow_policy(id, definition)) else { return };
    // What names the state machine itself can't stand in the role that it waits for.
    let own = policy.split_off(&[deployment.workflow_id(id)]);
    let mut properties = Map::new();
    problems.note(parts.definition(definition, &mut properties));
    parts.logging(template, &mut properties, &mut policy, problems, &tags);
    parts.tracing(&mut properties, &mut policy);
    problems.note(parts.encryption(&mut properties, &mut policy));
    problems.note(parts.name(&mut properties));
    let Some(given) = problems.note(parts.role()) else { return };
    let role_id = given.is_none().then(|| {
        let role =
            Resource::new("AWS::IAM::Role", role(SERVICE, &policy, &tags)).when(parts.condition.clone());
        template.add(&deployment.ids, &format!("{}Role", deployment.workflow_id(id)), role)
    });
    properties.insert("RoleArn".into(), given.or(role_id.as_deref().map(arn)).unwrap_or_default());
    if !tags.is_null() {
        properties.insert("Tags".into(), tags);
    }
    let mut machine = Resource::new("AWS::StepFunctions::StateMachine", Json::Object(properties));
    machine.condition = parts.condition.clone();
    machine.retain = attribute(workflow, "retain").is_some();
    template.resources.insert(deployment.workflow_id(id).to_owned(), machine);
    if let Some(role_id) = role_id {
        parts.own_policy(&own, &role_id, template);
    }
    problems.note(parts.alias(template));
}

fn attribute<'a>(workflow: &'a Workflow, name: &str) -> Option<&'a Attribute> {
    workflow.attributes.iter().find(|it| &*it.name == name)
}

struct Parts<'d, 'a> {
    deployment: &'d Deployment<'a>,
    id: WorkflowId,
    workflow: &'a Workflow,
    condition: Option<String>,
}

impl<'a> Parts<'_, 'a> {
    fn label(&self) -> &str {
        self.deployment.workflow_id(self.id)
    }

    fn definition(&self, definition: &Definition, properties: &mut Map<String, Json>) -> Result<()> {
        let kind = if self.workflow.express { "EXPRESS" } else { "STANDARD" };
        properties.insert("StateMachineType".into(), kind.into());
        let text = serde_json::to_string_pretty(&definition.value).unwrap_or_default();
        properties.insert("DefinitionString".into(), text.into());
        let mut substitutions = Map::new();
        for (name, deploy) in &definition.substitutions {
            let value = self.deployment.deployed(deploy, self.workflow.name_span)?;
            substitutions
                .insert(name.clone(), text_of(self.deployment.json(&value, self.workflow.name_span)?));
        }
        if !substitutions.is_empty() {
            properties.insert("DefinitionSubstitutions".into(), Json::Object(substitutions));
        }
        Ok(())
    }

    /// An argument of an attribute: by name, or the `at`-th.
    fn argument(&self, attribute: &'a Attribute, name: &str) -> Result {
        attribute
            .arguments
            .get(name)
            .map_or(Ok(Value::Null), |it| self.deployment.eval(it, &Scope::default()))
    }

    /// `@name("orders-fulfil")`: the state machine's name in AWS.
    fn name(&self, properties: &mut Map<String, Json>) -> Result<()> {
        let Some(name) = attribute(self.workflow, "name") else { return Ok(()) };
        let value = self.argument(name, "0")?;
        properties.insert("StateMachineName".into(), self.deployment.json(&value, name.span)?);
        Ok(())
    }

    /// `@role(arn)`: a role that is there already, in place of one of its own.
    fn role(&self) -> Result<Option<Json>> {
        let Some(role) = attribute(self.workflow, "role") else { return Ok(None) };
        let value = self.argument(role, "0")?;
        Ok(Some(self.deployment.json(&value, role.span)?))
    }

    /// `@log(all)`, `@log(error, data: false, days: 14)`
    fn logging(
        &self,
        template: &mut Template,
        properties: &mut Map<String, Json>,
        policy: &mut Policy,
        problems: &mut Problems,
        tags: &Json,
    ) {
        let Some(log) = attribute(self.workflow, "log") else { return };
        let argument = |name| self.argument(log, name);
        let Some(level) = problems.note(argument("0")) else { return };
        let Some(data) = problems.note(argument("data")) else { return };
        let Some(days) = problems.note(argument("days")) else { return };
        let level = level.as_text().unwrap_or("all").to_uppercase();
        if level == "OFF" {
            return;
        }
        let days = days.seconds().unwrap_or(30);
        // Names under /aws/vendedlogs/ keep the account's log resource policy short.
        let name = sub(format!("/aws/vendedlogs/states/${{AWS::StackName}}-{}", self.label()));
        let group = json!({ "LogGroupName": name, "RetentionInDays": days, "Tags": tags });
        let entry = Resource::new("AWS::Logs::LogGroup", group).when(self.condition.clone());
        let group = template.add(&self.deployment.ids, &format!("{}Logs", self.label()), entry);
        let configuration = json!({
            "Level": level,
            "IncludeExecutionData": data != Value::Boolean(false),
            "Destinations": [{ "CloudWatchLogsLogGroup": { "LogGroupArn": arn(&group) } }],
        });
        properties.insert("LoggingConfiguration".into(), configuration);
        policy.allow(&LOG_ACTIONS, vec!["*".into()]);
    }

    fn tracing(&self, properties: &mut Map<String, Json>, policy: &mut Policy) {
        if attribute(self.workflow, "trace").is_none() {
            return;
        }
        properties.insert("TracingConfiguration".into(), json!({ "Enabled": true }));
        policy.allow(&TRACE_ACTIONS, vec!["*".into()]);
    }

    /// `@encrypt(key)`: a `key` or its ARN.
    fn encryption(&self, properties: &mut Map<String, Json>, policy: &mut Policy) -> Result<()> {
        let Some(encrypt) = attribute(self.workflow, "encrypt") else { return Ok(()) };
        let mut key = self.argument(encrypt, "0")?;
        if matches!(key, Value::Resource(_)) {
            key = self.deployment.attribute(&key, "arn", encrypt.span)?;
        }
        let key = self.deployment.json(&key, encrypt.span)?;
        let configuration = json!({
            "Type": "CUSTOMER_MANAGED_KMS_KEY",
            "KmsKeyId": key,
            "KmsDataKeyReusePeriodSeconds": 300,
        });
        properties.insert("EncryptionConfiguration".into(), configuration);
        policy.allow(&["kms:Decrypt", "kms:GenerateDataKey"], vec![key]);
        Ok(())
    }

    fn own_policy(&self, own: &Policy, role: &str, template: &mut Template) {
        if own.is_empty() {
            return;
        }
        let properties = json!({
            "PolicyName": "own",
            "PolicyDocument": own.document(),
            "Roles": [reference(role)],
        });
        let entry = Resource::new("AWS::IAM::Policy", properties).when(self.condition.clone());
        template.add(&self.deployment.ids, &format!("{}OwnPolicy", self.label()), entry);
    }

    /// `@alias(live, canary(10%, 5m))`: a version at each deployment, and a name for it that moves by itself.
    fn alias(&self, template: &mut Template) -> Result<()> {
        let Some(alias) = attribute(self.workflow, "alias") else { return Ok(()) };
        let name = self.argument(alias, "0")?;
        let name = name.as_text().unwrap_or("live").to_owned();
        let version = json!({
            "StateMachineArn": reference(self.label()),
            "StateMachineRevisionId": { "Fn::GetAtt": [self.label(), "StateMachineRevisionId"] },
        });
        let mut entry =
            Resource::new("AWS::StepFunctions::StateMachineVersion", version).when(self.condition.clone());
        // Executions that are under way still run the version before.
        entry.retain = true;
        let version = template.add(&self.deployment.ids, &format!("{}Version", self.label()), entry);
        let mut preference = json!({ "StateMachineVersionArn": reference(&version), "Type": "ALL_AT_ONCE" });
        if let (Some(percent), Some(minutes)) = self.shift(alias)?
            && let Some(fields) = preference.as_object_mut()
        {
            fields.insert("Type".into(), "CANARY".into());
            fields.insert("Percentage".into(), percent.into());
            fields.insert("Interval".into(), minutes.into());
        }
        let properties = json!({ "Name": name, "DeploymentPreference": preference });
        let entry =
            Resource::new("AWS::StepFunctions::StateMachineAlias", properties).when(self.condition.clone());
        let wanted = format!("{}{}", self.label(), super::ids::pascal(&name));
        template.add(&self.deployment.ids, &wanted, entry);
        Ok(())
    }

    /// Percent and minutes of `canary(10%, 5m)`.
    fn shift(&self, alias: &'a Attribute) -> Result<(Option<u64>, Option<u64>)> {
        let shift = self.argument(alias, "1")?;
        let percent = shift.get("0").and_then(Value::as_f64).map(f64::round);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "clamped to a percentage"
        )]
        let percent = percent.map(|it| it.clamp(1.0, 99.0) as u64);
        let minutes = shift.get("1").and_then(Value::seconds).map(|it| it.div_ceil(60).max(1));
        Ok((percent, minutes.or(percent.map(|_| 5))))
    }
}

/// A substitution's value is text.
fn text_of(value: Json) -> Json {
    match value {
        Json::Bool(it) => it.to_string().into(),
        Json::Number(it) => it.to_string().into(),
        Json::Null => "".into(),
        Json::Array(items) => match items.iter().all(Json::is_string) {
            true => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(",").into(),
            false => json!({ "Fn::Join": [",", items] }),
        },
        Json::Object(fields) => {
            Json::Object(fields.into_iter().map(|(name, it)| (name, booleans(it))).collect())
        }
        text @ Json::String(_) => text,
    }
}

/// `Fn::If` over booleans gives text too.
fn booleans(value: Json) -> Json {
    match value {
        Json::Array(items) => {
            let text = |it: Json| if let Json::Bool(it) = it { it.to_string().into() } else { it };
            Json::Array(items.into_iter().map(text).collect())
        }
        other => other,
    }
}

/// What Step Functions does to deliver logs; none of it can be limited to a log group.
const LOG_ACTIONS: [&str; 8] = [
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
];

const TRACE_ACTIONS: [&str; 4] =
    ["xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments"];
