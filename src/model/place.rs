//! Kinds of text in IAM that name something.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The characters of the longest text in IAM: all that the inline policies of a role can hold together.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub const MOST_CHARACTERS: usize = 10_240;

/// A kind of text in which the dictionary replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// A role's name.
    RoleName,
    /// A role's path.
    Path,
    /// A policy's name or ARN.
    PolicyName,
    /// A resource of a statement.
    Resource,
    /// A principal of a trust policy.
    Principal,
    /// A condition's key or value.
    Condition,
    /// A tag's key or value.
    Tag,
    /// A role's description.
    Description,
    /// An instance profile's name.
    InstanceProfile,
}

impl Place {
    /// All kinds of text.
    pub const ALL: [Self; 9] = [
        Self::RoleName,
        Self::Path,
        Self::PolicyName,
        Self::Resource,
        Self::Principal,
        Self::Condition,
        Self::Tag,
        Self::Description,
        Self::InstanceProfile,
    ];

    /// Whether policies write wildcards and variables in such a text.
    #[must_use]
    pub const fn takes_wildcards(self) -> bool {
        matches!(self, Self::Resource | Self::Condition)
    }

    /// How many characters such a text can have in IAM.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
    #[must_use]
    pub const fn most_characters(self) -> usize {
        match self {
            Self::RoleName => 64,
            Self::Path => 512,
            // A name has 128 and its path 512; an ARN has the two and what comes before.
            Self::PolicyName => 2_048,
            Self::Resource | Self::Principal | Self::Condition => MOST_CHARACTERS,
            Self::Tag => 256,
            Self::Description => 1_000,
            Self::InstanceProfile => 128,
        }
    }

    /// The word used in reports and in the dictionary's `in`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::RoleName => "rolename",
            Self::Path => "path",
            Self::PolicyName => "policyname",
            Self::Resource => "resource",
            Self::Principal => "principal",
            Self::Condition => "condition",
            Self::Tag => "tag",
            Self::Description => "description",
            Self::InstanceProfile => "instanceprofile",
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no kind of text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a place: use {}", .text.escape_debug(), Place::ALL.map(Place::as_str).join(", "))]
pub struct PlaceError {
    text: String,
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let found = Self::ALL.into_iter().find(|place| place.as_str() == text);
        found.ok_or_else(|| PlaceError { text: text.to_owned() })
    }
}

/// Some of the kinds of text; without any named, all of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Places(u16);

impl Places {
    /// With one more.
    #[must_use]
    pub const fn with(self, place: Place) -> Self {
        Self(self.0 | 1 << place as u16)
    }

    /// Whether no place was named, so that all count.
    #[must_use]
    pub const fn is_all(self) -> bool {
        self.0 == 0
    }

    /// Whether a kind of text is among these.
    #[must_use]
    pub const fn has(self, place: Place) -> bool {
        self.is_all() || self.0 & (1 << place as u16) != 0
    }

    /// Whether some kind of text is among both.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.is_all() || other.is_all() || self.0 & other.0 != 0
    }

    /// How many characters the longest of such texts can have in IAM.
    #[must_use]
    pub fn most_characters(self) -> usize {
        let places = Place::ALL.into_iter().filter(|place| self.has(*place));
        places.map(Place::most_characters).max().unwrap_or(MOST_CHARACTERS)
    }

    /// Those that were named, in their order; none for all.
    pub fn named(self) -> impl Iterator<Item = Place> {
        Place::ALL.into_iter().filter(move |place| !self.is_all() && self.has(*place))
    }
}
