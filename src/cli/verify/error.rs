//! Why a folder cannot be verified.

use std::io;
use std::path::PathBuf;

/// Why a folder cannot be verified. That it does not match its manifest is no error.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Nothing says what was in the folder.
    #[error("`{}` does not contain manifest.json", .path.display())]
    NoManifest {
        /// The folder.
        path: PathBuf,
    },
    /// There is no such folder.
    #[error("`{}` is not a folder", .path.display())]
    NoFolder {
        /// What was named.
        path: PathBuf,
    },
    /// The files in the folder cannot be listed.
    #[error("cannot list the files in `{}`", .path.display())]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The settings in the manifest are not those of a run.
    #[error("{report}: the settings in the manifest cannot be used: {problem}")]
    Settings {
        /// The report.
        report: String,
        /// What is wrong.
        problem: String,
    },
    /// The files match, but nobody can say whether the report follows from them.
    #[error("{report} could not be regenerated: {why}")]
    NotRemade {
        /// The report.
        report: String,
        /// Why not.
        why: String,
    },
    /// A statement is written to a file.
    #[error("the statement is written to a file, not to stdout")]
    StatementToStdout,
    /// The statement would be a file of the folder that its manifest does not list.
    #[error("the statement `{}` would be in the folder that it is about", .path.display())]
    StatementInside {
        /// The file.
        path: PathBuf,
    },
}

impl VerifyError {
    /// What the user can do about it.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoManifest { .. } | Self::NoFolder { .. } => {
                Some("give a folder that `iamctl diff`, `iamctl harvest`, or `iamctl fleet` wrote")
            }
            Self::Unreadable { .. } => Some("check the permissions of the folder"),
            Self::Settings { .. } => Some("use the version of iamctl that made the report, or `--files-only`"),
            Self::NotRemade { .. } => Some(
                "give the folder of an earlier report with `--since FOLDER`, or check the files alone with `--files-only`",
            ),
            Self::StatementToStdout => Some("give a file"),
            Self::StatementInside { .. } => Some("give a file in another folder"),
        }
    }
}
