//! What limits the report: what could not be compared, and what the dictionary or the accepted entries do not do.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::rule::Rule;
use crate::model::AccountTag;

/// One limitation of a report. Its sentence is its `Display`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", rename_all_fields = "snake_case")]
pub enum Limitation {
    /// No role of an account was compared, because it has none.
    NoRoles {
        /// The account.
        tag: AccountTag,
    },
    /// `--role` chose none of an account's roles.
    NoRolesSelected {
        /// The account.
        tag: AccountTag,
        /// How many roles it has.
        roles: usize,
        /// The patterns.
        patterns: Vec<String>,
    },
    /// Nothing tells the id of an account.
    NoAccountId {
        /// The account.
        tag: AccountTag,
        /// Where it was read from.
        source: String,
    },
    /// A source does not contain descriptions and session durations.
    NoDetails {
        /// The account.
        tag: AccountTag,
        /// Where it was read from.
        source: String,
    },
    /// A role was not compared, because its source does not contain a policy that it has.
    RoleNotCompared {
        /// The account.
        tag: AccountTag,
        /// Where it was read from.
        source: String,
        /// The role's real name.
        role: String,
        /// The ARNs of the policies.
        policies: BTreeSet<String>,
        /// The roles that it would have been compared with, by account.
        counterparts: BTreeMap<AccountTag, Vec<String>>,
    },
    /// The accounts were read with two versions of an AWS managed policy.
    AwsPolicyVersions {
        /// The policy's ARN.
        policy: String,
        /// The version that each account was read with.
        versions: BTreeMap<AccountTag, String>,
        /// The version that both were compared with.
        compared: String,
        /// The normalized names of the roles that have it in both accounts.
        roles: BTreeSet<String>,
    },
    /// Several roles of one account have one name after normalizing.
    AmbiguousName {
        /// The name.
        role: String,
        /// The placeholders that made the names alike.
        merged_by: BTreeSet<String>,
    },
    /// An accepted entry has expired.
    AcceptedExpired {
        /// Which entry.
        entry: EntryName,
        /// Its last day.
        last: String,
        /// Its reason.
        reason: String,
    },
    /// An accepted entry covers differences only in part.
    AcceptedInPart {
        /// Which entry.
        entry: EntryName,
    },
    /// An accepted entry covers nothing.
    AcceptedNothing {
        /// Which entry.
        entry: EntryName,
    },
    /// Roles are paired although a tool cut their names at different places.
    NamesCut {
        /// The first account's name of one pair.
        left: String,
        /// The second account's name of that pair.
        right: String,
        /// How many more pairs there are.
        more: usize,
    },
    /// A text of the dictionary stands nowhere.
    TextNotFound {
        /// Its placeholder.
        placeholder: String,
        /// The text.
        text: String,
    },
    /// A text of the dictionary occurs inside longer words.
    TextInLongerWords {
        /// Its placeholder.
        placeholder: String,
        /// The text.
        text: String,
        /// What was done, how often, with an example.
        done: Vec<InLongerWords>,
    },
    /// A text of the dictionary occurs in a word that both accounts have, and that neither has with another text.
    TextInCommonWord {
        /// Its placeholder.
        placeholder: String,
        /// The text.
        text: String,
        /// In how many texts.
        texts: usize,
        /// One of them.
        example: String,
    },
    /// A pattern of the dictionary matches wildcards or policy variables.
    PatternMatchesWildcard {
        /// Its placeholder.
        placeholder: String,
        /// The pattern.
        pattern: String,
        /// In how many texts.
        texts: usize,
        /// One of them.
        example: String,
    },
    /// A text of the dictionary would leave ARNs that are not ARNs.
    TextBreaksArn {
        /// Its placeholder.
        placeholder: String,
        /// The text or pattern.
        text: String,
        /// Whether it is a pattern.
        is_pattern: bool,
        /// In how many ARNs.
        arns: usize,
        /// One of them.
        example: String,
    },
    /// Both accounts use a text, so a reference through it cannot be told.
    TextOfBothAccounts {
        /// Its placeholder.
        placeholder: String,
        /// The text.
        text: String,
    },
    /// Both accounts use texts that a pattern matches, so references through them cannot be told.
    PatternOfBothAccounts {
        /// Its placeholder.
        placeholder: String,
        /// The pattern.
        pattern: String,
        /// How many texts.
        texts: usize,
        /// One of them.
        example: String,
    },
    /// An entry has texts for one account only.
    TextsOfOneAccount {
        /// Its placeholder.
        placeholder: String,
        /// The account that has some.
        with: AccountTag,
        /// The account that has none.
        without: AccountTag,
    },
    /// An entry makes a single pair of texts equal.
    OnePair {
        /// Its placeholder.
        placeholder: String,
        /// The first account's text.
        left: String,
        /// The second account's text.
        right: String,
    },
}

