//! `flow jsonata` as people run it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use std::io::Write;
use std::process::{Command, Stdio};

/// The exit code, what went to standard output and what to standard error.
fn flow(arguments: &[&str], input: &str) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_flow"));
    command.arg("jsonata").args(arguments).env("NO_COLOR", "1");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that doesn't read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn values_go_to_standard_output() {
    let order = r#"{"id": "o1", "prices": [1.5, 2]}"#;
    let cases: &[(&[&str], &str)] = &[
        (&["{% $sum($states.input.prices) %}", "--input", "@-"], "3.5\n"),
        (&["$states.input.id", "--input", "@-"], "\"o1\"\n"),
        (&["$n * 2", "--variables", r#"{"n": 21}"#], "42\n"),
        (&["[$states.input.prices, $x]", "--compact", "--input", "@-"], "[1.5,2]\n"),
        (&["prices[0]", "--standard", "--input", "@-"], "1.5\n"),
        (&["$states.input.nothing"], ""),
        (&["-1 + 2"], "1\n"),
        (&["$eval('1 + 1')", "--standard"], "2\n"),
    ];
    for (arguments, expected) in cases {
        assert_eq!(flow(arguments, order), (Some(0), (*expected).to_owned(), String::new()), "{arguments:?}");
    }
}

#[test]
fn errors_show_their_place() {
    let cases: &[(&[&str], &str)] = &[
        (&["1 +"], "error[S0207]: Unexpected end of expression\n  |\n1 | 1 +\n  |   ^\n"),
        (
            &["(\n\t$x := 'a';\n\t$x + 1\n)"],
            "error[T2001]: The left side of the \"+\" operator must evaluate to a number\n  |\n3 |  $x + 1\n  |     ^\n",
        ),
        (
            &["items.price"],
            "error[UNSUPPORTED_JSONATA_EXPRESSION]: `items` has no value at the top level on AWS\n  |\n\
             1 | items.price\n  |     ^\nhelp: write `$states.input.items`, or evaluate with --standard\n",
        ),
        (
            &["$eval('1')"],
            "error[T1006]: Attempted to invoke a non-function\n  |\n1 | $eval('1')\n  |      ^\n",
        ),
    ];
    for (arguments, expected) in cases {
        assert_eq!(flow(arguments, ""), (Some(1), String::new(), (*expected).to_owned()), "{arguments:?}");
    }
}

#[test]
fn wrong_use_is_no_failure_of_the_expression() {
    for arguments in [&["1", "--input", "{"][..], &["1", "--variables", "[]"], &["@nowhere.jsonata"], &[]] {
        let (code, out, error) = flow(arguments, "");
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(error.starts_with("error: "), "{error}");
    }
}
