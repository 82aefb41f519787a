//! What `aws iam get-account-authorization-details` prints, to a [`Snapshot`].
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>. AWS adds
//! fields to its replies, so unknown ones are passed over here; policy documents are read strictly later.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::JsonError;
use super::snapshot::{FORMAT, Snapshot, SnapshotError, SnapshotInlinePolicy, SnapshotPolicy, SnapshotRole, VERSION};
use crate::model::{AccountId, Arn};

/// One JSON document of the output.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Details {
    /// Only snapshots of iamctl have these two.
    #[serde(default, rename = "format")]
    format: Option<serde::de::IgnoredAny>,
    #[serde(default, rename = "version")]
    version: Option<serde::de::IgnoredAny>,
    #[serde(deserialize_with = "list")]
    role_detail_list: Vec<RoleDetail>,
    #[serde(default, deserialize_with = "list")]
    policies: Vec<PolicyDetail>,
    #[serde(default, deserialize_with = "list")]
    user_detail_list: Vec<UserDetail>,
    #[serde(default)]
    is_truncated: Option<bool>,
    #[serde(default, alias = "Marker")]
    next_token: Option<String>,
}

/// A list. AWS's SDKs for other languages write an empty one as null.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
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
    #[serde(default, deserialize_with = "list")]
    instance_profile_list: Vec<InstanceProfile>,
    #[serde(default, deserialize_with = "list")]
    role_policy_list: Vec<InlinePolicy>,
    #[serde(default, deserialize_with = "list")]
    attached_managed_policies: Vec<Attachment>,
    #[serde(default)]
    permissions_boundary: Option<Boundary>,
    #[serde(default, deserialize_with = "list")]
    tags: Vec<Tag>,
    // `ListRoles` has these two, authorization details do not; a file that joins both keeps them.
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    max_session_duration: Option<u32>,
    #[serde(default)]
    create_date: Option<Value>,
    #[serde(default)]
    role_last_used: Option<RoleLastUsed>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RoleLastUsed {
    #[serde(default)]
    last_used_date: Option<Value>,
    #[serde(default)]
    region: Option<String>,
}

