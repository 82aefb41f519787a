//! Causes across accounts: what differs for the same reason, in the same roles, with the same findings.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::compared::Compared;
use super::key;
use crate::model::AccountTag;
use crate::report::{Cause, Fingerprint, Group, Report, Rule, Severity};

/// A cause of one account.
#[derive(Debug, Clone)]
pub struct ComparedCause {
    /// The same for two accounts only if the same findings have this cause.
    key: String,
    id: String,
    rule: Rule,
    severity: Severity,
    message: String,
    roles: Vec<String>,
    /// How many findings it has, without what is for information.
    findings: usize,
}

impl ComparedCause {
    pub(super) fn new(report: &Report, group: &Group) -> Self {
        let mut keys: Vec<(String, String)> = report
            .findings_of(group)
            .filter(|finding| !finding.is_note())
            .map(|finding| (finding.role.clone().unwrap_or_default().to_lowercase(), key::of_finding(report, finding)))
            .collect();
        keys.sort();
        let mut hash = Fingerprint::of_texts();
        hash.part(&of_policy(group));
        for (role, key) in &keys {
            hash.part(role);
            hash.part(key);
        }
        Self {
            key: hash.finish(),
            id: group.id.clone(),
            rule: group.rule,
            severity: group.severity,
            message: group.sentence(),
            roles: group.roles.clone(),
            findings: keys.len(),
        }
    }
}

impl ComparedCause {
    /// Whether it is about one of these roles.
    pub(super) fn is_of(&self, roles: &BTreeSet<&str>) -> bool {
        self.roles.iter().any(|role| roles.contains(role.as_str()))
    }
}

/// The policy that the sentence of a cause names; empty if it says what its findings say.
fn of_policy(group: &Group) -> String {
    match &group.cause {
        Cause::PolicyAttachment { .. }
        | Cause::PolicyDocument { .. }
        | Cause::InlinePolicy { .. }
        | Cause::PolicyMoved { .. }
        | Cause::Boundary { .. } => {
            // A cause is written to `report.json`, so it can be written here; if not, it is like no other.
            serde_json::to_string(&group.cause).unwrap_or_else(|_| group.id.clone())
        }
        Cause::InlineStatement(_)
        | Cause::Items { .. }
        | Cause::InstanceProfile { .. }
        | Cause::TrustPrincipal { .. }
        | Cause::Attribute { .. }
        | Cause::CrossReference { .. }
        | Cause::RoleInOneAccount { .. }
        | Cause::Role { .. }
        | Cause::Statement { .. }
        | Cause::Limitation { .. } => String::new(),
    }
}

/// A cause in one or several accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FleetCause {
    /// The rule of its most severe finding.
    pub rule: Rule,
    /// The severity of its most severe finding.
    pub severity: Severity,
    /// What it is about, in a sentence of the report of the first account.
    pub message: String,
    /// The normalized names of its roles.
    pub roles: Vec<String>,
    /// How many findings it has in each account.
    pub findings: usize,
    /// The accounts, sorted, each with the ID of the cause in its report.
    pub accounts: BTreeMap<AccountTag, String>,
}

impl FleetCause {
    /// The account whose report has the sentence.
    #[must_use]
    pub fn first(&self) -> Option<&AccountTag> {
        self.accounts.keys().next()
    }
}

/// The causes of all accounts, which stand sorted by tag: most severe first, then those of the most accounts.
pub(super) fn all(compared: &[Compared]) -> Vec<FleetCause> {
    let mut causes: BTreeMap<&str, FleetCause> = BTreeMap::new();
    for account in compared {
        for one in &account.causes {
            let cause = causes.entry(&one.key).or_insert_with(|| FleetCause {
                rule: one.rule,
                severity: one.severity,
                message: one.message.clone(),
                roles: one.roles.clone(),
                findings: one.findings,
                accounts: BTreeMap::new(),
            });
            cause.accounts.insert(account.tag.clone(), one.id.clone());
        }
    }
    let mut causes: Vec<FleetCause> = causes.into_values().collect();
    let order = |cause: &FleetCause| {
        let widest = (Reverse(cause.accounts.len()), Reverse(cause.roles.len()));
        (Reverse(cause.severity), widest, cause.rule, cause.roles.clone(), cause.message.clone())
    };
    causes.sort_by_cached_key(order);
    causes
}
