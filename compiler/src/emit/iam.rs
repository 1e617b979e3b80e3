//! Least-privilege policies: what a workflow's calls and a function's `uses:` need, action by action, ARN by ARN.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::asl::{Definition, Needed, ServiceCall};
use super::deploy::Deployment;
use super::evaluate::{Result, Scope};
use super::value::{Value, concat};
use crate::aws;
use crate::machine::Pattern;
use crate::machine::expr::Deploy;
use crate::source::Span;
use crate::typed::resource::Grant;
use crate::typed::{ResourceId, WorkflowId};

mod arguments;
mod uses;

use arguments::Arguments;
pub use uses::{TOKEN_ACTIONS, call_in};

/// One statement of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub actions: BTreeSet<String>,
    /// In the order found; `"*"` alone where an action can't be limited.
    pub resources: Vec<Json>,
    pub condition: Option<Json>,
}

/// A policy's statements: equal resources share one, and so do equal actions.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    statements: Vec<Statement>,
}

impl Policy {
    pub fn allow(&mut self, actions: &[&str], resources: Vec<Json>) {
        self.add(Statement {
            actions: actions.iter().map(|it| (*it).to_owned()).collect(),
            resources,
            condition: None,
        });
    }

    pub fn add(&mut self, mut statement: Statement) {
        if statement.actions.is_empty() || statement.resources.is_empty() {
            return;
        }
        let mut resources: Vec<Json> = Vec::new();
        for resource in std::mem::take(&mut statement.resources) {
            if !resources.contains(&resource) {
                resources.push(resource);
            }
        }
        statement.resources = resources;
        let same =
            |it: &&mut Statement| it.condition == statement.condition && it.resources == statement.resources;
        if let Some(known) = self.statements.iter_mut().find(same) {
            known.actions.append(&mut statement.actions);
            return;
        }
        let same =
            |it: &&mut Statement| it.condition == statement.condition && it.actions == statement.actions;
        match self.statements.iter_mut().find(same) {
            Some(known) => {
                let new = statement.resources.into_iter().filter(|it| !known.resources.contains(it));
                let new: Vec<Json> = new.collect();
                known.resources.extend(new);
            }
            None => self.statements.push(statement),
        }
    }

    pub fn extend(&mut self, other: Policy) {
        other.statements.into_iter().for_each(|it| self.add(it));
    }

    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }

    /// Takes out the statements that name one of these logical ids.
    #[must_use]
    pub fn split_off(&mut self, ids: &[&str]) -> Policy {
        let (with, without) = std::mem::take(&mut self.statements)
            .into_iter()
            .partition(|it| it.resources.iter().any(|it| names(it, ids)));
        self.statements = without;
        Policy { statements: with }
    }

    pub fn json(&self) -> Vec<Json> {
        self.statements.iter().map(Statement::json).collect()
    }

    pub fn document(&self) -> Json {
        json!({ "Version": "2012-10-17", "Statement": self.json() })
    }
}

impl Statement {
    fn json(&self) -> Json {
        let one_or_all =
            |mut items: Vec<Json>| if items.len() == 1 { items.swap_remove(0) } else { Json::Array(items) };
        let mut all = Map::new();
        all.insert("Effect".into(), "Allow".into());
        let actions = self.actions.iter().map(|it| Json::String(it.clone())).collect();
        all.insert("Action".into(), one_or_all(actions));
        all.insert("Resource".into(), one_or_all(self.resources.clone()));
        if let Some(condition) = &self.condition {
            all.insert("Condition".into(), condition.clone());
        }
        Json::Object(all)
    }
}

/// What an `ItemReader` needs: the objects, and the list where it makes one.
fn read_items(policy: &mut Policy, call: &ServiceCall, bucket: Json) {
    let listed = call.arguments.get("Key").is_none();
    policy.allow(&["s3:GetObject"], vec![concat(&[bucket.clone(), "/*".into()])]);
    if listed {
        policy.allow(&["s3:ListBucket"], vec![bucket]);
    }
}

