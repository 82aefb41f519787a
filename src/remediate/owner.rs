//! Who manages a role: what is changed behind the owner's back is changed back by the next deployment.
//!
//! Some of it is certain, because AWS alone can set a path or a tag that begins with `aws:`. The rest is a convention
//! of names and tags, and is told as a guess.

use std::collections::BTreeMap;

use crate::model::Role;
use crate::normalise::{Builtin, made_up_policy, made_up_role};

/// Who manages a role or a customer managed policy, and what says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Who it is.
    pub manager: Manager,
    /// What says so.
    pub evidence: Evidence,
}

/// Who can manage roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manager {
    /// The AWS service to which a service-linked role belongs; IAM refuses all other changes.
    Service(String),
    /// IAM Identity Center, for a permission set; IAM refuses all other changes.
    IdentityCenter(Option<String>),
    /// AWS, under the path `/aws-reserved/`; IAM refuses all other changes.
    Aws,
    /// A CloudFormation stack.
    CloudFormation(Stack),
    /// CloudFormation StackSets, which creates the role that it works with.
    StackSets,
    /// A tool that is not AWS's.
    Tool(Tool),
}

/// A CloudFormation stack, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// What its template is made with.
    pub kind: StackKind,
    /// Its name.
    pub name: Option<String>,
    /// Its ARN.
    pub id: Option<String>,
    /// The logical ID of the role or policy in its template.
    pub logical_id: Option<String>,
}

/// What makes a stack's template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StackKind {
    /// Nothing that is known.
    Template,
    /// The AWS CDK.
    Cdk,
    /// The AWS CDK, when it prepares an account for its deployments.
    CdkBootstrap,
    /// A StackSet, with its name where that is whole.
    StackSet(Option<String>),
}

/// A tool that leaves only what its users tell it to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// Terraform of HashiCorp.
    Terraform,
    /// Its fork.
    OpenTofu,
    /// Pulumi.
    Pulumi,
}

/// What says who manages something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// A path or a tag that AWS alone can set: certain.
    Aws,
    /// A tag that teams set by convention, key and value: a guess.
    Tag(String, String),
    /// The form of the name: a guess.
    Name,
}

/// The tags of CloudFormation. Users can set no tag that begins with `aws:`.
///
/// Sources: <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-resource-tags.html>,
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html>
const STACK_NAME: &str = "aws:cloudformation:stack-name";
const STACK_ID: &str = "aws:cloudformation:stack-id";
const LOGICAL_ID: &str = "aws:cloudformation:logical-id";

/// The path of roles that AWS keeps for itself, and the one of IAM Identity Center below it.
///
/// Source: <https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html>
const RESERVED_PATH: &str = "/aws-reserved/";
const IDENTITY_CENTER_PATH: &str = "/aws-reserved/sso.amazonaws.com/";

/// Who manages a role; none if nothing says so.
#[must_use]
pub fn of_role(role: &Role) -> Option<Owner> {
    of_path(role).or_else(|| of_stack_tags(role)).or_else(|| of_tool_tags(&role.tags)).or_else(|| of_role_name(role))
}

/// Who manages a customer managed policy. Snapshots do not contain the tags of policies, so that its name alone can say
/// so.
#[must_use]
pub fn of_policy(name: &str) -> Option<Owner> {
    let made = made_up_policy(name)?;
    of_made_up(made.rule, made.before, made.is_cut)
}

fn of_path(role: &Role) -> Option<Owner> {
    let manager = if role.is_service_linked() {
        let service = role.path.trim_matches('/').split('/').next_back().unwrap_or_default();
        Manager::Service(service.to_owned())
    } else if role.path.starts_with(IDENTITY_CENTER_PATH) {
        Manager::IdentityCenter(permission_set(&role.name))
    } else if role.path.starts_with(RESERVED_PATH) {
        Manager::Aws
    } else {
        return None;
    };
    Some(Owner { manager, evidence: Evidence::Aws })
}

