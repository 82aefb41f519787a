//! One text: find what is to be replaced, and replace it.

use std::borrow::Cow;

use aho_corasick::{AhoCorasick, MatchKind};

use super::hits::Replaced;
use crate::model::equivalency::{CLOSE, OPEN, OWN_ACCOUNT};
use crate::model::{AccountId, EquivalencyList};

/// A dictionary made ready for one account.
#[derive(Debug, Clone)]
pub struct Normaliser {
    automaton: Option<AhoCorasick>,
    /// (text, placeholder), in the order of the automaton's patterns.
    entries: Vec<(String, String)>,
    own: Option<AccountId>,
}

/// An occurrence of something to replace.
#[derive(Debug, Clone, Copy)]
struct Found {
    start: usize,
    end: usize,
    /// Index into the entries; `None` for the account's own id.
    entry: Option<usize>,
}

impl Normaliser {
    /// Makes a dictionary ready for the account with this id.
    ///
    /// # Errors
    /// If the automaton over all entries would grow beyond what the `aho-corasick` library builds.
    pub fn new(list: &EquivalencyList, own: Option<&AccountId>) -> Result<Self, aho_corasick::BuildError> {
        let entries: Vec<(String, String)> =
            list.entries().map(|(value, placeholder)| (value.to_owned(), placeholder.to_owned())).collect();
        let automaton = if entries.is_empty() {
            None
        } else {
            let values = entries.iter().map(|(value, _)| value);
            Some(AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(values)?)
        };
        Ok(Self { automaton, entries, own: own.cloned() })
    }

