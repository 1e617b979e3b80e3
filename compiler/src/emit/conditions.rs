//! The template's `Conditions`: made where values depend on parameters, named after what they say.

use std::cell::RefCell;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::value::Condition;

/// Conditions by name, in the order they were first needed.
#[derive(Debug, Default)]
pub struct Conditions {
    by_name: RefCell<IndexMap<String, Json>>,
}

impl Conditions {
    /// The name of a condition that holds exactly where `condition` does.
    pub fn name(&self, condition: &Condition) -> String {
        if let Condition::Named(name) = condition {
            return super::ids::pascal(name);
        }
        let body = self.body(condition);
        if let Some((name, _)) = self.by_name.borrow().iter().find(|(_, known)| **known == body) {
            return name.clone();
        }
        let wanted = title(condition).filter(|it| it.len() <= 60).unwrap_or_else(|| "Condition".to_owned());
        let name = self.free(&wanted);
        self.by_name.borrow_mut().insert(name.clone(), body);
        name
    }

    /// Declares a condition under its own name.
    pub fn declare(&self, name: &str, condition: &Condition) {
        let body = self.body(condition);
        self.by_name.borrow_mut().insert(name.to_owned(), body);
    }

    /// A condition as CloudFormation writes it inside another one.
    pub fn body(&self, condition: &Condition) -> Json {
        match condition {
            Condition::Named(name) => json!({ "Condition": super::ids::pascal(name) }),
            Condition::Equals(left, right) => json!({ "Fn::Equals": [left, right] }),
            Condition::Not(inner) => json!({ "Fn::Not": [self.body(inner)] }),
            Condition::And(left, right) => json!({ "Fn::And": [self.body(left), self.body(right)] }),
            Condition::Or(left, right) => json!({ "Fn::Or": [self.body(left), self.body(right)] }),
        }
    }

    pub fn all(&self) -> IndexMap<String, Json> {
        self.by_name.borrow().clone()
    }

    fn free(&self, wanted: &str) -> String {
        let known = self.by_name.borrow();
        if !known.contains_key(wanted) {
            return wanted.to_owned();
        }
        (2..).map(|n| format!("{wanted}{n}")).find(|it| !known.contains_key(it)).unwrap_or_default()
    }
}

/// `StageIsProd`, `StageIsNotProd`, `AIsBAndCIsD`
fn title(condition: &Condition) -> Option<String> {
    Some(match condition {
        Condition::Named(name) => super::ids::pascal(name),
        Condition::Equals(left, right) => {
            let left = left.get("Ref")?.as_str()?;
            let right = right.as_str().or_else(|| right.get("Ref")?.as_str())?;
            format!("{}Is{}", left.replace("::", ""), super::ids::pascal(right))
        }
        Condition::Not(inner) => match &**inner {
            Condition::Equals(..) => title(inner)?.replacen("Is", "IsNot", 1),
            Condition::Named(_) | Condition::Not(_) | Condition::And(..) | Condition::Or(..) => {
                format!("Not{}", title(inner)?)
            }
        },
        Condition::And(left, right) => format!("{}And{}", title(left)?, title(right)?),
        Condition::Or(left, right) => format!("{}Or{}", title(left)?, title(right)?),
    })
}
