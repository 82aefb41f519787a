//! Actions as policies write them.
//!
//! Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html>
//! (prefix and name ignore case; `*` and `?` are allowed).

use super::element::ActionElement;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// An entry of an `Action` or `NotAction` element, such as `s3:Get*` or `*`.
///
/// Keeps the spelling it was written in; equality and order ignore case, as IAM does.
#[derive(Debug, Clone)]
pub struct ActionPattern {
    /// Shared, because policies are copied when they are normalized and when they are compared.
    written: Arc<str>,
    folded: Arc<str>,
    /// Where the `:` between service and name stands; none in `*`.
    colon: Option<usize>,
}

impl ActionPattern {
    /// Takes `service:name` or `*`; any other text is not an action, and `None`.
    ///
    /// `*:*` means the same as `*` and becomes it.
    ///
    /// ```
    /// use iamctl::model::ActionPattern;
    /// let action = ActionPattern::new("S3:getObject").unwrap();
    /// assert_eq!((action.service(), action.name()), ("s3", "getObject"));
    /// assert_eq!(action, ActionPattern::new("s3:GetObject").unwrap());
    /// assert!(ActionPattern::new("GetObject").is_none());
    /// ```
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let written = if text.bytes().all(|b| b == b'*') || is_all_of_all(text) { "*" } else { text };
        let well_formed = match written.split_once(':') {
            None => written == "*" && !text.is_empty(),
            Some((service, name)) => !service.is_empty() && !name.is_empty(),
        };
        well_formed.then(|| Self {
            written: Arc::from(written),
            folded: Arc::from(written.to_ascii_lowercase()),
            colon: written.find(':'),
        })
    }

    /// The text as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// The text in lower case: two patterns with the same folded text mean the same.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Whether this is `*`, every action of every service.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        &*self.folded == "*"
    }

    /// The service prefix in lower case; `*` for `*`. May itself hold wildcards (`s*:Get*`), which IAM does not document.
    #[must_use]
    pub fn service(&self) -> &str {
        self.colon.and_then(|at| self.folded.get(..at)).unwrap_or(&self.folded)
    }

    /// The name after the prefix as it was written; `*` for `*`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.colon.and_then(|at| self.written.get(at + 1..)).unwrap_or(&self.written)
    }

    /// The name after the prefix in lower case; `*` for `*`.
    #[must_use]
    pub fn folded_name(&self) -> &str {
        self.colon.and_then(|at| self.folded.get(at + 1..)).unwrap_or(&self.folded)
    }

    /// Whether the name or the service holds `*` or `?`.
    #[must_use]
    pub fn has_wildcard(&self) -> bool {
        self.folded.contains(['*', '?'])
    }
}

fn is_all_of_all(text: &str) -> bool {
    text.split_once(':').is_some_and(|(service, name)| {
        !service.is_empty() && !name.is_empty() && service.bytes().chain(name.bytes()).all(|b| b == b'*')
    })
}

impl PartialEq for ActionPattern {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Eq for ActionPattern {}

impl PartialOrd for ActionPattern {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ActionPattern {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded.cmp(&other.folded)
    }
}

impl std::hash::Hash for ActionPattern {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

impl fmt::Display for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Which actions a statement is about. The list is never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActionClause {
    /// `Action`: those that match an entry.
    Action(Vec<ActionPattern>),
    /// `NotAction`: those that match no entry.
    NotAction(Vec<ActionPattern>),
}

impl ActionClause {
    /// The entries, as written.
    #[must_use]
    pub fn patterns(&self) -> &[ActionPattern] {
        match self {
            Self::Action(patterns) | Self::NotAction(patterns) => patterns,
        }
    }

    /// The element's name: `Action` or `NotAction`.
    #[must_use]
    pub const fn element(&self) -> ActionElement {
        match self {
            Self::Action(_) => ActionElement::Action,
            Self::NotAction(_) => ActionElement::NotAction,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_all_services_is_everything() {
        for text in ["*", "*:*", "**", "**:*"] {
            assert!(ActionPattern::new(text).unwrap().is_everything(), "{text}");
        }
        for text in ["s3:*", "*:Get*", "s*:*"] {
            assert!(!ActionPattern::new(text).unwrap().is_everything(), "{text}");
        }
        for text in ["", ":", "s3:", ":Get", "s3"] {
            assert!(ActionPattern::new(text).is_none(), "{text}");
        }
    }
}
