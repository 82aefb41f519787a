//! What is read of an account, and in how many calls.

use serde_json::{Value, json};

use crate::support::faults::{Fault, Proxy, documents, pages, without};
use crate::support::moto::{Account, TRUST, allows};
use crate::support::probe::Probe;
use crate::support::profiles::two_profiles;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

#[test]
fn two_accounts_take_few_calls() {
    let (left, right) = (Account::new(), Account::new());
    left.furnish(20);
    right.role("only");
    let proxy = Proxy::new();
    let outcome = Probe::new(&two_profiles(&proxy.url(), &left, &right)).harvest(&["left", "right"]).good();

    assert_eq!(outcome.roles(0).len(), 21);
    assert_eq!(outcome.roles(1), ["only"]);
    assert_eq!(outcome.warnings(), Vec::<&String>::new());
    // AssumeRole, GetCallerIdentity, GetAccountAuthorizationDetails, ListRoles, GetAccountSummary for each.
    assert_eq!(proxy.requests().len(), 10);
    assert!(outcome.events.contains(&"done 0: 21 roles, 5 requests".to_owned()), "{:?}", outcome.events);
    let identity = format!("{0} arn:aws:sts::{0}:assumed-role/entry/", left.id);
    assert!(outcome.identities[0].starts_with(&identity), "{:?}", outcome.identities);
}

#[test]
fn a_role_is_read_with_all_it_has() {
    let (left, right) = (Account::new(), Account::new());
    left.furnish(1);
    let outcome =
        Probe::new(&two_profiles(&crate::support::moto::url(), &left, &right)).harvest(&["left", "right"]).good();

    let account = outcome.account(0);
    let arn = |kind: &str| format!("arn:aws:iam::{}:{kind}", left.id);
    let full = &account["roles"][0];
    let expected = json!({
        "name": "full", "path": "/team/app/", "arn": arn("role/team/app/full"), "id": full["id"],
        "created_at": full["created_at"],
        "description": "100% of it, a+b", "max_session_duration": 7200, "trust_policy": json(TRUST),
        "inline_policies": [{"name": "odd name+=,.@-_", "document": json(&allows("s3:PutObject"))}],
        "attached_policies": [arn("policy/shared")], "permissions_boundary": arn("policy/boundary"),
        "tags": {"env": "dev", "owner": "a+b %41"}, "instance_profiles": ["alpha", "zeta"],
    });
    assert_eq!(full, &expected);
    assert!(full["id"].as_str().unwrap().starts_with("AROA"));
    let created = full["created_at"].as_str().unwrap();
    assert!(created.ends_with('Z') && created.len() == 20, "{created}");
    // `unused` is attached to no role.
    let policy = |name: &str, action: &str| json!({"name": name, "arn": arn(&format!("policy/{name}")), "version_id": "v1", "document": json(&allows(action))});
    assert_eq!(account["policies"], json!([policy("boundary", "s3:*"), policy("shared", "s3:GetObject")]));
    assert_eq!(account["account_id"], left.id.as_str());
    assert_eq!(account["source"], "profile left");
    assert_eq!(outcome.account(1)["roles"], json!([]));
    let read_at = outcome.snapshots[0]["harvested_at"].as_str().unwrap();
    assert!(read_at.ends_with('Z') && read_at.len() == 20, "{read_at}");
}

#[test]
fn the_default_version_counts() {
    let (left, right) = (Account::new(), Account::new());
    let arn = left.role("r").policy("p", &allows("s3:GetObject"));
    left.attach("r", &arn);
    let second = left.iam.create_policy_version().policy_arn(&arn).policy_document(allows("s3:*")).set_as_default(true);
    crate::support::moto::done(second.send());
    let third = left.iam.create_policy_version().policy_arn(&arn).policy_document(allows("ec2:*"));
    crate::support::moto::done(third.send());
    let outcome =
        Probe::new(&two_profiles(&crate::support::moto::url(), &left, &right)).harvest(&["left", "right"]).good();

    let policy = &outcome.account(0)["policies"][0];
    assert_eq!((&policy["version_id"], &policy["document"]), (&json!("v2"), &json(&allows("s3:*"))));
}

#[test]
fn short_and_empty_pages_are_not_the_end() {
    let (left, right) = (Account::new(), Account::new());
    left.furnish(7);
    let whole =
        Probe::new(&two_profiles(&crate::support::moto::url(), &left, &right)).harvest(&["left", "right"]).good();
    let proxy = Proxy::new();
    // Three policies and eight roles in pages of three: the roles of early pages have policies on later ones.
    proxy.on("GetAccountAuthorizationDetails", pages(&["RoleDetailList", "Policies"], 3));
    proxy.on("ListRoles", pages(&["Roles"], 3));
    let paged = Probe::new(&two_profiles(&proxy.url(), &left, &right)).harvest(&["left", "right"]).good();

    assert_eq!(paged.account(0), whole.account(0));
    let of_left = |action: &str| proxy.of(action).into_iter().filter(|r| !r.field("Marker").is_empty()).count();
    assert_eq!(of_left("GetAccountAuthorizationDetails"), 3 + 1);
    assert_eq!(of_left("ListRoles"), 3 + 1);
    let request = &proxy.of("GetAccountAuthorizationDetails")[0];
    let filters = ["Filter.member.1", "Filter.member.2", "Filter.member.3"].map(|name| request.field(name));
    assert_eq!(filters, ["Role", "LocalManagedPolicy", "AWSManagedPolicy"]);
    assert_eq!(request.field("MaxItems"), "1000");
}

