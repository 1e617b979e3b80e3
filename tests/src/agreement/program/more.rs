//! Statements of a generated program beyond the plain ones: other callees, waits, loops of other forms, records and
//! lists that grow, steps, children.

use super::{Gen, Ty, Var};

impl Gen {
    /// `step`s at top level, the later of which may call the earlier.
    pub(super) fn steps(&mut self) {
        for _ in 0..self.next(3) {
            let name = self.name("step");
            self.line(&format!("step {name}(a: int, b: boolean) -> int {{"));
            self.vars = vec![
                Var { name: "a".into(), ty: Ty::Int, mutable: false, scope: 0 },
                Var { name: "b".into(), ty: Ty::Bool, mutable: false, scope: 0 },
            ];
            self.indent = 1;
            self.budget = 4;
            self.in_step = true;
            self.statements(3);
            let value = self.expr(Ty::Int, 1);
            self.line(&value);
            self.indent = 0;
            self.in_step = false;
            self.line("}\n");
            self.vars.clear();
            self.callable.push(name);
        }
    }

    /// The list that programs go over; a step has no `input`.
    pub(super) fn list(&self) -> &'static str {
        if self.in_step { "(1..3)" } else { "input.xs" }
    }

    /// A call of something that is no function; an int.
    pub(super) fn other_call(&mut self) -> String {
        let value = self.expr(Ty::Int, 1);
        match self.next(9) {
            0 | 1 if !self.callable.is_empty() => {
                let at = usize::try_from(self.next(self.callable.len() as u64)).unwrap_or(0);
                let step = self.callable.get(at).cloned().unwrap_or_default();
                let flag = self.expr(Ty::Bool, 1);
                format!("{step}({value}, {flag})")
            }
            2 | 3 => format!("(await child({value}))"),
            4 => format!("quick({value})"),
            5 => format!("(items.get(\"k${{{value}}}\")?.n ?? {value})"),
            6 => format!("((await token => jobs.send({{ n: {value}, token }}) within 1h) as int)"),
            _ => format!("(items.get(\"k\") ?? {{ id: \"k\", n: {value}, note: null }}).n"),
        }
    }

    fn clauses(&mut self) -> String {
        let retry = if self.chance(3) { " retry E1 (attempts: 1, every: 1s)" } else { "" };
        let value = self.expr(Ty::Int, 1);
        match self.next(4) {
            0 => retry.to_owned(),
            1 => format!("{retry} catch E0 {{ {value} }}"),
            2 => format!(
                "{retry} catch E1 | E0 as e {{ if e.message == \"no luck\" {{ {value} }} else {{ 5 }} }}"
            ),
            _ => format!("{retry} catch {{ {value} }}"),
        }
    }

    pub(super) fn further(&mut self) {
        match self.next(17) {
            14 => self.drawn(),
            15 | 16 => self.caught_values(),
            0 | 1 => self.nested_call(),
            2 => self.line("wait 1s"),
            3 => self.write(),
            4 => self.growing_list(),
            5 => self.changing_record(),
            6 => self.optional(),
            7 => self.texts(),
            8 => self.repeated(),
            9 => self.labelled_loops(),
            10 => self.distributed(),
            11 => self.ended_inside_try(),
            12 => self.indexed_map(),
            _ => self.dispatch(),
        }
    }

    fn int(&mut self, name: String) {
        let scope = self.scope;
        self.vars.push(Var { name, ty: Ty::Int, mutable: false, scope });
    }

    /// What is drawn anew, read more than once, perhaps across a retry or a wait.
    fn drawn(&mut self) {
        let name = self.name("u");
        let value = if self.chance(3) { "now()" } else { "uuid()" };
        let (other, retry) =
            (self.expr(Ty::Int, 1), if self.chance(3) { " retry E1 (attempts: 1, every: 1s)" } else { "" });
        self.line(&format!("let {name} = {value}"));
        match self.next(3) {
            0 => self.line(&format!("f({{ id: {name}, n: {other} }}){retry}")),
            1 => self.line(&format!("if {other} > 1 {{ h({name}){retry} }}")),
            _ => self.line("wait 1s"),
        }
        self.line(&format!("h([{name}, {name}]){retry}"));
        if self.chance(3) {
            self.line(&format!("g({{ drawn: {value} }}){retry}"));
        }
    }

    /// A `try` around what may fail without a call, among calls that may.
    fn caught_values(&mut self) {
        let (name, sum) = (self.name("q"), self.name("v"));
        let text = if self.in_step { "\"${a}\"" } else { "(input.note ?? \"0\")" };
        let start = self.expr(Ty::Int, 1);
        self.line(&format!("var {sum}: int = {start}"));
        self.vars.push(Var { name: sum.clone(), ty: Ty::Int, mutable: true, scope: self.scope });
        let kept = self.vars.len();
        self.line("try {");
        self.indent += 1;
        if self.chance(2) {
            let value = self.call(Ty::Int);
            let to = self.name("b");
            self.line(&format!("let {to} = {value}"));
            self.int(to);
        }
        let other = self.expr(Ty::Int, 1);
        self.line(&format!("let {name} = {other} + (parseJson({text}) as int)"));
        if self.chance(3) {
            self.line(&format!("{sum} = {name}"));
        }
        match self.next(3) {
            0 => self.line(&format!("f({name})")),
            1 => self.line(&format!("{sum} = {sum} + h({{ p: {name} }}) + {name}")),
            _ => self.statements(2),
        }
        self.indent -= 1;
        self.vars.truncate(kept);
        let only = if self.chance(3) { "catch States.QueryEvaluationError" } else { "catch" };
        self.line(&format!("}} {only} as e {{"));
        let (call, value) = (self.call(Ty::Int), self.expr(Ty::Int, 1));
        match self.next(3) {
            0 => self.line(&format!("  {sum} = {sum} + {value}")),
            1 => self.line(&format!("  h(e.name)\n{sum} = {call}")),
            _ => self.line("  f(e.name)"),
        }
        self.line("}");
    }

    fn nested_call(&mut self) {
        let name = self.name("w");
        let value = self.expr(Ty::Int, 1);
        let callee = if self.chance(3) { "quick" } else { "await child" };
        let clauses = self.clauses();
        self.line(&format!("let {name} = {callee}({value}){clauses}"));
        self.int(name);
    }

    fn write(&mut self) {
        let value = self.expr(Ty::Int, 1);
        match self.next(3) {
            0 => self.line(&format!("items.put({{ id: \"k\", n: {value}, note: null }})")),
            1 => self.line(&format!("items.update(\"k\", it => {{ n: it.n + {value} }}) catch {{ }}")),
            _ => self.line("items.delete(\"k\")"),
        }
    }

    fn growing_list(&mut self) {
        let (name, item) = (self.name("l"), self.name("x"));
        let list = self.list();
        let value = self.risky(Ty::Int);
        self.line(&format!("var {name}: int[] = []"));
        self.line(&format!("for {item} in {list} {{ {name} = [...{name}, {value}, {item}] }}"));
        self.int(format!("{name}.sum()"));
        self.int(format!("({name}[0] ?? 9)"));
    }

    fn changing_record(&mut self) {
        let name = self.name("r");
        let (a, b) = (self.expr(Ty::Int, 1), self.risky(Ty::Int));
        self.line(&format!("var {name} = {{ a: {a}, b: {{ c: {b} }} }}"));
        self.int(format!("{name}.a"));
        self.int(format!("{name}.b.c"));
        let condition = self.expr(Ty::Bool, 1);
        let value = self.risky(Ty::Int);
        self.line(&format!("if {condition} {{ {name}.b.c = {value} }}"));
    }

    fn optional(&mut self) {
        let name = self.name("o");
        let (condition, value) = (self.expr(Ty::Bool, 1), self.risky(Ty::Int));
        let other = self.expr(Ty::Int, 1);
        self.line(&format!("let {name}: int? = if {condition} {{ {value} }} else {{ null }}"));
        if self.chance(3) {
            self.line(&format!("if {name} != null {{ h({name}) }}"));
        }
        self.int(format!("({name} ?? {other})"));
    }

    fn texts(&mut self) {
        let name = self.name("t");
        let (a, b) = (self.expr(Ty::Int, 1), self.expr(Ty::Bool, 1));
        self.line(&format!("let {name} = \"a${{{a}}}-${{if {b} {{ \"yes\" }} else {{ \"no\" }}}}\""));
        self.line(&format!("f({name})"));
        self.int(format!("{name}.upper().split(\"A\").count()"));
    }

    fn repeated(&mut self) {
        let name = self.name("i");
        self.line(&format!("var {name} = 0"));
        let head = if self.chance(2) { "repeat (max: 3) {" } else { "repeat {" };
        self.line(head);
        self.line(&format!("  {name} = {name} + 1"));
        self.int(name.clone());
        self.loops += 1;
        self.block(2);
        self.loops -= 1;
        let more = self.expr(Ty::Bool, 1);
        self.line(&format!("}} until {name} > 1 || {more}"));
    }

    fn labelled_loops(&mut self) {
        let (label, outer, inner) = (self.name("'n"), self.name("x"), self.name("y"));
        let list = self.list();
        self.line(&format!("{label}: for {outer} in {list} {{"));
        let kept = self.vars.len();
        self.int(outer.clone());
        self.indent += 1;
        self.line(&format!("for {inner} in [1, 2, 3] {{"));
        self.indent += 1;
        self.int(inner.clone());
        let loops = std::mem::take(&mut self.loops);
        self.statements(2);
        let word = if self.chance(2) { "break" } else { "continue" };
        self.line(&format!("if {inner} > {outer} {{ {word} {label} }}"));
        self.statements(1);
        self.loops = loops;
        self.indent -= 1;
        self.line("}");
        self.indent -= 1;
        self.vars.truncate(kept);
        self.line("}");
    }

    fn distributed(&mut self) {
        if self.in_saga {
            return self.declare();
        }
        let (name, item) = (self.name("d"), self.name("x"));
        let list = self.list();
        self.line(&format!("let {name} = map (distributed: true, concurrency: 1) {item} in {list} {{"));
        self.map_body(item);
        let clauses = if self.chance(3) { " catch { [1] }" } else { "" };
        self.line(&format!("}}{clauses}"));
        self.int(format!("{name}.sum()"));
    }

    fn indexed_map(&mut self) {
        let (name, item, index) = (self.name("m"), self.name("x"), self.name("i"));
        let list = self.list();
        self.line(&format!("let {name} = map (concurrency: 1) {item}, {index} in {list} {{"));
        self.inner(|it| {
            let kept = it.vars.len();
            it.int(item);
            it.int(index);
            it.indent += 1;
            it.statements(2);
            let value = it.risky(Ty::Int);
            it.line(&format!("{{ a: {value}, b: 1 }}"));
            it.indent -= 1;
            it.vars.truncate(kept);
        });
        self.line("}");
        self.int(format!("{name}.map(m => m.a + m.b).sum()"));
    }

    /// A way out of a `try` that is neither its end nor a failure.
    fn ended_inside_try(&mut self) {
        let leaves = match (self.loops > 0, self.in_map || self.in_finally) {
            (true, _) => "break",
            (false, false) => "return 77",
            (false, true) => return self.try_catch(),
        };
        let (condition, call) = (self.risky(Ty::Bool), self.call(Ty::Int));
        self.line("try {");
        self.declare_call();
        self.block(2);
        self.line(&format!("  if {condition} {{ {leaves} }}"));
        self.line("} catch E1 as e {");
        self.line(&format!("  if e.message == \"plain\" {{ {leaves} }}"));
        self.line("} finally {");
        self.line(&format!("  {call}"));
        self.line("}");
    }

    /// The same call with other arguments, or another one, arm by arm.
    fn dispatch(&mut self) {
        let name = self.name("a");
        let subject = self.risky(Ty::Int);
        let (one, two) = (self.expr(Ty::Int, 1), self.expr(Ty::Int, 1));
        let last = if self.chance(2) { self.call(Ty::Int) } else { format!("f({two})") };
        self.line(&format!("let {name} = match {subject} {{"));
        self.line(&format!("  0 | 1 => f({one})"));
        self.line(&format!("  2 => f({{ p: {two} }})"));
        self.line(&format!("  _ => {last}"));
        self.line("}");
        self.int(name);
    }

    /// Further steps of a saga.
    pub(super) fn more_steps(&mut self) {
        let list = self.list();
        let (call, name, item) = (self.call(Ty::Int), self.name("s"), self.name("y"));
        let undo = format!("undo {{ f([{name}, {item}]) catch {{ 0 }} }}");
        let text = match self.next(9) {
            0 => format!("for {item} in {list} {{ h({item}) undo {{ f({{ y: {item} }}) catch {{ 0 }} }} }}"),
            1 => format!("let {name} = {call} undo {{ f({{ undone: {name} }}) catch {{ 0 }} }}"),
            2 => format!("map (concurrency: 1) {item} in {list} {{ let {name} = h({item}) {undo} }}"),
            3 => format!(
                "let {name} = parallel {{ a: {{ {call} undo {{ f(\"a\") catch {{ 0 }} }} }}, b: {{ h(7) undo (attempted) {{ f(\"b\") catch {{ 0 }} }} }} }}"
            ),
            4 => format!("for {item} in [1, 2] {{ let {name} = h({item}) {undo} }}"),
            5 => format!(
                "try {{ {call} undo {{ f(\"t\") catch {{ 0 }} }} }} retry E1 (attempts: 1, every: 1s) catch E0 {{ }}"
            ),
            _ => return,
        };
        self.line(&text);
    }
}
