//! Expressions: the flat run of operands and operators gets its tree.

use crate::diagnostics::syntax as report;
use crate::source::Span;
use crate::syntax::ast::*;

use super::{Builder, MAX_HEIGHT, P, Rule, literal};

/// The pieces of one expression, read from the front.
struct Pieces<'i> {
    pairs: std::iter::Peekable<std::vec::IntoIter<P<'i>>>,
}

impl<'i> Pieces<'i> {
    fn peek(&mut self) -> Option<Rule> {
        self.pairs.peek().map(P::as_rule)
    }

    fn next_if(&mut self, rule: Rule) -> Option<P<'i>> {
        self.pairs.next_if(|pair| pair.as_rule() == rule)
    }

    /// An operand, or something that begins one, is next.
    fn at_operand(&mut self) -> bool {
        self.peek()
            .is_some_and(|rule| !matches!(rule, Rule::binary | Rule::range | Rule::cast | Rule::clause))
    }
}

/// What an expression nests by.
fn is_operator(rule: Rule) -> bool {
    let around = matches!(rule, Rule::binary | Rule::range | Rule::cast | Rule::clause | Rule::alias);
    let before = matches!(
        rule,
        Rule::minus | Rule::not | Rule::lambda | Rule::r#return | Rule::fail | Rule::continue_as
    );
    let waits = matches!(rule, Rule::r#await | Rule::r#async);
    let behind = matches!(rule, Rule::arguments | Rule::index | Rule::optional_index | Rule::field_access);
    around || before || waits || behind
}

/// Whether clauses belong to the operand that is read.
#[derive(Clone, Copy, PartialEq)]
enum Clauses {
    Mine,
    /// They belong to what stands around it: `await token => f(token) within 2d`.
    Outer,
}

impl<'i> Builder<'i> {
    pub(super) fn missing(&self, span: Span) -> Expr {
        Expr { kind: ExprKind::Missing, span }
    }

    /// The one expression inside of `pair`.
    pub(super) fn only_expr(&mut self, pair: P<'i>) -> Option<Expr> {
        let expr = |inner: &P<'i>| matches!(inner.as_rule(), Rule::expr | Rule::plain | Rule::missing_expr);
        pair.into_inner().find(expr).map(|inner| self.expr(inner))
    }

    /// `expr`, `plain`, `source` or `missing_expr`.
    pub(super) fn expr(&mut self, pair: P<'i>) -> Expr {
        if pair.as_rule() == Rule::missing_expr {
            let span = self.expected(&pair, "expression");
            return self.missing(span);
        }
        let span = self.span(&pair);
        let pairs: Vec<P<'i>> = pair.into_inner().collect();
        let outer = std::mem::take(&mut self.height);
        let returned = pairs.first().is_some_and(|it| it.as_rule() == Rule::r#return);
        // Each piece but the operands themselves may be one more level.
        let own = pairs.iter().filter(|it| is_operator(it.as_rule())).count().max(1);
        if own > MAX_HEIGHT {
            return self.refuse(span, outer, returned);
        }
        let mut pieces = Pieces { pairs: pairs.into_iter().peekable() };
        let expr = self.operation(&mut pieces, 0, Clauses::Mine);
        if self.height + own > MAX_HEIGHT {
            return self.refuse(span, outer, returned);
        }
        self.height = outer.max(self.height + own);
        expr
    }

    /// `returned`: it is what a `return` gives.
    fn refuse(&mut self, span: Span, outer: usize, returned: bool) -> Expr {
        self.height = outer;
        self.diagnostics.push(report::too_long(span, MAX_HEIGHT));
        let missing = self.missing(span);
        if returned { Expr { kind: ExprKind::Return(Some(Box::new(missing))), span } } else { missing }
    }

    /// Operators that bind at least as tightly as `least`, and their operands.
    fn operation(&mut self, pieces: &mut Pieces<'i>, least: u8, clauses: Clauses) -> Expr {
        let mut left = self.unary(pieces, clauses);
        loop {
            left = self.after_operand(pieces, left, clauses);
            let Some(pair) = pieces.pairs.peek() else { return left };
            let (power, op) = operator(pair);
            if power < least || power == 0 {
                return left;
            }
            let Some(pair) = pieces.pairs.next() else { return left };
            self.foreign_operator(&pair);
            let right = self.operation(
                pieces,
                if op == Some(BinaryOp::Coalesce) { power } else { power + 1 },
                clauses,
            );
            let span = left.span.to(right.span);
            let (op_span, left_box, right) = (self.span(&pair), Box::new(left), Box::new(right));
            let kind = match op {
                Some(op) => ExprKind::Binary { op, op_span, left: left_box, right },
                None => ExprKind::Range(left_box, right),
            };
            left = self.negated_in(&pair, Expr { kind, span });
        }
    }

    fn foreign_operator(&mut self, pair: &P<'i>) {
        let ours = match pair.as_str() {
            "===" => "==",
            "!==" => "!=",
            "and" => "&&",
            "or" => "||",
            _ => return,
        };
        self.diagnostics.push(report::foreign_word(self.span(pair), pair.as_str(), ours));
    }

    /// Python's `a not in b`.
    fn negated_in(&mut self, pair: &P<'i>, expr: Expr) -> Expr {
        if !pair.as_str().starts_with("not") {
            return expr;
        }
        self.diagnostics.push(report::unexpected(self.span(pair), pair.as_str()).help("write `!(x in xs)`"));
        let span = expr.span;
        Expr { kind: ExprKind::Unary { op: UnaryOp::Not, operand: Box::new(expr) }, span }
    }

    /// Casts and what follows them; clauses.
    fn after_operand(&mut self, pieces: &mut Pieces<'i>, operand: Expr, clauses: Clauses) -> Expr {
        let mut left = operand;
        loop {
            left = match pieces.peek() {
                Some(Rule::cast) => {
                    let Some(pair) = pieces.pairs.next() else { return left };
                    let end = self.span(&pair);
                    let ty = self.of_type(pair);
                    let span = left.span.to(end);
                    Expr { kind: ExprKind::Cast { value: Box::new(left), ty }, span }
                }
                Some(Rule::clause) if clauses == Clauses::Mine => self.guarded(pieces, left),
                Some(rule) if is_postfix(rule) => self.postfix(pieces, left),
                _ => return left,
            };
        }
    }

    fn guarded(&mut self, pieces: &mut Pieces<'i>, call: Expr) -> Expr {
        let mut clauses = Vec::new();
        let mut span = call.span;
        while let Some(pair) = pieces.next_if(Rule::clause) {
            span = span.to(self.span(&pair));
            clauses.extend(self.clause(pair));
        }
        if let (ExprKind::Lambda { .. }, Some(first)) = (&call.kind, clauses.first()) {
            self.diagnostics.push(report::clause_on_lambda(first.span));
            return call;
        }
        Expr { kind: ExprKind::Guarded { call: Box::new(call), clauses }, span }
    }

    /// One operand with its prefixes and postfixes, and with its clauses where they are its own.
    fn unary(&mut self, pieces: &mut Pieces<'i>, clauses: Clauses) -> Expr {
        let Some(pair) = pieces.pairs.next() else {
            return self.missing(Span::new(self.file, self.at(0), self.at(0)));
        };
        let rule = pair.as_rule();
        let start = self.span(&pair);
        let kind = match rule {
            Rule::lambda => return self.lambda(pieces, pair),
            Rule::r#await => return self.await_call(pieces, pair, clauses),
            Rule::r#async => {
                self.diagnostics.push(report::async_lambda(self.exact(&pair)));
                return self.operand_of(pieces, start, clauses);
            }
            Rule::continue_as => {
                let call = self.operand_of(pieces, start, clauses);
                let span = start.to(call.span);
                return Expr { kind: ExprKind::ContinueAs(Box::new(call)), span };
            }
            Rule::minus | Rule::not => return self.prefixed(pieces, pair, clauses),
            Rule::r#return | Rule::fail => {
                self.throw_slip(&pair);
                let value = pieces.at_operand().then(|| Box::new(self.operation(pieces, 0, clauses)));
                let span = value.as_ref().map_or(start, |value| start.to(value.span));
                let kind = if rule == Rule::fail { ExprKind::Fail(value) } else { ExprKind::Return(value) };
                return Expr { kind, span };
            }
            Rule::missing_expr => return self.expr(pair),
            Rule::r#break => ExprKind::Break(self.label_ref(pair)),
            Rule::r#continue => ExprKind::Continue(self.label_ref(pair)),
            _ => {
                let operand = self.primary(pair);
                return self.postfixes(pieces, operand, clauses);
            }
        };
        Expr { kind, span: start }
    }

    fn throw_slip(&mut self, pair: &P<'i>) {
        if pair.as_str() == "throw" {
            self.diagnostics.push(report::foreign_word(self.span(pair), "throw", "fail"));
        }
    }

    fn postfixes(&mut self, pieces: &mut Pieces<'i>, operand: Expr, clauses: Clauses) -> Expr {
        let mut left = operand;
        while pieces.peek().is_some_and(is_postfix) {
            left = self.postfix(pieces, left);
        }
        if clauses == Clauses::Mine && pieces.peek() == Some(Rule::clause) {
            return self.guarded(pieces, left);
        }
        left
    }

    /// The operand of a prefix that can't do without one.
    fn operand_of(&mut self, pieces: &mut Pieces<'i>, prefix: Span, clauses: Clauses) -> Expr {
        if pieces.at_operand() {
            return self.unary(pieces, clauses);
        }
        self.no_operand(prefix)
    }

    fn no_operand(&mut self, prefix: Span) -> Expr {
        let word = self.text.get(self.offset(prefix.start)..self.offset(prefix.end));
        let after = word.filter(|word| word.len() <= 24).unwrap_or("");
        self.diagnostics.push(report::expected(prefix.tail(), "expression", after));
        self.missing(prefix.tail())
    }

    fn prefixed(&mut self, pieces: &mut Pieces<'i>, pair: P<'i>, clauses: Clauses) -> Expr {
        let start = self.span(&pair);
        let op = if pair.as_rule() == Rule::minus { UnaryOp::Negate } else { UnaryOp::Not };
        if pair.as_str().starts_with("not") {
            self.diagnostics.push(report::foreign_word(self.exact(&pair), "not", "!"));
        }
        let operand = self.operand_of(pieces, start, clauses);
        let span = start.to(operand.span);
        Expr { kind: ExprKind::Unary { op, operand: Box::new(operand) }, span }
    }

    fn label_ref(&mut self, pair: P<'i>) -> Option<Name> {
        let label = pair.into_inner().next()?;
        let span = self.span(&label);
        Some(Name { text: label.as_str().trim_start_matches('\'').to_owned(), span })
    }

    fn lambda(&mut self, pieces: &mut Pieces<'i>, pair: P<'i>) -> Expr {
        let start = self.span(&pair);
        let mut params = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::lambda_param => params.push(self.param(inner)),
                _ => {
                    let name = self.name(&inner);
                    params.push(Param { span: name.span, name, ty: None, default: None });
                }
            }
        }
        let body = self.arrow_body(pieces, start);
        let span = start.to(body.span);
        Expr { kind: ExprKind::Lambda { params, body: Box::new(body) }, span }
    }

    /// What stands behind the `=>` of a lambda; it ends before a clause.
    fn arrow_body(&mut self, pieces: &mut Pieces<'i>, arrow: Span) -> Expr {
        if !pieces.at_operand() {
            self.diagnostics.push(report::expected(arrow.tail(), "expression", "=>"));
            return self.missing(arrow.tail());
        }
        let body = self.operation(pieces, 0, Clauses::Outer);
        block_for_empty(body)
    }

    fn await_call(&mut self, pieces: &mut Pieces<'i>, pair: P<'i>, clauses: Clauses) -> Expr {
        let start = self.span(&pair);
        let token = pair.into_inner().next().map(|name| self.name(&name));
        let call = self.operand_of(pieces, start, Clauses::Outer);
        let span = start.to(call.span);
        let call = Expr { kind: ExprKind::Await { token, call: Box::new(block_for_empty(call)) }, span };
        if clauses == Clauses::Mine && pieces.peek() == Some(Rule::clause) {
            return self.guarded(pieces, call);
        }
        call
    }

    fn postfix(&mut self, pieces: &mut Pieces<'i>, base: Expr) -> Expr {
        let Some(pair) = pieces.pairs.next() else { return base };
        let span = base.span.to(self.span(&pair));
        let base_box = Box::new(base);
        let kind = match pair.as_rule() {
            Rule::arguments => {
                let (arguments, close) = self.arguments(pair);
                ExprKind::Call { callee: base_box, arguments, close }
            }
            Rule::field_access => self.field_access(base_box, pair),
            Rule::alias => {
                let inner = pair.into_inner().next();
                let alias = inner.map(|inner| self.name(&inner));
                let alias = alias.unwrap_or(Name { text: String::new(), span: span.tail() });
                ExprKind::Alias { base: base_box, alias }
            }
            rule => self.index(base_box, pair, rule == Rule::optional_index),
        };
        Expr { kind, span }
    }

    fn field_access(&mut self, base: Box<Expr>, pair: P<'i>) -> ExprKind {
        let (mut optional, mut name) = (false, Name { text: String::new(), span: self.span(&pair).tail() });
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::dot => optional = inner.as_str() == "?.",
                _ => name = self.name(&inner),
            }
        }
        ExprKind::Field { base, optional, name }
    }

    fn index(&mut self, base: Box<Expr>, pair: P<'i>, optional: bool) -> ExprKind {
        let (mut before, mut after, mut dots) = (None, None, false);
        let at = self.span(&pair);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::dots => dots = true,
                Rule::bad_item => self.junk(&inner),
                Rule::missing_close => {}
                _ if dots => after = Some(Box::new(self.expr(inner))),
                _ => before = Some(Box::new(self.expr(inner))),
            }
        }
        if dots {
            return ExprKind::Slice { base, from: before, to: after };
        }
        match before.map(|index| *index) {
            Some(Expr { kind: ExprKind::Range(from, to), .. }) => {
                ExprKind::Slice { base, from: Some(from), to: Some(to) }
            }
            index => {
                let index = Box::new(index.unwrap_or_else(|| self.missing(at.tail())));
                ExprKind::Index { base, optional, index }
            }
        }
    }

    fn primary(&mut self, pair: P<'i>) -> Expr {
        let span = self.span(&pair);
        let text = pair.as_str();
        let kind = match pair.as_rule() {
            Rule::string | Rule::single | Rule::backtick => self.string(pair),
            Rule::duration => ExprKind::Duration(literal::duration(text)),
            Rule::size => ExprKind::Size(literal::size(text)),
            Rule::percent => ExprKind::Percent(text.trim_end_matches('%').parse().unwrap_or(0.0)),
            Rule::number if leading_zero(text) => self.bad_number(&pair),
            Rule::number => ExprKind::Literal(Literal::Number(text.to_owned())),
            Rule::bad_number => self.bad_number(&pair),
            Rule::name_expr => match text {
                "null" => ExprKind::Literal(Literal::Null),
                "true" => ExprKind::Literal(Literal::Boolean(true)),
                "false" => ExprKind::Literal(Literal::Boolean(false)),
                name => ExprKind::Name(name.to_owned()),
            },
            Rule::list => ExprKind::List(self.elements(pair)),
            Rule::record => {
                let settings = pair.into_inner().next();
                ExprKind::Record(settings.map_or_else(Vec::new, |settings| self.fields(settings)))
            }
            Rule::group => return self.group(pair, span),
            _ => return self.compound(pair, span),
        };
        Expr { kind, span }
    }

    /// The parentheses leave no trace but the span of what is in them.
    fn group(&mut self, pair: P<'i>, span: Span) -> Expr {
        let mut expr = self.missing(span);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::bad_item => self.junk(&inner),
                Rule::missing_close => {}
                _ => expr = self.expr(inner),
            }
        }
        Expr { span, ..expr }
    }

    fn compound(&mut self, pair: P<'i>, span: Span) -> Expr {
        let kind = match pair.as_rule() {
            Rule::block => ExprKind::Block { label: None, block: self.block(pair) },
            Rule::labelled_block => self.labelled_block(pair, span),
            Rule::r#if => self.if_expr(pair, span),
            Rule::r#match => self.match_expr(pair, span),
            Rule::map => self.map(pair, span),
            Rule::parallel => self.parallel(pair, span),
            Rule::transact => self.transact(pair, span),
            Rule::r#try => self.try_expr(pair, span),
            Rule::saga => self.saga(pair, span),
            _ => ExprKind::Missing,
        };
        Expr { kind, span }
    }

    fn labelled_block(&mut self, pair: P<'i>, span: Span) -> ExprKind {
        let mut label = None;
        let mut block = Block { statements: Vec::new(), span: span.tail() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::label => label = Some(self.label(&inner)),
                _ => block = self.block(inner),
            }
        }
        ExprKind::Block { label, block }
    }

    fn if_expr(&mut self, pair: P<'i>, span: Span) -> ExprKind {
        let mut arms: Vec<(Expr, Block, Span)> = Vec::new();
        let mut otherwise = None;
        let mut condition = self.missing(span.tail());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::elif => arms.extend(self.elif(inner)),
                Rule::r#else => otherwise = self.else_block(inner),
                Rule::block | Rule::missing_block => {
                    let condition = std::mem::replace(&mut condition, self.missing(span.tail()));
                    let block = self.block(inner);
                    arms.push((condition, block, span));
                }
                _ => condition = self.expr(inner),
            }
        }
        self.height += arms.len();
        if arms.len() > MAX_HEIGHT {
            self.diagnostics.push(report::too_long(span, MAX_HEIGHT));
            arms.truncate(1);
        }
        // From the last `else if` outwards.
        let mut kind = ExprKind::Missing;
        while let Some((condition, then, at)) = arms.pop() {
            let end = otherwise.as_deref().map_or(then.span, |last: &Expr| last.span);
            kind = ExprKind::If { condition: Box::new(condition), then, otherwise: otherwise.take() };
            if !arms.is_empty() {
                let inner = std::mem::replace(&mut kind, ExprKind::Missing);
                otherwise = Some(Box::new(Expr { kind: inner, span: at.to(end) }));
            }
        }
        kind
    }

    /// The span begins at the `if` of `else if`.
    fn elif(&mut self, pair: P<'i>) -> Option<(Expr, Block, Span)> {
        let whole = self.span(&pair);
        let keyword = pair.as_str().find("if").unwrap_or(0);
        let mut start = Span { start: whole.start + u32::try_from(keyword).unwrap_or(0), ..whole };
        let (mut condition, mut block) = (None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::elif_slip => {
                    let span = self.span(&inner);
                    start = span;
                    self.diagnostics.push(report::foreign_word(span, inner.as_str(), "else if"));
                }
                Rule::block | Rule::missing_block => block = Some(self.block(inner)),
                _ => condition = Some(self.expr(inner)),
            }
        }
        Some((condition?, block?, start.head().to(whole.tail())))
    }

    fn else_block(&mut self, pair: P<'i>) -> Option<Box<Expr>> {
        let inner = pair.into_inner().next()?;
        let block = self.block(inner);
        let span = block.span;
        Some(Box::new(Expr { kind: ExprKind::Block { label: None, block }, span }))
    }

    fn match_expr(&mut self, pair: P<'i>, span: Span) -> ExprKind {
        let mut value = self.missing(span.tail());
        let mut arms = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::switch => {
                    self.diagnostics.push(report::foreign_word(self.span(&inner), "switch", "match"));
                }
                Rule::arms => arms = self.arms(inner),
                Rule::missing_block => {
                    self.expected(&inner, "block");
                }
                _ => value = self.expr(inner),
            }
        }
        ExprKind::Match { value: Box::new(value), arms }
    }

    fn map(&mut self, pair: P<'i>, span: Span) -> ExprKind {
        let options = pair.clone().into_inner().find(|inner| inner.as_rule() == Rule::options);
        let options = options.map_or_else(Vec::new, |inner| self.options(inner));
        let each = self.each_in(pair, span);
        ExprKind::Map {
            options,
            binder: each.binder,
            index: each.index,
            items: Box::new(each.items),
            body: each.body,
        }
    }

    fn parallel(&mut self, pair: P<'i>, span: Span) -> ExprKind {
        let mut options = Vec::new();
        let mut branches = Branches::Statements(Block { statements: Vec::new(), span: span.tail() });
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::options => options = self.options(inner),
                Rule::branches => branches = Branches::Named(self.branches(inner)),
                _ => branches = Branches::Statements(self.block(inner)),
            }
        }
        ExprKind::Parallel { options, branches }
    }

    fn transact(&mut self, pair: P<'i>, span: Span) -> ExprKind {
        match pair.into_inner().next() {
            Some(inner) if inner.as_rule() == Rule::branches => {
                ExprKind::Transact(Branches::Named(self.requests(inner)))
            }
            Some(inner) => ExprKind::Transact(Branches::Statements(self.block(inner))),
            None => {
                ExprKind::Transact(Branches::Statements(Block { statements: Vec::new(), span: span.tail() }))
            }
        }
    }

    /// As the branches of `parallel`, but what is named is a call, not a block.
    fn requests(&mut self, pair: P<'i>) -> Vec<(Name, Block)> {
        let mut requests = Vec::new();
        for inner in pair.into_inner().filter(|it| it.as_rule() == Rule::branch) {
            let (mut name, mut call) = (None, None);
            for part in inner.into_inner() {
                match part.as_rule() {
                    Rule::name | Rule::plain_name => name = Some(self.field_name(part).0),
                    Rule::block | Rule::missing_block => call = Some(self.block(part)),
                    Rule::expr => call = Some(block_of(self.expr(part))),
                    _ => call = Some(block_of(self.primary(part))),
                }
            }
            requests.extend(name.zip(call));
        }
        requests
    }

    fn branches(&mut self, pair: P<'i>) -> Vec<(Name, Block)> {
        let mut branches = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::branch => branches.extend(self.branch(inner)),
                Rule::bad_field => self.diagnostics.push(report::branch_is_no_block(self.span(&inner))),
                _ => {}
            }
        }
        branches
    }

    fn branch(&mut self, pair: P<'i>) -> Option<(Name, Block)> {
        let (mut name, mut block) = (None, None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name | Rule::plain_name => name = Some(self.field_name(inner).0),
                Rule::block | Rule::missing_block => block = Some(self.block(inner)),
                rule => {
                    let value = if rule == Rule::expr { self.expr(inner) } else { self.primary(inner) };
                    if rule == Rule::expr {
                        self.diagnostics.push(report::branch_is_no_block(value.span));
                    }
                    block = Some(block_of(value));
                }
            }
        }
        Some((name?, block?))
    }

    fn try_expr(&mut self, pair: P<'i>, span: Span) -> ExprKind {
        let mut body = Block { statements: Vec::new(), span: span.tail() };
        let (mut clauses, mut finally) = (Vec::new(), None);
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::clause => clauses.extend(self.clause(inner)),
                Rule::finally => finally = inner.into_inner().next().map(|block| self.block(block)),
                _ => body = self.block(inner),
            }
        }
        ExprKind::Try { body, clauses, finally }
    }

    fn saga(&mut self, pair: P<'i>, span: Span) -> ExprKind {
        let mut body = Block { statements: Vec::new(), span: span.tail() };
        let mut clauses = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::clause => clauses.extend(self.clause(inner)),
                _ => body = self.block(inner),
            }
        }
        ExprKind::Saga { body, clauses }
    }
}

