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
    let snapshot = read(DETAILS, "file dev.json", None).unwrap();
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
        let account = account(&read(&details, "file dev.json", None).unwrap()).unwrap();
        let principals = account.roles[0].trust.statements[0].target.principals().to_vec();
        principals.iter().map(|principal| principal.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(trusts(r#"["AROAAPP", "AROAGONE"]"#), ["arn:aws:iam::111122223333:role/app/app", "AROAGONE"]);
}

#[test]
fn a_snapshot_is_read_back_as_it_was_written() {
    let snapshot = read(DETAILS, "file dev.json", None).unwrap();
    let written = serde_json::to_string(&snapshot).unwrap();
    let again = read(&written, "file other.json", None).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), written);
    assert_eq!(account(&again).unwrap(), account(&snapshot).unwrap());
}

#[test]
fn half_an_account_is_an_error() {
    let error = |from: &str, to: &str| read(&DETAILS.replace(from, to), "file x", None).unwrap_err().to_string();
    assert_eq!(
        error(r#""GroupDetailList": [],"#, r#""IsTruncated": true, "Marker": "x","#),
        "file x contains only a part of the account"
    );
    let second = r#""UserDetailList": [{"Arn": "arn:aws:iam::999999999999:user/u"}]"#;
    assert_eq!(
        error(r#""UserDetailList": []"#, second),
        "file x contains 2 accounts: 111122223333 (1 role), 999999999999 (0 roles)"
    );
}

#[test]
fn a_file_that_is_no_snapshot_is_refused() {
    let error = |text: &str| read(text, "file x", None).unwrap_err().to_string();
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
    let error = account(&read(&broken, "file x", None).unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "account `111122223333`, role `app`: the inline policy `p` cannot be read");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "at `$.Statement[0]`: Action or NotAction is missing");
}

#[test]
fn what_sdks_of_other_languages_write_is_the_same_account() {
    let wanted = read(DETAILS, "file x", None).unwrap();
    let changed = DETAILS
        .replace(r#""UserDetailList": [], "GroupDetailList": []"#, r#""UserDetailList": null, "IsTruncated": null"#)
        .replace(r#""2026-01-01T00:00:00Z", "RoleLastUsed": {}"#, "1767225600.5, \"RoleLastUsed\": null")
        .replace(r#""PolicyVersionList": []"#, r#""PolicyVersionList": null"#);
    assert_ne!(changed, DETAILS);
    let read_as = read(&changed, "file x", None).unwrap();
    assert_eq!(serde_json::to_string(&read_as).unwrap(), serde_json::to_string(&wanted).unwrap());
    let lists = [
        r#""InstanceProfileList": [{"InstanceProfileName": "app-profile"}]"#,
        r#""RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": []}}]"#,
        r#""AttachedManagedPolicies": [{"PolicyName": "m", "PolicyArn": "arn:aws:iam::aws:policy/m"}]"#,
        r#""Tags": [{"Key": "k", "Value": "v"}]"#,
    ];
    for list in lists {
        let (key, _) = list.split_once(": ").unwrap();
        let role = |to: &str| {
            let text = DETAILS.replace(list, to);
            assert_ne!(text, DETAILS);
            serde_json::to_string(&read(&text, "file x", None).unwrap().roles).unwrap()
        };
        let empty = role(&format!("{key}: []"));
        assert_eq!((role(&format!("{key}: null")), role("\"Other\": 1")), (empty.clone(), empty), "{key}");
    }
    assert_eq!(read("{\"RoleDetailList\": null}", "file x", None).unwrap().roles.len(), 0);
}

/// A page of authorization details: one role of an account, and these keys besides.
fn page(account: &str, name: &str, more: &str) -> String {
    format!(
        r#"{{"RoleDetailList": [{{"Path": "/", "RoleName": "{name}", "RoleId": "AROA{name}",
            "Arn": "arn:aws:iam::{account}:role/{name}", "AssumeRolePolicyDocument": {{"Statement": []}},
            "AttachedManagedPolicies": [{{"PolicyArn": "arn:aws:iam::aws:policy/m"}}]}}]{more}}}"#
    )
}

