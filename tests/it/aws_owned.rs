//! What AWS owns is never replaced in: its managed policies, service-linked roles, service principals, condition keys.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, document, role, snapshot, trust};

/// The entry that two such accounts usually need, with words that AWS uses in names of its own.
const DICTIONARY: &str = r#"{"environment": {"dev": ["dev", "live"], "qa": ["qa", "core"]}}"#;

fn policy(arn: &str, statements: &Value) -> Value {
    let name = arn.rsplit('/').next().unwrap();
    json!({"arn": arn, "name": name, "version_id": "v3", "document": document(statements)})
}

/// Compares two accounts with a role of their own each and these.
fn compared(dev: &[Value], qa: &[Value], policies: Sides) -> (Value, String) {
    let tool = Tool::new();
    let account = |id: &str, own: &str, roles: &[Value], policies: &[Value]| {
        let mut all = vec![role(id, own, &json!({}))];
        all.extend_from_slice(roles);
        snapshot(id, &all, policies)
    };
    tool.write("dev.json", account(DEV, "app-dev", dev, &policies.0));
    tool.write("qa.json", account(QA, "app-qa", qa, &policies.1));
    tool.write("equivalency_list.json", DICTIONARY);
    let report = tool.diff(&[]);
    let references = report["cross_references"].to_string();
    (report["totals"]["findings"].clone(), references)
}

type Sides = (Vec<Value>, Vec<Value>);

fn equal() -> (Value, String) {
    (json!(0), "[]".to_owned())
}

#[test]
fn an_aws_managed_policy_says_the_same_everywhere() {
    let statements = json!([{"Effect": "Allow", "Action": "s3:GetObject",
        "Resource": ["arn:aws:s3:::sample-live-data/*", "arn:aws:s3:::sample-core-data/*"],
        "Condition": {"StringEquals": {"aws:ResourceTag/live": "dev"}}}]);
    let arn = "arn:aws:iam::aws:policy/AWSLiveCoreDevReader";
    let both = || vec![policy(arn, &statements)];
    let carrier = |id: &str| role(id, "carrier", &json!({"attached_policies": [arn]}));
    assert_eq!(compared(&[carrier(DEV)], &[carrier(QA)], (both(), both())), equal());
    // The same document as the customer's own policy means what it says.
    let own = |id: &str| format!("arn:aws:iam::{id}:policy/reader");
    let carrier = |id: &str| role(id, "carrier", &json!({"attached_policies": [arn, own(id)]}));
    let with_own = |id: &str| vec![policy(arn, &statements), policy(&own(id), &statements)];
    let (findings, references) = compared(&[carrier(DEV)], &[carrier(QA)], (with_own(DEV), with_own(QA)));
    assert_ne!(findings, json!(0));
    assert!(references.contains("sample-live-data"), "{references}");
}

/// Two versions are still compared, word for word.
#[test]
fn two_versions_of_an_aws_managed_policy_are_compared() {
    let statements = |bucket: &str| json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{bucket}/*")}]);
    let arn = "arn:aws:iam::aws:policy/SampleReader";
    let carrier = |id: &str| role(id, "carrier", &json!({"attached_policies": [arn]}));
    let of = |bucket: &str| vec![policy(arn, &statements(bucket))];
    let (findings, references) = compared(&[carrier(DEV)], &[carrier(QA)], (of("sample-dev"), of("sample-qa")));
    assert_ne!(findings, json!(0), "two buckets of AWS's own, however they are named");
    assert_eq!(references, "[]");
}

#[test]
fn names_of_aws_are_left() {
    let arn = "arn:aws:iam::aws:policy/job-function/AmazonLiveCoreOperator";
    let statements = json!([{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]);
    let both = || vec![policy(arn, &statements)];
    let carriers = |id: &str| {
        let linked = format!("arn:aws:iam::{id}:role/aws-service-role/live.amazonaws.com/AWSServiceRoleForLiveCore");
        let passes = json!([
            {"Effect": "Allow", "Action": "iam:PassRole", "Resource": linked,
             "Condition": {"StringEquals": {"iam:PassedToService": "live.amazonaws.com"}}},
            {"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "*",
             "Condition": {"StringEquals": {"live:CoreName": "x", "iam:PolicyARN": arn}}}
        ]);
        vec![
            role(
                id,
                "carrier",
                &json!({"attached_policies": [arn],
                "inline_policies": [{"name": "p", "document": document(&passes)}],
                "trust_policy": trust(&json!({"Service": ["live.amazonaws.com", "core.live.eu-west-1.amazonaws.com"]}))}),
            ),
            role(
                id,
                "AWSServiceRoleForLiveCore",
                &json!({"path": "/aws-service-role/live.amazonaws.com/", "arn": linked}),
            ),
        ]
    };
    assert_eq!(compared(&carriers(DEV), &carriers(QA), (both(), both())), equal());
}

/// What the user chose in such a name is the user's: the suffix of a service-linked role, a tag key, a Region.
#[test]
fn the_users_part_of_such_a_name_is_replaced() {
    let of = |id: &str, text: &str| {
        let condition = json!({"StringEquals": {format!("aws:ResourceTag/{text}"): "x"}});
        let statement =
            json!([{"Effect": "Allow", "Action": "ec2:StartInstances", "Resource": "*", "Condition": condition}]);
        vec![
            role(id, "r", &json!({"inline_policies": [{"name": "p", "document": document(&statement)}]})),
            role(
                id,
                &format!("AWSServiceRoleForAutoScaling_{text}"),
                &json!({"path": "/aws-service-role/autoscaling.amazonaws.com/"}),
            ),
        ]
    };
    assert_eq!(compared(&of(DEV, "dev"), &of(QA, "qa"), Default::default()), equal());
    let (findings, references) = compared(&of(DEV, "dev"), &of(QA, "dev"), Default::default());
    assert_ne!(findings, json!(0));
    assert!(references.contains("aws:ResourceTag/dev"), "{references}");
}
