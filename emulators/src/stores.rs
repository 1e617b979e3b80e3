//! Services in memory: what workflows and tests put in can be read again, with AWS's own errors.

use std::collections::BTreeMap;

use interpreter::{Call, ServiceError, clock};
use jsonata::Value;

use crate::app::Resource;
use crate::dynamo::Table;
use crate::queue::Queue;
use crate::shape::record;

/// Most keys of a listing's page (S3 API reference, `ListObjectsV2`).
const PAGE: i64 = 1000;

pub(crate) type Answer = Result<Value, ServiceError>;

/// The contents of all resources.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stores {
    tables: BTreeMap<String, Table>,
    /// `ClientRequestToken`s of transactions.
    tokens: crate::dynamo::transact::Tokens,
    buckets: BTreeMap<String, BTreeMap<String, Value>>,
    secrets: BTreeMap<String, Value>,
    queues: BTreeMap<String, Queue>,
    /// What queues, topics, buses and streams took in.
    logs: BTreeMap<String, Vec<Value>>,
    count: u64,
}

impl Stores {
    /// Answers a call about a resource; `None` where nothing in memory can.
    pub(crate) fn call(&mut self, resource: &Resource, action: &str, call: &Call<'_>) -> Option<Answer> {
        let arguments = call.arguments;
        match resource.kind.as_str() {
            "table" => {
                let sdk = matches!(call.resource, asl::Resource::AwsSdk(_));
                let table = self.tables.entry(resource.name.clone()).or_insert_with(|| Table::new(resource));
                table.call(action, arguments, sdk)
            }
            "queue" => self.queue(resource, action, arguments, call.now),
            "topic" if action == "publish" => {
                self.keep_message(resource, arguments.get("Message"));
                let id = self.id();
                Some(Ok(record([("MessageId", id)])))
            }
            "bus" if action == "putEvents" => Some(Ok(self.put_events(resource, arguments))),
            "stream" if action == "putRecord" => {
                let data = arguments.get("Data").and_then(Value::as_str).map(crate::shape::parsed);
                self.keep(resource, data.as_ref());
                let number = self.id();
                Some(Ok(record([
                    ("SequenceNumber", number),
                    ("ShardId", Value::from("shardId-000000000000")),
                ])))
            }
            "bucket" => self.bucket(resource, action, call),
            "secret" => self.secret(resource, action, arguments),
            _ => None,
        }
    }

