//! The Map state, inline and distributed.

use serde_json::{Map as Object, Value, json};

use super::{Fields, Writer};
use crate::machine::{Batch, Distributed, Expr, Items, Map, Reader, StateId, Tolerate};

impl Writer<'_> {
    pub(super) fn map(&mut self, id: StateId, map: &Map, pointer: &str, depth: usize, fields: &mut Fields) {
        match &map.items {
            Items::List(list) => {
                fields.insert("Items".into(), self.template(list));
            }
            Items::Reader(reader) => {
                fields.insert("ItemReader".into(), self.reader(reader));
            }
        }
        if let Some(selector) = &map.selector {
            fields.insert("ItemSelector".into(), self.template(selector));
        }
        if let Some(concurrency) = &map.concurrency {
            fields.insert("MaxConcurrency".into(), self.template(concurrency));
        }
        if let Some(distributed) = &map.distributed {
            self.distributed(distributed, fields);
        }
        let mut processor = Object::new();
        processor.insert("ProcessorConfig".into(), config(map.distributed.as_ref()));
        self.flow(map.body, &format!("{pointer}/ItemProcessor"), depth + 1, &mut processor);
        fields.insert("ItemProcessor".into(), Value::Object(processor));
        self.edge(&map.out, fields);
        self.guards(id, &map.retries, &map.catches, pointer, fields);
    }

    fn distributed(&self, distributed: &Distributed, fields: &mut Fields) {
        match &distributed.tolerate {
            Some(Tolerate::Percent(e)) => {
                fields.insert("ToleratedFailurePercentage".into(), self.template(e));
            }
            Some(Tolerate::Count(e)) => {
                fields.insert("ToleratedFailureCount".into(), self.template(e));
            }
            None => {}
        }
        if let Some(Batch { size, input }) = &distributed.batch {
            let mut batcher = Object::new();
            batcher.insert("MaxItemsPerBatch".into(), self.template(size));
            if let Some(input) = input {
                batcher.insert("BatchInput".into(), self.template(input));
            }
            fields.insert("ItemBatcher".into(), Value::Object(batcher));
        }
        if let Some((bucket, prefix)) = &distributed.writer {
            let mut arguments = json!({ "Bucket": self.template(bucket) });
            if *prefix != Expr::text("")
                && let Some(members) = arguments.as_object_mut()
            {
                members.insert("Prefix".into(), self.template(prefix));
            }
            // The values alone, not what else is known of each run: that is what `results(ref)` reads. A batch's
            // values are a list.
            let transformation = if distributed.batch.is_some() { "FLATTEN" } else { "COMPACT" };
            let writer = json!({
                "Resource": "arn:aws:states:::s3:putObject",
                "WriterConfig": { "Transformation": transformation, "OutputType": "JSON" },
                "Arguments": arguments,
            });
            fields.insert("ResultWriter".into(), writer);
        }
        if let Some(label) = &distributed.label {
            fields.insert("Label".into(), (**label).into());
        }
    }

    fn reader(&self, reader: &Reader) -> Value {
        let api = if reader.lists { "listObjectsV2" } else { "getObject" };
        let config: Object<String, Value> =
            reader.config.iter().map(|(name, value)| (name.to_string(), self.template(value))).collect();
        let mut out = Object::new();
        out.insert("Resource".into(), format!("arn:aws:states:::s3:{api}").into());
        if !config.is_empty() {
            out.insert("ReaderConfig".into(), Value::Object(config));
        }
        if reader.arguments != Expr::Null {
            out.insert("Arguments".into(), self.template(&reader.arguments));
        }
        Value::Object(out)
    }
}

fn config(distributed: Option<&Distributed>) -> Value {
    match distributed {
        None => json!({ "Mode": "INLINE" }),
        Some(d) => {
            json!({ "Mode": "DISTRIBUTED", "ExecutionType": if d.express { "EXPRESS" } else { "STANDARD" } })
        }
    }
}
