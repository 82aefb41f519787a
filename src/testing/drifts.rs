//! Differences with a meaning. Each is prepared in both accounts first, so that it is one whatever its role is like.

use std::collections::BTreeSet;

use super::document::{Document, Statement, Target, Test, allow, test, trust};
use super::families::{Model, PolicyModel, RoleModel};
use super::plan::{Drift, DriftKind, NoiseKinds, Plan};
use super::world::{World, account_id};
use crate::model::{Side, Sides};

/// A drift that one account gets.
#[derive(Debug, Clone)]
struct Planned {
    kind: DriftKind,
    side: Side,
    /// The role's number.
    number: usize,
    /// Where two ways are possible.
    second_way: bool,
    /// An account that nothing else names.
    stranger: String,
    /// The policy it is about.
    policy: Option<usize>,
    /// What its role's policies say besides; the last is changed.
    statements: Vec<Statement>,
}

/// The tag that drifts.
const TAG: &str = "cost-centre";

/// Puts the plan's drifts in.
pub(super) fn apply(plan: &Plan, world: &mut World, mut model: Model) -> (Sides<Model>, Vec<Drift>) {
    let mut planned = choose(plan, world, &model);
    for one in &mut planned {
        let extra = prepare(one, &mut model.policies);
        one.policy = extra.policy;
        one.statements.clone_from(&extra.statements);
        if let Some(role) = model.roles.iter_mut().find(|role| role.number == one.number) {
            extra.add_to(role, one);
        }
    }
    let mut models = Sides { left: model.clone(), right: model };
    let mut drifts = Vec::new();
    for one in planned {
        let what = change(models.get_mut(one.side), &one);
        let name = |side: Side| {
            let role = models.get(side).roles.iter().find(|role| role.number == one.number);
            role.map(|role| world.render(side, &role.name))
        };
        let role_names = Sides { left: name(Side::Left), right: name(Side::Right) };
        drifts.push(Drift { kind: one.kind, side: one.side, role_names, what });
    }
    (models, drifts)
}

/// Whether the noise that a kind turns on is there.
const fn is_possible(kind: DriftKind, noise: NoiseKinds) -> bool {
    match kind {
        DriftKind::OtherEnvironmentsResource => noise.environments,
        DriftKind::OtherAccountsResource => noise.account_ids,
        _ => true,
    }
}

fn choose(plan: &Plan, world: &mut World, model: &Model) -> Vec<Planned> {
    let kinds: BTreeSet<DriftKind> =
        plan.drift_kinds.iter().copied().filter(|&kind| is_possible(kind, plan.noise)).collect();
    let mut kinds: Vec<DriftKind> = kinds.into_iter().collect();
    world.numbers.shuffle(&mut kinds);
    let mut free: Vec<&RoleModel> = model.roles.iter().filter(|role| role.may_drift).collect();
    world.numbers.shuffle(&mut free);
    let mut added = 1 + model.roles.iter().map(|role| role.number).max().unwrap_or_default();
    let mut planned = Vec::new();
    for &kind in kinds.iter().cycle().take(if kinds.is_empty() { 0 } else { plan.drifts }) {
        let number = if kind == DriftKind::RoleAdded {
            added += 1;
            Some(added)
        } else {
            let fits = |role: &&RoleModel| kind != DriftKind::RoleMissing || !role.is_referenced;
            free.iter().position(fits).map(|index| free.swap_remove(index).number)
        };
        let side = if world.numbers.chance(60) { Side::Right } else { Side::Left };
        let second_way = world.numbers.chance(50);
        let stranger = account_id(&mut world.numbers);
        planned.extend(number.map(|number| Planned {
            kind,
            side,
            number,
            second_way,
            stranger,
            policy: None,
            statements: Vec::new(),
        }));
    }
    planned
}

/// What a role gets in both accounts, so that one of them can lack it.
#[derive(Debug, Default)]
struct Extra {
    statements: Vec<Statement>,
    trust: Option<Statement>,
    policy: Option<usize>,
    attached: Option<usize>,
    boundary: Option<usize>,
    tag: Option<(String, String)>,
    instance_profile: Option<String>,
    max_session_duration: Option<u32>,
}

impl Extra {
    fn add_to(self, role: &mut RoleModel, planned: &Planned) {
        if !self.statements.is_empty() {
            match role.inline.first_mut() {
                Some((_, document)) if planned.second_way => document.statements.extend(self.statements),
                _ => role.inline.push((format!("extra-{}", planned.number), Document::of(self.statements))),
            }
        }
        role.trust.statements.extend(self.trust);
        role.attached.extend(self.attached);
        if self.boundary.is_some() {
            role.boundary = self.boundary;
        }
        role.tags.extend(self.tag);
        role.instance_profiles.extend(self.instance_profile);
        role.max_session_duration = self.max_session_duration.unwrap_or(role.max_session_duration);
    }
}

