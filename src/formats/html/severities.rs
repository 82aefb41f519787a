//! How many causes there are of each severity, as the head of a page shows it.

use super::super::verdict;
use crate::report::{Severity, SeverityOverrides};

/// How many causes there are of a severity.
pub(in super::super) struct OfSeverity {
    pub(in super::super) severity: &'static str,
    pub(in super::super) count: usize,
    /// What the severity means, in words.
    pub(in super::super) meaning: &'static str,
}

/// The severities of which there are some, in the order of the counts.
pub(in super::super) fn counted(counts: [(Severity, usize); 5], set: &SeverityOverrides) -> Vec<OfSeverity> {
    let some = counts.into_iter().filter(|(_, count)| *count > 0);
    let one = |(severity, count): (Severity, usize)| {
        let meaning = verdict::meaning(severity, set);
        OfSeverity { severity: severity.as_str(), count, meaning }
    };
    some.map(one).collect()
}
