//! `@express`, `@timeout(1h)`, `@name("…")`.

use std::sync::Arc;

use indexmap::IndexMap;

use super::Ctx;
use super::expr::{Role, make};
use crate::diagnostics::{close, flow, names as report, types as wrong};
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind as Ast};
use crate::typed::{self, Effect, Expr, ExprKind, RecordPart};
use crate::types::Type;

/// What attributes stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Workflow,
    Statement,
    Api,
    Route,
    Resource,
    Trigger,
    Output,
    /// What takes none: its noun.
    Other(&'static str),
}

/// AWS's limit on the name of a state.
const MAX_STATE_NAME: usize = 80;

impl On {
    /// What it is called, and which attributes it takes.
    fn known(self) -> (&'static str, &'static [&'static str]) {
        match self {
            On::Workflow => (
                "a workflow",
                &[
                    "express",
                    "log",
                    "trace",
                    "timeout",
                    "encrypt",
                    "alias",
                    "optimize",
                    "name",
                    "retain",
                    "condition",
                    "role",
                ],
            ),
            On::Statement => ("a statement", &["name"]),
            On::Api => ("an API", &["rest", "http", "condition"]),
            On::Route => ("a route", &[]),
            On::Trigger => ("a trigger", &["condition"]),
            On::Output => ("an output", &["condition"]),
            On::Other(noun) => (noun, &[]),
            On::Resource => ("a resource", &["retain", "condition", "retry", "alias"]),
        }
    }
}

impl Ctx<'_> {
    /// Checks attributes: their names, and arguments as far as they are expressions. Bare words are texts, and
    /// `canary(10%, 5m)` a record with its `name` and its arguments under `"0"`, `"1"`.
    pub(crate) fn attributes(&mut self, attributes: &[ast::Attribute], on: On) -> Vec<typed::Attribute> {
        let (noun, known) = on.known();
        let mut typed = Vec::new();
        for attribute in attributes {
            if !known.contains(&attribute.name.text.as_str()) {
                let close = close(&attribute.name.text, known.iter().copied());
                self.report(report::unknown_attribute(&attribute.name, noun, known, close.as_deref()));
                continue;
            }
            let made = self.attribute(attribute);
            self.attribute_form(&made);
            typed.push(made);
        }
        typed
    }

    /// Whether an attribute has the argument that it can't do without, and one that AWS knows.
    fn attribute_form(&mut self, attribute: &typed::Attribute) {
        let first = attribute.arguments.get("0");
        let report = match (&*attribute.name, first.map(|it| &it.kind)) {
            ("timeout", None) => report::attribute_argument(attribute.span, "timeout", "@timeout(1h)"),
            ("encrypt", None) => report::attribute_argument(attribute.span, "encrypt", "@encrypt(key)"),
            ("condition", None) => {
                report::attribute_argument(attribute.span, "condition", "@condition(stage == \"prod\")")
            }
            ("log", Some(ExprKind::String(level))) => {
                const LEVELS: [&str; 4] = ["all", "error", "fatal", "off"];
                if LEVELS.iter().any(|it| it.eq_ignore_ascii_case(level)) {
                    return;
                }
                let close = close(level, LEVELS);
                report::attribute_word(
                    first.map_or(attribute.span, |it| it.span),
                    level,
                    &LEVELS,
                    close.as_deref(),
                )
            }
            _ => return,
        };
        self.report(report);
    }

    /// One attribute whose name is known.
    pub(crate) fn attribute(&mut self, attribute: &ast::Attribute) -> typed::Attribute {
        let mut arguments = IndexMap::new();
        let mut count = 0;
        for argument in &attribute.arguments {
            let value = self.attribute_value(&attribute.name.text, argument);
            match &argument.name {
                Some(name) => arguments.insert(name.text.clone(), value),
                None => {
                    count += 1;
                    arguments.insert((count - 1).to_string(), value)
                }
            };
        }
        let name: Arc<str> = attribute.name.text.as_str().into();
        typed::Attribute { name, arguments, span: attribute.span }
    }

    fn attribute_value(&mut self, attribute: &str, argument: &ast::Argument) -> Expr {
        let span = argument.value.span;
        match (attribute, &argument.value.kind) {
            ("timeout", _) => {
                let value =
                    self.expr_as(&argument.value, &Type::Duration, Role::new("the time of `@timeout`", ""));
                self.check_duration(&value, "`@timeout`");
                if self.program.constant(&value).is_some_and(|it| it <= 0.0) {
                    self.report(flow::option_too_small(value.span, "@timeout", "1 second"));
                }
                value
            }
            // No value: a word or a policy.
            ("retry", _) => make(ExprKind::Null, Type::Null, Effect::Total, span),
            ("condition", _) => self.condition(&argument.value, "`@condition`"),
            ("name", _) => self.expr_as(&argument.value, &Type::String, Role::new("the name", "")),
            (_, Ast::Name(word)) if !self.is_declared(word) => {
                make(ExprKind::String(word.as_str().into()), Type::text(word), Effect::Total, span)
            }
            (_, Ast::Call { callee, arguments, .. }) => match &callee.kind {
                Ast::Name(name) if !self.is_declared(name) => self.attribute_call(name, arguments, span),
                _ => self.expr(&argument.value, None),
            },
            _ => self.expr(&argument.value, None),
        }
    }

    fn attribute_call(&mut self, name: &str, arguments: &[ast::Argument], span: Span) -> Expr {
        let text = |text: &str| make(ExprKind::String(text.into()), Type::text(text), Effect::Total, span);
        let percent = arguments.first().is_some_and(|it| matches!(it.value.kind, Ast::Percent(_)));
        if let ("canary" | "linear", Some(first), false) = (name, arguments.first(), percent) {
            let form = format!("{name}(10%, 5m)");
            self.report(report::attribute_argument(first.value.span, name, &form));
        }
        let mut parts = vec![RecordPart::Field("name".into(), text(name))];
        for (index, argument) in arguments.iter().enumerate() {
            let key: Arc<str> = match &argument.name {
                Some(name) => name.text.as_str().into(),
                None => index.to_string().into(),
            };
            let value = match &argument.value.kind {
                Ast::Name(word) if !self.is_declared(word) => text(word),
                _ => self.expr(&argument.value, None),
            };
            parts.push(RecordPart::Field(key, value));
        }
        make(ExprKind::Record(parts), Type::Json, Effect::Total, span)
    }

    /// The state's name that `@name("…")` gives.
    pub(crate) fn state_name(&mut self, attributes: &[ast::Attribute]) -> Option<Arc<str>> {
        let mut found = None;
        for attribute in self.attributes(attributes, On::Statement) {
            match attribute.arguments.get("0").map(|it| &it.kind) {
                Some(ExprKind::String(name)) => {
                    if name.chars().count() > MAX_STATE_NAME {
                        self.report(flow::state_name_too_long(attribute.span, name.chars().count()));
                    }
                    found = Some(name.clone());
                }
                Some(ExprKind::Error) => {}
                _ => self.report(wrong::must_be_literal(attribute.span, "name")),
            }
        }
        found
    }
}
