//! What stands behind a call: deadlines, retries, handlers. Policies are spelled out.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Ctx;
use super::expr::{Role, Want};
use super::raises::{Caught, Raises};
use super::scope::ScopeKind;
use crate::diagnostics::{close, flow, names as report};
use crate::resolve::Symbol;
use crate::source::Span;
use crate::syntax::ast::{self, ClauseKind as Ast, RetryErrors};
use crate::typed::{
    Catch, Clauses, Definition, ErrorRef, Expr, ExprKind, LocalId, MISSPELT, Retry, Undo, Within,
};
use crate::types::{ErrorId, Type};

/// `MaxAttempts` and `IntervalSeconds` end here: the developer guide's page on error handling says 99999999.
const MOST: f64 = 99_999_999.0;

/// `MaxDelaySeconds` ends here, says the same page.
const MOST_DELAY: f64 = 31_622_400.0;

/// What the clauses stand behind.
pub(crate) struct Guarded<'g> {
    /// For messages: "`charge`".
    pub(crate) what: &'g str,
    pub(crate) raises: Raises,
    /// Of what it gives when all is well.
    pub(crate) value: Type,
    /// One task: it can have deadlines.
    pub(crate) task: bool,
    /// A block: variables may have been assigned when its handlers run.
    pub(crate) block: bool,
}

/// `let p = charge(o) undo { refund(p.id) }`: the clause, and the name it can read.
#[derive(Clone, Debug)]
pub(crate) struct OwnUndo {
    pub(crate) clause: Span,
    pub(crate) name: ast::Name,
    /// As declared.
    pub(crate) ty: Option<Type>,
    /// What the clause read it as.
    pub(crate) local: Option<LocalId>,
}

impl OwnUndo {
    pub(crate) fn of(value: &ast::Expr, name: &ast::Name, ty: Option<Type>) -> Option<OwnUndo> {
        let clauses = match &value.kind {
            ast::ExprKind::Guarded { clauses, .. } => clauses,
            ast::ExprKind::Await { call, .. } => match &super::call::only_expression(call).kind {
                ast::ExprKind::Guarded { clauses, .. } => clauses,
                _ => return None,
            },
            _ => return None,
        };
        let undo = clauses.iter().find(|clause| matches!(clause.kind, Ast::Undo { attempted: false, .. }))?;
        Some(OwnUndo { clause: undo.span, name: name.clone(), ty, local: None })
    }
}

/// The clauses of one call while they are gathered.
#[derive(Default)]
struct Gathered {
    clauses: Clauses,
    /// The first clause that takes every error.
    catch_all: Option<Span>,
    retry_all: Option<Span>,
    /// `within` and `heartbeat` of the call itself.
    written: Vec<(&'static str, Span)>,
    /// The clauses of a policy are looked at.
    in_policy: bool,
    /// What was caught by earlier clauses.
    caught: Vec<(ErrorRef, Span)>,
    handlers: Vec<Type>,
    ways: Vec<super::facts::Facts>,
}

impl Ctx<'_> {
    /// Checks clauses. Gives them with the types of the handlers' values; errors that no handler takes go on to the
    /// code around.
    pub(crate) fn clauses(
        &mut self,
        written: &[ast::Clause],
        guarded: Guarded<'_>,
        want: Want<'_>,
    ) -> (Clauses, Vec<Type>) {
        let mut gathered = Gathered::default();
        for clause in written {
            self.clause(clause, &guarded, want, &mut gathered);
        }
        self.go_on(guarded.raises, &gathered);
        let after = self.body.facts.clone();
        if !gathered.ways.is_empty() {
            gathered.ways.push(after);
            self.merge_facts(gathered.ways);
        }
        (gathered.clauses, gathered.handlers)
    }

