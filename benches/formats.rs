//! How long each format takes for two synthetic accounts in which most roles differ, and how much it writes.
//!
//! `cargo bench --no-default-features --features testing --bench formats [-- ROLES]`: 1,600 roles unless told, of which
//! 1,009 differ.

use std::error::Error;
use std::io::Write;
use std::time::{Duration, Instant};

use iamctl::catalog::Catalogue;
use iamctl::compare::{Input, Settings, between};
use iamctl::formats::report_format::{ReportFormat, View};
use iamctl::formats::{csv, ndjson, text};
use iamctl::model::{AccountTag, Selection, Sides};
use iamctl::normalise::{self, Builtins, Rules};
use iamctl::parse::account::AccountReader;
use iamctl::parse::equivalency;
use iamctl::report::Report;
use iamctl::testing::{DICTIONARY, Shape, accounts};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The fastest run counts, since all noise is added time.
const RUNS: usize = 5;

fn main() -> Result<()> {
    let roles = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(1600);
    let comparison = comparison(roles)?;
    let mut out = std::io::stdout().lock();
    let view = View::new(&comparison, "equivalency_list.json");
    writeln!(out, "{roles} roles, {} findings, fastest of {RUNS} runs", comparison.findings.len())?;
    let mut show = |name: &str, work: &dyn Fn(&mut Vec<u8>) -> std::io::Result<()>| -> Result<()> {
        let (mut best, mut size) = (Duration::MAX, 0);
        for _ in 0..RUNS {
            let mut bytes = Vec::new();
            let start = Instant::now();
            work(&mut bytes)?;
            best = best.min(start.elapsed());
            size = bytes.len();
        }
        writeln!(out, "  {name:<10} {:>9.1} ms {:>9} KB", best.as_secs_f64() * 1000.0, size / 1000)?;
        Ok(())
    };
    show("findings", &|_| {
        std::hint::black_box(comparison.clone()).conclude();
        Ok(())
    })?;
    for format in ReportFormat::ALL {
        show(format.name(), &|bytes| format.write(bytes, &view))?;
    }
    show("csv", &|bytes| ndjson::csv(bytes, csv::Options::default(), &view))?;
    show("table", &|bytes| text::write(bytes, &view, text::Page::default()))
}

/// Two accounts in which every role has an action more in the second, whether or not the role had it already.
fn comparison(roles: usize) -> Result<Report> {
    let snapshots = accounts(Shape { drift_every: 1, ..Shape::of(roles) })?;
    let list = equivalency::read(DICTIONARY)?;
    let catalogue = Catalogue::embedded();
    let tags: Sides<AccountTag> = Sides { left: "dev".parse()?, right: "qa".parse()? };
    let mut reader = AccountReader::default();
    let accounts = Sides { left: reader.account(&snapshots.left)?, right: reader.account(&snapshots.right)? };
    let rules = Rules { dictionary: &list, builtins: Builtins::default() };
    let normalisers = normalise::normalisers(accounts.as_ref(), tags.as_ref(), rules)?;
    let left = normalise::account(&accounts.left, &normalisers.left);
    let right = normalise::account(&accounts.right, &normalisers.right);
    let input = |tag, source, account, all_roles, normalised, normaliser| Input {
        tag,
        source,
        harvested_at: None,
        all_roles,
        account,
        normalised,
        normaliser,
    };
    let inputs = Sides {
        left: input(&tags.left, "dev", &accounts.left, accounts.left.roles.len(), &left, &normalisers.left),
        right: input(&tags.right, "qa", &accounts.right, accounts.right.roles.len(), &right, &normalisers.right),
    };
    Ok(between(
        inputs,
        Settings {
            catalogue: &catalogue,
            rules,
            selection: &Selection::default(),
            generated_at: "2026-01-01T00:00:00Z",
        },
    )?)
}
