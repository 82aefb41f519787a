//! Names of actions of a service that the catalogue does not have, as far as the policies' patterns tell them apart.

use std::collections::BTreeSet;

use super::pair::Pair;
use crate::model::{ActionPattern, Glob};
use crate::semantics::solver::signatures::signatures;
use crate::semantics::solver::steps::{Letter, Step, flat};
use crate::semantics::solver::walk::{Group, Walked, walk};

/// The most patterns of which any two are asked about together.
const MOST_PAIRED: usize = 64;

/// The most patterns of which each is asked about.
const MOST_ALONE: usize = 2_000;

/// Some of the names that patterns tell apart.
pub fn some_names(patterns: &[&[Step]], budget: usize) -> Vec<String> {
    let everything = |steps: &&&[Step]| **steps == [Step::Any];
    let inner: Vec<&[Step]> = patterns.iter().filter(|steps| !everything(steps)).copied().collect();
    let mut names: BTreeSet<String> = alone(&flat("?*"), &inner, budget).into_iter().collect();
    for (at, pattern) in inner.iter().enumerate().take(MOST_ALONE) {
        let others: Vec<&[Step]> =
            inner.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, steps)| *steps).collect();
        names.extend(alone(pattern, &others, budget));
        names.extend(told_apart(&[pattern], budget));
    }
    if inner.len() <= MOST_PAIRED {
        for (at, a) in inner.iter().enumerate() {
            names.extend(inner.iter().skip(at + 1).flat_map(|b| told_apart(&[a, b], budget)));
        }
    }
    names.into_iter().collect()
}

/// A name that one pattern matches and none of the others.
fn alone(pattern: &[Step], others: &[&[Step]], budget: usize) -> Option<String> {
    match walk(&[Group(&[pattern]), Group(&[&flat("?*")])], Group(others), &mut budget.clone()) {
        Walked::Found(letters) => letters.into_iter().map(Letter::as_char).collect(),
        Walked::Nothing | Walked::OutOfBudget => None,
    }
}

fn told_apart(patterns: &[&[Step]], budget: usize) -> Vec<String> {
    // Where even these are too many, the other names have to do; the row that says so is made all the same.
    signatures(patterns, 1, Some(':'), budget).map(|found| found.into_values().collect()).unwrap_or_default()
}

/// A name for each set of patterns that an action of this service can match; `None` when they are too many.
pub fn possible_names(pair: &Pair, service: &str, budget: usize) -> Option<Vec<String>> {
    let patterns = patterns_of(pair, service);
    all_names(&patterns.iter().map(Vec::as_slice).collect::<Vec<_>>(), budget)
}

pub fn all_names(patterns: &[&[Step]], budget: usize) -> Option<Vec<String>> {
    signatures(patterns, 1, Some(':'), budget).map(|found| found.into_values().collect())
}

/// The patterns of names that rules have for a service.
pub fn patterns_of(pair: &Pair, service: &str) -> Vec<Vec<Step>> {
    let of_service = |pattern: &&ActionPattern| Glob::new(pattern.service()).matches(service);
    let mut patterns: Vec<Vec<Step>> = pair
        .rules
        .iter()
        .flat_map(|rule| rule.actions.patterns())
        .filter(|pattern| !pattern.is_everything())
        .filter(of_service)
        .map(|pattern| flat(pattern.folded_name()))
        .collect();
    patterns.sort();
    patterns.dedup();
    patterns
}
