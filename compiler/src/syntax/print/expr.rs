//! Expressions. The tree has no parentheses; they are put where the operators need them.

use crate::syntax::ast::*;

use super::doc::Doc;
use super::fields::{Braces, list_hugs};
use super::stmt::{Lines, label_text};
use super::types::literal_text;
use super::{Printer, escape};

const LEAST: u8 = 0;
const RANGE: u8 = 6;
const CAST: u8 = 9;
const UNARY: u8 = 10;
const POSTFIX: u8 = 11;

impl<'a> Printer<'a> {
    pub(super) fn expr(&mut self, expr: &Expr) -> Doc {
        self.expr_in(expr, LEAST)
    }

    /// In parentheses where it binds less tightly than `least`.
    fn expr_in(&mut self, expr: &Expr, least: u8) -> Doc {
        let doc = self.bare(expr);
        if level(expr) < least { in_parentheses(doc) } else { doc }
    }

    /// An expression with a block behind it.
    pub(super) fn before_block(&mut self, expr: &Expr) -> Doc {
        let doc = match &expr.kind {
            // Deeper than the block that follows.
            ExprKind::Binary { op, .. } => self.binary(expr, *op, true),
            _ => self.expr(expr),
        };
        if is_open(expr) { in_parentheses(doc) } else { doc }
    }

    /// An expression in a place that takes neither lambdas nor clauses.
    pub(super) fn plain(&mut self, expr: &Expr) -> Doc {
        let doc = self.expr(expr);
        if has_clause_or_lambda(expr) || is_open(expr) { in_parentheses(doc) } else { doc }
    }

    fn bare(&mut self, expr: &Expr) -> Doc {
        match &expr.kind {
            ExprKind::Missing => Doc::nil(),
            ExprKind::Literal(literal) => {
                self.text_block(expr).unwrap_or_else(|| Doc::text(literal_text(literal)))
            }
            ExprKind::Template(parts) => self.text_block(expr).unwrap_or_else(|| self.template(parts)),
            ExprKind::Duration(_) | ExprKind::Size(_) | ExprKind::Percent(_) => {
                Doc::text(self.as_written(expr))
            }
            ExprKind::Name(name) => Doc::text(name),
            ExprKind::List(elements) => self.elements(elements, expr.span.end),
            ExprKind::Record(fields) => self.fields(fields, expr.span.end),
            ExprKind::Range(from, to) => {
                Doc::concat([self.range_start(from), Doc::text(".."), self.right(to, RANGE + 1)])
            }
            ExprKind::Field { .. }
            | ExprKind::Index { .. }
            | ExprKind::Slice { .. }
            | ExprKind::Call { .. }
            | ExprKind::Alias { .. } => self.chain(expr),
            ExprKind::Lambda { params, body } => self.lambda(params, body),
            ExprKind::Unary { op, operand } => {
                let sign = if *op == UnaryOp::Not { "!" } else { "-" };
                let twice = *op == UnaryOp::Negate
                    && matches!(operand.kind, ExprKind::Unary { op: UnaryOp::Negate, .. });
                let operand = self.right(operand, UNARY);
                Doc::concat([Doc::text(sign), if twice { in_parentheses(operand) } else { operand }])
            }
            ExprKind::Binary { op, .. } => self.binary(expr, *op, false),
            ExprKind::Cast { value, ty } => {
                let value = match value.kind {
                    ExprKind::Cast { .. } => self.expr(value),
                    _ => self.left(value, UNARY),
                };
                Doc::concat([value, Doc::text(" as "), self.ty(ty)])
            }
            ExprKind::If { condition, then, otherwise } => {
                self.if_chain(condition, then, otherwise.as_deref())
            }
            ExprKind::Match { value, arms } => self.match_expr(value, arms, expr.span.end),
            ExprKind::Block { label, block } => Doc::concat([label_text(label), self.block(block)]),
            ExprKind::Await { token, call } => {
                let token = token.as_ref().map_or(String::new(), |name| format!("{} => ", name.text));
                Doc::concat([Doc::text(format!("await {token}")), self.awaited(call)])
            }
            ExprKind::Guarded { call, clauses } => self.guarded(call, clauses),
            ExprKind::Map { options, binder, index, items, body } => {
                let mut parts = vec![Doc::text("map ")];
                parts.extend(self.options(options, expr.span.start));
                parts.push(self.each_in(binder, index.as_ref(), items, body));
                Doc::Concat(parts)
            }
            ExprKind::Parallel { options, branches } => self.parallel(options, branches, expr),
            ExprKind::Transact(requests) => self.transact(requests, expr),
            ExprKind::Try { body, clauses, finally } => self.try_expr(body, clauses, finally.as_ref()),
            ExprKind::Saga { body, clauses } => {
                let head = Doc::concat([Doc::text("saga "), self.block(body)]);
                let clauses = self.clauses(clauses);
                Doc::concat([head, clauses])
            }
            ExprKind::Return(value) => self.leave("return", value.as_deref()),
            ExprKind::Fail(value) => self.leave("fail", value.as_deref()),
            ExprKind::Break(label) => Doc::text(jump("break", label)),
            ExprKind::Continue(label) => Doc::text(jump("continue", label)),
            ExprKind::ContinueAs(call) => Doc::concat([Doc::text("continue as "), self.right(call, UNARY)]),
        }
    }

