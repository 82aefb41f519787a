//! Why a folder is not one for the files of an account.

use std::path::PathBuf;

/// Why a folder is not one for the files of an account.
#[derive(Debug, thiserror::Error)]
pub enum SplitPlaceError {
    /// It is the folder of `--output`.
    #[error("`{}` is the folder of `--output`, too", .path.display())]
    Output {
        /// The folder.
        path: PathBuf,
    },
    /// It has the files of another command.
    #[error("`{}` is a folder of `iamctl {report}`", .path.display())]
    Report {
        /// The folder.
        path: PathBuf,
        /// What wrote to it.
        report: String,
    },
    /// It has the files of another account.
    #[error("`{}` contains the roles of account {there}, and this is account {own}", .path.display())]
    Account {
        /// The folder.
        path: PathBuf,
        /// The account that is there.
        there: String,
        /// The account that was read.
        own: String,
    },
}

impl SplitPlaceError {
    /// What the user can do about it.
    pub(in crate::cli) const HINT: &'static str = "give `--split` a folder of its own for each account";
}
