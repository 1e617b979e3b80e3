//! Declarations.

use crate::diagnostics::{habits as foreign, syntax as report};
use crate::source::Span;
use crate::syntax::ast::*;

use super::{Builder, P, Rule};

impl<'i> Builder<'i> {
    /// The parts of one chunk. `None` where there is nothing in it at all.
    pub(super) fn item(&mut self, pairs: Vec<P<'i>>) -> Option<Item> {
        let (mut docs, mut attributes, mut item) = (None, Vec::new(), None);
        let mut junk_span: Option<Span> = None;
        for pair in pairs {
            match pair.as_rule() {
                Rule::doc => self.doc(&mut docs, &pair),
                Rule::attribute => attributes.push(self.attribute(pair)),
                Rule::no_item | Rule::EOI => {}
                Rule::semicolon => self.diagnostics.push(report::semicolon(self.span(&pair))),
                Rule::junk | Rule::rest_junk if item.is_none() => {
                    let span = self.span(&pair);
                    let start = pair.as_span().start();
                    let habit = if junk_span.is_none() { self.habit_item(&self.site(start)) } else { None };
                    let habit = habit.unwrap_or_else(|| report::not_a_declaration(span, pair.as_str()));
                    self.diagnostics.push(habit);
                    junk_span = Some(junk_span.map_or(span, |before| before.to(span)));
                    item = Some((ItemKind::Error, span));
                }
                Rule::junk | Rule::rest_junk => self.junk(&pair),
                Rule::stray_block => self.stray_item_block(&mut item, pair),
                _ => {
                    let span = self.span(&pair);
                    item = Some((self.item_kind(pair), span));
                }
            }
        }
        let (kind, span) = item?;
        let start = attributes.first().map_or(span, |attribute: &Attribute| attribute.span);
        Some(Item { docs, attributes, kind, span: start.to(span) })
    }

    /// A block behind something that takes none, or behind nothing we know.
    fn stray_item_block(&mut self, item: &mut Option<(ItemKind, Span)>, pair: P<'i>) {
        let span = self.span(&pair);
        if item.is_none() {
            self.diagnostics.push(report::not_a_declaration(span, pair.as_str()));
            *item = Some((ItemKind::Error, span));
        } else if !self.diagnostics.iter().any(|d| d.is_error()) {
            let habit = self.habit_behind(&self.site(pair.as_span().start()));
            self.diagnostics.push(habit.unwrap_or_else(|| report::unexpected(span, pair.as_str())));
        }
    }

    fn item_kind(&mut self, pair: P<'i>) -> ItemKind {
        match pair.as_rule() {
            Rule::import => ItemKind::Import(self.import(pair)),
            Rule::app => ItemKind::App(self.app(pair)),
            Rule::param_decl => ItemKind::Param(self.deploy_param(pair)),
            Rule::type_decl => ItemKind::Type(self.type_decl(pair)),
            Rule::error_decl => ItemKind::ErrorDecl(self.error_decl(pair)),
            Rule::raw_resource => ItemKind::RawResource(self.raw_resource(pair)),
            Rule::workflow => {
                let (name, signature, body) = self.callable(pair);
                ItemKind::Workflow(WorkflowDecl { name, signature, body })
            }
            Rule::step => {
                let (name, signature, body) = self.callable(pair);
                ItemKind::Step(StepDecl { name, signature, body })
            }
            Rule::fn_decl => ItemKind::Fn(self.fn_decl(pair)),
            Rule::policy => ItemKind::Policy(self.policy(pair)),
            Rule::api => ItemKind::Api(self.api(pair)),
            Rule::on => ItemKind::On(self.on(pair)),
            Rule::const_decl => ItemKind::Const(self.const_decl(pair)),
            Rule::output => {
                let (name, value, settings) = self.named_value(pair);
                ItemKind::Output(OutputDecl { name, value, settings })
            }
            Rule::condition => {
                let (name, value, _) = self.named_value(pair);
                ItemKind::Condition(ConditionDecl { name, value })
            }
            Rule::test => ItemKind::Test(self.test(pair)),
            Rule::kind => ItemKind::Kind(self.kind(pair)),
            Rule::resource => ItemKind::Resource(self.resource(pair)),
            _ => ItemKind::Error,
        }
    }

    fn nameless(&self, at: Span) -> Name {
        Name { text: String::new(), span: at.tail() }
    }

