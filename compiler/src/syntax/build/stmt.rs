//! Statements and blocks.

use crate::diagnostics::syntax as report;
use crate::source::Span;
use crate::syntax::ast::*;

use super::{Builder, P, Rule};

impl<'i> Builder<'i> {
    /// A `block`, or the `missing_block` where one must stand.
    pub(super) fn block(&mut self, pair: P<'i>) -> Block {
        if pair.as_rule() == Rule::missing_block {
            let span = self.expected_block(&pair);
            return Block { statements: Vec::new(), span };
        }
        let mut block = Block { statements: Vec::new(), span: self.span(&pair) };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::statement => self.statement(&mut block.statements, inner),
                Rule::semicolon => self.diagnostics.push(report::semicolon(self.span(&inner))),
                Rule::bad_statement => {
                    let span = self.span(&inner);
                    let habit = self.habit_statement(&self.site(inner.as_span().start()));
                    let habit = habit.unwrap_or_else(|| report::not_a_statement(span, inner.as_str()));
                    self.diagnostics.push(habit);
                    block.statements.push(Stmt {
                        docs: None,
                        attributes: Vec::new(),
                        kind: StmtKind::Error,
                        span,
                    });
                }
                _ => {}
            }
        }
        block
    }

    fn statement(&mut self, statements: &mut Vec<Stmt>, pair: P<'i>) {
        let (mut docs, mut attributes) = (None, Vec::new());
        for inner in pair.into_inner() {
            let span = self.span(&inner);
            match inner.as_rule() {
                Rule::doc => self.doc(&mut docs, &inner),
                Rule::attribute => attributes.push(self.attribute(inner)),
                Rule::junk => self.after_statement(statements.last_mut(), &inner),
                Rule::stray_block => self.stray_block(statements, inner, span),
                _ => {
                    let kind = self.stmt(inner, span);
                    let attributes = std::mem::take(&mut attributes);
                    let start = attributes.first().map_or(span, |attribute: &Attribute| attribute.span);
                    statements.push(Stmt { docs: docs.take(), attributes, kind, span: start.to(span) });
                }
            }
        }
    }

    /// Text behind a statement that does not belong to it.
    fn after_statement(&mut self, statement: Option<&mut Stmt>, pair: &P<'i>) {
        let text = pair.as_str().trim();
        let span = self.span(pair);
        match (text, statement) {
            ("++" | "--", Some(Stmt { kind: kind @ StmtKind::Expr(_), .. })) => {
                self.diagnostics.push(report::increment(span, text));
                if let StmtKind::Expr(target) = std::mem::replace(kind, StmtKind::Error) {
                    let op = if text == "++" { BinaryOp::Add } else { BinaryOp::Sub };
                    let one = Expr {
                        kind: ExprKind::Literal(Literal::Number("1".to_owned())),
                        span: target.span.tail(),
                    };
                    *kind = StmtKind::Assign { target, op: Some(op), value: one };
                }
            }
            (_, statement) => {
                self.junk(pair);
                if let Some(statement) = statement {
                    self.forget(&mut statement.kind);
                }
            }
        }
    }

    /// What stands behind a value belongs to it somehow: nobody knows what the whole would be.
    fn forget(&self, statement: &mut StmtKind) {
        let value = match statement {
            StmtKind::Let { value, .. } => value,
            StmtKind::Expr(Expr { kind: ExprKind::Return(Some(value)), .. }) => &mut **value,
            _ => return,
        };
        let span = value.span;
        let known = std::mem::replace(value, self.missing(span));
        let (left, right) = (Box::new(self.missing(span.head())), Box::new(known));
        let kind = ExprKind::Binary { op: BinaryOp::Coalesce, op_span: span.head(), left, right };
        *value = Expr { kind, span };
    }

    /// A block on the line of a statement that takes none. What is in it lives on, beside the statement.
    fn stray_block(&mut self, statements: &mut Vec<Stmt>, pair: P<'i>, span: Span) {
        let line_is_bad =
            self.diagnostics.last().is_some_and(|last| last.is_error() && last.span().end + 1 >= span.start);
        if !line_is_bad {
            let habit = self.habit_behind(&self.site(pair.as_span().start()));
            self.diagnostics.push(habit.unwrap_or_else(|| report::unexpected(span, "{")));
        }
        if let Some(inner) = pair.into_inner().next() {
            let then = self.block(inner);
            // Nobody knows when it runs, so that it ends nothing for sure.
            let condition = Box::new(self.missing(span.head()));
            let value = Expr { kind: ExprKind::If { condition, then, otherwise: None }, span };
            statements.push(Stmt { docs: None, attributes: Vec::new(), kind: StmtKind::Expr(value), span });
        }
    }

    fn stmt(&mut self, pair: P<'i>, span: Span) -> StmtKind {
        match pair.as_rule() {
            Rule::let_stmt => self.let_stmt(pair, span),
            Rule::while_stmt => self.while_stmt(pair, span),
            Rule::repeat_stmt => self.repeat_stmt(pair, span),
            Rule::for_stmt => {
                let each = self.each_in(pair, span);
                let (label, index, items) = (each.label, each.index, each.items);
                StmtKind::For { label, binder: each.binder, index, items, body: each.body }
            }
            Rule::each => {
                let each = self.each_in(pair, span);
                StmtKind::Each { binder: each.binder, items: each.items, body: each.body }
            }
            Rule::wait => {
                let until = pair.clone().into_inner().any(|inner| inner.as_rule() == Rule::until);
                let value = self.only_expr(pair).unwrap_or_else(|| self.missing(span.tail()));
                StmtKind::Wait { until, value }
            }
            Rule::mock => self.mock(pair, span),
            Rule::expect => StmtKind::Expect(self.expect(pair, span)),
            Rule::expr_stmt => self.expr_stmt(pair, span),
            _ => StmtKind::Error,
        }
    }

    fn let_stmt(&mut self, pair: P<'i>, span: Span) -> StmtKind {
        let (mut mutable, mut ty) = (false, None);
        let (mut pattern, mut value) = (Pattern::Missing(span.tail()), self.missing(span.tail()));
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::let_word => {
                    mutable = inner.as_str() == "var";
                    if inner.as_str() == "const" {
                        self.diagnostics.push(report::foreign_word(self.span(&inner), "const", "let"));
                    }
                }
                Rule::pattern | Rule::missing_name => pattern = self.pattern(inner),
                Rule::of_type => ty = Some(self.of_type(inner)),
                _ => value = self.initial(inner),
            }
        }
        StmtKind::Let { mutable, pattern, ty, value }
    }

    /// `= value`, or the place where it is missing.
    pub(super) fn initial(&mut self, pair: P<'i>) -> Expr {
        if pair.as_rule() == Rule::missing_initial {
            let named = self.text.get(..pair.as_span().start()).is_some_and(|before| {
                before.trim_end().ends_with(|c: char| c.is_ascii_alphanumeric() || "_}]>?\"".contains(c))
            });
            let span = if named { self.expected(&pair, "value") } else { self.gap(&pair) };
            return self.missing(span);
        }
        let span = self.span(&pair).tail();
        self.only_expr(pair).unwrap_or_else(|| self.missing(span))
    }

    fn while_stmt(&mut self, pair: P<'i>, span: Span) -> StmtKind {
        let (mut label, mut condition) = (None, self.missing(span.tail()));
        let mut body = Block { statements: Vec::new(), span: span.tail() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::label => label = Some(self.label(&inner)),
                Rule::block | Rule::missing_block => body = self.block(inner),
                _ => condition = self.expr(inner),
            }
        }
        StmtKind::While { label, condition, body }
    }

    fn repeat_stmt(&mut self, pair: P<'i>, span: Span) -> StmtKind {
        let (mut label, mut options, mut until) = (None, Vec::new(), None);
        let mut body = Block { statements: Vec::new(), span: span.tail() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::label => label = Some(self.label(&inner)),
                Rule::options => options = self.options(inner),
                Rule::block | Rule::missing_block => body = self.block(inner),
                _ => until = Some(self.expr(inner)),
            }
        }
        StmtKind::Repeat { label, options, body, until }
    }

    fn mock(&mut self, pair: P<'i>, span: Span) -> StmtKind {
        let (mut target, mut params, mut parts) = (self.missing(span.tail()), Vec::new(), Vec::new());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::mock_path => target = self.path(inner),
                Rule::missing_name => target.span = self.expected(&inner, "name"),
                Rule::mock_params => params = self.name_list(inner),
                _ => {
                    let part = self.mock_part(inner);
                    parts.push(part);
                }
            }
        }
        StmtKind::Mock { target, params, parts }
    }

    /// `a.b.c` as an expression.
    fn path(&mut self, pair: P<'i>) -> Expr {
        let span = self.span(&pair);
        let mut names = pair.into_inner().map(|name| self.name(&name)).collect::<Vec<_>>().into_iter();
        let Some(first) = names.next() else { return self.missing(span) };
        let mut path = Expr { kind: ExprKind::Name(first.text), span: first.span };
        for name in names.take(super::MAX_HEIGHT) {
            let span = path.span.to(name.span);
            path = Expr { kind: ExprKind::Field { base: Box::new(path), optional: false, name }, span };
        }
        path
    }

    fn mock_part(&mut self, pair: P<'i>) -> MockPart {
        let span = self.span(&pair).tail();
        let mut part = MockPart { times: None, after: None, body: Block { statements: Vec::new(), span } };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::times => part.times = self.only_expr(inner),
                Rule::after => part.after = self.only_expr(inner),
                _ => part.body = self.block(inner),
            }
        }
        part
    }

    fn expect(&mut self, pair: P<'i>, span: Span) -> Expectation {
        let (mut snapshot, mut failed, mut visited) = (false, None, None);
        let mut value = self.missing(span.tail());
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::snapshot => snapshot = true,
                Rule::failed => {
                    let error = inner.into_inner().next();
                    failed = Some(error.map(|error| self.error_name(error)));
                }
                Rule::visited => visited = self.only_expr(inner),
                _ => value = self.expr(inner),
            }
        }
        match (failed, visited) {
            (Some(error), _) => Expectation::Failed { run: value, error },
            (None, Some(state)) => Expectation::Visited { run: value, state },
            (None, None) if snapshot => Expectation::Snapshot(value),
            (None, None) => Expectation::True(value),
        }
    }

    fn expr_stmt(&mut self, pair: P<'i>, span: Span) -> StmtKind {
        let mut inner = pair.into_inner();
        let Some(first) = inner.next() else { return StmtKind::Error };
        let target = self.expr(first);
        let Some(op) = inner.next() else { return StmtKind::Expr(target) };
        let op = match op.as_str() {
            "+=" => Some(BinaryOp::Add),
            "-=" => Some(BinaryOp::Sub),
            "*=" => Some(BinaryOp::Mul),
            "/=" => Some(BinaryOp::Div),
            _ => None,
        };
        let value = inner.next().map(|value| self.expr(value));
        let value = value.unwrap_or_else(|| self.missing(span.tail()));
        StmtKind::Assign { target, op, value }
    }
}
