//! Which generated id of one account is which of the other: clusters' providers, secrets, what stacks
//! created.

use std::collections::{BTreeMap, BTreeSet};

use super::Builtins;
use super::builtin::Builtin;
use super::counterparts::{IdUse, id_key};
use super::generated_names::Id;
use super::names::Names;
use super::text::Normaliser;
use super::{generated_ids, texts};
use crate::model::{Account, AccountId, Place, Side, Sides};

/// An id as one account has it.
#[derive(Debug, Clone)]
struct Seen {
    count: usize,
    looks_random: bool,
    /// The made-up part, then the further ones.
    parts: Vec<String>,
}

/// What is the same but for the made-up part.
type Shape = (Builtin, String);

/// The ids of one shape by key.
type OfShape = BTreeMap<String, Seen>;

/// The ids of an account by shape.
type FoundIds = BTreeMap<Shape, OfShape>;

/// How often two ids stand in the two roles of a pair.
type Together = BTreeMap<(String, String), usize>;

/// One thing as each account has it; an account may not have it.
type Pair = Sides<Option<String>>;

/// The ids of one shape that are each other's counterparts.
struct Paired<'f> {
    of: Sides<&'f OfShape>,
    pairs: Vec<Pair>,
    /// Whether each account has one id of the shape that is its own.
    one: bool,
}

/// What becomes of the ids of both accounts. An id is replaced if the other account has one of the same shape, and it
/// is plain which.
pub(super) fn pair(
    accounts: Sides<&Account>,
    base: Sides<&Normaliser>,
    builtins: Builtins,
    names: &Sides<Names>,
) -> Sides<BTreeMap<String, IdUse>> {
    let reader = |side: Side| Reader { base: base.get(side), builtins, own: accounts.get(side).id.as_ref() };
    let readers = Sides { left: reader(Side::Left), right: reader(Side::Right) };
    let found = Sides::SIDES.par_map(|side| {
        let mut found = FoundIds::new();
        // Role by role: how many roles use a cluster says whose it is, though they share the text that names it.
        for role in &accounts.get(side).roles {
            texts::of_role(role, &mut |_, text| {
                readers.get(side).each(text, &mut |shape, key, id| {
                    let seen = || Seen { count: 0, looks_random: id.looks_random, parts: parts(text, id) };
                    found.entry(shape).or_default().entry(key).or_insert_with(seen).count += 1;
                });
            });
        }
        found
    });
    let (none, mut together) = (OfShape::new(), None);
    let mut paired: BTreeMap<&Shape, Paired<'_>> = BTreeMap::new();
    for shape in found.left.keys().chain(found.right.keys()) {
        let of = found.as_ref().map(|found| found.get(shape).unwrap_or(&none));
        let own = own(of.left, of.right);
        let one = own.left.len() == 1 && own.right.len() == 1;
        let mut pairs: Vec<(String, String)> = if own.left.is_empty() || own.right.is_empty() {
            Vec::new()
        } else if one {
            own.left.iter().zip(&own.right).map(|(l, r)| ((*l).to_owned(), (*r).to_owned())).collect()
        } else {
            mutual(&own, together.get_or_insert_with(|| count_together(accounts, &readers, base, names)))
        };
        let random = |of: &OfShape, key: &str| of.get(key).is_some_and(|seen| seen.looks_random);
        pairs.retain(|(l, r)| random(of.left, l) || random(of.right, r));
        // The same name in both accounts was not made up for either.
        let part = |of: &OfShape, key: &str| of.get(key).and_then(|seen| seen.parts.first().cloned());
        pairs.retain(|(l, r)| shape.0 != Builtin::CloudFormation || part(of.left, l) != part(of.right, r));
        let pairs = pairs.into_iter().map(|(l, r)| Sides { left: Some(l), right: Some(r) }).collect();
        paired.insert(shape, Paired { of, pairs, one });
    }
    let stacks = made_together(&paired);
    let mut uses: Sides<BTreeMap<String, IdUse>> = Sides::default();
    for (shape, mut paired) in paired {
        if shape.0 == Builtin::CloudFormation {
            paired.follow(&stacks, &mut uses);
        }
        paired.note(shape.0, &mut uses);
    }
    uses
}

