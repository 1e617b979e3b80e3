//! `F03..`: types and values.

use std::sync::Arc;

use super::names::DidYouMean;
use super::{Diagnostic, or_list};
use crate::source::Span;
use crate::syntax::ast::Name;
use crate::typed::{Expr, ExprKind};
use crate::types::{Mismatch, Problem, Type, Types};

/// The place that a value goes to: "parameter `order`".
#[derive(Clone, Copy)]
pub struct Role<'r> {
    pub noun: &'r str,
    pub name: &'r str,
    /// Where its type was written.
    pub declared: Option<Span>,
}

impl<'r> Role<'r> {
    pub fn new(noun: &'r str, name: &'r str) -> Self {
        Role { noun, name, declared: None }
    }

    #[must_use]
    pub fn at(self, declared: Span) -> Self {
        Role { declared: Some(declared), ..self }
    }

    /// As a message says it.
    pub fn show(&self) -> String {
        if self.name.is_empty() { self.noun.to_owned() } else { format!("{} `{}`", self.noun, self.name) }
    }

    fn label(&self, it: Diagnostic) -> Diagnostic {
        match self.declared {
            Some(span) if span != it.span() => it.label(span, "declared here"),
            _ => it,
        }
    }
}

// ---------------------------------------------------------------- values that don't fit

pub fn mismatch(
    types: &Types,
    value: &Expr,
    wanted: &Type,
    mismatch: &Mismatch,
    role: Role<'_>,
) -> Diagnostic {
    let (found, shown) = (types.show(&value.ty), types.show(wanted));
    let message = format!("{} must be `{shown}`, but this is `{found}`", role.show());
    let it = Diagnostic::error("F0301", value.span, message);
    let it = it.here(format!("is `{found}`"));
    let it = match &mismatch.problem {
        _ if mismatch.path.is_empty() => it,
        Problem::Wrong { found, wanted } => {
            let place = mismatch.place();
            it.note(format!("`{place}` is `{}`, but must be `{}`", types.show(found), types.show(wanted)))
        }
        Problem::MayBeNull { found, wanted } => {
            let place = mismatch.place();
            it.note(format!(
                "`{place}` may be missing: it is `{}`, but must be `{}`",
                types.show(found),
                types.show(wanted)
            ))
        }
        Problem::MissingField { name, wanted, .. } => {
            it.note(format!("`{}` has no field `{name}` (`{}`)", mismatch.place(), types.show(wanted)))
        }
    };
    role.label(way_out(types, value, wanted, it))
}

/// `{ id }` where a record with a field `id` is wanted.
pub fn block_for_record(at: Span, name: &str, wanted: &str, role: Role<'_>) -> Diagnostic {
    let message = format!("{} must be `{wanted}`, but `{{ {name} }}` is a block", role.show());
    Diagnostic::error("F0301", at, message)
        .here(format!("gives the value of `{name}`"))
        .note("`{` begins a record if a `,` or `:` follows the first name")
        .fix(format!("write `{{ {name}: {name} }}`"), at, format!("{{ {name}: {name} }}"))
}

