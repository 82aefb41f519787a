//! UUIDs of our IDs, and texts as OSCAL's types take them.

use uuid::Uuid;

use super::super::escape::terminal;
use super::document::{Actor, Origin, Property};

/// The namespace of our UUIDs, and of the names of properties that are our own. It was drawn once.
const NAMESPACE: Uuid = Uuid::from_u128(0x8d3a_71f4_0503_4622_a9ad_6091_6601_0e61);

/// The UUID of something with an ID of ours: the same in every run.
pub fn uuid(kind: &str, id: &str) -> String {
    Uuid::new_v5(&NAMESPACE, format!("{kind}\n{id}").as_bytes()).to_string()
}

/// The namespace as a URI.
pub fn namespace() -> String {
    format!("urn:uuid:{NAMESPACE}")
}

/// The component that is this program.
pub fn tool() -> String {
    uuid("component", "iamctl")
}

/// Who says so: this program.
pub fn origin() -> Origin {
    Origin { actors: [Actor { r#type: "tool", actor_uuid: tool() }] }
}

/// A property with a name of our own; none for an empty text, which no property can have.
pub fn property(name: &'static str, text: &str) -> Option<Property> {
    Some(Property { name, ns: Some(namespace()), value: value(text)? })
}

/// A property with a name that OSCAL defines.
pub fn defined(name: &'static str, text: &str) -> Option<Property> {
    Some(Property { name, ns: None, value: value(text)? })
}

/// A text in one line without blanks at its ends, which are written as escapes; none for an empty text.
fn value(text: &str) -> Option<String> {
    let text = terminal(text);
    let (inner, starts) = (text.trim(), text.len() - text.trim_start().len());
    let escaped = |blanks: &str| blanks.chars().map(|c| c.escape_unicode().to_string()).collect::<String>();
    let before = text.get(..starts).map(escaped).unwrap_or_default();
    let after = text.get(starts + inner.len()..).map(escaped).unwrap_or_default();
    Some(format!("{before}{inner}{after}")).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_uuid() {
        // RFC 9562: version 5, variant 10.
        assert_eq!(uuid("finding", "a"), "ba515f30-26d8-53d6-bf6c-1c465003aa91");
        assert_ne!(uuid("finding", "a"), uuid("risk", "a"));
        assert_ne!(uuid("finding", "a"), uuid("finding", "b"));
    }

    #[test]
    fn values_have_no_blanks_at_their_ends() {
        assert_eq!(value(""), None);
        assert_eq!(value("  ").as_deref(), Some("\\u{20}\\u{20}"));
        assert_eq!(value(" a b ").as_deref(), Some("\\u{20}a b\\u{20}"));
        assert_eq!(value("a\nb").as_deref(), Some("a\\nb"));
        assert_eq!(value("größe").as_deref(), Some("größe"));
    }
}
