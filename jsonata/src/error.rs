//! What can go wrong: JSONata's codes, with the texts, places and tokens that jsonata-js gives.

use std::fmt;

use crate::deep;
use crate::value::Value;

/// A failure of parsing (`S…`) or evaluating (`T…` types, `D…` data, `U…` limits).
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// JSONata's code, such as `T2001`.
    pub code: &'static str,
    /// What is wrong, in the words of jsonata-js, which AWS shows in a state's cause.
    pub message: String,
    /// Where, as jsonata-js counts: UTF-16 units from the start to the *end* of the token concerned.
    pub position: Option<usize>,
    /// The same place as a byte offset into the expression.
    pub offset: Option<usize>,
    /// The operator, function or literal concerned.
    pub token: Option<Value>,
    pub(crate) details: Box<Details>,
}

/// What only the message needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Details {
    pub(crate) value: Option<Value>,
    pub(crate) value2: Option<Value>,
    pub(crate) index: Option<usize>,
    pub(crate) kind: Option<&'static str>,
    pub(crate) exponent: Option<f64>,
    pub(crate) function: Option<&'static str>,
    /// The text of `$error`, `$assert` and of errors without a template.
    pub(crate) text: Option<String>,
}

/// Errors are rare and results are many: the box keeps a result as small as a value.
pub(crate) type Fault = Box<Error>;

impl Error {
    pub(crate) fn new(code: &'static str) -> Fault {
        Box::new(Error {
            code,
            message: String::new(),
            position: None,
            offset: None,
            token: None,
            details: Box::default(),
        })
    }

    /// The offending value, where there is one.
    pub fn culprit(&self) -> Option<&Value> {
        self.details.value.as_ref()
    }

    /// A limit was passed: of depth, steps, time (`U1001`) or memory (`U1003`). AWS reports these without code.
    pub fn is_limit(&self) -> bool {
        self.code.starts_with('U')
    }

    pub(crate) fn at(mut self: Box<Self>, offset: u32) -> Fault {
        self.offset = Some(offset as usize);
        self
    }

    pub(crate) fn token(mut self: Box<Self>, token: impl Into<Value>) -> Fault {
        self.token = Some(token.into());
        self
    }

    pub(crate) fn value(mut self: Box<Self>, value: Value) -> Fault {
        self.details.value = Some(value);
        self
    }

    pub(crate) fn value2(mut self: Box<Self>, value: Value) -> Fault {
        self.details.value2 = Some(value);
        self
    }

    pub(crate) fn index(mut self: Box<Self>, index: usize) -> Fault {
        self.details.index = Some(index);
        self
    }

    pub(crate) fn kind(mut self: Box<Self>, kind: &'static str) -> Fault {
        self.details.kind = Some(kind);
        self
    }

    pub(crate) fn exponent(mut self: Box<Self>, exponent: f64) -> Fault {
        self.details.exponent = Some(exponent);
        self
    }

    pub(crate) fn function(mut self: Box<Self>, name: &'static str) -> Fault {
        self.details.function = Some(name);
        self
    }

    pub(crate) fn text(mut self: Box<Self>, text: impl Into<String>) -> Fault {
        self.details.text = Some(text.into());
        self
    }

    /// Fills in the message and the position in UTF-16 units, once the error leaves the engine.
    pub(crate) fn finish(mut self, source: &str) -> Error {
        if self.message.is_empty() {
            self.message = message(&self);
        }
        self.position = self.offset.map(|offset| utf16_length(source, offset));
        self
    }
}

fn utf16_length(source: &str, offset: usize) -> usize {
    match source.get(..offset) {
        Some(before) => before.encode_utf16().count(),
        None => source.encode_utf16().count() + offset.saturating_sub(source.len()),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(position) => write!(out, "{}: {} (at {position})", self.code, self.message),
            None => write!(out, "{}: {}", self.code, self.message),
        }
    }
}

impl std::error::Error for Error {}

/// Puts the error's fields into the template of its code.
fn message(error: &Error) -> String {
    let Some(template) = template(error.code) else {
        return error.details.text.clone().unwrap_or_else(|| error.code.to_owned());
    };
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((field, after)) = after.split_once('}') else { break };
        text.push_str(before);
        text.push_str(&field_text(error, field));
        rest = after;
    }
    text.push_str(rest);
    text
}

/// What a value may hold to be shown in a message.
const MOST_SHOWN: usize = 1 << 23;

/// The value as `JSON.stringify` sees it: without JavaScript's own functions, such as regular expressions.
fn plain(value: &Value) -> Value {
    match value {
        Value::Function(it) if !it.is_truthy() => Value::Undefined,
        Value::Array(items) => deep::guarded(|| Value::array(items.iter().map(plain))),
        Value::Object(members) => {
            deep::guarded(|| Value::object(members.iter().map(|(name, it)| (name.clone(), plain(it)))))
        }
        other => other.clone(),
    }
}

