//! How long each stage of `diff` takes on two synthetic accounts, next to the time it takes to write the same bytes.
//!
//! `cargo bench --no-default-features --features testing --bench compare [-- SIZES…] [--write DIR]`: sizes default to
//! 100, 1000 and 5000 roles; `--write DIR` only writes the two accounts of the first size, as snapshots and as the AWS CLI
//! prints them, to measure the program itself on them.

use std::borrow::Cow;
use std::error::Error;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use iamctl::evidence::Provenance;
use iamctl::formats::csv;
use iamctl::formats::files::{self, Harvest};
use iamctl::formats::html::{self, NormalisedRoles, RolesAsRead};
use iamctl::formats::report_format::View;
use iamctl::model::Sides;
use iamctl::parse::{equivalency, snapshot};
use iamctl::pipeline::{self, Options, Prepared};
use iamctl::store::folder::Record;
use iamctl::testing::{DICTIONARY, Shape, accounts, authorization_details};
use serde::Serialize as _;
use serde_json::ser::PrettyFormatter;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// The stages, and how often each size is run; the fastest run counts, since all noise is added time.
const STAGES: [&str; 6] = ["read", "normalise", "compare", "reports", "same bytes written", "report.html alone"];
const RUNS: usize = 3;

fn main() -> Result<()> {
    let mut sizes = Vec::new();
    let mut write: Option<PathBuf> = None;
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        match word.as_str() {
            "--write" => write = words.next().map(PathBuf::from),
            size => sizes.push(size.parse::<usize>()?),
        }
    }
    if sizes.is_empty() {
        sizes = vec![100, 1000, 5000];
    }
    if let Some(folder) = write {
        return write_accounts(&folder, sizes.first().copied().unwrap_or(1000));
    }
    let mut out = std::io::stdout().lock();
    for size in sizes {
        measure(&mut out, Shape::of(size))?;
    }
    // In four of ten roles the action that is added was allowed before: about a thousand differ.
    measure(&mut out, Shape { drift_every: 1, ..Shape::of(1600) })?;
    Ok(())
}

fn write_accounts(folder: &std::path::Path, size: usize) -> Result<()> {
    let pair = accounts(Shape::of(size))?;
    fs::create_dir_all(folder)?;
    for (name, account) in [("dev", &pair.left), ("qa", &pair.right)] {
        fs::write(folder.join(format!("{name}.json")), serde_json::to_vec(account)?)?;
        // Four spaces, as the AWS CLI writes.
        let file = BufWriter::new(fs::File::create(folder.join(format!("{name}_details.json")))?);
        let mut serializer = serde_json::Serializer::with_formatter(file, PrettyFormatter::with_indent(b"    "));
        authorization_details(account).serialize(&mut serializer)?;
        serializer.into_inner().flush()?;
    }
    fs::write(folder.join("equivalency_list.json"), DICTIONARY)?;
    Ok(())
}

fn measure(out: &mut impl Write, shape: Shape) -> Result<()> {
    let mut best = [Duration::MAX; STAGES.len()];
    let mut bytes = 0;
    for _ in 0..RUNS {
        let (times, written) = run(shape)?;
        bytes = written;
        for (best, time) in best.iter_mut().zip(times) {
            *best = (*best).min(time);
        }
    }
    let [read, normalised, compared, reports, plain, _] = best;
    let total = read + normalised + compared + reports;
    let drift = if shape.drift_every == 1 { ", all of them changed" } else { "" };
    writeln!(out, "{} roles{drift}, {} MB of reports, fastest of {RUNS} runs", shape.roles, bytes / 1_000_000)?;
    for (stage, time) in STAGES.iter().zip(best) {
        writeln!(out, "  {stage:<20} {:>9.1} ms", time.as_secs_f64() * 1000.0)?;
    }
    let ratio = total.as_secs_f64() / plain.as_secs_f64();
    writeln!(out, "  all stages           {:>9.1} ms, {ratio:.1} times the bytes alone", total.as_secs_f64() * 1000.0)?;
    Ok(())
}

fn run(shape: Shape) -> Result<([Duration; STAGES.len()], usize)> {
    let snapshots = accounts(shape)?;
    let texts =
        Sides { left: serde_json::to_string(&snapshots.left)?, right: serde_json::to_string(&snapshots.right)? };
    let mut options = Options::new("dev".parse()?, "qa".parse()?);
    options.dictionary = equivalency::read(DICTIONARY)?;

    let start = Instant::now();
    let left = snapshot::read(&texts.left, "file dev.json", None)?;
    let right = snapshot::read(&texts.right, "file qa.json", None)?;
    let accounts = pipeline::read(Sides { left: &left, right: &right })?;
    let read = start.elapsed();

    let start = Instant::now();
    let prepared = Prepared::new(accounts.map(Cow::Owned), &options)?;
    let normalised = start.elapsed();

    let start = Instant::now();
    let comparison = prepared.compare()?;
    let compared = start.elapsed();

    let folder = tempfile::tempdir()?;
    let start = Instant::now();
    let accounts = prepared.accounts();
    let harvests = Sides {
        left: Harvest { tag: &options.tags.left, origin: "dev", account: accounts.left, snapshot: &left },
        right: Harvest { tag: &options.tags.right, origin: "qa", account: accounts.right, snapshot: &right },
    };
    let roles = NormalisedRoles::new(prepared.roles());
    let as_read = RolesAsRead::new(prepared.accounts());
    let view = View { roles: Some(&roles), as_read: Some(&as_read), ..View::new(&comparison, "equivalency_list.json") };
    let files = files::of_diff(&view, harvests, &options.catalogue, csv::Options::default(), &[])?;
    let record =
        Record { report: "diff".to_owned(), made: Some((Provenance::default(), String::new)), parts: Vec::new() };
    let written = iamctl::store::Folder::named(&folder.path().join("out"))?.write(record, &files)?;
    let reports = start.elapsed();

    let (plain, bytes) = write_again(&written, &folder.path().join("plain"))?;
    let start = Instant::now();
    html::write(&mut std::io::sink(), &view)?;
    let page = start.elapsed();
    Ok(([read, normalised, compared, reports, plain, page], bytes))
}

/// The time to write the same files once more, from memory.
fn write_again(from: &std::path::Path, to: &std::path::Path) -> Result<(Duration, usize)> {
    fs::create_dir(to)?;
    let mut files = Vec::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        files.push((to.join(entry.file_name()), fs::read(entry.path())?));
    }
    let start = Instant::now();
    for (path, bytes) in &files {
        fs::write(path, bytes)?;
    }
    Ok((start.elapsed(), files.iter().map(|(_, bytes)| bytes.len()).sum()))
}
