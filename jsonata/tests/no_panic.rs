//! Nothing that comes from outside may panic, overflow the stack or run for ever.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::time::{Duration, Instant};

use jsonata::{Bindings, Dialect, Environment, Expression, Limits, Value};
use proptest::prelude::*;

fn limits() -> Limits {
    Limits { depth: 300, steps: 200_000, time: Some(Duration::from_secs(2)), memory: 10_000_000 }
}

fn input() -> Value {
    r#"{"a": {"b": [{"c": 1, "d": "x"}, {"c": 2}]}, "xs": [3, 1, 2], "s": "é😀", "n": null, "t": true, "o": {}}"#
        .parse()
        .unwrap()
}

/// Parses, looks through and evaluates; only whether it comes back matters.
fn run(text: &str) {
    for dialect in [Dialect::Standard, Dialect::Aws] {
        let Ok(expression) = Expression::parse(text, dialect) else { continue };
        let analysis = expression.analyze();
        for it in &analysis.free_variables {
            assert!(text.get(it.range.clone()).is_some_and(|it| it.starts_with('$')), "{text}");
        }
        let environment = Environment::seeded(1_700_000_000_000, 7, limits());
        if let Ok(Some(value)) = expression.evaluate(&input(), &Bindings::new(), &environment) {
            let _ = value.to_string();
            let _ = value == value.clone();
        }
    }
}

const PIECES: &[&str] = &[
    "a",
    "b",
    "c",
    "xs",
    "s",
    "$",
    "$$",
    "%",
    "*",
    "**",
    ".",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ":",
    ";",
    ",",
    "?",
    "+",
    "-",
    "/",
    "=",
    "!=",
    "<",
    ">",
    "<=",
    "&",
    " and ",
    " or ",
    " in ",
    "~>",
    ":=",
    "@$v",
    "#$i",
    "^(",
    "|",
    "..",
    "0",
    "1",
    "-1",
    "2.5",
    "1e9",
    "\"x\"",
    "'",
    "\"",
    "`d`",
    "null",
    "true",
    "/a+/",
    "/(a*)*b/i",
    "$v",
    "$i",
    "function($x){",
    "λ($y)",
    "<n-:n>",
    "$x",
    "$map(",
    "$sum(",
    "$string(",
    "$replace(s, ",
    "$match(s,",
    "$split(",
    "$formatNumber(",
    "$reduce(",
    "$toMillis(",
    "$fromMillis(",
    "$eval(",
    "$sort(",
    "$pad(s,",
    "$substring(",
    "$parse(",
    "$range(",
    "$partition(",
    "\"#,##0.00\"",
    "\"[Y]-[M01]\"",
    "\"\\u00e9\"",
    "/*",
    "*/",
    "é",
    "\u{0}",
    "[]",
    "{}",
    "$f := ",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn pieces_of_expressions(pieces in prop::collection::vec(prop::sample::select(PIECES), 1..30)) {
        run(&pieces.concat());
    }

    #[test]
    fn any_text(text in "\\PC{0,60}") {
        run(&text);
    }

    #[test]
    fn any_regex(pattern in "[a-c()|*+?{}0-9,\\[\\]^$.\\\\bdwsk<>=!:-]{1,20}", flag in "[im]?") {
        run(&format!("$match('aabbccab', /{pattern}/{flag})"));
        run(&format!("$replace('aabb', /{pattern}/{flag}, '$1')"));
    }

    #[test]
    fn any_picture(number in any::<f64>(), picture in "[#0.,;%‰ea-c$\\-]{0,10}") {
        run(&format!("$formatNumber({}, \"{picture}\")", if number.is_finite() { number } else { 0.0 }));
        run(&format!("$formatInteger({}, \"{picture}\")", number as i32));
        run(&format!("$parseInteger(\"{picture}\", \"{picture}\")"));
    }

    #[test]
    fn any_date_picture(millis in any::<i64>(), picture in "\\[[YMDdFWwXxHhPmsfZzCEQ][N1n0iwoat#,*-]{0,4}\\][ :a-]{0,2}", zone in "[+-][0-9]{1,5}") {
        run(&format!("$fromMillis({millis}, \"{picture}\", \"{zone}\")"));
        run(&format!("$toMillis(\"12 March\", \"{picture}\")"));
    }
}

/// On the stack that threads of asynchronous runtimes have.
fn on_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024).spawn(work).unwrap();
    thread.join().unwrap();
}

