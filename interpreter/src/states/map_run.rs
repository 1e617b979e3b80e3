//! Distributed maps: where the items come from, child executions, where the results go.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use asl::model::{OutputType, Transformation};
use jsonata::{Object, Value};

use crate::context::Domain;
use crate::errors::{self, Failure};
use crate::execution::{Execution, Flow};
use crate::fiber::{Chain, Fiber, FiberId, Work};
use crate::history::{Details, EventType};
use crate::options::Era;
use crate::program::{Kind, Map, Reader, State, Writer};
use crate::reader;
use crate::services::{Call, Reply, Services};
use crate::states::map::{Items, Source};
use crate::states::numbers::NumberKind;
use crate::value;

/// A map run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) arn: Arc<str>,
    /// The map's `Label`, or what AWS makes up for it.
    label: Arc<str>,
    /// How the results are written, if they are.
    told: Option<Transformation>,
    /// What a child was given and when it ended, where that is written: of those that failed, or of all.
    children: BTreeMap<usize, Child>,
    /// Children that were stopped because the run failed.
    aborted: BTreeSet<usize>,
}

impl Run {
    fn record(&mut self, index: usize, ended: &Domain, now: i64) {
        let child = Child {
            arn: ended.arn.clone(),
            name: ended.name.clone(),
            input: ended.input.clone(),
            start: ended.start,
            stop: now,
        };
        self.children.insert(index, child);
    }

    /// Whether more than a child's value is written.
    fn tells(&self, failed: bool) -> bool {
        match self.told {
            None => false,
            Some(Transformation::None | Transformation::LoadAndFlatten) => true,
            Some(Transformation::Compact | Transformation::Flatten) => failed,
        }
    }
}

/// A child execution that is over.
#[derive(Debug)]
struct Child {
    arn: Arc<str>,
    name: Arc<str>,
    input: Value,
    start: i64,
    stop: i64,
}

impl Execution {
    /// `MapRunStarted`; reads, selects and groups the items.
    #[allow(clippy::too_many_arguments)] // What a run is made of.
    pub(super) fn start_run(
        &mut self,
        fiber: &mut Fiber,
        state: &State,
        map: &Map,
        source: Source,
        input: &Value,
        max_items: f64,
        services: &mut dyn Services,
    ) -> Result<(Source, Run), Failure> {
        let label = map.label.clone().unwrap_or_else(|| self.random.uuid().into());
        let machine = self.domain(fiber.domain).map_or_else(|| "".into(), |it| it.machine.clone());
        let names = &self.options.names;
        let (region, account) = (names.region.clone(), names.account.clone());
        let run_id = self.random.uuid();
        let arn: Arc<str> =
            format!("arn:aws:states:{region}:{account}:mapRun:{machine}/{label}:{run_id}").into();
        let mut chain = fiber.chain;
        let started = arn.clone();
        self.record(fiber.domain, &mut chain, EventType::MapRunStarted, || Details::MapRun(started));
        fiber.chain = chain;
        let source = match &map.reader {
            Some(reader) => self.read_items(fiber, state, reader, input, max_items, services)?,
            None => source,
        };
        let source = match &map.batcher {
            Some(batcher) => {
                let items = match (&map.selector, source) {
                    (Some(selector), source) => {
                        Source::Array(self.select_items(fiber, state, selector, &source, input)?)
                    }
                    (None, source) => source,
                };
                Source::Batches(Box::new(self.batches(fiber, state, batcher, items, input)?))
            }
            None => source,
        };
        let told = map.writer.as_ref().map(|it| it.config.transformation.unwrap_or(Transformation::None));
        let run = Run { arn, label, told, children: BTreeMap::new(), aborted: BTreeSet::new() };
        Ok((source, run))
    }

