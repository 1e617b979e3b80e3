//! The tables of the machine, the states and what they hold.
//!
//! Which field belongs to which type was measured with `ValidateStateMachineDefinition`; the
//! pages are those of the Developer Guide under "Discovering workflow states".

use super::schema::{Exclusive, Field, Kind, Schema, Scope, both, jsonata_only, jsonpath_only, object};
use super::walk::{Nested, StateView, nested};
use super::{Machine, schema_error};
use crate::diagnostic::Diagnostic;
use crate::model::QueryLanguage;
use crate::path::Path;

/// Longest wait and timeout, seconds.
const LONGEST: i64 = 99_999_999;

const LANGUAGES: Kind = Kind::OneOf(&["JSONPath", "JSONata"]);

const MACHINE: Schema = Schema {
    fields: &[&[
        both("Comment", Kind::Text),
        both("Version", Kind::OneOf(&["1.0"])),
        both("QueryLanguage", LANGUAGES),
        both("TimeoutSeconds", Kind::StaticInteger(0, LONGEST)),
        both("StartAt", Kind::Text),
        both("States", Kind::Any),
    ]],
    required: &["States", "StartAt"],
    exclusive: &[],
};

const BRANCH: Schema = Schema { fields: &[FLOW], required: &["States", "StartAt"], exclusive: &[] };

const PROCESSOR: Schema = Schema {
    fields: &[FLOW, &[both("ProcessorConfig", Kind::Any)]],
    required: &["States", "StartAt"],
    exclusive: &[],
};

const FLOW: &[Field] = &[both("Comment", Kind::Text), both("StartAt", Kind::Text), both("States", Kind::Any)];

const COMMON: &[Field] =
    &[both("Type", Kind::Any), both("Comment", Kind::Text), both("QueryLanguage", LANGUAGES)];

const TRANSITION: &[Field] = &[both("Next", Kind::Text), both("End", Kind::Flag)];

const NEXT_OR_END: Exclusive = Exclusive { fields: &["Next", "End"], required: true };

const IN_AND_OUT: &[Field] = &[
    jsonpath_only("InputPath", Kind::NullablePath),
    jsonpath_only("OutputPath", Kind::NullablePath),
    jsonata_only("Output", Kind::Template),
];

const ASSIGN: &[Field] = &[both("Assign", Kind::TemplateObject)];

const RESULT: &[Field] =
    &[jsonpath_only("Parameters", Kind::Template), jsonpath_only("ResultPath", Kind::ResultPath)];

const SELECTED: &[Field] = &[jsonpath_only("ResultSelector", Kind::Template)];

const ARGUMENTS: &[Field] = &[jsonata_only("Arguments", Kind::Template)];

const ERRORS: &[Field] = &[both("Retry", Kind::Objects(&RETRIER)), both("Catch", Kind::Objects(&CATCHER))];

const RETRIER: Schema = Schema {
    fields: &[&[
        both("Comment", Kind::Text),
        both("ErrorEquals", Kind::Texts),
        both("IntervalSeconds", Kind::StaticInteger(0, LONGEST)),
        both("MaxAttempts", Kind::StaticInteger(0, LONGEST)),
        both("BackoffRate", Kind::StaticNumber(1.0)),
        both("MaxDelaySeconds", Kind::StaticInteger(1, 31_622_400)),
        both("JitterStrategy", Kind::OneOf(&["NONE", "FULL"])),
    ]],
    required: &["ErrorEquals"],
    exclusive: &[],
};

const CATCHER: Schema = Schema {
    fields: &[
        &[
            both("Comment", Kind::Text),
            both("ErrorEquals", Kind::Texts),
            both("Next", Kind::Text),
            jsonpath_only("ResultPath", Kind::ResultPath),
            jsonata_only("Output", Kind::Template),
        ],
        ASSIGN,
    ],
    required: &["ErrorEquals", "Next"],
    exclusive: &[],
};