/// The permission set in the name `AWSReservedSSO_PermissionSet_0123456789abcdef`.
///
/// Source: <https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html>
fn permission_set(name: &str) -> Option<String> {
    let (set, digits) = name.strip_prefix("AWSReservedSSO_")?.rsplit_once('_')?;
    let is_hex = digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit());
    (is_hex && !set.is_empty()).then(|| set.to_owned())
}

fn of_stack_tags(role: &Role) -> Option<Owner> {
    let tag = |key: &str| role.tags.get(key).cloned();
    let id = tag(STACK_ID);
    // The ARN of a stack has its name: `arn:aws:cloudformation:eu-west-1:111122223333:stack/NAME/UUID`.
    let in_id = || id.as_ref().and_then(|id| id.split(":stack/").nth(1)?.split('/').next().map(str::to_owned));
    let (name, logical_id) = (tag(STACK_NAME).or_else(in_id), tag(LOGICAL_ID));
    if name.is_none() && id.is_none() && logical_id.is_none() {
        return None;
    }
    let kind = if let Some(set) = name.as_deref().and_then(|name| name.strip_prefix(STACK_SET)) {
        StackKind::StackSet(stack_set(set))
    } else if is_bootstrap(role) {
        StackKind::CdkBootstrap
    } else if role.tags.keys().any(|key| key.starts_with("aws-cdk:"))
        || logical_id.as_deref().is_some_and(is_logical_id_of_cdk)
    {
        StackKind::Cdk
    } else {
        StackKind::Template
    };
    let manager = Manager::CloudFormation(Stack { kind, name, id, logical_id });
    Some(Owner { manager, evidence: Evidence::Aws })
}

/// How the names of the stacks of StackSets begin: `StackSet-NAME-UUID`.
///
/// Source: <https://docs.aws.amazon.com/cli/latest/reference/cloudformation/describe-stack-instance.html>
const STACK_SET: &str = "StackSet-";

/// The StackSet's name in what follows [`STACK_SET`], if a whole UUID stands behind it.
fn stack_set(rest: &str) -> Option<String> {
    let at = rest.len().checked_sub(36)?;
    let (name, uuid) = (rest.get(..at)?.strip_suffix('-')?, rest.get(at..)?);
    let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
    let is_hex = uuid.bytes().all(|b| b == b'-' || b.is_ascii_hexdigit());
    (lengths == [8, 4, 4, 4, 12] && is_hex && !name.is_empty()).then(|| name.to_owned())
}

/// Whether a logical ID ends in the eight digits of the hash with which the CDK makes it unique.
///
/// Source: <https://docs.aws.amazon.com/cdk/v2/guide/identifiers.html>
fn is_logical_id_of_cdk(id: &str) -> bool {
    let hash = id.len().checked_sub(8).filter(|at| *at > 0).and_then(|at| id.get(at..));
    let is_hash = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'A'..=b'F'));
    hash.is_some_and(|hash| is_hash(hash) && hash.bytes().any(|b| b.is_ascii_digit()))
}

/// Whether the CDK's bootstrapping made a role.
///
/// Source: <https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html>
fn is_bootstrap(role: &Role) -> bool {
    made_up_role(&role.name, &role.path).is_some_and(|made| made.rule == Builtin::CdkBootstrap)
}

/// Keys of tags by which teams say what manages a resource, without their case and separators.
///
/// No standard names them. Sources, for the habit: <https://developer.hashicorp.com/terraform/tutorials/aws/aws-default-tags>,
/// <https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html>
const MANAGED_BY: [&str; 10] = [
    "managedby",
    "managedwith",
    "createdby",
    "createdwith",
    "provisionedby",
    "provisioner",
    "deployedby",
    "deployedwith",
    "iac",
    "iactool",
];

fn of_tool_tags(tags: &BTreeMap<String, String>) -> Option<Owner> {
    tags.iter().find_map(|(key, value)| {
        let manager = of_tool_tag(&folded(key), &folded(value))?;
        Some(Owner { manager, evidence: Evidence::Tag(key.clone(), value.clone()) })
    })
}

