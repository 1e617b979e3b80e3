//! A JSON or YAML document as a tree in which every value knows its place in the text.

use serde_json::{Map, Number, Value};

/// A half-open range of byte offsets into the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset behind the last byte.
    pub end: usize,
}

impl Span {
    /// From `start` up to, not including, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Span { start, end }
    }
}

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// From its first to its last character, quotes and brackets included.
    pub span: Span,
    /// What it is.
    pub content: Content,
}

/// What a [`Node`] is.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string, its escapes resolved.
    String(String),
    /// An array.
    Array(Vec<Node>),
    /// An object, in the order written. A key may occur twice; the last one counts.
    Object(Vec<Member>),
}

/// A key of an object with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// The key, its escapes resolved.
    pub key: String,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

impl Node {
    /// The members, if it is an object.
    pub fn members(&self) -> Option<&[Member]> {
        match &self.content {
            Content::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The elements, if it is an array.
    pub fn elements(&self) -> Option<&[Node]> {
        match &self.content {
            Content::Array(elements) => Some(elements),
            _ => None,
        }
    }

    /// The text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.content {
            Content::Bool(it) => Some(*it),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<&Number> {
        match &self.content {
            Content::Number(it) => Some(it),
            _ => None,
        }
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.content == Content::Null
    }

    /// The member of an object by key; the last one if the key occurs twice.
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.members()?.iter().rev().find(|it| it.key == key)
    }

    /// The value of a member of an object.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.member(key).map(|it| &it.value)
    }

    /// The node at a JSON pointer (RFC 6901) below this one.
    pub fn at_pointer(&self, pointer: &str) -> Option<&Node> {
        let mut node = self;
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            node = match &node.content {
                Content::Object(_) => node.get(&step)?,
                Content::Array(elements) => elements.get(step.parse::<usize>().ok()?)?,
                Content::Null | Content::Bool(_) | Content::Number(_) | Content::String(_) => {
                    return None;
                }
            };
        }
        Some(node)
    }

    /// The same value without places.
    pub fn to_value(&self) -> Value {
        match &self.content {
            Content::Null => Value::Null,
            Content::Bool(it) => Value::Bool(*it),
            Content::Number(it) => Value::Number(it.clone()),
            Content::String(it) => Value::String(it.clone()),
            Content::Array(it) => Value::Array(it.iter().map(Node::to_value).collect()),
            Content::Object(it) => Value::Object(members_to_map(it)),
        }
    }

    /// What it is called in messages: `Object`, `Array`, `String`, `Number`, `Boolean` or `Null`.
    pub fn type_name(&self) -> &'static str {
        match &self.content {
            Content::Null => "Null",
            Content::Bool(_) => "Boolean",
            Content::Number(_) => "Number",
            Content::String(_) => "String",
            Content::Array(_) => "Array",
            Content::Object(_) => "Object",
        }
    }
}

fn members_to_map(members: &[Member]) -> Map<String, Value> {
    let pairs = members.iter().map(|it| (it.key.clone(), it.value.to_value()));
    pairs.collect()
}
