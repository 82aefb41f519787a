//! Finds the names that have a suffix or a prefix in one account and nothing in its place in the other.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::absent::{Absent, End, Missing, Name, is_own, names};
use super::text::Normaliser;
use super::texts;
use crate::model::equivalency::mark;
use crate::model::{Account, AccountTag, EquivalencyList, Place, Places, Role, Side, Sides, Texts};

/// Finds the names, as each account sees them.
pub(super) fn find(
    accounts: Sides<&Account>,
    tags: Sides<&AccountTag>,
    dictionary: &EquivalencyList,
    base: Sides<&Normaliser>,
) -> Sides<Absent> {
    let mut names: BTreeMap<Name, Missing> = BTreeMap::new();
    for with in Side::BOTH {
        let entries = absent_in(with.other(), tags, dictionary);
        if entries.is_empty() {
            continue;
        }
        let without = with.other();
        let (longer, shorter) =
            (shapes(accounts.get(with), base.get(with)), shapes(accounts.get(without), base.get(without)));
        for (kind, shape) in &longer {
            for (placeholder, places) in &entries {
                let marked = mark(placeholder);
                let ends = [(shape.strip_suffix(&marked), End::Suffix), (shape.strip_prefix(&marked), End::Prefix)];
                for (rest, end) in ends {
                    // A name that is nothing but the text has no place for it in the other account.
                    let Some(rest) = rest.filter(|rest| !rest.is_empty()) else { continue };
                    let name = (kind.clone(), rest.to_owned());
                    let is_of_both = is_own(kind) && longer.contains(&name);
                    if shorter.contains(&name) && !is_of_both {
                        let (placeholder, places) = ((*placeholder).to_owned(), *places);
                        // Two entries for one name say the same of it: something is missing there.
                        names.entry(name).or_insert(Missing { placeholder, places, end, without, side: with });
                    }
                }
            }
        }
    }
    let seen_from = |side: Side| Absent {
        names: names.iter().map(|(name, missing)| (name.clone(), Missing { side, ..missing.clone() })).collect(),
    };
    Sides { left: seen_from(Side::Left), right: seen_from(Side::Right) }
}

/// The entries that have an empty list for one account and texts for the other: placeholder and places.
fn absent_in<'d>(without: Side, tags: Sides<&AccountTag>, dictionary: &'d EquivalencyList) -> Vec<(&'d str, Places)> {
    let entries = dictionary.entries().filter(|(_, entry)| match &entry.texts {
        Texts::ByTag(by_tag, _) => {
            let texts = |side: Side| by_tag.of(tags.get(side));
            texts(without).is_some_and(|texts| texts.is_empty())
                && texts(without.other()).is_some_and(|texts| !texts.is_empty())
        }
        Texts::Shared(..) | Texts::Pattern(_) => false,
    });
    entries.map(|(placeholder, entry)| (placeholder, entry.places)).collect()
}

/// All names in an account's texts.
fn shapes(account: &Account, base: &Normaliser) -> BTreeSet<Name> {
    let mut found = BTreeSet::new();
    texts::each(account, &mut |place, text| {
        found.extend(names(place, text).map(|(kind, range)| (kind, shape(base, text, range, place))));
    });
    let policies = account.roles.iter().flat_map(Role::managed);
    for policy in policies.filter(|policy| !policy.is_owned_by_aws()) {
        let name = &policy.name;
        found.insert(("policy".to_owned(), shape(base, name, 0..name.len(), Place::PolicyName)));
    }
    found
}

fn shape(base: &Normaliser, text: &str, range: Range<usize>, place: Place) -> String {
    base.shape_as_written(text.get(range).unwrap_or_default(), place)
}
