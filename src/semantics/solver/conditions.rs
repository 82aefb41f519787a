//! The tests of a statement's condition, ready to be decided for a given value of their key.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use std::net::IpAddr;
use std::sync::Arc;

use super::cache::Interner;
use super::steps::{self, Letter, Piece, Reading, Step};
use super::walk::{Group, step_over};
use crate::model::{BaseOperator, ConditionKey, ConditionTest, SetQualifier, Version};

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
}

/// How values are compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Family {
    /// As text; the flag says that the key must hold an ARN.
    Text(Vec<Vec<Step>>, bool),
    /// As numbers.
    Number(Bound, Vec<f64>),
    /// As points in time, in seconds.
    Date(Bound, Vec<f64>),
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
pub struct TestPool(Interner<Test>);

impl TestPool {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self(Interner::new())
    }

    /// Makes the tests of a condition ready.
    pub fn tests(&self, tests: &[ConditionTest], version: Version) -> Vec<Arc<Test>> {
        let one = |test| self.0.get(&canonical(test, version), |number| compile(test, version, number));
        tests.iter().map(one).collect()
    }

    /// A test that stands for what is not known.
    pub fn open_test(&self, reason: &str) -> Arc<Test> {
        let canonical = format!("open {reason}");
        self.0.get(&canonical.clone(), |number| Test {
            number,
            canonical: canonical.clone(),
            key: canonical,
            spelled: String::new(),
            family: Family::Opaque(reason.to_owned()),
            negated: false,
            if_exists: false,
            qualifier: None,
        })
    }
}

/// Which numbers an operator accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    Equals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

