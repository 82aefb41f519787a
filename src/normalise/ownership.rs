//! Whose text each text of the dictionary is.
//!
//! By tag, the dictionary says so. In a plain list the accounts do: a text is the account's whose roles are named with
//! it, or, if no role is, the account's that holds it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::hits::Found;
use super::literal::{DictionaryTooLarge, How, Literal, Owner, how};
use super::pattern::Pattern;
use super::pattern_owners::PatternOwners;
use super::rules::Rules;
use super::span::ReplacedPart;
use super::text::Normaliser;
use super::{Builtin, separators, texts};
use crate::model::equivalency::OWN_ACCOUNT;
use crate::model::{Account, AccountId, AccountTag, Place, Places, Side, Sides, Texts};

/// Whose text a text of a list is, by placeholder and text; none for nobody's.
pub(super) type Owners = BTreeMap<(String, String), Option<Side>>;

/// How often each text stands in each account, by placeholder and text.
type Counts = BTreeMap<(String, String), Sides<usize>>;

/// How often one account holds a text.
#[derive(Debug, Default)]
struct Count {
    /// In the names of its roles.
    in_names: usize,
    /// Anywhere.
    anywhere: usize,
}

/// Finds out whose the texts of lists are.
///
/// # Errors
/// If the dictionary is too large to be looked for at once.
pub(super) fn owners(accounts: Sides<&Account>, rules: Rules<'_>) -> Result<Owners, DictionaryTooLarge> {
    let neutral = |(placeholder, text, how, places): (&str, &str, How, Places)| Literal {
        text: text.to_owned(),
        placeholder: placeholder.to_owned(),
        how,
        places,
        owner: Owner::Anyone,
        // It is only counted, once wherever it stands.
        parts: vec![part(0..text.len(), placeholder)],
    };
    let anyone: Vec<Literal> = shared(rules).into_iter().map(neutral).collect();
    if anyone.is_empty() {
        return Ok(Owners::new());
    }
    let keys: Vec<(String, String)> = anyone.iter().map(|one| (one.placeholder.clone(), one.text.clone())).collect();
    let normaliser = Normaliser::new(anyone, Vec::new())?;
    let counted = accounts.par_map(|account| {
        let mut counts: BTreeMap<(String, String), Count> = BTreeMap::new();
        texts::each(account, &mut |place, text| {
            normaliser.apply(text, place, |found: Found<'_>| {
                let count = counts.entry((found.placeholder.to_owned(), found.literal.to_owned())).or_default();
                count.in_names += usize::from(place == Place::RoleName);
                count.anywhere += 1;
            });
        });
        counts
    });
    let (mut in_names, mut anywhere) = (Counts::new(), Counts::new());
    for side in Side::BOTH {
        for (key, count) in counted.get(side) {
            if count.in_names > 0 {
                *in_names.entry(key.clone()).or_default().get_mut(side) = count.in_names;
            }
            *anywhere.entry(key.clone()).or_default().get_mut(side) = count.anywhere;
        }
    }
    let ids = accounts.map(|account| account.id.as_ref().map(AccountId::as_str));
    let owner = |key: &(String, String)| {
        let own = Side::BOTH.into_iter().find(|side| *ids.get(*side) == Some(key.1.as_str()));
        own.or_else(|| {
            let counts = if in_names.contains_key(key) { &in_names } else { &anywhere };
            clear_owner(key, counts)
        })
    };
    Ok(keys.into_iter().map(|key| (key.clone(), owner(&key))).collect())
}

/// The account that holds a text when the other does not, or for which alone it is the placeholder's most frequent.
fn clear_owner(key: &(String, String), counts: &Counts) -> Option<Side> {
    let count = counts.get(key).copied().unwrap_or_default();
    match (count.left, count.right) {
        (0, 0) => return None,
        (_, 0) => return Some(Side::Left),
        (0, _) => return Some(Side::Right),
        _ => {}
    }
    let is_top = |side: Side| {
        let others = counts.iter().filter(|(other, _)| other.0 == key.0 && *other != key);
        others.map(|(_, count)| *count.get(side)).all(|other| other < *count.get(side))
    };
    match (is_top(Side::Left), is_top(Side::Right)) {
        (true, false) => Some(Side::Left),
        (false, true) => Some(Side::Right),
        // Tops of neither or both: only where it is plainly more frequent.
        _ if count.left >= 4 * count.right => Some(Side::Left),
        _ if count.right >= 4 * count.left => Some(Side::Right),
        _ => None,
    }
}