/// What to do about the most common of them.
fn way_out(types: &Types, value: &Expr, wanted: &Type, it: Diagnostic) -> Diagnostic {
    let inner = types.without_null(wanted);
    let to = types.resolve(&inner);
    if types.show(&value.ty) == STARTED {
        return it.help(AWAIT);
    }
    match (types.resolve(&value.ty), to) {
        (Type::Resource { .. }, Type::String) => it.help("name an attribute: `.arn`, `.name`, `.url`"),
        (Type::Duration, Type::Timestamp) => it.help("a span is added to a time: `now() + 5m`"),
        (Type::Timestamp, Type::Duration) => it.help("`wait until time` waits for a time"),
        (Type::Json, _) => it.help(format!(
            "say what it is with `as {}`, which tests check, or look at it with `match`",
            types.show(wanted)
        )),
        (Type::Int | Type::Number, Type::Duration) => match &value.kind {
            ExprKind::Number(text) if !text.contains('.') => it
                .help("a duration has a unit: `s`, `m`, `h` or `d`")
                .fix(format!("write `{text}s`"), value.span, format!("{text}s")),
            _ => it.help("multiply it with a duration: `n * 1s`"),
        },
        (Type::Duration, Type::Int | Type::Number) => it.help("`.seconds()` gives it as a number of seconds"),
        (Type::Int | Type::Number, Type::Size) => it.help("a size has a unit: `KB`, `MB` or `GB`"),
        (Type::Number, Type::Int) => {
            it.help("`.round()`, `.floor()` or `.ceil()` makes it an `int`; `a.div(b)` divides whole numbers")
        }
        (Type::Int | Type::Number | Type::Boolean, Type::String) => match &value.kind {
            ExprKind::Number(text) => {
                it.fix(format!("write `\"{text}\"`"), value.span, format!("\"{text}\""))
            }
            _ => it.help("put it in a text: `\"${…}\"`"),
        },
        (Type::Record(_) | Type::List(_) | Type::Dict(_), Type::String) => {
            it.help("`toJson(…)` makes a text of it")
        }
        (Type::Literal(_) | Type::String, Type::Int | Type::Number) => match &value.kind {
            ExprKind::String(text) if text.parse::<f64>().is_ok() => {
                it.fix(format!("write `{text}`"), value.span, text.to_string())
            }
            // No number in it: something else is meant.
            ExprKind::String(_) => it,
            _ => it.help("`toNumber(…)` reads a number from a text"),
        },
        (Type::Literal(_), Type::Union(_) | Type::Literal(_)) => near_literal(types, value, wanted, it),
        (Type::String, Type::Union(_) | Type::Literal(_)) => it.help(format!(
            "only these texts fit: `{}`; compare first, or say what it is with `as`",
            types.show_open(wanted)
        )),
        (Type::String | Type::Literal(_), Type::Timestamp) => it.help(
            "a time is written `\"2026-01-31T12:00:00Z\"`; say `as timestamp` of a text that surely is one",
        ),
        (Type::List(item), _) if types.assignable(item, wanted) => {
            it.help("this is a list; take one with `[0]`, or go over all with `for` or `map`")
        }
        (_, Type::List(item)) if types.assignable(&value.ty, item) => {
            it.help("a list is wanted: put it in `[…]`")
        }
        _ => it,
    }
}

fn near_literal(types: &Types, value: &Expr, wanted: &Type, it: Diagnostic) -> Diagnostic {
    let ExprKind::String(text) = &value.kind else { return it };
    let (members, _) = types.members(wanted);
    let texts: Vec<&str> = members
        .iter()
        .filter_map(|it| match it {
            Type::Literal(crate::types::LiteralType::String(text)) => Some(&**text),
            _ => None,
        })
        .collect();
    match super::close(text, texts.iter().copied()) {
        Some(close) => it.help(format!("did you mean {close:?}?")).fix(
            format!("change it to {close:?}"),
            value.span,
            format!("{close:?}"),
        ),
        None if texts.is_empty() => it,
        None => it.help(format!("it can be {}", or_list(&texts, "or"))),
    }
}

/// `lacking`: the names with the types that they must have, at least one.
pub fn missing_fields(span: Span, lacking: &[(Arc<str>, String)], of: &str, role: Role<'_>) -> Diagnostic {
    let names: Vec<&str> = lacking.iter().map(|(name, _)| &**name).collect();
    let typed: Vec<String> = lacking.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
    let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
    let are = if names.len() == 1 { "is" } else { "are" };
    let message = format!("{} {are} missing in {}", or_list(&names, "and"), role.show());
    let needs = match of.strip_prefix("parameters of ") {
        Some(action) => format!("`{action}` needs {}", or_list(&typed, "and")),
        None => format!("`{of}` needs {}", or_list(&typed, "and")),
    };
    let it = Diagnostic::error("F0302", span, message).here(format!("no {}", or_list(&names, "and no")));
    role.label(it.help(needs))
}

/// The value was handed over whole, and one of its fields fits.
pub fn field_meant(it: Diagnostic, value: Span, name: &str) -> Diagnostic {
    if !crate::types::show::is_word(name) {
        return it;
    }
    let meant = format!("hand over its `{name}`");
    it.help(format!("{meant}: `….{name}`")).fix(meant, value.tail(), format!(".{name}"))
}

