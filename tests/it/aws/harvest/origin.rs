//! What a snapshot says of who read the account, and how many roles AWS counts.

use serde_json::json;

use crate::support::faults::{Fault, Proxy};
use crate::support::moto::Account;
use crate::support::probe::{Outcome, Probe};
use crate::support::profiles::two_profiles;

/// Reads an account with four roles through a proxy.
fn harvest(proxy: &Proxy) -> (Outcome, Account) {
    let (left, right) = (Account::new(), Account::new());
    left.furnish(3);
    (Probe::new(&two_profiles(&proxy.url(), &left, &right)).harvest(&["left"]).good(), left)
}

#[test]
fn a_snapshot_says_who_read_the_account_and_how_many_roles_aws_counts() {
    let proxy = Proxy::new();
    let (outcome, left) = harvest(&proxy);
    let origin = &outcome.snapshots[0]["origin"];
    let caller = format!("arn:aws:sts::{}:assumed-role/entry/", left.id);
    assert!(origin["caller_arn"].as_str().unwrap().starts_with(&caller), "{origin}");
    assert_eq!((&origin["endpoint"], &origin["region"]), (&json!(proxy.url()), &json!("us-east-1")));
    assert_eq!((&origin["summary_roles"], &origin["summary_unknown"]), (&json!(outcome.roles(0).len()), &json!(null)));
    let started = origin["started_at"].as_str().unwrap();
    assert!(started.ends_with('Z') && started <= outcome.snapshots[0]["harvested_at"].as_str().unwrap(), "{origin}");
    assert_eq!(outcome.warnings(), Vec::<&String>::new());
    assert_eq!(proxy.count("GetAccountSummary"), 1);
}

#[test]
fn a_summary_that_cannot_be_had_is_told_and_ends_nothing() {
    for (fault, why) in [
        (Fault::Error(403, "AccessDenied"), "iam:GetAccountSummary is not allowed"),
        (Fault::Error(400, "ValidationError"), "GetAccountSummary"),
        (
            Fault::Answer(
                200,
                "content-type: text/xml\r\n".to_owned(),
                summary("<entry><key>Users</key><value>3</value></entry>"),
            ),
            "the reply to GetAccountSummary does not contain it",
        ),
    ] {
        let proxy = Proxy::new();
        proxy.on("GetAccountSummary", fault);
        let (outcome, _) = harvest(&proxy);
        let origin = &outcome.snapshots[0]["origin"];
        assert_eq!(origin["summary_roles"], json!(null));
        assert!(origin["summary_unknown"].as_str().unwrap().contains(why), "{why}: {origin}");
        assert_eq!(outcome.warnings(), Vec::<&String>::new());
    }
}

#[test]
fn fewer_roles_than_aws_counts_are_worth_a_warning_and_more_are_not() {
    for (count, warned) in [("9", true), ("2", false)] {
        let proxy = Proxy::new();
        let entry = format!("<entry><key>Roles</key><value>{count}</value></entry>");
        proxy.on("GetAccountSummary", Fault::Answer(200, "content-type: text/xml\r\n".to_owned(), summary(&entry)));
        let (outcome, left) = harvest(&proxy);
        let origin = &outcome.snapshots[0]["origin"];
        assert_eq!(origin["summary_roles"].to_string(), count);
        let read = outcome.roles(0).len();
        let warning = format!(
            "warning 0: AWS counts 9 roles in account {} (GetAccountSummary), and {read} were read: a role was created or deleted \
             meanwhile, or AWS did not list one; read the account again to find out",
            left.id
        );
        let expected: Vec<&String> = [&warning].into_iter().filter(|_| warned).collect();
        assert_eq!(outcome.warnings(), expected);
    }
}

/// A reply with these entries.
fn summary(entries: &str) -> String {
    format!(
        "<GetAccountSummaryResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><GetAccountSummaryResult><SummaryMap>\
         {entries}</SummaryMap></GetAccountSummaryResult><ResponseMetadata><RequestId>x</RequestId></ResponseMetadata>\
         </GetAccountSummaryResponse>"
    )
}
