//! From the report of one account to what the fleet keeps of it.

use std::collections::{BTreeMap, BTreeSet};

use super::accepted_counts::AcceptedCounts;
use super::compared::Compared;
use super::compared_cause::ComparedCause;
use super::deviation::Deviation;
use super::key::{self, Parts};
use super::role::{ComparedRole, Open, RoleKey};
use super::shared;
use super::used::Used;
use crate::model::{Role, Side, Sides};
use crate::pipeline::Prepared;
use crate::report::{FailOn, Finding, Fingerprint, Limitation, List, Report, RoleResult, RoleStatus};

/// Keeps of a report what the fleet needs. `names` are the normalized names of all roles by their real names.
#[must_use]
pub fn reduce(
    prepared: &Prepared<'_>,
    names: &Sides<BTreeMap<String, String>>,
    report: &Report,
    fail_on: &[FailOn],
) -> Compared {
    let normalised = prepared.normalised().right;
    let contents: BTreeMap<&str, &Role> =
        normalised.roles.iter().map(|role| (role.role.arn.as_str(), &role.role)).collect();
    let mut of_roles: BTreeMap<usize, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| !finding.is_note()) {
        if let Some(index) = finding.role_index {
            of_roles.entry(index).or_default().push(finding);
        }
    }
    let accepted = accepted_of_roles(report);
    let role = |(index, role): (usize, &RoleResult)| {
        let findings = of_roles.get(&index).map_or(&[][..], Vec::as_slice);
        let content = role.right.as_ref().and_then(|real| contents.get(real.arn.as_str()).copied());
        let accepted = accepted.get(&index).copied().unwrap_or_default();
        ComparedRole { accepted, ..compared_role(report, role, (findings, fail_on), content) }
    };
    let others = report.findings.iter().filter(|finding| !finding.is_note() && finding.role_index.is_none());
    let failing_notes = report.findings.iter().filter(|finding| finding.is_note() && finding.fails(fail_on));
    let rows: Vec<RoleKey> = report.roles.iter().map(key_of).collect();
    Compared {
        tag: report.accounts.right.tag.clone(),
        fails: report.fails(fail_on),
        totals: report.totals,
        roles: report.roles.iter().enumerate().map(role).collect(),
        not_compared: not_compared(report, names),
        other_findings: others.map(|finding| Deviation::new(report, finding)).collect(),
        failing_notes: failing_notes.map(|finding| Deviation::new(report, finding)).collect(),
        failing: report.findings.iter().filter(|finding| finding.fails(fail_on)).count(),
        accepted: AcceptedCounts::sum(accepted.values().copied()),
        limitations: report.limitations.clone(),
        used: Used::of(report),
        referenced_by_both: shared::referenced_by_both(prepared),
        causes: report.causes().map(|group| ComparedCause::new(report, group, &rows, fail_on)).collect(),
        patterns: BTreeSet::new(),
    }
}

/// What is accepted of each role of a report, by its place.
fn accepted_of_roles(report: &Report) -> BTreeMap<usize, AcceptedCounts> {
    let places = report.places();
    let mut findings: BTreeSet<&str> = BTreeSet::new();
    let mut all: BTreeMap<usize, AcceptedCounts> = BTreeMap::new();
    for one in &report.accepted_differences {
        let side = one.side.unwrap_or(Side::Left);
        // Every accepted difference is of a role of the report.
        let Some(place) = places.get(&(side, one.role_arn.as_str())) else { continue };
        let counts = all.entry(*place).or_default();
        counts.differences += 1;
        counts.findings += usize::from(one.finding.as_deref().is_some_and(|id| findings.insert(id)));
    }
    all
}

