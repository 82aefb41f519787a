//! AccessDenied for each call in turn, in each form in which AWS says it.

use super::credentials::{CORP, keeps_secrets, sso};
use crate::support::faults::{Fault, Proxy};
use crate::support::moto::Account;
use crate::support::probe::{Outcome, Probe};
use crate::support::profiles::{role_profile, two_profiles};

/// AWS's message about a call.
fn message(call: &str, words: &str) -> String {
    format!(
        "User: arn:aws:sts::111122223333:assumed-role/entry/me is not authorized to perform: {call} on resource: \
         arn:aws:iam::111122223333:role/ {words}"
    )
}

/// What a call that is denied in these words comes to, with the accounts that were asked.
fn denied(service: &str, action: &'static str, words: &str) -> (Outcome, Account) {
    let (left, right) = (Account::new(), Account::new());
    left.furnish(1);
    let proxy = Proxy::new();
    if !["AssumeRole", "GetCallerIdentity", "ListRoles"].contains(&action) {
        // So that everything is asked for one by one.
        proxy.on("GetAccountAuthorizationDetails", Fault::Error(403, "AccessDenied"));
    }
    proxy.on(action, Fault::Says(403, "AccessDenied", message(&format!("{service}:{action}"), words)));
    (Probe::new(&two_profiles(&proxy.url(), &left, &right)).harvest(&["left"]), left)
}

#[test]
fn every_call_that_is_denied_is_named_with_profile_account_permission_and_policy() {
    for (service, action) in [
        ("sts", "GetCallerIdentity"),
        ("iam", "ListRoles"),
        ("iam", "GetRole"),
        ("iam", "ListRolePolicies"),
        ("iam", "GetRolePolicy"),
        ("iam", "ListAttachedRolePolicies"),
        ("iam", "ListInstanceProfilesForRole"),
        ("iam", "GetPolicy"),
        ("iam", "GetPolicyVersion"),
    ] {
        let call = format!("{service}:{action}");
        let (outcome, left) =
            denied(service, action, &format!("because no identity-based policy allows the {call} action"));
        let first =
            format!("{action} is denied for profile `left` in account {}: no identity-based policy allows it", left.id);
        assert_eq!(outcome.bad().lines().next(), Some(first.as_str()));
        let hint = format!("the identity needs the permission {call}; docs/aws.md contains the complete policy");
        assert_eq!(outcome.hint, Some(hint));

        let arn = "arn:aws:organizations::444455556666:policy/o-a/service_control_policy/p-b";
        let (outcome, left) =
            denied(service, action, &format!("with an explicit deny in a service control policy: {arn}"));
        let first = format!(
            "{action} is denied for profile `left` in account {}: a service control policy explicitly denies it (`{arn}`)",
            left.id
        );
        assert_eq!(outcome.bad().lines().next(), Some(first.as_str()));
        let hint = format!(
            "an Allow does not override a Deny: the service control policy must no longer deny {call} (the management \
             account of the organization or a delegated administrator changes it), or use other credentials"
        );
        assert_eq!(outcome.hint, Some(hint));
    }
}

#[test]
fn a_role_that_cannot_be_assumed_is_named_with_its_account_and_policy() {
    let (outcome, left) =
        denied("sts", "AssumeRole", "because no permissions boundary allows the sts:AssumeRole action");
    let first =
        format!("AssumeRole is denied for profile `left` in account {}: no permissions boundary allows it", left.id);
    assert_eq!(outcome.bad().lines().next(), Some(first.as_str()));
    let hint = format!(
        "the permissions boundary must allow sts:AssumeRole on {} (it is set on the identity); an identity-based policy \
         that allows it is not enough",
        left.entry()
    );
    assert_eq!(outcome.hint, Some(hint));
}

