//! The equivalency dictionary: which texts are meant to differ between the accounts.
//!
//! While accounts are compared, a replaced text stands as its placeholder between two marks that no IAM text can
//! hold, so that a placeholder can never be mistaken for a text that is spelled the same. [`display`] takes the marks
//! away for people.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::arn::AccountId;
use super::names::AccountTag;
use super::place::Places;
use super::tag_texts::{TagPattern, TagTexts};

/// Opens a placeholder. A Unicode noncharacter: IAM's names and documents cannot hold it.
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub const OPEN: char = '\u{FDD0}';

/// Closes a placeholder.
pub const CLOSE: char = '\u{FDD1}';

/// The placeholder that an account's own id is replaced by, without any dictionary.
pub const OWN_ACCOUNT: &str = "ownaccountid";

/// Begins the placeholders of the built-in rules, so that no entry of a dictionary can have one of them.
pub const GENERATED: char = '~';

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

/// The key of the dictionary that names the user's other accounts, from id to name. It is no placeholder.
pub const KNOWN_ACCOUNTS: &str = "known_accounts";

/// The keys of an entry that is an object. Any other key is an account's tag.
pub const KEYS: [&str; 6] = ["comment", "values", "tags", "pattern", "match", "in"];

/// How a text of the dictionary is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matching {
    /// As a word of its own, between separators or changes of case; its own case does not matter.
    Token,
    /// Anywhere, in exactly this case: as the original tool does.
    Substring,
}

impl Matching {
    /// The word used in the dictionary's `match`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Substring => "substring",
        }
    }
}

/// The texts of one placeholder.
#[derive(Debug, Clone)]
pub enum Texts {
    /// Literal texts; whose each is, the accounts tell.
    Shared(BTreeSet<String>, Matching),
    /// Literal texts by account tag: each counts in its own account only.
    ByTag(TagTexts, Matching),
    /// A regular expression. What its first group matched is replaced, or the whole match if it has no group.
    Pattern(Regex),
}

impl Texts {
    /// How they are looked for if the dictionary does not say.
    #[must_use]
    pub const fn default_matching(by_tag: bool) -> Matching {
        if by_tag { Matching::Token } else { Matching::Substring }
    }

    /// The literal texts, with the tag of the account, or the pattern for tags, where the dictionary says whose text it is.
    pub fn literals(&self) -> impl Iterator<Item = (Option<&TagPattern>, &str)> {
        let (shared, by_tag) = match self {
            Self::Shared(texts, _) => (Some(texts), None),
            Self::ByTag(tags, _) => (None, Some(tags)),
            Self::Pattern(_) => (None, None),
        };
        let shared = shared.into_iter().flatten().map(|text| (None, text.as_str()));
        let by_tag = by_tag.into_iter().flat_map(TagTexts::iter);
        shared.chain(by_tag.flat_map(|(tag, texts)| texts.iter().map(move |text| (Some(tag), text.as_str()))))
    }

    /// How its literal texts are looked for; none for a pattern.
    #[must_use]
    pub const fn matching(&self) -> Option<Matching> {
        match self {
            Self::Shared(_, matching) | Self::ByTag(_, matching) => Some(*matching),
            Self::Pattern(_) => None,
        }
    }
}

/// What the dictionary says of one placeholder.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The texts it stands for.
    pub texts: Texts,
    /// In which kinds of text they are replaced.
    pub places: Places,
    /// Why the entry is there, for people.
    pub comment: Option<String>,
}

impl Entry {
    /// Literal texts that are replaced anywhere, as in the original tool's list.
    #[must_use]
    pub fn list<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let texts = texts.into_iter().map(str::to_owned).collect();
        Self { texts: Texts::Shared(texts, Texts::default_matching(false)), places: Places::default(), comment: None }
    }
}

/// The entries of a dictionary: placeholder to texts. And the accounts that are known besides the two.
///
/// INVARIANT: no literal text is empty, no literal text has two placeholders where both could replace it, no
/// placeholder is empty, holds a mark, or is reserved for what the program replaces by itself.
#[derive(Debug, Clone, Default)]
pub struct EquivalencyList {
    entries: BTreeMap<String, Entry>,
    /// The placeholders of each text in lower case.
    of_text: BTreeMap<String, BTreeSet<String>>,
    /// How many characters and texts the entries have.
    size: Size,
    known_accounts: BTreeMap<AccountId, String>,
}

/// How many texts a dictionary can have, patterns among them.
pub const MOST_TEXTS: usize = 10_000;

