//! Sets of variables, and which are live where: read later, before they are assigned.

use bit_set::BitSet;

use super::{Edge, Expr, Goal, Machine, StateId, VarId};

/// A set of variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vars(BitSet);

impl Vars {
    pub fn insert(&mut self, var: VarId) {
        self.0.insert(var.index());
    }

    pub fn remove(&mut self, var: VarId) {
        self.0.remove(var.index());
    }

    pub fn contains(&self, var: VarId) -> bool {
        self.0.contains(var.index())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes in all of another set.
    pub fn add(&mut self, other: &Vars) {
        self.0.union_with(&other.0);
    }

    /// Takes in the variables that an expression reads.
    pub fn add_reads(&mut self, expr: &Expr) {
        expr.visit(&mut |e| {
            if let Expr::Var(id) = e {
                self.insert(*id);
            }
        });
    }

    /// Takes in what an edge's values read.
    pub(super) fn add_edge_reads(&mut self, edge: &Edge) {
        edge.assign.iter().for_each(|(_, value)| self.add_reads(value));
        if let Goal::End(value) = &edge.to {
            self.add_reads(value);
        }
    }

    fn holds_all(&self, other: &Vars) -> bool {
        other.0.is_subset(&self.0)
    }

    /// In ascending order.
    pub fn iter(&self) -> impl Iterator<Item = VarId> + '_ {
        self.0.iter().map(|at| VarId(u32::try_from(at).unwrap_or(u32::MAX)))
    }
}

impl FromIterator<VarId> for Vars {
    fn from_iter<I: IntoIterator<Item = VarId>>(vars: I) -> Vars {
        Vars(vars.into_iter().map(VarId::index).collect())
    }
}

impl Expr {
    /// The variables it reads.
    pub fn vars(&self) -> Vars {
        let mut all = Vars::default();
        all.add_reads(self);
        all
    }
}

/// The variables that are live when each state of a scope is entered.
#[derive(Debug)]
pub struct Live(Vec<Vars>);

impl Live {
    /// At a state's entry; none where the state is of another scope.
    pub fn at(&self, id: StateId) -> Option<&Vars> {
        self.0.get(id.index())
    }

    /// Whether a variable is read behind an edge's assignments.
    pub fn after(&self, edge: &Edge, var: VarId) -> bool {
        edge.target().and_then(|to| self.at(to)).is_some_and(|live| live.contains(var))
    }

    /// Whether a variable is read on an edge or behind its assignments.
    pub fn on(&self, edge: &Edge, var: VarId) -> bool {
        let assigned = edge.assign.iter().any(|(v, _)| *v == var);
        let read = edge.assign.iter().any(|(_, value)| value.reads(var) > 0)
            || matches!(&edge.to, Goal::End(value) if value.reads(var) > 0);
        read || (!assigned && self.after(edge, var))
    }

    /// All that is read behind an edge's assignments.
    pub fn all_after(&self, edge: &Edge) -> Vars {
        edge.target().and_then(|to| self.at(to)).cloned().unwrap_or_default()
    }
}

/// A way from a state to another: what is assigned on it.
struct Way {
    to: StateId,
    assigned: Vec<VarId>,
}

impl Machine {
    /// Variables that a state reads when it is entered, those its inner scopes read from outside included.
    fn entry_reads(&self, id: StateId) -> Vars {
        let mut all = Vars::default();
        let kind = &self.state(id).kind;
        kind.reads().into_iter().for_each(|expr| all.add_reads(expr));
        kind.bodies().into_iter().for_each(|body| self.add_scope_reads(body, &mut all));
        all
    }

    fn add_scope_reads(&self, start: StateId, into: &mut Vars) {
        for id in self.scope(start) {
            into.add(&self.entry_reads(id));
            self.state(id).kind.edges().into_iter().for_each(|(_, edge)| into.add_edge_reads(edge));
        }
    }

    /// Which variables are live when each state of a scope is entered.
    pub fn live(&self, start: StateId) -> Live {
        let order = self.scope(start);
        let mut live = vec![Vars::default(); self.states.len()];
        let mut ways: Vec<(StateId, Vec<Way>)> = Vec::with_capacity(order.len());
        // From the ends backwards most are settled by one look.
        for id in order.into_iter().rev() {
            let mut reads = self.entry_reads(id);
            let edges = self.state(id).kind.edges();
            edges.iter().for_each(|(_, edge)| reads.add_edge_reads(edge));
            if let Some(at) = live.get_mut(id.index()) {
                *at = reads;
            }
            let way = |edge: &Edge| {
                let assigned = edge.assign.iter().map(|(var, _)| *var).collect();
                edge.target().map(|to| Way { to, assigned })
            };
            ways.push((id, edges.iter().filter_map(|(_, edge)| way(edge)).collect()));
        }
        while ways.iter().fold(false, |changed, (id, ways)| flow_back(&mut live, *id, ways) | changed) {}
        Live(live)
    }

    /// Variables that a scope's edges assign.
    pub fn assigned(&self, start: StateId) -> Vars {
        let ids = self.scope(start);
        ids.iter()
            .flat_map(|id| self.state(*id).kind.edges())
            .flat_map(|(_, edge)| edge.assign.iter().map(|(var, _)| *var))
            .collect()
    }
}

/// Whether what is live behind a state's ways added to what is live at its entry.
fn flow_back(live: &mut [Vars], id: StateId, ways: &[Way]) -> bool {
    let mut changed = false;
    for way in ways {
        let Some(mut behind) = live.get(way.to.index()).cloned() else { continue };
        way.assigned.iter().for_each(|var| behind.remove(*var));
        if let Some(at) = live.get_mut(id.index())
            && !at.holds_all(&behind)
        {
            at.add(&behind);
            changed = true;
        }
    }
    changed
}