    /// Numbers with units keep the units they were given.
    fn as_written(&self, expr: &Expr) -> String {
        let text = self.slice(expr.span.start, expr.span.end);
        text.trim_matches(|c: char| !(c.is_ascii_alphanumeric() || c == '%')).to_owned()
    }

    /// A text over several lines stays as it is written: its indentation counts.
    fn text_block(&mut self, expr: &Expr) -> Option<Doc> {
        let text = self.slice(expr.span.start, expr.span.end);
        let block = text.starts_with("\"\"\"") && text.contains('\n');
        block.then(|| Doc::text(text.replace("\r\n", "\n")))
    }

    /// Holes are on one line, as the whole string must be; a comment that waits for its place must not get into one.
    fn template(&mut self, parts: &[TemplatePart]) -> Doc {
        let next = std::mem::replace(&mut self.next, usize::MAX);
        let mut text = String::from("\"");
        for part in parts {
            match part {
                TemplatePart::Text(plain, _) => text.push_str(&escape(plain)),
                TemplatePart::Hole(hole) => text.push_str(&format!("${{{}}}", self.expr(hole).flat())),
            }
        }
        self.next = next;
        text.push('"');
        Doc::text(text)
    }

    fn elements(&mut self, elements: &[Element], end: u32) -> Doc {
        let span = |element: &Element| match element {
            Element::Item(value) => value.span,
            Element::Spread(_, span) => *span,
        };
        if let [Element::Item(value)] = elements
            && list_hugs(elements)
            && !self.comments_between(elements.iter().map(span), end)
        {
            return Doc::concat([Doc::text("["), self.expr(value), Doc::text("]")]);
        }
        if elements.iter().all(is_number) && !self.comments_between(elements.iter().map(span), end) {
            let numbers: Vec<Doc> = elements
                .iter()
                .map(|element| match element {
                    Element::Item(value) | Element::Spread(value, _) => self.expr(value),
                })
                .collect();
            let body = Doc::indent([Doc::Line(""), Doc::fill(numbers, ","), Doc::IfBroken(",")]);
            return Doc::group([Doc::text("["), body, Doc::Line(""), Doc::text("]")]);
        }
        self.list(("[", "]"), elements, end, span, |printer, element| match element {
            Element::Item(value) => printer.expr(value),
            Element::Spread(value, _) => Doc::concat([Doc::text("..."), printer.expr(value)]),
        })
    }

