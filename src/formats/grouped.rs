//! Which cause each finding of a report belongs to.

use std::collections::BTreeMap;

use crate::report::{Group, Report};

/// The groups of a report by the places of their findings.
pub(super) struct GroupOf<'r>(BTreeMap<usize, &'r Group>);

impl<'r> GroupOf<'r> {
    pub(super) fn new(report: &'r Report) -> Self {
        let places = |group: &'r Group| group.findings.iter().map(move |place| (*place, group));
        Self(report.groups.iter().flat_map(places).collect())
    }

    /// The group of the finding at this place in the report. Every finding has one.
    pub(super) fn finding(&self, place: usize) -> Option<&'r Group> {
        self.0.get(&place).copied()
    }
}
