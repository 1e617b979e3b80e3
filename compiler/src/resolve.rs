//! Names → symbols, over every file that the first one reaches.
//!
//! A name is declared once a file. What becomes part of the one template (resources, workflows, APIs, parameters,
//! conditions) is declared once in the whole program.

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostics::{Checked, Diagnostic, close, names as report};
use crate::source::{FileId, Source, Sources, Span};
use crate::syntax::{self, ast};
use crate::typed::{ConstId, FnId, ParamId, ResourceId, StepId, WorkflowId};
use crate::types::{ErrorId, TypeId};

/// What a name at top level stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Symbol {
    Type(TypeId),
    Error(ErrorId),
    Param(ParamId),
    Const(ConstId),
    Fn(FnId),
    Step(StepId),
    /// Index in [`Resolved::policies`].
    Policy(u32),
    Resource(ResourceId),
    Workflow(WorkflowId),
    /// Index in [`Resolved::apis`].
    Api(u32),
    /// Index in [`Resolved::conditions`].
    Condition(u32),
}

impl Symbol {
    /// What it is, for messages.
    pub fn noun(self) -> &'static str {
        match self {
            Symbol::Type(_) => "type",
            Symbol::Error(_) => "error",
            Symbol::Param(_) => "parameter",
            Symbol::Const(_) => "constant",
            Symbol::Fn(_) => "function",
            Symbol::Step(_) => "step",
            Symbol::Policy(_) => "policy",
            Symbol::Resource(_) => "resource",
            Symbol::Workflow(_) => "workflow",
            Symbol::Api(_) => "API",
            Symbol::Condition(_) => "condition",
        }
    }

    /// Whether it goes by its name into the template, where there is one of each.
    fn in_template(self) -> bool {
        match self {
            Symbol::Resource(_) | Symbol::Workflow(_) | Symbol::Api(_) => true,
            Symbol::Param(_) | Symbol::Condition(_) => true,
            Symbol::Type(_) | Symbol::Error(_) | Symbol::Const(_) => false,
            Symbol::Fn(_) | Symbol::Step(_) | Symbol::Policy(_) => false,
        }
    }
}

/// Where an item stands: a file and an index into its items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemRef {
    pub file: FileId,
    pub item: usize,
}

/// A name in a file's scope.
#[derive(Clone, Copy, Debug)]
pub struct Declared {
    pub symbol: Symbol,
    /// The name in its declaration, maybe in another file.
    pub span: Span,
    /// The name in the `import`, where it came by one.
    pub import: Option<Span>,
}

/// All files with their names. Ids of the typed tree index the lists: `TypeId(3)` is `types[3]`.
#[derive(Clone, Debug, Default)]
pub struct Resolved {
    pub sources: Vec<Source>,
    pub files: Vec<ast::File>,
    /// By file: every name at top level, imported ones included.
    pub scopes: Vec<HashMap<Arc<str>, Declared>>,
    pub types: Vec<ItemRef>,
    pub errors: Vec<ItemRef>,
    pub params: Vec<ItemRef>,
    pub consts: Vec<ItemRef>,
    pub functions: Vec<ItemRef>,
    pub steps: Vec<ItemRef>,
    pub policies: Vec<ItemRef>,
    /// `ResourceDecl`s and `RawResource`s.
    pub resources: Vec<ItemRef>,
    pub workflows: Vec<ItemRef>,
    pub apis: Vec<ItemRef>,
    pub conditions: Vec<ItemRef>,
}

impl Resolved {
    /// The item at a place.
    pub fn item(&self, at: ItemRef) -> Option<&ast::Item> {
        self.files.get(at.file.0 as usize)?.items.get(at.item)
    }

    /// What `name` stands for in `file`.
    pub fn lookup(&self, file: FileId, name: &str) -> Option<Declared> {
        self.scopes.get(file.0 as usize)?.get(name).copied()
    }

    /// Every item with its place, file by file.
    pub fn items(&self) -> impl Iterator<Item = (ItemRef, &ast::Item)> {
        self.files.iter().enumerate().flat_map(|(file, tree)| {
            let file = FileId(u32::try_from(file).unwrap_or(u32::MAX));
            tree.items.iter().enumerate().map(move |(item, it)| (ItemRef { file, item }, it))
        })
    }
}

/// Loads `entry` and all that it imports, and finds what every name at top level stands for.
pub fn resolve(entry: &str, sources: &dyn Sources) -> Checked<Resolved> {
    let mut loader =
        Loader { world: sources, value: Resolved::default(), ids: HashMap::new(), diagnostics: vec![] };
    match sources.read(entry) {
        Ok(text) => loader.load(entry, text, &mut Vec::new()),
        Err(why) => {
            loader.value.sources.push(Source::new(FileId(0), entry, ""));
            loader.diagnostics.push(report::unreadable_entry(entry, &why));
            None
        }
    };
    loader.declare_all();
    loader.import_all();
    Checked { value: loader.value, diagnostics: loader.diagnostics }
}

