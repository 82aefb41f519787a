//! Folders with a file for each role and managed policy: `harvest --split` writes them, and every command reads them.

mod error;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::error::CliError;
use super::read_source::ReadSource;
use super::source::{Source, shown};
use crate::evidence::{Digest, Input, InputKind, Sha256};
use crate::model::AccountId;
use crate::parse::snapshot::Snapshot;
use crate::parse::split::{self, ACCOUNT_FILE, POLICIES, ROLES, SplitFile};
use crate::store::folder::Record;
use crate::store::manifest_file::{listed_files, manifest};
use crate::store::{Folder, FolderError, NamedFile, split_folder};
pub use error::SplitPlaceError;

/// What a folder calls the files together.
const REPORT: &str = "split";

impl NamedFile for SplitFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.text.as_bytes())
    }
}

/// Whether the files of a snapshot can be written to a folder, before anything else is written.
pub(super) fn check(folder: &Path, output: Option<&Path>, snapshot: &Snapshot) -> Result<(), CliError> {
    let path = || folder.to_owned();
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if output.is_some_and(|output| real(output) == real(folder)) {
        return Err(SplitPlaceError::Output { path: path() }.into());
    }
    let reports = manifest(folder)?.map(|manifest| manifest.reports).unwrap_or_default();
    if let Some(report) = reports.into_iter().map(|one| one.report).find(|report| report != REPORT) {
        return Err(SplitPlaceError::Report { path: path(), report }.into());
    }
    let listed = listed_files(folder)?;
    for name in split::files(snapshot)?.into_iter().map(|file| file.name) {
        if folder.join(&name).symlink_metadata().is_ok() && !listed.contains(&name) {
            return Err(FolderError::Foreign { path: path(), name }.into());
        }
    }
    let files = split_folder::read(folder, ACCOUNT_FILE, &[])?;
    let there = files.get(ACCOUNT_FILE).and_then(|text| split::account_id(text));
    if let (Some(there), Some(own)) = (there, snapshot.account_id.clone())
        && there != own
    {
        return Err(SplitPlaceError::Account { path: path(), there, own }.into());
    }
    Ok(())
}

/// Writes a snapshot to a folder: what an earlier run wrote there and is not there any more goes away, and nothing else.
pub(super) fn write(folder: Folder, snapshot: &Snapshot) -> Result<PathBuf, CliError> {
    let record = Record { report: REPORT.to_owned(), made: None, parts: Vec::new() };
    Ok(folder.write(record, &split::files(snapshot)?)?)
}

/// Reads the account in a folder.
pub(super) fn read(folder: &Path, account: Option<&AccountId>) -> Result<ReadSource, CliError> {
    let files = split_folder::read(folder, ACCOUNT_FILE, &[ROLES, POLICIES])?;
    let path = shown(folder);
    let path = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(&path);
    let snapshot = split::read(&files, path, &format!("folder {path}"), account)?;
    Ok(ReadSource { snapshot, file: Some(Input::new(InputKind::Account, shown(folder), digest(&files))) })
}

/// The digest of a folder: that of the list which `sha256sum` prints of its files, sorted by name.
fn digest(files: &BTreeMap<String, String>) -> Digest {
    let line = |(name, text): (&String, &String)| format!("{}  {name}\n", Sha256::of(text.as_bytes()));
    Digest::of(files.iter().map(line).collect::<String>().as_bytes())
}

/// The folder that a source is, by its real path: a folder is the same one however it is written.
pub(super) fn folder_of(source: &Source) -> Option<PathBuf> {
    let path = source.file().filter(|path| path.is_dir())?;
    Some(path.canonicalize().unwrap_or_else(|_| path.to_owned()))
}

/// Refuses a word that is a profile by its form, and a folder of this kind and no profile by what is there.
pub(super) fn refuse_word(source: &Source) -> Result<(), CliError> {
    match source {
        Source::Profile(name) if !super::complete::is_profile(name) && Path::new(name).join(ACCOUNT_FILE).is_file() => {
            Err(CliError::FolderAsProfile { name: name.clone() })
        }
        Source::Profile(_) | Source::File(..) | Source::Environment | Source::Role(_) => Ok(()),
    }
}
