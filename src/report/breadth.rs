//! How much a finding grants, to put the wider grant first.

use super::Report;
use super::assess::{assumes, is_everything};
use super::difference::Difference;
use super::finding::Finding;
use crate::catalog::AccessLevel;
use crate::semantics::outcome::AccessDifference;

/// How much a finding grants; the greater the wider. Ordered by its fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Breadth {
    /// Whether it opens a way to escalate privileges.
    escalates: bool,
    /// Whether it is about all services.
    all_services: bool,
    /// Whether it is about all resources, or everyone.
    everything: bool,
    level: Level,
    /// How many actions it names; one with a wildcard counts as many.
    actions: usize,
}

/// Access levels by weight: one that is unknown weighs as much as reading.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    #[default]
    Other,
    Tagging,
    List,
    Read,
    Write,
    PermissionsManagement,
}

/// How many actions one with a wildcard counts for.
const WILDCARD: usize = 100;

impl Breadth {
    /// How much a finding grants.
    pub(super) fn of_finding(report: &Report, finding: &Finding) -> Self {
        let rows = finding.rows.iter().filter_map(|row| report.difference(finding.list, *row));
        rows.map(|difference| Self::of_difference(&difference)).max().unwrap_or_default()
    }

    fn of_difference(difference: &Difference<'_>) -> Self {
        match difference {
            Difference::Access(row) => Self::of_access(&row.difference),
            Difference::Deny(row) => Self {
                all_services: row.difference.service == "*",
                everything: row.difference.resources.iter().any(|resource| is_everything(resource)),
                actions: count(&row.difference.actions),
                ..Self::default()
            },
            Difference::Trust(row) => Self {
                everything: row.difference.principal == "*",
                // Whoever assumes the role has all that it may do.
                level: if assumes(&row.difference) { Level::PermissionsManagement } else { Level::Other },
                actions: row.difference.actions.len(),
                ..Self::default()
            },
            Difference::Role(role) => {
                let grants = role.grants.iter().flat_map(|grants| &grants.access);
                grants.map(|row| Self::of_access(&row.difference)).max().unwrap_or_default()
            }
            Difference::Item(_)
            | Difference::Attribute(_)
            | Difference::CrossReference(_)
            | Difference::Statement(_)
            | Difference::Limitation(_) => Self::default(),
        }
    }

    pub(super) fn of_access(d: &AccessDifference) -> Self {
        Self {
            escalates: !d.escalations.is_empty(),
            all_services: d.service == "*",
            everything: d.resources.iter().any(|resource| is_everything(resource)),
            level: match d.access_level {
                AccessLevel::PermissionsManagement => Level::PermissionsManagement,
                AccessLevel::Write => Level::Write,
                AccessLevel::Read | AccessLevel::Unknown => Level::Read,
                AccessLevel::List => Level::List,
                AccessLevel::Tagging => Level::Tagging,
            },
            actions: count(&d.actions),
        }
    }
}

fn count(actions: &[String]) -> usize {
    actions.iter().map(|action| if action.contains('*') { WILDCARD } else { 1 }).sum()
}
