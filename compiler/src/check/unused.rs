//! Names that nobody uses. A name that begins with `_` is left alone, and so are tests and files that are imported: what
//! they declare is for others.

use std::collections::HashSet;

use super::Ctx;
use super::resource::standard;
use crate::diagnostics::names as report;
use crate::resolve::Symbol;
use crate::source::{FileId, Span};
use crate::syntax::ast;
use crate::typed::{Definition, LocalId};

/// A `let` or `var` of a body that runs.
pub(super) struct Bound {
    pub(super) local: LocalId,
    pub(super) name: ast::Name,
    pub(super) mutable: bool,
}

/// Reports what is declared and never used, and variables that never change.
pub(super) fn unused(ctx: &mut Ctx<'_>) {
    locals(ctx);
    let used: HashSet<(FileId, Span)> = ctx
        .program
        .references
        .iter()
        .filter_map(|it| match it.to {
            Definition::Item(span) => Some((it.span.file, span)),
            Definition::Local(_) | Definition::Field { .. } | Definition::Builtin(_) => None,
        })
        .collect();
    imports(ctx, &used);
    declarations(ctx, &used.into_iter().map(|(_, span)| span).collect());
}

fn locals(ctx: &mut Ctx<'_>) {
    for Bound { local, name, mutable } in std::mem::take(&mut ctx.bound) {
        let silent = name.text.is_empty() || name.text.starts_with('_') || standard::is_standard(name.span);
        if silent {
            continue;
        }
        if !ctx.uses.contains(&local) {
            ctx.report(report::unused(&name, if mutable { "variable" } else { "constant" }, true));
        } else if mutable && !ctx.assigned.contains(&local) {
            let word = keyword_before(ctx, name.span);
            ctx.report(report::never_assigned(&name, word));
        }
    }
}

/// The `var` before the name, with nothing but blanks between.
fn keyword_before(ctx: &Ctx<'_>, name: Span) -> Option<Span> {
    let source = ctx.resolved.sources.get(name.file.0 as usize)?;
    let before = source.text.get(..name.start as usize)?.trim_end().strip_suffix("var")?;
    Some(Span::new(name.file, before.len(), before.len() + "var".len()))
}

fn imports(ctx: &mut Ctx<'_>, used: &HashSet<(FileId, Span)>) {
    let mut found = Vec::new();
    for (at, item) in ctx.resolved.items() {
        let ast::ItemKind::Import(import) = &item.kind else { continue };
        for name in &import.names {
            let Some(declared) = ctx.resolved.lookup(at.file, &name.text) else { continue };
            let own = declared.import == Some(name.span) && ctx.known_symbol(declared.symbol);
            if own && !used.contains(&(at.file, declared.span)) {
                found.push(report::unused(name, "import", false));
            }
        }
    }
    ctx.diagnostics.extend(found);
}

/// Of the first file alone: others are there to be imported from.
fn declarations(ctx: &mut Ctx<'_>, used: &HashSet<Span>) {
    let Some(scope) = ctx.resolved.scopes.first() else { return };
    let mut found = Vec::new();
    for (name, declared) in scope {
        let counts = match declared.symbol {
            Symbol::Type(_) | Symbol::Error(_) | Symbol::Param(_) | Symbol::Const(_) => true,
            Symbol::Fn(_) | Symbol::Step(_) | Symbol::Policy(_) | Symbol::Condition(_) => true,
            Symbol::Resource(_) | Symbol::Workflow(_) | Symbol::Api(_) => false,
        };
        if counts && declared.import.is_none() && !name.starts_with('_') && !used.contains(&declared.span) {
            let name = ast::Name { text: name.to_string(), span: declared.span };
            found.push(report::unused(&name, declared.symbol.noun(), false));
        }
    }
    found.sort_by_key(|it| it.span().start);
    ctx.diagnostics.extend(found);
}
