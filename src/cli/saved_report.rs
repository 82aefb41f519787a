//! The folder of an earlier `diff`, read again: its report, its snapshots, and what they were compared under.

use std::path::{Path, PathBuf};

use super::complete;
use super::console::Console;
use super::dictionary::Dictionary;
use super::error::CliError;
use super::evidence::warn_of_changes;
use super::input_file::InputFile;
use super::read_source::{ReadSource, read_file};
use super::source::Source;
use crate::evidence::{Input, InputKind};
use crate::model::{AccountTag, Side, Sides};
use crate::normalise::{Builtin, Builtins};
use crate::report::{self, ReadError, Report};
use crate::store::manifest_file::listed_files;

/// The name of the report in its folder.
pub(super) const REPORT_FILE: &str = "report.json";

/// A report, and where it is.
pub(super) struct SavedReport {
    pub report: Report,
    /// The file of the report, as a manifest has it.
    pub input: Input,
    folder: PathBuf,
}

/// The report folder that a word means where a source is expected: a folder with a report, but not what is a profile
/// as well.
pub(super) fn at(word: &Source) -> Option<PathBuf> {
    let folder = match word {
        Source::File(path, _) => path.clone(),
        Source::Profile(name) if complete::is_profile(name) => return None,
        Source::Profile(name) => PathBuf::from(name),
        Source::Environment | Source::Role(_) => return None,
    };
    folder.join(REPORT_FILE).is_file().then_some(folder)
}

impl SavedReport {
    /// Reads the report of a folder.
    pub(super) fn read(folder: &Path) -> Result<Self, CliError> {
        Self::read_with(folder, report::read)
    }

    /// The same, for what is said about the report: warns if the folder is not as it was written.
    pub(super) fn read_checked(folder: &Path, console: &Console) -> Result<Self, CliError> {
        let saved = Self::read(folder)?;
        warn_of_changes(folder, console)?;
        Ok(saved)
    }

    /// Reads the report of a folder, or a `report.json` itself, to compare it with another one: another version of iamctl
    /// may have written it.
    pub(super) fn to_compare(path: &Path) -> Result<Self, CliError> {
        let is_file = path.is_file() && path.file_name().is_some_and(|name| name == REPORT_FILE);
        // A file without a folder is in this one.
        let around = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        Self::read_with(if is_file { around } else { path }, report::read_again)
    }

    fn read_with(folder: &Path, read: impl FnOnce(&str) -> Result<Report, ReadError>) -> Result<Self, CliError> {
        let path = folder.join(REPORT_FILE);
        if !path.is_file() {
            return Err(CliError::NoReport { path: folder.to_owned() });
        }
        let file = InputFile::read(InputKind::EarlierReport, path)?;
        let report = read(&file.text).map_err(|source| CliError::Report { path: file.path.clone(), source })?;
        Ok(Self { report, input: file.input(), folder: folder.to_owned() })
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files of its folder that iamctl wrote, or the report alone if no list says which these are.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let mut names = listed_files(&self.folder).unwrap_or_default();
        names.insert(REPORT_FILE.to_owned());
        names.into_iter().map(|name| self.folder.join(name)).collect()
    }

    /// The tags of the two accounts.
    pub(super) fn tags(&self) -> Sides<&AccountTag> {
        self.report.accounts.as_ref().map(|account| &account.tag)
    }

    /// The snapshots of the two accounts.
    pub(super) fn sources(&self) -> Sides<Source> {
        self.tags().map(|tag| self.snapshot(tag))
    }

    /// The snapshot of the account with a tag.
    pub(super) fn snapshot(&self, tag: &AccountTag) -> Source {
        Source::File(self.folder.join(format!("{tag}_snapshot.json")), None)
    }

    /// The snapshots of the two accounts, read.
    pub(super) fn snapshots(&self) -> Result<Sides<ReadSource>, CliError> {
        let read = |tag: &AccountTag| {
            let path = self.folder.join(format!("{tag}_snapshot.json"));
            read_file(InputKind::EarlierSnapshot, &path, None)
        };
        let tags = self.tags();
        Ok(Sides { left: read(tags.left)?, right: read(tags.right)? })
    }

    /// What the accounts were compared under.
    pub(super) fn dictionary(&self) -> Result<Dictionary, CliError> {
        let mut builtins = Builtins::default();
        for rule in Builtin::ALL.into_iter().filter(|rule| !self.report.builtin_rules.contains(rule)) {
            builtins = builtins.without(rule.as_str()).map_err(CliError::Builtin)?;
        }
        Ok(Dictionary { list: self.report.dictionary.clone(), builtins })
    }

    /// Which account a tag means: a tag of the report, or `left` and `right`.
    pub(super) fn side(&self, tag: &AccountTag) -> Result<Side, CliError> {
        let tags = self.tags();
        let named = Side::BOTH.into_iter().find(|side| tags.get(*side).as_str().eq_ignore_ascii_case(tag.as_str()));
        let plain = match tag.as_str().to_ascii_lowercase().as_str() {
            "left" => Some(Side::Left),
            "right" => Some(Side::Right),
            _ => None,
        };
        named.or(plain).ok_or_else(|| CliError::UnknownSide { side: tag.clone(), tags: tags.map(Clone::clone) })
    }
}