pub fn may_be_missing(span: Span, found: &str, wanted: &str, role: Role<'_>) -> Diagnostic {
    let message = format!("{} must be `{wanted}`, but this may be missing", role.show());
    let it = Diagnostic::error("F0303", span, message).here(format!("is `{found}`"));
    role.label(
        it.help("give another value with `?? …`, leave with `?? fail …`, or test it with `!= null` first"),
    )
}

pub fn missing_base(base: &Expr, name: Span, found: &str, what: &str) -> Diagnostic {
    let it = Diagnostic::error("F0303", base.span, "this may be missing")
        .here(format!("is `{found}`"))
        .label(name, format!("`{what}` needs a value"));
    let it = it.help("use `?.` to get null then, `?? …` for another value, or test it with `!= null` first");
    if base.span.file == name.file && base.span.end + 1 == name.start && what.starts_with('.') {
        return it.fix("use `?.`", base.span.tail(), "?");
    }
    it
}

pub fn missing_in_text(span: Span, found: &str) -> Diagnostic {
    Diagnostic::error("F0303", span, "a text is made of a value that may be missing")
        .here(format!("is `{found}`"))
        .help("give another value: `${… ?? \"none\"}`")
        .fix("give \"\" where it is missing", span.tail(), " ?? \"\"")
}

pub fn missing_operand(span: Span, operator: &str, found: &str) -> Diagnostic {
    Diagnostic::error("F0303", span, format!("an operand of `{operator}` may be missing"))
        .here(format!("is `{found}`"))
        .help("give another value with `?? …`, or test it with `!= null` first")
}

pub fn missing_spread(span: Span, found: &str) -> Diagnostic {
    Diagnostic::error("F0303", span, "a list that may be missing is spread")
        .here(format!("is `{found}`"))
        .help("spread `(… ?? [])`")
}

pub fn wrong_argument(span: Span, role: &str, found: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error("F0301", span, format!("{role} must be {wanted}, but this is `{found}`"))
        .here(format!("is `{found}`"))
}

pub fn argument_count(span: Span, name: &str, wanted: &[&str], given: usize) -> Diagnostic {
    let values = |n: usize| if n == 1 { "1 value".to_owned() } else { format!("{n} values") };
    let message = match wanted.len() {
        0 => format!("`{name}` takes no value, but {given} given"),
        n => format!("`{name}` takes {}, but {given} given", values(n)),
    };
    let message = message.replace("1 given", "1 is given").replace("0 given", "none is given");
    let it = Diagnostic::error("F0304", span, message);
    if wanted.is_empty() { it } else { it.help(format!("write `{name}({})`", wanted.join(", "))) }
}

// ---------------------------------------------------------------- conditions and operators

/// What a value that isn't a boolean may have been meant to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionHint {
    None,
    NotNull,
    MaybeFalse,
    NotZero,
    NotEmpty,
    Json,
}

pub fn not_boolean(span: Span, what: &str, found: &str, hint: ConditionHint) -> Diagnostic {
    let it = Diagnostic::error("F0305", span, format!("{what} must be `boolean`, but this is `{found}`"));
    let it = it.here(format!("is `{found}`"));
    match hint {
        ConditionHint::None => it,
        ConditionHint::NotNull => it.fix("ask whether it is there: `… != null`", span.tail(), " != null"),
        ConditionHint::MaybeFalse => {
            it.fix("say what counts where it is missing: `… ?? false`", span.tail(), " ?? false")
        }
        ConditionHint::NotZero => it.fix("ask whether it isn't 0: `… != 0`", span.tail(), " != 0"),
        ConditionHint::NotEmpty => it.help("ask `!x.isEmpty()`"),
        ConditionHint::Json => it.help("say what it is: `x as boolean`, or compare it"),
    }
}

pub fn plus_on_text(op: Span, left: Span, right: Span, whole: Span, template: Option<String>) -> Diagnostic {
    let it = Diagnostic::error("F0306", op, "`+` adds numbers; texts are put together in `\"${…}\"`")
        .label(left, "this")
        .label(right, "and this");
    match template {
        Some(text) if text.chars().count() > 80 => {
            it.help("write `\"${a}${b}\"`").fix("put them into one text", whole, text)
        }
        Some(text) => it.help(format!("write `{text}`")).fix(format!("write `{text}`"), whole, text),
        None => it.help("write `\"${a}${b}\"`"),
    }
}

