//! A plan carried out in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Change, Plan, RolePlan};
use crate::model::{Account, Arn, IdentityPolicy, InlinePolicy, ManagedPolicy, Role};

/// The account as it is after the plan's commands, its lists sorted as a read account's are.
#[must_use]
pub fn applied(account: &Account, plan: &Plan) -> Account {
    let mut known: BTreeMap<Arn, Arc<ManagedPolicy>> = BTreeMap::new();
    for policy in account.roles.iter().flat_map(Role::managed) {
        known.entry(policy.arn.clone()).or_insert_with(|| Arc::clone(policy));
    }
    for (arn, change) in &plan.policies {
        known.insert(arn.clone(), Arc::new(made(arn, &change.document)));
    }
    let mut account = account.clone();
    for role in &mut account.roles {
        for policy in role.attached.iter_mut().chain(&mut role.boundary) {
            if let Some(new) = known.get(&policy.arn) {
                *policy = Arc::clone(new);
            }
        }
        if let Some(plan) = plan.roles.iter().find(|plan| plan.arn == role.arn) {
            change(role, plan, &known);
        }
    }
    account
}

fn made(arn: &Arn, document: &Arc<IdentityPolicy>) -> ManagedPolicy {
    let (name, version_id) = (arn.last_name().to_owned(), "v1".to_owned());
    ManagedPolicy { name, arn: arn.clone(), version_id, document: Arc::clone(document) }
}

fn change(role: &mut Role, plan: &RolePlan, known: &BTreeMap<Arn, Arc<ManagedPolicy>>) {
    let policy = |arn: &Arn, document: &Arc<IdentityPolicy>| {
        known.get(arn).map_or_else(|| Arc::new(made(arn, document)), Arc::clone)
    };
    for change in &plan.changes {
        match change {
            Change::PutBoundary(arn, document) => role.boundary = Some(policy(arn, document)),
            Change::DeleteBoundary => role.boundary = None,
            Change::PutInline(name, document) => {
                role.inline.retain(|policy| policy.name != *name);
                role.inline.push(InlinePolicy { name: name.clone(), document: Arc::clone(document) });
            }
            Change::DeleteInline(name) => role.inline.retain(|policy| policy.name != *name),
            Change::Attach(arn, document) => role.attached.push(policy(arn, document)),
            Change::Detach(arn) => role.attached.retain(|policy| policy.arn != *arn),
            Change::Trust(document) => role.trust = Arc::clone(document),
            Change::Details(details) => role.details = Some(details.clone()),
            Change::Tag(key, value) => {
                role.tags.insert(key.clone(), value.clone());
            }
            Change::Untag(key) => {
                role.tags.remove(key);
            }
            Change::AddToProfile(name) => role.instance_profiles.push(name.clone()),
            Change::RemoveFromProfile(name) => role.instance_profiles.retain(|profile| profile != name),
        }
    }
    role.inline.sort_by(|a, b| a.name.cmp(&b.name));
    role.attached.sort_by(|a, b| a.arn.cmp(&b.arn));
    role.instance_profiles.sort();
}
