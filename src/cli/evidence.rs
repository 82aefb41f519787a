//! What a manifest says of a run: the program, the accounts, the inputs.

use std::io;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use rayon::prelude::*;

use super::clock;
use super::config::FromFile;
use super::console::Console;
use super::error::CliError;
use super::reports;
use crate::evidence::{
    CHECKSUM_FILE, ConfigValue, Input, MANIFEST_FILE, Manifest, ManifestFile, ManifestReport, Program, Provenance,
    Sha256, SourceEvidence, checksum_text,
};
use crate::formats::fleet::REPORTS;
use crate::model::AccountTag;
use crate::parse::snapshot::Snapshot;
use crate::report::sentences::counted;
use crate::store::FolderError;
use crate::store::folder::Record;
use crate::store::manifest_file::{digest, is_regular, manifest, small_text};

/// What is known of a run when it begins. Meanwhile a thread reads the file of the program.
pub(super) struct Begun {
    started_at: String,
    program: Option<JoinHandle<Option<Sha256>>>,
    /// The config file, if it decided something, and what.
    config: (Option<Input>, Vec<ConfigValue>),
}

impl Begun {
    /// Notes the time, and what the config file decided.
    pub(super) fn now(from_file: &FromFile) -> Self {
        // A build without optimization is large, and nobody releases it.
        let is_release = !cfg!(debug_assertions);
        Self {
            started_at: clock::now(),
            program: is_release.then(|| std::thread::spawn(sha256_of_program)),
            config: (from_file.input.clone(), from_file.values.clone()),
        }
    }

    /// What the manifest says of the run, but for settings.
    pub(super) fn provenance(self, accounts: Vec<SourceEvidence>, inputs: Vec<Input>) -> Provenance {
        // A thread that cannot end normally has no answer, which is what the manifest says then.
        let sha256 = self.program.and_then(|thread| thread.join().unwrap_or(None));
        let program = Program { sha256, ..this_program() };
        let (file, config) = self.config;
        Provenance {
            program,
            arguments: reports::arguments(),
            environment: reports::environment(),
            started_at: self.started_at,
            accounts,
            inputs: file.into_iter().chain(inputs).collect(),
            config,
            settings: None,
        }
    }
}

/// This program, without the SHA-256 of its file.
pub(super) fn this_program() -> Program {
    Program {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        platform: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
        sha256: None,
    }
}

/// None where the file cannot be read, which the manifest says.
fn sha256_of_program() -> Option<Sha256> {
    let path = std::env::current_exe().ok()?;
    digest(&path).ok().map(|digest| digest.sha256)
}

/// What the manifest says of an account that was read.
pub(super) fn of_snapshot(tag: &AccountTag, source: String, snapshot: &Snapshot) -> SourceEvidence {
    SourceEvidence {
        tag: tag.clone(),
        // What is no account ID, the reader of the account refuses.
        account_id: snapshot.account_id.as_deref().and_then(|id| id.parse().ok()),
        source,
        harvested_at: snapshot.harvested_at.clone(),
        roles: snapshot.roles.len(),
        origin: snapshot.origin.clone(),
    }
}

/// What the folder is told of a report.
pub(super) fn record(report: &str, provenance: Provenance) -> Record {
    Record { report: report.to_owned(), made: Some((provenance, clock::now)), parts: Vec::new() }
}

/// How the files of a folder differ from what its manifest says.
#[derive(Debug, Default)]
pub(super) struct Mismatch {
    /// Files whose contents are others, each with what is wrong.
    pub changed: Vec<(String, String)>,
    /// Files that are not there.
    pub missing: Vec<String>,
}

/// How a file differs from what the manifest says.
enum Fault {
    Changed(String),
    Missing,
}

impl Mismatch {
    /// Of all files that the manifest of a folder lists, and of the manifest itself.
    pub(super) fn of(folder: &Path, manifest: &Manifest) -> Self {
        let listed: Vec<_> =
            manifest.reports.iter().flat_map(|report| report.files.iter().chain(&report.parts)).collect();
        let mut faults: Vec<(String, Option<Fault>)> =
            listed.par_iter().map(|file| (file.name.clone(), fault(folder, file))).collect();
        let of_manifest = checksum_fault(folder, manifest);
        let is_missing = matches!(of_manifest, Some(Fault::Missing));
        let both = format!("{MANIFEST_FILE} or {CHECKSUM_FILE}");
        faults.push((if is_missing { CHECKSUM_FILE.to_owned() } else { both }, of_manifest));
        let mut mismatch = Self::default();
        for (name, fault) in faults {
            match fault {
                Some(Fault::Changed(what)) => mismatch.changed.push((name, what)),
                Some(Fault::Missing) => mismatch.missing.push(name),
                None => {}
            }
        }
        mismatch
    }

