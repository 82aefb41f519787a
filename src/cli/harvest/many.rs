//! `iamctl harvest --accounts FILE --output DIR`: many accounts, each snapshot written as soon as it is there.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::super::accounts::{NamedSource, refuse_same_tags};
use super::super::clock;
use super::super::console::Console;
use super::super::error::CliError;
use super::super::evidence::{Begun, of_snapshot, record};
use super::super::exit_code::ExitCode;
use super::super::fleet::FleetError;
use super::super::fleet::read::{in_words, status_of};
use super::super::read_source::read_file;
use super::super::source::Source;
use super::args::Args;
use crate::evidence::{HarvestSettings, InputKind, MANIFEST_FILE, ManifestFile, Provenance, Settings, SourceEvidence};
use crate::fleet::{AccountStatus, FleetAccount};
use crate::formats::csv;
use crate::formats::escape::terminal;
use crate::formats::files::snapshot_file;
use crate::formats::fleet::accounts_read;
use crate::model::AccountId;
use crate::parse::account::account;
use crate::parse::snapshot::Snapshot;
use crate::report::sentences::counted;
use crate::store::folder::Record;
use crate::store::manifest_file::digest;
use crate::store::{Folder, FolderError};

/// An account of the list, and what became of it.
struct One<'n> {
    named: &'n NamedSource,
    account: FleetAccount,
    folder: PathBuf,
    /// What the manifest says of the account, once it is read.
    evidence: Option<SourceEvidence>,
}

/// Reads the accounts and writes their snapshots.
pub(super) fn run(args: &Args, console: &Console) -> Result<ExitCode, CliError> {
    let begun = Begun::now(&args.input.from_file);
    let (named, list) = args.lists.accounts()?;
    refuse_same_tags(&named)?;
    let filter = args.lists.filter();
    filter.check(&named.iter().map(|one| (one, one.id())).collect::<Vec<_>>())?;
    let oldest = args.resume.oldest(clock::instant())?;
    let Some(folder) = args.output.named() else { return Err(FleetError::NoOutput.into()) };
    let describe = |named| {
        let one = described(named, filter.why_skipped(named, None), folder);
        if args.resume.resume { kept(one, oldest) } else { one }
    };
    let all: Vec<Mutex<One<'_>>> = named.iter().map(describe).map(Mutex::new).collect();
    let is_missing = |one: &&Mutex<One<'_>>| lock(one).account.status == AccountStatus::Failed;
    let asked: Vec<&Mutex<One<'_>>> = all.iter().filter(is_missing).collect();
    if !all.iter().any(|one| !lock(one).account.is_left_out()) {
        return Err(FleetError::NothingLeft.into());
    }
    let provenance = begun.provenance(Vec::new(), list.into_iter().collect());
    let list = List { all: &all, folder, csv: args.output.csv(), provenance: &provenance, writing: Mutex::default() };
    // A run that is cut off leaves a list that says what it did not read.
    list.write()?;
    let sources: Vec<&Source> = asked.iter().map(|one| &lock(one).named.source).collect();
    args.input.each(&sources, args.lists.concurrency(), console, &|index, result| {
        let Some(one) = asked.get(index) else { return };
        lock(one).finish(result.map(|read| read.snapshot), &provenance, console);
        // At the end it is written once more, and then it is an error if it cannot be.
        drop(list.write());
    })?;
    list.write()?;
    finish(console, &list.accounts(), folder)
}

/// The list of accounts, which is always as far as the reading is.
struct List<'l, 'n> {
    all: &'l [Mutex<One<'n>>],
    folder: &'l Path,
    csv: csv::Options,
    provenance: &'l Provenance,
    writing: Mutex<()>,
}

impl List<'_, '_> {
    /// The accounts, sorted by tag.
    fn accounts(&self) -> Vec<FleetAccount> {
        let mut accounts: Vec<FleetAccount> = self.all.iter().map(|one| lock(one).account.clone()).collect();
        accounts.sort_by(|a, b| a.tag.cmp(&b.tag));
        accounts
    }

    /// The manifests of the accounts that are read by now.
    fn parts(&self, accounts: &[FleetAccount]) -> Result<Vec<ManifestFile>, CliError> {
        let read = accounts.iter().filter(|account| account.status == AccountStatus::Read);
        let part = |account: &FleetAccount| {
            let name = format!("{}/{MANIFEST_FILE}", account.tag);
            let path = self.folder.join(&name);
            match digest(&path) {
                Ok(digest) => Ok(Some(ManifestFile::new(name, digest))),
                // `--resume` keeps a snapshot that another version of iamctl wrote, or that was copied without its manifest.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
                Err(source) => Err(CliError::from(FolderError::Unreadable { path, source })),
            }
        };
        read.filter_map(|account| part(account).transpose()).collect()
    }

    fn evidence(&self) -> Vec<SourceEvidence> {
        // An account that was not read yet has none; accounts_read.csv says why.
        self.all.iter().filter_map(|one| lock(one).evidence.clone()).collect()
    }

    fn write(&self) -> Result<(), CliError> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let accounts = self.accounts();
        let provenance = Provenance { accounts: self.evidence(), ..self.provenance.clone() };
        let record = Record { parts: self.parts(&accounts)?, ..record("accounts", provenance) };
        Folder::named(self.folder)?.write(record, &[accounts_read(&accounts, self.csv)])?;
        Ok(())
    }
}

