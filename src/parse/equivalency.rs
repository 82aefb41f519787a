//! `equivalency_list.json`: an object of placeholder to a list of literal texts, or to an object that says more.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use regex::Regex;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::JsonError;
use super::json::unique;
use crate::model::equivalency::{KEYS, KNOWN_ACCOUNTS};
use crate::model::{AccountId, Entry, EquivalencyList, Matching, Places, TagTexts, Texts};

/// Reads a dictionary.
///
/// # Errors
/// If the text is not JSON or not of that form; the error says what is wrong and ends in line and column.
///
/// ```
/// use iamctl::parse::equivalency::read;
/// let list = read(r#"{"environment": {"dev": ["dev", "development"], "qa": ["qa"]}, "prefix": ["acme", "example"]}"#);
/// assert_eq!(list.unwrap().entries().count(), 2);
/// let error = read(r#"{"environment": "dev"}"#).unwrap_err().to_string();
/// assert!(error.ends_with("at line 1 column 21"));
/// ```
pub fn read(text: &str) -> Result<EquivalencyList, JsonError> {
    serde_json::from_str::<Read>(text).map(|Read(list)| list).map_err(|error| JsonError::new(&error))
}

/// Reads a dictionary that stands inside another document.
///
/// # Errors
/// If it is not a dictionary.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<EquivalencyList, D::Error> {
    Read::deserialize(deserializer).map(|Read(list)| list)
}

struct Read(EquivalencyList);

impl<'de> Deserialize<'de> for Read {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ReadVisitor)
    }
}

struct ReadVisitor;

impl<'de> Visitor<'de> for ReadVisitor {
    type Value = Read;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of placeholder to list of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Read, A::Error> {
        let mut list = EquivalencyList::default();
        while let Some(placeholder) = entries.next_key::<String>()? {
            if placeholder == KNOWN_ACCOUNTS {
                for (id, name) in entries.next_value::<UniqueKeys<AccountId, String>>()?.0 {
                    list.know_account(id, name);
                }
                continue;
            }
            entries.next_value_seed(EntrySeed { list: &mut list, placeholder: &placeholder })?;
        }
        Ok(Read(list))
    }
}

/// One entry, put into the list as it is read, so that whatever is wrong is reported where it stands.
struct EntrySeed<'a> {
    list: &'a mut EquivalencyList,
    placeholder: &'a str,
}

impl<'de> DeserializeSeed<'de> for EntrySeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl EntrySeed<'_> {
    fn neither<E: serde::de::Error>(&self) -> E {
        let name = self.placeholder.escape_debug();
        E::custom(format_args!(
            "the values of `{name}` must be a list of texts, such as [\"dev\", \"qa\"], or an object"
        ))
    }

    fn insert<E: serde::de::Error>(self, entry: Entry) -> Result<(), E> {
        self.list.insert(self.placeholder, entry).map_err(E::custom)
    }
}

impl<'de> Visitor<'de> for EntrySeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of texts or an object for `{}`", self.placeholder.escape_debug())
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        Err(self.neither())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Err(self.neither())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        let mut texts = BTreeSet::new();
        while let Some(text) = values.next_element::<String>()? {
            texts.insert(text);
        }
        let texts = Texts::Shared(texts, Texts::default_matching(false));
        self.insert(Entry { texts, places: Places::default(), comment: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut keys: A) -> Result<(), A::Error> {
        let mut draft = Draft::default();
        while let Some(key) = keys.next_key::<String>()? {
            draft.key(&key, self.placeholder, &mut keys)?;
        }
        let entry = draft
            .finish()
            .map_err(|what| A::Error::custom(format_args!("the entry `{}` {what}", self.placeholder.escape_debug())))?;
        self.insert(entry)
    }
}

/// An object without a key twice.
struct UniqueKeys<K, V>(BTreeMap<K, V>);

impl<'de, K: Deserialize<'de> + Ord + fmt::Display, V: Deserialize<'de>> Deserialize<'de> for UniqueKeys<K, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        unique(deserializer).map(Self)
    }
}

