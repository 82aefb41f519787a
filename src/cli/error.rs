//! Why a command failed. Each variant holds the facts; the causes below it are printed after it.

use std::io;
use std::path::PathBuf;

use jiff::civil::Date;

use super::ask::AskError;
use super::init::InitError;
use crate::catalog::CatalogueError;
use crate::formats::files::NameClash;
use crate::model::{AccountTag, AccountTagError, Sides};
use crate::normalise::BuiltinError;
use crate::parse::JsonError;
use crate::parse::account::AccountError;
use crate::parse::snapshot::SnapshotError;
use crate::pipeline;

use crate::report::{FailOnError, ReadError, Rule, UnknownRule};
use crate::store::{FileError, FolderError, ReplaceError, ReportFileError};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CliError {
    /// The accounts cannot be compared.
    #[error(transparent)]
    Compare(#[from] pipeline::Error),
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
        problem: JsonError,
    },
    /// The file of accepted differences is none.
    #[error("the accepted differences `{}` cannot be used: {problem}", .path.display())]
    Accepted {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        problem: JsonError,
    },
    /// `accept` without a word on what.
    #[error("`accept` takes at least one filter, such as `--role`, or `--all`")]
    NoFilter,
    /// `accept --all` without an end.
    #[error("`--all` needs `--expires`: what is accepted without a look must be looked at some day")]
    AllWithoutExpiry,
    /// No finding or group has an id.
    #[error("the report has no {what} `{}`", .id.escape_debug())]
    UnknownId {
        /// `finding` or `group`.
        what: &'static str,
        /// The id.
        id: String,
        /// Ids that are like it.
        near: Vec<String>,
    },
    /// Several have ids that begin so.
    #[error("several ids of the report begin with `{}`, so it names no one {what}", .id.escape_debug())]
    AmbiguousId {
        /// `finding` or `group`.
        what: &'static str,
        /// The start of an id.
        id: String,
        /// A few of the ids.
        near: Vec<String>,
    },
    /// `--fail-on` names no rule or severity.
    #[error(transparent)]
    FailOn(#[from] FailOnError),
    /// No open difference of the report fits.
    #[error("{}", nothing_selected(*.open))]
    NothingSelected {
        /// How many are open.
        open: usize,
    },
    /// A text that has to say something.
    #[error("`{flag}` is empty")]
    EmptyText {
        /// The flag.
        flag: &'static str,
    },
    /// An entry that would never count.
    #[error("`--expires {expires}` is past: today is {today} in UTC")]
    PastExpiry {
        /// The last day.
        expires: Date,
        /// Today.
        today: Date,
    },
    /// A tag of neither account.
    #[error("`{side}` is the tag of neither account: the report is of `{}` and `{}`", .tags.left, .tags.right)]
    UnknownSide {
        /// The tag.
        side: AccountTag,
        /// Those of the report.
        tags: Sides<AccountTag>,
    },
    /// A `report.json` that cannot be read.
    #[error("`{}` cannot be used", .path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: ReadError,
    },
    /// No built-in rule has this name.
    #[error(transparent)]
    Builtin(BuiltinError),
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
    /// A question that cannot be answered with yes or no.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// A folder that holds no report of `diff`.
    #[error("`{}` holds no report of `iamctl diff`", .path.display())]
    NoReport {
        /// The folder.
        path: PathBuf,
    },
    /// An account that a script could not tell from another.
    #[error("nothing in the snapshot of {tag} tells its account id, which the script has to check")]
    NoAccountId {
        /// The account.
        tag: AccountTag,
    },
    /// No changes can be found.
    #[error("the changes cannot be proved")]
    Plan(#[source] pipeline::Error),
    /// Something that always holds does not: this program's own fault.
    #[error("{invariant}; this is a fault of iamctl")]
    Internal {
        /// What does not hold, in words.
        invariant: String,
    },
    /// The tags give two files one name.
    #[error(transparent)]
    NameClash(#[from] NameClash),
    /// The reports cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A report of `--report` cannot be written.
    #[error(transparent)]
    ReportFile(#[from] ReportFileError),
    /// Two of the files to write, or one to write and one to read, are the same.
    #[error("`{}` is {} already", .path.display(), .what)]
    ReportTwice {
        /// The file.
        path: PathBuf,
        /// What else it is.
        what: &'static str,
    },
    /// `explain --rule` names no rule.
    #[error(transparent)]
    Rule(#[from] UnknownRule),
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

/// What can be done where accounts cannot be compared.
const fn compare_hint(error: &pipeline::Error) -> Option<&'static str> {
    match error {
        pipeline::Error::SameTag { .. } => Some("give each account a tag of its own, such as `dev` and `qa`"),
        pipeline::Error::Engine(_) => {
            Some("please report it with the two roles' policies; `--role` leaves other roles comparable")
        }
        pipeline::Error::Select(_) => {
            Some("names are compared as in the account or in the reports; `*` and `?` are allowed")
        }
        pipeline::Error::Snapshot(error) => error.hint(),
        pipeline::Error::Mark { .. } => Some("IAM gave no such text: harvest the account again"),
        pipeline::Error::Account(_) | pipeline::Error::Dictionary(_) | pipeline::Error::Unfit { .. } => None,
    }
}

/// The rules that may be meant, or all of them.
fn rule_hint(error: &UnknownRule) -> String {
    let ids: Vec<&str> = Rule::ALL.into_iter().map(Rule::id).collect();
    let near = CliError::near_names(&error.id, &ids);
    if near.is_empty() {
        format!("the rules are {}", ids.join(", "))
    } else {
        format!("did you mean `{}`?", near.join("`, `"))
    }
}

fn nothing_selected(open: usize) -> String {
    match open {
        0 => "the report has no open difference; nothing was written".to_owned(),
        1 => "the one open difference of the report is not as you say; nothing was written".to_owned(),
        _ => format!("none of the {open} open differences of the report is as you say; nothing was written"),
    }
}

impl CliError {
    /// That no role has this name, with the names that are most like it.
    pub(super) fn unknown_role(name: &str, known: &[&str]) -> Self {
        Self::UnknownRole { name: name.to_owned(), near: Self::near_names(name, known) }
    }

    /// The few of some names that are most like one, sorted.
    pub(super) fn near_names(name: &str, known: &[&str]) -> Vec<String> {
        let folded = name.to_lowercase();
        let mut near: Vec<&str> =
            known.iter().filter(|known| known.to_lowercase().contains(&folded)).copied().collect();
        near.extend(similar::get_close_matches(name, known, 3, 0.6));
        near.sort_unstable();
        near.dedup();
        near.truncate(5);
        near.into_iter().map(str::to_owned).collect()
    }

    /// What the user can do about it.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one arm per kind of error, and nothing else")]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Compare(error) => compare_hint(error).map(str::to_owned),
            Self::SameAccount { .. } => Some(
                "check the two profiles; if it is meant (two snapshots of one account), say `--allow-same-account`"
                    .to_owned(),
            ),
            Self::Dictionary { .. } => Some(
                "a dictionary looks like {\"environment\": [\"dev\", \"qa\"]}; `iamctl init` writes a sample"
                    .to_owned(),
            ),
            Self::Accepted { .. } => Some(
                "an entry looks like {\"role\": \"app-*\", \"action\": \"s3:Put*\", \"reason\": \"…\"}; \
                 docs/accepted.md describes the file"
                    .to_owned(),
            ),
            Self::NoFilter => Some("`--all` accepts every difference that is open in the report".to_owned()),
            Self::AllWithoutExpiry => Some("add a day, such as `--expires 2027-03-31`".to_owned()),
            Self::UnknownId { near, .. } if near.is_empty() => {
                Some("`report.json` lists the ids of findings and groups; the start of an id is enough".to_owned())
            }
            Self::UnknownId { near, .. } => Some(format!("did you mean `{}`?", near.join("`, `"))),
            Self::AmbiguousId { near, .. } => Some(format!("they are `{}`; give more of it", near.join("`, `"))),
            Self::FailOn(FailOnError::Rule(error)) => Some(rule_hint(error)),
            Self::FailOn(_) => Some("docs/rules.md lists the rules and their severities".to_owned()),
            Self::NothingSelected { open: 0 } => None,
            Self::NothingSelected { .. } => Some(
                "every action and resource of a difference has to fit; `report.json` and the CSV files show them"
                    .to_owned(),
            ),
            Self::Report { .. } => Some("run `iamctl diff` again with this iamctl".to_owned()),
            Self::EmptyText { .. } | Self::PastExpiry { .. } | Self::UnknownSide { .. } => None,
            Self::ExplainWords => Some(
                "`iamctl explain dev-profile dev qa-profile qa ROLE` or `iamctl explain REPORT_FOLDER ROLE`".to_owned(),
            ),
            Self::Tag(_) => None,
            Self::UnknownRole { near, .. } if near.is_empty() => None,
            Self::UnknownRole { near, .. } => Some(format!("did you mean `{}`?", near.join("`, `"))),
            Self::Ask(error) => error.hint(),
            Self::NoReport { .. } => {
                Some("name the folder that `iamctl diff` printed, or two sources with their tags".to_owned())
            }
            Self::Internal { .. } => Some("please report it with the command line".to_owned()),
            Self::NoAccountId { .. } => Some("harvest the account, which says whose it is".to_owned()),
            Self::Builtin(_) | Self::Plan(_) | Self::Print(_) | Self::File(_) | Self::Replace(_) | Self::Account(_) => {
                None
            }
            Self::Catalogue { .. } => {
                Some("`iamctl init --force` writes a good one; without `iam.json` the embedded one is used".to_owned())
            }
            Self::Snapshot(error) => error.hint().map(str::to_owned),
            Self::NameClash(_) => Some("choose another tag".to_owned()),
            Self::Folder(error) => error.hint().map(str::to_owned),
            Self::ReportFile(error) => error.hint().map(str::to_owned),
            Self::ReportTwice { .. } => Some("give each `--report` a file of its own".to_owned()),
            Self::Rule(error) => Some(rule_hint(error)),
            Self::Init(error) => error.hint(),
            #[cfg(feature = "harvest")]
            Self::Harvest(error) => error.hint(),
            #[cfg(not(feature = "harvest"))]
            Self::NoAws { .. } => Some("build it with its default features: `cargo build --release`".to_owned()),
        }
    }
}
