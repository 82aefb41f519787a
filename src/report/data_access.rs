//! The actions that return what people store in AWS: data and secrets, not the settings of resources.
//!
//! AWS's access level `Read` covers both. Most of these are the reading actions among the data events of CloudTrail
//! (<https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html>); the others
//! return secrets, logs, or the results of queries.

use crate::model::facts::names_action;
use crate::semantics::outcome::AccessDifference;

/// The actions, with their service, sorted.
const DATA_ACTIONS: &[&str] = &[
    "athena:GetQueryResults",
    "athena:GetQueryResultsStream",
    "cassandra:Select",
    "codeartifact:GetPackageVersionAsset",
    "codeartifact:ReadFromRepository",
    "codecommit:GetBlob",
    "codecommit:GetFile",
    "codecommit:GetFolder",
    "codecommit:GitPull",
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:GetRecords",
    "dynamodb:PartiQLSelect",
    "dynamodb:Query",
    "dynamodb:Scan",
    "ebs:GetSnapshotBlock",
    "ec2:GetConsoleOutput",
    "ec2:GetConsoleScreenshot",
    "ec2:GetPasswordData",
    "ecr:BatchGetImage",
    "ecr:GetDownloadUrlForLayer",
    "elasticfilesystem:ClientMount",
    "es:ESHttpGet",
    "glacier:GetJobOutput",
    "healthlake:ReadResource",
    "kafka-cluster:ReadData",
    "kinesis:GetRecords",
    "kinesisvideo:GetMedia",
    "lambda:GetFunction",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:GetLogRecord",
    "logs:GetQueryResults",
    "logs:Unmask",
    "neptune-db:ReadDataViaQuery",
    "rds:DownloadCompleteDBLogFile",
    "rds:DownloadDBLogFilePortion",
    "redshift-data:GetStatementResult",
    "s3-object-lambda:GetObject",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "secretsmanager:BatchGetSecretValue",
    "secretsmanager:GetSecretValue",
    "sqs:ReceiveMessage",
    "ssm:GetParameter",
    "ssm:GetParameterHistory",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "timestream:Select",
];

/// Whether a row is about an action that returns data or secrets.
pub(super) fn reads_data(d: &AccessDifference) -> bool {
    DATA_ACTIONS.iter().any(|action| names_action((&d.service, &d.actions, &d.not_actions), action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{AccessLevel, Catalogue};

    #[test]
    fn every_action_reads_and_is_there_once() {
        let catalogue = Catalogue::embedded();
        for action in DATA_ACTIONS {
            let (service, name) = action.split_once(':').unwrap();
            let (_, known) =
                catalogue.action(service, name).unwrap_or_else(|| panic!("{action} is not in the catalog"));
            assert_eq!(known.access_level, AccessLevel::Read, "{action}");
        }
        let mut sorted = DATA_ACTIONS.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted, DATA_ACTIONS);
    }
}
