//! The report as one value: its lists, and the ways from one to another.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::accepted_difference::AcceptedDifference;
use super::difference::{Difference, List};
use super::fail_on::FailOn;
use super::finding::Finding;
use super::group::{Group, Totals};
use super::header::{AccountInfo, CatalogueInfo};
use super::limitation::Limitation;
use super::metric::Metric;
use super::role::RoleResult;
use super::rows::{
    AttributeDifference, CrossReference, EquivalencyHit, ItemDifference, RoleAccessDifference, RoleDenyDifference,
    RoleTrustDifference, StatementWarning,
};
use super::severity_overrides::SeverityOverrides;
use crate::model::{AcceptedEntry, AccountTag, EquivalencyList, Selection, Side, Sides, earlier_side};
use crate::normalise::Builtin;
use crate::parse::{accepted, equivalency};

/// `format` of `report.json`.
pub const FORMAT: &str = "iamctl-report";

/// The version of `report.json`.
pub const VERSION: u32 = 1;

/// Everything that is reported of two accounts. All lists are sorted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// Always [`FORMAT`].
    pub format: String,
    /// Always [`VERSION`].
    pub version: u32,
    /// When the report was made, RFC 3339.
    pub generated_at: String,
    /// The version of the program.
    pub iamctl: String,
    /// The actions the comparison knew.
    pub catalogue: CatalogueInfo,
    /// The dictionary the comparison was made under, in the form of its file.
    #[serde(deserialize_with = "equivalency::deserialize")]
    pub dictionary: EquivalencyList,
    /// The names of the built-in rules that were on.
    pub builtin_rules: Vec<Builtin>,
    /// Which of their roles were asked for.
    pub selection: Selection,
    /// Severities that were set in place of those of the rules.
    #[serde(default, skip_serializing_if = "SeverityOverrides::is_empty")]
    pub severity_overrides: SeverityOverrides,
    /// The two accounts.
    pub accounts: Sides<AccountInfo>,
    /// The thirteen counts, in the order people know them.
    pub summary: Vec<Metric>,
    /// What it comes to: roles, findings and causes, and how many causes there are of each severity.
    pub totals: Totals,
    /// Every role of either account, sorted by name, path and ARN.
    pub roles: Vec<RoleResult>,
    /// Rows of common roles that only one account has.
    pub item_differences: Vec<ItemDifference>,
    /// What one account's role may do and the other's may not.
    pub access_differences: Vec<RoleAccessDifference>,
    /// Who can assume one account's role and not the other's.
    pub trust_differences: Vec<RoleTrustDifference>,
    /// What one account's role is explicitly denied and the other's is not: no difference in what they may do, but a
    /// resource's own policy may grant what only one of them is denied.
    pub deny_differences: Vec<RoleDenyDifference>,
    /// Attributes of common roles that differ.
    pub attribute_differences: Vec<AttributeDifference>,
    /// Where a common role of one account holds a text that belongs to the other account.
    pub cross_references: Vec<CrossReference>,
    /// Differences that somebody has accepted; they are in none of the lists above.
    pub accepted_differences: Vec<AcceptedDifference>,
    /// The file of accepted entries the report was made under; none if there was none.
    pub accepted_file: Option<String>,
    /// Its entries, in its order; an entry's number is its place, from 1.
    #[serde(deserialize_with = "accepted::deserialize")]
    pub accepted_entries: Vec<AcceptedEntry>,
    /// What each dictionary entry replaced, where, how often.
    pub equivalency_hits: Vec<EquivalencyHit>,
    /// Statements of differing roles that do not do what they seem to, or could be read in two ways.
    pub statement_warnings: Vec<StatementWarning>,
    /// What the reader must know to trust the result: what could not be compared, and why.
    pub limitations: Vec<Limitation>,
    /// The limitations in sentences.
    pub warnings: Vec<String>,
    /// Each difference, and each thing to know, in a sentence; most severe first.
    pub findings: Vec<Finding>,
    /// Findings that have one cause, taken together; most severe first.
    pub groups: Vec<Group>,
}

impl Report {
    /// Whether the differences are of a kind that was asked for. The only place where this is decided.
    #[must_use]
    pub fn fails(&self, fail_on: &[FailOn]) -> bool {
        fail_on.iter().any(|fail_on| match fail_on {
            FailOn::None | FailOn::New(_) => false,
            FailOn::Any => self.totals.findings > 0,
            FailOn::Access => {
                self.findings.iter().any(|finding| finding.fails(&[FailOn::Access])) || self.is_open_in_access()
            }
            FailOn::Severity(_) | FailOn::Rule(_) => self.findings.iter().any(|finding| finding.fails(&[*fail_on])),
        })
    }

