//! `iamctl fleet`: any number of accounts, each compared with one baseline.

mod accounts;
mod error;
mod read;
mod write;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::FalseyValueParser;
use rayon::prelude::*;

use super::comparison::ComparisonArgs;
use super::complete;
use super::console::{Console, Spinner};
use super::error::CliError;
use super::exit_code::ExitCode;
use super::inputs::{self, InputArgs, OutputArgs};
use accounts::{Baseline, Filter, NamedSource};
pub use error::FleetError;
use read::{Outcome, Tried};
use write::Writer;

use crate::compare::SelectError;
use crate::fleet::{self, AccountStatus, Compared, Fleet, FleetAccount, FleetOptions};
use crate::formats::fleet::{FleetView, REPORTS, accounts_read, files, write_text};
use crate::model::{Account, AccountTag, Sides};
use crate::pipeline;
use crate::store::Folder;

/// What `fleet` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Accounts to compare with the baseline, such as dev.json=dev
    ///
    /// SOURCE is an AWS profile, a snapshot file, or `env:`, as for `iamctl diff`. TAG is the short name of the account: 1
    /// to 64 letters, digits, `.`, `_`, or `-`, the first one a letter or digit. Each account has its own tag.
    #[arg(value_name = "SOURCE=TAG", add = complete::source())]
    accounts: Vec<NamedSource>,
    /// Account that all others are compared with
    ///
    /// The tag of one of the accounts, or another account as SOURCE=TAG. The baseline is never left out by `--only` or
    /// `--skip`.
    #[arg(long, value_name = "TAG|SOURCE=TAG", env = "IAMCTL_BASELINE")]
    baseline: Baseline,
    /// Folder with snapshots of earlier harvests; can be repeated
    ///
    /// iamctl reads every file that is called TAG_snapshot.json or TAG_snapshot.json.gz, in the folder and in the folders
    /// in it, but not in folders whose names begin with a dot, or that are links. Two files of one tag or of one account are
    /// an error.
    #[arg(long, value_name = "DIR", env = "IAMCTL_SNAPSHOTS", value_delimiter = ',')]
    snapshots: Vec<PathBuf>,
    /// Compare only accounts with this tag or ID; can be repeated
    ///
    /// `*` and `?` are wildcards. It is an error if a pattern matches no account. Accounts that are left out are still
    /// known accounts.
    #[arg(long, value_name = "GLOB", env = "IAMCTL_ONLY_ACCOUNTS", value_delimiter = ',')]
    only: Vec<String>,
    /// Leave out accounts with this tag or ID; can be repeated
    ///
    /// `*` and `?` are wildcards. It is an error if a pattern matches no account.
    #[arg(long, value_name = "GLOB", env = "IAMCTL_SKIP_ACCOUNTS", value_delimiter = ',')]
    skip: Vec<String>,
    /// Report on the other accounts if an account cannot be read
    ///
    /// Without this option, an account that cannot be read sets exit code 2, and iamctl writes only accounts_read.csv and
    /// the full reports of accounts that were compared. With it, every file and the summary name the account first.
    #[arg(long, env = "IAMCTL_ALLOW_UNREAD", value_parser = FalseyValueParser::new())]
    allow_unread: bool,
    /// Accounts to write full reports for
    ///
    /// A full report is that of `iamctl diff` with the baseline, in the folder accounts/TAG of the output folder.
    #[arg(long, value_enum, value_name = "WHICH", env = "IAMCTL_REPORTS", default_value_t = Reports::Deviating)]
    reports: Reports,
    /// Write the lists of all items into the full reports
    ///
    /// These lists (TAG_PROFILE_iam_tuples.csv) are by far the largest files.
    #[arg(long, env = "IAMCTL_ITEMS", value_parser = FalseyValueParser::new())]
    items: bool,
    #[command(flatten)]
    comparison: ComparisonArgs,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    input: InputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Reports {
    /// Accounts that differ from the baseline
    Deviating,
    /// All accounts
    All,
    /// No account
    None,
}

/// The accounts after they were read. Those that are compared have an [`Account`].
struct Read<'t> {
    tried: &'t [Tried],
    described: Vec<FleetAccount>,
    accounts: Vec<Option<Account>>,
}

