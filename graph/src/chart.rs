//! A definition as boxes and arrows. Anything that is not as ASL should be is left out, never an error:
//! validating is not this crate's business.

use serde_json::Value;

use crate::Captions;

/// One level of a state machine; Map and Parallel states hold further levels.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    pub nodes: Vec<Node>,
    pub arrows: Vec<Arrow>,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub name: String,
    pub kind: NodeKind,
    /// What it does in a few words: `lambda:invoke`, `5 s`, an error's name.
    pub detail: Option<String>,
    pub comment: Option<String>,
    /// Bodies of a Map (one) or Parallel (one a branch).
    pub inner: Vec<Chart>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    Start,
    End,
    Task,
    Choice,
    Wait,
    Pass,
    Succeed,
    Fail,
    Map,
    Parallel,
}

#[derive(Clone, Debug)]
pub struct Arrow {
    /// Index in the same chart's nodes.
    pub from: usize,
    pub to: usize,
    pub label: Option<String>,
    pub kind: ArrowKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrowKind {
    Next,
    Rule,
    Default,
    Catch,
}

const LABEL_LIMIT: usize = 44;

/// Reads a definition.
pub fn chart(definition: &Value, captions: &dyn Captions) -> Chart {
    level(definition, "", captions)
}

fn level(definition: &Value, pointer: &str, captions: &dyn Captions) -> Chart {
    let mut chart = Chart::default();
    let Some(states) = definition.get("States").and_then(Value::as_object) else { return chart };
    chart.nodes.push(marker(NodeKind::Start));
    for (name, state) in states {
        let at = format!("{pointer}/States/{}", name.replace('~', "~0").replace('/', "~1"));
        chart.nodes.push(node(name, state, &at, captions));
    }
    let end = chart.nodes.len();
    chart.nodes.push(marker(NodeKind::End));
    let find =
        |name: &Value| states.keys().position(|key| Some(key.as_str()) == name.as_str()).map(|i| i + 1);
    if let Some(first) = definition.get("StartAt").and_then(find) {
        chart.arrows.push(Arrow { from: 0, to: first, label: None, kind: ArrowKind::Next });
    }
    for (i, (name, state)) in states.iter().enumerate() {
        let at = format!("{pointer}/States/{}", name.replace('~', "~0").replace('/', "~1"));
        for (target, label, kind) in exits(state, &at, captions) {
            let to = target.map_or(Some(end), find);
            chart.arrows.extend(to.map(|to| Arrow { from: i + 1, to, label, kind }));
        }
    }
    if !chart.arrows.iter().any(|arrow| arrow.to == end) {
        chart.nodes.pop();
    }
    chart
}

fn marker(kind: NodeKind) -> Node {
    Node { name: String::new(), kind, detail: None, comment: None, inner: Vec::new() }
}

fn node(name: &str, state: &Value, pointer: &str, captions: &dyn Captions) -> Node {
    let text = |key: &str| state.get(key).and_then(Value::as_str);
    let kind = match text("Type") {
        Some("Choice") => NodeKind::Choice,
        Some("Wait") => NodeKind::Wait,
        Some("Pass") => NodeKind::Pass,
        Some("Succeed") => NodeKind::Succeed,
        Some("Fail") => NodeKind::Fail,
        Some("Map") => NodeKind::Map,
        Some("Parallel") => NodeKind::Parallel,
        Some(_) | None => NodeKind::Task,
    };
    let detail = match kind {
        NodeKind::Task => text("Resource").map(resource),
        // A name that is known only at run time says nothing here, nor does one that stands in the title.
        NodeKind::Fail => {
            text("Error").filter(|e| !e.starts_with("{%") && !name.contains(e)).map(str::to_owned)
        }
        NodeKind::Wait => state.get("Seconds").map(|s| format!("{} s", plain(s))),
        NodeKind::Map => state.get("MaxConcurrency").map(|n| format!("{} at once", plain(n))),
        _ => None,
    };
    let bodies = [("ItemProcessor", 0), ("Iterator", 0)];
    let mut inner: Vec<Chart> = Vec::new();
    for (key, _) in bodies {
        inner.extend(state.get(key).map(|body| level(body, &format!("{pointer}/{key}"), captions)));
    }
    let branches = state.get("Branches").and_then(Value::as_array).into_iter().flatten();
    inner.extend(branches.enumerate().map(|(i, b)| level(b, &format!("{pointer}/Branches/{i}"), captions)));
    Node {
        name: name.to_owned(),
        kind,
        detail: detail.map(|d| shorten(&d, LABEL_LIMIT)),
        comment: text("Comment").map(str::to_owned),
        inner,
    }
}

type Exit<'a> = (Option<&'a Value>, Option<String>, ArrowKind);

