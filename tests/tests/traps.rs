//! A test for each way to lower wrongly (`traps.md`), by its letter and number.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, unreachable_pub)]

use tests::traps::{Trap, fits, run};

const INPUT: &str = r#"{"n":2,"s":"text","flag":true,"xs":[1,2,3],"data":{"a":[5]}}"#;

const PLAIN: Trap =
    Trap { name: "", body: "", input: INPUT, answers: &[], calls: &[], end: "gave null", transitions: None };

const TRAPS: &[Trap] = &[
    Trap {
        name: "B2 a failing expression behind a task is not the task's failure",
        body: "let r = f(1) catch { h(9) }\nlet n = parseJson(input.s) as int\nreturn n + 1",
        calls: &["f 1"],
        end: "failed States.QueryEvaluationError:*",
        ..PLAIN
    },
    Trap {
        name: "B2 nor is it retried",
        body: "let r = f(1) retry (attempts: 2, every: 1s)\nlet n = parseJson(input.s) as int\nreturn n + 1",
        calls: &["f 1"],
        end: "failed States.QueryEvaluationError:*",
        ..PLAIN
    },
    Trap {
        name: "B10 what nobody reads still fails, in a map's body",
        body: "let m = map x in input.xs { parseJson(input.s) as int }\nf(1)\nreturn 1",
        calls: &[],
        end: "failed States.QueryEvaluationError*",
        ..PLAIN
    },
    Trap {
        name: "B10 and on the way out of a branch",
        body: "let p = parallel {\n  a: { 1 }\n  b: {\n    f(2)\n    let v = parseJson(input.s) as int\n    1\n  }\n}\nf(3)\nreturn p.a",
        calls: &["f 2"],
        end: "failed States.QueryEvaluationError*",
        ..PLAIN
    },
    Trap {
        name: "B10 and where only one way of a condition reads it",
        body: "var r = { a: 1, b: parseJson(input.s) as int }\nif input.n == 2 { r.b = 0 }\nreturn r.b",
        calls: &[],
        end: "failed States.QueryEvaluationError*",
        ..PLAIN
    },
    Trap {
        name: "B3 assignments folded together are parallel",
        body: "var a = 1\nvar b = 2\nf(0)\na = b\nb = a\nreturn [a, b]",
        calls: &["f 0"],
        end: "gave [2,2]",
        transitions: Some(1),
        ..PLAIN
    },
    Trap {
        name: "B4 a condition reads what was assigned before it",
        body: "var n = input.n\nf(0)\nn = n + 1\nif n > 2 { g(n) }\nreturn n",
        calls: &["f 0", "g 3"],
        end: "gave 3",
        ..PLAIN
    },
    Trap {
        name: "B5 a first value is not set again in a loop",
        body: "var n = 0\nwhile n < 3 {\n  f(n)\n  n = n + 1\n}\nreturn n",
        calls: &["f 0", "f 1", "f 2"],
        end: "gave 3",
        transitions: Some(6),
        ..PLAIN
    },
    Trap {
        name: "B5 and reaches the handlers",
        body: "var n = 5\nf(0) catch { g(n) }\nreturn n",
        answers: &[("f", &["!E1 no"])],
        calls: &["f 0", "g 5"],
        end: "gave 5",
        ..PLAIN
    },
    Trap {
        name: "B6 a handler's value joins the task's",
        body: "let p = f(0) catch E0 { 5 }\ng(p)\nreturn p",
        answers: &[("f", &["!E0 no"])],
        calls: &["f 0", "g 5"],
        end: "gave 5",
        ..PLAIN
    },
    Trap {
        name: "B7 the text of an error, wherever it hides",
        body: "var all: string[] = []\nfor i in input.xs {\n  f(i) catch as e { all = [...all, e.message] }\n}\nreturn all",
        answers: &[(
            "f",
            &[
                "!E0 {\"errorMessage\":\"say \\\"hi\\\"\",\"errorType\":\"E0\"}",
                "!E1 plain",
                "!States.Timeout",
            ],
        )],
        calls: &["f 1", "f 2", "f 3"],
        end: "gave [\"say \\\"hi\\\"\",\"plain\",\"\"]",
        ..PLAIN
    },
    Trap {
        name: "B7 raising again keeps name and cause",
        body: "f(0) catch E0 as e {\n  g(e.message)\n  fail e\n}\nreturn 1",
        answers: &[("f", &["!E0 {\"errorMessage\":\"no\"}"])],
        calls: &["f 0", "g \"no\""],
        end: "failed E0: {\"errorMessage\":\"no\"}",
        transitions: Some(3),
        ..PLAIN
    },
    Trap {
        name: "B8 clauses bind to one call",
        body: "let sum = (f(1) as int) + (g(2) catch { 7 } as int)\nreturn sum",
        answers: &[("f", &["1"]), ("g", &["!E0 no"])],
        calls: &["f 1", "g 2"],
        end: "gave 8",
        ..PLAIN
    },
    Trap {
        name: "B9 operands are read left to right",
        body: "var n = 1\nlet x = n + (f(0) catch { n = n + 1\n 0 } as int) + n\nreturn x",
        answers: &[("f", &["!E0 no"])],
        calls: &["f 0"],
        end: "gave 3",
        ..PLAIN
    },
    Trap {
        name: "B10 an error comes before the task behind it",
        body: "let n = parseJson(input.s) as int\nf(0)\nreturn n",
        calls: &[],
        end: "failed States.QueryEvaluationError:*",
        ..PLAIN
    },
    Trap {
        name: "B10 a value is that of where it was read",
        body: "var v: json = 1\nlet x = v\nv = f(0)\ng(x)\nreturn v",
        answers: &[("f", &["2"])],
        calls: &["f 0", "g 1"],
        end: "gave 2",
        ..PLAIN
    },
    Trap {
        name: "B11 pure code in a try is caught",
        body: "try {\n  if (parseJson(input.s) as int) > 1 { f(0) }\n  f(1)\n} catch as e {\n  h(e.name)\n}\nreturn 1",
        calls: &["h \"States.QueryEvaluationError\""],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B11 by the call before it, where no handler reads what that assigns",
        body: "try {\n  let t = f(0) as string\n  let n = parseJson(t) as int\n  g(n)\n} catch as e {\n  h(e.name)\n}\nreturn 1",
        answers: &[("f", &["\"no\""])],
        calls: &["f 0", "h \"States.QueryEvaluationError\""],
        end: "gave 1",
        transitions: Some(2),
        ..PLAIN
    },
    Trap {
        name: "B11 what was assigned before the failure stays assigned",
        body: "var t = \"\"\ntry {\n  t = f(0) as string\n  let n = parseJson(t) as int\n  g(n)\n} catch {\n  h(t)\n}\nreturn 1",
        answers: &[("f", &["\"no\""])],
        calls: &["f 0", "h \"no\""],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B11 by the call behind it",
        body: "try {\n  let n = parseJson(input.s) as int\n  g(n)\n} catch as e {\n  h(e.name)\n}\nreturn 1",
        calls: &["h \"States.QueryEvaluationError\""],
        end: "gave 1",
        transitions: Some(2),
        ..PLAIN
    },
    Trap {
        name: "B11 not by a call that is retried for any error",
        body: "try {\n  let n = parseJson(input.s) as int\n  g(n) retry (attempts: 2, every: 1s)\n} catch as e {\n  h(e.name)\n}\nreturn 1",
        calls: &["h \"States.QueryEvaluationError\""],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B11 a value that the call before it gives and one that fails, in a loop",
        body: "var sum = 0\nfor x in input.xs {\n  try {\n    let n = parseJson(f(x) as string) as int\n    sum = sum + n\n  } catch {\n    sum = sum + 100\n  }\n}\nreturn sum",
        answers: &[("f", &["\"5\"", "\"no\"", "\"7\""])],
        calls: &["f 1", "f 2", "f 3"],
        end: "gave 112",
        ..PLAIN
    },
    Trap {
        name: "B11 not by a parallel of pure branches, which goes",
        body: "try {\n  f(0)\n  let both = parallel {\n    a: { input.xs.count() }\n    b: { 1 }\n  }\n  match (parseJson(input.s) as int) {\n    0 => { f(both.a) }\n    _ => {}\n  }\n} catch as e {\n  h(e.name)\n}\nreturn 1",
        calls: &["f 0", "h \"States.QueryEvaluationError\""],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B16 what guards a condition stays in front of it, where choices of loops are merged",
        body: "let none = input.xs.filter(x => x > 9)\nfor x in none {\n  for y in [1, 2] {\n    for z in none { if y > z { continue } }\n    if y > x { break }\n    f(y)\n  }\n}\nreturn 1",
        calls: &[],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "loops over written lists inside each other are not all unrolled",
        body: "var sum = 0\nfor a in [1, 2, 3] { for b in [1, 2, 3] { for c in [1, 2, 3] { for d in [1, 2, 3] {\n  if a + b + c + d == 12 { f(d) }\n  sum = sum + 1\n} } } }\nreturn sum",
        calls: &["f 3"],
        end: "gave 81",
        ..PLAIN
    },
    Trap {
        name: "B11 a fail in a try is a jump to its handler",
        body: "try {\n  f(0)\n  if input.flag { fail E1(\"why\") }\n  f(1)\n} catch E1 as e {\n  h(e.message)\n}\nreturn 1",
        calls: &["f 0", "h \"why\""],
        end: "gave 1",
        transitions: Some(3),
        ..PLAIN
    },
    Trap {
        name: "B12 a retried block keeps what was assigned",
        body: "var n = 0\ntry {\n  n = n + 1\n  f(n)\n} retry E0 (attempts: 2, every: 1s) catch as e {\n  h(n)\n}\nreturn n",
        answers: &[("f", &["!E0 no"])],
        calls: &["f 1", "f 2", "f 3", "h 3"],
        end: "gave 3",
        ..PLAIN
    },
    Trap {
        name: "B14 a saga in a loop undoes what was done, last first",
        body: "saga {\n  for x in input.xs {\n    f(x) undo { h(x) }\n  }\n} catch E0 { g(0) }\nreturn 1",
        answers: &[("f", &["1", "2", "!E0 no"])],
        calls: &["f 1", "f 2", "f 3", "h 2", "h 1", "g 0"],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B14 a conditional step is undone where it was done",
        body: "saga {\n  f(1) undo { h(1) }\n  if input.n > 5 { f(2) undo { h(2) } }\n  f(3) undo (attempted) { h(3) }\n} catch { g(0) }\nreturn 1",
        answers: &[("f", &["1", "!E0 no"])],
        calls: &["f 1", "f 3", "h 3", "h 1", "g 0"],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B14 a step sees its own value in its undo",
        body: "saga {\n  let p = f(1) undo { h(p) }\n  g(p)\n} catch E0 { }\nreturn 1",
        answers: &[("f", &["7"]), ("g", &["!E0 no"])],
        calls: &["f 1", "g 7", "h 7"],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B14 a loop that is written out undoes each round with its own item",
        body: "saga {\n  for x in [1, 2] { f(x) undo { h(x) } }\n  g(0)\n} catch E0 { }\nreturn 1",
        answers: &[("g", &["!E0 no"])],
        calls: &["f 1", "f 2", "g 0", "h 2", "h 1"],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B14 a loop undoes each round with its own value",
        body: "saga {\n  for x in input.xs { let p = f(x) undo { h({ p, x }) } }\n  g(0)\n} catch E0 { }\nreturn 1",
        answers: &[("f", &["7", "8", "9"]), ("g", &["!E0 no"])],
        calls: &[
            "f 1",
            "f 2",
            "f 3",
            "g 0",
            "h {\"p\":9,\"x\":3}",
            "h {\"p\":8,\"x\":2}",
            "h {\"p\":7,\"x\":1}",
        ],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B14 what a map did is undone when all of it has ended",
        body: "saga {\n  map (concurrency: 1) x in input.xs {\n    let p = f(x) undo { h(p) }\n    if x == 1 { g(x) }\n  }\n} catch E0 as e { h(e.message) }\nreturn 1",
        answers: &[("f", &["7", "8", "9"]), ("g", &["!E0 no"])],
        calls: &["f 1", "g 1", "f 2", "f 3", "h 9", "h 8", "h 7", "h \"no\""],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B14 what branches did is undone by the failure of a later step",
        body: "saga {\n  let { a, b } = parallel {\n    a: { f(1) undo { h(\"a\") } }\n    b: { if input.n > 5 { f(2) undo { h(\"b\") } } else { 3 } }\n  }\n  g([a, b])\n} catch E0 { }\nreturn 1",
        answers: &[("f", &["7"]), ("g", &["!E0 no"])],
        calls: &["f 1", "g [7,3]", "h \"a\""],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B14 a map of steps gives its values, and its clauses guard it",
        body: "var n = 0\nlet all = saga {\n  map (concurrency: 1) x in input.xs { f(x) undo { h(x) } } retry E0 (attempts: 1, every: 1s) catch E1 { [0] }\n}\nreturn all",
        answers: &[("f", &["7", "!E0 no", "9", "7", "8", "9"])],
        calls: &["f 1", "f 2", "f 3", "f 1", "f 2", "f 3"],
        end: "gave [7,8,9]",
        ..PLAIN
    },
    Trap {
        name: "B14 what a retried block did is undone as often as it was done",
        body: "saga {\n  try {\n    f(1) undo { h(1) }\n    g(0)\n  } retry E0 (attempts: 1, every: 1s)\n} catch E0 { }\nreturn 1",
        answers: &[("g", &["!E0 no"])],
        calls: &["f 1", "g 0", "f 1", "g 0", "h 1", "h 1"],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B15 an inner name does not reach out",
        body: "let x = 1\nif input.flag {\n  let x = 2\n  f(x)\n}\nreturn x",
        calls: &["f 2"],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B17 a value from every way",
        body: "let x = if input.n > 5 { f(1) } else { 3 }\nf(0)\nreturn x",
        calls: &["f 0"],
        end: "gave 3",
        ..PLAIN
    },
    Trap {
        name: "B17 what is evaluated for its failure alone is not read",
        body: "if input.n > 5 { let n = parseJson(input.s) as int }\nf(0)\nreturn 1",
        calls: &["f 0"],
        end: "gave 1",
        transitions: Some(2),
        ..PLAIN
    },
    Trap {
        name: "B18 what is missing is null",
        body: "return [input.note == null, input.note != \"X\", input.note ?? \"d\", input.note == \"X\", input.data.no == null]",
        end: "gave [true,true,\"d\",false,true]",
        transitions: Some(1),
        ..PLAIN
    },
    Trap {
        name: "B19 and stays a member",
        body: "return input.xs.map(x => { a: x, b: input.note })",
        end: "gave [{\"a\":1,\"b\":null},{\"a\":2,\"b\":null},{\"a\":3,\"b\":null}]",
        ..PLAIN
    },
    Trap {
        name: "B19 a member that is set again replaces what may have failed",
        body: "var r = { a: 4, b: { c: parseJson(input.s) as int } }\nif input.note == null { r.b.c = 5 }\nvar d: dict<int> = { a: 1, b: 2 }\nlet k = if input.note == null { \"a\" } else { \"b\" }\nd[k] = 7\nreturn [r.b.c, d.a, d.b]",
        input: r#"{"n":3,"s":"7","flag":true,"xs":[1,2,3],"data":{}}"#,
        end: "gave [5,7,2]",
        ..PLAIN
    },
    Trap {
        name: "B20 a list of one is a list",
        body: "let one = input.xs.filter(x => x == 2)\nlet none = input.xs.filter(x => x == 9)\nlet nested = input.xs.map(x => [x])\nreturn [one, none, nested, [...one, 4], one.map(x => x + 1)]",
        end: "gave [[2],[],[[1],[2],[3]],[2,4],[3]]",
        ..PLAIN
    },
    Trap {
        name: "B21 of none the sum is 0",
        body: "return [input.xs.filter(x => x > 9).map(x => x).sum(), input.xs.filter(x => x > 9).count()]",
        end: "gave [0,0]",
        ..PLAIN
    },
    Trap {
        name: "B22 indexes from both ends, slices, membership",
        body: "return [input.xs[0], input.xs[-1], input.xs[7], input.xs[1..3], input.xs[1..2], 2 in input.xs]",
        end: "gave [1,3,null,[2,3],[2],true]",
        ..PLAIN
    },
    Trap {
        name: "B24 names that JSONata uses",
        body: "var sum = 1\nvar states = 2\nvar map = 3\nf(0)\nsum = sum + states + map\ng(sum)\nreturn [input.xs.map(string => string + 1).sum(), sum]",
        calls: &["f 0", "g 6"],
        end: "gave [9,6]",
        ..PLAIN
    },
    Trap {
        name: "B25 A9 texts with quotes, braces and percent signs",
        body: "f(\"it's \\\"so\\\"\")\ng(\"{% 1 + 1 %}\")\nh(\"\\${x} and ${input.n}\")\nreturn 1",
        calls: &["f \"it's \\\"so\\\"\"", "g \"{% 1 + 1 %}\"", "h \"${x} and 2\""],
        end: "gave 1",
        transitions: Some(3),
        ..PLAIN
    },
    Trap {
        name: "B27 a body without a value gives none",
        body: "map x in input.xs { f(x) }\nreturn 1",
        answers: &[("f", &["\"much\""])],
        calls: &["f 1", "f 2", "f 3"],
        end: "gave 1",
        ..PLAIN
    },
    Trap {
        name: "B29 the same call with other arguments is one state",
        body: "match input.n {\n  1 => f(\"one\")\n  2 => f(\"two\")\n  _ => f(\"many\")\n}\nreturn 1",
        calls: &["f \"two\""],
        end: "gave 1",
        transitions: Some(1),
        ..PLAIN
    },
    Trap {
        name: "a choice between a choice's ways is one choice",
        body: "let x = f(0) ?? fail E0(\"nothing\")\nif x == 1 { g(1) } else if x == 2 { g(2)\n h(2) }\nreturn x",
        answers: &[("f", &["2"])],
        calls: &["f 0", "g 2", "h 2"],
        end: "gave 2",
        transitions: Some(4),
        ..PLAIN
    },
    Trap {
        name: "finally runs on every way out",
        body: "for x in input.xs {\n  try {\n    f(x)\n    if x == 2 { return x }\n  } finally {\n    h(x)\n  }\n}\nreturn 0",
        calls: &["f 1", "h 1", "f 2", "h 2"],
        end: "gave 2",
        ..PLAIN
    },
    Trap {
        name: "finally runs before an error goes on",
        body: "try { f(0) } finally { h(0) }\nreturn 0",
        answers: &[("f", &["!E1 no"])],
        calls: &["f 0", "h 0"],
        end: "failed E1: no",
        transitions: Some(3),
        ..PLAIN
    },
    Trap {
        name: "a parallel with one busy branch is none",
        body: "let { a, b } = parallel {\n  a: { input.n }\n  b: { f(1) }\n}\nreturn [a, b]",
        answers: &[("f", &["3"])],
        calls: &["f 1"],
        end: "gave [2,3]",
        transitions: Some(1),
        ..PLAIN
    },
];

