//! Conditions: a statement holds only when every test does.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>
//! and <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html>

use std::cmp::Ordering;
use std::fmt;

/// `ForAllValues:` or `ForAnyValue:` before an operator, for keys that hold many values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetQualifier {
    /// Every value of the request must match; holds too when the key is missing.
    ForAllValues,
    /// At least one value of the request must match.
    ForAnyValue,
}

/// The operators that IAM documents, without qualifier and `IfExists`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are IAM's own and are explained on the page named above")]
pub enum BaseOperator {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnLike,
    ArnNotEquals,
    ArnNotLike,
    Null,
    /// An operator that IAM does not document, as written: kept, and never guessed at.
    Unknown(String),
}

const OPERATORS: &[(&str, BaseOperator)] = &[
    ("StringEquals", BaseOperator::StringEquals),
    ("StringNotEquals", BaseOperator::StringNotEquals),
    ("StringEqualsIgnoreCase", BaseOperator::StringEqualsIgnoreCase),
    ("StringNotEqualsIgnoreCase", BaseOperator::StringNotEqualsIgnoreCase),
    ("StringLike", BaseOperator::StringLike),
    ("StringNotLike", BaseOperator::StringNotLike),
    ("NumericEquals", BaseOperator::NumericEquals),
    ("NumericNotEquals", BaseOperator::NumericNotEquals),
    ("NumericLessThan", BaseOperator::NumericLessThan),
    ("NumericLessThanEquals", BaseOperator::NumericLessThanEquals),
    ("NumericGreaterThan", BaseOperator::NumericGreaterThan),
    ("NumericGreaterThanEquals", BaseOperator::NumericGreaterThanEquals),
    ("DateEquals", BaseOperator::DateEquals),
    ("DateNotEquals", BaseOperator::DateNotEquals),
    ("DateLessThan", BaseOperator::DateLessThan),
    ("DateLessThanEquals", BaseOperator::DateLessThanEquals),
    ("DateGreaterThan", BaseOperator::DateGreaterThan),
    ("DateGreaterThanEquals", BaseOperator::DateGreaterThanEquals),
    ("Bool", BaseOperator::Bool),
    ("BinaryEquals", BaseOperator::BinaryEquals),
    ("IpAddress", BaseOperator::IpAddress),
    ("NotIpAddress", BaseOperator::NotIpAddress),
    ("ArnEquals", BaseOperator::ArnEquals),
    ("ArnLike", BaseOperator::ArnLike),
    ("ArnNotEquals", BaseOperator::ArnNotEquals),
    ("ArnNotLike", BaseOperator::ArnNotLike),
    ("Null", BaseOperator::Null),
];

impl BaseOperator {
    fn new(text: &str) -> Self {
        OPERATORS
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map_or_else(|| Self::Unknown(text.to_owned()), |(_, operator)| operator.clone())
    }

    fn name(&self) -> &str {
        if let Self::Unknown(text) = self {
            return text;
        }
        OPERATORS.iter().find(|(_, operator)| operator == self).map_or("", |(name, _)| name)
    }
}

/// A condition operator: qualifier, base, `IfExists`.
///
/// ```
/// use iamctl::model::ConditionOperator;
/// let operator = ConditionOperator::new("foranyvalue:stringlikeifexists");
/// assert_eq!(operator.to_string(), "ForAnyValue:StringLikeIfExists");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConditionOperator {
    /// The operator itself.
    pub base: BaseOperator,
    /// How the values of a many-valued key are taken together.
    pub qualifier: Option<SetQualifier>,
    /// Whether the test also holds when the key is missing.
    pub if_exists: bool,
}

