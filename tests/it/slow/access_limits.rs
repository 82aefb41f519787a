//! Documents larger than any that IAM takes: a difference, `unknown` or an error, within the budget; never equal, never a
//! crash.

use std::sync::Arc;

use iamctl::catalog::Catalogue;
use iamctl::model::PolicyType;
use iamctl::parse::policy::parse_identity;
use iamctl::semantics::evaluate::{AttachedDocument, RolePolicies};
use iamctl::semantics::outcome::{AccessComparison, Grade};
use iamctl::semantics::{Budget, Engine};
use serde_json::{Value, json};

use crate::support::tool::{DEV, QA, Tool, inline, snapshot};

fn role(statements: &[Value]) -> RolePolicies {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let document = Arc::new(parse_identity(&text).unwrap());
    let own = AttachedDocument { policy_name: "own".to_owned(), policy_type: PolicyType::Inline, document };
    RolePolicies { identity: vec![own], ..RolePolicies::default() }
}

fn compare(left: &[Value], right: &[Value]) -> AccessComparison {
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    let (left, right) = (role(left), role(right));
    engine.between(&left, &right).unwrap()
}

fn bucket(n: usize) -> String {
    format!("arn:aws:s3:::bucket-{n}/*")
}

fn allow(resources: impl Into<Value>) -> Value {
    json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources.into()})
}

fn buckets(range: std::ops::Range<usize>) -> Value {
    range.map(bucket).collect::<Vec<_>>().into()
}

#[test]
fn a_hundred_thousand_statements_of_which_one_differs() {
    let left: Vec<Value> = (0..100_000).map(|n| allow(bucket(n))).collect();
    let comparison = compare(&left, &left[1..]);
    assert_ne!(comparison.grade, Grade::EqualForAllRequests);
    assert!(!comparison.differences.is_empty());
}

#[test]
fn ten_thousand_statements_that_all_differ() {
    let left: Vec<Value> = (0..10_000).map(|n| allow(bucket(n))).collect();
    let right: Vec<Value> = (10_000..20_000).map(|n| allow(bucket(n))).collect();
    assert!(matches!(compare(&left, &right).grade, Grade::Different | Grade::Unknown));
}

#[test]
fn ten_thousand_resources_in_one_statement() {
    let comparison = compare(&[allow(buckets(0..10_000))], &[allow(buckets(0..9_999))]);
    assert!(matches!(comparison.grade, Grade::Different | Grade::Unknown));
}

#[test]
fn seventy_thousand_patterns_are_all_counted() {
    // The one that differs is behind all that sixteen bits can number.
    let comparison = compare(&[allow(buckets(0..70_000))], &[allow(buckets(0..69_999))]);
    assert!(matches!(comparison.grade, Grade::Different | Grade::Unknown), "{:?}", comparison.grade);
    assert!(!comparison.differences.is_empty());
}

#[test]
fn the_program_ends_with_a_report() {
    let tool = Tool::new();
    let statements = |count: usize| -> Value { (0..count).map(|n| allow(bucket(n))).collect::<Vec<_>>().into() };
    tool.write("dev.json", snapshot(DEV, &[inline(DEV, "many", &statements(1_000))], &[]));
    tool.write("qa.json", snapshot(QA, &[inline(QA, "many", &json!([allow(buckets(0..4_000))]))], &[]));
    let report = tool.diff(&["--fail-on", "access"]);
    let grade = report["roles"][0]["access_grade"].as_str().unwrap();
    assert!(matches!(grade, "different" | "unknown"), "{grade}");
    assert_ne!(report["access_differences"], json!([]));
}
