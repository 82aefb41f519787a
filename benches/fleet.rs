//! How long a fleet takes: reading, comparing each account with the baseline, and putting the results together.
//!
//! `cargo bench --no-default-features --features testing --bench fleet -- ACCOUNTS ROLES` measures; with a folder as third
//! argument, it writes the snapshots and the dictionary there instead, for `iamctl fleet --snapshots`.
#![expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]

use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

use iamctl::fleet::{AccountStatus, Compared, Fleet, FleetAccount, FleetOptions, compare};
use iamctl::model::{Account, AccountTag, Sides};
use iamctl::parse::account::AccountReader;
use iamctl::parse::equivalency;
use iamctl::pipeline::{self, Options};
use iamctl::testing::{FleetPlan, GeneratedFleet, fleet};
use rayon::prelude::*;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The accounts and roles of the fleets that are measured if nothing is said.
const SIZES: [(usize, usize); 3] = [(100, 40), (400, 40), (50, 300)];

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let numbers: Vec<usize> = words.iter().map_while(|word| word.parse().ok()).collect();
    let sizes = match numbers.as_slice() {
        [accounts, roles] => vec![(*accounts, *roles)],
        _ => SIZES.to_vec(),
    };
    for (accounts, roles) in sizes {
        let generated = fleet(&FleetPlan { accounts, roles, seed: 1 })?;
        match words.get(2) {
            Some(folder) => write(&generated, Path::new(folder))?,
            None => measure(&generated, accounts, roles)?,
        }
    }
    Ok(())
}

fn write(generated: &GeneratedFleet, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for (tag, snapshot) in &generated.accounts {
        fs::write(folder.join(format!("{tag}_snapshot.json")), serde_json::to_vec(snapshot)?)?;
    }
    fs::write(folder.join("equivalency_list.json"), &generated.dictionary)?;
    Ok(())
}

fn measure(generated: &GeneratedFleet, accounts: usize, roles: usize) -> Result<()> {
    let start = Instant::now();
    let mut reader = AccountReader::ahead(generated.accounts.iter().map(|(_, snapshot)| snapshot));
    let mut read: Vec<(AccountTag, Account)> = Vec::new();
    for (tag, snapshot) in &generated.accounts {
        read.push((tag.parse()?, reader.account(snapshot)?));
    }
    let reading = start.elapsed();
    let Some((baseline, others)) = read.split_first() else { return Ok(()) };
    let mut pair = Options::new(baseline.0.clone(), baseline.0.clone());
    pair.dictionary = equivalency::read(&generated.dictionary)?;
    let known = read.iter().filter_map(|(tag, account)| Some((account.id.clone()?, tag.clone())));
    let mut options = FleetOptions { pair, fail_on: Vec::new(), accounts: known.collect() };
    let start = Instant::now();
    options.prepare()?;
    let one = |(tag, account): &(AccountTag, Account)| {
        let pair = options.of_pair(Sides { left: &baseline.0, right: tag });
        compare::<pipeline::Error>(Sides { left: &baseline.1, right: account }, &pair, &[], |_, _, _| Ok(()))
    };
    let compared: Vec<Compared> = others.par_iter().map(one).collect::<std::result::Result<_, _>>()?;
    let comparing = start.elapsed();
    let start = Instant::now();
    let described = read.iter().map(|(tag, account)| described(tag, account, *tag == baseline.0)).collect();
    let fleet = Fleet::new(&options, Some(&baseline.0), described, compared);
    println!(
        "{accounts} accounts x {roles} roles: read in {} ms, compared in {} ms ({:.2} ms per account), put together in {} ms; {} findings",
        reading.as_millis(),
        comparing.as_millis(),
        comparing.as_secs_f64() * 1000.0 / others.len().max(1) as f64,
        start.elapsed().as_millis(),
        fleet.totals.findings,
    );
    Ok(())
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
