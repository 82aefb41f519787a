//! A literal text of the dictionary, ready to be looked for.

use super::span::ReplacedPart;
use crate::model::{Matching, Places};

/// Whose text a text of the dictionary is, seen from the account that is normalized.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// This account's.
    Own,
    /// The other account's: never replaced, since it means the other account.
    Other,
    /// That of another account which the dictionary has texts for: never replaced either.
    Third,
    /// Nobody can tell, or both: replaced wherever it stands.
    Anyone,
}

/// How a literal text is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// As a word of its own, in any case.
    Token,
    /// Anywhere, in this case.
    Substring,
    /// Not inside a longer number or word.
    AccountId,
}

/// A literal text to look for.
#[derive(Debug, Clone)]
pub(super) struct Literal {
    pub text: String,
    pub placeholder: String,
    pub how: How,
    pub places: Places,
    pub owner: Owner,
    /// What of it is replaced; nothing where that would take an ARN out of its form.
    pub parts: Vec<ReplacedPart>,
}

impl Literal {
    /// Whether it holds a separator of ARNs.
    pub(super) fn is_separated(&self) -> bool {
        self.text.contains(['/', ':'])
    }
}

/// A dictionary with too many texts to be looked for at once.
#[derive(Debug, thiserror::Error)]
#[error("the dictionary is too large")]
pub struct DictionaryTooLarge(#[source] pub(super) Box<dyn std::error::Error + Send + Sync>);

pub(super) const fn how(matching: Matching) -> How {
    match matching {
        Matching::Token => How::Token,
        Matching::Substring => How::Substring,
    }
}
