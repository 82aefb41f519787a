//! A folder compared with its manifest.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

use super::super::error::CliError;
use super::super::evidence::Mismatch;
use super::error::VerifyError;
use crate::evidence::{MANIFEST_FILE, Manifest, Sha256};
use crate::store::folder::OWN;
use crate::store::manifest_file::manifest;

/// A folder with a manifest.
pub(super) struct Checked {
    pub(super) folder: PathBuf,
    /// How it is called inside the folder that was named, with a `/` at the end; empty for that folder.
    pub(super) name: String,
    pub(super) manifest: Manifest,
    pub(super) sha256: Sha256,
    pub(super) mismatch: Mismatch,
    /// Files that no manifest lists.
    pub(super) extra: Vec<String>,
}

impl Checked {
    /// Checks a folder and those in it that belong to it.
    pub(super) fn all(folder: &Path, name: &str, found: &mut Vec<Self>) -> Result<(), CliError> {
        if !folder.is_dir() {
            return Err(VerifyError::NoFolder { path: folder.to_owned() }.into());
        }
        let Some(manifest) = manifest(folder)? else {
            return Err(VerifyError::NoManifest { path: folder.to_owned() }.into());
        };
        // The manifest is as iamctl writes it, or it would not have been read.
        let text = manifest.text().map_err(|error| CliError::Internal { invariant: error.to_string() })?;
        let sha256 = Sha256::of(text.as_bytes());
        let mismatch = Mismatch::of(folder, &manifest);
        let parts: Vec<String> = manifest
            .reports
            .iter()
            .flat_map(|report| &report.parts)
            .filter_map(|part| part.name.strip_suffix(&format!("/{MANIFEST_FILE}")).map(str::to_owned))
            .collect();
        let mut known: BTreeSet<String> = manifest.names().chain(OWN).map(str::to_owned).collect();
        known.extend(parts.iter().map(|part| format!("{part}/")));
        let mut extra = Vec::new();
        extras(folder, "", &known, &mut extra)
            .map_err(|source| VerifyError::Unreadable { path: folder.to_owned(), source })?;
        // A part whose manifest is missing or was changed is told already. No link leads to the others.
        let is_there = |part: &&String| !mismatch.has(&format!("{part}/{MANIFEST_FILE}"));
        let inside: Vec<String> = parts.iter().filter(is_there).cloned().collect();
        extra.sort();
        found.push(Self { folder: folder.to_owned(), name: name.to_owned(), manifest, sha256, mismatch, extra });
        inside.iter().try_for_each(|part| Self::all(&folder.join(part), &format!("{name}{part}/"), found))
    }
}

/// The files in a folder that are not known. A known name with `/` at its end is a folder with a manifest of its own.
fn extras(folder: &Path, start: &str, known: &BTreeSet<String>, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{start}{}", entry.file_name().to_string_lossy());
        let inside = format!("{name}/");
        if !entry.file_type()?.is_dir() {
            found.extend(Some(name).filter(|name| !known.contains(name)));
        } else if !known.contains(&inside) {
            extras(&entry.path(), &inside, known, found)?;
        }
    }
    Ok(())
}
