//! What AWS's pages say of the names in ARNs beyond the templates of its Service Authorization Reference.
//!
//! A name holds no `:` unless it is listed here; by <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>
//! `:` separates the parts of an ARN, and most services forbid it in names. Some do not, though nobody's names have it:
//! paths of IAM, and names in AWS Glue but those that begin with `aws:`. They count as names without `:`, since else a
//! `*` in the account of `arn:aws:iam::*:role/*` would run on into a user whose path holds `:role/`.

use crate::model::Class;

/// A placeholder of some templates: the ARN's service, how its sixth part begins, and the placeholder's name.
type Place = (&'static str, &'static str, &'static str);

/// Names that may hold `:`.
const WITH_COLON: &[Place] = &[
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
    ("s3", "", "ObjectName"),
    ("s3-outposts", "", "ObjectName"),
    // https://docs.aws.amazon.com/iot/latest/apireference/API_ThingAttribute.html and its neighbours, `[a-zA-Z0-9:_-]+`;
    // topics and client ids: https://docs.aws.amazon.com/iot/latest/developerguide/topics.html
    ("iot", "billinggroup/", "BillingGroupName"),
    ("iot", "client/", "ClientId"),
    ("iot", "custommetric/", "MetricName"),
    ("iot", "dimension/", "DimensionName"),
    ("iot", "securityprofile/", "SecurityProfileName"),
    ("iot", "thing/", "ThingName"),
    ("iot", "thinggroup/", "ThingGroupName"),
    ("iot", "thingtype/", "ThingTypeName"),
    ("iot", "topic/", "TopicName"),
    ("iot", "topicfilter/", "TopicFilter"),
    ("greengrass", "/greengrass/things/", "ThingName"),
    ("greengrass", "coreDevices:", "CoreDeviceThingName"),
    // https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_IdentityPool.html: `us-east-1:…`
    ("cognito-identity", "identitypool/", "IdentityPoolId"),
    ("cognito-sync", "", "IdentityPoolId"),
    ("cognito-sync", "", "IdentityId"),
    ("cognito-sync", "", "DatasetName"),
    // A point in time: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Stream.html
    ("dynamodb", "", "StreamLabel"),
    ("cassandra", "", "StreamLabel"),
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    ("cloudwatch", "alarm:", "AlarmName"),
    // `rds:…` for automated snapshots, `default:…` for option groups:
    // https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.ARN.html
    ("rds", "", "SnapshotName"),
    ("rds", "", "ClusterSnapshotName"),
    ("rds", "", "OptionGroupName"),
    // `rs:…` for automated snapshots:
    // https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html
    ("redshift", "", "SnapshotName"),
    // `anthropic.claude-v2:1`: https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
    ("bedrock", "custom-model/", "ResourceId"),
    ("bedrock", "default-prompt-router/", "ResourceId"),
    ("bedrock", "foundation-model/", "ResourceId"),
    ("bedrock", "guardrail-profile/", "ResourceId"),
    ("bedrock", "inference-profile/", "ResourceId"),
    // `aws:ec2:reboot-instances`: https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html
    ("fis", "action/", "Id"),
    // `project:…`: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Build.html
    ("codebuild", "build/", "BuildId"),
    ("codebuild", "build-batch/", "BuildBatchId"),
    ("codebuild", "sandbox/", "SandboxId"),
    // Paths of requests: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    ("execute-api", "", "ApiSpecificResourcePath"),
    ("apigateway", "", "RouteKey"),
    // https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
    ("vpc-lattice", "", "RequestPath"),
    // https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RegisterUser.html, `[\u0020-\u00FF]+`
    ("quicksight", "group/", "ResourceId"),
    ("quicksight", "user/", "ResourceId"),
    // AWS's own managed policies have such names: AWSResilienceHubResilienceTestingPolicy, AmazonSSMServiceRolePolicy,
    // AlexaForBusinessPolyDelegatedAccessPolicy.
    ("arc-region-switch", "plan/", "ResourceId"),
    ("cloudformation", "stackset-target/", "StackSetTarget"),
    ("a4b", "device/", "ResourceId"),
    // An ARN's end, such as `snapshot:awsbackup:job-…`:
    // https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html
    ("${Vendor}", "", "RecoveryPointId"),
    // Whole ARNs.
    ("apigateway", "", "UrlEncodedResourceARN"),
    ("mediaconvert", "", "CertificateArn"),
    ("mgh", "", "ConnectionArn"),
];

/// Names that AWS's rules keep free of `/`: the ARN's service, and the placeholder.
///
/// Only where it tells resource types of one service apart. A name that is missing here makes a template match too
/// much, which adds a row to a report; a name that is here wrongly would hide one.
const WITHOUT_SLASH: &[(&str, &str)] = &[
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    ("s3", "BucketName"),
    ("s3-outposts", "BucketName"),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-restrictions-limitations-naming-rules.html
    ("s3", "AccessPointName"),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-buckets-naming.html
    ("s3tables", "TableBucketName"),
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-vectors-buckets-naming.html
    ("s3vectors", "BucketName"),
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
    ("dynamodb", "TableName"),
    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html
    ("kinesis", "StreamName"),
];

/// Forms of the sixth part that requests have besides those of AWS's reference, by service and the reference's form.
const FURTHER: &[(&str, &str, &[&str])] = &[
    // "Use the second version, with the trailing :*": of a log group, and of its streams where an action reads them.
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    (
        "logs",
        "log-group:${LogGroupName}",
        &["log-group:${LogGroupName}:*", "log-group:${LogGroupName}:log-stream:*", "log-group::log-stream:*"],
    ),
    // A version or an alias: https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
    ("lambda", "function:${FunctionName}", &["function:${FunctionName}:${Qualifier}"]),
    // https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-alias.html
    ("states", "stateMachine:${StateMachineName}", &["stateMachine:${StateMachineName}:${Qualifier}"]),
    // Requests about no group or no stream, as in the managed policies AmazonCloudWatchRUMFullAccess and
    // AmazonDMSCloudWatchLogsRole.
    ("logs", "log-group:${LogGroupName}:log-stream:${LogStreamName}", &["log-group:*:log-stream:*"]),
    // Of AWS itself, as in the managed policies CloudTrailServiceRolePolicy and
    // SageMakerStudioProjectProvisioningRolePolicy.
    ("glue", "connection/${ConnectionName}", &["connection/aws:${ConnectionName}"]),
    ("glue", "database/${DatabaseName}", &["database/aws:${DatabaseName}"]),
    ("glue", "table/${DatabaseName}/${TableName}", &["table/aws:${DatabaseName}/${TableName}"]),
    // As in the managed policy AWSWAFConsoleFullAccess.
    ("pricingplanmanager", "subscription/${SubscriptionId}", &["subscription:${SubscriptionId}"]),
    // A subscription: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
    ("sns", "${TopicName}", &["${TopicName}:${SubscriptionId}"]),
];

/// Resources of AWS itself: the ARN's service, how its sixth part begins, and what stands for the account, which may
/// be nothing.
const OWNED_BY_AWS: &[(&str, &str, &[&str])] = &[
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
    ("iam", "policy/", &["aws"]),
    // https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-restrict-access-quickstart.html
    ("ssm", "automation-definition/", &[""]),
    ("ssm", "document/", &[""]),
    ("ssm", "parameter/", &[""]),
    // https://docs.aws.amazon.com/sagemaker/latest/dg/jumpstart-curated-hubs-access-control.html
    ("sagemaker", "hub-content/", &["aws"]),
    ("sagemaker", "hub/", &["aws"]),
    // https://docs.aws.amazon.com/resource-explorer/latest/userguide/manage-views-about.html
    ("resource-explorer-2", "managed-view/", &[""]),
    ("resource-explorer-2", "view/", &[""]),
    // https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-internal-providers.html
    ("securityhub", "product/", &[""]),
    // https://docs.aws.amazon.com/imagebuilder/latest/userguide/integ-marketplace-components.html
    ("imagebuilder", "component/", &["aws"]),
    ("imagebuilder", "image/", &["aws"]),
    ("imagebuilder", "workflow/", &["aws"]),
    // https://docs.aws.amazon.com/ram/latest/userguide/security-ram-permissions.html
    ("ram", "permission/", &["aws"]),
    // https://docs.aws.amazon.com/greengrass/v2/developerguide/public-components.html
    ("greengrass", "components:", &["aws"]),
    // https://docs.aws.amazon.com/network-firewall/latest/developerguide/aws-managed-rule-groups-list.html
    ("network-firewall", "stateful-rulegroup/", &["aws-managed"]),
    ("network-firewall", "stateless-rulegroup/", &["aws-managed"]),
    // https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
    ("ec2", "prefix-list/", &["aws"]),
    // https://docs.aws.amazon.com/appstream2/latest/APIReference/API_Image.html
    ("appstream", "image/", &[""]),
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-schema-registry.html
    ("schemas", "registry/", &[""]),
    ("schemas", "schema/", &[""]),
    // https://docs.aws.amazon.com/comprehend/latest/dg/trust-safety.html
    ("comprehend", "document-classifier-endpoint/", &["aws"]),
    // https://docs.aws.amazon.com/wellarchitected/latest/userguide/lenses.html
    ("wellarchitected", "lens/", &["aws"]),
    // https://docs.aws.amazon.com/quicksight/latest/developerguide/theme-operations.html
    ("quicksight", "theme/", &["aws"]),
];

/// Resources of AWS itself that belong to no region: the ARN's service, and how its sixth part begins.
const WITHOUT_REGION: &[(&str, &str)] = &[("wellarchitected", "lens/"), ("quicksight", "theme/")];

/// What a name is made of, by its ARN's service and sixth part, and its placeholder.
pub(super) fn name(service: &str, resource: &str, placeholder: &str) -> Class {
    let with_colon =
        |(own, start, name): &Place| *own == service && *name == placeholder && resource.starts_with(start);
    if WITH_COLON.iter().any(with_colon) {
        Class::Except("")
    } else if WITHOUT_SLASH.contains(&(service, placeholder)) {
        Class::Except(":/")
    } else {
        Class::Except(":")
    }
}

/// The forms of a sixth part that requests have besides this one.
pub(super) fn further(service: &str, resource: &str) -> &'static [&'static str] {
    let found = FURTHER.iter().find(|(own, form, _)| *own == service && *form == resource);
    found.map_or(&[], |(.., forms)| forms)
}

/// What may stand for the account besides an account.
pub(super) fn owners(service: &str, resource: &str) -> &'static [&'static str] {
    let found = OWNED_BY_AWS.iter().find(|(own, start, _)| *own == service && resource.starts_with(start));
    found.map_or(&[], |(.., owners)| owners)
}

/// Whether the region may be missing though the template has one.
pub(super) fn without_region(service: &str, resource: &str) -> bool {
    WITHOUT_REGION.iter().any(|(own, start)| *own == service && resource.starts_with(start))
}
