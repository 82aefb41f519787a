//! From sources to accounts, and the flags of the commands that read or write any: catalog, accepted entries, output.

use std::path::{Path, PathBuf};

use clap::builder::FalseyValueParser;
use rayon::prelude::*;

use super::config::FromFile;
use super::console::Console;
use super::error::CliError;
use super::init::CATALOGUE_FILE;
use super::input_file::{ACCEPTED_FILE, InputFile, accepted_of, catalogue_of, named_or_here};
use super::read_source::{ReadSource, read_file};
use super::same_account::{self, Reading, Time};
use super::saved_report::{self, SavedReport};
use super::source::Source;
use super::split;
use crate::catalog::Catalogue;
use crate::evidence::InputKind;
use crate::formats::csv;
use crate::formats::files::File;
use crate::model::AcceptedEntry;
use crate::parse::snapshot::Snapshot;
use crate::store::{Folder, FolderError, NamedFile};

/// Flags of the commands that write folders.
#[derive(Debug, clap::Args)]
pub(super) struct OutputArgs {
    /// Output folder [default: a new one in ~/aws-idt/output]
    ///
    /// iamctl creates the folder if it does not exist, and replaces the files of an earlier report of the same kind. Without
    /// this option, each run gets its own folder, `~/aws-idt/output/YYYY/mm/dd/HH/MM/SS`.
    #[arg(long, value_name = "DIR", env = "IAMCTL_OUTPUT")]
    output: Option<PathBuf>,
    /// Do not protect CSV cells against spreadsheet formulas
    ///
    /// By default, iamctl puts an apostrophe before cells that a spreadsheet would run as a formula.
    #[arg(long, env = "IAMCTL_RAW_CSV", value_parser = FalseyValueParser::new())]
    raw_csv: bool,
}

impl OutputArgs {
    /// The folder to write to, already made ready.
    pub(super) fn folder(&self) -> Result<Folder, FolderError> {
        match &self.output {
            Some(path) => Folder::named(path),
            None => {
                let base = directories::BaseDirs::new();
                let time = jiff::Zoned::now().strftime("%Y/%m/%d/%H/%M/%S").to_string();
                Folder::timestamped(base.as_ref().map(directories::BaseDirs::home_dir), &time)
            }
        }
    }

    /// The folder that was named.
    pub(super) fn named(&self) -> Option<&Path> {
        self.output.as_deref()
    }

    /// How CSV files are written.
    pub(super) const fn csv(&self) -> csv::Options {
        csv::Options { raw: self.raw_csv }
    }
}

/// The flag of the commands that need the actions.
#[derive(Debug, clap::Args)]
pub(super) struct CatalogueArgs {
    /// Action catalog [default: iam.json, or the built-in one]
    ///
    /// Without this option, iamctl reads `iam.json` in the current folder if it exists, or else uses the catalog that is
    /// part of the program.
    #[arg(long, value_name = "FILE", env = "IAMCTL_CATALOGUE")]
    catalogue: Option<PathBuf>,
}

/// Flags of the commands that read accounts.
#[derive(Debug, clap::Args)]
pub(super) struct InputArgs {
    #[command(flatten)]
    catalogue: CatalogueArgs,
    /// Time limit of each AWS call in seconds
    ///
    /// Includes retries and slow responses. If AWS throttles a call, iamctl waits and repeats the call until its time is
    /// over.
    #[arg(long, value_name = "SECONDS", env = "IAMCTL_TIMEOUT", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    timeout: u64,
    #[command(flatten)]
    mfa: MfaArgs,
    /// What the config file says besides options.
    #[arg(skip)]
    pub from_file: FromFile,
}

/// How to come by the code of an MFA device.
#[derive(Debug, clap::Args)]
struct MfaArgs {
    /// Code of the MFA device
    ///
    /// For profiles with `mfa_serial`.
    #[arg(long, value_name = "CODE", env = "IAMCTL_MFA_CODE", hide_env_values = true, help_heading = "MFA")]
    mfa_code: Option<String>,
    /// Command that prints the code of the MFA device
    ///
    /// For profiles with `mfa_serial`. Without a code and a command, iamctl asks for the code on the terminal.
    #[arg(long, value_name = "COMMAND", env = "IAMCTL_MFA_COMMAND", help_heading = "MFA")]
    mfa_command: Option<String>,
}

impl CatalogueArgs {
    /// The catalog that was named, or is here, or is embedded.
    pub(super) fn read(&self, console: &Console) -> Result<Catalogue, CliError> {
        Ok(self.read_input(console)?.0)
    }

    /// The same with the file it is from, if it is not the embedded one.
    fn read_input(&self, console: &Console) -> Result<(Catalogue, Option<InputFile>), CliError> {
        let Some(path) = named_or_here(self.catalogue.as_deref(), CATALOGUE_FILE) else {
            return Ok((Catalogue::embedded(), None));
        };
        let file = InputFile::read(InputKind::Catalogue, path)?;
        let catalogue = catalogue_of(&file)?;
        let header = catalogue.header();
        console.note(&format!("catalog: {}, {} actions", file.path.display(), header.actions));
        Ok((catalogue, Some(file)))
    }
}

