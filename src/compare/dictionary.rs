//! What the dictionary did, and what looks wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use super::input::Input;
use crate::model::{Place, Side, Sides, Texts};
use crate::normalise::{Builtin, Hit, Normalised, Rules, What};
use crate::report::{EquivalencyHit, InLongerWords, Limitation, Report, Treatment};

/// What each entry and each built-in rule replaced, text by text; entries that replaced nothing with the count 0.
pub(super) fn hits(inputs: Sides<Input<'_>>, rules: Rules<'_>) -> Vec<EquivalencyHit> {
    let mut all: Vec<EquivalencyHit> = Vec::new();
    for side in Side::BOTH {
        let input = inputs.get(side);
        let found = input.normalised.hits.iter().map(|(hit, count)| EquivalencyHit {
            side,
            placeholder: hit.placeholder.clone(),
            value: hit.value.clone(),
            place: Some(hit.place),
            role: hit.role.clone(),
            policy_name: hit.policy_name.clone(),
            before: hit.before.clone(),
            after: hit.after.clone(),
            count,
        });
        all.extend(found);
        all.extend(idle(input, rules).into_iter().map(|(placeholder, text)| unused(side, text, placeholder)));
    }
    all.sort();
    all
}

/// The entries that replaced nothing in an account, as (placeholder, text).
fn idle<'a>(input: &Input<'a>, rules: Rules<'a>) -> Vec<(&'a str, &'a str)> {
    let hits = input.normalised.hits.iter();
    let mut used: BTreeSet<(&str, &str)> =
        hits.map(|(hit, _)| (hit.placeholder.as_str(), hit.literal.as_str())).collect();
    let found = input.normalised.in_words.keys().filter(|word| is_left(word.what));
    used.extend(found.map(|word| (word.placeholder.as_str(), word.literal.as_str())));
    let mut idle: Vec<_> = input.normaliser.replaced().filter(|entry| !used.contains(entry)).collect();
    for (placeholder, entry) in rules.dictionary.entries() {
        if let Texts::Pattern(pattern) = &entry.texts
            && !used.contains(&(placeholder, ""))
        {
            idle.push((placeholder, pattern.as_str()));
        }
    }
    idle
}

/// An entry that replaced nothing in an account.
fn unused(side: Side, value: &str, placeholder: &str) -> EquivalencyHit {
    EquivalencyHit {
        side,
        placeholder: placeholder.to_owned(),
        value: value.to_owned(),
        place: None,
        role: String::new(),
        policy_name: String::new(),
        before: String::new(),
        after: String::new(),
        count: 0,
    }
}

/// The placeholders of the entries that made several roles' names one.
pub(super) fn merged_by(report: &Report, role: &str) -> BTreeSet<String> {
    let hits = report.equivalency_hits.iter();
    let named = hits.filter(|hit| hit.place == Some(Place::RoleName) && hit.after == role);
    named.map(|hit| hit.placeholder.clone()).collect()
}

/// What looks wrong with the dictionary, in sentences.
pub(super) fn audit(inputs: Sides<Input<'_>>, rules: Rules<'_>, report: &Report) -> Vec<Limitation> {
    let mut limitations = Vec::new();
    // Where only some roles are compared, the others may need what these do not.
    let partial = inputs.left.normalised.partial || inputs.right.normalised.partial;
    if !partial {
        did_nothing(inputs, rules, &mut limitations);
    }
    in_words(inputs, &mut limitations);
    in_common_words(inputs, &mut limitations);
    unfit(inputs, rules, &mut limitations);
    wildcards(inputs, rules, &mut limitations);
    nobodys(inputs, rules, &mut limitations);
    limitations.extend(names_cut(inputs));
    for (placeholder, entry) in rules.dictionary.entries() {
        // Texts of more accounts than these two are kept in one file; those are not this report's business.
        if let Texts::ByTag(tags, _) = &entry.texts {
            let has = |side: Side| tags.has(inputs.get(side).tag);
            for side in Side::BOTH.into_iter().filter(|side| has(*side) && !has(side.other())) {
                let (with, without) = (inputs.get(side).tag, inputs.get(side.other()).tag);
                limitations.push(Limitation::TextsOfOneAccount {
                    placeholder: placeholder.to_owned(),
                    with: with.clone(),
                    without: without.clone(),
                });
            }
        }
        limitations.extend(one_place(report, placeholder).filter(|_| !partial));
    }
    limitations
}