/// How a message names an accepted entry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryName {
    /// The file, if it has a name.
    pub file: Option<String>,
    /// The entry's number, from 1.
    pub number: usize,
    /// Its role.
    pub role: String,
}

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_deref().unwrap_or("the accepted entries");
        write!(f, "entry {} of {file} (role `{}`)", self.number, self.role.escape_debug())
    }
}

/// What was done with a text inside longer words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Treatment {
    /// It was replaced.
    Replaced,
    /// It was left as it is.
    Left,
    /// It was treated as the other account's.
    Foreign,
}

/// How often something was done with a text inside longer words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InLongerWords {
    /// What was done.
    pub treatment: Treatment,
    /// How often.
    pub count: usize,
    /// One of the words.
    pub example: String,
}

impl Limitation {
    /// The rule under which it is reported.
    #[must_use]
    pub const fn rule(&self) -> Rule {
        match self {
            Self::NoRoles { .. }
            | Self::NoRolesSelected { .. }
            | Self::NoAccountId { .. }
            | Self::NoDetails { .. }
            | Self::AmbiguousName { .. }
            | Self::AcceptedExpired { .. }
            | Self::AcceptedInPart { .. }
            | Self::AcceptedNothing { .. } => Rule::CouldNotCompare,
            Self::RoleNotCompared { .. } => Rule::RoleNotCompared,
            Self::AwsPolicyVersions { .. } => Rule::AwsPolicyVersion,
            Self::TextNotFound { .. }
            | Self::NamesCut { .. }
            | Self::TextInLongerWords { .. }
            | Self::TextInCommonWord { .. }
            | Self::PatternMatchesWildcard { .. }
            | Self::TextBreaksArn { .. }
            | Self::TextOfBothAccounts { .. }
            | Self::PatternOfBothAccounts { .. }
            | Self::TextsOfOneAccount { .. }
            | Self::OnePair { .. } => Rule::DictionaryWarning,
        }
    }

    /// Whether it is about a role of this normalized name rather than about a whole account, the dictionary or the accepted
    /// entries.
    #[must_use]
    pub fn is_about(&self, name: &str) -> bool {
        match self {
            Self::AwsPolicyVersions { roles, .. } => roles.contains(name),
            Self::AmbiguousName { role, .. } => role == name,
            // The report has no role that was not compared.
            Self::RoleNotCompared { .. }
            | Self::NoRoles { .. }
            | Self::NoRolesSelected { .. }
            | Self::NoAccountId { .. }
            | Self::NoDetails { .. }
            | Self::AcceptedExpired { .. }
            | Self::AcceptedInPart { .. }
            | Self::AcceptedNothing { .. }
            | Self::NamesCut { .. }
            | Self::TextNotFound { .. }
            | Self::TextInLongerWords { .. }
            | Self::TextInCommonWord { .. }
            | Self::PatternMatchesWildcard { .. }
            | Self::TextBreaksArn { .. }
            | Self::TextOfBothAccounts { .. }
            | Self::PatternOfBothAccounts { .. }
            | Self::TextsOfOneAccount { .. }
            | Self::OnePair { .. } => false,
        }
    }

    /// What it is about: the part that stays the same from run to run, without counts and examples.
    #[must_use]
    pub fn identity(&self) -> String {
        match self {
            Self::TextInLongerWords { placeholder, text, .. } => format!("in-longer-words {placeholder} {text}"),
            Self::NamesCut { left, right, .. } => format!("names-cut {left} {right}"),
            Self::TextInCommonWord { placeholder, text, .. } => format!("in-common-word {placeholder} {text}"),
            Self::PatternMatchesWildcard { placeholder, pattern, .. } => format!("wildcard {placeholder} {pattern}"),
            Self::TextBreaksArn { placeholder, text, .. } => format!("breaks-arn {placeholder} {text}"),
            Self::RoleNotCompared { tag, role, .. } => format!("not-compared {tag} {role}"),
            Self::AwsPolicyVersions { policy, versions, .. } => format!("aws-policy-versions {policy} {versions:?}"),
            Self::PatternOfBothAccounts { placeholder, pattern, .. } => format!("of-both {placeholder} {pattern}"),
            Self::NoRoles { .. }
            | Self::NoRolesSelected { .. }
            | Self::NoAccountId { .. }
            | Self::NoDetails { .. }
            | Self::AmbiguousName { .. }
            | Self::AcceptedExpired { .. }
            | Self::AcceptedInPart { .. }
            | Self::AcceptedNothing { .. }
            | Self::TextNotFound { .. }
            | Self::TextOfBothAccounts { .. }
            | Self::TextsOfOneAccount { .. }
            | Self::OnePair { .. } => self.to_string(),
        }
    }
}
