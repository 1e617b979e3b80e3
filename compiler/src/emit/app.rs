//! A whole app → its template and the files beside it.

use super::asl::Definition;
use super::deploy::{Deployment, Problems, first_line};
use super::evaluate::Unknown;
use super::template::{Template, pretty};
use super::{api, params, resources, trigger, workflow};
use crate::output::{BuildOptions, OutputFile, Target};
use crate::typed::{Program, WorkflowId};

/// The files of an app, the template first, and what couldn't be known at deployment.
#[derive(Clone, Debug, Default)]
pub struct Emitted {
    pub files: Vec<OutputFile>,
    pub problems: Vec<Unknown>,
}

/// Writes everything. `definitions` are those of the program's workflows, in its order.
pub fn emit(program: &Program, definitions: &[Definition], options: BuildOptions) -> Emitted {
    let deployment = Deployment::new(program);
    let mut template = Template::default();
    let mut problems = Problems::default();
    let mut files = Vec::new();
    let docs = program.app.docs.as_deref().map(first_line);
    template.description = Some(docs.unwrap_or_else(|| program.app.name.clone())).filter(|it| !it.is_empty());
    params::emit(&deployment, &mut template, &mut problems);
    resources::emit(&deployment, &mut template, &mut problems);
    for (at, definition) in (0..).zip(definitions) {
        let id = WorkflowId(at);
        workflow::emit(&deployment, id, definition, &mut template, &mut problems);
        if let Some(workflow) = program.workflows.get(id.index()) {
            files.push(OutputFile {
                path: format!("{}.asl.json", workflow.name),
                text: pretty(&definition.value),
            });
        }
    }
    files.extend(api::emit(&deployment, &mut template, &mut problems));
    trigger::emit(&deployment, &mut template, &mut problems);
    params::outputs(&deployment, &mut template, &mut problems);
    template.conditions = deployment.conditions.all();
    match options.target {
        Target::Sam => super::sam::finish(&mut template),
        Target::CloudFormation => super::cloudformation::finish(&mut template),
    }
    let (text, ending) = template.print(options.format);
    files.insert(0, OutputFile { path: format!("template.{ending}"), text });
    Emitted { files, problems: problems.all }
}
