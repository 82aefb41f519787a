//! Two accounts under a dictionary that is tried out.

use std::collections::BTreeSet;

use rayon::prelude::*;
use regex::Regex;

use super::candidates::{self, Candidate, WordKind};
use super::evidence::Evidence;
use super::generated_ends::{GeneratedEnds, RoleNames};
use super::input::Input;
use super::resource_ids::PairedIds;
use super::segments::{self, Segment, Value};
use super::suggestion::{Remaining, Suggestion};
use crate::compare::{self, Alignment};
use crate::model::{
    Account, AccountTag, Entry, EquivalencyError, EquivalencyList, Matching, Place, Places, Side, Sides, TagPattern,
    Texts,
};
use crate::normalise::{self, DictionaryTooLarge, Normalised, Normaliser, Rules};

/// How many substitutions are tried out in one round before it is given up.
const TRIED: usize = 4;

/// What two accounts come to under a dictionary.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measure {
    /// How many roles share their name with another of their account.
    ambiguous: usize,
    /// How many roles are in both accounts.
    pub pairs: usize,
    /// How many segments only one account has.
    pub open: usize,
    /// How many resources and principals each account names.
    named: Sides<usize>,
}

impl Measure {
    /// Whether something is one here that is two under another dictionary.
    pub(super) const fn merges(&self, other: &Self) -> bool {
        self.ambiguous > other.ambiguous || self.named.left < other.named.left || self.named.right < other.named.right
    }
}

/// A dictionary tried out.
pub(super) struct Trial {
    pub(super) dictionary: EquivalencyList,
    pub(super) normalised: Sides<Normalised>,
    pub(super) alignment: Alignment,
    segments: Sides<Vec<Segment>>,
}

impl Trial {
    /// Normalizes both accounts; with or without what was replaced.
    pub(super) fn new(
        input: Input<'_>,
        dictionary: EquivalencyList,
        normalise: fn(&Account, &Normaliser) -> Normalised,
    ) -> Result<Self, DictionaryTooLarge> {
        let rules = Rules { dictionary: &dictionary, builtins: input.builtins, third: None };
        let normalisers = normalise::normalisers(input.accounts, input.tags, rules)?;
        let normalised = Sides::SIDES.par_map(|side| normalise(input.accounts.get(side), normalisers.get(side)));
        let alignment = compare::align(normalised.as_ref());
        fn plain(account: &Normalised) -> impl Iterator<Item = &crate::model::Role> {
            account.roles.iter().map(|role| &role.role)
        }
        let segments = normalised.as_ref().par_map(|account| segments::of_roles(plain(account)));
        Ok(Self { dictionary, normalised, alignment, segments })
    }

    /// The trial with one more substitution, if one is good enough.
    /// `failed` are those that were tried out before: they are not tried again.
    pub(super) fn better(
        &self,
        input: Input<'_>,
        failed: &mut BTreeSet<Sides<Value>>,
    ) -> Result<Option<(String, Self)>, DictionaryTooLarge> {
        let segments = Sides { left: self.segments.left.as_slice(), right: self.segments.right.as_slice() };
        let whole = candidates::find(segments).into_iter().map(|candidate| (candidate, Matching::Token));
        let whole: Vec<(Candidate, Matching)> = whole.take(TRIED).collect();
        let inside =
            || candidates::find_in_words(segments).into_iter().map(|one| (one, Matching::Substring)).take(TRIED);
        for (candidate, matching) in whole.into_iter().chain(inside()) {
            if failed.contains(&candidate.values) {
                continue;
            }
            let Some((placeholder, dictionary)) = self.with(input, &candidate, matching) else { continue };
            let next = Self::new(input, dictionary, normalise::trial)?;
            if next.is_better_than(self) {
                return Ok(Some((placeholder, next)));
            }
            failed.insert(candidate.values);
        }
        self.better_with_nothing(input, failed)
    }