const PASS: Schema = Schema {
    fields: &[COMMON, TRANSITION, IN_AND_OUT, ASSIGN, RESULT, &[jsonpath_only("Result", Kind::Any)]],
    required: &[],
    exclusive: &[NEXT_OR_END],
};

const TASK: Schema = Schema {
    fields: &[
        COMMON,
        TRANSITION,
        IN_AND_OUT,
        ASSIGN,
        RESULT,
        SELECTED,
        ARGUMENTS,
        ERRORS,
        &[
            both("Resource", Kind::Text),
            both("Credentials", Kind::TemplateObject),
            both("TimeoutSeconds", Kind::Integer(1, LONGEST)),
            jsonpath_only("TimeoutSecondsPath", Kind::ReferencePath),
            both("HeartbeatSeconds", Kind::Integer(1, LONGEST)),
            jsonpath_only("HeartbeatSecondsPath", Kind::ReferencePath),
        ],
    ],
    required: &["Resource"],
    exclusive: &[
        NEXT_OR_END,
        one_at_most(&["TimeoutSeconds", "TimeoutSecondsPath"]),
        one_at_most(&["HeartbeatSeconds", "HeartbeatSecondsPath"]),
    ],
};

const CHOICE: Schema = Schema {
    fields: &[COMMON, IN_AND_OUT, ASSIGN, &[both("Choices", Kind::List), both("Default", Kind::Text)]],
    required: &["Choices"],
    exclusive: &[],
};

const WAIT: Schema = Schema {
    fields: &[
        COMMON,
        TRANSITION,
        IN_AND_OUT,
        ASSIGN,
        &[
            both("Seconds", Kind::Integer(0, LONGEST)),
            both("Timestamp", Kind::Timestamp),
            jsonpath_only("SecondsPath", Kind::ReferencePath),
            jsonpath_only("TimestampPath", Kind::ReferencePath),
        ],
    ],
    required: &[],
    exclusive: &[
        NEXT_OR_END,
        Exclusive { fields: &["SecondsPath", "Seconds", "TimestampPath", "Timestamp"], required: true },
    ],
};

const SUCCEED: Schema = Schema { fields: &[COMMON, IN_AND_OUT], required: &[], exclusive: &[] };

const FAIL: Schema = Schema {
    fields: &[
        COMMON,
        &[
            both("Error", Kind::DynamicText),
            both("Cause", Kind::DynamicText),
            jsonpath_only("ErrorPath", Kind::PathOrCall),
            jsonpath_only("CausePath", Kind::PathOrCall),
        ],
    ],
    required: &[],
    exclusive: &[one_at_most(&["Error", "ErrorPath"]), one_at_most(&["Cause", "CausePath"])],
};

const PARALLEL: Schema = Schema {
    fields: &[
        COMMON,
        TRANSITION,
        IN_AND_OUT,
        ASSIGN,
        RESULT,
        SELECTED,
        ARGUMENTS,
        ERRORS,
        &[both("Branches", Kind::List)],
    ],
    required: &["Branches"],
    exclusive: &[NEXT_OR_END],
};

const MAP: Schema = Schema {
    fields: &[
        COMMON,
        TRANSITION,
        IN_AND_OUT,
        ASSIGN,
        RESULT,
        SELECTED,
        ERRORS,
        &[
            both("ItemProcessor", Kind::Any),
            both("Iterator", Kind::Any),
            jsonpath_only("ItemsPath", Kind::ReferencePath),
            jsonata_only("Items", Kind::Collection),
            both("ItemSelector", Kind::Template),
            both("ItemReader", Kind::Object(&ITEM_READER)),
            both("ItemBatcher", Kind::Object(&ITEM_BATCHER)),
            both("ResultWriter", Kind::Object(&RESULT_WRITER)),
            both("MaxConcurrency", Kind::Integer(0, i64::MAX)),
            jsonpath_only("MaxConcurrencyPath", Kind::NumberPath),
            both("ToleratedFailurePercentage", Kind::Number(0.0, 100.0)),
            jsonpath_only("ToleratedFailurePercentagePath", Kind::NumberPath),
            both("ToleratedFailureCount", Kind::Integer(0, i64::MAX)),
            jsonpath_only("ToleratedFailureCountPath", Kind::NumberPath),
            both("Label", Kind::Text),
        ],
    ],
    required: &[],
    exclusive: &[
        NEXT_OR_END,
        Exclusive { fields: &["ItemProcessor", "Iterator"], required: true },
        one_at_most(&["Parameters", "ItemSelector"]),
        one_at_most(&["MaxConcurrency", "MaxConcurrencyPath"]),
        one_at_most(&["ToleratedFailurePercentage", "ToleratedFailurePercentagePath"]),
        one_at_most(&["ToleratedFailureCount", "ToleratedFailureCountPath"]),
    ],
};