struct Loader<'a> {
    world: &'a dyn Sources,
    value: Resolved,
    ids: HashMap<String, FileId>,
    diagnostics: Vec<Diagnostic>,
}

/// Files may import each other this deeply.
const MAX_IMPORT_DEPTH: usize = 100;

impl Loader<'_> {
    /// Reads a file and what it imports. `chain` holds the paths that led here, for cycles.
    fn load(&mut self, path: &str, text: String, chain: &mut Vec<String>) -> Option<FileId> {
        let id = FileId(u32::try_from(self.value.files.len()).ok()?);
        self.ids.insert(path.to_owned(), id);
        let parsed = syntax::parse(id, &text);
        self.diagnostics.extend(parsed.diagnostics);
        let imports: Vec<ast::Name> = parsed.file.items.iter().filter_map(imported_path).collect();
        self.value.sources.push(Source::new(id, path, text));
        self.value.files.push(parsed.file);
        chain.push(path.to_owned());
        for import in imports {
            self.follow(path, &import, chain);
        }
        chain.pop();
        Some(id)
    }

    fn follow(&mut self, from: &str, import: &ast::Name, chain: &mut Vec<String>) {
        let Some(path) = relative(from, &import.text) else {
            self.diagnostics.push(report::bad_import_path(import));
            return;
        };
        if let Some(start) = chain.iter().position(|it| *it == path) {
            let cycle: Vec<String> = chain.iter().skip(start).chain([&path]).cloned().collect();
            self.diagnostics.push(report::import_cycle(import, &cycle));
            return;
        }
        if self.ids.contains_key(&path) || chain.len() > MAX_IMPORT_DEPTH {
            return;
        }
        match self.world.read(&path) {
            Ok(text) => {
                self.load(&path, text, chain);
            }
            Err(why) => self.diagnostics.push(report::unreadable_import(import, &path, &why)),
        }
    }

    fn declare_all(&mut self) {
        let mut template: HashMap<String, (Symbol, Span)> = HashMap::new();
        let mut found = Vec::new();
        for (at, item) in self.value.items() {
            if let Some((name, make)) = declares(&item.kind) {
                found.push((at, name.clone(), make));
            }
        }
        self.value.scopes = vec![HashMap::new(); self.value.files.len()];
        for (at, name, kind) in found {
            let symbol = self.number(kind, at);
            if name.text.is_empty() {
                continue;
            }
            self.declare(at.file, &name, symbol, &mut template);
        }
    }

    fn declare(
        &mut self,
        file: FileId,
        name: &ast::Name,
        symbol: Symbol,
        template: &mut HashMap<String, (Symbol, Span)>,
    ) {
        let Some(scope) = self.value.scopes.get_mut(file.0 as usize) else { return };
        if let Some(first) = scope.get(name.text.as_str()) {
            self.diagnostics.push(report::declared_twice(
                name,
                symbol.noun(),
                first.symbol.noun(),
                first.span,
            ));
            return;
        }
        scope.insert(name.text.as_str().into(), Declared { symbol, span: name.span, import: None });
        if !symbol.in_template() {
            return;
        }
        match template.get(&name.text) {
            Some((other, span)) => {
                self.diagnostics.push(report::twice_in_template(name, symbol.noun(), other.noun(), *span));
            }
            None => {
                template.insert(name.text.clone(), (symbol, name.span));
            }
        }
    }

    fn number(&mut self, kind: Kind, at: ItemRef) -> Symbol {
        fn push(list: &mut Vec<ItemRef>, at: ItemRef) -> u32 {
            list.push(at);
            u32::try_from(list.len() - 1).unwrap_or(u32::MAX)
        }
        let it = &mut self.value;
        match kind {
            Kind::Type => Symbol::Type(TypeId(push(&mut it.types, at))),
            Kind::Error => Symbol::Error(ErrorId(push(&mut it.errors, at))),
            Kind::Param => Symbol::Param(ParamId(push(&mut it.params, at))),
            Kind::Const => Symbol::Const(ConstId(push(&mut it.consts, at))),
            Kind::Fn => Symbol::Fn(FnId(push(&mut it.functions, at))),
            Kind::Step => Symbol::Step(StepId(push(&mut it.steps, at))),
            Kind::Policy => Symbol::Policy(push(&mut it.policies, at)),
            Kind::Resource => Symbol::Resource(ResourceId(push(&mut it.resources, at))),
            Kind::Workflow => Symbol::Workflow(WorkflowId(push(&mut it.workflows, at))),
            Kind::Api => Symbol::Api(push(&mut it.apis, at)),
            Kind::Condition => Symbol::Condition(push(&mut it.conditions, at)),
        }
    }

    fn import_all(&mut self) {
        let mut imports = Vec::new();
        for (at, item) in self.value.items() {
            if let ast::ItemKind::Import(import) = &item.kind {
                imports.push((at.file, import.clone()));
            }
        }
        // Names come from declarations only, so imports may be entered in any order.
        let declared = self.value.scopes.clone();
        for (file, import) in imports {
            let from = self.value.sources.get(file.0 as usize).map(|it| it.path.clone()).unwrap_or_default();
            let target = relative(&from, &import.path.text).and_then(|path| self.ids.get(&path).copied());
            let Some(names) = target.and_then(|id| declared.get(id.0 as usize)) else {
                self.import_unknown(file, &import);
                continue;
            };
            for name in import.names.iter().filter(|it| !it.text.is_empty()) {
                self.import_one(file, name, &import.path.text, names);
            }
        }
    }

    fn import_one(
        &mut self,
        file: FileId,
        name: &ast::Name,
        path: &str,
        names: &HashMap<Arc<str>, Declared>,
    ) {
        let Some(found) = names.get(name.text.as_str()) else {
            let close = close(&name.text, names.keys().map(|it| &**it));
            self.diagnostics.push(report::not_in_file(name, path, close.as_deref()));
            self.enter_unknown(file, name);
            return;
        };
        let Some(scope) = self.value.scopes.get_mut(file.0 as usize) else { return };
        if let Some(first) = scope.get(name.text.as_str()) {
            let span = first.import.unwrap_or(first.span);
            let (noun, other) = (found.symbol.noun(), first.symbol.noun());
            self.diagnostics.push(report::declared_twice(name, noun, other, span));
            return;
        }
        scope.insert(name.text.as_str().into(), Declared { import: Some(name.span), ..*found });
    }

    /// The file isn't there, which was said: its names are not reported again. See [`Resolved::lookup`]'s users.
    fn import_unknown(&mut self, file: FileId, import: &ast::Import) {
        for name in &import.names {
            self.enter_unknown(file, name);
        }
    }

    /// A name whose declaration was not found, which was said.
    fn enter_unknown(&mut self, file: FileId, name: &ast::Name) {
        let Some(scope) = self.value.scopes.get_mut(file.0 as usize) else { return };
        // An id that no list has: every look-up of it is `Unknown`.
        let symbol = Symbol::Const(ConstId(u32::MAX));
        let unknown = Declared { symbol, span: name.span, import: Some(name.span) };
        scope.entry(name.text.as_str().into()).or_insert(unknown);
    }
}

