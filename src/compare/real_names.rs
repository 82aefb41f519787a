//! From placeholders back to the names of one account, so that a witness can be tried there.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::AccountId;
use crate::model::equivalency::{CLOSE, OPEN, OWN_ACCOUNT};
use crate::normalise::Normalised;

/// How many ways to spell one witness are tried at most.
const TRIES: usize = 16;

/// Which texts each placeholder stood for in one account, the most frequent first.
#[derive(Debug, Clone, Default)]
pub(super) struct RealNames(BTreeMap<String, Vec<String>>);

impl RealNames {
    /// The texts that were replaced in an account.
    pub(super) fn of(normalised: &Normalised, own: Option<&AccountId>) -> Self {
        let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for (hit, count) in normalised.hits.iter() {
            *counts.entry(&hit.placeholder).or_default().entry(&hit.value).or_default() += count;
        }
        let mut names: BTreeMap<String, Vec<String>> = counts
            .into_iter()
            .map(|(placeholder, values)| {
                let mut values: Vec<(&str, usize)> = values.into_iter().collect();
                values.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
                (placeholder.to_owned(), values.into_iter().map(|(value, _)| value.to_owned()).collect())
            })
            .collect();
        if let Some(own) = own {
            names.insert(OWN_ACCOUNT.to_owned(), vec![own.to_string()]);
        }
        Self(names)
    }

    /// The ways in which these texts may be spelled in the account, likeliest first: one text for each placeholder.
    /// Placeholders that never stood for anything in this account stay, without their marks.
    pub(super) fn spellings(&self, texts: &[&str]) -> Vec<BTreeMap<String, String>> {
        let used: BTreeSet<&str> = texts.iter().flat_map(|text| placeholders(text)).collect();
        let mut spellings = vec![BTreeMap::new()];
        for placeholder in used {
            let fallback = [placeholder.to_owned()];
            let values = self.0.get(placeholder).map_or(&fallback[..], Vec::as_slice);
            spellings = spellings
                .iter()
                .flat_map(|spelling: &BTreeMap<String, String>| {
                    values.iter().map(|value| {
                        let mut longer = spelling.clone();
                        longer.insert(placeholder.to_owned(), value.clone());
                        longer
                    })
                })
                .take(TRIES)
                .collect();
        }
        spellings
    }
}

/// The placeholders in a text.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    text.split(OPEN).skip(1).filter_map(|part| part.split_once(CLOSE).map(|(placeholder, _)| placeholder))
}

/// A text with each placeholder replaced as the spelling says.
pub(super) fn spell(text: &str, spelling: &BTreeMap<String, String>) -> String {
    let mut parts = text.split(OPEN);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(CLOSE) {
            Some((placeholder, rest)) => {
                result.push_str(spelling.get(placeholder).map_or(placeholder, String::as_str));
                result.push_str(rest);
            }
            None => result.push_str(part),
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::equivalency::mark;

    #[test]
    fn placeholders_become_the_accounts_own_texts() {
        let names = RealNames(BTreeMap::from([
            ("env".to_owned(), vec!["dev".to_owned(), "development".to_owned()]),
            (OWN_ACCOUNT.to_owned(), vec!["111122223333".to_owned()]),
        ]));
        let text = format!("arn:aws:sqs:eu-west-1:{}:{}-q", mark(OWN_ACCOUNT), mark("env"));
        let spelled: Vec<String> = names.spellings(&[&text]).iter().map(|spelling| spell(&text, spelling)).collect();
        let expected = ["arn:aws:sqs:eu-west-1:111122223333:dev-q", "arn:aws:sqs:eu-west-1:111122223333:development-q"];
        assert_eq!(spelled, expected);
        assert_eq!(spell("plain", &BTreeMap::new()), "plain");
        assert_eq!(names.spellings(&[&mark("other")]), [BTreeMap::from([("other".to_owned(), "other".to_owned())])]);
    }
}
