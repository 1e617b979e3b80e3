//! `ItemReader`: items of distributed maps from files and listings
//! (Developer Guide, "ItemReader (Map)").

use std::sync::Arc;

use asl::Resource;
use asl::model::{CsvHeaderLocation, InputType, ReaderConfig, Transformation};
use jsonata::Value;

use crate::services::{Call, Reply, Services};
use crate::value;

mod csv;

/// Reads the items: an array, or an object whose members they are. The error is the cause of
/// `States.ItemReaderFailed`.
pub(crate) fn read(
    call: &Call<'_>,
    config: &ReaderConfig,
    services: &mut dyn Services,
) -> Result<Value, String> {
    let listing = matches!(call.resource, Resource::Optimized(it) if it.api == "listObjectsV2");
    if listing { list(call, config, services).map(Value::from) } else { load(call, config, services) }
}

/// The objects of a bucket, page by page.
fn list(call: &Call<'_>, config: &ReaderConfig, services: &mut dyn Services) -> Result<Vec<Value>, String> {
    let mut all = Vec::new();
    let mut arguments = call.arguments.clone();
    loop {
        let page = answer(services.call(&Call { arguments: &arguments, ..call.clone() }))?;
        if let Some(contents) = page.get("Contents").and_then(Value::as_array) {
            all.extend(contents.iter().cloned());
        }
        match (page.get("NextContinuationToken"), &mut arguments) {
            (Some(token), Value::Object(members)) if !token.is_null() => {
                members.insert("ContinuationToken", token.clone());
            }
            _ => break,
        }
    }
    if config.transformation != Some(Transformation::LoadAndFlatten) {
        return Ok(all);
    }
    let mut items = Vec::new();
    for object in &all {
        items.extend(each(load_key(call, config, object.get("Key"), services)?));
    }
    Ok(items)
}

fn load_key(
    call: &Call<'_>,
    config: &ReaderConfig,
    key: Option<&Value>,
    services: &mut dyn Services,
) -> Result<Value, String> {
    let bucket = call.arguments.get("Bucket").cloned().unwrap_or(Value::Null);
    let arguments = value::object([("Bucket", bucket), ("Key", key.cloned().unwrap_or(Value::Null))]);
    let arn = "arn:aws:states:::s3:getObject";
    let resource = Resource::parse(arn);
    load(&Call { arn, resource: &resource, arguments: &arguments, ..call.clone() }, config, services)
}

fn load(call: &Call<'_>, config: &ReaderConfig, services: &mut dyn Services) -> Result<Value, String> {
    let bytes = services.object(call).map_err(|error| error.cause.as_deref().unwrap_or("").to_owned())?;
    let input_type = config.input_type.unwrap_or(InputType::Json);
    match input_type {
        InputType::Json => json(text(&bytes)?, config),
        InputType::Jsonl => lines(text(&bytes)?).map(Value::from),
        InputType::Csv => csv_items(text(&bytes)?, config).map(Value::from),
        InputType::Manifest => manifest(call, config, text(&bytes)?, services).map(Value::from),
        InputType::Parquet => Err("Parquet files cannot be read offline.".to_owned()),
    }
}

fn answer(reply: Reply) -> Result<Value, String> {
    match reply {
        Reply::Done { result: Ok(value), .. } => Ok(value),
        Reply::Done { result: Err(error), .. } => Err(error.cause.as_deref().unwrap_or("").to_owned()),
        Reply::Submitted { .. } | Reply::Never | Reply::Refused(_) => {
            Err("The service did not answer.".to_owned())
        }
    }
}

fn text(bytes: &Arc<[u8]>) -> Result<&str, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "The file is not in UTF-8.".to_owned())?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// An array, or an object whose members are the items.
fn json(text: &str, config: &ReaderConfig) -> Result<Value, String> {
    let value: Value = text.parse().map_err(|_| "Attempting to map over non-iterable node.".to_owned())?;
    let value = match &config.items_pointer {
        Some(pointer) => value
            .pointer(pointer)
            .cloned()
            .ok_or_else(|| format!("The ItemsPointer '{pointer}' does not reference a value in the file."))?,
        None => value,
    };
    match value {
        Value::Array(_) | Value::Object(_) => Ok(value),
        _ => Err("Attempting to map over non-iterable node.".to_owned()),
    }
}