/// The policy that the roles of [`page`] carry.
fn policy(version: &str, statement: &str) -> String {
    format!(
        r#", "Policies": [{{"Arn": "arn:aws:iam::aws:policy/m", "DefaultVersionId": "{version}",
            "PolicyVersionList": [{{"VersionId": "{version}", "Document": {{"Statement": [{statement}]}}}}]}}]"#
    )
}

const ONE: &str = "111122223333";
const OTHER: &str = "444455556666";

fn names(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.roles.iter().map(|role| role.name.as_str()).collect()
}

#[test]
fn pages_one_behind_the_other_are_one_account() {
    let first = page(ONE, "b", ", \"IsTruncated\": true, \"Marker\": \"x\"");
    let last = page(ONE, "a", &format!(", \"IsTruncated\": false{}", policy("v1", "")));
    for text in [format!("{first}\n{last}\n"), format!("{first}{last}"), format!("\u{feff}{first}\r\n\r\n{last}")] {
        let snapshot = read(&text, "file x", None).unwrap();
        assert_eq!((names(&snapshot), snapshot.policies.len()), (vec!["a", "b"], 1));
    }
    for text in [format!("{last}\n{first}"), first.clone(), page(ONE, "a", ", \"NextToken\": \"x\"")] {
        let error = read(&text, "file x", None).unwrap_err();
        assert_eq!(error.to_string(), "file x contains only a part of the account");
        assert!(
            error.hint().unwrap().contains("append the pages that are missing to the file, the last one at its end")
        );
    }
    // A fault of a later page has its line in the file.
    let error = read(&format!("{first}\n{{\"RoleDetailList\": [{{}}]}}"), "file x", None).unwrap_err().to_string();
    assert!(error.starts_with("file x cannot be read: missing field `Path` at line 4"), "{error}");
    let error = |text: &str| read(text, "file x", None).unwrap_err().to_string();
    assert!(error(&format!("{last}\n{{\"Roles\": []}}")).starts_with("file x is neither a snapshot of iamctl nor"));
    assert!(error(&format!("{last}\nend")).starts_with("file x is not JSON: expected value at line 5"));
    let ours = serde_json::to_string(&read(&last, "file x", None).unwrap()).unwrap();
    assert!(error(&format!("{last}\n{ours}")).starts_with("file x contains several JSON documents, and one of them"));
}

#[test]
fn one_of_several_accounts_is_chosen_by_its_id() {
    let both = format!("{}\n{}", page(ONE, "one", &policy("v1", "")), page(OTHER, "other", &policy("v1", "")));
    let error = read(&both, "file both.json", None).unwrap_err();
    assert_eq!(error.to_string(), "file both.json contains 2 accounts: 111122223333 (1 role), 444455556666 (1 role)");
    let hint = "choose one of them: `both.json#111122223333` or `both.json#444455556666`";
    assert_eq!(error.hint().as_deref(), Some(hint));
    for (id, role) in [(ONE, "one"), (OTHER, "other")] {
        let snapshot = read(&both, "file both.json", Some(&id.parse().unwrap())).unwrap();
        assert_eq!((snapshot.account_id.as_deref(), names(&snapshot)), (Some(id), vec![role]));
        assert_eq!(snapshot.policies.len(), 1);
        // A snapshot is of one account, which may be named as well.
        let ours = serde_json::to_string(&snapshot).unwrap();
        assert_eq!(names(&read(&ours, "file x", Some(&id.parse().unwrap())).unwrap()), [role]);
        let error = read(&ours, "file x", Some(&"999999999999".parse().unwrap())).unwrap_err().to_string();
        assert_eq!(error, format!("file x does not contain account 999999999999; it contains {id} (1 role)"));
    }
    let error = read(&both, "file x", Some(&"999999999999".parse().unwrap())).unwrap_err().to_string();
    assert!(error.ends_with("999999999999; it contains 111122223333 (1 role), 444455556666 (1 role)"), "{error}");
    // A role whose ARN is none is nobody's: it is not left out, and refused as in a file of one account.
    let broken = both.replace("arn:aws:iam::444455556666:role/other", "role/other");
    let snapshot = read(&broken, "file x", Some(&ONE.parse().unwrap())).unwrap();
    assert!(account(&snapshot).unwrap_err().to_string().contains("role `other`: its ARN cannot be read"));
}

