//! Definition to program: once per definition, so that a run parses nothing.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use asl::Resource;
use asl::model::{
    self, ChoiceTest, Dynamic, Flow, QueryLanguage, StateKind, StateMachine, Transition, WaitUntil,
};
use jsonata::Value;

use crate::program::*;
use crate::template::{Jsonata, Query, Template};

/// A definition that cannot be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompileError {
    /// JSON pointer of the state.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}

impl CompileError {
    pub(crate) fn new(pointer: &str, message: impl Into<String>) -> Self {
        CompileError { pointer: pointer.to_owned(), message: message.into() }
    }
}

impl fmt::Display for CompileError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} at {}", self.message, self.pointer)
    }
}

impl std::error::Error for CompileError {}

type Result<T> = std::result::Result<T, CompileError>;

/// Compiles a whole machine.
pub(crate) fn compile(machine: &StateMachine) -> Result<Program> {
    let mut compiler = Compiler { states: Vec::new() };
    let start = compiler.flow(&machine.flow)?;
    let states = compiler.states.into_iter().flatten().collect();
    Ok(Program { states, start, timeout: machine.timeout_seconds })
}

struct Compiler {
    /// `None` while a state is being compiled: its place is known before it is there.
    states: Vec<Option<State>>,
}

/// The states of one flow by name: transitions cannot leave it.
type Names<'f> = HashMap<&'f str, StateId>;

impl Compiler {
    fn flow(&mut self, flow: &Flow) -> Result<StateId> {
        let first = self.states.len();
        let names: Names<'_> =
            flow.states.keys().enumerate().map(|(at, name)| (name.as_str(), first + at)).collect();
        self.states.extend(flow.states.keys().map(|_| None));
        for (at, state) in flow.states.values().enumerate() {
            let compiled = Compiling { names: &names, state }.state(self)?;
            if let Some(place) = self.states.get_mut(first + at) {
                *place = Some(compiled);
            }
        }
        let missing =
            || CompileError::new(&flow.pointer, format!("StartAt names no state: {}", flow.start_at));
        names.get(flow.start_at.as_str()).copied().ok_or_else(missing)
    }
}

/// One state while it is compiled.
struct Compiling<'c> {
    names: &'c Names<'c>,
    state: &'c model::State,
}

