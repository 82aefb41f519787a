//! Substitutions that would make segments of the two accounts alike.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::segments::{self, Segment, Value};
use crate::model::{AccountId, Side, Sides};

/// The most values a shape may have on one side to say anything: what is left of `a-b` without `a` is left of many.
const MOST_VALUES: usize = 3;

/// How many of the likeliest substitutions are looked at closely in one round.
const LOOKED_AT: usize = 40;

/// Words that stand for an environment wherever they are found; one place is then enough to suggest them.
const ENVIRONMENTS: [&str; 30] = [
    "dev",
    "develop",
    "development",
    "qa",
    "test",
    "testing",
    "tst",
    "uat",
    "sit",
    "int",
    "integration",
    "stage",
    "staging",
    "stg",
    "preprod",
    "pre",
    "prod",
    "production",
    "prd",
    "live",
    "sandbox",
    "sbx",
    "nonprod",
    "demo",
    "perf",
    "dr",
    "acc",
    "acceptance",
    "beta",
    "canary",
];

/// Regions as people shorten them, without their number: `euw1`, `apse2`.
const SHORT_REGIONS: [&str; 22] = [
    "use", "usw", "euw", "euc", "eun", "eus", "apn", "aps", "ape", "apne", "apse", "apsw", "cac", "caw", "sae", "mes",
    "mec", "afs", "ilc", "cnn", "cnw", "mxc",
];

/// Which kind of thing a word names, as far as can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordKind {
    Environment,
    Region,
    ShortRegion,
    Other,
}

impl WordKind {
    pub(super) fn from_word(word: &str) -> Self {
        let parts: Vec<&str> = word.split('-').collect();
        let letters = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase());
        let digit = |text: &str| text.len() == 1 && text.bytes().all(|b| b.is_ascii_digit());
        match parts.as_slice() {
            [one] if is_environment(one) => Self::Environment,
            [pre, one] if matches!(*pre, "pre" | "non") && ENVIRONMENTS.contains(one) => Self::Environment,
            [area, .., direction, number]
                if letters(area) && area.len() == 2 && letters(direction) && digit(number) =>
            {
                Self::Region
            }
            [one] => match one.split_at_checked(one.len().saturating_sub(1)) {
                Some((name, number)) if SHORT_REGIONS.contains(&name) && digit(number) => Self::ShortRegion,
                _ => Self::Other,
            },
            _ => Self::Other,
        }
    }

    /// The placeholder an entry of this kind is called by.
    pub(super) const fn placeholder(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Region => "region",
            Self::ShortRegion => "regioncode",
            Self::Other => "name",
        }
    }
}

/// Whether a word names an environment, with a number or without: `dev`, `dev1`.
fn is_environment(word: &str) -> bool {
    ENVIRONMENTS.contains(&word.trim_end_matches(|c: char| c.is_ascii_digit()))
}

/// A substitution, with what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    pub values: Sides<Value>,
    /// Whether both are words of one kind that is meant to differ.
    pub known: bool,
    /// How many shapes both accounts have with it.
    pub explained: usize,
}

/// The substitutions worth looking at, likeliest first.
pub(super) fn find(segments: Sides<&[Segment]>) -> Vec<Candidate> {
    let counts = count(segments);
    let mut likely: Vec<(Sides<Value>, usize)> = counts.into_iter().collect();
    likely.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    likely.truncate(LOOKED_AT);
    let values = |side: fn(&Sides<Value>) -> &Value| -> BTreeSet<Value> {
        likely.iter().map(|(values, _)| side(values).clone()).collect()
    };
    let left = values(|values| &values.left);
    let right = values(|values| &values.right);
    // Each side is asked for the other's words too: a word of both accounts tells them apart nowhere.
    let all: BTreeSet<Value> = left.union(&right).cloned().collect();
    let with =
        Sides { left: segments::shapes_with(segments.left, &all), right: segments::shapes_with(segments.right, &all) };
    let mut found: Vec<Candidate> = likely.into_iter().filter_map(|(values, _)| judge(values, with.as_ref())).collect();
    found.sort_by(|a, b| (b.known, b.explained).cmp(&(a.known, a.explained)).then_with(|| a.values.cmp(&b.values)));
    found
}