pub fn or_for_missing(op: Span, left: Span, found: &str, nullable: bool) -> Diagnostic {
    let it = Diagnostic::error("F0305", op, "`||` joins conditions; `??` gives a value for what is missing")
        .label(left, format!("is `{found}`"));
    if nullable {
        it.fix("write `??`", op, "??")
    } else {
        it.help("write `if x.isEmpty() { other } else { x }`")
    }
}

pub fn plus_on_lists(op: Span, left: Span, right: Span) -> Diagnostic {
    Diagnostic::error("F0306", op, "`+` adds numbers; lists are put together with `...`")
        .label(left, "this")
        .label(right, "and this")
        .help("write `[...a, ...b]`")
}

#[allow(clippy::too_many_arguments)]
pub fn bad_operands(
    op: Span,
    symbol: &str,
    left: Span,
    right: Span,
    a: &str,
    b: &str,
    wanted: &str,
    json: bool,
) -> Diagnostic {
    let it = Diagnostic::error("F0307", op, format!("`{symbol}` takes {wanted}, not `{a}` and `{b}`"))
        .label(left, format!("`{a}`"))
        .label(right, format!("`{b}`"));
    let text = |ty: &str| ty == "string" || ty.starts_with('"');
    match (symbol, text(a) || text(b)) {
        _ if json => it.help("say what the JSON is: `x as number`"),
        _ if a == STARTED || b == STARTED => it.help(AWAIT),
        ("+" | "-" | "*" | "/" | "%", true) => it.help("`toNumber(…)` reads a number from a text"),
        _ => it,
    }
}

/// What starting a workflow gives.
const STARTED: &str = "{ executionArn: string, startDate: timestamp }";
const AWAIT: &str = "this starts the workflow and goes on; `await` before the call waits for its result";

pub fn bad_operand(span: Span, symbol: &str, found: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error("F0307", span, format!("`{symbol}` takes {wanted}, not `{found}`"))
        .here(format!("is `{found}`"))
}

pub fn never_equal(
    op: Span,
    left: Span,
    right: Span,
    a: &str,
    b: &str,
    close: Option<(Span, String)>,
) -> Diagnostic {
    let it = Diagnostic::error("F0308", op, format!("`{a}` and `{b}` are never equal"))
        .label(left, format!("`{a}`"))
        .label(right, format!("`{b}`"));
    match close {
        Some((span, text)) => {
            it.help(format!("did you mean {text}?")).fix(format!("change it to {text}"), span, text)
        }
        None if a.starts_with("run of ") => it.fix("what a run gave is its `output`", left.tail(), ".output"),
        None => it,
    }
}

pub fn never_in(op: Span, left: Span, right: Span, a: &str, b: &str) -> Diagnostic {
    Diagnostic::error("F0308", op, format!("a `{a}` is never in `{b}`"))
        .label(left, format!("`{a}`"))
        .label(right, format!("`{b}`"))
}

pub fn never_contains(span: Span, a: &str, b: &str) -> Diagnostic {
    Diagnostic::error("F0308", span, format!("a list of `{b}` never contains a `{a}`")).here(format!("`{a}`"))
}

pub fn never_null(left: Span, op: Span, right: Span, found: &str) -> Diagnostic {
    let cut = Span { end: right.end, ..left.tail() };
    Diagnostic::warning("F0309", op, "the value before `??` is never missing")
        .label(left, format!("is `{found}`"))
        .fix("take the default away", cut, "")
}

// ---------------------------------------------------------------- reading values

pub fn not_indexable(span: Span, found: &str) -> Diagnostic {
    Diagnostic::error("F0310", span, format!("only lists and dicts have an index, not `{found}`"))
        .here(format!("is `{found}`"))
}

pub fn computed_field(span: Span) -> Diagnostic {
    Diagnostic::error("F0310", span, "a field of a record is named, not computed")
        .here("known at run time only")
        .help("use a `dict<…>`, or `match` over the names")
}

