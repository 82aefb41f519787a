//! With the dictionary that `suggest` finds and the built-in rules, the roles reported are exactly those that drifted.

use iamctl::normalise::Builtins;
use iamctl::suggest::{Input, Suggestions, suggest};
use iamctl::testing::{Generated, NoiseKinds, Plan, generate};
use rayon::prelude::*;

use crate::support::generated::{catalogue, compared_under, mistakes, read};

/// How many seeds of each shape are tried; `GENERATED_SEEDS` says how many instead.
fn seeds(first: u64) -> std::ops::Range<u64> {
    let asked = std::env::var("GENERATED_SEEDS").ok().and_then(|text| text.parse().ok());
    first..first + asked.unwrap_or(10)
}

fn suggested(generated: &Generated) -> Suggestions {
    let accounts = read(generated);
    suggest(Input {
        accounts: accounts.as_ref(),
        tags: generated.tags.as_ref(),
        dictionary: &iamctl::model::EquivalencyList::default(),
        builtins: Builtins::default(),
        catalogue: catalogue(),
    })
    .unwrap()
}

fn check(plans: impl Iterator<Item = Plan>) {
    let plans: Vec<Plan> = plans.collect();
    let one = |plan: &Plan| {
        let generated = generate(plan).unwrap();
        let found = suggested(&generated);
        let comparison = compared_under(&generated, &found.dictionary, Builtins::default());
        let mistakes = mistakes(&generated, &comparison);
        let dictionary = serde_json::to_string(&found.dictionary).unwrap();
        mistakes.into_iter().map(|mistake| format!("seed {} under {dictionary}: {mistake}", plan.seed)).collect()
    };
    let mistakes: Vec<Vec<String>> = plans.par_iter().map(one).collect();
    let wrong = mistakes.iter().filter(|of_plan| !of_plan.is_empty()).count();
    let mistakes = mistakes.concat();
    assert!(mistakes.is_empty(), "{} mistakes in {wrong} plans\n{}", mistakes.len(), mistakes.join("\n\n"));
}

#[test]
fn with_what_suggest_finds_exactly_the_drifted_roles_are_reported() {
    check(seeds(0).map(|seed| Plan::new(60, 12, seed)));
}

#[test]
fn without_drift_nothing_is_reported() {
    check(seeds(1000).map(|seed| Plan::new(40, 0, seed)));
}

#[test]
fn with_two_clusters_exactly_the_drifted_roles_are_reported() {
    check(seeds(2000).map(|seed| Plan { clusters: 2, ..Plan::new(60, 12, seed) }));
}

#[test]
fn on_accounts_that_are_spelled_the_same_nothing_is_suggested() {
    for seed in 0..20 {
        let generated = generate(&Plan { noise: NoiseKinds::NONE, ..Plan::new(40, 8, seed) }).unwrap();
        assert!(suggested(&generated).entries.is_empty());
    }
}