impl InputArgs {
    /// The option that names the catalog, after a blank; empty if it was not given.
    pub(super) fn catalogue_words(&self) -> String {
        let path = self.catalogue.catalogue.as_deref().map(super::source::shown);
        path.map(|path| format!(" --catalogue {}", crate::report::sentences::quoted(&path))).unwrap_or_default()
    }

    /// As [`CatalogueArgs::read`].
    pub(super) fn catalogue(&self, console: &Console) -> Result<Catalogue, CliError> {
        self.catalogue.read(console)
    }

    /// As [`InputArgs::catalogue`], with the file it is from, if it is not the embedded one.
    pub(super) fn catalogue_input(&self, console: &Console) -> Result<(Catalogue, Option<InputFile>), CliError> {
        self.catalogue.read_input(console)
    }

    /// Reads one source.
    pub(super) fn snapshot(&self, source: &Source, console: &Console) -> Result<Snapshot, CliError> {
        let [read] = self.snapshots([source], true, console)?;
        Ok(read)
    }

    /// Reads the sources, live ones all at once; one snapshot per source, in their order.
    pub(super) fn snapshots<const N: usize>(
        &self,
        sources: [&Source; N],
        allow_same_account: bool,
        console: &Console,
    ) -> Result<[Snapshot; N], CliError> {
        Ok(self.read(sources, allow_same_account, console)?.map(|read| read.snapshot))
    }

    /// The same with the files that they are from.
    pub(super) fn read<const N: usize>(
        &self,
        sources: [&Source; N],
        allow_same_account: bool,
        console: &Console,
    ) -> Result<[ReadSource; N], CliError> {
        for source in sources {
            split::refuse_word(source)?;
            if let Some(path) = saved_report::at(source) {
                let saved = SavedReport::read(&path)?;
                return Err(CliError::FolderAsSource { snapshots: saved.sources().as_ref().map(Source::word), path });
            }
        }
        // All are read at once; of several errors the first in the order of the sources is told.
        let files: Vec<Result<Option<ReadSource>, CliError>> =
            sources.par_iter().map(|source| from_file(source)).collect();
        let files: Vec<Option<ReadSource>> = files.into_iter().collect::<Result<_, _>>()?;
        let read = sources.iter().zip(&files);
        let known: Vec<Reading> =
            read.filter_map(|(source, file)| file.as_ref().map(|file| reading(source, &file.snapshot))).collect();
        if !allow_same_account {
            same_account::refuse(&known)?;
        }
        let live: Vec<&Source> =
            sources.iter().zip(&files).filter(|(_, file)| file.is_none()).map(|(source, _)| *source).collect();
        let read = self.live(&live, &known, allow_same_account, console)?;
        one_each(files, read)
    }

    #[cfg(not(feature = "harvest"))]
    #[expect(clippy::unused_self, reason = "the build with AWS uses the flags")]
    fn live(&self, sources: &[&Source], _: &[Reading], _: bool, _: &Console) -> Result<Vec<Snapshot>, CliError> {
        match sources.first() {
            None => Ok(Vec::new()),
            Some(source) => Err(CliError::NoAws { asked: source.in_words() }),
        }
    }

    #[cfg(feature = "harvest")]
    fn live(
        &self,
        sources: &[&Source],
        known: &[Reading],
        allow_same_account: bool,
        console: &Console,
    ) -> Result<Vec<Snapshot>, CliError> {
        use crate::harvest::{LiveSource, Session};

        let live: Vec<LiveSource> = sources.iter().filter_map(|source| live_source(source)).collect();
        if live.is_empty() {
            return Ok(Vec::new());
        }
        let options = self.live_options(console);
        let watch = super::watch::Watch::new(console, sources.iter().map(|source| source.in_words()).collect());
        // A prompt for an MFA code must have the terminal's line for itself, so nothing spins while this goes on.
        let session = Session::open(&live, &options, &watch)?;
        for identity in session.identities() {
            console.note(&format!("{}: account {} ({})", identity.source, identity.account_id, identity.arn));
        }
        if !allow_same_account {
            let live = session.identities().iter().map(|identity| Reading {
                account_id: Some(identity.account_id.to_string()),
                time: Time::Now,
                folder: None,
            });
            same_account::refuse(&known.iter().cloned().chain(live).collect::<Vec<_>>())?;
        }
        let spinner = console.spinner("reading roles");
        Ok(at_one_time(session.harvest(&watch.with(&spinner))?))
    }
}

/// Hears what became of a source: its place, and what was read.
pub(super) type Done<'d> = dyn Fn(usize, Result<ReadSource, CliError>) + Sync + 'd;

