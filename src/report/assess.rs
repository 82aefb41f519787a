//! How severe a finding is: its rule's default, raised or lowered by what the difference grants.
//!
//! The order of weight: privilege escalation; a principal outside the accounts under comparison, or everyone; a
//! permissions boundary or an explicit Deny that is gone; permissions management, and data on all resources; write;
//! read; tags.

use std::collections::BTreeSet;

use super::Report;
use super::attribute::Attribute;
use super::data_access::reads_data;
use super::difference::Difference;
use super::draft::Draft;
use super::role::RoleResult;
use super::rows::{AttributeDifference, CrossReference, RoleTrustDifference};
use super::rule::Rule;
use super::severity::Severity;
use crate::catalog::AccessLevel;
use crate::model::{Place, PolicyType, PrincipalType, Side};
use crate::semantics::outcome::{AccessDifference, Certainty, Refusal};
use crate::semantics::trust::TrustDifference;

/// The severity of a finding: the one that was set for its rule, or else what was found. What could not be determined is
/// never less severe than it is without a setting.
pub(super) fn severity(report: &Report, draft: &Draft) -> Severity {
    let found = of_facts(report, draft);
    match report.severity_overrides.rules.get(&draft.rule) {
        None => found,
        Some(set) if is_unknown(report, draft) => found.max(*set),
        Some(set) => *set,
    }
}

/// Whether a finding is about what could not be determined.
fn is_unknown(report: &Report, draft: &Draft) -> bool {
    let of_row = draft.rows.first().and_then(|row| report.difference(draft.list, *row));
    draft.rule.least_severity().is_some()
        || match of_row {
            Some(Difference::Access(row)) => row.difference.certainty == Certainty::Unknown,
            Some(Difference::Trust(row)) => row.difference.certainty == Certainty::Unknown,
            Some(
                Difference::Attribute(_)
                | Difference::CrossReference(_)
                | Difference::Role(_)
                | Difference::Deny(_)
                | Difference::Item(_)
                | Difference::Statement(_)
                | Difference::Limitation(_),
            )
            | None => false,
        }
}

fn of_facts(report: &Report, draft: &Draft) -> Severity {
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
            (Certainty::Always | Certainty::Conditional, Side::Right) => of_access(report, &row.difference),
            (Certainty::Always | Certainty::Conditional, Side::Left) if draft.rule == Rule::PrivilegeEscalation => {
                default
            }
            (Certainty::Always | Certainty::Conditional, Side::Left) => of_access(report, &row.difference).lowered(),
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

/// The severity of a different attribute.
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
        | Attribute::UniqueId
        | Attribute::Tag(_) => default,
    }
}

/// The severity of more access.
fn of_access(report: &Report, d: &AccessDifference) -> Severity {
    // What belongs to an account that nobody named weighs as much as all that there is.
    let is_wide = |resource: &String| {
        is_everything(resource) || account_of(resource).is_some_and(|account| report.is_external(account))
    };
    let wide = d.resources.iter().any(is_wide);
    if !d.escalations.is_empty() {
        return Severity::Critical;
    }
    // What the other account denies explicitly was meant to be impossible.
    if matches!(d.refused_by, Refusal::Deny(_)) {
        return Severity::High;
    }
    // Whatever the highest level of the row's actions is.
    if wide && reads_data(d) {
        return Severity::High;
    }
    match d.access_level {
        AccessLevel::PermissionsManagement => Severity::High,
        // Where `*` is the only resource that a policy can name, it is no wide grant.
        AccessLevel::Write if wide && !d.wildcard_only => Severity::High,
        AccessLevel::Write | AccessLevel::Unknown => Severity::Medium,
        AccessLevel::Read if wide && !d.wildcard_only => Severity::Medium,
        AccessLevel::Read | AccessLevel::List | AccessLevel::Tagging => Severity::Low,
    }
}

/// Whether somebody gets a session of the role, and not only may tag one or name who it is for.
pub(super) fn assumes(d: &TrustDifference) -> bool {
    d.actions.iter().any(|action| action.contains("AssumeRole") || action.contains('*'))
}

/// The severity of one more principal that can assume the role.
fn of_trust(report: &Report, row: &RoleTrustDifference) -> Severity {
    let d = &row.difference;
    if !assumes(d) {
        return Severity::Medium;
    }
    match d.principal_type {
        PrincipalType::Everyone if d.certainty == Certainty::Conditional => Severity::High,
        PrincipalType::Everyone => Severity::Critical,
        PrincipalType::Aws | PrincipalType::Federated if report.is_external_principal(row) => Severity::Critical,
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

/// The severity of a role that exists in only one account: everything that it can do, and everyone who can assume it.
fn of_role(report: &Report, role: &RoleResult) -> Severity {
    let Some(grants) = &role.grants else { return Rule::RoleAdded.default_severity() };
    if role.service_linked {
        return Severity::Info;
    }
    let access = grants.access.iter().map(|row| of_access(report, &row.difference)).max();
    // Every role can be assumed by somebody: only who is a stranger weighs. An identity provider is one where no
    // condition says whose tokens it may bring.
    let is_open = |row: &&RoleTrustDifference| {
        let d = &row.difference;
        d.principal_type == PrincipalType::Everyone
            || (d.principal_type == PrincipalType::Federated && d.certainty == Certainty::Always)
            || report.is_external_principal(row)
    };
    let trust = grants.trust.iter().filter(is_open).map(|row| of_trust(report, row)).max();
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

/// Whether a pattern of resources is all that there is of a kind, in the accounts it names: `*`, `arn:aws:s3:::*`,
/// `arn:aws:iam::111122223333:role/*`.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
pub(super) fn is_everything(resource: &str) -> bool {
    let is_wild = |text: &str| text.contains('*') && text.chars().all(|c| matches!(c, '*' | '?' | '/' | ':'));
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    let [_, _, _, region, account, name] = parts.as_slice() else { return is_wild(resource) };
    // Without region and account what stands before a `/` is a name, such as that of a bucket; else it is a type.
    let is_typed = !(region.is_empty() && account.is_empty());
    let of_type = name.split_once(['/', ':']).filter(|_| is_typed).map_or(*name, |(_, rest)| rest);
    is_wild(name) || is_wild(of_type)
}

/// The account id in an ARN, or the text itself where it is one.
pub(super) fn account_of(text: &str) -> Option<&str> {
    let account = if text.starts_with("arn:") { text.split(':').nth(4)? } else { text };
    crate::model::AccountId::is_valid(account).then_some(account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_a_kind_is_everything() {
        for resource in [
            "*",
            "**",
            "arn:aws:s3:::*",
            "arn:aws:s3:::*/*",
            "arn:aws:secretsmanager:*:*:secret:*",
            "arn:aws:sqs:eu-west-1:111122223333:*",
            "arn:aws:iam::111122223333:role/*",
            "arn:*:*:*:*:*",
        ] {
            assert!(is_everything(resource), "{resource}");
        }
        for resource in [
            "arn:aws:s3:::bucket/*",
            "arn:aws:s3:::app-*",
            "arn:aws:dynamodb:eu-west-1:111122223333:table/orders/*",
            "arn:aws:logs:eu-west-1:111122223333:log-group:app:*",
            "arn:aws:sqs:eu-west-1:111122223333:jobs",
            "arn:aws:iam::111122223333:role/?",
        ] {
            assert!(!is_everything(resource), "{resource}");
        }
    }
}
