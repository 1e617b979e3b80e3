//! What `audit` says: errors, deadlines, loops. Codes F0450 to F0499.

use super::Diagnostic;
use crate::source::Span;

fn names(names: &[impl AsRef<str>]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}

pub fn unhandled_error(error: &str, at: Span, owner: &str, place: Span) -> Diagnostic {
    Diagnostic::error("F0450", at, format!("`{error}` is not handled"))
        .here(format!("can raise `{error}`"))
        .label(place, format!("`{owner}` does not say that it throws `{error}`"))
        .help(format!("handle it with `catch {error} as e {{ … }}`, or add `throws {error}` to `{owner}`"))
}

/// `cut`: what to take out of the text where other errors are listed too.
pub fn throws_too_much(error: &str, owner: &str, at: Span, cut: Option<Span>) -> Diagnostic {
    let it = Diagnostic::warning("F0451", at, format!("`{owner}` never raises `{error}`"))
        .here("listed here")
        .note("callers have to handle every error that is listed")
        .help(format!("take `{error}` out of `throws`"));
    match cut {
        Some(cut) => it.fix(format!("take `{error}` out"), cut, ""),
        None => it,
    }
}

pub fn never_raised(error: &str, raised: &[&str], at: Span) -> Diagnostic {
    let raised = if raised.is_empty() { "no declared error".to_owned() } else { names(raised) };
    Diagnostic::error("F0452", at, format!("`{error}` is not raised here"))
        .here("can never be met")
        .note(format!("what it guards raises {raised}"))
        .help("name an error that it raises, or take this one out")
}

pub fn caught_before(error: &str, at: Span) -> Diagnostic {
    Diagnostic::error("F0453", at, format!("`{error}` is caught by an earlier clause"))
        .here("never comes here")
        .help("put both handlings into the first clause, or take this name out")
}

pub fn catch_after_catch_all(at: Span, first: Span) -> Diagnostic {
    Diagnostic::error("F0454", at, "this `catch` can never be reached")
        .here("unreachable")
        .label(first, "this one catches every error already")
        .help("put the clause that catches everything last")
}

pub fn foreign_error(error: &str, known: &[String], at: Span) -> Diagnostic {
    let known: Vec<&String> = known.iter().take(8).collect();
    let known: Vec<String> = known.into_iter().cloned().collect();
    Diagnostic::error("F0455", at, format!("this call does not raise `{error}`"))
        .here("the error of another service")
        .note(format!("it raises {}", names(&known)))
        .help("name one of its own errors, or one of Step Functions' (`States.Timeout`)")
}

pub fn no_such_error(error: &str, known: &[String], at: Span) -> Diagnostic {
    let known: Vec<&String> = known.iter().take(8).collect();
    Diagnostic::error("F0455", at, format!("this call does not raise `{error}`"))
        .here("AWS has no such name")
        .note(format!("it raises {}", names(&known)))
        .help("name one of these, or one of Step Functions' own (`States.Timeout`)")
}

pub fn unlisted_error(error: &str, known: &[String], at: Span) -> Diagnostic {
    let known: Vec<&String> = known.iter().take(8).collect();
    Diagnostic::warning("F0456", at, format!("AWS does not list `{error}` among the errors of this call"))
        .here("the error of another action of the service")
        .note(format!("it lists {}", names(&known)))
        .help("name one of these, or catch everything with `catch as e`")
}

pub fn nobodys_error(error: &str, at: Span) -> Diagnostic {
    Diagnostic::error("F0455", at, format!("nothing here raises `{error}`"))
        .here("the error of a service that isn't called in the block")
        .help("name an error of what is called, or take the clause out")
}

pub fn clause_binds_once(at: Span, call: Span, other: Span) -> Diagnostic {
    Diagnostic::warning("F0457", at, "this clause stands behind one call, not behind the whole expression")
        .here("for the last call only")
        .label(call, "counts for this call")
        .label(other, "not for what is called here")
        .help("put each call into a `let` of its own, or all of them into `try { … }`")
}

pub fn http_too_long(at: Span, most: u64) -> Diagnostic {
    Diagnostic::error("F0464", at, format!("Step Functions ends an HTTP call after {most} seconds"))
        .here("never reached")
        .note("the call then fails with `States.Http.Socket`")
        .help("give a shorter `within`, or let the other side answer later on a token from a function")
}

pub fn heartbeat_too_long(heartbeat: Span, limit: Span) -> Diagnostic {
    Diagnostic::error("F0460", heartbeat, "the heartbeat must be shorter than the deadline")
        .here("can never be missed in time")
        .label(limit, "the call ends here already")
        .note("AWS refuses a state whose HeartbeatSeconds is not smaller than its TimeoutSeconds")
        .help("give a shorter `heartbeat`, or a longer `within`")
}

pub fn callback_without_deadline(at: Span) -> Diagnostic {
    Diagnostic::warning("F0461", at, "this waits for a callback without a deadline")
        .here("if nobody answers, the execution stays open for a year")
        .help("add `within 2d` (or `heartbeat 5m`), `@timeout` on the workflow, or `within never` if that is meant")
}

pub fn deadline_out_of_range(at: Span, most: u64) -> Diagnostic {
    Diagnostic::error("F0462", at, "AWS takes no such deadline")
        .here(format!("must be from 1 second to {most} seconds"))
        .help("give a time in that range; for none at all write `within never`")
}

pub fn wait_too_long(at: Span, most: u64) -> Diagnostic {
    Diagnostic::error("F0463", at, "AWS waits for no longer than three years")
        .here(format!("more than {most} seconds"))
        .help("wait until a time (`wait until t`), or start the work from a schedule")
}

pub fn wait_into_the_past(at: Span) -> Diagnostic {
    Diagnostic::error("F0463", at, "a `wait` goes forwards")
        .here("less than nothing")
        .help("give a time from `0s` up")
}

pub fn endless_loop(at: Span) -> Diagnostic {
    Diagnostic::warning("F0470", at, "this loop never ends and never waits")
        .here("nothing in it leaves the loop")
        .note("the execution fails when its history reaches 25,000 events; every state entered until then is billed")
        .help("leave with `break`, `return` or `fail`, or `wait` in it")
}

pub fn history_overflow(at: Span, rounds: u64) -> Diagnostic {
    Diagnostic::warning("F0471", at, "this loop can fill the execution's history")
        .here(format!("about {rounds} rounds are 25,000 events, where AWS fails the execution"))
        .help("bound it with `repeat (max: n)` or the workflow's `@timeout(…)`, or go on with `continue as`")
}
