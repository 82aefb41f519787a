//! One role of one account, compared with the baseline's.

use super::accepted_counts::AcceptedCounts;
use super::deviation::Deviation;
use crate::model::AccountTag;
use crate::report::Rule;

/// Which row of the matrix a role belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoleKey {
    /// A role of the baseline, by its real name. How it is normalized may depend on the other account.
    OfBaseline(String),
    /// A role of the account of a majority, by the account and its real name there.
    OfMajority(AccountTag, String),
    /// A role that the baseline does not have, by its normalized name in lower case, by which roles are paired; and by
    /// its real name where several roles of the account have that name.
    Added(String, Option<String>),
}

/// A role of the baseline or of an account.
#[derive(Debug, Clone)]
pub struct ComparedRole {
    /// Its row.
    pub key: RoleKey,
    /// Its normalized name.
    pub role: String,
    /// Its real name in the baseline.
    pub baseline_role: Option<String>,
    /// Its real name in the account.
    pub account_role: Option<String>,
    /// Whether an AWS service owns it.
    pub service_linked: bool,
    /// What of it somebody has accepted.
    pub accepted: AcceptedCounts,
    /// What differs and nobody has accepted; none if it is the same as in the baseline. For a role that was not compared,
    /// why.
    pub open: Option<Open>,
}

/// What differs between a role and the baseline's.
#[derive(Debug, Clone, Default)]
pub struct Open {
    /// The same for two accounts only if the same findings are open, and the parts of the role that they are about are the
    /// same after normalization.
    pub key: String,
    /// The same for two accounts if the same findings are open.
    pub findings_key: String,
    /// Whether these findings make the run fail.
    pub fails: bool,
    /// How many of these findings make the run fail.
    pub failing: usize,
    /// The findings, most severe first. Empty where iamctl could not determine whether access differs.
    pub findings: Vec<Deviation>,
}

impl Open {
    /// Whether all that is found is the same in both accounts: what both reference in a third one.
    pub(super) fn is_alike(&self) -> bool {
        let is_of_both = |one: &Deviation| one.rule == Rule::CrossReference && one.side.is_none();
        !self.findings.is_empty() && self.findings.iter().all(is_of_both)
    }

    /// Whether its counterpart cannot be told, because several roles of one account have its normalized name.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.findings.iter().any(|finding| finding.rule == Rule::RoleAmbiguous)
    }
}
