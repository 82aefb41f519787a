//! `iamctl remediate`: what it writes makes the roles the same, and nobody's name gets out of its quotes.

use std::process::Command;

use iamctl::compare::{self, Acceptance, Comparison, Selection, Settings, between};
use iamctl::model::{Account, EquivalencyList, Side, Sides};
use iamctl::normalise::{self, Builtins, Rules};
use iamctl::parse::equivalency;
use iamctl::remediate::{Input, Plan, applied, plan};
use iamctl::testing::{self, DriftKind, Generated, NoiseKinds, generate};
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::generated::{catalogue, read};
use crate::tool::{Run, Tool, document, inline, role, snapshot, trust};

const NOTHING_ACCEPTED: Acceptance<'static> =
    Acceptance { file: None, entries: &[], today: jiff::civil::Date::constant(2026, 1, 1), all_roles: true };

/// Compares two accounts, and plans how to make one like the other.
fn compared(
    generated: &Generated,
    accounts: Sides<&Account>,
    dictionary: &EquivalencyList,
    make: Side,
) -> (Comparison, Plan) {
    let (tags, rules) = (generated.tags.as_ref(), Rules { dictionary, builtins: Builtins::default() });
    let normalisers = normalise::normalisers(accounts, tags, rules).unwrap();
    let normalised = Sides {
        left: normalise::account(accounts.left, &normalisers.left),
        right: normalise::account(accounts.right, &normalisers.right),
    };
    let input = |side: Side| compare::Input {
        tag: tags.get(side),
        source: "generated",
        harvested_at: None,
        account: accounts.get(side),
        normalised: normalised.get(side),
        normaliser: normalisers.get(side),
    };
    let selection = &Selection::default();
    let settings = Settings { catalogue: catalogue(), rules, generated_at: "2026-01-01T00:00:00Z", selection };
    let comparison = between(Sides { left: input(Side::Left), right: input(Side::Right) }, settings).unwrap();
    let plan = plan(Input {
        comparison: &comparison,
        accounts,
        normalised: normalised.as_ref(),
        normalisers: normalisers.as_ref(),
        tags,
        rules,
        catalogue: catalogue(),
        acceptance: NOTHING_ACCEPTED,
        make,
        roles: [&[], &[]],
        exclude_service_linked: false,
    })
    .unwrap();
    (comparison, plan)
}

/// How many roles differ and how many of them were made alike.
#[derive(Debug, Default, PartialEq, Eq)]
struct Done {
    differing: usize,
    alike: usize,
    mistakes: Vec<String>,
}

/// Carries the plan out and compares again: roles of which nothing is left are the same, and no other got worse.
fn carried_out(generated: &Generated, make: Side) -> Done {
    let dictionary = equivalency::read(&generated.dictionary).unwrap();
    let accounts = read(generated);
    let (before, plan) = compared(generated, accounts.as_ref(), &dictionary, make);
    let changed = applied(accounts.get(make), &plan);
    let mut both = accounts.as_ref();
    *both.get_mut(make) = &changed;
    let (after, _) = compared(generated, both, &dictionary, make);
    let arns = |role: &compare::RoleResult| Side::BOTH.map(|side| role.side(side).map(|real| real.arn.clone()));
    let mut done = Done::default();
    for (index, role) in before.roles.iter().enumerate().filter(|(_, role)| role.is_paired()) {
        let Some(now) = after.roles.iter().find(|now| arns(now) == arns(role)) else {
            done.mistakes.push(format!("no pair any more: {role:?}"));
            continue;
        };
        let planned = plan.roles.iter().find(|plan| plan.index == index);
        assert_eq!(planned.is_some(), !role.differences.is_zero(), "{role:?}");
        let whole = planned.is_none_or(|plan| plan.left.is_empty());
        if whole && !now.differences.is_zero() {
            done.mistakes.push(format!("still differs: {now:?}\n{planned:?}"));
        }
        done.differing += usize::from(planned.is_some());
        done.alike += usize::from(planned.is_some() && whole);
        if !whole {
            let left: Vec<String> =
                planned.into_iter().flat_map(|plan| &plan.left).map(|left| format!("{left:?}")).collect();
            eprintln!("left: {} {}", role.role, left.join("; "));
        }
    }
    done
}

fn plans(noise: NoiseKinds, rewriting: bool, seeds: std::ops::Range<u64>) -> Vec<Generated> {
    seeds
        .map(|seed| {
            let mut plan = testing::Plan::new(40, 20, seed);
            (plan.noise, plan.rewriting) = (noise, rewriting);
            plan.drift_kinds.retain(|kind| !matches!(kind, DriftKind::RoleAdded | DriftKind::RoleMissing));
            generate(&plan).unwrap()
        })
        .collect()
}

fn all_carried_out(generated: &[Generated]) -> (usize, usize) {
    let done: Vec<Done> = generated.par_iter().flat_map(|one| Side::BOTH.map(|side| carried_out(one, side))).collect();
    let mistakes: Vec<&str> = done.iter().flat_map(|done| &done.mistakes).map(String::as_str).collect();
    assert!(mistakes.is_empty(), "{} mistakes\n{}", mistakes.len(), mistakes.join("\n\n"));
    (done.iter().map(|done| done.differing).sum(), done.iter().map(|done| done.alike).sum())
}

#[test]
fn drifted_accounts_become_alike() {
    let (differing, alike) = all_carried_out(&plans(NoiseKinds::ALL, true, 0..6));
    eprintln!("{alike} of {differing}");
    assert!(differing > 100, "{differing}");
}

/// Without names that only their account knows, only cross references of the account that is followed stay.
#[test]
fn plain_accounts_become_alike_nearly_all() {
    let noise = NoiseKinds { account_ids: true, environments: true, incidental: true, ..NoiseKinds::NONE };
    let (differing, alike) = all_carried_out(&plans(noise, true, 0..6));
    eprintln!("{alike} of {differing}");
    assert!(differing > 100, "{differing}");
}
