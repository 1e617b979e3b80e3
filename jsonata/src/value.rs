//! The value every payload is made of: cheap to clone, ordered, safe to send between threads.

use std::borrow::Cow;
use std::sync::Arc;

use crate::deep;
use crate::function::Function;
use crate::object::Object;

/// A JSON value, or one of the two things JSONata has besides: nothing, and a function.
///
/// A clone copies a pointer and never the contents, so one payload can be shared from state to state.
/// Two values are equal as JSON is: arrays in order, objects without regard to the order of their keys, numbers
/// as doubles.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// JSONata's "nothing". JSON text never yields it and [`crate::Expression::evaluate`] never returns it;
    /// where it is printed as JSON it reads `null`.
    #[default]
    Undefined,
    /// JSON's `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Every number that a double holds exactly, which is nearly every number.
    Number(f64),
    /// An integer of JSON text that a double can't hold (beyond 2^53): kept exact while it is passed on, a double
    /// as soon as an expression calculates with it.
    Long(i64),
    /// A text.
    String(Arc<str>),
    /// A list of values.
    Array(Array),
    /// Members by name, in their order.
    Object(Object),
    /// What a lambda, a regular expression or `$sum` evaluates to. It can only be called by the evaluation that
    /// made it; as JSON it reads `""`.
    Function(Function),
}

/// An array: a shared vector, and the marks by which JSONata tells a sequence from an array that was written.
#[derive(Clone, Debug, Default)]
pub struct Array {
    items: Arc<Items>,
    pub(crate) flags: Flags,
}

#[derive(Clone, Debug, Default)]
struct Items(Vec<Value>);

impl Drop for Items {
    fn drop(&mut self) {
        deep::drop_values(&mut self.0);
    }
}

/// What JSONata remembers about an array beside its items.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flags(u8);

impl Flags {
    pub(crate) const NONE: Flags = Flags(0);
    /// The result of a query: one item stands for itself, no item for nothing.
    pub(crate) const SEQUENCE: Flags = Flags(1);
    /// A sequence that stays an array although it has one item (`[]` was written).
    pub(crate) const KEEP: Flags = Flags(2);
    /// Made by an array constructor in a path: not flattened into the result.
    pub(crate) const CONS: Flags = Flags(4);
    /// Wraps an input that is an array, so that it is one item.
    pub(crate) const OUTER: Flags = Flags(8);
    /// The items are tuples: a value and the variables bound along the path.
    pub(crate) const TUPLES: Flags = Flags(16);

    pub(crate) const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }

    pub(crate) const fn has(self, other: Flags) -> bool {
        self.0 & other.0 != 0
    }
}

impl Array {
    /// An array of nothing.
    pub fn new() -> Array {
        Array::default()
    }

    pub(crate) fn flagged(items: Vec<Value>, flags: Flags) -> Array {
        Array { items: Arc::new(Items(items)), flags }
    }

    pub(crate) fn sequence(items: Vec<Value>) -> Array {
        Array::flagged(items, Flags::SEQUENCE)
    }

    pub(crate) fn is_sequence(&self) -> bool {
        self.flags.has(Flags::SEQUENCE)
    }

    pub(crate) fn same(&self, other: &Array) -> bool {
        Arc::ptr_eq(&self.items, &other.items)
    }

    /// The items.
    pub fn as_slice(&self) -> &[Value] {
        &self.items.0
    }

    /// The items to change; copied first (one level) if another value shares them.
    pub fn make_mut(&mut self) -> &mut Vec<Value> {
        &mut Arc::make_mut(&mut self.items).0
    }

    /// Adds an item at the end; the items are copied first (one level) if another value shares them.
    pub fn push(&mut self, value: Value) {
        self.make_mut().push(value);
    }

    /// The items as a vector of their own, without a copy if nobody shares them.
    pub fn into_vec(self) -> Vec<Value> {
        match Arc::try_unwrap(self.items) {
            Ok(mut items) => std::mem::take(&mut items.0),
            Err(shared) => shared.0.clone(),
        }
    }
}

impl std::ops::Deref for Array {
    type Target = [Value];

    fn deref(&self) -> &[Value] {
        self.as_slice()
    }
}

impl From<Vec<Value>> for Array {
    fn from(items: Vec<Value>) -> Array {
        Array::flagged(items, Flags::NONE)
    }
}

impl FromIterator<Value> for Array {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Array {
        items.into_iter().collect::<Vec<_>>().into()
    }
}

impl<'a> IntoIterator for &'a Array {
    type Item = &'a Value;
    type IntoIter = std::slice::Iter<'a, Value>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl PartialEq for Array {
    fn eq(&self, other: &Array) -> bool {
        self.same(other) || deep::guarded(|| self.as_slice() == other.as_slice())
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => a == b,
            (Value::Object(a), Value::Object(b)) => a == b,
            (Value::Function(a), Value::Function(b)) => a.same(b),
            (a, b) => a.as_f64().is_some_and(|a| Some(a) == b.as_f64()),
        }
    }
}

