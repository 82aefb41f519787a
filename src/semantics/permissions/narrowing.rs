//! On which resources of an allowed pattern something differs: on a narrower pattern, on all but some, or on all.

use std::rc::Rc;
use std::sync::Arc;

use super::cells::{Asking, ClassWork, Finding, Part, PatternPlace};
use crate::semantics::solver::Solver;
use crate::semantics::solver::question::{Fuel, Resources, RulesByEffect, Start};
use crate::semantics::solver::search::Outcome;
use crate::semantics::solver::texts::{Fold, Text};

/// How many patterns of other statements are worth asking about to say where in an allowed one something differs.
const MOST_ASKED: usize = 32;

/// How many patterns of Denies a row names in place of the allowed one.
const MOST_NAMED: usize = 256;

/// A pattern of another rule.
#[derive(Debug, Clone)]
struct Candidate {
    rule: usize,
    pattern: usize,
    text: Arc<Text>,
}

/// What the resources of a rule are written as.
#[derive(Debug, Clone, Copy)]
enum Lists {
    /// `Resource`.
    Patterns,
    /// `NotResource`.
    Exceptions,
}

/// A start as far as its findings have been located.
struct Located {
    /// Narrower patterns with what differs there.
    narrower: Vec<(Candidate, Outcome)>,
    /// What is left of the start, and what differs there.
    rest: Option<(Start, Outcome)>,
}

/// Patterns on which something else differs than on the rest of a start.
#[derive(Default)]
struct Beside {
    /// Those on which nothing does.
    equal: Vec<Arc<Text>>,
    /// Those of which findings of their own tell.
    told: Vec<Arc<Text>>,
    /// These findings.
    narrower: Vec<(Candidate, Outcome)>,
}

/// Denies to ask about, the place with its resources, and the patterns of it that they do not match.
type AskedDenies<'t> = (Vec<usize>, PatternPlace, Start, &'t [Arc<Text>]);

/// A place with the resources that are left of it.
type Somewhere<'s> = (PatternPlace, &'s Start);

