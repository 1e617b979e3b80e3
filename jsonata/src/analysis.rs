//! What an expression refers to, without running it.

use std::collections::HashSet;
use std::ops::Range;

use crate::ast::{self, Extra, Group, Kind, Node, Path, Stage, Symbol, Symbols};
use crate::deep;
use crate::expression::Program;
use crate::functions::BuiltIn;
use crate::value::Value;

/// The findings of [`crate::Expression::analyze`]. Places are byte ranges of the expression's text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Analysis {
    /// Variables read that the expression itself doesn't bind, in order of the text. `$states` is one; the function
    /// in `$sum(x)` is among the calls instead.
    pub free_variables: Vec<Reference>,
    /// Calls of functions by name, those of the expression's own lambdas left out.
    pub calls: Vec<Call>,
    /// Bare names, `$`, `$$` and wildcards that look into the evaluation's input, of which AWS has none.
    pub input_uses: Vec<InputUse>,
    /// What the result is if it can be told from the text. It may still be nothing.
    pub result: ResultKind,
    /// How many expressions nest within one another at the most.
    pub depth: usize,
}

/// A variable read.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Without the `$`.
    pub name: String,
    /// Where it stands: byte offsets.
    pub range: Range<usize>,
    /// The names that follow it directly: `["input", "order"]` for `$states.input.order.(id)`.
    pub fields: Vec<String>,
    /// The dialect has a function of this name, which is meant unless a variable hides it.
    pub built_in: bool,
}

/// A function called by name.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Without the `$`.
    pub name: String,
    /// Where it stands: byte offsets.
    pub range: Range<usize>,
    /// Arguments written, `?` of a partial application included; the left side of `~>` counts as one.
    pub arguments: usize,
    /// The function is one that the dialect has.
    pub built_in: bool,
}

/// A use of the evaluation's input.
#[derive(Clone, Debug, PartialEq)]
pub struct InputUse {
    /// What is used.
    pub kind: InputKind,
    /// Where it stands: byte offsets.
    pub range: Range<usize>,
    /// At the top level of the expression, where AWS refuses it (`Reference to 'x' at the top level is not
    /// supported`). Only `$$` can stand elsewhere.
    pub top_level: bool,
}

/// What of the input an expression uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// A field name without qualification.
    Field(String),
    /// `$`
    Context,
    /// `$$`
    Root,
    /// `*`, `**` or `%`
    Wildcard,
}

/// The type of the result as far as the text tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResultKind {
    /// The text doesn't tell.
    #[default]
    Unknown,
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number.
    Number,
    /// A text.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
    /// A function, of which AWS can't make a state's output.
    Function,
}

/// Looks through a whole program.
pub(crate) fn analyze(program: &Program) -> Analysis {
    let mut walk = Walk {
        symbols: &program.symbols,
        found: Analysis::default(),
        scopes: vec![Scope::default()],
        depth: 0,
    };
    walk.scopes.iter_mut().for_each(|it| collect_bound(&program.tree, &mut it.all));
    walk.node(&program.tree, true);
    let mut found = walk.found;
    found.free_variables.sort_by_key(|it| it.range.start);
    found.calls.sort_by_key(|it| it.range.start);
    found.input_uses.sort_by_key(|it| it.range.start);
    found.result = result_kind(&program.tree, &program.symbols);
    found
}

/// The variables of a block, a lambda or a path.
#[derive(Default)]
struct Scope {
    /// Bound before the place that is looked at.
    so_far: HashSet<Symbol>,
    /// Bound anywhere in it: what a lambda in it sees when it is called.
    all: HashSet<Symbol>,
    /// The parameters of a lambda: what lies outside is seen as it is at the call.
    lambda: bool,
}

struct Walk<'a> {
    symbols: &'a Symbols,
    found: Analysis,
    scopes: Vec<Scope>,
    /// Of the expression that is looked at.
    depth: usize,
}

fn range(node: &Node) -> Range<usize> {
    node.start as usize..node.pos as usize
}