/// `{name}` is written as JSON, `{!name}` as it is.
fn field_text(error: &Error, field: &str) -> String {
    let json = |it: &Option<Value>| match it {
        None | Some(Value::Undefined) => "undefined".to_owned(),
        Some(it) if !crate::evaluate::fits(it, &mut MOST_SHOWN.clone()) => {
            format!("(too long: {})", it.type_name())
        }
        Some(it) => match plain(it) {
            Value::Undefined => "undefined".to_owned(),
            it => it.to_string(),
        },
    };
    match field {
        "token" => json(&error.token),
        "!token" => error.token.as_ref().and_then(Value::as_str).unwrap_or("undefined").to_owned(),
        "value" => json(&error.details.value),
        "value2" => json(&error.details.value2),
        "index" => error.details.index.map_or("undefined".to_owned(), |it| it.to_string()),
        "type" => error.details.kind.map_or("undefined".to_owned(), |it| format!("\"{it}\"")),
        "exp" => json(&error.details.exponent.map(Value::Number)),
        "!functionName" => error.details.function.unwrap_or("undefined").to_owned(),
        "!message" => error.details.text.clone().unwrap_or_default(),
        _ => String::new(),
    }
}

/// The texts of jsonata-js 2.0.6, which users search for and AWS shows in a state's cause.
fn template(code: &str) -> Option<&'static str> {
    Some(match code {
        "S0101" => "String literal must be terminated by a matching quote",
        "S0102" => "Number out of range: {token}",
        "S0103" => "Unsupported escape sequence: \\{token}",
        "S0104" => "The escape sequence \\u must be followed by 4 hex digits",
        "S0105" => "Quoted property name must be terminated with a backquote (`)",
        "S0106" => "Comment has no closing tag",
        "S0201" => "Syntax error: {token}",
        "S0202" => "Expected {value}, got {token}",
        "S0203" => "Expected {value} before end of expression",
        "S0204" => "Unknown operator: {token}",
        "S0205" => "Unexpected token: {token}",
        "S0206" => "Unknown expression type: {token}",
        "S0207" => "Unexpected end of expression",
        "S0208" => "Parameter {value} of function definition must be a variable name (start with $)",
        "S0209" => "A predicate cannot follow a grouping expression in a step",
        "S0210" => "Each step can only have one grouping expression",
        "S0211" => "The symbol {token} cannot be used as a unary operator",
        "S0212" => "The left side of := must be a variable name (start with $)",
        "S0213" => "The literal value {value} cannot be used as a step within a path expression",
        "S0214" => "The right side of {token} must be a variable name (start with $)",
        "S0215" => "A context variable binding must precede any predicates on a step",
        "S0216" => "A context variable binding must precede the 'order-by' clause on a step",
        "S0217" => "The object representing the 'parent' cannot be derived from this expression",
        "S0301" => "Empty regular expressions are not allowed",
        "S0302" => "No terminating / in regular expression",
        "S0303" => "Invalid regular expression: {!message}",
        "S0402" => "Choice groups containing parameterized types are not supported",
        "S0401" => "Type parameters can only be applied to functions and arrays",
        "T0410" => "Argument {index} of function {token} does not match function signature",
        "T0411" => "Context value is not a compatible type with argument {index} of function {token}",
        "T0412" => "Argument {index} of function {token} must be an array of {type}",
        "D1001" => "Number out of range: {value}",
        "D1002" => "Cannot negate a non-numeric value: {value}",
        "T1003" => "Key in object structure must evaluate to a string; got: {value}",
        "D1004" => "Regular expression matches zero length string",
        "T1005" => "Attempted to invoke a non-function. Did you mean ${!token}?",
        "T1006" => "Attempted to invoke a non-function",
        "T1007" => "Attempted to partially apply a non-function. Did you mean ${!token}?",
        "T1008" => "Attempted to partially apply a non-function",
        "D1009" => "Multiple key definitions evaluate to same key: {value}",
        "D1010" => "Attempted to access the Javascript object prototype",
        "T1010" => {
            "The matcher function argument passed to function {token} does not return the correct object structure"
        }
        "T2001" => "The left side of the {token} operator must evaluate to a number",
        "T2002" => "The right side of the {token} operator must evaluate to a number",
        "T2003" => "The left side of the range operator (..) must evaluate to an integer",
        "T2004" => "The right side of the range operator (..) must evaluate to an integer",
        "T2006" => "The right side of the function application operator ~> must be a function",
        "T2007" => "Type mismatch when comparing values {value} and {value2} in order-by clause",
        "T2008" => "The expressions within an order-by clause must evaluate to numeric or string values",
        "T2009" => {
            "The values {value} and {value2} either side of operator {token} must be of the same data type"
        }
        "T2010" => {
            "The expressions either side of operator {token} must evaluate to numeric or string values"
        }
        "T2011" => "The insert/update clause of the transform expression must evaluate to an object: {value}",
        "T2012" => {
            "The delete clause of the transform expression must evaluate to a string or array of strings: {value}"
        }
        "T2013" => {
            "The transform expression clones the input object using the $clone() function.  \
             This has been overridden in the current scope by a non-function."
        }
        "D2014" => {
            "The size of the sequence allocated by the range operator (..) must not exceed 1e6.  \
             Attempted to allocate {value}."
        }
        "D3001" => "Attempting to invoke string function on Infinity or NaN",
        "D3010" => "Second argument of replace function cannot be an empty string",
        "D3011" => "Fourth argument of replace function must evaluate to a positive number",
        "D3012" => "Attempted to replace a matched string with a non-string value",
        "D3020" => "Third argument of split function must evaluate to a positive number",
        "D3030" => "Unable to cast value to a number: {value}",
        "D3040" => "Third argument of match function must evaluate to a positive number",
        "D3050" => "The second argument of reduce function must be a function with at least two arguments",
        "D3060" => "The sqrt function cannot be applied to a negative number: {value}",
        "D3061" => {
            "The power function has resulted in a value that cannot be represented as a JSON number: \
             base={value}, exponent={exp}"
        }
        "D3070" => {
            "The single argument form of the sort function can only be applied to an array of strings or an array \
             of numbers.  Use the second argument to specify a comparison function"
        }
        "D3080" => "The picture string must only contain a maximum of two sub-pictures",
        "D3081" => {
            "The sub-picture must not contain more than one instance of the 'decimal-separator' character"
        }
        "D3082" => "The sub-picture must not contain more than one instance of the 'percent' character",
        "D3083" => "The sub-picture must not contain more than one instance of the 'per-mille' character",
        "D3084" => "The sub-picture must not contain both a 'percent' and a 'per-mille' character",
        "D3085" => {
            "The mantissa part of a sub-picture must contain at least one character that is either an 'optional \
             digit character' or a member of the 'decimal digit family'"
        }
        "D3086" => {
            "The sub-picture must not contain a passive character that is preceded by an active character and that \
             is followed by another active character"
        }
        "D3087" => {
            "The sub-picture must not contain a 'grouping-separator' character that appears adjacent to a \
             'decimal-separator' character"
        }
        "D3088" => "The sub-picture must not contain a 'grouping-separator' at the end of the integer part",
        "D3089" => {
            "The sub-picture must not contain two adjacent instances of the 'grouping-separator' character"
        }
        "D3090" => {
            "The integer part of the sub-picture must not contain a member of the 'decimal digit family' that is \
             followed by an instance of the 'optional digit character'"
        }
        "D3091" => {
            "The fractional part of the sub-picture must not contain an instance of the 'optional digit character' \
             that is followed by a member of the 'decimal digit family'"
        }
        "D3092" => {
            "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a character treated \
             as an 'exponent-separator'"
        }
        "D3093" => {
            "The exponent part of the sub-picture must comprise only of one or more characters that are members of \
             the 'decimal digit family'"
        }
        "D3100" => "The radix of the formatBase function must be between 2 and 36.  It was given {value}",
        "D3110" => {
            "The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given {value}"
        }
        "D3120" => "Syntax error in expression passed to function eval: {value}",
        "D3121" => "Dynamic error evaluating the expression passed to function eval: {value}",
        "D3130" => {
            "Formatting or parsing an integer as a sequence starting with {value} is not supported by this \
             implementation"
        }
        "D3131" => "In a decimal digit pattern, all digits must be from the same decimal group",
        "D3132" => "Unknown component specifier {value} in date/time picture string",
        "D3133" => {
            "The 'name' modifier can only be applied to months and days in the date/time picture string, not {value}"
        }
        "D3134" => "The timezone integer format specifier cannot have more than four digits",
        "D3135" => "No matching closing bracket ']' in date/time picture string",
        "D3136" => "The date/time picture string is missing specifiers required to parse the timestamp",
        "D3137" | "D3141" => "{!message}",
        "D3138" => "The $single() function expected exactly 1 matching result.  Instead it matched more.",
        "D3139" => "The $single() function expected exactly 1 matching result.  Instead it matched 0.",
        "D3140" => "Malformed URL passed to ${!functionName}(): {value}",
        _ => return None,
    })
}
