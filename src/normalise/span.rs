//! A part of a text that is to be replaced, or was found and is left.

use std::borrow::Cow;
use std::ops::Range;

use super::hits::What;

/// A part of a text with what is to become of it.
#[derive(Debug, Clone)]
pub(super) struct Span<'a> {
    pub start: usize,
    pub end: usize,
    pub placeholder: Cow<'a, str>,
    /// What of it is replaced, counted from its start; empty for the whole.
    pub parts: Cow<'a, [ReplacedPart]>,
    pub what: What,
    /// The dictionary's text; empty for a built-in rule or a pattern.
    pub literal: &'a str,
    /// Of parts that begin and end together, the one with the lowest rank is taken.
    pub rank: u8,
}

impl<'a> Span<'a> {
    /// A part that a built-in rule found.
    pub(super) fn generated(start: usize, end: usize, placeholder: &'a str) -> Self {
        Self::built_in(start, end, Cow::Borrowed(placeholder), What::Replaced)
    }

    /// As [`Span::generated`], with what becomes of it.
    pub(super) const fn built_in(start: usize, end: usize, placeholder: Cow<'a, str>, what: What) -> Self {
        Self { start, end, placeholder, parts: Cow::Borrowed(&[]), what, literal: "", rank: 1 }
    }

    /// What of it is replaced by what, in its order.
    pub(super) fn replaced(&self) -> Vec<(usize, usize, &str)> {
        if self.parts.is_empty() {
            return vec![(self.start, self.end, &*self.placeholder)];
        }
        let place = |part: &'_ ReplacedPart| (self.start + part.range.start, self.start + part.range.end);
        self.parts.iter().map(|part| (place(part).0, place(part).1, part.placeholder.as_str())).collect()
    }
}

/// A part of a name, with what replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReplacedPart {
    pub range: Range<usize>,
    pub placeholder: String,
}
