//! JSON as it is written: keys in order, none twice.
//!
//! `serde_json::Value` keeps the last of two equal keys, which would drop a statement or a condition in silence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::JsonError;
use crate::model::place::MOST_CHARACTERS;

/// A JSON value. Numbers are kept as their text.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl Node {
    /// Reads a whole text; the error has line and column.
    pub fn read(text: &str) -> Result<Self, JsonError> {
        serde_json::from_str(text).map_err(|error| JsonError::new(&error))
    }

    /// What kind of value this is, in words for an error.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Node, E> {
        self.visit_string(value.to_owned())
    }

    fn visit_string<E: serde::de::Error>(self, value: String) -> Result<Node, E> {
        short(value).map(Node::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut object: Vec<(String, Node)> = Vec::new();
        // The keys once there are many: looking through a list for each of n keys takes n² steps.
        let mut keys: BTreeSet<String> = BTreeSet::new();
        while let Some(key) = entries.next_key::<String>()? {
            if object.len() == FEW {
                keys.extend(object.iter().map(|(known, _)| known.clone()));
            }
            let is_known = if object.len() < FEW {
                object.iter().any(|(known, _)| *known == key)
            } else {
                !keys.insert(key.clone())
            };
            if is_known {
                return Err(twice(&key));
            }
            object.push((short(key)?, entries.next_value()?));
        }
        Ok(Node::Object(object))
    }
}

/// How many keys are looked through one by one.
const FEW: usize = 16;

/// A text that is no longer than any in IAM. Some of what is done with a text takes more steps than it has characters.
fn short<E: serde::de::Error>(text: String) -> Result<String, E> {
    if text.len() <= MOST_CHARACTERS {
        return Ok(text);
    }
    match text.chars().count() {
        length if length > MOST_CHARACTERS => Err(E::custom(format_args!(
            "a text has {length} characters, and no text in IAM has more than {MOST_CHARACTERS}"
        ))),
        _ => Ok(text),
    }
}

fn twice<E: serde::de::Error>(key: &str) -> E {
    E::custom(format_args!("key `{}` appears twice", key.escape_debug()))
}

/// Reads an object into a map. A key that is there twice is an error; `BTreeMap` by itself would keep the last in
/// silence.
pub(super) fn unique<'de, D, K, V>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
where
    D: Deserializer<'de>,
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    deserializer.deserialize_map(UniqueVisitor(PhantomData))
}

struct UniqueVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K, V> Visitor<'de> for UniqueVisitor<K, V>
where
    K: Deserialize<'de> + Ord + fmt::Display,
    V: Deserialize<'de>,
{
    type Value = BTreeMap<K, V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<BTreeMap<K, V>, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = entries.next_key::<K>()? {
            if map.contains_key(&key) {
                return Err(twice(&key.to_string()));
            }
            map.insert(key, entries.next_value()?);
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_appears_twice_among_many_is_refused() {
        let text = |twice: usize| {
            let keys: Vec<String> = (0..40).chain([twice]).map(|key| format!("\"k{key}\": 1")).collect();
            format!("{{{}}}", keys.join(", "))
        };
        for twice in [0, 14, 15, 16, 17, 39] {
            let error = Node::read(&text(twice)).unwrap_err().to_string();
            assert!(error.starts_with(&format!("key `k{twice}` appears twice")), "{error}");
        }
        assert!(Node::read(&text(40)).is_ok());
    }

    #[test]
    fn a_text_that_is_longer_than_any_in_iam_is_refused() {
        let long = "é".repeat(MOST_CHARACTERS);
        for text in [format!("[\"{long}\"]"), format!("{{\"{long}\": 1}}")] {
            assert!(Node::read(&text).is_ok());
            let error = Node::read(&text.replacen('é', "éé", 1)).unwrap_err().to_string();
            assert!(error.starts_with("a text has 10241 characters, and no text in IAM has more than 10240 at line 1"));
        }
    }

    #[test]
    fn a_key_that_appears_twice_is_refused() {
        let error = Node::read("{\"a\": 1,\n \"a\": 2}").unwrap_err();
        assert!(error.to_string().starts_with("key `a` appears twice at line 2"), "{error}");
        assert_eq!(
            Node::read(r#"[1.5, true, null]"#).unwrap(),
            Node::List(vec![Node::Number("1.5".into()), Node::Bool(true), Node::Null])
        );
    }
}
