//! The tests of a statement's condition, ready to be decided for a given value of their key.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::net::IpAddr;
use std::sync::Arc;

use super::cache::Interner;
use super::decimal::{Decimal, whole_around};
use super::instant::Instant;
use super::keys;
use super::networks::{lies_in, network, octets};
use super::patterns::{How, Lookup, Pattern, reads};
use super::steps::{self, Piece, Step};
use crate::catalog::{Arity, Catalogue, arity};
use crate::model::equivalency::OPEN;
use crate::model::{BaseOperator, ConditionKey, ConditionTest, SetQualifier, Version};
use crate::semantics::typed_value::IN_DICTIONARY;

/// One test.
#[derive(Debug)]
pub struct Test {
    /// Equal for equal tests; says nothing else.
    pub number: u32,
    /// The test in one spelling: what makes two tests the same.
    pub canonical: String,
    /// The key in lower case.
    pub key: String,
    /// The key as the policy spells it.
    pub spelled: String,
    /// What the values are compared as.
    pub family: Family,
    /// Whether the operator is a negated one.
    pub negated: bool,
    /// Whether the test holds without the key.
    pub if_exists: bool,
    /// How several values of the request are taken together.
    pub qualifier: Option<SetQualifier>,
    /// How many values the key holds, where that is known.
    pub arity: Arity,
}

/// How values are compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Family {
    /// As text.
    Text(Vec<Pattern>),
    /// As numbers.
    Number(NumberBound, Vec<Decimal>),
    /// As points in time.
    Date(NumberBound, Vec<Instant>),
    /// As addresses in networks.
    Network(Vec<(IpAddr, IpAddr)>),
    /// As true or false.
    Bool(Vec<bool>),
    /// Whether the key is missing.
    Null(Vec<bool>),
    /// Never holds, as it has no values.
    Never,
    /// Not to be decided, and why.
    Opaque(String),
}

/// All tests that were met.
#[derive(Debug)]
pub struct TestPool {
    tests: Interner<Test>,
    catalogue: Catalogue,
}

impl TestPool {
    /// Nothing yet.
    pub fn new(catalogue: &Catalogue) -> Self {
        Self { tests: Interner::new(), catalogue: catalogue.clone() }
    }

    /// What is known of keys.
    pub const fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Makes the tests of a condition ready.
    pub fn tests(&self, tests: &[ConditionTest], version: Version) -> Vec<Arc<Test>> {
        let one =
            |test| self.tests.get(&canonical(test, version), |number| compile(test, version, number, &self.catalogue));
        tests.iter().map(one).collect()
    }

    /// A test that stands for what is not known.
    pub fn open_test(&self, reason: &str) -> Arc<Test> {
        let canonical = format!("open {reason}");
        self.tests.get(&canonical.clone(), |number| Test {
            number,
            canonical: canonical.clone(),
            key: canonical,
            spelled: String::new(),
            family: Family::Opaque(reason.to_owned()),
            negated: false,
            if_exists: false,
            qualifier: None,
            arity: Arity::Unknown,
        })
    }
}

/// Which numbers an operator accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberBound {
    Equals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

impl NumberBound {
    /// Whether a value passes a bound.
    pub fn holds<T: Ord>(self, value: &T, bound: &T) -> bool {
        match self {
            Self::Equals => value == bound,
            Self::LessThan => value < bound,
            Self::LessThanEquals => value <= bound,
            Self::GreaterThan => value > bound,
            Self::GreaterThanEquals => value >= bound,
        }
    }
}

/// One spelling of a test, in which equal tests are equal texts.
pub fn canonical(test: &ConditionTest, version: Version) -> String {
    let mut values: Vec<String> = test.values.iter().map(|value| test.operator.canonical_value(value)).collect();
    values.sort();
    values.dedup();
    let plain = version == Version::V2008 && values.iter().any(|value| value.contains("${"));
    let mark = if plain { "2008 " } else { "" };
    format!("{mark}{} {} {values:?}", test.operator, test.key.folded())
}

/// Makes a test ready.
pub fn compile(test: &ConditionTest, version: Version, number: u32, catalogue: &Catalogue) -> Test {
    // An operator without values holds for nothing, the negated ones included.
    let family = match family(test, version) {
        _ if test.values.is_empty() && test.operator.is_known() => Family::Never,
        Ok(family) => family,
        Err(problem) => Family::Opaque(problem),
    };
    Test {
        number,
        canonical: canonical(test, version),
        key: test.key.folded().to_owned(),
        spelled: ConditionKey::as_str(&test.key).to_owned(),
        family,
        negated: is_negated(&test.operator.base),
        if_exists: test.operator.if_exists,
        qualifier: test.operator.qualifier,
        arity: arity(test.key.folded(), catalogue),
    }
}

