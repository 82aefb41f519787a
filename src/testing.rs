//! Synthetic accounts for tests and benchmarks (feature `testing`).
//!
//! [`accounts`] makes large accounts fast, for benchmarks. [`generate()`] makes two accounts that are spelled as
//! differently as two accounts of a company are, mean the same, and differ in known ways only.

mod details;
mod document;
mod drifts;
mod families;
mod fleet;
mod generate;
mod model;
mod numbers;
mod plan;
mod policies;
mod rewriting;
mod synthetic;
mod world;

pub use details::authorization_details;
pub use fleet::{FleetDrift, FleetDriftKind, FleetPlan, GeneratedFleet, fleet};
pub use generate::{GenerateError, generate};
pub use plan::{Drift, DriftKind, Generated, NoiseKinds, Plan};
pub use synthetic::{DICTIONARY, Shape, accounts};

pub use self::numbers::Numbers;
