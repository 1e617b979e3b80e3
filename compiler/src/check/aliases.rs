//! `fulfil@live(order)`: the alias must be one that the workflow or function has.

use super::Ctx;
use crate::diagnostics::{close, flow as report};
use crate::typed::{Attribute, ExprKind, Target};

/// Looks at the aliases of all calls, once every attribute is known.
pub(super) fn aliases(ctx: &mut Ctx<'_>) {
    for (target, alias) in std::mem::take(&mut ctx.aliased) {
        let program = &ctx.program;
        let found = match &target {
            Target::Workflow(id) => {
                program.workflows.get(id.index()).map(|it| (&it.name, it.name_span, &it.attributes))
            }
            Target::Resource(id) => match program.resources.get(id.index()) {
                // What is there already may have any alias.
                Some(it) if it.existing.is_some() => continue,
                Some(it) if it.kind.as_deref() == Some("function") => {
                    Some((&it.name, it.name_span, &it.attributes))
                }
                _ => None,
            },
            Target::Aws { .. }
            | Target::Method { .. }
            | Target::Complete
            | Target::Reject(_)
            | Target::Beat => None,
        };
        let Some((owner, place, attributes)) = found else {
            ctx.report(report::no_alias(alias.span));
            continue;
        };
        let declared: Vec<&str> = attributes.iter().filter_map(declared).collect();
        if alias.text.is_empty() || declared.contains(&alias.text.as_str()) {
            continue;
        }
        let close = close(&alias.text, declared.iter().copied());
        let report = report::unknown_alias(&alias, owner, place, &declared, close.as_deref());
        ctx.report(report);
    }
}

/// The name that an `@alias` gives.
fn declared(attribute: &Attribute) -> Option<&str> {
    if &*attribute.name != "alias" {
        return None;
    }
    match &attribute.arguments.get("0")?.kind {
        ExprKind::String(name) => Some(name),
        _ => None,
    }
}