impl InputArgs {
    /// Reads the sources, each on its own: files on all cores, so many live accounts at a time. `done` is called from
    /// several threads, as soon as a source is read.
    pub(super) fn each(
        &self,
        sources: &[&Source],
        concurrency: usize,
        console: &Console,
        done: &Done<'_>,
    ) -> Result<(), CliError> {
        let (files, live): (Vec<_>, Vec<_>) =
            sources.iter().copied().enumerate().partition(|(_, source)| source.file().is_some());
        let read = |source| self.read([source], true, console).map(|[read]| read);
        files.par_iter().for_each(|(place, source)| done(*place, read(source)));
        self.each_live(&live, concurrency, console, done)
    }

    #[cfg(not(feature = "harvest"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as the build with AWS")]
    fn each_live(&self, live: &[(usize, &Source)], _: usize, _: &Console, done: &Done<'_>) -> Result<(), CliError> {
        for (place, source) in live {
            done(*place, Err(CliError::NoAws { asked: source.in_words() }));
        }
        Ok(())
    }

    #[cfg(feature = "harvest")]
    fn each_live(
        &self,
        live: &[(usize, &Source)],
        concurrency: usize,
        console: &Console,
        done: &Done<'_>,
    ) -> Result<(), CliError> {
        use crate::harvest::{LiveSource, harvest_each};

        let sources: Vec<LiveSource> = live.iter().filter_map(|(_, source)| live_source(source)).collect();
        if sources.is_empty() {
            return Ok(());
        }
        let watch = super::watch::Watch::new(console, live.iter().map(|(_, source)| source.in_words()).collect());
        // A file is no live source, and of the others each is one.
        let place = |index: usize| live.get(index).map_or(usize::MAX, |(place, _)| *place);
        harvest_each(&sources, &self.live_options(console), concurrency, &watch, &|index, result| {
            let read = result.map(|snapshot| ReadSource { snapshot, file: None });
            done(place(index), read.map_err(CliError::from));
        })?;
        Ok(())
    }

    #[cfg(feature = "harvest")]
    fn live_options(&self, console: &Console) -> crate::harvest::Options {
        crate::harvest::Options {
            mfa_code: self.mfa.mfa_code.clone(),
            mfa_command: self.mfa.mfa_command.clone(),
            may_prompt: console.may_ask(),
            verbose: console.is_verbose(),
            timeout: Some(std::time::Duration::from_secs(self.timeout)),
        }
    }
}

#[cfg(feature = "harvest")]
fn live_source(source: &Source) -> Option<crate::harvest::LiveSource> {
    match source {
        Source::File(..) => None,
        Source::Profile(name) => Some(crate::harvest::LiveSource::Profile(name.clone())),
        Source::Environment => Some(crate::harvest::LiveSource::Environment),
        Source::Role(role) => Some(crate::harvest::LiveSource::Role(crate::harvest::AssumedRole {
            profile: role.profile.clone(),
            roles: role.roles.clone(),
            external_id: role.external_id.clone(),
        })),
    }
}

/// The snapshots in the order of their sources: those of files, and for the others in turn those that were read live.
fn one_each<const N: usize>(files: Vec<Option<ReadSource>>, live: Vec<Snapshot>) -> Result<[ReadSource; N], CliError> {
    let mut live = live.into_iter().map(|snapshot| ReadSource { snapshot, file: None });
    let all: Vec<ReadSource> = files.into_iter().filter_map(|file| file.or_else(|| live.next())).collect();
    let read = all.len() + live.len();
    all.try_into()
        .ok()
        .filter(|_| read == N)
        .ok_or_else(|| CliError::Internal { invariant: format!("{N} accounts were requested and {read} were read") })
}

fn from_file(source: &Source) -> Result<Option<ReadSource>, CliError> {
    match source {
        Source::Profile(_) | Source::Environment | Source::Role(_) => Ok(None),
        Source::File(path, account) if path.is_dir() => split::read(path, account.as_ref()).map(Some),
        Source::File(path, account) => read_file(InputKind::Account, path, account.as_ref()).map(Some),
    }
}

/// What there is to know of a snapshot whose account may be the other source's too.
fn reading(source: &Source, snapshot: &Snapshot) -> Reading {
    let time = Time::of(snapshot.harvested_at.as_deref());
    Reading { account_id: snapshot.account_id.clone(), time, folder: split::folder_of(source) }
}

/// One account that was read twice at once is no account before and after: which reply came first is chance.
#[cfg(feature = "harvest")]
fn at_one_time(mut snapshots: Vec<Snapshot>) -> Vec<Snapshot> {
    if let [first, second] = snapshots.as_mut_slice()
        && first.account_id == second.account_id
    {
        second.harvested_at.clone_from(&first.harvested_at);
    }
    snapshots
}

/// The accepted entries that were named, or are here, or none; and the file they are from.
pub(super) fn accepted(named: Option<&Path>) -> Result<(Vec<AcceptedEntry>, Option<InputFile>), CliError> {
    let Some(path) = named_or_here(named, ACCEPTED_FILE) else {
        return Ok((Vec::new(), None));
    };
    let file = InputFile::read(InputKind::Accepted, path)?;
    Ok((accepted_of(&file)?, Some(file)))
}

impl NamedFile for File<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn write(&self, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        File::write(self, out)
    }
}
