//! Which sets of patterns can one text match together, and a text for each such set.
//!
//! Listing them all can take `2^k` steps for `k` patterns; the budget says when to stop.

use std::collections::{BTreeMap, BTreeSet};

use super::bits::Bits;
use super::steps::{Letter, Step};
use super::walk::{Group, Place, named_letters, other_letter, rest_of, starts, step_over};

/// Every set of patterns that some text matches, with a shortest such text; `None` when the budget of states ends
/// first. Texts shorter than `least` are left out, as are those with the letter `never`.
pub fn signatures(
    patterns: &[&[Step]],
    least: usize,
    never: Option<char>,
    budget: usize,
) -> Option<BTreeMap<Bits, String>> {
    let group = Group(patterns);
    let start = starts(group);
    let mut found = BTreeMap::new();
    let mut seen = BTreeSet::from([(start.clone(), 0)]);
    let mut queue = std::collections::VecDeque::from([(start, String::new(), 0)]);
    let mut made = 0;
    while let Some((places, text, length)) = queue.pop_front() {
        if length >= least {
            found.entry(matched(patterns, &places)).or_insert_with(|| text.clone());
        }
        for letter in letters(group, &places, never) {
            let after = step_over(group, &places, letter);
            let state = (after, (length + 1).min(least));
            let Some(c) = letter.as_char() else { continue };
            if seen.insert(state.clone()) {
                made += 1;
                queue.push_back((state.0, format!("{text}{c}"), length + 1));
            }
        }
        if made > budget {
            return None;
        }
    }
    Some(found)
}

fn letters(group: Group<'_>, places: &[Place], never: Option<char>) -> Vec<Letter> {
    let (mut named, _) = named_letters(group, places);
    named.extend(never.map(Letter::new));
    let other = other_letter(&named);
    other.into_iter().chain(named).filter(|letter| letter.as_char() != never).collect()
}

fn matched(patterns: &[&[Step]], places: &[Place]) -> Bits {
    let mut bits = Bits::new(patterns.len());
    for &place in places {
        if rest_of(Group(patterns), place).iter().all(|step| step.repeats()) {
            bits.insert(place.0 as usize);
        }
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::super::steps::flat;
    use super::*;

    fn texts(patterns: &[&str]) -> Option<Vec<(Vec<usize>, String)>> {
        let steps: Vec<Vec<Step>> = patterns.iter().map(|text| flat(text)).collect();
        let steps: Vec<&[Step]> = steps.iter().map(Vec::as_slice).collect();
        let found = signatures(&steps, 1, Some(':'), 500)?;
        Some(found.into_iter().map(|(bits, text)| (bits.iter().collect(), text)).collect())
    }

    #[test]
    fn each_set_once_with_a_text() {
        let found = texts(&["Get*", "*Acl"]).unwrap();
        let expected =
            [(vec![], "x"), (vec![0], "Get"), (vec![1], "Acl"), (vec![0, 1], "GetAcl")].map(|(b, t)| (b, t.to_owned()));
        assert_eq!(found, expected);
        let many: Vec<String> = ('a'..='t').map(|c| format!("*{c}*")).collect();
        assert!(texts(&many.iter().map(String::as_str).collect::<Vec<_>>()).is_none());
    }
}