impl Walk<'_> {
    fn is_bound(&self, symbol: Symbol) -> bool {
        let mut later = false;
        for scope in self.scopes.iter().rev() {
            if scope.so_far.contains(&symbol) || (later && scope.all.contains(&symbol)) {
                return true;
            }
            later |= scope.lambda;
        }
        false
    }

    fn bind(&mut self, symbol: Symbol) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.so_far.insert(symbol);
        }
    }

    fn within(&mut self, scope: Scope, look: impl FnOnce(&mut Self)) {
        self.scopes.push(scope);
        look(self);
        self.scopes.pop();
    }

    fn input_use(&mut self, kind: InputKind, node: &Node, top_level: bool) {
        self.found.input_uses.push(InputUse { kind, range: range(node), top_level });
    }

    fn variable(&mut self, symbol: Symbol, node: &Node, fields: Vec<String>, top: bool) {
        let name = self.symbols.name(symbol);
        if &*name == "$" {
            return self.input_use(InputKind::Root, node, top);
        }
        if !self.is_bound(symbol) {
            let built_in = self.built_in(&name);
            let name = name.to_string();
            self.found.free_variables.push(Reference { name, range: range(node), fields, built_in });
        }
    }

    fn built_in(&self, name: &str) -> bool {
        BuiltIn::named(name, self.symbols.dialect()).is_some()
    }

    /// Looks at an expression. `top`: its context is the input of the evaluation.
    fn node(&mut self, node: &Node, top: bool) {
        self.depth += 1;
        self.found.depth = self.found.depth.max(self.depth);
        deep::guarded(|| self.kind(node, top));
        self.depth -= 1;
        // A path has looked at what hangs on it with its own variables.
        if let Some(extra) = &node.extra
            && !matches!(node.kind, Kind::Path(_))
        {
            self.extra(extra);
        }
    }

    fn nodes<'a>(&mut self, nodes: impl IntoIterator<Item = &'a Node>, top: bool) {
        nodes.into_iter().for_each(|it| self.node(it, top));
    }

    /// Predicates and grouping see the items, not the input.
    fn extra(&mut self, extra: &Extra) {
        extra.focus.into_iter().chain(extra.index).for_each(|it| self.bind(it));
        for stage in extra.predicates.iter().chain(&extra.stages).flatten() {
            match stage {
                Stage::Filter(it) => self.node(it, false),
                Stage::Index(symbol) => self.bind(*symbol),
            }
        }
        if let Some(group) = &extra.group {
            self.group(group, false);
        }
    }

    fn group(&mut self, group: &Group, top: bool) {
        group.pairs.iter().for_each(|(name, value)| self.nodes([name, value], top));
    }

    fn kind(&mut self, node: &Node, top: bool) {
        match &node.kind {
            Kind::Literal(_) | Kind::Placeholder | Kind::Regex(_) => {}
            Kind::Name(field) | Kind::Field(field) => {
                if top {
                    self.input_use(InputKind::Field(field.name.to_string()), node, top);
                }
            }
            Kind::Context if top => self.input_use(InputKind::Context, node, top),
            Kind::Wildcard | Kind::Descendants | Kind::Parent(_) if top => {
                self.input_use(InputKind::Wildcard, node, top);
            }
            Kind::Context | Kind::Wildcard | Kind::Descendants | Kind::Parent(_) => {}
            Kind::Variable(symbol) => self.variable(*symbol, node, Vec::new(), top),
            Kind::Path(path) => self.path(path, node, top),
            Kind::Numeric(_, parts)
            | Kind::Comparison(_, parts)
            | Kind::Equality(_, parts)
            | Kind::Concat(parts)
            | Kind::Range(parts)
            | Kind::In(parts)
            | Kind::And(parts)
            | Kind::Or(parts) => self.nodes([&parts.0, &parts.1], top),
            Kind::Apply(parts) => {
                self.node(&parts.0, top);
                match &parts.1.kind {
                    Kind::Call(call) => self.call(call, 1, top),
                    _ => self.node(&parts.1, top),
                }
            }
            Kind::Negate(operand) => self.node(operand, top),
            Kind::Array(items) => self.nodes(items, top),
            Kind::Object(group) => self.group(group, top),
            Kind::Block(block) => {
                let mut scope = Scope::default();
                block.expressions.iter().for_each(|it| collect_bound(it, &mut scope.all));
                self.within(scope, |walk| walk.nodes(&block.expressions, top));
            }
            Kind::Condition(parts) => self.nodes([&parts.0, &parts.1].into_iter().chain(&parts.2), top),
            Kind::Bind(symbol, value) => {
                self.node(value, top);
                self.bind(*symbol);
            }
            Kind::Call(call) | Kind::Partial(call) => self.call(call, 0, top),
            Kind::TailCall(call, _) => self.node(call, top),
            Kind::Lambda(lambda) => {
                let so_far = lambda.parameters.iter().copied().collect();
                let mut all = HashSet::new();
                collect_bound(&lambda.body, &mut all);
                self.within(Scope { so_far, all, lambda: true }, |walk| walk.node(&lambda.body, top));
            }
            Kind::Transform(it) => {
                self.nodes([&it.pattern, &it.update].into_iter().chain(&it.delete), false);
            }
            Kind::Sort(terms) => self.nodes(terms.iter().map(|it| &it.expression), false),
        }
    }

    /// Only the first step sees the input; what steps bind is bound for those behind them and for the grouping.
    fn path(&mut self, path: &Path, node: &Node, top: bool) {
        self.within(Scope::default(), |walk| {
            for (at, step) in path.steps.iter().enumerate() {
                match step.kind {
                    Kind::Variable(symbol) if at == 0 => {
                        walk.variable(symbol, step, following_names(path), top);
                        step.extra.iter().for_each(|it| walk.extra(it));
                    }
                    _ => walk.node(step, top && at == 0),
                }
            }
            node.extra.iter().for_each(|it| walk.extra(it));
        });
    }

    fn call(&mut self, call: &ast::Call, more: usize, top: bool) {
        match call.procedure.kind {
            Kind::Variable(symbol) if !self.is_bound(symbol) => {
                let name = self.symbols.name(symbol).to_string();
                let built_in = self.built_in(&name);
                let arguments = call.arguments.len() + more;
                self.found.calls.push(Call { name, range: range(&call.procedure), arguments, built_in });
            }
            _ => self.node(&call.procedure, top),
        }
        self.nodes(&call.arguments, top);
    }
}

