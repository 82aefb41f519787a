//! What `iamctl fleet` takes.

use std::path::PathBuf;

use clap::ValueEnum;
use clap::builder::FalseyValueParser;

use super::super::accounts::{ListArgs, NamedSource};
use super::super::comparison::ComparisonArgs;
use super::super::complete;
use super::super::inputs::{InputArgs, OutputArgs};
use super::super::reports::{Format, ReportArgs};
use super::accounts::Baseline;
use crate::formats::fleet;

/// What `fleet` takes.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Accounts to compare with the baseline, such as dev.json=dev
    ///
    /// SOURCE is an AWS profile, a snapshot file, or `env:`, as for `iamctl diff`. TAG is the short name of the account: 1
    /// to 64 letters, digits, `.`, `_`, or `-`, the first one a letter or digit. Each account has its own tag.
    #[arg(value_name = "SOURCE=TAG", add = complete::source())]
    pub(super) accounts: Vec<NamedSource>,
    /// Account that all others are compared with
    ///
    /// The tag of one of the accounts, another account as SOURCE=TAG, or `majority`. The baseline is never left out by `--only` or
    /// `--skip`. With `majority`, each role is compared with the role of the most accounts, and no full reports are written.
    #[arg(long, value_name = "BASELINE", env = "IAMCTL_BASELINE")]
    pub(super) baseline: Baseline,
    /// Folder with snapshots of earlier harvests; can be repeated
    ///
    /// iamctl reads every file that is called TAG_snapshot.json or TAG_snapshot.json.gz, in the folder and in the folders
    /// in it, but not in folders whose names begin with a dot, or that are links. Two files of one tag or of one account are
    /// an error.
    #[arg(long, value_name = "DIR", env = "IAMCTL_SNAPSHOTS", value_delimiter = ',')]
    pub(super) snapshots: Vec<PathBuf>,
    /// Report on the other accounts if an account cannot be read
    ///
    /// Without this option, an account that cannot be read sets exit code 2, and iamctl writes only accounts_read.csv and
    /// the full reports of accounts that were compared. With it, every file and the summary name the account first.
    #[arg(long, env = "IAMCTL_ALLOW_UNREAD", value_parser = FalseyValueParser::new())]
    pub(super) allow_unread: bool,
    /// Accounts to write full reports for
    ///
    /// A full report is that of `iamctl diff` with the baseline, in the folder accounts/TAG of the output folder.
    #[arg(long, value_enum, value_name = "WHICH", env = "IAMCTL_REPORTS", default_value_t = Reports::Deviating)]
    pub(super) reports: Reports,
    /// Write the lists of all items into the full reports
    ///
    /// These lists (TAG_PROFILE_iam_tuples.csv) are by far the largest files.
    #[arg(long, env = "IAMCTL_ITEMS", value_parser = FalseyValueParser::new())]
    pub(super) items: bool,
    #[command(flatten)]
    pub(super) lists: ListArgs,
    #[command(flatten)]
    pub(super) comparison: ComparisonArgs,
    /// What to print: table, json, ndjson, markdown, or csv
    ///
    /// Without this option, iamctl prints the summary (`table`).
    #[arg(long, value_enum, env = "IAMCTL_FORMAT")]
    pub(super) format: Option<Format>,
    #[command(flatten)]
    pub(super) files: ReportArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) input: InputArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Reports {
    /// Accounts that differ from the baseline
    Deviating,
    /// All accounts
    All,
    /// No account
    None,
}

impl Args {
    /// Whether something is asked for that shows more of a finding than its sentence.
    pub(super) fn needs_rows(&self) -> bool {
        let printed = match self.format {
            Some(Format::Ndjson | Format::Csv) => true,
            Some(Format::Table | Format::Json | Format::Markdown) | None => false,
        };
        printed || self.files.formats().any(fleet::needs_rows)
    }
}
