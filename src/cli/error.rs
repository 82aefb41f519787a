//! Why a command failed. Each variant contains the facts; its causes are printed after it.

mod hint;

use std::io;
use std::path::PathBuf;

use jiff::civil::Date;

use super::ask::AskError;
use super::config::ConfigError;
use super::fleet::FleetError;
use super::init::InitError;
use super::near_names::near_names;
use super::split::SplitPlaceError;
use super::suggest::SuggestError;
use super::verify::VerifyError;
use crate::catalog::CatalogueError;
use crate::formats::files::NameClash;
use crate::model::{AccountTag, AccountTagError, Sides};
use crate::normalise::BuiltinError;
use crate::parse::JsonError;
use crate::parse::account::AccountError;
use crate::parse::snapshot::SnapshotError;
use crate::parse::split::SplitError;
use crate::pipeline;
use crate::report::{FailOnError, ReadError, Rule, UnknownRule};
use crate::store::{FileError, FolderError, ReplaceError, ReportFileError, SplitFolderError};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CliError {
    /// The accounts cannot be compared.
    #[error(transparent)]
    Compare(#[from] pipeline::Error),
    /// Both sources are one account.
    #[error("both sources are account {account_id}, and iamctl cannot tell which is earlier")]
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
    /// The file of accepted differences is not valid.
    #[error("the accepted differences `{}` cannot be used: {problem}", .path.display())]
    Accepted {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        problem: JsonError,
    },
    /// A file with the quotation marks of a word processor.
    #[error("`{}` has the typographic quotation mark `{quote}` in line {line}, where JSON needs `\"`", .path.display())]
    TypographicQuote {
        /// The file.
        path: PathBuf,
        /// The mark.
        quote: char,
        /// The line, from 1.
        line: usize,
    },
    /// `accept` without a word on what.
    #[error("`accept` needs at least one filter, such as `--role`, or `--all`")]
    NoFilter,
    /// `accept --all` without an end.
    #[error("`--all` needs `--expires`: differences that are accepted without a review must be reviewed later")]
    AllWithoutExpiry,
    /// No finding or group has an id.
    #[error("the report has no {what} with the ID `{}`", .id.escape_debug())]
    UnknownId {
        /// `finding` or `group`.
        what: &'static str,
        /// The id.
        id: String,
        /// Those whose ids are like it, in words.
        near: Vec<String>,
        /// `group` or `finding`, if one has this id.
        other: Option<&'static str>,
    },
    /// No open finding has this rule.
    #[error("the report has no open finding of the rule `{rule}`")]
    NoneOfRule {
        /// The rule.
        rule: Rule,
        /// The rules of its findings.
        there: Vec<Rule>,
    },
    /// Several have ids that begin so.
    #[error("the IDs of {count} {what}s of the report begin with `{}`", .id.escape_debug())]
    AmbiguousId {
        /// `finding` or `group`.
        what: &'static str,
        /// The start of an id.
        id: String,
        /// How many have such an id.
        count: usize,
        /// A few of them, in words.
        near: Vec<String>,
    },
    /// `--fail-on` names no rule or severity.
    #[error(transparent)]
    FailOn(#[from] FailOnError),
    /// No open difference of the report fits.
    #[error("{}", nothing_selected(*.open, .of))]
    NothingSelected {
        /// How many are open.
        open: usize,
        /// What they are the differences of, in words.
        of: &'static str,
    },
    /// Patterns of `--account` for other accounts than that of the report.
    #[error("no `--account` matches `{second}`, the second account of the report; nothing was written")]
    NotForThisAccount {
        /// Its tag.
        second: AccountTag,
    },
    /// Rules, findings and groups that have no finding in common.
    #[error("no finding matches all of `--rule`, `--finding`, and `--group`; nothing was written")]
    NothingInCommon,
    /// The findings that were named are no differences of roles.
    #[error("findings of the rule `{}` cannot be accepted, because they are not differences of a role; nothing was written",
        rules.iter().map(|rule| rule.id()).collect::<Vec<_>>().join("` or `"))]
    NotAcceptable {
        /// Their rules; at least one.
        rules: Vec<Rule>,
    },
    /// A text that has to say something.
    #[error("`{flag}` is empty")]
    EmptyText {
        /// The flag.
        flag: &'static str,
    },
    /// An entry that would never count.
    #[error("`--expires {expires}` is in the past: today is {today} in UTC")]
    PastExpiry {
        /// The last day.
        expires: Date,
        /// Today.
        today: Date,
    },
    /// A tag of neither account.
    #[error("`{side}` is not the tag of either account: the report compares `{}` and `{}`", .tags.left, .tags.right)]
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
    /// The action catalog is not one.
    #[error("the catalog `{}` cannot be used", .path.display())]
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
    /// A file is not a snapshot.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// An account contains something that cannot be read.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The words after `explain` fit neither form.
    #[error("`explain` needs two sources with their tags and a role, or a report folder and a role")]
    ExplainWords,
    /// No dictionary can be suggested.
    #[error(transparent)]
    Suggest(#[from] SuggestError),
    /// A word that is not a tag.
    #[error(transparent)]
    Tag(AccountTagError),
    /// No role has the name that was given.
    #[error("there is no role `{}`", .name.escape_debug())]
    UnknownRole {
        /// The name.
        name: String,
        /// Names of a few roles that are like it, the nearest first.
        near: Vec<String>,
    },
    /// A question that cannot be answered with yes or no.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// A report folder, where one account has to be meant.
    #[error("`{}` is a report folder with two accounts: `--tag` must name one of them, `{}` or `{}`",
        .path.display(), .tags.left, .tags.right)]
    NeedsTag {
        /// The folder.
        path: PathBuf,
        /// The tags of the report.
        tags: Sides<AccountTag>,
    },
    /// A report folder, where an account has to be named.
    #[error("`{}` is a report folder, not a source", .path.display())]
    FolderAsSource {
        /// The folder.
        path: PathBuf,
        /// The snapshots that are in it.
        snapshots: Sides<String>,
    },
    /// A folder with a file for each role, under a word that means a profile.
    #[error("there is no profile `{}`", .name.escape_debug())]
    FolderAsProfile {
        /// The word.
        name: String,
    },
    /// A folder with a file for each role that is not one, or cannot be written.
    #[error(transparent)]
    Split(#[from] SplitError),
    /// Such a folder that cannot be read.
    #[error(transparent)]
    SplitFolder(#[from] SplitFolderError),
    /// A folder that is not one for such files.
    #[error(transparent)]
    SplitPlace(#[from] SplitPlaceError),
    /// A folder that does not contain a report of `diff`.
    #[error("`{}` does not contain a report of `iamctl diff`", .path.display())]
    NoReport {
        /// The folder.
        path: PathBuf,
    },
    /// Two reports of which one says nothing about what the other says.
    #[error("cannot tell what is new since the report in `{}`", .earlier.display())]
    Since {
        /// The folder of the earlier report.
        earlier: PathBuf,
        /// Why not.
        source: crate::since::SinceError,
    },
    /// Something is asked for that only an earlier report can tell.
    #[error("`--fail-on {asked}` needs an earlier report")]
    NoEarlier {
        /// The value.
        asked: String,
    },
    /// An account that a script could not tell from another.
    #[error("the snapshot of {tag} does not contain the account ID, which the script must check")]
    NoAccountId {
        /// The account.
        tag: AccountTag,
    },
    /// A script is there already, and may have been run.
    #[error("`{}` already exists", .path.display())]
    ScriptExists {
        /// The file.
        path: PathBuf,
    },
    /// A path that names no file.
    #[error("`{}` is not the name of a file", .path.display())]
    NoFileName {
        /// The path.
        path: PathBuf,
    },
    /// No changes can be found.
    #[error("the changes cannot be verified")]
    Plan(#[source] pipeline::Error),
    /// An invariant does not hold: a bug in this program.
    #[error("{invariant}; this is a bug in iamctl")]
    Internal {
        /// The invariant, in words.
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
    #[error("`{}` is already {}", .path.display(), .what)]
    ReportTwice {
        /// The file.
        path: PathBuf,
        /// What else it is.
        what: &'static str,
    },
    /// `explain --rule` names no rule.
    #[error(transparent)]
    Rule(#[from] UnknownRule),
    /// A fleet cannot be compared.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// The config file cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A folder cannot be verified.
    #[error(transparent)]
    Verify(#[from] VerifyError),
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
    #[error("{asked} needs AWS, but this iamctl was built without AWS support and compares only files")]
    NoAws {
        /// What was asked for.
        asked: String,
    },
}

/// What the differences of a whole report are the differences of.
pub(super) const OF_REPORT: &str = "of the report";

fn nothing_selected(open: usize, of: &str) -> String {
    match open {
        0 if of == OF_REPORT => "the report has no open differences; nothing was written".to_owned(),
        0 => format!("no difference {of} can be accepted; nothing was written"),
        _ => format!("no open difference {of} matches the filters; nothing was written"),
    }
}

impl CliError {
    /// That no role has this name, with the names that are most like it.
    pub(super) fn unknown_role(name: &str, known: &[&str]) -> Self {
        Self::UnknownRole { name: name.to_owned(), near: near_names(name, known) }
    }
}
