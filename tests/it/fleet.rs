//! Generated fleets: exactly the planted drifts are found, whatever the order of the accounts.

use std::collections::BTreeSet;

use iamctl::parse::snapshot::Snapshot;
use iamctl::testing::{FleetDriftKind, FleetPlan, fleet};
use rayon::prelude::*;

use crate::support::generated_fleet::{compared, mistakes, of_generated, seeds};

#[test]
fn exactly_the_planted_drifts_are_found() {
    let one = |seed: u64| {
        let plan = FleetPlan { accounts: 9, roles: 12, seed };
        let generated = fleet(&plan).unwrap();
        mistakes(&generated).into_iter().map(|mistake| format!("seed {seed}: {mistake}")).collect::<Vec<_>>()
    };
    let mistakes: Vec<String> = (0..seeds()).into_par_iter().flat_map(one).collect();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn a_large_fleet_has_its_drifts_too() {
    let generated = fleet(&FleetPlan { accounts: 50, roles: 10, seed: 4711 }).unwrap();
    let mistakes = mistakes(&generated);
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn the_order_of_the_accounts_means_nothing() {
    let generated = fleet(&FleetPlan { accounts: 9, roles: 10, seed: 5 }).unwrap();
    let mut accounts: Vec<(&str, &Snapshot)> =
        generated.accounts.iter().map(|(tag, snapshot)| (tag.as_str(), snapshot)).collect();
    let json = |accounts: &[(&str, &Snapshot)]| {
        serde_json::to_string_pretty(&compared(accounts, &generated.dictionary)).unwrap()
    };
    let first = json(&accounts);
    accounts[1..].reverse();
    assert_eq!(json(&accounts), first);
    accounts[1..].rotate_left(3);
    assert_eq!(json(&accounts), first);
}

#[test]
fn causes_outliers_and_totals_fit_the_drifts() {
    let generated = fleet(&FleetPlan { accounts: 10, roles: 12, seed: 11 }).unwrap();
    let fleet = of_generated(&generated);
    let drifted: BTreeSet<usize> = generated.drifts.iter().flat_map(|drift| drift.accounts.iter().copied()).collect();
    assert_eq!((fleet.totals.accounts, fleet.totals.deviating), (9, drifted.len()));
    assert_eq!((fleet.totals.roles, fleet.totals.differing), (12, generated.drifts.len()));
    assert_eq!(fleet.outliers.len(), drifted.len());
    let severities: Vec<_> = fleet.outliers.iter().map(|one| one.severities).collect();
    assert!(severities.is_sorted_by(|a, b| a >= b), "{severities:?}");
    // The session duration has one finding in each of its accounts, and they have one cause.
    let drift = generated.drifts.iter().find(|one| one.kind == FleetDriftKind::SessionDurationChanged).unwrap();
    let of_duration = fleet.causes.iter().filter(|cause| cause.message.contains("maximum session duration"));
    let accounts: Vec<Vec<String>> =
        of_duration.map(|cause| cause.accounts.keys().map(ToString::to_string).collect()).collect();
    let expected: Vec<String> = drift.accounts.iter().map(|place| generated.accounts[*place].0.clone()).collect();
    assert_eq!(accounts, [expected]);
}
