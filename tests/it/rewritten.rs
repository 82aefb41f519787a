//! Statements that say the same in another way have no rows and are no finding.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, compare, compare_accounts, inline, role};

fn allow(resources: &Value, condition: &Value) -> Value {
    json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources, "Condition": condition})
}

/// The pairs of statements that are one in meaning.
fn pairs() -> Vec<(&'static str, Value, Value)> {
    let any = || json!("*");
    let none = || json!({});
    let team = |teams: Value| json!({"StringEquals": {"aws:PrincipalTag/team": teams}});
    let vpc = |operator: &str| json!({operator: {"aws:SourceVpc": "vpc-0aaa1111"}});
    let of = |resources: Value| json!([allow(&resources, &none())]);
    vec![
        (
            "the values of one condition in two statements",
            json!([allow(&any(), &team(json!(["red", "blue"])))]),
            json!([allow(&any(), &team(json!("red"))), allow(&any(), &team(json!("blue")))]),
        ),
        (
            "a resource that another one contains",
            of(json!("arn:aws:s3:::b/*")),
            of(json!(["arn:aws:s3:::b/*", "arn:aws:s3:::b/a/*"])),
        ),
        (
            "StringLike without a wildcard",
            json!([allow(&any(), &vpc("StringLike"))]),
            json!([allow(&any(), &vpc("StringEquals"))]),
        ),
        (
            "every ARN of the only resource type that the action has",
            json!([{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]),
            json!([{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:*:*"}]),
        ),
        ("two asterisks", of(json!("arn:aws:s3:::b/**")), of(json!("arn:aws:s3:::b/*"))),
        (
            "a pattern beside a narrower one",
            of(json!("arn:aws:s3:::b*")),
            of(json!(["arn:aws:s3:::b*", "arn:aws:s3:::b/*"])),
        ),
        (
            "a condition that changes nothing",
            of(any()),
            json!([allow(&any(), &none()), allow(&json!("arn:aws:s3:::b/*"), &vpc("StringEquals"))]),
        ),
    ]
}

fn no_row_and_no_finding(report: &Value, name: &str) {
    assert_eq!(report["item_differences"], json!([]), "{name}");
    assert_eq!(report["totals"]["findings"], json!(0), "{name}");
}

fn with_effect(statements: &Value, effect: &str) -> Value {
    let mut statements = statements.clone();
    for statement in statements.as_array_mut().unwrap() {
        statement["Effect"] = json!(effect);
    }
    statements
}

#[test]
fn what_policies_allow_and_deny() {
    for (name, dev, qa) in pairs() {
        let report = compare(&inline(DEV, "r", &dev), &inline(QA, "r", &qa));
        no_row_and_no_finding(&report, name);
        let grade = &report["roles"][0]["access_grade"];
        assert!(["identical", "equal_for_all_requests"].contains(&grade.as_str().unwrap()), "{name}: {grade}");
        // As a Deny beside an Allow of all.
        let all = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
        let beside = |statements: &Value| {
            let mut all = vec![all.clone()];
            all.extend(with_effect(statements, "Deny").as_array().unwrap().iter().cloned());
            json!(all)
        };
        let report = compare(&inline(DEV, "r", &beside(&dev)), &inline(QA, "r", &beside(&qa)));
        no_row_and_no_finding(&report, name);
    }
}

#[test]
fn what_boundaries_allow() {
    for (name, dev, qa) in pairs() {
        let boundary = |id: &str| format!("arn:aws:iam::{id}:policy/boundary");
        let bounded = |id: &str| {
            let mut role = inline(id, "r", &json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]));
            role["permissions_boundary"] = json!(boundary(id));
            role
        };
        let policy = |id: &str, statements: &Value| {
            json!({"arn": boundary(id), "name": "boundary", "version_id": "v1",
                "document": {"Version": "2012-10-17", "Statement": statements}})
        };
        let policies = [policy(DEV, &dev), policy(QA, &qa)];
        no_row_and_no_finding(&compare_accounts(&[bounded(DEV)], &[bounded(QA)], &policies, "{}"), name);
    }
}

fn trusting(id: &str, statements: &Value) -> Value {
    role(id, "r", &json!({"trust_policy": {"Version": "2012-10-17", "Statement": statements}}))
}

#[test]
fn what_trust_policies_allow() {
    let assume = |accounts: Value, condition: Value| json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": accounts}, "Condition": condition});
    let (tool, other) = ("arn:aws:iam::333333333333:role/tool", "arn:aws:iam::333333333333:role/other");
    let id = |operator: &str, values: Value| json!({operator: {"sts:ExternalId": values}});
    for (dev, qa) in [
        (
            json!([assume(json!([tool]), id("StringEquals", json!(["id-a", "id-b"])))]),
            json!([
                assume(json!(tool), id("StringEquals", json!("id-a"))),
                assume(json!(tool), id("StringEquals", json!("id-b")))
            ]),
        ),
        (
            json!([assume(json!([tool, other]), id("StringLike", json!("id-a")))]),
            json!([assume(json!([tool, other]), id("StringEquals", json!("id-a")))]),
        ),
    ] {
        no_row_and_no_finding(&compare(&trusting(DEV, &dev), &trusting(QA, &qa)), &dev.to_string());
    }
}

/// What another statement overrides today it may not tomorrow: such an Allow says something of its own.
#[test]
fn what_is_overridden_keeps_its_rows() {
    let allow = |action: &str| json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    let deny = || json!({"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"});
    let dev = inline(DEV, "r", &json!([allow("s3:GetObject"), deny()]));
    let qa = inline(QA, "r", &json!([allow("s3:GetObject"), allow("s3:DeleteObject"), deny()]));
    let report = compare(&dev, &qa);
    assert_eq!(report["roles"][0]["access_grade"], json!("equal_for_all_requests"));
    assert_eq!(report["item_differences"].as_array().unwrap().len(), 1);
    assert_eq!(report["findings"][0]["rule"], json!("items-differ"));
    // A Deny of what nothing allows is a difference of its own.
    let report = compare(&inline(DEV, "r", &json!([allow("s3:GetObject")])), &dev_with_deny());
    assert_eq!(
        (report["item_differences"].as_array().unwrap().len(), &report["findings"][0]["rule"]),
        (1, &json!("deny-added"))
    );
}

/// Nor can what the role's own tags rule out today be called the same.
#[test]
fn what_the_roles_tags_rule_out_keeps_its_rows() {
    let tagged = |id: &str, bucket: &str| {
        let condition = json!({"StringEquals": {"aws:PrincipalTag/team": "red"}});
        let mut role = inline(id, "r", &json!([allow(&json!(format!("arn:aws:s3:::{bucket}/*")), &condition)]));
        role["tags"] = json!({"team": "blue"});
        role
    };
    let report = compare(&tagged(DEV, "a"), &tagged(QA, "b"));
    assert_ne!(report["roles"][0]["access_grade"], json!("different"));
    assert_eq!(report["item_differences"].as_array().unwrap().len(), 2);
    let message = report["findings"][0]["message"].as_str().unwrap();
    let condition = "on arn:aws:s3:::a/*, only when aws:PrincipalTag/team is red [inline policy p]";
    assert!(message.ends_with(condition), "in words: {message}");
}

/// What can never apply is not said in another way by anything.
#[test]
fn what_never_applies_keeps_its_rows() {
    let never = |bucket: &str| {
        let condition = json!({"StringEquals": {"aws:SourceVpc": "vpc-1"}, "Null": {"aws:SourceVpc": "true"}});
        json!([allow(&json!("*"), &json!({})), allow(&json!(format!("arn:aws:s3:::{bucket}/*")), &condition)])
    };
    let report = compare(&inline(DEV, "r", &never("a")), &inline(QA, "r", &never("b")));
    assert_eq!(report["item_differences"].as_array().unwrap().len(), 2, "{}", report["item_differences"]);
    let queue = |name: &str| json!([allow(&json!(["*", format!("arn:aws:sqs:*:*:{name}")]), &json!({}))]);
    let report = compare(&inline(DEV, "r", &queue("a")), &inline(QA, "r", &queue("b")));
    assert_eq!(report["item_differences"].as_array().unwrap().len(), 2, "{}", report["item_differences"]);
}

fn dev_with_deny() -> Value {
    let allow = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    let deny = json!({"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"});
    inline(QA, "r", &json!([allow, deny]))
}

/// Where the roles differ, the lists say all in which the texts differ.
#[test]
fn beside_a_difference_all_rows_stay() {
    let allow = |action: &str, resources: Value| json!({"Effect": "Allow", "Action": action, "Resource": resources});
    let dev = inline(DEV, "r", &json!([allow("s3:GetObject", json!("arn:aws:s3:::b/*"))]));
    let qa = inline(
        QA,
        "r",
        &json!([
            allow("s3:GetObject", json!(["arn:aws:s3:::b/*", "arn:aws:s3:::b/a/*"])),
            allow("s3:PutObject", json!("*"))
        ]),
    );
    let report = compare(&dev, &qa);
    assert_eq!(report["access_differences"].as_array().unwrap().len(), 1);
    assert_eq!(report["item_differences"].as_array().unwrap().len(), 2);
}
