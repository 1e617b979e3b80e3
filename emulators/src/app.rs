//! An app as the runner sees it: its state machines, its resources, and the addresses they have locally.

use std::collections::{BTreeMap, HashMap};

use interpreter::{CompileError, Machine};
use jsonata::Value;
use serde_json::Value as Json;

/// Where everything lies.
pub(crate) const ACCOUNT: &str = "123456789012";
/// Where everything lies.
pub(crate) const REGION: &str = "us-east-1";

/// A definition with `${Name}` in it, and what the names stand for: `charge.arn`, `stage`.
#[derive(Clone, Debug, Default)]
pub struct Definition {
    pub asl: Json,
    pub substitutions: Vec<(String, String)>,
}

/// A state machine of the app.
#[derive(Clone, Debug)]
pub struct Workflow {
    pub name: String,
    pub express: bool,
    /// The name of its payload, if it takes one.
    pub param: Option<String>,
    pub definition: Definition,
}

/// Anything else that the app declares.
#[derive(Clone, Debug, Default)]
pub struct Resource {
    pub name: String,
    /// `function`, `table`, `queue`, …
    pub kind: String,
    /// The name of its payload, for what can be called.
    pub param: Option<String>,
    /// Of a table: its keys.
    pub key: Option<String>,
    pub sort: Option<String>,
    /// Name → key and sort key.
    pub indexes: BTreeMap<String, (String, Option<String>)>,
    /// Of a queue or topic: it keeps the order and delivers once.
    pub fifo: bool,
    /// Of a queue or topic: its messages are JSON text, also of what is no object and no list.
    pub written: bool,
}

/// What is called: what a mock stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Callee {
    Function(String),
    Workflow(String),
    Container(String),
    Activity(String),
    /// An action on a resource.
    Method {
        resource: String,
        service: String,
        action: String,
        /// Arguments that the method always sends, where several methods are one action: `Method: "GET"`.
        fixed: Vec<(String, String)>,
    },
    Aws {
        service: String,
        action: String,
    },
}

/// A value that lies at one place and belongs to another: members' names and items' numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copy {
    pub from: Vec<String>,
    pub to: Vec<String>,
    /// It travels as JSON in text.
    pub json: bool,
}

/// A state machine ready to run.
#[derive(Clone, Debug)]
pub(crate) struct Runnable {
    pub(crate) workflow: Workflow,
    pub(crate) machine: Machine,
}

/// An app, ready to be run any number of times.
#[derive(Clone, Debug, Default)]
pub struct App {
    pub(crate) workflows: BTreeMap<String, Runnable>,
    pub(crate) resources: BTreeMap<String, Resource>,
    values: BTreeMap<String, String>,
    /// Address → name of the resource or workflow.
    addresses: HashMap<String, String>,
    /// What an evaluation error holds that is the program's own mistake, whatever handles it.
    mistake: Option<String>,
}

impl App {
    /// `values`: of the app's parameters.
    ///
    /// # Errors
    /// Where a definition can't be run, with the workflow's name.
    pub fn new(
        workflows: Vec<Workflow>,
        resources: Vec<Resource>,
        values: BTreeMap<String, String>,
    ) -> Result<App, String> {
        let mut app = App { values, ..App::default() };
        for resource in resources {
            for attribute in ["arn", "name", "url"] {
                let address = address(&resource.kind, &resource.name, attribute);
                app.addresses.insert(address, resource.name.clone());
            }
            app.resources.insert(resource.name.clone(), resource);
        }
        for workflow in &workflows {
            app.addresses.insert(address("workflow", &workflow.name, "arn"), workflow.name.clone());
        }
        // Definitions name other workflows: all must be known first.
        let names: Vec<(String, String)> =
            workflows.iter().map(|it| (it.name.clone(), "workflow".to_owned())).collect();
        for workflow in workflows {
            let machine = app.compile(&workflow.definition, &names);
            let machine = machine.map_err(|error| format!("workflow `{}`: {error}", workflow.name))?;
            app.workflows.insert(workflow.name.clone(), Runnable { workflow, machine });
        }
        Ok(app)
    }

    /// Errors of evaluation whose text holds this fail every test, whatever handles them.
    #[must_use]
    pub fn with_mistake(mut self, text: &str) -> App {
        self.mistake = Some(text.to_owned());
        self
    }

