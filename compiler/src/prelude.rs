//! Signatures of the built-in functions and methods.
//!
//! A signature is written as a user would: `T[].map(fn: (T, int) => U) -> U[]`. Capital letters stand for types that the call
//! decides: `N` for numbers, `O` for what has an order, `S` for what has one form as text, others for any type; `~T` takes
//! what could be equal to a `T`. `name?:` may be left out.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::typed::{Builtin, Effect};
use crate::types::{FieldType, Record, Type};

/// A built-in with its signature read.
#[derive(Clone, Debug)]
pub struct Signature {
    pub name: &'static str,
    /// As written in the table, for hover.
    pub text: &'static str,
    pub docs: &'static str,
    pub function: Builtin,
    pub effect: Effect,
    /// A method's receiver.
    pub receiver: Option<Pattern>,
    pub params: Vec<Param>,
    pub result: Pattern,
}

#[derive(Clone, Debug)]
pub struct Param {
    pub name: &'static str,
    pub optional: bool,
    pub ty: Pattern,
}

/// A type with holes.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    Var(char),
    /// What can be equal to the variable's type.
    Like(char),
    Type(Type),
    List(Box<Pattern>),
    Dict(Box<Pattern>),
    Optional(Box<Pattern>),
    Record(Vec<(&'static str, Pattern)>),
    Lambda(Vec<Pattern>, Box<Pattern>),
}

/// Methods, then functions: signature, built-in, effect, what it does.
const TABLE: &[(&str, Builtin, Effect, &str)] = {
    use Builtin as B;
    use Effect::{Fallible, Fresh, Total};
    &[
        ("T[].map(fn: (T, int) => U) -> U[]", B::Map, Total, "What `fn` makes of each item."),
        ("T[].filter(fn: (T, int) => boolean) -> T[]", B::Filter, Total, "The items that pass."),
        ("T[].find(fn: (T) => boolean) -> T?", B::Find, Total, "The first item that passes."),
        ("T[].any(fn: (T) => boolean) -> boolean", B::Any, Total, "Whether one item passes."),
        ("T[].all(fn: (T) => boolean) -> boolean", B::All, Total, "Whether every item passes."),
        ("N[].sum() -> N", B::Sum, Total, "0 for an empty list."),
        ("T[].sum(fn: (T) => N) -> N", B::Sum, Total, "The sum of what `fn` gives for each item."),
        ("T[].count() -> int", B::Count, Total, "How many items there are."),
        ("T[].count(fn: (T) => boolean) -> int", B::Count, Total, "How many items pass."),
        ("T[].isEmpty() -> boolean", B::IsEmpty, Total, "Whether there are no items."),
        ("T[].sortBy(fn: (T) => O, descending?: boolean) -> T[]", B::SortBy, Total, "Sorted by a key."),
        ("T[].groupBy(fn: (T) => string) -> dict<T[]>", B::GroupBy, Total, "The items by a key."),
        ("T[].distinct() -> T[]", B::Distinct, Total, "Each item once."),
        ("T[][].flatten() -> T[]", B::Flatten, Total, "The lists in one."),
        ("T[].reverse() -> T[]", B::Reverse, Total, "Last item first."),
        ("S[].join(separator?: string) -> string", B::Join, Total, "The items as one text."),
        ("T[].contains(item: ~T) -> boolean", B::Contains, Total, "Whether an item is equal to it."),
        ("T[].indexOf(item: ~T) -> int?", B::IndexOf, Total, "Where the first equal item is."),
        ("T[].first() -> T?", B::First, Total, "The first item, if there is one."),
        ("T[].last() -> T?", B::Last, Total, "The last item, if there is one."),
        ("T[].take(count: int) -> T[]", B::Take, Total, "At most so many items from the start."),
        ("T[].drop(count: int) -> T[]", B::Drop, Total, "All but so many items from the start."),
        (
            "T[].zip(other: U[]) -> { first: T, second: U }[]",
            B::Zip,
            Total,
            "Pairs, as many as the shorter list has.",
        ),
        (
            "T[].chunk(size: int) -> T[][]",
            B::Chunk,
            Fallible,
            "Lists of that many items; the last may be shorter.",
        ),
        (
            "T[].reduce(fn: (U, T) => U, start: U) -> U",
            B::Reduce,
            Total,
            "Folds the items from the first to the last.",
        ),
        ("O[].min() -> O?", B::Min, Total, "The least item, if there is one."),
        ("O[].max() -> O?", B::Max, Total, "The greatest item, if there is one."),
        ("number[].average() -> number?", B::Average, Total, "The mean, if there is an item."),
        ("string.split(separator: string) -> string[]", B::Split, Total, "The parts between separators."),
        ("string.contains(text: string) -> boolean", B::Contains, Total, "Whether the text is in it."),
        ("string.indexOf(text: string) -> int?", B::IndexOf, Total, "Where the text begins in it."),
        ("string.isEmpty() -> boolean", B::IsEmpty, Total, "Whether it is `\"\"`."),
        ("string.startsWith(text: string) -> boolean", B::StartsWith, Total, "Whether it begins so."),
        ("string.endsWith(text: string) -> boolean", B::EndsWith, Total, "Whether it ends so."),
        (
            "string.replace(old: string, new: string) -> string",
            B::Replace,
            Total,
            "With every `old` replaced.",
        ),
        ("string.upper() -> string", B::Upper, Total, "In upper case."),
        ("string.lower() -> string", B::Lower, Total, "In lower case."),
        ("string.trim() -> string", B::Trim, Total, "Without blanks at both ends."),
        (
            "string.padStart(length: int, fill?: string) -> string",
            B::PadStart,
            Total,
            "Filled up on the left.",
        ),
        ("string.padEnd(length: int, fill?: string) -> string", B::PadEnd, Total, "Filled up on the right."),
        (
            "string.substring(start: int, end?: int) -> string",
            B::Substring,
            Total,
            "From `start`, without `end`.",
        ),
        (
            "string.matches(pattern: string) -> boolean",
            B::Matches,
            Fallible,
            "Whether the regular expression is found in it.",
        ),
        ("string.toNumber() -> number", B::ToNumber, Fallible, "Fails where it isn't a number."),
        ("string.base64() -> bytes", B::Base64, Total, "Encoded."),
        ("string.fromBase64() -> string", B::FromBase64, Fallible, "Decoded."),
        ("string.urlEncode() -> string", B::UrlEncode, Total, "Escaped for a URL."),
        ("string.urlDecode() -> string", B::UrlDecode, Fallible, "Unescaped."),
        ("number.round() -> int", B::Round, Total, "To the nearest integer, halves to the even one."),
        (
            "number.round(digits: int) -> number",
            B::Round,
            Total,
            "To that many digits, halves to the even one.",
        ),
        ("number.floor() -> int", B::Floor, Total, "The next integer below."),
        ("number.ceil() -> int", B::Ceil, Total, "The next integer above."),
        ("N.abs() -> N", B::Abs, Total, "Without its sign."),
        ("number.sqrt() -> number", B::Sqrt, Fallible, "Fails for a negative number."),
        ("number.power(exponent: number) -> number", B::Power, Fallible, "Raised to that power."),
        ("int.div(divisor: int) -> int", B::Div, Fallible, "Whole division, rounded down."),
        (
            "number.format(picture: string) -> string",
            B::FormatNumber,
            Fallible,
            "By a picture: `\"#,##0.00\"`.",
        ),
        ("S.toString() -> string", B::ToString, Total, "As text."),
        ("dict<T>.keys() -> string[]", B::Keys, Total, "The names of the keys."),
        ("dict<T>.values() -> T[]", B::Values, Total, "The values of all keys."),
        ("dict<T>.entries() -> { key: string, value: T }[]", B::Entries, Total, "Keys with their values."),
        (
            "dict<T>.merge(other: dict<T>) -> dict<T>",
            B::Merge,
            Total,
            "Both; of a common key the other's value.",
        ),
        ("dict<T>.get(key: string) -> T?", B::Get, Total, "The value of a key, if it is there."),
        ("dict<T>.has(key: string) -> boolean", B::Has, Total, "Whether the key is there."),
        ("dict<T>.isEmpty() -> boolean", B::IsEmpty, Total, "Whether there are no keys."),
        ("dict<T>.count() -> int", B::Count, Total, "How many keys there are."),
        (
            "timestamp.format(picture: string) -> string",
            B::FormatTime,
            Fallible,
            "By a picture: `\"[Y0001]-[M01]-[D01]\"`.",
        ),
        ("timestamp.toMillis() -> int", B::ToMillis, Total, "Since 1970."),
        ("duration.seconds() -> int", B::Seconds, Total, "As a number of seconds."),
        ("uuid() -> string", B::Uuid, Fresh, "A new random UUID."),
        ("now() -> timestamp", B::Now, Fresh, "The present time."),
        ("random() -> number", B::Random, Fresh, "At least 0, less than 1."),
        ("random(seed: int) -> number", B::Random, Total, "The same for the same seed."),
        (
            "hash(value: json, algorithm?: string) -> string",
            B::Hash,
            Total,
            "By `\"SHA-256\"` unless another is named.",
        ),
        ("base64(text: string) -> bytes", B::Base64, Total, "Encoded."),
        ("fromBase64(text: string) -> string", B::FromBase64, Fallible, "Decoded."),
        ("urlEncode(text: string) -> string", B::UrlEncode, Total, "Escaped for a URL."),
        ("urlDecode(text: string) -> string", B::UrlDecode, Fallible, "Unescaped."),
        ("parseJson(text: string) -> json", B::ParseJson, Fallible, "Fails where it isn't JSON."),
        ("toJson(value: json) -> string", B::ToJson, Total, "As JSON text."),
        ("toString(value: S) -> string", B::ToString, Total, "As text."),
        ("toNumber(text: string) -> number", B::ToNumber, Fallible, "Fails where it isn't a number."),
        ("fromMillis(millis: number) -> timestamp", B::FromMillis, Total, "The time that long after 1970."),
        (
            "fromEntries(entries: { key: string, value: T }[]) -> dict<T>",
            B::FromEntries,
            Total,
            "A dict of keys and values.",
        ),
        ("min(a: O, b: O) -> O", B::Min, Total, "The lesser of two."),
        ("max(a: O, b: O) -> O", B::Max, Total, "The greater of two."),
    ]
};

/// What people from other languages call things here.
const FOREIGN: &[(&str, &str)] = &[
    ("includes", "contains"),
    ("has", "contains"),
    ("some", "any"),
    ("every", "all"),
    ("toUpperCase", "upper"),
    ("toLowerCase", "lower"),
    ("uppercase", "upper"),
    ("lowercase", "lower"),
    ("strip", "trim"),
    ("sort", "sortBy"),
    ("orderBy", "sortBy"),
    ("sorted", "sortBy"),
    ("unique", "distinct"),
    ("uniq", "distinct"),
    ("flat", "flatten"),
    ("size", "count"),
    ("len", "count"),
    ("head", "first"),
    ("skip", "drop"),
    ("limit", "take"),
    ("fold", "reduce"),
    ("mean", "average"),
    ("toFixed", "round"),
    ("exists", "any"),
    ("slice", "substring"),
    ("substr", "substring"),
    ("pow", "power"),
    ("empty", "isEmpty"),
    ("select", "map"),
    ("where", "filter"),
    ("regex", "matches"),
    ("test", "matches"),
    ("items", "entries"),
];

struct Prelude {
    methods: HashMap<&'static str, Vec<Signature>>,
    functions: HashMap<&'static str, Vec<Signature>>,
}

static PRELUDE: LazyLock<Prelude> = LazyLock::new(|| {
    let mut prelude = Prelude { methods: HashMap::new(), functions: HashMap::new() };
    for (text, function, effect, docs) in TABLE {
        let Some(signature) = read(text, *function, *effect, docs) else { continue };
        let list = if signature.receiver.is_some() { &mut prelude.methods } else { &mut prelude.functions };
        list.entry(signature.name).or_default().push(signature);
    }
    prelude
});

/// The signatures of a built-in function; several where it is overloaded.
pub fn global(name: &str) -> Option<&'static [Signature]> {
    PRELUDE.functions.get(name).map(Vec::as_slice)
}

