//! References to accounts besides the two: their IDs, and their texts of entries by tag.
//!
//! The dictionary says which accounts these are: known accounts whose name is a tag that an entry lists, since only such an
//! account is meant to be like the two. Any other known account, such as one for logs, is there to be referenced.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aho_corasick::{AhoCorasick, MatchKind};

use super::literal::{DictionaryTooLarge, How, Literal, Owner};
use super::span::ReplacedPart;
use super::{aws_owned, literal, separators, texts};
use crate::model::equivalency::OWN_ACCOUNT;
use crate::model::{Account, AccountId, AccountTag, EquivalencyList, Place, Places, Side, Sides, TagTexts, Texts};

/// The kinds of text that reference something. What is in names and tags is the account's own.
const REFERENCES: [Place; 3] = [Place::Resource, Place::Principal, Place::Condition];

/// The known accounts that a dictionary has texts for, with these texts and their IDs, ready to be looked for. It can be
/// made of more accounts than the third ones of a comparison: the two that are compared do not count.
#[derive(Debug, Clone, Default)]
pub struct ThirdAccounts(Arc<All>);

#[derive(Debug, Default)]
struct All {
    /// Finds the texts; none if there are none.
    automaton: Option<AhoCorasick>,
    /// In the order of the automaton's patterns.
    texts: Vec<ThirdText>,
}

/// A text of known accounts.
#[derive(Debug)]
pub(super) struct ThirdText {
    text: String,
    placeholder: String,
    how: How,
    places: Places,
    owners: Vec<Known>,
}

/// A known account that the dictionary has texts for.
#[derive(Debug, Clone)]
struct Known {
    id: AccountId,
    tag: AccountTag,
}

impl ThirdAccounts {
    /// Those of the known accounts of a dictionary.
    ///
    /// # Errors
    /// If there are too many texts to be looked for at once.
    pub fn new(dictionary: &EquivalencyList) -> Result<Self, DictionaryTooLarge> {
        let by_tag: Vec<(&str, &TagTexts, How, Places)> = dictionary
            .entries()
            .filter_map(|(placeholder, entry)| match &entry.texts {
                Texts::ByTag(texts, matching) => Some((placeholder, texts, literal::how(*matching), entry.places)),
                // Whose the texts of lists and patterns are, the two accounts show.
                Texts::Shared(..) | Texts::Pattern(_) => None,
            })
            .collect();
        let known: Vec<Known> = dictionary
            .known_accounts()
            // A name that is no tag, such as `shared services`, is the name of no account that the entries list.
            .filter_map(|(id, name)| Some(Known { id: id.clone(), tag: name.parse().ok()? }))
            .filter(|known| dictionary.has_texts_of(&known.tag))
            .collect();
        let mut texts: Vec<ThirdText> = Vec::new();
        for known in &known {
            let (text, placeholder) = (known.id.to_string(), OWN_ACCOUNT.to_owned());
            let (how, places) = (How::AccountId, references(Places::default()).unwrap_or_default());
            texts.push(ThirdText { text, placeholder, how, places, owners: vec![known.clone()] });
        }
        for (placeholder, by_tag, how, places) in by_tag {
            // An entry for names alone has nothing that a reference contains.
            let Some(places) = references(places) else { continue };
            let mut owners: BTreeMap<&String, Vec<Known>> = BTreeMap::new();
            for known in &known {
                // A Region is no account's own, though an entry may say which one an account uses.
                let texts = by_tag.of(&known.tag).into_iter().flatten().filter(|text| !aws_owned::is_region(text));
                texts.for_each(|text| owners.entry(text).or_default().push(known.clone()));
            }
            texts.extend(owners.into_iter().map(|(text, owners)| {
                let (text, placeholder) = (text.clone(), placeholder.to_owned());
                ThirdText { text, placeholder, how, places, owners }
            }));
        }
        if texts.is_empty() {
            return Ok(Self::default());
        }
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::Standard).ascii_case_insensitive(true);
        let automaton = builder.build(texts.iter().map(|text| &text.text));
        let automaton = Some(automaton.map_err(|error| DictionaryTooLarge(Box::new(error)))?);
        Ok(Self(Arc::new(All { automaton, texts })))
    }

    /// Those that stand in the texts of two accounts, without those that belong to one of the two.
    pub(super) fn found_in(&self, accounts: Sides<&Account>, tags: Sides<&AccountTag>) -> Vec<&ThirdText> {
        let Some(automaton) = &self.0.automaton else { return Vec::new() };
        let mut found: BTreeSet<usize> = BTreeSet::new();
        for side in Side::BOTH {
            texts::each(accounts.get(side), &mut |place, text| {
                if REFERENCES.contains(&place) {
                    found.extend(automaton.find_overlapping_iter(text).map(|found| found.pattern().as_usize()));
                }
            });
        }
        let is_of_pair = |known: &Known| {
            let is_it = |side: Side| known.tag == **tags.get(side) || accounts.get(side).id.as_ref() == Some(&known.id);
            Side::BOTH.into_iter().any(is_it)
        };
        // The automaton is made of these texts.
        let texts = found.into_iter().filter_map(|place| self.0.texts.get(place));
        texts.filter(|text| !text.owners.iter().any(is_of_pair)).collect()
    }
}