const ITEM_READER: Schema = Schema {
    fields: &[
        &[
            both("Comment", Kind::Text),
            both("Resource", Kind::Text),
            both("ReaderConfig", Kind::Object(&READER_CONFIG)),
            jsonpath_only("Parameters", Kind::Template),
        ],
        ARGUMENTS,
    ],
    required: &["Resource"],
    exclusive: &[],
};

const READER_CONFIG: Schema = Schema {
    fields: &[&[
        both("Comment", Kind::Text),
        both("InputType", Kind::OneOf(&["CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"])),
        both("Transformation", Kind::OneOf(&["NONE", "LOAD_AND_FLATTEN"])),
        both("CSVDelimiter", Kind::OneOf(&["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"])),
        both("CSVHeaderLocation", Kind::OneOf(&["FIRST_ROW", "GIVEN"])),
        both("CSVHeaders", Kind::Texts),
        both("ManifestType", Kind::OneOf(&["S3_INVENTORY", "ATHENA_DATA"])),
        both("ItemsPointer", Kind::Text),
        both("MaxItems", Kind::Integer(0, 100_000_000)),
        jsonpath_only("MaxItemsPath", Kind::NumberPath),
    ]],
    required: &[],
    exclusive: &[one_at_most(&["MaxItems", "MaxItemsPath"])],
};

const ITEM_BATCHER: Schema = Schema {
    fields: &[&[
        both("Comment", Kind::Text),
        both("BatchInput", Kind::Template),
        both("MaxItemsPerBatch", Kind::Integer(1, i64::MAX)),
        jsonpath_only("MaxItemsPerBatchPath", Kind::NumberPath),
        both("MaxInputBytesPerBatch", Kind::Integer(1, 262_144)),
        jsonpath_only("MaxInputBytesPerBatchPath", Kind::NumberPath),
    ]],
    required: &[],
    exclusive: &[
        one_at_most(&["MaxItemsPerBatch", "MaxItemsPerBatchPath"]),
        one_at_most(&["MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"]),
    ],
};

const RESULT_WRITER: Schema = Schema {
    fields: &[
        &[
            both("Comment", Kind::Text),
            both("Resource", Kind::Text),
            both("WriterConfig", Kind::Object(&WRITER_CONFIG)),
            jsonpath_only("Parameters", Kind::Template),
        ],
        ARGUMENTS,
    ],
    required: &[],
    exclusive: &[],
};

const WRITER_CONFIG: Schema = Schema {
    fields: &[&[
        both("Comment", Kind::Text),
        both("Transformation", Kind::OneOf(&["NONE", "COMPACT", "FLATTEN"])),
        both("OutputType", Kind::OneOf(&["JSON", "JSONL"])),
    ]],
    required: &[],
    exclusive: &[],
};

const PROCESSOR_CONFIG: Schema = Schema {
    fields: &[&[
        both("Comment", Kind::Text),
        both("Mode", Kind::OneOf(&["INLINE", "DISTRIBUTED"])),
        both("ExecutionType", Kind::OneOf(&["STANDARD", "EXPRESS"])),
    ]],
    required: &[],
    exclusive: &[],
};

const fn one_at_most(fields: &'static [&'static str]) -> Exclusive {
    Exclusive { fields, required: false }
}

