//! What stands behind a finding, a line each: proof, statements, cause. The same lines in every format.

use super::commands::caveat;
use super::escape::{shortened, terminal};
use crate::model::Side;
use crate::report::sentences::{item, items, request, statement};
use crate::report::{
    CrossReference, Difference, Finding, List, Report, RoleAccessDifference, RoleDenyDifference, RoleGrants,
    RoleTrustDifference, Rule, Severity,
};
use crate::semantics::outcome::{Refusal, StatementRef, Witness};
use crate::semantics::trust::{TrustRelation, TrustWitness};

/// The most characters of a line.
const LINE: usize = 1000;

/// How many actions of items that differ in nothing else are named; the rest is counted.
const ACTIONS: usize = 20;

/// The most lines; the rest is counted.
const LINES: usize = 40;

/// The details of a finding, each safe for one line of a terminal.
#[must_use]
pub fn of_finding(report: &Report, finding: &Finding) -> Vec<String> {
    let all: Vec<String> = if finding.list == List::Items {
        // Every row of a finding is in its list.
        items(finding.rows.iter().filter_map(|row| report.item_differences.get(*row)), ACTIONS)
    } else {
        report.rows_of(finding).flat_map(|difference| of_difference(report, &difference)).collect()
    };
    let all: Vec<String> = dates(report, finding).into_iter().chain(all).collect();
    let more = all.len().saturating_sub(LINES);
    let mut kept: Vec<String> = all.iter().take(LINES).map(|text| shortened(&terminal(text), LINE)).collect();
    if more > 0 {
        kept.push(format!("and {more} more"));
    }
    kept
}

/// When the role of a finding was created and last used in each account that the finding is about, where that helps to judge
/// it: a role that only one account has, or that was created again, and what is critical.
fn dates(report: &Report, finding: &Finding) -> Vec<String> {
    let is_told =
        matches!(finding.rule, Rule::RoleAdded | Rule::RoleMissing | Rule::RoleRecreated | Rule::PrivilegeEscalation);
    let role = finding.role_index.and_then(|index| report.roles.get(index));
    let Some(role) = role.filter(|_| is_told || finding.severity == Severity::Critical) else { return Vec::new() };
    let sides = Side::BOTH.into_iter().filter(|side| finding.side.is_none_or(|own| own == *side));
    let line =
        |side: Side| role.side(side)?.dates().map(|dates| format!("in {}: {dates}", report.accounts.get(side).tag));
    // Where nothing is known, there is nothing to say.
    sides.filter_map(line).collect()
}

/// The details of a row.
#[must_use]
pub fn of_difference(report: &Report, difference: &Difference<'_>) -> Vec<String> {
    match difference {
        Difference::Access(row) => of_access(report, row),
        Difference::Trust(row) => of_trust(report, row),
        Difference::Deny(row) => of_deny(report, row),
        Difference::Item(row) => vec![item(row)],
        Difference::CrossReference(row) => {
            let (owner, own) = (report.owner_in_words(row), &report.accounts.get(row.side).tag);
            let CrossReference { placeholder, value, .. } = row;
            vec![format!("in {owner}, {placeholder} stands for `{value}`; {own} has a text of its own for it")]
        }
        Difference::Role(role) => {
            let arns = [&role.left, &role.right].into_iter().flatten().map(|real| real.arn.clone());
            arns.chain(role.grants.iter().flat_map(|grants| of_grants(report, grants))).collect()
        }
        Difference::Attribute(_) | Difference::Statement(_) | Difference::Limitation(_) => Vec::new(),
    }
}

/// What a role of one account only grants.
fn of_grants(report: &Report, grants: &RoleGrants) -> Vec<String> {
    let access = grants.access.iter().map(|row| {
        let allows = report.granted(row);
        let by: Vec<String> = row.difference.granted_by.iter().map(statement).collect();
        format!("allows {allows}, by {}", by.join("; "))
    });
    let trust = grants.trust.iter().map(|row| report.can_assume_sentence(row));
    access.chain(trust).collect()
}

fn of_access(report: &Report, row: &RoleAccessDifference) -> Vec<String> {
    let d = &row.difference;
    let (own, other) = report.tags(d.side);
    let mut lines = Vec::new();
    if let Some(witness) = &d.witness {
        lines.push(format!("proof: {}{}", of_witness(witness), caveat(row.witness_is_real)));
    }
    lines.extend(d.granted_by.iter().map(|one| format!("allowed in {own} by {}", statement(one))));
    lines.extend(refused_by(other, &d.refused_by));
    if let Some(counterpart) = row.counterpart.as_ref().filter(|c| Some(*c) != d.witness.as_ref()) {
        lines.push(format!("the same request in {other}: {}", of_witness(counterpart)));
    }
    for id in &d.escalations {
        lines.push(format!("privilege escalation ({id}): {}", id.explanation()));
    }
    lines
}

fn of_trust(report: &Report, row: &RoleTrustDifference) -> Vec<String> {
    let d = &row.difference;
    let (own, other) = report.tags(d.side);
    let asked = |witness: &TrustWitness| request(&witness.action, &witness.principal, &witness.context);
    let mut lines = Vec::new();
    if let Some(witness) = &d.witness {
        lines.push(format!("proof: {}{}", asked(witness), caveat(row.witness_is_real)));
    }
    lines.extend(d.granted_by.iter().map(|one| format!("allowed in {own} by {}", statement(one))));
    lines.extend(refused_by(other, &d.refused_by));
    if let Some(counterpart) = row.counterpart.as_ref().filter(|c| Some(*c) != d.witness.as_ref()) {
        lines.push(format!("the same request in {other}: {}", asked(counterpart)));
    }
    if d.relation == TrustRelation::Delegated {
        lines.push("the trust policy names the account: policies of the account must allow it too".to_owned());
    }
    lines
}

fn of_deny(report: &Report, row: &RoleDenyDifference) -> Vec<String> {
    let d = &row.difference;
    let (own, other) = report.tags(d.side);
    let mut lines = Vec::new();
    if let Some(witness) = &d.witness {
        lines.push(format!("proof: {}{}", of_witness(witness), caveat(row.witness_is_real)));
    }
    lines.extend(d.denied_by.iter().map(|one| format!("explicitly denied in {own} by {}", statement(one))));
    if let Some(counterpart) = row.counterpart.as_ref().filter(|c| Some(*c) != d.witness.as_ref()) {
        lines.push(format!("the same request in {other}: {}", of_witness(counterpart)));
    }
    lines
}

fn of_witness(witness: &Witness) -> String {
    request(&witness.action, &witness.resource, &witness.context)
}

fn refused_by(other: &str, refusal: &Refusal) -> Vec<String> {
    let denied = |one: &StatementRef| format!("explicitly denied in {other} by {}", statement(one));
    match refusal {
        Refusal::NoAllow => vec![format!("implicitly denied in {other}: no statement allows it")],
        Refusal::Boundary => vec![format!("not allowed by the permissions boundary in {other}")],
        Refusal::Deny(by) => by.iter().map(denied).collect(),
    }
}
