//! What a report was made of: the program, the accounts and who read them, the inputs, and the settings.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::digest::{Digest, Sha256};
use crate::model::{AccountId, AccountTag, Selection, Sides, words};
use crate::parse::snapshot::SnapshotOrigin;

/// What a report was made of. Secrets and codes of MFA devices are never in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// The program that made it.
    pub program: Program,
    /// The arguments of the program.
    pub arguments: Vec<String>,
    /// The variables of the environment that stand for arguments: those that begin with `IAMCTL_`.
    pub environment: BTreeMap<String, String>,
    /// When the run began, RFC 3339 in UTC.
    pub started_at: String,
    /// The accounts, in the order of the report.
    pub accounts: Vec<SourceEvidence>,
    /// The files that it was made of besides those in its folder, in the order in which they were read.
    pub inputs: Vec<Input>,
    /// What the config file among the inputs decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config: Vec<ConfigValue>,
    /// With what it can be made again; none for a report that cannot.
    pub settings: Option<Settings>,
}

/// Something that a config file decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfigValue {
    /// The key in the file, such as `defaults.diff.fail-on`.
    pub key: String,
    /// The value as the command line would have it.
    pub value: String,
    /// The line of the file, from 1.
    pub line: usize,
}

/// A build of this program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its version.
    pub version: String,
    /// The architecture and the operating system that it was built for, such as `x86_64-linux`.
    pub platform: String,
    /// The SHA-256 of its file; none for a build that is not optimized, which nobody releases, and where the file cannot be read.
    pub sha256: Option<Sha256>,
}

/// An account, and who read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceEvidence {
    /// The name of the account in the report.
    pub tag: AccountTag,
    /// Its ID, if the source tells.
    pub account_id: Option<AccountId>,
    /// The source that the report was made from, in words: a profile, the environment, a file.
    pub source: String,
    /// When the account was read, RFC 3339 in UTC; none if the source does not tell.
    pub harvested_at: Option<String>,
    /// How many roles the source has.
    pub roles: usize,
    /// Who read them, and what AWS says about their number; none if the source does not tell.
    pub origin: Option<SnapshotOrigin>,
}

words! {
    /// What an input is.
    pub enum InputKind {
        /// The file that an account was read from.
        Account = "account",
        /// The dictionary.
        Dictionary = "dictionary",
        /// The accepted differences.
        Accepted = "accepted",
        /// The action catalog.
        Catalogue = "catalogue",
        /// The earlier report of `--since`.
        EarlierReport = "earlier-report",
        /// A snapshot of the earlier report.
        EarlierSnapshot = "earlier-snapshot",
        /// The list of accounts.
        AccountList = "account-list",
        /// The config file.
        Config = "config",
    }
}

/// A file that a report was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What it is.
    pub kind: InputKind,
    /// The file, as it was named, with `/`.
    pub path: String,
    /// How many bytes it had when it was read, before they were unpacked or decoded.
    pub size: u64,
    /// The SHA-256 of these bytes.
    pub sha256: Sha256,
}

impl Input {
    /// A file that was read.
    #[must_use]
    pub fn new(kind: InputKind, path: String, Digest { size, sha256 }: Digest) -> Self {
        Self { kind, path, size, sha256 }
    }
}

/// With what a report can be made again from the snapshots and the copies of inputs in its folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settings {
    /// A report of `iamctl diff`.
    Diff(Box<DiffSettings>),
    /// The files of `iamctl harvest`.
    Harvest(HarvestSettings),
}

/// The settings of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiffSettings {
    /// When the report was made, RFC 3339 in UTC.
    pub generated_at: String,
    /// The day on which accepted entries had to count.
    pub today: Date,
    /// The names of the accounts.
    pub tags: Sides<AccountTag>,
    /// The part of file names that stands for each source.
    pub origins: Sides<String>,
    /// The file that each account was read from, as pipelines name it; none if it was no file.
    pub read_from: Sides<Option<String>>,
    /// Which roles were compared.
    pub selection: Selection,
    /// Whether roles were left out of which the source lacks policies.
    pub allow_incomplete: bool,
    /// The severities that were set in place of those of the rules; none if none were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity_overrides: Option<SeveritySettings>,
    /// The accounts that were known besides those of the dictionary, by ID and name.
    pub known_accounts: Vec<(AccountId, String)>,
    /// The built-in rules that were on.
    pub builtin_rules: Vec<String>,
    /// The dictionary, if one was named, as commands name it.
    pub named_dictionary: Option<String>,
    /// The file that findings are shown at.
    pub location: String,
    /// The file of the accepted entries, as the report names it.
    pub accepted_file: Option<String>,
    /// The values of `--fail-on`; none where it was not given.
    pub fail_on: Option<Vec<String>>,
    /// Whether the lists of all items were left out.
    pub skip_items: bool,
    /// Whether CSV cells are without protection against formulas.
    pub raw_csv: bool,
    /// The folder of the earlier report, if the report says what is new since it.
    pub since: Option<String>,
    /// Whether the report says what is new, although there was no earlier one.
    pub without_earlier: bool,
}

/// Severities that were set in place of those of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeveritySettings {
    /// The name of the file that set them.
    pub file: Option<String>,
    /// The severity of each rule.
    pub rules: BTreeMap<String, String>,
}

/// The settings of a harvest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarvestSettings {
    /// The name of the account.
    pub tag: AccountTag,
    /// The part of file names that stands for its source.
    pub origin: String,
    /// Whether the list of all items was left out.
    pub skip_items: bool,
    /// Whether CSV cells are without protection against formulas.
    pub raw_csv: bool,
}
