//! A whole app → its template and the files beside it.

use super::asl::Definition;
use super::deploy::{Deployment, Problems, first_line};
use super::evaluate::Unknown;
use super::template::{Template, pretty};
use super::{api, circles, params, resources, trigger, versions, workflow};
use crate::output::{Format, OutputFile, Target};
use crate::source::Span;
use crate::typed::{Program, ResourceId, WorkflowId};

/// The template of an app, and what couldn't be known at deployment.
#[derive(Clone, Debug, Default)]
pub struct Emitted {
    /// Of its APIs.
    documents: Vec<OutputFile>,
    pub problems: Vec<Unknown>,
    pub template: Template,
    /// Of the app's declaration.
    pub place: Span,
    /// Logical ids of what the source declares, with its name and place there.
    owners: Vec<(String, String, Span)>,
}

impl Emitted {
    /// Whose resource a logical id is: the declaration whose own id it is or begins with.
    pub fn owner(&self, id: &str) -> (&str, Span) {
        let near = self.owners.iter().filter(|(own, ..)| id.starts_with(own.as_str()));
        let owner = near.max_by_key(|(own, ..)| own.len());
        owner.map_or(("app", self.place), |(_, name, place)| (name, *place))
    }
}

/// Makes the template and the files beside it. `definitions` are those of the program's workflows, in its order.
pub fn emit(program: &Program, definitions: &[Definition], target: Target) -> Emitted {
    let deployment = Deployment::new(program);
    let mut template = Template::default();
    let mut problems = Problems::default();
    let docs = program.app.docs.as_deref().map(first_line);
    template.description = Some(docs.unwrap_or_else(|| program.app.name.clone())).filter(|it| !it.is_empty());
    params::emit(&deployment, &mut template, &mut problems);
    resources::emit(&deployment, &mut template, &mut problems);
    for (at, definition) in (0..).zip(definitions) {
        workflow::emit(&deployment, WorkflowId(at), definition, &mut template, &mut problems);
    }
    let documents = api::emit(&deployment, &mut template, &mut problems);
    trigger::emit(&deployment, &mut template, &mut problems);
    versions::fingerprint(&mut template);
    circles::open(&mut template);
    params::outputs(&deployment, &mut template, &mut problems);
    template.conditions = deployment.conditions.all();
    match target {
        Target::Sam => super::sam::finish(&mut template),
        Target::CloudFormation => super::cloudformation::finish(&mut template),
    }
    let owners = owners(&deployment);
    Emitted { documents, problems: problems.all, template, place: program.app.span, owners }
}

/// The files of an app, the template first.
pub fn print(
    emitted: Emitted,
    program: &Program,
    definitions: &[Definition],
    format: Format,
) -> Vec<OutputFile> {
    let (text, ending) = emitted.template.print(format);
    let mut files = vec![OutputFile { path: format!("template.{ending}"), text }];
    files.extend(program.workflows.iter().zip(definitions).map(|(workflow, definition)| OutputFile {
        path: format!("{}.asl.json", workflow.name),
        text: pretty(&definition.value),
    }));
    files.extend(emitted.documents);
    files
}

/// Of what the app declares: workflows by their name, resources by that of their `name:` where they have one.
fn owners(deployment: &Deployment<'_>) -> Vec<(String, String, Span)> {
    let program = deployment.program;
    let workflows = (0..).zip(&program.workflows).map(|(at, workflow)| {
        let id = deployment.workflow_id(WorkflowId(at)).to_owned();
        (id, workflow.name.to_string(), workflow.name_span)
    });
    let resources = (0..).zip(&program.resources).map(|(at, resource)| {
        let id = deployment.resource_id(ResourceId(at)).to_owned();
        let place = resource.settings.get("name").map_or(resource.name_span, |name| name.span);
        (id, resource.name.to_string(), place)
    });
    workflows.chain(resources).collect()
}
