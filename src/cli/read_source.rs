//! An account that was read from a file or from AWS.

use std::path::Path;

use super::error::CliError;
use super::input_file::InputFile;
use super::source::Source;
use crate::evidence::{Input, InputKind};
use crate::model::AccountId;
use crate::parse::snapshot::{self, Snapshot};

/// An account that was read, and the file it is from, if it is from one.
#[derive(Debug)]
pub(super) struct ReadSource {
    pub snapshot: Snapshot,
    pub file: Option<Input>,
}

/// Reads a snapshot, or the account that is chosen of several.
pub(super) fn read_file(kind: InputKind, path: &Path, account: Option<&AccountId>) -> Result<ReadSource, CliError> {
    let file = InputFile::read(kind, path.to_owned())?;
    let words = Source::File(path.to_owned(), account.cloned()).in_words();
    Ok(ReadSource { snapshot: snapshot::read(&file.text, &words, account)?, file: Some(file.input()) })
}
