//! `iamctl suggest`: the dictionary that accounts need, found from the accounts.

mod error;
mod fleet;

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use super::accounts::ListArgs;
use super::complete;
use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::fleet::Baseline;
use super::init::EQUIVALENCY_FILE;
use super::inputs::{Dictionary, DictionaryArgs, InputArgs};
use super::source::Source;
pub use error::SuggestError;

use crate::formats::files;
use crate::model::{AccountTag, Entry, EquivalencyList, Side, Sides};
use crate::pipeline::{self, different_tags};
use crate::report::sentences::counted;
use crate::store::text_file;
use crate::suggest::{self, Input, Suggestions};

/// How many names are shown before the rest is only counted.
const SHOWN: usize = 5;

/// What `suggest` takes.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "iamctl suggest [OPTIONS] SOURCE_1 TAG_1 SOURCE_2 TAG_2\n       iamctl suggest [OPTIONS] @PAIR\n       iamctl suggest [OPTIONS] --baseline BASELINE [SOURCE=TAG]..."
)]
pub(super) struct Args {
    /// Two sources with tags; or, with `--baseline`, any number of accounts such as dev.json=dev
    ///
    /// A source is an AWS profile, a snapshot file, or `env:`. `env:` stands for the credentials of the environment. A word with a
    /// path separator, or that ends in `.json` or `.json.gz`, is a file: a snapshot, or the output of
    /// `aws iam get-account-authorization-details`. Any other word is a profile of the AWS config.
    /// `FILE#ACCOUNT_ID` is one account of a file that contains several. A tag is the short name of an account; the dictionary
    /// lists the texts of the account under it.
    #[arg(value_name = "SOURCES", add = complete::source_or_pair())]
    words: Vec<String>,
    /// Account that all others are compared with
    ///
    /// The tag of one of the accounts, or another account as SOURCE=TAG, as for `iamctl fleet`. With it, iamctl finds one
    /// dictionary for all accounts. `majority` cannot be used.
    #[arg(long, value_name = "BASELINE", env = "IAMCTL_BASELINE")]
    baseline: Option<Baseline>,
    /// Folder with snapshots of earlier harvests; can be repeated
    ///
    /// iamctl reads every file that is called TAG_snapshot.json or TAG_snapshot.json.gz, in the folder and in the folders
    /// in it, as for `iamctl fleet`.
    #[arg(long, value_name = "DIR", env = "IAMCTL_SNAPSHOTS", value_delimiter = ',')]
    snapshots: Vec<PathBuf>,
    #[command(flatten)]
    lists: ListArgs,
    #[command(flatten)]
    dictionary: DictionaryArgs,
    /// Add the entries to the dictionary file
    ///
    /// The file is the one of `--equivalency`, or `equivalency_list.json` in the current folder. iamctl creates it if it does
    /// not exist, and keeps the entries that it has.
    #[arg(long, env = "IAMCTL_WRITE", value_parser = FalseyValueParser::new())]
    write: bool,
    /// Compare two sources of the same account, also of the same time
    ///
    /// Without this option, two sources of the same account are an error, unless they are the account at two times: two
    /// snapshots whose times (`harvested_at`) differ, or a snapshot and the account as it is now.
    #[arg(long, env = "IAMCTL_ALLOW_SAME_ACCOUNT", value_parser = FalseyValueParser::new())]
    allow_same_account: bool,
    #[command(flatten)]
    input: InputArgs,
}

/// Reads the accounts and prints the entries they need as a dictionary.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    match (args.words.as_slice(), &args.baseline) {
        // The variable of `--baseline` may be there for `fleet`.
        ([source_1, tag_1, source_2, tag_2], baseline) if baseline.is_none() || !tag_1.contains('=') => {
            let snapshots = (!args.snapshots.is_empty()).then_some("--snapshots");
            if let Some(flag) = args.lists.of_many().or(args.lists.of_accounts()).or(snapshots) {
                return Err(SuggestError::OfMany { flag }.into());
            }
            let tag = |word: &String| word.parse().map_err(CliError::Tag);
            let Ok(source_1) = source_1.parse();
            let Ok(source_2) = source_2.parse();
            let sources = Sides { left: source_1, right: source_2 };
            two(args, &sources, Sides { left: &tag(tag_1)?, right: &tag(tag_2)? }, console)
        }
        (words, Some(baseline)) => fleet::run(args, baseline, words, console),
        (_, None) => Err(SuggestError::Words.into()),
    }
}

