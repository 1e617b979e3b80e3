//! How much stack the deepest accepted text needs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use compiler::source::FileId;
use compiler::syntax::{MAX_DEPTH, parse};

/// Every way to nest: what opens, what stands in the middle, what closes.
const NESTS: [(&str, &str, &str); 12] = [
    ("let x = ", "(", ")"),
    ("let x = ", "[", "]"),
    ("let x = ", "{ a: ", "}"),
    ("let x = ", "f(", ")"),
    ("let x = ", "if a { ", "}"),
    ("let x = ", "match a { b => ", "}"),
    ("let x = ", "f(x => ", ")"),
    ("let x = ", "\"${", "}\""),
    ("let x = ", "f(a) catch as e { ", " }"),
    ("let x = ", "map x in xs { ", " }"),
    ("let x = ", "parallel { a: { ", " }}"),
    ("type T = ", "dict<", ">"),
];

/// Every way to nest without brackets.
const CHAINS: [&str; 10] = [
    "!",
    "-",
    "x => ",
    "await ",
    "return ",
    "a ?? ",
    "a + ",
    "a as T ?? ",
    "if a { 1 } else ",
    "f()\n.g ?? ",
];

fn nest(head: &str, open: &str, close: &str, levels: usize) -> String {
    format!("{head}{}1{}\n", open.repeat(levels), close.repeat(levels))
}

#[test]
fn two_mebibytes_are_enough() {
    let run = || {
        for (head, open, close) in NESTS {
            let per_level = open.matches(['(', '[', '{', '<']).count();
            let text = nest(head, open, close, MAX_DEPTH / per_level - 1);
            let parsed = parse(FileId(0), &text);
            assert!(parsed.diagnostics.is_empty(), "{open}: {:?}", parsed.diagnostics.first());
        }
        for chain in CHAINS {
            let parsed = parse(FileId(0), &format!("let x = {}{{ 1 }}\n", chain.repeat(90)));
            assert!(parsed.diagnostics.is_empty(), "{chain}: {:?}", parsed.diagnostics.first());
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

#[test]
fn longer_chains_are_refused() {
    for chain in CHAINS {
        for links in [500, 20_000] {
            let parsed = parse(FileId(0), &format!("let x = {}{{ 1 }}\n", chain.repeat(links)));
            assert!(parsed.diagnostics.iter().any(|d| d.code.0 == "F0124"), "{chain} × {links}");
        }
    }
}

#[test]
fn deeper_is_refused() {
    for (head, open, close) in NESTS {
        for levels in [MAX_DEPTH + 1, 5_000] {
            let parsed = parse(FileId(0), &nest(head, open, close, levels));
            assert!(parsed.diagnostics.iter().any(|d| d.code.0 == "F0100"), "{open} × {levels}");
        }
    }
}