pub fn field_of_some(name: &Name, of: &str, lacking: &[String]) -> Diagnostic {
    let lacking: Vec<&str> = lacking.iter().map(String::as_str).collect();
    let message = format!("not every `{of}` has a field `{}`", name.text);
    Diagnostic::error("F0311", name.span, message)
        .here("not in all of them")
        .note(format!("{} has none", or_list(&lacking, "and")))
        .help("tell them apart first: `match`, or `if x.kind == \"…\"`")
}

pub fn method_without_call(name: &Name, of: &str) -> Diagnostic {
    Diagnostic::error("F0312", name.span, format!("`{}` is a method of `{of}`", name.text))
        .here("not called")
        .fix(format!("call it: `{}()`", name.text), name.span.tail(), "()")
}

pub fn field_is_no_method(name: &Name) -> Diagnostic {
    Diagnostic::error("F0312", name.span, format!("`{}` is a field, not a method", name.text))
        .help("read it without parentheses")
}

pub fn method_of_json(name: &Name, base: Span) -> Diagnostic {
    Diagnostic::error("F0313", base, format!("JSON has no method `{}`", name.text))
        .here("is `json`")
        .help(format!("say what it is first: `(x as string[]).{}(…)`", name.text))
}

pub fn method_of_other_list(name: &Name, of: &str, signature: &str) -> Diagnostic {
    Diagnostic::error("F0314", name.span, format!("`{}` doesn't fit the items of `{of}`", name.text))
        .note(format!("`{signature}`"))
        .help("`map` the items first")
}

pub fn namespace_alone(name: &str, span: Span) -> Diagnostic {
    let it = Diagnostic::error("F0315", span, format!("`{name}` is not a value by itself"));
    match name {
        "aws" => it.help("call an action: `aws.sqs.sendMessage({ … })`"),
        "execution" => it.help("read `execution.id`, `.name`, `.startTime` or `.input`"),
        _ => it.help(format!("read `{name}.name`")),
    }
}

pub fn context_outside(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("F0315", span, format!("there is no `{name}` here"))
        .here("known while a workflow runs")
        .help("read it in the workflow and hand it on")
}

// ---------------------------------------------------------------- making values

pub fn not_spreadable(span: Span, found: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error("F0316", span, format!("only {wanted} can be spread here, not `{found}`"))
        .here(format!("is `{found}`"))
}

pub fn not_text(span: Span, found: &str, ty: &Type) -> Diagnostic {
    let it = Diagnostic::error("F0317", span, format!("`{found}` has no one form as text"))
        .here(format!("is `{found}`"));
    match ty {
        Type::List(_) => it.help("join the items: `xs.join(\", \")`; or write it as JSON: `toJson(xs)`"),
        Type::Json => it.help("say what it is, `x as string`, or write it as JSON: `toJson(x)`"),
        Type::Duration => it.help("write it in seconds: `d.seconds()`"),
        Type::Error(_) => it.help("use `e.message` or `e.name`"),
        Type::Resource { .. } => it.help("use its `.name` or `.arn`"),
        _ => it.help("write it as JSON: `toJson(x)`; or name a field"),
    }
}

pub fn impossible_cast(span: Span, from: &str, to: &str) -> Diagnostic {
    Diagnostic::error("F0318", span, format!("a `{from}` is never a `{to}`"))
        .here("`as` says what a value is, it converts nothing")
        .help("convert with a function: `toNumber`, `toString`, `parseJson`, `.round()`")
}

pub fn variable_of_nothing(span: Span, name: &str, hint: &str) -> Diagnostic {
    Diagnostic::error("F0319", span, format!("what `{name}` can hold is not known"))
        .here("says too little")
        .help(format!("declare it: `var {name}: {hint} = …`"))
}

pub fn unused_value(span: Span, equality: bool) -> Diagnostic {
    let it = Diagnostic::warning("F0320", span, "nobody uses this value").here("computed and dropped");
    if equality {
        it.help("`==` compares; `=` assigns")
    } else {
        it.help("bind it with `let`, `return` it, or take it away")
    }
}

