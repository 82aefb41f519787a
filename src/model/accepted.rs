//! Accepted differences: entries that say which differences somebody has looked at and takes as they are.
//!
//! An entry is a description, compared with the facts of each difference: every key it has must fit, keys it does not
//! have may be anything. What it must never do is accept more than it says.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::facts::DifferenceKind;
use super::names::AccountTag;
use super::policy::Effect;
use super::tag_texts::TagPattern;

/// `format` of the file.
pub const FORMAT: &str = "iamctl-accepted";

/// The version of the file.
pub const VERSION: u32 = 1;

/// One accepted description. Serialized, it is an entry of the file.
///
/// In `role`, `policy`, `action`, `resource`, `principal`, `condition`, `attribute`, `entry` and `text` stand patterns: `*`, `?`, and `[*]`,
/// `[?]`, `[[]` for the characters themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AcceptedEntry {
    /// The role's normalized name, its real name in either account, or its ARN; ignoring case but in an ARN.
    pub role: String,
    /// Only differences of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<DifferenceKind>,
    /// The tag of the second account, in a fleet that of the account that is compared with the baseline; empty for any.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "patterns")]
    pub account: Vec<TagPattern>,
    /// All policies the difference is from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The tag of the account that has the difference; `left` and `right` if no account is called so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<AccountTag>,
    /// The effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub effect: Option<EffectGlob>,
    /// Every action of the difference is covered by one of these, ignoring case; empty for any.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_many")]
    pub action: Vec<String>,
    /// Every resource of the difference is covered by one of these; empty for any.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_many")]
    pub resource: Vec<String>,
    /// Covers the principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub principal: Option<String>,
    /// Each of these covers something that the difference leaves out: with fewer exceptions it would be more.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_many")]
    pub except: Vec<String>,
    /// The condition, as reports show it. Without one, the condition may be any: one that is lifted as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
    /// The attribute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// Covers the entry of an attribute that is a list, such as one of the attached policies; empty for any.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_many")]
    pub entry: Vec<String>,
    /// The attribute's value in each account, by the account's tag.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<AccountTag, Value>,
    /// What a role of one account grants, as a fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grants: Option<String>,
    /// The whole text of a cross reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The last day on which it counts, in UTC.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "day")]
    pub expires: Option<Date>,
}

fn one_or_many<S: Serializer>(texts: &[String], serializer: S) -> Result<S::Ok, S::Error> {
    match texts {
        [one] => one.serialize(serializer),
        many => many.serialize(serializer),
    }
}

fn patterns<S: Serializer>(patterns: &[TagPattern], serializer: S) -> Result<S::Ok, S::Error> {
    let texts: Vec<String> = patterns.iter().map(ToString::to_string).collect();
    one_or_many(&texts, serializer)
}

#[expect(clippy::ref_option, reason = "the form that serde asks for")]
fn day<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}

/// An effect, or any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EffectGlob {
    /// This effect.
    Only(Effect),
    /// `*`: either, but a difference that has one.
    Any,
}

impl EffectGlob {
    /// Whether it fits an effect.
    #[must_use]
    pub fn matches(self, effect: Effect) -> bool {
        self == Self::Any || self == Self::Only(effect)
    }
}

impl fmt::Display for EffectGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Only(effect) => effect.fmt(f),
            Self::Any => f.write_str("*"),
        }
    }
}

impl Serialize for EffectGlob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl FromStr for EffectGlob {
    type Err = EntryError;

    fn from_str(text: &str) -> Result<Self, EntryError> {
        match text.to_ascii_lowercase().as_str() {
            "allow" => Ok(Self::Only(Effect::Allow)),
            "deny" => Ok(Self::Only(Effect::Deny)),
            "*" => Ok(Self::Any),
            _ => Err(EntryError::Effect { text: text.to_owned() }),
        }
    }
}

/// Why a description cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// A key without a text.
    #[error("`{key}` is empty")]
    Empty {
        /// The key.
        key: &'static str,
    },
    /// No effect.
    #[error("`{}` is not an effect: use `Allow`, `Deny`, or `*`", .text.escape_debug())]
    Effect {
        /// What stands there.
        text: String,
    },
    /// No date.
    #[error("`{}` is not a date: use `YYYY-MM-DD`", .text.escape_debug())]
    Date {
        /// What stands there.
        text: String,
    },
    /// It would silence the whole comparison, or all of one account.
    #[error(
        "the entry would accept everything: at least one of `role`, `policy`, `action`, `resource`, `principal`, \
            `condition`, `attribute`, `entry`, or `text` must contain more than `*` and `?`"
    )]
    Everything,
    /// No difference has all that it asks for.
    #[error("the entry cannot accept anything: no difference has `{}` together", .keys.join("`, `"))]
    Nothing {
        /// The keys that do not go together.
        keys: Vec<&'static str>,
    },
}

impl AcceptedEntry {
    /// An entry for a role and nothing else said.
    #[must_use]
    pub const fn new(role: String, reason: String) -> Self {
        Self {
            role,
            kind: None,
            account: Vec::new(),
            policy: None,
            side: None,
            effect: None,
            action: Vec::new(),
            resource: Vec::new(),
            principal: None,
            except: Vec::new(),
            condition: None,
            attribute: None,
            entry: Vec::new(),
            values: BTreeMap::new(),
            grants: None,
            text: None,
            reason,
            owner: None,
            expires: None,
        }
    }

