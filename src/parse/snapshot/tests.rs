use super::*;
use crate::parse::account::account;

const DETAILS: &str = r#"{
  "UserDetailList": [], "GroupDetailList": [],
  "RoleDetailList": [{
    "Path": "/app/", "RoleName": "app", "RoleId": "AROAAPP", "Arn": "arn:aws:iam::111122223333:role/app/app",
    "CreateDate": "2026-01-01T00:00:00Z", "RoleLastUsed": {},
    "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22sts%3AAssumeRole%22%2C%22Principal%22%3A%22%2A%22%7D%7D",
    "InstanceProfileList": [{"InstanceProfileName": "app-profile"}],
    "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": []}}],
    "AttachedManagedPolicies": [{"PolicyName": "m", "PolicyArn": "arn:aws:iam::aws:policy/m"}],
    "Tags": [{"Key": "k", "Value": "v"}]
  }],
  "Policies": [
    {"PolicyName": "m", "Arn": "arn:aws:iam::aws:policy/m", "DefaultVersionId": "v2", "PolicyVersionList": [
      {"VersionId": "v1", "Document": {"Statement": [{}]}}, {"VersionId": "v2", "Document": {"Statement": []}}]},
    {"PolicyName": "unused", "Arn": "arn:aws:iam::aws:policy/unused", "DefaultVersionId": "v1", "PolicyVersionList": []}
  ]
}"#;

#[test]
fn authorization_details_become_an_account() {
    let snapshot = read(DETAILS, "file dev.json").unwrap();
    assert_eq!(snapshot.policies.len(), 1, "only policies in use");
    let account = account(&snapshot).unwrap();
    assert_eq!(account.id.unwrap().as_str(), "111122223333");
    let role = &account.roles[0];
    assert_eq!(role.details, None, "authorization details do not tell the session duration");
    assert_eq!(role.trust.statements.len(), 1);
    assert_eq!((role.inline.len(), role.attached[0].version_id.as_str()), (1, "v2"));
    assert_eq!(role.instance_profiles, ["app-profile"]);
}

#[test]
fn a_role_that_is_trusted_by_its_id_is_that_role() {
    let trusts = |ids: &str| {
        let policy = format!(
            r#"{{"Statement": {{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {{"AWS": {ids}}}}}}}"#
        );
        let (before, rest) = DETAILS.split_once("\"%7B").unwrap();
        let (_, after) = rest.split_once(",\n").unwrap();
        let details = format!("{before}{policy},\n{after}");
        let account = account(&read(&details, "file dev.json").unwrap()).unwrap();
        let principals = account.roles[0].trust.statements[0].target.principals().to_vec();
        principals.iter().map(|principal| principal.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(trusts(r#"["AROAAPP", "AROAGONE"]"#), ["arn:aws:iam::111122223333:role/app/app", "AROAGONE"]);
}

#[test]
fn a_snapshot_is_read_back_as_it_was_written() {
    let snapshot = read(DETAILS, "file dev.json").unwrap();
    let written = serde_json::to_string(&snapshot).unwrap();
    let again = read(&written, "file other.json").unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), written);
    assert_eq!(account(&again).unwrap(), account(&snapshot).unwrap());
}

#[test]
fn half_an_account_is_an_error() {
    let error = |from: &str, to: &str| read(&DETAILS.replace(from, to), "file x").unwrap_err().to_string();
    assert_eq!(
        error(r#""GroupDetailList": [],"#, r#""IsTruncated": true, "Marker": "x","#),
        "file x contains only a part of the account"
    );
    assert_eq!(
        error(r#""PolicyName": "m", "Arn": "arn:aws:iam::aws:policy/m""#, r#""Arn": "arn:aws:iam::aws:policy/other""#),
        "file x does not contain the policy `arn:aws:iam::aws:policy/m`, which is attached to the role `app`"
    );
    let second = r#""UserDetailList": [{"Arn": "arn:aws:iam::999999999999:user/u"}]"#;
    assert!(error(r#""UserDetailList": []"#, second).contains("more than one account: `111122223333`, `999999999999`"));
}

#[test]
fn a_file_that_is_no_snapshot_is_refused() {
    let error = |text: &str| read(text, "file x").unwrap_err().to_string();
    assert!(error("{").starts_with("file x is not JSON: EOF"));
    for text in ["{}", "[]", "7", r#"{"format": "other"}"#] {
        assert_eq!(
            error(text),
            "file x is neither a snapshot of iamctl nor the output of `aws iam get-account-authorization-details`",
            "{text}"
        );
    }
    assert_eq!(
        error(r#"{"format": "iamctl-snapshot", "version": 2}"#),
        "file x is a snapshot of version 2; this iamctl reads version 1"
    );
    let unknown = r#"{"format": "iamctl-snapshot", "version": 1, "iamctl": "", "source": "", "roles": [], "policies": [], "extra": 1}"#;
    assert!(error(unknown).contains("unknown field `extra`"));
}

#[test]
fn a_policy_that_cannot_be_read_is_named() {
    let broken = DETAILS
        .replace(r#""PolicyDocument": {"Statement": []}"#, r#""PolicyDocument": {"Statement": [{"Effect": "Allow"}]}"#);
    let error = account(&read(&broken, "file x").unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "account `111122223333`, role `app`: the inline policy `p` cannot be read");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "at `$.Statement[0]`: Action or NotAction is missing");
}
