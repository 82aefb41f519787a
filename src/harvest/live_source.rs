//! Where a live account's credentials come from.

use std::fmt;

use crate::model::Arn;

/// Where a live account's credentials come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveSource {
    /// A profile of the AWS config files. It wins over every variable of the environment that holds credentials.
    Profile(String),
    /// Whatever credentials the environment gives (`env:` on the command line): access keys in variables, else the
    /// profile that `AWS_PROFILE` names, else a web identity, the container's role, the instance's role. The profile
    /// `default` is not meant.
    Environment,
    /// A role, assumed with the credentials of one of these.
    Role(AssumedRole),
}

/// Roles to assume, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedRole {
    /// The profile whose credentials come first; none for those of the environment.
    pub profile: Option<String>,
    /// The roles; the last one is of the account that is read.
    pub roles: Vec<Arn>,
    /// The external ID for the last one.
    pub external_id: Option<String>,
}

impl AssumedRole {
    /// The ARN of the last role.
    pub(super) fn arn(&self) -> &str {
        self.roles.last().map_or("", Arn::as_str)
    }
}

/// As a snapshot's `source` has it: `profile dev`, `environment`.
impl fmt::Display for LiveSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Profile(name) => write!(f, "profile {name}"),
            Self::Environment => f.write_str("environment"),
            Self::Role(role) => write!(f, "role {}", role.arn()),
        }
    }
}
