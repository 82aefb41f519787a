//! Roles whose names are rarer: what both accounts have, what AWS owns, what stacks and other tools made.

use super::Maker;
use crate::model::{Side, Sides};
use crate::testing::document::{Document, Target, allow, trust};
use crate::testing::numbers::Numbers;
use crate::testing::world::{DIGITS, HEX, LOWER, UPPER};

/// The longest name that a role can have.
const LONGEST: usize = 64;

/// What a tool makes up, in a name: `_` stands for it.
type Tool = (&'static str, fn(&mut Numbers) -> String);

/// Names with what tools make up in them. The number of the role tells several of them apart.
const TOOLS: [Tool; 11] = [
    ("Amazon_EventBridge_Invoke_Target_<n>__", |numbers| format!("1{}", numbers.text(DIGITS, 8))),
    ("AmazonBedrockExecutionRoleForAgents_", |numbers| format!("9{}", numbers.text(UPPER, 10))),
    ("datazone_usr_role_", |numbers| format!("7{}_{}", numbers.text(LOWER, 13), numbers.text(LOWER, 14))),
    ("amplify-app<n>-main-", |numbers| format!("{}-authRole", numbers.text(DIGITS, 6))),
    ("KinesisFirehoseServiceRole-app<n>-<region>-", |numbers| format!("1{}", numbers.text(DIGITS, 12))),
    ("app<n>-<env>-role-", |numbers| format!("1a{}", numbers.text(HEX, 5))),
    ("cluster<n>-", |numbers| format!("7{}-worker-role", numbers.text("bcdfghjklmnpqrstvwxz2456789", 4))),
    ("AWS-QuickSetup-App<n>-<region>-", |numbers| numbers.text(LOWER, 5)),
    ("awseb-e-", |numbers| format!("{}-stack-app<n>-1{}", numbers.text(LOWER, 10), numbers.text(UPPER, 12))),
    ("SC-<id>-pp-", |numbers| format!("7{}-app<n>", numbers.text(LOWER, 12))),
    ("eksctl-a<n>-nodegroup-ng-", |numbers| {
        format!("{}-NodeInstanceRole-1{}", numbers.text(HEX, 8), numbers.text(UPPER, 12))
    }),
];

impl Maker<'_> {
    /// One of them.
    pub(super) fn long_tail(&mut self) {
        match self.world.numbers.below(5) {
            0 => self.of_both(),
            1 => self.nested_stack(),
            2 if self.world.noise.environments => self.cut_at_limit(),
            3 => self.of_region(),
            _ => self.of_tool(),
        }
    }

    /// A role that both accounts have unchanged, though its name contains texts of both.
    fn of_both(&mut self) {
        let owner = super::camel(self.world.environments().left);
        let common = self.world.numbers.pick(&["DevOps<n>Portal", "ProdSec<n>Audit", "TestTools<n>Runner"]);
        let name = common.replace("<n>", &self.number.to_string());
        let service = trust("sts:AssumeRole", Target::Service, &["devops-guru.amazonaws.com"]);
        let mut role = self.role(&name, vec![service]);
        role.tags.push(("Team".to_owned(), format!("{owner}Excellence")));
        role.tags.push((self.tag_key(), "1000".to_owned()));
        self.inline(&mut role, "access");
        self.push(role);
    }

    /// The key of a tag, in another case in the other account.
    fn tag_key(&mut self) -> String {
        let right = if self.world.noise.letter_case { "Cost-Unit" } else { "cost-unit" };
        let number = self.number;
        self.world.keep(Sides { left: format!("cost-unit-{number}"), right: format!("{right}-{number}") })
    }

    /// What a stack within a stack made: a role, and a queue and a bucket that the role uses.
    fn nested_stack(&mut self) {
        let differs = self.world.noise.cloudformation;
        let stack = self.world.made_up(differs, |numbers| format!("1{}", numbers.text(UPPER, 12)));
        let end = self.world.made_up(differs, |numbers| format!("1{}", numbers.text(UPPER, 12)));
        let queue = self.world.made_up(differs, |numbers| format!("1{}", numbers.text(UPPER, 12)));
        let bucket = self.world.made_up(differs, |numbers| format!("1{}", numbers.text(LOWER, 11)));
        let number = self.number;
        let name = format!("<env>-nest{number}-Api-{stack}-FnRole-{end}");
        let mut role = self.role(&name, vec![trust("sts:AssumeRole", Target::Service, &["lambda.amazonaws.com"])]);
        self.inline(&mut role, "access");
        let of_stack = Document::of(vec![
            allow(&["sqs:SendMessage"], &[&format!("arn:aws:sqs:<region>:<id>:nest{number}-Api-{stack}-Jobs-{queue}")]),
            allow(&["s3:GetObject"], &[&format!("arn:aws:s3:::nest{number}-uploads-{bucket}/*")]),
        ]);
        role.inline.push(("stack".to_owned(), of_stack));
        self.push(role);
    }

    /// A name that a tool cut at the longest that a role's can be.
    fn cut_at_limit(&mut self) {
        let name =
            format!("cut{}-<env>-imports-the-orders-of-all-the-shops-into-the-common-warehouse-at-night", self.number);
        let cut = |side: Side| self.world.render(side, &name).chars().take(LONGEST).collect::<String>();
        let spelled = Sides { left: cut(Side::Left), right: cut(Side::Right) };
        let name = self.world.keep(spelled);
        self.plain(&name);
    }

    /// A name with the Region.
    fn of_region(&mut self) {
        let name = if self.world.numbers.chance(50) {
            "AWSCodePipelineServiceRole-<region>-app<n>"
        } else {
            "service<n>-<env>-<region>-lambdaRole"
        };
        self.plain(name);
    }

    /// A name with something that a tool made up.
    fn of_tool(&mut self) {
        let Some((front, make)) = self.world.numbers.one_of(&TOOLS).copied() else { return };
        let (number, differs) = (self.number.to_string(), self.world.noise.generated_names);
        let end = self.world.made_up(differs, |numbers| make(numbers).replace("<n>", &number));
        self.plain(&format!("{front}{end}"));
        // Without a number in the name, several of them are told apart by what they may do alone.
        if let Some(role) = self.model.roles.last_mut().filter(|_| !front.contains("<n>") && !front.starts_with("SC-"))
        {
            role.may_drift = false;
        }
    }

    /// A role of this name that says something of its own.
    fn plain(&mut self, name: &str) {
        let mut role = self.role(name, vec![trust("sts:AssumeRole", Target::Service, &["lambda.amazonaws.com"])]);
        self.inline(&mut role, "access");
        self.push(role);
    }
}
