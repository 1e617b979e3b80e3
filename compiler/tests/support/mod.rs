//! Syntax trees as short text, for tests to compare.
#![allow(dead_code)]

pub mod generate;
pub mod spans;

use compiler::source::FileId;
use compiler::syntax::ast::*;
use compiler::syntax::{Parsed, parse};

pub fn parsed(text: &str) -> Parsed {
    parse(FileId(0), text)
}

/// The codes of what is wrong, in order.
pub fn codes(text: &str) -> Vec<&'static str> {
    parsed(text).diagnostics.iter().map(|d| d.code.0).collect()
}

/// The statements of a workflow with this body.
pub fn statements(body: &str) -> (Vec<Stmt>, Vec<&'static str>) {
    let text = format!("workflow w() {{\n{body}\n}}\n");
    let parsed = parsed(&text);
    let codes = parsed.diagnostics.iter().map(|d| d.code.0).collect();
    let statements = parsed.file.items.into_iter().find_map(|item| match item.kind {
        ItemKind::Workflow(workflow) => Some(workflow.body.statements),
        _ => None,
    });
    (statements.unwrap_or_default(), codes)
}

/// The body's statements as text, each on a line, with the codes of what is wrong behind them.
pub fn tree(body: &str) -> String {
    let (statements, codes) = statements(body);
    let mut lines: Vec<String> = statements.iter().map(stmt).collect();
    lines.extend(codes.iter().map(|code| format!("!{code}")));
    lines.join("\n")
}

fn many<T>(items: &[T], show: impl Fn(&T) -> String) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(" ")
}

fn block(block: &Block) -> String {
    format!("{{{}}}", block.statements.iter().map(stmt).collect::<Vec<_>>().join("; "))
}

pub fn stmt(stmt: &Stmt) -> String {
    match &stmt.kind {
        StmtKind::Error => "(error)".into(),
        StmtKind::Let { mutable, pattern: bound, ty: annotated, value } => {
            let word = if *mutable { "var" } else { "let" };
            let annotated = annotated.as_ref().map_or(String::new(), |t| format!(": {}", ty(t)));
            format!("({word} {}{annotated} {})", pattern(bound), expr(value))
        }
        StmtKind::Assign { target, op, value } => {
            let op = op.map_or(String::new(), |op| format!("{op:?}"));
            format!("({op}= {} {})", expr(target), expr(value))
        }
        StmtKind::Expr(value) => expr(value),
        StmtKind::While { label, condition, body } => {
            format!("({}while {} {})", labelled(label), expr(condition), block(body))
        }
        StmtKind::Repeat { label, options, body, until } => {
            let until = until.as_ref().map_or(String::new(), |e| format!(" until {}", expr(e)));
            format!("({}repeat [{}] {}{until})", labelled(label), many(options, argument), block(body))
        }
        StmtKind::For { label, binder, index, items, body } => {
            let index = index.as_ref().map_or(String::new(), |n| format!(",{}", n.text));
            format!("({}for {}{index} {} {})", labelled(label), pattern(binder), expr(items), block(body))
        }
        StmtKind::Wait { until, value } => {
            format!("(wait{} {})", if *until { "-until" } else { "" }, expr(value))
        }
        StmtKind::Mock { target, params, parts } => {
            let part = |part: &MockPart| {
                let times = part.times.as_ref().map_or(String::new(), |e| format!("times {} ", expr(e)));
                let after = part.after.as_ref().map_or(String::new(), |e| format!("after {} ", expr(e)));
                format!("{times}{after}{}", block(&part.body))
            };
            format!("(mock {} [{}] {})", expr(target), many(params, |n| n.text.clone()), many(parts, part))
        }
        StmtKind::Expect(expectation) => match expectation {
            Expectation::True(value) => format!("(expect {})", expr(value)),
            Expectation::Failed { run, error } => {
                format!("(expect-failed {} {})", expr(run), error.as_ref().map_or("", |e| &e.text))
            }
            Expectation::Visited { run, state } => format!("(expect-visited {} {})", expr(run), expr(state)),
            Expectation::Snapshot(value) => format!("(expect-snapshot {})", expr(value)),
        },
        StmtKind::Each { binder, items, body } => {
            format!("(each {} {} {})", pattern(binder), expr(items), block(body))
        }
    }
}

fn labelled(label: &Option<Name>) -> String {
    label.as_ref().map_or(String::new(), |label| format!("'{}: ", label.text))
}

fn pattern(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Name(name) => name.text.clone(),
        Pattern::Record(fields, _) => {
            format!("{{{}}}", many(fields, |(field, name)| format!("{}:{}", field.text, name.text)))
        }
        Pattern::Missing(_) => "?".into(),
    }
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".into(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Number(text) => text.clone(),
        Literal::String(text) => format!("{text:?}"),
    }
}

