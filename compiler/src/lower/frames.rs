//! What stands around the statement that is being lowered.

use std::sync::Arc;

use super::{Loose, Lower};
use crate::machine::VarId;
use crate::typed::{self, LabelId};

/// One construct around.
#[derive(Debug)]
pub(super) enum Frame<'a> {
    /// A body of `map` or `parallel`: no jump leaves it, and its failures are its owner's.
    Scope,
    /// A loop or a labelled block.
    Label {
        label: LabelId,
        breaks: Vec<Loose>,
        continues: Vec<Loose>,
    },
    /// Handlers of a `try`, a `saga` or a call.
    Handlers(Vec<Handler>),
    /// Runs on every way out.
    Finally(&'a typed::Block),
    /// A `step`'s body: where `return` leads.
    Step {
        result: VarId,
        returns: Vec<Loose>,
    },
    Saga(super::saga::Running<'a>),
}

/// Where a failure goes on.
#[derive(Debug)]
pub(super) struct Handler {
    /// `None`: any error.
    pub(super) errors: Option<Vec<Arc<str>>>,
    /// Takes `{ Error, Cause }`.
    pub(super) var: VarId,
    pub(super) entries: Vec<Loose>,
    /// Its number, to find it again.
    pub(super) number: usize,
}

impl Handler {
    /// Whether it takes an error of that name.
    pub(super) fn takes(&self, name: Option<&str>) -> bool {
        let Some(errors) = &self.errors else { return true };
        errors.iter().any(|error| match (&**error, name) {
            ("States.ALL", _) => true,
            ("States.TaskFailed", name) => name != Some("States.Timeout"),
            (error, Some(name)) => error == name,
            (_, None) => false,
        })
    }
}

impl<'a> Lower<'a> {
    /// Handlers around, innermost first, up to the scope's edge.
    pub(super) fn handlers(&mut self) -> Vec<&mut Handler> {
        let mut all = Vec::new();
        for frame in self.frames.iter_mut().rev() {
            match frame {
                Frame::Scope => break,
                Frame::Handlers(handlers) => {
                    for handler in handlers {
                        let any = handler.errors.is_none();
                        all.push(handler);
                        if any {
                            return all;
                        }
                    }
                }
                Frame::Saga(saga) => {
                    all.push(saga.handler());
                    return all;
                }
                Frame::Label { .. } | Frame::Finally(_) | Frame::Step { .. } => {}
            }
        }
        all
    }

    /// Whether an error in an expression (`States.QueryEvaluationError`) would be handled around here.
    pub(super) fn would_be_caught(&mut self) -> bool {
        self.handlers().iter().any(|handler| handler.takes(Some("States.QueryEvaluationError")))
    }
}