    /// Whether a file is not as it was written.
    pub(super) fn has(&self, name: &str) -> bool {
        self.changed.iter().map(|(changed, _)| changed).chain(&self.missing).any(|one| one == name)
    }

    /// Whether all files are as they were written.
    pub(super) fn is_none(&self) -> bool {
        self.changed.is_empty() && self.missing.is_empty()
    }
}

fn fault(folder: &Path, file: &ManifestFile) -> Option<Fault> {
    let path = folder.join(&file.name);
    match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Some(Fault::Missing),
        Ok(_) if !is_regular(folder, &file.name) => return Some(Fault::Changed("it is not a regular file".to_owned())),
        // A file of another size need not be read.
        Ok(there) if there.len() != file.size => {
            return Some(Fault::Changed(format!("{} instead of {}", bytes(there.len()), bytes(file.size))));
        }
        Ok(_) | Err(_) => {}
    }
    match digest(&path) {
        Ok(found) if found == file.digest() => None,
        Ok(found) => Some(Fault::Changed(format!("the same size ({}), but other contents", bytes(found.size)))),
        Err(error) => Some(Fault::Changed(format!("it cannot be read: {error}"))),
    }
}

fn bytes(count: u64) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), "byte")
}

/// What is wrong with the file that has the SHA-256 of the manifest.
fn checksum_fault(folder: &Path, manifest: &Manifest) -> Option<Fault> {
    // The manifest is as iamctl writes it, or it would not have been read.
    let expected = manifest.text().map(|text| checksum_text(&Sha256::of(text.as_bytes())));
    match small_text(&folder.join(CHECKSUM_FILE)) {
        Ok(text) if expected.is_ok_and(|expected| expected == text) => None,
        Ok(_) => Some(Fault::Changed("the recorded SHA-256 is not that of the manifest".to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Fault::Missing),
        Err(error) => Some(Fault::Changed(format!("it cannot be read: {error}"))),
    }
}

/// Says if files of a folder are not as they were written. A folder without a manifest, which another version of iamctl wrote
/// or somebody copied in part, says nothing; a manifest that iamctl did not write is an error.
pub(super) fn warn_of_changes(folder: &Path, console: &Console) -> Result<(), CliError> {
    let told = |text: &str| console.warning(&format!("{}: {text}", folder.display()));
    let Some((around, start, manifest)) = manifest_of(folder)? else { return Ok(()) };
    let Mismatch { changed, missing } = Mismatch::of(&around, &manifest);
    let names = changed.into_iter().map(|(name, _)| name).chain(missing);
    let names: Vec<String> = names.filter(|name| name.starts_with(&start)).collect();
    if let Some(first) = names.first() {
        let such_as = if names.len() > 1 { ", such as" } else { ":" };
        let count = counted(names.len(), "file");
        told(&format!(
            "the folder does not match its manifest: {count} changed or missing{such_as} `{first}`; `iamctl verify` lists them"
        ));
    }
    if let Some(report) = manifest.reports.iter().find(|report| report.report == "diff" && has_lost_files(report)) {
        told(&format!("a later report has replaced files of the report of `{}` in the folder", report.report));
    }
    Ok(())
}

/// Whether another report has files of this one now.
pub(super) fn has_lost_files(report: &ManifestReport) -> bool {
    report.provenance.as_ref().is_some_and(|provenance| provenance.settings.is_none())
}

/// The folder with the manifest that lists the files of a folder, how their names in it begin, and the manifest. The full report
/// of an account is in the folder of its fleet.
fn manifest_of(folder: &Path) -> Result<Option<(PathBuf, String, Manifest)>, FolderError> {
    if let Some(found) = manifest(folder)? {
        return Ok(Some((folder.to_owned(), String::new(), found)));
    }
    // Who cannot say where a folder is has none around it.
    let Ok(folder) = folder.canonicalize() else { return Ok(None) };
    let Some(around) = folder.ancestors().nth(2) else { return Ok(None) };
    let inside: Vec<String> =
        folder.strip_prefix(around).into_iter().flatten().map(|part| part.to_string_lossy().into_owned()).collect();
    match inside.as_slice() {
        [first, tag] if first == REPORTS => {
            let start = format!("{REPORTS}/{tag}/");
            Ok(manifest(around)?.map(|found| (around.to_owned(), start, found)))
        }
        _ => Ok(None),
    }
}
