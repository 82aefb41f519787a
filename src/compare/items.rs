//! Rows that only one of two roles has.
//!
//! A row counts as had by a role if any of its policies of the same kind (what it may do, its boundary, its trust)
//! says it, whatever the policy is called: a policy that moves from inline to managed changes no row. The names and
//! kinds of policies are compared as attributes.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::sync::Arc;

use crate::expand::{Expander, Expansion, Item, Shown, trust};
use crate::model::{
    Effect, IdentityPolicy, ManagedPolicy, PolicyType, PrincipalClause, Role, Side, Sides, Statement, TrustPolicy,
};
use crate::normalise::NormalisedRole;

/// A row of one role, with the policy it is from.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub side: Side,
    pub policy_name: String,
    pub policy_type: PolicyType,
    pub item: Item,
}

/// One policy of a role.
struct Policy<'a> {
    name: &'a str,
    policy_type: PolicyType,
    document: Document<'a>,
}

/// What a policy says.
#[derive(PartialEq)]
enum Document<'a> {
    Identity(&'a Arc<IdentityPolicy>),
    Trust(Cow<'a, TrustPolicy>, &'a str),
}

/// The rows that only one of the two roles has: the left's, then the right's.
pub(super) fn only_in(roles: Sides<&NormalisedRole>, expander: &Expander<'_>) -> Vec<Row> {
    let roles = roles.map(|role| &role.role);
    let kinds: [fn(&Role) -> Vec<Policy<'_>>; 3] = [identity, boundary, trust_of];
    let mut found = Vec::new();
    for kind in kinds {
        let (left, right) = (kind(roles.left), kind(roles.right));
        found.extend(one_way(Side::Left, &left, &right, expander));
        found.extend(one_way(Side::Right, &right, &left, expander));
    }
    found.sort_by(|a, b| {
        (a.side, &a.policy_name, a.policy_type, &a.item).cmp(&(b.side, &b.policy_name, b.policy_type, &b.item))
    });
    found
}

/// How many rows two roles have in common.
pub(super) fn in_common(left: &NormalisedRole, right: &NormalisedRole, expander: &Expander<'_>) -> usize {
    let all = |role: &Role| {
        let policies: Vec<Policy<'_>> = identity(role).into_iter().chain(trust_of(role)).collect();
        rows(&policies, expander)
    };
    let (left, right) = (all(&left.role), all(&right.role));
    left.iter().flat_map(|rows| rows.rows()).filter(|item| right.iter().any(|rows| rows.has(item))).count()
}

fn identity(role: &Role) -> Vec<Policy<'_>> {
    let inline = role.inline.iter().map(|policy| Policy {
        name: &policy.name,
        policy_type: PolicyType::Inline,
        document: Document::Identity(&policy.document),
    });
    inline.chain(role.attached.iter().map(|policy| managed(policy, PolicyType::Managed))).collect()
}

fn boundary(role: &Role) -> Vec<Policy<'_>> {
    role.boundary.iter().map(|policy| managed(policy, PolicyType::Boundary)).collect()
}

fn trust_of(role: &Role) -> Vec<Policy<'_>> {
    let document = Document::Trust(without_nobody(&role.trust), role.arn.partition());
    vec![Policy { name: "trust", policy_type: PolicyType::Trust, document }]
}

/// A trust policy whose Deny statements do not list, beside others, what no caller has: a Deny of it denies nothing, an
/// exception of it excepts nobody, and a remark on the statement tells it.
fn without_nobody(trust: &TrustPolicy) -> Cow<'_, TrustPolicy> {
    let lists = |statement: &Statement<PrincipalClause>| {
        let principals = statement.target.principals();
        let nobodies = principals.iter().filter(|principal| principal.is_nobody()).count();
        statement.effect == Effect::Deny && (1..principals.len()).contains(&nobodies)
    };
    if !trust.statements.iter().any(lists) {
        return Cow::Borrowed(trust);
    }
    let mut trust = trust.clone();
    for statement in trust.statements.iter_mut().filter(|statement| lists(statement)) {
        let (PrincipalClause::Principal(all) | PrincipalClause::NotPrincipal(all)) = &mut statement.target;
        all.retain(|principal| !principal.is_nobody());
    }
    Cow::Owned(trust)
}

fn managed(policy: &ManagedPolicy, policy_type: PolicyType) -> Policy<'_> {
    Policy { name: &policy.name, policy_type, document: Document::Identity(&policy.document) }
}

fn rows(policies: &[Policy<'_>], expander: &Expander<'_>) -> Vec<Arc<Expansion>> {
    let expand = |policy: &Policy<'_>| match (&policy.document, policy.policy_type) {
        (Document::Trust(document, partition), _) => Arc::new(trust(document, partition)),
        (Document::Identity(document), PolicyType::Managed | PolicyType::Boundary) => expander.shared(document),
        (Document::Identity(document), PolicyType::Inline | PolicyType::Trust) => Arc::new(expander.once(document)),
    };
    policies.iter().map(expand).collect()
}

/// The rows of one side that no policy of the other says.
fn one_way(side: Side, own: &[Policy<'_>], other: &[Policy<'_>], expander: &Expander<'_>) -> Vec<Row> {
    // A document that the other side has as well has no row of its own; most roles end here, without a row made.
    let says_more = |policy: &&Policy<'_>| !other.iter().any(|other| other.document == policy.document);
    if !own.iter().any(|policy| says_more(&policy)) {
        return Vec::new();
    }
    let (own_rows, other_rows) = (rows(own, expander), rows(other, expander));
    // Which inapplicable pairs matter is a question to all policies of the role; see `Expansion`. It is seldom asked.
    let shown = LazyCell::new(|| Shown::by_policies(own_rows.iter().map(|rows| &**rows)));
    let mut found = Vec::new();
    for (policy, rows) in own.iter().zip(&own_rows).filter(|(policy, _)| says_more(policy)) {
        let lacking = rows.rows().filter(|item| !other_rows.iter().any(|rows| rows.has(item)));
        found.extend(lacking.filter(|item| !item.is_inapplicable() || shown.lacks(item)).map(|item| Row {
            side,
            policy_name: policy.name.to_owned(),
            policy_type: policy.policy_type,
            item: item.clone(),
        }));
    }
    found
}
