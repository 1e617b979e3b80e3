//! `F04..`: control flow, calls as tasks, errors and their handlers.

use super::Diagnostic;
use super::names::DidYouMean;
use crate::source::Span;
use crate::syntax::ast::Name;

// ---------------------------------------------------------------- errors

pub fn after_catch_all(span: Span, first: Span, word: &str) -> Diagnostic {
    Diagnostic::error("F0403", span, format!("this `{word}` is never reached"))
        .here("nothing is left for it")
        .label(first, "this takes every error")
        .help("move it before the one that takes every error")
}

pub fn aws_error_in_throws(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("F0404", span, format!("`{name}` is AWS's own and needs no `throws`"))
        .help("take it away; `throws` lists declared errors")
}

pub fn error_without_fail(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("F0405", span, format!("`{name}` is an error, and nothing raises it")).fix(
        "raise it",
        span.head(),
        "fail ",
    )
}

pub fn fail_with_text(span: Span, text: &str) -> Diagnostic {
    Diagnostic::error("F0405", span, "`fail` names an error, and then says why")
        .here("only says why")
        .help(format!("declare `error Rejected` at the top, and write `fail Rejected({text:?})`"))
}

pub fn fail_what(span: Span) -> Diagnostic {
    Diagnostic::error("F0405", span, "`fail` raises an error by its name, or one that was caught")
        .here("not an error")
        .help("write `fail NotFound(\"why\")`, with `error NotFound` declared; or `fail e` of a caught `e`")
}

pub fn error_without_data(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("F0406", span, format!("`{name}` carries no data"))
        .here("only a message")
        .help(format!("declare its fields: `error {name} {{ code: string }}`"))
}

// ---------------------------------------------------------------- what is reached

pub fn unreachable(span: Span) -> Diagnostic {
    Diagnostic::error("F0407", span, "this is never reached")
        .here("everything before it leaves")
        .help("take it away")
}

pub fn missing_return(span: Span, name: &Name, result: &str, last: Option<Span>) -> Diagnostic {
    let it = Diagnostic::error("F0408", span, format!("`{}` ends without a result", name.text))
        .here("comes here without a `return`")
        .label(name.span, format!("gives `{result}`"));
    match last {
        Some(last) => it.fix("return the last value", last.head(), "return "),
        None => it.help("`return` a value, or `fail`, on every way"),
    }
}

pub fn empty_return(span: Span, name: &str, result: &str) -> Diagnostic {
    Diagnostic::error("F0408", span, format!("`{name}` gives `{result}`, but this returns nothing"))
        .help("write the value behind `return`, on the same line")
}

pub fn undeclared_result(span: Span, name: &str, found: &str) -> Diagnostic {
    Diagnostic::error("F0409", span, format!("`{name}` declares no result, but returns one"))
        .here(format!("is `{found}`"))
        .help(format!("declare it: `-> {found}`"))
}

pub fn return_in_pure(span: Span) -> Diagnostic {
    Diagnostic::error("F0410", span, "a `fn` or lambda gives its last value, without `return`")
        .help("take `return` away; choose with `if … { a } else { b }`")
}

pub fn return_outside(span: Span) -> Diagnostic {
    Diagnostic::error("F0410", span, "there is nothing to return from here")
}

pub fn jump_outside(span: Span, word: &str) -> Diagnostic {
    Diagnostic::error("F0411", span, format!("`{word}` stands outside a loop"))
}

pub fn jump_out(span: Span, word: &str, what: &str) -> Diagnostic {
    Diagnostic::error("F0412", span, format!("`{word}` can't leave a `{what}`"))
        .here(format!("inside `{what}`, whose parts run at once"))
        .help(format!("give a value from the `{what}`, and look at it behind it"))
}

// ---------------------------------------------------------------- variables

/// `own`: it was declared by a `let`.
pub fn not_a_var(name: &str, span: Span, declared: Span, own: bool) -> Diagnostic {
    let it = Diagnostic::error("F0414", span, format!("`{name}` can't be assigned")).here("assigned here");
    if own {
        it.label(declared, "not declared with `var`").help(format!("declare it with `var {name}`"))
    } else {
        it.label(declared, "given from outside").help(format!("copy it first: `var next = {name}`"))
    }
}

