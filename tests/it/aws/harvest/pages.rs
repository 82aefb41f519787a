//! Pages that have no end, or say one thing twice.

use crate::support::faults::{Fault, Proxy, Request, again, pages};
use crate::support::moto::Account;
use crate::support::probe::{Outcome, Probe};
use crate::support::profiles::two_profiles;

/// An account with roles and policies, and an empty one.
fn accounts() -> (Account, Account) {
    let (left, right) = (Account::new(), Account::new());
    left.furnish(3);
    (left, right)
}

fn harvest(proxy: &Proxy, (left, right): &(Account, Account)) -> Outcome {
    Probe::new(&two_profiles(&proxy.url(), left, right)).harvest(&["left", "right"])
}

/// More to come, after a marker that follows from the one that was sent.
fn goes_on(next: impl Fn(&str) -> String + Send + Sync + 'static) -> Fault {
    Fault::Rewrite(Box::new(move |request, reply| {
        let marker = next(request.field("Marker"));
        let more = format!("<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>");
        Some(reply.replace("<IsTruncated>false</IsTruncated>", &more))
    }))
}

#[test]
fn markers_in_a_circle_are_an_error() {
    let accounts = accounts();
    for (action, length) in [("ListRoles", 1), ("GetAccountAuthorizationDetails", 3)] {
        let proxy = Proxy::new();
        proxy.on(
            action,
            goes_on(move |marker| {
                let page: usize = marker.strip_prefix("page-").map_or(0, |page| page.parse().unwrap());
                format!("page-{}", page % length + 1)
            }),
        );
        let problem = format!("the reply to {action} for profile `left` cannot be used: its marker repeats");
        assert_eq!(harvest(&proxy, &accounts).bad(), problem);
    }
}

#[test]
fn empty_pages_without_an_end_are_an_error() {
    let accounts = (Account::new(), Account::new());
    let proxy = Proxy::new();
    proxy.on("ListRoles", goes_on(|marker| format!("page-{marker}")));
    let outcome = harvest(&proxy, &accounts);
    let problem = "the reply to ListRoles for profile `left` cannot be used: 500 pages in a row are empty";
    assert_eq!(outcome.bad(), problem);
    assert!(proxy.count("ListRoles") <= 1000);
}

/// Reads through pages of one entry each, after a fault that has one entry on two of them.
fn told_twice(action: &'static str, list: &'static str, fault: Fault) -> (Outcome, Proxy, Outcome) {
    let accounts = accounts();
    let whole = harvest(&Proxy::new(), &accounts).good();
    let proxy = Proxy::new();
    proxy.on(action, fault);
    match list {
        "Roles" => proxy.on(action, pages(&["Roles"], 1)),
        "PolicyNames" => proxy.on(action, pages(&["PolicyNames"], 1)),
        "AttachedPolicies" => proxy.on(action, pages(&["AttachedPolicies"], 1)),
        _ => proxy.on(action, pages(&["RoleDetailList", "Policies"], 1)),
    };
    let outcome = harvest(&proxy, &accounts).good();
    (outcome, proxy, whole)
}

#[test]
fn what_two_pages_say_alike_counts_once() {
    for (action, list) in [
        ("GetAccountAuthorizationDetails", "RoleDetailList"),
        ("GetAccountAuthorizationDetails", "Policies"),
        ("ListRoles", "Roles"),
    ] {
        let (outcome, proxy, whole) = told_twice(action, list, again(list, "", ("", "")));
        assert_eq!(outcome.account(0), whole.account(0), "{list}");
        assert_eq!((proxy.count("GetRole"), proxy.count("GetPolicy")), (0, 0), "{list}");
    }
}

