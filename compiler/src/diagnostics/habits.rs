//! What people write who come from TypeScript, Python, Rust, Terraform or YAML, and what Flow has for it.
//!
//! The tables are by the word that is written; `syntax/build/habits.rs` and the checker look into them.

use super::Diagnostic;
use crate::source::Span;

/// Flow's answer to a foreign word.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// The next step, in a sentence.
    pub help: &'static str,
    /// What to put in the word's place, where that alone makes it right.
    pub instead: Option<&'static str>,
}

type Row = (&'static [&'static str], &'static str, Option<&'static str>);

fn look_up(table: &[Row], word: &str) -> Option<Answer> {
    let row = table.iter().find(|(words, ..)| words.contains(&word))?;
    Some(Answer { help: row.1, instead: row.2 })
}

/// A name that other languages have at hand and Flow has not.
pub fn name(word: &str) -> Option<Answer> {
    look_up(NAMES, word)
}

const NAMES: &[Row] = &[
    (
        &["undefined", "None", "nil", "NULL", "Null", "nullptr", "void"],
        "what is not there is `null`",
        Some("null"),
    ),
    (&["True", "TRUE", "yes", "on"], "write `true`", Some("true")),
    (&["False", "FALSE", "no", "off"], "write `false`", Some("false")),
    (&["len", "length", "size"], "the length is `x.length`; `xs.count(x => …)` counts what passes", None),
    (&["str", "String", "string", "repr"], "put it into a text: `\"${x}\"`, or write `x.toString()`", None),
    (
        &["int", "parseInt", "float", "parseFloat", "Number", "number", "Decimal"],
        "`toNumber(text)` reads a number; `.round()`, `.floor()` and `.ceil()` make an `int`",
        None,
    ),
    (&["bool", "Boolean", "boolean"], "compare: `x != null`, `x != 0`, `!text.isEmpty()`", None),
    (&["Math"], "write the method of the number: `x.round()`, `x.floor()`, `x.abs()`, or `max(a, b)`", None),
    (
        &[
            "round", "floor", "ceil", "abs", "sqrt", "upper", "lower", "trim", "split", "join", "sorted",
            "reversed",
        ],
        "it is a method: `x.round()`, `text.upper()`, `xs.sortBy(x => …)`, `xs.join(\", \")`",
        None,
    ),
    (&["JSON"], "write `toJson(x)` and `parseJson(text)`", None),
    (&["json"], "write `toJson(x)` and `parseJson(text)`", None),
    (
        &["Object"],
        "a record or dict has `.keys()`, `.values()` and `.entries()`; put two together with `{ ...a, ...b }`",
        None,
    ),
    (&["Array", "List", "list"], "a list is written `[a, b]`, its type `T[]`", None),
    (
        &["Date", "datetime", "moment", "time"],
        "the present time is `now()`; times are compared with `<` and moved with `+ 5m`",
        None,
    ),
    (
        &["print", "println", "console", "logger", "logging", "log", "echo", "puts", "printf", "debug"],
        "a workflow prints nothing: its history shows every value, and `@log(all)` on the workflow keeps it",
        None,
    ),
    (&["range"], "a range is written `0..10`, and holds 0 to 9", None),
    (&["sleep", "setTimeout", "delay", "pause"], "write `wait 10s`, or `wait until time`", None),
    (
        &["Promise", "asyncio", "gather", "allSettled"],
        "`parallel { … }` does different things at once, `map x in xs { … }` the same for each",
        None,
    ),
    (
        &["fetch", "axios", "requests", "http", "curl"],
        "declare `connection api { url: \"https://…\" }` and call `api.get(path)`",
        None,
    ),
    (&["require", "include", "use"], "write `import { name } from \"./file\"` at the top", None),
    (
        &["Error", "Exception", "RuntimeError", "ValueError"],
        "declare it, `error OutOfStock`, and raise it: `fail OutOfStock(\"why\")`",
        None,
    ),
    (
        &["process", "env", "environ", "os", "getenv"],
        "what differs by deployment is a `param name: string`",
        None,
    ),
    (&["self", "this", "super"], "there are no objects; a workflow reads its parameter by name", None),
    (&["$", "_"], "name it: `x => x.field`", None),
    (&["it"], "name it: `x => x.field`", None),
    (&["pass", "noop"], "an empty block is `{}`", None),
    (&["enumerate"], "write the index behind the name: `for x, i in xs { … }`", None),
    (&["zip"], "it is a method: `xs.zip(ys)`", None),
    (
        &["sum", "any", "all", "filter", "reduce", "forEach", "forall"],
        "it is a method of lists: `xs.sum()`, `xs.any(x => …)`",
        None,
    ),
    (&["map"], "write `map x in xs { … }` for calls, `xs.map(x => …)` for values", None),
    (&["typeof", "isinstance", "type"], "`match x { n: number => …, _ => … }` asks what a value is", None),
    (&["assert"], "in a test write `expect condition`", None),
    (&["uuid4", "uuidv4", "randomUUID", "crypto"], "write `uuid()`", None),
    (&["md5", "sha256", "sha1"], "write `hash(text, \"SHA-256\")`", None),
    (&["invoke", "call", "run", "execute"], "call it by its name: `charge(order)`", None),
    (
        &["context", "ctx", "$$"],
        "the execution's facts are `execution.id`, `.name`, `.startTime` and `.input`",
        None,
    ),
    (&["Ref", "GetAtt", "Fn", "Sub"], "name the resource: `orders.arn`, `orders.name`", None),
    (
        &["var", "local", "data", "module"],
        "a parameter, constant or resource is read by its name alone",
        None,
    ),
    (&["boto3", "AWS", "sdk", "client"], "every action is at hand: `aws.s3.getObject({ … })`", None),
];

