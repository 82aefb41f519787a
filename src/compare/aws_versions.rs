//! AWS managed policies that the two accounts were read with in different versions.
//!
//! AWS maintains these policies, in one version for all accounts: "You cannot change the permissions defined in AWS
//! managed policies. AWS will occasionally update the permissions in an AWS managed policy. When AWS does this, the
//! update affects all principal entities (users, groups, and roles) that the policy is attached to."
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html>. So two versions
//! mean that the accounts were read at different times, not that their roles differ.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{AccountTag, ManagedPolicy, Role, Side, Sides};
use crate::normalise::NormalisedRole;
use crate::report::Limitation;

/// An AWS managed policy that both roles of a pair have, in two versions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TwoVersions {
    /// The policy's ARN.
    pub arn: String,
    /// The version of each account.
    pub versions: Sides<String>,
    /// The account with the newer one.
    pub newer: Side,
}

impl TwoVersions {
    /// What a report says of it, with the normalized names of the roles that have the policy.
    pub(super) fn limitation(self, tags: Sides<&AccountTag>, roles: BTreeSet<String>) -> Limitation {
        let compared = self.versions.get(self.newer).clone();
        let Sides { left, right } = self.versions;
        let versions = BTreeMap::from([(tags.left.clone(), left), (tags.right.clone(), right)]);
        Limitation::AwsPolicyVersions { policy: self.arn, versions, compared, roles }
    }
}

/// Two roles with every AWS managed policy that both have in one version, the newer.
#[derive(Debug)]
pub(super) struct Aligned {
    pub roles: Sides<NormalisedRole>,
    /// What they had in two versions, sorted; never empty.
    pub two_versions: Vec<TwoVersions>,
}

/// Gives both roles the newer version of each AWS managed policy that they have in two; none where there is nothing
/// to do. The real ARNs tell which policies are the same: each partition has its own.
pub(super) fn align(roles: Sides<&NormalisedRole>, real: Sides<&Role>) -> Option<Aligned> {
    let mut two_versions: Vec<TwoVersions> = of_both(real).filter_map(in_two_versions).collect();
    two_versions.sort();
    two_versions.dedup();
    if two_versions.is_empty() {
        return None;
    }
    // By its real ARN: a role has as many policies, in the same order, once it is normalized.
    let newer: BTreeMap<&str, Arc<ManagedPolicy>> = two_versions
        .iter()
        .flat_map(|two| {
            let policies = real.get(two.newer).managed().zip(roles.get(two.newer).role.managed());
            policies.filter(|(real, _)| real.arn.as_str() == two.arn)
        })
        .map(|(real, normalised)| (real.arn.as_str(), Arc::clone(normalised)))
        .collect();
    let roles = Sides { left: with(roles.left, real.left, &newer), right: with(roles.right, real.right, &newer) };
    Some(Aligned { roles, two_versions })
}

/// The managed policies that both roles have, attached or as boundary. One that only one role has is compared as it was
/// read.
fn of_both(of: Sides<&Role>) -> impl Iterator<Item = Sides<&ManagedPolicy>> {
    of.left.managed().filter_map(move |left| {
        let right = of.right.managed().find(|right| right.arn == left.arn)?;
        Some(Sides { left: &**left, right: &**right })
    })
}

/// Whether a policy is AWS's own and was read in two versions. Of two whose order is not known, neither can stand for
/// both.
fn in_two_versions(policies: Sides<&ManagedPolicy>) -> Option<TwoVersions> {
    let number = |policy: &ManagedPolicy| policy.version_id.strip_prefix('v')?.parse::<u32>().ok();
    let newer = match number(policies.left)?.cmp(&number(policies.right)?) {
        Ordering::Equal => return None,
        Ordering::Greater => Side::Left,
        Ordering::Less => Side::Right,
    };
    let versions = policies.map(|policy| policy.version_id.clone());
    let two = TwoVersions { arn: policies.left.arn.to_string(), versions, newer };
    policies.left.is_owned_by_aws().then_some(two)
}

/// A role with these policies, by their real ARN, in place of its own.
fn with(role: &NormalisedRole, real: &Role, newer: &BTreeMap<&str, Arc<ManagedPolicy>>) -> NormalisedRole {
    let newest = |(own, real): (&Arc<ManagedPolicy>, &Arc<ManagedPolicy>)| {
        Arc::clone(newer.get(real.arn.as_str()).unwrap_or(own))
    };
    let attached = role.role.attached.iter().zip(&real.attached).map(newest).collect();
    let boundary = role.role.boundary.iter().zip(&real.boundary).map(newest).next();
    NormalisedRole { role: Role { attached, boundary, ..role.role.clone() }, ..role.clone() }
}
