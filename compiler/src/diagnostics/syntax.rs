//! What the parser finds: codes F0100–F0199.

use crate::source::Span;

use super::Diagnostic;

// ---------------------------------------------------------------- brackets and strings

pub fn too_deep(at: Span, limit: usize) -> Diagnostic {
    Diagnostic::error("F0100", at, format!("brackets nest more than {limit} deep"))
        .here("this one is too deep")
        .help("give the inner part a name: `let inner = …`, a `fn` or a `step`")
}

pub fn unclosed(open: Span, bracket: char) -> Diagnostic {
    let closer = match bracket {
        '(' => ')',
        '[' => ']',
        _ => '}',
    };
    Diagnostic::error("F0101", open, format!("this `{bracket}` is never closed"))
        .here("opened here")
        .help(format!("add the `{closer}` that belongs to it"))
}

/// At the end of the line that lacks it.
pub fn missing_open(at: Span) -> Diagnostic {
    Diagnostic::error("F0107", at, "expected `{` here").here("the block below begins").fix(
        "add the `{`",
        at,
        " {",
    )
}

/// `end` is that of the line that begins the block, `brace` the `{` on the next one.
pub fn brace_below(end: Span, brace: Span) -> Diagnostic {
    let it = Diagnostic::error("F0107", end, "expected `{` here").here("the block below begins");
    let mut it = it.label(brace, "a line too low").fix("put the `{` at the end of this line", end, " {");
    if let Some(fix) = &mut it.fix {
        fix.edits.push(super::Edit { span: brace, text: String::new() });
    }
    it
}

pub fn stray_close(at: Span, bracket: char) -> Diagnostic {
    Diagnostic::error("F0102", at, format!("this `{bracket}` closes nothing"))
        .here("no bracket of its kind is open here")
        .fix(format!("remove the `{bracket}`"), at, "")
}

pub fn unclosed_string(at: Span) -> Diagnostic {
    Diagnostic::error("F0103", at, "this string is never closed")
        .here("a string ends on the line it starts on, its `${…}` too")
        .fix("add the closing `\"`", at.tail(), "\"")
}

pub fn unclosed_block(at: Span) -> Diagnostic {
    Diagnostic::error("F0103", at, "this text is never closed")
        .here("opened here")
        .help("close it with `\"\"\"` on a line of its own")
}

pub fn block_begins_below(at: Span) -> Diagnostic {
    Diagnostic::error("F0150", at, "the text of a `\"\"\"` begins on the next line")
        .here("not here")
        .help("put it on lines of its own, and the closing `\"\"\"` below it")
}

pub fn block_indentation(at: Span, end: Span) -> Diagnostic {
    Diagnostic::error("F0150", at, "this line stands further left than the closing `\"\"\"`")
        .here("too far left")
        .label(end, "the text begins in this column")
        .help("indent the line, or move the closing `\"\"\"` to the left")
}

// ---------------------------------------------------------------- what is missing

/// `rest`: what stands on the line instead, if it can be put in braces.
pub fn expected_block(at: Span, after: &str, rest: Option<Span>) -> Diagnostic {
    let it = expected(at, "block", after);
    let Some(rest) = rest else { return it.help("put what belongs to it in braces: `{ … }`") };
    let mut it = it.fix("put the rest of the line in braces", rest.head(), "{ ");
    if let Some(fix) = &mut it.fix {
        fix.edits.push(super::Edit { span: rest.tail(), text: " }".to_owned() });
    }
    it
}

/// `after` is the text before the gap: "after `=`".
pub fn expected(at: Span, what: &str, after: &str) -> Diagnostic {
    let place = if after.is_empty() { String::new() } else { format!(" after `{after}`") };
    let (code, what) = match what {
        "name" => ("F0105", "a name"),
        "type" => ("F0106", "a type"),
        "block" => ("F0107", "a block `{ … }`"),
        "string" => ("F0108", "a string in double quotes"),
        "pattern" => ("F0109", "a pattern"),
        "error" => ("F0110", "the name of an error"),
        "action" => ("F0111", "what to do: `-> start workflow(…)` or `-> function(…)`"),
        "arm" => ("F0112", "`=>` and the value of this arm"),
        "equals" => ("F0113", "`=`"),
        "value" => ("F0114", "`=` and a value"),
        "in" => ("F0115", "`in` and what to go through"),
        _ => ("F0104", "an expression"),
    };
    Diagnostic::error(code, at, format!("expected {what}{place}")).here("here")
}