    /// The trial with one more suffix or prefix that only one account has, if one is good enough.
    fn better_with_nothing(
        &self,
        input: Input<'_>,
        failed: &mut BTreeSet<Sides<Value>>,
    ) -> Result<Option<(String, Self)>, DictionaryTooLarge> {
        let segments = Sides { left: self.segments.left.as_slice(), right: self.segments.right.as_slice() };
        for one in candidates::find_missing(segments).into_iter().take(TRIED) {
            let of = |side: Side| if side == one.with { one.text.clone() } else { String::new() };
            let values = Sides { left: Value::Words(of(Side::Left)), right: Value::Words(of(Side::Right)) };
            if failed.contains(&values) {
                continue;
            }
            let texts =
                |side: Side| if side == one.with { BTreeSet::from([one.text.clone()]) } else { BTreeSet::new() };
            let by_tag = Side::BOTH.map(|side| ((*input.tags.get(side)).clone(), texts(side))).into_iter().collect();
            let entry =
                Entry { texts: Texts::ByTag(by_tag, Matching::Token), places: Places::default(), comment: None };
            let mut dictionary = self.dictionary.clone();
            let placeholder = self.free_name(if one.is_suffix { "suffix" } else { "prefix" });
            if dictionary.insert(&placeholder, entry).is_ok() {
                let next = Self::new(input, dictionary, normalise::trial)?;
                if next.is_better_than(self) {
                    return Ok(Some((placeholder, next)));
                }
            }
            failed.insert(values);
        }
        Ok(None)
    }

    /// The names of roles of one account only, and of the others.
    pub(super) fn role_names(&self) -> Sides<RoleNames> {
        let of = |side: Side| {
            let alone: BTreeSet<usize> = self.alignment.alone.get(side).iter().copied().collect();
            let mut names = RoleNames::default();
            for (at, role) in self.normalised.get(side).roles.iter().enumerate() {
                let list = if alone.contains(&at) { &mut names.alone } else { &mut names.common };
                list.push(role.role.name.clone());
            }
            names
        };
        Sides { left: of(Side::Left), right: of(Side::Right) }
    }

    /// The trial with a pattern for ends of role names that a tool made up, if it is good enough.
    pub(super) fn with_ends(
        &self,
        input: Input<'_>,
        ends: &GeneratedEnds,
    ) -> Result<Option<(String, Self)>, DictionaryTooLarge> {
        let Ok(pattern) = Regex::new(&ends.pattern()) else { return Ok(None) };
        let names = Places::default().with(Place::RoleName).with(Place::InstanceProfile);
        let mut segments = self.segments.left.iter().chain(&self.segments.right);
        // Where it would match anything else, it is for names of roles alone.
        let places = if segments.all(|(_, segment)| ends.is_harmless_in(segment)) {
            names.with(Place::Resource).with(Place::Principal)
        } else {
            names
        };
        let mut dictionary = self.dictionary.clone();
        let placeholder = self.free_name("generated");
        let entry = Entry { texts: Texts::Pattern(pattern), places, comment: None };
        if dictionary.insert(&placeholder, entry).is_err() {
            return Ok(None);
        }
        let next = Self::new(input, dictionary, normalise::trial)?;
        Ok(next.is_better_than(self).then_some((placeholder, next)))
    }

    /// The trial with an entry for two IDs that correspond, if it is good enough.
    pub(super) fn with_ids(
        &self,
        input: Input<'_>,
        paired: &PairedIds,
    ) -> Result<Option<(String, Self)>, DictionaryTooLarge> {
        let texts = |side: Side| ((*input.tags.get(side)).clone(), BTreeSet::from([paired.ids.get(side).clone()]));
        let texts = Texts::ByTag(Side::BOTH.map(texts).into_iter().collect(), Matching::Token);
        let mut dictionary = self.dictionary.clone();
        let placeholder = self.free_name(paired.placeholder);
        if dictionary.insert(&placeholder, Entry { texts, places: Places::default(), comment: None }).is_err() {
            return Ok(None);
        }
        let next = Self::new(input, dictionary, normalise::trial)?;
        Ok(next.is_better_than(self).then_some((placeholder, next)))
    }

    /// How many segments only one of the accounts has.
    fn open(&self) -> usize {
        let Sides { left, right } = &self.segments;
        segments::only_in(left, right).len() + segments::only_in(right, left).len()
    }

