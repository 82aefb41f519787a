//! `iamctl fleet`: any number of accounts, each compared with one baseline.

mod accounts;
mod compare;
mod error;
mod output;
pub(super) mod read;
mod write;

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::FalseyValueParser;

use super::accounts::{Filter, ListArgs, NamedSource};
use super::comparison::ComparisonArgs;
use super::complete;
use super::config::FromFile;
use super::console::Console;
use super::error::CliError;
use super::evidence::{Begun, of_snapshot, record};
use super::exit_code::ExitCode;
use super::input_file::InputFile;
use super::inputs::{InputArgs, OutputArgs};
use super::reports::{self, Format, ReportArgs};
pub(super) use accounts::Baseline;
pub(super) use accounts::all as sources;
pub use error::FleetError;
use read::{Outcome, Tried};
use write::Writer;

use crate::evidence::{Input, Provenance};
use crate::fleet::{AccountStatus, Compared, Fleet, FleetAccount, FleetOptions};
use crate::formats::fleet::{accounts_read, has};
use crate::model::{Account, AccountTag, Sides};
use crate::pipeline::Options;

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
    /// The tag of one of the accounts, another account as SOURCE=TAG, or `majority`. The baseline is never left out by `--only` or
    /// `--skip`. With `majority`, each role is compared with the role of the most accounts, and no full reports are written.
    #[arg(long, value_name = "BASELINE", env = "IAMCTL_BASELINE")]
    baseline: Baseline,
    /// Folder with snapshots of earlier harvests; can be repeated
    ///
    /// iamctl reads every file that is called TAG_snapshot.json or TAG_snapshot.json.gz, in the folder and in the folders
    /// in it, but not in folders whose names begin with a dot, or that are links. Two files of one tag or of one account are
    /// an error.
    #[arg(long, value_name = "DIR", env = "IAMCTL_SNAPSHOTS", value_delimiter = ',')]
    snapshots: Vec<PathBuf>,
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
    lists: ListArgs,
    #[command(flatten)]
    comparison: ComparisonArgs,
    /// What to print: table, json, ndjson, markdown, or csv
    ///
    /// Without this option, iamctl prints the summary (`table`).
    #[arg(long, value_enum, env = "IAMCTL_FORMAT")]
    format: Option<Format>,
    #[command(flatten)]
    files: ReportArgs,
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
    /// The place of the baseline; none for a majority.
    baseline: Option<usize>,
    tried: &'t [Tried],
    described: Vec<FleetAccount>,
    accounts: Vec<Option<Account>>,
}

/// What the config file says besides options.
pub(super) fn take(args: &mut Args, from_file: FromFile) {
    args.comparison.know(&from_file.known_accounts);
    args.input.from_file = from_file;
}

/// Reads the accounts, compares each with the baseline, writes the reports and the summary.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    // What can be wrong without reading an account is found before reading any.
    if args.baseline == Baseline::Majority && args.comparison.allow_incomplete {
        return Err(FleetError::IncompleteMajority.into());
    }
    if let Some(asked) = args.comparison.fails_on_new()? {
        return Err(CliError::NoEarlier { asked: asked.to_string() });
    }
    if let Some(format) = args.files.formats().find(|format| !has(*format)) {
        return Err(FleetError::NoFormat { format }.into());
    }
    let begun = Begun::now(&args.input.from_file);
    let (listed, list) = args.lists.accounts()?;
    let sources = accounts::all(&args.baseline, &args.accounts, &args.snapshots, listed, console)?;
    let fail_on = args.comparison.fail_on()?.unwrap_or_default();
    let (dictionary, from) = args.comparison.dictionary(console)?;
    let (accepted, accepted_file) = args.comparison.accepted(console)?;
    let (catalogue, catalogue_file) = args.input.catalogue_input(console)?;
    let filter = args.lists.filter();
    let location = reports::location(from.as_ref().map(|file| file.path.as_path()));
    let named: Vec<InputFile> = [from, accepted_file, catalogue_file].into_iter().flatten().collect();
    let files = named.iter().map(|file| file.path.as_path()).chain(args.lists.file());
    args.files.check(args.output.named(), sources.iter().filter_map(|named| named.source.file()).chain(files))?;
    let folder = args.output.folder()?;
    let baseline = (args.baseline != Baseline::Majority).then_some(0);
    let tried = tried(sources, baseline, &args.lists, &args.input, console)?;
    let spinner = console.spinner("reading policies");
    let mut read = prepare(&tried, baseline, &filter)?;
    // Each comparison has tags of its own.
    let first = read.tried.first().map(|one| &one.named.tag).ok_or(FleetError::NoAccount)?;
    let tags = Sides { left: first, right: first };
    let pair = Options {
        selection: args.comparison.selection(),
        allow_incomplete: args.comparison.allow_incomplete,
        severities: args.input.from_file.severities.clone(),
        accepted: Some(accepted),
        ..dictionary.options(tags, catalogue)
    };
    let accounts = read.described.iter().filter_map(|one| Some((one.account_id.clone()?, one.tag.clone()))).collect();
    let mut options = FleetOptions { pair, fail_on, accounts };
    options.prepare().map_err(CliError::from)?;
    let inputs = list.into_iter().chain(named.iter().map(InputFile::input)).collect();
    let provenance = provenance(begun, read.tried, inputs);
    let writer = Writer::new(args, &folder, &options, location, &provenance);
    let is_useless = !args.allow_unread && read.described.iter().any(FleetAccount::is_unread);
    let compared = if is_useless { Vec::new() } else { compare::all(&mut read, &options, &writer, &spinner)? };
    let asked = read.described.iter().filter(|account| !account.is_left_out()).count();
    let unread = unread(&read.described);
    if !unread.is_empty() && (!args.allow_unread || compared.is_empty()) {
        let record = record("fleet", provenance);
        let path = folder.write(record, &[accounts_read(&read.described, args.output.csv())])?;
        let folder = path.to_string_lossy().into_owned();
        return Err(FleetError::Unread { accounts: unread, of: asked, folder }.into());
    }
    check_patterns(&options, &compared)?;
    spinner.say("writing reports");
    let written = writer.finish();
    let fleet = Fleet::new(&options, read.baseline_tag(), read.described.clone(), compared);
    output::write(args, console, &read, &fleet, &written, folder, provenance)
}

