//! Values of conditions that are compared as networks, numbers, or points in time.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::cmp::Ordering;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::solver::decimal::Decimal;
use super::solver::instant::Instant;
use super::solver::networks::network;
use crate::model::BaseOperator;

/// What is said of a value in which the dictionary replaced, which no operator can read: it is what the accounts have there.
pub const IN_DICTIONARY: &str = "is from the dictionary";

/// A value as its operator reads it.
#[derive(Debug, Clone, PartialEq)]
pub enum TypedValue {
    /// The first and the last address of a network.
    Network(IpAddr, IpAddr),
    /// A number.
    Number(Decimal),
    /// A point in time.
    Date(Instant),
}

/// How an operator reads its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// As networks.
    Network,
    /// As numbers.
    Number,
    /// As points in time.
    Date,
}

impl ValueType {
    /// How an operator reads its values; none for one that reads them as text or as true or false.
    #[must_use]
    pub const fn of(operator: &BaseOperator) -> Option<Self> {
        use BaseOperator as Op;
        match operator {
            Op::IpAddress | Op::NotIpAddress => Some(Self::Network),
            Op::NumericEquals
            | Op::NumericNotEquals
            | Op::NumericLessThan
            | Op::NumericLessThanEquals
            | Op::NumericGreaterThan
            | Op::NumericGreaterThanEquals => Some(Self::Number),
            Op::DateEquals
            | Op::DateNotEquals
            | Op::DateLessThan
            | Op::DateLessThanEquals
            | Op::DateGreaterThan
            | Op::DateGreaterThanEquals => Some(Self::Date),
            Op::StringEquals
            | Op::StringNotEquals
            | Op::StringEqualsIgnoreCase
            | Op::StringNotEqualsIgnoreCase
            | Op::StringLike
            | Op::StringNotLike
            | Op::Bool
            | Op::BinaryEquals
            | Op::ArnEquals
            | Op::ArnLike
            | Op::ArnNotEquals
            | Op::ArnNotLike
            | Op::Null
            | Op::Unknown(_) => None,
        }
    }

    /// Reads a text; none if it is not of this type.
    #[must_use]
    pub fn read(self, text: &str) -> Option<TypedValue> {
        match self {
            Self::Network => network(text).map(|(first, last)| TypedValue::Network(first, last)),
            Self::Number => Decimal::read(text).map(TypedValue::Number),
            Self::Date => Instant::read(text).map(TypedValue::Date),
        }
    }
}

/// How two values lie to each other, as far as any condition can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// How two networks lie: whether the first holds all of the second, and the second all of the first.
    Networks(bool, bool),
    /// How the first of two numbers or points in time, the same a step later and a step earlier are ordered to the
    /// second.
    Ordered([Ordering; 3]),
}

impl TypedValue {
    /// How this value lies to another; none for two that no operator compares, and for two networks that overlap in part,
    /// which networks written as address and prefix do not.
    #[must_use]
    pub fn position(&self, other: &Self) -> Option<Position> {
        match (self, other) {
            (Self::Network(first, last), Self::Network(other_first, other_last)) => {
                let holds = first <= other_first && other_last <= last;
                let lies_in = other_first <= first && last <= other_last;
                let apart = last < other_first || other_last < first;
                (holds || lies_in || apart).then_some(Position::Networks(holds, lies_in))
            }
            (Self::Number(own), Self::Number(other)) => {
                Some(Position::Ordered([own.clone(), own.step(true), own.step(false)].map(|own| own.cmp(other))))
            }
            (Self::Date(own), Self::Date(other)) => {
                Some(Position::Ordered([*own, own.step(true), own.step(false)].map(|own| own.cmp(other))))
            }
            (Self::Network(..) | Self::Number(_) | Self::Date(_), _) => None,
        }
    }

