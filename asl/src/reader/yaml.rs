//! YAML with places.
//!
//! AWS itself reads JSON only; SAM, Serverless and the toolkits turn YAML into it. The short
//! forms of CloudFormation's functions become the substitutions they end up as:
//! `!Ref Name` is `${Name}`, `!GetAtt Name.Arn` is `${Name.Arn}`, `!Sub text` is its text.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, ScanError, Tag};
use serde_json::Number;

use super::MAX_DEPTH;
use crate::diagnostic::Diagnostic;
use crate::path::Path;
use crate::{Content, Member, Node, Span};

/// Aliases may copy this many nodes in all: enough for any definition AWS takes (1 MB).
const MAX_COPIED: usize = 100_000;

type Result<T, E = Box<Diagnostic>> = std::result::Result<T, E>;

/// Reads the first document of the text; `None` if there is none.
pub(crate) fn read_yaml(text: &str) -> Result<Option<Node>> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        offsets: offsets(text),
        anchors: HashMap::new(),
        copied: 0,
    };
    loop {
        let Some((event, span)) = reader.next()? else {
            return Ok(None);
        };
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::StreamEnd | Event::DocumentEnd => return Ok(None),
            event => return reader.node(event, span, 0).map(Some),
        }
    }
}

/// The byte offset of every character and of the end, as the parser counts characters.
fn offsets(text: &str) -> Vec<usize> {
    let ends = std::iter::once(text.len());
    text.char_indices().map(|(at, _)| at).chain(ends).collect()
}

struct Reader<'t> {
    parser: Parser<'t, saphyr_parser::StrInput<'t>>,
    offsets: Vec<usize>,
    anchors: HashMap<usize, (Node, usize)>,
    copied: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => {
                let span = Span::new(self.offset(span.start), self.offset(span.end));
                Ok(Some((event, span)))
            }
            Some(Err(error)) => Err(self.scan_error(&error)),
        }
    }

    fn offset(&self, marker: Marker) -> usize {
        let last = self.offsets.last().copied().unwrap_or_default();
        self.offsets.get(marker.index()).copied().unwrap_or(last)
    }

    fn scan_error(&self, error: &ScanError) -> Box<Diagnostic> {
        let at = self.offset(*error.marker());
        self.error(error.info(), Span::new(at, at))
    }

    fn error(&self, message: &str, span: Span) -> Box<Diagnostic> {
        let mut diagnostic = Diagnostic::flow("INVALID_YAML", message, &Path::ROOT, span)
            .with_severity(crate::Severity::Error);
        diagnostic.pointer = None;
        diagnostic.location = None;
        Box::new(diagnostic)
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node> {
        if depth > MAX_DEPTH {
            return Err(Box::new(super::too_deep(span)));
        }
        let (node, anchor) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let content = scalar(text, style, tag.as_deref());
                (Node { span, content }, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                let node = self.sequence(span, depth)?;
                (joined_get_att(node, tag.as_deref()), anchor)
            }
            Event::MappingStart(anchor, _) => (self.mapping(span, depth)?, anchor),
            Event::Alias(anchor) => return self.alias(anchor, span, depth),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => return Err(self.error("a value was expected", span)),
        };
        if anchor > 0 {
            let size = depth_of(&node);
            self.anchors.insert(anchor, (node.clone(), size));
        }
        Ok(node)
    }

    fn sequence(&mut self, start: Span, depth: usize) -> Result<Node> {
        let mut elements = Vec::new();
        let mut end = start.end;
        while let Some((event, span)) = self.next()? {
            end = end.max(span.start);
            if event == Event::SequenceEnd {
                end = span.end.max(end);
                break;
            }
            let element = self.node(event, span, depth + 1)?;
            end = element.span.end;
            elements.push(element);
        }
        Ok(Node { span: Span::new(start.start, end), content: Content::Array(elements) })
    }

    fn mapping(&mut self, start: Span, depth: usize) -> Result<Node> {
        let mut members = Vec::new();
        let mut merged = Vec::new();
        let mut end = start.end;
        while let Some((event, key_span)) = self.next()? {
            if event == Event::MappingEnd {
                end = end.max(key_span.end);
                break;
            }
            let key = self.key(event, key_span)?;
            let Some((event, span)) = self.next()? else {
                return Err(self.error("a value was expected", key_span));
            };
            let value = self.node(event, span, depth + 1)?;
            end = value.span.end.max(key_span.end);
            if key == "<<" {
                merged.push(value);
                continue;
            }
            members.push(Member { key, key_span, value });
        }
        merge(&mut members, merged);
        Ok(Node { span: Span::new(start.start, end), content: Content::Object(members) })
    }

    fn key(&mut self, event: Event<'t>, span: Span) -> Result<String> {
        match event {
            Event::Scalar(text, ..) => Ok(text.into_owned()),
            Event::Alias(anchor) => match self.alias(anchor, span, 0)?.content {
                Content::String(text) => Ok(text),
                _ => Err(self.error("a key must be a string", span)),
            },
            _ => Err(self.error("a key must be a string", span)),
        }
    }

    fn alias(&mut self, anchor: usize, span: Span, depth: usize) -> Result<Node> {
        let Some((node, levels)) = self.anchors.get(&anchor) else {
            return Err(self.error("this alias has no anchor", span));
        };
        if depth + levels > MAX_DEPTH {
            return Err(Box::new(super::too_deep(span)));
        }
        self.copied += count(node);
        if self.copied > MAX_COPIED {
            return Err(self.error("the aliases expand to too large a document", span));
        }
        Ok(node.clone())
    }
}