/// A date as RFC 3339 in UTC. AWS's SDKs write it as text or as seconds since 1970; a date in any other form explains
/// nothing, and is left out.
fn date(value: Option<&Value>) -> Option<String> {
    let time = match value? {
        Value::String(text) => text.parse().or_else(|_| jiff::fmt::rfc2822::parse(text).map(|at| at.timestamp())).ok(),
        Value::Number(seconds) => {
            let whole = seconds.as_f64().map(|seconds| format!("{:.0}", seconds.floor()));
            whole?.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok())
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    time.map(|time: Timestamp| time.to_string())
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
    #[serde(default, deserialize_with = "list")]
    policy_version_list: Vec<PolicyVersion>,
}

impl PolicyDetail {
    fn default_version(&self) -> Option<&PolicyVersion> {
        self.policy_version_list.iter().find(|version| version.version_id == self.default_version_id)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PolicyVersion {
    version_id: String,
    document: Box<RawValue>,
}

/// Reads authorization details; `source` says where they are from, in words for people. Several JSON documents, one
/// behind the other, are the pages of one output, or the outputs of several accounts, of which `account` is meant.
///
/// # Errors
/// If the text is not of that form, is only a part of the account, does not hold a policy that a role carries, or holds
/// several accounts and none is chosen.
pub(super) fn read(text: &str, source: &str, account: Option<&AccountId>) -> Result<Snapshot, SnapshotError> {
    let pages = serde_json::Deserializer::from_str(text).into_iter();
    let pages: Result<Vec<Details>, _> = pages.collect();
    join(pages.map_err(|error| SnapshotError::form(&error, source))?, source, account)
}

/// The pages of a text that is of that form and of no other; `None` if it is not, or cannot be read. Then
/// [`snapshot::read`](super::snapshot::read) looks what it is.
pub(super) fn pages(text: &str) -> Option<Vec<Details>> {
    let pages: Result<Vec<Details>, _> = serde_json::Deserializer::from_str(text).into_iter().collect();
    // Why it cannot be read is said by whoever looks what it is, in the words for what it is.
    let pages = pages.ok()?;
    (!pages.is_empty() && pages.iter().all(|page| page.format.is_none() && page.version.is_none())).then_some(pages)
}

/// A snapshot of the pages of one output, or of the outputs of several accounts; as [`read`].
pub(super) fn join(pages: Vec<Details>, source: &str, account: Option<&AccountId>) -> Result<Snapshot, SnapshotError> {
    let mut details = Details::default();
    let mut more = false;
    for page in pages {
        more = page.is_truncated == Some(true) || page.next_token.is_some();
        details.role_detail_list.extend(page.role_detail_list);
        details.policies.extend(page.policies);
        details.user_detail_list.extend(page.user_detail_list);
    }
    if more {
        return Err(SnapshotError::Partial { file: source.to_owned() });
    }
    let account_id = account_id(&mut details, source, account)?;
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
        origin: None,
        roles,
        policies,
    })
}

/// The account that an ARN names, if it names one.
fn account_of(arn: &str) -> Option<String> {
    let arn: Arn = arn.parse().ok()?;
    AccountId::is_valid(arn.account()).then(|| arn.account().to_owned())
}

/// The account that is meant: the one that was chosen, or the only one that the ARNs of roles, users and customer
/// policies name. Roles of other accounts are left out, and only those.
fn account_id(
    details: &mut Details,
    source: &str,
    chosen: Option<&AccountId>,
) -> Result<Option<String>, SnapshotError> {
    let mut roles: BTreeMap<String, usize> = BTreeMap::new();
    let users = details.user_detail_list.iter().map(|user| user.arn.as_str());
    // An ARN that names no account chooses none; one that is not an ARN is refused when its role is read.
    for id in users.chain(details.policies.iter().map(|policy| policy.arn.as_str())).filter_map(account_of) {
        roles.entry(id).or_default();
    }
    for id in details.role_detail_list.iter().filter_map(|role| account_of(&role.arn)) {
        *roles.entry(id).or_default() += 1;
    }
    match chosen {
        Some(id) if roles.contains_key(id.as_str()) => {
            details.role_detail_list.retain(|role| account_of(&role.arn).is_none_or(|other| other == id.as_str()));
            Ok(Some(id.as_str().to_owned()))
        }
        Some(id) => Err(SnapshotError::OtherAccount {
            file: source.to_owned(),
            wanted: id.clone(),
            accounts: roles.into_iter().collect(),
        }),
        None if roles.len() > 1 => {
            Err(SnapshotError::SeveralAccounts { file: source.to_owned(), accounts: roles.into_iter().collect() })
        }
        None => Ok(roles.into_keys().next()),
    }
}

/// The policies that roles carry or are bounded by, in their default versions, sorted by ARN.
fn used_policies(details: &Details, source: &str) -> Result<Vec<SnapshotPolicy>, SnapshotError> {
    let mut known: BTreeMap<&str, Vec<&PolicyDetail>> = BTreeMap::new();
    for policy in &details.policies {
        known.entry(&policy.arn).or_default().push(policy);
    }
    let mut used: BTreeMap<&str, &str> = BTreeMap::new();
    for role in &details.role_detail_list {
        let boundary = role.permissions_boundary.iter().map(|b| b.permissions_boundary_arn.as_str());
        for arn in role.attached_managed_policies.iter().map(|p| p.policy_arn.as_str()).chain(boundary) {
            used.entry(arn).or_insert(&role.role_name);
        }
    }
    let mut policies = Vec::with_capacity(used.len());
    for (arn, role) in used {
        let listed = known.get(arn).map_or(&[][..], Vec::as_slice);
        // A policy that is not there is no loss: the role names it, and whoever reads the role finds it absent.
        policies.extend(used_policy(listed, arn, role, source)?);
    }
    Ok(policies)
}

/// The policy that a role carries, if it is there in its default version. Outputs of several accounts, or pages, list a
/// policy of AWS more than once: each says the same, or it cannot be told which of them counts.
fn used_policy(
    policies: &[&PolicyDetail],
    arn: &str,
    role: &str,
    source: &str,
) -> Result<Option<SnapshotPolicy>, SnapshotError> {
    let Some((policy, others)) = policies.split_first() else { return Ok(None) };
    let text = |policy: &PolicyDetail| policy.default_version().map(|version| version.document.get().to_owned());
    let differs =
        |other: &&&PolicyDetail| other.default_version_id != policy.default_version_id || text(other) != text(policy);
    if let Some(other) = others.iter().find(differs) {
        let versions = [policy.default_version_id.clone(), other.default_version_id.clone()];
        return Err(SnapshotError::PolicyTwice { file: source.to_owned(), arn: arn.to_owned(), versions });
    }
    let Some(default) = policy.default_version() else { return Ok(None) };
    let name = policy.policy_name.clone().or_else(|| arn.parse::<Arn>().ok().map(|arn| arn.last_name().to_owned()));
    Ok(Some(SnapshotPolicy {
        name: name.unwrap_or_else(|| arn.to_owned()),
        arn: arn.to_owned(),
        version_id: policy.default_version_id.clone(),
        document: document(default.document.clone(), role, arn, source)?,
    }))
}

fn role(role: RoleDetail, source: &str) -> Result<SnapshotRole, SnapshotError> {
    let mut inline_policies = Vec::with_capacity(role.role_policy_list.len());
    for policy in role.role_policy_list {
        let document = document(policy.policy_document, &role.role_name, &policy.policy_name, source)?;
        inline_policies.push(SnapshotInlinePolicy { name: policy.policy_name, document });
    }
    inline_policies.sort_by(|a, b| a.name.cmp(&b.name));
    let mut attached_policies: Vec<String> =
        role.attached_managed_policies.into_iter().map(|policy| policy.policy_arn).collect();
    attached_policies.sort();
    let mut instance_profiles: Vec<String> =
        role.instance_profile_list.into_iter().map(|profile| profile.instance_profile_name).collect();
    instance_profiles.sort();
    let mut tags = BTreeMap::new();
    for tag in role.tags {
        match tags.entry(tag.key) {
            Entry::Vacant(entry) => entry.insert(tag.value),
            Entry::Occupied(entry) => {
                let (file, key) = (source.to_owned(), entry.key().clone());
                return Err(SnapshotError::TagTwice { file, role: role.role_name, key });
            }
        };
    }
    let used = role.role_last_used.unwrap_or_default();
    Ok(SnapshotRole {
        created_at: date(role.create_date.as_ref()),
        last_used_at: date(used.last_used_date.as_ref()),
        last_used_region: used.region,
        trust_policy: document(role.assume_role_policy_document, &role.role_name, "trust", source)?,
        name: role.role_name,
        path: role.path,
        arn: role.arn,
        id: role.role_id,
        description: role.description,
        max_session_duration: role.max_session_duration,
        inline_policies,
        attached_policies,
        permissions_boundary: role.permissions_boundary.map(|boundary| boundary.permissions_boundary_arn),
        tags,
        instance_profiles,
    })
}

/// A document as an object; where the file holds it as a string, as IAM's API sends it, decoded.
fn document(raw: Box<RawValue>, role: &str, policy: &str, source: &str) -> Result<Box<RawValue>, SnapshotError> {
    if !raw.get().starts_with('"') {
        return Ok(raw);
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
