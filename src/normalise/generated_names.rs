//! The forms of generated names and ids: which part of a text somebody's program made up.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::builtin::{Builtin, Builtins};
use super::spelling::{could_be_words, has_digit, is_words_and_number, mixed};

/// What has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    Role,
    ManagedPolicy,
    InlinePolicy,
    InstanceProfile,
}

/// A name or id with the part that was made up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GeneratedForm {
    pub rule: Builtin,
    /// Where the made-up part stands.
    pub part: Range<usize>,
    /// Where further made-up parts stand: of the stack that a stack is in, say.
    pub others: Vec<Range<usize>>,
    /// Whether that part could be nothing a person wrote. One of the two accounts' must be so.
    pub looks_random: bool,
}

impl GeneratedForm {
    /// The texts of its further made-up parts.
    pub(super) fn texts_of_others<'n>(&self, name: &'n str) -> impl Iterator<Item = &'n str> {
        self.others.iter().map(move |other| name.get(other.clone()).unwrap_or_default())
    }

    /// Without those further parts that both accounts have: nothing made them up for one of them.
    pub(super) fn without_others(mut self, name: &str, of_both: &BTreeSet<&str>) -> Self {
        self.others.retain(|other| !of_both.contains(name.get(other.clone()).unwrap_or_default()));
        self
    }
}

/// One form of names.
struct FormRule {
    builtin: Builtin,
    named: &'static [Named],
    /// Its first group is the made-up part; what other groups match was made up too.
    regex: LazyLock<Option<Regex>>,
    /// Whether a made-up part could be nothing a person wrote.
    looks_random: fn(&str) -> bool,
    /// Whether it counts only under the path the console uses.
    service_path: bool,
}

const ROLE: &[Named] = &[Named::Role];
const POLICY: &[Named] = &[Named::ManagedPolicy];
const PROFILE: &[Named] = &[Named::InstanceProfile];
const ROLE_AND_PROFILE: &[Named] = &[Named::Role, Named::InstanceProfile];
const ROLE_AND_POLICY: &[Named] = &[Named::Role, Named::ManagedPolicy];
const ANY: &[Named] = &[Named::Role, Named::ManagedPolicy, Named::InlinePolicy, Named::InstanceProfile];

/// The code of a Region, as opposed to `my-team-1`.
///
/// Source: <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>
macro_rules! region {
    () => {
        r"(?:af|ap|ca|cn|eu|eusc|il|me|mx|sa|us)(?:-gov|-iso[a-z]?|-de)?-(?:(?:north|south)?(?:east|west)|north|south|central)-[0-9]"
    };
}

macro_rules! rule {
    ($builtin:ident, $named:expr, $regex:expr, $random:expr, $path:literal) => {
        FormRule {
            builtin: Builtin::$builtin,
            named: $named,
            regex: LazyLock::new(|| Regex::new($regex).ok()),
            looks_random: $random,
            service_path: $path,
        }
    };
}

/// In the order in which they are tried.
static NAMES: [FormRule; 23] = [
    rule!(SsoRole, ROLE, r"^AWSReservedSSO_.{1,32}_([0-9a-f]{16})$", |_| true, false),
    rule!(
        CdkBootstrap,
        ROLE,
        r"^cdk-[a-z0-9]{1,10}-(?:deploy|lookup|file-publishing|image-publishing|cfn-exec)-role-[0-9]{12}-([a-z0-9-]+)$",
        |_| true,
        false
    ),
    rule!(ServiceCatalog, ANY, r"^SC-[0-9]{12}-pp-([a-z0-9]{13})(?:-|$)", has_digit, false),
    rule!(
        EventBridge,
        ROLE_AND_POLICY,
        r"^Amazon_EventBridge_(?:Invoke|Scheduler|Pipe)_.+_([0-9a-f]{6,12})$",
        has_digit,
        false
    ),
    rule!(Firehose, ROLE, r"^KinesisFirehoseServiceRole-.+?-([0-9]{13})$", |_| true, false),
    rule!(Bedrock, ROLE_AND_POLICY, r"^AmazonBedrock[A-Za-z]+_([a-z0-9]{5}|[A-Z0-9]{10,13})$", has_digit, false),
    rule!(DataZone, ROLE, r"^datazone_usr_role_([a-z0-9]{14})_([a-z0-9]{14})$", has_digit, false),
    rule!(Amplify, ROLE, r"^amplify-.+-([0-9a-f]{5,6})-(?:auth|unauth)Role$", has_digit, false),
    rule!(Amplify, ROLE, r"-([0-9]{14})-(?:auth|unauth)Role$", |_| true, false),
    rule!(QuickSetup, ANY, concat!(r"^AWS-QuickSetup-.+-", region!(), r"-([a-z0-9]{5})$"), |_| true, false),
    rule!(CodePipeline, ROLE_AND_POLICY, concat!(r"^AWSCodePipelineServiceRole-(", region!(), r")-."), |_| true, false),
    rule!(Serverless, ROLE, concat!(r"^.+-(", region!(), r")-lambdaRole$"), |_| true, false),
    rule!(Karpenter, PROFILE, r"_([0-9]{15,20})$", |_| true, false),
    rule!(
        OpenShift,
        ROLE_AND_PROFILE,
        r"-([bcdfghjklmnpqrstvwxz2456789]{5})-(?:master|worker|bootstrap)-(?:role|profile)$",
        has_digit,
        false
    ),
    rule!(StackSet, ROLE, r"^stacksets-exec-([0-9a-f]{32})$", |_| true, false),
    rule!(SageMaker, ROLE_AND_POLICY, r"-([0-9]{8}T[0-9]{6})$", |_| true, false),
    rule!(Terraform, ANY, r"([0-9]{18}[0-9a-f]{8})$", |_| true, false),
    rule!(Console, ROLE, r"-role-([a-z0-9]{8,9})$", |_| true, true),
    rule!(Console, ROLE, r"-role-([a-z0-9]{8,9})$", has_digit, false),
    rule!(Console, POLICY, r"-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$", |_| true, false),
    rule!(NameCut, ROLE, r"^.{57}-([a-z0-9]{6})$", has_digit, false),
    rule!(Pulumi, ANY, r"-([0-9a-f]{7})$", mixed, false),
    rule!(CloudFormation, ANY, r"-([A-Z0-9]{12,13}|[A-Za-z0-9]{12})$", no_words, false),
];

