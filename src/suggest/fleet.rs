//! The one dictionary that any number of accounts need, found from comparisons of each with a baseline.
//!
//! Each pair is searched on its own. What the pairs need is put together: entries with one text of the baseline are one
//! entry, with texts for all accounts. Then each entry is tried out in all accounts at once, since what makes two accounts
//! alike may make roles of a third account one.

mod evidence;
mod input;
mod merge;

use rayon::prelude::*;

pub use evidence::FleetEvidence;
pub use input::{FleetInput, Tagged};
use merge::{Draft, Needed};

use super::suggestion::Remaining;
use super::trial::Measure;
use super::{MOST_ENTRIES, Search};
use crate::model::{AccountTag, Entry, EquivalencyList};
use crate::normalise::DictionaryTooLarge;

/// What the accounts need to be alike.
#[derive(Debug, Clone)]
pub struct FleetSuggestions {
    /// The entries that are suggested, most useful first; each holds its evidence as a comment.
    pub entries: Vec<FleetSuggestion>,
    /// The dictionary that was given, with them.
    pub dictionary: EquivalencyList,
    /// How many more patterns and pairs of IDs there are beyond the number of entries that is suggested at once.
    pub more: usize,
    /// What is left in each account, sorted by tag.
    pub remaining: Vec<(AccountTag, Remaining)>,
}

/// One suggested entry.
#[derive(Debug, Clone)]
pub struct FleetSuggestion {
    /// The placeholder.
    pub placeholder: String,
    /// The entry; it holds what the dictionary had under this placeholder already.
    pub entry: Entry,
    /// What it does.
    pub evidence: FleetEvidence,
}

/// Finds the entries that make all accounts most like the baseline.
///
/// # Errors
/// If the dictionary is too large to be looked for at once.
pub fn suggest_for_fleet(input: FleetInput<'_>) -> Result<FleetSuggestions, DictionaryTooLarge> {
    let mut accounts: Vec<Tagged<'_>> = input.accounts.to_vec();
    accounts.sort_by_key(|(tag, _)| *tag);
    let search = |(tag, account): &Tagged<'_>| Ok(Needed::new(Search::new(input.pair((*tag, *account)))?));
    let found: Result<Vec<Needed>, DictionaryTooLarge> = accounts.par_iter().map(search).collect();
    let found = found?;
    let more = found.iter().map(|needed| needed.more).max().unwrap_or_default();
    let mut drafts = merge::drafts(input.dictionary, input.baseline.0, found);
    merge::complete(&mut drafts, input.baseline, &accounts);
    let beyond = drafts.len().saturating_sub(MOST_ENTRIES);
    drafts.truncate(MOST_ENTRIES);
    let drafts = good(&input, &accounts, drafts)?;
    let (mut dictionary, drafts) = merge::dictionary(input.dictionary, drafts);
    let (evidence, remaining) = evidence::of(&input, &accounts, &dictionary, &drafts)?;
    let mut entries: Vec<FleetSuggestion> = drafts
        .into_iter()
        .zip(evidence)
        .map(|(draft, evidence)| FleetSuggestion {
            entry: Entry { comment: evidence::comment(&draft, &evidence), ..draft.entry },
            placeholder: draft.name,
            evidence,
        })
        .collect();
    entries
        .sort_by_key(|one| std::cmp::Reverse((one.evidence.roles, one.evidence.differences, one.evidence.other_texts)));
    for one in &entries {
        // The same entry with its evidence: nothing that could clash is new.
        let _ = dictionary.replace(&one.placeholder, one.entry.clone());
    }
    Ok(FleetSuggestions { entries, dictionary, more: more.max(beyond), remaining })
}

/// The drafts without those that do no good, tried out in all accounts together with the others. What is left is tried
/// out again, since an entry may be of use only with another one.
fn good(
    input: &FleetInput<'_>,
    accounts: &[Tagged<'_>],
    mut drafts: Vec<Draft>,
) -> Result<Vec<Draft>, DictionaryTooLarge> {
    loop {
        let (dictionary, placed) = merge::dictionary(input.dictionary, drafts);
        let with = input.measures(accounts, &dictionary)?;
        let mut bad = None;
        // The least useful first.
        for (place, draft) in placed.iter().enumerate().rev() {
            let without = input.measures(accounts, &merge::without(&dictionary, input.dictionary, &draft.name))?;
            if !is_good(&with, &without) {
                bad = Some(place);
                break;
            }
        }
        drafts = placed;
        match bad {
            Some(place) => drop(drafts.remove(place)),
            None => return Ok(drafts),
        }
    }
}

/// Whether an entry makes more alike in all accounts together, and makes nothing one that is two in any of them.
fn is_good(with: &[Measure], without: &[Measure]) -> bool {
    let merges = with.iter().zip(without).any(|(with, without)| with.merges(without));
    let sum = |all: &[Measure], of: fn(&Measure) -> usize| all.iter().map(of).sum::<usize>();
    !merges
        && sum(with, |one| one.pairs) >= sum(without, |one| one.pairs)
        && sum(with, |one| one.open) < sum(without, |one| one.open)
}
