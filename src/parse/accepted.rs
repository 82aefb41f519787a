//! `accepted.json`: the differences that somebody has accepted, each with a reason.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, SeqAccess, Visitor};

use serde_json::Value;

use super::JsonError;
use super::json::unique;
use crate::model::accepted::{EffectGlob, FORMAT, VERSION, date};
use crate::model::{AcceptedEntry, AccountTag, DifferenceKind, TagPattern};

/// Reads the entries, in the order of the file.
///
/// # Errors
/// If the text is not JSON or not of that form; the error says what is wrong and ends in line and column.
///
/// ```
/// use iamctl::parse::accepted::read;
/// let file = |entry: &str| format!(r#"{{"format": "iamctl-accepted", "version": 1, "accepted": [{entry}]}}"#);
/// let entries = read(&file(r#"{"role": "app-*", "action": "s3:Put*", "reason": "qa uploads test data"}"#)).unwrap();
/// assert_eq!(entries[0].action, ["s3:Put*"]);
/// let error = read(&file(r#"{"role": "app-*"}"#)).unwrap_err().to_string();
/// assert_eq!(error, "missing field `reason` at line 1 column 74");
/// ```
pub fn read(text: &str) -> Result<Vec<AcceptedEntry>, JsonError> {
    match serde_json::from_str::<File>(text) {
        Ok(file) => Ok(file.accepted.into_iter().map(|Entry(entry)| entry).collect()),
        Err(error) => Err(JsonError::new(&error)),
    }
}

/// Reads entries that stand inside another document.
///
/// # Errors
/// If one of them is not an entry.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<AcceptedEntry>, D::Error> {
    Vec::<Entry>::deserialize(deserializer).map(|entries| entries.into_iter().map(|Entry(entry)| entry).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "format", deserialize_with = "format")]
    _format: (),
    #[serde(rename = "version", deserialize_with = "version")]
    _version: (),
    accepted: Vec<Entry>,
}

fn format<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    let format = String::deserialize(deserializer)?;
    if format == FORMAT {
        Ok(())
    } else {
        Err(D::Error::custom(format_args!("the format is `{}`, not `{FORMAT}`", format.escape_debug())))
    }
}

fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    match u32::deserialize(deserializer)? {
        VERSION => Ok(()),
        other => Err(D::Error::custom(format_args!(
            "version {other} is not supported; this iamctl reads version \
            {VERSION}"
        ))),
    }
}

/// An entry as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(deserialize_with = "text")]
    role: String,
    #[serde(default, deserialize_with = "kind")]
    kind: Option<DifferenceKind>,
    #[serde(default, deserialize_with = "tag_patterns")]
    account: Vec<TagPattern>,
    #[serde(default, deserialize_with = "some_text")]
    policy: Option<String>,
    #[serde(default, deserialize_with = "parsed")]
    side: Option<AccountTag>,
    #[serde(default, deserialize_with = "parsed")]
    effect: Option<EffectGlob>,
    #[serde(default, deserialize_with = "texts")]
    action: Vec<String>,
    #[serde(default, deserialize_with = "texts")]
    resource: Vec<String>,
    #[serde(default, deserialize_with = "some_text")]
    principal: Option<String>,
    #[serde(default, deserialize_with = "texts")]
    except: Vec<String>,
    #[serde(default, deserialize_with = "some_text")]
    condition: Option<String>,
    #[serde(default, deserialize_with = "some_text")]
    attribute: Option<String>,
    #[serde(default, deserialize_with = "texts")]
    entry: Vec<String>,
    #[serde(default, deserialize_with = "values")]
    values: BTreeMap<AccountTag, Value>,
    #[serde(default, deserialize_with = "some_text")]
    grants: Option<String>,
    #[serde(default, deserialize_with = "some_text")]
    text: Option<String>,
    #[serde(deserialize_with = "text")]
    reason: String,
    #[serde(default, deserialize_with = "some_text")]
    owner: Option<String>,
    #[serde(default, deserialize_with = "day")]
    expires: Option<Date>,
}