/// The generated name in a text, if it is one.
pub(super) fn recognise(builtins: Builtins, named: Named, name: &str, path: &str) -> Option<GeneratedForm> {
    if !may_be_generated(named, name) {
        return None;
    }
    NAMES.iter().filter(|rule| builtins.has(rule.builtin) && rule.named.contains(&named)).find_map(|rule| {
        if rule.service_path && !path.starts_with("/service-role/") {
            return None;
        }
        let captures = rule.regex.as_ref()?.captures(name)?;
        let part = captures.get(1)?;
        // Digits alone are an account id, a date, a number: somebody else's, or a person's.
        let plain = rule.builtin == Builtin::CloudFormation && has_digits_only(part.as_str());
        let looks_random = (rule.looks_random)(part.as_str());
        let mut others: Vec<Range<usize>> = captures.iter().skip(2).flatten().map(|group| group.range()).collect();
        if rule.builtin == Builtin::CloudFormation {
            others.extend(of_stacks(name, part.start()));
        } else if rule.builtin == Builtin::ServiceCatalog {
            others.extend(end_of_stack(builtins, name));
        } else if rule.builtin == Builtin::Firehose {
            others.extend(region_before(name, part.start()));
        }
        others.retain(|other| !other.is_empty());
        (!plain).then(|| GeneratedForm { rule: rule.builtin, part: part.range(), others, looks_random })
    })
}

/// What made up the name of a role or a managed policy, for whoever asks where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MadeUp<'n> {
    /// The rule that knows the form.
    pub rule: Builtin,
    /// What stands before the made-up part.
    pub before: &'n str,
    /// Whether the name was cut, so that what stands before that part may be incomplete.
    pub is_cut: bool,
}

/// The rule that recognises a role's name, if its made-up part is nothing that a person would write.
pub(crate) fn made_up_role<'n>(name: &'n str, path: &str) -> Option<MadeUp<'n>> {
    made_up(Named::Role, name, path)
}

/// The same of a customer managed policy.
pub(crate) fn made_up_policy(name: &str) -> Option<MadeUp<'_>> {
    made_up(Named::ManagedPolicy, name, "/")
}

fn made_up<'n>(named: Named, name: &'n str, path: &str) -> Option<MadeUp<'n>> {
    let form = recognise(Builtins::default(), named, name, path).filter(|form| form.looks_random)?;
    let is_cut = named == Named::Role && name.len() == LONGEST_ROLE;
    Some(MadeUp { rule: form.rule, before: name.get(..form.part.start)?, is_cut })
}

/// Whether a name could be generated, without trying the expressions: most names are not.
fn may_be_generated(named: Named, name: &str) -> bool {
    const STARTS: [&str; 7] = [
        "AWS-QuickSetup-",
        "cdk-",
        "SC-",
        "Amazon_EventBridge_",
        "AmazonBedrock",
        "AWSCodePipelineServiceRole-",
        "datazone_usr_role_",
    ];
    const ENDS: [&str; 3] = ["Role", "-role", "-profile"];
    let letters =
        |count: usize| name.len() >= count && name.bytes().rev().take(count).all(|b| b.is_ascii_alphanumeric());
    // Seven hexadecimal digits are the shortest end.
    let ends = letters(8) || (letters(7) && has_digit(name));
    let is_cut = named == Named::Role && name.len() == LONGEST_ROLE;
    ends || is_cut || STARTS.iter().any(|start| name.starts_with(start)) || ENDS.iter().any(|end| name.ends_with(end))
}

