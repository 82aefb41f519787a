//! What one role's policies refuse outright and the other's do not: it changes nothing that the role's own policies
//! grant, but a resource's policy may grant what the one refuses.

use super::Shared;
use super::pair::{Pair, RoleRules};
use super::proof;
use super::rows::{Rows, resources, rows};
use super::spelling::spell;
use crate::model::Sides;
use crate::semantics::error::EngineError;
use crate::semantics::outcome::DenyDifference;
use crate::semantics::solver::Budget;

/// The rows; sorted.
///
/// # Errors
/// If something of a row is lost.
pub fn differences(pair: &Pair, shared: &Shared, budget: Budget) -> Result<Vec<DenyDifference>, EngineError> {
    if pair.roles.left.denies == pair.roles.right.denies {
        return Ok(Vec::new());
    }
    // To deny is to allow, in a world in which nothing else happens.
    let only_denies = |role: &RoleRules| RoleRules { allows: role.denies.clone(), ..RoleRules::default() };
    let denying = Pair {
        rules: pair.rules.clone(),
        roles: Sides { left: only_denies(&pair.roles.left), right: only_denies(&pair.roles.right) },
        places: pair.places.clone(),
        warnings: Vec::new(),
    };
    let rows = rows(&denying, shared, budget)?;
    let mut differences = to_differences(rows, &denying, shared)?;
    differences.sort();
    differences.dedup();
    Ok(differences)
}

fn to_differences(rows: Rows, pair: &Pair, shared: &Shared) -> Result<Vec<DenyDifference>, EngineError> {
    let mut differences = Vec::new();
    for (key, parts) in rows {
        let denied_by = pair.places(key.side, key.rule)?;
        let resources = resources(&key, pair);
        for spelled in spell(&parts.known, &parts.named, pair.rule(key.rule)?, &shared.universe)? {
            differences.push(DenyDifference {
                side: key.side,
                witness: proof::witness(&spelled.service, key.side, &parts.proofs, pair, shared),
                service: spelled.service,
                actions: spelled.actions,
                resources: resources.clone(),
                except: key.except.clone(),
                condition: key.condition.clone(),
                certainty: key.certainty,
                denied_by: denied_by.to_vec(),
                reasons: key.reasons.clone(),
            });
        }
    }
    Ok(differences)
}
