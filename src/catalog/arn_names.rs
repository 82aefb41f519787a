//! What AWS's pages say of the names in ARNs beyond the templates of its Service Authorization Reference.
//!
//! `:` separates the parts of an ARN (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>), and the
//! patterns of names in most services' API references leave it out: a name holds no `:` unless it is listed here. Some
//! patterns do allow it, though nobody's names have it: paths of IAM, and names in AWS Glue but those that begin with
//! `aws:`. They count as names without `:`, since else a `*` in the account of `arn:aws:iam::*:role/*` would run on
//! into a user whose path holds `:role/`.
//!
//! Policies that are named here are AWS's own, which
//! <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html> shows.

use crate::model::Class;

/// A placeholder of some templates: the ARN's service, how its sixth part begins, and the placeholder's name.
type Place = (&'static str, &'static str, &'static str);

/// Names that may hold `:`.
const WITH_COLON: &[Place] = &[
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
    ("s3", "", "ObjectName"),
    ("s3-outposts", "", "ObjectName"),
    // https://docs.aws.amazon.com/iot/latest/apireference/API_CreateThing.html and its neighbours, `[a-zA-Z0-9:_-]+`.
    ("iot", "billinggroup/", "BillingGroupName"),
    ("iot", "custommetric/", "MetricName"),
    ("iot", "dimension/", "DimensionName"),
    ("iot", "securityprofile/", "SecurityProfileName"),
    ("iot", "thing/", "ThingName"),
    ("iot", "thinggroup/", "ThingGroupName"),
    ("iot", "thingtype/", "ThingTypeName"),
    ("greengrass", "/greengrass/things/", "ThingName"),
    ("greengrass", "coreDevices:", "CoreDeviceThingName"),
    // `iot:Data-ATS`: https://docs.aws.amazon.com/iot/latest/apireference/API_UpdateDomainConfiguration.html
    ("iot", "domainconfiguration/", "DomainConfigurationName"),
    // Any UTF-8: https://docs.aws.amazon.com/iot/latest/developerguide/topics.html
    ("iot", "topic/", "TopicName"),
    ("iot", "topicfilter/", "TopicFilter"),
    // What a client id may hold is not found in AWS's pages beyond its length; kept because devices use the names of
    // their things.
    ("iot", "client/", "ClientId"),
    // `us-east-1:…`: https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_CreateIdentityPool.html
    ("cognito-identity", "identitypool/", "IdentityPoolId"),
    // https://docs.aws.amazon.com/cognitosync/latest/APIReference/API_Dataset.html
    ("cognito-sync", "", "IdentityPoolId"),
    ("cognito-sync", "", "IdentityId"),
    ("cognito-sync", "", "DatasetName"),
    // A point in time: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Stream.html
    ("dynamodb", "", "StreamLabel"),
    // https://docs.aws.amazon.com/keyspaces/latest/devguide/keyspaces-records-cdc.html
    ("cassandra", "", "StreamLabel"),
    // Any UTF-8 but control characters:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    ("cloudwatch", "alarm:", "AlarmName"),
    // `[\x20-\x7E]+`: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutInsightRule.html
    ("cloudwatch", "insight-rule/", "InsightRuleName"),
    // `rds:…` for automated snapshots, `default:…` for option groups:
    // https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CopyDBSnapshot.html
    ("rds", "", "SnapshotName"),
    ("rds", "", "OptionGroupName"),
    // `cluster-snapshot:rds:…`: https://docs.aws.amazon.com/cli/latest/reference/rds/copy-db-cluster-snapshot.html
    ("rds", "", "ClusterSnapshotName"),
    // `rs:…` for automated snapshots:
    // https://docs.aws.amazon.com/cli/latest/reference/redshift/describe-node-configuration-options.html
    ("redshift", "", "SnapshotName"),
    // `[a-zA-Z0-9_:\-]+`:
    // https://docs.aws.amazon.com/redshift-serverless/latest/APIReference/API_ManagedWorkgroupListItem.html
    ("redshift-serverless", "managed-workgroup/", "ManagedWorkgroupName"),
    // Models end in `:0`, and what is made of one bears its name:
    // https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetCustomModel.html
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetModelCustomizationJob.html
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetInferenceProfile.html
    ("bedrock", "custom-model/", "ResourceId"),
    ("bedrock", "foundation-model/", "ResourceId"),
    ("bedrock", "inference-profile/", "ResourceId"),
    ("bedrock", "model-customization-job/", "ResourceId"),
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GetPromptRouter.html
    ("bedrock", "default-prompt-router/", "ResourceId"),
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GuardrailCrossRegionDetails.html
    ("bedrock", "guardrail-profile/", "ResourceId"),
    // `aws:ec2:reboot-instances`: https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html
    ("fis", "action/", "Id"),
    // `project:…`: https://docs.aws.amazon.com/codebuild/latest/userguide/getting-started-cli-monitor-build.html
    ("codebuild", "build/", "BuildId"),
    // https://docs.aws.amazon.com/cli/latest/reference/codebuild/start-build-batch.html
    ("codebuild", "build-batch/", "BuildBatchId"),
    // Not found in AWS's pages, where a sandbox's id is its project's name; kept because builds have `project:…`.
    ("codebuild", "sandbox/", "SandboxId"),
    // Paths of requests, by
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
    // That they hold `:` is not found in AWS's pages; kept because paths of URLs may.
    ("execute-api", "", "ApiSpecificResourcePath"),
    ("apigateway", "", "RouteKey"),
    // https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html, and `:` in paths by
    // https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_PathMatchType.html
    ("vpc-lattice", "", "RequestPath"),
    // `[\u0020-\u00FF]+`: https://docs.aws.amazon.com/quicksight/latest/APIReference/API_CreateGroup.html
    // https://docs.aws.amazon.com/quicksight/latest/APIReference/API_RegisterUser.html
    ("quicksight", "group/", "ResourceId"),
    ("quicksight", "user/", "ResourceId"),
    // `plan/name:abc123`: https://docs.aws.amazon.com/arc-region-switch/latest/api/API_GetPlan.html
    ("arc-region-switch", "plan/", "ResourceId"),
    // As in the policy AmazonSSMServiceRolePolicy.
    ("cloudformation", "stackset-target/", "StackSetTarget"),
    // As in the policy AlexaForBusinessPolyDelegatedAccessPolicy.
    ("a4b", "device/", "ResourceId"),
    // An ARN's end, such as `snapshot:awsbackup:job-…`:
    // https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html
    ("${Vendor}", "", "RecoveryPointId"),
    // Whole ARNs, by their names in AWS's reference; nothing more is found in AWS's pages.
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
    // A log group with `:*` behind it, for all but tags, and its streams where an action reads them:
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    // None at all, as in the policy AmazonCloudWatchRUMFullAccess.
    (
        "logs",
        "log-group:${LogGroupName}",
        &["log-group:${LogGroupName}:*", "log-group:${LogGroupName}:log-stream:*", "log-group::log-stream:*"],
    ),
    // A version or an alias: https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
    ("lambda", "function:${FunctionName}", &["function:${FunctionName}:${Qualifier}"]),
    // https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-alias.html
    ("states", "stateMachine:${StateMachineName}", &["stateMachine:${StateMachineName}:${Qualifier}"]),
    // Requests about no group or no stream, as in the policies AmazonCloudWatchRUMFullAccess and
    // AmazonDMSCloudWatchLogsRole.
    ("logs", "log-group:${LogGroupName}:log-stream:${LogStreamName}", &["log-group:*:log-stream:*"]),
    // Of AWS itself, as in the policies CloudTrailServiceRolePolicy and SageMakerStudioProjectProvisioningRolePolicy.
    ("glue", "connection/${ConnectionName}", &["connection/aws:${ConnectionName}"]),
    ("glue", "database/${DatabaseName}", &["database/aws:${DatabaseName}"]),
    ("glue", "table/${DatabaseName}/${TableName}", &["table/aws:${DatabaseName}/${TableName}"]),
    // As in the policy AWSWAFConsoleFullAccess.
    ("pricingplanmanager", "subscription/${SubscriptionId}", &["subscription:${SubscriptionId}"]),
    // A subscription: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
    ("sns", "${TopicName}", &["${TopicName}:${SubscriptionId}"]),
    // Those that are older than long ARNs:
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
    ("ecs", "container-instance/${ClusterName}/${ContainerInstanceId}", &["container-instance/${ContainerInstanceId}"]),
    ("ecs", "service/${ClusterName}/${ServiceName}", &["service/${ServiceName}"]),
    ("ecs", "task/${ClusterName}/${TaskId}", &["task/${TaskId}"]),
    // A route of a WebSocket API:
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
    ("execute-api", "${ApiId}/${Stage}/${Method}/${ApiSpecificResourcePath}", &["${ApiId}/${Stage}/${RouteKey}"]),
    // Those of AWS itself: https://docs.aws.amazon.com/iot/latest/developerguide/iot-endpoints-tls-config.html
    (
        "iot",
        "domainconfiguration/${DomainConfigurationName}/${Id}",
        &["domainconfiguration/${DomainConfigurationName}"],
    ),
    // `snapshot/snap-…`: https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html
    ("${Vendor}", "${ResourceType}:${RecoveryPointId}", &["${ResourceType}/${RecoveryPointId}"]),
];

/// Resources of AWS itself, or of others who publish through it: the ARN's service, how its sixth part begins, and what
/// stands for the account, which may be nothing.
const OWNED_BY_AWS: &[(&str, &str, &[&str])] = &[
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
    ("iam", "policy/", &["aws"]),
    // As in the policies AWSElasticDisasterRecoveryLaunchActionsPolicy and AWSServiceRoleForImageBuilder.
    ("ssm", "automation-definition/", &[""]),
    ("ssm", "document/", &[""]),
    ("ssm", "parameter/", &[""]),
    // https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateHubContentReference.html
    ("sagemaker", "hub-content/", &["aws"]),
    ("sagemaker", "hub/", &["aws"]),
    // https://docs.aws.amazon.com/resource-explorer/latest/userguide/aws-service-views.html, as in the policy
    // CloudWatchApplicationSignalsFullAccess.
    ("resource-explorer-2", "view/", &[""]),
    // https://docs.aws.amazon.com/resource-explorer/latest/userguide/aws-managed-views.html does not say it; kept
    // because the API of CloudWatch's Observability Admin takes them without an account.
    ("resource-explorer-2", "managed-view/", &[""]),
    // https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-partner-providers.html
    ("securityhub", "product/", &[""]),
    // https://docs.aws.amazon.com/imagebuilder/latest/APIReference/API_GetComponent.html and its neighbours
    ("imagebuilder", "component/", &["aws", "aws-marketplace", "third-party"]),
    ("imagebuilder", "image/", &["aws", "aws-marketplace"]),
    ("imagebuilder", "workflow/", &["aws"]),
    // https://docs.aws.amazon.com/ram/latest/userguide/security-ram-permissions.html
    ("ram", "permission/", &["aws"]),
    // https://docs.aws.amazon.com/greengrass/v2/APIReference/API_GetComponent.html
    ("greengrass", "components:", &["aws"]),
    // Of AWS's own rule groups all are stateful:
    // https://docs.aws.amazon.com/network-firewall/latest/developerguide/nwfw-managed-rule-groups.html
    ("network-firewall", "stateful-rulegroup/", &["aws-managed"]),
    // Not found in AWS's pages; kept because `DescribeManagedPrefixLists` answers with it.
    ("ec2", "prefix-list/", &["aws"]),
    // Not found in AWS's pages but examples; kept because `DescribeImages` answers with it.
    ("appstream", "image/", &[""]),
    // Schemas by https://docs.aws.amazon.com/eventbridge/latest/userguide/event-reference.html; registries are not
    // found in AWS's pages, kept because schemas are in them.
    ("schemas", "registry/", &[""]),
    ("schemas", "schema/", &[""]),
    // https://docs.aws.amazon.com/comprehend/latest/dg/trust-safety.html
    ("comprehend", "document-classifier-endpoint/", &["aws"]),
    // Both in https://docs.aws.amazon.com/wellarchitected/latest/APIReference/API_GetLens.html and its neighbours
    ("wellarchitected", "lens/", &["aws", ""]),
    // https://docs.aws.amazon.com/quicksight/latest/APIReference/API_AccountCustomization.html
    ("quicksight", "theme/", &["aws"]),
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_data-automation_GetBlueprint.html and its neighbours
    ("bedrock", "blueprint/", &["aws"]),
    ("bedrock", "data-automation-profile/", &["aws"]),
    ("bedrock", "data-automation-project/", &["aws"]),
    // Public extensions: https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeType.html
    ("cloudformation", "type/", &[""]),
];

/// Resources of AWS itself that belong to no region: the ARN's service, and how its sixth part begins.
const WITHOUT_REGION: &[(&str, &str)] = &[("wellarchitected", "lens/"), ("quicksight", "theme/")];

/// What a name is made of, by its ARN's service and sixth part, and its placeholder.
pub(super) fn name(service: &str, resource: &str, placeholder: &str) -> Class {
    let with_colon =
        |(own, start, name): &Place| *own == service && *name == placeholder && resource.starts_with(start);
    if WITH_COLON.iter().any(with_colon) {
        Class::Except("")
    } else if WITHOUT_SLASH.contains(&(service, placeholder)) || is_id_of_ec2(service, placeholder) {
        Class::Except(":/")
    } else {
        Class::Except(":")
    }
}

/// Whether a name is an id of Amazon EC2, a prefix such as `i-` and digits:
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html>
fn is_id_of_ec2(service: &str, placeholder: &str) -> bool {
    service == "ec2" && placeholder.ends_with("Id")
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
