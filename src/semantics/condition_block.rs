//! The condition of a statement as a value that can be written, and read back as it was written.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, DeserializeOwned, MapAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::{ConditionKey, ConditionOperator, ConditionTest, Conditions};

/// A statement's condition: one test or more, all of which must hold.
///
/// Its text is canonical JSON with keys in lower case, as [`Conditions::canonical_json`] writes it.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConditionBlock {
    tests: Vec<ConditionTest>,
    /// Whether it is written as a list of objects, since one operator tests one key twice.
    is_list: bool,
}

impl ConditionBlock {
    /// The condition in one spelling; `None` for no condition.
    #[must_use]
    pub fn new(conditions: &Conditions) -> Option<Self> {
        let canonical = |test: &ConditionTest| {
            let mut values: Vec<String> =
                test.values.iter().map(|value| test.operator.canonical_value(value)).collect();
            values.sort();
            values.dedup();
            (test.operator.to_string(), test.key.folded().to_owned(), values)
        };
        let mut tests: Vec<_> = conditions.tests().iter().map(canonical).collect();
        tests.sort();
        tests.dedup();
        let is_list = tests.windows(2).any(|two| matches!(two, [a, b] if (&a.0, &a.1) == (&b.0, &b.1)));
        let tests: Vec<ConditionTest> = tests.into_iter().map(test).collect();
        (!tests.is_empty()).then_some(Self { tests, is_list })
    }

    /// Its tests, at least one.
    #[must_use]
    pub fn tests(&self) -> &[ConditionTest] {
        &self.tests
    }

    /// The same with other texts for keys and values, in the same order.
    pub(super) fn with_texts(&self, change: impl Fn(&str) -> String) -> Self {
        let one = |test: &ConditionTest| ConditionTest {
            operator: test.operator.clone(),
            key: ConditionKey::new(&change(test.key.as_str())),
            values: test.values.iter().map(|value| change(value)).collect(),
        };
        Self { tests: self.tests.iter().map(one).collect(), is_list: self.is_list }
    }
}

fn test((operator, key, values): (String, String, Vec<String>)) -> ConditionTest {
    ConditionTest { operator: ConditionOperator::new(&operator), key: ConditionKey::new(&key), values }
}

impl fmt::Display for ConditionBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// Tests of one operator: key to values.
struct OfOperator<'b>(&'b [ConditionTest]);

impl Serialize for OfOperator<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|test| (test.key.as_str(), &test.values)))
    }
}

/// Operator to tests.
struct Object<'b>(&'b [ConditionTest]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_map(None)?;
        for tests in self.0.chunk_by(|a, b| a.operator == b.operator) {
            if let Some(first) = tests.first() {
                object.serialize_entry(&first.operator.to_string(), &OfOperator(tests))?;
            }
        }
        object.end()
    }
}

impl Serialize for ConditionBlock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.is_list {
            return Object(&self.tests).serialize(serializer);
        }
        let mut list = serializer.serialize_seq(Some(self.tests.len()))?;
        for test in &self.tests {
            list.serialize_element(&Object(std::slice::from_ref(test)))?;
        }
        list.end()
    }
}

/// An object of JSON with its keys in the order in which they are written.
struct Ordered<T>(Vec<(String, T)>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Ordered<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Ordered<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Ordered<T>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Ordered(entries))
            }
        }
        deserializer.deserialize_map(Reader(PhantomData))
    }
}

/// A condition as JSON: operator to key to values.
type Written = Ordered<Ordered<Vec<String>>>;

#[derive(Deserialize)]
#[serde(untagged)]
enum Form {
    Object(Written),
    List(Vec<Written>),
}

fn tests_of(written: Written) -> impl Iterator<Item = ConditionTest> {
    written
        .0
        .into_iter()
        .flat_map(|(operator, keys)| keys.0.into_iter().map(move |(key, values)| test((operator.clone(), key, values))))
}

impl<'de> Deserialize<'de> for ConditionBlock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (tests, is_list): (Vec<ConditionTest>, bool) = match Form::deserialize(deserializer)? {
            Form::Object(object) => (tests_of(object).collect(), false),
            Form::List(list) => (list.into_iter().flat_map(tests_of).collect(), true),
        };
        if tests.is_empty() {
            return Err(de::Error::custom("a condition without a test"));
        }
        Ok(Self { tests, is_list })
    }
}

/// The JSON that a text begins with, and the text behind it.
pub(super) fn first_value<T: DeserializeOwned>(text: &str) -> Result<(T, &str), String> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter();
    match values.next() {
        Some(Ok(value)) => Ok((value, text.get(values.byte_offset()..).unwrap_or_default())),
        Some(Err(error)) => Err(error.to_string()),
        None => Err("it ends".to_owned()),
    }
}