/// What kind of list an item goes to.
#[derive(Clone, Copy)]
enum Kind {
    Type,
    Error,
    Param,
    Const,
    Fn,
    Step,
    Policy,
    Resource,
    Workflow,
    Api,
    Condition,
}

fn declares(item: &ast::ItemKind) -> Option<(&ast::Name, Kind)> {
    use ast::ItemKind as I;
    Some(match item {
        I::Param(it) => (&it.name, Kind::Param),
        I::Type(it) => (&it.name, Kind::Type),
        I::ErrorDecl(it) => (&it.name, Kind::Error),
        I::Resource(it) => (&it.name, Kind::Resource),
        I::RawResource(it) => (&it.name, Kind::Resource),
        I::Workflow(it) => (&it.name, Kind::Workflow),
        I::Fn(it) => (&it.name, Kind::Fn),
        I::Step(it) => (&it.name, Kind::Step),
        I::Policy(it) => (&it.name, Kind::Policy),
        I::Api(it) => (&it.name, Kind::Api),
        I::Const(it) => (&it.name, Kind::Const),
        I::Condition(it) => (&it.name, Kind::Condition),
        I::Error | I::Import(_) | I::App(_) | I::On(_) | I::Output(_) | I::Test(_) | I::Kind(_) => {
            return None;
        }
    })
}

fn imported_path(item: &ast::Item) -> Option<ast::Name> {
    match &item.kind {
        ast::ItemKind::Import(import) if !import.path.text.is_empty() => Some(import.path.clone()),
        _ => None,
    }
}

/// The logical path of `import`, as written in the file `from`: `./types` → `types.flow`.
/// `None` unless it begins with `./` or `../` and stays inside the program's folder.
fn relative(from: &str, import: &str) -> Option<String> {
    if !import.starts_with("./") && !import.starts_with("../") {
        return None;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in import.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    let path = parts.join("/");
    Some(if path.ends_with(".flow") { path } else { format!("{path}.flow") })
}
