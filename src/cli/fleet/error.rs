//! Why a fleet cannot be compared.

use std::path::PathBuf;

use crate::formats::report_format::ReportFormat;
use crate::model::{AccountId, AccountTag};
use crate::store::SearchError;

/// Why a fleet cannot be compared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FleetError {
    /// One tag for two accounts. File systems that ignore case could not keep their reports apart.
    #[error("two accounts have the tag `{tag}`: {first} and {second}")]
    TagTwice {
        /// The tag.
        tag: AccountTag,
        /// Where the first is read from.
        first: String,
        /// Where the second is read from.
        second: String,
    },
    /// Two sources of one account.
    #[error("two sources are account {id}: {first} and {second}")]
    AccountTwice {
        /// The account.
        id: AccountId,
        /// The first source, in words.
        first: String,
        /// The second source.
        second: String,
    },
    /// A file that does not list accounts, or lists one that cannot be used.
    #[error("the list of accounts `{}` cannot be used: {}{problem}", .path.display(), in_line(.line))]
    List {
        /// The file.
        path: PathBuf,
        /// The line, from 1, if it is known.
        line: Option<u64>,
        /// What is wrong.
        problem: String,
    },
    /// A list of accounts in a folder of snapshots that is none.
    #[error("`{}` is not the list of accounts of a harvest: {problem}", .path.display())]
    ReadList {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A pattern that no profile matches.
    #[error("no profile of the AWS config files matches `--profiles {}`", .pattern.escape_debug())]
    NoProfile {
        /// The pattern.
        pattern: String,
    },
    /// A profile whose name has nothing that a tag can have.
    #[error("the name of the profile `{}` has no letter or digit, so that there is no tag for it", .profile.escape_debug())]
    ProfileName {
        /// The profile.
        profile: String,
    },
    /// Another account than the one that a list names.
    #[error("the list names account {expected}, but the credentials of {} are for account {}", .origin.escape_debug(), .found.escape_debug())]
    OtherAccount {
        /// The account of the list.
        expected: AccountId,
        /// The account that answered.
        found: String,
        /// Where it was read from, in words.
        origin: String,
    },
    /// A baseline that a list says is not active, or could not be read.
    #[error("the baseline `{tag}` cannot be read: {why}")]
    UnreadBaseline {
        /// The account.
        tag: AccountTag,
        /// Why.
        why: String,
    },
    /// Accounts that could not be harvested.
    #[error("{} of {of} accounts could not be read: {}", .accounts.len(), in_words(.accounts))]
    NotHarvested {
        /// The accounts, and why.
        accounts: Vec<(AccountTag, String)>,
        /// How many accounts were asked for.
        of: usize,
        /// The folder with the snapshots and the list of accounts.
        folder: String,
    },
    /// A flag for many accounts, and one account.
    #[error("`{flag}` is for several accounts, and `iamctl harvest SOURCE TAG` reads one")]
    OfMany {
        /// The flag.
        flag: &'static str,
    },
    /// No folder for the snapshots of many accounts.
    #[error("`iamctl harvest` of several accounts needs `--output DIR`")]
    NoOutput,
    /// Too long or too short a time.
    #[error("`--max-age {}` is not a time, such as `12h` or `7d`", .text.escape_debug())]
    MaxAge {
        /// What was given.
        text: String,
    },
    /// A baseline that is not listed.
    #[error("the baseline `{tag}` is not the tag of an account of the fleet")]
    UnknownBaseline {
        /// The tag.
        tag: AccountTag,
        /// Tags that are like it.
        near: Vec<String>,
    },
    /// No account but the baseline.
    #[error("there is no account to compare with the baseline")]
    NoAccount,
    /// Too few accounts for a majority.
    #[error("`--baseline majority` needs at least three accounts that are read, and there are {accounts}")]
    NoMajority {
        /// How many there are.
        accounts: usize,
    },
    /// A majority of roles of which some cannot be compared.
    #[error(
        "`--baseline majority` cannot be used with `--allow-incomplete`: a role that was not compared is in no majority"
    )]
    IncompleteMajority,
    /// A format that only the report of two accounts has.
    #[error("`iamctl fleet` has no report in the format `{format}`")]
    NoFormat {
        /// The format.
        format: ReportFormat,
    },
    /// Filters that leave nothing.
    #[error("`--only` and `--skip` leave no account to compare with the baseline")]
    NothingLeft,
    /// A filter that matches nothing.
    #[error("no account of the fleet matches `{flag} {}`", .pattern.escape_debug())]
    NoMatch {
        /// The option.
        flag: &'static str,
        /// The pattern.
        pattern: String,
    },
    /// A pattern for a role that no account has.
    #[error("no role of any account of the fleet matches `--role {}`", .pattern.escape_debug())]
    NoRole {
        /// The pattern.
        pattern: String,
    },
    /// A folder that cannot be searched.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// A folder without a snapshot.
    #[error("the folder `{}` does not contain a snapshot{}", .path.display(), but_reports(*.reports))]
    NoSnapshot {
        /// The folder.
        path: PathBuf,
        /// How many folders with reports of comparisons in it were not searched.
        reports: usize,
    },
    /// A snapshot whose name does not begin with a tag.
    #[error("the name of `{}` does not begin with a tag", .path.display())]
    SnapshotName {
        /// The file.
        path: PathBuf,
    },
    /// Accounts that could not be read.
    #[error("{} of {of} accounts could not be read: {}", .accounts.len(), in_words(.accounts))]
    Unread {
        /// The accounts, and why.
        accounts: Vec<(AccountTag, String)>,
        /// How many accounts were asked for.
        of: usize,
        /// The folder with the list of accounts.
        folder: String,
    },
}