/// A method that values have in other languages.
pub fn method(word: &str) -> Option<Answer> {
    look_up(METHODS, word)
}

/// A method that resources have in other languages.
pub fn resource_method(kind: &str, word: &str) -> Option<Answer> {
    let rows = RESOURCE_METHODS.iter().filter(|(it, _)| it.contains(&kind));
    rows.flat_map(|(_, rows)| look_up(rows, word)).next()
}

const RESOURCE_METHODS: &[(&[&str], &[Row])] = &[
    (
        &["table"],
        &[
            (
                &["save", "insert", "create", "write", "upsert", "putItem", "add"],
                "a table takes an item with `.put(item)`",
                None,
            ),
            (
                &["find", "findOne", "getItem", "fetch", "findById", "read", "load"],
                "a table gives an item with `.get(key)`",
                None,
            ),
            (&["remove", "deleteItem", "drop"], "an item goes with `.delete(key)`", None),
            (
                &["filter", "where", "select", "list", "all", "findAll"],
                "write `.query(x => x.key == value)`, or `.scan()` for all",
                None,
            ),
            (&["updateItem", "set", "modify", "patch"], "write `.update(key, { field: value })`", None),
        ],
    ),
    (
        &["bucket"],
        &[
            (
                &["upload", "putObject", "write", "save", "store"],
                "a bucket takes an object with `.put(key, value)`",
                None,
            ),
            (
                &["download", "getObject", "read", "load"],
                "a bucket gives an object with `.get(key)`, its text with `.text(key)`",
                None,
            ),
            (&["listObjects", "ls", "keys"], "write `.list(prefix: \"…\")`", None),
        ],
    ),
    (
        &["queue"],
        &[(
            &["publish", "push", "enqueue", "sendMessage", "put", "add", "emit"],
            "a queue takes a message with `.send(message)`",
            None,
        )],
    ),
    (
        &["topic"],
        &[(
            &["send", "notify", "emit", "push", "sendMessage"],
            "a topic takes a message with `.publish(message)`",
            None,
        )],
    ),
    (
        &["bus"],
        &[(
            &["send", "publish", "put", "putEvents", "push"],
            "a bus takes an event with `.emit(event, type: \"…\")`",
            None,
        )],
    ),
    (
        &["stream"],
        &[(
            &["send", "publish", "putRecord", "push", "emit"],
            "a stream takes a record with `.put(record, key)`",
            None,
        )],
    ),
    (
        &["function", "workflow", "container", "activity"],
        &[(
            &["invoke", "call", "run", "execute", "start", "startExecution"],
            "call it by its name: `charge(order)`",
            None,
        )],
    ),
];