struct Entry(AcceptedEntry);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Written {
            role,
            kind,
            account,
            policy,
            side,
            effect,
            action,
            resource,
            principal,
            except,
            condition,
            attribute,
            entry,
            values,
            grants,
            text,
            reason,
            owner,
            expires,
        } = Written::deserialize(deserializer)?;
        let entry = AcceptedEntry {
            role,
            kind,
            account,
            policy,
            side,
            effect,
            action,
            resource,
            principal,
            except,
            condition,
            attribute,
            entry,
            values,
            grants,
            text,
            reason,
            owner,
            expires,
        };
        entry.check().map_err(D::Error::custom)?;
        Ok(Self(entry))
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.trim().is_empty() { Err(D::Error::custom("the text is empty")) } else { Ok(text) }
}

// A key that is there has a text; null is not "any".
fn some_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    text(deserializer).map(Some)
}

fn kind<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DifferenceKind>, D::Error> {
    DifferenceKind::deserialize(deserializer).map(Some)
}

fn parsed<'de, D: Deserializer<'de>, T: FromStr<Err: fmt::Display>>(deserializer: D) -> Result<Option<T>, D::Error> {
    String::deserialize(deserializer)?.parse().map(Some).map_err(D::Error::custom)
}

fn values<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<AccountTag, Value>, D::Error> {
    let values = unique(deserializer)?;
    if values.is_empty() { Err(D::Error::custom("no value of either account is given")) } else { Ok(values) }
}

fn day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Date>, D::Error> {
    date(&String::deserialize(deserializer)?).map(Some).map_err(D::Error::custom)
}

fn tag_patterns<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<TagPattern>, D::Error> {
    texts(deserializer)?.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
}

fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    deserializer.deserialize_any(Texts)
}

/// One text, or a list of texts of which there is at least one.
struct Texts;