fn is_negated(operator: &BaseOperator) -> bool {
    matches!(
        operator,
        BaseOperator::StringNotEquals
            | BaseOperator::StringNotEqualsIgnoreCase
            | BaseOperator::StringNotLike
            | BaseOperator::NumericNotEquals
            | BaseOperator::DateNotEquals
            | BaseOperator::NotIpAddress
            | BaseOperator::ArnNotEquals
            | BaseOperator::ArnNotLike
    )
}

fn family(test: &ConditionTest, version: Version) -> Result<Family, String> {
    use BaseOperator as Op;
    let text = |how| texts(test, version, how);
    match &test.operator.base {
        Op::StringEquals | Op::StringNotEquals => text(How::Exact),
        // The base-64 text; only its padding can be written in two ways.
        Op::BinaryEquals => {
            let value =
                |value: &String| Pattern::new(How::Exact, vec![Piece::Text(value.trim_end_matches('=').to_owned())]);
            let values: Option<Vec<Pattern>> = test.values.iter().map(value).collect();
            values.map(Family::Text).ok_or_else(|| format!("`{}` cannot be read", test.key.as_str()))
        }
        Op::StringEqualsIgnoreCase | Op::StringNotEqualsIgnoreCase => text(How::Folded),
        Op::StringLike | Op::StringNotLike => text(How::Like),
        Op::ArnEquals | Op::ArnLike | Op::ArnNotEquals | Op::ArnNotLike => text(How::Arn),
        Op::NumericEquals | Op::NumericNotEquals => numbers(test, NumberBound::Equals),
        Op::NumericLessThan => numbers(test, NumberBound::LessThan),
        Op::NumericLessThanEquals => numbers(test, NumberBound::LessThanEquals),
        Op::NumericGreaterThan => numbers(test, NumberBound::GreaterThan),
        Op::NumericGreaterThanEquals => numbers(test, NumberBound::GreaterThanEquals),
        Op::DateEquals | Op::DateNotEquals => dates(test, NumberBound::Equals),
        Op::DateLessThan => dates(test, NumberBound::LessThan),
        Op::DateLessThanEquals => dates(test, NumberBound::LessThanEquals),
        Op::DateGreaterThan => dates(test, NumberBound::GreaterThan),
        Op::DateGreaterThanEquals => dates(test, NumberBound::GreaterThanEquals),
        Op::IpAddress | Op::NotIpAddress => all(test, "an IP address or a CIDR range", network).map(Family::Network),
        Op::Bool => all(test, "`true` or `false`", truth).map(Family::Bool),
        // "You can add IfExists to the end of any condition operator name except the Null condition."
        Op::Null if test.operator.if_exists || test.operator.qualifier.is_some() => {
            Err(format!("IAM does not have the condition operator `{}`", test.operator))
        }
        Op::Null => all(test, "`true` or `false`", truth).map(Family::Null),
        Op::Unknown(name) => Err(format!("IAM does not have the condition operator `{name}`")),
    }
}

fn all<T>(test: &ConditionTest, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
    let unread = |value: &str| match value.contains(OPEN) {
        true => format!("`{value}` of `{}` {IN_DICTIONARY}", test.key.as_str()),
        false => format!("`{value}` of `{}` is not {what}", test.key.as_str()),
    };
    test.values.iter().map(|value| read(value).ok_or_else(|| unread(value))).collect()
}

fn numbers(test: &ConditionTest, bound: NumberBound) -> Result<Family, String> {
    Ok(Family::Number(bound, all(test, "a number", Decimal::read)?))
}

/// `aws:EpochTime` holds a number of seconds, which the date operators read too.
fn dates(test: &ConditionTest, bound: NumberBound) -> Result<Family, String> {
    let dates = all(test, "date", Instant::read)?;
    let of_seconds = test.key.folded() == keys::EPOCH_TIME;
    let seconds = || dates.iter().map(|date| Decimal::read(&date.seconds()?)).collect::<Option<Vec<Decimal>>>();
    match of_seconds.then(seconds).flatten() {
        Some(seconds) => Ok(Family::Number(bound, seconds)),
        None => Ok(Family::Date(bound, dates)),
    }
}

