//! Runs Amazon States Language definitions offline, on a virtual clock.
