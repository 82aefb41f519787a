//! Why an output folder cannot be written, or what is written there cannot be read.

use std::io;
use std::path::PathBuf;

use crate::evidence::ManifestError;

/// Why an output folder was not written. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// No home directory, so no default place.
    #[error("there is no home directory to write to")]
    NoHome,
    /// The folder cannot be made or written to.
    #[error("cannot write to the folder `{}`", .path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write `{name}` for the folder `{}`", .path.display())]
    File {
        /// The folder.
        path: PathBuf,
        /// The file.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// A file is in the way that this program did not write.
    #[error("iamctl did not write `{name}` in `{}`", .path.display())]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// The file.
        name: String,
    },
    /// A file of another report has the same name but for case, which some file systems ignore.
    #[error("`{name}` in `{}` would differ only in case from a file of another report", .path.display())]
    Alike {
        /// The folder.
        path: PathBuf,
        /// The file.
        name: String,
    },
    /// The list of what was written cannot be read.
    #[error("cannot read `{}`", .path.display())]
    Unreadable {
        /// The list.
        path: PathBuf,
        /// What is wrong.
        source: io::Error,
    },
    /// The list of what was written is no such list.
    #[error("`{}` does not say which files iamctl wrote", .path.display())]
    Manifest {
        /// The list.
        path: PathBuf,
        /// What is wrong.
        source: ManifestError,
    },
    /// A value that can always be written cannot be.
    #[error("internal error: the manifest cannot be written as JSON: {problem}; please report this")]
    Internal {
        /// What serde says.
        problem: String,
    },
}

impl FolderError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoHome => Some("give a folder with `--output DIR`"),
            Self::Folder { source, .. } if matches!(source.kind(), io::ErrorKind::AlreadyExists) => {
                Some("another run has created the folder meanwhile; run the command again")
            }
            Self::Alike { .. } => Some("give the account another tag, or another folder with `--output DIR`"),
            Self::Folder { .. } | Self::File { .. } => Some(
                "check the free space and the permissions, or give another folder with `--output DIR`; nothing \
                    was changed",
            ),
            Self::Foreign { .. } => Some("move the file, or give another folder with `--output DIR`"),
            Self::Unreadable { .. } | Self::Manifest { .. } => {
                Some("move the file together with the reports that it lists, or use another folder")
            }
            Self::Internal { .. } => None,
        }
    }
}
