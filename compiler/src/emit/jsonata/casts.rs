//! What `as` says of a value, looked at: for local runs alone.

use super::text::{self, path_step};
use super::{LOOSEST, Piece, Printer};
use crate::machine::Expr;
use crate::output::BROKEN_PROMISE;
use crate::types::{Form, LiteralType, Shape};

/// More parts of a value than that are not looked at one by one.
const MOST: usize = 60;

/// A part of a value that is not what it should be.
struct Lie {
    /// The condition under which it is one.
    test: String,
    /// Behind the value's name.
    path: String,
    part: String,
    wanted: String,
}

impl Printer<'_> {
    /// The value, or an error that names the part of it that is not as promised.
    pub(super) fn cast(&self, number: u32, arguments: &[Expr]) -> Piece {
        let Some(value) = arguments.first() else { return Piece::atom("null") };
        let Some(cast) = self.machine.casts.get(number as usize) else { return self.piece(value) };
        let lines: Vec<String> = cast.lines.iter().map(usize::to_string).collect();
        let place = format!("line {}: `as {}`", lines.join(" or "), cast.shape.shown);
        self.with("cast", self.at(value, LOOSEST), |v| {
            let mut lies = Vec::new();
            find(&cast.shape, v, "", &[], &mut lies);
            let lies: Vec<String> = lies.iter().take(MOST).map(Lie::text).collect();
            let said = text::string(&format!("{place}{BROKEN_PROMISE}")).0;
            self.with("lies", format!("[{}]", lies.join(", ")), |lies| {
                format!("$count({lies}) > 0 ? $error({said} & {lies}[0]) : {v}")
            })
            .0
        })
    }
}

impl Lie {
    fn text(&self) -> String {
        let path = if self.path.is_empty() { "it".to_owned() } else { format!("`{}`", self.path) };
        let said = text::string(&format!("{path} must be `{}`, but ", self.wanted)).0;
        let part = &self.part;
        // In a record text keeps its quotes.
        let json = format!("$string({{'v': {part}}})");
        let shown = format!("$substring({json}, 5, $length({json}) - 6)");
        format!("{} ? {said} & ($exists({part}) ? 'it is ' & {shown} : 'it is missing')", self.test)
    }
}

/// `guards`: what must hold for the part to be there.
fn find(shape: &Shape, value: &str, path: &str, guards: &[String], lies: &mut Vec<Lie>) {
    let lie = |test: String| {
        let mut all = guards.to_vec();
        all.push(format!("$not({test})"));
        Lie {
            test: all.join(" and "),
            path: path.to_owned(),
            part: value.to_owned(),
            wanted: shape.shown.clone(),
        }
    };
    match &shape.form {
        Form::Record(fields) => {
            let object = format!("$type({value}) = 'object'");
            lies.push(lie(object.clone()));
            let mut guards = guards.to_vec();
            guards.push(object);
            for field in fields {
                let (part, path) = (member(value, &field.name), format!("{path}.{}", field.name));
                find(&field.of, &part, &path, &guards, lies);
            }
        }
        Form::Optional(inner) => {
            let mut guards = guards.to_vec();
            guards.push(format!("$exists({value}) and {value} != null"));
            let from = lies.len();
            find(inner, value, path, &guards, lies);
            if let Some(own) = lies.get_mut(from) {
                own.wanted.clone_from(&shape.shown);
            }
        }
        _ => lies.extend(fits(shape, value).map(lie)),
    }
}

/// The condition under which a value is of a shape; none where it is always.
fn fits(shape: &Shape, value: &str) -> Option<String> {
    let kind = |name: &str| Some(format!("$type({value}) = '{name}'"));
    match &shape.form {
        Form::Any => None,
        Form::Null => Some(format!("{value} = null")),
        Form::Boolean => kind("boolean"),
        Form::Int => Some(format!("($type({value}) = 'number' and $floor({value}) = {value})")),
        Form::Number => kind("number"),
        Form::Text => kind("string"),
        Form::Literal(literal) => Some(format!("{value} = {}", written(literal))),
        Form::Record(fields) => {
            let fields = fields.iter().filter_map(|it| fits(&it.of, &member(value, &it.name)));
            Some(format!("({})", kind("object").into_iter().chain(fields).collect::<Vec<_>>().join(" and ")))
        }
        Form::List(item) => {
            let list = kind("array")?;
            Some(match fits(item, "$item") {
                Some(test) => {
                    format!("({list} and $count($filter({value}, function($item) {{ $not({test}) }})) = 0)")
                }
                None => list,
            })
        }
        Form::Dict(item) => {
            let object = kind("object")?;
            Some(match fits(item, "$item") {
                Some(test) => {
                    format!("({object} and $not(false in [$each({value}, function($item) {{ {test} }})]))")
                }
                None => object,
            })
        }
        Form::Optional(inner) => {
            fits(inner, value).map(|test| format!("($not($exists({value})) or {value} = null or {test})"))
        }
        Form::Union(members) => {
            let tests: Option<Vec<String>> = members.iter().map(|it| fits(it, value)).collect();
            tests.map(|tests| format!("({})", tests.join(" or ")))
        }
    }
}

fn member(value: &str, name: &str) -> String {
    match path_step(name) {
        Some(step) => format!("{value}.{step}"),
        None => format!("$lookup({value}, {})", text::string(name).0),
    }
}

fn written(literal: &LiteralType) -> String {
    match literal {
        LiteralType::String(text) => text::string(text).0,
        LiteralType::Number(number) => number.to_string(),
        LiteralType::Boolean(it) => it.to_string(),
    }
}