/// Texts that were found in no account they could be replaced in.
fn did_nothing(inputs: Sides<Input<'_>>, rules: Rules<'_>, limitations: &mut Vec<Limitation>) {
    let idle = inputs.map(|input| idle(&input, rules).into_iter().collect::<BTreeSet<_>>());
    let looked_for: Sides<BTreeSet<(&str, &str)>> = inputs.map(|input| input.normaliser.replaced().collect());
    for (placeholder, text) in idle.left.union(&idle.right) {
        let is_idle = |side: Side| {
            let key = (*placeholder, *text);
            // A text that only the other account is searched for is not idle here.
            idle.get(side).contains(&key) || !looked_for.get(side).contains(&key)
        };
        // The ids of the two accounts are compared without an entry; one that lists them does no harm.
        let is_account = |input: Input<'_>| input.account.id.as_ref().is_some_and(|id| id.as_str() == *text);
        let is_known = is_account(inputs.left) || is_account(inputs.right);
        if is_idle(Side::Left) && is_idle(Side::Right) && !is_known {
            limitations
                .push(Limitation::TextNotFound { placeholder: (*placeholder).to_owned(), text: (*text).to_owned() });
        }
    }
}

/// Texts that stand inside longer words.
fn in_words(inputs: Sides<Input<'_>>, limitations: &mut Vec<Limitation>) {
    /// How often something became of a text, with an example.
    type Done<'a> = BTreeMap<What, (usize, &'a str)>;
    let mut words: BTreeMap<(&str, &str), Done<'_>> = BTreeMap::new();
    for input in [inputs.left, inputs.right] {
        for (word, count) in input.normalised.in_words.iter().filter(|(word, _)| !is_left(word.what)) {
            let of_text = words.entry((&word.placeholder, &word.literal)).or_default();
            of_text.entry(word.what).or_insert((0, &word.text)).0 += count;
        }
    }
    for ((placeholder, text), found) in words {
        let done = found.into_iter().map(|(what, (count, example))| InLongerWords {
            treatment: match what {
                What::Replaced | What::ReplacedInWord => Treatment::Replaced,
                What::LeftInWord | What::Common | What::Unfit | What::Wildcard | What::Third => Treatment::Left,
                What::Foreign => Treatment::Foreign,
            },
            count,
            example: example.to_owned(),
        });
        limitations.push(Limitation::TextInLongerWords {
            placeholder: placeholder.to_owned(),
            text: text.to_owned(),
            done: done.collect(),
        });
    }
}

/// Whether a text was left for what it holds, in whatever word it stands.
const fn is_left(what: What) -> bool {
    matches!(what, What::Common | What::Unfit | What::Wildcard | What::Third)
}

/// Texts that stand in words that both accounts have.
fn in_common_words(inputs: Sides<Input<'_>>, limitations: &mut Vec<Limitation>) {
    let mut texts: BTreeMap<(&str, &str), (usize, &str)> = BTreeMap::new();
    for (word, count) in [inputs.left, inputs.right].iter().flat_map(|input| &input.normalised.in_words) {
        if word.what == What::Common {
            texts.entry((&word.placeholder, &word.literal)).or_insert((0, &word.text)).0 += count;
        }
    }
    for ((placeholder, text), (count, example)) in texts {
        limitations.push(Limitation::TextInCommonWord {
            placeholder: placeholder.to_owned(),
            text: text.to_owned(),
            texts: count,
            example: example.to_owned(),
        });
    }
}

/// Patterns that match wildcards and variables of policies.
fn wildcards(inputs: Sides<Input<'_>>, rules: Rules<'_>, limitations: &mut Vec<Limitation>) {
    let mut patterns: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for (word, count) in [inputs.left, inputs.right].iter().flat_map(|input| &input.normalised.in_words) {
        if word.what == What::Wildcard {
            patterns.entry(&word.placeholder).or_insert((0, &word.text)).0 += count;
        }
    }
    for (placeholder, (texts, example)) in patterns {
        limitations.push(Limitation::PatternMatchesWildcard {
            placeholder: placeholder.to_owned(),
            pattern: pattern_of(rules, placeholder).to_owned(),
            texts,
            example: example.to_owned(),
        });
    }
}

fn pattern_of<'r>(rules: Rules<'r>, placeholder: &str) -> &'r str {
    match rules.dictionary.get(placeholder).map(|entry| &entry.texts) {
        Some(Texts::Pattern(pattern)) => pattern.as_str(),
        _ => "",
    }
}

/// Texts that were left because ARNs would be none without them.
fn unfit(inputs: Sides<Input<'_>>, rules: Rules<'_>, limitations: &mut Vec<Limitation>) {
    let unfit = unfit_texts([inputs.left.normalised, inputs.right.normalised]);
    limitations.extend(unfit.into_iter().map(|one| one.limitation(rules)));
}

/// A text of the dictionary that ARNs could not do without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfitText {
    /// The placeholder.
    pub placeholder: String,
    /// The dictionary's text; empty for a pattern.
    pub literal: String,
    /// In how many places it was left as it is.
    pub count: usize,
    /// One of the ARNs.
    pub example: String,
}

