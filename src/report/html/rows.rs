//! What was found of each role, gathered once; roles that weigh most come first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::compare::accepted::AcceptedDifference;
use crate::compare::{
    AttributeDifference, Comparison, CrossReference, ItemDifference, RoleAccessDifference, RoleDenyDifference,
    RoleResult, RoleTrustDifference, StatementWarning,
};
use crate::model::Side;

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
        }
    }

    /// Whether it may raise itself in one account only.
    pub(super) fn escalates(&self) -> bool {
        self.access.iter().any(|row| !row.difference.escalations.is_empty())
    }

    /// Whether the program contradicts itself about one of its differences.
    fn is_inconsistent(&self) -> bool {
        self.access.iter().any(|row| row.difference.is_inconsistent())
            || self.trust.iter().any(|row| row.difference.is_inconsistent())
            || self.denies.iter().any(|row| row.difference.is_inconsistent())
    }

    /// Whether both accounts have it and something differs that nobody has accepted.
    pub(super) const fn differs(&self) -> bool {
        self.role.is_paired() && !self.role.differences.is_zero()
    }
}

/// All roles of a comparison. First those that differ: what is inconsistent, who can raise itself, then by access and trust, explicit
/// denies, references to the other account, items, attributes. Then roles of one account, then equal ones; within
/// these in the order of the comparison.
pub(super) fn by_weight(comparison: &Comparison) -> Vec<Rows<'_>> {
    let mut all = gather(comparison);
    all.sort_by_cached_key(|rows| {
        let d = rows.role.differences;
        let group = match (rows.differs(), rows.role.is_open_alone()) {
            (true, _) => 0,
            (false, true) => 1,
            (false, false) => 2,
        };
        (
            group,
            Reverse(rows.is_inconsistent()),
            Reverse(rows.escalates()),
            Reverse(d.access + d.trust),
            Reverse(d.denies),
            Reverse(d.cross_references),
            Reverse(d.items),
            Reverse(d.attributes),
        )
    });
    all
}

fn gather(comparison: &Comparison) -> Vec<Rows<'_>> {
    let mut all: Vec<Rows<'_>> = comparison.roles.iter().map(Rows::of).collect();
    let mut places = Places::default();
    for (place, role) in comparison.roles.iter().enumerate() {
        for side in Side::BOTH {
            places.0.extend(role.side(side).map(|real| ((side, real.arn.as_str()), place)));
        }
    }
    for row in &comparison.access_differences {
        places.put(&mut all, row.difference.side, &row.role_arn, |rows| &mut rows.access, row);
    }
    for row in &comparison.trust_differences {
        places.put(&mut all, row.difference.side, &row.role_arn, |rows| &mut rows.trust, row);
    }
    for row in &comparison.deny_differences {
        places.put(&mut all, row.difference.side, &row.role_arn, |rows| &mut rows.denies, row);
    }
    for row in &comparison.cross_references {
        places.put(&mut all, row.side, &row.role_arn, |rows| &mut rows.cross_references, row);
    }
    for row in &comparison.attribute_differences {
        places.put(&mut all, Side::Left, &row.left_arn, |rows| &mut rows.attributes, row);
    }
    for row in &comparison.item_differences {
        places.put(&mut all, row.side, &row.role_arn, |rows| &mut rows.items, row);
    }
    for row in &comparison.statement_warnings {
        places.put(&mut all, row.side, &row.role_arn, |rows| &mut rows.remarks, row);
    }
    for row in &comparison.accepted_differences {
        let side = row.side.unwrap_or(Side::Left);
        places.put(&mut all, side, &row.role_arn, |rows| &mut rows.accepted, row);
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
