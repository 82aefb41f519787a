//! One text: find what is to be replaced, and replace it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::absent::{self, Absent};
use super::common::Common;
use super::counterparts::Counterparts;
use super::hits::{Found, What};
use super::literal::{DictionaryTooLarge, How, Literal, Owner};
use super::pattern::Pattern;
use super::separators::{self, FixedParts};
use super::span::{ReplacedPart, Span};
use super::third::Third;
use super::word_boundaries;
use crate::model::equivalency::{CLOSE, OPEN};
use crate::model::{Marked, Place};

/// Up to how many literal texts the quickest automaton is worth its memory.
const SMALL: usize = 500;

/// Up to which product of all their bytes and the longest one's the quickest automaton is worth its time: so many steps it
/// takes to make it of a text that repeats itself.
const QUICK: usize = 250_000;

/// What makes a text of the dictionary part of a longer word: placeholder, and the word before and after the text.
pub(super) type Stem = (String, String, String);

/// Everything that is replaced in one account.
#[derive(Debug, Clone, Default)]
pub struct Normaliser {
    automaton: Option<AhoCorasick>,
    /// In the order of the automaton's patterns.
    literals: Vec<Literal>,
    patterns: Vec<Pattern>,
    /// Longer words that hold each account's own text in that account, so that the text means the account there too.
    stems: BTreeSet<Stem>,
    common: Common,
    absent: Absent,
    third: Third,
    counterparts: Counterparts,
}

impl Normaliser {
    /// From literal texts and patterns.
    ///
    /// # Errors
    /// If there are too many texts to be looked for at once.
    pub(super) fn new(literals: Vec<Literal>, patterns: Vec<Pattern>) -> Result<Self, DictionaryTooLarge> {
        let automaton = if literals.is_empty() {
            None
        } else {
            // The quickest automaton where it is small; where there are many texts, the library chooses one that is not it.
            let lengths = || literals.iter().map(|literal| literal.text.len());
            let steps = lengths().sum::<usize>().saturating_mul(lengths().max().unwrap_or_default());
            let kind = match (literals.len() < SMALL, steps < QUICK) {
                (true, true) => Some(AhoCorasickKind::DFA),
                (true, false) => Some(AhoCorasickKind::ContiguousNFA),
                (false, _) => None,
            };
            let mut builder = AhoCorasick::builder();
            builder.kind(kind).match_kind(MatchKind::Standard).ascii_case_insensitive(true);
            let texts = literals.iter().map(|literal| &literal.text);
            Some(builder.build(texts).map_err(|error| DictionaryTooLarge(Box::new(error)))?)
        };
        Ok(Self { automaton, literals, patterns, ..Self::default() })
    }

    pub(super) fn with_stems(self, stems: BTreeSet<Stem>) -> Self {
        Self { stems, ..self }
    }

    pub(super) fn with_absent(self, absent: Absent) -> Self {
        Self { absent, ..self }
    }

    pub(super) fn with_common(self, common: Common) -> Self {
        Self { common, ..self }
    }

    pub(super) fn with_third(self, third: Third) -> Self {
        Self { third, ..self }
    }

    /// The tags of the third accounts that have a text of the dictionary.
    pub(super) fn third_accounts(&self, placeholder: &str, text: &str) -> Vec<String> {
        self.third.tags(placeholder, text)
    }

    pub(super) fn with_counterparts(self, counterparts: Counterparts) -> Self {
        Self { counterparts, ..self }
    }

    /// The text with placeholders (between their marks) for all that is to be replaced; `record` hears of each, and
    /// of what was found and left.
    ///
    /// All is looked for at once; of what begins together the longest wins, and what was replaced is not read again.
    pub fn apply<'t>(&self, text: &'t str, place: Place, record: impl FnMut(Found<'_>)) -> Marked<Cow<'t, str>> {
        let mut spans = self.spans(text, place);
        self.counterparts.find(text, place, &mut spans);
        Marked::new(render(text, spans, record))
    }

    /// As [`Normaliser::apply`] for a condition key.
    pub(super) fn apply_key<'t>(&self, key: &'t str, record: impl FnMut(Found<'_>)) -> Marked<Cow<'t, str>> {
        let mut spans = self.spans_beside(&FixedParts::of_key(key), key, Place::Condition);
        self.counterparts.find(key, Place::Condition, &mut spans);
        Marked::new(render(key, spans, record))
    }

    /// As [`Normaliser::apply`] for a text of an AWS managed policy: only the partition of an ARN differs in it.
    pub(super) fn apply_partition<'t>(
        &self,
        text: &'t str,
        place: Place,
        record: impl FnMut(Found<'_>),
    ) -> Marked<Cow<'t, str>> {
        let partition = separators::partition(text).unwrap_or_default();
        let mut spans = self.spans(text, place);
        spans.retain(|span| {
            let is_within = |part: &(usize, usize, &str)| partition.start <= part.0 && part.1 <= partition.end;
            span.what.is_replaced() && span.replaced().iter().all(is_within)
        });
        Marked::new(render(text, spans, record))
    }

    /// The dictionary's literal texts that are replaced in this account, as (placeholder, text).
    pub fn replaced(&self) -> impl Iterator<Item = (&str, &str)> {
        self.replaced_literals().map(|one| (one.placeholder.as_str(), one.text.as_str()))
    }

    fn replaced_literals(&self) -> impl Iterator<Item = &Literal> {
        let is_replaced = |one: &&Literal| matches!(one.owner, Owner::Own | Owner::Anyone);
        self.literals.iter().filter(move |one| one.how != How::AccountId && is_replaced(one))
    }

    /// As [`Normaliser::replaced`], but of texts with separators the parts that are replaced.
    pub fn replaced_parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.replaced_literals().flat_map(|one| {
            let of = |part: &ReplacedPart| one.text.get(part.range.clone()).unwrap_or_default();
            one.parts.iter().map(move |part| (part.placeholder.as_str(), of(part)))
        })
    }

