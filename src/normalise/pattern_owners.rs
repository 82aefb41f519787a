//! Whose text each text is that a pattern of the dictionary matches.
//!
//! A pattern matches texts that nobody listed, so the accounts tell whose each is: the account's whose roles, policies,
//! instance profiles, or paths are named with it, or, if no name contains it, the account's that has it.

use std::collections::{BTreeMap, BTreeSet};

use super::literal::{DictionaryTooLarge, How, Literal, Owner};
use super::pattern::Pattern;
use super::rules::Rules;
use super::separators::FixedParts;
use super::text::Normaliser;
use super::texts;
use crate::model::{Account, AccountId, Place, Places, Role, Side, Sides, Texts};

/// Whose a text is that a pattern matches, by placeholder and text; none for nobody's.
pub(super) type PatternOwners = BTreeMap<String, BTreeMap<String, Option<Side>>>;

/// How often each account has a text that a pattern matches.
type Counts = BTreeMap<String, Sides<usize>>;

/// From how many times as often an account has a text that both have, it is this account's.
const PLAINLY_MORE: usize = 4;

/// Finds out whose the texts are that the patterns of the dictionary match.
///
/// # Errors
/// If there are too many texts to be looked for at once.
pub(super) fn owners(accounts: Sides<&Account>, rules: Rules<'_>) -> Result<PatternOwners, DictionaryTooLarge> {
    let mut owners = PatternOwners::new();
    for (placeholder, entry) in rules.dictionary.entries() {
        if let Texts::Pattern(regex) = &entry.texts {
            let (regex, owners_of_texts) = (regex.clone(), BTreeMap::new());
            let pattern =
                Pattern { regex, placeholder: placeholder.to_owned(), places: entry.places, owners: owners_of_texts };
            owners.insert(placeholder.to_owned(), of_pattern(accounts, &pattern)?);
        }
    }
    Ok(owners)
}

fn of_pattern(
    accounts: Sides<&Account>,
    pattern: &Pattern,
) -> Result<BTreeMap<String, Option<Side>>, DictionaryTooLarge> {
    let mut anywhere = Counts::new();
    for side in Side::BOTH {
        each_text(accounts.get(side), &mut |place, text| {
            for matched in matches(pattern, place, text) {
                *anywhere.entry(matched.to_owned()).or_default().get_mut(side) += 1;
            }
        });
    }
    let in_names = in_names(accounts, pattern, &anywhere)?;
    let tops = Sides { left: Top::of(&anywhere, Side::Left), right: Top::of(&anywhere, Side::Right) };
    let ids = accounts.map(|account| account.id.as_ref().map(AccountId::as_str));
    let owner = |(text, count): (&String, &Sides<usize>)| {
        let own = Side::BOTH.into_iter().find(|side| *ids.get(*side) == Some(text.as_str()));
        let named = in_names.get(text);
        let owner = own.or_else(|| named.map_or_else(|| by_use(*count, &tops), |named| clear(*named)));
        (text.clone(), owner)
    };
    Ok(anywhere.iter().map(owner).collect())
}

/// What a pattern would replace in a text.
fn matches<'t>(pattern: &Pattern, place: Place, text: &'t str) -> Vec<&'t str> {
    if !pattern.places.has(place) {
        return Vec::new();
    }
    let spans = pattern.spans(&FixedParts::new(text, place), text, place);
    let replaced = spans.into_iter().filter(|span| span.what.is_replaced());
    // A span is where the expression matched, so its range is one of the text.
    replaced.map(|span| text.get(span.start..span.end).unwrap_or_default()).collect()
}

/// How many names of each account contain each of the texts, as a word or where the pattern matches it.
fn in_names(accounts: Sides<&Account>, pattern: &Pattern, texts: &Counts) -> Result<Counts, DictionaryTooLarge> {
    let literal = |text: &String| Literal {
        text: text.clone(),
        placeholder: pattern.placeholder.clone(),
        how: How::Token,
        places: Places::default(),
        owner: Owner::Anyone,
        parts: Vec::new(),
    };
    let words = Normaliser::new(texts.keys().map(literal).collect(), Vec::new())?;
    let mut counts = Counts::new();
    for side in Side::BOTH {
        each_text(accounts.get(side), &mut |place, text| {
            let Some(name) = own_name(place, text) else { return };
            let mut found: BTreeSet<&str> = matches(pattern, place, name).into_iter().collect();
            found.extend(words.literals_in(name, place).map(|(literal, ..)| literal.text.as_str()));
            for text in found {
                *counts.entry(text.to_owned()).or_default().get_mut(side) += 1;
            }
        });
    }
    Ok(counts)
}

/// The name in a text that names something of the account; none for what may name anything.
fn own_name(place: Place, text: &str) -> Option<&str> {
    match place {
        Place::RoleName | Place::Path | Place::InstanceProfile => Some(text),
        Place::PolicyName if text.contains(":aws:policy/") => None,
        Place::PolicyName => Some(text.rsplit('/').next().unwrap_or(text)),
        Place::Resource | Place::Principal | Place::Condition | Place::Tag | Place::Description => None,
    }
}

/// The texts of an account in which a pattern may match: of a managed policy its name too, which its ARN ends in.
fn each_text(account: &Account, visit: &mut impl FnMut(Place, &str)) {
    texts::each(account, visit);
    let policies = account.roles.iter().flat_map(Role::managed);
    let names: BTreeSet<(&str, &str)> = policies
        .filter(|policy| !policy.is_owned_by_aws())
        .map(|policy| (policy.arn.as_str(), &*policy.name))
        .collect();
    names.into_iter().for_each(|(_, name)| visit(Place::PolicyName, name));
}

/// The account that alone has a text, or plainly more often than the other.
fn clear(count: Sides<usize>) -> Option<Side> {
    match (count.left, count.right) {
        (0, 0) => None,
        (left, right) if left >= PLAINLY_MORE * right => Some(Side::Left),
        (left, right) if right >= PLAINLY_MORE * left => Some(Side::Right),
        _ => None,
    }
}

/// As [`clear`]; if both have the text, the account for which alone it is the most frequent one.
fn by_use(count: Sides<usize>, tops: &Sides<Top>) -> Option<Side> {
    let is_top = |side: Side| tops.get(side).is(*count.get(side));
    match (is_top(Side::Left), is_top(Side::Right)) {
        _ if count.left == 0 || count.right == 0 => clear(count),
        (true, false) => Some(Side::Left),
        (false, true) => Some(Side::Right),
        _ => clear(count),
    }
}

/// The most frequent text of an account.
struct Top {
    count: usize,
    is_one: bool,
}

impl Top {
    fn of(counts: &Counts, side: Side) -> Self {
        let count = counts.values().map(|count| *count.get(side)).max().unwrap_or_default();
        let texts = counts.values().filter(|other| *other.get(side) == count).count();
        Self { count, is_one: texts == 1 }
    }

    /// Whether a text that often found is the one most frequent.
    const fn is(&self, count: usize) -> bool {
        self.is_one && self.count == count
    }
}
