//! The Map state (spec "Map State"; Developer Guide, "Using Map state in Distributed mode").

use serde_json::Value;

use super::{Catcher, Data, Dynamic, Flow, Retrier, Transition};

/// The fields of `Map`.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    /// Data in and out.
    pub data: Data,
    /// `ItemsPath` (JSONPath); `"$"` when absent. Not used with an item reader of objects.
    pub items_path: String,
    /// `Items` (JSONata): an array, an object, or a JSONata string.
    pub items: Option<Value>,
    /// `Arguments` (JSONata).
    pub arguments: Option<Value>,
    /// `ItemSelector`, or `Parameters` of an older definition: each iteration's input.
    pub item_selector: Option<Value>,
    /// `ItemReader`.
    pub item_reader: Option<ItemReader>,
    /// `ItemBatcher`.
    pub item_batcher: Option<ItemBatcher>,
    /// `ItemProcessor`, or `Iterator` of an older definition.
    pub item_processor: Processor,
    /// `ResultWriter`.
    pub result_writer: Option<ResultWriter>,
    /// `MaxConcurrency` or `MaxConcurrencyPath`; 0 or absent = no limit of its own.
    pub max_concurrency: Option<Dynamic<u64>>,
    /// `ToleratedFailurePercentage` or its `Path`: 0 to 100.
    pub tolerated_failure_percentage: Option<Dynamic<f64>>,
    /// `ToleratedFailureCount` or its `Path`.
    pub tolerated_failure_count: Option<Dynamic<u64>>,
    /// `Label`: part of the map run's ARN, 40 characters.
    pub label: Option<String>,
    /// `Retry`, in order.
    pub retry: Vec<Retrier>,
    /// `Catch`, in order.
    pub catch: Vec<Catcher>,
    /// Where it goes.
    pub transition: Transition,
}

/// `ItemProcessor`: `ProcessorConfig` and a flow.
#[derive(Clone, Debug, PartialEq)]
pub struct Processor {
    /// `ProcessorConfig.Mode`.
    pub mode: ProcessorMode,
    /// `StartAt` and `States`.
    pub flow: Flow,
}

/// `Mode` with, for distributed maps, `ExecutionType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ProcessorMode {
    /// `INLINE`, the default.
    #[default]
    Inline,
    /// `DISTRIBUTED`: each item or batch is a child execution.
    Distributed(ExecutionType),
}

/// `ProcessorConfig.ExecutionType`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExecutionType {
    /// `STANDARD`.
    #[default]
    Standard,
    /// `EXPRESS`.
    Express,
}

/// `ItemReader`.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemReader {
    /// `Resource`, such as `arn:aws:states:::s3:getObject`.
    pub resource: String,
    /// `Parameters` (JSONPath) or `Arguments` (JSONata).
    pub arguments: Option<Value>,
    /// `ReaderConfig`.
    pub reader_config: ReaderConfig,
}

/// `ReaderConfig`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReaderConfig {
    /// `InputType`.
    pub input_type: Option<InputType>,
    /// `Transformation` of `listObjectsV2`.
    pub transformation: Option<Transformation>,
    /// `CSVDelimiter`: `COMMA`, `PIPE`, `SEMICOLON`, `SPACE` or `TAB`.
    pub csv_delimiter: Option<String>,
    /// `CSVHeaderLocation`.
    pub csv_header_location: Option<CsvHeaderLocation>,
    /// `CSVHeaders`.
    pub csv_headers: Option<Vec<String>>,
    /// `ManifestType`: `S3_INVENTORY` or `ATHENA_DATA`.
    pub manifest_type: Option<String>,
    /// `ItemsPointer`: a JSON pointer to the array within a JSON file.
    pub items_pointer: Option<String>,
    /// `MaxItems` or `MaxItemsPath`.
    pub max_items: Option<Dynamic<u64>>,
}

/// `ReaderConfig.InputType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputType {
    /// `CSV`.
    Csv,
    /// `JSON`.
    Json,
    /// `JSONL`.
    Jsonl,
    /// `PARQUET`.
    Parquet,
    /// `MANIFEST`.
    Manifest,
}

/// `ReaderConfig.CSVHeaderLocation`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CsvHeaderLocation {
    /// `FIRST_ROW`.
    FirstRow,
    /// `GIVEN`: in `CSVHeaders`.
    Given,
}

/// `Transformation` of a reader (`NONE`, `LOAD_AND_FLATTEN`) or writer (`NONE`, `COMPACT`, `FLATTEN`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transformation {
    /// `NONE`.
    None,
    /// `COMPACT`: the outputs alone.
    Compact,
    /// `FLATTEN`: the outputs alone, arrays joined.
    Flatten,
    /// `LOAD_AND_FLATTEN`: read each listed object and process what it holds.
    LoadAndFlatten,
}

/// `ItemBatcher`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ItemBatcher {
    /// `BatchInput`: a template, the same for every batch.
    pub batch_input: Option<Value>,
    /// `MaxItemsPerBatch` or its `Path`.
    pub max_items_per_batch: Option<Dynamic<u64>>,
    /// `MaxInputBytesPerBatch` or its `Path`, bytes, at most 256 KiB.
    pub max_input_bytes_per_batch: Option<Dynamic<u64>>,
}

/// `ResultWriter`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResultWriter {
    /// `Resource`, `arn:aws:states:::s3:putObject`; may be left out with a `WriterConfig`.
    pub resource: Option<String>,
    /// `Parameters` (JSONPath) or `Arguments` (JSONata).
    pub arguments: Option<Value>,
    /// `WriterConfig`.
    pub writer_config: WriterConfig,
}

/// `WriterConfig`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriterConfig {
    /// `Transformation`.
    pub transformation: Option<Transformation>,
    /// `OutputType`.
    pub output_type: Option<OutputType>,
}

/// `WriterConfig.OutputType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputType {
    /// `JSON`: one array.
    Json,
    /// `JSONL`: one line an item.
    Jsonl,
}