impl Paired<'_> {
    /// Says what becomes of the ids.
    fn note(self, rule: Builtin, uses: &mut Sides<BTreeMap<String, IdUse>>) {
        let alone =
            self.pairs.len() == 1 && (self.one || self.pairs.iter().any(|p| p.left.is_none() || p.right.is_none()));
        for (number, pair) in self.pairs.into_iter().enumerate() {
            let placeholder = rule.placeholder(if alone { 0 } else { number + 1 });
            for side in Side::BOTH {
                let Some(key) = pair.get(side) else { continue };
                let used = |foreign| IdUse { placeholder: placeholder.clone(), foreign };
                // What both accounts hold, but is one's, is foreign in the other.
                uses.get_mut(side.other()).entry(key.clone()).or_insert_with(|| used(true));
                uses.get_mut(side).insert(key.clone(), used(false));
            }
        }
    }

    /// The made-up parts of a pair in both accounts.
    fn parts(&self, pair: &Pair) -> Vec<(&str, &str)> {
        let seen = |side: Side| pair.get(side).as_ref().and_then(|key| self.of.get(side).get(key));
        let (Some(left), Some(right)) = (seen(Side::Left), seen(Side::Right)) else { return Vec::new() };
        left.parts.iter().zip(&right.parts).map(|(l, r)| (l.as_str(), r.as_str())).collect()
    }

    /// Keeps the pairs whose parts correspond in all ids of the accounts, and adds those that correspond elsewhere: the
    /// log group of a function that is known, which the other account has under another name or not at all.
    fn follow(&mut self, stacks: &Sides<BTreeMap<String, String>>, uses: &mut Sides<BTreeMap<String, IdUse>>) {
        let mut pairs = std::mem::take(&mut self.pairs);
        pairs.retain(|pair| {
            self.parts(pair).iter().all(|(l, r)| l == r || stacks.left.get(*l).is_some_and(|known| known == r))
        });
        let mut added: BTreeMap<(&str, &str), Sides<Vec<&String>>> = BTreeMap::new();
        for side in Side::BOTH {
            let taken: BTreeSet<&str> = pairs.iter().filter_map(|pair| pair.get(side).as_deref()).collect();
            for (key, seen) in self.of.get(side).iter().filter(|(key, _)| !taken.contains(key.as_str())) {
                // Every id has its made-up part.
                let Some(part) = seen.parts.first() else { continue };
                if let Some(other) = stacks.get(side).get(part) {
                    let (l, r) = if side == Side::Left { (part, other) } else { (other, part) };
                    added.entry((l, r)).or_default().get_mut(side).push(key);
                } else if stacks.get(side.other()).contains_key(part) {
                    // What has the other account's part is the other's, though the ARN has this account's id.
                    let foreign = || IdUse { placeholder: Builtin::CloudFormation.placeholder(0), foreign: true };
                    uses.get_mut(side).entry(key.clone()).or_insert_with(foreign);
                }
            }
        }
        // Two ids with one part in one account are two things, which one placeholder would join.
        let added = added.into_values().filter(|keys| keys.left.len() < 2 && keys.right.len() < 2);
        pairs.extend(added.map(|keys| keys.map(|keys| keys.first().map(|key| (*key).clone()))));
        self.pairs = pairs;
    }
}

