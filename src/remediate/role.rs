//! The changes of each role.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::denormalise::Denormaliser;
use super::input::is_wanted;
use super::parts::{accepted_parts, open_parts};
use super::{Change, Input, Left, Part, Plan, PolicyChange, PolicyWrite, RolePlan, alone, document, owner, references};
use crate::compare::Alike;
use crate::model::equivalency::{GENERATED, OPEN};
use crate::model::{Arn, IdentityPolicy, InlinePolicy, ManagedPolicy, Place, Role, RoleDetails, Side, Sides};
use crate::normalise::NormalisedRole;
use crate::report::{RoleResult, RoleStatus};

/// What may not be written, with the reason.
#[derive(Debug, Clone, Default)]
pub(super) struct Blocked {
    pub parts: BTreeMap<(usize, Part), String>,
    pub policies: BTreeMap<String, String>,
}

/// Makes plans.
pub(super) struct Planner<'a> {
    pub input: Input<'a>,
    denormaliser: Denormaliser<'a>,
    alike: Alike<'a>,
    /// The places of roles in their account by ARN.
    places: Sides<BTreeMap<&'a str, usize>>,
}

/// A role with its normalized form, in one account.
#[derive(Clone, Copy)]
struct Both<'a> {
    real: &'a Role,
    normal: &'a NormalisedRole,
}

/// The managed policies that a role's changes need written.
type Policies = BTreeMap<Arn, PolicyChange>;

impl<'a> Planner<'a> {
    pub(super) fn new(input: Input<'a>) -> Self {
        let (from, to) = (input.make.other(), input.make);
        let (accounts, normalisers) = (input.prepared.accounts(), input.prepared.normalisers());
        let normalisers = Sides { left: *normalisers.get(from), right: *normalisers.get(to) };
        let places = accounts
            .map(|account| account.roles.iter().enumerate().map(|(index, role)| (role.arn.as_str(), index)).collect());
        Self {
            input,
            denormaliser: Denormaliser::new(normalisers, accounts.get(to), input.prepared.normalised().get(to)),
            alike: Alike::new(accounts, &input.prepared.options().catalogue),
            places,
        }
    }

    /// The changes of all roles, without what is blocked.
    pub(super) fn plan(&self, blocked: &Blocked) -> Plan {
        let mut plan = Plan::default();
        for (index, result) in self.input.comparison.roles.iter().enumerate() {
            if !is_wanted(&self.input, result) {
                continue;
            }
            if result.is_open_alone() {
                plan.roles.extend(alone::plan(&self.input, index, |side| self.real(result, side)));
            }
            if !result.is_paired() || result.differences.is_zero() {
                continue;
            }
            let (Some(from), Some(to)) =
                (self.both(result, self.input.make.other()), self.both(result, self.input.make))
            else {
                continue;
            };
            let role = OneRole { planner: self, index, result, from, to, seen: self.denormaliser.of_role(to.real) };
            plan.roles.push(role.plan(blocked, &mut plan.policies));
        }
        plan
    }

    fn both(&self, result: &RoleResult, side: Side) -> Option<Both<'a>> {
        let index = self.place(result, side)?;
        let normal = self.input.prepared.normalised().get(side).roles.get(index)?;
        Some(Both { real: self.real(result, side)?, normal })
    }

    fn real(&self, result: &RoleResult, side: Side) -> Option<&'a Role> {
        let prepared: &'a crate::pipeline::Prepared<'a> = self.input.prepared;
        prepared.accounts().get(side).roles.get(self.place(result, side)?)
    }

    fn place(&self, result: &RoleResult, side: Side) -> Option<usize> {
        self.places.get(side).get(result.side(side)?.arn.as_str()).copied()
    }

    /// The policies that roles of the account that is changed carry, real and normalized.
    fn carried(&self) -> impl Iterator<Item = (&'a Role, &'a Arc<ManagedPolicy>, &'a Arc<ManagedPolicy>)> {
        let make = self.input.make;
        let (account, normalised): (&'a crate::model::Account, &'a crate::normalise::Normalised) =
            (self.input.prepared.accounts().get(make), self.input.prepared.normalised().get(make));
        account.roles.iter().zip(&normalised.roles).flat_map(|(real, normal)| {
            let all = real.attached.iter().chain(&real.boundary);
            let normal = normal.role.attached.iter().chain(&normal.role.boundary);
            all.zip(normal).map(move |(policy, normal)| (real, policy, normal))
        })
    }
}