impl ClassWork<'_> {
    /// The findings on one start, on which something differs.
    pub(super) fn located(
        &self,
        asking: &Asking<'_>,
        (at, start): (usize, &Start),
        outcome: Outcome,
        fuel: &mut (&mut Fuel, &mut Fuel),
    ) -> Vec<Finding> {
        let Located { narrower, rest } = self.narrowed(asking, start, &outcome, fuel.1);
        let told: Vec<Arc<Text>> = narrower.iter().map(|(candidate, _)| Arc::clone(&candidate.text)).collect();
        let mut findings = Vec::new();
        if let Some((rest, outcome)) = rest {
            findings.extend(self.parts(asking, (PatternPlace::Allowed(at), &rest), outcome, &told, fuel));
        }
        for (candidate, outcome) in narrower {
            // Of what lies in another one of them, that one tells.
            let is_within = |text: &&Arc<Text>| {
                text.number != candidate.text.number && self.shared.solver.contains(&candidate.text, text)
            };
            let told: Vec<Arc<Text>> = told.iter().filter(is_within).cloned().collect();
            let mut there = start.narrowed_to(&candidate.text);
            there.except.extend(told.iter().cloned());
            findings.extend(self.parts(asking, (candidate.within(at), &there), outcome, &told, fuel));
        }
        findings
    }

    /// The findings on a place: one, or one for each reason for which the other side refuses, as each has its own condition.
    fn parts(
        &self,
        asking: &Asking<'_>,
        (place, start): Somewhere<'_>,
        outcome: Outcome,
        told: &[Arc<Text>],
        fuel: &mut (&mut Fuel, &mut Fuel),
    ) -> Vec<Finding> {
        let has_reasons = !asking.denies_alone().is_empty() || asking.refusing.boundary.is_some();
        let is_split = match &outcome {
            Outcome::Difference { always: false, .. } => has_reasons,
            Outcome::Difference { always: true, .. } => self.is_denied_in_many_places(asking, start),
            Outcome::None | Outcome::Unknown(_) => false,
        };
        if !is_split {
            let is_conditional = matches!(outcome, Outcome::Difference { always: false, .. });
            let part = if is_conditional { Part::ImplicitlyDenied } else { Part::Whole };
            return self.with_beside(asking, (place, start), (part, outcome), told, fuel);
        }
        let mut findings = self.explicit(asking, (place, start), told, fuel.0);
        for part in [Part::ImplicitlyDenied, Part::OutsideBoundary] {
            if let Some(asking) = refusing_for(part, asking) {
                let outcome = self.outcome(&asking, start, fuel.0);
                if !matches!(outcome, Outcome::None) {
                    findings.extend(self.with_beside(&asking, (place, start), (part, outcome), told, fuel));
                }
            }
        }
        if findings.is_empty() {
            // No reason alone is enough for what was found.
            return self.with_beside(asking, (place, start), (Part::Whole, outcome), told, fuel);
        }
        findings
    }

    /// A finding with what differs in another way within its place.
    fn with_beside(
        &self,
        asking: &Asking<'_>,
        (place, start): Somewhere<'_>,
        (part, outcome): (Part, Outcome),
        told: &[Arc<Text>],
        fuel: &mut (&mut Fuel, &mut Fuel),
    ) -> Vec<Finding> {
        let beside = self.beside(asking, part, start, &outcome, fuel.1);
        let told = Rc::new([told, &beside.told].concat());
        let mut findings =
            vec![Finding { place, outcome, part, denying: Vec::new(), equal: Rc::new(beside.equal), told }];
        for (candidate, outcome) in beside.narrower {
            let there = start.narrowed_to(&candidate.text);
            let place = candidate.within(place.within());
            findings.extend(self.parts(asking, (place, &there), outcome, &[], fuel));
        }
        findings
    }

    /// Whether the other side alone denies more patterns within a start than can be compared with each other, but not too many
    /// to be named.
    fn is_denied_in_many_places(&self, asking: &Asking<'_>, start: &Start) -> bool {
        (MOST_ASKED + 1..MOST_NAMED).contains(&self.narrower(asking, start).len())
    }

    /// What differs by Denies that the other side alone has, each on its own patterns; those that are about all of a place are
    /// one finding.
    fn explicit(
        &self,
        asking: &Asking<'_>,
        (place, start): Somewhere<'_>,
        told: &[Arc<Text>],
        fuel: &mut Fuel,
    ) -> Vec<Finding> {
        let mut of_all = Vec::new();
        let mut asked: Vec<AskedDenies<'_>> = Vec::new();
        for rule in asking.denies_alone() {
            let Some(number) = asking.numbers.get(rule).copied() else { continue };
            match asking.rules.get(rule) {
                Some(resources) if self.is_about_all(resources, asking, start) => of_all.push(rule),
                Some(Resources::Matching(texts)) => {
                    for (pattern, text) in texts.iter().enumerate() {
                        let candidate = Candidate { rule: number, pattern, text: Arc::clone(text) };
                        let there = start.narrowed_to(text);
                        if self.is_within(text, start) {
                            asked.push((vec![rule], candidate.within(place.within()), there, &[]));
                        } else if start.matching.iter().all(|whole| self.shared.solver.overlap(whole, text)) {
                            asked.push((vec![rule], place, there, &[]));
                        }
                    }
                }
                Some(Resources::Except(texts)) => asked.push((vec![rule], place, start.clone(), texts)),
                None => {}
            }
        }
        if !of_all.is_empty() {
            asked.push((of_all, place, start.clone(), &[]));
        }
        let mut findings = Vec::new();
        for (denies, place, start, equal) in asked {
            // What the asking statement allows, the other side is taken to allow as well.
            let refusing = RulesByEffect { allows: vec![asking.granting], denies: denies.clone(), boundary: None };
            let outcome = self.outcome(&Asking { refusing, ..asking.clone() }, &start, fuel);
            if !matches!(outcome, Outcome::None) {
                let denying = denies.iter().filter_map(|rule| asking.numbers.get(*rule)).copied().collect();
                let (equal, told) = (Rc::new(equal.to_vec()), Rc::new(told.to_vec()));
                findings.push(Finding { place, outcome, part: Part::ExplicitlyDenied, denying, equal, told });
            }
        }
        findings
    }

    /// Whether a rule is about all resources of a start, as far as that is plain.
    fn is_about_all(&self, resources: &Resources, asking: &Asking<'_>, start: &Start) -> bool {
        let solver = &self.shared.solver;
        match resources {
            Resources::Matching(texts) => texts.iter().any(|text| {
                text.is_everything()
                    || solver.texts.fold(text, asking.template) == Fold::Covers
                    || start.matching.iter().any(|whole| solver.contains(text, whole))
            }),
            Resources::Except(texts) => {
                texts.iter().all(|text| start.matching.iter().any(|whole| !solver.overlap(whole, text)))
            }
        }
    }

    /// What differs on narrower patterns, where they alone make the difference, or make it whatever the request brings while
    /// the rest depends on it. Whatever is not certain leaves the start as it is.
    fn narrowed(&self, asking: &Asking<'_>, start: &Start, outcome: &Outcome, fuel: &mut Fuel) -> Located {
        let whole = || Located { narrower: Vec::new(), rest: Some((start.clone(), outcome.clone())) };
        let Outcome::Difference { always, .. } = outcome else { return whole() };
        let candidates = self.narrower(asking, start);
        if candidates.is_empty() || candidates.len() > MOST_ASKED || fuel.is_empty() {
            return whole();
        }
        let mut rest = start.clone();
        rest.except.extend(candidates.iter().map(|candidate| Arc::clone(&candidate.text)));
        let beyond = self.outcome(asking, &rest, fuel);
        let splits = match beyond {
            Outcome::None => true,
            Outcome::Difference { always: beyond, .. } => *always && !beyond,
            Outcome::Unknown(_) => false,
        };
        if !splits {
            return whole();
        }
        let is_alone = matches!(beyond, Outcome::None);
        let mut narrower: Vec<(Candidate, Outcome)> = Vec::new();
        let mut left: Vec<Arc<Text>> = candidates.iter().map(|candidate| Arc::clone(&candidate.text)).collect();
        for candidate in candidates {
            let others: Vec<Arc<Text>> =
                left.iter().filter(|text| text.number != candidate.text.number).cloned().collect();
            // What differs there may lie in another one as well.
            let mut alone = start.narrowed_to(&candidate.text);
            alone
                .except
                .extend(others.iter().filter(|other| self.shared.solver.contains(&candidate.text, other)).cloned());
            match self.outcome(asking, &alone, fuel) {
                found @ Outcome::Difference { always, .. } if is_alone || always => {
                    if !narrower
                        .iter()
                        .any(|(wider, outcome)| says((wider, outcome), (&candidate, &found), &self.shared.solver))
                    {
                        narrower.push((candidate, found));
                    }
                }
                // What differs there is in the rest.
                Outcome::None | Outcome::Difference { .. } => left = others,
                Outcome::Unknown(_) => return whole(),
            }
        }
        if is_alone {
            return if narrower.is_empty() { whole() } else { Located { narrower, rest: None } };
        }
        let mut rest = start.clone();
        rest.except.extend(left);
        let beyond = self.outcome(asking, &rest, fuel);
        match beyond {
            Outcome::Difference { .. } => Located { narrower, rest: Some((rest, beyond)) },
            Outcome::None | Outcome::Unknown(_) => whole(),
        }
    }

    /// Patterns of other statements that lie within a start, narrower than it, and on which alone something may differ: what
    /// the other side denies or only does not allow, and what the own side alone does allow. The widest first.
    fn narrower(&self, asking: &Asking<'_>, start: &Start) -> Vec<Candidate> {
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
    fn is_within(&self, text: &Arc<Text>, start: &Start) -> bool {
        let is_narrower = |whole: &Arc<Text>| {
            text.number != whole.number
                && self.shared.solver.overlap(whole, text)
                && self.shared.solver.contains(whole, text)
        };
        !text.is_everything()
            && start.matching.iter().all(is_narrower)
            && !start.except.iter().any(|except| self.shared.solver.contains(except, text))
    }

    /// What differs in another way on patterns that the other side has than on the rest of a start.
    fn beside(&self, asking: &Asking<'_>, part: Part, start: &Start, outcome: &Outcome, fuel: &mut Fuel) -> Beside {
        let mut beside = Beside::default();
        let Outcome::Difference { always, .. } = outcome else { return beside };
        let candidates = self.less_different(asking, start);
        if candidates.len() > MOST_ASKED {
            return beside;
        }
        // What another finding is about differs all the same.
        let asking = Asking { reported: Vec::new(), ..asking.clone() };
        let other = self.live(asking.side.other());
        let is_settled = part != Part::Whole || (other.denies.is_empty() && other.boundary.is_none());
        // The widest first, so that what lies in one that is told of is not told again.
        for candidate in candidates {
            if fuel.is_empty() {
                break;
            }
            let there = start.narrowed_to(&candidate.text);
            let found = self.outcome(&asking, &there, fuel);
            if matches!(found, Outcome::None) {
                beside.equal.push(candidate.text);
                continue;
            }
            let is_told = beside.told.iter().any(|wider| self.shared.solver.contains(wider, &candidate.text));
            // Where nothing else takes part, the condition of a conditional row says when the other side allows.
            let is_in_condition = !*always && is_settled && self.has_tests(candidate.rule);
            if is_told || is_in_condition || !self.is_within(&candidate.text, start) {
                continue;
            }
            let Located { narrower, rest } = self.narrowed(&asking, &there, &found, fuel);
            if rest.is_none() {
                beside.told.push(candidate.text);
                beside.narrower.extend(narrower);
            } else if *always && matches!(found, Outcome::Difference { always: false, .. }) {
                beside.told.push(Arc::clone(&candidate.text));
                beside.narrower.push((candidate, found));
            }
        }
        beside
    }

    /// Patterns that overlap with a start and on which less may differ: what the other side allows or leaves out of what it
    /// denies, and what the own side denies or leaves out of its boundary.
    fn less_different(&self, asking: &Asking<'_>, start: &Start) -> Vec<Candidate> {
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

    fn has_tests(&self, rule: usize) -> bool {
        self.pair.rules.get(rule).is_some_and(|rule| !rule.tests.is_empty())
    }
}

impl Asking<'_> {
    /// The Denies that the other side alone has.
    fn denies_alone(&self) -> Vec<usize> {
        self.refusing.denies.iter().filter(|rule| !self.own.denies.contains(rule)).copied().collect()
    }
}

