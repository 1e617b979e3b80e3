//! Tree + symbols → typed tree. Any input gives a program; only one without errors goes on to `lower`.
//!
//! ```text
//! resolved ──declare──▶ types, errors, signatures ──bodies──▶ fns, steps, workflows, resources, APIs, tests
//! ```
//!
//! Inference is local and goes both ways: an expression is checked against the type that its place wants, where
//! there is one (`expr.rs`); what a test has shown of a value is kept as facts (`facts.rs`).

use std::sync::Arc;

use crate::diagnostics::{Checked, Diagnostic};
use crate::resolve::{ItemRef, Resolved, Symbol};
use crate::source::{FileId, Span};
use crate::syntax::ast;
use crate::typed::{self, Expr, LocalId, Program};
use crate::types::{ErrorId, Type, Types};

mod aliases;
mod attributes;
mod aws;
mod block;
mod builtin;
mod call;
mod clauses;
mod declare;
mod expr;
mod facts;
mod flow;
mod literal;
mod matching;
mod method;
mod operator;
mod raises;
mod reader;
mod resource;
mod scope;
mod stmt;
mod table;
mod testing;
#[cfg(test)]
mod tests;
mod transact;
mod type_expr;
mod unused;

use facts::Facts;
use raises::Raises;
use scope::Scope;

/// Checks a whole program.
pub fn check(resolved: &Resolved) -> Checked<Program> {
    let mut ctx = Ctx::new(resolved);
    ctx.declare();
    ctx.bodies();
    aliases::aliases(&mut ctx);
    unused::unused(&mut ctx);
    Checked { value: ctx.program, diagnostics: ctx.diagnostics }
}

pub(crate) use resource::standard::{names as library_kinds, source as library_source};

/// What a piece of code is part of, and so what it may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// A constant, a setting, a condition: known when the app is deployed.
    Setting,
    Fn,
    Step,
    Workflow {
        express: bool,
    },
    /// A trigger or route: one call over projections of the event.
    Action,
    Test,
    /// A `mock`'s body.
    Mock,
    /// A method or resource of a kind in the standard library.
    Kind,
}

/// The state of checking one body; put aside while another body is checked on demand.
pub(crate) struct Body {
    pub(crate) file: FileId,
    pub(crate) home: Home,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) facts: Facts,
    pub(crate) raises: Raises,
    /// The declared result, which `return` must fit.
    pub(crate) result: Option<Type>,
    /// Types of `return`s, where no result is declared.
    pub(crate) returns: Vec<Type>,
    /// The name of what is being checked, for messages.
    pub(crate) name: Arc<str>,
    /// How many sagas are around.
    pub(crate) sagas: u32,
    /// The `undo` behind the value of the `let` that is being checked.
    pub(crate) own_undo: Option<clauses::OwnUndo>,
    /// The requests of a `transact` are being checked.
    pub(crate) transacts: bool,
}

