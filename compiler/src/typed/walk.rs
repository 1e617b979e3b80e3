//! What a node of the typed tree holds, one level down: for passes that look at everything but treat few nodes apart.

use super::{
    Block, Call, Clauses, Expect, Expr, ExprKind, Failure, ForSource, ListPart, Map, MapSource, ReaderOptions,
};
use super::{PathStep, RecordPart, Stmt, StmtKind, Target, Within};

/// A direct child.
#[derive(Clone, Copy, Debug)]
pub enum Child<'a> {
    Expr(&'a Expr),
    Block(&'a Block),
}

type See<'s, 'a> = &'s mut dyn FnMut(Child<'a>);

impl Block {
    /// Its statements' children, then its value; in the order of evaluation.
    pub fn each_child<'a>(&'a self, see: See<'_, 'a>) {
        self.statements.iter().for_each(|statement| statement.each_child(see));
        option(self.value.as_deref(), see);
    }
}

impl Stmt {
    pub fn each_child<'a>(&'a self, see: See<'_, 'a>) {
        match &self.kind {
            StmtKind::Let { value, .. } | StmtKind::Expr(value) | StmtKind::Wait { value, .. } => {
                see(Child::Expr(value))
            }
            StmtKind::Assign { path, value, .. } => {
                for step in path {
                    if let PathStep::Index(index) = step {
                        see(Child::Expr(index));
                    }
                }
                see(Child::Expr(value));
            }
            StmtKind::While { condition, body, .. } => {
                see(Child::Expr(condition));
                see(Child::Block(body));
            }
            StmtKind::Repeat { max, body, until, .. } => {
                option(max.as_ref(), see);
                see(Child::Block(body));
                option(until.as_ref(), see);
            }
            StmtKind::For { source, body, .. } => {
                match source {
                    ForSource::List(items) => see(Child::Expr(items)),
                    ForSource::Pages { call, .. } => call.each_child(see),
                }
                see(Child::Block(body));
            }
            StmtKind::Mock(mock) => {
                for part in &mock.parts {
                    option(part.times.as_ref(), see);
                    option(part.after.as_ref(), see);
                    see(Child::Block(&part.body));
                }
            }
            StmtKind::Expect(expect) => match expect {
                Expect::True(value) | Expect::Snapshot(value) | Expect::Failed { run: value, .. } => {
                    see(Child::Expr(value))
                }
                Expect::Visited { run, state } => {
                    see(Child::Expr(run));
                    see(Child::Expr(state));
                }
            },
            StmtKind::Each { items, body, .. } => {
                see(Child::Expr(items));
                see(Child::Block(body));
            }
        }
    }
}

impl Expr {
    /// In the order of evaluation; handlers come behind what they guard.
    pub fn each_child<'a>(&'a self, see: See<'_, 'a>) {
        match &self.kind {
            ExprKind::Error
            | ExprKind::Null
            | ExprKind::Boolean(_)
            | ExprKind::Number(_)
            | ExprKind::String(_)
            | ExprKind::Duration(_)
            | ExprKind::Size(_)
            | ExprKind::Percent(_)
            | ExprKind::Local(_)
            | ExprKind::Const(_)
            | ExprKind::Param(_)
            | ExprKind::Condition(_)
            | ExprKind::Resource(_)
            | ExprKind::Workflow(_)
            | ExprKind::Api(_)
            | ExprKind::Context(_)
            | ExprKind::Break(_)
            | ExprKind::Continue(_) => {}
            ExprKind::Template(parts) => list(parts, see),
            ExprKind::Attribute { base, .. } | ExprKind::Field { base, .. } => see(Child::Expr(base)),
            ExprKind::List(parts) => {
                for ListPart::Item(value) | ListPart::Spread(value) in parts {
                    see(Child::Expr(value));
                }
            }
            ExprKind::Record(parts) => {
                for RecordPart::Field(_, value) | RecordPart::Spread(value) in parts {
                    see(Child::Expr(value));
                }
            }
            ExprKind::Range { from: left, to: right }
            | ExprKind::Binary { left, right, .. }
            | ExprKind::Index { base: left, index: right, .. } => {
                see(Child::Expr(left));
                see(Child::Expr(right));
            }
            ExprKind::Slice { base, from, to } => {
                see(Child::Expr(base));
                option(from.as_deref(), see);
                option(to.as_deref(), see);
            }
            ExprKind::Not(value)
            | ExprKind::Negate(value)
            | ExprKind::Cast(value)
            | ExprKind::ErrorField { error: value, .. } => {
                see(Child::Expr(value));
            }
            ExprKind::Builtin { arguments, .. }
            | ExprKind::Fn { arguments, .. }
            | ExprKind::Step { arguments, .. } => {
                list(arguments, see);
            }
            ExprKind::Lambda { body, .. } => see(Child::Expr(body)),
            ExprKind::If { condition, then, otherwise } => {
                see(Child::Expr(condition));
                see(Child::Block(then));
                block(otherwise.as_ref(), see);
            }
            ExprKind::Match { value, arms } => {
                see(Child::Expr(value));
                for arm in arms {
                    option(arm.guard.as_ref(), see);
                    see(Child::Expr(&arm.body));
                }
            }
            ExprKind::Block(body) => see(Child::Block(body)),
            ExprKind::Call(call) => call.each_child(see),
            ExprKind::Map(map) => map.each_child(see),
            ExprKind::Parallel { branches, clauses } => {
                branches.iter().for_each(|branch| see(Child::Block(&branch.body)));
                clauses.each_child(see);
            }
            ExprKind::Try { body, clauses, finally } => {
                see(Child::Block(body));
                clauses.each_child(see);
                block(finally.as_ref(), see);
            }
            ExprKind::Saga { body, clauses } => {
                see(Child::Block(body));
                clauses.each_child(see);
            }
            ExprKind::Return(value) => option(value.as_deref(), see),
            ExprKind::Fail(failure) => match failure {
                Failure::Raise { message, data, .. } => {
                    option(message.as_deref(), see);
                    option(data.as_deref(), see);
                }
                Failure::Again(error) => see(Child::Expr(error)),
                Failure::Bare => {}
            },
            ExprKind::ContinueAs { payload, .. } => option(payload.as_deref(), see),
            ExprKind::Calls(target) => target.each_child(see),
        }
    }
}

