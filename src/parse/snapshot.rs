//! The snapshot file: an account as it was read, with its policy documents untouched.
//!
//! Every source ends here first (a live account, a snapshot file, the AWS CLI's authorization details), and one
//! function makes an [`Account`](crate::model::Account) of it, so that the three can never be read differently.

mod reader;

pub(super) use reader::of_account;
pub use reader::read;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::JsonError;
use crate::model::AccountId;

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
    #[error("{file} is a snapshot {}; this iamctl reads version {VERSION}", .found.map_or_else(
        || "without a version".to_owned(), |found| format!("of version {found}")))]
    Version {
        /// Where the text is from.
        file: String,
        /// The version it says it has, if it says one.
        found: Option<u64>,
    },
    /// A snapshot, and more JSON behind or before it.
    #[error("{file} contains several JSON documents, and one of them is a snapshot of iamctl")]
    SeveralDocuments {
        /// Where the text is from.
        file: String,
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
    /// Roles of more than one account, of which none was chosen.
    #[error("{file} contains {} accounts: {}", .accounts.len(), with_roles(.accounts))]
    SeveralAccounts {
        /// Where the text is from.
        file: String,
        /// Their IDs with their numbers of roles, sorted.
        accounts: Vec<(String, usize)>,
    },
    /// Another account was chosen than those that are there.
    #[error("{file} does not contain account {wanted}{}", instead(.accounts))]
    OtherAccount {
        /// Where the text is from.
        file: String,
        /// The account that was chosen.
        wanted: AccountId,
        /// The IDs that are there with their numbers of roles, sorted.
        accounts: Vec<(String, usize)>,
    },
    /// A role has one tag key twice.
    #[error("{file}, role `{}`: the tag `{}` is listed twice", .role.escape_debug(), .key.escape_debug())]
    TagTwice {
        /// Where the text is from.
        file: String,
        /// The role.
        role: String,
        /// The key.
        key: String,
    },
    /// A policy is there twice, and not the same.
    #[error("{file} contains the policy `{}` twice, and not the same: its default version is {}", .arn.escape_debug(),
        of_versions(.versions))]
    PolicyTwice {
        /// Where the text is from.
        file: String,
        /// The policy's ARN.
        arn: String,
        /// Its default version, each time.
        versions: [String; 2],
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

/// Accounts with their numbers of roles, in words.
fn with_roles(accounts: &[(String, usize)]) -> String {
    let one = |(id, roles): &(String, usize)| match roles {
        1 => format!("{id} (1 role)"),
        roles => format!("{id} ({roles} roles)"),
    };
    accounts.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What is there in the place of an account.
fn instead(accounts: &[(String, usize)]) -> String {
    if accounts.is_empty() { String::new() } else { format!("; it contains {}", with_roles(accounts)) }
}

/// Two version IDs of one policy, in words.
fn of_versions([first, second]: &[String; 2]) -> String {
    let (one, other) = (first.escape_debug(), second.escape_debug());
    if first == second { format!("`{one}` with two documents") } else { format!("`{one}` and `{other}`") }
}

impl SnapshotError {
    /// One of the two forms, but damaged.
    pub(super) fn form(error: &serde_json::Error, file: &str) -> Self {
        Self::Form { file: file.to_owned(), problem: JsonError::new(error) }
    }

    /// What the user can do about it, where there is something to do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::SeveralAccounts { file, accounts } => {
                let word = file.strip_prefix("file ").unwrap_or("FILE");
                let words: Vec<String> = accounts.iter().map(|(id, _)| format!("`{word}#{id}`")).collect();
                return Some(format!("choose one of them: {}", words.join(" or ")));
            }
            Self::Json { .. } | Self::Unknown { .. } | Self::Form { .. } => Some(
                "give a file written by `iamctl harvest`, or by `aws iam get-account-authorization-details --output \
                    json`",
            ),
            Self::SeveralDocuments { .. } => Some("give one file per snapshot"),
            Self::Version { .. } => Some("read the account again with this version of iamctl"),
            Self::Partial { .. } => Some(
                "make the AWS CLI read every page: omit `--max-items` and `--no-paginate`; or append the pages that are \
                    missing to the file, the last one at its end",
            ),
            Self::PolicyTwice { .. } => Some("get the details of each account at one time, into a file of its own"),
            Self::OtherAccount { .. } => Some("check the ID after `#`"),
            Self::Document { .. } | Self::TagTwice { .. } => None,
        };
        text.map(str::to_owned)
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
    /// Who read it from AWS, and what AWS says of its size; absent where the source did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<SnapshotOrigin>,
    /// The roles, sorted by name.
    pub roles: Vec<SnapshotRole>,
    /// Every managed policy that a role carries or is bounded by, once, sorted by ARN.
    pub policies: Vec<SnapshotPolicy>,
}

/// Who read an account from AWS, where, and how many roles AWS says it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotOrigin {
    /// The ARN of the user or role session that read the account, as `GetCallerIdentity` told it.
    pub caller_arn: String,
    /// Where the calls of IAM went: `https://iam.amazonaws.com`.
    pub endpoint: String,
    /// The region that signed the calls.
    pub region: String,
    /// When the first call of IAM was made, RFC 3339 in UTC.
    pub started_at: String,
    /// How many roles the account has, as `GetAccountSummary` tells; none if that is not known.
    pub summary_roles: Option<u64>,
    /// Why that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary_unknown: Option<String>,
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
    /// When it was created, RFC 3339 in UTC, if the source says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was last used, RFC 3339 in UTC, if the source says so. AWS tracks the last 400 days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_at: Option<String>,
    /// The Region in which it was last used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used_region: Option<String>,
    /// The trust policy as it was read.
    pub trust_policy: Box<RawValue>,
    /// The embedded policies, sorted by name.
    #[serde(default)]
    pub inline_policies: Vec<SnapshotInlinePolicy>,
    /// The ARNs of the attached managed policies, sorted. Each is in [`Snapshot::policies`], unless the source did not
    /// contain it.
    #[serde(default)]
    pub attached_policies: Vec<String>,
    /// The ARN of the permissions boundary; it is in [`Snapshot::policies`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions_boundary: Option<String>,
    /// The tags.
    #[serde(default, deserialize_with = "super::json::unique")]
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