/// The names of the built-in functions.
pub fn global_names<'a>() -> impl Iterator<Item = &'a str> {
    PRELUDE.functions.keys().copied()
}

/// The signatures of methods of that name, for whatever receivers.
pub fn methods(name: &str) -> &'static [Signature] {
    PRELUDE.methods.get(name).map_or(&[], Vec::as_slice)
}

/// All methods.
pub fn all_methods() -> impl Iterator<Item = &'static Signature> {
    PRELUDE.methods.values().flatten()
}

/// What a method of other languages is called here.
pub(crate) fn foreign_method(name: &str) -> Option<&'static str> {
    FOREIGN.iter().find(|(it, _)| *it == name).map(|(_, ours)| *ours)
}

// ---------------------------------------------------------------- reading signatures

fn read(text: &'static str, function: Builtin, effect: Effect, docs: &'static str) -> Option<Signature> {
    let open = call_parenthesis(text)?;
    let head = text.get(..open)?;
    let (receiver, name) = match head.rsplit_once('.') {
        Some((receiver, name)) => (Some(receiver), name),
        None => (None, head),
    };
    let receiver = match receiver {
        Some(text) => Some(Reader { rest: text }.pattern()?),
        None => None,
    };
    let mut reader = Reader { rest: text.get(open..)? };
    let params = reader.params()?;
    reader.token("->").then_some(())?;
    let result = reader.pattern()?;
    Some(Signature { name, text, docs, function, effect, receiver, params, result })
}

