//! `equivalency_list.json`: an object of placeholder to list of literal texts.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::model::EquivalencyList;

/// Reads a dictionary.
///
/// # Errors
/// If the text is not JSON or not of that form; the error says what is wrong and ends in line and column.
///
/// ```
/// use iamctl::parse::equivalency::read;
/// let list = read(r#"{"environment": ["dev", "qa"]}"#).unwrap();
/// assert_eq!(list.entries().collect::<Vec<_>>(), [("dev", "environment"), ("qa", "environment")]);
/// let error = read(r#"{"environment": "dev"}"#).unwrap_err().to_string();
/// assert_eq!(error, "the values of `environment` must be a list of texts, such as [\"dev\", \"qa\"] at line 1 column 21");
/// ```
pub fn read(text: &str) -> Result<EquivalencyList, serde_json::Error> {
    serde_json::from_str::<Read>(text).map(|Read(list)| list)
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
        let mut known: Vec<String> = Vec::new();
        while let Some(placeholder) = entries.next_key::<String>()? {
            if known.contains(&placeholder) {
                return Err(A::Error::custom(format_args!("`{}` appears twice", placeholder.escape_debug())));
            }
            entries.next_value_seed(Values { list: &mut list, placeholder: &placeholder })?;
            known.push(placeholder);
        }
        Ok(Read(list))
    }
}

/// The list of one placeholder; a wrong value is reported where it stands.
struct Values<'a> {
    list: &'a mut EquivalencyList,
    placeholder: &'a str,
}

impl<'de> serde::de::DeserializeSeed<'de> for Values<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Values<'_> {
    fn not_a_list<E: serde::de::Error>(&self) -> E {
        let name = self.placeholder.escape_debug();
        E::custom(format_args!("the values of `{name}` must be a list of texts, such as [\"dev\", \"qa\"]"))
    }
}

impl<'de> Visitor<'de> for Values<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of texts for `{}`", self.placeholder.escape_debug())
    }

    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<(), E> {
        Err(self.not_a_list())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Err(self.not_a_list())
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(self.not_a_list())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<(), A::Error> {
        while let Some(value) = values.next_element::<String>()? {
            self.list.insert(self.placeholder, &value).map_err(A::Error::custom)?;
        }
        Ok(())
    }
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
            ("{\"a\": {\"dev\": []}}", "the values of `a` must be a list of texts"),
            ("{\"a\": null}", "the values of `a` must be a list of texts"),
            ("[]", "invalid type: sequence, expected an object of placeholder to list of texts at line 1"),
            ("{\"a\": [\"x\"", "EOF while parsing a list at line 1"),
        ];
        for (text, expected) in cases {
            let error = read(text).err().map(|e| e.to_string()).unwrap_or_default();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }
}
