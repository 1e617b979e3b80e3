//! Functions.

use super::text::{quote, regex};
use super::{ADD, ATOM, COMPARE, CONDITIONAL, LOOSEST, Level, MULTIPLY, OR, PATH, Piece, Printer};
use crate::machine::{Expr, Func};

/// The start of the JSON that Lambda (and Flow's own errors with data) put into a cause; the text is captured.
// No `\]`: jsonata-js takes the bracket for escaped, whatever stands before the backslash.
const MESSAGE: &str = r#"/^\{"errorMessage":\s*("(?:[^\\"]|\\.)*")/"#;
/// That JSON whole (AWS may cut long ones).
const CARRIED: &str = r#"/^\{"errorMessage":.*\}$/"#;
/// What a nested run's failure looks like, whole.
const NESTED: &str = r#"/^\{.*"ExecutionArn":.*\}$/"#;

/// Whether the value is a list for certain.
pub(super) fn gives_list(expr: &Expr) -> bool {
    match expr {
        Expr::List(_) => true,
        Expr::Call(function, _) => matches!(
            function,
            Func::Map { .. }
                | Func::Filter { .. }
                | Func::SortBy
                | Func::Distinct
                | Func::Flatten
                | Func::Reverse
                | Func::Slice
                | Func::Take
                | Func::Drop
                | Func::Zip
                | Func::Chunk
                | Func::Range
                | Func::Split
                | Func::Keys
                | Func::Values { .. }
                | Func::Entries
                | Func::ToSet
        ),
        Expr::If(_, a, b) => gives_list(a) && gives_list(b),
        Expr::Let(_, _, body) => gives_list(body),
        _ => false,
    }
}

