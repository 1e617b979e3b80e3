//! Manifests: of S3 Inventory (JSON that names the files), of Athena's `UNLOAD` (the files' addresses, a line each).

use asl::model::{CsvHeaderLocation, InputType, ReaderConfig};
use jsonata::Value;

/// The files (bucket and key), and how they are to be read. Without `ManifestType` the file's own form tells.
pub(super) fn files(
    text: &str,
    bucket: &str,
    config: &ReaderConfig,
) -> Result<(Vec<(String, String)>, ReaderConfig), String> {
    let json = text.parse::<Value>().ok().filter(|it| it.get("files").is_some());
    match (config.manifest_type.as_deref(), json) {
        (Some("ATHENA_DATA"), _) | (None, None) => athena(text, config),
        (_, Some(json)) => inventory(&json, bucket, config),
        (Some(_), None) => {
            Err("The manifest of an S3 inventory must be JSON that names its files.".to_owned())
        }
    }
}

/// `manifest.json` (S3 User Guide, "Inventory manifest").
fn inventory(
    json: &Value,
    bucket: &str,
    config: &ReaderConfig,
) -> Result<(Vec<(String, String)>, ReaderConfig), String> {
    let text = |name: &str| json.get(name).and_then(Value::as_str);
    if let Some(format) = text("fileFormat").filter(|it| !it.eq_ignore_ascii_case("CSV")) {
        return Err(format!("The S3 inventory is in the format {format}; only CSV can be read."));
    }
    let bucket = text("destinationBucket").and_then(|it| it.rsplit(':').next()).unwrap_or(bucket);
    let mut config = ReaderConfig { input_type: Some(InputType::Csv), ..config.clone() };
    if let Some(schema) = text("fileSchema") {
        config.csv_header_location = Some(CsvHeaderLocation::Given);
        config.csv_headers = Some(schema.split(',').map(|it| it.trim().to_owned()).collect());
    }
    let files = json.get("files").and_then(Value::as_array).map(|it| it.as_slice()).unwrap_or_default();
    let keys = files.iter().filter_map(|it| it.get("key").and_then(Value::as_str));
    Ok((keys.map(|key| (bucket.to_owned(), key.to_owned())).collect(), config))
}

fn athena(text: &str, config: &ReaderConfig) -> Result<(Vec<(String, String)>, ReaderConfig), String> {
    let mut config = config.clone();
    if matches!(config.input_type, None | Some(InputType::Manifest)) {
        config.input_type = Some(InputType::Csv);
    }
    let lines = text.lines().map(|it| it.trim().trim_matches('"')).filter(|it| !it.is_empty());
    let files = lines.map(|line| {
        let address =
            line.get(5..).filter(|_| line.to_ascii_lowercase().starts_with("s3://")).unwrap_or(line);
        let (bucket, key) = address.split_once('/').ok_or("The manifest names a file that has no key.")?;
        Ok((bucket.to_owned(), key.to_owned()))
    });
    Ok((files.collect::<Result<_, String>>()?, config))
}