    fn clause(&mut self, clause: &ast::Clause, guarded: &Guarded<'_>, want: Want<'_>, into: &mut Gathered) {
        match &clause.kind {
            Ast::Within(time) => self.within(time.as_ref(), clause.span, guarded, into),
            Ast::Heartbeat(time) => {
                if !guarded.task {
                    self.report(flow::clause_needs_call(clause.span, "heartbeat", guarded.what));
                }
                self.written_once("heartbeat", clause.span, into);
                let value = self.expr_as(time, &Type::Duration, Role::new("the time of `heartbeat`", ""));
                self.check_duration(&value, "`heartbeat`");
                into.clauses.heartbeat = Some(value);
            }
            Ast::With(name) => self.with_policy(name, guarded, into),
            Ast::Retry(retry) => self.retry(retry, clause.span, Some(guarded), into),
            Ast::Catch(catch) => self.catch(catch, clause.span, guarded, want, into),
            Ast::Undo { attempted, body } => self.undo(*attempted, body, clause.span, &guarded.value, into),
            Ast::Role(role) => {
                if !guarded.task {
                    self.report(flow::clause_needs_call(clause.span, "as", guarded.what));
                }
                into.clauses.role =
                    Some(self.expr_as(role, &Type::String, Role::new("the ARN of the role", "")));
            }
        }
    }

    /// A second time would silently win; a policy's may be replaced.
    fn written_once(&mut self, word: &'static str, span: Span, into: &mut Gathered) {
        if into.in_policy {
            return;
        }
        match into.written.iter().find(|(it, _)| *it == word) {
            Some((_, first)) => self.report(flow::clause_twice(span, *first, word)),
            None => into.written.push((word, span)),
        }
    }

    fn within(&mut self, time: Option<&ast::Expr>, span: Span, guarded: &Guarded<'_>, into: &mut Gathered) {
        if !guarded.task {
            self.report(flow::clause_needs_call(span, "within", guarded.what));
        }
        self.written_once("within", span, into);
        into.clauses.within = Some(match time {
            None => Within::Never,
            Some(time) => {
                let value = self.expr_as(time, &Type::Duration, Role::new("the time of `within`", ""));
                self.check_duration(&value, "`within`");
                Within::Time(value)
            }
        });
    }

    /// What no handler takes.
    fn go_on(&mut self, raises: Raises, gathered: &Gathered) {
        if gathered.catch_all.is_some() {
            return;
        }
        let caught = |id: &ErrorId| gathered.caught.iter().any(|(it, _)| *it == ErrorRef::Declared(*id));
        let declared = raises.declared.into_iter().filter(|(id, _)| !caught(id)).collect();
        self.body.raises.absorb(Raises { declared, ..raises });
    }

    /// What an `undo` read of the name that its own step is bound to, now that it is.
    pub(crate) fn bound_own(&mut self, outer: Option<OwnUndo>, local: LocalId) {
        let own = std::mem::replace(&mut self.body.own_undo, outer);
        let Some(alias) = own.and_then(|own| own.local) else { return };
        if self.uses.contains(&alias) {
            self.uses.insert(local);
        }
        for reference in &mut self.program.references {
            if matches!(reference.to, Definition::Local(of) if of == alias) {
                reference.to = Definition::Local(local);
            }
        }
    }

    // ------------------------------------------------------------ policies

    fn with_policy(&mut self, name: &ast::Name, guarded: &Guarded<'_>, into: &mut Gathered) {
        if name.text.is_empty() {
            return;
        }
        let policy = match self.symbol(&name.text, name.span) {
            Some(Symbol::Policy(index)) => index,
            Some(symbol) if self.known_symbol(symbol) => {
                self.report(
                    report::not_a_value(&name.text, symbol.noun(), name.span).help("a policy is wanted here"),
                );
                return;
            }
            Some(_) => return,
            None => {
                let scope = self.resolved.scopes.get(self.body.file.0 as usize);
                let items = scope.into_iter().flat_map(|it| it.iter());
                let policies = items.filter(|(_, it)| matches!(it.symbol, Symbol::Policy(_)));
                let close = close(&name.text, policies.map(|(name, _)| &**name));
                self.report(report::unknown_policy(name, close.as_deref()));
                return;
            }
        };
        let Some(at) = self.resolved.policies.get(policy as usize).copied() else { return };
        let Some(ast::ItemKind::Policy(decl)) = self.item(at).map(|it| &it.kind) else { return };
        if self.policies_under_way.contains(&policy) {
            let why = "a policy may name others with `with`, but not itself";
            self.report(report::recursive("policy", &decl.name.text, decl.name.span, why));
            return;
        }
        self.policies_under_way.push(policy);
        // Its own mistakes are reported once, where it is declared.
        let reported = self.diagnostics.len();
        let outer = std::mem::replace(&mut self.body.file, at.file);
        let own = std::mem::replace(&mut into.in_policy, true);
        for clause in &decl.clauses {
            match &clause.kind {
                Ast::Within(time) if guarded.task => self.within(time.as_ref(), clause.span, guarded, into),
                Ast::Heartbeat(_) if guarded.task => self.clause(clause, guarded, Want::Effect, into),
                Ast::Within(_) | Ast::Heartbeat(_) => {}
                Ast::Retry(retry) => self.retry(retry, clause.span, None, into),
                Ast::With(inner) => self.with_policy(inner, guarded, into),
                Ast::Catch(_) | Ast::Undo { .. } | Ast::Role(_) => {}
            }
        }
        self.body.file = outer;
        into.in_policy = own;
        self.diagnostics.truncate(reported);
        self.policies_under_way.pop();
    }