/// The top-level fields (spec "Top-level fields").
pub(super) fn machine(machine: &Machine<'_>, found: &mut Vec<Diagnostic>) {
    let scope = Scope { language: machine.language, options: machine.options };
    object(machine.root, &Path::ROOT, &MACHINE, scope, found);
    states_object(machine.root, &Path::ROOT, found);
}

/// `States` must be an object with at least one state.
fn states_object(flow: &crate::Node, path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    let Some(states) = flow.get("States") else {
        return;
    };
    let path = path.key("States");
    match states.members() {
        Some([]) => found.push(schema_error("Value cannot be empty", &path, states)),
        Some(_) => {}
        None => found.push(schema_error("Expected value of type Object", &path, states)),
    }
}

/// A state's fields, by its type.
pub(super) fn state(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    if state.node.members().is_none() {
        found.push(schema_error("Expected value of type Object", state.path, state.node));
        return;
    }
    let Some(kind) = state.node.get("Type") else {
        found.push(schema_error("These fields are required: [Type]", state.path, state.node));
        return;
    };
    let Some(schema) = kind.as_str().and_then(schema_of) else {
        let message = "The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map]";
        let close = kind.as_str().and_then(|it| crate::similar::closest(it, TYPES));
        let error = schema_error(message, &state.path.key("Type"), kind);
        found.push(match close {
            Some(name) => error.with_help(format!("did you mean `{name}`?")),
            None => error,
        });
        return;
    };
    let scope = Scope { language: state.language, options: state.options() };
    downgrade(state, found);
    object(state.node, state.path, schema, scope, found);
}

const TYPES: [&str; 8] = ["Task", "Wait", "Pass", "Succeed", "Fail", "Choice", "Parallel", "Map"];

fn schema_of(kind: &str) -> Option<&'static Schema> {
    Some(match kind {
        "Pass" => &PASS,
        "Task" => &TASK,
        "Choice" => &CHOICE,
        "Wait" => &WAIT,
        "Succeed" => &SUCCEED,
        "Fail" => &FAIL,
        "Parallel" => &PARALLEL,
        "Map" => &MAP,
        _ => return None,
    })
}

/// JSONPath states in a JSONata machine (spec "JSONPath and JSONata").
fn downgrade(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let is_jsonata = state.machine.language == QueryLanguage::Jsonata;
    if is_jsonata && state.text("QueryLanguage") == Some("JSONPath") {
        let message = "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine";
        found.push(schema_error(message, state.path, state.node));
    }
}

/// Branches and item processors.
pub(super) fn nested_flows(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let scope = Scope { language: state.language, options: state.options() };
    let branches = state.path.key("Branches");
    for (place, node) in nested(state.node) {
        match place {
            Nested::Branch(index) if state.is_type("Parallel") => {
                let path = branches.index(index);
                object(node, &path, &BRANCH, scope, found);
                states_object(node, &path, found);
            }
            Nested::Processor(name) if state.is_type("Map") => {
                let path = state.path.key(name);
                object(node, &path, &PROCESSOR, scope, found);
                states_object(node, &path, found);
                if let Some(config) = node.get("ProcessorConfig") {
                    processor_config(config, &path.key("ProcessorConfig"), scope, found);
                }
            }
            Nested::Branch(_) | Nested::Processor(_) => {}
        }
    }
    if state.is_type("Map") {
        super::maps::parts(state, found);
    }
}

/// `ExecutionType` belongs to distributed maps, and they need it
/// (Developer Guide, "Using Map state in Distributed mode").
fn processor_config(node: &crate::Node, path: &Path<'_>, scope: Scope<'_>, found: &mut Vec<Diagnostic>) {
    object(node, path, &PROCESSOR_CONFIG, scope, found);
    let has_type = node.get("ExecutionType").is_some();
    let message = match node.get("Mode").and_then(crate::Node::as_str) {
        Some("DISTRIBUTED") if !has_type => "These fields are required: [ExecutionType]",
        Some("INLINE") if has_type => "Field 'ExecutionType' is not supported",
        _ => return,
    };
    found.push(schema_error(message, path, node));
}