pub fn bad_timestamp(span: Span, text: &str) -> Diagnostic {
    Diagnostic::error("F0321", span, format!("`{text}` is not a time"))
        .help("write it as RFC 3339 with `T` and a zone: `\"2026-01-31T12:00:00Z\"`")
}

// ---------------------------------------------------------------- calls and declarations

pub fn not_callable(span: Span, found: &str) -> Diagnostic {
    Diagnostic::error("F0322", span, format!("a `{found}` can't be called")).here(format!("is `{found}`"))
}

/// `charge(o) with patient()`
pub fn clause_called(clause: Span) -> Diagnostic {
    Diagnostic::error("F0322", clause, "a clause is no call")
        .here("takes no parentheses")
        .help("write the policy's name alone: `with patient`")
}

pub fn not_callable_noun(span: Span, name: &str, noun: &str) -> Diagnostic {
    Diagnostic::error("F0322", span, format!("`{name}` is a {noun} and can't be called"))
        .here(format!("a {noun}"))
}

pub fn resource_not_callable(
    span: Span,
    name: &str,
    kind: &str,
    methods: &[std::sync::Arc<str>],
) -> Diagnostic {
    let it = Diagnostic::error("F0322", span, format!("`{name}` is a {kind} and can't be called"))
        .here(format!("a {kind}"));
    let methods: Vec<&str> = methods.iter().map(|it| &**it).collect();
    if methods.is_empty() {
        it
    } else {
        it.help(format!("call one of its methods: {}", or_list(&methods, "or")))
    }
}

pub fn one_payload(span: Span, noun: &str, count: usize) -> Diagnostic {
    Diagnostic::error("F0323", span, format!("a {noun} takes one parameter, not {count}"))
        .here("one too many")
        .note("the value of the parameter is the payload as it travels; a second one would change its form")
        .help("take a record: `(input: { a: A, b: B })`")
}

pub fn no_default(span: Span, noun: &str) -> Diagnostic {
    Diagnostic::error("F0323", span, format!("the payload of a {noun} has no default"))
        .help("make the type optional, and use `?? …` inside")
}

pub fn parameter_without_type(name: &Name) -> Diagnostic {
    Diagnostic::error("F0324", name.span, format!("the type of `{}` is not given", name.text))
        .help(format!("write `{}: string`, or whatever it is", name.text))
}

pub fn division_by_zero(span: Span) -> Diagnostic {
    Diagnostic::error("F0341", span, "this divides by zero").here("is 0").help("divide by what is not 0")
}

pub fn option_is_payload(name: &Name, callee: &str) -> Diagnostic {
    let text = &name.text;
    let message = format!("`{text}` belongs to the payload of `{callee}`, not to the call");
    Diagnostic::error("F0325", name.span, message)
        .here("`name: value` is an option of the call")
        .help(format!("write a record: `{callee}({{ {text}: … }})`"))
}

/// `form`: the call with its parameters' names.
pub fn parameter_by_name(name: &Name, value: Span, form: &str) -> Diagnostic {
    let message = format!("`{}` is given by its place, not by its name", name.text);
    Diagnostic::error("F0325", name.span, message).here("`name: value` is an option of the call").fix(
        format!("write the value alone: `{form}`"),
        Span { end: value.start, ..name.span },
        "",
    )
}

pub fn function_as_method(name: &Name, of: &str) -> Diagnostic {
    Diagnostic::error("F0214", name.span, format!("`{of}` has no method `{}`", name.text))
        .here("a function")
        .help(format!("write `{}(…)`", name.text))
}

/// `meant`: the option that such a value is most likely for.
pub fn unnamed_option(span: Span, of: &str, known: &[&str], meant: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0326", span, format!("options of {of} have names")).here("no name");
    if let Some(name) = meant {
        it.help(format!("write `{name}: …`; it has {}", or_list(known, "and"))).fix(
            format!("name it `{name}`"),
            span.head(),
            format!("{name}: "),
        )
    } else if known.is_empty() {
        it.help("it takes none")
    } else {
        it.help(format!("write `name: value`; it has {}", or_list(known, "and")))
    }
}

pub fn not_a_pointer(span: Span) -> Diagnostic {
    Diagnostic::error("F0327", span, "`pointer` must be a JSON pointer")
        .help("begin it with `/`: `/data/rows`")
}

