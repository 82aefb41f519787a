//! What the fleet keeps of the report of one account.

use std::collections::BTreeSet;

use super::accepted_counts::AcceptedCounts;
use super::compared_cause::ComparedCause;
use super::deviation::Deviation;
use super::role::ComparedRole;
use super::used::Used;
use crate::model::{AccountId, AccountTag};
use crate::report::{Limitation, Totals};

/// What is kept of the comparison of an account with the baseline.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The account.
    pub tag: AccountTag,
    /// Whether its findings make the run fail.
    pub fails: bool,
    /// The result in numbers.
    pub totals: Totals,
    /// The roles of both accounts.
    pub roles: Vec<ComparedRole>,
    /// Roles that were not compared, with their normalized names and their real names in the baseline and the account.
    pub not_compared: Vec<ComparedRole>,
    /// Findings that are about no role that was compared.
    pub other_findings: Vec<Deviation>,
    /// How many findings make the run fail.
    pub failing: usize,
    /// What is only to know, and makes the run fail because `--fail-on` names its rule.
    pub failing_notes: Vec<Deviation>,
    /// What somebody has accepted.
    pub accepted: AcceptedCounts,
    /// What limits the comparison.
    pub limitations: Vec<Limitation>,
    /// What of the dictionary and of the accepted entries did something.
    pub(super) used: Used,
    /// The known accounts without texts in the dictionary that both accounts reference.
    pub(super) referenced_by_both: BTreeSet<AccountId>,
    /// The causes of the findings, most severe first.
    pub causes: Vec<ComparedCause>,
    /// The patterns of the selection that name a role of one of the two accounts.
    pub patterns: BTreeSet<String>,
}

impl Compared {
    /// An account that was not compared, because no role was selected.
    pub(super) fn nothing(tag: AccountTag) -> Self {
        Self {
            tag,
            fails: false,
            totals: Totals::default(),
            roles: Vec::new(),
            not_compared: Vec::new(),
            other_findings: Vec::new(),
            failing: 0,
            failing_notes: Vec::new(),
            accepted: AcceptedCounts::default(),
            limitations: Vec::new(),
            used: Used::default(),
            referenced_by_both: BTreeSet::new(),
            causes: Vec::new(),
            patterns: BTreeSet::new(),
        }
    }

    /// Whether something differs that nobody has accepted, or could not be determined.
    #[must_use]
    pub fn deviates(&self) -> bool {
        self.totals.findings > 0 || self.roles.iter().any(|role| role.open.is_some())
    }
}
