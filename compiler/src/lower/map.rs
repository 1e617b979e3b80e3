//! `map` and `parallel`.

use std::sync::Arc;

use super::frames::Frame;
use super::jump::assigning;
use super::{Loose, Lower, Place};
use crate::machine::flow::Slot;
use crate::machine::{Batch, Context, Distributed, Edge, Expr, Func, Goal, Items, Map, Member, Op, Parallel};
use crate::machine::{Reader, StateId, StateKind, Tolerate, VarId};
use crate::source::Span;
use crate::typed::{self, Branch, Clauses, ExprKind, FileFormat, MapSource, ReaderOptions, RunStatus};

impl<'a> Lower<'a> {
    pub(super) fn map(&mut self, map: &'a typed::Map, wanted: bool) -> Expr {
        let hint = self.hint.take();
        let title = hint.clone().filter(|name| !name.is_empty()).unwrap_or_else(|| self.map_title(map));
        let items = self.items(map);
        let concurrency = map.concurrency.as_ref().map(|e| self.value(e));
        let distributed = self.distribution(map);
        let collecting = self.collects(&map.body);
        if collecting && distributed.is_some() {
            self.problems.push(crate::diagnostics::build::undo_in_child(map.span));
        }
        let valued = map.body.value.is_some();
        let result = self.result(wanted && (valued || map.results.is_some()), hint);
        let undo = self.enter_undo(&map.clauses);
        self.push_handlers(&map.clauses.catches);
        let run = MapRun { map, items, concurrency, distributed, title, result };
        if collecting {
            self.again_and_again(&map.clauses, |it| it.map_of_steps(run));
        } else {
            let retries = self.retriers(&map.clauses.retries);
            let (mut state, _) = self.map_state(&run, retries, false);
            if let Some(var) = result {
                let joined =
                    state.distributed.as_ref().is_some_and(|d| d.batch.is_some() && d.writer.is_none());
                let value = if joined { Expr::call(Func::Flatten, vec![Expr::Result]) } else { Expr::Result };
                state.out = assigning(vec![(var, value)]);
            }
            self.add_map(state, &run.title);
        }
        self.finish_undo(undo, result);
        self.pop_handlers(&map.clauses.catches, result, wanted);
        result.map_or(Expr::Null, Expr::Var)
    }

    /// What never fails as one state is tried again by a loop.
    fn again_and_again(&mut self, clauses: &'a Clauses, run: impl FnOnce(&mut Self)) {
        if clauses.retries.is_empty() {
            return run(self);
        }
        self.looped(1);
        self.retry_loop(&clauses.retries, run);
        self.looped(-1);
    }

    fn map_state(
        &mut self,
        run: &MapRun<'a>,
        retries: Vec<crate::machine::Retrier>,
        collecting: bool,
    ) -> (Map, Vec<super::saga::Registered<'a>>) {
        let first = u32::try_from(self.m.states.len()).unwrap_or(u32::MAX);
        let (body, entry, undos) = self.map_body(run.map, run.distributed.as_ref(), collecting);
        let mut state = Map {
            items: run.items.clone(),
            selector: None,
            concurrency: run.concurrency.clone(),
            distributed: run.distributed.clone(),
            body,
            retries,
            catches: Vec::new(),
            out: super::loose(),
        };
        self.inputs(run.map, &mut state, entry, first);
        (state, undos)
    }

    fn add_map(&mut self, mut state: Map, title: &str) {
        let mut entries = Vec::new();
        self.catchers(&Expr::Error, &mut state.catches, &mut entries);
        self.guarded(StateKind::Map(Box::new(state)), title, "runs its body for each item, at once", entries);
    }

