//! Tests → machines that the interpreter runs, and what the services in memory must know of the app.

use std::collections::BTreeMap;

use crate::diagnostics::Diagnostic;
use crate::emit::asl::Definition;
use crate::lower::Casts;
use crate::machine::Machine;
use crate::output::{BuiltMachine, BuiltMock, BuiltTest, BuiltTests, BuiltWorkflow};
use crate::output::{TestFunction, TestResource, TestValue};
use crate::source::{SourceText, Span};
use crate::typed::resource::Resource;
use crate::typed::{Expr, ExprKind, Program, RecordPart, WorkflowId};
use crate::{Analysis, emit, lower, pack};

/// Compiles the workflows and tests of a program without errors. Where the analysis found an error there are none.
///
/// `naive`: one statement, one state.
pub fn tests(analysis: &Analysis, naive: bool) -> BuiltTests {
    let mut built = BuiltTests::default();
    if analysis.diagnostics.iter().any(Diagnostic::is_error) {
        return built;
    }
    let program = &analysis.program;
    let text = |span: Span| {
        let source = analysis.sources.get(span.file.0 as usize)?;
        Some(source.slice(span).to_owned()).filter(|text| !text.is_empty())
    };
    for (index, workflow) in (0..).zip(&program.workflows) {
        match checked(program, WorkflowId(index), &text, naive) {
            Ok(definition) => {
                let machine = self::machine(definition, program);
                built.workflows.push(BuiltWorkflow {
                    name: workflow.name.to_string(),
                    express: workflow.express,
                    definition: machine.definition,
                    places: machine.places,
                    reasons: Vec::new(),
                    substitutions: machine.substitutions,
                });
            }
            Err(problems) => built.diagnostics.extend(problems),
        }
    }
    for test in &program.tests {
        match lower::test(program, test, &text) {
            Ok(tested) => built.tests.push(self::test(test, tested, program)),
            Err(problems) => built.diagnostics.extend(problems),
        }
    }
    built.resources = program.resources.iter().map(|it| resource(it, analysis)).collect();
    built.values = values(program);
    built
}

/// The definition that is deployed, with checks of what `as` says in its expressions. Where they would make other
/// states of it, there are none.
fn checked(
    program: &Program,
    id: WorkflowId,
    text: SourceText<'_>,
    naive: bool,
) -> Result<Definition, Vec<Diagnostic>> {
    let packed = |machine: Machine| if naive { machine } else { pack::pack(machine) };
    let deployed = lower::lower(program, id, text, Casts::Trusted)?;
    let deployed = emit::asl::emit(&packed(deployed), program);
    let machine = lower::lower(program, id, text, Casts::Checked)?;
    if machine.casts.is_empty() {
        return Ok(deployed);
    }
    let checked = emit::asl::emit(&packed(machine), program);
    Ok(if checked.states == deployed.states { checked } else { deployed })
}

fn test(test: &crate::typed::Test, tested: lower::Tested, program: &Program) -> BuiltTest {
    let emit = |it: &crate::machine::Machine| machine(emit::asl::emit(it, program), program);
    let mocks = tested.mocks.iter().map(|mock| BuiltMock {
        callee: mock.callee.clone(),
        params: mock.params.clone(),
        answer: mock.answer.clone(),
        parts: mock.parts.iter().map(emit).collect(),
        span: mock.span,
    });
    BuiltTest {
        title: test.title.clone(),
        span: test.span,
        machine: emit(&tested.machine),
        mocks: mocks.collect(),
        callees: tested.callees,
        expects: tested.expects.iter().map(|it| it.span).collect(),
        reads_failures: tested.reads_failures,
    }
}

fn machine(definition: Definition, program: &Program) -> BuiltMachine {
    let substitutions =
        { definition.substitutions.iter() }.map(|(name, it)| (name.clone(), it.show(program)));
    BuiltMachine {
        substitutions: substitutions.collect(),
        definition: definition.value,
        places: definition.places,
    }
}