#[test]
fn traps_are_avoided_both_ways() {
    let mut failures = Vec::new();
    for trap in TRAPS {
        let [naive, packed] = match run(trap) {
            Ok(runs) => runs,
            Err(error) => {
                failures.push(format!("{}: {error}", trap.name));
                continue;
            }
        };
        for (how, found) in [("naive", &naive), ("packed", &packed)] {
            if found.calls != trap.calls || !fits(trap.end, &found.end) {
                failures.push(format!("{} ({how}):\n  {:?}\n  {}", trap.name, found.calls, found.end));
            }
        }
        if trap.transitions.is_some_and(|wanted| wanted != packed.transitions) {
            failures.push(format!("{}: {} transitions", trap.name, packed.transitions));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn b1_what_is_fresh_is_drawn_once_however_often_a_call_is_retried() {
    let trap = Trap {
        body: "let id = uuid()\nf({ id, again: id }) retry E1 (attempts: 2, every: 1s)\nreturn 1",
        answers: &[("f", &["!E1 no", "!E1 no", "1"])],
        ..PLAIN
    };
    for found in run(&trap).unwrap() {
        assert_eq!(found.calls.len(), 3);
        assert!(found.calls.iter().all(|call| *call == found.calls[0]), "{:?}", found.calls);
    }
}
