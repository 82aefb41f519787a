//! How much a finding grants, to put the wider grant first.

use super::Report;
use super::assess::{assumes, is_everything};
use super::attribute::Attribute;
use super::data_access::reads_data;
use super::difference::Difference;
use super::finding::Finding;
use super::rows::RoleTrustDifference;
use super::rule::Rule;
use crate::catalog::AccessLevel;
use crate::model::PrincipalType;
use crate::semantics::outcome::{AccessDifference, Refusal};

/// How much a finding grants; the greater the wider. Ordered by its fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Breadth {
    weight: Weight,
    /// Whether it is about all services.
    all_services: bool,
    /// Whether it is about all resources, or everyone.
    everything: bool,
    /// How many actions it names; one with a wildcard counts as many.
    actions: usize,
}

/// What a finding gives away, the least first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Weight {
    /// Nothing: a tag, a description.
    #[default]
    Other,
    Tagging,
    List,
    /// Reading, and what is not known.
    Read,
    Write,
    /// A resource or principal of the other account.
    CrossReference,
    /// Permissions management, data on all resources, and the role itself: whoever assumes it has all that it may do.
    PermissionsOrData,
    /// A permissions boundary or an explicit Deny that is gone.
    Unlimited,
    /// A principal that is neither of the two accounts nor an AWS service, or everyone.
    Outsider,
    PrivilegeEscalation,
    /// That the program contradicts itself: it can be anything.
    Inconsistent,
}

/// How many actions one with a wildcard counts for.
const WILDCARD: usize = 100;

impl Breadth {
    /// How much a finding grants.
    pub(super) fn of_finding(report: &Report, finding: &Finding) -> Self {
        if finding.rule == Rule::InternalInconsistency {
            return Self { weight: Weight::Inconsistent, ..Self::default() };
        }
        let rows = finding.rows.iter().filter_map(|row| report.difference(finding.list, *row));
        rows.map(|difference| Self::of_difference(report, &difference)).max().unwrap_or_default()
    }

    fn of_difference(report: &Report, difference: &Difference<'_>) -> Self {
        match difference {
            Difference::Access(row) => Self::of_access(&row.difference),
            Difference::Deny(row) => Self {
                weight: Weight::Unlimited,
                all_services: row.difference.service == "*",
                everything: row.difference.resources.iter().any(|resource| is_everything(resource)),
                actions: count(&row.difference.actions),
            },
            Difference::Trust(row) => Self {
                everything: row.difference.principal_type == PrincipalType::Everyone,
                weight: of_trust(report, row),
                actions: row.difference.actions.len(),
                ..Self::default()
            },
            Difference::Role(role) => {
                let grants = role.grants.iter().flat_map(|grants| &grants.access);
                grants.map(|row| Self::of_access(&row.difference)).max().unwrap_or_default()
            }
            Difference::Attribute(row) if row.attribute == Attribute::PermissionsBoundary => {
                Self { weight: Weight::Unlimited, ..Self::default() }
            }
            Difference::CrossReference(_) => Self { weight: Weight::CrossReference, ..Self::default() },
            Difference::Item(_) | Difference::Attribute(_) | Difference::Statement(_) | Difference::Limitation(_) => {
                Self::default()
            }
        }
    }

    pub(super) fn of_access(d: &AccessDifference) -> Self {
        Self {
            weight: of_access(d),
            all_services: d.service == "*",
            everything: d.resources.iter().any(|resource| is_everything(resource)),
            actions: count(&d.actions),
        }
    }
}

fn of_access(d: &AccessDifference) -> Weight {
    if !d.escalations.is_empty() {
        return Weight::PrivilegeEscalation;
    }
    if matches!(d.refused_by, Refusal::Deny(_) | Refusal::Boundary) {
        return Weight::Unlimited;
    }
    if d.resources.iter().any(|resource| is_everything(resource)) && reads_data(d) {
        return Weight::PermissionsOrData;
    }
    match d.access_level {
        AccessLevel::PermissionsManagement => Weight::PermissionsOrData,
        AccessLevel::Write => Weight::Write,
        AccessLevel::Read | AccessLevel::Unknown => Weight::Read,
        AccessLevel::List => Weight::List,
        AccessLevel::Tagging => Weight::Tagging,
    }
}

fn of_trust(report: &Report, row: &RoleTrustDifference) -> Weight {
    let d = &row.difference;
    if !assumes(d) {
        return Weight::Other;
    }
    match d.principal_type {
        // Who an identity provider vouches for is decided outside the account.
        PrincipalType::Everyone | PrincipalType::Federated => Weight::Outsider,
        PrincipalType::Aws if report.is_external_principal(row) => Weight::Outsider,
        PrincipalType::Aws | PrincipalType::CanonicalUser | PrincipalType::Service => Weight::PermissionsOrData,
    }
}

fn count(actions: &[String]) -> usize {
    actions.iter().map(|action| if action.contains('*') { WILDCARD } else { 1 }).sum()
}
