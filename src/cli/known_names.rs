//! The names that the words of a command line make known: those in the report folders and snapshots among them.
//!
//! A shell asks for them while somebody types, so only what is offered is read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::store::text_file;

/// What the files have to offer. A file that is not there, or is something else, has nothing.
#[derive(Debug, Default)]
pub(super) struct KnownNames {
    /// The tags of the accounts of a report.
    pub tags: BTreeSet<String>,
    /// The real names of roles, of the account with the tag if one is given.
    pub roles: BTreeSet<String>,
    /// The rules of a report's findings.
    pub rules: BTreeSet<String>,
    /// The ids of findings, each with its sentence.
    pub findings: Vec<(String, String)>,
    /// The ids of causes, each with its sentence.
    pub groups: Vec<(String, String)>,
}

/// The keys of a report or of a snapshot that are read.
#[derive(Deserialize)]
struct Known {
    accounts: Option<Accounts>,
    #[serde(default)]
    roles: Vec<KnownRole>,
    #[serde(default)]
    findings: Vec<Sentence>,
    #[serde(default)]
    groups: Vec<Sentence>,
}

#[derive(Deserialize)]
struct Accounts {
    left: KnownAccount,
    right: KnownAccount,
}

#[derive(Deserialize)]
struct KnownAccount {
    tag: String,
}

#[derive(Deserialize)]
struct KnownRole {
    name: Option<String>,
    left: Option<RealRole>,
    right: Option<RealRole>,
}

#[derive(Deserialize)]
struct RealRole {
    name: String,
}

#[derive(Deserialize)]
struct Sentence {
    id: String,
    rule: String,
    message: String,
}

impl KnownNames {
    /// The names in what these words name.
    pub(super) fn of(words: &[String]) -> Self {
        let after = words.iter().position(|word| word == "--tag").and_then(|place| words.get(place + 1));
        let tag = after.map(String::as_str).or_else(|| words.iter().find_map(|word| word.strip_prefix("--tag=")));
        let mut names = Self::default();
        for known in words.iter().filter_map(|word| read(word)) {
            names.add(known, tag);
        }
        names
    }

    fn add(&mut self, known: Known, tag: Option<&str>) {
        let tags = known.accounts.map(|accounts| [accounts.left.tag, accounts.right.tag]);
        let is_side = |side: usize| {
            let of_side = tags.as_ref().and_then(|tags| tags.get(side));
            tag.is_none_or(|tag| of_side.is_none_or(|own| own.eq_ignore_ascii_case(tag)))
        };
        let sides = [is_side(0), is_side(1)];
        for role in known.roles {
            let [left, right] = sides;
            let left = role.left.filter(|_| left).map(|real| real.name);
            let right = role.right.filter(|_| right).map(|real| real.name);
            self.roles.extend([role.name, left, right].into_iter().flatten().filter(|name| is_one_word(name)));
        }
        self.tags.extend(tags.into_iter().flatten().filter(|tag| is_one_word(tag)));
        self.rules.extend(known.findings.iter().map(|one| one.rule.clone()).filter(|rule| is_one_word(rule)));
        for (list, sentences) in [(&mut self.findings, known.findings), (&mut self.groups, known.groups)] {
            let known = sentences.into_iter().filter(|one| is_one_word(&one.id));
            list.extend(known.map(|one| (one.id, one.message)));
        }
    }
}

/// Whether a word is the folder of a report.
pub(super) fn is_report_folder(word: &str) -> bool {
    path(word).join("report.json").is_file()
}

fn path(word: &str) -> PathBuf {
    // A shell does not replace `~` before it asks.
    match word.strip_prefix("~/").zip(directories::BaseDirs::new()) {
        Some((rest, folders)) => folders.home_dir().join(rest),
        None => PathBuf::from(word),
    }
}

fn read(word: &str) -> Option<Known> {
    let path = path(word);
    let is_file = |path: &Path| path.extension().is_some_and(|end| end == "json") && path.is_file();
    let file =
        if is_report_folder(word) { path.join("report.json") } else { Some(path).filter(|path| is_file(path))? };
    serde_json::from_str(&text_file::read(&file).ok()?).ok()
}

/// Whether a shell takes the word as it is.
fn is_one_word(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '+' | ',' | '=');
    !word.is_empty() && !word.starts_with('-') && word.chars().all(plain)
}