    /// Whether the networks that lie in this one hold all of its addresses together. Where they do, no address is in this
    /// one alone. Numbers and points in time hold nothing.
    #[must_use]
    pub fn is_filled_by<'v>(&self, others: impl Iterator<Item = &'v Self>) -> bool {
        let Self::Network(first, last) = self else { return false };
        let within = others.filter_map(|other| match other {
            Self::Network(from, to) if first <= from && to <= last && (from, to) != (first, last) => Some((*from, *to)),
            Self::Network(..) | Self::Number(_) | Self::Date(_) => None,
        });
        let mut within: Vec<(IpAddr, IpAddr)> = within.collect();
        within.sort_unstable();
        let mut next = Some(*first);
        for (from, to) in within {
            if next.is_some_and(|next| from > next) {
                return false;
            }
            next = next.filter(|next| to < *next).or_else(|| after(to));
        }
        next.is_none_or(|next| next > *last)
    }

    /// All addresses of both versions.
    #[must_use]
    pub fn every_address() -> [Self; 2] {
        let v4 = Self::Network(IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::BROADCAST));
        [v4, Self::Network(IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::from(u128::MAX)))]
    }
}

/// The next address of the same version, if there is one.
fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => u32::from(address).checked_add(1).map(|next| Ipv4Addr::from(next).into()),
        IpAddr::V6(address) => u128::from(address).checked_add(1).map(|next| Ipv6Addr::from(next).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(value_type: ValueType, pairs: &[(&str, &str)]) -> Vec<Option<Position>> {
        let read = |text: &str| value_type.read(text).unwrap();
        pairs.iter().map(|(a, b)| read(a).position(&read(b))).collect()
    }

    #[test]
    fn networks_hold_one_another_or_lie_apart() {
        let pairs = [
            ("10.0.0.0/8", "10.1.0.0/16"),
            ("10.1.2.3", "10.1.0.0/16"),
            ("10.1.0.0/16", "10.1.0.0/16"),
            ("10.1.0.0/16", "10.2.0.0/16"),
            ("0.0.0.0/0", "::/0"),
        ];
        let expected = [(true, false), (false, true), (true, true), (false, false), (false, false)];
        let expected = expected.map(|(holds, lies_in)| Some(Position::Networks(holds, lies_in)));
        assert_eq!(positions(ValueType::Network, &pairs), expected);
    }

    #[test]
    fn networks_fill_another_or_leave_addresses() {
        let filled = |whole: &str, parts: &[&str]| {
            let read = |text: &str| ValueType::Network.read(text).unwrap();
            let parts: Vec<TypedValue> = parts.iter().map(|part| read(part)).collect();
            read(whole).is_filled_by(parts.iter())
        };
        assert!(filled("10.0.0.0/15", &["10.1.0.0/16", "10.0.0.0/16"]));
        assert!(filled(
            "10.0.0.0/15",
            &["10.0.0.0/16", "10.0.128.0/17", "10.1.0.0/16", "172.16.0.0/12", "10.0.0.0/15"]
        ));
        assert!(filled("0.0.0.0/0", &["0.0.0.0/1", "128.0.0.0/1"]));
        assert!(filled("::/0", &["::/1", "8000::/1"]));
        assert!(!filled("10.0.0.0/15", &["10.0.0.0/17", "10.1.0.0/16"]));
        assert!(!filled("10.0.0.0/15", &["10.0.0.0/16", "10.1.0.0/17"]));
        assert!(!filled("10.0.0.0/15", &["10.0.0.0/15", "10.0.0.0/8"]));
        assert!(!filled("0.0.0.0/0", &["::/0", "10.0.0.0/8"]));
        assert!(!filled("10.0.0.0/15", &[]));
    }

    #[test]
    fn numbers_and_times_are_ordered_with_their_neighbors() {
        use Ordering::{Equal, Greater, Less};
        let expected = [[Less, Less, Less], [Less, Equal, Less], [Equal, Greater, Less]];
        let expected = expected.map(|position| Some(Position::Ordered(position)));
        assert_eq!(positions(ValueType::Number, &[("1", "3"), ("2", "3"), ("3", "3.0")]), expected);
        let days = [("2026-01-01", "2026-02-01"), ("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z")];
        assert_eq!(positions(ValueType::Date, &days), expected.into_iter().take(2).collect::<Vec<_>>());
    }
}
