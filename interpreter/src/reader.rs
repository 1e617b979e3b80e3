//! `ItemReader`: items of distributed maps from files and listings
//! (Developer Guide, "ItemReader (Map)").
//!
//! What a reader found is not taken apart before it is needed: of text files the places of the records are kept, and
//! an item becomes a value when its turn comes.

use std::sync::Arc;

use asl::Resource;
use asl::model::{CsvHeaderLocation, InputType, ReaderConfig, Transformation};
use jsonata::Value;

use crate::services::{Call, Reply, Services};
use crate::value;

mod csv;
mod gzip;
mod manifest;
#[cfg(feature = "parquet")]
mod parquet;
mod records;

pub(crate) use records::Records;

/// Most bytes of column names (Developer Guide: "CSV headers of up to 10 KiB").
const LONGEST_HEADERS: usize = 10 * 1024;

/// The items that a reader found: file after file.
#[derive(Debug, Default)]
pub(crate) struct Found {
    files: Vec<File>,
    /// Number of the items up to the end of each file.
    ends: Vec<usize>,
    /// `MaxItems`.
    most: Option<usize>,
}

#[derive(Debug)]
struct File {
    /// `S3://bucket/key`; of a listing `S3://bucket`.
    address: Arc<str>,
    records: Records,
}

/// An item, and where it is from.
#[derive(Debug, Default)]
pub(crate) struct Item {
    /// The address of its file.
    pub(crate) address: Arc<str>,
    /// Its name, where it is a member of an object.
    pub(crate) key: Option<Arc<str>>,
    pub(crate) value: Value,
}

impl Found {
    fn add(&mut self, address: Arc<str>, records: Records) {
        let before = self.ends.last().copied().unwrap_or(0);
        self.ends.push(before + records.len());
        self.files.push(File { address, records });
    }

    /// At most so many.
    pub(crate) fn truncate(&mut self, most: usize) {
        self.most = Some(most);
    }

    pub(crate) fn len(&self) -> usize {
        let all = self.ends.last().copied().unwrap_or(0);
        self.most.map_or(all, |most| all.min(most))
    }

    /// An item.
    ///
    /// # Errors
    /// The cause of `States.ItemReaderFailed`.
    pub(crate) fn item(&self, index: usize) -> Result<Item, String> {
        let at = self.ends.partition_point(|end| *end <= index);
        let before = at.checked_sub(1).and_then(|it| self.ends.get(it)).copied().unwrap_or(0);
        let Some(file) = self.files.get(at) else { return Ok(Item::default()) };
        let (key, value) = file.records.get(index - before)?;
        Ok(Item { address: file.address.clone(), key, value })
    }
}

/// Reads the items. The error is the cause of `States.ItemReaderFailed`.
pub(crate) fn read(
    call: &Call<'_>,
    config: &ReaderConfig,
    services: &mut dyn Services,
) -> Result<Found, String> {
    let listing = matches!(call.resource, Resource::Optimized(it) if it.api == "listObjectsV2");
    let mut found = Found::default();
    let mut reading = Reading { call, config, services };
    if listing {
        reading.list(&mut found)?;
    } else {
        reading.object(&mut found)?;
    }
    Ok(found)
}

/// What a reader works with.
struct Reading<'r, 'c> {
    call: &'r Call<'c>,
    config: &'r ReaderConfig,
    services: &'r mut dyn Services,
}

impl Reading<'_, '_> {
    /// The objects of a bucket, or what they hold.
    fn list(&mut self, found: &mut Found) -> Result<(), String> {
        let objects = self.objects()?;
        let bucket = self.bucket();
        if self.config.transformation != Some(Transformation::LoadAndFlatten) {
            found.add(format!("S3://{bucket}").into(), Records::Values(objects));
            return Ok(());
        }
        let config = self.config.clone();
        for object in &objects {
            let key = object.get("Key").and_then(Value::as_str).unwrap_or_default();
            let bytes = self.load(&bucket, key)?;
            found.add(address(&bucket, key), records(&bytes, &config)?);
        }
        Ok(())
    }

    /// A listing, page by page.
    fn objects(&mut self) -> Result<Vec<Value>, String> {
        let mut all = Vec::new();
        let mut arguments = self.call.arguments.clone();
        loop {
            let page = answer(self.services.call(&Call { arguments: &arguments, ..self.call.clone() }))?;
            if let Some(contents) = page.get("Contents").and_then(Value::as_array) {
                all.extend(contents.iter().cloned());
            }
            match (page.get("NextContinuationToken"), &mut arguments) {
                (Some(token), Value::Object(members)) if !token.is_null() => {
                    members.insert("ContinuationToken", token.clone());
                }
                _ => return Ok(all),
            }
        }
    }

