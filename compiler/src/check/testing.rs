//! `test` blocks: mocks, expectations, tables of cases.

use std::sync::Arc;

use super::expr::{Role, Want, make};
use super::scope::ScopeKind;
use super::{Body, Ctx, Home, broken};
use crate::diagnostics::{close, names as report, testing as wrong};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::ast::{self, Expectation, ExprKind as Ast};
use crate::typed::{self, Effect, Expect, Expr, ExprKind, Mock, MockPart, StmtKind, Target};
use crate::types::{ErrorId, Type};

impl Ctx<'_> {
    pub(super) fn test_bodies(&mut self) {
        for (at, item) in self.resolved.items() {
            let ast::ItemKind::Test(test) = &item.kind else { continue };
            let mut body = Body::new(at.file, Home::Test);
            body.name = test.title.text.as_str().into();
            let (checked, _) = self.in_body(body, |ctx| ctx.block(&test.body, Want::Effect));
            let (title, span) = (test.title.text.clone(), item.span);
            self.program.tests.push(typed::Test { title, body: checked.block, span });
        }
    }

    fn test_only(&mut self, span: Span, what: &str) {
        if !matches!(self.body.home, Home::Test) {
            self.report(wrong::outside_test(span, what));
        }
    }

    // ------------------------------------------------------------ mock

    pub(crate) fn mock(
        &mut self,
        target: &ast::Expr,
        params: &[ast::Name],
        parts: &[ast::MockPart],
        span: Span,
    ) -> (StmtKind, Effect) {
        self.test_only(span, "`mock`");
        let Some(mocked) = self.mocked(target) else {
            return (StmtKind::Expr(broken(span)), Effect::Total);
        };
        if params.len() > mocked.params.len() {
            self.report(wrong::mock_params(span, &mocked.name, params.len(), mocked.params.len()));
        }
        let outer = (self.body.home, self.body.result.take(), std::mem::take(&mut self.body.raises));
        self.body.home = Home::Mock;
        self.body.result = Some(mocked.result.clone());
        let (mut ids, mut typed) = (Vec::new(), Vec::new());
        let _ = self.scoped(ScopeKind::Block, |ctx| {
            for (index, name) in params.iter().enumerate() {
                let ty = mocked.params.get(index).cloned().unwrap_or(Type::Unknown);
                ids.push(ctx.bind(name, ty, false));
            }
            for part in parts {
                typed.push(ctx.mock_part(part, &mocked));
            }
        });
        let raises = std::mem::replace(&mut self.body.raises, outer.2);
        (self.body.home, self.body.result) = (outer.0, outer.1);
        if let Some(throws) = &mocked.throws {
            for (id, at) in &raises.declared {
                if !throws.contains(id) {
                    let error = self.error_name(*id);
                    self.report(wrong::mock_raises(*at, &error, &mocked.name));
                }
            }
        }
        let mock = Mock { target: mocked.target, params: ids, parts: typed, span };
        (StmtKind::Mock(mock), Effect::Total)
    }

    fn mock_part(&mut self, part: &ast::MockPart, mocked: &Mocked) -> MockPart {
        let times = part
            .times
            .as_ref()
            .map(|it| self.expr_as(it, &Type::Int, Role::new("the number of `times`", "")));
        if let Some(times) = &times {
            self.at_least(times, 1.0, "times");
        }
        let after = part
            .after
            .as_ref()
            .map(|it| self.expr_as(it, &Type::Duration, Role::new("the time of `after`", "")));
        if let Some(after) = &after {
            self.at_least(after, 0.0, "after");
        }
        let dead = std::mem::replace(&mut self.body.facts.dead, false);
        let mut checked = self.block(&part.body, Want::Value(Some(&mocked.result)));
        self.body.facts.dead = dead;
        if let Some(value) = checked.block.value.take() {
            let role = Role::new("the result of the mock of", &mocked.name);
            let value = if value.effect == Effect::Task && matches!(value.ty, Type::Null) {
                *value
            } else {
                self.fit(*value, &mocked.result, role)
            };
            checked.block.value = Some(Box::new(value));
        }
        MockPart { times, after, body: checked.block }
    }

    /// What a mock stands for: `charge`, `orders.put`, `aws.s3.getObject`.
    fn mocked(&mut self, target: &ast::Expr) -> Option<Mocked> {
        match &target.kind {
            Ast::Name(name) => match self.symbol(name, target.span) {
                Some(Symbol::Resource(id)) => {
                    let resource = self.program.resources.get(id.index())?;
                    let Some(signature) = resource.signature.clone() else {
                        self.report(wrong::mock_what(target.span));
                        return None;
                    };
                    Some(Mocked {
                        target: Target::Resource(id),
                        name: name.clone(),
                        params: signature.param.into_iter().map(|(_, ty)| ty).collect(),
                        result: signature.result,
                        throws: Some(signature.throws),
                    })
                }
                Some(Symbol::Workflow(id)) => {
                    let workflow = self.program.workflows.get(id.index())?;
                    let (result, throws) =
                        (workflow.result.clone().unwrap_or(Type::Null), workflow.throws.clone());
                    let params = self.workflow_param(id).into_iter().map(|(_, ty)| ty).collect();
                    let target = Target::Workflow(id);
                    Some(Mocked { target, name: name.clone(), params, result, throws: Some(throws) })
                }
                Some(symbol) if self.known_symbol(symbol) => {
                    self.report(wrong::mock_what(target.span));
                    None
                }
                Some(_) => None,
                None => {
                    let close = self.close_value(name);
                    self.report(report::unknown_name(name, target.span, close.as_deref()));
                    None
                }
            },
            Ast::Field { base, name, .. } => self.mocked_method(target, base, name),
            Ast::Missing => None,
            _ => {
                self.report(wrong::mock_what(target.span));
                None
            }
        }
    }

    fn mocked_method(&mut self, target: &ast::Expr, base: &ast::Expr, name: &ast::Name) -> Option<Mocked> {
        if let Some(path) = super::flow::dotted(target)
            && path.starts_with("aws.")
            && !self.is_declared("aws")
        {
            let arguments = [ast::Argument {
                name: None,
                value: ast::Expr { kind: Ast::Missing, span: target.span },
                span: target.span,
            }];
            let kind =
                Ast::Call { callee: Box::new(target.clone()), arguments: arguments.to_vec(), close: true };
            let call = self.expr(&ast::Expr { kind, span: target.span }, None);
            let ExprKind::Call(call) = call.kind else { return None };
            return Some(Mocked {
                target: call.target,
                name: path,
                params: vec![Type::Json],
                result: Type::Json,
                throws: None,
            });
        }
        let receiver = self.expr(base, None);
        let (kind, of) = match self.resource_kind(&receiver.ty) {
            Some(found) => found,
            None => {
                if !matches!(receiver.kind, ExprKind::Error) {
                    self.report(wrong::mock_what(target.span));
                }
                return None;
            }
        };
        let known = self.kind_methods(&kind);
        if !known.iter().any(|it| **it == *name.text) {
            let known: Vec<&str> = known.iter().map(|it| &**it).collect();
            let close = close(&name.text, known.iter().copied());
            self.report(report::unknown_method(name, &kind, &known, close.as_deref()));
            return None;
        }
        let method = self.kind_method(&kind, of.as_ref(), &name.text);
        let params = method.as_ref().map(|it| it.params.iter().map(|(_, ty)| ty.clone()).collect());
        let method_name: Arc<str> = name.text.as_str().into();
        // What an API answers has more fields than a test wants to write down.
        let whole = |ty: &Type| matches!(self.types().resolve(ty), Type::Record(_)) && *kind != *"table";
        let result = match method.as_ref().map(|it| &it.result) {
            Some(result) if whole(result) => self.partial(result).optional(),
            Some(result) => result.clone(),
            None => Type::Json,
        };
        let shown = format!("{}.{}", self.source_of(base.span), name.text);
        Some(Mocked {
            target: Target::Method { receiver: Box::new(receiver), kind, method: method_name },
            name: shown,
            params: params.unwrap_or_else(|| vec![Type::Json; 2]),
            result,
            throws: None,
        })
    }

    // ------------------------------------------------------------ expect

    /// What is missing is not what was expected.
    fn expectation(&mut self, expr: &ast::Expr) -> Expr {
        let reported = self.diagnostics.len();
        let value = self.expr(expr, Some(&Type::Boolean));
        let inner = self.types().without_null(&value.ty);
        let maybe = self.types().nullable(&value.ty) && self.types().assignable(&inner, &Type::Boolean);
        if maybe && !value.ty.is_silent() {
            let (effect, span) = (value.effect, value.span);
            let no = make(ExprKind::Boolean(false), Type::Boolean, Effect::Total, span);
            let (op, left, right) = (typed::BinaryOp::Coalesce, Box::new(value), Box::new(no));
            return make(ExprKind::Binary { op, left, right }, Type::Boolean, effect, span);
        }
        if self.diagnostics.len() > reported {
            return value;
        }
        self.condition(expr, "`expect`")
    }

    pub(crate) fn expect(&mut self, expectation: &Expectation, span: Span) -> (StmtKind, Effect) {
        self.test_only(span, "`expect`");
        let typed = match expectation {
            Expectation::True(expr) => Expect::True(self.expectation(expr)),
            Expectation::Failed { run, error } => {
                let run = self.run(run);
                let error = error.as_ref().and_then(|it| self.error_ref(it));
                Expect::Failed { run, error }
            }
            Expectation::Visited { run, state } => {
                let run = self.run(run);
                let state = self.expr_as(state, &Type::String, Role::new("the name of a state", ""));
                Expect::Visited { run, state }
            }
            Expectation::Snapshot(expr) => Expect::Snapshot(self.expr(expr, None)),
        };
        (StmtKind::Expect(typed), Effect::Total)
    }

    fn run(&mut self, expr: &ast::Expr) -> Expr {
        let run = self.expr(expr, None);
        if !matches!(self.types().resolve(&run.ty), Type::Run(_) | Type::Unknown) {
            let shown = self.show(&run.ty);
            self.report(wrong::not_a_run(run.span, &shown));
        }
        run
    }

    /// `run.output`, `run.transitions` and what else a run has.
    pub(crate) fn run_field(&mut self, output: &Type, name: &ast::Name) -> Option<Type> {
        let fields: [(&str, Type); 8] = [
            ("output", output.clone()),
            ("status", Type::String),
            ("error", Type::String.optional()),
            ("cause", Type::String.optional()),
            ("transitions", Type::Int),
            ("elapsed", Type::Duration),
            ("cost", Type::Number),
            ("states", Type::list(Type::String)),
        ];
        if let Some((_, ty)) = fields.iter().find(|(it, _)| *it == name.text) {
            return Some(ty.clone());
        }
        let names: Vec<&str> = fields.iter().map(|(it, _)| *it).collect();
        let close = close(&name.text, names.iter().copied());
        self.report(report::unknown_field(name, "run", &names, close.as_deref()));
        None
    }

    pub(crate) fn each(
        &mut self,
        binder: &ast::Pattern,
        items: &ast::Expr,
        body: &ast::Block,
        span: Span,
    ) -> (StmtKind, Effect) {
        self.test_only(span, "`each`");
        let items = self.expr(items, None);
        let ty = self.item_type(&items, "each");
        let ((item, block), _) = self.scoped(ScopeKind::Block, |ctx| {
            let (item, prefix) = ctx.bind_item(binder, ty);
            let mut checked = ctx.open_block(body, Want::Effect);
            checked.block.statements.splice(0..0, prefix);
            (item, checked.block)
        });
        (StmtKind::Each { item, items, body: block }, Effect::Total)
    }

    /// `calls(f)`: how often it was called.
    pub(crate) fn calls(&mut self, arguments: &[ast::Argument], span: Span) -> Expr {
        self.test_only(span, "`calls`");
        let [one] = arguments else {
            self.loose_arguments(arguments);
            self.report(crate::diagnostics::types::argument_count(span, "calls", &["f"], arguments.len()));
            return broken(span);
        };
        match self.mocked(&one.value) {
            Some(mocked) => make(ExprKind::Calls(mocked.target), Type::Int, Effect::Total, span),
            None => broken(span),
        }
    }
}

struct Mocked {
    target: Target,
    name: String,
    params: Vec<Type>,
    result: Type,
    /// `None`: any error.
    throws: Option<Vec<ErrorId>>,
}
