//! `iamctl suggest`: the dictionary that accounts need, found from the accounts.

mod args;
mod error;
mod fleet;
mod output;

use super::console::Console;
use super::error::CliError;
use super::exit_code::ExitCode;
use super::source::Source;
pub(super) use args::Args;
pub use error::SuggestError;
use output::{SEARCHING, SHOWN, few, finish, tell_more};

use crate::model::{AccountTag, Entry, Side, Sides};
use crate::pipeline::{self, different_tags};
use crate::report::sentences::counted;
use crate::suggest::{self, Input, Suggestions};

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
    let (dictionary, from) = args.read_dictionary(console)?;
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
