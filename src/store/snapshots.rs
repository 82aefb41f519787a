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

/// All files called `TAG_snapshot.json` or `TAG_snapshot.json.gz` in a folder and the folders in it, sorted. Folders whose
/// names begin with `.`, and links to folders, are left out.
///
/// # Errors
/// If one of the folders cannot be read.
pub fn find(folder: &Path) -> Result<Vec<FoundSnapshot>, SearchError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
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
            let tag = ENDS.iter().find_map(|end| name.strip_suffix(end));
            found.extend(tag.map(|tag| FoundSnapshot { path: entry.path(), tag: tag.to_owned() }));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}
