//! A mocked result against the model of the API that would have given it (API reference, `MockInput`,
//! `fieldValidationMode`). The texts are AWS's, as recorded; that of a required field that is missing is LocalStack's, whose
//! other texts here are AWS's.

use asl::{Integration, Pattern, Resource};
use jsonata::{Object, Value};
use models::{Flavor, Record, Shape, ShapeRef};

use super::FieldValidation;

/// What is wrong with the first field that does not fit: `Field 'ContentLength' must be a number`.
pub(super) fn check(resource: &Resource, result: &Value, mode: FieldValidation) -> Result<(), String> {
    let required = match mode {
        FieldValidation::None => return Ok(()),
        FieldValidation::Present => false,
        FieldValidation::Strict => true,
    };
    match shape(resource) {
        Some((shape, flavor)) => {
            // What an optimized integration adds to the API's answer is not asked for: recorded.
            let checker = Checker { required: required && flavor == Flavor::Sdk, values: true };
            checker.value(&shape, result, "")
        }
        None => Ok(()),
    }
}

/// The first field of an answer that is not of the type its API has: `Field 'MessageId' must be a string`. `None` where the
/// answer fits, or is not the API's own.
pub fn misfit(resource: &Resource, result: &Value) -> Option<String> {
    let (shape, _) = shape(resource)?;
    Checker { required: false, values: false }.value(&shape, result, "").err()
}

/// The shape of a result that is the API's own answer.
fn shape(resource: &Resource) -> Option<(ShapeRef, Flavor)> {
    let (flavor, it): (Flavor, &Integration) = match resource {
        Resource::Optimized(it) => (Flavor::Optimized, it),
        Resource::AwsSdk(it) => (Flavor::Sdk, it),
        Resource::Lambda(_) | Resource::Activity(_) | Resource::Other(_) => return None,
    };
    if it.pattern != Pattern::RequestResponse {
        return None;
    }
    let shape = models::find(&it.service, &it.api, flavor)?.result(models::Pattern::Request)?;
    Some((shape, flavor))
}

struct Checker {
    /// Whether required fields must be there.
    required: bool,
    /// Whether values, not only their types, are held against enumerations and bounds.
    values: bool,
}

impl Checker {
    fn value(&self, shape: &ShapeRef, value: &Value, field: &str) -> Result<(), String> {
        let wanted = |kind: &str| Err(format!("Field '{field}' must be {kind}"));
        match (shape.shape(), value) {
            (_, Value::Null) | (Shape::Json, _) => Ok(()),
            (Shape::String { values }, Value::String(text)) if self.values && !values.is_empty() => {
                match values.contains(&&**text) {
                    true => Ok(()),
                    false => Err(format!("Field '{field}' is not an expected value")),
                }
            }
            (Shape::String { .. } | Shape::Bytes, Value::String(text)) => {
                self.length(shape, text.chars().count(), field)
            }
            (Shape::Timestamp, Value::String(_)) | (Shape::Boolean, Value::Bool(_)) => Ok(()),
            (Shape::String { .. } | Shape::Bytes | Shape::Timestamp, _) => wanted("a string"),
            (Shape::Int | Shape::Number, value) => {
                value.as_f64().map_or_else(|| wanted("a number"), |it| self.size(shape, it, field))
            }
            (Shape::Boolean, _) => wanted("a boolean"),
            (Shape::List(item), Value::Array(items)) => {
                self.length(shape, items.len(), field)?;
                items.iter().try_for_each(|it| self.value(&item, it, field))
            }
            (Shape::List(_), _) => wanted("an array"),
            (Shape::Map(item), Value::Object(members)) => {
                members.iter().try_for_each(|(name, it)| self.value(&item, it, name))
            }
            (Shape::Record(record), Value::Object(members)) => self.record(&record, members),
            (Shape::Map(_) | Shape::Record(_), _) => wanted("an object"),
        }
    }

    fn record(&self, record: &Record, members: &Object) -> Result<(), String> {
        for (name, it) in members.iter() {
            // What the model does not know is let through: recorded.
            if let Some(member) = record.member(name) {
                self.value(&member.shape, it, name)?;
            }
        }
        let missing = |it: &&models::Member| it.required && members.get(it.name).is_none();
        match record.members.iter().find(missing).filter(|_| self.required) {
            Some(member) => Err(format!("Required field '{}' is missing", member.name)),
            None => Ok(()),
        }
    }

    fn size(&self, shape: &ShapeRef, number: f64, field: &str) -> Result<(), String> {
        let bounds = shape.bounds();
        match () {
            () if !self.values => Ok(()),
            () if bounds.most.is_some_and(|it| number > it) => {
                Err(format!("Field '{field}' exceeds the maximum value"))
            }
            () if bounds.least.is_some_and(|it| number < it) => {
                Err(format!("Field '{field}' is less than the minimum value"))
            }
            () => Ok(()),
        }
    }

    fn length(&self, shape: &ShapeRef, length: usize, field: &str) -> Result<(), String> {
        let (bounds, length) = (shape.bounds(), length as f64);
        match () {
            () if !self.values => Ok(()),
            () if bounds.most.is_some_and(|it| length > it) => {
                Err(format!("Field '{field}' exceeds the maximum length"))
            }
            () if bounds.least.is_some_and(|it| length < it) => {
                Err(format!("Field '{field}' is smaller than the minimum length"))
            }
            () => Ok(()),
        }
    }
}
