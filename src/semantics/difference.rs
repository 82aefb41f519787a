//! Compares what two roles may do: exactly what one is allowed and the other refused, each with a request that
//! proves it.
//!
//! Written apart from [`super::evaluate`], which confirms every witness before it is reported. What is decided and
//! what is left `unknown` is in `docs/semantics.md`.

mod beyond;
mod bits;
mod cache;
pub(super) mod cases;
mod cells;
mod classes;
pub(super) mod conditions;
mod confirm;
mod denies;
mod finish;
pub(super) mod outcome;
mod pair;
pub(super) mod question;
mod rows;
pub(super) mod rules;
pub(super) mod search;
mod signatures;
mod spelling;
mod steps;
mod texts;
pub(super) mod universe;
mod walk;
mod witness;

pub use cases::CaseBudget;
pub use outcome::{
    AccessComparison, AccessDifference, Certainty, DenyDifference, Grade, Refusal, StatementRef, Warning, Witness,
};

use std::sync::atomic::{AtomicUsize, Ordering};

use super::evaluate::{AttachedDocument, RolePolicies};
use super::trust::{TrustComparison, TrustSide};
use crate::catalog::Catalogue;
use crate::model::Sides;
use cache::Cache;
use cells::ClassWork;
use pair::Pair;
use rows::Rows;
use steps::Reading;

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
            cases: CaseBudget { states: 4_000, sets: 256 },
        }
    }
}

/// Why a comparison could not be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The two evaluators of this program disagree: a bug, and no report.
    #[error("the witness `{action}` on `{resource}` is not confirmed: {problem}")]
    WitnessRefuted {
        /// The action.
        action: String,
        /// The resource.
        resource: String,
        /// What the evaluator says of it.
        problem: String,
    },
}

/// What all pairs share: it depends on the catalogue alone, or is a pure function of what is asked.
#[derive(Debug)]
pub(super) struct Shared {
    texts: texts::Texts,
    pub(super) universe: universe::Universe,
    pub(super) rules: rules::Rules,
    answers: question::Answers,
    pub(super) keys: search::KeyCache,
    overlaps: Cache<(u32, u32), bool>,
    readable: Cache<u32, Vec<steps::Letter>>,
}

impl Shared {
    fn new(catalogue: &Catalogue, reading: Reading) -> Self {
        let texts = texts::Texts::new(reading);
        Self {
            universe: universe::Universe::new(catalogue, &texts),
            texts,
            rules: rules::Rules::new(),
            answers: Cache::new(),
            keys: Cache::new(),
            overlaps: Cache::new(),
            readable: Cache::new(),
        }
    }

    fn overlap(&self, a: &texts::Text, b: &texts::Text) -> bool {
        a.is_everything() || b.is_everything() || self.overlaps.get(&(a.number, b.number), || a.overlaps(b))
    }
}

/// Compares pairs of roles; what one pair has worked out helps the next. May be shared between threads: the answer
/// for a pair does not depend on which others were asked before.
#[derive(Debug)]
pub struct Engine<'c> {
    catalogue: &'c Catalogue,
    budget: Budget,
    shared: Shared,
    flat: std::sync::OnceLock<Box<Shared>>,
}

impl<'c> Engine<'c> {
    /// An engine over the actions of a catalogue.
    #[must_use]
    pub fn new(catalogue: &'c Catalogue, budget: Budget) -> Self {
        let shared = Shared::new(catalogue, Reading::Parts);
        Self { catalogue, budget, shared, flat: std::sync::OnceLock::new() }
    }