fn archive(number: usize) -> String {
    format!("arn:aws:s3:::<co>-archive-{number}/<env>/july")
}

fn network(number: usize) -> Test {
    test("IpAddress", "aws:SourceIp", &[&format!("10.0.{}.0/24", number % 250)])
}

fn external_id(number: usize) -> Test {
    test("StringEquals", "sts:ExternalId", &[&format!("partner-{number}")])
}

fn profile(number: usize) -> String {
    format!("profile-{number}-<env>")
}

fn prepare(planned: &Planned, policies: &mut Vec<PolicyModel>) -> Extra {
    let number = planned.number;
    let mut extra = Extra::default();
    let table = format!("arn:aws:dynamodb:<region>:<id>:table/<env>-ledger-{number}");
    match planned.kind {
        DriftKind::ActionAdded => extra.statements = vec![allow(&["dynamodb:GetItem", "dynamodb:Query"], &[&table])],
        DriftKind::ActionRemoved => {
            extra.statements = vec![allow(&["dynamodb:GetItem", "dynamodb:Query", "dynamodb:DeleteItem"], &[&table])];
        }
        DriftKind::ResourceWidened => extra.statements = vec![allow(&["s3:PutObject"], &[&archive(number)])],
        DriftKind::OtherEnvironmentsResource | DriftKind::OtherAccountsResource => {
            let bucket = format!("arn:aws:s3:::<env>-store-{number}/*");
            let queue = format!("arn:aws:sqs:<region>:<id>:<env>-jobs-{number}");
            let bucket = allow(&["s3:GetObject"], &[&bucket]);
            let queue = allow(&["sqs:SendMessage"], &[&queue]);
            let of_account = planned.kind == DriftKind::OtherAccountsResource || planned.second_way;
            extra.statements = if of_account { vec![bucket, queue] } else { vec![queue, bucket] };
        }
        DriftKind::ConditionChanged | DriftKind::ConditionRemoved => {
            extra.statements = vec![allow(&["dynamodb:DeleteTable"], &[&table]).when(network(number))];
        }
        DriftKind::DenyRemoved => {
            let bucket = format!("arn:aws:s3:::<co>-keep-{number}/*");
            extra.statements = vec![allow(&["s3:*Object"], &[&bucket]), allow(&["s3:DeleteObject"], &[&bucket]).deny()];
        }
        DriftKind::PolicyAttached | DriftKind::PolicyDetached => {
            let document = Document::of(vec![allow(&["route53:List*", "route53:Get*"], &["*"])]);
            let name =
                if planned.second_way { format!("zones-<env>-{number}") } else { format!("AmazonZones{number}") };
            let of_aws = !planned.second_way;
            policies.push(PolicyModel { name, path: "/".to_owned(), of_aws, document });
            extra.policy = Some(policies.len() - 1);
            extra.attached = extra.policy.filter(|_| planned.kind == DriftKind::PolicyDetached);
        }
        DriftKind::ExternalIdRemoved | DriftKind::ExternalIdChanged => {
            let partner = trust("sts:AssumeRole", Target::Aws, &[&planned.stranger]);
            extra.trust = Some(partner.when(external_id(number)));
        }
        DriftKind::BoundaryRemoved => {
            let document = Document::of(super::policies::boundary());
            let name = format!("limits-<env>-{number}");
            policies.push(PolicyModel { name, path: "/".to_owned(), of_aws: false, document });
            extra.boundary = Some(policies.len() - 1);
        }
        DriftKind::TagChanged | DriftKind::TagRemoved => {
            extra.tag = Some((TAG.to_owned(), format!("cc-{number}")));
        }
        DriftKind::SessionDurationChanged => extra.max_session_duration = Some(3600),
        DriftKind::InstanceProfileRemoved => extra.instance_profile = Some(profile(number)),
        DriftKind::TrustAdded | DriftKind::RoleMissing | DriftKind::RoleAdded => {}
    }
    extra
}

/// Changes one account; says what was changed.
fn change(model: &mut Model, planned: &Planned) -> String {
    let number = planned.number;
    match planned.kind {
        DriftKind::RoleMissing => {
            model.roles.retain(|role| role.number != number);
            "the role is gone".to_owned()
        }
        DriftKind::RoleAdded => {
            model.roles.push(unlike_any_other(number));
            "the role is new".to_owned()
        }
        _ => {
            let role = model.roles.iter_mut().find(|role| role.number == number);
            role.map_or_else(String::new, |role| change_role(role, planned))
        }
    }
}

