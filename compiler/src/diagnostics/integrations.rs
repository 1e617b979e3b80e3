//! `F06..`: calls of AWS.

use std::sync::Arc;

use super::names::DidYouMean;
use super::{Diagnostic, or_list};
use crate::source::Span;
use crate::syntax::ast::Name;

pub fn unknown_service(name: &Name, close: Option<&str>) -> Diagnostic {
    let message = format!("Step Functions knows no AWS service `{}`", name.text);
    Diagnostic::error("F0601", name.span, message).here("no such service").did_you_mean(name.span, close)
}

pub fn unknown_action(name: &Name, service: &str, close: Option<&str>) -> Diagnostic {
    let message = format!("`{service}` has no action `{}`", name.text);
    Diagnostic::error("F0602", name.span, message).here("no such action").did_you_mean(name.span, close)
}

pub fn not_an_action(span: Span) -> Diagnostic {
    Diagnostic::error("F0603", span, "this names no action of AWS")
        .here("not a service and an action")
        .help("write `aws.<service>.<action>({ … })`, such as `aws.sqs.sendMessage({ … })`")
}

pub fn no_sync(span: Span, action: &str) -> Diagnostic {
    Diagnostic::error("F0604", span, format!("Step Functions can't wait for what `{action}` starts"))
        .here("`await` needs a `.sync` integration")
        .help("call it without `await`, and poll in a loop with `wait`, or use `await token => …`")
}

pub fn no_callback(span: Span, action: &str) -> Diagnostic {
    Diagnostic::error("F0605", span, format!("`{action}` can't wait for a token"))
        .here("the integration has no `.waitForTaskToken`")
}

pub fn no_request(span: Span, action: &str, only_sync: bool) -> Diagnostic {
    let it = Diagnostic::error("F0603", span, format!("`{action}` has no request-response form"));
    if only_sync { it.help(format!("write `await aws.{action}(…)`")) } else { it }
}

pub fn refused(span: Span, action: &str, why: &str) -> Diagnostic {
    Diagnostic::error("F0607", span, format!("Step Functions doesn't offer `{action}`: {why}"))
        .here("not offered")
        .help("call it from a function")
}

pub fn deprecated(span: Span, action: &str) -> Diagnostic {
    Diagnostic::warning("F0608", span, format!("AWS calls `{action}` deprecated")).here("deprecated")
}

pub fn parameters_in_braces(span: Span, action: &str) -> Diagnostic {
    Diagnostic::error("F0609", span, "the parameters of an AWS action stand in one record")
        .here("not an option")
        .help(format!("write `aws.{action}({{ Name: value }})`"))
}

/// `aws.sqs.sendMessage({ QueueUrl: …, MessageBody: … })`
fn form(action: &str, needed: &[Arc<str>]) -> String {
    const SHOWN: usize = 6;
    let mut parts: Vec<String> = needed.iter().take(SHOWN).map(|it| format!("{it}: …")).collect();
    if parts.is_empty() || needed.len() > SHOWN {
        parts.push("…".to_owned());
    }
    format!("write `aws.{action}({{ {} }})`", parts.join(", "))
}

pub fn one_record(span: Span, action: &str, given: usize, needed: &[Arc<str>]) -> Diagnostic {
    Diagnostic::error(
        "F0609",
        span,
        format!("`{action}` takes its parameters in one record, but {given} values are given"),
    )
    .help(form(action, needed))
}

pub fn not_parameters(span: Span, action: &str, found: &str, needed: &[Arc<str>]) -> Diagnostic {
    Diagnostic::error("F0609", span, format!("the parameters of `{action}` stand in one record"))
        .here(format!("is `{found}`"))
        .help(form(action, needed))
}

pub fn unlisted_value(span: Span, text: &str, values: &[&str], close: Option<&str>) -> Diagnostic {
    let it =
        Diagnostic::warning("F0610", span, format!("AWS lists no value `{text}` here")).here("not listed");
    match close {
        Some(near) => it.help(format!("did you mean `{near}`?")).fix(
            format!("change it to `{near}`"),
            span,
            format!("{near:?}"),
        ),
        None => it.help(format!("it lists {}", or_list(values, "and"))),
    }
}

pub fn pages_what(span: Span) -> Diagnostic {
    Diagnostic::error("F0611", span, "`pages` takes one call of an AWS action")
        .here("not such a call")
        .help("write `pages(aws.s3.listObjectsV2({ … }))`")
}

pub fn no_pages(span: Span, action: &str) -> Diagnostic {
    Diagnostic::error("F0612", span, format!("`{action}` gives its whole result at once"))
        .here("AWS doesn't page it")
        .help("call it without `pages`")
}

pub fn unknown_parameter(name: &Name, action: &str, known: &[&str], close: Option<&str>) -> Diagnostic {
    let message = format!("`{action}` has no parameter `{}`", name.text);
    let it = Diagnostic::error("F0613", name.span, message).here("no such parameter");
    match close {
        Some(_) => it.did_you_mean(name.span, close),
        None => it.help(format!("it has {}", or_list(known, "and"))),
    }
}
