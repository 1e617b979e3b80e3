//! Reads a call.

use jsonata::Value;

use super::{Argument, Call, Function, ParseError};
use crate::jsonpath;

/// Calls nest no deeper than this (Developer Guide: "up to 10").
const MAX_DEPTH: usize = 10;

/// Parses a text as one call.
pub fn parse(text: &str) -> Result<Call, ParseError> {
    let mut reader = Reader { text, at: 0 };
    let call = reader.call(0)?;
    reader.blanks();
    if reader.at < text.len() {
        return Err(reader.error("expected the call to end here"));
    }
    Ok(call)
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn error(&self, what: &str) -> ParseError {
        ParseError { at: self.at, message: what.to_owned() }
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn eat(&mut self, what: &str) -> bool {
        let found = self.rest().starts_with(what);
        if found {
            self.at += what.len();
        }
        found
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn word(&mut self, keep: impl Fn(char) -> bool) -> String {
        let rest = self.rest();
        let word = rest.get(..rest.find(|c| !keep(c)).unwrap_or(rest.len())).unwrap_or("").to_owned();
        self.at += word.len();
        word
    }

    fn call(&mut self, depth: usize) -> Result<Call, ParseError> {
        if depth >= MAX_DEPTH {
            return Err(self.error("intrinsic functions nest up to 10 deep"));
        }
        self.blanks();
        if !self.eat("States.") {
            return Err(self.error("expected `States.`"));
        }
        let name = self.word(|c| c.is_ascii_alphanumeric());
        let function = Function::of_name(&name)
            .ok_or_else(|| self.error(&format!("there is no intrinsic function `States.{name}`")))?;
        self.blanks();
        if !self.eat("(") {
            return Err(self.error("expected `(`"));
        }
        let arguments = self.arguments(depth)?;
        let (least, most) = function.arity();
        if !(least..=most).contains(&arguments.len()) {
            return Err(
                self.error(&format!("`States.{name}` takes {least} arguments, not {}", arguments.len()))
            );
        }
        Ok(Call { function, arguments })
    }

    fn arguments(&mut self, depth: usize) -> Result<Vec<Argument>, ParseError> {
        let mut arguments = Vec::new();
        self.blanks();
        if self.eat(")") {
            return Ok(arguments);
        }
        loop {
            self.blanks();
            arguments.push(self.argument(depth)?);
            self.blanks();
            if self.eat(")") {
                return Ok(arguments);
            }
            if !self.eat(",") {
                return Err(self.error("expected `,` or `)`"));
            }
        }
    }

    fn argument(&mut self, depth: usize) -> Result<Argument, ParseError> {
        match self.peek() {
            Some('\'') => self.quoted().map(|text| Argument::Value(Value::from(text))),
            Some('$') => {
                let (path, len) = jsonpath::parse_prefix(self.rest())
                    .map_err(|it| ParseError { at: self.at + it.at, message: it.message })?;
                let text = self.rest().get(..len).unwrap_or("").into();
                self.at += len;
                Ok(Argument::Path(path, text))
            }
            Some('S') => self.call(depth + 1).map(Argument::Call),
            _ => self.literal().map(Argument::Value),
        }
    }

    fn literal(&mut self) -> Result<Value, ParseError> {
        let word = self.word(|c| c.is_ascii_alphanumeric() || "+-.".contains(c));
        word.parse().map_err(|_| {
            self.error(
                "expected a text in single quotes, a number, `true`, `false`, `null`, a path or a call",
            )
        })
    }

    /// A text in single quotes. `\{` and `\}` stay as they are: only `States.Format` reads them.
    fn quoted(&mut self) -> Result<String, ParseError> {
        self.at += 1;
        let mut out = String::new();
        loop {
            match self.next_in_quotes()? {
                '\'' => return Ok(out),
                '\\' => match self.next_in_quotes()? {
                    'n' => out.push('\n'),
                    't' => out.push('\t'),
                    'r' => out.push('\r'),
                    brace @ ('{' | '}') => out.extend(['\\', brace]),
                    escaped @ ('\'' | '\\') => out.push(escaped),
                    _ => return Err(self.error("`\\` stands before `'`, `\\`, `{` or `}`")),
                },
                c => out.push(c),
            }
        }
    }

    fn next_in_quotes(&mut self) -> Result<char, ParseError> {
        let c = self.peek().ok_or_else(|| self.error("the quote is not closed"))?;
        self.at += c.len_utf8();
        Ok(c)
    }
}
