//! Twice the text takes twice the time, however broken it is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod support;

use std::time::{Duration, Instant};

use support::parsed;

/// What opens something, none of it ever closed, and what can be repeated.
const OPENERS: [&str; 40] = [
    "(",
    "[",
    "{",
    "f(",
    "f((",
    "[{",
    "{ a: ",
    "{ a: [",
    "if a {",
    "if a {\n",
    "while a {\n  ",
    "match a {",
    "match a { b => ",
    "x => (",
    "(a: {",
    "\"${",
    "\"${f(",
    "dict<",
    "a ? b : ",
    "map x in xs {",
    "parallel { a: {",
    "try {",
    "saga {",
    "f() catch {",
    "await (",
    "@a(",
    "@a({ b: ",
    "workflow f(",
    "workflow f() {\n",
    "workflow f() {",
    "type A = {",
    "api a {",
    "test \"a\" {\n  ",
    "/// a\n{",
    "'a: {",
    "}\n",
    ")",
    "\"",
    "let x = {\n",
    "f(x\n",
];

/// The best of a few runs, since other work goes on beside the test.
fn time(text: &str) -> Duration {
    let once = |_| {
        let start = Instant::now();
        drop(parsed(text));
        start.elapsed()
    };
    (0..3).map(once).min().unwrap_or_default()
}

#[test]
fn twice_as_much_takes_at_most_three_times_as_long() {
    for head in ["", "let x = ", "workflow w() {\n  let x = "] {
        for opener in OPENERS {
            let (once, twice) = (
                time(&format!("{head}{}", opener.repeat(100))),
                time(&format!("{head}{}", opener.repeat(200))),
            );
            // Below that the clock measures the machine; what is exponential is far above.
            let floor = Duration::from_millis(400);
            assert!(twice < once * 3 + floor, "{head:?} {opener:?}: × 100 {once:?}, × 200 {twice:?}");
        }
    }
}

#[test]
fn a_long_broken_file_takes_no_longer_than_it_is() {
    for line in [
        "workflow w() {\n",
        "workflow w( {\n",
        "let x = (\n",
        "}\n",
        "@a\n",
        "/// a\n",
        "a b c {\n",
        "f(\n)}\n",
        "  x = [\n",
    ] {
        let (once, twice) = (time(&line.repeat(1_000)), time(&line.repeat(2_000)));
        let floor = Duration::from_millis(1_000);
        assert!(twice < once * 3 + floor, "{line:?}: × 1,000 {once:?}, × 2,000 {twice:?}");
    }
}
