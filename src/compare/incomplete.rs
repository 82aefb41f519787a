//! Roles that cannot be compared, because the source does not contain a policy of theirs.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::select::keep;
use crate::model::{Account, AccountTag, Side, Sides};
use crate::normalise::{Normalised, NormalisedRole};
use crate::report::Limitation;

/// How many roles of the same name a limitation names.
const NAMED: usize = 10;

/// One account, as read and as normalised.
pub type Both<'a> = (Cow<'a, Account>, Normalised);

/// Leaves out the roles whose policies are not all there, and with each the roles of the same normalized name, which would
/// seem to have no counterpart. Each is a limitation, so that nothing is left out in silence.
#[must_use]
pub fn leave_out<'a>(accounts: Sides<Both<'a>>, tags: Sides<&AccountTag>) -> (Sides<Both<'a>>, Vec<Limitation>) {
    let mut of_name: BTreeMap<String, Vec<(&AccountTag, &str)>> = BTreeMap::new();
    for side in Side::BOTH {
        for role in &accounts.get(side).1.roles {
            of_name.entry(folded(role)).or_default().push((tags.get(side), role.real_name.as_str()));
        }
    }
    let mut limitations = Vec::new();
    let mut names = BTreeSet::new();
    for side in Side::BOTH {
        let (account, normalised) = accounts.get(side);
        for role in &normalised.roles {
            let Some(policies) = account.absent_policies.get(&role.real_name) else { continue };
            let (tag, name) = (*tags.get(side), folded(role));
            let mut counterparts: BTreeMap<AccountTag, Vec<String>> = BTreeMap::new();
            let others = of_name.get(&name).into_iter().flatten();
            for (of, other) in others.filter(|other| **other != (tag, role.real_name.as_str())).take(NAMED) {
                counterparts.entry((*of).clone()).or_default().push((*other).to_owned());
            }
            limitations.push(Limitation::RoleNotCompared {
                tag: tag.clone(),
                source: account.source.clone(),
                role: role.real_name.clone(),
                policies: policies.clone(),
                counterparts,
            });
            names.insert(name);
        }
    }
    if names.is_empty() {
        return (accounts, limitations);
    }
    let kept = accounts.map(|(account, normalised)| keep(account, normalised, |role| !names.contains(&folded(role))));
    (kept, limitations)
}

/// The name by which roles are paired.
fn folded(role: &NormalisedRole) -> String {
    role.role.name.to_lowercase()
}
