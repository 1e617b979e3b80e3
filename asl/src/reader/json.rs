//! JSON with places. Its messages are those of AWS's own reader (Jackson), place included,
//! as `ValidateStateMachineDefinition` hands them on under `INVALID_JSON_DESCRIPTION`.

use serde_json::Number;

use super::MAX_DEPTH;
use crate::diagnostic::Diagnostic;
use crate::{Content, Member, Node, Span};

/// Reads the first JSON value of the text; `None` if there is nothing but blanks.
///
/// Like AWS, it leaves what stands behind that value unread; the offset behind it is returned.
pub(crate) fn read_json(text: &str) -> Result<Option<(Node, usize)>, Box<Diagnostic>> {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let mut reader = Reader { text, bytes: text.as_bytes(), at: start };
    reader.skip_blanks();
    if reader.at == reader.bytes.len() {
        return Ok(None);
    }
    let node = reader.value(0)?;
    Ok(Some((node, reader.at)))
}

const VALUES: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
}

type Result<T, E = Box<Diagnostic>> = std::result::Result<T, E>;

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node> {
        let start = self.at;
        let content = match self.peek() {
            Some(b'{') => self.object(depth)?,
            Some(b'[') => self.array(depth)?,
            Some(b'"') => Content::String(self.string(false)?),
            Some(b'-' | b'0'..=b'9') => Content::Number(self.number()?),
            Some(b't') => self.word("true", Content::Bool(true))?,
            Some(b'f') => self.word("false", Content::Bool(false))?,
            Some(b'n') => self.word("null", Content::Null)?,
            Some(_) if self.current_char().is_some_and(is_identifier) => {
                return Err(self.unrecognized_token());
            }
            _ => return Err(self.unexpected(&format!("expected a valid value {VALUES}"))),
        };
        Ok(Node { span: Span::new(start, self.at), content })
    }

    fn enter(&self, depth: usize) -> Result<usize> {
        if depth < MAX_DEPTH {
            return Ok(depth + 1);
        }
        let place = Span::new(self.at, self.at + 1);
        Err(Box::new(super::too_deep(place)))
    }

    fn object(&mut self, depth: usize) -> Result<Content> {
        let depth = self.enter(depth)?;
        let start = self.at;
        let mut members = Vec::new();
        self.at += 1;
        self.skip_blanks();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Content::Object(members));
        }
        loop {
            members.push(self.member(depth, start)?);
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.expected_comma("Object", start)),
            }
            self.skip_blanks();
        }
        self.at += 1;
        Ok(Content::Object(members))
    }

    fn member(&mut self, depth: usize, object: usize) -> Result<Member> {
        let start = self.at;
        if self.peek() != Some(b'"') {
            let what = "was expecting double-quote to start field name";
            return Err(self.unexpected_in("Object", object, what));
        }
        let key = self.string(true)?;
        let key_span = Span::new(start, self.at);
        self.skip_blanks();
        if self.peek() != Some(b':') {
            let what = "was expecting a colon to separate field name and value";
            return Err(self.unexpected_in("Object", object, what));
        }
        self.at += 1;
        self.skip_blanks();
        if self.peek().is_none() {
            return Err(self.end_of_input("Object", object));
        }
        let value = self.value(depth)?;
        Ok(Member { key, key_span, value })
    }

    fn array(&mut self, depth: usize) -> Result<Content> {
        let depth = self.enter(depth)?;
        let start = self.at;
        let mut elements = Vec::new();
        self.at += 1;
        self.skip_blanks();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Content::Array(elements));
        }
        loop {
            if self.peek().is_none() {
                return Err(self.end_of_input("Array", start));
            }
            elements.push(self.value(depth)?);
            self.skip_blanks();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.expected_comma("Array", start)),
            }
            self.skip_blanks();
        }
        self.at += 1;
        Ok(Content::Array(elements))
    }

    fn string(&mut self, is_name: bool) -> Result<String> {
        self.at += 1;
        let mut text = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), None | Some(b'"' | b'\\' | 0..=0x1f)) {
                self.at += 1;
            }
            text.push_str(self.text.get(start..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => text.push(self.escape()?),
                Some(code) => return Err(self.unquoted_control(code, is_name)),
                None => return Err(self.unfinished_string(is_name)),
            }
        }
        self.at += 1;
        Ok(text)
    }

    fn escape(&mut self) -> Result<char> {
        self.at += 1;
        let short = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            Some(_) => return Err(self.unrecognized_escape()),
            None => {
                let what = "Unexpected end-of-input in character escape sequence";
                return Err(self.error(self.at, what.to_owned()));
            }
        };
        self.at += 1;
        Ok(short)
    }

    fn unicode_escape(&mut self) -> Result<char> {
        let high = self.hex4()?;
        if !(0xd800..0xdc00).contains(&high) {
            return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
        let before = self.at;
        if self.bytes.get(self.at..self.at + 2) == Some(b"\\u".as_slice()) {
            self.at += 1;
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                let code = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            self.at = before;
        }
        // A lone surrogate: Java keeps it, Rust's strings cannot.
        Ok(char::REPLACEMENT_CHARACTER)
    }

    /// Reads `uXXXX`, standing on the `u`.
    fn hex4(&mut self) -> Result<u32> {
        self.at += 1;
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|it| char::from(it).to_digit(16));
            let Some(digit) = digit else {
                let what = "expected a hex-digit for character escape sequence";
                return Err(self.unexpected(what));
            };
            code = code * 16 + digit;
            self.at += 1;
        }
        Ok(code)
    }

    fn number(&mut self) -> Result<Number> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
            if !matches!(self.peek(), Some(b'0'..=b'9')) {
                return Err(self.unexpected_number(
                    "expected digit (0-9) to follow minus sign, for valid numeric value",
                ));
            }
        }
        let first = self.at;
        self.digits();
        if self.bytes.get(first) == Some(&b'0') && self.at > first + 1 {
            let what = "Invalid numeric value: Leading zeroes not allowed";
            return Err(self.error(first + 2, what.to_owned()));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.unexpected_number("Decimal point not followed by a digit"));
            }
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            if self.digits() == 0 {
                return Err(self.unexpected_number("Exponent indicator not followed by a digit"));
            }
        }
        let text = self.text.get(start..self.at).unwrap_or_default();
        number_of(text).ok_or_else(|| self.error(self.at, format!("Numeric value ({text}) out of range")))
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        self.at - start
    }

    fn word(&mut self, word: &str, content: Content) -> Result<Content> {
        let end = self.at + word.len();
        let follows = self.text.get(end..).and_then(|it| it.chars().next());
        let matches = self.bytes.get(self.at..end) == Some(word.as_bytes());
        if !matches || follows.is_some_and(is_identifier) {
            return Err(self.unrecognized_token());
        }
        self.at = end;
        Ok(content)
    }

    fn current_char(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|it| it.chars().next())
    }
}