impl Value {
    /// A text.
    pub fn string(text: impl Into<Arc<str>>) -> Value {
        Value::String(text.into())
    }

    /// An array of the given items.
    pub fn array(items: impl IntoIterator<Item = Value>) -> Value {
        Value::Array(items.into_iter().collect())
    }

    /// An object of the given members, in their order; of two with one name the later value wins.
    pub fn object<K: Into<Arc<str>>>(members: impl IntoIterator<Item = (K, Value)>) -> Value {
        Value::Object(members.into_iter().collect())
    }

    pub(crate) fn sequence(items: Vec<Value>) -> Value {
        Value::Array(Array::sequence(items))
    }

    /// Whether it is JSONata's "nothing".
    pub fn is_undefined(&self) -> bool {
        matches!(self, Value::Undefined)
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether it is a number of either kind.
    pub fn is_number(&self) -> bool {
        matches!(self, Value::Number(_) | Value::Long(_))
    }

    /// Whether it is a text.
    pub fn is_string(&self) -> bool {
        matches!(self, Value::String(_))
    }

    /// Whether it is an array.
    pub fn is_array(&self) -> bool {
        matches!(self, Value::Array(_))
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        matches!(self, Value::Object(_))
    }

    /// Whether it is a function.
    pub fn is_function(&self) -> bool {
        matches!(self, Value::Function(_))
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(it) => Some(*it),
            _ => None,
        }
    }

    /// The number as a double, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Value::Number(it) => Some(*it),
            Value::Long(it) => Some(*it as f64),
            _ => None,
        }
    }

    /// The number if it is whole and fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Value::Long(it) => Some(*it),
            Value::Number(it) if it.fract() == 0.0 && it.abs() < 9_223_372_036_854_775_808.0 => {
                Some(*it as i64)
            }
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(it) => Some(it),
            _ => None,
        }
    }

    /// The array, if it is one.
    pub fn as_array(&self) -> Option<&Array> {
        match self {
            Value::Array(it) => Some(it),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Value::Object(it) => Some(it),
            _ => None,
        }
    }

    /// The member of an object, nothing for any other value.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_object()?.get(name)
    }

    /// The item of an array, nothing for any other value.
    pub fn at(&self, index: usize) -> Option<&Value> {
        self.as_array()?.get(index)
    }

    /// The value that an RFC 6901 pointer names: `/order/items/0`.
    pub fn pointer(&self, pointer: &str) -> Option<&Value> {
        let mut value = self;
        for part in pointer.split('/').skip(1) {
            let name: Cow<'_, str> = match part.contains('~') {
                true => part.replace("~1", "/").replace("~0", "~").into(),
                false => part.into(),
            };
            value = match value {
                Value::Object(it) => it.get(&name)?,
                Value::Array(it) => it.get(name.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(value)
    }

    /// `null`, `boolean`, `number`, `string`, `array`, `object`, `function` or `undefined`, as `$type` says.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Undefined => "undefined",
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) | Value::Long(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
            Value::Function(_) => "function",
        }
    }
}

impl From<bool> for Value {
    fn from(it: bool) -> Value {
        Value::Bool(it)
    }
}

impl From<f64> for Value {
    fn from(it: f64) -> Value {
        Value::Number(it)
    }
}

impl From<i64> for Value {
    fn from(it: i64) -> Value {
        match (it as f64) as i128 == i128::from(it) {
            true => Value::Number(it as f64),
            false => Value::Long(it),
        }
    }
}

impl From<u64> for Value {
    fn from(it: u64) -> Value {
        i64::try_from(it).map_or(Value::Number(it as f64), Value::from)
    }
}

impl From<usize> for Value {
    fn from(it: usize) -> Value {
        Value::from(it as u64)
    }
}

impl From<i32> for Value {
    fn from(it: i32) -> Value {
        Value::Number(f64::from(it))
    }
}

impl From<&str> for Value {
    fn from(it: &str) -> Value {
        Value::String(it.into())
    }
}

impl From<String> for Value {
    fn from(it: String) -> Value {
        Value::String(it.into())
    }
}

impl From<Arc<str>> for Value {
    fn from(it: Arc<str>) -> Value {
        Value::String(it)
    }
}

impl From<Array> for Value {
    fn from(it: Array) -> Value {
        Value::Array(it)
    }
}

impl From<Vec<Value>> for Value {
    fn from(it: Vec<Value>) -> Value {
        Value::Array(it.into())
    }
}

impl From<Object> for Value {
    fn from(it: Object) -> Value {
        Value::Object(it)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    /// Nothing becomes `null`.
    fn from(it: Option<T>) -> Value {
        it.map_or(Value::Null, Into::into)
    }
}