fn texts(test: &ConditionTest, version: Version, how: How) -> Result<Family, String> {
    if keys::holds_address(test.key.folded())
        && let Some(networks) = test.values.iter().map(|value| octets(value, how)).collect()
    {
        return Ok(Family::Network(networks));
    }
    let one = |value: &String| {
        let pieces = match version {
            Version::V2008 => vec![Piece::Text(value.clone())],
            Version::V2012 => steps::pieces(value),
        };
        Pattern::new(how, pieces)
            .ok_or_else(|| format!("`{value}` of `{}` has fewer than six parts", test.key.as_str()))
    };
    test.values.iter().map(one).collect::<Result<_, _>>().map(Family::Text)
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// A test whose variables have values.
#[derive(Debug)]
pub struct Ready<'t> {
    /// The test.
    pub test: &'t Test,
    /// The patterns of a test on text; none for another one.
    pub patterns: Vec<Vec<Step>>,
}

impl Test {
    /// The test for a request that says this of the keys of variables.
    pub fn under(&self, lookup: Lookup<'_>) -> Ready<'_> {
        let patterns = match &self.family {
            // A pattern whose variable has no value matches nothing, so nothing is lost with it.
            Family::Text(patterns) => patterns.iter().filter_map(|pattern| pattern.under(lookup)).collect(),
            Family::Number(..)
            | Family::Date(..)
            | Family::Network(_)
            | Family::Bool(_)
            | Family::Null(_)
            | Family::Never
            | Family::Opaque(_) => Vec::new(),
        };
        Ready { test: self, patterns }
    }

    /// Whether it compares text in any case.
    pub fn ignores_case(&self) -> bool {
        self.patterns().iter().any(|pattern| pattern.how() == How::Folded)
    }

    /// Whether a value of a request is of the kind that its operator compares.
    pub fn can_read(&self, value: &str) -> bool {
        match &self.family {
            Family::Number(..) => Decimal::read(value).is_some(),
            Family::Date(..) => Instant::read(value).is_some(),
            Family::Network(_) => value.parse::<IpAddr>().is_ok(),
            Family::Bool(_) => truth(value).is_some(),
            Family::Text(_) | Family::Null(_) | Family::Never | Family::Opaque(_) => true,
        }
    }

    /// The points in time at whole seconds on, before and behind its bounds, of a test on seconds since 1970.
    pub fn around_seconds(&self) -> Vec<String> {
        let Family::Number(_, bounds) = &self.family else { return Vec::new() };
        // What lies beyond all years that can be written is not a time of a request.
        whole_around(bounds).iter().filter_map(|second| Instant::read(second)?.written()).collect()
    }

    /// Its values as text; none of a test on something else.
    pub fn patterns(&self) -> &[Pattern] {
        if let Family::Text(patterns) = &self.family { patterns } else { &[] }
    }

    /// The keys of the variables in its values, in lower case.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.patterns().iter().flat_map(Pattern::variables).map(|variable| variable.key.as_str())
    }

    /// Whether it compares its key with another one, of those that a request can have, by more than equality of the whole
    /// value.
    pub fn compares_by_pattern(&self, can_have: impl Fn(&str) -> bool) -> bool {
        self.patterns()
            .iter()
            .any(|pattern| pattern.variables().any(|variable| can_have(&variable.key)) && !pattern.is_one_variable())
    }
}

impl Ready<'_> {
    /// Whether one value of the request matches one of the test's values, whatever the operator's negation.
    pub fn matches(&self, value: &str) -> bool {
        match &self.test.family {
            Family::Text(_) => self.patterns.iter().any(|steps| reads(steps, value)),
            Family::Number(bound, bounds) => {
                Decimal::read(value).is_some_and(|n| bounds.iter().any(|b| bound.holds(&n, b)))
            }
            Family::Date(bound, bounds) => {
                Instant::read(value).is_some_and(|n| bounds.iter().any(|b| bound.holds(&n, b)))
            }
            Family::Network(networks) => {
                // A value that is not an address lies in no network.
                let address = value.parse::<IpAddr>().ok();
                address.is_some_and(|address| lies_in(address, networks))
            }
            Family::Bool(wanted) => truth(value).is_some_and(|value| wanted.contains(&value)),
            Family::Null(_) | Family::Never | Family::Opaque(_) => false,
        }
    }

    /// Whether a request with these values of the key passes; `None` for one without the key. Not for opaque tests.
    pub fn holds(&self, values: Option<&[String]>) -> bool {
        let test = self.test;
        if let Family::Null(wanted) = &test.family {
            return wanted.contains(&values.is_none());
        }
        if test.family == Family::Never {
            return false;
        }
        let Some(values) = values else {
            return match test.qualifier {
                Some(SetQualifier::ForAllValues) => true,
                Some(SetQualifier::ForAnyValue) => test.if_exists,
                None => test.if_exists || test.negated,
            };
        };
        let passes = |value: &String| self.matches(value) != test.negated;
        match test.qualifier {
            // "Context keys with empty values" count as missing:
            // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
            Some(SetQualifier::ForAllValues) => values.iter().filter(|value| !value.is_empty()).all(passes),
            Some(SetQualifier::ForAnyValue) => values.iter().any(passes),
            None => values.iter().any(|value| self.matches(value)) != test.negated,
        }
    }
}

