//! What became of something from one report to the next.

use crate::model::words;

words! {
    /// What became of a finding or a cause from one report to the next.
    pub enum Status {
        /// The earlier report has nothing like it.
        New = "new",
        /// The earlier report has a part of it, or says that it is less severe.
        Changed = "changed",
        /// The earlier report has all of it.
        StillThere = "still-there",
        /// The later report has nothing like it.
        Resolved = "resolved",
        /// Somebody has accepted it since.
        Accepted = "accepted",
        /// The later report does not compare its role.
        NotCompared = "not-compared",
    }
}

impl Status {
    /// Whether people have to look at it: it was not there before, or not to this extent.
    #[must_use]
    pub const fn is_new(self) -> bool {
        match self {
            Self::New | Self::Changed => true,
            Self::StillThere | Self::Resolved | Self::Accepted | Self::NotCompared => false,
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::StillThere => "still there",
            Self::Resolved => "resolved",
            Self::Accepted => "accepted since",
            Self::NotCompared => "not compared any more",
        }
    }
}
