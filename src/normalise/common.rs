//! What both accounts have, letter by letter: it is no account's own, though it contains a text of the dictionary.
//!
//! A name is common if both accounts have it and neither has a counterpart of it, the same name with its own text.
//! That holds for names of what an account itself has: roles, policies, instance profiles, paths, tags. A resource that
//! both name can still be the other account's, so a reference is common only if it names something common in the own
//! account. A word with a change of case, the `Dev` of `DevOps`, is common everywhere, unless both accounts have their
//! own texts beside the same word.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Builtins;
use super::generated_names::{self, Named};
use super::literal::{How, Literal, Owner};
use super::word_boundaries;
use crate::model::{AccountId, Place};

/// What is common to two accounts, as one of them sees it.
#[derive(Debug, Clone, Default)]
pub(super) struct Common {
    pub(super) own: Option<AccountId>,
    pub(super) builtins: Builtins,
    pub(super) names: BTreeSet<Name>,
    pub(super) words: BTreeSet<String>,
    pub(super) neighbors: BTreeSet<Neighbor>,
}

/// A name, without what was generated at its end, and what it names.
pub(super) type Name = (Kind, String);

/// What has a name in its own account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Role,
    Policy,
    InstanceProfile,
    Path,
    Tag,
}

/// The word before or after a text of an entry: placeholder, whether it is before, and the word.
pub(super) type Neighbor = (String, bool, String);

/// A name without what was generated at its end.
pub(super) fn without_generated<'n>(builtins: Builtins, named: Named, name: &'n str, path: &str) -> &'n str {
    let form = generated_names::recognise(builtins, named, name, path);
    form.and_then(|form| name.get(..form.part.start)).unwrap_or(name)
}

pub(super) fn means_an_account(literal: &Literal) -> bool {
    literal.how != How::AccountId && literal.owner != Owner::Anyone
}

/// The longer word, without separators, of which a text is a part; none for a word of its own.
pub(super) fn compound(text: &str, start: usize, end: usize) -> Option<Range<usize>> {
    let (before, after) = word_boundaries::rest_of_word(text, start, end);
    // A text that begins or ends with a separator ends the word beside it.
    let word = text.get(start..end).unwrap_or_default();
    let before = if word.starts_with(char::is_alphanumeric) { before } else { "" };
    let after = if word.ends_with(char::is_alphanumeric) { after } else { "" };
    (!before.is_empty() || !after.is_empty()).then(|| start - before.len()..end + after.len())
}

/// The words before and after a text, beyond one separator at most.
pub(super) fn beside(literal: &Literal, text: &str, start: usize, end: usize) -> Vec<Neighbor> {
    const SEPARATORS: [char; 3] = ['-', '_', '.'];
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let before = before.strip_suffix(SEPARATORS).unwrap_or(before);
    let after = after.strip_prefix(SEPARATORS).unwrap_or(after);
    let last = before
        .char_indices()
        .rev()
        .take_while(|(_, c)| c.is_alphanumeric())
        .find(|(at, _)| word_boundaries::is_boundary(before, *at))
        .and_then(|(at, _)| before.get(at..));
    let ends = |at: &usize| *at == after.len() || word_boundaries::is_boundary(after, *at);
    let first = after.char_indices().map(|(at, _)| at).skip(1).chain([after.len()]).find(ends);
    let first = first.and_then(|at| after.get(..at)).filter(|word| word.starts_with(char::is_alphanumeric));
    let neighbor = |is_before: bool, word: &str| (literal.placeholder.clone(), is_before, word.to_lowercase());
    let last = last.map(|word| neighbor(true, word));
    last.into_iter().chain(first.map(|word| neighbor(false, word))).collect()
}

impl Kind {
    pub(super) const fn place(self) -> Place {
        match self {
            Self::Role => Place::RoleName,
            Self::Policy => Place::PolicyName,
            Self::InstanceProfile => Place::InstanceProfile,
            Self::Path => Place::Path,
            Self::Tag => Place::Tag,
        }
    }
}

