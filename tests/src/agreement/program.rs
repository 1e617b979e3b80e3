//! Random programs: well typed, and full of what packing could get wrong.

use std::fmt::Write;

mod more;

/// A number from a seed and a text.
pub(super) fn mix(seed: u64, text: &str) -> u64 {
    let mut hash = seed ^ 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash ^= hash >> 29;
    hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 32)
}

/// An input of the form that every program takes.
pub(super) fn input(seed: u64) -> serde_json::Value {
    let at = |name: &str| mix(seed, name);
    let list: Vec<u64> = (0..at("length") % 4).map(|i| at(&format!("item {i}")) % 5).collect();
    let note = match at("note") % 3 {
        0 => serde_json::json!(null),
        1 => serde_json::json!("n"),
        _ => serde_json::json!("7"),
    };
    let mut input = serde_json::json!({ "n": at("n") % 4, "flag": at("flag") % 2 == 0, "s": "x", "xs": list, "note": note });
    if at("absent") % 3 == 0
        && let Some(object) = input.as_object_mut()
    {
        object.remove("note");
    }
    input
}

/// The text of a program.
pub(super) fn generate(seed: u64) -> String {
    let mut it = Gen { state: seed.wrapping_mul(2).wrapping_add(1), ..Gen::default() };
    it.out.push_str(HEAD);
    it.steps();
    it.out.push_str(MAIN);
    it.vars = vec![
        Var { name: "input.n".into(), ty: Ty::Int, mutable: false, scope: 0 },
        Var { name: "input.flag".into(), ty: Ty::Bool, mutable: false, scope: 0 },
    ];
    it.indent = 1;
    it.budget = 14;
    it.statements(4);
    let ints = it.visible(Ty::Int);
    let bools = it.visible(Ty::Bool);
    let result: Vec<String> = ints.iter().chain(&bools).map(|v| v.name.clone()).collect();
    it.line(&format!("return [{}]", result.join(", ")));
    it.out.push_str("}\n");
    it.out
}

const HEAD: &str = "error E0
error E1