/// The longest name that a role can have.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const LONGEST_ROLE: usize = 64;

static STACK_INSTANCE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^StackSet-.+?-([0-9a-f]{4,8}(?:-[0-9a-z]{1,4}){0,3}(?:-[0-9a-f]{1,12})?)-*-[A-Za-z0-9]+-$").ok()
});

/// The name that eksctl makes up for a node group: `eksctl-main-nodegroup-ng-1a2b3c4d-NodeInstanceRole-…`.
/// Source: <https://docs.aws.amazon.com/eks/latest/eksctl/nodegroups.html>
static NODE_GROUP: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^eksctl-.+-nodegroup-ng-([0-9a-f]{8})-").ok());

/// The id of a configuration that Quick Setup of Systems Manager deploys as a StackSet, before the id of its stack.
/// Source: <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSQuickSetupDeploymentRolePolicy.html>
static QUICK_SETUP: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^StackSet-AWS-QuickSetup-.+?-([a-z0-9]{5})-[0-9a-f]{4,8}-").ok());

/// The id of an environment of Elastic Beanstalk: `awseb-e-k4m9xw2p7d-stack-…`.
/// Source: <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess-AWSElasticBeanstalk.html>
static BEANSTALK: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^awseb-e-([a-z0-9]{10})-stack-").ok());

/// The made-up parts of the names of the stacks in which CloudFormation created something, before `end`.
///
/// The name of a nested stack ends like that of any resource, and what is in it begins with its name, of which the
/// last letters are missing if the whole would be too long. The name of a stack of a StackSet ends in a UUID.
/// Source: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html>
pub(super) fn of_stacks(name: &str, end: usize) -> Vec<Range<usize>> {
    let before = name.get(..end).unwrap_or_default();
    let part_of = |regex: &Option<Regex>| Some(regex.as_ref()?.captures(before)?.get(1)?.range());
    if let Some(part) = part_of(&STACK_INSTANCE) {
        return part_of(&QUICK_SETUP).into_iter().chain([part]).collect();
    }
    if let Some(part) = part_of(&NODE_GROUP).or_else(|| part_of(&BEANSTALK)) {
        return vec![part];
    }
    let is_cut = name.len() == LONGEST_ROLE;
    let mut found = Vec::new();
    let mut start = 0;
    for segment in before.split('-') {
        let range = start..start + segment.len();
        start = range.end + 1;
        let upper = segment.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        let letters = segment.bytes().all(|b| b.is_ascii_alphanumeric());
        let whole = matches!(segment.len(), 12 | 13) && upper || segment.len() == 12 && letters;
        let in_part = is_cut && upper && (6..12).contains(&segment.len()) && has_digit(segment);
        // The first part of a name is the user's.
        if range.start > 0 && (whole || in_part) && !is_words_and_number(segment) && !has_digits_only(segment) {
            found.push(range);
        }
    }
    found
}

static REGION_AT_END: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"-([a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-[0-9])-$").ok());

/// The Region before `end`, if there is one.
fn region_before(name: &str, end: usize) -> Option<Range<usize>> {
    Some(REGION_AT_END.as_ref()?.captures(name.get(..end)?)?.get(1)?.range())
}

/// The end that CloudFormation made up, if a name has one.
fn end_of_stack(builtins: Builtins, name: &str) -> Option<Range<usize>> {
    let rule = NAMES.iter().find(|rule| rule.builtin == Builtin::CloudFormation && builtins.has(rule.builtin))?;
    let part = rule.regex.as_ref()?.captures(name)?.get(1)?;
    (no_words(part.as_str()) && !has_digits_only(part.as_str())).then(|| part.range())
}

fn has_digits_only(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// An id within a longer text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Id {
    pub rule: Builtin,
    /// Where what names the thing stands, the made-up part in it.
    pub whole: Range<usize>,
    pub part: Range<usize>,
    /// Where further made-up parts stand.
    pub others: Vec<Range<usize>>,
    pub looks_random: bool,
}

static SSO_PATH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"aws-reserved/sso\.amazonaws\.com/((?:[a-z]{2}(?:-[a-z]+)+-[0-9]/)?)").ok());

/// Where the region stands, or would stand, in the path of the roles of IAM Identity Center.
pub(super) fn sso_region(text: &str) -> Option<Range<usize>> {
    if !text.contains("aws-reserved/sso.") {
        return None;
    }
    let part = SSO_PATH.as_ref()?.captures(text)?.get(1)?;
    // A pattern over regions, `…/*/…`, is not a region.
    let next = text.get(part.end()..).and_then(|rest| rest.chars().next());
    (!matches!(next, Some('*' | '?' | '$'))).then(|| part.range())
}

/// Whether a text is not one or several words, as `distribution`, `NodeFunction` and `PRODUCTION01` are.
pub(super) fn no_words(text: &str) -> bool {
    !could_be_words(text)
}