    /// `MapRunFailed`, if the run has started.
    pub(super) fn run_failed(&mut self, fiber: &mut Fiber, failure: Failure) -> Failure {
        if failure.reach == crate::errors::Reach::Execution {
            return failure;
        }
        let (error, cause) = (failure.error.clone(), failure.cause.clone());
        let mut chain = fiber.chain;
        self.record(fiber.domain, &mut chain, EventType::MapRunFailed, || Details::Failure(error, cause));
        fiber.chain = chain;
        failure
    }

    /// `MaxItems`, which no item is read for: what is no whole number fails before the run starts. 0 where there is none.
    pub(super) fn max_items(
        &mut self,
        fiber: &Fiber,
        state: &State,
        map: &Map,
        input: &Value,
    ) -> Result<f64, Failure> {
        match map.reader.as_ref().and_then(|it| it.max_items.as_ref()) {
            Some(number) => self.number(fiber, state, number, NumberKind::Integer, input),
            None => Ok(0.0),
        }
    }

    fn read_items(
        &mut self,
        fiber: &Fiber,
        state: &State,
        reader: &Reader,
        input: &Value,
        max_items: f64,
        services: &mut dyn Services,
    ) -> Result<Source, Failure> {
        let arguments = match &reader.arguments {
            Some(template) => {
                self.with_scene(fiber, state, input, None, None, |scene| template.evaluate(scene))?
            }
            None => value::empty(),
        };
        if max_items < 0.0 {
            return Err(Failure::new(errors::ITEM_READER, errors::NEGATIVE_MAX_ITEMS));
        }
        let execution = self.domain(fiber.domain).map_or_else(|| "".into(), |it| it.arn.clone());
        let call = Call {
            arn: &reader.arn,
            resource: &reader.resource,
            arguments: &arguments,
            state: &state.name,
            execution: &execution,
            iterations: &fiber.iterations,
            retry_count: fiber.retry_count,
            token: None,
            role: None,
            now: self.now,
            deadline: None,
        };
        let read = reader::read(&call, &reader.config, services);
        let mut found = read.map_err(|cause| Failure::new(errors::ITEM_READER, cause))?;
        if max_items >= 1.0 {
            found.truncate(max_items as usize);
        }
        Ok(Source::Found(found))
    }

    /// Starts the child execution of one item.
    pub(super) fn start_child(
        &mut self,
        map_id: FiberId,
        map: &Map,
        items: &Items,
        index: usize,
        input: Value,
    ) -> FiberId {
        let label = items.run.as_ref().map_or_else(|| "".into(), |it| it.label.clone());
        let name = self.random.uuid();
        let parent = self.fibers.get(map_id).map_or(0, |it| it.domain);
        let made = self
            .domain(parent)
            .or_else(|| self.domain(0))
            .map(|it| it.child(&self.options, &label, &name, input.clone(), self.now));
        let mut domain_id = self.domains.len();
        if let Some(mut domain) = made {
            domain.owner = Some((map_id, index));
            match self.free_domains.pop() {
                Some(free) => {
                    domain_id = free;
                    if let Some(place) = self.domains.get_mut(free) {
                        *place = Some(domain);
                    }
                }
                None => self.domains.push(Some(domain)),
            }
        }
        let mut chain = Chain::default();
        let (started, role) = (input.clone(), self.options.names.role.as_str().into());
        self.record(domain_id, &mut chain, EventType::ExecutionStarted, || Details::Started {
            input: started,
            role,
        });
        // Outer variables are not seen in a distributed map.
        let child = self.spawn(None, domain_id, map.start, input, Object::new(), Chain::default());
        if let Some(it) = self.fibers.get_mut(child) {
            it.iterations = Arc::new([(label, index as u64)]);
        }
        if let Some(domain) = self.domain_mut(domain_id) {
            domain.root = Some(child);
        }
        child
    }

