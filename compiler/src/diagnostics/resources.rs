//! Resources, kinds, APIs, triggers and settings: F0500–F0599.

use super::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Argument, KindMember, Name};

fn meant(diagnostic: Diagnostic, at: Span, close: Option<&str>) -> Diagnostic {
    match close {
        Some(close) => {
            diagnostic.help(format!("did you mean `{close}`?")).fix(format!("write `{close}`"), at, close)
        }
        None => diagnostic,
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}

/// `a queue`, `an activity`
fn a(kind: &str) -> String {
    let article = if kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {kind}")
}

// ---------------------------------------------------------------- kinds and settings

pub fn unknown_kind(kind: &Name, close: Option<&str>) -> Diagnostic {
    let it =
        Diagnostic::error("F0500", kind.span, format!("there is no kind of resource called `{}`", kind.text))
            .here("not a kind")
            .note("any CloudFormation resource can be written as `resource name: AWS::Service::Type { … }`");
    match super::habits::declaration(&kind.text) {
        Some(answer) => {
            let it = it.help(answer.help);
            match answer.instead {
                Some(ours) => it.fix(format!("write `{ours}`"), kind.span, ours),
                None => it,
            }
        }
        None => meant(it, kind.span, close),
    }
}

/// `known`: the settings that there are.
pub fn unknown_setting(
    name: &Name,
    kind: &str,
    known: &[&str],
    close: Option<&str>,
    property: bool,
) -> Diagnostic {
    let it = Diagnostic::error("F0501", name.span, format!("`{kind}` has no setting called `{}`", name.text));
    if property {
        return it
            .help(format!("a property of CloudFormation's own goes inside `cfn: {{ {}: … }}`", name.text));
    }
    if close.is_none() && !known.is_empty() {
        let known: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
        return it.note(format!("it has {}", known.join(", ")));
    }
    meant(it, name.span, close)
}

pub fn setting_twice(name: &Name, first: Span) -> Diagnostic {
    Diagnostic::error("F0502", name.span, format!("`{}` is set twice", name.text))
        .here("again")
        .label(first, "first here")
        .help("remove one of them")
}

pub fn settings_missing(kind: &str, name: &Name, missing: &[(String, String)]) -> Diagnostic {
    let names: Vec<String> = missing.iter().map(|(it, _)| it.clone()).collect();
    let mut it =
        Diagnostic::error("F0503", name.span, format!("{kind} `{}` needs {}", name.text, listed(&names)));
    for (setting, docs) in missing.iter().filter(|(_, docs)| !docs.is_empty()) {
        it = it.note(format!("`{setting}`: {}", docs.lines().next().unwrap_or_default()));
    }
    let first = names.first().map_or("", String::as_str);
    it.help(format!("add `{first}: …` in its braces"))
}

pub fn function_without_code(name: &Name) -> Diagnostic {
    Diagnostic::error("F0504", name.span, format!("function `{}` has no code", name.text))
        .help("add `code: \"functions/name\"` with `runtime` and `handler`, or `inline`, or `image`")
}

pub fn function_without_runtime(name: &Name, lacks: &[&str]) -> Diagnostic {
    let lacks = lacks.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(" and ");
    Diagnostic::error("F0504", name.span, format!("function `{}` has no {lacks}", name.text))
        .help("add `runtime: \"python3.13\"` and `handler: \"file.function\"`")
}

/// `least` and `most` as they are written.
pub fn no_key(at: Span, field: &str, ty: &str, lacking: bool) -> Diagnostic {
    let it = Diagnostic::error("F0517", at, format!("`{field}` can't be a key")).here(format!("is `{ty}`"));
    if lacking {
        it.note("every item has the table's keys").help("make the field's type one without `?`")
    } else {
        it.note("DynamoDB finds items by text, numbers and bytes").help("name a field of such a type")
    }
}

pub fn event_in_parentheses(name: &Name, event: &str) -> Diagnostic {
    Diagnostic::error("F0566", name.span, "an event gets its name with `as`")
        .here("filters stand in the parentheses")
        .help(format!("write `.{event} as {}`", name.text))
}

pub fn out_of_range(at: Span, setting: &str, least: &str, most: &str) -> Diagnostic {
    Diagnostic::error("F0516", at, format!("`{setting}` is from {least} to {most}"))
        .here("AWS takes no such value")
}

pub fn bad_schedule(at: Span, text: &str, why: &str) -> Diagnostic {
    Diagnostic::error("F0565", at, format!("`{text}` is no schedule")).here("here").help(why.to_owned())
}

/// `schedule(1d)`; `ours` is the same as a text.
pub fn schedule_as_time(at: Span, ours: &str) -> Diagnostic {
    Diagnostic::error("F0565", at, "a schedule is written as a text").here("a time").fix(
        format!("write `{ours}`"),
        at,
        ours,
    )
}

pub fn setting_without_value(name: &Name) -> Diagnostic {
    Diagnostic::error("F0505", name.span, format!("setting `{}` has no value", name.text))
        .help(format!("write `{}: …`", name.text))
}

pub fn spread_in_settings(span: Span) -> Diagnostic {
    Diagnostic::error("F0506", span, "settings can't be spread").help("write each as `name: value`")
}

pub fn not_callable(kind: &Name, at: Span) -> Diagnostic {
    Diagnostic::error("F0507", at, format!("{} takes no parameters", a(&kind.text)))
        .note("functions, containers and activities are called; all else has methods")
        .help("remove the parentheses and what they hold")
}

pub fn not_generic(kind: &str, at: Span) -> Diagnostic {
    Diagnostic::error("F0508", at, format!("{} isn't of anything", a(kind))).help("remove `of` and the type")
}

pub fn of_missing(kind: &str, name: &Name) -> Diagnostic {
    Diagnostic::error("F0509", name.span, format!("{kind} `{}` doesn't say what it holds", name.text))
        .help(format!("write `{kind} {} of Item {{ … }}` with the type of one item", name.text))
}

pub fn of_no_record(kind: &str, ty: &str, at: Span) -> Diagnostic {
    Diagnostic::error("F0510", at, format!("{} holds records, not `{ty}`", a(kind)))
        .help("name a record type: its fields are the item's attributes")
}

pub fn kind_twice(name: &Name, first: Option<Span>) -> Diagnostic {
    let it = Diagnostic::error("F0511", name.span, format!("there is a kind `{}` already", name.text));
    match first {
        Some(first) => it.label(first, "first declared here"),
        None => it.note("the standard library declares it"),
    }
    .help("give it another name")
}

pub fn unknown_member(word: &Name) -> Diagnostic {
    Diagnostic::error("F0512", word.span, format!("a kind has no `{}`", word.text))
        .help("it has `setting`, `resource`, `attribute`, `method`, `event` and `grant`")
}

pub fn member_without_type(member: &KindMember) -> Diagnostic {
    let (word, name) = (&member.word.text, &member.name.text);
    Diagnostic::error("F0513", member.name.span, format!("{word} `{name}` has no type"))
        .help(format!("write `{word} {name}: …`"))
}

pub fn member_without_value(member: &KindMember) -> Diagnostic {
    let (word, name) = (&member.word.text, &member.name.text);
    Diagnostic::error("F0514", member.name.span, format!("{word} `{name}` has no value"))
        .help("write `= …` behind its type")
}

pub fn not_a_cfn_type(name: &Name) -> Diagnostic {
    Diagnostic::error("F0515", name.span, format!("`{}` is no type of CloudFormation", name.text))
        .help("types look like `AWS::SQS::Queue`")
}

// ---------------------------------------------------------------- uses

pub fn uses_no_list(at: Span) -> Diagnostic {
    let mut it = Diagnostic::error("F0520", at, "`uses` takes a list")
        .help("write `uses: [orders.get, alerts]`: resources, their methods, workflows, `complete`, actions of AWS")
        .fix("put it in a list", at.head(), "[");
    if let Some(fix) = &mut it.fix {
        fix.edits.push(super::Edit { span: at.tail(), text: "]".to_owned() });
    }
    it
}

pub fn not_usable(at: Span) -> Diagnostic {
    Diagnostic::error("F0521", at, "this is nothing that code can use")
        .help("name a resource, a method (`orders.get`), a workflow, `complete`, or an action (`aws.s3.listBuckets`)")
}

pub fn unknown_method(name: &Name, kind: &str, close: Option<&str>, all: &[String]) -> Diagnostic {
    let it = Diagnostic::error("F0522", name.span, format!("{} has no method `{}`", a(kind), name.text));
    let it = if all.is_empty() { it } else { it.note(format!("it has {}", listed(all))) };
    meant(it, name.span, close)
}

pub fn unknown_service(name: &Name, close: Option<&str>) -> Diagnostic {
    meant(
        Diagnostic::error("F0523", name.span, format!("AWS has no service `{}`", name.text)),
        name.span,
        close,
    )
}

pub fn unknown_action(name: &Name, service: &str, close: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0524", name.span, format!("`{service}` has no action `{}`", name.text));
    meant(it, name.span, close)
}

// ---------------------------------------------------------------- the app, parameters, outputs

pub fn second_app(name: &Name, first: Span) -> Diagnostic {
    Diagnostic::error("F0530", name.span, "there is more than one `app`")
        .label(first, "first here")
        .help("keep one; all files of a program are one stack")
}

pub fn param_type(ty: &str, at: Span) -> Diagnostic {
    Diagnostic::error("F0531", at, format!("a parameter can't be `{ty}`"))
        .note("CloudFormation has text, numbers, a choice of them, booleans, and lists of text or numbers")
        .help(if ty.ends_with('?') {
            "what may be left out has a default: `param name: string = \"\"`"
        } else {
            "take one of these, or declare a constant with `let`"
        })
}

pub fn output_twice(name: &Name, first: Span) -> Diagnostic {
    Diagnostic::error("F0532", name.span, format!("there is an output `{}` already", name.text))
        .label(first, "first here")
        .help("give it another name")
}

pub fn output_of_resource(at: Span) -> Diagnostic {
    Diagnostic::error("F0533", at, "an output is text, not a resource")
        .help("name an attribute: `.arn`, `.name`, `.url`")
}

// ---------------------------------------------------------------- APIs

pub fn unknown_http_method(name: &Name, all: &[&str]) -> Diagnostic {
    Diagnostic::error("F0540", name.span, format!("`{}` is no method of HTTP", name.text))
        .help(format!("write one of {}", all.join(", ")))
}

pub fn path_without_slash(at: Span) -> Diagnostic {
    let inside = Span { start: (at.start + 1).min(at.end), ..at }.head();
    Diagnostic::error("F0541", at, "a path begins with `/`").fix("put `/` before it", inside, "/")
}

pub fn path_name_twice(name: &str, at: Span) -> Diagnostic {
    Diagnostic::error("F0542", at, format!("the path names `{name}` twice"))
        .help("give each step its own name")
}

pub fn bad_path_step(step: &str, at: Span) -> Diagnostic {
    Diagnostic::error("F0543", at, format!("`{step}` is no step of a path"))
        .help("a step is text, or one name in braces: `/orders/{id}`")
}

pub fn route_twice(at: Span, first: Span) -> Diagnostic {
    Diagnostic::error("F0544", at, "this route is there already")
        .label(first, "first here")
        .help("remove one of them")
}

pub fn body_without_method(at: Span, method: &str) -> Diagnostic {
    Diagnostic::error("F0545", at, format!("a {method} request has no body"))
        .help("use POST or PUT, or the query")
}

pub fn flat_parameter(at: Span, name: &str, ty: &str) -> Diagnostic {
    Diagnostic::error("F0546", at, format!("`{name}` comes from the path or the query and can't be `{ty}`"))
        .help("take text, a number or a boolean; or take the record as `body`")
}

pub fn action_no_call(at: Span) -> Diagnostic {
    Diagnostic::error("F0547", at, "a route or trigger ends in one call")
        .help("write `-> start workflow({ … })`, or call a function")
}

pub fn start_missing(at: Span, workflow: &str) -> Diagnostic {
    Diagnostic::error("F0548", at, format!("nobody can wait for the result of workflow `{workflow}` here"))
        .note("requests end after 29 s, and events have nobody to answer")
        .help(format!("write `start {workflow}(…)`, or make it an `@express workflow` in an API"))
        .fix("write `start`", at.head(), "start ")
}

pub fn http_action(at: Span, what: &str) -> Diagnostic {
    Diagnostic::error("F0549", at, format!("an `@http` API can't answer from {what}"))
        .note("HTTP APIs change no bodies; they pass requests to functions and start workflows")
        .help("remove `@http`: REST APIs can")
}

pub fn route_target(at: Span) -> Diagnostic {
    Diagnostic::error("F0550", at, "an API can't call this by itself")
        .help("call a function, start a workflow, read or write one item of a table, send to a queue, topic or bus, or complete a token")
}

pub fn route_method(at: Span, kind: &str, method: &str) -> Diagnostic {
    Diagnostic::error("F0551", at, format!("an API can't call `{method}` of {} by itself", a(kind)))
        .note("it can `get`, `put` and `delete` in tables, `send` to queues, `publish` to topics, `emit` to buses")
        .help("call a function or an Express workflow that does it")
}

// ---------------------------------------------------------------- triggers

pub fn no_source(at: Span) -> Diagnostic {
    Diagnostic::error("F0560", at, "this is no source of events")
        .help("write `name.event(…)` of a resource, `schedule(\"rate(1 day)\")`, or `bus.event(…)`")
}

pub fn no_events(kind: &str, at: Span) -> Diagnostic {
    Diagnostic::error("F0561", at, format!("{} has no events", a(kind)))
        .help("listen on the account's bus: `on bus.event(source: \"aws.…\")`")
}

pub fn unknown_event(name: &str, at: Span, kind: &str, close: Option<&str>, all: &[String]) -> Diagnostic {
    let it = Diagnostic::error("F0562", at, format!("{} has no event `{name}`", a(kind)));
    let it = if all.is_empty() { it } else { it.note(format!("it has {}", listed(all))) };
    meant(it, at, close)
}

pub fn unknown_filter(argument: &Argument, event: &str, close: Option<&str>, all: &[String]) -> Diagnostic {
    let it = match &argument.name {
        Some(name) => {
            Diagnostic::error("F0563", name.span, format!("`{event}` has no filter `{}`", name.text))
        }
        None => Diagnostic::error("F0563", argument.span, format!("`{event}` takes no more filters")),
    };
    let it = if all.is_empty() { it } else { it.note(format!("it takes {}", listed(all))) };
    match &argument.name {
        Some(name) => meant(it, name.span, close),
        None => it,
    }
}

pub fn trigger_target(at: Span, what: &str) -> Diagnostic {
    Diagnostic::error("F0564", at, format!("a trigger can't set {} going", a(what)))
        .help("start a workflow or call a function that does it")
}