    /// What such an error says, without what AWS writes around it.
    pub(crate) fn mistake<'t>(&self, cause: &'t str) -> Option<&'t str> {
        // The expression that AWS quotes before it holds the text, too.
        let (_, own) = cause.rsplit_once("D3137: ")?;
        own.contains(self.mistake.as_deref()?).then_some(own)
    }

    /// The local value of what deployment would fill in: `orders.name`, `stage`.
    pub fn deployed(&self, what: &str) -> String {
        let names: Vec<_> = self.workflows.keys().map(|it| (it.clone(), "workflow".to_owned())).collect();
        self.value_of(what, &names)
    }

    /// A workflow's state machine, ready to run.
    pub fn machine_of(&self, workflow: &str) -> Option<&Machine> {
        self.workflows.get(workflow).map(|it| &it.machine)
    }

    /// A definition of a test's, ready to run.
    pub(crate) fn machine(&self, definition: &Definition) -> Result<Machine, String> {
        let names: Vec<_> = self.workflows.keys().map(|it| (it.clone(), "workflow".to_owned())).collect();
        self.compile(definition, &names)
    }

    fn compile(&self, definition: &Definition, workflows: &[(String, String)]) -> Result<Machine, String> {
        let texts: Vec<(String, String)> = { definition.substitutions.iter() }
            .map(|(name, what)| (format!("${{{name}}}"), self.value_of(what, workflows)))
            .collect();
        let text = substitute(&definition.asl, &texts).to_string();
        let read = asl::read(&text, asl::Format::Json);
        let machine = read.machine.ok_or("its definition is no state machine")?;
        Machine::compile(&machine).map_err(|error: CompileError| error.to_string())
    }

    /// What CloudFormation would put in.
    fn value_of(&self, what: &str, workflows: &[(String, String)]) -> String {
        if let Some((name, attribute)) = what.split_once('.') {
            if let Some(resource) = self.resources.get(name) {
                return address(&resource.kind, name, attribute);
            }
            let kind = workflows.iter().find(|(it, _)| it == name).map_or("", |(_, kind)| kind);
            return address(kind, name, attribute);
        }
        match self.values.get(what) {
            Some(value) => value.clone(),
            None => match what {
                "AWS::Region" => REGION.to_owned(),
                "AWS::AccountId" => ACCOUNT.to_owned(),
                "AWS::Partition" => "aws".to_owned(),
                "AWS::URLSuffix" => "amazonaws.com".to_owned(),
                "AWS::StackName" => "app".to_owned(),
                other => other.to_owned(),
            },
        }
    }

    /// The resource at an address.
    pub(crate) fn resource_at(&self, address: &str) -> Option<&Resource> {
        self.resources.get(self.addresses.get(address)?)
    }

    /// The resource or workflow that a call is about, by the address it was given.
    pub(crate) fn target(&self, arguments: &Value, resource: &asl::Resource) -> Option<&str> {
        let known = |address: &str| {
            let found = self.addresses.get(address);
            // A version or alias stands behind another colon.
            let whole = || self.addresses.get(address.rsplit_once(':').map_or(address, |(it, _)| it));
            found.or_else(whole).map(String::as_str)
        };
        match resource {
            asl::Resource::Lambda(arn) | asl::Resource::Activity(arn) | asl::Resource::Other(arn) => {
                return known(arn);
            }
            asl::Resource::Optimized(_) | asl::Resource::AwsSdk(_) => {}
        }
        let direct =
            ADDRESSED.iter().filter_map(|name| arguments.get(name).and_then(Value::as_str)).find_map(known);
        let inner = || {
            let entry = arguments.get("Entries").and_then(|it| it.at(0))?;
            entry.get("EventBusName").and_then(Value::as_str).and_then(known)
        };
        let batch = || {
            let tables = arguments.get("RequestItems").and_then(Value::as_object)?;
            tables.keys().find_map(|it| known(it))
        };
        let connection = || {
            let authentication = arguments.get("Authentication")?;
            authentication.get("ConnectionArn").and_then(Value::as_str).and_then(known)
        };
        direct.or_else(inner).or_else(batch).or_else(connection)
    }
}

/// Members that say what a call is about.
const ADDRESSED: [&str; 12] = [
    "FunctionName",
    "TableName",
    "QueueUrl",
    "TopicArn",
    "TargetArn",
    "StateMachineArn",
    "TaskDefinition",
    "Bucket",
    "StreamName",
    "SecretId",
    "EventBusName",
    "StreamARN",
];

/// The local value of a resource's attribute, in AWS's own form.
pub(crate) fn address(kind: &str, name: &str, attribute: &str) -> String {
    let arn = |service: &str, rest: &str| format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}{name}");
    match (kind, attribute) {
        ("function", "arn") => arn("lambda", "function:"),
        ("workflow", "arn") => arn("states", "stateMachine:"),
        ("activity", "arn") => arn("states", "activity:"),
        ("table", "arn") => arn("dynamodb", "table/"),
        ("container", "arn") => arn("ecs", "task-definition/"),
        ("container", "publicIp") => "ENABLED".to_owned(),
        ("queue", "arn") => arn("sqs", ""),
        ("queue", "url") => format!("https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"),
        ("topic", "arn") => arn("sns", ""),
        ("bucket", "arn") => format!("arn:aws:s3:::{name}"),
        ("bus", "arn") => arn("events", "event-bus/"),
        ("connection", "arn") => arn("events", "connection/"),
        ("stream", "arn") => arn("kinesis", "stream/"),
        ("secret", "arn") => arn("secretsmanager", "secret:"),
        ("key", "arn") => arn("kms", "key/"),
        (_, "name") => name.to_owned(),
        (other, "arn") => arn(other, ""),
        (_, "url") => format!("https://{name}.example"),
        (_, attribute) => format!("{name}.{attribute}"),
    }
}

/// Replaces `${Name}` in every text, names of members included.
fn substitute(json: &Json, texts: &[(String, String)]) -> Json {
    let replace = |text: &str| {
        if !text.contains("${") {
            return text.to_owned();
        }
        texts.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value))
    };
    match json {
        Json::String(text) => Json::String(replace(text)),
        Json::Array(items) => items.iter().map(|it| substitute(it, texts)).collect(),
        Json::Object(members) => {
            members.iter().map(|(name, it)| (replace(name), substitute(it, texts))).collect()
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
    }
}