impl UnfitText {
    /// What is wrong, and what to do.
    #[must_use]
    pub fn limitation(&self, rules: Rules<'_>) -> Limitation {
        let is_pattern = self.literal.is_empty();
        let text = if is_pattern { pattern_of(rules, &self.placeholder) } else { &self.literal };
        Limitation::TextBreaksArn {
            placeholder: self.placeholder.clone(),
            text: text.to_owned(),
            is_pattern,
            arns: self.count,
            example: self.example.clone(),
        }
    }
}

/// The texts of the dictionary that were left in ARNs of some accounts because these would be none without them.
pub fn unfit_texts<'a>(accounts: impl IntoIterator<Item = &'a Normalised>) -> Vec<UnfitText> {
    let mut texts: BTreeMap<(&str, &str), (usize, &str)> = BTreeMap::new();
    let words = accounts.into_iter().flat_map(|account| &account.in_words);
    for (word, count) in words.filter(|(word, _)| word.what == What::Unfit) {
        texts.entry((&word.placeholder, &word.literal)).or_insert((0, &word.text)).0 += count;
    }
    let unfit = |((placeholder, literal), (count, example)): ((&str, &str), (usize, &str))| UnfitText {
        placeholder: placeholder.to_owned(),
        literal: literal.to_owned(),
        count,
        example: example.to_owned(),
    };
    texts.into_iter().map(unfit).collect()
}

/// Texts that both accounts use, so that nothing tells a reference to the other account.
fn nobodys(inputs: Sides<Input<'_>>, rules: Rules<'_>, limitations: &mut Vec<Limitation>) {
    let hits = |input: &Input<'_>, placeholder: &str, text: &str| {
        let of_text = |hit: &Hit| hit.placeholder == placeholder && hit.literal == text;
        input.normalised.hits.iter().any(|(hit, _)| of_text(hit))
    };
    for (placeholder, text) in inputs.left.normaliser.nobodys() {
        if hits(&inputs.left, placeholder, text) && hits(&inputs.right, placeholder, text) {
            limitations
                .push(Limitation::TextOfBothAccounts { placeholder: placeholder.to_owned(), text: text.to_owned() });
        }
    }
    for (placeholder, entry) in rules.dictionary.entries() {
        let Texts::Pattern(pattern) = &entry.texts else { continue };
        let values = |input: &Input<'_>| -> BTreeSet<String> {
            let hits = input.normalised.hits.iter().filter(|(hit, _)| hit.placeholder == placeholder);
            hits.map(|(hit, _)| hit.value.clone()).collect()
        };
        let (left, right) = (values(&inputs.left), values(&inputs.right));
        let nobodys = inputs.left.normaliser.nobodys_of(placeholder);
        let mut both = nobodys.filter(|text| left.contains(*text) && right.contains(*text));
        if let Some(example) = both.next() {
            limitations.push(Limitation::PatternOfBothAccounts {
                placeholder: placeholder.to_owned(),
                pattern: pattern.as_str().to_owned(),
                texts: both.count() + 1,
                example: example.to_owned(),
            });
        }
    }
}

/// Roles that are paired although a tool cut their names at different places.
fn names_cut(inputs: Sides<Input<'_>>) -> Option<Limitation> {
    let placeholder = Builtin::NameCut.placeholder(0);
    let names = inputs.map(|input| {
        let hits = input.normalised.hits.iter().map(|(hit, _)| hit);
        let cut = hits.filter(|hit| hit.place == Place::RoleName && hit.placeholder == placeholder);
        cut.map(|hit| (hit.after.clone(), hit.before.clone())).collect::<BTreeMap<String, String>>()
    });
    let mut pairs = names.left.iter().filter_map(|(after, left)| Some((left, names.right.get(after)?)));
    // Names that only one account has are no pairs.
    let (left, right) = pairs.next()?;
    Some(Limitation::NamesCut { left: left.clone(), right: right.clone(), more: pairs.count() })
}

/// An entry that makes one text of each account equal and nothing else: rather an accepted difference than a rule.
fn one_place(report: &Report, placeholder: &str) -> Option<Limitation> {
    let texts = |side: Side| {
        let hits = report.equivalency_hits.iter();
        let hits = hits.filter(|hit| hit.side == side && hit.placeholder == placeholder && hit.count > 0);
        hits.map(|hit| (hit.before.as_str(), hit.after.as_str())).collect::<BTreeSet<_>>()
    };
    let (left, right) = (texts(Side::Left), texts(Side::Right));
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    match (left.next(), left.next(), right.next(), right.next()) {
        (Some((before, after)), None, Some((other, other_after)), None) if before != other && after == other_after => {
            Some(Limitation::OnePair {
                placeholder: placeholder.to_owned(),
                left: before.to_owned(),
                right: other.to_owned(),
            })
        }
        _ => None,
    }
}
