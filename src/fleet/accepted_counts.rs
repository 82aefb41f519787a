//! How much somebody has accepted.

use serde::Serialize;

/// What somebody has accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AcceptedCounts {
    /// Findings that are accepted as a whole.
    pub findings: usize,
    /// Differences: rows of the lists of a report.
    pub differences: usize,
}

impl AcceptedCounts {
    /// The sum.
    #[must_use]
    pub fn sum(all: impl Iterator<Item = Self>) -> Self {
        all.fold(Self::default(), |sum, one| Self {
            findings: sum.findings + one.findings,
            differences: sum.differences + one.differences,
        })
    }
}
