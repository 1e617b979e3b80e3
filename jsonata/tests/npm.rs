//! What jsonata-js 2.0.6 gives where it is not what one would guess; each was found by `tests/jsonata/run differential`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use jsonata::{Bindings, Dialect, Environment, Expression, Limits, Value};

/// Monday, 29 January 2024, 12:34:56.789.
const NOW: i64 = 1_706_531_696_789;

/// The result as JSON, `nothing`, or the error's code, place, token and message.
fn shown(input: &str, text: &str) -> String {
    let environment = Environment::seeded(NOW, 1, Limits::standard());
    let input: Value = input.parse().unwrap();
    let result = Expression::parse(text, Dialect::Standard)
        .and_then(|it| it.evaluate(&input, &Bindings::new(), &environment));
    match result {
        Ok(Some(value)) => value.to_string(),
        Ok(None) => "nothing".into(),
        Err(error) => {
            let place = error.position.map_or("-".into(), |it| it.to_string());
            let token = error.token.map_or("-".into(), |it| it.to_string());
            format!("{} {place} {token} {}", error.code, error.message)
        }
    }
}

#[test]
fn as_jsonata_js_has_it() {
    let cases = [
        ("$formatBase(1e21, 36)", r#""5v1j4f4ds7c000""#),
        ("$formatBase(1e100, 8) ~> $substring(0, 20)", r#""44446551131230337200""#),
        ("$power(1/3, -2)", "9.000000000000002"),
        ("$string(1.7976931348623157e308)", r#""null""#),
        ("/\\w/(null).match", r#""n""#),
        ("/,/([1, [2, 3]]).start", "1"),
        ("$filter([{}, 5], /o/)", "{}"),
        ("$filter(['a', 'b', 'c'], /x*/)", r#"["a","b"]"#),
        ("$contains('a', function($s){0})", "true"),
        ("$sort(['b', 'a'], $uppercase ~> $length)", r#"["a","b"]"#),
        ("*(1)", "T1006 2 \"*\" Attempted to invoke a non-function"),
        ("$substring('abc', missing, 1)", r#""""#),
        ("$substring('abc', missing)", r#""abc""#),
        ("$formatNumber(1.7976931348623157e308, '0.0%')", r#""NaN.0%""#),
        (
            "{'p': 1, 'q': {'p': 2, 'r': {'p': 3, 's': [{'p': 4}]}}} ~> |**|{'p': p * 2}|",
            r#"{"p":2,"q":{"p":4,"r":{"p":6,"s":[{"p":8}]}}}"#,
        ),
        (
            "{'p': 1, 'q': {'p': 2, 'r': {'p': 3}}} ~> |**|{'p': p + $sum(q.p)}, ['r']|",
            r#"{"p":3,"q":{"p":2}}"#,
        ),
        ("(a@$.b)[0]", "1"),
        ("$toMillis('6', '[h]') - $toMillis('6', '[H]')", "0"),
        ("$substring(\"\\u0", "S0101 18 - String literal must be terminated by a matching quote"),
        ("$#$iformat(1)", "T1006 11 \"\" Attempted to invoke a non-function"),
        ("-($r := /a/)", "D1002 1 \"-\" Cannot negate a non-numeric value: undefined"),
        ("{'a': /a/}{$: 1}", "T1003 11 - Key in object structure must evaluate to a string; got: {}"),
        (
            "$power(2, missing)",
            "D3061 7 \"power\" The power function has resulted in a value that cannot be represented as a JSON number: \
             base=2, exponent=undefined",
        ),
        ("/x*/(true).next()", "D1004 4 \"next\" Regular expression matches zero length string"),
        (
            "$map(?, function($v){$v + 1})(['a'])",
            "T2001 30 \"+\" The left side of the \"+\" operator must evaluate to a number",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(shown(r#"{"a": {"b": [1, 2]}}"#, text), expected, "{text}");
    }
    assert_eq!(shown("[1, 2]", "$clone()"), "[1,2]");
}