/// An entry's keys as they come.
#[derive(Default)]
struct Draft {
    seen: BTreeSet<String>,
    comment: Option<String>,
    values: Option<BTreeSet<String>>,
    tags: TagTexts,
    pattern: Option<Regex>,
    matching: Option<Matching>,
    places: Places,
}

impl Draft {
    fn key<'de, A: MapAccess<'de>>(&mut self, key: &str, placeholder: &str, keys: &mut A) -> Result<(), A::Error> {
        if !self.seen.insert(key.to_owned()) {
            return Err(A::Error::custom(format_args!("`{}` appears twice", key.escape_debug())));
        }
        match key {
            "comment" => self.comment = Some(keys.next_value()?),
            "values" => self.values = Some(keys.next_value()?),
            "pattern" => self.pattern = Some(pattern(&keys.next_value::<String>()?)?),
            "match" => self.matching = Some(matching(&keys.next_value::<String>()?)?),
            "in" => {
                for word in keys.next_value::<Vec<String>>()? {
                    self.places = self.places.with(word.parse().map_err(A::Error::custom)?);
                }
            }
            "tags" => {
                let UniqueKeys(tags) = keys.next_value::<UniqueKeys<String, BTreeSet<String>>>()?;
                for (tag, texts) in tags {
                    self.tags.insert(tag.parse().map_err(A::Error::custom)?, texts);
                }
            }
            tag => {
                let texts = keys.next_value::<TagValues>()?;
                let (TagValues(Some(texts)), Ok(tag)) = (texts, tag.parse()) else {
                    return Err(A::Error::custom(format_args!(
                        "`{}` is not a key of the entry `{}`: use an account tag with a list of texts, or {}",
                        key.escape_debug(),
                        placeholder.escape_debug(),
                        KEYS.join(", ")
                    )));
                };
                self.tags.insert(tag, texts);
            }
        }
        Ok(())
    }

    fn finish(self) -> Result<Entry, &'static str> {
        let by_tag = !self.tags.is_empty();
        let matching = self.matching.unwrap_or(Texts::default_matching(by_tag));
        let texts = match (self.values, by_tag, self.pattern) {
            (Some(values), false, None) => Texts::Shared(values, matching),
            (None, true, None) => Texts::ByTag(self.tags, matching),
            (None, false, Some(_)) if self.matching.is_some() => {
                return Err("has a pattern, which does not support `match`");
            }
            (None, false, Some(pattern)) => Texts::Pattern(pattern),
            (None, false, None) => {
                return Err("contains no texts: it needs `values`, a `pattern`, or account tags with lists of texts");
            }
            _ => return Err("can have only one of `values`, `pattern`, and account tags"),
        };
        Ok(Entry { texts, places: self.places, comment: self.comment })
    }
}

/// What stands under a key that may be a tag: none if it is not a list of texts, and so no tag.
struct TagValues(Option<BTreeSet<String>>);

impl<'de> Deserialize<'de> for TagValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let texts =
            value.as_array().and_then(|items| items.iter().map(|item| item.as_str().map(str::to_owned)).collect());
        Ok(Self(texts))
    }
}

fn pattern<E: serde::de::Error>(text: &str) -> Result<Regex, E> {
    let pattern = Regex::new(text).map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
        E::custom(format_args!("`{}` is not a regular expression: {reason}", text.escape_debug()))
    })?;
    if pattern.is_match("") {
        return Err(E::custom(format_args!("the pattern `{}` matches the empty text", text.escape_debug())));
    }
    Ok(pattern)
}

