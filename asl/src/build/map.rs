//! `Map` and what belongs to it.

use super::{Builder, elements, flow, number_of, text, text_of, value, whole_of};
use crate::Node;
use crate::model::*;

impl Builder<'_> {
    pub(super) fn map(&self) -> Option<Map> {
        let node = self.node;
        let selector = value(node, "ItemSelector").or_else(|| value(node, "Parameters"));
        Some(Map {
            data: self.data(),
            items_path: text(node, "ItemsPath").unwrap_or_else(|| "$".to_owned()),
            items: value(node, "Items"),
            arguments: value(node, "Arguments"),
            item_selector: selector,
            item_reader: self.item_reader(),
            item_batcher: self.item_batcher(),
            item_processor: self.processor()?,
            result_writer: self.result_writer(),
            max_concurrency: self.dynamic(node, "MaxConcurrency", whole_of),
            tolerated_failure_percentage: self.dynamic(node, "ToleratedFailurePercentage", number_of),
            tolerated_failure_count: self.dynamic(node, "ToleratedFailureCount", whole_of),
            label: text(node, "Label"),
            retry: self.retry(),
            catch: self.catch(),
            transition: self.transition()?,
        })
    }

    fn processor(&self) -> Option<Processor> {
        let names = ["ItemProcessor", "Iterator"].into_iter();
        let (name, node) = { names }.find_map(|it| Some((it, self.node.get(it)?)))?;
        Some(Processor {
            mode: mode(node.get("ProcessorConfig")),
            flow: flow(node, &self.path.key(name), self.machine)?,
        })
    }

    fn item_reader(&self) -> Option<ItemReader> {
        let node = self.node.get("ItemReader")?;
        Some(ItemReader {
            resource: text(node, "Resource")?,
            arguments: self.arguments(node),
            reader_config: match node.get("ReaderConfig") {
                Some(config) => self.reader_config(config),
                None => ReaderConfig::default(),
            },
        })
    }

    fn reader_config(&self, node: &Node) -> ReaderConfig {
        let headers = node.get("CSVHeaders").and_then(Node::elements);
        ReaderConfig {
            input_type: match text(node, "InputType").as_deref() {
                Some("CSV") => Some(InputType::Csv),
                Some("JSON") => Some(InputType::Json),
                Some("JSONL") => Some(InputType::Jsonl),
                Some("PARQUET") => Some(InputType::Parquet),
                Some("MANIFEST") => Some(InputType::Manifest),
                _ => None,
            },
            transformation: transformation(node),
            csv_delimiter: text(node, "CSVDelimiter"),
            csv_header_location: match text(node, "CSVHeaderLocation").as_deref() {
                Some("FIRST_ROW") => Some(CsvHeaderLocation::FirstRow),
                Some("GIVEN") => Some(CsvHeaderLocation::Given),
                _ => None,
            },
            csv_headers: headers.map(|_| elements(node, "CSVHeaders").iter().filter_map(text_of).collect()),
            manifest_type: text(node, "ManifestType"),
            items_pointer: text(node, "ItemsPointer"),
            max_items: self.dynamic(node, "MaxItems", whole_of),
        }
    }

    fn item_batcher(&self) -> Option<ItemBatcher> {
        let node = self.node.get("ItemBatcher")?;
        Some(ItemBatcher {
            batch_input: value(node, "BatchInput"),
            max_items_per_batch: self.dynamic(node, "MaxItemsPerBatch", whole_of),
            max_input_bytes_per_batch: self.dynamic(node, "MaxInputBytesPerBatch", whole_of),
        })
    }

    fn result_writer(&self) -> Option<ResultWriter> {
        let node = self.node.get("ResultWriter")?;
        Some(ResultWriter {
            resource: text(node, "Resource"),
            arguments: self.arguments(node),
            writer_config: match node.get("WriterConfig") {
                Some(config) => writer_config(config),
                None => WriterConfig::default(),
            },
        })
    }
}

fn mode(config: Option<&Node>) -> ProcessorMode {
    let Some(config) = config else {
        return ProcessorMode::Inline;
    };
    if text(config, "Mode").as_deref() != Some("DISTRIBUTED") {
        return ProcessorMode::Inline;
    }
    ProcessorMode::Distributed(match text(config, "ExecutionType").as_deref() {
        Some("EXPRESS") => ExecutionType::Express,
        _ => ExecutionType::Standard,
    })
}

fn transformation(node: &Node) -> Option<Transformation> {
    match text(node, "Transformation").as_deref() {
        Some("NONE") => Some(Transformation::None),
        Some("COMPACT") => Some(Transformation::Compact),
        Some("FLATTEN") => Some(Transformation::Flatten),
        Some("LOAD_AND_FLATTEN") => Some(Transformation::LoadAndFlatten),
        _ => None,
    }
}

fn writer_config(node: &Node) -> WriterConfig {
    WriterConfig {
        transformation: transformation(node),
        output_type: match text(node, "OutputType").as_deref() {
            Some("JSON") => Some(OutputType::Json),
            Some("JSONL") => Some(OutputType::Jsonl),
            _ => None,
        },
    }
}