/// The same question about the requests that no Deny of the other side matches, and that it refuses for one reason; `None`
/// where it cannot for this one.
fn refusing_for<'a>(part: Part, asking: &Asking<'a>) -> Option<Asking<'a>> {
    let mut asking = asking.clone();
    let refusing = &mut asking.refusing;
    match part {
        Part::Whole | Part::ExplicitlyDenied => return None,
        Part::ImplicitlyDenied => refusing.boundary = None,
        Part::OutsideBoundary => {
            refusing.boundary.as_ref()?;
            // What the asking statement allows, the other side is taken to allow as well.
            let allowed = std::mem::replace(&mut refusing.allows, vec![asking.granting]);
            // Only an own boundary can ask for one of several statements; where there is one already, what the other side does
            // not allow is told twice.
            asking.own.boundary.get_or_insert(allowed);
        }
    }
    asking.own.denies.append(&mut refusing.denies);
    asking.own.denies.sort_unstable();
    asking.own.denies.dedup();
    Some(asking)
}

impl Candidate {
    /// The place within an allowed pattern.
    const fn within(&self, within: usize) -> PatternPlace {
        PatternPlace::Narrower { within, rule: self.rule, pattern: self.pattern }
    }
}

impl Start {
    /// Only what matches this pattern as well.
    fn narrowed_to(&self, text: &Arc<Text>) -> Self {
        let mut narrowed = self.clone();
        narrowed.matching.push(Arc::clone(text));
        narrowed
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

/// Whether what was found on one pattern says what was found on another, which lies in it.
fn says((wider, outcome): (&Candidate, &Outcome), (narrower, found): (&Candidate, &Outcome), solver: &Solver) -> bool {
    let always = |outcome: &Outcome| matches!(outcome, Outcome::Difference { always: true, .. });
    (always(outcome) || !always(found)) && solver.contains(&wider.text, &narrower.text)
}
