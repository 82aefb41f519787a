//! The roles that accounts have, by what made them.

mod long_tail;

use super::document::{Document, Statement, Target, allow, test, trust};
use super::model::{Model, PolicyModel, RoleModel};
use super::numbers::Numbers;
use super::plan::Plan;
use super::policies;
use super::world::{DIGITS, HEX, LOWER, MIXED, UPPER, World, camel};
use crate::model::{Side, Sides};

const WORDS: [&str; 12] = [
    "orders",
    "billing",
    "ledger",
    "invoice",
    "search",
    "catalogue",
    "mailer",
    "reports",
    "gateway",
    "worker",
    "scheduler",
    "importer",
];
const SERVICES: [&str; 5] = [
    "ec2.amazonaws.com",
    "lambda.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "states.amazonaws.com",
    "codebuild.amazonaws.com",
];
const SERVICE_LINKED: [(&str, &str); 5] = [
    ("AWSServiceRoleForDevOpsGuru", "devops-guru.amazonaws.com"),
    ("AWSServiceRoleForAutoScaling", "autoscaling.amazonaws.com"),
    ("AWSServiceRoleForECS", "ecs.amazonaws.com"),
    ("AWSServiceRoleForOrganizations", "organizations.amazonaws.com"),
    ("AWSServiceRoleForTrustedAdvisor", "trustedadvisor.amazonaws.com"),
];

/// Makes the roles of a plan.
pub(super) fn model(plan: &Plan, world: &mut World) -> Model {
    let mut maker = Maker { world, model: Model::default(), number: 0, shared: 0, clusters: Vec::new(), saml: None };
    maker.shared_policies(plan.roles);
    maker.clusters(plan.clusters.max(1));
    let mut linked = SERVICE_LINKED.iter();
    if plan.noise.cdk && plan.roles >= 12 {
        maker.cdk();
    }
    while maker.model.roles.len() < plan.roles {
        match maker.world.numbers.below(100) {
            28..36 if plan.noise.generated_names => maker.long_tail(),
            0..36 => maker.application(),
            36..51 => maker.cloudformation(),
            51..58 => maker.identity_center(),
            58..63 => maker.sagemaker(),
            63..69 => maker.lambda_console(),
            69..76 => maker.terraform(),
            76..79 => maker.stackset(),
            79..88 => maker.eks(),
            88..96 => maker.referring(),
            _ => match linked.next() {
                Some((name, service)) => maker.service_linked(name, service),
                None => maker.application(),
            },
        }
    }
    maker.model
}

struct Maker<'a> {
    world: &'a mut World,
    model: Model,
    number: usize,
    /// How many policies are for any role.
    shared: usize,
    /// The clusters' identity providers.
    clusters: Vec<String>,
    saml: Option<String>,
}