/// Which made-up parts of names of stacks correspond: the part of a function's name is that of its log group too, and
/// that of a nested stack is in the names of all that the stack created. A part that would have two counterparts,
/// equally often, has none: one of the accounts refers to something else.
fn made_together(paired: &BTreeMap<&Shape, Paired<'_>>) -> Sides<BTreeMap<String, String>> {
    let mut together = Together::new();
    for (_, of_shape) in paired.iter().filter(|(shape, _)| shape.0 == Builtin::CloudFormation) {
        for pair in &of_shape.pairs {
            let count = |side: Side| {
                pair.get(side).as_ref().and_then(|key| of_shape.of.get(side).get(key)).map(|seen| seen.count)
            };
            let uses = count(Side::Left).min(count(Side::Right)).unwrap_or_default();
            for (l, r) in of_shape.parts(pair).into_iter().filter(|(l, r)| l != r) {
                *together.entry((l.to_owned(), r.to_owned())).or_default() += uses;
            }
        }
    }
    let own = Sides {
        left: together.keys().map(|(l, _)| l.as_str()).collect(),
        right: together.keys().map(|(_, r)| r.as_str()).collect(),
    };
    let pairs = mutual(&own, &together);
    let left: BTreeMap<String, String> = pairs.into_iter().collect();
    let right = left.iter().map(|(l, r)| (r.clone(), l.clone())).collect();
    Sides { left, right }
}

/// The made-up parts of an id in a text.
fn parts(text: &str, id: &Id) -> Vec<String> {
    let all = std::iter::once(&id.part).chain(&id.others);
    all.map(|part| text.get(part.clone()).unwrap_or_default().to_owned()).collect()
}

/// Finds the ids in texts of one account.
struct Reader<'a> {
    base: &'a Normaliser,
    builtins: Builtins,
    own: Option<&'a AccountId>,
}

impl Reader<'_> {
    fn each(&self, text: &str, visit: &mut impl FnMut(Shape, String, &Id)) {
        let found = generated_ids::find_ids(self.builtins, text);
        if found.is_empty() {
            return;
        }
        let elsewhere = self.is_elsewhere(text);
        for id in found {
            if elsewhere && matches!(id.rule, Builtin::CloudFormation | Builtin::Secret) {
                continue;
            }
            let whole = text.get(id.whole.clone()).unwrap_or_default();
            let key = id_key(id.rule, whole);
            let parts: Vec<(usize, usize, &str)> = std::iter::once(&id.part)
                .chain(&id.others)
                .map(|part| (part.start - id.whole.start, part.end - id.whole.start, ""))
                .collect();
            let shape = self.base.shape(whole, Place::Resource, &parts);
            let shape = if id.rule == Builtin::EksOidc { shape.to_lowercase() } else { shape };
            visit((id.rule, shape), key, &id);
        }
    }

    /// Whether an ARN is of a third account, for which the dictionary has no placeholder. There, a name is taken once:
    /// two of them that differ in the made-up part only are two things, of which one may not exist any more.
    fn is_elsewhere(&self, text: &str) -> bool {
        let account = |text: &str| text.split(':').nth(4).is_some_and(AccountId::is_valid);
        let own = self.own.map(AccountId::as_str);
        own.is_some()
            && text.split(':').nth(4) != own
            && account(text)
            && account(&self.base.shape(text, Place::Resource, &[]))
    }
}

/// Which ids of one shape are which account's. An id that both hold is one's if it holds it more often and the other
/// has another id of its own; else it is the same thing in both accounts, and nobody's.
fn own<'a>(left: &'a OfShape, right: &'a OfShape) -> Sides<Vec<&'a str>> {
    let only = |of: &'a OfShape, other: &OfShape| -> Vec<&'a str> {
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
    readers: &Sides<Reader<'_>>,
    base: Sides<&Normaliser>,
    names: &Sides<Names>,
) -> Together {
    let of_roles = |side: Side| {
        let mut roles: BTreeMap<(String, Shape), BTreeSet<String>> = BTreeMap::new();
        for role in &accounts.get(side).roles {
            let name = names.get(side).role(base.get(side), &role.name).to_lowercase();
            texts::of_role(role, &mut |_, text| {
                readers.get(side).each(text, &mut |shape, key, _| {
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
