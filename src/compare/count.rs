//! How many rows an account has, without keeping them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::expand::{Expander, Expansion, Item, trust};
use crate::model::{PolicyType, Role};

/// The number of distinct rows of all these roles, each row with the name and kind of its policy.
pub(super) fn items<'a>(roles: impl IntoIterator<Item = &'a Role>, expander: &Expander<'_>) -> usize {
    roles.into_iter().map(|role| of_role(role, expander)).sum()
}

fn of_role(role: &Role, expander: &Expander<'_>) -> usize {
    let mut policies: BTreeMap<(PolicyType, &str), Vec<Arc<Expansion>>> = BTreeMap::new();
    for policy in &role.inline {
        let expansion = Arc::new(expander.once(&policy.document));
        policies.entry((PolicyType::Inline, &policy.name)).or_default().push(expansion);
    }
    let managed = role.attached.iter().map(|policy| (PolicyType::Managed, policy));
    for (policy_type, policy) in managed.chain(role.boundary.iter().map(|policy| (PolicyType::Boundary, policy))) {
        policies.entry((policy_type, &policy.name)).or_default().push(expander.shared(&policy.document));
    }
    let trust = trust(&role.trust, role.arn.partition()).len();
    trust + policies.values().map(|expansions| distinct(expansions)).sum::<usize>()
}

/// Two policies can have one name: an AWS managed policy and a customer's, or two that normalise alike.
fn distinct(expansions: &[Arc<Expansion>]) -> usize {
    match expansions {
        [one] => one.len(),
        several => several.iter().flat_map(|expansion| expansion.rows()).collect::<BTreeSet<&Item>>().len(),
    }
}
