//! The same policy in other words. Only ways of which no report shows anything.

use super::document::{Document, Statement, Target, Test};
use super::numbers::Numbers;

/// Patterns, and actions that they have anyway.
const COVERED: [(&str, &str); 8] = [
    ("s3:Get*", "s3:GetObject"),
    ("s3:List*", "s3:ListBucket"),
    ("s3:*Object", "s3:PutObject"),
    ("dynamodb:*Item", "dynamodb:PutItem"),
    ("sqs:*Message", "sqs:ReceiveMessage"),
    ("ec2:Describe*", "ec2:DescribeInstances"),
    ("route53:List*", "route53:ListHostedZones"),
    ("logs:Describe*", "logs:DescribeLogGroups"),
];

/// Rewrites a document.
pub(super) fn rewrite(document: &mut Document, numbers: &mut Numbers) {
    for _ in 0..2 {
        split(&mut document.statements, numbers);
        join(&mut document.statements, numbers);
    }
    for (index, statement) in document.statements.iter_mut().enumerate() {
        rewrite_statement(statement, numbers);
        statement.sid = numbers.chance(40).then(|| format!("Part{index}{}", numbers.below(100)));
    }
    if numbers.chance(10)
        && let Some(mut again) = numbers.one_of(&document.statements).cloned()
    {
        again.sid = None;
        document.statements.push(again);
    }
    numbers.shuffle(&mut document.statements);
    document.id = numbers.chance(10).then(|| format!("policy-{}", numbers.below(1000)));
    document.old_version = numbers.chance(10) && !has_variable(document);
}

/// A document of the old version takes variables for plain text.
fn has_variable(document: &Document) -> bool {
    let texts = |statement: &Statement| {
        let values = statement.conditions.iter().flat_map(|test| test.values.iter().cloned());
        statement.targets.iter().map(|(_, text)| text.clone()).chain(values).any(|text| text.contains("${"))
    };
    document.statements.iter().any(texts)
}

/// One statement becomes two, each with a part of its actions or of its resources.
fn split(statements: &mut Vec<Statement>, numbers: &mut Numbers) {
    let mut more = Vec::new();
    for statement in statements.iter_mut() {
        if !numbers.chance(25) {
            continue;
        }
        let mut other = statement.clone();
        if !statement.not_action && statement.actions.len() > 1 && numbers.chance(50) {
            let at = 1 + numbers.below(statement.actions.len() - 1);
            other.actions = statement.actions.split_off(at);
            more.push(other);
        } else if !statement.not_resource && statement.targets.len() > 1 {
            let at = 1 + numbers.below(statement.targets.len() - 1);
            other.targets = statement.targets.split_off(at);
            more.push(other);
        }
    }
    statements.extend(more);
}

/// Two statements that differ in their actions only, or in their resources only, become one.
fn join(statements: &mut Vec<Statement>, numbers: &mut Numbers) {
    let mut joined: Vec<Statement> = Vec::new();
    for statement in std::mem::take(statements) {
        let fits = |other: &&mut Statement| can_join(other, &statement);
        match joined.iter_mut().find(fits) {
            Some(other) if numbers.chance(50) => {
                let Statement { actions, targets, .. } = statement;
                actions.into_iter().for_each(|action| add(&mut other.actions, action));
                targets.into_iter().for_each(|target| add(&mut other.targets, target));
            }
            _ => joined.push(statement),
        }
    }
    *statements = joined;
}

fn can_join(a: &Statement, b: &Statement) -> bool {
    let plain = |statement: &Statement| !statement.not_action && !statement.not_resource;
    let same = a.allow == b.allow && is_same(&a.conditions, &b.conditions);
    plain(a) && plain(b) && same && (is_same(&a.actions, &b.actions) || is_same(&a.targets, &b.targets))
}

fn is_same<T: Ord + Clone>(a: &[T], b: &[T]) -> bool {
    let sorted = |list: &[T]| {
        let mut list = list.to_vec();
        list.sort();
        list.dedup();
        list
    };
    sorted(a) == sorted(b)
}

fn add<T: PartialEq>(list: &mut Vec<T>, one: T) {
    if !list.contains(&one) {
        list.push(one);
    }
}

fn rewrite_statement(statement: &mut Statement, numbers: &mut Numbers) {
    if !statement.not_action {
        for (pattern, action) in COVERED {
            if statement.actions.iter().any(|known| known == pattern) && numbers.chance(30) {
                statement.actions.push(action.to_owned());
            }
        }
    }
    again(&mut statement.actions, numbers);
    again(&mut statement.targets, numbers);
    for action in &mut statement.actions {
        if numbers.chance(20) {
            *action = if numbers.chance(50) { capitals(action) } else { action.to_ascii_lowercase() };
        }
    }
    for (kind, text) in &mut statement.targets {
        if *kind == Target::Aws && numbers.chance(50) {
            *text = account(text);
        }
    }
    for test in &mut statement.conditions {
        rewrite_test(test, numbers);
    }
    numbers.shuffle(&mut statement.actions);
    numbers.shuffle(&mut statement.targets);
    numbers.shuffle(&mut statement.conditions);
}

/// An entry twice.
fn again<T: Clone>(list: &mut Vec<T>, numbers: &mut Numbers) {
    if numbers.chance(10) {
        list.extend(numbers.one_of(list).cloned());
    }
}

/// `s3:getobject` as `S3:getobject`.
fn capitals(action: &str) -> String {
    action.split_once(':').map_or_else(
        || action.to_owned(),
        |(service, name)| format!("{}:{}", service.to_ascii_uppercase(), name.to_ascii_lowercase()),
    )
}

/// An account's id as its root, or the root as the id.
fn account(text: &str) -> String {
    let is_id = |text: &str| {
        matches!(text, "<id>" | "<central>") || (text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let root = text.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root"));
    match root {
        Some(id) if is_id(id) => id.to_owned(),
        _ if is_id(text) => format!("arn:aws:iam::{text}:root"),
        _ => text.to_owned(),
    }
}

fn rewrite_test(test: &mut Test, numbers: &mut Numbers) {
    // What stands behind a slash is a tag's key: people do not write it in another case.
    if !test.key.contains(['/', '<']) && numbers.chance(30) {
        test.key = if numbers.chance(50) { test.key.to_ascii_lowercase() } else { test.key.to_ascii_uppercase() };
    }
    again(&mut test.values, numbers);
    for value in &mut test.values {
        let number = test.operator.starts_with("Numeric");
        let address = test.operator.ends_with("IpAddress") && !value.contains('/');
        match test.operator.as_str() {
            "Bool" | "Null" if numbers.chance(30) => *value = if value == "true" { "True" } else { "False" }.to_owned(),
            _ if number && numbers.chance(30) => value.push_str(".0"),
            _ if address && numbers.chance(50) => value.push_str("/32"),
            _ => {}
        }
    }
    numbers.shuffle(&mut test.values);
}
