//! Declarations.

use crate::source::Span;
use crate::syntax::ast::*;

use super::doc::Doc;
use super::fields::{Braces, field_span};
use super::{Printer, quote};

/// A setting or a route of an `api`, in the order of the file.
enum ApiLine<'t> {
    Setting(&'t Field),
    Route(&'t Route),
}

impl<'a> Printer<'a> {
    pub(super) fn file(&mut self, file: &File) -> Doc {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let pieces = file
            .items
            .iter()
            .map(|item| self.piece(item.span.start, item.span.end, end, |printer| printer.item(item)))
            .collect();
        let lines = self.lines(pieces, "", end.saturating_add(1));
        if file.items.is_empty() && file.comments.is_empty() {
            return Doc::nil();
        }
        Doc::concat([lines, Doc::Hard])
    }

    fn item(&mut self, item: &Item) -> Doc {
        let mut parts = self.docs(&item.docs);
        parts.extend(self.attributes(&item.attributes));
        parts.push(self.item_kind(item));
        Doc::Concat(parts)
    }

    fn item_kind(&mut self, item: &Item) -> Doc {
        let end = item.span.end;
        match &item.kind {
            ItemKind::Error => Doc::text(self.slice(item.span.start, end)),
            ItemKind::Import(import) => self.import(import),
            ItemKind::App(app) => {
                Doc::concat([Doc::text(format!("app {}", app.name.text)), self.settings(&app.settings, end)])
            }
            ItemKind::Param(param) => {
                let head = Doc::text(format!("param {}", param.name.text));
                let ty = self.of_type(param.ty.as_ref());
                let default =
                    param.default.as_ref().map(|value| self.equals_before(value, !param.settings.is_empty()));
                let settings = self.settings(&param.settings, end);
                Doc::concat([head, ty, default.unwrap_or(Doc::nil()), settings])
            }
            ItemKind::Type(decl) => {
                Doc::concat([Doc::text(format!("type {} = ", decl.name.text)), self.ty(&decl.ty)])
            }
            ItemKind::ErrorDecl(decl) => self.error_decl(decl, end),
            ItemKind::Resource(decl) => self.resource(decl, end),
            ItemKind::RawResource(decl) => {
                let head = format!("resource {}: {}", decl.name.text, decl.cfn_type.text);
                Doc::concat([Doc::text(head), self.settings(&decl.properties, end)])
            }
            ItemKind::Workflow(decl) => self.callable("workflow", &decl.name, &decl.signature, &decl.body),
            ItemKind::Step(decl) => self.callable("step", &decl.name, &decl.signature, &decl.body),
            ItemKind::Fn(decl) => self.fn_decl(decl),
            ItemKind::Policy(decl) => self.policy(decl),
            ItemKind::Api(decl) => self.api(decl, end),
            ItemKind::On(decl) => self.on(decl, end),
            ItemKind::Const(decl) => {
                let head = Doc::text(format!("let {}", decl.name.text));
                Doc::concat([head, self.of_type(decl.ty.as_ref()), self.equals(&decl.value)])
            }
            ItemKind::Output(decl) => {
                let head = Doc::text(format!("output {}", decl.name.text));
                let value = self.equals_before(&decl.value, !decl.settings.is_empty());
                Doc::concat([head, value, self.settings(&decl.settings, end)])
            }
            ItemKind::Condition(decl) => {
                Doc::concat([Doc::text(format!("condition {}", decl.name.text)), self.equals(&decl.value)])
            }
            ItemKind::Test(decl) => {
                Doc::concat([Doc::text(format!("test {} ", quote(&decl.title.text))), self.block(&decl.body)])
            }
            ItemKind::Kind(decl) => self.kind(decl, end),
        }
    }

    fn equals(&mut self, value: &Expr) -> Doc {
        Doc::concat([Doc::text(" = "), self.expr(value)])
    }

    /// A value that settings may follow.
    fn equals_before(&mut self, value: &Expr, settings: bool) -> Doc {
        let value = if settings { self.before_block(value) } else { self.expr(value) };
        Doc::concat([Doc::text(" = "), value])
    }

    fn import(&mut self, import: &Import) -> Doc {
        let style =
            Braces { end: import.path.span.start, flat_separator: ", ", line_separator: ",", broken: false };
        let path = Doc::text(format!(" from {}", quote(&import.path.text)));
        let names = self.braces(&import.names, &style, |name| name.span, |_, name| Doc::text(&name.text));
        Doc::concat([Doc::text("import "), names, path])
    }

    fn error_decl(&mut self, decl: &ErrorDecl, end: u32) -> Doc {
        let mut parts = vec![Doc::text(format!("error {}", decl.name.text))];
        let fields_end = decl.wire_name.as_ref().map_or(end, |name| name.span.start);
        if !decl.fields.is_empty() {
            parts.push(Doc::text(" "));
            parts.push(self.type_fields(&decl.fields, fields_end));
        }
        if let Some(name) = &decl.wire_name {
            parts.push(Doc::text(format!(" = {}", quote(&name.text))));
        }
        Doc::Concat(parts)
    }

    fn resource(&mut self, decl: &ResourceDecl, end: u32) -> Doc {
        let mut parts = vec![Doc::text(format!("{} {}", decl.kind.text, decl.name.text))];
        parts.push(self.signature(&decl.signature));
        if let Some(of) = &decl.of {
            parts.push(Doc::text(" of "));
            parts.push(self.ty(of));
        }
        parts.push(self.settings(&decl.settings, end));
        Doc::Concat(parts)
    }

    fn callable(&mut self, word: &str, name: &Name, signature: &Signature, body: &Block) -> Doc {
        let head = Doc::text(format!("{word} {}", name.text));
        Doc::concat([head, self.signature(signature), Doc::text(" "), self.block(body)])
    }

    fn fn_decl(&mut self, decl: &FnDecl) -> Doc {
        let head =
            Doc::concat([Doc::text(format!("fn {}", decl.name.text)), self.signature(&decl.signature)]);
        if let ExprKind::Block { label: None, block } = &decl.body.kind {
            return Doc::concat([head, Doc::text(" "), self.block(block)]);
        }
        let body = self.expr(&decl.body);
        Doc::concat([head, Doc::strict([Doc::text(" ="), Doc::indent([Doc::Line(" "), body])])])
    }

    fn policy(&mut self, decl: &PolicyDecl) -> Doc {
        let clauses: Vec<Doc> = decl.clauses.iter().map(|clause| self.clause(clause)).collect();
        if decl.clauses.len() < 2 {
            return Doc::concat([Doc::text(format!("policy {} = ", decl.name.text)), Doc::Concat(clauses)]);
        }
        let clauses = Doc::join(clauses, &Doc::Line(" "));
        Doc::group([Doc::text(format!("policy {} = ", decl.name.text)), Doc::indent([clauses])])
    }

    fn api(&mut self, decl: &ApiDecl, end: u32) -> Doc {
        let settings = decl.settings.iter().map(ApiLine::Setting);
        let mut lines: Vec<ApiLine<'_>> = settings.chain(decl.routes.iter().map(ApiLine::Route)).collect();
        lines.sort_by_key(|line| api_span(line).start);
        let style = Braces { end, flat_separator: ", ", line_separator: "", broken: !decl.routes.is_empty() };
        let body = self.braces(&lines, &style, api_span, |printer, line| match line {
            ApiLine::Setting(field) => printer.field(field),
            ApiLine::Route(route) => printer.route(route),
        });
        Doc::concat([Doc::text(format!("api {} ", decl.name.text)), body])
    }

    fn route(&mut self, route: &Route) -> Doc {
        let mut parts = self.docs(&route.docs);
        parts.extend(self.attributes(&route.attributes));
        parts.push(Doc::text(format!("{} {}", route.method.text, quote(&route.path.text))));
        if !route.params.is_empty() {
            parts.push(Doc::text(" "));
            parts.push(self.params(&route.params, route.action.call.span.start));
        }
        parts.push(self.action(&route.action));
        parts.push(self.settings(&route.settings, route.span.end));
        Doc::Concat(parts)
    }

    /// ` -> start f(x)`, on its own line where the writer put it there.
    fn action(&mut self, action: &Action) -> Doc {
        let own_line = self.on_own_line(action);
        let doc = self.arrow(action);
        if own_line { Doc::nest([Doc::Hard, doc]) } else { Doc::concat([Doc::text(" "), doc]) }
    }

    fn on_own_line(&self, action: &Action) -> bool {
        let at = action.start.unwrap_or(action.call.span).start;
        self.line_before(at).trim() == "->"
    }

    fn arrow(&mut self, action: &Action) -> Doc {
        let word = if action.start.is_some() { "-> start " } else { "-> " };
        Doc::concat([Doc::text(word), self.before_block(&action.call)])
    }

    /// `on … as … when … -> …` on one line, or each part behind the event on its own.
    fn on(&mut self, decl: &OnDecl, end: u32) -> Doc {
        let mut head = vec![Doc::text("on "), self.expr(&decl.source)];
        if let Some(event) = &decl.event {
            head.push(Doc::text(format!(" as {}", event.text)));
        }
        let mut broken = false;
        let mut parts = Vec::new();
        if let Some(when) = &decl.when {
            broken |= self.line_before(when.span.start).trim() == "when";
            parts.extend([Doc::Line(" "), Doc::text("when "), self.plain(when)]);
        }
        broken |= self.on_own_line(&decl.action);
        parts.extend([Doc::Line(" "), self.arrow(&decl.action)]);
        head.push(Doc::indent(parts));
        let settings = self.settings(&decl.settings, end);
        Doc::concat([Doc::Group(Box::new(Doc::Concat(head)), broken), settings])
    }

    fn kind(&mut self, decl: &KindDecl, end: u32) -> Doc {
        let of = decl.of.as_ref().map_or(String::new(), |name| format!(" of {}", name.text));
        let head = Doc::text(format!("kind {}{of} ", decl.name.text));
        let broken = !decl.members.is_empty();
        let style = Braces { end, flat_separator: ", ", line_separator: "", broken };
        let body = self.braces(
            &decl.members,
            &style,
            |member| member.span,
            |printer, member| printer.member(member),
        );
        Doc::concat([head, body])
    }

    fn member(&mut self, member: &KindMember) -> Doc {
        let mut parts = self.docs(&member.docs);
        parts.extend(self.attributes(&member.attributes));
        let quoted = self.slice(member.name.span.start, member.name.span.end).starts_with('"');
        parts.push(Doc::text(format!("{} {}", member.word.text, self.name(&member.name, quoted))));
        // The type stands between the parameters and the result.
        let (before, after) = split_signature(&member.signature);
        parts.push(self.signature(&before));
        if let Some(cfn_type) = &member.cfn_type {
            parts.push(Doc::text(format!(": {}", cfn_type.text)));
        }
        parts.push(self.of_type(member.ty.as_ref()));
        parts.push(self.signature(&after));
        if let Some(value) = &member.value {
            parts.push(self.equals_before(value, member.body.is_some() || member.when.is_some()));
        }
        if let Some(body) = &member.body {
            let end = member.when.as_ref().map_or(member.span.end, |when| when.span.start);
            parts.push(Doc::text(" "));
            parts.push(self.fields(body, end));
        }
        if let Some(when) = &member.when {
            parts.push(Doc::text(" when "));
            parts.push(self.plain(when));
        }
        Doc::Concat(parts)
    }
}

/// The parameters, and the result with what it throws.
fn split_signature(signature: &Signature) -> (Signature, Signature) {
    let params = Signature { result: None, throws: Vec::new(), ..signature.clone() };
    let rest = Signature { written: false, params: Vec::new(), ..signature.clone() };
    (params, rest)
}

fn api_span(line: &ApiLine<'_>) -> Span {
    match line {
        ApiLine::Setting(field) => field_span(field),
        ApiLine::Route(route) => route.span,
    }
}