fn following_names(path: &Path) -> Vec<String> {
    let name = |step: &Node| match &step.kind {
        Kind::Name(field) => Some(field.name.to_string()),
        _ => None,
    };
    path.steps.iter().skip(1).map_while(name).collect()
}

/// The variables bound in the frame that a node is evaluated in.
fn collect_bound(node: &Node, out: &mut HashSet<Symbol>) {
    deep::guarded(|| {
        if let Kind::Bind(symbol, _) = &node.kind {
            out.insert(*symbol);
        }
        node.each_in_frame(&mut |it| collect_bound(it, out));
    });
}

fn result_kind(node: &Node, symbols: &Symbols) -> ResultKind {
    let group = node.group().is_some();
    if group || node.predicates().is_some() || node.keep_array {
        return if group { ResultKind::Object } else { ResultKind::Unknown };
    }
    deep::guarded(|| match &node.kind {
        Kind::Literal(Value::Null) => ResultKind::Null,
        Kind::Literal(Value::Bool(_)) => ResultKind::Boolean,
        Kind::Literal(Value::Number(_)) => ResultKind::Number,
        Kind::Literal(Value::String(_)) | Kind::Concat(_) => ResultKind::String,
        Kind::Numeric(..) | Kind::Negate(_) => ResultKind::Number,
        Kind::Comparison(..) | Kind::Equality(..) | Kind::In(_) | Kind::And(_) | Kind::Or(_) => {
            ResultKind::Boolean
        }
        Kind::Array(_) => ResultKind::Array,
        Kind::Object(_) => ResultKind::Object,
        Kind::Lambda(_) | Kind::Regex(_) | Kind::Transform(_) | Kind::Partial(_) => ResultKind::Function,
        Kind::Bind(_, value) => result_kind(value, symbols),
        Kind::Block(block) => {
            block.expressions.last().map_or(ResultKind::Unknown, |it| result_kind(it, symbols))
        }
        Kind::Condition(parts) => {
            let then = result_kind(&parts.1, symbols);
            let otherwise = parts.2.as_ref().map_or(then, |it| result_kind(it, symbols));
            if then == otherwise { then } else { ResultKind::Unknown }
        }
        Kind::Call(call) => call_kind(call, symbols),
        Kind::Apply(parts) => match &parts.1.kind {
            Kind::Call(call) => call_kind(call, symbols),
            _ => ResultKind::Unknown,
        },
        Kind::Literal(_)
        | Kind::Name(_)
        | Kind::Field(_)
        | Kind::Variable(_)
        | Kind::Context
        | Kind::Wildcard
        | Kind::Descendants
        | Kind::Parent(_)
        | Kind::Path(_)
        | Kind::Range(_)
        | Kind::TailCall(..)
        | Kind::Placeholder
        | Kind::Sort(_) => ResultKind::Unknown,
    })
}

/// What a built-in function returns, unless a variable of the expression hides it.
fn call_kind(call: &ast::Call, symbols: &Symbols) -> ResultKind {
    let Kind::Variable(symbol) = call.procedure.kind else { return ResultKind::Unknown };
    match BuiltIn::named(&symbols.name(symbol), symbols.dialect()).map(BuiltIn::returns) {
        Some("n") => ResultKind::Number,
        Some("s") => ResultKind::String,
        Some("b") => ResultKind::Boolean,
        _ => ResultKind::Unknown,
    }
}
