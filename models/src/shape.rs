//! What a parameter or a result looks like. A [`ShapeRef`] is a copyable name of a shape; [`ShapeRef::shape`] opens one level
//! of it, so recursive shapes (`AttributeValue`) are walked as far as the caller wants.

use crate::{api, optimized};

/// Names a shape; equal references name the same shape. To walk recursive shapes once, keep the ones seen in a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeRef {
    origin: Origin,
    expression: &'static str,
    spelling: Spelling,
}

/// Whose numbers and names the expression uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Origin {
    Api(&'static str),
    Optimized,
}

/// How members are spelled where the two differ: `Bool` by the SDK integrations, `BOOL` by the optimized ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Spelling {
    Sdk,
    Api,
}

/// One level of a shape, as JSON carries it.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// Text; one of `values`, unless there are none. AWS adds values as it goes: an unknown one deserves a warning only.
    String {
        values: Vec<&'static str>,
    },
    /// A whole number.
    Int,
    /// Any number.
    Number,
    Boolean,
    /// A time as ISO 8601 text.
    Timestamp,
    /// Bytes that are not streamed, as text. Whether Step Functions wants and gives base64 here is not documented.
    Bytes,
    /// Any JSON: documents, streamed bodies of requests, and what an integration parses or serialises by itself.
    Json,
    List(ShapeRef),
    /// String keys.
    Map(ShapeRef),
    Record(Record),
}

/// How large a number may be, or how long a text, its bytes, a list or a map.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bounds {
    pub least: Option<f64>,
    pub most: Option<f64>,
}

impl Bounds {
    /// `least..most`, either of which may be left out.
    fn read(text: &str) -> Option<Bounds> {
        let (least, most) = text.split_once("..")?;
        Some(Bounds { least: least.parse().ok(), most: most.parse().ok() })
    }
}

/// A JSON object with known fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The name in the API: `AttributeValue`.
    pub name: &'static str,
    pub members: Vec<Member>,
}

/// A field of a [`Record`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// As it is spelled in ASL.
    pub name: &'static str,
    /// The other spelling, where the API's own (`SSEKMSKeyId`) and the SDK integration's (`SsekmsKeyId`) differ: for
    /// "did you mean".
    pub other: Option<&'static str>,
    pub required: bool,
    pub deprecated: bool,
    pub shape: ShapeRef,
}

impl Record {
    /// The member of that name.
    pub fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|it| it.name == name)
    }
}

impl ShapeRef {
    /// A shape line of a service's model: its number, or its name behind a dot.
    pub(crate) fn api(service: &'static str, line: &'static str, spelling: Spelling) -> ShapeRef {
        ShapeRef { origin: Origin::Api(service), expression: line, spelling }
    }

    /// A record, enum or expression of the optimized integrations' file.
    pub(crate) fn optimized(expression: &'static str) -> ShapeRef {
        ShapeRef { origin: Origin::Optimized, expression, spelling: Spelling::Api }
    }

    /// The name that tells this shape from all others, for caches: the service and the expression in its text.
    pub fn key(&self) -> (&'static str, &'static str) {
        match self.origin {
            Origin::Api(service) => (service, self.expression),
            Origin::Optimized => ("", self.expression),
        }
    }

    /// Opens one level. What can't be read is [`Shape::Json`], which agrees with everything.
    pub fn shape(&self) -> Shape {
        self.open(8).unwrap_or(Shape::Json)
    }

    /// The bounds that the API's model sets. Values of an enumeration and what is no number and has no length have none.
    pub fn bounds(&self) -> Bounds {
        let Some(first) = self.expression.chars().next() else { return Bounds::default() };
        let rest = self.expression.get(first.len_utf8()..).unwrap_or_default();
        let text = match first {
            's' | 'i' | 'n' | 'B' => Some(rest),
            '[' | '{' => bounded(rest).0,
            '0'..='9' => return self.alias().map_or(Bounds::default(), |it| it.bounds()),
            _ => None,
        };
        text.and_then(Bounds::read).unwrap_or_default()
    }

    /// What a numbered line stands for, if it is one for a list or a map that contains itself.
    fn alias(&self) -> Option<ShapeRef> {
        let Origin::Api(service) = self.origin else { return None };
        let (name, rest) = api::model(service)?.shape(self.expression)?.split_once('\t')?;
        let is_container = name.ends_with(':') && rest.starts_with(['[', '{']);
        is_container.then_some(ShapeRef { expression: rest, ..*self })
    }

