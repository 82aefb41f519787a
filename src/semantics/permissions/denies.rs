//! What one role's policies refuse outright and the other's do not: it changes nothing that the role's own policies
//! grant, but a resource's policy may grant what the one refuses.

use super::Shared;
use super::pair::{Pair, RoleRules};
use super::proof;
use super::rows::{Rows, resources, rows};
use super::spelling::spell;
use crate::model::Sides;
use crate::semantics::outcome::DenyDifference;
use crate::semantics::solver::Budget;

/// The rows; sorted.
pub fn differences(pair: &Pair, shared: &Shared, budget: Budget) -> Vec<DenyDifference> {
    if pair.roles.left.denies == pair.roles.right.denies {
        return Vec::new();
    }
    // To deny is to allow, in a world in which nothing else happens.
    let only_denies = |role: &RoleRules| RoleRules { allows: role.denies.clone(), ..RoleRules::default() };
    let denying = Pair {
        rules: pair.rules.clone(),
        roles: Sides { left: only_denies(&pair.roles.left), right: only_denies(&pair.roles.right) },
        places: pair.places.clone(),
        warnings: Vec::new(),
    };
    let rows = rows(&denying, shared, budget);
    let mut differences = to_differences(rows, &denying, shared);
    differences.sort();
    differences.dedup();
    differences
}

fn to_differences(rows: Rows, pair: &Pair, shared: &Shared) -> Vec<DenyDifference> {
    let mut differences = Vec::new();
    for (key, parts) in rows {
        let Some(rule) = pair.rules.get(key.rule) else { continue };
        let denied_by = pair.places.get(key.side).get(&key.rule).cloned().unwrap_or_default();
        let resources = resources(&key, pair);
        for spelled in spell(&parts.known, &parts.named, rule, &shared.universe) {
            differences.push(DenyDifference {
                side: key.side,
                witness: proof::witness(&spelled.service, &parts.proofs, shared),
                service: spelled.service,
                actions: spelled.actions,
                resources: resources.clone(),
                except: key.except.clone(),
                condition: key.condition.clone(),
                certainty: key.certainty,
                denied_by: denied_by.clone(),
                reasons: key.reasons.clone(),
            });
        }
    }
    differences
}
