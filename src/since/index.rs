//! Looks for a finding in another report.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::{Coverage, coverage};
use super::growth::{Change, GrowthIndex, is_about};
use super::status::Status;
use crate::model::{Side, Sides};
use crate::report::{Difference, Finding, List, Report, RoleResult, RoleStatus, Severity};

/// The findings of a report by role, account and list.
pub(super) struct Index<'r> {
    report: &'r Report,
    by_place: BTreeMap<Place, Vec<&'r Finding>>,
    /// The real names of the roles that were compared with each other, or have no counterpart.
    pairs: BTreeSet<(Option<&'r str>, Option<&'r str>)>,
}

/// Findings in different places say nothing of each other. Roles that share a normalized name are told apart by their real
/// names.
type Place = (String, Sides<Option<String>>, Option<Side>, List);

fn place(report: &Report, finding: &Finding) -> Place {
    let role = finding.role_index.and_then(|index| report.roles.get(index));
    let is_shared = role.is_some_and(|role| role.status == RoleStatus::Ambiguous);
    let names = if is_shared { names(role).map(|name| name.map(str::to_owned)) } else { Sides::default() };
    (finding.role.as_deref().unwrap_or_default().to_lowercase(), names, finding.side, finding.list)
}

/// The real names of a role.
fn names(role: Option<&RoleResult>) -> Sides<Option<&str>> {
    let name = |side: Side| role.and_then(|role| role.side(side)).map(|real| real.name.as_str());
    Sides { left: name(Side::Left), right: name(Side::Right) }
}

impl<'r> Index<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        let mut by_place: BTreeMap<Place, Vec<&Finding>> = BTreeMap::new();
        for finding in &report.findings {
            by_place.entry(place(report, finding)).or_default().push(finding);
        }
        let pair = |role: &'r RoleResult| {
            let Sides { left, right } = names(Some(role));
            (left, right)
        };
        Self { report, by_place, pairs: report.roles.iter().map(pair).collect() }
    }

    /// Whether some of the candidates let principals in as a finding about trust does.
    fn has_relation(&self, other: &Report, finding: &Finding, candidates: &[&Finding]) -> bool {
        let wanted: BTreeSet<&str> = other.rows_of(finding).filter_map(|row| relation(row)).collect();
        let there = candidates.iter().flat_map(|one| self.report.rows_of(one)).filter_map(|row| relation(row));
        wanted.is_subset(&there.collect())
    }

    /// Whether this report has a finding of the other report: `StillThere`, `Changed` or `New`.
    pub(super) fn look_up(&self, other: &Report, finding: &Finding, growth: Option<&GrowthIndex<'_>>) -> Status {
        let Some(candidates) = self.by_place.get(&place(other, finding)) else { return Status::New };
        let same = candidates.iter().find(|one| one.id == finding.id);
        let is_severe = |before: Option<Severity>| before >= Some(finding.severity);
        let role = finding.role_index.and_then(|index| other.roles.get(index));
        let Sides { left, right } = names(role);
        // Where other roles were compared, the difference may be another without any growth.
        let growth = growth.filter(|_| self.pairs.contains(&(left, right)));
        match (has_grown(other, finding, growth), same) {
            // Who could be let in by the policies of an account is let in by the role now.
            (Some(false), None) if !self.has_relation(other, finding, candidates) => Status::Changed,
            // All that it says was a difference before, and this report says so, in these rows or in others.
            (Some(false), _) => {
                let before = same.map(|one| one.severity).or_else(|| candidates.iter().map(|one| one.severity).max());
                if is_severe(before) { Status::StillThere } else { Status::Changed }
            }
            (None, Some(same)) if is_severe(Some(same.severity)) => Status::StillThere,
            (_, Some(_)) => Status::Changed,
            (grown, None) => {
                let found = coverage((other, finding), (self.report, candidates));
                match found.coverage {
                    Coverage::Whole if grown.is_none() && is_severe(found.severity) => Status::StillThere,
                    Coverage::Whole | Coverage::Part => Status::Changed,
                    Coverage::Nothing => Status::New,
                }
            }
        }
    }
}

/// How a row of a trust policy lets its principal in; none for other rows.
fn relation(row: Difference<'_>) -> Option<&str> {
    match row {
        Difference::Trust(row) => Some(row.difference.relation.as_str()),
        Difference::Role(_)
        | Difference::Item(_)
        | Difference::Access(_)
        | Difference::Deny(_)
        | Difference::Attribute(_)
        | Difference::CrossReference(_)
        | Difference::Statement(_)
        | Difference::Limitation(_) => None,
    }
}

/// Whether what a finding says has grown; none if that is not known, or is no matter of what roles can do.
fn has_grown(report: &Report, finding: &Finding, growth: Option<&GrowthIndex<'_>>) -> Option<bool> {
    match finding.list {
        List::Access | List::Trust | List::Roles => {}
        List::Items
        | List::Denies
        | List::Attributes
        | List::CrossReferences
        | List::StatementWarnings
        | List::Limitations => return None,
    }
    let role = finding.role_index.and_then(|index| report.roles.get(index));
    match growth?.of(finding.side?, names(role), finding.list) {
        Change::Unknown => None,
        Change::Grown(gained, lost) => {
            let rows: Vec<Difference<'_>> = report.rows_of(finding).collect();
            Some(is_about(&rows, &gained, &lost))
        }
    }
}
