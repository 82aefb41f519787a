//! Rows that only one of two roles has.
//!
//! A row counts as had by a role if any of its policies of the same kind (what it may do, its boundary, its trust)
//! says it, whatever the policy is called: a policy that moves from inline to managed changes no row. The names and
//! kinds of policies are compared as attributes.

use std::sync::Arc;

use crate::expand::{Expander, Expansion, Item, Shown, trust};
use crate::model::{IdentityPolicy, PolicyType, Role, Side, Sides};
use crate::normalise::NormalisedRole;

/// A row of one role, with the policy it is from.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub side: Side,
    pub policy_name: String,
    pub policy_type: PolicyType,
    pub item: Item,
}

/// One policy's rows.
struct Rows {
    name: String,
    policy_type: PolicyType,
    expansion: Arc<Expansion>,
}

/// The rows that only one of the two roles has: the left's, then the right's; policies in the order of the role.
pub(super) fn only_in(roles: Sides<&NormalisedRole>, expander: &Expander<'_>) -> Vec<Row> {
    let roles = roles.map(|role| &role.role);
    let mut found = Vec::new();
    if documents(roles.left) != documents(roles.right) {
        found.extend(both_ways(roles.map(|role| identity_rows(role, expander)).as_ref()));
    }
    let boundary = |role: &Role| role.boundary.as_ref().map(|policy| Arc::as_ptr(&policy.document));
    if boundary(roles.left) != boundary(roles.right) {
        found.extend(both_ways(roles.map(|role| boundary_rows(role, expander)).as_ref()));
    }
    if roles.left.trust != roles.right.trust {
        found.extend(both_ways(roles.map(trust_rows).as_ref()));
    }
    found.sort_by(|a, b| {
        (a.side, &a.policy_name, a.policy_type, &a.item).cmp(&(b.side, &b.policy_name, b.policy_type, &b.item))
    });
    found
}

/// How many rows two roles have in common.
pub(super) fn in_common(left: &NormalisedRole, right: &NormalisedRole, expander: &Expander<'_>) -> usize {
    let all = |role: &Role| {
        let mut rows = identity_rows(role, expander);
        rows.extend(trust_rows(role));
        rows
    };
    let (left, right) = (all(&left.role), all(&right.role));
    left.iter().flat_map(|rows| rows.expansion.rows()).filter(|item| has(&right, item)).count()
}

/// The documents that say what a role may do, by address. Equal lists say the same, without a look at a row.
fn documents(role: &Role) -> Vec<*const IdentityPolicy> {
    let inline = role.inline.iter().map(|policy| Arc::as_ptr(&policy.document));
    let mut documents: Vec<_> =
        inline.chain(role.attached.iter().map(|policy| Arc::as_ptr(&policy.document))).collect();
    documents.sort();
    documents.dedup();
    documents
}

fn identity_rows(role: &Role, expander: &Expander<'_>) -> Vec<Rows> {
    let inline = role.inline.iter().map(|policy| Rows {
        name: policy.name.clone(),
        policy_type: PolicyType::Inline,
        expansion: Arc::new(expander.once(&policy.document)),
    });
    let attached = role.attached.iter().map(|policy| Rows {
        name: policy.name.clone(),
        policy_type: PolicyType::Managed,
        expansion: expander.shared(&policy.document),
    });
    inline.chain(attached).collect()
}

fn boundary_rows(role: &Role, expander: &Expander<'_>) -> Vec<Rows> {
    let rows = role.boundary.iter().map(|policy| Rows {
        name: policy.name.clone(),
        policy_type: PolicyType::Boundary,
        expansion: expander.shared(&policy.document),
    });
    rows.collect()
}

fn trust_rows(role: &Role) -> Vec<Rows> {
    let expansion = Arc::new(trust(&role.trust, role.arn.partition()));
    vec![Rows { name: "trust".to_owned(), policy_type: PolicyType::Trust, expansion }]
}

fn has(policies: &[Rows], item: &Item) -> bool {
    policies.iter().any(|rows| rows.expansion.has(item))
}

fn both_ways(policies: Sides<&Vec<Rows>>) -> Vec<Row> {
    let mut found = one_way(Side::Left, policies.left, policies.right);
    found.extend(one_way(Side::Right, policies.right, policies.left));
    found
}

fn one_way(side: Side, own: &[Rows], other: &[Rows]) -> Vec<Row> {
    // Which idle pairs matter is a question to all policies of the role; see `Expansion`.
    let mut shown: Option<Shown<'_>> = None;
    let mut found = Vec::new();
    for rows in own {
        let shared = other.iter().any(|o| Arc::ptr_eq(&o.expansion, &rows.expansion));
        if shared {
            continue;
        }
        for item in rows.expansion.rows().filter(|item| !has(other, item)) {
            let matters = !item.is_idle()
                || shown.get_or_insert_with(|| Shown::of(own.iter().map(|rows| &*rows.expansion))).lacks(item);
            if matters {
                let (policy_name, policy_type) = (rows.name.clone(), rows.policy_type);
                found.push(Row { side, policy_name, policy_type, item: item.clone() });
            }
        }
    }
    found
}
