//! Generated accounts: exactly the roles that drifted are reported, however differently the accounts are spelled.

use std::collections::{BTreeMap, BTreeSet};

use iamctl::model::EquivalencyList;
use iamctl::normalise::{Builtin, Builtins};
use iamctl::parse::equivalency;
use iamctl::report::Report;
use iamctl::testing::{DriftKind, Generated, NoiseKinds, Plan, generate};
use rayon::prelude::*;

use crate::support::generated::{compared_under, mistakes, names, reported_roles, told};

/// What the dictionary alone makes of the accounts, and the own ids.
fn compared(generated: &Generated, list: &EquivalencyList) -> Report {
    let mut builtins = Builtins::default();
    for rule in Builtin::ALL.into_iter().filter(|rule| *rule != Builtin::AccountId) {
        builtins = builtins.without(rule.as_str()).unwrap();
    }
    compared_under(generated, list, builtins)
}

/// Fails with the mistakes of all plans.
fn check(plans: impl Iterator<Item = Plan>, list: fn(&Generated) -> EquivalencyList) -> Vec<(Generated, Report)> {
    let plans: Vec<Plan> = plans.collect();
    let one = |plan: &Plan| {
        let generated = generate(plan).unwrap();
        let comparison = compared(&generated, &list(&generated));
        let mistakes = mistakes(&generated, &comparison);
        let told = mistakes.into_iter().map(|mistake| format!("seed {}: {mistake}", plan.seed)).collect();
        ((generated, comparison), told)
    };
    let (all, mistakes): (Vec<_>, Vec<Vec<String>>) = plans.par_iter().map(one).unzip();
    let mistakes = mistakes.concat();
    assert!(mistakes.is_empty(), "{} mistakes\n{}", mistakes.len(), mistakes.join("\n\n"));
    all
}

/// Account ids, environments in lower case, what never matters: what a dictionary of literal texts can explain.
const SIMPLE: NoiseKinds =
    NoiseKinds { account_ids: true, environments: true, incidental: true, cdk: true, ..NoiseKinds::NONE };

fn simple(roles: usize, drifts: usize, seed: u64) -> Plan {
    let mut plan = Plan::new(roles, drifts, seed);
    plan.noise = SIMPLE;
    plan.drift_kinds.retain(|&kind| kind != DriftKind::OtherEnvironmentsResource);
    plan
}

fn no_list(_: &Generated) -> EquivalencyList {
    EquivalencyList::default()
}

/// All that is spelled differently, also what only this generator can know.
fn complete_list(generated: &Generated) -> EquivalencyList {
    equivalency::read(&generated.complete_dictionary).unwrap()
}

/// What a person would list.
fn own_list(generated: &Generated) -> EquivalencyList {
    equivalency::read(&generated.dictionary).unwrap()
}

#[test]
fn accounts_that_are_spelled_the_same_differ_in_nothing() {
    let plans = (0..10).map(|seed| {
        let mut plan = Plan::new(30, 0, seed);
        (plan.noise, plan.rewriting) = (NoiseKinds::NONE, false);
        plan
    });
    check(plans, no_list);
}

#[test]
fn other_words_for_the_same_are_no_difference() {
    let plans = (100..120).map(|seed| {
        let mut plan = Plan::new(30, 0, seed);
        plan.noise = NoiseKinds { incidental: true, cdk: true, in_words: true, ..NoiseKinds::NONE };
        plan
    });
    check(plans, no_list);
}

#[test]
fn exactly_the_roles_that_drifted_are_reported() {
    let all = check((200..260).map(|seed| simple(30, 6, seed)), own_list);
    let kinds: BTreeSet<DriftKind> =
        all.iter().flat_map(|(generated, _)| &generated.drifts).map(|drift| drift.kind).collect();
    assert_eq!(kinds.len(), 19, "each kind was tried: {kinds:?}");
    // Each of these must also be seen as what it is, not only as another text.
    for (generated, comparison) in &all {
        for drift in &generated.drifts {
            let Some(role) = comparison.roles.iter().find(|role| names(role) == drift.role_names) else { continue };
            let differences = role.differences;
            let (seen, unseen) = match drift.kind {
                DriftKind::ActionAdded
                | DriftKind::ActionRemoved
                | DriftKind::ResourceWidened
                | DriftKind::ConditionChanged
                | DriftKind::ConditionRemoved
                | DriftKind::DenyRemoved
                | DriftKind::OtherAccountsResource => (differences.access, differences.trust + differences.attributes),
                DriftKind::TrustAdded | DriftKind::ExternalIdChanged | DriftKind::ExternalIdRemoved => {
                    (differences.trust, differences.access + differences.attributes)
                }
                DriftKind::PolicyAttached | DriftKind::PolicyDetached => (differences.access, differences.trust),
                DriftKind::TagChanged
                | DriftKind::TagRemoved
                | DriftKind::SessionDurationChanged
                | DriftKind::InstanceProfileRemoved => (differences.attributes, differences.items),
                DriftKind::BoundaryRemoved => (differences.attributes, differences.trust),
                DriftKind::OtherEnvironmentsResource | DriftKind::RoleMissing | DriftKind::RoleAdded => continue,
            };
            assert!(seen > 0 && unseen == 0, "{drift:?}\n{}", told(comparison, role));
        }
    }
}

