//! Findings joined to rows for people.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

use super::Shared;
use super::cells::{Absent, ClassWork, Finding, Part, PatternPlace, ResourceForm};
use super::classes::{self, Class, NamedAction};
use super::limits::{self, Limited};
use super::pair::Pair;
use super::preference::{Preference, Rank};
use super::proof::{Proof, Proofs, Proved, proof_of};
use super::universe::{ActionUniverse, KnownAction};
use super::witness::{Refused, refused};
use crate::model::{Side, Sides};
use crate::semantics::difference_condition::DifferenceCondition;
use crate::semantics::error::EngineError;
use crate::semantics::outcome::Certainty;
use crate::semantics::solver::Budget;
use crate::semantics::solver::question::{self, Fuel, Resources, contains};
use crate::semantics::solver::search::Outcome;
use crate::semantics::solver::texts::{Fold, Template, Text};

/// What makes two findings parts of one row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    /// The side that may.
    pub side: Side,
    /// The rule that allows.
    pub rule: usize,
    /// How sure it is.
    pub certainty: Certainty,
    /// The patterns that differ, all of the rule or all of one other; empty for a rule that lists exceptions, unless they
    /// are of another.
    pub places: Vec<PatternPlace>,
    /// Patterns among them on which nothing differs.
    pub except: Vec<String>,
    /// The condition under which it holds.
    pub condition: Option<DifferenceCondition>,
    /// Why the other side denies.
    pub refused: Refused,
    /// Why it is unknown.
    pub reasons: Vec<String>,
}

/// The actions of a row and what proves it.
#[derive(Debug, Clone, Default)]
pub struct RowParts {
    /// Actions of the catalogue.
    pub known: Vec<usize>,
    /// Others.
    pub named: Vec<NamedAction>,
    /// What proves it for each service.
    pub proofs: Proofs,
}

/// Rows in the making.
pub type Rows = BTreeMap<RowKey, RowParts>;

/// Actions that act on the same forms of resource and whose requests have the same keys there.
struct Member<'a> {
    templates: &'a [Arc<Template>],
    /// For each form, the keys that a request cannot have.
    absent: Vec<Absent>,
    kinds: Vec<usize>,
    known: Vec<usize>,
    named: Vec<NamedAction>,
    /// For each side, the action of each service that proves best.
    best: Sides<Vec<(&'a KnownAction, Rank)>>,
}

/// Actions that act on forms of resource of the same kinds.
#[derive(Default)]
struct FormGroup<'a> {
    /// One form of each kind.
    forms: Vec<(usize, ResourceForm<'a>)>,
    members: Vec<Member<'a>>,
}

/// Compares class by class.
///
/// # Errors
/// If an action or a statement is lost on the way.
pub fn rows(pair: &Pair, shared: &Shared, budget: Budget) -> Result<Rows, EngineError> {
    let mut rows = Rows::new();
    let mut fuel = question::Fuel::new(budget.states_of_pair);
    let preference = Preference::new(pair);
    for (signature, class) in classes::classes(pair, &shared.universe, budget.names)? {
        if let Some(mut work) = ClassWork::new(pair, &signature, shared, budget) {
            add_class(&mut rows, &class, &mut work, (pair, &preference), shared, &mut fuel)?;
        }
    }
    Ok(rows)
}

/// Adds the rows of one class.
fn add_class(
    rows: &mut Rows,
    class: &Class,
    work: &mut ClassWork<'_>,
    (pair, preference): (&Pair, &Preference),
    shared: &Shared,
    fuel: &mut Fuel,
) -> Result<(), EngineError> {
    let groups = groups(class, work, &shared.universe, preference)?;
    for side in Side::BOTH {
        let granting = work.granting(side).to_vec();
        if granting.len().saturating_mul(work.rules()) > MOST_COMPARED {
            if let Some(rule) = granting.first() {
                add_too_many(rows, (side, *rule), class, pair)?;
            }
            continue;
        }
        for rule in granting {
            // From here on the number has a rule.
            pair.rule(rule)?;
            for group in &groups {
                let mut found = Vec::new();
                for (kind, form) in &group.forms {
                    let findings = work.findings(side, rule, form, fuel);
                    found.extend(findings.iter().map(|finding| (finding.clone(), *kind, form.template)));
                }
                add_group(rows, (side, rule), found, group, work, pair, shared);
            }
        }
    }
    Ok(())
}

