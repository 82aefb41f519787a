//! Why a command failed. Each variant holds the facts; the causes below it are printed after it.

use std::io;
use std::path::PathBuf;

use super::init::InitError;
use crate::catalog::CatalogueError;
use crate::compare::SelectError;
use crate::model::{AccountTag, AccountTagError};
use crate::normalise::BuiltinError;
use crate::parse::account::AccountError;
use crate::parse::snapshot::SnapshotError;
use crate::report::files::NameClash;
use crate::semantics::difference::EngineError;
use crate::store::{FileError, FolderError, ReplaceError};

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
    #[error("the dictionary `{}` cannot be used: {problem}", .path.display())]
    Dictionary {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        problem: serde_json::Error,
    },
    /// No built-in rule has this name.
    #[error(transparent)]
    Builtin(BuiltinError),
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
    /// A file cannot be written.
    #[error(transparent)]
    Replace(#[from] ReplaceError),
    /// A file is no snapshot.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// An account holds something that cannot be read.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The words after `explain` fit neither form.
    #[error("`explain` takes two sources with their tags and a role, or a report's folder and a role")]
    ExplainWords,
    /// A word that is no tag.
    #[error(transparent)]
    Tag(AccountTagError),
    /// No role has the name that was given.
    #[error("there is no role `{}`", .name.escape_debug())]
    UnknownRole {
        /// The name.
        name: String,
        /// Names of a few roles that are like it, sorted.
        near: Vec<String>,
    },
    /// A folder that holds no report of `diff`.
    #[error("`{}` holds no report of `iamctl diff`", .path.display())]
    NoReport {
        /// The folder.
        path: PathBuf,
    },
    /// A difference that this program found and could not prove: its own fault.
    #[error("a difference was found that cannot be proved; this is a fault of iamctl")]
    Engine(#[from] EngineError),
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
    /// That no role has this name, with the names that are most like it.
    pub(super) fn unknown_role(name: &str, known: &[&str]) -> Self {
        let folded = name.to_lowercase();
        let mut near: Vec<&str> =
            known.iter().filter(|known| known.to_lowercase().contains(&folded)).copied().collect();
        near.extend(similar::get_close_matches(name, known, 3, 0.6));
        near.sort_unstable();
        near.dedup();
        near.truncate(5);
        Self::UnknownRole { name: name.to_owned(), near: near.into_iter().map(str::to_owned).collect() }
    }

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
            Self::ExplainWords => Some(
                "`iamctl explain dev-profile dev qa-profile qa ROLE` or `iamctl explain REPORT_FOLDER ROLE`".to_owned(),
            ),
            Self::Tag(_) => None,
            Self::UnknownRole { near, .. } if near.is_empty() => None,
            Self::UnknownRole { near, .. } => Some(format!("did you mean `{}`?", near.join("`, `"))),
            Self::NoReport { .. } => {
                Some("name the folder that `iamctl diff` printed, or two sources with their tags".to_owned())
            }
            Self::Engine(_) => {
                Some("please report it with the two roles' policies; `--role` leaves other roles comparable".to_owned())
            }
            Self::Builtin(_)
            | Self::DictionarySize(_)
            | Self::Print(_)
            | Self::File(_)
            | Self::Replace(_)
            | Self::Account(_) => None,
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