/// The items one by one, an object's as pairs.
fn each(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.into_vec(),
        Value::Object(members) => {
            let pair = |(key, it): (&Arc<str>, &Value)| {
                value::object([("Key", Value::from(key.clone())), ("Value", it.clone())])
            };
            members.iter().map(pair).collect()
        }
        other => vec![other],
    }
}

fn lines(text: &str) -> Result<Vec<Value>, String> {
    let lines = text.lines().filter(|it| !it.trim().is_empty()).enumerate();
    lines.map(|(at, line)| line.parse().map_err(|_| format!("Line {} is not valid JSON.", at + 1))).collect()
}

fn csv_items(text: &str, config: &ReaderConfig) -> Result<Vec<Value>, String> {
    let delimiter = match config.csv_delimiter.as_deref() {
        Some("PIPE") => '|',
        Some("SEMICOLON") => ';',
        Some("SPACE") => ' ',
        Some("TAB") => '\t',
        _ => ',',
    };
    let mut rows = csv::rows(text, delimiter);
    let headers: Vec<Arc<str>> = match (config.csv_header_location, &config.csv_headers) {
        (Some(CsvHeaderLocation::Given), Some(given)) => given.iter().map(|it| it.as_str().into()).collect(),
        _ => rows.next().unwrap_or_default().into_iter().map(Arc::from).collect(),
    };
    let mut seen = std::collections::HashSet::new();
    if !headers.iter().all(|it| seen.insert(it)) {
        return Err("CSV headers cannot contain duplicates.".to_owned());
    }
    // A row that is too short is filled up with empty cells; cells beyond the headers are dropped.
    Ok(rows
        .map(|row| {
            let cells = row.into_iter().chain(std::iter::repeat(String::new()));
            Value::object(headers.iter().cloned().zip(cells.map(Value::from)))
        })
        .collect())
}

/// A manifest of S3 Inventory (JSON that names the files) or Athena (the files' addresses, a line each).
fn manifest(
    call: &Call<'_>,
    config: &ReaderConfig,
    text: &str,
    services: &mut dyn Services,
) -> Result<Vec<Value>, String> {
    let mut files: Vec<(Option<String>, String)> = Vec::new();
    let mut inner = config.clone();
    if let Ok(json) = text.parse::<Value>()
        && let Some(list) = json.get("files").and_then(Value::as_array)
    {
        inner.input_type = Some(InputType::Csv);
        if let Some(schema) = json.get("fileSchema").and_then(Value::as_str) {
            inner.csv_header_location = Some(CsvHeaderLocation::Given);
            inner.csv_headers = Some(schema.split(',').map(|it| it.trim().to_owned()).collect());
        }
        let keys = list.iter().filter_map(|it| it.get("key").and_then(Value::as_str));
        files.extend(keys.map(|key| (None, key.to_owned())));
    } else {
        inner.input_type = Some(InputType::Csv);
        for line in text.lines().map(|it| it.trim().trim_matches('"')).filter(|it| !it.is_empty()) {
            let address = line.strip_prefix("s3://").unwrap_or(line);
            let (bucket, key) =
                address.split_once('/').ok_or("The manifest names a file that has no key.")?;
            files.push((Some(bucket.to_owned()), key.to_owned()));
        }
    }
    let own = call.arguments.get("Bucket").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut items = Vec::new();
    for (bucket, key) in files {
        let bucket = Value::from(bucket.unwrap_or_else(|| own.clone()));
        let arguments = value::object([("Bucket", bucket), ("Key", Value::from(key))]);
        items.extend(each(load(&Call { arguments: &arguments, ..call.clone() }, &inner, services)?));
    }
    Ok(items)
}