fn change_role(role: &mut RoleModel, planned: &Planned) -> String {
    let what = match planned.kind {
        DriftKind::ActionAdded
        | DriftKind::ActionRemoved
        | DriftKind::ResourceWidened
        | DriftKind::OtherEnvironmentsResource
        | DriftKind::OtherAccountsResource
        | DriftKind::ConditionChanged
        | DriftKind::ConditionRemoved
        | DriftKind::DenyRemoved => change_policy(role, planned),
        DriftKind::TrustAdded | DriftKind::ExternalIdRemoved | DriftKind::ExternalIdChanged => {
            change_trust(role, planned)
        }
        DriftKind::PolicyAttached => {
            role.attached.extend(planned.policy);
            "a policy is attached"
        }
        DriftKind::PolicyDetached => {
            role.attached.retain(|&policy| Some(policy) != planned.policy);
            "a policy is detached"
        }
        DriftKind::BoundaryRemoved => {
            role.boundary = None;
            "the boundary is gone"
        }
        DriftKind::TagChanged => {
            role.tags.iter_mut().filter(|(key, _)| key == TAG).for_each(|(_, value)| "cc-none".clone_into(value));
            "a tag has another value"
        }
        DriftKind::TagRemoved => {
            role.tags.retain(|(key, _)| key != TAG);
            "a tag is gone"
        }
        DriftKind::SessionDurationChanged => {
            role.max_session_duration = 14400;
            "a session may last four hours"
        }
        DriftKind::InstanceProfileRemoved => {
            role.instance_profiles.retain(|name| *name != profile(planned.number));
            "an instance profile is gone"
        }
        DriftKind::RoleMissing | DriftKind::RoleAdded => "",
    };
    what.to_owned()
}

/// Changes the statement that was added for it.
fn change_policy(role: &mut RoleModel, planned: &Planned) -> &'static str {
    let ours = |statement: &Statement| planned.statements.last() == Some(statement);
    if planned.kind == DriftKind::DenyRemoved {
        role.inline.iter_mut().for_each(|(_, document)| document.statements.retain(|statement| !ours(statement)));
        return "a Deny is gone";
    }
    let mut statements = role.inline.iter_mut().flat_map(|(_, document)| &mut document.statements);
    let Some(statement) = statements.find(|statement| ours(statement)) else { return "" };
    let mut resources = |change: &dyn Fn(&str) -> String| {
        statement.targets.iter_mut().for_each(|(_, resource)| *resource = change(resource));
    };
    match planned.kind {
        DriftKind::ActionAdded => {
            statement.actions.push("dynamodb:DeleteItem".to_owned());
            "an action more"
        }
        DriftKind::ActionRemoved => {
            statement.actions.retain(|action| action != "dynamodb:DeleteItem");
            "an action less"
        }
        DriftKind::ResourceWidened if planned.second_way => {
            resources(&|_| "*".to_owned());
            "a resource is `*`"
        }
        DriftKind::ResourceWidened => {
            resources(&|resource| resource.replace("/july", "/*"));
            "a resource ends in `/*`"
        }
        DriftKind::OtherEnvironmentsResource => {
            resources(&|resource| resource.replace("<env>", "<xenv>"));
            "a resource is the other environment's"
        }
        DriftKind::OtherAccountsResource => {
            resources(&|resource| resource.replace("<id>", "<xid>"));
            "a resource is the other account's"
        }
        DriftKind::ConditionChanged => {
            statement.conditions = vec![network(planned.number + 1)];
            "a condition has another network"
        }
        DriftKind::ConditionRemoved => {
            statement.conditions.clear();
            "a condition is gone"
        }
        _ => "",
    }
}

fn change_trust(role: &mut RoleModel, planned: &Planned) -> &'static str {
    let statements = &mut role.trust.statements;
    match planned.kind {
        DriftKind::TrustAdded => {
            statements.push(trust("sts:AssumeRole", Target::Aws, &[&planned.stranger]));
            "a stranger is trusted"
        }
        DriftKind::ExternalIdChanged => {
            let conditions = statements.last_mut().map(|statement| &mut statement.conditions);
            conditions.into_iter().for_each(|conditions| *conditions = vec![external_id(planned.number + 1)]);
            "the external id is another"
        }
        _ => {
            statements.last_mut().into_iter().for_each(|statement| statement.conditions.clear());
            "the external id is not asked for"
        }
    }
}

fn unlike_any_other(number: usize) -> RoleModel {
    let trusted = format!("arn:aws:iam::<central>:role/visitor-{number}");
    let may = allow(&["glacier:InitiateJob", "glacier:GetJobOutput"], &["arn:aws:glacier:<region>:<id>:vaults/cold"]);
    RoleModel {
        number,
        name: format!("visitor-{number}-of-<env>"),
        path: "/visitors/".to_owned(),
        description: Some("for a while".to_owned()),
        max_session_duration: 3600,
        trust: Document::of(vec![trust("sts:AssumeRole", Target::Aws, &[&trusted])]),
        inline: vec![("vault".to_owned(), Document::of(vec![may]))],
        attached: Vec::new(),
        boundary: None,
        tags: Vec::new(),
        instance_profiles: Vec::new(),
        may_drift: false,
        is_referenced: false,
    }
}