    /// The retries of a policy, and whether it says `retry none`; `None` (with a report) where there is no such policy.
    pub(crate) fn policy_retries(&mut self, name: &ast::Name) -> Option<(Vec<Retry>, bool)> {
        let reported = self.diagnostics.len();
        let mut gathered = Gathered::default();
        let raises = Raises { anything: true, ..Raises::default() };
        let guarded = Guarded { what: "the app", raises, value: Type::Unknown, task: false, block: false };
        self.with_policy(name, &guarded, &mut gathered);
        let failed = self.diagnostics.len() > reported;
        (!failed).then_some((gathered.clauses.retries, gathered.clauses.retry_none))
    }

    /// `{ attempts: 3, every: 1s }`: when to retry, not what.
    pub(crate) fn retry_timing(&mut self, options: &[ast::Argument], span: Span) -> Retry {
        let mut retry = Retry {
            places: Vec::new(),
            errors: Vec::new(),
            except: false,
            attempts: None,
            every: None,
            backoff: None,
            max: None,
            jitter: false,
            span,
        };
        for option in options {
            self.retry_option(option, &mut retry);
        }
        retry
    }

    /// Checks every policy by itself.
    pub(crate) fn policy_bodies(&mut self) {
        for at in &self.resolved.policies {
            let Some(ast::ItemKind::Policy(decl)) = self.item(*at).map(|it| &it.kind) else { continue };
            let body = super::Body::new(at.file, super::Home::Setting);
            self.in_body(body, |ctx| {
                let mut gathered = Gathered::default();
                let raises = Raises { anything: true, ..Raises::default() };
                let value = Type::Unknown;
                let guarded = Guarded { what: "the policy", raises, value, task: true, block: false };
                for clause in &decl.clauses {
                    match &clause.kind {
                        Ast::Catch(_) => ctx.report(flow::not_in_policy(clause.span, "catch")),
                        Ast::Undo { .. } => ctx.report(flow::not_in_policy(clause.span, "undo")),
                        Ast::Role(_) => ctx.report(flow::not_in_policy(clause.span, "as")),
                        Ast::Within(_) | Ast::Heartbeat(_) | Ast::With(_) | Ast::Retry(_) => {
                            ctx.clause(clause, &guarded, Want::Effect, &mut gathered);
                        }
                    }
                }
            });
        }
    }

    // ------------------------------------------------------------ retry

    fn retry(
        &mut self,
        retry: &ast::RetryClause,
        span: Span,
        guarded: Option<&Guarded<'_>>,
        into: &mut Gathered,
    ) {
        if let Some(first) = into.retry_all {
            self.report(flow::after_catch_all(span, first, "retry"));
        }
        let (names, except): (&[ast::ErrorName], bool) = match &retry.errors {
            RetryErrors::Any => (&[], false),
            RetryErrors::Only(names) => (names, false),
            RetryErrors::Except(names) => (names, true),
            RetryErrors::None => {
                if let Some(option) = retry.options.first() {
                    self.report(flow::option_of_none(option.span));
                }
                into.clauses.retry_none = true;
                return;
            }
        };
        let found = names.iter().filter_map(|it| Some((self.clause_error(it, guarded)?, it.span)));
        let (errors, places): (Vec<ErrorRef>, Vec<Span>) = found.unzip();
        if !except && (names.is_empty() || errors.contains(&ErrorRef::All)) {
            into.retry_all = Some(span);
        }
        let typed = Retry { errors, places, except, ..self.retry_timing(&retry.options, span) };
        // A misspelt name leaves none: that must not become "any error".
        if names.is_empty() || !typed.errors.is_empty() {
            into.clauses.retries.push(typed);
        }
    }

