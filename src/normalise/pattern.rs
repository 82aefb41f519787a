//! A pattern of the dictionary, ready to be looked for.

use std::borrow::Cow;
use std::collections::BTreeMap;

use regex::Regex;

use super::hits::What;
use super::literal::Owner;
use super::separators::{self, FixedParts};
use super::span::{ReplacedPart, Span};
use crate::model::{Place, Places};

/// A regular expression to look for; its first group, or the whole, is replaced.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    pub regex: Regex,
    pub placeholder: String,
    pub places: Places,
    /// Whose the texts are that it matches in the two accounts; a text that is not there is nobody's.
    pub owners: BTreeMap<String, Owner>,
}

impl Pattern {
    /// What it matches in a text, in its order.
    pub(super) fn spans<'a>(&'a self, fixed: &FixedParts, text: &str, place: Place) -> Vec<Span<'a>> {
        let mut spans = Vec::new();
        for captures in self.regex.captures_iter(text) {
            let part = captures.iter().skip(1).flatten().next().or_else(|| captures.get(0));
            // A group that took no part, or an empty match, leaves nothing to replace.
            let Some(part) = part.filter(|part| !part.is_empty()) else { continue };
            spans.extend(self.span(fixed, part.start(), part.as_str(), place));
        }
        spans
    }

    /// Whose a text is that it matched.
    fn owner(&self, matched: &str) -> Owner {
        self.owners.get(matched).copied().unwrap_or(Owner::Anyone)
    }

    /// What it matched; none if that is not to be replaced where it stands.
    fn span(&self, fixed: &FixedParts, start: usize, matched: &str, place: Place) -> Option<Span<'_>> {
        let (ranges, separators) = separators::segments(matched);
        let ranges = ranges.into_iter().filter(|range| !range.is_empty());
        let parts: Vec<ReplacedPart> =
            ranges.map(|range| ReplacedPart { range, placeholder: self.placeholder.clone() }).collect();
        let is_wild = place.takes_wildcards() && matched.contains(['*', '?', '$', '{', '}']);
        if fixed.is_owned_by_aws(start, &parts) && !is_wild {
            return None;
        }
        let keeps = fixed.keeps(start, &parts);
        let what = if is_wild {
            What::Wildcard
        } else if separators.is_empty() && keeps {
            return None;
        } else if self.owner(matched) == Owner::Other {
            What::Foreign
        } else if separators.is_empty() {
            What::Replaced
        } else if fixed.is_arn && (keeps || parts.is_empty() || fixed.is_first(start, &parts)) {
            What::Unfit
        } else {
            What::Replaced
        };
        let end = start + matched.len();
        let placeholder = Cow::Borrowed(self.placeholder.as_str());
        Some(Span { start, end, placeholder, parts: Cow::Owned(parts), what, literal: "", rank: 3 })
    }
}
