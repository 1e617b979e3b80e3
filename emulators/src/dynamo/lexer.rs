//! The words of DynamoDB's expressions, and what `#name` and `:value` stand for.

use jsonata::{Object, Value};

use super::{Problem, invalid};

/// `ExpressionAttributeNames` and `ExpressionAttributeValues`.
pub(crate) struct Names {
    names: Object,
    values: Object,
}

impl Names {
    pub(super) fn of(arguments: &Value) -> Names {
        let object = |name: &str| arguments.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
        Names { names: object("ExpressionAttributeNames"), values: object("ExpressionAttributeValues") }
    }

    /// The attribute that a word names.
    pub(super) fn name(&self, word: &str) -> Result<String, Problem> {
        if !word.starts_with('#') {
            return Ok(word.to_owned());
        }
        let found = self.names.get(word).and_then(Value::as_str).map(str::to_owned);
        found.ok_or_else(|| {
            invalid(format!("An expression attribute name used in the document path is not defined; attribute name: {word}"))
        })
    }

    pub(super) fn value(&self, word: &str) -> Result<Value, Problem> {
        let found = self.values.get(word).cloned();
        found.ok_or_else(|| {
            invalid(format!(
                "An expression attribute value used in expression is not defined; attribute value: {word}"
            ))
        })
    }
}

/// Words and signs, one after the other.
pub(super) struct Tokens<'t> {
    all: Vec<&'t str>,
    at: usize,
}

impl<'t> Tokens<'t> {
    pub(super) fn new(text: &'t str) -> Result<Self, Problem> {
        let mut all = Vec::new();
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '#' | ':' | '-');
            let length = match first {
                '<' | '>' if rest.starts_with("<>") || rest.starts_with("<=") || rest.starts_with(">=") => 2,
                '=' | '<' | '>' | '(' | ')' | ',' | '.' | '[' | ']' | '+' => 1,
                // A minus with a blank after it is the operator.
                '-' => 1,
                c if is_word(c) => rest.find(|c: char| !is_word(c)).unwrap_or(rest.len()),
                c => return Err(invalid(format!("Invalid expression: Syntax error; token: \"{c}\""))),
            };
            let (token, behind) = rest.split_at(length);
            all.push(token);
            rest = behind.trim_start();
        }
        Ok(Tokens { all, at: 0 })
    }

    pub(super) fn peek(&self) -> Option<&'t str> {
        self.all.get(self.at).copied()
    }

    pub(super) fn next(&mut self) -> Option<&'t str> {
        let token = self.peek();
        self.at += 1;
        token
    }

    /// Takes a keyword or sign, whatever its case.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let found = self.peek().is_some_and(|it| it.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, word: &str) -> Result<(), Problem> {
        if self.take(word) { Ok(()) } else { Err(self.unexpected()) }
    }

    pub(super) fn unexpected(&self) -> Problem {
        invalid(format!("Invalid expression: Syntax error; token: \"{}\"", self.peek().unwrap_or("<EOF>")))
    }

    pub(super) fn done(&self) -> bool {
        self.at >= self.all.len()
    }
}
