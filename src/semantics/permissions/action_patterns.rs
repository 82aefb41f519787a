//! Actions of a row for people: wildcards only where they say the same for every action there is.

use std::collections::BTreeMap;

use super::classes::NamedAction;
use super::rules::Rule;
use super::universe::ActionUniverse;
use crate::catalog::AccessLevel;
use crate::semantics::error::EngineError;
use crate::semantics::solver::bits::Bits;

/// A service's actions in one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelled {
    /// The service prefix; `*` for all.
    pub service: String,
    /// The actions, sorted.
    pub actions: Vec<String>,
    /// The highest access level among them.
    pub level: AccessLevel,
    /// As in [`crate::semantics::outcome::AccessDifference::wildcard_only`].
    pub wildcard_only: bool,
    /// The actions of the catalogue that are meant.
    pub known: Vec<usize>,
}

/// Spells the actions that a rule grants, service by service; all services at once where every action is meant.
///
/// # Errors
/// If nothing is left to spell, or the catalogue has no action of a number.
pub fn spell(
    known: &[usize],
    named: &[NamedAction],
    rule: &Rule,
    universe: &ActionUniverse,
) -> Result<Vec<Spelled>, EngineError> {
    if known.is_empty() && named.is_empty() {
        return Err(EngineError::internal("a difference has no action"));
    }
    let mut set = Bits::new(universe.len());
    known.iter().for_each(|number| set.insert(*number));
    let all_known = known.len() >= universe.len() && set.iter().count() == universe.len();
    if all_known {
        let mut known: Vec<usize> = known.to_vec();
        known.sort_unstable();
        let level = AccessLevel::PermissionsManagement;
        let (service, actions) = ("*".to_owned(), vec!["*".to_owned()]);
        return Ok(vec![Spelled { service, actions, level, wildcard_only: false, known }]);
    }
    let mut services: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for number in set.iter() {
        let none = || EngineError::internal(format!("there is no action {number} of {}", universe.len()));
        let action = universe.action(number).ok_or_else(none)?;
        services.entry(action.service.clone()).or_default().push(number);
    }
    let mut spelled: BTreeMap<String, Spelled> = BTreeMap::new();
    // From here on each number has an action.
    for (service, numbers) in services {
        let actions = spell_service(&service, &numbers, &set, rule, universe);
        let all = || numbers.iter().filter_map(|number| universe.action(*number));
        let level = highest(all().map(|action| action.level));
        let wildcard_only = all().filter(|action| action.level == level).all(|action| action.wildcard_only);
        spelled.insert(service.clone(), Spelled { service, actions, level, wildcard_only, known: numbers });
    }
    for action in named {
        let row = spelled.entry(action.service.clone()).or_insert_with(|| Spelled {
            service: action.service.clone(),
            actions: Vec::new(),
            level: AccessLevel::Unknown,
            wildcard_only: false,
            known: Vec::new(),
        });
        row.actions.extend(spell_named(action, rule));
    }
    for row in spelled.values_mut() {
        row.actions.sort();
        row.actions.dedup();
    }
    Ok(spelled.into_values().collect())
}

/// The highest of some levels; one that is not known counts least.
fn highest(levels: impl Iterator<Item = AccessLevel>) -> AccessLevel {
    levels.filter(|level| *level != AccessLevel::Unknown).max().unwrap_or(AccessLevel::Unknown)
}

fn spell_service(service: &str, numbers: &[usize], set: &Bits, rule: &Rule, universe: &ActionUniverse) -> Vec<String> {
    if universe.services().get(service).is_some_and(|range| range.len() == numbers.len() && numbers.len() > 1) {
        return vec!["*".to_owned()];
    }
    let mut rest = Bits::new(universe.len());
    numbers.iter().for_each(|number| rest.insert(*number));
    let mut actions = Vec::new();
    let own = |pattern: &&crate::model::ActionPattern| pattern.service() == service && pattern.has_wildcard();
    let mut patterns: Vec<_> = rule.actions.granting().iter().filter(own).collect();
    patterns.sort_by_key(|pattern| (pattern.folded_name().len(), pattern.folded_name()));
    for pattern in patterns {
        let matched = universe.matching(pattern);
        let mut fresh = matched.as_ref().clone();
        fresh.intersect(&rest);
        if matched.is_subset(set) && fresh.iter().nth(1).is_some() {
            rest.subtract(&matched);
            actions.push(pattern.name().to_owned());
        }
    }
    actions.extend(rest.iter().filter_map(|number| universe.action(number)).map(|action| action.name.clone()));
    actions
}

/// An action that the catalogue does not have: its own name, or the patterns that stand for it.
fn spell_named(action: &NamedAction, rule: &Rule) -> Vec<String> {
    if action.spelled {
        return vec![action.name.clone()];
    }
    let name = action.name.to_lowercase();
    let matching = rule
        .actions
        .granting()
        .iter()
        .filter(|pattern| super::universe::pattern_matches(pattern, &action.service, &name));
    let mut patterns: Vec<String> = matching.map(|pattern| pattern.name().to_owned()).collect();
    if patterns.is_empty() {
        patterns.push("*".to_owned());
    }
    patterns
}