#[test]
fn details_that_a_policy_denies_are_read_role_by_role_and_the_policy_is_named() {
    let words = "with an explicit deny in a permissions boundary";
    let (outcome, left) = denied("iam", "GetAccountAuthorizationDetails", words);
    // The first rule denies it without a reason.
    assert!(outcome.error.is_none(), "{outcome:?}");
    let (left_two, proxy) = (Account::new(), Proxy::new());
    proxy.on("GetAccountAuthorizationDetails", Fault::Says(403, "AccessDenied", message("iam:x", words)));
    let outcome = Probe::new(&two_profiles(&proxy.url(), &left_two, &left)).harvest(&["left"]).good();
    let said = format!(
        "is not allowed to call iam:GetAccountAuthorizationDetails in account {} (a permissions boundary explicitly \
         denies it): reading the 0 roles one by one",
        left_two.id
    );
    assert!(outcome.warnings().iter().any(|warning| warning.contains(&said)), "{:?}", outcome.warnings());
}

#[test]
fn a_web_identity_that_is_denied_is_named_with_call_account_and_permission() {
    let account = Account::new();
    let proxy = Proxy::new();
    let words = "Not authorized to perform sts:AssumeRoleWithWebIdentity";
    proxy.on("AssumeRoleWithWebIdentity", Fault::Says(403, "AccessDenied", words.to_owned()));
    let probe = Probe::new("").file("token", "very-secret-token");
    let token = probe.home().join("token").display().to_string();
    let config = format!(
        "[profile left]\nrole_arn = {}\nweb_identity_token_file = {token}\nregion = us-east-1\n",
        account.entry()
    );
    let outcome = probe.file("config", &config).env("AWS_ENDPOINT_URL", proxy.url()).open(&["left"]);
    let expected = format!(
        "AssumeRoleWithWebIdentity is denied for profile `left` in account {}\nAWS answered AccessDenied: {words} (request r-1)",
        account.id
    );
    assert_eq!(outcome.bad(), expected);
    let hint = format!(
        "the trust policy of the role must allow sts:AssumeRoleWithWebIdentity on {}, for the issuer, audience, and \
         subject of the token",
        account.entry()
    );
    assert_eq!(outcome.hint, Some(hint));
    keeps_secrets(&outcome);
}

#[test]
fn an_sso_role_that_is_not_the_users_is_named_with_its_account() {
    let proxy = Proxy::new();
    let is_portal = |request: &crate::support::faults::Request| request.line.contains("/federation/credentials");
    let forbidden = "x-amzn-ErrorType: ForbiddenException\r\n".to_owned();
    proxy.when(usize::MAX, is_portal, Fault::Answer(403, forbidden, r#"{"message": "No access"}"#.to_owned()));
    let token = r#"{"accessToken": "very-secret-token", "expiresAt": "2199-01-01T00:00:00Z"}"#;
    let config = sso("sso_session = corp");
    let outcome = Probe::new(&config).file(CORP, token).env("AWS_ENDPOINT_URL", proxy.url()).open(&["left"]);
    let expected = "IAM Identity Center does not give the role `auditor` in account 111122223333 to the user of profile \
                    `left`\nAWS answered ForbiddenException: No access (request r-1)";
    assert_eq!(outcome.bad(), expected);
    assert!(outcome.hint.as_deref().unwrap_or_default().contains("sso_role_name"), "{:?}", outcome.hint);
    keeps_secrets(&outcome);
}

#[test]
fn an_mfa_session_that_a_policy_denies_is_named_with_the_devices_account() {
    let (account, proxy) = (Account::new(), Proxy::new());
    let words = "with an explicit deny in a service control policy";
    proxy.on("GetSessionToken", Fault::Says(403, "AccessDenied", message("sts:GetSessionToken", words)));
    let config = format!(
        "[profile base]\naws_access_key_id = testing\naws_secret_access_key = testing\n{}mfa_serial = \
         arn:aws:iam::444455556666:mfa/me\n",
        role_profile("left", &proxy.url(), &account)
    );
    let outcome = Probe::new(&config).mfa_code("123456").open(&["left"]);
    let first = "GetSessionToken is denied for profile `left` in account 444455556666: a service control policy \
                 explicitly denies it\n";
    assert!(outcome.bad().starts_with(first), "{}", outcome.bad());
    assert!(outcome.hint.unwrap_or_default().contains("must no longer deny sts:GetSessionToken"));
}