pub fn read_only_inside(name: &str, span: Span, declared: Span, what: &str) -> Diagnostic {
    Diagnostic::error("F0415", span, format!("`{name}` can't be assigned inside a `{what}`"))
        .here("runs at once with others")
        .label(declared, "declared outside")
        .help(format!("give the value as the result: `let xs = {what} … {{ … }}`"))
}

pub fn not_assignable(span: Span) -> Diagnostic {
    Diagnostic::error("F0414", span, "this can't be assigned")
        .help("assign to a `var`, or to a field or item of one")
}

// ---------------------------------------------------------------- where tasks may stand

pub fn task_in_lambda(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("F0416", span, format!("{what} can't stand in a lambda"))
        .here("needs a state of its own")
        .help("use `map x in xs { … }`, whose body may call anything")
}

pub fn task_in_fn(span: Span, what: &str, name: &str) -> Diagnostic {
    Diagnostic::error("F0416", span, format!("{what} can't stand in a `fn`"))
        .here("needs a state of its own")
        .help(format!("make `{name}` a `step`"))
}

pub fn task_in_setting(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("F0416", span, format!("{what} can't stand here"))
        .here("must be known when the app is deployed")
        .help("call it in a workflow")
}

pub fn statement_in_pure(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("F0416", span, format!("{what} can't stand in a `fn` or lambda"))
        .help("use `map`, `filter` or `reduce`, or make it a `step`")
}

pub fn not_in_express(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("F0417", span, format!("an Express workflow can't have {what}"))
        .here("Standard workflows only")
        .help("take `@express` away, or move this into a Standard workflow")
}

pub fn step_not_in_express(span: Span, name: &str, what: &str, place: Span) -> Diagnostic {
    Diagnostic::error("F0417", span, format!("an Express workflow can't run the step `{name}`"))
        .here("Standard workflows only")
        .label(place, format!("it has {what}"))
}

// ---------------------------------------------------------------- how things are called

pub fn nothing_to_await(span: Span, name: &str, why: &str) -> Diagnostic {
    Diagnostic::error("F0418", span, format!("`{name}` has nothing to wait for"))
        .here(why.to_owned())
        .help("take `await` away")
}

/// A container's value, asked of a task that only stops.
pub fn no_result_of_job(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("F0418", span, format!("`{name}` gives no result when it stops"))
        .here("waits until the task has stopped, of which ECS tells no more than how it went")
        .help(format!("hand a token on, and let the container answer it: `await token => {name}(…)`"))
}

pub fn no_token(span: Span, name: &str, why: &str) -> Diagnostic {
    Diagnostic::error("F0418", span, format!("`{name}` takes no token")).here(why.to_owned())
}

pub fn token_not_sent(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("F0419", span, format!("the token `{name}` goes nowhere, so nobody can answer"))
        .here("never used")
        .help("put it into what is sent")
}

pub fn not_whole_seconds(span: Span, what: &str) -> Diagnostic {
    Diagnostic::error("F0422", span, format!("{what} takes whole seconds, at least one"))
        .here("not whole seconds")
}

pub fn alias_without_call(span: Span) -> Diagnostic {
    Diagnostic::error("F0423", span, "an alias stands in a call").help("write `charge@live(x)`")
}

pub fn no_alias(span: Span) -> Diagnostic {
    Diagnostic::error("F0423", span, "what is called here has no aliases")
        .help("functions and workflows have them")
}

pub fn unknown_alias(
    alias: &Name,
    owner: &str,
    place: Span,
    declared: &[&str],
    close: Option<&str>,
) -> Diagnostic {
    let message = format!("`{owner}` has no alias `{}`", alias.text);
    let it = Diagnostic::error("F0423", alias.span, message).here("not declared");
    match (close, declared) {
        (Some(_), _) => it.did_you_mean(alias.span, close),
        (None, []) => it
            .label(place, "no `@alias` stands above it")
            .help(format!("write `@alias({})` above `{owner}`, or call it without `@`", alias.text)),
        (None, _) => {
            it.label(place, "declared here").help(format!("it has {}", super::or_list(declared, "and")))
        }
    }
}

pub fn needs_call(span: Span, word: &str) -> Diagnostic {
    Diagnostic::error("F0424", span, format!("`{word}` is followed by a call")).here("not a call")
}

