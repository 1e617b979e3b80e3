//! The Map state: items, iterations, tolerance.

use std::collections::BTreeMap;
use std::sync::Arc;

use asl::model::{ProcessorMode, QueryLanguage};
use jsonata::{Array, Object, Value};

use crate::errors::{self, Failure};
use crate::execution::{Execution, Flow};
use crate::fiber::{Chain, Fiber, FiberId, Work};
use crate::history::{Details, EventType};
use crate::jsonpath::Root;
use crate::program::{Batcher, Map, Number, Selection, State};
use crate::reader::Found;
use crate::redrive::Frozen;
use crate::services::Services;
use crate::states::map_run::Run;
use crate::states::numbers::NumberKind;
use crate::template::{QueryKind, Template};
use crate::value;

/// Iterations of an inline map at once (Developer Guide, "Inline mode": "up to 40").
const INLINE_CONCURRENCY: usize = 40;
/// Child executions of a distributed map at once (Developer Guide: "up to 10,000").
const DISTRIBUTED_CONCURRENCY: usize = 10_000;

/// What a map goes over.
#[derive(Debug)]
pub(crate) enum Source {
    Array(Array),
    /// The members of an object: each iteration gets `{"Key": …, "Value": …}`.
    Members(Vec<(Arc<str>, Value)>),
    /// What an item reader found.
    Found(Found),
    /// Batches: the items of each are in [`Batches`].
    Batches(Box<Batches>),
}

/// Items grouped by an `ItemBatcher`.
#[derive(Debug)]
pub(crate) struct Batches {
    pub(crate) items: Source,
    pub(crate) ends: Ends,
    pub(crate) input: Option<Value>,
}

/// Where each batch ends.
#[derive(Debug)]
pub(crate) enum Ends {
    /// All batches but the last have so many items.
    Every(usize),
    At(Vec<usize>),
}

/// A map under way.
#[derive(Debug)]
pub(crate) struct Items {
    pub(crate) source: Source,
    /// The map's own effective input: `$` of its `ItemSelector`.
    pub(crate) input: Value,
    pub(crate) total: usize,
    pub(crate) next: usize,
    pub(crate) concurrency: usize,
    pub(crate) live: BTreeMap<usize, FiberId>,
    pub(crate) results: Vec<Value>,
    pub(crate) failed: Vec<usize>,
    pub(crate) tolerance: Option<Tolerance>,
    /// `MapStateStarted`, which the first iterations follow.
    started: u64,
    /// The last event of an iteration that is over, which the next one follows.
    handover: Option<u64>,
    /// The event the map's end follows.
    last: u64,
    pub(crate) run: Option<Run>,
    /// Why the run is over before its items are.
    pub(crate) failure: Option<Failure>,
}

/// How many failures are borne.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tolerance {
    pub(crate) count: Option<f64>,
    pub(crate) percentage: Option<f64>,
}

impl Tolerance {
    pub(crate) fn exceeded(self, failed: usize, total: usize) -> bool {
        let by_count = self.count.is_some_and(|it| failed as f64 > it);
        let share = failed as f64 * 100.0 / total.max(1) as f64;
        let by_share = self.percentage.is_some_and(|it| share > it);
        by_count || by_share
    }
}

impl Source {
    /// The items of an array, or the members of an object.
    pub(crate) fn of(value: Value) -> Source {
        match value {
            Value::Array(items) => Source::Array(items),
            Value::Object(members) => {
                Source::Members(members.iter().map(|(name, it)| (name.clone(), it.clone())).collect())
            }
            other => Source::Array(Array::from(vec![other])),
        }
    }

