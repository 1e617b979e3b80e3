//! A call's arguments as far as they are known before the run, bound to the places of ARNs.

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use crate::aws;
use crate::emit::asl::{Definition, ServiceCall};
use crate::emit::deploy::Deployment;
use crate::emit::evaluate::{Result, Scope};
use crate::emit::value::{Value, concat};
use crate::machine::expr::Deploy;
use crate::source::Span;
use crate::typed::{Expr, ExprKind, RecordPart, WorkflowId};

/// What is known of an argument.
#[derive(Clone, Debug)]
enum Tree {
    /// Given, but only the run knows the value.
    Unknown,
    Known(Part),
    List(Vec<Tree>),
    /// One of these, as the run decides.
    OneOf(Vec<Part>),
    /// A record with these keys.
    Keys(Vec<Part>),
    Record(IndexMap<String, Tree>),
}

/// A text, perhaps with intrinsics in it.
#[derive(Clone, Debug, PartialEq)]
struct Part {
    value: Json,
    /// Where the value is an attribute of a resource of the app: its ARN and its name.
    resource: Option<Owner>,
}

impl Part {
    /// An alias of the resource: another ARN under the same name.
    fn qualified(self, qualifier: &str) -> Part {
        let add = |it: Json| concat(&[it, qualifier.into()]);
        let resource = self.resource.map(|it| Owner { arn: add(it.arn), ..it });
        Part { value: add(self.value), resource }
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Owner {
    arn: Json,
    name: Json,
    /// `sqs`, as the second part of `AWS::SQS::Queue`, in lower case.
    service: String,
    /// A container's roles are granted by its kind.
    passes_roles: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Arguments {
    tree: Tree,
    /// Resources that can reach the arguments through what only the run knows.
    touched: Vec<Part>,
}

/// Marks a part that isn't plain text; two of them enclose its number.
const MARK: char = '\u{1}';

impl Arguments {
    /// From a state's `Arguments`.
    pub(super) fn emitted(
        deployment: &Deployment<'_>,
        call: &ServiceCall,
        definition: &Definition,
    ) -> Result<Arguments> {
        let mut touched = Vec::new();
        for deploy in &call.touches {
            let part = deployed(deployment, deploy, call.span)?;
            if part.resource.is_some() && !touched.contains(&part) {
                touched.push(part);
            }
        }
        let mut tree = tree(deployment, &call.arguments, definition, call.span)?;
        if let Tree::Record(fields) = &mut tree {
            for (place, deploys) in &call.one_of {
                let (name, keys) =
                    place.strip_suffix("[keys]").map_or((place.as_str(), false), |it| (it, true));
                if !matches!(fields.get(name), Some(Tree::Unknown)) {
                    continue;
                }
                let parts =
                    deploys.iter().map(|it| deployed(deployment, it, call.span)).collect::<Result<_>>()?;
                fields.insert(name.to_owned(), if keys { Tree::Keys(parts) } else { Tree::OneOf(parts) });
            }
        }
        Ok(Arguments { tree, touched })
    }

    /// With the ARN of the state machine itself put in where a call starts it anew: a definition can't hold it.
    pub(super) fn of_own(
        mut self,
        deployment: &Deployment<'_>,
        id: WorkflowId,
        call: &ServiceCall,
    ) -> Result<Arguments> {
        let machine = call.arguments.get("StateMachineArn").and_then(Json::as_str);
        let Some(qualifier) = machine.and_then(own_qualifier) else { return Ok(self) };
        let own = deployed(deployment, &Deploy::Workflow(id, "arn".into()), call.span)?;
        if let Tree::Record(fields) = &mut self.tree {
            let own = if qualifier.is_empty() { own } else { own.qualified(&qualifier) };
            fields.insert("StateMachineArn".into(), Tree::Known(own));
        }
        Ok(self)
    }

    /// From the record that a method's body hands to an action.
    pub(super) fn evaluated<'a>(deployment: &Deployment<'a>, expr: &'a Expr, scope: &Scope<'a>) -> Arguments {
        Arguments { tree: known(deployment, expr, scope), touched: Vec::new() }
    }

    pub(super) fn none() -> Arguments {
        Arguments { tree: Tree::Unknown, touched: Vec::new() }
    }

    /// Whether the call gives this argument.
    pub(super) fn gives(&self, path: &str) -> bool {
        matches!(self.tree, Tree::Unknown) || !find(&self.tree, path).is_empty()
    }

    /// The value of an argument, where it is known.
    pub(super) fn text(&self, path: &str) -> Option<Json> {
        self.parts(path).into_iter().next().map(|it| it.resource.map_or(it.value, |it| it.arn))
    }

    pub(super) fn passes_roles(&self) -> bool {
        let in_touched = self.touched.iter().any(|it| it.resource.as_ref().is_some_and(|it| it.passes_roles));
        in_touched || holds(&self.tree, &|it| it.resource.as_ref().is_some_and(|it| it.passes_roles))
    }

    /// The known values of an argument.
    fn parts(&self, path: &str) -> Vec<Part> {
        let known = |it: Tree| match it {
            Tree::Known(part) => vec![part],
            Tree::OneOf(parts) => parts,
            Tree::Unknown | Tree::List(_) | Tree::Record(_) | Tree::Keys(_) => Vec::new(),
        };
        find(&self.tree, path).into_iter().flat_map(known).collect()
    }

    /// Where only the run knows an argument: the resources of a service that it can be.
    fn possible(&self, path: &str, service: &str) -> Vec<Part> {
        if find(&self.tree, path).is_empty() {
            return Vec::new();
        }
        let fits = |it: &&Part| it.resource.as_ref().is_some_and(|it| it.service == service);
        self.touched.iter().filter(fits).cloned().collect()
    }

    /// The ARNs of one of a statement's forms, `*` in the places that aren't known.
    pub(super) fn resources(&self, form: &aws::Resource) -> Vec<Json> {
        let mut paths = form.arguments();
        paths.extend(form.whole);
        let parts: Vec<(&str, Vec<Part>)> = paths.iter().map(|path| (*path, self.parts(path))).collect();
        let most = parts.iter().map(|(_, it)| it.len()).max().unwrap_or(0).max(1);
        let mut arns = Vec::new();
        for at in 0..most {
            let table = std::cell::RefCell::new(Vec::new());
            let text = form.arn(|path| {
                let (_, parts) = parts.iter().find(|(it, _)| *it == path)?;
                let part = parts.get(at).or(parts.last())?;
                Some(marked(part, &mut table.borrow_mut()))
            });
            let arn = unmarked(&text, &table.borrow());
            if !arns.contains(&arn) {
                arns.push(arn);
            }
        }
        arns
    }

    /// The ARNs that a template with one place gives.
    pub(super) fn arns(&self, path: &str, template: &'static str) -> Vec<Json> {
        let service = template.split(':').nth(2).unwrap_or_default();
        let mut parts = self.parts(path);
        if parts.is_empty() {
            parts = self.possible(path, service);
        }
        let prefix = template.split('{').next().unwrap_or_default();
        let prefix = template.get(..template.rfind('{').unwrap_or(prefix.len())).unwrap_or(prefix);
        let arn = |part: &Part| match &part.resource {
            Some(owner) => owner.arn.clone(),
            None => concat(&[pseudo(prefix), part.value.clone()]),
        };
        parts.iter().map(arn).collect()
    }
}

/// A part as the text that `Resource::arn` understands.
fn marked(part: &Part, table: &mut Vec<Part>) -> String {
    if let (None, Some(text)) = (&part.resource, part.value.as_str()) {
        return text.to_owned();
    }
    table.push(part.clone());
    let number = table.len() - 1;
    match part.resource {
        Some(_) => format!("arn:{MARK}{number}{MARK}"),
        None => format!("{MARK}{number}{MARK}"),
    }
}

/// Puts the parts back.
fn unmarked(text: &str, table: &[Part]) -> Json {
    let mut parts: Vec<Json> = Vec::new();
    let mut pieces = text.split(MARK);
    let mut plain = pieces.next().unwrap_or_default();
    while let (Some(number), Some(next)) = (pieces.next(), pieces.next()) {
        let part = number.parse::<usize>().ok().and_then(|at| table.get(at));
        let whole = plain == "arn:" && parts.is_empty();
        if !whole && !plain.is_empty() {
            parts.push(pseudo(plain));
        }
        if let Some(part) = part {
            parts.push(match &part.resource {
                Some(owner) if whole => owner.arn.clone(),
                Some(owner) => owner.name.clone(),
                None => part.value.clone(),
            });
        }
        plain = next;
    }
    // A secret's own ARN ends in what else stands for its six random letters.
    let complete = plain == SECRET_SUFFIX
        && table.first().is_some_and(|it| {
            it.resource.as_ref().is_some_and(|it| it.arn.as_str().is_none_or(aws::is_secret_arn))
        });
    if (!plain.is_empty() && !complete) || parts.is_empty() {
        parts.push(pseudo(plain));
    }
    concat(&parts)
}

const SECRET_SUFFIX: &str = "-??????";

/// Text with `${Region}` and the like, as CloudFormation names them.
fn pseudo(text: &str) -> Json {
    if !text.contains("${") {
        return text.into();
    }
    let text = text.replace("${Partition}", "${AWS::Partition}").replace("${Region}", "${AWS::Region}");
    json!({ "Fn::Sub": text.replace("${Account}", "${AWS::AccountId}") })
}

fn holds(tree: &Tree, test: &dyn Fn(&Part) -> bool) -> bool {
    match tree {
        Tree::Unknown => false,
        Tree::Known(part) => test(part),
        Tree::OneOf(parts) | Tree::Keys(parts) => parts.iter().any(test),
        Tree::List(items) => items.iter().any(|it| holds(it, test)),
        Tree::Record(fields) => fields.values().any(|it| holds(it, test)),
    }
}

/// What stands at `Entries[].EventBusName`, `RequestItems[keys]`, `TableName`; nothing where it isn't given.
fn find(tree: &Tree, path: &str) -> Vec<Tree> {
    let mut here = vec![tree.clone()];
    for step in path.split('.') {
        let (name, index) = step.split_once('[').map_or((step, None), |(name, index)| (name, Some(index)));
        let mut next = Vec::new();
        for tree in here {
            match tree {
                Tree::Unknown => next.push(Tree::Unknown),
                Tree::Record(mut fields) => next.extend(fields.shift_remove(name)),
                Tree::Known(_) | Tree::List(_) | Tree::OneOf(_) | Tree::Keys(_) => {}
            }
        }
        here = match index {
            None => next,
            Some(index) => next.into_iter().flat_map(|it| inside(it, index.starts_with("keys"))).collect(),
        };
    }
    here
}

fn inside(tree: Tree, keys: bool) -> Vec<Tree> {
    match tree {
        Tree::List(items) => items,
        Tree::Record(fields) if keys => {
            let key = |name: String| Tree::Known(Part { value: name.into(), resource: None });
            fields.into_keys().map(key).collect()
        }
        Tree::Record(fields) => fields.into_values().collect(),
        Tree::Keys(parts) if keys => parts.into_iter().map(Tree::Known).collect(),
        Tree::Unknown | Tree::Keys(_) => vec![Tree::Unknown],
        Tree::Known(_) | Tree::OneOf(_) => Vec::new(),
    }
}

fn tree(deployment: &Deployment<'_>, json: &Json, definition: &Definition, span: Span) -> Result<Tree> {
    Ok(match json {
        Json::String(text) => leaf(deployment, text, definition, span)?,
        Json::Array(items) => {
            Tree::List(items.iter().map(|it| tree(deployment, it, definition, span)).collect::<Result<_>>()?)
        }
        Json::Object(fields) => {
            let mut all = IndexMap::new();
            for (name, value) in fields {
                all.insert(name.clone(), tree(deployment, value, definition, span)?);
            }
            Tree::Record(all)
        }
        Json::Null => Tree::Record(IndexMap::new()),
        Json::Bool(_) | Json::Number(_) => {
            Tree::Known(Part { value: json.to_string().into(), resource: None })
        }
    })
}

/// `${Name}`, text around it, or `{% … %}`.
fn leaf(deployment: &Deployment<'_>, text: &str, definition: &Definition, span: Span) -> Result<Tree> {
    let text = plain(text);
    if text.starts_with("{%") {
        return Ok(Tree::Unknown);
    }
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        let Some(deploy) = definition.substitutions.get(name) else { return Ok(Tree::Unknown) };
        let part = deployed(deployment, deploy, span)?;
        if before.is_empty() && after.is_empty() && parts.is_empty() {
            return Ok(Tree::Known(part));
        }
        if before.is_empty() && parts.is_empty() && is_qualifier(after) && part.resource.is_some() {
            return Ok(Tree::Known(part.qualified(after)));
        }
        if !before.is_empty() {
            parts.push(before.into());
        }
        parts.push(part.value);
        rest = after;
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(rest.into());
    }
    Ok(Tree::Known(Part { value: concat(&parts), resource: None }))
}

/// `:live` of `{% $states.context.StateMachine.Id & ':live' %}`, nothing without it.
fn own_qualifier(text: &str) -> Option<String> {
    let inner = text.strip_prefix("{%")?.strip_suffix("%}")?.trim();
    let rest = inner.strip_prefix("$states.context.StateMachine.Id")?.trim();
    if rest.is_empty() {
        return Some(String::new());
    }
    let quoted = rest.strip_prefix('&')?.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    is_qualifier(quoted).then(|| quoted.to_owned())
}

/// `:live`
fn is_qualifier(text: &str) -> bool {
    let name = text.strip_prefix(':').unwrap_or_default();
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '$'))
}

