//! How the evaluator and the comparison name a statement.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::PolicyType;

/// Which statement of which of a role's policies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StatementRef {
    /// The policy's name, after normalization where the comparison is about normalized policies.
    pub policy_name: String,
    /// What the policy is called in its account; none if that is the same, or several names are the same after
    /// normalization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub real_policy_name: Option<String>,
    /// How the policy belongs to the role.
    pub policy_type: PolicyType,
    /// The statement's place in the document; the first is 0.
    pub statement: usize,
    /// The statement's `Sid`.
    pub sid: Option<String>,
}

impl StatementRef {
    /// The policy's name as people know it.
    #[must_use]
    pub fn shown_policy_name(&self) -> &str {
        self.real_policy_name.as_deref().unwrap_or(&self.policy_name)
    }
}

impl fmt::Display for StatementRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Sentences count from 1, `statement` from 0.
        let (number, name) = (self.statement + 1, self.shown_policy_name().escape_debug());
        match self.policy_type {
            PolicyType::Trust => write!(f, "statement {number} of the trust policy"),
            PolicyType::Boundary => write!(f, "statement {number} of the permissions boundary `{name}`"),
            PolicyType::Inline => write!(f, "statement {number} of the inline policy `{name}`"),
            PolicyType::Managed => write!(f, "statement {number} of the managed policy `{name}`"),
        }
    }
}