    /// What the accounts come to.
    pub(super) fn measure(&self) -> Measure {
        let named = |account: &Normalised| {
            let mut named: BTreeSet<&str> = BTreeSet::new();
            normalise::texts_of_roles(account.roles.iter().map(|role| &role.role), &mut |place, text| {
                if matches!(place, Place::Resource | Place::Principal) {
                    named.insert(text);
                }
            });
            named.len()
        };
        Measure {
            ambiguous: self.alignment.ambiguous,
            pairs: self.alignment.pairs.len(),
            open: self.open(),
            named: self.normalised.as_ref().map(named),
        }
    }

    /// Whether this makes more alike than another, and makes nothing one that is two.
    fn is_better_than(&self, before: &Self) -> bool {
        let merges = self.alignment.ambiguous > before.alignment.ambiguous;
        let pairs = self.alignment.pairs.len();
        if merges || pairs < before.alignment.pairs.len() || self.open() >= before.open() {
            return false;
        }
        let known: BTreeSet<&Sides<usize>> = before.alignment.pairs.iter().collect();
        let new: Vec<&Sides<usize>> = self.alignment.pairs.iter().filter(|pair| !known.contains(pair)).collect();
        let alike = new.iter().filter(|pair| self.are_alike(pair)).count();
        alike * 2 >= new.len()
    }

    /// Whether two roles have at least half of what they say in common: names alone make no pair.
    fn are_alike(&self, pair: &Sides<usize>) -> bool {
        let said = |side: Side| {
            let role = self.normalised.get(side).roles.get(*pair.get(side));
            let segments =
                role.into_iter().flat_map(|role| segments::of_roles([&role.role])).map(|(_, segment)| segment);
            let actions = role.into_iter().flat_map(|role| segments::actions(&role.role));
            segments.chain(actions).collect::<BTreeSet<String>>()
        };
        let (left, right) = (said(Side::Left), said(Side::Right));
        left.intersection(&right).count() * 2 >= left.union(&right).count()
    }

    /// The dictionary with a substitution, under which placeholder; none if it cannot hold it.
    fn with(&self, input: Input<'_>, candidate: &Candidate, matching: Matching) -> Option<(String, EquivalencyList)> {
        let mut dictionary = self.dictionary.clone();
        let (placeholder, entry) = match (&candidate.values.left, &candidate.values.right) {
            (Value::Words(left), Value::Words(right)) => {
                let texts = Sides { left: left.as_str(), right: right.as_str() };
                self.entry_for(input, texts, matching)?
            }
            (Value::Words(text), Value::Placeholder(placeholder)) => {
                (placeholder.clone(), self.longer(placeholder, input.tags, Side::Left, text)?)
            }
            (Value::Placeholder(placeholder), Value::Words(text)) => {
                (placeholder.clone(), self.longer(placeholder, input.tags, Side::Right, text)?)
            }
            (Value::Placeholder(_), Value::Placeholder(_)) => return None,
        };
        let done: Result<(), EquivalencyError> = dictionary.replace(&placeholder, entry);
        done.ok().map(|()| (placeholder, dictionary))
    }

    /// A new entry for a substitution, or the one that has it as whole words already, now for parts of words too.
    fn entry_for(&self, input: Input<'_>, texts: Sides<&str>, matching: Matching) -> Option<(String, Entry)> {
        let tags = |texts: Sides<BTreeSet<String>>| {
            [(input.tags.left.clone(), texts.left), (input.tags.right.clone(), texts.right)].into_iter().collect()
        };
        let one = |text: &str| BTreeSet::from([text.to_owned()]);
        let entry = |by_tag, matching| Entry {
            texts: Texts::ByTag(by_tag, matching),
            places: Places::default(),
            comment: None,
        };
        if matching == Matching::Token {
            return Some((self.free_placeholder(texts), entry(tags(texts.map(one)), matching)));
        }
        let holds = |entry: &Entry, tag: &AccountTag, text: &str| {
            entry
                .texts
                .literals()
                .any(|(of, literal)| of.is_none_or(|of| of.matches(tag)) && literal.eq_ignore_ascii_case(text))
        };
        let known = self.dictionary.entries().find(|(_, entry)| {
            holds(entry, input.tags.left, texts.left) || holds(entry, input.tags.right, texts.right)
        });
        match known {
            None => Some((self.free_placeholder(texts), entry(tags(texts.map(spellings)), matching))),
            // An entry of the user's own stays as it is.
            Some((placeholder, _)) if input.dictionary.get(placeholder).is_some() => None,
            Some((placeholder, known)) => {
                let Texts::ByTag(by_tag, Matching::Token) = &known.texts else { return None };
                let all =
                    by_tag.iter().map(|(tag, texts)| (tag.clone(), texts.iter().flat_map(|t| spellings(t)).collect()));
                Some((placeholder.to_owned(), entry(all.collect(), matching)))
            }
        }
    }