/// How many shapes of segments that only one account has would be alike with each substitution.
fn count(segments: Sides<&[Segment]>) -> BTreeMap<Sides<Value>, usize> {
    let mut found: Vec<(String, Side, Value)> = Vec::new();
    for side in Side::BOTH {
        for segment in segments::only_in(segments.get(side), segments.get(side.other())) {
            segments::shapes(segment, &mut |shape, value| found.push((shape, side, value)));
        }
    }
    found.par_sort_unstable();
    found.dedup();
    let mut counts = BTreeMap::new();
    for of_shape in found.chunk_by(|a, b| a.0 == b.0) {
        let first_right = of_shape.partition_point(|(_, side, _)| *side == Side::Left);
        let (left, right) = of_shape.split_at(first_right);
        let few = |values: &[(String, Side, Value)]| (1..=MOST_VALUES).contains(&values.len());
        if few(left) && few(right) {
            for (_, _, left) in left {
                for (_, _, right) in right.iter().filter(|(_, _, right)| is_minimal(left, right)) {
                    *counts.entry(Sides { left: left.clone(), right: right.clone() }).or_default() += 1;
                }
            }
        }
    }
    counts
}

/// Whether a substitution is of what differs alone, and of something that may be meant to differ.
fn is_minimal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Words(left), Value::Words(right)) => {
            let words =
                |text: &str| -> Vec<String> { text.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect() };
            let (l, r) = (words(left), words(right));
            let region =
                WordKind::from_word(left) == WordKind::Region && WordKind::from_word(right) == WordKind::Region;
            (region || (l.first() != r.first() && l.last() != r.last())) && !is_finding(left) && !is_finding(right)
        }
        (Value::Words(words), Value::Placeholder(_)) | (Value::Placeholder(_), Value::Words(words)) => {
            !is_finding(words)
        }
        (Value::Placeholder(_), Value::Placeholder(_)) => false,
    }
}

/// Texts whose difference is a finding, whatever it explains: ids of accounts and organizations, unique ids, versions,
/// numbers.
fn is_finding(words: &str) -> bool {
    let numbers = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let version = |text: &str| text.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && numbers(rest));
    let mut parts = words.split(|c: char| !c.is_alphanumeric());
    let is_id = |text: &str| AccountId::is_valid(text) || (text.starts_with("aroa") && text.len() > 12);
    words.starts_with("o-") || numbers(words) || parts.any(|part| is_id(part) || version(part))
}

/// What speaks for a substitution; none if too little does, or something against it.
fn judge(values: Sides<Value>, with: Sides<&BTreeMap<Value, BTreeSet<String>>>) -> Option<Candidate> {
    let none = BTreeSet::new();
    let left = with.left.get(&values.left).unwrap_or(&none);
    let right = with.right.get(&values.right).unwrap_or(&none);
    let explained = left.intersection(right).count();
    let known = match (&values.left, &values.right) {
        (Value::Words(left), Value::Words(right)) => {
            WordKind::from_word(left) != WordKind::Other && WordKind::from_word(left) == WordKind::from_word(right)
        }
        (Value::Words(words), _) | (_, Value::Words(words)) => WordKind::from_word(words) != WordKind::Other,
        _ => false,
    };
    let enough = if known { 1 } else { 3 };
    // Most of what has it must have its counterpart: what merely looks alike in some places does not.
    let covers = |value: &Value, of: &BTreeSet<String>| match value {
        Value::Words(_) => explained * 2 >= of.len(),
        // A placeholder stands for other texts too.
        Value::Placeholder(_) => true,
    };
    let covered = covers(&values.left, left) && covers(&values.right, right);
    let mostly = |own: usize, other: usize| other * if known { 2 } else { 4 } <= own;
    let pure = |value: &Value, own: &BTreeSet<String>, other: &BTreeMap<Value, BTreeSet<String>>| match value {
        Value::Words(_) => mostly(own.len(), other.get(value).map_or(0, BTreeSet::len)),
        Value::Placeholder(_) => true,
    };
    let pure = pure(&values.left, left, with.right) && pure(&values.right, right, with.left);
    (explained >= enough && covered && pure).then_some(Candidate { values, known, explained })
}

