//! What AWS bounds. Codes F0730 to F0749.

use super::Diagnostic;
use crate::source::Span;

/// `10240` → `10,240`
fn grouped(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().unwrap_or(u64::MAX).to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

pub fn definition_too_large(name: &str, at: Span, size: usize, most: usize) -> Diagnostic {
    let (size, most) = (grouped(size), grouped(most));
    Diagnostic::error("F0730", at, format!("the definition of `{name}` is too large"))
        .here(format!("at least {size} characters; Step Functions takes {most}"))
        .note(
            "a `step` is written out wherever it is called, and a `for` over a short list once for each item",
        )
        .help("make a workflow of its own of a part, and call it with `await`")
}

pub fn expression_too_deep(at: Span, depth: usize, most: usize) -> Diagnostic {
    Diagnostic::error("F0731", at, "this expression is nested too deep for AWS")
        .here(format!("{depth} levels; the evaluation stops near {most}"))
        .help("bind parts of it with `let` between two calls, or compute it in a function")
}

pub fn payload_too_large(at: Span, size: u64, most: u64) -> Diagnostic {
    Diagnostic::error("F0732", at, "this value is too large to travel in a workflow")
        .here(format!("at least {} bytes as JSON; AWS ends the run at {}", grouped(size), grouped(most)))
        .help("write it to a bucket and hand over its key")
}

pub fn history_too_long(at: Span, name: &str, events: u64, most: u64) -> Diagnostic {
    Diagnostic::error("F0733", at, format!("no run of `{name}` can get to its end"))
        .here("fills the history")
        .note(format!("it takes at least {} events; AWS fails a run at {}", grouped(events), grouped(most)))
        .help("use `map (distributed: true) …`, whose children have histories of their own")
}

pub fn too_many(at: Span, what: &str, count: usize, most: usize) -> Diagnostic {
    Diagnostic::warning("F0734", at, format!("the template has too many {what}"))
        .here(format!("{}; CloudFormation takes {}", grouped(count), grouped(most)))
        .help("split the app in two; one refers to the other's resources with `existing:`")
}

pub fn template_too_large(at: Span, size: usize, most: usize) -> Diagnostic {
    Diagnostic::warning("F0735", at, "the template is too large")
        .here(format!("{} bytes; CloudFormation takes {}", grouped(size), grouped(most)))
        .help("split the app in two; one refers to the other's resources with `existing:`")
}

pub fn does_not_fit(at: Span, name: &str, what: &str, size: usize, most: usize) -> Diagnostic {
    Diagnostic::error("F0736", at, format!("`{name}` is too large for AWS"))
        .here(format!("{what}: {} characters of at most {}", grouped(size), grouped(most)))
        .help(
            "let a workflow or function of its own do a part, or put the settings into a secret or a bucket",
        )
}

pub fn refused_name(at: Span, owner: &str, name: &str, ty: &str, why: &str) -> Diagnostic {
    Diagnostic::error("F0737", at, format!("`{name}` can't be the name of `{owner}` in AWS"))
        .here(why)
        .note(format!("it becomes the name of an `{ty}`"))
        .help("choose another, or leave `name:` out: CloudFormation then makes one")
}

pub fn waits_past_the_end(at: Span) -> Diagnostic {
    Diagnostic::error("F0738", at, "an Express workflow ends before this wait does")
        .here("an Express run lasts five minutes at most")
        .help("make it a Standard workflow: leave `@express` out")
}

pub fn too_many_at_once(at: Span, wanted: f64, most: f64, distributed: bool) -> Diagnostic {
    let it = Diagnostic::warning("F0739", at, "AWS runs fewer of these at once")
        .here(format!("`concurrency: {wanted}`, but at most {most} run at once"));
    match distributed {
        true => it.help("lower `concurrency`"),
        false => it.help("use `map (distributed: true, …) …`, or lower `concurrency`"),
    }
}

pub fn must_be_whole(at: Span, option: &str) -> Diagnostic {
    Diagnostic::error("F0740", at, format!("`{option}` counts, so it must be a whole number"))
        .help("write a whole number, or a percentage such as `5%`")
}

pub fn no_percentage(at: Span) -> Diagnostic {
    Diagnostic::error("F0741", at, "a percentage is from `0%` to `100%`").help("write one in that range")
}

pub fn refused_label(at: Span, why: &str) -> Diagnostic {
    Diagnostic::error("F0742", at, "Step Functions does not take this label")
        .here(why)
        .help("choose a short name of letters, digits and `-`")
}