    /// The record, if the shape is one.
    pub fn record(&self) -> Option<Record> {
        match self.shape() {
            Shape::Record(record) => Some(record),
            _ => None,
        }
    }

    /// The shape at `path` (`Items[].Name`, `Buckets[-1].Key`, `RequestItems[keys]`), for tokens and ARNs.
    pub fn at(&self, path: &str) -> Option<ShapeRef> {
        let mut here = *self;
        for step in path.split('.') {
            let (name, index) =
                step.split_once('[').map_or((step, None), |(name, index)| (name, Some(index)));
            here = here.record()?.member(name)?.shape;
            if index.is_some() {
                here = match here.shape() {
                    Shape::List(item) | Shape::Map(item) => item,
                    _ => return None,
                };
            }
        }
        Some(here)
    }

    /// `aliases` bounds the steps through names of expressions.
    fn open(&self, aliases: u8) -> Option<Shape> {
        let inner = |expression| ShapeRef { expression, ..*self };
        let first = self.expression.chars().next()?;
        let rest = self.expression.get(first.len_utf8()..)?;
        Some(match first {
            's' => Shape::String { values: vec![] },
            'i' => Shape::Int,
            'n' => Shape::Number,
            'b' => Shape::Boolean,
            't' => Shape::Timestamp,
            'B' => Shape::Bytes,
            'j' => Shape::Json,
            '[' => Shape::List(inner(bounded(rest).1)),
            '{' => Shape::Map(inner(bounded(rest).1)),
            '(' => Shape::String { values: rest.strip_suffix(')')?.split('|').collect() },
            '@' => optimized::api_shape(self.expression)?.open(aliases.checked_sub(1)?)?,
            '$' => Shape::Record(optimized::record(rest)?),
            '<' => Shape::Record(optimized::specified(rest)?),
            _ => self.numbered(aliases)?,
        })
    }

    /// A shape line: `Name=` an enum, `Name:` an expression, `Name` a structure.
    fn numbered(&self, aliases: u8) -> Option<Shape> {
        let Origin::Api(service) = self.origin else { return None };
        let model = api::model(service)?;
        let line = match self.expression.strip_prefix('.') {
            Some(name) => model.shape_named(name)?,
            None => model.shape(self.expression)?,
        };
        let (name, rest) = line.split_once('\t').unwrap_or((line, ""));
        let fields = rest.split('\t').filter(|field| !field.is_empty());
        if name.ends_with('=') {
            return Some(Shape::String { values: fields.collect() });
        }
        if name.ends_with(':') {
            return ShapeRef { expression: rest, ..*self }.open(aliases.checked_sub(1)?);
        }
        let members = fields.filter_map(|field| self.member(field)).collect();
        Some(Shape::Record(Record { name, members }))
    }

    /// `name[~API spelling][flags]:expression`
    fn member(&self, field: &'static str) -> Option<Member> {
        let (head, expression) = field.split_once(':')?;
        let (names, flags) = head.split_at(head.find(['!', '-']).unwrap_or(head.len()));
        let (sdk, api) = names.split_once('~').map_or((names, None), |(sdk, api)| (sdk, Some(api)));
        let (name, other) = match (self.spelling, api) {
            (Spelling::Api, Some(api)) => (api, Some(sdk)),
            (Spelling::Api | Spelling::Sdk, api) => (sdk, api),
        };
        let shape = ShapeRef { expression, ..*self };
        Some(Member { name, other, required: flags.contains('!'), deprecated: flags.contains('-'), shape })
    }
}

/// What stands behind `[` or `{`: bounds, if any, and the item.
fn bounded(rest: &'static str) -> (Option<&'static str>, &'static str) {
    match rest.split_once('/') {
        Some((bounds, item)) if bounds.chars().all(|c| c.is_ascii_digit() || c == '.') => {
            (Some(bounds), item)
        }
        _ => (None, rest),
    }
}

/// A member written in the optimized integrations' file: `name[!]:expression`.
pub(crate) fn written_member(text: &'static str) -> Option<Member> {
    ShapeRef::optimized("").member(text)
}
