//! What an expression refers to.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use jsonata::{Dialect, Expression, InputKind, ResultKind};

fn of(text: &str) -> jsonata::Analysis {
    Expression::parse(text, Dialect::Aws).expect(text).analyze()
}

/// The free variables with the names behind them.
fn free(text: &str) -> Vec<String> {
    let found = of(text).free_variables;
    found.iter().map(|it| [std::slice::from_ref(&it.name), it.fields.as_slice()].concat().join(".")).collect()
}

#[test]
fn finds_free_variables() {
    let cases: [(&str, &[&str]); 12] = [
        (
            "$states.input.order.items[qty > $least].(price * $rate)",
            &["states.input.order.items", "least", "rate"],
        ),
        ("($x := 1; $x + $y)", &["y"]),
        ("($x := $x + 1; $x)", &["x"]),
        ("function($a){ $a + $b }", &["b"]),
        ("($f := function(){ $g() }; $g := function(){ 1 }; $f())", &[]),
        ("($a := 1; ($b := 2; $a + $b); $b)", &["b"]),
        ("$xs@$x.ys#$i[$x.id = $i]", &["xs.ys"]),
        ("$xs#$i{$string($i): $}", &["xs"]),
        ("$map($xs, $string)", &["xs", "string"]),
        ("$states.input ~> |a|{'b': $c}|", &["states.input", "c"]),
        ("$xs^(>$w)", &["xs", "w"]),
        ("$a.b[0].c.(d).e", &["a.b.c"]),
    ];
    for (text, expected) in cases {
        assert_eq!(free(text), expected, "{text}");
    }
}

#[test]
fn finds_calls_with_their_arguments() {
    let found = of("($x ~> $substring(1, 2)) & $eval('1') & ($f := function($a){$a}; $f(1)) & $uuid()").calls;
    let calls: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.arguments, it.built_in)).collect();
    assert_eq!(calls, [("substring", 3, true), ("eval", 1, false), ("uuid", 0, true)]);
}

#[test]
fn finds_what_aws_refuses_at_the_top_level() {
    let uses = |text: &str| -> Vec<(InputKind, bool)> {
        of(text).input_uses.into_iter().map(|it| (it.kind, it.top_level)).collect()
    };
    assert_eq!(uses("phone"), [(InputKind::Field("phone".into()), true)]);
    assert_eq!(uses("a.b.c"), [(InputKind::Field("a".into()), true)]);
    assert_eq!(uses("$"), [(InputKind::Context, true)]);
    assert_eq!(uses("$$.a"), [(InputKind::Root, true)]);
    assert_eq!(uses("$x.($$.a)"), [(InputKind::Root, false)]);
    assert_eq!(uses("$sum(prices)"), [(InputKind::Field("prices".into()), true)]);
    assert_eq!(uses("{'a': b}"), [(InputKind::Field("b".into()), true)]);
    assert_eq!(uses("$map($xs, function($x){ y })"), [(InputKind::Field("y".into()), true)]);
    assert_eq!(uses("**.a"), [(InputKind::Wildcard, true)]);
    assert_eq!(uses("$x.a[b = 1].(c + $.d).{'e': f}^(g)"), []);
    assert_eq!(uses("$x{a: b}"), []);
}

#[test]
fn places_are_bytes() {
    let text = "'é' & $name";
    let found = of(text).free_variables;
    assert_eq!(&text[found[0].range.clone()], "$name");
}

#[test]
fn tells_kinds_of_results() {
    let cases = [
        ("true", ResultKind::Boolean),
        ("'x'", ResultKind::String),
        ("1 + $x", ResultKind::Number),
        ("$a & $b", ResultKind::String),
        ("$a = 1 and $b", ResultKind::Boolean),
        ("$exists($x)", ResultKind::Boolean),
        ("[1]", ResultKind::Array),
        ("{'a': 1}", ResultKind::Object),
        ("$x ? 1 : 2", ResultKind::Number),
        ("$x ? 1 : 'a'", ResultKind::Unknown),
        ("($y := 1; 'a')", ResultKind::String),
        ("$x.y", ResultKind::Unknown),
        ("null", ResultKind::Null),
        ("$x ~> $string()", ResultKind::String),
    ];
    for (text, expected) in cases {
        assert_eq!(of(text).result, expected, "{text}");
    }
}
