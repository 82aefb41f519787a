//! Single files that a report goes to: each is there whole, or as it was before.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::unfinished::hold;

/// Why a report was not written to a file. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ReportFileError {
    /// The folder it belongs into is not there.
    #[error("there is no folder `{}` for the report `{}`", .folder.display(), .path.display())]
    NoFolder {
        /// The file.
        path: PathBuf,
        /// The folder.
        folder: PathBuf,
    },
    /// Something other than a file has that name.
    #[error("`{}` is not a regular file, so a report cannot replace it", .path.display())]
    NoFile {
        /// What was named.
        path: PathBuf,
    },
    /// It cannot be written.
    #[error("cannot write the report `{}`", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl ReportFileError {
    /// What the user can do about it.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoFolder { .. } => Some("create the folder first, or give another file"),
            Self::NoFile { .. } => Some("give a file; use `--format` for stdout"),
            Self::Write { .. } => Some("check the free space and the permissions of its folder, or give another file"),
        }
    }
}

/// Where a report of this name goes: the file itself, with links followed. The folder has to be there and take files.
///
/// # Errors
/// If nothing can be written there.
pub fn check(path: &Path) -> Result<PathBuf, ReportFileError> {
    let target = target(path)?;
    // Removed again at once; whether a file can be made is known only by making one.
    temporary(&target).map_err(|source| ReportFileError::Write { path: path.to_owned(), source })?;
    Ok(target)
}

/// Writes a report beside its place and moves it there.
///
/// # Errors
/// If it cannot be written; then the file is as it was.
pub fn write(path: &Path, contents: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), ReportFileError> {
    let target = target(path)?;
    // An interrupt waits until the file has its name, so that none is left behind under another.
    let _held = hold();
    let write_file = || {
        let file = temporary(&target)?;
        // The error of the file itself: that of its wrapper names the file that nobody knows.
        let mut out = BufWriter::with_capacity(1 << 16, file.as_file());
        contents(&mut out)?;
        out.flush()?;
        drop(out);
        file.persist(&target).map(drop).map_err(|error| error.error)
    };
    write_file().map_err(|source| ReportFileError::Write { path: path.to_owned(), source })
}

/// How long a file is; 0 if it is not there.
#[must_use]
pub fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

/// Adds a text to a file, which is made if it is not there.
///
/// # Errors
/// If it cannot be written.
pub fn append(path: &Path, text: &str) -> Result<(), ReportFileError> {
    let open = OpenOptions::new().append(true).create(true).open(path);
    let result = open.and_then(|mut file| file.write_all(text.as_bytes()));
    result.map_err(|source| ReportFileError::Write { path: path.to_owned(), source })
}

fn target(path: &Path) -> Result<PathBuf, ReportFileError> {
    let no_file = || ReportFileError::NoFile { path: path.to_owned() };
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => {
            fs::canonicalize(path).map_err(|source| ReportFileError::Write { path: path.to_owned(), source })
        }
        Ok(_) => Err(no_file()),
        Err(_) => {
            let name = path.file_name().ok_or_else(no_file)?;
            let folder =
                path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
            let no_folder = || ReportFileError::NoFolder { path: path.to_owned(), folder: folder.to_owned() };
            let folder = fs::canonicalize(folder).ok().filter(|folder| folder.is_dir()).ok_or_else(no_folder)?;
            Ok(folder.join(name))
        }
    }
}

/// A file beside the target, readable by its owner only, that goes away unless it is given a name.
fn temporary(target: &Path) -> io::Result<tempfile::NamedTempFile> {
    let folder = target.parent().unwrap_or_else(|| Path::new("."));
    tempfile::Builder::new().prefix(".iamctl-").tempfile_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        names.collect()
    }

    #[test]
    fn what_fails_halfway_leaves_the_file_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("report");
        write(&file, |out| out.write_all(b"first")).unwrap();
        let half = write(&file, |out| {
            out.write_all(&vec![0; 1 << 20])?;
            Err(io::Error::other("no more"))
        });
        assert!(matches!(half, Err(ReportFileError::Write { .. })));
        assert_eq!(fs::read(&file).unwrap(), b"first");
        assert_eq!(names(folder.path()), ["report"]);
    }

    #[test]
    fn asking_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        check(&folder.path().join("report")).unwrap();
        assert_eq!(names(folder.path()), [""; 0]);
        assert!(matches!(check(&folder.path().join("..")), Err(ReportFileError::NoFile { .. })));
        assert!(matches!(check(folder.path()), Err(ReportFileError::NoFile { .. })));
        assert!(matches!(check(&folder.path().join("a/b")), Err(ReportFileError::NoFolder { .. })));
    }
}
