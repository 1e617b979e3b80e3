//! Text to tokens.

use std::sync::Arc;

use crate::error::{Error, Fault};
use crate::regex::Regex;
use crate::value::Value;

#[derive(Clone, Debug)]
pub(crate) enum Lexeme {
    Operator(&'static str),
    Name(Arc<str>),
    Variable(Arc<str>),
    /// A string, number, boolean or null.
    Literal(Value),
    Regex(Arc<Regex>),
    End,
}

#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) lexeme: Lexeme,
    pub(crate) start: u32,
    /// The end: where jsonata-js says a token is.
    pub(crate) pos: u32,
}

impl Token {
    pub(crate) fn is(&self, operator: &str) -> bool {
        matches!(self.lexeme, Lexeme::Operator(it) if it == operator)
    }

    /// What messages call it.
    pub(crate) fn value(&self) -> Value {
        match &self.lexeme {
            Lexeme::Operator(it) => Value::from(*it),
            Lexeme::Name(it) | Lexeme::Variable(it) => Value::String(it.clone()),
            Lexeme::Literal(it) => it.clone(),
            Lexeme::Regex(_) => Value::Object(crate::object::Object::new()),
            Lexeme::End => Value::from("(end)"),
        }
    }
}

pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

const BLANKS: &[u8] = b" \t\n\r\x0b";

const DOUBLE: [&str; 7] = ["..", ":=", "!=", ">=", "<=", "**", "~>"];

