//! The intrinsic functions `States.…` (spec "Appendix B"; Developer Guide, "Intrinsic functions").

use std::fmt::Write as _;
use std::sync::Arc;

use jsonata::Value;

use crate::jsonpath::{self, Path, Roots};
use crate::random::{JavaRandom, Random};
use crate::value;

mod apply;
mod parse;

pub use parse::parse;

/// A call, parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    function: Function,
    arguments: Vec<Argument>,
}

#[derive(Clone, Debug, PartialEq)]
enum Argument {
    Value(Value),
    Path(Path, Arc<str>),
    Call(Call),
}

macro_rules! functions {
    ($($name:ident $least:literal $most:literal;)*) => {
        /// The eighteen functions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Function { $($name),* }

        impl Function {
            fn of_name(name: &str) -> Option<Function> {
                match name { $(stringify!($name) => Some(Function::$name),)* "UUID" => Some(Function::Uuid), _ => None }
            }

            /// Least and most arguments.
            fn arity(self) -> (usize, usize) {
                match self { $(Function::$name => ($least, $most)),* }
            }

            fn name(self) -> &'static str {
                match self { $(Function::$name => stringify!($name)),* }
            }
        }
    };
}

functions! {
    Format 1 10_000;
    StringToJson 1 1;
    JsonToString 1 1;
    Array 0 10_000;
    ArrayPartition 2 2;
    ArrayContains 2 2;
    ArrayRange 3 3;
    ArrayGetItem 2 2;
    ArrayLength 1 1;
    ArrayUnique 1 1;
    Base64Encode 1 1;
    Base64Decode 1 1;
    Hash 2 2;
    JsonMerge 3 3;
    MathRandom 2 3;
    MathAdd 2 2;
    StringSplit 2 2;
    Uuid 0 0;
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallError {
    /// An argument's path finds nothing: `States.Runtime`.
    Missing(String),
    /// The function refuses its arguments: `States.IntrinsicFailure`.
    Refused(String),
}

impl Call {
    /// Evaluates the call.
    pub fn evaluate(&self, roots: &dyn Roots, random: &mut Random) -> Result<Value, CallError> {
        let mut values = Vec::with_capacity(self.arguments.len());
        for argument in &self.arguments {
            values.push(argument.evaluate(roots, random)?);
        }
        apply::apply(self.function, &values, random)
            .map_err(|why| CallError::Refused(format!("States.{}: {why}", self.function.name())))
    }
}

impl Argument {
    fn evaluate(&self, roots: &dyn Roots, random: &mut Random) -> Result<Value, CallError> {
        match self {
            Argument::Value(value) => Ok(value.clone()),
            Argument::Call(call) => call.evaluate(roots, random),
            Argument::Path(path, text) => path.find(roots).map_err(|why| {
                // An index into what is no list is told in the words of the JSONPath library (measured).
                if why.starts_with("Filter: ") {
                    return CallError::Missing(why);
                }
                let input = value::json(roots.input());
                CallError::Missing(format!(
                    "The JsonPath argument for the field '{text}' could not be found in the input '{input}'"
                ))
            }),
        }
    }
}

/// Text as `States.Format` writes a value: as Java prints strings, lists and maps (`[a, b]`, `{name=value}`). AWS's
/// answer for an object is told by LocalStack's implementation, which was held against AWS.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members = members.iter().map(|(name, it)| format!("{name}={}", shown(it)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        Value::Undefined
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Long(_)
        | Value::Function(_) => value::json(value),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        // Writing to a string cannot fail.
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A seeded number as AWS draws it, or one of the run's own.
fn unit(seed: Option<&Value>, random: &mut Random) -> f64 {
    match seed.and_then(Value::as_i64) {
        Some(seed) => JavaRandom::new(seed).unit(),
        None => random.unit(),
    }
}

/// Whether a text of a template is a call and not a path.
pub fn is_call(text: &str) -> bool {
    text.trim_start().starts_with("States.")
}

/// What makes a text no call.
pub type ParseError = jsonpath::SyntaxError;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, input: &str, expected: &str) {
        let input: Value = input.parse().expect("json");
        let got = match parse(text) {
            Ok(call) => call.evaluate(&input, &mut Random::new(1)).map_or_else(
                |error| match error {
                    CallError::Missing(why) | CallError::Refused(why) => format!("error: {why}"),
                },
                |value| value.to_string(),
            ),
            Err(error) => format!("syntax: {error}"),
        };
        assert_eq!(got, expected, "{text}");
    }

    #[test]
    fn every_function_does_what_the_guide_says() {
        let doc = r#"{"a":[1,2,3,3],"n":111,"s":"Hello","o":{"x":1},"t":"{\"y\":[1]}"}"#;
        check("States.Format('{} is {}: {}', $.s, $.n, $.o)", doc, r#""Hello is 111: {x=1}""#);
        check(
            "States.Format('{} {}', $.a, States.StringToJson('{\"b\":[\"c\",null,{}]}'))",
            doc,
            r#""[1, 2, 3, 3] {b=[c, null, {}]}""#,
        );
        check("States.StringToJson(' ')", doc, "null");
        check(r"States.Format('\{{}\}', $.n)", doc, r#""{111}""#);
        check("States.StringToJson($.t)", doc, r#"{"y":[1]}"#);
        check("States.JsonToString($.o)", doc, r#""{\"x\":1}""#);
        check("States.Array($.n, 'x', true, null, 2.5)", doc, r#"[111,"x",true,null,2.5]"#);
        check("States.Array()", doc, "[]");
        check("States.ArrayPartition($.a, 3)", doc, "[[1,2,3],[3]]");
        check("States.ArrayContains($.a, 2)", doc, "true");
        check("States.ArrayRange(1, 9, 2)", doc, "[1,3,5,7,9]");
        check("States.ArrayRange(5, 1, -2)", doc, "[5,3,1]");
        check("States.ArrayGetItem($.a, 1)", doc, "2");
        check("States.ArrayLength($.a)", doc, "4");
        check("States.ArrayUnique($.a)", doc, "[1,2,3]");
        check("States.Base64Encode($.s)", doc, "\"SGVsbG8=\"");
        check("States.Base64Decode('SGVsbG8=')", doc, "\"Hello\"");
        check("States.Hash('input data', 'SHA-1')", doc, "\"aaff4a450a104cd177d28d18d74485e8cae074b7\"");
        check("States.JsonMerge($.o, States.StringToJson($.t), false)", doc, r#"{"x":1,"y":[1]}"#);
        check("States.MathAdd($.n, -1)", doc, "110");
        check("States.MathAdd(-1.5, 1.5)", doc, "1");
        check("States.StringSplit('1+2,3', '+,')", doc, r#"["1","2","3"]"#);
        check("States.ArrayGetItem(States.StringSplit('a b', ' '), 1)", doc, "\"b\"");
    }

    #[test]
    fn what_is_wrong_is_said() {
        check(
            "States.Format('{}', $.nope)",
            r#"{"other":1}"#,
            "error: The JsonPath argument for the field '$.nope' could not be found in the input '{\"other\":1}'",
        );
        let large = "error: States.MathAdd: the result is too large";
        check("States.MathAdd(1e308, 1e308)", "{}", large);
        assert!(parse("States.Nope()").is_err());
        assert!(parse(r#"States.Format('\"a\"')"#).is_err());
        assert!(parse("States.Hash('a')").is_err());
        assert!(parse("States.Format('a'").is_err());
        assert!(parse("States.Format('a') x").is_err());
    }
}
