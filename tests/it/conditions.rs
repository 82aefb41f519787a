//! The condition of a difference: what it says in each kind of case, and the law that it is true of the row's witness.

use std::collections::BTreeMap;
use std::sync::Arc;

use iamctl::catalog::Catalogue;
use iamctl::model::{PolicyType, Side};
use iamctl::parse::policy::{parse_identity, parse_trust};
use iamctl::semantics::evaluate::{AttachedDocument, RolePolicies};
use iamctl::semantics::trust::TrustSide;
use iamctl::semantics::{Budget, Engine, KnownRole};
use serde_json::{Value, json};

use crate::support::condition_truth::{assert_true_of_callers, assert_true_of_witnesses};

fn role(statements: &Value, boundary: Option<&Value>, tags: &[(&str, &str)]) -> RolePolicies {
    let attached = |policy_type, statements: &Value| {
        let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        AttachedDocument {
            policy_name: "own".to_owned(),
            policy_type,
            document: Arc::new(parse_identity(&text).unwrap()),
        }
    };
    let known = KnownRole::default();
    RolePolicies {
        identity: vec![attached(PolicyType::Inline, statements)],
        boundary: boundary.map(|statements| attached(PolicyType::Boundary, statements)),
        role: if tags.is_empty() { known } else { known.with_tags(tags.iter().copied()) },
    }
}

fn allow(resource: &str, condition: Value) -> Value {
    json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource, "Condition": condition})
}

fn deny(resource: &str, condition: Value) -> Value {
    json!({"Effect": "Deny", "Action": "s3:GetObject", "Resource": resource, "Condition": condition})
}

/// The rows of a side: resources, except, condition, reasons.
fn rows(left: &RolePolicies, right: &RolePolicies, side: Side) -> Vec<String> {
    let catalogue = Catalogue::embedded();
    let comparison = Engine::new(&catalogue, Budget::default()).between(left, right).unwrap();
    assert_true_of_witnesses(&comparison, left, right, &catalogue);
    let rows = comparison.differences.iter().filter(|row| row.side == side);
    rows.map(|row| {
        let except = if row.except.is_empty() { String::new() } else { format!(" except {}", row.except.join(" ")) };
        let condition = row.condition.as_deref().map(|text| format!(" if {text}")).unwrap_or_default();
        let reasons = if row.reasons.is_empty() { String::new() } else { format!(" ({})", row.reasons.join("; ")) };
        format!("{}{except}{condition}{reasons}", row.resources.join(" "))
    })
    .collect()
}

fn vpc(values: &[&str]) -> Value {
    json!({"StringEquals": {"aws:SourceVpc": values}})
}

fn if_exists(values: &[&str]) -> Value {
    json!({"StringEqualsIfExists": {"aws:SourceVpc": values}})
}

fn and(one: &Value, other: &Value) -> Value {
    let mut all: BTreeMap<String, Value> = serde_json::from_value(one.clone()).unwrap();
    for (operator, keys) in other.as_object().unwrap() {
        let entry = all.entry(operator.clone()).or_insert_with(|| json!({}));
        entry.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
    }
    json!(all)
}

const MFA: &str = r#"{"Bool":{"aws:multifactorauthpresent":["true"]}}"#;

fn mfa() -> Value {
    json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})
}

