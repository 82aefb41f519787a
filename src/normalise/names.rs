//! Which generated name of one account is which of the other.
//!
//! A name is only replaced in part if the other account has a name that is the same but for that part. Where several
//! are, what they name decides: only those that are plainly each other's are taken, and the rest stay as they are,
//! which shows a difference rather than hide one.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::builtin::Builtin;
use super::generated_names::GeneratedForm;
use super::span::ReplacedPart;
use super::text::Normaliser;
use crate::model::{Place, Side, Sides};

/// The longest name a role can have, at which CloudFormation and other tools cut.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const LONGEST: usize = 64;

/// How many characters more a tool can have cut in one account than in the other.
const MOST_CUT: usize = 24;

/// From which likeness on two of several are each other's.
const ALIKE: usize = 500;

/// A generated name of one account.
#[derive(Debug, Clone)]
pub(super) struct GeneratedName {
    /// As harvested.
    pub name: String,
    pub form: GeneratedForm,
    /// The name as the dictionary has it, without the made-up part and what follows.
    pub before: String,
    /// What follows the made-up part, as the dictionary has it.
    pub after: String,
    /// What distinguishes it from others: the role it belongs to, say.
    pub within: String,
    /// What it names, in texts that are the same for what means the same.
    pub content: BTreeSet<String>,
}

/// What names have in common that are the same but for the made-up part: rule, within what, the name before that part,
/// the name after it.
pub(super) type NameGroup = (Builtin, String, String, String);

impl GeneratedName {
    /// The names it could be taken for.
    pub(super) fn group(&self) -> NameGroup {
        (self.form.rule, self.within.clone(), self.before.to_lowercase(), self.after.to_lowercase())
    }

    /// The made-up parts with what replaces them; of a name that was cut, with the cut.
    fn parts(&self, placeholder: &str, cut: Option<Range<usize>>) -> Vec<ReplacedPart> {
        let part = |range: Range<usize>, placeholder: String| ReplacedPart { range, placeholder };
        let others = self.form.others.iter().map(|range| part(range.clone(), format!("{placeholder}-outer")));
        let cut = cut.map(|range| part(range, format!("{placeholder}-cut")));
        let made_up = part(self.form.part.clone(), placeholder.to_owned());
        others.chain(cut).chain([made_up]).collect()
    }
}

/// The parts to replace in a name, by what it is within and the name.
pub(super) type NameParts = BTreeMap<(String, String), Vec<ReplacedPart>>;

/// Finds the counterparts.
pub(super) fn pair(names: Sides<Vec<GeneratedName>>) -> Sides<NameParts> {
    let mut groups: BTreeMap<NameGroup, Sides<Vec<&GeneratedName>>> = BTreeMap::new();
    for side in Side::BOTH {
        for name in names.get(side) {
            groups.entry(name.group()).or_default().get_mut(side).push(name);
        }
    }
    let mut parts: Sides<NameParts> = Sides::default();
    let mut alone: Sides<Vec<&GeneratedName>> = Sides::default();
    for ((rule, ..), group) in groups {
        let several = group.left.len() > 1 || group.right.len() > 1;
        let pairs = within_group(&group);
        let paired: BTreeSet<(&str, &str)> = pairs.iter().map(|(l, r)| (l.name.as_str(), r.name.as_str())).collect();
        for (number, (left, right)) in pairs.iter().enumerate() {
            let placeholder = rule.placeholder(if several { number + 1 } else { 0 });
            for (side, name) in [(Side::Left, left), (Side::Right, right)] {
                parts.get_mut(side).insert((name.within.clone(), name.name.clone()), name.parts(&placeholder, None));
            }
        }
        alone.left.extend(group.left.iter().filter(|name| !paired.iter().any(|(l, _)| *l == name.name)));
        alone.right.extend(group.right.iter().filter(|name| !paired.iter().any(|(_, r)| *r == name.name)));
    }
    cut(&alone, &mut parts);
    parts
}

