//! Which generated id of one account is which of the other: clusters' providers, secrets, what stacks
//! created.

use std::collections::{BTreeMap, BTreeSet};

use super::builtin::Builtin;
use super::counterparts::{IdUse, id_key};
use super::generated_names;
use super::text::Normaliser;
use super::texts;
use super::{Builtins, prepare::Names};
use crate::model::{Account, Place, Side, Sides};

/// An id as one account has it.
#[derive(Debug, Clone)]
struct Seen {
    count: usize,
    looks_random: bool,
}

/// What is the same but for the made-up part.
type Shape = (Builtin, String);

/// The ids of an account by shape and key.
type FoundIds = BTreeMap<Shape, BTreeMap<String, Seen>>;

/// How often two ids stand in the two roles of a pair.
type Together = BTreeMap<(String, String), usize>;

/// What becomes of the ids of both accounts. An id is replaced if the other account has one of the same shape, and it
/// is plain which.
pub(super) fn pair(
    accounts: Sides<&Account>,
    base: Sides<&Normaliser>,
    builtins: Builtins,
    names: &Sides<Names>,
) -> Sides<BTreeMap<String, IdUse>> {
    let find = |side: Side| {
        let mut found = FoundIds::new();
        // Role by role: how many roles use a cluster says whose it is, though they share the text that names it.
        for role in &accounts.get(side).roles {
            texts::of_role(role, &mut |_, text| {
                each(text, base.get(side), builtins, &mut |shape, key, looks_random| {
                    let seen = found.entry(shape).or_default().entry(key).or_insert(Seen { count: 0, looks_random });
                    seen.count += 1;
                });
            });
        }
        found
    };
    let found = Sides::SIDES.par_map(find);
    let mut uses: Sides<BTreeMap<String, IdUse>> = Sides::default();
    let mut together: Option<Together> = None;
    for (shape, left) in &found.left {
        let Some(right) = found.right.get(shape) else { continue };
        let own = own(left, right);
        let one = own.left.len() == 1 && own.right.len() == 1;
        let pairs = if one {
            own.left.iter().zip(&own.right).map(|(l, r)| ((*l).to_owned(), (*r).to_owned())).collect()
        } else {
            let together = together.get_or_insert_with(|| count_together(accounts, base, builtins, names));
            mutual(&own, together)
        };
        for (number, (l, r)) in pairs.into_iter().enumerate() {
            let random = |of: &BTreeMap<String, Seen>, key: &str| of.get(key).is_some_and(|seen| seen.looks_random);
            if random(left, &l) || random(right, &r) {
                let placeholder = shape.0.placeholder(if one { 0 } else { number + 1 });
                let used = |foreign| IdUse { placeholder: placeholder.clone(), foreign };
                // What both accounts hold, but is one's, is foreign in the other.
                uses.right.entry(l.clone()).or_insert_with(|| used(true));
                uses.left.entry(r.clone()).or_insert_with(|| used(true));
                uses.left.insert(l, used(false));
                uses.right.insert(r, used(false));
            }
        }
    }
    uses
}

fn each(text: &str, base: &Normaliser, builtins: Builtins, visit: &mut impl FnMut(Shape, String, bool)) {
    for id in generated_names::find_ids(builtins, text) {
        let whole = text.get(id.whole.clone()).unwrap_or_default();
        let key = id_key(id.rule, whole);
        let parts: Vec<(usize, usize, &str)> = std::iter::once(&id.part)
            .chain(&id.others)
            .map(|part| (part.start - id.whole.start, part.end - id.whole.start, ""))
            .collect();
        let shape = base.shape(whole, Place::Resource, &parts);
        let shape = if id.rule == Builtin::EksOidc { shape.to_lowercase() } else { shape };
        visit((id.rule, shape), key, id.looks_random);
    }
}

/// Which ids of one shape are which account's. An id that both hold is one's if it holds it more often and the other
/// has another id of its own; else it is the same thing in both accounts, and nobody's.
fn own<'a>(left: &'a BTreeMap<String, Seen>, right: &'a BTreeMap<String, Seen>) -> Sides<Vec<&'a str>> {
    let only = |of: &'a BTreeMap<String, Seen>, other: &BTreeMap<String, Seen>| -> Vec<&'a str> {
        of.keys().filter(|key| !other.contains_key(*key)).map(String::as_str).collect()
    };
    let mut own = Sides { left: only(left, right), right: only(right, left) };
    let (no_left, no_right) = (own.left.is_empty(), own.right.is_empty());
    for (key, seen) in left {
        let Some(other) = right.get(key) else { continue };
        if no_left && !no_right && seen.count > other.count {
            own.left.push(key);
        }
        if no_right && !no_left && other.count > seen.count {
            own.right.push(key);
        }
    }
    own
}

/// Pairs each of which is the other's most frequent companion.
fn mutual(own: &Sides<Vec<&str>>, together: &Together) -> Vec<(String, String)> {
    let own = own.as_ref().map(|keys| keys.iter().copied().collect::<BTreeSet<&str>>());
    let counts = together.iter().filter(|((l, r), _)| own.left.contains(l.as_str()) && own.right.contains(r.as_str()));
    let mut companions: Sides<BTreeMap<&str, Vec<(usize, &str)>>> = Sides::default();
    for ((l, r), count) in counts {
        companions.left.entry(l).or_default().push((*count, r));
        companions.right.entry(r).or_default().push((*count, l));
    }
    let best = |side: Side, key: &str| -> Option<&str> {
        let counts = companions.get(side).get(key)?;
        let most = counts.iter().map(|(count, _)| *count).max()?;
        let mut top = counts.iter().filter(|(count, _)| *count == most);
        match (top.next(), top.next()) {
            (Some((_, key)), None) => Some(*key),
            _ => None,
        }
    };
    let lefts = companions.left.keys();
    let pairs =
        lefts.filter_map(|l| Some((*l, best(Side::Left, l)?))).filter(|(l, r)| best(Side::Right, r) == Some(*l));
    pairs.map(|(l, r)| (l.to_owned(), r.to_owned())).collect()
}

/// From how many pairs of ids of one shape in one pair of roles on nothing tells which is which: all stand with all.
const TOO_MANY: usize = 10_000;

fn count_together(
    accounts: Sides<&Account>,
    base: Sides<&Normaliser>,
    builtins: Builtins,
    names: &Sides<Names>,
) -> Together {
    let of_roles = |side: Side| {
        let mut roles: BTreeMap<(String, Shape), BTreeSet<String>> = BTreeMap::new();
        for role in &accounts.get(side).roles {
            let name = names.get(side).role(base.get(side), &role.name).to_lowercase();
            texts::of_role(role, &mut |_, text| {
                each(text, base.get(side), builtins, &mut |shape, key, _| {
                    roles.entry((name.clone(), shape)).or_default().insert(key);
                });
            });
        }
        roles
    };
    let (left, right) = (of_roles(Side::Left), of_roles(Side::Right));
    let mut together = Together::new();
    for (of, lefts) in left {
        let Some(rights) = right.get(&of) else { continue };
        if lefts.len().saturating_mul(rights.len()) >= TOO_MANY {
            continue;
        }
        for l in &lefts {
            for r in rights {
                *together.entry((l.clone(), r.clone())).or_default() += 1;
            }
        }
    }
    together
}
