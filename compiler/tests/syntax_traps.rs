//! Snippets that a careless grammar reads wrongly.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod support;

use support::{codes, parsed, tree};

#[track_caller]
fn reads(body: &str, expected: &[&str]) {
    assert_eq!(tree(body), expected.join("\n"), "{body}");
}

#[test]
fn c1_a_call_touches_its_parenthesis_an_option_list_does_not() {
    reads(
        "map (concurrency: 5) item in order.items { f(item) }",
        &["(map [concurrency:5] item order.items {f(item)})"],
    );
    reads("map (batch: 10) x in csv(b, k) { x }", &["(map [batch:10] x csv(b k) {x})"]);
    reads("f (x)", &["f", "!F0149"]);
}

#[test]
fn c2_a_clause_word_before_a_colon_is_a_field() {
    for word in ["retry", "when", "with", "else", "catch", "throws", "within", "heartbeat", "undo"] {
        let text = format!("let r = {{ mode: f(x)\n  {word}: 3 }}");
        reads(&text, &[&format!("(let r (record mode:f(x) {word}:3))")]);
    }
    reads("let r = f(x)\n  retry (attempts: 3)", &["(let r (guard f(x) retry(; attempts:3)))"]);
}

#[test]
fn c3_a_line_that_begins_with_minus_is_its_own() {
    reads("match n {\n 0 => a\n -1 => b\n}", &["(match n (0 => a) (-1 => b))"]);
    reads("let y = a\n-b", &["(let y a)", "(Negate b)"]);
    reads("let y = a -\n b", &["(let y (Sub a b))"]);
    reads("let y = (a\n - b\n in c)", &["(let y (In (Sub a b) c))"]);
}

#[test]
fn c4_a_percentage_only_where_no_operand_follows() {
    reads("let y = n*5%limit", &["(let y (Rem (Mul n 5) limit))"]);
    reads("let y = 5%3", &["(let y (Rem 5 3))"]);
    reads("f(tolerate: 5%, x: 2.5%)", &["f(tolerate:5% x:2.5%)"]);
    reads("let y = 5%\nlet z = 1", &["(let y 5%)", "(let z 1)"]);
    reads("let y = n %\n 5", &["(let y (Rem n 5))"]);
}

#[test]
fn c5_return_and_its_value_on_the_next_line() {
    reads("return\n{ a: 1 }", &["(return (record a:1))"]);
    reads("return\nf()", &["(return)", "f()"]);
    reads("return {\n a: 1\n}", &["(return (record a:1))"]);
}

#[test]
fn c6_braces_behind_an_arrow() {
    reads(
        "let t = match s { \"a\" => { total }, _ => {} }",
        &["(let t (match s (\"a\" => {total}) (_ => {})))"],
    );
    reads("let t = xs.map(x => { y })", &["(let t xs.map((λ x => {y})))"]);
    reads("let t = xs.map(x => {})", &["(let t xs.map((λ x => {})))"]);
    reads("let t = xs.map(x => { y: x })", &["(let t xs.map((λ x => (record y:x))))"]);
    reads("let t = e ?? { y }", &["(let t (Coalesce e {y}))"]);
    reads("let t = { y, z: 1 }", &["(let t (record y z:1))"]);
    reads("let t = {}", &["(let t (record ))"]);
    reads("f({ token }, g: { a })", &["f((record token) g:(record a))"]);
    reads("let t = { token }", &["(let t {token})"]);
    reads("let t = { \"tests-to-run\": n }", &["(let t (record tests-to-run:n))"]);
    reads("let t = { ...a, b: 1 }", &["(let t (record ...a b:1))"]);
}

#[test]
fn c7_branches_are_all_named_blocks_or_all_statements() {
    reads("let { a, b } = parallel { a: { x }, b: { y } }", &["(let {a:a b:b} (parallel a:{x} b:{y}))"]);
    reads("parallel {\n f(x)\n g(y)\n}", &["(parallel {f(x); g(y)})"]);
    reads("let r = parallel {\n a: { x }\n f(y)\n}", &["(let r (parallel a:{x}))", "!F0141"]);
    reads("let r = parallel { a: f(x) }", &["(let r (parallel a:{f(x)}))", "!F0141"]);
}

