//! Whatever the text: a tree, in time, with every place in its place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

mod support;

use proptest::prelude::*;
use support::{flow_files, parsed, spans};

/// What programs are made of, and what they are not.
const PIECES: [&str; 76] = [
    "workflow", "f", "(", ")", "{", "}", "[", "]", "<", ">", ":", ",", ".", "?.", "??", "=", "=>", "->", "|",
    "&&", "!", "-", "@", "'a", "'a:", "\"", "\"x\"", "\"${", "$", "//", "///", " ", " ", "\n", "\n", "\n  ",
    "let", "if", "else", "match", "map", "in", "parallel", "try", "catch", "as", "retry", "within", "5s",
    "5%", "1", "1.5", "..", "...", "return", "fail", "await", "dict<", "type", "test", "on", "api", "GET",
    "mock", "expect", "failed", "then", ";", "§", "😀", "\\", "\u{e}", "tye", "workflw", "\"\"\"", "tabel",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(0..PIECES.len(), 0..80).prop_map(|picks| {
        let mut text = String::new();
        for pick in picks {
            text.push_str(PIECES[pick]);
            if pick % 3 == 0 {
                text.push(' ');
            }
        }
        text
    })
}

/// An example with a few pieces of it replaced.
fn mutant() -> impl Strategy<Value = String> {
    let files = flow_files();
    let edit = (any::<prop::sample::Index>(), 0..12usize, 0..PIECES.len());
    (any::<prop::sample::Index>(), prop::collection::vec(edit, 1..4)).prop_map(move |(file, edits)| {
        let mut text = files.get(file.index(files.len())).map_or(String::new(), |it| it.1.clone());
        for (place, len, piece) in edits {
            let chars: Vec<char> = text.chars().collect();
            let at = place.index(chars.len() + 1);
            let end = (at + len).min(chars.len());
            text = chars[..at].iter().collect::<String>()
                + PIECES[piece]
                + &chars[end..].iter().collect::<String>();
        }
        text
    })
}

/// A misspelt keyword is read as the right one, which is longer.
#[test]
fn what_is_read_as_another_word_keeps_its_end() {
    for text in ["tye A = { b: st", "tye", "workflw f() {", "functio f(", "tpe A = string\nworkflow f() { }"]
    {
        spans::check(text, &parsed(text));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn any_string_is_read(text in ".{0,200}") {
        spans::check(&text, &parsed(&text));
    }

    #[test]
    fn any_pieces_are_read(text in soup()) {
        spans::check(&text, &parsed(&text));
    }

    #[test]
    fn any_mutant_is_read(text in mutant()) {
        spans::check(&text, &parsed(&text));
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(200)
}

#[test]
fn every_file_has_its_places() {
    for (path, text) in flow_files() {
        println!("{path}");
        spans::check(&text, &parsed(&text));
    }
}

#[test]
fn no_text_is_no_mistake() {
    for text in ["", "\n", "  ", "// only\n", "/// only\n", "\u{feff}", "\r\n"] {
        assert!(parsed(text).diagnostics.is_empty(), "{text:?}");
    }
}
