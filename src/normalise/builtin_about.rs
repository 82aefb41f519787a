//! What the built-in rules do, for the documentation, with the source of each form.

use super::builtin::Builtin;

/// What a rule does, in words, for the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// What it replaces.
    pub replaces: &'static str,
    /// A text in which it replaces something.
    pub example: &'static str,
    /// A text that looks alike and that it leaves.
    pub near_miss: &'static str,
    /// Where the form of the text is from.
    pub source: &'static str,
}

impl Builtin {
    /// What it does, in words.
    #[must_use]
    pub fn about(self) -> About {
        let found = ABOUT.into_iter().find(|(rule, _)| *rule == self);
        found.map_or(About { replaces: "", example: "", near_miss: "", source: "" }, |(_, about)| about)
    }
}

/// What each rule does.
const ABOUT: [(Builtin, About); 25] = [
    (
        Builtin::AccountId,
        About {
            replaces: "the ID of the account, wherever it is used as an account ID",
            example: "arn:aws:sqs:eu-west-1:111122223333:jobs",
            near_miss: "order-1111222233334",
            source: "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html",
        },
    ),
    (
        Builtin::SsoRole,
        About {
            replaces: "the 16 hexadecimal digits at the end of the name of an IAM Identity Center role",
            example: "AWSReservedSSO_AdministratorAccess_aad2ada13f3171bf",
            near_miss: "AWSReservedSSO_AdministratorAccess",
            source: "https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html",
        },
    ),
    (
        Builtin::SsoPath,
        About {
            replaces: "the Region in the path of IAM Identity Center roles, which can be absent",
            example: "/aws-reserved/sso.amazonaws.com/ap-southeast-1/",
            near_miss: "/aws-service-role/sso.amazonaws.com/",
            source: "https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html",
        },
    ),
    (
        Builtin::SsoProvider,
        About {
            replaces: "the 16 hexadecimal digits of the IAM Identity Center SAML provider",
            example: "arn:aws:iam::111122223333:saml-provider/AWSSSO_0123456789abcdef_DO_NOT_DELETE",
            near_miss: "arn:aws:iam::111122223333:saml-provider/AWSSSO_x",
            source: "https://docs.aws.amazon.com/singlesignon/latest/userguide/service-linked-roles.html",
        },
    ),
    (
        Builtin::CdkBootstrap,
        About {
            replaces: "the Region at the end of the role names of the CDK bootstrap stack",
            example: "cdk-hnb659fds-deploy-role-111122223333-us-east-1",
            near_miss: "cdk-deploy-role",
            source: "https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html",
        },
    ),
    (
        Builtin::StackSet,
        About {
            replaces: "the 32 hexadecimal digits of the execution role of a StackSet",
            example: "stacksets-exec-899a82a2cb437e970934262f85c7628a",
            near_miss: "stacksets-exec-x",
            source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-enable-trusted-access.html",
        },
    ),
    (
        Builtin::SageMaker,
        About {
            replaces: "the timestamp at the end of the names of roles and policies that SageMaker created",
            example: "AmazonSageMaker-ExecutionRole-20190915T161542",
            near_miss: "reports-20190915",
            source: "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html",
        },
    ),
    (
        Builtin::Terraform,
        About {
            replaces: "the time and counter that Terraform appends to a `name_prefix`",
            example: "terraform-20231004215941515800000001",
            near_miss: "terraform-role",
            source: "https://pkg.go.dev/github.com/hashicorp/terraform-plugin-sdk/v2/helper/id#PrefixedUniqueId",
        },
    ),
    (
        Builtin::Console,
        About {
            replaces: "the random end of the names of service roles and policies that were created in the console",
            example: "contact-form-handler-role-40w71jir",
            near_miss: "app-role-readonly",
            source: "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
        },
    ),
    (
        Builtin::CloudFormation,
        About {
            replaces: "the 12 or 13 random characters at the end of a name that CloudFormation created, of a role or \
                policy or of another resource in an ARN (a queue, table, bucket, function, or log group), also if it was \
                cut at 64 characters, and those of the nested stack, the stack of a StackSet, or the Elastic Beanstalk \
                environment in the name",
            example: "eksctl-main-nodegroup-ng-NodeInstanceRole-1HEFSZWHPVCFQ",
            near_miss: "content-distribution",
            source: "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html",
        },
    ),
    (
        Builtin::ServiceCatalog,
        About {
            replaces: "the ID of the provisioned product in the names of the stack that Service Catalog created",
            example: "SC-111122223333-pp-u37xbryirghg1-KubectlRole",
            near_miss: "SC-111122223333-KubectlRole",
            source: "https://docs.aws.amazon.com/servicecatalog/latest/dg/API_ProvisionedProductDetail.html",
        },
    ),
    (
        Builtin::EventBridge,
        About {
            replaces: "the number at the end of the names of roles and policies that the EventBridge console created",
            example: "Amazon_EventBridge_Invoke_Step_Functions_317086871",
            near_miss: "Amazon_EventBridge_Invoke_Step_Functions",
            source: "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-iam-roles.html",
        },
    ),
    (
        Builtin::Firehose,
        About {
            replaces: "the Region and the time at the end of the names of roles that the Firehose console created",
            example: "KinesisFirehoseServiceRole-orders-us-east-1-1611177560958",
            near_miss: "KinesisFirehoseServiceRole-orders",
            source: "https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html",
        },
    ),
    (
        Builtin::Bedrock,
        About {
            replaces: "the random end of the names of roles and policies that the Bedrock console created",
            example: "AmazonBedrockExecutionRoleForKnowledgeBase_c0q2t",
            near_miss: "AmazonBedrockExecutionRoleForKnowledgeBase_domain",
            source: "https://docs.aws.amazon.com/bedrock/latest/userguide/kb-permissions.html",
        },
    ),
    (
        Builtin::DataZone,
        About {
            replaces: "the IDs of the project and the environment in the names of project roles",
            example: "datazone_usr_role_6gknc254ej3jfr_5251772u38j19j",
            near_miss: "datazone_usr_role_analytics",
            source: "https://docs.aws.amazon.com/sagemaker-unified-studio/latest/userguide/project-roles.html",
        },
    ),
    (
        Builtin::Amplify,
        About {
            replaces: "the random digits in the names of the roles of an Amplify environment",
            example: "amplify-shop-main-220724-authRole",
            near_miss: "amplify-shop-main-authRole",
            source: "https://docs.amplify.aws/gen1/javascript/tools/cli/reference/files/",
        },
    ),
    (
        Builtin::CodePipeline,
        About {
            replaces: "the Region in the names of service roles and policies that the CodePipeline console created",
            example: "AWSCodePipelineServiceRole-us-east-1-orders",
            near_miss: "AWSCodePipelineServiceRole-orders",
            source: "https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create.html",
        },
    ),
    (
        Builtin::QuickSetup,
        About {
            replaces: "the five letters and digits of the configuration in the names of roles and policies that Quick Setup \
                of AWS Systems Manager created",
            example: "AWS-QuickSetup-HostMgmtRole-eu-west-1-t7c2w",
            near_miss: "AWS-QuickSetup-SSM-DefaultEC2MgmtRole-eu-west-1",
            source: "https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSQuickSetupSSMHostMgmtPermissionsBoundary.html",
        },
    ),
    (
        Builtin::Serverless,
        About {
            replaces: "the Region in the names of roles that the Serverless Framework created",
            example: "orders-v2-us-east-1-lambdaRole",
            near_miss: "orders-v2-lambdaRole",
            source: "https://www.serverless.com/framework/docs/providers/aws/guide/iam",
        },
    ),
    (
        Builtin::Pulumi,
        About {
            replaces: "the seven hexadecimal digits at the end of a name that Pulumi created",
            example: "worker-role-1a2b3c4",
            near_miss: "worker-role-1234567",
            source: "https://www.pulumi.com/docs/iac/concepts/resources/names/",
        },
    ),
    (
        Builtin::Karpenter,
        About {
            replaces: "the number at the end of the names of instance profiles that Karpenter created",
            example: "main_4067990795380418201",
            near_miss: "main_2024",
            source: "https://github.com/aws/karpenter-provider-aws (EC2NodeClass.InstanceProfileName)",
        },
    ),
    (
        Builtin::OpenShift,
        About {
            replaces: "the five letters and digits of the infrastructure ID in the names of roles and instance profiles that the OpenShift installer created",
            example: "main-x7k2p-worker-role",
            near_miss: "main-small-worker-role",
            source: "https://github.com/openshift/installer (infrastructure ID)",
        },
    ),
    (
        Builtin::NameCut,
        About {
            replaces: "the end of a role name that was cut at 64 characters, where the other account has the name \
                with less or more of it, and six random characters behind the cut",
            example: "nodes-of-the-payments-cluster-in-the-development-environm-1a2b3c",
            near_miss: "nodes-of-the-payments-cluster-1a2b3c",
            source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
        },
    ),
    (
        Builtin::EksOidc,
        About {
            replaces: "the ID of the OIDC provider of an EKS cluster, in principals and condition keys",
            example: "oidc.eks.eu-west-1.amazonaws.com/id/1C1C7BCDE7C743BDE3D27F1D009FFD56:sub",
            near_miss: "oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE",
            source: "https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
        },
    ),
    (
        Builtin::Secret,
        About {
            replaces: "the six random characters at the end of the ARN of a secret",
            example: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-AbCdEf",
            near_miss: "arn:aws:secretsmanager:eu-west-1:111122223333:secret:app/db-??????",
            source: "https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html",
        },
    ),
];