#[test]
fn c8_a_field_named_like_a_declaration() {
    let fields = "type error queue output test on api app param table workflow step import";
    for word in fields.split(' ') {
        let text = format!("let r = {{\n  {word}: \"card\"\n  b: 1\n}}\nlet s = 2");
        reads(&text, &[&format!("(let r (record {word}:\"card\" b:1))"), "(let s 2)"]);
    }
    assert_eq!(codes("function f() {\nqueue: q\ntype: x\n}\ntable t\n"), Vec::<&str>::new());
}

#[test]
fn c9_a_cast_takes_its_type_and_no_more() {
    reads("let y = x as T?.f", &["(let y (as x T)?.f)"]);
    reads("let y = x as T??\"d\"", &["(let y (Coalesce (as x T) \"d\"))"]);
    reads("let y = x as T[0]", &["(let y (as x T)[0])"]);
    reads("let y = x as T[]", &["(let y (as x T[]))"]);
    reads("let y = x as T?", &["(let y (as x T?))"]);
}

#[test]
fn c10_the_deadline_belongs_to_the_await() {
    reads(
        "let d = await token => f(token) within 2d",
        &["(let d (guard (await token => f(token)) within(172800000ms)))"],
    );
    reads(
        "let d = await token => f(a(token))\n  within 1h30m catch as e { x }",
        &["(let d (guard (await token => f(a(token))) within(5400000ms) catch( as e {x})))"],
    );
    reads("let d = await f(x) within 5m", &["(let d (guard (await f(x)) within(300000ms)))"]);
    reads("let y = f(x => g(x) within 5s)", &["(let y f((λ x => g(x))))", "!F0140"]);
}

#[test]
fn c11_errors_are_names() {
    reads("f() catch as e { x }", &["(guard f() catch( as e {x}))"]);
    reads("f() catch A | B.C as e { x }", &["(guard f() catch(A|B.C as e {x}))"]);
    reads("f() catch \"Odd name\" { x }", &["(guard f() catch(Odd name {x}))"]);
    reads("f() retry except X (attempts: 2)", &["(guard f() retry(except X; attempts:2))"]);
    reads("f() retry none", &["(guard f() retry(none; ))"]);
    reads(
        "f() retry A | B (every: 2s) retry (attempts: 1)",
        &["(guard f() retry(A|B; every:2000ms) retry(; attempts:1))"],
    );
    reads("f(x) as role(arn)", &["(guard f(x) role(arn))"]);
}

#[test]
fn c12_words_beside_expressions() {
    reads("expect run failed X", &["(expect-failed run X)"]);
    reads("expect run failed", &["(expect-failed run )"]);
    reads("expect run visited \"charge\"", &["(expect-visited run \"charge\")"]);
    reads("expect snapshot run.output", &["(expect-snapshot run.output)"]);
    reads("expect snapshot == 1", &["(expect (Eq snapshot 1))"]);
    reads("mock f(x) times 2 { fail E } then { ok }", &["(mock f [x] times 2 {(fail E)} {ok})"]);
    reads("mock orders.put(o) after 5s { o }", &["(mock orders.put [o] after 5000ms {o})"]);
    reads("a() undo (attempted) { b() }", &["(guard a() undo-attempted({b()}))"]);
}

#[test]
fn c13_dots_and_units() {
    reads("let y = 1..10", &["(let y (.. 1 10))"]);
    reads("let y = 1.min(2)", &["(let y 1.min(2))"]);
    reads("let y = [\n...rest\n]", &["(let y [...rest])"]);
    reads("let y = {\n...rest\n}", &["(let y (record ...rest))"]);
    reads("let y = xs[1..3]", &["(let y (slice xs 1 .. 3))"]);
    reads("let y = xs[1..]", &["(let y (slice xs 1 ..))"]);
    reads("let y = xs[..-1]", &["(let y (slice xs .. (Negate 1)))"]);
    reads("wait 10sec", &["(wait ?)", "!F0133"]);
    reads("f(memory: 5mb)", &["f(memory:?)", "!F0133"]);
    reads("let y = 1e3 + 1.5", &["(let y (Add 1e3 1.5))"]);
}

