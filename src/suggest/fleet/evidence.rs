//! What speaks for an entry of a fleet, and what is left in its accounts.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::super::Remaining;
use super::super::trial::Trial;
use super::input::{FleetInput, Tagged};
use super::merge::{self, Draft};
use crate::model::{AccountTag, EquivalencyList, Place, Side, Texts};
use crate::normalise::{self, DictionaryTooLarge};

/// What an entry does in all accounts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FleetEvidence {
    /// Its texts, each with the tags of the accounts that have it, which a plain list does not say; none of a pattern. An empty text is that of accounts that
    /// have nothing there.
    pub texts: BTreeMap<String, BTreeSet<String>>,
    /// Its pattern, if it is one.
    pub pattern: Option<String>,
    /// A name that ends much like those that the pattern matches and that it does not match.
    pub near_miss: Option<String>,
    /// In how many accounts it replaces something, the baseline among them.
    pub accounts: usize,
    /// In how many names of roles of all accounts it replaces something.
    pub role_names: usize,
    /// In how many other texts.
    pub other_texts: usize,
    /// How many roles it makes common with the baseline, in all accounts.
    pub roles: usize,
    /// How many texts that only one of two common roles has it makes alike.
    pub differences: usize,
    /// Roles that are equal without it and differ with it: tag and name in the baseline.
    pub broken: Vec<String>,
}

/// What one account says of an entry.
#[derive(Debug, Default)]
struct Part {
    /// Texts of the baseline and of the account in which something is replaced: names of roles, and others.
    places: [(usize, usize); 2],
    roles: usize,
    differences: usize,
    broken: Vec<String>,
}

/// What is left in an account.
type Left = (AccountTag, Remaining);

/// What speaks for each draft, and what is left in each account.
pub(super) fn of(
    input: &FleetInput<'_>,
    accounts: &[Tagged<'_>],
    dictionary: &EquivalencyList,
    drafts: &[Draft],
) -> Result<(Vec<FleetEvidence>, Vec<Left>), DictionaryTooLarge> {
    let one = |account: &Tagged<'_>| {
        let pair = input.pair(*account);
        let trial = Trial::new(pair, dictionary.clone(), normalise::account)?;
        let after = trial.differing_texts(&trial.alignment);
        let part = |draft: &Draft| {
            let without = merge::without(dictionary, input.dictionary, &draft.name);
            let without = Trial::new(pair, without, normalise::trial)?;
            Ok(Part {
                places: Side::BOTH.map(|side| places(&trial, side, &draft.name)),
                roles: trial.alignment.pairs.len().saturating_sub(without.alignment.pairs.len()),
                differences: without.differing_texts(&trial.alignment).saturating_sub(after),
                broken: trial.broken(pair, &without).into_iter().map(|role| format!("{}: {role}", account.0)).collect(),
            })
        };
        let parts: Result<Vec<Part>, DictionaryTooLarge> = drafts.iter().map(part).collect();
        let open = trial.differences(pair, &trial.alignment);
        Ok((parts?, (account.0.clone(), trial.remaining(pair, &open))))
    };
    let all: Result<Vec<(Vec<Part>, Left)>, DictionaryTooLarge> = accounts.par_iter().map(one).collect();
    let (parts, remaining): (Vec<Vec<Part>>, Vec<Left>) = all?.into_iter().unzip();
    let mut evidence: Vec<FleetEvidence> = drafts.iter().map(about).collect();
    for (place, evidence) in evidence.iter_mut().enumerate() {
        let parts: Vec<&Part> = parts.iter().filter_map(|parts| parts.get(place)).collect();
        evidence.add(&parts);
    }
    Ok((evidence, remaining))
}

fn about(draft: &Draft) -> FleetEvidence {
    FleetEvidence {
        texts: merge::by_text(&draft.entry),
        pattern: match &draft.entry.texts {
            Texts::Pattern(pattern) => Some(pattern.as_str().to_owned()),
            Texts::ByTag(..) | Texts::Shared(..) => None,
        },
        near_miss: draft.near_miss.clone(),
        ..FleetEvidence::default()
    }
}

/// In how many names of roles and in how many other texts of an account an entry replaces something.
fn places(trial: &Trial, side: Side, placeholder: &str) -> (usize, usize) {
    let hits = trial.normalised.get(side).hits.iter().map(|(hit, _)| hit);
    let texts: BTreeSet<(bool, &str)> = hits
        .filter(|hit| hit.placeholder == placeholder)
        .map(|hit| (hit.place == Place::RoleName, hit.before.as_str()))
        .collect();
    let names = texts.iter().filter(|(is_name, _)| *is_name).count();
    (names, texts.len() - names)
}

impl FleetEvidence {
    fn add(&mut self, parts: &[&Part]) {
        // The baseline is the same in all comparisons, but for what depends on the other account: it counts once.
        let baseline = parts.iter().map(|part| part.places[0]).max().unwrap_or_default();
        let places = std::iter::once(baseline).chain(parts.iter().map(|part| part.places[1]));
        for (names, others) in places {
            self.accounts += usize::from(names + others > 0);
            self.role_names += names;
            self.other_texts += others;
        }
        for part in parts {
            self.roles += part.roles;
            self.differences += part.differences;
            self.broken.extend(part.broken.iter().cloned());
        }
    }
}

impl std::fmt::Display for FleetEvidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const MOST: usize = 5;
        let counted = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
        match &self.pattern {
            Some(pattern) => write!(f, "the pattern `{pattern}`")?,
            None => {
                let quoted = |text: &str| if text.is_empty() { "nothing".to_owned() } else { format!("`{text}`") };
                let one = |(text, tags): (&String, &BTreeSet<String>)| {
                    let tags: Vec<String> = tags.iter().cloned().collect();
                    let of = if tags.is_empty() { String::new() } else { format!(" ({})", few(&tags, MOST)) };
                    format!("{}{of}", quoted(text))
                };
                let texts: Vec<String> = self.texts.iter().map(one).collect();
                f.write_str(&few(&texts, MOST))?;
            }
        }
        write!(
            f,
            ": in {}: {}, {}; makes {} common, removes {}",
            counted(self.accounts, "account"),
            counted(self.role_names, "role name"),
            counted(self.other_texts, "other text"),
            counted(self.roles, "unique role"),
            counted(self.differences, "differing text"),
        )?;
        if let Some(name) = &self.near_miss {
            write!(f, "; does not match `{name}`")?;
        }
        if self.broken.is_empty() {
            return Ok(());
        }
        write!(
            f,
            "; makes {} differ that would be equal without it: {}",
            counted(self.broken.len(), "role"),
            few(&self.broken, 3)
        )
    }
}

fn few(all: &[String], most: usize) -> String {
    let first = all.iter().take(most).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > most { format!("{first}, and {} more", all.len() - most) } else { first }
}

/// What is written beside an entry. A plain list stays one: the original tool reads those.
pub(super) fn comment(draft: &Draft, evidence: &FleetEvidence) -> Option<String> {
    match &draft.entry.texts {
        Texts::Shared(..) => draft.entry.comment.clone(),
        Texts::ByTag(..) | Texts::Pattern(_) => Some(evidence.to_string()),
    }
}