/// How many characters the texts of a dictionary can have together.
pub const MOST_TEXT: usize = 1_000_000;

/// How large a dictionary, or an entry of it, is.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    texts: usize,
    characters: usize,
}

impl Size {
    fn of(entry: &Entry) -> Self {
        match &entry.texts {
            Texts::Pattern(pattern) => Self { texts: 1, characters: pattern.as_str().len() },
            Texts::Shared(..) | Texts::ByTag(..) => {
                let add = |size: Self, (_, text): (Option<&TagPattern>, &str)| Self {
                    texts: size.texts + 1,
                    characters: size.characters + text.len(),
                };
                entry.texts.literals().fold(Self::default(), add)
            }
        }
    }
}

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
    #[error("`{}` cannot be a placeholder: it is empty or reserved, or contains a reserved character",
        .placeholder.escape_debug())]
    Placeholder {
        /// The placeholder.
        placeholder: String,
    },
    /// One placeholder twice.
    #[error("`{}` appears twice", .placeholder.escape_debug())]
    Twice {
        /// The placeholder.
        placeholder: String,
    },
    /// A text that is longer than any in which it could be replaced.
    #[error("a text of `{}` has {length} characters, and no text in IAM in which it could be replaced has more than \
        {most}", .placeholder.escape_debug())]
    LongText {
        /// Whose text it is.
        placeholder: String,
        /// How many characters it has.
        length: usize,
        /// How many it can have.
        most: usize,
    },
    /// More texts than can be looked for at once.
    #[error("the dictionary has more than {MOST_TEXTS} texts, or texts of more than {MOST_TEXT} bytes together")]
    TooLarge,
    /// One text with two placeholders: the result would depend on their order.
    #[error("`{}` is listed under `{}` and under `{}`", .value.escape_debug(), .first.escape_debug(),
        .second.escape_debug())]
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
    /// Adds an entry.
    ///
    /// # Errors
    /// If the entry would break the dictionary's invariant.
    pub fn insert(&mut self, placeholder: &str, entry: Entry) -> Result<(), EquivalencyError> {
        if placeholder.is_empty()
            || [OWN_ACCOUNT, KNOWN_ACCOUNTS].contains(&placeholder)
            || placeholder.contains([OPEN, CLOSE, GENERATED])
        {
            return Err(EquivalencyError::Placeholder { placeholder: placeholder.to_owned() });
        }
        if self.entries.contains_key(placeholder) {
            return Err(EquivalencyError::Twice { placeholder: placeholder.to_owned() });
        }
        if entry.texts.literals().any(|(_, text)| text.is_empty()) {
            return Err(EquivalencyError::EmptyValue { placeholder: placeholder.to_owned() });
        }
        let most = entry.places.most_characters();
        let longest = entry.texts.literals().map(|(_, text)| text.chars().count()).max();
        if let Some(length) = longest.filter(|length| *length > most) {
            return Err(EquivalencyError::LongText { placeholder: placeholder.to_owned(), length, most });
        }
        let added = Size::of(&entry);
        let size = Size { texts: self.size.texts + added.texts, characters: self.size.characters + added.characters };
        if size.texts > MOST_TEXTS || size.characters > MOST_TEXT {
            return Err(EquivalencyError::TooLarge);
        }
        // Only an entry that has one of these texts, in any case, can replace it too.
        let folded: BTreeSet<String> = entry.texts.literals().map(|(_, text)| text.to_ascii_lowercase()).collect();
        let others: BTreeSet<&String> = folded.iter().filter_map(|text| self.of_text.get(text)).flatten().collect();
        for (first, other) in others.into_iter().filter_map(|first| self.entries.get_key_value(first)) {
            if let Some(value) = conflict(other, &entry) {
                return Err(EquivalencyError::TwoPlaceholders {
                    value,
                    first: first.clone(),
                    second: placeholder.to_owned(),
                });
            }
        }
        self.size = size;
        for text in folded {
            self.of_text.entry(text).or_default().insert(placeholder.to_owned());
        }
        self.entries.insert(placeholder.to_owned(), entry);
        Ok(())
    }

    /// Puts an entry in the place of the one with this placeholder, if there is one.
    ///
    /// # Errors
    /// As [`EquivalencyList::insert`]; then nothing has changed.
    pub fn replace(&mut self, placeholder: &str, entry: Entry) -> Result<(), EquivalencyError> {
        let before = self.remove(placeholder);
        match (self.insert(placeholder, entry), before) {
            // It was in the dictionary before, so it fits into what is left.
            (Err(error), Some(before)) => self.insert(placeholder, before).and(Err(error)),
            (result, _) => result,
        }
    }

    /// Takes an entry out.
    pub fn remove(&mut self, placeholder: &str) -> Option<Entry> {
        let entry = self.entries.remove(placeholder)?;
        let removed = Size::of(&entry);
        self.size.texts -= removed.texts;
        self.size.characters -= removed.characters;
        for (_, text) in entry.texts.literals() {
            if let Some(placeholders) = self.of_text.get_mut(&text.to_ascii_lowercase()) {
                placeholders.remove(placeholder);
            }
        }
        Some(entry)
    }

    /// The entries by placeholder, sorted.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(placeholder, entry)| (placeholder.as_str(), entry))
    }

    /// The entry of a placeholder.
    #[must_use]
    pub fn get(&self, placeholder: &str) -> Option<&Entry> {
        self.entries.get(placeholder)
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether an entry by tag lists an account with this tag.
    #[must_use]
    pub fn has_texts_of(&self, tag: &AccountTag) -> bool {
        self.entries.values().any(|entry| match &entry.texts {
            Texts::ByTag(by_tag, _) => by_tag.has(tag),
            Texts::Shared(..) | Texts::Pattern(_) => false,
        })
    }

    /// Names an account that belongs to the user's organization besides the two under comparison. A later name takes the
    /// place of an earlier one.
    pub fn know_account(&mut self, id: AccountId, name: String) {
        self.known_accounts.insert(id, name);
    }

    /// The known accounts with their names, sorted by id.
    pub fn known_accounts(&self) -> impl Iterator<Item = (&AccountId, &str)> {
        self.known_accounts.iter().map(|(id, name)| (id, name.as_str()))
    }
}