    fn retry_option(&mut self, option: &ast::Argument, into: &mut Retry) {
        const OPTIONS: [&str; 5] = ["attempts", "every", "backoff", "max", "jitter"];
        let Some(name) = &option.name else {
            self.unnamed_option(option, "`retry`", &OPTIONS);
            return;
        };
        let value = &option.value;
        match name.text.as_str() {
            "attempts" => {
                let value = self.int(value, "attempts");
                if let Some(attempts) = self.known(&value, "attempts") {
                    if attempts < 0.0 {
                        self.report(flow::option_too_small(value.span, "attempts", "0"));
                    } else if attempts > MOST {
                        self.report(flow::option_too_large(value.span, "attempts", MOST, ""));
                    }
                }
                into.attempts = Some(value);
            }
            "every" => into.every = Some(self.bounded_duration(value, "every", MOST)),
            "max" => into.max = Some(self.bounded_duration(value, "max", MOST_DELAY)),
            "backoff" => {
                let value = self.expr_as(value, &Type::Number, Role::new("option", "backoff"));
                if self.known(&value, "backoff").is_some_and(|it| it < 1.0) {
                    self.report(flow::option_too_small(value.span, "backoff", "1"));
                }
                into.backoff = Some(value);
            }
            "jitter" => match &value.kind {
                ast::ExprKind::Name(word) if word == "full" => into.jitter = true,
                ast::ExprKind::Name(word) if word == "none" => into.jitter = false,
                _ => self.report(flow::bad_jitter(value.span)),
            },
            _ => self.no_option(name, "`retry`", &OPTIONS),
        }
    }

    /// A number that the text says may not be less.
    pub(super) fn at_least(&mut self, value: &Expr, least: f64, name: &str) {
        if self.program.constant(value).is_some_and(|it| it < least) {
            self.report(flow::option_too_small(value.span, name, &least.to_string()));
        }
    }

    /// The value of an option of `retry`, where AWS takes no expression.
    fn known(&mut self, value: &Expr, name: &str) -> Option<f64> {
        let known = self.program.constant(value);
        if known.is_none() && !value.ty.is_silent() && !matches!(value.kind, ExprKind::Error) {
            self.report(flow::retry_not_constant(value.span, name));
        }
        known
    }

    /// `most`: in seconds.
    fn bounded_duration(&mut self, value: &ast::Expr, name: &str, most: f64) -> Expr {
        let value = self.expr_as(value, &Type::Duration, Role::new("option", name));
        self.check_duration(&value, &format!("`{name}`"));
        if let Some(milliseconds) = self.known(&value, name) {
            if milliseconds <= 0.0 {
                self.report(flow::option_too_small(value.span, name, "1 second"));
            } else if milliseconds > most * 1000.0 {
                self.report(flow::option_too_large(value.span, name, most, " seconds"));
            }
        }
        value
    }

    /// The error that a clause names, if the guarded thing can raise it.
    fn clause_error(&mut self, name: &ast::ErrorName, guarded: Option<&Guarded<'_>>) -> Option<ErrorRef> {
        let error = self.error_ref(name)?;
        Some(match guarded {
            Some(guarded) => self.as_raised(error, &guarded.raises),
            None => error,
        })
    }

    // ------------------------------------------------------------ catch

