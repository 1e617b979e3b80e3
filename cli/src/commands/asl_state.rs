use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use interpreter::NoServices;
use interpreter::test_state::{
    FieldValidation, InspectionLevel, Mock, Refusal, TestRequest, TestStatus, test_state,
};

use super::Outcome;
use crate::{disk, report, values};

/// Run one state alone, as the API TestState does
#[derive(Args)]
#[command(after_help = "Examples:
  flow asl state order.asl.json charge --input @order.json --mock '{\"StatusCode\": 200, \"Payload\": {}}'
  flow asl state order.asl.json decide --input '{\"total\": 5}' --inspect debug
  flow asl state order.asl.json charge --error CardDeclined --cause 'no funds' --retries 2

Exit codes: 0 the state succeeded, its error was caught or would be retried; 1 it failed; 2 wrong use.")]
pub(crate) struct State {
    /// A definition in JSON (or YAML), whole or of one state
    file: PathBuf,
    /// The state; left out where the file holds only one
    state: Option<String>,
    /// The input: JSON, or @FILE; {} where it is left out
    #[arg(long, value_name = "JSON|@FILE")]
    input: Option<String>,
    /// Variables and their values
    #[arg(long, value_name = "JSON|@FILE")]
    variables: Option<String>,
    /// The context object
    #[arg(long, value_name = "JSON|@FILE")]
    context: Option<String>,
    /// What the service answers
    #[arg(long, value_name = "JSON|@FILE", conflicts_with = "error")]
    mock: Option<String>,
    /// How what the service answers is held against the model of its API
    #[arg(long, value_enum, default_value_t, requires = "mock")]
    fields: Fields,
    /// The error that the service answers with
    #[arg(long, value_name = "NAME")]
    error: Option<String>,
    /// Its cause
    #[arg(long, value_name = "TEXT", requires = "error", default_value = "")]
    cause: String,
    /// How often the state has been retried
    #[arg(long, value_name = "N")]
    retries: Option<u64>,
    /// What the reader of a Map state's items finds
    #[arg(long, value_name = "JSON|@FILE")]
    items: Option<String>,
    /// How many iterations of a Map state failed
    #[arg(long, value_name = "N")]
    failed_iterations: Option<u64>,
    /// The state of a Map or Parallel state that caused the error
    #[arg(long, value_name = "STATE", requires = "error")]
    caused_by: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    inspect: Inspect,
}

/// `fieldValidationMode`.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Fields {
    /// Required fields are there, and all have their types and bounds
    #[default]
    Strict,
    /// Those that are there have their types and bounds
    Present,
    /// Nothing is checked
    None,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Inspect {
    /// Output, error and next state
    #[default]
    Info,
    /// What the data was at each step, too
    Debug,
    /// And requests and responses of HTTP tasks
    Trace,
}

impl State {
    pub(crate) fn run(self) -> Outcome {
        let value = |argument: &Option<String>| argument.as_deref().map(values::json).transpose();
        let mock = match (value(&self.mock)?, self.error) {
            (Some(result), _) => Some((Some(result.to_string()), None)),
            (None, Some(error)) => Some((None, Some((error, self.cause)))),
            (None, None) => None,
        };
        let validation = match self.fields {
            Fields::Strict => FieldValidation::Strict,
            Fields::Present => FieldValidation::Present,
            Fields::None => FieldValidation::None,
        };
        let definition = json_text(&disk::read(&self.file)?, &self.file)?;
        if let (None, Some(states)) = (&self.state, states_of(&definition)) {
            return Err(format!(
                "{} holds a whole machine: name one of its states, {states}",
                self.file.display()
            ));
        }
        let request = TestRequest {
            definition,
            state_name: self.state,
            input: value(&self.input)?,
            variables: value(&self.variables)?,
            context: value(&self.context)?,
            role: Some("arn:aws:iam::123456789012:role/StepFunctionsRole".to_owned()),
            inspection: match self.inspect {
                Inspect::Info => InspectionLevel::Info,
                Inspect::Debug => InspectionLevel::Debug,
                Inspect::Trace => InspectionLevel::Trace,
            },
            mock: mock.map(|(result, error)| Mock { result, error, validation }),
            retrier_retry_count: self.retries,
            map_item_reader_data: value(&self.items)?.map(|it| it.to_string()),
            map_iteration_failure_count: self.failed_iterations,
            error_caused_by_state: self.caused_by,
            reveal_secrets: false,
        };
        let result = test_state(&request, &mut NoServices).map_err(|it| told(&request, &it))?;
        report::print_all(&report::pretty(&result.to_json()));
        Ok(ExitCode::from(u8::from(result.status == TestStatus::Failed)))
    }
}

/// What AWS says to the request, and what to do.
fn told(request: &TestRequest, refusal: &Refusal) -> String {
    let next = match states_of(&request.definition) {
        Some(states) if refusal.message.starts_with("State not found") => {
            format!("; its states are {states}")
        }
        _ if refusal.message.contains("does not support Map or Parallel") && request.mock.is_none() => {
            "; say with --mock what it comes to".to_owned()
        }
        _ => String::new(),
    };
    format!("{}: {}{next}", refusal.code, refusal.message)
}

/// The names of a machine's states; `None` of a lone state.
fn states_of(definition: &str) -> Option<String> {
    let read = asl::read(definition, asl::Format::Json);
    let states = read.document.as_ref()?.root.get("States")?.members()?;
    let names: Vec<String> = states.iter().map(|it| format!("`{}`", it.key)).collect();
    Some(names.join(", "))
}

/// The API takes JSON; YAML is turned into it.
fn json_text(text: &str, path: &std::path::Path) -> Result<String, String> {
    match asl::Format::of_file_name(&path.to_string_lossy()) {
        asl::Format::Json => Ok(text.to_owned()),
        asl::Format::Yaml => {
            let read = asl::read(text, asl::Format::Yaml);
            let document =
                read.document.ok_or_else(|| format!("{}: this is no state machine", path.display()))?;
            Ok(document.root.to_value().to_string())
        }
    }
}