    /// `a.b(c).d`: breaks before its dots where it has several calls and does not fit.
    fn chain(&mut self, expr: &Expr) -> Doc {
        let mut links = Vec::new();
        let mut base = expr;
        while let Some(inner) = chain_base(base) {
            links.push(base);
            base = inner;
        }
        if self.comments_in_chain(&links) {
            return self.commented_chain(base, links);
        }
        let called = |link: &&&Expr| matches!(link.kind, ExprKind::Call { .. });
        let calls = links.iter().filter(called).count();
        let with_lambda =
            |link: &&Expr| matches!(&link.kind, ExprKind::Call { arguments, .. } if has_lambda(arguments));
        let breaks = calls > 2 || links.iter().copied().filter(with_lambda).count() > 1;
        let mut head = vec![self.left(base, POSTFIX)];
        let mut tail = Vec::new();
        let mut dots = 0;
        for link in links.into_iter().rev() {
            let method = matches!(link.kind, ExprKind::Field { .. });
            dots += usize::from(method);
            let doc = self.link(link);
            let first = if calls > 2 { 1 } else { 0 };
            if !breaks || dots <= first {
                head.push(doc);
            } else {
                tail.extend(method.then_some(Doc::Line("")));
                tail.push(doc);
            }
        }
        head.push(Doc::indent(tail));
        Doc::group(head)
    }

    /// Whether comments stand between the links of a chain.
    fn comments_in_chain(&self, links: &[&Expr]) -> bool {
        links.iter().any(|link| {
            let (ExprKind::Field { name, .. }, Some(base)) = (&link.kind, chain_base(link)) else {
                return false;
            };
            let at = self.comments.partition_point(|comment| comment.span.start < base.span.end);
            self.comments.get(at).is_some_and(|comment| comment.span.start < name.span.start)
        })
    }

    /// A chain with comments between its links: what the writer put on a line of its own stays there.
    fn commented_chain(&mut self, base: &Expr, links: Vec<&Expr>) -> Doc {
        let head = self.left(base, POSTFIX);
        let mut end = base.span.end;
        let mut tail = Vec::new();
        for link in links.into_iter().rev() {
            if let ExprKind::Field { name, .. } = &link.kind {
                let at = name.span.start;
                let own_line = self.line_before(at).trim_start().trim_start_matches(['.', '?']).is_empty();
                let behind = self.trailing(end, at);
                let above = self.leading(at);
                let broken = own_line || behind.is_some() || !above.is_empty();
                tail.extend(behind.map(|comment| Doc::text(format!(" {comment}"))));
                if !above.is_empty() {
                    tail.push(Doc::Hard);
                    tail.extend(above);
                }
                tail.extend(broken.then_some(Doc::Hard));
            }
            tail.push(self.link(link));
            end = link.span.end;
        }
        Doc::concat([head, Doc::nest(tail)])
    }

    /// The last piece of a chain.
    fn link(&mut self, expr: &Expr) -> Doc {
        match &expr.kind {
            ExprKind::Field { optional, name, .. } => {
                Doc::text(format!("{}{}", if *optional { "?." } else { "." }, name.text))
            }
            ExprKind::Index { optional, index, .. } => {
                let open = if *optional { "?.[" } else { "[" };
                Doc::concat([Doc::text(open), self.expr(index), Doc::text("]")])
            }
            ExprKind::Slice { from, to, .. } => {
                let from = from.as_ref().map_or(Doc::nil(), |from| self.range_start(from));
                let to = to.as_ref().map_or(Doc::nil(), |to| self.right(to, RANGE + 1));
                Doc::concat([Doc::text("["), from, Doc::text(".."), to, Doc::text("]")])
            }
            ExprKind::Call { arguments, .. } => self.arguments(arguments, expr.span.end),
            ExprKind::Alias { alias, .. } => Doc::text(format!("@{}", alias.text)),
            _ => Doc::nil(),
        }
    }

    fn lambda(&mut self, params: &[Param], body: &Expr) -> Doc {
        let head = match params {
            [Param { name, ty: None, .. }] => Doc::text(&name.text),
            _ => {
                let params: Vec<Doc> = params.iter().map(|param| self.param(param)).collect();
                Doc::concat([Doc::text("("), Doc::join(params, &Doc::text(", ")), Doc::text(")")])
            }
        };
        let body_doc = self.arrow_body(body);
        let body_doc = if has_clause(body) { in_parentheses(body_doc) } else { body_doc };
        Doc::concat([head, Doc::text(" => "), body_doc])
    }

