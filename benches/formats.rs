//! How long each format takes for two synthetic accounts in which most roles differ, and how much it writes.
//!
//! `cargo bench --no-default-features --features testing --bench formats [-- ROLES]`: 1,600 roles unless told, of which
//! 1,009 differ.

use std::error::Error;
use std::io::Write;
use std::time::{Duration, Instant};

use iamctl::formats::report_format::{ReportFormat, View};
use iamctl::formats::{csv, ndjson, text};
use iamctl::parse::equivalency;
use iamctl::pipeline::{self, Options};
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
        let mut again = comparison.clone();
        again.conclude();
        std::hint::black_box(again);
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
    let accounts = pipeline::read(snapshots.as_ref())?;
    let mut options = Options::new("dev".parse()?, "qa".parse()?);
    options.dictionary = equivalency::read(DICTIONARY)?;
    Ok(iamctl::compare(&accounts.left, &accounts.right, &options)?)
}
