//! A plan carried out in memory.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Change, Plan, PolicyChange, PolicyWrite, RolePlan};
use crate::model::{Account, Arn, InlinePolicy, ManagedPolicy, Role};

/// The account as it is after the plan's commands, its lists sorted as a read account's are.
#[must_use]
pub fn applied(account: &Account, plan: &Plan) -> Account {
    let written: BTreeMap<&Arn, Arc<ManagedPolicy>> =
        plan.policies.iter().map(|(arn, change)| (arn, Arc::new(made(arn, change)))).collect();
    let mut account = account.clone();
    for role in &mut account.roles {
        if let Some(plan) = plan.roles.iter().find(|plan| plan.arn == role.arn) {
            change(role, plan);
        }
        for policy in role.attached.iter_mut().chain(&mut role.boundary) {
            if let Some(new) = written.get(&policy.arn) {
                *policy = Arc::clone(new);
            }
        }
    }
    account
}

fn made(arn: &Arn, change: &PolicyChange) -> ManagedPolicy {
    let mut policy = ManagedPolicy::new(arn.clone(), Arc::clone(&change.document));
    if let PolicyWrite::Restore(version) = &change.write {
        policy.version_id.clone_from(version);
    }
    policy
}

fn change(role: &mut Role, plan: &RolePlan) {
    for change in &plan.changes {
        match change {
            Change::PutBoundary(policy) => role.boundary = Some(Arc::clone(policy)),
            Change::DeleteBoundary => role.boundary = None,
            Change::PutInline(name, document) => {
                role.inline.retain(|policy| policy.name != *name);
                role.inline.push(InlinePolicy { name: name.clone(), document: Arc::clone(document) });
            }
            Change::DeleteInline(name) => role.inline.retain(|policy| policy.name != *name),
            Change::Attach(policy) => role.attached.push(Arc::clone(policy)),
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