/// The literal texts to look for in one account, and the patterns.
pub(super) fn literals_and_patterns(
    side: Side,
    accounts: Sides<&Account>,
    tags: Sides<&AccountTag>,
    rules: Rules<'_>,
    owners: &Owners,
    of_patterns: &PatternOwners,
) -> (Vec<Literal>, Vec<Pattern>) {
    let own_id = accounts.get(side).id.as_ref().filter(|_| rules.builtins.has(Builtin::AccountId));
    let splitter = PartSplitter { own_id: own_id.map(AccountId::as_str) };
    let (mut literals, mut patterns): (Vec<Literal>, Vec<Pattern>) = (Vec::new(), Vec::new());
    for (placeholder, entry) in rules.dictionary.entries() {
        let (placeholder, places) = (placeholder.to_owned(), entry.places);
        match &entry.texts {
            Texts::Shared(texts, matching) => {
                let ranges = separators::ranges(texts.iter().map(String::as_str).enumerate());
                literals.extend(texts.iter().map(|text| {
                    let owner = seen_from(side, owners.get(&(placeholder.clone(), text.clone())).copied().flatten());
                    let parts = splitter.split(&placeholder, text, &ranges);
                    let (text, placeholder, how) = (text.clone(), placeholder.clone(), how(*matching));
                    Literal { text, placeholder, how, places, owner, parts }
                }));
            }
            Texts::Pattern(regex) => {
                let texts = of_patterns.get(&placeholder).into_iter().flatten();
                let owners = texts.map(|(text, owner)| (text.clone(), seen_from(side, *owner))).collect();
                patterns.push(Pattern { regex: regex.clone(), placeholder, places, owners });
            }
            Texts::ByTag(by_tag, matching) => {
                let of = |tag: &AccountTag| by_tag.of(tag).into_iter().flatten();
                let (own, other) = (tags.get(side), tags.get(side.other()));
                // A text of both accounts does not tell them apart; it counts as its own in each.
                let foreign = of(other).filter(|text| !of(own).any(|mine| mine.eq_ignore_ascii_case(text)));
                let all = of(own).map(|text| (text, Owner::Own)).chain(foreign.map(|text| (text, Owner::Other)));
                let both = of(own).map(|text| (0, text.as_str())).chain(of(other).map(|text| (1, text.as_str())));
                let ranges = separators::ranges(both);
                literals.extend(all.map(|(text, owner)| Literal {
                    text: text.clone(),
                    placeholder: placeholder.clone(),
                    how: how(*matching),
                    places,
                    owner,
                    parts: splitter.split(&placeholder, text, &ranges),
                }));
            }
        }
    }
    literals.extend(account_ids(side, accounts, rules));
    (literals, patterns)
}

fn seen_from(side: Side, owner: Option<Side>) -> Owner {
    owner.map_or(Owner::Anyone, |owner| if owner == side { Owner::Own } else { Owner::Other })
}

/// Makes the parts of texts that are replaced in one account.
struct PartSplitter<'a> {
    own_id: Option<&'a str>,
}

impl PartSplitter<'_> {
    /// The parts of a text. The account's own id is always replaced as such, so that it is the same everywhere.
    fn split(&self, placeholder: &str, text: &str, ranges: &BTreeMap<&str, Vec<Range<usize>>>) -> Vec<ReplacedPart> {
        let replaced = ranges.get(text).map_or(&[][..], Vec::as_slice);
        if replaced.is_empty() || !text.contains(['/', ':']) {
            return replaced.iter().map(|range| part(range.clone(), placeholder)).collect();
        }
        let (segments, _) = separators::segments(text);
        let of_segment = |range: Range<usize>| {
            if self.own_id.is_some() && text.get(range.clone()) == self.own_id {
                return Some(part(range, OWN_ACCOUNT));
            }
            replaced.contains(&range).then(|| part(range, placeholder))
        };
        segments.into_iter().filter_map(of_segment).collect()
    }
}

fn part(range: Range<usize>, placeholder: &str) -> ReplacedPart {
    ReplacedPart { range, placeholder: placeholder.to_owned() }
}

/// The account's own id, and the other's, which is never replaced.
fn account_ids<'a>(
    side: Side,
    accounts: Sides<&'a Account>,
    rules: Rules<'a>,
) -> impl Iterator<Item = Literal> + use<'a> {
    let both = [(side, Owner::Own), (side.other(), Owner::Other)];
    let own = accounts.get(side).id.as_ref();
    both.into_iter().filter_map(move |(of, owner)| {
        let id = accounts.get(of).id.as_ref()?;
        let wanted = match owner {
            Owner::Own => rules.builtins.has(Builtin::AccountId),
            Owner::Other | Owner::Third | Owner::Anyone => own != Some(id),
        };
        wanted.then(|| Literal {
            parts: vec![part(0..id.as_str().len(), OWN_ACCOUNT)],
            text: id.to_string(),
            placeholder: OWN_ACCOUNT.to_owned(),
            how: How::AccountId,
            places: Places::default(),
            owner,
        })
    })
}

/// The texts of the dictionary's lists: placeholder, text, how and where it is looked for.
fn shared(rules: Rules<'_>) -> Vec<(&str, &str, How, Places)> {
    let lists = rules.dictionary.entries().filter_map(|(placeholder, entry)| match &entry.texts {
        Texts::Shared(texts, matching) => Some((placeholder, texts, how(*matching), entry.places)),
        Texts::ByTag(..) | Texts::Pattern(_) => None,
    });
    lists
        .flat_map(|(placeholder, texts, how, places)| {
            texts.iter().map(move |text| (placeholder, text.as_str(), how, places))
        })
        .collect()
}
