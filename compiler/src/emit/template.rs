//! A CloudFormation template as data, and its printing.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json, json};

use super::ids::Ids;
use crate::output::Format;

/// A template on its way.
#[derive(Clone, Debug, Default)]
pub struct Template {
    pub description: Option<String>,
    pub transform: Option<&'static str>,
    pub parameters: IndexMap<String, Json>,
    pub conditions: IndexMap<String, Json>,
    pub resources: IndexMap<String, Resource>,
    pub outputs: IndexMap<String, Json>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resource {
    /// `AWS::SQS::Queue`
    pub ty: String,
    pub properties: Map<String, Json>,
    pub condition: Option<String>,
    pub depends_on: Vec<String>,
    /// `@retain`
    pub retain: bool,
    pub metadata: Option<Json>,
}

impl Resource {
    /// `properties` is an object; null properties are left out.
    pub fn new(ty: &str, properties: Json) -> Resource {
        let properties = match properties {
            Json::Object(all) => all.into_iter().filter(|(_, it)| !it.is_null()).collect(),
            _ => Map::new(),
        };
        Resource { ty: ty.to_owned(), properties, ..Resource::default() }
    }

    #[must_use]
    pub fn when(mut self, condition: Option<String>) -> Resource {
        self.condition = condition;
        self
    }

    fn json(&self) -> Json {
        let mut all = Map::new();
        all.insert("Type".into(), self.ty.clone().into());
        if let Some(condition) = &self.condition {
            all.insert("Condition".into(), condition.clone().into());
        }
        match self.depends_on.as_slice() {
            [] => {}
            [one] => drop(all.insert("DependsOn".into(), one.clone().into())),
            more => drop(all.insert("DependsOn".into(), more.into())),
        }
        if self.retain {
            all.insert("DeletionPolicy".into(), "Retain".into());
            all.insert("UpdateReplacePolicy".into(), "Retain".into());
        }
        if let Some(metadata) = &self.metadata {
            all.insert("Metadata".into(), metadata.clone());
        }
        if !self.properties.is_empty() {
            all.insert("Properties".into(), Json::Object(self.properties.clone()));
        }
        Json::Object(all)
    }
}

impl Template {
    /// Adds a resource under a name near `wanted` that is still free.
    pub(super) fn add(&mut self, ids: &Ids, wanted: &str, resource: Resource) -> String {
        let id = ids.claim(wanted);
        self.resources.insert(id.clone(), resource);
        id
    }

    pub fn json(&self) -> Json {
        let mut all = Map::new();
        all.insert("AWSTemplateFormatVersion".into(), "2010-09-09".into());
        if let Some(transform) = self.transform {
            all.insert("Transform".into(), transform.into());
        }
        if let Some(description) = &self.description {
            all.insert("Description".into(), description.clone().into());
        }
        let mut section = |name: &str, entries: Map<String, Json>| {
            if !entries.is_empty() {
                all.insert(name.to_owned(), Json::Object(entries));
            }
        };
        let plain =
            |entries: &IndexMap<String, Json>| entries.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        section("Parameters", plain(&self.parameters));
        section("Conditions", plain(&self.conditions));
        section("Resources", self.resources.iter().map(|(k, v)| (k.clone(), v.json())).collect());
        section("Outputs", plain(&self.outputs));
        Json::Object(all)
    }

    /// Text and the file's ending.
    pub fn print(&self, format: Format) -> (String, &'static str) {
        match format {
            Format::Yaml => (super::yaml::print(&self.json()), "yaml"),
            Format::Json => (pretty(&self.json()), "json"),
        }
    }
}

/// JSON with two blanks of indentation and a line's end.
pub fn pretty(json: &Json) -> String {
    let mut text = serde_json::to_string_pretty(json).unwrap_or_default();
    text.push('\n');
    text
}

/// `{ "Fn::GetAtt": [id, "Arn"] }`
pub fn arn(id: &str) -> Json {
    json!({ "Fn::GetAtt": [id, "Arn"] })
}

/// `{ "Ref": id }`
pub fn reference(id: &str) -> Json {
    json!({ "Ref": id })
}

/// `{ "Fn::Sub": text }`
pub fn sub(text: impl Into<String>) -> Json {
    json!({ "Fn::Sub": text.into() })
}
