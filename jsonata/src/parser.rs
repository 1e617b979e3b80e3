//! Tokens to a raw tree, by operator precedence, as jsonata-js parses.

use std::sync::Arc;

use crate::ast::{Arithmetic, Order};
use crate::deep;
use crate::error::{Error, Fault};
use crate::lexer::{Lexeme, Lexer, Token};
use crate::regex::Regex;
use crate::signature::Signature;
use crate::value::Value;

/// How high a tree may grow. Chains such as `a & b & c …` grow one level an operator.
pub(crate) const MAX_HEIGHT: u32 = 2_000;

/// What was written, before paths are put together.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) kind: RawKind,
    pub(crate) start: u32,
    pub(crate) pos: u32,
    pub(crate) keep_array: bool,
    height: u32,
}

#[derive(Debug)]
pub(crate) enum RawKind {
    Name(Arc<str>),
    Variable(Arc<str>),
    Literal(Value),
    Regex(Arc<Regex>),
    Wildcard,
    Descendants,
    Parent,
    Placeholder,
    /// The end of the text where an operand should be.
    End,
    Dot(Box<(Raw, Raw)>),
    Filter(Box<(Raw, Raw)>),
    Group(Box<Raw>, Vec<(Raw, Raw)>),
    OrderBy(Box<Raw>, Vec<(bool, Raw)>),
    Bind(Arc<str>, Box<Raw>),
    Focus(Box<Raw>, Arc<str>),
    Index(Box<Raw>, Arc<str>),
    Apply(Box<(Raw, Raw)>),
    Infix(Infix, Box<(Raw, Raw)>),
    Negate(Box<Raw>),
    Array(Vec<Raw>),
    Object(Vec<(Raw, Raw)>),
    Block(Vec<Raw>),
    Condition(Box<(Raw, Raw, Option<Raw>)>),
    Transform(Box<(Raw, Raw, Option<Raw>)>),
    Call {
        procedure: Box<Raw>,
        arguments: Vec<Raw>,
        partial: bool,
    },
    Lambda {
        parameters: Vec<Arc<str>>,
        signature: Option<Signature>,
        body: Box<Raw>,
    },
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Infix {
    Numeric(Arithmetic),
    Comparison(Order),
    Equal,
    NotEqual,
    Concat,
    Range,
    In,
    And,
    Or,
}

/// Parses a whole text.
pub(crate) fn parse(text: &str) -> Result<Raw, Fault> {
    let nothing = Token { lexeme: Lexeme::End, start: 0, pos: 0 };
    let mut parser = Parser { lexer: Lexer::new(text), token: nothing, depth: 0 };
    parser.advance(false)?;
    let tree = parser.expression(0)?;
    match parser.token.lexeme {
        Lexeme::End => Ok(tree),
        _ => Err(Error::new("S0201").at(parser.token.pos).token(parser.token.value())),
    }
}

struct Parser<'a> {
    lexer: Lexer<'a>,
    token: Token,
    depth: u32,
}

/// How tightly an operator binds to what stands left of it.
fn binding(token: &Token) -> u32 {
    let Lexeme::Operator(sign) = token.lexeme else { return 0 };
    match sign {
        "[" | "(" | "@" | "#" => 80,
        "." => 75,
        "{" => 70,
        "*" | "/" | "%" => 60,
        "+" | "-" | "&" => 50,
        "=" | "<" | ">" | "^" | "!=" | "<=" | ">=" | "~>" | "in" => 40,
        "and" => 30,
        "or" => 25,
        "?" => 20,
        ":=" => 10,
        _ => 0,
    }
}

fn infix(sign: &str) -> Option<Infix> {
    Some(match sign {
        "+" => Infix::Numeric(Arithmetic::Add),
        "-" => Infix::Numeric(Arithmetic::Subtract),
        "*" => Infix::Numeric(Arithmetic::Multiply),
        "/" => Infix::Numeric(Arithmetic::Divide),
        "%" => Infix::Numeric(Arithmetic::Modulo),
        "<" => Infix::Comparison(Order::Less),
        "<=" => Infix::Comparison(Order::LessEqual),
        ">" => Infix::Comparison(Order::Greater),
        ">=" => Infix::Comparison(Order::GreaterEqual),
        "=" => Infix::Equal,
        "!=" => Infix::NotEqual,
        "&" => Infix::Concat,
        "in" => Infix::In,
        "and" => Infix::And,
        "or" => Infix::Or,
        _ => return None,
    })
}

fn too_deep(pos: u32) -> Fault {
    Error::new("U1001")
        .at(pos)
        .text(format!("The expression is nested too deeply: more than {MAX_HEIGHT} levels"))
}

