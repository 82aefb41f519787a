//! What the roles of an account can do more and less than before.
//!
//! A finding says what one account's role can do and the other's cannot. That grows only if the one role has gained
//! something or the other one has lost something. So it is told from the roles themselves, however wide or narrow
//! the rows of a report are.

use std::collections::{BTreeMap, BTreeSet};

use super::coverage::Requests;
use super::principals::overlap_in_the_other_account;
use crate::model::{Side, Sides};
use crate::report::{Difference, Limitation, List, Report, RoleResult};

/// Each account before and after, as a comparison of the two.
#[derive(Debug, Clone)]
pub struct Growth(Sides<Report>);

/// In which direction time goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// What has grown from the earlier report to the later one.
    Forward,
    /// What has grown from the later report to the earlier one.
    Back,
}

/// What has become of the difference of two roles, as far as it is of one list.
pub(super) enum Change<'g> {
    /// Not known: one of the roles was not compared with itself.
    Unknown,
    /// What is in these rows: of the role that has it, which has gained them, and of the other, which has lost them.
    Grown(Vec<Difference<'g>>, Vec<Difference<'g>>),
}

impl Growth {
    /// For each account, a comparison of its roles before (left) with those after (right), under no dictionary.
    #[must_use]
    pub const fn new(accounts: Sides<Report>) -> Self {
        Self(accounts)
    }

    pub(super) fn index(&self, direction: Direction) -> GrowthIndex<'_> {
        GrowthIndex(self.0.as_ref().map(|report| of_account(report, direction)))
    }
}

/// The rows of each role that is the same role before and after, by its real name.
pub(super) struct GrowthIndex<'g>(Sides<Rows<'g>>);

/// What each role has gained and lost, by its real name.
type Rows<'g> = BTreeMap<&'g str, Vec<(Gain, List, Difference<'g>)>>;

/// Whether a role has gained or lost what a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gain {
    Gained,
    Lost,
}

fn of_account(report: &Report, direction: Direction) -> Rows<'_> {
    let (places, mut rows) = (report.places(), Rows::new());
    // Of a policy of AWS in two versions, the comparison gives both roles the newer one, so that what AWS has changed is in no
    // row. Names are as in the account, since there is no dictionary.
    let mut in_two_versions: BTreeSet<&String> = BTreeSet::new();
    for limitation in &report.limitations {
        if let Limitation::AwsPolicyVersions { roles, .. } = limitation {
            in_two_versions.extend(roles);
        }
    }
    let is_known = |role: &&RoleResult| role.is_paired() && !in_two_versions.contains(&role.role);
    for role in report.roles.iter().filter(is_known) {
        rows.extend(role.right.iter().map(|real| (real.name.as_str(), Vec::new())));
    }
    for list in [List::Access, List::Trust] {
        for difference in (0..report.len_of(list)).filter_map(|row| report.difference(list, row)) {
            // Every row is about a role of the report.
            let Some((side, arn)) = difference.real_role() else { continue };
            let role = places.get(&(side, arn)).and_then(|place| report.roles.get(*place));
            let Some(name) = role.and_then(|role| role.right.as_ref()).map(|real| real.name.as_str()) else { continue };
            let is_after = (side == Side::Right) == (direction == Direction::Forward);
            let gain = if is_after { Gain::Gained } else { Gain::Lost };
            rows.entry(name).and_modify(|rows: &mut Vec<_>| rows.push((gain, list, difference)));
        }
    }
    rows
}

impl<'g> GrowthIndex<'g> {
    /// What has become of what the role of `side` can do and the other one cannot. `names` are the real names of both.
    pub(super) fn of(&self, side: Side, names: Sides<Option<&str>>, list: List) -> Change<'g> {
        let of = |side: Side, gain: Gain| -> Option<Vec<Difference<'g>>> {
            let rows = match names.get(side) {
                Some(name) => self.0.get(side).get(name)?,
                // A role that is not there gains and loses nothing.
                None => return Some(Vec::new()),
            };
            let is_meant = |of: List| of == list || list == List::Roles;
            Some(rows.iter().filter(|(own, of, _)| *own == gain && is_meant(*of)).map(|(_, _, row)| *row).collect())
        };
        match (of(side, Gain::Gained), of(side.other(), Gain::Lost)) {
            (Some(gained), Some(lost)) => Change::Grown(gained, lost),
            (None, _) | (_, None) => Change::Unknown,
        }
    }
}

/// Whether some of these rows of a finding may be about what has grown.
pub(super) fn is_about(rows: &[Difference<'_>], gained: &[Difference<'_>], lost: &[Difference<'_>]) -> bool {
    rows.iter().any(|own| {
        gained.iter().any(|gained| is_of_gained(*own, *gained)) || lost.iter().any(|lost| is_of_lost(*own, *lost))
    })
}

fn is_of_gained(own: Difference<'_>, gained: Difference<'_>) -> bool {
    match (Requests::in_real_names(own), Requests::in_real_names(gained)) {
        (Some(own), Some(gained)) => own.may_overlap(&gained, true),
        // A role of one account is about all that it grants.
        (None, _) | (_, None) => true,
    }
}

/// What the other role has lost, the other account names, and may name otherwise.
fn is_of_lost(row: Difference<'_>, lost: Difference<'_>) -> bool {
    let (Some(own), Some(lost)) = (Requests::in_real_names(row), Requests::in_real_names(lost)) else { return true };
    let is_of_target = match (row, lost.principals()) {
        (Difference::Trust(row), Some(lost)) => overlap_in_the_other_account(row, lost),
        // Resources have other names there.
        (_, lost) => own.principals().is_some() == lost.is_some(),
    };
    is_of_target && own.may_overlap(&lost, false)
}