    /// A map whose bodies hold steps of the saga around it.
    fn map_of_steps(&mut self, run: MapRun<'a>) {
        let (mut state, undos) = self.map_state(&run, Vec::new(), true);
        let outcomes = self.m.var(&"outcomes".into(), true);
        self.stable.insert(outcomes);
        state.out = assigning(vec![(outcomes, Expr::Result)]);
        self.add_map(state, &run.title);
        self.adopt(undos, |it, field| {
            let lists = it.of_outcomes(outcomes, field);
            Expr::call(Func::Flatten, vec![lists])
        });
        self.fail_with_outcomes(outcomes, run.map.span);
        if let Some(var) = run.result {
            let values = self.of_outcomes(outcomes, "value");
            self.set(var, values);
        }
    }

    fn of_outcomes(&mut self, outcomes: VarId, field: &str) -> Expr {
        let one = self.m.bound(&"outcome".into());
        let read = Expr::Lambda(vec![one], Box::new(Expr::Bound(one).field(field)));
        Expr::call(Func::Map { nested: true }, vec![Expr::Var(outcomes), read])
    }

    fn guarded(&mut self, kind: StateKind, title: &str, why: &str, entries: Vec<(usize, Slot)>) -> StateId {
        let id = self.step(kind, title, why);
        for (number, slot) in entries {
            self.enter_handler(number, vec![Loose::Edge(id, slot)]);
        }
        id
    }

    fn map_title(&self, map: &typed::Map) -> Arc<str> {
        let name = self.program.locals.get(map.item.index()).map_or("item", |l| &l.name);
        format!("map {name}").into()
    }

    // ------------------------------------------------------------ items

    fn items(&mut self, map: &'a typed::Map) -> Items {
        match &map.source {
            MapSource::List(list) => {
                let list = self.value(list);
                Items::List(self.safe(list))
            }
            MapSource::Entries(record) => {
                let record = self.value(record);
                let record = self.safe(record);
                Items::List(Expr::call(Func::Entries, vec![record]))
            }
            MapSource::File { format, bucket, key, options } => {
                let mut values = self.operands(&[bucket, key]).into_iter();
                let bucket = values.next().unwrap_or(Expr::Null);
                let bucket = self.bucket_name(bucket);
                let key = values.next().unwrap_or(Expr::Null);
                let arguments = Expr::record([("Bucket", bucket), ("Key", key)]);
                let config = self.reader_config(Some(*format), options);
                Items::Reader(Reader { lists: false, results: false, arguments, config })
            }
            MapSource::Objects { bucket, prefix, options } => {
                let all: Vec<&typed::Expr> = std::iter::once(bucket).chain(prefix).collect();
                let mut values = self.operands(&all).into_iter();
                let bucket = values.next().unwrap_or(Expr::Null);
                let mut members = vec![Member::Set("Bucket".into(), self.bucket_name(bucket))];
                members.extend(values.next().map(|prefix| Member::Set("Prefix".into(), prefix)));
                let arguments = Expr::Record(members);
                let config = self.reader_config(None, options);
                Items::Reader(Reader { lists: true, results: false, arguments, config })
            }
            MapSource::Results { reference, status } => self.result_files(reference, *status),
        }
    }

    /// Every file of that status: they are listed by what their names begin with, and what they hold is read.
    fn result_files(&mut self, reference: &'a typed::Expr, status: RunStatus) -> Items {
        let reference = self.value(reference);
        let details = self.pin(reference).field("ResultWriterDetails");
        let key = details.clone().field("Key");
        let length = Expr::call(Func::Length, vec![key.clone()]);
        let folder = Expr::binary(Op::Subtract, length, Expr::number("manifest.json".len()));
        let folder = Expr::call(Func::Substring, vec![key, Expr::number(0), folder]);
        let prefix = Expr::Template(vec![folder, Expr::text(&format!("{}_", status.name()))]);
        let arguments = Expr::record([("Bucket", details.field("Bucket")), ("Prefix", prefix)]);
        let text = |name: &str, value: &str| (Arc::from(name), Expr::text(value));
        let config = vec![text("InputType", "JSON"), text("Transformation", "LOAD_AND_FLATTEN")];
        Items::Reader(Reader { lists: true, results: true, arguments, config })
    }

