//! How long the comparison takes for a thousand pairs of roles with four policies each.
//!
//! `cargo bench --no-default-features --bench access`. With `IAMCTL_BENCH_POLICIES` naming a JSON file of policy name
//! to document (such as all AWS managed policies), those are attached to the roles, and each is compared with the
//! next one besides, and with itself after small changes, of which the share of rows that stay unknown is counted.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program for developers, which may end by a panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use iamctl::catalog::Catalogue;
use iamctl::model::{ActionClause, Conditions, IdentityPolicy, PolicyType, ResourceClause, Statement};
use iamctl::parse::policy::parse_identity;
use iamctl::semantics::outcome::{AccessComparison, Certainty, Grade};

use iamctl::semantics::evaluate::{AttachedDocument, RolePolicies};
use iamctl::semantics::{Budget, Engine};

type Pair = (RolePolicies, RolePolicies);

const PAIRS: usize = 1_000;

/// Policies of the kinds that are attached to many roles.
const MANAGED: &[&str] = &[
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#,
    r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["iam:CreateServiceLinkedRole", "iam:ListRoles", "organizations:DescribeOrganization"], "Resource": "*"}]}"#,
    r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["ec2:Describe*", "s3:Get*", "s3:List*", "iam:Get*", "iam:List*", "lambda:List*", "rds:Describe*"], "Resource": "*"}]}"#,
    r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "arn:aws:logs:*:*:*"},
        {"Effect": "Allow", "Action": ["xray:Put*"], "Resource": "*"}]}"#,
    r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::elasticbeanstalk-*", "arn:aws:s3:::elasticbeanstalk-*/*"]},
        {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}]}"#,
];

fn main() {
    let catalogue = Catalogue::embedded();
    let managed = managed();
    let named: Vec<&Arc<IdentityPolicy>> = managed.values().collect();
    println!("{} attached policies to choose from", named.len());
    let kinds = [("equal", 0), ("one statement changed", 1), ("all different", 2)];
    for (name, kind) in kinds {
        let pairs: Vec<Pair> = (0..PAIRS).map(|n| pair(n, kind, &named)).collect();
        let engine = Engine::new(&catalogue, Budget::default());
        let start = Instant::now();
        let answers = engine.between_all(&pairs).expect("every witness is confirmed");
        report(name, &answers, start.elapsed());
    }
    if managed.len() > MANAGED.len() {
        neighbours(&catalogue, &managed);
        changes(&catalogue, &managed);
    }
}

fn managed() -> BTreeMap<String, Arc<IdentityPolicy>> {
    let mut all: BTreeMap<String, Arc<IdentityPolicy>> = BTreeMap::new();
    for (at, text) in MANAGED.iter().enumerate() {
        all.insert(format!("policy-{at}"), Arc::new(parse_identity(text).expect("a policy")));
    }
    let Some(path) = std::env::var_os("IAMCTL_BENCH_POLICIES") else { return all };
    let text = std::fs::read_to_string(path).expect("the file is there");
    let documents: BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).expect("JSON");
    for (name, document) in documents {
        match parse_identity(&document.to_string()) {
            Ok(policy) => {
                all.insert(name, Arc::new(policy));
            }
            Err(error) => println!("{name}: {error}"),
        }
    }
    all
}

fn attach(name: &str, policy_type: PolicyType, document: Arc<IdentityPolicy>) -> AttachedDocument {
    AttachedDocument { policy_name: name.to_owned(), policy_type, document }
}

fn inline(n: usize, changed: bool) -> AttachedDocument {
    let table = if changed { "orders" } else { "order*" };
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [
        {{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::app-{n}/*"}},
        {{"Effect": "Allow", "Action": "dynamodb:*Item", "Resource": "arn:aws:dynamodb:*:111122223333:table/{n}-{table}"}},
        {{"Effect": "Allow", "Action": "sqs:*", "Resource": "arn:aws:sqs:*:111122223333:app-{n}-*",
          "Condition": {{"StringEquals": {{"aws:SourceVpc": "vpc-{n}"}}}}}}]}}"#
    );
    attach("own", PolicyType::Inline, Arc::new(parse_identity(&text).expect("a policy")))
}

/// Three attached policies and one of its own; `kind` says how the right side differs.
fn pair(n: usize, kind: u8, named: &[&Arc<IdentityPolicy>]) -> Pair {
    let role = |n: usize, shift: usize, changed: bool| {
        let attached = (0..3).filter_map(|at| named.get((n * 3 + at + shift) % named.len()));
        let mut identity: Vec<AttachedDocument> = attached
            .enumerate()
            .map(|(at, &doc)| attach(&format!("m{at}"), PolicyType::Managed, Arc::clone(doc)))
            .collect();
        identity.push(inline(n, changed));
        RolePolicies { identity, ..RolePolicies::default() }
    };
    match kind {
        0 => (role(n, 0, false), role(n, 0, false)),
        1 => (role(n, 0, false), role(n, 0, true)),
        _ => (role(n, 0, false), role(n + 1, 1, false)),
    }
}

fn report(name: &str, answers: &[AccessComparison], time: Duration) {
    let count = |grade| answers.iter().filter(|answer| answer.grade == grade).count();
    let rows: usize = answers.iter().map(|answer| answer.differences.len()).sum();
    println!(
        "{name}: {} pairs in {time:.2?}; {} identical, {} equal, {} unknown, {} different; {rows} rows",
        answers.len(),
        count(Grade::Identical),
        count(Grade::EqualForAllRequests) + count(Grade::EqualForCatalogue),
        count(Grade::Unknown),
        count(Grade::Different),
    );
}

/// Each policy against the next: the slowest, and what was left open.
fn neighbours(catalogue: &Catalogue, policies: &BTreeMap<String, Arc<IdentityPolicy>>) {
    let engine = Engine::new(catalogue, Budget::default());
    let role = |document: &Arc<IdentityPolicy>| RolePolicies {
        identity: vec![attach("p", PolicyType::Managed, Arc::clone(document))],
        ..RolePolicies::default()
    };
    let all: Vec<(&String, &Arc<IdentityPolicy>)> = policies.iter().collect();
    let mut slowest = Vec::new();
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let begin = Instant::now();
    for two in all.windows(2) {
        let [(left_name, left), (right_name, right)] = two else { continue };
        let start = Instant::now();
        let answer = engine.between(&role(left), &role(right));
        let time = start.elapsed();
        match answer {
            Ok(answer) => {
                slowest.push((time, format!("{left_name} | {right_name}: {} rows", answer.differences.len())));
                let budget = |reason: &&String| reason.contains("too many");
                if answer.differences.iter().any(|row| row.reasons.iter().any(|reason| budget(&reason))) {
                    println!("past its budget: {left_name} | {right_name}");
                }
                for reason in answer.differences.iter().flat_map(|row| &row.reasons) {
                    *reasons.entry(reason.clone()).or_default() += 1;
                }
            }
            Err(error) => println!("{left_name} | {right_name}: {error}"),
        }
    }
    slowest.sort();
    println!("{} neighbours in {:.2?}", slowest.len(), begin.elapsed());
    slowest.iter().rev().take(8).for_each(|(time, what)| println!("{time:.2?} {what}"));
    let mut reasons: Vec<(usize, String)> = reasons.into_iter().map(|(reason, count)| (count, reason)).collect();
    reasons.sort();
    reasons.iter().rev().take(30).for_each(|(count, reason)| println!("{count} {reason}"));
}

/// Each policy against itself without a statement, an action, a resource or a condition.
fn changes(catalogue: &Catalogue, policies: &BTreeMap<String, Arc<IdentityPolicy>>) {
    let engine = Engine::new(catalogue, Budget::default());
    let role = |document: &Arc<IdentityPolicy>| RolePolicies {
        identity: vec![attach("p", PolicyType::Managed, Arc::clone(document))],
        ..RolePolicies::default()
    };
    let pairs: Vec<Pair> = policies
        .values()
        .flat_map(|document| changed(document).into_iter().map(|other| (role(document), role(&Arc::new(other)))))
        .collect();
    let begin = Instant::now();
    let answers = engine.between_all(&pairs).expect("every witness is confirmed");
    let rows = || answers.iter().flat_map(|answer| &answer.differences);
    let unknown = rows().filter(|row| row.certainty == Certainty::Unknown).count();
    println!(
        "{} changes in {:.2?}: {} rows, {unknown} unknown ({:.2} %)",
        pairs.len(),
        begin.elapsed(),
        rows().count(),
        100.0 * unknown as f64 / rows().count() as f64
    );
    let mut reasons: BTreeMap<&String, usize> = BTreeMap::new();
    for reason in rows().filter(|row| row.certainty == Certainty::Unknown).flat_map(|row| &row.reasons) {
        *reasons.entry(reason).or_default() += 1;
    }
    let mut reasons: Vec<(usize, &String)> = reasons.into_iter().map(|(reason, count)| (count, reason)).collect();
    reasons.sort();
    reasons.iter().rev().take(30).for_each(|(count, reason)| println!("{count} {reason}"));
}

/// The policy without its first, its middle, its last statement; each of those without its last action, without its
/// last resource, without its condition.
fn changed(document: &IdentityPolicy) -> Vec<IdentityPolicy> {
    let count = document.statements.len();
    let places: BTreeSet<usize> =
        [0, count / 2, count.saturating_sub(1)].into_iter().filter(|at| *at < count).collect();
    let mut all = Vec::new();
    for at in places {
        if count > 1 {
            let mut other = document.clone();
            other.statements.remove(at);
            all.push(other);
        }
        let statement = &document.statements[at];
        let mut with = |changed: Statement<ResourceClause>| {
            let mut other = document.clone();
            other.statements[at] = changed;
            all.push(other);
        };
        if let ActionClause::Action(actions) = &statement.action
            && let [rest @ .., _] = actions.as_slice()
            && !rest.is_empty()
        {
            with(Statement { action: ActionClause::Action(rest.to_vec()), ..statement.clone() });
        }
        if let ResourceClause::Resource(resources) = &statement.target
            && let [rest @ .., _] = resources.as_slice()
            && !rest.is_empty()
        {
            with(Statement { target: ResourceClause::Resource(rest.to_vec()), ..statement.clone() });
        }
        if !statement.conditions.is_empty() {
            with(Statement { conditions: Conditions::default(), ..statement.clone() });
        }
    }
    all
}