pub fn ty(ty: &TypeExpr) -> String {
    match &ty.kind {
        TypeKind::Missing => "?".into(),
        TypeKind::Name(name) => name.clone(),
        TypeKind::Literal(value) => literal(value),
        TypeKind::Record(fields) => format!("{{{}}}", many(fields, type_field)),
        TypeKind::List(inner) => format!("{}[]", self::ty(inner)),
        TypeKind::Optional(inner) => format!("{}?", self::ty(inner)),
        TypeKind::Dict(inner) => format!("dict<{}>", self::ty(inner)),
        TypeKind::Union(members) => format!("(| {})", many(members, self::ty)),
        TypeKind::Of(name, inner) => format!("({} of {})", name.text, self::ty(inner)),
    }
}

fn type_field(field: &TypeField) -> String {
    match field {
        TypeField::Named { name, ty, .. } => format!("{}:{}", name.text, self::ty(ty)),
        TypeField::Spread(ty, _) => format!("...{}", self::ty(ty)),
        TypeField::Error(_) => "?".into(),
    }
}

fn argument(argument: &Argument) -> String {
    let name = argument.name.as_ref().map_or(String::new(), |name| format!("{}:", name.text));
    format!("{name}{}", expr(&argument.value))
}

fn field(field: &Field) -> String {
    match field {
        Field::Named { name, value, .. } => format!("{}:{}", name.text, expr(value)),
        Field::Shorthand(name) => name.text.clone(),
        Field::Spread(value, _) => format!("...{}", expr(value)),
        Field::Error(_) => "?".into(),
    }
}

fn optional(value: &Option<Box<Expr>>) -> String {
    value.as_ref().map_or(String::new(), |value| format!(" {}", expr(value)))
}

pub fn expr(value: &Expr) -> String {
    match &value.kind {
        ExprKind::Missing => "?".into(),
        ExprKind::Literal(value) => literal(value),
        ExprKind::Template(parts) => {
            let part = |part: &TemplatePart| match part {
                TemplatePart::Text(text, _) => format!("{text:?}"),
                TemplatePart::Hole(hole) => expr(hole),
            };
            format!("(text {})", many(parts, part))
        }
        ExprKind::Duration(ms) => format!("{ms}ms"),
        ExprKind::Size(bytes) => format!("{bytes}B"),
        ExprKind::Percent(value) => format!("{value}%"),
        ExprKind::Name(name) => name.clone(),
        ExprKind::List(elements) => {
            let element = |element: &Element| match element {
                Element::Item(value) => expr(value),
                Element::Spread(value, _) => format!("...{}", expr(value)),
            };
            format!("[{}]", many(elements, element))
        }
        ExprKind::Record(fields) => format!("(record {})", many(fields, field)),
        ExprKind::Range(from, to) => format!("(.. {} {})", expr(from), expr(to)),
        ExprKind::Field { base, optional, name } => {
            format!("{}{}.{}", expr(base), if *optional { "?" } else { "" }, name.text)
        }
        ExprKind::Index { base, optional, index } => {
            format!("{}{}[{}]", expr(base), if *optional { "?." } else { "" }, expr(index))
        }
        ExprKind::Slice { base, from, to } => {
            format!("(slice {}{} ..{})", expr(base), optional(from), optional(to))
        }
        ExprKind::Call { callee, arguments, close } => {
            format!("{}({}{}", expr(callee), many(arguments, argument), if *close { ")" } else { "" })
        }
        ExprKind::Alias { base, alias } => format!("{}@{}", expr(base), alias.text),
        ExprKind::Lambda { params, body } => {
            let param = |param: &Param| {
                param
                    .ty
                    .as_ref()
                    .map_or(param.name.text.clone(), |t| format!("{}:{}", param.name.text, ty(t)))
            };
            format!("(λ {} => {})", many(params, param), expr(body))
        }
        ExprKind::Unary { op, operand } => format!("({op:?} {})", expr(operand)),
        ExprKind::Binary { op, left, right, .. } => format!("({op:?} {} {})", expr(left), expr(right)),
        ExprKind::Cast { value, ty: to } => format!("(as {} {})", expr(value), ty(to)),
        ExprKind::If { condition, then, otherwise } => {
            format!("(if {} {}{})", expr(condition), block(then), optional(otherwise))
        }
        ExprKind::Match { value, arms } => format!("(match {} {})", expr(value), many(arms, arm)),
        ExprKind::Block { label, block: inner } => format!("{}{}", labelled(label), block(inner)),
        ExprKind::Await { token, call } => {
            let token = token.as_ref().map_or(String::new(), |name| format!("{} => ", name.text));
            format!("(await {token}{})", expr(call))
        }
        ExprKind::Guarded { call, clauses } => format!("(guard {} {})", expr(call), many(clauses, clause)),
        ExprKind::Map { options, binder, index, items, body } => {
            let index = index.as_ref().map_or(String::new(), |n| format!(",{}", n.text));
            let options = many(options, argument);
            format!("(map [{options}] {}{index} {} {})", pattern(binder), expr(items), block(body))
        }
        ExprKind::Parallel { branches: Branches::Statements(body), .. } => {
            format!("(parallel {})", block(body))
        }
        ExprKind::Parallel { branches: Branches::Named(branches), .. } => {
            format!("(parallel {})", many(branches, |(name, body)| format!("{}:{}", name.text, block(body))))
        }
        ExprKind::Transact(Branches::Statements(body)) => format!("(transact {})", block(body)),
        ExprKind::Transact(Branches::Named(requests)) => {
            format!("(transact {})", many(requests, |(name, body)| format!("{}:{}", name.text, block(body))))
        }
        ExprKind::Try { body, clauses, finally } => {
            let finally = finally.as_ref().map_or(String::new(), |body| format!(" finally {}", block(body)));
            format!("(try {} {}{finally})", block(body), many(clauses, clause))
        }
        ExprKind::Saga { body, clauses } => format!("(saga {} {})", block(body), many(clauses, clause)),
        ExprKind::Return(value) => format!("(return{})", optional(value)),
        ExprKind::Fail(value) => format!("(fail{})", optional(value)),
        ExprKind::Break(label) => format!("(break {})", labelled(label)),
        ExprKind::Continue(label) => format!("(continue {})", labelled(label)),
        ExprKind::ContinueAs(call) => format!("(continue-as {})", expr(call)),
    }
}

