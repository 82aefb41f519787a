//! The files of a folder that has one for each role and managed policy.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::text_file;

/// Why such a folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SplitFolderError {
    /// A file.
    #[error(transparent)]
    File(#[from] text_file::FileError),
    /// A folder.
    #[error("cannot read the folder `{}`", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A link: it could lead out of the folder.
    #[error("`{}` is a symbolic link, and iamctl reads only files that are in the folder itself", .path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// Something that is no file.
    #[error("`{}` is not a file", .path.display())]
    NoFile {
        /// The folder, or what else it is.
        path: PathBuf,
    },
}

impl SplitFolderError {
    /// What the user can do about it, where there is something to do.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::File(error) => error.hint(),
            Self::Folder { .. } => None,
            Self::Link { .. } | Self::NoFile { .. } => Some("move it to another place"),
        }
    }
}

/// Reads one file of a folder, if it is there, and all files in some folders in it. The names have `/`.
///
/// # Errors
/// If one cannot be read, or is a link or a folder.
pub fn read(folder: &Path, file: &str, inside: &[&str]) -> Result<BTreeMap<String, String>, SplitFolderError> {
    let mut files = BTreeMap::new();
    let path = folder.join(file);
    if path.symlink_metadata().is_ok() {
        files.insert(file.to_owned(), read_file(&path)?);
    }
    for inside in inside {
        let path = folder.join(inside);
        let error = |source| SplitFolderError::Folder { path: path.clone(), source };
        match path.symlink_metadata() {
            Ok(about) if about.is_symlink() => return Err(SplitFolderError::Link { path }),
            Ok(_) => {}
            // An account without roles or without managed policies has no folder for them.
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(error(source)),
        }
        for entry in fs::read_dir(&path).map_err(error)? {
            let entry = entry.map_err(error)?;
            let name = format!("{inside}/{}", entry.file_name().to_string_lossy());
            files.insert(name, read_file(&entry.path())?);
        }
    }
    Ok(files)
}

fn read_file(path: &Path) -> Result<String, SplitFolderError> {
    let about = path.symlink_metadata().map_err(|source| SplitFolderError::Folder { path: path.to_owned(), source })?;
    if about.is_symlink() {
        return Err(SplitFolderError::Link { path: path.to_owned() });
    }
    if !about.is_file() {
        return Err(SplitFolderError::NoFile { path: path.to_owned() });
    }
    Ok(text_file::read(path)?)
}