impl Test {
    /// The steps of its values as text that hold no variable.
    pub fn plain_steps(&self) -> impl Iterator<Item = &[Step]> {
        // A value with a variable is another text in each request: whoever asks for steps looks for variables first.
        self.patterns().iter().filter_map(Pattern::plain_steps)
    }

    /// Why the test cannot be decided, if it cannot.
    pub fn opaque(&self) -> Option<&str> {
        match &self.family {
            Family::Opaque(reason) => Some(reason),
            Family::Text(..)
            | Family::Number(..)
            | Family::Date(..)
            | Family::Network(_)
            | Family::Bool(_)
            | Family::Null(_)
            | Family::Never => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ConditionOperator;

    fn test(operator: &str, values: &[&str]) -> Test {
        let test = ConditionTest {
            operator: ConditionOperator::new(operator),
            key: ConditionKey::new("k"),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        compile(&test, Version::V2012, 0, &Catalogue::embedded())
    }

    fn holds(operator: &str, values: &[&str], context: Option<&[&str]>) -> bool {
        let test = test(operator, values);
        let context: Option<Vec<String>> =
            context.map(|values| values.iter().map(|value| (*value).to_owned()).collect());
        test.under(&|_| None).holds(context.as_deref())
    }

    #[test]
    fn operators_by_example() {
        for (operator, value, context, expected) in [
            ("StringEquals", "a*", "ab", false),
            ("StringLike", "a*", "ab", true),
            ("StringNotLike", "a*", "ab", false),
            ("StringEqualsIgnoreCase", "Red", "rED", true),
            ("Bool", "True", "true", true),
            ("NumericLessThan", "10", "9.5", true),
            ("NumericLessThanEquals", "10", "10.0", true),
            ("NumericGreaterThan", "10", "10", false),
            ("DateLessThan", "2020-01-01", "2019-12-31T23:59:59Z", true),
            ("DateEquals", "1577836800", "2020-01-01T00:00:00Z", true),
            ("IpAddress", "10.0.0.0/24", "10.0.0.255", true),
            ("IpAddress", "10.0.0.0/24", "10.0.1.0", false),
            ("NotIpAddress", "2001:db8::/32", "2001:db8::1", false),
            ("ArnLike", "arn:aws:sns:*:1:news", "arn:aws:sns:us-east-1:1:news", true),
            ("ArnLike", "arn:aws:sns:*:1:*", "arn:aws:sns:us-east-1:2:1:news", false),
            ("ArnLike", "arn:aws:s*", "arn:aws:sns:us-east-1:1:news", true),
            ("StringLike", "arn:aws:sns:*:news", "arn:aws:sns:us-east-1:1:news", true),
        ] {
            assert_eq!(holds(operator, &[value], Some(&[context])), expected, "{operator} {value} {context}");
        }
    }

    #[test]
    fn a_missing_key() {
        for (operator, expected) in [
            ("StringEquals", false),
            ("StringNotEquals", true),
            ("StringEqualsIfExists", true),
            ("ForAllValues:StringEquals", true),
            ("ForAnyValue:StringEquals", false),
            ("ForAnyValue:StringNotEquals", false),
        ] {
            assert_eq!(holds(operator, &["v"], None), expected, "{operator}");
        }
        assert!(holds("Null", &["true"], None) && !holds("Null", &["false"], None));
    }

    #[test]
    fn what_cannot_be_decided_says_why() {
        assert!(test("StringSoundsLike", &["v"]).opaque().is_some_and(|why| why.contains("StringSoundsLike")));
        assert!(test("StringEquals", &["${aws:userid}"]).opaque().is_none());
        assert!(!holds("StringEquals", &["${aws:userid}"], Some(&["x"])), "no value, no match");
        assert!(test("ArnLike", &["arn:aws:sns:*:news"]).opaque().is_some());
        assert!(!holds("StringNotEquals", &[], None), "no value, no match");
        assert!(test("NumericEquals", &["ten"]).opaque().is_some());
        assert!(test("StringEquals", &["${*}"]).opaque().is_none());
    }
}