    /// A child execution is over.
    pub(crate) fn run_ended(
        &mut self,
        map: FiberId,
        index: usize,
        ended: &Domain,
        result: Result<Value, Failure>,
    ) {
        let Some(mut fiber) = self.fibers.take(map) else { return };
        let more = match std::mem::replace(&mut fiber.work, Work::Act) {
            Work::Items(mut items) => {
                if let Some(run) = items.run.as_mut().filter(|it| it.tells(result.is_err())) {
                    run.record(index, ended, self.now);
                }
                self.child_result(&mut fiber, items, index, result)
            }
            other => {
                fiber.work = other;
                Flow::Wait
            }
        };
        self.fibers.put(map, fiber);
        if matches!(more, Flow::Next) {
            self.enqueue_first(map);
        }
    }

    fn child_result(
        &mut self,
        fiber: &mut Fiber,
        mut items: Box<Items>,
        index: usize,
        result: Result<Value, Failure>,
    ) -> Flow {
        items.live.remove(&index);
        let output = match result {
            Ok(output) => output,
            Err(failure) => {
                items.failed.push(index);
                if items.tolerance.is_none_or(|it| it.exceeded(items.failed.len(), items.total)) {
                    self.stop_children(&mut items);
                    if let Some(place) = items.results.get_mut(index) {
                        *place = failure.output();
                    }
                    items.failure = Some(Failure::new(errors::TOLERANCE, errors::TOLERANCE_CAUSE));
                    fiber.work = Work::Items(items);
                    return Flow::Next;
                }
                failure.output()
            }
        };
        if let Some(place) = items.results.get_mut(index) {
            *place = output;
        }
        fiber.work = Work::Items(items);
        Flow::Next
    }

    fn stop_children(&mut self, items: &mut Items) {
        for (index, child) in std::mem::take(&mut items.live) {
            let domain =
                self.fibers.get(child).and_then(|it| self.domains.get(it.domain)).and_then(Option::as_ref);
            if let (Some(run), Some(domain)) = (items.run.as_mut(), domain) {
                run.record(index, domain, self.now);
                run.aborted.insert(index);
            }
            self.give_up_child(child);
        }
    }

    pub(crate) fn give_up_child(&mut self, child: FiberId) {
        let domain = self.fibers.get(child).map(|it| it.domain);
        self.drop_fiber(child);
        if let Some(domain) = domain
            && let Some(place) = self.domains.get_mut(domain)
            && place.take().is_some()
        {
            self.free_domains.push(domain);
        }
    }

    /// `MapRunSucceeded`; writes the results or gathers them.
    pub(super) fn finish_run(
        &mut self,
        fiber: &mut Fiber,
        state: &State,
        run: &Run,
        items: Items,
        services: &mut dyn Services,
    ) -> Result<Value, Failure> {
        let Kind::Map(map) = &state.kind else { return Err(Failure::runtime("no map")) };
        let result = match &map.writer {
            Some(writer) => match self.write_results(fiber, state, map, run, writer, items, services) {
                Ok(result) => result,
                Err(failure) => return Err(self.run_failed(fiber, failure)),
            },
            None => Value::from(items.results),
        };
        let mut chain = fiber.chain;
        let era: Era = self.options.era;
        if era.exits_from_run {
            self.record_aside(fiber.domain, &mut chain, EventType::MapRunSucceeded, || Details::None);
        } else {
            self.record(fiber.domain, &mut chain, EventType::MapRunSucceeded, || Details::None);
        }
        fiber.chain = chain;
        Ok(result)
    }

    /// `MapRunFailed`. What the children came to is written all the same: of those that were stopped with the failed ones,
    /// of those never started by themselves (Developer Guide, "ResultWriter": "weren't started because the Map Run failed
    /// or aborted").
    pub(super) fn fail_run(
        &mut self,
        fiber: &mut Fiber,
        state: &State,
        mut items: Items,
        failure: Failure,
        services: &mut dyn Services,
    ) -> Failure {
        if let (Kind::Map(map), Some(run)) = (&state.kind, items.run.take())
            && let Some(writer) = &map.writer
        {
            // The run has failed already: that its results cannot be written either changes nothing.
            let _ = self.write_results(fiber, state, map, &run, writer, items, services);
        }
        self.run_failed(fiber, failure)
    }