    /// `ReaderConfig`; of a listing where there is no format.
    fn reader_config(
        &mut self,
        format: Option<FileFormat>,
        options: &'a ReaderOptions,
    ) -> Vec<(Arc<str>, Expr)> {
        let mut config: Vec<(Arc<str>, Expr)> = Vec::new();
        let mut say = |name: &str, value: &str| config.push((name.into(), Expr::text(value)));
        let read = match (format, options.format) {
            (None, None) => None,
            (None, Some(of)) => {
                say("Transformation", "LOAD_AND_FLATTEN");
                Some(of)
            }
            (Some(FileFormat::Manifest), Some(of)) => {
                say("ManifestType", "ATHENA_DATA");
                Some(of)
            }
            (Some(format), _) => Some(format),
        };
        if let Some(read) = read {
            say("InputType", input_type(read));
        }
        if read == Some(FileFormat::Csv) || options.headers.is_some() {
            say("CSVHeaderLocation", if options.headers.is_some() { "GIVEN" } else { "FIRST_ROW" });
        }
        for (name, value) in [("CSVDelimiter", &options.delimiter), ("ItemsPointer", &options.pointer)] {
            if let Some(value) = value {
                config.push((name.into(), Expr::String(value.clone())));
            }
        }
        for (name, value) in [("CSVHeaders", &options.headers), ("MaxItems", &options.max)] {
            if let Some(value) = value {
                config.push((name.into(), self.value(value)));
            }
        }
        config
    }

    fn distribution(&mut self, map: &'a typed::Map) -> Option<Distributed> {
        let from_list = matches!(map.source, MapSource::List(_) | MapSource::Entries(_));
        let plain =
            !map.distributed && map.tolerate.is_none() && map.batch.is_none() && map.results.is_none();
        if from_list && plain && !map.express && map.label.is_none() {
            return None;
        }
        let tolerate = map.tolerate.as_ref().map(|e| {
            let value = self.value(e);
            if matches!(e.kind, ExprKind::Percent(_)) {
                Tolerate::Percent(value)
            } else {
                Tolerate::Count(value)
            }
        });
        let batch = map.batch.as_ref().map(|e| Batch { size: self.value(e), input: None });
        let writer = map.results.as_ref().map(|(bucket, prefix)| {
            let mut values = self.operands(&[bucket, prefix]).into_iter();
            let bucket = values.next().unwrap_or(Expr::Null);
            (self.bucket_name(bucket), values.next().unwrap_or(Expr::Null))
        });
        Some(Distributed { express: map.express, tolerate, batch, label: map.label.clone(), writer })
    }

    // ------------------------------------------------------------ body

    /// The body, and its first state, whose assignments take the input apart.
    fn map_body(
        &mut self,
        map: &'a typed::Map,
        distributed: Option<&Distributed>,
        collecting: bool,
    ) -> (StateId, StateId, Vec<super::saga::Registered<'a>>) {
        let scope = self.open_scope();
        self.frames.push(Frame::Scope);
        let about = self.about.clone();
        self.about = super::About { span: map.span, ..super::About::default() };
        let entry = self.step(StateKind::Pass(super::loose()), "item", "takes the item");
        let valued = map.body.value.is_some();
        let mut undos = Vec::new();
        let value = if distributed.is_some_and(|d| d.batch.is_some()) {
            self.batch_body(map)
        } else {
            self.declare(map.item);
            if let Some(index) = map.index {
                self.declare(index);
            }
            if collecting {
                undos = self.collect(valued, |it| it.block(&map.body, true));
                Expr::Null
            } else {
                self.block(&map.body, true)
            }
        };
        self.succeed(if valued { value } else { Expr::Null });
        self.about = about;
        self.frames.pop();
        (self.close_scope(scope), entry, undos)
    }

