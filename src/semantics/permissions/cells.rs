//! One class of actions: for each form of resource and each statement that allows, what differs.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use super::Shared;
use super::pair::{Pair, RoleRules};
use super::rules::Rule;
use super::witness::{Refused, refused, request, tells_apart};
use crate::model::Side;
use crate::semantics::solver::Budget;
use crate::semantics::solver::bits::Bits;
use crate::semantics::solver::cases::Whose;
use crate::semantics::solver::conditions::Test;
use crate::semantics::solver::question::{Asker, Purse, Question, Resources, Role, Start, contains};
use crate::semantics::solver::search::{Outcome, Search, Tests};
use crate::semantics::solver::texts::{Fold, Template, Text};

/// How many patterns of Denies are worth comparing with an allowed one to name a row by them.
const MOST_DENYING: usize = 64;

/// The pattern that a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Of the statement that allows, by its index; 0 for one that lists exceptions.
    Allowed(usize),
    /// Of a rule by which the other side denies, where nothing else differs on the allowed one of that index.
    Denied {
        /// Index of the allowed pattern.
        within: usize,
        /// The rule that denies.
        rule: usize,
        /// Index of the pattern in it.
        pattern: usize,
    },
}

impl Place {
    /// The pattern, of a statement that allows as this rule does.
    pub fn text(self, allowing: usize, pair: &Pair) -> Option<&Arc<Text>> {
        let (rule, pattern) = match self {
            Self::Allowed(pattern) => (allowing, pattern),
            Self::Denied { rule, pattern, .. } => (rule, pattern),
        };
        match &pair.rules.get(rule)?.resources {
            Resources::Matching(texts) => texts.get(pattern),
            Resources::Except(_) => None,
        }
    }

    /// The rule that denies, if it is about a pattern of one.
    pub const fn denied_by(self) -> Option<usize> {
        match self {
            Self::Allowed(_) => None,
            Self::Denied { rule, .. } => Some(rule),
        }
    }
}

/// What was found for one way in which a statement allows.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The pattern it is about.
    pub place: Place,
    /// The outcome, never [`Outcome::None`].
    pub outcome: Outcome,
}

/// The comparison of one class. Side by side it holds what one role grants; the other refuses.
pub struct ClassWork<'a> {
    pair: &'a Pair,
    /// The rules that match the class's actions, as numbers of the pair.
    rules: Vec<usize>,
    live: [RoleRules; 2],
    granting: [Vec<usize>; 2],
    texts: Vec<Arc<Text>>,
    shared: &'a Shared,
    budget: Budget,
    /// Templates by what decides an outcome: how the patterns lie to them; the template itself only where some
    /// pattern matches part of it.
    kinds: BTreeMap<(Vec<Fold>, Option<u32>), usize>,
    kind_of: BTreeMap<u32, usize>,
    asked: BTreeMap<(Side, usize, usize), Rc<Vec<Finding>>>,
    tests: BTreeMap<Vec<usize>, Rc<Tests>>,
    /// For each side, what naming its rows more narrowly may cost: never what deciding whether they are may.
    courtesy: [Purse; 2],
}

/// What the questions about one statement that allows and one form of resource have in common.
struct Asking<'a> {
    side: Side,
    rules: Vec<&'a Resources>,
    granting: usize,
    own: Role,
    tests: Rc<Tests>,
    template: &'a Template,
    reported: Vec<Arc<Text>>,
}

impl<'a> ClassWork<'a> {
    /// Prepares a class; `None` when both roles have the same statements for it.
    pub fn new(pair: &'a Pair, signature: &Bits, shared: &'a Shared, budget: Budget) -> Option<Self> {
        let live = [pair.roles.left.live(signature), pair.roles.right.live(signature)];
        let [left, right] = &live;
        if left == right {
            return None;
        }
        let rules: Vec<usize> = signature.iter().collect();
        let mut texts: Vec<Arc<Text>> = rules
            .iter()
            .filter_map(|rule| pair.rules.get(*rule))
            .flat_map(|rule| rule.resources.texts())
            .cloned()
            .collect();
        texts.retain(|text| !text.is_everything());
        texts.sort_by_key(|text| text.number);
        texts.dedup_by_key(|text| text.number);
        let granting = [granting(pair, left, right), granting(pair, right, left)];
        let (kinds, kind_of, asked, tests) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        let courtesy = [Purse::new(budget.states), Purse::new(budget.states)];
        Some(Self { pair, rules, live, granting, texts, shared, budget, kinds, kind_of, asked, tests, courtesy })
    }

