//! Patterns of other statements on which something else may differ than on the rest of what a statement allows.

use std::sync::Arc;

use super::cells::{Asking, ClassWork, PatternPlace};
use crate::semantics::solver::Solver;
use crate::semantics::solver::question::{Resources, Start};
use crate::semantics::solver::texts::Text;

/// How many patterns of other statements are worth asking about to say where in an allowed one something differs.
pub(super) const MOST_ASKED: usize = 32;

/// A pattern of another rule than the one that allows.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The rule.
    pub rule: usize,
    /// Its index in the rule, whether this lists patterns or exceptions.
    pub pattern: usize,
    /// The pattern.
    pub text: Arc<Text>,
}

/// What the resources of a rule are written as.
#[derive(Debug, Clone, Copy)]
enum Lists {
    /// `Resource`.
    Patterns,
    /// `NotResource`.
    Exceptions,
}

impl ClassWork<'_> {
    /// Patterns of other statements that lie within a start, narrower than it, and on which alone something may differ: what
    /// the other side denies or only does not allow, and what the own side alone does allow. The widest first.
    pub(super) fn narrower(&self, asking: &Asking<'_>, start: &Start) -> Vec<Candidate> {
        let (own, other) = (self.live(asking.side), self.live(asking.side.other()));
        let own_boundary = own.boundary.iter().flat_map(|rules| rules.iter());
        let other_boundary = other.boundary.iter().flat_map(|rules| rules.iter());
        let denies_alone = other.denies.iter().filter(|rule| !own.denies.contains(*rule));
        let mut candidates = self.patterns(denies_alone.chain(own_boundary), Lists::Patterns);
        let excepting = other.allows.iter().chain(other_boundary).chain(own.denies.iter());
        candidates.extend(self.patterns(excepting, Lists::Exceptions));
        self.within(candidates, start)
    }

    /// The patterns of those rules that list patterns, or exceptions.
    fn patterns(&self, rules: impl Iterator<Item = usize>, lists: Lists) -> Vec<Candidate> {
        let mut candidates = Vec::new();
        for rule in rules {
            let texts = match (self.pair.rules.get(rule).map(|rule| &rule.resources), lists) {
                (Some(Resources::Matching(texts)), Lists::Patterns) => texts,
                (Some(Resources::Except(texts)), Lists::Exceptions) => texts,
                // Of a rule that lists the other, nothing is asked for.
                (Some(Resources::Matching(_) | Resources::Except(_)) | None, _) => continue,
            };
            let numbered = texts.iter().cloned().enumerate();
            candidates.extend(numbered.map(|(pattern, text)| Candidate { rule, pattern, text }));
        }
        candidates
    }

    /// Those candidates, each text once, that lie within a start and are narrower, the widest first.
    fn within(&self, mut candidates: Vec<Candidate>, start: &Start) -> Vec<Candidate> {
        once(&mut candidates);
        candidates.retain(|candidate| self.is_within(&candidate.text, start));
        widest_first(&mut candidates, &self.shared.solver);
        candidates
    }

    /// Whether a pattern lies within a start and is narrower.
    pub(super) fn is_within(&self, text: &Arc<Text>, start: &Start) -> bool {
        let is_narrower = |whole: &Arc<Text>| {
            text.number != whole.number
                && self.shared.solver.overlap(whole, text)
                && self.shared.solver.contains(whole, text)
        };
        !text.is_everything()
            && start.matching.iter().all(is_narrower)
            && !start.except.iter().any(|except| self.shared.solver.contains(except, text))
    }

    /// Patterns that overlap with a start and on which less may differ: what the other side allows or leaves out of what it
    /// denies, and what the own side denies or leaves out of its boundary.
    pub(super) fn less_different(&self, asking: &Asking<'_>, start: &Start) -> Vec<Candidate> {
        let (own, other) = (self.live(asking.side), self.live(asking.side.other()));
        let own_boundary = own.boundary.iter().flat_map(|rules| rules.iter());
        let other_boundary = other.boundary.iter().flat_map(|rules| rules.iter());
        let denies_alone = other.denies.iter().filter(|rule| !own.denies.contains(*rule));
        let allowed_or_denied = other.allows.iter().chain(other_boundary).chain(own.denies.iter());
        let mut candidates = self.patterns(allowed_or_denied, Lists::Patterns);
        candidates.extend(self.patterns(denies_alone.chain(own_boundary), Lists::Exceptions));
        once(&mut candidates);
        let meets = |text: &Arc<Text>| {
            !text.is_everything()
                && start.matching.iter().all(|whole| {
                    whole.number != text.number
                        && self.shared.solver.overlap(whole, text)
                        && !self.shared.solver.contains(text, whole)
                })
        };
        candidates.retain(|candidate| meets(&candidate.text));
        widest_first(&mut candidates, &self.shared.solver);
        candidates
    }
}

impl Candidate {
    /// The place within an allowed pattern.
    pub const fn within(&self, within: usize) -> PatternPlace {
        PatternPlace::Narrower { within, rule: self.rule, pattern: self.pattern }
    }
}

/// Leaves of candidates with one text the first.
fn once(candidates: &mut Vec<Candidate>) {
    candidates.sort_by_key(|candidate| (candidate.text.number, candidate.rule, candidate.pattern));
    candidates.dedup_by_key(|candidate| candidate.text.number);
}

/// Sorts candidates, those first that contain the most others. Too many to be asked about stay as they are.
fn widest_first(candidates: &mut [Candidate], solver: &Solver) {
    if candidates.len() > MOST_ASKED {
        return;
    }
    let all: Vec<Arc<Text>> = candidates.iter().map(|candidate| Arc::clone(&candidate.text)).collect();
    let width = |text: &Arc<Text>| all.iter().filter(|other| solver.contains(text, other)).count();
    candidates.sort_by_cached_key(|candidate| (std::cmp::Reverse(width(&candidate.text)), candidate.text.number));
}
