//! The equivalency dictionary: which texts are meant to differ between the accounts.
//!
//! While accounts are compared, a replaced text stands as its placeholder between two marks that no IAM text can
//! hold, so that a placeholder can never be mistaken for a text that is spelled the same. [`display`] takes the marks
//! away for people.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Opens a placeholder. A Unicode noncharacter: IAM's names and documents cannot hold it.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub const OPEN: char = '\u{FDD0}';

/// Closes a placeholder.
pub const CLOSE: char = '\u{FDD1}';

/// The placeholder that an account's own id is replaced by, without any dictionary.
pub const OWN_ACCOUNT: &str = "ownaccountid";

/// A text as people see it: placeholders without their marks.
///
/// ```
/// use iamctl::model::equivalency::{display, mark};
/// assert_eq!(display(&format!("app-{}", mark("environment"))), "app-environment");
/// ```
#[must_use]
pub fn display(text: &str) -> Cow<'_, str> {
    if text.contains([OPEN, CLOSE]) { Cow::Owned(text.replace([OPEN, CLOSE], "")) } else { Cow::Borrowed(text) }
}

/// A placeholder between its marks.
#[must_use]
pub fn mark(placeholder: &str) -> String {
    format!("{OPEN}{placeholder}{CLOSE}")
}

/// The entries of a dictionary: literal text to placeholder.
///
/// INVARIANT: no text is empty, no text has two placeholders, no placeholder is empty, holds a mark, or is
/// [`OWN_ACCOUNT`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EquivalencyList(BTreeMap<String, String>);

/// Why an entry cannot be in a dictionary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EquivalencyError {
    /// An empty text would stand everywhere.
    #[error("a value of `{}` is empty", .placeholder.escape_debug())]
    EmptyValue {
        /// Whose value it is.
        placeholder: String,
    },
    /// An empty or reserved placeholder.
    #[error("`{}` cannot be a placeholder: it is empty, reserved or holds a reserved character", .placeholder.escape_debug())]
    Placeholder {
        /// The placeholder.
        placeholder: String,
    },
    /// One text with two placeholders: the result would depend on their order.
    #[error("`{}` is listed under `{}` and under `{}`", .value.escape_debug(), .first.escape_debug(), .second.escape_debug())]
    TwoPlaceholders {
        /// The text.
        value: String,
        /// The placeholder it had.
        first: String,
        /// The one it was to get.
        second: String,
    },
}

impl EquivalencyList {
    /// Adds an entry; the same entry twice counts once.
    ///
    /// # Errors
    /// If the entry would break the dictionary's invariant.
    pub fn insert(&mut self, placeholder: &str, value: &str) -> Result<(), EquivalencyError> {
        if placeholder.is_empty() || placeholder == OWN_ACCOUNT || placeholder.contains([OPEN, CLOSE]) {
            return Err(EquivalencyError::Placeholder { placeholder: placeholder.to_owned() });
        }
        if value.is_empty() {
            return Err(EquivalencyError::EmptyValue { placeholder: placeholder.to_owned() });
        }
        match self.0.get(value) {
            Some(first) if first != placeholder => Err(EquivalencyError::TwoPlaceholders {
                value: value.to_owned(),
                first: first.clone(),
                second: placeholder.to_owned(),
            }),
            _ => {
                self.0.insert(value.to_owned(), placeholder.to_owned());
                Ok(())
            }
        }
    }

    /// The entries as (text, placeholder), sorted by text.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(value, placeholder)| (value.as_str(), placeholder.as_str()))
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