pub fn clause_without_call(clause: Span, value: Span) -> Diagnostic {
    Diagnostic::error("F0424", clause, "this clause belongs behind a call that needs a state")
        .label(value, "this is none")
        .help("put it right behind the call, or around several in `try { … }`")
}

pub fn clause_on_step(clause: Span, name: &str) -> Diagnostic {
    Diagnostic::error("F0424", clause, format!("`{name}` is a step: its calls have clauses, it has none"))
        .help(format!("write `try {{ {name}(…) }} catch …`"))
}

pub fn clause_needs_call(clause: Span, word: &str, what: &str) -> Diagnostic {
    Diagnostic::error("F0424", clause, format!("{what} can't have `{word}`"))
        .here("behind a single call only")
        .help("put it behind each call")
}

pub fn not_in_policy(clause: Span, word: &str) -> Diagnostic {
    Diagnostic::error("F0425", clause, format!("a policy can't have `{word}`"))
        .help("it names `within`, `heartbeat`, `retry` and `with`")
}

pub fn undo_outside(span: Span) -> Diagnostic {
    Diagnostic::error("F0426", span, "`undo` stands outside a saga").help("put the calls in `saga { … }`")
}

pub fn bare_try(span: Span) -> Diagnostic {
    let head = Span { end: span.start.saturating_add(3).min(span.end), ..span };
    Diagnostic::error("F0427", head, "`try` without `catch`, `retry` or `finally` does nothing")
        .help("add `catch as e { … }`")
}

pub fn bad_jitter(span: Span) -> Diagnostic {
    Diagnostic::error("F0428", span, "`jitter` is `full` or `none`")
}

pub fn option_too_small(span: Span, name: &str, least: &str) -> Diagnostic {
    Diagnostic::error("F0428", span, format!("`{name}` must be at least {least}"))
}

pub fn retry_not_constant(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("F0433", span, format!("`{name}` of `retry` must be known before the run"))
        .here("only known later")
        .note("AWS computes nothing in a state's `Retry`")
        .help("write a number or a duration, or a constant: `let tries = 3`")
}

pub fn not_a_default_retry(span: Span) -> Diagnostic {
    Diagnostic::error("F0431", span, "this says nothing of the default retries")
        .here("`none`, `default`, a policy, or times in braces are wanted")
        .help("write `none`, the name of a `policy`, or `{ attempts: 3, every: 1s, backoff: 2 }`")
}

pub fn policy_without_retry(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("F0431", span, format!("the policy `{name}` has no `retry`"))
        .here("only its retries count here")
        .help(format!("add `retry (attempts: 3)` to `{name}`, or write `none`"))
}

pub fn option_too_large(span: Span, name: &str, most: f64, unit: &str) -> Diagnostic {
    Diagnostic::error("F0428", span, format!("`{name}` must be at most {most}{unit}"))
}

pub fn option_of_none(span: Span) -> Diagnostic {
    Diagnostic::error("F0428", span, "`retry none` has no options")
        .here("there is nothing to set")
        .help("leave `none` out to retry, or the options not to")
}

pub fn clause_twice(span: Span, first: Span, word: &str) -> Diagnostic {
    Diagnostic::error("F0432", span, format!("a call has one `{word}`"))
        .here("a second one")
        .label(first, "the first one")
        .help("take one of them away")
}

pub fn continue_as_what(span: Span) -> Diagnostic {
    Diagnostic::error("F0429", span, "`continue as` starts a workflow")
        .help("write `continue as fulfil(next)`")
}

pub fn continue_as_outside(span: Span) -> Diagnostic {
    Diagnostic::error("F0429", span, "`continue as` stands in a workflow only")
}

pub fn awaited_continues(span: Span, name: &str, place: Span) -> Diagnostic {
    Diagnostic::error(
        "F0429",
        span,
        format!("`{name}` can't go on in another execution: its result is awaited"),
    )
    .here("ends this execution without a result")
    .label(place, "awaited here")
    .help("start it without `await`, or hand it a token to complete")
}

pub fn state_name_too_long(span: Span, length: usize) -> Diagnostic {
    Diagnostic::error("F0430", span, format!("the name of a state has at most 80 characters, not {length}"))
}
