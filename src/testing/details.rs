//! A snapshot as `aws iam get-account-authorization-details` would print the account.

use serde_json::{Value, json};

use crate::parse::snapshot::{Snapshot, SnapshotPolicy, SnapshotRole};

/// When everything was created; nothing reads it.
const CREATED: &str = "2026-01-15T08:30:00+00:00";

/// What `aws iam get-account-authorization-details` would print for the account: all that the snapshot holds but
/// descriptions and session durations, which that output does not contain.
#[must_use]
pub fn authorization_details(snapshot: &Snapshot) -> Value {
    json!({
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": snapshot.roles.iter().map(role).collect::<Vec<_>>(),
        "Policies": snapshot.policies.iter().map(policy).collect::<Vec<_>>(),
    })
}

fn role(role: &SnapshotRole) -> Value {
    let inline = role.inline_policies.iter();
    let inline = inline.map(|policy| json!({"PolicyName": policy.name, "PolicyDocument": policy.document}));
    let attached = role.attached_policies.iter();
    let attached = attached.map(|arn| json!({"PolicyName": arn.rsplit('/').next(), "PolicyArn": arn}));
    let profiles = role.instance_profiles.iter().map(|name| json!({"InstanceProfileName": name}));
    let boundary = |arn| json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn});
    json!({
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.id,
        "Arn": role.arn,
        "CreateDate": role.created_at.as_deref().unwrap_or(CREATED),
        "AssumeRolePolicyDocument": role.trust_policy,
        "InstanceProfileList": profiles.collect::<Vec<_>>(),
        "RolePolicyList": inline.collect::<Vec<_>>(),
        "AttachedManagedPolicies": attached.collect::<Vec<_>>(),
        "Tags": role.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect::<Vec<_>>(),
        "PermissionsBoundary": role.permissions_boundary.as_ref().map(boundary),
        "RoleLastUsed": {"LastUsedDate": role.last_used_at, "Region": role.last_used_region},
    })
}

fn policy(policy: &SnapshotPolicy) -> Value {
    json!({
        "PolicyName": policy.name,
        "Arn": policy.arn,
        "DefaultVersionId": policy.version_id,
        "IsAttachable": true,
        "CreateDate": CREATED,
        "UpdateDate": CREATED,
        "PolicyVersionList": [{
            "Document": policy.document,
            "VersionId": policy.version_id,
            "IsDefaultVersion": true,
            "CreateDate": CREATED,
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Account;
    use crate::parse::account::account;
    use crate::pipeline::{Options, compare};
    use crate::report::{Limitation, RoleResult};
    use crate::testing::{Plan, generate};

    #[test]
    fn the_details_of_an_account_say_what_its_snapshot_says() {
        let snapshot = generate(&Plan::new(40, 4, 7)).unwrap().snapshots.left;
        let details = serde_json::to_string_pretty(&authorization_details(&snapshot)).unwrap();
        let (left, right) = (account(&snapshot).unwrap(), Account::from_json(&details).unwrap());
        assert!(left.roles.len() > 30 && left.roles.len() == right.roles.len());
        let options = Options::new("snapshot".parse().unwrap(), "details".parse().unwrap());
        let report = compare(&left, &right, &options).unwrap();
        assert!(report.roles.iter().all(RoleResult::is_paired));
        let differences = [
            report.item_differences.len(),
            report.access_differences.len(),
            report.trust_differences.len(),
            report.deny_differences.len(),
            report.attribute_differences.len(),
        ];
        assert_eq!(differences, [0; 5]);
        assert!(matches!(report.limitations[..], [Limitation::NoDetails { .. }]), "{:?}", report.limitations);
    }
}
