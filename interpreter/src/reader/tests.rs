//! Files as readers find them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::sync::Arc;

use asl::Resource;
use asl::model::{CsvHeaderLocation, InputType, ReaderConfig, Transformation};
use jsonata::Value;

use super::{Found, read};
use crate::services::{Call, Reply, ServiceError, Services};

/// A bucket that gives two keys a page.
struct Bucket(BTreeMap<&'static str, Vec<u8>>);

impl Services for Bucket {
    fn call(&mut self, call: &Call<'_>) -> Reply {
        let text = |name: &str| call.arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        let (prefix, after) = (text("Prefix"), text("ContinuationToken"));
        let mut keys = self.0.keys().filter(|it| it.starts_with(prefix) && **it > after);
        let page: Vec<&str> = keys.by_ref().take(2).copied().collect();
        let more = keys.next().and(page.last());
        let contents = page.iter().map(|key| Value::object([("Key", Value::from(*key))]));
        let mut answer = vec![("Contents", Value::array(contents))];
        answer.extend(more.map(|key| ("NextContinuationToken", Value::from(*key))));
        Reply::success(Value::object(answer))
    }

    fn object(&mut self, call: &Call<'_>) -> Result<Arc<[u8]>, ServiceError> {
        let key = call.arguments.get("Key").and_then(Value::as_str).unwrap_or_default();
        let found = self.0.get(key).map(|it| Arc::from(it.as_slice()));
        found.ok_or_else(|| ServiceError::new("S3.NoSuchKeyException", "The specified key does not exist."))
    }
}

fn found(
    files: &[(&'static str, &[u8])],
    api: &str,
    prefix: &str,
    config: ReaderConfig,
) -> Result<Found, String> {
    let mut bucket = Bucket(files.iter().map(|(key, bytes)| (*key, bytes.to_vec())).collect());
    let arn = format!("arn:aws:states:::s3:{api}");
    let name = if api == "getObject" { "Key" } else { "Prefix" };
    let call = Call {
        arn: &arn,
        resource: &Resource::parse(&arn),
        arguments: &Value::object([("Bucket", Value::from("b")), (name, Value::from(prefix))]),
        state: "s",
        execution: "e",
        iterations: &[],
        retry_count: 0,
        token: None,
        role: None,
        now: 0,
        deadline: None,
    };
    read(&call, &config, &mut bucket)
}

/// The items as JSON, each before it its file.
fn items(found: Result<Found, String>) -> Vec<String> {
    let found = match found {
        Ok(found) => found,
        Err(cause) => return vec![format!("failed: {cause}")],
    };
    (0..found.len())
        .map(|at| match found.item(at) {
            Ok(item) => {
                let key = item.key.map(|it| format!("{it}=")).unwrap_or_default();
                format!("{} {key}{}", item.address, item.value)
            }
            Err(cause) => format!("failed: {cause}"),
        })
        .collect()
}

fn of(input_type: InputType) -> ReaderConfig {
    ReaderConfig { input_type: Some(input_type), ..ReaderConfig::default() }
}

fn file(text: &[u8], config: ReaderConfig) -> Vec<String> {
    items(found(&[("k", text)], "getObject", "k", config))
}

#[test]
fn json_is_a_list_or_an_object() {
    let json = || of(InputType::Json);
    assert_eq!(file(b"[1, {\"a\": 2}]", json()), ["S3://b/k 1", "S3://b/k {\"a\":2}"]);
    assert_eq!(file(b"{\"x\": 1, \"y\": [2]}", json()), ["S3://b/k x=1", "S3://b/k y=[2]"]);
    assert_eq!(file(b"7", json()), ["failed: Attempting to map over non-iterable node."]);
    let pointer = |it: &str| ReaderConfig { items_pointer: Some(it.to_owned()), ..json() };
    assert_eq!(file(b"{\"a\": {\"b\": [3]}}", pointer("/a/b")), ["S3://b/k 3"]);
    assert!(file(b"{}", pointer("/a"))[0].contains("does not reference a value"));
}

#[test]
fn lines_are_read_one_by_one() {
    let lines = file(b"{\"a\":1}\r\n\n 2 \n{oops\n", of(InputType::Jsonl));
    assert_eq!(lines, ["S3://b/k {\"a\":1}", "S3://b/k 2", "failed: Line 3 is not valid JSON."]);
}

#[test]
fn rows_have_the_cells_of_their_headers() {
    let csv = of(InputType::Csv);
    let first = file(b"\xef\xbb\xbfa,b\n1\n2,3,4\n\n", csv.clone());
    assert_eq!(first, ["S3://b/k {\"a\":\"1\",\"b\":\"\"}", "S3://b/k {\"a\":\"2\",\"b\":\"3\"}"]);
    let given = ReaderConfig {
        csv_header_location: Some(CsvHeaderLocation::Given),
        csv_headers: Some(vec!["x".to_owned()]),
        csv_delimiter: Some("TAB".to_owned()),
        ..csv.clone()
    };
    assert_eq!(file(b"1\t2\n3", given), ["S3://b/k {\"x\":\"1\"}", "S3://b/k {\"x\":\"3\"}"]);
    assert_eq!(file(b"a,a\n1,2", csv.clone()), ["failed: CSV headers cannot contain duplicates."]);
    assert_eq!(file(b"a,b", csv.clone()), Vec::<String>::new());
    assert_eq!(file(b"", csv.clone()), Vec::<String>::new());
    assert_eq!(file(&[b'x'; 11_000], csv), ["failed: CSV headers cannot be longer than 10 KiB."]);
}

#[test]
fn listings_are_read_page_by_page() {
    let files: [(&'static str, &[u8]); 4] =
        [("a/1", b"[1]"), ("a/2", b"[2, 3]"), ("a/3", b"[]"), ("b", b"7")];
    let list = items(found(&files, "listObjectsV2", "a/", ReaderConfig::default()));
    assert_eq!(list, ["S3://b {\"Key\":\"a/1\"}", "S3://b {\"Key\":\"a/2\"}", "S3://b {\"Key\":\"a/3\"}"]);
    let config = ReaderConfig { transformation: Some(Transformation::LoadAndFlatten), ..of(InputType::Json) };
    let loaded = items(found(&files, "listObjectsV2", "a/", config));
    assert_eq!(loaded, ["S3://b/a/1 1", "S3://b/a/2 2", "S3://b/a/2 3"]);
}

/// `"a","1"` and `"b","2"`, packed, with a file name in the header.
const PACKED: &[u8] = &[
    31, 139, 8, 8, 0, 0, 0, 0, 2, 255, 49, 46, 99, 115, 118, 0, 83, 74, 84, 210, 81, 50, 84, 226, 82, 74, 2,
    210, 70, 74, 92, 0, 89, 234, 219, 194, 16, 0, 0, 0,
];

#[test]
fn inventories_name_packed_files() {
    let manifest = br#"{ "destinationBucket": "arn:aws:s3:::inventory", "fileFormat": "CSV",
        "fileSchema": "Bucket, Key", "files": [{ "key": "data/1.csv.gz" }] }"#;
    let files: [(&'static str, &[u8]); 2] = [("manifest.json", manifest), ("data/1.csv.gz", PACKED)];
    let config = || of(InputType::Manifest);
    let expected = [
        r#"S3://inventory/data/1.csv.gz {"Bucket":"a","Key":"1"}"#,
        r#"S3://inventory/data/1.csv.gz {"Bucket":"b","Key":"2"}"#,
    ];
    assert_eq!(items(found(&files, "getObject", "manifest.json", config())), expected);
    let typed = ReaderConfig { manifest_type: Some("S3_INVENTORY".to_owned()), ..ReaderConfig::default() };
    assert_eq!(items(found(&files, "getObject", "manifest.json", typed)), expected);
    let orc: [(&'static str, &[u8]); 1] = [("m", br#"{ "fileFormat": "ORC", "files": [] }"#)];
    assert!(items(found(&orc, "getObject", "m", config()))[0].contains("only CSV"));
}

#[test]
fn athena_names_files_of_one_format() {
    let files: [(&'static str, &[u8]); 3] =
        [("m.csv", b"s3://out/1\n\"s3://out/2\"\n"), ("1", b"{\"n\":1}\n"), ("2", b"{\"n\":2}\n{\"n\":3}\n")];
    let config = ReaderConfig { manifest_type: Some("ATHENA_DATA".to_owned()), ..of(InputType::Jsonl) };
    let read = items(found(&files, "getObject", "m.csv", config));
    assert_eq!(read, ["S3://out/1 {\"n\":1}", "S3://out/2 {\"n\":2}", "S3://out/2 {\"n\":3}"]);
}

#[test]
fn broken_files_are_no_panic() {
    for kind in [InputType::Parquet, InputType::Manifest, InputType::Csv, InputType::Json, InputType::Jsonl] {
        for bytes in
            [&b"PAR1"[..], b"PAR1PAR1", b"\xff\xfe", b"\x1f\x8b\x08\x04", b"s3://x", b"\"", b"UEFSMQ=="]
        {
            file(bytes, of(kind));
        }
    }
}
