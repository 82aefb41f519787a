//! The snapshots in folders of earlier harvests and comparisons.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The ends of the names of snapshots.
const ENDS: [&str; 2] = ["_snapshot.json", "_snapshot.json.gz"];

/// A snapshot that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSnapshot {
    /// The file.
    pub path: PathBuf,
    /// What its name says before `_snapshot`.
    pub tag: String,
}

/// Why snapshots were not looked for.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the folder `{}`", .path.display())]
pub struct SearchError {
    /// The folder.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

/// The files that make a folder one with the report of a comparison.
const REPORTS: [&str; 2] = ["report.json", "fleet.json"];

/// What was found in a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The snapshots, sorted by path.
    pub snapshots: Vec<FoundSnapshot>,
    /// Folders that were not searched, since they contain the report of a comparison, sorted.
    pub reports: Vec<PathBuf>,
    /// The lists of accounts that a harvest of many accounts has left, sorted.
    pub lists: Vec<PathBuf>,
}

/// The list of accounts that a harvest leaves in its folder.
const LIST: &str = "accounts_read.csv";

/// All files called `TAG_snapshot.json` or `TAG_snapshot.json.gz` in a folder and the folders in it. Folders whose names
/// begin with `.`, links to folders, and folders with the report of a comparison are left out: a report folder has copies of
/// the snapshots of both accounts.
///
/// # Errors
/// If one of the folders cannot be read.
pub fn find(folder: &Path) -> Result<Found, SearchError> {
    let mut found = Found::default();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        if REPORTS.iter().any(|name| folder.join(name).is_file()) {
            found.reports.push(folder);
            continue;
        }
        let error = |source| SearchError { path: folder.clone(), source };
        for entry in fs::read_dir(&folder).map_err(error)? {
            let entry = entry.map_err(error)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if entry.file_type().map_err(error)?.is_dir() {
                if !name.starts_with('.') {
                    folders.push(entry.path());
                }
                continue;
            }
            if name == LIST {
                found.lists.push(entry.path());
            }
            let tag = ENDS.iter().find_map(|end| name.strip_suffix(end));
            found.snapshots.extend(tag.map(|tag| FoundSnapshot { path: entry.path(), tag: tag.to_owned() }));
        }
    }
    found.snapshots.sort_by(|a, b| a.path.cmp(&b.path));
    found.reports.sort();
    found.lists.sort();
    Ok(found)
}
