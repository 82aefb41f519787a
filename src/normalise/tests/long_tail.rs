//! The names that services and tools make up, family by family: what two accounts have, and a name that looks alike and
//! is another.

use super::*;

/// What is known of the names of a family.
#[derive(Debug, Clone, Copy)]
enum Known {
    /// The made-up part is replaced.
    MadeUp,
    /// The name is the same in every account.
    Fixed,
    /// Nothing is documented, or a person chose: the dictionary says so, or `suggest` asks.
    Asked(&'static str),
}

use Known::{Asked, Fixed, MadeUp};
use Named::{InlinePolicy, InstanceProfile, ManagedPolicy, Role};

/// Family, what has the name, its path, the name in dev, in qa, and one that is not dev's.
type Family = (&'static str, Known, Named, &'static str, &'static str, &'static str, &'static str);

const REGIONS: &str = r#"{"region": {"dev": ["us-east-1"], "qa": ["eu-west-1"]}}"#;
const CLUSTERS: &str = r#"{"cluster": {"dev": ["k8s.lab.example"], "qa": ["k8s.trial.example"]}}"#;
const SERVICE: &str = "/service-role/";

const OF_STACKS: &[Family] = &[
    (
        "eksctl",
        MadeUp,
        Role,
        "/",
        "eksctl-shop-cluster-ServiceRole-1QHKXV2M8T7PD",
        "eksctl-shop-cluster-ServiceRole-8J3WZR5N0C6LB",
        "eksctl-mail-cluster-ServiceRole-8J3WZR5N0C6LB",
    ),
    (
        "eksctl node group",
        MadeUp,
        Role,
        "/",
        "eksctl-shop-nodegroup-ng-4c1d9e02-NodeInstanceRole-aP3kZq8vWm1x",
        "eksctl-shop-nodegroup-ng-b70f35a6-NodeInstanceRole-Hd6rTy2cJs9L",
        "eksctl-shop-nodegroup-gpu-NodeInstanceRole-Hd6rTy2cJs9L",
    ),
    (
        "eksctl pod identity",
        MadeUp,
        Role,
        "/",
        "eksctl-shop-podidentityrole-default-uploader-Role1-aP3kZq8vWm1x",
        "eksctl-shop-podidentityrole-default-uploader-Role1-Hd6rTy2cJs9L",
        "eksctl-shop-podidentityrole-default-archiver-Role1-Hd6rTy2cJs9L",
    ),
    (
        "eksctl add-on",
        MadeUp,
        Role,
        "/",
        "eksctl-shop-addon-vpc-cni-Role1-1QHKXV2M8T7PD",
        "eksctl-shop-addon-vpc-cni-Role1-8J3WZR5N0C6LB",
        "eksctl-shop-addon-aws-efs-csi-driver-Role1-8J3WZR5N0C6LB",
    ),
    (
        "Elastic Beanstalk",
        MadeUp,
        Role,
        "/",
        "awseb-e-k4m9xw2p7d-stack-WorkerRole-1QHKXV2M8T7PD",
        "awseb-e-z3h8tbn5qy-stack-WorkerRole-8J3WZR5N0C6LB",
        "awseb-e-z3h8tbn5qy-stack-WebRole-8J3WZR5N0C6LB",
    ),
    (
        "SAM",
        MadeUp,
        Role,
        "/",
        "orders-api-CheckoutFunctionRole-1QHKXV2M8T7PD",
        "orders-api-CheckoutFunctionRole-8J3WZR5N0C6LB",
        "orders-api-RefundFunctionRole-8J3WZR5N0C6LB",
    ),
    (
        "ParallelCluster",
        MadeUp,
        Role,
        "/parallelcluster/genomes/",
        "genomes-RoleHeadNode-1QHKXV2M8T7PD",
        "genomes-RoleHeadNode-8J3WZR5N0C6LB",
        "genomes-Role15b342af42246b70-8J3WZR5N0C6LB",
    ),
    (
        "ParallelCluster profile",
        MadeUp,
        InstanceProfile,
        "/",
        "genomes-InstanceProfileHeadNode-aP3kZq8vWm1x",
        "genomes-InstanceProfileHeadNode-Hd6rTy2cJs9L",
        "genomes-InstanceProfileQueue-Hd6rTy2cJs9L",
    ),
    (
        "Control Tower stack",
        MadeUp,
        Role,
        "/",
        "StackSet-AWSControlTowerBP-BASE-3f9a1c20-ForwardRole-1QHKXV2M8T7PD",
        "StackSet-AWSControlTowerBP-BASE-b8e47d51-ForwardRole-8J3WZR5N0C6LB",
        "StackSet-AWSControlTowerBP-LOGS-b8e47d51-ForwardRole-8J3WZR5N0C6LB",
    ),
    (
        "Quick Setup stack",
        MadeUp,
        Role,
        "/",
        "StackSet-AWS-QuickSetup-SSM-LA-t7c2w-3f9a1c20-45-Role-1QHKXV2M8T7PD",
        "StackSet-AWS-QuickSetup-SSM-LA-9xk4e-b8e47d51-46-Role-8J3WZR5N0C6LB",
        "StackSet-AWS-QuickSetup-Patch-LA-9xk4e-b8e47d51-46-Role-8J3WZR5N0C6LB",
    ),
    (
        "Service Catalog",
        MadeUp,
        Role,
        "/",
        "SC-111122223333-pp-w5k2hsjq7mzte-LaunchRole-1QHKXV2M8T7PD",
        "SC-444455556666-pp-9bxnd3rv6ycla-LaunchRole-8J3WZR5N0C6LB",
        "SC-444455556666-pp-9bxnd3rv6ycla-ScaleRole-8J3WZR5N0C6LB",
    ),
    (
        "a policy of a stack",
        MadeUp,
        ManagedPolicy,
        "/",
        "orders-api-TablePolicy-aP3kZq8vWm1x",
        "orders-api-TablePolicy-Hd6rTy2cJs9L",
        "orders-api-QueuePolicy-Hd6rTy2cJs9L",
    ),
];

const OF_SERVICES: &[Family] = &[
    (
        "Lambda@Edge",
        MadeUp,
        Role,
        SERVICE,
        "redirects-role-7dk2m9xq",
        "redirects-role-w4hz81tb",
        "headers-role-w4hz81tb",
    ),
    (
        "Lambda@Edge policy",
        MadeUp,
        ManagedPolicy,
        SERVICE,
        "AWSLambdaEdgeExecutionRole-2e9b4f10-7c35-4d8a-9a61-f0c8d27b5e43",
        "AWSLambdaEdgeExecutionRole-b17c60d8-25fa-4e93-8d4c-3a9e518f7b26",
        "AWSLambdaBasicExecutionRole-b17c60d8-25fa-4e93-8d4c-3a9e518f7b26",
    ),
    (
        "Step Functions",
        MadeUp,
        Role,
        SERVICE,
        "StepFunctions-Refunds-role-4b7de91c",
        "StepFunctions-Refunds-role-e05a83f6",
        "StepFunctions-Payouts-role-e05a83f6",
    ),
    (
        "Step Functions policy",
        MadeUp,
        ManagedPolicy,
        SERVICE,
        "XRayAccessPolicy-2e9b4f10-7c35-4d8a-9a61-f0c8d27b5e43",
        "XRayAccessPolicy-b17c60d8-25fa-4e93-8d4c-3a9e518f7b26",
        "XRayAccessPolicy-readonly",
    ),
    (
        "EventBridge",
        MadeUp,
        Role,
        SERVICE,
        "Amazon_EventBridge_Invoke_Api_Destination_284619375",
        "Amazon_EventBridge_Invoke_Api_Destination_1930574826",
        "Amazon_EventBridge_Invoke_Event_Bus_1930574826",
    ),
    (
        "EventBridge policy",
        MadeUp,
        ManagedPolicy,
        SERVICE,
        "Amazon_EventBridge_Scheduler_LAMBDA_5e2c0d9b71",
        "Amazon_EventBridge_Scheduler_LAMBDA_a84f613e0c",
        "Amazon_EventBridge_Scheduler_SQS_a84f613e0c",
    ),
    (
        "Firehose",
        MadeUp,
        Role,
        SERVICE,
        "KinesisFirehoseServiceRole-clicks-us-east-1-1684930215777",
        "KinesisFirehoseServiceRole-clicks-eu-west-1-1701284463120",
        "KinesisFirehoseServiceRole-views-eu-west-1-1701284463120",
    ),
    (
        "CodePipeline",
        MadeUp,
        Role,
        SERVICE,
        "AWSCodePipelineServiceRole-us-east-1-checkout",
        "AWSCodePipelineServiceRole-eu-west-1-checkout",
        "AWSCodePipelineServiceRole-eu-west-1-refunds",
    ),
    (
        "CodePipeline policy",
        MadeUp,
        ManagedPolicy,
        SERVICE,
        "AWSCodePipelineServiceRole-us-east-1-checkout",
        "AWSCodePipelineServiceRole-eu-west-1-checkout",
        "AWSCodePipelineServiceRole-eu-west-1-refunds",
    ),
    (
        "CodeBuild",
        Fixed,
        Role,
        SERVICE,
        "codebuild-checkout-service-role",
        "codebuild-checkout-service-role",
        "codebuild-refunds-service-role",
    ),
    (
        "CodeBuild policy",
        Asked(REGIONS),
        ManagedPolicy,
        SERVICE,
        "CodeBuildBasePolicy-checkout-us-east-1",
        "CodeBuildBasePolicy-checkout-eu-west-1",
        "CodeBuildBasePolicy-refunds-eu-west-1",
    ),
    (
        "DataZone",
        MadeUp,
        Role,
        "/",
        "datazone_usr_role_4wq8zt2mk7xn1c_b9h3vr6dj5s0pl",
        "datazone_usr_role_c7n2xk9p4tm6ws_3jd8qv1hz5r0bf",
        "datazone_usr_role_c7n2xk9p4tm6ws",
    ),
    (
        "Amplify",
        MadeUp,
        Role,
        "/",
        "amplify-shop-live-194027-unauthRole",
        "amplify-shop-live-5c0e3-unauthRole",
        "amplify-shop-live-5c0e3-authRole",
    ),
    (
        "Bedrock",
        MadeUp,
        Role,
        SERVICE,
        "AmazonBedrockExecutionRoleForAgents_7QW2ZK9MT1X",
        "AmazonBedrockExecutionRoleForAgents_H4D8VRC30PB",
        "AmazonBedrockExecutionRoleForFlows_H4D8VRC30PB",
    ),
    (
        "Bedrock policy",
        MadeUp,
        ManagedPolicy,
        SERVICE,
        "AmazonBedrockFoundationModelPolicyForKnowledgeBase_w2k7t",
        "AmazonBedrockFoundationModelPolicyForKnowledgeBase_9zq4m",
        "AmazonBedrockS3PolicyForKnowledgeBase_9zq4m",
    ),
    (
        "Quick Setup",
        MadeUp,
        Role,
        "/",
        "AWS-QuickSetup-HostMgmtRole-eu-west-1-t7c2w",
        "AWS-QuickSetup-HostMgmtRole-eu-west-1-qmxke",
        "AWS-QuickSetup-PatchRole-eu-west-1-qmxke",
    ),
    (
        "Quick Setup policy",
        MadeUp,
        InlinePolicy,
        "/",
        "AWS-QuickSetup-SSMHostMgmt-AttachRole-eu-west-1-t7c2w",
        "AWS-QuickSetup-SSMHostMgmt-AttachRole-eu-west-1-9xk4e",
        "AWS-QuickSetup-SSMHostMgmt-AttachRole-us-east-1-9xk4e",
    ),
    (
        "Quick Setup of all accounts",
        Fixed,
        Role,
        "/",
        "AWS-QuickSetup-StackSet-Local-ExecutionRole",
        "AWS-QuickSetup-StackSet-Local-ExecutionRole",
        "AWS-QuickSetup-StackSet-Local-AdministrationRole",
    ),
    (
        "Quick Setup of a Region",
        Asked(REGIONS),
        Role,
        "/",
        "AWS-QuickSetup-SSM-DefaultEC2MgmtRole-us-east-1",
        "AWS-QuickSetup-SSM-DefaultEC2MgmtRole-eu-west-1",
        "AWS-QuickSetup-SSM-DefaultEC2MgmtRole-us-west-2",
    ),
    (
        "Elastic Beanstalk default",
        Fixed,
        Role,
        "/",
        "aws-elasticbeanstalk-ec2-role",
        "aws-elasticbeanstalk-ec2-role",
        "aws-elasticbeanstalk-service-role",
    ),
    ("Control Tower", Fixed, Role, "/", "AWSControlTowerExecution", "AWSControlTowerExecution", "AWSAFTExecution"),
    (
        "Control Tower audit",
        Fixed,
        Role,
        "/",
        "aws-controltower-AdministratorExecutionRole",
        "aws-controltower-AdministratorExecutionRole",
        "aws-controltower-ReadOnlyExecutionRole",
    ),
    ("Account Factory for Terraform", Fixed, Role, "/", "AWSAFTExecution", "AWSAFTExecution", "AWSAFTService"),
    (
        "EKS Pod Identity",
        Fixed,
        Role,
        "/",
        "AmazonEKSPodIdentityAmazonVPCCNIRole",
        "AmazonEKSPodIdentityAmazonVPCCNIRole",
        "AmazonEKSPodIdentityAmazonEBSCSIDriverRole",
    ),
    (
        "Glue",
        Asked(r#"{"crawler": {"dev": ["blue"], "qa": ["green"]}}"#),
        Role,
        SERVICE,
        "AWSGlueServiceRole-blue",
        "AWSGlueServiceRole-green",
        "AWSGlueServiceRole-amber",
    ),
];

const OF_TOOLS: &[Family] = &[
    (
        "Serverless Framework",
        MadeUp,
        Role,
        "/",
        "checkout-v3-us-east-1-lambdaRole",
        "checkout-v3-eu-west-1-lambdaRole",
        "refunds-v3-eu-west-1-lambdaRole",
    ),
    ("Pulumi", MadeUp, Role, "/", "ingest-role-4e81bc0", "ingest-role-d07f92a", "export-role-d07f92a"),
    (
        "Terraform name_prefix",
        MadeUp,
        Role,
        "/",
        "ingest-20240611093027518200000003",
        "ingest-20240702174455093600000001",
        "export-20240702174455093600000001",
    ),
    (
        "Terraform random_id",
        Asked(r#"{"end": {"pattern": "^ingest-([0-9a-f]{8})$"}}"#),
        Role,
        "/",
        "ingest-5e2c0d9b",
        "ingest-a84f613e",
        "export-a84f613e",
    ),
    (
        "Terraform random_pet",
        Asked(r#"{"pet": {"dev": ["brave-otter"], "qa": ["calm-heron"]}}"#),
        Role,
        "/",
        "ingest-brave-otter",
        "ingest-calm-heron",
        "ingest-quick-lynx",
    ),
    (
        "Karpenter profile",
        MadeUp,
        InstanceProfile,
        "/",
        "shop_7290118344506127715",
        "shop_1184630295577820436",
        "mail_1184630295577820436",
    ),
    (
        "Karpenter node role",
        Fixed,
        Role,
        "/",
        "KarpenterNodeRole-shop",
        "KarpenterNodeRole-shop",
        "KarpenterNodeRole-mail",
    ),
    (
        "kops",
        Asked(CLUSTERS),
        Role,
        "/",
        "nodes.k8s.lab.example",
        "nodes.k8s.trial.example",
        "masters.k8s.trial.example",
    ),
    ("OpenShift", MadeUp, Role, "/", "shop-7kq2z-master-role", "shop-x9d4m-master-role", "shop-x9d4m-worker-role"),
    (
        "OpenShift profile",
        MadeUp,
        InstanceProfile,
        "/",
        "shop-7kq2z-worker-profile",
        "shop-x9d4m-worker-profile",
        "mail-x9d4m-worker-profile",
    ),
];

/// An account with one role that has the name, or whose policy or instance profile has it.
fn account_with(id: &str, named: Named, path: &str, name: &str) -> Account {
    let mut one = role(id, if named == Role { name } else { "carrier" }, if named == Role { path } else { "/" }, &[]);
    let document = serde_json::json!({"Version": "2012-10-17", "Statement": []});
    let mut policies = serde_json::json!([]);
    match named {
        Role => {}
        ManagedPolicy => {
            let arn = format!("arn:aws:iam::{id}:policy{path}{name}");
            one["attached_policies"] = serde_json::json!([arn]);
            policies = serde_json::json!([{"name": name, "arn": arn, "version_id": "v1", "document": document}]);
        }
        InlinePolicy => one["inline_policies"] = serde_json::json!([{"name": name, "document": document}]),
        InstanceProfile => one["instance_profiles"] = serde_json::json!([name]),
    }
    let text = serde_json::json!({"format": "iamctl-snapshot", "version": 1, "iamctl": "0", "harvested_at": null,
        "source": "test", "account_id": id, "roles": [one], "policies": policies});
    let snapshot = snapshot::read(&text.to_string(), "test", None).unwrap();
    AccountReader::default().account(&snapshot).unwrap()
}

/// What the names of both accounts become.
fn both(dictionary: &str, named: Named, path: &str, dev: &str, qa: &str) -> [String; 2] {
    let accounts = (account_with(DEV, named, path, dev), account_with(QA, named, path, qa));
    let normalisers = ready(dictionary, &accounts.0, &accounts.1);
    let of = |normaliser: &Normaliser, name: &str| match named {
        Role => shown(normaliser, Place::RoleName, name),
        ManagedPolicy => shown(normaliser, Place::PolicyName, name),
        InstanceProfile => shown(normaliser, Place::InstanceProfile, name),
        InlinePolicy => normaliser.apply_inline_name("carrier", name, |_| {}).into_owned(),
    };
    [of(&normalisers.left, dev), of(&normalisers.right, qa)]
}

#[test]
fn each_family_of_names_is_known_and_nothing_else_is_taken_for_it() {
    for (family, known, named, path, dev, qa, near) in [OF_STACKS, OF_SERVICES, OF_TOOLS].concat() {
        let dictionary = if let Asked(dictionary) = known { dictionary } else { "{}" };
        let [left, right] = both(dictionary, named, path, dev, qa);
        assert_eq!(left, right, "{family}");
        match known {
            MadeUp => assert!(left.contains('~'), "{family}: {left}"),
            Fixed => assert_eq!(left, dev, "{family}"),
            Asked(_) => {
                assert_ne!(left, dev, "{family}");
                assert_eq!(both("{}", named, path, dev, qa), [dev, qa], "{family} without an entry");
            }
        }
        let [left, right] = both(dictionary, named, path, dev, near);
        assert_ne!(left, right, "{family}: {near} is not {dev}");
    }
}
