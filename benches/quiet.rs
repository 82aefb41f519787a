//! How fast the dictionary is found, and how fast texts are normalized.
//!
//! `cargo bench --no-default-features --features testing --bench quiet`
#![expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]

use std::error::Error;
use std::time::{Duration, Instant};

use iamctl::catalog::Catalogue;
use iamctl::model::{Account, EquivalencyList, Place, Sides};
use iamctl::normalise::{Builtins, Rules, normalisers};
use iamctl::parse::account::AccountReader;
use iamctl::parse::equivalency;
use iamctl::suggest::{Input, suggest};
use iamctl::testing::{Generated, Plan, generate};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How often each is measured; the fastest counts.
const RUNS: usize = 5;

/// How many texts are normalized.
const TEXTS: usize = 300_000;

fn main() -> Result<()> {
    let generated = generate(&Plan::new(1000, 50, 1))?;
    let mut reader = AccountReader::default();
    let left = reader.account(&generated.snapshots.left)?;
    let right = reader.account(&generated.snapshots.right)?;
    let accounts = Sides { left: &left, right: &right };
    suggesting(&generated, accounts)?;
    normalising(&generated, accounts)
}

fn fastest(mut run: impl FnMut() -> Result<()>) -> Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..RUNS {
        let start = Instant::now();
        run()?;
        best = best.min(start.elapsed());
    }
    Ok(best)
}

fn suggesting(generated: &Generated, accounts: Sides<&Account>) -> Result<()> {
    let (dictionary, catalogue) = (EquivalencyList::default(), Catalogue::embedded());
    let tags = generated.tags.as_ref();
    let input = Input { accounts, tags, dictionary: &dictionary, builtins: Builtins::default(), catalogue: &catalogue };
    let mut entries = 0;
    let time = fastest(|| {
        entries = suggest(input)?.entries.len();
        Ok(())
    })?;
    println!("suggest, 2 x 1,000 roles under all noise: {} ms, {entries} entries", time.as_millis());
    Ok(())
}

/// The texts of rows: ARNs as policies hold them, in one of which in two something is replaced.
fn normalising(generated: &Generated, accounts: Sides<&Account>) -> Result<()> {
    let dictionary = equivalency::read(&generated.dictionary)?;
    let rules = Rules { dictionary: &dictionary, builtins: Builtins::default(), third: None };
    let start = Instant::now();
    let ready = normalisers(accounts, generated.tags.as_ref(), rules)?;
    println!("making the rules ready for both accounts: {} ms", start.elapsed().as_millis());
    let mut texts: Vec<&str> = Vec::with_capacity(TEXTS);
    let patterns: Vec<&str> = accounts
        .left
        .roles
        .iter()
        .flat_map(|role| role.inline.iter().map(|policy| &policy.document))
        .flat_map(|document| &document.statements)
        .flat_map(|statement| statement.target.patterns())
        .map(String::as_str)
        .collect();
    texts.extend(patterns.iter().cycle().take(TEXTS));
    let mut replaced = 0;
    let time = fastest(|| {
        replaced =
            texts.iter().filter(|text| ready.left.apply(text, Place::Resource, |_| {}).with_marks() != **text).count();
        Ok(())
    })?;
    println!("normalizing {TEXTS} resources, {replaced} of which change: {} ms", time.as_millis());
    Ok(())
}
