//! Names that have a suffix or a prefix in one account and nothing in its place in the other: `app-dev` and `app`.
//!
//! An entry by tag says so with an empty list for the account without. Nothing cannot be found in a text, so it counts
//! only at the end or the beginning of a name that the other account has with its suffix or prefix, of the same kind of
//! thing. Where the account with the suffix uses such a name without it, it means the other account's.

use std::collections::BTreeMap;
use std::ops::Range;

use super::hits::What;
use super::span::Span;
use crate::model::{Place, Places, Side};

/// The names without a suffix or prefix, as one account sees them.
#[derive(Debug, Clone, Default)]
pub(super) struct Absent {
    /// By what is named and the name as the dictionary has it: the placeholder, and where it stands.
    pub(super) names: BTreeMap<Name, Missing>,
}

/// What is missing in a name.
#[derive(Debug, Clone)]
pub(super) struct Missing {
    pub placeholder: String,
    pub places: Places,
    pub end: End,
    /// The account that has nothing there.
    pub without: Side,
    /// The account that sees it.
    pub side: Side,
}

/// What is named, and the name as the dictionary has it.
pub(super) type Name = (String, String);

/// Where in a name the other account has its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    Prefix,
    Suffix,
}

/// Whether an account has such names only for what is its own.
pub(super) fn is_own(kind: &str) -> bool {
    matches!(kind, "role" | "policy" | "instance-profile" | "tag")
}

/// The names in a text with what they name. None with a wildcard or a variable: `app-*` names more than `app-*-dev`.
pub(super) fn names(place: Place, text: &str) -> impl Iterator<Item = (String, Range<usize>)> {
    let whole = |kind: &str| vec![(kind.to_owned(), 0..text.len())];
    let found = match place {
        Place::RoleName => whole("role"),
        Place::InstanceProfile => whole("instance-profile"),
        Place::PolicyName if !text.starts_with("arn:") => whole("policy"),
        Place::PolicyName | Place::Resource | Place::Principal | Place::Condition => of_arn(text),
        Place::Tag => whole("tag"),
        Place::Path | Place::Description => Vec::new(),
    };
    found.into_iter().filter(move |(_, range)| {
        let name = text.get(range.clone()).unwrap_or_default();
        !name.is_empty() && !name.contains(['*', '?', '$', '{', '}'])
    })
}

/// The names in an ARN: of a role and the like the last part, of anything else the first two parts of the resource.
fn of_arn(text: &str) -> Vec<(String, Range<usize>)> {
    let fields: Vec<&str> = text.splitn(6, ':').collect();
    let ["arn", _, service, _, account, resource] = fields.as_slice() else { return Vec::new() };
    let at = text.len() - resource.len();
    if *account == "aws" {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut start = at;
    for part in resource.split(['/', ':']) {
        parts.push((part, start..start + part.len()));
        start += part.len() + 1;
    }
    match (*service, parts.as_slice()) {
        ("iam", [(kind @ ("role" | "policy" | "instance-profile"), _), .., (_, name)]) => {
            vec![((*kind).to_owned(), name.clone())]
        }
        ("sts", [("assumed-role", _), (_, name), ..]) => vec![("role".to_owned(), name.clone())],
        ("iam" | "sts", _) => Vec::new(),
        (_, [(_, first)]) => vec![(format!("{service}:"), first.clone())],
        (_, [(kind, first), (_, second), ..]) => {
            vec![(format!("{service}:"), first.clone()), (format!("{service}:{kind}/"), second.clone())]
        }
        (_, []) => Vec::new(),
    }
}

impl Absent {
    /// Whether no name has such an end in one account only.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What is to become of a name, if it has a suffix or prefix in the other account, or is the other account's because it
    /// has none. `written` is the name as the dictionary has it.
    pub(super) fn span(&self, kind: String, range: Range<usize>, written: String, place: Place) -> Option<Span<'_>> {
        let is_own = is_own(&kind);
        // A name that has nothing to do with such an entry.
        let missing = self.names.get(&(kind, written)).filter(|missing| missing.places.has(place))?;
        let placeholder = missing.placeholder.as_str().into();
        if missing.side == missing.without {
            let at = if missing.end == End::Suffix { range.end } else { range.start };
            Some(Span::built_in(at, at, placeholder, What::Replaced))
        } else {
            (!is_own).then(|| Span::built_in(range.start, range.end, placeholder, What::Foreign))
        }
    }
}