/// `05`, which is neither five nor octal here.
fn leading_zero(text: &str) -> bool {
    text.strip_prefix('0').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn is_postfix(rule: Rule) -> bool {
    matches!(rule, Rule::arguments | Rule::index | Rule::optional_index | Rule::field_access | Rule::alias)
}

/// How tightly an operator binds, from 1; 0 for what is none. `None` is the range operator.
fn operator(pair: &P<'_>) -> (u8, Option<BinaryOp>) {
    if pair.as_rule() == Rule::range {
        return (6, None);
    }
    if pair.as_rule() != Rule::binary {
        return (0, None);
    }
    let (power, op) = match pair.as_str() {
        "??" => (1, BinaryOp::Coalesce),
        "||" | "or" => (2, BinaryOp::Or),
        "&&" | "and" => (3, BinaryOp::And),
        "==" | "===" => (4, BinaryOp::Eq),
        "!=" | "!==" => (4, BinaryOp::Ne),
        "<" => (5, BinaryOp::Lt),
        "<=" => (5, BinaryOp::Le),
        ">" => (5, BinaryOp::Gt),
        ">=" => (5, BinaryOp::Ge),
        "+" => (7, BinaryOp::Add),
        "-" => (7, BinaryOp::Sub),
        "*" => (8, BinaryOp::Mul),
        "/" => (8, BinaryOp::Div),
        "%" => (8, BinaryOp::Rem),
        _ => (5, BinaryOp::In),
    };
    (power, Some(op))
}

/// `{}` behind `=>` is an empty block.
pub(super) fn block_for_empty(body: Expr) -> Expr {
    match body.kind {
        ExprKind::Record(fields) if fields.is_empty() => {
            let block = Block { statements: Vec::new(), span: body.span };
            Expr { kind: ExprKind::Block { label: None, block }, span: body.span }
        }
        kind => Expr { kind, span: body.span },
    }
}

/// A block whose value is `value`.
fn block_of(value: Expr) -> Block {
    let span = value.span;
    let statement = Stmt { docs: None, attributes: Vec::new(), kind: StmtKind::Expr(value), span };
    Block { statements: vec![statement], span }
}
