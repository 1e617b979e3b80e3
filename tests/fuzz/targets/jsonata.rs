//! Any text as a JSONata expression: parsed, looked through and evaluated in both dialects.
#![no_main]

use std::time::Duration;

use jsonata::{Bindings, Dialect, Environment, Expression, Limits, Value};
use libfuzzer_sys::fuzz_target;

const INPUT: &str = r#"{"a": {"b": [{"c": 1, "d": "x"}, {"c": 2}]}, "xs": [3, 1, 2], "s": "aé😀b", "n": null, "o": {}}"#;

fuzz_target!(|text: &str| {
    let input: Value = INPUT.parse().unwrap_or_default();
    for dialect in [Dialect::Standard, Dialect::Aws] {
        let Ok(expression) = Expression::parse(text, dialect) else { continue };
        let analysis = expression.analyze();
        for it in &analysis.free_variables {
            assert!(text.get(it.range.clone()).is_some_and(|it| it.starts_with('$')));
        }
        let limits = Limits { depth: 200, steps: 100_000, time: Some(Duration::from_secs(2)), memory: 4_000_000 };
        let environment = Environment::seeded(1_700_000_000_000, 7, limits);
        match expression.evaluate(&input, &Bindings::new(), &environment) {
            Ok(Some(value)) => {
                let text = value.to_string();
                // What comes out can be read again unless it nests deeper than JSON texts may.
                if text.len() < 1000 {
                    assert!(text.parse::<Value>().is_ok(), "{text}");
                }
            }
            Ok(None) => {}
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});
