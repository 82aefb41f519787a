//! On which resources of an allowed pattern something differs: on a narrower pattern, on all but some, or on all.

use std::rc::Rc;
use std::sync::Arc;

use super::cells::{Asking, ClassWork, Finding, Part, PatternPlace};
use super::witness::{Refused, refused};
use crate::semantics::solver::question::{Fuel, Resources, Start, contains};
use crate::semantics::solver::search::Outcome;
use crate::semantics::solver::texts::Text;

/// How many patterns of other statements are worth asking about to say where in an allowed one something differs.
const MOST_ASKED: usize = 64;

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

impl ClassWork<'_> {
    /// The findings on one start, on which something differs.
    pub(super) fn located(
        &self,
        asking: &Asking<'_>,
        (at, start): (usize, &Start),
        outcome: Outcome,
        fuel: &mut Fuel,
        courtesy: &mut Fuel,
    ) -> Vec<Finding> {
        let Located { mut narrower, rest } = self.narrowed(asking, start, &outcome, courtesy);
        let beside = self.beside(asking, start, &outcome, courtesy);
        let mut told: Vec<Arc<Text>> = narrower.iter().map(|(candidate, _)| Arc::clone(&candidate.text)).collect();
        if told.is_empty() {
            told = beside.told;
            narrower = beside.narrower;
        }
        let (equal, told) = (Rc::new(beside.equal), Rc::new(told));
        let finding = |place, outcome, part, told: &Rc<Vec<Arc<Text>>>| {
            let (equal, told) = (Rc::clone(&equal), Rc::clone(told));
            Finding { place, outcome, part, equal, told }
        };
        let mut findings = Vec::new();
        if let Some((rest, outcome)) = rest {
            let place = PatternPlace::Allowed(at);
            let others = self.refused_otherwise(asking, &rest, &outcome, fuel);
            findings.push(finding(place, outcome, Part::Whole, &told));
            findings.extend(others.into_iter().map(|(part, outcome)| finding(place, outcome, part, &told)));
        }
        for (Candidate { rule, pattern, text }, outcome) in narrower {
            let place = PatternPlace::Narrower { within: at, rule, pattern };
            let others = self.refused_otherwise(asking, &start.narrowed_to(&text), &outcome, fuel);
            findings.push(finding(place, outcome, Part::Whole, &Rc::default()));
            findings.extend(others.into_iter().map(|(part, outcome)| finding(place, outcome, part, &Rc::default())));
        }
        findings
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
            alone.except.extend(others.iter().filter(|other| contains(&candidate.text, other)).cloned());
            match self.outcome(asking, &alone, fuel) {
                found @ Outcome::Difference { always, .. } if is_alone || always => {
                    if !narrower.iter().any(|(wider, outcome)| says(wider, outcome, &candidate, &found)) {
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
        widest_first(&mut candidates);
        candidates
    }

    /// Whether a pattern lies within a start and is narrower.
    fn is_within(&self, text: &Arc<Text>, start: &Start) -> bool {
        let is_narrower = |whole: &Arc<Text>| {
            text.number != whole.number && self.shared.solver.overlap(whole, text) && contains(whole, text)
        };
        !text.is_everything()
            && start.matching.iter().all(is_narrower)
            && !start.except.iter().any(|except| contains(except, text))
    }

    /// What differs in another way on patterns that the other side has than on the rest of a start.
    fn beside(&self, asking: &Asking<'_>, start: &Start, outcome: &Outcome, fuel: &mut Fuel) -> Beside {
        let mut beside = Beside::default();
        let Outcome::Difference { always, .. } = outcome else { return beside };
        let candidates = self.less_different(asking, start);
        if candidates.len() > MOST_ASKED {
            return beside;
        }
        // What another finding is about differs all the same.
        let asking = Asking { reported: Vec::new(), ..asking.clone() };
        let other = self.live(asking.side.other());
        let is_settled = other.denies.is_empty() && other.boundary.is_none();
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
            let is_told = beside.told.iter().any(|wider| contains(wider, &candidate.text));
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
                    whole.number != text.number && self.shared.solver.overlap(whole, text) && !contains(text, whole)
                })
        };
        candidates.retain(|candidate| meets(&candidate.text));
        widest_first(&mut candidates);
        candidates
    }

    /// What differs among the requests that the other side refuses for another reason than those of an outcome: the row of
    /// that outcome has the condition of its reason.
    fn refused_otherwise(
        &self,
        asking: &Asking<'_>,
        start: &Start,
        outcome: &Outcome,
        fuel: &mut Fuel,
    ) -> Vec<(Part, Outcome)> {
        let Outcome::Difference { found, context, always: false, .. } = outcome else { return Vec::new() };
        let texts = &self.shared.solver.texts;
        let other = self.live(asking.side.other());
        let parts = match refused(other, self.pair, &found.written(), context, texts) {
            // One without a condition puts no condition on the row.
            Refused::Deny(rules) if !rules.iter().all(|rule| self.has_tests(*rule)) => return Vec::new(),
            Refused::Deny(_) => [Part::ImplicitlyDenied, Part::OutsideBoundary],
            Refused::NoAllow => [Part::ExplicitlyDenied, Part::OutsideBoundary],
            Refused::Boundary => [Part::ExplicitlyDenied, Part::ImplicitlyDenied],
        };
        let mut others = Vec::new();
        for part in parts {
            let outcome = refusing_for(part, asking).map(|asking| self.outcome(&asking, start, fuel));
            others.extend(outcome.filter(|outcome| !matches!(outcome, Outcome::None)).map(|outcome| (part, outcome)));
        }
        others
    }

    fn has_tests(&self, rule: usize) -> bool {
        self.pair.rules.get(rule).is_some_and(|rule| !rule.tests.is_empty())
    }
}

