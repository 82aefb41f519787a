//! What each condition operator does with one value of the policy and one of the request.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::cmp::Ordering;

use super::value::{ArnMatch, Network, Number, arn_matches, read_date};
use super::variable::Resolved;
use crate::model::{BaseOperator, Glob};

/// What one comparison of two values can say.
pub(super) enum ComparisonResult {
    Yes,
    No,
    ShortArn,
    Unreadable(String),
}

impl From<bool> for ComparisonResult {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// How an operator compares, and whether it then asks for the opposite.
#[derive(Debug, Clone, Copy)]
pub(super) struct OperatorRule {
    pub(super) comparison: ComparisonKind,
    pub(super) negated: bool,
}

/// The kinds of comparison.
#[derive(Debug, Clone, Copy)]
pub(super) enum ComparisonKind {
    /// As text. These, and only these, take variables:
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-wheretouse>.
    Text(TextComparison),
    /// By what the text stands for.
    Value(ValueComparison),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum TextComparison {
    Exact,
    IgnoringCase,
    Pattern,
    Arn,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum ValueComparison {
    /// Holds when the request's number stands in one of these orders to the policy's.
    Number(&'static [Ordering]),
    /// Holds when the request's date stands in one of these orders to the policy's.
    Date(&'static [Ordering]),
    Bool,
    Binary,
    /// Holds when the request's address lies in the policy's network.
    Network,
}

const EQUAL: &[Ordering] = &[Ordering::Equal];
const LESS: &[Ordering] = &[Ordering::Less];
const LESS_OR_EQUAL: &[Ordering] = &[Ordering::Less, Ordering::Equal];
const GREATER: &[Ordering] = &[Ordering::Greater];
const GREATER_OR_EQUAL: &[Ordering] = &[Ordering::Greater, Ordering::Equal];

impl OperatorRule {
    /// `None` for `Null`, which compares no values, and for operators that AWS does not document.
    pub(super) const fn from_operator(operator: &BaseOperator) -> Option<Self> {
        let (comparison, negated) = match operator {
            BaseOperator::StringEquals => (text(TextComparison::Exact), false),
            BaseOperator::StringNotEquals => (text(TextComparison::Exact), true),
            BaseOperator::StringEqualsIgnoreCase => (text(TextComparison::IgnoringCase), false),
            BaseOperator::StringNotEqualsIgnoreCase => (text(TextComparison::IgnoringCase), true),
            BaseOperator::StringLike => (text(TextComparison::Pattern), false),
            BaseOperator::StringNotLike => (text(TextComparison::Pattern), true),
            // "The ArnEquals and ArnLike condition operators behave identically", and so do the two negated ones.
            BaseOperator::ArnEquals | BaseOperator::ArnLike => (text(TextComparison::Arn), false),
            BaseOperator::ArnNotEquals | BaseOperator::ArnNotLike => (text(TextComparison::Arn), true),
            BaseOperator::NumericEquals => (number(EQUAL), false),
            BaseOperator::NumericNotEquals => (number(EQUAL), true),
            BaseOperator::NumericLessThan => (number(LESS), false),
            BaseOperator::NumericLessThanEquals => (number(LESS_OR_EQUAL), false),
            BaseOperator::NumericGreaterThan => (number(GREATER), false),
            BaseOperator::NumericGreaterThanEquals => (number(GREATER_OR_EQUAL), false),
            BaseOperator::DateEquals => (date(EQUAL), false),
            BaseOperator::DateNotEquals => (date(EQUAL), true),
            BaseOperator::DateLessThan => (date(LESS), false),
            BaseOperator::DateLessThanEquals => (date(LESS_OR_EQUAL), false),
            BaseOperator::DateGreaterThan => (date(GREATER), false),
            BaseOperator::DateGreaterThanEquals => (date(GREATER_OR_EQUAL), false),
            BaseOperator::Bool => (ComparisonKind::Value(ValueComparison::Bool), false),
            BaseOperator::BinaryEquals => (ComparisonKind::Value(ValueComparison::Binary), false),
            BaseOperator::IpAddress => (ComparisonKind::Value(ValueComparison::Network), false),
            BaseOperator::NotIpAddress => (ComparisonKind::Value(ValueComparison::Network), true),
            BaseOperator::Null | BaseOperator::Unknown(_) => return None,
        };
        Some(Self { comparison, negated })
    }
}

const fn text(how: TextComparison) -> ComparisonKind {
    ComparisonKind::Text(how)
}

const fn number(orders: &'static [Ordering]) -> ComparisonKind {
    ComparisonKind::Value(ValueComparison::Number(orders))
}

const fn date(orders: &'static [Ordering]) -> ComparisonKind {
    ComparisonKind::Value(ValueComparison::Date(orders))
}

impl TextComparison {
    pub(super) const fn takes_wildcards(self) -> bool {
        matches!(self, Self::Pattern | Self::Arn)
    }

    pub(super) fn matches(self, wanted: &Resolved, given: &str) -> ComparisonResult {
        match self {
            Self::Exact => (wanted.text() == given).into(),
            Self::IgnoringCase => (wanted.text().to_lowercase() == given.to_lowercase()).into(),
            Self::Pattern => Glob::from_tokens(wanted.pattern()).matches(given).into(),
            Self::Arn => match arn_matches(&wanted.pattern(), given) {
                ArnMatch::Yes => ComparisonResult::Yes,
                ArnMatch::No => ComparisonResult::No,
                ArnMatch::IfMissingPartsAreAny => ComparisonResult::ShortArn,
            },
        }
    }
}

impl ValueComparison {
    /// Reads both values first. What cannot be read is left open, not taken for a mismatch.
    pub(super) fn matches(self, wanted: &str, given: &str) -> ComparisonResult {
        match self {
            Self::Number(orders) => {
                both(wanted, given, Number::read, |wanted, given| orders.contains(&given.compare(wanted)))
            }
            Self::Date(orders) => both(wanted, given, read_date, |wanted, given| orders.contains(&given.cmp(wanted))),
            Self::Bool => both(wanted, given, read_bool, |wanted, given| wanted == given),
            Self::Network => both(wanted, given, Network::read, |wanted, given| wanted.contains(*given)),
            // Both are the base-64 text of the bytes; only the padding can be written in two ways.
            Self::Binary => (wanted.trim_end_matches('=') == given.trim_end_matches('=')).into(),
        }
    }
}

fn both<T>(
    wanted: &str,
    given: &str,
    read: fn(&str) -> Option<T>,
    matches: impl FnOnce(&T, &T) -> bool,
) -> ComparisonResult {
    match (read(wanted), read(given)) {
        (Some(wanted), Some(given)) => matches(&wanted, &given).into(),
        (None, _) => ComparisonResult::Unreadable(wanted.to_owned()),
        (Some(_), None) => ComparisonResult::Unreadable(given.to_owned()),
    }
}

/// `true` or `false` in any case.
pub(super) fn read_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}
