//! The dialect of AWS Step Functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use jsonata::{Bindings, Dialect, Environment, Error, Expression, Limits, Value};

fn run(text: &str) -> Result<Option<Value>, Error> {
    let bindings: Bindings =
        [("states", "{\"input\": {\"xs\": [1, 2, 3]}}".parse::<Value>().unwrap())].into_iter().collect();
    let environment = Environment::seeded(0, 1, Limits::aws());
    Expression::parse(text, Dialect::Aws)?.evaluate(&Value::Undefined, &bindings, &environment)
}

/// The result as JSON, `nothing`, or the error's code and message.
fn shown(text: &str) -> String {
    match run(text) {
        Ok(Some(value)) => value.to_string(),
        Ok(None) => "nothing".into(),
        Err(error) => format!("{}: {}", error.code, error.message),
    }
}

#[test]
fn functions_of_step_functions() {
    let cases = [
        ("$partition([1, 2, 3, 4], 2)", "[[1,2],[3,4]]"),
        ("$partition([0, 1, 2], 2)", "[[0,1],[2]]"),
        ("$partition([0], 1)", "[[0]]"),
        ("$partition([1, 2], 1.9)", "[[1],[2]]"),
        ("$partition([1, 2], 0)", "nothing"),
        ("$partition([], 2)", "nothing"),
        ("$partition([1, 2], -1)", "D3137: Second argument must be zero or greater"),
        ("$partition(1, 2)", "T0412: Argument 1 of function \"partition\" must be an array of undefined"),
        ("$range(0, 6, 2)", "[0,2,4,6]"),
        ("$range(0, 5, 2)", "[0,2,4]"),
        ("$range(3, 0, -1)", "[3,2,1,0]"),
        ("$range(2, 2, 1)", "2"),
        ("$range(0, 6, 0)", "nothing"),
        ("$range(6, 0, 1)", "nothing"),
        ("$hash('input', 'SHA-1')", "\"140f86aae51ab9e1cda9b4254fe98a74eb54c1a1\""),
        ("$hash('', 'MD5')", "\"d41d8cd98f00b204e9800998ecf8427e\""),
        (
            "$hash('a', 'sha-1')",
            "D3137: Hash algorithm 'sha-1' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5",
        ),
        ("$random(42)", "0.7275636800328681"),
        ("$length($uuid())", "36"),
        ("$substring($uuid(), 14, 1)", "\"4\""),
        ("$uuid(1)", "T0410: Argument 1 of function \"uuid\" does not match function signature"),
        ("$parse('{\"a\": [1, null]}').a[0]", "1"),
        ("$parse('')", "D3137: Invalid JSON"),
        ("$parse('{\"a\": 1, \"a\": 2}')", "D3137: Invalid JSON"),
        ("$parse('1 2')", "D3137: Invalid JSON"),
        ("$eval('1 + 1')", "T1006: Attempted to invoke a non-function"),
        ("$sum('a')", "T0412: Argument 1 of function \"sum\" must be an array of \"numbers\""),
        ("1 / 0", "\"Infinity\""),
        ("[1 / 0]", "[\"Infinity\"]"),
        ("{'k': 1 / 0}", "{\"k\":\"Infinity\"}"),
        ("$parseInteger('abc', '0')", "\"NaN\""),
        ("$states.input.xs ~> $sum()", "6"),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn depth_ends_at_100() {
    let chain = |terms: usize| vec!["1"; terms].join("+");
    assert_eq!(shown(&chain(100)), "100");
    assert!(run(&chain(101)).unwrap_err().is_limit());
    // A recursive function that is no tail call nests 3n + 5 deep.
    let recursive = |n: usize| format!("($f := function($n){{ $n = 0 ? 0 : 1 + $f($n - 1) }}; $f({n}))");
    assert_eq!(shown(&recursive(31)), "31");
    assert!(run(&recursive(32)).unwrap_err().is_limit());
    assert_eq!(shown("($f := function($n){ $n = 0 ? 'end' : $f($n - 1) }; $f(1000))"), "\"end\"");
}

#[test]
fn memory_ends_at_seven_megabytes() {
    assert_eq!(shown("[1..873782] ~> $count()"), "873782");
    assert_eq!(shown("$count($range(1, 360145, 1))"), "360145");
    assert_eq!(shown("$count($range(1, 360146, 1))"), shown("[1..873783]"));
    assert!(run("[1..873783] ~> $count()").unwrap_err().message.contains("memory limit exceeded"));
    let doubled = |n: usize| {
        format!("($p := function($s, $n){{ $n = 0 ? $s : $p($s & $s, $n - 1) }}; $length($p('x', {n})))")
    };
    assert_eq!(shown(&doubled(22)), "4194304");
    assert!(run(&doubled(23)).unwrap_err().is_limit());
}