fn arm(arm: &MatchArm) -> String {
    let guard = arm.guard.as_ref().map_or(String::new(), |guard| format!(" when {}", expr(guard)));
    format!("({}{guard} => {})", match_pattern(&arm.pattern), expr(&arm.body))
}

fn match_pattern(pattern: &MatchPattern) -> String {
    match &pattern.kind {
        MatchKind::Missing => "?".into(),
        MatchKind::Wildcard => "_".into(),
        MatchKind::Literal(value) => literal(value),
        MatchKind::Bind { name, ty: None } => name.text.clone(),
        MatchKind::Bind { name, ty: Some(t) } => format!("{}:{}", name.text, ty(t)),
        MatchKind::Record { fields, bind } => {
            let bind = bind.as_ref().map_or(String::new(), |name| format!(" as {}", name.text));
            let field =
                |(name, inner): &(Name, MatchPattern)| format!("{}:{}", name.text, match_pattern(inner));
            format!("{{{}}}{bind}", many(fields, field))
        }
        MatchKind::Or(members) => format!("(| {})", many(members, match_pattern)),
    }
}

fn errors(names: &[ErrorName]) -> String {
    names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join("|")
}

fn clause(clause: &Clause) -> String {
    match &clause.kind {
        ClauseKind::Within(None) => "within-never".into(),
        ClauseKind::Within(Some(value)) => format!("within({})", expr(value)),
        ClauseKind::Heartbeat(value) => format!("heartbeat({})", expr(value)),
        ClauseKind::With(name) => format!("with({})", name.text),
        ClauseKind::Retry(retry) => {
            let which = match &retry.errors {
                RetryErrors::Any => String::new(),
                RetryErrors::Only(names) => errors(names),
                RetryErrors::Except(names) => format!("except {}", errors(names)),
                RetryErrors::None => "none".into(),
            };
            format!("retry({which}; {})", many(&retry.options, argument))
        }
        ClauseKind::Catch(catch) => {
            let binder = catch.binder.as_ref().map_or(String::new(), |name| format!(" as {}", name.text));
            format!("catch({}{binder} {})", errors(&catch.errors), block(&catch.body))
        }
        ClauseKind::Undo { attempted, body } => {
            format!("undo{}({})", if *attempted { "-attempted" } else { "" }, block(body))
        }
        ClauseKind::Role(value) => format!("role({})", expr(value)),
    }
}

/// The tree as text without its places: equal where two texts mean the same.
pub fn meaning(parsed: &Parsed) -> String {
    without_spans(&format!("{:?}", parsed.file.items))
}

fn without_spans(debug: &str) -> String {
    let mut out = String::with_capacity(debug.len());
    let mut rest = debug;
    // A span is written `0:12..15`.
    while let Some(dots) = rest.find("..") {
        let (before, after) = rest.split_at(dots);
        let head = before.trim_end_matches(|c: char| c.is_ascii_digit());
        let tail = after[2..].trim_start_matches(|c: char| c.is_ascii_digit());
        if head.ends_with("0:") && head.len() < before.len() {
            out.push_str(&head[..head.len() - 2]);
        } else {
            out.push_str(before);
            out.push_str("..");
        }
        rest = if head.ends_with("0:") && head.len() < before.len() { tail } else { &after[2..] };
    }
    out.push_str(rest);
    out
}

/// Every `.flow` file of the project that has no syntax errors.
pub fn flow_files() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in ["examples", "stdlib"] {
        collect(&root.join(folder), &mut found);
    }
    found.sort();
    found
}

fn collect(folder: &std::path::Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "flow") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
}
