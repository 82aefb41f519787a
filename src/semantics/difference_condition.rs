//! The condition under which a difference holds: what must hold, and what must not.
//!
//! In `report.json` it is one text, by which accepted entries know the difference. The text can be read back:
//!
//! ```text
//! OWN within BOUNDARY or BOUNDARY when DENY or DENY unless OTHER on ["arn:…"] or OTHER
//! ```
//!
//! Each part but one may be missing. A part holds conditions as canonical JSON, as
//! [`Conditions::canonical_json`] writes them with keys in lower case.

use std::fmt;
use std::ops::Deref;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::condition_block::{ConditionBlock, first_value};
#[cfg(doc)]
use crate::model::Conditions;

/// On which of a row's resources a statement counts that lifts a difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// On all of them.
    Everywhere,
    /// On those that match one of these patterns.
    On(Vec<String>),
    /// On those that match none of these patterns.
    ExceptOn(Vec<String>),
}

/// The condition of a statement that lifts a difference: where it holds, nothing differs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exclusion {
    /// The statement's condition, or what is left of it.
    pub block: ConditionBlock,
    /// The resources on which it counts.
    pub extent: Extent,
}

/// The condition under which a difference holds.
///
/// The difference holds where [`own`](Self::own) holds, at least one of [`within`](Self::within) if there are any, at
/// least one of [`when`](Self::when) if there are any, and none of [`unless`](Self::unless).
///
/// Which statements these are follows from how AWS decides a request:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>.
///
/// It derefs to its text, in which it is compared, sorted, written and read.
///
/// ```
/// use iamctl::semantics::difference_condition::DifferenceCondition;
/// let text = r#"unless {"StringEquals":{"sts:externalid":["acme-4711"]}}"#;
/// let condition: DifferenceCondition = text.parse().unwrap();
/// assert_eq!(&*condition, text);
/// assert!(condition.own().is_none());
/// assert_eq!(condition.unless().len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DifferenceCondition {
    /// The whole in one spelling. First, so that conditions are sorted by their text.
    text: String,
    own: Option<ConditionBlock>,
    within: Vec<ConditionBlock>,
    when: Vec<ConditionBlock>,
    unless: Vec<Exclusion>,
}

/// The parts of a condition, to put one together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts {
    /// See [`DifferenceCondition::own`].
    pub own: Option<ConditionBlock>,
    /// See [`DifferenceCondition::within`].
    pub within: Vec<ConditionBlock>,
    /// See [`DifferenceCondition::when`].
    pub when: Vec<ConditionBlock>,
    /// See [`DifferenceCondition::unless`].
    pub unless: Vec<Exclusion>,
}

impl DifferenceCondition {
    /// Puts parts together, each list sorted by its text and without repetition; `None` where all are empty.
    #[must_use]
    pub fn new(mut parts: Parts) -> Option<Self> {
        for blocks in [&mut parts.within, &mut parts.when] {
            blocks.sort_by_cached_key(ToString::to_string);
            blocks.dedup();
        }
        parts.unless.sort_by_cached_key(ToString::to_string);
        parts.unless.dedup();
        Self::in_this_order(parts)
    }

    fn in_this_order(parts: Parts) -> Option<Self> {
        let Parts { own, within, when, unless } = parts;
        let mut words: Vec<String> = own.iter().map(ToString::to_string).collect();
        words.extend(listed(WITHIN, &within));
        words.extend(listed(WHEN, &when));
        words.extend(listed(UNLESS, &unless));
        let text = words.join(" ");
        (!text.is_empty()).then_some(Self { text, own, within, when, unless })
    }

    /// The condition of the statement that makes the difference, such as the Allow: it must hold.
    #[must_use]
    pub const fn own(&self) -> Option<&ConditionBlock> {
        self.own.as_ref()
    }

    /// The conditions of the Allow statements of the same role's permissions boundary: one of them must hold.
    #[must_use]
    pub fn within(&self) -> &[ConditionBlock] {
        &self.within
    }

    /// The conditions of the other role's Deny statements that make the difference: one of them must hold.
    #[must_use]
    pub fn when(&self) -> &[ConditionBlock] {
        &self.when
    }