#[test]
fn what_remains() {
    let region = json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}});
    let like = |pattern: &str| json!({"StringLike": {"aws:UserAgent": pattern}});
    let (all, part) = ("arn:aws:s3:::b/*", "arn:aws:s3:::b/a/*");
    let plain = |statements: Value| role(&statements, None, &[]);
    for (left, right, expected) in [
        // One condition alone.
        (json!([allow(all, mfa())]), json!([]), vec![format!("{all} if {MFA}")]),
        // The other side asks for more.
        (json!([allow(all, json!({}))]), json!([allow(all, mfa())]), vec![format!("{all} if unless {MFA}")]),
        // Values that overlap in part.
        (
            json!([allow(all, vpc(&["vpc-a", "vpc-b"]))]),
            json!([allow(all, vpc(&["vpc-b", "vpc-c"]))]),
            vec![format!(r#"{all} if {{"StringEquals":{{"aws:sourcevpc":["vpc-a"]}}}}"#)],
        ),
        (
            json!([allow(all, json!({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}}))]),
            json!([allow(all, json!({"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}))]),
            vec![format!(r#"{all} if {{"IpAddress":{{"aws:sourceip":["10.0.0.0/8"]}}}}"#)],
        ),
        // Patterns of which neither lies within the other: each statement's condition.
        (
            json!([allow(all, like("a*"))]),
            json!([allow(all, like("*b"))]),
            vec![format!(
                r#"{all} if {{"StringLike":{{"aws:useragent":["a*"]}}}} unless {{"StringLike":{{"aws:useragent":["*b"]}}}}"#
            )],
        ),
        // What both sides ask for is said once.
        (
            json!([allow(all, and(&mfa(), &vpc(&["vpc-a"])))]),
            json!([allow(all, and(&and(&mfa(), &vpc(&["vpc-a"])), &region))]),
            vec![format!(
                r#"{all} if {{"Bool":{{"aws:multifactorauthpresent":["true"]}},"StringEquals":{{"aws:sourcevpc":["vpc-a"]}}}} unless {{"StringEquals":{{"aws:requestedregion":["eu-west-1"]}}}}"#
            )],
        ),
        // What cannot hold together is not said.
        (
            json!([allow(all, vpc(&["vpc-a"]))]),
            json!([allow(all, and(&vpc(&["vpc-b"]), &mfa()))]),
            vec![format!(r#"{all} if {{"StringEquals":{{"aws:sourcevpc":["vpc-a"]}}}}"#)],
        ),
        // The same condition on part of the resources.
        (json!([allow(all, mfa())]), json!([allow(part, mfa())]), vec![format!("{all} except {part} if {MFA}")]),
        // Another condition on part of the resources, by an own Deny and by the other side's Allow.
        (
            json!([allow(all, mfa()), deny(part, region.clone())]),
            json!([]),
            vec![format!(
                r#"{all} if {MFA} unless {{"StringEquals":{{"aws:requestedregion":["eu-west-1"]}}}} on ["{part}"]"#
            )],
        ),
        // Where it depends on the request on part of the resources only, this part has a row of its own.
        (
            json!([allow(all, json!({}))]),
            json!([allow(part, mfa())]),
            vec![format!("{all} except {part}"), format!("{part} if unless {MFA}")],
        ),
        (
            json!([allow(all, json!({})), deny(part, mfa())]),
            json!([]),
            vec![format!("{all} except {part}"), format!("{part} if unless {MFA}")],
        ),
        // The other side denies under a condition what it allows, and allows it under another.
        (
            json!([allow(all, json!({}))]),
            json!([allow(all, mfa()), deny(all, region.clone())]),
            vec![
                format!("{all} if unless {MFA}"),
                format!(r#"{all} if when {{"StringEquals":{{"aws:requestedregion":["eu-west-1"]}}}}"#),
            ],
        ),
        // Tests that hold without the key.
        (
            json!([allow(all, if_exists(&["vpc-a", "vpc-b"]))]),
            json!([allow(all, if_exists(&["vpc-a"]))]),
            vec![format!(r#"{all} if {{"StringEquals":{{"aws:sourcevpc":["vpc-b"]}}}}"#)],
        ),
        (
            json!([allow(all, if_exists(&["vpc-a", "vpc-b"]))]),
            json!([allow(all, vpc(&["vpc-a"]))]),
            vec![format!(r#"{all} if {{"StringEqualsIfExists":{{"aws:sourcevpc":["vpc-b"]}}}}"#)],
        ),
        (
            json!([allow(all, if_exists(&["vpc-a"]))]),
            json!([allow(all, vpc(&["vpc-a"]))]),
            vec![format!(r#"{all} if {{"Null":{{"aws:sourcevpc":["true"]}}}}"#)],
        ),
        // A Deny of the other side.
        (
            json!([allow(all, json!({}))]),
            json!([allow(all, json!({})), deny(all, json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}))]),
            vec![format!(r#"{all} if when {{"BoolIfExists":{{"aws:multifactorauthpresent":["false"]}}}}"#)],
        ),
    ] {
        assert_eq!(rows(&plain(left.clone()), &plain(right.clone()), Side::Left), expected, "{left} {right}");
    }
}

/// What two negated conditions leave is said by the values that are left.
#[test]
fn what_two_exceptions_leave() {
    let all = "arn:aws:s3:::b/*";
    let outside = |operator: &str, key: &str, values: &[&str]| {
        json!([allow(all, json!({})), deny(all, json!({operator: {key: values}}))])
    };
    for (operator, key, more, less, expected) in [
        (
            "StringNotEquals",
            "aws:SourceVpc",
            &["vpc-1", "vpc-9"][..],
            &["vpc-1"][..],
            r#"{"StringEquals":{"aws:sourcevpc":["vpc-9"]}}"#,
        ),
        (
            "NotIpAddress",
            "aws:SourceIp",
            &["10.0.0.0/8", "192.168.0.0/16"],
            &["10.0.0.0/8"],
            r#"{"IpAddress":{"aws:sourceip":["192.168.0.0/16"]}}"#,
        ),
        ("StringNotLike", "aws:UserAgent", &["a*", "b*"], &["a*", "c*"], r#"{"StringLike":{"aws:useragent":["b*"]}}"#),
        // Neither pattern lies within the other, so both conditions are said.
        (
            "StringNotLike",
            "aws:UserAgent",
            &["a*"],
            &["*b"],
            r#"{"StringLike":{"aws:useragent":["a*"]}} when {"StringNotLike":{"aws:useragent":["*b"]}}"#,
        ),
        // Of a key with several values, one can be among them and another not.
        (
            "ForAnyValue:StringNotEquals",
            "aws:TagKeys",
            &["x", "y"],
            &["x"],
            r#"when {"ForAnyValue:StringNotEquals":{"aws:tagkeys":["x"]}} unless {"ForAnyValue:StringNotEquals":{"aws:tagkeys":["x","y"]}}"#,
        ),
    ] {
        let (left, right) =
            (role(&outside(operator, key, more), None, &[]), role(&outside(operator, key, less), None, &[]));
        assert_eq!(rows(&left, &right, Side::Left), [format!("{all} if {expected}")], "{operator} {more:?}");
    }
}

#[test]
fn the_boundary_is_said() {
    let all = "arn:aws:s3:::b/*";
    let limit = |condition| json!([allow(all, condition)]);
    let open = limit(json!({}));
    let (left, none) = (role(&open, Some(&limit(mfa())), &[]), role(&json!([]), None, &[]));
    assert_eq!(rows(&left, &none, Side::Left), [format!("{all} if within {MFA}")]);
    assert_eq!(rows(&role(&open, None, &[]), &left, Side::Left), [format!("{all} if unless {MFA}")]);
}

#[test]
fn what_the_role_decides_is_no_condition() {
    let team = |condition: &Value| and(&json!({"StringEquals": {"aws:PrincipalTag/team": "red"}}), condition);
    let because = "(the role's tag `team` is red in the first account and blue in the second account)";
    let (all, ab) = ("arn:aws:s3:::b/*", r#"{"StringEquals":{"aws:sourcevpc":["vpc-a","vpc-b"]}}"#);
    let vpcs = vpc(&["vpc-a", "vpc-b"]);
    let own = "arn:aws:s3:::b/${aws:PrincipalTag/team}/*";
    let tagged = json!({"StringEquals": {"s3:ExistingObjectTag/team": "${aws:PrincipalTag/Team}"}});
    for (statement, expected) in [
        // Always true here, never there.
        (allow(all, team(&json!({}))), format!("{all} {because}")),
        (allow(all, team(&vpcs)), format!("{all} if {ab} {because}")),
        // One condition on two resources.
        (allow(own, vpcs.clone()), format!("arn:aws:s3:::b/red/* if {ab} {because}")),
        // One text that means two things.
        (
            allow(all, tagged),
            format!(
                r#"{all} if {{"StringEquals":{{"s3:existingobjecttag/team":["${{aws:PrincipalTag/Team}}"]}}}} {}"#,
                because.replace("team", "Team")
            ),
        ),
        (
            allow(all, json!({"StringLike": {"s3:ExistingObjectTag/team": "*${aws:PrincipalTag/team}*"}})),
            format!(
                r#"{all} if {{"StringLike":{{"s3:existingobjecttag/team":["*red*"]}}}} unless {{"StringLike":{{"s3:existingobjecttag/team":["*blue*"]}}}} {because}"#
            ),
        ),
    ] {
        let role = |team| role(&json!([statement]), None, &[("team", team)]);
        assert_eq!(rows(&role("red"), &role("blue"), Side::Left), [expected], "{statement}");
        assert_eq!(rows(&role("red"), &role("red"), Side::Left), [""; 0]);
    }
    let statement = json!([allow(all, team(&json!({})))]);
    let rows = rows(&role(&statement, None, &[("team", "red")]), &role(&statement, None, &[("cost", "1")]), Side::Left);
    assert_eq!(
        rows,
        [format!("{all} (the role's tag `team` is red in the first account and missing in the second account)")]
    );
}

#[test]
fn what_remains_of_trust() {
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    let statement = |effect: &str, condition: &Value| json!({"Effect": effect, "Principal": {"AWS": "arn:aws:iam::444455556666:role/a"}, "Action": "sts:AssumeRole", "Condition": condition});
    let id = |values: &[&str]| json!({"StringEquals": {"sts:ExternalId": values}});
    let rows = |left: &Value, right: &Value| -> Vec<String> {
        let policy = |statements: &Value| {
            parse_trust(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap()
        };
        let (left, right) = (policy(left), policy(right));
        let account = "111122223333";
        let side = |policy| TrustSide { policy, account, account_id: None, partition: "aws" };
        let comparison = engine.trust_between(side(&left), side(&right)).unwrap();
        assert_true_of_callers(&comparison, account);
        let rows = comparison.differences.iter().filter(|row| row.side == Side::Left);
        rows.map(|row| row.condition.as_deref().unwrap_or("always").to_owned()).collect()
    };
    let open = json!({});
    for (left, right, expected) in [
        (
            json!([statement("Allow", &open)]),
            json!([statement("Allow", &id(&["aa"]))]),
            r#"unless {"StringEquals":{"sts:externalid":["aa"]}}"#,
        ),
        (
            json!([statement("Allow", &id(&["aa", "bb"]))]),
            json!([statement("Allow", &id(&["bb", "cc"]))]),
            r#"{"StringEquals":{"sts:externalid":["aa"]}}"#,
        ),
        (
            json!([statement("Allow", &id(&["aa"]))]),
            json!([statement("Allow", &id(&["aa"])), statement("Deny", &mfa())]),
            r#"{"StringEquals":{"sts:externalid":["aa"]}} when {"Bool":{"aws:multifactorauthpresent":["true"]}}"#,
        ),
        // A Deny beside which nothing is allowed makes no difference.
        (
            json!([statement("Allow", &id(&["aa"]))]),
            json!([statement("Deny", &mfa())]),
            r#"{"StringEquals":{"sts:externalid":["aa"]}}"#,
        ),
    ] {
        assert_eq!(rows(&left, &right), [expected], "{left} {right}");
    }
}

/// A remark quotes what the policy says, whatever a variable is read as.
#[test]
fn a_remark_quotes_the_variable_that_the_policy_has() {
    use crate::support::tool::{DEV, QA, compare, inline};
    use serde_json::json;

    let of = |id: &str| {
        let resource = "arn:aws:s3:::${aws:PrincipalTag/team}/*";
        let mut role = inline(id, "r", &json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}]));
        role["tags"] = json!({"other": "x"});
        role
    };
    let report = compare(&of(DEV), &of(QA));
    let texts: Vec<&str> = report["statement_warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|warning| warning["text"].as_str().unwrap())
        .collect();
    let quoted = "`arn:aws:s3:::${aws:PrincipalTag/team}/*` contains a variable that has no value in a role session";
    assert!(texts.contains(&quoted), "{texts:?}");
    assert!(!texts.iter().any(|text| text.contains("aws:username")), "{texts:?}");
}
