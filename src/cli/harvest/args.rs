//! What `iamctl harvest` takes.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use jiff::{SpanRelativeTo, Timestamp};

use super::super::accounts::{LISTS, ListArgs};
use super::super::complete;
use super::super::fleet::FleetError;
use super::super::inputs::{InputArgs, OutputArgs};
use super::super::source::Source;
use crate::model::AccountTag;

/// What `harvest` takes.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// AWS profile, snapshot file, or `env:`
    ///
    /// `env:` stands for the credentials of the environment. A word with a path separator, or that ends in `.json` or
    /// `.json.gz`, is a file: a snapshot, or the output of `aws iam get-account-authorization-details`; or a folder that
    /// `iamctl harvest --split` wrote. Any other word is a profile of the AWS config.
    /// `FILE#ACCOUNT_ID` is one account of a file that contains several.
    #[arg(value_name = "SOURCE", required_unless_present_any = ["file", "profiles"], conflicts_with_all = ["file", "profiles"], requires = "tag", add = complete::source())]
    pub(super) source: Option<Source>,
    /// Short name of the account, such as `dev`
    ///
    /// The tag names the account in file names: 1 to 64 letters, digits, `.`, `_`, or `-`, the first one a letter or digit.
    #[arg(value_name = "TAG")]
    pub(super) tag: Option<AccountTag>,
    #[command(flatten)]
    pub(super) lists: ListArgs,
    #[command(flatten)]
    pub(super) resume: ResumeArgs,
    /// Also write one file for each role and managed policy to DIR, for git
    ///
    /// The same account gives the same files, so that `git diff` shows what has changed in which role. iamctl removes the files
    /// of roles and policies that do not exist any more, and touches no other files. Every command reads DIR as a source.
    #[arg(long, value_name = "DIR", env = "IAMCTL_SPLIT", requires = "source", value_hint = clap::ValueHint::DirPath)]
    pub(super) split: Option<PathBuf>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) input: InputArgs,
}

/// Flags for going on where an earlier run stopped.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ResumeArgs {
    /// Keep the snapshots that are in the output folder already
    ///
    /// Reads only the accounts whose snapshot is missing, cannot be read, is of another account, or is older than `--max-age`.
    #[arg(long, env = "IAMCTL_RESUME", value_parser = FalseyValueParser::new(), help_heading = LISTS)]
    pub(super) resume: bool,
    /// How old a snapshot can be for `--resume`
    ///
    /// A number with a unit, such as 12h or 7d.
    #[arg(long, value_name = "TIME", env = "IAMCTL_MAX_AGE", default_value = "24h", help_heading = LISTS)]
    max_age: String,
}

impl ResumeArgs {
    /// A flag that says nothing of a single account, if it was given.
    pub(super) fn of_many(&self) -> Option<&'static str> {
        self.resume.then_some("--resume")
    }

    /// The time before which a snapshot is too old.
    pub(super) fn oldest(&self, now: Timestamp) -> Result<Timestamp, FleetError> {
        let wrong = || FleetError::MaxAge { text: self.max_age.clone() };
        let span: jiff::Span = self.max_age.parse().map_err(|_| wrong())?;
        let age = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| wrong())?;
        if age.is_negative() { Err(wrong()) } else { now.checked_sub(age).map_err(|_| wrong()) }
    }
}