    fn import(&mut self, pair: P<'i>) -> Import {
        let mut import = Import { names: Vec::new(), path: self.nameless(self.span(&pair)) };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::import_names => import.names = self.name_list(inner),
                Rule::plain_string => import.path = self.plain_string(inner),
                _ => import.path.span = self.expected(&inner, "string"),
            }
        }
        import
    }

    /// `{ a, b }` or `(a, b)`: names with commas or lines between.
    pub(super) fn name_list(&mut self, pair: P<'i>) -> Vec<Name> {
        let mut names = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name => names.push(self.name(&inner)),
                Rule::bad_field | Rule::bad_item => self.junk(&inner),
                _ => {}
            }
        }
        names
    }

    fn app(&mut self, pair: P<'i>) -> App {
        let mut app = App { name: self.nameless(self.span(&pair)), settings: Vec::new() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::settings => app.settings = self.fields(inner),
                _ => app.name = self.name(&inner),
            }
        }
        app
    }

    fn deploy_param(&mut self, pair: P<'i>) -> DeployParam {
        let name = self.nameless(self.span(&pair));
        let mut param = DeployParam { name, ty: None, default: None, settings: Vec::new() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::of_type => param.ty = Some(self.of_type(inner)),
                Rule::initial => param.default = Some(self.initial(inner)),
                Rule::settings => param.settings = self.fields(inner),
                _ => param.name = self.name(&inner),
            }
        }
        param
    }

    fn type_decl(&mut self, pair: P<'i>) -> TypeDecl {
        let at = self.span(&pair);
        let mut decl =
            TypeDecl { name: self.nameless(at), ty: TypeExpr { kind: TypeKind::Missing, span: at.tail() } };
        let mut foreign = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::type_word => foreign = self.slip(&inner, "type"),
                Rule::missing_equals if foreign => {}
                Rule::missing_equals => {
                    self.expected(&inner, "equals");
                }
                Rule::name | Rule::missing_name => decl.name = self.name(&inner),
                _ => decl.ty = self.ty(inner),
            }
        }
        decl
    }

    /// Reports a word of another language. True where it is one.
    fn slip(&mut self, pair: &P<'i>, ours: &str) -> bool {
        let foreign = pair.as_str() != ours;
        if foreign {
            self.diagnostics.push(report::foreign_word(self.span(pair), pair.as_str(), ours));
        }
        foreign
    }

    fn error_decl(&mut self, pair: P<'i>) -> ErrorDecl {
        let mut decl =
            ErrorDecl { name: self.nameless(self.span(&pair)), fields: Vec::new(), wire_name: None };
        let mut named = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::type_record => decl.fields = self.type_fields(inner),
                Rule::plain_string => decl.wire_name = Some(self.plain_string(inner)),
                Rule::missing_name if named => {
                    self.expected(&inner, "string");
                }
                _ => {
                    decl.name = self.name(&inner);
                    named = true;
                }
            }
        }
        decl
    }

    fn raw_resource(&mut self, pair: P<'i>) -> RawResource {
        let at = self.nameless(self.span(&pair));
        let mut decl = RawResource { name: at.clone(), cfn_type: at, properties: Vec::new() };
        let mut named = false;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::settings => decl.properties = self.fields(inner),
                Rule::raw_type => decl.cfn_type = self.name(&inner),
                Rule::missing_name if named => decl.cfn_type.span = self.expected(&inner, "type"),
                _ => {
                    decl.name = self.name(&inner);
                    named = true;
                }
            }
        }
        decl
    }

    fn callable(&mut self, pair: P<'i>) -> (Name, Signature, Block) {
        let at = self.span(&pair);
        let (mut name, mut signature) = (self.nameless(at), Signature::default());
        let mut body = Block { statements: Vec::new(), span: at.tail() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::signature => signature = self.signature(inner),
                Rule::bad_header => self.junk(&inner),
                Rule::block | Rule::missing_block => body = self.block(inner),
                _ => name = self.name(&inner),
            }
        }
        (name, signature, body)
    }

    fn fn_decl(&mut self, pair: P<'i>) -> FnDecl {
        let at = self.span(&pair);
        let (mut name, mut signature) = (self.nameless(at), Signature::default());
        let mut body = Expr { kind: ExprKind::Missing, span: at.tail() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::fn_word => {
                    self.slip(&inner, "fn");
                }
                Rule::arrow_slip => {
                    self.slip(&inner, "=");
                }
                Rule::signature => signature = self.signature(inner),
                Rule::block | Rule::missing_block => {
                    let block = self.block(inner);
                    let span = block.span;
                    body = Expr { kind: ExprKind::Block { label: None, block }, span };
                }
                Rule::expr | Rule::missing_expr => body = self.expr(inner),
                _ => name = self.name(&inner),
            }
        }
        FnDecl { name, signature, body }
    }

    pub(super) fn signature(&mut self, pair: P<'i>) -> Signature {
        let mut signature = Signature { span: self.span(&pair), ..Signature::default() };
        for inner in pair.into_inner() {
            self.signature_part(&mut signature, inner);
        }
        signature
    }

    fn signature_part(&mut self, signature: &mut Signature, pair: P<'i>) {
        match pair.as_rule() {
            Rule::params => {
                signature.written = true;
                signature.params = self.params(pair);
            }
            Rule::throws => signature.throws = self.error_names(pair),
            Rule::result_slip => {
                let at = self.span(&pair);
                let ours = if pair.as_str() == ":" { " ->" } else { "->" };
                let code = self.text.get(pair.as_span().end()..).is_some_and(super::habits::begins_statement);
                let report = match pair.as_str() {
                    ":" if code => foreign::unbraced(at),
                    sign => foreign::sign(at, sign, ours, "the result"),
                };
                self.diagnostics.push(report);
            }
            _ if self.diagnostics.last().is_some_and(|last| last.message == foreign::UNBRACED) => {}
            _ => signature.result = Some(self.ty(pair)),
        }
    }

    pub(super) fn params(&mut self, pair: P<'i>) -> Vec<Param> {
        let mut params = Vec::new();
        self.separated(pair, |builder, inner| {
            let param = builder.param(inner);
            params.push(param);
        });
        params
    }

    pub(super) fn param(&mut self, pair: P<'i>) -> Param {
        let span = self.span(&pair);
        let mut param = Param { name: self.nameless(span), ty: None, default: None, span };
        let mut question = None;
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::question => question = Some(self.span(&inner)),
                Rule::of_type => param.ty = Some(self.of_type(inner)),
                Rule::initial => param.default = Some(self.initial(inner)),
                _ => param.name = self.name(&inner),
            }
        }
        if let Some(question) = question {
            let ty = param.ty.as_ref().map_or(question, |ty| ty.span);
            self.diagnostics.push(report::optional_name(question, ty));
        }
        param
    }

    fn policy(&mut self, pair: P<'i>) -> PolicyDecl {
        let mut decl = PolicyDecl { name: self.nameless(self.span(&pair)), clauses: Vec::new() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::clause => decl.clauses.extend(self.clause(inner)),
                Rule::missing_equals => {
                    self.expected(&inner, "equals");
                }
                _ => decl.name = self.name(&inner),
            }
        }
        decl
    }

    fn api(&mut self, pair: P<'i>) -> ApiDecl {
        let name = self.nameless(self.span(&pair));
        let mut decl = ApiDecl { name, settings: Vec::new(), routes: Vec::new() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::missing_block => {
                    self.expected(&inner, "block");
                }
                Rule::api_body => self.api_body(&mut decl, inner),
                _ => decl.name = self.name(&inner),
            }
        }
        decl
    }

    fn api_body(&mut self, decl: &mut ApiDecl, pair: P<'i>) {
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::route => {
                    let route = self.route(inner);
                    decl.routes.push(route);
                }
                Rule::field => {
                    let field = self.field(inner);
                    decl.settings.push(field);
                }
                Rule::bad_field => self.not_a_field(&inner),
                _ => {}
            }
        }
    }

    fn route(&mut self, pair: P<'i>) -> Route {
        let span = self.after_docs(&pair);
        let missing = Expr { kind: ExprKind::Missing, span: span.tail() };
        let mut route = Route {
            docs: None,
            attributes: Vec::new(),
            method: self.nameless(span),
            path: self.nameless(span),
            params: Vec::new(),
            action: Action { start: None, call: missing },
            settings: Vec::new(),
            span,
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::doc => self.doc(&mut route.docs, &inner),
                Rule::attribute => route.attributes.push(self.attribute(inner)),
                Rule::string => route.path = self.string_name(inner),
                Rule::params => route.params = self.params(inner),
                Rule::action | Rule::missing_action => route.action = self.action(inner),
                Rule::settings => route.settings = self.fields(inner),
                _ => route.method = self.name(&inner),
            }
        }
        route
    }

    /// The span of something that may begin with docs, without them.
    pub(super) fn after_docs(&self, pair: &P<'i>) -> Span {
        let whole = self.span(pair);
        let first = pair.clone().into_inner().find(|inner| inner.as_rule() != Rule::doc);
        first.map_or(whole, |first| Span { start: self.span(&first).start.max(whole.start), ..whole })
    }

    fn action(&mut self, pair: P<'i>) -> Action {
        if pair.as_rule() == Rule::missing_action {
            let span = self.expected(&pair, "action");
            return Action { start: None, call: Expr { kind: ExprKind::Missing, span } };
        }
        let span = self.span(&pair);
        let mut action = Action { start: None, call: Expr { kind: ExprKind::Missing, span: span.tail() } };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::start => action.start = Some(self.span(&inner)),
                _ => action.call = self.expr(inner),
            }
        }
        action
    }

    fn on(&mut self, pair: P<'i>) -> OnDecl {
        let at = self.span(&pair).tail();
        let missing = Expr { kind: ExprKind::Missing, span: at };
        let action = Action { start: None, call: missing.clone() };
        let mut decl = OnDecl { source: missing, event: None, when: None, action, settings: Vec::new() };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::source | Rule::missing_expr => decl.source = self.expr(inner),
                Rule::when => decl.when = self.only_expr(inner),
                Rule::action | Rule::missing_action => decl.action = self.action(inner),
                Rule::settings => decl.settings = self.fields(inner),
                _ => decl.event = Some(self.name(&inner)),
            }
        }
        decl
    }

    fn const_decl(&mut self, pair: P<'i>) -> ConstDecl {
        let at = self.span(&pair);
        let value = Expr { kind: ExprKind::Missing, span: at.tail() };
        let mut decl = ConstDecl { name: self.nameless(at), ty: None, value };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::let_word => {
                    self.slip(&inner, "let");
                }
                Rule::of_type => decl.ty = Some(self.of_type(inner)),
                Rule::initial | Rule::missing_initial => decl.value = self.initial(inner),
                _ => decl.name = self.name(&inner),
            }
        }
        decl
    }

    fn named_value(&mut self, pair: P<'i>) -> (Name, Expr, Vec<Field>) {
        let at = self.span(&pair);
        let mut name = self.nameless(at);
        let mut value = Expr { kind: ExprKind::Missing, span: at.tail() };
        let mut settings = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::initial | Rule::missing_initial => value = self.initial(inner),
                Rule::settings => settings = self.fields(inner),
                _ => name = self.name(&inner),
            }
        }
        (name, value, settings)
    }

    fn test(&mut self, pair: P<'i>) -> TestDecl {
        let at = self.span(&pair);
        let body = Block { statements: Vec::new(), span: at.tail() };
        let mut decl = TestDecl { title: self.nameless(at), body };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::plain_string => decl.title = self.plain_string(inner),
                Rule::missing_name => decl.title.span = self.expected(&inner, "string"),
                Rule::bad_header => self.junk(&inner),
                _ => decl.body = self.block(inner),
            }
        }
        decl
    }

    fn resource(&mut self, pair: P<'i>) -> ResourceDecl {
        let at = self.nameless(self.span(&pair));
        let mut names = Vec::new();
        let mut decl = ResourceDecl {
            kind: at.clone(),
            name: at,
            signature: Signature::default(),
            of: None,
            settings: Vec::new(),
        };
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::name => names.push(self.name(&inner)),
                Rule::signature => decl.signature = self.signature(inner),
                Rule::settings => decl.settings = self.fields(inner),
                _ => decl.of = Some(self.ty(inner)),
            }
        }
        let mut names = names.into_iter();
        decl.kind = names.next().unwrap_or(decl.kind);
        decl.name = names.next().unwrap_or(decl.name);
        decl
    }

    fn kind(&mut self, pair: P<'i>) -> KindDecl {
        let mut names = Vec::new();
        let at = self.nameless(self.span(&pair));
        let mut members = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::kind_body => members = self.members(inner),
                _ => names.push(self.name(&inner)),
            }
        }
        let mut names = names.into_iter();
        KindDecl { name: names.next().unwrap_or(at), of: names.next(), members }
    }

    fn members(&mut self, pair: P<'i>) -> Vec<KindMember> {
        let mut members = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::member => {
                    let member = self.member(inner);
                    members.push(member);
                }
                Rule::bad_field => self.not_a_field(&inner),
                _ => {}
            }
        }
        members
    }

    fn member(&mut self, pair: P<'i>) -> KindMember {
        let span = self.after_docs(&pair);
        let mut member = KindMember {
            docs: None,
            attributes: Vec::new(),
            word: self.nameless(span),
            name: self.nameless(span),
            signature: Signature { span: span.tail(), ..Signature::default() },
            ty: None,
            cfn_type: None,
            value: None,
            body: None,
            when: None,
            span,
        };
        let mut names = Vec::new();
        for inner in pair.into_inner() {
            match inner.as_rule() {
                Rule::doc => self.doc(&mut member.docs, &inner),
                Rule::attribute => member.attributes.push(self.attribute(inner)),
                Rule::name => names.push(self.name(&inner)),
                Rule::string => names.push(self.string_name(inner)),
                Rule::cfn_type => member.cfn_type = Some(self.name(&inner)),
                Rule::member_type => member.ty = self.only_type(inner),
                Rule::initial => member.value = Some(self.initial(inner)),
                Rule::settings => member.body = Some(self.fields(inner)),
                Rule::when => member.when = self.only_expr(inner),
                _ => {
                    let part = self.span(&inner);
                    let empty = member.signature.span == span.tail();
                    member.signature.span = if empty { part } else { member.signature.span.to(part) };
                    self.signature_part(&mut member.signature, inner);
                }
            }
        }
        let mut names = names.into_iter();
        member.word = names.next().unwrap_or(member.word);
        member.name = names.next().unwrap_or(member.name);
        member
    }
}