pub fn missing_comma(at: Span) -> Diagnostic {
    Diagnostic::error("F0116", at, "expected `,` between these two").here("a comma belongs here").fix(
        "add the comma",
        at,
        ",",
    )
}

pub fn extra_comma(at: Span) -> Diagnostic {
    Diagnostic::error("F0117", at, "nothing stands before this `,`").here("here").fix(
        "remove the `,`",
        at,
        "",
    )
}

// ---------------------------------------------------------------- what is too much

pub fn unexpected(at: Span, text: &str) -> Diagnostic {
    let shown = shorten(text);
    Diagnostic::error("F0120", at, format!("unexpected `{shown}`"))
        .here("this does not belong to what is before it")
}

pub fn not_a_declaration(at: Span, text: &str) -> Diagnostic {
    let first = shorten(text);
    Diagnostic::error("F0121", at, format!("`{first}` is no declaration"))
        .here("expected a declaration here")
        .help("declarations are `workflow`, `function`, `type`, `table`, `bucket`, `queue`, `test` and so on; statements belong into a workflow, a `step` or a `test`")
}

pub fn not_a_field(at: Span, text: &str) -> Diagnostic {
    let shown = shorten(text);
    Diagnostic::error("F0122", at, format!("`{shown}` is no `name: value`"))
        .here("expected `name: value` here")
}

pub fn not_a_statement(at: Span, text: &str) -> Diagnostic {
    let shown = shorten(text);
    Diagnostic::error("F0123", at, format!("`{shown}` starts no statement")).here("expected a statement here")
}

pub fn too_long(at: Span, limit: usize) -> Diagnostic {
    Diagnostic::error("F0124", at, format!("this expression nests more than {limit} operators deep"))
        .here("too much for one expression")
        .help("give its parts names: `let part = …`")
}

pub fn type_too_long(at: Span, limit: usize) -> Diagnostic {
    Diagnostic::error("F0124", at, format!("this type nests more than {limit} deep"))
        .here("too much for one type")
        .help("give its parts names: `type Part = …`")
}

fn shorten(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or("").trim_end();
    if line.chars().count() <= 24 {
        return line.to_owned();
    }
    line.chars().take(23).chain(std::iter::once('…')).collect()
}

// ---------------------------------------------------------------- slips of other languages

/// `word` is what is written, `ours` what Flow writes for it.
pub fn foreign_word(at: Span, word: &str, ours: &str) -> Diagnostic {
    Diagnostic::error("F0130", at, format!("Flow has no `{word}`; write `{ours}`"))
        .here(format!("`{ours}` here"))
        .fix(format!("write `{ours}`"), at, ours)
}

pub fn semicolon(at: Span) -> Diagnostic {
    Diagnostic::error("F0131", at, "statements end with their line, not with `;`").here("not needed").fix(
        "remove the semicolons",
        at,
        "",
    )
}

pub fn quotes(at: Span, text: &str, fixed: &str) -> Diagnostic {
    let quote = if text.starts_with('`') { "backticks" } else { "single quotes" };
    Diagnostic::error("F0132", at, format!("strings are written in double quotes, not in {quote}"))
        .here("use `\"`")
        .fix("use double quotes", at, fixed)
}

pub fn bad_number(at: Span, text: &str) -> Diagnostic {
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '_'));
    let digits = text.strip_suffix(unit).unwrap_or(text);
    if unit.is_empty() {
        let plain = text.replace('_', "");
        let plain = plain.trim_start_matches('0');
        let plain =
            if plain.starts_with('.') || plain.is_empty() { format!("0{plain}") } else { plain.to_owned() };
        return Diagnostic::error("F0133", at, format!("`{text}` is no number"))
            .here("digits stand together")
            .fix(format!("write `{plain}`"), at, plain);
    }
    let it = Diagnostic::error("F0133", at, format!("`{unit}` is no unit"))
        .here("neither a number nor a time or size");
    match unit_meant(unit) {
        Some(meant) => {
            let written = format!("{}{meant}", digits.replace('_', ""));
            it.fix(format!("write `{written}`"), at, written)
        }
        None => {
            it.help("times are `500ms`, `10s`, `5m`, `2h`, `7d` or `1h30m`; sizes are `64KB`, `256MB`, `2GB`")
        }
    }
}