impl Body {
    pub(crate) fn new(file: FileId, home: Home) -> Self {
        Body {
            file,
            home,
            scopes: vec![Scope::default()],
            facts: Facts::default(),
            raises: Raises::default(),
            result: None,
            returns: Vec::new(),
            name: "".into(),
            sagas: 0,
            own_undo: None,
            transacts: false,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Progress {
    #[default]
    Todo,
    Doing,
    Done,
}

/// All that checking needs. The parts of `check/` are its methods, one file a topic.
pub(crate) struct Ctx<'a> {
    pub(crate) resolved: &'a Resolved,
    pub(crate) program: Program,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) body: Body,
    /// Type parameters in force: the `T` of a `kind … of T`.
    pub(crate) type_params: Vec<(Arc<str>, Type)>,
    types: Vec<Progress>,
    consts: Vec<Progress>,
    functions: Vec<Progress>,
    steps: Vec<Progress>,
    shapes: aws::Shapes,
    /// Errors that a caught error stands for when it is raised again, by its local.
    caught: std::collections::HashMap<LocalId, raises::Caught>,
    labels: u32,
    /// Locals that are read.
    uses: std::collections::HashSet<LocalId>,
    /// Variables that are assigned after their declaration.
    assigned: std::collections::HashSet<LocalId>,
    /// What `let` and `var` bind in bodies that run.
    bound: Vec<unused::Bound>,
    policies_under_way: Vec<u32>,
    /// Steps that only a Standard workflow can call, with what they have that Express has not.
    standard_steps: std::collections::HashMap<typed::StepId, (String, Span)>,
    standard_only: Option<(String, Span)>,
    /// What a step's body can raise beside declared errors.
    step_raises: std::collections::HashMap<typed::StepId, Raises>,
    /// The type of what the innermost `match` looks at.
    matching: Type,
    /// Fields of the record that is matched next which can't be null any more.
    there: Vec<String>,
    /// Workflows whose result somebody awaits, and those that go on in another execution.
    awaited: Vec<(typed::WorkflowId, Span)>,
    continued: Vec<(Arc<str>, Span)>,
    /// What is called on an alias, and the alias.
    aliased: Vec<(typed::Target, ast::Name)>,
}

impl<'a> Ctx<'a> {
    fn new(resolved: &'a Resolved) -> Self {
        Ctx {
            resolved,
            program: Program::default(),
            diagnostics: Vec::new(),
            body: Body::new(FileId(0), Home::Setting),
            type_params: Vec::new(),
            types: vec![Progress::Todo; resolved.types.len()],
            consts: vec![Progress::Todo; resolved.consts.len()],
            functions: vec![Progress::Todo; resolved.functions.len()],
            steps: vec![Progress::Todo; resolved.steps.len()],
            shapes: aws::Shapes::default(),
            caught: std::collections::HashMap::new(),
            labels: 0,
            uses: std::collections::HashSet::new(),
            assigned: std::collections::HashSet::new(),
            bound: Vec::new(),
            policies_under_way: Vec::new(),
            standard_steps: std::collections::HashMap::new(),
            standard_only: None,
            step_raises: std::collections::HashMap::new(),
            matching: Type::Unknown,
            there: Vec::new(),
            awaited: Vec::new(),
            continued: Vec::new(),
            aliased: Vec::new(),
        }
    }

    pub(crate) fn types(&self) -> &Types {
        &self.program.types
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// A type as the user would write it.
    pub(crate) fn show(&self, ty: &Type) -> String {
        self.program.types.show(ty)
    }

    /// Checks something in a body of its own, and puts the present one back.
    pub(crate) fn in_body<R>(&mut self, body: Body, check: impl FnOnce(&mut Self) -> R) -> (R, Body) {
        let outer = std::mem::replace(&mut self.body, body);
        let result = check(self);
        let inner = std::mem::replace(&mut self.body, outer);
        (result, inner)
    }

    /// A new local, not yet in scope.
    pub(crate) fn new_local(&mut self, name: &str, ty: Type, mutable: bool, span: Span) -> LocalId {
        let id = LocalId(u32::try_from(self.program.locals.len()).unwrap_or(u32::MAX));
        self.program.locals.push(typed::Local { name: name.into(), ty, mutable, span });
        id
    }

    pub(crate) fn local_type(&self, id: LocalId) -> Type {
        self.program.locals.get(id.index()).map_or(Type::Unknown, |it| it.ty.clone())
    }

    pub(crate) fn error_name(&self, id: ErrorId) -> Arc<str> {
        self.program.errors.get(id.0 as usize).map_or_else(|| "".into(), |it| it.name.clone())
    }

    fn item(&self, at: ItemRef) -> Option<&'a ast::Item> {
        self.resolved.item(at)
    }

    /// What a name at top level of the present file stands for; marks it as used at `span`.
    pub(crate) fn symbol(&mut self, name: &str, span: Span) -> Option<Symbol> {
        let found = self.resolved.lookup(self.body.file, name)?;
        self.program.references.push(typed::Reference { span, to: typed::Definition::Item(found.span) });
        Some(found.symbol)
    }
}

/// An expression that stands for a mistake which was reported.
pub(crate) fn broken(span: Span) -> Expr {
    Expr { kind: typed::ExprKind::Error, ty: Type::Unknown, effect: typed::Effect::Total, span }
}
