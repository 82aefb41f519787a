//! What of the user's files did something in the comparison of an account.

use std::collections::BTreeSet;

use crate::report::Report;

/// Which accepted entries and which texts of the dictionary did something in the comparison of an account.
#[derive(Debug, Clone, Default)]
pub(super) struct Used {
    /// The numbers of the entries.
    pub(super) entries: BTreeSet<usize>,
    /// Placeholders and texts, in lower case.
    pub(super) texts: BTreeSet<(String, String)>,
}

impl Used {
    pub(super) fn of(report: &Report) -> Self {
        let hits = report.equivalency_hits.iter().filter(|hit| hit.count > 0);
        Self {
            entries: report.accepted_differences.iter().flat_map(|one| one.entries.iter().copied()).collect(),
            texts: hits.map(|hit| (hit.placeholder.clone(), hit.value.to_lowercase())).collect(),
        }
    }
}