/// `10 seconds`
pub fn apart(at: Span, unit: &str, ours: &str) -> Diagnostic {
    Diagnostic::error("F0133", at, format!("a time or size is one word: `{ours}`"))
        .here(format!("`{unit}` stands apart"))
        .fix(format!("write `{ours}`"), at, ours)
}

/// What other languages and people write for our units.
pub(crate) fn unit_meant(unit: &str) -> Option<&'static str> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "msec" | "millis" | "milliseconds" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "kb" | "kib" => "KB",
        "mb" | "mib" => "MB",
        "gb" | "gib" => "GB",
        "tb" | "tib" => "TB",
        _ => return None,
    })
}

pub fn bad_escape(at: Span, text: &str) -> Diagnostic {
    Diagnostic::error("F0134", at, format!("`{text}` is no escape"))
        .here("in this string")
        .help("escapes are `\\n`, `\\t`, `\\r`, `\\\"`, `\\\\`, `\\$` and `\\u{1F600}`")
}

/// `name?: T`
pub fn optional_name(question: Span, ty: Span) -> Diagnostic {
    let mut diagnostic = Diagnostic::error("F0136", question, "the `?` belongs to the type: `name: T?`")
        .here("not here")
        .label(ty, "but behind this type")
        .fix("move the `?` behind the type", question, "");
    if let Some(fix) = &mut diagnostic.fix {
        fix.edits.push(super::Edit { span: ty.tail(), text: "?".to_owned() });
    }
    diagnostic
}

pub fn async_lambda(at: Span) -> Diagnostic {
    Diagnostic::error("F0137", at, "Flow has no `async`: every call waits for its answer")
        .here("not needed")
        .fix("remove `async`", at, "")
}

/// `catch (e) { … }`
pub fn catch_parentheses(at: Span, name: &str) -> Diagnostic {
    let ours = if name.is_empty() { String::new() } else { format!("as {name}") };
    let written =
        if name.is_empty() { "catch { … }".to_owned() } else { format!("catch as {name} {{ … }}") };
    Diagnostic::error("F0138", at, format!("a caught error is named without parentheses: `{written}`"))
        .here("here")
        .fix(format!("write `{written}`"), at, ours)
}

pub fn catch_without_as(at: Span, name: &str) -> Diagnostic {
    Diagnostic::error("F0138", at, format!("a caught error is named with `as`: `catch as {name} {{ … }}`"))
        .here("stands where an error's name does")
        .fix("add `as`", at.head(), "as ")
}

pub fn ternary(at: Span) -> Diagnostic {
    Diagnostic::error("F0139", at, "Flow has no `? :`")
        .here("here")
        .help("write `if condition { a } else { b }`")
}

pub fn clause_on_lambda(at: Span) -> Diagnostic {
    Diagnostic::error("F0140", at, "a lambda's body ends before a clause")
        .here("this clause belongs to no call")
        .help("put the body in braces: `x => { call(x) within 10s }`")
}

pub fn branch_is_no_block(at: Span) -> Diagnostic {
    Diagnostic::error("F0141", at, "a named branch is a block")
        .here("put this in `{ }`")
        .help("in `parallel` all branches are named blocks, `a: { … }`, or all are statements")
}

pub fn increment(at: Span, operator: &str) -> Diagnostic {
    let ours = operator.get(..1).unwrap_or("+");
    Diagnostic::error("F0142", at, format!("Flow has no `{operator}`; write `{ours}= 1`")).here("here").fix(
        format!("write `{ours}= 1`"),
        at,
        format!(" {ours}= 1"),
    )
}

pub fn separator(at: Span, written: &str, ours: &str) -> Diagnostic {
    Diagnostic::error("F0143", at, format!("these are separated by `{}`, not by `{written}`", ours.trim()))
        .here("here")
        .fix(format!("write `{ours}`"), at, ours)
}