fn resource(resource: &Resource, analysis: &Analysis) -> TestResource {
    let setting =
        |name: &str| resource.settings.get(name).and_then(lower::setting_name).map(|it| it.to_string());
    TestResource {
        name: resource.name.to_string(),
        kind: resource.kind.as_deref().unwrap_or_default().to_owned(),
        param: { resource.signature.as_ref() }
            .and_then(|it| it.param.as_ref())
            .map(|(name, _)| name.to_string()),
        key: setting("key"),
        sort: setting("sort"),
        fifo: matches!(resource.settings.get("fifo").map(|it| &it.kind), Some(ExprKind::Boolean(true))),
        written: { resource.of.as_ref() }.is_some_and(|of| analysis.program.types.messages_are_written(of)),
        indexes: resource.settings.get("indexes").map(indexes).unwrap_or_default(),
        function: function(resource, analysis),
    }
}

/// A function whose code lies in a folder.
fn function(resource: &Resource, analysis: &Analysis) -> Option<TestFunction> {
    let text = |name: &str| match &resource.settings.get(name)?.kind {
        ExprKind::String(text) => Some(text.to_string()),
        _ => None,
    };
    let timeout = match resource.settings.get("timeout").map(|it| &it.kind) {
        Some(ExprKind::Duration(millis)) => *millis,
        // What AWS takes where nothing is said.
        _ => 3_000,
    };
    let env = resource.settings.get("env").into_iter().flat_map(fields);
    let env = env.filter_map(|(name, value)| Some((name.to_owned(), deployed(value, &analysis.program)?)));
    Some(TestFunction {
        code: text("code")?,
        file: analysis.sources.get(resource.span.file.0 as usize)?.path.clone(),
        runtime: text("runtime")?,
        handler: text("handler")?,
        timeout,
        env: env.collect(),
    })
}

/// A value of the environment, as far as it is known.
fn deployed(value: &Expr, program: &Program) -> Option<TestValue> {
    match &value.kind {
        ExprKind::String(text) | ExprKind::Number(text) => Some(TestValue::Text(text.to_string())),
        ExprKind::Boolean(it) => Some(TestValue::Text(it.to_string())),
        ExprKind::Param(id) => Some(TestValue::Deployed(program.params.get(id.index())?.name.to_string())),
        ExprKind::Const(id) => deployed(&program.consts.get(id.index())?.value, program),
        ExprKind::Attribute { base, name } => {
            let base = match &base.kind {
                ExprKind::Resource(id) => &program.resources.get(id.index())?.name,
                ExprKind::Workflow(id) => &program.workflows.get(id.index())?.name,
                _ => return None,
            };
            Some(TestValue::Deployed(format!("{base}.{name}")))
        }
        _ => None,
    }
}

/// `{ byStatus: { key: status, sort: date } }`
fn indexes(setting: &Expr) -> BTreeMap<String, (String, Option<String>)> {
    fields(setting)
        .filter_map(|(name, value)| {
            let of = |wanted: &str| {
                let (_, value) = fields(value).find(|(name, _)| *name == wanted)?;
                lower::setting_name(value).map(|it| it.to_string())
            };
            Some((name.to_owned(), (of("key")?, of("sort"))))
        })
        .collect()
}

fn fields(record: &Expr) -> impl Iterator<Item = (&str, &Expr)> {
    let parts = match &record.kind {
        ExprKind::Record(parts) => parts.as_slice(),
        _ => &[],
    };
    parts.iter().filter_map(|part| match part {
        RecordPart::Field(name, value) => Some((&**name, value)),
        RecordPart::Spread(_) => None,
    })
}

/// The parameters' defaults, as CloudFormation would put them in.
fn values(program: &Program) -> BTreeMap<String, String> {
    let default = |expr: &Expr| match &expr.kind {
        ExprKind::String(text) | ExprKind::Number(text) => Some(text.to_string()),
        ExprKind::Boolean(it) => Some(it.to_string()),
        _ => None,
    };
    let params = program.params.iter();
    params.filter_map(|it| Some((it.name.to_string(), default(it.default.as_ref()?)?))).collect()
}
