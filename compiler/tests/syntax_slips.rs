//! What people write who come from other languages: the message, and the edit that mends it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod support;

use compiler::diagnostics::Diagnostic;
use support::parsed;

/// The text with the fixes of all its messages applied.
fn fixed(text: &str, diagnostics: &[Diagnostic]) -> String {
    let mut edits: Vec<_> =
        diagnostics.iter().flat_map(|it| it.fix.iter().flat_map(|fix| &fix.edits)).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut text = text.to_owned();
    for edit in edits {
        text.replace_range(edit.span.range(), &edit.text);
    }
    text
}

/// A statement, the code of its message, and the statement that the fix makes of it.
const STATEMENTS: [(&str, &str, &str); 78] = [
    ("let x = 1;", "F0131", "let x = 1"),
    ("if a === b { c }", "F0130", "if a == b { c }"),
    ("if a !== b { c }", "F0130", "if a != b { c }"),
    ("let x = 'text it is'", "F0132", "let x = \"text it is\""),
    ("let x = `text`", "F0132", "let x = \"text\""),
    ("const x = 1", "F0130", "let x = 1"),
    ("if a { b } elif c { d }", "F0130", "if a { b } else if c { d }"),
    ("let x = a and b", "F0130", "let x = a && b"),
    ("let x = a or b", "F0130", "let x = a || b"),
    ("let x = not a", "F0130", "let x = !a"),
    ("let f = xs.map(async x => y)", "F0137", "let f = xs.map(x => y)"),
    ("throw E(\"x\")", "F0130", "fail E(\"x\")"),
    ("switch a { 1 => b }", "F0130", "match a { 1 => b }"),
    ("for x of xs { y }", "F0130", "for x in xs { y }"),
    ("f() catch (e) { y }", "F0138", "f() catch as e { y }"),
    ("f(a b)", "F0116", "f(a, b)"),
    ("let x = [1 2]", "F0116", "let x = [1, 2]"),
    ("let x = \"text", "F0103", "let x = \"text\""),
    ("x++", "F0142", "x += 1"),
    ("match a { 1 if b => c }", "F0130", "match a { 1 when b => c }"),
    ("f() catch A, B { y }", "F0143", "f() catch A | B { y }"),
    ("let x = f(,a)", "F0117", "let x = f(a)"),
    ("let x = a)", "F0102", "let x = a"),
    ("wait 10sec", "F0133", "wait 10s"),
    ("if a return 1", "F0107", "if a { return 1 }"),
    ("f() retry 3", "F0144", "f() retry (attempts: 3)"),
    ("f() retry 3 times", "F0144", "f() retry (attempts: 3)"),
    ("f() retry A 3", "F0144", "f() retry A (attempts: 3)"),
    ("f() retry 5s", "F0144", "f() retry (every: 5s)"),
    ("f() retry { attempts: 3 }", "F0144", "f() retry (attempts: 3)"),
    ("f() retry A, B (attempts: 3)", "F0143", "f() retry A | B (attempts: 3)"),
    ("f() catch A e { y }", "F0144", "f() catch A as e { y }"),
    ("f() catch (A e) { y }", "F0144", "f() catch A as e { y }"),
    ("f() catch (e: A) { y }", "F0144", "f() catch A as e { y }"),
    ("f() catch (A as e) { y }", "F0144", "f() catch A as e { y }"),
    ("let x = xs?[0]", "F0148", "let x = xs?.[0]"),
    ("map(concurrency: 5) x in xs { y }", "F0144", "map (concurrency: 5) x in xs { y }"),
    // What nobody but the writer can mend.
    ("let x = a ? b : c", "F0139", "let x = a ? b : c"),
    ("let x =", "F0104", "let x ="),
    ("let x = a +", "F0104", "let x = a +"),
    ("let x = f(a, b: )", "F0104", "let x = f(a, b: )"),
    ("let x", "F0114", "let x"),
    ("if a", "F0107", "if a"),
    ("let x = \"\\q\"", "F0134", "let x = \"\\q\""),
    ("let x = f(", "F0101", "let x = f("),
    ("if a = b { c }", "F0148", "if a == b { c }"),
    ("if a <> b { c }", "F0130", "if a != b { c }"),
    ("wait 10 seconds", "F0133", "wait 10s"),
    ("let x = 05", "F0133", "let x = 5"),
    ("let x = .5", "F0133", "let x = 0.5"),
    ("retrun a", "F0146", "return a"),
    ("raise E(\"x\")", "F0130", "fail E(\"x\")"),
    ("int c = 5", "F0144", "let c: int = 5"),
    ("let x: Array<string> = y", "F0147", "let x: string[] = y"),
    ("let x: [string] = y", "F0147", "let x: string[] = y"),
    ("let x: Map<string, int> = y", "F0147", "let x: dict<int> = y"),
    ("let x = a->b", "F0148", "let x = a.b"),
    ("let x = a.0", "F0148", "let x = a[0]"),
    ("let x = a mod 2", "F0130", "let x = a % 2"),
    ("let x = xs.map(i -> i.a)", "F0148", "let x = xs.map(i => i.a)"),
    ("f (a)", "F0149", "f(a)"),
    ("f \"a\"", "F0149", "f(\"a\")"),
    ("f() except E { y }", "F0130", "f() catch E { y }"),
    ("f() catch E => { y }", "F0144", "f() catch E { y }"),
    ("f() catch E e { y }", "F0144", "f() catch E as e { y }"),
    ("f() catch (E e) { y }", "F0144", "f() catch E as e { y }"),
    ("f() timeout 10s", "F0130", "f() within 10s"),
    ("f() retry A, B (attempts: 3)", "F0143", "f() retry A | B (attempts: 3)"),
    ("match a { 1 -> b }", "F0148", "match a { 1 => b }"),
    ("match a { 1: b }", "F0148", "match a { 1 => b }"),
    ("match a { 1, 2 => b }", "F0143", "match a { 1 | 2 => b }"),
    ("# text", "F0145", "// text"),
    ("/* text */", "F0145", "// text"),
    ("let x = f\"a\"", "F0144", "let x = \"a\""),
    ("unless a { b }", "F0144", "unless a { b }"),
    ("for (let i = 0; i < 3; i++) { b }", "F0144", "for (let i = 0; i < 3; i++) { b }"),
    ("let x = new Y()", "F0144", "let x = new Y()"),
    ("let x = (1, 2)", "F0144", "let x = (1, 2)"),
];

