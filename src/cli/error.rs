//! Why a command failed. Each variant holds the facts; the causes below it are printed after it.

use std::io;
use std::path::PathBuf;

use super::init::InitError;
use crate::catalog::CatalogueError;
use crate::compare::SelectError;
use crate::model::AccountTag;
use crate::parse::account::AccountError;
use crate::parse::snapshot::SnapshotError;
use crate::report::files::NameClash;
use crate::store::{FileError, FolderError};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CliError {
    /// Both accounts have one tag.
    #[error("both accounts have the tag `{tag}`")]
    SameTag {
        /// The tag.
        tag: AccountTag,
    },
    /// Both sources are one account.
    #[error("both sources are account {account_id}: comparing it with itself would find nothing")]
    SameAccount {
        /// The account's id.
        account_id: String,
    },
    /// The equivalency dictionary is not one.
    #[error("the dictionary `{}` cannot be used: {source}", .path.display())]
    Dictionary {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        source: serde_json::Error,
    },
    /// The dictionary has too many entries to be matched at once.
    #[error("the dictionary is too large")]
    DictionarySize(#[source] aho_corasick::BuildError),
    /// The action catalogue is not one.
    #[error("the catalogue `{}` cannot be used", .path.display())]
    Catalogue {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: CatalogueError,
    },
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A file is no snapshot.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// An account holds something that cannot be read.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// `--role` names no role.
    #[error(transparent)]
    Select(#[from] SelectError),
    /// The tags give two files one name.
    #[error(transparent)]
    NameClash(#[from] NameClash),
    /// The reports cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// `init` failed.
    #[error(transparent)]
    Init(#[from] InitError),
    /// Stdout cannot be written.
    #[error("the result cannot be written to stdout")]
    Print(#[source] io::Error),
    /// A live account cannot be read.
    #[cfg(feature = "harvest")]
    #[error(transparent)]
    Harvest(#[from] crate::harvest::HarvestError),
    /// A live account was asked for, but the program was built without the AWS side.
    #[cfg(not(feature = "harvest"))]
    #[error("{asked} needs AWS, and this iamctl was built to compare files only")]
    NoAws {
        /// What was asked for.
        asked: String,
    },
}

impl CliError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::SameTag { .. } => Some("give each account a tag of its own, such as `dev` and `qa`".to_owned()),
            Self::SameAccount { .. } => Some(
                "check the two profiles; if it is meant (two snapshots of one account), say `--allow-same-account`"
                    .to_owned(),
            ),
            Self::Dictionary { .. } => Some(
                "a dictionary looks like {\"environment\": [\"dev\", \"qa\"]}; `iamctl init` writes a sample"
                    .to_owned(),
            ),
            Self::DictionarySize(_) | Self::Print(_) | Self::File(_) | Self::Account(_) => None,
            Self::Catalogue { .. } => {
                Some("`iamctl init --force` writes a good one; without `iam.json` the embedded one is used".to_owned())
            }
            Self::Snapshot(error) => error.hint().map(str::to_owned),
            Self::Select(_) => {
                Some("names are compared as in the account or in the reports; `*` and `?` are allowed".to_owned())
            }
            Self::NameClash(_) => Some("choose another tag".to_owned()),
            Self::Folder(error) => error.hint().map(str::to_owned),
            Self::Init(error) => error.hint(),
            #[cfg(feature = "harvest")]
            Self::Harvest(error) => error.hint(),
            #[cfg(not(feature = "harvest"))]
            Self::NoAws { .. } => Some("build it with its default features: `cargo build --release`".to_owned()),
        }
    }
}