    /// The entries as (text, placeholder).
    pub fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries.iter().map(|(value, placeholder)| (value.as_str(), placeholder.as_str()))
    }

    /// The account's own id.
    #[must_use]
    pub const fn own(&self) -> Option<&AccountId> {
        self.own.as_ref()
    }

    /// The text with placeholders (between their marks) for all that is to be replaced; `record` hears of each.
    ///
    /// ```
    /// use iamctl::model::{EquivalencyList, equivalency::display};
    /// use iamctl::normalise::Normaliser;
    /// let mut list = EquivalencyList::default();
    /// list.insert("environment", "prod").unwrap();
    /// let own = "111122223333".parse().unwrap();
    /// let normaliser = Normaliser::new(&list, Some(&own)).unwrap();
    /// let arn = normaliser.apply("arn:aws:sqs:eu-west-1:111122223333:prod-in", |_| {});
    /// assert_eq!(display(&arn), "arn:aws:sqs:eu-west-1:ownaccountid:environment-in");
    /// ```
    pub fn apply<'t>(&self, text: &'t str, mut record: impl FnMut(Replaced<'_>)) -> Cow<'t, str> {
        let mut result = String::new();
        let mut at = 0;
        while let Some(found) = self.next(text, at) {
            let (value, placeholder) = match found.entry.and_then(|entry| self.entries.get(entry)) {
                Some((value, placeholder)) => (value.as_str(), placeholder.as_str()),
                None => (self.own.as_ref().map_or("", AccountId::as_str), OWN_ACCOUNT),
            };
            record(Replaced { placeholder, value });
            result.push_str(text.get(at..found.start).unwrap_or_default());
            result.push(OPEN);
            result.push_str(placeholder);
            result.push(CLOSE);
            at = found.end;
        }
        if at == 0 {
            return Cow::Borrowed(text);
        }
        result.push_str(text.get(at..).unwrap_or_default());
        Cow::Owned(result)
    }

    /// The leftmost thing to replace from `at` on. Of two that start together the longer wins; the account's own id
    /// wins over an entry with the same text, so that a dictionary that lists both accounts' ids does not make one
    /// account's reference to the other look like a reference to itself.
    fn next(&self, text: &str, at: usize) -> Option<Found> {
        let own = self.own_id(text, at);
        let entry = self.automaton.as_ref().and_then(|automaton| {
            let found = automaton.find(aho_corasick::Input::new(text).range(at..))?;
            Some(Found { start: found.start(), end: found.end(), entry: Some(found.pattern().as_usize()) })
        });
        match (own, entry) {
            (Some(own), Some(entry)) => {
                let entry_wins = entry.start < own.start || (entry.start == own.start && entry.end > own.end);
                Some(if entry_wins { entry } else { own })
            }
            (own, entry) => own.or(entry),
        }
    }

    /// The account's own id where it stands as an account id: not inside a longer word or number.
    fn own_id(&self, text: &str, at: usize) -> Option<Found> {
        let own = self.own.as_ref()?.as_str();
        let rest = text.get(at..)?;
        rest.match_indices(own).map(|(offset, _)| at + offset).find_map(|start| {
            let end = start + own.len();
            let before = text.get(..start).and_then(|t| t.chars().next_back());
            let after = text.get(end..).and_then(|t| t.chars().next());
            let alone = ![before, after].into_iter().flatten().any(|c| c.is_ascii_alphanumeric());
            alone.then_some(Found { start, end, entry: None })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::equivalency::display;

    fn normaliser(entries: &[(&str, &str)]) -> Normaliser {
        let mut list = EquivalencyList::default();
        for (placeholder, value) in entries {
            list.insert(placeholder, value).unwrap();
        }
        Normaliser::new(&list, Some(&"111122223333".parse().unwrap())).unwrap()
    }

    fn applied(entries: &[(&str, &str)], text: &str) -> String {
        display(&normaliser(entries).apply(text, |_| {})).into_owned()
    }

    #[test]
    fn the_longest_entry_wins_whatever_the_order() {
        let entries = [("env", "prod"), ("stage", "production")];
        let mut reversed = entries;
        reversed.reverse();
        for entries in [entries, reversed] {
            assert_eq!(applied(&entries, "app-production-prod"), "app-stage-env");
        }
    }

    #[test]
    fn the_result_is_not_read_again() {
        assert_eq!(applied(&[("b", "a"), ("c", "b")], "ab"), "bc");
    }

    #[test]
    fn the_own_account_id_counts_only_as_an_account_id() {
        for (text, expected) in [
            ("arn:aws:iam::111122223333:role/x", "arn:aws:iam::ownaccountid:role/x"),
            ("assets-111122223333-eu-west-1", "assets-ownaccountid-eu-west-1"),
            ("111122223333", "ownaccountid"),
            ("1111222233334", "1111222233334"),
            ("a111122223333", "a111122223333"),
            ("111122223333111122223333", "111122223333111122223333"),
            ("arn:aws:iam::444455556666:role/x", "arn:aws:iam::444455556666:role/x"),
        ] {
            assert_eq!(applied(&[], text), expected);
        }
    }

    #[test]
    fn a_dictionary_with_both_ids_does_not_hide_whose_id_it_is() {
        let both = [("accountid", "111122223333"), ("accountid", "444455556666")];
        assert_eq!(applied(&both, "111122223333 444455556666"), "ownaccountid accountid");
    }

    #[test]
    fn a_placeholder_is_not_the_text_it_is_spelled_like() {
        let normaliser = normaliser(&[("env", "dev")]);
        assert_ne!(normaliser.apply("app-dev", |_| {}), normaliser.apply("app-env", |_| {}));
    }

    #[cfg(feature = "testing")]
    mod laws {
        use super::*;
        use proptest::prelude::*;

        proptest! {
            #[test]
            fn nothing_is_lost(text in "[ab1-]{0,12}", values in proptest::collection::btree_set("[ab]{1,3}", 0..4)) {
                let entries: Vec<(String, String)> = values.into_iter().map(|v| (format!("P{v}"), v)).collect();
                let entries: Vec<(&str, &str)> = entries.iter().map(|(p, v)| (p.as_str(), v.as_str())).collect();
                let mut replaced = Vec::new();
                let normaliser = normaliser(&entries);
                let after = normaliser.apply(&text, |r| replaced.push(r.value.to_owned()));
                let mut values = replaced.into_iter();
                let parts = after.split([OPEN, CLOSE]).enumerate();
                let restored: String =
                    parts.map(|(i, part)| if i % 2 == 1 { values.next().unwrap() } else { part.to_owned() }).collect();
                prop_assert_eq!(&restored, &text);
                for outside in after.split([OPEN, CLOSE]).step_by(2) {
                    prop_assert!(entries.iter().all(|(_, value)| !outside.contains(value)));
                }
            }
        }
    }
}