impl Common {
    /// Whether a text stands in a word that both accounts have and that means neither of them.
    pub(super) fn is_word(&self, literal: &Literal, text: &str, start: usize, end: usize) -> bool {
        if self.words.is_empty() || !means_an_account(literal) {
            return false;
        }
        let Some(range) = compound(text, start, end) else { return false };
        let Some(word) = text.get(range.clone()).filter(|word| self.words.contains(*word)) else { return false };
        let within = beside(literal, word, start - range.start, end - range.start);
        !within.iter().any(|neighbor| self.neighbors.contains(neighbor))
    }

    /// The parts of a text that name something common.
    pub(super) fn ranges(&self, text: &str, place: Place) -> Vec<Range<usize>> {
        if self.names.is_empty() {
            return Vec::new();
        }
        let mut ranges = match place {
            Place::RoleName => self.name(Kind::Role, &[Named::Role], text, 0),
            Place::InstanceProfile => self.name(Kind::InstanceProfile, &[Named::InstanceProfile], text, 0),
            Place::PolicyName => self.name(Kind::Policy, &[Named::ManagedPolicy, Named::InlinePolicy], text, 0),
            Place::Path => self.name(Kind::Path, &[], text, 0),
            Place::Tag => self.name(Kind::Tag, &[], text, 0),
            Place::Condition => self.condition(text),
            Place::Resource | Place::Principal | Place::Description => Vec::new(),
        };
        if matches!(place, Place::PolicyName | Place::Resource | Place::Principal | Place::Condition) {
            ranges.extend(self.of_arn(text));
        }
        ranges
    }

    /// A name from `at` on, if it is common, without what was generated at its end.
    fn name(&self, kind: Kind, named: &[Named], name: &str, at: usize) -> Vec<Range<usize>> {
        let is_common = |name: &str| self.names.contains(&(kind, name.to_owned()));
        let generated = || named.iter().map(|named| without_generated(self.builtins, *named, name, "/service-role/"));
        let found = std::iter::once(name).chain(generated()).find(|name| is_common(name));
        found.map(|name| at..at + name.len()).into_iter().collect()
    }

    /// In a condition, the values and keys of tags.
    fn condition(&self, text: &str) -> Vec<Range<usize>> {
        let whole = self.name(Kind::Tag, &[], text, 0);
        let key = text.rsplit_once('/').map(|(before, key)| self.name(Kind::Tag, &[], key, before.len() + 1));
        whole.into_iter().chain(key.into_iter().flatten()).collect()
    }

    /// The path and the name in the ARN of something in the own account.
    fn of_arn(&self, text: &str) -> Vec<Range<usize>> {
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", _, "iam" | "sts", _, account, resource] = fields.as_slice() else { return Vec::new() };
        let is_own = *account == "*" || self.own.as_ref().is_some_and(|own| own.as_str() == *account);
        let Some((kind, rest)) = resource.split_once('/').filter(|_| is_own) else { return Vec::new() };
        let at = text.len() - rest.len();
        let path_and_name = || rest.rsplit_once('/').map_or((0, rest), |(path, name)| (path.len() + 1, name));
        let (kind, named, (start, name)) = match kind {
            "role" => (Kind::Role, Named::Role, path_and_name()),
            "assumed-role" => (Kind::Role, Named::Role, (0, rest.split('/').next().unwrap_or(rest))),
            "policy" => (Kind::Policy, Named::ManagedPolicy, path_and_name()),
            "instance-profile" => (Kind::InstanceProfile, Named::InstanceProfile, path_and_name()),
            _ => return Vec::new(),
        };
        let mut ranges = self.name(kind, &[named], name, at + start);
        if start > 0 {
            // A path has a `/` at both ends; the first one is that behind the kind.
            let path = text.get(at - 1..at + start).unwrap_or_default();
            ranges.extend(self.name(Kind::Path, &[], path, at - 1));
        }
        ranges
    }
}
