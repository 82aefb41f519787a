//! Puts together the entries that the accounts need one by one.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Search;
use super::super::candidates::WordKind;
use super::super::segments::{self, Value};
use super::super::trial::spellings;
use super::input::Tagged;
use crate::model::{Account, AccountTag, Entry, EquivalencyList, Matching, TagPattern, TagTexts, Texts};

/// An entry for all accounts, before it is tried out in all of them.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// Its placeholder; without a number until it is in a dictionary.
    pub name: String,
    pub entry: Entry,
    /// Whether the user's dictionary has it already.
    pub is_given: bool,
    /// A name that ends much like those that its pattern matches and that it does not match.
    pub near_miss: Option<String>,
    /// In how many accounts it was found.
    found_in: usize,
}

/// What one account needs.
pub(super) struct Needed {
    /// Placeholder, entry, and a name that its pattern nearly matches.
    entries: Vec<(String, Entry, Option<String>)>,
    /// How many more patterns and pairs of IDs there are.
    pub more: usize,
}

impl Needed {
    pub(super) fn new(search: Search) -> Self {
        let Search { trial, changed, mut near_misses, more } = search;
        // What was changed is in the dictionary.
        let entry = |name: String| {
            let entry = trial.dictionary.get(&name)?.clone();
            let near_miss = near_misses.remove(&name).flatten();
            Some((name, entry, near_miss))
        };
        Self { entries: changed.into_iter().filter_map(entry).collect(), more }
    }
}

/// The entries that were found, those that most accounts need first.
pub(super) fn drafts(given: &EquivalencyList, baseline: &AccountTag, found: Vec<Needed>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for (name, entry, near_miss) in found.into_iter().flat_map(|needed| needed.entries) {
        let is_given = given.get(&name).is_some();
        let stem = if is_given { &name } else { name.trim_end_matches(|c: char| c.is_ascii_digit()) };
        let draft = Draft { name: stem.to_owned(), entry, is_given, near_miss, found_in: 1 };
        match drafts.iter_mut().find(|known| known.is_of(&draft, baseline)) {
            Some(known) => known.join(draft),
            None => drafts.push(draft),
        }
    }
    for draft in &mut drafts {
        draft.without_texts_of_others();
    }
    drafts.sort_by_key(|draft| std::cmp::Reverse(draft.found_in));
    drafts
}

impl Draft {
    /// Whether two are one entry: under one placeholder of the user's, or with one text of the baseline.
    fn is_of(&self, other: &Self, baseline: &AccountTag) -> bool {
        if self.is_given || other.is_given {
            return self.is_given == other.is_given && self.name == other.name;
        }
        match (&self.entry.texts, &other.entry.texts) {
            (Texts::ByTag(a, _), Texts::ByTag(b, _)) => {
                let (a, b) = (folded(a, baseline), folded(b, baseline));
                // Where the baseline has nothing, the others have a suffix or a prefix.
                if a.is_empty() && b.is_empty() { self.name == other.name } else { !a.is_disjoint(&b) }
            }
            (Texts::Pattern(a), Texts::Pattern(b)) => a.as_str() == b.as_str(),
            (Texts::ByTag(..) | Texts::Pattern(_) | Texts::Shared(..), _) => false,
        }
    }

    fn join(&mut self, other: Self) {
        self.found_in += 1;
        // A word may be one that is known for what it is in the other account only.
        if self.name == WordKind::Other.placeholder() {
            self.name = other.name;
        }
        self.near_miss = self.near_miss.take().or(other.near_miss);
        // Where a pattern would match anything else in one account, it is for names of roles alone in all.
        if other.entry.places.named().count() < self.entry.places.named().count() {
            self.entry.places = other.entry.places;
        }
        match (&mut self.entry.texts, other.entry.texts) {
            (Texts::ByTag(texts, matching), Texts::ByTag(more, other)) => {
                for (tag, more) in more.iter() {
                    let mut all = listed(texts, tag);
                    all.extend(more.iter().cloned());
                    texts.insert(tag.clone(), all);
                }
                if *matching != other {
                    *matching = Matching::Substring;
                    let spelled = |(tag, texts): (&TagPattern, &BTreeSet<String>)| {
                        (tag.clone(), texts.iter().flat_map(|text| spellings(text)).collect())
                    };
                    *texts = texts.iter().map(spelled).collect();
                }
            }
            (Texts::Shared(texts, _), Texts::Shared(more, _)) => texts.extend(more),
            // Nothing else is one entry.
            (Texts::ByTag(..) | Texts::Shared(..) | Texts::Pattern(_), _) => {}
        }
    }

    /// An account with texts of its own that also has one of another account references that account there. Accounts that
    /// have nothing but a text of another one share it: two productions.
    fn without_texts_of_others(&mut self) {
        let Texts::ByTag(texts, Matching::Token) = &mut self.entry.texts else { return };
        if self.is_given {
            return;
        }
        let only: BTreeSet<String> = texts
            .iter()
            .filter(|(_, texts)| texts.len() == 1)
            .flat_map(|(_, texts)| texts.iter().map(|text| text.to_lowercase()))
            .collect();
        let several: Vec<(TagPattern, BTreeSet<String>)> = texts
            .iter()
            .filter(|(_, texts)| texts.len() > 1)
            .map(|(tag, texts)| (tag.clone(), texts.clone()))
            .collect();
        for (tag, all) in several {
            let own: BTreeSet<String> =
                all.iter().filter(|text| !only.contains(&text.to_lowercase())).cloned().collect();
            if !own.is_empty() {
                texts.insert(tag, own);
            }
        }
    }
}

fn listed(texts: &TagTexts, tag: &TagPattern) -> BTreeSet<String> {
    texts.iter().find(|(known, _)| *known == tag).map(|(_, texts)| texts.clone()).unwrap_or_default()
}

