//! What differs in an account: a finding, as the fleet keeps it.

use serde::Serialize;

use crate::model::Side;
use crate::report::{FailOn, Finding, Report, Rule, Severity};

/// A finding of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// The ID of the finding in the account's report.
    pub id: String,
    /// Its kind.
    pub rule: Rule,
    /// How severe it is.
    pub severity: Severity,
    /// The account that has it: `left` is the baseline. None if it is about both.
    pub side: Option<Side>,
    /// What differs, in a sentence.
    pub message: String,
    /// The parts of the sentence, if it says that only one account has the role.
    #[serde(skip)]
    pub(super) alone: Option<Alone>,
}

impl Deviation {
    pub(super) fn new(report: &Report, finding: &Finding) -> Self {
        let Finding { id, rule, severity, side, message, .. } = finding;
        let alone = Alone::new(report, *rule, message);
        Self { id: id.clone(), rule: *rule, severity: *severity, side: *side, message: message.clone(), alone }
    }

    /// Whether it is one that a run was asked to fail on.
    #[must_use]
    pub fn fails(&self, fail_on: &[FailOn]) -> bool {
        fail_on.iter().any(|one| one.is_met(self.rule, self.severity, false))
    }
}

/// The parts of a sentence that says that a role exists only in one of two accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Alone {
    /// What the role is called.
    pub role: String,
    /// What it grants.
    pub rest: String,
}

impl Alone {
    /// The parts of a message of a finding or a cause of this rule.
    pub(super) fn new(report: &Report, rule: Rule, message: &str) -> Option<Self> {
        let side = if rule == Rule::RoleMissing { Side::Left } else { Side::Right };
        let tag = &report.accounts.get(side).tag;
        if !matches!(rule, Rule::RoleMissing | Rule::RoleAdded) {
            return None;
        }
        // The name of a role has no space.
        let (role, rest) = message.split_once(&format!(" exists only in {tag}"))?;
        Some(Self { role: role.to_owned(), rest: rest.to_owned() })
    }
}