    /// The conditions of the other role's Allow and of the same role's Deny statements: none of them may hold.
    #[must_use]
    pub fn unless(&self) -> &[Exclusion] {
        &self.unless
    }

    /// The text, as in `report.json`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The same with other texts in it, such as placeholders without their marks. The order stays.
    #[must_use]
    pub fn with_texts(&self, change: impl Fn(&str) -> String) -> Self {
        let block = |block: &ConditionBlock| block.with_texts(&change);
        let blocks = |blocks: &[ConditionBlock]| blocks.iter().map(block).collect();
        let exclusion = |one: &Exclusion| Exclusion {
            block: block(&one.block),
            extent: match &one.extent {
                Extent::Everywhere => Extent::Everywhere,
                Extent::On(texts) => Extent::On(texts.iter().map(|text| change(text)).collect()),
                Extent::ExceptOn(texts) => Extent::ExceptOn(texts.iter().map(|text| change(text)).collect()),
            },
        };
        let parts = Parts {
            own: self.own.as_ref().map(block),
            within: blocks(&self.within),
            when: blocks(&self.when),
            unless: self.unless.iter().map(exclusion).collect(),
        };
        // No part is lost by another spelling, so there is a condition.
        Self::in_this_order(parts).unwrap_or_else(|| self.clone())
    }
}

const WITHIN: &str = "within";
const WHEN: &str = "when";
const UNLESS: &str = "unless";
const ON: &str = " on ";
const EXCEPT_ON: &str = " except on ";
const OR: &str = " or ";

fn listed<T: ToString>(word: &str, items: &[T]) -> Option<String> {
    let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| format!("{word} {}", texts.join(OR)))
}

impl Deref for DifferenceCondition {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for DifferenceCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.block.fmt(f)?;
        let (word, texts) = match &self.extent {
            Extent::Everywhere => return Ok(()),
            Extent::On(texts) => (ON, texts),
            Extent::ExceptOn(texts) => (EXCEPT_ON, texts),
        };
        write!(f, "{word}{}", serde_json::json!(texts))
    }
}

/// A text that is no condition of a difference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no condition of a difference at `{}`: {problem}", .rest.escape_debug())]
pub struct ConditionTextError {
    /// The text from the fault on.
    rest: String,
    /// What is wrong with it.
    problem: String,
}

impl ConditionTextError {
    fn new(rest: &str, problem: impl ToString) -> Self {
        Self { rest: rest.to_owned(), problem: problem.to_string() }
    }
}

impl FromStr for DifferenceCondition {
    type Err = ConditionTextError;

    fn from_str(text: &str) -> Result<Self, ConditionTextError> {
        let mut rest = text;
        let mut parts = Parts::default();
        if rest.starts_with(['{', '[']) {
            parts.own = Some(json(&mut rest)?);
        }
        parts.within = list(&mut rest, WITHIN, json)?;
        parts.when = list(&mut rest, WHEN, json)?;
        parts.unless = list(&mut rest, UNLESS, exclusion)?;
        if !rest.is_empty() {
            return Err(ConditionTextError::new(rest, "unexpected text"));
        }
        Self::in_this_order(parts).ok_or_else(|| ConditionTextError::new(text, "it is empty"))
    }
}

/// The items of a part that begins with a word, if it is there.
fn list<T>(
    rest: &mut &str,
    word: &str,
    item: fn(&mut &str) -> Result<T, ConditionTextError>,
) -> Result<Vec<T>, ConditionTextError> {
    let mut items = Vec::new();
    let begun = rest.strip_prefix(' ').unwrap_or(rest).strip_prefix(word).and_then(|rest| rest.strip_prefix(' '));
    let mut next = begun;
    while let Some(after) = next {
        *rest = after;
        items.push(item(rest)?);
        next = rest.strip_prefix(OR);
    }
    Ok(items)
}

