//! Compares who can assume two roles.
//!
//! Callers are told apart only as far as the two policies do: each principal that is named, one more of each account,
//! one stranger of each kind.

mod actions;
mod arns;
mod callers;
mod compare;
mod confirm;
mod difference;
mod limits;
mod live;
mod outcome;
mod principals;
mod rows;
mod side;

pub use outcome::{TrustComparison, TrustDifference, TrustRelation, TrustWitness};
pub use side::TrustSide;

use super::error::{Confirming, EngineError};
use super::outcome::Grade;
use super::solver::{Budget, Solver};
use crate::catalog::Catalogue;
use crate::model::Sides;

/// Compares two trust policies.
pub(super) fn between(
    sides: &Sides<TrustSide<'_>>,
    catalogue: &Catalogue,
    solver: &Solver,
    budget: Budget,
    confirming: Confirming,
) -> Result<TrustComparison, EngineError> {
    let (mut differences, warnings, identical) = compare::compare(sides, catalogue, solver, budget);
    differences.iter_mut().try_for_each(|row| confirm::confirm(row, sides, confirming))?;
    differences.sort();
    differences.dedup();
    let grade = Grade::from_certainties(differences.iter().map(|row| row.certainty), identical);
    Ok(TrustComparison { grade, differences, warnings })
}