fn check(written: &str, code: &str, mended: &str, wrap: impl Fn(&str) -> String, failures: &mut Vec<String>) {
    let text = wrap(written);
    let found = parsed(&text);
    let codes: Vec<_> = found.diagnostics.iter().map(|it| it.code.0).collect();
    let fixed = fixed(&text, &found.diagnostics);
    if codes != [code] || fixed != wrap(mended) || found.file.items.len() != 2 {
        failures.push(format!("{written}: {codes:?}, {} items, fixed to {fixed}", found.file.items.len()));
    }
}

#[test]
fn one_mistake_gives_one_message_and_its_edit() {
    let mut failures = Vec::new();
    for (written, code, mended) in STATEMENTS {
        let wrap = |body: &str| format!("workflow w() {{\n  {body}\n  let other = 1\n}}\n\ntable t of T\n");
        check(written, code, mended, wrap, &mut failures);
        let again = parsed(&wrap(mended)).diagnostics;
        if written != mended && !again.is_empty() {
            failures.push(format!("{mended}: {again:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

const ITEMS: [(&str, &str, &str); 30] = [
    ("const x = 1", "F0130", "let x = 1"),
    ("interface A { a: string }", "F0130", "type A { a: string }"),
    ("type A { a: string }", "F0113", "type A { a: string }"),
    ("type A = { a?: string }", "F0136", "type A = { a: string? }"),
    ("def f(a: int) -> int = a", "F0130", "fn f(a: int) -> int = a"),
    ("fn f(a: int) -> int => a", "F0130", "fn f(a: int) -> int = a"),
    ("import { A } from './a'", "F0132", "import { A } from \"./a\""),
    ("table t of T;", "F0131", "table t of T"),
    ("workflow f(a?: int) {}", "F0136", "workflow f(a: int?) {}"),
    ("hello", "F0121", "hello"),
    ("workflow", "F0105", "workflow"),
    ("on a.b()", "F0111", "on a.b()"),
    ("worflow f() { wait 1s }", "F0146", "workflow f() { wait 1s }"),
    ("export workflow f() { wait 1s }", "F0144", "workflow f() { wait 1s }"),
    ("fun f(a: int) -> int = a", "F0146", "fn f(a: int) -> int = a"),
    ("workflow f(): string { a }", "F0148", "workflow f() -> string { a }"),
    ("workflow f() => string { a }", "F0148", "workflow f() -> string { a }"),
    ("function f(a: int): int { code: \"a\" }", "F0148", "function f(a: int) -> int { code: \"a\" }"),
    ("error E(code: string)", "F0148", "error E { code: string }"),
    ("table t<T> { key: id }", "F0148", "table t of T { key: id }"),
    ("table t = { key: id }", "F0144", "table t { key: id }"),
    ("bucket \"b\"", "F0144", "bucket b"),
    ("bucket b { expire = 3d }", "F0148", "bucket b { expire: 3d }"),
    ("type A = { a string }", "F0148", "type A = { a: string }"),
    ("type A = \"x\", \"y\"", "F0143", "type A = \"x\" | \"y\""),
    ("output a: b.name", "F0148", "output a = b.name"),
    ("on a.b() => start f()", "F0148", "on a.b() -> start f()"),
    ("test a { wait 1s }", "F0144", "test \"a\" { wait 1s }"),
    ("import A from \"./a\"", "F0144", "import A from \"./a\""),
    ("Resources:", "F0144", "Resources:"),
];

#[test]
fn declarations_too() {
    let mut failures = Vec::new();
    for (written, code, mended) in ITEMS {
        check(written, code, mended, |it| format!("{it}\n\nbucket b\n"), &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// A brace too many in the middle of a declaration tears nothing off it.
#[test]
fn a_brace_too_many_is_one_mistake() {
    for line in ["  }", "  if a b() }"] {
        let text =
            format!("workflow w() {{\n  let x = 1\n{line}\n  let y = 2\n  let z = 3\n}}\n\ntable t of T\n");
        let found = parsed(&text);
        let codes: Vec<_> = found.diagnostics.iter().map(|it| it.code.0).collect();
        assert!(codes.len() == 1 && found.file.items.len() == 2, "{line}: {codes:?}");
    }
}