    /// Behind `=>` empty braces would be an empty block.
    fn arrow_body(&mut self, body: &Expr) -> Doc {
        match &body.kind {
            ExprKind::Record(fields) if fields.is_empty() => Doc::text("({})"),
            _ => self.expr(body),
        }
    }

    /// The clauses behind an `await` are its own, and `await x => …` has a meaning of its own.
    fn awaited(&mut self, call: &Expr) -> Doc {
        if has_clause(call) {
            return in_parentheses(self.expr(call));
        }
        match &call.kind {
            ExprKind::Record(fields) if fields.is_empty() => Doc::text("({})"),
            _ => self.expr_in(call, UNARY),
        }
    }

    /// Operators of one kind in a row break together. `deep`: with more indentation than a block behind it.
    fn binary(&mut self, expr: &Expr, op: BinaryOp, deep: bool) -> Doc {
        let power = binding(op);
        let mut operands = Vec::new();
        let mut rest = expr;
        let mut first = None;
        while let ExprKind::Binary { op: this, left, right, .. } = &rest.kind {
            if binding(*this) != power || (first.is_some() && op == BinaryOp::Coalesce) {
                break;
            }
            if op == BinaryOp::Coalesce {
                operands.push((*this, right));
                first = Some(left.as_ref());
                break;
            }
            operands.push((*this, right));
            rest = left;
            first = Some(rest);
        }
        let head = first.unwrap_or(expr);
        let head_doc = self.left(head, if op == BinaryOp::Coalesce { power + 1 } else { power });
        let mut tail = Vec::new();
        let count = operands.len();
        for (index, (op, operand)) in operands.into_iter().rev().enumerate() {
            let least = if op == BinaryOp::Coalesce { power } else { power + 1 };
            let comments = self.between(op, head.span.start, operand.span.start);
            let right =
                if index + 1 < count { self.left(operand, least) } else { self.right(operand, least) };
            let text = operator_text(op);
            match op {
                BinaryOp::Or | BinaryOp::And | BinaryOp::Coalesce => {
                    tail.extend(comments.unwrap_or_else(|| vec![Doc::Line(" ")]));
                    tail.extend([Doc::text(format!("{text} ")), right]);
                }
                BinaryOp::In => tail.extend([Doc::text(" in "), right]),
                _ => {
                    tail.push(Doc::text(format!(" {text}")));
                    tail.extend(comments.unwrap_or_else(|| vec![Doc::Line(" ")]));
                    tail.push(right);
                }
            }
        }
        let tail = Doc::indent(tail);
        Doc::strict([head_doc, if deep { Doc::indent([tail]) } else { tail }])
    }

    /// The comments between two operands, and the newlines around them. A line can't end or begin with `in`.
    fn between(&mut self, op: BinaryOp, start: u32, operand: u32) -> Option<Vec<Doc>> {
        let first = self.pending(operand).filter(|it| it.span.start >= start && op != BinaryOp::In)?;
        let mut docs = Vec::new();
        if !first.own_line {
            self.next += 1;
            docs.push(Doc::text(format!(" {}", first.text.trim_end())));
        }
        docs.push(Doc::Hard);
        let own = self.leading(operand);
        if !own.is_empty() {
            docs.extend(own);
            docs.push(Doc::Hard);
        }
        Some(docs)
    }

    /// A left operand: what is open on its right would swallow the operator.
    fn left(&mut self, expr: &Expr, least: u8) -> Doc {
        let doc = self.expr_in(expr, least);
        if level(expr) >= least && is_open(expr) { in_parentheses(doc) } else { doc }
    }

    /// What stands before `..`: the `?` of a type must not touch a dot, which would make it `?.`.
    fn range_start(&mut self, expr: &Expr) -> Doc {
        let doc = self.left(expr, RANGE);
        let closed = level(expr) < RANGE || is_open(expr);
        if !closed && ends_in_cast(expr) { in_parentheses(doc) } else { doc }
    }

