//! `iamctl fleet`: any number of accounts, each compared with one baseline.

mod accounts;
mod args;
mod compare;
mod error;
mod output;
mod prepare;
pub(super) mod read;
mod write;

use super::config::FromFile;
use super::console::Console;
use super::error::CliError;
use super::evidence::{Begun, of_snapshot, record};
use super::exit_code::ExitCode;
use super::input_file::InputFile;
use super::reports;
pub(super) use accounts::Baseline;
pub(super) use accounts::all as sources;
pub(super) use args::Args;
pub use error::FleetError;
use prepare::{prepare, unread};
pub(super) use prepare::{tried, wanted};
use read::{Outcome, Tried};
use write::Writer;

use crate::evidence::{Input, Provenance};
use crate::fleet::{Compared, Fleet, FleetAccount, FleetOptions};
use crate::formats::fleet::{accounts_read, has};
use crate::model::Sides;
use crate::pipeline::Options;

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

/// Refuses a pattern of `--role` that names no role of any account.
fn check_patterns(options: &FleetOptions, compared: &[Compared]) -> Result<(), CliError> {
    let lacks_role = |pattern: &&String| !compared.iter().any(|account| account.patterns.contains(*pattern));
    match options.pair.selection.roles.iter().find(lacks_role) {
        Some(pattern) => Err(FleetError::NoRole { pattern: pattern.clone() }.into()),
        None => Ok(()),
    }
}
