//! The shape of JSONPath as Step Functions takes it (spec "Paths" and "Reference Paths").
//!
//! Only what is surely wrong is refused: AWS evaluates paths with Jayway JsonPath, whose own
//! grammar is wider than any standard.

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Root<'a> {
    /// `$`: the state's input.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a variable.
    Variable(&'a str),
}

/// What a path consists of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PathShape<'a> {
    pub(crate) root: Root<'a>,
    /// Whether it names exactly one value: only fields and indexes, no `..`, `*`, `?`, slices.
    pub(crate) is_reference: bool,
    /// The names it starts with, up to the first step that is no name.
    pub(crate) names: Vec<&'a str>,
    /// Whether `names` is the whole path.
    pub(crate) only_names: bool,
}

/// Takes a path apart, or says why it is none.
pub(crate) fn parse(text: &str) -> Result<PathShape<'_>, &'static str> {
    let Some(rest) = text.strip_prefix('$') else {
        return Err("Reference path didn't start with '$'");
    };
    let (root, rest) = match rest.strip_prefix('$') {
        Some(rest) => (Root::Context, rest),
        None => variable(rest),
    };
    let mut shape = PathShape { root, is_reference: true, names: Vec::new(), only_names: true };
    let mut rest = rest;
    while !rest.is_empty() {
        rest = step(rest, &mut shape)?;
    }
    Ok(shape)
}

fn variable(rest: &str) -> (Root<'_>, &str) {
    let end = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
    match rest.split_at(end) {
        ("", rest) => (Root::Input, rest),
        (name, rest) => (Root::Variable(name), rest),
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn step<'a>(text: &'a str, shape: &mut PathShape<'a>) -> Result<&'a str, &'static str> {
    if let Some(rest) = text.strip_prefix("..") {
        shape.is_reference = false;
        shape.only_names = false;
        return dotted(rest, shape);
    }
    if let Some(rest) = text.strip_prefix('.') {
        return dotted(rest, shape);
    }
    if text.starts_with('[') {
        return bracketed(text, shape);
    }
    Err("a step must start with '.' or '['")
}

fn dotted<'a>(text: &'a str, shape: &mut PathShape<'a>) -> Result<&'a str, &'static str> {
    if let Some(rest) = text.strip_prefix('*') {
        shape.is_reference = false;
        shape.only_names = false;
        return Ok(rest);
    }
    // Jayway takes `$.[0]` for `$[0]`.
    if text.starts_with('[') {
        return Ok(text);
    }
    let end = text.find(['.', '[', '(']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return Err("a path must not end with '.' and a name must not be empty");
    }
    if name.contains(char::is_whitespace) {
        return Err("a name with blanks must be written in brackets: ['a name']");
    }
    if rest.starts_with('(') {
        shape.is_reference = false;
        shape.only_names = false;
        let close = rest.find(')').ok_or("a parenthesis is not closed")?;
        return Ok(rest.get(close + 1..).unwrap_or_default());
    }
    push_name(shape, name);
    Ok(rest)
}

fn push_name<'a>(shape: &mut PathShape<'a>, name: &'a str) {
    if shape.only_names {
        shape.names.push(name);
    }
}

fn bracketed<'a>(text: &'a str, shape: &mut PathShape<'a>) -> Result<&'a str, &'static str> {
    let end = closing_bracket(text)?;
    let inner = text.get(1..end).unwrap_or_default().trim();
    let rest = text.get(end + 1..).unwrap_or_default();
    if inner.is_empty() {
        return Err("brackets must not be empty");
    }
    if let Some(name) = quoted(inner) {
        push_name(shape, name);
        return Ok(rest);
    }
    shape.only_names = false;
    if inner.parse::<i64>().is_ok() {
        return Ok(rest);
    }
    shape.is_reference = false;
    let is_known = inner == "*"
        || inner.starts_with('?')
        || inner.starts_with('(')
        || inner.starts_with(['\'', '"'])
        || inner.chars().all(|c| c.is_ascii_digit() || "-:, ".contains(c));
    match is_known {
        true => Ok(rest),
        false => Err("brackets take an index, a quoted name, a slice, '*' or a filter"),
    }
}

/// A single quoted name.
fn quoted(inner: &str) -> Option<&str> {
    let quote = inner.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let name = inner.get(1..)?.strip_suffix(quote)?;
    (!name.contains(quote)).then_some(name)
}

/// The offset of the `]` that closes the `[` the text starts with.
fn closing_bracket(text: &str) -> Result<usize, &'static str> {
    let mut depth = 0usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match (quote, c) {
            (_, '\\') => escaped = true,
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '[') => depth += 1,
            (None, ']') => depth -= 1,
            (None, _) => {}
        }
        if depth == 0 {
            return Ok(at);
        }
    }
    Err("a bracket is not closed")
}