    /// A child of a batched map goes over its batch, one by one: an inline map within it.
    fn batch_body(&mut self, map: &'a typed::Map) -> Expr {
        let items = self.m.var(&"items".into(), true);
        self.stable.insert(items);
        let scope = self.open_scope();
        self.frames.push(Frame::Scope);
        let entry = self.step(StateKind::Pass(super::loose()), "item of batch", "takes the item");
        let item = self.declare(map.item);
        let index = map.index.map(|index| self.declare(index));
        let value = self.block(&map.body, true);
        let valued = map.body.value.is_some();
        self.succeed(if valued { value } else { Expr::Null });
        self.frames.pop();
        let body = self.close_scope(scope);
        // A batched map within has put its own there.
        self.env.insert(BATCH, Place::Var(items));
        let taken = match index {
            Some(index) => vec![(item, Expr::Input.field("item")), (index, Expr::Input.field("index"))],
            None => vec![(item, Expr::Input)],
        };
        if let Some(StateKind::Pass(edge)) = self.m.state_mut(entry).map(|s| &mut s.kind) {
            edge.assign = taken;
        }
        let result = self.result(valued, None);
        let state = Map {
            items: Items::List(Expr::Var(items)),
            selector: None,
            concurrency: Some(Expr::number(1)),
            distributed: None,
            body,
            retries: Vec::new(),
            catches: Vec::new(),
            out: result.map_or_else(super::loose, |var| assigning(vec![(var, Expr::Result)])),
        };
        self.step(StateKind::Map(Box::new(state)), "batch", "goes through the batch one by one");
        result.map_or(Expr::Null, Expr::Var)
    }

    /// What the body's first state reads from its input, and what the map puts there.
    fn inputs(&mut self, map: &typed::Map, state: &mut Map, entry: StateId, first: u32) {
        let batched = state.distributed.as_ref().is_some_and(|d| d.batch.is_some());
        let var = |it: &Self, local| match it.env.get(&local) {
            Some(Place::Var(var)) => Some(*var),
            _ => None,
        };
        let item = if batched { var(self, BATCH) } else { var(self, map.item) };
        let index = map.index.filter(|_| !batched).and_then(|index| var(self, index));
        // They are assigned by the body's first state, which is written last.
        let own: Vec<VarId> = item.into_iter().chain(index).collect();
        let captured =
            if state.distributed.is_some() { self.capture(state.body, first, &own) } else { Vec::new() };
        let mut assign = Vec::new();
        let mut selector = Vec::new();
        if map.index.is_some() || (!captured.is_empty() && !batched) {
            selector.push(Member::Set("item".into(), Expr::Context(Context::MapItem)));
        }
        if map.index.is_some() {
            selector.push(Member::Set("index".into(), Expr::Context(Context::MapIndex)));
        }
        let whole = selector.is_empty();
        if let Some(item) = item {
            let value = match (batched, whole) {
                (true, _) => Expr::Input.field("Items"),
                (false, true) => Expr::Input,
                (false, false) => Expr::Input.field("item"),
            };
            assign.push((item, value));
        }
        assign.extend(index.map(|index| (index, Expr::Input.field("index"))));
        let base = if batched { Expr::Input.field("BatchInput") } else { Expr::Input };
        let mut carried = Vec::new();
        for (name, outer, inner) in captured {
            carried.push(Member::Set(name.clone(), outer));
            assign.push((inner, base.clone().field(&name)));
        }
        match &mut state.distributed {
            Some(Distributed { batch: Some(batch), .. }) if !carried.is_empty() => {
                batch.input = Some(Expr::Record(carried));
            }
            _ => selector.extend(carried),
        }
        state.selector = (!selector.is_empty()).then_some(Expr::Record(selector));
        if let Some(StateKind::Pass(edge)) = self.m.state_mut(entry).map(|s| &mut s.kind) {
            edge.assign = assign;
        }
    }