const SINGLE: [&str; 24] = [
    ".", "[", "]", "{", "}", "(", ")", ",", "@", "#", ";", ":", "?", "+", "-", "*", "/", "%", "|", "=", "<",
    ">", "^", "&",
];

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str) -> Lexer<'a> {
        Lexer { text, at: 0 }
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    fn token(&self, start: usize, lexeme: Lexeme) -> Token {
        Token { lexeme, start: start as u32, pos: self.at as u32 }
    }

    /// The next token. A `/` begins a regular expression unless the token before it was an operand.
    pub(crate) fn next(&mut self, after_operand: bool) -> Result<Token, Fault> {
        self.skip_blanks()?;
        let start = self.at;
        if start >= self.text.len() {
            return Ok(self.token(start, Lexeme::End));
        }
        match self.byte(start) {
            b'/' if !after_operand => {
                self.at += 1;
                let regex = self.regex()?;
                Ok(self.token(start, Lexeme::Regex(Arc::new(regex))))
            }
            quote @ (b'"' | b'\'') => {
                let text = self.string(quote)?;
                Ok(self.token(start, Lexeme::Literal(Value::from(text))))
            }
            b'0'..=b'9' => self.number(),
            b'`' => self.quoted_name(),
            _ => Ok(self.operator().unwrap_or_else(|| self.name())),
        }
    }

    fn skip_blanks(&mut self) -> Result<(), Fault> {
        loop {
            while self.at < self.text.len() && BLANKS.contains(&self.byte(self.at)) {
                self.at += 1;
            }
            if !self.text.get(self.at..).is_some_and(|it| it.starts_with("/*")) {
                return Ok(());
            }
            let inside = self.at + 2;
            match self.text.get(inside..).and_then(|it| it.find("*/")) {
                Some(length) => self.at = inside + length + 2,
                None => return Err(Error::new("S0106").at(self.at as u32)),
            }
        }
    }

    fn operator(&mut self) -> Option<Token> {
        let rest = self.text.get(self.at..)?;
        let sign = DOUBLE.iter().chain(&SINGLE).chain(&["!", "~"]).find(|it| rest.starts_with(**it))?;
        let start = self.at;
        self.at += sign.len();
        Some(self.token(start, Lexeme::Operator(sign)))
    }

    fn name(&mut self) -> Token {
        let start = self.at;
        let stops = |byte: &u8| BLANKS.contains(byte) || b".[]{}(),@#;:?+-*/%|=<>^&!~".contains(byte);
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        self.at = start + rest.iter().position(stops).unwrap_or(rest.len());
        let text = self.slice(start, self.at);
        let lexeme = match text {
            "or" => Lexeme::Operator("or"),
            "in" => Lexeme::Operator("in"),
            "and" => Lexeme::Operator("and"),
            "true" => Lexeme::Literal(Value::Bool(true)),
            "false" => Lexeme::Literal(Value::Bool(false)),
            "null" => Lexeme::Literal(Value::Null),
            _ => match text.strip_prefix('$') {
                Some(variable) => Lexeme::Variable(variable.into()),
                None => Lexeme::Name(text.into()),
            },
        };
        self.token(start, lexeme)
    }

    fn quoted_name(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        let inside = start + 1;
        match self.text.get(inside..).and_then(|it| it.find('`')) {
            Some(length) => {
                self.at = inside + length + 1;
                Ok(self.token(start, Lexeme::Name(self.slice(inside, inside + length).into())))
            }
            None => Err(Error::new("S0105").at(self.text.len() as u32)),
        }
    }

    fn digits(&self, mut at: usize) -> usize {
        while self.byte(at).is_ascii_digit() {
            at += 1;
        }
        at
    }

    fn number(&mut self) -> Result<Token, Fault> {
        let start = self.at;
        // A leading zero stands alone.
        let mut end = if self.byte(start) == b'0' { start + 1 } else { self.digits(start) };
        if self.byte(end) == b'.' && self.byte(end + 1).is_ascii_digit() {
            end = self.digits(end + 1);
        }
        if matches!(self.byte(end), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(end + 1), b'+' | b'-'));
            if self.byte(end + 1 + sign).is_ascii_digit() {
                end = self.digits(end + 1 + sign);
            }
        }
        let text = self.slice(start, end);
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.at = end;
                Ok(self.token(start, Lexeme::Literal(Value::Number(number))))
            }
            _ => Err(Error::new("S0102").at(start as u32).token(text)),
        }
    }

    fn string(&mut self, quote: u8) -> Result<String, Fault> {
        let mut text = Text::default();
        self.at += 1;
        while let Some(next) = self.text.get(self.at..).and_then(|it| it.chars().next()) {
            if next == char::from(quote) {
                self.at += 1;
                return Ok(text.finish());
            }
            if next == '\\' {
                self.at += 1;
                self.escape(&mut text)?;
            } else {
                text.push(next);
                self.at += next.len_utf8();
            }
        }
        Err(Error::new("S0101").at(self.at.max(self.text.len()) as u32))
    }

    fn escape(&mut self, text: &mut Text) -> Result<(), Fault> {
        let escaped = self.text.get(self.at..).and_then(|it| it.chars().next());
        let plain = match escaped {
            Some('"') => '"',
            Some('\\') => '\\',
            Some('/') => '/',
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.unicode_escape(text),
            other => {
                let token = other.map(String::from).unwrap_or_default();
                return Err(Error::new("S0103").at(self.at as u32).token(token));
            }
        };
        text.push(plain);
        self.at += 1;
        Ok(())
    }

    fn unicode_escape(&mut self, text: &mut Text) -> Result<(), Fault> {
        let after = self.text.get(self.at + 1..).unwrap_or_default();
        let digits: String = after.chars().take(4).collect();
        match u16::from_str_radix(&digits, 16) {
            Ok(unit) if digits.bytes().all(|it| it.is_ascii_hexdigit()) => {
                text.push_unit(unit);
                // jsonata-js takes four digits for read, however many there are before the end.
                self.at += 5;
                Ok(())
            }
            _ => Err(Error::new("S0104").at(self.at as u32)),
        }
    }

    /// From behind the first `/` to behind the flags.
    fn regex(&mut self) -> Result<Regex, Fault> {
        let start = self.at;
        let mut depth = 0_i32;
        while self.at < self.text.len() {
            let byte = self.byte(self.at);
            if byte == b'/' && depth == 0 && !self.escaped(start) {
                return self.regex_end(start);
            }
            let after_backslash = self.at > 0 && self.byte(self.at - 1) == b'\\';
            match byte {
                b'(' | b'[' | b'{' if !after_backslash => depth += 1,
                b')' | b']' | b'}' if !after_backslash => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        Err(Error::new("S0302").at(self.at as u32))
    }

    /// An odd number of backslashes stands before the current byte.
    fn escaped(&self, start: usize) -> bool {
        let before = self.text.as_bytes().get(start - 1..self.at).unwrap_or_default();
        before.iter().rev().take_while(|it| **it == b'\\').count() % 2 == 1
    }

    fn regex_end(&mut self, start: usize) -> Result<Regex, Fault> {
        let pattern = self.slice(start, self.at);
        if pattern.is_empty() {
            return Err(Error::new("S0301").at(self.at as u32));
        }
        self.at += 1;
        let flags = self.at;
        while matches!(self.byte(self.at), b'i' | b'm') {
            self.at += 1;
        }
        let flags = self.slice(flags, self.at);
        let regex = Regex::new(pattern, flags);
        regex
            .map(|it| it.ending_at(self.at as u32))
            .map_err(|reason| Error::new("S0303").at(start as u32).text(reason))
    }
}

/// A string under construction, which may come in UTF-16 units.
#[derive(Default)]
struct Text {
    text: String,
    /// The first half of a surrogate pair.
    high: Option<u16>,
}

impl Text {
    fn push(&mut self, next: char) {
        if self.high.take().is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        self.text.push(next);
    }

    fn push_unit(&mut self, unit: u16) {
        let units = self.high.take().into_iter().chain([unit]);
        if (0xd800..0xdc00).contains(&unit) {
            if units.count() == 2 {
                self.text.push(char::REPLACEMENT_CHARACTER);
            }
            self.high = Some(unit);
            return;
        }
        // UTF-8 can't hold a lone surrogate.
        self.text.extend(char::decode_utf16(units).map(|it| it.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }

    fn finish(mut self) -> String {
        if self.high.is_some() {
            self.text.push(char::REPLACEMENT_CHARACTER);
        }
        self.text
    }
}
