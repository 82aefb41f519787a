//! One dictionary for any number of accounts.

use super::super::accounts::{NamedSource, NamedSourceError};
use super::super::console::Console;
use super::super::error::CliError;
use super::super::exit_code::ExitCode;
use super::super::fleet::{self, Baseline, FleetError};
use super::args::Args;
use super::error::SuggestError;
use super::output::{SEARCHING, SHOWN, few, finish, tell_more};
use crate::model::{Account, AccountTag, Entry, Side};
use crate::pipeline;
use crate::report::sentences::counted;
use crate::suggest::{FleetInput, FleetSuggestions, Remaining, Tagged, suggest_for_fleet};

/// Reads the accounts and prints the entries they need as a dictionary.
pub(super) fn run(
    args: &Args,
    baseline: &Baseline,
    words: &[String],
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    if *baseline == Baseline::Majority {
        return Err(SuggestError::Majority.into());
    }
    if args.allow_same_account {
        return Err(SuggestError::OfTwo { flag: "--allow-same-account" }.into());
    }
    let named = |word: &String| {
        let problem = |error: NamedSourceError| SuggestError::Word { word: word.clone(), why: error.to_string() };
        word.parse::<NamedSource>().map_err(problem)
    };
    let named: Vec<NamedSource> = words.iter().map(named).collect::<Result<_, _>>()?;
    let sources = fleet::sources(baseline, &named, &args.snapshots, args.lists.accounts()?.0, console)?;
    let (dictionary, from) = args.read_dictionary(console)?;
    let catalogue = args.input.catalogue(console)?;
    let tried = fleet::tried(sources, Some(0), &args.lists, &args.input, console)?;
    let (accounts, unread) = fleet::wanted(&tried, &args.lists.filter())?;
    // A dictionary that was found without an account might not hold for it.
    if !unread.is_empty() {
        return Err(SuggestError::Unread { accounts: unread }.into());
    }
    // The baseline is the first.
    let Some((first, others)) = accounts.split_first() else { return Err(FleetError::NoAccount.into()) };
    let spinner = console.spinner(SEARCHING);
    let tagged = |(tag, account): &'_ (&'_ AccountTag, Account)| -> Result<(), CliError> {
        account.check_absent().map_err(pipeline::Error::from)?;
        if account.roles.is_empty() {
            console.note(&format!("{tag} has no roles"));
        }
        Ok(())
    };
    accounts.iter().try_for_each(tagged)?;
    let others: Vec<Tagged<'_>> = others.iter().map(|(tag, account)| (*tag, account)).collect();
    let found = suggest_for_fleet(FleetInput {
        baseline: (first.0, &first.1),
        accounts: &others,
        dictionary: &dictionary.list,
        builtins: dictionary.builtins,
        catalogue: &catalogue,
    })
    .map_err(pipeline::Error::from)?;
    drop(spinner);
    tell(&found, first.0, console);
    let entries: Vec<(&str, &Entry)> = found.entries.iter().map(|one| (&*one.placeholder, &one.entry)).collect();
    finish(args, console, from, &entries, &found.dictionary)
}

/// What speaks for each entry, and what is left, on stderr.
fn tell(found: &FleetSuggestions, baseline: &AccountTag, console: &Console) {
    for one in &found.entries {
        console.note(&format!("{}: {}", one.placeholder, one.evidence));
    }
    tell_more(found.more, console);
    let left: Vec<(&AccountTag, usize, &Remaining)> = found
        .remaining
        .iter()
        .map(|(tag, left)| (tag, left.roles.left.len() + left.roles.right.len() + left.differing.len(), left))
        .filter(|(_, count, _)| *count > 0)
        .collect();
    if found.entries.is_empty() {
        console.note(if left.is_empty() {
            "nothing to suggest: the accounts are already equal"
        } else {
            "nothing to suggest: the differences have no pattern that a dictionary can describe"
        });
    }
    let mut shown = left.clone();
    shown.sort_by_key(|(tag, count, _)| (std::cmp::Reverse(*count), *tag));
    for (tag, _, left) in shown.iter().take(SHOWN) {
        tell_remaining(tag, baseline, left, console);
    }
    if let Some(more) = left.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let accounts = if more == 1 { "account" } else { "accounts" };
        console.note(&format!("not explained: differences in {more} more {accounts}"));
    }
}

/// What is left in one account.
fn tell_remaining(tag: &AccountTag, baseline: &AccountTag, left: &Remaining, console: &Console) {
    let mut parts = Vec::new();
    for (side, of) in [(Side::Left, baseline), (Side::Right, tag)] {
        let roles = left.roles.get(side);
        if !roles.is_empty() {
            let names = few(roles.iter().take(SHOWN).map(String::as_str), roles.len());
            parts.push(format!("{} only in {of}: {names}", counted(roles.len(), "role")));
        }
    }
    if !left.differing.is_empty() {
        let names: Vec<String> =
            left.differing.iter().take(SHOWN).map(|(name, count)| format!("{name} ({count})")).collect();
        let names = few(names.iter().map(String::as_str), left.differing.len());
        let common = counted(left.common, "common role");
        parts.push(format!("{} of {common} differ: {names}", left.differing.len()));
    }
    console.note(&format!("not explained in {tag}: {}", parts.join("; ")));
}
