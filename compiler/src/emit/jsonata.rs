//! Expression → JSONata text, as AWS evaluates it.
//!
//! What JSONata does by itself and Flow must not show (B18–B25, A18): a missing field is "undefined" and vanishes,
//! a list of one is its item, a list within a list is flattened, a list of none is nothing at all. So every
//! expression written here gives a value, and lists stay lists.
//!
//! Texts stand in single quotes where they can, which reads well inside JSON. `$`, `$$` and bare names, which would
//! read the "context", are never written.

mod calls;
mod casts;
mod text;

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use super::names::{self, Names};
use crate::machine::expr::{Deploy, DeployType};
use crate::machine::fold::known_null;
use crate::machine::{BoundId, Context, Expr, Item, Machine, Member, Op};
use text::path_step;

/// How tightly an expression's outermost operator binds, as JSONata's parser has it.
type Level = u8;

const LOOSEST: Level = 0;
const CONDITIONAL: Level = 20;
const OR: Level = 25;
const AND: Level = 30;
const COMPARE: Level = 40;
const ADD: Level = 50;
const MULTIPLY: Level = 60;
const UNARY: Level = 70;
const PATH: Level = 75;
const ATOM: Level = 100;

/// More parts than that are joined by `$join`: a chain of `&` nests as deep as it is long, and AWS stops near 100.
const LONGEST_CHAIN: usize = 12;

/// A text that is short enough to be written twice instead of being named.
const SHORT: usize = 60;

/// The text of an expression, without `{%` and `%}`.
pub fn print(expr: &Expr, machine: &Machine, names: &Names) -> String {
    Printer { machine, names, bound: RefCell::default() }.at(expr, LOOSEST)
}

struct Printer<'a> {
    machine: &'a Machine,
    names: &'a Names,
    /// What lambdas and blocks around bind.
    bound: RefCell<Vec<(Option<BoundId>, Arc<str>)>>,
}

/// A text and how tightly it binds.
struct Piece(String, Level);

impl Piece {
    fn atom(text: impl Into<String>) -> Piece {
        Piece(text.into(), ATOM)
    }

    fn at(self, level: Level) -> String {
        if self.1 < level { format!("({})", self.0) } else { self.0 }
    }
}

