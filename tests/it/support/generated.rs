//! Generated accounts: comparing them, and what is wrong in the answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use iamctl::catalog::Catalogue;
use iamctl::model::{Account, EquivalencyList, Sides};
use iamctl::normalise::Builtins;
use iamctl::pipeline::{self, Options};
use iamctl::report::{Report, RoleResult};
use iamctl::testing::{Drift, Generated};

/// The real names of a pair of roles.
pub type RoleNames = Sides<Option<String>>;

pub fn catalogue() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(Catalogue::embedded)
}

pub fn read(generated: &Generated) -> Sides<Account> {
    pipeline::read(generated.snapshots.as_ref()).unwrap()
}

/// What the accounts are compared under.
pub fn options(generated: &Generated, dictionary: &EquivalencyList, builtins: Builtins) -> Options {
    let Sides { left, right } = generated.tags.clone();
    let mut options = Options::new(left, right);
    options.dictionary = dictionary.clone();
    options.builtins = builtins;
    options.catalogue = catalogue().clone();
    options
}

/// Compares the accounts under a dictionary, with the built-in rules or without.
pub fn compared_under(generated: &Generated, dictionary: &EquivalencyList, builtins: Builtins) -> Report {
    let accounts = read(generated);
    iamctl::compare(&accounts.left, &accounts.right, &options(generated, dictionary, builtins)).unwrap()
}

/// The real names of the roles of a result.
pub fn names(role: &RoleResult) -> RoleNames {
    Sides { left: role.left.as_ref(), right: role.right.as_ref() }.map(|side| side.map(|side| side.name.clone()))
}

/// The real names of the roles of which anything is reported.
pub fn reported_roles(comparison: &Report) -> BTreeSet<RoleNames> {
    let reported = comparison.roles.iter().filter(|role| !role.is_paired() || !role.differences.is_zero());
    reported.map(names).collect()
}

/// What is wrong: drifts that are not reported, roles that are and have none. Empty if all is well.
pub fn mistakes(generated: &Generated, comparison: &Report) -> Vec<String> {
    let reported = reported_roles(comparison);
    let drifted: BTreeMap<&RoleNames, &Drift> =
        generated.drifts.iter().map(|drift| (&drift.role_names, drift)).collect();
    assert_eq!(drifted.len(), generated.drifts.len(), "each drift has a role of its own");
    let missed = drifted.iter().filter(|(names, _)| !reported.contains(names));
    let missed = missed.map(|(_, drift)| format!("missed: {drift:?}"));
    let wrong = reported.iter().filter(|names| !drifted.contains_key(names)).map(|names| {
        let role = comparison.roles.iter().find(|role| self::names(role) == *names).unwrap();
        format!("has no drift: {names:?}\n{}", told(comparison, role))
    });
    missed.chain(wrong).collect()
}

/// Everything that is said of a role.
pub fn told(comparison: &Report, role: &RoleResult) -> String {
    let arns: Vec<&str> = [&role.left, &role.right].into_iter().flatten().map(|side| side.arn.as_str()).collect();
    let of = |arn: &str| arns.contains(&arn);
    let mut lines = vec![format!("{role:?}")];
    lines.extend(comparison.item_differences.iter().filter(|d| of(&d.role_arn)).map(|d| format!("{d:?}")));
    lines.extend(comparison.access_differences.iter().filter(|d| of(&d.role_arn)).map(|d| format!("{d:?}")));
    lines.extend(comparison.trust_differences.iter().filter(|d| of(&d.role_arn)).map(|d| format!("{d:?}")));
    lines.extend(comparison.deny_differences.iter().filter(|d| of(&d.role_arn)).map(|d| format!("{d:?}")));
    lines.extend(comparison.attribute_differences.iter().filter(|d| of(&d.left_arn)).map(|d| format!("{d:?}")));
    lines.join("\n")
}