/// Whether an intrinsic in it names one of the logical ids.
pub fn names(json: &Json, ids: &[&str]) -> bool {
    match json {
        Json::Object(fields) => fields.iter().any(|(key, value)| match (key.as_str(), value) {
            ("Ref", Json::String(id)) => ids.contains(&id.as_str()),
            ("Fn::GetAtt", Json::Array(parts)) => {
                parts.first().and_then(Json::as_str).is_some_and(|id| ids.contains(&id))
            }
            ("Fn::Sub", Json::String(text)) => sub_names(text, ids),
            ("Fn::Sub", Json::Array(parts)) => {
                parts.first().and_then(Json::as_str).is_some_and(|text| sub_names(text, ids))
                    || parts.iter().any(|it| names(it, ids))
            }
            (_, value) => names(value, ids),
        }),
        Json::Array(items) => items.iter().any(|it| names(it, ids)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

fn sub_names(text: &str, ids: &[&str]) -> bool {
    ids.iter().any(|id| text.contains(&format!("${{{id}}}")) || text.contains(&format!("${{{id}.")))
}

/// A role that `service` takes on.
pub fn role(service: &str, policy: &Policy, tags: &Json) -> Json {
    let mut role = json!({
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" }],
        },
    });
    if let Some(fields) = role.as_object_mut() {
        if !policy.is_empty() {
            let name = service.split('.').next().unwrap_or("service");
            fields.insert(
                "Policies".into(),
                json!([{ "PolicyName": name, "PolicyDocument": policy.document() }]),
            );
        }
        if !tags.is_null() {
            fields.insert("Tags".into(), tags.clone());
        }
    }
    role
}

impl<'a> Deployment<'a> {
    /// What a workflow's role must allow.
    pub fn workflow_policy(&self, id: WorkflowId, definition: &Definition) -> Result<Policy> {
        let mut policy = Policy::default();
        for call in &definition.calls {
            if let Some(role) = &call.role {
                policy.allow(&["sts:AssumeRole"], vec![self.role_arn(role, definition, call.span)?]);
                continue;
            }
            policy.extend(self.call_policy(id, call, definition)?);
        }
        Ok(policy)
    }

    fn role_arn(&self, role: &Json, definition: &Definition, span: Span) -> Result<Json> {
        let text = role.as_str().unwrap_or_default();
        let deploy = text.strip_prefix("${").and_then(|it| it.strip_suffix('}'));
        match deploy.and_then(|name| definition.substitutions.get(name)) {
            Some(deploy) => self.json(&self.deployed(deploy, span)?, span),
            None if text.starts_with("arn:") => Ok(text.into()),
            None => Ok("*".into()),
        }
    }

    fn call_policy(&self, id: WorkflowId, call: &ServiceCall, definition: &Definition) -> Result<Policy> {
        let mut policy = Policy::default();
        match &call.needed {
            Needed::Activity => {}
            Needed::MapRun => {
                let own = self.workflow_id(id);
                policy.allow(&["states:StartExecution"], vec![json!({ "Ref": own })]);
                let name = format!("${{{own}.Name}}");
                let arn = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:";
                let actions = ["states:DescribeExecution", "states:StopExecution"];
                policy.allow(&actions, vec![json!({ "Fn::Sub": format!("{arn}{name}/*") })]);
                policy.allow(
                    &["states:RedriveExecution"],
                    vec![json!({ "Fn::Sub": format!("{arn}{name}/*") })],
                );
            }
            Needed::ReadItems => {
                let bucket = self.bucket(call, definition)?;
                read_items(&mut policy, call, bucket);
            }
            Needed::ReadResults => {
                // Only the run knows where the reference points, but it can hardly point elsewhere.
                let written = definition.calls.iter().filter(|it| it.needed == Needed::WriteResults);
                let mut buckets =
                    written.map(|it| self.bucket(it, definition)).collect::<Result<Vec<_>>>()?;
                if buckets.is_empty() {
                    buckets.push(self.bucket(call, definition)?);
                }
                buckets.into_iter().for_each(|bucket| read_items(&mut policy, call, bucket));
            }
            Needed::WriteResults => {
                let objects = concat(&[self.bucket(call, definition)?, "/*".into()]);
                let actions = [
                    "s3:AbortMultipartUpload",
                    "s3:GetObject",
                    "s3:ListMultipartUploadParts",
                    "s3:PutObject",
                ];
                policy.allow(&actions, vec![objects]);
            }
            Needed::Task { service, action, sdk, pattern } => {
                let flavor = if *sdk { aws::Flavor::Sdk } else { aws::Flavor::Optimized };
                let pattern = match pattern {
                    Pattern::Request => aws::Pattern::Request,
                    Pattern::Sync => aws::Pattern::Sync,
                    Pattern::Sync2 => aws::Pattern::Sync2,
                    Pattern::Token => aws::Pattern::Token,
                };
                let arguments = Arguments::emitted(self, call, definition)?.of_own(self, id, call)?;
                policy.extend(self.action_policy(service, action, flavor, pattern, &arguments)?);
            }
        }
        for deploy in &call.touches {
            if let Deploy::Resource(resource, _) = deploy {
                policy.extend(self.grants(*resource, None)?);
            }
        }
        Ok(policy)
    }

    /// The ARN of the bucket that a reader or writer names, `*` where only the run knows it.
    fn bucket(&self, call: &ServiceCall, definition: &Definition) -> Result<Json> {
        let arguments = Arguments::emitted(self, call, definition)?;
        let found = arguments.arns("Bucket", "arn:${Partition}:s3:::{Bucket}");
        Ok(found.into_iter().next().unwrap_or_else(|| super::template::sub("arn:${AWS::Partition}:s3:::*")))
    }

    /// What one action needs; `*` in the places whose argument isn't known.
    fn action_policy(
        &self,
        service: &str,
        action: &str,
        flavor: aws::Flavor,
        pattern: aws::Pattern,
        arguments: &Arguments,
    ) -> Result<Policy> {
        let mut policy = Policy::default();
        let aws::Lookup::Found(found) = aws::action(service, action, flavor) else { return Ok(policy) };
        for statement in found.iam(pattern) {
            if statement.when.is_some_and(|path| !arguments.gives(path)) {
                continue;
            }
            if statement.actions.iter().any(|it| it == "iam:PassRole") && arguments.passes_roles() {
                continue;
            }
            let mut resources = Vec::new();
            for form in &statement.resources {
                // What stands last in an ARN names the resource, what stands before it where that is.
                let mut own = form.arguments().pop().into_iter().chain(form.whole);
                if form.optional && !own.any(|it| arguments.gives(it)) {
                    continue;
                }
                resources.extend(arguments.resources(form));
            }
            if resources.is_empty() {
                resources.push("*".into());
            }
            let condition = conditions(&statement.conditions, arguments);
            policy.add(Statement { actions: statement.actions.into_iter().collect(), resources, condition });
        }
        Ok(policy)
    }

    /// The grants of a resource's kind that these methods (or, without, any use) need.
    pub fn grants(&self, id: ResourceId, method: Option<&str>) -> Result<Policy> {
        let mut policy = Policy::default();
        let Some(resource) = self.resource(id) else { return Ok(policy) };
        let Some(kind) = self.kind(resource) else { return Ok(policy) };
        let scope = self.scope(id);
        for grant in &kind.grants {
            let wanted = match method {
                Some(method) => grant.of.is_empty() || grant.of.iter().any(|it| &**it == method),
                // The calls of a workflow bring their own actions; only what goes beyond them is missing.
                None => grant.of.is_empty() || grant.of.iter().all(|it| &**it == "call"),
            };
            if wanted {
                policy.extend(self.grant(grant, &scope)?);
            }
        }
        Ok(policy)
    }

    fn grant(&self, grant: &'a Grant, scope: &Scope<'a>) -> Result<Policy> {
        let mut policy = Policy::default();
        if let Some(when) = &grant.when
            && self.when(when, scope)? == super::deploy::When::Never
        {
            return Ok(policy);
        }
        let value = self.eval(&grant.value, scope)?;
        let actions = value.get("actions").map(Value::as_list).unwrap_or_default();
        let resources = value.get("resources").map(Value::as_list).unwrap_or_default();
        policy.add(Statement {
            actions: actions.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
            resources: resources.iter().map(|it| self.json(it, grant.span)).collect::<Result<_>>()?,
            condition: None,
        });
        Ok(policy)
    }

    /// The statements that a resource's `uses:` needs, as a list of records.
    pub fn permissions(&self, id: ResourceId) -> Value {
        let mut policy = self.uses_policy(id).unwrap_or_default();
        let _ = policy.split_off(&self.workflow_ids());
        Value::List(policy.json().into_iter().map(Value::Deploy).collect())
    }

    /// The part of `uses:` that names workflows: it can't stand in the role that a workflow's own role may wait for.
    pub fn workflow_permissions(&self, id: ResourceId) -> Result<Policy> {
        Ok(self.uses_policy(id)?.split_off(&self.workflow_ids()))
    }

    fn workflow_ids(&self) -> Vec<&str> {
        (0..).zip(&self.program.workflows).map(|(at, _)| self.workflow_id(WorkflowId(at))).collect()
    }
}

fn conditions(all: &[aws::Condition], arguments: &Arguments) -> Option<Json> {
    let mut operators: IndexMap<&str, Map<String, Json>> = IndexMap::new();
    for condition in all {
        let path = condition.value.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        let value = match path {
            Some(path) => arguments.text(path)?,
            None => condition.value.into(),
        };
        operators.entry(condition.operator).or_default().insert(condition.key.to_owned(), value);
    }
    if operators.is_empty() {
        return None;
    }
    Some(Json::Object(operators.into_iter().map(|(k, v)| (k.to_owned(), Json::Object(v))).collect()))
}
