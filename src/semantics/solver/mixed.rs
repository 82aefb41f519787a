//! Values that patterns match and that are numbers, dates or addresses as well.
//!
//! A key that one test compares by wildcards and another by value has values that no bound and no pattern names by
//! itself: `10.1.0.7` for `10.*.7` and the network 10.1.0.0/16. They are put together from both.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::conditions::{Family, Ready};
use super::instant::Instant;
use super::networks::around_addresses;
use super::steps::{Letter, Step};

/// How many values are put together at most.
const MOST: usize = 4_096;

/// What a `*` of a pattern may stand for in a number, and what a `?` may.
const FILLINGS: [(&str, &str); 9] =
    [("", "0"), ("0", "0"), ("1", "1"), ("5", "5"), ("9", "9"), ("00", "0"), ("50", "5"), ("99", "9"), ("999999", "9")];

/// Values that may pass tests of both kinds.
pub fn values(by_text: &[&Ready<'_>], by_value: &[&Ready<'_>]) -> BTreeSet<String> {
    let patterns: Vec<&[Step]> = by_text.iter().flat_map(|ready| &ready.patterns).map(Vec::as_slice).collect();
    let mut found = BTreeSet::new();
    let mut networks = Vec::new();
    for ready in by_value {
        match &ready.test.family {
            Family::Number(..) => found.extend(patterns.iter().flat_map(|pattern| numbers(pattern))),
            Family::Date(_, bounds) => found.extend(dates(bounds)),
            Family::Network(own) => networks.extend(own.iter().copied()),
            Family::Text(_) | Family::Bool(_) | Family::Null(_) | Family::Never | Family::Opaque(_) => {}
        }
    }
    if !networks.is_empty() {
        found.extend(addresses(&patterns, &networks));
    }
    found
}

/// A pattern with the same digits in the place of each of its wildcards.
fn numbers(pattern: &[Step]) -> Vec<String> {
    let with = |(many, one): (&str, &str)| -> Option<String> {
        let spell = |step: &Step| match step {
            Step::One(letter) => letter.as_char().map(String::from),
            Step::Folded(c) => Some(String::from(*c)),
            Step::Any | Step::AnyExcept(_) => Some(many.to_owned()),
            Step::AnyOne | Step::AnyOneExcept(_) => Some(one.to_owned()),
            Step::Of(_) | Step::AllOf(_) | Step::Silent(_) | Step::Inside | Step::Fork(_) | Step::Jump(_) => None,
        };
        pattern.iter().map(spell).collect()
    };
    // Steps of other kinds stand in ARNs only, which are no numbers.
    FILLINGS.into_iter().filter_map(with).collect()
}

/// Points before and after each bound, at distances that change the second, the day, the month and the year.
fn dates(bounds: &[Instant]) -> Vec<String> {
    const SECOND: i64 = 1;
    const DAY: i64 = 86_400;
    let distances = [SECOND, DAY, 40 * DAY, 400 * DAY, 4_000 * DAY];
    let all = bounds.iter().flat_map(|bound| distances.map(|by| [bound.after(by), bound.after(-by)])).flatten();
    // A point that no request can write is not a value.
    all.filter_map(Instant::written).collect()
}

/// Addresses made of the octets of the networks' ends, of their neighbours, and of the patterns.
fn addresses(patterns: &[&[Step]], networks: &[(IpAddr, IpAddr)]) -> BTreeSet<String> {
    let mut octets: [BTreeSet<u8>; 4] = Default::default();
    for address in around_addresses(networks) {
        // Version 6 has several spellings of one address: what no pattern names is not guessed.
        if let IpAddr::V4(address) = address {
            octets.iter_mut().zip(address.octets()).for_each(|(all, octet)| _ = all.insert(octet));
        }
    }
    let of_patterns: BTreeSet<u8> = patterns.iter().flat_map(|pattern| digits(pattern)).collect();
    octets.iter_mut().for_each(|all| all.extend(&of_patterns));
    let mut found: BTreeSet<String> = BTreeSet::from([String::new()]);
    for (at, all) in octets.iter().enumerate() {
        let dot = if at == 0 { "" } else { "." };
        found = found.iter().flat_map(|text| all.iter().map(move |octet| format!("{text}{dot}{octet}"))).collect();
        if found.len() > MOST {
            return BTreeSet::new();
        }
    }
    found
}

/// The numbers of one octet that a pattern spells.
fn digits(pattern: &[Step]) -> Vec<u8> {
    let text: String = pattern
        .iter()
        .map(|step| if let Step::One(letter) = step { Letter::as_char(*letter).unwrap_or(' ') } else { ' ' })
        .collect();
    // Longer numbers are no octets.
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
}