#[test]
fn c14_a_second_parameter_is_for_the_checker() {
    let parsed = parsed("workflow w(a: A, b: B) {}\n");
    assert!(parsed.diagnostics.is_empty());
}

#[test]
fn lines_go_on_where_the_page_says() {
    reads("let y = a\n  .b\n  ?.c\n  ?? d\n  && e\n  || f", &["(let y (Coalesce a.b?.c (Or (And d e) f)))"]);
    reads("let y = a // why\n  // and\n\n  .b", &["(let y a.b)"]);
    reads("let y = a +\n\n  // why\n  b", &["(let y (Add a b))"]);
    reads("let y =\nlet z = 1", &["(let y ?)", "(let z 1)", "!F0104"]);
    reads("if a { b }\nelse if c { d }\nelse { e }", &["(if a {b} (if c {d} {e}))"]);
    reads("let y = f(\n a,\n b\n)", &["(let y f(a b))"]);
    reads("order.\nlet x = 1", &["order.", "(let x 1)", "!F0105"]);
}

#[test]
fn strings_hold_strings() {
    reads("let y = \"a ${f(\"b ${c}\")} d\"", &["(let y (text \"a \" f((text \"b \" c)) \" d\"))"]);
    reads("let y = \"\\u{1F600}\\n\\\"\\$\"", &["(let y \"😀\\n\\\"$\")"]);
    reads("let y = \"${{ a: 1 }.a} // no comment\"", &["(let y (text (record a:1).a \" // no comment\"))"]);
}

#[test]
fn operators_bind_as_in_typescript() {
    reads("let y = a + b * c - d", &["(let y (Sub (Add a (Mul b c)) d))"]);
    reads("let y = !a.b && c == d || e", &["(let y (Or (And (Not a.b) (Eq c d)) e))"]);
    reads("let y = a ?? b ?? fail E(\"x\")", &["(let y (Coalesce a (Coalesce b (fail E(\"x\")))))"]);
    reads("let y = -x as int", &["(let y (as (Negate x) int))"]);
    reads("let y = x in 1..n + 1", &["(let y (In x (.. 1 (Add n 1))))"]);
    reads("let y = f@live(x) + g(y) catch { 0 }", &["(let y (Add f@live(x) (guard g(y) catch( {0}))))"]);
}

#[test]
fn statements_of_every_kind() {
    reads("'outer: while c { break 'outer }", &["('outer: while c {(break 'outer: )})"]);
    reads("'done: {\n break 'done\n}", &["'done: {(break 'done: )}"]);
    reads("repeat (max: 100) { wait 30s } until c", &["(repeat [max:100] {(wait 30000ms)} until c)"]);
    reads("for x, i in xs { continue }", &["(for x,i xs {(continue )})"]);
    reads("for { a, b: c } in xs { a }", &["(for {a:a b:c} xs {a})"]);
    reads("each case in [1] { expect case }", &["(each case [1] {(expect case)})"]);
    reads("wait until t", &["(wait-until t)"]);
    reads("x.f += 1", &["(Add= x.f 1)"]);
    reads("continue as fulfil(next)", &["(continue-as fulfil(next))"]);
    reads(
        "try { a() } retry (attempts: 2) catch as e { b } finally { c }",
        &["(try {a()} retry(; attempts:2) catch( as e {b}) finally {c})"],
    );
    reads(
        "saga { a() undo { b() } } catch as e { c }",
        &["(saga {(guard a() undo({b()}))} catch( as e {c}))"],
    );
    reads(
        "match x { { kind: \"card\", n } as c => c, n: number when n > 0 => n, \"a\" | null => 1 }",
        &["(match x ({kind:\"card\" n:n} as c => c) (n:number when (Gt n 0) => n) ((| \"a\" null) => 1))"],
    );
}
