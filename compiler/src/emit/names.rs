//! Names in a definition: unique, allowed by AWS, and as close to the source's as can be.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use crate::machine::expr::Deploy;
use crate::machine::{Edge, Expr, Goal, Machine, StateId, VarId};
use crate::typed::{Program, ResourceId};

/// Longest name of a state or a variable.
pub const LONGEST: usize = 80;

/// JSONata's functions, AWS's additions, and `states`: a variable of that name would hide them (or is refused).
const RESERVED: &[&str] = &[
    "states",
    "sum",
    "count",
    "max",
    "min",
    "average",
    "string",
    "substring",
    "substringBefore",
    "substringAfter",
    "lowercase",
    "uppercase",
    "length",
    "trim",
    "pad",
    "match",
    "contains",
    "replace",
    "split",
    "join",
    "formatNumber",
    "formatBase",
    "formatInteger",
    "parseInteger",
    "number",
    "floor",
    "ceil",
    "round",
    "abs",
    "sqrt",
    "power",
    "random",
    "boolean",
    "not",
    "map",
    "zip",
    "filter",
    "single",
    "reduce",
    "sift",
    "keys",
    "lookup",
    "append",
    "exists",
    "spread",
    "merge",
    "reverse",
    "each",
    "error",
    "assert",
    "type",
    "sort",
    "shuffle",
    "distinct",
    "base64encode",
    "base64decode",
    "encodeUrlComponent",
    "encodeUrl",
    "decodeUrlComponent",
    "decodeUrl",
    "eval",
    "toMillis",
    "fromMillis",
    "now",
    "millis",
    "clone",
    "parse",
    "partition",
    "range",
    "hash",
    "uuid",
    "function",
    "and",
    "or",
    "in",
    "true",
    "false",
    "null",
];

/// Whether JSONata or AWS gives the name a meaning.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// Every name that a definition uses.
#[derive(Clone, Debug, Default)]
pub struct Names {
    pub vars: BTreeMap<VarId, String>,
    /// Taken by variables.
    pub taken: HashSet<String>,
    pub states: BTreeMap<StateId, String>,
    pub deploys: BTreeMap<Deploy, String>,
}

/// Names for all that can be reached.
pub fn assign(machine: &Machine, program: &Program) -> Names {
    let mut names = Names::default();
    let order = machine.reachable();
    for id in &order {
        name_vars(machine, *id, &mut names);
        name_state(machine, *id, &mut names);
    }
    for id in &order {
        let kind = &machine.state(*id).kind;
        let edges = kind.edges();
        let values = edges.iter().flat_map(|(_, edge)| edge_values(edge));
        for expr in kind.reads().into_iter().chain(values) {
            name_deploys(expr, program, &mut names);
        }
    }
    names
}

/// The expressions on an edge.
pub fn edge_values(edge: &Edge) -> Vec<&Expr> {
    let mut all: Vec<&Expr> = edge.assign.iter().map(|(_, value)| value).collect();
    if let Goal::End(value) = &edge.to {
        all.push(value);
    }
    all
}

fn name_vars(machine: &Machine, id: StateId, names: &mut Names) {
    for (_, edge) in machine.state(id).kind.edges() {
        for (var, _) in &edge.assign {
            if names.vars.contains_key(var) {
                continue;
            }
            let wanted = machine.vars.get(var.index()).map_or("v", |var| &var.name);
            let name =
                unique(&identifier(wanted), "", |name| !names.taken.contains(name) && !is_reserved(name));
            names.taken.insert(name.clone());
            names.vars.insert(*var, name);
        }
    }
}

fn name_state(machine: &Machine, id: StateId, names: &mut Names) {
    let wanted = machine.state(id).name.trim();
    let wanted = if wanted.is_empty() { "state" } else { wanted };
    let taken: HashSet<&str> = names.states.values().map(String::as_str).collect();
    let name = unique(&shorten(wanted, LONGEST), " ", |name| !taken.contains(name));
    names.states.insert(id, name);
}

fn name_deploys(expr: &Expr, program: &Program, names: &mut Names) {
    expr.visit(&mut |e| {
        if let Expr::Deploy(deploy) = e
            && !names.deploys.contains_key(deploy)
        {
            let wanted = deploy_name(deploy, program);
            let taken: HashSet<&str> = names.deploys.values().map(String::as_str).collect();
            let name = unique(&wanted, "", |name| !taken.contains(name));
            names.deploys.insert(deploy.clone(), name);
        }
    });
}

fn deploy_name(deploy: &Deploy, program: &Program) -> String {
    let resource = |id: ResourceId| program.resources.get(id.index()).map_or("resource", |r| &r.name);
    let text = match deploy {
        Deploy::Resource(id, attribute) => joined(resource(*id), attribute),
        Deploy::Workflow(id, attribute) => {
            joined(program.workflows.get(id.index()).map_or("workflow", |w| &w.name), attribute)
        }
        Deploy::Api(name, attribute) => joined(name, attribute),
        Deploy::Param(id, _) => {
            program.params.get(id.index()).map_or("param".to_owned(), |p| p.name.to_string())
        }
        Deploy::Condition(name) => name.to_string(),
        Deploy::Stack(name) => name.replace("AWS::", "stack"),
    };
    let clean: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    if clean.is_empty() { "value".to_owned() } else { clean }
}

fn joined(name: &str, attribute: &str) -> String {
    let mut chars = attribute.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{name}{first}{}", chars.as_str())
}

/// The name, or with the first number from 2 on that makes it free. Cut so that it stays short enough.
pub fn unique(wanted: &str, gap: &str, free: impl Fn(&str) -> bool) -> String {
    if free(wanted) {
        return wanted.to_owned();
    }
    let mut number = 2_u64;
    loop {
        let tail = format!("{gap}{number}");
        let name = format!("{}{tail}", shorten(wanted, LONGEST - tail.len()));
        if free(&name) {
            return name;
        }
        number += 1;
    }
}

/// At most that many characters.
pub fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// A name that AWS takes for a variable: a letter or `_`, then letters, digits and `_`.
pub fn identifier(wanted: &str) -> String {
    let mut name: String =
        wanted.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(LONGEST - 1).collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        name.insert(0, 'v');
    }
    name
}

/// A name for something bound inside one expression.
pub fn local(wanted: &str, taken: impl Fn(&str) -> bool) -> Arc<str> {
    unique(&identifier(wanted), "", |name| !taken(name) && !is_reserved(name)).into()
}