fn folded(texts: &TagTexts, tag: &AccountTag) -> BTreeSet<String> {
    texts.of(tag).into_iter().flatten().map(|text| text.to_lowercase()).collect()
}

/// Gives accounts for which nothing was found the texts that they share with the baseline: two accounts in one Region, or
/// two developments. Without them, what both have alike would be replaced in the baseline alone.
pub(super) fn complete(drafts: &mut [Draft], baseline: Tagged<'_>, accounts: &[Tagged<'_>]) {
    let others = drafts.to_vec();
    for draft in drafts.iter_mut().filter(|draft| !draft.is_given) {
        let Texts::ByTag(texts, matching) = &mut draft.entry.texts else { continue };
        let own = texts.of(baseline.0).into_iter().flatten().cloned().collect::<BTreeSet<String>>();
        let is_affix = matches!(draft.name.as_str(), "suffix" | "prefix");
        for (tag, account) in accounts {
            if texts.has(tag) {
                continue;
            }
            let added: BTreeSet<String> = if is_affix {
                own.iter().flat_map(|text| affixes(text, &others, baseline.0, tag)).collect()
            } else {
                own.iter().filter(|text| shares(text, *matching, baseline.1, account)).cloned().collect()
            };
            // Who has neither a suffix of its own nor another text has nothing there, as the baseline.
            if !added.is_empty() || (is_affix && own.is_empty()) {
                texts.insert((*tag).clone().into(), added);
            }
        }
    }
}

/// What a suffix or prefix of the baseline is in an account, if other entries say how the account spells its word.
fn affixes(affix: &str, drafts: &[Draft], baseline: &AccountTag, tag: &AccountTag) -> Vec<String> {
    let word = affix.trim_matches(['-', '_', '.']);
    let mut all = Vec::new();
    for draft in drafts {
        if let Texts::ByTag(texts, _) = &draft.entry.texts
            && folded(texts, baseline).contains(&word.to_lowercase())
        {
            all.extend(texts.of(tag).into_iter().flatten().map(|text| affix.replacen(word, text, 1)));
        }
    }
    all
}

/// Whether an account uses a text of the baseline as the baseline does: in as many names of roles, or in most of the
/// places. In a few other places it is a reference to the baseline.
fn shares(text: &str, matching: Matching, baseline: &Account, account: &Account) -> bool {
    let (own, other) = (Places::new(text, matching, baseline), Places::new(text, matching, account));
    match WordKind::from_word(&text.to_lowercase()) {
        // A Region is nobody's.
        WordKind::Region | WordKind::ShortRegion => other.segments > 0,
        WordKind::Environment | WordKind::Other => {
            let in_names = other.names > 0 && other.names * 2 >= own.names;
            in_names || (other.segments > 2 && other.segments * 2 >= own.segments)
        }
    }
}

/// In how many names of roles and in how many segments of texts of an account a text stands.
struct Places {
    names: usize,
    segments: usize,
}

impl Places {
    fn new(text: &str, matching: Matching, account: &Account) -> Self {
        let names: BTreeSet<&str> = account.roles.iter().map(|role| role.name.as_str()).collect();
        let segments = segments::of_roles(&account.roles);
        let all = segments.iter().map(|(_, segment)| segment.as_str());
        match matching {
            Matching::Token => {
                let value = Value::Words(text.to_lowercase());
                Self {
                    names: segments::shapes_in(names, &value).len(),
                    segments: segments::shapes_in(all, &value).len(),
                }
            }
            Matching::Substring => Self {
                names: names.iter().filter(|name| name.contains(text)).count(),
                segments: all.filter(|segment| segment.contains(text)).count(),
            },
        }
    }
}

/// The dictionary that was given with the drafts that fit into it, each under its own placeholder.
pub(super) fn dictionary(given: &EquivalencyList, drafts: Vec<Draft>) -> (EquivalencyList, Vec<Draft>) {
    let mut dictionary = given.clone();
    let mut placed = Vec::with_capacity(drafts.len());
    for mut draft in drafts {
        let done = if draft.is_given {
            dictionary.replace(&draft.name, draft.entry.clone())
        } else {
            let stem = draft.name.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
            let mut names = std::iter::once(stem.clone()).chain((2..).map(|number| format!("{stem}{number}")));
            draft.name = names.find(|name| dictionary.get(name).is_none()).unwrap_or(stem);
            dictionary.insert(&draft.name, draft.entry.clone())
        };
        // What has a text of an entry that more accounts need cannot be in one dictionary with it.
        if done.is_ok() {
            placed.push(draft);
        }
    }
    (dictionary, placed)
}

/// A dictionary without an entry, or with what was given under its placeholder.
pub(super) fn without(dictionary: &EquivalencyList, given: &EquivalencyList, name: &str) -> EquivalencyList {
    let mut without = dictionary.clone();
    without.remove(name);
    if let Some(entry) = given.get(name) {
        // It was in the dictionary before all others.
        let _ = without.insert(name, entry.clone());
    }
    without
}

/// The texts of an entry, each with the tags of the accounts that have it; with none in a plain list, and no text in a pattern.
pub(super) fn by_text(entry: &Entry) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    match &entry.texts {
        Texts::ByTag(texts, _) => {
            for (tag, texts) in texts.iter() {
                let texts: Vec<String> =
                    if texts.is_empty() { vec![String::new()] } else { texts.iter().cloned().collect() };
                texts.into_iter().for_each(|text| {
                    all.entry(text).or_default().insert(tag.to_string());
                });
            }
        }
        Texts::Shared(texts, _) => all.extend(texts.iter().map(|text| (text.clone(), BTreeSet::new()))),
        Texts::Pattern(_) => {}
    }
    all
}