/// How often one statement of a class may be put beside another. Policies have some hundreds.
const MOST_COMPARED: usize = 4_000_000;

/// The row of a side whose statements are too many to be put beside all others, by the first of them.
fn add_too_many(rows: &mut Rows, (side, rule): (Side, usize), class: &Class, pair: &Pair) -> Result<(), EngineError> {
    let places = match &pair.rule(rule)?.resources {
        Resources::Matching(texts) => (0..texts.len()).map(PatternPlace::Allowed).collect(),
        Resources::Except(_) => Vec::new(),
    };
    let reasons = vec!["there are too many statements about it to compare".to_owned()];
    let (certainty, refused) = (Certainty::Unknown, Refused::NoAllow);
    let key = RowKey { side, rule, certainty, places, except: Vec::new(), condition: None, refused, reasons };
    let parts = rows.entry(key).or_default();
    parts.known.extend(&class.known);
    parts.named.extend(class.named.iter().cloned());
    Ok(())
}

fn groups<'a>(
    class: &Class,
    work: &mut ClassWork<'_>,
    universe: &'a ActionUniverse,
    preference: &Preference,
) -> Result<Vec<FormGroup<'a>>, EngineError> {
    let keys = work.service_keys().to_vec();
    let none = Absent::default();
    let mut shapes: BTreeMap<(usize, Vec<Absent>), Member<'a>> = BTreeMap::new();
    for &number in &class.known {
        let missing = || EngineError::internal(format!("there is no action {number} of {}", universe.len()));
        let action = universe.action(number).ok_or_else(missing)?;
        let absent_on = |template: &Arc<Template>| {
            if keys.is_empty() { Rc::clone(&none) } else { Rc::new(universe.absent(number, template, &keys)) }
        };
        let absent: Vec<_> = action.templates.iter().map(absent_on).collect();
        let templates = &action.templates;
        let key = (action.shape, absent.clone());
        let member = || Member::new(templates, absent, Vec::new());
        shapes.entry(key).or_insert_with(member).known.push(number);
    }
    let mut members: Vec<Member<'a>> = shapes.into_values().collect();
    if !class.named.is_empty() {
        let templates = universe.unknown_templates();
        let absent = vec![none; templates.len()];
        members.push(Member::new(templates, absent, class.named.clone()));
    }
    let mut groups: BTreeMap<Vec<usize>, FormGroup<'a>> = BTreeMap::new();
    for mut member in members {
        let best = |side| best(&member.known, side, universe, preference);
        member.best = Sides { left: best(Side::Left), right: best(Side::Right) };
        let forms: Vec<ResourceForm<'a>> = member.forms().collect();
        member.kinds = forms.iter().map(|form| work.kind(form)).collect();
        let mut kinds = member.kinds.clone();
        kinds.sort_unstable();
        kinds.dedup();
        let group = groups.entry(kinds).or_default();
        if group.members.is_empty() {
            let forms: BTreeMap<usize, ResourceForm<'a>> = member.kinds.iter().copied().zip(forms).collect();
            group.forms = forms.into_iter().collect();
        }
        group.members.push(member);
    }
    Ok(groups.into_values().collect())
}

const fn certainty(outcome: &Outcome) -> Certainty {
    match outcome {
        Outcome::Difference { always: true, .. } => Certainty::Always,
        Outcome::Difference { .. } => Certainty::Conditional,
        Outcome::Unknown(_) | Outcome::None => Certainty::Unknown,
    }
}

/// A finding, the kind of resource it is about, and one form of it.
type RowFinding<'a> = (Finding, usize, &'a Template);