    /// Whether some role may differ in access though no list says how: what could not be told is no all-clear.
    fn is_open_in_access(&self) -> bool {
        self.roles.iter().any(RoleResult::is_open_in_access)
    }

    /// Which side is the account before, if both are one account at two times.
    #[must_use]
    pub fn before(&self) -> Option<Side> {
        let of = |account: &'_ AccountInfo| (account.account_id.clone(), account.harvested_at.clone());
        let readings = self.accounts.as_ref().map(of);
        earlier_side(readings.as_ref().map(|(id, time)| (id.as_ref(), time.as_deref())))
    }

    /// Whether the program contradicts itself about some difference, which is then unknown.
    #[must_use]
    pub fn is_inconsistent(&self) -> bool {
        self.differences().any(|difference| difference.is_inconsistent())
    }

    /// How many rows a list has.
    #[must_use]
    pub const fn len_of(&self, list: List) -> usize {
        match list {
            List::Roles => self.roles.len(),
            List::Items => self.item_differences.len(),
            List::Access => self.access_differences.len(),
            List::Trust => self.trust_differences.len(),
            List::Denies => self.deny_differences.len(),
            List::Attributes => self.attribute_differences.len(),
            List::CrossReferences => self.cross_references.len(),
            List::StatementWarnings => self.statement_warnings.len(),
            List::Limitations => self.limitations.len(),
        }
    }

    /// A row of a list; none if the list has fewer.
    #[must_use]
    pub fn difference(&self, list: List, row: usize) -> Option<Difference<'_>> {
        match list {
            List::Roles => self.roles.get(row).map(Difference::Role),
            List::Items => self.item_differences.get(row).map(Difference::Item),
            List::Access => self.access_differences.get(row).map(Difference::Access),
            List::Trust => self.trust_differences.get(row).map(Difference::Trust),
            List::Denies => self.deny_differences.get(row).map(Difference::Deny),
            List::Attributes => self.attribute_differences.get(row).map(Difference::Attribute),
            List::CrossReferences => self.cross_references.get(row).map(Difference::CrossReference),
            List::StatementWarnings => self.statement_warnings.get(row).map(Difference::Statement),
            List::Limitations => self.limitations.get(row).map(Difference::Limitation),
        }
    }

    /// The rows of all lists, list by list in the order of [`List::ALL`].
    pub fn differences(&self) -> impl Iterator<Item = Difference<'_>> {
        let rows = |list: List| (0..self.len_of(list)).map(move |row| (list, row));
        // Every row below the length of its list is there.
        List::ALL.into_iter().flat_map(rows).filter_map(|(list, row)| self.difference(list, row))
    }

    /// The rows of a finding, in its order.
    pub fn rows_of<'r>(&'r self, finding: &'r Finding) -> impl Iterator<Item = Difference<'r>> {
        // Every row of a finding is in its list: `read` looks, and so does the maker of findings.
        finding.rows.iter().filter_map(|row| self.difference(finding.list, *row))
    }

    /// The fingerprints of the findings that were accepted, sorted.
    #[must_use]
    pub fn accepted_findings(&self) -> BTreeSet<&str> {
        self.accepted_differences.iter().filter_map(|one| one.finding.as_deref()).collect()
    }

    /// The findings of a group, most severe first.
    pub fn findings_of<'r>(&'r self, group: &'r Group) -> impl Iterator<Item = &'r Finding> {
        // As above.
        group.findings.iter().filter_map(|place| self.findings.get(*place))
    }

    /// The place of each real role among the roles, by account and ARN: ambiguous roles share their name.
    #[must_use]
    pub fn places(&self) -> BTreeMap<(Side, &str), usize> {
        let mut places = BTreeMap::new();
        for (place, role) in self.roles.iter().enumerate() {
            for side in Side::BOTH {
                places.extend(role.side(side).map(|real| ((side, real.arn.as_str()), place)));
            }
        }
        places
    }

    /// The groups that count as causes, most severe first. All others are only to know.
    pub fn causes(&self) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(|group| !self.is_note(group))
    }

    /// Whether a group is only something to know: a remark on a statement, a limitation, an ambiguous name.
    #[must_use]
    pub fn is_note(&self, group: &Group) -> bool {
        self.findings_of(group).all(Finding::is_note)
    }

    /// How many findings of a group count, and how many are only to know.
    #[must_use]
    pub fn findings_and_notes(&self, group: &Group) -> (usize, usize) {
        let notes = self.findings_of(group).filter(|finding| finding.is_note()).count();
        (self.findings_of(group).count() - notes, notes)
    }
}

impl Finding {
    /// The tag of the account it is about, if it is about one.
    #[must_use]
    pub fn tag<'r>(&self, report: &'r Report) -> Option<&'r AccountTag> {
        self.side.map(|side| &report.accounts.get(side).tag)
    }
}