#[test]
fn with_all_that_is_made_up_listed_any_noise_is_explained() {
    let plans = (300..312).map(|seed| {
        let mut plan = Plan::new(60, 12, seed);
        plan.drift_kinds.retain(|&kind| kind != DriftKind::OtherEnvironmentsResource);
        plan.clusters = if seed % 2 == 0 { 2 } else { 1 };
        plan
    });
    check(plans, complete_list);
}

#[test]
fn each_kind_of_noise_is_there_and_is_only_noise() {
    const NONE: NoiseKinds = NoiseKinds::NONE;
    // With whether the comparison must be told of it to see no difference.
    let kinds = [
        (NoiseKinds { account_ids: true, cdk: true, ..NONE }, false),
        (NoiseKinds { environments: true, ..NONE }, true),
        (NoiseKinds { letter_case: true, ..NONE }, true),
        (NoiseKinds { in_words: true, ..NONE }, false),
        (NoiseKinds { company: true, ..NONE }, true),
        (NoiseKinds { regions: true, ..NONE }, true),
        (NoiseKinds { regions: true, cdk: true, ..NONE }, true),
        (NoiseKinds { cloudformation: true, ..NONE }, true),
        (NoiseKinds { identity_center: true, ..NONE }, true),
        (NoiseKinds { generated_names: true, ..NONE }, true),
        (NoiseKinds { eks: true, ..NONE }, true),
        (NoiseKinds { secrets: true, ..NONE }, true),
        (NoiseKinds { incidental: true, ..NONE }, false),
    ];
    let plan = |noise| Plan { noise, rewriting: false, ..Plan::new(50, 0, 402) };
    check(kinds.iter().map(|(noise, _)| plan(*noise)), complete_list);
    kinds.par_iter().for_each(|&(noise, must_be_told)| {
        let generated = generate(&plan(noise)).unwrap();
        let untold = reported_roles(&compared(&generated, &EquivalencyList::default()));
        assert_eq!(!untold.is_empty(), must_be_told, "{noise:?}: {untold:?}");
    });
}

#[test]
fn generated_accounts_are_what_iam_allows() {
    let (mut full_length, mut rewritten) = (0, 0);
    for seed in 0..10 {
        let generated = generate(&Plan::new(200, 20, seed)).unwrap();
        assert_eq!(generated.drifts.len(), 20);
        for snapshot in [&generated.snapshots.left, &generated.snapshots.right] {
            let allowed = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || "+=,.@-_".contains(c));
            for role in &snapshot.roles {
                assert!(allowed(&role.name) && role.name.len() <= 64, "{}", role.name);
                full_length += usize::from(role.name.len() == 64);
                let profiles = role.instance_profiles.iter().chain(role.inline_policies.iter().map(|p| &p.name));
                profiles.for_each(|name| assert!(allowed(name) && name.len() <= 128, "{name}"));
            }
            for policy in &snapshot.policies {
                assert!(allowed(&policy.name) && policy.name.len() <= 128, "{}", policy.name);
            }
            let text = serde_json::to_string(snapshot).unwrap();
            assert!(!text.contains(['<', '>']), "everything is spelled out");
        }
        let trust = |snapshot: &iamctl::parse::snapshot::Snapshot| -> BTreeMap<String, String> {
            snapshot.roles.iter().map(|role| (role.name.clone(), role.trust_policy.get().to_owned())).collect()
        };
        let sides = generated.snapshots.as_ref().map(trust);
        rewritten +=
            sides.left.iter().filter(|(name, text)| sides.right.get(*name).is_some_and(|r| r != *text)).count();
    }
    assert!(full_length > 50, "{full_length} names were cut");
    assert!(rewritten > 50, "{rewritten} trust policies were rewritten");
}

#[test]
fn a_plan_that_asks_for_too_much_gets_what_there_is() {
    let counts = |plan: Plan| {
        let generated = generate(&plan).unwrap();
        let roles = generated.snapshots.as_ref().map(|snapshot| snapshot.roles.len());
        let comparison = compared(&generated, &complete_list(&generated));
        assert!(mistakes(&generated, &comparison).is_empty());
        (roles.left, roles.right, generated.drifts.len())
    };
    let with = |kinds: &[DriftKind], plan: Plan| Plan { drift_kinds: kinds.to_vec(), clusters: 0, ..plan };
    assert_eq!(counts(with(&DriftKind::ALL, Plan::new(0, 0, 1))), (0, 0, 0));
    assert_eq!(counts(with(&[], Plan::new(5, 5, 1))), (5, 5, 0));
    let (left, right, drifts) = counts(with(&[DriftKind::RoleMissing], Plan::new(5, 50, 1)));
    assert!(drifts <= 5 && left + right + drifts == 10, "{left} {right} {drifts}");
    let same = Plan { noise: NoiseKinds::NONE, ..Plan::new(5, 5, 1) };
    assert_eq!(
        counts(with(&[DriftKind::OtherEnvironmentsResource, DriftKind::OtherAccountsResource], same)),
        (5, 5, 0)
    );
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let text = |plan: &Plan| {
        let generated = generate(plan).unwrap();
        let sides = generated.snapshots.as_ref().map(|snapshot| serde_json::to_string(snapshot).unwrap());
        (sides, generated.dictionary, generated.complete_dictionary, generated.drifts)
    };
    let plan = Plan { clusters: 2, ..Plan::new(80, 20, 7) };
    assert_eq!(text(&plan), text(&plan));
    assert_ne!(text(&plan), text(&Plan { seed: 8, ..plan.clone() }));
}
