//! How severe a finding is.

use serde::{Deserialize, Serialize};

use crate::model::words;

words! {
    /// How severe a finding is, least severe first.
    pub enum Severity {
        /// For information.
        Info = "info",
        /// To review when there is time.
        Low = "low",
        /// To review.
        Medium = "medium",
        /// To resolve.
        High = "high",
        /// To resolve first.
        Critical = "critical",
    }
}

impl Severity {
    /// All of them, most severe first.
    pub const MOST_SEVERE_FIRST: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// One level less severe; [`Severity::Info`] stays.
    #[must_use]
    pub const fn lowered(self) -> Self {
        match self {
            Self::Critical => Self::High,
            Self::High => Self::Medium,
            Self::Medium => Self::Low,
            Self::Low | Self::Info => Self::Info,
        }
    }
}

/// A word that is not a severity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a severity; use critical, high, medium, low, or info", .text.escape_debug())]
pub struct UnknownSeverity {
    text: String,
}

impl std::str::FromStr for Severity {
    type Err = UnknownSeverity;

    /// A word, ignoring case.
    fn from_str(text: &str) -> Result<Self, UnknownSeverity> {
        let found = Self::ALL.into_iter().find(|severity| severity.as_str().eq_ignore_ascii_case(text));
        found.ok_or_else(|| UnknownSeverity { text: text.to_owned() })
    }
}

/// How many there are of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SeverityCounts {
    /// Critical.
    pub critical: usize,
    /// High.
    pub high: usize,
    /// Medium.
    pub medium: usize,
    /// Low.
    pub low: usize,
    /// Info.
    pub info: usize,
}

impl SeverityCounts {
    /// The counts of these severities.
    #[must_use]
    pub fn of(severities: impl IntoIterator<Item = Severity>) -> Self {
        let mut counts = Self::default();
        severities.into_iter().for_each(|severity| counts.count(severity));
        counts
    }

    /// Counts one more.
    pub(super) const fn count(&mut self, severity: Severity) {
        let counter = match severity {
            Severity::Critical => &mut self.critical,
            Severity::High => &mut self.high,
            Severity::Medium => &mut self.medium,
            Severity::Low => &mut self.low,
            Severity::Info => &mut self.info,
        };
        *counter += 1;
    }

    /// The counts with their severities, most severe first.
    #[must_use]
    pub const fn by_severity(&self) -> [(Severity, usize); 5] {
        [
            (Severity::Critical, self.critical),
            (Severity::High, self.high),
            (Severity::Medium, self.medium),
            (Severity::Low, self.low),
            (Severity::Info, self.info),
        ]
    }

    /// `1 critical, 3 high`: the severities of which there are some.
    #[must_use]
    pub fn in_words(&self) -> String {
        let some = self.by_severity().into_iter().filter(|(_, count)| *count > 0);
        some.map(|(severity, count)| format!("{count} {severity}")).collect::<Vec<_>>().join(", ")
    }
}
