//! What limits the comparisons of a fleet, each thing once with its accounts.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::compared::Compared;
use super::used::Used;
use crate::model::AccountTag;
use crate::report::Limitation;

/// What limits the comparisons of some accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FleetLimitation {
    /// What it is, in a sentence of the report of the first account.
    pub message: String,
    /// The accounts, sorted.
    pub accounts: Vec<AccountTag>,
}

/// What was told of the accounts, without what only seems useless because it is for another account; and `others`, which
/// are of the fleet itself.
pub(super) fn all(compared: &[Compared], others: Vec<FleetLimitation>) -> Vec<FleetLimitation> {
    let told = || compared.iter().flat_map(|account| &account.limitations);
    let mut used = Used::default();
    for account in compared {
        used.entries.extend(&account.used.entries);
        used.texts.extend(account.used.texts.iter().cloned());
    }
    let in_part: BTreeSet<usize> = told().filter_map(number_in_part).collect();
    let in_words: BTreeSet<(&str, &str)> = told().filter_map(text_in_words).collect();
    let is_for_others = |limitation: &Limitation| {
        if let Limitation::AcceptedNothing { entry } = limitation {
            return used.entries.contains(&entry.number) || in_part.contains(&entry.number);
        }
        if let Limitation::AcceptedInPart { entry } = limitation {
            return used.entries.contains(&entry.number);
        }
        let Limitation::TextNotFound { placeholder, text } = limitation else { return false };
        used.texts.contains(&(placeholder.clone(), text.to_lowercase())) || in_words.contains(&(placeholder, text))
    };
    let mut all: BTreeMap<String, FleetLimitation> = BTreeMap::new();
    for account in compared {
        for limitation in account.limitations.iter().filter(|limitation| !is_for_others(limitation)) {
            let one = all
                .entry(subject(limitation, &account.tag))
                .or_insert_with(|| FleetLimitation { message: in_words_of_fleet(limitation), accounts: Vec::new() });
            if one.accounts.last() != Some(&account.tag) {
                one.accounts.push(account.tag.clone());
            }
        }
    }
    let mut all: Vec<FleetLimitation> = all.into_values().chain(others).collect();
    all.sort_by(|a, b| (b.accounts.len(), &a.message).cmp(&(a.accounts.len(), &b.message)));
    all
}

fn number_in_part(limitation: &Limitation) -> Option<usize> {
    if let Limitation::AcceptedInPart { entry } = limitation { Some(entry.number) } else { None }
}

fn text_in_words(limitation: &Limitation) -> Option<(&str, &str)> {
    let Limitation::TextInLongerWords { placeholder, text, .. } = limitation else { return None };
    Some((placeholder, text))
}

/// The sentence of a limitation, which must not speak of two accounts where it is said of several comparisons.
fn in_words_of_fleet(limitation: &Limitation) -> String {
    let sentence = limitation.to_string();
    if let Limitation::TextNotFound { .. } = limitation {
        return sentence
            .replace("was not found in either account", "was not found in any account of the fleet that it is for");
    }
    sentence
}

/// Keys of a limitation whose values are those of one account, or are counts and examples.
const OF_ACCOUNT: [&str; 7] = ["source", "example", "count", "texts", "arns", "more", "done"];

/// What a limitation is about: the same for accounts of which the same is to be said, whatever their tags.
fn subject(limitation: &Limitation, tag: &AccountTag) -> String {
    // A limitation is written to `report.json`, so it can be written here; if not, its sentence says what it is about.
    serde_json::to_value(limitation)
        .map_or_else(|_| limitation.to_string(), |value| without_account(value, tag.as_str()).to_string())
}

fn without_account(value: Value, tag: &str) -> Value {
    let other = |text: String| if text == tag { "\u{0}".to_owned() } else { text };
    match value {
        Value::Object(object) => {
            let kept = object.into_iter().filter(|(key, _)| !OF_ACCOUNT.contains(&key.as_str()));
            Value::Object(kept.map(|(key, value)| (other(key), without_account(value, tag))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(|one| without_account(one, tag)).collect()),
        Value::String(text) => Value::String(other(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}
