//! Compares many pairs of roles over one catalogue.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::error::{Confirming, EngineError, Inconsistency};
use super::evaluate::RolePolicies;
use super::outcome::AccessComparison;
use super::permissions::{self, Setup, Shared};
use super::solver::Budget;
use super::solver::steps::Reading;
use super::trust::{self, TrustComparison, TrustSide};
use crate::catalog::Catalogue;
use crate::model::Sides;

/// Compares pairs of roles; what one pair has worked out helps the next. May be shared between threads: the answer
/// for a pair does not depend on which others were asked before.
#[derive(Debug)]
pub struct Engine<'c> {
    catalogue: &'c Catalogue,
    budget: Budget,
    partitions: Vec<String>,
    confirming: Confirming,
    names: Sides<String>,
    base: Arc<Base>,
}

/// What engines share: it depends on the catalogue and the partitions alone, or is a pure function of what is asked.
#[derive(Debug)]
struct Base {
    shared: Shared,
    /// The same where the head of an ARN is read as plain text.
    flat: OnceLock<Box<Shared>>,
}

impl Base {
    fn new(catalogue: &Catalogue, partitions: &[String]) -> Arc<Self> {
        let shared = Shared::new(catalogue, Reading::Parts, partitions.to_vec());
        Arc::new(Self { shared, flat: OnceLock::new() })
    }
}

/// How many engines share what they have worked out before it is dropped: it is never less than it was.
const SHARING: usize = 250;

/// What engines have worked out, for the next engines over the same catalogue: many comparisons, in which most policies are
/// the same, take much less time together. The answers do not depend on it.
#[derive(Clone, Default)]
pub struct Engines(Arc<Mutex<Vec<Shelf>>>);

/// What engines over one catalogue for roles of some partitions share, and how many took it.
struct Shelf {
    catalogue: Catalogue,
    partitions: Vec<String>,
    base: Arc<Base>,
    taken: usize,
}

/// Without what is shared, which is large.
impl fmt::Debug for Engines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engines").finish_non_exhaustive()
    }
}

impl Engines {
    /// An engine as [`Engine::in_partitions`] makes it.
    #[must_use]
    pub fn in_partitions<'c>(&self, catalogue: &'c Catalogue, budget: Budget, partitions: Vec<String>) -> Engine<'c> {
        let base = self.base(catalogue, &partitions);
        Engine::over(catalogue, budget, partitions, base)
    }

    fn base(&self, catalogue: &Catalogue, partitions: &[String]) -> Arc<Base> {
        let mut shelves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.retain(|shelf| shelf.taken < SHARING);
        let is_it = |shelf: &&mut Shelf| shelf.partitions == partitions && shelf.catalogue.is(catalogue);
        if let Some(shelf) = shelves.iter_mut().find(is_it) {
            shelf.taken += 1;
            return Arc::clone(&shelf.base);
        }
        let base = Base::new(catalogue, partitions);
        let (catalogue, partitions) = (catalogue.clone(), partitions.to_vec());
        shelves.push(Shelf { catalogue, partitions, base: Arc::clone(&base), taken: 1 });
        base
    }
}

impl<'c> Engine<'c> {
    /// An engine over the actions of a catalogue, for roles of the partition `aws`.
    #[must_use]
    pub fn new(catalogue: &'c Catalogue, budget: Budget) -> Self {
        Self::in_partitions(catalogue, budget, vec!["aws".to_owned()])
    }

    /// An engine for roles of these partitions, which act on resources of these partitions only.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>: "Each AWS account is scoped to one
    /// partition."
    #[must_use]
    pub fn in_partitions(catalogue: &'c Catalogue, budget: Budget, partitions: Vec<String>) -> Self {
        let base = Base::new(catalogue, &partitions);
        Self::over(catalogue, budget, partitions, base)
    }