fn in_line(line: &Option<u64>) -> String {
    line.map(|line| format!("line {line}: ")).unwrap_or_default()
}

fn but_reports(reports: usize) -> String {
    match reports {
        0 => String::new(),
        _ => format!(", and {} of `iamctl diff` or `iamctl fleet` in it not searched", counted_were(reports)),
    }
}

fn counted_were(reports: usize) -> String {
    if reports == 1 { "1 report folder is".to_owned() } else { format!("{reports} report folders are") }
}

fn in_words(accounts: &[(AccountTag, String)]) -> String {
    accounts.iter().map(|(tag, why)| format!("{tag} ({why})")).collect::<Vec<_>>().join("; ")
}

impl FleetError {
    /// What the user can do about it.
    pub(in crate::cli) fn hint(&self) -> Option<String> {
        let text = match self {
            Self::TagTwice { .. } => "give each account its own tag; tags must differ by more than case",
            Self::AccountTwice { .. } => "give each account once",
            Self::List { .. } => {
                "it must be the accounts.yml of c7n-org, a map from names to account IDs, or the output of `aws organizations \
                 list-accounts`; `--role-name NAME` names the role to assume"
            }
            Self::ReadList { .. } => "move the file away, or harvest the accounts again",
            Self::NoProfile { .. } => "run `iamctl listprofiles` to see the profiles",
            Self::ProfileName { .. } => "rename the profile, or leave it out of `--profiles`",
            Self::OtherAccount { .. } => "check the profile or the role, and the account ID in the list",
            Self::UnreadBaseline { .. } => "use another account as `--baseline`",
            Self::NotHarvested { folder, .. } => {
                return Some(format!(
                    "the snapshots of the other accounts and accounts_read.csv are in `{folder}`; with `--resume`, only what \
                     is missing is read"
                ));
            }
            Self::OfMany { .. } => {
                "leave it out, or give a list with `--accounts FILE` or profiles with `--profiles GLOB`"
            }
            Self::NoOutput => {
                "each account gets its own folder in it, and a later run with `--resume` finds what is there"
            }
            Self::MaxAge { .. } => "give a number with a unit: s, m, h, or d",
            Self::UnknownBaseline { near, .. } if !near.is_empty() => {
                return Some(format!("did you mean `{}`?", near.join("`, `")));
            }
            Self::UnknownBaseline { .. } => "give the tag of one of the accounts, or `--baseline SOURCE=TAG`",
            Self::NoMajority { .. } => "use `--baseline TAG` to compare them with one of them",
            Self::NoFormat { .. } => "use `iamctl diff` or `iamctl since`, which report on two accounts",
            Self::IncompleteMajority => {
                "use `--baseline TAG`, or leave out `--allow-incomplete`, and with `--skip` the accounts that lack policies"
            }
            Self::NoAccount => {
                "add accounts as SOURCE=TAG, with `--accounts FILE`, or as a folder with snapshots with `--snapshots DIR`"
            }
            Self::NothingLeft | Self::NoMatch { .. } => {
                "the patterns are compared with tags, account IDs, and what a list of accounts says, in any case; `*` and `?` are \
                 wildcards"
            }
            Self::NoRole { .. } => "a pattern is compared with the real and the normalized names of roles, in any case",
            Self::Search(_) => "check the folder and its permissions",
            Self::NoSnapshot { .. } => {
                "give a folder that `iamctl harvest` wrote: its snapshots are called TAG_snapshot.json or \
                 TAG_snapshot.json.gz"
            }
            Self::SnapshotName { .. } => {
                "rename it to TAG_snapshot.json; a tag has 1 to 64 letters, digits, `.`, `_`, or `-`, and begins with a \
                 letter or digit"
            }
            Self::Unread { folder, .. } => {
                return Some(format!(
                    "accounts_read.csv in `{folder}` lists all accounts; to report on the other accounts, use \
                     `--allow-unread`"
                ));
            }
        };
        Some(text.to_owned())
    }
}
