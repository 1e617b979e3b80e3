//! A definition as the runner looks at it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// All states by name, nested ones included.
#[derive(Debug, Default)]
pub(super) struct Definition {
    states: BTreeMap<String, State>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) json: Json,
    /// How many states lie between it and a good end; `None`: none is to be reached.
    distance: Option<usize>,
}

impl Definition {
    pub(super) fn of(root: &Json) -> Definition {
        let mut definition = Definition::default();
        definition.flow(root, 0);
        definition
    }

    pub(super) fn state(&self, name: &str) -> Option<&State> {
        self.states.get(name)
    }

    /// How near a state is to a good end: smaller is nearer.
    pub(super) fn distance(&self, name: &str) -> usize {
        self.state(name).and_then(|it| it.distance).unwrap_or(usize::MAX)
    }

    fn flow(&mut self, flow: &Json, depth: usize) {
        let Some(states) = flow.get("States").and_then(Json::as_object).filter(|_| depth < 32) else {
            return;
        };
        let mut distances: BTreeMap<&str, usize> = BTreeMap::new();
        loop {
            let before = distances.len();
            for (name, state) in states.iter().filter(|(name, _)| !name.is_empty()) {
                let onward =
                    nexts(state).into_iter().filter_map(|it| distances.get(it)).min().map(|it| it + 1);
                let is_end = state.get("End") == Some(&Json::from(true))
                    || state.get("Type").is_some_and(|it| it == "Succeed");
                if let Some(distance) = is_end.then_some(0).or(onward) {
                    distances.entry(name).or_insert(distance);
                }
            }
            if distances.len() == before {
                break;
            }
        }
        for (name, state) in states {
            let distance = distances.get(name.as_str()).copied();
            self.states.insert(name.clone(), State { json: state.clone(), distance });
            let branches = state.get("Branches").and_then(Json::as_array).into_iter().flatten();
            let flows = ["ItemProcessor", "Iterator"].iter().filter_map(|it| state.get(it));
            flows.chain(branches).for_each(|it| self.flow(it, depth + 1));
        }
    }
}

fn nexts(state: &Json) -> Vec<&str> {
    let rules = state.get("Choices").and_then(Json::as_array).into_iter().flatten();
    let rules = rules.filter_map(|it| it.get("Next"));
    let own = ["Next", "Default"].iter().filter_map(|it| state.get(it));
    own.chain(rules).filter_map(Json::as_str).collect()
}