fn add_group(
    rows: &mut Rows,
    (side, rule): (Side, usize),
    found: Vec<RowFinding<'_>>,
    group: &FormGroup<'_>,
    work: &ClassWork<'_>,
    pair: &Pair,
    shared: &Shared,
) {
    let left_out = left_out(&found, shared);
    // Of one pattern, the surest finding over all forms of resource.
    let mut surest: BTreeMap<About, RowFinding<'_>> = BTreeMap::new();
    for finding in found {
        let better = |old: &RowFinding<'_>| certainty(&finding.0.outcome) < certainty(&old.0.outcome);
        let about = about(&finding.0);
        if surest.get(&about).is_none_or(better) {
            surest.insert(about, finding);
        }
    }
    let certainties: BTreeMap<About, Certainty> =
        surest.iter().map(|(about, (finding, ..))| (about.clone(), certainty(&finding.outcome))).collect();
    let mut by_row: BTreeMap<OneRow, Vec<RowFinding<'_>>> = BTreeMap::new();
    for (about, finding) in surest {
        let certainty = certainty(&finding.0.outcome);
        // On another form of resource more may differ, which says this as well.
        let whole = PatternPlace::Allowed(about.0.within());
        // All that is about the whole allowed pattern stands together.
        let of_whole = certainties.range((whole, Part::Whole, Vec::new())..).take_while(|(wider, _)| wider.0 == whole);
        let is_said = of_whole.filter(|(wider, _)| **wider != about).any(|(wider, of_wider)| {
            let is_same = wider.1 == about.1 && wider.2 == about.2;
            let says = *of_wider <= certainty && (*of_wider == Certainty::Always || is_same);
            says && leaves_out_less(&left_out, wider, &about, place_text(&finding.0, rule, pair))
        });
        if !is_said {
            let (place, part, denying) = about;
            by_row.entry((certainty, place.other_rule(), part, denying)).or_default().push(finding);
        }
    }
    for ((certainty, ..), findings) in by_row {
        let (key, proof) = row((side, rule), certainty, (&findings, &left_out), work, pair, shared);
        let parts = rows.entry(key).or_default();
        for member in &group.members {
            parts.known.extend(&member.known);
            parts.named.extend(member.named.iter().cloned());
            if let Some((proof, kind)) = &proof {
                member.add_proofs(proof, *kind, side, &mut parts.proofs);
            }
        }
    }
}

/// What a finding is about: the pattern, the requests, and the Denies that make it.
type About = (PatternPlace, Part, Vec<usize>);

/// What findings of one row have in common: how sure they are, the rule of their patterns if it is not the one that allows,
/// the requests, and the Denies.
type OneRow = (Certainty, Option<usize>, Part, Vec<usize>);

fn about(finding: &Finding) -> About {
    (finding.place, finding.part, finding.denying.clone())
}

fn place_text<'p>(finding: &Finding, rule: usize, pair: &'p Pair) -> Option<&'p Arc<Text>> {
    finding.place.text(rule, pair)
}

/// For all that findings are about, the patterns on which, whatever the form of resource is, nothing differs or of which
/// findings of their own tell.
fn left_out(found: &[RowFinding<'_>], shared: &Shared) -> BTreeMap<About, Vec<Arc<Text>>> {
    let here = |finding: &Finding| finding.equal.iter().chain(finding.told.iter()).cloned().collect::<Vec<_>>();
    let mut left_out: BTreeMap<About, Vec<Arc<Text>>> = BTreeMap::new();
    for (finding, ..) in found {
        left_out.entry(about(finding)).or_default().extend(here(finding));
    }
    for (finding, _, template) in found {
        let here = here(finding);
        let is_out = |text: &Arc<Text>| {
            here.iter().any(|other| other.number == text.number)
                || shared.solver.texts.fold(text, template) == Fold::Misses
        };
        left_out.entry(about(finding)).and_modify(|all| all.retain(is_out));
    }
    left_out
}

/// Whether a finding on an allowed pattern leaves out nothing that another one, on this pattern or within it, is about.
fn leaves_out_less(
    left_out: &BTreeMap<About, Vec<Arc<Text>>>,
    wider: &About,
    narrower: &About,
    place: Option<&Arc<Text>>,
) -> bool {
    let of = |about: &About| left_out.get(about).map_or(&[][..], Vec::as_slice);
    of(wider).iter().all(|text| match (narrower.0, place) {
        (PatternPlace::Narrower { .. }, Some(place)) => !place.overlaps(text),
        (PatternPlace::Narrower { .. } | PatternPlace::Allowed(_), _) => {
            of(narrower).iter().any(|other| other.number == text.number)
        }
    })
}

impl<'a> Member<'a> {
    fn forms(&self) -> impl Iterator<Item = ResourceForm<'a>> {
        let absent = self.absent.iter().map(Rc::clone);
        self.templates.iter().zip(absent).map(|(template, absent)| ResourceForm { template, absent })
    }

    const fn new(templates: &'a [Arc<Template>], absent: Vec<Absent>, named: Vec<NamedAction>) -> Self {
        let best = Sides { left: Vec::new(), right: Vec::new() };
        Self { templates, absent, kinds: Vec::new(), known: Vec::new(), named, best }
    }

    /// For each service the action that proves best, with this proof on a form of resource that it acts on.
    fn add_proofs(&self, proof: &Arc<Proof>, kind: usize, side: Side, proofs: &mut Proofs) {
        let of_kind = self.kinds.iter().zip(self.templates).find(|(own, _)| **own == kind);
        // A group has members that act on other forms; the proof is for those that act on this one.
        let Some((_, template)) = of_kind else { return };
        let prove = |rank, service: &str, name: &str| {
            let (proof, template) = (Arc::clone(proof), Arc::clone(template));
            Proved { rank, action: format!("{service}:{name}"), proof, template }
        };
        // Of these each may be told apart from the others, so each has its own.
        for action in &self.named {
            let proved = || prove(Rank::LAST, &action.service, &action.name);
            proofs.entry(proof_of(action)).or_insert_with(proved);
        }
        for (action, rank) in self.best.get(side) {
            if proofs.get(&action.service).is_none_or(|old| *rank < old.rank) {
                proofs.insert(action.service.clone(), prove(*rank, &action.service, &action.name));
            }
        }
    }
}

