//! Diagnostics as data. Wording lives in `diagnostics/`, one file a pass and one constructor a problem;
//! `render.rs` alone draws them.
//!
//! Wording: lower case, no final period, names in backticks; the message says the fact, the labels show every
//! place that matters, `help` says the next step, `fix` is an edit that does it.

use std::collections::HashSet;

use crate::source::{Source, Span};

pub mod audit;
pub mod build;
pub mod flow;
pub mod habits;
pub mod integrations;
pub mod limits;
pub mod names;
pub mod render;
pub mod resources;
pub mod syntax;
pub mod testing;
pub mod types;
mod window;

/// The name that was probably meant: the nearest one by edits, if it is near enough.
pub fn close<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let allowed = match name.chars().count() {
        0..=2 => 1,
        3..=6 => 2,
        _ => 3,
    };
    let distance = |it: &str| {
        if it.eq_ignore_ascii_case(name) {
            return 0;
        }
        let distance = strsim::damerau_levenshtein(name, it);
        if it.to_lowercase() == name.to_lowercase() { 0 } else { distance }
    };
    let near = known.into_iter().filter(|it| *it != name && !it.is_empty()).map(|it| (distance(it), it));
    let near = near.filter(|(distance, it)| {
        *distance <= allowed && *distance < it.chars().count().min(name.chars().count())
    });
    near.min_by_key(|(distance, it)| (*distance, it.len())).map(|(_, it)| it.to_owned())
}

/// Drops what later passes found only because the text is broken: one mistake, one message.
///
/// That is whatever touches a place that a message of the parser shows, or the line of its error; and all warnings
/// if there is an error, since what is never used or never raised may stand in what could not be read.
pub fn drop_consequences(earlier: &[Diagnostic], found: &mut Vec<Diagnostic>, sources: &[Source]) {
    let syntax: Vec<&Diagnostic> = earlier.iter().filter(|it| it.code.0.starts_with("F01")).collect();
    if syntax.is_empty() {
        return;
    }
    let line =
        |span: Span| sources.get(span.file.0 as usize).map(|it| (span.file, it.line_column(span.start).0));
    let shown: Vec<Span> = syntax.iter().flat_map(|it| &it.labels).map(|label| label.span).collect();
    let broken: HashSet<_> =
        syntax.iter().filter(|it| it.is_error()).filter_map(|it| line(it.span())).collect();
    found.retain(|it| {
        let span = it.span();
        let touches = |other: &Span| {
            other.file == span.file && other.start <= span.end.max(span.start + 1) && span.start < other.end
        };
        // What is handled can't be judged where a handler could not be read.
        let handling = matches!(it.code.0, "F0427" | "F0450")
            && syntax.iter().any(|other| other.is_error() && other.span().file == span.file);
        let follows =
            handling || line(span).is_some_and(|line| broken.contains(&line)) || shown.iter().any(touches);
        !follows && (it.is_error() || broken.is_empty())
    });
}

/// Drops what a program with errors may only seem to leave undone: names that are never used, errors never raised;
/// and warnings of a place that an error is in.
pub fn drop_noise(all: &mut Vec<Diagnostic>) {
    let wrong: Vec<Span> = all.iter().filter(|it| it.is_error()).map(Diagnostic::span).collect();
    if wrong.is_empty() {
        return;
    }
    let holds =
        |at: Span| wrong.iter().any(|it| it.file == at.file && at.start <= it.start && it.end <= at.end);
    all.retain(|it| it.is_error() || !matches!(it.code.0, "F0224" | "F0225" | "F0451") && !holds(it.span()));
}

/// `a`, `b` or `c`; a long list ends in "…".
pub fn or_list(items: &[&str], last: &str) -> String {
    const MOST: usize = 12;
    let quoted: Vec<String> = items.iter().take(MOST).map(|it| format!("`{it}`")).collect();
    if items.len() > MOST {
        return format!("{}, …", quoted.join(", "));
    }
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((end, rest)) => format!("{} {last} {end}", rest.join(", ")),
    }
}

/// A stable code such as `F0101`. The first two digits are the pass:
/// `01` syntax, `02` names, `03` types, `04` control flow and errors, `05` resources and settings,
/// `06` AWS integrations, `07` limits, `08` tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(pub &'static str);

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// The code of what is the compiler's own mistake. It has no page, since no program is known to raise it.
pub const INTERNAL: &str = "F0999";

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
}

/// A place and what is to be said of it. The first label of a diagnostic is its main place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: String,
}

/// One replacement of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
}

/// A machine-applicable repair: applying all edits makes the problem go away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, in the imperative: "rename to `orders`".
    pub title: String,
    pub edits: Vec<Edit>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub message: String,
    pub labels: Vec<Label>,
    pub notes: Vec<String>,
    pub help: Option<String>,
    pub fix: Option<Fix>,
}

impl Diagnostic {
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, span, message)
    }

    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, span, message)
    }

    fn new(code: &'static str, severity: Severity, span: Span, message: impl Into<String>) -> Self {
        let labels = vec![Label { span, text: String::new() }];
        let message = message.into();
        Diagnostic { code: Code(code), severity, message, labels, notes: Vec::new(), help: None, fix: None }
    }

    /// Says something of the main place.
    #[must_use]
    pub fn here(mut self, text: impl Into<String>) -> Self {
        if let Some(first) = self.labels.first_mut() {
            first.text = text.into();
        }
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// An edit that repairs it; `title` doubles as help where none is given.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits: vec![Edit { span, text: text.into() }] });
        self
    }

    /// The main place.
    pub fn span(&self) -> Span {
        self.labels.first().map_or_else(Span::default, |label| label.span)
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// What every front-end pass gives: a value, however broken the input was, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Checked<T> {
    pub value: T,
    pub diagnostics: Vec<Diagnostic>,
}
