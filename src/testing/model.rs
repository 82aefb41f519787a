//! An account before it is spelled.

use super::document::Document;

/// A role, spelled for neither account.
#[derive(Debug, Clone)]
pub(super) struct RoleModel {
    /// Its number among all roles; a name that nobody else has is made of it.
    pub number: usize,
    pub name: String,
    pub path: String,
    pub description: Option<String>,
    pub max_session_duration: u32,
    pub trust: Document,
    pub inline: Vec<(String, Document)>,
    /// Indexes into [`Model::policies`].
    pub attached: Vec<usize>,
    pub boundary: Option<usize>,
    pub tags: Vec<(String, String)>,
    pub instance_profiles: Vec<String>,
    /// Whether a drift may be put in: its name alone tells which role it is, and it is not allowed everything.
    pub may_drift: bool,
    /// Whether another role's policies name it.
    pub is_referenced: bool,
}

/// A managed policy.
#[derive(Debug, Clone)]
pub(super) struct PolicyModel {
    pub name: String,
    pub path: String,
    pub of_aws: bool,
    pub document: Document,
}

impl PolicyModel {
    pub(super) fn arn(&self) -> String {
        let owner = if self.of_aws { "aws" } else { "<id>" };
        format!("arn:aws:iam::{owner}:policy{}{}", self.path, self.name)
    }
}

/// An account, spelled for neither side.
#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    pub roles: Vec<RoleModel>,
    pub policies: Vec<PolicyModel>,
}
