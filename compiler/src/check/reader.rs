//! What a `map` goes over: a value, or what a reader finds in S3.

use super::Ctx;
use super::broken;
use super::expr::Role;
use crate::diagnostics::types as wrong;
use crate::source::Span;
use crate::syntax::ast::{self, ExprKind as Ast};
use crate::typed::{Expr, ExprKind, FileFormat, ListPart, MapSource, ReaderOptions, RunStatus};
use crate::types::Type;

/// The readers of a distributed map.
const READERS: [&str; 7] = ["csv", "json", "jsonl", "parquet", "manifest", "objects", "results"];

/// Of the files that a manifest or a listing names.
const FORMATS: [(&str, FileFormat); 4] = [
    ("csv", FileFormat::Csv),
    ("json", FileFormat::Json),
    ("jsonl", FileFormat::Jsonl),
    ("parquet", FileFormat::Parquet),
];

const STATUSES: [(&str, RunStatus); 3] =
    [("SUCCEEDED", RunStatus::Succeeded), ("FAILED", RunStatus::Failed), ("PENDING", RunStatus::Pending)];

/// `ReaderConfig.CSVDelimiter` (Developer Guide, "ItemReader (Map)").
const DELIMITERS: [&str; 5] = ["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"];

/// The value of a `map` with `results:`.
pub(super) fn reference() -> Type {
    let details = Type::record([("Bucket", Type::String), ("Key", Type::String)]);
    Type::record([("MapRunArn", Type::String), ("ResultWriterDetails", details)])
}

/// What the result files hold of a child that did not succeed.
fn unfinished() -> Type {
    let text = || Type::String;
    let maybe = || Type::String.optional();
    Type::record([
        ("ExecutionArn", text()),
        ("Name", text()),
        ("Input", text()),
        ("Status", text()),
        ("Error", maybe()),
        ("Cause", maybe()),
        ("StartDate", maybe()),
        ("StopDate", maybe()),
    ])
}

