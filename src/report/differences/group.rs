//! Findings of one kind, role and account taken together, for formats that show one result for them.

use super::{Finding, Fingerprint};
use crate::compare::Comparison;

/// How many findings a group's text names before the rest is only counted.
const NAMED: usize = 10;

/// Findings of one kind, role and account.
#[derive(Debug, Clone)]
pub struct Group<'f, 'a> {
    /// The first of them.
    pub first: &'f Finding<'a>,
    /// All of them.
    pub findings: &'f [Finding<'a>],
    /// A hash of their fingerprints: another one as soon as a finding comes or goes, so that a result which somebody
    /// has dismissed comes back when the role differs in more.
    pub fingerprint: String,
}

impl Group<'_, '_> {
    /// What differs: the findings' messages, a line each.
    #[must_use]
    pub fn message(&self) -> String {
        let mut lines: Vec<&str> = self.findings.iter().take(NAMED).map(|finding| finding.message.as_str()).collect();
        let more = self.findings.len().saturating_sub(NAMED);
        let rest = format!("… and {more} more");
        if more > 0 {
            lines.push(&rest);
        }
        lines.join("\n")
    }
}

/// The findings of [`super::all`] in groups, in their order. A finding about no role is a group of its own.
#[must_use]
pub fn grouped<'f, 'a>(comparison: &'a Comparison, findings: &'f [Finding<'a>]) -> Vec<Group<'f, 'a>> {
    let alike =
        |a: &Finding<'_>, b: &Finding<'_>| a.index.is_some() && (a.rule, a.index, a.side) == (b.rule, b.index, b.side);
    let groups = findings.chunk_by(alike);
    groups.filter_map(|findings| Some(group(comparison, findings.first()?, findings))).collect()
}

fn group<'f, 'a>(comparison: &'a Comparison, first: &'f Finding<'a>, findings: &'f [Finding<'a>]) -> Group<'f, 'a> {
    let mut hash = Fingerprint::new(comparison, first.rule, first.side);
    hash.part("group");
    let mut parts: Vec<&str> = findings.iter().map(|finding| finding.fingerprint.as_str()).collect();
    parts.sort_unstable();
    parts.into_iter().for_each(|part| hash.part(part));
    Group { first, findings, fingerprint: hash.finish() }
}