fn compared_role(
    report: &Report,
    role: &RoleResult,
    (findings, fail_on): (&[&Finding], &[FailOn]),
    content: Option<&Role>,
) -> ComparedRole {
    let is_open = !findings.is_empty() || role.is_open_in_access();
    let failing = findings.iter().filter(|finding| finding.fails(fail_on)).count();
    let fails = failing > 0 || (fail_on.contains(&FailOn::Access) && role.is_open_in_access());
    let open = is_open.then(|| Open { fails, failing, ..open(report, role, findings, content) });
    ComparedRole {
        key: key_of(role),
        role: role.role.clone(),
        baseline_role: role.left.as_ref().map(|real| real.name.clone()),
        account_role: role.right.as_ref().map(|real| real.name.clone()),
        service_linked: role.service_linked,
        accepted: AcceptedCounts::default(),
        open,
    }
}

/// The row of a role. Several roles of an account may have one normalized name.
fn key_of(role: &RoleResult) -> RoleKey {
    match (&role.left, &role.right) {
        (Some(baseline), _) => RoleKey::OfBaseline(baseline.name.clone()),
        (None, real) => {
            let is_ambiguous = role.status == RoleStatus::Ambiguous;
            let real = real.as_ref().filter(|_| is_ambiguous).map(|real| real.name.clone());
            RoleKey::Added(role.role.to_lowercase(), real)
        }
    }
}

fn open(report: &Report, role: &RoleResult, findings: &[&Finding], content: Option<&Role>) -> Open {
    let mut keys: Vec<String> = findings.iter().map(|finding| key::of_finding(report, finding)).collect();
    keys.sort();
    // What could not be determined may be anything, so nothing less than the whole role tells two accounts to be the same.
    let mut parts = if findings.is_empty() || role.is_unknown() { Parts::whole() } else { Parts::default() };
    findings.iter().for_each(|finding| parts.add(report, finding, content));
    let hashed = |texts: &[&str]| {
        let mut hash = Fingerprint::of_texts();
        texts.iter().for_each(|text| hash.part(text));
        hash.finish()
    };
    let findings_key = hashed(&keys.iter().map(String::as_str).collect::<Vec<_>>());
    let key = hashed(&[&findings_key, &parts.of(content)]);
    let findings = findings.iter().map(|finding| Deviation::new(report, finding)).collect();
    Open { key, findings_key, fails: false, failing: 0, findings }
}

/// The roles that were left out, because a source does not contain all their policies.
fn not_compared(report: &Report, names: &Sides<BTreeMap<String, String>>) -> Vec<ComparedRole> {
    let tags = report.accounts.as_ref().map(|account| &account.tag);
    let mut left_out: BTreeMap<RoleKey, ComparedRole> = BTreeMap::new();
    for (row, limitation) in report.limitations.iter().enumerate() {
        let Limitation::RoleNotCompared { tag, role, counterparts, .. } = limitation else { continue };
        let of = |side: Side| -> Vec<&String> {
            let others = counterparts.get(*tags.get(side)).into_iter().flatten();
            others.chain(Some(role).filter(|_| tag == *tags.get(side))).collect()
        };
        let (baseline, account) = (of(Side::Left), of(Side::Right));
        let is_of_it = |finding: &&Finding| finding.list == List::Limitations && finding.rows.contains(&row);
        let findings: Vec<Deviation> =
            report.findings.iter().filter(is_of_it).map(|finding| Deviation::new(report, finding)).collect();
        let one = |side: Side, real: &String| {
            let name = names.get(side).get(real).unwrap_or(real).clone();
            let key = match side {
                Side::Left => RoleKey::OfBaseline(real.clone()),
                Side::Right => RoleKey::Added(name.to_lowercase(), None),
            };
            ComparedRole {
                key,
                role: name,
                baseline_role: Some(real.clone()).filter(|_| side == Side::Left),
                account_role: account.first().map(|real| (*real).clone()),
                service_linked: false,
                accepted: AcceptedCounts::default(),
                open: Some(Open { findings: findings.clone(), ..Open::default() }),
            }
        };
        let side = if baseline.is_empty() { Side::Right } else { Side::Left };
        for real in if baseline.is_empty() { &account } else { &baseline } {
            let role = one(side, real);
            left_out.insert(role.key.clone(), role);
        }
    }
    left_out.into_values().collect()
}
