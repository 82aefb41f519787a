//! The attributes of a role that are compared besides its policies.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What `tag:KEY` begins with.
const TAG: &str = "tag:";

/// An attribute. Its word in reports is that of `attribute_differences.csv`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// The path.
    Path,
    /// The description.
    Description,
    /// How long a session can last.
    MaxSessionDuration,
    /// Which policy is the permissions boundary.
    PermissionsBoundary,
    /// The instance profiles that contain the role.
    InstanceProfiles,
    /// The names of the inline policies.
    InlinePolicies,
    /// The ARNs of the attached managed policies.
    AttachedPolicies,
    /// The unique ID, which is compared in one account only.
    UniqueId,
    /// The tag with this key.
    Tag(String),
}

impl Attribute {
    /// The words of all attributes but tags.
    const WORDS: [(Self, &'static str); 8] = [
        (Self::Path, "path"),
        (Self::Description, "description"),
        (Self::MaxSessionDuration, "max_session_duration"),
        (Self::PermissionsBoundary, "permissions_boundary"),
        (Self::InstanceProfiles, "instance_profiles"),
        (Self::InlinePolicies, "inline_policies"),
        (Self::AttachedPolicies, "attached_policies"),
        (Self::UniqueId, "unique_id"),
    ];
}

/// A word that is no attribute.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not an attribute of a role", .text.escape_debug())]
pub struct UnknownAttribute {
    text: String,
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Tag(key) = self {
            return write!(f, "{TAG}{key}");
        }
        let word = Self::WORDS.iter().find(|(attribute, _)| attribute == self);
        // Every variant but a tag has a word; the test below looks.
        f.write_str(word.map_or("", |(_, word)| word))
    }
}

impl FromStr for Attribute {
    type Err = UnknownAttribute;

    fn from_str(text: &str) -> Result<Self, UnknownAttribute> {
        if let Some(key) = text.strip_prefix(TAG) {
            return Ok(Self::Tag(key.to_owned()));
        }
        let found = Self::WORDS.into_iter().find(|(_, word)| *word == text);
        found.map(|(attribute, _)| attribute).ok_or_else(|| UnknownAttribute { text: text.to_owned() })
    }
}

impl Serialize for Attribute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Attribute {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_is_read_back() {
        for (attribute, word) in Attribute::WORDS {
            assert_eq!(attribute.to_string(), word);
            assert_eq!(word.parse(), Ok(attribute));
        }
        assert_eq!("tag:a:b".parse(), Ok(Attribute::Tag("a:b".to_owned())));
        assert!("colour".parse::<Attribute>().is_err());
    }
}