    /// Those of them of which nothing tells whose they are, so that they are replaced in both accounts.
    pub fn nobodys(&self) -> impl Iterator<Item = (&str, &str)> {
        let literals = self.literals.iter().filter(|one| one.owner == Owner::Anyone);
        literals.map(|one| (one.placeholder.as_str(), one.text.as_str()))
    }

    /// The texts of a pattern of which nothing tells whose they are, if the accounts have any.
    pub fn nobodys_of<'a>(&'a self, placeholder: &'a str) -> impl Iterator<Item = &'a str> {
        let patterns = self.patterns.iter().filter(move |pattern| pattern.placeholder == placeholder);
        let texts = patterns.flat_map(|pattern| &pattern.owners);
        texts.filter(|(_, owner)| **owner == Owner::Anyone).map(|(text, _)| text.as_str())
    }

    /// As [`Normaliser::apply`] for the name of a policy embedded in a role.
    pub(super) fn apply_inline_name<'t>(
        &self,
        role: &str,
        name: &'t str,
        record: impl FnMut(Found<'_>),
    ) -> Cow<'t, str> {
        let mut spans = self.spans(name, Place::PolicyName);
        spans.extend(self.counterparts.inline_name(role, name));
        render(name, spans, record)
    }

    /// A text in which these parts are given, and the rest is as the dictionary has it: what two generated names have
    /// in common.
    pub(super) fn shape(&self, text: &str, place: Place, given: &[(usize, usize, &str)]) -> String {
        let mut spans = self.spans(text, place);
        spans.extend(given.iter().map(|(start, end, placeholder)| Span::generated(*start, *end, placeholder)));
        render(text, spans, |_| {}).into_owned()
    }

    /// As [`Normaliser::shape`], without what is missing in names.
    pub(super) fn shape_as_written(&self, text: &str, place: Place) -> String {
        render(text, self.spans_beside(&FixedParts::new(text, place), text, place), |_| {}).into_owned()
    }

    /// Whether some text of the dictionary is one account's.
    pub(super) fn tells_accounts_apart(&self) -> bool {
        self.literals.iter().any(|literal| literal.how != How::AccountId && literal.owner != Owner::Anyone)
    }

    /// Whether some text of the dictionary is looked for inside longer words.
    pub(super) fn may_stand_in_words(&self) -> bool {
        self.literals.iter().any(|literal| literal.how == How::Substring)
    }

    /// The longer words in which a text stands that is this account's own.
    pub(super) fn own_words(&self, text: &str, place: Place, mut visit: impl FnMut(Stem)) {
        for (literal, start, end) in self.literals_in(text, place) {
            if literal.owner == Owner::Own
                && literal.how == How::Substring
                && !word_boundaries::is_token(text, start, end)
            {
                let (before, after) = word_boundaries::rest_of_word(text, start, end);
                visit((literal.placeholder.clone(), before.to_owned(), after.to_owned()));
            }
        }
    }

    /// Occurrences of literal texts under their rules; they may overlap.
    pub(super) fn literals_in<'a>(
        &'a self,
        text: &'a str,
        place: Place,
    ) -> impl Iterator<Item = (&'a Literal, usize, usize)> {
        let automaton = self.automaton.iter();
        automaton.flat_map(move |automaton| automaton.find_overlapping_iter(text)).filter_map(move |found| {
            // The automaton is made of these literals. One that is not there would be left as it is written.
            let literal = self.literals.get(found.pattern().as_usize())?;
            let (start, end) = (found.start(), found.end());
            let counts = match literal.how {
                How::Token => word_boundaries::is_token(text, start, end),
                How::Substring => text.get(start..end) == Some(literal.text.as_str()),
                How::AccountId => stands_alone(text, start, end),
            };
            (counts && literal.places.has(place)).then_some((literal, start, end))
        })
    }

    fn spans<'a>(&'a self, text: &'a str, place: Place) -> Vec<Span<'a>> {
        let mut spans = self.spans_beside(&FixedParts::new(text, place), text, place);
        if !self.absent.is_empty() {
            for (kind, range) in absent::names(place, text) {
                let written = self.shape_as_written(text.get(range.clone()).unwrap_or_default(), place);
                spans.extend(self.absent.span(kind, range, written, place));
            }
        }
        spans
    }

    /// What is to be replaced beside what must stay.
    fn spans_beside<'a>(&'a self, fixed: &FixedParts, text: &'a str, place: Place) -> Vec<Span<'a>> {
        let mut spans: Vec<Span<'a>> = Vec::new();
        let common = self.common.ranges(text, place);
        let is_common = |start: usize, end: usize| common.iter().any(|common| common.start < end && start < common.end);
        for (literal, start, end) in self.literals_in(text, place) {
            let is_third = literal.owner == Owner::Third;
            if (is_common(start, end) && literal.how != How::AccountId)
                || (is_third && !self.third.is_meant(literal, text, start))
            {
                continue;
            }
            let fits = if literal.parts.is_empty() { !fixed.is_arn } else { !fixed.keeps(start, &literal.parts) };
            // A word that is also part of a name that AWS gave, `devops` of `devops-guru`, does not mean it there.
            if (!fits && !literal.is_separated()) || fixed.is_owned_by_aws(start, &literal.parts) {
                continue;
            }
            let what = self.what(literal, text, start, end);
            // What is said of words in which a text is left is about the texts of the two accounts.
            if is_third && what != What::Third {
                continue;
            }
            spans.push(Span {
                start,
                end,
                placeholder: Cow::Borrowed(&literal.placeholder),
                parts: Cow::Borrowed(&literal.parts),
                what: if fits || !what.is_replaced() { what } else { What::Unfit },
                literal: &literal.text,
                rank: if literal.how == How::AccountId { 0 } else { 2 },
            });
        }
        for pattern in self.patterns.iter().filter(|pattern| pattern.places.has(place)) {
            let found = pattern.spans(fixed, text, place);
            spans.extend(found.into_iter().filter(|span| !is_common(span.start, span.end)));
        }
        spans
    }

    /// What becomes of a literal text where it stands.
    fn what(&self, literal: &Literal, text: &str, start: usize, end: usize) -> What {
        let in_word = literal.how == How::Substring && !word_boundaries::is_token(text, start, end);
        if self.common.is_word(literal, text, start, end) {
            return What::Common;
        }
        match literal.owner {
            Owner::Anyone if in_word => What::ReplacedInWord,
            Owner::Anyone => What::Replaced,
            Owner::Own | Owner::Other | Owner::Third if in_word => {
                let (before, after) = word_boundaries::rest_of_word(text, start, end);
                let stem = (literal.placeholder.clone(), before.to_owned(), after.to_owned());
                match (self.stems.contains(&stem), literal.owner) {
                    (true, Owner::Own) => What::ReplacedInWord,
                    (true, Owner::Third) => What::Third,
                    (true, Owner::Other | Owner::Anyone) => What::Foreign,
                    // A word that only happens to hold the text, such as `devices`: alike on both sides as it stands.
                    (false, _) => What::LeftInWord,
                }
            }
            Owner::Own => What::Replaced,
            Owner::Other => What::Foreign,
            Owner::Third => What::Third,
        }
    }
}

fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).and_then(|t| t.chars().next_back());
    let after = text.get(end..).and_then(|t| t.chars().next());
    ![before, after].into_iter().flatten().any(|c| c.is_ascii_alphanumeric())
}

/// Takes the leftmost parts, of those that begin together the longest, and writes the text with them replaced.
fn render<'t>(text: &'t str, mut spans: Vec<Span<'_>>, mut record: impl FnMut(Found<'_>)) -> Cow<'t, str> {
    if spans.is_empty() {
        return Cow::Borrowed(text);
    }
    // A built-in rule's part may be empty (a path without its region); it comes first where it begins.
    let empty = |span: &Span<'_>| span.start == span.end;
    spans.sort_by(|a, b| (a.start, !empty(a), b.end, a.rank).cmp(&(b.start, !empty(b), a.end, b.rank)));
    let mut result = String::with_capacity(text.len() + 16);
    let (mut at, mut done) = (0, 0);
    // What does not begin and end between two characters is left as it is; with the others no part of the text is lost.
    spans.retain(|span| text.get(span.start..span.end).is_some());
    for span in spans {
        if span.start < done {
            continue;
        }
        done = span.end;
        let mut what = span.what;
        if !what.is_replaced() {
            let value = text.get(span.start..span.end).unwrap_or_default();
            record(Found { placeholder: &span.placeholder, literal: span.literal, value, what });
            continue;
        }
        for (start, end, placeholder) in span.replaced() {
            let value = text.get(start..end).unwrap_or_default();
            record(Found { placeholder, literal: span.literal, value, what });
            // It stands in its word once.
            what = What::Replaced;
            result.push_str(text.get(at..start).unwrap_or_default());
            result.push(OPEN);
            result.push_str(placeholder);
            result.push(CLOSE);
            at = end;
        }
    }
    if at == 0 && result.is_empty() {
        return Cow::Borrowed(text);
    }
    result.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(result)
}