/// A node one higher than the highest of its parts.
fn raw<'a>(token: &Token, kind: RawKind, parts: impl IntoIterator<Item = &'a Raw>) -> Result<Raw, Fault> {
    let height = 1 + parts.into_iter().map(|it| it.height).max().unwrap_or(0);
    leaf(token, kind, height)
}

fn leaf(token: &Token, kind: RawKind, height: u32) -> Result<Raw, Fault> {
    if height > MAX_HEIGHT {
        return Err(too_deep(token.pos));
    }
    Ok(Raw { kind, start: token.start, pos: token.pos, keep_array: false, height })
}

fn tallest<'a>(parts: impl IntoIterator<Item = &'a Raw>) -> u32 {
    1 + parts.into_iter().map(|it| it.height).max().unwrap_or(0)
}

fn both(parts: &(Raw, Raw)) -> [&Raw; 2] {
    [&parts.0, &parts.1]
}

impl Parser<'_> {
    fn advance(&mut self, after_operand: bool) -> Result<Token, Fault> {
        let next = self.lexer.next(after_operand)?;
        // Names of operators that jsonata-js reads but doesn't know.
        if let Lexeme::Operator(sign @ ("!" | "~")) = next.lexeme {
            return Err(Error::new("S0204").at(next.pos).token(sign));
        }
        Ok(std::mem::replace(&mut self.token, next))
    }

    /// Passes over the operator that must be here.
    fn expect(&mut self, sign: &'static str, after_operand: bool) -> Result<Token, Fault> {
        if self.token.is(sign) {
            return self.advance(after_operand);
        }
        let code = if matches!(self.token.lexeme, Lexeme::End) { "S0203" } else { "S0202" };
        Err(Error::new(code).at(self.token.pos).token(self.token.value()).value(Value::from(sign)))
    }

    fn expression(&mut self, power: u32) -> Result<Raw, Fault> {
        self.depth += 1;
        if self.depth > MAX_HEIGHT {
            return Err(too_deep(self.token.pos));
        }
        let result = deep::guarded(|| {
            let first = self.advance(true)?;
            let mut left = self.prefix(first)?;
            while power < binding(&self.token) {
                let operator = self.advance(false)?;
                left = self.infix(operator, left)?;
            }
            Ok(left)
        });
        self.depth -= 1;
        result
    }

    fn prefix(&mut self, token: Token) -> Result<Raw, Fault> {
        let kind = match &token.lexeme {
            Lexeme::Name(it) => RawKind::Name(it.clone()),
            Lexeme::Variable(it) => RawKind::Variable(it.clone()),
            Lexeme::Literal(it) => RawKind::Literal(it.clone()),
            Lexeme::Regex(it) => RawKind::Regex(it.clone()),
            Lexeme::End => RawKind::End,
            Lexeme::Operator(sign) => match *sign {
                "and" | "or" | "in" => RawKind::Name((*sign).into()),
                "*" => RawKind::Wildcard,
                "**" => RawKind::Descendants,
                "%" => RawKind::Parent,
                "-" => {
                    let operand = self.expression(70)?;
                    let height = operand.height + 1;
                    return leaf(&token, RawKind::Negate(Box::new(operand)), height);
                }
                "(" => return self.block(&token),
                "[" => return self.array(&token),
                "{" => {
                    let pairs = self.pairs()?;
                    let height = tallest(pairs.iter().flat_map(both));
                    return leaf(&token, RawKind::Object(pairs), height);
                }
                "|" => return self.transform(&token),
                _ => return Err(Error::new("S0211").at(token.pos).token(*sign)),
            },
        };
        raw(&token, kind, [])
    }

    fn infix(&mut self, token: Token, left: Raw) -> Result<Raw, Fault> {
        let Lexeme::Operator(sign) = token.lexeme else { return Ok(left) };
        match sign {
            "(" => self.call(&token, left),
            "[" => self.predicate(&token, left),
            "{" => {
                let pairs = self.pairs()?;
                let height = tallest(pairs.iter().flat_map(both).chain([&left]));
                leaf(&token, RawKind::Group(Box::new(left), pairs), height)
            }
            "^" => self.order_by(&token, left),
            ":=" => self.bind(&token, left),
            "@" => {
                let name = self.bound_variable("@")?;
                let height = left.height + 1;
                leaf(&token, RawKind::Focus(Box::new(left), name), height)
            }
            "#" => {
                let name = self.bound_variable("#")?;
                let height = left.height + 1;
                leaf(&token, RawKind::Index(Box::new(left), name), height)
            }
            "?" => self.condition(&token, left),
            _ => {
                let right = self.expression(binding(&token))?;
                let height = tallest([&left, &right]);
                let parts = Box::new((left, right));
                let kind = match (sign, infix(sign)) {
                    (_, Some(infix)) => RawKind::Infix(infix, parts),
                    (".", None) => RawKind::Dot(parts),
                    (_, None) => RawKind::Apply(parts),
                };
                leaf(&token, kind, height)
            }
        }
    }

    fn block(&mut self, token: &Token) -> Result<Raw, Fault> {
        let mut expressions = Vec::new();
        while !self.token.is(")") {
            expressions.push(self.expression(0)?);
            if !self.token.is(";") {
                break;
            }
            self.advance(false)?;
        }
        self.expect(")", true)?;
        let height = tallest(&expressions);
        leaf(token, RawKind::Block(expressions), height)
    }

    fn array(&mut self, token: &Token) -> Result<Raw, Fault> {
        let mut items = Vec::new();
        if !self.token.is("]") {
            loop {
                let item = self.expression(0)?;
                items.push(self.range(item)?);
                if !self.token.is(",") {
                    break;
                }
                self.advance(false)?;
            }
        }
        self.expect("]", true)?;
        let height = tallest(&items);
        leaf(token, RawKind::Array(items), height)
    }

    /// `..` is an operator in array constructors only.
    fn range(&mut self, from: Raw) -> Result<Raw, Fault> {
        if !self.token.is("..") {
            return Ok(from);
        }
        let token = self.advance(false)?;
        let to = self.expression(0)?;
        let height = tallest([&from, &to]);
        leaf(&token, RawKind::Infix(Infix::Range, Box::new((from, to))), height)
    }

    fn pairs(&mut self) -> Result<Vec<(Raw, Raw)>, Fault> {
        let mut pairs = Vec::new();
        if !self.token.is("}") {
            loop {
                let name = self.expression(0)?;
                self.expect(":", false)?;
                let value = self.expression(0)?;
                pairs.push((name, value));
                if !self.token.is(",") {
                    break;
                }
                self.advance(false)?;
            }
        }
        self.expect("}", true)?;
        Ok(pairs)
    }

    fn transform(&mut self, token: &Token) -> Result<Raw, Fault> {
        let pattern = self.expression(0)?;
        self.expect("|", false)?;
        let update = self.expression(0)?;
        let mut delete = None;
        if self.token.is(",") {
            self.advance(false)?;
            delete = Some(self.expression(0)?);
        }
        self.expect("|", false)?;
        let height = tallest([&pattern, &update].into_iter().chain(&delete));
        leaf(token, RawKind::Transform(Box::new((pattern, update, delete))), height)
    }

    fn condition(&mut self, token: &Token, condition: Raw) -> Result<Raw, Fault> {
        let then = self.expression(0)?;
        let mut otherwise = None;
        if self.token.is(":") {
            self.advance(false)?;
            otherwise = Some(self.expression(0)?);
        }
        let height = tallest([&condition, &then].into_iter().chain(&otherwise));
        leaf(token, RawKind::Condition(Box::new((condition, then, otherwise))), height)
    }

    fn bind(&mut self, token: &Token, left: Raw) -> Result<Raw, Fault> {
        let RawKind::Variable(name) = &left.kind else {
            return Err(Error::new("S0212").at(left.pos).token(raw_token(&left)));
        };
        let name = name.clone();
        let value = self.expression(9)?;
        let height = value.height + 1;
        leaf(token, RawKind::Bind(name, Box::new(value)), height)
    }

    fn bound_variable(&mut self, sign: &'static str) -> Result<Arc<str>, Fault> {
        let right = self.expression(80)?;
        match right.kind {
            RawKind::Variable(name) => Ok(name),
            _ => Err(Error::new("S0214").at(right.pos).token(sign)),
        }
    }

    fn predicate(&mut self, token: &Token, mut left: Raw) -> Result<Raw, Fault> {
        if self.token.is("]") {
            // An empty predicate keeps a single result in an array.
            let mut step = &mut left;
            while let RawKind::Filter(parts) = &mut step.kind {
                step = &mut parts.0;
            }
            step.keep_array = true;
            self.advance(false)?;
            return Ok(left);
        }
        let predicate = self.expression(0)?;
        self.expect("]", true)?;
        let height = tallest([&left, &predicate]);
        leaf(token, RawKind::Filter(Box::new((left, predicate))), height)
    }

    fn order_by(&mut self, token: &Token, left: Raw) -> Result<Raw, Fault> {
        self.expect("(", false)?;
        let mut terms = Vec::new();
        loop {
            let descending = self.token.is(">");
            if descending || self.token.is("<") {
                self.advance(false)?;
            }
            terms.push((descending, self.expression(0)?));
            if !self.token.is(",") {
                break;
            }
            self.advance(false)?;
        }
        self.expect(")", false)?;
        let height = tallest(terms.iter().map(|(_, it)| it).chain([&left]));
        leaf(token, RawKind::OrderBy(Box::new(left), terms), height)
    }

    fn call(&mut self, token: &Token, procedure: Raw) -> Result<Raw, Fault> {
        let mut arguments = Vec::new();
        let mut partial = false;
        if !self.token.is(")") {
            loop {
                if self.token.is("?") {
                    partial = true;
                    let placeholder = self.advance(false)?;
                    arguments.push(raw(&placeholder, RawKind::Placeholder, [])?);
                } else {
                    arguments.push(self.expression(0)?);
                }
                if !self.token.is(",") {
                    break;
                }
                self.advance(false)?;
            }
        }
        self.expect(")", true)?;
        if matches!(&procedure.kind, RawKind::Name(name) if &**name == "function" || &**name == "λ") {
            return self.lambda(token, arguments);
        }
        let height = tallest(arguments.iter().chain([&procedure]));
        leaf(token, RawKind::Call { procedure: Box::new(procedure), arguments, partial }, height)
    }

    fn lambda(&mut self, token: &Token, arguments: Vec<Raw>) -> Result<Raw, Fault> {
        let mut parameters = Vec::with_capacity(arguments.len());
        for (at, argument) in arguments.iter().enumerate() {
            match &argument.kind {
                RawKind::Variable(name) => parameters.push(name.clone()),
                _ => {
                    let error = Error::new("S0208").at(argument.pos).token(raw_token(argument));
                    return Err(error.value(Value::from(at + 1)));
                }
            }
        }
        let signature = if self.token.is("<") { Some(self.signature()?) } else { None };
        self.expect("{", false)?;
        let body = self.expression(0)?;
        self.expect("}", false)?;
        let height = body.height + 1;
        leaf(token, RawKind::Lambda { parameters, signature, body: Box::new(body) }, height)
    }

    fn signature(&mut self) -> Result<Signature, Fault> {
        let place = self.token.pos;
        let mut text = "<".to_owned();
        let mut depth = 1;
        while depth > 0 && !self.token.is("{") && !matches!(self.token.lexeme, Lexeme::End) {
            self.advance(false)?;
            if self.token.is(">") {
                depth -= 1;
            } else if self.token.is("<") {
                depth += 1;
            }
            match self.token.value() {
                Value::String(it) => text.push_str(&it),
                other => text.push_str(&other.to_string()),
            }
        }
        self.expect(">", false)?;
        Signature::parse(&text).map_err(|error| {
            let offset = error.offset.unwrap_or(0) as u32;
            error.at(place + offset)
        })
    }
}

