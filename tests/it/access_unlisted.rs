//! Actions that the catalog does not have: a difference with a note, or unknown where another is probably meant.

use std::sync::Arc;

use iamctl::catalog::Catalogue;
use iamctl::model::{PolicyType, Side};
use iamctl::parse::policy::parse_identity;
use iamctl::semantics::evaluate::{AttachedDocument, RolePolicies};
use iamctl::semantics::outcome::{AccessComparison, Certainty, Grade};
use iamctl::semantics::{Budget, Engine};
use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, inline, snapshot};

fn role(statements: &[Value]) -> RolePolicies {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    let document = Arc::new(parse_identity(&document.to_string()).unwrap());
    let own = AttachedDocument { policy_name: "own".to_owned(), policy_type: PolicyType::Inline, document };
    RolePolicies { identity: vec![own], ..RolePolicies::default() }
}

fn allow(action: impl Into<Value>) -> Value {
    json!({"Effect": "Allow", "Action": action.into(), "Resource": "*"})
}

fn compare(left: &[Value], right: &[Value]) -> AccessComparison {
    let catalogue = Catalogue::embedded();
    Engine::new(&catalogue, Budget::default()).between(&role(left), &role(right)).unwrap()
}

/// The rows of the left side, as actions, certainty and reasons.
fn rows(comparison: &AccessComparison) -> Vec<(String, Certainty, String)> {
    let row = |row: &iamctl::semantics::outcome::AccessDifference| {
        assert_eq!(row.side, Side::Left);
        assert_eq!(row.witness.is_none(), row.certainty == Certainty::Unknown, "{row:?}");
        (row.actions.join(" "), row.certainty, row.reasons.join("; "))
    };
    comparison.differences.iter().map(row).collect()
}

fn note() -> String {
    format!("not in the catalog of {}", Catalogue::embedded().header().date)
}

#[test]
fn a_misspelled_action_is_unknown() {
    for (action, near) in
        [("s3:GetObjct", "s3:GetObject"), ("s3:ListBuckets", "s3:ListBucket"), ("dynamdb:GetItem", "dynamodb:GetItem")]
    {
        let comparison = compare(&[allow(action)], &[allow("sqs:SendMessage"), allow("sqs:*")]);
        let rows: Vec<_> = comparison.differences.iter().filter(|row| row.side == Side::Left).collect();
        assert_eq!(rows.len(), 1, "{action}");
        assert_eq!((rows[0].certainty, rows[0].witness.is_none()), (Certainty::Unknown, true));
        assert_eq!(rows[0].reasons, [format!("{}; probably misspelled: `{near}`", note())]);
        let alone = compare(&[allow("sqs:*"), allow(action)], &[allow("sqs:*")]);
        assert_eq!(alone.grade, Grade::Unknown, "{action}");
    }
}

#[test]
fn an_action_like_none_is_a_difference_with_a_note() {
    for action in ["s3:InventTomorrow", "acmefuture:Get", "acmefuture:*", "acmefuture:Get*"] {
        let comparison = compare(&[allow(action)], &[allow("s3:InventYesterday")]);
        let left: Vec<_> = comparison.differences.iter().filter(|row| row.side == Side::Left).collect();
        assert_eq!(left.len(), 1, "{action}: {left:#?}");
        assert_eq!((left[0].certainty, &left[0].reasons), (Certainty::Conditional, &vec![note()]), "{action}");
        let witness = left[0].witness.as_ref().unwrap();
        let start = action.trim_end_matches('*').to_lowercase();
        assert!(witness.action.to_lowercase().starts_with(&start), "{action}: {witness:?}");
        assert_eq!(comparison.grade, Grade::Different);
    }
}

#[test]
fn each_kind_is_a_row_of_its_own() {
    let left = allow(json!(["s3:GetObject", "s3:GetObjct", "s3:InventTomorrow", "s3:InventToday"]));
    let comparison = compare(&[left, allow("sqs:*")], &[allow("sqs:*")]);
    let mut found = rows(&comparison);
    found.sort();
    let expected = [
        ("GetObjct".to_owned(), Certainty::Unknown, format!("{}; probably misspelled: `s3:GetObject`", note())),
        ("GetObject".to_owned(), Certainty::Always, String::new()),
        ("InventToday InventTomorrow".to_owned(), Certainty::Conditional, note()),
    ];
    assert_eq!(found, expected);
    let witness = comparison.differences.iter().find(|row| row.certainty == Certainty::Always);
    assert_eq!(witness.unwrap().witness.as_ref().unwrap().action, "s3:GetObject");
}