    /// What a distributed body reads from outside gets a variable of its own inside (B28): name, value outside,
    /// variable inside.
    fn capture(&mut self, body: StateId, first: u32, own: &[VarId]) -> Vec<(Arc<str>, Expr, VarId)> {
        let mut wanted: Vec<Expr> = Vec::new();
        let mut inside = self.inside_vars(body);
        own.iter().for_each(|var| inside.insert(*var));
        for id in first..u32::try_from(self.m.states.len()).unwrap_or(u32::MAX) {
            let kind = &self.m.state(StateId(id)).kind;
            let edges = kind.edges();
            let values = edges.iter().flat_map(|(_, edge)| crate::emit::names::edge_values(edge));
            for expr in kind.reads().into_iter().chain(values) {
                expr.visit(&mut |e| {
                    let outside = match e {
                        Expr::Var(var) => !inside.contains(*var),
                        Expr::Context(context) => of_the_run(*context),
                        _ => false,
                    };
                    if outside && !wanted.contains(e) {
                        wanted.push(e.clone());
                    }
                });
            }
        }
        let mut captured: Vec<(Arc<str>, Expr, VarId)> = Vec::new();
        for outer in wanted {
            let name = self.captured_name(&outer, &captured);
            let inner = self.m.var(&name, false);
            self.stable.insert(inner);
            captured.push((name, outer, inner));
        }
        for id in first..u32::try_from(self.m.states.len()).unwrap_or(u32::MAX) {
            self.recapture(StateId(id), &captured);
        }
        captured
    }

    fn inside_vars(&self, body: StateId) -> crate::machine::live::Vars {
        let mut all = self.m.assigned(body);
        for id in self.m.scope(body) {
            for inner in self.m.state(id).kind.bodies() {
                all.add(&self.inside_vars(inner));
            }
        }
        all
    }

    fn captured_name(&self, outer: &Expr, taken: &[(Arc<str>, Expr, VarId)]) -> Arc<str> {
        let wanted = match outer {
            Expr::Var(var) => self.m.vars.get(var.index()).map_or("value".to_owned(), |v| v.name.to_string()),
            Expr::Context(Context::ExecutionInput) => "input".to_owned(),
            Expr::Context(Context::ExecutionId) => "executionId".to_owned(),
            Expr::Context(Context::ExecutionName) => "executionName".to_owned(),
            Expr::Context(Context::ExecutionStartTime) => "startTime".to_owned(),
            Expr::Context(Context::StateMachineId) => "stateMachineId".to_owned(),
            _ => "value".to_owned(),
        };
        let free = |name: &str| name != "item" && name != "index" && taken.iter().all(|(n, ..)| **n != *name);
        crate::emit::names::unique(&wanted, "", free).into()
    }

    fn recapture(&mut self, id: StateId, captured: &[(Arc<str>, Expr, VarId)]) {
        let Some(state) = self.m.state_mut(id) else { return };
        let replace = |expr: &mut Expr| {
            let taken = std::mem::replace(expr, Expr::Null);
            *expr = taken.rewrite(&mut |e| match captured.iter().find(|(_, outer, _)| *outer == e) {
                Some((_, _, inner)) => Expr::Var(*inner),
                None => e,
            });
        };
        for expr in state.kind.reads_mut() {
            replace(expr);
        }
        for (_, edge) in state.kind.edges_mut() {
            edge.assign.iter_mut().for_each(|(_, value)| replace(value));
            if let Goal::End(value) = &mut edge.to {
                replace(value);
            }
        }
    }

    // ------------------------------------------------------------ parallel

    pub(super) fn parallel(
        &mut self,
        branches: &'a [Branch],
        clauses: &'a Clauses,
        wanted: bool,
        span: Span,
    ) -> Expr {
        let hint = self.hint.take();
        let named = branches.iter().any(|b| b.name.is_some());
        let result = self.result(wanted && named, hint.clone());
        let title = hint.filter(|name| !name.is_empty()).unwrap_or_else(|| "parallel".into());
        let undo = self.enter_undo(clauses);
        self.push_handlers(&clauses.catches);
        let collecting = branches.iter().any(|branch| self.collects(&branch.body));
        if collecting {
            self.again_and_again(clauses, |it| it.parallel_of_steps(branches, &title, result, span));
        } else {
            let (starts, _) = self.branches(branches, false);
            let retries = self.retriers(&clauses.retries);
            let mut state = Parallel { branches: starts, retries, catches: Vec::new(), out: super::loose() };
            if let Some(var) = result {
                let value = by_name(branches, |at| Expr::call(Func::Branch, vec![Expr::Result, at]));
                state.out = Edge { assign: vec![(var, value)], to: super::loose().to };
            }
            self.add_parallel(state, &title, span);
        }
        self.finish_undo(undo, result);
        self.pop_handlers(&clauses.catches, result, wanted);
        result.map_or(Expr::Null, Expr::Var)
    }

