//! AWS managed policies that the two accounts were read with in different versions: nobody's roles differ by that.

use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, document, inline, role, snapshot};

const READER: &str = "arn:aws:iam::aws:policy/SampleReader";

fn policy(arn: &str, version: &str, actions: &[&str]) -> Value {
    let name = arn.rsplit('/').next().unwrap();
    let statements = json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]);
    json!({"arn": arn, "name": name, "version_id": version, "document": document(&statements)})
}

/// Two accounts of these roles and policies, the second account's last.
fn accounts(dev: (&[Value], &[Value]), qa: (&[Value], &[Value])) -> Tool {
    let tool = Tool::new();
    tool.write("dev.json", snapshot(DEV, dev.0, dev.1));
    tool.write("qa.json", snapshot(QA, qa.0, qa.1));
    tool
}

fn older_and_newer(carrier: impl Fn(&str, &str) -> Value) -> Tool {
    let roles = |id: &str| vec![carrier(id, "b"), carrier(id, "a")];
    let newer = policy(READER, "v10", &["s3:List*", "sqs:List*"]);
    accounts((&roles(DEV), &[policy(READER, "v9", &["s3:List*"])]), (&roles(QA), &[newer]))
}

fn attached(id: &str, name: &str) -> Value {
    role(id, name, &json!({"attached_policies": [READER]}))
}

fn diff(tool: &Tool, more: &[&str]) -> i32 {
    let mut arguments = vec!["diff", "dev.json", "dev", "qa.json", "qa", "--exit-code", "--output", "out"];
    arguments.extend_from_slice(more);
    tool.run(&arguments).code
}

#[test]
fn two_versions_are_told_once_and_fail_no_run_unless_it_asks() {
    let tool = older_and_newer(attached);
    let report = tool.diff(&[]);
    assert_eq!((&report["totals"]["findings"], &report["item_differences"]), (&json!(0), &json!([])));
    let limitation = json!({"kind": "aws-policy-versions", "policy": READER, "versions": {"dev": "v9", "qa": "v10"},
        "compared": "v10", "roles": ["a", "b"]});
    assert_eq!(report["limitations"], json!([limitation]));
    let sentence = "the accounts were read with different versions of the AWS managed policy \
        `arn:aws:iam::aws:policy/SampleReader`: v9 in dev, v10 in qa; iamctl compared v10 in both for `a`, `b`";
    assert_eq!(report["warnings"], json!([sentence]));
    let findings = report["findings"].as_array().unwrap();
    assert_eq!((findings.len(), &findings[0]["rule"]), (1, &json!("aws-policy-version")));
    for (fail_on, code) in [("any", 0), ("access", 0), ("severity=info", 0), ("rule=aws-policy-version", 1)] {
        assert_eq!(diff(&tool, &["--fail-on", fail_on]), code, "{fail_on}");
    }
    // The report keeps what was read.
    assert!(tool.read("out/dev_snapshot.json").contains("\"v9\""));
    let explained = tool.run(&["explain", "out", "a"]).stdout;
    assert!(explained.contains("v9 in dev, v10 in qa"), "{explained}");
    // Nor does anything remain to be done.
    let remediate = tool.run(&["remediate", "out", "--make", "dev"]);
    assert!(!remediate.stdout.contains("read in two versions"), "{remediate:?}");
}

#[test]
fn the_newer_version_is_that_of_the_higher_number_on_either_side() {
    let roles = |id: &str| [attached(id, "a")];
    let newer = policy(READER, "v10", &["s3:List*", "sqs:List*"]);
    let older = policy(READER, "v9", &["s3:List*"]);
    let tool = accounts((&roles(DEV), &[newer]), (&roles(QA), &[older]));
    let report = tool.diff(&[]);
    assert_eq!(report["totals"]["findings"], json!(0));
    assert_eq!(report["limitations"][0]["compared"], json!("v10"));
}