impl Printer<'_> {
    /// The text, in parentheses where it binds less tightly than `level`.
    fn at(&self, expr: &Expr, level: Level) -> String {
        self.piece(expr).at(level)
    }

    /// As [`Printer::at`], but what is missing may be "undefined" instead of null.
    fn raw(&self, expr: &Expr, level: Level) -> String {
        self.raw_piece(expr).at(level)
    }

    /// Whether [`Printer::raw`] may be undefined.
    fn may_miss(expr: &Expr) -> bool {
        match expr {
            Expr::Field { maybe, .. } => *maybe,
            Expr::Index { .. } | Expr::Key { .. } => true,
            Expr::If(_, a, b) => Self::may_miss(a) || Self::may_miss(b),
            _ => false,
        }
    }

    fn raw_piece(&self, expr: &Expr) -> Piece {
        match expr {
            Expr::Field { base, name, .. } => match path_step(name) {
                Some(step) => Piece(format!("{}.{step}", self.raw(base, PATH)), PATH),
                None => {
                    Piece::atom(format!("$lookup({}, {})", self.raw(base, LOOSEST), text::string(name).0))
                }
            },
            Expr::Index { base, index } => {
                let list = match **base {
                    Expr::Var(_) | Expr::Bound(_) => self.at(base, ATOM),
                    // Nothing of what is missing is missing.
                    _ => format!("({})", self.raw(base, LOOSEST)),
                };
                Piece(format!("{list}[{}]", self.at(index, LOOSEST)), PATH)
            }
            Expr::Key { base, key } => {
                Piece::atom(format!("$lookup({}, {})", self.at(base, LOOSEST), self.at(key, LOOSEST)))
            }
            Expr::If(c, a, b) if Self::may_miss(expr) => {
                let (c, a, b) = (self.at(c, OR), self.raw(a, OR), self.raw(b, CONDITIONAL));
                Piece(format!("{c} ? {a} : {b}"), CONDITIONAL)
            }
            _ => self.piece(expr),
        }
    }

    fn piece(&self, expr: &Expr) -> Piece {
        match expr {
            Expr::Null => Piece::atom("null"),
            Expr::Boolean(b) => Piece::atom(b.to_string()),
            Expr::Number(n) if n.starts_with('-') => Piece(n.to_string(), UNARY),
            Expr::Number(n) => Piece::atom(n.to_string()),
            Expr::String(s) => text::string(s),
            Expr::Var(id) => {
                Piece::atom(format!("${}", self.names.vars.get(id).map_or("unset", String::as_str)))
            }
            Expr::Bound(id) => Piece::atom(format!("${}", self.bound_name(*id))),
            Expr::Result => Piece::atom("$states.result"),
            Expr::Error => Piece::atom("$states.errorOutput"),
            Expr::Input => Piece::atom("$states.input"),
            Expr::Context(context) => Piece::atom(format!("$states.context.{}", context_path(*context))),
            Expr::Deploy(deploy) => self.deploy(deploy),
            Expr::List(items) => self.list(items),
            Expr::Record(members) => self.record(members),
            Expr::Field { maybe: false, .. } => self.raw_piece(expr),
            Expr::Field { .. } | Expr::Index { .. } | Expr::Key { .. } => self.or_null(expr),
            Expr::If(c, a, b) => self.conditional(c, a, b),
            Expr::Not(inner) => Piece::atom(format!("$not({})", self.at(inner, LOOSEST))),
            Expr::Negate(inner) => Piece(format!("-{}", self.at(inner, PATH)), UNARY),
            Expr::Binary(op, a, b) => self.binary(*op, a, b),
            Expr::Template(parts) => self.template(parts),
            Expr::Call(function, arguments) => self.call(*function, arguments),
            Expr::Lambda(params, body) => self.lambda(params, body),
            Expr::Let(bound, value, body) => self.binding(*bound, value, body),
        }
    }

    // ------------------------------------------------------------ names

    fn taken(&self, name: &str) -> bool {
        self.names.taken.contains(name) || self.bound.borrow().iter().any(|(_, taken)| **taken == *name)
    }

    fn bound_name(&self, id: BoundId) -> Arc<str> {
        let bound = self.bound.borrow();
        bound
            .iter()
            .rev()
            .find(|(b, _)| *b == Some(id))
            .map_or_else(|| "unset".into(), |(_, name)| name.clone())
    }

    fn enter(&self, id: Option<BoundId>, wanted: &str) -> Arc<str> {
        let name = names::local(wanted, |name| self.taken(name));
        self.bound.borrow_mut().push((id, name.clone()));
        name
    }

    fn leave(&self, count: usize) {
        let mut bound = self.bound.borrow_mut();
        let rest = bound.len().saturating_sub(count);
        bound.truncate(rest);
    }

    /// A block that names a value before it is used twice: `($v := value; body)`.
    fn with(&self, wanted: &str, value: String, body: impl FnOnce(&str) -> String) -> Piece {
        let name = self.enter(None, wanted);
        let text = format!("(${name} := {value}; {})", body(&format!("${name}")));
        self.leave(1);
        Piece::atom(text)
    }

    // ------------------------------------------------------------ nodes

    fn deploy(&self, deploy: &Deploy) -> Piece {
        let name = self.names.deploys.get(deploy).map_or("", String::as_str);
        match deploy {
            Deploy::Param(_, DeployType::Number) => Piece::atom(format!("$number('${{{name}}}')")),
            Deploy::Param(_, DeployType::Boolean) | Deploy::Condition(_) => {
                Piece(format!("'${{{name}}}' = 'true'"), COMPARE)
            }
            Deploy::Resource(..)
            | Deploy::Workflow(..)
            | Deploy::Api(..)
            | Deploy::Stack(_)
            | Deploy::Param(_, DeployType::String) => Piece::atom(format!("'${{{name}}}'")),
        }
    }

    /// Null in place of "undefined".
    fn or_null(&self, expr: &Expr) -> Piece {
        let raw = self.raw(expr, LOOSEST);
        if raw.len() <= SHORT && !raw.contains('(') {
            return Piece(format!("$exists({raw}) ? {raw} : null"), CONDITIONAL);
        }
        self.with("v", raw, |v| format!("$exists({v}) ? {v} : null"))
    }

    fn conditional(&self, c: &Expr, a: &Expr, b: &Expr) -> Piece {
        // `x ?? b`: a missing x is "not other than null" too.
        if let Expr::Binary(Op::Ne, x, null) = c
            && **null == Expr::Null
            && **x == *a
            && Self::may_miss(x)
        {
            let raw = self.raw(x, OR);
            if raw.len() <= SHORT {
                return Piece(format!("{raw} != null ? {raw} : {}", self.at(b, CONDITIONAL)), CONDITIONAL);
            }
            return self.with("v", raw, |v| format!("{v} != null ? {v} : {}", self.at(b, CONDITIONAL)));
        }
        let (c, a, b) = (self.at(c, OR), self.at(&present(c, a), OR), self.at(b, CONDITIONAL));
        Piece(format!("{c} ? {a} : {b}"), CONDITIONAL)
    }

    fn binary(&self, op: Op, a: &Expr, b: &Expr) -> Piece {
        match op {
            Op::And => self.chain(op, a, b, " and ", AND),
            Op::Or => self.chain(op, a, b, " or ", OR),
            Op::Eq | Op::Ne => self.equality(op, a, b),
            Op::Less => self.compare(a, "<", b),
            Op::LessEqual => self.compare(a, "<=", b),
            Op::Greater => self.compare(a, ">", b),
            Op::GreaterEqual => self.compare(a, ">=", b),
            // What is missing is in no list, and neither is null in one that is written without it.
            Op::In if matches!(b, Expr::List(items) if items.iter().all(|i| never_null(i.expr()))) => {
                Piece(format!("{} in {}", self.raw(a, COMPARE + 1), self.at(b, COMPARE + 1)), COMPARE)
            }
            Op::In => self.compare(a, "in", b),
            Op::Add => self.left(a, " + ", b, ADD),
            Op::Subtract => self.left(a, " - ", b, ADD),
            Op::Multiply => self.left(a, " * ", b, MULTIPLY),
            Op::Divide => self.left(a, " / ", b, MULTIPLY),
            Op::Remainder => self.left(a, " % ", b, MULTIPLY),
        }
    }

    fn left(&self, a: &Expr, op: &str, b: &Expr, level: Level) -> Piece {
        Piece(format!("{}{op}{}", self.at(a, level), self.at(b, level + 1)), level)
    }

    fn compare(&self, a: &Expr, op: &str, b: &Expr) -> Piece {
        Piece(format!("{} {op} {}", self.at(a, COMPARE + 1), self.at(b, COMPARE + 1)), COMPARE)
    }

    /// `and` and `or` are associative, so a long chain is written as a balanced tree.
    fn chain(&self, op: Op, a: &Expr, b: &Expr, word: &str, level: Level) -> Piece {
        let mut parts = Vec::new();
        flatten(op, a, &mut parts);
        flatten(op, b, &mut parts);
        let texts: Vec<String> = parts.iter().map(|part| self.at(part, level + 1)).collect();
        Piece(balanced(&texts, word), level)
    }

    fn equality(&self, op: Op, a: &Expr, b: &Expr) -> Piece {
        let (a, b) = if *a == Expr::Null { (b, a) } else { (a, b) };
        let (left, right) = (Self::may_miss(a), Self::may_miss(b));
        let side = |e: &Expr| self.raw(e, COMPARE + 1);
        let one = left != right && never_null(if left { b } else { a });
        match op {
            // What is missing is unlike null, and not `!=` null either.
            Op::Ne if left && *b == Expr::Null => Piece(format!("{} != null", side(a)), COMPARE),
            _ if left && *b == Expr::Null => Piece::atom(format!("$not({} != null)", side(a))),
            Op::Eq if one => Piece(format!("{} = {}", side(a), side(b)), COMPARE),
            _ if one => Piece::atom(format!("$not({} = {})", side(a), side(b))),
            Op::Eq => self.compare(a, "=", b),
            _ => self.compare(a, "!=", b),
        }
    }

    fn template(&self, parts: &[Expr]) -> Piece {
        match parts {
            [] => return Piece::atom("''"),
            [one] => return Piece::atom(format!("$string({})", self.at(one, LOOSEST))),
            _ => {}
        }
        if parts.len() > LONGEST_CHAIN {
            let texts: Vec<String> = parts.iter().map(|part| self.text_part(part)).collect();
            return Piece::atom(format!("$join([{}])", texts.join(", ")));
        }
        let texts: Vec<String> = parts.iter().map(|part| self.at(part, ADD + 1)).collect();
        Piece(texts.join(" & "), ADD)
    }

    fn text_part(&self, part: &Expr) -> String {
        match part {
            Expr::String(_) => self.at(part, LOOSEST),
            _ => format!("$string({})", self.at(part, LOOSEST)),
        }
    }

    fn list(&self, items: &[Item]) -> Piece {
        let texts: Vec<String> = items.iter().map(|item| self.list_item(item)).collect();
        Piece::atom(format!("[{}]", texts.join(", ")))
    }

    /// JSONata keeps a list within a list only where the inner one is written with brackets (B20).
    fn list_item(&self, item: &Item) -> String {
        let text = self.at(item.expr(), LOOSEST);
        match item {
            Item::List(_) if !text.starts_with('[') => format!("[{text}]"),
            Item::One(e) if calls::gives_list(e) && !text.starts_with('[') => format!("[{text}]"),
            Item::Spread(_) if text.starts_with('[') => format!("({text})"),
            Item::One(_) | Item::List(_) | Item::Spread(_) => text,
        }
    }

    /// JSONata refuses an object that names a member twice, even where both names are computed: what may repeat an
    /// earlier name stands in an object of its own.
    fn record(&self, members: &[Member]) -> Piece {
        let parts = parts(members);
        if let [] | [[Member::Set(..) | Member::Some(..) | Member::Computed(..), ..]] = parts.as_slice() {
            return Piece::atom(self.braces(members));
        }
        let texts: Vec<String> = parts
            .into_iter()
            .map(|part| match part {
                [Member::Spread(e)] => self.at(e, LOOSEST),
                part => self.braces(part),
            })
            .collect();
        Piece::atom(format!("$merge([{}])", texts.join(", ")))
    }

    fn braces(&self, members: &[Member]) -> String {
        let texts: Vec<String> = members.iter().map(|member| self.member(member)).collect();
        format!("{{{}}}", texts.join(", "))
    }

    fn member(&self, member: &Member) -> String {
        match member {
            Member::Set(name, e) => format!("{}: {}", text::string(name).0, self.at(e, LOOSEST)),
            Member::Computed(name, e) => format!("{}: {}", self.at(name, LOOSEST), self.at(e, LOOSEST)),
            // A conditional without an else is undefined, and an undefined member is left out.
            Member::Some(name, Expr::If(condition, value, otherwise))
                if **otherwise == Expr::Null && known_null(value) == Some(false) =>
            {
                let (condition, value) = (self.at(condition, OR), self.at(&present(condition, value), OR));
                format!("{}: {condition} ? {value}", text::string(name).0)
            }
            Member::Some(name, e) => {
                let raw = self.raw(e, COMPARE + 1);
                let value = if raw.len() <= SHORT && !raw.contains('(') {
                    format!("{raw} != null ? {raw}")
                } else {
                    self.with("v", raw, |v| format!("{v} != null ? {v}")).0
                };
                format!("{}: {value}", text::string(name).0)
            }
            Member::Spread(e) => self.at(e, LOOSEST),
        }
    }

    fn lambda(&self, params: &[BoundId], body: &Expr) -> Piece {
        let names: Vec<String> =
            params.iter().map(|id| format!("${}", self.enter(Some(*id), self.wanted(*id)))).collect();
        let body = self.at(body, LOOSEST);
        self.leave(params.len());
        Piece::atom(format!("function({}) {{ {body} }}", names.join(", ")))
    }

    fn binding(&self, bound: BoundId, value: &Expr, body: &Expr) -> Piece {
        let value = self.at(value, LOOSEST);
        let name = self.enter(Some(bound), self.wanted(bound));
        let mut rest = self.at(body, LOOSEST);
        // Nested bindings share one block.
        if matches!(body, Expr::Let(..)) {
            rest =
                rest.strip_prefix('(').and_then(|r| r.strip_suffix(')')).map(str::to_owned).unwrap_or(rest);
        }
        self.leave(1);
        Piece::atom(format!("(${name} := {value}; {rest})"))
    }

    fn wanted(&self, id: BoundId) -> &str {
        self.machine.bounds.get(id.index()).map_or("v", |name| name)
    }
}

