//! Which generated id of one account is which of the other: clusters' providers, secrets.

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
        let part = (id.part.start - id.whole.start, id.part.end - id.whole.start, "");
        let shape = base.shape(whole, Place::Resource, &[part]);
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
    let count = |l: &str, r: &str| together.get(&(l.to_owned(), r.to_owned())).copied().unwrap_or_default();
    let best = |counts: Vec<(usize, &str)>| -> Option<String> {
        let most = counts.iter().map(|(count, _)| *count).max().filter(|most| *most > 0)?;
        let mut top = counts.iter().filter(|(count, _)| *count == most);
        match (top.next(), top.next()) {
            (Some((_, key)), None) => Some((*key).to_owned()),
            _ => None,
        }
    };
    let mut pairs = Vec::new();
    for &l in &own.left {
        let Some(r) = best(own.right.iter().map(|r| (count(l, r), *r)).collect()) else { continue };
        if best(own.left.iter().map(|l| (count(l, &r), *l)).collect()).as_deref() == Some(l) {
            pairs.push((l.to_owned(), r));
        }
    }
    pairs
}

fn count_together(
    accounts: Sides<&Account>,
    base: Sides<&Normaliser>,
    builtins: Builtins,
    names: &Sides<Names>,
) -> Together {
    let of_roles = |side: Side| {
        let mut roles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for role in &accounts.get(side).roles {
            let name = names.get(side).role(base.get(side), &role.name).to_lowercase();
            let keys = roles.entry(name).or_default();
            texts::of_role(role, &mut |_, text| {
                each(text, base.get(side), builtins, &mut |_, key, _| {
                    keys.insert(key);
                });
            });
        }
        roles
    };
    let (left, right) = (of_roles(Side::Left), of_roles(Side::Right));
    let mut together = Together::new();
    for (name, keys) in left {
        for l in &keys {
            for r in right.get(&name).into_iter().flatten() {
                *together.entry((l.clone(), r.clone())).or_default() += 1;
            }
        }
    }
    together
}
