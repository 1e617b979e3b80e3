//! What a function's `uses:` permits.

use super::{Arguments, Policy};
use crate::aws;
use crate::emit::deploy::Deployment;
use crate::emit::evaluate::{Binding, Result, Scope};
use crate::emit::value::Value;
use crate::source::Span;
use crate::typed::resource::{Kind, Method, Use, UseTarget};
use crate::typed::walk::Child;
use crate::typed::{Call, Expr, ExprKind, ResourceId, Target};

impl<'a> Deployment<'a> {
    pub(super) fn uses_policy(&self, id: ResourceId) -> Result<Policy> {
        let mut policy = Policy::default();
        for it in self.resource(id).map(|it| it.uses.as_slice()).unwrap_or_default() {
            policy.extend(self.use_policy(it)?);
        }
        Ok(policy)
    }

    fn use_policy(&self, it: &'a Use) -> Result<Policy> {
        let mut policy = Policy::default();
        match &it.target {
            UseTarget::Resource(id) => {
                let Some(kind) = self.resource(*id).and_then(|it| self.kind(it)) else { return Ok(policy) };
                for name in kind.methods.keys() {
                    policy.extend(self.method_policy(*id, kind, name)?);
                }
                if kind.callable {
                    policy.extend(self.call_of(*id, kind, it.span)?);
                }
            }
            UseTarget::Method(id, name) => {
                let Some(kind) = self.resource(*id).and_then(|it| self.kind(it)) else { return Ok(policy) };
                policy = self.method_policy(*id, kind, name)?;
            }
            UseTarget::Workflow(id) => {
                let express = self.program.workflows.get(id.index()).is_some_and(|it| it.express);
                let arn = crate::emit::template::reference(self.workflow_id(*id));
                let actions: &[&str] = if express {
                    &["states:StartExecution", "states:StartSyncExecution"]
                } else {
                    &["states:StartExecution"]
                };
                policy.allow(actions, vec![arn]);
            }
            UseTarget::Aws { service, action } => {
                let arguments = Arguments::none();
                let (flavor, pattern) = (aws::Flavor::Sdk, aws::Pattern::Request);
                policy = self.action_policy(service, action, flavor, pattern, &arguments)?;
            }
            UseTarget::Token => policy.allow(&TOKEN_ACTIONS, vec!["*".into()]),
        }
        Ok(policy)
    }

    /// What one method needs: the action of its body and its grants.
    pub fn method_policy(&self, id: ResourceId, kind: &'a Kind, name: &str) -> Result<Policy> {
        let mut policy = match kind.methods.get(name) {
            Some(method) => self.body_policy(id, method)?,
            None => Policy::default(),
        };
        policy.extend(self.grants(id, Some(name))?);
        Ok(policy)
    }

    fn body_policy(&self, id: ResourceId, method: &'a Method) -> Result<Policy> {
        let Some(body) = &method.body else { return Ok(Policy::default()) };
        let mut scope = Scope::default();
        scope.bind(body.this, Binding::Value(Value::Resource(id)));
        let Some(call) = call_in(&body.value) else { return Ok(Policy::default()) };
        let Target::Aws { service, action, optimized } = &call.target else { return Ok(Policy::default()) };
        let flavor = if *optimized { aws::Flavor::Optimized } else { aws::Flavor::Sdk };
        let arguments = match call.arguments.first() {
            Some(record) => Arguments::evaluated(self, record, &scope),
            None => Arguments::none(),
        };
        self.action_policy(service, action, flavor, aws::Pattern::Request, &arguments)
    }

    /// What calling a function or starting a container from outside a workflow needs.
    fn call_of(&self, id: ResourceId, kind: &Kind, span: Span) -> Result<Policy> {
        let mut policy = Policy::default();
        let arn = self.json(&self.attribute(&Value::Resource(id), "arn", span)?, span)?;
        match &*kind.name {
            "function" => policy.allow(&["lambda:InvokeFunction"], vec![arn]),
            "container" => policy.allow(&["ecs:RunTask"], vec![arn]),
            "activity" => policy.allow(&["states:GetActivityTask"], vec![arn]),
            _ => {}
        }
        policy.extend(self.grants(id, Some("call"))?);
        Ok(policy)
    }
}

/// What completes, fails or keeps alive a task that waits for its token. They can't be limited to a state machine.
pub const TOKEN_ACTIONS: [&str; 3] =
    ["states:SendTaskFailure", "states:SendTaskHeartbeat", "states:SendTaskSuccess"];

/// The one call in a method's body.
pub fn call_in(expr: &Expr) -> Option<&Call> {
    if let ExprKind::Call(call) = &expr.kind {
        return Some(call);
    }
    let mut found = None;
    expr.each_child(&mut |child| {
        if found.is_none() {
            found = match child {
                Child::Expr(inner) => call_in(inner),
                Child::Block(block) => block.value.as_deref().and_then(call_in),
            };
        }
    });
    found
}