/// `<<`: members of the merged mappings that the mapping does not have itself.
fn merge(members: &mut Vec<Member>, merged: Vec<Node>) {
    let mut known: HashSet<String> = HashSet::new();
    if !merged.is_empty() {
        known.extend(members.iter().map(|it| it.key.clone()));
    }
    let sources = merged.into_iter().flat_map(|it| match it.content {
        Content::Array(elements) => elements,
        _ => vec![it],
    });
    for source in sources {
        if let Content::Object(others) = source.content {
            members.extend(others.into_iter().filter(|it| known.insert(it.key.clone())));
        }
    }
}

fn count(node: &Node) -> usize {
    match &node.content {
        Content::Array(it) => 1 + it.iter().map(count).sum::<usize>(),
        Content::Object(it) => 1 + it.iter().map(|it| count(&it.value)).sum::<usize>(),
        _ => 1,
    }
}

fn depth_of(node: &Node) -> usize {
    let below = match &node.content {
        Content::Array(it) => it.iter().map(depth_of).max(),
        Content::Object(it) => it.iter().map(|it| depth_of(&it.value)).max(),
        _ => None,
    };
    1 + below.unwrap_or_default()
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Content {
    if let Some(tag) = tag {
        return tagged(text.into_owned(), tag);
    }
    if style == ScalarStyle::Plain {
        return plain(&text);
    }
    Content::String(text.into_owned())
}

fn tagged(text: String, tag: &Tag) -> Content {
    if tag.is_yaml_core_schema() {
        return match tag.suffix.as_str() {
            "str" => Content::String(text),
            _ => plain(&text),
        };
    }
    match tag.suffix.as_str() {
        "Ref" | "GetAtt" => Content::String(format!("${{{text}}}")),
        _ => Content::String(text),
    }
}

/// `!GetAtt [Name, Arn]`.
fn joined_get_att(node: Node, tag: Option<&Tag>) -> Node {
    let Some("GetAtt") = tag.map(|it| it.suffix.as_str()) else {
        return node;
    };
    let parts = node.elements().unwrap_or_default().iter();
    let parts: Vec<&str> = parts.filter_map(Node::as_str).collect();
    Node { span: node.span, content: Content::String(format!("${{{}}}", parts.join("."))) }
}

/// The core schema of YAML 1.2, and `yes`/`no` left as text.
fn plain(text: &str) -> Content {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Content::Null,
        "true" | "True" | "TRUE" => Content::Bool(true),
        "false" | "False" | "FALSE" => Content::Bool(false),
        _ => match number(text) {
            Some(number) => Content::Number(number),
            None => Content::String(text.to_owned()),
        },
    }
}

fn number(text: &str) -> Option<Number> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(digits) = unsigned.strip_prefix("0x") {
        return i64::from_str_radix(digits, 16).ok().map(Number::from);
    }
    if let Some(digits) = unsigned.strip_prefix("0o") {
        return i64::from_str_radix(digits, 8).ok().map(Number::from);
    }
    let is_decimal = unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.contains(|c: char| c.is_ascii_digit())
        && unsigned.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
    if !is_decimal {
        return None;
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Number::from(whole));
    }
    Number::from_f64(text.parse::<f64>().ok()?)
}
