//! What each fuzz target checks.

pub mod support;
pub mod targets;