    /// An entry with one more text of one account.
    fn longer(&self, placeholder: &str, tags: Sides<&AccountTag>, side: Side, text: &str) -> Option<Entry> {
        let (entry, tag) = (self.dictionary.get(placeholder)?, *tags.get(side));
        // A text that is the other account's would then mean either. What is a third account's may be that of two accounts.
        let is_of_pair = |of: Option<&TagPattern>| of.is_none_or(|of| of.matches(tags.left) || of.matches(tags.right));
        let mut literals = entry.texts.literals();
        if literals.any(|(of, known)| is_of_pair(of) && known.eq_ignore_ascii_case(text)) {
            return None;
        }
        let texts = match &entry.texts {
            Texts::ByTag(by_tag, matching) => {
                let mut by_tag = by_tag.clone();
                by_tag.add(tag, text.to_owned());
                Texts::ByTag(by_tag, *matching)
            }
            Texts::Shared(texts, matching) => {
                let mut texts = texts.clone();
                texts.insert(text.to_owned());
                Texts::Shared(texts, *matching)
            }
            Texts::Pattern(_) => return None,
        };
        Some(Entry { texts, ..entry.clone() })
    }

    /// A placeholder that says what it stands for and is not taken.
    fn free_placeholder(&self, texts: Sides<&str>) -> String {
        let kind = if WordKind::from_word(texts.left) == WordKind::from_word(texts.right) {
            WordKind::from_word(texts.left)
        } else {
            WordKind::Other
        };
        self.free_name(kind.placeholder())
    }

    fn free_name(&self, first: &str) -> String {
        let names = std::iter::once(first.to_owned());
        let mut names = names.chain((2..).map(|number| format!("{first}{number}")));
        names.find(|name| self.dictionary.get(name).is_none()).unwrap_or_default()
    }

    pub(super) fn differences(&self, input: Input<'_>, alignment: &Alignment) -> Vec<usize> {
        compare::differences(input.accounts, self.normalised.as_ref(), input.catalogue, &alignment.pairs)
    }

    /// How many texts only one of two roles has, of all these pairs. Quicker than to compare what the texts come to,
    /// which does not differ while they all differ.
    pub(super) fn differing_texts(&self, alignment: &Alignment) -> usize {
        alignment.pairs.par_iter().map(|pair| self.differing_texts_of(pair)).sum()
    }

    /// How many texts only one of two roles has.
    fn differing_texts_of(&self, pair: &Sides<usize>) -> usize {
        let texts = |side: Side| {
            let role = self.normalised.get(side).roles.get(*pair.get(side)).map(|role| &role.role);
            let mut texts: Vec<(Place, &str)> = Vec::new();
            normalise::texts_of_roles(role, &mut |place, text| texts.push((place, text)));
            texts.sort_unstable();
            texts.dedup();
            texts
        };
        let (left, right) = (texts(Side::Left), texts(Side::Right));
        let lacking = |of: &[(Place, &str)], other: &[(Place, &str)]| {
            of.iter().filter(|text| other.binary_search(text).is_err()).count()
        };
        lacking(&left, &right) + lacking(&right, &left)
    }

    /// The roles that are equal under another dictionary and not under this one.
    pub(super) fn broken(&self, input: Input<'_>, without: &Self) -> Vec<String> {
        let pairs: BTreeSet<&Sides<usize>> = self.alignment.pairs.iter().collect();
        let is_broken = |pair: &&Sides<usize>| {
            without.differing_texts_of(pair) == 0 && (!pairs.contains(*pair) || self.differing_texts_of(pair) > 0)
        };
        let broken: Vec<&Sides<usize>> = without.alignment.pairs.par_iter().filter(is_broken).collect();
        // A pair is made of the roles of these accounts.
        broken.into_iter().filter_map(|pair| Some(input.accounts.left.roles.get(pair.left)?.name.clone())).collect()
    }

