//! Types as the user would write them.

use std::fmt::Write as _;

use super::{LiteralType, Record, Type, Types};

/// Longer texts are cut inside records, so that a message stays one.
const MAX_LENGTH: usize = 120;

impl Types {
    /// A type in Flow's own syntax; long records and unions are shortened with `…`.
    pub fn show(&self, ty: &Type) -> String {
        let mut text = String::new();
        self.write(ty, &mut text, false, 0);
        text
    }

    /// The type behind a name, one level opened: for hover.
    pub fn show_open(&self, ty: &Type) -> String {
        self.show(self.resolve(ty))
    }

    fn write(&self, ty: &Type, out: &mut String, tight: bool, depth: usize) {
        match ty {
            Type::Unknown => out.push_str("unknown"),
            Type::Never => out.push_str("never"),
            Type::Null => out.push_str("null"),
            Type::Boolean => out.push_str("boolean"),
            Type::Int => out.push_str("int"),
            Type::Number => out.push_str("number"),
            Type::String => out.push_str("string"),
            Type::Timestamp => out.push_str("timestamp"),
            Type::Duration => out.push_str("duration"),
            Type::Size => out.push_str("size"),
            Type::Bytes => out.push_str("bytes"),
            Type::Json => out.push_str("json"),
            Type::Literal(literal) => literal.write(out),
            Type::Record(record) => self.write_record(record, out, depth),
            Type::List(item) => {
                self.write(item, out, true, depth + 1);
                out.push_str("[]");
            }
            Type::Dict(value) => {
                out.push_str("dict<");
                self.write(value, out, false, depth + 1);
                out.push('>');
            }
            Type::Optional(inner) => {
                self.write(inner, out, true, depth + 1);
                out.push('?');
            }
            Type::Union(members) => self.write_union(members, out, tight, depth),
            Type::Named(id) => match self.declared.get(id.0 as usize) {
                Some(declared) => out.push_str(&declared.name),
                None => out.push_str("unknown"),
            },
            Type::Token(of) => {
                out.push_str("token of ");
                self.write(of, out, true, depth + 1);
            }
            Type::Resource { kind, of } => {
                out.push_str(kind);
                if let Some(of) = of {
                    out.push_str(" of ");
                    self.write(of, out, true, depth + 1);
                }
            }
            Type::Error(_) => out.push_str("error"),
            Type::Run(of) => {
                out.push_str("run of ");
                self.write(of, out, true, depth + 1);
            }
        }
    }

    fn write_union(&self, members: &[Type], out: &mut String, tight: bool, depth: usize) {
        if tight {
            out.push('(');
        }
        for (i, member) in members.iter().enumerate() {
            if i > 0 {
                out.push_str(" | ");
            }
            if out.len() > MAX_LENGTH {
                out.push('…');
                break;
            }
            self.write(member, out, true, depth + 1);
        }
        if tight {
            out.push(')');
        }
    }

    fn write_record(&self, record: &Record, out: &mut String, depth: usize) {
        if record.fields.is_empty() {
            out.push_str("{}");
            return;
        }
        out.push_str("{ ");
        for (i, (name, field)) in record.fields.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            if out.len() > MAX_LENGTH || depth > 4 {
                out.push('…');
                break;
            }
            if is_word(name) {
                let _ = write!(out, "{name}: ");
            } else {
                let _ = write!(out, "{name:?}: ");
            }
            self.write(&field.ty, out, false, depth + 1);
        }
        out.push_str(" }");
    }
}

impl LiteralType {
    fn write(&self, out: &mut String) {
        let _ = match self {
            LiteralType::String(text) => write!(out, "{text:?}"),
            LiteralType::Number(number) => write!(out, "{number}"),
            LiteralType::Boolean(value) => write!(out, "{value}"),
        };
    }
}

/// Whether a field of that name needs no quotes.
pub(crate) fn is_word(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
