//! How severe a finding is: its rule's default, raised or lowered by what the difference grants.
//!
//! The order of weight: privilege escalation; a principal outside the accounts under comparison, or everyone; a
//! permissions boundary or an explicit Deny that is gone; permissions management, and data on all resources; write;
//! read; tags.

use std::collections::BTreeSet;

use super::Report;
use super::attribute::Attribute;
use super::difference::Difference;
use super::finding::Draft;
use super::role::RoleResult;
use super::rows::{AttributeDifference, CrossReference, RoleTrustDifference};
use super::rule::Rule;
use super::severity::Severity;
use crate::catalog::AccessLevel;
use crate::model::{Place, PolicyType, PrincipalType, Side};
use crate::semantics::outcome::{AccessDifference, Certainty, Refusal};

/// The severity of a finding.
pub(super) fn severity(report: &Report, draft: &Draft) -> Severity {
    let default = draft.rule.default_severity();
    let Some(difference) = draft.rows.first().and_then(|row| report.difference(draft.list, *row)) else {
        return default;
    };
    match difference {
        // That the program contradicts itself weighs whatever its rule says.
        _ if draft.rule == Rule::InternalInconsistency => default,
        Difference::Access(row) => match (row.difference.certainty, row.difference.side) {
            (Certainty::Unknown, _) if draft.rule == Rule::PrivilegeEscalation => Severity::High,
            (Certainty::Unknown, _) => default,
            (Certainty::Always | Certainty::Conditional, Side::Right) => of_access(&row.difference),
            (Certainty::Always | Certainty::Conditional, Side::Left) if draft.rule == Rule::PrivilegeEscalation => {
                default
            }
            (Certainty::Always | Certainty::Conditional, Side::Left) => of_access(&row.difference).lowered(),
        },
        Difference::Trust(row) => match (row.difference.certainty, row.difference.side) {
            (Certainty::Unknown, _) => default,
            (Certainty::Always | Certainty::Conditional, Side::Right) => of_trust(report, row),
            (Certainty::Always | Certainty::Conditional, Side::Left) => of_trust(report, row).lowered(),
        },
        Difference::Attribute(row) => of_attribute(row, default),
        Difference::CrossReference(row) => of_cross_reference(row),
        Difference::Role(role) => match (draft.rule, of_role(report, role)) {
            (Rule::RoleAmbiguous, _) => default,
            (_, Severity::Critical) => Severity::Critical,
            (Rule::RoleMissing, less) => less.lowered(),
            (_, severity) => severity,
        },
        Difference::Deny(_) | Difference::Item(_) | Difference::Statement(_) | Difference::Limitation(_) => default,
    }
}

/// What another attribute comes to.
fn of_attribute(row: &AttributeDifference, default: Severity) -> Severity {
    match row.attribute {
        Attribute::PermissionsBoundary => of_boundary(row),
        // A longer session keeps stolen credentials usable for longer.
        Attribute::MaxSessionDuration => Severity::Low,
        Attribute::Path
        | Attribute::Description
        | Attribute::InstanceProfiles
        | Attribute::InlinePolicies
        | Attribute::AttachedPolicies
        | Attribute::Tag(_) => default,
    }
}

/// What more access comes to.
fn of_access(d: &AccessDifference) -> Severity {
    let everywhere = d.resources.iter().any(|resource| resource == "*");
    if !d.escalations.is_empty() {
        return Severity::Critical;
    }
    // What the other account denies explicitly was meant to be impossible.
    if matches!(d.refused_by, Refusal::Deny(_)) {
        return Severity::High;
    }
    match d.access_level {
        AccessLevel::PermissionsManagement => Severity::High,
        AccessLevel::Write if everywhere => Severity::High,
        AccessLevel::Write | AccessLevel::Unknown => Severity::Medium,
        AccessLevel::Read if everywhere => Severity::Medium,
        AccessLevel::Read | AccessLevel::List | AccessLevel::Tagging => Severity::Low,
    }
}

/// What one more who can assume the role comes to.
fn of_trust(report: &Report, row: &RoleTrustDifference) -> Severity {
    let d = &row.difference;
    let assumes = d.actions.iter().any(|action| action.contains("AssumeRole") || action.contains('*'));
    if !assumes {
        return Severity::Medium;
    }
    match d.principal_type {
        PrincipalType::Everyone if d.certainty == Certainty::Conditional => Severity::High,
        PrincipalType::Everyone => Severity::Critical,
        PrincipalType::Aws if report.is_external_principal(row) => Severity::Critical,
        PrincipalType::Aws | PrincipalType::Federated | PrincipalType::CanonicalUser => Severity::High,
        PrincipalType::Service => Severity::Medium,
    }
}

/// A boundary that the second account lacks weighs more than one that it has besides.
fn of_boundary(row: &AttributeDifference) -> Severity {
    match (row.left.is_null(), row.right.is_null()) {
        (false, true) => Severity::High,
        (true, false) => Severity::Low,
        (false, false) | (true, true) => Severity::Medium,
    }
}

/// A resource or principal is what the role acts on; a tag or a name grants nothing.
fn of_cross_reference(row: &CrossReference) -> Severity {
    match row.place {
        Place::Resource | Place::Principal => Severity::High,
        Place::Condition if row.policy_type == Some(PolicyType::Trust) => Severity::High,
        Place::Condition | Place::PolicyName => Severity::Medium,
        Place::RoleName | Place::Path | Place::Tag | Place::Description | Place::InstanceProfile => Severity::Low,
    }
}

/// What a role of one account only comes to: all that it may do, and all who can assume it.
fn of_role(report: &Report, role: &RoleResult) -> Severity {
    let Some(grants) = &role.grants else { return Rule::RoleAdded.default_severity() };
    if role.service_linked {
        return Severity::Info;
    }
    let access = grants.access.iter().map(|row| of_access(&row.difference)).max();
    let is_open = |row: &RoleTrustDifference| {
        row.difference.principal_type == PrincipalType::Everyone || report.is_external_principal(row)
    };
    let trust = grants.trust.iter().any(is_open).then_some(Severity::High);
    access.max(trust).unwrap_or(Severity::Low)
}

impl Report {
    /// Whether a principal of a trust difference belongs to an account that is neither under comparison nor known.
    #[must_use]
    pub fn is_external_principal(&self, row: &RoleTrustDifference) -> bool {
        let d = &row.difference;
        // The witness has real names, where the principal may hold a placeholder.
        let real = d.witness.as_ref().map_or(d.principal.as_str(), |witness| &witness.principal);
        account_of(real).is_some_and(|account| self.is_external(account))
    }

    /// Whether an account id is neither that of one of the two accounts nor a known one.
    #[must_use]
    pub fn is_external(&self, account: &str) -> bool {
        let own = Side::BOTH.map(|side| self.accounts.get(side).account_id.as_ref());
        let is_own = own.into_iter().flatten().any(|id| id.as_str() == account);
        let known: BTreeSet<&str> = self.dictionary.known_accounts().map(|(id, _)| id.as_str()).collect();
        !is_own && !known.contains(account)
    }
}

/// The account id in an ARN, or the text itself where it is one.
pub(super) fn account_of(text: &str) -> Option<&str> {
    let account = if text.starts_with("arn:") { text.split(':').nth(4)? } else { text };
    crate::model::AccountId::is_valid(account).then_some(account)
}
