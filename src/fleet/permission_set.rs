//! Permission sets of AWS IAM Identity Center that the accounts have in different forms.
//!
//! Identity Center makes a role of a permission set in each account it is assigned to, and changes the role only when the
//! permission set is provisioned there again. Nobody but Identity Center can change the role.
//!
//! Sources: <https://docs.aws.amazon.com/singlesignon/latest/userguide/permissionsetsconcept.html>,
//! <https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ProvisionPermissionSet.html>

use std::cmp::Reverse;

use serde::Serialize;

use super::class::{Cell, FleetRole};
use crate::model::AccountTag;
use crate::report::sentences::{counted, few};

/// How many accounts the sentence names before the rest is only counted.
const NAMED: usize = 5;

/// The start of the names of Identity Center's roles.
const PREFIX: &str = "AWSReservedSSO_";

/// How many hexadecimal digits these names end with, after an underscore.
const DIGITS: usize = 16;

/// A permission set whose role is not the same in all accounts that have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PermissionSetForms {
    /// The name of the permission set.
    pub permission_set: String,
    /// The normalized name of its role.
    pub role: String,
    /// The accounts by what the role is like in them, the most accounts first.
    pub forms: Vec<Vec<AccountTag>>,
    /// What follows, in a sentence.
    pub message: String,
}

/// The permission set whose role has this name; none if the role is not one of Identity Center.
fn permission_set(role: &str) -> Option<&str> {
    let (name, end) = role.strip_prefix(PREFIX)?.rsplit_once('_')?;
    let is_end = end.len() == DIGITS && end.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    (is_end && !name.is_empty()).then_some(name)
}

/// The permission sets that are not the same everywhere, in the order of the roles.
pub(super) fn all(roles: &[FleetRole]) -> Vec<PermissionSetForms> {
    // A role that is the same everywhere, and one of another kind, has no such forms.
    roles.iter().filter_map(forms).collect()
}

fn forms(role: &FleetRole) -> Option<PermissionSetForms> {
    let real = role.baseline_role.iter().chain(role.open.values().filter_map(|open| open.account_role.as_ref()));
    let permission_set = real.filter_map(|name| permission_set(name)).next()?.to_owned();
    let is_form = |class: Cell| matches!(class, Cell::Class(_));
    let classes = role.classes.iter().filter(|class| is_form(class.class));
    let mut forms: Vec<Vec<AccountTag>> = classes.map(|class| class.accounts.clone()).collect();
    forms.sort_by_key(|accounts| (Reverse(accounts.len()), accounts.first().cloned()));
    let message = message(&permission_set, &forms)?;
    Some(PermissionSetForms { permission_set, role: role.role.clone(), forms, message })
}

/// Which accounts probably have an older form; none if there is only one form.
fn message(permission_set: &str, forms: &[Vec<AccountTag>]) -> Option<String> {
    let (most, others) = forms.split_first().filter(|(_, others)| !others.is_empty())?;
    let start = format!("permission set `{permission_set}` is provisioned in {} forms", forms.len());
    let unless = "unless a customer managed policy that it names differs";
    if others.iter().any(|accounts| accounts.len() == most.len()) {
        let end = "which one is older cannot be told from the accounts; provision it again in all accounts";
        return Some(format!("{start}, {unless}; {end}"));
    }
    let tags: Vec<String> = others.iter().flatten().map(ToString::to_string).collect();
    let (count, most) = (counted(tags.len(), "account"), counted(most.len(), "account"));
    Some(format!(
        "{start}: {most} have one of them, and the form of {count} is probably older, {unless}: {}. Provision it again there",
        few(&tags, NAMED)
    ))
}

#[cfg(test)]
mod tests {
    use super::{message, permission_set};
    use crate::model::AccountTag;

    #[test]
    fn only_names_of_identity_center_are_permission_sets() {
        assert_eq!(permission_set("AWSReservedSSO_Read_Only_0123456789abcdef"), Some("Read_Only"));
        for other in [
            "AWSReservedSSO_ReadOnly",
            "AWSReservedSSO_ReadOnly_0123456789ABCDEF",
            "AWSReservedSSO__0123456789abcdef",
            "ReadOnly_0123456789abcdef",
        ] {
            assert_eq!(permission_set(other), None, "{other}");
        }
    }

    #[test]
    fn the_form_of_fewer_accounts_is_probably_older() {
        let tags = |words: &str| words.split(' ').map(|tag| tag.parse().unwrap()).collect::<Vec<AccountTag>>();
        assert_eq!(message("Audit", &[tags("a b c")]), None);
        let said = message("Audit", &[tags("a b c"), tags("d"), tags("e")]).unwrap();
        assert!(
            said.contains("in 3 forms: 3 accounts have one of them, and the form of 2 accounts is probably older"),
            "{said}"
        );
        assert!(said.contains(": d, e. Provision it again there"), "{said}");
        let said = message("Audit", &[tags("a b"), tags("c d")]).unwrap();
        assert!(said.contains("which one is older cannot be told"), "{said}");
    }
}