impl Printer<'_> {
    pub(super) fn call(&self, function: Func, arguments: &[Expr]) -> Piece {
        match function {
            Func::Map { .. }
            | Func::Filter { .. }
            | Func::Find { .. }
            | Func::Any
            | Func::All
            | Func::CountIf
            | Func::SortBy
            | Func::GroupBy { .. }
            | Func::Reduce
            | Func::MapValues => self.higher(function, arguments),
            Func::Sum
            | Func::Count
            | Func::IsEmpty
            | Func::Distinct
            | Func::Flatten
            | Func::Reverse
            | Func::Join
            | Func::Contains
            | Func::IndexOf
            | Func::Slice
            | Func::Take
            | Func::Drop
            | Func::Zip
            | Func::Chunk
            | Func::Min
            | Func::Max
            | Func::Average
            | Func::Range
            | Func::ToSet => self.on_list(function, arguments),
            Func::Length
            | Func::TextContains
            | Func::Split
            | Func::StartsWith
            | Func::EndsWith
            | Func::Replace
            | Func::Upper
            | Func::Lower
            | Func::Trim
            | Func::PadStart
            | Func::PadEnd
            | Func::Substring
            | Func::Matches
            | Func::ReverseText
            | Func::TextIndexOf => self.on_text(function, arguments),
            Func::Lesser
            | Func::Greater
            | Func::Round
            | Func::Floor
            | Func::Ceil
            | Func::Abs
            | Func::Sqrt
            | Func::Power
            | Func::Div => self.on_number(function, arguments),
            Func::Keys | Func::Values { .. } | Func::Entries | Func::Merge | Func::FromEntries => {
                self.on_record(function, arguments)
            }
            Func::Uuid
            | Func::Now
            | Func::Random
            | Func::Hash
            | Func::Base64
            | Func::FromBase64
            | Func::UrlEncode
            | Func::UrlDecode
            | Func::ParseJson
            | Func::ToJson
            | Func::ToJsonQuoted
            | Func::ToText
            | Func::ToNumber
            | Func::Numeric
            | Func::TypeOf
            | Func::FormatTime
            | Func::FormatNumber
            | Func::ToMillis
            | Func::FromMillis
            | Func::Timestamp
            | Func::Raise => self.conversion(function, arguments),
            Func::Cast(number) => self.cast(number, arguments),
            Func::Branch => {
                Piece(format!("{}[{}]", self.arg_at(arguments, 0, ATOM), self.arg(arguments, 1)), PATH)
            }
            Func::ErrorMessage => self.error_message(arguments),
            Func::ErrorData => self.error_data(arguments),
            Func::NestedError => self.nested_error(arguments),
        }
    }

    fn arg(&self, arguments: &[Expr], at: usize) -> String {
        self.arg_at(arguments, at, LOOSEST)
    }

    fn arg_at(&self, arguments: &[Expr], at: usize, level: Level) -> String {
        arguments.get(at).map_or_else(|| "null".to_owned(), |e| self.at(e, level))
    }

    /// `$name(arguments)`
    fn plain(&self, name: &str, arguments: &[Expr]) -> Piece {
        let texts: Vec<String> = arguments.iter().map(|e| self.at(e, LOOSEST)).collect();
        Piece::atom(format!("${name}({})", texts.join(", ")))
    }

    /// JSON of what may be text: a member of a record keeps its quotes, and `{"v":` and `}` are cut off.
    fn quoted(&self, arguments: &[Expr]) -> Piece {
        let value = self.arg(arguments, 0);
        let json = self.name("json");
        Piece::atom(format!(
            "({json} := $string({{'v': {value}}}); $substring({json}, 5, $length({json}) - 6))"
        ))
    }

    /// A name for use within what `body` writes.
    fn name(&self, wanted: &str) -> String {
        let name = self.enter(None, wanted);
        self.leave(1);
        format!("${name}")
    }

    /// The list of a sequence whose items may be lists: brackets around it would join them (B20).
    fn keep_list(&self, sequence: &str, nested: bool) -> Piece {
        if nested {
            return self.with("r", format!("{sequence}[]"), |r| format!("$exists({r}) ? {r} : []"));
        }
        Piece::atom(format!("[{sequence}]"))
    }

    fn higher(&self, function: Func, arguments: &[Expr]) -> Piece {
        let (list, f) = (self.arg(arguments, 0), self.arg(arguments, 1));
        match function {
            Func::Map { nested } => self.keep_list(&format!("$map({list}, {f})"), nested),
            Func::Filter { nested } => self.keep_list(&format!("$filter({list}, {f})"), nested),
            Func::Find { nested } => {
                let found = self.keep_list(&format!("$filter({list}, {f})"), nested).at(LOOSEST);
                self.with("found", found, |v| format!("$count({v}) > 0 ? {v}[0] : null"))
            }
            Func::Any => Piece(format!("true in [$map({list}, {f})]"), COMPARE),
            Func::All => Piece::atom(format!("$not(false in [$map({list}, {f})])")),
            Func::CountIf => {
                let hit = self.name("hit");
                Piece::atom(format!("$count($filter([$map({list}, {f})], function({hit}) {{ {hit} }}))"))
            }
            Func::Reduce => Piece::atom(format!("$reduce({list}, {f}, {})", self.arg(arguments, 2))),
            Func::SortBy => self.sort_by(&list, &f, arguments.get(2)),
            Func::GroupBy { nested } => self.group_by(&list, &f, nested),
            _ => self.map_values(&list, &f),
        }
    }

    fn sort_by(&self, list: &str, f: &str, descending: Option<&Expr>) -> Piece {
        let (a, b, key) = (self.name("a"), self.name("b"), self.name("key"));
        let later = |sign: &str| format!("{key}({a}) {sign} {key}({b})");
        let test = match descending {
            None | Some(Expr::Boolean(false)) => later(">"),
            Some(Expr::Boolean(true)) => later("<"),
            Some(other) => format!("{} ? {} : {}", self.at(other, CONDITIONAL + 1), later("<"), later(">")),
        };
        Piece::atom(format!("({key} := {f}; $sort({list}, function({a}, {b}) {{ {test} }}))"))
    }

    /// `$append` joins lists, brackets around a list too (B20): one that is an item goes into two pairs of them.
    fn group_by(&self, list: &str, f: &str, nested: bool) -> Piece {
        let (all, item, key, name) =
            (self.name("groups"), self.name("item"), self.name("key"), self.name("name"));
        let one = match nested {
            true => format!("$type({item}) = 'array' ? [[{item}]] : [{item}]"),
            false => format!("[{item}]"),
        };
        Piece::atom(format!(
            "({key} := {f}; $reduce({list}, function({all}, {item}) {{ ({name} := {key}({item}); \
             $merge([{all}, {{{name}: $append($lookup({all}, {name}), {one})}}])) }}, {{}}))"
        ))
    }

    fn map_values(&self, record: &str, f: &str) -> Piece {
        let (value, name, change) = (self.name("value"), self.name("name"), self.name("change"));
        Piece::atom(format!(
            "({change} := {f}; $merge([$each({record}, function({value}, {name}) {{ {{{name}: {change}({value})}} }})]))"
        ))
    }

    fn on_list(&self, function: Func, arguments: &[Expr]) -> Piece {
        let list = self.arg(arguments, 0);
        match function {
            Func::Sum => self.plain("sum", arguments),
            Func::Count => self.plain("count", arguments),
            Func::IsEmpty => Piece(format!("$count({list}) = 0"), COMPARE),
            Func::Distinct | Func::ToSet => self.plain("distinct", arguments),
            Func::Flatten => {
                let (all, item) = (self.name("all"), self.name("item"));
                Piece::atom(format!(
                    "$reduce({list}, function({all}, {item}) {{ $append({all}, {item}) }}, [])"
                ))
            }
            Func::Reverse => self.plain("reverse", arguments),
            Func::Join => self.plain("join", arguments),
            Func::Contains => {
                let item = self.name("item");
                let wanted = self.arg_at(arguments, 1, COMPARE + 1);
                Piece(format!("true in [$map({list}, function({item}) {{ {item} = {wanted} }})]"), COMPARE)
            }
            Func::IndexOf => self.index_of(&list, &self.arg_at(arguments, 1, COMPARE + 1)),
            Func::Min | Func::Max | Func::Average => self.aggregate(function, arguments),
            Func::Range => self.range(arguments),
            Func::Zip => self.plain("zip", arguments),
            Func::Chunk => self.chunk(arguments),
            _ => self.slice(function, arguments),
        }
    }

    /// AWS's `$partition` gives nothing for an empty list.
    fn chunk(&self, arguments: &[Expr]) -> Piece {
        let (list, size) = (self.arg(arguments, 0), self.arg(arguments, 1));
        let text = |v: &str| format!("$count({v}) = 0 ? [] : $partition({v}, {size})");
        match arguments.first() {
            Some(Expr::Var(_) | Expr::Bound(_)) => Piece(text(&list), CONDITIONAL),
            _ => self.with("all", list, text),
        }
    }

    fn index_of(&self, list: &str, wanted: &str) -> Piece {
        let (item, at) = (self.name("item"), self.name("at"));
        let places = format!("[$map({list}, function({item}, {at}) {{ {item} = {wanted} ? {at} : -1 }})]");
        let found = format!("[$filter({places}, function({at}) {{ {at} >= 0 }})]");
        self.with("found", found, |v| format!("$count({v}) > 0 ? {v}[0] : -1"))
    }

    /// Of none there is none (B21).
    fn aggregate(&self, function: Func, arguments: &[Expr]) -> Piece {
        let name = match function {
            Func::Min => "min",
            Func::Max => "max",
            _ => "average",
        };
        let list = self.arg(arguments, 0);
        let text = |v: &str| format!("$count({v}) > 0 ? ${name}({v}) : null");
        match arguments.first() {
            Some(Expr::Var(_) | Expr::Bound(_)) => Piece(text(&list), CONDITIONAL),
            _ => self.with("all", list, text),
        }
    }

    fn range(&self, arguments: &[Expr]) -> Piece {
        let whole = |e: &Expr| match e {
            Expr::Number(n) => n.parse::<i64>().ok(),
            _ => None,
        };
        let last = match arguments.get(1).and_then(whole) {
            Some(n) => n.saturating_sub(1).to_string(),
            None => format!("{} - 1", self.arg_at(arguments, 1, ADD)),
        };
        Piece::atom(format!("[{}..{last}]", self.arg_at(arguments, 0, ADD)))
    }

    /// By position. Bounds below zero count from the end; a null bound is none.
    fn slice(&self, function: Func, arguments: &[Expr]) -> Piece {
        let (from, to) = match function {
            Func::Take => (None, arguments.get(1)),
            Func::Drop => (arguments.get(1), None),
            _ => (arguments.get(1), arguments.get(2)),
        };
        let list = self.arg(arguments, 0);
        self.with("all", list, |all| {
            let (item, at) = (self.name("item"), self.name("at"));
            let mut tests = Vec::new();
            if let Some(from) = from.filter(|e| **e != Expr::Null) {
                tests.push(format!("{at} >= {}", self.bound_text(from, all)));
            }
            if let Some(to) = to.filter(|e| **e != Expr::Null) {
                tests.push(format!("{at} < {}", self.bound_text(to, all)));
            }
            let test = if tests.is_empty() { "true".to_owned() } else { tests.join(" and ") };
            self.keep_list(&format!("$filter({all}, function({item}, {at}) {{ {test} }})"), true).0
        })
    }

    fn bound_text(&self, bound: &Expr, all: &str) -> String {
        match bound {
            Expr::Number(n) if n.starts_with('-') => format!("$count({all}) {}", n.replacen('-', "- ", 1)),
            Expr::Number(_) => self.at(bound, COMPARE + 1),
            _ => {
                let text = self.at(bound, COMPARE + 1);
                format!("({text} < 0 ? $count({all}) + {text} : {text})")
            }
        }
    }

    fn on_text(&self, function: Func, arguments: &[Expr]) -> Piece {
        let text = self.arg(arguments, 0);
        match function {
            Func::Length => self.plain("length", arguments),
            Func::TextContains => self.plain("contains", arguments),
            Func::Split => self.plain("split", arguments),
            Func::StartsWith => self.starts_with(&text, arguments),
            Func::EndsWith => self.ends_with(&text, arguments),
            Func::Replace => self.plain("replace", arguments),
            Func::Upper => self.plain("uppercase", arguments),
            Func::Lower => self.plain("lowercase", arguments),
            // `$trim` would squeeze blanks inside too.
            Func::Trim => Piece::atom(format!("$replace({text}, /^\\s+|\\s+$/, '')")),
            Func::PadStart => {
                let fill = arguments.get(2).map(|e| format!(", {}", self.at(e, LOOSEST))).unwrap_or_default();
                Piece::atom(format!("$pad({text}, -{}{fill})", self.arg_at(arguments, 1, PATH)))
            }
            Func::PadEnd => self.plain("pad", arguments),
            Func::Substring => self.substring(&text, arguments),
            Func::Matches => match arguments.get(1) {
                Some(Expr::String(s)) if !s.is_empty() => {
                    Piece::atom(format!("$contains({text}, {})", regex(s).unwrap_or_default()))
                }
                _ => Piece::atom("true"),
            },
            Func::ReverseText => Piece::atom(format!("$join($reverse($split({text}, '')))")),
            _ => {
                let part = self.arg(arguments, 1);
                let found =
                    format!("$contains({text}, {part}) ? $length($substringBefore({text}, {part})) : -1");
                Piece(found, CONDITIONAL)
            }
        }
    }

    fn starts_with(&self, text: &str, arguments: &[Expr]) -> Piece {
        let start = self.arg_at(arguments, 1, COMPARE + 1);
        let length = match arguments.get(1) {
            Some(Expr::String(s)) => s.chars().count().to_string(),
            _ => format!("$length({start})"),
        };
        Piece(format!("$substring({text}, 0, {length}) = {start}"), COMPARE)
    }

    fn ends_with(&self, text: &str, arguments: &[Expr]) -> Piece {
        let end = self.arg_at(arguments, 1, COMPARE + 1);
        match arguments.get(1) {
            Some(Expr::String(s)) if s.is_empty() => Piece::atom("true"),
            Some(Expr::String(s)) => {
                Piece(format!("$substring({text}, -{}) = {end}", s.chars().count()), COMPARE)
            }
            _ => Piece(format!("{end} = '' or $substring({text}, -$length({end})) = {end}"), OR),
        }
    }

    fn substring(&self, text: &str, arguments: &[Expr]) -> Piece {
        let from = self.arg(arguments, 1);
        match (arguments.get(1), arguments.get(2)) {
            (_, None | Some(Expr::Null)) => Piece::atom(format!("$substring({text}, {from})")),
            (Some(Expr::Number(zero)), Some(to)) if **zero == *"0" => {
                Piece::atom(format!("$substring({text}, 0, {})", self.at(to, LOOSEST)))
            }
            (_, Some(to)) => {
                let length = format!("{} - {}", self.at(to, ADD), self.arg_at(arguments, 1, MULTIPLY));
                Piece::atom(format!("$substring({text}, {from}, {length})"))
            }
        }
    }

    fn on_number(&self, function: Func, arguments: &[Expr]) -> Piece {
        match function {
            Func::Lesser | Func::Greater => {
                let name = if function == Func::Lesser { "min" } else { "max" };
                let texts: Vec<String> = arguments.iter().map(|e| self.at(e, LOOSEST)).collect();
                Piece::atom(format!("${name}([{}])", texts.join(", ")))
            }
            Func::Round => self.plain("round", arguments),
            Func::Floor => self.plain("floor", arguments),
            Func::Ceil => self.plain("ceil", arguments),
            Func::Abs => self.plain("abs", arguments),
            Func::Sqrt => self.plain("sqrt", arguments),
            Func::Power => self.plain("power", arguments),
            _ => {
                let (a, b) = (self.arg_at(arguments, 0, MULTIPLY), self.arg_at(arguments, 1, MULTIPLY + 1));
                Piece::atom(format!("$floor({a} / {b})"))
            }
        }
    }

    fn on_record(&self, function: Func, arguments: &[Expr]) -> Piece {
        let record = self.arg(arguments, 0);
        let (value, name) = (self.name("value"), self.name("name"));
        match function {
            Func::Keys => Piece::atom(format!("[$keys({record})]")),
            Func::Values { nested } => {
                self.keep_list(&format!("$each({record}, function({value}) {{ {value} }})"), nested)
            }
            Func::Entries => Piece::atom(format!(
                "[$each({record}, function({value}, {name}) {{ {{'key': {name}, 'value': {value}}} }})]"
            )),
            Func::Merge => {
                let texts: Vec<String> = arguments.iter().map(|e| self.at(e, LOOSEST)).collect();
                Piece::atom(format!("$merge([{}])", texts.join(", ")))
            }
            _ => {
                let f = format!("function({value}) {{ {{{value}.key: {value}.value}} }}");
                Piece::atom(format!("$merge([$map({record}, {f})])"))
            }
        }
    }

    fn conversion(&self, function: Func, arguments: &[Expr]) -> Piece {
        match function {
            Func::Uuid => Piece::atom("$uuid()"),
            Func::Now => Piece::atom("$now()"),
            Func::Random => Piece::atom("$random()"),
            Func::Hash => self.plain("hash", arguments),
            Func::Base64 => self.plain("base64encode", arguments),
            Func::FromBase64 => self.plain("base64decode", arguments),
            Func::UrlEncode => self.plain("encodeUrlComponent", arguments),
            Func::UrlDecode => self.plain("decodeUrlComponent", arguments),
            Func::ParseJson => self.plain("parse", arguments),
            Func::ToJson | Func::ToText => self.plain("string", arguments),
            Func::ToJsonQuoted => self.quoted(arguments),
            Func::ToNumber | Func::Numeric => self.plain("number", arguments),
            Func::TypeOf => self.plain("type", arguments),
            Func::FormatTime => {
                let picture = self.arg(arguments, 1);
                Piece::atom(format!("$fromMillis($toMillis({}), {picture})", self.arg(arguments, 0)))
            }
            Func::FormatNumber => self.plain("formatNumber", arguments),
            Func::ToMillis => self.plain("toMillis", arguments),
            Func::FromMillis => self.plain("fromMillis", arguments),
            Func::Timestamp => Piece::atom(format!("$fromMillis($toMillis({}))", self.arg(arguments, 0))),
            _ => self.plain("error", arguments),
        }
    }

    /// Lambda hides the text in JSON, others give it as it is, a timeout gives none (B7). Never fails.
    fn error_message(&self, arguments: &[Expr]) -> Piece {
        let cause = format!("{}.Cause", self.arg_at(arguments, 0, PATH));
        let carries = arguments.get(1).is_some_and(|it| *it == Expr::Boolean(true));
        self.with("cause", cause, |c| {
            let text = self.text_of(c);
            let text = if carries { self.with("text", text, |t| self.text_of(t)).0 } else { text };
            format!("$type({c}) = 'string' ? {text} : ''")
        })
    }

    /// The text in Lambda's JSON, else the whole.
    fn text_of(&self, text: &str) -> String {
        let m = self.name("hit");
        format!("({m} := $match({text}, {MESSAGE}); $exists({m}) ? $parse({m}.groups[0]) : {text})")
    }

    /// Data stands in the cause, or, where a function's handler raised the error, in the text that the cause holds.
    fn error_data(&self, arguments: &[Expr]) -> Piece {
        let cause = format!("{}.Cause", self.arg_at(arguments, 0, PATH));
        self.with("cause", cause, |c| {
            let it = self.name("carried");
            let inner = format!(
                "$contains($string({it}.errorMessage), {CARRIED}) ? $parse({it}.errorMessage) : {it}"
            );
            let data =
                format!("({it} := $parse({c}); {it} := {inner}; $exists({it}.data) ? {it}.data : null)");
            format!("$type({c}) = 'string' ? ($contains({c}, {CARRIED}) ? {data} : null) : null")
        })
    }

    fn nested_error(&self, arguments: &[Expr]) -> Piece {
        let error = self.arg_at(arguments, 0, ATOM);
        self.with("cause", format!("{error}.Cause"), |c| {
            let run = self.name("run");
            let (name, text) = (quote("Error"), quote("Cause"));
            let parsed = format!(
                "({run} := $parse({c}); {{{name}: $exists({run}.Error) ? {run}.Error : {error}.Error, \
                 {text}: $exists({run}.Cause) ? {run}.Cause : ''}})"
            );
            format!("$type({c}) = 'string' ? ($contains({c}, {NESTED}) ? {parsed} : {error}) : {error}")
        })
    }
}
