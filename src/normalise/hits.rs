//! What was replaced, where, how often.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{Place, PolicyType};

/// What became of something that was found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Replaced.
    Replaced,
    /// Replaced inside a longer word.
    ReplacedInWord,
    /// Left as it is, because it is part of a longer word that means the same in both accounts.
    LeftInWord,
    /// Left as it is, because it is part of a word that both accounts have, and that neither has with another text.
    Common,
    /// Left as it is, because it belongs to the other account.
    Foreign,
    /// Left as it is, because it belongs to a third account.
    Third,
    /// Left as it is, because an ARN without it would be none.
    Unfit,
    /// Left as it is, because it holds a wildcard or a variable, which stands for other texts than those that are meant
    /// to differ.
    Wildcard,
}

impl What {
    /// Whether it was replaced.
    #[must_use]
    pub const fn is_replaced(self) -> bool {
        matches!(self, Self::Replaced | Self::ReplacedInWord)
    }

    /// Whether it means another account than the one in whose text it stands.
    #[must_use]
    pub const fn is_reference(self) -> bool {
        matches!(self, Self::Foreign | Self::Third)
    }
}

/// Something that was found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'a> {
    /// The placeholder that stands there now, or would.
    pub placeholder: &'a str,
    /// The dictionary's text; empty where a pattern or a built-in rule found it.
    pub literal: &'a str,
    /// The text that stood there; of a text with separators, one of the parts between them.
    pub value: &'a str,
    /// What became of it.
    pub what: What,
}

impl Found<'_> {
    /// Whether it was replaced.
    #[must_use]
    pub const fn is_replaced(&self) -> bool {
        self.what.is_replaced()
    }
}

/// One text in which an entry replaced something. Ordered by its fields.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Hit {
    /// The placeholder.
    pub placeholder: String,
    /// The dictionary's text; empty where a pattern or a built-in rule found it.
    pub literal: String,
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

/// A text of one account that holds something of the other account, or of a third one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Foreign {
    /// The policy's name as harvested and how the role has it; none for a text in no policy.
    pub policy: Option<(String, PolicyType)>,
    /// The kind of text.
    pub place: Place,
    /// The whole text.
    pub text: String,
    /// The part of it that is another account's.
    pub value: String,
    /// What it would be replaced by in that account.
    pub placeholder: String,
    /// The tags of the third accounts that it belongs to; empty if it is the other account's.
    pub third_accounts: Vec<String>,
}
