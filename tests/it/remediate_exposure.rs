//! No script of `iamctl remediate`, as a whole or in part, gives a principal more than either account does.

use serde_json::{Value, json};

use crate::support::remediation::{DEV, QA, calls, compared_files, make_qa};
use crate::support::tool::{Tool, inline, trust};

/// A role `app` that can do these actions, and that these principals can assume.
fn app(id: &str, actions: &str, who: &Value) -> Value {
    let mut app = inline(id, "app", &json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]));
    app["trust_policy"] = trust(who);
    app
}

/// The commands that the script for qa runs, by their names.
fn commands(tool: &Tool, script: &str) -> Vec<String> {
    let name = |call: &String| call.split(']').nth(1).unwrap().trim_start_matches('[').to_owned();
    calls(tool, script).iter().map(name).collect()
}

#[test]
fn policies_are_not_widened_where_the_trust_policy_stays_too_wide() {
    // IAM does not take the ID of a deleted role in a trust policy.
    let dev = app(DEV, "*", &json!({"AWS": "AROAEXAMPLEGONE000042"}));
    let qa = app(QA, "s3:Get*", &json!("*"));
    let tool = compared_files(&[dev], &[], &[qa], &[]);
    let run = make_qa(&tool, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(commands(&tool, &run.stdout), Vec::<String>::new(), "{}", run.stdout);
    assert!(run.stdout.contains("NOT DONE: policies and boundary: its trust policy is NOT DONE"), "{}", run.stdout);
}

#[test]
fn a_trust_policy_is_widened_after_the_policies_are_narrowed() {
    let dev = app(DEV, "s3:Get*", &json!("*"));
    let qa = app(QA, "*", &json!({"Service": "ec2.amazonaws.com"}));
    let tool = compared_files(&[dev], &[], &[qa], &[]);
    let run = make_qa(&tool, &[]);
    assert_eq!(commands(&tool, &run.stdout), ["put-role-policy", "update-assume-role-policy"], "{}", run.stdout);
}

#[test]
fn a_trust_policy_is_narrowed_before_all_other_changes_and_widened_again_after_them() {
    let ec2 = json!({"Service": "ec2.amazonaws.com"});
    let tool = compared_files(&[app(DEV, "*", &ec2)], &[], &[app(QA, "s3:Get*", &json!("*"))], &[]);
    let run = make_qa(&tool, &[]);
    assert_eq!(run.code, 0, "{run:?}");
    let both = ["update-assume-role-policy", "put-role-policy"];
    assert_eq!(commands(&tool, &run.stdout), both, "{}", run.stdout);
    let written = tool.run(&["remediate", "out", "--make", "qa", "--output", "qa.sh"]);
    assert_eq!(written.code, 0, "{written:?}");
    assert_eq!(commands(&tool, &tool.read("qa.undo.sh")), ["put-role-policy", "update-assume-role-policy"]);
}
