//! Where a role of one account holds a text that means the other account, or a third one.

use crate::model::{Place, PolicyType, Role, Side, Sides};
use crate::normalise::{Foreign, Normalised, NormalisedRole};
use crate::report::{CrossReference, ReferencePart};

/// The cross-references of a pair of roles, sorted. `real` are the same roles as harvested.
pub(super) fn find(
    name: &str,
    roles: Sides<&NormalisedRole>,
    real: Sides<&Role>,
    accounts: Sides<&Normalised>,
) -> Vec<CrossReference> {
    let mut found = Vec::new();
    for side in Side::BOTH {
        let role: &Role = real.get(side);
        let own = roles.get(side).foreign.iter().map(|foreign| (foreign, None));
        let boundary = role.boundary.iter().map(|policy| (policy, PolicyType::Boundary));
        let policies = role.attached.iter().map(|policy| (policy, PolicyType::Managed)).chain(boundary);
        let managed = policies.flat_map(|(policy, policy_type)| {
            let foreign = accounts.get(side).managed_foreign.get(policy.arn.as_str());
            foreign.into_iter().flatten().map(move |foreign| (foreign, Some(policy_type)))
        });
        // A description is prose, not something that anything follows.
        let wanted = own.chain(managed).filter(|(foreign, _)| foreign.place != Place::Description);
        found.extend(wanted.map(|(foreign, policy_type)| one(name, side, role, foreign, policy_type)));
    }
    found.sort();
    found.dedup();
    one_a_text(found)
}

/// One cross-reference for each text, though several parts of it belong to the same account: the longest part first.
fn one_a_text(found: Vec<CrossReference>) -> Vec<CrossReference> {
    let mut kept: Vec<CrossReference> = Vec::new();
    for one in found {
        let same = kept.iter_mut().find(|kept| {
            let place = |one: &CrossReference| (one.side, one.policy_name.clone(), one.policy_type, one.place);
            place(kept) == place(&one) && kept.text == one.text && kept.third_accounts == one.third_accounts
        });
        match same {
            None => kept.push(one),
            Some(kept) => {
                let mut parts = std::mem::take(&mut kept.further);
                parts.push(ReferencePart { value: one.value, placeholder: one.placeholder });
                parts.push(ReferencePart {
                    value: std::mem::take(&mut kept.value),
                    placeholder: std::mem::take(&mut kept.placeholder),
                });
                parts.sort_by_key(|part| (std::cmp::Reverse(part.value.len()), part.value.clone()));
                let first = parts.remove(0);
                (kept.value, kept.placeholder, kept.further) = (first.value, first.placeholder, parts);
            }
        }
    }
    kept
}

/// A managed policy's texts are found once, whatever it is to a role; `policy_type` says what it is to this one.
fn one(name: &str, side: Side, role: &Role, foreign: &Foreign, policy_type: Option<PolicyType>) -> CrossReference {
    CrossReference {
        side,
        role: name.to_owned(),
        role_arn: role.arn.to_string(),
        policy_name: foreign.policy.as_ref().map(|(name, _)| name.clone()),
        policy_type: policy_type.or_else(|| foreign.policy.as_ref().map(|(_, policy_type)| *policy_type)),
        place: foreign.place,
        text: foreign.text.clone(),
        value: foreign.value.clone(),
        placeholder: foreign.placeholder.clone(),
        owner: foreign.third_accounts.is_empty().then(|| side.other()),
        further: Vec::new(),
        third_accounts: foreign.third_accounts.clone(),
    }
}
