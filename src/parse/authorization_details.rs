//! What `aws iam get-account-authorization-details` prints, to a [`Snapshot`].
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>. AWS adds
//! fields to its replies, so unknown ones are passed over here; policy documents are read strictly later.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::JsonError;
use super::snapshot::{FORMAT, Snapshot, SnapshotError, SnapshotInlinePolicy, SnapshotPolicy, SnapshotRole, VERSION};
use crate::model::{AccountId, Arn};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    role_detail_list: Vec<RoleDetail>,
    #[serde(default)]
    policies: Vec<PolicyDetail>,
    #[serde(default)]
    user_detail_list: Vec<UserDetail>,
    #[serde(default)]
    is_truncated: bool,
    #[serde(default, alias = "Marker")]
    next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserDetail {
    arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RoleDetail {
    path: String,
    role_name: String,
    role_id: String,
    arn: String,
    assume_role_policy_document: Box<RawValue>,
    #[serde(default)]
    instance_profile_list: Vec<InstanceProfile>,
    #[serde(default)]
    role_policy_list: Vec<InlinePolicy>,
    #[serde(default)]
    attached_managed_policies: Vec<Attachment>,
    #[serde(default)]
    permissions_boundary: Option<Boundary>,
    #[serde(default)]
    tags: Vec<Tag>,
    // `ListRoles` has these two, authorization details do not; a file that joins both keeps them.
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    max_session_duration: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InstanceProfile {
    instance_profile_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct InlinePolicy {
    policy_name: String,
    policy_document: Box<RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attachment {
    policy_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Boundary {
    permissions_boundary_arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyDetail {
    #[serde(default)]
    policy_name: Option<String>,
    arn: String,
    default_version_id: String,
    #[serde(default)]
    policy_version_list: Vec<PolicyVersion>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyVersion {
    version_id: String,
    document: Box<RawValue>,
}

/// Reads authorization details; `source` says where they are from, in words for people.
///
/// # Errors
/// If the text is not of that form, is only a part of the account, or does not hold a policy that a role carries.
pub(super) fn read(text: &str, source: &str) -> Result<Snapshot, SnapshotError> {
    let details: Details = serde_json::from_str(text).map_err(|error| SnapshotError::form(&error, source))?;
    if details.is_truncated || details.next_token.is_some() {
        return Err(SnapshotError::Partial { file: source.to_owned() });
    }
    let account_id = account_id(&details, source)?;
    let policies = used_policies(&details, source)?;
    let mut roles =
        details.role_detail_list.into_iter().map(|r| role(r, source)).collect::<Result<Vec<SnapshotRole>, _>>()?;
    roles.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Snapshot {
        format: FORMAT.to_owned(),
        version: VERSION,
        iamctl: env!("CARGO_PKG_VERSION").to_owned(),
        harvested_at: None,
        source: source.to_owned(),
        account_id,
        roles,
        policies,
    })
}

/// The one account that the ARNs of roles, users and customer policies name.
fn account_id(details: &Details, source: &str) -> Result<Option<String>, SnapshotError> {
    let roles = details.role_detail_list.iter().map(|r| r.arn.as_str());
    let users = details.user_detail_list.iter().map(|u| u.arn.as_str());
    let policies = details.policies.iter().map(|p| p.arn.as_str());
    let ids: BTreeSet<String> = roles
        .chain(users)
        .chain(policies)
        .filter_map(|arn| arn.parse::<Arn>().ok())
        .map(|arn| arn.account().to_owned())
        .filter(|account| AccountId::is_valid(account))
        .collect();
    if ids.len() > 1 {
        let ids = ids.into_iter().collect::<Vec<_>>().join("`, `");
        return Err(SnapshotError::SeveralAccounts { file: source.to_owned(), ids });
    }
    Ok(ids.into_iter().next())
}

/// The policies that roles carry or are bounded by, in their default versions, sorted by ARN.
fn used_policies(details: &Details, source: &str) -> Result<Vec<SnapshotPolicy>, SnapshotError> {
    let known: BTreeMap<&str, &PolicyDetail> = details.policies.iter().map(|p| (p.arn.as_str(), p)).collect();
    let mut used: BTreeMap<&str, &str> = BTreeMap::new();
    for role in &details.role_detail_list {
        let boundary = role.permissions_boundary.iter().map(|b| b.permissions_boundary_arn.as_str());
        for arn in role.attached_managed_policies.iter().map(|p| p.policy_arn.as_str()).chain(boundary) {
            used.entry(arn).or_insert(&role.role_name);
        }
    }
    used.into_iter().map(|(arn, role)| used_policy(known.get(arn).copied(), arn, role, source)).collect()
}

fn used_policy(
    policy: Option<&PolicyDetail>,
    arn: &str,
    role: &str,
    source: &str,
) -> Result<SnapshotPolicy, SnapshotError> {
    let missing =
        || SnapshotError::MissingPolicy { file: source.to_owned(), role: role.to_owned(), arn: arn.to_owned() };
    let policy = policy.ok_or_else(missing)?;
    let default = policy.policy_version_list.iter().find(|v| v.version_id == policy.default_version_id);
    let name = policy.policy_name.clone().or_else(|| arn.parse::<Arn>().ok().map(|arn| arn.last_name().to_owned()));
    Ok(SnapshotPolicy {
        name: name.unwrap_or_else(|| arn.to_owned()),
        arn: arn.to_owned(),
        version_id: policy.default_version_id.clone(),
        document: document(&default.ok_or_else(missing)?.document, role, arn, source)?,
    })
}

fn role(role: RoleDetail, source: &str) -> Result<SnapshotRole, SnapshotError> {
    let mut inline_policies = Vec::with_capacity(role.role_policy_list.len());
    for policy in &role.role_policy_list {
        let document = document(&policy.policy_document, &role.role_name, &policy.policy_name, source)?;
        inline_policies.push(SnapshotInlinePolicy { name: policy.policy_name.clone(), document });
    }
    inline_policies.sort_by(|a, b| a.name.cmp(&b.name));
    let mut attached_policies: Vec<String> =
        role.attached_managed_policies.into_iter().map(|policy| policy.policy_arn).collect();
    attached_policies.sort();
    let mut instance_profiles: Vec<String> =
        role.instance_profile_list.into_iter().map(|profile| profile.instance_profile_name).collect();
    instance_profiles.sort();
    Ok(SnapshotRole {
        trust_policy: document(&role.assume_role_policy_document, &role.role_name, "trust", source)?,
        name: role.role_name,
        path: role.path,
        arn: role.arn,
        id: role.role_id,
        description: role.description,
        max_session_duration: role.max_session_duration,
        inline_policies,
        attached_policies,
        permissions_boundary: role.permissions_boundary.map(|boundary| boundary.permissions_boundary_arn),
        tags: role.tags.into_iter().map(|tag| (tag.key, tag.value)).collect(),
        instance_profiles,
    })
}

/// A document as an object; where the file holds it as a string, as IAM's API sends it, decoded.
fn document(raw: &RawValue, role: &str, policy: &str, source: &str) -> Result<Box<RawValue>, SnapshotError> {
    if !raw.get().starts_with('"') {
        return Ok(raw.to_owned());
    }
    let error = |problem: serde_json::Error| SnapshotError::Document {
        file: source.to_owned(),
        role: role.to_owned(),
        policy: policy.to_owned(),
        problem: JsonError::new(&problem),
    };
    let text: String = serde_json::from_str(raw.get()).map_err(error)?;
    RawValue::from_string(super::policy::decode(&text)).map_err(error)
}