fn exclusion(rest: &mut &str) -> Result<Exclusion, ConditionTextError> {
    let block = json(rest)?;
    let extent = if let Some(after) = rest.strip_prefix(ON) {
        *rest = after;
        Extent::On(json(rest)?)
    } else if let Some(after) = rest.strip_prefix(EXCEPT_ON) {
        *rest = after;
        Extent::ExceptOn(json(rest)?)
    } else {
        Extent::Everywhere
    };
    Ok(Exclusion { block, extent })
}

/// The JSON that a text begins with, which is taken off it.
fn json<T: serde::de::DeserializeOwned>(rest: &mut &str) -> Result<T, ConditionTextError> {
    let (value, after) = first_value(rest).map_err(|problem| ConditionTextError::new(rest, problem))?;
    *rest = after;
    Ok(value)
}

impl Serialize for DifferenceCondition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for DifferenceCondition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ConditionKey, ConditionOperator, ConditionTest, Conditions};
    use proptest::prelude::*;

    fn conditions() -> impl Strategy<Value = Conditions> {
        let operator = prop::sample::select(vec!["StringEquals", "StringLikeIfExists", "ForAnyValue:ArnLike", "Odd"]);
        let key = prop::sample::select(vec!["aws:SourceVpc", "AWS:sourcevpc", "aws:PrincipalTag/ä \"}", "k"]);
        let value = prop_oneof![
            Just("a} unless {".to_owned()),
            Just("\u{fdd0}p\u{fdd1}".to_owned()),
            Just("] or [".to_owned()),
            any::<String>()
        ];
        let test = (operator, key, prop::collection::vec(value, 0..3)).prop_map(|(operator, key, values)| {
            ConditionTest { operator: ConditionOperator::new(operator), key: ConditionKey::new(key), values }
        });
        prop::collection::vec(test, 1..4).prop_map(Conditions::new)
    }

    fn block() -> impl Strategy<Value = ConditionBlock> {
        conditions().prop_filter_map("no condition", |conditions| ConditionBlock::new(&conditions))
    }

    fn whole() -> impl Strategy<Value = Parts> {
        let blocks = || prop::collection::vec(block(), 0..3);
        let extent = prop_oneof![
            Just(Extent::Everywhere),
            prop::collection::vec(any::<String>(), 1..3).prop_map(Extent::On),
            prop::collection::vec(any::<String>(), 1..3).prop_map(Extent::ExceptOn)
        ];
        let unless = prop::collection::vec((block(), extent), 0..3);
        (prop::option::of(block()), blocks(), blocks(), unless).prop_map(|(own, within, when, unless)| {
            let unless = unless.into_iter().map(|(block, extent)| Exclusion { block, extent }).collect();
            Parts { own, within, when, unless }
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(parts in whole()) {
            if let Some(condition) = DifferenceCondition::new(parts) {
                let json = serde_json::to_string(&condition).unwrap();
                let read: DifferenceCondition = serde_json::from_str(&json).unwrap();
                prop_assert_eq!(&read, &condition);
                let shown = condition.with_texts(|text| text.replace(['\u{fdd0}', '\u{fdd1}'], ""));
                let expected = condition.as_str().replace(['\u{fdd0}', '\u{fdd1}'], "");
                prop_assert_eq!(shown.as_str(), expected.as_str());
                prop_assert_eq!(&shown.as_str().parse::<DifferenceCondition>().unwrap(), &shown);
            }
        }

        #[test]
        fn a_lone_condition_is_its_canonical_json(conditions in conditions()) {
            let own = ConditionBlock::new(&conditions);
            let condition = DifferenceCondition::new(Parts { own, ..Parts::default() }).unwrap();
            let expected = conditions.canonical_json(ConditionKey::folded);
            prop_assert_eq!(condition.as_str(), expected.as_str());
        }
    }

    #[test]
    fn what_is_no_condition() {
        for text in ["", "if {}", "{}", r#"{"A":{"k":["v"]}"#, r#"{"A":{"k":["v"]}} or {"A":{"k":["v"]}}"#, "unless "] {
            let error = text.parse::<DifferenceCondition>().unwrap_err();
            assert!(error.to_string().starts_with("no condition of a difference"), "{text}: {error}");
        }
        assert!(DifferenceCondition::new(Parts::default()).is_none());
    }
}
