//! What is suggested, and what is left.

use super::evidence::Evidence;
use crate::model::{Entry, EquivalencyList, Sides};

/// What the accounts need to be alike.
#[derive(Debug, Clone)]
pub struct Suggestions {
    /// The entries that are suggested, most useful first; each holds its evidence as a comment.
    pub entries: Vec<Suggestion>,
    /// The dictionary that was given, with them.
    pub dictionary: EquivalencyList,
    /// How many more patterns and pairs of IDs there are beyond the number of entries that is suggested at once.
    pub more: usize,
    /// What is left.
    pub remaining: Remaining,
}

/// One suggested entry.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The placeholder.
    pub placeholder: String,
    /// The entry; it holds what the dictionary had under this placeholder already.
    pub entry: Entry,
    /// What it does.
    pub evidence: Evidence,
}

/// What no suggestion explains.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remaining {
    /// Names of roles of one account only.
    pub roles: Sides<Vec<String>>,
    /// Common roles with differences: the first account's name and how many.
    pub differing: Vec<(String, usize)>,
    /// How many roles are in both accounts.
    pub common: usize,
}
