//! What a run is given: its input and what each call answers. All of it is made up, and grows where a run wants more.
//!
//! Every object carries a number under [`ID`]. A state that finds a field missing shows the object it looked into; the
//! number leads back to where that object was made, however it was passed on.

use std::collections::{BTreeMap, BTreeSet};

use interpreter::jsonpath::{Compare, Filter, Operand, Step};
use serde_json::{Map, Value as Json, json};

/// The member that tells objects apart.
pub(super) const ID: &str = "~id";

/// The input and the answers, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct World {
    pub(super) sources: BTreeMap<String, Json>,
    numbers: u64,
    /// What was done already: done again it would change nothing.
    done: BTreeSet<String>,
}

/// What should stand at a place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Want {
    /// Something.
    Any,
    Array,
    Object,
    Number,
    /// Text that holds a JSON object.
    JsonText,
    /// This very value.
    Exact(Json),
    /// Nothing.
    Absent,
}

impl World {
    /// An object without members.
    pub(super) fn object(&mut self) -> Json {
        self.numbers += 1;
        json!({ ID: self.numbers })
    }

    /// Text like no other.
    pub(super) fn text(&mut self) -> Json {
        self.numbers += 1;
        Json::from(format!("v{}", self.numbers))
    }

    /// Gives every object within a number.
    pub(super) fn tag(&mut self, value: &mut Json) {
        match value {
            Json::Object(members) => {
                members.values_mut().for_each(|it| self.tag(it));
                self.numbers += 1;
                members.insert(ID.to_owned(), self.numbers.into());
            }
            Json::Array(items) => items.iter_mut().for_each(|it| self.tag(it)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    fn wanted(&mut self, want: &Want) -> Json {
        match want {
            Want::Any => self.text(),
            Want::Array => json!([self.object()]),
            Want::Object => self.object(),
            Want::Number => json!(1),
            Want::JsonText => Json::from(self.object().to_string()),
            Want::Exact(value) => {
                let mut value = value.clone();
                self.tag(&mut value);
                value
            }
            Want::Absent => Json::Null,
        }
    }

    /// Puts what is wanted where `steps` lead from `start`, a value that some state saw. False when that value was not
    /// made here, or this was done before.
    pub(super) fn give(&mut self, start: &Json, steps: &[Step], want: &Want) -> bool {
        let Some((origin, at)) = origin(start, steps, want) else { return false };
        let rest = steps.get(at..).unwrap_or_default().to_vec();
        if !self.done.insert(format!("{origin:?} {rest:?} {want:?}")) {
            return false;
        }
        let mut sources = std::mem::take(&mut self.sources);
        let found = sources.values_mut().any(|source| self.reach(source, &origin, &rest, want));
        self.sources = sources;
        found
    }

    fn reach(&mut self, here: &mut Json, origin: &Origin, steps: &[Step], want: &Want) -> bool {
        if origin.is(here) {
            self.put(here, steps, want);
            return true;
        }
        match here {
            Json::Object(members) => members.values_mut().any(|it| self.reach(it, origin, steps, want)),
            Json::Array(items) => items.iter_mut().any(|it| self.reach(it, origin, steps, want)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
                let Some(mut inner) = within(here) else { return false };
                let found = self.reach(&mut inner, origin, steps, want);
                *here = Json::from(inner.to_string());
                found
            }
        }
    }

    fn put(&mut self, here: &mut Json, steps: &[Step], want: &Want) {
        let Some((step, rest)) = steps.split_first() else {
            *here = self.wanted(want);
            return;
        };
        if let Some(mut inner) = within(here) {
            self.put(&mut inner, steps, want);
            *here = Json::from(inner.to_string());
            return;
        }
        match step {
            Step::Name(name) => self.put_name(here, name, rest, want),
            Step::Names(names) => names.iter().for_each(|name| self.put_name(here, name, rest, want)),
            Step::Index(at) => {
                let least = usize::try_from(*at).map_or(1, |it| it.saturating_add(1).min(100));
                self.put_item(here, least, |_| {}, rest, want);
            }
            Step::Filter(filter) => {
                self.put_item(here, 1, |item| satisfy(item, filter), rest, want);
            }
            Step::Indexes(_) | Step::Slice(..) | Step::Wildcard => {
                self.put_item(here, 1, |_| {}, rest, want);
            }
            Step::Descend => self.put(here, rest, want),
        }
    }

    fn put_name(&mut self, here: &mut Json, name: &str, rest: &[Step], want: &Want) {
        // JSONata looks into the items of an array.
        if let Some(first) = here.as_array_mut().and_then(|it| it.first_mut()).filter(|it| it.is_object()) {
            return self.put_name(first, name, rest, want);
        }
        if !here.is_object() {
            *here = self.object();
        }
        let Some(members) = here.as_object_mut() else { return };
        if *want == Want::Absent && rest.is_empty() {
            members.remove(name);
            return;
        }
        let inner = members.entry(name).or_insert(Json::Null);
        self.put(inner, rest, want);
    }

    fn put_item(
        &mut self,
        here: &mut Json,
        least: usize,
        shape: impl Fn(&mut Map<String, Json>),
        rest: &[Step],
        want: &Want,
    ) {
        if !here.is_array() {
            *here = json!([]);
        }
        let Some(items) = here.as_array_mut() else { return };
        while items.len() < least {
            items.push(self.object());
        }
        let Some(last) = items.get_mut(least - 1) else { return };
        if let Some(members) = last.as_object_mut() {
            shape(members);
        }
        if !rest.is_empty() {
            self.put(last, rest, want);
        }
    }
}

/// The value that a text holds.
fn within(value: &Json) -> Option<Json> {
    let text = value.as_str().filter(|it| it.contains(ID))?;
    serde_json::from_str(text).ok()
}

/// Makes an item pass a filter, where the filter is of the usual kind.
fn satisfy(item: &mut Map<String, Json>, filter: &Filter) {
    match filter {
        Filter::And(all) => all.iter().for_each(|it| satisfy(item, it)),
        Filter::Or(any) => any.iter().take(1).for_each(|it| satisfy(item, it)),
        Filter::Compare(Operand::Path(path), Compare::Eq | Compare::Same, Operand::Value(value)) => {
            if let ([Step::Name(name)], Ok(value)) = (path.steps.as_slice(), value.to_string().parse()) {
                item.insert(name.to_string(), value);
            }
        }
        Filter::Exists(Operand::Path(path)) => {
            if let [Step::Name(name)] = path.steps.as_slice() {
                item.insert(name.to_string(), Json::from(true));
            }
        }
        Filter::Compare(..) | Filter::Exists(_) | Filter::Not(_) => {}
    }
}

/// What a value was made as.
#[derive(Debug)]
enum Origin {
    Object(String),
    Text(String),
}

impl Origin {
    fn of(value: &Json) -> Option<Origin> {
        let is_made = |it: &str| it.strip_prefix('v').is_some_and(|it| it.parse::<u64>().is_ok());
        match value {
            // In a row of a CSV file the number is text.
            Json::Object(members) => members.get(ID).map(|it| match it {
                Json::String(text) => Origin::Object(text.clone()),
                other => Origin::Object(other.to_string()),
            }),
            Json::String(text) if is_made(text) => Some(Origin::Text(text.clone())),
            _ => None,
        }
    }

    fn is(&self, value: &Json) -> bool {
        match (self, value) {
            (Origin::Object(number), Json::Object(members)) => {
                members.get(ID).and_then(Json::as_u64) == number.parse().ok()
            }
            (Origin::Text(text), Json::String(other)) => text == other,
            _ => false,
        }
    }
}

/// The deepest value on the way whose making is known, and how many steps lead there.
fn origin(start: &Json, steps: &[Step], want: &Want) -> Option<(Origin, usize)> {
    // To take a member away its object must be known.
    let most = if *want == Want::Absent { steps.len().checked_sub(1)? } else { steps.len() };
    let mut found = None;
    let mut here = Some(start);
    for at in 0..=most {
        let Some(value) = here else { break };
        found = Origin::of(value).map(|it| (it, at)).or(found);
        if let Some(inner) = within(value)
            && let Some((origin, further)) = origin(&inner, steps.get(at..).unwrap_or_default(), want)
        {
            return Some((origin, at + further));
        }
        let Some(step) = steps.get(at) else { break };
        // A name on an array means its items.
        if let (Step::Name(_), Some(item)) = (step, value.as_array().and_then(|it| it.first())) {
            found = Origin::of(item).map(|it| (it, at)).or(found);
        }
        here = follow(value, step);
    }
    found
}

/// Whether there is something, also where a text on the way holds it.
pub(super) fn is_there(start: &Json, steps: &[Step]) -> bool {
    let Some((step, rest)) = steps.split_first() else { return true };
    match within(start) {
        Some(inner) => is_there(&inner, steps),
        None => follow(start, step).is_some_and(|it| is_there(it, rest)),
    }
}

/// One step, into the first of several.
pub(super) fn follow<'v>(value: &'v Json, step: &Step) -> Option<&'v Json> {
    match step {
        Step::Name(name) => match value {
            Json::Array(items) => items.first()?.get(&**name),
            other => other.get(&**name),
        },
        Step::Names(names) => value.get(&**names.first()?),
        Step::Index(at) => match usize::try_from(*at) {
            Ok(at) => value.get(at),
            Err(_) => value.as_array()?.last(),
        },
        Step::Indexes(_) | Step::Slice(..) | Step::Wildcard | Step::Filter(_) => value.as_array()?.first(),
        Step::Descend => Some(value),
    }
}
