//! Policies made to be hard: the comparison ends within its budget and says `unknown` where it must.

use std::sync::Arc;

use iamctl::catalog::Catalogue;
use iamctl::model::PolicyType;
use iamctl::parse::policy::parse_identity;
use iamctl::semantics::outcome::{AccessComparison, Grade};

use iamctl::semantics::evaluate::{AttachedDocument, RolePolicies};
use iamctl::semantics::{Budget, Engine};
use serde_json::{Value, json};

fn role(documents: &[Value]) -> RolePolicies {
    let attach = |document: &Value| AttachedDocument {
        policy_name: "own".to_owned(),
        policy_type: PolicyType::Inline,
        document: Arc::new(parse_identity(&document.to_string()).unwrap()),
    };
    RolePolicies { identity: documents.iter().map(attach).collect(), ..RolePolicies::default() }
}

fn policy(statements: &[Value]) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn compare(left: &[Value], right: &[Value]) -> AccessComparison {
    let catalogue = Catalogue::embedded();
    let engine = Engine::new(&catalogue, Budget::default());
    engine.between(&role(left), &role(right)).unwrap()
}

/// Patterns `*xy*z*` for many letters, which overlap in every way.
fn overlapping(seed: usize, count: usize) -> Vec<String> {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    let one = |n: usize| {
        let (a, b, c) = (letter(n), letter(n / 26 + seed), letter(n * 5 + n / 26 * 7 + seed * 2));
        format!("arn:aws:s3:::*{a}{b}*{c}*")
    };
    (0..count).map(one).collect()
}

#[test]
fn twenty_policies_of_overlapping_patterns() {
    let big = |seed: usize| {
        let resources = overlapping(seed, 450);
        let document = policy(&[json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources})]);
        assert!(document.to_string().len() > 9_000);
        document
    };
    let left: Vec<Value> = (0..20).map(big).collect();
    let right: Vec<Value> = (0..20).map(|seed| big(seed + 1)).collect();
    let comparison = compare(&left, &right);
    assert_ne!(comparison.grade, Grade::Identical);
    assert!(!comparison.differences.is_empty());
    let same = compare(&left, &left.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(same.grade, Grade::Identical);
}

#[test]
fn denied_by_overlapping_patterns_on_both_sides() {
    let all = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"});
    let deny = |seed| json!({"Effect": "Deny", "Action": "s3:GetObject", "Resource": overlapping(seed, 60)});
    let comparison = compare(&[policy(&[all.clone(), deny(1)])], &[policy(&[all, deny(2)])]);
    assert!(matches!(comparison.grade, Grade::Different | Grade::Unknown));
}

#[test]
fn five_hundred_exceptions() {
    let except = |count: usize| {
        let resources: Vec<String> = (0..count).map(|n| format!("arn:aws:s3:::bucket-{n}/*")).collect();
        policy(&[json!({"Effect": "Allow", "Action": "s3:GetObject", "NotResource": resources})])
    };
    let comparison = compare(&[except(500)], &[except(499)]);
    assert_eq!(comparison.grade, Grade::Different);
    let witness = comparison.differences[0].witness.as_ref().unwrap();
    assert!(witness.resource.starts_with("arn:aws:s3:::bucket-499/"), "{}", witness.resource);
    let deny = |count: usize| {
        let resources: Vec<String> = (0..count).map(|n| format!("arn:aws:s3:::bucket-{n}/*")).collect();
        policy(&[
            json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}),
            json!({"Effect": "Deny", "Action": "s3:GetObject", "NotResource": resources}),
        ])
    };
    assert_eq!(compare(&[deny(500)], &[deny(499)]).differences.len(), 1);
}

#[test]
fn sixty_conditions_on_one_key() {
    let statements = |operator: &str, text: &dyn Fn(usize) -> String| -> Vec<Value> {
        let one = |n: usize| {
            json!({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b",
            "Condition": {operator: {"s3:prefix": text(n)}}})
        };
        (0..60).map(one).collect()
    };
    let equal = |from: usize| policy(&statements("StringEquals", &move |n| format!("home/{}", n + from)));
    let comparison = compare(&[equal(0)], &[equal(1)]);
    assert_eq!(comparison.grade, Grade::Different);
    assert!(comparison.differences.iter().all(|row| row.witness.is_some()));
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    let like = |from: usize| {
        policy(&statements("StringLike", &move |n| format!("*{}*{}*", letter(n + from), letter(n * 3 + from))))
    };
    let comparison = compare(&[like(0)], &[like(1)]);
    // 60 patterns that start anywhere have more cases than are listed, and a few of them tell the roles apart.
    assert_eq!(comparison.grade, Grade::Different);
}