/// A text in small letters, without what stands between words.
fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn of_tool_tag(key: &str, value: &str) -> Option<Manager> {
    if MANAGED_BY.contains(&key) {
        return named_tool(value);
    }
    // `Terraform = true`, and `terraform:workspace = live`. `false` says the opposite.
    let denies = matches!(value, "false" | "no" | "0" | "" | "none");
    let begins = |name: &str| key.starts_with(name) && !denies;
    if begins("terraform") {
        Some(Manager::Tool(Tool::Terraform))
    } else if begins("opentofu") {
        Some(Manager::Tool(Tool::OpenTofu))
    } else if begins("pulumi") {
        Some(Manager::Tool(Tool::Pulumi))
    } else {
        None
    }
}

/// The tool that the value of such a tag names.
fn named_tool(value: &str) -> Option<Manager> {
    let stack = |kind| Manager::CloudFormation(Stack { kind, name: None, id: None, logical_id: None });
    // `Terraform Cloud`, and `Managed by Terraform`.
    let named = |name: &str| value.starts_with(name) || value.ends_with(name);
    if named("terraform") || value == "tf" {
        Some(Manager::Tool(Tool::Terraform))
    } else if named("opentofu") || named("tofu") {
        Some(Manager::Tool(Tool::OpenTofu))
    } else if named("pulumi") {
        Some(Manager::Tool(Tool::Pulumi))
    } else if named("cdk") || named("awscdk") {
        Some(stack(StackKind::Cdk))
    } else if named("cloudformation") || named("awscloudformation") || value == "cfn" {
        Some(stack(StackKind::Template))
    } else {
        None
    }
}

fn of_role_name(role: &Role) -> Option<Owner> {
    let made = made_up_role(&role.name, &role.path)?;
    if made.rule == Builtin::SsoRole {
        let manager = Manager::IdentityCenter(permission_set(&role.name));
        return Some(Owner { manager, evidence: Evidence::Name });
    }
    of_made_up(made.rule, made.before, made.is_cut)
}

/// Who made up a name, for the rules whose makers deploy again. What the consoles of services made, nobody deploys.
fn of_made_up(rule: Builtin, before: &str, is_cut: bool) -> Option<Owner> {
    let stack = |kind, name, logical_id| Manager::CloudFormation(Stack { kind, name, id: None, logical_id });
    let manager = match rule {
        Builtin::CdkBootstrap => stack(StackKind::CdkBootstrap, None, None),
        Builtin::StackSet => Manager::StackSets,
        Builtin::Terraform => Manager::Tool(Tool::Terraform),
        Builtin::CloudFormation | Builtin::ServiceCatalog => {
            let (name, logical_id) = if is_cut { (None, None) } else { of_generated_name(rule, before) };
            let kind = if before.starts_with(STACK_SET) {
                StackKind::StackSet(name.as_deref().and_then(|name| stack_set(name.strip_prefix(STACK_SET)?)))
            } else if logical_id.as_deref().is_some_and(is_logical_id_of_cdk) {
                StackKind::Cdk
            } else {
                StackKind::Template
            };
            stack(kind, name, logical_id)
        }
        Builtin::AccountId
        | Builtin::SsoRole
        | Builtin::SsoPath
        | Builtin::SsoProvider
        | Builtin::SageMaker
        | Builtin::Console
        | Builtin::EventBridge
        | Builtin::Firehose
        | Builtin::Bedrock
        | Builtin::DataZone
        | Builtin::Amplify
        | Builtin::CodePipeline
        | Builtin::QuickSetup
        | Builtin::Serverless
        | Builtin::Pulumi
        | Builtin::Karpenter
        | Builtin::OpenShift
        | Builtin::NameCut
        | Builtin::EksOidc
        | Builtin::Secret => return None,
    };
    Some(Owner { manager, evidence: Evidence::Name })
}

/// Stack and logical ID in `STACK-LOGICALID-` before the letters that CloudFormation makes up. A logical ID is
/// alphanumeric, a stack's name may have hyphens.
///
/// Sources: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html>,
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resources-section-structure.html>
fn of_generated_name(rule: Builtin, before: &str) -> (Option<String>, Option<String>) {
    let parts = before.strip_suffix('-').and_then(|before| before.rsplit_once('-'));
    match parts {
        Some((stack, logical_id)) if rule == Builtin::CloudFormation && !stack.is_empty() && !logical_id.is_empty() => {
            (Some(stack.to_owned()), Some(logical_id.to_owned()))
        }
        _ => (None, None),
    }
}

