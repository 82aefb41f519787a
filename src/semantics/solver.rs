//! Answers questions about patterns and conditions, whatever they are part of.
//!
//! From the bottom up: [`steps`], [`texts`] and [`templates`] read patterns and forms of ARNs, [`walk`] finds a text that some match and others do not,
//! [`patterns`] and [`conditions`] read the tests of a condition, [`cases`] lists the values that tests can tell apart, [`question`]
//! asks for a resource that one role is allowed and the other refused, and [`search`] looks through the cases of the
//! conditions for one.

pub(super) mod bits;
pub(super) mod cache;
pub(super) mod cases;
pub(super) mod conditions;
pub(super) mod decimal;
pub(super) mod instant;
pub(super) mod keys;
mod mixed;
pub(super) mod networks;
pub(super) mod patterns;
pub(super) mod question;
pub mod relations;
pub(super) mod search;
pub(super) mod signatures;
pub(super) mod steps;
mod suggested;
pub(super) mod templates;
pub(super) mod texts;
mod values;
pub(super) mod walk;

pub use cases::CaseBudget;

use std::sync::Arc;

use crate::catalog::Catalogue;
use cache::Cache;
use conditions::TestPool;
use steps::{Letter, Reading};
use texts::{Text, Texts};

/// How much work a comparison may take before it answers `unknown`.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// States of one walk.
    pub states: usize,
    /// States of all walks of a pair.
    pub states_of_pair: usize,
    /// Branches of conditions for one statement and resource pattern.
    pub branches: usize,
    /// States for listing the names that an action's patterns tell apart.
    pub names: usize,
    /// The cases of one condition key.
    pub cases: CaseBudget,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            states: 20_000,
            states_of_pair: 1_000_000,
            branches: 2_000,
            names: 2_000,
            cases: CaseBudget { states: 100_000, sets: 256 },
        }
    }
}

/// What was worked out so far; pairs and threads share it. An answer never depends on what was asked before.
#[derive(Debug)]
pub(super) struct Solver {
    pub(super) texts: Texts,
    pub(super) tests: TestPool,
    pub(super) answers: question::Answers,
    pub(super) keys: search::KeyCache,
    pub(super) readable: Cache<u32, Vec<Letter>>,
    overlaps: Cache<(u32, u32), bool>,
    contained: Cache<(u32, u32), bool>,
}

impl Solver {
    /// Nothing yet; resources are in these partitions.
    pub(super) fn new(reading: Reading, partitions: Vec<String>, catalogue: &Catalogue) -> Self {
        Self {
            texts: Texts::new(reading, partitions),
            tests: TestPool::new(catalogue),
            answers: Cache::new(),
            keys: Cache::new(),
            readable: Cache::new(),
            overlaps: Cache::new(),
            contained: Cache::new(),
        }
    }

    /// Whether some text is matched by both patterns, for all that is known of variables.
    pub(super) fn overlap(&self, a: &Text, b: &Text) -> bool {
        a.is_everything() || b.is_everything() || self.overlaps.get(&(a.number, b.number), || a.overlaps(b))
    }

    /// As [`question::contains`], asked once for two patterns.
    pub(super) fn contains(&self, outer: &Arc<Text>, inner: &Arc<Text>) -> bool {
        outer.is_everything() || self.contained.get(&(outer.number, inner.number), || question::contains(outer, inner))
    }
}