    /// The items as the iterations get them.
    pub(crate) fn into_array(self) -> Result<Array, Failure> {
        match self {
            Source::Array(items) => Ok(items),
            other => {
                let items = (0..other.len()).map(|at| Ok(other.item(at)?.1));
                Ok(Array::from(items.collect::<Result<Vec<Value>, Failure>>()?))
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        match self {
            Source::Array(items) => items.len(),
            Source::Members(members) => members.len(),
            Source::Found(found) => found.len(),
            Source::Batches(batches) => batches.len(),
        }
    }

    /// `Map.Item` of the context object, and the item itself.
    fn item(&self, index: usize) -> Result<(Value, Value), Failure> {
        let mut item = Object::new();
        item.insert("Index", Value::from(index));
        let (key, value) = match self {
            Source::Array(items) => (None, items.get(index).cloned().unwrap_or(Value::Null)),
            Source::Members(members) => {
                let (key, value) = members.get(index).cloned().unwrap_or_else(|| ("".into(), Value::Null));
                (Some(key), value)
            }
            Source::Found(found) => {
                let found = found.item(index).map_err(|cause| Failure::new(errors::ITEM_READER, cause));
                let found = found?;
                item.insert("Source", Value::from(found.address));
                (found.key, found.value)
            }
            Source::Batches(batches) => (None, batches.batch(index)?),
        };
        let Some(key) = key else {
            item.insert("Value", value.clone());
            return Ok((Value::Object(item), value));
        };
        item.insert("Key", Value::from(key.clone()));
        item.insert("Value", value.clone());
        let pair = value::object([("Key", Value::from(key)), ("Value", value)]);
        Ok((Value::Object(item), pair))
    }
}

impl Batches {
    fn len(&self) -> usize {
        match &self.ends {
            Ends::Every(count) => self.items.len().div_ceil(*count),
            Ends::At(ends) => ends.len(),
        }
    }

    /// The items of a batch.
    fn range(&self, index: usize) -> std::ops::Range<usize> {
        match &self.ends {
            Ends::Every(count) => {
                let start = index.saturating_mul(*count);
                start..start.saturating_add(*count).min(self.items.len())
            }
            Ends::At(ends) => {
                let end = ends.get(index).copied().unwrap_or(0);
                index.checked_sub(1).and_then(|it| ends.get(it)).copied().unwrap_or(0)..end
            }
        }
    }

    fn batch(&self, index: usize) -> Result<Value, Failure> {
        let items: Vec<Value> =
            self.range(index).map(|at| Ok(self.items.item(at)?.1)).collect::<Result<_, Failure>>()?;
        let mut batch = Object::new();
        if let Some(input) = &self.input {
            batch.insert("BatchInput", input.clone());
        }
        batch.insert("Items", Value::from(items));
        Ok(Value::Object(batch))
    }
}

impl Execution {
    pub(super) fn map(
        &mut self,
        id: FiberId,
        fiber: &mut Fiber,
        state: &State,
        map: &Map,
        services: &mut dyn Services,
    ) -> Result<Option<Value>, Failure> {
        let input = self.effective_input(fiber, state)?;
        let max = self.concurrency(fiber, state, map, &input)?;
        let source = match &map.reader {
            Some(_) => Source::Array(Array::new()),
            None => self.items(fiber, state, map, &input)?,
        };
        let length = source.len() as u64;
        let mut chain = fiber.chain;
        self.record(fiber.domain, &mut chain, EventType::MapStateStarted, || Details::Length(length));
        fiber.chain = chain;
        let started = chain.last;
        let tolerance = self.tolerance(fiber, state, map, &input)?;
        let max_items = self.max_items(fiber, state, map, &input)?;
        let (source, run) = match map.mode {
            ProcessorMode::Inline => (source, None),
            ProcessorMode::Distributed(_) => {
                match self.start_run(fiber, state, map, source, &input, max_items, services) {
                    Ok((source, run)) => (source, Some(run)),
                    Err(failure) => return Err(self.run_failed(fiber, failure)),
                }
            }
        };
        let most = if run.is_some() { DISTRIBUTED_CONCURRENCY } else { INLINE_CONCURRENCY };
        let concurrency = if max >= 1.0 { most.min(max as usize) } else { most };
        let total = source.len();
        let items = Items {
            results: vec![Value::Null; total],
            source,
            input,
            total,
            next: 0,
            concurrency,
            live: BTreeMap::new(),
            failed: Vec::new(),
            tolerance,
            started,
            handover: None,
            last: fiber.chain.last,
            run,
            failure: None,
        };
        fiber.work = Work::Items(Box::new(items));
        self.wake_later(id, fiber);
        Ok(None)
    }

    pub(crate) fn items(
        &mut self,
        fiber: &Fiber,
        state: &State,
        map: &Map,
        input: &Value,
    ) -> Result<Source, Failure> {
        let value = match (state.language, &map.items) {
            (QueryLanguage::Jsonata, Some(template)) => {
                self.with_scene(fiber, state, input, None, None, |scene| template.evaluate(scene))?
            }
            (QueryLanguage::Jsonata, None) => fiber.input.clone(),
            (QueryLanguage::JsonPath, _) => {
                items_there(&map.items_path, input)?;
                self.selected(fiber, state, &map.items_path, input)?
            }
        };
        let distributed = matches!(map.mode, ProcessorMode::Distributed(_));
        match value {
            Value::Array(items) => Ok(Source::Array(items)),
            Value::Object(_) if distributed => Ok(Source::of(value)),
            value => Err(match (state.language, &map.items) {
                (QueryLanguage::Jsonata, Some(Template::Expression(expression))) => {
                    expression.wrong_type("array", &value)
                }
                (QueryLanguage::Jsonata, _) => {
                    let cause = format!("The value for the field 'Items' must be an array, but was: {value}");
                    Failure::evaluation("Items", cause)
                }
                (QueryLanguage::JsonPath, _) => {
                    let path = match &map.items_path {
                        Selection::Query(query) => query.text.to_string(),
                        Selection::Whole | Selection::Nothing => "$".to_owned(),
                    };
                    Failure::runtime(format!("Reference path \"{path}\" must point to array.")).own()
                }
            }),
        }
    }

    /// `MaxConcurrency`; 0 when there is none.
    pub(crate) fn concurrency(
        &mut self,
        fiber: &Fiber,
        state: &State,
        map: &Map,
        input: &Value,
    ) -> Result<f64, Failure> {
        self.bound(fiber, state, map.max_concurrency.as_ref(), "MaxConcurrency", input)
    }

    /// A number that may not be negative; 0 when absent.
    fn bound(
        &mut self,
        fiber: &Fiber,
        state: &State,
        number: Option<&Number>,
        field: &str,
        input: &Value,
    ) -> Result<f64, Failure> {
        let Some(number) = number else { return Ok(0.0) };
        let value = self.number(fiber, state, number, NumberKind::Integer, input)?;
        if value < 0.0 {
            return Err(out_of_range(number, format!("{field} cannot be negative.")));
        }
        Ok(value)
    }

    pub(crate) fn tolerance(
        &mut self,
        fiber: &Fiber,
        state: &State,
        map: &Map,
        input: &Value,
    ) -> Result<Option<Tolerance>, Failure> {
        let count = match &map.tolerated_count {
            None => None,
            count => Some(self.bound(fiber, state, count.as_ref(), "ToleratedFailureCount", input)?),
        };
        let percentage = match &map.tolerated_percentage {
            None => None,
            Some(number) => {
                let value = self.number(fiber, state, number, NumberKind::Float, input)?;
                if !(0.0..=100.0).contains(&value) {
                    let cause = "ToleratedFailurePercentage must be between 0 and 100.".to_owned();
                    return Err(out_of_range(number, cause));
                }
                Some(value)
            }
        };
        let given = count.is_some() || percentage.is_some();
        Ok(given.then_some(Tolerance { count, percentage }))
    }

    /// Starts the next iteration if it may; ends the map when all are over.
    pub(crate) fn pump(
        &mut self,
        id: FiberId,
        fiber: &mut Fiber,
        state: &State,
        mut items: Box<Items>,
        services: &mut dyn Services,
    ) -> Flow {
        if let Some(failure) = items.failure.take() {
            let failure = self.fail_run(fiber, state, *items, failure, services);
            return self.failed(id, fiber, state, failure);
        }
        if items.next >= items.total && items.live.is_empty() {
            return self.map_done(id, fiber, state, *items, services);
        }
        if items.next >= items.total || items.live.len() >= items.concurrency {
            fiber.work = Work::Items(items);
            return Flow::Wait;
        }
        let index = items.next;
        match self.start_iteration(id, fiber, state, &items, index) {
            Ok(child) => {
                items.next += 1;
                items.live.insert(index, child);
                fiber.work = Work::Items(items);
                // The iteration runs before the next one starts.
                self.wake_later(id, fiber);
                self.enqueue_first(child);
                Flow::Wait
            }
            Err(failure) => {
                let live: Vec<FiberId> = items.live.values().copied().collect();
                self.cut(fiber.domain, fiber.chain.last, Some(&state.name), &live);
                self.failed(id, fiber, state, failure)
            }
        }
    }

    fn start_iteration(
        &mut self,
        id: FiberId,
        fiber: &mut Fiber,
        state: &State,
        items: &Items,
        index: usize,
    ) -> Result<FiberId, Failure> {
        let crate::program::Kind::Map(map) = &state.kind else { return Err(Failure::runtime("no map")) };
        let (item, input) = self.iteration_input(fiber, state, map, items, index)?;
        if items.run.is_some() {
            return Ok(self.start_child(id, map, items, index, input));
        }
        let previous = items.handover.filter(|_| index >= items.concurrency).unwrap_or(items.started);
        let mut chain = Chain::at(previous);
        let name = state.name.clone();
        let details = || Details::Iteration(name, index as u64);
        self.record(fiber.domain, &mut chain, EventType::MapIterationStarted, details);
        let child =
            self.spawn(Some((id, index)), fiber.domain, map.start, input, fiber.variables.clone(), chain);
        let iterations =
            fiber.iterations.iter().cloned().chain([(state.name.clone(), index as u64)]).collect();
        if let Some(it) = self.fibers.get_mut(child) {
            it.item = Some(item);
            it.iterations = iterations;
        }
        Ok(child)
    }

    /// `Map.Item` of an iteration's context object, and the iteration's input.
    pub(super) fn iteration_input(
        &mut self,
        fiber: &mut Fiber,
        state: &State,
        map: &Map,
        items: &Items,
        index: usize,
    ) -> Result<(Value, Value), Failure> {
        let (item, value) = items.source.item(index)?;
        let outer = fiber.item.replace(item.clone());
        let selected = match &map.selector {
            // Of a batched map the selector was applied to each item before.
            Some(template) if !matches!(items.source, Source::Batches(_)) => {
                self.with_scene(fiber, state, &items.input, None, None, |scene| template.evaluate(scene))
            }
            _ => Ok(value),
        };
        fiber.item = outer;
        Ok((item, selected?))
    }

    /// An iteration of an inline map is over.
    pub(super) fn iteration_ended(
        &mut self,
        fiber: &mut Fiber,
        mut items: Box<Items>,
        index: usize,
        child: Fiber,
        result: Result<Value, Failure>,
    ) -> Flow {
        items.live.remove(&index);
        let program = self.program.clone();
        let name: Arc<str> = program.states.get(fiber.state).map_or_else(|| "".into(), |it| it.name.clone());
        let details = || Details::Iteration(name.clone(), index as u64);
        let mut chain = child.chain;
        items.handover = Some(chain.last);
        match result {
            Ok(output) => {
                self.record(fiber.domain, &mut chain, EventType::MapIterationSucceeded, details);
                items.last = chain.last;
                if let Some(place) = items.results.get_mut(index) {
                    *place = output;
                }
            }
            Err(failure) => {
                self.record_aside(fiber.domain, &mut chain, EventType::MapIterationFailed, details);
                items.failed.push(index);
                if items.tolerance.is_none_or(|it| it.exceeded(items.failed.len(), items.total)) {
                    let live: Vec<FiberId> = items.live.values().copied().collect();
                    items.live.clear();
                    let mut children = self.cut(fiber.domain, chain.last, Some(&name), &live);
                    children.push((index, Box::new(child)));
                    fiber.chain = Chain::at(chain.last);
                    let failure = match items.tolerance {
                        Some(_) => Failure::new(errors::TOLERANCE, errors::TOLERANCE_CAUSE),
                        None => failure,
                    };
                    fiber.frozen = Some(Box::new(Frozen { work: Work::Items(items), children }));
                    fiber.work = Work::Finish(Err(failure));
                    return Flow::Next;
                }
                items.last = items.last.max(chain.last);
                if let Some(place) = items.results.get_mut(index) {
                    *place = failure.output();
                }
            }
        }
        fiber.work = Work::Items(items);
        Flow::Next
    }

    fn map_done(
        &mut self,
        id: FiberId,
        fiber: &mut Fiber,
        state: &State,
        mut items: Items,
        services: &mut dyn Services,
    ) -> Flow {
        let result = match items.run.take() {
            None => {
                fiber.chain = Chain::at(items.last);
                Ok(Value::from(items.results))
            }
            Some(run) => self.finish_run(fiber, state, &run, items, services),
        };
        if result.is_ok() {
            let mut chain = fiber.chain;
            self.record_aside(fiber.domain, &mut chain, EventType::MapStateSucceeded, || Details::None);
            fiber.chain = chain;
        }
        self.conclude(id, fiber, state, result)
    }

    /// The items after `ItemSelector`, each with its own `Map.Item`.
    pub(crate) fn select_items(
        &mut self,
        fiber: &mut Fiber,
        state: &State,
        selector: &Template,
        source: &Source,
        input: &Value,
    ) -> Result<Array, Failure> {
        let outer = fiber.item.take();
        let selected = (0..source.len()).map(|index| {
            fiber.item = Some(source.item(index)?.0);
            self.with_scene(fiber, state, input, None, None, |scene| selector.evaluate(scene))
        });
        let all: Result<Vec<Value>, Failure> = selected.collect();
        fiber.item = outer;
        all.map(Array::from)
    }

    /// The items in the groups of an `ItemBatcher`.
    pub(crate) fn batches(
        &mut self,
        fiber: &Fiber,
        state: &State,
        batcher: &Batcher,
        items: Source,
        input: &Value,
    ) -> Result<Batches, Failure> {
        let max_items =
            self.number_or(fiber, state, batcher.max_items.as_ref(), "MaxItemsPerBatch", input)?;
        let max_bytes =
            self.number_or(fiber, state, batcher.max_bytes.as_ref(), "MaxInputBytesPerBatch", input)?;
        let extra = match &batcher.input {
            Some(template) => {
                Some(self.with_scene(fiber, state, input, None, None, |scene| template.evaluate(scene))?)
            }
            None => None,
        };
        batch(items, max_items, max_bytes, extra)
    }

    fn number_or(
        &mut self,
        fiber: &Fiber,
        state: &State,
        number: Option<&Number>,
        field: &str,
        input: &Value,
    ) -> Result<Option<usize>, Failure> {
        let value = self.bound(fiber, state, number, field, input)?;
        Ok((value >= 1.0).then_some(value as usize))
    }
}

/// Of a computed value an error of the query, of any other one of the definition (Developer Guide, "Transforming data with
/// JSONata": "value out of range").
fn out_of_range(number: &Number, cause: String) -> Failure {
    match number {
        Number::Expression(it) => Failure::evaluation(&it.field, cause),
        Number::Literal(_) | Number::Path(_) => Failure::runtime(cause).own(),
    }
}

/// `ItemsPath` must lead somewhere.
fn items_there(path: &Selection, input: &Value) -> Result<(), Failure> {
    let Selection::Query(query) = path else { return Ok(()) };
    let QueryKind::Path(path) = &query.kind else { return Ok(()) };
    if path.root != Root::Input || input.is_null() {
        return Ok(());
    }
    let Some(step) = path.dead_end(input) else { return Ok(()) };
    let cause = errors::reference_path(&query.text, &step.label(), input);
    Err(Failure::new(errors::REFERENCE_PATH_CONFLICT, cause))
}

/// Groups items so that no batch passes a bound; an item alone may.
fn batch(
    items: Source,
    max_items: Option<usize>,
    max_bytes: Option<usize>,
    input: Option<Value>,
) -> Result<Batches, Failure> {
    let Some(most) = max_bytes else {
        let ends = Ends::Every(max_items.unwrap_or(items.len()).max(1));
        return Ok(Batches { items, ends, input });
    };
    let fixed = input.as_ref().map_or(0, |it| value::json_len(it, usize::MAX / 2) + 14);
    let mut ends = Vec::new();
    let (mut count, mut bytes) = (0usize, 0usize);
    for at in 0..items.len() {
        let size = value::json_len(&items.item(at)?.1, usize::MAX / 2) + 1;
        // `{"Items":[]}` is 12 bytes.
        let too_large = bytes + size + fixed + 12 > most.saturating_add(1);
        if count > 0 && (max_items.is_some_and(|most| count >= most) || too_large) {
            ends.push(at);
            (count, bytes) = (0, 0);
        }
        count += 1;
        bytes += size;
    }
    if count > 0 {
        ends.push(items.len());
    }
    Ok(Batches { items, ends: Ends::At(ends), input })
}
