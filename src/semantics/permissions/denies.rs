//! What one role's policies explicitly deny and the other's do not: it changes nothing that the role's own policies
//! grant, but a resource's policy may grant what the one refuses.

use super::Shared;
use super::action_patterns::{Spelled, spell};
use super::crowded;
use super::pair::{Pair, RoleRules};
use super::proof::{self, Proofs};
use super::rows::{RowKey, resources, rows};
use super::setup::Setup;
use super::uncatalogued_rows::{self, AlikeActions};
use crate::model::Sides;
use crate::semantics::error::EngineError;
use crate::semantics::outcome::DenyDifference;

/// The rows; sorted.
///
/// # Errors
/// If something of a row is lost.
pub fn differences(pair: &Pair, setup: Setup<'_>) -> Result<Vec<DenyDifference>, EngineError> {
    if pair.roles.left.denies == pair.roles.right.denies {
        return Ok(Vec::new());
    }
    // To deny is to allow, in a world in which nothing else happens.
    let only_denies = |role: &RoleRules| RoleRules { allows: role.denies.clone(), ..RoleRules::default() };
    let denying = Pair {
        rules: pair.rules.clone(),
        roles: Sides { left: only_denies(&pair.roles.left), right: only_denies(&pair.roles.right) },
        places: pair.places.clone(),
        stated: pair.stated.clone(),
        warnings: Vec::new(),
    };
    let rows = rows(&denying, setup.shared, setup.budget)?;
    let mut differences = Vec::new();
    for (key, parts) in rows {
        for part in uncatalogued_rows::parts(&key, &parts, setup.catalogue) {
            differences.extend(differences_of(&key, &part, &parts.proofs, &denying, setup.shared)?);
        }
    }
    for open in crowded::open(&denying, &setup.shared.universe, setup.budget.names)? {
        differences.extend(open.deny_row(&differences));
    }
    differences.sort();
    differences.dedup();
    Ok(differences)
}

fn differences_of(
    key: &RowKey,
    part: &AlikeActions,
    proofs: &Proofs,
    pair: &Pair,
    shared: &Shared,
) -> Result<Vec<DenyDifference>, EngineError> {
    let denied_by = pair.places(key.side, key.rule)?;
    let resources = resources(key, pair);
    let of_service = |spelled: Spelled| DenyDifference {
        side: key.side,
        witness: part.proof(&spelled.service).and_then(|proof| proof::witness(&proof, proofs, shared)),
        service: spelled.service,
        actions: spelled.actions,
        not_actions: Vec::new(),
        resources: resources.clone(),
        except: key.except.clone(),
        condition: key.condition.clone(),
        certainty: part.certainty,
        denied_by: denied_by.to_vec(),
        reasons: part.reasons.clone(),
    };
    let spelled = spell(&part.known, &part.named, pair.rule(key.rule)?, &shared.universe)?;
    Ok(spelled.into_iter().map(of_service).collect())
}
