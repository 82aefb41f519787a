//! How well people know an action, and whether it escalates privileges.

use crate::catalog::AccessLevel;
use crate::semantics::escalation::{self, EscalationPart};

/// Actions that people know, the best known of an access level first.
const WELL_KNOWN: &[&str] = &[
    "iam:AttachRolePolicy",
    "iam:PassRole",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:GetRole",
    "iam:ListRoles",
    "sts:AssumeRole",
    "s3:PutBucketPolicy",
    "s3:PutObject",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:DeleteObject",
    "ec2:RunInstances",
    "ec2:TerminateInstances",
    "ec2:StartInstances",
    "ec2:DescribeInstances",
    "lambda:InvokeFunction",
    "lambda:UpdateFunctionCode",
    "lambda:CreateFunction",
    "lambda:AddPermission",
    "lambda:GetFunction",
    "kms:Decrypt",
    "kms:PutKeyPolicy",
    "kms:Encrypt",
    "kms:DescribeKey",
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
    "ssm:GetParameter",
    "ssm:SendCommand",
    "ssm:StartSession",
    "dynamodb:PutItem",
    "dynamodb:GetItem",
    "dynamodb:Query",
    "dynamodb:DeleteTable",
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:AddPermission",
    "sns:Publish",
    "sns:AddPermission",
    "logs:PutLogEvents",
    "logs:GetLogEvents",
    "logs:CreateLogGroup",
    "cloudformation:CreateStack",
    "cloudformation:DescribeStacks",
    "cloudwatch:PutMetricData",
    "cloudwatch:GetMetricData",
    "ecr:BatchGetImage",
    "ecr:PutImage",
    "ecs:RunTask",
    "ecs:DescribeTasks",
    "eks:DescribeCluster",
    "events:PutEvents",
    "events:PutRule",
    "glue:StartJobRun",
    "glue:GetTable",
    "kinesis:PutRecord",
    "kinesis:GetRecords",
    "rds:DeleteDBInstance",
    "rds:DescribeDBInstances",
    "states:StartExecution",
    "cloudtrail:StopLogging",
    "organizations:LeaveOrganization",
];

/// What of an action counts, worked out once.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub part: Option<EscalationPart>,
    pub level: u8,
    pub known: u8,
}

impl Standing {
    /// Of an action of this level.
    pub fn new(service: &str, name: &str, level: AccessLevel) -> Self {
        let action = format!("{service}:{name}");
        let known = WELL_KNOWN.iter().position(|known| *known == action);
        Self {
            part: escalation::part(&action),
            level: match level {
                AccessLevel::PermissionsManagement => 0,
                AccessLevel::Write => 1,
                AccessLevel::Read => 2,
                AccessLevel::List => 3,
                AccessLevel::Tagging => 4,
                AccessLevel::Unknown => 5,
            },
            // A list longer than this would only lose its order.
            known: known.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalogue;

    #[test]
    fn known_actions_exist() {
        let catalogue = Catalogue::embedded();
        for action in WELL_KNOWN {
            let (service, name) = action.split_once(':').unwrap();
            assert_eq!(catalogue.action(service, name).map(|(_, action)| action.name.as_str()), Some(name), "{action}");
        }
        assert!(WELL_KNOWN.len() < usize::from(u8::MAX));
    }
}
