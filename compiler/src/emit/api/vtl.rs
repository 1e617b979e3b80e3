//! Values → Velocity templates of API Gateway: JSON with places for pieces of the request.

use serde_json::Value as Json;

use super::items::{given, member};
use crate::emit::deploy::Deployment;
use crate::emit::evaluate::{Result, fail};
use crate::emit::value::{Hole, Value, concat};
use crate::source::Span;
use crate::typed::LocalId;
use crate::types::{Type, Types};

/// Where a name of a route comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// The path or the query.
    Parameter,
    Body,
    /// The whole request.
    Request,
}

/// The names of a route.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) all: Vec<(LocalId, String, Option<From>)>,
}

/// What the text stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Level {
    /// JSON.
    Plain,
    /// JSON inside a string of JSON.
    Quoted,
    /// A form.
    Form,
}

/// A template under construction.
#[derive(Debug, Default)]
pub(super) struct Vtl {
    pieces: Vec<Json>,
    dollar: bool,
    hash: bool,
}

/// Escapes for a string of JSON: `escapeJavaScript` escapes `'` too, which JSON doesn't know.
pub(super) fn escaped(expression: &str, times: usize) -> String {
    let mut text = expression.to_owned();
    for _ in 0..times {
        text = format!("$util.escapeJavaScript({text}).replaceAll(\"\\\\'\",\"'\")");
    }
    text
}

impl Vtl {
    pub(super) fn finish(self) -> Json {
        let mut pieces = Vec::new();
        let mut head = String::new();
        if self.dollar {
            head.push_str("#set($dollar='$')");
        }
        if self.hash {
            head.push_str("#set($hash='#')");
        }
        if !head.is_empty() {
            pieces.push(Json::String(head));
        }
        pieces.extend(self.pieces);
        concat(&pieces)
    }

    /// A piece of the template itself.
    pub(super) fn code(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Json::String(last)) => last.push_str(text),
            _ => self.pieces.push(text.into()),
        }
    }

    /// Text as it is to appear, whatever Velocity would make of it.
    pub(super) fn text(&mut self, text: &str, level: Level) {
        let text = match level {
            Level::Plain => text.to_owned(),
            Level::Quoted => quoted(text),
            Level::Form => encoded(text),
        };
        let mut out = String::new();
        for c in text.chars() {
            match c {
                '$' => {
                    self.dollar = true;
                    out.push_str("${dollar}");
                }
                '#' => {
                    self.hash = true;
                    out.push_str("${hash}");
                }
                other => out.push(other),
            }
        }
        self.code(&out);
    }

    /// What CloudFormation puts in.
    pub(super) fn deploy(&mut self, json: Json, level: Level) {
        if level == Level::Form {
            self.code("$util.urlEncode('");
            self.pieces.push(json);
            self.code("')");
        } else {
            self.pieces.push(json);
        }
    }

    /// An expression that gives JSON.
    fn json_expression(&mut self, expression: &str, level: Level) {
        match level {
            Level::Plain => self.code(expression),
            Level::Quoted => self.code(&escaped(expression, 1)),
            Level::Form => self.code(&format!("$util.urlEncode({expression})")),
        }
    }

    /// An expression that gives plain text, inside a string of JSON.
    fn string_expression(&mut self, expression: &str, level: Level) {
        match level {
            Level::Plain => self.code(&escaped(expression, 1)),
            Level::Quoted => self.code(&escaped(expression, 2)),
            Level::Form => self.code(&format!("$util.urlEncode({})", escaped(expression, 1))),
        }
    }

    /// Adds another template behind this one.
    pub(super) fn append(&mut self, other: Vtl) {
        self.dollar |= other.dollar;
        self.hash |= other.hash;
        for piece in other.pieces {
            match piece {
                Json::String(text) => self.code(&text),
                other => self.pieces.push(other),
            }
        }
    }

    /// A piece of the request as an expression, nothing escaped.
    pub(super) fn inside_raw(&mut self, names: &Names, hole: &Hole, span: Span) -> Result<()> {
        self.code(&piece(names, hole, span)?);
        Ok(())
    }

    /// A value as JSON.
    pub(super) fn value(
        &mut self,
        deployment: &Deployment<'_>,
        names: &Names,
        value: &Value,
        level: Level,
        span: Span,
    ) -> Result<()> {
        match value {
            Value::Record(fields) => {
                self.text("{", level);
                for (at, (name, value)) in fields.iter().filter(|(_, it)| !it.is_null()).enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    self.text(&format!("{comma}{}:", Json::from(name.as_str())), level);
                    self.value(deployment, names, value, level, span)?;
                }
                self.text("}", level);
            }
            Value::List(items) => {
                self.text("[", level);
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        self.text(",", level);
                    }
                    self.value(deployment, names, item, level, span)?;
                }
                self.text("]", level);
            }
            Value::Hole(hole) => self.hole(deployment, names, hole, level, span)?,
            Value::Concat(_) | Value::Deploy(_) => {
                self.text("\"", level);
                self.inside(deployment, names, value, level, span)?;
                self.text("\"", level);
            }
            other => {
                let json = deployment.json(other, span)?;
                if json.is_object() {
                    return fail(span, "a value that a condition decides can't stand in a request");
                }
                self.text(&json.to_string(), level);
            }
        }
        Ok(())
    }

    /// A value as text, inside a string of JSON.
    pub(super) fn inside(
        &mut self,
        deployment: &Deployment<'_>,
        names: &Names,
        value: &Value,
        level: Level,
        span: Span,
    ) -> Result<()> {
        match value {
            Value::Concat(parts) => {
                parts.iter().try_for_each(|it| self.inside(deployment, names, it, level, span))
            }
            Value::Hole(hole) => {
                self.string_expression(&piece(names, hole, span)?, level);
                Ok(())
            }
            Value::Deploy(json) => {
                self.deploy(json.clone(), level);
                Ok(())
            }
            other => {
                let text = deployment.json(&deployment.join_texts(vec![other.clone()], span)?, span)?;
                match text {
                    Json::String(text) => {
                        let quoted = quoted(&text);
                        self.text(&quoted, level);
                    }
                    other => self.deploy(other, level),
                }
                Ok(())
            }
        }
    }

    /// A piece of the body; `$input.json` of what is missing is the empty string.
    fn body(&mut self, types: &Types, hole: &Hole, level: Level) {
        let path = path(hole);
        let optional = !hole.path.is_empty() && matches!(types.resolve(&hole.ty), Type::Optional(_));
        if optional {
            // `$input.path` of what is missing is a text, a map's field is nothing.
            let place = hole.path.iter().fold("$input.path('$')".to_owned(), |it, step| member(&it, step));
            self.code(&format!("#if({})", given(&place)));
        }
        self.json_expression(&format!("$input.json('{path}')"), level);
        if optional {
            self.null(level);
        }
    }

    /// The end of an `#if` around a value that may be missing.
    fn null(&mut self, level: Level) {
        self.code("#else");
        // A blank keeps the word apart from the directive.
        self.text(" null", level);
        self.code("#end");
    }

    fn hole(
        &mut self,
        deployment: &Deployment<'_>,
        names: &Names,
        hole: &Hole,
        level: Level,
        span: Span,
    ) -> Result<()> {
        let name = match names.source(hole) {
            (name, From::Parameter) => name,
            (_, From::Body) => {
                self.body(&deployment.program.types, hole, level);
                return Ok(());
            }
            (_, From::Request) => return fail(span, "the whole request goes to a function as it is"),
        };
        let types = &deployment.program.types;
        let expression = format!("$input.params('{name}')");
        let optional = matches!(types.resolve(&hole.ty), Type::Optional(_));
        if optional {
            self.code(&format!("#if({expression} != \"\")"));
        }
        if is_bare(types, &hole.ty) {
            self.json_expression(&expression, level);
        } else {
            self.text("\"", level);
            self.string_expression(&expression, level);
            self.text("\"", level);
        }
        if optional {
            self.null(level);
        }
        Ok(())
    }
}

