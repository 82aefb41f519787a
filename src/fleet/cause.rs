//! Causes across accounts: what differs for the same reason, in the same roles, with the same findings.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use super::compared::{Alone, Compared};
use super::key;
use super::role::RoleKey;
use super::sentence;
use crate::model::AccountTag;
use crate::report::{Cause, Fingerprint, Group, Report, Rule, Severity};

/// A cause of one account.
#[derive(Debug, Clone)]
pub struct ComparedCause {
    id: String,
    rule: Rule,
    severity: Severity,
    message: String,
    /// The parts of the sentence, if it says that only one account has a role.
    alone: Option<Alone>,
    roles: Vec<String>,
    /// The policy that the sentence names.
    policy: String,
    /// Its findings without what is for information, sorted: each with the row of its role, and its key.
    findings: Vec<(Option<RoleKey>, String)>,
}

impl ComparedCause {
    /// `rows` are the rows of the report's roles, in their order.
    pub(super) fn new(report: &Report, group: &Group, rows: &[RoleKey]) -> Self {
        let mut findings: Vec<(Option<RoleKey>, String)> = report
            .findings_of(group)
            .filter(|finding| !finding.is_note())
            .map(|finding| {
                let row = finding.role_index.and_then(|index| rows.get(index)).cloned();
                (row, key::of_finding(report, finding))
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
            findings,
        }
    }

    /// The cause with only those of its findings that are about these rows, which get new keys; none if nothing is left.
    pub(super) fn of_rows(&self, rows: &BTreeMap<RoleKey, RoleKey>) -> Option<Self> {
        let kept =
            self.findings.iter().filter_map(|(row, key)| Some((Some(rows.get(row.as_ref()?)?.clone()), key.clone())));
        let mut findings: Vec<(Option<RoleKey>, String)> = kept.collect();
        findings.sort();
        (!findings.is_empty()).then(|| Self { findings, ..self.clone() })
    }

    /// The same for two accounts only if the same findings have this cause.
    fn key(&self) -> String {
        let mut hash = Fingerprint::of_texts();
        hash.part(&self.policy);
        for (row, key) in &self.findings {
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
        | Cause::ReferenceOfBoth { .. }
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

/// The causes of all accounts, which stand sorted by tag: most severe first, then those of the most accounts. `baseline`
/// is none for the majority.
pub(super) fn all(baseline: Option<&AccountTag>, compared: &[Compared]) -> Vec<FleetCause> {
    let mut causes: BTreeMap<(String, usize), (FleetCause, Option<&Alone>)> = BTreeMap::new();
    for account in compared {
        // Two causes of one account that look the same are two: no finding may be lost.
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for one in &account.causes {
            let key = one.key();
            let times = seen.entry(key.clone()).or_default();
            let (cause, _) = causes.entry((key, *times)).or_insert_with(|| {
                (
                    FleetCause {
                        rule: one.rule,
                        severity: one.severity,
                        message: one.message.clone(),
                        roles: one.roles.clone(),
                        findings: one.findings.len(),
                        accounts: BTreeMap::new(),
                    },
                    one.alone.as_ref(),
                )
            });
            *times += 1;
            cause.accounts.insert(account.tag.clone(), one.id.clone());
        }
    }
    let finished = |(mut cause, alone): (FleetCause, Option<&Alone>)| {
        if let Some(alone) = alone {
            let accounts: Vec<&AccountTag> = cause.accounts.keys().collect();
            cause.message = sentence::alone(alone, cause.rule, baseline, &accounts, compared.len());
        }
        cause
    };
    let mut causes: Vec<FleetCause> = causes.into_values().map(finished).collect();
    let order = |cause: &FleetCause| {
        let widest = (Reverse(cause.accounts.len()), Reverse(cause.roles.len()));
        (Reverse(cause.severity), widest, cause.rule, cause.roles.clone(), cause.message.clone())
    };
    causes.sort_by_cached_key(order);
    causes
}