    #[allow(clippy::too_many_arguments)] // What results are made of.
    fn write_results(
        &mut self,
        fiber: &mut Fiber,
        state: &State,
        map: &Map,
        run: &Run,
        writer: &Writer,
        items: Items,
        services: &mut dyn Services,
    ) -> Result<Value, Failure> {
        let arguments = match &writer.arguments {
            Some(template) => {
                self.with_scene(fiber, state, &items.input, None, None, |scene| template.evaluate(scene))?
            }
            None => value::empty(),
        };
        let transformation = writer.config.transformation.unwrap_or(Transformation::None);
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).map(str::to_owned);
        let Some(bucket) = text("Bucket") else {
            // A WriterConfig alone reshapes the result and writes nothing.
            return Ok(shaped(transformation, items.results));
        };
        let run_id = run.arn.rsplit(':').next().unwrap_or_default();
        let prefix = match text("Prefix").filter(|it| !it.is_empty()) {
            Some(prefix) => format!("{}/{run_id}", prefix.trim_end_matches('/')),
            None => run_id.to_owned(),
        };
        let lines = writer.config.output_type == Some(OutputType::Jsonl);
        let ending = if lines { "jsonl" } else { "json" };
        let mut written = Object::new();
        for (name, entries) in self.result_files(fiber, state, map, run, transformation, &items)? {
            let mut list = Vec::new();
            if !entries.is_empty() {
                let key = format!("{prefix}/{name}_0.{ending}");
                let body = if transformation == Transformation::Flatten && name == "SUCCEEDED" {
                    shaped(Transformation::Flatten, entries)
                } else {
                    Value::from(entries)
                };
                let text = if lines { json_lines(&body) } else { body.to_string() };
                list.push(value::object([
                    ("Key", Value::from(key.as_str())),
                    ("Size", Value::from(text.len())),
                ]));
                self.put(fiber, state, writer, &bucket, &key, text, services)?;
            }
            written.insert(name, Value::from(list));
        }
        let manifest = value::object([
            ("DestinationBucket", Value::from(bucket.as_str())),
            ("MapRunArn", Value::from(run.arn.clone())),
            ("ResultFiles", Value::Object(written)),
        ]);
        let key = format!("{prefix}/manifest.json");
        self.put(fiber, state, writer, &bucket, &key, manifest.to_string(), services)?;
        let details = value::object([("Bucket", Value::from(bucket)), ("Key", Value::from(key))]);
        Ok(value::object([("MapRunArn", Value::from(run.arn.clone())), ("ResultWriterDetails", details)]))
    }

    /// The entries of each kind of file, in the order of the manifest.
    fn result_files(
        &mut self,
        fiber: &mut Fiber,
        state: &State,
        map: &Map,
        run: &Run,
        transformation: Transformation,
        items: &Items,
    ) -> Result<[(&'static str, Vec<Value>); 3], Failure> {
        let failed: BTreeSet<usize> = items.failed.iter().copied().collect();
        let (mut failures, mut pending, mut successes) = (Vec::new(), Vec::new(), Vec::new());
        for (index, result) in items.results.iter().enumerate() {
            let compact = matches!(transformation, Transformation::Compact | Transformation::Flatten);
            if index >= items.next {
                let (_, input) = self.iteration_input(fiber, state, map, items, index)?;
                pending.push(pending_record(&input));
            } else if failed.contains(&index) {
                failures.push(self.child_record(run, index, result, "FAILED"));
            } else if run.aborted.contains(&index) {
                failures.push(self.child_record(run, index, result, "ABORTED"));
            } else if compact {
                successes.push(result.clone());
            } else {
                successes.push(self.child_record(run, index, result, "SUCCEEDED"));
            }
        }
        Ok([("FAILED", failures), ("PENDING", pending), ("SUCCEEDED", successes)])
    }

    /// What the result files hold of one child execution.
    fn child_record(&self, run: &Run, index: usize, result: &Value, status: &str) -> Value {
        let Some(child) = run.children.get(&index) else { return result.clone() };
        let names = &self.options.names;
        let machine_arn = format!(
            "arn:aws:states:{}:{}:stateMachine:{}/{}",
            names.region, names.account, names.machine, run.label
        );
        let succeeded = status == "SUCCEEDED";
        let mut record = Object::new();
        if !succeeded {
            for field in ["Cause", "Error"] {
                if let Some(text) = result.get(field) {
                    record.insert(field, text.clone());
                }
            }
        }
        record.insert("ExecutionArn", Value::from(child.arn.clone()));
        record.insert("Input", Value::from(child.input.to_string()));
        record.insert("InputDetails", included());
        record.insert("Name", Value::from(child.name.clone()));
        if succeeded {
            record.insert("Output", Value::from(result.to_string()));
            record.insert("OutputDetails", included());
        }
        record.insert("RedriveCount", Value::from(0));
        if succeeded {
            record.insert("RedriveStatus", Value::from("NOT_REDRIVABLE"));
            let reason = "Execution is SUCCEEDED and cannot be redriven";
            record.insert("RedriveStatusReason", Value::from(reason));
        } else {
            record.insert("RedriveStatus", Value::from("REDRIVABLE"));
        }
        record.insert("StartDate", Value::from(crate::clock::format(child.start)));
        record.insert("StateMachineArn", Value::from(machine_arn));
        record.insert("Status", Value::from(status));
        record.insert("StopDate", Value::from(crate::clock::format(child.stop)));
        Value::Object(record)
    }

    #[allow(clippy::too_many_arguments)] // What a call is made of.
    fn put(
        &mut self,
        fiber: &Fiber,
        state: &State,
        writer: &Writer,
        bucket: &str,
        key: &str,
        body: String,
        services: &mut dyn Services,
    ) -> Result<(), Failure> {
        let arguments = value::object([
            ("Bucket", Value::from(bucket)),
            ("Key", Value::from(key)),
            ("Body", Value::from(body)),
        ]);
        let execution = self.domain(fiber.domain).map_or_else(|| "".into(), |it| it.arn.clone());
        let reply = services.call(&Call {
            arn: &writer.arn,
            resource: &writer.resource,
            arguments: &arguments,
            state: &state.name,
            execution: &execution,
            iterations: &fiber.iterations,
            retry_count: fiber.retry_count,
            token: None,
            role: None,
            now: self.now,
            deadline: None,
        });
        match reply {
            Reply::Done { result: Ok(_), .. } => Ok(()),
            Reply::Done { result: Err(error), .. } => {
                Err(Failure::new(errors::RESULT_WRITER, error.cause.unwrap_or_else(|| "".into())))
            }
            Reply::Submitted { .. } | Reply::Never | Reply::Refused(_) => {
                Err(Failure::new(errors::RESULT_WRITER, "the results could not be written"))
            }
        }
    }
}

fn included() -> Value {
    value::object([("Included", Value::from(true))])
}

/// What the result files hold of a child execution that was never started: it has neither name nor times.
fn pending_record(input: &Value) -> Value {
    value::object([
        ("Input", Value::from(input.to_string())),
        ("InputDetails", included()),
        ("Status", Value::from("PENDING")),
    ])
}

fn shaped(transformation: Transformation, outputs: Vec<Value>) -> Value {
    match transformation {
        Transformation::None | Transformation::Compact | Transformation::LoadAndFlatten => {
            Value::from(outputs)
        }
        Transformation::Flatten => Value::array(outputs.into_iter().flat_map(|it| match it {
            Value::Array(items) => items.into_vec(),
            other => vec![other],
        })),
    }
}

fn json_lines(value: &Value) -> String {
    let items = value.as_array().map_or(&[][..], |it| it.as_slice());
    items.iter().map(|it| format!("{it}\n")).collect()
}
