//! What was read, as a snapshot: documents decoded, unused policies left out, everything sorted.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::value::RawValue;

use super::as_read::{Policies, RoleRead, Roles};
use super::error::{Cause, HarvestError};
use super::identity::Identity;
use crate::model::{AccountId, Arn};
use crate::parse::snapshot::{
    FORMAT, Snapshot, SnapshotInlinePolicy, SnapshotOrigin, SnapshotPolicy, SnapshotRole, VERSION,
};

/// The snapshot of an account. Every policy that a role carries is in `policies`.
pub(super) fn snapshot(
    identity: &Identity,
    origin: SnapshotOrigin,
    roles: Roles,
    policies: &Policies,
) -> Result<Snapshot, HarvestError> {
    let account = &identity.account_id;
    let roles: Vec<SnapshotRole> =
        roles.into_values().map(|role| snapshot_role(account, role)).collect::<Result<_, _>>()?;
    let used: BTreeSet<&String> =
        roles.iter().flat_map(|role| role.attached_policies.iter().chain(&role.permissions_boundary)).collect();
    let policies = policies
        .iter()
        .filter(|(arn, _)| used.contains(arn))
        .map(|(arn, policy)| {
            let what = || format!("version {} of policy `{}`", policy.version_id.escape_debug(), arn.escape_debug());
            Ok(SnapshotPolicy {
                name: policy_name(arn),
                arn: arn.clone(),
                version_id: policy.version_id.clone(),
                document: document(account, what, &policy.document)?,
            })
        })
        .collect::<Result<_, HarvestError>>()?;
    Ok(Snapshot {
        format: FORMAT.to_owned(),
        version: VERSION,
        iamctl: env!("CARGO_PKG_VERSION").to_owned(),
        harvested_at: Some(now()),
        source: identity.source.to_string(),
        account_id: Some(account.to_string()),
        origin: Some(origin),
        roles,
        policies,
    })
}

fn snapshot_role(account: &AccountId, role: RoleRead) -> Result<SnapshotRole, HarvestError> {
    let name = role.name.escape_debug().to_string();
    let trust_policy = document(account, || format!("the trust policy of role `{name}`"), &role.trust)?;
    let inline_policies = role
        .inline
        .into_iter()
        .map(|(policy, text)| {
            let what = || format!("inline policy `{}` of role `{name}`", policy.escape_debug());
            Ok(SnapshotInlinePolicy { document: document(account, what, &text)?, name: policy })
        })
        .collect::<Result<_, HarvestError>>()?;
    let (description, duration) =
        role.listed.map_or((None, None), |listed| (listed.description, listed.max_session_duration));
    Ok(SnapshotRole {
        name: role.name,
        path: role.path,
        arn: role.arn,
        id: role.id,
        created_at: role.dates.created_at,
        last_used_at: role.dates.last_used_at,
        last_used_region: role.dates.last_used_region,
        description: description.filter(|text| !text.is_empty()),
        max_session_duration: duration.and_then(|seconds| u32::try_from(seconds).ok()),
        trust_policy,
        inline_policies,
        attached_policies: role.attached.into_iter().collect(),
        permissions_boundary: role.boundary,
        tags: role.tags,
        instance_profiles: role.instance_profiles.into_iter().collect(),
    })
}

/// A policy's name, which some replies leave out, is the end of its ARN.
fn policy_name(arn: &str) -> String {
    arn.parse::<Arn>().map_or_else(|_| arn.to_owned(), |parsed| parsed.last_name().to_owned())
}

/// A document as JSON text. AWS percent-encodes it (RFC 3986, where `+` is a plus), some emulators do not: a text that
/// starts with `{` is taken as it is. Decoded once.
fn document(account: &AccountId, what: impl Fn() -> String, text: &str) -> Result<Box<RawValue>, HarvestError> {
    let unreadable = |problem: String| HarvestError::Document {
        account: account.clone(),
        what: what(),
        cause: Box::new(Cause::Local(problem)),
    };
    let json = if text.trim_start().starts_with('{') {
        text.to_owned()
    } else {
        let decoded = percent_decode_str(text).decode_utf8().map_err(|error| unreadable(error.to_string()))?;
        decoded.into_owned()
    };
    RawValue::from_string(json).map_err(|error| unreadable(error.to_string()))
}

/// Now, RFC 3339 in UTC, in whole seconds.
pub(super) fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let account = "111122223333".parse().unwrap();
        document(&account, || "x".to_owned(), text).map(|raw| raw.get().to_owned()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_document_is_decoded_once_and_only_if_it_is_encoded() {
        assert_eq!(read(r#"{"a":"100%25"}"#).unwrap(), r#"{"a":"100%25"}"#);
        assert_eq!(read("\n {\"a\": 1}\n").unwrap(), r#"{"a": 1}"#);
        assert_eq!(read("%7B%22a%22%3A%22b%2525+c%22%7D").unwrap(), r#"{"a":"b%25+c"}"#);
        assert_eq!(read("%7B%22a%22%3A%22%C3%A9%22%7D").unwrap(), "{\"a\":\"é\"}");
    }

    #[test]
    fn what_is_not_json_is_an_error_that_names_it() {
        for bad in ["", "{", "%7B", "%FF", "hello", "{} {}"] {
            assert_eq!(read(bad).unwrap_err(), "the document of x in account 111122223333 is not JSON", "{bad}");
        }
    }

    #[test]
    fn a_name_is_the_end_of_the_arn() {
        assert_eq!(policy_name("arn:aws:iam::aws:policy/job-function/Billing"), "Billing");
    }
}