#[test]
fn deep_nesting_is_an_error_or_works() {
    on_small_stack(|| {
        for open in [
            "(",
            "[",
            "{\"a\":",
            "-",
            "$sum(",
            "a[",
            "function($x){",
            "1+(",
            "a.(",
            "a?",
            "|",
            "$f := ",
            "a^(",
        ] {
            for count in [100, 1_000, 100_000] {
                run(&open.repeat(count));
                let closers = match open {
                    "(" | "$sum(" | "1+(" | "a.(" | "a^(" => ")",
                    "[" | "a[" => "]",
                    "{\"a\":" | "function($x){" => "}",
                    _ => "",
                };
                run(&format!("{}1{}", open.repeat(count), closers.repeat(count)));
            }
        }
        for chain in ["1+", "a.", "'x'&", "a ? 1 : ", "x ~> "] {
            run(&format!("{}1", chain.repeat(50_000)));
            run(&format!("{}a", chain.repeat(1_500)));
        }
    });
}

#[test]
fn deep_values_come_and_go() {
    on_small_stack(|| {
        let environment = Environment::seeded(0, 0, Limits { memory: 1 << 30, ..Limits::standard() });
        for text in [
            "$reduce([1..100000], function($a, $i){ {'a': $a} })",
            "$reduce([1..100000], function($a, $i){ [[$a]] })",
            "$string($reduce([1..20000], function($a, $i){ {'a': $a} })) ~> $length()",
            "($v := $reduce([1..20000], function($a, $i){ {'a': $a} }, 1); $v = $v ~> |a|{'x': 1}|)",
            "$count($reduce([1..20000], function($a, $i){ {'a': $a} }).**)",
            "($f := $reduce([1..20000], function($f, $i){ $f ~> $string }, $string); 1)",
        ] {
            let expression = Expression::parse(text, Dialect::Standard).expect(text);
            let result = expression.evaluate(&Value::Undefined, &Bindings::new(), &environment);
            if let Ok(Some(value)) = result {
                let copy = value.clone();
                assert!(value == copy);
                let _ = value.to_string().len();
            }
        }
    });
}

#[test]
fn endless_work_ends() {
    let environment =
        Environment::seeded(0, 0, Limits { time: Some(Duration::from_millis(300)), ..Limits::standard() });
    let start = Instant::now();
    for text in [
        "($f := function(){ $f() }; $f())",
        "($f := function($x){ $f($x) + 1 }; $f(1))",
        "$match('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab', /^(a+)+$/)",
        "$pad('x', 1e15)",
        "($f := function($s){ $f($s & $s) }; $f('xxxxxxxxxxxxxxxx'))",
        "$map([1..5000], function($x){ $map([1..5000], function($y){ $x * $y }) })",
        "$formatInteger(1e300, 'I')",
        "[1..9999999].[1..9999999]",
        "$join($map([1..500000], $string), $pad('', 4000000, 'x'))",
        "$split($pad('', 40000000, 'x'), '')",
        // Values that hold others many times over: small to hold, endless to walk through.
        "$string($reduce([1..60], function($a){ [[$a], [$a]] }, []))",
        "$reduce([1..60], function($a){ [[$a], [$a]] }, [])",
        "$reduce([1..60], function($a){ {'l': $a, 'r': $a} }, {})",
        "$reduce([1..60], function($a){ {'l': $a, 'r': $a} }, {}).**",
        "$reduce([1..60], function($a){ [[$a], [$a]] }, []).x",
        "$reduce([1..60], function($a){ [[$a], [$a]] }, []) ? 1 : 2",
        "-$reduce([1..60], function($a){ [[$a], [$a]] }, [])",
        "($d := function($s){ $reduce([1..60], function($a){ {'l': $a, 'r': $a} }, $s) }; $d(1) = $d(1))",
        "$clone($reduce([1..60], function($a){ {'l': $a, 'r': $a} }, {}))",
        "$reduce([1..60], function($a){ {'l': $a, 'r': $a} }, {}) ~> |**|{'x': 1}|",
        "$distinct([$reduce([1..60], function($a){ {'l': $a, 'r': $a} }, {}), {}])",
        "'' & $reduce([1..60], function($a){ {'l': $a, 'r': $a} }, {})",
    ] {
        let expression = Expression::parse(text, Dialect::Standard).expect(text);
        let before = Instant::now();
        let result = expression.evaluate(&Value::Undefined, &Bindings::new(), &environment);
        assert!(result.is_err(), "{text}");
        assert!(before.elapsed() < Duration::from_secs(20), "{text} took {:?}", before.elapsed());
    }
    assert!(start.elapsed() < Duration::from_secs(60), "took {:?}", start.elapsed());
}

#[test]
fn shared_between_threads() {
    fn needs<T: Send + Sync>() {}
    needs::<Value>();
    needs::<Expression>();
    needs::<Environment>();
    let expression = Expression::parse("$sum(xs) + $count(a.b)", Dialect::Standard).unwrap();
    let input = input();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let result = expression.evaluate(&input, &Bindings::new(), &Environment::default());
                assert_eq!(result.unwrap(), Some(Value::Number(8.0)));
            });
        }
    });
}
