//! What reading and validating a definition has to say.

use crate::Span;
use crate::path::Path;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// AWS refuses the definition, or the state fails whenever it is run.
    Error,
    /// Probably a mistake.
    Warning,
}

impl Severity {
    /// As AWS writes it: `ERROR` or `WARNING`.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "ERROR",
            Severity::Warning => "WARNING",
        }
    }
}

/// Whose finding it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// `ValidateStateMachineDefinition` reports it: code, message and location are AWS's.
    Aws,
    /// AWS accepts the definition; Flow alone reports it.
    Flow,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// A stable name, such as `SCHEMA_VALIDATION_FAILED` or `UNDEFINED_VARIABLE`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Whose finding it is.
    pub origin: Origin,
    /// What is wrong, in one sentence.
    pub message: String,
    /// Where, as AWS writes it: `/States/A/Choices[0]/Next`. Not every AWS finding has one.
    pub location: Option<String>,
    /// Where, as a JSON pointer: `/States/A/Choices/0/Next`.
    pub pointer: Option<String>,
    /// Where in the text.
    pub span: Option<Span>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding of AWS's at a node.
    pub(crate) fn aws(code: &'static str, message: impl Into<String>, path: &Path<'_>, span: Span) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            origin: Origin::Aws,
            message: message.into(),
            location: Some(path.location()),
            pointer: Some(path.pointer()),
            span: Some(span),
            help: None,
        }
    }

    /// A finding of Flow's own at a node: a warning.
    pub(crate) fn flow(code: &'static str, message: impl Into<String>, path: &Path<'_>, span: Span) -> Self {
        Diagnostic {
            severity: Severity::Warning,
            origin: Origin::Flow,
            ..Diagnostic::aws(code, message, path, span)
        }
    }

    /// A finding of AWS's that has no place in the tree.
    pub(crate) fn aws_nowhere(code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic {
            location: None,
            pointer: None,
            span: None,
            ..Diagnostic::aws(code, message, &Path::ROOT, Span::default())
        }
    }

    /// The same with another severity.
    pub(crate) fn with_severity(self, severity: Severity) -> Self {
        Diagnostic { severity, ..self }
    }

    /// The same with advice.
    pub(crate) fn with_help(self, help: impl Into<String>) -> Self {
        Diagnostic { help: Some(help.into()), ..self }
    }

    /// Whether it is an error.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// As `CreateStateMachine` lists it: `CODE: message at location`, a missing location as `null`.
    pub fn summary(&self) -> String {
        let location = self.location.as_deref().unwrap_or("null");
        format!("{}: {} at {location}", self.code, self.message)
    }
}