#[test]
fn a_deny_of_an_action_that_is_not_listed_has_the_note_too() {
    let deny = |action: &str| json!({"Effect": "Deny", "Action": action, "Resource": "*"});
    let comparison = compare(&[allow("sqs:*"), deny("s3:GetObjct"), deny("s3:InventTomorrow")], &[allow("sqs:*")]);
    let mut found: Vec<_> =
        comparison.deny_differences.iter().map(|row| (row.actions.join(" "), row.certainty)).collect();
    found.sort();
    assert_eq!(
        found,
        [("GetObjct".to_owned(), Certainty::Unknown), ("InventTomorrow".to_owned(), Certainty::Conditional)]
    );
}

#[test]
fn the_same_unlisted_action_in_other_words_is_equal() {
    let both = allow(json!(["s3:GetObjct", "s3:InventTomorrow"]));
    let apart = [allow("s3:GetObjct"), allow("s3:InventTomorrow")];
    assert_eq!(compare(&[both], &apart).differences, []);
}

#[test]
fn a_retired_action_is_in_the_catalogue() {
    let catalogue = Catalogue::embedded();
    let services: Vec<_> = catalogue.services().collect();
    let retired = services.iter().find_map(|service| {
        let action = service.actions.iter().find(|action| action.retired)?;
        Some(format!("{}:{}", service.prefix, action.name))
    });
    let Some(retired) = retired else { return };
    let comparison = compare(&[allow(retired), allow("sqs:*")], &[allow("sqs:*")]);
    assert_eq!(rows(&comparison)[0].2, "");
}

#[test]
fn every_action_leaves_out_what_the_other_account_allows_beyond_the_catalogue() {
    let tool = Tool::new();
    let role = |account: &str, statement: Value| snapshot(account, &[inline(account, "r", &json!([statement]))], &[]);
    let all_but = |actions: &[&str]| json!({"Effect": "Allow", "NotAction": actions, "Resource": "*"});
    for (dev, qa, left_out) in [
        (allow(json!("newservice:*")), allow(json!("*")), json!(["newservice:*"])),
        (
            allow(json!(["ec2:Describe*", "newservice:Do"])),
            allow(json!("*")),
            json!(["ec2:Describe*", "newservice:Do"]),
        ),
        (allow(json!("s3:GetTomorrow*")), allow(json!("*")), json!(["s3:GetTomorrow*"])),
        (
            allow(json!("s3:ListAllMyBuckets")),
            all_but(&["newservice:*"]),
            json!(["newservice:*", "s3:ListAllMyBuckets"]),
        ),
        // What an account allows twice it still allows.
        (allow(json!("sqs:List*")), allow(json!(["*", "newservice:*"])), json!(["sqs:List*"])),
    ] {
        tool.write("dev.json", role(DEV, dev));
        tool.write("qa.json", role(QA, qa));
        let report = tool.diff(&[]);
        let row = &report["access_differences"][0];
        assert_eq!((&row["service"], &row["not_actions"]), (&json!("*"), &left_out), "{row}");
    }
}

