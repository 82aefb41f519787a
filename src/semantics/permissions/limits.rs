//! The condition of a row: what the statements say that make the difference, limit it or lift it.

use std::sync::Arc;

use super::Shared;
use super::cells::{ClassWork, Part, PatternPlace, is_everything};
use super::pair::Pair;
use super::witness::Refused;
use crate::model::Side;
use crate::semantics::difference_condition::{DifferenceCondition, Extent};
use crate::semantics::outcome::Certainty;
use crate::semantics::remaining::{Lifting, Limits, remaining};
use crate::semantics::solver::question::{Resources, contains};
use crate::semantics::solver::texts::{Fold, Template, Text};

/// A row as far as its condition depends on it.
#[derive(Clone, Copy)]
pub struct Row<'r> {
    /// The side that may.
    pub side: Side,
    /// The rule that allows.
    pub rule: usize,
    /// How sure it is.
    pub certainty: Certainty,
    /// What differs, as in the row.
    pub places: &'r [PatternPlace],
    /// Patterns among these on which nothing differs, or of which other rows tell.
    pub left_out: &'r [Arc<Text>],
    /// A form of each kind of resource on which it differs.
    pub templates: &'r [&'r Template],
    /// Which of the requests there it is about.
    pub part: Part,
    /// The Denies of the other side that make the difference, of what is explicitly denied.
    pub denying: &'r [usize],
    /// Why the other side refuses its proof.
    pub refused: &'r Refused,
}

/// What limits a row.
#[derive(Debug, Default)]
pub struct Limited {
    /// Its condition.
    pub condition: Option<DifferenceCondition>,
    /// Patterns on which nothing differs where the condition holds.
    pub except: Vec<String>,
}

/// On which of a row's resources a rule counts.
enum Reach {
    Nowhere,
    Everywhere,
    Partly,
}

/// How many comparisons of two patterns saying where one statement counts may take.
const MOST_COMPARED: usize = 4_000;

/// What limits a row: the allowing statement's own condition, the own boundary's, those of the Denies that make the
/// difference, and those by which others lift it.
pub fn limited(row: Row<'_>, work: &ClassWork<'_>, pair: &Pair, shared: &Shared) -> Limited {
    if row.certainty == Certainty::Always {
        return Limited::default();
    }
    let (own, other) = (work.live(row.side), work.live(row.side.other()));
    let stated = |side: Side, rule: usize| pair.stated(side, rule).to_vec();
    let place = Located { row, work, pair, shared };
    let reaches = |rule: &usize| !matches!(place.reach(*rule), Reach::Nowhere);
    // One alternative without a condition is enough.
    let alternatives = |side: Side, rules: Vec<usize>| {
        let all: Vec<_> = rules.into_iter().map(|rule| stated(side, rule)).collect();
        if all.iter().any(Vec::is_empty) { Vec::new() } else { all }
    };
    let boundary: Vec<usize> = own.boundary.iter().flat_map(|rules| rules.iter()).filter(reaches).collect();
    let (when, gives) = match (row.part, row.refused) {
        (Part::ExplicitlyDenied, _) => (row.denying.to_vec(), None),
        (Part::Whole, Refused::Deny(rules)) => (rules.clone(), None),
        (Part::ImplicitlyDenied, _) | (Part::Whole, Refused::NoAllow) => (Vec::new(), Some(&other.allows)),
        (Part::OutsideBoundary, _) | (Part::Whole, Refused::Boundary) => (Vec::new(), other.boundary.as_ref()),
    };
    let gives = gives.into_iter().flat_map(|rules| rules.iter()).map(|rule| (row.side.other(), rule));
    let takes = own.denies.iter().map(|rule| (row.side, rule));
    let lifting: Vec<(Side, usize)> = gives.chain(takes).collect();
    let unless = lifting.iter().enumerate().filter_map(|(number, (side, rule))| {
        let extent = place.extent(*rule)?;
        let tests = stated(*side, *rule);
        (!tests.is_empty()).then_some(Lifting { tests, extent, number })
    });
    let limits = Limits {
        own: stated(row.side, row.rule),
        within: alternatives(row.side, boundary),
        when: alternatives(row.side.other(), when),
        unless: unless.collect(),
    };
    let remaining = remaining(limits, &shared.solver.tests);
    // What the other side allows may be denied there, of which another row tells if there is one for each reason.
    let settled = |side: Side| {
        side == row.side || row.part != Part::Whole || (other.denies.is_empty() && other.boundary.is_none())
    };
    let always = remaining.always.iter().filter_map(|number| lifting.get(*number));
    let except = always.filter(|(side, _)| settled(*side)).flat_map(|(_, rule)| place.named(*rule)).collect();
    Limited { condition: remaining.condition, except }
}

/// Where other rules lie to a row.
struct Located<'r> {
    row: Row<'r>,
    work: &'r ClassWork<'r>,
    pair: &'r Pair,
    shared: &'r Shared,
}

