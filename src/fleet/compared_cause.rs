//! A cause of one account, as the fleet keeps it.

use std::collections::{BTreeMap, BTreeSet};

use super::deviation::Alone;
use super::key;
use super::role::RoleKey;
use crate::report::{Cause, FailOn, Fingerprint, Group, Report, Rule, Severity};

/// A cause of one account.
#[derive(Debug, Clone)]
pub struct ComparedCause {
    pub(super) id: String,
    pub(super) rule: Rule,
    pub(super) severity: Severity,
    pub(super) message: String,
    /// The parts of the sentence, if it says that only one account has a role.
    pub(super) alone: Option<Alone>,
    pub(super) roles: Vec<String>,
    /// The policy that the sentence names.
    policy: String,
    /// The change itself, if it can be the same change in an account where it concerns other roles.
    change: Option<String>,
    /// Its findings without what is for information, sorted.
    pub(super) findings: Vec<CausedFinding>,
    /// Whether one of its findings makes the run fail.
    pub(super) fails: bool,
}

/// A finding of a cause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CausedFinding {
    /// The row of its role; none if it is about no role.
    row: Option<RoleKey>,
    /// What it says.
    key: String,
    /// What it says, whichever role it is about.
    of_any_role: String,
    /// The normalized name of its role.
    role: Option<String>,
}

impl ComparedCause {
    /// `rows` are the rows of the report's roles, in their order.
    pub(super) fn new(report: &Report, group: &Group, rows: &[RoleKey], fail_on: &[FailOn]) -> Self {
        let change = change(group);
        let mut findings: Vec<CausedFinding> = report
            .findings_of(group)
            .filter(|finding| !finding.is_note())
            .map(|finding| CausedFinding {
                row: finding.role_index.and_then(|index| rows.get(index)).cloned(),
                key: key::of_finding(report, finding),
                of_any_role: change.as_ref().map_or_else(String::new, |_| key::of_any_role(report, finding)),
                role: finding.role.clone(),
            })
            .collect();
        findings.sort();
        let message = group.sentence();
        Self {
            id: group.id.clone(),
            rule: group.rule,
            severity: group.severity,
            alone: Alone::new(report, group.rule, &message),
            message,
            roles: group.roles.clone(),
            policy: of_policy(group),
            change,
            findings,
            fails: report.findings_of(group).any(|finding| finding.fails(fail_on)),
        }
    }

    /// The cause with only those of its findings that are about these rows, which get new keys; none if nothing is left.
    pub(super) fn of_rows(&self, rows: &BTreeMap<RoleKey, RoleKey>) -> Option<Self> {
        let kept = self.findings.iter().filter_map(|finding| {
            let row = rows.get(finding.row.as_ref()?)?.clone();
            Some(CausedFinding { row: Some(row), ..finding.clone() })
        });
        let mut findings: Vec<CausedFinding> = kept.collect();
        findings.sort();
        let named: BTreeSet<&String> = findings.iter().filter_map(|finding| finding.role.as_ref()).collect();
        let roles = self.roles.iter().filter(|role| named.contains(role)).cloned().collect();
        (!findings.is_empty()).then(|| Self { findings, roles, ..self.clone() })
    }

    /// The same for two accounts only if the same findings have this cause; or, where the cause names the change, if its
    /// findings say the same of whichever roles the change concerns there.
    pub(super) fn key(&self) -> String {
        let mut hash = Fingerprint::of_texts();
        if let Some(change) = &self.change {
            ["change", self.rule.id(), self.severity.as_str(), change].iter().for_each(|part| hash.part(part));
            let said: BTreeSet<&String> = self.findings.iter().map(|finding| &finding.of_any_role).collect();
            said.into_iter().for_each(|key| hash.part(key));
            return hash.finish();
        }
        hash.part(&self.policy);
        for CausedFinding { row, key, .. } in &self.findings {
            match row {
                None => hash.part(""),
                Some(RoleKey::OfBaseline(name)) => ["baseline", name].iter().for_each(|part| hash.part(part)),
                Some(RoleKey::OfMajority(tag, name)) => {
                    ["majority", tag.as_str(), name].iter().for_each(|part| hash.part(part));
                }
                Some(RoleKey::Added(name, real)) => {
                    ["added", name, real.as_deref().unwrap_or_default()].iter().for_each(|part| hash.part(part));
                }
            }
            hash.part(key);
        }
        hash.finish()
    }
}

/// The change that a cause is, if it is one that can concern other roles in another account: a policy that is attached or
/// not, a principal, a value. All else is about the roles themselves.
fn change(group: &Group) -> Option<String> {
    match &group.cause {
        Cause::PolicyAttachment { .. }
        | Cause::PolicyDocument { .. }
        | Cause::PolicyMoved { .. }
        | Cause::Boundary { .. }
        | Cause::InstanceProfile { .. }
        | Cause::TrustPrincipal { .. }
        | Cause::Attribute { .. } => Some(written(group)),
        Cause::InlineStatement(_)
        | Cause::InlinePolicy { .. }
        | Cause::Items { .. }
        | Cause::CrossReference { .. }
        | Cause::ReferenceOfBoth { .. }
        | Cause::RoleInOneAccount { .. }
        | Cause::Role { .. }
        | Cause::Statement { .. }
        | Cause::Limitation { .. } => None,
    }
}

/// A cause as text.
fn written(group: &Group) -> String {
    // A cause is written to `report.json`, so it can be written here; if not, it is like no other.
    serde_json::to_string(&group.cause).unwrap_or_else(|_| group.id.clone())
}

/// The policy that the sentence of a cause names; empty if it says what its findings say.
fn of_policy(group: &Group) -> String {
    match &group.cause {
        Cause::PolicyAttachment { .. }
        | Cause::PolicyDocument { .. }
        | Cause::InlinePolicy { .. }
        | Cause::PolicyMoved { .. }
        | Cause::Boundary { .. } => written(group),
        Cause::InlineStatement(_)
        | Cause::Items { .. }
        | Cause::InstanceProfile { .. }
        | Cause::TrustPrincipal { .. }
        | Cause::Attribute { .. }
        | Cause::CrossReference { .. }
        | Cause::ReferenceOfBoth { .. }
        | Cause::RoleInOneAccount { .. }
        | Cause::Role { .. }
        | Cause::Statement { .. }
        | Cause::Limitation { .. } => String::new(),
    }
}
