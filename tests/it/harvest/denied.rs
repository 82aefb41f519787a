//! AccessDenied for each call in turn, in each form in which AWS says it.

use super::two_profiles;
use crate::faults::{Fault, Proxy};
use crate::moto::Account;
use crate::probe::{Outcome, Probe};

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