    /// A right operand may be a lambda or a `fail` without parentheses.
    fn right(&mut self, expr: &Expr, least: u8) -> Doc {
        match expr.kind {
            ExprKind::Lambda { .. } | ExprKind::Return(_) | ExprKind::Fail(_) if least < POSTFIX => {
                self.bare(expr)
            }
            ExprKind::Guarded { .. } if least <= UNARY => self.bare(expr),
            _ => self.expr_in(expr, least),
        }
    }

    /// The blocks are on one line all together, or each on lines of its own.
    fn if_chain(&mut self, condition: &Expr, then: &Block, otherwise: Option<&Expr>) -> Doc {
        let mut heads = vec![("if ", Some(condition))];
        let mut blocks = vec![then];
        let mut rest = otherwise;
        while let Some(expr) = rest {
            rest = None;
            match &expr.kind {
                ExprKind::If { condition, then, otherwise } => {
                    heads.push((" else if ", Some(condition)));
                    blocks.push(then);
                    rest = otherwise.as_deref();
                }
                ExprKind::Block { block, .. } => {
                    heads.push((" else ", None));
                    blocks.push(block);
                }
                _ => {}
            }
        }
        let broken = blocks.len() > 1 && blocks.iter().any(|block| self.is_broken(block));
        let mut parts = Vec::new();
        for ((word, condition), block) in heads.into_iter().zip(blocks) {
            parts.push(Doc::text(word));
            if let Some(condition) = condition {
                parts.push(self.before_block(condition));
                parts.push(Doc::text(" "));
            }
            parts.push(self.block_in(block, if broken { Lines::All } else { Lines::Shared }));
        }
        Doc::strict(parts)
    }

    fn match_expr(&mut self, value: &Expr, arms: &[MatchArm], end: u32) -> Doc {
        let head = Doc::concat([Doc::text("match "), self.before_block(value), Doc::text(" ")]);
        let broken = arms.iter().any(|arm| arm.docs.is_some());
        let style = Braces { end, flat_separator: ", ", line_separator: "", broken };
        let arms = self.braces(arms, &style, |arm| arm.span, |printer, arm| printer.arm(arm));
        Doc::concat([head, arms])
    }

    fn arm(&mut self, arm: &MatchArm) -> Doc {
        let mut parts = self.docs(&arm.docs);
        parts.push(self.match_pattern(&arm.pattern));
        if let Some(guard) = &arm.guard {
            parts.push(Doc::text(" when "));
            parts.push(self.plain(guard));
        }
        parts.push(Doc::text(" => "));
        parts.push(self.arrow_body(&arm.body));
        Doc::Concat(parts)
    }

    fn match_pattern(&mut self, pattern: &MatchPattern) -> Doc {
        match &pattern.kind {
            MatchKind::Missing => Doc::nil(),
            MatchKind::Wildcard => Doc::text("_"),
            MatchKind::Literal(literal) => Doc::text(literal_text(literal)),
            MatchKind::Bind { name, ty } => Doc::concat([Doc::text(&name.text), self.of_type(ty.as_ref())]),
            MatchKind::Record { fields, bind } => {
                let end = bind.as_ref().map_or(pattern.span.end, |name| name.span.start);
                let style = Braces { end, flat_separator: ", ", line_separator: ",", broken: false };
                let span = |(name, inner): &(Name, MatchPattern)| name.span.to(inner.span);
                let record = self.braces(fields, &style, span, |printer, field| printer.match_field(field));
                let bind = bind.as_ref().map_or(String::new(), |name| format!(" as {}", name.text));
                Doc::concat([record, Doc::text(bind)])
            }
            MatchKind::Or(members) => {
                let docs: Vec<Doc> = members.iter().map(|member| self.match_pattern(member)).collect();
                let bar = Doc::concat([Doc::Line(" "), Doc::text("| ")]);
                Doc::group([Doc::join(docs, &bar)])
            }
        }
    }