/// The text of a JSONata string literal that stands alone.
fn plain(text: &str) -> &str {
    let inner = text.strip_prefix("{%").and_then(|it| it.strip_suffix("%}")).map(str::trim);
    let Some(inner) = inner else { return text };
    let quoted = |quote: char| inner.strip_prefix(quote).and_then(|it| it.strip_suffix(quote));
    quoted('\'').or_else(|| quoted('"')).filter(|it| !it.contains(['\'', '"', '\\'])).unwrap_or(text)
}

fn deployed(deployment: &Deployment<'_>, deploy: &Deploy, span: Span) -> Result<Part> {
    let value = deployment.json(&deployment.deployed(deploy, span)?, span)?;
    let resource = match deploy {
        Deploy::Resource(id, _) => owner(deployment, &Value::Resource(*id), span),
        Deploy::Workflow(id, _) => owner(deployment, &Value::Workflow(*id), span),
        Deploy::Api(..) | Deploy::Param(..) | Deploy::Condition(_) | Deploy::Stack(_) => None,
    };
    Ok(Part { value, resource })
}

fn owner(deployment: &Deployment<'_>, value: &Value, span: Span) -> Option<Owner> {
    let text = |name: &str| {
        let value = deployment.attribute(value, name, span).ok()?;
        deployment.json(&value, span).ok().filter(|it| !it.is_null())
    };
    let arn = text("arn")?;
    let (service, passes_roles) = match value {
        Value::Resource(id) => {
            let kind = deployment.resource(*id).and_then(|it| deployment.kind(it))?;
            let part = kind.parts.values().next().map_or("", |it| &it.cfn_type);
            let passes = kind.grants.iter().any(|it| &*it.name == "pass");
            (service_of(part), passes)
        }
        _ => ("states".to_owned(), false),
    };
    Some(Owner { name: text("name").unwrap_or_else(|| arn.clone()), arn, service, passes_roles })
}