/// Substitutions inside words, such as `acmedevdata` and `acmeqadata`: each with the number of pairs of words.
pub(super) fn find_in_words(segments: Sides<&[Segment]>) -> Vec<Candidate> {
    let mut pairs: BTreeMap<Sides<Value>, BTreeSet<(String, String)>> = BTreeMap::new();
    for Sides { left, right } in count(segments).into_keys() {
        let (Value::Words(left), Value::Words(right)) = (left, right) else { continue };
        if let Some((a, b)) = without_common_ends(&left, &right) {
            let values = Sides { left: Value::Words(a.to_owned()), right: Value::Words(b.to_owned()) };
            pairs.entry(values).or_default().insert((left, right));
        }
    }
    let known = |values: &Sides<Value>| match (&values.left, &values.right) {
        (Value::Words(a), Value::Words(b)) => {
            WordKind::from_word(a) != WordKind::Other && WordKind::from_word(a) == WordKind::from_word(b)
        }
        _ => false,
    };
    // Letters alone explain much by chance; only words that are known for it are suggested inside of others.
    let found = pairs.into_iter().filter(|(values, words)| known(values) && words.len() > 1);
    let mut found: Vec<Candidate> =
        found.map(|(values, words)| Candidate { values, known: true, explained: words.len() }).collect();
    found.sort_by(|a, b| b.explained.cmp(&a.explained).then_with(|| a.values.cmp(&b.values)));
    found
}

/// A suffix or prefix that names have in one account alone: `-dev` of `app-dev`, where the other account has `app`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MissingText {
    /// The account that has it.
    pub with: Side,
    /// The text with its separator.
    pub text: String,
    pub is_suffix: bool,
}

/// Those that are names of environments and that two names show, the most frequent first.
pub(super) fn find_missing(segments: Sides<&[Segment]>) -> Vec<MissingText> {
    const SEPARATORS: [char; 3] = ['-', '_', '.'];
    let mut found: BTreeMap<(Side, String, bool), BTreeSet<&str>> = BTreeMap::new();
    for with in Side::BOTH {
        let shorter: BTreeSet<&str> =
            segments::only_in(segments.get(with.other()), segments.get(with)).into_iter().collect();
        for segment in segments::only_in(segments.get(with), segments.get(with.other())) {
            for separator in SEPARATORS {
                let end = segment.rsplit_once(separator).map(|(rest, word)| (rest, word, format!("{separator}{word}")));
                let start =
                    segment.split_once(separator).map(|(word, rest)| (rest, word, format!("{word}{separator}")));
                for (is_suffix, split) in [(true, end), (false, start)] {
                    if let Some((rest, word, text)) = split
                        && is_environment(&word.to_lowercase())
                        && shorter.contains(rest)
                    {
                        found.entry((with, text, is_suffix)).or_default().insert(rest);
                    }
                }
            }
        }
    }
    let mut found: Vec<_> = found.into_iter().filter(|(_, names)| names.len() > 1).collect();
    found.sort_by_key(|(_, names)| std::cmp::Reverse(names.len()));
    found.into_iter().map(|((with, text, is_suffix), _)| MissingText { with, text, is_suffix }).collect()
}

/// What differs between two words, in letters and digits that both begin or end with.
fn without_common_ends<'a>(left: &'a str, right: &'a str) -> Option<(&'a str, &'a str)> {
    if !(left.is_ascii() && right.is_ascii()) || left.contains(|c: char| !c.is_alphanumeric()) {
        return None;
    }
    let start = left.bytes().zip(right.bytes()).take_while(|(a, b)| a == b).count();
    let most = left.len().min(right.len()) - start;
    let end = left.bytes().rev().zip(right.bytes().rev()).take(most).take_while(|(a, b)| a == b).count();
    let (a, b) = (left.get(start..left.len() - end)?, right.get(start..right.len() - end)?);
    (start + end > 0 && !a.is_empty() && !b.is_empty()).then_some((a, b))
}
