//! Parquet: rows as objects. Numbers, text and booleans are themselves, times are RFC 3339, bytes are base64.
//! AWS does not say how it writes the types that JSON does not have.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonata::Value;
use parquet::data_type::{AsBytes, Decimal};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::{Field, Row};

use crate::clock;
use crate::value;

/// What a Parquet file begins and ends with.
const MAGIC: &[u8] = b"PAR1";

/// The rows of a file. In JSON, where a mock's answer is, the file is base64.
pub(super) fn rows(bytes: &Arc<[u8]>) -> Result<Vec<Value>, String> {
    let broken = |error: parquet::errors::ParquetError| format!("The Parquet file can't be read: {error}");
    let decoded = (!bytes.starts_with(MAGIC)).then(|| STANDARD.decode(bytes.trim_ascii()).ok()).flatten();
    let bytes = bytes::Bytes::from(decoded.unwrap_or_else(|| bytes.to_vec()));
    if !bytes.starts_with(MAGIC) {
        return Err("The file is not a Parquet file.".to_owned());
    }
    let file = SerializedFileReader::new(bytes).map_err(broken)?;
    let rows = file.get_row_iter(None).map_err(broken)?;
    rows.map(|row| row.map(|row| object(&row)).map_err(broken)).collect()
}

fn object(row: &Row) -> Value {
    Value::object(row.get_column_iter().map(|(name, field)| (name.as_str(), json(field))))
}

fn json(field: &Field) -> Value {
    match field {
        Field::Null => Value::Null,
        Field::Bool(it) => Value::from(*it),
        Field::Byte(it) => Value::from(i64::from(*it)),
        Field::Short(it) => Value::from(i64::from(*it)),
        Field::Int(it) => Value::from(i64::from(*it)),
        Field::Long(it) => Value::from(*it),
        Field::UByte(it) => Value::from(i64::from(*it)),
        Field::UShort(it) => Value::from(i64::from(*it)),
        Field::UInt(it) => Value::from(i64::from(*it)),
        Field::ULong(it) => i64::try_from(*it).map_or_else(|_| Value::from(*it as f64), Value::from),
        Field::Float16(it) => Value::from(f64::from(*it)),
        // The shortest text, so that 0.1 stays 0.1.
        Field::Float(it) => Value::from(it.to_string().parse().unwrap_or(f64::from(*it))),
        Field::Double(it) => Value::from(*it),
        Field::Decimal(it) => decimal(it).parse().unwrap_or(Value::Null),
        Field::Str(it) => Value::from(it.as_str()),
        Field::Bytes(it) => Value::from(STANDARD.encode(it.as_bytes())),
        Field::Date(days) => {
            let day = clock::format(i64::from(*days) * 86_400_000);
            Value::from(day.get(..10).unwrap_or(&day))
        }
        Field::TimeMillis(it) => Value::from(time_of_day(i64::from(*it) * 1000)),
        Field::TimeMicros(it) => Value::from(time_of_day(*it)),
        Field::TimestampMillis(it) => Value::from(clock::format(*it)),
        Field::TimestampMicros(it) => Value::from(clock::format(it.div_euclid(1000))),
        Field::Group(row) => object(row),
        Field::ListInternal(list) => Value::array(list.elements().iter().map(json)),
        Field::MapInternal(map) => {
            let name = |key: &Field| match json(key) {
                Value::String(text) => text,
                other => value::json(&other).into(),
            };
            Value::object::<Arc<str>>(map.entries().iter().map(|(key, it)| (name(key), json(it))))
        }
    }
}

/// `12:34:56.789`
fn time_of_day(micros: i64) -> String {
    let moment = clock::format(micros.div_euclid(1000));
    moment.get(11..23).unwrap_or(&moment).to_owned()
}

/// As text. Beyond 16 bytes the number would not be one that Athena or Glue write.
fn decimal(decimal: &Decimal) -> String {
    let bytes = decimal.data();
    let negative = bytes.first().is_some_and(|it| it & 0x80 != 0);
    let fill = if negative { -1_i128 } else { 0 };
    let number = bytes.iter().fold(fill, |all, byte| (all << 8) | i128::from(*byte));
    let scale = usize::try_from(decimal.scale()).unwrap_or(0);
    let digits = format!("{:0>width$}", number.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    let sign = if number < 0 { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}
