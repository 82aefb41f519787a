//! What is known to differ between accounts without anybody saying so: names and ids that AWS and the usual tools
//! make up. Each rule can be switched off by its name.
//!
//! Never among them, because a difference is a finding: ids of organizations, external ids, unique ids (`AROA…`), and
//! ids of other accounts.

use std::str::FromStr;

use crate::model::words;

words! {
    /// A built-in rule.
    pub enum Builtin {
        /// The account's own id.
        AccountId = "account-id",
        /// Roles of IAM Identity Center.
        SsoRole = "sso-role",
        /// The path of those roles, with or without a region.
        SsoPath = "sso-path",
        /// The SAML provider of IAM Identity Center.
        SsoProvider = "sso-provider",
        /// Roles of the CDK bootstrap stack.
        CdkBootstrap = "cdk-bootstrap",
        /// Roles of CloudFormation StackSets.
        StackSet = "stackset",
        /// Roles and policies that SageMaker made.
        SageMaker = "sagemaker",
        /// Names that Terraform made from a `name_prefix`.
        Terraform = "terraform",
        /// Service roles and their policies made in the console.
        Console = "console",
        /// Names that CloudFormation made.
        CloudFormation = "cloudformation",
        /// Names of what a product of Service Catalog made.
        ServiceCatalog = "service-catalog",
        /// Names that were cut at the longest that IAM takes.
        NameCut = "name-cut",
        /// The id of an EKS cluster's OIDC provider.
        EksOidc = "eks-oidc",
        /// The end of a secret's ARN.
        Secret = "secret",
    }
}

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

    /// The placeholder of what it replaces. Begins with a character that no placeholder of a dictionary holds; a
    /// number tells several alike apart.
    pub(crate) fn placeholder(self, number: usize) -> String {
        let mark = crate::model::equivalency::GENERATED;
        if number == 0 { format!("{mark}{}", self.as_str()) } else { format!("{mark}{}-{number}", self.as_str()) }
    }
}

/// What each rule does.
const ABOUT: [(Builtin, About); 14] = [
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
            source: "https://developer.hashicorp.com/terraform/plugin/sdkv2/resources (id.PrefixedUniqueId)",
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
            replaces: "the 12 or 13 random characters at the end of a name that CloudFormation created, also if it \
                was cut at 64 characters, and those of the nested stack or the stack of a StackSet in the name",
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

/// No built-in rule has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a built-in rule: use all, {}", .text.escape_debug(), Builtin::ALL.map(Builtin::as_str).join(", "))]
pub struct BuiltinError {
    text: String,
}

/// Which built-in rules are on. The default is all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Builtins {
    off: u32,
}

impl Builtins {
    /// Whether a rule is on.
    #[must_use]
    pub const fn has(self, rule: Builtin) -> bool {
        self.off & (1 << rule as u16) == 0
    }

    /// Switches one rule off by its name, or `all`.
    ///
    /// # Errors
    /// If no rule has this name.
    ///
    /// ```
    /// use iamctl::normalise::{Builtin, Builtins};
    /// let rules = Builtins::default().without("account-id").unwrap();
    /// assert!(!rules.has(Builtin::AccountId) && rules.has(Builtin::Secret));
    /// ```
    pub fn without(self, name: &str) -> Result<Self, BuiltinError> {
        if name == "all" {
            return Ok(Self { off: u32::MAX });
        }
        let rule: Builtin = name.parse()?;
        Ok(Self { off: self.off | 1 << rule as u16 })
    }

    /// Those that are on, in their order.
    pub fn iter(self) -> impl Iterator<Item = Builtin> {
        Builtin::ALL.into_iter().filter(move |rule| self.has(*rule))
    }
}

impl FromStr for Builtin {
    type Err = BuiltinError;

    fn from_str(text: &str) -> Result<Self, BuiltinError> {
        let found = Self::ALL.into_iter().find(|rule| rule.as_str() == text);
        found.ok_or_else(|| BuiltinError { text: text.to_owned() })
    }
}
