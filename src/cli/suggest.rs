//! `iamctl suggest`: the dictionary two accounts need, found from the accounts.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;

use super::complete;
use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::init::EQUIVALENCY_FILE;
use super::inputs::{DictionaryArgs, InputArgs};
use super::source::Source;
use crate::formats::files;
use crate::model::{AccountTag, EquivalencyList, Side, Sides};
use crate::pipeline::{self, different_tags};
use crate::report::sentences::counted;
use crate::store::text_file;
use crate::suggest::{self, Input, Suggestions};

/// How many names are shown before the rest is only counted.
const SHOWN: usize = 5;

/// What `suggest` takes.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// AWS profile, snapshot file, or `env:`
    ///
    /// `env:` stands for the credentials of the environment. A word with a path separator, or that ends in `.json` or
    /// `.json.gz`, is a file: a snapshot, or the output of `aws iam get-account-authorization-details`. Any other word is a
    /// profile of the AWS config.
    /// `FILE#ACCOUNT_ID` is one account of a file that contains several.
    #[arg(value_name = "SOURCE_1", add = complete::source())]
    source_1: Source,
    /// Short name of the first account, such as `dev`
    ///
    /// The dictionary lists the texts of the account under this tag.
    #[arg(value_name = "TAG_1")]
    tag_1: AccountTag,
    /// AWS profile, snapshot file, or `env:` of the second account
    #[arg(value_name = "SOURCE_2", add = complete::source())]
    source_2: Source,
    /// Short name of the second account
    #[arg(value_name = "TAG_2")]
    tag_2: AccountTag,
    #[command(flatten)]
    dictionary: DictionaryArgs,
    /// Add the entries to the dictionary file
    ///
    /// The file is the one of `--equivalency`, or `equivalency_list.json` in the current folder. iamctl creates it if it does
    /// not exist, and keeps the entries that it has.
    #[arg(long, env = "IAMCTL_WRITE", value_parser = FalseyValueParser::new())]
    write: bool,
    /// Compare two sources of the same account
    ///
    /// Without this option, two sources of the same account are an error.
    #[arg(long, env = "IAMCTL_ALLOW_SAME_ACCOUNT", value_parser = FalseyValueParser::new())]
    allow_same_account: bool,
    #[command(flatten)]
    input: InputArgs,
}

/// Reads both accounts and prints the entries they need as a dictionary.
pub(super) fn run(args: &Args, console: &mut Console) -> Result<ExitCode, CliError> {
    let tags = Sides { left: &args.tag_1, right: &args.tag_2 };
    different_tags(tags)?;
    let (dictionary, from) = args.dictionary.read_or_new(args.write)?;
    if let Some(path) = &from {
        console.note(&format!("dictionary: {}", path.display()));
    }
    let catalogue = args.input.catalogue(console)?;
    let read = args.input.snapshots([&args.source_1, &args.source_2], args.allow_same_account, console)?;
    let [left, right] = &read;
    let accounts = pipeline::read(Sides { left, right })?;
    let spinner = console.spinner("searching for texts that are meant to differ");
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
    console.print(|out| files::json(out, &only_suggested(&found)))?;
    if args.write && !found.entries.is_empty() {
        let path =
            from.or_else(|| args.dictionary.equivalency.clone()).unwrap_or_else(|| PathBuf::from(EQUIVALENCY_FILE));
        let mut text = Vec::new();
        files::json(&mut text, &found.dictionary).map_err(CliError::Print)?;
        text_file::replace(&path, &String::from_utf8_lossy(&text))?;
        console.note(&format!("written to {}; review the file before you use it", path.display()));
    }
    Ok(ExitCode::Done)
}

/// The entries that are suggested, in the form of a dictionary.
fn only_suggested(found: &Suggestions) -> EquivalencyList {
    let mut list = EquivalencyList::default();
    for one in &found.entries {
        // They come from one dictionary, so none can clash with another.
        let _ = list.insert(&one.placeholder, one.entry.clone());
    }
    list
}

/// What speaks for each entry, and what is left, on stderr.
fn tell(found: &Suggestions, tags: Sides<&AccountTag>, console: &Console) {
    for one in &found.entries {
        console.note(&format!("{}: {}", one.placeholder, one.evidence));
    }
    if found.more > 0 {
        console.note(&format!(
            "patterns and pairs of IDs that are not shown: {}; add these entries with --write and run the command again",
            found.more
        ));
    }
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

fn few<'a>(names: impl Iterator<Item = &'a str>, all: usize) -> String {
    let names: Vec<&str> = names.collect();
    let more = all - names.len();
    let names = names.join(", ");
    if more == 0 { names } else { format!("{names} and {more} more") }
}