/// Reads the accounts, compares each with the baseline, writes the reports and the summary.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    // What can be wrong without reading an account is found before reading any.
    let sources = accounts::all(&args.baseline, &args.accounts, &args.snapshots)?;
    let fail_on = args.comparison.fail_on()?.unwrap_or_default();
    let (dictionary, from) = args.comparison.dictionary(console)?;
    let (accepted, _) = args.comparison.accepted(console)?;
    let catalogue = args.input.catalogue(console)?;
    let filter = Filter::new(&args.only, &args.skip);
    let folder = args.output.folder()?;
    let started_at = inputs::now();
    let spinner = console.spinner("reading accounts");
    let tried = read::all(sources, &filter, &args.input, console);
    let mut read = prepare(&tried, &filter)?;
    let options = FleetOptions {
        dictionary: dictionary.list,
        builtins: dictionary.builtins,
        selection: args.comparison.selection(),
        allow_incomplete: args.comparison.allow_incomplete,
        accepted: Some(accepted),
        generated_at: inputs::now(),
        catalogue,
        fail_on,
        accounts: read.described.iter().filter_map(|one| Some((one.account_id.clone()?, one.tag.clone()))).collect(),
    };
    let writer = Writer::new(args, &folder, &options, from.as_deref(), &started_at);
    let is_useless = !args.allow_unread && read.described.iter().any(FleetAccount::is_unread);
    let compared = if is_useless { Vec::new() } else { compare(&mut read, &options, &writer, &spinner)? };
    let asked = read.described.iter().filter(|account| account.status != AccountStatus::Skipped).count();
    let unread = unread(&read.described);
    if !unread.is_empty() && !args.allow_unread {
        let path = folder.write("fleet", &[accounts_read(&read.described, args.output.csv())])?;
        let folder = path.to_string_lossy().into_owned();
        return Err(FleetError::Unread { accounts: unread, of: asked, folder }.into());
    }
    check_patterns(&options, &compared)?;
    spinner.say("writing reports");
    report(args, console, &read, &options, compared, folder)
}

/// Finds out which accounts are compared, and reads their policies.
fn prepare<'t>(tried: &'t [Tried], filter: &Filter) -> Result<Read<'t>, CliError> {
    read::refuse_twice(tried)?;
    let ids: Vec<_> = tried.iter().map(read::id_of).collect();
    let known: Vec<_> = tried.iter().map(|one| &one.named.tag).zip(ids.iter().map(Option::as_ref)).collect();
    filter.check(&known)?;
    let describe = |(place, one): (usize, &Tried)| read::described(one, (place > 0).then_some(filter));
    let mut described: Vec<FleetAccount> = tried.iter().enumerate().map(describe).collect();
    if !described.iter().any(|account| !account.baseline && account.status != AccountStatus::Skipped) {
        return Err(FleetError::NothingLeft.into());
    }
    let snapshots: Vec<_> = tried
        .iter()
        .zip(&described)
        .map(|(one, account)| match (&one.outcome, account.status) {
            (Outcome::Read(snapshot), AccountStatus::Read) => Some(&**snapshot),
            (Outcome::Read(_) | Outcome::Skipped(_) | Outcome::Failed(_), _) => None,
        })
        .collect();
    let mut accounts = Vec::with_capacity(tried.len());
    for (account, described) in read::accounts(&snapshots).into_iter().zip(&mut described) {
        accounts.push(match account {
            Some(Err(error)) if described.baseline => return Err(error),
            Some(Err(error)) => {
                read::failed(described, &error);
                None
            }
            Some(Ok(account)) => Some(account),
            None => None,
        });
    }
    Ok(Read { tried, described, accounts })
}

/// The accounts that were not read, and why.
fn unread(accounts: &[FleetAccount]) -> Vec<(AccountTag, String)> {
    let unread = accounts.iter().filter(|account| account.is_unread());
    unread.map(|account| (account.tag.clone(), account.why.clone().unwrap_or_default())).collect()
}

