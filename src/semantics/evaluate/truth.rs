//! Three answers instead of two, so that what AWS does not document is never guessed.

use std::collections::BTreeSet;

use super::decision::Doubt;

/// Yes, no, or not to be told and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Truth {
    Yes,
    No,
    Unknown(BTreeSet<Doubt>),
}

impl Truth {
    pub(super) fn unknown(doubt: Doubt) -> Self {
        Self::Unknown(BTreeSet::from([doubt]))
    }

    /// And: one no settles it, then one doubt leaves it open. Of nothing: yes.
    pub(super) fn all(answers: impl IntoIterator<Item = Self>) -> Self {
        let mut doubts = BTreeSet::new();
        for answer in answers {
            match answer {
                Self::Yes => {}
                Self::No => return Self::No,
                Self::Unknown(more) => doubts.extend(more),
            }
        }
        if doubts.is_empty() { Self::Yes } else { Self::Unknown(doubts) }
    }

    /// Or: one yes settles it, then one doubt leaves it open. Of nothing: no.
    pub(super) fn any(answers: impl IntoIterator<Item = Self>) -> Self {
        Self::all(answers.into_iter().map(Self::not)).not()
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Unknown(doubts) => Self::Unknown(doubts),
        }
    }

    pub(super) const fn is_yes(&self) -> bool {
        matches!(self, Self::Yes)
    }

    pub(super) const fn is_no(&self) -> bool {
        matches!(self, Self::No)
    }
}

impl From<bool> for Truth {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubt_counts_only_where_nothing_settles_the_answer() {
        let doubt = || Truth::unknown(Doubt::ShortArn { pattern: "arn:aws:sqs".to_owned() });
        assert_eq!(Truth::all([doubt(), Truth::No]), Truth::No);
        assert_eq!(Truth::all([doubt(), Truth::Yes]), doubt());
        assert_eq!(Truth::any([doubt(), Truth::Yes]), Truth::Yes);
        assert_eq!(Truth::any([doubt(), Truth::No]), doubt());
        assert_eq!((Truth::all([]), Truth::any([])), (Truth::Yes, Truth::No));
    }
}
