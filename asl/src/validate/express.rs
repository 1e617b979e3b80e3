//! What Express state machines do not offer
//! (<https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html>).

use super::schema_error;
use super::walk::{self, StateView};
use crate::diagnostic::Diagnostic;
use crate::{Pattern, Resource};

/// Jobs, callbacks, activities and distributed maps.
pub(super) fn unsupported(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    if !state.is_express {
        return;
    }
    resource(state, found);
    distributed_map(state, found);
}

fn resource(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(node), Some(text)) = (state.node.get("Resource"), state.text("Resource")) else {
        return;
    };
    // The blank at the end is AWS's.
    let message = match Resource::parse(text) {
        Resource::Activity(_) => "Express state machine does not support Activity ARN",
        Resource::Optimized(it) | Resource::AwsSdk(it) => match it.pattern {
            Pattern::RequestResponse => return,
            Pattern::Sync | Pattern::Sync2 => {
                "Express state machine does not support '.sync' service integration "
            }
            Pattern::WaitForTaskToken => {
                "Express state machine does not support '.waitForTaskToken' service integration "
            }
        },
        Resource::Lambda(_) | Resource::Other(_) => return,
    };
    found.push(schema_error(message, &state.path.key("Resource"), node));
}

fn distributed_map(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    for (place, processor) in walk::nested(state.node) {
        let walk::Nested::Processor(name) = place else {
            continue;
        };
        if walk::distributed(processor).0 {
            let message = "Express state machine does not support Distributed Map state";
            let path = state.path.key(name);
            let path = path.key("ProcessorConfig");
            found.push(schema_error(message, &path, processor));
        }
    }
}