const METHODS: &[Row] = &[
    (&["length", "len", "size"], "it is a field: `x.length`", None),
    (
        &["forEach", "each", "for_each"],
        "write `for x in xs { … }`, or `map x in xs { … }` to do it at once",
        None,
    ),
    (
        &["push", "append", "add", "unshift", "insert", "extend", "concat", "push_back"],
        "a list is never changed in place: `xs = [...xs, x]`",
        None,
    ),
    (
        &["pop", "shift", "splice", "remove", "delete"],
        "a list is never changed in place: `xs.drop(1)`, `xs.filter(x => …)`",
        None,
    ),
    (&["sort", "sorted"], "say by what: `xs.sortBy(x => x)`", None),
    (&["flatMap"], "write `xs.map(x => …).flatten()`", None),
    (&["fold", "foldl", "inject", "accumulate"], "write `xs.reduce((sum, x) => sum + x, 0)`", None),
    (&["at", "nth", "elementAt"], "write `xs[0]`, from the end `xs[-1]`", None),
    (
        &["format", "strftime", "toISOString", "isoformat"],
        "a time in a text is ISO 8601 already; `t.format(\"[Y0001]-[M01]-[D01]\")` has a picture",
        None,
    ),
    (&["charAt", "at"], "write `text.substring(i, i + 1)`", None),
    (&["concat", "plus"], "put texts together in one: `\"${a}${b}\"`", None),
    (&["equals", "eq", "is_equal", "isEqual"], "compare with `==`", None),
    (
        &["unwrap", "expect", "orElse", "unwrap_or", "getOrDefault", "or"],
        "write `x ?? other`, or `x ?? fail Error(\"why\")`",
        None,
    ),
    (&["is_none", "isNull", "isPresent", "is_some", "isNone"], "compare: `x == null`", None),
    (&["then"], "a call waits for its result; the next line has it", None),
    (&["catch"], "write the clause behind the call: `f(x) catch as e { … }`", None),
    (
        &["invoke", "call", "run", "execute", "invokeAsync", "startExecution", "start"],
        "call it by its name: `charge(order)`",
        None,
    ),
    (
        &["has", "hasKey", "has_key", "containsKey", "hasOwnProperty"],
        "write `key in dict`, or look: `dict[key] != null`",
        None,
    ),
];

/// A word that begins a declaration elsewhere.
pub fn declaration(word: &str) -> Option<Answer> {
    look_up(DECLARATIONS, word)
}

const DECLARATIONS: &[Row] = &[
    (&["lambda", "Lambda", "func", "handler"], "a Lambda function is a `function`", Some("function")),
    (
        &["stateMachine", "statemachine", "state_machine", "flow", "process", "job", "pipeline"],
        "a state machine is a `workflow`",
        Some("workflow"),
    ),
    (&["s3", "S3", "storage"], "it is a `bucket`", Some("bucket")),
    (&["sqs", "SQS"], "it is a `queue`", Some("queue")),
    (&["sns", "SNS"], "it is a `topic`", Some("topic")),
    (
        &["dynamodb", "dynamo", "DynamoDB", "database", "db"],
        "it is a `table name of Type { key: … }`",
        Some("table"),
    ),
    (&["kinesis", "Kinesis"], "it is a `stream`", Some("stream")),
    (&["eventbridge", "eventBus", "eventbus"], "it is a `bus`", Some("bus")),
    (&["kms"], "it is a `key`", Some("key")),
    (&["vpc", "VPC"], "it is a `network`", Some("network")),
    (&["gateway", "rest", "http", "apigateway", "routes", "server"], "it is an `api`", Some("api")),
    (
        &["variable", "parameter", "parameters", "input", "Parameters"],
        "it is a `param name: type`",
        Some("param"),
    ),
    (&["outputs", "Outputs", "Output"], "it is an `output name = value`", Some("output")),
    (&["exception", "Error", "throws"], "it is an `error`", Some("error")),
    (
        &["class", "model", "record", "schema", "dataclass", "object", "message"],
        "it is a `type Name = { field: type }`",
        None,
    ),
    (&["enum", "union"], "an enumeration is a type: `type Status = \"new\" | \"paid\"`", None),
    (&["task", "activityTask"], "what is run is a `function`, `workflow`, `container` or `activity`", None),
    (
        &["role", "permission", "iam", "grant", "statement"],
        "rights come from what the code calls; more are given with `uses: […]` of a function",
        None,
    ),
    (
        &["module", "namespace", "package", "mod"],
        "every file is a module: `import { name } from \"./file\"`",
        None,
    ),
    (
        &["provider", "terraform", "backend", "locals", "data"],
        "Flow has no such block; constants are `let name = value`, what differs by deployment is a `param`",
        None,
    ),
    (&["cron", "timer", "rule"], "write `on schedule(\"rate(1 day)\") -> start workflow()`", None),
    (&["trigger", "when", "event"], "write `on name.event(…) as event -> start workflow(…)`", None),
    (&["it", "describe", "suite", "should"], "write `test \"what it shows\" { … }`", None),
    (&["require", "include", "use", "using", "from"], "write `import { name } from \"./file\"`", None),
    (
        &["Resources", "resources", "AWSTemplateFormatVersion", "Transform"],
        "a resource is `kind name { setting: value }`, or `resource name: AWS::S3::Bucket { … }`",
        None,
    ),
];

/// A word that begins a statement elsewhere.
pub fn statement(word: &str) -> Option<Answer> {
    look_up(STATEMENTS, word)
}

