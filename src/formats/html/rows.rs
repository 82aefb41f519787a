//! What was found of each role, gathered once; the roles with the most severe findings first.

use std::collections::BTreeMap;

use crate::model::Side;
use crate::report::{
    AcceptedDifference, AttributeDifference, CrossReference, Finding, ItemDifference, Report, RoleAccessDifference,
    RoleDenyDifference, RoleResult, RoleTrustDifference, StatementWarning,
};

/// A role with all that was found of it.
pub(super) struct Rows<'a> {
    pub(super) role: &'a RoleResult,
    /// Ways to raise itself first.
    pub(super) access: Vec<&'a RoleAccessDifference>,
    pub(super) trust: Vec<&'a RoleTrustDifference>,
    pub(super) denies: Vec<&'a RoleDenyDifference>,
    pub(super) cross_references: Vec<&'a CrossReference>,
    pub(super) attributes: Vec<&'a AttributeDifference>,
    pub(super) items: Vec<&'a ItemDifference>,
    pub(super) remarks: Vec<&'a StatementWarning>,
    pub(super) accepted: Vec<&'a AcceptedDifference>,
    /// Most severe first.
    pub(super) findings: Vec<&'a Finding>,
}

impl<'a> Rows<'a> {
    const fn of(role: &'a RoleResult) -> Self {
        Self {
            role,
            access: Vec::new(),
            trust: Vec::new(),
            denies: Vec::new(),
            cross_references: Vec::new(),
            attributes: Vec::new(),
            items: Vec::new(),
            remarks: Vec::new(),
            accepted: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// Whether both accounts have it and something differs that nobody has accepted.
    pub(super) const fn differs(&self) -> bool {
        self.role.is_paired() && !self.role.differences.is_zero()
    }
}

/// All roles of a report: the role with the most severe finding first, and of those with as severe ones, the one whose
/// finding stands first in the report. Then roles that only one account has, then equal ones, in the order of the report.
pub(super) fn by_severity(report: &Report) -> Vec<Rows<'_>> {
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, finding) in report.findings.iter().enumerate() {
        places.insert(&finding.id, place);
    }
    let mut all = gather(report);
    all.sort_by_cached_key(|rows| {
        let first = rows.findings.iter().find(|finding| !finding.is_note());
        let place = first.and_then(|finding| places.get(finding.id.as_str()).copied());
        (place.is_none(), place, !rows.role.is_open_alone())
    });
    all
}

fn gather(report: &Report) -> Vec<Rows<'_>> {
    let mut all: Vec<Rows<'_>> = report.roles.iter().map(Rows::of).collect();
    let mut places = Places::default();
    for (place, role) in report.roles.iter().enumerate() {
        for side in Side::BOTH {
            places.0.extend(role.side(side).map(|real| ((side, real.arn.as_str()), place)));
        }
    }
    for row in &report.access_differences {
        places.put(&mut all, row.difference.side, &row.role_arn, |rows| &mut rows.access, row);
    }
    for row in &report.trust_differences {
        places.put(&mut all, row.difference.side, &row.role_arn, |rows| &mut rows.trust, row);
    }
    for row in &report.deny_differences {
        places.put(&mut all, row.difference.side, &row.role_arn, |rows| &mut rows.denies, row);
    }
    for row in &report.cross_references {
        places.put(&mut all, row.side, &row.role_arn, |rows| &mut rows.cross_references, row);
    }
    for row in &report.attribute_differences {
        places.put(&mut all, Side::Left, &row.left_arn, |rows| &mut rows.attributes, row);
    }
    for row in &report.item_differences {
        places.put(&mut all, row.side, &row.role_arn, |rows| &mut rows.items, row);
    }
    for row in &report.statement_warnings {
        places.put(&mut all, row.side, &row.role_arn, |rows| &mut rows.remarks, row);
    }
    for row in &report.accepted_differences {
        let side = row.side.unwrap_or(Side::Left);
        places.put(&mut all, side, &row.role_arn, |rows| &mut rows.accepted, row);
    }
    for finding in &report.findings {
        if let Some(rows) = finding.role_index.and_then(|index| all.get_mut(index)) {
            rows.findings.push(finding);
        }
    }
    for rows in &mut all {
        rows.access.sort_by_key(|row| (!row.difference.is_inconsistent(), row.difference.escalations.is_empty()));
    }
    all
}

/// Where each pair stands in the list, by side and ARN: ambiguous roles share their name.
#[derive(Default)]
struct Places<'a>(BTreeMap<(Side, &'a str), usize>);

impl<'a> Places<'a> {
    fn put<T>(
        &self,
        all: &mut [Rows<'a>],
        side: Side,
        arn: &'a str,
        kind: impl for<'r> FnOnce(&'r mut Rows<'a>) -> &'r mut Vec<&'a T>,
        row: &'a T,
    ) {
        if let Some(rows) = self.0.get(&(side, arn)).and_then(|place| all.get_mut(*place)) {
            kind(rows).push(row);
        }
    }
}