fn lock<'m, 'n>(one: &'m Mutex<One<'n>>) -> std::sync::MutexGuard<'m, One<'n>> {
    one.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says what was read.
fn finish(console: &Console, accounts: &[FleetAccount], folder: &Path) -> Result<ExitCode, CliError> {
    let folder = folder.to_string_lossy().into_owned();
    let count = |status: AccountStatus| accounts.iter().filter(|account| account.status == status).count();
    let parts = AccountStatus::ALL.into_iter().filter(|status| count(*status) > 0);
    let parts: Vec<String> = parts.map(|status| format!("{} {status}", count(status))).collect();
    console.print(|out| {
        writeln!(out, "{}: {}", counted(accounts.len(), "account"), parts.join(", "))?;
        writeln!(out, "Snapshots: {}", terminal(&folder))
    })?;
    let unread: Vec<_> = accounts.iter().filter(|account| account.is_unread()).collect();
    if unread.is_empty() {
        return Ok(ExitCode::Done);
    }
    let of = accounts.iter().filter(|account| !account.is_left_out()).count();
    let accounts = unread.into_iter().map(|one| (one.tag.clone(), one.why.clone().unwrap_or_default())).collect();
    Err(FleetError::NotHarvested { accounts, of, folder }.into())
}

/// An account that was not read yet, or will not be.
fn described<'n>(named: &'n NamedSource, skipped: Option<String>, folder: &Path) -> One<'n> {
    let (status, why) = match (skipped, &named.unread) {
        (Some(why), _) => (AccountStatus::Skipped, Some(why)),
        (None, Some(unread)) => (unread.status, Some(unread.why.clone())),
        // Until it is read.
        (None, None) => (AccountStatus::Failed, Some("the harvest ended before the account was read".to_owned())),
    };
    let account = FleetAccount {
        account_id: named.id().cloned(),
        labels: named.labels.clone(),
        status,
        why,
        ..FleetAccount::new(named.tag.clone(), named.source.in_words())
    };
    One { named, account, folder: folder.join(named.tag.as_str()), evidence: None }
}

/// The account as read, if its snapshot is there and good.
fn kept(one: One<'_>, oldest: Timestamp) -> One<'_> {
    let path = one.folder.join(format!("{}_snapshot.json", one.named.tag));
    if one.account.status != AccountStatus::Failed || !path.exists() {
        return one;
    }
    let snapshot = read_file(InputKind::Account, &path, None).and_then(|read| one.named.checked(read.snapshot));
    let is_young = |snapshot: &Snapshot| {
        let time = snapshot.harvested_at.as_deref().and_then(|time| time.parse::<Timestamp>().ok());
        time.is_some_and(|time| time >= oldest)
    };
    match snapshot {
        Ok(snapshot) if is_young(&snapshot) => {
            let account = read(&one.account, &snapshot, Some("kept from an earlier run".to_owned()));
            let evidence = Some(of_snapshot(&one.named.tag, one.named.source.in_words(), &snapshot));
            One { account, evidence, ..one }
        }
        Ok(_) | Err(_) => one,
    }
}

fn read(account: &FleetAccount, snapshot: &Snapshot, why: Option<String>) -> FleetAccount {
    FleetAccount {
        account_id: snapshot.account_id.as_deref().and_then(|id| id.parse::<AccountId>().ok()),
        status: AccountStatus::Read,
        why,
        roles: Some(snapshot.roles.len()),
        harvested_at: snapshot.harvested_at.clone(),
        ..account.clone()
    }
}

impl One<'_> {
    /// Writes the snapshot, or notes why there is none.
    fn finish(&mut self, result: Result<Snapshot, CliError>, run: &Provenance, console: &Console) {
        match result.and_then(|snapshot| self.write(snapshot, run)) {
            Ok((snapshot, evidence)) => {
                self.account = read(&self.account, &snapshot, None);
                self.evidence = Some(evidence);
            }
            Err(error) => {
                self.account.status = status_of(&error);
                self.account.why = Some(in_words(&error));
                console.warning(&format!("{}: {}", self.named.tag, in_words(&error)));
            }
        }
    }

    /// Writes the snapshot, whole, into the folder of the account.
    fn write(&self, snapshot: Snapshot, run: &Provenance) -> Result<(Snapshot, SourceEvidence), CliError> {
        let snapshot = self.named.checked(snapshot)?;
        // What cannot be compared later is no snapshot.
        account(&snapshot)?;
        let tag = &self.named.tag;
        let source = &self.named.source;
        let settings = HarvestSettings { tag: tag.clone(), origin: source.origin(), skip_items: true, raw_csv: false };
        let evidence = of_snapshot(tag, source.in_words(), &snapshot);
        let provenance =
            Provenance { accounts: vec![evidence.clone()], settings: Some(Settings::Harvest(settings)), ..run.clone() };
        Folder::named(&self.folder)?
            .write(record(&format!("harvest {tag}"), provenance), &[snapshot_file(tag, &snapshot)])?;
        Ok((snapshot, evidence))
    }
}
