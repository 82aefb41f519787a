//! Actions that the same statements match behave alike: they are sorted into classes and each class compared once.

use std::collections::{BTreeMap, BTreeSet};

use super::pair::Pair;
use super::possible_names::{all_names, patterns_of, some_names};
use super::universe::ActionUniverse;
use crate::model::ActionPattern;
use crate::semantics::error::EngineError;
use crate::semantics::solver::bits::Bits;
use crate::semantics::solver::steps::Step;

/// An action that the catalogue does not have, spelled by a policy or standing for what a wildcard may match.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedAction {
    /// The service prefix in lower case.
    pub service: String,
    /// The name as a policy spells it, or one that a wildcard may match.
    pub name: String,
    /// Whether a policy spells it out.
    pub spelled: bool,
}

/// Actions that the same statements match.
#[derive(Debug, Clone, Default)]
pub struct Class {
    /// Actions of the catalogue.
    pub known: Vec<usize>,
    /// Others.
    pub named: Vec<NamedAction>,
}

/// The classes of the actions on which two roles may differ, by the rules that match them.
///
/// # Errors
/// If an action or a statement is lost on the way.
pub fn classes(pair: &Pair, universe: &ActionUniverse, budget: usize) -> Result<Vec<(Bits, Class)>, EngineError> {
    let unshared = pair.unshared();
    let interesting = interesting(pair, unshared.as_ref(), universe)?;
    let mut classes: BTreeMap<Bits, Class> = BTreeMap::new();
    for (signature, action) in known_signatures(pair, &interesting, universe)? {
        classes.entry(signature).or_default().known.push(action);
    }
    for action in named_actions(pair, universe, budget) {
        classes.entry(signature_of(pair, &action)).or_default().named.push(action);
    }
    Ok(classes.into_iter().collect())
}

/// The rules that match an action given by name.
pub fn signature_of(pair: &Pair, action: &NamedAction) -> Bits {
    let name = action.name.to_lowercase();
    let mut signature = Bits::new(pair.rules.len());
    for (at, rule) in pair.rules.iter().enumerate() {
        if rule.actions.matches(&action.service, &name) {
            signature.insert(at);
        }
    }
    signature
}

/// The actions that an unshared rule matches: on all others the roles have the same live statements.
fn interesting(pair: &Pair, unshared: Option<&Bits>, universe: &ActionUniverse) -> Result<Bits, EngineError> {
    let Some(unshared) = unshared else { return Ok(Bits::full(universe.len())) };
    let mut actions = Bits::new(universe.len());
    for rule in unshared.iter() {
        actions.union(&pair.rule(rule)?.actions.known);
    }
    Ok(actions)
}

fn known_signatures(
    pair: &Pair,
    interesting: &Bits,
    universe: &ActionUniverse,
) -> Result<Vec<(Bits, usize)>, EngineError> {
    let none = |action: usize| EngineError::internal(format!("there is no action {action} of {}", universe.len()));
    let mut slots = vec![usize::MAX; universe.len()];
    let mut found: Vec<(Bits, usize)> = Vec::new();
    for action in interesting.iter() {
        *slots.get_mut(action).ok_or_else(|| none(action))? = found.len();
        found.push((Bits::new(pair.rules.len()), action));
    }
    for (at, rule) in pair.rules.iter().enumerate() {
        let mut matched = rule.actions.known.clone();
        matched.intersect(interesting);
        for action in matched.iter() {
            let slot = slots.get(action).and_then(|slot| found.get_mut(*slot));
            slot.ok_or_else(|| none(action))?.0.insert(at);
        }
    }
    Ok(found)
}

/// Actions that are spelled out and not in the catalogue, and, of services that are not, one for each set of
/// patterns that an action can match.
fn named_actions(pair: &Pair, universe: &ActionUniverse, budget: usize) -> Vec<NamedAction> {
    let mut named = BTreeMap::new();
    for pattern in pair.rules.iter().flat_map(|rule| rule.actions.patterns()) {
        let (service, name) = (pattern.service(), pattern.folded_name());
        if service.contains(['*', '?']) {
            continue;
        }
        if !pattern.has_wildcard() && universe.find(service, name).is_none() {
            let written =
                named.entry((service.to_owned(), name.to_owned())).or_insert_with(|| (pattern.name().to_owned(), true));
            // Spelled in several ways, it is shown in the one that sorts first.
            if pattern.name() < written.0.as_str() {
                pattern.name().clone_into(&mut written.0);
            }
        }
    }
    for service in unlisted_services(pair, universe) {
        let patterns = patterns_of(pair, &service);
        let patterns: Vec<&[Step]> = patterns.iter().map(Vec::as_slice).collect();
        // Where they are too many, there is a row that says so unless some of them settle it: see `crowded`.
        let names = all_names(&patterns, budget).unwrap_or_else(|| some_names(&patterns, budget));
        for name in names {
            named.entry((service.clone(), name.to_lowercase())).or_insert((name, false));
        }
    }
    named.into_iter().map(|((service, _), (name, spelled))| NamedAction { service, name, spelled }).collect()
}

/// The services that rules name and the catalogue does not have.
pub fn unlisted_services(pair: &Pair, universe: &ActionUniverse) -> BTreeSet<String> {
    let patterns = pair.rules.iter().flat_map(|rule| rule.actions.patterns());
    let services = patterns.map(ActionPattern::service).filter(|service| !service.contains(['*', '?']));
    services.filter(|service| !universe.services().contains_key(*service)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalogue;
    use crate::semantics::evaluate::RolePolicies;
    use crate::semantics::permissions::Shared;
    use crate::semantics::solver::steps::Reading;

    #[test]
    fn an_action_that_is_not_there_is_named() {
        let shared = Shared::new(&Catalogue::embedded(), Reading::Parts, vec!["aws".to_owned()]);
        let pair = Pair::new(&RolePolicies::default(), &RolePolicies::default(), &shared).unwrap();
        let universe = &shared.universe;
        let mut beyond = Bits::new(universe.len() + 1);
        beyond.insert(universe.len());
        match known_signatures(&pair, &beyond, universe) {
            Err(EngineError::Internal { invariant }) => {
                assert!(invariant.contains("there is no action"), "{invariant}")
            }
            other => panic!("{other:?}"),
        }
    }
}
