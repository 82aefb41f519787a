//! Single values: numbers, dates, networks, ARNs, each compared by its own rule.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::cmp::Ordering;
use std::net::IpAddr;

use jiff::civil::datetime;
use jiff::fmt::temporal::Pieces;

use crate::model::{Glob, Token};

/// A decimal number of any length, such as `-12.50`.
///
/// INVARIANT: no zeros before `whole` and behind `fraction`; zero is not negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Number {
    /// Digits with at most one `.` and one sign; anything else is not a number.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !is_digits(whole) || !is_digits(fraction) {
            return None;
        }
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let is_zero = whole.is_empty() && fraction.is_empty();
        Some(Self { negative: negative && !is_zero, whole: whole.to_owned(), fraction: fraction.to_owned() })
    }

    pub(super) fn compare(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_size(other),
            (true, true) => other.compare_size(self),
        }
    }

    fn compare_size(&self, other: &Self) -> Ordering {
        // Without leading zeros the longer whole part is the larger; of equally long digits the text order is theirs.
        let by_length = self.whole.len().cmp(&other.whole.len());
        by_length.then_with(|| self.whole.cmp(&other.whole)).then_with(|| self.fraction.cmp(&other.fraction))
    }
}

/// Reads a date: "one of the W3C implementations of the ISO 8601 date formats or epoch (UNIX) time".
///
/// The W3C's forms are `YYYY-MM`, `YYYY-MM-DD` and `YYYY-MM-DDThh:mm[:ss[.s]]` with `Z` or an offset
/// (<https://www.w3.org/TR/NOTE-datetime>). Four digits could be a year or seconds, so they are not read.
///
/// The answer is in nanoseconds since 1970.
pub(super) fn read_date(text: &str) -> Option<i128> {
    const SECOND: i128 = 1_000_000_000;
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        // Of more digits the seconds would be beyond the age of the universe, and nobody means them.
        let is_read = text.len() != 4 && text.len() <= 25;
        return if is_read { Some(text.parse::<i128>().ok()? * SECOND) } else { None };
    }
    let whole = match (text.contains(['T', 't']), text.len()) {
        (true, _) => text.to_owned(),
        (false, 7) => format!("{text}-01T00:00Z"),
        (false, _) => format!("{text}T00:00Z"),
    };
    let pieces = Pieces::parse(&whole).ok()?;
    let offset = pieces.to_numeric_offset()?;
    let local = pieces.date().to_datetime(pieces.time()?);
    let since = local.duration_since(datetime(1970, 1, 1, 0, 0, 0, 0)).as_nanos();
    Some(since - i128::from(offset.seconds()) * SECOND)
}

/// An address with the length of its network's prefix: `203.0.113.0/24`; an address alone is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    address: IpAddr,
    prefix: u32,
}

impl Network {
    pub(super) fn read(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address.parse().ok()?, Some(prefix.parse().ok()?)),
            None => (text.parse().ok()?, None),
        };
        let longest = bits(address).1;
        let prefix = prefix.unwrap_or(longest);
        (prefix <= longest).then_some(Self { address, prefix })
    }

    /// Whether all of `other` lies in this network. IPv4 and IPv6 never lie in each other.
    pub(super) fn contains(self, other: Self) -> bool {
        let ((own, length), (theirs, other_length)) = (bits(self.address), bits(other.address));
        let host_bits = length - self.prefix;
        let network = |address: u128| address.checked_shr(host_bits).unwrap_or_default();
        length == other_length && self.prefix <= other.prefix && network(own) == network(theirs)
    }
}

/// The address as a number, and how many bits it has.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    }
}

/// What comparing an ARN with a pattern part by part says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArnMatch {
    Yes,
    No,
    /// The pattern has fewer than six parts and would match if the missing ones were `*`.
    IfMissingPartsAreAny,
}

const ARN_PARTS: usize = 6;