/// Finds the entries that two accounts need.
fn two(
    args: &Args,
    sources: &Sides<Source>,
    tags: Sides<&AccountTag>,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    different_tags(tags)?;
    let (dictionary, from) = dictionary(args, console)?;
    let catalogue = args.input.catalogue(console)?;
    let read = args.input.snapshots([&sources.left, &sources.right], args.allow_same_account, console)?;
    let [left, right] = &read;
    let accounts = pipeline::read(Sides { left, right })?;
    let spinner = console.spinner(SEARCHING);
    let found = suggest::suggest(Input {
        accounts: accounts.as_ref(),
        tags,
        dictionary: &dictionary.list,
        builtins: dictionary.builtins,
        catalogue: &catalogue,
    })
    .map_err(pipeline::Error::from)?;
    drop(spinner);
    for (account, tag) in [(&accounts.left, tags.left), (&accounts.right, tags.right)] {
        if account.roles.is_empty() {
            console.note(&format!("{tag} has no roles"));
        }
    }
    tell(&found, tags, console);
    let entries: Vec<(&str, &Entry)> = found.entries.iter().map(|one| (&*one.placeholder, &one.entry)).collect();
    finish(args, console, from, &entries, &found.dictionary)
}

/// What is said while the search takes its time.
const SEARCHING: &str = "searching for texts that are meant to differ";

/// The dictionary there is, and its file.
fn dictionary(args: &Args, console: &Console) -> Result<(Dictionary, Option<PathBuf>), CliError> {
    let (dictionary, from) = args.dictionary.read_or_new(args.write)?;
    let from = from.map(|file| file.path);
    if let Some(path) = &from {
        console.note(&format!("dictionary: {}", path.display()));
    }
    Ok((dictionary, from))
}

/// Prints the entries that are suggested, and writes the dictionary with them if that is wanted.
fn finish(
    args: &Args,
    console: &Console,
    from: Option<PathBuf>,
    entries: &[(&str, &Entry)],
    dictionary: &EquivalencyList,
) -> Result<ExitCode, CliError> {
    console.print(|out| files::json(out, &only_suggested(entries)))?;
    if args.write && !entries.is_empty() {
        let path =
            from.or_else(|| args.dictionary.equivalency.clone()).unwrap_or_else(|| PathBuf::from(EQUIVALENCY_FILE));
        let mut text = Vec::new();
        files::json(&mut text, dictionary).map_err(CliError::Print)?;
        text_file::replace(&path, &String::from_utf8_lossy(&text))?;
        console.note(&format!("written to {}; review the file before you use it", path.display()));
    }
    Ok(ExitCode::Done)
}

/// The entries that are suggested, in the form of a dictionary.
fn only_suggested(entries: &[(&str, &Entry)]) -> EquivalencyList {
    let mut list = EquivalencyList::default();
    for (placeholder, entry) in entries {
        // They come from one dictionary, so none can clash with another.
        let _ = list.insert(placeholder, (*entry).clone());
    }
    list
}

/// What speaks for each entry, and what is left, on stderr.
fn tell(found: &Suggestions, tags: Sides<&AccountTag>, console: &Console) {
    for one in &found.entries {
        console.note(&format!("{}: {}", one.placeholder, one.evidence));
    }
    tell_more(found.more, console);
    let left = &found.remaining;
    if found.entries.is_empty() {
        let alone = left.roles.left.len() + left.roles.right.len();
        let why = match (alone, left.differing.len(), left.common) {
            (0, 0, _) => "nothing to suggest: the accounts are already equal",
            (_, _, 0) => {
                "nothing to suggest: the accounts have no role in common, and no substitution makes roles equal"
            }
            _ => "nothing to suggest: the differences have no pattern that a dictionary can describe",
        };
        console.note(why);
    }
    for side in Side::BOTH {
        let roles = left.roles.get(side);
        if !roles.is_empty() {
            let names = roles.iter().take(SHOWN).map(String::as_str);
            console.note(&format!(
                "not explained: {} only in {}: {}",
                roles.len(),
                tags.get(side),
                few(names, roles.len())
            ));
        }
    }
    if !left.differing.is_empty() {
        let names: Vec<String> =
            left.differing.iter().take(SHOWN).map(|(name, count)| format!("{name} ({count})")).collect();
        let names = few(names.iter().map(String::as_str), left.differing.len());
        console.note(&format!(
            "not explained: {} of {} differ: {names}",
            left.differing.len(),
            counted(left.common, "common role")
        ));
    }
}

/// How many more entries there are.
fn tell_more(more: usize, console: &Console) {
    if more > 0 {
        console.note(&format!(
            "patterns and pairs of IDs that are not shown: {more}; add these entries with --write and run the command again"
        ));
    }
}

fn few<'a>(names: impl Iterator<Item = &'a str>, all: usize) -> String {
    let names: Vec<&str> = names.collect();
    let more = all - names.len();
    let names = names.join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}