impl<'de> Visitor<'de> for Texts {
    type Value = Vec<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_str<E: serde::de::Error>(self, one: &str) -> Result<Vec<String>, E> {
        if one.trim().is_empty() { Err(E::custom("the text is empty")) } else { Ok(vec![one.to_owned()]) }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<String>, A::Error> {
        let mut texts = Vec::new();
        while let Some(one) = items.next_element::<String>()? {
            texts.extend(self::Texts.visit_str::<A::Error>(&one)?);
        }
        if texts.is_empty() { Err(A::Error::custom("the list is empty")) } else { Ok(texts) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(entry: &str) -> String {
        format!("{{\"format\": \"iamctl-accepted\", \"version\": 1, \"accepted\": [\n{entry}]}}")
    }

    #[test]
    fn errors_say_what_and_where() {
        let cases = [
            (r#"{"role": "a"}"#, "missing field `reason` at line 2 column 13"),
            (r#"{"reason": "x"}"#, "missing field `role` at line 2"),
            (r#"{"role": "a", "reason": " "}"#, "the text is empty at line 2 column 28"),
            (r#"{"role": "a", "reasons": "x"}"#, "unknown field `reasons`, expected one of `role`"),
            (r#"{"role": "a", "role": "b", "reason": "x"}"#, "duplicate field `role` at line 2"),
            (
                r#"{"role": "a", "reason": "x", "expires": "2027-02-29"}"#,
                "`2027-02-29` is not a date: use `YYYY-MM-DD`",
            ),
            (
                r#"{"role": "a", "reason": "x", "expires": "20270331"}"#,
                "`20270331` is not a date: use `YYYY-MM-DD` at line 2",
            ),
            (r#"{"role": "a", "reason": "x", "side": "../x"}"#, "`../x` is not an account tag"),
            (r#"{"role": "a", "reason": "x", "side": null}"#, "invalid type: null, expected a string at line 2"),
            (r#"{"role": "a", "reason": "x", "owner": null}"#, "invalid type: null, expected a string at line 2"),
            (r#"{"role": "a", "reason": "x", "effect": "Permit"}"#, "`Permit` is not an effect"),
            (r#"{"role": "a", "reason": "x", "kind": "rows"}"#, "unknown variant `rows`"),
            (r#"{"role": "a", "reason": "x", "action": []}"#, "the list is empty at line 2"),
            (r#"{"role": "a", "reason": "x", "action": 1}"#, "invalid type: integer `1`, expected a text or a list"),
            (r#"{"role": "*", "reason": "x"}"#, "the entry would accept everything: at least one of `role`"),
            (r#"{"role": "*", "side": "qa", "effect": "*", "reason": "x"}"#, "the entry would accept everything"),
            (
                r#"{"role": "?*", "action": ["s3:*", "*:*"], "resource": "**", "reason": "x"}"#,
                "the entry would accept e",
            ),
            (r#"{"role": "*", "attribute": "*", "reason": "x"}"#, "the entry would accept everything"),
            (r#"{"role": "*", "grants": "0123", "reason": "x"}"#, "the entry would accept everything"),
            (r#"{"role": "a", "values": {"qa": 1, "qa": 2}, "reason": "x"}"#, "key `qa` appears twice at line 2"),
            (r#"{"role": "a", "values": {}, "reason": "x"}"#, "no value of either account is given"),
            (r#"{"role": "a", "values": {"../x": 1}, "reason": "x"}"#, "`../x` is not an account tag"),
            (
                r#"{"role": "a", "except": "x", "attribute": "path", "reason": "x"}"#,
                "the entry cannot accept anything: no difference has `except`, `attribute` together",
            ),
            (
                r#"{"role": "a", "attribute": "tag:x", "side": "qa", "reason": "x"}"#,
                "the entry cannot accept anything: no difference has `side`, `attribute` together at line 2",
            ),
            (
                r#"{"role": "a", "kind": "role", "policy": "p", "reason": "x"}"#,
                "the entry cannot accept anything: no difference has `kind: role`, `policy` together at line 2",
            ),
        ];
        for (entry, expected) in cases {
            let error = read(&file(entry)).err().map(|e| e.to_string()).unwrap_or_default();
            assert!(error.starts_with(expected) && error.contains(" at line 2 column "), "{entry}: {error}");
        }
        for (text, expected) in [
            ("{}", "missing field `format`"),
            (r#"{"format": "iamctl-report", "version": 1, "accepted": []}"#, "the format is `iamctl-report`, not"),
            (r#"{"format": "iamctl-accepted", "version": 2, "accepted": []}"#, "version 2 is not supported"),
            (r#"{"format": "iamctl-accepted", "version": 1}"#, "missing field `accepted`"),
            (r#"{"format": "iamctl-accepted", "version": 1, "accepted": [], "more": 1}"#, "unknown field `more`"),
            (r#"[]"#, "invalid length 0"),
        ] {
            let error = read(text).err().map(|e| e.to_string()).unwrap_or_default();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }

    #[test]
    fn accounts_are_tags_or_patterns_and_narrow_nothing_alone() {
        for (entry, expected) in [
            (r#"{"role": "a", "reason": "x", "account": "../x"}"#, "`../x` is not an account tag"),
            (r#"{"role": "a", "reason": "x", "account": []}"#, "the list is empty at line 2"),
            (r#"{"role": "*", "account": "prod-1", "reason": "x"}"#, "the entry would accept everything"),
        ] {
            let error = read(&file(entry)).err().map(|e| e.to_string()).unwrap_or_default();
            assert!(error.starts_with(expected), "{entry}: {error}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let entry = r#"{"role":"app-*","kind":"item","policy":"p","side":"qa","effect":"Deny","action":["s3:Put*","s3:Get?"],"resource":"arn:*","reason":"why","owner":"me","expires":"2027-03-31"}"#;
        let other = r#"{"role":"a","kind":"trust","principal":"[*]","except":["b","c"],"reason":"why"}"#;
        let third = r#"{"role":"a","attribute":"path","values":{"dev":"/","qa":null},"reason":"why"}"#;
        let last = r#"{"role":"a","kind":"role","side":"qa","grants":"0123","reason":"why"}"#;
        let account = r#"{"role":"a","account":["prod-*","qa-1"],"reason":"why"}"#;
        let one = r#"{"role":"a","kind":"trust","account":"prod-*","reason":"why"}"#;
        for entry in [entry, other, third, last, account, one] {
            let read = read(&file(entry)).unwrap();
            assert_eq!(serde_json::to_string(&read[0]).unwrap(), entry);
        }
    }
}
