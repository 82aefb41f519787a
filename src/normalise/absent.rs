//! Names that have a suffix or a prefix in one account and nothing in its place in the other: `app-dev` and `app`.
//!
//! An entry by tag says so with an empty list for the account without. Nothing cannot be found in a text, so it counts
//! only at the end or the beginning of a name that the other account has with its suffix or prefix, of the same kind of
//! thing. Where the account with the suffix uses such a name without it, it means the other account's.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::hits::What;
use super::text::{Normaliser, Span};
use super::texts;
use crate::model::equivalency::mark;
use crate::model::{Account, AccountTag, EquivalencyList, Place, Places, Role, Side, Sides, Texts};

/// The names without a suffix or prefix, as one account sees them.
#[derive(Debug, Clone, Default)]
pub(super) struct Absent {
    /// By what is named and the name as the dictionary has it: the placeholder, and where it stands.
    names: BTreeMap<Name, Missing>,
}

/// What is missing in a name.
#[derive(Debug, Clone)]
struct Missing {
    placeholder: String,
    places: Places,
    end: End,
    /// The account that has nothing there.
    without: Side,
    /// The account that sees it.
    side: Side,
}

/// What is named, and the name as the dictionary has it.
type Name = (String, String);

/// Where in a name the other account has its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Prefix,
    Suffix,
}

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

/// Whether an account has such names only for what is its own.
fn is_own(kind: &str) -> bool {
    matches!(kind, "role" | "policy" | "instance-profile" | "tag")
}

/// The names in a text with what they name. None with a wildcard or a variable: `app-*` names more than `app-*-dev`.
fn names(place: Place, text: &str) -> impl Iterator<Item = (String, Range<usize>)> {
    let whole = |kind: &str| vec![(kind.to_owned(), 0..text.len())];
    let found = match place {
        Place::RoleName => whole("role"),
        Place::InstanceProfile => whole("instance-profile"),
        Place::PolicyName if !text.starts_with("arn:") => whole("policy"),
        Place::PolicyName | Place::Resource | Place::Principal | Place::Condition => of_arn(text),
        Place::Tag => whole("tag"),
        Place::Path | Place::Description => Vec::new(),
    };
    found.into_iter().filter(move |(_, range)| {
        let name = text.get(range.clone()).unwrap_or_default();
        !name.is_empty() && !name.contains(['*', '?', '$', '{', '}'])
    })
}

/// The names in an ARN: of a role and the like the last part, of anything else the first two parts of the resource.
fn of_arn(text: &str) -> Vec<(String, Range<usize>)> {
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", _, service, _, account, resource] = fields.as_slice() else { return Vec::new() };
    let at = text.len() - resource.len();
    if *account == "aws" {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut start = at;
    for part in resource.split(['/', ':']) {
        parts.push((part, start..start + part.len()));
        start += part.len() + 1;
    }
    match (*service, parts.as_slice()) {
        ("iam", [(kind @ ("role" | "policy" | "instance-profile"), _), .., (_, name)]) => {
            vec![((*kind).to_owned(), name.clone())]
        }
        ("sts", [("assumed-role", _), (_, name), ..]) => vec![("role".to_owned(), name.clone())],
        ("iam" | "sts", _) => Vec::new(),
        (_, [(_, first)]) => vec![(format!("{service}:"), first.clone())],
        (_, [(kind, first), (_, second), ..]) => {
            vec![(format!("{service}:"), first.clone()), (format!("{service}:{kind}/"), second.clone())]
        }
        (_, []) => Vec::new(),
    }
}

impl Absent {
    /// Adds what has a suffix or prefix in the other account, or is the other account's because it has none.
    pub(super) fn find<'a>(&'a self, base: &Normaliser, text: &str, place: Place, spans: &mut Vec<Span<'a>>) {
        if self.names.is_empty() {
            return;
        }
        for (kind, range) in names(place, text) {
            let is_own = is_own(&kind);
            // A name that has nothing to do with such an entry.
            let Some(missing) = self.names.get(&(kind, shape(base, text, range.clone(), place))) else { continue };
            if !missing.places.has(place) {
                continue;
            }
            let placeholder = missing.placeholder.as_str().into();
            if missing.side == missing.without {
                let at = if missing.end == End::Suffix { range.end } else { range.start };
                spans.push(Span::built_in(at, at, placeholder, What::Replaced));
            } else if !is_own {
                spans.push(Span::built_in(range.start, range.end, placeholder, What::Foreign));
            }
        }
    }
}
