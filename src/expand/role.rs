//! A role to its rows, policy by policy.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Expander, Expansion, Item, trust};
use crate::model::{PolicyType, Role};

/// The rows of a role's policies of one name and kind.
#[derive(Debug, Clone)]
pub struct PolicyRows<'a> {
    /// The policy's name; `trust` for the trust policy.
    pub name: &'a str,
    /// How the role has the policy.
    pub policy_type: PolicyType,
    /// Almost always one; two policies can have one name, an AWS managed policy and a customer's or two that
    /// normalize alike.
    expansions: Vec<Arc<Expansion>>,
}

impl PolicyRows<'_> {
    /// The one expansion, where there is only one: all roles that carry the policy share it.
    #[must_use]
    pub fn shared(&self) -> Option<&Arc<Expansion>> {
        match self.expansions.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// The rows, each once, in a fixed order.
    #[must_use]
    pub fn rows(&self) -> Vec<&Item> {
        let all = self.expansions.iter().flat_map(|expansion| expansion.rows());
        if self.expansions.len() == 1 { all.collect() } else { all.collect::<BTreeSet<_>>().into_iter().collect() }
    }

    /// How many rows there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shared().map_or_else(|| self.rows().len(), |expansion| expansion.len())
    }
}

/// The rows of all policies of a role, sorted by the policies' names and kinds.
#[must_use]
pub fn role<'a>(role: &'a Role, expander: &Expander<'_>) -> Vec<PolicyRows<'a>> {
    let mut policies: BTreeMap<(&str, PolicyType), Vec<Arc<Expansion>>> = BTreeMap::new();
    for policy in &role.inline {
        let expansion = Arc::new(expander.once(&policy.document));
        policies.entry((&policy.name, PolicyType::Inline)).or_default().push(expansion);
    }
    let managed = role.attached.iter().map(|policy| (PolicyType::Managed, policy));
    for (policy_type, policy) in managed.chain(role.boundary.iter().map(|policy| (PolicyType::Boundary, policy))) {
        policies.entry((&policy.name, policy_type)).or_default().push(expander.shared(&policy.document));
    }
    let trust = Arc::new(trust(&role.trust, role.arn.partition()));
    policies.entry(("trust", PolicyType::Trust)).or_default().push(trust);
    policies.into_iter().map(|((name, policy_type), expansions)| PolicyRows { name, policy_type, expansions }).collect()
}
