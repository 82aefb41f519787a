//! What AWS does on a bad day.

use std::time::Duration;

use crate::support::faults::{Fault, Proxy, pages, without};
use crate::support::moto::{Account, allows, done};
use crate::support::probe::{Outcome, Probe};
use crate::support::profiles::two_profiles;

fn accounts() -> (Account, Account) {
    let (left, right) = (Account::new(), Account::new());
    left.furnish(3);
    right.role("only");
    (left, right)
}

/// Reads both accounts through a proxy.
fn harvest(proxy: &Proxy, left: &Account, right: &Account) -> Outcome {
    Probe::new(&two_profiles(&proxy.url(), left, right)).harvest(&["left", "right"])
}

#[test]
fn throttling_is_waited_out() {
    let (left, right) = accounts();
    let proxy = Proxy::new();
    let throttled = |request: &crate::support::faults::Request| request.action() == "GetAccountAuthorizationDetails";
    proxy.when(6, throttled, Fault::Error(400, "Throttling"));
    proxy.when(2, |request| request.action() == "ListRoles", Fault::Error(503, "ServiceUnavailable"));
    let outcome = harvest(&proxy, &left, &right).good();
    assert_eq!(outcome.roles(0).len(), 4);
    assert_eq!(proxy.count("GetAccountAuthorizationDetails"), 6 + 2);
}

#[test]
fn denied_details_are_read_role_by_role() {
    let (left, right) = accounts();
    let whole = harvest(&Proxy::new(), &left, &right).good();
    let proxy = Proxy::new();
    proxy.on("GetAccountAuthorizationDetails", Fault::Error(403, "AccessDenied"));
    // More than a page of everything that can be paged.
    proxy.on("ListRolePolicies", pages(&["PolicyNames"], 1));
    proxy.on("ListAttachedRolePolicies", pages(&["AttachedPolicies"], 1));
    let outcome = harvest(&proxy, &left, &right).good();

    assert_eq!((outcome.account(0), outcome.account(1)), (whole.account(0), whole.account(1)));
    let warning = format!(
        "warning 0: profile `left` is not allowed to call iam:GetAccountAuthorizationDetails in account {}: reading the 4 roles one by one, with several calls for each; with this permission, a few calls are enough",
        left.id
    );
    assert!(outcome.warnings().contains(&&warning), "{:?}", outcome.warnings());
    // `shared`, on four roles, and the boundary.
    assert_eq!((proxy.count("GetPolicy"), proxy.count("GetPolicyVersion")), (2, 2));
    assert_eq!(proxy.count("GetRole"), 5);
}

#[test]
fn a_denied_role_names_the_role() {
    let (left, right) = accounts();
    let proxy = Proxy::new();
    proxy.on("AssumeRole", Fault::Error(403, "AccessDenied"));
    let outcome = harvest(&proxy, &left, &right);
    let first = format!("AssumeRole is denied for profile `left` in account {}", left.id);
    assert_eq!(outcome.bad().lines().next(), Some(first.as_str()));
    let hint = outcome.hint.unwrap_or_default();
    assert!(hint.contains(&format!("sts:AssumeRole on {}", left.entry())), "{hint}");
}

#[test]
fn a_reply_that_breaks_off_is_asked_for_again() {
    let (left, right) = accounts();
    let proxy = Proxy::new();
    // The SDK takes the second kind for a shorter list.
    proxy.when(2, |request| request.action() == "GetAccountAuthorizationDetails", Fault::CutShort);
    proxy.when(2, |request| request.action() == "ListRoles", Fault::CutUnnoticed);
    assert_eq!(harvest(&proxy, &left, &right).good().roles(0).len(), 4);
    assert_eq!((proxy.count("GetAccountAuthorizationDetails"), proxy.count("ListRoles")), (4, 4));
}

#[test]
fn a_reply_that_always_breaks_off_is_an_error_without_its_secrets() {
    let (left, right) = accounts();
    for fault in [Fault::CutShort, Fault::CutUnnoticed] {
        let proxy = Proxy::new();
        proxy.on(
            "AssumeRole",
            Fault::Rewrite(Box::new(|_, reply| {
                Some(crate::support::faults::rewrite_element(reply, "SecretAccessKey", |_| {
                    "very-secret-key".to_owned()
                }))
            })),
        );
        proxy.on("AssumeRole", fault);
        let outcome = Probe::new(&two_profiles(&proxy.url(), &left, &right)).open(&["left"]);
        let first = format!("AssumeRole failed for profile `left` in account {} at {}", left.id, proxy.url());
        assert_eq!(outcome.bad().lines().next(), Some(first.as_str()));
        assert!(!format!("{outcome:?}").contains("very-secret-key"), "{outcome:?}");
    }
}

#[test]
fn another_error_names_call_profile_account_and_endpoint() {
    let (left, right) = accounts();
    let proxy = Proxy::new();
    proxy.on("ListRoles", Fault::Error(400, "Odd"));
    let outcome = harvest(&proxy, &left, &right);
    let expected = format!(
        "ListRoles failed for profile `left` in account {} at {}\nAWS answered Odd: said by the tests (request r-1)",
        left.id,
        proxy.url()
    );
    assert_eq!(outcome.bad(), expected);
}

