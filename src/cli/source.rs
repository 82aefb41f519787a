//! What a word on the command line means as a source: a file, a profile, the environment.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::model::{AccountId, Arn};

/// Where an account is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// A snapshot, or the authorization details of the AWS CLI; and which account of several is meant.
    File(PathBuf, Option<AccountId>),
    /// A profile of the AWS config.
    Profile(String),
    /// Whatever credentials the environment gives.
    Environment,
    /// A role to assume, of an account that a list names.
    Role(RoleSource),
}

/// Roles to assume, one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RoleSource {
    /// The profile whose credentials come first; none for those of the environment.
    pub profile: Option<String>,
    /// The roles; the last one is of the account that is read.
    pub roles: Vec<Arn>,
    /// The external ID for the last one.
    pub external_id: Option<String>,
}

impl RoleSource {
    /// The ARN of the last role.
    fn arn(&self) -> &str {
        self.roles.last().map_or("", Arn::as_str)
    }
}

impl FromStr for Source {
    type Err = Infallible;

    /// A word with a path separator or ending in `.json` or `.json.gz` is a file, `env:` the environment, anything
    /// else a profile. The word of a file may end in `#` and the ID of the account that is meant.
    fn from_str(word: &str) -> Result<Self, Infallible> {
        let with_account = word.rsplit_once('#').and_then(|(file, id)| Some((file, id.parse().ok()?)));
        let (file, account) = with_account.map_or((word, None), |(file, id)| (file, Some(id)));
        let is_file = file.contains(std::path::is_separator) || file.ends_with(".json") || file.ends_with(".json.gz");
        Ok(match word {
            "env:" => Self::Environment,
            _ if is_file => Self::File(PathBuf::from(file), account),
            _ => Self::Profile(word.to_owned()),
        })
    }
}

impl Source {
    /// The file, if it is one.
    pub(super) fn file(&self) -> Option<&Path> {
        match self {
            Self::File(path, _) => Some(path),
            Self::Profile(_) | Self::Environment | Self::Role(_) => None,
        }
    }

    /// The profile's name or the file's stem as a part of a file name: anything but letters, digits, `.`, `_` and
    /// `-` becomes `_`.
    pub(super) fn origin(&self) -> String {
        let name = match self {
            Self::Environment => "env".to_owned(),
            Self::Profile(name) => name.clone(),
            Self::Role(role) => role.arn().rsplit('/').next().unwrap_or_default().to_owned(),
            Self::File(path, _) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let name = name.strip_suffix(".gz").unwrap_or(&name);
                name.strip_suffix(".json").unwrap_or(name).to_owned()
            }
        };
        let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
        name.chars().take(100).map(safe).collect()
    }

    /// The word that means this source on the command line.
    pub(super) fn word(&self) -> String {
        match self {
            Self::File(path, None) => shown(path),
            Self::File(path, Some(id)) => format!("{}#{id}", shown(path)),
            Self::Profile(name) => name.clone(),
            Self::Environment => "env:".to_owned(),
            Self::Role(role) => role.arn().to_owned(),
        }
    }

    /// The source in words, as reports name it.
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::File(..) => format!("file {}", self.word()),
            Self::Profile(name) => format!("profile {name}"),
            Self::Environment => "environment".to_owned(),
            Self::Role(role) => format!("role {}", role.arn()),
        }
    }
}

/// A path with `/`, so that reports are the same on every system.
pub(super) fn shown(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        let source = |word: &str| word.parse::<Source>().unwrap();
        assert_eq!(source("env:"), Source::Environment);
        assert_eq!(source("dev"), Source::Profile("dev".into()));
        assert_eq!(source("dev.json"), Source::File("dev.json".into(), None));
        assert_eq!(source("dev.json.gz"), Source::File("dev.json.gz".into(), None));
        assert_eq!(source("./dev"), Source::File("./dev".into(), None));
        let of_account = Source::File("both.json".into(), Some("111122223333".parse().unwrap()));
        assert_eq!(source("both.json#111122223333"), of_account);
        assert_eq!((of_account.word().as_str(), of_account.origin().as_str()), ("both.json#111122223333", "both"));
        assert_eq!(source("dev#111122223333"), Source::Profile("dev#111122223333".into()));
        assert_eq!(source("a#1/dev.json"), Source::File("a#1/dev.json".into(), None));
        assert_eq!(source("snapshots/dev.json.gz").origin(), "dev");
        assert_eq!(source("team dev\u{1b}=x").origin(), "team_dev__x");
    }
}
