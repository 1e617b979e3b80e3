//! What the compiler made of an app → what the test runner takes.

use std::collections::BTreeMap;

use compiler::output::{self, BuiltMachine, BuiltTest, BuiltTests, BuiltWorkflow, Place};
use compiler::source::Span;
use compiler::typed::Program;
use emulators::{App, Callee, Copy, Definition, Failure, Mock, Resource, Test, Workflow};

/// The app, ready to run.
///
/// # Errors
/// Where a definition can't be run, with the workflow's name.
pub fn app(built: &BuiltTests, program: &Program) -> Result<App, String> {
    let workflows = built.workflows.iter().map(|it| workflow(it, program)).collect();
    let resources = { built.resources.iter() }.map(|it| Resource {
        name: it.name.clone(),
        kind: it.kind.clone(),
        param: it.param.clone(),
        key: it.key.clone(),
        sort: it.sort.clone(),
        indexes: it.indexes.clone(),
        fifo: it.fifo,
        written: it.written,
    });
    let values: BTreeMap<String, String> = built.values.clone();
    Ok(App::new(workflows, resources.collect(), values)?.with_mistake(output::BROKEN_PROMISE))
}

fn workflow(built: &BuiltWorkflow, program: &Program) -> Workflow {
    let declared = program.workflows.iter().find(|it| *it.name == *built.name);
    let param = declared.and_then(|it| it.param).and_then(|it| program.locals.get(it.index()));
    Workflow {
        name: built.name.clone(),
        express: built.express,
        param: param.map(|it| it.name.to_string()),
        definition: Definition { asl: built.definition.clone(), substitutions: built.substitutions.clone() },
    }
}

/// A test, ready to run.
pub fn test(built: &BuiltTest) -> Test {
    let mocks = built.mocks.iter().map(|mock| Mock {
        callee: callee(&mock.callee),
        params: mock.params.iter().map(|it| it.as_ref().map(copy)).collect(),
        answer: mock.answer.iter().map(copy).collect(),
        parts: mock.parts.iter().map(definition).collect(),
    });
    Test {
        title: built.title.clone(),
        machine: definition(&built.machine),
        mocks: mocks.collect(),
        callees: built.callees.iter().map(callee).collect(),
        reads_failures: built.reads_failures,
    }
}

fn definition(built: &BuiltMachine) -> Definition {
    Definition { asl: built.definition.clone(), substitutions: built.substitutions.clone() }
}

fn copy(it: &output::Copy) -> Copy {
    Copy { from: it.from.clone(), to: it.to.clone(), json: it.json }
}

fn callee(it: &output::Callee) -> Callee {
    match it {
        output::Callee::Function(name) => Callee::Function(name.clone()),
        output::Callee::Workflow(name) => Callee::Workflow(name.clone()),
        output::Callee::Container(name) => Callee::Container(name.clone()),
        output::Callee::Activity(name) => Callee::Activity(name.clone()),
        output::Callee::Method { resource, service, action, fixed } => Callee::Method {
            resource: resource.clone(),
            service: service.clone(),
            action: action.clone(),
            fixed: fixed.clone(),
        },
        output::Callee::Aws { service, action } => {
            Callee::Aws { service: service.clone(), action: action.clone() }
        }
    }
}

/// The expectation or the state that a failure of a test is about.
pub fn place(built: &BuiltTests, test: &BuiltTest, failure: &Failure) -> Option<Span> {
    match (failure.expect, &failure.state) {
        (Some(number), _) => test.expects.get(number).copied(),
        (None, Some((None, state))) => Some(span_of(&test.machine.places, state).unwrap_or(test.span)),
        (None, Some((Some(workflow), state))) => {
            let built = built.workflows.iter().find(|it| it.name == *workflow)?;
            span_of(&built.places, state)
        }
        (None, None) => Some(test.span),
    }
}

/// Where a state of that name comes from.
pub fn span_of(places: &[Place], state: &str) -> Option<Span> {
    let end = format!("/States/{}", state.replace('~', "~0").replace('/', "~1"));
    places.iter().find(|it| it.pointer.ends_with(&end)).map(|it| it.span)
}