impl Bound {
    fn holds(self, value: f64, bound: f64) -> bool {
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
pub fn compile(test: &ConditionTest, version: Version, number: u32) -> Test {
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
    let text = |wild, fold, arn| texts(test, version, wild, fold, arn);
    match &test.operator.base {
        Op::StringEquals | Op::StringNotEquals => text(false, false, false),
        Op::BinaryEquals => Ok(Family::Text(test.values.iter().map(|value| base64(value)).collect(), false)),
        Op::StringEqualsIgnoreCase | Op::StringNotEqualsIgnoreCase => text(false, true, false),
        Op::StringLike | Op::StringNotLike => text(true, false, false),
        Op::ArnEquals | Op::ArnLike | Op::ArnNotEquals | Op::ArnNotLike => text(true, false, true),
        Op::NumericEquals | Op::NumericNotEquals => numbers(test, Bound::Equals),
        Op::NumericLessThan => numbers(test, Bound::LessThan),
        Op::NumericLessThanEquals => numbers(test, Bound::LessThanEquals),
        Op::NumericGreaterThan => numbers(test, Bound::GreaterThan),
        Op::NumericGreaterThanEquals => numbers(test, Bound::GreaterThanEquals),
        Op::DateEquals | Op::DateNotEquals => dates(test, Bound::Equals),
        Op::DateLessThan => dates(test, Bound::LessThan),
        Op::DateLessThanEquals => dates(test, Bound::LessThanEquals),
        Op::DateGreaterThan => dates(test, Bound::GreaterThan),
        Op::DateGreaterThanEquals => dates(test, Bound::GreaterThanEquals),
        Op::IpAddress | Op::NotIpAddress => all(test, "network", network).map(Family::Network),
        Op::Bool => all(test, "`true` or `false`", truth).map(Family::Bool),
        // "You can add IfExists to the end of any condition operator name except the Null condition."
        Op::Null if test.operator.if_exists || test.operator.qualifier.is_some() => {
            Err(format!("IAM has no condition operator `{}`", test.operator))
        }
        Op::Null => all(test, "`true` or `false`", truth).map(Family::Null),
        Op::Unknown(name) => Err(format!("IAM has no condition operator `{name}`")),
    }
}

fn all<T>(test: &ConditionTest, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, String> {
    let one = |value: &String| read(value).ok_or_else(|| format!("`{value}` of `{}` is no {what}", test.key.as_str()));
    test.values.iter().map(one).collect()
}

fn numbers(test: &ConditionTest, bound: Bound) -> Result<Family, String> {
    Ok(Family::Number(bound, all(test, "number", number)?))
}

fn dates(test: &ConditionTest, bound: Bound) -> Result<Family, String> {
    Ok(Family::Date(bound, all(test, "date", date)?))
}

fn texts(test: &ConditionTest, version: Version, wild: bool, fold: bool, arn: bool) -> Result<Family, String> {
    let one = |value: &String| {
        let pieces = match version {
            Version::V2008 => vec![Piece::Text(value.clone())],
            Version::V2012 => steps::pieces(value),
        };
        if let Some(Piece::Variable(name)) = pieces.iter().find(|piece| matches!(piece, Piece::Variable(_))) {
            return Err(format!("the value of `${{{name}}}` is not known"));
        }
        let steps = if arn {
            arn_steps(&pieces)
                .ok_or_else(|| format!("`{value}` of `{}` has fewer than six parts", test.key.as_str()))?
        } else {
            plain_steps(&pieces, wild)
        };
        Ok(if fold { steps::folded(steps) } else { steps })
    };
    test.values.iter().map(one).collect::<Result<_, _>>().map(|values| Family::Text(values, arn))
}

fn plain_steps(pieces: &[Piece], wild: bool) -> Vec<Step> {
    let literal = |text: &str| text.chars().map(|c| Step::One(Letter::new(c))).collect();
    let of_piece = |piece: &Piece| match piece {
        Piece::Literal(c) => vec![Step::One(Letter::new(*c))],
        Piece::Text(text) if wild => steps::flat(text),
        Piece::Text(text) | Piece::Variable(text) => literal(text),
    };
    pieces.iter().flat_map(of_piece).collect()
}

/// The base-64 text; only its padding can be written in two ways.
fn base64(value: &str) -> Vec<Step> {
    plain_steps(&[Piece::Text(value.trim_end_matches('=').to_owned())], false)
}

/// ARN operators compare part by part: no `*` of the head leaves its part, and one at the end of a pattern of fewer
/// parts stands for the rest. `None` for fewer parts without it.
fn arn_steps(pieces: &[Piece]) -> Option<Vec<Step>> {
    let colon = Step::One(Letter::new(':'));
    let mut flat = steps::arn(pieces, Reading::Flat, &mut Letter::variable);
    let missing = 5_usize.saturating_sub(flat.iter().filter(|step| **step == colon).count());
    if missing > 0 && flat.last() != Some(&Step::Any) {
        return None;
    }
    (0..missing).for_each(|_| flat.extend([colon, Step::Any]));
    let mut colons = 0;
    let part_by_part = flat.into_iter().map(|step| {
        colons += usize::from(step == colon);
        match step {
            Step::Any if colons < 5 => Step::AnyExcept(':'),
            Step::AnyOne if colons < 5 => Step::AnyOneExcept(':'),
            Step::One(_) | Step::Folded(_) | Step::AnyOne | Step::AnyOneExcept(_) | Step::Any | Step::AnyExcept(_) => {
                step
            }
        }
    });
    Some(part_by_part.collect())
}

/// A plain decimal number of as many digits as are compared exactly.
fn number(text: &str) -> Option<f64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let exact = whole.len() + fraction.len() <= 15;
    (is_digits(whole) && is_digits(fraction) && exact).then(|| text.parse().ok()).flatten()
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// ISO 8601, a day or month alone, or seconds since 1970; four digits could be a year or seconds and are not read.
fn date(text: &str) -> Option<f64> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return if text.len() == 4 { None } else { number(text) };
    }
    let whole = match (text.contains(['T', 't']), text.len()) {
        (true, _) => text.to_owned(),
        (false, 7) => format!("{text}-01T00:00:00Z"),
        (false, _) => format!("{text}T00:00:00Z"),
    };
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of any year that jiff knows are exact")]
    whole.parse::<jiff::Timestamp>().ok().map(|at| at.as_millisecond() as f64 / 1000.0)
}

/// First and last address.
fn network(text: &str) -> Option<(IpAddr, IpAddr)> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let bits = bits.map(str::parse::<u32>).transpose().ok()?;
    match address.parse().ok()? {
        IpAddr::V4(address) => {
            let host = u32::MAX.checked_shr(bits.unwrap_or(32)).unwrap_or(0);
            let first = u32::from(address) & !host;
            (bits.unwrap_or(32) <= 32).then(|| (IpAddr::V4(first.into()), IpAddr::V4((first | host).into())))
        }
        IpAddr::V6(address) => {
            let host = u128::MAX.checked_shr(bits.unwrap_or(128)).unwrap_or(0);
            let first = u128::from(address) & !host;
            (bits.unwrap_or(128) <= 128).then(|| (IpAddr::V6(first.into()), IpAddr::V6((first | host).into())))
        }
    }
}

