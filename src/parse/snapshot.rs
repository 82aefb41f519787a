//! The snapshot file: an account as it was read, with its policy documents untouched.
//!
//! Every source ends here first (a live account, a snapshot file, the AWS CLI's authorization details), and one
//! function makes an [`Account`](crate::model::Account) of it, so that the three can never be read differently.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::JsonError;

/// `format` of a snapshot file.
pub const FORMAT: &str = "iamctl-snapshot";

/// The version of the format this program writes and reads.
pub const VERSION: u32 = 1;

/// Why a file is not a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Not JSON at all.
    #[error("{file} is not JSON: {problem}")]
    Json {
        /// Where the text is from.
        file: String,
        /// What the JSON reader says, with line and column.
        problem: JsonError,
    },
    /// JSON, but neither of the two forms.
    #[error("{file} is neither a snapshot of iamctl nor the output of `aws iam get-account-authorization-details`")]
    Unknown {
        /// Where the text is from.
        file: String,
    },
    /// A snapshot of a version this program does not read.
    #[error("{file} is a snapshot of version {found}; this iamctl reads version {VERSION}")]
    Version {
        /// Where the text is from.
        file: String,
        /// The version it says it has.
        found: u64,
    },
    /// One of the two forms, but damaged.
    #[error("{file} cannot be read: {problem}")]
    Form {
        /// Where the text is from.
        file: String,
        /// What is wrong, with line and column.
        problem: JsonError,
    },
    /// Authorization details that were cut off by paging.
    #[error("{file} contains only a part of the account")]
    Partial {
        /// Where the text is from.
        file: String,
    },
    /// Roles of more than one account.
    #[error("{file} contains more than one account: `{ids}`")]
    SeveralAccounts {
        /// Where the text is from.
        file: String,
        /// Their ids.
        ids: String,
    },
    /// A role carries a policy that the file does not hold.
    #[error("{file} does not contain the policy `{}`, which is attached to the role `{}`", .arn.escape_debug(),
        .role.escape_debug())]
    MissingPolicy {
        /// Where the text is from.
        file: String,
        /// The first role that carries it.
        role: String,
        /// The policy's ARN.
        arn: String,
    },
    /// A policy document that is not JSON.
    #[error("{file}, role `{}`: the document of the policy `{}` is not JSON: {problem}", .role.escape_debug(),
        .policy.escape_debug())]
    Document {
        /// Where the text is from.
        file: String,
        /// The role.
        role: String,
        /// The policy's name or ARN.
        policy: String,
        /// What the JSON reader says.
        problem: JsonError,
    },
}

impl SnapshotError {
    /// One of the two forms, but damaged.
    pub(super) fn form(error: &serde_json::Error, file: &str) -> Self {
        Self::Form { file: file.to_owned(), problem: JsonError::new(error) }
    }

    /// What the user can do about it, where there is something to do.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Json { .. } | Self::Unknown { .. } | Self::Form { .. } => Some(
                "give a file written by `iamctl harvest`, or by `aws iam get-account-authorization-details --output \
                    json`",
            ),
            Self::Version { .. } => Some("read the account again with this version of iamctl"),
            Self::Partial { .. } => Some("make the AWS CLI read every page: omit `--max-items` and `--no-paginate`"),
            Self::SeveralAccounts { .. } => Some("give one file per account"),
            Self::MissingPolicy { .. } => {
                Some("get the details without `--filter`, or with `--filter Role LocalManagedPolicy AWSManagedPolicy`")
            }
            Self::Document { .. } => None,
        }
    }
}

/// Reads a snapshot of ours or the AWS CLI's authorization details.
///
/// `file` says where the text is from, in words for people (`file dev.json`); a snapshot of ours keeps the source it
/// was harvested from.
///
/// # Errors
/// If the text is neither, is of a version this program does not know, or does not hold the whole account.
pub fn read(text: &str, file: &str) -> Result<Snapshot, SnapshotError> {
    #[derive(Deserialize)]
    struct Kind {
        #[serde(default)]
        format: Option<serde_json::Value>,
        #[serde(default)]
        version: Option<u64>,
        #[serde(default, rename = "RoleDetailList")]
        role_detail_list: Option<serde::de::IgnoredAny>,
    }
    let own = || file.to_owned();
    let kind: Kind = serde_json::from_str(text).map_err(|problem| match problem.classify() {
        serde_json::error::Category::Data => SnapshotError::Unknown { file: own() },
        serde_json::error::Category::Io | serde_json::error::Category::Syntax | serde_json::error::Category::Eof => {
            SnapshotError::Json { file: own(), problem: JsonError::new(&problem) }
        }
    })?;
    let ours = kind.format.as_ref().and_then(serde_json::Value::as_str) == Some(FORMAT);
    match kind.version {
        Some(version) if ours && version == u64::from(VERSION) => {
            serde_json::from_str(text).map_err(|error| SnapshotError::form(&error, file))
        }
        found if ours => Err(SnapshotError::Version { file: own(), found: found.unwrap_or_default() }),
        _ if kind.role_detail_list.is_some() => super::authorization_details::read(text, file),
        _ => Err(SnapshotError::Unknown { file: own() }),
    }
}

/// An account as it was read. Roles are sorted by name, policies by ARN, so that the same account gives the same
/// bytes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Always [`FORMAT`].
    pub format: String,
    /// Always [`VERSION`].
    pub version: u32,
    /// The version of the program that wrote it.
    pub iamctl: String,
    /// When the account was read, RFC 3339 in UTC; absent where the source did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harvested_at: Option<String>,
    /// Where it was read from, in words for people: `profile dev`, `environment`, `file dev.json`.
    pub source: String,
    /// Twelve digits; absent only if nothing in the source tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// The roles, sorted by name.
    pub roles: Vec<SnapshotRole>,
    /// Every managed policy that a role carries or is bounded by, once, sorted by ARN.
    pub policies: Vec<SnapshotPolicy>,
}

/// One role of a snapshot.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotRole {
    /// Its name, without path.
    pub name: String,
    /// Its path, starting and ending with `/`.
    pub path: String,
    /// Its ARN.
    pub arn: String,
    /// Its unique id (`AROA…`).
    pub id: String,
    /// The description, if there is one and the source holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Seconds. Every role has one, so its absence says that the source holds neither it nor the description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_session_duration: Option<u32>,
    /// The trust policy as it was read.
    pub trust_policy: Box<RawValue>,
    /// The embedded policies, sorted by name.
    #[serde(default)]
    pub inline_policies: Vec<SnapshotInlinePolicy>,
    /// The ARNs of the attached managed policies, sorted. Each is in [`Snapshot::policies`].
    #[serde(default)]
    pub attached_policies: Vec<String>,
    /// The ARN of the permissions boundary; it is in [`Snapshot::policies`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// The tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// The names of the instance profiles that hold the role, sorted.
    #[serde(default)]
    pub instance_profiles: Vec<String>,
}

/// A policy embedded in a role.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotInlinePolicy {
    /// Its name, unique within the role.
    pub name: String,
    /// The document as it was read.
    pub document: Box<RawValue>,
}

/// A managed policy in its default version.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotPolicy {
    /// Its name, without path.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The default version's id, such as `v3`.
    pub version_id: String,
    /// The default version's document as it was read.
    pub document: Box<RawValue>,
}

#[cfg(test)]
mod tests;