impl ConditionOperator {
    /// Reads an operator in any case; one that IAM does not document becomes [`BaseOperator::Unknown`] as a whole.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let (qualifier, rest) = match text.split_once(':') {
            Some((q, rest)) if q.eq_ignore_ascii_case("ForAllValues") => (Some(SetQualifier::ForAllValues), rest),
            Some((q, rest)) if q.eq_ignore_ascii_case("ForAnyValue") => (Some(SetQualifier::ForAnyValue), rest),
            _ => (None, text),
        };
        let split = rest.len().checked_sub("IfExists".len()).and_then(|at| rest.split_at_checked(at));
        let (base, if_exists) = match split {
            Some((base, end)) if end.eq_ignore_ascii_case("IfExists") => (base, true),
            _ => (rest, false),
        };
        let base = BaseOperator::new(base);
        if matches!(base, BaseOperator::Unknown(_)) {
            return Self { base: BaseOperator::Unknown(text.to_owned()), qualifier: None, if_exists: false };
        }
        Self { base, qualifier, if_exists }
    }

    /// Whether this is an operator IAM documents.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        !matches!(self.base, BaseOperator::Unknown(_))
    }

    /// The one spelling a value has under this operator: what IAM compares by value, not as text, is written one
    /// way (`True` and `true`; `3600` and `3600.0`; an address without a mask and with `/32`).
    #[must_use]
    pub fn canonical_value(&self, value: &str) -> String {
        match self.base {
            BaseOperator::Bool | BaseOperator::Null => value.to_ascii_lowercase(),
            BaseOperator::StringEqualsIgnoreCase | BaseOperator::StringNotEqualsIgnoreCase => value.to_lowercase(),
            BaseOperator::NumericEquals
            | BaseOperator::NumericNotEquals
            | BaseOperator::NumericLessThan
            | BaseOperator::NumericLessThanEquals
            | BaseOperator::NumericGreaterThan
            | BaseOperator::NumericGreaterThanEquals => canonical_number(value),
            BaseOperator::IpAddress | BaseOperator::NotIpAddress => canonical_network(value),
            BaseOperator::StringEquals
            | BaseOperator::StringNotEquals
            | BaseOperator::StringLike
            | BaseOperator::StringNotLike
            | BaseOperator::DateEquals
            | BaseOperator::DateNotEquals
            | BaseOperator::DateLessThan
            | BaseOperator::DateLessThanEquals
            | BaseOperator::DateGreaterThan
            | BaseOperator::DateGreaterThanEquals
            | BaseOperator::BinaryEquals
            | BaseOperator::ArnEquals
            | BaseOperator::ArnLike
            | BaseOperator::ArnNotEquals
            | BaseOperator::ArnNotLike
            | BaseOperator::Unknown(_) => value.to_owned(),
        }
    }
}

/// `+3600.0` as `3600`; a text that is not a plain decimal stays.
fn canonical_number(value: &str) -> String {
    let (sign, digits) = match value.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", value.strip_prefix('+').unwrap_or(value)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = !whole.is_empty() && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    if !is_number {
        return value.to_owned();
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    match (whole, fraction) {
        ("0", "") => "0".to_owned(),
        (whole, "") => format!("{sign}{whole}"),
        (whole, fraction) => format!("{sign}{whole}.{fraction}"),
    }
}

/// `10.0.0.1` as `10.0.0.1/32`; a text that is not an address stays.
fn canonical_network(value: &str) -> String {
    match value.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => format!("{address}/32"),
        Ok(std::net::IpAddr::V6(address)) => format!("{address}/128"),
        Err(_) => value.to_owned(),
    }
}

impl fmt::Display for ConditionOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.qualifier {
            Some(SetQualifier::ForAllValues) => f.write_str("ForAllValues:")?,
            Some(SetQualifier::ForAnyValue) => f.write_str("ForAnyValue:")?,
            None => {}
        }
        f.write_str(self.base.name())?;
        f.write_str(if self.if_exists { "IfExists" } else { "" })
    }
}

/// A condition key such as `aws:SourceArn`. Keeps its spelling; equality and order ignore case, as IAM does.
#[derive(Debug, Clone)]
pub struct ConditionKey {
    written: String,
    folded: String,
}

impl ConditionKey {
    /// Any text is a key.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { written: text.to_owned(), folded: text.to_lowercase() }
    }

    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The text in lower case.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }
}

impl PartialEq for ConditionKey {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Eq for ConditionKey {}

impl PartialOrd for ConditionKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ConditionKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded.cmp(&other.folded)
    }
}

/// One test: an operator, a key, the values any of which (none of which, for negated operators) must match.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConditionTest {
    /// The operator.
    pub operator: ConditionOperator,
    /// The key of the request context.
    pub key: ConditionKey,
    /// The values as written (numbers and booleans as their text). May be empty, which AWS does not document.
    pub values: Vec<String>,
}

/// All tests of a statement; every one must hold. Empty: no condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions(Vec<ConditionTest>);

impl Conditions {
    /// Takes tests in any order.
    #[must_use]
    pub fn new(mut tests: Vec<ConditionTest>) -> Self {
        tests.sort();
        Self(tests)
    }

    /// The tests, sorted by operator and key.
    #[must_use]
    pub fn tests(&self) -> &[ConditionTest] {
        &self.0
    }

    /// Whether there is no condition.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The condition as JSON in one spelling, empty for no condition: operators and keys sorted, values always a
    /// sorted list without duplicates and spelled by [`ConditionOperator::canonical_value`].
    ///
    /// `spell_key` gives a key its spelling: [`ConditionKey::folded`] for comparing, [`ConditionKey::as_str`] for
    /// people.
    #[must_use]
    pub fn canonical_json(&self, spell_key: fn(&ConditionKey) -> &str) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        let mut parts: Vec<CanonicalTest> = self.0.iter().map(|test| canonical(test, spell_key)).collect();
        parts.sort();
        parts.dedup();
        write_canonical(&parts)
    }
}

/// Operator, key and values of a test.
type CanonicalTest = (String, String, Vec<String>);

fn canonical(test: &ConditionTest, spell_key: fn(&ConditionKey) -> &str) -> CanonicalTest {
    let mut values: Vec<String> = test.values.iter().map(|value| test.operator.canonical_value(value)).collect();
    values.sort();
    values.dedup();
    (test.operator.to_string(), spell_key(&test.key).to_owned(), values)
}