fn matching<E: serde::de::Error>(word: &str) -> Result<Matching, E> {
    let known = [Matching::Token, Matching::Substring];
    known.into_iter().find(|matching| matching.as_str() == word).ok_or_else(|| {
        E::custom(format_args!("`{}` is not a way to match: use `token` or `substring`", word.escape_debug()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_say_what_and_where() {
        let cases = [
            ("{\n  \"a\": [\"\"]}", "a value of `a` is empty at line 2"),
            ("{\"a\": [1]}", "invalid type: integer `1`, expected a string at line 1"),
            ("{\"a\": [\"x\"], \"b\": [\"x\"]}", "`x` is listed under `a` and under `b` at line 1"),
            ("{\"a\": [], \"a\": []}", "`a` appears twice at line 1"),
            ("{\"\": [\"x\"]}", "`` cannot be a placeholder"),
            ("{\"~a\": [\"x\"]}", "`~a` cannot be a placeholder"),
            ("{\"a\": {}}", "the entry `a` contains no texts"),
            ("{\"a\": {\n\"mtach\": \"token\"}}", "`mtach` is not a key of the entry `a`: use an account tag"),
            ("{\"a\": {\"b c\": [\"x\"]}}", "`b c` is not a key of the entry `a`"),
            ("{\"a\": {\"dev\": [\"x\"], \"dev\": [\"y\"]}}", "`dev` appears twice"),
            ("{\"a\": {\"dev\": [\"\"]}}", "a value of `a` is empty"),
            ("{\"a\": {\"tags\": {\"in\": [\"x\"], \"in\": [\"y\"]}}}", "key `in` appears twice"),
            (
                "{\"known_accounts\": {\"444455556666\": \"x\", \"444455556666\": \"y\"}}",
                "key `444455556666` appears twice",
            ),
            ("{\"a\": {\"values\": [\"x\"], \"match\": \"word\"}}", "`word` is not a way to match: use `token`"),
            ("{\"a\": {\"values\": [\"x\"], \"in\": [\"rolname\"]}}", "`rolname` is not a place: use rolename, path"),
            ("{\"a\": {\"values\": [\"x\"], \"pattern\": \"y\"}}", "the entry `a` can have only one of"),
            ("{\"a\": {\"pattern\": \"y\", \"match\": \"token\"}}", "the entry `a` has a pattern, which does not"),
            ("{\"a\": {\"pattern\": \"(\"}}", "`(` is not a regular expression: unclosed group"),
            ("{\"a\": {\"pattern\": \"x*\"}}", "the pattern `x*` matches the empty text"),
            ("{\"a\": {\"dev\": [\"Dev\"]}, \"b\": [\"dev\"]}", "`Dev` is listed under `a` and under `b`"),
            ("{\"a\": {\"prod-*\": [\"x\"]}, \"b\": {\"*-eu\": [\"X\"]}}", "`x` is listed under `a` and under `b`"),
            ("{\"a\": {\"*-\": [\"x\"], \"-*\": [\"y\"]}}", "`-*` is not a key of the entry `a`"),
            ("{\"known_accounts\": {\"4444\": \"x\"}}", "`4444` is not an account ID"),
            ("{\"a\": null}", "the values of `a` must be a list of texts"),
            ("[]", "invalid type: sequence, expected an object of placeholder to list of texts at line 1"),
            ("{\"a\": [\"x\"", "EOF while parsing a list at line 1"),
        ];
        for (text, expected) in cases {
            let error = read(text).err().map(|e| e.to_string()).unwrap_or_default();
            assert!(error.starts_with(expected), "{text}: {error}");
            assert!(error.contains(" at line "), "{text}: {error}");
        }
    }

    #[test]
    fn an_entry_is_written_as_it_is_read() {
        let texts = [
            r#"{"a":["x","y"]}"#,
            r#"{"a":{"dev":["dev","development"],"qa":["qa"]}}"#,
            r#"{"a":{"comment":"why","values":["x"],"match":"token","in":["rolename","path"]}}"#,
            r#"{"a":{"pattern":"-[A-Z0-9]{12}$","in":["rolename"]}}"#,
            r#"{"a":{"tags":{"in":["x"],"qa":["y"]},"match":"substring"}}"#,
            r#"{"a":["x"],"known_accounts":{"444455556666":"audit"}}"#,
            r#"{"a":{"prod-*":["prod"],"prod-eu":["production"],"qa?":["qa"]}}"#,
            r#"{"a":{"prod-*":["x"]},"b":{"qa-*":["x"]}}"#,
            // The texts of different accounts, or of different places, may be the same.
            r#"{"a":{"dev":["x"]},"b":{"qa":["x"]}}"#,
            r#"{"a":{"values":["x"],"in":["path"]},"b":{"values":["x"],"in":["tag"]}}"#,
        ];
        for text in texts {
            assert_eq!(serde_json::to_string(&read(text).unwrap()).unwrap(), text);
        }
    }
}
