//! The snapshot file: an account as it was read, with its policy documents untouched.
//!
//! Every source ends here first (a live account, a snapshot file, the AWS CLI's authorization details), and one
//! function makes an [`Account`](crate::model::Account) of it, so that the three can never be read differently.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// `format` of a snapshot file.
pub const FORMAT: &str = "iamctl-snapshot";

/// The version of the format this program writes and reads.
pub const VERSION: u32 = 1;

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
