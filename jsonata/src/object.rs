//! An object: members in the order in which they were first set.

use std::collections::HashMap;
use std::sync::Arc;

use crate::deep;
use crate::value::Value;

/// Up to this many members a scan is faster than a hash.
const SCANNED: usize = 12;

/// A shared, insertion-ordered map from names to values. A clone copies a pointer; the first change after it
/// copies the members (one level).
#[derive(Clone, Debug, Default)]
pub struct Object(Arc<Members>);

#[derive(Clone, Debug, Default)]
struct Members {
    list: Vec<(Arc<str>, Value)>,
    /// Where each name is, for objects beyond `SCANNED` members.
    index: Option<HashMap<Arc<str>, usize>>,
}

impl Drop for Members {
    fn drop(&mut self) {
        let nested = |it: &Value| matches!(it, Value::Array(_) | Value::Object(_) | Value::Function(_));
        if self.list.iter().any(|(_, it)| nested(it)) {
            let values = self.list.drain(..).map(|(_, it)| it).filter(nested).collect();
            deep::drop_nested(values);
        }
    }
}

impl Members {
    fn position(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.get(name).copied(),
            None => self.list.iter().position(|(it, _)| &**it == name),
        }
    }

    fn reindex(&mut self) {
        self.index = (self.list.len() > SCANNED)
            .then(|| self.list.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)).collect());
    }

    fn insert(&mut self, name: Arc<str>, value: Value) -> Option<Value> {
        if let Some((_, old)) = self.position(&name).and_then(|at| self.list.get_mut(at)) {
            return Some(std::mem::replace(old, value));
        }
        let at = self.list.len();
        match &mut self.index {
            Some(index) => {
                index.insert(name.clone(), at);
                self.list.push((name, value));
            }
            None => {
                self.list.push((name, value));
                if at >= SCANNED {
                    self.reindex();
                }
            }
        }
        None
    }
}

impl Object {
    /// An object without members.
    pub fn new() -> Object {
        Object::default()
    }

    /// Members whose names are known to differ from one another.
    pub(crate) fn of_distinct(list: Vec<(Arc<str>, Value)>) -> Object {
        let mut members = Members { list, index: None };
        if members.list.len() > SCANNED {
            members.reindex();
        }
        Object(Arc::new(members))
    }

    /// How many members it has.
    pub fn len(&self) -> usize {
        self.0.list.len()
    }

    /// Whether it has no members.
    pub fn is_empty(&self) -> bool {
        self.0.list.is_empty()
    }

    /// The member of a name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        let at = self.0.position(name)?;
        self.0.list.get(at).map(|(_, value)| value)
    }

    /// As [`Object::get`], trying first the place where the name was found the last time.
    pub(crate) fn get_near(&self, name: &str, hint: &std::sync::atomic::AtomicU32) -> Option<&Value> {
        use std::sync::atomic::Ordering::Relaxed;
        match self.0.list.get(hint.load(Relaxed) as usize) {
            Some((it, value)) if &**it == name => Some(value),
            _ => {
                let at = self.0.position(name)?;
                hint.store(at as u32, Relaxed);
                self.0.list.get(at).map(|(_, value)| value)
            }
        }
    }

    /// Whether it has a member of the name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.0.position(name).is_some()
    }

    /// Sets a member, at the end if it is new; gives the value it had.
    pub fn insert(&mut self, name: impl Into<Arc<str>>, value: Value) -> Option<Value> {
        Arc::make_mut(&mut self.0).insert(name.into(), value)
    }

    /// Takes a member out; the others keep their order.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        let at = self.0.position(name)?;
        let members = Arc::make_mut(&mut self.0);
        let (_, value) = members.list.remove(at);
        members.reindex();
        Some(value)
    }

    /// The member to change; the members are copied first (one level) if another value shares them.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let at = self.0.position(name)?;
        Arc::make_mut(&mut self.0).list.get_mut(at).map(|(_, value)| value)
    }

    /// The members in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Arc<str>, &Value)> + ExactSizeIterator {
        self.0.list.iter().map(|(name, value)| (name, value))
    }

    /// The names in their order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Arc<str>> {
        self.iter().map(|(name, _)| name)
    }

    /// The values in the order of their names.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }

    pub(crate) fn same(&self, other: &Object) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Where the members live: tells one object from another that is merely equal.
    pub(crate) fn address(&self) -> usize {
        Arc::as_ptr(&self.0).cast::<()>() as usize
    }
}

impl<K: Into<Arc<str>>> FromIterator<(K, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(members: I) -> Object {
        let members = members.into_iter();
        let mut all = Members { list: Vec::with_capacity(members.size_hint().0), index: None };
        for (name, value) in members {
            all.insert(name.into(), value);
        }
        Object(Arc::new(all))
    }
}

impl<K: Into<Arc<str>>> Extend<(K, Value)> for Object {
    fn extend<I: IntoIterator<Item = (K, Value)>>(&mut self, members: I) {
        for (name, value) in members {
            self.insert(name, value);
        }
    }
}

impl PartialEq for Object {
    fn eq(&self, other: &Object) -> bool {
        self.same(other)
            || (self.len() == other.len()
                && deep::guarded(|| self.iter().all(|(name, value)| other.get(name) == Some(value))))
    }
}