    /// The live rules of one side.
    pub const fn live(&self, side: Side) -> &RoleRules {
        let [left, right] = &self.live;
        match side {
            Side::Left => left,
            Side::Right => right,
        }
    }

    /// The statements of a side that may grant more than the other side does: those without condition and on all
    /// resources first.
    pub fn granting(&self, side: Side) -> &[usize] {
        let [left, right] = &self.granting;
        match side {
            Side::Left => left,
            Side::Right => right,
        }
    }

    /// How many rules match the class's actions.
    pub const fn rules(&self) -> usize {
        self.rules.len()
    }

    /// The kind of a form of resource: forms of one kind have the same outcomes.
    pub fn kind(&mut self, template: &Template) -> usize {
        if let Some(kind) = self.kind_of.get(&template.number) {
            return *kind;
        }
        let folds: Vec<Fold> = self.texts.iter().map(|text| self.shared.solver.texts.fold(text, template)).collect();
        let partial = folds.contains(&Fold::Partial);
        let next = self.kinds.len();
        let kind = *self.kinds.entry((folds, partial.then_some(template.number))).or_insert(next);
        self.kind_of.insert(template.number, kind);
        kind
    }

    /// What a statement of a side grants there and the other side refuses, on one form of resource.
    pub fn findings(&mut self, side: Side, rule: usize, template: &Template, purse: &mut Purse) -> Rc<Vec<Finding>> {
        let key = (side, rule, self.kind(template));
        if let Some(findings) = self.asked.get(&key) {
            return Rc::clone(findings);
        }
        let findings = Rc::new(self.ask(side, rule, template, purse));
        self.asked.insert(key, Rc::clone(&findings));
        findings
    }

    fn ask(&mut self, side: Side, rule: usize, template: &Template, purse: &mut Purse) -> Vec<Finding> {
        let relevant: Vec<usize> = self.rules.iter().copied().filter(|rule| self.can_match(*rule, template)).collect();
        let Some(granting) = relevant.iter().position(|other| *other == rule) else { return Vec::new() };
        let rules: Vec<&Rule> =
            relevant.iter().filter_map(|rule| self.pair.rules.get(*rule)).map(AsRef::as_ref).collect();
        let tests = self.tests(&relevant, &rules);
        let rules: Vec<&Resources> = rules.iter().map(|rule| &rule.resources).collect();
        let [own, other] = [side, side.other()].map(|side| role(self.live(side), &relevant));
        let reported = self.reported(side, rule);
        let starts = starts(rules.get(granting));
        let asking = Asking { side, rules, granting, own, tests, template, reported };
        let mut courtesy = std::mem::take(self.courtesy_of(side));
        let mut findings = Vec::new();
        for (start, wanted) in starts.iter().enumerate() {
            let outcome = self.outcome(&asking, &other, wanted, purse);
            if matches!(outcome, Outcome::None) {
                continue;
            }
            match self.denied(&asking, &other, (start, wanted), &outcome, &mut courtesy) {
                Some(narrower) => findings.extend(narrower),
                None => findings.push(Finding { place: Place::Allowed(start), outcome }),
            }
        }
        *self.courtesy_of(side) = courtesy;
        findings
    }

    const fn courtesy_of(&mut self, side: Side) -> &mut Purse {
        let [left, right] = &mut self.courtesy;
        match side {
            Side::Left => left,
            Side::Right => right,
        }
    }