pub fn must_be_literal(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("F0327", span, format!("`{name}` must be written out"))
        .here("must be known when the app is built")
}

pub fn unknown_index(name: &Name, known: &[&str], close: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0328", name.span, format!("the table has no index `{}`", name.text));
    match close {
        Some(_) => it.did_you_mean(name.span, close),
        None => it.help(format!("it has {}", or_list(known, "and"))),
    }
}

pub fn only_wants_fields(span: Span) -> Diagnostic {
    Diagnostic::error("F0329", span, "`only` takes the names of fields").help("write `only: [status, total]`")
}

pub fn transact_what(span: Span) -> Diagnostic {
    Diagnostic::error("F0330", span, "a transaction holds requests to tables")
        .here("not a call of a table's `put`, `update`, `delete`, `check` or `get`")
        .help("write `transact { orders.put(o) … }`, and compute values before it")
}

pub fn transact_block(span: Span) -> Diagnostic {
    Diagnostic::error("F0330", span, "`transact` takes a block").help("write `transact { orders.put(o) … }`")
}

pub fn transact_clause(span: Span) -> Diagnostic {
    Diagnostic::error("F0330", span, "a request of a transaction can't fail alone")
        .here("this belongs behind the whole")
        .help("write `transact { … } catch DynamoDb.TransactionCanceledException as e { … }`")
}

pub fn transact_mixed(span: Span) -> Diagnostic {
    Diagnostic::error("F0330", span, "a transaction reads or writes, not both")
        .here("this writes, another request reads")
        .help("read before it, and write under a condition: `orders.check(id, when: it => …)` writes nothing")
}

pub fn transact_name(span: Span) -> Diagnostic {
    Diagnostic::error("F0330", span, "a write has no value that could have a name")
        .help("take the name away; only reads are named: `transact { a: orders.get(x), b: stock.get(y) }`")
}

pub fn transact_count(span: Span, count: usize) -> Diagnostic {
    Diagnostic::error("F0338", span, format!("a transaction holds 1 to 100 requests, not {count}"))
        .note("the limit is DynamoDB's")
}

pub fn transact_twice(span: Span, first: Span, place: &str) -> Diagnostic {
    Diagnostic::error("F0339", span, format!("a transaction can't touch `{place}` twice"))
        .here("the same item")
        .label(first, "first here")
        .help("make it one request: an `update` can change several fields under one condition")
}

pub fn no_group(span: Span) -> Diagnostic {
    Diagnostic::error("F0349", span, "a message to what keeps an order needs its group")
        .note("messages of one group keep their order; SQS and SNS refuse one without")
        .help("add `group: \"…\"`, the same for messages that must stay in order")
}

pub fn check_what(span: Span) -> Diagnostic {
    Diagnostic::error("F0340", span, "`check` needs to know what must hold")
        .help("write `check(key, when: it => …)`, `when: present` or `when: absent`")
}

pub fn source_outside(span: Span, name: &str) -> Diagnostic {
    let place =
        if name == "pages" { "for page in pages(…) { … }" } else { "map x in csv(bucket, key) { … }" };
    Diagnostic::error("F0331", span, format!("`{name}(…)` is not a value: it feeds a loop"))
        .help(format!("write `{place}`"))
}

pub fn source_with_type(at: Span, name: &str) -> Diagnostic {
    Diagnostic::error("F0331", at, format!("`{name}(…)` is not a value: it feeds a loop"))
        .here("`as` says what a value is")
        .help("say it of each item, in the body: `let row = item as Row`")
}

// ---------------------------------------------------------------- lambdas

pub fn stray_lambda(span: Span) -> Diagnostic {
    Diagnostic::error(
        "F0332",
        span,
        "a lambda stands only as an argument of a method such as `map` or `filter`",
    )
    .help("declare a `fn` for what is used by name")
}

pub fn lambda_wanted(span: Span) -> Diagnostic {
    Diagnostic::error("F0332", span, "a lambda is wanted here").here("not a lambda").help("write `x => …`")
}

