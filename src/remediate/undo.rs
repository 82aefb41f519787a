//! The plan that takes another one back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Change, Left, Part, Plan, PolicyChange, PolicyWrite, RolePlan, document};
use crate::model::{Account, Arn, IdentityPolicy, ManagedPolicy, Role, TrustPolicy};

/// What brings the account back to what it was before the plan: the opposite of each change, the last one first, so
/// that what was taken away comes back before what was added goes.
#[must_use]
pub fn undo(account: &Account, plan: &Plan) -> Plan {
    let mut back = Plan::default();
    for planned in plan.roles.iter().rev().filter(|planned| !planned.changes.is_empty()) {
        if let Some(role) = account.roles.iter().find(|role| role.arn == planned.arn) {
            back.roles.push(of_role(role, planned));
        }
    }
    let known: BTreeMap<&Arn, &Arc<ManagedPolicy>> =
        account.roles.iter().flat_map(Role::managed).map(|policy| (&policy.arn, policy)).collect();
    for (arn, change) in &plan.policies {
        let carriers = change.carriers.clone();
        let change = match known.get(arn) {
            Some(was) => {
                let (write, document) = (PolicyWrite::Restore(was.version_id.clone()), Arc::clone(&was.document));
                PolicyChange { write, document, carriers }
            }
            None => PolicyChange { write: PolicyWrite::Delete, document: Arc::clone(&change.document), carriers },
        };
        back.policies.insert(arn.clone(), change);
    }
    back
}

fn of_role(role: &Role, planned: &RolePlan) -> RolePlan {
    let mut back = RolePlan { changes: Vec::new(), left: Vec::new(), ..planned.clone() };
    for change in planned.changes.iter().rev() {
        match opposite(role, change) {
            Ok(change) => back.changes.push(change),
            Err(left) => back.left.push(left),
        }
    }
    back
}

/// What brings back what a change alters.
fn opposite(role: &Role, change: &Change) -> Result<Change, Left> {
    let inline = |name: &String| role.inline.iter().find(|policy| policy.name == *name);
    Ok(match change {
        Change::PutBoundary(_) | Change::DeleteBoundary => {
            role.boundary.clone().map_or(Change::DeleteBoundary, Change::PutBoundary)
        }
        Change::PutInline(name, _) | Change::DeleteInline(name) => match inline(name) {
            Some(was) => Change::PutInline(name.clone(), writable(&was.document)?),
            None => Change::DeleteInline(name.clone()),
        },
        Change::Attach(policy) => Change::Detach(policy.arn.clone()),
        Change::Detach(arn) => match role.attached.iter().find(|policy| policy.arn == *arn) {
            Some(was) => Change::Attach(Arc::clone(was)),
            None => Change::Detach(arn.clone()),
        },
        Change::Trust(_) => Change::Trust(trust(&role.trust)?),
        Change::Details(new) => Change::Details(role.details.clone().unwrap_or_else(|| new.clone())),
        Change::Tag(key, _) | Change::Untag(key) => match role.tags.get(key) {
            Some(was) => Change::Tag(key.clone(), was.clone()),
            None => Change::Untag(key.clone()),
        },
        Change::AddToProfile(name) => Change::RemoveFromProfile(name.clone()),
        Change::RemoveFromProfile(name) => Change::AddToProfile(name.clone()),
    })
}

/// A trust policy as it was, if IAM takes it again.
fn trust(was: &Arc<TrustPolicy>) -> Result<Arc<TrustPolicy>, Left> {
    match document::trust(was, &|text, _| Ok(text.to_owned())) {
        Ok(_) => Ok(Arc::clone(was)),
        Err(why) => Err(Left { part: Part::Trust, why }),
    }
}

fn writable(was: &Arc<IdentityPolicy>) -> Result<Arc<IdentityPolicy>, Left> {
    match document::identity(was, &|text, _| Ok(text.to_owned())) {
        Ok(_) => Ok(Arc::clone(was)),
        Err(why) => Err(Left { part: Part::Permissions, why }),
    }
}