/// The counterparts among names that are the same but for the made-up part.
fn within_group<'a>(group: &Sides<Vec<&'a GeneratedName>>) -> Vec<(&'a GeneratedName, &'a GeneratedName)> {
    let made_up = |left: &GeneratedName, right: &GeneratedName| left.form.looks_random || right.form.looks_random;
    let (mut left, mut right) = (group.left.clone(), group.right.clone());
    let mut pairs = Vec::new();
    if left.len() > 1 || right.len() > 1 {
        let likeness = Likeness::new(group);
        let all = left.iter().flat_map(|l| right.iter().map(|r| (likeness.between(l, r), *l, *r)));
        let mut likely: Vec<(usize, &GeneratedName, &GeneratedName)> =
            all.filter(|(likeness, l, r)| *likeness >= ALIKE && made_up(l, r)).collect();
        // The most alike first; of those that are just as alike, in the order of their names.
        likely.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (&a.1.name, &a.2.name).cmp(&(&b.1.name, &b.2.name))));
        for (score, one, other) in likely {
            let free = |names: &[&GeneratedName], name: &GeneratedName| names.iter().any(|free| free.name == name.name);
            if !free(&left, one) || !free(&right, other) {
                continue;
            }
            // Another that is just as much like it, and says something else, could as well be the one.
            let of_left =
                right.iter().any(|rival| likeness.between(one, rival) == score && rival.content != other.content);
            let of_right =
                left.iter().any(|rival| likeness.between(rival, other) == score && rival.content != one.content);
            if !of_left && !of_right {
                pairs.push((one, other));
                left.retain(|name| name.name != one.name);
                right.retain(|name| name.name != other.name);
            }
        }
    }
    if let (&[one], &[other]) = (left.as_slice(), right.as_slice())
        && made_up(one, other)
    {
        pairs.push((one, other));
    }
    pairs.sort_by(|a, b| a.0.name.cmp(&b.0.name));
    pairs
}

/// How much the contents of each two names of a group have in common, in thousandths of all they hold.
struct Likeness<'a>(BTreeMap<(&'a str, &'a str), usize>);

impl<'a> Likeness<'a> {
    fn new(group: &Sides<Vec<&'a GeneratedName>>) -> Self {
        // Numbers for the texts: they are compared with each other many times.
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut numbered = |names: &[&'a GeneratedName]| -> Vec<(&'a str, BTreeSet<usize>)> {
            let mut content = |name: &'a GeneratedName| {
                name.content
                    .iter()
                    .map(|text| {
                        let next = numbers.len();
                        *numbers.entry(text).or_insert(next)
                    })
                    .collect()
            };
            names.iter().map(|name| (name.name.as_str(), content(name))).collect()
        };
        let (left, right) = (numbered(&group.left), numbered(&group.right));
        let mut likeness = BTreeMap::new();
        for (l, of_left) in &left {
            for (r, of_right) in &right {
                let common = of_left.intersection(of_right).count();
                let all = of_left.len() + of_right.len() - common;
                likeness.insert((*l, *r), (common * 1000).checked_div(all).unwrap_or(1000));
            }
        }
        Self(likeness)
    }

    fn between(&self, left: &GeneratedName, right: &GeneratedName) -> usize {
        self.0.get(&(left.name.as_str(), right.name.as_str())).copied().unwrap_or_default()
    }
}

/// Generated names that a tool cut at different places, because what stands before differs in length.
fn cut(alone: &Sides<Vec<&GeneratedName>>, parts: &mut Sides<NameParts>) {
    let can_be_cut = |name: &&&GeneratedName| {
        matches!(name.form.rule, Builtin::CloudFormation | Builtin::Terraform | Builtin::NameCut)
    };
    let (left, right): (Vec<_>, Vec<_>) =
        (alone.left.iter().filter(can_be_cut).collect(), alone.right.iter().filter(can_be_cut).collect());
    let mut found: Vec<(&GeneratedName, &GeneratedName, Cut)> = Vec::new();
    for one in &left {
        for other in right.iter().filter(|other| other.within == one.within && other.form.rule == one.form.rule) {
            if let Some(cut) = cut_of(one, other) {
                found.push((one, other, cut));
            }
        }
    }
    for (one, other, cut) in &found {
        let once = |name: &str, of: fn(&(&GeneratedName, &GeneratedName, Cut)) -> String| {
            found.iter().filter(|pair| of(pair) == name).count() == 1
        };
        if once(&one.name, |pair| pair.0.name.clone()) && once(&other.name, |pair| pair.1.name.clone()) {
            let end = one.form.rule.placeholder(0);
            for (side, name, more) in [(Side::Left, one, cut.more.left), (Side::Right, other, cut.more.right)] {
                let at = name.form.part.start.saturating_sub(cut.same_end);
                let gap = at.saturating_sub(more)..at;
                parts.get_mut(side).insert((name.within.clone(), name.name.clone()), name.parts(&end, Some(gap)));
            }
        }
    }
}

