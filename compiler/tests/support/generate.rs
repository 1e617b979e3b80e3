//! Flow programs out of a run of bytes: all zeros give the simplest one, so that a failure shrinks.

pub struct Generator<'a> {
    bytes: std::slice::Iter<'a, u8>,
    depth: usize,
}

const NAMES: [&str; 12] =
    ["a", "orders", "x1", "item", "e", "map", "type", "error", "queue", "wait", "not", "T"];
const ERRORS: [&str; 5] =
    ["E", "States.ALL", "Lambda.TooManyRequestsException", "\"odd \\\"name\"", "Declined"];

impl<'a> Generator<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Generator { bytes: bytes.iter(), depth: 0 }
    }

    /// A number below `n`.
    fn pick(&mut self, n: usize) -> usize {
        self.bytes.next().map_or(0, |byte| usize::from(*byte)) % n
    }

    fn one_of(&mut self, options: &[&str]) -> String {
        options[self.pick(options.len())].to_owned()
    }

    fn name(&mut self) -> String {
        self.one_of(&NAMES)
    }

    fn many(&mut self, most: usize, separator: &str, mut make: impl FnMut(&mut Self) -> String) -> String {
        let count = self.pick(most + 1);
        (0..count).map(|_| make(self)).collect::<Vec<_>>().join(separator)
    }

    /// A blank, a newline where one may stand, or a comment.
    fn gap(&mut self) -> String {
        self.one_of(&[" ", " ", " ", "\n", "\n\n\n", " // why\n", "\n  // it is\n  // so\n"])
    }

    /// The end of a line, with or without a comment.
    fn end(&mut self) -> String {
        self.one_of(&["\n", "\n", "\n", "\n\n", " // note\n", "\n// above\n", "\n\n// apart\n\n"])
    }

    pub fn file(&mut self) -> String {
        let mut text = self.one_of(&["", "// head\n", "\n\n", "/// a doc\n"]);
        for _ in 0..self.pick(5) + 1 {
            let item = self.item();
            let end = self.end();
            text.push_str(&item);
            text.push_str(&end);
        }
        text
    }

    fn item(&mut self) -> String {
        let docs =
            self.one_of(&["", "", "/// Says it.\n", "@retain\n", "/// A\n/// b\n@log(all) @name(\"x\")\n"]);
        let name = self.name();
        let item = match self.pick(16) {
            0 => format!("let {name} = {}", self.expr()),
            1 => format!("workflow {name}{} {}", self.signature(), self.block()),
            2 => format!("type {name} = {}", self.ty()),
            3 => format!("fn {name}{} = {}", self.signature(), self.expr()),
            4 => format!("step {name}{} {}", self.signature(), self.block()),
            5 => format!("queue {name} of {} {}", self.ty(), self.settings()),
            6 => format!("error {name} {} = \"n\"", self.type_record()),
            7 => format!("test \"it \\\"does\\\"\" {}", self.block()),
            8 => format!("policy {name} = within 5s {}", self.clause(true)),
            9 => format!("function {name}{} {}", self.signature(), self.settings()),
            10 => format!(
                "api {name} {{{}GET \"/a\" (b: {}) -> start f({}){}}}",
                self.end(),
                self.ty(),
                self.expr(),
                self.end()
            ),
            11 => format!("on a.b(c: {}) as e when a > b -> f({})", self.expr(), self.expr()),
            12 => format!("resource {name}: AWS::SQS::Queue {}", self.settings()),
            13 => format!("import {{ a,{}T }} from \"./x\"", self.gap()),
            14 => format!(
                "kind {name} of T {{{}setting a: {} = {} {}}}",
                self.end(),
                self.ty(),
                self.expr(),
                self.end()
            ),
            _ => format!("param {name}: {} = {}", self.ty(), self.expr()),
        };
        format!("{docs}{item}")
    }

    fn signature(&mut self) -> String {
        let params = self.many(3, ", ", |g| format!("{}: {}", g.name(), g.ty()));
        let throws = self.one_of(&["", " throws E", "\n    throws E, Declined"]);
        format!("({params}) -> {}{throws}", self.ty())
    }

    fn settings(&mut self) -> String {
        if self.pick(3) == 0 {
            return String::new();
        }
        let fields = self.many(3, "\n", |g| {
            let docs = g.one_of(&["", "", "/// why\n"]);
            format!("{docs}{}: {}", g.name(), g.expr())
        });
        format!("{{{}{fields}{}}}", self.end(), self.end())
    }

    fn ty(&mut self) -> String {
        if self.depth > 4 {
            return "string".into();
        }
        self.depth += 1;
        let ty = match self.pick(10) {
            0 => "string".into(),
            1 => "\"paid\" | \"new\"".into(),
            2 => format!("({})[]", self.ty()),
            3 => format!("({})?", self.ty()),
            4 => format!("dict<{}>", self.ty()),
            5 => self.type_record(),
            6 => format!("token of ({})", self.ty()),
            7 => format!("{} | {}", self.ty(), self.ty()),
            8 => "-1".into(),
            _ => "true | null".into(),
        };
        self.depth -= 1;
        ty
    }

    fn type_record(&mut self) -> String {
        let separator = self.one_of(&[", ", "\n", ",\n", " // c\n"]);
        let fields = self.many(3, &separator, |g| match g.pick(4) {
            0 => format!("...{}", g.name()),
            1 => format!("\"odd-name\": {}", g.ty()),
            _ => format!("{}: {}", g.name(), g.ty()),
        });
        format!("{{{}{fields}{}}}", self.gap(), self.gap())
    }

    fn block(&mut self) -> String {
        if self.depth > 4 {
            return "{}".into();
        }
        self.depth += 1;
        let lines = self.pick(3);
        let body = match lines {
            0 => self.one_of(&["", "\n", "// empty\n", " // so\n\n// it is\n"]),
            1 => self.stmt(),
            _ => {
                let count = self.pick(4);
                (0..count).map(|_| format!("{}{}", self.stmt(), self.end())).collect()
            }
        };
        self.depth -= 1;
        let end = self.end();
        if lines > 1 || body.contains("//") { format!("{{{end}{body}\n}}") } else { format!("{{ {body} }}") }
    }

    fn stmt(&mut self) -> String {
        let docs = self.one_of(&["", "", "", "", "\n/// says\n", "\n@name(\"x y\")\n"]);
        let stmt = match self.pick(16) {
            0 => self.expr(),
            1 => format!("let {} = {}", self.name(), self.expr()),
            2 => format!("var {{ a, b: c }}: {} = {}", self.ty(), self.expr()),
            3 => format!("a.b += {}", self.expr()),
            4 => format!("'out: while {} {}", self.condition(), self.block()),
            5 => format!("repeat (max: {}) {} until {}", self.expr(), self.block(), self.expr()),
            6 => format!("for x, i in {} {}", self.condition(), self.block()),
            7 => format!("wait until {}", self.expr()),
            8 => format!("mock f.g(x) times 2 {} then {}", self.block(), self.block()),
            9 => format!("expect {} failed E", self.expr()),
            10 => format!("each {{ a }} in {} {}", self.condition(), self.block()),
            11 => format!("return {}", self.expr()),
            12 => format!("a = {}", self.expr()),
            13 => format!("wait {}", self.expr()),
            14 => "break 'out".into(),
            _ => format!("expect snapshot a == {}", self.expr()),
        };
        format!("{docs}{stmt}")
    }

    /// In parentheses, since a block follows.
    fn condition(&mut self) -> String {
        format!("({})", self.expr())
    }

    fn clause(&mut self, policy: bool) -> String {
        let error = self.one_of(&ERRORS);
        match self.pick(if policy { 4 } else { 8 }) {
            0 => "retry none".into(),
            1 => format!("retry {error} | E (attempts: {}, every: 2s)", self.expr()),
            2 => format!("retry except {error}"),
            3 => "heartbeat 10s".into(),
            4 => format!("catch {error} as e {}", self.block()),
            5 => format!("catch as e {}", self.block()),
            6 => format!("undo (attempted) {}", self.block()),
            _ => format!("as role({})", self.expr()),
        }
    }

    pub fn expr(&mut self) -> String {
        if self.depth > 4 {
            return "a".into();
        }
        self.depth += 1;
        let expr = self.any_expr();
        self.depth -= 1;
        expr
    }

    fn any_expr(&mut self) -> String {
        match self.pick(36) {
            0 => self.one_of(&[
                "a", "1", "1.5e3", "null", "true", "5m", "1h30m", "256MB", "(5%)", "\"t\"", "(1s)",
            ]),
            1 => format!("({} {} {})", self.expr(), self.operator(), self.expr()),
            2 => format!("{} {} {}", self.operand(), self.operator(), self.operand()),
            3 => format!("\"a \\\" ${{{}}} b\\n\"", self.flat()),
            4 => format!("({}).{}", self.expr(), self.name()),
            5 => format!("({})?.f({})", self.expr(), self.expr()),
            6 => format!("f({}{}, n: {})", self.gap(), self.expr(), self.expr()),
            7 => format!("a.b().c({}).d(x => {}).e()", self.expr(), self.expr()),
            8 => format!("[{}{}{}]", self.gap(), self.many(3, ",\n // el\n", Self::expr), self.gap()),
            9 => format!("[...{}, {}]", self.operand(), self.expr()),
            10 => format!(
                "{{{}a: {}{}b, ...{}{}}}",
                self.end(),
                self.expr(),
                self.end(),
                self.operand(),
                self.end()
            ),
            11 => format!("{{ a: {}, \"odd-name\": {} }}", self.expr(), self.expr()),
            12 => format!("(x => {})", self.expr()),
            13 => format!("((x, y: {}) => {})", self.ty(), self.block()),
            14 => format!("!{}", self.operand()),
            15 => format!("-({})", self.expr()),
            16 => format!("({} as {})", self.operand(), self.ty()),
            17 => format!(
                "if {} {} else if {} {} else {}",
                self.condition(),
                self.block(),
                self.condition(),
                self.block(),
                self.block()
            ),
            18 => format!("if {} {}", self.condition(), self.block()),
            19 => {
                let arms = self.many(3, "\n", |g| format!("{} => {}", g.match_pattern(), g.expr()));
                format!("match {} {{{}{arms}{}}}", self.condition(), self.end(), self.end())
            }
            20 => format!("'done: {}", self.block()),
            21 => format!("await ({})", self.expr()),
            22 => format!("(await t => f({}){}within 2d)", self.expr(), self.gap()),
            23 => format!("(f({}){}{})", self.expr(), self.gap(), self.clause(false)),
            24 => format!("map (concurrency: {}) x, i in {} {}", self.expr(), self.condition(), self.block()),
            25 => format!("parallel {{ a: {}, b: {} }}", self.block(), self.block()),
            26 => format!("parallel {}", self.block()),
            27 => format!("try {} {} finally {}", self.block(), self.clause(false), self.block()),
            28 => format!("saga {} catch as e {}", self.block(), self.block()),
            29 => format!("(fail {})", self.expr()),
            30 => format!("a[{}][({})..]", self.expr(), self.operand()),
            31 => format!("(return {}) ?? {}", self.expr(), self.expr()),
            32 => format!("f@live({})", self.expr()),
            33 => format!("transact {{ a: f({}), b: f({}) }}", self.expr(), self.expr()),
            34 => format!("transact {}", self.block()),
            _ => format!("({})", self.expr()),
        }
    }

    /// An expression in parentheses, or one that needs none.
    fn operand(&mut self) -> String {
        match self.pick(3) {
            0 => "a".into(),
            1 => format!("({})", self.expr()),
            _ => format!("f({})", self.expr()),
        }
    }

    fn flat(&mut self) -> String {
        self.one_of(&[
            "a",
            "a.b(c)",
            "f(\"x ${y}\")",
            "a ?? fail",
            "{ a: 1 }.a",
            "xs.map(x => { x })",
            "match a { 1 => 2, _ => {} }",
        ])
    }

    fn operator(&mut self) -> String {
        self.one_of(&[
            "+",
            "-",
            "*",
            "/",
            "%",
            "==",
            "!=",
            "<",
            ">=",
            "&&",
            "||",
            "??",
            "in",
            "..",
            "\n  ??",
            "+\n",
            "\n&& // c\n",
        ])
    }

    fn match_pattern(&mut self) -> String {
        self.one_of(&[
            "_",
            "\"a\" | \"b\"",
            "-1",
            "n: number",
            "{ kind: \"card\", n } as c",
            "{ a: { b: _ } }",
            "null",
            "x when (x > 1)",
        ])
    }
}
