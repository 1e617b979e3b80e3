//! The shape of intrinsic functions (spec "Intrinsic Functions"; Developer Guide,
//! "Intrinsic functions for JSONPath states").

use crate::jsonpath;

/// Deepest nesting of calls; the guide allows 10.
const MAX_DEPTH: usize = 20;

/// An argument of a call.
#[derive(Clone, Debug, PartialEq)]
enum Argument<'a> {
    Text,
    Number,
    Null,
    Boolean,
    Path(&'a str),
    Call,
}

/// Checks a call and hands each path in it to `on_path`, or says why it is none.
pub(crate) fn check<'a>(text: &'a str, on_path: &mut dyn FnMut(&'a str)) -> Result<(), String> {
    let mut parser = Parser { text, at: 0, on_path };
    parser.call(0)?;
    parser.skip_blanks();
    match parser.at == text.len() {
        true => Ok(()),
        false => Err("there is text behind the call".to_owned()),
    }
}

struct Parser<'a, 'f> {
    text: &'a str,
    at: usize,
    on_path: &'f mut dyn FnMut(&'a str),
}

impl<'a> Parser<'a, '_> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn take(&mut self, c: char) -> bool {
        let found = self.rest().starts_with(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn call(&mut self, depth: usize) -> Result<(), String> {
        if depth > MAX_DEPTH {
            return Err("calls are nested too deep".to_owned());
        }
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '.').unwrap_or(rest.len());
        let name = rest.get(..end).unwrap_or_default();
        self.at += end;
        if !self.take('(') {
            return Err(format!("`{name}` is not a call"));
        }
        let arguments = self.arguments(depth)?;
        check_call(name, &arguments)
    }

    fn arguments(&mut self, depth: usize) -> Result<Vec<Argument<'a>>, String> {
        let mut arguments = Vec::new();
        self.skip_blanks();
        if self.take(')') {
            return Ok(arguments);
        }
        loop {
            self.skip_blanks();
            arguments.push(self.argument(depth)?);
            self.skip_blanks();
            if self.take(')') {
                return Ok(arguments);
            }
            if !self.take(',') {
                return Err("arguments must be separated by commas".to_owned());
            }
        }
    }

    fn argument(&mut self, depth: usize) -> Result<Argument<'a>, String> {
        match self.rest().chars().next() {
            Some('\'') => self.string(),
            Some('$') => self.path(),
            Some('-' | '+' | '0'..='9') => self.number(),
            _ if self.rest().starts_with("States.") => self.call(depth + 1).map(|()| Argument::Call),
            _ => self.word(),
        }
    }

    fn string(&mut self) -> Result<Argument<'a>, String> {
        let mut escaped = false;
        for (at, c) in self.rest().char_indices().skip(1) {
            match c {
                c if escaped && !ESCAPES.contains(&c) => {
                    return Err(format!("`\\{c}` stands for nothing in a string of a call"));
                }
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\'' => {
                    self.at += at + 1;
                    return Ok(Argument::Text);
                }
                _ => {}
            }
        }
        Err("a string is not closed".to_owned())
    }

    /// A path ends at a comma, parenthesis or blank outside brackets and quotes.
    fn path(&mut self) -> Result<Argument<'a>, String> {
        let mut depth = 0usize;
        let mut quote = None;
        let rest = self.rest();
        let mut end = rest.len();
        for (at, c) in rest.char_indices() {
            match (quote, c) {
                (Some(open), _) if open == c => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '[' | '(') => depth += 1,
                (None, ']') => depth = depth.saturating_sub(1),
                (None, ')') if depth > 0 => depth -= 1,
                (None, ',' | ')' | ' ' | '\t' | '\n') if depth == 0 => {
                    end = at;
                    break;
                }
                (None, _) => {}
            }
        }
        let path = rest.get(..end).unwrap_or_default();
        self.at += end;
        jsonpath::parse(path)?;
        (self.on_path)(path);
        Ok(Argument::Path(path))
    }

    fn number(&mut self) -> Result<Argument<'a>, String> {
        let rest = self.rest();
        let end = rest.find([',', ')', ' ', '\t', '\n']).unwrap_or(rest.len());
        let text = rest.get(..end).unwrap_or_default();
        self.at += end;
        match text.parse::<f64>() {
            Ok(_) => Ok(Argument::Number),
            Err(_) => Err(format!("`{text}` is not a number")),
        }
    }

    fn word(&mut self) -> Result<Argument<'a>, String> {
        let words = [("null", Argument::Null), ("true", Argument::Boolean), ("false", Argument::Boolean)];
        for (word, argument) in words {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(argument);
            }
        }
        Err("an argument is a string in single quotes, a number, null, a path or a call".to_owned())
    }
}

/// What may follow a backslash. The guide names quotes, braces and the backslash itself ("Reserved characters in
/// intrinsic functions"); line ends, tabs and returns are taken too. `\"` is refused.
const ESCAPES: [char; 7] = ['\'', '\\', '{', '}', 'n', 't', 'r'];

/// Name, fewest and most arguments.
const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("States.Array", 0, usize::MAX),
    ("States.ArrayContains", 2, 2),
    ("States.ArrayGetItem", 2, 2),
    ("States.ArrayLength", 1, 1),
    ("States.ArrayPartition", 2, 2),
    ("States.ArrayRange", 3, 3),
    ("States.ArrayUnique", 1, 1),
    ("States.Base64Decode", 1, 1),
    ("States.Base64Encode", 1, 1),
    ("States.Format", 1, usize::MAX),
    ("States.Hash", 2, 2),
    ("States.JsonMerge", 3, 3),
    ("States.JsonToString", 1, 1),
    ("States.MathAdd", 2, 2),
    ("States.MathRandom", 2, 3),
    ("States.StringSplit", 2, 2),
    ("States.StringToJson", 1, 1),
    ("States.UUID", 0, 0),
];

/// Those all of whose arguments are numbers.
const NUMERIC: &[&str] = &["States.ArrayRange", "States.MathAdd", "States.MathRandom"];

fn check_call(name: &str, arguments: &[Argument<'_>]) -> Result<(), String> {
    let found = FUNCTIONS.iter().find(|(known, ..)| *known == name);
    let Some((_, fewest, most)) = found else {
        return Err(format!("there is no intrinsic function `{name}`"));
    };
    let count = arguments.len();
    if count < *fewest || count > *most {
        return Err(format!("`{name}` does not take {count} arguments"));
    }
    if NUMERIC.contains(&name) && arguments.contains(&Argument::Text) {
        return Err(format!("the arguments of `{name}` must be numbers"));
    }
    Ok(())
}
