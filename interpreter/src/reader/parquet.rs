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
    let decoded = (!bytes.starts_with(MAGIC)).then(|| STANDARD.decode(bytes.trim_ascii()).ok()).flatten();
    let bytes = bytes::Bytes::from(decoded.unwrap_or_else(|| bytes.to_vec()));
    if !bytes.starts_with(MAGIC) {
        return Err("The file is not a Parquet file.".to_owned());
    }
    // The crate gives errors for most of what can be wrong with a file, and panics for the rest.
    let read = std::panic::catch_unwind(|| read(bytes));
    let error = match read {
        Ok(Ok(rows)) => return Ok(rows),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it is broken".to_owned(),
    };
    Err(format!("The Parquet file can't be read: {error}"))
}

fn read(bytes: bytes::Bytes) -> Result<Vec<Value>, parquet::errors::ParquetError> {
    let file = SerializedFileReader::new(bytes)?;
    let rows = file.get_row_iter(None)?;
    rows.map(|row| row.map(|row| object(&row))).collect()
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use base64::Engine;
    use parquet::basic::Compression;
    use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, FloatType};
    use parquet::data_type::{Int32Type, Int64Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
    use parquet::schema::parser::parse_message_type;

    const SCHEMA: &str = "message row {
        required int64 id;
        optional binary name (UTF8);
        required boolean ok;
        required double price;
        required float rate;
        required int32 day (DATE);
        required int64 at (TIMESTAMP_MILLIS);
        required int32 cents (DECIMAL(9, 2));
        required binary raw;
        required int32 small (UINT_8);
        repeated int64 list;
    }";

    type Group<'o> = SerializedRowGroupWriter<'o, Vec<u8>>;

    /// A column of values that are there (1) or not (0), and begin a row (0) or go on in it (1).
    fn column<T: DataType>(
        group: &mut Group<'_>,
        values: &[T::T],
        there: Option<&[i16]>,
        goes_on: Option<&[i16]>,
    ) {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<T>().write_batch(values, there, goes_on).unwrap();
        column.close().unwrap();
    }

    fn file(compression: Compression) -> Vec<u8> {
        let schema = Arc::new(parse_message_type(SCHEMA).unwrap());
        let properties = WriterProperties::builder().set_compression(compression).build();
        let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let text = |it: &str| ByteArray::from(it);
        column::<Int64Type>(&mut group, &[1, 9_007_199_254_740_993], None, None);
        column::<ByteArrayType>(&mut group, &[text("pen")], Some(&[1, 0]), None);
        column::<BoolType>(&mut group, &[true, false], None, None);
        column::<DoubleType>(&mut group, &[1.5, -2.25], None, None);
        column::<FloatType>(&mut group, &[0.1, 3.0], None, None);
        column::<Int32Type>(&mut group, &[0, 20_000], None, None);
        column::<Int64Type>(&mut group, &[0, 1_700_000_000_123], None, None);
        column::<Int32Type>(&mut group, &[5, -1250], None, None);
        column::<ByteArrayType>(&mut group, &[text("\u{1}"), text("ab")], None, None);
        column::<Int32Type>(&mut group, &[255, 0], None, None);
        column::<Int64Type>(&mut group, &[7, 8], Some(&[1, 1, 0]), Some(&[0, 1, 0]));
        group.close().unwrap();
        writer.into_inner().unwrap()
    }

    const ROWS: [&str; 2] = [
        r#"{"id":1,"name":"pen","ok":true,"price":1.5,"rate":0.1,"day":"1970-01-01","at":"1970-01-01T00:00:00.000Z","cents":0.05,"raw":"AQ==","small":255,"list":[7,8]}"#,
        r#"{"id":9007199254740993,"name":null,"ok":false,"price":-2.25,"rate":3,"day":"2024-10-04","at":"2023-11-14T22:13:20.123Z","cents":-12.5,"raw":"YWI=","small":0,"list":[]}"#,
    ];

    fn rows(bytes: &[u8]) -> Vec<String> {
        super::rows(&Arc::from(bytes)).unwrap().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn rows_are_objects_however_packed() {
        for packed in [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::GZIP(Default::default())]
        {
            assert_eq!(rows(&file(packed)), ROWS);
        }
    }

    #[test]
    fn a_file_in_json_is_base64() {
        let text = super::STANDARD.encode(file(Compression::SNAPPY));
        assert_eq!(rows(text.as_bytes()), ROWS);
    }

    #[test]
    fn broken_files_are_no_panic() {
        let whole = file(Compression::SNAPPY);
        for at in 0..whole.len() {
            for change in [0x01, 0x80, 0xff, 0x10] {
                let mut bytes = whole.clone();
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= change;
                }
                let _ = super::rows(&Arc::from(bytes));
            }
        }
    }

    #[test]
    fn cut_files_are_refused() {
        let whole = file(Compression::SNAPPY);
        for length in 0..whole.len() {
            assert!(super::rows(&Arc::from(whole.get(..length).unwrap())).is_err());
        }
    }
}