/// The action of each service that proves best, for a side; the numbers of a service stand together.
fn best<'a>(
    known: &[usize],
    side: Side,
    universe: &'a ActionUniverse,
    preference: &Preference,
) -> Vec<(&'a KnownAction, Rank)> {
    let mut best: Vec<(&KnownAction, Rank)> = Vec::new();
    // The numbers are those of a class, which were looked up when it was sorted into groups.
    for action in known.iter().filter_map(|number| universe.action(*number)) {
        let rank = preference.rank(side, action);
        match best.last_mut().filter(|(last, _)| last.ordinal == action.ordinal) {
            Some(last) if rank < last.1 => *last = (action, rank),
            Some(_) => {}
            None => best.push((action, rank)),
        }
    }
    best
}

fn row(
    (side, rule): (Side, usize),
    certainty: Certainty,
    (findings, left_out): (&[RowFinding<'_>], &BTreeMap<About, Vec<Arc<Text>>>),
    work: &ClassWork<'_>,
    pair: &Pair,
    shared: &Shared,
) -> (RowKey, Option<(Arc<Proof>, usize)>) {
    let places = findings.iter().map(|(finding, ..)| finding.place);
    let places: Vec<PatternPlace> = places.filter(|place| place.text(rule, pair).is_some()).collect();
    let mut proof = None;
    let mut reasons = Vec::new();
    for (finding, kind, _) in findings {
        match &finding.outcome {
            Outcome::Difference { found, context, .. } if proof.is_none() => {
                let (found, context) = (found.clone(), context.clone());
                proof = Some((Arc::new(Proof { found, context }), *kind));
            }
            Outcome::Unknown(why) => reasons.extend(why.iter().cloned()),
            Outcome::Difference { .. } | Outcome::None => {}
        }
    }
    reasons.sort();
    reasons.dedup();
    let refused = proof.as_ref().map_or(Refused::NoAllow, |(proof, _)| {
        let resource = proof.found.written();
        refused(work.live(side.other()), pair, &resource, &proof.context, &shared.solver.texts)
    });
    let templates: Vec<&Template> = findings.iter().map(|(.., template)| *template).collect();
    let mut except = except(side, rule, &places, work, pair, shared);
    let left_out = beside(findings, left_out, rule, pair, shared);
    except.extend(left_out.iter().cloned());
    let (part, denying) = findings.first().map_or((Part::Whole, &[][..]), |(first, ..)| (first.part, &first.denying));
    let about = limits::Row {
        side,
        rule,
        certainty,
        places: &places,
        left_out: &left_out,
        templates: &templates,
        part,
        denying,
        refused: &refused,
    };
    let Limited { condition, except: more } = limits::limited(about, work, pair, shared);
    let except = written_widest(except, more);
    (RowKey { side, rule, certainty, places, except, condition, refused, reasons }, proof)
}

/// How many comparisons of two patterns naming what is carved out of a row may take.
const MOST_CARVED: usize = 4_000;

/// What is carved out: patterns that the own side denies or the other allows, in both cases without condition.
fn except(
    side: Side,
    rule: usize,
    places: &[PatternPlace],
    work: &ClassWork<'_>,
    pair: &Pair,
    shared: &Shared,
) -> Vec<Arc<Text>> {
    let (own, other) = (work.live(side), work.live(side.other()));
    let mut rules: Vec<usize> = own.denies.iter().collect();
    if other.denies.is_empty() && other.boundary.is_none() {
        rules.extend(other.allows.iter());
    }
    let mut texts: Vec<&Arc<Text>> = Vec::new();
    for rule in rules.iter().filter_map(|rule| pair.rules.get(*rule)).filter(|rule| rule.tests.is_empty()) {
        if let Resources::Matching(patterns) = &rule.resources {
            texts.extend(patterns);
        }
    }
    let granted: Vec<&Arc<Text>> = places.iter().filter_map(|place| place.text(rule, pair)).collect();
    // A pattern that is not named here only leaves the row less narrow than it could be.
    // Naming what is carved out is a courtesy, not worth comparing thousands with thousands.
    if texts.len() * granted.len().max(1) > MOST_CARVED {
        texts.clear();
    }
    if let Some(Resources::Except(patterns)) = pair.rules.get(rule).map(|rule| &rule.resources) {
        texts.extend(patterns);
    }
    texts.retain(|text| granted.is_empty() || granted.iter().any(|granted| shared.solver.overlap(granted, text)));
    texts.into_iter().cloned().collect()
}

/// Patterns on which nothing differs in any of the findings of a row, or of which rows of their own tell.
fn beside(
    findings: &[RowFinding<'_>],
    left_out: &BTreeMap<About, Vec<Arc<Text>>>,
    rule: usize,
    pair: &Pair,
    shared: &Shared,
) -> Vec<Arc<Text>> {
    let of = |finding: &Finding| left_out.get(&about(finding)).map_or(&[][..], Vec::as_slice);
    let meets = |finding: &Finding, text: &Arc<Text>| {
        place_text(finding, rule, pair).is_none_or(|place| shared.solver.overlap(place, text))
    };
    let is_out = |finding: &Finding, text: &Arc<Text>| of(finding).iter().any(|other| other.number == text.number);
    let mut texts: Vec<Arc<Text>> = findings.iter().flat_map(|(finding, ..)| of(finding)).cloned().collect();
    texts.sort_by_key(|text| text.number);
    texts.dedup_by_key(|text| text.number);
    texts.retain(|text| {
        findings.iter().all(|(finding, ..)| !meets(finding, text) || is_out(finding, text))
            && findings.iter().any(|(finding, ..)| meets(finding, text))
    });
    texts
}

/// Patterns as they are written, without those that lie in others, and more of them.
fn written_widest(mut texts: Vec<Arc<Text>>, more: Vec<String>) -> Vec<String> {
    texts.sort_by_key(|text| text.number);
    texts.dedup_by_key(|text| text.number);
    let all = texts.clone();
    // Of too many to compare all are named.
    if all.len() * all.len() <= MOST_CARVED {
        texts.retain(|text| !all.iter().any(|wider| wider.number != text.number && contains(wider, text)));
    }
    let mut written: Vec<String> = texts.iter().map(|text| text.written.clone()).collect();
    written.extend(more);
    written.sort();
    written.dedup();
    written
}

/// The resources of a row as the statement that allows spells them, or the one that they are from.
pub fn resources(key: &RowKey, pair: &Pair) -> Vec<String> {
    let is_everything = |place: &PatternPlace| place.text(key.rule, pair).is_some_and(|text| text.is_everything());
    if key.places.is_empty() || key.places.iter().any(is_everything) {
        return vec!["*".to_owned()];
    }
    // Several patterns may stand for one that the statement writes.
    let texts: BTreeSet<&str> = key.places.iter().filter_map(|place| place.spelled(key.rule, pair)).collect();
    texts.into_iter().map(str::to_owned).collect()
}