    fn match_field(&mut self, (name, pattern): &(Name, MatchPattern)) -> Doc {
        if let MatchKind::Bind { name: bound, ty: None } = &pattern.kind
            && bound == name
        {
            return Doc::text(&name.text);
        }
        let quoted = self.slice(name.span.start, name.span.end).starts_with('"');
        Doc::concat([Doc::text(format!("{}: ", self.name(name, quoted))), self.match_pattern(pattern)])
    }

    fn parallel(&mut self, options: &[Argument], branches: &Branches, expr: &Expr) -> Doc {
        let mut parts = vec![Doc::text("parallel ")];
        parts.extend(self.options(options, expr.span.start));
        parts.push(match branches {
            Branches::Statements(block) => self.block(block),
            Branches::Named(branches) => {
                let style =
                    Braces { end: expr.span.end, flat_separator: ", ", line_separator: "", broken: false };
                let span = |(name, block): &(Name, Block)| name.span.to(block.span);
                self.braces(branches, &style, span, |printer, (name, block)| printer.branch(name, block))
            }
        });
        Doc::Concat(parts)
    }

    fn transact(&mut self, requests: &Branches, expr: &Expr) -> Doc {
        let body = match requests {
            Branches::Statements(block) => self.block(block),
            Branches::Named(requests) => {
                let style =
                    Braces { end: expr.span.end, flat_separator: ", ", line_separator: "", broken: false };
                let span = |(name, block): &(Name, Block)| name.span.to(block.span);
                self.braces(requests, &style, span, |printer, (name, block)| printer.request(name, block))
            }
        };
        Doc::concat([Doc::text("transact "), body])
    }

    fn request(&mut self, name: &Name, block: &Block) -> Doc {
        let quoted = self.slice(name.span.start, name.span.end).starts_with('"');
        let value = match block.statements.as_slice() {
            [Stmt { kind: StmtKind::Expr(value), .. }] if value.span == block.span => self.expr(value),
            _ => self.block(block),
        };
        Doc::concat([Doc::text(format!("{}: ", self.name(name, quoted))), value])
    }

    fn branch(&mut self, name: &Name, block: &Block) -> Doc {
        let quoted = self.slice(name.span.start, name.span.end).starts_with('"');
        // A branch `{ a: 1 }` is a record already; braces around it would change nothing but the text.
        if let [Stmt { kind: StmtKind::Expr(value), .. }] = block.statements.as_slice()
            && matches!(value.kind, ExprKind::Record(_))
            && value.span == block.span
        {
            return Doc::concat([Doc::text(format!("{}: ", self.name(name, quoted))), self.expr(value)]);
        }
        Doc::concat([Doc::text(format!("{}: ", self.name(name, quoted))), self.block(block)])
    }

    fn try_expr(&mut self, body: &Block, clauses: &[Clause], finally: Option<&Block>) -> Doc {
        let mut parts = vec![Doc::text("try "), self.block(body), self.clauses(clauses)];
        if let Some(finally) = finally {
            parts.push(Doc::text(" finally "));
            parts.push(self.block(finally));
        }
        Doc::Concat(parts)
    }

    fn guarded(&mut self, call: &Expr, clauses: &[Clause]) -> Doc {
        let call = match call.kind {
            ExprKind::Cast { .. } | ExprKind::Await { .. } => self.expr(call),
            _ => self.left(call, POSTFIX),
        };
        let inline = clauses.iter().take_while(|clause| !self.starts_line(clause.span.start)).count();
        if inline < 2 || inline < clauses.len() {
            return Doc::concat([call, self.clauses(clauses)]);
        }
        let mut lines = Vec::new();
        for clause in clauses {
            lines.push(Doc::Line(" "));
            lines.push(self.clause(clause));
        }
        Doc::concat([call, Doc::group([Doc::indent(lines)])])
    }