/// The same question about the requests that the other side refuses for one reason only; `None` where it has no statement
/// for it.
fn refusing_for<'a>(part: Part, asking: &Asking<'a>) -> Option<Asking<'a>> {
    let mut asking = asking.clone();
    let refusing = &mut asking.refusing;
    // What the asking statement allows, the other side is taken to allow as well.
    let allows_it = vec![asking.granting];
    match part {
        Part::Whole => return Some(asking),
        Part::ExplicitlyDenied => {
            refusing.denies.retain(|rule| !asking.own.denies.contains(rule));
            if refusing.denies.is_empty() {
                return None;
            }
            let allowed = std::mem::replace(&mut refusing.allows, allows_it);
            refusing.boundary = None;
            // Only an own boundary can ask for one of several statements; where there is one already, what the other side does
            // not allow is told twice.
            asking.own.boundary.get_or_insert(allowed);
            return Some(asking);
        }
        Part::ImplicitlyDenied => refusing.boundary = None,
        Part::OutsideBoundary => {
            refusing.boundary.as_ref()?;
            let allowed = std::mem::replace(&mut refusing.allows, allows_it);
            asking.own.boundary.get_or_insert(allowed);
        }
    }
    asking.own.denies.append(&mut refusing.denies);
    asking.own.denies.sort_unstable();
    asking.own.denies.dedup();
    Some(asking)
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
fn widest_first(candidates: &mut [Candidate]) {
    if candidates.len() > MOST_ASKED {
        return;
    }
    let all: Vec<Arc<Text>> = candidates.iter().map(|candidate| Arc::clone(&candidate.text)).collect();
    let width = |text: &Arc<Text>| all.iter().filter(|other| contains(text, other)).count();
    candidates.sort_by_cached_key(|candidate| (std::cmp::Reverse(width(&candidate.text)), candidate.text.number));
}

/// Whether what was found on one pattern says what was found on another, which lies in it.
fn says(wider: &Candidate, outcome: &Outcome, narrower: &Candidate, found: &Outcome) -> bool {
    let always = |outcome: &Outcome| matches!(outcome, Outcome::Difference { always: true, .. });
    (always(outcome) || !always(found)) && contains(&wider.text, &narrower.text)
}