/// How many accounts are compared at a time, for each core: whole reports take memory.
const PER_CORE: usize = 4;

/// Compares each account with the baseline, and writes its full report if it is wanted.
fn compare(
    read: &mut Read<'_>,
    options: &FleetOptions,
    writer: &Writer<'_>,
    spinner: &Spinner<'_>,
) -> Result<Vec<Compared>, CliError> {
    let Read { tried, described, accounts } = read;
    let (Some(baseline), Some(baseline_account)) = (tried.first(), accounts.first().and_then(Option::as_ref)) else {
        return Err(CliError::Internal { invariant: "the baseline was read, and it is not there".to_owned() });
    };
    let one = |(place, account): &(usize, &Account)| {
        let Some(tried) = tried.get(*place) else { return (*place, None, None) };
        let pair = options.of_pair(Sides { left: &baseline.named.tag, right: &tried.named.tag });
        let sides = Sides { left: baseline_account, right: *account };
        let mut is_written = false;
        let result = fleet::compare(sides, &pair, &options.fail_on, |prepared, report, compared| {
            is_written = writer.write(Sides { left: baseline, right: tried }, prepared, report, compared)?;
            Ok::<(), CliError>(())
        });
        (*place, is_written.then(|| format!("{REPORTS}/{}", tried.named.tag)), Some(result))
    };
    let accounts = accounts.iter().enumerate().skip(1);
    let work: Vec<(usize, &Account)> =
        accounts.filter_map(|(place, account)| Some((place, account.as_ref()?))).collect();
    let mut compared = Vec::with_capacity(work.len());
    let mut first_error = None;
    for some in work.chunks(PER_CORE * rayon::current_num_threads()) {
        spinner.stage(&format!("comparing accounts: {} of {}", compared.len(), work.len()));
        let results: Vec<_> = some.par_iter().map(one).collect();
        for (place, report, result) in results {
            // Every account that is compared was tried and is described.
            let (Some(described), Some(result)) = (described.get_mut(place), result) else { continue };
            described.report = report;
            match result {
                Ok(one) => compared.push(one),
                Err(error @ CliError::Compare(_)) => {
                    read::failed(described, &error);
                    first_error.get_or_insert(error);
                }
                Err(error) => return Err(error),
            }
        }
    }
    // What is wrong with every comparison is wrong with the baseline or the dictionary.
    match first_error {
        Some(error) if compared.is_empty() => Err(error),
        Some(_) | None => Ok(compared),
    }
}

/// Refuses a pattern of `--role` that names no role of any account.
fn check_patterns(options: &FleetOptions, compared: &[Compared]) -> Result<(), CliError> {
    let lacks_role = |pattern: &&String| !compared.iter().any(|account| account.patterns.contains(*pattern));
    match options.selection.roles.iter().find(lacks_role) {
        Some(pattern) => Err(pipeline::Error::Select(SelectError { pattern: pattern.clone() }).into()),
        None => Ok(()),
    }
}

/// Writes the files and the summary.
fn report(
    args: &Args,
    console: &Console,
    read: &Read<'_>,
    options: &FleetOptions,
    compared: Vec<Compared>,
    folder: Folder,
) -> Result<ExitCode, CliError> {
    let Some(baseline) = read.tried.first() else {
        return Err(CliError::Internal { invariant: "the fleet has a baseline, and it is not there".to_owned() });
    };
    let fails = compared.iter().any(|account| account.fails);
    let fleet = Fleet::new(options, &baseline.named.tag, read.described.clone(), compared);
    let words = |one: &Tried| (one.named.tag.clone(), one.named.source.word());
    let sources: BTreeMap<AccountTag, String> = read.tried.iter().map(words).collect();
    let flags = args.comparison.words() + &args.input.catalogue_words();
    let view = FleetView { fleet: &fleet, folder: None, sources: &sources, flags: &flags };
    let path = folder.write("fleet", &files(&view, args.output.csv()))?;
    let path = path.to_string_lossy();
    let view = FleetView { folder: Some(&path), ..view };
    console.print(|out| write_text(out, &view, console.width()))?;
    Ok(if fails { ExitCode::Different } else { ExitCode::Done })
}
