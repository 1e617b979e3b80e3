//! Declarations first: types, errors and signatures, so that bodies may come in any order.

use std::collections::HashSet;
use std::sync::Arc;

use super::{Body, Ctx, Home, Progress};
use crate::diagnostics::{flow, names as report, types as wrong};
use crate::resolve::ItemRef;
use crate::source::{FileId, Span};
use crate::syntax::ast::{self, ItemKind};
use crate::typed::{self, Block, ConstId, FnId, LocalId, StepId};
use crate::types::{ErrorId, Type, TypeId};

impl Ctx<'_> {
    /// Fills every list of the program, in the order of the ids, with what is known without looking into bodies.
    pub(super) fn declare(&mut self) {
        self.declare_types();
        self.declare_errors();
        self.declare_app();
        self.declare_params();
        for at in &self.resolved.consts {
            let Some(ItemKind::Const(decl)) = self.item(*at).map(|it| &it.kind) else { continue };
            let value = super::broken(decl.value.span);
            self.program.consts.push(typed::Const { name: arc(&decl.name), value, span: decl.name.span });
        }
        self.declare_workflows();
        super::resource::declare(self);
        self.declare_functions();
        self.declare_steps();
    }

    /// Everything with expressions in it.
    pub(super) fn bodies(&mut self) {
        for index in 0..self.resolved.consts.len() {
            self.ensure_const(ConstId(u32::try_from(index).unwrap_or(u32::MAX)));
        }
        for index in 0..self.resolved.functions.len() {
            self.ensure_fn(FnId(u32::try_from(index).unwrap_or(u32::MAX)));
        }
        for index in 0..self.resolved.steps.len() {
            self.ensure_step(StepId(u32::try_from(index).unwrap_or(u32::MAX)));
        }
        for index in 0..self.resolved.workflows.len() {
            self.workflow_body(index);
        }
        self.policy_bodies();
        super::resource::bodies(self);
        self.test_bodies();
        self.check_awaited();
    }

    fn declare_types(&mut self) {
        for at in &self.resolved.types {
            let Some(item) = self.item(*at) else { continue };
            let ItemKind::Type(decl) = &item.kind else { continue };
            self.program.types.declare(arc(&decl.name), docs(item), Type::Unknown);
        }
        for index in 0..self.resolved.types.len() {
            self.ensure_type(TypeId(u32::try_from(index).unwrap_or(u32::MAX)));
        }
        let circular: Vec<usize> =
            (0..self.program.types.declared.len()).filter(|it| self.leads_to_itself(*it)).collect();
        for index in circular {
            if let Some(declared) = self.program.types.declared.get_mut(index) {
                declared.ty = Type::Unknown;
            }
            let item = self.resolved.types.get(index).and_then(|at| self.item(*at));
            if let Some(ItemKind::Type(decl)) = item.map(|it| &it.kind) {
                self.report(report::circular_type(&decl.name.text, decl.name.span));
            }
        }
        self.program.types.mark_recursive();
    }

    /// Whether a value of a declared type would be of that type first, without a record or a list between.
    fn leads_to_itself(&self, start: usize) -> bool {
        let declared = &self.program.types.declared;
        let (mut seen, mut left) = (HashSet::new(), Vec::from_iter(declared.get(start).map(|it| &it.ty)));
        while let Some(ty) = left.pop() {
            match ty {
                Type::Named(id) if id.0 as usize == start => return true,
                Type::Named(id) if seen.insert(*id) => {
                    left.extend(declared.get(id.0 as usize).map(|it| &it.ty));
                }
                Type::Optional(inner) => left.push(inner),
                Type::Union(members) => left.extend(members.iter()),
                _ => {}
            }
        }
        false
    }

    fn declare_errors(&mut self) {
        for at in &self.resolved.errors {
            let Some(item) = self.item(*at) else { continue };
            let ItemKind::ErrorDecl(decl) = &item.kind else { continue };
            let fields =
                ast::TypeExpr { kind: ast::TypeKind::Record(decl.fields.clone()), span: decl.name.span };
            let data = (!decl.fields.is_empty())
                .then(|| self.in_body(Body::new(at.file, Home::Setting), |ctx| ctx.type_expr(&fields)).0);
            let wire_name = decl.wire_name.as_ref().map_or_else(|| arc(&decl.name), arc);
            let (name, docs, span) = (arc(&decl.name), docs(item), decl.name.span);
            self.program.errors.push(typed::ErrorDecl { name, wire_name, data, docs, span });
        }
    }

    fn declare_app(&mut self) {
        for (at, item) in self.resolved.items() {
            let ItemKind::App(app) = &item.kind else { continue };
            if at.file == FileId(0) || self.program.app.name.is_empty() {
                self.program.app.name.clone_from(&app.name.text);
                self.program.app.docs = docs(item);
                self.program.app.span = app.name.span;
            }
        }
    }

    fn declare_params(&mut self) {
        for at in &self.resolved.params {
            let Some(item) = self.item(*at) else { continue };
            let ItemKind::Param(decl) = &item.kind else { continue };
            let (param, _) = self.in_body(Body::new(at.file, Home::Setting), |ctx| ctx.param(item, decl));
            self.program.params.push(param);
        }
    }

    fn param(&mut self, item: &ast::Item, decl: &ast::DeployParam) -> typed::Param {
        let written = decl.ty.as_ref().map(|it| self.type_expr(it));
        let default = decl.default.as_ref().map(|value| match &written {
            Some(ty) => self.expr_as(value, ty, super::expr::Role::new("parameter", &decl.name.text)),
            None => self.expr(value, None),
        });
        let inferred = || default.as_ref().map(|it| self.types().widen(&it.ty));
        let ty = written.clone().or_else(inferred).unwrap_or(Type::String);
        let (name, docs, span) = (arc(&decl.name), docs(item), decl.name.span);
        typed::Param { name, ty, default, settings: indexmap::IndexMap::new(), docs, span }
    }

    fn declare_workflows(&mut self) {
        for at in &self.resolved.workflows {
            let Some(item) = self.item(*at) else { continue };
            let ItemKind::Workflow(decl) = &item.kind else { continue };
            let express = item.attributes.iter().any(|it| it.name.text == "express");
            let body = Body::new(at.file, Home::Workflow { express });
            let ((param, result, (throws, throws_spans)), _) = self.in_body(body, |ctx| {
                let param = ctx.payload(&decl.signature, "workflow");
                let result = decl.signature.result.as_ref().map(|it| ctx.type_expr(it));
                (param, result, ctx.throws_with_places(&decl.signature))
            });
            let param = param.map(|(name, ty)| self.new_local(&name.text, ty, false, name.span));
            self.program.workflows.push(typed::Workflow {
                name: arc(&decl.name),
                docs: docs(item),
                express,
                attributes: Vec::new(),
                param,
                result,
                throws,
                throws_spans,
                body: Block::default(),
                file: at.file,
                name_span: decl.name.span,
                span: item.span,
            });
        }
    }

    /// The one parameter that a function, workflow, container or activity may have: its payload.
    pub(crate) fn payload(&mut self, signature: &ast::Signature, noun: &str) -> Option<(ast::Name, Type)> {
        if let Some(second) = signature.params.get(1) {
            self.report(wrong::one_payload(second.span, noun, signature.params.len()));
        }
        let first = signature.params.first()?;
        if let Some(default) = &first.default {
            self.report(wrong::no_default(default.span, noun));
        }
        let ty = self.param_type(first);
        Some((first.name.clone(), ty))
    }

    pub(crate) fn param_type(&mut self, param: &ast::Param) -> Type {
        match &param.ty {
            Some(ty) => self.type_expr(ty),
            None => {
                if !param.name.text.is_empty() {
                    self.report(wrong::parameter_without_type(&param.name));
                }
                Type::Unknown
            }
        }
    }

    /// The declared errors of a signature.
    pub(crate) fn throws(&mut self, signature: &ast::Signature) -> Vec<ErrorId> {
        self.throws_with_places(signature).0
    }

    /// The same, with the places of their names.
    fn throws_with_places(&mut self, signature: &ast::Signature) -> (Vec<ErrorId>, Vec<Span>) {
        let mut ids = Vec::new();
        let mut places = Vec::new();
        for name in &signature.throws {
            match self.error_ref(name) {
                Some(typed::ErrorRef::Declared(id)) if !ids.contains(&id) => {
                    ids.push(id);
                    places.push(name.span);
                }
                Some(typed::ErrorRef::Aws(_) | typed::ErrorRef::All) => {
                    self.report(flow::aws_error_in_throws(&name.text, name.span));
                }
                Some(typed::ErrorRef::Declared(_)) | None => {}
            }
        }
        (ids, places)
    }

    fn declare_functions(&mut self) {
        for at in &self.resolved.functions {
            let Some(ItemKind::Fn(decl)) = self.item(*at).map(|it| &it.kind) else { continue };
            let (params, result) = self.signature(*at, &decl.signature);
            let (name, span) = (arc(&decl.name), decl.name.span);
            let (result, body) = (result.unwrap_or(Type::Unknown), super::broken(decl.body.span));
            self.program.functions.push(typed::Function { name, params, result, body, span });
        }
    }

    fn declare_steps(&mut self) {
        for at in &self.resolved.steps {
            let Some(ItemKind::Step(decl)) = self.item(*at).map(|it| &it.kind) else { continue };
            let (params, result) = self.signature(*at, &decl.signature);
            let (name, span) = (arc(&decl.name), decl.name.span);
            let body = Body::new(at.file, Home::Step);
            let ((throws, throws_spans), _) =
                self.in_body(body, |ctx| ctx.throws_with_places(&decl.signature));
            let (result, body) = (result.unwrap_or(Type::Unknown), Block::default());
            self.program.steps.push(typed::Step { name, params, result, throws, throws_spans, body, span });
        }
    }

    fn signature(&mut self, at: ItemRef, signature: &ast::Signature) -> (Vec<LocalId>, Option<Type>) {
        let (types, _) = self.in_body(Body::new(at.file, Home::Setting), |ctx| {
            let params: Vec<Type> = signature.params.iter().map(|it| ctx.param_type(it)).collect();
            (params, signature.result.as_ref().map(|it| ctx.type_expr(it)))
        });
        let (params, result) = types;
        let params = signature.params.iter().zip(params);
        let ids = params.map(|(it, ty)| self.new_local(&it.name.text, ty, false, it.name.span)).collect();
        (ids, result)
    }

    /// Checks a constant, if that was not done yet, and gives its type.
    pub(crate) fn ensure_const(&mut self, id: ConstId) -> Type {
        let index = id.index();
        let Some(at) = self.resolved.consts.get(index).copied() else { return Type::Unknown };
        let Some(ItemKind::Const(decl)) = self.item(at).map(|it| &it.kind) else { return Type::Unknown };
        match self.consts.get_mut(index) {
            Some(it @ Progress::Todo) => *it = Progress::Doing,
            Some(Progress::Doing) => {
                self.report(report::circular_const(&decl.name.text, decl.name.span));
                return Type::Unknown;
            }
            _ => return self.program.consts.get(index).map_or(Type::Unknown, |it| it.value.ty.clone()),
        }
        let (mut value, _) = self.in_body(Body::new(at.file, Home::Setting), |ctx| match &decl.ty {
            Some(ty) => {
                let ty = ctx.type_expr(ty);
                let role = super::expr::Role::new("constant", &decl.name.text);
                let mut value = ctx.expr_as(&decl.value, &ty, role);
                value.ty = ty;
                value
            }
            None => ctx.expr(&decl.value, None),
        });
        if decl.ty.is_none() && matches!(value.ty, Type::Null) {
            value.ty = Type::Null;
        }
        let ty = value.ty.clone();
        if let Some(it) = self.program.consts.get_mut(index) {
            it.value = value;
        }
        if let Some(it) = self.consts.get_mut(index) {
            *it = Progress::Done;
        }
        ty
    }

    /// Checks a pure function's body, if that was not done yet; then its result is known.
    pub(crate) fn ensure_fn(&mut self, id: FnId) {
        let index = id.index();
        let Some(at) = self.resolved.functions.get(index).copied() else { return };
        let Some(ItemKind::Fn(decl)) = self.item(at).map(|it| &it.kind) else { return };
        match self.functions.get_mut(index) {
            Some(it @ Progress::Todo) => *it = Progress::Doing,
            Some(Progress::Doing) => {
                let why = "a `fn` is put in place where it is called, so it can't call itself; use `map`, `reduce` or a loop";
                self.report(report::recursive("fn", &decl.name.text, decl.name.span, why));
                return;
            }
            _ => return,
        }
        let params = self.program.functions.get(index).map(|it| it.params.clone()).unwrap_or_default();
        let mut body = Body::new(at.file, Home::Fn);
        body.name = arc(&decl.name);
        let (value, _) = self.in_body(body, |ctx| {
            ctx.bind_params(&decl.signature, &params);
            match &decl.signature.result {
                Some(_) => {
                    let result =
                        ctx.program.functions.get(index).map_or(Type::Unknown, |it| it.result.clone());
                    ctx.expr_as(&decl.body, &result, super::expr::Role::new("the result of", &decl.name.text))
                }
                None => ctx.expr(&decl.body, None),
            }
        });
        if let Some(function) = self.program.functions.get_mut(index) {
            if decl.signature.result.is_none() {
                function.result = value.ty.clone();
            }
            function.body = value;
        }
        if let Some(it) = self.functions.get_mut(index) {
            *it = Progress::Done;
        }
    }

    fn bind_params(&mut self, signature: &ast::Signature, ids: &[LocalId]) {
        for (param, id) in signature.params.iter().zip(ids) {
            self.bind_local(&param.name, *id);
        }
    }

    /// Puts a local that exists already in scope.
    pub(crate) fn bind_local(&mut self, name: &ast::Name, id: LocalId) {
        let Some(scope) = self.body.scopes.last_mut() else { return };
        if name.text.is_empty() {
            return;
        }
        if let Some(first) = scope.names.insert(name.text.as_str().into(), id) {
            let span = self.program.locals.get(first.index()).map_or(name.span, |it| it.span);
            self.report(report::shadows(&name.text, name.span, span));
        }
    }

    /// Checks a step's body, if that was not done yet; then its result and errors are known.
    pub(crate) fn ensure_step(&mut self, id: StepId) {
        let index = id.index();
        let Some(at) = self.resolved.steps.get(index).copied() else { return };
        let Some(ItemKind::Step(decl)) = self.item(at).map(|it| &it.kind) else { return };
        match self.steps.get_mut(index) {
            Some(it @ Progress::Todo) => *it = Progress::Doing,
            Some(Progress::Doing) => {
                let why = "a step is put in place where it is called, so it can't call itself; use a loop";
                self.report(report::recursive("step", &decl.name.text, decl.name.span, why));
                return;
            }
            _ => return,
        }
        let Some(step) = self.program.steps.get(index) else { return };
        let params = step.params.clone();
        let mut body = Body::new(at.file, Home::Step);
        body.name = arc(&decl.name);
        body.result = decl.signature.result.as_ref().map(|_| step.result.clone());
        let outer = self.standard_only.take();
        let ((block, ty), body) = self.in_body(body, |ctx| {
            ctx.bind_params(&decl.signature, &params);
            ctx.callable_block(&decl.body, &decl.name)
        });
        if let Some(found) = std::mem::replace(&mut self.standard_only, outer) {
            self.standard_steps.insert(id, found);
        }
        let aws = super::Raises { declared: Vec::new(), ..body.raises.clone() };
        self.step_raises.insert(id, aws);
        let raised: Vec<ErrorId> = body.raises.declared.iter().map(|(id, _)| *id).collect();
        if let Some(step) = self.program.steps.get_mut(index) {
            step.body = block;
            step.raises_from(decl, &raised, ty);
        }
        if let Some(it) = self.steps.get_mut(index) {
            *it = Progress::Done;
        }
    }

    fn workflow_body(&mut self, index: usize) {
        let Some(at) = self.resolved.workflows.get(index).copied() else { return };
        let Some(item) = self.item(at) else { return };
        let ItemKind::Workflow(decl) = &item.kind else { return };
        let Some(workflow) = self.program.workflows.get(index) else { return };
        let (param, express) = (workflow.param, workflow.express);
        let mut body = Body::new(at.file, Home::Workflow { express });
        body.result = Some(workflow.result.clone().unwrap_or(Type::Null));
        body.name = arc(&decl.name);
        let ((block, attributes), _) = self.in_body(body, |ctx| {
            let attributes = ctx.attributes(&item.attributes, super::attributes::On::Workflow);
            if let (Some(id), Some(first)) = (param, decl.signature.params.first()) {
                ctx.bind_local(&first.name, id);
            }
            // One too many, which was said.
            for second in decl.signature.params.iter().skip(1) {
                ctx.bind(&second.name, Type::Unknown, false);
            }
            (ctx.callable_block(&decl.body, &decl.name).0, attributes)
        });
        if let Some(workflow) = self.program.workflows.get_mut(index) {
            workflow.body = block;
            workflow.attributes = attributes;
        }
    }
}

impl typed::Step {
    /// What is not written is what the body gives.
    fn raises_from(&mut self, decl: &ast::StepDecl, raised: &[ErrorId], value: Type) {
        if decl.signature.result.is_none() {
            self.result = value;
        }
        if decl.signature.throws.is_empty() {
            for id in raised {
                if !self.throws.contains(id) {
                    self.throws.push(*id);
                }
            }
        }
    }
}

pub(crate) fn arc(name: &ast::Name) -> Arc<str> {
    name.text.as_str().into()
}

pub(crate) fn docs(item: &ast::Item) -> Option<Arc<str>> {
    item.docs.as_deref().map(Arc::from)
}