impl Names {
    fn source(&self, hole: &Hole) -> (String, From) {
        let found = self.all.iter().find(|(local, _, _)| *local == hole.root);
        found.map_or((String::new(), From::Body), |(_, name, from)| {
            (name.clone(), from.unwrap_or(From::Parameter))
        })
    }

    pub(super) fn from(&self, local: LocalId) -> Option<From> {
        self.all.iter().find(|(it, _, _)| *it == local).and_then(|(_, _, from)| *from)
    }
}

/// The expression that gives a piece of the request.
fn piece(names: &Names, hole: &Hole, span: Span) -> Result<String> {
    match names.source(hole) {
        (name, From::Parameter) => Ok(format!("$input.params('{name}')")),
        (_, From::Body) => Ok(format!("$input.path('{}')", path(hole))),
        (_, From::Request) => fail(span, "the whole request goes to a function as it is"),
    }
}

/// `$.a.b`; odd names in brackets.
fn path(hole: &Hole) -> String {
    let mut path = "$".to_owned();
    for step in &hole.path {
        if step.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            path.push_str(&format!(".{step}"));
        } else {
            path.push_str(&format!("[\"{}\"]", step.replace('\'', "")));
        }
    }
    path
}

/// Numbers and booleans stand in JSON without quotes.
fn is_bare(types: &Types, ty: &Type) -> bool {
    match types.resolve(ty) {
        Type::Int | Type::Number | Type::Boolean => true,
        Type::Literal(literal) => !matches!(literal, crate::types::LiteralType::String(_)),
        Type::Optional(inner) => is_bare(types, inner),
        Type::Union(members) => members.iter().all(|it| is_bare(types, it)),
        _ => false,
    }
}

fn quoted(text: &str) -> String {
    let json = Json::from(text).to_string();
    json.get(1..json.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

/// `application/x-www-form-urlencoded`
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'*' => out.push(byte as char),
            b' ' => out.push('+'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}
