//! Large accounts, made fast.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::numbers::Numbers;
use crate::model::Sides;
use crate::parse::JsonError;
use crate::parse::snapshot::{FORMAT, Snapshot, SnapshotInlinePolicy, SnapshotPolicy, SnapshotRole, VERSION};

/// What a pair of synthetic accounts looks like.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Roles in each account.
    pub roles: usize,
    /// Managed policies in each account, of which every role carries three; one in three is AWS's own.
    pub managed: usize,
    /// Every how many roles one differs (its second account's inline policy has one action more); 0 for never.
    pub drift_every: usize,
    /// Makes one pair differ from another.
    pub seed: u64,
}

impl Shape {
    /// Roles with one inline and three managed policies, of which one role in fifty differs.
    #[must_use]
    pub const fn of(roles: usize) -> Self {
        Self { roles, managed: if roles / 10 > 20 { roles / 10 } else { 20 }, drift_every: 50, seed: 1 }
    }
}

/// The dictionary under which the two accounts of [`accounts`] differ only where they drifted.
pub const DICTIONARY: &str = r#"{"environment": ["dev", "qa"]}"#;

/// Two accounts, `dev` (111111111111) and `qa` (222222222222), that mean the same but for the drift.
///
/// # Errors
/// Never for shapes that fit into memory; the documents are made by `serde_json`.
pub fn accounts(shape: Shape) -> Result<Sides<Snapshot>, JsonError> {
    Ok(Sides {
        left: account(shape, "dev", "111111111111", false).map_err(|error| JsonError::new(&error))?,
        right: account(shape, "qa", "222222222222", true).map_err(|error| JsonError::new(&error))?,
    })
}

/// What applications do with their own buckets and queues.
const BUCKET_ACTIONS: [&str; 5] =
    ["s3:GetObject*", "s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload", "s3:*Object"];

const QUEUE_ACTIONS: [&str; 4] = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:*Message", "sqs:Get*"];

/// Patterns of very different width, as shared policies have them.
const ACTIONS: [&str; 12] = [
    "s3:Get*",
    "s3:List*",
    "s3:PutObject",
    "dynamodb:*Item",
    "dynamodb:Query",
    "sqs:SendMessage",
    "logs:*",
    "kms:Decrypt",
    "ec2:Describe*",
    "secretsmanager:GetSecretValue",
    "lambda:InvokeFunction",
    "cloudwatch:PutMetricData",
];

pub(super) fn account(shape: Shape, environment: &str, id: &str, drifted: bool) -> Result<Snapshot, serde_json::Error> {
    let mut numbers = Numbers::new(shape.seed);
    let policies = (0..shape.managed)
        .map(|index| managed(index, environment, id, &mut numbers))
        .collect::<Result<Vec<SnapshotPolicy>, _>>()?;
    let mut roles = Vec::with_capacity(shape.roles);
    for index in 0..shape.roles {
        let drift = drifted && shape.drift_every > 0 && index % shape.drift_every == 0;
        let attached = (0..3).filter_map(|_| policies.get(numbers.below(policies.len()))).map(|p| p.arn.clone());
        let attached: std::collections::BTreeSet<String> = attached.collect();
        roles.push(role(index, environment, id, attached.into_iter().collect(), drift, &mut numbers)?);
    }
    roles.sort_by(|a, b| a.name.cmp(&b.name));
    let mut policies = policies;
    policies.sort_by(|a, b| a.arn.cmp(&b.arn));
    Ok(Snapshot {
        format: FORMAT.to_owned(),
        version: VERSION,
        iamctl: env!("CARGO_PKG_VERSION").to_owned(),
        harvested_at: None,
        source: format!("synthetic {environment}"),
        account_id: Some(id.to_owned()),
        origin: None,
        roles,
        policies,
    })
}

fn managed(
    index: usize,
    environment: &str,
    id: &str,
    numbers: &mut Numbers,
) -> Result<SnapshotPolicy, serde_json::Error> {
    let aws = index.is_multiple_of(3);
    let (owner, name) =
        if aws { ("aws", format!("Service{index}")) } else { (id, format!("policy-{environment}-{index}")) };
    let mut statements: Vec<Value> = (0..1 + numbers.below(3))
        .map(
            |_| json!({"Effect": "Allow", "Action": [numbers.pick(&ACTIONS), numbers.pick(&ACTIONS)], "Resource": "*"}),
        )
        .collect();
    if !aws {
        let bucket = format!("arn:aws:s3:::{environment}-data-{index}/*");
        statements.push(json!({"Effect": "Allow", "Action": numbers.pick(&BUCKET_ACTIONS), "Resource": bucket}));
    }
    Ok(SnapshotPolicy {
        arn: format!("arn:aws:iam::{owner}:policy/{name}"),
        name,
        version_id: "v1".to_owned(),
        document: raw(&json!({"Version": "2012-10-17", "Statement": statements}))?,
    })
}

fn role(
    index: usize,
    environment: &str,
    id: &str,
    attached_policies: Vec<String>,
    drift: bool,
    numbers: &mut Numbers,
) -> Result<SnapshotRole, serde_json::Error> {
    let name = format!("app-{environment}-{index:05}");
    let mut actions = vec![numbers.pick(&BUCKET_ACTIONS), numbers.pick(&BUCKET_ACTIONS)];
    if drift {
        actions.push("s3:DeleteObject");
    }
    let bucket = format!("arn:aws:s3:::{environment}-bucket-{index}/*");
    let queue = format!("arn:aws:sqs:eu-west-1:{id}:{environment}-queue-{index}");
    let inline = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": actions, "Resource": bucket},
        {"Effect": "Allow", "Action": [numbers.pick(&QUEUE_ACTIONS), numbers.pick(&QUEUE_ACTIONS)], "Resource": queue},
        {"Effect": "Deny", "Action": "s3:Delete*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    ]});
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": format!("arn:aws:iam::{id}:root")}}
    ]});
    Ok(SnapshotRole {
        path: "/".to_owned(),
        arn: format!("arn:aws:iam::{id}:role/{name}"),
        id: format!("AROA{index:016}"),
        description: Some(format!("application {index} in {environment}")),
        max_session_duration: Some(3600),
        created_at: None,
        last_used_at: None,
        last_used_region: None,
        trust_policy: raw(&trust)?,
        inline_policies: vec![SnapshotInlinePolicy { name: "inline".to_owned(), document: raw(&inline)? }],
        attached_policies,
        permissions_boundary: None,
        tags: BTreeMap::from([("environment".to_owned(), environment.to_owned())]),
        instance_profiles: Vec::new(),
        name,
    })
}

pub(super) fn raw(value: &Value) -> Result<Box<RawValue>, serde_json::Error> {
    serde_json::value::to_raw_value(value)
}
