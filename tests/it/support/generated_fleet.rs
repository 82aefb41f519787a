//! Generated fleets: comparing them, and what is wrong in the answer.

use std::collections::{BTreeMap, BTreeSet};

use iamctl::fleet::{AccountStatus, Cell, Class, Compared, Fleet, FleetAccount, FleetOptions, FleetRole, compare};
use iamctl::model::{Account, AccountTag, Sides};
use iamctl::parse::account::AccountReader;
use iamctl::parse::equivalency;
use iamctl::parse::snapshot::Snapshot;
use iamctl::pipeline::{self, Options};
use iamctl::testing::{FleetDriftKind, GeneratedFleet};
use rayon::prelude::*;

/// How many seeds are tried; `GENERATED_SEEDS` says how many instead.
pub fn seeds() -> u64 {
    std::env::var("GENERATED_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}

/// Compares all accounts with the first.
pub fn compared(accounts: &[(&str, &Snapshot)], dictionary: &str) -> Fleet {
    let (options, baseline, described, compared) = parts(accounts, dictionary);
    let fleet = Fleet::new(&options, Some(&baseline), described, compared);
    let of_causes: usize = fleet.causes.iter().map(|cause| cause.findings).sum();
    assert_eq!(of_causes, fleet.totals.findings, "no finding is lost among the causes");
    fleet
}

/// What a fleet is made of: each account compared with the first, which is the baseline.
pub fn parts(
    accounts: &[(&str, &Snapshot)],
    dictionary: &str,
) -> (FleetOptions, AccountTag, Vec<FleetAccount>, Vec<Compared>) {
    let mut reader = AccountReader::ahead(accounts.iter().map(|(_, snapshot)| *snapshot));
    let read: Vec<(AccountTag, Account)> =
        accounts.iter().map(|(tag, snapshot)| (tag.parse().unwrap(), reader.account(snapshot).unwrap())).collect();
    let tag = |tag: &str| tag.parse().unwrap();
    let mut pair = Options::new(tag("left"), tag("right"));
    pair.dictionary = equivalency::read(dictionary).unwrap();
    pair.generated_at = "2026-11-21T08:00:00Z".to_owned();
    let options = FleetOptions {
        pair,
        fail_on: Vec::new(),
        accounts: read.iter().map(|(tag, account)| (account.id.clone().unwrap(), tag.clone())).collect(),
    };
    let (baseline, others) = read.split_first().unwrap();
    let one = |(tag, account): &(AccountTag, Account)| {
        let pair = options.of_pair(Sides { left: &baseline.0, right: tag });
        let sides = Sides { left: &baseline.1, right: account };
        compare::<pipeline::Error>(sides, &pair, &[], |_, _, _| Ok(())).unwrap()
    };
    let compared = others.par_iter().map(one).collect();
    let described = read.iter().map(|(tag, account)| described(tag, account, *tag == baseline.0)).collect();
    let baseline = baseline.0.clone();
    (options, baseline, described, compared)
}

fn described(tag: &AccountTag, account: &Account, baseline: bool) -> FleetAccount {
    FleetAccount {
        account_id: account.id.clone(),
        baseline,
        status: AccountStatus::Read,
        roles: Some(account.roles.len()),
        ..FleetAccount::new(tag.clone(), account.source.clone())
    }
}

/// Compares all accounts of a generated fleet with the first.
pub fn of_generated(generated: &GeneratedFleet) -> Fleet {
    let accounts: Vec<(&str, &Snapshot)> =
        generated.accounts.iter().map(|(tag, snapshot)| (tag.as_str(), snapshot)).collect();
    compared(&accounts, &generated.dictionary)
}

/// The accounts in which a role is not as in the baseline, by what the matrix says.
fn differing(role: &FleetRole) -> BTreeMap<Cell, BTreeSet<String>> {
    let mut all: BTreeMap<Cell, BTreeSet<String>> = BTreeMap::new();
    for (tag, cell) in role.cells.iter().filter(|(_, cell)| **cell != Cell::Class(1)) {
        all.entry(*cell).or_default().insert(tag.to_string());
    }
    all
}

/// Whether exactly the planted drifts are found; what is wrong otherwise.
pub fn mistakes(generated: &GeneratedFleet) -> Vec<String> {
    let fleet = of_generated(generated);
    let tag = |place: &usize| generated.accounts[*place].0.clone();
    let mut mistakes = Vec::new();
    let mut planted: BTreeMap<String, _> =
        generated.drifts.iter().map(|drift| (format!("-{:05}", drift.role), drift)).collect();
    for role in &fleet.roles {
        let found = differing(role);
        let expected = match planted.remove(&format!("-{}", role.role.rsplit('-').next().unwrap())) {
            None => BTreeMap::new(),
            Some(drift) => {
                let accounts: BTreeSet<String> = drift.accounts.iter().map(tag).collect();
                match drift.kind {
                    FleetDriftKind::RoleMissing => BTreeMap::from([(Cell::Absent, accounts)]),
                    // The third account of the last one is another.
                    FleetDriftKind::ThirdAccountsResource | FleetDriftKind::ThirdAccountsResourceInAll => {
                        let together: BTreeSet<String> = found.values().flatten().cloned().collect();
                        // All of them but the third account itself say whose the text is.
                        let third = format!(" {}: ", generated.accounts.last().unwrap().0);
                        let names_it = |class: &&Class| class.findings.iter().any(|one| one.message.contains(&third));
                        let named = role.classes.iter().filter(names_it).flat_map(|class| &class.accounts);
                        let named: BTreeSet<String> = named.map(ToString::to_string).collect();
                        if together != accounts
                            || found.len() > 2
                            || !named.is_superset(&without_last(&accounts, &third))
                        {
                            mistakes.push(format!("{}: {drift:?}: {found:?}", role.role));
                        }
                        continue;
                    }
                    FleetDriftKind::ActionAdded
                    | FleetDriftKind::DenyRemoved
                    | FleetDriftKind::SessionDurationChanged
                    | FleetDriftKind::TagChanged
                    | FleetDriftKind::TrustAdded
                    | FleetDriftKind::PolicyDetached => BTreeMap::from([(Cell::Class(2), accounts)]),
                }
            }
        };
        if found != expected {
            mistakes.push(format!("{}: {expected:?} was planted, {found:?} was found", role.role));
        }
    }
    mistakes.extend(planted.values().map(|drift| format!("{drift:?} has no row")));
    mistakes
}

/// The accounts without the third account that they reference.
fn without_last(accounts: &BTreeSet<String>, third: &str) -> BTreeSet<String> {
    accounts.iter().filter(|tag| !third.contains(tag.as_str())).cloned().collect()
}
