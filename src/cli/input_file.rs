//! Files that a comparison is made of besides the accounts: dictionary, accepted entries, catalog.

use std::path::{Path, PathBuf};

use super::error::CliError;
use super::source::shown;
use crate::catalog::Catalogue;
use crate::evidence::{Digest, Input, InputKind};
use crate::model::{AcceptedEntry, AccountTag, EquivalencyList};
use crate::parse::{JsonError, accepted, equivalency};
use crate::store::text_file::{self, TextFile};

/// A file that was read, and its text.
#[derive(Debug)]
pub(super) struct InputFile {
    pub kind: InputKind,
    pub path: PathBuf,
    pub digest: Digest,
    pub text: String,
    /// The bytes of the file, if they are not those of the text.
    pub raw: Option<Vec<u8>>,
}

impl InputFile {
    /// Reads a file.
    pub(super) fn read(kind: InputKind, path: PathBuf) -> Result<Self, CliError> {
        let TextFile { text, digest, raw } = text_file::read_whole(&path)?;
        Ok(Self { kind, path, digest, text, raw })
    }

    /// Its bytes as they are in the file.
    pub(super) fn bytes(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(self.text.as_bytes())
    }

    /// The file as a manifest has it.
    pub(super) fn input(&self) -> Input {
        Input::new(self.kind, shown(&self.path), self.digest.clone())
    }
}

/// The name of the file of accepted differences.
pub(super) const ACCEPTED_FILE: &str = "accepted.json";

/// The file that was named, or the one of this name in the current folder if it is there.
pub(super) fn named_or_here(named: Option<&Path>, here: &str) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(|| Some(PathBuf::from(here)).filter(|path| path.exists()))
}

/// The copies of the inputs in the folder of a report, with which it can be made again.
pub(super) const DICTIONARY_COPY: &str = "inputs/equivalency_list.json";
pub(super) const ACCEPTED_COPY: &str = "inputs/accepted.json";
pub(super) const CATALOGUE_COPY: &str = "inputs/iam.json";

/// The copy of the catalog that a harvest was made with. Its name has the tag, so that each of several harvests in one folder
/// has its own.
pub(super) fn catalogue_copy(tag: &AccountTag) -> String {
    format!("inputs/{tag}_iam.json")
}

/// The catalog in a file.
pub(super) fn catalogue_of(file: &InputFile) -> Result<Catalogue, CliError> {
    Catalogue::read(&file.text).map_err(|source| CliError::Catalogue { path: file.path.clone(), source })
}

/// The dictionary in a file.
pub(super) fn dictionary_of(file: &InputFile) -> Result<EquivalencyList, CliError> {
    let other = |path, problem| CliError::Dictionary { path, problem };
    equivalency::read(&file.text).map_err(|problem| unreadable(file, problem, other))
}

/// The accepted entries in a file.
pub(super) fn accepted_of(file: &InputFile) -> Result<Vec<AcceptedEntry>, CliError> {
    let other = |path, problem| CliError::Accepted { path, problem };
    accepted::read(&file.text).map_err(|problem| unreadable(file, problem, other))
}

/// The error of a file that is not of its form.
fn unreadable(file: &InputFile, problem: JsonError, other: fn(PathBuf, JsonError) -> CliError) -> CliError {
    let quote = typographic_quote(&file.path, &file.text, &problem);
    quote.unwrap_or_else(|| other(file.path.clone(), problem))
}

/// That a text is no JSON because of the quotation marks of a word processor, if that is why.
fn typographic_quote(path: &Path, text: &str, problem: &JsonError) -> Option<CliError> {
    let line = text.lines().nth(problem.line().checked_sub(1)?)?;
    let quote = line.chars().find(|c| matches!(c, '“' | '”' | '„' | '‘' | '’' | '«' | '»'))?;
    Some(CliError::TypographicQuote { path: path.to_owned(), quote, line: problem.line() })
}
