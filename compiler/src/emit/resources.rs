//! Declared resources → CloudFormation resources, as their kinds say.

use serde_json::{Map, Value as Json, json};

use super::deploy::{Deployment, Problems, When};
use super::evaluate::{Result, Scope};
use super::template::{Resource as Entry, Template, reference};
use super::value::Condition;
use crate::typed::ResourceId;
use crate::typed::resource::{Kind, Part, Resource};

/// Every resource of the program that isn't there already.
pub(super) fn emit<'a>(deployment: &Deployment<'a>, template: &mut Template, problems: &mut Problems) {
    for (at, resource) in (0..).zip(&deployment.program.resources) {
        let id = ResourceId(at);
        if resource.existing.is_some() {
            continue;
        }
        match deployment.kind(resource) {
            Some(kind) => of_kind(deployment, id, resource, kind, template, problems),
            None => raw(deployment, id, resource, template, problems),
        }
    }
}

fn of_kind<'a>(
    deployment: &Deployment<'a>,
    id: ResourceId,
    resource: &'a Resource,
    kind: &'a Kind,
    template: &mut Template,
    problems: &mut Problems,
) {
    let Some(whole) = problems.note(deployment.condition_of(&resource.attributes)) else { return };
    let scope = deployment.scope(id);
    let mut first = true;
    for (name, part) in &kind.parts {
        let Some(when) = problems.note(part_when(deployment, part, &scope)) else { continue };
        let when = when.and(whole.clone());
        if when == When::Never {
            continue;
        }
        let Some(mut properties) = problems.note(properties(deployment, part, &scope)) else { continue };
        if std::mem::take(&mut first) {
            problems.note(requirements(deployment, id, &mut properties));
            problems.note(merge_raw(deployment, resource, &mut properties));
        }
        let mut entry = Entry::new(&part.cfn_type, Json::Object(properties));
        entry.retain = retained(resource);
        entry.condition = condition(deployment, &when);
        entry.depends_on = part.after.iter().map(|it| deployment.part_id(id, it).to_owned()).collect();
        template.resources.insert(deployment.part_id(id, name).to_owned(), entry);
    }
    workflow_policy(deployment, id, kind, template, problems);
}

/// `uses:` of workflows, apart from the role: their own roles may wait for this function.
fn workflow_policy<'a>(
    deployment: &Deployment<'a>,
    id: ResourceId,
    kind: &Kind,
    template: &mut Template,
    problems: &mut Problems,
) {
    let Some(policy) = problems.note(deployment.workflow_permissions(id)) else { return };
    let role = deployment.part_id(id, "own");
    if policy.is_empty() || !kind.parts.contains_key("own") || !template.resources.contains_key(role) {
        return;
    }
    let label = deployment.resource_id(id);
    let properties = json!({
        "PolicyName": "workflows",
        "PolicyDocument": policy.document(),
        "Roles": [reference(role)],
    });
    template.add(&deployment.ids, &format!("{label}Workflows"), Entry::new("AWS::IAM::Policy", properties));
}

fn part_when<'a>(deployment: &Deployment<'a>, part: &'a Part, scope: &Scope<'a>) -> Result<When> {
    part.when.as_ref().map_or(Ok(When::Always), |it| deployment.when(it, scope))
}

pub(super) fn condition(deployment: &Deployment<'_>, when: &When) -> Option<String> {
    match when {
        When::Always | When::Never => None,
        When::If(Condition::Named(name)) => Some(super::ids::pascal(name)),
        When::If(condition) => Some(deployment.conditions.name(condition)),
    }
}

fn properties<'a>(
    deployment: &Deployment<'a>,
    part: &'a Part,
    scope: &Scope<'a>,
) -> Result<Map<String, Json>> {
    let value = deployment.eval(&part.properties, scope)?;
    Ok(match deployment.json(&value, part.span)? {
        Json::Object(fields) => fields,
        _ => Map::new(),
    })
}

/// What the triggers on this resource need it to have, where its settings don't say it already.
fn requirements<'a>(deployment: &Deployment<'a>, id: ResourceId, into: &mut Map<String, Json>) -> Result<()> {
    for trigger in deployment.program.triggers.iter().filter(|it| it.source == Some(id)) {
        let carrier = super::trigger::carrier(deployment, trigger)?;
        if let Some(needs) = carrier.get("requires")
            && let Json::Object(needs) = deployment.json(needs, trigger.span)?
        {
            for (name, value) in needs {
                into.entry(name).or_insert(value);
            }
        }
    }
    Ok(())
}

/// `cfn: { … }` over the kind's properties, record by record.
fn merge_raw<'a>(
    deployment: &Deployment<'a>,
    resource: &'a Resource,
    into: &mut Map<String, Json>,
) -> Result<()> {
    if let Some(raw) = &resource.cfn
        && let Json::Object(raw) = deployment.constant(raw)?
    {
        merge(into, raw);
    }
    Ok(())
}

fn merge(into: &mut Map<String, Json>, from: Map<String, Json>) {
    for (name, value) in from {
        match (into.get_mut(&name), value) {
            (Some(Json::Object(known)), Json::Object(new)) if !is_intrinsic(known) && !is_intrinsic(&new) => {
                merge(known, new);
            }
            (_, value) => drop(into.insert(name, value)),
        }
    }
}

fn is_intrinsic(fields: &Map<String, Json>) -> bool {
    fields.len() == 1 && fields.keys().any(|key| key == "Ref" || key.starts_with("Fn::"))
}

fn raw<'a>(
    deployment: &Deployment<'a>,
    id: ResourceId,
    resource: &'a Resource,
    template: &mut Template,
    problems: &mut Problems,
) {
    let Some(when) = problems.note(deployment.condition_of(&resource.attributes)) else { return };
    let properties = match &resource.cfn {
        Some(cfn) => problems.note(deployment.constant(cfn)).unwrap_or(Json::Null),
        None => Json::Null,
    };
    if when == When::Never {
        return;
    }
    let mut entry = Entry::new(resource.cfn_type.as_deref().unwrap_or_default(), properties);
    entry.retain = retained(resource);
    entry.condition = condition(deployment, &when);
    template.resources.insert(deployment.resource_id(id).to_owned(), entry);
}

fn retained(resource: &Resource) -> bool {
    resource.attributes.iter().any(|it| &*it.name == "retain")
}