    /// Clauses stay on the line or go to one of their own, as they were written.
    fn clauses(&mut self, clauses: &[Clause]) -> Doc {
        let own_line = |clause: &&Clause| self.starts_line(clause.span.start);
        let inline = clauses.iter().position(|clause| own_line(&clause)).unwrap_or(clauses.len());
        let (inline, lines) = clauses.split_at(inline);
        let mut docs = Vec::new();
        for clause in inline {
            let clause = self.clause(clause);
            docs.push(Doc::group([Doc::indent([Doc::Line(" "), clause])]));
        }
        let mut nested = Vec::new();
        for clause in lines {
            let comments = self.leading(clause.span.start);
            let own_line = self.starts_line(clause.span.start) || !comments.is_empty();
            if !comments.is_empty() {
                nested.push(Doc::Hard);
                nested.extend(comments);
            }
            nested.push(if own_line { Doc::Hard } else { Doc::text(" ") });
            nested.push(self.clause(clause));
        }
        if !nested.is_empty() {
            docs.push(Doc::nest(nested));
        }
        Doc::Concat(docs)
    }

    pub(super) fn clause(&mut self, clause: &Clause) -> Doc {
        match &clause.kind {
            ClauseKind::Within(None) => Doc::text("within never"),
            ClauseKind::Within(Some(value)) => Doc::concat([Doc::text("within "), self.plain(value)]),
            ClauseKind::Heartbeat(value) => Doc::concat([Doc::text("heartbeat "), self.plain(value)]),
            ClauseKind::With(name) => Doc::text(format!("with {}", name.text)),
            ClauseKind::Retry(retry) => self.retry(retry, clause.span.end),
            ClauseKind::Catch(catch) => {
                let errors = self.error_names(&catch.errors);
                let binder = catch.binder.as_ref().map_or(String::new(), |name| format!(" as {}", name.text));
                Doc::concat([Doc::text(format!("catch{errors}{binder} ")), self.block(&catch.body)])
            }
            ClauseKind::Undo { attempted, body } => {
                let word = if *attempted { "undo (attempted) " } else { "undo " };
                Doc::concat([Doc::text(word), self.block(body)])
            }
            ClauseKind::Role(value) => Doc::concat([Doc::text("as role("), self.expr(value), Doc::text(")")]),
        }
    }

    fn retry(&mut self, retry: &RetryClause, end: u32) -> Doc {
        let errors = match &retry.errors {
            RetryErrors::Any => String::new(),
            RetryErrors::Only(names) => self.error_names(names),
            RetryErrors::Except(names) => format!(" except{}", self.error_names(names)),
            RetryErrors::None => " none".to_owned(),
        };
        if retry.options.is_empty() {
            return Doc::text(format!("retry{errors}"));
        }
        Doc::concat([Doc::text(format!("retry{errors} ")), self.arguments(&retry.options, end)])
    }

    fn error_names(&self, names: &[ErrorName]) -> String {
        let names: Vec<String> = names.iter().map(|name| self.error_name(name)).collect();
        if names.is_empty() { String::new() } else { format!(" {}", names.join(" | ")) }
    }

    fn leave(&mut self, word: &str, value: Option<&Expr>) -> Doc {
        match value {
            Some(value) => Doc::concat([Doc::text(format!("{word} ")), self.expr(value)]),
            None => Doc::text(word),
        }
    }
}

fn jump(word: &str, label: &Option<Name>) -> String {
    label.as_ref().map_or(word.to_owned(), |label| format!("{word} '{}", label.text))
}

fn is_number(element: &Element) -> bool {
    let Element::Item(value) = element else { return false };
    let value = match &value.kind {
        ExprKind::Unary { op: UnaryOp::Negate, operand } => operand,
        _ => value,
    };
    matches!(value.kind, ExprKind::Literal(Literal::Number(_)))
}

fn has_lambda(arguments: &[Argument]) -> bool {
    arguments.iter().any(|it| matches!(it.value.kind, ExprKind::Lambda { .. }))
}

fn in_parentheses(doc: Doc) -> Doc {
    Doc::concat([Doc::text("("), doc, Doc::text(")")])
}

fn chain_base(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Field { base, .. }
        | ExprKind::Index { base, .. }
        | ExprKind::Slice { base, .. }
        | ExprKind::Alias { base, .. }
        | ExprKind::Call { callee: base, .. } => Some(base),
        _ => None,
    }
}