/// Writes sorted tests as one object, or, where one operator tests one key twice (possible only by spelling it in
/// two ways), as a list of objects, because an object cannot hold a key twice.
///
/// Written piece by piece: every statement of an account comes through here.
fn write_canonical(parts: &[CanonicalTest]) -> String {
    let mut json = String::new();
    if parts.array_windows().any(|[a, b]| a.0 == b.0 && a.1 == b.1) {
        write_list(&mut json, ['[', ']'], parts.chunks(1), write_object);
    } else {
        write_object(&mut json, parts);
    }
    json
}

fn write_object(json: &mut String, parts: &[CanonicalTest]) {
    write_list(json, ['{', '}'], parts.chunk_by(|a, b| a.0 == b.0), |json, of_operator| {
        write_string(json, of_operator.first().map_or("", |(operator, ..)| operator));
        json.push(':');
        write_list(json, ['{', '}'], of_operator, |json, (_, key, values)| {
            write_string(json, key);
            json.push(':');
            write_list(json, ['[', ']'], values, |json, value| write_string(json, value));
        });
    });
}

/// Writes what is between two brackets, with commas.
fn write_list<T>(
    json: &mut String,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    write: impl Fn(&mut String, T),
) {
    json.push(open);
    for (number, item) in items.into_iter().enumerate() {
        if number > 0 {
            json.push(',');
        }
        write(json, item);
    }
    json.push(close);
}

fn write_string(json: &mut String, text: &str) {
    if text.bytes().all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\') {
        json.extend(["\"", text, "\""]);
    } else {
        json.push_str(&serde_json::Value::from(text).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(operator: &str, key: &str, values: &[&str]) -> ConditionTest {
        ConditionTest {
            operator: ConditionOperator::new(operator),
            key: ConditionKey::new(key),
            values: values.iter().map(|&v| v.to_owned()).collect(),
        }
    }

    #[test]
    fn one_spelling_for_what_means_the_same() {
        let a = Conditions::new(vec![
            test("stringequals", "aws:sourceaccount", &["2", "1", "1"]),
            test("Bool", "aws:SecureTransport", &["True"]),
        ]);
        let b = Conditions::new(vec![
            test("Bool", "AWS:SecureTransport", &["true"]),
            test("StringEquals", "aws:SourceAccount", &["1", "2"]),
        ]);
        let json = a.canonical_json(ConditionKey::folded);
        assert_eq!(json, b.canonical_json(ConditionKey::folded));
        assert_eq!(json, r#"{"Bool":{"aws:securetransport":["true"]},"StringEquals":{"aws:sourceaccount":["1","2"]}}"#);
    }

    #[test]
    fn numbers_and_networks_are_compared_by_value() {
        let numeric = ConditionOperator::new("NumericLessThan");
        for (written, canonical) in [("3600.0", "3600"), ("007", "7"), ("-0", "0"), ("1.50", "1.5"), ("1e3", "1e3")] {
            assert_eq!(numeric.canonical_value(written), canonical);
        }
        assert_eq!(ConditionOperator::new("IpAddress").canonical_value("10.0.0.1"), "10.0.0.1/32");
    }

    #[test]
    fn an_operator_nobody_documents_is_kept_whole() {
        let operator = ConditionOperator::new("ForAnyValue:StringSoundsLikeIfExists");
        assert!(!operator.is_known());
        assert_eq!(operator.to_string(), "ForAnyValue:StringSoundsLikeIfExists");
        assert!(ConditionOperator::new("").to_string().is_empty());
    }

    #[test]
    fn a_key_tested_twice_is_kept_twice() {
        let twice = Conditions::new(vec![test("StringLike", "k", &["a*"]), test("stringlike", "K", &["*b"])]);
        assert_eq!(
            twice.canonical_json(ConditionKey::folded),
            r#"[{"StringLike":{"k":["*b"]}},{"StringLike":{"k":["a*"]}}]"#
        );
    }

    #[test]
    fn odd_texts_are_escaped_as_serde_json_does() {
        let odd = ["\u{fdd0}env\u{fdd1}", "a\"b", "\\", "\n\t\u{1}\u{7f}", "{,}[:]", "ü😀", ""];
        let tests: Vec<ConditionTest> =
            odd.iter().flat_map(|text| [test("StringLike", text, &odd), test(text, "k", &[text])]).collect();
        let json = Conditions::new(tests).canonical_json(ConditionKey::as_str);
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read.to_string(), json);
        let (by_operator, by_key) = (read.as_object().unwrap(), read["StringLike"].as_object().unwrap());
        assert_eq!((by_operator.len(), by_key.len()), (odd.len() + 1, odd.len()));
        assert!(odd.iter().all(|text| by_key[*text].as_array().unwrap().contains(&(*text).into())));
    }
}
