//! Finds the dictionary under which two accounts are most alike, from the accounts themselves.
//!
//! What differs in many places in the same way is meant to differ: `dev` where the other account has `qa`. Each
//! substitution is tried out before it is suggested; it must make roles or texts alike that are alike otherwise, and
//! may make no two roles of one account one. Entries of texts are by account tag, and what a pattern matches belongs to
//! the account that has it in its names, so that no entry can hide a reference from one account to the other. Pure: the
//! same accounts give the same suggestions.

mod candidates;
mod evidence;
mod fleet;
mod generated_ends;
mod input;
mod resource_ids;
mod segments;
mod suggestion;
mod trial;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

pub use evidence::Evidence;
pub use fleet::{FleetEvidence, FleetInput, FleetSuggestion, FleetSuggestions, Tagged, suggest_for_fleet};
pub use input::Input;
use segments::Value;
pub use suggestion::{Remaining, Suggestion, Suggestions};
use trial::Trial;

use crate::model::Sides;
use crate::normalise::{self, DictionaryTooLarge};

/// The most entries that are suggested at once.
const MOST_ENTRIES: usize = 12;

/// The entries that two accounts need, found one after the other.
struct Search {
    /// The accounts under the dictionary with all of them.
    trial: Trial,
    /// The placeholders of the entries that are new or have new texts.
    changed: Vec<String>,
    /// Of patterns, names that they nearly match.
    near_misses: BTreeMap<String, Option<String>>,
    /// How many more patterns and pairs of IDs there are.
    more: usize,
}

impl Search {
    fn new(input: Input<'_>) -> Result<Self, DictionaryTooLarge> {
        let mut trial = Trial::new(input, input.dictionary.clone(), normalise::trial)?;
        let mut changed: Vec<String> = Vec::new();
        let mut failed: BTreeSet<Sides<Value>> = BTreeSet::new();
        while changed.len() < MOST_ENTRIES {
            let Some((placeholder, next)) = trial.better(input, &mut failed)? else { break };
            if !changed.contains(&placeholder) {
                changed.push(placeholder);
            }
            trial = next;
        }
        let mut near_misses: BTreeMap<String, Option<String>> = BTreeMap::new();
        let mut more = 0;
        for ends in generated_ends::find(trial.role_names().as_ref()) {
            if changed.len() >= MOST_ENTRIES {
                more += 1;
                continue;
            }
            if let Some((placeholder, next)) = trial.with_ends(input, &ends)? {
                near_misses.insert(placeholder.clone(), ends.near_miss);
                changed.push(placeholder);
                trial = next;
            }
        }
        for paired in resource_ids::find(trial.normalised.as_ref(), &trial.alignment) {
            if changed.len() >= MOST_ENTRIES {
                more += 1;
                continue;
            }
            if let Some((placeholder, next)) = trial.with_ids(input, &paired)? {
                changed.push(placeholder);
                trial = next;
            }
        }
        Ok(Self { trial, changed, near_misses, more })
    }
}

/// Finds the entries that make the accounts most alike.
///
/// # Errors
/// If the dictionary is too large to be looked for at once.
pub fn suggest(input: Input<'_>) -> Result<Suggestions, DictionaryTooLarge> {
    let Search { trial, changed, near_misses, more } = Search::new(input)?;
    let trial = Trial::new(input, trial.dictionary, normalise::account)?;
    let open = trial.differences(input, &trial.alignment);
    let after = trial.differing_texts(&trial.alignment);
    let found: Result<Vec<Option<Suggestion>>, DictionaryTooLarge> = changed
        .into_par_iter()
        .map(|placeholder| {
            let near_miss = near_misses.get(&placeholder).cloned().flatten();
            let evidence = Evidence { near_miss, ..trial.evidence(input, &placeholder, after)? };
            Ok(trial.suggestion(placeholder, evidence))
        })
        .collect();
    let mut entries: Vec<Suggestion> = found?.into_iter().flatten().collect();
    entries
        .sort_by_key(|one| std::cmp::Reverse((one.evidence.roles, one.evidence.differences, one.evidence.other_texts)));
    let remaining = trial.remaining(input, &open);
    let mut dictionary = trial.dictionary;
    for one in &entries {
        // The same entry with its evidence: nothing that could clash is new.
        let _ = dictionary.replace(&one.placeholder, one.entry.clone());
    }
    Ok(Suggestions { entries, dictionary, more, remaining })
}