/// What the manifest says of the run: the accounts that were read, and the files that they are from.
fn provenance(begun: Begun, tried: &[Tried], mut inputs: Vec<Input>) -> Provenance {
    inputs.extend(tried.iter().filter_map(|one| one.file.clone()));
    let of_one = |one: &Tried| match &one.outcome {
        Outcome::Read(snapshot) => Some(of_snapshot(&one.named.tag, one.named.source.in_words(), snapshot)),
        // accounts_read.csv says why.
        Outcome::Skipped(_) | Outcome::Unread(_) | Outcome::Failed(_) => None,
    };
    begun.provenance(tried.iter().filter_map(of_one).collect(), inputs)
}

/// Reads the sources. That the baseline cannot be read is an error.
pub(super) fn tried(
    sources: Vec<NamedSource>,
    baseline: Option<usize>,
    lists: &ListArgs,
    input: &InputArgs,
    console: &Console,
) -> Result<Vec<Tried>, CliError> {
    // While live accounts are read, the terminal may be needed to ask for a code.
    let are_files = sources.iter().all(|named| named.source.file().is_some());
    let _spinner = are_files.then(|| console.spinner("reading accounts"));
    let mut tried = read::all(sources, baseline, lists, input, console)?;
    match baseline.and_then(|place| read::take_failure(&mut tried, place)) {
        Some(error) => Err(error),
        None => Ok(tried),
    }
}

/// The accounts that are wanted, the baseline first; and which of them could not be read, and why.
pub(super) fn wanted<'t>(tried: &'t [Tried], filter: &Filter) -> Result<(Vec<Wanted<'t>>, Unread), CliError> {
    let Read { tried, described, accounts, .. } = prepare(tried, Some(0), filter)?;
    let tags = tried.iter().map(|one| &one.named.tag);
    // Those without an account are left out, or unread.
    let wanted = tags.zip(accounts).filter_map(|(tag, account)| Some((tag, account?)));
    Ok((wanted.collect(), unread(&described)))
}

/// An account with its tag.
pub(super) type Wanted<'t> = (&'t AccountTag, Account);

/// The accounts that were not read, and why.
pub(super) type Unread = Vec<(AccountTag, String)>;

/// Finds out which accounts are compared, and reads their policies.
fn prepare<'t>(tried: &'t [Tried], baseline: Option<usize>, filter: &Filter) -> Result<Read<'t>, CliError> {
    read::refuse_twice(tried)?;
    let ids: Vec<_> = tried.iter().map(read::id_of).collect();
    let known: Vec<_> = tried.iter().map(|one| &one.named).zip(ids.iter().map(Option::as_ref)).collect();
    filter.check(&known)?;
    let describe = |(place, one): (usize, &Tried)| read::described(one, (Some(place) != baseline).then_some(filter));
    let mut described: Vec<FleetAccount> = tried.iter().enumerate().map(describe).collect();
    if !described.iter().any(|account| !account.baseline && !account.is_left_out()) {
        return Err(FleetError::NothingLeft.into());
    }
    let snapshots: Vec<_> = tried
        .iter()
        .zip(&described)
        .map(|(one, account)| match (&one.outcome, account.status) {
            (Outcome::Read(snapshot), AccountStatus::Read) => Some(&**snapshot),
            (Outcome::Read(_) | Outcome::Skipped(_) | Outcome::Unread(_) | Outcome::Failed(_), _) => None,
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
    Ok(Read { baseline, tried, described, accounts })
}

fn unread(accounts: &[FleetAccount]) -> Unread {
    let unread = accounts.iter().filter(|account| account.is_unread());
    unread.map(|account| (account.tag.clone(), account.why.clone().unwrap_or_default())).collect()
}

/// Refuses a pattern of `--role` that names no role of any account.
fn check_patterns(options: &FleetOptions, compared: &[Compared]) -> Result<(), CliError> {
    let lacks_role = |pattern: &&String| !compared.iter().any(|account| account.patterns.contains(*pattern));
    match options.pair.selection.roles.iter().find(lacks_role) {
        Some(pattern) => Err(FleetError::NoRole { pattern: pattern.clone() }.into()),
        None => Ok(()),
    }
}

impl Read<'_> {
    /// The tag of the baseline; none for a majority.
    fn baseline_tag(&self) -> Option<&AccountTag> {
        self.baseline.and_then(|place| self.tried.get(place)).map(|one| &one.named.tag)
    }
}