impl Test {
    /// Whether one value of the request matches one of the test's values, whatever the operator's negation.
    pub fn matches(&self, value: &str) -> bool {
        match &self.family {
            Family::Text(patterns, _) => patterns.iter().any(|steps| reads(steps, value)),
            Family::Number(bound, bounds) => number(value).is_some_and(|n| bounds.iter().any(|b| bound.holds(n, *b))),
            Family::Date(bound, bounds) => date(value).is_some_and(|n| bounds.iter().any(|b| bound.holds(n, *b))),
            Family::Network(networks) => {
                let address = value.parse::<IpAddr>().ok();
                address.is_some_and(|a| {
                    networks.iter().any(|(first, last)| a.is_ipv4() == first.is_ipv4() && (*first..=*last).contains(&a))
                })
            }
            Family::Bool(wanted) => truth(value).is_some_and(|value| wanted.contains(&value)),
            Family::Null(_) | Family::Never | Family::Opaque(_) => false,
        }
    }

    /// Whether the test holds for these values of its key, each given by whether it [`Test::matches`]; `None` when
    /// the key is missing. Not for opaque tests.
    pub fn holds(&self, matched: Option<&[bool]>) -> bool {
        if let Family::Null(wanted) = &self.family {
            return wanted.contains(&matched.is_none());
        }
        if self.family == Family::Never {
            return false;
        }
        let Some(matched) = matched else {
            return match self.qualifier {
                Some(SetQualifier::ForAllValues) => true,
                Some(SetQualifier::ForAnyValue) => self.if_exists,
                None => self.if_exists || self.negated,
            };
        };
        match self.qualifier {
            Some(SetQualifier::ForAllValues) => matched.iter().all(|m| *m != self.negated),
            Some(SetQualifier::ForAnyValue) => matched.iter().any(|m| *m != self.negated),
            None => matched.iter().any(|m| *m) != self.negated,
        }
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

fn reads(steps: &[Step], text: &str) -> bool {
    let group = [steps];
    let group = Group(&group);
    let places = text.chars().fold(vec![(0, 0)], |places, c| step_over(group, &places, Letter::new(c)));
    places.iter().any(|&(_, at)| steps.get(at as usize..).is_some_and(|rest| rest.iter().all(|step| step.repeats())))
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
        compile(&test, Version::V2012, 0)
    }

    fn holds(operator: &str, values: &[&str], context: Option<&[&str]>) -> bool {
        let test = test(operator, values);
        let matched: Option<Vec<bool>> = context.map(|values| values.iter().map(|value| test.matches(value)).collect());
        test.holds(matched.as_deref())
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
        assert!(test("StringEquals", &["${aws:userid}"]).opaque().is_some());
        assert!(test("ArnLike", &["arn:aws:sns:*:news"]).opaque().is_some());
        assert!(!holds("StringNotEquals", &[], None), "no value, no match");
        assert!(test("NumericEquals", &["ten"]).opaque().is_some());
        assert!(test("StringEquals", &["${*}"]).opaque().is_none());
    }
}