/// How two names that were cut fit together, in bytes.
struct Cut {
    /// How much before the made-up part is the same in both.
    same_end: usize,
    /// How much each has before that and the other does not.
    more: Sides<usize>,
}

/// One name is the other with some characters taken out, and is as long as a name can be.
fn cut_of(left: &GeneratedName, right: &GeneratedName) -> Option<Cut> {
    if !(left.form.looks_random || right.form.looks_random) {
        return None;
    }
    let (a, b) = (left.before.as_str(), right.before.as_str());
    let (shorter, longer, cut_name) = if a.len() < b.len() { (a, b, &left.name) } else { (b, a, &right.name) };
    let more = longer.len() - shorter.len();
    if more == 0 || more > MOST_CUT || cut_name.len() != LONGEST {
        return None;
    }
    let same_end = common_end(shorter, longer);
    let same_start = shorter.len() - same_end;
    // What was taken out, and what follows it, must be plain text: then it has the same place in the harvested name.
    let plain = longer.get(same_start..).is_some_and(|text| text.is_ascii());
    let starts_alike = shorter.get(..same_start).is_some_and(|start| !start.is_empty() && longer.starts_with(start));
    (plain && starts_alike).then_some(Cut {
        same_end,
        more: if a.len() < b.len() { Sides { left: 0, right: more } } else { Sides { left: more, right: 0 } },
    })
}

/// The length of what two texts end in alike, in bytes.
fn common_end(a: &str, b: &str) -> usize {
    let same = a.chars().rev().zip(b.chars().rev()).take_while(|(x, y)| x == y);
    same.map(|(c, _)| c.len_utf8()).sum()
}

/// A name without a made-up part that has no counterpart: as harvested, and as the dictionary has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PlainName {
    pub name: String,
    pub shape: String,
}

/// Names of which a tool cut more in one account than in the other, because the environment's name is longer there:
/// the shorter one is as long as a role's name can be, and the longer one begins with it. Only where nothing else fits.
pub(super) fn cut_at_limit(names: &Sides<Vec<PlainName>>) -> Sides<NameParts> {
    let mut pairs: Vec<(Sides<&PlainName>, Sides<usize>)> = Vec::new();
    for side in Side::BOTH {
        let mut longer: Vec<&PlainName> = names.get(side.other()).iter().collect();
        longer.sort_by(|a, b| a.shape.cmp(&b.shape));
        for short in names.get(side).iter().filter(|name| name.name.chars().count() == LONGEST) {
            let first = longer.partition_point(|name| name.shape <= short.shape);
            let fitting = longer.iter().skip(first).take_while(|name| name.shape.starts_with(&short.shape));
            for long in fitting {
                let more = long.shape.len() - short.shape.len();
                // The rest is plain text: then it is the end of the harvested name too.
                let rest = long.shape.get(short.shape.len()..).unwrap_or_default();
                if more > MOST_CUT || !rest.is_ascii() || long.name.chars().count() != LONGEST {
                    continue;
                }
                pairs.push(match side {
                    Side::Left => (Sides { left: short, right: *long }, Sides { left: 0, right: more }),
                    Side::Right => (Sides { left: *long, right: short }, Sides { left: more, right: 0 }),
                });
            }
        }
    }
    let mut parts: Sides<NameParts> = Sides::default();
    for (pair, more) in &pairs {
        let is_once = |side: Side| pairs.iter().filter(|(other, _)| other.get(side) == pair.get(side)).count() == 1;
        if is_once(Side::Left) && is_once(Side::Right) {
            for side in Side::BOTH {
                let name = &pair.get(side).name;
                let range = name.len().saturating_sub(*more.get(side))..name.len();
                let part = ReplacedPart { range, placeholder: Builtin::NameCut.placeholder(0) };
                parts.get_mut(side).insert((String::new(), name.clone()), vec![part]);
            }
        }
    }
    parts
}

/// The parts to replace in the names of one account.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) roles: NameParts,
}

impl Names {
    /// A role's name with all replaced.
    pub(super) fn role(&self, base: &Normaliser, name: &str) -> String {
        let parts = self.roles.get(&(String::new(), name.to_owned())).map_or(&[][..], Vec::as_slice);
        let given: Vec<(usize, usize, &str)> =
            parts.iter().map(|part| (part.range.start, part.range.end, part.placeholder.as_str())).collect();
        base.shape(name, Place::RoleName, &given)
    }
}
