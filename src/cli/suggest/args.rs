//! What `iamctl suggest` takes.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use super::super::accounts::ListArgs;
use super::super::console::Console;
use super::super::dictionary::{Dictionary, DictionaryArgs};
use super::super::error::CliError;
use super::super::fleet::Baseline;
use super::super::inputs::InputArgs;

/// What `suggest` takes.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "iamctl suggest [OPTIONS] SOURCE_1 TAG_1 SOURCE_2 TAG_2\n       iamctl suggest [OPTIONS] @PAIR\n       iamctl suggest [OPTIONS] --baseline BASELINE [SOURCE=TAG]..."
)]
pub(in crate::cli) struct Args {
    /// Two sources with tags; or, with `--baseline`, any number of accounts such as dev.json=dev
    ///
    /// A source is an AWS profile, a snapshot file, or `env:`. `env:` stands for the credentials of the environment. A word with a
    /// path separator, or that ends in `.json` or `.json.gz`, is a file: a snapshot, or the output of
    /// `aws iam get-account-authorization-details`. Any other word is a profile of the AWS config.
    /// `FILE#ACCOUNT_ID` is one account of a file that contains several. A tag is the short name of an account; the dictionary
    /// lists the texts of the account under it.
    #[arg(value_name = "SOURCES")]
    pub(super) words: Vec<String>,
    /// Account that all others are compared with
    ///
    /// The tag of one of the accounts, or another account as SOURCE=TAG, as for `iamctl fleet`. With it, iamctl finds one
    /// dictionary for all accounts. `majority` cannot be used.
    #[arg(long, value_name = "BASELINE", env = "IAMCTL_BASELINE")]
    pub(super) baseline: Option<Baseline>,
    /// Folder with snapshots of earlier harvests; can be repeated
    ///
    /// iamctl reads every file that is called TAG_snapshot.json or TAG_snapshot.json.gz, in the folder and in the folders
    /// in it, as for `iamctl fleet`.
    #[arg(long, value_name = "DIR", env = "IAMCTL_SNAPSHOTS", value_delimiter = ',')]
    pub(super) snapshots: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) lists: ListArgs,
    #[command(flatten)]
    pub(super) dictionary: DictionaryArgs,
    /// Add the entries to the dictionary file
    ///
    /// The file is the one of `--equivalency`, or `equivalency_list.json` in the current folder. iamctl creates it if it does
    /// not exist, and keeps the entries that it has.
    #[arg(long, env = "IAMCTL_WRITE", value_parser = FalseyValueParser::new())]
    pub(super) write: bool,
    /// Compare two sources of the same account, also of the same time
    ///
    /// Without this option, two sources of the same account are an error, unless they are the account at two times: two
    /// snapshots whose times (`harvested_at`) differ, or a snapshot and the account as it is now.
    #[arg(long, env = "IAMCTL_ALLOW_SAME_ACCOUNT", value_parser = FalseyValueParser::new())]
    pub(super) allow_same_account: bool,
    #[command(flatten)]
    pub(super) input: InputArgs,
}

impl Args {
    /// The dictionary there is, and its file.
    pub(super) fn read_dictionary(&self, console: &Console) -> Result<(Dictionary, Option<PathBuf>), CliError> {
        let (dictionary, from) = self.dictionary.read_or_new(self.write)?;
        let from = from.map(|file| file.path);
        if let Some(path) = &from {
            console.note(&format!("dictionary: {}", path.display()));
        }
        Ok((dictionary, from))
    }
}
