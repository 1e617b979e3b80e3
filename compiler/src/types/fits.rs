//! Whether JSON that comes from outside is of a type.

use serde_json::Value as Json;

use super::{LiteralType, Type, Types};

impl Types {
    /// The first place of a value that is not of the type, and what is wrong with it; none where it fits.
    pub fn misfit(&self, ty: &Type, value: &Json) -> Option<String> {
        self.fits(ty, value, "").err()
    }

    fn fits(&self, ty: &Type, value: &Json, place: &str) -> Result<(), String> {
        let fine = match self.resolve(ty) {
            Type::String | Type::Timestamp | Type::Bytes | Type::Token(_) => value.is_string(),
            Type::Int => value.as_f64().is_some_and(|it| it.fract() == 0.0),
            Type::Number | Type::Duration | Type::Size => value.is_number(),
            Type::Boolean => value.is_boolean(),
            Type::Null => value.is_null(),
            Type::Literal(LiteralType::String(text)) => value.as_str() == Some(text),
            Type::Literal(LiteralType::Number(number)) => value.as_f64() == Some(*number),
            Type::Literal(LiteralType::Boolean(it)) => value.as_bool() == Some(*it),
            Type::Optional(_) if value.is_null() => true,
            Type::Optional(inner) => return self.fits(inner, value, place),
            Type::Union(members) => members.iter().any(|it| self.fits(it, value, place).is_ok()),
            Type::Record(record) => match value.as_object() {
                Some(fields) => {
                    for (name, field) in &record.fields {
                        let place =
                            if place.is_empty() { name.to_string() } else { format!("{place}.{name}") };
                        match fields.get(&**name) {
                            Some(inner) => self.fits(&field.ty, inner, &place)?,
                            None if self.may_be_absent(field) => {}
                            None => return Err(format!("`{place}` is missing")),
                        }
                    }
                    true
                }
                None => false,
            },
            Type::List(item) => match value.as_array() {
                Some(items) => {
                    for (at, it) in items.iter().enumerate() {
                        self.fits(item, it, &format!("{place}[{at}]"))?;
                    }
                    true
                }
                None => false,
            },
            Type::Dict(item) => match value.as_object() {
                Some(fields) => {
                    for (name, it) in fields {
                        self.fits(item, it, &format!("{place}[{}]", Json::from(name.as_str())))?;
                    }
                    true
                }
                None => false,
            },
            // `resolve` leaves no name.
            Type::Named(_)
            | Type::Unknown
            | Type::Never
            | Type::Json
            | Type::Resource { .. }
            | Type::Error(_)
            | Type::Run(_) => true,
        };
        if fine { Ok(()) } else { Err(self.told(ty, value, place)) }
    }

    fn told(&self, ty: &Type, value: &Json, place: &str) -> String {
        let text = value.to_string();
        let short: String = text.chars().take(60).collect();
        let rest = if short.len() < text.len() { "…" } else { "" };
        let what = if place.is_empty() { "it".to_owned() } else { format!("`{place}`") };
        format!("{what} must be `{}`, and is {short}{rest}", self.show(ty))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_named() {
        let types = Types::default();
        let item = Type::record([("sku", Type::String), ("note", Type::String.optional())]);
        let order = Type::record([("items", Type::list(item)), ("count", Type::Int)]);
        let misfit = |value: Json| types.misfit(&order, &value);
        assert_eq!(misfit(json!({ "items": [{ "sku": "a" }], "count": 2.0 })), None);
        assert_eq!(misfit(json!({ "items": [] })).as_deref(), Some("`count` is missing"));
        let wrong = misfit(json!({ "items": [{ "sku": "a" }, { "sku": 1 }], "count": 1 }));
        assert_eq!(wrong.as_deref(), Some("`items[1].sku` must be `string`, and is 1"));
        assert_eq!(misfit(json!(null)).map(|it| it.starts_with("it must be")), Some(true));
    }
}