impl Target {
    pub fn each_child<'a>(&'a self, see: See<'_, 'a>) {
        match self {
            Target::Method { receiver, .. } => see(Child::Expr(receiver)),
            Target::Resource(_)
            | Target::Workflow(_)
            | Target::Aws { .. }
            | Target::Complete
            | Target::Reject(_)
            | Target::Beat => {}
        }
    }
}

impl Call {
    pub fn each_child<'a>(&'a self, see: See<'_, 'a>) {
        self.target.each_child(see);
        list(&self.arguments, see);
        self.options.values().for_each(|value| see(Child::Expr(value)));
        self.clauses.each_child(see);
    }
}

impl Map {
    pub fn each_child<'a>(&'a self, see: See<'_, 'a>) {
        self.source.each_child(see);
        for value in [&self.concurrency, &self.tolerate, &self.batch] {
            option(value.as_ref(), see);
        }
        if let Some((bucket, prefix)) = &self.results {
            see(Child::Expr(bucket));
            see(Child::Expr(prefix));
        }
        see(Child::Block(&self.body));
        self.clauses.each_child(see);
    }
}

impl MapSource {
    pub fn each_child<'a>(&'a self, see: See<'_, 'a>) {
        match self {
            MapSource::List(value) | MapSource::Entries(value) => see(Child::Expr(value)),
            MapSource::Results { reference, .. } => see(Child::Expr(reference)),
            MapSource::File { bucket, key, options, .. } => {
                see(Child::Expr(bucket));
                see(Child::Expr(key));
                options.each_child(see);
            }
            MapSource::Objects { bucket, prefix, options } => {
                see(Child::Expr(bucket));
                option(prefix.as_ref(), see);
                options.each_child(see);
            }
        }
    }
}

impl ReaderOptions {
    fn each_child<'a>(&'a self, see: See<'_, 'a>) {
        for value in [&self.headers, &self.max] {
            option(value.as_ref(), see);
        }
    }
}

impl Clauses {
    pub fn each_child<'a>(&'a self, see: See<'_, 'a>) {
        if let Some(Within::Time(time)) = &self.within {
            see(Child::Expr(time));
        }
        option(self.heartbeat.as_ref(), see);
        option(self.role.as_ref(), see);
        for retry in &self.retries {
            for value in [&retry.attempts, &retry.every, &retry.backoff, &retry.max] {
                option(value.as_ref(), see);
            }
        }
        self.catches.iter().for_each(|catch| see(Child::Block(&catch.body)));
        block(self.undo.as_ref().map(|undo| &undo.body), see);
    }
}

fn option<'a>(value: Option<&'a Expr>, see: See<'_, 'a>) {
    if let Some(value) = value {
        see(Child::Expr(value));
    }
}

fn block<'a>(value: Option<&'a Block>, see: See<'_, 'a>) {
    if let Some(value) = value {
        see(Child::Block(value));
    }
}

fn list<'a>(values: &'a [Expr], see: See<'_, 'a>) {
    values.iter().for_each(|value| see(Child::Expr(value)));
}