#[test]
fn a_boundary_in_two_versions_is_one_too() {
    let tool = older_and_newer(|id, name| {
        let mut role = inline(id, name, &json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
        role["permissions_boundary"] = json!(READER);
        role
    });
    let report = tool.diff(&[]);
    assert_eq!(report["totals"]["findings"], json!(0), "{}", report["findings"]);
    assert_eq!(report["limitations"][0]["roles"], json!(["a", "b"]));
}

/// What the roles themselves differ in is found beside it.
#[test]
fn two_versions_hide_nothing() {
    let newer = policy(READER, "v10", &["s3:List*", "sqs:List*"]);
    let other = "arn:aws:iam::aws:policy/SampleWriter";
    let both = |id: &str, name: &str| role(id, name, &json!({"attached_policies": [READER, other]}));
    let dev = [attached(DEV, "a"), attached(DEV, "b")];
    let qa = [both(QA, "a"), attached(QA, "b")];
    let older = [policy(READER, "v9", &["s3:List*"])];
    let tool = accounts((&dev, &older), (&qa, &[newer, policy(other, "v1", &["s3:PutObject"])]));
    let report = tool.diff(&[]);
    let access = report["access_differences"].as_array().unwrap();
    assert_eq!(access.len(), 1, "{access:?}");
    assert_eq!((&access[0]["role"], &access[0]["actions"]), (&json!("a"), &json!(["PutObject"])));
    assert_eq!(report["limitations"][0]["roles"], json!(["a", "b"]));
    // A policy that one role alone has is compared as that account has it.
    let tool = accounts((&[role(DEV, "a", &json!({}))], &older), (&[attached(QA, "a")], &older));
    assert_eq!(tool.diff(&[])["access_differences"][0]["actions"], json!(["List*"]));
}

/// Only AWS's own policies are kept by AWS; and of two documents of one version, one is not what AWS says.
#[test]
fn other_policies_in_two_versions_differ() {
    let own = |id: &str| format!("arn:aws:iam::{id}:policy/reader");
    let carrier = |id: &str| [role(id, "a", &json!({"attached_policies": [own(id)]}))];
    let of = |id: &str, version: &str, actions: &[&str]| [policy(&own(id), version, actions)];
    let older = of(DEV, "v9", &["s3:List*"]);
    let tool = accounts((&carrier(DEV), &older), (&carrier(QA), &of(QA, "v10", &["s3:List*", "sqs:List*"])));
    let report = tool.diff(&[]);
    assert_eq!((report["access_differences"].as_array().unwrap().len(), &report["limitations"]), (1, &json!([])));
    let aws = |actions: &[&str]| [policy(READER, "v9", actions)];
    let roles = |id: &str| [attached(id, "a")];
    let tool = accounts((&roles(DEV), &aws(&["s3:List*"])), (&roles(QA), &aws(&["sqs:List*"])));
    let report = tool.diff(&[]);
    assert_eq!((report["access_differences"].as_array().unwrap().len(), &report["limitations"]), (2, &json!([])));
}

/// One role has the policy attached, the other as its boundary: both have it.
#[test]
fn attached_here_and_boundary_there_is_of_both() {
    let older = [policy(READER, "v9", &["s3:GetObject"])];
    let newer = [policy(READER, "v10", &["s3:GetObject", "s3:PutObject"])];
    let mut bounded = inline(QA, "a", &json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]));
    bounded["permissions_boundary"] = json!(READER);
    let tool = accounts((&[attached(DEV, "a")], &older), (&[bounded], &newer));
    let report = tool.diff(&[]);
    let access = report["access_differences"].as_array().unwrap();
    assert_eq!((access.len(), &access[0]["actions"]), (1, &json!(["PutObject"])), "{access:?}");
    assert_eq!(report["limitations"][0]["compared"], json!("v10"));
    // That account was read with the version that does not allow it.
    assert_eq!(access[0]["witness_is_real"], json!(false));
}

/// Each partition has policies of its own, with versions of their own, also where the dictionary makes their ARNs alike.
#[test]
fn policies_of_two_partitions_are_two() {
    let other = READER.replace("arn:aws:", "arn:aws-us-gov:");
    let gov = |id: &str| {
        let mut role = role(id, "a", &json!({"attached_policies": [other]}));
        role["arn"] = json!(format!("arn:aws-us-gov:iam::{id}:role/a"));
        role
    };
    let older = [policy(READER, "v9", &["s3:List*"])];
    let tool =
        accounts((&[attached(DEV, "a")], &older), (&[gov(QA)], &[policy(&other, "v10", &["s3:List*", "sqs:List*"])]));
    for dictionary in
        [r#"{"partition": {"dev": ["aws"], "qa": ["aws-us-gov"]}}"#, r#"{"p": ["arn:aws", "arn:aws-us-gov"]}"#]
    {
        tool.write("equivalency_list.json", dictionary);
        let report = tool.diff(&[]);
        assert_eq!(report["access_differences"].as_array().unwrap().len(), 1, "{dictionary}: {report}");
        let kinds = report["limitations"].as_array().unwrap().iter().map(|limitation| &limitation["kind"]);
        assert!(kinds.into_iter().all(|kind| kind != "aws-policy-versions"), "{dictionary}");
    }
}