/// How tightly an expression binds.
fn level(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Lambda { .. } | ExprKind::ContinueAs(_) => LEAST,
        ExprKind::Return(value) | ExprKind::Fail(value) => {
            if value.is_some() {
                LEAST
            } else {
                UNARY
            }
        }
        ExprKind::Break(_) | ExprKind::Continue(_) => UNARY,
        ExprKind::Binary { op, .. } => binding(*op),
        ExprKind::Range(..) => RANGE,
        ExprKind::Cast { .. } | ExprKind::Guarded { .. } => CAST,
        ExprKind::Unary { .. } | ExprKind::Await { .. } => UNARY,
        _ => POSTFIX,
    }
}

/// What follows on the right would be taken for a part of it.
fn is_open(expr: &Expr) -> bool {
    match &expr.kind {
        // `5%` is a percentage only where nothing follows.
        ExprKind::Percent(_)
        | ExprKind::Lambda { .. }
        | ExprKind::Return(_)
        | ExprKind::Fail(_)
        | ExprKind::Break(None)
        | ExprKind::Continue(None)
        | ExprKind::ContinueAs(_)
        | ExprKind::Guarded { .. } => true,
        ExprKind::Unary { operand, .. } => is_open(operand),
        ExprKind::Await { call, .. } => is_open(call),
        ExprKind::Binary { right, .. } | ExprKind::Range(_, right) => is_open(right),
        _ => false,
    }
}

/// The last thing in it is the type of an `as`.
fn ends_in_cast(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Cast { .. } => true,
        ExprKind::Unary { operand: inner, .. } | ExprKind::Binary { right: inner, .. } => ends_in_cast(inner),
        _ => false,
    }
}

/// A clause stands in it outside of any brackets, and would be taken for one of what is around.
fn has_clause(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Guarded { .. } => true,
        ExprKind::Unary { operand: inner, .. }
        | ExprKind::Cast { value: inner, .. }
        | ExprKind::Lambda { body: inner, .. }
        | ExprKind::Await { call: inner, .. }
        | ExprKind::ContinueAs(inner) => has_clause(inner),
        ExprKind::Binary { left, right, .. } | ExprKind::Range(left, right) => {
            has_clause(left) || has_clause(right)
        }
        ExprKind::Return(Some(value)) | ExprKind::Fail(Some(value)) => has_clause(value),
        _ => false,
    }
}

fn has_clause_or_lambda(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Lambda { .. } => true,
        ExprKind::Unary { operand: inner, .. }
        | ExprKind::Cast { value: inner, .. }
        | ExprKind::Await { call: inner, .. }
        | ExprKind::ContinueAs(inner) => has_clause_or_lambda(inner),
        ExprKind::Binary { left, right, .. } | ExprKind::Range(left, right) => {
            has_clause_or_lambda(left) || has_clause_or_lambda(right)
        }
        ExprKind::Return(Some(value)) | ExprKind::Fail(Some(value)) => has_clause_or_lambda(value),
        _ => has_clause(expr),
    }
}

fn binding(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Coalesce => 1,
        BinaryOp::Or => 2,
        BinaryOp::And => 3,
        BinaryOp::Eq | BinaryOp::Ne => 4,
        BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge | BinaryOp::In => 5,
        BinaryOp::Add | BinaryOp::Sub => 7,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Rem => 8,
    }
}

pub(super) fn operator_text(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "||",
        BinaryOp::And => "&&",
        BinaryOp::Coalesce => "??",
        BinaryOp::Eq => "==",
        BinaryOp::Ne => "!=",
        BinaryOp::Lt => "<",
        BinaryOp::Le => "<=",
        BinaryOp::Gt => ">",
        BinaryOp::Ge => ">=",
        BinaryOp::In => "in",
        BinaryOp::Add => "+",
        BinaryOp::Sub => "-",
        BinaryOp::Mul => "*",
        BinaryOp::Div => "/",
        BinaryOp::Rem => "%",
    }
}
