//! What only a build finds out. Codes F0700 to F0799.

use super::Diagnostic;
use crate::emit::evaluate::{Topic, Unknown};
use crate::source::Span;

pub fn not_known_at_deployment(unknown: &Unknown) -> Diagnostic {
    match unknown.topic {
        Topic::Setting => setting(unknown),
        Topic::Event => Diagnostic::error("F0743", unknown.span, "this event can't be handed over like this")
            .here(&unknown.why)
            .note("what carries it in AWS takes fields out of the event and puts them into texts and records; it computes nothing")
            .help("hand over what the event holds, and compute in what is called"),
        Topic::Filter => Diagnostic::error("F0744", unknown.span, "AWS can't choose events by this")
            .here(&unknown.why)
            .note("`when` becomes an event pattern: fields of the event, each compared with constants, joined by `&&`")
            .help("start a workflow for each event and let it decide"),
        Topic::Hidden => {
            Diagnostic::error("F0745", unknown.span, "a message would come back while the function still works on it")
                .here(&unknown.why)
                .note("Lambda refuses such a queue")
                .help("give the queue a longer `visibility`, or the function a shorter `timeout`")
        }
    }
}

fn setting(unknown: &Unknown) -> Diagnostic {
    Diagnostic::error("F0701", unknown.span, "this can't be known when the app is deployed")
        .here(&unknown.why)
        .note("a setting is computed by the compiler, from constants, parameters and attributes of resources")
        .help("use a `param`, an attribute such as `orders.arn`, or a constant")
}

pub fn not_for_dynamo(span: Span, why: &str) -> Diagnostic {
    Diagnostic::error("F0707", span, "DynamoDB can't do this with an item")
        .here(why)
        .note("a lambda over an item becomes an expression of DynamoDB's: it compares fields with values, adds and subtracts, and knows `startsWith`, `contains`, `in`, `length`, `??`")
        .help("compute values before the call; for more, read the item with `get` and write it back under a condition")
}

pub fn key_condition(span: Span, keys: &str, why: &str) -> Diagnostic {
    Diagnostic::error("F0708", span, "a query can't look for this")
        .here(why)
        .note(format!("it looks by `{keys}`: one value of the partition key, and at most one condition or range of the sort key"))
        .help("other conditions go into `where: it => …`; with other keys it wants an `index`")
}

pub fn filter_on_key(span: Span, key: &str) -> Diagnostic {
    Diagnostic::error("F0709", span, format!("a query can't filter by `{key}`, a key that it looks by"))
        .help("put it into the query's own condition")
}

pub fn key_changed(span: Span, key: &str) -> Diagnostic {
    Diagnostic::error("F0710", span, format!("`{key}` is the item's key, which can't be changed")).help(
        "`put` the item under its new key and `delete` the old one, in a `transact` where both must happen",
    )
}

pub fn undo_in_child(span: crate::source::Span) -> Diagnostic {
    Diagnostic::error("F0706", span, "a saga can't undo what runs in another execution")
        .here("the bodies of this map are executions of their own")
        .note("AWS stops them when one fails, and nobody could say what they had done by then")
        .help("put a `saga` of its own into the body, or map inline")
}

pub fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error("F0711", span, "this is nested too deep to be built")
        .here("more than 150 levels")
        .help("name a part of it with `let`, or make a `fn` or `step` of it")
}

/// A mistake of the compiler, not of the program: the checker should have refused this.
pub fn unforeseen(span: Span, what: &str) -> Diagnostic {
    let code = super::INTERNAL;
    Diagnostic::error(code, span, format!("the compiler has no form for {what} here"))
        .note("this is a mistake of Flow: `flow check` should have said what is wrong, or built it")
        .help("write it another way, and please report it with these lines")
}
