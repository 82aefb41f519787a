//! What is read of a folder of reports: its manifest, and the digests of its files. Nothing in it is trusted: it can come from
//! anybody.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::folder_error::FolderError;
use crate::evidence::{Digest, Digesting, MANIFEST_FILE, Manifest};

/// The files that this program wrote to a folder; none if it wrote no report there.
///
/// # Errors
/// If the list of them cannot be read.
pub fn listed_files(folder: &Path) -> Result<BTreeSet<String>, FolderError> {
    Ok(manifest(folder)?.iter().flat_map(Manifest::names).map(str::to_owned).collect())
}

/// The manifest of a folder; none if this program wrote no report there.
///
/// # Errors
/// If it cannot be read.
pub fn manifest(folder: &Path) -> Result<Option<Manifest>, FolderError> {
    let path = folder.join(MANIFEST_FILE);
    match small_text(&path) {
        Ok(text) => match Manifest::read(&text) {
            Ok(manifest) => Ok(Some(manifest)),
            Err(source) => Err(FolderError::Manifest { path, source }),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FolderError::Unreadable { path, source }),
    }
}

/// The most bytes of a manifest: several times that of a folder with a million files.
const MOST_BYTES: u64 = 1 << 28;

/// The text of a small regular file: a pipe or a device could have no end.
///
/// # Errors
/// If it is something else, too large, or no text.
pub fn small_text(path: &Path) -> io::Result<String> {
    let there = path.symlink_metadata()?;
    if !there.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
    }
    if there.len() > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {} MiB", MOST_BYTES >> 20)));
    }
    fs::read_to_string(path)
}

/// Whether a file of this name is there, is a regular file, and no link leads to it.
#[must_use]
pub fn is_regular(folder: &Path, name: &str) -> bool {
    is_place_of_file(folder, name) && folder.join(name).is_file()
}

/// The size and the SHA-256 of a file, read in pieces.
///
/// # Errors
/// If it cannot be read.
pub fn digest(path: &Path) -> io::Result<Digest> {
    let mut digesting = Digesting::new(io::sink());
    io::copy(&mut File::open(path)?, &mut digesting)?;
    Ok(digesting.finish().1)
}

/// Whether a file of this name is, or could be, in the folder itself: no link leads to it, and it is no folder.
pub(super) fn is_place_of_file(folder: &Path, name: &str) -> bool {
    let mut path = folder.to_owned();
    let mut parts = name.split('/').peekable();
    while let Some(part) = parts.next() {
        path.push(part);
        let is_last = parts.peek().is_none();
        match path.symlink_metadata() {
            Ok(there) if is_last => return there.is_file(),
            Ok(there) if !there.is_dir() => return false,
            Ok(_) => {}
            // What is not there can be made; what cannot be looked at is an error later.
            Err(_) => return true,
        }
    }
    true
}
