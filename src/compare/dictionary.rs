//! What the dictionary did, and what looks wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use super::between::Input;
use super::result::{Comparison, EquivalencyHit};
use crate::model::{Side, Sides, Texts};
use crate::normalise::{Hit, Normalised, Rules, What};

/// What each entry and each built-in rule replaced, text by text; entries that replaced nothing with the count 0.
pub(super) fn hits(inputs: Sides<Input<'_>>, rules: Rules<'_>) -> Vec<EquivalencyHit> {
    let mut all: Vec<EquivalencyHit> = Vec::new();
    for side in Side::BOTH {
        let input = inputs.get(side);
        let found = input.normalised.hits.iter().map(|(hit, count)| EquivalencyHit {
            side,
            placeholder: hit.placeholder.clone(),
            value: hit.value.clone(),
            place: Some(hit.place.as_str()),
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

/// Which entries made several roles' names one, as the end of a sentence.
pub(super) fn in_names(comparison: &Comparison, role: &str) -> String {
    let hits = comparison.equivalency_hits.iter();
    let named = hits.filter(|hit| hit.place == Some("rolename") && hit.after == role);
    let entries: BTreeSet<&str> = named.map(|hit| hit.placeholder.as_str()).collect();
    if entries.is_empty() { String::new() } else { format!(" (merged by {})", quoted(entries)) }
}

/// What looks wrong with the dictionary, in sentences.
pub(super) fn audit(inputs: Sides<Input<'_>>, rules: Rules<'_>, comparison: &Comparison) -> Vec<String> {
    let mut warnings = Vec::new();
    // Where only some roles are compared, the others may need what these do not.
    let partial = inputs.left.normalised.partial || inputs.right.normalised.partial;
    if !partial {
        did_nothing(inputs, rules, &mut warnings);
    }
    in_words(inputs, &mut warnings);
    unfit(inputs, rules, &mut warnings);
    wildcards(inputs, rules, &mut warnings);
    nobodys(inputs, &mut warnings);
    for (placeholder, entry) in rules.dictionary.entries() {
        // Texts of more accounts than these two are kept in one file; those are not this comparison's business.
        if let Texts::ByTag(tags, _) = &entry.texts {
            let has = |side: Side| tags.contains_key(inputs.get(side).tag);
            for side in Side::BOTH.into_iter().filter(|side| has(*side) && !has(side.other())) {
                let (with, without) = (inputs.get(side).tag, inputs.get(side.other()).tag);
                warnings.push(format!(
                    "dictionary: {} has texts for {with} but not for {without}, so it makes nothing equal",
                    quoted([placeholder])
                ));
            }
        }
        warnings.extend(one_place(comparison, placeholder).filter(|_| !partial));
    }
    warnings
}

/// Texts that were found in no account they could be replaced in.
fn did_nothing(inputs: Sides<Input<'_>>, rules: Rules<'_>, warnings: &mut Vec<String>) {
    let idle = inputs.map(|input| idle(&input, rules).into_iter().collect::<BTreeSet<_>>());
    let looked_for: Sides<BTreeSet<(&str, &str)>> = inputs.map(|input| input.normaliser.replaced().collect());
    for (placeholder, text) in idle.left.union(&idle.right) {
        let is_idle = |side: Side| {
            let key = (*placeholder, *text);
            // A text that only the other account is searched for is not idle here.
            idle.get(side).contains(&key) || !looked_for.get(side).contains(&key)
        };
        if is_idle(Side::Left) && is_idle(Side::Right) {
            warnings.push(format!(
                "dictionary: {} of {} was not found in either account",
                quoted([*text]),
                quoted([*placeholder])
            ));
        }
    }
}

/// Texts that stand inside longer words.
fn in_words(inputs: Sides<Input<'_>>, warnings: &mut Vec<String>) {
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
        let done: Vec<String> = found
            .iter()
            .map(|(what, (count, example))| {
                let done = match what {
                    What::Replaced | What::ReplacedInWord => "replaced",
                    What::LeftInWord | What::Unfit | What::Wildcard => {
                        "not replaced, and not treated as a reference to an account,"
                    }
                    What::Foreign => "treated as a reference to the other account",
                };
                let times = if *count == 1 { "once".to_owned() } else { format!("{count} times") };
                format!("{done} {times}, as in {}", quoted([*example]))
            })
            .collect();
        warnings.push(format!(
            "dictionary: {} of {} occurs inside longer words: {}; use `\"match\": \"token\"` to match whole words only",
            quoted([text]),
            quoted([placeholder]),
            done.join("; "),
        ));
    }
}

/// Whether a text was left for what it holds, in whatever word it stands.
const fn is_left(what: What) -> bool {
    matches!(what, What::Unfit | What::Wildcard)
}

/// Patterns that match wildcards and variables of policies.
fn wildcards(inputs: Sides<Input<'_>>, rules: Rules<'_>, warnings: &mut Vec<String>) {
    let mut patterns: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for (word, count) in [inputs.left, inputs.right].iter().flat_map(|input| &input.normalised.in_words) {
        if word.what == What::Wildcard {
            patterns.entry(&word.placeholder).or_insert((0, &word.text)).0 += count;
        }
    }
    for (placeholder, (count, example)) in patterns {
        let times = if count == 1 { "one text".to_owned() } else { format!("{count} texts") };
        warnings.push(format!(
            "dictionary: the pattern {} of {} matches a wildcard or a variable in {times}, such as {}, and was not \
                replaced there, because that would hide that the policy allows more; match the characters that \
                differ, for example `[a-z0-9-]+`",
            quoted([pattern_of(rules, placeholder)]),
            quoted([placeholder]),
            quoted([example]),
        ));
    }
}

fn pattern_of<'r>(rules: Rules<'r>, placeholder: &str) -> &'r str {
    match rules.dictionary.get(placeholder).map(|entry| &entry.texts) {
        Some(Texts::Pattern(pattern)) => pattern.as_str(),
        _ => "",
    }
}

/// Texts that were left because ARNs would be none without them.
fn unfit(inputs: Sides<Input<'_>>, rules: Rules<'_>, warnings: &mut Vec<String>) {
    let unfit = unfit_texts([inputs.left.normalised, inputs.right.normalised]);
    warnings.extend(unfit.into_iter().map(|one| one.sentence(rules)));
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
    pub fn sentence(&self, rules: Rules<'_>) -> String {
        let (text, advice) = if self.literal.is_empty() {
            (
                pattern_of(rules, &self.placeholder),
                "put the part that differs, without `/` and `:`, into a group of \
                the pattern",
            )
        } else {
            let advice = "list texts without `/` and `:`, or texts that have the same `/` and `:` in the same order for both \
                    accounts";
            (self.literal.as_str(), advice)
        };
        let times = if self.count == 1 { "one ARN".to_owned() } else { format!("{} ARNs", self.count) };
        format!(
            "dictionary: replacing {} of {} would break {times}, such as {}, so it was not replaced there; {advice}",
            quoted([text]),
            quoted([self.placeholder.as_str()]),
            quoted([self.example.as_str()]),
        )
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
fn nobodys(inputs: Sides<Input<'_>>, warnings: &mut Vec<String>) {
    let hits = |input: &Input<'_>, placeholder: &str, text: &str| {
        let of_text = |hit: &Hit| hit.placeholder == placeholder && hit.literal == text;
        input.normalised.hits.iter().any(|(hit, _)| of_text(hit))
    };
    for (placeholder, text) in inputs.left.normaliser.nobodys() {
        if hits(&inputs.left, placeholder, text) && hits(&inputs.right, placeholder, text) {
            warnings.push(format!(
                "dictionary: both accounts use {} of {}, so iamctl cannot tell which account it belongs to and does \
                    not find references to the other account through it; list it by account tag",
                quoted([text]),
                quoted([placeholder])
            ));
        }
    }
}

/// An entry that makes one text of each account equal and nothing else: rather an accepted difference than a rule.
fn one_place(comparison: &Comparison, placeholder: &str) -> Option<String> {
    let texts = |side: Side| {
        let hits = comparison.equivalency_hits.iter();
        let hits = hits.filter(|hit| hit.side == side && hit.placeholder == placeholder && hit.count > 0);
        hits.map(|hit| (hit.before.as_str(), hit.after.as_str())).collect::<BTreeSet<_>>()
    };
    let (left, right) = (texts(Side::Left), texts(Side::Right));
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    match (left.next(), left.next(), right.next(), right.next()) {
        (Some((before, after)), None, Some((other, other_after)), None) if before != other && after == other_after => {
            Some(format!(
                "dictionary: {} makes only one text equal, {} and {}; if this is an approved difference, accept it \
                    with a reason instead",
                quoted([placeholder]),
                quoted([before]),
                quoted([other])
            ))
        }
        _ => None,
    }
}

fn quoted<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(|text| format!("`{}`", text.escape_debug())).collect::<Vec<_>>().join(", ")
}