/// The kinds of text of an entry that reference something; none if it has none of them.
fn references(places: Places) -> Option<Places> {
    let wanted = REFERENCES.into_iter().filter(|place| places.has(*place));
    wanted.fold(None, |all: Option<Places>, place| Some(all.unwrap_or_default().with(place)))
}

/// The texts of third accounts, as one account sees them.
#[derive(Debug, Clone, Default)]
pub(super) struct Third {
    own: Option<AccountId>,
    /// By placeholder and text.
    owners: BTreeMap<(String, String), Vec<Known>>,
}

impl Third {
    /// Adds the texts to those that are looked for in an account. A text that one of the two accounts has itself, under
    /// whatever placeholder, is theirs.
    pub(super) fn add(own: Option<&AccountId>, found: &[&ThirdText], literals: &mut Vec<Literal>) -> Self {
        let known: BTreeSet<String> = literals.iter().map(|literal| literal.text.to_ascii_lowercase()).collect();
        let mut third = Self { own: own.cloned(), owners: BTreeMap::new() };
        for text in found.iter().filter(|text| !known.contains(&text.text.to_ascii_lowercase())) {
            literals.push(text.literal());
            third.owners.insert((text.placeholder.clone(), text.text.clone()), text.owners.clone());
        }
        third
    }

    /// The tags of the accounts that have a text.
    pub(super) fn tags(&self, placeholder: &str, text: &str) -> Vec<String> {
        let owners = self.owners.get(&(placeholder.to_owned(), text.to_owned()));
        let tags: BTreeSet<&AccountTag> = owners.into_iter().flatten().map(|known| &known.tag).collect();
        tags.into_iter().map(ToString::to_string).collect()
    }

    /// Whether a text of such an account, where it stands in another text, means the account. A word does in the name of a
    /// resource, unless the ARN says that the resource is in some other account. What an account has IAM names for is its
    /// own: it can have a role `prod-reader`.
    pub(super) fn is_meant(&self, literal: &Literal, text: &str, start: usize) -> bool {
        if literal.how == How::AccountId {
            return true;
        }
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", _, service, _, account, resource] = fields.as_slice() else { return false };
        if start + literal.text.len() <= text.len() - resource.len() {
            return false;
        }
        let owners = self.owners.get(&(literal.placeholder.clone(), literal.text.clone()));
        let is_owner = owners.into_iter().flatten().any(|known| known.id.as_str() == *account);
        let is_own = !AccountId::is_valid(account) || self.own.as_ref().is_some_and(|own| own.as_str() == *account);
        is_owner || (is_own && !matches!(*service, "iam" | "sts"))
    }
}

impl ThirdText {
    fn literal(&self) -> Literal {
        let (ranges, _) = separators::segments(&self.text);
        let ranges = ranges.into_iter().filter(|range| !range.is_empty());
        let part = |range| ReplacedPart { range, placeholder: self.placeholder.clone() };
        Literal {
            text: self.text.clone(),
            placeholder: self.placeholder.clone(),
            how: self.how,
            places: self.places,
            owner: Owner::Third,
            parts: ranges.map(part).collect(),
        }
    }
}