pub fn too_many_lambda_params(span: Span, given: usize, has: usize) -> Diagnostic {
    Diagnostic::error("F0333", span, format!("the lambda takes {given} values, but gets {has}"))
}

pub fn lambda_param(span: Span, given: &str, own: &str) -> Diagnostic {
    Diagnostic::error("F0301", span, format!("the lambda gets a `{given}`, but says `{own}`"))
}

// ---------------------------------------------------------------- loops and matches

/// What stands where a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotList {
    MayBeNull,
    Record,
    Json,
    Number,
    Other,
}

pub fn not_a_list(span: Span, word: &str, found: &str, what: NotList) -> Diagnostic {
    let it = Diagnostic::error("F0334", span, format!("`{word}` goes over a list, not over `{found}`"));
    let it = it.here(format!("is `{found}`"));
    match what {
        NotList::MayBeNull => it.help("go over nothing where it is missing: `xs ?? []`").fix(
            "use `[]` where it is missing",
            span.tail(),
            " ?? []",
        ),
        NotList::Record => it.help("`.entries()` gives keys with their values"),
        NotList::Json => it.help("say what it is: `x as json[]`"),
        NotList::Number => it.help("write a range: `1..n`"),
        NotList::Other => it,
    }
}

pub fn not_exhaustive(
    span: Span,
    value: Span,
    found: &str,
    missing: &[String],
    open: bool,
    last: Option<Span>,
) -> Diagnostic {
    let shown: Vec<&str> = missing.iter().map(|it| it.strip_prefix("it: ").unwrap_or(it)).collect();
    let head = Span { end: value.end, ..span };
    let it = if open {
        Diagnostic::error("F0335", head, "`match` doesn't say what to do with other values")
    } else {
        Diagnostic::error("F0335", head, format!("`match` misses {}", or_list(&shown, "and")))
    };
    let it = it.label(value, format!("is `{found}`"));
    if open {
        return it.help("add an arm for the rest: `_ => …`");
    }
    let it = it.help("add an arm for each, or `_ => …` for the rest");
    match last {
        Some(last) => {
            let arms: Vec<String> = missing.iter().map(|it| format!("\n{it} => fail")).collect();
            it.fix("add the missing arms", last.tail(), arms.concat())
        }
        None => it,
    }
}

pub fn arm_after_all(span: Span, first: Span) -> Diagnostic {
    Diagnostic::error("F0336", span, "this arm is never reached")
        .here("nothing is left for it")
        .label(first, "this takes everything")
        .help("move it before the arm that takes everything, or take it away")
}

pub fn arm_never_taken(span: Span) -> Diagnostic {
    Diagnostic::error("F0336", span, "this arm is never reached")
        .here("an earlier arm takes it")
        .help("take it away")
}

/// `left`: the values that no arm takes yet.
pub fn pattern_never_fits(
    span: Span,
    pattern: &str,
    of: &str,
    close: Option<String>,
    left: &[String],
) -> Diagnostic {
    let it = Diagnostic::error("F0337", span, format!("`{of}` is never {}", quoted(pattern)));
    match close {
        Some(near) => it.help(format!("did you mean {near:?}?")).fix(
            format!("change it to {near:?}"),
            span,
            format!("{near:?}"),
        ),
        None if left.is_empty() => it.here("never fits"),
        None => {
            let left: Vec<&str> = left.iter().map(String::as_str).collect();
            it.here("never fits").help(format!("still to be taken: {}", or_list(&left, "and")))
        }
    }
}

fn quoted(pattern: &str) -> String {
    if pattern.starts_with("this") { "like this".to_owned() } else { format!("`{pattern}`") }
}

pub fn pattern_not_written(span: Span) -> Diagnostic {
    Diagnostic::error("F0342", span, "the pattern of `matches` must be written out")
        .here("only known later")
        .note("JSONata knows regular expressions only where they stand in its own text")
        .help(
            "write it as in `x.matches(\"^[a-z]+$\")`; `contains`, `startsWith` and `endsWith` take any text",
        )
}

pub fn empty_pattern(span: Span) -> Diagnostic {
    Diagnostic::error("F0342", span, "the pattern of `matches` is empty")
        .here("fits every text")
        .help("write it as in `x.matches(\"^[a-z]+$\")`")
}