/// "Each of the six colon-delimited components of the ARN is checked separately and each can include multi-character
/// match wildcards (`*`) or single-character match wildcards (`?`)." The sixth is all that is left.
pub(super) fn arn_matches(pattern: &[Token], arn: &str) -> ArnMatch {
    let mut wanted: Vec<&[Token]> = pattern.splitn(ARN_PARTS, |token| *token == Token::Char(':')).collect();
    let given: Vec<&str> = arn.splitn(ARN_PARTS, ':').collect();
    let missing = ARN_PARTS - wanted.len();
    wanted.extend(std::iter::repeat_n([Token::AnyText].as_slice(), missing));
    let part_matches = |(pattern, part): (&&[Token], &&str)| Glob::from_tokens(pattern.iter().copied()).matches(part);
    if given.len() < ARN_PARTS || !wanted.iter().zip(&given).all(part_matches) {
        ArnMatch::No
    } else if missing > 0 && pattern.last() != Some(&Token::AnyText) {
        ArnMatch::IfMissingPartsAreAny
    } else {
        ArnMatch::Yes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(a: &str, b: &str) -> Ordering {
        Number::read(a).unwrap().compare(&Number::read(b).unwrap())
    }

    #[test]
    fn numbers_compare_by_value() {
        for (a, b) in [("10", "10.0"), ("+007", "7"), ("-0", "0"), ("0.50", "0.5")] {
            assert_eq!(compare(a, b), Ordering::Equal, "{a} {b}");
        }
        for (a, b) in [("9", "10"), ("-10", "-9"), ("-1", "0"), ("1.05", "1.5"), ("9.99", "10"), ("1", "1.01")] {
            assert_eq!((compare(a, b), compare(b, a)), (Ordering::Less, Ordering::Greater), "{a} {b}");
        }
        for text in ["", "-", ".5", "1.", "1e3", "0x10", " 1", "1.2.3", "${k}"] {
            assert!(Number::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn dates_are_iso_8601_or_epoch_seconds() {
        let midnight = read_date("1585699200").unwrap();
        for text in [
            "2020-04-01",
            "2020-04",
            "2020-04-01T00:00Z",
            "2020-04-01T00:00:00Z",
            "2020-04-01T00:00:00.0Z",
            "2020-04-01T02:00:00+02:00",
        ] {
            assert_eq!(read_date(text), Some(midnight), "{text}");
        }
        assert!(read_date("2020-04-01T00:00:01Z").unwrap() > midnight);
        assert!(read_date("2020-04-01T00:00:00.0005Z").unwrap() > read_date("2020-04-01T00:00:00.0001Z").unwrap());
        assert!(read_date("9999-12-31T23:59:59Z").unwrap() < read_date("999999999999").unwrap());
        for text in ["", "2020", "yesterday", "2020-13-01", "2020-04-01T00:00:00", "01/04/2020"] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }

    #[test]
    fn networks_contain_addresses() {
        let contains = |network, address| Network::read(network).unwrap().contains(Network::read(address).unwrap());
        assert!(contains("203.0.113.0/24", "203.0.113.255"));
        assert!(contains("203.0.113.7/24", "203.0.113.0"));
        assert!(contains("0.0.0.0/0", "198.51.100.1"));
        assert!(contains("2001:DB8:1234:5678::/64", "2001:db8:1234:5678::1"));
        assert!(contains("::/0", "2001:db8::1"));
        assert!(!contains("203.0.113.0/24", "203.0.114.0"));
        assert!(!contains("203.0.113.1", "203.0.113.2"));
        assert!(!contains("0.0.0.0/0", "2001:db8::1"));
        for text in ["", "10.0.0", "10.0.0.0/33", "10.0.0.0/x", "::/129"] {
            assert!(Network::read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn arns_compare_part_by_part() {
        let matches = |pattern: &str, arn| arn_matches(Glob::new(pattern).tokens(), arn);
        let topic = "arn:aws:sns:us-east-1:111122223333:news";
        assert_eq!(matches("arn:aws:sns:*:111122223333:*", topic), ArnMatch::Yes);
        assert_eq!(matches("arn:aws:sns:us-east-?:*:news", topic), ArnMatch::Yes);
        assert_eq!(matches("arn:aws:iam::1:role/*", "arn:aws:iam::1:role/a/b:c"), ArnMatch::Yes);
        assert_eq!(matches("arn:aws:sns:*:news", topic), ArnMatch::No, "a star stays in its part");
        assert_eq!(matches("arn:aws:sns:*:*:new", topic), ArnMatch::No);
        assert_eq!(matches("*", topic), ArnMatch::Yes);
        assert_eq!(matches("arn:aws:sns:us-east-1", topic), ArnMatch::IfMissingPartsAreAny);
        assert_eq!(matches("arn:aws:sqs:us-east-1", topic), ArnMatch::No);
        assert_eq!(matches("*", "not an ARN"), ArnMatch::No);
    }
}
