//! Which of the actions of a row proves it: one that people know, and for a privilege escalation one that escalates.

use super::pair::Pair;
use super::universe::KnownAction;
use crate::catalog::AccessLevel;
use crate::model::Sides;
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

/// The place of an action among those that can prove a row; the least is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    /// Whether it does not escalate.
    is_harmless: bool,
    level: u8,
    known: u8,
}

impl Rank {
    /// That of an action of which the catalogue says nothing.
    pub const LAST: Self = Self { is_harmless: true, level: u8::MAX, known: u8::MAX };
}

/// What of an action counts, worked out once.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    part: Option<EscalationPart>,
    level: u8,
    known: u8,
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

/// What the roles of a pair make of an action.
#[derive(Debug)]
pub struct Preference {
    /// Whether a role may pass a role, without which a service that runs with one does not escalate.
    pub passes: Sides<bool>,
}

impl Preference {
    /// For these roles.
    pub fn new(pair: &Pair) -> Self {
        let passes = |allows: &crate::semantics::solver::bits::Bits| {
            let mut rules = allows.iter().filter_map(|rule| pair.rules.get(rule));
            rules.any(|rule| rule.actions.matches("iam", "passrole"))
        };
        Self { passes: Sides { left: passes(&pair.roles.left.allows), right: passes(&pair.roles.right.allows) } }
    }

    /// The place of an action of the side that has more.
    pub fn rank(&self, side: crate::model::Side, action: &KnownAction) -> Rank {
        let Standing { part, level, known } = action.standing;
        let escalates = match part {
            Some(EscalationPart::Opens) => true,
            Some(EscalationPart::Partner) => *self.passes.get(side),
            None => false,
        };
        Rank { is_harmless: !escalates, level, known }
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