impl Owner {
    /// Whether IAM refuses every change that does not come from the owner.
    ///
    /// Sources: <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>,
    /// <https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html>
    #[must_use]
    pub fn is_aws(&self) -> bool {
        let aws = matches!(self.manager, Manager::Service(_) | Manager::IdentityCenter(_) | Manager::Aws);
        aws && self.evidence == Evidence::Aws
    }

    /// Who it is and what says so, as what can follow `it is`.
    #[must_use]
    pub fn in_words(&self) -> String {
        let who = match &self.manager {
            Manager::Service(service) => format!("a service-linked role of `{service}`"),
            Manager::IdentityCenter(Some(set)) => format!("the role of the IAM Identity Center permission set `{set}`"),
            Manager::IdentityCenter(None) => "a role of IAM Identity Center".to_owned(),
            Manager::Aws => "reserved for AWS".to_owned(),
            Manager::CloudFormation(stack) => format!("managed by {}", stack.in_words()),
            Manager::StackSets => "the execution role of CloudFormation StackSets".to_owned(),
            Manager::Tool(tool) => format!("managed by {}", tool.as_str()),
        };
        match &self.evidence {
            Evidence::Aws => who,
            Evidence::Tag(key, value) => format!("probably {who} (its tag `{key}` is `{value}`)"),
            Evidence::Name => format!("probably {who} (its name has that form)"),
        }
    }

    /// Where a change has to be made instead, as an instruction.
    #[must_use]
    pub fn instead(&self) -> String {
        match &self.manager {
            Manager::Service(_) => "only this service can change it".to_owned(),
            Manager::IdentityCenter(Some(set)) => {
                format!("change the permission set `{set}` or its assignments in IAM Identity Center")
            }
            Manager::IdentityCenter(None) => {
                "change its permission set or the assignments in IAM Identity Center".to_owned()
            }
            Manager::Aws => "only AWS can change it".to_owned(),
            Manager::CloudFormation(stack) => stack.instead(),
            Manager::StackSets => "change the trusted access of StackSets in the organization".to_owned(),
            Manager::Tool(Tool::Terraform | Tool::OpenTofu) => "change its configuration, and apply it".to_owned(),
            Manager::Tool(Tool::Pulumi) => "change its program, and deploy it".to_owned(),
        }
    }
}

impl Stack {
    fn in_words(&self) -> String {
        let id = self.id.as_ref().map(|id| format!(" (`{id}`)")).unwrap_or_default();
        let stack = match &self.name {
            Some(name) => format!("the CloudFormation stack `{name}`{id}"),
            None => format!("a CloudFormation stack{id}"),
        };
        match &self.kind {
            StackKind::Template => stack,
            StackKind::Cdk => format!("{stack}, whose template probably comes from the AWS CDK"),
            StackKind::CdkBootstrap => format!("{stack}, which `cdk bootstrap` deploys"),
            StackKind::StackSet(Some(set)) => format!("the StackSet `{set}`, in {stack}"),
            StackKind::StackSet(None) => format!("a StackSet, in {stack}"),
        }
    }

    fn instead(&self) -> String {
        let resource = self.logical_id.as_ref().map(|id| format!("the resource `{id}` in "));
        let resource = resource.unwrap_or_default();
        match &self.kind {
            StackKind::Template => format!("change {resource}its template, and deploy the stack"),
            StackKind::Cdk => format!("change {resource}the CDK app, and deploy the stack with `cdk deploy`"),
            StackKind::CdkBootstrap => {
                "change the bootstrap template, and run `cdk bootstrap` for this account".to_owned()
            }
            StackKind::StackSet(_) => {
                format!("change {resource}the template of the StackSet, in the account that administers it")
            }
        }
    }
}

impl Tool {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Terraform => "Terraform",
            Self::OpenTofu => "OpenTofu",
            Self::Pulumi => "Pulumi",
        }
    }
}

#[cfg(test)]
mod tests;
