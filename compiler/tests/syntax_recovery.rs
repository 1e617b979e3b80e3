//! A mistake costs what it is in, and no more: each token of each example is deleted, and a stray `@` put before it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod support;

use std::collections::HashMap;

use compiler::syntax::ast::*;
use support::{flow_files, parsed};

/// How many of the declarations and statements must survive an edit, on average.
const LEAST: f64 = 0.93;

/// Tokens as ranges: words, numbers, strings, runs of operators, brackets.
fn tokens(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let len = if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
            continue;
        } else if first == '"' {
            let mut end = 1;
            while end < rest.len() && !rest[end..].starts_with('"') {
                end += if rest[end..].starts_with('\\') {
                    2
                } else {
                    rest[end..].chars().next().unwrap().len_utf8()
                };
            }
            (end + 1).min(rest.len())
        } else if first.is_alphanumeric() {
            rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            tokens.push(at..at + len);
        }
        at += len;
    }
    tokens
}

type Keys = HashMap<String, usize>;

/// What a file declares and does, each by the first line of its text.
fn keys(text: &str) -> Keys {
    let mut keys = Keys::new();
    for item in &parsed(text).file.items {
        let key = first_line(text, item.span);
        if !matches!(item.kind, ItemKind::Error) {
            *keys.entry(format!("{:?} {key}", std::mem::discriminant(&item.kind))).or_default() += 1;
        }
        match &item.kind {
            ItemKind::Workflow(it) => block(text, &it.body, &mut keys),
            ItemKind::Step(it) => block(text, &it.body, &mut keys),
            ItemKind::Test(it) => block(text, &it.body, &mut keys),
            _ => {}
        }
    }
    keys
}

/// The words only: an edit beside them is no loss.
fn first_line(text: &str, span: compiler::source::Span) -> String {
    let line = text[span.range()].lines().next().unwrap_or("");
    line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

fn block(text: &str, block: &Block, keys: &mut Keys) {
    for stmt in &block.statements {
        if matches!(stmt.kind, StmtKind::Error) {
            continue;
        }
        let key = format!("{:?} {}", std::mem::discriminant(&stmt.kind), first_line(text, stmt.span));
        *keys.entry(key).or_default() += 1;
        inner_blocks(stmt).into_iter().for_each(|inner| self::block(text, inner, keys));
    }
}

fn inner_blocks(stmt: &Stmt) -> Vec<&Block> {
    match &stmt.kind {
        StmtKind::Expr(value) | StmtKind::Let { value, .. } | StmtKind::Assign { value, .. } => {
            expr_blocks(value)
        }
        StmtKind::While { body, .. }
        | StmtKind::Repeat { body, .. }
        | StmtKind::For { body, .. }
        | StmtKind::Each { body, .. } => vec![body],
        StmtKind::Mock { parts, .. } => parts.iter().map(|part| &part.body).collect(),
        _ => Vec::new(),
    }
}

fn expr_blocks(value: &Expr) -> Vec<&Block> {
    match &value.kind {
        ExprKind::If { then, otherwise, .. } => {
            let mut blocks = vec![then];
            blocks.extend(otherwise.iter().flat_map(|it| expr_blocks(it)));
            blocks
        }
        ExprKind::Block { block, .. } | ExprKind::Map { body: block, .. } => vec![block],
        ExprKind::Try { body, .. } | ExprKind::Saga { body, .. } => vec![body],
        ExprKind::Parallel { branches: Branches::Statements(body), .. }
        | ExprKind::Transact(Branches::Statements(body)) => vec![body],
        ExprKind::Parallel { branches: Branches::Named(branches), .. }
        | ExprKind::Transact(Branches::Named(branches)) => branches.iter().map(|it| &it.1).collect(),
        ExprKind::Guarded { clauses, call } => {
            let mut blocks = expr_blocks(call);
            blocks.extend(clauses.iter().filter_map(|clause| match &clause.kind {
                ClauseKind::Catch(catch) => Some(&catch.body),
                ClauseKind::Undo { body, .. } => Some(body),
                _ => None,
            }));
            blocks
        }
        ExprKind::Match { arms, .. } => arms.iter().flat_map(|arm| expr_blocks(&arm.body)).collect(),
        ExprKind::Return(Some(inner)) => expr_blocks(inner),
        _ => Vec::new(),
    }
}

#[test]
fn an_edit_costs_what_it_is_in() {
    // All of them take minutes in a debug build.
    let stride = std::env::var("STRIDE").ok().and_then(|n| n.parse().ok()).unwrap_or(31);
    let (mut kept, mut all, mut edits, mut errors) = (0.0, 0.0, 0, 0);
    let mut worst: Vec<(usize, String)> = Vec::new();
    for (path, text) in flow_files() {
        let before = keys(&text);
        let total: usize = before.values().sum();
        for token in tokens(&text).into_iter().step_by(stride) {
            for edit in ["", "@ "] {
                let rest = if edit.is_empty() { &text[token.end..] } else { &text[token.start..] };
                let edited = format!("{}{edit}{rest}", &text[..token.start]);
                let after = keys(&edited);
                let same: usize =
                    before.iter().map(|(key, n)| after.get(key).copied().unwrap_or(0).min(*n)).sum();
                kept += same as f64;
                all += total as f64;
                edits += 1;
                errors += parsed(&edited).diagnostics.len();
                let line = text[..token.start].matches('\n').count() + 1;
                let what = format!("{path}:{line} {edit:?} {:?}", &text[token.clone()]);
                worst.push((total - same, what));
            }
        }
    }
    worst.sort_by_key(|(lost, _)| std::cmp::Reverse(*lost));
    for (lost, what) in
        worst.iter().take(std::env::var("WORST").ok().and_then(|n| n.parse().ok()).unwrap_or(0))
    {
        println!("{lost} {what}");
    }
    let score = kept / all;
    println!(
        "{edits} edits: {:.2} % survive, {:.2} messages an edit",
        score * 100.0,
        f64::from(errors as u32) / f64::from(edits)
    );
    assert!(score >= LEAST, "only {:.2} % survive an edit", score * 100.0);
}
