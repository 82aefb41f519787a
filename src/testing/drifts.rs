//! Differences with a meaning. Each is prepared in both accounts first, so that it is one whatever its role is like.

use std::collections::BTreeSet;

use super::document::{Document, Statement, Target, Test, allow, test, trust};
use super::model::{Model, PolicyModel, RoleModel};
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
    /// What kind of policy its statements are in.
    place: Place,
    /// An account that nothing else names.
    stranger: String,
    /// The policy it is about.
    policy: Option<usize>,
    /// What its role's policies say besides; the last is changed.
    statements: Vec<Statement>,
}

/// Where a role says something besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In its first inline policy, among other statements.
    First,
    /// In an inline policy of its own.
    Inline,
    /// In a managed policy that no other role carries.
    Managed,
}

/// The tag that drifts.
const TAG: &str = "cost-centre";

/// Puts the plan's drifts in.
pub(super) fn apply(plan: &Plan, world: &mut World, mut model: Model) -> (Sides<Model>, Vec<Drift>) {
    let mut planned = choose(plan, world, &model);
    for one in &mut planned {
        let mut extra = prepare(one, &mut model.policies);
        if one.place == Place::Managed && !extra.statements.is_empty() {
            let document = Document::of(extra.statements.clone());
            let name = format!("extra-<env>-{}", one.number);
            extra.attached = Some(model.policies.len());
            extra.policy = extra.attached;
            model.policies.push(PolicyModel { name, path: "/".to_owned(), of_aws: false, document });
        }
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
    let needs_environments = matches!(kind, DriftKind::OtherEnvironmentsResource);
    let needs_ids = matches!(kind, DriftKind::OtherAccountsResource);
    (noise.environments || !needs_environments) && (noise.account_ids || !needs_ids)
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
        let places = [Place::First, Place::Inline, Place::Managed];
        let place = world.numbers.one_of(&places).copied().unwrap_or(Place::Inline);
        let stranger = account_id(&mut world.numbers);
        planned.extend(number.map(|number| Planned {
            kind,
            side,
            number,
            second_way,
            place,
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
        if !self.statements.is_empty() && planned.place != Place::Managed {
            match role.inline.first_mut() {
                Some((_, document)) if planned.place == Place::First => document.statements.extend(self.statements),
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
    if planned.kind == DriftKind::RoleMissing {
        model.roles.retain(|role| role.number != number);
        return "the role is gone".to_owned();
    }
    if planned.kind == DriftKind::RoleAdded {
        model.roles.push(unlike_any_other(number));
        return "the role is new".to_owned();
    }
    let Some(role) = model.roles.iter_mut().find(|role| role.number == number) else { return String::new() };
    let policy = planned.policy.and_then(|index| model.policies.get_mut(index));
    change_role(role, policy, planned).to_owned()
}

fn change_role(role: &mut RoleModel, policy: Option<&mut PolicyModel>, planned: &Planned) -> &'static str {
    match planned.kind {
        DriftKind::ActionAdded
        | DriftKind::ActionRemoved
        | DriftKind::ResourceWidened
        | DriftKind::OtherEnvironmentsResource
        | DriftKind::OtherAccountsResource
        | DriftKind::ConditionChanged
        | DriftKind::ConditionRemoved
        | DriftKind::DenyRemoved => {
            let inline = role.inline.iter_mut().map(|(_, document)| document);
            let documents = inline.chain(policy.map(|policy| &mut policy.document));
            let ours = |statement: &Statement| planned.statements.last() == Some(statement);
            let found = documents
                .into_iter()
                .find_map(|document| document.statements.iter().position(ours).map(|index| (document, index)));
            found.map_or("", |(document, index)| change_policy(&mut document.statements, index, planned))
        }
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
    }
}

/// Changes the statement that was added for it.
fn change_policy(statements: &mut Vec<Statement>, index: usize, planned: &Planned) -> &'static str {
    if planned.kind == DriftKind::DenyRemoved {
        statements.remove(index);
        return "a Deny is gone";
    }
    let Some(statement) = statements.get_mut(index) else { return "" };
    let kind = planned.kind;
    if kind == DriftKind::ActionAdded {
        statement.actions.push("dynamodb:DeleteItem".to_owned());
        return "an action more";
    }
    if kind == DriftKind::ActionRemoved {
        statement.actions.retain(|action| action != "dynamodb:DeleteItem");
        return "an action less";
    }
    if kind == DriftKind::ConditionChanged {
        statement.conditions = vec![network(planned.number + 1)];
        return "a condition has another network";
    }
    if kind == DriftKind::ConditionRemoved {
        statement.conditions.clear();
        return "a condition is gone";
    }
    let (from, to, what) = if kind == DriftKind::OtherEnvironmentsResource {
        ("<env>", "<xenv>", "a resource is the other environment's")
    } else if kind == DriftKind::OtherAccountsResource {
        ("<id>", "<xid>", "a resource is the other account's")
    } else {
        ("/july", "/*", "a resource is wider")
    };
    for (_, resource) in &mut statement.targets {
        let everything = kind == DriftKind::ResourceWidened && planned.second_way;
        *resource = if everything { "*".to_owned() } else { resource.replace(from, to) };
    }
    what
}

fn change_trust(role: &mut RoleModel, planned: &Planned) -> &'static str {
    let statements = &mut role.trust.statements;
    if planned.kind == DriftKind::TrustAdded {
        statements.push(trust("sts:AssumeRole", Target::Aws, &[&planned.stranger]));
        return "a stranger is trusted";
    }
    let changed = planned.kind == DriftKind::ExternalIdChanged;
    if let Some(statement) = statements.last_mut() {
        statement.conditions.clear();
        statement.conditions.extend(changed.then(|| external_id(planned.number + 1)));
    }
    if changed { "the external id differs" } else { "the external id is not asked for" }
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
