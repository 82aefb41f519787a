//! Ends of role names that a tool made up: `-x7f3k2` of `app-x7f3k2`, where the other account has `app-p9d2m1`.
//!
//! Nothing in such an end says what it corresponds to, so it takes a pattern. The rest of the name does: a pattern is
//! suggested if several names of both accounts are the same but for ends of one length and alphabet, and if it matches
//! no other name, such as one that ends in a word.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Sides;

/// How many names must be explained.
const LEAST_NAMES: usize = 3;

/// How many characters an end has: fewer are versions and numbers, more than these no tool is known for.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=32;

/// The alphabets, the smallest first.
const ALPHABETS: [&str; 4] = ["0-9a-f", "0-9a-z", "0-9A-Z", "0-9A-Za-z"];

/// The names of an account's roles.
#[derive(Debug, Clone, Default)]
pub(super) struct RoleNames {
    /// Those of roles that the other account does not have.
    pub alone: Vec<String>,
    /// Those of the others.
    pub common: Vec<String>,
}

/// A pattern that explains ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GeneratedEnds {
    /// How many names of each account it explains.
    pub names: usize,
    /// A name that ends much the same and that it does not match.
    pub near_miss: Option<String>,
    shape: Shape,
    alphabet: &'static str,
    /// The ends that it explains.
    ends: BTreeSet<String>,
}

impl GeneratedEnds {
    /// The regular expression; its group is the end.
    pub fn pattern(&self) -> String {
        let (separator, length) = self.shape;
        let separator = if separator == '.' { "\\.".to_owned() } else { separator.to_string() };
        format!("{separator}([{}]{{{length}}})$", self.alphabet)
    }

    /// Whether the pattern does not match a text, or by one of the ends that it explains.
    pub fn is_harmless_in(&self, text: &str) -> bool {
        split(text).is_none_or(|(_, separator, end)| {
            (separator, end.len()) != self.shape || !is_of(self.alphabet, end) || self.ends.contains(end)
        })
    }
}

/// The separator before an end, and how long the end is.
type Shape = (char, usize);

/// The patterns, those that explain most first.
pub(super) fn find(names: Sides<&RoleNames>) -> Vec<GeneratedEnds> {
    let of = names.map(|names| by_shape(&names.alone));
    let mut found: Vec<GeneratedEnds> = of
        .left
        .iter()
        .filter_map(|(shape, left)| {
            let right = of.right.get(shape)?;
            pattern(*shape, Sides { left, right }, names)
        })
        .collect();
    found.sort_by(|a, b| b.names.cmp(&a.names).then_with(|| a.pattern().cmp(&b.pattern())));
    found
}

/// The names that end in this way, by what stands before their end.
type ByStem<'n> = BTreeMap<&'n str, Vec<&'n str>>;

fn by_shape(names: &[String]) -> BTreeMap<Shape, ByStem<'_>> {
    let mut shapes: BTreeMap<Shape, ByStem<'_>> = BTreeMap::new();
    for (stem, separator, end) in names.iter().filter_map(|name| split(name)) {
        shapes.entry((separator, end.len())).or_default().entry(stem).or_default().push(end);
    }
    shapes
}

/// What stands before the last separator of a name, the separator, and the end.
fn split(name: &str) -> Option<(&str, char, &str)> {
    let at = name.rfind(['-', '_', '.'])?;
    let (stem, rest) = name.split_at(at);
    let separator = rest.chars().next()?;
    let end = rest.strip_prefix(separator)?;
    let fits = LENGTHS.contains(&end.len()) && end.bytes().all(|b| b.is_ascii_alphanumeric());
    (fits && !stem.is_empty()).then_some((stem, separator, end))
}