#[test]
fn a_marker_that_repeats_is_an_error() {
    let (left, right) = (Account::new(), Account::new());
    let proxy = Proxy::new();
    let stuck = "<IsTruncated>true</IsTruncated><Marker>page-1</Marker>";
    proxy.on(
        "ListRoles",
        Fault::Rewrite(Box::new(move |_, reply| Some(reply.replace("<IsTruncated>false</IsTruncated>", stuck)))),
    );
    let outcome = Probe::new(&two_profiles(&proxy.url(), &left, &right)).harvest(&["left", "right"]);
    assert_eq!(outcome.bad(), "the reply to ListRoles for profile `left` cannot be used: its marker repeats");
}

#[test]
fn more_to_come_without_a_marker_is_an_error() {
    let (left, right) = (Account::new(), Account::new());
    let proxy = Proxy::new();
    let lost = "<IsTruncated>true</IsTruncated>";
    proxy.on(
        "GetAccountAuthorizationDetails",
        Fault::Rewrite(Box::new(move |_, reply| Some(reply.replace("<IsTruncated>false</IsTruncated>", lost)))),
    );
    let outcome = Probe::new(&two_profiles(&proxy.url(), &left, &right)).harvest(&["left", "right"]);
    assert_eq!(
        outcome.bad(),
        "the reply to GetAccountAuthorizationDetails for profile `left` cannot be used: Marker, though there is more \
         to come, is missing"
    );
}

#[test]
fn encoded_documents_equal_plain_ones() {
    let (left, right) = (Account::new(), Account::new());
    left.furnish(2);
    left.inline("role-000", "odd", r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/a+b%2B%25 é/*"}]}"#);
    let read = |plain: bool| {
        let proxy = Proxy::new();
        proxy.when(usize::MAX, |_| true, documents(plain));
        Probe::new(&two_profiles(&proxy.url(), &left, &right)).harvest(&["left", "right"]).good().account(0)
    };
    let (encoded, plain) = (read(false), read(true));
    assert_eq!(encoded, plain);
    let odd = &encoded["roles"][1]["inline_policies"][1]["document"]["Statement"][0]["Resource"];
    assert_eq!(odd, "arn:aws:s3:::b/a+b%2B%25 é/*");
}

#[test]
fn a_policy_missing_from_the_reply_is_fetched_once() {
    let (left, right) = (Account::new(), Account::new());
    left.furnish(12);
    let whole =
        Probe::new(&two_profiles(&crate::support::moto::url(), &left, &right)).harvest(&["left", "right"]).good();
    let proxy = Proxy::new();
    proxy.on("GetAccountAuthorizationDetails", without("Policies", "policy/".to_owned()));
    let outcome = Probe::new(&two_profiles(&proxy.url(), &left, &right)).harvest(&["left", "right"]).good();

    assert_eq!(outcome.account(0), whole.account(0));
    // `shared`, carried by thirteen roles, and the boundary.
    assert_eq!((proxy.count("GetPolicy"), proxy.count("GetPolicyVersion")), (2, 2));
}

#[test]
fn a_document_that_is_not_json_is_named() {
    let (left, right) = (Account::new(), Account::new());
    left.role("r").inline("r", "p", &allows("s3:*"));
    let proxy = Proxy::new();
    proxy.on(
        "GetAccountAuthorizationDetails",
        Fault::Rewrite(Box::new(|_, reply| {
            Some(crate::support::faults::rewrite_element(reply, "PolicyDocument", |_| "%7B%22Version".to_owned()))
        })),
    );
    let outcome = Probe::new(&two_profiles(&proxy.url(), &left, &right)).harvest(&["left", "right"]);
    let first = outcome.bad().lines().next().unwrap();
    assert_eq!(first, format!("the document of inline policy `p` of role `r` in account {} is not JSON", left.id));
}

#[test]
fn more_roles_than_a_page_holds() {
    let (left, right) = (Account::new(), Account::new());
    // One more than a page of `ListRoles`, whose pages moto makes as AWS does.
    left.furnish(1000);
    right.role("only");
    let proxy = Proxy::new();
    let config = two_profiles(&crate::support::moto::url(), &left, &right);
    let fast = Probe::new(&config).harvest(&["left", "right"]).good();
    proxy.on("GetAccountAuthorizationDetails", Fault::Error(403, "AccessDenied"));
    let slow = Probe::new(&two_profiles(&proxy.url(), &left, &right)).harvest(&["left", "right"]).good();
    assert_eq!(slow.account(0), fast.account(0));
    assert_eq!(fast.roles(0).len(), 1001);
}
