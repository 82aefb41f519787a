//! Policy documents.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use super::element::ResourceElement;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::action::ActionClause;
use super::condition::Conditions;
use super::principal::PrincipalClause;
use super::words;

words! {
    /// What a matching statement does.
    pub enum Effect {
        /// Permits, unless something denies.
        Allow = "Allow",
        /// Refuses, whatever permits.
        Deny = "Deny",
    }
}

/// The version of the policy language. A document without one has the older, in which `${…}` is plain text.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `2008-10-17`.
    V2008,
    /// `2012-10-17`.
    V2012,
}

impl Version {
    /// The version as documents write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2008 => "2008-10-17",
            Self::V2012 => "2012-10-17",
        }
    }
}

/// Which resources a statement of an identity policy is about. The list is never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResourceClause {
    /// `Resource`: those that match an entry.
    Resource(Vec<String>),
    /// `NotResource`: those that match no entry.
    NotResource(Vec<String>),
}

impl ResourceClause {
    /// The entries, as written.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        match self {
            Self::Resource(patterns) | Self::NotResource(patterns) => patterns,
        }
    }

    /// The element's name: `Resource` or `NotResource`.
    #[must_use]
    pub const fn element(&self) -> ResourceElement {
        match self {
            Self::Resource(_) => ResourceElement::Resource,
            Self::NotResource(_) => ResourceElement::NotResource,
        }
    }
}

/// One statement. `T` is what it is about besides actions: resources in an identity policy, principals in a trust
/// policy; IAM allows neither to hold the other's element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement<T> {
    /// The statement's name, if it has one; it has no effect on access.
    pub sid: Option<String>,
    /// Allow or Deny.
    pub effect: Effect,
    /// `Action` or `NotAction`.
    pub action: ActionClause,
    /// `Resource` or `NotResource`; `Principal` or `NotPrincipal`.
    pub target: T,
    /// `Condition`; empty if there is none.
    pub conditions: Conditions,
}

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDocument<T> {
    /// `Version` as written; see [`PolicyDocument::effective_version`].
    pub version: Option<Version>,
    /// `Id`, if there is one; it has no effect on access.
    pub id: Option<String>,
    /// The statements in the order of the document. May be empty: a policy that says nothing.
    pub statements: Vec<Statement<T>>,
}

impl<T> PolicyDocument<T> {
    /// The version whose rules apply: a document without one follows `2008-10-17`.
    #[must_use]
    pub fn effective_version(&self) -> Version {
        self.version.unwrap_or(Version::V2008)
    }
}

/// A policy that says what its role may do: inline, managed, or a permissions boundary.
pub type IdentityPolicy = PolicyDocument<ResourceClause>;

/// A policy that says who can assume a role.
pub type TrustPolicy = PolicyDocument<PrincipalClause>;

/// How a policy belongs to its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PolicyType {
    /// The permissions boundary.
    Boundary,
    /// Embedded in the role.
    Inline,
    /// A managed policy attached to the role.
    Managed,
    /// The role's trust policy.
    Trust,
}

impl PolicyType {
    /// The word used in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Boundary => "boundary",
            Self::Inline => "inline",
            Self::Managed => "managed",
            Self::Trust => "trust",
        }
    }
}

impl fmt::Display for PolicyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