const STATEMENTS: &[Row] = &[
    (&["unless"], "write `if !(condition) { … }`", None),
    (&["foreach", "each"], "write `for x in xs { … }`", None),
    (&["do", "loop", "forever"], "write `repeat { … } until condition`, or `while true { … }`", None),
    (&["yield"], "the last value of a block is its value; `return` ends the workflow", None),
    (
        &["start", "invoke", "call", "run", "exec"],
        "write the call alone: `child(order)` starts a workflow, `await child(order)` waits for it",
        None,
    ),
    (
        &[
            "function",
            "fn",
            "def",
            "func",
            "fun",
            "workflow",
            "step",
            "type",
            "class",
            "interface",
            "enum",
            "import",
            "error",
            "policy",
            "test",
            "table",
            "bucket",
            "queue",
            "topic",
        ],
        "declarations stand at the top level of the file",
        None,
    ),
    (
        &["delete", "del"],
        "a value is never removed in place; `orders.delete(key)` removes an item of a table",
        None,
    ),
    (&["new"], "a record is written `{ field: value }`, without `new`", None),
    (&["typeof", "instanceof"], "`match x { n: number => …, _ => … }` asks what a value is", None),
    (&["assert"], "in a test write `expect condition`", None),
    (&["defer"], "write `try { … } finally { … }`", None),
    (&["using", "with", "lock", "synchronized"], "write `try { … } finally { … }`", None),
    (&["goto"], "leave a labelled block: `'done: { … break 'done … }`", None),
    (&["pass"], "an empty block is `{}`", None),
    (&["begin"], "a block stands in braces: `{ … }`", None),
    (&["given", "select"], "write `match x { … }`", None),
    (&["await"], "`await` is followed by a call", None),
];

// ---------------------------------------------------------------- wording

/// Flow has no such construct.
pub fn foreign(at: Span, written: &str, help: &str) -> Diagnostic {
    Diagnostic::error("F0144", at, format!("Flow has no `{written}`")).here("here").help(help.to_owned())
}

/// `workflow f(x: int):` with the code below.
pub fn unbraced(at: Span) -> Diagnostic {
    said(at, UNBRACED, "write `{` at the end of this line, and `}` below the last that belongs to it")
}

pub const UNBRACED: &str = "what belongs to it stands in braces";

/// The same where the construct has no name: what is so in Flow, and the next step.
pub fn said(at: Span, message: &str, help: &str) -> Diagnostic {
    Diagnostic::error("F0144", at, message).here("here").help(help.to_owned())
}

/// `# text`, `/* text */`; `ours` is the comment as Flow writes it, where it stands on one line.
pub fn comment(at: Span, ours: Option<&str>) -> Diagnostic {
    let it = Diagnostic::error("F0145", at, "a comment begins with `//`").here("to the end of the line");
    match ours {
        Some(ours) => it.fix("write it with `//`", at, ours),
        None => it.help("write `//` before each of its lines; `///` documents what is below it"),
    }
}

/// A keyword with a slip in it.
pub fn misspelt(at: Span, written: &str, ours: &str) -> Diagnostic {
    Diagnostic::error("F0146", at, format!("`{written}` is no word of Flow"))
        .here("here")
        .help(format!("did you mean `{ours}`?"))
        .fix(format!("write `{ours}`"), at, ours)
}

/// `Array<string>` and its like.
pub fn type_form(at: Span, written: &str, ours: &str, sure: bool) -> Diagnostic {
    let it = Diagnostic::error("F0147", at, format!("types are not written `{written}`"))
        .here("here")
        .help(format!("write `{ours}`"));
    if sure { it.fix(format!("write `{ours}`"), at, ours) } else { it }
}

/// One sign for another: `=>` for `->`, `=` for `:`.
pub fn sign(at: Span, written: &str, ours: &str, what: &str) -> Diagnostic {
    Diagnostic::error("F0148", at, format!("{what} is written with `{}`, not with `{written}`", ours.trim()))
        .here("here")
        .fix(format!("write `{}`", ours.trim()), at, ours)
}

/// A call without parentheses, or with a blank before them.
pub fn call_form(at: Span, help: &str, edit: Option<(Span, Span)>) -> Diagnostic {
    let mut it = Diagnostic::error(
        "F0149",
        at,
        "a call is written `name(value)`, its parenthesis right behind the name",
    )
    .here("here")
    .help(help.to_owned());
    if let Some((open, close)) = edit {
        it = it.fix("put it in parentheses", open, "(");
        if let Some(fix) = &mut it.fix {
            fix.edits.push(super::Edit { span: close, text: ")".to_owned() });
        }
    }
    it
}

/// `charge (order)`
pub fn call_gap(gap: Span) -> Diagnostic {
    call_form(gap, "remove the blank", None).fix("remove the blank", gap, "")
}