/// A whole number where one is written and fits, else the nearest double.
fn number_of(text: &str) -> Option<Number> {
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Number::from(whole));
    }
    if let Ok(whole) = text.parse::<u64>() {
        return Some(Number::from(whole));
    }
    Number::from_f64(text.parse().ok()?)
}

/// Java's `isJavaIdentifierPart`, near enough.
fn is_identifier(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Errors.
impl Reader<'_> {
    fn unrecognized_token(&self) -> Box<Diagnostic> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.find(|c| !is_identifier(c)).unwrap_or(rest.len());
        let token: String = rest.get(..end).unwrap_or_default().chars().take(256).collect();
        let message = format!("Unrecognized token '{token}': was expecting {VALUES}");
        self.error(self.at + end, message)
    }

    fn unexpected(&self, what: &str) -> Box<Diagnostic> {
        let Some(c) = self.current_char() else {
            let message = format!("Unexpected end-of-input: {what}");
            return self.error(self.at, message);
        };
        let message = format!("Unexpected character ({}): {what}", describe(c));
        self.error(self.at + c.len_utf8(), message)
    }

    fn unexpected_number(&self, what: &str) -> Box<Diagnostic> {
        match self.current_char() {
            Some(c) => {
                let message = format!("Unexpected character ({}) in numeric value: {what}", describe(c));
                self.error(self.at + c.len_utf8(), message)
            }
            None => self.unexpected(what),
        }
    }

    fn unexpected_in(&self, container: &str, start: usize, what: &str) -> Box<Diagnostic> {
        match self.peek() {
            Some(_) => self.unexpected(what),
            None => self.end_of_input(container, start),
        }
    }

    fn expected_comma(&self, container: &str, start: usize) -> Box<Diagnostic> {
        let what = format!("was expecting comma to separate {container} entries");
        self.unexpected_in(container, start, &what)
    }

    fn end_of_input(&self, container: &str, start: usize) -> Box<Diagnostic> {
        let place = self.place(start);
        let message = format!(
            "Unexpected end-of-input: expected close marker for {container} (start marker at {place})"
        );
        self.error(self.at, message)
    }

    fn unfinished_string(&self, is_name: bool) -> Box<Diagnostic> {
        let message = if is_name {
            "Unexpected end-of-input in field name"
        } else {
            "Unexpected end-of-input: was expecting closing quote for a string value"
        };
        self.error(self.at, message.to_owned())
    }

    fn unquoted_control(&self, code: u8, is_name: bool) -> Box<Diagnostic> {
        let place = if is_name { "name" } else { "string value" };
        let message = format!(
            "Illegal unquoted character ((CTRL-CHAR, code {code})): has to be escaped using backslash to be included in {place}"
        );
        self.error(self.at + 1, message)
    }

    fn unrecognized_escape(&self) -> Box<Diagnostic> {
        let c = self.current_char().unwrap_or_default();
        let message = format!("Unrecognized character escape {}", describe(c));
        self.error(self.at + c.len_utf8(), message)
    }

    /// An error found when `at` was the next byte to read: Jackson names the column of that byte.
    fn error(&self, at: usize, message: String) -> Box<Diagnostic> {
        let place = self.place(at);
        let mut diagnostic =
            Diagnostic::aws_nowhere("INVALID_JSON_DESCRIPTION", format!("{message}\n at {place}"));
        diagnostic.location = Some(place);
        let end = at.min(self.text.len());
        diagnostic.span = Some(Span::new(end.min(self.at), end.max(self.at)));
        Box::new(diagnostic)
    }

    /// Jackson's name of a place: the first 500 characters of the text, line and column from 1.
    fn place(&self, at: usize) -> String {
        const SHOWN: usize = 500;
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let line_start = before.rfind('\n').map_or(0, |it| it + 1);
        let column = before.get(line_start..).unwrap_or_default().encode_utf16().count() + 1;
        let shown: String = self.text.chars().take(SHOWN).collect();
        let left = self.text.chars().count().saturating_sub(SHOWN);
        let rest = match left {
            0 => String::new(),
            _ => format!("[truncated {left} chars]"),
        };
        format!("[Source: (String)\"{shown}\"{rest}; line: {line}, column: {column}]")
    }
}

fn describe(c: char) -> String {
    let code = u32::from(c);
    if c < ' ' {
        return format!("(CTRL-CHAR, code {code})");
    }
    if code > 255 {
        return format!("'{c}' (code {code} / 0x{code:x})");
    }
    format!("'{c}' (code {code})")
}
