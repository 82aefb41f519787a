//! Causes across accounts: what differs for the same reason with the same findings.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::compared::{Alone, Compared};
use super::key;
use super::role::RoleKey;
use super::sentence;
use crate::model::AccountTag;
use crate::report::{Cause, FailOn, Fingerprint, Group, Report, Rule, Severity};

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
    /// The change itself, if it can be the same change in an account where it concerns other roles.
    change: Option<String>,
    /// Its findings without what is for information, sorted.
    findings: Vec<CausedFinding>,
    /// Whether one of its findings makes the run fail.
    fails: bool,
}

/// A finding of a cause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct CausedFinding {
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
    fn key(&self) -> String {
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

/// A cause in one or several accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FleetCause {
    /// Tells it from the other causes of the fleet. It does not depend on which accounts have it, on times, or on the order of
    /// statements.
    pub id: String,
    /// The rule of its most severe finding.
    pub rule: Rule,
    /// The severity of its most severe finding.
    pub severity: Severity,
    /// What it is about, in a sentence of the report of the first account.
    pub message: String,
    /// The normalized names of its roles in all accounts, in the order of a report.
    pub roles: Vec<String>,
    /// The names of its roles in each account; empty if they are the same in all.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub roles_in: BTreeMap<AccountTag, Vec<String>>,
    /// How many findings it has, of all accounts.
    pub findings: usize,
    /// The accounts, sorted, each with the ID of the cause in its report.
    pub accounts: BTreeMap<AccountTag, String>,
    /// Whether one of its findings makes the run fail.
    #[serde(skip)]
    pub fails: bool,
}

/// The causes of all accounts, which stand sorted by tag: most severe first, then those of the most accounts. `baseline`
/// is none for the majority.
pub(super) fn all(baseline: Option<&AccountTag>, compared: &[Compared]) -> Vec<FleetCause> {
    // Two causes of one account that look the same are two: no finding may be lost.
    let mut all: BTreeMap<(String, usize), BTreeMap<&AccountTag, &ComparedCause>> = BTreeMap::new();
    for account in compared {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for one in &account.causes {
            let key = one.key();
            let times = seen.entry(key.clone()).or_default();
            *times += 1;
            all.entry((key, *times)).or_default().insert(&account.tag, one);
        }
    }
    let joined = all.into_iter().filter_map(|((key, times), in_accounts)| {
        let id = if times == 1 { key } else { format!("{key}-{times}") };
        // Every key has the account that it is from, so that none is lost.
        joined(id, &in_accounts, baseline, compared.len())
    });
    let mut causes: Vec<FleetCause> = joined.collect();
    let order = |cause: &FleetCause| {
        let widest = (Reverse(cause.accounts.len()), Reverse(cause.roles.len()));
        (Reverse(cause.severity), widest, cause.rule, cause.roles.clone(), cause.message.clone(), cause.id.clone())
    };
    causes.sort_by_cached_key(order);
    causes
}

/// One cause of what is the same in all these accounts. Its sentence is that of the first account with the most roles.
fn joined(
    id: String,
    in_accounts: &BTreeMap<&AccountTag, &ComparedCause>,
    baseline: Option<&AccountTag>,
    all: usize,
) -> Option<FleetCause> {
    let told = *in_accounts.values().min_by_key(|one| Reverse(one.roles.len()))?;
    let mut roles = told.roles.clone();
    let mut known: BTreeSet<&String> = told.roles.iter().collect();
    roles.extend(in_accounts.values().flat_map(|one| &one.roles).filter(|role| known.insert(role)).cloned());
    let are_same = in_accounts.values().all(|one| one.roles == roles);
    let roles_in = in_accounts.iter().map(|(tag, one)| ((*tag).clone(), one.roles.clone()));
    let accounts: Vec<&AccountTag> = in_accounts.keys().copied().collect();
    let alone = told.alone.as_ref();
    Some(FleetCause {
        id,
        rule: told.rule,
        severity: told.severity,
        message: alone
            .map_or_else(|| told.message.clone(), |alone| sentence::alone(alone, told.rule, baseline, &accounts, all)),
        roles,
        roles_in: if are_same { BTreeMap::new() } else { roles_in.collect() },
        findings: in_accounts.values().map(|one| one.findings.len()).sum(),
        accounts: in_accounts.iter().map(|(tag, one)| ((*tag).clone(), one.id.clone())).collect(),
        fails: in_accounts.values().any(|one| one.fails),
    })
}
