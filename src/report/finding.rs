//! A difference, or a thing to know, in a sentence and under its [`Rule`].

use serde::{Deserialize, Serialize};

use super::difference::List;
use super::fail_on::FailOn;
use super::rule::Rule;
use super::severity::Severity;
use crate::model::Side;

/// One difference, or one thing to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// 32 hexadecimal digits, the same for the same difference in every run; unique in a report.
    pub id: String,
    /// Its kind.
    pub rule: Rule,
    /// How severe it is.
    pub severity: Severity,
    /// The role's normalized name; none if it is about no role.
    pub role: Option<String>,
    /// The place of the role in [`Report::roles`](super::Report::roles).
    pub role_index: Option<usize>,
    /// The account that has it, allows it or denies it; none if it is about both.
    pub side: Option<Side>,
    /// What differs, in a sentence.
    pub message: String,
    /// The list of the report that has it in detail.
    pub list: List,
    /// Its rows there, counted from 0.
    pub rows: Vec<usize>,
    /// The entry that it is about, where an attribute is a list: a policy or an instance profile.
    pub entry: Option<String>,
}

impl Finding {
    /// Whether it is something to know rather than a difference. A role with an ambiguous name that was compared with a
    /// counterpart is one: if the two differ, there are findings that say so.
    #[must_use]
    pub const fn is_note(&self) -> bool {
        self.rule.is_note() || (matches!(self.rule, Rule::RoleAmbiguous) && self.side.is_none())
    }

    /// Whether it is one that a run was asked to fail on. What is only to know fails no run unless its rule or severity
    /// is named.
    #[must_use]
    pub fn fails(&self, fail_on: &[FailOn]) -> bool {
        fail_on.iter().any(|one| one.is_met(self.rule, self.severity, self.is_note()))
    }
}
