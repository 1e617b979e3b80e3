//! Snippets and what is said of them: the codes, with the text that each points to, in the order of the text.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::analyze;
use crate::diagnostics::Diagnostic;

fn diagnostics(source: &str) -> Vec<Diagnostic> {
    let world = BTreeMap::from([("main.flow".to_owned(), source.to_owned())]);
    let mut found = analyze(&world, "main.flow", "test").diagnostics;
    // Snippets name what they show and use nothing.
    found.retain(|it| !matches!(it.code.0, "F0224" | "F0225"));
    found
}

thread_local! {
    static FAILURES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Stands at the head of a test: shows all snippets that went wrong, not only the first.
struct Snippets;

impl Drop for Snippets {
    fn drop(&mut self) {
        let failures = FAILURES.take();
        if !std::thread::panicking() {
            assert!(failures.is_empty(), "{}", failures.join("\n\n"));
        }
    }
}

fn compare(source: &str, shown: &str, expected: &[&str], counts: impl Fn(&Diagnostic) -> bool) {
    let all = diagnostics(source);
    let slice = |it: &Diagnostic| source.get(it.span().range()).unwrap_or("").to_owned();
    let found = all.iter().filter(|it| counts(it)).map(|it| format!("{} {:?}", it.code, slice(it)));
    let found: Vec<String> = found.collect();
    if found != expected {
        let texts: Vec<String> =
            all.iter().map(|it| format!("  {} {} {:?}", it.code, it.message, it.help)).collect();
        let text = format!("{shown}\n  wanted {expected:?}\n  found  {found:?}\n{}", texts.join("\n"));
        FAILURES.with_borrow_mut(|it| it.push(text));
    }
}

fn check(source: &str, expected: &[&str]) {
    compare(source, source, expected, |_| true);
}

fn clean(source: &str) {
    check(source, &[]);
}

/// Declarations that most snippets need.
const PRELUDE: &str = r#"
type Status = "new" | "paid" | "declined"
type Item = { sku: string, quantity: int, price: number }
type Order = { id: string, email: string, items: Item[], coupon: string?, status: Status }
type Pay = { kind: "card", number: string } | { kind: "cash" } | { kind: "invoice", days: int }
error Bad
error Declined { code: string }
function charge(order: Order) -> { chargeId: string } throws Bad { code: "x", runtime: "python3.12", handler: "a.b" }
function look(id: string) -> Order? { code: "x", runtime: "python3.12", handler: "a.b" }
"#;

/// Statements of a workflow over an `order: Order`, `pay: Pay`, `data: json` and `n: int`.
fn body(statements: &str, expected: &[&str]) {
    let source = format!(
        "{PRELUDE}
workflow run(input: {{ order: Order, pay: Pay, data: json, n: int }}) throws Bad, Declined {{
  let order = input.order
  let pay = input.pay
  let data = input.data
  let n = input.n
{statements}
}}
"
    );
    // What `audit` says is tested with it.
    compare(&source, statements, expected, |it| {
        !it.code.0.starts_with("F045") && !it.code.0.starts_with("F047")
    });
}

#[test]
fn names() {
    let _snippets = Snippets;
    body("  let x = ordr.id", &[r#"F0201 "ordr""#]);
    body("  let x = order.emial", &[r#"F0213 "emial""#]);
    body("  let x = order.items.lenght", &[r#"F0213 "lenght""#]);
    body("  let x = order.id.uper()", &[r#"F0214 "uper""#]);
    body("  let x = order.id.toUpperCase()", &[r#"F0214 "toUpperCase""#]);
    body("  chrge(order)", &[r#"F0201 "chrge""#]);
    body("  let x = charge", &[]);
    body("  let x = Bad", &[r#"F0208 "Bad""#]);
    body("  let x = uuid", &[r#"F0208 "uuid""#]);
    body("  let x: Ordr = order", &[r#"F0202 "Ordr""#]);
    body("  let x: str = order.id", &[r#"F0202 "str""#]);
    body("  charge(order) catch Bda { fail Bad }", &[r#"F0210 "Bda""#]);
    body("  fail States.Timout(\"x\")", &[r#"F0210 "States.Timout""#]);
    body("  charge(order) with patent", &[r#"F0212 "patent""#]);
    body("  let a = 1\n  let a = 2", &[r#"F0223 "a""#]);
    body("  let x = { a: 1, a: 2 }", &[r#"F0217 "a""#]);
    body("  'a: while n > 1 { break 'b }", &[r#"F0216 "'b""#]);
    check("type A = string\ntype A = int", &[r#"F0203 "A""#]);
    check("type A = A", &[r#"F0219 "A""#]);
    check("type A = A[]", &[]);
    check("let a = b\nlet b = a", &[r#"F0220 "a""#]);
    check("fn f(x: int) -> int = f(x)", &[r#"F0218 "f""#]);
    check("step f(x: int) { f(x) }", &[r#"F0218 "f""#]);
    check("import { A } from \"./no\"", &[r#"F0206 "\"./no\"""#]);
}

#[test]
fn values_that_do_not_fit() {
    let _snippets = Snippets;
    body("  let x: int = \"a\"", &[r#"F0301 "\"a\"""#]);
    body("  charge({ id: \"1\" })", &[r#"F0302 "{ id: \"1\" }""#]);
    body("  let s: Status = \"payed\"", &[r#"F0301 "\"payed\"""#]);
    body("  let o: Order = { ...order, cupon: \"x\" }", &[r#"F0213 "cupon""#]);
    body(
        "  let o: Order = { ...order, items: [{ sku: \"a\", quantity: 1.5, price: 2 }] }",
        &[r#"F0301 "1.5""#],
    );
    body("  wait 10", &[r#"F0301 "10""#]);
    body("  let x = \"a\" + n", &[r#"F0306 "+""#]);
    body("  let x = n + data", &[r#"F0307 "+""#]);
    body("  let x = 7 / 2\n  let y: int = x", &[r#"F0301 "x""#]);
    body("  let x = n.div(2)\n  let y: int = x + 1 * 2 - 3", &[]);
    body("  let x = now() + 1h\n  wait until x", &[]);
    body("  wait until \"tomorrow\"", &[r#"F0321 "\"tomorrow\"""#]);
    body("  wait until \"2026-01-31T12:00:00Z\"", &[]);
    body("  let x = order.status == \"payed\"", &[r#"F0308 "==""#]);
    body("  let x = order.status in [\"new\", \"pad\"]", &[r#"F0308 "\"pad\"""#]);
    body("  let x = n[0]", &[r#"F0310 "n""#]);
    body("  let x = \"${order.items}\"", &[r#"F0317 "order.items""#]);
    body("  let x: string = data", &[r#"F0301 "data""#]);
    body("  let x: string = data.a.b as string", &[]);
    body("  let x = n as string", &[r#"F0318 "n as string""#]);
    body("  for i in n { wait 1s }", &[r#"F0334 "n""#]);
    body("  var x = null\n  x = 1", &[r#"F0319 "null""#]);
    body("  let x = charge(order, order)", &[r#"F0304 "charge(order, order)""#]);
}

#[test]
fn conditions() {
    let _snippets = Snippets;
    body("  if n { wait 1s }", &[r#"F0305 "n""#]);
    body("  if order.coupon { wait 1s }", &[r#"F0305 "order.coupon""#]);
    body("  while order.id { wait 1s }", &[r#"F0305 "order.id""#]);
    body("  let x = !n", &[r#"F0305 "n""#]);
    body("  let x = n > 1 && order.id", &[r#"F0305 "order.id""#]);
}

#[test]
fn values_that_may_be_missing() {
    let _snippets = Snippets;
    body("  let x = order.coupon.upper()", &[r#"F0303 "order.coupon""#]);
    body("  let x: string = order.coupon", &[r#"F0303 "order.coupon""#]);
    body("  let x = order.items[0].sku", &[r#"F0303 "order.items[0]""#]);
    body("  let x = \"${order.coupon}\"", &[r#"F0303 "order.coupon""#]);
    body("  let x: string = order.coupon ?? \"none\"", &[]);
    body("  let x: string = order.coupon ?? fail Bad(\"no coupon\")", &[]);
    body("  let x = order.coupon?.upper() ?? \"none\"\n  let y: string = x", &[]);
    body("  if order.coupon != null { let x: string = order.coupon }", &[]);
    body("  if order.coupon == null { fail Bad }\n  let x: string = order.coupon", &[]);
    body("  if order.coupon == null || n > 1 { return }\n  let x: string = order.coupon", &[]);
    body("  if order.coupon != null && order.coupon.length > 3 { wait 1s }", &[]);
    body("  let x = if order.coupon == null { \"a\" } else { order.coupon }\n  let y: string = x", &[]);
    body("  match order.coupon { null => { wait 1s }, c => { let y: string = c } }", &[]);
    body("  var x = order.coupon\n  if x != null { x = null\n let y: string = x }", &[r#"F0303 "x""#]);
    body("  var x = order.coupon\n  x = \"a\"\n  let y: string = x", &[]);
    body(
        "  var x = order.coupon\n  if x == null { return }\n  while n > 1 { let y: string = x\n x = null }",
        &[r#"F0303 "x""#],
    );
    body("  let o = look(\"a\") ?? fail Bad\n  let s: string = o.id", &[]);
    body("  let o = look(\"a\")\n  let s = o?.id\n  let t: string? = s", &[]);
    body("  let n: string = order.id ?? \"x\"", &[r#"F0223 "n""#, r#"F0309 "??""#]);
}

#[test]
fn matches() {
    let _snippets = Snippets;
    body("  let x = match order.status { \"new\" => 1, \"paid\" => 2 }", &[r#"F0335 "match order.status""#]);
    body("  let x = match order.status { \"new\" => 1, \"paid\" | \"declined\" => 2 }", &[]);
    body("  let x = match order.status { \"new\" => 1, \"payd\" => 3, _ => 2 }", &[r#"F0337 "\"payd\"""#]);
    body("  let x = match order.status { \"new\" => 1, \"new\" => 3, _ => 2 }", &[r#"F0336 "\"new\"""#]);
    body("  let x = match order.status { _ => 1, \"new\" => 3 }", &[r#"F0336 "\"new\"""#]);
    body("  let x = match order.id { \"a\" => 1 }", &[r#"F0335 "match order.id""#]);
    body("  let x = match n > 1 { true => 1, false => 2 }", &[]);
    body(
        "  let x = match pay { { kind: \"card\", number: m } => m, { kind: \"cash\" } => \"\" }",
        &[r#"F0335 "match pay""#],
    );
    body(
        "  let x = match pay { { kind: \"card\" } as c => c.number, { kind: \"cash\" } => \"\", { kind: \"invoice\", days } => \"${days}\" }",
        &[],
    );
    body("  let x = if pay.kind == \"card\" { pay.number } else { \"\" }", &[]);
    body("  let x = pay.number", &[r#"F0311 "number""#]);
    body("  if pay.kind != \"card\" { return }\n  let x = pay.number", &[]);
    body("  let x = match data { s: string => s, n: number => \"n\", _ => \"\" }\n  let y: string = x", &[]);
    body("  let x = match data { s: string => s.upper(), n: number => \"n\" }", &[r#"F0335 "match data""#]);
    body("  let x = match order.coupon { c: string => c, null => \"\" }\n  let y: string = x", &[]);
}

#[test]
fn ways_that_leave() {
    let _snippets = Snippets;
    body("  return\n  wait 1s", &[r#"F0407 "wait 1s""#]);
    body("  fail Bad(\"x\")\n  wait 1s", &[r#"F0407 "wait 1s""#]);
    body("  if n > 1 { return } else { fail Bad }\n  wait 1s", &[r#"F0407 "wait 1s""#]);
    body("  while true { wait 1s }\n  wait 2s", &[r#"F0407 "wait 2s""#]);
    body("  break", &[r#"F0411 "break""#]);
    body("  for i in 1..3 { map x in [1] { break } }", &[r#"F0412 "break""#]);
    body("  map x in [1] { return }", &[r#"F0412 "return""#]);
    body("  let x = 1\n  x = 2", &[r#"F0414 "x""#]);
    body("  var x = 1\n  map y in [1] { x = 2 }", &[r#"F0415 "x""#]);
    body("  var x = 1\n  parallel { x = 2\n wait 1s }", &[r#"F0415 "x""#]);
    body("  let x = order.items.map(i => charge(order))", &[r#"F0416 "charge(order)""#]);
    body("  return 5", &[r#"F0409 "5""#]);
    body("  try { wait 1s }", &[r#"F0427 "try""#]);
    body("  x == 1", &[r#"F0201 "x""#]);
    body("  n == 1", &[r#"F0320 "n == 1""#]);
    check("workflow a(n: int) -> int { if n > 1 { return n } }", &[r#"F0408 "}""#]);
    check("workflow a(n: int) -> int { n }", &[r#"F0320 "n""#, r#"F0408 "}""#]);
    check("workflow a(n: int) -> int { return }", &[r#"F0408 "return""#]);
    clean("workflow a(n: int) -> int { if n > 1 { return n } else { return 2 } }");
    clean("workflow a(n: int) -> int { 'b: { if n > 1 { break 'b }\n return n }\n return 2 }");
    check("fn a(n: int) -> int = { wait 1s\n n }", &[r#"F0416 "wait 1s""#]);
}

#[test]
fn calls() {
    let _snippets = Snippets;
    body("  let x = await charge(order)", &[r#"F0418 "await""#]);
    body("  aws.sqss.sendMessage({ QueueUrl: \"x\" })", &[r#"F0601 "sqss""#]);
    body("  aws.sqs.sendMesage({ QueueUrl: \"x\" })", &[r#"F0602 "sendMesage""#]);
    body("  aws.sqs.sendMessage({ QueueUrl: \"x\", MesageBody: \"y\" })", &[r#"F0613 "MesageBody""#]);
    body("  aws.sqs.sendMessage({ MessageBody: \"y\" })", &[r#"F0302 "{ MessageBody: \"y\" }""#]);
    body("  aws.sqs.sendMessage({ QueueUrl: 5, MessageBody: \"y\" })", &[r#"F0301 "5""#]);
    body("  await aws.sqs.sendMessage({ QueueUrl: \"x\", MessageBody: \"y\" })", &[r#"F0604 "await""#]);
    body("  await aws.glue.startJobRun({ JobName: \"x\" })", &[]);
    body("  for page in pages(aws.s3.listObjectsV2({ Bucket: \"b\" })) { let x = page.Contents ?? [] }", &[]);
    body(
        "  for page in pages(aws.s3.putObject({ Bucket: \"b\", Key: \"k\" })) { wait 1s }",
        &[r#"F0612 "pages(aws.s3.putObject({ Bucket: \"b\", Key: \"k\" }))""#],
    );
    body("  let x = await token => charge(order) within 1h", &[r#"F0419 "token""#]);
    check("@express\nworkflow a() { await aws.glue.startJobRun({ JobName: \"x\" }) }", &[r#"F0417 "await""#]);
    check(
        "function f(a: int, b: int) { code: \"x\", runtime: \"python3.12\", handler: \"a.b\" }",
        &[r#"F0323 "b: int""#],
    );
    check("error E\nworkflow a() { E(\"x\") }", &[r#"F0405 "E""#]);
    clean("error E { code: string }\nworkflow a() throws E { fail E(\"x\", code: \"1\") }");
    check("error E { code: string }\nworkflow a() throws E { fail E(\"x\") }", &[r#"F0302 "E(\"x\")""#]);
    check("error E\nworkflow a() throws E { fail E(\"x\", code: \"1\") }", &[r#"F0406 "code: \"1\"""#]);
}

#[test]
fn built_in_methods_infer() {
    let _snippets = Snippets;
    body("  let t: number = order.items.map(i => i.quantity * i.price).sum()", &[]);
    body("  let t: int = order.items.sum(i => i.quantity)", &[]);
    body("  let t: string[] = order.items.filter(i => i.price > 1).map(i => i.sku)", &[]);
    body("  let t: Item? = order.items.find(i => i.sku == \"a\")", &[]);
    body("  let t: Item[] = order.items.sortBy(i => i.price, descending: true)", &[]);
    body("  let t: dict<Item[]> = order.items.groupBy(i => i.sku)", &[]);
    body("  let t: number = order.items.reduce((a, i) => a + i.price, 0)", &[]);
    body("  let t: string = order.items.map(i => i.sku).join(\", \")", &[]);
    body("  let t = order.items.join(\", \")", &[r#"F0314 "join""#]);
    body("  let t: boolean = order.items.map(i => i.sku).contains(\"a\")", &[]);
    body("  let t = order.items.filter(i => i.sku)", &[r#"F0301 "i.sku""#]);
    body("  let t: number? = order.items.map(i => i.price).max()", &[]);
    body("  let t: number = max(1.5, 2)", &[]);
    body("  let t = data.map(x => x)", &[r#"F0313 "data""#]);
    body("  let t: string = toJson(order)", &[]);
    body("  let t = parseJson(\"1\") as int", &[]);
    body("  let t: { a: int, b: string } = { a: 1 }.merge({ b: \"x\" })", &[]);
    body("  let t: int = order.items.map(x => 1).first() ?? 0", &[]);
}

#[test]
fn inference_across_blocks() {
    let _snippets = Snippets;
    body("  let p = charge(order) catch Bad { { chargeId: \"none\" } }\n  let s: string = p.chargeId", &[]);
    body(
        "  let p = charge(order) catch Bad as e { fail Declined(e.message, code: e.name) }\n  let s: string = p.chargeId",
        &[],
    );
    body(
        "  let p = charge(order) catch Bad as e { 5 }\n  let s: string = p.chargeId",
        &[r#"F0311 "chargeId""#],
    );
    body("  let rs = map i in order.items { i.sku }\n  let x: string[] = rs", &[]);
    body("  let { a, b } = parallel { a: { 1 }, b: { \"x\" } }\n  let x: int = a\n  let y: string = b", &[]);
    body("  try { charge(order) } catch Bad as e { wait 1s }", &[]);
    body("  let x = try { charge(order).chargeId } catch as e { \"none\" }\n  let y: string = x", &[]);
    body("  saga { charge(order) undo { wait 1s } } catch as e { wait 2s }", &[]);
    body("  let x = 'done: { if n > 1 { break 'done }\n wait 1s }", &[]);
}

#[test]
fn tests_are_typed() {
    let _snippets = Snippets;
    let app = format!(
        "{PRELUDE}\nworkflow ship(order: Order) -> string throws Bad {{ return charge(order).chargeId }}\n"
    );
    let test = |body: &str, expected: &[&str]| check(&format!("{app}test \"t\" {{\n{body}\n}}\n"), expected);
    let sample = "let o: Order = { id: \"1\", email: \"\", items: [], status: \"new\" }\n";
    test(
        &format!(
            "{sample}mock charge(x) {{ {{ chargeId: x.id }} }}\nlet run = ship(o)\nexpect run.output == \"1\"\nexpect run.transitions == 2\nexpect calls(charge) == 1"
        ),
        &[],
    );
    test(
        &format!("{sample}let run = ship(o)\nexpect run failed Bad\nexpect run.outptu == \"1\""),
        &[r#"F0213 "outptu""#],
    );
    test("mock charge(x) { { chargeId: 5 } }", &[r#"F0301 "5""#]);
    test(
        "mock charge(x) { fail Declined(\"x\", code: \"1\") }",
        &[r#"F0804 "Declined(\"x\", code: \"1\")""#],
    );
    test("mock chrge(x) { 1 }", &[r#"F0201 "chrge""#]);
    test("expect 1", &[r#"F0305 "1""#]);
    check("workflow a() { expect true }", &[r#"F0801 "expect true""#]);
}
