//! The dictionary as the page shows it: what is listed, and what it replaced in each account.

use std::collections::{BTreeMap, BTreeSet};

use ring::digest;

use super::words::shown;
use crate::model::Side;
use crate::model::equivalency::{Entry, Matching, Texts};
use crate::report::Report;

/// Replaced texts of one placeholder and side at most; the built-in rules can replace one in every role.
const REPLACED: usize = 20;

/// Placeholders at most in the page's table.
const LISTED: usize = 200;

/// An entry of the dictionary, or what the program replaces by itself.
pub(super) struct Placeholder {
    pub(super) name: String,
    /// The texts that are listed under it.
    pub(super) texts: Vec<String>,
    /// How and where they are looked for, and why.
    pub(super) remark: String,
    /// What it replaced in each account.
    pub(super) replaced: [Vec<String>; 2],
}

/// What each placeholder replaced in each account, sorted.
pub(super) fn replaced(report: &Report) -> Vec<(String, [BTreeSet<String>; 2])> {
    let mut stands: BTreeMap<&str, [BTreeSet<String>; 2]> = BTreeMap::new();
    for hit in report.equivalency_hits.iter().filter(|hit| hit.count > 0) {
        let [left, right] = stands.entry(&hit.placeholder).or_default();
        let texts = if hit.side == Side::Left { left } else { right };
        if texts.len() < REPLACED {
            texts.insert(shown(&hit.value));
        }
    }
    stands.into_iter().map(|(placeholder, texts)| (shown(placeholder), texts)).collect()
}

/// Every entry, then what was replaced without one; and how many more there are.
pub(super) fn placeholders(report: &Report) -> (Vec<Placeholder>, usize) {
    let entries = report.dictionary.entries();
    let mut all: BTreeMap<String, Placeholder> =
        entries.map(|(name, entry)| (shown(name), listed(shown(name), entry))).collect();
    for (name, texts) in replaced(report) {
        let remark = "replaced without an entry".to_owned();
        let entry = Placeholder { name: name.clone(), texts: Vec::new(), remark, replaced: [Vec::new(), Vec::new()] };
        all.entry(name).or_insert(entry).replaced = texts.map(|texts| texts.into_iter().collect());
    }
    let mut all: Vec<Placeholder> = all.into_values().collect();
    all.sort_by_key(|placeholder| placeholder.texts.is_empty());
    let more = all.len().saturating_sub(LISTED);
    all.truncate(LISTED);
    (all, more)
}

fn listed(name: String, entry: &Entry) -> Placeholder {
    let text = |(tag, text): (Option<&crate::model::TagPattern>, &str)| match tag {
        Some(tag) => format!("{tag}: {}", shown(text)),
        None => shown(text),
    };
    let mut texts: Vec<String> = entry.texts.literals().map(text).collect();
    let mut remarks = Vec::new();
    match (&entry.texts, entry.texts.matching()) {
        (Texts::Pattern(pattern), _) => {
            texts.push(shown(pattern.as_str()));
            remarks.push("a pattern".to_owned());
        }
        (_, Some(Matching::Token)) => remarks.push("whole words".to_owned()),
        (_, Some(Matching::Substring) | None) => {}
    }
    let places: Vec<&str> = entry.places.named().map(crate::model::Place::as_str).collect();
    if !places.is_empty() {
        remarks.push(format!("only in {}", places.join(", ")));
    }
    remarks.extend(entry.comment.as_ref().map(|comment| shown(comment)));
    Placeholder { name, texts, remark: remarks.join("; "), replaced: [Vec::new(), Vec::new()] }
}

/// The SHA-256 of the dictionary as `report.json` has it, without blanks.
pub(super) fn hash(report: &Report) -> String {
    // A map of texts to lists and texts is always written.
    let json = serde_json::to_string(&report.dictionary).unwrap_or_default();
    let hash = digest::digest(&digest::SHA256, json.as_bytes());
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
