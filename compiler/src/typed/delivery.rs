//! How a workflow's input arrives from its triggers: pipes hand over lists, and streams DynamoDB's own form.

use std::sync::Arc;

use super::resource::{Event, Trigger};
use super::{Expr, ExprKind, ListPart, LocalId, Program, RecordPart, Target, WorkflowId};
use crate::types::Type;

/// What differs from the plain payload when a trigger starts the workflow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Delivery {
    /// The payload comes as the only item of a list: a pipe delivers batches, even of one.
    pub listed: bool,
    /// The payload comes inside a record, as [`WRAPPED`]: a pipe's template that is one path and nothing else gives text
    /// that is no JSON (EventBridge User Guide, "Implicit body data parsing").
    pub wrapped: bool,
    /// Places in the payload that hold what a table's stream says.
    pub images: Vec<Image>,
}

/// The field that holds the payload where a pipe can't hand it over by itself.
pub const WRAPPED: &str = "payload";

#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Fields that lead to it from the payload.
    pub path: Vec<Arc<str>>,
    pub ty: Type,
    /// A whole item: a map of fields, each in DynamoDB's form; else one value in that form.
    pub item: bool,
    /// Another trigger hands over the plain value here.
    pub mixed: bool,
}

impl Program {
    /// What the triggers of a workflow do to its payload.
    pub fn delivery(&self, id: WorkflowId) -> Delivery {
        let mut delivery = Delivery::default();
        let mut each: Vec<Vec<Image>> = Vec::new();
        for trigger in &self.triggers {
            let ExprKind::Call(call) = &trigger.action.call.kind else { continue };
            let starts = matches!(call.target, Target::Workflow(target) if target == id);
            let Some(event) = self.event(trigger).filter(|_| starts) else { continue };
            if !matches!(text(&event.carrier, "carrier").as_deref(), Some("poll" | "topic")) {
                continue;
            }
            delivery.listed = true;
            if let (Some(payload), Some(binder)) = (call.arguments.first(), trigger.binder) {
                delivery.wrapped |= !is_template(payload) && !is_raw(payload, binder);
                let names = texts(&event.carrier, "images");
                let mut images = Vec::new();
                find(payload, binder, &names, &mut Vec::new(), &mut images);
                each.push(images);
            } else {
                each.push(Vec::new());
            }
        }
        for mut image in each.iter().flatten().cloned() {
            image.mixed = !each.iter().all(|it| it.iter().any(|it| it.path == image.path));
            if !delivery.images.contains(&image) {
                delivery.images.push(image);
            }
        }
        delivery
    }

    /// The event that a trigger waits for, as its kind declares it.
    pub fn event(&self, trigger: &Trigger) -> Option<&Event> {
        let kinds = &self.kinds.kinds;
        let kind = match trigger.source {
            Some(id) => kinds.get(self.resources.get(id.index())?.kind.as_ref()?),
            None if &*trigger.event == "schedule" => kinds.get("schedule"),
            None => kinds.get("bus"),
        }?;
        match trigger.source {
            None if &*trigger.event == "schedule" => kind.events.get("tick"),
            _ => kind.events.get(&trigger.event),
        }
    }
}

/// Whether the payload is JSON around pieces of the event, or holds none.
fn is_template(payload: &Expr) -> bool {
    match &payload.kind {
        ExprKind::Cast(inner) => is_template(inner),
        kind => matches!(kind, ExprKind::Record(_) | ExprKind::List(_)),
    }
}

/// `event.raw`: a pipe without a template.
fn is_raw(payload: &Expr, binder: LocalId) -> bool {
    matches!(chain(payload, binder).as_deref(), Some([only]) if **only == *"raw")
}

fn member<'a>(record: &'a Expr, wanted: &str) -> Option<&'a Expr> {
    let ExprKind::Record(parts) = &record.kind else { return None };
    parts.iter().find_map(|part| match part {
        RecordPart::Field(name, value) if **name == *wanted => Some(value),
        RecordPart::Field(..) | RecordPart::Spread(_) => None,
    })
}

fn text(record: &Expr, name: &str) -> Option<Arc<str>> {
    match &member(record, name)?.kind {
        ExprKind::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn texts(record: &Expr, name: &str) -> Vec<Arc<str>> {
    let Some(ExprKind::List(parts)) = member(record, name).map(|it| &it.kind) else { return Vec::new() };
    let item = |part: &ListPart| match part {
        ListPart::Item(Expr { kind: ExprKind::String(text), .. }) => Some(text.clone()),
        ListPart::Item(_) | ListPart::Spread(_) => None,
    };
    parts.iter().filter_map(item).collect()
}

fn find(expr: &Expr, binder: LocalId, names: &[Arc<str>], path: &mut Vec<Arc<str>>, images: &mut Vec<Image>) {
    match &expr.kind {
        ExprKind::Record(parts) => {
            for part in parts {
                if let RecordPart::Field(name, value) = part {
                    path.push(name.clone());
                    find(value, binder, names, path, images);
                    path.pop();
                }
            }
        }
        ExprKind::Cast(inner) => find(inner, binder, names, path, images),
        ExprKind::Field { .. } => {
            let Some(steps) = chain(expr, binder) else { return };
            if steps.first().is_some_and(|first| names.contains(first)) {
                let image =
                    Image { path: path.clone(), ty: expr.ty.clone(), item: steps.len() == 1, mixed: false };
                if !images.contains(&image) {
                    images.push(image);
                }
            }
        }
        _ => {}
    }
}

/// The fields of `event.new.id`, outermost first.
fn chain(expr: &Expr, binder: LocalId) -> Option<Vec<Arc<str>>> {
    match &expr.kind {
        ExprKind::Local(local) if *local == binder => Some(Vec::new()),
        ExprKind::Field { base, name, .. } => {
            let mut steps = chain(base, binder)?;
            steps.push(name.clone());
            Some(steps)
        }
        ExprKind::Cast(inner) => chain(inner, binder),
        _ => None,
    }
}