    /// What one role may do and the other may not, both ways.
    ///
    /// # Errors
    /// If a witness is not confirmed by [`super::evaluate::evaluate`].
    ///
    /// ```
    /// # use std::sync::Arc;
    /// use iamctl::catalog::Catalogue;
    /// use iamctl::model::PolicyType;
    /// use iamctl::parse::policy::parse_identity;
    /// use iamctl::semantics::difference::{Budget, Engine, Grade};
    /// use iamctl::semantics::evaluate::{AttachedDocument, RolePolicies};
    ///
    /// let role = |resource: &str| {
    ///     let text = format!(r#"{{"Statement": {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "{resource}"}}}}"#);
    ///     let document = Arc::new(parse_identity(&text).unwrap());
    ///     let own = AttachedDocument { policy_name: "own".to_owned(), policy_type: PolicyType::Inline, document };
    ///     RolePolicies { identity: vec![own], boundary: None }
    /// };
    /// let catalogue = Catalogue::embedded();
    /// let engine = Engine::new(&catalogue, Budget::default());
    /// let comparison = engine.between(&role("arn:aws:s3:::b/*"), &role("arn:aws:s3:::b/a*")).unwrap();
    /// assert_eq!(comparison.grade, Grade::Different);
    /// assert_eq!(comparison.differences[0].witness.as_ref().unwrap().resource, "arn:aws:s3:::b/x");
    /// ```
    pub fn between(&self, left: &RolePolicies, right: &RolePolicies) -> Result<AccessComparison, EngineError> {
        let pair = self.pair(left, right, &self.shared);
        if pair.roles.left == pair.roles.right {
            return Ok(AccessComparison::identical(pair.warnings));
        }
        let rows = self.rows(&pair, &self.shared);
        let mut comparison = finish::comparison(&pair, rows, &self.shared, self.budget);
        if comparison.grade == Grade::EqualForAllRequests && beyond::differs(&pair, &self.shared, self.budget) {
            comparison.grade = Grade::EqualForCatalogue;
        }
        comparison.warnings.extend(self.flat_reading(left, right, &pair, &comparison));
        comparison.warnings.sort();
        confirm::confirm(&mut comparison, left, right, self.catalogue)?;
        Ok(comparison)
    }

    /// As [`Engine::between`] for many pairs, on all cores; the answers come in the order of the pairs.
    ///
    /// # Errors
    /// The error of the first pair that has one.
    pub fn between_all(&self, pairs: &[(RolePolicies, RolePolicies)]) -> Result<Vec<AccessComparison>, EngineError> {
        let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(pairs.len().max(1));
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            while let Some((at, (left, right))) = take(&next, pairs) {
                done.push((at, self.between(left, right)));
            }
            done
        };
        let mut answers = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
            let mut answers = work();
            for other in others {
                match other.join() {
                    Ok(more) => answers.extend(more),
                    Err(panic) => std::panic::resume_unwind(panic),
                }
            }
            answers
        });
        answers.sort_by_key(|(at, _)| *at);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }

    /// Who may take one role and not the other, both ways.
    ///
    /// # Errors
    /// If a witness is not confirmed by [`super::evaluate::evaluate_trust`].
    pub fn trust_between(&self, left: TrustSide<'_>, right: TrustSide<'_>) -> Result<TrustComparison, EngineError> {
        super::trust::between(&Sides { left, right }, &self.shared, self.budget)
    }

    fn pair(&self, left: &RolePolicies, right: &RolePolicies, shared: &Shared) -> Pair {
        Pair::new(left, right, &shared.rules, &shared.universe, &shared.texts)
    }

    fn rows(&self, pair: &Pair, shared: &Shared) -> Rows {
        rows_of(pair, shared, self.budget)
    }

    /// Warnings where a `*` inside a part of an ARN's head, read as plain text, would change the answer.
    fn flat_reading(
        &self,
        left: &RolePolicies,
        right: &RolePolicies,
        pair: &Pair,
        comparison: &AccessComparison,
    ) -> Vec<Warning> {
        let inner: Vec<usize> = pair
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| rule.resources.texts().iter().any(|text| text.has_inner_star()))
            .map(|(at, _)| at)
            .collect();
        if inner.is_empty() {
            return Vec::new();
        }
        let shared = self.flat.get_or_init(|| Box::new(Shared::new(self.catalogue, Reading::Flat)));
        let flat = self.pair(left, right, shared);
        let other = finish::comparison(&flat, self.rows(&flat, shared), shared, self.budget);
        let sides = |comparison: &AccessComparison| {
            let mut sides: Vec<_> = comparison.differences.iter().map(|row| (row.side, row.service.clone())).collect();
            sides.dedup();
            sides
        };
        if sides(comparison) == sides(&other) {
            return Vec::new();
        }
        finish::flat_warnings(pair, &inner)
    }
}

/// Compares class by class.
fn rows_of(pair: &Pair, shared: &Shared, budget: Budget) -> Rows {
    let mut rows = Rows::new();
    let mut purse = question::Purse::new(budget.states_of_pair);
    for (signature, class) in classes::classes(pair, &shared.universe, budget.names) {
        if let Some(mut work) = ClassWork::new(pair, &signature, shared, budget) {
            rows::add_class(&mut rows, &class, &mut work, pair, shared, &mut purse);
        }
    }
    rows
}

fn take<'a, T>(next: &AtomicUsize, all: &'a [T]) -> Option<(usize, &'a T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    all.get(at).map(|item| (at, item))
}
