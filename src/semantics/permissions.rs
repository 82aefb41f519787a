//! Compares what two roles may do: exactly what one is allowed and the other refused, each with a request that
//! proves it.
//!
//! Written apart from [`super::evaluate`], which confirms every witness before it is reported. What is decided and
//! what is left `unknown` is in `docs/semantics.md`.

mod action_patterns;
mod because;
mod candidates;
mod cells;
mod classes;
mod confirm;
mod crowded;
mod denies;
mod finish;
mod known;
mod limits;
mod narrowing;
mod pair;
mod possible_names;
mod preference;
mod proof;
mod remarks;
mod rows;
mod rules;
mod setup;
mod shared;
mod standing;
mod uncatalogued;
mod uncatalogued_rows;
mod universe;
mod witness;

pub(super) use setup::Setup;
pub(super) use shared::Shared;
pub(super) use universe::pattern_matches;

use super::error::EngineError;
use super::evaluate::RolePolicies;
use super::outcome::{AccessComparison, Grade, Warning};
use super::solver::steps::Reading;
use crate::model::Sides;
use pair::{Pair, warnings_of_same};
use rules::Rule;

/// What one role may do and the other may not, both ways.
///
/// # Errors
/// If the program contradicts itself, such as by a witness that [`super::evaluate::evaluate`] refutes.
pub(super) fn between(
    left: &RolePolicies,
    right: &RolePolicies,
    setup: Setup<'_>,
) -> Result<AccessComparison, EngineError> {
    if let Some(warnings) = warnings_of_same(left, right, setup.shared) {
        return Ok(AccessComparison::identical(without_role_tags(warnings)));
    }
    let pair = Pair::new(left, right, setup.shared)?;
    if pair.roles.left == pair.roles.right {
        return Ok(AccessComparison::identical(without_role_tags(pair.warnings)));
    }
    let mut comparison = comparison(&pair, setup)?;
    if comparison.grade == Grade::EqualForAllRequests && uncatalogued::differs(&pair, setup.shared, setup.budget) {
        comparison.grade = Grade::EqualForCatalogue;
    }
    comparison.warnings.extend(flat_reading(left, right, &pair, &comparison, setup)?);
    because::explain(&mut comparison, Sides { left, right }, setup);
    if comparison.differences.is_empty() && comparison.deny_differences.is_empty() {
        comparison.warnings = without_role_tags(comparison.warnings);
    }
    comparison.warnings.sort();
    confirm::confirm(&mut comparison, Sides { left, right }, setup)?;
    Ok(comparison)
}

/// The warnings but for those on tags of the roles: which tags were taken matters only where something differs.
fn without_role_tags(mut warnings: Vec<Warning>) -> Vec<Warning> {
    warnings.retain(|warning| warning.id != known::ROLE_TAG);
    warnings
}

/// The comparison, its witnesses not confirmed yet.
fn comparison(pair: &Pair, setup: Setup<'_>) -> Result<AccessComparison, EngineError> {
    let mut differences = finish::differences(pair, rows::rows(pair, setup.shared, setup.budget)?, setup)?;
    for open in crowded::open(pair, &setup.shared.universe, setup.budget.names)? {
        differences.extend(open.row(&differences));
    }
    differences.sort();
    Ok(AccessComparison {
        grade: Grade::from_certainties(differences.iter().map(|row| row.certainty), false),
        differences,
        deny_differences: denies::differences(pair, setup)?,
        warnings: pair.warnings.clone(),
    })
}

/// Warnings where a wildcard inside a part of an ARN's head, read as plain text, would change the answer.
fn flat_reading(
    left: &RolePolicies,
    right: &RolePolicies,
    pair: &Pair,
    comparison: &AccessComparison,
    setup: Setup<'_>,
) -> Result<Vec<Warning>, EngineError> {
    let has_inner_wildcard = |rule: &Rule| rule.resources.texts().iter().any(|text| text.has_inner_wildcard());
    let numbered = pair.rules.iter().enumerate();
    let inner: Vec<usize> = numbered.filter(|(_, rule)| has_inner_wildcard(rule)).map(|(number, _)| number).collect();
    if inner.is_empty() {
        return Ok(Vec::new());
    }
    let shared =
        setup.flat.get_or_init(|| Box::new(Shared::new(setup.catalogue, Reading::Flat, setup.partitions.to_vec())));
    let flat = Pair::new(left, right, shared)?;
    let setup = Setup { shared, ..setup };
    let differences = finish::differences(&flat, rows::rows(&flat, shared, setup.budget)?, setup)?;
    let sides = |rows: &[super::outcome::AccessDifference]| {
        let mut sides: Vec<_> = rows.iter().map(|row| (row.side, row.service.clone())).collect();
        sides.dedup();
        sides
    };
    if sides(&comparison.differences) == sides(&differences) {
        return Ok(Vec::new());
    }
    Ok(finish::flat_warnings(pair, &inner))
}

#[cfg(test)]
mod tests;
