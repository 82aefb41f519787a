//! On which resources of an allowed pattern something differs: on a narrower pattern, on all but some, or on all.

use std::rc::Rc;
use std::sync::Arc;

use super::candidates::{Candidate, MOST_ASKED};
use super::cells::{Asking, ClassWork, Finding, Part, PatternPlace};
use crate::model::Side;
use crate::semantics::solver::Solver;
use crate::semantics::solver::question::{Fuel, Resources, RulesByEffect, Start};
use crate::semantics::solver::search::Outcome;
use crate::semantics::solver::texts::{Fold, Text};

/// How many patterns of Denies a row names in place of the allowed one.
const MOST_NAMED: usize = 256;

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

/// Why the other side refuses the requests of a finding.
#[derive(Clone)]
struct Reason {
    part: Part,
    /// The Denies, of what is explicitly denied.
    denying: Vec<usize>,
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
        self.narrowed_findings(asking, (PatternPlace::Allowed(at), start), (None, outcome), &[], fuel)
    }

    /// The findings on a place, on narrower patterns where something else differs there; of the requests of one reason, if one
    /// is given. `told` are patterns of it that others tell of.
    fn narrowed_findings(
        &self,
        asking: &Asking<'_>,
        (place, start): Somewhere<'_>,
        (reason, outcome): (Option<&Reason>, Outcome),
        told: &[Arc<Text>],
        fuel: &mut (&mut Fuel, &mut Fuel),
    ) -> Vec<Finding> {
        let Located { narrower, rest } = self.narrowed(asking, start, &outcome, fuel.1);
        let texts: Vec<Arc<Text>> = narrower.iter().map(|(candidate, _)| Arc::clone(&candidate.text)).collect();
        let mut findings = Vec::new();
        if let Some((rest, outcome)) = rest {
            let told = [told, &texts].concat();
            findings.extend(self.by_reason(asking, (place, &rest), (reason, outcome), &told, fuel));
        }
        for (candidate, outcome) in narrower {
            // Of what lies in another one of them, that one tells.
            let is_within = |text: &&Arc<Text>| {
                text.number != candidate.text.number && self.shared.solver.contains(&candidate.text, text)
            };
            let mut inner: Vec<Arc<Text>> = texts.iter().filter(is_within).cloned().collect();
            let mut there = start.narrowed_to(&candidate.text);
            there.except.extend(inner.iter().cloned());
            inner.extend(told.iter().filter(|text| self.shared.solver.overlap(&candidate.text, text)).cloned());
            let place = candidate.within(place.within());
            findings.extend(self.by_reason(asking, (place, &there), (reason, outcome), &inner, fuel));
        }
        findings
    }

    /// The findings on a place: of one reason, or one for each reason for which the other side refuses, as each has its own
    /// condition.
    fn by_reason(
        &self,
        asking: &Asking<'_>,
        (place, start): Somewhere<'_>,
        (reason, outcome): (Option<&Reason>, Outcome),
        told: &[Arc<Text>],
        fuel: &mut (&mut Fuel, &mut Fuel),
    ) -> Vec<Finding> {
        if let Some(reason) = reason {
            return self.with_beside(asking, (place, start), (reason, outcome), told, fuel);
        }
        let has_reasons = !asking.denies_alone().is_empty() || asking.refusing.boundary.is_some();
        let is_split = match &outcome {
            Outcome::Difference { always: false, .. } => has_reasons,
            Outcome::Difference { always: true, .. } => self.is_denied_in_many_places(asking, start),
            Outcome::None | Outcome::Unknown(_) => false,
        };
        let whole = Reason { part: Part::Whole, denying: Vec::new() };
        if !is_split {
            let is_conditional = matches!(outcome, Outcome::Difference { always: false, .. });
            let part = if is_conditional { Part::ImplicitlyDenied } else { Part::Whole };
            return self.with_beside(asking, (place, start), (&Reason { part, ..whole }, outcome), told, fuel);
        }
        let mut findings = self.explicit(asking, (place, start), told, fuel);
        for part in [Part::ImplicitlyDenied, Part::OutsideBoundary] {
            if let Some(asking) = refusing_for(part, asking) {
                let outcome = self.outcome(&asking, start, fuel.0);
                if !matches!(outcome, Outcome::None) {
                    let reason = Reason { part, denying: Vec::new() };
                    let found = (Some(&reason), outcome);
                    findings.extend(self.narrowed_findings(&asking, (place, start), found, told, fuel));
                }
            }
        }
        if findings.is_empty() {
            // No reason alone is enough for what was found.
            return self.with_beside(asking, (place, start), (&whole, outcome), told, fuel);
        }
        findings
    }

    /// A finding, proved on what no other tells of, with what differs in another way within its place.
    fn with_beside(
        &self,
        asking: &Asking<'_>,
        (place, start): Somewhere<'_>,
        (reason, outcome): (&Reason, Outcome),
        told: &[Arc<Text>],
        fuel: &mut (&mut Fuel, &mut Fuel),
    ) -> Vec<Finding> {
        let Reason { part, denying } = reason.clone();
        let beside = self.beside(asking, part, start, &outcome, fuel.1);
        let told = Rc::new([told, &beside.told].concat());
        let mut findings = Vec::new();
        if let Some(outcome) = self.on_the_rest(asking, (start, &beside), outcome, fuel.1) {
            findings.push(Finding { place, outcome, part, denying, equal: Rc::new(beside.equal), told });
        }
        let reason = (part != Part::Whole).then_some(reason);
        for (candidate, outcome) in beside.narrower {
            let there = start.narrowed_to(&candidate.text);
            let place = candidate.within(place.within());
            findings.extend(self.narrowed_findings(asking, (place, &there), (reason, outcome), &[], fuel));
        }
        findings
    }

    /// What differs on a start without the patterns on which nothing or something else does; `None` where nothing is left.
    fn on_the_rest(
        &self,
        asking: &Asking<'_>,
        (start, beside): (&Start, &Beside),
        outcome: Outcome,
        fuel: &mut Fuel,
    ) -> Option<Outcome> {
        if beside.told.is_empty() {
            return Some(outcome);
        }
        let mut rest = start.clone();
        rest.except.extend(beside.told.iter().chain(&beside.equal).cloned());
        match self.outcome(asking, &rest, fuel) {
            Outcome::None => None,
            // What is not certain of less is certain of more.
            Outcome::Unknown(_) => Some(outcome),
            found @ Outcome::Difference { .. } => Some(found),
        }
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
        fuel: &mut (&mut Fuel, &mut Fuel),
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
            let asking = Asking { refusing, ..asking.clone() };
            let outcome = self.outcome(&asking, &start, fuel.0);
            if !matches!(outcome, Outcome::None) {
                let denying = denies.iter().filter_map(|rule| asking.numbers.get(*rule)).copied().collect();
                let reason = Reason { part: Part::ExplicitlyDenied, denying };
                let mut found = self.narrowed_findings(&asking, (place, &start), (Some(&reason), outcome), told, fuel);
                for finding in &mut found {
                    finding.equal = Rc::new([finding.equal.as_slice(), equal].concat());
                }
                findings.extend(found);
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
        let is_limited = |candidate: &Candidate| !*always && self.is_limited_otherwise(asking.side, candidate.rule);
        let splits = match beyond {
            Outcome::None => true,
            Outcome::Difference { always: beyond, .. } => !beyond && (*always || candidates.iter().any(&is_limited)),
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
                found @ Outcome::Difference { always, .. } if is_alone || always || is_limited(&candidate) => {
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

    /// Whether a rule of a side's boundary limits the side under another condition than some other rule of it.
    fn is_limited_otherwise(&self, side: Side, rule: usize) -> bool {
        let tests = |rule: usize| {
            let tests = self.pair.rules.get(rule).into_iter().flat_map(|rule| &rule.tests);
            tests.map(|test| test.number).collect::<Vec<_>>()
        };
        let Some(boundary) = &self.live(side).boundary else { return false };
        boundary.contains(rule) && boundary.iter().any(|other| tests(other) != tests(rule))
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
            let Located { rest, .. } = self.narrowed(&asking, &there, &found, fuel);
            // What is left differs everywhere, and always if all does.
            let is_alike = match rest {
                None => false,
                Some((_, Outcome::Difference { always: of_rest, .. })) => of_rest || !*always,
                Some((_, Outcome::None | Outcome::Unknown(_))) => true,
            };
            if !is_alike {
                beside.told.push(Arc::clone(&candidate.text));
                beside.narrower.push((candidate, found));
            }
        }
        beside
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

impl Start {
    /// Only what matches this pattern as well.
    fn narrowed_to(&self, text: &Arc<Text>) -> Self {
        let mut narrowed = self.clone();
        narrowed.matching.push(Arc::clone(text));
        narrowed
    }
}

/// Whether what was found on one pattern says what was found on another, which lies in it.
fn says((wider, outcome): (&Candidate, &Outcome), (narrower, found): (&Candidate, &Outcome), solver: &Solver) -> bool {
    let always = |outcome: &Outcome| matches!(outcome, Outcome::Difference { always: true, .. });
    (always(outcome) || !always(found)) && solver.contains(&wider.text, &narrower.text)
}