/// What jsonata-js has as the value of a node.
fn raw_token(raw: &Raw) -> Value {
    match &raw.kind {
        RawKind::Name(it) | RawKind::Variable(it) => Value::String(it.clone()),
        RawKind::Literal(it) => it.clone(),
        RawKind::Wildcard => "*".into(),
        RawKind::Descendants => "**".into(),
        RawKind::Parent => "%".into(),
        RawKind::Placeholder => "?".into(),
        RawKind::End => "(end)".into(),
        RawKind::Dot(_) => ".".into(),
        RawKind::Filter(_) | RawKind::Array(_) => "[".into(),
        RawKind::Group(..) | RawKind::Object(_) => "{".into(),
        RawKind::OrderBy(..) => "^".into(),
        RawKind::Bind(..) => ":=".into(),
        RawKind::Focus(..) => "@".into(),
        RawKind::Index(..) => "#".into(),
        RawKind::Apply(_) => "~>".into(),
        RawKind::Negate(_) => "-".into(),
        RawKind::Block(_) | RawKind::Call { .. } | RawKind::Lambda { .. } => "(".into(),
        RawKind::Condition(_) => "?".into(),
        RawKind::Transform(_) => "|".into(),
        RawKind::Regex(_) => Value::Object(crate::object::Object::new()),
        RawKind::Infix(infix, _) => match infix {
            Infix::Numeric(it) => it.sign().into(),
            Infix::Comparison(it) => it.sign().into(),
            Infix::Equal => "=".into(),
            Infix::NotEqual => "!=".into(),
            Infix::Concat => "&".into(),
            Infix::Range => "..".into(),
            Infix::In => "in".into(),
            Infix::And => "and".into(),
            Infix::Or => "or".into(),
        },
    }
}