    /// A transaction over tables; `find` knows the app's resources by their addresses.
    pub(crate) fn transact<'r>(
        &mut self,
        find: &dyn Fn(&str) -> Option<&'r Resource>,
        action: &str,
        call: &Call<'_>,
    ) -> Option<Answer> {
        let writes = match action {
            "transactWriteItems" => true,
            "transactGetItems" => false,
            _ => return None,
        };
        let sdk = matches!(call.resource, asl::Resource::AwsSdk(_));
        let new = |name: &str| find(name).filter(|it| it.kind == "table").map(Table::new);
        if let Some(known) = self.tokens.known(call.arguments, call.now, sdk).filter(|_| writes) {
            return Some(known);
        }
        let answer = crate::dynamo::transact::call(&mut self.tables, &new, call.arguments, (writes, sdk));
        if writes && answer.is_ok() {
            self.tokens.remember(call.arguments, call.now);
        }
        Some(answer)
    }

    /// Puts in what a resource holds at the start: of a table a list of items, of a bucket its objects by their keys (what
    /// is no text is written as JSON), of a secret its value.
    ///
    /// # Errors
    /// What does not fit the resource.
    pub(crate) fn fill(&mut self, resource: &Resource, data: &Value) -> Result<(), String> {
        let name = resource.name.clone();
        let text =
            |value: &Value| Value::from(value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        match (resource.kind.as_str(), data) {
            ("table", Value::Array(items)) => {
                let table = self.tables.entry(name).or_insert_with(|| Table::new(resource));
                items.as_slice().iter().try_for_each(|it| table.fill(it))
            }
            ("table", _) => Err("a table is filled with a list of items".to_owned()),
            ("bucket", Value::Object(objects)) => {
                let bucket = self.buckets.entry(name).or_default();
                bucket.extend(objects.iter().map(|(key, it)| (key.to_string(), text(it))));
                Ok(())
            }
            ("bucket", _) => Err("a bucket is filled with an object: keys and what lies there".to_owned()),
            ("secret", value) => {
                self.secrets.insert(name, text(value));
                Ok(())
            }
            (kind, _) => Err(format!("a {kind} can't be filled: tables, buckets and secrets can")),
        }
    }

    /// What a resource took in, in order: messages, events; of what it holds, items or keys.
    pub(crate) fn log(&self, resource: &str) -> Value {
        if let Some(table) = self.tables.get(resource) {
            return table.items();
        }
        if let Some(bucket) = self.buckets.get(resource) {
            return Value::array(bucket.keys().map(|it| Value::from(it.as_str())));
        }
        Value::array(self.logs.get(resource).into_iter().flatten().cloned())
    }

    fn keep(&mut self, resource: &Resource, value: Option<&Value>) {
        let value = value.cloned().unwrap_or(Value::Null);
        self.logs.entry(resource.name.clone()).or_default().push(value);
    }

    fn keep_message(&mut self, resource: &Resource, message: Option<&Value>) {
        match message.and_then(Value::as_str).filter(|_| resource.written) {
            Some(text) => self.keep(resource, Some(&crate::shape::parsed(text))),
            None => self.keep(resource, message),
        }
    }

    fn id(&mut self) -> Value {
        self.count += 1;
        Value::from(format!("00000000-0000-4000-8000-{:012x}", self.count))
    }

    fn queue(&mut self, resource: &Resource, action: &str, arguments: &Value, now: i64) -> Option<Answer> {
        let id = if action == "sendMessage" { self.id() } else { Value::Null };
        let queue = self.queues.entry(resource.name.clone()).or_default();
        let answer = match action {
            "sendMessage" => {
                let (id, new) = queue.send(arguments, id, now, resource.fifo);
                if new {
                    self.keep_message(resource, arguments.get("MessageBody"));
                }
                record([("MessageId", id)])
            }
            "receiveMessage" => queue.receive(arguments, now),
            "deleteMessage" => queue.delete(arguments),
            "purgeQueue" => queue.purge(),
            _ => return None,
        };
        Some(Ok(answer))
    }

    fn put_events(&mut self, resource: &Resource, arguments: &Value) -> Value {
        let entries = arguments.get("Entries").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut answers = Vec::new();
        for entry in entries.as_slice() {
            self.keep(resource, Some(entry));
            answers.push(record([("EventId", self.id())]));
        }
        record([("Entries", Value::array(answers)), ("FailedEntryCount", Value::from(0))])
    }

    fn bucket(&mut self, resource: &Resource, action: &str, call: &Call<'_>) -> Option<Answer> {
        let (arguments, now) = (call.arguments, call.now);
        let bucket = self.buckets.entry(resource.name.clone()).or_default();
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let key = text("Key");
        let missing = || Err(ServiceError::new("S3.NoSuchKeyException", "The specified key does not exist."));
        Some(match action {
            "putObject" => {
                let body = arguments.get("Body").cloned().unwrap_or(Value::Null);
                // The SDK integration writes JSON; text keeps its quotes. A `ResultWriter` writes what it says.
                let raw = writes_raw(call).then(|| body.as_str().map(str::to_owned)).flatten();
                bucket.insert(key, Value::from(raw.unwrap_or_else(|| body.to_string())));
                Ok(record([("ETag", Value::from("\"0\""))]))
            }
            "getObject" => match bucket.get(&key) {
                Some(body) => Ok(record([
                    ("Body", body.clone()),
                    ("ContentLength", Value::from(body.as_str().map_or(0, str::len))),
                    ("LastModified", Value::from(clock::format(now))),
                ])),
                None => missing(),
            },
            "headObject" => match bucket.get(&key) {
                Some(body) => Ok(record([("ContentLength", Value::from(body.as_str().map_or(0, str::len)))])),
                None => missing(),
            },
            "deleteObject" => {
                bucket.remove(&key);
                Ok(record([]))
            }
            "copyObject" => {
                let source = text("CopySource");
                let source =
                    source.trim_start_matches('/').split_once('/').map_or("", |(_, key)| key).to_owned();
                match bucket.get(&source).cloned() {
                    Some(body) => {
                        bucket.insert(key, body);
                        Ok(record([("CopyObjectResult", record([("ETag", Value::from("\"0\""))]))]))
                    }
                    None => missing(),
                }
            }
            "listObjectsV2" => Ok(list_objects(bucket, call)),
            _ => return None,
        })
    }

    fn secret(&mut self, resource: &Resource, action: &str, arguments: &Value) -> Option<Answer> {
        let name = &resource.name;
        match action {
            "putSecretValue" => {
                let value = arguments.get("SecretString").cloned().unwrap_or(Value::Null);
                self.secrets.insert(name.clone(), value);
                Some(Ok(record([("Name", Value::from(name.as_str()))])))
            }
            "getSecretValue" => {
                let value = self.secrets.get(name)?.clone();
                Some(Ok(record([("Name", Value::from(name.as_str())), ("SecretString", value)])))
            }
            _ => None,
        }
    }
}

/// Item readers and result writers, the only optimized integrations of S3.
fn writes_raw(call: &Call<'_>) -> bool {
    matches!(call.resource, asl::Resource::Optimized(_))
}

/// A page of a listing. A reader spells `Etag`, and its times are seconds (Developer Guide, "ItemReader (Map)").
fn list_objects(bucket: &BTreeMap<String, Value>, call: &Call<'_>) -> Value {
    let text = |name: &str| call.arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    let (prefix, after) = (text("Prefix"), text("ContinuationToken").max(text("StartAfter")));
    let most = call.arguments.get("MaxKeys").and_then(Value::as_i64).unwrap_or(PAGE);
    let most = usize::try_from(most.clamp(0, PAGE)).unwrap_or(0);
    let (etag, modified) = match writes_raw(call) {
        true => ("Etag", Value::from(call.now.div_euclid(1000))),
        false => ("ETag", Value::from(clock::format(call.now))),
    };
    let mut keys = bucket.iter().filter(|(key, _)| key.starts_with(prefix) && key.as_str() > after);
    let page: Vec<_> = keys.by_ref().take(most).collect();
    let contents = page.iter().map(|(key, body)| {
        record([
            (etag, Value::from("\"0\"")),
            ("Key", Value::from(key.as_str())),
            ("LastModified", modified.clone()),
            ("Size", Value::from(body.as_str().map_or(0, str::len))),
            ("StorageClass", Value::from("STANDARD")),
        ])
    });
    let mut answer = vec![
        ("Contents", Value::array(contents)),
        ("KeyCount", Value::from(page.len())),
        ("MaxKeys", Value::from(most)),
        ("Prefix", Value::from(prefix)),
    ];
    let next = keys.next().and(page.last()).map(|(key, _)| Value::from(key.as_str()));
    answer.push(("IsTruncated", Value::from(next.is_some())));
    answer.extend(next.map(|key| ("NextContinuationToken", key)));
    Value::object(answer)
}