/// Every way out of a state: its target (`None`: the end), what the arrow says, and its kind.
fn exits<'a>(state: &'a Value, pointer: &str, captions: &dyn Captions) -> Vec<Exit<'a>> {
    let mut exits = Vec::new();
    let list = |key: &str| state.get(key).and_then(Value::as_array).into_iter().flatten().enumerate();
    for (i, rule) in list("Choices") {
        let label = captions.caption(&format!("{pointer}/Choices/{i}")).or_else(|| condition(rule));
        exits.extend(
            rule.get("Next")
                .map(|next| (Some(next), label.map(|l| shorten(&l, LABEL_LIMIT)), ArrowKind::Rule)),
        );
    }
    exits.extend(state.get("Default").map(|next| (Some(next), Some("else".to_owned()), ArrowKind::Default)));
    exits.extend(state.get("Next").map(|next| (Some(next), None, ArrowKind::Next)));
    let is_final = matches!(state.get("Type").and_then(Value::as_str), Some("Succeed"));
    if is_final || state.get("End").and_then(Value::as_bool) == Some(true) {
        exits.push((None, None, ArrowKind::Next));
    }
    for (i, catcher) in list("Catch") {
        let label = captions.caption(&format!("{pointer}/Catch/{i}")).or_else(|| errors(catcher));
        exits.extend(
            catcher
                .get("Next")
                .map(|next| (Some(next), label.map(|l| shorten(&l, LABEL_LIMIT)), ArrowKind::Catch)),
        );
    }
    exits
}

fn errors(catcher: &Value) -> Option<String> {
    let names = catcher.get("ErrorEquals")?.as_array()?;
    let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
    Some(if names == ["States.ALL"] { "any error".to_owned() } else { names.join(", ") })
}

/// A Choice rule's condition: JSONata without its braces, or the JSONPath operator in words.
fn condition(rule: &Value) -> Option<String> {
    if let Some(text) = rule.get("Condition").and_then(Value::as_str) {
        return Some(text.trim().trim_start_matches("{%").trim_end_matches("%}").trim().to_owned());
    }
    let rule = rule.as_object()?;
    for (key, joiner) in [("And", " and "), ("Or", " or ")] {
        if let Some(parts) = rule.get(key).and_then(Value::as_array) {
            return Some(parts.iter().filter_map(condition).collect::<Vec<_>>().join(joiner));
        }
    }
    if let Some(inner) = rule.get("Not") {
        return condition(inner).map(|text| format!("not {text}"));
    }
    let variable = rule.get("Variable")?.as_str()?;
    let (operator, value) =
        rule.iter().find(|(key, _)| !matches!(key.as_str(), "Variable" | "Next" | "Comment" | "Assign"))?;
    Some(format!("{variable} {} {}", words(operator), plain(value)))
}

/// `NumericGreaterThanEquals` → `≥`; operators without a sign keep their words.
fn words(operator: &str) -> String {
    let bare = ["String", "Numeric", "Boolean", "Timestamp"]
        .iter()
        .fold(operator, |o, p| o.strip_prefix(p).unwrap_or(o));
    match bare.strip_suffix("Path").unwrap_or(bare) {
        "Equals" => "=".to_owned(),
        "LessThan" => "<".to_owned(),
        "LessThanEquals" => "≤".to_owned(),
        "GreaterThan" => ">".to_owned(),
        "GreaterThanEquals" => "≥".to_owned(),
        "Matches" => "matches".to_owned(),
        _ => operator.to_owned(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `arn:aws:states:::lambda:invoke.waitForTaskToken` → `lambda:invoke, waits for a token`.
fn resource(arn: &str) -> String {
    let name = arn.split_once(":states:::").map_or(arn, |(_, rest)| rest);
    let (name, wait) = match name {
        n if n.ends_with(".waitForTaskToken") => {
            (n.trim_end_matches(".waitForTaskToken"), ", waits for a token")
        }
        n if n.contains(".sync") => (n.split(".sync").next().unwrap_or(n), ", waits for the job"),
        n => (n, ""),
    };
    format!("{}{wait}", name.strip_prefix("aws-sdk:").unwrap_or(name))
}

fn shorten(text: &str, limit: usize) -> String {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= limit {
        return text;
    }
    let head: String = text.chars().take(limit.saturating_sub(1)).collect();
    format!("{}…", head.trim_end())
}