/// One role on its way to a plan.
struct OneRole<'p, 'a> {
    planner: &'p Planner<'a>,
    index: usize,
    result: &'p RoleResult,
    from: Both<'a>,
    to: Both<'a>,
    /// The role's own texts.
    seen: BTreeMap<(Place, String), BTreeSet<String>>,
}

impl OneRole<'_, '_> {
    fn plan(&self, blocked: &Blocked, policies: &mut Policies) -> RolePlan {
        let role = self.to.real;
        let mut plan = RolePlan::new(self.index, role);
        if let Some(why) = self.untouchable().or_else(|| blocked.parts.get(&(self.index, Part::Role)).cloned()) {
            plan.left.push(Left { part: Part::Role, why });
            return plan;
        }
        let comparison = self.planner.input.comparison;
        plan.narrows_trust = comparison.trust_differences.iter().any(|row| row.role_arn == role.arn.as_str());
        let accepted = accepted_parts(comparison, self.result);
        let mut details = role.details.clone();
        for part in open_parts(comparison, self.result) {
            let made = if let Some(why) = blocked.parts.get(&(self.index, part.clone())) {
                Err(why.clone())
            } else if accepted.contains(&part) {
                Err("a part of the difference is accepted, and the rest cannot be changed separately".to_owned())
            } else {
                self.part(&part, blocked, policies, &mut details)
            };
            match made {
                Ok(changes) => plan.changes.extend(changes),
                Err(why) => plan.left.push(Left { part, why }),
            }
        }
        plan.left.extend(references::of_both(comparison, self.index));
        // IAM's keys ignore case: what is set must not be taken away under another spelling.
        plan.changes.sort_by_key(|change| matches!(change, Change::Tag(..)));
        if let Some(details) = details.filter(|details| Some(details) != role.details.as_ref()) {
            plan.changes.push(Change::Details(details));
        }
        plan
    }

    /// Why nobody can change the role, or should not.
    fn untouchable(&self) -> Option<String> {
        let owners = [self.to.real, self.from.real].map(owner::of_role);
        if let Some(aws) = owners.iter().flatten().find(|owner| owner.is_aws()) {
            return Some(format!("it is {}: {}; {REFUSED}", aws.in_words(), aws.instead()));
        }
        if self.result.status == RoleStatus::Ambiguous {
            return Some(
                "several roles of one account have this name, so it is not certain which role corresponds to \
                it"
                .to_owned(),
            );
        }
        if !is_name(&self.to.real.name) {
            return Some("IAM does not allow this role name".to_owned());
        }
        // The tags of a stack differ in every account, and nobody can deploy them otherwise.
        let is_of_aws = |part: &Part| matches!(part, Part::Attribute(name) if name.starts_with("tag:aws:"));
        let parts = open_parts(self.planner.input.comparison, self.result);
        let stays = !self.planner.input.include_managed && !parts.iter().all(is_of_aws);
        let [owner, _] = owners;
        owner.filter(|_| stays).map(|owner| not_by_default(&owner))
    }

    fn part(
        &self,
        part: &Part,
        blocked: &Blocked,
        policies: &mut Policies,
        details: &mut Option<RoleDetails>,
    ) -> Result<Vec<Change>, String> {
        match part {
            Part::Permissions => self.permissions(blocked, policies),
            Part::Trust => self.trust(),
            Part::References | Part::Role => Ok(Vec::new()),
            Part::Attribute(name) => match (name.as_str(), details, &self.from.real.details) {
                ("description", Some(details), Some(from)) => {
                    let translate = |text: &String| self.text(text, Place::Description);
                    details.description = from.description.as_ref().map(translate).transpose()?;
                    Ok(Vec::new())
                }
                ("max_session_duration", Some(details), Some(from)) => {
                    details.max_session_duration = from.max_session_duration;
                    Ok(Vec::new())
                }
                ("path", ..) => Err("the path of a role cannot be changed; you must create the role again".to_owned()),
                ("unique_id", ..) => Err("AWS gives each role its unique ID, which cannot be changed".to_owned()),
                ("instance_profiles", ..) => self.profiles(),
                (name, ..) => match name.strip_prefix("tag:") {
                    Some(key) => self.tag(key),
                    None => Err("the other account has the same text here".to_owned()),
                },
            },
        }
    }

