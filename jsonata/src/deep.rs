//! Deeply nested values and expressions: neither walking nor dropping them may overflow the stack.

use std::cell::{Cell, RefCell};

use crate::value::Value;

/// Below this much stack a walk goes on in a new segment. Debug builds use about 20 KiB for one level of evaluation.
const RED_ZONE: usize = 192 * 1024;
const SEGMENT: usize = 2 * 1024 * 1024;

/// Runs one more level of a recursive walk, on fresh stack if little is left.
pub(crate) fn guarded<R>(walk: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(RED_ZONE, SEGMENT, walk)
}

/// Containers within containers that are dropped directly; what lies deeper waits in `LATER`.
const DIRECT: u32 = 64;

thread_local! {
    static DEPTH: Cell<u32> = const { Cell::new(0) };
    static LATER: RefCell<Vec<Vec<Value>>> = const { RefCell::new(Vec::new()) };
}

/// Drops the items of a container without recursion beyond `DIRECT` levels.
pub(crate) fn drop_values(items: &mut Vec<Value>) {
    if items.iter().any(|it| matches!(it, Value::Array(_) | Value::Object(_) | Value::Function(_))) {
        drop_nested(std::mem::take(items));
    }
}

/// The same for values that have already been taken out of their container.
pub(crate) fn drop_nested(items: Vec<Value>) {
    let Ok(depth) = DEPTH.try_with(Cell::get) else { return };
    if depth >= DIRECT {
        // A thread that is shutting down has no queue left; then the plain recursion has to do.
        let _ = LATER.try_with(|later| later.borrow_mut().push(items));
        return;
    }
    let _ = DEPTH.try_with(|it| it.set(depth + 1));
    drop(items);
    let _ = DEPTH.try_with(|it| it.set(depth));
    if depth == 0 {
        while let Ok(Some(items)) = LATER.try_with(|later| later.borrow_mut().pop()) {
            let _ = DEPTH.try_with(|it| it.set(1));
            drop(items);
            let _ = DEPTH.try_with(|it| it.set(0));
        }
    }
}