    /// What differs on these resources, with these rules on the side that refuses.
    fn outcome(&self, asking: &Asking<'_>, refusing: &Role, start: &Start, purse: &mut Purse) -> Outcome {
        let Asking { side, rules, granting, own, tests, template, reported } = asking;
        let question = Question { rules, granting: own, refusing, template, start, reported };
        let texts = &self.shared.solver.texts;
        let mut asker = Asker { texts, answers: &self.shared.solver.answers, states: self.budget.states, purse };
        let mut ask = |truths: &[_], mode| question.ask(truths, mode, &mut asker);
        let outcome = Search { tests, granting: *granting, ask: &mut ask, nodes: self.budget.branches }.run();
        self.with_values(outcome, *side, template)
    }

    /// The finding by the patterns of the other side's Denies, where they alone make the difference and lie within the
    /// allowed pattern. Whatever is not certain leaves the finding as it is.
    fn denied(
        &self,
        asking: &Asking<'_>,
        other: &Role,
        (within, wanted): (usize, &Start),
        outcome: &Outcome,
        purse: &mut Purse,
    ) -> Option<Vec<Finding>> {
        let (Outcome::Difference { found, context, .. }, Start::Matching(allowed)) = (outcome, wanted) else {
            return None;
        };
        if other.denies.is_empty() || purse.is_empty() {
            return None;
        }
        let texts = &self.shared.solver.texts;
        let (resource, context) = request(&found.text, context, &self.variables(asking.template), texts);
        let refused = refused(self.live(asking.side.other()), self.pair, &resource, &context, texts);
        if !matches!(refused, Refused::Deny(_)) {
            return None;
        }
        let patterns = self.denying(asking, allowed)?;
        let undenied = Role { denies: Vec::new(), ..other.clone() };
        if !matches!(self.outcome(asking, &undenied, wanted, purse), Outcome::None) {
            return None;
        }
        // Every difference on the allowed pattern is now on one of these.
        let mut findings = Vec::new();
        for (rule, pattern, denied) in patterns {
            let outcome = self.outcome(asking, other, &Start::Matching(denied), purse);
            match outcome {
                Outcome::None => {}
                Outcome::Difference { .. } => {
                    findings.push(Finding { place: Place::Denied { within, rule, pattern }, outcome });
                }
                Outcome::Unknown(_) => return None,
            }
        }
        (!findings.is_empty()).then_some(findings)
    }

    /// The patterns by which the other side alone denies some of an allowed one, as rule and index; `None` unless all
    /// of them lie within it and are narrower.
    fn denying(&self, asking: &Asking<'_>, allowed: &Arc<Text>) -> Option<Vec<(usize, usize, Arc<Text>)>> {
        let own = &self.live(asking.side).denies;
        let mut patterns = Vec::new();
        for rule in self.live(asking.side.other()).denies.iter() {
            if own.contains(rule) || !self.can_match(rule, asking.template) {
                continue;
            }
            let Resources::Matching(texts) = &self.pair.rules.get(rule)?.resources else { return None };
            let can_match = |text: &Arc<Text>| self.shared.solver.texts.fold(text, asking.template) != Fold::Misses;
            let texts = texts.iter().enumerate().filter(|(_, text)| can_match(text));
            patterns.extend(texts.map(|(at, text)| (rule, at, Arc::clone(text))));
            if patterns.len() > MOST_DENYING {
                return None;
            }
        }
        patterns.retain(|(.., text)| self.shared.solver.overlap(allowed, text));
        let narrower = |text: &Arc<Text>| text.number != allowed.number && contains(allowed, text);
        patterns.iter().all(|(.., text)| narrower(text)).then_some(patterns)
    }

    /// A difference found with variables as texts of their own still has to hold when they have values.
    fn with_values(&self, outcome: Outcome, side: Side, template: &Template) -> Outcome {
        let Outcome::Difference { found, context, .. } = &outcome else { return outcome };
        let variables = self.variables(template);
        if variables.is_empty() {
            return outcome;
        }
        let request = request(&found.text, context, &variables, &self.shared.solver.texts);
        let (own, other) = (self.live(side), self.live(side.other()));
        if tells_apart(own, other, self.pair, &request, &self.shared.solver.texts) {
            return outcome;
        }
        Outcome::Unknown(vec!["the value of a variable in a resource is not known".to_owned()])
    }

