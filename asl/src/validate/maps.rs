//! What the parts of a `Map` ask of one another.

use super::schema_error;
use super::walk::StateView;
use crate::diagnostic::Diagnostic;
use crate::node::Node;
use crate::path::Path;

/// What only children of their own can do (Developer Guide, "Distributed mode").
const DISTRIBUTED: [&str; 4] = ["ItemReader", "ItemBatcher", "ResultWriter", "Label"];

/// Rules over several fields of `ItemReader`, `ItemBatcher` and `ResultWriter`
/// (Developer Guide, "ItemReader", "ItemBatcher", "ResultWriter").
pub(super) fn parts(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    inline(state, found);
    if let Some(reader) = state.node.get("ItemReader") {
        let path = state.path.key("ItemReader");
        s3_resource(state, reader, &path, &["getObject", "listObjectsV2"], found);
        if let Some(config) = reader.get("ReaderConfig") {
            let path = path.key("ReaderConfig");
            csv(config, &path, found);
            let lists = text(reader, "Resource").is_some_and(|it| it.ends_with(":listObjectsV2"));
            reader_config(config, lists, &path, found);
        }
    }
    if let Some(batcher) = state.node.get("ItemBatcher") {
        let bounds = [
            "MaxItemsPerBatch",
            "MaxItemsPerBatchPath",
            "MaxInputBytesPerBatch",
            "MaxInputBytesPerBatchPath",
        ];
        if !bounds.iter().any(|it| batcher.get(it).is_some()) {
            let message = format!(
                "This object should have at least one of the following fields: [{}]",
                bounds.join(", ")
            );
            found.push(schema_error(message, &state.path.key("ItemBatcher"), batcher));
        }
    }
    if let Some(writer) = state.node.get("ResultWriter") {
        let path = state.path.key("ResultWriter");
        s3_resource(state, writer, &path, &["putObject"], found);
        result_writer(writer, &path, found);
    }
}

fn s3_resource(
    state: &StateView<'_>,
    node: &Node,
    path: &Path<'_>,
    apis: &[&str],
    found: &mut Vec<Diagnostic>,
) {
    let Some(resource) = node.get("Resource") else {
        return;
    };
    let Some(text) = resource.as_str() else {
        return;
    };
    let api = text.rsplit_once(":s3:").map(|(_, api)| api);
    let is_known = text.starts_with("arn:") && api.is_some_and(|it| apis.contains(&it));
    let is_open = state.options().is_open(text) && api.is_none();
    if !is_known && !is_open {
        let message = "The field 'Resource' does not match any of the allowed values";
        found.push(schema_error(message, &path.key("Resource"), resource));
    }
}

fn csv(config: &Node, path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    let text = |field: &str| config.get(field).and_then(Node::as_str);
    let location = config.get("CSVHeaderLocation").is_some();
    let message = match text("InputType") {
        Some("CSV") if !location => "The field 'CSVHeaderLocation' is required",
        Some("JSON") if location => "Field 'CSVHeaderLocation' is not supported",
        _ if text("CSVHeaderLocation") == Some("GIVEN") && config.get("CSVHeaders").is_none() => {
            "These fields are required: [CSVHeaders]"
        }
        _ => return,
    };
    found.push(schema_error(message, path, config));
}

fn result_writer(writer: &Node, path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    let has = |field: &str| writer.get(field).is_some();
    let message = match () {
        () if !has("Resource") && !has("WriterConfig") => {
            "This object should have at least one of the following fields: [Resource, WriterConfig]"
        }
        () if has("Resource") && !has("Parameters") && !has("Arguments") => {
            "These fields are required: [Parameters]"
        }
        () => return,
    };
    found.push(schema_error(message, path, writer));
}

/// `FIELD_WITHOUT_EFFECT`: an inline map has no children of its own.
fn inline(state: &StateView<'_>, found: &mut Vec<Diagnostic>) {
    let processor = state.node.get("ItemProcessor").or_else(|| state.node.get("Iterator"));
    let config = processor.and_then(|it| it.get("ProcessorConfig"));
    if config.and_then(|it| text(it, "Mode")) == Some("DISTRIBUTED") {
        return;
    }
    for field in DISTRIBUTED {
        if let Some(node) = state.node.get(field) {
            without_effect(field, "the map's `Mode` is not `DISTRIBUTED`", state.path, node, found);
        }
    }
}

fn without_effect(field: &str, why: &str, path: &Path<'_>, node: &Node, found: &mut Vec<Diagnostic>) {
    let message = format!("`{field}` has no effect: {why}");
    found.push(Diagnostic::flow("FIELD_WITHOUT_EFFECT", message, &path.key(field), node.span));
}

/// Rules between the fields of `ReaderConfig` (Developer Guide, "ItemReader (Map)").
fn reader_config(config: &Node, lists: bool, path: &Path<'_>, found: &mut Vec<Diagnostic>) {
    let input = text(config, "InputType");
    let loads = text(config, "Transformation") == Some("LOAD_AND_FLATTEN");
    let message = match (text(config, "ManifestType"), input) {
        (Some("S3_INVENTORY"), Some(_)) => Some("Field 'InputType' is not supported"),
        (Some("ATHENA_DATA"), None) => Some("These fields are required: [InputType]"),
        _ if loads && !lists => Some("Field 'Transformation' is not supported"),
        (None, None) if loads => Some("These fields are required: [InputType]"),
        _ if config.get("ItemsPointer").is_some() && input != Some("JSON") => {
            Some("Field 'ItemsPointer' is not supported")
        }
        _ => None,
    };
    found.extend(message.map(|it| schema_error(it, path, config)));
    if let Some(input @ ("JSON" | "JSONL" | "PARQUET")) = input {
        for field in ["CSVDelimiter", "CSVHeaders"] {
            if let Some(node) = config.get(field) {
                without_effect(field, &format!("the files are {input}"), path, node, found);
            }
        }
    }
    if let Some(node) = config.get("CSVHeaders")
        && text(config, "CSVHeaderLocation") == Some("FIRST_ROW")
    {
        without_effect("CSVHeaders", "the first row has the names", path, node, found);
    }
}

fn text<'n>(node: &'n Node, field: &str) -> Option<&'n str> {
    node.get(field).and_then(Node::as_str)
}