    /// What an entry does: what would be without it. `after` is how many texts differ with it.
    pub(super) fn evidence(
        &self,
        input: Input<'_>,
        placeholder: &str,
        after: usize,
    ) -> Result<Evidence, DictionaryTooLarge> {
        let mut dictionary = self.dictionary.clone();
        dictionary.remove(placeholder);
        if let Some(entry) = input.dictionary.get(placeholder) {
            let _ = dictionary.insert(placeholder, entry.clone());
        }
        let without = Self::new(input, dictionary, normalise::trial)?;
        let before = without.differing_texts(&self.alignment);
        let hits = |side: Side, wanted: fn(Place) -> bool| {
            let hits = self.normalised.get(side).hits.iter().map(|(hit, _)| hit);
            let texts = hits.filter(|hit| hit.placeholder == placeholder && wanted(hit.place));
            texts.map(|hit| hit.before.as_str()).collect::<BTreeSet<_>>().len()
        };
        let most = |wanted: fn(Place) -> bool| hits(Side::Left, wanted).max(hits(Side::Right, wanted));
        let entry = self.dictionary.get(placeholder);
        let texts = |side: Side| -> Vec<String> {
            let literals = entry.into_iter().flat_map(|entry| entry.texts.literals());
            let own = literals.filter(|(tag, _)| tag.is_none_or(|tag| tag.matches(input.tags.get(side))));
            own.map(|(_, text)| text.to_owned()).collect()
        };
        let texts = Sides { left: texts(Side::Left), right: texts(Side::Right) };
        let in_words = Side::BOTH.into_iter().map(|side| {
            let left = self.segments.get(side).iter().map(|(_, segment)| segment.to_lowercase());
            left.filter(|segment| texts.get(side).iter().any(|text| segment.contains(text.as_str()))).count()
        });
        let pattern = match entry.map(|entry| &entry.texts) {
            Some(Texts::Pattern(pattern)) => Some(pattern.as_str().to_owned()),
            Some(Texts::Shared(..) | Texts::ByTag(..)) | None => None,
        };
        Ok(Evidence {
            pattern,
            near_miss: None,
            role_names: most(|place| place == Place::RoleName),
            other_texts: most(|place| place != Place::RoleName),
            roles: self.alignment.pairs.len().saturating_sub(without.alignment.pairs.len()),
            differences: before.saturating_sub(after),
            in_words: in_words.sum(),
            broken: self.broken(input, &without),
            texts,
        })
    }

    pub(super) fn suggestion(&self, placeholder: String, evidence: Evidence) -> Option<Suggestion> {
        let entry = self.dictionary.get(&placeholder)?;
        // A plain list stays one: the original tool reads those.
        let comment = match &entry.texts {
            Texts::Shared(..) => entry.comment.clone(),
            Texts::ByTag(..) | Texts::Pattern(_) => Some(evidence.to_string()),
        };
        Some(Suggestion { entry: Entry { comment, ..entry.clone() }, placeholder, evidence })
    }

    /// What is left; `open` is how many differences each pair has.
    pub(super) fn remaining(&self, input: Input<'_>, open: &[usize]) -> Remaining {
        let name = |side: Side, index: usize| {
            input.accounts.get(side).roles.get(index).map_or_else(String::new, |role| role.name.clone())
        };
        let alone = |side: Side| self.alignment.alone.get(side).iter().map(|index| name(side, *index)).collect();
        let pairs = self.alignment.pairs.iter().zip(open).filter(|(_, count)| **count > 0);
        let mut differing: Vec<(String, usize)> =
            pairs.map(|(pair, count)| (name(Side::Left, pair.left), *count)).collect();
        differing.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Remaining {
            roles: Sides { left: alone(Side::Left), right: alone(Side::Right) },
            differing,
            common: self.alignment.pairs.len(),
        }
    }
}

/// The ways in which a word is written inside of others, where its case matters.
pub(super) fn spellings(text: &str) -> BTreeSet<String> {
    let mut letters = text.chars();
    let capital = letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>());
    [Some(text.to_owned()), capital, Some(text.to_uppercase())].into_iter().flatten().collect()
}