impl Ctx<'_> {
    pub(super) fn map_source(&mut self, items: &ast::Expr) -> (MapSource, Type) {
        if let Some((name, arguments)) = self.reader_call(items) {
            return self.reader(name, arguments, items.span);
        }
        if let Ast::Cast { value, ty } = &items.kind
            && let Some((name, arguments)) = self.reader_call(value)
        {
            self.report(wrong::source_with_type(ty.span, name));
            return (self.reader(name, arguments, value.span).0, Type::Unknown);
        }
        let items = self.expr(items, None);
        let entry = |value: Type| Type::record([("key", Type::String), ("value", value)]);
        match self.types().resolve(&items.ty).clone() {
            Type::Dict(value) => (MapSource::Entries(items), entry((*value).clone())),
            Type::Record(record) => {
                let mut value = Type::Never;
                for field in record.fields.values() {
                    value = self.types().join(&value, &field.ty);
                }
                (MapSource::Entries(items), entry(value))
            }
            _ => {
                let item = self.item_type(&items, "map");
                (MapSource::List(items), item)
            }
        }
    }

    fn reader_call<'e>(&self, items: &'e ast::Expr) -> Option<(&'e str, &'e [ast::Argument])> {
        let Ast::Call { callee, arguments, .. } = &items.kind else { return None };
        let Ast::Name(name) = &callee.kind else { return None };
        let reader = READERS.contains(&name.as_str()) && !self.is_declared(name);
        reader.then_some((name.as_str(), arguments.as_slice()))
    }

    fn reader(&mut self, name: &str, arguments: &[ast::Argument], span: Span) -> (MapSource, Type) {
        let positional: Vec<&ast::Expr> =
            arguments.iter().filter(|it| it.name.is_none()).map(|it| &it.value).collect();
        let wanted: &[&str] = match name {
            "objects" => &["bucket", "prefix"],
            "results" => &["reference"],
            _ => &["bucket", "key"],
        };
        let least = if name == "objects" { 1 } else { wanted.len() };
        if positional.len() < least || positional.len() > wanted.len() {
            self.report(wrong::argument_count(span, name, wanted, positional.len()));
        }
        if name == "results" {
            return self.results(arguments, &positional, span);
        }
        let bucket = positional.first().map_or_else(|| broken(span), |it| self.bucket(it));
        let key = positional
            .get(1)
            .map(|it| self.expr_as(it, &Type::String, Role::new("the key of the object", "")));
        let format = match name {
            "csv" => Some(FileFormat::Csv),
            "jsonl" => Some(FileFormat::Jsonl),
            "parquet" => Some(FileFormat::Parquet),
            "manifest" => Some(FileFormat::Manifest),
            "objects" => None,
            _ => Some(FileFormat::Json),
        };
        let options = self.reader_options(name, format, arguments);
        let item = options.headers.as_ref().and_then(row_type);
        let item = item.unwrap_or_else(|| item_type(format, options.format));
        let source = match format {
            Some(format) => {
                MapSource::File { format, bucket, key: key.unwrap_or_else(|| broken(span)), options }
            }
            None => MapSource::Objects { bucket, prefix: key, options },
        };
        (source, item)
    }

    /// `results(ref)`, `results(ref, status: "FAILED")`
    fn results(
        &mut self,
        arguments: &[ast::Argument],
        positional: &[&ast::Expr],
        span: Span,
    ) -> (MapSource, Type) {
        let role = Role::new("what a `map` with `results:` gave", "");
        let value =
            positional.first().map_or_else(|| broken(span), |it| self.expr_as(it, &reference(), role));
        let mut status = RunStatus::Succeeded;
        for (option, value) in named(arguments) {
            match option.text.as_str() {
                "status" => status = self.known_word(value, "status", &STATUSES).unwrap_or(status),
                _ => self.no_option(option, "`results`", &["status"]),
            }
        }
        let item = match status {
            RunStatus::Succeeded => Type::Json,
            RunStatus::Failed | RunStatus::Pending => unfinished(),
        };
        (MapSource::Results { reference: value, status }, item)
    }

    fn reader_options(
        &mut self,
        name: &str,
        format: Option<FileFormat>,
        arguments: &[ast::Argument],
    ) -> ReaderOptions {
        let mut options = ReaderOptions::default();
        let of_files = matches!(format, None | Some(FileFormat::Manifest));
        if of_files && let Some((_, value)) = named(arguments).find(|(it, _)| it.text == "format") {
            options.format = self.known_word(value, "format", &FORMATS);
        }
        let read = if of_files { options.format } else { format };
        let mut known = vec!["max"];
        known.extend(of_files.then_some("format"));
        // An inventory is CSV too.
        if read == Some(FileFormat::Csv) || format == Some(FileFormat::Manifest) && options.format.is_none() {
            known.extend(["headers", "delimiter"]);
        }
        if read == Some(FileFormat::Json) {
            known.push("pointer");
        }
        for (option, value) in named(arguments) {
            match option.text.as_str() {
                text if !known.contains(&text) => {
                    self.no_option(option, &format!("`{name}`"), &known);
                }
                "headers" => {
                    let role = Role::new("option", "headers");
                    let headers = self.expr_as(value, &Type::list(Type::String), role);
                    if !matches!(headers.kind, ExprKind::Error) && row_type(&headers).is_none() {
                        self.report(wrong::must_be_literal(headers.span, "headers"));
                    }
                    options.headers = Some(headers);
                }
                "delimiter" => {
                    let words = DELIMITERS.map(|word| (word, word));
                    options.delimiter = self.known_word(value, "delimiter", &words).map(Into::into);
                }
                "pointer" => {
                    options.pointer = self.literal_text(value, "pointer");
                    if options.pointer.as_ref().is_some_and(|it| !it.is_empty() && !it.starts_with('/')) {
                        self.report(wrong::not_a_pointer(value.span));
                    }
                }
                "max" => options.max = Some(self.int(value, "max")),
                _ => {}
            }
        }
        options
    }

    /// One of a few words, known while compiling.
    fn known_word<T: Copy>(&mut self, value: &ast::Expr, name: &str, words: &[(&str, T)]) -> Option<T> {
        let all = self.types().union(words.iter().map(|(word, _)| Type::text(word)));
        let value = self.expr_as(value, &all, Role::new("option", name));
        match &value.kind {
            // What is none of them is reported.
            ExprKind::String(text) => words.iter().find(|(word, _)| **word == **text).map(|(_, it)| *it),
            ExprKind::Error => None,
            _ => {
                self.report(wrong::must_be_literal(value.span, name));
                None
            }
        }
    }

    /// A bucket of this app, or the name of another.
    pub(super) fn bucket(&mut self, expr: &ast::Expr) -> Expr {
        let value = self.expr(expr, None);
        match self.types().resolve(&value.ty) {
            Type::Resource { kind, .. } if &**kind == "bucket" => value,
            _ => self.fit(value, &Type::String, Role::new("the bucket", "")),
        }
    }
}

fn named(arguments: &[ast::Argument]) -> impl Iterator<Item = (&ast::Name, &ast::Expr)> {
    arguments.iter().filter_map(|it| Some((it.name.as_ref()?, &it.value)))
}

/// A row under headers that are written out: every row has every cell.
fn row_type(headers: &Expr) -> Option<Type> {
    let ExprKind::List(parts) = &headers.kind else { return None };
    let names = parts.iter().map(|part| match part {
        ListPart::Item(Expr { kind: ExprKind::String(name), .. }) => Some(&**name),
        ListPart::Item(_) | ListPart::Spread(_) => None,
    });
    let names: Option<Vec<&str>> = names.collect();
    Some(Type::record(names?.into_iter().map(|name| (name, Type::String))))
}

/// The type of what a reader finds.
fn item_type(format: Option<FileFormat>, of: Option<FileFormat>) -> Type {
    let listing = || {
        Type::record([
            ("Key", Type::String),
            ("Size", Type::Int),
            ("Etag", Type::String),
            ("LastModified", Type::Number),
            ("StorageClass", Type::String),
        ])
    };
    match (format, of) {
        (None, None) => listing(),
        (Some(FileFormat::Csv), _)
        | (None | Some(FileFormat::Manifest), Some(FileFormat::Csv))
        | (Some(FileFormat::Manifest), None) => Type::dict(Type::String),
        (Some(FileFormat::Json | FileFormat::Jsonl | FileFormat::Parquet), _)
        | (
            None | Some(FileFormat::Manifest),
            Some(FileFormat::Json | FileFormat::Jsonl | FileFormat::Parquet | FileFormat::Manifest),
        ) => Type::Json,
    }
}