    fn text(&self, text: &str, place: Place) -> Result<String, String> {
        self.planner.denormaliser.translate(text, place, &self.seen)
    }

    fn trust(&self) -> Result<Vec<Change>, String> {
        let document = document::trust(&self.from.real.trust, &|text, place| self.text(text, place))?;
        Ok(vec![Change::Trust(Arc::new(document))])
    }

    fn document(&self, document: &IdentityPolicy) -> Result<Arc<IdentityPolicy>, String> {
        document::identity(document, &|text, place| self.text(text, place)).map(Arc::new)
    }

    fn tag(&self, shown: &str) -> Result<Vec<Change>, String> {
        let find = |both: &Both<'_>| {
            let normal = |key: &str| self.normal(both, key);
            both.real
                .tags
                .iter()
                .filter(|(key, _)| normal(key).to_lowercase() == shown.to_lowercase())
                .map(|(k, v)| (k.clone(), v.clone()))
                .next()
        };
        let (from, to) = (find(&self.from), find(&self.to));
        let key = to.as_ref().map(|(key, _)| key.clone());
        if key.as_deref().or(from.as_ref().map(|(key, _)| key.as_str())).is_some_and(|key| key.starts_with("aws:")) {
            return Err(
                "AWS sets the tags that begin with `aws:`, and nobody else can: accept the difference".to_owned()
            );
        }
        match (from, key) {
            (Some((from, value)), key) => {
                let key = key.map_or_else(|| self.text(&from, Place::Tag), Ok)?;
                Ok(vec![Change::Tag(key, self.text(&value, Place::Tag)?)])
            }
            (None, Some(key)) => Ok(vec![Change::Untag(key)]),
            (None, None) => Err("the key of the tag was not found".to_owned()),
        }
    }

    /// A tag's key as reports show it.
    fn normal(&self, both: &Both<'_>, key: &str) -> String {
        let input = &self.planner.input;
        let side = if std::ptr::eq(both.real, self.to.real) { input.make } else { input.make.other() };
        let normal = input.prepared.normalisers().get(side).apply(key, Place::Tag, |_| {});
        normal.shown().into_inner().into_owned()
    }

    fn profiles(&self) -> Result<Vec<Change>, String> {
        let (from, to) = (&self.from, &self.to);
        let mut changes = Vec::new();
        for (real, normal) in from.real.instance_profiles.iter().zip(&from.normal.role.instance_profiles) {
            if to.normal.role.instance_profiles.contains(normal) {
                continue;
            }
            let name = checked_name(self.text(real, Place::InstanceProfile)?)?;
            let account = *self.planner.input.prepared.accounts().get(self.planner.input.make);
            if let Some(other) = account.roles.iter().find(|role| role.instance_profiles.contains(&name)) {
                return Err(format!(
                    "the instance profile `{name}` contains the role `{}`, and can contain only one role",
                    other.name
                ));
            }
            changes.push(Change::AddToProfile(name));
        }
        for (real, normal) in to.real.instance_profiles.iter().zip(&to.normal.role.instance_profiles) {
            if !from.normal.role.instance_profiles.contains(normal) {
                changes.push(Change::RemoveFromProfile(checked_name(real.clone())?));
            }
        }
        Ok(changes)
    }

    /// Policies and boundary. What is added comes first, so that no Deny is missing in between.
    fn permissions(&self, blocked: &Blocked, policies: &mut Policies) -> Result<Vec<Change>, String> {
        let wanted = RefCell::new(policies.clone());
        let managed = |real: &Arc<ManagedPolicy>, normal: &Arc<ManagedPolicy>| {
            self.managed(real, normal, blocked, &mut wanted.borrow_mut())
        };
        let (from, to) = (self.from, self.to);
        let (mut changes, mut away) = (Vec::new(), Vec::new());
        let boundary = match (&from.real.boundary, &from.normal.role.boundary) {
            (Some(real), Some(normal)) => Some(managed(real, normal)?),
            _ => None,
        };
        let now = to.real.boundary.as_ref().map(|policy| &policy.arn);
        match (boundary, now) {
            (Some(policy), now) if now != Some(&policy.arn) => changes.push(Change::PutBoundary(policy)),
            (None, Some(_)) => away.push(Change::DeleteBoundary),
            _ => {}
        }
        changes.extend(self.inline(&mut away)?);
        let mut keep = BTreeSet::new();
        for (real, normal) in from.real.attached.iter().zip(&from.normal.role.attached) {
            let policy = managed(real, normal)?;
            keep.insert(policy.arn.clone());
            if !to.real.attached.iter().any(|there| there.arn == policy.arn) {
                changes.push(Change::Attach(policy));
            }
        }
        for policy in to.real.attached.iter().filter(|policy| !keep.contains(&policy.arn)) {
            away.push(Change::Detach(checked_arn(policy.arn.clone())?));
        }
        changes.extend(away);
        let wanted = wanted.into_inner();
        if changes.is_empty() && wanted == *policies && !self.is_served(policies) {
            return Err("no change of these policies explains the difference".to_owned());
        }
        *policies = wanted;
        Ok(changes)
    }

    /// Whether a managed policy of the role is written for another role already.
    fn is_served(&self, policies: &Policies) -> bool {
        self.to.real.attached.iter().chain(&self.to.real.boundary).any(|policy| policies.contains_key(&policy.arn))
    }

    fn inline(&self, away: &mut Vec<Change>) -> Result<Vec<Change>, String> {
        let (from, to) = (self.from, self.to);
        let mut changes = Vec::new();
        for (real, normal) in from.real.inline.iter().zip(&from.normal.role.inline) {
            let there = to.real.inline.iter().zip(&to.normal.role.inline).find(|(_, other)| other.name == normal.name);
            let name = match there {
                Some((_, other)) if self.is_alike(&normal.document, &other.document) => continue,
                Some((real, _)) => real.name.clone(),
                None if normal.name.contains(&format!("{OPEN}{GENERATED}")) => {
                    return Err(format!("the name of the policy `{}` in the other account is not known", real.name));
                }
                None => self.text(&real.name, Place::PolicyName)?,
            };
            let in_policy = |why| format!("inline policy `{}`: {why}", real.name);
            let document = self.document(&real.document).map_err(in_policy)?;
            changes.push(Change::PutInline(checked_name(name)?, document));
        }
        for (real, normal) in to.real.inline.iter().zip(&to.normal.role.inline) {
            if !from.normal.role.inline.iter().any(|other| other.name == normal.name) {
                let same = |name: &String| name.eq_ignore_ascii_case(&real.name);
                if changes.iter().any(|change| matches!(change, Change::PutInline(name, _) if same(name))) {
                    return Err(format!(
                        "the policy `{}` would exist twice, with names that differ only in case",
                        real.name
                    ));
                }
                away.push(Change::DeleteInline(checked_name(real.name.clone())?));
            }
        }
        Ok(changes)
    }

    /// The ARN under which the other account has, or gets, a managed policy, and what it says or will say there.
    fn managed(
        &self,
        real: &Arc<ManagedPolicy>,
        normal: &Arc<ManagedPolicy>,
        blocked: &Blocked,
        policies: &mut Policies,
    ) -> Result<Arc<ManagedPolicy>, String> {
        let in_policy = |why: String| format!("managed policy `{}`: {why}", real.arn.as_str());
        let known: BTreeMap<&Arn, (&Arc<ManagedPolicy>, &Arc<ManagedPolicy>)> = self
            .planner
            .carried()
            .filter(|(_, _, other)| other.arn == normal.arn)
            .map(|(_, real, normal)| (&real.arn, (real, normal)))
            .collect();
        let own = known.iter().find(|(arn, _)| {
            self.to.real.attached.iter().chain(&self.to.real.boundary).any(|policy| &policy.arn == **arn)
        });
        let there = match (own, known.len()) {
            (Some((_, policy)), _) => Some(*policy),
            (None, 0 | 1) => known.values().next().copied(),
            (None, _) => {
                return Err(in_policy(
                    "several policies of the other account could correspond to \
                it"
                    .to_owned(),
                ));
            }
        };
        if let Some((there, other)) = there
            && self.is_alike(&normal.document, &other.document)
        {
            checked_arn(there.arn.clone()).map_err(in_policy)?;
            return Ok(Arc::clone(there));
        }
        let arn = match there {
            Some((there, _)) => there.arn.clone(),
            None => self.new_arn(real).map_err(in_policy)?,
        };
        let arn = checked_arn(arn).map_err(in_policy)?;
        if arn.account() == "aws" {
            return match there {
                Some(_) => Err(in_policy(
                    "the AWS managed policy has another document in each account; read both accounts again".to_owned(),
                )),
                None => Ok(Arc::new(ManagedPolicy::new(arn, Arc::clone(&real.document)))),
            };
        }
        if let Some(why) = blocked.policies.get(arn.as_str()) {
            return Err(in_policy(why.clone()));
        }
        let owner = there.and_then(|_| owner::of_policy(arn.last_name()));
        if let Some(owner) = owner.filter(|_| !self.planner.input.include_managed) {
            return Err(in_policy(not_by_default(&owner)));
        }
        let document = self.document(&real.document).map_err(in_policy)?;
        let carriers = self.planner.carried().filter(|(_, policy, _)| policy.arn == arn);
        let carriers = carriers.map(|(role, ..)| role.name.clone()).collect();
        let write = if there.is_some() { PolicyWrite::Version } else { PolicyWrite::Create };
        let change = PolicyChange { write, document: Arc::clone(&document), carriers };
        match policies.get(&arn) {
            Some(other) if *other != change => {
                return Err(in_policy("two policies of one account would become this one policy".to_owned()));
            }
            _ => policies.insert(arn.clone(), change),
        };
        Ok(Arc::new(ManagedPolicy::new(arn, document)))
    }

    /// The ARN of a policy that no role of the other account carries.
    fn new_arn(&self, real: &ManagedPolicy) -> Result<Arn, String> {
        let text = self.text(real.arn.as_str(), Place::PolicyName)?;
        let arn: Arn = text.parse().map_err(|error: crate::model::ArnError| error.to_string())?;
        let account = *self.planner.input.prepared.accounts().get(self.planner.input.make);
        let own = account.id.as_ref().is_some_and(|id| id.as_str() == arn.account());
        let right_partition = account.partition().is_none_or(|partition| partition == arn.partition());
        if right_partition && (own || arn.account() == "aws") {
            Ok(arn)
        } else {
            Err(format!("`{text}` is a policy of a third account"))
        }
    }

    /// Whether two normalized documents say the same, in whatever words.
    fn is_alike(&self, left: &Arc<IdentityPolicy>, right: &Arc<IdentityPolicy>) -> bool {
        if left == right {
            return true;
        }
        let with = |document: &Arc<IdentityPolicy>| {
            let mut role = self.from.normal.clone();
            role.role.inline = vec![InlinePolicy { name: String::new(), document: Arc::clone(document) }];
            role.role.attached = Vec::new();
            role.role.boundary = None;
            role
        };
        left.effective_version() == right.effective_version() && self.planner.alike.roles(&with(left), &with(right))
    }
}

/// Of changes that IAM refuses, whoever asks for them.
const REFUSED: &str = "`--include-managed` does not write such changes, because IAM refuses them";

/// Why what has an owner is left to it.
fn not_by_default(owner: &owner::Owner) -> String {
    format!("it is {}: {}; `--include-managed` writes the commands", owner.in_words(), owner.instead())
}

/// A name of IAM's, which no shell and no option of a command can take for anything else.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
fn is_name(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    !text.is_empty() && text.chars().all(allowed)
}

fn checked_name(name: String) -> Result<String, String> {
    if is_name(&name) { Ok(name) } else { Err(format!("IAM does not allow the name `{name}`")) }
}

fn checked_arn(arn: Arn) -> Result<Arn, String> {
    let path = arn.resource().strip_prefix("policy/").is_some_and(|path| path.split('/').all(is_name));
    if path && arn.service() == "iam" { Ok(arn) } else { Err("IAM does not allow such a policy ARN".to_owned()) }
}
