//! Rows of statements that say the same in another way.
//!
//! A resource that another one of the same policy contains, the values of one condition in two statements, `StringLike`
//! without a wildcard: the texts differ, and what the statements say does not. Rows are about what statements say, so
//! such rows are none. An Allow that a Deny or the permissions boundary overrides says something of its own, though:
//! Allow and Deny statements, and the boundary, are looked at one by one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::access::Access;
use super::items::Row;
use super::real_names::RoleSpellings;
use crate::model::{
    Effect, IdentityPolicy, InlinePolicy, PolicyType, PrincipalClause, ResourceClause, Role, Sides, Statement,
    TrustPolicy,
};
use crate::normalise::NormalisedRole;
use crate::semantics::EngineError;

/// The policies whose rows are compared with each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// Those that say what the role can do.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// The trust policy.
    Trust,
}

impl Part {
    const fn of(policy_type: PolicyType) -> Self {
        match policy_type {
            PolicyType::Inline | PolicyType::Managed => Self::Identity,
            PolicyType::Boundary => Self::Boundary,
            PolicyType::Trust => Self::Trust,
        }
    }
}

/// Who is asked what statements say, and how the two roles spell what the dictionary replaced.
type Asked<'a> = (&'a Access<'a>, Sides<&'a RoleSpellings<'a>>);

/// Takes out the rows of two roles whose statements of that effect say the same together, for all requests. `access` and
/// `trust` are whether the roles can do the same and can be assumed by the same: where they cannot, their statements differ.
pub(super) fn take_out(
    rows: Vec<Row>,
    roles: Sides<&NormalisedRole>,
    asked: Asked<'_>,
    (same_access, same_trust): (bool, bool),
) -> Result<Vec<Row>, EngineError> {
    let of = |row: &Row| (Part::of(row.policy_type), row.item.effect);
    let mut alike = BTreeSet::new();
    for (part, effect) in rows.iter().map(of).collect::<BTreeSet<_>>() {
        let may_be_alike = match (part, effect) {
            (Part::Trust, Effect::Allow) => same_trust,
            // A principal of a Deny means others than the same one of an Allow, so these cannot be asked for alone.
            (Part::Trust, Effect::Deny) => false,
            (Part::Identity | Part::Boundary, _) => same_access,
        };
        if may_be_alike && are_alike(roles, part, effect, asked)? {
            alike.insert((part, effect));
        }
    }
    // A pair of an action and a resource that it cannot act on says nothing that others could say as well.
    Ok(rows.into_iter().filter(|row| row.item.is_inapplicable() || !alike.contains(&of(row))).collect())
}

/// Whether the statements of one effect in one part of two roles' policies say the same together. What can never apply
/// says nothing, and no other statement says it in another way.
fn are_alike(
    roles: Sides<&NormalisedRole>,
    part: Part,
    effect: Effect,
    (access, names): Asked<'_>,
) -> Result<bool, EngineError> {
    let like = |role: &NormalisedRole, reduced: Role| NormalisedRole { role: reduced, ..role.clone() };
    let same = |left: Role, right: Role| {
        let reduced = Sides { left: &like(roles.left, left), right: &like(roles.right, right) };
        let (of_access, of_trust) = access.grades(reduced, names)?;
        let grade = if part == Part::Trust { of_trust } else { of_access };
        Ok::<bool, EngineError>(grade.is_equal_for_all_requests())
    };
    let reduced = roles.map(|role| only(&role.role, part, effect));
    if !same(reduced.left.clone(), reduced.right.clone())? {
        return Ok(false);
    }
    for role in [&reduced.left, &reduced.right] {
        for one in one_by_one(role, part) {
            if same(one, without_statements(role))? {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn without_statements(role: &Role) -> Role {
    let trust = TrustPolicy { statements: Vec::new(), ..(*role.trust).clone() };
    Role { trust: Arc::new(trust), inline: Vec::new(), attached: Vec::new(), ..role.clone() }
}

/// The role with each of its statements alone.
fn one_by_one(role: &Role, part: Part) -> Vec<Role> {
    let none = without_statements(role);
    if part == Part::Trust {
        let alone = |statement: &Statement<PrincipalClause>| {
            let trust = TrustPolicy { statements: vec![statement.clone()], ..(*role.trust).clone() };
            Role { trust: Arc::new(trust), ..none.clone() }
        };
        return role.trust.statements.iter().map(alone).collect();
    }
    let alone = |document: &IdentityPolicy, statement: &Statement<ResourceClause>| {
        let document = IdentityPolicy { statements: vec![statement.clone()], ..document.clone() };
        let policy = InlinePolicy { name: String::new(), document: Arc::new(document) };
        Role { inline: vec![policy], ..none.clone() }
    };
    role.documents().flat_map(|document| document.statements.iter().map(|one| alone(document, one))).collect()
}

/// A role that has the statements of one effect in one part of its policies alone, and is allowed what they say.
fn only(role: &Role, part: Part, effect: Effect) -> Role {
    let identity = |document: &IdentityPolicy| IdentityPolicy {
        statements: allowing(&document.statements, effect),
        ..document.clone()
    };
    // Without its tags: what a statement says of others it says even if the role cannot use it today.
    let own = || Role { tags: BTreeMap::new(), ..role.with_documents(identity) };
    match part {
        Part::Identity => Role { boundary: None, ..own() },
        Part::Boundary => {
            let Role { boundary, .. } = own();
            Role { inline: Vec::new(), attached: boundary.into_iter().collect(), boundary: None, ..own() }
        }
        Part::Trust => {
            let trust = TrustPolicy { statements: allowing(&role.trust.statements, effect), ..(*role.trust).clone() };
            Role { trust: Arc::new(trust), ..role.clone() }
        }
    }
}

fn allowing<T: Clone>(statements: &[Statement<T>], effect: Effect) -> Vec<Statement<T>> {
    let of_effect = statements.iter().filter(|statement| statement.effect == effect);
    of_effect.map(|statement| Statement { effect: Effect::Allow, ..statement.clone() }).collect()
}
