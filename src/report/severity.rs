//! How severe a finding is.

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

/// `1 critical, 3 high`: the severities of which there are some, in this order.
#[must_use]
pub fn counts_in_words(counts: [(Severity, usize); 5]) -> String {
    let some = counts.into_iter().filter(|(_, count)| *count > 0);
    some.map(|(severity, count)| format!("{count} {severity}")).collect::<Vec<_>>().join(", ")
}