/// Runs of members whose names differ for certain; a spread is one of its own.
fn parts(members: &[Member]) -> Vec<&[Member]> {
    let mut all = Vec::new();
    let mut rest = members;
    while let Some(first) = rest.first() {
        let mut names: Vec<&Arc<str>> = Vec::new();
        let mut length = 0;
        for member in rest {
            match member {
                Member::Set(name, _) | Member::Some(name, _) if !names.contains(&name) => names.push(name),
                Member::Set(..) | Member::Some(..) | Member::Computed(..) | Member::Spread(_) => break,
            }
            length += 1;
        }
        if matches!(first, Member::Spread(_) | Member::Computed(..)) {
            length = 1;
        }
        let (part, behind) = rest.split_at(length);
        all.push(part);
        rest = behind;
    }
    all
}

/// Of those that can be told without types.
fn never_null(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Boolean(_)
            | Expr::Number(_)
            | Expr::String(_)
            | Expr::Template(_)
            | Expr::Deploy(_)
            | Expr::List(_)
            | Expr::Record(_)
            | Expr::Not(_)
            | Expr::Negate(_)
            | Expr::Binary(..)
    )
}

fn flatten<'e>(op: Op, expr: &'e Expr, into: &mut Vec<&'e Expr>) {
    match expr {
        Expr::Binary(o, a, b) if *o == op => {
            flatten(op, a, into);
            flatten(op, b, into);
        }
        other => into.push(other),
    }
}