/// Where the parenthesis of the call opens: behind a letter.
fn call_parenthesis(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let behind_letter =
        |at: &usize| at.checked_sub(1).and_then(|it| bytes.get(it)).is_some_and(u8::is_ascii_alphanumeric);
    text.match_indices('(').map(|(at, _)| at).find(behind_letter)
}

struct Reader {
    rest: &'static str,
}

impl Reader {
    fn skip(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn token(&mut self, token: &str) -> bool {
        self.skip();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> Option<&'static str> {
        self.skip();
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn params(&mut self) -> Option<Vec<Param>> {
        self.token("(").then_some(())?;
        let mut params = Vec::new();
        while !self.token(")") {
            let name = self.word()?;
            let optional = self.token("?");
            self.token(":").then_some(())?;
            params.push(Param { name, optional, ty: self.pattern()? });
            self.token(",");
        }
        Some(params)
    }

    fn pattern(&mut self) -> Option<Pattern> {
        let mut pattern = self.primary()?;
        loop {
            pattern = if self.token("[]") {
                Pattern::List(Box::new(pattern))
            } else if self.token("?") {
                Pattern::Optional(Box::new(pattern))
            } else {
                return Some(pattern);
            };
        }
    }

    fn primary(&mut self) -> Option<Pattern> {
        if self.token("(") {
            let mut params = Vec::new();
            while !self.token(")") {
                params.push(self.pattern()?);
                self.token(",");
            }
            self.token("=>").then_some(())?;
            return Some(Pattern::Lambda(params, Box::new(self.pattern()?)));
        }
        if self.token("{") {
            let mut fields = Vec::new();
            while !self.token("}") {
                let name = self.word()?;
                self.token(":").then_some(())?;
                fields.push((name, self.pattern()?));
                self.token(",");
            }
            return Some(Pattern::Record(fields));
        }
        if self.token("~") {
            return self.word()?.chars().next().map(Pattern::Like);
        }
        if self.token("dict<") {
            let value = self.pattern()?;
            self.token(">").then_some(())?;
            return Some(Pattern::Dict(Box::new(value)));
        }
        Some(Pattern::Type(match self.word()? {
            "string" => Type::String,
            "int" => Type::Int,
            "number" => Type::Number,
            "boolean" => Type::Boolean,
            "json" => Type::Json,
            "timestamp" => Type::Timestamp,
            "duration" => Type::Duration,
            "bytes" => Type::Bytes,
            var => return var.chars().next().map(Pattern::Var),
        }))
    }
}

impl Pattern {
    /// The type with what the variables stand for put in; an unknown variable gives `None`.
    pub fn fill(&self, vars: &HashMap<char, Type>) -> Option<Type> {
        Some(match self {
            Pattern::Var(name) | Pattern::Like(name) => vars.get(name)?.clone(),
            Pattern::Type(ty) => ty.clone(),
            Pattern::List(item) => Type::list(item.fill(vars)?),
            Pattern::Dict(value) => Type::dict(value.fill(vars)?),
            Pattern::Optional(inner) => inner.fill(vars)?.optional(),
            Pattern::Record(fields) => {
                let mut record = Record::default();
                for (name, pattern) in fields {
                    let ty = pattern.fill(vars)?;
                    record.fields.insert((*name).into(), FieldType { ty, docs: None, required: false });
                }
                Type::Record(Arc::new(record))
            }
            Pattern::Lambda(..) => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_can_be_read() {
        for (text, function, effect, docs) in TABLE {
            assert!(read(text, *function, *effect, docs).is_some(), "{text}");
        }
    }
}