/// A text that both entries would replace in some text of one account.
fn conflict(first: &Entry, second: &Entry) -> Option<String> {
    if !first.places.meets(second.places) {
        return None;
    }
    let folds = |entry: &Entry| entry.texts.matching() == Some(Matching::Token);
    let ignore_case = folds(first) || folds(second);
    let same = |a: &str, b: &str| if ignore_case { a.eq_ignore_ascii_case(b) } else { a == b };
    let same_account = |a: Option<&TagPattern>, b: Option<&TagPattern>| a.zip(b).is_none_or(|(a, b)| a.overlaps(b));
    first.texts.literals().find_map(|(tag, text)| {
        let clashes =
            |(other_tag, other): (Option<&TagPattern>, &str)| same(text, other) && same_account(tag, other_tag);
        second.texts.literals().any(clashes).then(|| text.to_owned())
    })
}

/// In the form of the file: a plain list where nothing else is said.
impl Serialize for EquivalencyList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (placeholder, entry) in &self.entries {
            map.serialize_entry(placeholder, entry)?;
        }
        if !self.known_accounts.is_empty() {
            map.serialize_entry(KNOWN_ACCOUNTS, &self.known_accounts)?;
        }
        map.end()
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Texts::Shared(texts, Matching::Substring) = &self.texts
            && self.places.is_all()
            && self.comment.is_none()
        {
            return serializer.collect_seq(texts);
        }
        let mut map = serializer.serialize_map(None)?;
        if let Some(comment) = &self.comment {
            map.serialize_entry("comment", comment)?;
        }
        match &self.texts {
            Texts::Shared(texts, _) => map.serialize_entry("values", texts)?,
            Texts::ByTag(tags, _) if tags.iter().any(|(tag, _)| KEYS.contains(&tag.as_str())) => {
                let tags: BTreeMap<&str, &BTreeSet<String>> =
                    tags.iter().map(|(tag, texts)| (tag.as_str(), texts)).collect();
                map.serialize_entry("tags", &tags)?;
            }
            Texts::ByTag(tags, _) => {
                for (tag, texts) in tags.iter() {
                    map.serialize_entry(tag.as_str(), texts)?;
                }
            }
            Texts::Pattern(pattern) => map.serialize_entry("pattern", pattern.as_str())?,
        }
        let by_tag = matches!(self.texts, Texts::ByTag(..));
        if let Some(matching) = self.texts.matching().filter(|matching| *matching != Texts::default_matching(by_tag)) {
            map.serialize_entry("match", matching.as_str())?;
        }
        let places: Vec<&str> = self.places.named().map(super::place::Place::as_str).collect();
        if !places.is_empty() {
            map.serialize_entry("in", &places)?;
        }
        map.end()
    }
}