/// The pattern for ends of one shape, if there is enough that it explains and nothing that it should not match.
fn pattern(shape: Shape, of: Sides<&ByStem<'_>>, names: Sides<&RoleNames>) -> Option<GeneratedEnds> {
    // Of several names with one stem, which belongs to which could not be told afterwards.
    let pairs: Vec<[&str; 2]> = of
        .left
        .iter()
        .filter_map(|(stem, left)| match (left.as_slice(), of.right.get(stem)?.as_slice()) {
            ([left], [right]) if left != right => Some([*left, *right]),
            _ => None,
        })
        .collect();
    let ends: BTreeSet<&str> = pairs.iter().flatten().copied().collect();
    if pairs.len() < LEAST_NAMES || !look_generated(&ends) {
        return None;
    }
    let alphabet = ALPHABETS.into_iter().find(|alphabet| ends.iter().all(|end| is_of(alphabet, end)))?;
    let ends = ends.into_iter().map(str::to_owned).collect();
    let found = GeneratedEnds { names: pairs.len(), near_miss: None, shape, alphabet, ends };
    let all = || [names.left, names.right].into_iter().flat_map(|names| names.alone.iter().chain(&names.common));
    if !all().all(|name| found.is_harmless_in(name)) {
        return None;
    }
    // Whatever the pattern matches, it explains.
    let is_explained = |name: &&String| split(name).is_some_and(|(_, _, end)| found.ends.contains(end));
    let near_miss = all().filter(|name| name.contains(shape.0) && !is_explained(name)).min().cloned();
    Some(GeneratedEnds { near_miss, ..found })
}

/// Most have a digit, which words have not, and most a letter, which numbers have not.
fn look_generated(ends: &BTreeSet<&str>) -> bool {
    let most =
        |has: fn(&u8) -> bool| ends.iter().filter(|end| end.as_bytes().iter().any(has)).count() * 4 >= ends.len() * 3;
    most(u8::is_ascii_digit) && most(u8::is_ascii_alphabetic)
}

fn is_of(alphabet: &str, text: &str) -> bool {
    text.bytes().all(|b| match b {
        b'0'..=b'9' => true,
        b'a'..=b'f' => alphabet.contains("a-f") || alphabet.contains("a-z"),
        b'g'..=b'z' => alphabet.contains("a-z"),
        b'A'..=b'Z' => alphabet.contains("A-Z"),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(left: &[&str], right: &[&str], common: &[&str]) -> Vec<GeneratedEnds> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let of = |alone: &[&str]| RoleNames { alone: owned(alone), common: owned(common) };
        find(Sides { left: &of(left), right: &of(right) })
    }

    #[test]
    fn ends_of_one_length_and_alphabet() {
        let left = ["api-x7f3k2", "web-0a9z8y", "job-q1w2e3", "tool-worker2"];
        let right = ["api-p9d2m1", "web-k3j4h5", "job-z9x8c7"];
        let [ends] = &found(&left, &right, &["reader-x"])[..] else { panic!() };
        assert_eq!(
            (ends.pattern().as_str(), ends.names, ends.near_miss.as_deref()),
            ("-([0-9a-z]{6})$", 3, Some("reader-x"))
        );
        assert!(
            ends.is_harmless_in("web-k3j4h5")
                && ends.is_harmless_in("web-worker2")
                && !ends.is_harmless_in("web-orders")
        );
        let hexadecimal = found(
            &["api_0a1b2c3d", "web_deadbee1", "job_12345678"],
            &["api_ffffff00", "web_9a8b7c6d", "job_abc12345"],
            &[],
        );
        assert_eq!(hexadecimal[0].pattern(), "_([0-9a-f]{8})$");
        let capitals = found(
            &["a.1A2B3C4D5E6F", "b.9Z8Y7X6W5V4U", "c.Q1W2E3R4T5Y6"],
            &["a.0P9O8I7U6Y5T", "b.1Q2W3E4R5T6Y", "c.Z1X2C3V4B5N6"],
            &[],
        );
        assert_eq!(capitals[0].pattern(), "\\.([0-9A-Z]{12})$");
    }

    #[test]
    fn what_is_not_made_up() {
        let none = |left: &[&str], right: &[&str], common: &[&str]| assert_eq!(found(left, right, common), []);
        // Words and numbers.
        none(&["a-reader", "b-reader", "c-reader"], &["a-writer", "b-writer", "c-writer"], &[]);
        none(&["a-1001", "b-1002", "c-1003"], &["a-2001", "b-2002", "c-2003"], &[]);
        // Too few.
        none(&["a-x7f3k2", "b-0a9z8y"], &["a-p9d2m1", "b-k3j4h5"], &[]);
        // A name that ends in a word of the same length.
        let (left, right) = (["a-x7f3k2", "b-0a9z8y", "c-q1w2e3"], ["a-p9d2m1", "b-k3j4h5", "c-z9x8c7"]);
        assert_eq!(found(&left, &right, &["d-workers"]).len(), 1);
        none(&left, &right, &["d-worker"]);
        // Two names with one stem.
        let twice = ["a-x7f3k2", "a-x7f3k3", "b-0a9z8y", "c-q1w2e3"];
        none(&twice, &right, &[]);
    }
}