    fn tests(&mut self, relevant: &[usize], rules: &[&Rule]) -> Rc<Tests> {
        if let Some(tests) = self.tests.get(relevant) {
            return Rc::clone(tests);
        }
        let lists: Vec<&[Arc<Test>]> = rules.iter().map(|rule| rule.tests.as_slice()).collect();
        let tests = Rc::new(Tests::of(&lists, Whose::RoleSession, &self.shared.solver.keys, self.budget.cases));
        self.tests.insert(relevant.to_vec(), Rc::clone(&tests));
        tests
    }

    /// Whether a rule can match any resource of this form.
    pub fn can_match(&self, rule: usize, template: &Template) -> bool {
        let Some(rule) = self.pair.rules.get(rule) else { return false };
        match &rule.resources {
            Resources::Matching(texts) => {
                texts.iter().any(|text| self.shared.solver.texts.fold(text, template) != Fold::Misses)
            }
            Resources::Except(texts) => {
                texts.iter().all(|text| self.shared.solver.texts.fold(text, template) != Fold::Covers)
            }
        }
    }

    /// The keys of the variables in the patterns that can match this form of resource.
    pub fn variables(&self, template: &Template) -> Vec<String> {
        let mut keys: Vec<String> = Vec::new();
        for rule in self.rules.iter().filter_map(|rule| self.pair.rules.get(*rule)) {
            // A list of exceptions says nothing certain without a value, whether or not it is about the resource.
            let always = matches!(rule.resources, Resources::Except(_));
            let texts = rule.resources.texts().iter();
            let texts = texts.filter(|text| always || self.shared.solver.texts.fold(text, template) != Fold::Misses);
            let letters = texts.flat_map(|text| &text.steps).filter_map(|step| step.variable());
            keys.extend(letters.map(|letter| self.shared.solver.texts.key_of(letter)));
        }
        keys.sort();
        keys.dedup();
        keys
    }

    /// Resources that an earlier statement without condition grants: what differs there is in its own row.
    fn reported(&self, side: Side, rule: usize) -> Vec<Arc<Text>> {
        let earlier = self
            .granting(side)
            .iter()
            .take_while(|other| **other != rule)
            .filter_map(|other| self.pair.rules.get(*other));
        let plain = earlier.filter(|rule| rule.tests.is_empty());
        let mut texts = Vec::new();
        for rule in plain {
            if let Resources::Matching(own) = &rule.resources {
                texts.extend(own.iter().filter(|text| text.plain.is_none()).cloned());
            }
        }
        texts
    }
}

fn granting(pair: &Pair, own: &RoleRules, other: &RoleRules) -> Vec<usize> {
    let mut rules: Vec<usize> = own.allows.iter().filter(|rule| !own.shares(*rule, other)).collect();
    let rank = |rule: &usize| {
        let rule = pair.rules.get(*rule);
        rule.map(|rule| (!rule.tests.is_empty(), !is_everything(&rule.resources)))
    };
    rules.sort_by_key(|rule| (rank(rule), *rule));
    rules
}

/// Whether a rule is about all resources.
pub fn is_everything(resources: &Resources) -> bool {
    match resources {
        Resources::Matching(texts) => texts.iter().any(|text| text.is_everything()),
        Resources::Except(texts) => texts.is_empty(),
    }
}

/// The ways in which a statement can match a resource.
fn starts(rule: Option<&&Resources>) -> Vec<Start> {
    match rule.copied() {
        Some(Resources::Matching(texts)) => texts.iter().map(|text| Start::Matching(Arc::clone(text))).collect(),
        Some(Resources::Except(texts)) => vec![Start::Except(texts.clone())],
        None => Vec::new(),
    }
}

/// A role's rules as places in the list of relevant ones.
fn role(live: &RoleRules, relevant: &[usize]) -> Role {
    let among = |bits: &Bits| -> Vec<usize> {
        relevant.iter().enumerate().filter(|(_, rule)| bits.contains(**rule)).map(|(at, _)| at).collect()
    };
    Role { allows: among(&live.allows), denies: among(&live.denies), boundary: live.boundary.as_ref().map(among) }
}