function f(x: json) -> int throws E0, E1 { existing: \"f\" }
function g(x: json) -> boolean throws E0, E1 { existing: \"g\" }
function h(x: json) -> int throws E0, E1 { existing: \"h\" }

type Item = { id: string, n: int, note: string? }
table items of Item { key: id }
queue jobs of { n: int, token: string }

workflow child(n: int) -> int throws E0, E1 { return f(n) }
@express workflow quick(n: int) -> int throws E0, E1 { return f(n) }

";

const MAIN: &str = "workflow main(input: { n: int, flag: boolean, s: string, xs: int[], note: string? }) -> json throws E0, E1 {
";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ty {
    Int,
    Bool,
}

#[derive(Clone)]
struct Var {
    name: String,
    ty: Ty,
    mutable: bool,
    /// Of `map` and `parallel`: outer variables can't be assigned there.
    scope: usize,
}

#[derive(Default)]
struct Gen {
    state: u64,
    out: String,
    vars: Vec<Var>,
    indent: usize,
    scope: usize,
    loops: usize,
    budget: i32,
    names: usize,
    in_map: bool,
    in_saga: bool,
    in_step: bool,
    in_finally: bool,
    /// Names of the `step`s that can be called.
    callable: Vec<String>,
}

impl Gen {
    fn next(&mut self, below: u64) -> u64 {
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.state >> 33) % below.max(1)
    }

    fn chance(&mut self, of: u64) -> bool {
        self.next(of) == 0
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(self.indent));
    }

    fn name(&mut self, base: &str) -> String {
        self.names += 1;
        format!("{base}{}", self.names)
    }

    fn visible(&self, ty: Ty) -> Vec<Var> {
        self.vars.iter().filter(|v| v.ty == ty).cloned().collect()
    }

    // ------------------------------------------------------------ expressions

    fn expr(&mut self, ty: Ty, depth: usize) -> String {
        let vars = self.visible(ty);
        if depth == 0 || self.chance(3) {
            if !vars.is_empty() && !self.chance(3) {
                let at = self.next(vars.len() as u64) as usize;
                return vars.get(at).map(|v| v.name.clone()).unwrap_or_default();
            }
            return match ty {
                Ty::Int => self.next(4).to_string(),
                Ty::Bool => if self.chance(2) { "true" } else { "false" }.to_owned(),
            };
        }
        let d = depth - 1;
        match ty {
            Ty::Int => match self.next(9) {
                0 => format!("({} + {})", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
                1 => format!("({} - {})", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
                2 => format!("({} * 2)", self.expr(Ty::Int, d)),
                3 => format!(
                    "(if {} {{ {} }} else {{ {} }})",
                    self.expr(Ty::Bool, d),
                    self.expr(Ty::Int, d),
                    self.expr(Ty::Int, d)
                ),
                4 if self.in_step => "[1, 2].count()".to_owned(),
                4 => "input.xs.count()".to_owned(),
                5 => format!("({}[{}] ?? {})", self.list(), self.next(3), self.expr(Ty::Int, d)),
                6 => format!("{}.map(i => i + {}).sum()", self.list(), self.expr(Ty::Int, d)),
                7 => format!("[{}, {}].count()", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
                _ => format!("{{ a: {}, b: {} }}.b", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
            },
            Ty::Bool => match self.next(7) {
                0 => format!("({} < {})", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
                1 => format!("({} == {})", self.expr(Ty::Int, d), self.expr(Ty::Int, d)),
                2 => format!("({} && {})", self.expr(Ty::Bool, d), self.expr(Ty::Bool, d)),
                3 => format!("({} || {})", self.expr(Ty::Bool, d), self.expr(Ty::Bool, d)),
                4 => format!("!{}", self.expr(Ty::Bool, 0)),
                5 if self.in_step => "b".to_owned(),
                5 => "(input.note != null)".to_owned(),
                _ => format!("({} in [1, 2])", self.expr(Ty::Int, d)),
            },
        }
    }

    /// An expression that may raise an error, or calls.
    fn risky(&mut self, ty: Ty) -> String {
        match self.next(6) {
            0 if ty == Ty::Int && self.in_step => "(parseJson(\"${a}\") as int)".to_owned(),
            0 if ty == Ty::Int => "(parseJson(input.note ?? \"0\") as int)".to_owned(),
            1 => self.call(ty),
            2 if ty == Ty::Int && self.chance(2) => self.other_call(),
            2 => self.call(ty),
            3 => {
                let (call, other) = (self.call(Ty::Int), self.expr(Ty::Int, 1));
                match ty {
                    Ty::Int => format!("({other} + {call})"),
                    Ty::Bool => format!("({call} > {other})"),
                }
            }
            _ => self.expr(ty, 2),
        }
    }

    fn call(&mut self, ty: Ty) -> String {
        let payload = match self.next(3) {
            0 => self.expr(Ty::Int, 2),
            1 => format!("{{ p: {}, q: {} }}", self.expr(Ty::Int, 1), self.expr(Ty::Bool, 1)),
            _ => format!("\"t${{{}}}\"", self.expr(Ty::Int, 1)),
        };
        let function = match ty {
            Ty::Bool => "g",
            Ty::Int if self.chance(2) => "f",
            Ty::Int => "h",
        };
        format!("{function}({payload})")
    }

    // ------------------------------------------------------------ statements

    fn statements(&mut self, most: u64) {
        let count = 1 + self.next(most);
        for _ in 0..count {
            self.budget -= 1;
            if self.budget < 0 {
                return;
            }
            self.statement();
        }
    }

    fn block(&mut self, most: u64) {
        let kept = self.vars.len();
        self.indent += 1;
        self.statements(most);
        self.indent -= 1;
        self.vars.truncate(kept);
    }

    fn statement(&mut self) {
        match self.next(34) {
            20.. => self.further(),
            0..=2 => self.declare(),
            3..=5 => self.assign(),
            6 | 7 => self.guarded_call(),
            8 | 9 => self.branch(),
            10 => self.matches(),
            11 => self.while_loop(),
            12 => self.for_loop(),
            13 => self.map(),
            14 => self.parallel(),
            15 | 16 => self.try_catch(),
            17 => self.saga(),
            18 => self.early_end(),
            _ => self.labelled(),
        }
    }

    fn ty(&mut self) -> Ty {
        if self.chance(3) { Ty::Bool } else { Ty::Int }
    }

    fn declare(&mut self) {
        let ty = self.ty();
        let value = self.risky(ty);
        let (name, mutable) = (self.name("v"), self.chance(2));
        let word = if mutable { "var" } else { "let" };
        let annotation = if ty == Ty::Int { "int" } else { "boolean" };
        self.line(&format!("{word} {name}: {annotation} = {value}"));
        self.vars.push(Var { name, ty, mutable, scope: self.scope });
    }

    fn assign(&mut self) {
        let targets: Vec<Var> =
            self.vars.iter().filter(|v| v.mutable && v.scope == self.scope).cloned().collect();
        if targets.is_empty() {
            return self.declare();
        }
        let at = self.next(targets.len() as u64) as usize;
        if let Some(target) = targets.get(at) {
            let value = self.risky(target.ty);
            self.line(&format!("{} = {value}", target.name));
        }
    }

    fn guarded_call(&mut self) {
        let call = self.call(Ty::Int);
        let name = self.name("c");
        let retry = if self.chance(3) { " retry E1 (attempts: 1, every: 1s)" } else { "" };
        match self.next(3) {
            0 => self.line(&format!("let {name} = {call}{retry}")),
            1 => {
                let value = self.expr(Ty::Int, 1);
                self.line(&format!("let {name} = {call}{retry} catch E0 {{ {value} }}"));
            }
            _ => {
                self.line(&format!("let {name} = {call}{retry} catch as e {{"));
                self.indent += 1;
                let kept = self.vars.len();
                self.assign();
                self.vars.truncate(kept);
                let value = self.expr(Ty::Int, 1);
                self.line(&format!("if e.name == \"E0\" {{ {value} }} else {{ 7 }}"));
                self.indent -= 1;
                self.line("}");
            }
        }
        self.vars.push(Var { name, ty: Ty::Int, mutable: false, scope: self.scope });
    }

    fn branch(&mut self) {
        let condition = self.risky(Ty::Bool);
        self.line(&format!("if {condition} {{"));
        self.block(3);
        if self.chance(2) {
            self.line("} else {");
            self.block(3);
        }
        self.line("}");
    }

    fn matches(&mut self) {
        let subject = self.risky(Ty::Int);
        self.line(&format!("match {subject} {{"));
        self.indent += 1;
        for pattern in ["0", "1 | 2", "_"] {
            self.line(&format!("{pattern} => {{"));
            self.block(2);
            self.line("}");
        }
        self.indent -= 1;
        self.line("}");
    }

    fn while_loop(&mut self) {
        let name = self.name("i");
        let start = self.next(2);
        self.line(&format!("var {name} = {start}"));
        self.vars.push(Var { name: name.clone(), ty: Ty::Int, mutable: false, scope: self.scope });
        let more = self.expr(Ty::Bool, 1);
        let condition = if self.chance(2) { format!("{name} < 3") } else { format!("{name} < 2 && {more}") };
        self.line(&format!("while {condition} {{"));
        self.indent += 1;
        self.line(&format!("{name} = {name} + 1"));
        self.indent -= 1;
        self.loops += 1;
        self.block(3);
        self.loops -= 1;
        self.line("}");
    }

    fn for_loop(&mut self) {
        let name = self.name("x");
        let list = if self.chance(2) { self.list().to_owned() } else { "[3, 1]".to_owned() };
        self.line(&format!("for {name} in {list} {{"));
        let kept = self.vars.len();
        self.vars.push(Var { name, ty: Ty::Int, mutable: false, scope: self.scope });
        self.loops += 1;
        self.block(3);
        self.loops -= 1;
        self.vars.truncate(kept);
        self.line("}");
    }

    fn inner(&mut self, f: impl FnOnce(&mut Self)) {
        let (loops, in_map, in_saga) = (self.loops, self.in_map, self.in_saga);
        (self.loops, self.in_map, self.in_saga) = (0, true, false);
        self.scope += 1;
        f(self);
        self.scope -= 1;
        (self.loops, self.in_map, self.in_saga) = (loops, in_map, in_saga);
    }

    fn map(&mut self) {
        let (name, item) = (self.name("m"), self.name("x"));
        let list = self.list();
        self.line(&format!("let {name} = map {item} in {list} {{"));
        self.map_body(item);
        self.line("}");
        self.vars.push(Var { name: format!("{name}.sum()"), ty: Ty::Int, mutable: false, scope: self.scope });
    }

    /// What a map does with an item, in a scope of its own; its value is a whole number.
    fn map_body(&mut self, item: String) {
        self.inner(|it| {
            let kept = it.vars.len();
            it.vars.push(Var { name: item, ty: Ty::Int, mutable: false, scope: it.scope });
            it.indent += 1;
            it.statements(2);
            let value = it.risky(Ty::Int);
            it.line(&value);
            it.indent -= 1;
            it.vars.truncate(kept);
        });
    }

    fn parallel(&mut self) {
        let name = self.name("p");
        self.line(&format!("let {name} = parallel {{"));
        self.indent += 1;
        for branch in ["a", "b"] {
            self.line(&format!("{branch}: {{"));
            self.inner(|it| {
                let kept = it.vars.len();
                it.indent += 1;
                if it.chance(2) {
                    it.statements(2);
                }
                let value = it.risky(Ty::Int);
                it.line(&value);
                it.indent -= 1;
                it.vars.truncate(kept);
            });
            self.line("}");
        }
        self.indent -= 1;
        self.line("}");
        self.vars.push(Var { name: format!("{name}.a"), ty: Ty::Int, mutable: false, scope: self.scope });
        self.vars.push(Var { name: format!("{name}.b"), ty: Ty::Int, mutable: false, scope: self.scope });
    }

    fn try_catch(&mut self) {
        self.line("try {");
        self.indent += 1;
        self.declare_call();
        self.indent -= 1;
        self.block(3);
        let retry = if self.chance(4) { " retry E1 (attempts: 1, every: 1s)" } else { "" };
        let only = if self.chance(2) { "catch E0" } else { "catch as e" };
        if self.chance(5) {
            self.line(&format!("}}{retry} finally {{"));
            self.finally_block();
            self.line("}");
            return;
        }
        self.line(&format!("}}{retry} {only} {{"));
        self.block(2);
        if only == "catch as e" && self.chance(5) {
            self.line("  fail e");
        }
        if self.chance(3) {
            self.line("} finally {");
            self.finally_block();
        }
        self.line("}");
    }

    fn finally_block(&mut self) {
        let outer = std::mem::replace(&mut self.in_finally, true);
        self.indent += 1;
        let call = self.call(Ty::Int);
        self.line(&call);
        self.indent -= 1;
        if self.chance(4) {
            let loops = std::mem::take(&mut self.loops);
            self.block(1);
            self.loops = loops;
        }
        self.in_finally = outer;
    }

    fn declare_call(&mut self) {
        let call = self.call(Ty::Int);
        self.line(&call);
    }

    fn saga(&mut self) {
        if self.in_saga {
            return self.declare();
        }
        self.in_saga = true;
        self.line("saga {");
        self.indent += 1;
        let kept = self.vars.len();
        for _ in 0..2 {
            let (step, undo) = (self.call(Ty::Int), self.expr(Ty::Int, 1));
            let attempted = if self.chance(4) { " (attempted)" } else { "" };
            self.line(&format!("{step} undo{attempted} {{ h({undo}) catch {{ 0 }} }}"));
            if self.chance(3) {
                let condition = self.expr(Ty::Bool, 1);
                let step = self.call(Ty::Int);
                self.line(&format!("if {condition} {{ {step} undo {{ f(\"undo\") catch {{ 0 }} }} }}"));
            }
            self.more_steps();
        }
        self.indent -= 1;
        self.block(2);
        self.vars.truncate(kept);
        self.line("} catch as e {");
        self.block(2);
        self.line("}");
        self.in_saga = false;
    }

    fn early_end(&mut self) {
        let condition = self.expr(Ty::Bool, 2);
        let value = self.expr(Ty::Int, 1);
        let end = match self.next(4) {
            0 if self.loops > 0 => "break".to_owned(),
            1 if self.loops > 0 => "continue".to_owned(),
            2 => format!("fail E1(\"it was ${{{value}}}\")"),
            _ if !self.in_map && !self.in_finally => format!("return {value}"),
            _ => "fail E0(\"inside\")".to_owned(),
        };
        self.line(&format!("if {condition} {{ {end} }}"));
    }

    fn labelled(&mut self) {
        let label = self.name("'l");
        self.line(&format!("{label}: {{"));
        let kept = self.vars.len();
        self.indent += 1;
        self.statements(2);
        let condition = self.expr(Ty::Bool, 1);
        self.line(&format!("if {condition} {{ break {label} }}"));
        self.statements(2);
        self.indent -= 1;
        self.vars.truncate(kept);
        self.line("}");
    }
}