    fn catch(
        &mut self,
        catch: &ast::CatchClause,
        span: Span,
        guarded: &Guarded<'_>,
        want: Want<'_>,
        into: &mut Gathered,
    ) {
        let head = Span { end: span.start + 5, ..span };
        let meant = self.caught_name(catch);
        let written = if meant.is_some() { &[] } else { catch.errors.as_slice() };
        let (mut errors, mut places) = (Vec::new(), Vec::new());
        for name in written {
            let Some(error) = self.clause_error(name, Some(guarded)) else { continue };
            into.caught.push((error.clone(), name.span));
            errors.push(error);
            places.push(name.span);
        }
        let all = written.is_empty() || errors.contains(&ErrorRef::All);
        if all {
            into.catch_all = into.catch_all.or(Some(head));
        }
        let (ty, caught) = self.caught_error(&errors, all, guarded, into);
        let before = self.body.facts.clone();
        self.body.facts.dead = false;
        if guarded.block {
            self.forget_variables();
        }
        let (handler, _) = self.scoped(ScopeKind::Block, |ctx| {
            let binder = catch.binder.as_ref().or(meant.as_ref()).map(|name| ctx.bind(name, ty, false));
            if let Some(local) = binder {
                ctx.caught.insert(local, caught);
            }
            (binder, ctx.open_block(&catch.body, want))
        });
        let after = std::mem::replace(&mut self.body.facts, before);
        into.ways.push(after);
        let (binder, checked) = handler;
        into.handlers.push(checked.ty);
        // What a misspelt name was meant to catch is not to be missed elsewhere.
        if errors.len() < written.len() {
            errors.push(ErrorRef::Aws(MISSPELT.into()));
        }
        if written.is_empty() || !errors.is_empty() {
            into.clauses.catches.push(Catch { errors, places, binder, body: checked.block, span });
        }
    }

    /// `catch e { … }`: the name that was meant for the error, which is taken for an error's own.
    fn caught_name(&mut self, catch: &ast::CatchClause) -> Option<ast::Name> {
        let ([only], None) = (catch.errors.as_slice(), &catch.binder) else { return None };
        let lower = only.text.starts_with(|c: char| c.is_ascii_lowercase()) && !only.text.contains('.');
        if !lower || self.resolved.lookup(self.body.file, &only.text).is_some() {
            return None;
        }
        self.report(crate::diagnostics::syntax::catch_without_as(only.span, &only.text));
        Some(ast::Name { text: only.text.clone(), span: only.span })
    }

    /// The type of a caught error, and which declared errors it stands for when it is raised again.
    fn caught_error(
        &self,
        errors: &[ErrorRef],
        all: bool,
        guarded: &Guarded<'_>,
        gathered: &Gathered,
    ) -> (Type, Caught) {
        if all {
            let earlier = |id: &ErrorId| {
                gathered.caught.iter().any(|(it, _)| *it == ErrorRef::Declared(*id))
                    && !errors.contains(&ErrorRef::Declared(*id))
            };
            let declared =
                guarded.raises.declared.iter().map(|(id, _)| *id).filter(|it| !earlier(it)).collect();
            return (Type::Error(Arc::new(BTreeSet::new())), Caught { declared });
        }
        let ids: Vec<ErrorId> = errors
            .iter()
            .filter_map(|it| match it {
                ErrorRef::Declared(id) => Some(*id),
                ErrorRef::Aws(_) | ErrorRef::All => None,
            })
            .collect();
        let known = ids.len() == errors.len();
        let set: BTreeSet<ErrorId> = if known { ids.iter().copied().collect() } else { BTreeSet::new() };
        (Type::Error(Arc::new(set)), Caught { declared: ids })
    }

    fn undo(&mut self, attempted: bool, body: &ast::Block, span: Span, value: &Type, into: &mut Gathered) {
        if self.body.sagas == 0 {
            self.report(flow::undo_outside(span));
        }
        let facts = self.body.facts.clone();
        self.forget_variables();
        let own = self.body.own_undo.clone().filter(|own| own.clause == span);
        let ((checked, value), _) = self.scoped(ScopeKind::Block, |ctx| {
            let local = own.map(|own| ctx.bind(&own.name, own.ty.unwrap_or_else(|| value.clone()), false));
            (ctx.block(body, Want::Effect), local)
        });
        if let (Some(own), Some(_)) = (&mut self.body.own_undo, value) {
            own.local = value;
        }
        self.body.facts = facts;
        into.clauses.undo = Some(Undo { attempted, value, body: checked.block, span });
    }
}