    /// The starts of the branches, and what the saga around has to undo of each.
    fn branches(
        &mut self,
        branches: &'a [Branch],
        collecting: bool,
    ) -> (Vec<StateId>, Vec<Vec<super::saga::Registered<'a>>>) {
        let about = self.about.clone();
        let mut starts = Vec::new();
        let mut undos = Vec::new();
        for branch in branches {
            let valued = branch.name.is_some();
            let scope = self.open_scope();
            self.frames.push(Frame::Scope);
            self.about = super::About { span: branch.body.span, ..super::About::default() };
            if collecting {
                undos.push(self.collect(valued, |it| it.block(&branch.body, valued)));
            } else {
                let value = self.block(&branch.body, valued);
                self.succeed(if valued { value } else { Expr::Null });
            }
            self.frames.pop();
            starts.push(self.close_scope(scope));
        }
        self.about = about;
        (starts, undos)
    }

    fn add_parallel(&mut self, mut state: Parallel, title: &str, span: Span) {
        let mut entries = Vec::new();
        self.catchers(&Expr::Error, &mut state.catches, &mut entries);
        self.about.span = span;
        self.guarded(StateKind::Parallel(Box::new(state)), title, "runs its branches at once", entries);
    }

    /// A parallel whose branches hold steps of the saga around it.
    fn parallel_of_steps(&mut self, branches: &'a [Branch], title: &str, result: Option<VarId>, span: Span) {
        let (starts, undos) = self.branches(branches, true);
        let outcomes = self.m.var(&"outcomes".into(), true);
        self.stable.insert(outcomes);
        let out = assigning(vec![(outcomes, Expr::Result)]);
        let state = Parallel { branches: starts, retries: Vec::new(), catches: Vec::new(), out };
        self.add_parallel(state, title, span);
        let of = |at: Expr| Expr::call(Func::Branch, vec![Expr::Var(outcomes), at]);
        for (at, undos) in undos.into_iter().enumerate() {
            self.adopt(undos, |_, field| of(Expr::number(at)).field(field));
        }
        self.fail_with_outcomes(outcomes, span);
        if let Some(var) = result {
            self.set(var, by_name(branches, |at| of(at).field("value")));
        }
    }
}

/// A map that is being lowered.
struct MapRun<'a> {
    map: &'a typed::Map,
    items: Items,
    concurrency: Option<Expr>,
    distributed: Option<Distributed>,
    title: Arc<str>,
    /// What takes its value.
    result: Option<VarId>,
}

/// The branches' values by their names.
fn by_name(branches: &[Branch], value: impl Fn(Expr) -> Expr) -> Expr {
    let named = branches.iter().enumerate();
    Expr::record(named.filter_map(|(at, branch)| Some((branch.name.clone()?, value(Expr::number(at))))))
}

/// `ReaderConfig.InputType`
fn input_type(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Csv => "CSV",
        FileFormat::Json => "JSON",
        FileFormat::Jsonl => "JSONL",
        FileFormat::Parquet => "PARQUET",
        FileFormat::Manifest => "MANIFEST",
    }
}

/// Stands for the items of the batch that is gone through.
const BATCH: typed::LocalId = typed::LocalId(u32::MAX);

fn of_the_run(context: Context) -> bool {
    match context {
        Context::ExecutionId
        | Context::ExecutionName
        | Context::ExecutionStartTime
        | Context::ExecutionInput
        | Context::StateMachineId
        | Context::StateMachineName => true,
        Context::StateName
        | Context::StateEnteredTime
        | Context::StateRetryCount
        | Context::TaskToken
        | Context::MapItem
        | Context::MapIndex => false,
    }
}