#[test]
fn what_is_there_twice_and_not_the_same_is_refused() {
    let twice = |version: &str, statement: &str| {
        let text =
            format!("{}\n{}", page(ONE, "one", &policy("v1", "")), page(ONE, "two", &policy(version, statement)));
        read(&text, "file x", None).map(|snapshot| snapshot.roles.len()).map_err(|error| error.to_string())
    };
    assert_eq!(twice("v1", ""), Ok(2));
    let says = "file x contains the policy `arn:aws:iam::aws:policy/m` twice, and not the same: its default version is";
    assert_eq!(twice("v2", ""), Err(format!("{says} `v1` and `v2`")));
    assert_eq!(twice("v1", "{}"), Err(format!("{says} `v1` with two documents")));
    let tags = |more: &str| {
        DETAILS.replace(r#"{"Key": "k", "Value": "v"}"#, &format!(r#"{{"Key": "k", "Value": "v"}}, {more}"#))
    };
    let error = read(&tags(r#"{"Key": "k", "Value": "w"}"#), "file x", None).unwrap_err().to_string();
    assert_eq!(error, "file x, role `app`: the tag `k` is listed twice");
    let ours = serde_json::to_string(&read(DETAILS, "file x", None).unwrap()).unwrap();
    let error = read(&ours.replace(r#""k":"v""#, r#""k":"v","k":"w""#), "file x", None).unwrap_err().to_string();
    assert!(error.contains("key `k` appears twice at line 1"), "{error}");
}

#[test]
fn policies_that_are_not_there_are_named_with_their_roles() {
    let boundary = r#""PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/b"}"#;
    let with_boundary = page(ONE, "two", "").replacen(r#""RoleId""#, &format!("{}, \"RoleId\"", boundary), 1);
    let error = |text: &str| account(&read(text, "file x", None).unwrap()).unwrap_err();
    let absent = error(&format!("{}{with_boundary}", page(ONE, "one", "")));
    assert_eq!(
        absent.to_string(),
        "account `111122223333`: the source does not contain the policies `arn:aws:iam::111122223333:policy/b`, which \
         the role `two` has; `arn:aws:iam::aws:policy/m`, which the roles `one`, `two` have"
    );
    assert!(absent.hint().unwrap().contains("--filter Role LocalManagedPolicy AWSManagedPolicy"));
    // A policy without its default version is not there either.
    let other_version = page(ONE, "one", &policy("v2", "").replace(r#""VersionId": "v2""#, r#""VersionId": "v1""#));
    let absent = "account `111122223333`: the source does not contain the policy `arn:aws:iam::aws:policy/m`, which the \
                  role `one` has";
    assert_eq!(error(&other_version).to_string(), absent);
    assert_eq!(error(&page(ONE, "one", ", \"Policies\": null")).to_string(), absent);
}

#[test]
fn what_else_the_file_holds_decides_what_it_is() {
    let with = |keys: &str| DETAILS.replacen('{', &format!("{{{keys}, "), 1);
    let roles = |text: &str| read(text, "file dev.json", None).map(|snapshot| snapshot.roles.len());
    for keys in [r#""format": "other""#, r#""format": null, "version": null"#, r#""version": 7"#] {
        assert_eq!(roles(&with(keys)).unwrap(), 1, "{keys}");
    }
    let error = |text: &str| roles(text).unwrap_err();
    let ours = format!(r#""format": "{FORMAT}""#);
    assert!(matches!(error(&with(r#""version": "2""#)), SnapshotError::Unknown { .. }));
    assert!(matches!(error(&with(r#""RoleDetailList": []"#)), SnapshotError::Unknown { .. }));
    assert!(matches!(error(&with(&ours)), SnapshotError::Version { found: None, .. }));
    assert!(matches!(error(&format!("{DETAILS} {{{ours}}}")), SnapshotError::SeveralDocuments { .. }));
    assert!(matches!(error(&format!("{DETAILS} {{}}")), SnapshotError::Unknown { .. }));
    assert!(matches!(error(&format!("{DETAILS} {{")), SnapshotError::Json { .. }));
    assert_eq!(
        roles(&format!("{DETAILS}\n{}", DETAILS.replace("AROAAPP", "AROAB").replace("app\"", "b\""))).unwrap(),
        2
    );
}