#[test]
fn a_service_leaves_out_what_the_other_account_allows_in_it() {
    let tool = Tool::new();
    let role = |account: &str, statement: Value| snapshot(account, &[inline(account, "r", &json!([statement]))], &[]);
    let table = "arn:aws:dynamodb:*:*:table/orders";
    let on_table = |actions: Value| json!({"Effect": "Allow", "Action": actions, "Resource": table});
    for (dev, qa, actions, left_out) in [
        (
            allow(json!(["kms:Decrypt", "kms:Encrypt"])),
            allow(json!("kms:*")),
            json!(["*"]),
            json!(["kms:Decrypt", "kms:Encrypt"]),
        ),
        (allow(json!("kms:Sign*")), allow(json!(["kms:*", "s3:*"])), json!(["*"]), json!(["kms:Sign*"])),
        (
            allow(json!("s3:GetTomorrow*")),
            allow(json!(["s3:Get*", "s3:PutObject"])),
            json!(["Get*", "PutObject"]),
            json!(["s3:GetTomorrow*"]),
        ),
        // Actions that cannot act on a table are no exceptions.
        (on_table(json!("dynamodb:GetItem")), on_table(json!("dynamodb:*")), json!(["*"]), json!(["dynamodb:GetItem"])),
        (on_table(json!("sqs:SendMessage")), on_table(json!("dynamodb:*")), json!(["*"]), json!([])),
        (allow(json!("kms:InventTomorrow")), allow(json!("kms:*")), json!(["*"]), json!(["kms:InventTomorrow"])),
        // A list is a list.
        (
            allow(json!("sqs:DeleteMessage")),
            allow(json!(["sqs:DeleteMessage", "sqs:SendMessage", "sqs:GetQueueUrl", "sqs:PurgeQueue"])),
            json!(["GetQueueUrl", "PurgeQueue", "SendMessage"]),
            json!([]),
        ),
    ] {
        tool.write("dev.json", role(DEV, dev));
        tool.write("qa.json", role(QA, qa));
        let report = tool.diff(&[]);
        let row = &report["access_differences"][0];
        assert_eq!((&row["actions"], &row["not_actions"]), (&actions, &left_out), "{row}");
    }
}

#[test]
fn the_program_says_it() {
    let tool = Tool::new();
    let with = |account: &str, action: &str| {
        snapshot(account, &[inline(account, "r", &json!([allow(json!(["s3:GetObject", action]))]))], &[])
    };
    tool.write("dev.json", with(DEV, "s3:GetObject"));
    tool.write("qa.json", with(QA, "s3:InventTomorrow"));
    let run = tool.run(&["diff", "dev.json", "dev", "qa.json", "qa", "--output", "out"]);
    assert_eq!(run.code, 0, "{run:?}");
    let sentence = format!("qa allows s3:InventTomorrow on *; dev implicitly denies it ({})", note());
    // The terminal cuts long sentences off.
    let summary = tool.read("out/summary.md").replace(['`', '\\'], "");
    assert!(summary.contains(&sentence.replace('`', "")), "{summary}");
}

/// Names that many patterns match together, each with its own letters.
fn inner(count: usize) -> Vec<String> {
    let pairs = ["q", "w", "r", "t", "z"].into_iter().flat_map(|a| ["p", "l", "k", "j"].map(|b| format!("{a}{b}")));
    pairs.take(count).map(|pair| format!("acmefuture:*{pair}*")).collect()
}

#[test]
fn a_service_with_too_many_patterns_is_told_apart_or_unknown() {
    let deny = |actions: Value| json!({"Effect": "Deny", "Action": actions, "Resource": "*"});
    let (all, many) = (allow("acmefuture:*"), deny(json!(inner(16))));
    // By one of the names that are asked.
    let comparison = compare(&[all.clone(), many.clone()], &[allow("sqs:*")]);
    assert!(comparison.differences.iter().all(|row| row.certainty != Certainty::Unknown), "{comparison:#?}");
    assert!(comparison.differences.iter().any(|row| row.side == Side::Left && row.service == "acmefuture"));
    // By one pattern more, which is found alone.
    let more = deny(json!(inner(17)));
    let comparison = compare(&[all.clone(), more], &[all.clone(), many.clone()]);
    let sure =
        |side: Side| comparison.differences.iter().any(|row| row.side == side && row.certainty != Certainty::Unknown);
    assert!(sure(Side::Right) && !sure(Side::Left), "{comparison:#?}");
    assert_eq!(comparison.grade, Grade::Different);
    // By nothing, which is not found out: never equal.
    let narrow = deny(json!("acmefuture:*qp*wk*tl*rp*"));
    let comparison = compare(&[all.clone(), many.clone(), narrow], &[all, many]);
    assert_eq!(comparison.grade, Grade::Unknown);
    assert_eq!(comparison.differences.len(), 1);
    assert_eq!(comparison.differences[0].reasons, ["it has too many action patterns to tell apart"]);
    assert_eq!(comparison.deny_differences.len(), 1, "what denies is left open as well");
}