impl Compiling<'_> {
    fn state(&self, compiler: &mut Compiler) -> Result<State> {
        let kind = self.kind(compiler)?;
        let mut data = self.state.data().map_or_else(|| Ok(Data::default()), |it| self.data(it))?;
        data.arguments = self.arguments()?;
        let catch: Result<_> =
            self.state.catch().iter().enumerate().map(|(at, it)| self.catcher(at, it)).collect();
        Ok(State {
            name: self.state.name.as_str().into(),
            pointer: self.state.pointer.as_str().into(),
            language: self.state.query_language,
            data,
            kind,
            retry: self.state.retry().to_vec(),
            catch: catch?,
            next: match self.state.transition() {
                Some(Transition::Next(name)) => Some(self.named(name)?),
                Some(Transition::End) | None => None,
            },
        })
    }

    fn named(&self, name: &str) -> Result<StateId> {
        self.names.get(name).copied().ok_or_else(|| {
            CompileError::new(&self.state.pointer, format!("there is no state {name:?} to go to"))
        })
    }

    fn kind(&self, compiler: &mut Compiler) -> Result<Kind> {
        Ok(match &self.state.kind {
            StateKind::Pass(it) => Kind::Pass { result: it.result.as_ref().map(Value::from) },
            StateKind::Task(it) => Kind::Task(Box::new(self.task(it)?)),
            StateKind::Choice(it) => Kind::Choice(self.choice(it)?),
            StateKind::Wait(it) => Kind::Wait(match &it.until {
                WaitUntil::Seconds(seconds) => {
                    Wait::Seconds(self.number("Seconds", seconds, |it| *it as f64)?)
                }
                WaitUntil::Timestamp(at) => Wait::Timestamp(self.text("Timestamp", at)?),
            }),
            StateKind::Succeed(_) => Kind::Succeed,
            StateKind::Fail(it) => Kind::Fail {
                error: it.error.as_ref().map(|it| self.text("Error", it)).transpose()?,
                cause: it.cause.as_ref().map(|it| self.text("Cause", it)).transpose()?,
            },
            StateKind::Parallel(it) => {
                let branches: Result<_> = it.branches.iter().map(|it| compiler.flow(it)).collect();
                Kind::Parallel { branches: branches? }
            }
            StateKind::Map(it) => Kind::Map(Box::new(self.map(it, compiler)?)),
        })
    }

    fn arguments(&self) -> Result<Option<Template>> {
        let (arguments, field) = match &self.state.kind {
            StateKind::Pass(it) => (&it.parameters, "Parameters"),
            StateKind::Task(it) => (&it.arguments, "Arguments"),
            StateKind::Parallel(it) => (&it.arguments, "Arguments"),
            StateKind::Map(it) => (&it.arguments, "Arguments"),
            StateKind::Choice(_) | StateKind::Wait(_) | StateKind::Succeed(_) | StateKind::Fail(_) => {
                return Ok(None);
            }
        };
        self.template(arguments.as_ref(), field)
    }

    fn template(&self, json: Option<&serde_json::Value>, field: &str) -> Result<Option<Template>> {
        json.map(|it| Template::compile(it, self.state.query_language, field, &self.state.pointer))
            .transpose()
    }

    fn jsonata(&self) -> bool {
        self.state.query_language == QueryLanguage::Jsonata
    }

    fn data(&self, data: &model::Data) -> Result<Data> {
        Ok(Data {
            input_path: self.selection("InputPath", data.input_path.as_deref())?,
            arguments: None,
            result_selector: self.template(data.result_selector.as_ref(), "ResultSelector")?,
            result_path: self.selection("ResultPath", data.result_path.as_deref())?,
            output_path: self.selection("OutputPath", data.output_path.as_deref())?,
            output: if self.jsonata() { self.template(data.output.as_ref(), "Output")? } else { None },
            assign: self.assign(data.assign.as_ref(), "Assign")?,
        })
    }

    fn selection(&self, field: &str, path: Option<&str>) -> Result<Selection> {
        Ok(match path {
            None => Selection::Nothing,
            Some("$") => Selection::Whole,
            Some(path) => Selection::Query(self.query(path, field)?),
        })
    }

    fn query(&self, text: &str, field: &str) -> Result<Query> {
        Query::compile(text, field, &self.state.pointer)
    }

    fn assign(
        &self,
        assign: Option<&serde_json::Map<String, serde_json::Value>>,
        field: &str,
    ) -> Result<Option<Assign>> {
        let Some(assign) = assign else { return Ok(None) };
        let json = serde_json::Value::Object(assign.clone());
        let template = Template::compile(&json, self.state.query_language, field, &self.state.pointer)?;
        Ok(Some(match template {
            Template::Object(members) => members,
            Template::Constant(Value::Object(members)) => {
                members.iter().map(|(name, it)| (name.clone(), Template::Constant(it.clone()))).collect()
            }
            Template::Constant(_) | Template::Query(_) | Template::Expression(_) | Template::Array(_) => {
                Vec::new()
            }
        }))
    }

    fn catcher(&self, at: usize, catcher: &model::Catcher) -> Result<Catcher> {
        Ok(Catcher {
            error_equals: catcher.error_equals.clone(),
            next: self.named(&catcher.next)?,
            result_path: self.selection("ResultPath", catcher.result_path.as_deref())?,
            output: self.template(catcher.output.as_ref(), &format!("Catch[{at}]/Output"))?,
            assign: self.assign(catcher.assign.as_ref(), &format!("Catch[{at}]/Assign"))?,
        })
    }

    fn number<T>(&self, field: &str, number: &Dynamic<T>, literal: impl Fn(&T) -> f64) -> Result<Number> {
        Ok(match number {
            Dynamic::Literal(it) => Number::Literal(literal(it)),
            Dynamic::Expression(source) => {
                Number::Expression(Jsonata::compile(source, field, &self.state.pointer)?)
            }
            Dynamic::Path(path) => Number::Path(self.query(path, &format!("{field}Path"))?),
        })
    }

    fn count(&self, field: &str, number: &Option<Dynamic<u64>>) -> Result<Option<Number>> {
        number.as_ref().map(|it| self.number(field, it, |it| *it as f64)).transpose()
    }

    fn text(&self, field: &str, text: &Dynamic<String>) -> Result<Text> {
        Ok(match text {
            Dynamic::Literal(it) => Text::Literal(it.as_str().into()),
            Dynamic::Expression(source) => {
                Text::Expression(Jsonata::compile(source, field, &self.state.pointer)?)
            }
            Dynamic::Path(path) => Text::Path(self.query(path, &format!("{field}Path"))?),
        })
    }

    fn task(&self, task: &model::Task) -> Result<Task> {
        let resource = Resource::parse(&task.resource);
        Ok(Task {
            arn: task.resource.as_str().into(),
            shape: crate::states::arguments::shape(&resource),
            resource,
            timeout: self.count("TimeoutSeconds", &task.timeout_seconds)?,
            heartbeat: self.count("HeartbeatSeconds", &task.heartbeat_seconds)?,
            credentials: self.template(task.credentials.as_ref(), "Credentials")?,
        })
    }

    fn choice(&self, choice: &model::Choice) -> Result<Choice> {
        let rules: Result<_> = choice.choices.iter().enumerate().map(|(at, it)| self.rule(at, it)).collect();
        let default = choice.default.as_deref().map(|it| self.named(it)).transpose()?;
        Ok(Choice { rules: rules?, default })
    }

    fn rule(&self, at: usize, rule: &model::ChoiceRule) -> Result<Rule> {
        let condition = match &rule.condition {
            model::Condition::Literal(it) => Condition::Literal(*it),
            model::Condition::Expression(source) => {
                let field = format!("Choices[{at}]/Condition");
                Condition::Expression(Jsonata::compile(source, &field, &self.state.pointer)?)
            }
            model::Condition::Test(test) => Condition::Test(self.test(test)?),
        };
        Ok(Rule {
            condition,
            next: self.named(&rule.next)?,
            output: self.template(rule.output.as_ref(), &format!("Choices[{at}]/Output"))?,
            assign: self.assign(rule.assign.as_ref(), &format!("Choices[{at}]/Assign"))?,
        })
    }

    fn test(&self, test: &ChoiceTest) -> Result<Test> {
        let all = |tests: &[ChoiceTest]| tests.iter().map(|it| self.test(it)).collect::<Result<Vec<_>>>();
        Ok(match test {
            ChoiceTest::And(tests) => Test::And(all(tests)?),
            ChoiceTest::Or(tests) => Test::Or(all(tests)?),
            ChoiceTest::Not(test) => Test::Not(Box::new(self.test(test)?)),
            ChoiceTest::Compare(it) => Test::Compare(Box::new(Comparison {
                variable: self.query(&it.variable, "Variable")?,
                operator: it.operator,
                operand: match &it.operand {
                    model::Operand::Literal(value) => Operand::Literal(Value::from(value)),
                    model::Operand::Path(path) => Operand::Path(self.query(path, it.operator.name())?),
                },
            })),
        })
    }

    fn map(&self, map: &model::Map, compiler: &mut Compiler) -> Result<Map> {
        Ok(Map {
            start: compiler.flow(&map.item_processor.flow)?,
            mode: map.item_processor.mode,
            items_path: self.selection("ItemsPath", Some(&map.items_path))?,
            items: self.template(map.items.as_ref(), "Items")?,
            selector: self.template(map.item_selector.as_ref(), "ItemSelector")?,
            reader: map.item_reader.as_ref().map(|it| self.reader(it)).transpose()?,
            batcher: map.item_batcher.as_ref().map(|it| self.batcher(it)).transpose()?,
            writer: map.result_writer.as_ref().map(|it| self.writer(it)).transpose()?,
            max_concurrency: self.count("MaxConcurrency", &map.max_concurrency)?,
            tolerated_percentage: { map.tolerated_failure_percentage.as_ref() }
                .map(|it| self.number("ToleratedFailurePercentage", it, |it| *it))
                .transpose()?,
            tolerated_count: self.count("ToleratedFailureCount", &map.tolerated_failure_count)?,
            label: map.label.as_deref().map(Arc::from),
        })
    }

    fn reader(&self, reader: &model::ItemReader) -> Result<Reader> {
        Ok(Reader {
            arn: reader.resource.as_str().into(),
            resource: Resource::parse(&reader.resource),
            arguments: self.template(reader.arguments.as_ref(), "ItemReader/Arguments")?,
            config: reader.reader_config.clone(),
            max_items: self.count("MaxItems", &reader.reader_config.max_items)?,
        })
    }

    fn batcher(&self, batcher: &model::ItemBatcher) -> Result<Batcher> {
        Ok(Batcher {
            input: self.template(batcher.batch_input.as_ref(), "ItemBatcher/BatchInput")?,
            max_items: self.count("MaxItemsPerBatch", &batcher.max_items_per_batch)?,
            max_bytes: self.count("MaxInputBytesPerBatch", &batcher.max_input_bytes_per_batch)?,
        })
    }

    fn writer(&self, writer: &model::ResultWriter) -> Result<Writer> {
        let arn = writer.resource.as_deref().unwrap_or("arn:aws:states:::s3:putObject");
        Ok(Writer {
            arn: arn.into(),
            resource: Resource::parse(arn),
            arguments: self.template(writer.arguments.as_ref(), "ResultWriter/Arguments")?,
            config: writer.writer_config,
        })
    }
}