#[test]
fn no_network_is_an_error_within_seconds() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    let config =
        format!("[profile left]\nendpoint_url = {url}\naws_access_key_id = testing\naws_secret_access_key = testing\n");
    let outcome = Probe::new(&config).harvest(&["left"]);
    let first = format!("GetCallerIdentity failed for profile `left` at {url}");
    assert_eq!(outcome.bad().lines().next(), Some(first.as_str()));
    assert!(outcome.bad().contains("the connection failed: "), "{}", outcome.bad());
    assert!(outcome.took < Duration::from_secs(20), "{:?}", outcome.took);
    assert!(outcome.hint.unwrap_or_default().contains("check the network"));
}

#[test]
fn a_role_that_vanishes_is_left_out_with_a_warning() {
    let (left, right) = accounts();
    let proxy = Proxy::new();
    proxy.on("GetAccountAuthorizationDetails", Fault::Error(403, "AccessDenied"));
    let of_the_role = |request: &crate::support::faults::Request| request.field("RoleName") == "role-001";
    proxy.when(usize::MAX, of_the_role, Fault::Error(404, "NoSuchEntity"));
    let outcome = harvest(&proxy, &left, &right).good();
    assert_eq!(outcome.roles(0), ["full", "role-000", "role-002"]);
    let warning = format!(
        "warning 0: role `role-001` of account {} was deleted while iamctl read the account: it is omitted",
        left.id
    );
    assert!(outcome.warnings().contains(&&warning), "{:?}", outcome.warnings());
}

#[test]
fn a_role_that_vanishes_halfway_is_left_out_whole() {
    let (left, right) = accounts();
    let proxy = Proxy::new();
    proxy.on("GetAccountAuthorizationDetails", Fault::Error(403, "AccessDenied"));
    let policies_of_it = |request: &crate::support::faults::Request| {
        request.field("RoleName") == "role-001" && request.action() != "GetRole"
    };
    proxy.when(usize::MAX, policies_of_it, Fault::Error(404, "NoSuchEntity"));
    // AWS goes on saying that the role is there: never a half role.
    let outcome = harvest(&proxy, &left, &right);
    let expected = format!("role `role-001` in account {} keeps changing while iamctl reads it", left.id);
    assert_eq!(outcome.bad(), expected);
}

#[test]
fn a_role_in_one_listing_only_is_read_on_its_own() {
    let (left, right) = accounts();
    let whole = harvest(&Proxy::new(), &left, &right).good();
    for (action, list) in [("GetAccountAuthorizationDetails", "RoleDetailList"), ("ListRoles", "Roles")] {
        let proxy = Proxy::new();
        proxy.on(action, without(list, "role-001".to_owned()));
        let outcome = harvest(&proxy, &left, &right).good();
        assert_eq!(outcome.account(0), whole.account(0), "{action}");
        assert_eq!((proxy.count("GetRole"), outcome.warnings().len()), (1, 0), "{action}");
    }
}

#[test]
fn a_role_in_one_listing_that_is_gone_is_left_out_with_a_warning() {
    let (left, right) = accounts();
    let proxy = Proxy::new();
    proxy.on("GetAccountAuthorizationDetails", without("RoleDetailList", "role-001".to_owned()));
    proxy.on("GetRole", Fault::Error(404, "NoSuchEntity"));
    let outcome = harvest(&proxy, &left, &right).good();
    assert_eq!(outcome.roles(0), ["full", "role-000", "role-002"]);
    assert_eq!(outcome.warnings().len(), 1);
}

#[test]
fn a_policy_detached_and_deleted_in_between_is_not_missed() {
    let (left, right) = accounts();
    let arn = left.policy("doomed", &allows("ec2:*"));
    let mentions = format!("<member><PolicyName>doomed</PolicyName><PolicyArn>{arn}</PolicyArn></member>");
    let proxy = Proxy::new();
    // The listing still shows it on a role; IAM no longer has it.
    proxy.on(
        "GetAccountAuthorizationDetails",
        Fault::Rewrite(Box::new(move |_, reply| {
            Some(reply.replacen("<AttachedManagedPolicies>", &format!("<AttachedManagedPolicies>{mentions}"), 1))
        })),
    );
    proxy.on("GetAccountAuthorizationDetails", without("Policies", "policy/doomed".to_owned()));
    done(left.iam.delete_policy().policy_arn(&arn).send());
    let outcome = harvest(&proxy, &left, &right).good();
    assert_eq!(outcome.account(0), harvest(&Proxy::new(), &left, &right).good().account(0));
    assert_eq!(outcome.roles(0).len(), 4);
}

#[test]
fn both_accounts_are_read_at_once() {
    let (left, right) = accounts();
    let proxy = Proxy::new();
    let delay = Duration::from_secs(4);
    proxy.on("GetAccountAuthorizationDetails", Fault::Delay(delay));
    harvest(&proxy, &left, &right).good();
    // The second was asked for before the first was answered.
    let asked = proxy.of("GetAccountAuthorizationDetails");
    assert!(asked[1].at - asked[0].at < delay);
}
