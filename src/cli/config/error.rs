//! Why the config file cannot be used.

use std::path::PathBuf;

use crate::parse::config::Place;

/// Why the config file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Something in the file is wrong.
    #[error("{}:{}:{}: {problem}", .path.display(), .place.line, .place.column)]
    Wrong {
        /// The file.
        path: PathBuf,
        /// Where.
        place: Place,
        /// What is wrong.
        problem: String,
        /// What the user can do about it.
        hint: Option<String>,
    },
    /// The file that was named does not exist.
    #[error("the config file `{}`, which {by} names, does not exist", .path.display())]
    Missing {
        /// The file.
        path: PathBuf,
        /// The option or the variable that names it.
        by: &'static str,
    },
    /// A file in a folder above the current one that somebody else may have put there.
    #[error("the config file `{}` belongs to another user than the current folder", .path.display())]
    Owner {
        /// The file.
        path: PathBuf,
    },
    /// Both options were given.
    #[error("`--config` and `--no-config` cannot be used together")]
    Both,
    /// A pair, and there is no file.
    #[error("there is no config file, and so no pair `@{}`", .name.escape_debug())]
    NoFile {
        /// The name of the pair.
        name: String,
    },
    /// A pair that the file does not have.
    #[error("`{}` has no pair `@{}`", .path.display(), .name.escape_debug())]
    UnknownPair {
        /// The file.
        path: PathBuf,
        /// The name that was given.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// `iamctl config` with words that it does not take.
    #[error("`iamctl config` has no settings of `{}`", .word.escape_debug())]
    UnknownCommand {
        /// The word.
        word: String,
        /// The commands that there are.
        known: Vec<String>,
    },
}

impl ConfigError {
    /// What the user can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Wrong { hint, .. } => hint.clone(),
            Self::Missing { .. } => Some("correct the path; `--no-config` does without the file".to_owned()),
            Self::Owner { path } => {
                let path = path.display();
                Some(format!("if you trust it, name it: `--config {path}`; `--no-config` does without it"))
            }
            Self::Both => None,
            Self::NoFile { .. } => Some(
                "iamctl looks for `iamctl.toml` in the current folder and those above it, up to a folder with `.git`; \
                 `--config` names another file"
                    .to_owned(),
            ),
            Self::UnknownPair { known, .. } if known.is_empty() => {
                Some("add it as a table `[pairs.NAME]`; docs/config.md describes it".to_owned())
            }
            Self::UnknownPair { known, .. } => Some(format!("its pairs are `@{}`", known.join("`, `@"))),
            Self::UnknownCommand { known, .. } => Some(format!("the commands are {}", known.join(", "))),
        }
    }
}
