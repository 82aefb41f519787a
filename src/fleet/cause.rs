//! Causes across accounts: what differs for the same reason with the same findings.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::compared::Compared;
use super::compared_cause::ComparedCause;
use super::sentence;
use crate::model::AccountTag;
use crate::report::{Rule, Severity};

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
