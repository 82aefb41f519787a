//! Do two roles that are equal for every action of the catalogue differ for one it does not have?

use std::collections::BTreeSet;
use std::rc::Rc;

use super::Shared;
use super::cells::{ClassWork, ResourceForm};
use super::classes::{NamedAction, signature_of};
use super::pair::Pair;
use super::possible_names::possible_names;
use crate::model::Side;
use crate::semantics::solver::Budget;
use crate::semantics::solver::question::Fuel;

/// A service prefix that no policy can mean but by `*` or by what it leaves out.
const UNHEARD_OF: &str = "\u{fdd0}unheard\u{fdd1}";

/// Whether some action that is in no catalogue tells the roles apart; also when that takes too long to find out.
pub fn differs(pair: &Pair, shared: &Shared, budget: Budget) -> bool {
    let mut asked = BTreeSet::new();
    let mut fuel = Fuel::new(budget.states_of_pair);
    for service in services(pair) {
        let Some(names) = possible_names(pair, &service, budget.names) else { return true };
        for name in names {
            // What spells out an action of the catalog is about no other, and that one is compared already.
            if is_spelled_out(pair, &service, &name) && shared.universe.find(&service, &name).is_some() {
                continue;
            }
            let action = NamedAction { service: service.clone(), name, spelled: false };
            let signature = signature_of(pair, &action);
            if !asked.insert(signature.clone()) {
                continue;
            }
            let Some(mut work) = ClassWork::new(pair, &signature, shared, budget) else { continue };
            if class_differs(&mut work, shared, &mut fuel) {
                return true;
            }
        }
    }
    false
}

/// Whether a rule spells out an action, both parts in lower case.
fn is_spelled_out(pair: &Pair, service: &str, name: &str) -> bool {
    let mut patterns = pair.rules.iter().flat_map(|rule| rule.actions.patterns());
    patterns.any(|pattern| !pattern.has_wildcard() && (pattern.service(), pattern.folded_name()) == (service, name))
}

fn class_differs(work: &mut ClassWork<'_>, shared: &Shared, fuel: &mut Fuel) -> bool {
    Side::BOTH.iter().any(|side| {
        work.granting(*side).to_vec().into_iter().any(|rule| {
            let templates = shared.universe.unknown_templates();
            let form = |template| ResourceForm { template, absent: Rc::default() };
            templates.iter().any(|template| !work.findings(*side, rule, &form(template), fuel).is_empty())
        })
    })
}

/// The services that rules name, and one that nobody knows.
fn services(pair: &Pair) -> Vec<String> {
    let patterns = pair.rules.iter().flat_map(|rule| rule.actions.patterns());
    let named = patterns.map(|pattern| pattern.service().to_owned()).filter(|service| !service.contains(['*', '?']));
    let mut services: Vec<String> = named.chain([UNHEARD_OF.to_owned()]).collect();
    services.sort();
    services.dedup();
    services
}
