//! Every text of an account in which something may be replaced.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::{Account, Conditions, IdentityPolicy, ManagedPolicy, Place, Role, TrustPolicy};

/// Visits the texts of an account; a document or managed policy that several roles share once.
pub(super) fn each(account: &Account, visit: &mut impl FnMut(Place, &str)) {
    of_roles(&account.roles, &mut |place, text| visit(place, text));
}

/// Visits the texts of some roles; a document or managed policy that several of them share once.
pub(crate) fn of_roles<'a>(roles: impl IntoIterator<Item = &'a Role>, visit: &mut impl FnMut(Place, &'a str)) {
    let mut documents = BTreeSet::new();
    let mut policies = BTreeSet::new();
    for role in roles {
        names(role, visit);
        trust(&role.trust, visit);
        for policy in &role.inline {
            visit(Place::PolicyName, &policy.name);
            if documents.insert(Arc::as_ptr(&policy.document)) {
                identity(&policy.document, visit);
            }
        }
        for policy in role.managed() {
            if policies.insert(Arc::as_ptr(policy)) {
                managed(policy, visit);
            }
        }
    }
}

/// Visits the texts of one role with those of all its policies.
pub(super) fn of_role<'a>(role: &'a Role, visit: &mut impl FnMut(Place, &'a str)) {
    names(role, visit);
    trust(&role.trust, visit);
    role.inline.iter().for_each(|policy| identity(&policy.document, visit));
    role.managed().for_each(|policy| managed(policy, visit));
}

fn names<'a>(role: &'a Role, visit: &mut impl FnMut(Place, &'a str)) {
    visit(Place::RoleName, &role.name);
    visit(Place::Path, &role.path);
    if let Some(description) = role.details.as_ref().and_then(|details| details.description.as_deref()) {
        visit(Place::Description, description);
    }
    role.tags.iter().flat_map(|(key, value)| [key, value]).for_each(|text| visit(Place::Tag, text));
    role.instance_profiles.iter().for_each(|name| visit(Place::InstanceProfile, name));
}

fn managed<'a>(policy: &'a ManagedPolicy, visit: &mut impl FnMut(Place, &'a str)) {
    visit(Place::PolicyName, policy.arn.as_str());
    // What an AWS managed policy says is the same in every account.
    if policy.is_owned_by_aws() {
        return;
    }
    identity(&policy.document, visit);
}

fn identity<'a>(document: &'a IdentityPolicy, visit: &mut impl FnMut(Place, &'a str)) {
    for statement in &document.statements {
        statement.target.patterns().iter().for_each(|pattern| visit(Place::Resource, pattern));
        conditions(&statement.conditions, visit);
    }
}

fn trust<'a>(document: &'a TrustPolicy, visit: &mut impl FnMut(Place, &'a str)) {
    for statement in &document.statements {
        statement.target.principals().iter().for_each(|principal| visit(Place::Principal, principal.as_str()));
        conditions(&statement.conditions, visit);
    }
}

fn conditions<'a>(conditions: &'a Conditions, visit: &mut impl FnMut(Place, &'a str)) {
    for test in conditions.tests() {
        visit(Place::Condition, test.key.as_str());
        test.values.iter().for_each(|value| visit(Place::Condition, value));
    }
}
