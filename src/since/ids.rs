//! The IDs of two reports, for whoever keeps findings by them. The ID of a finding changes when what differs changes, so a
//! finding that is still there can have another one.

use std::collections::BTreeSet;

use super::gone::Gone;
use crate::report::{Finding, Report, Rule, Severity};

/// What the earlier report has under an ID that the later one does not have, though it is not gone: what it says is there
/// under another ID, at least in part, or it was only to know, or somebody had accepted it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The ID.
    pub id: String,
    /// Whether what it says is there under another ID.
    pub is_there: bool,
    /// Its kind.
    pub rule: Rule,
    /// How severe it was.
    pub severity: Severity,
    /// The role's normalized name.
    pub role: Option<String>,
    /// What it said; of what somebody had accepted, the title of its rule.
    pub message: String,
}

/// The IDs of a report, with those of what somebody has accepted.
pub(super) fn of(report: &Report) -> BTreeSet<&str> {
    let open = report.findings.iter().map(|finding| finding.id.as_str());
    open.chain(report.accepted_findings()).collect()
}

/// What has ended, in the order of the earlier report.
pub(super) fn ended(earlier: &Report, later: &Report, gone: &[Gone]) -> Vec<Ended> {
    let mut told = of(later);
    told.extend(gone.iter().map(|one| one.id.as_str()));
    let mut all = Vec::new();
    for finding in earlier.findings.iter().filter(|finding| !told.contains(finding.id.as_str())) {
        let Finding { id, rule, severity, role, message, .. } = finding.clone();
        all.push(Ended { id, is_there: !finding.is_note(), rule, severity, role, message });
    }
    for one in &earlier.accepted_differences {
        // A finding has one row or more; the first one names it.
        if let Some(id) = one.finding.as_deref().filter(|id| told.insert(id)) {
            all.push(Ended {
                id: id.to_owned(),
                is_there: false,
                rule: one.rule,
                severity: one.severity,
                role: Some(one.role.clone()),
                message: one.rule.text().title.to_owned(),
            });
        }
    }
    all
}
