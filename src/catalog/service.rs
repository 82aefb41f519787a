//! What a catalog says of one service: its actions, what they act on, and the condition keys they take.
//!
//! The words are those of AWS's Service Authorization Reference:
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>

use std::fmt;

use super::ArnTemplate;

/// A service as policies know it, such as `s3`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The prefix of its actions, in lower case. Unique in a catalog.
    pub prefix: String,
    /// The name AWS's documentation gives it, such as `Amazon S3`.
    pub name: String,
    /// Its actions, sorted by [`Action::folded`], each once.
    pub actions: Vec<Action>,
    /// What its actions act on, sorted by name, each name once.
    pub resource_types: Vec<ResourceType>,
    /// The condition keys it defines, in their documented spelling, sorted, each once.
    pub condition_keys: Vec<String>,
}

impl Service {
    /// The action of this name, in any case.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        let folded = name.to_ascii_lowercase();
        let index = self.actions.binary_search_by(|action| action.folded.as_str().cmp(&folded)).ok()?;
        self.actions.get(index)
    }

    /// The resource types an action of this service acts on, in the order the action gives them.
    pub fn resource_types_of<'a>(&'a self, action: &'a Action) -> impl Iterator<Item = &'a ResourceType> {
        action.resources.iter().filter_map(|resource| self.resource_types.get(resource.resource_type))
    }
}

/// An action, such as `GetObject`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its name in AWS's spelling, without the service prefix.
    pub name: String,
    /// Its name in lower case: IAM ignores the case of actions.
    pub folded: String,
    /// How AWS classifies it.
    pub access_level: AccessLevel,
    /// Whether AWS's reference has dropped it. Policies may still name it, and some such actions still work.
    pub retired: bool,
    /// What it acts on, sorted by resource type, each once. Empty: it takes no resource, and only `*` applies.
    pub resources: Vec<ActionResource>,
    /// The condition keys it takes, also those it takes with one resource type only; sorted, each once.
    pub condition_keys: Vec<String>,
}

/// That an action acts on a resource type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActionResource {
    /// Index into the [`Service::resource_types`] of the action's service; never out of bounds.
    pub resource_type: usize,
    /// Whether every call names a resource of this type (AWS's reference marks these with `*`).
    pub required: bool,
}

/// A kind of resource, such as `object`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceType {
    /// Its name in AWS's reference.
    pub name: String,
    /// The forms its ARNs take; at least one.
    pub arns: Vec<ArnTemplate>,
    /// The condition keys that can be used with it, sorted, each once.
    pub condition_keys: Vec<String>,
}

/// How AWS classifies what an action does. Ordered by what it gives away, so that one action of a higher level shows.
#[derive(serde::Serialize, serde::Deserialize, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Names resources without showing their contents.
    List,
    /// Changes tags only.
    Tagging,
    /// Reads.
    Read,
    /// Creates, changes or deletes.
    Write,
    /// Grants or changes permissions.
    #[serde(rename = "Permissions management")]
    PermissionsManagement,
    /// The catalog's source does not say.
    Unknown,
}

impl AccessLevel {
    /// All of them, in order.
    pub const ALL: [Self; 6] =
        [Self::List, Self::Tagging, Self::Read, Self::Write, Self::PermissionsManagement, Self::Unknown];

    /// The words AWS's reference uses.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Write => "Write",
            Self::Tagging => "Tagging",
            Self::PermissionsManagement => "Permissions management",
            Self::Unknown => "Unknown",
        }
    }

    /// The level of these words.
    ///
    /// ```
    /// use iamctl::catalog::AccessLevel;
    /// assert_eq!(AccessLevel::from_words("Permissions management"), Some(AccessLevel::PermissionsManagement));
    /// assert_eq!(AccessLevel::from_words("write"), None);
    /// ```
    #[must_use]
    pub fn from_words(words: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == words)
    }
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
