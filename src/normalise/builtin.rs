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
        /// Roles and policies that the console of Amazon EventBridge made.
        EventBridge = "eventbridge",
        /// Roles that the console of Amazon Data Firehose made.
        Firehose = "firehose",
        /// Roles and policies that the console of Amazon Bedrock made.
        Bedrock = "bedrock",
        /// Roles of the projects of Amazon DataZone and SageMaker Unified Studio.
        DataZone = "datazone",
        /// Roles that the Amplify CLI made.
        Amplify = "amplify",
        /// Service roles and their policies that the console of CodePipeline made.
        CodePipeline = "codepipeline",
        /// Roles and policies that Quick Setup of Systems Manager made.
        QuickSetup = "quick-setup",
        /// Roles that the Serverless Framework made.
        Serverless = "serverless",
        /// Names that Pulumi made.
        Pulumi = "pulumi",
        /// Instance profiles that Karpenter made.
        Karpenter = "karpenter",
        /// Roles and instance profiles that the installer of OpenShift made.
        OpenShift = "openshift",
        /// Names that were cut at the longest that IAM takes.
        NameCut = "name-cut",
        /// The id of an EKS cluster's OIDC provider.
        EksOidc = "eks-oidc",
        /// The end of a secret's ARN.
        Secret = "secret",
    }
}

impl Builtin {
    /// The placeholder of what it replaces. Begins with a character that no placeholder of a dictionary holds; a
    /// number tells several alike apart.
    pub(crate) fn placeholder(self, number: usize) -> String {
        let mark = crate::model::equivalency::GENERATED;
        if number == 0 { format!("{mark}{}", self.as_str()) } else { format!("{mark}{}-{number}", self.as_str()) }
    }
}

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
    /// None of them.
    pub const NONE: Self = Self { off: u32::MAX };

    /// Those of these rules that apply to one account at two times: its ID, which is the same. Any other rule could hide
    /// that a generated name has changed.
    #[must_use]
    pub const fn of_one_account(self) -> Self {
        Self { off: self.off | !(1 << Builtin::AccountId as u16) }
    }

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
            return Ok(Self::NONE);
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
