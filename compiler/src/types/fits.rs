//! Whether JSON that comes from outside is of a type.

use serde_json::Value as Json;

use super::{Field, Form, LiteralType, Type, Types};

/// Parts that are looked at before the rest is taken as it is: members of unions are tried one after the other.
const MOST: usize = 1_000_000;

impl Types {
    /// The first place of a value that is not of the type, and what is wrong with it; none where it fits.
    pub fn misfit(&self, ty: &Type, value: &Json) -> Option<String> {
        Look { types: self, left: MOST }.fits(ty, value, "").err()
    }
}

struct Look<'t> {
    types: &'t Types,
    left: usize,
}

impl Look<'_> {
    fn fits(&mut self, ty: &Type, value: &Json, place: &str) -> Result<(), String> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(()) };
        self.left = left;
        let fine = match (self.types.form(ty), value) {
            (Form::Any, _) | (Form::Optional(_), Json::Null) => true,
            (Form::Null, _) => value.is_null(),
            (Form::Boolean, _) => value.is_boolean(),
            (Form::Int, _) => value.as_f64().is_some_and(|it| it.fract() == 0.0),
            (Form::Number, _) => value.is_number(),
            (Form::Text, _) => value.is_string(),
            (Form::Literal(literal), _) => is(&literal, value),
            (Form::Optional(inner), _) => return self.fits(inner, value, place),
            (Form::Union(members), _) => members.iter().any(|it| self.fits(it, value, place).is_ok()),
            (Form::Record(fields), Json::Object(given)) => {
                return fields.iter().try_for_each(|field| self.field(field, given, place));
            }
            (Form::List(item), Json::Array(items)) => {
                let mut items = items.iter().enumerate();
                return items.try_for_each(|(at, it)| self.fits(item, it, &format!("{place}[{at}]")));
            }
            (Form::Dict(item), Json::Object(given)) => {
                let at = |name: &str| format!("{place}[{}]", Json::from(name));
                return given.iter().try_for_each(|(name, it)| self.fits(item, it, &at(name)));
            }
            (Form::Record(_) | Form::List(_) | Form::Dict(_), _) => false,
        };
        if fine { Ok(()) } else { Err(self.told(ty, value, place)) }
    }

    fn field(
        &mut self,
        field: &Field<&Type>,
        given: &serde_json::Map<String, Json>,
        place: &str,
    ) -> Result<(), String> {
        let name = &*field.name;
        let place = if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        match given.get(name) {
            Some(inner) => self.fits(field.of, inner, &place),
            None if field.may_be_absent => Ok(()),
            None => Err(format!("`{place}` is missing")),
        }
    }

    fn told(&self, ty: &Type, value: &Json, place: &str) -> String {
        let text = value.to_string();
        let short: String = text.chars().take(60).collect();
        let rest = if short.len() < text.len() { "…" } else { "" };
        let what = if place.is_empty() { "it".to_owned() } else { format!("`{place}`") };
        format!("{what} must be `{}`, and is {short}{rest}", self.types.show(ty))
    }
}

fn is(literal: &LiteralType, value: &Json) -> bool {
    match literal {
        LiteralType::String(text) => value.as_str() == Some(text),
        LiteralType::Number(number) => value.as_f64() == Some(*number),
        LiteralType::Boolean(it) => value.as_bool() == Some(*it),
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
