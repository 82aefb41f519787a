//! What was found of each role, gathered once; the roles with the most severe findings first.

use std::collections::BTreeMap;

use crate::model::{PolicyType, Side};
use crate::report::{
    AcceptedDifference, Finding, ItemDifference, Report, RoleAccessDifference, RoleResult, StatementWarning,
    effect_on_access,
};

/// A role with all that was found of it.
pub(super) struct Rows<'a> {
    pub(super) role: &'a RoleResult,
    pub(super) access: Vec<&'a RoleAccessDifference>,
    pub(super) items: Vec<&'a ItemDifference>,
    pub(super) remarks: Vec<&'a StatementWarning>,
    pub(super) accepted: Vec<&'a AcceptedDifference>,
    /// Most severe first, each with its place in the report.
    pub(super) findings: Vec<(usize, &'a Finding)>,
}

impl<'a> Rows<'a> {
    const fn of(role: &'a RoleResult) -> Self {
        Self {
            role,
            access: Vec::new(),
            items: Vec::new(),
            remarks: Vec::new(),
            accepted: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// How many findings it has that are differences.
    pub(super) fn differences(&self) -> usize {
        self.findings.iter().filter(|(_, finding)| !finding.is_note()).count()
    }

    /// Whether both accounts have it and something differs that nobody has accepted.
    pub(super) fn differs(&self) -> bool {
        self.role.is_paired() && self.differences() > 0
    }

    /// Whether it differs, and neither what it may do nor who can assume it does.
    pub(super) fn is_without_effect(&self) -> bool {
        let without = |policy_type| effect_on_access(self.role, policy_type) == WITHOUT_EFFECT;
        self.differs() && without(PolicyType::Inline) && without(PolicyType::Trust)
    }
}

/// What [`effect_on_access`] says of policies that are written differently and mean the same.
const WITHOUT_EFFECT: &str = ", without effect on access";

/// All roles of a report: the role with the most severe finding first, and of those with as severe ones, the one whose
/// finding stands first in the report. Then those without, in the order of the report.
pub(super) fn by_severity(report: &Report) -> Vec<Rows<'_>> {
    let mut all = gather(report);
    all.sort_by_cached_key(|rows| {
        let first = rows.findings.iter().find(|(_, finding)| !finding.is_note());
        let place = first.map(|(place, _)| *place);
        (place.is_none(), place, !rows.role.is_open_alone())
    });
    all
}

fn gather(report: &Report) -> Vec<Rows<'_>> {
    let mut all: Vec<Rows<'_>> = report.roles.iter().map(Rows::of).collect();
    let places = Places(report.places());
    for row in &report.access_differences {
        places.put(&mut all, row.difference.side, &row.role_arn, |rows| &mut rows.access, row);
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
    for (place, finding) in report.findings.iter().enumerate() {
        if let Some(rows) = finding.role_index.and_then(|index| all.get_mut(index)) {
            rows.findings.push((place, finding));
        }
    }
    all
}

/// Where each pair stands in the list, by side and ARN: ambiguous roles share their name.
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
