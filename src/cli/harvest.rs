//! `iamctl harvest`: one account to a folder, or the accounts of a list.

mod many;

use std::path::PathBuf;

use super::accounts::ListArgs;
use super::complete;
use super::config::FromFile;
use super::console::Console;
use super::error::CliError;
use super::evidence::{Begun, of_snapshot, record};
use super::exit_code::ExitCode;
use super::fleet::FleetError;
use super::input_file::{InputFile, catalogue_copy};
use super::inputs::{InputArgs, OutputArgs};
use super::source::Source;
use super::split;
use crate::evidence::{HarvestSettings, Provenance, Settings};
use crate::formats::escape::terminal;
use crate::formats::files::{File, Harvest, of_harvest};
use crate::model::AccountTag;
use crate::parse::account::account;
use crate::report::sentences::counted;
use crate::store::Folder;

/// What `harvest` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// AWS profile, snapshot file, or `env:`
    ///
    /// `env:` stands for the credentials of the environment. A word with a path separator, or that ends in `.json` or
    /// `.json.gz`, is a file: a snapshot, or the output of `aws iam get-account-authorization-details`; or a folder that
    /// `iamctl harvest --split` wrote. Any other word is a profile of the AWS config.
    /// `FILE#ACCOUNT_ID` is one account of a file that contains several.
    #[arg(value_name = "SOURCE", required_unless_present_any = ["file", "profiles"], conflicts_with_all = ["file", "profiles"], requires = "tag", add = complete::source())]
    source: Option<Source>,
    /// Short name of the account, such as `dev`
    ///
    /// The tag names the account in file names: 1 to 64 letters, digits, `.`, `_`, or `-`, the first one a letter or digit.
    #[arg(value_name = "TAG")]
    tag: Option<AccountTag>,
    #[command(flatten)]
    lists: ListArgs,
    #[command(flatten)]
    resume: many::ResumeArgs,
    /// Also write one file for each role and managed policy to DIR, for git
    ///
    /// The same account gives the same files, so that `git diff` shows what has changed in which role. iamctl removes the files
    /// of roles and policies that do not exist any more, and touches no other files. Every command reads DIR as a source.
    #[arg(long, value_name = "DIR", env = "IAMCTL_SPLIT", requires = "source", value_hint = clap::ValueHint::DirPath)]
    split: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    input: InputArgs,
}

/// What the config file says besides options.
pub(super) fn take(args: &mut Args, from_file: FromFile) {
    args.input.from_file = from_file;
}

/// Reads the account and writes its files.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let (Some(source), Some(tag)) = (&args.source, &args.tag) else { return many::run(args, console) };
    if let Some(flag) = args.lists.of_many().or(args.resume.of_many()) {
        return Err(FleetError::OfMany { flag }.into());
    }
    let begun = Begun::now(&args.input.from_file);
    let (catalogue, catalogue_file) = args.input.catalogue_input(console)?;
    let folder = args.output.folder()?;
    let split = args.split.as_deref().map(Folder::named).transpose()?;
    let [read] = &args.input.read([source], true, console)?;
    let snapshot = &read.snapshot;
    args.split.as_deref().map(|folder| split::check(folder, args.output.named(), snapshot)).transpose()?;
    let account = account(snapshot)?;
    if account.roles.is_empty() {
        console.warning(&format!("{tag}: the account has no roles"));
    }
    let origin = source.origin();
    let harvest = Harvest { tag, origin: &origin, account: &account, snapshot };
    let mut files = of_harvest(harvest, &catalogue, args.output.csv(), &[]);
    let inputs = read.file.clone().into_iter().chain(catalogue_file.as_ref().map(InputFile::input)).collect();
    if let Some(file) = &catalogue_file {
        files.push(File::new(catalogue_copy(tag), move |out| out.write_all(file.bytes())));
    }
    let settings =
        HarvestSettings { tag: tag.clone(), origin: origin.clone(), skip_items: false, raw_csv: args.output.csv().raw };
    let provenance = Provenance {
        settings: Some(Settings::Harvest(settings)),
        ..begun.provenance(vec![of_snapshot(tag, source.in_words(), snapshot)], inputs)
    };
    let path = folder.write(record(&format!("harvest {tag}"), provenance), &files)?;
    let split = split.map(|folder| split::write(folder, snapshot)).transpose()?;
    console.print(|out| {
        let id = account.id.as_ref().map_or("with unknown ID", |id| id.as_str());
        writeln!(out, "{tag}: account {id}, {}", counted(account.roles.len(), "role"))?;
        writeln!(out, "Files: {}", terminal(&path.to_string_lossy()))?;
        match split {
            Some(path) => writeln!(out, "Roles and policies: {}", terminal(&path.to_string_lossy())),
            None => Ok(()),
        }
    })?;
    Ok(ExitCode::Done)
}

