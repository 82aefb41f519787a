//! Rows on part of what a statement allows: each with the condition, the reason, and the proof of that part alone.

use std::sync::Arc;

use iamctl::catalog::Catalogue;
use iamctl::model::PolicyType;
use iamctl::parse::policy::parse_identity;
use iamctl::semantics::evaluate::{AttachedDocument, RolePolicies};
use iamctl::semantics::outcome::{AccessDifference, Certainty};
use iamctl::semantics::{Budget, Engine};
use serde_json::{Value, json};

/// Statements of an inline policy and of a permissions boundary.
#[derive(Default)]
struct Policies {
    inline: Vec<Value>,
    boundary: Option<Vec<Value>>,
}

fn role(policies: &Policies) -> RolePolicies {
    let attached = |statements: &[Value], policy_type| AttachedDocument {
        policy_name: "p".to_owned(),
        policy_type,
        document: Arc::new(
            parse_identity(&json!({"Version": "2012-10-17", "Statement": statements}).to_string()).unwrap(),
        ),
    };
    RolePolicies {
        identity: vec![attached(&policies.inline, PolicyType::Inline)],
        boundary: policies.boundary.as_ref().map(|statements| attached(statements, PolicyType::Boundary)),
        ..RolePolicies::default()
    }
}

/// A statement on buckets of these names, which may have wildcards; `!` before the first makes them `NotResource`.
fn on(effect: &str, buckets: &[&str], condition: Option<(&str, &str, &str)>) -> Value {
    let element = if buckets.first().is_some_and(|name| name.starts_with('!')) { "NotResource" } else { "Resource" };
    let arn = |name: &&str| {
        if *name == "*" { "*".to_owned() } else { format!("arn:aws:s3:::{}", name.trim_start_matches('!')) }
    };
    let resources: Vec<String> = buckets.iter().map(arn).collect();
    let mut statement = json!({"Effect": effect, "Action": "s3:PutBucketPolicy", element: resources});
    if let Some((operator, key, value)) = condition {
        statement["Condition"] = json!({operator: {key: value}});
    }
    statement
}

fn allow(buckets: &[&str]) -> Value {
    on("Allow", buckets, None)
}

const MFA: Option<(&str, &str, &str)> = Some(("Bool", "aws:MultiFactorAuthPresent", "true"));
const HTTP: Option<(&str, &str, &str)> = Some(("Bool", "aws:SecureTransport", "false"));
const VPC: Option<(&str, &str, &str)> = Some(("StringEquals", "aws:SourceVpc", "vpc-a"));

/// `Left x* except x-s*, conditional: within MFA; proof x`, with the ends of the ARNs and of the keys.
fn told(row: &AccessDifference) -> String {
    let names = |arns: &[String]| arns.iter().map(|arn| arn.replace("arn:aws:s3:::", "")).collect::<Vec<_>>().join(" ");
    let except = if row.except.is_empty() { String::new() } else { format!(" except {}", names(&row.except)) };
    let certainty = match row.certainty {
        Certainty::Always => "always",
        Certainty::Conditional => "conditional",
        Certainty::Unknown => "unknown",
    };
    let condition =
        row.condition.as_ref().map(|condition| serde_json::to_string(condition).unwrap()).unwrap_or_default();
    let mut keys: Vec<(usize, &str)> = Vec::new();
    for (key, name) in [
        ("multifactorauthpresent", "MFA"),
        ("securetransport", "HTTP"),
        ("sourcevpc", "VPC"),
        ("within", "within"),
        ("when", "when"),
        ("unless", "unless"),
    ] {
        keys.extend(condition.to_lowercase().match_indices(key).map(|(at, _)| (at, name)));
    }
    keys.sort_unstable();
    let words: Vec<&str> = keys.into_iter().map(|(_, name)| name).collect();
    let proof = row.witness.as_ref().map(|witness| witness.resource.replace("arn:aws:s3:::", "")).unwrap_or_default();
    let condition = if words.is_empty() { String::new() } else { format!(" {}", words.join(" ")) };
    format!("{:?} {}{except}, {certainty}{condition}; proof {proof}", row.side, names(&row.resources))
}

fn rows(left: &Policies, right: &Policies) -> Vec<String> {
    let catalogue = Catalogue::embedded();
    let comparison = Engine::new(&catalogue, Budget::default()).between(&role(left), &role(right)).unwrap();
    comparison.differences.iter().map(told).collect()
}

fn inline(statements: &[Value]) -> Policies {
    Policies { inline: statements.to_vec(), boundary: None }
}

fn bounded(statements: &[Value], boundary: &[Value]) -> Policies {
    Policies { inline: statements.to_vec(), boundary: Some(boundary.to_vec()) }
}

#[test]
fn the_condition_of_the_own_boundary_is_that_of_the_resources_it_is_about() {
    let all = || allow(&["*"]);
    for (boundary, right, expected) in [
        (
            vec![allow(&["x*"]), on("Allow", &["*"], MFA)],
            Policies::default(),
            vec!["Left * except x*, conditional within MFA; proof y", "Left x*, always; proof x"],
        ),
        (
            vec![on("Allow", &["x*"], VPC), on("Allow", &["*"], MFA)],
            Policies::default(),
            vec!["Left * except x*, conditional within MFA; proof y", "Left x*, conditional within MFA VPC; proof x"],
        ),
        (
            vec![on("Allow", &["!x*"], MFA)],
            inline(&[on("Deny", &["*"], None)]),
            vec!["Left * except x*, conditional within MFA; proof y"],
        ),
    ] {
        assert_eq!(rows(&bounded(&[all()], &boundary), &right), expected, "{boundary:?}");
    }
}

#[test]
fn what_is_implicitly_denied_is_told_of_the_resources_that_no_statement_allows() {
    let right = inline(&[allow(&["!x*"]), on("Allow", &["*"], HTTP), on("Deny", &["*"], MFA)]);
    assert_eq!(
        rows(&inline(&[allow(&["*"])]), &right),
        ["Left *, conditional when MFA; proof x", "Left x*, conditional unless HTTP; proof x"]
    );
}

#[test]
fn a_proof_lies_on_what_its_row_is_about() {
    let right = bounded(&[allow(&["*"])], &[allow(&["x*"]), on("Deny", &["x-s*"], None)]);
    assert_eq!(
        rows(&inline(&[allow(&["*"])]), &right),
        ["Left * except x*, always; proof y", "Left x-s*, always; proof x-s"]
    );
}

#[test]
fn what_depends_on_a_condition_is_not_told_as_always() {
    let right = bounded(&[on("Allow", &["!x-s*"], MFA)], &[allow(&["x*"])]);
    assert_eq!(
        rows(&inline(&[allow(&["*"])]), &right),
        [
            "Left * except x*, always; proof y",
            "Left x* except x-s*, conditional unless MFA; proof x",
            "Left x-s*, always; proof x-s",
        ]
    );
}
