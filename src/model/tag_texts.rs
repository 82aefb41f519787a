//! Texts of the dictionary by account tag.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::names::{AccountTag, AccountTagError};
use super::pattern::Glob;

/// A tag, or a pattern for tags in which `*` and `?` are wildcards.
///
/// INVARIANT: a tag once its wildcards are letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TagPattern(String);

impl TagPattern {
    /// As the dictionary writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it has a wildcard.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        self.0.contains(WILDCARDS)
    }

    /// Whether it stands for a tag.
    #[must_use]
    pub fn matches(&self, tag: &AccountTag) -> bool {
        if self.has_wildcard() { Glob::new(&self.0).matches(tag.as_str()) } else { self.0 == tag.as_str() }
    }

    /// Whether some tag may be meant by both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self == other
            || ((self.has_wildcard() || other.has_wildcard()) && Glob::new(&self.0).overlaps(&Glob::new(&other.0)))
    }
}

const WILDCARDS: [char; 2] = ['*', '?'];

impl FromStr for TagPattern {
    type Err = AccountTagError;

    fn from_str(text: &str) -> Result<Self, AccountTagError> {
        text.replace(WILDCARDS, "x").parse::<AccountTag>().map(|_| Self(text.to_owned()))
    }
}

impl From<AccountTag> for TagPattern {
    fn from(tag: AccountTag) -> Self {
        Self(tag.into())
    }
}

impl fmt::Display for TagPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Texts by tag. An account has those of its tag; if that is not listed, those of all patterns that match it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagTexts(BTreeMap<TagPattern, BTreeSet<String>>);

impl TagTexts {
    /// The texts of an account; none if nothing is listed for it.
    ///
    /// ```
    /// use iamctl::model::TagTexts;
    /// let mut texts = TagTexts::default();
    /// texts.insert("prod-*".parse().unwrap(), ["prod".to_owned()].into());
    /// texts.insert("prod-eu".parse().unwrap(), ["production".to_owned()].into());
    /// let of = |tag: &str| texts.of(&tag.parse().unwrap()).map(|texts| texts.into_iter().cloned().collect::<Vec<_>>());
    /// assert_eq!(of("prod-us"), Some(vec!["prod".to_owned()]));
    /// assert_eq!(of("prod-eu"), Some(vec!["production".to_owned()]));
    /// assert_eq!(of("dev"), None);
    /// ```
    #[must_use]
    pub fn of(&self, tag: &AccountTag) -> Option<BTreeSet<&String>> {
        if let Some(own) = self.0.get(&TagPattern(tag.as_str().to_owned())) {
            return Some(own.iter().collect());
        }
        let mut matching = self.0.iter().filter(|(pattern, _)| pattern.matches(tag)).peekable();
        matching.peek()?;
        Some(matching.flat_map(|(_, texts)| texts).collect())
    }

    /// Whether anything is listed for an account.
    #[must_use]
    pub fn has(&self, tag: &AccountTag) -> bool {
        self.0.contains_key(&TagPattern(tag.as_str().to_owned()))
            || self.0.keys().any(|pattern| pattern.has_wildcard() && pattern.matches(tag))
    }

    /// Lists texts, in the place of those that were listed under this tag or pattern.
    pub fn insert(&mut self, pattern: TagPattern, texts: BTreeSet<String>) {
        self.0.insert(pattern, texts);
    }

    /// Adds a text of an account to those that it has.
    pub fn add(&mut self, tag: &AccountTag, text: String) {
        let before = self.of(tag).into_iter().flatten().cloned().collect();
        self.0.entry(tag.clone().into()).or_insert(before).insert(text);
    }

    /// All of them, sorted by tag or pattern.
    pub fn iter(&self) -> impl Iterator<Item = (&TagPattern, &BTreeSet<String>)> {
        self.0.iter()
    }

    /// Whether nothing is listed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T: Into<TagPattern>> FromIterator<(T, BTreeSet<String>)> for TagTexts {
    fn from_iter<I: IntoIterator<Item = (T, BTreeSet<String>)>>(all: I) -> Self {
        Self(all.into_iter().map(|(tag, texts)| (tag.into(), texts)).collect())
    }
}