    /// The object that is named, or those that it names.
    fn object(&mut self, found: &mut Found) -> Result<(), String> {
        let bytes = self.bytes(self.call)?;
        let bucket = self.bucket();
        let key = self.call.arguments.get("Key").and_then(Value::as_str).unwrap_or_default();
        let named = self.config.manifest_type.is_some();
        if !named && self.config.input_type != Some(InputType::Manifest) {
            found.add(address(&bucket, key), records(&bytes, self.config)?);
            return Ok(());
        }
        let (files, config) = manifest::files(text(&bytes)?, &bucket, self.config)?;
        for (bucket, key) in files {
            let bytes = gzip::unpacked(&self.load(&bucket, &key)?)?;
            found.add(address(&bucket, &key), records(&bytes, &config)?);
        }
        Ok(())
    }

    fn bucket(&self) -> String {
        self.call.arguments.get("Bucket").and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    fn load(&mut self, bucket: &str, key: &str) -> Result<Arc<[u8]>, String> {
        let arguments = value::object([("Bucket", Value::from(bucket)), ("Key", Value::from(key))]);
        let arn = "arn:aws:states:::s3:getObject";
        let resource = Resource::parse(arn);
        self.bytes(&Call { arn, resource: &resource, arguments: &arguments, ..self.call.clone() })
    }

    fn bytes(&mut self, call: &Call<'_>) -> Result<Arc<[u8]>, String> {
        self.services.object(call).map_err(|error| error.cause.as_deref().unwrap_or("").to_owned())
    }
}

fn address(bucket: &str, key: &str) -> Arc<str> {
    format!("S3://{bucket}/{key}").into()
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

/// What a file holds.
fn records(bytes: &Arc<[u8]>, config: &ReaderConfig) -> Result<Records, String> {
    match config.input_type.unwrap_or(InputType::Json) {
        InputType::Json => json(text(bytes)?, config),
        InputType::Jsonl => {
            text(bytes)?;
            Ok(Records::lines(bytes.clone()))
        }
        InputType::Csv => table(bytes, config),
        InputType::Manifest => Err("A manifest cannot name manifests.".to_owned()),
        InputType::Parquet => parquet_rows(bytes),
    }
}

#[cfg(feature = "parquet")]
fn parquet_rows(bytes: &Arc<[u8]>) -> Result<Records, String> {
    parquet::rows(bytes).map(Records::Values)
}

#[cfg(not(feature = "parquet"))]
fn parquet_rows(_: &Arc<[u8]>) -> Result<Records, String> {
    Err("Parquet files cannot be read here.".to_owned())
}

fn text(bytes: &[u8]) -> Result<&str, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "The file is not in UTF-8.".to_owned())?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// An array, or an object whose members are the items.
fn json(text: &str, config: &ReaderConfig) -> Result<Records, String> {
    let value: Value = text.parse().map_err(|_| "Attempting to map over non-iterable node.".to_owned())?;
    let value = match &config.items_pointer {
        Some(pointer) => value
            .pointer(pointer)
            .cloned()
            .ok_or_else(|| format!("The ItemsPointer '{pointer}' does not reference a value in the file."))?,
        None => value,
    };
    match value {
        Value::Array(items) => Ok(Records::Values(items.into_vec())),
        Value::Object(members) => {
            Ok(Records::Members(members.iter().map(|(key, it)| (key.clone(), it.clone())).collect()))
        }
        _ => Err("Attempting to map over non-iterable node.".to_owned()),
    }
}

fn table(bytes: &Arc<[u8]>, config: &ReaderConfig) -> Result<Records, String> {
    let delimiter = match config.csv_delimiter.as_deref() {
        Some("PIPE") => '|',
        Some("SEMICOLON") => ';',
        Some("SPACE") => ' ',
        Some("TAB") => '\t',
        _ => ',',
    };
    let text = text(bytes)?;
    let mut start = bytes.len() - text.len();
    let headers: Vec<Arc<str>> = match (config.csv_header_location, &config.csv_headers) {
        (Some(CsvHeaderLocation::Given), Some(given)) => given.iter().map(|it| it.as_str().into()).collect(),
        _ => {
            let (row, rest) = csv::first_row(text, delimiter);
            start = bytes.len() - rest.len();
            row.into_iter().map(Arc::from).collect()
        }
    };
    if headers.iter().map(|it| it.len()).sum::<usize>() > LONGEST_HEADERS {
        return Err("CSV headers cannot be longer than 10 KiB.".to_owned());
    }
    let mut seen = std::collections::HashSet::new();
    if !headers.iter().all(|it| seen.insert(it)) {
        return Err("CSV headers cannot contain duplicates.".to_owned());
    }
    Ok(Records::table(bytes.clone(), start, headers.into(), delimiter))
}

#[cfg(test)]
mod tests;