    fn over(catalogue: &'c Catalogue, budget: Budget, partitions: Vec<String>, base: Arc<Base>) -> Self {
        let confirming = Confirming::default();
        let names = Sides { left: "the first account".to_owned(), right: "the second account".to_owned() };
        Self { catalogue, budget, partitions, confirming, names, base }
    }

    /// The same engine, with the names that the reasons of a difference use for the two accounts.
    #[must_use]
    pub fn naming(mut self, names: Sides<String>) -> Self {
        self.names = names;
        self
    }

    /// The same engine, with another answer to its own contradictions.
    #[must_use]
    pub const fn on_inconsistency(mut self, inconsistency: Inconsistency) -> Self {
        self.confirming.inconsistency = inconsistency;
        self
    }

    /// The same engine, which hears otherwise what the evaluator says of a witness about an action.
    #[cfg(test)]
    pub(crate) const fn hearing(mut self, heard: fn(&str, bool) -> bool) -> Self {
        self.confirming.heard = heard;
        self
    }

    /// What one role may do and the other may not, both ways.
    ///
    /// # Errors
    /// If the program contradicts itself, such as by a witness that [`super::evaluate::evaluate`] refutes, and
    /// [`Inconsistency::Error`] is in force. Otherwise such a row is unknown; see [`super::outcome::INCONSISTENT`].
    ///
    /// ```
    /// # use std::sync::Arc;
    /// use iamctl::catalog::Catalogue;
    /// use iamctl::model::PolicyType;
    /// use iamctl::parse::policy::parse_identity;
    /// use iamctl::semantics::evaluate::{AttachedDocument, RolePolicies};
    /// use iamctl::semantics::outcome::Grade;
    /// use iamctl::semantics::{Budget, Engine};
    ///
    /// let role = |resource: &str| {
    ///     let text = format!(r#"{{"Statement": {{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "{resource}"}}}}"#);
    ///     let document = Arc::new(parse_identity(&text).unwrap());
    ///     let own = AttachedDocument { policy_name: "own".to_owned(), policy_type: PolicyType::Inline, document };
    ///     RolePolicies { identity: vec![own], ..RolePolicies::default() }
    /// };
    /// let catalogue = Catalogue::embedded();
    /// let engine = Engine::new(&catalogue, Budget::default());
    /// let comparison = engine.between(&role("arn:aws:s3:::b/*"), &role("arn:aws:s3:::b/a*")).unwrap();
    /// assert_eq!(comparison.grade, Grade::Different);
    /// assert_eq!(comparison.differences[0].witness.as_ref().unwrap().resource, "arn:aws:s3:::b/x");
    /// ```
    pub fn between(&self, left: &RolePolicies, right: &RolePolicies) -> Result<AccessComparison, EngineError> {
        let Self { catalogue, budget, partitions, confirming, names, base } = self;
        let Base { shared, flat } = &**base;
        let (budget, confirming) = (*budget, *confirming);
        let setup = Setup { catalogue, budget, partitions, confirming, names, shared, flat };
        match (permissions::between(left, right, setup), confirming.inconsistency) {
            (Err(error), Inconsistency::Report) => Ok(AccessComparison::undecided(&error)),
            (answer, _) => answer,
        }
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

    /// Who can assume one role and not the other, both ways.
    ///
    /// # Errors
    /// As [`Engine::between`]; the evaluator is [`super::evaluate::evaluate_trust`].
    pub fn trust_between(&self, left: TrustSide<'_>, right: TrustSide<'_>) -> Result<TrustComparison, EngineError> {
        let (solver, sides) = (&self.base.shared.solver, Sides { left, right });
        let answer = trust::between(&sides, self.catalogue, solver, self.budget, self.confirming);
        match (answer, self.confirming.inconsistency) {
            (Err(error), Inconsistency::Report) => Ok(TrustComparison::undecided(&error)),
            (answer, _) => answer,
        }
    }
}

fn take<'a, T>(next: &AtomicUsize, all: &'a [T]) -> Option<(usize, &'a T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    all.get(at).map(|item| (at, item))
}