fn balanced(texts: &[String], word: &str) -> String {
    if texts.len() <= LONGEST_CHAIN {
        return texts.join(word);
    }
    let (a, b) = texts.split_at(texts.len() / 2);
    format!("({}){word}({})", balanced(a, word), balanced(b, word))
}

fn context_path(context: Context) -> &'static str {
    match context {
        Context::ExecutionId => "Execution.Id",
        Context::ExecutionName => "Execution.Name",
        Context::ExecutionStartTime => "Execution.StartTime",
        Context::ExecutionInput => "Execution.Input",
        Context::StateMachineId => "StateMachine.Id",
        Context::StateMachineName => "StateMachine.Name",
        Context::StateName => "State.Name",
        Context::StateEnteredTime => "State.EnteredTime",
        Context::StateRetryCount => "State.RetryCount",
        Context::TaskToken => "Task.Token",
        Context::MapItem => "Map.Item.Value",
        Context::MapIndex => "Map.Item.Index",
    }
}
/// What is evaluated where the condition holds: a field that it finds there can't be missing.
fn present<'e>(condition: &Expr, value: &'e Expr) -> Cow<'e, Expr> {
    match condition {
        Expr::Binary(Op::Ne, read, null) if **null == Expr::Null && is_path(read) && read.is_maybe() => {
            Cow::Owned(value.clone().rewrite(&mut |e| if e == **read { e.surely() } else { e }))
        }
        _ => Cow::Borrowed(value),
    }
}

/// Fields of a variable or of what a state has.
fn is_path(expr: &Expr) -> bool {
    match expr {
        Expr::Field { base, .. } => is_path(base),
        Expr::Var(_) | Expr::Bound(_) | Expr::Result | Expr::Input | Expr::Context(_) => true,
        _ => false,
    }
}