impl Maker<'_> {
    /// A role with nothing but a trust policy.
    fn role(&mut self, name: &str, trust: Vec<Statement>) -> RoleModel {
        let number = self.number;
        self.number += 1;
        let numbered = |text: &str| text.replace("<n>", &number.to_string());
        let environment = self.world.numbers.pick(&["<env>", "<env>", "<ENV>", "<Env>"]).to_owned();
        let mut tags = vec![("environment".to_owned(), environment), ("team".to_owned(), "payments".to_owned())];
        if self.world.numbers.chance(20) {
            tags.push(("acme:<env>:tier".to_owned(), "2".to_owned()));
        }
        RoleModel {
            number,
            name: numbered(name),
            path: "/".to_owned(),
            description: None,
            max_session_duration: 3600,
            trust: Document::of(trust),
            inline: Vec::new(),
            attached: Vec::new(),
            boundary: None,
            tags,
            instance_profiles: Vec::new(),
            may_drift: true,
            is_referenced: false,
        }
    }

    fn word(&mut self) -> &'static str {
        self.world.numbers.one_of(&WORDS).copied().unwrap_or("app")
    }

    fn shared_policies(&mut self, roles: usize) {
        for number in 0..(6 + roles / 20) {
            let of_aws = number % 3 == 0;
            let statements = policies::shared(self.world, number, of_aws);
            let name = match (of_aws, number % 4) {
                (true, _) => format!("AmazonProdDevTestLive{number}ReadOnlyAccess"),
                (false, 1) => format!("policy-<env>-{number}"),
                (false, 2) => format!("<co>-policy-{number}"),
                (false, _) => format!("Policy{number}<Env>"),
            };
            let path = if of_aws || number % 2 == 0 { "/" } else { "/team/<env>/" };
            let document = Document::of(statements);
            self.model.policies.push(PolicyModel { name, path: path.to_owned(), of_aws, document });
        }
        self.shared = self.model.policies.len();
    }

    fn clusters(&mut self, count: usize) {
        for _ in 0..count {
            let differs = self.world.noise.eks;
            let id = self.world.made_up(differs, |numbers| numbers.text(HEX, 32).to_ascii_uppercase());
            self.clusters.push(format!("oidc.eks.<region>.amazonaws.com/id/{id}"));
        }
    }

    /// A policy of this role alone.
    fn own_policy(&mut self, role: &mut RoleModel, name: &str, path: &str) {
        let statements = policies::statements(self.world, role.number);
        let document = Document::of(statements);
        role.attached.push(self.model.policies.len());
        self.model.policies.push(PolicyModel { name: name.to_owned(), path: path.to_owned(), of_aws: false, document });
    }

    fn inline(&mut self, role: &mut RoleModel, name: &str) {
        role.inline.push((name.to_owned(), Document::of(policies::statements(self.world, role.number))));
    }

    fn attach_shared(&mut self, role: &mut RoleModel) {
        for _ in 0..self.world.numbers.below(3) {
            let index = self.world.numbers.below(self.shared);
            if !role.attached.contains(&index) {
                role.attached.push(index);
            }
        }
    }

    /// What any role may have besides.
    fn dress(&mut self, role: &mut RoleModel) {
        const IN_WORDS: &str = "for developers of the latest products, <n>";
        let number = role.number;
        let numbers = &mut self.world.numbers;
        if numbers.chance(40) {
            let text =
                numbers.pick(&["part <n> in <env>", "Part <n> (<ENV>)", "part <n> of <co>", "part <n>", IN_WORDS]);
            role.description = Some(text.replace("<n>", &number.to_string()));
        }
        if numbers.chance(25) {
            role.path = numbers.pick(&["/team/<env>/", "/Team/<ENV>/", "/<co>/apps/", "/apps/"]).to_owned();
        }
        if numbers.chance(20) {
            role.max_session_duration = 7200;
        }
        if numbers.chance(15) {
            let name = "boundary-<env>".to_owned();
            let known = self.model.policies.iter().position(|policy| policy.name == name);
            role.boundary = Some(known.unwrap_or(self.model.policies.len()));
            if known.is_none() {
                let document = Document::of(policies::boundary());
                self.model.policies.push(PolicyModel { name, path: "/".to_owned(), of_aws: false, document });
            }
        }
    }

    fn push(&mut self, role: RoleModel) {
        self.model.roles.push(role);
    }

    fn application(&mut self) {
        const NAMES: [&str; 9] = [
            "{}<n>-<env>-app",
            "<env>-{}<n>",
            "{}<n>.<env>.acme",
            "{Word}<n>Role<Env>",
            "<Env>{Word}<n>Role",
            "{}<n>_<ENV>",
            "<co>-{}<n>",
            "{}<n>-<reg>-role",
            "{}<n>",
        ];
        const WITH_WORDS: [&str; 4] =
            ["device-{}<n>-<env>", "developer-{}<n>", "product-service-{}<n>-<env>", "latest-{}<n>-Devices"];
        let word = self.word();
        let trapped = self.world.noise.in_words && self.world.numbers.chance(25);
        let names: &[&str] = if trapped { &WITH_WORDS } else { &NAMES };
        let name = self.world.numbers.pick(names).replace("{}", word).replace("{Word}", &camel(word));
        let number = self.number;
        let trust = policies::trusts(self.world, number);
        let mut role = self.role(&name, trust);
        self.attach_shared(&mut role);
        let inline = self.world.numbers.pick(&["access", "access-<env>", "Access<Env>"]);
        self.inline(&mut role, inline);
        if self.world.numbers.chance(30) {
            let own = format!("{word}{}-<env>-policy", role.number);
            self.own_policy(&mut role, &own, "/");
        }
        if self.world.numbers.chance(20) {
            let profile = role.name.clone();
            role.instance_profiles.push(profile);
        }
        self.dress(&mut role);
        self.push(role);
    }

    /// The end that CloudFormation gives to a name.
    fn suffix(&mut self) -> String {
        let differs = self.world.noise.cloudformation;
        self.world.made_up(differs, |numbers| match numbers.below(3) {
            0 => format!("1{}", numbers.text(UPPER, 12)),
            1 => numbers.text(UPPER, 12),
            _ => numbers.text(MIXED, 12),
        })
    }

    fn cloudformation(&mut self) {
        const LOGICAL: [&str; 4] = ["TaskRole", "NodeInstanceRole", "FunctionRole3B1BD092", "ServiceExecutionRole"];
        let word = self.word();
        let logical = self.world.numbers.pick(&LOGICAL).to_owned();
        let long = self.world.noise.cloudformation && self.world.numbers.chance(40);
        let rest = if long { "-platform-services-shared-components-stack-main" } else { "-stack" };
        let front = self.world.numbers.pick(&["{}<n>-<env>", "<env>-{}<n>", "<co>-<n>-{}", "{}<n>"]);
        let stack = front.replace("{}", word).replace("<n>", &self.number.to_string()) + rest;
        let end = format!("-{logical}-{}", self.suffix());
        let cut = |world: &World, side: Side| {
            let end = world.render(side, &end);
            let stack = world.render(side, &stack);
            stack.chars().take(64 - end.len().min(64)).chain(end.chars()).collect::<String>()
        };
        let spelled = Sides { left: cut(self.world, Side::Left), right: cut(self.world, Side::Right) };
        let name = self.world.keep(spelled);
        let service = self.world.numbers.pick(&SERVICES);
        let mut role = self.role(&name, vec![trust("sts:AssumeRole", Target::Service, &[service])]);
        self.attach_shared(&mut role);
        self.inline(&mut role, "root");
        if self.world.numbers.chance(50) {
            let policy = format!("{stack}-Policy-{}", self.suffix());
            self.own_policy(&mut role, &policy, "/");
        }
        if logical == "NodeInstanceRole" {
            let profile = format!("{stack}-InstanceProfile-{}", self.suffix());
            role.instance_profiles.push(profile);
        }
        self.push(role);
    }

    fn identity_center(&mut self) {
        const SETS: [&str; 4] = ["Billing", "ReadOnly", "PowerUser", "DataScience"];
        let differs = self.world.noise.identity_center;
        let set = self.world.numbers.pick(&SETS);
        let end = self.world.made_up(differs, |numbers| numbers.text(HEX, 16));
        let saml = match self.saml.clone() {
            Some(known) => known,
            None => self.world.made_up(differs, |numbers| numbers.text(HEX, 16)),
        };
        self.saml = Some(saml.clone());
        let provider = format!("arn:aws:iam::<id>:saml-provider/AWSSSO_{saml}_DO_NOT_DELETE");
        let mut statement = trust("sts:AssumeRoleWithSAML", Target::Federated, &[&provider]);
        statement.actions.push("sts:TagSession".to_owned());
        let statement = statement.when(test("StringEquals", "SAML:aud", &["https://signin.aws.amazon.com/saml"]));
        let name = format!("AWSReservedSSO_{set}{}_{end}", self.number);
        let mut role = self.role(&name, vec![statement]);
        let path = ["/aws-reserved/sso.amazonaws.com/", "/aws-reserved/sso.amazonaws.com/<region>/"];
        role.path = self.world.numbers.pick(&path).to_owned();
        role.max_session_duration = 43200;
        role.tags.clear();
        self.attach_shared(&mut role);
        self.inline(&mut role, "AwsSSOInlinePolicy");
        self.push(role);
    }

    fn cdk(&mut self) {
        let kinds = ["deploy", "lookup", "file-publishing", "image-publishing", "cfn-exec"];
        for kind in kinds {
            let name = format!("cdk-hnb659fds-{kind}-role-<id>-<region>");
            let statement = match kind {
                "cfn-exec" => trust("sts:AssumeRole", Target::Service, &["cloudformation.amazonaws.com"]),
                _ => trust("sts:AssumeRole", Target::Aws, &["<id>"]),
            };
            let mut role = self.role(&name, vec![statement]);
            role.is_referenced = true;
            role.tags = vec![("aws-cdk:bootstrap-role".to_owned(), kind.to_owned())];
            let mut statements = policies::statements(self.world, role.number);
            statements.push(allow(
                &["s3:GetObject*", "s3:List*"],
                &[
                    "arn:aws:s3:::cdk-hnb659fds-assets-<id>-<region>",
                    "arn:aws:s3:::cdk-hnb659fds-assets-<id>-<region>/*",
                ],
            ));
            let inline = format!("cdk-hnb659fds-{kind}-role-default-policy-<id>-<region>");
            role.inline.push((inline, Document::of(statements)));
            self.push(role);
        }
        let mut role = self.role("cdk-caller<n>-<env>", vec![trust("sts:AssumeRole", Target::Aws, &["<central>"])]);
        let may = allow(&["sts:AssumeRole"], &["arn:aws:iam::<id>:role/cdk-hnb659fds-*-role-<id>-<region>"]);
        role.inline.push(("cdk".to_owned(), Document::of(vec![may])));
        self.push(role);
    }

    /// Several of these may be in an account, told apart by what they may do alone.
    fn sagemaker(&mut self) {
        let differs = self.world.noise.generated_names;
        let time = self.world.made_up(differs, |numbers| format!("{}T{}", date(numbers), time(numbers)));
        let statement = trust("sts:AssumeRole", Target::Service, &["sagemaker.amazonaws.com"]);
        let mut role = self.role(&format!("AmazonSageMaker-ExecutionRole-{time}"), vec![statement]);
        role.path = "/service-role/".to_owned();
        role.may_drift = false;
        role.tags.clear();
        self.own_policy(&mut role, &format!("AmazonSageMaker-ExecutionPolicy-{time}"), "/service-role/");
        self.push(role);
    }

    fn lambda_console(&mut self) {
        let differs = self.world.noise.generated_names;
        let end = self.world.made_up(differs, |numbers| numbers.text(LOWER, 8));
        let uuid = self.world.made_up(differs, uuid);
        let word = self.word();
        let statement = trust("sts:AssumeRole", Target::Service, &["lambda.amazonaws.com"]);
        let mut role = self.role(&format!("{word}<n>-<env>-role-{end}"), vec![statement]);
        role.path = "/service-role/".to_owned();
        self.own_policy(&mut role, &format!("AWSLambdaBasicExecutionRole-{uuid}"), "/service-role/");
        self.push(role);
    }

    /// One role, or several of one prefix, told apart by what they may do alone.
    fn terraform(&mut self) {
        let differs = self.world.noise.generated_names;
        let several = if self.world.numbers.chance(30) { 2 } else { 1 };
        let prefix = format!("{}{}-<env>", self.word(), self.number);
        for _ in 0..several {
            let end = self.world.made_up(differs, |numbers| {
                format!("{}{}{}{}", date(numbers), time(numbers), numbers.text(DIGITS, 4), numbers.text(HEX, 8))
            });
            let statement = trust("sts:AssumeRole", Target::Service, &["ec2.amazonaws.com"]);
            let mut role = self.role(&format!("{prefix}-{end}"), vec![statement]);
            role.may_drift = several == 1;
            self.inline(&mut role, "access");
            role.instance_profiles.push(format!("{prefix}-{end}"));
            self.push(role);
        }
    }

    /// All of them say the same.
    fn stackset(&mut self) {
        let differs = self.world.noise.generated_names;
        let end = self.world.made_up(differs, |numbers| numbers.text(HEX, 32));
        let principal = "arn:aws:iam::<central>:role/aws-service-role/stacksets.cloudformation.amazonaws.com/AWSServiceRoleForCloudFormationStackSetsOrgAdmin";
        let statement = trust("sts:AssumeRole", Target::Aws, &[principal]);
        let mut role = self.role(&format!("stacksets-exec-{end}"), vec![statement]);
        role.tags.clear();
        role.may_drift = false;
        let name = "AdministratorAccess";
        let known = self.model.policies.iter().position(|policy| policy.name == name);
        role.attached.push(known.unwrap_or(self.model.policies.len()));
        if known.is_none() {
            let document = Document::of(vec![allow(&["*"], &["*"])]);
            self.model.policies.push(PolicyModel {
                name: name.to_owned(),
                path: "/".to_owned(),
                of_aws: true,
                document,
            });
        }
        self.push(role);
    }

    fn eks(&mut self) {
        let cluster = self.world.numbers.one_of(&self.clusters).cloned().unwrap_or_default();
        let provider = format!("arn:aws:iam::<id>:oidc-provider/{cluster}");
        let account = format!("system:serviceaccount:apps:sa-{}", self.number);
        let operator = self.world.numbers.pick(&["StringEquals", "StringLike"]);
        let statement = trust("sts:AssumeRoleWithWebIdentity", Target::Federated, &[&provider])
            .when(test(operator, &format!("{cluster}:sub"), &[&account]))
            .when(test("StringEquals", &format!("{cluster}:aud"), &["sts.amazonaws.com"]));
        let word = self.word();
        let mut role = self.role(&format!("eks-<env>-{word}<n>"), vec![statement]);
        self.inline(&mut role, "access");
        self.attach_shared(&mut role);
        self.dress(&mut role);
        self.push(role);
    }

    /// A role that passes, takes or trusts other roles of the account.
    fn referring(&mut self) {
        let others: Vec<usize> = (0..self.model.roles.len()).collect();
        let mut arns = Vec::new();
        for _ in 0..=self.world.numbers.below(3) {
            let index = self.world.numbers.one_of(&others).copied().unwrap_or_default();
            if let Some(other) = self.model.roles.get_mut(index) {
                other.is_referenced = true;
                arns.push(format!("arn:aws:iam::<id>:role{}{}", other.path, other.name));
            }
        }
        arns.sort();
        arns.dedup();
        let arns: Vec<&str> = arns.iter().map(String::as_str).collect();
        if arns.is_empty() {
            return self.application();
        }
        let word = self.word();
        let name = format!("{word}<n>-<env>-runner");
        let by_trust = self.world.numbers.chance(50);
        let statement = if by_trust {
            trust("sts:AssumeRole", Target::Aws, &arns)
        } else {
            trust("sts:AssumeRole", Target::Service, &["codepipeline.amazonaws.com"])
        };
        let mut role = self.role(&name, vec![statement]);
        self.inline(&mut role, "access");
        if !by_trust {
            let passed = ["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"];
            let pass = allow(&["iam:PassRole"], &arns).when(test("StringEquals", "iam:PassedToService", &passed));
            let take = allow(&["sts:AssumeRole", "sts:TagSession"], &arns);
            role.inline.push(("roles".to_owned(), Document::of(vec![pass, take])));
        }
        self.dress(&mut role);
        self.push(role);
    }

    fn service_linked(&mut self, name: &str, service: &str) {
        let mut role = self.role(name, vec![trust("sts:AssumeRole", Target::Service, &[service])]);
        role.path = format!("/aws-service-role/{service}/");
        role.tags.clear();
        role.may_drift = false;
        self.push(role);
    }
}

/// Eight digits that are a date.
fn date(numbers: &mut Numbers) -> String {
    format!("20{}{:02}{:02}", 15 + numbers.below(11), 1 + numbers.below(12), 1 + numbers.below(28))
}

/// Six digits that are a time of day.
fn time(numbers: &mut Numbers) -> String {
    format!("{:02}{:02}{:02}", numbers.below(24), numbers.below(60), numbers.below(60))
}

fn uuid(numbers: &mut Numbers) -> String {
    let parts: Vec<String> = [8, 4, 4, 4, 12].iter().map(|&length| numbers.text(HEX, length)).collect();
    parts.join("-")
}