    /// Checks what no single key can: that it is neither about everything nor about nothing.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), EntryError> {
        for (key, text) in self.texts() {
            if text.trim().is_empty() {
                return Err(EntryError::Empty { key });
            }
        }
        if self.is_everything() {
            return Err(EntryError::Everything);
        }
        let keys = self.keys();
        // Of an attribute, only the entries of a list belong to an account.
        let of_account =
            |kind: &DifferenceKind| *kind != DifferenceKind::Attribute || self.side.is_none() || !self.entry.is_empty();
        let fits = |kind: &DifferenceKind| {
            self.kind.is_none_or(|own| own == *kind)
                && keys.iter().all(|key| kind.keys().contains(key))
                && of_account(kind)
        };
        if DifferenceKind::ALL.iter().any(fits) {
            return Ok(());
        }
        let kind = self.kind.map(|kind| match kind {
            DifferenceKind::Role => "kind: role",
            DifferenceKind::Item => "kind: item",
            DifferenceKind::Access => "kind: access",
            DifferenceKind::Trust => "kind: trust",
            DifferenceKind::Deny => "kind: deny",
            DifferenceKind::Attribute => "kind: attribute",
            DifferenceKind::CrossReference => "kind: cross_reference",
        });
        Err(EntryError::Nothing { keys: kind.into_iter().chain(keys).collect() })
    }

    /// Whether it is for an account that is compared with another: by its tag.
    #[must_use]
    pub fn is_for(&self, second: &AccountTag) -> bool {
        self.account.is_empty() || self.account.iter().any(|pattern| pattern.matches(second))
    }

    /// Whether it still counts on a day.
    #[must_use]
    pub fn counts_on(&self, today: Date) -> bool {
        self.expires.is_none_or(|last| today <= last)
    }

    /// Whether another entry describes the same, whatever its reason, owner and date.
    #[must_use]
    pub fn says_the_same_as(&self, other: &Self) -> bool {
        // Every key is named, so that none is forgotten when one is added.
        let Self {
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
            reason: _,
            owner: _,
            expires: _,
        } = self;
        *role == other.role
            && *kind == other.kind
            && *account == other.account
            && *policy == other.policy
            && *side == other.side
            && *effect == other.effect
            && *action == other.action
            && *resource == other.resource
            && *principal == other.principal
            && *except == other.except
            && *condition == other.condition
            && *attribute == other.attribute
            && *entry == other.entry
            && *values == other.values
            && *grants == other.grants
            && *text == other.text
    }

    /// The keys it has that constrain a difference, but for `role`, `kind` and `account`.
    fn keys(&self) -> Vec<&'static str> {
        let has = [
            ("policy", self.policy.is_some()),
            ("side", self.side.is_some()),
            ("effect", self.effect.is_some()),
            ("action", !self.action.is_empty()),
            ("resource", !self.resource.is_empty()),
            ("principal", self.principal.is_some()),
            ("except", !self.except.is_empty()),
            ("condition", self.condition.is_some()),
            ("attribute", self.attribute.is_some()),
            ("entry", !self.entry.is_empty()),
            ("values", !self.values.is_empty()),
            ("grants", self.grants.is_some()),
            ("text", self.text.is_some()),
        ];
        has.into_iter().filter(|(_, has)| *has).map(|(key, _)| key).collect()
    }

    fn texts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let one = [
            ("role", Some(&self.role)),
            ("policy", self.policy.as_ref()),
            ("principal", self.principal.as_ref()),
            ("condition", self.condition.as_ref()),
            ("attribute", self.attribute.as_ref()),
            ("grants", self.grants.as_ref()),
            ("text", self.text.as_ref()),
            ("reason", Some(&self.reason)),
            ("owner", self.owner.as_ref()),
        ];
        let many =
            [("action", &self.action), ("resource", &self.resource), ("except", &self.except), ("entry", &self.entry)];
        one.into_iter()
            .filter_map(|(key, text)| text.map(|text| (key, text.as_str())))
            .chain(many.into_iter().flat_map(|(key, texts)| texts.iter().map(move |text| (key, text.as_str()))))
    }

    /// Whether none of its texts narrows anything. An account, a side or an effect alone does not count: two such entries would be
    /// everything. Neither do exceptions, values and grants, which say more of what another text names.
    fn is_everything(&self) -> bool {
        let wild = |text: &str, also: char| text.chars().all(|c| matches!(c, '*' | '?') || c == also);
        let all = |text: &Option<String>| text.as_deref().is_none_or(|text| wild(text, '*'));
        let any = |texts: &[String], also: char| texts.is_empty() || texts.iter().any(|text| wild(text, also));
        wild(&self.role, '*')
            && [&self.policy, &self.principal, &self.condition, &self.attribute, &self.text].into_iter().all(all)
            && any(&self.action, ':')
            && any(&self.resource, '*')
            && any(&self.entry, '*')
    }
}

/// A day as `YYYY-MM-DD`, and in no other form.
///
/// # Errors
/// For any other text, and for a day that no calendar has.
pub fn date(text: &str) -> Result<Date, EntryError> {
    let is_form = text.len() == 10
        && text.bytes().enumerate().all(|(at, b)| if matches!(at, 4 | 7) { b == b'-' } else { b.is_ascii_digit() });
    let day = if is_form { text.parse().ok() } else { None };
    day.ok_or_else(|| EntryError::Date { text: text.to_owned() })
}