/// `AWS::SQS::Queue` → the service as ARNs name it.
fn service_of(cfn_type: &str) -> String {
    match cfn_type.split("::").nth(1).unwrap_or_default() {
        "StepFunctions" => "states".to_owned(),
        other => other.to_lowercase(),
    }
}

fn known<'a>(deployment: &Deployment<'a>, expr: &'a Expr, scope: &Scope<'a>) -> Tree {
    if let ExprKind::Record(parts) = &expr.kind {
        let mut fields = IndexMap::new();
        for part in parts {
            if let RecordPart::Field(name, value) = part {
                fields.insert(name.to_string(), known(deployment, value, scope));
            }
        }
        return Tree::Record(fields);
    }
    if let ExprKind::List(parts) = &expr.kind {
        let item = |part: &'a crate::typed::ListPart| match part {
            crate::typed::ListPart::Item(it) => known(deployment, it, scope),
            crate::typed::ListPart::Spread(_) => Tree::Unknown,
        };
        return Tree::List(parts.iter().map(item).collect());
    }
    let Ok(value) = deployment.eval(expr, scope) else { return Tree::Unknown };
    let Ok(json) = deployment.json(&value, expr.span) else { return Tree::Unknown };
    let base = match &expr.kind {
        ExprKind::Attribute { base, .. } => deployment.eval(base, scope).ok(),
        _ => None,
    };
    let resource = base.and_then(|it| owner(deployment, &it, expr.span));
    if json.is_null() { Tree::Unknown } else { Tree::Known(Part { value: json, resource }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aliases_are_qualifiers() {
        for (text, wanted) in
            [(":live", true), (":$LATEST", true), (":", false), ("live", false), (":a:b", false)]
        {
            assert_eq!(is_qualifier(text), wanted, "{text}");
        }
    }

    #[test]
    fn the_state_machine_itself() {
        let own = |text: &str| own_qualifier(text);
        assert_eq!(own("{% $states.context.StateMachine.Id %}"), Some(String::new()));
        assert_eq!(own("{% $states.context.StateMachine.Id & ':live' %}"), Some(":live".to_owned()));
        assert_eq!(own("{% $states.context.StateMachine.Name %}"), None);
        assert_eq!(own("${childArn}"), None);
    }
}