/// How far a source is: in words, and in roles of how many once that is known.
#[cfg(feature = "harvest")]
type Far = (String, Option<(usize, usize)>);

/// Shows on the console what goes on while accounts are read.
#[cfg(feature = "harvest")]
#[derive(Debug)]
pub(super) struct Watch<'a> {
    console: &'a Console,
    spinner: Option<&'a super::console::Spinner<'a>>,
    names: Vec<String>,
    progress: std::sync::Mutex<std::collections::BTreeMap<usize, Far>>,
    /// When each source last said that it waits.
    waited: std::sync::Mutex<std::collections::BTreeMap<usize, std::time::Instant>>,
}

#[cfg(feature = "harvest")]
impl<'a> Watch<'a> {
    /// Watches the sources of these names.
    pub(super) fn new(console: &'a Console, names: Vec<String>) -> Self {
        let (progress, waited) = Default::default();
        Self { console, spinner: None, names, progress, waited }
    }

    /// The same with a spinner that shows how far each source is.
    pub(super) fn with(&self, spinner: &'a super::console::Spinner<'a>) -> Self {
        Self { spinner: Some(spinner), ..Self::new(self.console, self.names.clone()) }
    }

    fn line(&self, source: usize, text: &str, warn: bool) {
        let text = format!("{}: {text}", self.names.get(source).map_or("", String::as_str));
        let tell = || if warn { self.console.warning(&text) } else { self.console.note(&text) };
        match self.spinner {
            Some(spinner) => spinner.above(tell),
            None => tell(),
        }
    }

    /// A bar with the time left as soon as every source knows how many roles it has; until then, words.
    fn far(&self, source: usize, text: String, roles: Option<(usize, usize)>) {
        let mut progress = self.progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        progress.insert(source, (text, roles));
        let Some(spinner) = self.spinner else { return };
        let known: Vec<(usize, usize)> = progress.values().filter_map(|(_, roles)| *roles).collect();
        if known.len() == self.names.len() {
            spinner.roles(known.iter().map(|(done, _)| done).sum(), known.iter().map(|(_, total)| total).sum());
            return;
        }
        let parts = progress
            .iter()
            .map(|(source, (text, _))| format!("{}: {text}", self.names.get(*source).map_or("", String::as_str)));
        spinner.far(&parts.collect::<Vec<_>>().join(", "));
    }

    /// On a terminal with a spinner, in its line; otherwise a line now and then. A call that works at the second attempt
    /// is nothing to talk of.
    fn waits(&self, source: usize, text: &str, attempt: u32) {
        let text = format!("waiting for AWS: {text}");
        if let Some(spinner) = self.spinner.filter(|_| self.console.shows_progress()) {
            return spinner.waits(&format!("{}: {text}", self.names.get(source).map_or("", String::as_str)));
        }
        let mut waited = self.waited.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let is_due = waited.get(&source).is_none_or(|at| at.elapsed() >= super::console::LOG_EVERY);
        if attempt > 2 && is_due {
            waited.insert(source, std::time::Instant::now());
            self.line(source, &text, false);
        }
    }

    /// Whether a source knows how many roles it has: what it calls meanwhile is of no interest.
    fn counts(&self, source: usize) -> bool {
        let progress = self.progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        progress.get(&source).is_some_and(|(_, roles)| roles.is_some())
    }
}

#[cfg(feature = "harvest")]
impl crate::harvest::Observer for Watch<'_> {
    fn observe(&self, event: crate::harvest::Event) {
        use crate::harvest::Event;
        match event {
            Event::Note { source, text } => self.line(source, &text, false),
            Event::Warning { source, text } => self.line(source, &text, true),
            Event::Call { source, .. } if self.counts(source) => {}
            Event::Call { source, call } => self.far(source, call.to_owned(), None),
            Event::Roles { source, done, total: Some(total) } => {
                self.far(source, format!("{done} of {}", counted(total, "role")), Some((done, total)));
            }
            Event::Roles { source, done, total: None } => self.far(source, counted(done, "role"), None),
            Event::Waiting { source, call: _, reason, attempt, elapsed } => {
                self.waits(source, &format!("{reason}; attempt {attempt}, {} s so far", elapsed.as_secs()), attempt);
            }
            Event::Done { source, roles, requests } => {
                self.line(source, &format!("{} in {}", counted(roles, "role"), counted(requests, "request")), false);
            }
        }
    }
}
