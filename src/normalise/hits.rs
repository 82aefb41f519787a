//! What was replaced, where, how often.

use std::collections::BTreeMap;

use serde::Serialize;

/// One replacement in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced<'a> {
    /// The placeholder that stands there now.
    pub placeholder: &'a str,
    /// The text that stood there.
    pub value: &'a str,
}

/// In which kind of text something was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
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
    /// The word used in reports.
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

/// One text in which an entry replaced something. Ordered by its fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Hit {
    /// The placeholder.
    pub placeholder: String,
    /// The text that was replaced.
    pub value: String,
    /// In which kind of text.
    pub place: Place,
    /// The role's real name; empty for the text of a managed policy, which many roles may carry.
    pub role: String,
    /// The policy's real name, where the text is a policy's.
    pub policy_name: String,
    /// The whole text before.
    pub before: String,
    /// The whole text after, as people see it.
    pub after: String,
}

/// All that was replaced in one account, with the number of times.
#[derive(Debug, Clone, Default)]
pub struct Hits(BTreeMap<Hit, usize>);

impl Hits {
    /// Counts one replacement.
    pub fn record(&mut self, hit: Hit) {
        *self.0.entry(hit).or_default() += 1;
    }

    /// Those hits that are wanted.
    #[must_use]
    pub fn filter(mut self, wanted: impl Fn(&Hit) -> bool) -> Self {
        self.0.retain(|hit, _| wanted(hit));
        self
    }

    /// The hits with their counts, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&Hit, usize)> {
        self.0.iter().map(|(hit, count)| (hit, *count))
    }
}
