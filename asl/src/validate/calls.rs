//! Actions and arguments of AWS's APIs, by a catalogue that the caller brings: it is large, and
//! not part of the language (Developer Guide, "Integrating services with Step Functions").

use super::walk::{self, StateView};
use super::{Options, machine_of, schema_error};
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::{Content, Document, Integration, Node, Resource, similar};

/// What is known of AWS's APIs.
pub trait Catalogue {
    /// The name of a shape of arguments.
    type Shape: Copy;

    /// Looks an action up by its names in `Resource`; `sdk`: behind `aws-sdk:`.
    fn action(&self, service: &str, action: &str, sdk: bool) -> Lookup<Self::Shape>;

    /// Opens one level of a shape.
    fn open(&self, shape: Self::Shape) -> Opened<Self::Shape>;
}

/// What a catalogue knows of an action.
#[derive(Clone, Debug)]
pub enum Lookup<S> {
    /// The shape of its arguments, if that is known.
    Found(Option<S>),
    /// The service is known and has no such action; `close`: one of a similar name.
    NoAction {
        /// One of a similar name.
        close: Option<String>,
    },
    /// The service is not known.
    NoService,
}

/// One level of a shape.
#[derive(Clone, Debug)]
pub enum Opened<S> {
    /// An object with these fields.
    Record(Vec<Field<S>>),
    /// A list of these.
    List(S),
    /// An object with any keys and these values.
    Map(S),
    /// A scalar, or anything.
    Other,
}

/// A field of a record.
#[derive(Clone, Debug)]
pub struct Field<S> {
    /// As ASL spells it.
    pub name: String,
    /// Whether it must be there.
    pub required: bool,
    /// What it holds.
    pub shape: S,
}

/// What is wrong with the calls of a definition: `UNKNOWN_ACTION`, `UNKNOWN_ARGUMENT` and
/// `MISSING_ARGUMENT`, and AWS's own words where the name is misspelt. Catalogues lag behind
/// AWS, and AWS behind its SDKs: what may only be new is a warning.
pub fn validate_calls<C: Catalogue>(
    document: &Document,
    options: &Options,
    catalogue: &C,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let machine = machine_of(document, options);
    walk::each_state(&machine, &mut |state| call(state, catalogue, &mut found));
    found
}

fn call<C: Catalogue>(state: &StateView<'_>, catalogue: &C, found: &mut Vec<Diagnostic>) {
    let (Some(node), Some(text)) = (state.node.get("Resource"), state.text("Resource")) else {
        return;
    };
    let (it, sdk) = match Resource::parse(text) {
        Resource::AwsSdk(it) => (it, true),
        Resource::Optimized(it) => (it, false),
        Resource::Lambda(_) | Resource::Activity(_) | Resource::Other(_) => return,
    };
    if !state.is_type("Task") || state.options().is_open(text) && !text.starts_with("arn:${") {
        return;
    }
    let shape = match catalogue.action(&it.service, &it.api, sdk) {
        Lookup::Found(Some(shape)) => shape,
        Lookup::NoAction { close } if sdk => {
            let path = state.path.key("Resource");
            found.push(unknown_action(text, &it, close, node, &path));
            return;
        }
        Lookup::Found(None) | Lookup::NoAction { .. } | Lookup::NoService => return,
    };
    let field = if state.is_jsonata() { "Arguments" } else { "Parameters" };
    if let Some(arguments) = state.node.get(field) {
        let mut walk = Walk { catalogue, state, found };
        // The first level of optimized integrations is checked without a catalogue.
        walk.node(arguments, &state.path.key(field), shape, sdk);
    }
}

fn unknown_action(
    resource: &str,
    it: &Integration,
    close: Option<String>,
    node: &Node,
    path: &Path<'_>,
) -> Diagnostic {
    let misspelt = close.filter(|close| similar::closest(&it.api, [close.as_str()]).is_some());
    match misspelt {
        Some(close) => {
            let message = super::task::not_recognized(resource);
            schema_error(message, path, node).with_help(format!("did you mean `{close}`?"))
        }
        None => {
            let message = format!("`{}` is not known to have an action `{}`", it.service, it.api);
            Diagnostic::flow("UNKNOWN_ACTION", message, path, node.span)
        }
    }
}

struct Walk<'a, 'f, C> {
    catalogue: &'a C,
    state: &'a StateView<'a>,
    found: &'f mut Vec<Diagnostic>,
}

impl<C: Catalogue> Walk<'_, '_, C> {
    fn node(&mut self, node: &Node, path: &Path<'_>, shape: C::Shape, is_checked: bool) {
        match (&node.content, self.catalogue.open(shape)) {
            (Content::Object(_), Opened::Record(fields)) => {
                self.record(node, path, &fields, is_checked);
            }
            (Content::Object(members), Opened::Map(shape)) => {
                for member in members {
                    self.node(&member.value, &path.key(&member.key), shape, true);
                }
            }
            (Content::Array(elements), Opened::List(shape)) => {
                for (index, element) in elements.iter().enumerate() {
                    self.node(element, &path.index(index), shape, true);
                }
            }
            _ => {}
        }
    }

    fn record(&mut self, node: &Node, path: &Path<'_>, fields: &[Field<C::Shape>], is_checked: bool) {
        let members = node.members().unwrap_or_default();
        let mut given = Vec::new();
        for member in members {
            let key = self.key(&member.key);
            given.push(key);
            match fields.iter().find(|it| it.name == key) {
                // The value of a `.$` field is a path.
                Some(_) if key.len() < member.key.len() => {}
                Some(field) => self.node(&member.value, &path.key(key), field.shape, true),
                None if is_checked && !self.state.options().is_open(key) => {
                    let names = fields.iter().map(|it| it.name.as_str());
                    self.found.push(unknown(key, member, names, path));
                }
                None => {}
            }
        }
        if !is_checked {
            return;
        }
        for field in fields.iter().filter(|it| it.required) {
            let is_given = given.iter().any(|it| similar::same(it, &field.name));
            if !is_given {
                let message = format!("the field `{}` is required and missing", field.name);
                self.found.push(Diagnostic::flow("MISSING_ARGUMENT", message, path, node.span));
            }
        }
    }

    /// The name of a field, without the `.$` of payload templates.
    fn key<'k>(&self, key: &'k str) -> &'k str {
        match self.state.is_jsonata() {
            true => key,
            false => key.strip_suffix(".$").unwrap_or(key),
        }
    }
}

fn unknown<'c>(
    key: &str,
    member: &crate::Member,
    names: impl Iterator<Item = &'c str>,
    path: &Path<'_>,
) -> Diagnostic {
    match similar::closest(key, names) {
        Some(close) => {
            let message = format!("The field \"{key}\" is not supported by Step Functions");
            Diagnostic::aws("SCHEMA_VALIDATION_FAILED", message, path, member.key_span)
                .with_help(format!("did you mean `{close}`?"))
        }
        None => {
            let message = format!("no field `{key}` is known here");
            Diagnostic::flow("UNKNOWN_ARGUMENT", message, &path.key(key), member.key_span)
        }
    }
}