#[test]
fn a_role_that_two_pages_tell_differently_is_read_again() {
    for (action, list, from, to) in [
        ("GetAccountAuthorizationDetails", "RoleDetailList", "s3%3APutObject", "s3%3A%2A"),
        ("GetAccountAuthorizationDetails", "RoleDetailList", "<RoleId>A", "<RoleId>B"),
        ("ListRoles", "Roles", "<RoleId>A", "<RoleId>B"),
        ("ListRoles", "Roles", "<MaxSessionDuration>", "<MaxSessionDuration>1"),
    ] {
        let (outcome, proxy, whole) = told_twice(action, list, again(list, "", (from, to)));
        assert_eq!(outcome.account(0), whole.account(0), "{list} {from}");
        assert_eq!(proxy.count("GetRole"), 1, "{list} {from}");
        let note = "changed while iamctl read the account: reading it again";
        assert!(outcome.events.iter().any(|event| event.starts_with("note 0: role") && event.ends_with(note)));
    }
}

#[test]
fn a_policy_that_two_pages_tell_differently_is_read_again() {
    for (from, to) in [("Allow", "Deny"), ("VersionId>v1<", "VersionId>v2<")] {
        let fault = again("Policies", "policy/shared<", (from, to));
        let (outcome, proxy, whole) = told_twice("GetAccountAuthorizationDetails", "Policies", fault);
        assert_eq!(outcome.account(0), whole.account(0), "{from}");
        assert_eq!((proxy.count("GetPolicy"), proxy.count("GetPolicyVersion")), (1, 1), "{from}");
    }
}

#[test]
fn a_policy_on_two_pages_of_a_role_counts_once() {
    let denied = |request: &Request| request.action() == "GetAccountAuthorizationDetails";
    for (action, list) in [("ListRolePolicies", "PolicyNames"), ("ListAttachedRolePolicies", "AttachedPolicies")] {
        let accounts = accounts();
        let whole = harvest(&Proxy::new(), &accounts).good();
        let proxy = Proxy::new();
        proxy.when(usize::MAX, denied, Fault::Error(403, "AccessDenied"));
        proxy.on(action, again(list, "", ("", "")));
        let outcome = harvest(&proxy, &accounts).good();
        assert_eq!(outcome.account(0), whole.account(0), "{list}");
        assert_eq!(proxy.count("GetRolePolicy"), 4, "{list}");
    }
}

#[test]
fn a_reply_of_another_account_is_an_error_that_names_both() {
    let accounts = accounts();
    let one_by_one = ["GetRole", "ListAttachedRolePolicies", "ListInstanceProfilesForRole"];
    let calls = ["AssumeRole", "GetAccountAuthorizationDetails", "ListRoles"];
    for action in calls.into_iter().chain(one_by_one) {
        let proxy = Proxy::new();
        if one_by_one.contains(&action) {
            proxy.on("GetAccountAuthorizationDetails", Fault::Error(403, "AccessDenied"));
        }
        let id = accounts.0.id.clone();
        proxy.on(action, Fault::Rewrite(Box::new(move |_, reply| Some(reply.replace(&id, "999999999999")))));
        let outcome = harvest(&proxy, &accounts);
        let start = format!("the reply to {action} for profile `left` is from another account: `arn:aws:");
        assert!(outcome.bad().starts_with(&start), "{}", outcome.bad());
        let end = format!("` is not in account {}", accounts.0.id);
        assert!(outcome.bad().contains(":999999999999:") && outcome.bad().ends_with(&end), "{}", outcome.bad());
        assert!(outcome.hint.unwrap_or_default().contains("endpoint_url"), "{action}");
    }
}

#[test]
fn credentials_of_another_account_than_the_profiles_are_an_error_that_names_both() {
    let accounts = accounts();
    let proxy = Proxy::new();
    let id = accounts.0.id.clone();
    proxy.on("GetCallerIdentity", Fault::Rewrite(Box::new(move |_, reply| Some(reply.replace(&id, "999999999999")))));
    let outcome = harvest(&proxy, &accounts);
    let start = format!(
        "profile `left` is for account {}, but its credentials are for account 999999999999 (`arn:aws:sts::",
        accounts.0.id
    );
    assert!(outcome.bad().starts_with(&start), "{}", outcome.bad());
}
