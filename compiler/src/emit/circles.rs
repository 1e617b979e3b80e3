//! Resources that wait for one another, such as workflows that start each other, are refused by CloudFormation. A state
//! machine among them gets a name, and the others refer to it by the ARN that this name gives: then they need not wait.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::template::{Resource, Template, sub};

const MACHINE: &str = "AWS::StepFunctions::StateMachine";
const ARN: &str = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:";

/// Which resources each waits for.
type Graph = IndexMap<String, BTreeSet<String>>;

/// Opens the circles that a state machine is part of.
pub(super) fn open(template: &mut Template) {
    let mut named = BTreeSet::new();
    loop {
        let graph: Graph = { template.resources.iter() }
            .map(|(id, resource)| (id.clone(), waits_for(resource, &template.resources)))
            .collect();
        let candidates =
            template.resources.iter().filter(|(id, it)| it.ty == MACHINE && !named.contains(*id));
        let circle = { candidates }
            .map(|(id, _)| (id.clone(), circle(&graph, id)))
            .find(|(id, circle)| circle.contains(id));
        let Some((machine, circle)) = circle else { return };
        named.insert(machine.clone());
        name(template, &machine, &circle);
    }
}

/// What waits for the resource and is waited for by it; empty where there is no such circle.
fn circle(graph: &Graph, id: &str) -> BTreeSet<String> {
    let below = reached(graph, id);
    below.iter().filter(|it| reached(graph, it).contains(id)).cloned().collect()
}