impl Located<'_> {
    /// The patterns of the row; none of a row on all but some.
    fn granted(&self) -> Vec<&Arc<Text>> {
        self.row.places.iter().filter_map(|place| place.text(self.row.rule, self.pair)).collect()
    }

    /// Whether the row is about no resource that matches a pattern.
    fn is_left_out(&self, text: &Arc<Text>) -> bool {
        self.row.left_out.iter().any(|wider| wider.number == text.number || self.shared.solver.contains(wider, text))
    }

    /// On which of the row's resources a rule counts; `None` where on none.
    fn extent(&self, rule: usize) -> Option<Extent> {
        let spelled = |texts: &[Arc<Text>]| -> Vec<String> {
            let Some(rule) = self.pair.rules.get(rule) else { return Vec::new() };
            let mut texts: Vec<String> = texts.iter().map(|text| rule.spelled(text).to_owned()).collect();
            texts.sort();
            texts.dedup();
            texts
        };
        match (self.reach(rule), self.pair.rules.get(rule).map(|rule| &rule.resources)) {
            (Reach::Nowhere, _) | (_, None) => None,
            (Reach::Everywhere, Some(_)) => Some(Extent::Everywhere),
            (Reach::Partly, Some(Resources::Matching(texts))) => {
                let (granted, solver) = (self.granted(), &self.shared.solver);
                // Of too many to compare all are named.
                let too_many = granted.is_empty() || texts.len().saturating_mul(granted.len()) > MOST_COMPARED;
                let meets = |text: &&Arc<Text>| too_many || granted.iter().any(|own| solver.overlap(own, text));
                let counts = |text: &&Arc<Text>| meets(text) && !self.is_left_out(text);
                let texts: Vec<Arc<Text>> = texts.iter().filter(counts).cloned().collect();
                Some(Extent::On(spelled(&texts)))
            }
            (Reach::Partly, Some(Resources::Except(texts))) => {
                let texts: Vec<Arc<Text>> = texts.iter().filter(|text| !self.is_left_out(text)).cloned().collect();
                Some(Extent::ExceptOn(spelled(&texts)))
            }
        }
    }

    fn reach(&self, rule: usize) -> Reach {
        let templates = self.row.templates;
        if !templates.iter().any(|template| self.work.can_match(rule, template)) {
            return Reach::Nowhere;
        }
        let Some(rule) = self.pair.rules.get(rule) else { return Reach::Nowhere };
        if is_everything(&rule.resources) {
            return Reach::Everywhere;
        }
        let (texts, granted) = (&self.shared.solver.texts, self.granted());
        let covers_form = |text: &Text| templates.iter().all(|template| texts.fold(text, template) == Fold::Covers);
        let overlaps = |text: &Arc<Text>| granted.iter().any(|own| self.shared.solver.overlap(own, text));
        let counts = |text: &&Arc<Text>| !self.is_left_out(text);
        match &rule.resources {
            Resources::Matching(texts) if texts.iter().any(|text| covers_form(text)) => Reach::Everywhere,
            Resources::Matching(texts) if !texts.iter().any(|text| counts(&text)) => Reach::Nowhere,
            Resources::Except(texts) if !texts.iter().any(|text| counts(&text)) => Reach::Everywhere,
            Resources::Matching(texts) | Resources::Except(texts)
                if granted.is_empty() || texts.len().saturating_mul(granted.len()) > MOST_COMPARED =>
            {
                match self.pair.rules.get(self.row.rule).map(|own| &own.resources) {
                    // What is none of more is none of fewer.
                    Some(Resources::Except(own))
                        if matches!(rule.resources, Resources::Except(_))
                            && texts.iter().all(|text| own.iter().any(|own| own.number == text.number)) =>
                    {
                        Reach::Everywhere
                    }
                    _ => Reach::Partly,
                }
            }
            Resources::Matching(texts) if !texts.iter().filter(counts).any(overlaps) => Reach::Nowhere,
            Resources::Matching(texts) => {
                everywhere_if(granted.iter().all(|own| texts.iter().any(|text| contains(text, own))))
            }
            Resources::Except(texts) if granted.iter().all(|own| texts.iter().any(|text| contains(text, own))) => {
                Reach::Nowhere
            }
            Resources::Except(texts) => everywhere_if(!texts.iter().filter(counts).any(overlaps)),
        }
    }

    /// The patterns of a rule on the row's resources.
    fn named(&self, rule: usize) -> Vec<String> {
        match self.extent(rule) {
            Some(Extent::On(texts)) => texts,
            // Not to be named as a list of patterns; the row is only less narrow than it could be.
            Some(Extent::Everywhere | Extent::ExceptOn(_)) | None => Vec::new(),
        }
    }
}

const fn everywhere_if(all: bool) -> Reach {
    if all { Reach::Everywhere } else { Reach::Partly }
}