/// What a resource waits for, directly or not; itself only where it is in a circle.
fn reached(graph: &Graph, from: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        for next in graph.get(id).into_iter().flatten() {
            if found.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    found
}

/// Gives the machine its name, and those of its circle the ARN as text.
fn name(template: &mut Template, machine: &str, circle: &BTreeSet<String>) {
    let Some(resource) = template.resources.get_mut(machine) else { return };
    let given = resource.properties.get("StateMachineName").and_then(text_of);
    let text = given.unwrap_or_else(|| {
        let text = format!("${{AWS::StackName}}-{machine}");
        resource.properties.insert("StateMachineName".into(), sub(text.clone()));
        text
    });
    for id in circle {
        if let Some(resource) = template.resources.get_mut(id) {
            resource.depends_on.retain(|it| it != machine);
            for property in resource.properties.values_mut() {
                rewrite(property, machine, &text);
            }
        }
    }
}

/// A name as the text of an `Fn::Sub`.
fn text_of(name: &Json) -> Option<String> {
    let of = |key: &str| name.get(key).and_then(Json::as_str);
    let plain = || name.as_str().map(|it| it.replace("${", "${!"));
    plain().or_else(|| of("Fn::Sub").map(str::to_owned)).or_else(|| of("Ref").map(|it| format!("${{{it}}}")))
}

/// References to the machine, as text that needs no machine.
fn rewrite(value: &mut Json, machine: &str, name: &str) {
    let arn = || format!("{ARN}{name}");
    match reference(value) {
        Some((id, None | Some("Arn"))) if id == machine => *value = sub(arn()),
        Some((id, Some("Name"))) if id == machine => *value = sub(name),
        _ => match value {
            Json::Array(items) => items.iter_mut().for_each(|it| rewrite(it, machine, name)),
            Json::Object(fields) => {
                for (key, field) in fields.iter_mut() {
                    match (key.as_str(), field) {
                        ("Fn::Sub", Json::String(text)) => *text = renamed(text, machine, name),
                        ("Fn::Sub", Json::Array(parts)) => {
                            if let Some(Json::String(text)) = parts.first_mut() {
                                *text = renamed(text, machine, name);
                            }
                            parts.iter_mut().skip(1).for_each(|it| rewrite(it, machine, name));
                        }
                        (_, field) => rewrite(field, machine, name),
                    }
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        },
    }
}

fn renamed(text: &str, machine: &str, name: &str) -> String {
    let arn = format!("{ARN}{name}");
    text.replace(&format!("${{{machine}}}"), &arn)
        .replace(&format!("${{{machine}.Arn}}"), &arn)
        .replace(&format!("${{{machine}.Name}}"), name)
}

/// `{ "Ref": id }` and `{ "Fn::GetAtt": [id, attribute] }`
fn reference(value: &Json) -> Option<(&str, Option<&str>)> {
    let fields = value.as_object().filter(|it| it.len() == 1)?;
    if let Some(id) = fields.get("Ref") {
        return Some((id.as_str()?, None));
    }
    match fields.get("Fn::GetAtt")? {
        Json::Array(parts) => Some((parts.first()?.as_str()?, parts.get(1)?.as_str())),
        Json::String(text) => text.split_once('.').map(|(id, attribute)| (id, Some(attribute))),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => None,
    }
}

fn waits_for(resource: &Resource, all: &IndexMap<String, Resource>) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = resource.depends_on.iter().cloned().collect();
    for property in resource.properties.values() {
        gather(property, &mut found);
    }
    found.retain(|it| all.contains_key(it));
    found
}

fn gather(value: &Json, found: &mut BTreeSet<String>) {
    if let Some((id, _)) = reference(value) {
        found.insert(id.to_owned());
        return;
    }
    match value {
        Json::Array(items) => items.iter().for_each(|it| gather(it, found)),
        Json::Object(fields) => {
            for (key, field) in fields {
                match (key.as_str(), field) {
                    ("Fn::Sub", Json::String(text)) => found.extend(placeholders(text)),
                    ("Fn::Sub", Json::Array(parts)) => {
                        let text = parts.first().and_then(Json::as_str).unwrap_or_default();
                        found.extend(placeholders(text));
                        parts.iter().skip(1).for_each(|it| gather(it, found));
                    }
                    (_, field) => gather(field, found),
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// `a` and `b` of `${a}-${b.Arn}`.
fn placeholders(text: &str) -> impl Iterator<Item = String> {
    let inner = text.split("${").skip(1).filter_map(|it| it.split_once('}'));
    inner.map(|(id, _)| id.split('.').next().unwrap_or(id).to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    fn machine(properties: Json) -> Resource {
        Resource::new(MACHINE, properties)
    }

    fn template(resources: Vec<(&str, Resource)>) -> Template {
        let resources = resources.into_iter().map(|(id, it)| (id.to_owned(), it)).collect();
        Template { resources, ..Template::default() }
    }

    #[test]
    fn two_machines_that_start_each_other() {
        let mut it = template(vec![
            ("A", machine(json!({ "DefinitionSubstitutions": { "b": { "Fn::GetAtt": ["B", "Arn"] } } }))),
            ("B", machine(json!({ "DefinitionSubstitutions": { "a": { "Ref": "A" } } }))),
            ("Rule", Resource::new("AWS::Events::Rule", json!({ "Target": { "Ref": "A" } }))),
        ]);
        open(&mut it);
        let of = |id: &str| Json::Object(it.resources.get(id).unwrap().properties.clone());
        assert_eq!(of("A")["StateMachineName"], json!({ "Fn::Sub": "${AWS::StackName}-A" }));
        assert_eq!(
            of("B"),
            json!({ "DefinitionSubstitutions": { "a": { "Fn::Sub": format!("{ARN}${{AWS::StackName}}-A") } } })
        );
        assert_eq!(of("Rule"), json!({ "Target": { "Ref": "A" } }), "who is outside may wait");
    }

    #[test]
    fn a_circle_through_a_role() {
        let policy = json!({ "Resource": { "Fn::Sub": "${A}:*" }, "Other": { "Fn::Sub": ["${A.Name}${x}", { "x": { "Ref": "A" } }] } });
        let mut it = template(vec![
            (
                "A",
                machine(json!({ "StateMachineName": "mine", "RoleArn": { "Fn::GetAtt": ["Role", "Arn"] } })),
            ),
            ("Role", Resource::new("AWS::IAM::Role", policy)),
        ]);
        open(&mut it);
        let role = Json::Object(it.resources.get("Role").unwrap().properties.clone());
        assert_eq!(role["Resource"], json!({ "Fn::Sub": format!("{ARN}mine:*") }));
        assert_eq!(role["Other"]["Fn::Sub"][0], "mine${x}");
        assert_eq!(role["Other"]["Fn::Sub"][1]["x"], json!({ "Fn::Sub": format!("{ARN}mine") }));
    }

    #[test]
    fn without_circles_nothing_changes() {
        let mut it = template(vec![
            ("A", machine(json!({ "b": { "Ref": "B" } }))),
            ("B", machine(json!({ "c": { "Fn::Sub": "${!A}" } }))),
        ]);
        let before = it.resources.clone();
        open(&mut it);
        assert_eq!(before, it.resources);
    }
}
